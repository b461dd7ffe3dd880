"""reportlab: paragraphs, tables and a flowable for the closing; the faces are read once and subset in each PDF."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from io import BytesIO
from typing import Any

from reportlab.lib.colors import Color, black
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from peers.notices import Grid, Words
from reports import fonts

FALLBACK = ("PressSong", "PressRareA", "PressRareB")
GREY = Color(0x88 / 255, 0x88 / 255, 0x88 / 255)
LINE = 10.227 * mm


@cache
def _face(name: str) -> TTFont:
    face = TTFont(name, str(fonts.folder() / f"{name}.ttf"))
    pdfmetrics.registerFont(face)
    return face


@cache
def _known(name: str) -> frozenset[str]:
    return frozenset(map(chr, _face(name).face.charToGlyph))


@cache
def _style(kind: str) -> ParagraphStyle:
    """Styles by the names that `words` uses, and some of our own."""
    size, leading, face, where, indent = {
        "title": (22, LINE, "PressSong-Bold", TA_CENTER, 0), "number": (16, LINE, "PressFang", TA_CENTER, 0),
        "to": (16, LINE, "PressFang", TA_LEFT, 0), "main": (16, LINE, "PressHei", TA_JUSTIFY, 31.58),
        "p": (16, LINE, "PressFang", TA_JUSTIFY, 31.58), "h2": (16, LINE, "PressHei", TA_LEFT, 31.58),
        "th": (12, 7 * mm, "PressHei", TA_CENTER, 0), "td": (12, 7 * mm, "PressFang", TA_LEFT, 0),
        "middle": (12, 7 * mm, "PressFang", TA_CENTER, 0), "amount": (12, 7 * mm, "PressFang", TA_RIGHT, 0),
        "receipt": (12, 7 * mm, "PressSong", TA_LEFT, 0), "last": (9, 5 * mm, "PressSong", TA_LEFT, 0),
    }[kind]  # fmt: skip
    for name in (face, *FALLBACK):
        _face(name)
    return ParagraphStyle(
        kind, fontName=face, fontSize=size, leading=leading, alignment=where, firstLineIndent=indent,
        wordWrap="CJK", keepWithNext=kind == "h2",
    )  # fmt: skip


def _runs(text: str, face: str) -> list[tuple[str, str]]:
    """The text in pieces of one face: whatever a face lacks falls to the next."""
    if _known(face).issuperset(text):
        return [(face, text)]
    pieces: list[tuple[str, str]] = []
    for character in text:
        found = next(name for name in (face, *FALLBACK) if character in _known(name))
        if pieces and pieces[-1][0] == found:
            pieces[-1] = (found, pieces[-1][1] + character)
        else:
            pieces.append((found, character))
    return pieces


def _said(kind: str, text: str) -> Paragraph:
    style = _style(kind)
    runs = _runs(text, style.fontName)
    marked = "".join(escape(part) if name == style.fontName else f'<font name="{name}">{escape(part)}</font>'
                     for name, part in runs)  # fmt: skip
    return Paragraph(marked, style)


class _Fixed(Flowable):  # type: ignore[misc]
    """A flowable as wide as the page and `high` high."""

    wide, high = 156 * mm, 0.0

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size, whatever room there is."""
        self.width, self.height = self.wide, self.high
        return self.wide, self.high


class _Start(_Fixed):
    """Where a notice begins: its pages are numbered from here."""

    def draw(self) -> None:
        """Note the page."""
        self.canv.first_page = self.canv.getPageNumber()


class _Sign(_Fixed):
    """The closing: check code, seal place, who and when."""

    high = 51 * mm

    def __init__(self, words: Words, data: str, picture: ImageReader) -> None:
        super().__init__()
        self._words, self._data, self._picture = words, data, picture

    def draw(self) -> None:
        """Draw all parts."""
        canvas, top = self.canv, self.height
        canvas.drawImage(self._picture, 0, top - 32 * mm, 24 * mm, 24 * mm)
        for place, text in enumerate(("核验码", self._data)):
            _string(canvas, 0, top - 32 * mm - (place + 0.75) * 4.4 * mm, "PressSong", 9, text)
        middle = self.width - 63 - pdfmetrics.stringWidth(self._words.organ, "PressFang", 16) / 2
        canvas.setStrokeColor(GREY)
        canvas.setLineWidth(0.25 * mm)
        canvas.setDash(2, 2)
        canvas.circle(middle, top - 21 * mm, 21 * mm)
        canvas.setFillColor(GREY)
        _string(canvas, middle - 15.75, top - 36.5 * mm, "PressFang", 10.5, "印章处")
        canvas.setFillColor(black)
        for place, text in enumerate((self._words.organ, self._words.day)):
            wide = sum(pdfmetrics.stringWidth(part, name, 16) for name, part in _runs(text, "PressFang"))
            _string(canvas, middle - wide / 2, top - (1.65 + place) * LINE, "PressFang", 16, text)


class _Rule(_Fixed):
    """The rule above the foot."""

    high = 1 * mm

    def draw(self) -> None:
        """One line."""
        self.canv.setLineWidth(0.25 * mm)
        self.canv.line(0, self.height, self.width, self.height)


def _string(canvas: Any, x: float, y: float, face: str, size: float, text: str) -> float:
    """Draw a string; where it ends."""
    for name, part in _runs(text, face):
        _face(name)
        canvas.setFont(name, size)
        canvas.drawString(x, y, part)
        x += pdfmetrics.stringWidth(part, name, size)
    return x


def _table(grid: Grid) -> Table:
    rows = [[_said(kind, text) for kind, text in row] for row in grid.rows]
    looks = [("GRID", (0, 0), (-1, -1), 0.35 * mm, black), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
             ("LEFTPADDING", (0, 0), (-1, -1), 1.5 * mm), ("RIGHTPADDING", (0, 0), (-1, -1), 1.5 * mm),
             ("TOPPADDING", (0, 0), (-1, -1), 0.6 * mm), ("BOTTOMPADDING", (0, 0), (-1, -1), 0.6 * mm)]  # fmt: skip
    if grid.joined:
        first, *others = rows[-1]
        rows[-1] = [first, *[""] * (grid.joined - 1), *others]
        looks.append(("SPAN", (0, -1), (grid.joined - 1, -1)))
    widths = [156 * mm * share / 100 for share in grid.shares]
    return Table(rows, colWidths=widths, style=looks, repeatRows=grid.head, spaceBefore=3 * mm, spaceAfter=3 * mm)


def _story(words: Words, data: str, picture: ImageReader) -> list[Flowable]:
    story = [_Start(), _said("title", words.title), _said("number", words.number), Spacer(0, LINE),
             _said("to", words.to), _said("main", words.main)]  # fmt: skip
    story += [_table(part) if isinstance(part, Grid) else _said(*part) for part in words.body]
    keep = [*(_said("p", text) for text in words.keep), Spacer(0, 5 * mm), _Sign(words, data, picture), _Rule(),
            _said("receipt", words.receipt), _said("last", words.last)]  # fmt: skip
    return [*story, KeepTogether(keep)]


def _foot(canvas: Any, _document: Any) -> None:
    number = canvas.getPageNumber() - canvas.first_page + 1
    text = f"— {number} —"
    wide = pdfmetrics.stringWidth(text, "PressSong", 14)
    x = A4[0] - 26 * mm - 14 - wide if number % 2 else 26 * mm + 14
    canvas.setFont("PressSong", 14)
    canvas.drawString(x, 35 * mm - 7 * mm - 14, text)


def print_all(notices: Sequence[tuple[Words, str, bytes]]) -> bytes:
    """Notices (words, fingerprint, picture of the check code) to one PDF."""
    out = BytesIO()
    document = BaseDocTemplate(out, pagesize=A4, title="批量")
    frame = Frame(28 * mm, 35 * mm, 156 * mm, A4[1] - 72 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=_foot))
    story: list[Flowable] = []
    for place, (words, data, picture) in enumerate(notices):
        if place:
            story.append(PageBreak())
        story += _story(words, data[:16], ImageReader(BytesIO(picture)))
    document.build(story)
    return out.getvalue()
