"""待办 (work lists): what waits for an officer in his area, group by group; each count is of its very list.

A count goes no further than a thousand, a list is turned page by page; neither looks through the roll.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import col, select

from integrity import intake_desk, places
from integrity.errors import NotFound
from integrity.finding import within
from integrity.permissions import may
from integrity.places import Listed
from integrity.policies_of import policy_for
from integrity.recheck_marks import period_end
from integrity.records import places as kinds
from integrity.records.office import Posting, PostingNote
from integrity.rules.areas import code_range, level_of
from integrity.rules.facts import date_of, day
from integrity.rules.procedure_tables import table
from integrity.rules.procedure_waits import ANY, CONFIRMING, COUNTY, DECIDING
from integrity.terms import AreaLevel, PostingEvent, Procedure, Role
from integrity.work import Work

MOST = 1000
_SOON = timedelta(days=60)
"""No clock is reminded of earlier."""
_EVER = timedelta(days=36_500)
_POSTING, _INTAKE = "POSTING", "INTAKE"
_COLUMNS = "on_day, area, household_id, ref"


class Desk(NamedTuple):
    """岗位 (desk): the role of an officer and his area, a 12-digit code; "" has nothing.

    `officer`: whose desk it is; what he may not take himself is not listed for him.
    """

    role: Role
    area: str
    officer: str = ""


class Group(NamedTuple):
    """一组待办 (group of what waits): code, name, what is asked of the index; the matter under which it falls.

    `beside`: groups in which the same work may stand already; then it is not listed here once more.
    """

    code: str
    name: str
    matter: str
    kind: str
    since: date
    until: date
    told_by: date | None = None
    organs: tuple[str, ...] = ()
    beside: tuple[Group, ...] = ()


class Count(NamedTuple):
    """件数 (how many), up to a thousand."""

    number: int

    def __str__(self) -> str:
        return "999+" if self.number >= MOST else str(self.number)


class Task(NamedTuple):
    """一件待办 (something that waits): its day, the household, the case or the entry; or what it is called."""

    on: date
    household: Listed | None
    ref: int
    posting: str = ""


class Tasks(NamedTuple):
    """一页待办 (a page of a list) and from where the next one goes on; "" after the last."""

    rows: list[Task]
    next: str


def groups(work: Work, desk: Desk) -> list[Group]:
    """The groups of a desk today, most pressing first; those of matters that are not its own are left out."""
    found = (*_pressing(work.today), *_rechecks(work.today), *_standing(work.today), *_cases(work, desk))
    return [one for one in found if desk.area and may(desk.role, one.matter)]


def tiles(work: Work, desk: Desk) -> list[Group]:
    """The same groups with a recheck in the first of them only: 逾期, 到期, 待录结论, then its case (clocks remind)."""
    every = groups(work, desk)
    rechecks = tuple(one for one in every if one.kind in (kinds.RECHECK, kinds.RESULT))
    due = tuple(one for one in rechecks if one.kind == kinds.RECHECK)
    beside = {kinds.RESULT: due, f"{kinds.CASE}.{desk.role.name}.{Procedure.RECHECK.name}": rechecks}
    return [one._replace(beside=beside.get(one.kind, ())) for one in every]


def _pressing(today: date) -> Iterator[Group]:
    before, after = today - timedelta(days=1), today + _SOON
    yield Group("RESTORED", "恢复备份后待核对", "审核意见", kinds.RESTORED, today - _EVER, after)
    yield Group("CLOCK_OVER", "期限已过", "办理程序", kinds.CLOCK, today - _EVER, before)
    yield Group("CLOCK_SOON", "期限将到", "办理程序", kinds.CLOCK, today, after, told_by=today)


def _rechecks(today: date) -> Iterator[Group]:
    matter = "登记核查结论"
    yield Group("RECHECK_OVER", "逾期核查", matter, kinds.RECHECK, today - _EVER, today - timedelta(days=1))
    yield Group("RECHECK_DUE", "到期核查", matter, kinds.RECHECK, today, period_end(today))
    yield Group("RESULT", "待录核查结论", matter, kinds.RESULT, today - _EVER, today)


def _standing(today: date) -> Iterator[Group]:
    for kind, name, matter in (
        (kinds.OPINION, "待审核意见", "审核意见"), (kinds.PROMISE, "待签承诺", "登记承诺"),
        (kinds.PRINT, "待编入打印批次", "打印文书"), (kinds.DELIVER, "待送达", "登记送达"),
        (kinds.RETURNED, "已退回", "登记送达"), (kinds.RECEIPT, "待收回执", "登记送达"), (_POSTING, "公示到期", "公示"),
        (_INTAKE, "待处理来件", intake_desk.MATTER),
    ):  # fmt: skip
        yield Group(kind, name, matter, kind, today - _EVER, today)


def _cases(work: Work, desk: Desk) -> Iterator[Group]:
    """One group for each procedure, of the cases that wait for this role at this level of government."""
    if not desk.area:
        return
    today, organs = work.today, _organs(work, desk)
    for one in Procedure:
        kind = f"{kinds.CASE}.{desk.role.name}.{one.name}"
        name = f"案件待我办理：{one.value}"
        yield Group(f"CASE_{one.name}", name, "办理程序", kind, today - _EVER, today, organs=organs)


def _organs(work: Work, desk: Desk) -> tuple[str, ...]:
    """At which levels of government this desk takes steps (社会救助法 44、47)."""
    below = level_of(desk.area) in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)
    try:
        policy = policy_for(work, desk.area, work.today)
    except NotFound:
        return (ANY,) if below else (COUNTY, DECIDING, CONFIRMING)
    found = [ANY if below else COUNTY]
    for organ, key in ((DECIDING, "adverse.who_decides"), (CONFIRMING, "apply.who_confirms")):
        row = policy.find(key, desk.area, work.today)
        if below == (row is not None and row.value == "township"):
            found.append(organ)
    return tuple(found)


def count(work: Work, desk: Desk, group: Group) -> Count:
    """How many there are in a group: of the query by which its list is made."""
    return counts(work, desk, [group])[group.code]


def counts(work: Work, desk: Desk, asked: Sequence[Group]) -> dict[str, Count]:
    """The same of several groups by their codes, in one question to the database."""
    found = {one.code: Count(0) for one in asked}
    parts, every = [], {"limit": MOST}
    for n, group in enumerate(asked):
        if group.kind in (_POSTING, _INTAKE):
            found[group.code] = Count(_elsewhere(work, desk, group))
            continue
        query, told = _query(desk, group)
        named = re.sub(r":(?!limit)(\w+)", rf":\1_{n}", query)
        parts.append(f"SELECT {n} AS no, count(*) AS number FROM ({named}) AS listed_{n}")
        every |= {f"{name}_{n}": value for name, value in told.items()}
    if parts:
        rows = work.session.connection().execute(text(" UNION ALL ".join(parts)), every)
        found |= {asked[row.no].code: Count(row.number) for row in rows}
    return found


def _elsewhere(work: Work, desk: Desk, group: Group) -> int:
    """How many there are of what the index does not know."""
    if group.kind == _INTAKE:
        return intake_desk.waiting(work, code_range(desk.area))
    return len(_postings(work, desk, group, "", MOST))


def rows(work: Work, desk: Desk, group: Group, *, after: str = "", limit: int = 50) -> Tasks:
    """A page of a group, most pressing first."""
    if group.kind == _POSTING:
        return _posted(work, desk, group, after, limit)
    if group.kind == _INTAKE:
        return _sent(work, desk, after, limit)
    query, told = _query(desk, group, _cursor(after))
    found = list(work.session.connection().execute(text(query), told | {"limit": limit + 1}))
    listed = places.of(work, [row.household_id for row in found[:limit]], code_range(desk.area))
    tasks = [Task(date_of(row.on_day), listed.get(row.household_id), row.ref) for row in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return Tasks(tasks, "" if last is None else "-".join(map(str, last)))


def _query(desk: Desk, group: Group, after: tuple[Any, ...] = ()) -> tuple[str, dict[str, Any]]:
    """The query of a list: within the township or county of the desk, else along the days until a page is full."""
    low, high = code_range(desk.area)
    told: dict[str, Any] = {"kind": group.kind, "since": day(group.since), "until": day(group.until)}
    told |= {"low": low, "high": high}
    where = ["kind = :kind", "on_day >= :since", "on_day <= :until", "(area || '') >= :low", "(area || '') < :high"]
    for level, width in (("town", 9), ("county", 6)):
        if within((low, high), width):
            where.append(f"{level} = :within")
            told["within"] = low[:width]
            break
    if group.told_by is not None:
        where.append("from_on <= :told_by")
        told["told_by"] = day(group.told_by)
    if group.organs:
        theirs = [f"organ LIKE '%{one}%'" for one in group.organs]
        if ANY not in group.organs:
            theirs.append(_OPENED_HERE)
            told["own"] = desk.area
        where.append("(" + " OR ".join(theirs) + ")")
        if desk.officer and desk.role is Role.APPROVER:
            where.append(_not_his(group.kind))
            told["officer"] = desk.officer
    for n, other in enumerate(group.beside):
        where.append(_not_in(n))
        told |= {f"kind{n}": other.kind, f"until{n}": day(other.until)}
    if after:
        where.append(f"({_COLUMNS}) > (:day0, :area0, :household0, :ref0)")
        told |= dict(zip(("day0", "area0", "household0", "ref0"), after, strict=True))
    said = f"SELECT {_COLUMNS} FROM waits WHERE {' AND '.join(where)} ORDER BY {_COLUMNS} LIMIT :limit"
    return said, told


def _not_in(n: int) -> str:
    """Not what stands in another group: the same household, and the same case where that group is of cases."""
    return (
        "NOT EXISTS (SELECT 1 FROM waits AS beside WHERE beside.household_id = waits.household_id AND "
        f"beside.kind = :kind{n} AND beside.on_day <= :until{n} AND beside.ref IN (0, waits.ref))"
    )


_TAKEN = "EXISTS (SELECT 1 FROM step WHERE step.household_id = waits.household_id AND step.case_no = waits.ref AND "
_OPENED_HERE = (
    f"(organ LIKE '%{ANY}%' AND {_TAKEN}step.step_no = 1 AND step.recorded_by IN "
    "(SELECT code FROM officer WHERE area = :own)))"
)
"""A step that any level may take waits at the county too where the county opened the case: it goes on there."""


def _not_his(kind: str) -> str:
    """回避本案: not a case in which he took a step that keeps him from deciding it, until it is decided."""
    rules = table(Procedure[kind.rpartition(".")[2]])
    deciding = [one for one in rules.rows if one.by == (Role.APPROVER,) and one.apart]
    kept, decided = ({code for one in deciding for code in one.apart}, {one.code for one in deciding})
    if not deciding:
        return "1 = 1"
    mine, over = (", ".join(f"'{code}'" for code in sorted(codes)) for codes in (kept, decided))
    return f"(NOT {_TAKEN}step.recorded_by = :officer AND step.step IN ({mine})) OR {_TAKEN}step.step IN ({over})))"


def _cursor(after: str) -> tuple[Any, ...]:
    """Where a page begins; () for the first, and for what is no such place."""
    parts = after.split("-")
    if len(parts) != 4 or not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in parts):
        return ()
    return int(parts[0]), parts[1], int(parts[2]), int(parts[3])


def _posted(work: Work, desk: Desk, group: Group, after: str, limit: int) -> Tasks:
    found = _postings(work, desk, group, after, limit + 1)
    tasks = [Task(one.until, None, one.id or 0, one.number) for one in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return Tasks(tasks, "" if last is None else f"{day(last.until)}-{last.id}")


def _sent(work: Work, desk: Desk, after: str, limit: int) -> Tasks:
    """What other systems sent, the oldest first."""
    page = intake_desk.listed(work, code_range(desk.area), after=after, limit=limit)
    found = [(one.row, one.household) for one in page.rows]
    return Tasks(
        [Task(intake_desk.received_on(row), one, row.id or 0, f"来件 {row.id}") for row, one in found], page.next
    )


def _postings(work: Work, desk: Desk, group: Group, after: str, limit: int) -> list[Posting]:
    """Public notices of the area that are over and still hang."""
    low, high = code_range(desk.area)
    down = select(PostingNote.id).where(
        PostingNote.posting_id == Posting.id, PostingNote.event == PostingEvent.TAKEN_DOWN
    )
    query = select(Posting).where(
        Posting.area >= low, Posting.area < high, Posting.until < group.until, ~down.exists()
    )  # fmt: skip
    parts = after.split("-")
    known = len(parts) == 2 and all(one.isascii() and one.isdecimal() and len(one) < 16 for one in parts)
    if known and len(parts[0]) <= len("999999"):
        until, last = date_of(int(parts[0])), int(parts[1])
        query = query.where((col(Posting.until) > until) | ((col(Posting.until) == until) & (col(Posting.id) > last)))
    return list(work.session.exec(query.order_by(col(Posting.until), col(Posting.id)).limit(limit)))
