"""操作日志的查阅 (reading the audit log): line by line, the last first; looked through in portions, never counted.

审计管理员 reads all of it, 监督 only what was done about households of his own area. Reading is itself a line.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from integrity.errors import Forbidden, Refused
from integrity.permissions import require
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household, Member, Notice
from integrity.records.office import Audit, Officer
from integrity.records.places import HouseholdPlace
from integrity.rules.areas import code_range
from integrity.rules.stated import LARGEST
from integrity.terms import Role
from integrity.work import Work

MATTER = "查看操作日志"
LONGEST_SPAN = 366
_PORTION, _PORTIONS = 500, 10
_HOUSEHOLD = "household:"


class Wanted(NamedTuple):
    """查什么 (what is asked for): days, officer, action, number of a household."""

    since: date
    until: date
    actor: str = ""
    action: str = ""
    household: str = ""


class Line(NamedTuple):
    """日志的一行 (line of the log); `household` is the number of the household that it is about."""

    row: Audit
    household: str


class Found(NamedTuple):
    """查到的 (what was found), and where to go on: 0 at the end. `searched_to` tells how far it was looked through."""

    lines: list[Line]
    before: int
    searched_to: datetime | None


def read(work: Work, wanted: Wanted, before: int = 0, limit: int = 50) -> Found:
    """Some lines of the log, the last first. Raises Forbidden, Refused for more than a year at once."""
    bounds = _bounds(work, wanted)
    query = _asked(work, wanted, only=bounds is not None)
    found: list[Line] = []
    last: Audit | None = None
    for _ in range(_PORTIONS):
        rows = _portion(work, query, last.id or 0 if last else before)
        for row in _seen(work, rows, bounds):
            last = row.row
            found.append(row)
            if len(found) == limit:
                return Found(found, last.id or 0, None)
        if len(rows) < _PORTION:
            return Found(found, 0, None)
        last = rows[-1]
    assert last is not None
    return Found(found, last.id or 0, last.at)


def count(work: Work, wanted: Wanted, until: datetime, most: int) -> int:
    """How many lines before a moment; counted no further than one beyond `most`. By who reads the whole log."""
    lines = _whole(work, wanted, until, most + 1).subquery()
    return int(work.session.exec(select(func.count()).select_from(lines)).one())


def whole(work: Work, wanted: Wanted, until: datetime, most: int) -> list[Line]:
    """Every line before a moment, the last first, no more than `most`. By who reads the whole log."""
    rows = list(work.session.exec(_whole(work, wanted, until, most)))
    return [one for start in range(0, len(rows), _PORTION) for one in _seen(work, rows[start : start + _PORTION], None)]


def _whole(work: Work, wanted: Wanted, until: datetime, most: int) -> SelectOfScalar[Audit]:
    if _bounds(work, wanted) is not None:
        raise Forbidden("整份操作日志由审计管理员导出")
    query = _asked(work, wanted, only=False).where(Audit.at < until)
    return query.order_by(col(Audit.id).desc()).limit(most)


def _bounds(work: Work, wanted: Wanted) -> tuple[str, str] | None:
    """The area of whose households the log may be read; None for all of it. Raises as `read`."""
    require(work, MATTER)
    if not 0 <= (wanted.until - wanted.since).days <= LONGEST_SPAN:
        raise Refused("起止日期不对，或者超过一年；请分几次查")
    officer = work.session.get_one(Officer, work.actor)
    return None if officer.role is Role.AUDIT_ADMIN else code_range(officer.area)


def _asked(work: Work, wanted: Wanted, *, only: bool) -> SelectOfScalar[Audit]:
    since = datetime.combine(wanted.since, time(), SHANGHAI)
    until = datetime.combine(wanted.until + timedelta(days=1), time(), SHANGHAI)
    query = select(Audit).where(Audit.at >= since, Audit.at < until)
    if wanted.actor:
        query = query.where(Audit.actor == wanted.actor)
    if wanted.action:
        query = query.where(Audit.action == wanted.action)
    if wanted.household:
        query = query.where(col(Audit.subject).in_(_subjects(work, wanted.household)))
    if only:
        query = query.where(col(Audit.subject).startswith(_HOUSEHOLD))
    return query


def _subjects(work: Work, number: str) -> list[str]:
    """Under what the log names a household: itself, its papers, its members. Nothing for a number that is none."""
    found = work.session.exec(select(Household.id).where(Household.number == number)).first()
    if found is None:
        return []
    papers = work.session.exec(select(Notice.number).where(Notice.household_id == found))
    people = work.session.exec(select(Member.person_id).where(Member.household_id == found).distinct())
    return [f"{_HOUSEHOLD}{found}", *papers, *(f"person:{one}" for one in people)]


def _portion(work: Work, query: SelectOfScalar[Audit], before: int) -> list[Audit]:
    further = query.where(col(Audit.id) < before) if before else query
    return list(work.session.exec(further.order_by(col(Audit.id).desc()).limit(_PORTION)))


def _seen(work: Work, rows: list[Audit], bounds: tuple[str, str] | None) -> list[Line]:
    """The lines that may be seen, with the numbers of their households."""
    about = {row.id: _household_id(row.subject) for row in rows}
    ids = sorted({one for one in about.values() if one})
    query = select(Household.id, Household.number).where(col(Household.id).in_(ids))
    numbers = {int(one or 0): number for one, number in work.session.exec(query)}
    if bounds is None:
        return [Line(row, numbers.get(about[row.id], "")) for row in rows]
    here = select(HouseholdPlace.household_id).where(
        col(HouseholdPlace.household_id).in_(ids), HouseholdPlace.area >= bounds[0], HouseholdPlace.area < bounds[1]
    )
    mine = set(work.session.exec(here))
    return [Line(row, numbers.get(about[row.id], "")) for row in rows if about[row.id] in mine]


def _household_id(subject: str) -> int:
    text = subject.removeprefix(_HOUSEHOLD).partition(":")[0].partition("#")[0]
    known = subject.startswith(_HOUSEHOLD) and text.isdecimal() and text.isascii() and len(text) < len(str(LARGEST))
    return int(text) if known else 0
