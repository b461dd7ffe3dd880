"""填写项的读取 (reading what a step states): by the asks of its row, under the name or the official name of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from integrity.errors import Invalid
from integrity.rules.procedure import Ask
from integrity.rules.stated import EARLIEST, LARGEST, LATEST, LONGEST, MOST_FEN, unfit

SHIFT = (
    Ask("clock", "期限"), Ask("reason", "理由"), Ask("basis", "依据"), Ask("length", "延长后的期限", optional=True),
    Ask("since", "中止的起始日", "date", optional=True), Ask("until", "中止的截止日", "date", optional=True),
)  # fmt: skip
"""What is stated to suspend or extend a clock."""
WHOLE = 100
_LIMITS = {"receiver": 60, "witnesses": 120, "detail": 400}
"""Lengths of what is kept in the receipt (送达回证) itself."""


def read_values(asks: tuple[Ask, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a step by the names of its asks. Raises Invalid, naming the field and what it should be."""
    by_name = {name: ask for ask in asks for name in (ask.official, ask.name)}
    found: dict[str, Any] = {}
    for name, value in values.items():
        ask = by_name.get(name)
        if ask is None:
            known = "、".join(f"{one.official}（{one.name}）" for one in asks) or "没有填写项"
            raise Invalid(f"“{name[:40]}”不是这一步的填写项；这一步填写：{known}")
        if ask.name in found:
            raise Invalid(f"“{ask.official}”填写了两次")
        if value is not None:
            found[ask.name] = _READERS[ask.kind](ask, value)
    return found


def _text(ask: Ask, value: Any) -> str:
    longest = _LIMITS.get(ask.name, LONGEST)
    if not isinstance(value, str) or len(value) > longest:
        raise Invalid(f"“{ask.official}”应为文字，不超过{longest}字")
    if unfit(value):
        raise Invalid(f"“{ask.official}”中有不能使用的字符")
    return value.strip()


def _choice(ask: Ask, value: Any) -> str:
    if value not in ask.choices:
        raise Invalid(f"“{ask.official}”应为{'、'.join(ask.choices)}之一")
    return str(value)


def _date(ask: Ask, value: Any) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-09-21") else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise Invalid(f"“{ask.official}”应为日期，写作 2026-09-21")
    return day


def _whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def _fen(ask: Ask, value: Any) -> int:
    if not _whole(value, MOST_FEN):
        raise Invalid(f"“{ask.official}”应为以分为单位的整数，如 86050 表示 860.50 元")
    return int(value)


def _count(ask: Ask, value: Any) -> int:
    if not _whole(value, LARGEST):
        raise Invalid(f"“{ask.official}”应为不小于零的整数")
    return int(value)


def _yes(ask: Ask, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"“{ask.official}”应为 true 或者 false")
    return value


def _percents(ask: Ask, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(_whole(one, WHOLE) for one in value):
        raise Invalid(f"“{ask.official}”应为百分比的列表，如 [100, 80, 60]")
    return tuple(value)


_READERS: Mapping[str, Callable[[Ask, Any], Any]] = {
    "text": _text, "choice": _choice, "date": _date, "fen": _fen, "count": _count, "yes": _yes, "percents": _percents,
}  # fmt: skip
