"""收回名单 (reading a filled list): which rows are filled in, and every fault that shows before a step is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from integrity.errors import Invalid
from integrity.exchange_columns import RECHECK
from integrity.exchange_reading import Table, read_table
from integrity.exchange_rows import Fault, Line, Unit, fault_at, read_rows
from integrity.recheck_marks import edition_of, mark_of
from integrity.recheck_steps import NOT_MET, VISITORS
from integrity.vault import Vault
from integrity.work import Office

FILLED = ("结果", "入户日期", "见到的人", "了解的情况", "结论的理由", "证据指纹")
"""Columns that the visitors fill in; whoever is sent may stand in a row that is not visited yet."""
_IDENTITY = ("户编号", "名单编号", "识别码")
_MET = ("见到的人", "了解的情况", "结论的理由")


class Filled(NamedTuple):
    """收回的名单 (list that came back): its file, the rows to be taken, and how many are left for later."""

    table: Table
    units: list[Unit]
    left: int


Rule = Callable[[Line], Iterator[tuple[str, str]]]


def filled_in(office: Office, path: Path, wanted: tuple[str, ...], rule: Rule) -> Filled:
    """The rows in which one of the `wanted` columns is filled, checked by themselves. Raises Invalid for the file."""
    table = read_table(RECHECK, path)
    with office.reading() as work:
        sheaf = read_rows(table, office.vault, work.today)
    units = [unit for unit in sheaf.units if any(_raw(unit.head, name) is not None for name in wanted)]
    read = {*_IDENTITY, *VISITORS, *wanted}
    for unit in units:
        unit.faults = [one for one in unit.faults if not one.column or one.column in read]
        unit.faults += [*_marked(unit.head, office.vault), *_faults(unit, rule)]
    _once(units)
    return Filled(table, units, len(sheaf.units) - len(units))


def result_rule(line: Line) -> Iterator[tuple[str, str]]:
    """What a row with a result must state."""
    met = line["结果"] is not None and line["结果"] not in NOT_MET
    if _raw(line, "结果") is None:
        yield "结果", "填写了内容但没有选择结果，请从列表选择；还没有入户的，把这一行填的内容都删去"
    for name in ("入户日期", *VISITORS, *(_MET if met else ())):
        if _raw(line, name) is None:
            yield name, f"没有填写，{RECHECK.column(name).hint}"
    if line["结果"] == NOT_MET[-1] and _raw(line, "了解的情况") is None:
        yield "了解的情况", "没有填写，请写明未能入户的原因"
    if line["结果"] in NOT_MET and _raw(line, "结论的理由") is not None:
        yield "结论的理由", "没有入户的不作结论，请删去，或者核对结果"
    proof = line["证据指纹"]
    if proof is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", proof):
        yield "证据指纹", "不是64位指纹，请用 chengxin evidence 文件 取得，或者空着"


def pair_rule(line: Line) -> Iterator[tuple[str, str]]:
    """What a row with visitors must state."""
    for name in VISITORS:
        if _raw(line, name) is None:
            yield name, "没有填写，请填两名入户人员的工号"


def _raw(line: Line, name: str) -> object:
    return line.raw[RECHECK.names.index(name)]


def _faults(unit: Unit, rule: Rule) -> Iterator[Fault]:
    """The faults of a rule, but for cells that could not be read and are named already."""
    named = {one.column for one in unit.faults}
    line = unit.head
    found = [*rule(line)]
    one, two = (line[name] for name in VISITORS)
    if one is not None and one == two:
        found.append((VISITORS[1], "两名入户人员是同一人，核查须由两名以上人员进行（民发〔2021〕57号第16条）"))
    yield from (fault_at(RECHECK, line, name, reason) for name, reason in found if name not in named)


def _marked(line: Line, vault: Vault) -> Iterator[Fault]:
    """Does the mark belong to this household on this edition?"""
    number, mark = line["名单编号"], line["识别码"]
    if number is None or mark is None or not line.household:
        return
    try:
        edition_of(number)
    except Invalid as reason:
        yield fault_at(RECHECK, line, "名单编号", str(reason))
        return
    if mark.upper() != mark_of(vault, number, line.household):
        reason_ = "与户编号、名单编号不对应：这一行被移动、改动过，或者不是本程序的名单；请在原名单上重新填写这一户"
        yield fault_at(RECHECK, line, "识别码", reason_)


def _once(units: list[Unit]) -> None:
    """One household in several rows of a file: which of them is meant, only a person can say."""
    rows: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.number:
            rows.setdefault(unit.number, []).append(unit)
    for same in (same for same in rows.values() if len(same) > 1):
        for unit in same:
            others = "、".join(str(one.head.row) for one in same if one is not unit)
            unit.faults.append(fault_at(RECHECK, unit.head, "户编号", f"与第 {others} 行是同一户，只留一行"))
