"""政策参数 (policy parameters): dated values per region, resolved township → county → city → province → nation.

A `Policy` is one immutable edition: texts of packs in, values out; the date is always an argument. A value that no text
gives is never replaced by a default: `NotInForce` or `Unset` names what a person has to settle. `load` reads the
shipped packs (`PACKS`) and an office's own; a stored edition comes back by `load_texts`, with the same checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from integrity.errors import Invalid, Unset
from integrity.rules import areas
from integrity.rules.policy_check import check_packs, effective
from integrity.rules.policy_keys import KEYS, Key, Kind
from integrity.rules.policy_rows import Catalogue, Item, Level, Pack, Problem, Row, in_force
from integrity.rules.policy_text import nearest, read

__all__ = [
    "KEYS", "PACKS", "Catalogue", "Item", "Key", "Kind", "Level", "NotInForce", "Policy", "PolicyErrors", "Problem",
    "Row", "check", "difference", "load", "load_texts", "shown",
]  # fmt: skip

PACKS: Path = Path(__file__).resolve().parent.parent / "policies"
"""The directory of the shipped packs."""


class NotInForce(LookupError):
    """没有生效的政策参数"""


class PolicyErrors(Invalid):
    """政策包有误"""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("政策包有误：\n" + "\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True, eq=False)
class Policy:
    """政策版本 (edition of the policy): every row of every pack; `edition` is the SHA-256 of its texts.

    `adopted` names the proposals that the area in question has put in force by a document.
    """

    edition: str
    sources: Mapping[str, str]
    rows: tuple[Row, ...]
    catalogues: Mapping[str, Catalogue]
    adopted: tuple[str, ...] = ()

    def row(self, key: str, area: str, on: date, variant: str = "") -> Row:
        """参数行 in force on the day in the nearest region that has one; it may be unset.

        An adopted proposal is asked where no region has a set row. Raises NotInForce when there is no row at all,
        KeyError for a key that does not exist, Invalid for a malformed area code.
        """
        own = self._nearest(_known(key).name, area, on, variant)
        if own is not None and own.is_set:
            return own
        found = self._proposed(key, on, variant) or own
        if found is None:
            name = f"{key}/{variant}" if variant else key
            raise NotInForce(f"没有生效的政策参数{name}（{KEYS[key].question}）：地区{area}，日期{on}")
        return found

    def value(self, key: str, area: str, on: date, variant: str = "") -> Any:
        """参数值 in its stored type (see Kind). Raises Unset when the nearest region does not know it, and as `row`."""
        row = self.row(key, area, on, variant)
        if not row.is_set:
            name = f"{key}/{variant}" if variant else key
            where = f"地区{area}，日期{on}，出处：{row.source}"
            raise Unset(f"政策参数{name}没有设定，请人工确定：{KEYS[key].question}（{where}）")
        return row.value

    def find(self, key: str, area: str, on: date, variant: str = "") -> Row | None:
        """参数行 in force that is set, else None. Raises as `row`, but not NotInForce."""
        try:
            row = self.row(key, area, on, variant)
        except NotInForce:
            return None
        return row if row.is_set else None

    def variants(self, key: str, area: str, on: date) -> dict[str, Row]:
        """Each variant of a key that has a row in force, with that row (it may be unset), in order of name."""
        names = {row.variant for row in self.rows if row.key == _known(key).name}
        names |= {row.variant for name in self.adopted for row in self.catalogues[name].values if row.key == key}
        found = {}
        for variant in sorted(names):
            row = self._nearest(key, area, on, variant)
            if row is None or not row.is_set:
                row = self._proposed(key, on, variant) or row
            if row is not None:
                found[variant] = row
        return found

    def catalogue(self, name: str = "proposal") -> Catalogue:
        """诚信积分目录 of a proposal by its file name. Raises KeyError when there is none."""
        return self.catalogues[name]

    def adopting(self, names: Collection[str]) -> Policy:
        """The same edition as seen by an area that adopted these proposals. Raises KeyError for an unknown name."""
        unknown = sorted(set(names) - set(self.catalogues))
        if unknown:
            raise KeyError(unknown[0])
        chosen = tuple(sorted(set(names)))
        if chosen not in self._seen_by:
            self._seen_by[chosen] = replace(self, adopted=chosen)
        return self._seen_by[chosen]

    def by_id(self, row_id: str) -> Row:
        """参数行 by its id, as a stored decision quotes it. Raises KeyError."""
        return self._by_id[row_id]

    @cached_property
    def _by_id(self) -> dict[str, Row]:
        proposed = [row for catalogue in self.catalogues.values() for row in catalogue.values]
        return {row.id: row for row in (*self.rows, *proposed)}

    @cached_property
    def _seen_by(self) -> dict[tuple[str, ...], Policy]:
        """Each view of this edition, made once: its index is asked at every step of a case."""
        return {}

    @cached_property
    def _index(self) -> dict[tuple[str, str, str], list[Row]]:
        index: dict[tuple[str, str, str], list[Row]] = {}
        for row in sorted(self.rows, key=lambda one: one.since, reverse=True):
            index.setdefault((row.region, row.key, row.variant), []).append(row)
        return index

    def _nearest(self, key: str, area: str, on: date, variant: str) -> Row | None:
        for region in areas.policy_regions(area):
            row = _latest(self._index.get((region, key, variant), ()), on)
            if row is not None:
                return row
        return None

    def _proposed(self, key: str, on: date, variant: str) -> Row | None:
        for name in self.adopted:
            rows = [row for row in self.catalogues[name].values if (row.key, row.variant) == (key, variant)]
            row = _latest(sorted(rows, key=lambda one: one.since, reverse=True), on)
            if row is not None and row.is_set:
                return row
        return None


def load(*directories: Path) -> Policy:
    """读取政策包: the shipped packs and then those of the given directories (*.toml). Raises PolicyErrors, Invalid."""
    return load_texts(_texts(directories))


def load_texts(sources: Mapping[str, str], *, kept: bool = False) -> Policy:
    """An edition from its texts by file name: a stored one comes back the same. Raises PolicyErrors.

    One that was `kept` was examined when it was put in force: the rules of today are not asked again, only its form.
    """
    texts = {file: _canonical(text) for file, text in sources.items()}
    packs, problems = _packs(texts) if kept else _read(texts)
    if problems:
        raise PolicyErrors(problems)
    digest = hashlib.sha256()
    for file in sorted(texts):
        for part in (file, texts[file]):
            data = part.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
    rows = tuple(row for pack in packs if not pack.is_proposal for row in pack.rows)
    catalogues = {pack.catalogue.name: pack.catalogue for pack in packs if pack.catalogue is not None}
    return Policy(digest.hexdigest(), MappingProxyType(texts), rows, MappingProxyType(catalogues))


def check(*directories: Path) -> list[Problem]:
    """审查政策包 together with the shipped ones; [] when nothing is wrong. Raises Invalid for an absent directory."""
    try:
        texts = _texts(directories)
    except PolicyErrors as unreadable:
        return unreadable.problems
    return _read({file: _canonical(text) for file, text in texts.items()})[1]


def difference(old: Policy, new: Policy) -> list[str]:
    """版本差异 between two editions in readable Chinese lines; [] when nothing that counts has changed."""
    before, after = _entries(old), _entries(new)
    lines = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            lines.append(f"新增 {name}：{_described(after[name])}")
        elif name not in after:
            lines.append(f"删除 {name}：{_described(before[name])}")
        else:
            lines += [f"修改 {name}：{change}" for change in _changes(before[name], after[name])]
    return lines


def shown(row: Row) -> str:
    """参数值 as a person reads it: "880.00元/人/月", "2倍", "0至6月", "是", "未设定"."""
    if row.value is None:
        return "未设定"
    kind = KEYS[row.key].kind
    if kind is Kind.MONEY:
        text = f"{Decimal(row.value) / 100:.2f}"
    elif kind is Kind.RATIO:
        text = f"{(Decimal(row.value) / 10000).normalize():f}"
    elif kind is Kind.BOOL:
        text = "是" if row.value else "否"
    elif kind is Kind.MONTHS:
        low, high = row.value
        text = str(low) if low == high else f"{low}至{high}"
    elif kind is Kind.PERCENTS:
        text = "、".join(str(percent) for percent in row.value)
    else:
        text = str(row.value)
    return text + row.unit


def _known(key: str) -> Key:
    if key not in KEYS:
        raise KeyError(f"不认识的参数“{key}”{nearest(key, KEYS)}")
    return KEYS[key]


def _latest(rows: Collection[Row], on: date) -> Row | None:
    """The first row in force, the rows being ordered from the latest `since`."""
    return next((row for row in rows if in_force(row, on)), None)


def _texts(directories: tuple[Path, ...]) -> dict[str, str]:
    """The texts of every *.toml, the shipped directory first; a name seen before is told apart by its directory."""
    texts: dict[str, str] = {}
    for directory in dict.fromkeys((PACKS, *(one.resolve() for one in directories))):
        if not directory.is_dir():
            raise Invalid(f"没有政策包目录{directory}")
        for path in sorted(directory.glob("*.toml")):
            name = path.name if path.name not in texts else f"{directory.name}/{path.name}"
            texts[name] = _decoded(path)
    return texts


def _decoded(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as damage:
        raise PolicyErrors([Problem(path.name, 1, f"不是UTF-8编码（{damage.reason}）")]) from damage


def _canonical(text: str) -> str:
    """Line ends and byte order mark are no part of an edition: an editor on Windows must not make a new one."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def reexamine(sources: Mapping[str, str]) -> list[Problem]:
    """What the rules of today find in a kept edition; [] when nothing."""
    return _read({file: _canonical(text) for file, text in sources.items()})[1]


def _read(texts: Mapping[str, str]) -> tuple[list[Pack], list[Problem]]:
    packs, problems = _packs(texts)
    return packs, sorted({*problems, *check_packs(packs)})


def _packs(texts: Mapping[str, str]) -> tuple[list[Pack], list[Problem]]:
    packs: list[Pack] = []
    problems: list[Problem] = []
    for file, text in texts.items():
        pack, found = read(file, text)
        problems += found
        if pack is not None:
            packs.append(pack)
    return effective(packs), sorted(problems)


def _entries(policy: Policy) -> dict[str, Row | Item]:
    entries: dict[str, Row | Item] = {row.id: row for row in policy.rows}
    for catalogue in policy.catalogues.values():
        entries |= {row.id: row for row in catalogue.values}
        entries |= {item.id: item for item in catalogue.items}
    return entries


def _described(entry: Row | Item) -> str:
    what = shown(entry) if isinstance(entry, Row) else f"{entry.name} {Decimal(entry.weight) / 1000}分"
    return f"{what}（{entry.source}）"


def _changes(old: Row | Item, new: Row | Item) -> Iterator[str]:
    """Each field that differs; where a row stands in its file is no difference."""
    for one in fields(old):
        before, after = getattr(old, one.name), getattr(new, one.name, None)
        if before != after and one.name not in ("file", "line"):
            if one.name == "value" and isinstance(old, Row) and isinstance(new, Row):
                before, after = shown(old), shown(new)
            yield f"{one.name}：{before} → {after}"
