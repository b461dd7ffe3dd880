"""案件查看 (looking at cases): one case with its papers and clocks, what waits in an area, why a step is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from integrity import case_facts, cases, docket, organs
from integrity.case_desk import NextStep, next_steps, paper_lines
from integrity.cli.cases import CaseNo, Fields, Proof, StepName, app, step_name
from integrity.cli.console import By, Household, On, acting, code, on_household, one_of, say, table
from integrity.cli.fields import fields_of, read_fields
from integrity.cli.rolls import village
from integrity.errors import ChengxinError, Refused
from integrity.rules import procedure_tables
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Done, reasons
from integrity.rules.procedure_words import page, plain, shown
from integrity.terms import Procedure
from integrity.work import Work

procedure_app = typer.Typer()


@procedure_app.command("procedure")
def procedure(
    name: Annotated[
        Procedure | None, typer.Argument(help="程序；不写则列出全部", parser=one_of(Procedure), metavar="程序")
    ] = None,
    whole: Annotated[bool, typer.Option("--page", help="全部程序，写成 Markdown")] = False,
) -> None:
    """办理程序：每一步在哪一步之后，由谁办理，须有什么，效力和依据，以及各项期限。"""
    if whole:
        say(page().rstrip("\n"))
    elif name is None:
        table(("程序", "依据"), [(one.procedure.value, one.law) for one in procedure_tables.TABLES.values()])
    else:
        for line in plain(procedure_tables.table(name)):
            say(line)


@app.command("show")
def show(
    household: Household,
    case_no: Annotated[
        int | None, typer.Argument(help="案号；不写则列出该户的案件，只有一件的直接展开", metavar="案号")
    ] = None,
    by: By = "",
) -> None:  # fmt: skip
    """案件的经过：每一步、文书和送达、正在计算的期限、下一步可以办什么；查看记入操作日志。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        known = cases.cases_of(work, household_id) if case_no is None else []
        case_no = known[0].no if len(known) == 1 else case_no
        if case_no is None:
            lines = [_headline(one) for one in known] or ["该户没有案件"]
        else:
            lines = list(_told(work, cases.read_case(work, household_id, case_no)))
        work.audit("查看案件", f"household:{household_id}", "" if case_no is None else f"案件{case_no}")
    for line in lines:
        say(line)


def _headline(case: cases.Case) -> str:
    about = f"，第 {case.member_no} 号成员" if case.member_no else ""
    about += f"，户账第 {case.subject_seq} 条" if case.subject_seq else ""
    state = "已办结" if case.closed else f"办到“{step_name(case.procedure, case.stage)}”"
    return f"第 {case.no} 号案件　{case.procedure.value}{about}　{case.history[0].on} 立案　{state}"


def _told(work: Work, case: cases.Case) -> Iterator[str]:
    yield _headline(case)
    for done in case.history:
        yield f"{done.no}. {step_name(case.procedure, done.code)}　{done.on}　{done.by}"
        yield from (f"    {line}" for line in _stated(case, done))
        yield from (f"    文书：{line}" for line in paper_lines(work, case, done.no))
    running = docket.open_clocks(case, case_facts.clocks(work, case, work.today))
    if running:
        yield "期限："
        yield from (f"    {line}" for clock in running for line in clock.as_text().split("\n"))
    following = next_steps(work, case)
    yield "可以接着办理：" if following else "没有后续步骤"
    for one in following:
        yield from _option(one)


def _stated(case: cases.Case, done: Done) -> Iterator[str]:
    said = shown(case.table, done.code, done.data)
    if said:
        yield said
    if done.evidence:
        yield f"证据：{done.evidence}"


def _option(one: NextStep) -> Iterator[str]:
    who = "、".join(role.value for role in one.row.by)
    yield f"    {one.row.name}（{who}；{one.row.law}）"
    if one.row.asks:
        yield f"        {fields_of(one.row)}"
    yield from (f"        尚缺：{lack}" for lack in one.lacks)


def _scope(text: str) -> str:
    """An area as typed; nothing stays nothing, and never becomes everything."""
    return code(text) if text else ""


@app.command("list")
def list_waiting(
    area: Annotated[
        str | None,
        typer.Option("--area", help="行政区划代码；不写为本人的辖区", parser=_scope, metavar="代码"),
    ] = None,
    due: Annotated[bool, typer.Option("--due", help="只看已到期、将到期的")] = False,
    by: By = "",
) -> None:
    """没有办结的案件和最近的期限，逾期的在前。"""
    with acting(by, "查看户账", area or "") as work:
        scope = organs.officer(work, work.actor, work.today).area if area is None else area
        rows = [one for one in docket.waiting(work, scope) if not due or one.due(work.today)]
        shown_rows = [_line(work, one) for one in rows]
        work.audit("查看待办案件", scope)
    if shown_rows:
        table(("户编号", "村（居）", "案号", "程序", "办到", "最近的期限", "截至", "状态"), shown_rows)
    say(f"共 {len(rows)} 件")


def _line(work: Work, one: docket.Waiting) -> tuple[str, ...]:
    clock, stage = one.nearest, step_name(one.case.procedure, one.case.stage)
    head = one.number, village(work, one.area), str(one.case.no), one.case.procedure.value, stage
    if one.fault:
        return *head, "", "不能计算", f"无法读取：{one.fault}"
    if clock is None:
        return *head, "", "", "待执行" if one.case.closed else ""
    state = "已逾期" if clock.overdue else "已届满" if clock.over else "将到期" if clock.remind else ""
    mark = "（暂定）" if clock.term and not clock.firm else ""
    return *head, clock.clock.name, f"{clock.last_day or '不能计算'}{mark}", state


@app.command("why")
def why(
    household: Household, case_no: CaseNo, step: StepName, fields: Fields = None, evidence: Proof = "", on: On = None,
    by: By = "",
) -> None:  # fmt: skip
    """为什么不能办理某一步：逐条写出原因和依据；不写入任何登记。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        case = cases.read_case(work, household_id, case_no)
        row = cases.row_of(case.table, step)
        given = read_fields(row, fields or ())
        found = cases.obstacles_to(work, case, row.code, on=on, evidence=evidence, **given)
        work.audit("查看案件", f"household:{household_id}", f"案件{case_no}")
    why_not = reasons(found)
    if not why_not:
        why_not = _rehearsed(by, household, lambda work, one: cases.take(
            work, one, case_no, row.code, on=on, evidence=evidence, **given))  # fmt: skip
    if not why_not:
        say(f"现在可以办理“{row.name}”")
        return
    say(f"现在不能办理“{row.name}”，原因 {len(why_not)} 条：")
    for no, reason in enumerate(why_not, start=1):
        say(f"{no}. {reason}")
    raise typer.Exit(2)


def _rehearsed(by: str, household: str, step: Callable[[Work, int], object]) -> list[str]:
    """Take the step in a piece of work that is given up, so that nothing is written; why it is refused where it is."""
    done = Refused("只是试办")
    try:
        with on_household(by, cases.MATTER, household) as (work, household_id):
            step(work, household_id)
            raise done
    except (ChengxinError, NotInForce) as fault:
        return [] if fault is done else [str(fault)]
