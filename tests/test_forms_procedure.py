"""程序文书 (papers of a procedure): every form is printed and read back; what contradicts itself is refused by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from integrity.regional import FORBIDDEN
from integrity.terms import PaperKind
from reports import engine, fonts, forms, forms_credit, forms_fines, forms_procedure, forms_sanctions, press
from reports.faults import Incomplete, MissingGlyphs
from reports.wording import cn_date, cn_month, yuan
from tests import press_samples_procedure as sample
from tests.press_samples import DECISION, LETTERS, REMEDY
from tests.press_samples_procedure import PROCEDURE_LETTERS
from tests.test_press import read, whole

FORMS = (*forms_fines.FORMS, *forms_procedure.FORMS, *forms_sanctions.FORMS, *forms_credit.FORMS)
MONEY = {
    "fen", "old_fen", "new_fen", "old_income", "new_income", "gained", "fine", "amount", "owed", "paid", "rest",
    "back",
}  # fmt: skip


@cache
def printed_text(place: int) -> str:
    """What stands on the paper of one of the samples."""
    return whole(press.render_letter(PROCEDURE_LETTERS[place]).pdf)


def paper_of(letter: forms.Letter) -> str:
    return printed_text(PROCEDURE_LETTERS.index(letter))


def figures(record: Any) -> Iterator[tuple[str, str]]:
    """(field, wording) of every day and every sum of a record, also inside lists."""
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, date):
            yield field.name, cn_month(value) if field.name == "since" else cn_date(value)
        elif field.name in MONEY:
            yield field.name, yuan(value)
        for item in value if isinstance(value, tuple) else ():
            if is_dataclass(item):
                yield from figures(item)


def heading(letter: forms.Letter) -> str:
    return str(getattr(letter, "heading", letter.title))


def named(letter: forms.Letter) -> str:
    return f"{letter.form} {heading(letter)} {getattr(letter, 'outcome', '')}".strip()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def refusal(letter: forms.Letter) -> tuple[str, ...]:
    """The fields that a refused letter is told to mend."""
    with pytest.raises(Incomplete, match=letter.title) as refused:
        press.render_letter(letter)
    return refused.value.fields


def test_every_form_has_a_sample_a_kind_and_a_template_of_its_own() -> None:
    assert {type(letter) for letter in PROCEDURE_LETTERS} == set(FORMS)
    assert {form.form for form in FORMS} <= set(PaperKind.__members__)
    assert len({form.template for form in FORMS}) == len(FORMS) == 16
    assert len({form.form for form in FORMS}) == 16
    assert all((engine.TEMPLATES / "letters" / form.template).is_file() for form in FORMS)


@pytest.mark.parametrize("letter", PROCEDURE_LETTERS, ids=named)
def test_everything_that_the_letter_says_stands_on_its_paper(letter: forms.Letter) -> None:
    printed = paper_of(letter)
    unsigned = (
        isinstance(letter, forms_procedure.StatementRecord) or letter is sample.TEKUN_POSTING
    )  # nobody signs for receiving it
    for official, text in forms.texts(letter):
        assert squeezed(text) in printed or (unsigned and official == "送达回证编号"), official
    for name, figure in figures(letter):
        assert figure in printed, name
    assert heading(letter) in printed


@pytest.mark.parametrize("letter", PROCEDURE_LETTERS, ids=named)
def test_a_required_field_that_is_empty_stops_the_print_and_is_named(letter: forms.Letter) -> None:
    for field in fields(letter):
        value = getattr(letter, field.name)
        wanted = not field.metadata.get("optional") or field.name in letter.required()
        if not wanted or isinstance(value, int):
            continue
        empty = type(value)() if isinstance(value, str | tuple) else None
        assert field.metadata["official"] in refusal(replace(letter, **{field.name: empty})), field.name


@pytest.mark.parametrize("letter", PROCEDURE_LETTERS, ids=named)
def test_no_paper_speaks_of_a_score_or_a_rank(letter: forms.Letter) -> None:
    words = paper_of(letter)
    assert not [word for word in (*FORBIDDEN, "等级", "评定", "通报批评", "曝光") if word in words]


@pytest.mark.parametrize("letter", PROCEDURE_LETTERS, ids=named)
def test_no_sentence_ends_twice(letter: forms.Letter) -> None:
    assert not re.search(r"[。；，：]{2}|[，：]。", paper_of(letter))


ADVERSE = [
    sample.PENALTY, sample.REFUND, sample.FINDING, sample.REPAIR, sample.REPAIR_DENIED, sample.TEKUN_END, DECISION,
]  # fmt: skip


@pytest.mark.parametrize("letter", ADVERSE, ids=named)
def test_a_decision_is_not_printed_without_its_remedies(letter: forms.Letter) -> None:
    assert refusal(replace(letter, remedies=None)) == ("救济途径",)
    printed = whole(press.render_letter(letter).pdf)
    assert "60日内向清河县人民政府申请行政复议" in printed
    assert "6个月内依法向清河县人民法院提起行政诉讼" in printed


@pytest.mark.parametrize("letter", PROCEDURE_LETTERS, ids=named)
def test_a_character_without_a_face_stops_every_form(letter: forms.Letter) -> None:
    with pytest.raises(MissingGlyphs, match="联系人"):
        press.render_letter(replace(letter, contact="李\ue000敏"))


WRONG: list[tuple[forms.Letter, dict[str, Any], str]] = [
    (sample.CONCLUSION, {"conclusion": "无明显变化"}, "核查后测算月救助金"),
    (sample.CONCLUSION, {"conclusion": "变化不大"}, "核查结论（「变化不大」"),
    (sample.CONCLUSION, {"checked_on": date(2026, 9, 8)}, "核查日期"),
    (sample.CONCLUSION, {"next_due": date(2026, 9, 3)}, "下次核查日"),
    (sample.STATEMENT, {"outcome": "采纳"}, "不予采纳的理由"),
    (sample.STATEMENT, {"outcome": "已阅"}, "采纳情况（「已阅」"),
    (sample.STATEMENT, {"reviewer": ""}, "复核人"),
    (sample.STATEMENT, {"about": "听取意见告知书"}, "所针对的告知书文号"),
    (sample.STATEMENT, {"held_on": date(2026, 9, 8)}, "日期"),
    (sample.MEMBERS, {"new_persons": 2}, "调整后保障人数"),
    (sample.MEMBERS, {"moves": (replace(sample.MEMBERS.moves[0], move="调整"),)}, "增减人员·增减类别"),
    (sample.MEMBERS, {"on": date(2026, 8, 5)}, "增减人员·发生日期（王小明"),
    (sample.REDUCTION, {"rows": (replace(sample.REDUCTION.rows[0], new_fen=142000),)}, "新月救助金（户编号 3708"),
    (sample.REDUCTION, {"rows": (replace(sample.REDUCTION.rows[0], heard=""),)}, "减少保障金的家庭·听取意见情况"),
    (sample.REDUCTION, {"reviewer": "李敏"}, "复核人"),
    (sample.TEKUN_POSTING, {"posted_until": date(2026, 9, 2)}, "公示截止日"),
    (sample.TEKUN_POSTING, {"facts": ("患有疾病。",)}, "认定的事实（公示只写"),
    (sample.TEKUN_POSTING, {"cause": "自愿申请退出救助供养"}, "终止情形（公示只写"),
    (sample.TEKUN_POSTING, {"stage": "终止"}, "文书阶段"),
    (sample.TEKUN_END, {"on": date(2026, 9, 4)}, "成文日期"),
    (sample.TEKUN_END, {"since": date(2026, 9, 1)}, "终止月份"),
    (sample.PENALTY_NOTICE, {"fine": 480001}, "拟罚款金额"),
    (sample.PENALTY_NOTICE, {"hearing_within": ""}, "要求听证期限"),
    (sample.PENALTY_NOTICE, {"large": "不属于"}, "要求听证期限"),
    (sample.PENALTY_NOTICE, {"large": "待定"}, "是否属于较大数额罚款"),
    (sample.PENALTY, {"fine": 480001, "instalments": ()}, "罚款金额"),
    (sample.PENALTY, {"fine": 230000}, "分期安排（各期之和"),
    (sample.PENALTY, {"instalments": sample.INSTALMENTS[::-1]}, "分期安排（日期"),
    (sample.PENALTY, {"on": date(2026, 11, 1)}, "分期安排（日期"),
    (sample.PENALTY, {"notice_number": "另文"}, "事先告知书文号"),
    (sample.REFUND, {"amount": 240001, "instalments": ()}, "应退金额"),
    (sample.REFUND, {"instalments": sample.INSTALMENTS[:1]}, "分期安排（各期之和"),
    (sample.REFUND, {"heard": ""}, "听取意见情况"),
    (sample.REFUND_PLANNED, {"within": ""}, "陈述申辩期限"),
    (sample.REFUND_PLANNED, {"stage": "退款"}, "文书阶段"),
    (sample.REMINDER, {"paid": 0}, "尚欠金额"),
    (sample.REMINDER, {"served_on": date(2026, 1, 8)}, "决定送达日期"),
    (sample.FINDING_NOTICE, {"until": date(2026, 9, 7)}, "拟定终止日期"),
    (sample.FINDING, {"until": date(2026, 9, 7)}, "终止日期"),
    (sample.FINDING, {"repair_number": "清河民信〔2026〕3号"}, "信用修复告知书文号（与本决定书"),
    (sample.FINDING, {"documents": ()}, "据以认定的文书"),
    (sample.REPAIR_NOTICE, {"earliest": date(2027, 9, 7)}, "最早可申请修复日期"),
    (sample.REPAIR_NOTICE, {"finding_on": date(2026, 9, 8), "earliest": date(2026, 12, 8)}, "失信认定日期"),
    (sample.REPAIR, {"reason": "条件不足。"}, "不予修复的理由"),
    (sample.REPAIR, {"applied_on": date(2026, 9, 8)}, "申请日期"),
    (sample.REPAIR, {"outcome": "同意", "reason": "见审查情况。"}, "决定事项"),
    (sample.REPAIR_DENIED, {"since": date(2026, 9, 7)}, "修复生效日期"),
    (sample.REFUND, {"notice_number": "清河民退告2号"}, "事先告知书文号"),
    (sample.REMINDER, {"decision_number": "清河民退〔2026〕02号"}, "决定文号"),
    (sample.FINDING, {"notice_number": "清河民信告[2026]3号"}, "事先告知书文号"),
    (sample.FINDING, {"repair_number": "随文"}, "信用修复告知书文号（「随文」"),
    (sample.REPAIR_NOTICE, {"finding_number": "三号"}, "失信认定决定书文号"),
    (sample.REPAIR, {"finding_number": "三号"}, "失信认定决定书文号"),
    (DECISION, {"new_fen": 142000}, "新月救助金"),
    (DECISION, {"change": "停发"}, "新月救助金"),
    (DECISION, {"change": "增发"}, "新月救助金"),
    (DECISION, {"change": "调整"}, "决定事项"),
    (DECISION, {"heard": ""}, "听取意见情况"),
]


@pytest.mark.parametrize(("letter", "change", "fault"), WRONG, ids=[f"{one.form} {fault}" for one, _, fault in WRONG])
def test_a_paper_that_cannot_be_right_is_refused_and_says_why(
    letter: forms.Letter, change: dict[str, Any], fault: str
) -> None:
    (only,) = refusal(replace(letter, **change))
    assert only.startswith(fault)


def test_a_fine_up_to_the_ceiling_and_a_seven_day_notice_are_printed() -> None:
    printed = whole(press.render_letter(replace(sample.PENALTY_NOTICE, fine=480000)).pdf)
    assert "2倍以下罚款，即不超过4800.00元" in printed
    assert press.render_letter(replace(sample.TEKUN_POSTING, posted_until=date(2026, 9, 3))).pages == 1


def test_december_is_followed_by_january() -> None:
    ending = replace(sample.TEKUN_END, on=date(2026, 12, 31), since=date(2027, 1, 1))
    assert "自2027年1月起终止" in whole(press.render_letter(ending).pdf)


def test_a_stop_an_increase_and_a_reduction_are_worded_each_in_its_way() -> None:
    stopped = whole(press.render_letter(replace(DECISION, change="停发", new_fen=0)).pdf)
    assert "停发救助金" in stopped
    assert "此前每月救助金为1420.00元" in stopped
    assert "0.00元调整" not in stopped
    raised = whole(press.render_letter(replace(DECISION, change="增发", new_fen=150000, heard="")).pdf)
    assert "由1420.00元调整为1500.00元" in raised
    assert "听取意见情况" not in raised
    assert "四、救济途径" in raised


def test_a_refund_is_never_set_off_against_assistance() -> None:
    for letter in (sample.REFUND_PLANNED, sample.REFUND):
        assert "不从救助金中扣抵；您家庭正在享受的救助金照常发放" in paper_of(letter)
        assert yuan(letter.amount) in paper_of(letter)
    assert "行政复议" not in paper_of(sample.REFUND_PLANNED)


def test_a_hearing_is_offered_where_the_fine_is_large_only() -> None:
    assert "您有权要求听证" in paper_of(sample.PENALTY_NOTICE)
    small = whole(press.render_letter(replace(sample.PENALTY_NOTICE, large="不属于", hearing_within="")).pdf)
    assert "不属于较大数额罚款" in small
    assert "要求听证" not in small


def test_the_public_notice_says_no_more_than_the_name_and_that_the_article_is_met() -> None:
    printed = paper_of(sample.TEKUN_POSTING)
    for private in ("身份证", "370881", "其子", "户编号", "救济途径", "自愿"):
        assert private not in printed
    assert len(read(press.render_letter(sample.TEKUN_POSTING).pdf)) == 1


def test_a_statement_may_be_signed_before_it_is_reviewed_and_a_refusal_to_sign_is_noted() -> None:
    open_ = replace(sample.STATEMENT, review="", outcome="", why="", reviewer="", evidence=())
    printed = whole(press.render_letter(open_).pdf)
    assert "没有另外提交证据" in printed
    assert "复核意见" not in printed  # the review is told in the decision, not on what the person signs
    refused = whole(press.render_letter(replace(sample.STATEMENT, refused="经说明后仍拒绝")).pdf)
    assert "陈述人拒绝签名。情况：经说明后仍拒绝。" in refused
    assert "见证人（签名）" in refused
    assert "与本人所述相符" not in refused


def test_an_unchanged_household_is_told_that_nothing_changes() -> None:
    letter = replace(sample.CONCLUSION, conclusion="无明显变化", follows="", new_fen=142000)
    assert "无明显变化。每月救助金不作调整。" in whole(press.render_letter(letter).pdf)
    assert refusal(replace(sample.CONCLUSION, follows="")) == ("后续办理",)


@pytest.mark.parametrize("count", [1, 3, 7, 12])
def test_the_seal_stands_beside_text_however_long_the_paper_is(count: int) -> None:
    facts = tuple(f"第{n}项事实，经入户调查和信息核对，有证明材料。" for n in range(1, count + 1))
    for letter in (sample.PENALTY, sample.REFUND_PLANNED, sample.FINDING, sample.TEKUN_END):
        last = read(press.render_letter(replace(letter, facts=facts)).pdf)[-1]
        assert last.index("联系电话") < last.index("印章处")


def test_a_long_table_goes_on_under_its_heading() -> None:
    rows = tuple(replace(sample.REDUCTION.rows[0], household=f"370881101-{n:04d}") for n in range(40))
    pages = read(press.render_letter(replace(sample.REDUCTION, rows=rows)).pdf)
    assert len(pages) > 2
    assert all("原月救助金" in page for page in pages if "370881101-" in page)
    assert "共40户" in pages[0]
    assert yuan(40 * (142000 - 80050)) in pages[0]


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    script = (
        "from reports.press import render_letter; from tests.press_samples_procedure import PROCEDURE_LETTERS; "
        "print(*(render_letter(one).sha256 for one in PROCEDURE_LETTERS))"
    )
    other = subprocess.run(
        [sys.executable, "-c", script], cwd=fonts.ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert other.stdout.split() == [press.render_letter(letter).sha256 for letter in PROCEDURE_LETTERS]


def test_remedies_may_be_added_to_a_paper_that_does_not_need_them() -> None:
    assert "申请行政复议" in whole(press.render_letter(replace(sample.REMINDER, remedies=REMEDY)).pdf)
    assert not [letter for letter in LETTERS if letter.required() and not isinstance(letter, forms.DecisionNotice)]
