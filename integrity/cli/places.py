"""现状索引 (index of where households stand): make it anew, or only tell what is wrong with it."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity import places as index
from integrity.cli.console import By, actor, opened, say

app = typer.Typer()


@app.command()
def places(
    check: Annotated[bool, typer.Option("--check", help="只核对，不改正；有不符即返回 1")] = False,
    by: By = "",
) -> None:
    """现状索引：查找和待办所用，由户账随时可以重建；逐户核对，不符的改正。升级以后运行一次。"""
    if not check:
        with opened() as office:
            say(index.rebuild(office, actor(by)))
        return
    with opened() as office, office.reading() as work:
        found = list(index.faults(work))
    for fault in found:
        say(fault, style="yellow")
    if found:
        raise typer.Exit(1)
    say("现状索引与户账一致")
