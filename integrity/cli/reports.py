"""台账和报表 (registers and reports) on the command line: to paper and workbook, and the households behind a number."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import periodic, registers
from integrity.cli.console import By, acting, code, day, moment, say, table
from integrity.cli.rolls import village
from integrity.errors import Invalid
from integrity.periods import Period, days, read_month, read_quarter
from integrity.records.columns import SHANGHAI
from integrity.rules.writing import yuan

register_app = typer.Typer()
app = typer.Typer(help="月报、季报，和一个数字背后的家庭", no_args_is_help=True)
Where = Annotated[str, typer.Option("--area", help="行政区划代码", parser=code, metavar="代码")]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of", help="截至哪一天、哪一时刻所知，如 2026-11-02T09:00；默认现在", parser=moment, metavar="时刻"
    ),
]
Out = Annotated[Path, typer.Option("--out", help="写到这个文件夹；默认当前目录", metavar="文件夹")]
Day = Annotated[date, typer.Option(parser=day, metavar="日期")]
_FORMATS = ("both", "pdf", "xlsx")


@register_app.command("register")
def register(
    kind: Annotated[
        str, typer.Argument(help="承诺、守信失信、定期核查、调整停发渐退、送达、公示、打印", metavar="台账")
    ],
    area: Where,
    since: Day,
    until: Day,
    as_of: AsOf = None,
    form: Annotated[str, typer.Option("--format", help="both 两种都要；pdf；xlsx")] = "both",
    names: Annotated[str, typer.Option("--names", help="姓名不遮蔽的用途；复核、审批人员才能写", metavar="用途")] = "",
    out: Out = Path(),
    by: By = "",
) -> None:
    """台账：一个区划、一段时间的登记逐行列出，印成 PDF 和工作簿；姓名默认遮蔽。记入操作日志。"""
    if form not in _FORMATS:
        raise Invalid(f"格式可以写：{'、'.join(_FORMATS)}")
    wanted = registers.Wanted(kind, area, days(since, until), names)
    with acting(by, periodic.MATTER, area) as work:
        made = registers.make(work, wanted, as_of, pdf=form != "xlsx", xlsx=form != "pdf")
    for path in registers.write(made, out):
        say(f"{made.head.title}：{path}")
    say(f"截至 {made.moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S.%f}；{made.head.masking}")
    if made.head.note:
        say(made.head.note, style="yellow")


@app.command("month")
def month(
    text: Annotated[str, typer.Argument(help="月份，如 2026-10", metavar="月份")], area: Where, as_of: AsOf = None,
    out: Out = Path(), by: By = "",
) -> None:  # fmt: skip
    """月报：一个月的数字，按乡镇（街道）、村（居）列出，PDF 和工作簿；以后按同一时刻再做，数字相同。"""
    _report(read_month(text), area, as_of, out, by=by)


@app.command("quarter")
def quarter(
    text: Annotated[str, typer.Argument(help="季度，如 2026Q3", metavar="季度")], area: Where, as_of: AsOf = None,
    out: Out = Path(), by: By = "",
) -> None:  # fmt: skip
    """季报：一个季度的数字，同月报。"""
    _report(read_quarter(text), area, as_of, out, by=by)


def _report(period: Period, area: str, as_of: date | None, out: Path, *, by: str) -> None:
    with acting(by, periodic.MATTER, area) as work:
        made = periodic.make(work, area, period, as_of)
    for path in periodic.write(made, out):
        say(f"{made.record.title}：{path}")
    say(f"{made.paper.pages} 页，截至 {made.moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S.%f}")


@app.command("behind")
def behind(
    text: Annotated[str, typer.Argument(help="月份或者季度，如 2026-10、2026Q3", metavar="报告期")],
    number: Annotated[str, typer.Argument(help="指标的名称或者代码，如 逾期、DUE_OVER", metavar="指标")],
    area: Where,
    as_of: AsOf = None,
    limit: Annotated[int, typer.Option(help="最多列出几户")] = 50,
    by: By = "",
) -> None:
    """一个数字背后的家庭：户编号、村（居）和各户的数；查看记入操作日志。"""
    period = read_quarter(text) if "q" in text.lower() else read_month(text)
    with acting(by, periodic.MATTER, area) as work:
        found = periodic.behind(work, area, period, number, as_of)
        rows = [(one.household, village(work, one.area), _told(one.value, one.unit)) for one in found[:limit]]
    if not rows:
        say("没有：这个数在本期没有对应的家庭")
        return
    table(("户编号", "村（居）", "数"), rows)
    more = f"，只列出前 {limit} 户" if len(found) > limit else ""
    say(f"共 {len(found)} 户，合计 {_told(sum(one.value for one in found), found[0].unit)}{more}")


def _told(value: int, unit: str) -> str:
    """A figure in its unit; the ledger keeps money in fen."""
    return yuan(value) if unit == "元" else f"{value} {unit}"
