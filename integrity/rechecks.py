"""核查与变化 (rechecks): what reached the office, what the comparison said, what a visit found, and what is due."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func
from sqlmodel import col, or_, select

from integrity.errors import Invalid, Refused
from integrity.households import home, members
from integrity.households import standing as standing_entries
from integrity.print_places import item_of, original_of
from integrity.recommendations import Finding, as_due, day_of, standing
from integrity.records.ledger import Change, LedgerHead, Member, Notice, Recheck, Residence, Verification
from integrity.records.office import EvaluationRun, Kinship, Recommendation
from integrity.rules.facts import age, day
from integrity.rules.verdict import WORKING_AGE_MONTHS
from integrity.seals import end_with_case
from integrity.terms import Cause, Event, Outcome, PaperKind, Presence, RecheckResult, Scheme
from integrity.work import Work

_WORKING_AGE = WORKING_AGE_MONTHS // 12
_DONE = (RecheckResult.CONFIRMED, RecheckResult.UNCHANGED, RecheckResult.CHANGED)


def report(
    work: Work, household_id: int, kind: Event, *, happened_on: date, reported_on: date, member_no: int | None = None,
    detail: str = "", evidence: str = "",
) -> Change:  # fmt: skip
    """Write down a change, warning, complaint or statement, with the day on which the office learned of it."""
    if reported_on < happened_on:
        raise Invalid("得知日期不能早于发生日期")
    return work.append(
        household_id,
        Change(
            happened_on=happened_on, area=home(work, household_id, reported_on).area, kind=kind,
            reported_on=reported_on, member_no=member_no, detail=detail, evidence=evidence,
        ),
    )  # fmt: skip


def verify(
    work: Work, household_id: int, *, on: date, source: str, income: int | None = None, cause: Cause = Cause.UNKNOWN,
    cause_member: int | None = None, self_reported: bool | None = None, stable: bool | None = None,
    property_over: bool | None = None, detail: str = "",
) -> Verification:  # fmt: skip
    """Write down a result of the economic check (核对): income of the household in fen a month. None is 'not said'."""
    if income is not None and income < 0:
        raise Invalid("收入不能为负数")
    if cause_member is not None:
        _earner(members(work, household_id, on).get(cause_member), cause_member, cause, on)
    return work.append(
        household_id,
        Verification(
            happened_on=on, area=home(work, household_id, on).area, income=income, cause=cause,
            cause_member=cause_member, self_reported=self_reported, stable=stable, property_over=property_over,
            source=source, detail=detail,
        ),
    )  # fmt: skip


def _earner(member: Member | None, no: int, cause: Cause, on: date) -> None:
    """Can this member's income have changed for that cause? Raises Invalid for the dead, and for a child at work."""
    if member is not None and member.presence is Presence.DEAD:
        raise Invalid(f"第 {no} 号成员在 {on} 以前已经死亡，收入变化的请选其他成员")
    if member is not None and member.born_on and cause is Cause.EMPLOYMENT and age(member.born_on, on) < _WORKING_AGE:
        raise Invalid(f"第 {no} 号成员未满 {_WORKING_AGE} 周岁，收入变化的原因不能是就业，请核实是谁的收入")


def complete(
    work: Work, household_id: int, result: RecheckResult, *, on: date, visitors: tuple[str, str], note: str = ""
) -> Recheck:
    """Write down a completed check (核查结论). Raises Refused unless two different persons made it."""
    first, second = visitors
    if not first or not second or first == second:
        raise Refused("核查须由两名以上人员进行（民发〔2021〕57号第16条）")
    if relatives(work, household_id, visitors):
        raise Refused("核查人员与该户有近亲属关系，应当回避（民发〔2021〕57号第11条）")
    if result in _DONE:
        _recall(work, household_id, on)
    return work.append(
        household_id,
        Recheck(
            happened_on=on, area=home(work, household_id, on).area, result=result, visitor_1=first, visitor_2=second,
            note=note,
        ),
    )  # fmt: skip


def _recall(work: Work, household_id: int, on: date) -> None:
    """End the notices of a check that has been made meanwhile, where they never left the house, with their proofs.

    One that waits in a run is taken out of the stack when its file is counted.
    """
    notices = standing_entries(work, Notice, household_id, on)
    unsent = [one for one in notices if one.kind is PaperKind.F11 and original_of(work, one) is None]
    placed = (item_of(work, one) for one in unsent)
    ended = {one.seq for one in unsent} | {item.receipt_seq for item in placed if item is not None}
    numbers = [one.number for one in notices if one.seq in ended]
    end_with_case(work, numbers, by_number="", reason="核查已经完成，通知书没有发出", on=work.today)


def relatives(work: Work, household_id: int, officers: Collection[str]) -> tuple[str, ...]:
    """Those of the officers who are on record as relatives of the household (近亲属备案)."""
    query = select(Kinship).where(Kinship.household_id == household_id, col(Kinship.officer).in_(officers))
    last = {one.officer: one.ended for one in sorted(work.session.exec(query), key=lambda one: one.id or 0)}
    return tuple(sorted(officer for officer, ended in last.items() if not ended))


def list_due(work: Work, area: str, until: date) -> dict[int, Finding]:
    """应核查的家庭: households below the code prefix `area` that are due by `until` or on the list already, by id.

    As of `work.due`, with all that is known by then: a check made, a death or a warning reported since the last
    evaluation counts at once.
    """
    first, last = day(day_of(work.due)), day(until)
    return {
        household_id: found
        for household_id, found in as_due(work, possibly_due(work, area, until)).items()
        if found.area.startswith(area) and found.outcome != Outcome.NOTHING.number and found.due_on is not None
        and (found.due_on <= last or (found.listed_on is not None and found.listed_on <= first))
    }  # fmt: skip


def possibly_due(work: Work, area: str, until: date) -> set[int]:
    """Households to look at: due by the last evaluation, or with an entry since (or never evaluated)."""
    chosen = standing(work, work.due, area).where(
        Recommendation.scheme != Scheme.NONE.number,
        col(Recommendation.due_on).is_not(None),
        or_(col(Recommendation.due_on) <= day(until), col(Recommendation.listed_on) <= day(day_of(work.due))),
    )
    known = work.session.exec(
        select(func.max(EvaluationRun.known_until)).where(EvaluationRun.known_until <= work.due)
    ).one()
    touched = select(Residence.household_id).where(col(Residence.area).startswith(area))
    if known is not None:
        moved = col(LedgerHead.household_id) == col(Residence.household_id)
        touched = touched.join(LedgerHead, moved).where(LedgerHead.recorded_at > known)
    return {row.household_id for row in work.session.exec(chosen)} | set(work.session.exec(touched))
