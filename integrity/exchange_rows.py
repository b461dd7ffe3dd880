"""逐行检查 (checks of the rows themselves): every fault of every row, before anything is asked of the records.

A unit (导入单位) is what is imported or held back as a whole: a household of the roll, a single row of the other kinds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from integrity.errors import Invalid
from integrity.exchange_cells import canonical, read_cell, shown
from integrity.exchange_columns import CellKind, Column, Sheet
from integrity.exchange_reading import Table
from integrity.rules.identity import IdNumber
from integrity.terms import Relation, Scheme, SignedBy
from integrity.vault import Vault

_EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Fault:
    """行错误 (fault of a row): where, what stands there (personal numbers masked), what to do."""

    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        said = f"“{self.value}”" if self.value else ""
        return f"{self.column}{said}：{self.reason}" if self.column else self.reason


@dataclass(slots=True)
class Line:
    """读懂的行 (row that was read): its meaning by column, and the digest by which it is known again."""

    row: int
    values: dict[str, Any]
    raw: list[Any]
    digest: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def is_head(self) -> bool:
        """Is this the head's row of a roll?"""
        return self["与户主关系"] is Relation.HEAD

    @property
    def household(self) -> str:
        """户编号, "" when it could not be read."""
        return self["户编号"] or ""

    @property
    def person(self) -> str:
        """18-character ID number, "" without one."""
        return getattr(self["身份证号"], "number", "")


@dataclass(slots=True)
class Unit:
    """导入单位 (unit): rows that are imported together or not at all, and what is wrong with them."""

    number: str
    lines: list[Line]
    faults: list[Fault] = field(default_factory=list)

    @property
    def head(self) -> Line:
        """The head's row of a roll, else the only one."""
        return next((line for line in self.lines if line.is_head), self.lines[0])


@dataclass(slots=True)
class Sheaf:
    """一表的单位 (all units of a sheet), in the order of their first rows, and hints that are no faults."""

    sheet: Sheet
    units: list[Unit]
    hints: list[Fault]


def read_rows(table: Table, vault: Vault, today: date) -> Sheaf:
    """Read every row of a table and note every fault that shows without the records."""
    faults: list[Fault] = []
    hints: list[Fault] = []
    lines = [_line(table.sheet, row, table.rows[row], today, faults=faults, hints=hints) for row in table.rows]
    units = _units(table.sheet, lines)
    faults += _twice(table.sheet, lines)
    if table.sheet.kind == "roll":
        for unit in units:
            faults += household_faults(table.sheet, unit)
    by_row: dict[int, list[Fault]] = {}
    for fault in faults:
        by_row.setdefault(fault.row, []).append(fault)
    for unit in units:
        unit.faults = [fault for line in unit.lines for fault in by_row.get(line.row, ())]
        if not unit.faults:
            _digest(table.sheet, unit, vault)
    faults_again = _same(table.sheet, units)
    for unit in units:
        unit.faults += [fault for line in unit.lines for fault in faults_again.get(line.row, ())]
    return Sheaf(table.sheet, units, hints)


def fault_at(sheet: Sheet, line: Line, name: str, reason: str) -> Fault:
    """A fault in one cell, with what stands there."""
    return Fault(line.row, name, shown(sheet.column(name), line.raw[sheet.names.index(name)]), reason)


def _line(
    sheet: Sheet, row: int, raw: list[Any], today: date, *, faults: list[Fault], hints: list[Fault]
) -> Line:
    """One row; its faults and hints are added to the lists."""
    line = Line(row, {}, raw)
    for column, cell in zip(sheet.columns, raw, strict=True):
        try:
            value = read_cell(column, cell)
            _dated(column, value, today)
        except Invalid as reason:
            faults.append(Fault(row, column.name, shown(column, cell), _without_name(str(reason), column)))
            line.values[column.name] = ...
            continue
        line.values[column.name] = value
        hints += [Fault(row, column.name, "", warning) for warning in getattr(value, "warnings", ())]
    faults += _missing(sheet, line)
    faults += [fault_at(sheet, line, name, reason) for name, reason in _ROW_RULES[sheet.kind](line)]
    line.values = {name: None if value is ... else value for name, value in line.values.items()}
    return line


def _without_name(reason: str, column: Column) -> str:
    """身份证号“…”：校验码不符, not 身份证号“…”：身份证号校验码不符."""
    for name in (column.name, "身份证号", "电话号码", "银行账号", "姓名"):
        reason = reason.removeprefix(name)
    return reason


def _dated(column: Column, value: Any, today: date) -> None:
    if column.kind not in (CellKind.DATE, CellKind.MONTH) or value is None:
        return
    if column.kind is CellKind.DATE and value > today:
        raise Invalid(f"晚于今天（{today}），请核对")
    if value < _EARLIEST:
        raise Invalid("日期过早，请核对")


def _missing(sheet: Sheet, line: Line) -> list[Fault]:
    """Required cells that are empty; those of the household are asked for in the head's row."""
    return [
        Fault(line.row, column.name, "", "没有填写")
        for column in sheet.columns
        if column.required and line[column.name] is None and (line.is_head or not column.household)
    ]


def _known(*values: Any) -> bool:
    """Were all these cells filled and readable?"""
    return all(value is not None and value is not ... for value in values)


def _born(line: Line) -> date | None:
    person = line["身份证号"]
    return person.born if isinstance(person, IdNumber) else None


def _roll_row(line: Line) -> list[tuple[str, str]]:
    """Rules within one row of the roll."""
    if not line.is_head:
        return []
    found = []
    confirmed, applied, born, start = line["确认日期"], line["申请日期"], _born(line), line["起始月份"]
    if line["村级区划代码"] is None and line["村（居）名称"] is None:
        found.append(("村级区划代码", "村级区划代码和村（居）名称至少填一个"))
    if _known(confirmed, born) and confirmed < born:
        found.append(("确认日期", "早于户主出生日期，请核对"))
    if _known(applied, confirmed) and applied > confirmed:
        found.append(("申请日期", "晚于确认日期，请核对"))
    if _known(start, confirmed) and abs((start.year - confirmed.year) * 12 + start.month - confirmed.month) > 12:
        found.append(("起始月份", "与确认日期相差一年以上，请核对"))
    if line["救助类别"] is Scheme.DIBAO and line["月救助金额"] is None:
        found.append(("月救助金额", "低保应填写月救助金额"))
    if line["救助类别"] is Scheme.EDGE and _known(line["月救助金额"]) and line["月救助金额"] > 0:
        found.append(("月救助金额", "边缘家庭不发放月救助金，请空着或核对救助类别"))
    return found


def _commitment_row(line: Line) -> list[tuple[str, str]]:
    """Rules within one row of promises."""
    found = _before_birth(line, "签署日期")
    if line["签署方式"] is SignedBy.GUARDIAN and line["监护人"] is None:
        found.append(("监护人", "监护人代签须写明监护人"))
    if _known(line["签署方式"]) and line["签署方式"] is not SignedBy.REFUSED and line["讲解人"] is None:
        found.append(("讲解人", "承诺前须有人讲解政策，请填写讲解人"))
    return found


def _conduct_row(line: Line) -> list[tuple[str, str]]:
    """Rules within one row of conduct."""
    found = _before_birth(line, "行为日期")
    act, end, seen = line["行为日期"], line["行为止日"], line["发现日期"]
    if _known(act, end) and end < act:
        found.append(("行为止日", "早于行为日期，请核对"))
    if _known(act, seen) and seen < act:
        found.append(("发现日期", "早于行为日期，请核对"))
    return found


def _comparison_row(line: Line) -> list[tuple[str, str]]:
    """Rules within one row of comparison results."""
    found = _before_birth(line, "死亡日期")
    if line["死亡日期"] is not None and line["身份证号"] is None:
        found.append(("身份证号", "填写死亡日期的，须写明是谁"))
    if _known(line["死亡日期"], line["核对日期"]) and line["死亡日期"] > line["核对日期"]:
        found.append(("死亡日期", "晚于核对日期，请核对"))
    if all(line[name] is None for name in ("家庭月收入", "收入是否稳定", "财产是否超标", "死亡日期")):
        found.append(("家庭月收入", "这一行没有任何结果：收入、是否稳定、财产、死亡至少填一项"))
    return found


def _before_birth(line: Line, name: str) -> list[tuple[str, str]]:
    born, on = _born(line), line[name]
    return [(name, "早于本人出生日期，请核对")] if _known(born, on) and on < born else []


_ROW_RULES: dict[str, Callable[[Line], list[tuple[str, str]]]] = {
    "roll": _roll_row, "commitments": _commitment_row, "conduct": _conduct_row, "comparison": _comparison_row,
    "recheck": lambda line: [],  # which rows of a list are filled in is asked first, see `recheck_rows`
}  # fmt: skip


def _units(sheet: Sheet, lines: list[Line]) -> list[Unit]:
    """Rows of one household number together for the roll, each row for itself otherwise."""
    if sheet.kind != "roll":
        return [Unit(line.household, [line]) for line in lines]
    units: dict[str, Unit] = {}
    for line in lines:
        key = line.household or f"\0{line.row}"
        units.setdefault(key, Unit(line.household, [])).lines.append(line)
    return list(units.values())


def household_faults(sheet: Sheet, unit: Unit) -> list[Fault]:
    """Rules over the rows of one household: one head, and no row that contradicts it."""
    heads = [line for line in unit.lines if line.is_head]
    if len(heads) > 1:
        also = "、".join(str(line.row) for line in heads)
        return [fault_at(sheet, line, "与户主关系", f"一户只能有一名户主，第 {also} 行都是户主") for line in heads]
    if not heads:
        unread = any(line.raw[sheet.names.index("与户主关系")] and not line["与户主关系"] for line in unit.lines)
        return [] if unread else [fault_at(sheet, unit.lines[0], "户编号", "该户没有户主，请在一行填写“户主”")]
    head = heads[0]
    return [
        fault_at(sheet, line, column.name, f"与户主那一行（第 {head.row} 行）不一致，请改成一样或空着")
        for line in unit.lines
        for column in sheet.columns
        if column.household and line[column.name] is not None and line[column.name] != head[column.name]
    ]


def _twice(sheet: Sheet, lines: list[Line]) -> list[Fault]:
    """The same ID number in several rows of a roll."""
    if sheet.kind != "roll":
        return []
    rows: dict[str, list[Line]] = {}
    for line in lines:
        if line.person:
            rows.setdefault(line.person, []).append(line)
    found = []
    for same in (same for same in rows.values() if len(same) > 1):
        for line in same:
            others = "、".join(str(other.row) for other in same if other is not line)
            found.append(fault_at(sheet, line, "身份证号", f"与第 {others} 行重复"))
    return found


def _digest(sheet: Sheet, unit: Unit, vault: Vault) -> None:
    """The keyed digests of a unit's rows: the same content gives the same digest, in whatever file it stands."""
    for line in unit.lines:
        said = [
            (column.name, canonical(line[column.name]))
            for column in sheet.columns
            if line[column.name] is not None and (line.is_head or not column.household)
        ]
        line.digest = vault.blind(f"import|{sheet.kind}", json.dumps(said, ensure_ascii=False))


def _same(sheet: Sheet, units: list[Unit]) -> dict[int, list[Fault]]:
    """Rows that say exactly what a row before them says; twice in one file is a slip, never two facts."""
    first: dict[str, int] = {}
    found: dict[int, list[Fault]] = {}
    if sheet.kind == "roll":
        return found
    for unit in units:
        for line in unit.lines:
            if line.digest and first.setdefault(line.digest, line.row) != line.row:
                found[line.row] = [Fault(line.row, "", "", f"与第 {first[line.digest]} 行完全相同，请删去一行")]
    return found
