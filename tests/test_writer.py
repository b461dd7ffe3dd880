"""直接成版 (the compiled writer) is held to the layout engine: same words on the same lines, in the same places."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reports import press, setting
from reports.forms import Letter
from reports.writer.compose import compose
from reports.writer.lines import may_break
from reports.writer.sheet import CannotFollow, Sheets, marks
from tests.press_samples import DECISION, LETTERS, RECHECK
from tests.random_letters import any_letter, samples
from tests.writer_compare import differences

SAMPLES = dict(samples())
EACH = pytest.mark.parametrize("name", SAMPLES)
UNFIT = (ValueError, IndexError, AttributeError)
"""What a template raises for contents that no case has, such as a day that is missing beside its sum."""
RANDOM = 1
"""Random papers for each sample and variant."""


def both(item: press.Item) -> tuple[Sheets, Sheets] | None:
    """Both settings of a paper; None when the compiled writer leaves it to the engine."""
    mark = f"补打 第{item.letter.copy}份" if item.letter.copy else ""
    html, style, images = press.page_of(item, mark)
    try:
        ours = compose(html, style, images)
    except CannotFollow:
        return None
    return ours, setting.by_engine(html, style, images)


@EACH
@pytest.mark.parametrize("large", [False, True])
def test_every_sample_is_composed_and_agrees(name: str, large: bool) -> None:
    found = both(press.Item(SAMPLES[name], variant=press.Variant(large=large)))
    assert found is not None, "a sample must not need the engine"
    assert differences(*found) == []


@EACH
@pytest.mark.parametrize("large", [False, True])
def test_random_papers_agree(name: str, large: bool) -> None:
    rng = random.Random(f"{name}{large}")
    for _ in range(RANDOM):
        letter = any_letter(rng, SAMPLES[name])
        try:
            found = both(press.Item(letter, variant=press.Variant(large=large)))
        except UNFIT:
            continue
        assert found is None or differences(*found) == [], letter


@pytest.mark.parametrize("letter", LETTERS, ids=lambda one: one.form)
def test_the_cover_in_plain_words_agrees(letter: Letter) -> None:
    if letter.plain() is None:
        pytest.skip("not sent to a person")
    html, style, images = press.cover_of(letter)
    assert differences(compose(html, style, images), setting.by_engine(html, style, images)) == []


def test_the_comparison_sees_a_line_that_moves() -> None:
    """Against a comparison that finds nothing: a character more, a line lower, a rule less are each seen."""
    found = both(press.Item(DECISION))
    assert found is not None
    ours, theirs = found
    longer = both(press.Item(replace(DECISION, organ=DECISION.organ + "办")))
    assert longer is not None
    assert differences(longer[0], theirs)
    ours.pages[0].leaves[3] = ours.pages[0].leaves[3]._replace(y=ours.pages[0].leaves[3].y + 0.2)
    assert differences(ours, theirs)


def test_a_line_breaks_where_pango_breaks() -> None:
    text = "月工资收入3200.00元，有“用工单位”（盖章）的证明。"
    allowed = [place for place in range(1, len(text)) if may_break(text, place)]
    assert all(text[place] not in "，。”）、；：" and text[place - 1] not in "“（" for place in allowed)
    assert text.index("2") not in allowed
    assert text.index("元") in allowed


def test_rare_names_stay_on_the_fast_way() -> None:
    letter = replace(RECHECK, addressee="欧阳䶮𬭎㛃𬱖𠅤𫍯𡥧〇")
    found = both(press.Item(letter))
    assert found is not None
    faces = {words.face for page in found[0].pages for words in marks(page)}
    assert {"PressSong.ttf", "PressRareB.ttf"} <= faces
    assert differences(*found) == []


def test_what_cannot_be_followed_goes_to_the_engine_and_is_printed() -> None:
    html, style, images = press.page_of(press.Item(RECHECK), "")
    odd = html.html.replace("<h1>", '<p style="text-decoration: underline">旁注</p><h1>')
    with pytest.raises(CannotFollow):
        compose(odd, style, images)
    sheets = setting.set_page(odd, style, images)
    (words,) = [one for one in marks(sheets.pages[0]) if one.text == "旁注"]
    rules = [bar for placed in sheets.pages[0].leaves for bar in placed.leaf.bars]
    assert any(abs(bar.x - words.x) < 1 and 0 < bar.y - words.y < words.size / 3 for bar in rules)
