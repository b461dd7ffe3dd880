"""户的现状 (where households stand now): the roll of an area in the order of its houses; the index made and compared.

The index is written with the entries (`records.placing`). Here it is made anew, brought up to date where an act takes
effect by the mere passing of days, and compared with what the ledgers say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import col, func, select

from integrity import case_clocks, restored
from integrity.office_terms import JobState
from integrity.records import placing
from integrity.records.ledger import Household
from integrity.records.office import Adoption, CalendarYear, JobRun, Person, PolicyEdition
from integrity.records.places import CASE, CLOCK, HouseholdPlace, Waits
from integrity.rules.facts import day
from integrity.terms import Scheme
from integrity.work import Office, Work

_PART = 1000
FEW = 100
"""Households whose clocks are computed while somebody waits."""
_INDEX = "all"
Scope = tuple[str, str]
"""Area codes from low up to, but not with, high (`rules.areas.code_range`)."""


class Listed(NamedTuple):
    """名册的一行 (a household on the roll): number, village, head, how many, scheme today."""

    household_id: int
    number: str
    area: str
    head: str
    persons: int
    scheme: Scheme


class Roll(NamedTuple):
    """一页名册 (a page of the roll) and from where the next one goes on; "" after the last."""

    rows: list[Listed]
    next: str


def roll(work: Work, scope: Scope, *, after: str = "", limit: int = 50) -> Roll:
    """The households of an area by village and house (门牌顺序), a page at a time."""
    low, high = scope
    query = select(HouseholdPlace).where(HouseholdPlace.area >= low, HouseholdPlace.area < high)
    last = work.session.get(HouseholdPlace, int(after)) if after.isdecimal() and len(after) < 16 else None
    if last is not None:
        query = query.where(_after(last))
    order = (col(HouseholdPlace.area), col(HouseholdPlace.order_key), col(HouseholdPlace.household_id))
    found = list(work.session.exec(query.order_by(*order).limit(limit + 1)))
    rows = list(told(work, found[:limit]).values())
    return Roll(rows, str(rows[-1].household_id) if len(found) > limit else "")


def _after(last: HouseholdPlace) -> Any:
    names = "household_place.area, household_place.order_key, household_place.household_id"
    return text(f"({names}) > (:area_, :key_, :id_)").bindparams(
        area_=last.area, key_=last.order_key, id_=last.household_id
    )


def told(work: Work, found: Sequence[HouseholdPlace]) -> dict[int, Listed]:
    """The rows as a list tells them, by id; what took effect since they were written is looked up."""
    stale = [one.household_id for one in found if one.renew_on is not None and one.renew_on <= work.today]
    schemes = placing.schemes(work.session.connection(), stale, day(work.today)) if stale else {}
    numbers = _by_id(work, Household, [one.household_id for one in found])
    heads = _by_id(work, Person, [one.head_id for one in found if one.head_id])
    return {
        one.household_id: Listed(
            one.household_id, numbers[one.household_id].number, one.area,
            heads[one.head_id].name if one.head_id in heads else "", one.persons,
            schemes.get(one.household_id, one.scheme),
        )
        for one in found
    }  # fmt: skip


def _by_id(work: Work, kind: Any, ids: Sequence[int]) -> dict[int, Any]:
    return {one.id: one for one in work.session.exec(select(kind).where(kind.id.in_(ids)))}


def of(work: Work, wanted: Sequence[int], scope: Scope) -> dict[int, Listed]:
    """These households, those of them that live in the area now."""
    low, high = scope
    query = select(HouseholdPlace).where(
        col(HouseholdPlace.household_id).in_(wanted), HouseholdPlace.area >= low, HouseholdPlace.area < high
    )
    return told(work, list(work.session.exec(query)))


def renew_part(work: Work, part: str) -> int:
    """Make the rows of one part of the roll anew, clocks and restored ledgers among them; how many were wrong."""
    ids = _ids(work, part)
    connection = work.session.connection()
    wrong = placing.renew(connection, work.vault, ids, work.today)
    for one in ids:
        wrong += case_clocks.renew(work, one)
    return wrong


def catch_up(work: Work) -> str:
    """现状更新 (daily): rows whose day has come, households without a row, clocks that ran out; how many."""
    due = select(HouseholdPlace.household_id).where(col(HouseholdPlace.renew_on) <= work.today)
    missing = (
        select(Household.id)
        .join(HouseholdPlace, col(HouseholdPlace.household_id) == col(Household.id), isouter=True)
        .where(col(HouseholdPlace.household_id).is_(None))
    )
    ids = {one for query in (due, missing) for one in work.session.exec(query) if one is not None}
    placing.renew(work.session.connection(), work.vault, ids, work.today)
    ended = select(Waits.household_id).where(Waits.kind == CLOCK, Waits.on_day < work.today).distinct()
    clocks = sum(case_clocks.renew(work, one) for one in work.session.exec(ended).all())
    return f"更新 {len(ids)} 户，期限 {clocks} 件"


def night_parts(work: Work) -> list[str]:
    """夜间的分段: the index itself; after a new calendar or policy, the households with open cases as well."""
    if not _outgrown(work):
        return [_INDEX]
    ids = _with_open_cases(work)
    return [_INDEX, *(f"{low}-{low + _PART}" for low in sorted({one // _PART * _PART for one in ids}))]


def night_part(work: Work, part: str) -> str:
    """One of them; how many clocks were wrong."""
    if part == _INDEX:
        return catch_up(work)
    low, high = (int(bound) for bound in part.split("-"))
    ids = [one for one in _with_open_cases(work) if low <= one < high]
    return f"期限 {sum(case_clocks.renew(work, one) for one in ids)} 件"


def _outgrown(work: Work) -> bool:
    """Was anything entered, on which clocks rest, since this was last seen to?"""
    seen = select(func.max(JobRun.due_at)).where(
        JobRun.job == "places", JobRun.state == JobState.DONE, JobRun.due_at < work.due
    )
    last = work.session.exec(seen).one()
    entered = (CalendarYear.loaded_at, PolicyEdition.registered_at, Adoption.recorded_at)
    newest = [one for column in entered if (one := work.session.exec(select(func.max(column))).one())]
    return last is None or max(newest, default=last) >= last


def _with_open_cases(work: Work, limit: int | None = None) -> list[int]:
    """Households in which a case waits for somebody, as far as the work may see; the first few with a limit."""
    query = select(Waits.household_id).where(Waits.kind >= f"{CASE}.", Waits.kind < f"{CASE}/").distinct()
    return list(work.session.exec(query.limit(limit)))


def after_calendar(work: Work) -> str:
    """放假安排录入以后: the clocks of open cases are computed again, now where they are few, else in the night."""
    work.flush()
    work.session.flush()
    ids = _with_open_cases(work, FEW + 1)
    if len(ids) > FEW:
        return "在办案件较多，期限提醒今晚重新计算"
    return f"期限提醒已重新计算，改正 {sum(case_clocks.renew(work, one) for one in ids)} 件"


def parts(work: Work) -> list[str]:
    """The parts of the roll."""
    highest = work.session.exec(select(Household.id).order_by(col(Household.id).desc()).limit(1)).first() or 0
    return [f"{low}-{low + _PART}" for low in range(0, highest + 1, _PART)]


def _ids(work: Work, part: str) -> list[int]:
    low, high = (int(bound) for bound in part.split("-"))
    query = select(Household.id).where(col(Household.id) >= low, col(Household.id) < high)
    return [one for one in work.session.exec(query) if one is not None]


def _lasting(work: Work, ids: Sequence[int]) -> list[int]:
    """Those whose rows are still of today: of the others it is known that they have to be written anew."""
    due = select(HouseholdPlace.household_id).where(
        col(HouseholdPlace.household_id).in_(ids), col(HouseholdPlace.renew_on) <= work.today
    )
    over = set(work.session.exec(due))
    return [one for one in ids if one not in over]


def rebuild(office: Office, actor: str = "系统任务") -> str:
    """重建现状索引: part by part, each a piece of work of its own; a summary."""
    with office.reading() as work:
        every = parts(work)
    wrong = 0
    for part in every:
        with office.work(actor) as work:
            wrong += renew_part(work, part)
    with office.work(actor) as work:
        wrong += sum(restored.note(work, one) for one in restored.waiting(work))
    return f"现状索引已核对，改正 {wrong} 行"


def complete(office: Office) -> None:
    """Make the index where a household is without one: the database is of before there was one."""
    with office.reading() as work:
        without = select(Household.id).outerjoin(HouseholdPlace).where(col(HouseholdPlace.household_id).is_(None))
        lacking = work.session.exec(without.limit(1)).first() is not None
    if lacking:
        rebuild(office)


def faults(work: Work, household_id: int | None = None) -> Iterator[str]:
    """What stands in the index and is not so, one sentence each; of one household or of the whole roll."""
    every = [f"{household_id}-{household_id + 1}"] if household_id else parts(work)
    for part in every:
        for block in placing.blocks(_lasting(work, _ids(work, part))):
            for one in placing.differing(work.session.connection(), work.vault, block, work.today):
                number = len(one.gone | one.new)
                where = f"第 {block[0]} 至 {block[-1]} 户"
                yield f"现状索引：{one.table} {where}有 {number} 行与户账不符，请运行 chengxin places"
