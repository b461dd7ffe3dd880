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
from typing import Any, NamedTuple

from markupsafe import Markup

from reports import engine, fonts, forms, marks
from reports.forms import Letter, may, said
from reports.press import Paper, paper
from reports.regional import RegionalForm

TITLE = "案卷"
STYLE = "dossier.css"
COVER, PART = "tables/dossier_cover.html", "tables/dossier.html"
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
    """表格 (table): `widths` are the shares of the columns; `empty` is said where there is no row."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    empty: str = "没有记录。"
    kind: str = field(default="grid", init=False)

    @property
    def total(self) -> int:
        """Sum of the shares."""
        return sum(self.widths)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose:
    """文字 (text), paragraph by paragraph."""

    lines: tuple[str, ...]
    title: str = ""
    kind: str = field(default="prose", init=False)


Block = Pairs | Grid | Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """文书全文 (full text of a paper) as its form has it; `data` is the fingerprint of the original's content."""

    letter: Letter
    data: str
    regional: RegionalForm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """卷内的一件 (one piece of the file); each begins on a page of its own and stands in the table of contents."""

    title: str
    author: str
    on: date
    number: str = ""
    note: str = ""
    blocks: tuple[Block, ...] = ()
    sheet: Sheet | None = None


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


class Place(NamedTuple):
    """一件的页号 (where a part begins)."""

    part: Part
    first_page: int


def dossier_pdf(dossier: Dossier) -> Paper:
    """印制案卷 (print the dossier): parts in order, pages counted from 1; cover and contents before them, uncounted.

    A character that no face can draw stands as its code point. Raises `Incomplete`, `FontsMissing`, `PressStopped`.
    """
    forms.require(TITLE, replace(dossier, parts=()))
    documents: list[Any] = []
    places: list[Place] = []
    digest, page = hashlib.sha256(), 1
    for part in dossier.parts:
        places.append(Place(part, page))
        for number, piece in enumerate(_pieces(part)):
            html, bundle = _filled(dossier, piece, page=page, continued=number > 0)
            digest.update(html.encode())
            documents.append(engine.lay_out(html, STYLE, bundle))
            page += len(documents[-1].pages)
    data = digest.hexdigest()
    front = legible(engine.fill(COVER, dossier=dossier, places=places, pages=page - 1, data=data))
    identity = hashlib.sha256(front.encode()).hexdigest()
    version = engine.version(COVER, PART, f"style/{STYLE}")
    return paper([engine.lay_out(front, STYLE), *documents], identity, version)


def _filled(dossier: Dossier, part: Part, *, page: int, continued: bool) -> tuple[str, dict[str, bytes]]:
    """The page of one part, and the check code of its paper."""
    body, bundle = _paper(part.sheet) if part.sheet else ("", {})
    html = engine.fill(PART, dossier=dossier, part=part, body=Markup(body), page=page, continued=continued)  # escaped
    return legible(html), bundle


def _paper(sheet: Sheet) -> tuple[str, dict[str, bytes]]:
    """The text of a paper between the tags of its page, values escaped by its own form."""
    letter, asset = sheet.letter, f"asset:qr/{sheet.data}"
    if sheet.regional:
        html = sheet.regional.fill(letter, asset, sheet.data)
    else:
        version = engine.version(f"letters/{letter.template}")
        html = engine.fill(f"letters/{letter.template}", letter=letter, qr=asset, data=sheet.data, version=version)
    found = _BODY.search(html)
    code = marks.qr("CXJZ1", letter.form, letter.number, letter.on.isoformat(), letter.organ, sheet.data)
    return found[1] if found else html, {asset: code}


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
