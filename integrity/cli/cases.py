"""案件 (cases): open one, take a step, change a time limit, put a relative on record; papers are printed at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated

import typer

from integrity import case_sheets, cases, docket, kinship, printing
from integrity.case_facts import clocks
from integrity.cli.console import By, Household, On, acting, day, on_household, one_of, say
from integrity.cli.fields import read_fields
from integrity.errors import ChengxinError, Forbidden, Invalid
from integrity.records.ledger import Notice
from integrity.rules import procedure_words
from integrity.rules.procedure import START, Row, Table
from integrity.rules.procedure_tables import table
from integrity.terms import PaperKind, Procedure
from integrity.work import Work

app = typer.Typer(help="案件：按程序逐步办理；每一步由谁、须有什么，见 chengxin procedure", no_args_is_help=True)
CaseNo = Annotated[int, typer.Argument(help="案号，见 chengxin case show", metavar="案号")]
StepName = Annotated[str, typer.Argument(help="步骤的名称，如 告知、作出决定", metavar="步骤")]
Fields = Annotated[
    list[str] | None, typer.Option("--set", help="填写一项：字段=值，可写多次；金额以元为单位", metavar="字段=值")
]
Proof = Annotated[str, typer.Option("--evidence", help="证据的指纹，见 chengxin evidence", metavar="指纹")]
ClockName = Annotated[str, typer.Option("--clock", help="期限的名称，如 听取意见后作出决定", metavar="期限")]
Basis = Annotated[str, typer.Option("--basis", help="依据的条文或者文号")]
_HOW = "（由复核、审批人员用 chengxin case extend 写明）"
Why = Annotated[str, typer.Option("--reason", help="理由")]


@app.command("open")
def open_case(
    household: Household,
    procedure: Annotated[Procedure, typer.Argument(help="程序，如 调整与终止", parser=one_of(Procedure))],
    step: Annotated[str, typer.Option(help="从哪一步开始；只有一种的不必写", metavar="步骤")] = "",
    member: Annotated[int | None, typer.Option("--member", help="关于哪一名成员（成员序号）")] = None,
    subject: Annotated[int | None, typer.Option("--subject", help="关于户账的哪一条（条目号）")] = None,
    fields: Fields = None, evidence: Proof = "", on: On = None, by: By = "",
) -> None:  # fmt: skip
    """立案：按一种程序办理第一步。"""
    rules = table(procedure)
    row = cases.row_of(rules, step) if step else _only(rules)
    given = read_fields(row, fields or ())
    with on_household(by, cases.MATTER, household) as (work, household_id):
        taken = cases.open_case(
            work, household_id, procedure, row.code, member_no=member, subject_seq=subject, on=on, evidence=evidence,
            **given,
        )  # fmt: skip
        lines = told(work, taken)
    _finish(by, household, lines, taken)


def _only(rules: Table) -> Row:
    """The step with which a procedure begins. Raises Invalid where there are several."""
    first = [row for row in rules.rows if START in row.after]
    if len(first) > 1:
        names = "、".join(row.name for row in first)
        raise Invalid(f"“{rules.procedure.value}”请用 --step 写明从哪一步开始：{names}")
    return first[0]


@app.command("step")
def take(
    household: Household, case_no: CaseNo, step: StepName, fields: Fields = None, evidence: Proof = "", on: On = None,
    by: By = "",
) -> None:  # fmt: skip
    """办理一步；有文书的，同时制发并打印。"""
    with on_household(by, cases.MATTER, household) as (work, household_id):
        row = cases.row_of(cases.read_case(work, household_id, case_no).table, step)
        given = read_fields(row, fields or ())
        taken = cases.take(work, household_id, case_no, row.code, on=on, evidence=evidence, **given)
        lines = told(work, taken)
    _finish(by, household, lines, taken)


def step_name(procedure: Procedure, code: str) -> str:
    """The official name of a step."""
    return procedure_words.step_name(table(procedure), code)


def told(work: Work, taken: cases.Taken) -> list[str]:
    """What a step has done, and which time limits run now."""
    case, step = taken.case, taken.step
    name = step_name(case.procedure, step.step)
    state = "，已办结" if case.closed else ""
    lines = [f"第 {case.no} 号案件（{case.procedure.value}）：已办理“{name}”（{step.happened_on}）{state}"]
    waits = case.history[-1] if case.history[-1].code == "PENDING" else None
    if waits is not None:
        lines.append(f"送达已登记，但决定没有能够执行：{waits.data.get('reason')}；查明后办理“补办执行”")
    for clock in docket.open_clocks(case, clocks(work, case, work.today)):
        last = f"到 {clock.last_day}" if clock.term else f"：{clock.why}{_HOW if clock.clock.extendable else ''}"
        mark = "（暂定）" if clock.term and clock.term.provisional else ""
        lines.append(f"{clock.clock.name}{last}{mark}")
    return lines


def _finish(by: str, household: str, lines: Iterable[str], taken: cases.Taken) -> None:
    for line in lines:
        say(line)
    hand_out(by, household, taken.case.no, taken.papers)


def hand_out(by: str, household: str, case_no: int, papers: Iterable[Notice]) -> None:
    """Print the papers of a step; the step stands, whatever the printer says."""
    again = f"chengxin case print {household} {case_no}"
    for notice in papers:
        name = f"《{notice.kind.value}》{notice.number}"
        try:
            with acting(by, "打印文书", notice.area) as work:
                say(f"{name}：{printing.original(work, notice)}")
        except Forbidden:
            say(f"{name} 已制发，请由经办、复核或者审批人员打印：{again}")
        except ChengxinError as fault:
            say(f"{name} 已制发，没有印出：{fault}；改正后再打印：{again}", style="red")


@app.command("print")
def print_papers(household: Household, case_no: CaseNo, by: By = "") -> None:
    """打印本案还没有打印的文书；已打印的给出原文件。"""
    with on_household(by, "打印文书", household) as (work, household_id):
        case = cases.read_case(work, household_id, case_no)
        papers = [notice for done in case.history for notice in cases.papers_of(work, case, done.no)]
        made = [(notice, printing.original(work, notice)) for notice in papers]
    for notice, path in made:
        say(f"《{notice.kind.value}》{notice.number}：{path}")
    if not made:
        say("本案没有文书")


@app.command("sheet")
def sheet(
    household: Household, case_no: CaseNo,
    kind: Annotated[
        PaperKind, typer.Argument(help="记录表，如 F14、送达回证", parser=one_of(PaperKind), metavar="记录表")
    ],
    step_no: Annotated[int | None, typer.Option("--step-no", help="第几步的（默认最后一次）")] = None,
    paper: Annotated[
        str, typer.Option("--paper", help="哪一份文书的（送达回证、公告）；不写为最近一份", metavar="文号")
    ] = "",
    more: Annotated[
        list[str] | None,
        typer.Option("--set", help="表上要补写的：栏目=内容，如 起止时间=9时至10时，可写多次", metavar="栏目=内容"),
    ] = None,
    by: By = "",
) -> None:  # fmt: skip
    """打印案件的记录表：入户调查表、陈述申辩笔录、送达回证等；缺什么，程序会说明。"""
    added = dict(text.partition("=")[::2] for text in more or ())
    with on_household(by, "打印文书", household) as (work, household_id):
        notice = case_sheets.sheet(work, household_id, case_no, kind, step_no=step_no, paper=paper, **added)
        path = printing.original(work, notice)
    say(f"《{kind.value}》{notice.number}：{path}")


@app.command("suspend")
def suspend(
    household: Household, case_no: CaseNo, clock: ClockName, reason: Why, basis: Basis,
    since: Annotated[date, typer.Option("--since", help="中止的起日", parser=day, metavar="日期")],
    until: Annotated[date, typer.Option("--until", help="中止的止日", parser=day, metavar="日期")],
    by: By = "",
) -> None:  # fmt: skip
    """中止一个期限：起止日期之间不计算；须有依据和理由。"""
    with on_household(by, "变更期限", household) as (work, household_id):
        taken = cases.take(
            work, household_id, case_no, "中止期限", clock=clock, since=since, until=until, reason=reason, basis=basis
        )
        lines = told(work, taken)
    for line in ("已中止期限", *lines[1:]):
        say(line)


@app.command("extend")
def extend(
    household: Household, case_no: CaseNo, clock: ClockName, reason: Why, basis: Basis,
    length: Annotated[str, typer.Option("--length", help="延长后的全部长度，如 30日、10个工作日", metavar="长度")],
    by: By = "",
) -> None:  # fmt: skip
    """延长一个期限；须有依据和理由，当事人的期限不能由机关延长。"""
    with on_household(by, "变更期限", household) as (work, household_id):
        taken = cases.take(
            work, household_id, case_no, "延长期限", clock=clock, length=length, reason=reason, basis=basis
        )
        lines = told(work, taken)
    for line in ("已延长期限", *lines[1:]):
        say(line)


@app.command("kin")
def kin(
    household: Household,
    officer: Annotated[str, typer.Argument(help="工号；不写则列出已备案的", metavar="工号")] = "",
    relation: Annotated[str, typer.Option("--relation", help="亲属关系，如 兄弟")] = "",
    ended: Annotated[bool, typer.Option("--end", help="解除备案")] = False,
    reason: Annotated[str, typer.Option("--reason", help="解除的理由")] = "", by: By = "",
) -> None:  # fmt: skip
    """近亲属备案：备案以后，该工作人员不能办理这一户的任何步骤。"""
    with on_household(by, kinship.MATTER if officer else "查看户账", household) as (work, household_id):
        if officer and ended:
            kinship.end(work, household_id, officer, reason)
        elif officer:
            kinship.declare(work, household_id, officer, relation)
        standing = kinship.relatives(work, household_id)
    for code, known in sorted(standing.items()):
        say(f"{code}　{known}")
    if not standing:
        say("没有近亲属备案")
