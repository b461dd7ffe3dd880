"""文书失效 (end of papers by a case): what a step revokes or replaces is told to whoever verifies the paper afterwards.

The procedure has decided who may revoke: nobody is asked again, and a step that is refused ends nothing. The words that
whoever holds a paper reads are fixed: they tell nothing of the case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlmodel import select

from integrity import seals
from integrity.case_acts import subject_case
from integrity.case_files import Case, text_of
from integrity.households import standing
from integrity.records.ledger import Finding, Notice
from integrity.rules.procedure import Facts, Row
from integrity.terms import StepEffect
from integrity.work import Work

_DECIDED = ("DECIDE", "APPROVE", "REMIND")
"""Steps whose papers fall with the decision: the decision, and what asks for its amount."""


def end_papers(work: Work, case: Case, row: Row, f: Facts, given: dict[str, Any]) -> None:
    """End the check codes of what this step revokes or replaces; what has ended already stays as it was told."""
    if row.code == "REVOKED":
        steps = (one.no for one in case.history if one.code in _DECIDED)
        _end(work, case, f, _issued(work, case, steps), f"办理“{row.name}”")
    elif row.code == "HEARING_NOTICE":
        earlier = (one.no for one in case.history[:-1] if one.code == row.code)
        _end(work, case, f, _issued(work, case, earlier), "另行通知听证的时间、地点")
    elif row.effect is StepEffect.UPHOLD and given["result"] in ("撤销", "更正"):
        _end(work, case, f, _of_finding(work, case, f), f"异议处理结果：{given['result']}")
    elif row.effect is StepEffect.QUASHED:
        other, notice = subject_case(work, case)
        about = (one.no for one in other.history if one.code == "REMIND" or text_of(other, one.no) == notice.subject)
        way = case.said("kind", "NOTED") or "行政复议或者行政诉讼"
        _end(work, case, f, _issued(work, other, about), f"经{way}变更或者撤销")


def _end(work: Work, case: Case, f: Facts, papers: list[Notice], reason: str) -> None:
    """End papers by the first paper of this step, where it has made one."""
    own = _issued(work, case, (case.history[-1].no,))
    by_number = own[0].number if own else ""
    seals.end_with_case(work, [one.number for one in papers], by_number=by_number, reason=reason, on=f.on)


def _issued(work: Work, case: Case, steps: Iterable[int]) -> list[Notice]:
    """The papers of steps, in their order in the ledger."""
    found: list[Notice] = []
    for no in steps:
        query = select(Notice).where(Notice.household_id == case.household_id, Notice.subject == text_of(case, no))
        found += work.session.exec(query)
    return sorted(found, key=lambda one: one.seq)


def _of_finding(work: Work, case: Case, f: Facts) -> list[Notice]:
    """认定决定书和告知书 (papers of the finding that is objected to): all that were made out together."""
    steps = [one for one in standing(work, Finding, case.household_id, f.on) if one.conduct_seq == case.subject_seq]
    numbers = {one.document for one in steps} - {""}
    mine = list(work.session.exec(select(Notice).where(Notice.household_id == case.household_id)))
    subjects = {one.subject for one in mine if one.number in numbers}
    return sorted((one for one in mine if one.subject in subjects), key=lambda one: one.seq)
