"""版面 (layout) of the letters: who signs where, one page for the cover, numbers, lines that fill the measure."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import pytest
from markupsafe import Markup
from pypdf import PdfReader

from reports import fragments, press, setting
from reports.forms import Letter
from reports.press import Item, Variant, render_letter
from reports.writer.compose import compose
from reports.writer.sheet import marks
from tests import press_samples_procedure as procedure
from tests.household_samples import SAMPLES
from tests.press_samples import HEARING, LETTERS
from tests.random_letters import samples
from tests.writer_compare import differences

FOOT = "本页核对无误（签名、指印）"
LARGE = Variant(large=True)
VISIT = next(one for one in SAMPLES.values() if one.form == "F06")


def pages(letter: Letter, variant: Variant = press.NORMAL) -> list[str]:
    """The text of each page, blanks removed."""
    paper = render_letter(letter, variant=variant)
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(paper.pdf)).pages]


@pytest.mark.parametrize("variant", [press.NORMAL, LARGE], ids=["normal", "large"])
@pytest.mark.parametrize("letter", [procedure.STATEMENT, VISIT], ids=["F14", "F06"])
def test_a_record_is_signed_at_the_foot_of_every_page(letter: Letter, variant: Variant) -> None:
    told = pages(letter, variant)
    assert len(told) > 1
    assert all(page.count(FOOT) == 1 for page in told)
    assert FOOT not in "".join(pages(HEARING, variant))


def test_a_record_of_a_statement_has_neither_seal_place_nor_addressee() -> None:
    printed = "".join(pages(procedure.STATEMENT))
    assert "印章处" not in printed
    assert f"{procedure.STATEMENT.addressee}：" not in printed
    assert "印章处" in "".join(pages(HEARING))


@pytest.mark.parametrize("count", range(1, 14))
def test_the_signature_takes_words_of_the_person_with_it(count: int) -> None:
    told = "租房和交通的费用应当扣除，有合同和车票，说的都是实情，请按规定核算以后再作决定。"
    words = tuple(f"第{n}点，{told}" for n in range(count))
    for evidence in ((), ("房屋租赁合同。", "车票。")):
        open_ = replace(procedure.STATEMENT, review="", outcome="", why="", reviewer="")
        printed = pages(replace(open_, statement=words, evidence=evidence))
        page = next(one for one in printed if "陈述人（签名、指印）" in one)
        before = page[: page.index("四、签署")]
        assert ("请按规定核算以后再作决定" in before) if not evidence else ("车票" in before)


def test_a_lone_item_has_no_number() -> None:
    assert fragments.listed(["甲"]) == Markup("<p>甲。</p>")
    assert fragments.listed(iter(["甲", "<乙>"])) == Markup("<p>1.甲。</p><p>2.&lt;乙&gt;。</p>")
    assert fragments.listed([]) == ""


def test_every_cover_in_plain_words_is_one_page() -> None:
    for name, letter in samples():
        if letter.plain() is not None:
            assert len(setting.set_page(*press.cover_of(letter)).pages) == 1, name


def test_a_proof_of_service_is_one_page_in_every_variant() -> None:
    receipts = [one for one in SAMPLES.values() if one.form == "F30"]
    assert receipts
    assert all(len(pages(one, LARGE)) == 1 for one in receipts)


@pytest.mark.parametrize("before", range(17, 25))
def test_a_line_before_a_long_number_still_fills_the_measure(before: int) -> None:
    """A number that goes to the next line leaves a gap of up to a fifth of the type between the characters."""
    text = f"{'核' * before}2400.00元。"
    html, style, images = press.page_of(Item(replace(HEARING, facts=(text,)), variant=LARGE), "")
    sheets = compose(html, style, images)
    assert differences(sheets, setting.by_engine(html, style, images)) == []
    page = next(one for one in sheets.pages if any("2400.00" in words.text for words in marks(one)))
    (line,) = [one for one in marks(page) if one.text.count("核") > 15]
    if line.text.endswith("核"):
        end = line.x + len(line.text) * (line.size + line.spacing) - line.spacing
        assert any(abs(end - edge) < 1 for edge in (page_edge(210 - 26), page_edge(210 - 28)))


def page_edge(millimetres: float) -> float:
    """In pixels."""
    return millimetres / 25.4 * 96


def test_a_long_name_of_an_organ_is_cut_behind_a_word() -> None:
    assert fragments.organ("清河县平安镇人民政府") == "清河县平安镇人民政府"
    long = "平安蒙古族自治县河西民族乡人民政府"
    assert fragments.organ(long) == Markup("平安蒙古族自治县<br>河西民族乡人民政府")


@pytest.mark.parametrize("letter", LETTERS, ids=lambda one: one.form)
def test_two_lines_of_an_organ_are_set_alike_on_both_ways(letter: Letter) -> None:
    page, style, images = press.page_of(Item(replace(letter, organ="平安蒙古族自治县河西民族乡人民政府")), "")
    html = page.html.replace("<p>平安蒙古族自治县河西", "<p>平安蒙古族自治县<br>河西")
    assert differences(compose(html, style, images), setting.by_engine(html, style, images)) == []
