"""销毁登记簿 (destruction register): a file beside the keys; what it names, no backup brings back.

One line a household, digests only, each line tied to the one before by a keyed digest. It lies outside the database,
because a database that is restored from an older backup knows nothing of a later destruction.
"""

from __future__ import annotations

import hmac
import json
import os
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from integrity.errors import Invalid

NAME = "destroyed.jsonl"


@dataclass(frozen=True, slots=True)
class Destroyed:
    """已销毁的一户 (one household that was destroyed). `root` tells it from another one that got the same id later."""

    root: str
    household_id: int
    number: str
    on: str
    list_number: str
    appraised_by: str
    approved_by: str
    persons: tuple[int, ...]
    papers: tuple[str, ...]
    """Digests of contents that were emptied."""
    evidence: tuple[str, ...]
    """Files in the store of evidence that were taken away, by their keyed names."""
    files: tuple[str, ...]
    """Files in the papers' directory that were taken away."""


def made(told: dict[str, Any]) -> Destroyed:
    """A line from its fields as JSON gives them. Raises TypeError for others."""
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}
    return Destroyed(**values)


def beside(keys: Path) -> Path:
    """The register that belongs to a key file."""
    return keys.with_name(NAME)


def read(path: Path, key: bytes) -> list[Destroyed]:
    """Every line; [] without a register. Raises Invalid when a line was altered, moved or taken out."""
    if not path.exists():
        return []
    found, before = [], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            told = json.loads(line)
            mark = told.pop("mark")
            row = made(told)
        except (KeyError, TypeError, ValueError) as damage:
            raise Invalid(f"销毁登记簿 {path} 第 {number} 行已损坏，不能据此恢复：{damage}") from None
        if not hmac.compare_digest(mark, _mark(key, before, row)):
            raise Invalid(f"销毁登记簿 {path} 第 {number} 行被改动，或者前面缺行，请找回原来的登记簿")
        found.append(row)
        before = mark
    return found


def append(path: Path, key: bytes, rows: list[Destroyed]) -> None:
    """Add lines for households that have none yet; on the disk when this returns. Raises Invalid as `read`."""
    _mend(path)
    known = read(path, key)
    have = {one.root for one in known}
    before = _last_mark(path)
    lines = []
    for row in rows:
        if row.root not in have:
            before = _mark(key, before, row)
            lines.append(json.dumps(asdict(row) | {"mark": before}, ensure_ascii=False, sort_keys=True))
    if not lines:
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _mend(path: Path) -> None:
    """Take away half a line, left by a process that died while writing; its household is written again."""
    if not path.exists():
        return
    whole = path.read_bytes()
    kept = whole[: whole.rfind(b"\n") + 1]
    if kept != whole:
        with path.open("rb+") as file:
            file.truncate(len(kept))
            os.fsync(file.fileno())


def _last_mark(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return str(json.loads(lines[-1])["mark"]) if lines else ""


def _mark(key: bytes, before: str, row: Destroyed) -> str:
    """The keyed digest of a line and of all before it."""
    text = json.dumps([before, asdict(row)], ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), key=key, digest_size=32, person=b"destroyed").hexdigest()
