"""文书 (papers): print one at the desk, print again, find the last run's files, write down that one was delivered."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer
from sqlmodel import col, func, select

from integrity import cases, households, notices
from integrity.case_desk import at_desk
from integrity.cli.cases import told
from integrity.cli.console import By, Household, acting, day, on_household, one_of, opened, say
from integrity.permissions import require
from integrity.records.ledger import Printing
from integrity.settings import settings
from integrity.terms import PaperKind, ServiceWay

app = typer.Typer(help="文书：打印、补打、送达", no_args_is_help=True)
_BATCH = re.compile(r"-F\d\d-\d+\.pdf$")
"""Files of the monthly job; those printed at the desk bear the paper's number."""
Number = Annotated[str, typer.Argument(help="文书编号", metavar="文号")]


def _printer(kind: PaperKind) -> Callable[..., None]:
    """The command that prints one kind of paper."""

    def command(household: Household, by: By = "") -> None:
        with on_household(by, "打印文书", household) as (work, household_id):
            path = at_desk(work, household_id, kind)
        say(f"《{kind.value}》：{path}")

    return command


for _kind in PaperKind:
    _help = f"打印《{_kind.value}》；原件只打印一次，再要给出原文件；案件制发的，打印案件的那一份。"
    app.command(_kind.name, help=_help)(_printer(_kind))


@app.command("reprint")
def reprint(number: Number, by: By = "") -> None:
    """补打一份，注明“补打”和份数。"""
    with acting(by, "打印文书") as work:
        notice = notices.by_number(work, number)
        require(work, "打印文书", households.home(work, notice.household_id, work.today).area)
        path = notices.reprint(work, notice)
    say(f"补打：{path}")


@app.command("run")
def last_run() -> None:
    """最近一次批量印制的文件在哪里，分文书种类列出。"""
    query = select(Printing.file, func.count()).where(col(Printing.copy_no) == 0).group_by(col(Printing.file))
    with opened() as office, office.reading() as work:
        batches = [(file, papers) for file, papers in work.session.exec(query) if _BATCH.search(file)]
    if not batches:
        say("还没有批量印制过文书")
        return
    last = max(file.split("/")[0] for file, _ in batches)
    for kind in PaperKind:
        mine = sorted(one for one in batches if one[0].startswith(f"{last}/") and f"-{kind.name}-" in one[0])
        if mine:
            say(f"{last}《{kind.value}》{sum(papers for _, papers in mine)} 份", style="bold")
        for file, papers in mine:
            path = settings().papers / file
            say(f"  {path}　{papers} 份" + ("" if path.is_file() else "（文件已不在，请补打）"))


@app.command("serve")
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
