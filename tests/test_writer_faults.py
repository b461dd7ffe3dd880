"""直接成版的边界 (edges of the compiled writer): what it leaves to the engine, and what neither may print."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reports import fonts, press, regional, setting
from reports.faults import AssetRefused, PressStopped
from reports.writer.compose import compose
from reports.writer.overlap import overprinted
from reports.writer.sheet import CannotFollow, Sheets, marks
from tests.press_samples import DECISION, RECHECK
from tests.regional_templates import everything
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


@contextmanager
def soon(seconds: int = 20) -> Iterator[None]:
    """What does not end fails; a loop in the press would keep the whole office waiting."""

    def late(*_: object) -> None:
        raise TimeoutError("the press does not come to an end")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def own(source: str) -> press.Item:
    """The decision in a region's own form, which passes every check of its source."""
    form = regional.read(source.encode(), type(DECISION), "F15-2026-10-01.html")
    form.check(DECISION)
    return press.Item(DECISION, form)


@pytest.mark.parametrize("depth", [3, 4, 8])
def test_a_form_that_leaves_no_room_for_words_is_refused_and_ends(depth: int) -> None:
    pushed = '<div style="margin-left: 60mm">' * depth + everything(type(DECISION)) + "</div>" * depth
    with soon(), pytest.raises(PressStopped, match="印到纸外"):
        own(pushed).sheets()


def test_words_beside_the_paper_are_refused() -> None:
    html, style, images = press.page_of(press.Item(RECHECK), "")
    beside = html.html.replace("<h1>", '<p style="margin-left: 150mm; overflow-wrap: normal">abcdefghijkl</p><h1>', 1)
    assert overprinted(setting.by_engine(html, style, images)) == ""
    assert "“abcdefghijkl”印到纸外" in overprinted(setting.by_engine(beside, style, images))
    with pytest.raises(PressStopped, match="印到纸外"):
        setting.set_page(beside, style, images, strictly=True)


def test_words_that_the_engine_leaves_out_without_a_word_are_missed() -> None:
    """A box that is placed by itself is not broken over pages: what no page can hold is gone."""
    html, style, images = press.page_of(press.Item(RECHECK), "")
    assert setting.lost(html.html, setting.by_engine(html, style, images)) == ""
    box = '<div style="position: absolute; top: 0">' + "<p>乙丙丁</p>" * 60 + "</div>"
    page = f'<html lang="zh-CN"><title>x</title><body><div style="position: relative; height: 5mm">{box}</div></body>'
    with pytest.raises(PressStopped, match="个字没有印出（乙丙丁）"):
        setting.set_page(f"{page}</html>", style, {}, strictly=True)


def test_what_follows_a_heading_in_a_box_is_no_neighbour_of_it() -> None:
    """`h1 + .number` is of neighbours only; the same page is set the same by the engine."""
    html, style, images = press.page_of(press.Item(DECISION), "")
    begin = html.html.index("<h1>")
    end = html.html.index("</h1>") + len("</h1>")
    boxed = f"{html.html[:begin]}<div>{html.html[begin:end]}</div>{html.html[end:]}"
    assert differences(compose(boxed, style, images), setting.by_engine(boxed, style, images)) == []
    made = own(f"<div><h1>{{{{文书名称}}}}</h1></div>{everything(type(DECISION))}").sheets()
    assert "社会救助" in said(made)


@pytest.mark.parametrize("character", ["\u00a0", "‧", "か", "ァ", "ㄅ", "１", "Ａ", "ｚ", "ｱ"])
def test_characters_that_the_engine_spaces_otherwise_are_left_to_it(character: str) -> None:
    text = f"本通知书送达后请在规定的日期以前到{character}便民服务中心办理定期核查并带齐下面各项材料的原件和复印件"
    page = f'<html lang="zh-CN"><title>x</title><body><p>{text}</p></body></html>'
    with pytest.raises(CannotFollow):
        compose(page, press.STYLE, {})
    assert said(setting.set_page(page, press.STYLE, {}, strictly=True)).startswith(text)


@pytest.mark.parametrize(
    "text", ["." + "891,234,567" * 9, "一二三" + "(((((a" * 40, "文" + "http://example.invalid/a?b=c&d=" * 5]
)
def test_a_long_run_of_signs_breaks_where_the_engine_breaks_it(text: str) -> None:
    """Behind a place that no rule allows, the engine looks anew; a number alone breaks anywhere."""
    page = f'<html lang="zh-CN"><title>x</title><body><p>{text.replace("&", "&amp;")}</p></body></html>'
    with pytest.raises(CannotFollow):
        compose(page, press.STYLE, {})
    assert said(setting.set_page(page, press.STYLE, {}, strictly=True)).startswith(text)
    number = page.replace(text.replace("&", "&amp;"), "370881********0017" * 4)
    assert differences(compose(number, press.STYLE, {}), setting.by_engine(number, press.STYLE, {})) == []
