"""申请、记录、送达、档案文书 (application, records, service, files): printed whole, or refused by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from typing import Any

import pytest

from integrity.terms import PaperKind, ServiceWay
from reports import forms, forms_household, forms_records, press, wording
from reports.faults import Incomplete, MissingGlyphs
from tests import household_samples as samples
from tests.household_samples import SAMPLES
from tests.test_press import read, whole

HEADINGS = {
    "F03": "经办人承诺书", "F04": "家庭经济状况核对授权书", "F04义务人": "家庭经济状况核对授权书",
    "F05受理": "社会救助申请受理通知书", "F05补正": "社会救助申请补正通知书",
    "F05不予受理": "社会救助申请不予受理通知书", "F06": "入户调查表", "F07": "社会救助审核结果公示单",
    "F08确认": "社会救助确认通知书", "F08不予确认": "社会救助不予确认告知书", "F09": "守信行为记录表",
    "F10": "失信行为记录表", "F26": "信用修复申请书", "F28申请": "诚信档案异议申请书",
    "F28答复": "诚信档案异议答复书", "F30空白": "送达回证", "F30留置": "送达回证", "F31": "送达公告",
    "F32": "卷内目录", "F33": "移送函",
}  # fmt: skip
UNSERVED = {"F06", "F07", "F09", "F10", "F26", "F28申请", "F30空白", "F30留置", "F31", "F32"}
"""Papers that are not served on anybody, so that their foot has no line for the proof of service."""
UNSPOKEN = {"variant", "sheet"}
"""Words that choose what is printed instead of being printed themselves."""
EVERY = pytest.mark.parametrize("name", SAMPLES)


def values(record: Any) -> Iterator[Any]:
    """Every value of a record, those of its nested records too."""
    for one in fields(record):
        value = getattr(record, one.name)
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from values(item)
            else:
                yield item


def faults(letter: forms.Letter) -> tuple[str, ...]:
    """What the press names when it refuses the letter."""
    with pytest.raises(Incomplete) as refused:
        forms.check(letter)
    return refused.value.fields


@EVERY
def test_every_text_and_every_day_stands_on_its_paper(name: str) -> None:
    letter = SAMPLES[name]
    printed = whole(press.render_letter(letter).pdf)
    unprinted = {one.metadata["official"] for one in fields(letter) if one.name in UNSPOKEN}
    if name in UNSERVED:
        unprinted.add("送达回证编号")
        assert "签收人：" not in printed
    for field, text in forms.texts(letter):
        assert field in unprinted or re.sub(r"\s+", "", text).rstrip("。") in printed, field
    for value in values(letter):
        if isinstance(value, date) and not (name == "F28申请" and value == letter.on):
            assert wording.cn_date(value) in printed or wording.cn_month(value) + "起" in printed
    assert HEADINGS[name] in printed
    assert letter.form in printed


@EVERY
def test_a_required_field_that_is_empty_stops_the_print_and_is_named(name: str) -> None:
    letter = SAMPLES[name]
    for one in fields(letter):
        value = getattr(letter, one.name)
        if one.metadata.get("optional"):
            continue
        empty = None if isinstance(value, date) or is_dataclass(value) else type(value)()
        assert faults(replace(letter, **{one.name: empty})) == (one.metadata["official"],)


@EVERY
def test_an_empty_field_of_a_line_is_named_with_its_line(name: str) -> None:
    letter = SAMPLES[name]
    for one in fields(letter):
        value = getattr(letter, one.name)
        if not (isinstance(value, tuple) and value and is_dataclass(value[0])):
            continue
        for inner in fields(value[0]):
            if not inner.metadata.get("optional") and isinstance(getattr(value[0], inner.name), str):
                lines = (replace(value[0], **{inner.name: " "}), *value[1:])
                official = f"{one.metadata['official']}·{inner.metadata['official']}"
                assert faults(replace(letter, **{one.name: lines})) == (official,)


@EVERY
def test_each_field_has_an_official_name_of_its_own(name: str) -> None:
    officials = [one.metadata["official"] for one in fields(SAMPLES[name])]
    assert len(set(officials)) == len(officials)


def test_each_form_bears_the_name_under_which_it_is_registered() -> None:
    for letter in SAMPLES.values():
        assert letter.title == PaperKind[letter.form].value
    assert len({letter.form for letter in SAMPLES.values()}) == 14
    assert set(forms_records.WAYS) == {way.value for way in ServiceWay} - {ServiceWay.ANNOUNCEMENT.value}


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("F04", {"sheet": "邻居"}, "授权人类别（「邻居」不是"),
        ("F04", {"until_event": ""}, "授权截止日或者授权终止情形"),
        ("F04", {"until": date(2026, 9, 6)}, "授权截止日（早于授权起始日）"),
        ("F04义务人", {"persons": samples.AUTHORITY.persons}, "授权人（义务人应当分别单独出具"),
        ("F05受理", {"variant": "暂缓"}, "通知类别（「暂缓」不是"),
        ("F05受理", {"accepted_on": None}, "受理日期"),
        ("F05受理", {"time_limit": ""}, "办理时限"),
        ("F05受理", {"accepted_on": date(2026, 8, 31)}, "受理日期（早于申请日期）"),
        ("F05受理", {"missing": ("户口簿",)}, "需要补齐的材料（受理通知书不列）"),
        ("F05补正", {"missing": ()}, "需要补齐的材料"),
        ("F05补正", {"within": ""}, "补齐期限"),
        ("F05补正", {"how": " "}, "补齐方式"),
        ("F05补正", {"missing": ("就学证明", "就学证明。")}, "需要补齐的材料（「就学证明」列了2次）"),
        ("F05补正", {"missing": ("户籍信息。",)}, "需要补齐的材料（「户籍信息」可以由核对取得，不得要求申请人提供）"),
        ("F05补正", {"missing": ("最低生活保障申请书",)}, "需要补齐的材料（「最低生活保障申请书」已经收到）"),
        ("F05补正", {"reasons": ("不符合条件",)}, "不予受理的理由（补正通知书不列）"),
        ("F05不予受理", {"reasons": ()}, "不予受理的理由"),
        ("F05不予受理", {"grounds": ()}, "不予受理的依据"),
        ("F05不予受理", {"remedies": None}, "救济途径"),
        ("F06", {"visitors": samples.VISIT.visitors[:1]}, "调查人员（不得少于2人）"),
        ("F06", {"visitors": samples.VISIT.visitors[:1] * 2}, "调查人员（不得少于2人）"),
        ("F06", {"way": "非接触方式调查"}, "重大突发事件"),
        ("F06", {"way": "微信"}, "调查方式（「微信」不是"),
        ("F06", {"emergency": "暴雨"}, "重大突发事件（只在非接触方式调查时填写）"),
        ("F06", {"visited_on": date(2026, 9, 8)}, "成文日期（早于调查日期）"),
        ("F07", {"variant": "红榜"}, "公示类别（「红榜」不是"),
        ("F07", {"until": date(2026, 9, 7)}, "截止日（早于起始日）"),
        ("F07", {"since": date(2026, 9, 6)}, "起始日（早于成文日期）"),
        ("F07", {"remedies": samples.REMEDY}, "救济途径（公示单不列，由每户的文书告知）"),
        ("F08确认", {"persons": ()}, "保障对象"),
        ("F08确认", {"since": None}, "起始月份"),
        ("F08确认", {"fen": None}, "月救助金（没有按月发放的，应写明确认待遇）"),
        ("F08确认", {"fen": 0}, "月救助金（没有按月发放的，应写明确认待遇）"),
        ("F08确认", {"fen": -1}, "月救助金"),
        ("F08确认", {"variant": "默认"}, "结果（「默认」不是"),
        ("F08确认", {"reasons": ("收入高",)}, "不予确认的理由（确认通知书不列）"),
        ("F08不予确认", {"reasons": ()}, "不予确认的理由"),
        ("F08不予确认", {"remedies": None}, "救济途径"),
        ("F08不予确认", {"fen": 100}, "月救助金、起始月份（不予确认告知书不列）"),
        ("F09", {"reviewed_by": "李敏 "}, "复核人（不得与发现人为同一人）"),
        ("F09", {"found_on": date(2026, 8, 19)}, "发现日期（早于发生日期）"),
        ("F10", {"reviewed_by": "李敏"}, "复核人（不得与发现人为同一人）"),
        ("F10", {"ends_on": date(2026, 2, 1)}, "记录截止日（早于发生日期）"),
        ("F10", {"asked_on": date(2026, 8, 2)}, "询问本人日期（早于发现日期）"),
        ("F10", {"asked_on": date(2026, 9, 8)}, "成文日期（早于询问本人日期）"),
        ("F10", {"view": ""}, "本人意见"),
        ("F26", {"earliest": date(2026, 5, 7)}, "最早可申请日（早于认定日期）"),
        ("F26", {"ends_on": date(2026, 8, 7)}, "到期自动终止日（早于最早可申请日）"),
        ("F28申请", {"result": "异议成立"}, "处理结果（异议申请书不列）"),
        ("F28申请", {"variant": "投诉"}, "文书类别（「投诉」不是"),
        ("F28答复", {"marked_on": None}, "异议标注日期"),
        ("F28答复", {"decided_on": None}, "处理日期"),
        ("F28答复", {"result": ""}, "处理结果"),
        ("F28答复", {"result": "驳回"}, "处理结果（「驳回」不是"),
        ("F28答复", {"result": "异议不成立", "remedies": None}, "救济途径"),
        ("F28答复", {"remedies": None}, "救济途径"),
        ("F28答复", {"grounds": ()}, "依据"),
        ("F28答复", {"result": "异议成立", "measure": ""}, "更正措施"),
        ("F28答复", {"decided_on": date(2026, 9, 1)}, "处理日期（早于异议提出日期）"),
        ("F30空白", {"way": "捎话"}, "送达方式（「捎话」不是"),
        ("F30空白", {"served_on": date(2026, 9, 8), "way": "直接送达", "place": "村委会", "server": "李敏"}, "收件人"),
        ("F30留置", {"witnesses": ()}, "见证人"),
        ("F30留置", {"witnesses": ("王建国",)}, "见证人（不得少于2人）"),
        ("F30留置", {"witnesses": ("王建国", "李敏、周海")}, "见证人（不得与送达人为同一人）"),
        ("F30留置", {"refusal": ""}, "拒收事由"),
        ("F30留置", {"place": ""}, "送达地点"),
        ("F30留置", {"way": "邮寄送达", "receiver": "本人", "relation": "本人"}, "拒收事由（只在留置送达时填写）"),
        ("F31", {"days": 15}, "公告期（日）（不得少于30日）"),
        ("F31", {"until": date(2026, 10, 6)}, "公告期满日（自公告之日起不满30日）"),
        ("F31", {"remedies": samples.REMEDY}, "救济途径（公告不列，由送达的文书告知）"),
        ("F32", {"pages": 6}, "总页数（少于卷内文件的页号）"),
        ("F32", {"papers": samples.ARCHIVE.papers[::-1]}, "卷内文件·起始页号（应从第1页起依次递增）"),
        ("F32", {"papers": samples.ARCHIVE.papers[1:]}, "卷内文件·起始页号（应从第1页起依次递增）"),
        ("F32", {"papers": samples.ARCHIVE.papers[:1] * 2}, "卷内文件·起始页号（应从第1页起依次递增）"),
        ("F32", {"until": date(2023, 5, 31)}, "截止日期（早于起始日期）"),
        ("F33", {"approved_on": date(2026, 9, 8)}, "成文日期（早于批准日期）"),
    ],
)  # fmt: skip
def test_what_a_variant_lacks_or_what_contradicts_itself_is_named(
    name: str, change: dict[str, Any], named: str
) -> None:
    found = faults(replace(SAMPLES[name], **change))
    assert any(one == named or ("（" in named and one.startswith(named)) for one in found), found


@pytest.mark.parametrize("name", ["F05不予受理", "F08不予确认", "F28答复"])
def test_an_adverse_answer_tells_where_it_can_be_examined(name: str) -> None:
    printed = whole(press.render_letter(SAMPLES[name]).pdf)
    assert "60日内向清河县人民政府申请行政复议" in printed
    assert "6个月内依法向清河县人民法院提起行政诉讼" in printed


def test_an_objection_that_is_upheld_needs_no_remedies() -> None:
    upheld = replace(samples.ANSWER, result="异议成立", remedies=None, grounds=())
    assert "行政复议" not in whole(press.render_letter(upheld).pdf)


def test_a_confirmation_without_monthly_payment_says_what_it_opens() -> None:
    edge = replace(samples.CONFIRMED, fen=None, entitlement="可以按规定申请医疗、教育、住房等专项救助")
    printed = whole(press.render_letter(edge).pdf)
    assert "可以按规定申请医疗、教育、住房等专项救助" in printed
    assert "每月发放救助金" not in printed


def test_a_posting_has_no_field_beyond_what_may_be_made_public() -> None:
    own = {one.name for one in fields(forms_household.Posting)} - {one.name for one in fields(forms.Letter)}
    assert own == {"variant", "since", "until", "rows"}
    assert [one.name for one in fields(forms_household.Posted)] == ["name", "persons", "fen"]


def test_a_long_posting_repeats_its_head_and_loses_no_line() -> None:
    rows = tuple(forms_household.Posted(name=f"王{chr(0x4E00 + n)}", persons=1, fen=70000 + n) for n in range(90))
    paper = press.render_letter(replace(samples.POSTING, rows=rows))
    pages = read(paper.pdf)
    assert paper.pages > 2
    for page in pages[:-1]:
        assert "家庭成员数量" in page
    printed = whole(paper.pdf)
    for number, row in enumerate(rows, 1):
        assert f"{number}{row.name}1人{wording.yuan(row.fen)}" in printed


def test_amounts_are_drafts_only_while_they_are() -> None:
    draft = whole(press.render_letter(samples.POSTING).pdf)
    final = whole(press.render_letter(replace(samples.POSTING, variant="公布")).pdf)
    assert "拟保障金额（月）" in draft
    assert "1420.00元" in draft
    assert "拟" not in final
    assert "确认结果公布单" in final


def test_an_announcement_tells_which_paper_waits_and_not_what_is_in_it() -> None:
    own = {one.name for one in fields(forms_records.Announcement)} - {one.name for one in fields(forms.Letter)}
    assert own == {"paper", "paper_number", "posted_on", "places", "days", "until", "collect"}
    printed = whole(press.render_letter(samples.ANNOUNCEMENT).pdf)
    assert "即视为送达" in printed
    assert "《减发社会救助金决定书》（文号：清河民决〔2026〕7号）" in printed
    assert not re.search(r"失信|处罚|退回|停发|\d元", printed)


def test_a_proof_of_service_is_one_page_with_room_for_the_pen() -> None:
    for letter in (samples.RECEIPT, samples.SERVED):
        assert press.render_letter(letter).pages == 1
    blank = whole(press.render_letter(samples.RECEIPT).pdf)
    for label in (
        "送达地点",
        "送达日期年月日时",
        "与受送达人关系",
        "拒收事由",
        "见证人（一）签名",
        "见证人（二）签名",
        "送达人",
    ):
        assert label in blank


def test_a_third_party_consents_on_a_sheet_of_his_own_and_can_take_it_back() -> None:
    household, third = (whole(press.render_letter(SAMPLES[name]).pdf) for name in ("F04", "F04义务人"))
    assert "须经其本人同意并单独出具授权书" in household
    assert "可以撤回" in third
    assert "欧阳小宝" not in third


def test_a_contactless_visit_names_its_emergency() -> None:
    letter = replace(samples.VISIT, way="非接触方式调查", emergency="暴雨洪涝灾害")
    assert "因暴雨洪涝灾害，采取电话、视频等方式调查" in whole(press.render_letter(letter).pdf)


def test_a_default_record_says_that_it_decides_nothing() -> None:
    printed = whole(press.render_letter(samples.DEFAULT).pdf)
    assert "不是认定决定" in printed
    assert "不得公开" in printed
    assert samples.DEFAULT.view in printed


@EVERY
def test_no_paper_speaks_of_points_or_of_the_rank_of_a_household(name: str) -> None:
    printed = whole(press.render_letter(SAMPLES[name]).pdf)
    assert not re.search("积分|分值|得分|评分|等级|扣分|加分|红名单|黑名单", printed)


@EVERY
def test_the_last_page_holds_text_beside_seal_and_code(name: str) -> None:
    letter = SAMPLES[name]
    told = "异议电话" if name.startswith("F07") else "联系电话"
    assert f"{told}：{letter.phone}" in read(press.render_letter(letter).pdf)[-1]


def test_a_character_without_a_face_stops_the_print_in_a_line_of_a_table_too() -> None:
    rows = (*samples.POSTING.rows, forms_household.Posted(name="王\ue000国", persons=1, fen=1))
    with pytest.raises(MissingGlyphs, match=re.escape("U+E000")) as refused:
        press.render_letter(replace(samples.POSTING, rows=rows))
    assert refused.value.missing[0].field == "公示对象·姓名"


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    script = (
        "from reports.press import render_letter; from tests.household_samples import SAMPLES; "
        "print(*(render_letter(SAMPLES[name]).sha256 for name in ('F06', 'F30空白', 'F32')))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=press.fonts.ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.split() == [press.render_letter(SAMPLES[name]).sha256 for name in ("F06", "F30空白", "F32")]


def test_all_forms_are_printed_in_one_run() -> None:
    run = press.render_run(list(SAMPLES.values()))
    assert len(run.items) == len(SAMPLES)
    assert all(item.first_page % 2 == 1 for item in run.items)
