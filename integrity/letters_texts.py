"""文书用语 (wording of the papers): sentences with version and source, kept as data under a SHA-256."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from integrity.errors import NotFound, Refused
from integrity.rules.citations import bracketed

TEXTS = Path(__file__).resolve().parent / "data" / "texts"


class Sentence(NamedTuple):
    """一句 (one sentence): in our own words, with the article on which it rests (文号、条)."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Wording:
    """用语 (wording of one paper): sentences by slot. `sha256` is over name, version and every sentence."""

    name: str
    version: str
    since: date
    slots: Mapping[str, tuple[Sentence, ...]]
    sha256: str

    def all(self, slot: str, **values: str) -> tuple[str, ...]:
        """Every sentence of a slot, filled in. Raises NotFound for a slot that the text does not have."""
        if slot not in self.slots:
            raise NotFound(f"文书用语 {self.name} 没有“{slot}”一项")
        return tuple(one.text.format_map(values) for one in self.slots[slot])

    def one(self, slot: str, **values: str) -> str:
        """The sentences of a slot as one text."""
        return "；".join(self.all(slot, **values))

    def cited(self, slot: str, **values: str) -> tuple[str, ...]:
        """Every sentence of a slot with its source behind it."""
        texts = self.all(slot, **values)
        return tuple(f"{text}（{bracketed(one.source)}）" for text, one in zip(texts, self.slots[slot], strict=True))


def wording(name: str, on: date) -> Wording:
    """The wording of a paper (`commitment`, `policy`, …) made out on a day. Raises Refused before it may be used."""
    found = _read(name)
    if on < found.since:
        raise Refused(f"文书用语 {name}（{found.version}）自 {found.since} 起使用，不能用于 {on} 的文书")
    return found


@lru_cache
def _read(name: str) -> Wording:
    table = tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))
    slots: dict[str, tuple[Sentence, ...]] = {}
    for row in table["sentence"]:
        slots[row["slot"]] = (*slots.get(row["slot"], ()), Sentence(row["text"], row["source"]))
    canonical = json.dumps([name, table["version"], slots], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return Wording(name, table["version"], table["since"], slots, digest)
