"""案卷 (dossier): the file of a household or of one case as a PDF, for a court, an inspector or the person himself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import dossiers
from integrity.cli.console import By, Household, moment, on_household, say
from integrity.files import write_file
from integrity.records.columns import SHANGHAI

app = typer.Typer()


@app.command("dossier")
def dossier(
    household: Household,
    reason: Annotated[str, typer.Option("--reason", help="用途，如调卷函的文号、本人申请及身份核对情况")],
    case_no: Annotated[int | None, typer.Option("--case", help="只印这一个案件", metavar="案号")] = None,
    reader: Annotated[
        str, typer.Option("--for", help="供谁使用：法院、检查、本人；不写为其他单位", metavar="使用人")
    ] = "",
    member: Annotated[int | None, typer.Option("--member", help="供本人时，是哪一位成员")] = None,
    unmask: Annotated[str, typer.Option("--unmask", help="供法院时，提供完整身份证号的理由", metavar="理由")] = "",
    on: Annotated[
        date | None,
        typer.Option("--on", help="截至哪一天、哪一时刻，如 2026-09-07T10:00", parser=moment, metavar="日期"),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="写到这个文件；默认在当前目录", metavar="文件")] = None,
    by: By = "",
) -> None:  # fmt: skip
    """案卷：一户或者一个案件的全部材料印成一个 PDF，按截至时刻所知；同一时刻再印，内容相同。记入操作日志。"""
    wanted = dossiers.Wanted(dossiers.reader_of(reader), reason, case_no, member, unmask)
    with on_household(by, "印制案卷", household) as (work, household_id):
        made = dossiers.print_out(work, household_id, wanted, on)
    path = out or Path(f"{made.number.replace('/', '_')}.pdf")
    write_file(path, made.paper.pdf)
    until = f"{made.moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M:%S.%f}"
    say(f"案卷：{path}（{made.paper.pages} 页，截至 {until}，文件指纹 {made.paper.sha256[:16]}）")
    say("内有个人信息，请交付后删除本机的文件")
