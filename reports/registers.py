"""台账 (registers): long tables in the order in which they come, on paper (PDF) and as a workbook (XLSX).

Laid out in pieces, so that time grows with the number of rows and no faster; pages are counted through at the end. A
register and its workbook are made from the same rows.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from reports import forms
from reports.dossier import legible
from reports.faults import PressStopped
from reports.forms import may, said
from reports.layout import columns, engine
from reports.press import Paper
from reports.tables import Cell, Column
from reports.volumes import Volume
from reports.wording import cn_date
from reports.workbooks import Page, book_xlsx

STYLE = "register.css"
TEMPLATE, NUMBERS = "tables/register.html", "tables/dossier_numbers.html"
ROWS = 300
"""Rows in one layout: the cost of a table grows faster than its length."""
ROOM, SIZE = 263.0, 8.5
"""Width of all columns but the serial number (mm) and size of the type (pt), as the style sheet has them."""
MOST = 6000
"""Rows of one register on paper: about a sixth of a megabyte of memory each until the last page is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """栏目 (a column of a register): official name, width on paper (shares), kind of cell, and what it says."""

    name: str = said("栏目")
    share: int = said("宽度")
    kind: str = said("类型")
    meaning: str = said("含义")


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """台账 (register) without its rows: of whom, where, for which period, as known when, made by whom."""

    title: str = said("名称")
    number: str = said("编号")
    organ: str = said("制表单位")
    area: str = said("区划")
    period: str = said("期间")
    moment: str = said("截至时刻")
    masking: str = said("个人信息的遮蔽")
    printed_by: str = said("印制人")
    made_on: date = said("制表日期")
    fields: tuple[Field, ...] = said("栏目")
    note: str = may("说明")
    trace: str = may("导出标记")

    @property
    def mark(self) -> str:
        """Who made it when, as it stands on every page and sheet."""
        made = f"{self.printed_by}　{cn_date(self.made_on)}制　{self.number}"
        return f"{made}　{self.trace}" if self.trace else made

    @property
    def about(self) -> str:
        """Where, for which period, as known when."""
        said_so = f"区划：{self.area}　期间：{self.period}　截至时刻：{to_second(self.moment)}　{self.masking}"
        return f"{said_so}　{self.note}" if self.note else said_so

    @property
    def total(self) -> int:
        """Sum of the widths."""
        return sum(one.share for one in self.fields)


def to_second(moment: str) -> str:
    """到秒 (to the second): a moment as people read it; in full it stands at the end of what was printed."""
    return moment.partition(".")[0]


Rows = Iterable[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The register with its rows, as it is attached to its PDF."""

    register: Register
    rows: tuple[tuple[Cell, ...], ...]


def register_pdf(register: Register, rows: Rows) -> Paper:
    """印制台账 (print the register): A4 landscape, the head on each page, 第X页 共Y页, who and when on each page.

    Money is given in fen. A character that no face can draw stands as its code point. Raises `Incomplete`,
    `FontsMissing`, `PressStopped`.
    """
    forms.require("台账", register)
    with engine.uncollected():
        volume = Volume(STYLE)
        kept = list(islice(rows, MOST + 1))
        if len(kept) > MOST:
            raise PressStopped(f"超过{MOST}行，不印在纸上；请缩小区划或者期间，或者只做工作簿")
        told = [_shown(register, row) for row in kept]
        widths, done = columns.fitted([one.share for one in register.fields], told, ROOM, SIZE), 0
        for piece, last in _pieces(told):
            volume.add(legible(engine.fill(
                TEMPLATE, register=register, rows=piece, first=done + 1, begins=not done, ends=last, count=len(told),
                widths=widths,
            )))  # fmt: skip
            done += len(piece)
        volume.number(NUMBERS)
        data = forms.canonical(_Kept(register, tuple(kept)))
        return volume.paper(data, "台账.json", engine.version(TEMPLATE, NUMBERS, f"style/{STYLE}"))


def _pieces(rows: Sequence[list[str]]) -> Iterator[tuple[Sequence[list[str]], bool]]:
    """The rows in pieces, each with whether it is the last; one empty piece where there is no row."""
    for start in range(0, max(len(rows), 1), ROWS):
        yield rows[start : start + ROWS], start + ROWS >= len(rows)


def _shown(register: Register, row: tuple[Cell, ...]) -> list[str]:
    return [shown(value, field.kind) for value, field in zip(row, register.fields, strict=True)]


def shown(value: Cell, kind: str) -> str:
    """A cell as it is printed."""
    if value is None:
        return ""
    if kind == "money" and isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100:,}.{abs(value) % 100:02d}"
    return value.isoformat() if isinstance(value, date) else str(value)


def register_xlsx(register: Register, rows: Rows) -> bytes:
    """台账工作簿 (the register as a workbook): the rows, and a sheet that says what each column means."""
    forms.require("台账", register)
    return book_xlsx(
        register.title, _sheets(register, rows), mark=register.mark, made_on=register.made_on, trace=register.trace
    )  # fmt: skip


def _sheets(register: Register, rows: Rows) -> Iterator[Page]:
    columns = tuple(Column(one.name, max(one.share * 0.55, 7), _kind(one.kind)) for one in register.fields)
    title = f"{register.organ}{register.title}"
    yield Page(register.title, title, (Column("序号", 7, "number"), *columns), _numbered(rows), register.about)
    yield Page(
        "栏目说明", f"{register.title}栏目说明", (Column("栏目", 18), Column("含义", 90)),
        [(one.name, one.meaning) for one in register.fields],
    )  # fmt: skip


def _numbered(rows: Rows) -> Iterator[tuple[Cell, ...]]:
    for serial, row in enumerate(rows, 1):
        yield serial, *row


def _kind(kind: str) -> Any:
    return kind
