"""单元格 (cells): what is written in one cell, read by the kind of its column; wrong values named, never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from integrity.errors import Invalid
from integrity.exchange_columns import CellKind, Column
from integrity.rules.areas import check as check_area
from integrity.rules.areas import level_of
from integrity.rules.identity import IdNumber, check_bank_card, check_id, check_phone, mask_id, normal_name
from integrity.terms import AreaLevel, Term

_EXACT = 10**15
"""Whole figures below this are what was typed; larger ones have lost their last digits."""
_LAST_SERIAL = 73_050
"""A spreadsheet counts days from 1899-12-30; this is the end of 2099."""
_BEGINNING = date(1899, 12, 30)
_LARGEST = Decimal(10_000_000)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_FORMULA_FAULTS = ("#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")


def read_cell(column: Column, raw: Any) -> Any:
    """The meaning of a cell: text, date, fen, bool, term or IdNumber; None for an empty one. Raises Invalid."""
    if raw is None:
        return None
    if isinstance(raw, str) and raw.strip() in _FORMULA_FAULTS:
        raise Invalid(f"公式出错（{raw.strip()}），请改成数值")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < _EXACT:
        raw = int(raw)
    return _READERS[column.kind](column, raw)


def shown(column: Column, raw: Any) -> str:
    """A cell's text for a message; personal numbers masked."""
    text = raw["day"] if isinstance(raw, dict) else "" if raw is None else str(raw).strip()
    if column.kind in (CellKind.ID, CellKind.ACCOUNT, CellKind.PHONE):
        text = mask_id(text) if len(text) > 10 else "*" * (len(text) - 2) + text[-2:] if len(text) > 4 else text
    return text if len(text) <= 40 else text[:39] + "…"


def canonical(value: Any) -> str:
    """One spelling of a meaning, for the digest of a row."""
    if isinstance(value, IdNumber):
        return value.number
    return value.name if isinstance(value, Term) else "" if value is None else str(value)


def _text(column: Column, raw: Any) -> str:
    """Text as it was written, on one line; nothing that cannot be printed elsewhere."""
    if isinstance(raw, dict):
        raise Invalid("被存成日期，请将单元格设为文本后重新填写")
    if isinstance(raw, int | float) and abs(raw) >= _EXACT:
        raise Invalid("被存成数字，后几位已丢失，请将单元格设为文本后重新填写")
    text = " ".join(str(raw).split())
    for character in text:
        if unicodedata.category(character) in ("Co", "Cs", "Cc"):
            raise Invalid(f"含有自造字或无效字符（U+{ord(character):04X}），请改用国家标准编码的字")
        if unicodedata.category(character) == "Cf":
            raise Invalid(f"含有看不见的字符（U+{ord(character):04X}），请删去后重新填写")
    if len(text) > column.longest:
        raise Invalid(f"过长：{len(text)} 个字，最多 {column.longest} 个字")
    return text


def _number(column: Column, raw: Any) -> str:
    """编号: no blanks inside, full-width characters made plain."""
    text = "".join(unicodedata.normalize("NFKC", _text(column, raw)).split())
    if re.fullmatch(r"\d(\.\d+)?[Ee]\+?\d+", text):
        raise Invalid("被存成数字，后几位已丢失，请将单元格设为文本后重新填写")
    return text


def _name(column: Column, raw: Any) -> str:
    return normal_name(raw if isinstance(raw, str) else _text(column, raw))


def _area(column: Column, raw: Any) -> str:
    code = _number(column, raw)
    if len(code) != 12 or level_of(code) is not AreaLevel.VILLAGE:
        raise Invalid("应为12位村级代码，末三位不是000")
    return check_area(code)


def _day(_: Column, raw: Any) -> date:
    """A day: a date cell, the number by which a spreadsheet counts days, or text such as 2026年9月7日."""
    if isinstance(raw, dict):
        return date.fromisoformat(raw["day"])
    if isinstance(raw, int | float) and 1 <= raw <= _LAST_SERIAL:
        return _BEGINNING + timedelta(days=int(raw))
    text = unicodedata.normalize("NFKC", str(raw)).replace(" ", "")
    text = re.sub(r"[T ]?00:00(:00)?$", "", text)
    found = _DAY.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text)
    if found is None:
        raise Invalid("不是日期，应写成 2026-09-07")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise Invalid("这一天不存在，请核对年月日") from None


def _month(column: Column, raw: Any) -> date:
    """The first day of a month."""
    text = unicodedata.normalize("NFKC", "" if isinstance(raw, dict) else str(raw)).replace(" ", "")
    found = _MONTH.fullmatch(text) or re.fullmatch(r"(\d{4})(\d{2})", text)
    if found is None:
        return _day(column, raw).replace(day=1)
    year, month = int(found[1]), int(found[2])
    if not 1 <= month <= 12 or year < 1900:
        raise Invalid("这个月份不存在，应写成 2026-09")
    return date(year, month, 1)


def _money(_: Column, raw: Any) -> int:
    """Fen. Figures are taken as they are shown, not as binary fractions."""
    if isinstance(raw, dict):
        raise Invalid("被存成日期，请将单元格设为数值后重新填写")
    text = unicodedata.normalize("NFKC", str(raw)).replace(",", "").replace(" ", "").strip("¥￥元")
    try:
        yuan = Decimal(text)
    except InvalidOperation:
        raise Invalid("不是金额，应写成数字，如 512.50") from None
    if not yuan.is_finite() or abs(yuan) >= _LARGEST:
        raise Invalid("金额不合理，请核对（单位是元）")
    if yuan < 0:
        raise Invalid("金额不能为负数")
    if yuan * 100 != int(yuan * 100):
        raise Invalid("金额最多两位小数")
    return int(yuan * 100)


def _choice(column: Column, raw: Any) -> Any:
    text = _text(column, raw)
    if text.upper() in column.choices:
        return column.choices[text.upper()]
    if text not in column.choices:
        raise Invalid(f"不在可选范围，只能填：{'、'.join(column.shown)}")
    return column.choices[text]


_READERS: dict[CellKind, Callable[[Column, Any], Any]] = {
    CellKind.TEXT: _text,
    CellKind.NUMBER: _number,
    CellKind.NAME: _name,
    CellKind.ID: lambda _, raw: check_id(raw),
    CellKind.PHONE: lambda _, raw: check_phone(raw),
    CellKind.ACCOUNT: lambda _, raw: check_bank_card(raw).number,
    CellKind.AREA: _area,
    CellKind.DATE: _day,
    CellKind.MONTH: _month,
    CellKind.MONEY: _money,
    CellKind.CHOICE: _choice,
    CellKind.YES_NO: _choice,
}
