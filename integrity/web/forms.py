"""表单 (forms): fields, what was sent for them, and what is wrong with it; nothing that was typed is lost.

A form is shown, sent, read, and where something is wrong shown again with all that was typed. Each showing has a key of
its own: the same form sent ten times makes one record.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any, Literal

from fastapi import UploadFile

from integrity.errors import Invalid
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.procedure import Ask, Obstacle
from integrity.rules.stated import EARLIEST, LARGEST, LATEST, LONGEST, MOST_FEN, seen, unfit
from integrity.terms import Term

Kind = Literal[
    "text", "area", "date", "choice", "radio", "yes", "tick", "fen", "count", "percents", "file", "files", "hidden",
    "password",
]  # fmt: skip
SHORT = 120
_FEN = Decimal(100)
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Field:
    """栏目 (field of a form): its name, official name, how it is read, and what helps to fill it in."""

    name: str
    label: str
    kind: Kind = "text"
    required: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    max_length: int = SHORT
    accept: str = ""
    """Kinds of files that may be chosen."""
    wanted_when: str = "选填"
    """When a field that may stay empty has to be filled in."""
    auto: str = "off"
    """The browser's own help (autocomplete)."""
    proof: bool = False
    """Are its files evidence? They are read at once, and wait while the form is refused: nobody chooses them twice."""


def chosen_from(kind: type[Term], only: Iterable[Term] = ()) -> tuple[tuple[str, str], ...]:
    """The choices of a closed list: what is sent is the code, what is shown the official term."""
    return tuple((one.name, one.value) for one in (tuple(only) or tuple(kind)))


@dataclass(frozen=True, slots=True)
class Sent:
    """收到的表单 (what a form sent): every value as text, and the files."""

    values: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """A value, without blanks around it; "" when nothing was sent."""
        return next((one.strip() for one in self.values.get(name, ())), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a name: of a list in which several are ticked."""
        return self.values.get(name, ())


@dataclass(slots=True)
class Form:
    """表单 (form): its fields, what stands in them, and what is wrong, by the name of the field."""

    fields: tuple[Field, ...]
    values: dict[str, str]
    key: str
    token: str = ""
    seen: str = ""
    """The last entry of the household that the officer had before him when the form was shown."""
    errors: dict[str, str] = field(default_factory=dict)
    refused: str = ""
    obstacles: tuple[Obstacle, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)
    """What was sent, read: dates, sums in 分, yes and no; only fields that were filled in and are right."""
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)
    proofs: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)
    """Files that are evidence, by field: name and bytes; those that waited and those that were sent now."""
    waiting: str = ""
    """Under which number they wait while the form is refused; "" for none."""
    draft: str = ""
    """When the draft was kept from which it was filled in; "" for none."""

    def field(self, name: str) -> Field:
        """A field by its name."""
        return next(one for one in self.fields if one.name == name)

    def at_their_fields(self) -> None:
        """Tell a reason that is named like a field at that field, and not twice."""
        names = {one.name for one in self.fields}
        for one in self.obstacles:
            if one.code in names:
                self.errors.setdefault(one.code, str(one))
        self.obstacles = tuple(one for one in self.obstacles if one.code not in names)

    def shown(self, one: Field) -> str:
        """What stands in a field, as the officer saw it."""
        value = self.values.get(one.name, "")
        if one.kind in ("yes", "tick") and not one.choices:
            return {"yes": "是", "no": "否"}.get(value, value)
        return dict(one.choices).get(value, value)

    def asked(self, path: str) -> str:
        """What identifies the request: the same form with the same content."""
        said = "\n".join(f"{name}={self.values[name]}" for name in sorted(self.values))
        return f"POST {path}\n{sha256(said.encode('utf-8', 'replace')).hexdigest()}"


def fresh(fields: tuple[Field, ...], values: Mapping[str, object] | None = None) -> Form:
    """A form to be filled in, with what is known already."""
    known = {name: _shown(value) for name, value in (values or {}).items()}
    return Form(fields, {one.name: known.get(one.name, "") for one in fields} | known, secrets.token_urlsafe(16))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Term):
        return value.name
    return "" if value is None else str(value)


def read(fields: tuple[Field, ...], sent: Sent) -> Form:
    """What was sent, field by field; errors stand beside the fields, and what was typed stays."""
    form = Form(fields, {one.name: sent.one(one.name) for one in fields}, sent.one("key") or secrets.token_urlsafe(16))
    form.seen, form.files = sent.one("seen"), sent.files
    for one in fields:
        if one.kind in ("file", "files"):
            if one.required and not any(upload.filename for upload in sent.files.get(one.name, ())):
                form.errors[one.name] = unchosen(one)
            continue
        if one.kind == "area" and one.name in sent.values:
            form.values[one.name] = form.values[one.name].replace("\r\n", "\n")
        _read_one(form, one, form.values[one.name])
        if one.kind == "password":
            form.values[one.name] = ""  # never shown again
    return form


def unchosen(one: Field) -> str:
    """What is told at a field in which a file has to be chosen."""
    return f"请选择{one.label}"


def _read_one(form: Form, one: Field, text: str) -> None:
    if not seen(text):
        if one.kind == "tick":
            form.given[one.name] = False
        elif one.required:
            form.errors[one.name] = f"请{'选择' if one.kind in ('choice', 'radio', 'yes') else '填写'}{one.label}"
        return
    try:
        form.given[one.name] = _READERS.get(one.kind, _text)(one, text)
    except ValueError as fault:
        form.errors[one.name] = str(fault)


def _text(one: Field, text: str) -> str:
    if len(text) > one.max_length:
        raise ValueError(f"{one.label}不超过 {one.max_length} 字，现为 {len(text)} 字")
    if point := unfit(text):
        raise ValueError(f"{one.label}中有不能使用的字符（{point}），请删去")
    if one.kind == "area":
        _unnumbered(one, text)
    return text


def _unnumbered(one: Field, text: str) -> None:
    """No ID number in a free text: told at its field, before anything is done."""
    try:
        refuse_id_numbers(one.label, text)
    except Invalid as fault:
        raise ValueError(str(fault)) from fault


def read_day(label: str, text: str) -> date:
    """A day as people type it: 2026-09-21, 2026/9/21, 2026.9.21, 2026年9月21日, 20260921. Raises ValueError."""
    plain = text.strip().rstrip("日").replace("年", "-").replace("月", "-").replace("/", "-").replace(".", "-")
    if plain.isascii() and plain.isdigit() and len(plain) == len("20260921"):
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    parts = plain.split("-")
    try:
        day = date(*map(int, parts)) if len(parts) == len("年月日") and all(one.isdigit() for one in parts) else None
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise ValueError(f"{label}应为日期，如 2026-09-21")
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"{label}应在 1900 年至 2100 年之间")
    return day


def read_fen(label: str, text: str) -> int:
    """A sum in yuan as people type it, in 分: 860.5, 1,234.50, 860元. Raises ValueError."""
    plain = text.strip().removesuffix("元").replace(",", "").replace("，", "").strip()
    try:
        fen = Decimal(plain) * _FEN if plain.replace(".", "", 1).isdigit() and plain.isascii() else None
    except InvalidOperation:
        fen = None
    if fen is None or fen != fen.to_integral_value() or not 0 <= fen <= MOST_FEN:
        raise ValueError(f"{label}应为金额（元），如 860.50")
    return int(fen)


def _count(one: Field, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST)) and int(text) <= LARGEST):
        raise ValueError(f"{one.label}应为不小于零的整数")
    return int(text)


def _percents(one: Field, text: str) -> tuple[int, ...]:
    parts = [part.strip().removesuffix("%") for part in text.replace("，", ",").replace("、", ",").split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) <= len("100") and int(part) <= _WHOLE for part in parts):
        raise ValueError(f"{one.label}应写作 100,80,60，每个数不超过 100")
    return tuple(int(part) for part in parts)


def _choice(one: Field, text: str) -> str:
    if text not in {code for code, _ in one.choices}:
        raise ValueError(f"{one.label}请从列出的各项中选择")
    return text


def _yes(one: Field, text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(f"{one.label}请选择是或者否")
    return text == "yes"


_READERS: Mapping[str, Callable[[Field, str], Any]] = {
    "date": lambda one, text: read_day(one.label, text), "fen": lambda one, text: read_fen(one.label, text),
    "count": _count, "percents": _percents, "choice": _choice, "radio": _choice, "yes": _yes,
    "tick": lambda one, text: True, "password": lambda one, text: text,
}  # fmt: skip
_OF_ASK: Mapping[str, Kind] = {
    "text": "area", "choice": "choice", "date": "date", "fen": "fen", "count": "count", "yes": "yes",
    "percents": "percents",
}  # fmt: skip
_FEW = 5
_SHORT_ASKS = {"receiver": 60, "witnesses": 120, "detail": 400}
"""Lengths of what is kept in the receipt (送达回证) itself."""
_HINTS = {"fen": "元，如 860.50", "percents": "逐月的百分比，如 100,80,60", "date": "如 2026-09-21"}


def of_asks(asks: Iterable[Ask]) -> tuple[Field, ...]:
    """The fields of a step of a procedure (填写项), as its table has them."""
    return tuple(_of_ask(one) for one in asks)


def _of_ask(ask: Ask) -> Field:
    kind = _OF_ASK[ask.kind]
    if kind == "choice" and len(ask.choices) <= _FEW:
        kind = "radio"
    longest = _SHORT_ASKS.get(ask.name, LONGEST)
    if kind == "area" and longest < LONGEST:
        kind = "text"
    return Field(
        ask.name, ask.official, kind, not ask.optional, _HINTS.get(ask.kind, ""),
        tuple((one, one) for one in ask.choices), longest,
    )  # fmt: skip


def optional(one: Field) -> Field:
    """The same field, which may stay empty."""
    return replace(one, required=False)
