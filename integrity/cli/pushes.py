"""推送 (notifications to other systems): list where they go and how many wait, send now, send again."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity import dispatches, dispatching
from integrity.cli.console import By, acting, actor, opened, say, table
from integrity.office_terms import DispatchState
from integrity.settings import settings

app = typer.Typer(help="推送：登记一览、立即推送、重新推送；登记和核准在网页上办理", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="编号，见 chengxin push list", metavar="编号")]


@app.command("list")
def list_subscriptions(by: By = "") -> None:
    """列出辖区内的推送登记、地址和件数，由三员查看。"""
    with opened() as office, office.reading() as work:
        work.actor = actor(by)
        rows = [
            (one.subscription.id, one.subscription.officer, one.subscription.url, one.state,
             *(one.counts.get(state, 0) for state in DispatchState))
            for one in dispatches.listed(work)
        ]  # fmt: skip
    table(("编号", "工号", "地址", "状态", *(state.value for state in DispatchState)), rows)


@app.command("send")
def send() -> None:
    """立即推送到时的事项；定时任务运行时每十秒推送一次，不必用它。"""
    chosen = settings()
    with opened() as office:
        arrived = dispatching.send_due(office, dispatching.Post(chosen.push_hosts, chosen.push_ca_file))
    say(f"已送达 {arrived} 件")


@app.command("again")
def again(number: Number, by: By = "") -> None:
    """把未能送达的重新推送，由系统管理员办理。"""
    with acting(by, dispatches.OPENING) as work:
        count = dispatches.again(work, number)
    say(f"{count} 件将重新推送")
