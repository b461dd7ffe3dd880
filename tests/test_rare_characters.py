"""生僻字 (rare characters): every place of a page sets every character a name may hold, in the right face, and fast.

The compiled writer must take all of them itself: a rare name must not send its paper to the layout engine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from reports import fonts, press, setting, wording
from reports.writer.compose import compose
from reports.writer.sheet import Sheets, Words, marks
from tests.press_samples import WITHDRAWAL
from tests.test_press import whole
from tests.writer_compare import differences

BLOCKS = {
    "基本": (0x4E00, 0x9FFF), "扩展A": (0x3400, 0x4DBF), "扩展B": (0x20000, 0x2A6DF), "扩展C": (0x2A700, 0x2B738),
    "扩展D": (0x2B740, 0x2B81D), "扩展E": (0x2B820, 0x2CEA1), "扩展F": (0x2CEB0, 0x2EBE0), "兼容": (0xF900, 0xFAD9),
    "部首": (0x2E80, 0x2FD5),
}  # fmt: skip
"""Blocks of GB 18030-2022, implementation level 3."""
SONG = ("PressSong.ttf", "PressRareA.ttf", "PressRareB.ttf", "PressRareC.ttf")
STACKS = {
    "h1": ("PressSong-Bold.ttf", *SONG[1:]), "h2": ("PressHei.ttf", *SONG), "main": ("PressHei.ttf", *SONG),
    "p": ("PressFang.ttf", *SONG), "th": ("PressHei.ttf", *SONG), "td": ("PressFang.ttf", *SONG),
    "who": ("PressFang.ttf", *SONG), "check": SONG, "foot": SONG, "remark": SONG,
}  # fmt: skip
"""Faces of each place in the order in which they are asked; see templates/style/letter.css."""
PAGE = (
    '<!DOCTYPE html><html lang="zh-CN"><head><title>{0}</title><meta name="author" content="{0}"></head><body>'
    '<h1>{0}</h1><h2>{0}</h2><p class="main">{0}</p><p>{0}</p><p class="remark">{0}</p>'
    '<table><colgroup><col style="width: 50%"><col style="width: 50%"></colgroup>'
    "<tr><th>{0}</th><td>{0}</td></tr></table>"
    '<div class="keep"><div class="sign"><div class="check"><img src="asset:x" alt="核验码">核验码<br>{0}</div>'
    '<div class="who"><div class="seal">印章处</div><p>{0}</p></div></div><div class="foot"><p>{0}</p></div></div>'
    "</body></html>"
)
AT_ONCE = 10
"""Characters in each place of one page: as many as stand in a line below the check code."""
OURS = frozenset("印章处核验码")
"""Words that stand on the page anyway."""
COUNTS = {
    "基本": 20902, "扩展A": 6582, "扩展B": 42711, "扩展C": 4149, "扩展D": 222, "扩展E": 5762, "扩展F": 7473,
    "兼容": 300, "部首": 200,
}  # fmt: skip
"""Characters that each block has at least."""


@cache
def cmap(face: str) -> frozenset[int]:
    """The characters of a face, as another program reads them."""
    with TTFont(fonts.folder() / face, lazy=True) as font:
        return frozenset(font.getBestCmap())


def due(stack: tuple[str, ...], character: str) -> str:
    """The first face of a stack that has the character."""
    return next(face for face in stack if ord(character) in cmap(face))


@cache
def block(name: str) -> str:
    """Every character of a block that the fonts promise to draw."""
    first, last = BLOCKS[name]
    return "".join(chr(point) for point in range(first, last + 1) if fonts.printable(chr(point)))


def filled(text: str) -> tuple[str, str, dict[str, bytes]]:
    """A page with a text in every place."""
    return PAGE.format(text), press.STYLE, {"asset:x": b"QR\x01\x80"}


def places(sheets: Sheets) -> Iterator[Words]:
    """What is set, without the page numbers."""
    yield from (one for page in sheets.pages for one in marks(page) if one not in page.margin)


def right(text: str) -> None:
    """Set a text in every place; each character must stand there once for each place, in the faces that are due."""
    drawn: dict[str, list[str]] = {character: [] for character in text}
    for start in range(0, len(text), AT_ONCE):
        for words in places(compose(*filled(text[start : start + AT_ONCE]))):
            for character in words.text:
                if character in drawn:
                    drawn[character].append(words.face)
    for character, faces in drawn.items():
        wanted = sorted(due(stack, character) for stack in STACKS.values())
        assert sorted(faces) == wanted, f"U+{ord(character):04X}"


@pytest.mark.parametrize("name", BLOCKS)
def test_every_character_of_a_block_is_set_in_every_place_in_its_face(name: str) -> None:
    """The 8105 characters of 通用规范汉字表 are in these blocks, too."""
    every = "".join(character for character in block(name) if character not in OURS)
    assert len(every) >= COUNTS[name] - len(OURS)
    right(every)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_layout_engine_sets_them_alike(name: str) -> None:
    page = filled("".join(random.Random(name).sample(block(name), AT_ONCE)))
    assert differences(compose(*page), setting.by_engine(*page)) == []


NAMES = ("古丽·买买提", "阿卜杜热合曼·买买提吐尔逊", "欧阳䶮𬭎", "李〇", "〇〇", "𠅤𫍯𡥧", "㛃·㐂", "王𬱖〇·䶮")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("large", [False, True], ids=["普通", "大字"])
def test_names_with_a_dot_a_zero_and_rare_characters_are_read_back(name: str, large: bool) -> None:
    letter = replace(WITHDRAWAL, addressee=name, head=name, organ=f"清河县{name}乡人民政府", contact=name, ends=(name,))
    item = press.Item(letter, variant=press.Variant(large=large))
    page = press.page_of(item, "")
    assert differences(compose(*page), setting.by_engine(*page)) == []
    assert whole(press.render(item).pdf).count(name) >= 5


@pytest.mark.parametrize("fen", [0, 1, 10, 99, 100, 101, 1010, 100000, 12345678905, 99999999999999])
def test_amounts_in_figures_and_in_capitals_are_drawn(fen: int) -> None:
    right("".join(dict.fromkeys(wording.yuan(fen) + wording.capital(fen))))


def test_what_is_drawn_is_no_empty_box() -> None:
    """Each of some characters leaves ink of its own on the page: no two look alike, none is blank."""
    some = [random.Random(name).choice(block(name)) for name in BLOCKS] + list("〇·々㐂")
    shapes = set()
    for character in some:
        letter = replace(WITHDRAWAL, addressee=character * 3)
        sheets = compose(*press.page_of(press.Item(letter), ""))
        (x, y, size), *_ = [(one.x, one.y, one.size) for one in places(sheets) if one.text.startswith(character * 3)]
        page = pypdfium2.PdfDocument(press.render_letter(letter).pdf)[0]
        box = (round(1.5 * x), round(1.5 * (y - size)), round(1.5 * x) + 96, round(1.5 * (y - size)) + 40)
        picture = page.render(scale=2, grayscale=True).to_pil().crop(box)
        assert min(picture.get_flattened_data()) < 128, character
        shapes.add(picture.tobytes())
    assert len(shapes) == len(some)
