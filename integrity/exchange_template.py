"""导入模板 (import templates): a workbook whose columns, drop-down lists and notes come from the table of columns."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from integrity.exchange_columns import MAX_ROWS, CellKind, Column, Sheet, sheet_of

_LISTED = 10_000
"""So many rows have drop-down lists; more rows may be filled."""
_FORMS = {CellKind.DATE: "如 2026-09-07", CellKind.MONTH: "如 2026-09", CellKind.MONEY: "单位：元，最多两位小数"}


def template(kind: str) -> bytes:
    """The empty workbook of a kind (XLSX). Raises NotFound."""
    sheet = sheet_of(kind)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _data_sheet(book, sheet)
    _notes(book, sheet)
    book.close()
    return out.getvalue()


def _data_sheet(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.title)
    text, money = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.00"})
    head = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter", "num_format": "@"}
    required = book.add_format({**head, "bg_color": "#FCE4D6"})
    optional = book.add_format({**head, "bg_color": "#EDEDED"})
    page.set_row(0, 30)
    page.freeze_panes(1, 1)
    for at, column in enumerate(sheet.columns):
        page.set_column(at, at, column.width, money if column.kind is CellKind.MONEY else text)
        page.write_string(0, at, column.name, required if column.required else optional)
        _guide(page, at, column)


def _guide(page: Any, at: int, column: Column) -> None:
    """A drop-down list, or a hint while the cell is being filled."""
    hint = (column.hint or _FORMS.get(column.kind, ""))[:250]
    rule: dict[str, Any] = {"validate": "any"}
    if column.choices:
        rule = {"validate": "list", "source": column.shown, "error_message": "请从列表中选择"}
    if hint:
        rule |= {"input_title": column.name, "input_message": hint}
    if column.choices or hint:
        page.data_validation(1, at, _LISTED, at, rule)


def _notes(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet("填写说明")
    bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    for at, width in enumerate((22, 10, 14, 6, 50, 60)):
        page.set_column(at, at, width, plain)
    for at, title in enumerate(("列名", "必填", "类型", "户", "说明", "可填内容")):
        page.write_string(0, at, title, bold)
    for row, column in enumerate(sheet.columns, start=1):
        cells = (
            column.name, "必填" if column.required else "", column.kind.value, "户" if column.household else "",
            column.hint or _FORMS.get(column.kind, ""), "、".join(column.shown),
        )  # fmt: skip
        for at, cell in enumerate(cells):
            page.write_string(row, at, cell, plain)
    remarks = (
        *sheet.remarks,
        "不要改动列名；可以增加自己的列，程序不读。",
        "身份证号、银行账号、电话所在单元格须为文本格式，否则后几位会丢失。",
        f"一个文件最多 {MAX_ROWS} 行、20 MB；也可以用 CSV 文件（UTF-8 或 GB18030）。",
    )
    for row, remark in enumerate(remarks, start=len(sheet.columns) + 2):
        page.write_string(row, 0, remark)
    page.freeze_panes(1, 0)
