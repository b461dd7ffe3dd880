"""文书失效 (end of papers by a case): whoever verifies a revoked or replaced paper is told so, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from integrity import conduct, verifying
from integrity.case_files import read_case
from integrity.cases import papers_of
from integrity.errors import Refused
from integrity.papers import by_number
from integrity.records.seals import PaperEnd
from integrity.terms import ConductKind, Procedure
from integrity.work import Office
from tests.conftest import SetClock
from tests.credit_office import begin, step
from tests.papers_office import papers
from tests.test_case_letters_credit import Ready, found
from tests.test_case_letters_credit import ready as credit
from tests.test_case_letters_money import decided as fined
from tests.test_case_letters_money import ready as fines
from tests.test_cases_decision import rich
from tests.test_fines_heard import INVITED, UNDONE, asked
from tests.test_voids import decided

__all__ = ["credit", "fines", "papers", "rich"]
COURT = {"basis": "（2026）试08行初1号", "reason": "判决撤销"}


def answer(office: Office, number: str) -> tuple[str, str]:
    """What the check of a paper says, and why."""
    with office.reading() as work:
        finding = verifying.typed_only(work, {"文号": number})
    return finding.answer, "；".join(finding.notes)


def numbers(taken: Any) -> list[str]:
    """The papers of a step."""
    return [one.number for one in taken.papers]


def ended(office: Office) -> list[str]:
    """Every paper that has ended."""
    with office.reading() as work:
        return sorted(work.session.exec(select(PaperEnd.number)))


def test_a_revoked_decision_is_replaced_by_the_notice_that_revokes_it(
    rich: tuple[Office, int], clock: SetClock
) -> None:
    office, household = rich
    decided(rich, clock)
    with office.reading() as work:
        (first, *_) = decisions = case_papers(work, household, "DECIDE")
    assert answer(office, first)[0] == verifying.CODE_ONLY
    clock.on(date(2026, 12, 15))
    with pytest.raises(Refused):
        step(office, "jb01", household, "撤销决定", **COURT)
    with pytest.raises(Refused):
        step(office, "sp02", household, "撤销决定", basis=COURT["basis"])
    assert ended(office) == []
    (notice,) = numbers(step(office, "sp02", household, "撤销决定", **COURT))
    for one in decisions:
        said, why = answer(office, one)
        assert said == verifying.ENDED
        assert f"2026年12月15日由 {notice} 替换（办理“撤销决定”）" in why
    assert answer(office, notice)[0] == verifying.CODE_ONLY
    assert ended(office) == sorted(decisions)


def case_papers(work: Any, household: int, code: str, case: int = 1) -> list[str]:
    """The numbers of the papers of a step."""
    from_case = read_case(work, household, case)
    last = from_case.last(code)
    assert last is not None
    return [one.number for one in papers_of(work, from_case, last.no)]


def test_an_undone_fine_ends_its_decision(fines: Ready, clock: SetClock) -> None:
    office, household, _ = fines
    (decision,) = numbers(fined(fines, clock))
    (notice,) = numbers(step(office, "sp01", household, "撤销决定", **UNDONE))
    assert notice in answer(office, decision)[1]
    assert ended(office) == [decision]


def test_a_second_notice_of_a_hearing_takes_the_place_of_the_first(fines: Ready, clock: SetClock) -> None:
    office, household, _ = fines
    asked(fines, clock)
    (first,) = numbers(step(office, "fh02", household, "听证通知", **INVITED))
    assert answer(office, first)[0] == verifying.CODE_ONLY
    (second,) = numbers(step(office, "fh02", household, "听证通知", **(INVITED | {"held_on": date(2026, 8, 18)})))
    assert f"由 {second} 替换（另行通知听证的时间、地点）" in answer(office, first)[1]
    assert answer(office, second)[0] == verifying.CODE_ONLY


def test_a_revoked_finding_withdraws_both_of_its_papers(credit: Ready, clock: SetClock) -> None:
    office, household, _ = credit
    both = numbers(found(credit, clock))
    assert len(both) == 2
    clock.on(date(2026, 9, 10))
    step(office, "sp02", household, "撤销认定", **COURT)
    for one in both:
        said, why = answer(office, one)
        assert (said, "2026年9月10日撤回（办理“撤销认定”）" in why) == (verifying.ENDED, True)
    assert ended(office) == sorted(both)


@pytest.mark.parametrize(
    ("adopted", "result", "ends"), [("成立", "撤销", True), ("部分成立", "更正", True), ("不成立", "维持", False)]
)
def test_an_objection_that_holds_ends_the_papers_of_the_finding(
    credit: Ready, clock: SetClock, adopted: str, result: str, ends: bool
) -> None:
    office, household, fact = credit
    both = numbers(found(credit, clock))
    clock.on(date(2026, 9, 10))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    step(office, "fh02", household, "核实", case=2, found="与流水核对", adopted=adopted)
    with pytest.raises(Refused):
        step(office, "fh02", household, "答复", case=2, result=result, reason="已经核对")
    assert ended(office) == []
    (reply,) = numbers(step(office, "sp02", household, "答复", case=2, result=result, reason="已经核对"))
    assert ended(office) == (sorted(both) if ends else [])
    for one in both:
        said, why = answer(office, one)
        assert said == (verifying.ENDED if ends else verifying.CODE_ONLY)
        assert (f"由 {reply} 替换（异议处理结果：{result}）" in why) is ends


@pytest.mark.parametrize(
    ("kind", "code", "ends"),
    [("行政复议", "变更或者撤销", True), ("行政诉讼", "变更或者撤销", True), ("行政复议", "维持或者驳回", False)],
)
def test_what_is_quashed_ends_and_what_is_upheld_does_not(
    credit: Ready, clock: SetClock, kind: str, code: str, ends: bool
) -> None:
    office, household, _ = credit
    both = numbers(found(credit, clock))
    clock.on(date(2026, 9, 10))
    with office.reading() as work:
        paper = by_number(work, both[0])
    remedy = {"kind": kind, "number": "9号", "body": "任城区人民政府"}
    begin(office, "jb01", household, Procedure.REMEDY, subject_seq=paper.seq, **remedy)
    step(office, "fh02", household, code, case=2, basis="任政复决〔2026〕9号", **({"result": "撤销"} if ends else {}))
    for one in both:
        said, why = answer(office, one)
        assert said == (verifying.ENDED if ends else verifying.CODE_ONLY)
        assert (f"撤回（经{kind}变更或者撤销）" in why) is ends
    if ends:  # the office carries it out in the case itself: what has ended stays as it was told
        step(office, "sp02", household, "撤销认定", **COURT)
        assert "办理“撤销认定”" not in answer(office, both[0])[1]


def test_revoking_a_finding_of_trust_ends_its_paper(credit: Ready, clock: SetClock) -> None:
    office, household, _ = credit
    with office.work("jb01") as work:
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 8, 1),
            found_on=date(2026, 8, 20), source="村（居）反映", detail="主动报告收入增加",
        ).seq  # fmt: skip
    begin(office, "jb01", household, Procedure.TRUST, subject_seq=fact, reason="主动报告")
    step(office, "fh01", household, "复核意见", adopted="属实", reason="已核实")
    (paper,) = numbers(step(office, "sp01", household, "认定", reason="主动报告"))
    step(office, "sp01", household, "撤销认定", reason="事实不成立")
    assert answer(office, paper)[0] == verifying.ENDED
