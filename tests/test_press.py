"""文书印制 (the press): real pages are made and read back; what must not be printed is refused by name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from weasyprint.formatting_structure.boxes import LineBox, TextBox

from reports import engine, fonts, forms, press, wording
from reports.faults import AssetRefused, Incomplete, MissingGlyphs, PressStopped
from reports.setup import FACES
from tests.page_sight import laid_out
from tests.press_samples import DECISION, HEARING, LETTERS, RECHECK, WITHDRAWAL

RARE = "䶮㛃𬭎𬱖𠅤𫍯𡥧〇·"


def read(pdf: bytes) -> list[str]:
    """Text of each page without white space, letter spacing and page breaks being no part of it."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def whole(pdf: bytes) -> str:
    return "".join(re.sub(r"—\d+—", "", page) for page in read(pdf))


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.title)
def test_every_text_of_the_letter_stands_on_its_paper(letter: forms.Letter) -> None:
    paper = press.render_letter(letter)
    printed = whole(paper.pdf)
    assert paper.pages == len(PdfReader(BytesIO(paper.pdf)).pages)
    for field, text in forms.texts(letter):
        assert re.sub(r"\s+", "", text) in printed, field
    assert wording.cn_date(letter.on) in printed
    assert letter.heading in printed


def test_a_day_that_has_passed_is_not_announced() -> None:
    late = replace(WITHDRAWAL, on=date(2027, 1, 20))
    printed = whole(press.render_letter(late).pdf)
    assert "定于" not in printed
    assert "渐退期复核日为2027年1月15日，本机关将尽快对您家庭进行复核" in printed
    assert "从2026年11月到2027年1月发放3个月" in printed
    assert "六、救济途径" in printed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"months": 24}, "逐月发放计划（月数"), ({"until": date(2027, 2, 28)}, "渐退截止日（与"),
        ({"since": date(2026, 10, 1), "until": date(2026, 12, 31), "recheck": date(2026, 12, 1)}, "逐月发放计划（月份"),
        ({"schedule": (WITHDRAWAL.schedule[0],) * 3}, "不连续"), ({"recheck": date(2027, 3, 1)}, "渐退期复核日"),
    ],
)  # fmt: skip
def test_months_days_and_payments_of_a_withdrawal_tell_one_story(changed: dict[str, object], said: str) -> None:
    with pytest.raises(Incomplete, match=said):
        press.render_letter(replace(WITHDRAWAL, **changed))  # type: ignore[arg-type]


def test_a_withdrawal_paper_shows_each_month_and_the_sum() -> None:
    printed = whole(press.render_letter(WITHDRAWAL).pdf)
    assert "2026年11月1420.00元" in printed
    assert "合计2840.00元" in printed
    assert "60日内向清河县人民政府申请行政复议" in printed
    assert "6个月内依法向清河县人民法院提起行政诉讼" in printed


def test_only_our_faces_are_used_and_all_are_embedded() -> None:
    pdf = PdfReader(BytesIO(press.render_letter(DECISION).pdf))
    seen = {font["/BaseFont"].split("+")[1] for page in pdf.pages for font in page["/Resources"]["/Font"].values()}
    assert seen <= {face.file.removesuffix(".ttf") for face in FACES}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"number": ""}, "文号"),
        ({"number": "清河民核〔2026〕007号"}, "文号"),
        ({"number": "清河民核[2026]7号"}, "文号"),
        ({"organ": "  "}, "发文机关"),
        ({"phone": ""}, "联系电话"),
        ({"on": None}, "成文日期"),
        ({"remedies": None}, "救济途径"),
        ({"remedies": forms.Remedy(organ="清河县人民政府", days=0, court="", months=6)}, "救济途径·管辖法院"),
        ({"grounds": ()}, "依据"),
        ({"grounds": ("",)}, "依据"),
        ({"months": 6}, "逐月发放计划"),
        ({"schedule": ()}, "逐月发放计划"),
    ],
)
def test_an_incomplete_paper_is_refused_and_the_field_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(Incomplete, match="社会救助渐退告知书") as refused:
        press.render_letter(replace(WITHDRAWAL, **change))
    assert any(field.startswith(named) for field in refused.value.fields), refused.value.fields


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.title)
def test_no_text_of_a_form_may_be_blank_unless_it_is_optional(letter: forms.Letter) -> None:
    for field in fields(letter):
        value = getattr(letter, field.name)
        if field.metadata.get("optional") or not isinstance(value, str | tuple):
            continue
        with pytest.raises(Incomplete) as refused:
            forms.check(replace(letter, **{field.name: type(value)()}))
        assert refused.value.fields == (field.metadata["official"],) or field.name == "schedule"


def test_all_faults_of_a_paper_are_named_at_once() -> None:
    with pytest.raises(Incomplete) as refused:
        press.render_letter(replace(DECISION, phone="", facts=(), remedies=None))
    assert refused.value.fields == ("联系电话", "认定的事实", "救济途径")


def test_rare_characters_of_names_are_printed() -> None:
    assert fonts.missing_glyphs({"姓名": RARE}) == []
    assert f"欧阳{RARE}" in whole(press.render_letter(replace(RECHECK, addressee=f"欧阳{RARE}")).pdf)


@pytest.mark.parametrize(
    ("character", "code"),
    [(chr(code), f"U+{code:04X}") for code in (0xE000, 0x3FFFD, 0x202E, 0, 0xF0000)],
    ids=["private use", "unassigned", "turned direction", "control", "private plane"],
)  # fmt: skip
def test_a_character_without_a_face_stops_the_print_and_is_named(character: str, code: str) -> None:
    with pytest.raises(MissingGlyphs, match=re.escape(code)) as refused:
        press.render_letter(replace(RECHECK, addressee=f"王{character}国"))
    (missing,) = refused.value.missing
    assert (missing.field, missing.character) == ("主送", character)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)))
def test_every_basic_han_character_has_a_face(text: str) -> None:
    assert fonts.missing_glyphs({"姓名": text}) == []


def test_a_reprint_says_so_and_keeps_the_fingerprint_of_its_data() -> None:
    original, again = press.render_letter(RECHECK), press.render_letter(replace(RECHECK, copy=2))
    assert "补打第2份" in read(again.pdf)[0]
    assert "补打" not in whole(original.pdf)
    assert original.data_sha256 == again.data_sha256
    assert original.sha256 != again.sha256


def test_the_same_data_give_the_same_bytes_in_another_process() -> None:
    script = (
        "from reports.press import render_letter; from tests.press_samples import WITHDRAWAL; "
        "print(render_letter(WITHDRAWAL).sha256)"
    )
    other = subprocess.run(
        [sys.executable, "-c", script],
        cwd=fonts.ROOT,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "7"},
    )
    assert other.stdout.strip() == press.render_letter(WITHDRAWAL).sha256


def test_a_run_starts_every_letter_on_a_right_hand_page_with_page_one() -> None:
    letters = [replace(letter, number=f"清河民核〔2026〕{place}号") for place, letter in enumerate(LETTERS, 1)]
    run = press.render_run(letters)
    pages = read(run.pdf)
    assert [item.number for item in run.items] == [letter.number for letter in letters]
    for letter, item in zip(letters, run.items, strict=True):
        first, last = pages[item.first_page - 1], pages[item.first_page + item.pages - 2]
        assert item.first_page % 2 == 1
        assert letter.number in first
        assert "—1—" in first
        assert f"—{item.pages}—" in last
        if item.pages % 2:
            assert pages[item.first_page + item.pages - 1 : item.first_page + item.pages] in ([""], [])


def test_a_long_run_is_cut_into_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "PART", 2)
    run = press.render_run([RECHECK, HEARING, DECISION])
    assert [item.part for item in run.items] == [0, 0, 1]
    assert [item.first_page for item in run.items] == [1, 3, 1]
    with pytest.raises(ValueError, match="unpack"):
        _ = run.pdf


def test_one_bad_letter_stops_the_whole_run_before_anything_is_printed() -> None:
    with pytest.raises(Incomplete):
        press.render_run([RECHECK, replace(RECHECK, phone="")])


def test_a_name_full_of_markup_is_printed_as_it_is_written() -> None:
    hostile = "<img src=file:///etc/passwd>url(file:///etc/passwd){{7*7}}"
    assert hostile.replace(" ", "") in whole(press.render_letter(replace(RECHECK, addressee=hostile)).pdf)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="data:image/svg+xml,<svg/>">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<a rel="attachment" href="file:///etc/passwd">x</a>',
        "<style>@import url(file:///etc/passwd)</style>",
        '<p style="background: url(http://127.0.0.1:9/x)">x</p>',
        "<style>@font-face {font-family: x; src: url(file:///etc/passwd)}</style><p style='font-family: x'>x</p>",
        '<object data="file:///etc/passwd"></object>',
    ],
)
def test_a_template_can_fetch_nothing(markup: str) -> None:
    with pytest.raises(AssetRefused):
        engine.write([engine.lay_out(f'<html lang="zh-CN"><body>{markup}</body></html>', press.STYLE)], "0" * 32)


@pytest.mark.parametrize(
    "markup",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<img src="templates/letters/recheck.html">',
        '<p style="colour: red">x</p>',
        "<p>\U0003fffd</p>",
    ],
    ids=["picture in a picture", "relative address", "unknown property", "missing glyph"],
)
def test_whatever_the_engine_complains_about_stops_the_print(markup: str) -> None:
    with pytest.raises(PressStopped, match="排版程序报告"):
        engine.write([engine.lay_out(f'<html lang="zh-CN"><body>{markup}</body></html>', press.STYLE)], "0" * 32)


def test_an_undefined_name_in_a_template_is_an_error() -> None:
    with pytest.raises(Exception, match="undefined"):
        engine.fill("letters/recheck.html", letter=RECHECK)


def lines(document: Any) -> Iterator[tuple[str, float, float]]:
    """(text, right end of its last character, right edge of the block) of every body line."""

    def visit(box: Any) -> Iterator[tuple[str, float, float]]:
        for child in getattr(box, "children", ()):
            if isinstance(child, LineBox):
                texts = [text for text in child.children if isinstance(text, TextBox)]
                if texts:
                    end = texts[-1].position_x + texts[-1].width - texts[-1].style["letter_spacing"]
                    yield "".join(text.text for text in texts), end, box.content_box_x() + box.width
            else:
                yield from visit(child)

    for page in document.pages:
        yield from visit(next(child for child in page._page_box.children if child.element_tag == "html"))


def test_the_page_holds_22_lines_of_28_characters() -> None:
    document = laid_out(replace(RECHECK, cycle="汉" * 1500))
    full = [text for text, _, _ in lines(document) if set(text) == {"汉"}]
    assert {len(text) for text in full[1:-1]} == {28}
    second = replace(RECHECK, cycle="汉" * 1500)
    page = read(press.render_letter(second).pdf)[1]
    assert page.count("汉") == 22 * 28


@settings(max_examples=12, deadline=None)
@given(st.text(alphabet="汉字，。2026年《》ab", min_size=60, max_size=200))
def test_full_lines_end_at_the_margin(text: str) -> None:
    document = laid_out(replace(RECHECK, cycle="家" + text))
    for line, end, edge in lines(document):
        assert end <= edge + 1, line


def test_a_line_from_which_a_mark_was_pushed_down_is_stretched_to_the_margin() -> None:
    document = laid_out(replace(RECHECK, cycle="汉" * 26 + "，" + "字" * 60))
    text, end, edge = next(line for line in lines(document) if line[0].startswith("汉"))
    assert len(text) == 25
    assert end == pytest.approx(edge, abs=0.5)


@pytest.mark.parametrize("extra", range(0, 12, 2))
def test_the_seal_never_stands_on_a_page_without_text(extra: int) -> None:
    paper = press.render_letter(replace(HEARING, facts=tuple(f"事实第{n}项。" for n in range(1, 2 + extra))))
    last = read(paper.pdf)[-1]
    assert "印章处" in last
    assert "救助金照常发放" in last


def test_numbers_dates_and_amounts_are_written_officially() -> None:
    assert wording.cn_date(date(2026, 9, 7)) == "2026年9月7日"
    assert [wording.yuan(fen) for fen in (0, 5, 123450)] == ["0.00元", "0.05元", "1234.50元"]
    assert [wording.cn_count(number) for number in (1, 10, 12, 20, 31)] == ["一", "十", "十二", "二十", "三十一"]
    with pytest.raises(ValueError, match="below zero"):
        wording.yuan(-1)


@given(st.integers(min_value=1, max_value=999_999), st.integers(min_value=1949, max_value=2099))
def test_a_number_is_valid_without_a_leading_zero_and_only_so(serial: int, year: int) -> None:
    assert wording.is_number(f"某民核〔{year}〕{serial}号")
    assert not wording.is_number(f"某民核〔{year}〕0{serial}号")
    assert not wording.is_number(f"某民核〔{year}〕第{serial}号")


def test_a_blank_beside_chinese_text_is_printed_in_every_place() -> None:
    letter = replace(WITHDRAWAL, address="试验村 1 号", head="试 验")
    assert press.render_letter(letter).pages >= 1
