"""待导入的文件 (files on their way in): kept sealed between the check and the import, for a short time, by its officer.

What an officer sends is never plain on a disk: the child process that reads it gets it out of memory. The check is
done once, its result is kept with the file.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from integrity import exchange
from integrity.errors import Invalid, NotFound
from integrity.exchange_columns import sheet_of
from integrity.exchange_sheets import MAX_FILE
from integrity.files import write_file
from integrity.records.columns import SHANGHAI
from integrity.records.office import ImportBatch
from integrity.settings import settings
from integrity.vault import Vault
from integrity.work import Office

LIVES = timedelta(hours=2)
_SHOWN = 200
"""Messages about rows that a page shows; every one stands in the error workbook."""
_LONGEST_NAME = 100
_DATA, _MARKED, _TOLD = "data", "marked", "told"
Scope = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """检查过的文件 (file that was checked): whose, of which kind, what the check found, until when it is kept."""

    id: str
    kind: str
    name: str
    kept_until: datetime
    rows: int
    good: int
    imported: int
    bad: int
    summary: str
    errors: tuple[tuple[int, str], ...]
    hints: tuple[tuple[int, str], ...]
    ignored: tuple[str, ...]


def check(office: Office, kind: str, name: str, data: bytes, *, actor: str, within: Scope) -> Checked:
    """Check a file that was sent and keep it sealed for the import. Raises Invalid for one that cannot be read."""
    sheet_of(kind)
    if len(data) > MAX_FILE:
        raise Invalid("文件超过 20 MB，请分成几个文件")
    name, until = _plain_name(name), office.clock() + LIVES
    with _readable(name, data) as path:
        report = exchange.check(office, kind, path, actor, within=within)
    found = Checked(
        secrets.token_hex(16), kind, name, until, report.rows, report.good, report.imported,
        len({one.row for one in report.errors}), str(report),
        tuple((one.row, str(one)) for one in report.errors[:_SHOWN]),
        tuple((one.row, str(one)) for one in report.hints[:_SHOWN]), report.ignored,
    )  # fmt: skip
    sweep(office.clock())
    _keep(office.vault, actor, found, {_DATA: data, _MARKED: report.error_file})
    return found


def find(office: Office, actor: str, file_id: str) -> Checked:
    """The result of a check, for whoever sent the file. Raises NotFound for another's, and when its time is over."""
    told = json.loads(_open(office, actor, file_id, _TOLD))
    until = datetime.fromisoformat(told["kept_until"])
    if office.clock() >= until:
        drop(file_id)
        raise _gone()
    rows = {name: tuple((row, text) for row, text in told[name]) for name in ("errors", "hints")}
    return Checked(**(told | rows | {"kept_until": until, "ignored": tuple(told["ignored"])}))


def marked(office: Office, actor: str, file_id: str) -> tuple[str, bytes]:
    """The officer's own file with the column 错误. Raises NotFound where nothing was wrong."""
    found = find(office, actor, file_id)
    data = _open(office, actor, file_id, _MARKED)
    if not data:
        raise NotFound("这个文件没有错误")
    stem, _, ending = found.name.rpartition(".")
    return f"{stem}-错误.{ending}", data


def accept(
    office: Office, actor: str, file_id: str, mode: str, *, within: Scope
) -> ImportBatch:  # fmt: skip
    """Import a file that was checked, whole or its good rows. Raises NotFound, Refused, Conflict, Invalid."""
    found = find(office, actor, file_id)
    data = _open(office, actor, file_id, _DATA)
    with _readable(found.name, data) as path:
        batch = exchange.accept(office, found.kind, path, actor, mode, within=within)
    drop(file_id)
    return batch


def drop(file_id: str) -> None:
    """Take a file away."""
    for part in (_DATA, _MARKED, _TOLD):
        _place(file_id, part).unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Take away every file whose time is over; how many parts."""
    gone = 0
    for path in sorted(_folder().glob("*.*")) if _folder().is_dir() else ():
        if datetime.fromtimestamp(path.stat().st_mtime, SHANGHAI) < now - LIVES:
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _gone() -> NotFound:
    return NotFound("这个文件已经导入或者保存超过 2 小时，请重新上传")


def _plain_name(name: str) -> str:
    """The name without folders and without what no file name holds; its end stays."""
    plain = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())
    stem, dot, ending = plain.rpartition(".")
    return f"{(stem or ending)[:_LONGEST_NAME]}{dot}{ending[:5].lower()}" if dot else plain[:_LONGEST_NAME] or "文件"


def _folder() -> Path:
    return settings().home / "uploads"


def _place(file_id: str, part: str) -> Path:
    return _folder() / f"{file_id}.{part}"


def _context(actor: str, file_id: str, part: str) -> str:
    return f"upload|{actor}|{file_id}|{part}"


def _keep(vault: Vault, actor: str, found: Checked, parts: dict[str, bytes]) -> None:
    told = {name: getattr(found, name) for name in Checked.__slots__} | {"kept_until": found.kept_until.isoformat()}
    for part, data in (parts | {_TOLD: json.dumps(told, ensure_ascii=False).encode()}).items():
        sealed = vault.seal_bytes(data, _context(actor, found.id, part))
        write_file(_place(found.id, part), vault.current.encode() + b"\n" + sealed)


def _open(office: Office, actor: str, file_id: str, part: str) -> bytes:
    """A part of a file, for its own officer only. Raises NotFound."""
    if not (len(file_id) == len("00" * 16) and set(file_id) <= set("0123456789abcdef")):
        raise _gone()
    try:
        key, _, sealed = _place(file_id, part).read_bytes().partition(b"\n")
        return office.vault.open_bytes(key.decode("ascii"), sealed, _context(actor, file_id, part))
    except (FileNotFoundError, Invalid):
        raise _gone() from None


@contextmanager
def _readable(name: str, data: bytes) -> Iterator[Path]:
    """A path under which the child process reads the file out of this process's memory, under its own name."""
    with tempfile.TemporaryDirectory(prefix="chengxin-") as folder:
        handle = os.memfd_create("upload", os.MFD_CLOEXEC)
        try:
            _write(handle, data)
            path = Path(folder) / name
            path.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
            yield path
        finally:
            os.close(handle)


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]
