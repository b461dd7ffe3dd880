"""期限提醒 (deadlines): what is overdue, what ends soon, and what is missing for the months to come?

Everything is told as of `work.due` from what was known then, so that a late run says the same. Nothing is decided here
and nothing is changed: the answers are lists for the officers and one line for the overview of jobs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from integrity import areas, calendars, editions, intake_desk, organs
from integrity.errors import NotFound
from integrity.recommendations import standing
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Assistance, Change, Conduct, Recheck, Residence, Verification
from integrity.records.office import ImportBatch, Recommendation
from integrity.rules import credit
from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, date_of, day
from integrity.rules.policy import NotInForce, Policy
from integrity.rules.workdays import add_months, add_months_day
from integrity.situations import Known, read
from integrity.terms import Act, ConductKind, RecheckResult
from integrity.work import Work

SOON = timedelta(days=30)
"""渐退 that end within this time are announced."""
_CHECKED = (RecheckResult.CONFIRMED, RecheckResult.UNCHANGED, RecheckResult.CHANGED)
_NAMED = 8
"""Townships or counties that a summary line names; the others are counted."""
_IGNORED = g.COUNTED | g.OUT_ENDED | g.MILDER
_KINDS = ("urban", "rural")
COMPARISON = "comparison"
"""`ImportBatch.kind` of results of the comparison (核对结果)."""


class Ending(NamedTuple):
    """到期事项 (something that ends): household, its village, and the first day after the end."""

    household_id: int
    area: str
    ends_on: date


class Gap(NamedTuple):
    """缺漏 (something missing) in a county, said in Chinese."""

    county: str
    text: str


def remind(work: Work) -> str:
    """到期提醒: rechecks that are overdue, and changes whose time for checking and adjusting has passed."""
    if work.session.exec(select(Recommendation).where(Recommendation.decided_at <= work.due).limit(1)).first() is None:
        return "尚无全员评估结果"
    checks, changes = overdue_rechecks(work), overdue_changes(work)
    said = [_counted(work, "核查逾期", checks), _counted(work, "变化核查调整超期", changes)]
    return "；".join(said)


def endings(work: Work) -> str:
    """渐退与记录到期: gradual withdrawals over or about to be, and default records that end this month."""
    on = _day(work)
    ends = withdrawals(work, until=on + SOON)
    over = [one for one in ends if one.ends_on <= on]
    soon = [one for one in ends if one.ends_on > on]
    said = [
        _counted(work, f"渐退{SOON.days}日内到期", soon), _counted(work, "渐退已期满尚未办理", over),
        _counted(work, "失信记录本月到期", defaults_ending(work)),
    ]  # fmt: skip
    return "；".join(said)


def intake_check(work: Work) -> str:
    """核对结果接收检查: has each county on the roll had comparison results as often as its region says?"""
    gaps = missing_comparisons(work)
    return _listed(work, "各县均已按频次接收核对结果", gaps)


def yearly(work: Work) -> str:
    """标准与日历提醒: are the standards and the calendar of rest days of the coming (in January: this) year there?"""
    year = add_months(_day(work), 2).year
    loaded = "已载入" if calendars.workdays(work).covers(year) else "尚未载入，工作日期限按暂定计算"
    return f"{year}年放假安排{loaded}；" + _listed(work, f"各县{year}年低保标准齐备", missing_standards(work, year))


def overdue_rechecks(work: Work) -> list[Ending]:
    """Households whose recheck should have been made before the day, and neither was it nor were they stopped."""
    return _overdue(work, "due_on")


def overdue_changes(work: Work) -> list[Ending]:
    """Households whose last day for checking and adjusting after a change has passed."""
    return _overdue(work, "finish_on")


def _overdue(work: Work, column: str) -> list[Ending]:
    """Standing findings whose day in `column` lies before today, unless something was done since."""
    chosen = standing(work, work.due).subquery()
    until = chosen.c[column]
    rows = work.session.execute(
        select(chosen.c.household_id, chosen.c.area, until)
        .where(until < day(_day(work)))
        .where(~_done_since(work, Recheck, chosen, col(Recheck.result).in_(_CHECKED)))
        .where(~_done_since(work, Assistance, chosen, col(Assistance.act) == Act.STOP))
        .order_by(chosen.c.area, chosen.c.household_id)
    )
    return [Ending(household, area, date_of(last + 1)) for household, area, last in rows]


def _done_since(work: Work, kind: Any, chosen: Any, what: ColumnElement[bool]) -> ColumnElement[bool]:
    """Does an entry stand that became known after the finding, and by the moment of this work?"""
    return (
        exists()
        .where(kind.household_id == chosen.c.household_id, what, _stands(kind))
        .where(kind.recorded_at > chosen.c.decided_at, kind.recorded_at <= work.due)
    )


def _stands(kind: Any) -> ColumnElement[bool]:
    """Is an entry neither void nor corrected?"""
    corrected = aliased(kind)
    again = exists().where(corrected.household_id == kind.household_id, corrected.corrects == kind.seq)
    return and_(~kind.void, ~again)


def withdrawals(work: Work, *, until: date) -> list[Ending]:
    """Running 渐退 whose last month ends by `until`, those that are over and were not dealt with among them."""
    later = aliased(Assistance)
    ended = exists().where(
        col(later.household_id) == Assistance.household_id, col(later.act).in_((Act.STOP, Act.GRANT)),
        col(later.seq) > Assistance.seq, col(later.recorded_at) <= work.due, _stands(later),
    )  # fmt: skip
    query = select(Assistance).where(
        Assistance.act == Act.WITHDRAW, Assistance.recorded_at <= work.due, _stands(Assistance), ~ended
    )
    households = {
        act.household_id for act in work.session.exec(query) if add_months(act.effective_on, act.months or 0) <= until
    }
    found = []
    for known in _known(work, households):
        s = known.situation
        if s.withdrawal_on != UNKNOWN and s.withdrawal_months > 0:
            end = date_of(add_months_day(s.withdrawal_on, s.withdrawal_months))
            if end <= until:
                found.append(Ending(known.household_id, known.area, end))
    return sorted(found, key=lambda one: (one.ends_on, one.household_id))


def defaults_ending(work: Work) -> list[Ending]:
    """失信 findings whose time of use ends in the month of the day, by the catalogue that the county has adopted."""
    query = select(Conduct.household_id).where(Conduct.kind == ConductKind.DEFAULT, Conduct.recorded_at <= work.due)
    candidates = set(work.session.exec(query.distinct()))
    if not candidates:
        return []
    on, known_until = _day(work), micros(work.due)
    first = on.replace(day=1)
    month = range(day(first), day(add_months(first, 1)))
    policy = editions.in_force(work, known_until)
    terms: dict[str, credit.Terms] = {}
    found = []
    for known in _known(work, candidates):
        township = known.area[:9] + "000"
        if township not in terms:
            adopted = organs.adopted(work, known.area[:6] + "000000", on, known_until)
            terms[township] = credit.terms(policy.adopting(adopted), township, adopted, on)
        found += [Ending(known.household_id, known.area, end) for end in _ends(known, terms[township], month)]
    return sorted(found, key=lambda one: (one.ends_on, one.household_id))


def _ends(known: Known, terms: credit.Terms, month: range) -> Iterator[date]:
    """The ends within the month of default findings that count, or counted until then."""
    for one in credit.score(known.findings, terms, known.situation.on).contributions:
        is_default = one.item >= 0 and terms.items[one.item].kind is ConductKind.DEFAULT
        if is_default and not one.reasons & ~_IGNORED and one.end in month:
            yield date_of(one.end)


def _known(work: Work, households: Iterable[int]) -> Iterator[Known]:
    """What is known of some households, by id."""
    connection, on, until = work.session.connection(), day(_day(work)), micros(work.due)
    for household in sorted(households):
        yield from read(connection, household, household + 1, known_until=until, on=on)


def missing_comparisons(work: Work) -> list[Gap]:
    """Counties without results of the comparison in their last period (`compare.frequency`, months), or without one."""
    on, policy = _day(work), editions.in_force(work, micros(work.due))
    gaps = []
    for county in counties(work):
        row = policy.find("compare.frequency", county, on)
        if row is None:
            gaps.append(Gap(county, "没有设定数据比对频次"))
        elif not _compared(work, county, add_months(on, -int(row.value or 0))):
            gaps.append(Gap(county, f"近{row.value}个月没有导入核对结果"))
    return gaps


def _compared(work: Work, county: str, since: date) -> bool:
    """Did results of the comparison for households of the county come in from `since` on, and were not undone?"""
    beginning = datetime.combine(since, time(), SHANGHAI)
    for kind in (Verification, Change):
        query = (
            select(kind.household_id)
            .join(ImportBatch, col(ImportBatch.id) == kind.import_id)
            .where(ImportBatch.kind == COMPARISON)
            .where(or_(col(ImportBatch.undone_at).is_(None), col(ImportBatch.undone_at) > work.due))
            .where(func.substr(kind.area, 1, 6) == county[:6], col(kind.corrects).is_(None))
            .where(kind.recorded_at >= beginning, kind.recorded_at <= work.due)
        )
        if work.session.exec(query.limit(1)).first() is not None:
            return True
    return intake_desk.compared(work, county, beginning)


def missing_standards(work: Work, year: int) -> list[Gap]:
    """Counties where no 低保 standard is known for 1 January of the year, or only one from over a year before."""
    on, policy = date(year, 1, 1), editions.in_force(work, micros(work.due))
    return [Gap(county, text) for county in counties(work) for text in _standard_gaps(policy, county, on)]


def _standard_gaps(policy: Policy, county: str, on: date) -> Iterator[str]:
    for kind, name in zip(_KINDS, ("城镇", "农村"), strict=True):
        try:
            row = policy.row("standard.dibao", county, on, kind)
        except NotInForce:
            yield f"没有{name}低保标准"
            continue
        if not row.is_set:
            yield f"没有{name}低保标准"
        elif row.since < add_months(on, -12):
            yield f"{name}低保标准自{row.since}起未调整，请核对有无新标准"


def counties(work: Work) -> list[str]:
    """The counties (12 digits) in which households are or were registered."""
    query = select(func.substr(Residence.area, 1, 6)).where(Residence.recorded_at <= work.due).distinct()
    return sorted(code + "000000" for code in work.session.exec(query))


def _day(work: Work) -> date:
    """The day as of which this work tells."""
    return work.due.astimezone(SHANGHAI).date()


def _counted(work: Work, what: str, ends: list[Ending]) -> str:
    """A count with the townships that have most."""
    if not ends:
        return f"{what}0件"
    by_township = Counter(one.area[:9] + "000" for one in ends)
    most = sorted(by_township.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = "、".join(f"{_name(work, code)}{count}" for code, count in most[:_NAMED])
    return f"{what}{len(ends)}件（{parts}{'等' if len(most) > _NAMED else ''}）"


def _listed(work: Work, well: str, gaps: list[Gap]) -> str:
    """All is well, or what is missing where; an empty roll is not called well."""
    if not gaps:
        return well if counties(work) else "名册中还没有家庭"
    said = "、".join(f"{_name(work, gap.county)}：{gap.text}" for gap in gaps[:_NAMED])
    return f"缺{len(gaps)}项：{said}{'等' if len(gaps) > _NAMED else ''}"


def _name(work: Work, code: str) -> str:
    """The name of an area, or its code where none is loaded."""
    try:
        return areas.area(work, code, _day(work)).name
    except NotFound:
        return code
