"""核查与变化 (rechecks): what reached the office, what the comparison said, and what a visit found."""

from __future__ import annotations

from datetime import date

from integrity.errors import Invalid, Refused
from integrity.households import home
from integrity.records.ledger import Change, Recheck, Verification
from integrity.terms import Cause, Event, RecheckResult
from integrity.work import Work


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
    return work.append(
        household_id,
        Verification(
            happened_on=on, area=home(work, household_id, on).area, income=income, cause=cause,
            cause_member=cause_member, self_reported=self_reported, stable=stable, property_over=property_over,
            source=source, detail=detail,
        ),
    )  # fmt: skip


def complete(
    work: Work, household_id: int, result: RecheckResult, *, on: date, visitors: tuple[str, str], note: str = ""
) -> Recheck:
    """Write down a completed check (核查结论). Raises Refused unless two different persons made it."""
    first, second = visitors
    if not first or not second or first == second:
        raise Refused("核查须由两名以上人员进行（民发〔2021〕57号第16条）")
    return work.append(
        household_id,
        Recheck(
            happened_on=on, area=home(work, household_id, on).area, result=result, visitor_1=first, visitor_2=second,
            note=note,
        ),
    )  # fmt: skip
