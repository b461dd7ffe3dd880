"""定期核查清单 (recheck list): what the responsible reviewer takes along, on paper (PDF) and as a workbook (XLSX)."""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Literal

from reports import forms
from reports.forms import may, said
from reports.layout import engine
from reports.press import Paper, check_glyphs
from reports.tables import Column, Table, table_xlsx
from reports.volumes import Volume
from reports.wording import cn_date

TITLE = "定期核查清单"
STYLE = "table.css"
TEMPLATE, NUMBERS = "tables/recheck.html", "tables/dossier_numbers.html"
ROWS = 300
"""Rows in one layout: the cost of a table grows faster than its length, so long lists are laid out in pieces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckLine:
    """核查对象 (one household to recheck). `result`, `signed` and `note` are mostly left for the pen."""

    household: str = said("户编号")
    head: str = said("户主姓名")
    village: str = said("村（居）")
    category: str = said("救助类别")
    persons: int = said("人数", least=0)
    due: date = said("应核查日")
    ground: str = said("核查事由")
    priority: str = said("优先级")
    last: date | None = may("上次核查日", None)
    address: str = may("住址")
    phone: str = may("电话")
    result: str = may("结果")
    signed: str = may("核查人签名")
    note: str = may("备注")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckList:
    """定期核查清单 (recheck list) of one reviewer. `choices` are the results offered in the workbook's drop-down."""

    organ: str = said("制表单位")
    number: str = said("清单编号")
    period: str = said("核查期间")
    reviewer: str = said("责任核查人")
    made_on: date = said("制表日期")
    printed_by: str = said("打印人")
    lines: tuple[RecheckLine, ...] = said("核查对象")
    choices: tuple[str, ...] = may("结果选项", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFill:
    """填写项 (a column of the workbook that is filled in after the visit, or by which a row is known again)."""

    title: str
    width: float = 14
    kind: Literal["text", "number", "money", "date"] = "text"
    hint: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """户编号 → what stands there already."""


@dataclass(frozen=True, slots=True)
class _Group:
    """One village's lines on one piece of the list, with the serial number of the first."""

    village: str
    continued: bool
    first: int
    lines: Sequence[RecheckLine]


def by_village(lines: Sequence[RecheckLine]) -> list[RecheckLine]:
    """按村（居）归组 (group by village): villages in the order in which they first appear, lines in their own order."""
    order = {village: place for place, village in enumerate(dict.fromkeys(line.village for line in lines))}
    return sorted(lines, key=lambda line: order[line.village])


def _pieces(lines: Sequence[RecheckLine]) -> Iterator[list[_Group]]:
    """Groups of at most `ROWS` rows in all; a village cut in two is marked as continued."""
    previous = ""
    for start in range(0, len(lines), ROWS):
        groups: list[_Group] = []
        first = start + 1
        for village, members in groupby(lines[start : start + ROWS], key=lambda line: line.village):
            group = _Group(village, village == previous, first, list(members))
            groups.append(group)
            first, previous = first + len(group.lines), village
        yield groups


def _checked(roll: RecheckList) -> list[RecheckLine]:
    forms.require(TITLE, roll)
    lines = by_village(roll.lines)
    named = [(f"户编号{line.household}的{name}", text) for line in lines for name, text in forms.texts(line)]
    head = [("表头", roll.organ + roll.number + roll.period + roll.reviewer + roll.printed_by)]
    check_glyphs(head + named)
    return lines


def recheck_list_pdf(roll: RecheckList) -> Paper:
    """打印清单 (print the list): A4 landscape, grouped by village, head repeated, 第X页 共Y页 on each page.

    Raises `Incomplete`, `MissingGlyphs`, `FontsMissing`, `PressStopped`.
    """
    lines = _checked(roll)
    counts = [(village, len(list(members))) for village, members in groupby(lines, key=lambda line: line.village)]
    volume = Volume(STYLE)
    pieces = list(_pieces(lines))
    overdue = sum(line.due < roll.made_on for line in lines)
    for piece, groups in enumerate(pieces):
        html = engine.fill(
            TEMPLATE, roll=roll, title=TITLE, groups=groups, counts=counts, first=piece == 0, overdue=overdue,
            last=piece == len(pieces) - 1, total=len(lines), persons=sum(line.persons for line in lines),
        )  # fmt: skip
        volume.add(html)
    volume.number(NUMBERS)
    version = engine.version(TEMPLATE, NUMBERS, f"style/{STYLE}")
    return volume.paper(forms.canonical(roll), f"{TITLE}.json", version)


def recheck_list_xlsx(
    roll: RecheckList, to_fill: Sequence[ToFill] = (), known_by: Sequence[ToFill] = (), notes: tuple[str, ...] = (),
    *, trace: str = "",
) -> bytes:  # fmt: skip
    """清单工作簿 (the list as a workbook) with a drop-down for the result. Raises `Incomplete`.

    `to_fill` follow the result; `known_by` stand last, so that rows that were sorted in part do not fit any more.
    """
    forms.require(TITLE, roll)
    asked, marks = ([Column(one.title, one.width, one.kind, hint=one.hint) for one in some]
                    for some in (to_fill, known_by))  # fmt: skip
    columns = (
        Column("序号", 6, "number"), Column("户编号", 18), Column("户主", 12), Column("村（居）", 16),
        Column("救助类别", 16), Column("人数", 6, "number"), Column("上次核查日", 12, "date"),
        Column("应核查日", 12, "date"), Column("核查事由", 36),
        Column("优先级", 8),
        Column("结果", 14, choices=roll.choices, hint="从列表选；还没有入户的空着" if to_fill else ""),
        *asked, Column("核查人签名", 14), Column("备注", 18), *marks,
    )  # fmt: skip
    rows = tuple(
        (serial, line.household, line.head, line.village, line.category, line.persons, line.last, line.due, line.ground,
         line.priority, line.result, *(one.values.get(line.household, "") for one in to_fill), line.signed, line.note,
         *(one.values.get(line.household, "") for one in known_by))
        for serial, line in enumerate(by_village(roll.lines), 1)
    )  # fmt: skip
    about = (
        f"制表单位：{roll.organ}　清单编号：{roll.number}　核查期间：{roll.period}　责任核查人：{roll.reviewer}　"
        f"制表日期：{cn_date(roll.made_on)}　打印人：{roll.printed_by}　共{len(rows)}户"
    )
    return table_xlsx(Table(TITLE, columns, rows, about, roll.made_on, notes, trace))
