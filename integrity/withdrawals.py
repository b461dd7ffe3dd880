"""渐退的办理 (running withdrawals): each has a case of its own, with its recheck, its end, and a word before the end.

The job opens the case, issues the notice before the end, and puts it into a print run the same day: it is of use only
before the end. It decides nothing. When the last month is over a person
sees to it that assistance goes on or is ended after a hearing (民发〔2021〕57号 33; 社会救助法 48).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import select

from integrity import cases, letters
from integrity.case_files import cases_of
from integrity.errors import NotFound, Refused
from integrity.papers import by_hand
from integrity.print_choice import Choice, waiting
from integrity.print_runs import job_step, next_file
from integrity.records.ledger import Assistance
from integrity.rules.areas import code_range
from integrity.rules.workdays import add_months
from integrity.terms import Act, PaperKind, Procedure
from integrity.work import Work

TOLD_BEFORE = timedelta(days=30)
"""How long before the last day the family is told (期满前告知)."""


SEE_TO, PRINT = "see-to", "print"


def parts(work: Work) -> list[str]:
    """The parts of the job: see to every township in which a withdrawal was ever decided, then print, file by file."""
    query = select(func.substr(Assistance.area, 1, 9)).where(Assistance.act == Act.WITHDRAW).distinct()
    found = sorted(f"{code}000" for code in work.session.exec(query))
    return [*(f"{SEE_TO} {one}" for one in found), *(f"{PRINT} {one} {n}" for one in found for n in (1, 2))]


def part(work: Work, name: str) -> str:
    """Do one part of the job; its summary line, with what a person must see to."""
    step, township, *_ = name.split()
    return see_to(work, township) if step == SEE_TO else _print(work, township)


def _print(work: Work, township: str) -> str:
    """Put what this job told families into a print run, and lay it out."""
    choice = Choice(area=township, kinds=(PaperKind.F16,))
    numbers = tuple(
        one.number for one in waiting(work, choice)
        if one.recorded_by == work.actor and one.subject.startswith("case:")
    )  # fmt: skip
    if not numbers:
        return next_file(work, township) or "没有待印文书"
    return job_step(work, replace(choice, numbers=numbers))


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
            recheck_on=letters.withdrawal_check(work, act),
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
