"""定时任务 (jobs): what ran, what is due, what failed; run one by hand; the demo county."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Annotated

import typer
from sqlmodel import col, select

from integrity import counting
from integrity import demo as demo_county
from integrity.cli.console import By, actor, day, may, opened, progress, say
from integrity.cli.offices import set_up
from integrity.cli.rolls import job_name, report_run
from integrity.errors import NotFound
from integrity.office_terms import JobState
from integrity.records.columns import SHANGHAI
from integrity.records.office import Audit
from integrity.rules.areas import NATION
from integrity.settings import settings
from integrity.work import Office
from scheduler.jobs import ROLL_EVALUATION, TIMETABLE
from scheduler.runner import clock_problem, overview, run_now, tick

app = typer.Typer()


@app.command()
def jobs(
    failed: Annotated[bool, typer.Option("--failed", help="只看失败的")] = False,
) -> None:
    """任务一览：做了什么、什么到期、什么失败及原因、下次时间。有失败即返回 1。"""
    with opened() as office:
        problem = clock_problem(office)
        lines = [line for line in overview(office, TIMETABLE) if not failed or line.state is JobState.FAILED]
    if problem:
        say(problem, style="red")
    for line in lines:
        when = f"{line.due_at:%Y-%m-%d %H:%M}" if line.due_at else ""
        state = (line.state.value if line.state else "未运行") + ("（补跑）" if line.catch_up else "")
        told = f"{line.name}（{line.code}）　{when}　{state}　下次 {line.next_at:%Y-%m-%d %H:%M}"
        say(told, style="bold red" if line.state is JobState.FAILED else "bold")
        if line.error or line.summary:
            say(f"    {line.error or line.summary}")
    if problem or any(line.state is JobState.FAILED for line in lines):
        raise typer.Exit(1)


@app.command()
def run(
    job: Annotated[str, typer.Argument(help="任务代码，见 chengxin jobs", metavar="任务")],
    on: Annotated[date | None, typer.Option("--on", help="哪一天的（默认此刻）", parser=day, metavar="日期")] = None,
    by: By = "",
) -> None:
    """立即办理一项任务；失败的重办，已完成的不重复。"""
    chosen = next((one for one in TIMETABLE if job in (one.code, one.name)), None)
    if chosen is None:
        raise NotFound(f"没有任务“{job}”，可选：" + "、".join(f"{one.code}（{one.name}）" for one in TIMETABLE))
    who = actor(by)
    with opened() as office:
        may(office, who, "运行任务")
        report_run(run_now(office, chosen, on, actor=who))


@app.command()
def demo(
    households: Annotated[int, typer.Option("--households", help="户数")] = 2000,
    seed: Annotated[int, typer.Option("--seed", help="随机种子；同样的种子得到同样的数据")] = 2026,
    until: Annotated[
        date | None, typer.Option(help="数据截至哪一天（默认最近一次评估的前一天）", parser=day, metavar="日期")
    ] = None,
) -> None:
    """建立示范县（全部为虚构数据），并办理到期的任务。已有同样的示范数据时不重复建立。"""
    set_up()
    with opened() as office:
        begun = _begun(office, households, seed)
        last = ROLL_EVALUATION.when.latest(office.clock()).date()
        chosen = until or begun or last - timedelta(days=1)
        with progress("建立示范县") as told:
            made = demo_county.build(office, households=households, seed=seed, until=chosen, progress=told)
        say(made)
        if not made.repeated:
            with progress("全员评估"):
                for on in (_before(office, last), last):  # without the month before its report has gaps
                    report_run(run_now(office, ROLL_EVALUATION, on, actor="示范"))
            _review(office, last, seed)
            say(f"示范来件：{demo_county.send_some(office, last, seed)} 件，等待处理")
        with progress("办理到期任务"):
            runs = tick(office, TIMETABLE)
        if not made.repeated:
            _count(office)
        for ended in runs:
            outcome = f"{ended.state.value}　{ended.error or ended.summary}"
            say(f"  {job_name(ended.job)} {ended.due_at:%Y-%m-%d %H:%M}：{outcome}")
    say(f"文书和清单：{settings().papers}")


def _count(office: Office) -> None:
    """The numbers of this month and the last, with what was evaluated just now: the night knew nothing of it."""
    for period in counting.current(office.clock().date())[:2]:
        counting.begin(office, "示范", NATION, period)
    counting.rest(office)


def _before(office: Office, last: date) -> date:
    """The evaluation before the last one."""
    return ROLL_EVALUATION.when.latest(office.clock().replace(year=last.year, month=last.month, day=1, hour=0)).date()


def _review(office: Office, on: date, seed: int) -> None:
    """Opinions of the afternoon after the evaluation, so that the papers of the day after it have something to say."""
    if office.clock() < datetime.combine(on + timedelta(days=1), time(), SHANGHAI):
        return
    given = demo_county.review_some(office, on, seed)
    say("示范审核意见：" + "，".join(f"{o.value}{v.value} {n}" for (o, v), n in sorted(given.items())))


def _begun(office: Office, households: int, seed: int) -> date | None:
    """Until which day this demo was begun earlier: the same demo is not built a second time on another day."""
    with office.reading() as work:
        marks = work.session.exec(select(Audit.detail).where(col(Audit.action) == "开始建立示范县")).all()
    for mark in map(json.loads, marks):
        if (mark.get("households"), mark.get("seed")) == (households, seed):
            return date.fromisoformat(mark["until"])
    return None
