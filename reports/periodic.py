"""月报、季报 (monthly and quarterly reports): charts, a table for each chapter by place, and what every number means.

The record is the same for paper (PDF) and workbook (XLSX). Charts are our own SVG in black, each value beside its mark.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from reports import forms
from reports.dossier import legible
from reports.forms import may, said
from reports.layout import engine
from reports.press import Paper
from reports.registers import NUMBERS, shown, to_second
from reports.tables import Cell, Column
from reports.volumes import Volume
from reports.wording import cn_date
from reports.workbooks import Page, book_xlsx

STYLE = "register.css"
FRONT, CHAPTER, MEANINGS = "tables/periodic.html", "tables/periodic_chapter.html", "tables/periodic_meanings.html"
PAGE = "tables/_periodic.html"
"""What these three extend."""
BARS, LINE = "tables/_figures.svg", "tables/_line.svg"
ROWS = 200
"""Lines of tables in one layout: the cost of a table grows faster than its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """指标 (a number): name, unit (of 元 the values are fen) and what it means; `absent` says why there is none."""

    name: str = said("指标")
    unit: str = said("单位")
    meaning: str = said("含义")
    absent: str = may("不能计算的原因")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """一行 (a place): `depth` 0 is the whole, 1 its parts, 2 theirs; one value for each figure."""

    name: str = said("地区")
    depth: int = said("层次", least=0)
    values: tuple[int, ...] = said("数")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """一章 (a table): figures across, places down."""

    title: str = said("章")
    figures: tuple[Figure, ...] = said("指标")
    lines: tuple[Line, ...] = said("地区")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """图 (a chart): labels and values; a line where they follow each other in time, else bars."""

    title: str = said("标题")
    unit: str = said("单位")
    marks: tuple[tuple[str, int], ...] = said("数")
    line: bool = may("折线", False)
    absent: str = may("不能计算的原因")

    @property
    def nothing(self) -> str:
        """Why nothing is drawn: axes without a mark would look like a fault."""
        if self.absent:
            return f"{self.absent}，不能计算。"
        return "" if any(value for _, value in self.marks) else "本期均为0。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """月报、季报 (a report) of an area and a period, as known at a moment."""

    title: str = said("名称")
    number: str = said("编号")
    organ: str = said("制表单位")
    area: str = said("区划")
    period: str = said("报告期")
    moment: str = said("截至时刻")
    printed_by: str = said("印制人")
    made_on: date = said("制表日期")
    chapters: tuple[Chapter, ...] = said("各章")
    charts: tuple[Chart, ...] = may("图", ())
    note: str = may("说明")

    @property
    def mark(self) -> str:
        """Who made it when, as it stands on every page and sheet."""
        return f"{self.printed_by}　{cn_date(self.made_on)}制　{self.number}"

    @property
    def about(self) -> str:
        """Where, for which period, as known when, to the second."""
        return f"区划：{self.area}　报告期：{self.period}　截至时刻：{to_second(self.moment)}"


def chart_svg(chart: Chart) -> str:
    """图 (a chart) as SVG text, each value beside its mark, black on white."""
    values = [value for _, value in chart.marks]
    marks = [(label, value, _said(value, chart.unit)) for label, value in chart.marks]
    return engine.fill(
        LINE if chart.line else BARS, marks=marks, label=chart.title, top=max(values, default=0), least=min(values),
        total=sum(values),
    )  # fmt: skip


def _said(value: int, unit: str) -> str:
    return f"{shown(value, 'money')}元" if unit == "元" else f"{value}{unit}"


def periodic_pdf(report: Periodic) -> Paper:
    """印制报表 (print the report): A4 landscape, heads on each page, 第X页 共Y页. Raises as `register_pdf`."""
    forms.require("报表", report)
    with engine.uncollected():
        volume = Volume(STYLE)
        for html in _filled(report):
            volume.add(legible(html))
        volume.number(NUMBERS)
        version = engine.version(PAGE, FRONT, CHAPTER, MEANINGS, BARS, LINE, NUMBERS, f"style/{STYLE}")
        return volume.paper(forms.canonical(report), "报表.json", version)


def _filled(report: Periodic) -> Iterator[str]:
    # our own templates have escaped every value
    charts = ["" if one.nothing else Markup(chart_svg(one)) for one in report.charts]
    yield engine.fill(FRONT, report=report, charts=list(zip(report.charts, charts, strict=True)))
    for piece in _pieces(report.chapters):
        yield engine.fill(CHAPTER, report=report, tables=piece)
    yield engine.fill(MEANINGS, report=report)


class _Table(NamedTuple):
    """A chapter, or a piece of one, as it is filled in: figures that are not 0 everywhere; the others in words."""

    title: str
    figures: list[Figure]
    continued: bool
    lines: list[tuple[str, int, list[str]]]
    words: list[str]


def _pieces(chapters: Sequence[Chapter]) -> Iterator[list[_Table]]:
    """Tables of at most `ROWS` lines in all for one layout: the whole and its parts; theirs stand in the workbook."""
    piece: list[_Table] = []
    for chapter in chapters:
        shown_ones = [n for n, one in enumerate(chapter.figures) if not one.absent and _counted(chapter, n)]
        lines = [_line(chapter, one, shown_ones) for one in chapter.lines if one.depth < 2]
        for start in range(0, len(lines), ROWS):
            rest = list(_words(chapter)) if start + ROWS >= len(lines) else []
            figures = [chapter.figures[n] for n in shown_ones]
            table = _Table(chapter.title, figures, start > 0, lines[start : start + ROWS], rest)
            if piece and sum(len(one.lines) for one in piece) + len(table.lines) > ROWS:
                yield piece
                piece = []
            piece.append(table)
    yield piece


def _counted(chapter: Chapter, number: int) -> bool:
    return any(line.values[number] for line in chapter.lines)


def _words(chapter: Chapter) -> Iterator[str]:
    """What stands in no column: figures that cannot be told, and those that are 0 everywhere."""
    for reason in dict.fromkeys(one.absent for one in chapter.figures if one.absent):
        yield f"{reason}，不能计算：{'、'.join(one.name for one in chapter.figures if one.absent == reason)}。"
    none = [one.name for n, one in enumerate(chapter.figures) if not one.absent and not _counted(chapter, n)]
    if none:
        yield f"本期均为0：{'、'.join(none)}。"


def _line(chapter: Chapter, line: Line, chosen: Sequence[int]) -> tuple[str, int, list[str]]:
    return line.name, line.depth, [shown(line.values[n], _kind(chapter.figures[n])) for n in chosen]


def _kind(figure: Figure) -> Any:
    return "money" if figure.unit == "元" else "number"


def periodic_xlsx(report: Periodic) -> bytes:
    """报表工作簿 (the report as a workbook): the totals, a sheet a chapter, the charts' values, the meanings."""
    forms.require("报表", report)
    return book_xlsx(report.title, _sheets(report), mark=report.mark, made_on=report.made_on)


def _sheets(report: Periodic) -> Iterator[Page]:
    title = f"{report.organ}{report.title}"
    for chapter in report.chapters:
        columns = (Column("地区", 26), Column("层次", 6, "number"), *_columns(chapter.figures))
        rows: list[tuple[Cell, ...]] = [(one.name, one.depth, *_values(chapter, one)) for one in chapter.lines]
        yield Page(chapter.title, f"{title}（{chapter.title}）", columns, rows, report.about)
    for chart in report.charts:
        kind: Any = "money" if chart.unit == "元" else "number"
        columns = (Column("项目", 26), Column(f"数（{chart.unit}）", 18, kind))
        marks = [(name, None if chart.absent else value) for name, value in chart.marks]
        yield Page(f"图 {chart.title}", chart.title, columns, marks, report.about)
    meanings = (Column("章", 16), Column("指标", 18), Column("单位", 6), Column("含义", 100))
    yield Page("指标说明", f"{title}指标说明", meanings, list(_meanings(report)), report.note)


def _values(chapter: Chapter, line: Line) -> Iterator[Cell]:
    for figure, value in zip(chapter.figures, line.values, strict=True):
        yield None if figure.absent else value


def _columns(figures: Sequence[Figure]) -> Iterator[Column]:
    for one in figures:
        yield Column(f"{one.name}（{one.unit}）", 16 if one.unit == "元" else 10, _kind(one))


def _meanings(report: Periodic) -> Iterator[tuple[Cell, ...]]:
    for chapter in report.chapters:
        for one in chapter.figures:
            told = f"{one.meaning}。{one.absent}，不能计算" if one.absent else one.meaning
            yield chapter.title, one.name, one.unit, told
