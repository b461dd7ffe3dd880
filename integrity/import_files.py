"""待导入的文件 (files on their way in): checked once, kept with what the check found until the officer's word."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integrity import exchange, uploads
from integrity.errors import Invalid, NotFound
from integrity.exchange_columns import sheet_of
from integrity.exchange_sheets import MAX_FILE
from integrity.records.office import ImportBatch
from integrity.uploads import Whose
from integrity.work import Office

_SHOWN = 200
"""Messages about rows that a page shows; every one stands in the error workbook."""
_LONGEST_NAME = 100
_DATA, _MARKED, _TOLD = "data", "marked", "told"
Scope = tuple[str, str]
Told = tuple[int, str, str, str]
"""What is told of a row: its number, 户编号, masked name, what is wrong."""


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
    held: int
    batches: tuple[int, ...]
    errors: tuple[Told, ...]
    hints: tuple[Told, ...]
    ignored: tuple[str, ...]


def check(office: Office, kind: str, name: str, data: bytes, *, actor: str, within: Scope) -> Checked:
    """Check a file that was sent and keep it sealed for the import. Raises Invalid for one that cannot be read."""
    sheet_of(kind)
    if len(data) > MAX_FILE:
        raise Invalid("文件超过 20 MB，请分成几个文件")
    name, whose = _plain_name(name), _whose(office, actor)
    with uploads.readable(name, data) as path:
        report = exchange.check(office, kind, path, actor, within=within)
    found = Checked(
        uploads.new(), kind, name, whose.now + uploads.LIVES, report.rows, report.good, report.imported,
        report.bad, str(report), report.held, report.batches, _told(report, report.errors),
        _told(report, report.hints), report.ignored,
    )  # fmt: skip
    _keep(whose, found, {_DATA: data, _MARKED: report.error_file})
    return found


def find(office: Office, actor: str, file_id: str) -> Checked:
    """The result of a check, for whoever sent the file. Raises NotFound for another's, and when its time is over."""
    told = json.loads(uploads.get(_whose(office, actor), file_id, _TOLD))
    if set(told) != set(Checked.__slots__):
        raise NotFound("这个文件是程序升级以前上传的，请重新上传")
    rows = {name: tuple(tuple(one) for one in told[name]) for name in ("errors", "hints")}
    until = datetime.fromisoformat(told["kept_until"])
    lists = {name: tuple(told[name]) for name in ("ignored", "batches")}
    return Checked(**(told | rows | lists | {"kept_until": until}))


def _told(report: exchange.Report, faults: Sequence[exchange.Fault]) -> tuple[Told, ...]:
    return tuple((one.row, *report.whose.get(one.row, ("", "")), str(one)) for one in faults[:_SHOWN])


def marked(office: Office, actor: str, file_id: str) -> tuple[str, bytes]:
    """The officer's own file with the column 错误. Raises NotFound where nothing was wrong."""
    found = find(office, actor, file_id)
    data = uploads.get(_whose(office, actor), file_id, _MARKED)
    if not data:
        raise NotFound("这个文件没有错误")
    stem, _, ending = found.name.rpartition(".")
    return f"{stem}-错误.{ending}", data


def accept(
    office: Office, actor: str, file_id: str, mode: str, *, within: Scope
) -> ImportBatch:  # fmt: skip
    """Import a file that was checked, whole or its good rows. Raises NotFound, Refused, Conflict, Invalid."""
    found = find(office, actor, file_id)
    data = uploads.get(_whose(office, actor), file_id, _DATA)
    with uploads.readable(found.name, data) as path:
        batch = exchange.accept(office, found.kind, path, actor, mode, within=within)
    uploads.drop(file_id)
    return batch


def _whose(office: Office, actor: str) -> Whose:
    return Whose(office.vault, actor, office.clock())


def _plain_name(name: str) -> str:
    """The name without folders and without what no file name holds; its end stays."""
    plain = "".join(one for one in name.replace("\\", "/").rpartition("/")[2] if one.isprintable())
    stem, dot, ending = plain.rpartition(".")
    return f"{(stem or ending)[:_LONGEST_NAME]}{dot}{ending[:5].lower()}" if dot else plain[:_LONGEST_NAME] or "文件"


def _keep(whose: Whose, found: Checked, parts: dict[str, bytes]) -> None:
    told = {name: getattr(found, name) for name in Checked.__slots__} | {"kept_until": found.kept_until.isoformat()}
    for part, data in (parts | {_TOLD: json.dumps(told, ensure_ascii=False).encode()}).items():
        uploads.put(whose, found.id, part, data)
