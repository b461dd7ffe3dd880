"""文书 (papers): print one at the desk, print again, find the last run's files, write down that one was delivered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer
from sqlmodel import func, select

from integrity import cases, households, notices, print_progress, print_runs, print_wishes
from integrity.case_desk import at_desk
from integrity.cli.cases import told
from integrity.cli.console import By, Household, acting, day, on_household, one_of, opened, say
from integrity.cli.print_options import AskedBy, Cover, Large
from integrity.cli.usage import Group
from integrity.permissions import require
from integrity.print_wishes import Asked
from integrity.records.print_runs import PrintRun
from integrity.settings import settings
from integrity.terms import PaperKind, ServiceWay


class Runs(Group):
    """打印 (printing): first of all what an officer does with a whole run."""

    heading = "打印批次"


app = typer.Typer(cls=Runs, help="文书：批量打印、补打、送达", no_args_is_help=True)
ONE, ALONE = "单份文书", "当场打印一份（写户编号）"
"""Headings of the help, told after what concerns a whole run."""
Number = Annotated[str, typer.Argument(help="文书编号", metavar="文号")]


@app.command("reprint", rich_help_panel=ONE)
def reprint(number: Number, large: Large = None, cover: Cover = None, asked_by: AskedBy = "", by: By = "") -> None:
    """补打一份，注明“补打”和份数；版式与原件相同，户内登记过阅读需要的照所登记的。"""
    with acting(by, "打印文书") as work:
        notice = notices.by_number(work, number)
        require(work, "打印文书", households.home(work, notice.household_id, work.today).area)
        if asked_by:
            print_wishes.remember(work, notice.household_id, Asked(large, cover), asked_by)
        path = notices.reprint(work, notice, Asked(large, cover))
    say(f"补打：{path}")


@app.command("needs", rich_help_panel=ONE)
def needs(household: Household, large: Large = None, cover: Cover = None, asked_by: AskedBy = "", by: By = "") -> None:
    """登记本户的阅读需要（大字版、明白纸），以后的文书都照此印；不写要求时显示现在的登记。"""
    with on_household(by, "打印文书", household) as (work, household_id):
        if Asked(large, cover) != print_wishes.UNASKED or asked_by:
            print_wishes.remember(work, household_id, Asked(large, cover), asked_by)
        wish = print_wishes.wish_of(work, household_id)
        need = print_wishes.need_of(work, household_id)
        told = f"{wish.asked_on} {wish.asked_by}提出，{wish.recorded_by} 登记" if wish else "没有登记过"
    say(f"{need.name if need else '普通版'}（{told}）")


@app.command("run")
def last_run() -> None:
    """最近一天的打印批次：文件在哪里，各有多少份，打印到什么程度。"""
    with opened() as office, office.reading() as work:
        last = work.session.exec(select(func.max(PrintRun.made_on))).one()
        if last is None:
            say("还没有制作过打印批次")
            return
        for run in work.session.exec(select(PrintRun).where(PrintRun.made_on == last).order_by(PrintRun.number)):
            states = "、".join(f"{one.value} {many}" for one, many in print_progress.states(work, run).items())
            say(f"{last} 打印批次 {run.number}　{run.papers} 份　{states}", style="bold")
            for file in print_runs.files_of(work, run):
                path = settings().papers / file.file
                gone = "" if path.is_file() else "（文件已不在，chengxin print start 会重新制成）"
                told = f"{file.sheets} 张{gone}"
                say(f"  {path}　{told if file.sha256 else '还没有制成'}")


@app.command("serve", rich_help_panel=ONE)
def serve(
    number: Number,
    way: Annotated[ServiceWay, typer.Argument(help="送达方式", parser=one_of(ServiceWay))],
    on: Annotated[date, typer.Option("--on", help="送达日期", parser=day, metavar="日期")],
    receiver: Annotated[str, typer.Option(help="收件人")],
    witness: Annotated[list[str] | None, typer.Option("--witness", help="见证人，可写两次")] = None,
    detail: Annotated[str, typer.Option(help="拒收原因、同意电子送达的记录等")] = "",
    evidence: Annotated[str, typer.Option(help="证据的指纹，见 chengxin evidence", metavar="指纹")] = "",
    by: By = "",
) -> None:
    """登记送达（送达回证）；属于案件的文书，同时办理案件的送达一步。"""
    with acting(by, "登记送达") as work:
        notice = notices.by_number(work, number)
        require(work, "登记送达", households.home(work, notice.household_id, work.today).area)
        served = cases.serve_paper(
            work, number, way, on=on, receiver=receiver, witnesses=tuple(witness or ()), detail=detail,
            evidence=evidence,
        )  # fmt: skip
        lines = told(work, served) if isinstance(served, cases.Taken) else []
        term = notices.hearing_ends(work, notice) if notice.kind is PaperKind.F13 else None
    say(f"已登记送达：{number}，{way.value}")
    if term is not None:
        say(f"听取意见的期限到 {term.end}" + ("（暂定）" if term.provisional else ""))
    for line in lines:
        say(line)


def _printer(kind: PaperKind) -> Callable[..., None]:
    """The command that prints one kind of paper."""

    def command(
        household: Household, large: Large = None, cover: Cover = None, asked_by: AskedBy = "", by: By = ""
    ) -> None:
        asked = Asked(large, cover)
        with on_household(by, "打印文书", household) as (work, household_id):
            if asked_by:
                print_wishes.remember(work, household_id, asked, asked_by)
            path = at_desk(work, household_id, kind, asked)
        say(f"《{kind.value}》：{path}")

    return command


for _kind in sorted(PaperKind, key=lambda kind: kind.name):
    _help = f"打印《{_kind.value}》。\n\n原件只打印一次，再要给出原文件；案件制发的，打印案件的那一份。"
    app.command(_kind.name, help=_help, rich_help_panel=ALONE)(_printer(_kind))
