"""两名执法人员、听证通知、撤销通知 (two officers, notice of a hearing, an undone fine): on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from integrity.case_files import read_case
from integrity.case_sheets import sheet
from integrity.errors import Refused
from integrity.papers import content
from integrity.records.ledger import Notice
from integrity.records.office import Kinship, NumberSeries
from integrity.terms import PaperKind
from reports.forms_fines import PenaltyHearing, Revocation
from reports.forms_procedure import StatementRecord
from reports.forms_sanctions import Enforcer, PenaltyDecision
from tests.conftest import SetClock
from tests.credit_office import OFFICERS, PROOF, hand_over, refused, step
from tests.papers_office import papers
from tests.test_case_letters_money import SPOKEN, Ready, decided, fined, heard, ready, told

__all__ = ["papers", "ready"]
INVITED: dict[str, Any] = {
    "held_on": date(2026, 8, 14), "time": "上午9时", "place": "民政局三楼会议室", "presider": "sp02", "open": "不公开",
}  # fmt: skip
UNDONE: dict[str, Any] = {"basis": "任政复决〔2026〕1号", "reason": "证据不足"}
NAMED = (Enforcer(name="试验（jb01）", card="试验080001"), Enforcer(name="试验（fh01）", card="试验080002"))


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"visitor_2": None, "card_2": None}, "请填写执法人员二"),
        ({"visitor_2": "jb01"}, "不得少于两人"),
        ({"card_2": " 试验-08０００１"}, "不得少于两人"),
        ({"card_2": "没有"}, "执法证上的编号"),
        ({"visitor_2": "xx99"}, "没有登记或者不在岗"),
    ],
)
def test_a_fine_is_inquired_into_by_two_officers_with_certificates(
    ready: Ready, wrong: dict[str, Any], match: str
) -> None:
    office, household, _ = ready
    with pytest.raises(Refused, match=match):
        fined(ready, **wrong)
    told(ready)
    refused(office, "jb01", household, "陈述申辩", match, **(SPOKEN | wrong))
    waived = {"speaker": "本人", "capacity": "本人", "said": "没有意见", "evidence": PROOF, **OFFICERS}
    refused(office, "jb01", household, "表示没有意见", match, **(waived | wrong))


def test_a_relative_does_not_inquire(ready: Ready) -> None:
    office, household, _ = ready
    with office.work("sp01") as work:
        work.put(Kinship(
            id=work.new_id(Kinship),
            household_id=household, officer="jb01", relation="亲属", ended=False,
            recorded_at=work.stamp(), recorded_by="sp01",
        ))  # fmt: skip
    with pytest.raises(Refused, match="近亲属关系，应当回避"):
        fined(ready)


def test_the_two_officers_stand_on_notice_record_and_decision(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    assert told(ready).officers == NAMED
    minutes = {"time": "9时至10时", "place": "民政局", "manner": "当面", "recorder": "fh02"}
    heard(ready, **minutes)
    with office.work("jb01") as work:
        record = content(work, sheet(work, household, 1, PaperKind.F14))
    assert isinstance(record, StatementRecord)
    assert record.asker == "试验（jb01），执法证号试验080001、试验（fh01），执法证号试验080002"
    clock.on(date(2026, 8, 11))
    taken = step(
        office, "sp01", household, "处罚决定", amount=200_000, pay_by="指定的银行", pay_way="银行网点", reason="从轻"
    )
    with office.reading() as work:
        fine = content(work, taken.papers[0])
    assert isinstance(fine, PenaltyDecision)
    assert fine.officers == NAMED


def asked(ready: Ready, clock: SetClock) -> None:
    """A hearing is asked for on 4 August."""
    office, household, _ = ready
    told(ready, large="属于")
    heard(ready)
    clock.on(date(2026, 8, 4))
    step(office, "jb01", household, "要求听证", speaker="本人")


def test_a_notice_of_a_hearing_says_when_where_before_whom_and_with_whom(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    asked(ready, clock)
    taken = step(office, "fh02", household, "听证通知", **INVITED)
    with office.reading() as work:
        paper = content(work, taken.papers[0])
    assert isinstance(paper, PenaltyHearing)
    assert (paper.held_on, paper.earliest, paper.time) == (date(2026, 8, 14), date(2026, 8, 14), "上午9时")
    assert (paper.asked_on, paper.fine, paper.organ) == (date(2026, 8, 4), 300_000, "任城区民政局")
    assert paper.presider == "试验（sp02）"
    assert "委托1至2人代理" in paper.agents
    assert "任城区民政局" in paper.challenge
    clock.on(date(2026, 8, 14))
    refused(office, "sp02", household, "举行听证", "通知送达七个工作日之后", said="辩论", evidence=PROOF)  # not served


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"held_on": date(2026, 8, 13)}, "通知后不足七个工作日"),
        ({"presider": "fh01"}, "没有调查过本案的人员主持"),
        ({"presider": "jb01"}, "没有调查过本案的人员主持"),
        ({"presider": "zf01"}, "不是县级工作人员"),
        ({"presider": "xx99"}, "工号"),
        ({"place": ""}, "听证地点"),
        ({"time": None}, "听证开始时间"),
    ],
)
def test_a_notice_of_a_hearing_that_lacks_something_costs_no_number(
    ready: Ready, clock: SetClock, wrong: dict[str, Any], match: str
) -> None:
    office, household, _ = ready
    asked(ready, clock)
    refused(office, "fh02", household, "听证通知", match, **(INVITED | wrong))
    with office.reading() as work:
        assert not [one for one in work.session.exec(select(NumberSeries)) if "罚听" in one.prefix]
        assert not [one for one in work.session.exec(select(Notice)) if one.kind is PaperKind.F34]


def test_another_than_the_named_presides_only_with_the_reason(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    asked(ready, clock)
    step(office, "fh02", household, "听证通知", **INVITED)
    hand_over(office, household, "HEARING_NOTICE", on=date(2026, 8, 4))
    clock.on(date(2026, 8, 14))
    refused(office, "fh02", household, "举行听证", "由通知书写明的主持人主持", said="辩论", evidence=PROOF)
    refused(office, "fh01", household, "举行听证", "办理过", said="辩论", evidence=PROOF, changed="回避")
    step(office, "fh02", household, "举行听证", said="辩论", evidence=PROOF, changed="当事人申请回避，申请成立")


def test_an_undone_fine_is_told_with_what_is_given_back_and_by_when(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    decision = decided(ready, clock).papers[0].number
    step(office, "jb01", household, "收到罚款", amount=50_000)
    refused(office, "sp01", household, "撤销决定", "请填写退还方式和退还的最后日期", **UNDONE)
    back = {"back_way": "退回本人账户", "back_by": date(2026, 8, 11)}
    refused(office, "sp01", household, "撤销决定", "不早于今天", **UNDONE, **back)
    taken = step(office, "sp01", household, "撤销决定", **UNDONE, **(back | {"back_by": date(2026, 8, 31)}))
    with office.reading() as work:
        paper = content(work, taken.papers[0])
    assert isinstance(paper, Revocation)
    assert (paper.decision, paper.decision_number, paper.amount) == ("行政处罚决定书", decision, 200_000)
    assert (paper.paid, paper.back, paper.back_by, paper.back_way) == (
        50_000, 50_000, date(2026, 8, 31), "退回本人账户",
    )  # fmt: skip
    assert (paper.basis, paper.reason) == ("任政复决〔2026〕1号", "证据不足")
    hand_over(office, household, "REVOKED", on=date(2026, 8, 12))
    step(office, "jb01", household, "退还已收的金额", amount=50_000, evidence=PROOF)
    with office.reading() as work:
        assert read_case(work, household, 1).stage == "PAID_BACK"


def test_an_undone_fine_for_which_nothing_was_paid_says_so(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    decided(ready, clock)
    taken = step(office, "sp01", household, "撤销决定", **UNDONE)
    with office.reading() as work:
        paper = content(work, taken.papers[0])
    assert isinstance(paper, Revocation)
    assert (paper.paid, paper.back, paper.back_by, paper.back_way) == (0, 0, None, "")
