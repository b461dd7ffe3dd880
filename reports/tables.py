"""工作簿 (workbooks): any table to XLSX, for every list that leaves the house as a spreadsheet.

Text stays text: a value that begins with = + - @ is never a formula, a long number never loses its digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

from xlsxwriter import Workbook

Cell = str | int | Decimal | date | None
LONGEST_CHOICES = 255
"""Excel refuses a workbook whose drop-down list is longer, commas included."""


@dataclass(frozen=True, slots=True)
class Column:
    """列 (column): `width` in characters; `choices` become a drop-down."""

    title: str
    width: float = 12
    kind: Literal["text", "number", "money", "date"] = "text"
    choices: tuple[str, ...] = ()
    hint: str = ""
    """Shown while a cell of a column to be filled in is chosen; such a column has a head of its own colour."""


@dataclass(frozen=True, slots=True)
class Table:
    """表 (table): title, columns and rows of equal length; `about` is a line under the title.

    `notes` are instructions for whoever fills it in, on a sheet of their own.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    about: str = ""
    made_on: date = date(2000, 1, 1)
    notes: tuple[str, ...] = ()
    trace: str = ""
    """Who took it out when, by which export: on every page, beside every row in a hidden column, in the properties."""


TRACED = "导出标记"
_LONGEST_HEAD = 120
FORMATS = {"text": "@", "number": "0", "money": "0.00", "date": "yyyy-mm-dd"}
"""Kind of a column → how a spreadsheet shows it."""


def _check(table: Table) -> None:
    for column in table.columns:
        if len(",".join(column.choices)) > LONGEST_CHOICES or any("," in choice for choice in column.choices):
            raise ValueError(f"「{column.title}」的选项过长或者含有逗号，不能做成下拉列表")
    for serial, row in enumerate(table.rows, 1):
        if len(row) != len(table.columns):
            raise ValueError(f"第{serial}行有{len(row)}格，应有{len(table.columns)}格")


def put(sheet: Any, row: int, column: int, value: Cell, style: Any) -> None:
    """One cell by its type: strings are written as strings whatever they look like."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001  # a date
    else:
        sheet.write_number(row, column, value, style)


def page_setup(sheet: Any, head: int, last: int) -> None:
    """A4 landscape, one page wide, head row repeated and frozen."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head)
    sheet.freeze_panes(head + 1, 0)
    sheet.print_area(0, 0, max(head, last), sheet.dim_colmax or 0)


def properties(title: str, made_on: date, trace: str) -> dict[str, Any]:
    """What a workbook says of itself."""
    created = datetime(made_on.year, made_on.month, made_on.day)  # noqa: DTZ001  # a date
    return {"title": title, "created": created} | ({"author": trace, "comments": f"{TRACED}：{trace}"} if trace else {})


def hide_trace(sheet: Any, place: int, trace: str) -> None:
    """A hidden column for the trace, behind the last one."""
    if trace:
        sheet.set_column(place, place, 2, None, {"hidden": True})


def put_trace(sheet: Any, row: int, place: int, trace: str) -> None:
    """The trace beside a row: whoever copies rows out takes it along."""
    if trace:
        sheet.write_string(row, place, trace)


def margins(sheet: Any, trace: str, left: str = "") -> None:
    """Head and foot of every printed page."""
    head, foot = (one[:_LONGEST_HEAD].replace("&", "&&") for one in (trace, left or trace))
    if head:
        sheet.set_header(f"&R{head}")
    sheet.set_footer(f"{'&L' if foot else ''}{foot}&C第&P页 共&N页")


def table_xlsx(table: Table) -> bytes:
    """制成工作簿 (make the workbook): one sheet; the same table gives the same bytes.

    Raises `ValueError` when a row has not one cell a column, or a drop-down cannot be made.
    """
    _check(table)
    out = BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "strings_to_numbers": False})  # fmt: skip
    book.set_properties(properties(table.title, table.made_on, table.trace))
    sheet, behind = book.add_worksheet("清单"), len(table.columns)
    hide_trace(sheet, behind, table.trace)
    grid = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
    styles = {kind: book.add_format({**grid, "num_format": code}) for kind, code in FORMATS.items()}
    head = {**grid, "bold": True, "align": "center"}
    bold, asked = (book.add_format({**head, "bg_color": colour}) for colour in ("#EEEEEE", "#FCE4D6"))
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width, styles[column.kind])
    sheet.write_string(0, 0, table.title, book.add_format({"font_name": "宋体", "font_size": 16, "bold": True}))
    put_trace(sheet, 0, behind, table.trace)
    sheet.write_string(1, 0, table.about, book.add_format({"font_name": "宋体", "font_size": 10}))
    for place, column in enumerate(table.columns):
        sheet.write_string(2, place, column.title, asked if column.hint else bold)
    put_trace(sheet, 2, behind, table.trace and TRACED)
    for line, row in enumerate(table.rows, 3):
        for place, value in enumerate(row):
            put(sheet, line, place, value, styles[table.columns[place].kind])
        put_trace(sheet, line, behind, table.trace)
    _finish(sheet, table)
    if table.notes:
        _notes(book, table)
    book.close()
    return out.getvalue()


def _finish(sheet: Any, table: Table) -> None:
    """Filter, drop-downs and page set-up, over the rows that were written."""
    last = 2 + len(table.rows)
    sheet.autofilter(2, 0, last, len(table.columns) - 1)
    for place, column in enumerate(table.columns):
        rule: dict[str, Any] = {"validate": "any"}
        if column.choices:
            rule = {"validate": "list", "source": list(column.choices)}
        if column.hint:
            rule |= {"input_title": column.title[:32], "input_message": column.hint[:255]}
        if len(rule) > 1 and table.rows:
            sheet.data_validation(3, place, last, place, rule)
    page_setup(sheet, 2, last)
    margins(sheet, table.trace)


def _notes(book: Workbook, table: Table) -> None:
    """填写说明 (instructions): what to fill in, column by column, and what else is to be known."""
    sheet = book.add_worksheet("填写说明")
    margins(sheet, table.trace)
    plain = book.add_format({"font_name": "宋体", "font_size": 11, "text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 18, plain)
    sheet.set_column(1, 1, 100, plain)
    told = [
        (column.title, "；".join(filter(None, (column.hint, "、".join(column.choices)))))
        for column in table.columns
        if column.hint
    ]
    for line, (name, text) in enumerate([*told, *((str(n), note) for n, note in enumerate(table.notes, 1))]):
        sheet.write_string(line, 0, name, plain)
        sheet.write_string(line, 1, text, plain)
