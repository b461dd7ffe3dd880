"""填写项 (fields of a step): what was typed after --set, read as the procedure's table says; shown in words again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import typer

from integrity.cli.console import day, fen
from integrity.errors import Invalid
from integrity.rules.procedure import Ask, Row, Table
from integrity.rules.procedure_words import asked
from integrity.rules.writing import yuan
from integrity.terms import ExitReason, NationalClass, Outcome, RecheckResult, Scheme, ServiceWay, SignedBy, Term

_CODED: tuple[type[Term], ...] = (
    Outcome, ExitReason, Scheme, SignedBy, RecheckResult, NationalClass, ServiceWay,
)  # fmt: skip
"""Lists whose codes may be typed instead of the official word."""
WORKED_OUT = {
    "served_on": "送达之日", "within": "期限", "reason_code": "原因", "arrears": "补发", "arrears_total": "补发合计",
    "overpaid": "多发", "overpaid_total": "多发合计", "clock": "期限", "length": "延长为", "since": "自", "until": "至",
    "basis": "依据", "reason": "理由",
}  # fmt: skip
"""What the program itself adds to a step, and what a changed clock says."""
_SUMS = ("amount", "gained", "arrears_total", "overpaid_total")


def read_fields(row: Row, typed: Iterable[str]) -> dict[str, Any]:
    """字段=值 of a step, by official name or code. Raises Invalid, naming the fields that there are."""
    given: dict[str, Any] = {}
    for text in typed:
        name, equals, value = text.partition("=")
        if not equals:
            raise Invalid(f"“{text}”应写作 字段=值；{fields_of(row)}")
        ask = _ask(row, name.strip())
        if ask.name in given:
            raise Invalid(f"{ask.official}写了两次")
        given[ask.name] = _read(ask, value.strip())
    return given


def fields_of(row: Row) -> str:
    """The fields of a step, as they may be typed."""
    names = "；".join(asked(one) for one in row.asks)
    return f"“{row.name}”可以填写：{names}" if names else f"“{row.name}”没有要填写的内容"


def plain_name(ask: Ask) -> str:
    """The official name of a field without what stands in brackets."""
    return ask.official.split("（")[0]


def _ask(row: Row, name: str) -> Ask:
    for one in row.asks:
        if name in (one.name, one.official, plain_name(one)):
            return one
    raise Invalid(f"没有“{name}”这一项；{fields_of(row)}")


def _read(ask: Ask, text: str) -> Any:
    if not text:
        raise Invalid(f"{ask.official}没有写；不需要填写的，不要写这一项")
    try:
        return _READERS[ask.kind](ask, text)
    except typer.BadParameter as fault:
        raise Invalid(f"{ask.official}：{fault.message}") from None


def _count(ask: Ask, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise Invalid(f"{ask.official}应为数字，不能是“{text}”")
    return int(text)


def _percents(ask: Ask, text: str) -> tuple[int, ...]:
    parts = [one.strip().removesuffix("%") for one in text.replace("，", ",").replace("、", ",").split(",")]
    if not all(one.isascii() and one.isdigit() and int(one) <= 100 for one in parts):
        raise Invalid(f"{ask.official}应写作 100,80,60，每个数不超过 100")
    return tuple(int(one) for one in parts)


def _yes(ask: Ask, text: str) -> bool:
    if text not in ("是", "否"):
        raise Invalid(f"{ask.official}应为是或者否")
    return text == "是"


def _choice(ask: Ask, text: str) -> str:
    coded = (kind[text].value for kind in _CODED if text in kind.__members__)
    chosen = next((one for one in coded if one in ask.choices), text)
    if chosen not in ask.choices:
        raise Invalid(f"{ask.official}应为{'、'.join(ask.choices)}之一，不能是“{text}”")
    return chosen


_READERS = {
    "text": lambda ask, text: text, "date": lambda ask, text: day(text), "fen": lambda ask, text: fen(text),
    "count": _count, "percents": _percents, "yes": _yes, "choice": _choice,
}  # fmt: skip


def shown(table: Table, code: str, data: Mapping[str, Any]) -> str:
    """What a step said, in words: its own fields in their order, then what the program added."""
    row = next((one for one in table.rows if one.code == code), None)
    names = ({one.name: plain_name(one) for one in row.asks} if row else {}) | {
        name: word for name, word in WORKED_OUT.items() if row is None or name not in {one.name for one in row.asks}
    }
    clocks = {one.code: one.name for one in table.clocks}
    said = {name: clocks.get(value, value) if name == "clock" else value for name, value in data.items()}
    order = [*(name for name in names if name in said), *(name for name in said if name not in names)]
    return "；".join(f"{names.get(name, name)}：{_shown(name, said[name])}" for name in order)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if name in _SUMS and isinstance(value, int):
        return yuan(value)
    if isinstance(value, tuple | list):
        return "、".join(f"{one}%" for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
