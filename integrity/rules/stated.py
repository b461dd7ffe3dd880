"""填写的内容 (what may be stated): texts that every database keeps and every paper prints, days, sums, lengths of time.

Checked once for every way in, before a number is taken: what stands in a case can never be taken out of it again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from integrity.errors import Invalid
from integrity.rules.workdays import Period, Unit

LONGEST = 4000
"""Characters in one text."""
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
"""Days with which one can reckon."""
LARGEST, MOST_FEN = 2**31 - 1, 10**12
"""The largest number that every database takes, and the largest sum."""
_HEARD: Mapping[Unit, int] = {"日": 60, "工作日": 60, "月": 2}
_OTHER: Mapping[Unit, int] = {"日": 366, "工作日": 250, "月": 12, "年": 1}
"""The longest time that a paper may set: to speak or to supply papers, and to pay or to object."""
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of reading: the paper would show something else than what is stored."""
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""

_ASSENT = re.compile(
    r"(?:经?(?:研究|审核|审查|复核|核实|调查)[，,]?)?(?:情况|拟|准予)?(?:同意|属实|通过|按规定|已阅)"
    r"(?:(?:以上|上述|审核|复核|初审|该)*意见|办理|处理|执行)?"
)
"""Words that say that somebody agrees, and not why."""


def mere_assent(text: str) -> str:
    """同意 and nothing else (a reason that is none): the words as they stand; "" for a text that says more."""
    said = text.strip(" \n\t。．.，,；;！!")
    return said if _ASSENT.fullmatch(said) else ""


def unfit(text: str) -> str:
    """The first character that cannot be kept or printed, by its code point; "" when there is none.

    Rare characters without a name in this version of Unicode are kept.
    """
    return next((f"U+{ord(one):04X}" for one in text if not _fit(one)), "")


def _fit(one: str) -> bool:
    if one in _TURNING or ord(one) & 0xFFFE == 0xFFFE:
        return False
    return one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs", "Co")


def unprintable(text: str) -> str:
    """The first character that no line of a paper can show, by its code point; "" when there is none.

    Control and format characters, tabs and line breaks among them: all of an address or a name is seen, on one line.
    """
    if text.isprintable():
        return ""
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return next((f"U+{ord(one):04X}" for one in text if unicodedata.category(one) in kinds), "")


def check_line(official: str, text: str) -> None:
    """Raise Invalid for an address or a name that holds what cannot be seen, naming the code point."""
    if point := unprintable(text):
        raise Invalid(f"{official}中有看不见的或者不能印的字符（{point}），请删去后重新填写")


def seen(text: str) -> str:
    """The text without what nobody can see: blanks, zero-width characters, marks that stand alone."""
    return "".join(one for one in text if unicodedata.category(one)[0] in "LNPSC" and _shows(one))


def _shows(one: str) -> bool:
    return one not in _BLANKS and unicodedata.category(one) not in ("Cf", "Cc")


def empty(value: Any) -> bool:
    """Is nothing stated?"""
    return value in (None, "", (), []) or (isinstance(value, str) and not unfit(value) and not seen(value))


def check_text(official: str, text: str) -> None:
    """Raise Invalid for a text that is too long or holds what cannot be kept, naming the code point."""
    if len(text) > LONGEST:
        raise Invalid(f"{official}不超过{LONGEST}字，现为{len(text)}字")
    point = unfit(text)
    if point:
        raise Invalid(f"{official}中有不能使用的字符（{point}），请删去或者改用国家标准编码的字")


def check_value(official: str, name: str, value: Any) -> None:
    """Raise Invalid for a value with which one cannot reckon, or that no database keeps."""
    if isinstance(value, str):
        check_text(official, value)
        if name.endswith("within"):
            _check_length(official, value, _HEARD if name == "within" else _OTHER)
    elif isinstance(value, datetime) or (isinstance(value, date) and not EARLIEST <= value <= LATEST):
        raise Invalid(f"{official}应为 {EARLIEST.year} 年至 {LATEST.year} 年之间的日期")
    elif isinstance(value, int) and not -MOST_FEN <= value <= MOST_FEN:
        raise Invalid(f"{official}的数字过大")
    elif isinstance(value, tuple | list) and not (len(value) <= 120 and all(map(_percent, value))):
        raise Invalid(f"{official}应为 0 至 100 之间的比例，至多 120 个")


def _percent(value: Any) -> bool:
    return type(value) is int and 0 <= value <= 100


def _check_length(official: str, text: str, longest: Mapping[Unit, int]) -> None:
    """期限 that a paper tells: it must be readable now, for the clock will be reckoned from it."""
    period = Period.read(text)
    if period.length > longest.get(period.unit, 0):
        known = "、".join(str(Period(length, unit)) for unit, length in longest.items())
        raise Invalid(f"{official}不能是“{text}”，最长为{known}")
