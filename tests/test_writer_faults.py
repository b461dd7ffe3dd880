"""直接成版的边界 (edges of the compiled writer): fingerprints where the code flows, overprinting, foreign pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reports import fonts, press, setting
from reports.faults import AssetRefused, PressStopped
from reports.writer.compose import compose
from reports.writer.overlap import overprinted
from reports.writer.sheet import CannotFollow, Sheets, marks
from tests.press_samples import DECISION, RECHECK
from tests.writer_compare import differences

FLOWING = '<div class="check" style="position: static; width: auto"><img src="{0}" alt="核验码">核验码 {1}</div>'


def said(sheets: Sheets) -> str:
    return "".join(words.text for page in sheets.pages for words in marks(page))


@pytest.mark.parametrize("letter", [RECHECK, replace(RECHECK, place="另一处"), DECISION])
def test_every_paper_bears_its_own_fingerprint_where_the_code_flows(letter: press.Letter) -> None:
    item = press.Item(letter)
    html, style, images = press.page_of(item, "")
    (asset,) = images
    odd = html.html.replace("<h1>", FLOWING.format(asset, item.fingerprint[:16]) + "<h1>", 1)
    made = setting.set_page(odd, style, images)
    assert said(made).count(item.fingerprint[:16]) == 2
    assert "0" * 16 not in said(made)
    assert differences(made, setting.by_engine(odd, style, images)) == []


def test_text_that_lies_on_text_is_seen() -> None:
    html, style, images = press.page_of(press.Item(RECHECK), "")
    assert overprinted(setting.set_page(html, style, images)) == ""
    over = html.html.replace("<h1>", '<div style="height: 0mm"><p>救济途径救济途径救济途径救济途径</p></div><h1>', 1)
    assert "叠印" in overprinted(setting.set_page(over, style, images))


def test_a_picture_that_is_not_ours_is_refused() -> None:
    html, style, images = press.page_of(press.Item(RECHECK), "")
    (asset,) = images
    with pytest.raises(AssetRefused):
        setting.set_page(html.html.replace(asset, "asset:other"), style, images)


@pytest.mark.parametrize(
    "odd", ['<p style="min-height: 30mm">甲</p>', '<table><tfoot><tr><td>乙</td></tr></tfoot></table>',
            '<table><tr style="height: 30mm"><td>丙</td></tr></table>', "<hr>"],
)  # fmt: skip
def test_what_the_engine_sets_otherwise_is_left_to_it(odd: str) -> None:
    html, style, images = press.page_of(press.Item(RECHECK), "")
    page = html.html.replace("<h1>", odd + "<h1>", 1)
    with pytest.raises(CannotFollow):
        compose(page, style, images)
    assert setting.set_page(page, style, images).pages


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "️", "󠄀", "ㅤ", "ᅟ", "⠀", "￼"])
def test_what_cannot_be_seen_cannot_be_printed(character: str) -> None:
    assert not fonts.printable(character)
    assert not fonts.drawable("甲" + character)


def test_a_name_of_an_organ_that_does_not_fit_is_not_printed_over_the_foot() -> None:
    item = press.Item(replace(RECHECK, organ="某" * 70))
    try:
        found = overprinted(item.sheets())
    except PressStopped:
        return
    assert found == ""
