"""来件的内容 (content of what was sent): checked when it comes in, sealed, and told again in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from integrity.errors import Invalid
from integrity.office_terms import IntakeKind
from integrity.records.intake import Intake
from integrity.rules.identity import mask_id, refuse_id_numbers
from integrity.rules.stated import MOST_FEN, empty
from integrity.rules.writing import yuan
from integrity.terms import Cause, Event
from integrity.vault import Vault

EVENTS: Final = (
    Event.WARNING, Event.DEATH, Event.REPORTED_CHANGE, Event.REGISTER_MOVED, Event.TRANSFERRED, Event.DUPLICATE,
    Event.SELFCARE_CHANGED,
)  # fmt: skip
"""What another system may tell. How somebody behaved (拒绝就业、拒不配合、骗取……) is for an officer to find."""
LONGEST: Final = 300
"""Characters of a text: with the sender's name before it, it still fits the entry."""


@dataclass(frozen=True, slots=True)
class Item:
    """来件一项 (one item): about whom, of which day, and what is said; what was not said is None or ""."""

    kind: IntakeKind
    reference: str
    id_number: str
    happened_on: date
    name: str = ""
    income: int | None = None
    """Of the whole household, in 分 a month."""
    cause: Cause = Cause.UNKNOWN
    """What changed the income, where it lies in this person."""
    stable: bool | None = None
    property_over: bool | None = None
    event: Event | None = None
    detail: str = ""


def faults(item: Item) -> Iterator[str]:
    """What is wrong with an item, field by field; whether a person of that number is known is no fault."""
    for name, text in (("编号", item.reference), ("说明", item.detail), ("姓名", item.name)):
        try:
            refuse_id_numbers(name, text)
        except Invalid as fault:
            yield f"{name}：{fault}"
    if empty(item.reference):
        yield "编号：没有填写"
    if empty(item.id_number):
        yield "身份证号：没有填写"
    if item.income is not None and not 0 <= item.income <= MOST_FEN:
        yield "家庭月收入：应为不小于零、以分为单位的整数"
    if item.kind is IntakeKind.CHANGE and item.event not in EVENTS:
        yield f"种类：应为{'、'.join(one.value for one in EVENTS)}之一"
    if item.kind is IntakeKind.COMPARISON and not _says(item):
        yield "核对结果：收入、收入变化原因、收入是否稳定、财产是否超标、说明，至少写一项"


def _says(item: Item) -> bool:
    told = (item.income, item.stable, item.property_over)
    return any(one is not None for one in told) or item.cause is not Cause.UNKNOWN or not empty(item.detail)


def _text(item: Item) -> str:
    """The content as it is sealed: with sorted names, so that the same content is the same text."""
    said = {name: value for name, value in asdict(item).items() if name != "reference" and value not in (None, "")}
    coded = {name: value.name if name in ("kind", "cause", "event") else value for name, value in said.items()}
    return json.dumps(coded, ensure_ascii=False, sort_keys=True, default=str)


def digest(vault: Vault, item: Item) -> str:
    """By what the same content is known again."""
    return vault.blind("intake", _text(item))


def _context(sender: str, reference: str) -> str:
    return f"intake|{sender}|{reference}"


def sealed(vault: Vault, sender: str, item: Item) -> bytes:
    """The content, bound to its sender and number."""
    return vault.seal_bytes(_text(item).encode(), _context(sender, item.reference))


def opened(vault: Vault, row: Intake) -> Item | None:
    """What was sent; None when it was lawfully destroyed. Raises Invalid when it was altered."""
    if not row.cipher:
        return None
    said = json.loads(vault.open_bytes(row.key_id, row.cipher, _context(row.sender, row.reference)))
    event = Event[said["event"]] if "event" in said else None
    return Item(**said | {
        "reference": row.reference, "kind": row.kind, "happened_on": date.fromisoformat(said["happened_on"]),
        "cause": Cause[said.get("cause", Cause.UNKNOWN.name)], "event": event,
    })  # fmt: skip


def resealed(vault: Vault, row: Intake) -> bytes:
    """The content under the current key. Raises Invalid when it cannot be opened."""
    bound = _context(row.sender, row.reference)
    return vault.seal_bytes(vault.open_bytes(row.key_id, row.cipher, bound), bound)


def in_words(item: Item, *, whole: bool = False) -> tuple[tuple[str, str], ...]:
    """What was said, by the official name of each; the ID number masked unless it is told to himself (`whole`)."""
    yes = {True: "是", False: "否", None: ""}
    told = (
        ("姓名", item.name), ("身份证号", item.id_number if whole else mask_id(item.id_number.strip())),
        ("发生日期" if item.kind is IntakeKind.CHANGE else "核对日期", str(item.happened_on)),
        ("变化种类", item.event.value if item.event else ""),
        ("家庭月收入", "" if item.income is None else yuan(item.income, grouped=True)),
        ("收入变化原因", "" if item.cause is Cause.UNKNOWN else item.cause.value),
        ("收入稳定", yes[item.stable]), ("财产超过标准", yes[item.property_over]), ("说明", item.detail),
    )  # fmt: skip
    return tuple(one for one in told if one[1])
