"""留存样式的备份 (kept regional forms in a backup): a reprint needs the form of its original.

A kept form bears its SHA-256 as its name, so that each copy proves itself. Coming back, a form that is there already
stays; one that was altered is moved aside, for its name says what belongs there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from integrity.errors import Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.regional import KEPT
from integrity.work import wall_clock

FOLDER = "forms"
_KEPT_NAME = re.compile(r"[0-9a-f]{64}\.html")


def keep(forms: Path, scratch: Path) -> tuple[str, ...]:
    """Copy the kept forms into a backup that is being made; their digests. Raises Refused for an altered one."""
    found = []
    for path in sorted((forms / KEPT).glob("*.html")):
        if not _KEPT_NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if sha256(content).hexdigest() != path.stem:
            raise Refused(f"留存的样式 {path} 已被改动，请从以前的备份找回；找不回的移到别处，再备份一次")
        write_file(scratch / FOLDER / path.name, content)
        found.append(path.stem)
    return tuple(found)


def check(folder: Path, digests: Iterable[str]) -> dict[str, bytes]:
    """The forms of a backup by digest. Raises NotFound for a missing one, Invalid for one that was altered."""
    return {digest: _read(folder / FOLDER, digest) for digest in digests}


def _read(folder: Path, digest: str) -> bytes:
    name = f"{digest}.html"
    if not _KEPT_NAME.fullmatch(name):
        raise Invalid(f"备份清单中样式的指纹“{digest}”不是 SHA-256")
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"{folder.parent} 不是完整的备份：缺少 {FOLDER}/{name}") from None
    if sha256(content).hexdigest() != digest:
        raise Invalid(f"备份中的样式 {folder / name} 与清单不符（被改动或损坏），不能用来恢复")
    return content


def bring_back(forms: Path, kept: dict[str, bytes]) -> None:
    """Put the forms of a backup back where the office keeps them; nothing is written over."""
    for digest, content in kept.items():
        put_back(forms / KEPT / f"{digest}.html", content)


def put_back(path: Path, content: bytes) -> None:
    """Put a file back whose name begins with its digest; another content under this name is moved aside."""
    if path.is_file() and path.read_bytes() == content:
        return
    if path.exists() or path.is_symlink():
        path.rename(path.with_name(f"{path.stem}.aside-{wall_clock():%Y%m%d-%H%M%S}"))
    write_file(path, content)
