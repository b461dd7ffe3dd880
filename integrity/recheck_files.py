"""制成的核查名单 (recheck lists that were made): by day and township, those of an area, to be taken out again."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from integrity import recheck_lists
from integrity.errors import NotFound, Refused
from integrity.places import Scope
from integrity.recheck_marks import edition_of, number_of
from integrity.settings import settings
from integrity.work import Work

ENDS = ("pdf", "xlsx")
_NAME = re.compile(r"核查名单-.*?(\d{9})\.(?:pdf|xlsx)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_DAYS = 120
"""Days with papers that are looked through, the newest first."""


class Made(NamedTuple):
    """一份名单 (a list that was made): its number, the township, the day."""

    number: str
    town: str
    on: date


def make(work: Work, town: str) -> str:
    """制作 (make the list of a township as of today): a summary. Raises Refused with what a person must do."""
    said = recheck_lists.make_list(work, town)
    if not _path(town, work.today, ENDS[0]):
        raise Refused(said)
    return said


def made(scope: Scope, limit: int = 24) -> list[Made]:
    """The lists of the townships of an area, the newest first."""
    folder, found = settings().papers, []
    days = sorted((one.name for one in folder.glob("*") if _DAY.fullmatch(one.name)), reverse=True)
    for name in days[:_DAYS]:
        on = date.fromisoformat(name)
        names = (_NAME.fullmatch(one.name) for one in (folder / name).glob("核查名单-*.xlsx"))
        towns = sorted(f"{one[1]}000" for one in names if one is not None)
        found += [Made(number_of(town, on), town, on) for town in towns if scope[0] <= town < scope[1]]
        if len(found) >= limit:
            break
    return found[:limit]


def content(number: str, end: str, scope: Scope) -> bytes:
    """The file of a list of this area. Raises NotFound alike for none and for one of another area, Invalid."""
    edition = edition_of(number)
    path = _path(edition.area, edition.made_on, end) if scope[0] <= edition.area < scope[1] else None
    if path is None or end not in ENDS:
        raise NotFound(f"没有编号为 {number} 的核查名单")
    return path.read_bytes()


def _path(town: str, on: date, end: str) -> Path | None:
    found = sorted((settings().papers / str(on)).glob(f"核查名单-*{town[:9]}.{end}"))
    return found[0] if found else None
