"""申请、承诺、授权的文书 (papers of application, promise and consent): walked to their ends, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from integrity import conduct, postings
from integrity.assistance import paid
from integrity.case_facts import clocks
from integrity.cases import Taken
from integrity.errors import Refused
from integrity.households import standing
from integrity.records.ledger import Commitment, Conduct, Household, Notice
from integrity.terms import ConductKind, PaperKind, PostingKind, Procedure, SignedBy
from integrity.work import Office
from tests.case_steps import EVIDENCE, PAIR, begin, entry, hand_over, letter_of, papers, refused, step
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import furnish

__all__ = ["entry", "papers"]

Family = Callable[..., int]
MOTHER, DAUGHTER = "试验乙", "试验大女"
CONSENT = {"scope": "收入、存款", "until": date(2027, 8, 31)}


def apply(office: Office, household: int, scheme: str = "最低生活保障") -> Taken:
    """An application is received."""
    return begin(office, "jb01", household, Procedure.APPLICATION, applicant="试验乙", scheme=scheme)


def reviewed(office: Office, household: int, scheme: str = "最低生活保障", amount: int | None = 80_000) -> None:
    """Application, acceptance, visit, review."""
    apply(office, household, scheme)
    step(office, "jb01", household, "受理")
    step(office, "jb01", household, "入户调查", found="住自有房屋，与申报一致", **PAIR)
    step(office, "fh01", household, "审核", opinion="拟予确认", amount=amount, reason="符合条件")


def posted(office: Office, household: int, fen: int | None = None) -> None:
    """Seven days on the board."""
    line = postings.Line(household, 1, fen=fen)
    with office.work("jb01") as work:
        sheet = postings.post(work, PostingKind.REVIEW, VILLAGE, [line], on=work.today, place="社区公示栏")
    step(office, "jb01", household, "公示", posting=sheet.number)


def test_all_that_is_missing_is_told_once_and_the_application_is_accepted_without_a_promise(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.COMMITMENT, member_no=1, occasion="申请")
    step(office, "jb01", household, "拒签", reason="想先和家人商量")
    apply(office, household)
    missing = {"missing": "诚信承诺书（承诺所提供的信息真实、完整）；残疾人证", "within": "10工作日"}
    letter = letter_of(office, step(office, "jb01", household, "一次告知补正", 2, **missing), PaperKind.F05)
    assert letter.missing == ("诚信承诺书（承诺所提供的信息真实、完整）", "残疾人证")
    assert (letter.variant, letter.within) == ("补正", "自收到本通知书之日起10个工作日内")
    assert "户籍登记情况" in letter.known
    assert "一次性告知" in refused(office, "jb01", household, "一次告知补正", 2, **missing)
    clock.on(date(2026, 9, 4))
    letter = letter_of(office, step(office, "jb01", household, "受理", 2), PaperKind.F05)
    assert (letter.variant, letter.accepted_on, letter.applied_on) == ("受理", date(2026, 9, 4), date(2026, 9, 1))
    assert letter.time_limit == "自受理之日起20个工作日内办结；情况特殊的，可以延长到45个工作日"
    with office.reading() as work:
        assert standing(work, Conduct, household, work.today) == []  # C54: an unsigned promise is no default
        (promise,) = standing(work, Commitment, household, work.today)
    assert promise.signed_by is SignedBy.REFUSED


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ground": "失信或者承诺", "reason": "有失信记录"}, "第70条"),
        ({"ground": "不属于本机关", "reason": "申请人有失信记录"}, "红线第2条"),
        ({"ground": "申请人撤回", "reason": "没有签署承诺书"}, "红线第2条"),
        ({"ground": "不属于本机关"}, "请填写理由"),
    ],
)
def test_no_record_and_no_unsigned_promise_is_a_ground_not_to_accept(
    entry: tuple[Office, int], given: dict[str, str], said: str
) -> None:
    office, household = entry
    with office.work("jb01") as work:
        conduct.record(
            work, household, member_no=1, kind=ConductKind.DEFAULT, item="D01", act_on=date(2026, 8, 5),
            found_on=date(2026, 8, 20), source="核对平台",
        )  # fmt: skip
    apply(office, household)
    assert said in refused(office, "fh01", household, "不予受理", **given)
    letter = letter_of(office, step(office, "jb01", household, "受理"), PaperKind.F05)  # nothing stands in its way
    assert letter.variant == "受理"


def test_what_is_not_accepted_says_why_by_what_law_and_where_to_turn(entry: tuple[Office, int]) -> None:
    office, household = entry
    apply(office, household)
    taken = step(office, "fh01", household, "不予受理", ground="不属于本机关", reason="教育救助向就读学校申请")
    letter = letter_of(office, taken, PaperKind.F05)
    assert letter.reasons == ("不属于本机关：教育救助向就读学校申请",)
    assert "第三十八条" in letter.grounds[0]
    assert letter.remedies.organ == "任城区人民政府"
    assert hand_over(office, taken).case.closed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"missing": "银行流水", "within": "10日"}, "红线第13条"),
        ({"missing": "残疾人证", "within": "尽快"}, "无法识别"),
        ({"missing": "残疾人证、残疾人证", "within": "10日"}, "列了2次"),
        ({"missing": "残疾人证"}, "补齐期限"),
    ],
)
def test_what_cannot_be_asked_for_is_not_asked_for(entry: tuple[Office, int], given: dict[str, str], said: str) -> None:
    office, household = entry
    apply(office, household)
    assert said in refused(office, "jb01", household, "一次告知补正", **given)


def test_two_refused_visits_may_end_the_examination_and_one_may_not(entry: tuple[Office, int], clock: SetClock) -> None:
    office, household = entry
    apply(office, household)
    step(office, "jb01", household, "受理")
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "拒绝入户", ground="无正当理由拒绝", reason="称没有时间", **PAIR)
    assert "至少两次" in refused(office, "fh01", household, "终止审核", reason="不配合调查")
    clock.on(date(2026, 9, 3))
    step(office, "jb01", household, "拒绝入户", ground="无正当理由拒绝", reason="不开门", **PAIR)
    taken = step(office, "fh01", household, "终止审核", reason="两次无正当理由拒绝入户")
    letter = letter_of(office, taken, PaperKind.F08)
    assert letter.variant == "终止审核"
    assert letter.reasons[:2] == (
        "2026年9月2日，两名工作人员入户调查未能进行：称没有时间", "2026年9月3日，两名工作人员入户调查未能进行：不开门",
    )  # fmt: skip
    assert "第二十九条" in letter.grounds[0]
    assert letter.remedies is not None
    served = hand_over(office, taken)
    assert served.case.closed
    with office.reading() as work:
        assert clocks(work, served.case, work.today)["reconsider"].last_day == date(2026, 11, 2)
        assert standing(work, Conduct, household, work.today) == []  # C55: the application ends, nothing is recorded


def test_a_confirmed_application_gives_assistance_from_the_next_month(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    reviewed(office, household)
    posted(office, household)
    assert "公示期没有届满" in refused(office, "sp01", household, "确认", amount=80_000, reason="符合条件")
    clock.on(date(2026, 9, 9))
    taken = step(office, "sp01", household, "确认", amount=80_000, reason="符合条件")
    letter = letter_of(office, taken, PaperKind.F08)
    assert (letter.variant, letter.fen, letter.since) == ("确认", 80_000, date(2026, 10, 1))
    assert letter.persons == ("试验乙", "试验丙")
    assert any("及时告知" in one for one in letter.duties)
    assert hand_over(office, taken).case.closed
    with office.reading() as work:
        assert paid(work, household, date(2026, 10, 1)) == 80_000


def test_a_refused_application_says_why_and_is_served(entry: tuple[Office, int]) -> None:
    office, household = entry
    reviewed(office, household)
    reason = {"ground": "失信或者承诺", "reason": "有失信记录"}
    assert "第70条" in refused(office, "sp01", household, "不予确认", **reason)
    taken = step(office, "sp01", household, "不予确认", ground="收入超过标准", reason="人均月收入高于当地标准")
    letter = letter_of(office, taken, PaperKind.F08)
    assert letter.variant == "不予确认"
    assert letter.reasons == ("收入超过标准：人均月收入高于当地标准",)
    assert letter.remedies.court == "任城区人民法院"
    assert hand_over(office, taken).case.closed


def test_where_nothing_is_paid_monthly_the_paper_says_what_the_confirmation_opens(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    reviewed(office, household, "最低生活保障边缘家庭", None)
    posted(office, household, 0)
    clock.on(date(2026, 9, 9))
    letter = letter_of(office, step(office, "sp01", household, "确认", reason="符合条件"), PaperKind.F08)
    assert (letter.fen, letter.category) == (None, "最低生活保障边缘家庭")
    assert "医疗、教育、住房、就业" in letter.entitlement


def test_a_confirmation_of_dibao_says_the_amount(entry: tuple[Office, int], clock: SetClock) -> None:
    office, household = entry
    reviewed(office, household)
    posted(office, household)
    clock.on(date(2026, 9, 9))
    assert "月救助金" in refused(office, "sp01", household, "确认", reason="符合条件")


def test_one_person_does_not_visit_alone(entry: tuple[Office, int]) -> None:
    office, household = entry
    apply(office, household)
    step(office, "jb01", household, "受理")
    alone = {"visitor_1": "jb01", "visitor_2": "jb01"}
    assert "两名以上" in refused(office, "jb01", household, "入户调查", found="一人前往", **alone)


def test_a_promise_is_explained_signed_and_answered_by_the_office(entry: tuple[Office, int]) -> None:
    office, household = entry
    taken = begin(office, "jb01", household, Procedure.COMMITMENT, member_no=1, occasion="申请")
    assert any("不得因为诚信记录而不受理" in one for one in letter_of(office, taken, PaperKind.F01).rights)
    taken = step(office, "jb02", household, "签署承诺", signed_by="本人签名", evidence=EVIDENCE)
    letter = letter_of(office, taken, PaperKind.F02)
    assert [one.name for one in letter.persons] == ["试验乙"]
    assert letter.clerk == "周海"
    taken = step(office, "jb02", household, "经办人承诺")
    letter = letter_of(office, taken, PaperKind.F03)
    assert (letter.clerk, letter.post) == ("周海", "任城区民政局经办人员")
    assert letter.complaints == "0537-2345678"
    assert "20个工作日" in letter.time_limit
    assert taken.case.closed
    with office.reading() as work:
        (promise,) = standing(work, Commitment, household, work.today)
    assert (promise.signed_by, promise.explained_by, promise.evidence) == (SignedBy.SIGNATURE, "jb01", EVIDENCE)


def test_a_child_does_not_sign_for_itself(entry: tuple[Office, int]) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.COMMITMENT, member_no=2, occasion="申请")
    assert "监护人代签" in refused(office, "jb01", household, "签署承诺", signed_by="本人签名")
    step(office, "jb01", household, "签署承诺", signed_by="监护人代签", guardian_no=1)
    with office.reading() as work:
        (promise,) = standing(work, Commitment, household, work.today)
    assert (promise.member_no, promise.guardian_no) == (2, 1)


def test_the_papers_wait_for_an_organ_that_can_be_complained_to(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office, township={"contact": ""})
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work)
    with pytest.raises(Refused, match="联系人"):
        begin(office, "jb01", household, Procedure.COMMITMENT, member_no=1, occasion="申请")
    with office.reading() as work:
        assert work.session.get(Household, household) is not None
        assert standing(work, Notice, household, work.today) == []


def test_the_household_consents_on_one_sheet_and_only_those_who_signed_are_asked_about(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    taken = begin(
        office, "jb01", household, Procedure.AUTHORITY, whom="试验乙、试验丙", third="否", **CONSENT
    )  # fmt: skip
    letter = letter_of(office, taken, PaperKind.F04)
    assert [(one.name, one.relation, one.guardian) for one in letter.persons] == [
        ("试验乙", "本人", ""), ("试验丙", "其他", "试验乙"),
    ]  # fmt: skip
    assert letter.addressee == "任城区民政局"
    assert (letter.scope, letter.until) == (("收入", "存款"), date(2027, 8, 31))
    query = {"body": "任城区税务局", "purpose": "审核低保申请"}
    assert "请附证据" in refused(office, "jb01", household, "签署授权", whom="试验乙、试验丙", guardian="试验乙")
    step(office, "jb01", household, "签署授权", whom="试验乙、试验丙", guardian="试验乙", evidence=EVIDENCE)
    assert "第41条" in refused(office, "jb01", household, "查询", whom=DAUGHTER, **query)
    assert not step(office, "jb01", household, "查询", whom=MOTHER, **query).case.closed
    assert step(office, "jb01", household, "撤回授权", reason="不再申请").case.closed
    assert "撤回授权" in refused(office, "jb01", household, "查询", whom=MOTHER, **query)


def test_a_third_person_consents_on_a_sheet_of_her_own_and_nobody_consents_for_her(
    entry: tuple[Office, int],
) -> None:
    office, household = entry
    third = {"whom": DAUGHTER, "third": "是", "relation": "子女", **CONSENT}
    letter = letter_of(office, begin(office, "jb01", household, Procedure.AUTHORITY, **third), PaperKind.F04)
    assert letter.third
    assert [(one.name, one.identity) for one in letter.persons] == [(DAUGHTER, "")]  # she writes her number herself
    query = {"whom": DAUGHTER, "body": "任城区税务局", "purpose": "核实赡养能力"}
    assert "签署授权" in refused(office, "jb01", household, "查询", **query)  # C56: not before she has signed
    step(office, "jb01", household, "签署授权", whom=DAUGHTER, evidence=EVIDENCE)
    step(office, "jb01", household, "查询", **query)


def test_she_who_does_not_consent_is_not_asked_about_and_nothing_follows(entry: tuple[Office, int]) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.AUTHORITY, whom=DAUGHTER, third="是", relation="子女", **CONSENT)
    assert step(office, "jb01", household, "不同意授权", reason="不愿意").case.closed
    query = {"whom": DAUGHTER, "body": "任城区税务局", "purpose": "核实赡养能力"}
    assert "不同意授权" in refused(office, "jb01", household, "查询", **query)
    with office.reading() as work:
        assert standing(work, Conduct, household, work.today) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"whom": "试验乙、试验大女", "third": "否"}, "“试验大女”不是共同生活的家庭成员"),
        ({"whom": "试验大女、试验二女", "third": "是", "relation": "子女"}, "一张只能有一人"),
        ({"whom": "试验丙", "third": "是", "relation": "子女"}, "不是第三人"),
        ({"whom": "试验大女", "third": "是"}, "第三人与申请人的关系"),
        ({"whom": "试验乙", "third": "否", "until": date(2026, 9, 1)}, "应在今天之后"),
    ],
)
def test_a_consent_that_mixes_people_or_has_no_end_is_not_made_out(
    entry: tuple[Office, int], given: dict[str, str], said: str
) -> None:
    office, household = entry
    with pytest.raises((Refused,), match=said):
        begin(office, "jb01", household, Procedure.AUTHORITY, **(CONSENT | given))
    with office.reading() as work:
        assert standing(work, Notice, household, work.today) == []
