"""多页工作簿 (workbooks of several sheets): rows as they come, one after the other, into sheets ready to print.

Rows are written and forgotten, so that memory does not grow with a register. Under each title stands who made it and
when. Text stays text, as in `tables`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from reports.tables import (
    FORMATS,
    TRACED,
    Cell,
    Column,
    hide_trace,
    margins,
    page_setup,
    properties,
    put,
    put_trace,
)

LAST_ROW = 1_048_576
"""As many rows as a spreadsheet can have."""
_HEAD = 3
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


@dataclass(frozen=True, slots=True)
class Page:
    """工作表 (a sheet): its name, the title above the table, columns, and rows that are read once.

    Money is given in fen and shown in yuan.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]]
    about: str = ""


def book_xlsx(title: str, pages: Iterable[Page], *, mark: str, made_on: date, trace: str = "") -> bytes:
    """制成工作簿 (make the workbook); `mark` says who made it when, on every sheet and at the foot of every page.

    `trace` says who took it out, as in `tables.Table`.
    Raises `ValueError` for a row that has not one cell a column, and for more rows than a spreadsheet can have.
    """
    out = BytesIO()
    book = Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                          "strings_to_numbers": False})  # fmt: skip
    book.set_properties(properties(title, made_on, trace))
    grid = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter", "text_wrap": True}
    styles = {kind: book.add_format({**grid, "num_format": code}) for kind, code in FORMATS.items()}
    styles["head"] = book.add_format({**grid, "bold": True, "align": "center", "bg_color": "#EEEEEE"})
    styles["title"] = book.add_format({"font_name": "宋体", "font_size": 16, "bold": True})
    styles["mark"] = book.add_format({"font_name": "宋体", "font_size": 10, "font_color": "#666666"})
    try:
        for page in pages:
            _page(book.add_worksheet(_NOT_IN_NAMES.sub("", page.name)[:31]), page, styles, mark, trace)
    finally:
        book.close()  # also where a row was refused: rows lie in temporary files
    return out.getvalue()


def _page(sheet: Any, page: Page, styles: dict[str, Any], mark: str, trace: str) -> None:
    """One sheet: title, mark, what it is about, head, rows; frozen, filtered, ready to print."""
    for place, column in enumerate(page.columns):
        sheet.set_column(place, place, column.width, styles[column.kind])
    behind = len(page.columns)
    hide_trace(sheet, behind, trace)
    sheet.write_string(0, 0, page.title, styles["title"])
    put_trace(sheet, 0, behind, trace)
    sheet.write_string(1, 0, mark, styles["mark"])
    sheet.write_string(2, 0, page.about, styles["mark"])
    for place, column in enumerate(page.columns):
        sheet.write_string(_HEAD, place, column.title, styles["head"])
    put_trace(sheet, _HEAD, behind, trace and TRACED)
    line = _HEAD
    for line, row in enumerate(page.rows, _HEAD + 1):
        if line >= LAST_ROW:
            raise ValueError(f"“{page.title}”超过{LAST_ROW}行，一张工作表放不下，请缩小区划或者期间")
        _line(sheet, line, page, row, styles)
        put_trace(sheet, line, behind, trace)
    sheet.autofilter(_HEAD, 0, max(line, _HEAD + 1), len(page.columns) - 1)
    page_setup(sheet, _HEAD, line)
    margins(sheet, trace, mark)


def _line(sheet: Any, line: int, page: Page, row: tuple[Cell, ...], styles: dict[str, Any]) -> None:
    if len(row) != len(page.columns):
        raise ValueError(f"“{page.title}”有一行是{len(row)}格，应有{len(page.columns)}格")
    for place, (column, value) in enumerate(zip(page.columns, row, strict=True)):
        fen = column.kind == "money" and isinstance(value, int)
        put(sheet, line, place, Decimal(value) / 100 if fen and isinstance(value, int) else value, styles[column.kind])
