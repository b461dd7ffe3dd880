"""文书文件的归属 (whose the files of papers are): which area each file belongs to, told by its name and the books.

A file of which nobody can tell the area is for nobody but the county.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from sqlmodel import select

from integrity.errors import NotFound
from integrity.places import Scope
from integrity.records.ledger import Notice
from integrity.records.print_runs import PrintFile, PrintRun
from integrity.rules.areas import level_of
from integrity.rules.stated import unprintable
from integrity.settings import settings
from integrity.terms import AreaLevel
from integrity.work import Work

SHOWN = {".pdf": "application/pdf", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
LIST, RUN, SINGLE, OTHER = "核查名单", "打印批次", "单件印制", "其他文件"
_MOST, _DAYS = 400, 400
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LIST = re.compile(r"核查名单-.*?(\d{9})\.(?:pdf|xlsx)")
_OLD_RUN = re.compile(r"(?:.*?)(\d{9})-F\d\d-\d+\.pdf")
_SPOILT = re.compile(r"-作废重印第\d+份-\d+\.pdf$")
_COPY = re.compile(r"(?:-补打\d+)?\.pdf$")


class Owned(NamedTuple):
    """文件的归属 (whose a file is): what kind, the area ("" unknown), the run and file number where it is of one."""

    kind: str
    area: str
    run: str = ""
    no: int = 0


class File(NamedTuple):
    """可取的文件 (a file that can be fetched)."""

    day: str
    name: str
    kind: str


def owner(work: Work, day: str, name: str) -> Owned:
    """Whose a file of the papers' directory is."""
    if found := _LIST.fullmatch(name) or _OLD_RUN.fullmatch(name):
        return Owned(LIST if name.startswith(LIST) else RUN, f"{found[1]}000")
    stem = _SPOILT.sub(".pdf", name)
    row = work.session.exec(select(PrintFile).where(PrintFile.file == f"{day}/{stem}")).first()
    if row is not None:
        return Owned(RUN, work.session.get_one(PrintRun, row.run).area, row.run, row.no)
    notice = work.session.exec(select(Notice).where(Notice.number == _COPY.sub("", name))).first()
    return Owned(OTHER, "") if notice is None else Owned(SINGLE, notice.area)


def within(owned: Owned, area: str, scope: Scope) -> bool:
    """May an officer of this area see the file? What nobody can place is for the county."""
    if owned.area:
        return scope[0] <= owned.area < scope[1]
    return bool(area) and level_of(area) not in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)


def recent(work: Work, area: str, scope: Scope) -> list[File]:
    """The newest recheck lists of an area, and what was printed singly on the last day of printing."""
    days = sorted((one for one in settings().papers.glob("????-??-??") if one.is_dir()), reverse=True)[:_DAYS]
    return [*_newest(work, days, area, scope, LIST), *_newest(work, days, area, scope, SINGLE, OTHER)]


def _newest(work: Work, days: list[Path], area: str, scope: Scope, *kinds: str) -> list[File]:
    looked = 0
    for day in days:
        names = sorted(one.name for one in day.iterdir() if one.suffix in SHOWN)
        wanted = [one for one in names if one.startswith(LIST) == (kinds[0] == LIST)]
        looked += len(wanted)
        mine = [(one, owner(work, day.name, one)) for one in wanted[:_MOST]]
        found = [File(day.name, name, one.kind) for name, one in mine if one.kind in kinds and within(one, area, scope)]
        if found or looked > _MOST:
            return found
    return []


def find(work: Work, day: str, name: str, area: str, scope: Scope) -> tuple[Path, Owned]:
    """A file of one's own area. Raises NotFound alike for none and for one elsewhere."""
    gone = NotFound("没有这个文件")
    if not _DAY.fullmatch(day) or "/" in name or "\\" in name or unprintable(name) or name.startswith("."):
        raise gone
    path, owned = settings().papers / day / name, owner(work, day, name)
    if path.suffix not in SHOWN or not within(owned, area, scope) or not path.is_file() or path.is_symlink():
        raise gone
    return path, owned
