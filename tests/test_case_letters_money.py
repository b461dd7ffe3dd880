"""罚款、退回、催告 (fines, refunds, reminders): walked through with their papers, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity.case_facts import clocks
from integrity.case_files import cases_of, read_case
from integrity.cases import Taken, obstacles_to
from integrity.errors import Refused
from integrity.households import standing
from integrity.papers import content
from integrity.records.ledger import Finding, Notice
from integrity.terms import Procedure
from integrity.work import Office
from reports.forms_sanctions import PenaltyDecision, PenaltyNotice, Reminder
from tests.conftest import SetClock
from tests.credit_office import OFFICERS, PROOF, Family, acted, begin, hand_over, next_year, refused, staffed, step
from tests.papers_office import granted, papers

__all__ = ["papers"]

BANK = "任城农商银行各网点，账户名称：任城区财政局"
FINE: dict[str, Any] = {
    "gained": 600_000, "amount": 300_000, "reason": "隐瞒务工收入",
    "proofs": "用工单位的工资证明；2026年8月5日询问笔录", **OFFICERS,
}  # fmt: skip
SPOKEN: dict[str, Any] = {
    "speaker": "本人", "capacity": "本人", "said": "家里困难", "finished": "是", "evidence": PROOF, **OFFICERS,
}  # fmt: skip
Ready = tuple[Office, int, int]


@pytest.fixture
def ready(office: Office, family: Family, clock: SetClock, papers: Path) -> Ready:
    """A household on 低保; the head hid income in March 2026, found out in August."""
    staffed(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 3))
    return office, household, acted(office, household, act_on=date(2026, 3, 10), found_on=date(2026, 8, 1))


def fined(ready: Ready, **more: Any) -> Taken:
    """The county's reviewer opens a case for a fine."""
    office, household, fact = ready
    return begin(office, "fh01", household, Procedure.FINE, subject_seq=fact, **(FINE | more))


def told(ready: Ready, *, large: str = "不属于", **more: Any) -> PenaltyNotice:
    """A fine is planned, told and served on 3 August."""
    office, household, _ = ready
    fined(ready, **more)
    taken = step(office, "fh01", household, "告知", within="5个工作日", within_reason="参照罚款", large=large)
    hand_over(office, household, "NOTICE", on=date(2026, 8, 3))
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, PenaltyNotice)
    return letter


def heard(ready: Ready, **said: str) -> None:
    """The person speaks and is answered."""
    office, household, _ = ready
    step(office, "jb01", household, "陈述申辩", **(SPOKEN | said))
    step(office, "fh01", household, "复核意见", adopted="部分采纳", reason="主动说明")


def decided(ready: Ready, clock: SetClock, **more: Any) -> Taken:
    """Told, heard, decided on 11 and served on 12 August."""
    office, household, _ = ready
    told(ready)
    heard(ready)
    clock.on(date(2026, 8, 11))  # the time to ask for a hearing, five working days, ended on the tenth
    taken = step(
        office, "sp01", household, "处罚决定", **({"amount": 200_000, "pay_by": "指定的银行", "pay_way": BANK,
        "reason": "从轻"} | more)
    )
    clock.on(date(2026, 8, 12))
    hand_over(office, household, "DECIDE", on=date(2026, 8, 12))
    return taken


def test_a_fine_goes_through_notice_statement_review_decision_and_payment(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    letter = told(ready)
    assert (letter.gained, letter.times, letter.fine, letter.large) == (600_000, 2, 300_000, "不属于")
    assert (letter.hearing_within, letter.organ) == ("", "任城区民政局")
    assert len(letter.evidence) == 2
    assert any("第三十七条" in ground for ground in letter.grounds)  # an act of March, a law of July
    heard(ready)
    refused(office, "sp01", household, "处罚决定", "不得高于事先告知", amount=300_001, pay_by="指定的银行",
    pay_way=BANK, reason="从轻")
    taken = step(office, "sp01", household, "处罚决定", amount=200_000, pay_by="指定的银行", pay_way=BANK,
    reason="从轻")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    with office.reading() as work:
        fine = content(work, taken.papers[0])
        running = clocks(work, read_case(work, household, 1), work.today)
    assert isinstance(fine, PenaltyDecision)
    assert (fine.fine, fine.notice_number, fine.pay_way) == (200_000, letter.number, f"指定的银行：{BANK}")
    assert fine.identity[6:14] == "********"
    assert "家里困难" in fine.heard
    assert "没有要求听证" in fine.heard
    assert "试验社区" in fine.address
    assert fine.remedies is not None
    assert running["deliver"].stopped_on == date(2026, 8, 3)
    assert running["case"].last_day == date(2026, 11, 2)  # ninety days; the first of November is a Sunday
    step(office, "jb01", household, "收到罚款", amount=50_000)
    refused(office, "jb01", household, "收到罚款", "金额超过尚未", amount=150_001)
    refused(office, "jb01", household, "收到罚款", "不小于零|金额超过", amount=-100)
    refused(office, "fh01", household, "结清", "尚有金额没有退回")
    step(office, "jb01", household, "收到罚款", amount=150_000)
    assert step(office, "fh01", household, "结清").case.closed


def test_the_milder_of_two_laws_bounds_the_fine(ready: Ready) -> None:
    """C22: an act of March 2026 decided after the law of July: up to twice, and three times is refused."""
    office, household, _ = ready
    with pytest.raises(Refused, match="罚款高于法定上限"):
        fined(ready, amount=3 * 600_000)
    fined(ready, amount=2 * 600_000)
    with office.reading() as work:
        found = read_case(work, household, 1)
    assert found.history[0].data["amount"] == 1_200_000


def test_before_the_new_law_the_old_ceiling_held(office: Office, family: Family, clock: SetClock, papers: Path) -> None:
    staffed(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 6, 1))
    fact = acted(office, household, act_on=date(2026, 3, 10), found_on=date(2026, 5, 30))
    with pytest.raises(Refused, match="罚款高于法定上限"):
        begin(office, "fh01", household, Procedure.FINE, subject_seq=fact, **(FINE | {"amount": 1_800_001}))
    begin(office, "fh01", household, Procedure.FINE, subject_seq=fact, **(FINE | {"amount": 1_800_000}))


def test_only_the_county_fines(ready: Ready) -> None:
    """C24: whatever the province has delegated, the township fines nobody."""
    office, household, fact = ready
    with pytest.raises(Refused, match="只能由县级"):
        begin(office, "zf01", household, Procedure.FINE, subject_seq=fact, **FINE)
    fined(ready)
    for code in ("告知", "复核意见", "DROP"):
        with office.work("zf01") as work:
            found = obstacles_to(work, read_case(work, household, 1), code, within="5个工作日", reason="改由乡镇办")
        assert "organ" in {one.code for one in found}


def test_a_petty_act_that_was_put_right_is_not_fined(ready: Ready) -> None:
    """C29: first time, 120 yuan, returned at once: education, and no finding of default."""
    office, household, _ = ready
    fined(ready, gained=12_000, amount=12_000)
    refused(office, "fh01", household, "不予处罚（教育）", "由审批人员办理", reason="初次、轻微、已退回")
    ended = step(office, "sp01", household, "不予处罚（教育）", reason="初次、轻微、已退回")
    assert ended.case.closed
    with office.reading() as work:
        assert standing(work, Finding, household, date(2026, 8, 3)) == []
        assert standing(work, Notice, household, date(2026, 8, 3)) == []


def test_an_act_of_a_minor_is_neither_recorded_nor_fined(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    staffed(office)
    (household,) = granted(office, family, births=(date(1980, 5, 1), date(2010, 5, 1)))
    clock.on(date(2026, 8, 3))
    with pytest.raises(Refused, match="未成年人"):
        acted(office, household, act_on=date(2026, 3, 10), found_on=date(2026, 8, 1), member_no=2)
    with pytest.raises(Refused, match="请说明针对的是哪一条失信事实"):
        begin(office, "fh01", household, Procedure.FINE, member_no=2, **FINE)
    with office.reading() as work:
        assert cases_of(work, household) == []


@pytest.mark.parametrize(
    ("until", "found_on", "late"),
    [
        (date(2024, 8, 1), date(2026, 8, 1), False),  # found out on the last day of the two years
        (date(2024, 8, 1), date(2026, 8, 2), True),
        (None, date(2026, 8, 1), True),
    ],
)
def test_an_act_not_found_out_within_two_years_is_not_fined(
    office: Office, family: Family, clock: SetClock, papers: Path, until: date | None, found_on: date, late: bool
) -> None:
    staffed(office)
    clock.on(date(2026, 8, 3))
    with office.work("jb01") as work:
        household = family(work)
    fact = acted(office, household, act_on=date(2024, 3, 1), until=until, found_on=found_on)
    clock.on(date(2026, 12, 1))  # four months after it was found: the limit asks when it was found, not when decided
    if late:
        with pytest.raises(Refused, match="超过追责时效"):
            begin(office, "fh01", household, Procedure.FINE, subject_seq=fact, **FINE)
    else:
        begin(office, "fh01", household, Procedure.FINE, subject_seq=fact, **FINE)


def test_one_act_is_fined_once(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    fined(ready)
    with pytest.raises(Refused, match="还没有办结"):
        fined(ready)
    step(office, "sp01", household, "撤案", reason="证据不足")
    assert fined(ready).case.no == 2


def test_a_large_fine_waits_for_the_hearing(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    fine = {"amount": 300_000, "pay_by": "指定的银行", "pay_way": BANK, "reason": "事实清楚"}
    letter = told(ready, large="属于")
    assert letter.hearing_within == "自收到本告知书之日起5个工作日内"
    heard(ready)
    clock.on(date(2026, 8, 10))
    refused(office, "sp01", household, "处罚决定", "要求听证的期限没有届满", **fine)
    step(office, "jb01", household, "要求听证", speaker="本人")  # asked for on the last day, after what was said before
    clock.on(date(2026, 8, 20))
    refused(office, "sp01", household, "处罚决定", "尚未举行听证", **fine)
    refused(office, "fh01", household, "举行听证", "办理过“立案”", said="辩论", evidence=PROOF)
    refused(office, "fh02", household, "举行听证", "请附证据", said="辩论")
    refused(office, "fh02", household, "举行听证", "七个工作日之后", said="对金额有异议", evidence=PROOF)
    invited: dict[str, Any] = {
        "held_on": date(2026, 9, 1), "time": "上午9时", "place": "民政局三楼会议室", "presider": "sp02", "open": "公开",
    }  # fmt: skip
    refused(office, "zf01", household, "听证通知", "只能由县级", **invited)
    step(office, "fh02", household, "听证通知", **invited)
    refused(office, "sp02", household, "举行听证", "七个工作日之后", said="辩论", evidence=PROOF)
    hand_over(office, household, "HEARING_NOTICE", on=date(2026, 8, 20))
    clock.on(date(2026, 8, 31))  # the seven working days ended on the 31st (行政处罚法 64、85)
    refused(office, "sp02", household, "举行听证", "七个工作日之后", said="对金额有异议", evidence=PROOF)
    clock.on(date(2026, 9, 1))
    refused(office, "jb01", household, "举行听证", "岗位是", said="对金额有异议", evidence=PROOF)
    step(office, "sp02", household, "举行听证", said="对金额有异议", evidence=PROOF)
    refused(office, "sp01", household, "处罚决定", "听证之后还没有复核", **fine)
    step(office, "fh02", household, "复核意见", adopted="不采纳", reason="听证意见不成立")
    refused(office, "fh02", household, "复核意见", "只有在听证之后", adopted="采纳", reason="再想想")
    refused(office, "sp01", household, "处罚决定", "须经法制审核通过", **fine)
    refused(office, "fh02", household, "法制审核", "办理过“复核意见”", result="通过", reason="程序合法")
    step(office, "sp02", household, "法制审核", result="通过", reason="程序合法")
    taken = step(office, "sp01", household, "处罚决定", **fine)
    with office.reading() as work:
        decision = content(work, taken.papers[0])
    assert isinstance(decision, PenaltyDecision)
    assert "2026年8月10日要求听证" in decision.heard
    assert "对金额有异议" in decision.heard


def test_somebody_says_whether_a_fine_is_large_where_the_province_does_not(ready: Ready) -> None:
    office, household, _ = ready
    fined(ready)
    refused(office, "fh01", household, "告知", "较大数额", within="5个工作日", within_reason="参照罚款")
    refused(office, "fh01", household, "告知", "听取意见期限", large="不属于")
    with office.reading() as work:
        assert standing(work, Notice, household, date(2026, 8, 3)) == []


def test_a_fine_is_reminded_of_and_brought_before_the_court_in_its_window(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    decided(ready, clock)
    step(office, "jb01", household, "收到罚款", amount=50_000)
    clock.on(date(2027, 2, 19))
    refused(office, "fh01", household, "催告", "期限没有届满")  # 2027 has no calendar yet: nothing is certain
    next_year(office)
    with office.reading() as work:
        last = clocks(work, read_case(work, household, 1), work.today)["litigate"].last_day
    assert last == date(2027, 2, 12)
    taken = step(office, "fh01", household, "催告")
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, Reminder)
    assert (letter.owed, letter.paid, letter.rest) == (200_000, 50_000, 150_000)
    assert (letter.decision, letter.decision_on, letter.served_on) == (
        "行政处罚决定书", date(2026, 8, 11), date(2026, 8, 12),
    )  # fmt: skip
    assert letter.pay_within == "自收到本催告书之日起10个工作日内"
    assert letter.pay_way == BANK
    hand_over(office, household, "REMIND", on=date(2027, 2, 19))
    clock.on(date(2027, 3, 5))  # ten working days after 19 February
    refused(
        office, "sp01", household, "申请法院强制执行", "催告后的期限没有届满", court="任城区人民法院", reason="未缴"
    )
    clock.on(date(2027, 5, 13))
    refused(
        office, "sp01", household, "申请法院强制执行", "申请强制执行的期限已过", court="任城区人民法院", reason="未缴"
    )


def test_the_court_is_asked_on_the_last_day_and_what_comes_in_is_written_down(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    decided(ready, clock)
    next_year(office)
    clock.on(date(2027, 2, 19))
    step(office, "fh01", household, "催告")
    hand_over(office, household, "REMIND", on=date(2027, 2, 19))
    clock.on(date(2027, 5, 12))  # three months from 12 February
    asked = step(office, "sp01", household, "申请法院强制执行", court="任城区人民法院", reason="经催告没有缴纳")
    assert asked.case.closed
    step(office, "jb01", household, "收到罚款", amount=200_000)
    assert step(office, "fh01", household, "结清").case.stage == "SETTLED"


def test_agreed_instalments_hold_back_reminder_and_court(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    decided(ready, clock)
    next_year(office)
    plan = {"plan": "每月1000元，分2期", "reason": "确有经济困难"}
    refused(office, "sp01", household, "同意分期或者延期", "请填写最后一期的日期", **plan)
    step(office, "sp01", household, "同意分期或者延期", **plan, plan_until=date(2027, 6, 30))
    clock.on(date(2027, 6, 30))
    refused(office, "fh01", household, "催告", "没有到期")
    clock.on(date(2027, 7, 1))
    step(office, "fh01", household, "催告")
    hand_over(office, household, "REMIND", on=date(2027, 7, 1))
    clock.on(date(2027, 9, 30))  # three months from the end of the plan, not of the remedies (行政处罚法 72)
    assert step(office, "sp01", household, "申请法院强制执行", court="任城区人民法院", reason="未缴").case.closed


@pytest.mark.parametrize("kind", ["行政复议", "行政诉讼"])
def test_nothing_is_enforced_while_a_remedy_is_under_way(ready: Ready, clock: SetClock, kind: str) -> None:
    office, household, _ = ready
    paper = decided(ready, clock).papers[0]
    next_year(office)
    clock.on(date(2026, 10, 1))
    given = {"kind": kind, "number": "任政复〔2026〕1号", "body": "任城区人民政府"}
    begin(office, "fh01", household, Procedure.REMEDY, subject_seq=paper.seq, **given)
    clock.on(date(2027, 6, 1))
    refused(office, "fh01", household, "催告", "正在进行")
    step(office, "fh01", household, "维持或者驳回", case=2, basis="任政复决〔2027〕1号")
    if kind == "行政诉讼":
        step(office, "fh01", household, "催告")
        return
    clock.on(date(2027, 6, 16))  # fifteen days to sue after the reconsideration (行政诉讼法 45)
    refused(office, "fh01", household, "催告", "没有届满")
    clock.on(date(2027, 6, 17))
    step(office, "fh01", household, "催告")
    hand_over(office, household, "REMIND", on=date(2027, 6, 17))
    clock.on(date(2027, 9, 16))  # the three months for the court run from there
    assert step(office, "sp01", household, "COURT", court="任城区人民法院", reason="经催告没有缴纳").case.closed
