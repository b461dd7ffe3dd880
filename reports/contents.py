"""内容 (contents of a record): is everything filled in, which texts are in it, and what it says as canonical data.

Every paper of a run passes here several times, so what the fields of a kind of record are is looked up once a kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple


class Slot(NamedTuple):
    """一项 (a field): its attribute, its official name, the least number it takes, and whether it may stay empty."""

    attribute: str
    official: str
    least: int
    optional: bool


@cache
def _slots(kind: type) -> tuple[Slot, ...]:
    return tuple(
        Slot(one.name, one.metadata["official"], one.metadata["least"], bool(one.metadata.get("optional")))
        for one in fields(kind)
    )


def names(kind: type) -> dict[str, str]:
    """项名 (official names) of a kind of record by attribute."""
    return {one.attribute: one.official for one in _slots(kind)}


def blank(value: object, least: int = 1) -> bool:
    """空白 (blank): nothing, only blanks, or a number below `least`."""
    if isinstance(value, int):
        return value < least
    return not value or (isinstance(value, str) and not value.strip())


def complete(record: Any) -> bool:
    """齐全 (complete): is there nothing that `lacking` would name? Answers at once for the many that are."""
    for attribute, _, least, optional in _slots(record.__class__):
        value = getattr(record, attribute)
        if isinstance(value, str):
            if not optional and (not value or value.isspace()):
                return False
        elif isinstance(value, int):
            if value < least:
                return False
        elif not value:
            if not optional:
                return False
        elif not all(map(_filled, value)) if isinstance(value, tuple) else not _filled(value):
            return False
    return True


def _filled(item: object) -> bool:
    if isinstance(item, str):
        return bool(item) and not item.isspace()
    return not is_dataclass(item) or complete(item)


def lacking(record: Any, path: str = "") -> Iterator[str]:
    """缺项 (lacking): official names of required fields that are empty, also inside nested records and lists."""
    for attribute, name, least, optional in _slots(record.__class__):
        value, official = getattr(record, attribute), path + name
        if blank(value, least):
            if not optional or isinstance(value, int):
                yield official
            continue
        for item in value if isinstance(value, tuple) else ():
            if isinstance(item, str) and not item.strip():
                yield official
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from lacking(item, official + "·")


def texts(record: Any, path: str = "") -> list[tuple[str, str]]:
    """全部文字 (every text of a record): pairs of official field name and text."""
    found: list[tuple[str, str]] = []
    for attribute, name, _, _ in _slots(record.__class__):
        value = getattr(record, attribute)
        if isinstance(value, str):
            found.append((path + name, value))
        elif value and not isinstance(value, int):
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, str):
                    found.append((path + name, item))
                elif is_dataclass(item):
                    found += texts(item, f"{path}{name}·")
    return found


@cache
def _read(kind: type) -> tuple[tuple[str, ...], attrgetter[Any]]:
    """The attributes of a kind in order, and what reads them all."""
    attributes = tuple(sorted(one.name for one in fields(kind)))
    return attributes, attrgetter(*attributes, "__class__")  # of one name alone it would give no tuple


def _values(record: Any) -> dict[str, Any]:
    attributes, read = _read(record.__class__)
    return dict(zip(attributes, read(record), strict=False))


def _worded(value: Any) -> Any:
    """What JSON has no word for: a record by its fields, anything else (a day) as Python writes it."""
    return _values(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_worded)


def canonical(record: Any) -> bytes:
    """规范数据 (canonical data): the kind and its data as UTF-8 JSON, keys in order, without the count of reprints."""
    data = _values(record)
    data.pop("copy", None)
    return _JSON.encode([type(record).__name__, data]).encode()
