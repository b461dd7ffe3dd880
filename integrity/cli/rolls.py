"""名册与处理建议 (the roll and what is recommended): evaluate, explain, look at a ledger, give an opinion."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity import areas, households, opinions, recommendations, standing_findings, timeline
from integrity.case_files import Case
from integrity.cli.cases import told
from integrity.cli.console import (
    By,
    Household,
    On,
    actor,
    fen,
    found,
    may,
    on_household,
    one_of,
    opened,
    say,
    table,
)
from integrity.errors import NotFound
from integrity.office_terms import JobState
from integrity.records.ledger import Decision
from integrity.records.ledger import Household as HouseholdRow
from integrity.records.office import JobRun, Person, Recommendation
from integrity.rules.facts import date_of
from integrity.rules.identity import mask_name
from integrity.rules.writing import yuan
from integrity.settings import settings
from integrity.terms import ExitReason, Outcome, Verdict
from integrity.work import Work
from scheduler.jobs import ROLL_EVALUATION, TIMETABLE
from scheduler.runner import run_now

app = typer.Typer()
WORDS = {"accept": Verdict.ACCEPTED, "change": Verdict.CHANGED, "refuse": Verdict.REFUSED}
SAME = {
    True: "与当时保存的结果一致",
    False: "与当时保存的结果不一致，请核验账册",
    None: "这一天没有评估任务，现按当日所知算出",
}


@app.command()
def evaluate(on: On = None, by: By = "") -> None:
    """评估全部家庭：结账，逐户算出处理建议（不写日期则截至此刻）。只提建议，不作决定。"""
    who = actor(by)
    with opened() as office:
        may(office, who, "运行任务")
        run = run_now(office, ROLL_EVALUATION, on, actor=who)
        report_run(run)
        with office.reading() as work:
            counted = recommendations.summary(work, run.due_at)
    table(("处理建议", "户数"), [(outcome.value, count) for outcome, count in counted.items() if count])


def job_name(code: str) -> str:
    """The Chinese name of a job (任务)."""
    return next((job.name for job in TIMETABLE if job.code == code), code)


def report_run(run: JobRun) -> None:
    """Say how a run ended; exit 1 when it failed."""
    say(f"{job_name(run.job)} {run.due_at:%Y-%m-%d %H:%M}：{run.state.value}　{run.summary}")
    if run.state is not JobState.DONE:
        say(run.error, style="red")
        raise typer.Exit(1)


@app.command()
def explain(household: Household, on: On = None, by: By = "") -> None:
    """说明某户某日的处理建议：逐项理由、数额、依据，并与当时任务保存的结果比对。"""
    with opened() as office, office.work(by or settings().actor or "命令行") as work:
        household_id, asked = found(work, household), on or work.today
        told = recommendations.explain(work, household_id, asked)
        work.audit("查看处理建议说明", f"household:{household_id}", f"{asked}")
    say(told.explanation.as_text())
    say()
    say(f"{SAME[told.same]}；所知截至 {told.known_until:%Y-%m-%d %H:%M:%S}；政策版本 {told.edition[:16]}")


@app.command()
def todo(
    area: Annotated[str, typer.Option("--area", help="只看这个行政区划", metavar="代码")] = "",
    limit: Annotated[int, typer.Option(help="最多列出几户")] = 50,
) -> None:
    """列出等待审核意见的处理建议。"""
    with opened() as office, office.reading() as work:
        rows = recommendations.undecided(work, area)
        shown = [
            (
                _number(work, row.household_id), village(work, row.area), row.on_day,
                tuple(Outcome)[row.outcome].value, _why(row), _sum(row.amount_now), _date(row.due_on),
            )
            for row in rows[:limit]
        ]  # fmt: skip
    table(("户编号", "村（居）", "评估日", "建议", "原因", "现月金额", "核查期限"), shown)
    say(f"共 {len(rows)} 户" + (f"，只列出前 {limit} 户" if len(rows) > limit else ""))


def _number(work: Work, household_id: int) -> str:
    found = work.session.get(HouseholdRow, household_id)
    return found.number if found else ""


def village(work: Work, area: str) -> str:
    """The name of a village, its code where it is not loaded."""
    try:
        return areas.area(work, area, work.today).name
    except NotFound:
        return area


def _why(row: Recommendation) -> str:
    """Why, in one line: the code of the reason, and what it rests on or asks."""
    code, said = tuple(ExitReason)[row.reason_code], standing_findings.in_a_line(row)
    if code is ExitReason.NONE:
        return said
    return f"{code.name} {code.value}" + (f"；{said}" if said and said != code.value else "")


def _sum(amount: int | None) -> str:
    return "" if amount is None else yuan(amount)


def _date(epoch_day: int | None) -> str:
    return "" if epoch_day is None else str(date_of(epoch_day))


@app.command()
def show(household: Household, by: By = "") -> None:
    """显示一户的户账：每一条何时发生、何时登记、由谁登记；姓名脱敏，查看记入操作日志。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        people = {
            member.no: work.session.get(Person, member.person_id)
            for member in households.members(work, household_id, work.today).values()
        }
        lines = timeline.lines(work, household_id)
        work.audit("查看户账", f"household:{household_id}")
    for no, person in sorted(people.items()):
        say(f"第 {no} 号成员：{mask_name(person.name) if person else ''}")
    rows = [(one.seq, one.kind, one.on, f"{one.known_at:%Y-%m-%d %H:%M}", one.by, f"{one.mark}{one.words}")
            for one in lines]  # fmt: skip
    table(("序号", "类别", "发生", "登记", "经办", "内容"), rows, title=household)


@app.command()
def review(
    household: Household,
    verdict: Annotated[str, typer.Argument(help="accept 采纳、change 变更、refuse 不采纳")],
    reason: Annotated[str, typer.Option("--reason", help="理由（必填）")],
    by: By = "",
    outcome: Annotated[Outcome | None, typer.Option(help="变更后的处理", parser=one_of(Outcome))] = None,
    amount: Annotated[int | None, typer.Option(help="月救助金额（元）", parser=fen, metavar="元")] = None,
    months: Annotated[int | None, typer.Option(help="渐退月数")] = None,
    schedule: Annotated[str, typer.Option(help="渐退各月发放比例，如 100,80,50")] = "",
    exception: Annotated[str, typer.Option(help="渐退条件不成立、仍给予渐退的理由")] = "",
) -> None:
    """对处理建议提出审核意见；增发、减发、渐退、退出的同时立案。这是程序的开始，不减少也不停止任何人的救助。"""
    chosen = WORDS.get(verdict) or one_of(Verdict)(verdict)
    percents = tuple(int(part) for part in schedule.replace("，", ",").split(",") if part)
    with on_household(by, "审核意见", household) as (work, household_id):
        given = opinions.give(
            work, household_id, chosen, reason=reason, outcome=outcome, amount=amount, months=months,
            schedule=percents, exception=exception,
        )  # fmt: skip
        decision = given if isinstance(given, Decision) else opinions.opinion_of(work, given.case)
        lines = [] if isinstance(given, Decision) else [*told(work, given), _onwards(household, given.case, decision)]
    said = f"已登记审核意见：{decision.verdict.value}，{decision.outcome.value}（第 {decision.seq} 条）"
    for line in (said, *lines):
        say(line)


def _onwards(household: str, case: Case, decision: Decision) -> str:
    """What comes next in a case that an opinion has opened."""
    if decision.outcome.adverse:
        return f"作出决定前须听取当事人意见：chengxin case step {household} {case.no} 告知"
    return f"由审批人员批准：chengxin case step {household} {case.no} 批准"
