"""渐退、特困终止、核查、变动、复议 (withdrawal, end of 特困, recheck, change, remedy) as cases, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from integrity import assistance, case_reminders, kinship, postings, print_runs, rechecks, withdrawals
from integrity.case_facts import clocks
from integrity.case_files import cases_of, read_case
from integrity.cases import papers_of
from integrity.errors import Refused
from integrity.households import acts, change_member, standing
from integrity.papers import content
from integrity.postings import Line
from integrity.records.ledger import Recheck
from integrity.terms import Act, Cause, Event, PaperKind, PostingKind, Presence, Procedure, RecheckResult, Scheme
from integrity.work import Office
from reports import press
from reports.forms_procedure import RecheckConclusion, TekunEnd, WithdrawalEnd
from scheduler.jobs import WITHDRAWALS
from scheduler.runner import run_now
from tests.case_office import EVIDENCE, hand_over, heard, more_officers, opened, step
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, evaluate, furnish, granted, papers, richer

__all__ = ["papers"]

Family = Callable[..., int]
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture
def house(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A household on 低保 whose member found work, evaluated on 2026-09-01."""
    furnish(office)
    more_officers(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    clock.on(SEPTEMBER)
    evaluate(office, SEPTEMBER)
    return office, household


def test_a_withdrawal_is_decided_paid_month_by_month_and_told_before_it_ends(
    house: tuple[Office, int], clock: SetClock
) -> None:
    office, household = house
    plan = {"outcome": "渐退", "months": 3, "schedule": (100, 80, 60), "effective_on": date(2026, 10, 1)}
    opened(office, "fh01", household, Procedure.DECISION, reason="就业后收入超过标准", **plan)
    heard(office, household, SEPTEMBER)
    decided = step(office, "sp01", household, "DECIDE", reason="就业后收入超过标准", **plan)
    assert [one.kind for one in decided.papers] == [PaperKind.F16]
    hand_over(office, household, "DECIDE", on=SEPTEMBER)
    clock.on(date(2026, 10, 2))
    with office.work("系统任务") as work:
        see_to, *prints = withdrawals.parts(work)
        assert (see_to, prints) == (f"see-to {TOWNSHIP}", [f"print {TOWNSHIP} 1", f"print {TOWNSHIP} 2"])
        assert withdrawals.see_to(work, TOWNSHIP).startswith("立案 1 件，期满前告知 0 件")
        assert withdrawals.see_to(work, TOWNSHIP).startswith("立案 0 件")
    clock.on(date(2026, 12, 2))
    told = run_now(office, WITHDRAWALS, date(2026, 12, 2))
    assert told.summary == "待打印：PC2026-0001（chengxin print start）；期满前告知 1 件"
    with office.reading() as work:
        (file,) = print_runs.files_of(work, print_runs.run_of(work, "PC2026-0001"))
        assert file.pages > 0
    clock.on(date(2026, 12, 3))
    again = run_now(office, WITHDRAWALS, date(2026, 12, 3))
    assert again.summary == "没有需要办理的事项", "the run waits for the printer, not for another run"
    with office.reading() as work:
        (case,) = cases_of(work, household, Procedure.WITHDRAWAL)
        (notice,) = papers_of(work, case, case.history[-1].no)
        letter = content(work, notice)
        found = clocks(work, case, work.today)
        assert assistance.running(work, household, work.today) is not None
    assert isinstance(letter, WithdrawalEnd)
    assert (letter.until, letter.last_fen) == (date(2026, 12, 31), 72_000)
    assert found["end"].last_day == date(2026, 12, 31)
    assert found["recheck"].overdue  # due on 1 December, nobody has been there


def test_a_tekun_end_hangs_out_before_it_is_decided_and_stops_the_month_after(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    more_officers(office)
    clock.on(date(2026, 8, 1))
    with office.work("jb01") as work:
        household = family(work, (date(1950, 5, 1),), since=date(2026, 1, 10))
        assistance.grant(
            work, household, Scheme.TEKUN, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=91_000,
        )  # fmt: skip
    clock.on(SEPTEMBER)
    evaluate(office, SEPTEMBER)
    plan = {"outcome": "退出", "reason_code": "自愿退出"}
    with pytest.raises(Refused, match="特困供养终止"):
        opened(office, "fh01", household, Procedure.DECISION, reason="本人书面申请退出", **plan)
    opened(office, "fh01", household, Procedure.TEKUN, reason="本人书面申请退出", **plan)
    heard(office, household, SEPTEMBER)
    clock.on(date(2026, 9, 8))
    with office.work("fh01") as work:
        posting = postings.post(
            work, PostingKind.TEKUN_END, VILLAGE, [Line(household, 1)], on=date(2026, 9, 8), place="村公示栏"
        )
        assert posting.until == date(2026, 9, 15)
    step(office, "fh01", household, "公示", posting=posting.number)
    with pytest.raises(Refused, match="公示期没有届满"):
        step(office, "sp01", household, "决定终止", reason="自愿退出", **plan)
    clock.on(date(2026, 9, 16))
    decided = step(office, "sp01", household, "决定终止", reason="自愿退出", **plan)
    with office.reading() as work:
        letter = content(work, decided.papers[0])
    assert isinstance(letter, TekunEnd)
    assert letter.since == date(2026, 10, 1)
    hand_over(office, household, "DECIDE", on=date(2026, 9, 16))
    step(office, "fh01", household, "FOLLOWED", village="试验社区", follow="不符合低保条件，可申请临时救助")
    with office.reading() as work:
        (stop,) = [one for one in acts(work, household, date(2026, 12, 1)) if one.act is Act.STOP]
    assert stop.effective_on == date(2026, 10, 1)


def test_a_recheck_is_made_by_the_two_who_were_sent_and_ends_with_a_conclusion(
    house: tuple[Office, int], clock: SetClock
) -> None:
    office, household = house
    begun = opened(office, "fh01", household, Procedure.RECHECK)
    assert begun.case.said("due_on") == date(2026, 7, 15)
    pair = {"visitor_1": "jb01", "visitor_2": "jb02"}
    step(office, "fh01", household, "指派", **pair)
    with pytest.raises(Refused, match="被指派的两人"):
        step(office, "jb01", household, "入户", visitor_1="jb01", visitor_2="fh02", met="户主", found="如实")
    step(office, "jb01", household, "入户", **pair, met="户主", found="就业属实")
    done = step(office, "jb01", household, "核查结论", result="有变化", reason="收入增加")
    assert done.case.closed
    assert [one.kind for one in done.papers] == [PaperKind.F12]
    with office.reading() as work:
        last = standing(work, Recheck, household, work.today)[-1]
    assert (last.result, last.visitor_1, last.visitor_2) == (RecheckResult.CHANGED, "jb01", "jb02")


@pytest.mark.parametrize("kind", [Event.FRAUD_FOUND, Event.DEATH, Event.GAMBLING_DRUGS])
def test_a_check_on_what_was_reported_is_concluded_though_its_decision_is_still_to_come(
    house: tuple[Office, int], kind: Event
) -> None:
    office, household = house
    day = date(2026, 8, 30)
    with office.work("jb01") as work:
        rechecks.report(work, household, kind, happened_on=day, reported_on=day, member_no=2)
    opened(office, "fh01", household, Procedure.RECHECK)
    pair = {"visitor_1": "jb01", "visitor_2": "jb02"}
    step(office, "fh01", household, "指派", **pair)
    step(office, "jb01", household, "入户", **pair, met="户主", found="属实")
    done = step(office, "jb01", household, "核查结论", result="有变化", reason="所报属实")
    assert done.case.closed
    with office.reading() as work:
        letter = content(work, done.papers[0])
        assert household not in rechecks.list_due(work, TOWNSHIP, SEPTEMBER), "checked, and not asked for again"
    assert isinstance(letter, RecheckConclusion)
    assert letter.next_due == date(2027, 3, 1), "a member can work: half a year"
    assert letter.new_income is not None, "compared since the last check"


def test_a_conclusion_tells_no_figures_that_an_earlier_check_had_already(
    house: tuple[Office, int], clock: SetClock
) -> None:
    office, household = house
    with office.work("jb01") as work:
        on = date(2026, 8, 25)
        rechecks.complete(work, household, RecheckResult.CHANGED, on=on, visitors=("jb01", "jb02"))
    opened(office, "fh01", household, Procedure.RECHECK)
    pair = {"visitor_1": "jb01", "visitor_2": "jb02"}
    step(office, "fh01", household, "指派", **pair)
    step(office, "jb01", household, "入户", **pair, met="户主", found="又找到一份工作")
    done = step(office, "jb01", household, "核查结论", result="有变化", reason="收入又有增加")
    with office.reading() as work:
        letter = content(work, done.papers[0])
    assert isinstance(letter, RecheckConclusion)
    assert (letter.new_income, letter.new_fen) == (None, None)
    told = "".join(page.extract_text() for page in PdfReader(BytesIO(press.render_letter(letter).pdf)).pages)
    assert told.count("待核对") == 2


def test_a_death_has_three_months_and_payments_after_it_are_flagged_for_a_person(
    house: tuple[Office, int], clock: SetClock
) -> None:
    office, household = house
    opened(
        office, "jb01", household, Procedure.CHANGE, "成员死亡", member_no=2, happened_on=date(2026, 6, 28),
        reported_on=date(2026, 8, 30),
    )  # fmt: skip
    with office.reading() as work:
        found = clocks(work, read_case(work, household, 1), work.today)
    assert found["death"].last_day == date(2026, 9, 28)
    checked = step(office, "jb01", household, "核实", found="医院证明属实")
    assert checked.case.said("overpaid_total") == 3 * 60_000  # July to September, half of 1,200 yuan each
    clock.on(date(2026, 10, 8))
    with office.work("系统任务") as work:
        assert "逾期 1 件" in case_reminders.remind(work)
    with pytest.raises(Refused, match="复核人员办理"):
        step(office, "jb01", household, "办结", follow="无需调整", reason="已登记")
    with pytest.raises(Refused, match="没有“调整与终止”"):
        step(office, "fh01", household, "办结", follow="已按调整与终止程序办理", reason="另案减发")
    with pytest.raises(Refused, match="变化还没有登记"):
        step(office, "fh01", household, "办结", follow="已登记成员变化", reason="已登记")
    with office.work("jb01") as work:
        change_member(work, household, 2, since=date(2026, 6, 28), presence=Presence.DEAD)
    assert step(office, "fh01", household, "办结", follow="已登记成员变化", reason="已登记").case.closed


def test_a_stay_gives_again_what_was_taken_and_its_end_takes_it_from_the_next_month(
    house: tuple[Office, int], clock: SetClock
) -> None:
    office, household = house
    plan = {"outcome": "减发", "amount": 60_000, "effective_on": date(2026, 10, 1), "reason": "收入增加"}
    opened(office, "fh01", household, Procedure.DECISION, **plan)
    heard(office, household, SEPTEMBER)
    decided = step(office, "sp01", household, "DECIDE", **plan)
    hand_over(office, household, "DECIDE", on=SEPTEMBER)
    clock.on(date(2026, 10, 20))
    seq = decided.papers[0].seq
    opened(
        office, "fh01", household, Procedure.REMEDY, subject_seq=seq, kind="行政复议", number="任复〔2026〕3号",
        body="任城区人民政府",
    )  # fmt: skip
    step(office, "fh01", household, "停止执行", 2, basis="任复停〔2026〕1号")
    with office.reading() as work:
        assert assistance.paid(work, household, work.today) == 120_000
    with pytest.raises(Refused, match="已经停止执行"):
        step(office, "fh01", household, "停止执行", 2, basis="任复停〔2026〕1号")
    clock.on(date(2026, 12, 10))
    step(office, "fh01", household, "恢复执行", 2, basis="任复决〔2026〕3号")
    with office.reading() as work:
        last = acts(work, household, work.today)[-1]
    assert (last.act, last.amount, last.effective_on, last.case_no) == (Act.LOWER, 60_000, date(2027, 1, 1), 1)


def test_relatives_do_not_check_on_each_other(house: tuple[Office, int]) -> None:
    office, household = house
    with office.work("sp01") as work:
        kinship.declare(work, household, "jb02", "表弟")
    with office.work("jb01") as work, pytest.raises(Refused, match="回避"):
        rechecks.complete(
            work, household, RecheckResult.UNCHANGED, on=SEPTEMBER, visitors=("jb01", "jb02"), note=EVIDENCE[:4]
        )
