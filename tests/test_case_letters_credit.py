"""失信认定、异议、修复 (findings, objections, repair): walked through with their papers, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import conduct, editions
from integrity.case_facts import clocks
from integrity.case_files import cases_of, read_case
from integrity.case_records import record_terms
from integrity.cases import Taken
from integrity.errors import Refused
from integrity.households import standing
from integrity.papers import content
from integrity.records.ledger import Conduct, Finding, Notice
from integrity.rules.policy import PACKS, load
from integrity.terms import ConductKind, FindingState, NationalClass, PaperKind, Procedure
from integrity.work import Office
from reports.forms_credit import FindingDecision, FindingNotice, RepairDecision, RepairNotice
from tests import policy_texts
from tests.conftest import SetClock
from tests.credit_office import PROOF, Family, acted, begin, hand_over, refused, staffed, step
from tests.papers_office import papers

__all__ = ["papers"]

FACT: dict[str, Any] = {
    "level": "一般", "basis_kind": "停发决定书", "basis": "任民决〔2026〕3号（停发决定书）", "reason": "收入隐瞒三个月",
}  # fmt: skip
Ready = tuple[Office, int, int]


@pytest.fixture
def ready(office: Office, family: Family, clock: SetClock, papers: Path) -> Ready:
    """A household of two adults with a fact of default by the first, on 2026-09-01."""
    staffed(office)
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work, (date(1980, 5, 1), date(1982, 5, 1)))
    return office, household, acted(office, household)


def proposed(ready: Ready, **more: Any) -> Taken:
    """The handler proposes a finding."""
    office, household, fact = ready
    return begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=fact, **(FACT | more))


def told(ready: Ready) -> FindingNotice:
    """Proposed, told and served on 1 September."""
    office, household, _ = ready
    proposed(ready)
    taken = step(office, "jb01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 9, 1))
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, FindingNotice)
    return letter


def found(ready: Ready, clock: SetClock) -> Taken:
    """A finding in effect: heard on the 2nd, decided on the 7th, served on the 8th of September."""
    office, household, _ = ready
    told(ready)
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="只漏报了一次")
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="流水显示三个月")
    clock.on(date(2026, 9, 7))
    decided = step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚")
    clock.on(date(2026, 9, 8))
    hand_over(office, household, "DECIDE", on=date(2026, 9, 8))
    return decided


def states(ready: Ready) -> list[FindingState]:
    """The states of the finding, in order."""
    office, household, _ = ready
    with office.reading() as work:
        return [one.state for one in standing(work, Finding, household, date(2030, 1, 1))]


def test_a_finding_goes_through_notice_statement_review_decision_and_service(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    told(ready)
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="只漏报了一次")
    refused(office, "sp01", household, "认定决定", "复核意见", level="一般", reason="事实清楚")
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="流水显示三个月")
    refused(office, "sp01", household, "认定决定", "不得重于事先告知", level="严重", reason="事实清楚")
    clock.on(date(2026, 9, 7))
    decided = step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚")
    assert [one.kind for one in decided.papers] == [PaperKind.F24, PaperKind.F25]
    assert states(ready) == [FindingState.PROPOSED]  # nothing before service
    clock.on(date(2026, 9, 8))
    served = hand_over(office, household, "DECIDE", on=date(2026, 9, 8))
    assert served.case.closed
    with office.reading() as work:
        last = standing(work, Finding, household, date(2026, 9, 8))[-1]
        running = clocks(work, served.case, work.today)
    assert (last.state, last.effective_on, last.document_on) == (
        FindingState.EFFECTIVE, date(2026, 9, 8), date(2026, 9, 7),
    )  # fmt: skip
    assert (last.document, last.reviewed_by, last.decided_by) == (decided.papers[0].number, "fh01", "sp01")
    assert (last.conduct_seq, last.case_no) == (fact, 1)
    assert running["reconsider"].last_day == date(2026, 11, 9)  # the sixtieth day, 7 November, is a Saturday


def test_the_two_letters_name_each_other_and_end_on_the_same_day(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    decided = found(ready, clock)
    with office.reading() as work:
        finding, repair = (content(work, one) for one in decided.papers)
        notice = read_case(work, household, 1).last("NOTICE")
        conduct = work.session.get(Conduct, (household, fact))
        assert conduct is not None
        window = record_terms(work, conduct, NationalClass.GENERAL, date(2026, 9, 7))
    assert isinstance(finding, FindingDecision)
    assert isinstance(repair, RepairNotice)
    assert (finding.number, finding.repair_number) == ("任民信〔2026〕1号", "任民修告〔2026〕1号")
    assert (repair.number, repair.finding_number) == (finding.repair_number, finding.number)
    assert notice is not None
    assert finding.notice_number == "任民信告〔2026〕1号"
    assert finding.until == repair.until == window.until == date(2027, 9, 7)
    assert repair.earliest == window.earliest == date(2026, 12, 7)
    assert finding.addressee == finding.person == "试验乙"
    assert "只漏报了一次" in finding.heard
    assert "不采纳" in finding.heard
    assert finding.remedies is not None
    assert "3个工作日" in finding.object_within  # 山东省社会信用条例 39
    assert any("任民字〔2026〕1号" in ground for ground in finding.grounds)
    assert any("不如实申报收入" in one for one in finding.facts)
    assert "10个工作日" in repair.reply_within
    assert len(repair.conditions) == 4


def test_numbers_stay_in_step_when_other_findings_come_between(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    found(ready, clock)
    second = acted(office, household, item="F06", member_no=2, found_on=date(2026, 9, 8))
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=second, **FACT)
    step(office, "jb01", household, "告知", case=2)
    hand_over(office, household, "NOTICE", on=date(2026, 9, 8), case=2)
    step(office, "jb01", household, "WAIVED", case=2, speaker="本人", capacity="本人", said="没有意见", evidence=PROOF)
    step(office, "fh01", household, "复核意见", case=2, adopted="没有意见", reason="本人确认")
    decided = step(office, "sp01", household, "认定决定", case=2, level="一般", reason="事实清楚")
    with office.reading() as work:
        finding, repair = (content(work, one) for one in decided.papers)
    assert isinstance(finding, FindingDecision)
    assert isinstance(repair, RepairNotice)
    assert finding.repair_number == repair.number == "任民修告〔2026〕2号"
    assert repair.finding_number == finding.number == "任民信〔2026〕2号"
    assert finding.person == repair.addressee == "试验丙"


def test_the_notice_says_what_is_planned_and_names_no_points(ready: Ready) -> None:
    letter = told(ready)
    assert (letter.grade, letter.until) == ("一般", date(2027, 9, 1))
    assert letter.documents == (FACT["basis"],)
    assert letter.within == "自收到本告知书之日起5个工作日内"
    assert letter.organ == "任城区民政局"
    assert "不因本认定改变" in letter.effects[-1]
    assert any("《山东省社会信用条例》第三十八条" in ground for ground in letter.grounds)


def test_the_catalogue_that_was_adopted_says_the_class(ready: Ready) -> None:
    office, household, _ = ready
    with pytest.raises(Refused, match="目录中这一事项的等级"):
        proposed(ready, level="严重")
    with pytest.raises(Refused, match="应为轻微、一般、严重之一"):
        proposed(ready, level="特别严重")
    with office.reading() as work:
        assert cases_of(work, household) == []


def test_no_measure_is_added_that_the_region_does_not_have(ready: Ready) -> None:
    office, household, _ = ready
    proposed(ready, measures="增加核查频次")
    refused(office, "jb01", household, "告知", "当地没有规定“增加核查频次”")
    with office.reading() as work:
        assert standing(work, Notice, household, date(2026, 9, 1)) == []


def test_silence_and_waiver_each_lead_to_a_decision(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    told(ready)
    clock.on(date(2026, 9, 8))  # five working days after the first end on the eighth
    refused(office, "jb01", household, "逾期没有提出", "红线第17条")
    refused(office, "jb01", household, "表示没有意见", "签名", speaker="本人", capacity="本人", said="没有意见")
    clock.on(date(2026, 9, 9))
    step(office, "jb01", household, "逾期没有提出")
    step(office, "fh01", household, "复核意见", adopted="没有意见", reason="期满没有提出")
    decided = step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚")
    with office.reading() as work:
        letter = content(work, decided.papers[0])
    assert isinstance(letter, FindingDecision)
    assert "没有提出意见" in letter.heard


@pytest.mark.parametrize(("actor", "code"), [("fh01", "教育提醒"), ("fh01", "不予认定"), ("sp01", "不予认定")])
def test_education_and_dropping_leave_no_finding(ready: Ready, clock: SetClock, actor: str, code: str) -> None:
    office, household, _ = ready
    told(ready)
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="车已于十四个月前卖出")
    ended = step(office, actor, household, code, reason="陈述成立")
    assert ended.case.closed
    assert states(ready) == [FindingState.PROPOSED, FindingState.WITHDRAWN]
    assert ended.case.said("said") == "车已于十四个月前卖出"  # what was said is kept (C21)
    with pytest.raises(Refused, match="不能登记为"):
        proposed(ready)  # what was dropped does not come back


def test_a_second_pair_of_hands_and_the_county_decide(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    told(ready)
    step(office, "fh01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="不同意")
    refused(office, "fh01", household, "复核意见", "办理过“陈述申辩”", adopted="不采纳", reason="已核实")
    step(office, "fh02", household, "复核意见", adopted="不采纳", reason="已核实")
    refused(office, "fh02", household, "认定决定", "由审批人员办理", level="一般", reason="事实清楚")
    step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚")


def test_an_objection_marks_the_finding_and_repair_waits_for_its_day(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    found(ready, clock)
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    assert states(ready)[-1] is FindingState.CONTESTED
    refused(office, "fh01", household, "核实", "人工复核应由没有办理过", case=2, found="属实", adopted="不成立")
    step(office, "fh02", household, "核实", case=2, found="与流水一致", adopted="不成立")
    answered = step(office, "sp02", household, "答复", case=2, result="维持", reason="认定无误")
    assert answered.papers[0].kind is PaperKind.F28
    assert states(ready)[-1] is FindingState.EFFECTIVE
    clock.on(date(2026, 12, 6))
    with pytest.raises(Refused, match="没有到可以申请修复的日期"):
        begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, corrected="已退回", promise="如实申报")


def applied(ready: Ready, clock: SetClock, on: date = date(2026, 12, 7), adopted: str = "符合") -> None:
    """Found, and repair applied for and checked on a day."""
    office, household, fact = ready
    found(ready, clock)
    clock.on(on)
    begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, corrected="已全部退回", promise="今后如实申报")
    step(office, "fh02", household, "核实", case=2, adopted=adopted, reason="退回凭证齐全")


@pytest.mark.parametrize("granted", ["准予修复", "不予修复"])
def test_repair_is_decided_with_its_paper(ready: Ready, clock: SetClock, granted: str) -> None:
    office, household, _ = ready
    applied(ready, clock, adopted="符合" if granted == "准予修复" else "不符合")
    other = {"准予修复": "不予修复", "不予修复": "准予修复"}[granted]
    refused(office, "sp01", household, "修复决定", "与核实结论不一致", case=2, granted=other, reason="影响不好")
    decided = step(office, "sp01", household, "修复决定", case=2, granted=granted, reason="已纠正")
    with office.reading() as work:
        letter = content(work, decided.papers[0])
    assert isinstance(letter, RepairDecision)
    assert (letter.finding_number, letter.finding_on) == ("任民信〔2026〕1号", date(2026, 9, 7))
    assert (letter.outcome, letter.applied_on) == (granted, date(2026, 12, 7))
    assert "已全部退回" in letter.facts[0]
    hand_over(office, household, "DECIDE", on=date(2026, 12, 7), case=2)
    if granted == "准予修复":
        assert letter.since == date(2026, 12, 7)
        assert states(ready)[-1] is FindingState.REPAIRED
    else:
        assert letter.reason == "已纠正"
        assert "2027年9月7日" in letter.effect
        assert states(ready)[-1] is FindingState.EFFECTIVE


def test_a_record_past_its_end_is_neither_repaired_nor_contested(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2027, 9, 6))  # the day before it ends by itself
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    clock.on(date(2027, 9, 7))
    with pytest.raises(Refused, match="已经到期"):
        begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, corrected="已退回", promise="如实申报")


def test_revoking_ends_the_finding_and_starts_the_clock_to_tell_the_platform(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2026, 9, 10))
    revoked = step(office, "sp02", household, "撤销认定", basis="（2026）试08行初1号", reason="依据的决定已撤销")
    assert states(ready)[-1] is FindingState.REVOKED
    with office.reading() as work:
        platform = clocks(work, revoked.case, work.today)["platform"]
    assert platform.last_day == date(2026, 9, 15)  # three working days, 山东省社会信用条例 40
    clock.on(date(2026, 9, 16))
    with office.reading() as work:
        assert clocks(work, read_case(work, household, 1), work.today)["platform"].overdue
    done = step(office, "fh01", household, "告知信用平台", result="已书面告知")
    with office.reading() as work:
        assert clocks(work, done.case, work.today)["platform"].stopped_on == date(2026, 9, 16)
    with pytest.raises(Refused, match=r"没有生效|不再使用"):
        begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, corrected="已退回", promise="如实申报")


def test_only_a_fact_of_default_is_found_a_default(ready: Ready) -> None:
    office, household, _ = ready
    with office.work("jb01") as work:
        trust = conduct.record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 8, 1),
            found_on=date(2026, 8, 2), source="主动申报",
        ).seq  # fmt: skip
    for seq in (None, trust):
        with pytest.raises(Refused, match="请说明针对的是哪一条失信事实"):
            begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=seq, **FACT)


def test_an_officer_may_say_how_long_an_objection_takes(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    told(ready)
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="不同意")
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="已核实")
    decided = step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚", object_within="5个工作日")
    with office.reading() as work:
        letter = content(work, decided.papers[0])
    assert isinstance(letter, FindingDecision)
    assert "5个工作日" in letter.object_within


def test_measures_come_from_the_region_and_the_decision_adds_none(ready: Ready, tmp_path: Path) -> None:
    office, household, _ = ready
    row = policy_texts.row(
        key='"credit.measures"', value='"失信：教育引导、诚信约谈、当月停止救助"', unit="", since="2026-01-01"
    )
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "370811.toml").write_text(policy_texts.pack(row), encoding="utf-8")
    with office.work("sp01") as work:
        editions.register(work, load(PACKS, tmp_path / "packs"))
    proposed(ready, measures="教育引导、诚信约谈")
    taken = step(office, "jb01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 9, 1))
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", evidence=PROOF,
    said="愿意改正")
    step(office, "fh01", household, "复核意见", adopted="部分采纳", reason="态度诚恳")
    given = {"level": "一般", "reason": "事实清楚"}
    refused(office, "sp01", household, "认定决定", "等级较轻或者措施较少", **given, measures="教育引导、加强核对")
    decided = step(office, "sp01", household, "认定决定", **given, measures="教育引导")
    with office.reading() as work:
        notice, finding = content(work, taken.papers[0]), content(work, decided.papers[0])
    assert isinstance(notice, FindingNotice)
    assert isinstance(finding, FindingDecision)
    assert [one for one in notice.effects if "诚信约谈" in one] == ["诚信约谈，依据：任城民字〔2026〕1号"]
    assert any("教育引导" in one for one in finding.effects)
    assert not any("诚信约谈" in one for one in finding.effects)
    second = acted(office, household, member_no=2)
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=second, **FACT, measures="当月停止救助")
    refused(office, "jb01", household, "告知", "须按它自己的程序办理", case=2)
