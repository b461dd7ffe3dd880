"""填写项 (fields of a step): what was typed after --set, read as the procedure's table says; shown in words again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import typer

from integrity.cli.console import day, fen
from integrity.errors import Invalid
from integrity.rules.procedure import Ask, Row
from integrity.rules.procedure_words import asked, plain_name
from integrity.rules.stated import LARGEST
from integrity.terms import ExitReason, NationalClass, Outcome, RecheckResult, Scheme, ServiceWay, SignedBy, Term

_CODED: tuple[type[Term], ...] = (
    Outcome, ExitReason, Scheme, SignedBy, RecheckResult, NationalClass, ServiceWay,
)  # fmt: skip
"""Lists whose codes may be typed instead of the official word."""


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
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) and int(text) <= LARGEST):
        raise Invalid(f"{ask.official}应为数字，不超过 {LARGEST}，不能是“{text[:40]}”")
    return int(text)


def _percents(ask: Ask, text: str) -> tuple[int, ...]:
    parts = [one.strip().removesuffix("%") for one in text.replace("，", ",").replace("、", ",").split(",")]
    if not all(one.isascii() and one.isdigit() and len(one) <= len("100") and int(one) <= 100 for one in parts):
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
