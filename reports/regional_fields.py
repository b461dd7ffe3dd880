"""地方样式的栏目 (fields of regional templates): which names a form offers, and how the press words their values.

The names are the official names of `reports.forms`. Conventions of the forms: an attribute that ends in `fen` is money,
a day whose official name ends in 月份 is said as a month.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import lru_cache
from typing import Any, get_args, get_origin, get_type_hints

from reports.forms import Letter
from reports.wording import cn_date, cn_month, sentence, yuan

MARKS = tuple("。；！？…")
"""Ends of a sentence."""
CODE, SEAL, ORDINAL = "核验码", "印章处", "序号"
SPECIAL = ("文书名称", "表号", "样式版本", ORDINAL)
"""Texts that every form offers beside its own fields: its title, number and version, and the place in a list."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """栏目 (slot): one field as a template sees it; `record` is the class of a nested record, `many` a list."""

    attribute: str
    official: str
    optional: bool
    many: bool
    record: type | None
    default: Any

    def empty(self, value: Any) -> bool:
        """Nothing to show? Zero is something where a number is asked for."""
        if isinstance(value, int):
            return self.optional and value == self.default
        return not value or (isinstance(value, str) and not value.strip())

    def worded(self, value: Any) -> str:
        """The value as official papers write it; a list of sentences one after the other, other lists with 、."""
        if isinstance(value, tuple):
            said = [self.worded(one) for one in value]
            whole = any(one.endswith(MARKS) for one in said)
            return "".join(sentence(one) for one in said) if whole else "、".join(said)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int) and self.attribute.endswith("fen"):
            return yuan(value)
        if isinstance(value, date):
            return cn_month(value) if self.official.endswith("月份") else cn_date(value)
        return str(value)


def slots(kind: Any) -> Mapping[str, Slot]:
    """The slots of a form or of a record in it, by official name; of two with one name the required one is meant."""
    found: dict[str, Slot] = {}
    for slot in _slots(kind):
        if slot.official not in found or found[slot.official].optional:
            found[slot.official] = slot
    return found


@lru_cache(maxsize=256)
def _slots(kind: Any) -> tuple[Slot, ...]:
    hints = get_type_hints(kind)
    needed = {"remedies"} if getattr(kind, "requires_remedies", False) else set()
    return tuple(
        Slot(
            one.name, one.metadata["official"], bool(one.metadata.get("optional")) and one.name not in needed,
            *_shape(hints[one.name]), one.default,
        )
        for one in fields(kind)
    )  # fmt: skip


def _shape(annotation: Any) -> tuple[bool, type | None]:
    """(a list?, class of the nested record) of an annotation such as tuple[Payment, ...] or Remedy | None."""
    if get_origin(annotation) is tuple:
        return True, _shape(get_args(annotation)[0])[1]
    options = [one for one in get_args(annotation) if one is not type(None)]
    if options:
        return _shape(options[0])
    return False, annotation if isinstance(annotation, type) and is_dataclass(annotation) else None


def filled(record: Any, path: Path = ()) -> Iterator[Path]:
    """Paths of the optional fields that say something, also inside nested records and lists."""
    for official, slot in slots(type(record)).items():
        value, here = getattr(record, slot.attribute), (*path, official)
        if slot.empty(value):
            continue
        if slot.optional:
            yield here
        if slot.record:
            for item in value if slot.many else (value,):
                yield from filled(item, here)


def forms_of(code: str) -> list[type[Letter]]:
    """The classes of the forms with a number such as F13, of all modules loaded so far."""
    return [kind for kind in _all(Letter) if kind.form == code]


def _all(kind: type[Letter]) -> Iterator[type[Letter]]:
    for one in kind.__subclasses__():
        # A dataclass with slots is made anew; the class that it was made from may still be about.
        if getattr(sys.modules.get(one.__module__), one.__name__, None) is one:
            yield one
        yield from _all(one)


SHORT = frozenset(one.name for one in fields(Letter))
"""Fields that every paper has: a name, a number, a telephone are never long."""


LONGEST = 8


def sample(kind: Any, length: int = 1) -> Any:
    """样张内容 (content of a proof): every field says its own name, a list has two items, nothing is a real case.

    `length` says how often it says so, a single field at most `LONGEST` times: lists of facts may fill pages.
    """
    hints = get_type_hints(kind)
    return kind(**{slot.attribute: _specimen(slot, hints[slot.attribute], length) for slot in _slots(kind)})


def _specimen(slot: Slot, annotation: Any, length: int) -> Any:
    if slot.many:
        return tuple(_one(slot, annotation, n, length) for n in (1, 2))
    return 0 if slot.attribute == "copy" else _one(slot, annotation, 0, length)


def _one(slot: Slot, annotation: Any, n: int, length: int) -> Any:
    if slot.record:
        return sample(slot.record)
    kinds = {annotation, *get_args(annotation)}
    if date in kinds:
        return date(2026, 9, 7)
    if int in kinds:
        return 123_450 if slot.attribute.endswith("fen") else 3
    if bool in kinds:
        return True
    most = 1 if slot.attribute in SHORT else length if slot.many else LONGEST
    return f"〔{slot.official}{n or ''}〕" * min(length, most)
