"""守信、异议、个人信息权利、移送的文书 (papers of trust, objection, rights and transfer): walked on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrity import conduct, printing
from integrity.case_letters_records import _enclosed
from integrity.errors import Invalid, Refused
from integrity.households import standing
from integrity.papers import inspect
from integrity.records.ledger import Finding
from integrity.records.office import Officer
from integrity.terms import ConductKind, FindingState, PaperKind, Procedure, Role
from integrity.work import Office
from reports.faults import Incomplete
from reports.forms_records import ObjectionPaper
from tests.case_steps import EVIDENCE, begin, entry, hand_over, letter_of, papers, refused, step
from tests.conftest import SetClock
from tests.papers_office import COUNTY
from tests.test_press import whole

__all__ = ["entry", "papers"]

OFFICERS = {"jb01": "试验（jb01）", "fh01": "试验（fh01）"}


def fact(office: Office, household: int, kind: ConductKind = ConductKind.TRUST, item: str = "S01") -> int:
    """A fact of 20 August 2026."""
    with office.work("jb01") as work:
        return conduct.record(
            work, household, member_no=1, kind=kind, item=item, act_on=date(2026, 8, 20), found_on=date(2026, 8, 21),
            source="窗口登记单", detail="就业后第三日主动报告工资收入", evidence=EVIDENCE,
        ).seq  # fmt: skip


def trusted(office: Office, household: int, **given: Any) -> Any:
    """A finding of trust, proposed, reviewed and decided."""
    seq = fact(office, household)
    begin(office, "jb02", household, Procedure.TRUST, subject_seq=seq, reason="主动报告收入变化")
    step(office, "fh01", household, "复核意见", adopted="属实", reason="与劳动合同一致")
    return step(office, "sp01", household, "认定", reason="与服务记录一致", **given)


def test_a_trust_record_names_finder_reviewer_item_and_end_and_promises_nothing(entry: tuple[Office, int]) -> None:
    office, household = entry
    letter = letter_of(office, trusted(office, household, view="情况属实"), PaperKind.F09)
    assert (letter.addressee, letter.item) == ("试验乙", "主动申报家庭变化")
    assert (letter.found_by, letter.reviewed_by) == (OFFICERS["jb01"], OFFICERS["fh01"])
    assert letter.ends_on == date(2028, 8, 19)  # 24 months by the adopted catalogue
    assert letter.evidence[0] == "窗口登记单"
    assert letter.view == "情况属实"
    with office.reading() as work:
        last = standing(work, Finding, household, work.today)[-1]
    assert (last.state, last.document, last.reviewed_by) == (FindingState.EFFECTIVE, letter.number, "fh01")


def test_an_item_that_no_catalogue_knows_is_said_by_a_person(entry: tuple[Office, int]) -> None:
    office, household = entry
    seq = fact(office, household, item="本地-7")
    begin(office, "jb02", household, Procedure.TRUST, subject_seq=seq, reason="照料邻居")
    step(office, "fh01", household, "复核意见", adopted="属实", reason="村委会证实")
    assert "请填写对应事项" in refused(office, "sp01", household, "认定", reason="与服务记录一致")
    assert "记录截止日" in refused(office, "sp01", household, "认定", reason="与服务记录一致", item="邻里互助")
    more = {"item": "邻里互助", "ends_on": date(2027, 8, 31)}
    letter = letter_of(office, step(office, "sp01", household, "认定", reason="与服务记录一致", **more), PaperKind.F09)
    assert (letter.item, letter.ends_on) == ("邻里互助", date(2027, 8, 31))


def test_what_was_not_confirmed_and_what_is_no_trust_get_no_trust_record(entry: tuple[Office, int]) -> None:
    office, household = entry
    begin(office, "jb02", household, Procedure.TRUST, subject_seq=fact(office, household), reason="主动报告")
    step(office, "fh01", household, "复核意见", adopted="不属实", reason="日期不符")
    assert "不能认定" in refused(office, "sp01", household, "认定", reason="与服务记录一致")
    assert step(office, "sp01", household, "不予认定", reason="不属实").case.closed
    seq = fact(office, household, ConductKind.DEFAULT, "D01")
    with pytest.raises(Refused, match="守信事实"):
        begin(office, "jb02", household, Procedure.TRUST, subject_seq=seq, reason="主动报告")


def contested(office: Office, household: int, adopted: str) -> None:
    """An objection to the record of case 1, checked."""
    trusted(office, household)
    with office.reading() as work:
        seq = standing(work, Finding, household, work.today)[-1].conduct_seq
    begin(office, "jb02", household, Procedure.OBJECTION, subject_seq=seq, said="日期应为八月十九日；金额无误")
    with office.work("sp01") as work:
        work.put(reviewer("fh02"))
    step(office, "fh02", household, "核实", 2, found="劳动合同载明八月十九日", adopted=adopted)


def reviewer(code: str) -> Officer:
    """Another reviewer of the county."""
    return Officer(code=code, name="赵立新", role=Role.REVIEWER, area=COUNTY, since=date(2020, 1, 1))


def test_an_objection_that_holds_is_answered_with_what_is_put_right(entry: tuple[Office, int], clock: SetClock) -> None:
    office, household = entry
    contested(office, household, "成立")
    clock.on(date(2026, 9, 3))
    assert "不能是“维持”" in refused(office, "sp01", household, "答复", 2, result="维持", reason="记录无误")
    taken = step(office, "sp01", household, "答复", 2, result="更正", reason="日期登记有误")
    letter = letter_of(office, taken, PaperKind.F28)
    assert (letter.result, letter.organ) == ("异议成立", "任城区民政局")
    assert letter.measure.startswith("原记录有误，予以撤销")
    assert letter.wrong == ("日期应为八月十九日", "金额无误")
    assert (letter.filed_on, letter.marked_on, letter.decided_on) == (
        date(2026, 9, 1), date(2026, 9, 1), date(2026, 9, 3),
    )  # fmt: skip
    assert "2026年8月20日的行为" in letter.record
    assert letter.remedies is None
    assert hand_over(office, taken).case.closed
    with office.reading() as work:
        assert standing(work, Finding, household, work.today)[-1].state is FindingState.REVOKED  # no more in effect


def test_an_objection_that_does_not_hold_is_answered_with_law_and_remedies(entry: tuple[Office, int]) -> None:
    office, household = entry
    contested(office, household, "不成立")
    assert "不能是“撤销”" in refused(office, "sp01", household, "答复", 2, result="撤销", reason="有误")
    letter = letter_of(
        office, step(office, "sp01", household, "答复", 2, result="维持", reason="与劳动合同一致"), PaperKind.F28
    )  # fmt: skip
    assert (letter.result, letter.measure) == ("异议不成立", "")
    assert letter.grounds[1].startswith("《山东省社会信用条例》第三十九条")
    assert letter.remedies.organ == "任城区人民政府"


@pytest.mark.parametrize("kind", ["查阅复制", "更正补充", "解释说明", "人工复核", "删除"])
def test_a_request_on_personal_data_is_answered_by_its_own_article(entry: tuple[Office, int], kind: str) -> None:
    office, household = entry
    begin(office, "jb01", household, Procedure.RIGHTS, member_no=1, kind=kind, capacity="本人", speaker="试验乙",
    said="请求办理")
    taken = step(office, "fh01", household, "办理并答复", result="已经当面办理")
    letter = letter_of(office, taken, PaperKind.F28)
    assert (letter.variant, letter.record, letter.result) == ("个人信息答复", kind, "予以办理")
    assert letter.measure == "已经当面办理"
    assert "个人信息保护法" in letter.grounds[0]
    assert letter.remedies is None
    assert hand_over(office, taken).case.closed


def test_a_request_that_is_declined_is_told_why_and_where_to_turn(entry: tuple[Office, int]) -> None:
    office, household = entry
    given = {"kind": "删除", "capacity": "本人", "speaker": "试验乙", "said": "删除全部记录"}
    begin(office, "jb01", household, Procedure.RIGHTS, member_no=1, **given)
    assert "请填写理由" in refused(office, "fh01", household, "不予办理")
    assert "请填写不予办理的情形" in refused(office, "fh01", household, "不予办理", reason="不便提供")
    other = {"ground": "其他法定情形", "reason": "不便提供"}
    assert "写明法律、行政法规的名称和条款" in refused(office, "fh01", household, "不予办理", **other)
    ground = "法律、行政法规规定的保存期限没有届满"
    taken = step(office, "fh01", household, "不予办理", ground=ground, reason="档案要保存到2031年")
    letter = letter_of(office, taken, PaperKind.F28)
    assert (letter.result, letter.reasons) == ("不予办理", (f"{ground}：档案要保存到2031年",))
    assert [one[-1] for one in letter.grounds] == ["）", "）"]
    assert letter.remedies.court == "任城区人民法院"


def test_an_answer_on_personal_data_is_headed_as_one(entry: tuple[Office, int]) -> None:
    office, household = entry
    given = {"kind": "更正补充", "capacity": "本人", "speaker": "试验乙", "said": "电话号码已更换"}
    begin(office, "jb01", household, Procedure.RIGHTS, member_no=1, **given)
    taken = step(office, "fh01", household, "办理并答复", result="已更正电话号码")
    letter_of(office, taken, PaperKind.F28)
    with office.work("jb01") as work:
        page = whole(printing.original(work, taken.papers[0]).read_bytes())
    assert "个人信息请求答复书" in page
    assert "异议" not in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"result": "异议成立"}, "处理结果（"),
        ({"measure": ""}, "更正措施"),
        ({"grounds": ()}, "依据"),
        ({"result": "不予办理", "measure": ""}, "救济途径"),
    ],
)
def test_an_incomplete_answer_on_personal_data_is_not_printed(changed: dict[str, Any], said: str) -> None:
    known: dict[str, Any] = {
        "number": "任民异〔2026〕1号", "addressee": "试验乙", "organ": "任城区民政局", "on": date(2026, 9, 3),
        "contact": "李敏", "phone": "0537-2345678", "variant": "个人信息答复", "objector": "试验乙",
        "record": "查阅复制", "wrong": ("请求复制",), "filed_on": date(2026, 9, 1),
        "decided_on": date(2026, 9, 3), "result": "予以办理",
        "measure": "已提供副本", "grounds": ("《中华人民共和国个人信息保护法》第四十五条",),
    }  # fmt: skip
    inspect(ObjectionPaper(**known))
    with pytest.raises(Incomplete, match=said):
        inspect(ObjectionPaper(**(known | changed)))


def test_a_transfer_names_the_person_the_facts_the_papers_and_who_approved_it(
    entry: tuple[Office, int], clock: SetClock
) -> None:
    office, household = entry
    given = {
        "body": "任城区公安分局", "facts": "2026年8月20日提交的残疾证编号不存在；本人称由他人代办",
        "enclosed": "询问笔录6页复印件、残疾证（原件）2页原件",
    }  # fmt: skip
    begin(office, "fh01", household, Procedure.TRANSFER, member_no=1, **given)
    clock.on(date(2026, 9, 2))
    taken = step(office, "sp01", household, "批准移送", reason="超出本机关职权")
    letter = letter_of(office, taken, PaperKind.F33)
    assert (letter.addressee, letter.organ) == ("任城区公安分局", "任城区民政局")
    assert [(one.name, len(one.identity), "*" in one.identity) for one in letter.persons] == [("试验乙", 18, False)]
    assert len(letter.facts) == 2
    assert [(one.pages, one.original) for one in letter.enclosed] == [(6, "复印件"), (2, "原件")]
    assert (letter.approved_by, letter.approved_on) == ("任城区民政局试验", date(2026, 9, 2))
    assert step(office, "fh01", household, "收到回复", result="已受理").case.closed


@pytest.mark.parametrize(
    ("more", "enclosed", "said"), [({}, "笔录6页", "哪一位成员"), ({"member_no": 1}, "询问笔录", "没有写明页数")]
)
def test_a_transfer_of_nobody_or_without_pages_is_not_made_out(
    entry: tuple[Office, int], more: dict[str, int], enclosed: str, said: str
) -> None:
    office, household = entry
    given = {"body": "任城区公安分局", "facts": "提交的证件编号不存在", "enclosed": enclosed}
    begin(office, "fh01", household, Procedure.TRANSFER, **more, **given)
    assert said in refused(office, "sp01", household, "批准移送", reason="超出本机关职权")


@pytest.mark.parametrize("text", ["询问笔录（6页，复印件）", "询问笔录6页复印件", "询问笔录，6页，复印件"])
def test_enclosed_papers_are_read_in_any_usual_way_of_writing(text: str) -> None:
    found = _enclosed(text)
    assert (found.title, found.pages, found.original) == ("询问笔录", 6, "复印件")
    with pytest.raises(Invalid, match="页数"):
        _enclosed("询问笔录")
