"""修复办结前记录已不再使用 (a record that ends before its repair is decided): closed in writing, nothing overdue."""

from __future__ import annotations

from datetime import date

import pytest

from integrity import case_openings, organs, printing
from integrity.case_facts import clocks
from integrity.case_files import read_case
from integrity.case_views import offers
from integrity.cases import Taken, serve_paper
from integrity.papers import content
from integrity.terms import FindingState, PaperKind, Procedure, ServiceWay
from integrity.web.step_fields import fields_of
from integrity.work import Office
from reports.forms_credit import RepairDecision
from tests.conftest import SetClock
from tests.credit_office import begin, hand_over, next_year, refused, step
from tests.papers_office import papers
from tests.test_case_letters_credit import Ready, found, ready, states
from tests.test_press import whole

__all__ = ["papers", "ready"]

ENDS = date(2027, 9, 7)
DECISION = {"granted": "准予修复", "reason": "已纠正"}


def asked(ready: Ready, clock: SetClock, on: date) -> Taken:
    """Found on 7 September 2026 for a year, and repair applied for on a day."""
    office, household, fact = ready
    next_year(office)
    found(ready, clock)
    clock.on(on)
    return begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, corrected="已退回", promise="如实申报")


def letter_of(office: Office, taken: Taken) -> RepairDecision:
    """The answer, which also prints."""
    (notice,) = taken.papers
    assert notice.kind is PaperKind.F27
    with office.reading() as work:
        letter = content(work, notice)
    assert isinstance(letter, RepairDecision)
    return letter


@pytest.mark.parametrize("checked", [False, True], ids=("applied", "checked"))
def test_a_record_that_ends_by_itself_closes_the_application_in_writing(
    ready: Ready, clock: SetClock, checked: bool
) -> None:
    office, household, _ = ready
    asked(ready, clock, date(2027, 9, 1))
    if checked:
        step(office, "fh01", household, "核实", case=2, adopted="符合", reason="已退回")
    clock.on(date(2027, 9, 6))
    refused(office, "sp01", household, "办结", "还在使用，应当核实并作出修复决定", case=2)
    clock.on(ENDS)
    if checked:
        refused(office, "sp01", household, "修复决定", "已经到期", case=2, **DECISION)
    closed = step(office, "sp01", household, "办结", case=2)
    letter = letter_of(office, closed)
    assert letter.addressee == letter.person == "试验乙"
    assert (letter.outcome, letter.since) == ("记录已不再使用，不需要修复，本次申请办结", None)
    assert "2027年9月7日期满，自动终止" in letter.reason
    assert letter.applied_on == date(2027, 9, 1)
    with office.work("jb01") as work:
        page = whole(printing.original(work, closed.papers[0]).read_bytes())
    assert "2027年9月7日期满" in page
    assert "您于2027年9月1日提出信用修复申请" in page
    assert states(ready)[-1] is FindingState.EFFECTIVE  # as it was: it has run out, and was not repaired
    with office.work("jb01") as work:
        handed = serve_paper(work, closed.papers[0].number, ServiceWay.DIRECT, on=ENDS, receiver="试验乙")
    assert isinstance(handed, Taken)
    assert handed.case.closed


def test_its_time_to_answer_is_overdue_no_more_once_it_is_closed(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    asked(ready, clock, date(2027, 9, 1))
    clock.on(date(2027, 10, 20))
    with office.reading() as work:
        assert clocks(work, read_case(work, household, 2), work.today)["feedback"].overdue
    step(office, "fh01", household, "RECORD_ENDED", case=2)
    hand_over(office, household, "RECORD_ENDED", on=date(2027, 10, 20), case=2)
    clock.on(date(2027, 12, 20))
    with office.reading() as work:
        case = read_case(work, household, 2)
        running = clocks(work, case, work.today)
    assert running["feedback"].stopped_on == date(2027, 10, 20)
    assert case.closed
    assert [name for name, one in running.items() if one.overdue] == []


def test_a_record_that_was_revoked_meanwhile_closes_it_too(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    asked(ready, clock, date(2026, 12, 7))
    clock.on(date(2026, 12, 8))
    step(office, "sp02", household, "撤销认定", case=1, basis="（2026）试08行初1号", reason="依据的决定已撤销")
    refused(office, "jb01", household, "办结", "由复核、审批人员办理", case=2)
    letter = letter_of(office, step(office, "fh01", household, "办结", case=2))
    assert "2026年12月8日登记为“撤销”" in letter.reason
    assert hand_over(office, household, "RECORD_ENDED", on=date(2026, 12, 8), case=2).case.closed


def test_only_what_was_found_is_offered_for_an_objection_or_a_repair(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    of_records = (Procedure.OBJECTION, Procedure.REPAIR, Procedure.EXPORT)

    def offered() -> set[bool]:
        with office.reading() as work:
            return {fact in dict(case_openings.to_begin_with(work, household, one)) for one in of_records}

    assert offered() == {False}, "it is being found: what he says belongs into that case"
    with office.reading() as work:
        starts = {one.table.procedure: one for one in case_openings.openings(work, household)}
        assert "正在认定的，在认定的案件里登记陈述" in str(starts[Procedure.OBJECTION].starts[0].lacks[0])
    found(ready, clock)
    assert offered() == {True}
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    with office.reading() as work:
        case = read_case(work, household, 2)
        (checked,) = (one for one in fields_of(work, case, case.table.row("CHECKED")) if one.name == "adopted")
        assert checked.hint == "", "nobody was heard against a plan"
    step(office, "fh02", household, "核实", case=2, found="与流水核对", adopted="成立")
    for code, whose in (("fh02", "由审批人员办理"), ("zf01", "由县级民政部门的审批人员办理")):
        with office.work(code) as work:
            (answer,) = offers(work, read_case(work, household, 2), organs.officer(work, code, work.today))
            assert answer.not_mine == whose
    step(office, "sp02", household, "答复", case=2, result="撤销", reason="已经核对")
    assert offered() == {False}
    with office.reading() as work:
        assert fact in dict(case_openings.entries_for(work, household, Procedure.OBJECTION)), "a case keeps its fact"
