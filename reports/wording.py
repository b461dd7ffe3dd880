"""日期、金额、文号 (dates, amounts, numbers): as official papers write them (GB/T 9704-2012)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

NUMBER = re.compile(r"[^\s〔〕]{1,24}〔(?:19|20)\d{2}〕[1-9]\d{0,5}号")
"""文号: 机关代字、六角括号年份、不编虚位的序号. No 第, no leading zero."""


def is_number(text: str) -> bool:
    """文号格式 (document number): does it read like 某民核〔2026〕7号?"""
    return NUMBER.fullmatch(text) is not None


def cn_date(on: date) -> str:
    """成文日期 (date in full): 2026年9月7日, without leading zeros."""
    return f"{on.year}年{on.month}月{on.day}日"


def cn_month(on: date) -> str:
    """年月 (month in full): 2026年9月."""
    return f"{on.year}年{on.month}月"


def months_later(since: date, months: int) -> date:
    """几个月后的同一天 (the same day some months later); the last day of a month that has no such day."""
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    return date(year, month + 1, min(since.day, monthrange(year, month + 1)[1]))


def yuan(fen: int) -> str:
    """金额 (amount): `fen` in 分 → 1234.50元. Raises `ValueError` for a negative amount."""
    if fen < 0:
        raise ValueError(f"amount below zero: {fen}")
    return f"{fen // 100}.{fen % 100:02d}元"


_DIGITS, _PLACES, _GROUPS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"), ("", "万", "亿", "万亿")


def capital(fen: int) -> str:
    """大写金额 (in capitals, 支付结算办法附一): 140950 → 人民币壹仟肆佰零玖元伍角. `ValueError` below zero."""
    if fen < 0:
        raise ValueError(f"amount below zero: {fen}")
    whole, (tenths, cents) = fen // 100, divmod(fen % 100, 10)
    said = _capital_whole(whole) + "元" if whole or not fen else ""
    if tenths:
        said += _DIGITS[tenths] + "角"
    if cents:
        said += ("零" if whole and not tenths else "") + _DIGITS[cents] + "分"
    return f"人民币{said}{'' if fen % 100 else '整'}"


def _capital_whole(number: int) -> str:
    """Digits with their places; zeros between two digits are read once, those at the end not at all."""
    said, gap, group = "", False, False
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), map(int, str(number)), strict=True):
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place % 4]
        gap, group = not digit, group or bool(digit)
        if place % 4 == 0:
            said += _GROUPS[place // 4] if group else ""
            group = False
    return said or "零"


def sentence(text: str) -> str:
    """成句 (sentence): the text with a full stop, unless it already ends with a mark."""
    text = text.strip()
    return text if text.endswith(tuple("。；！？…")) else text + "。"


_NUMERALS = "〇一二三四五六七八九"


def cn_count(number: int) -> str:
    """层次序数 (heading number): 1 → 一, 12 → 十二; up to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _NUMERALS[tens] + "十"
    return head + (_NUMERALS[ones] if ones or not tens else "")
