"""异常文书 (strange letters): long, short and rare content prints well, or is refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from integrity.papers import tidy
from reports import forms, press, wording
from reports.faults import Incomplete, MissingGlyphs
from reports.forms import Letter, Payment, Person
from reports.forms_sanctions import Instalment, Item
from tests import household_samples as samples
from tests import press_samples_procedure as sample
from tests.household_samples import SAMPLES
from tests.page_sight import boxes, faults, laid_out, lines
from tests.press_samples import COMMITMENT, DECISION, LETTERS, POLICY, RECHECK, WITHDRAWAL
from tests.press_samples_procedure import PROCEDURE_LETTERS
from tests.test_press import read, whole

LARGE = press.Variant(large=True)
VARIANTS = pytest.mark.parametrize("variant", [press.NORMAL, LARGE], ids=lambda one: str(one.name))
EVERY: list[Letter] = [*LETTERS, *PROCEDURE_LETTERS, *SAMPLES.values()]
LONG_ORGAN = "清河哈萨克自治州平安蒙古族自治县河西民族乡人民政府办公"
LONG_NAME = "阿卜杜热合曼·买买提吐尔逊·伊敏尼亚孜霍加阿洪江巴依克"
RARE = "䶮㛃𬭎𬱖𠅤𫍯𡥧〇"
MANY = tuple(
    f"2026年{n}月在县城务工，月工资3200.00元，未告知（有社会保险缴纳记录、工资发放表为证）。" for n in range(1, 13)
)
MARKS = "（“一”）、《二》；“三”：‘四’！（五）？——《六》，“七”。" * 6
DIGITS = "6228480402564890018" * 4
LONG_PERSON = Person(name=LONG_NAME, relation="户主的继子女", identity="37088119730101001X")
PAYMENTS = tuple(
    Payment(month=date(2026 + n // 12, n % 12 + 1, 1), fen=123456789 + n, note="按规定的比例发放") for n in range(24)
)

HEADING = re.compile("[一二三四五六七八九十]、")
WRITTEN_ON = {"F06", "F09", "F26", "F28"}
"""Below a heading of these stands an empty box, for the pen."""

STRANGE: list[tuple[str, Letter]] = [
    ("机关名称25字", replace(DECISION, organ=LONG_ORGAN)),
    ("姓名1字", replace(DECISION, addressee="丁", persons=("丁",))),
    ("姓名25字", replace(WITHDRAWAL, addressee=LONG_NAME, head=LONG_NAME)),
    ("姓名25字在表中", replace(COMMITMENT, persons=(LONG_PERSON,))),
    ("生僻字", replace(sample.FINDING, addressee=f"欧阳{RARE}", person=f"欧阳{RARE}", organ=f"清河县{RARE}镇人民政府")),
    ("十二项行为", replace(sample.FINDING, facts=MANY)),
    ("三页以上", replace(sample.REFUND, facts=MANY, consequences=MANY)),
    ("大额", replace(sample.REFUND, amount=12345678905, items=(Item(item="多领", fen=12345678905),),
                     instalments=(Instalment(due=date(2026, 10, 31), fen=12345678905),))),
    ("标点成串", replace(RECHECK, cycle=MARKS, place=MARKS)),
    ("数字成串", replace(sample.PENALTY, pay_way=f"缴至账号{DIGITS}", heard=DIGITS)),
    ("二十四个月", replace(WITHDRAWAL, months=24, schedule=PAYMENTS, since=date(2026, 1, 1), until=date(2027, 12, 31))),
    ("文号最长", replace(samples.ANSWER, number="清河哈萨克自治州平安蒙古族自治县民信异〔2026〕123456号")),
]  # fmt: skip


def test_there_are_ten_strange_records_and_more() -> None:
    assert len(STRANGE) >= 10
    assert len(LONG_ORGAN) >= 25
    assert len(LONG_NAME) >= 25


@VARIANTS
@pytest.mark.parametrize(("name", "letter"), STRANGE, ids=[name for name, _ in STRANGE])
def test_a_strange_record_prints_well(name: str, letter: Letter, variant: press.Variant) -> None:
    assert not list(faults(laid_out(letter, variant)))
    printed = whole(press.render_letter(letter, variant=variant).pdf)
    for field, text in forms.texts(letter):
        assert re.sub(r"\s+", "", text) in printed, field


@VARIANTS
@pytest.mark.parametrize("letter", EVERY, ids=lambda one: f"{one.form} {one.heading}")
def test_nothing_on_any_form_leaves_its_place(letter: Letter, variant: press.Variant) -> None:
    assert not list(faults(laid_out(letter, variant)))


@pytest.mark.parametrize("count", range(1, 13))
def test_the_seal_has_text_beside_it_however_many_facts_there_are(count: int) -> None:
    letter = replace(sample.FINDING, facts=MANY[:count])
    for variant in (press.NORMAL, LARGE):
        document = laid_out(letter, variant)
        sealed = [page for page in document.pages if list(boxes(page, "seal"))]
        assert sealed == document.pages[-1:]
        assert "人民法院提起行政诉讼" in "".join(one.text for one in lines(sealed[0]))


@pytest.mark.parametrize(
    ("letter", "reason"),
    [
        (replace(WITHDRAWAL, address=""), "家庭住址"),
        (replace(sample.PENALTY, address="　"), "住址"),
        (replace(DECISION, addressee=""), "主送"),
        (replace(DECISION, number="清河民核2026第7号"), "文号（「清河民核2026第7号」"),
        (replace(sample.REFUND, amount=1), "应退金额（与金额计算各项之和不符）"),
        (replace(POLICY, duties=("如实申报。", "")), "应尽义务"),
    ],
    ids=["no address", "blank address", "nobody", "no number", "sum", "empty item"],
)
def test_what_cannot_be_printed_well_is_refused_with_the_reason(letter: Letter, reason: str) -> None:
    for variant in (press.NORMAL, LARGE, press.Variant(cover=True)):
        with pytest.raises(Incomplete) as refused:
            press.render_letter(letter, variant=variant)
        assert any(one.startswith(reason) for one in refused.value.fields)


def test_a_character_that_no_face_draws_is_named_before_anything_is_printed() -> None:
    with pytest.raises(MissingGlyphs, match=re.escape("U+E001")):
        press.render_letter(replace(DECISION, organ="清河县\ue001镇"), variant=press.Variant(cover=True, large=True))


def test_the_large_print_holds_18_lines_of_22_characters() -> None:
    document = laid_out(replace(RECHECK, cycle="汉" * 1500), LARGE)
    full = [one.text for one in lines(document.pages[1])]
    assert {len(text) for text in full} == {22}
    assert len(full) == 18


def spare(letter: Letter) -> Letter:
    """The letter with every optional field empty that it can do without."""
    for one in fields(letter):
        if one.metadata.get("optional") and one.name not in letter.required():
            less = replace(letter, **{one.name: one.default})
            with suppress(Incomplete):
                forms.check(less)
                letter = less
    return letter


@pytest.mark.parametrize("letter", EVERY, ids=lambda one: f"{one.form} {one.heading}")
def test_what_is_not_filled_in_leaves_no_trace(letter: Letter) -> None:
    less = spare(letter)
    assert not list(faults(laid_out(less)))
    printed = whole(press.render_letter(less).pdf)
    assert not re.search("。。|：[。；、]|，。|（）|《》|None|、。|、、", printed)
    texts = [one.text for page in laid_out(less).pages for one in lines(page)]
    for heading, following in pairwise(texts):
        if HEADING.match(heading) and HEADING.match(following):
            assert less.form in WRITTEN_ON, heading


AMOUNTS: list[tuple[Letter, int]] = [
    (sample.PENALTY_NOTICE, sample.PENALTY_NOTICE.fine), (sample.PENALTY, sample.PENALTY.fine),
    (sample.REFUND_PLANNED, sample.REFUND.amount), (sample.REFUND, sample.REFUND.amount),
    (sample.REMINDER, sample.REMINDER.rest), (sample.REVOCATION, sample.REVOCATION.back),
]  # fmt: skip


@pytest.mark.parametrize(("letter", "fen"), AMOUNTS, ids=lambda one: getattr(one, "heading", ""))
def test_money_to_be_paid_stands_there_in_capitals_too(letter: Letter, fen: int) -> None:
    assert f"{wording.yuan(fen)}（{wording.capital(fen)}）" in whole(press.render_letter(letter).pdf)


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"), (5, "伍分"), (50, "伍角"), (1000, "壹拾元整"), (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"), (10700053, "壹拾万零柒仟元伍角叁分"), (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"), (10_000_000_100, "壹亿零壹元整"), (10_000_000, "壹拾万元整"),
        (240_000, "贰仟肆佰元整"), (100_050, "壹仟元伍角"), (100_000_100, "壹佰万零壹元整"),
    ],
)  # fmt: skip
def test_amounts_in_capitals_follow_the_rules_of_payment_papers(fen: int, said: str) -> None:
    assert wording.capital(fen) == f"人民币{said}"


def test_no_capitals_for_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="below zero"):
        wording.capital(-1)


@pytest.mark.parametrize("change", [lambda one: replace(one, copy=3), lambda one: one], ids=["reprint", "original"])
def test_a_strange_letter_is_the_same_every_time(change: Callable[[Any], Any]) -> None:
    letter = change(STRANGE[2][1])
    first, again = (press.render_letter(letter, variant=LARGE) for _ in range(2))
    assert first.sha256 == again.sha256
    assert ("补打" in read(first.pdf)[0]) == bool(letter.copy)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [("试验村 1 号", "试验村1号"), ("John Smith", "John Smith"), (" 河西 村\n2组", "河西村2组"), ("A 座 B", "A座B")],
)
def test_blanks_beside_chinese_characters_go_and_others_stay(typed: str, printed: str) -> None:
    assert tidy(typed) == printed
