"""依据、异议、期限、资格 (bases, objections, clocks, capacity): refused or begun as the law says, on both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from integrity import households, postings
from integrity.case_facts import clocks
from integrity.case_files import read_case
from integrity.cases import open_case, papers_of
from integrity.errors import Refused
from integrity.records.ledger import Notice
from integrity.rules.procedure import Facts
from integrity.rules.procedure_tables import table
from integrity.terms import AreaLevel, PostingKind, Presence, Procedure, Role
from integrity.work import Office
from tests.case_steps import EVIDENCE, PAIR, begin, entry, papers, refused, step
from tests.conftest import SetClock
from tests.credit_office import hand_over
from tests.procedure_walks import ON
from tests.test_case_letters_credit import Ready, found, proposed, ready

__all__ = ["entry", "papers", "ready"]


@pytest.mark.parametrize("basis", ["邻居电话反映", "核查笔录", "群众举报"])
def test_a_finding_rests_on_a_document_with_a_number(ready: Ready, basis: str) -> None:
    with pytest.raises(Refused, match="须以具有法律效力的文书为依据"):
        proposed(ready, basis=basis)
    with pytest.raises(Refused, match="文书种类应为行政处罚决定书"):
        proposed(ready, basis_kind="谈话记录")


def test_a_record_is_not_sent_out_while_its_finding_is_reviewed(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    found(ready, clock)
    with office.reading() as work:
        decided = read_case(work, household, 1).last("DECIDE")
        assert decided is not None
        notice: Notice = papers_of(work, read_case(work, household, 1), decided.no)[0]

    def wanted() -> str:
        with pytest.raises(Refused) as said, office.work("fh02") as work:
            open_case(work, household, Procedure.EXPORT, subject_seq=fact, content="认定决定", reason="目录要求")
        return str(said.value)

    assert "行政复议或者诉讼" not in wanted()
    remedy = {"kind": "行政复议", "number": "任政复〔2026〕9号", "body": "任城区人民政府"}
    begin(office, "jb01", household, Procedure.REMEDY, subject_seq=notice.seq, **remedy)
    assert "行政复议或者诉讼，办结以前不报送" in wanted()
    step(office, "fh02", household, "撤回或者终止", 2, reason="申请人撤回")
    assert "行政复议或者诉讼" not in wanted()


@pytest.mark.parametrize(("kind", "last"), [("行政复议", date(2026, 9, 18)), ("行政诉讼", date(2026, 9, 23))])
def test_the_office_has_its_time_to_reply(ready: Ready, clock: SetClock, kind: str, last: date) -> None:
    office, household, _ = ready
    found(ready, clock)
    remedy = {"kind": kind, "number": "9号", "body": "任城区人民政府"}
    opened = begin(office, "jb01", household, Procedure.REMEDY, **remedy).case
    with office.reading() as work:
        assert clocks(work, opened, work.today)["reply"].last_day == last
    replied = step(office, "fh02", household, "REPLIED", 2, sent="答复书一份、证据五件").case
    with office.reading() as work:
        assert clocks(work, replied, work.today)["reply"].stopped_on == date(2026, 9, 8)


@pytest.mark.parametrize(
    ("scheme", "running"),
    [
        ("最低生活保障", {"investigate": 3, "total": 20}), ("特困人员救助供养", {"opinion": 15}),
        ("刚性支出困难家庭", {"total": 30}),
    ],
)  # fmt: skip
def test_an_application_has_the_clocks_of_its_own_scheme(
    entry: tuple[Office, int], scheme: str, running: Mapping[str, int]
) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.APPLICATION, applicant="试验乙", scheme=scheme)
    taken = step(office, "jb01", household, "受理").case
    with office.reading() as work:
        shown = clocks(work, taken, work.today)
    assert set(shown) == set(running)
    for code, days in running.items():
        term = shown[code].term
        assert term is not None, code
        assert f"{days}个工作日" in shown[code].as_text() or f"{days}工作日" in shown[code].as_text(), code


def _post(office: Office, household: int) -> str:
    with office.work("jb01") as work:
        village = households.home(work, household, work.today).area
        line = [postings.Line(household, 1)]
        return postings.post(work, PostingKind.REVIEW, village, line, on=work.today, place="村务公开栏").number


def test_an_objection_that_holds_leads_to_a_new_opinion_and_a_new_sheet(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.APPLICATION, applicant="试验乙", scheme="最低生活保障")
    step(office, "jb01", household, "受理")
    step(office, "jb01", household, "入户调查", found="如实", **PAIR)
    opinion: dict[str, Any] = {"opinion": "拟予确认", "reason": "收入低于标准"}
    step(office, "fh01", household, "审核", amount=80_000, **opinion)
    old = _post(office, household)
    step(office, "jb01", household, "公示", posting=old)
    clock.on(date(2026, 9, 3))
    with office.work("jb01") as work:
        postings.object_to(work, postings.by_number(work, old), household, "有出租房屋")
    step(office, "fh01", household, "异议办结", result="异议成立", found="金额应为500元")
    assert "应当重新调查核实、提出审核意见" in refused(office, "jb01", household, "公示", posting=old)
    step(office, "jb01", household, "入户调查", found="出租收入每月300元", **PAIR)
    step(office, "fh01", household, "审核", amount=50_000, **opinion)
    assert "这张公示单是异议以前的" in refused(office, "jb01", household, "公示", posting=old)
    with office.work("jb01") as work:
        postings.taken_down(work, postings.by_number(work, old), reason="异议成立，重新公示")
    step(office, "jb01", household, "公示", posting=_post(office, household))
    clock.on(date(2026, 9, 11))
    assert "与公示的不一致" in refused(office, "sp01", household, "确认", amount=80_000, reason="符合条件")
    assert step(office, "sp01", household, "确认", amount=50_000, reason="符合条件").case.stage == "CONFIRMED"


def test_what_the_check_found_is_told_before_it_is_looked_at_again(entry: tuple[Office, int]) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.APPLICATION, applicant="试验乙", scheme="最低生活保障")
    step(office, "jb01", household, "受理")
    again = {"said": "存款是借来的", "handed": "借条", "result": "属实"}
    assert "还没有告知核对结果" in refused(office, "jb01", household, "复查", **again)
    step(office, "jb01", household, "告知核对不符合条件", found="存款超过规定", how="当面")
    assert step(office, "jb01", household, "复查", **again).case.stage == "ACCEPTED"


@pytest.mark.parametrize(
    ("no", "more", "said"),
    [
        (1, {"capacity": "本人", "speaker": "邻居王某"}, "只能由本人"),
        (1, {"capacity": "死者近亲属", "speaker": "试验丙", "evidence": EVIDENCE}, "死者的由其近亲属提出"),
        (2, {"capacity": "监护人", "speaker": "试验乙"}, "请附身份、委托或者亲属关系的证明"),
        (2, {"capacity": "监护人", "speaker": "试验乙", "evidence": EVIDENCE}, ""),
        (1, {"capacity": "代理人", "speaker": "律师张三", "evidence": EVIDENCE}, ""),
        (None, {"capacity": "本人", "speaker": "本人"}, "请写明是哪一位成员"),
    ],
)
def test_nobody_but_those_entitled_asks_for_data(
    entry: tuple[Office, int], no: int | None, more: dict[str, str], said: str
) -> None:
    office, household = entry
    given = {"kind": "查阅复制", "said": "提供副本", "member_no": no} | more
    if not said:
        assert begin(office, "jb01", household, Procedure.RIGHTS, **given).case.stage == "ASKED"
        return
    with pytest.raises(Refused, match=said):
        begin(office, "jb01", household, Procedure.RIGHTS, **given)


def test_after_a_death_the_next_of_kin_asks_and_nobody_as_the_dead(entry: tuple[Office, int]) -> None:
    office, household = entry
    with office.work("sp01") as work:
        households.change_member(work, household, 1, since=date(2026, 8, 20), presence=Presence.DEAD)
    given: dict[str, Any] = {"kind": "查阅复制", "said": "提供副本", "member_no": 1, "evidence": EVIDENCE}
    with pytest.raises(Refused, match="死者的由其近亲属提出"):
        begin(office, "jb01", household, Procedure.RIGHTS, capacity="本人", speaker="试验乙", **given)
    begin(office, "jb01", household, Procedure.RIGHTS, capacity="死者近亲属", speaker="试验乙之母", **given)
    taken = step(office, "fh01", household, "办理并答复", result="已提供副本")
    assert hand_over(office, household, "ANSWERED", on=taken.step.happened_on).case.closed


@pytest.mark.parametrize(
    ("given", "evidence", "said"),
    [
        ({"pay_by": "指定的银行", "pay_way": "交到民政局财务室现金"}, "", "不得自行收缴"),
        ({"pay_by": "当场收缴", "pay_way": "现金"}, EVIDENCE, "确有困难"),
        ({"pay_by": "当场收缴", "pay_way": "现金", "pay_ground": "山区，本人提出"}, "", "确有困难"),
        ({"pay_by": "当场收缴", "pay_way": "现金", "pay_ground": "山区，本人提出"}, EVIDENCE, ""),
        ({"pay_by": "电子支付系统", "pay_way": "非税收入缴款码"}, "", ""),
    ],
)
def test_a_fine_is_paid_at_the_bank(given: dict[str, str], evidence: str, said: str) -> None:
    decide = table(Procedure.FINE).row("DECIDE")
    facts = Facts(ON, "sp01", Role.APPROVER, AreaLevel.COUNTY, given=given, evidence=evidence)
    found = [one.missing for one in decide.needs if one.code == "bank" and not one.holds(facts)]
    assert len(found) == bool(said)
    assert all(said in one for one in found)
