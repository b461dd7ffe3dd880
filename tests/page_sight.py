"""版面查看 (looking at a page): what stands where on laid-out pages, for tests of what a reader sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from weasyprint.formatting_structure.boxes import LineBox, MarginBox, ParentBox, ReplacedBox, TableCellBox, TextBox

from reports import forms, press, setting
from reports.forms import Letter

NOT_FIRST = frozenset("，。；：！？、）》〉」』】〕%％”’")
"""Marks that no line begins with (避头, GB/T 15834-2011, 5.1)."""
NOT_LAST = frozenset("（《〈「『【〔“‘")
"""Marks that no line ends with (避尾)."""
SLACK = 1.0
"""Pixels: less than a quarter of a millimetre."""


class Area(NamedTuple):
    """矩形 (a rectangle) in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        """Do the two overlap?"""
        across = self.left < other.right - SLACK and other.left < self.right - SLACK
        return across and self.top < other.bottom - SLACK and other.top < self.bottom - SLACK


class Seen(NamedTuple):
    """所见 (something seen): its text, where it stands, the area in which it should stay."""

    text: str
    area: Area
    room: Area


def laid_out(letter: Letter, variant: press.Variant = press.NORMAL) -> Any:
    """The letter as the press lays it out."""
    forms.check(letter)
    return setting.laid_out(*press.page_of(press.Item(letter, variant=variant), ""))


def laid_out_cover(letter: Letter) -> Any:
    """The cover in plain words."""
    return setting.laid_out(*press.cover_of(letter))


def _body(page: Any) -> Any:
    return next(child for child in page._page_box.children if not isinstance(child, MarginBox))


def _room(box: Any) -> Area:
    x, y = box.content_box_x(), box.content_box_y()
    return Area(x, y, x + box.width, y + box.height)


def lines(page: Any) -> Iterator[Seen]:
    """Every line of text on a page, in its own cell or in the text area of the page."""
    body = _body(page)

    def visit(box: Any, room: Area) -> Iterator[Seen]:
        box = getattr(box, "_box", box)  # what is placed absolutely stands behind a placeholder
        if isinstance(box, LineBox):
            texts = list(_texts(box))
            if texts:
                yield _seen(texts, room)
        elif isinstance(box, ParentBox):
            inner = _room(box) if isinstance(box, TableCellBox) else room
            for child in box.children:
                yield from visit(child, inner)

    yield from visit(body, _room(body))


def _texts(box: Any) -> Iterator[Any]:
    if isinstance(box, TextBox):
        if box.text.strip():
            yield box
    elif isinstance(box, ParentBox):
        for child in box.children:
            yield from _texts(child)


def _seen(texts: list[Any], room: Area) -> Seen:
    last = texts[-1]
    trailing = last.style["letter_spacing"]
    right = last.position_x + last.width - (trailing if isinstance(trailing, float | int) else 0)
    top = min(text.position_y for text in texts)
    bottom = max(text.position_y + text.style["font_size"] for text in texts)
    return Seen("".join(text.text for text in texts).strip(), Area(texts[0].position_x, top, right, bottom), room)


def boxes(page: Any, name: str) -> Iterator[Area]:
    """Border boxes of the elements of a class on a page."""

    def visit(box: Any) -> Iterator[Area]:
        box = getattr(box, "_box", box)
        if box.element is not None and name in (box.element.get("class") or "").split():
            yield _outline(box)
        elif isinstance(box, ParentBox):
            for child in box.children:
                yield from visit(child)

    yield from visit(_body(page))


def pictures(page: Any) -> Iterator[Area]:
    """Every picture on a page."""

    def visit(box: Any) -> Iterator[Area]:
        box = getattr(box, "_box", box)
        if isinstance(box, ReplacedBox):
            yield _outline(box)
        elif isinstance(box, ParentBox):
            for child in box.children:
                yield from visit(child)

    yield from visit(_body(page))


def _outline(box: Any) -> Area:
    x, y = box.border_box_x(), box.border_box_y()
    return Area(x, y, x + box.border_width(), y + box.border_height())


def faults(document: Any) -> Iterator[str]:
    """What a careful reader would send back: text out of its place, marks where none may stand, one over another."""
    for number, page in enumerate(document.pages, 1):
        for text, area, room in lines(page):
            if area.right > room.right + SLACK or area.left < room.left - SLACK:
                yield f"第{number}页出格：{text}"
            if area.bottom > _room(_body(page)).bottom + SLACK:
                yield f"第{number}页出下边：{text}"
            if text[0] in NOT_FIRST:
                yield f"第{number}页行首标点：{text}"
            if text[-1] in NOT_LAST:
                yield f"第{number}页行末标点：{text}"
        yield from (f"第{number}页{fault}" for fault in _collisions(page))


def _collisions(page: Any) -> Iterator[str]:
    codes, seals, signed = list(pictures(page)), list(boxes(page, "seal")), list(boxes(page, "who"))
    captions = [one.area for one in lines(page) if one.text == "印章处"]
    texts = [one for one in lines(page) if one.text != "印章处"]
    if any(code.meets(seal) for code in codes for seal in seals):
        yield "核验码与印章处相碰"
    for text, area, _ in texts:
        if any(one.meets(area) for one in (*codes, *captions)):
            yield f"核验码、印章处字样压字：{text}"
        if any(area.meets(seal) for seal in seals) and not any(who.meets(area) for who in signed):
            yield f"印章处压字：{text}"
    for foot in boxes(page, "foot"):
        if any(one.bottom > foot.top + SLACK for one in (*signed, *seals)):
            yield "落款与版记相碰"
    if seals and not any(area.bottom <= seals[0].top + 40 and len(text) > 8 for text, area, _ in texts):
        yield "印章所在页没有正文"
