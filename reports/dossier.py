"""案卷 (dossier): cover, table of contents and parts of one household's file, in one PDF with one run of page numbers.

The parts are laid out one after the other, long tables in pieces, so that time and memory grow with their length and
no faster. Papers stand with their full text, filled into their own forms. The same dossier gives the same bytes.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from reports import fonts, forms, marks
from reports.forms import Letter, may, said
from reports.layout import columns, engine
from reports.press import Paper
from reports.regional import RegionalForm
from reports.volumes import Volume

TITLE = "案卷"
STYLE = "dossier.css"
COVER, PART, NUMBERS = "tables/dossier_cover.html", "tables/dossier.html", "tables/dossier_numbers.html"
ROOM, SIZE = 168.0, 9.0
"""Width of a table (mm) and size of its type (pt), as the style sheet has them."""
ROWS = 120
"""Rows of tables in one layout: the cost of a table grows faster than its length."""
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL)
_BLANK = re.compile(r"[^\S\u3000]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """栏目 (named values): a label and what it says, line by line."""

    rows: tuple[tuple[str, str], ...]
    title: str = ""
    kind: str = field(default="pairs", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """表格 (table): `widths` are the shares of the columns; `empty` is said in one line where there is no row."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    empty: str = "无。"
    kind: str = field(default="grid", init=False)

    @property
    def columns(self) -> list[float]:
        """Widths of the columns in mm."""
        return columns.fitted(self.widths, [[legible(cell) for cell in row] for row in self.rows], ROOM, SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """文字 (text), paragraph by paragraph."""

    lines: tuple[str, ...]
    title: str = ""
    kind: str = field(default="prose", init=False)


Block = Pairs | Grid | Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """文书全文 (full text of a paper) as its form has it; fingerprint `data` and `code` are the original's."""

    letter: Letter
    data: str
    regional: RegionalForm | None = None
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """卷内的一件 (one piece of the file); each begins on a page of its own and stands in the table of contents.

    `chapter` is the heading under which the table of contents lists it.
    """

    title: str
    author: str
    on: date
    number: str = ""
    note: str = ""
    chapter: str = ""
    blocks: tuple[Block, ...] = ()
    sheet: Sheet | None = None

    @property
    def empty(self) -> bool:
        """Nothing but tables without a row: not worth a page."""
        return self.sheet is None and all(isinstance(one, Grid) and not one.rows for one in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """案卷 (dossier) as its cover has it (F32): for whom, as of which moment, by whom printed and why."""

    number: str = said("案卷编号")
    title: str = said("案卷题名")
    household: str = said("户编号")
    reader: str = said("使用人")
    reason: str = said("用途")
    masking: str = said("个人信息的遮蔽")
    moment: str = said("截至时刻")
    organ: str = said("立卷单位")
    printed_by: str = said("印制人")
    keep: str = said("保管期限")
    category: str = said("档案类别")
    persons: tuple[str, ...] = said("案卷涉及人员")
    since: date = said("起始日期")
    until: date = said("截止日期")
    scope: str = may("范围")
    parts: tuple[Part, ...] = field(default=(), metadata={"official": "卷内文件", "optional": True, "least": 0})
    absent: tuple[str, ...] = field(default=(), metadata={"official": "没有记录的各项", "optional": True, "least": 0})


class Place(NamedTuple):
    """一件的页号 (where a part begins)."""

    part: Part
    first_page: int


def dossier_pdf(dossier: Dossier) -> Paper:
    """印制案卷 (print the dossier): the parts, pages counted 第X页 共Y页; cover and contents before them, uncounted.

    A character that no face can draw stands as its code point. Raises `Incomplete`, `FontsMissing`, `PressStopped`.
    """
    forms.require(TITLE, replace(dossier, parts=()))
    with engine.uncollected():
        return _printed(dossier)


def _printed(dossier: Dossier) -> Paper:
    data, volume = canonical(dossier), Volume(STYLE)
    places: list[Place] = []
    for part in dossier.parts:
        places.append(Place(part, volume.pages + 1))
        for number, piece in enumerate(_pieces(part)):
            html, bundle = _filled(dossier, piece, continued=number > 0)
            volume.add(html, bundle, title="" if number else legible(f"{part.title} {part.number}".rstrip()))
    volume.number(NUMBERS)
    digest = hashlib.sha256(data).hexdigest()
    front = engine.fill(COVER, dossier=dossier, places=places, pages=volume.pages, data=digest)
    volume.front(legible(front), "封面和卷内目录")
    return volume.paper(data, f"{TITLE}.json", engine.version(COVER, PART, NUMBERS, f"style/{STYLE}"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A paper as it is attached: of the region's own form only the fingerprint."""

    letter: Letter
    data: str
    form: str
    code: str


def canonical(dossier: Dossier) -> bytes:
    """规范数据 (canonical data) of the dossier: what stands on its pages, covered where the pages are covered."""
    kept = [
        replace(part, sheet=_Kept(one.letter, one.data, one.regional.sha256 if one.regional else "", one.code))  # type: ignore[arg-type]  # only to be written
        if (one := part.sheet) else part for part in dossier.parts
    ]  # fmt: skip
    return forms.canonical(replace(dossier, parts=tuple(kept)))


def _filled(dossier: Dossier, part: Part, *, continued: bool) -> tuple[str, dict[str, bytes]]:
    """The page of one part, and the check code of its paper."""
    body, bundle = _paper(part.sheet) if part.sheet else ("", {})
    html = engine.fill(PART, dossier=dossier, part=part, body=Markup(body), continued=continued)  # escaped
    return legible(html), bundle


def _paper(sheet: Sheet) -> tuple[str, dict[str, bytes]]:
    """The text of a paper between the tags of its page, values escaped by its own form."""
    letter, asset = sheet.letter, f"asset:qr/{sheet.data}"
    if sheet.regional:
        html = sheet.regional.fill(letter, asset, sheet.data)
    else:
        page, told = f"letters/{letter.template}", {"letter": letter, "qr": asset, "data": sheet.data, "mark": ""}
        html = engine.fill(page, version=engine.version(page), **told)
    found = _BODY.search(html)
    return found[1] if found else html, {asset: marks.of(letter, sheet.data, sheet.code)}


def _pieces(part: Part) -> Iterator[Part]:
    """The part in pieces of at most `ROWS` rows of tables."""
    piece: list[Block] = []
    rows = 0
    for block in part.blocks:
        for cut in _cut(block):
            size = len(cut.lines if isinstance(cut, Prose) else cut.rows)
            if piece and rows + size > ROWS:
                yield replace(part, blocks=tuple(piece))
                piece, rows = [], 0
            piece.append(cut)
            rows += size
    yield replace(part, blocks=tuple(piece))


def _cut(block: Block) -> Iterator[Block]:
    """A long table in several, each with its head."""
    if not isinstance(block, Grid) or len(block.rows) <= ROWS:
        yield block
        return
    for start in range(0, len(block.rows), ROWS):
        title = f"{block.title}（续）" if start else block.title
        yield replace(block, rows=block.rows[start : start + ROWS], title=title)


def legible(text: str) -> str:
    """可印的文字 (what can be printed): blanks made one, and a character without a face named by its code point."""
    text = _BLANK.sub(" ", text)
    strange = {one for one in set(text) if one != " " and not fonts.printable(one)}
    for one in sorted(strange):
        text = text.replace(one, f"〔U+{ord(one):04X}〕")
    return text
