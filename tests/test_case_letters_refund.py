"""责令退回 (refunds): told, ordered, paid in parts, reminded of, never set off; on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import editions
from integrity.assistance import paid
from integrity.case_facts import clocks
from integrity.case_files import read_case
from integrity.cases import obstacles_to
from integrity.docket import waiting
from integrity.errors import Refused
from integrity.households import acts, change_member
from integrity.papers import content
from integrity.rules.policy import PACKS, load
from integrity.terms import PaperKind, Presence, Procedure
from integrity.work import Office
from reports.forms_sanctions import RefundOrder, Reminder
from tests import policy_texts
from tests.conftest import SetClock
from tests.credit_office import Family, acted, begin, hand_over, next_year, refused, staffed, step
from tests.papers_office import TOWNSHIP, granted, papers

__all__ = ["papers"]

BANK = "任城农商银行各网点，账户名称：任城区财政局"
REFUND: dict[str, Any] = {
    "ground": "第73条（骗取救助）",
    "amount": 300_000, "computed": "2026年4月至6月，每月多领1000.00元，共3个月", "reason": "隐瞒务工收入",
    "pay_way": BANK, "pay_within": "30日",
}  # fmt: skip
Ready = tuple[Office, int, int]


@pytest.fixture
def ready(office: Office, family: Family, clock: SetClock, papers: Path) -> Ready:
    """A household on 低保; the head hid income in March 2026, found out in August."""
    staffed(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 3))
    return office, household, acted(office, household, act_on=date(2026, 3, 10), found_on=date(2026, 8, 1))


def heard(ready: Ready) -> None:
    """The person speaks and is answered."""
    office, household, _ = ready
    signed = {"capacity": "本人", "finished": "是", "evidence": "a" * 64}
    step(office, "jb01", household, "陈述申辩", speaker="本人", said="家里困难", **signed)
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="主动说明")


def refundable(ready: Ready, **more: Any) -> RefundOrder:
    """A refund is planned, told and served on 3 August."""
    office, household, fact = ready
    begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **(REFUND | more))
    taken = step(office, "fh01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 8, 3))
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, RefundOrder)
    return letter


def test_a_refund_is_told_ordered_paid_in_parts_and_settled(ready: Ready) -> None:
    office, household, _ = ready
    before = len(acts_of(office, household))
    letter = refundable(ready)
    assert (letter.stage, letter.amount, letter.heading) == ("拟责令退回", 300_000, "拟责令退回告知书")
    assert letter.within == "自收到本告知书之日起5个工作日内"
    heard(ready)
    less = {"amount": 200_000, "reason": "一个月已退"}
    refused(office, "sp01", household, "责令退回决定", "请写明计算方法", **less)
    refused(office, "sp01", household, "责令退回决定", "不得高于事先告知", amount=300_001, reason="多算一元")
    taken = step(office, "sp01", household, "责令退回决定", **less, computed="4月、5月，每月1000.00元")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    with office.reading() as work:
        order = content(work, taken.papers[0])
        hear = clocks(work, read_case(work, household, 1), work.today)["hear"]
    assert isinstance(order, RefundOrder)
    assert (order.stage, order.amount, order.notice_number) == ("责令退回", 200_000, letter.number)
    assert (order.items[0].fen, order.pay_within) == (200_000, "自收到责令退回决定书之日起30日内")
    assert order.number != letter.number
    assert order.remedies is not None
    assert hear.last_day == date(2026, 8, 10)  # five working days; the time to pay is another time
    for amount in (80_000, 120_000):
        step(office, "jb01", household, "收到退回款", amount=amount)
    assert step(office, "fh01", household, "结清").case.closed
    assert len(acts_of(office, household)) == before  # what the household is paid was never touched
    with office.reading() as work:
        assert paid(work, household, date(2026, 9, 1)) == 120_000


def acts_of(office: Office, household: int) -> list[Any]:
    """The acts of assistance of a household."""
    with office.reading() as work:
        return list(acts(work, household, date(2027, 12, 31)))


@pytest.mark.parametrize("plan", ["从下月起每月从低保金中抵扣300元", "由救助金代扣，10个月扣完"])
def test_nothing_is_set_off_against_assistance(ready: Ready, plan: str) -> None:
    """C50: whatever an instalment plan is called, it is not taken out of what the household lives on."""
    office, household, _ = ready
    refundable(ready)
    heard(ready)
    step(office, "sp01", household, "责令退回决定", amount=300_000, reason="事实清楚")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    more = {"plan": plan, "plan_until": date(2026, 12, 31), "reason": "困难"}
    refused(office, "sp01", household, "同意分期或者延期", "不得从救助金中抵扣", **more)


def test_a_refund_needs_a_time_to_pay_that_somebody_set(ready: Ready) -> None:
    office, household, fact = ready
    begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **(REFUND | {"pay_within": None}))
    refused(office, "fh01", household, "告知", "refund.pay_within")


def test_a_refund_is_reminded_of_under_its_own_name(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    refundable(ready)
    heard(ready)
    step(office, "sp01", household, "责令退回决定", amount=300_000, reason="事实清楚")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    next_year(office)
    clock.on(date(2027, 2, 4))
    taken = step(office, "fh01", household, "催告")
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, Reminder)
    assert (letter.decision, letter.rest, letter.paid) == ("责令退回决定书", 300_000, 0)
    assert taken.papers[0].kind is PaperKind.F22
    step(office, "jb01", household, "收到退回款", amount=300_000)
    refused(office, "sp01", household, "申请法院强制执行", "应在", court="任城区人民法院", reason="未退")
    assert step(office, "fh01", household, "结清").case.closed


def test_a_refund_is_ordered_only_on_a_ground_and_of_a_living_adult(ready: Ready, clock: SetClock) -> None:
    """社会救助法 73 rests on a fact of default, 74 on a served decision that is not obeyed."""
    office, household, fact = ready
    with pytest.raises(Refused, match="第73条须有已登记的失信事实"):
        begin(office, "fh01", household, Procedure.REFUND, **REFUND)  # the office's own mistake
    disobeyed = "第74条（拒不履行调减、终止决定，非法占有救助财物）"
    with pytest.raises(Refused, match="已经送达、没有撤销的调减或者终止决定"):
        begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **(REFUND | {"ground": disobeyed}))
    with office.work("jb01") as work:
        change_member(work, household, 1, since=date(2026, 8, 3), presence=Presence.DEAD)
    with pytest.raises(Refused, match="在世的成年人"):
        begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **REFUND)


def test_an_order_of_a_child_is_refused(office: Office, family: Family, clock: SetClock, papers: Path) -> None:
    staffed(office)
    (household,) = granted(office, family, births=(date(1980, 5, 1), date(2018, 5, 1)))
    clock.on(date(2026, 8, 3))
    with pytest.raises(Refused, match="针对其监护人"):
        begin(office, "fh01", household, Procedure.REFUND, member_no=2, **REFUND)


def test_money_of_a_revoked_order_is_given_back(ready: Ready, clock: SetClock) -> None:
    """The case waits in the docket until the whole of what came in was paid back (行政诉讼法 70)."""
    office, household, _ = ready
    refundable(ready)
    heard(ready)
    step(office, "sp01", household, "责令退回决定", amount=200_000, computed="只算两个月", reason="从轻")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    step(office, "jb01", household, "收到退回款", amount=50_000)
    revoked = step(
        office, "sp01", household, "撤销决定", basis="任政复决〔2026〕1号", reason="复议撤销",
        back_way="退回本人账户", back_by=date(2026, 12, 31),
    )  # fmt: skip
    assert revoked.case.history[-1].data["give_back"] == 50_000
    with office.reading() as work:
        assert [one.case.no for one in waiting(work, TOWNSHIP)] == [1]
    refused(office, "jb01", household, "退还已收的金额", "应当等于已经收到的金额", amount=40_000)
    step(office, "jb01", household, "退还已收的金额", amount=50_000, evidence="a" * 64)
    with office.reading() as work:
        assert waiting(work, TOWNSHIP) == []


def test_a_refund_plan_does_not_outlast_the_time_for_the_court(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    next_year(office)
    refundable(ready)
    heard(ready)
    step(office, "sp01", household, "责令退回决定", amount=200_000, computed="只算两个月", reason="从轻")
    hand_over(office, household, "DECIDE", on=date(2026, 8, 3))
    plan = {"plan": "按月缴纳", "reason": "生活困难"}
    late = plan | {"plan_until": date(2027, 8, 31)}
    refused(office, "sp01", household, "同意分期或者延期", "不得晚于可以申请强制执行", **late)
    step(office, "sp01", household, "同意分期或者延期", **plan, plan_until=date(2027, 4, 30))


def test_a_time_to_pay_is_not_shorter_than_the_region_sets(ready: Ready, tmp_path: Path) -> None:
    office, household, fact = ready
    row = policy_texts.row(key='"refund.pay_within"', value='30', unit='"天"', since="2026-07-01")
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "370811.toml").write_text(policy_texts.pack(row), encoding="utf-8")
    with office.work("sp01") as work:
        editions.register(work, load(PACKS, tmp_path / "packs"))
    with pytest.raises(Refused, match="退回期限不得短于当地规定的30日"):
        begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **(REFUND | {"pay_within": "1日"}))


def test_only_the_county_orders_a_refund(ready: Ready) -> None:
    """C24: whatever the province has delegated, the township orders none."""
    office, household, fact = ready
    with pytest.raises(Refused, match="只能由县级"):
        begin(office, "zf01", household, Procedure.REFUND, subject_seq=fact, **REFUND)
    begin(office, "fh01", household, Procedure.REFUND, subject_seq=fact, **REFUND)
    for code in ("告知", "复核意见", "DROP"):
        with office.work("zf01") as work:
            found = obstacles_to(work, read_case(work, household, 1), code, within="5个工作日", reason="改由乡镇办")
        assert "organ" in {one.code for one in found}
