"""框 (boxes of fixed height): the closing with its seal place and check code, what stands absolutely in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from reports.writer.blocks import REMEMBERED, style_of, text_of
from reports.writer.flow import leaf_of
from reports.writer.markup import Element, fragment
from reports.writer.sheet import CannotFollow, Image, Leaf, Piece, Placed, Ring, Words, moved
from reports.writer.styles import Style, resolved

PARTS = re.compile(r"<(p|h1|h2|table)\b.*?</\1>|<!--.*?-->|<[^>]*>|[^<]+", re.DOTALL)
"""A paragraph or a table whole, else one tag or one text."""
ROLES = {"p": "P", "h1": "H1", "h2": "H2", "div": "P"}
_DIVS = re.compile(r"<(/?)div\b")


def plain(style: Style) -> None:
    """无框 (a paragraph without edges of its own). Raises `CannotFollow`."""
    if any(style.border) or any(style.padding) or style.height is not None or style.position != "static":
        raise CannotFollow("段落的边框、边距、高度或者位置")
    if style.width is not None or style.display != "block-flow":
        raise CannotFollow("段落的宽度")


def end_of_div(source: str, place: int) -> int:
    """框尾 (where the container that begins at `place` ends). Raises `CannotFollow`."""
    depth = 0
    for match in _DIVS.finditer(source, place):
        depth += -1 if match[1] else 1
        if not depth:
            return source.index(">", match.end() - 1) + 1
    raise CannotFollow("标签不成对")


_DIGEST = re.compile(r"asset:qr/([0-9a-f]{64})")
_SHOWN = 16
"""Digits of the fingerprint that stand below a check code."""


def parts_of(source: str, trail: str, begin: int, width: float) -> tuple[tuple[Placed, ...], float]:
    """What stands inside: set once for all papers of an office, which differ in their fingerprints only."""
    found = _DIGEST.search(source)
    digest = found[1] if found else ""
    if not digest or source.count(digest[:_SHOWN]) != 2:
        return _parts(source, trail, begin, width)
    zeros = "0" * len(digest)
    parts, bottom = _parts(source.replace(digest, zeros).replace(digest[:_SHOWN], zeros[:_SHOWN]), trail, begin, width)
    if any(words.x > 0.01 or not _last(words) for one in parts for words in one.leaf.words() if _zeros(words)):
        return _parts(source, trail, begin, width)
    named = tuple([one._replace(leaf=_named(one.leaf, digest)) if _unnamed(one.leaf) else one for one in parts])
    return named, bottom


def _zeros(words: Words) -> bool:
    return "0" * _SHOWN in words.text


def _last(words: Words) -> bool:
    """Do the digits end the stretch, and stand in it once?"""
    return words.text.endswith("0" * _SHOWN) and words.text.count("0") == _SHOWN


def _unnamed(leaf: Leaf) -> bool:
    """Does it hold what differs from paper to paper: the code, or the digits below it?"""
    return bool(leaf.images) or any(map(_zeros, leaf.words()))


def _named(leaf: Leaf, digest: str) -> Leaf:
    """The same leaf with the fingerprint of another paper; its digits end a line, so nothing else moves."""
    zeros = "0" * len(digest)
    pieces = tuple(
        Piece(old.role, tuple(_digits(words, zeros, digest) for words in old.words), old.row, old.span, old.down)
        for old in leaf.pieces
    )
    images = tuple([one._replace(source=one.source.replace(zeros, digest)) for one in leaf.images])
    return Leaf(leaf.role, leaf.height, pieces, leaf.bars, leaf.rings, images)


def _digits(words: Words, zeros: str, digest: str) -> Words:
    if not _zeros(words):
        return words
    return words._replace(text=words.text.replace(zeros[:_SHOWN], digest[:_SHOWN]))


@lru_cache(maxsize=REMEMBERED)
def _parts(source: str, trail: str, begin: int, width: float) -> tuple[tuple[Placed, ...], float]:
    """What stands inside; boxes placed absolutely are remembered by themselves."""
    parts: list[Placed] = []
    rest, place = [source[:begin]], begin
    while match := PARTS.match(source, place):
        if match[0].startswith("<div"):
            end = end_of_div(source, place)
            found = _absolutes(source[:begin], source[place:end], trail, width)
            parts += found or ()
            rest += [] if found is not None else [source[place:end]]
            place = end
        else:
            rest.append(match[0])
            place = match.end()
    element = fragment("".join(rest), trail)
    flowing = list(boxed(element, width))
    return (*parts, *(one for one, _ in flowing)), max((bottom for _, bottom in flowing), default=0.0)


@lru_cache(maxsize=REMEMBERED)
def _absolutes(parent: str, source: str, trail: str, width: float) -> tuple[Placed, ...] | None:
    """A box placed absolutely in its parent; None when it flows."""
    (child,) = fragment(f"{parent}{source}</div>", trail).elements()
    style = style_of(child)
    return (_joined(list(_absolute(child, style, width))),) if style.position == "absolute" else None


def boxed(element: Element, width: float) -> Iterator[tuple[Placed, float]]:
    """框内成版 (set inside a box): each leaf at its place, and where what flows so far ends."""
    style, y = style_of(element), 0.0
    y += style.padding[0]
    inline: list[Element | str] = []
    for child in [*element.children, None]:
        if child is None or (isinstance(child, Element) and child.tag in ("p", "h2", "div", "img")):
            text = text_of(Element(element.tag, element.trail, {}, inline), style, width)
            if text.words:
                yield Placed(leaf_of("P", text, 0, len(text.words)), 0.0, y), y + text.height
            y += text.height
            inline = []
        if isinstance(child, str) or (isinstance(child, Element) and child.tag in ("br", "span")):
            inline.append(child)
        elif child is not None:
            for placed, bottom in _child(child, width, y):
                yield placed, max(y, bottom)
                y = max(y, bottom)


def _child(child: Element, width: float, y: float) -> Iterator[tuple[Placed, float]]:
    style = style_of(child)
    if style.position == "absolute":
        yield from ((placed, 0.0) for placed in _absolute(child, style, width))
    elif child.tag == "img":
        size = resolved(style.width, width)
        image = Image(0, 0, size, child.attributes["src"], child.attributes["alt"])
        yield Placed(Leaf("Figure", size, images=(image,)), 0.0, y), y + size
    else:
        plain(style)
        left = resolved(style.margin[3], width)
        y += resolved(style.margin[0], 0)
        text = text_of(child, style, width - left - resolved(style.margin[1], width))
        if text.words:
            yield Placed(leaf_of(ROLES[child.tag], text, 0, len(text.words)), left, y), y + text.height


def _absolute(element: Element, style: Style, room: float) -> Iterator[Placed]:
    """An absolutely placed box in a containing block `room` wide."""
    top, right, _, left = style.inset
    if top is None or (left is None) == (right is None) or any(style.border[1::2]) != any(style.border[::2]):
        raise CannotFollow("绝对定位")
    width = resolved(style.width, room) if style.width is not None else min(_widest(element), style.max_width)
    outer = width if style.border_box else width + sum(style.border[1::2])
    inner = outer - sum(style.border[1::2])
    margin = resolved(style.margin[3], room) - resolved(style.margin[1], room)
    x = (resolved(left, room) if left is not None else room - resolved(right, room) - outer) + margin
    y = resolved(top, 0) + resolved(style.margin[0], 0)
    if style.radius:
        yield Placed(_ring(style, outer), x, y)
    elif any(style.border):
        raise CannotFollow("框线")
    for placed, _ in boxed(element, inner):
        yield Placed(placed.leaf, x + style.border[3] + placed.x, y + style.border[0] + placed.y)


def _ring(style: Style, outer: float) -> Leaf:
    if style.edge != "dashed" or style.radius < outer / 2 - 1e-6 or len(set(style.border)) > 1:
        raise CannotFollow("印章圈")
    return Leaf("", outer, rings=(Ring(0, 0, outer, style.border[0], style.grey),))


def _widest(element: Element) -> float:
    """Preferred width of a box: its longest line."""
    widest = 0.0
    for child in element.elements():
        style = style_of(child)
        if style.position != "absolute":
            widest = max(widest, text_of(child, _left(style), 1e6).width)
    return widest


@lru_cache(maxsize=64)
def _left(style: Style) -> Style:
    """The same style, set to the left; one object for one style, so that what was set in it is found again."""
    return replace(style, align="left")


def _joined(parts: list[Placed]) -> Placed:
    """Several leaves as one, at the place of the first."""
    pieces, bars, rings, images = [], [], [], []
    for one in parts:
        x, y = one.x, one.y
        pieces += [Piece(old.role, tuple(moved(words, x, y) for words in old.words)) for old in one.leaf.pieces]
        bars += [bar._replace(x=bar.x + x, y=bar.y + y) for bar in one.leaf.bars]
        rings += [ring._replace(x=ring.x + x, y=ring.y + y) for ring in one.leaf.rings]
        images += [image._replace(x=image.x + x, y=image.y + y) for image in one.leaf.images]
    return Placed(Leaf("Sect", 0.0, tuple(pieces), tuple(bars), tuple(rings), tuple(images)), 0.0, 0.0)
