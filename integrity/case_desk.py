"""案件现状 (how a case stands): its papers and their service, the steps that may come next and what each lacks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, select

from integrity import case_facts, notices
from integrity.case_files import Case, cases_of
from integrity.cases import obstacles_to, papers_of, take
from integrity.delivery import service_of
from integrity.errors import Refused
from integrity.print_wishes import UNASKED, Asked
from integrity.printing import original
from integrity.records.ledger import Notice, Printing
from integrity.rules.procedure import Obstacle, Row
from integrity.terms import PaperKind, Procedure
from integrity.work import Work

_WITHOUT_CASE = (PaperKind.F01, PaperKind.F02, PaperKind.F11, PaperKind.F13, PaperKind.F16)
"""Papers that can be made out at the desk outside a case."""
_OF_ONE_SELF = ("role", "asks")
"""Obstacles that the list of steps tells by itself: by whom it is taken, what is to be stated."""
_OF_WHO = ("organ", "apart", "relative")
"""Obstacles that lie in the officer who looks."""


class NextStep(NamedTuple):
    """下一步 (a step that may come next) and what keeps the acting officer, or anybody, from taking it today."""

    row: Row
    lacks: tuple[Obstacle, ...]


def next_steps(work: Work, case: Case) -> list[NextStep]:
    """The steps that may follow in this case; what earlier steps stated is taken as stated again."""
    row = case.table.rows[0]
    facts = case_facts.facts(work, case, row, on=work.today, given={})
    found = [NextStep(one, _lacks(work, case, one)) for one in case.table.following(facts) if one.by]
    return [one for one in found if not (case.closed and _moot(one))]


def _moot(one: NextStep) -> bool:
    """In a case that has ended: is it kept back by more than who asks? Then it does not belong to this case."""
    return any(lack.code not in _OF_WHO for lack in one.lacks)


def _lacks(work: Work, case: Case, row: Row) -> tuple[Obstacle, ...]:
    before = {ask.name: said for ask in row.asks if (said := case.said(ask.name)) is not None}
    found = obstacles_to(work, case, row.code, **before)
    told = {str(one): one for one in found if one.code not in _OF_ONE_SELF}
    return tuple(told.values())


def paper_lines(work: Work, case: Case, step_no: int) -> list[str]:
    """The papers of a step: number, name, and whether each was printed and served."""
    return [f"《{one.kind.value}》{one.number}　{_state(work, one)}" for one in papers_of(work, case, step_no)]


def _state(work: Work, notice: Notice) -> str:
    service = service_of(work, notice)
    if service is not None:
        return f"{service.happened_on}{service.way.value}，{service.receiver}签收"
    return "已打印，尚未送达" if _printed(work, notice) else "尚未打印"


def at_desk(work: Work, household_id: int, kind: PaperKind, asked: Asked = UNASKED) -> Path:
    """The file of the paper of a kind that this household gets today: of its open case, else made out now.

    A hearing notice of an open case is the step 告知, which is taken by this. Raises Refused, NotFound.
    """
    open_cases = [one for one in cases_of(work, household_id) if not one.closed]
    for case in open_cases:
        if kind is PaperKind.F13 and case.procedure in (Procedure.DECISION, Procedure.TEKUN) and case.stage == "OPEN":
            return original(work, take(work, household_id, case.no, "NOTICE").papers[0], asked)
    standing = _of_cases(work, household_id, kind, [one.no for one in open_cases])
    if standing is not None:
        return original(work, standing, asked)
    if kind not in _WITHOUT_CASE:
        raise Refused(f"《{kind.value}》由案件的步骤制发，现在没有要打印的；各步骤的文书见 chengxin procedure")
    return notices.print_now(work, household_id, kind, asked)


def _of_cases(work: Work, household_id: int, kind: PaperKind, open_cases: list[int]) -> Notice | None:
    """The newest paper of a kind that a case has made: of an open one, or one that was not printed yet."""
    query = select(Notice).where(
        Notice.household_id == household_id, Notice.kind == kind, col(Notice.subject).startswith("case:")
    )
    for notice in work.session.exec(query.order_by(col(Notice.seq).desc())):
        if int(notice.subject.split(":")[1]) in open_cases or not _printed(work, notice):
            return notice
    return None


def _printed(work: Work, notice: Notice) -> bool:
    query = select(Printing).where(Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq)
    return work.session.exec(query).first() is not None
