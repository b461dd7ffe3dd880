"""来件 (what other systems sent): list what waits, show one, take it over, decline it."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity import areas, intake_desk
from integrity.cli.console import By, acting, found, one_of, say, table
from integrity.errors import NotFound
from integrity.intake_content import in_words, opened
from integrity.office_terms import IntakeState
from integrity.organs import officer
from integrity.rules.areas import code_range

app = typer.Typer(help="来件：其他系统报送的核对结果和变化信息；列出、查看、登记、不采用", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="来件编号，见 chengxin intake list", metavar="编号")]
Reason = Annotated[str, typer.Option(help="采用或者不采用的理由")]
_SHOWN = 50


@app.command("list")
def list_items(
    state: Annotated[
        IntakeState, typer.Option(help="状态：待处理、已登记、不采用、来件方撤回", parser=one_of(IntakeState))
    ] = IntakeState.WAITING,
    after: Annotated[str, typer.Option(help="从这个编号以后接着列", metavar="编号")] = "",
    by: By = "",
) -> None:
    """列出本人辖区的来件，一次 50 件。"""
    with acting(by, intake_desk.MATTER) as work:
        scope = code_range(officer(work, work.actor, work.today).area)
        page = intake_desk.listed(work, scope, state=state, after=after, limit=_SHOWN)
        work.audit("查看来件", officer(work, work.actor, work.today).area, f"{state.value}，{len(page.rows)} 件")
        homes = areas.named(work, {one.household.area for one in page.rows if one.household}, work.today)
        rows = [
            (one.row.id, intake_desk.received_on(one.row), one.days, one.sender, one.row.kind.value,
             one.household.number if one.household else f"不能对应：{one.row.fault}",
             homes[one.household.area] if one.household else "")
            for one in page.rows
        ]  # fmt: skip
    table(("编号", "收到", "已等天数", "来自", "种类", "户编号", "村（居）"), rows)
    if page.next:
        say(f"还有更多：chengxin intake list --after {page.next}")


@app.command("show")
def show(number: Number, by: By = "") -> None:
    """一件来件的内容；身份证号遮盖，查看记入操作日志。"""
    with acting(by, intake_desk.MATTER) as work:
        line = intake_desk.seen_by(work, number)
        about = f"household:{line.household.household_id}" if line.household else f"intake:{number}"
        work.audit("查看来件", about, "命令行")
        item = opened(work.vault, line.row)
    say(f"来件 {number}：{line.row.kind.value}，{line.sender}（编号 {line.row.reference}），{line.row.state.value}")
    for name, text in in_words(item) if item else (("内容", "已依法销毁"),):
        say(f"{name}：{text}")
    say(f"户编号：{line.household.number}" if line.household else f"不能对应：{line.row.fault}")
    if line.row.handled_by:
        say(f"处理：{line.row.handled_by}，{line.row.reason}")


@app.command("take")
def take(
    number: Number, reason: Reason,
    household: Annotated[str, typer.Option(help="登记到哪一户，默认为对应到的一户", metavar="户编号")] = "",
    member: Annotated[int | None, typer.Option(help="涉及的成员序号，默认为对应到的成员")] = None,
    by: By = "",
) -> None:  # fmt: skip
    """登记：按报送的内容记入户账，由您署名；只登记一次。"""
    with acting(by, intake_desk.MATTER) as work:
        row = intake_desk.seen_by(work, number).row
        chosen = found(work, household) if household else row.household_id
        if chosen is None:
            raise NotFound("这一件没有对应的家庭，请用 --household 写明户编号")
        same = chosen == row.household_id
        entry = intake_desk.take(
            work, number, chosen, row.member_no if member is None and same else member, reason=reason
        )  # fmt: skip
    say(f"来件 {number} 已登记为第 {entry.seq} 条")


@app.command("decline")
def decline(number: Number, reason: Reason, by: By = "") -> None:
    """不采用：写明理由；来件方只知道没有采用。"""
    with acting(by, intake_desk.MATTER) as work:
        intake_desk.decline(work, number, reason=reason)
    say(f"来件 {number} 不采用")
