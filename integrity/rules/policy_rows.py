"""政策参数行 (rows of policy): the frozen records that a pack or a proposal is made of. Shapes only, no logic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrity.terms import AreaLevel, ConductKind, NationalClass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """问题 (fault of a pack): file, line from 1, and the reason in Chinese."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file} 第{self.line}行：{self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """政策参数行 (row): one value of one key in one region from `since` to `until`, both days included.

    `value` has the stored type of its Kind (money fen, ratios basis points, months a pair); None means that the region
    says "not known": `source` then tells where it should be found, and a person has to be asked.
    """

    region: str
    """Pack region (CN, 6 or 12 digits) or the name of a proposal."""
    key: str
    variant: str
    value: Any | None
    unit: str
    since: date
    until: date | None
    source: str
    grade: str
    law: str
    note: str
    file: str
    line: int

    @property
    def id(self) -> str:
        """参数行编号, e.g. "370800:standard.dibao/urban@2022-01-01": what a stored decision quotes."""
        variant = f"/{self.variant}" if self.variant else ""
        return f"{self.region}:{self.key}{variant}@{self.since.isoformat()}"

    @property
    def is_set(self) -> bool:
        """Is a value known?"""
        return self.value is not None


@dataclass(frozen=True, slots=True)
class Item:
    """积分事项 (item of the catalogue), one version: conduct that changes the score for some months.

    `weight` is in milli-points, positive for 守信 and negative for 失信.
    """

    code: str
    name: str
    kind: ConductKind
    weight: int
    months: int
    national_class: NationalClass
    """UNMAPPED for trust; for a default the class whose period caps its use."""
    counted_from: str
    """Start of the months: "act" (end of the act) or "document" (day of the decision document)."""
    since: date
    until: date | None
    source: str
    grade: str
    note: str
    file: str
    line: int

    @property
    def id(self) -> str:
        """积分事项编号, e.g. "proposal:S03@2026-07-01"."""
        return f"{self.file.removesuffix('.toml')}:{self.code}@{self.since.isoformat()}"


@dataclass(frozen=True, slots=True)
class Level:
    """诚信等级 (level): reached with `at_least` milli-points; `priority` 1 is checked first, 4 last. Nothing else."""

    name: str
    at_least: int
    priority: int
    line: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """诚信积分目录 (catalogue of the score): effective nowhere until an area adopts it by a document.

    Points in milli-points. `levels` from the highest to the lowest; `values` are office parameters proposed with it.
    """

    name: str
    title: str
    base: int
    lowest: int
    highest: int
    items: tuple[Item, ...]
    levels: tuple[Level, ...]
    values: tuple[Row, ...]

    def item(self, code: str, on: date) -> Item | None:
        """The version of an item that is in force on a day."""
        found = [item for item in self.items if item.code == code and in_force(item, on)]
        return max(found, key=lambda item: item.since, default=None)

    def level(self, points: int) -> Level:
        """The level that `points` (milli-points) reach; the lowest one below all."""
        return next((level for level in self.levels if points >= level.at_least), self.levels[-1])


@dataclass(frozen=True, slots=True)
class Pack:
    """政策包 (pack): the rows of one file; a proposal has a catalogue and no region of its own."""

    file: str
    region: str
    name: str
    level: AreaLevel | None
    replaces: bool
    rows: tuple[Row, ...]
    line: int = 1
    catalogue: Catalogue | None = None
    places: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    """Line of a row's header → line of each of its fields."""

    @property
    def is_proposal(self) -> bool:
        """Is it a proposal rather than a pack in force?"""
        return self.level is None

    def place(self, row: Row, name: str) -> int:
        """Line of the field `name` of a row; the row's own line when it has none."""
        return self.places.get(row.line, {}).get(name, row.line)


def in_force(dated: Row | Item, on: date) -> bool:
    """生效 (in force): does the day lie between `since` and `until`, both included?"""
    return dated.since <= on and (dated.until is None or on <= dated.until)
