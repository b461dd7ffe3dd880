"""接口凭据 (tokens): issue one to an officer into a file, list them, revoke one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from integrity import tokens
from integrity.cli.console import By, acting, actor, opened, say, table
from integrity.files import write_file
from integrity.records.access import ApiToken
from integrity.records.columns import SHANGHAI
from integrity.settings import settings

app = typer.Typer(help="接口凭据：发放、查看、作废", no_args_is_help=True)


@app.command("issue")
def issue(
    officer: Annotated[str, typer.Argument(help="工号", metavar="工号")],
    days: Annotated[int, typer.Option(help="有效多少天")] = tokens.USUAL_DAYS,
    out: Annotated[
        Path | None, typer.Option(help="写到这个文件，默认为数据目录下的 token-编号.txt", metavar="文件")
    ] = None,
    by: By = "",
) -> None:
    """给一名人员发放接口凭据：写入文件，只此一次；程序只保存它的指纹。"""
    with acting(by, tokens.MATTER) as work:
        made = tokens.issue(work, officer, days=days)
        path = out or settings().home / f"token-{made.token.id}.txt"
        write_file(path, f"{made.secret}\n".encode())
    say(f"第 {made.token.id} 号凭据：{path}（有效至 {_when(made.token)}；请交给本人，随后删除这个文件）")


@app.command("list")
def list_issued(
    officer: Annotated[str, typer.Argument(help="工号；不写为全部", metavar="工号")] = "",
) -> None:
    """列出发放过的凭据及其状态；凭据本身不能再看到。"""
    with opened() as office, office.reading() as work:
        rows = [
            (one.id, one.officer, f"{one.issued_at:%Y-%m-%d %H:%M}", one.issued_by, _when(one), _state(one, work.now))
            for one in tokens.issued(work, officer)
        ]
    table(("编号", "工号", "发放时间", "发放人", "有效至", "状态"), rows)


@app.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="凭据编号，见 chengxin token list", metavar="编号")], by: By = ""
) -> None:
    """作废一个凭据，立即生效；本人可以作废自己的。"""
    with opened() as office, office.work(actor(by)) as work:
        token = tokens.revoke(work, number)
    say(f"已作废第 {number} 号凭据（工号 {token.officer}）")


def _when(token: ApiToken) -> str:
    return f"{token.expires_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"{token.revoked_by} 已作废"
    return "有效" if token.expires_at > now else "已过期"
