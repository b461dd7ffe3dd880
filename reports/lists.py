"""定期核查清单 (recheck list): what the responsible reviewer takes along, on paper (PDF) and as a workbook (XLSX)."""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from reports import engine, forms
from reports.forms import may, said
from reports.press import Paper, check_glyphs
from reports.tables import Column, Table, table_xlsx
from reports.volumes import Volume
from reports.wording import cn_date

TITLE = "定期核查清单"
STYLE = "table.css"
TEMPLATE = "tables/recheck.html"
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
    """打印清单 (print the list): A4 landscape, grouped by village, head repeated on each page, pages numbered through.

    Raises `Incomplete`, `MissingGlyphs`, `FontsMissing`, `PressStopped`.
    """
    lines = _checked(roll)
    counts = [(village, len(list(members))) for village, members in groupby(lines, key=lambda line: line.village)]
    volume = Volume(STYLE)
    pieces = list(_pieces(lines))
    for piece, groups in enumerate(pieces):
        html = engine.fill(
            TEMPLATE, roll=roll, title=TITLE, groups=groups, page=volume.pages + 1, counts=counts, first=piece == 0,
            last=piece == len(pieces) - 1, total=len(lines), persons=sum(line.persons for line in lines),
        )  # fmt: skip
        volume.add(html)
    return volume.paper(forms.canonical(roll), f"{TITLE}.json", engine.version(TEMPLATE, f"style/{STYLE}"))


def recheck_list_xlsx(roll: RecheckList) -> bytes:
    """清单工作簿 (the list as a workbook) with a drop-down for the result. Raises `Incomplete`."""
    forms.require(TITLE, roll)
    columns = (
        Column("序号", 6, "number"), Column("户编号", 18), Column("户主", 12), Column("村（居）", 16),
        Column("救助类别", 16), Column("人数", 6, "number"), Column("上次核查日", 12, "date"),
        Column("应核查日", 12, "date"), Column("核查事由", 36),
        Column("优先级", 8), Column("结果", 14, choices=roll.choices), Column("核查人签名", 14), Column("备注", 18),
    )  # fmt: skip
    rows = tuple(
        (serial, line.household, line.head, line.village, line.category, line.persons, line.last, line.due, line.ground,
         line.priority, line.result, line.signed, line.note)
        for serial, line in enumerate(by_village(roll.lines), 1)
    )  # fmt: skip
    about = (
        f"制表单位：{roll.organ}　清单编号：{roll.number}　核查期间：{roll.period}　责任核查人：{roll.reviewer}　"
        f"制表日期：{cn_date(roll.made_on)}　打印人：{roll.printed_by}　共{len(rows)}户"
    )
    return table_xlsx(Table(TITLE, columns, rows, about, roll.made_on))
