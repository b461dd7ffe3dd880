"""段落 (paragraphs): the content of one block as lines, each in its place below the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from reports.writer.lines import Measured, aligned, broken
from reports.writer.markup import Element
from reports.writer.sheet import Bar, CannotFollow, Words, moved
from reports.writer.styles import Style, known, resolved

REMEMBERED = 4_000
"""Texts kept, set; a run of a township has far fewer that differ."""


class Text(NamedTuple):
    """成行的文字 (text, set): line i stands between `tops[i]` and `tops[i + 1]`; words and bars line by line.

    Everything is placed from the top left corner of the block; `width` is that of the longest line.
    """

    tops: tuple[float, ...]
    words: tuple[tuple[Words, ...], ...]
    bars: tuple[tuple[Bar, ...], ...]
    width: float

    @property
    def height(self) -> float:
        """Height of all lines."""
        return self.tops[-1]


UNSURE = re.compile("[\u00a0\u2027\u3040-\u312f\u31a0-\u31ff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff61-\uff9f]")
"""Characters that the engine sets otherwise here and there (hard blank, kana, full-width figures): they are its own."""
EMPTY = Text((0.0,), (), (), 0.0)


class Unlearnt(Exception):
    """样式未学 (a kind of element not met before): learn the page, then compose again."""


def style_of(element: Element) -> Style:
    """The style of an element. Raises `Unlearnt`."""
    found = known(element.trail)
    if found is None:
        raise Unlearnt(element.trail)
    return found


def text_of(element: Element, style: Style, room: float) -> Text:
    """成行 (set the content): the lines of a block `room` pixels wide. Raises `CannotFollow`, `Unlearnt`."""
    children = element.children
    if not children:
        return EMPTY
    if len(children) == 1 and isinstance(children[0], str):
        return plain_text(children[0], style, room, style.indent)
    segments = list(_segments(element.children))
    if len(segments) > 1 and style.align == "justify":
        raise CannotFollow("两端对齐的段落中换行")
    made: list[Text] = []
    for number, segment in enumerate(segments):
        indent = 0.0 if number else style.indent
        if not segment and number == len(segments) - 1:
            break
        if all(isinstance(one, str) for one in segment):
            made.append(plain_text("".join(one for one in segment if isinstance(one, str)), style, room, indent))
        else:
            made.append(_mixed(segment, style, room, indent))
    return made[0] if len(made) == 1 else _stacked(made)


def _stacked(parts: list[Text]) -> Text:
    """Several texts, one below the other."""
    tops, words, bars, y = [0.0], [], [], 0.0
    for part in parts:
        words += [tuple(moved(one, 0.0, y) for one in line) for line in part.words]
        bars += [tuple(one._replace(y=one.y + y) for one in line) for line in part.bars]
        tops += [y + top for top in part.tops[1:]]
        y = tops[-1]
    return Text(tuple(tops), tuple(words), tuple(bars), max((part.width for part in parts), default=0.0))


def _segments(children: list[Element | str]) -> Iterator[list[Element | str]]:
    """What stands between two line ends (`br`)."""
    segment: list[Element | str] = []
    for child in children:
        if isinstance(child, Element) and child.tag == "br":
            yield segment
            segment = []
        else:
            segment.append(child)
    yield segment


@lru_cache(maxsize=REMEMBERED)
def plain_text(text: str, style: Style, room: float, indent: float) -> Text:
    """成行 (set a text) without anything else in it. Raises `CannotFollow`."""
    text = text.strip(" ")
    if not text:
        return EMPTY
    _sure(text)
    measured = Measured(text, style.setting)
    if style.nowrap:
        room = max(room, indent + measured.width(0, len(text)))
    spans = broken(measured, room - indent, room, anywhere=style.anywhere)
    last, line, y, width = len(spans) - 1, style.line, style.baseline, 0.0
    words = []
    for number, (start, end) in enumerate(spans):
        while text[end - 1] == " ":
            end -= 1
        final = style.align == "justify" and number == last
        place = (indent, room) if number == 0 else (0.0, room)
        x, stretch = aligned(measured, (start, end), place, "start" if final else style.align)
        words.append(measured.words((start, end), (x, y), stretch, style.ink))
        width = max(width, x + measured.width(start, end))
        y += line
    return Text(tuple([line * number for number in range(last + 2)]), tuple(words), ((),) * (last + 1), width)


def _sure(text: str) -> None:
    if (found := UNSURE.search(text)) is not None:
        raise CannotFollow(f"「{found[0]}」（U+{ord(found[0]):04X}）")


def _mixed(segment: list[Element | str], style: Style, room: float, indent: float) -> Text:
    """One line of texts and places to write; it must fit."""
    words: list[Words] = []
    bars: list[Bar] = []
    x, tops = indent, [style.baseline]
    items = [one for one in segment if not isinstance(one, str) or one.strip(" ") or one]
    for number, item in enumerate(items):
        if isinstance(item, str):
            text = item.lstrip(" ") if number == 0 else item
            text = text.rstrip(" ") if number == len(items) - 1 else text
            x = _text(text, style, x, words)
        elif item.tag != "span":
            raise CannotFollow(f"段落中的 {item.tag}")
        else:
            x = _span(item, style, room, x, (words, bars, tops))
    if x > room + 0.01:
        raise CannotFollow("填写处一行放不下")
    top = max(tops)
    down = top - style.baseline
    shift = _shift(style, room - x, indent)
    return Text(
        (0.0, style.line + down), (tuple(moved(one, shift, top) for one in words),),
        (tuple(one._replace(x=one.x + shift, y=one.y + top) for one in bars),), x + shift,
    )  # fmt: skip


def _shift(style: Style, slack: float, indent: float) -> float:
    if style.align in ("start", "left", "justify"):
        return 0.0
    if indent:
        raise CannotFollow("居中或者右对齐的段落不应缩进")
    return slack / 2 if style.align == "center" else slack


def _text(text: str, style: Style, x: float, words: list[Words]) -> float:
    _sure(text)
    measured = Measured(text, style.setting)
    words.extend(measured.words((0, len(text)), (x, 0.0), 0.0, style.ink))
    return x + measured.width(0, len(text))


def _span(
    span: Element, parent: Style, room: float, x: float, made: tuple[list[Words], list[Bar], list[float]]
) -> float:
    """A place to write (`.rule`) stands on the baseline; another span only moves its text."""
    words, bars, tops = made
    style = style_of(span)
    _, right, _, left = (resolved(one, room) for one in style.margin)
    if style.display == "inline-flow":
        if any(style.border) or any(style.padding) or style.setting is not parent.setting:
            raise CannotFollow("段落中的样式")
        if not all(isinstance(child, str) for child in span.children):
            raise CannotFollow("span 中的标签")
        return _text("".join(map(str, span.children)), parent, x + left, words) + right
    if style.display != "inline-flow-root" or span.children or style.height is None or style.width is None:
        raise CannotFollow(f"段落中的 {style.display}")
    width, height = resolved(style.width, room), resolved(style.height, 0)
    top, side, bottom, other = style.border
    if side or other or top or any(style.padding):
        raise CannotFollow("填写处的边框")
    x += left
    bars.append(Bar(x, -bottom, width, bottom, style.grey))
    tops.append(height + bottom)
    return x + width + right
