"""汇总 (summary): how many households came out how, as a chart and as the figures behind it, on one page."""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from reports import forms
from reports.forms import may, said
from reports.layout import engine
from reports.press import Paper, check_glyphs
from reports.volumes import Volume

STYLE = "table.css"
TEMPLATE = "tables/summary.html"
CHART, NUMBERS = "tables/_bars.svg", "tables/dossier_numbers.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """一项 (one bar): `count` in households; 0 is a figure too."""

    label: str = said("类别")
    count: int = said("户数", least=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """汇总表 (summary) of one office and period, for example of recommendations by outcome."""

    title: str = said("标题")
    organ: str = said("制表单位")
    number: str = said("汇总编号")
    period: str = said("期间")
    made_on: date = said("制表日期")
    printed_by: str = said("打印人")
    bars: tuple[Bar, ...] = said("分项")
    note: str = may("说明")


def bars_svg(bars: Sequence[Bar], label: str) -> str:
    """条形图 (bar chart): SVG text, also fit for a page; `label` is what a screen reader says."""
    counts = [bar.count for bar in bars]
    return engine.fill(CHART, bars=bars, label=label, top=max(counts, default=0), total=sum(counts))


def summary_pdf(summary: Summary) -> Paper:
    """打印汇总 (print the summary). Raises `Incomplete`, `MissingGlyphs`, `FontsMissing`, `PressStopped`."""
    forms.require("汇总表", summary)
    check_glyphs(list(forms.texts(summary)))
    chart = Markup(bars_svg(summary.bars, summary.title))  # our own template has escaped every value
    html = engine.fill(TEMPLATE, summary=summary, chart=chart, total=sum(bar.count for bar in summary.bars))
    volume = Volume(STYLE)
    volume.add(html)
    volume.number(NUMBERS)
    version = engine.version(TEMPLATE, CHART, NUMBERS, f"style/{STYLE}")
    return volume.paper(forms.canonical(summary), "汇总表.json", version)
