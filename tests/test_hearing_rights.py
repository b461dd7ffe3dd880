"""听取意见的权利 (the right to be heard): the person's time is his, and what he is right in binds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import households, persons
from integrity.case_facts import clocks
from integrity.case_files import cases_of, read_case
from integrity.cases import open_case, take
from integrity.records.ledger import Notice
from integrity.rules.identity import make_id
from integrity.rules.procedure_tables import TABLES
from integrity.terms import Presence, Procedure, Relation
from integrity.work import Office
from tests.conftest import SetClock
from tests.credit_office import PROOF, acted, begin, hand_over, next_year, refused, staffed, step
from tests.papers_office import granted, papers

__all__ = ["papers"]

Ready = tuple[Office, int]
FINDING = {"level": "一般", "basis_kind": "行政处罚决定书", "basis": "任民罚〔2026〕1号", "reason": "隐瞒收入"}
SAYS: dict[str, Any] = {"speaker": "本人", "capacity": "本人", "said": "不同意"}
WHOLE: dict[str, Any] = SAYS | {"finished": "是", "evidence": PROOF}
DECIDE = {"level": "一般", "reason": "事实清楚", "object_within": "5个工作日"}
MONEY = {
    "ground": "第73条（骗取救助）", "amount": 100_000, "computed": "2026年3月多领1000.00元", "reason": "隐瞒收入",
    "pay_way": "任城农商银行", "pay_within": "30日",
}  # fmt: skip


@pytest.fixture
def ready(office: Office, family: Callable[..., int], clock: SetClock, papers: Path) -> Ready:
    """A default of the head, of which he is told on Monday 3 August, with five working days to speak."""
    staffed(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 3))
    fact = acted(office, household, act_on=date(2026, 7, 10), found_on=date(2026, 8, 1))
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=fact, **FINDING)
    return office, household


def told(ready: Ready) -> None:
    """Told and served on the day."""
    office, household = ready
    step(office, "jb01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 8, 3))


def reviewed(ready: Ready, adopted: str = "不采纳", **said: Any) -> None:
    """Spoken and reviewed."""
    office, household = ready
    step(office, "jb01", household, "陈述申辩", **(said or SAYS))
    step(office, "fh01", household, "复核意见", adopted=adopted, reason="已经核实")


def test_nothing_is_decided_before_the_time_to_speak_is_over(ready: Ready, clock: SetClock) -> None:
    office, household = ready
    told(ready)
    reviewed(ready)
    refused(office, "sp01", household, "认定决定", "陈述申辩期限还没有届满", **DECIDE)
    clock.on(date(2026, 8, 10))  # the last day is still his
    refused(office, "sp01", household, "认定决定", "陈述申辩期限还没有届满", **DECIDE)
    clock.on(date(2026, 8, 11))
    step(office, "sp01", household, "认定决定", **DECIDE)


def test_the_person_may_end_his_time_over_his_own_signature(ready: Ready) -> None:
    office, household = ready
    told(ready)
    unsigned, by_another = SAYS | {"finished": "是"}, WHOLE | {"capacity": "近亲属"}
    refused(office, "jb01", household, "陈述申辩", "附签名的笔录", **unsigned)
    refused(office, "jb01", household, "陈述申辩", "本人、监护人或者代理人", **by_another)
    reviewed(ready, **WHOLE)
    step(office, "sp01", household, "认定决定", **DECIDE)


def test_not_anybodys_word_is_the_persons_own(ready: Ready) -> None:
    office, household = ready
    told(ready)
    waives = {"speaker": "邻居", "said": "他没有意见", "evidence": PROOF}
    refused(office, "jb01", household, "表示没有意见", "请填写陈述人身份", **waives)
    refused(office, "jb01", household, "表示没有意见", "陈述人身份应为", **waives, capacity="近亲属")
    refused(office, "jb01", household, "陈述申辩", "委托书", speaker="律师", capacity="代理人", said="不同意")


def test_who_speaks_as_the_person_himself_is_he(ready: Ready) -> None:
    office, household = ready
    told(ready)
    for code in ("陈述申辩", "表示没有意见"):
        for name in ("邻居", "试验", "试验乙丙"):
            another = WHOLE | {"speaker": name}
            refused(office, "jb01", household, code, f"“{name}”不是本案的当事人（试验乙）", **another)
    step(office, "jb01", household, "陈述申辩", **(WHOLE | {"speaker": "试验 乙"}))
    with office.reading() as work:
        assert read_case(work, household, 1).stage == "STATEMENT"


def test_any_living_member_speaks_for_himself_where_the_case_names_none(ready: Ready) -> None:
    office, household = ready
    with office.work("fh01") as work:
        planned = {"outcome": "减发", "amount": 90_000, "reason": "收入增加"}
        case = open_case(work, household, Procedure.DECISION, **planned).case.no
        person = persons.register(work, "试验丁", id_number=make_id("370811", date(1982, 5, 1), 77))
        households.enter_member(
            work, household, person, no=9, since=date(2026, 8, 1), relation=Relation.SPOUSE, area="370811001001"
        )
    step(office, "jb01", household, "告知", case=case)
    hand_over(office, household, "NOTICE", on=date(2026, 8, 3), case=case)
    as_wife = SAYS | {"speaker": "试验丁"}
    step(office, "jb01", household, "陈述申辩", case=case, **as_wife)
    with office.work("jb01") as work:
        households.change_member(work, household, 9, since=date(2026, 8, 3), presence=Presence.DEAD)
    refused(office, "jb01", household, "陈述申辩", "“试验丁”不是本案的当事人", case=case, **as_wife)


def test_the_dead_do_not_speak(ready: Ready) -> None:
    office, household = ready
    told(ready)
    with office.work("jb01") as work:
        households.change_member(work, household, 1, since=date(2026, 8, 3), presence=Presence.DEAD)
    refused(office, "jb01", household, "陈述申辩", "当事人已经去世，陈述人身份不能填写本人", **WHOLE)
    step(office, "jb01", household, "陈述申辩", speaker="试验丙", capacity="近亲属", said="他没有隐瞒")


@pytest.mark.parametrize(("adopted", "level"), [("采纳", "一般"), ("采纳", "轻微"), ("部分采纳", "一般")])
def test_what_the_review_found_right_is_not_decided_against(ready: Ready, adopted: str, level: str) -> None:
    office, household = ready
    told(ready)
    reviewed(ready, adopted, **WHOLE)
    refused(office, "sp01", household, "认定决定", "复核意见是采纳的", **(DECIDE | {"level": level}))
    step(office, "sp01", household, "教育提醒", reason="意见成立")


def test_the_time_that_a_notice_gives_is_not_below_the_parameter(ready: Ready) -> None:
    office, household = ready
    for within in ("1日", "4个工作日", "3日"):  # three days from a Monday end before five working days
        refused(office, "jb01", household, "告知", "不得短于当地规定的5个工作日", within=within)
    step(office, "jb01", household, "告知", within="7日")


def test_no_office_moves_the_time_of_a_person(ready: Ready, clock: SetClock) -> None:
    office, household = ready
    told(ready)
    ground = {"reason": "核实需要", "basis": "任民批〔2026〕3号"}
    still = {"since": date(2026, 8, 4), "until": date(2026, 8, 5)}
    shifts: list[tuple[str, dict[str, Any], str]] = [
        ("中止期限", {"clock": "hear", **still}, "是当事人的期限"),
        ("延长期限", {"clock": "hear",
        "length": "3个工作日"}, "更晚"),
    ]  # fmt: skip
    for code, given, match in shifts:
        refused(office, "fh01", household, code, match, **given, **ground)
    step(office, "fh01", household, "延长期限", clock="hear", length="10个工作日", **ground)  # in his favour
    reviewed(ready, **WHOLE)
    step(office, "sp01", household, "认定决定", **DECIDE)
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    for clock_code in ("reconsider", "litigate"):
        given = {"clock": clock_code, **still}
        refused(office, "fh01", household, "中止期限", "是当事人的期限", **given, **ground)


def test_the_ninety_days_of_a_fine_are_not_made_longer() -> None:
    clock = next(one for one in TABLES[Procedure.FINE].clocks if one.code == "case")
    assert not clock.extendable


def test_the_time_to_sue_after_a_reconsideration_ends_on_a_working_day(ready: Ready, clock: SetClock) -> None:
    """维持 received on 5 March 2027: fifteen days end on Saturday the 20th, so on Monday the 22nd (民法典 203)."""
    office, household = ready
    next_year(office)
    fact = read_fact(office, household)
    begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **MONEY)
    step(office, "fh01", household, "告知", case=2)
    hand_over(office, household, "NOTICE", on=date(2026, 8, 3), case=2)
    step(office, "jb01", household, "陈述申辩", case=2, **WHOLE)
    step(office, "fh02", household, "复核意见", case=2, adopted="不采纳", reason="已经核实")
    step(office, "sp01", household, "责令退回决定", case=2, amount=100_000, reason="隐瞒收入")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3), case=2)
    with office.reading() as work:
        paper = decided(work, household)
    begin(office, "fh01", household, Procedure.REMEDY, subject_seq=paper, kind="行政复议", number="1号", body="区政府")
    clock.on(date(2027, 3, 8))
    with office.work("fh01") as work:
        take(work, household, 3, "维持或者驳回", basis="任政复决〔2027〕1号", received_on=date(2027, 3, 5))
    clock.on(date(2027, 3, 22))
    refused(office, "fh01", household, "催告", "期限没有届满", case=2)
    clock.on(date(2027, 3, 23))
    step(office, "fh01", household, "催告", case=2)
    with office.reading() as work:
        assert clocks(work, read_case(work, household, 2), work.today)["litigate"].over


def read_fact(office: Office, household: int) -> int:
    """The fact that the first case is about."""
    with office.reading() as work:
        seq = cases_of(work, household)[0].subject_seq
    assert seq is not None
    return seq


def decided(work: Any, household: int) -> int:
    """The paper of the order to pay back."""
    from sqlmodel import select

    return int(next(
        one.seq for one in work.session.exec(select(Notice).where(Notice.household_id == household))
        if one.subject == "case:2:6"
    ))  # fmt: skip
