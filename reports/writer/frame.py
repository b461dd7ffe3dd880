"""页框 (the page around the text): paper, margins, page number and mark of a copy, read off a page of the engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from weasyprint.formatting_structure.boxes import MarginBox, ParentBox, TextBox

from reports import engine
from reports.writer.lines import Measured
from reports.writer.sheet import CannotFollow, Words
from reports.writer.sorts import Setting, setting

_SPECIMEN = (
    '<html lang="zh-CN"><title>页</title><body><div class="copy" data-text="补打"></div><p>一</p>'
    '<p style="break-before: page">二</p></body></html>'
)


@dataclass(frozen=True, slots=True)
class Mark:
    """页边文字 (text in the margin): its setting, baseline, and the edge on which it stands."""

    setting: Setting
    baseline: float
    x: float
    right: bool

    def words(self, text: str) -> tuple[Words, ...]:
        """The text in its place."""
        measured = Measured(text, self.setting)
        x = self.x - measured.width(0, len(text)) if self.right else self.x
        return tuple(measured.words((0, len(text)), (x, self.baseline), 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Frame:
    """页框 (frame): paper and text area in pixels; two of each, for right-hand and left-hand pages."""

    paper: tuple[float, float]
    width: float
    height: float
    top: float
    lefts: tuple[float, float]
    folios: tuple[Mark | None, Mark | None]
    copies: tuple[Mark, Mark]
    fixed: tuple[tuple[Words, ...], tuple[Words, ...]]

    def left(self, number: int) -> float:
        """Left edge of the text on page `number`, counted from 0."""
        return self.lefts[number % 2]

    def margin(self, number: int, copy: str) -> tuple[Words, ...]:
        """What stands in the margin of a page."""
        folio = (*_folio(self, number), *self.fixed[number % 2])
        return (*folio, *self.copies[number % 2].words(copy)) if copy else folio


@lru_cache(maxsize=256)
def _folio(frame: Frame, number: int) -> tuple[Words, ...]:
    mark = frame.folios[number % 2]  # a cover has none
    return mark.words(f"— {number + 1} —") if mark else ()


@lru_cache(maxsize=8)
def of(sheet: str) -> Frame:
    """页框 (the frame) of a style sheet. Raises `CannotFollow` when its margins hold anything else."""
    document = engine.lay_out(_SPECIMEN, sheet)
    right, left = (page._page_box for page in document.pages)
    body = [next(child for child in page.children if not isinstance(child, MarginBox)) for page in (right, left)]
    marks = [_marks(page) for page in (right, left)]
    folios, copies, fixed = zip(*(_sorted(found) for found in marks), strict=True)
    return Frame(
        (right.margin_width(), right.margin_height()), body[0].width, right.height, body[0].position_y,
        (body[0].position_x, body[1].position_x), folios, copies, fixed,
    )  # fmt: skip


def _marks(page: Any) -> list[tuple[str, Any, Any]]:
    return [(text.text, text, box) for box in page.children if isinstance(box, MarginBox) for text in _texts(box)]


def _texts(box: Any) -> list[Any]:
    if isinstance(box, TextBox):
        return [box]
    return [text for child in box.children for text in _texts(child)] if isinstance(box, ParentBox) else []


def _sorted(found: list[tuple[str, Any, Any]]) -> tuple[Mark | None, Mark, tuple[Words, ...]]:
    """The page number, the mark of a copy, and what is the same on every page."""
    folio = [one for one in found if one[0].startswith("— ")]
    copy = [one for one in found if one[0] == "补打"]
    rest = [_mark(one).words(one[0]) for one in found if one not in folio and one not in copy]
    if len(folio) > 1 or len(copy) != 1:
        raise CannotFollow("页边文字")
    return _mark(folio[0]) if folio else None, _mark(copy[0]), tuple(word for words in rest for word in words)


def _mark(found: tuple[str, Any, Any]) -> Mark:
    _, text, box = found
    style = text.style
    spacing = float(style["letter_spacing"])
    kind = setting(tuple(style["font_family"]), style["font_weight"], style["font_size"], spacing)
    right = "right" in box.at_keyword
    x = text.position_x + text.width if right else text.position_x
    return Mark(kind, text.position_y + text.baseline, x, right)
