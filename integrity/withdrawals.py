"""渐退的办理 (running withdrawals): each has a case of its own, with its recheck, its end, and a word before the end.

The job opens the case and prints the notice before the end; it decides nothing. When the last month is over a person
sees to it that assistance goes on or is ended after a hearing (民发〔2021〕57号 33; 社会救助法 48).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import select

from integrity import cases, letters
from integrity.case_files import cases_of
from integrity.errors import NotFound, Refused
from integrity.papers import by_hand
from integrity.records.ledger import Assistance
from integrity.rules.areas import code_range
from integrity.rules.workdays import add_months
from integrity.terms import Act, Procedure
from integrity.work import Work

TOLD_BEFORE = timedelta(days=30)
"""How long before the last day the family is told (期满前告知)."""


def townships(work: Work) -> list[str]:
    """The parts of the job: townships in which a withdrawal was ever decided."""
    query = select(func.substr(Assistance.area, 1, 9)).where(Assistance.act == Act.WITHDRAW).distinct()
    return sorted(f"{code}000" for code in work.session.exec(query))


def see_to(work: Work, township: str) -> str:
    """Open the case of each running withdrawal, and tell the families whose withdrawal ends soon."""
    low, high = code_range(township)
    query = select(Assistance.household_id).where(
        Assistance.area >= low, Assistance.area < high, Assistance.act == Act.WITHDRAW
    )
    opened, told, faults = 0, 0, []
    for household_id in sorted(set(work.session.exec(query))):
        try:
            act = letters.running_withdrawal(work, household_id, work.today)
            begun, ending = _one(work, act)
        except NotFound:
            continue
        except Refused as fault:
            faults.append(f"家庭 {household_id}：{fault}")
            continue
        opened, told = opened + begun, told + ending
    for reason in faults:
        work.audit("渐退需人工处理", township, reason)
    return f"立案 {opened} 件，期满前告知 {told} 件" + by_hand(faults)


def _one(work: Work, act: Assistance) -> tuple[int, int]:
    """(cases opened, families told) for one withdrawal."""
    mine = [one for one in cases_of(work, act.household_id, Procedure.WITHDRAWAL) if one.subject_seq == act.seq]
    until = last_day(act)
    opened = 0
    if not mine and act.effective_on <= work.today:
        taken = cases.open_case(
            work, act.household_id, Procedure.WITHDRAWAL, subject_seq=act.seq, since=act.effective_on, until=until,
            recheck_on=add_months(act.effective_on, max((act.months or 1) - 1, 0)),
        )  # fmt: skip
        mine, opened = [taken.case], 1
    for case in mine:
        if case.stage in ("STARTED", "RECHECKED") and work.today >= until - TOLD_BEFORE:
            cases.take(work, act.household_id, case.no, "TOLD")
            return opened, 1
    return opened, 0


def last_day(act: Assistance) -> date:
    """The last day of a withdrawal."""
    return add_months(act.effective_on, act.months or 0) - timedelta(days=1)
