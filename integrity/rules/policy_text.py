"""读取政策包 (reading a pack): TOML text to typed rows; every fault with its file, line and reason in Chinese.

`tomllib` tells no lines, so a small scanner notes where each table header and each field stands.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from integrity.errors import Invalid
from integrity.rules import areas
from integrity.rules.policy_keys import KEYS, Key, Kind
from integrity.rules.policy_rows import Catalogue, Item, Level, Pack, Problem, Row
from integrity.terms import AreaLevel, ConductKind, NationalClass

GRADES = ("V1", "V2", "V3", "M", "D")
"""证据等级: full text read, official excerpt, second hand, from memory, own proposal."""

_HEADER = re.compile(r"^\s*\[{1,2}\s*([\w.-]+)\s*\]{1,2}")
_FIELD = re.compile(r"^\s*([\w-]+)\s*=")
_PACK_FIELDS = ("region", "name", "level", "schema", "replaces", "kind")
_VALUE_FIELDS = ("key", "variant", "value", "unset", "unit", "since", "until", "source", "grade", "law", "note")
_ITEM_FIELDS = ("code", "name", "kind", "weight", "months", "class", "counted_from", "since", "until", "source",
                "grade", "note")  # fmt: skip
_LEVEL_FIELDS = ("name", "at_least", "priority")
_SCORE_FIELDS = ("base", "lowest", "highest")
_LARGEST = 10**9
_MONEY_WORDS = ("stop", "reduce", "refuse", "amount", "money", "exit", "withhold", "suspend", "deny", "ban", "fine",
                "standard", "cut", "benefit", "deduct")  # fmt: skip
_PUBLIC_WORDS = ("publish", "publication", "announce", "list", "export", "share")


class Fault(Exception):
    """内容有误: one fault at one field ("" for the whole table); the caller knows file and line."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Table:
    """TOML 表 (table) with the line of its header and of each field."""

    name: str
    line: int
    fields: Mapping[str, Any]
    lines: Mapping[str, int]

    def text(self, name: str, default: str | None = None) -> str:
        """The text of a field. Raises Fault when it is missing (without default), empty or no text."""
        value = self.fields.get(name, default)
        if value is None or value == "" != default:
            raise Fault(name, f"缺少{name}")
        if not isinstance(value, str):
            raise Fault(name, f"{name}应为文字（加引号）")
        return value

    def day(self, name: str) -> date | None:
        """The date of a field or None. Raises Fault when it is not a TOML date."""
        value = self.fields.get(name)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise Fault(name, f"{name}应为日期，写作 2026-07-01，不加引号")
        return value

    def dates(self) -> tuple[date, date | None]:
        """生效期间: `since` and `until`. Raises Fault when `since` is missing or later than `until`."""
        since, until = self.day("since"), self.day("until")
        if since is None:
            raise Fault("since", "缺少since（生效日期）")
        if until is not None and since > until:
            raise Fault("until", f"生效日期{since}晚于失效日期{until}")
        return since, until

    def choice(self, name: str, choices: Collection[str], default: str | None = None) -> str:
        """The text of a field that must be one of `choices`. Raises Fault."""
        value = self.text(name, default)
        if value not in choices:
            raise Fault(name, f"{name}应为{'、'.join(choices)}之一，不能是“{value}”")
        return value

    def whole(self, name: str, low: int, high: int) -> int:
        """The whole number of a field within bounds. Raises Fault."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Fault(name, f"{name}应为{low}至{high}的整数")
        return value

    def points(self, name: str, default: int | None = None) -> int:
        """分值 (points, at most three decimals) as milli-points. Raises Fault."""
        value = self.fields.get(name, default)
        if value is None:
            raise Fault(name, f"缺少{name}")
        return _scaled(value, 1000, name, "应为分值，最多三位小数")

    def known(self, names: Collection[str]) -> None:
        """Refuse fields that are not among `names`, with the nearest one. Raises Fault."""
        for name in self.fields:
            if name not in names:
                raise Fault(name, f"不认识的字段“{name}”{nearest(name, names)}")


@dataclass(slots=True)
class _Reading:
    """One file while it is read: the problems found so far."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def take(self, table: Table, make: Callable[[Table], Any]) -> Any | None:
        """What `make` makes of a table; None, with the problem noted, when it is faulty."""
        try:
            return make(table)
        except Fault as fault:
            self.problems.append(Problem(self.file, table.lines.get(fault.name, table.line), fault.reason))
        return None

    def all(self, tables: list[Table], make: Callable[[Table], Any]) -> tuple[Any, ...]:
        """What `make` makes of each table that is right."""
        made = (self.take(table, make) for table in tables)
        return tuple(one for one in made if one is not None)


def read(file: str, text: str) -> tuple[Pack | None, list[Problem]]:
    """读取 one pack or proposal: (pack, problems). The pack is None when not even its header can be read."""
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:  # TOMLDecodeError, and numbers beyond all bounds
        found = re.search(r"at line (\d+)", str(error))
        last = text.count("\n") + 1
        return None, [Problem(file, int(found[1]) if found else last, f"TOML 语法错误：{error}")]
    reading = _Reading(file)
    tables = _tables(reading, text, raw)
    heads = tables.pop("pack", [])
    if len(heads) != 1:
        return None, [*reading.problems, Problem(file, 1, "缺少[pack]表头，或表头多于一个")]
    proposal = heads[0].fields.get("kind", "pack") == "proposal"
    pack = _proposal(reading, heads[0], tables) if proposal else _pack(reading, heads[0], tables)
    return pack, reading.problems


def nearest(name: str, names: Collection[str]) -> str:
    """The question whether a near known name was meant, to follow a reason; "" when none is near."""
    close = get_close_matches(name, list(names), n=1)
    return f"，是否应为“{close[0]}”？" if close else ""


def _pack(reading: _Reading, head: Table, tables: dict[str, list[Table]]) -> Pack | None:
    _only(reading, tables, ("value",))
    pack = reading.take(head, lambda table: _pack_head(reading.file, table))
    if not isinstance(pack, Pack):
        return None
    values = tables.get("value", [])
    rows = reading.all(values, lambda table: row_of(table, pack.region, reading.file))
    return Pack(pack.file, pack.region, pack.name, pack.level, pack.replaces, rows, head.line, None, _places(values))


def _pack_head(file: str, head: Table) -> Pack:
    head.known(_PACK_FIELDS)
    head.choice("kind", ("pack", "proposal"), "pack")
    head.whole("schema", 1, 1)
    region = head.text("region")
    try:
        expected = areas.level_of(region)
        proper = areas.pack_region(region)
    except Invalid as reason:
        raise Fault("region", f"region：{reason}") from reason
    if region != proper or expected is AreaLevel.VILLAGE:
        raise Fault("region", f"region“{region}”应为 CN、6位代码或12位乡级代码")
    try:
        level = AreaLevel.named(head.text("level"))
    except KeyError as unknown:
        raise Fault("level", f"level应为{'、'.join(AreaLevel.__members__)}之一") from unknown
    if level is not expected:
        raise Fault("level", f"level与region不符：{region}是{expected}")
    return Pack(file, region, head.text("name"), level, head.fields.get("replaces") is True, ())


def _proposal(reading: _Reading, head: Table, tables: dict[str, list[Table]]) -> Pack | None:
    _only(reading, tables, ("value", "score", "item", "level"))
    name = reading.file.rsplit("/", 1)[-1].removesuffix(".toml")
    title = reading.take(head, _proposal_title)
    scores = tables.get("score", [])
    if len(scores) != 1:
        reading.problems.append(Problem(reading.file, head.line, "参考方案须有一个[score]表"))
    if title is None or len(scores) != 1:
        return None
    values = tables.get("value", [])
    rows = reading.all(values, lambda table: row_of(table, name, reading.file))
    items = reading.all(tables.get("item", []), lambda table: _item(table, reading.file))
    levels = reading.all(tables.get("level", []), _level)
    points = reading.take(scores[0], _score)
    if not levels:
        reading.problems.append(Problem(reading.file, head.line, "参考方案须有[[level]]等级"))
    if points is None or not levels:
        return None
    ordered = tuple(sorted(levels, key=lambda level: -level.at_least))
    base, lowest, highest = points
    catalogue = Catalogue(name, title, base, lowest, highest, items, ordered, rows)
    return Pack(reading.file, name, title, None, False, rows, head.line, catalogue, _places(values))


def _proposal_title(head: Table) -> str:
    head.known(("kind", "name", "schema"))
    head.whole("schema", 1, 1)
    return head.text("name")


def _score(table: Table) -> tuple[int, int, int]:
    _harmless(table, _SCORE_FIELDS)
    base = table.points("base")
    lowest = table.points("lowest", 0)
    highest = table.points("highest") if "highest" in table.fields else base
    if not lowest <= base <= highest:
        raise Fault("base", "base应在lowest与highest之间")
    return base, lowest, highest


def _level(table: Table) -> Level:
    _harmless(table, _LEVEL_FIELDS)
    return Level(table.text("name"), table.points("at_least"), table.whole("priority", 1, 4), table.line)


def _item(table: Table, file: str) -> Item:
    _harmless(table, _ITEM_FIELDS)
    kind = ConductKind[table.choice("kind", tuple(ConductKind.__members__))]
    weight = table.points("weight")
    if (weight > 0) != (kind is ConductKind.TRUST) or weight == 0:
        raise Fault("weight", "守信事项（TRUST）的weight应大于0，失信事项（DEFAULT）应小于0")
    classes = [name for name in NationalClass.__members__ if name != NationalClass.UNMAPPED.name]
    national = table.choice("class", classes) if kind is ConductKind.DEFAULT else NationalClass.UNMAPPED.name
    since, until = table.dates()
    return Item(
        table.text("code"), table.text("name"), kind, weight, table.whole("months", 1, 60), NationalClass[national],
        table.choice("counted_from", ("act", "document"), "act"), since, until, table.text("source"),
        table.choice("grade", GRADES), table.text("note", ""), file, table.line,
    )  # fmt: skip


def _harmless(table: Table, names: Collection[str]) -> None:
    """A catalogue may order the list of checks and nothing else; refuse every other effect by its red line."""
    for name in table.fields:
        if name not in names and any(word in name for word in _MONEY_WORDS):
            raise Fault(name, f"红线第2条：积分、等级不得决定救助的给予、停减或金额，不能有字段“{name}”")
        if name not in names and any(word in name for word in _PUBLIC_WORDS):
            raise Fault(name, f"红线第6条：积分、等级不得公开或对外提供，不能有字段“{name}”")
    table.known(names)


def row_of(table: Table, region: str, file: str) -> Row:
    """The typed row of a [[value]] table. Raises Fault (unknown key, variant, type, unit, dates, source, grade)."""
    table.known(_VALUE_FIELDS)
    name = table.text("key")
    key = KEYS.get(name)
    if key is None:
        raise Fault("key", f"不认识的参数“{name}”{nearest(name, KEYS)}")
    variant = table.text("variant", "")
    if not key.admits(variant):
        wanted = "本地名称" if key.variants == ("*",) else "、".join(one or "（空）" for one in key.variants)
        raise Fault("variant", f"{name}的variant应为{wanted}，不能是“{variant}”")
    since, until = table.dates()
    return Row(
        region, name, variant, _value(table, key), _unit(table, key), since, until, table.text("source"),
        table.choice("grade", GRADES), table.text("law", ""), table.text("note", ""), file, table.line,
    )  # fmt: skip


def _unit(table: Table, key: Key) -> str:
    units = key.units.split("|")
    set_row = "value" in table.fields
    unit = table.text("unit", "" if not (set_row and key.units) else None)
    if unit == "" and not set_row:
        return units[0]
    if unit not in units:
        raise Fault("unit", f"{key.name}的单位应为“{'”或“'.join(units)}”，不能是“{unit}”")
    return unit


def _value(table: Table, key: Key) -> Any | None:
    unset = table.fields.get("unset", False)
    if not isinstance(unset, bool):
        raise Fault("unset", "unset应为true或false")
    if unset == ("value" in table.fields):
        raise Fault("value", "value与unset = true须有且只有一个")
    return None if unset else typed(key, table.fields["value"])


def typed(key: Key, raw: Any) -> Any:
    """A TOML value as the stored type of its key (see Kind). Raises Fault."""
    wanted = f"{key.name}应为{key.kind.value}"
    if key.kind is Kind.BOOL or key.kind is Kind.TEXT:
        if not isinstance(raw, bool if key.kind is Kind.BOOL else str) or raw == "":
            raise Fault("value", wanted)
        return raw
    if key.kind is Kind.CHOICE:
        if raw not in key.choices:
            ground = f"红线第{key.redline}条：" if key.redline else ""
            raise Fault("value", f"{ground}{key.name}应为{'、'.join(key.choices)}之一，不能是“{raw}”")
        return raw
    if key.kind is Kind.PERCENTS:
        return _percents(raw, wanted)
    if key.kind is Kind.MONTHS:
        return _months(raw, wanted)
    factor = {Kind.INT: 1, Kind.MONEY: 100, Kind.RATIO: 10000}[key.kind]
    return _scaled(raw, factor, "value", f"：{wanted}")


def _scaled(raw: Any, factor: int, name: str, wanted: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise Fault(name, f"{name}{wanted}")
    number = Decimal(raw)
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise Fault(name, f"{name}{wanted}")
    scaled = number * factor
    if scaled != int(scaled):
        raise Fault(name, f"{name}{wanted}，“{raw}”的小数位太多")
    return int(scaled)


def _percents(raw: Any, wanted: str) -> tuple[int, ...]:
    if not isinstance(raw, list) or not raw or not all(type(one) is int for one in raw):
        raise Fault("value", wanted)
    return tuple(raw)


def _months(raw: Any, wanted: str) -> tuple[int, int]:
    if type(raw) is int:
        return raw, raw
    found = re.fullmatch(r"(\d{1,3})-(\d{1,3})", raw) if isinstance(raw, str) else None
    if found is None or int(found[1]) > int(found[2]):
        raise Fault("value", wanted)
    return int(found[1]), int(found[2])


def _only(reading: _Reading, tables: Mapping[str, list[Table]], names: Collection[str]) -> None:
    for name, found in tables.items():
        if name not in names:
            reading.problems.append(Problem(reading.file, found[0].line, f"不认识的表“{name}”{nearest(name, names)}"))


def _places(tables: list[Table]) -> dict[int, Mapping[str, int]]:
    return {table.line: table.lines for table in tables}


def _tables(reading: _Reading, text: str, raw: Mapping[str, Any]) -> dict[str, list[Table]]:
    """Each top-level table of the document with its lines, by name, in the order of the text."""
    lines = _scan(text)
    found: dict[str, list[Table]] = {}
    for name, value in raw.items():
        parts = value if isinstance(value, list) else [value]
        places = lines.get(name, [])
        for number, part in enumerate(parts):
            line, fields = places[number] if number < len(places) else (1, {})
            if isinstance(part, dict):
                found.setdefault(name, []).append(Table(name, line, part, fields))
            else:
                reading.problems.append(Problem(reading.file, lines.get("", [(1, {})])[0][1].get(name, 1),
                                                f"“{name}”应写在[pack]或[[value]]之内"))  # fmt: skip
    return found


def _scan(text: str) -> dict[str, list[tuple[int, dict[str, int]]]]:
    """Where table headers and fields stand: name → [(line, {field: line})]; "" is the part before any header."""
    current: dict[str, int] = {}
    found: dict[str, list[tuple[int, dict[str, int]]]] = {"": [(1, current)]}
    quoted = False
    for number, line in enumerate(text.split("\n"), start=1):
        if not quoted and (header := _HEADER.match(line)):
            current = {}
            found.setdefault(header[1], []).append((number, current))
        elif not quoted and (assigned := _FIELD.match(line)):
            current.setdefault(assigned[1], number)
        if (line.count('"""') + line.count("'''")) % 2:
            quoted = not quoted
    return found
