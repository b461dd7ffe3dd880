"""名册与处理建议 (the roll and what is recommended): evaluate, explain, look at a ledger, give an opinion."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from sqlmodel import select

from integrity import areas, households, opinions, recommendations
from integrity.case_files import Case
from integrity.cli.cases import step_name, told
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
from integrity.records.ledger import ENTRIES, Decision, Entry, Step
from integrity.records.ledger import Household as HouseholdRow
from integrity.records.office import JobRun, Person, Recommendation
from integrity.rules import grounds as g
from integrity.rules.facts import date_of
from integrity.rules.writing import yuan
from integrity.settings import settings
from integrity.terms import ExitReason, JobState, Outcome, Term, Verdict
from integrity.work import Work
from scheduler.jobs import ROLL_EVALUATION, TIMETABLE
from scheduler.runner import run_now

app = typer.Typer()
WORDS = {"accept": Verdict.ACCEPTED, "change": Verdict.CHANGED, "refuse": Verdict.REFUSED}
HIDDEN = {
    "household_id", "seq", "happened_on", "recorded_at", "recorded_by", "area", "corrects", "void", "import_id", "hash",
    "person_id", "person_digest", "text_sha256", "data_sha256", "pdf_sha256", "template_sha256",
    "edition_sha256", "content_sha256", "code_sha256", "subject",
}  # fmt: skip
"""Columns of an entry that `show` leaves out: keys, digests, and what the other columns of its table say."""
NAMES = {
    "variant": "版式",
    "address": "住址", "label": "分类", "no": "成员序号", "born_on": "出生日期", "relation": "与户主关系",
    "presence": "共同生活状态", "capacity": "民事行为能力", "ability": "劳动能力", "schooling": "在校",
    "guardian_no": "监护人序号", "act": "行为", "scheme": "救助类别", "effective_on": "执行日期",
    "amount": "月救助金额", "income": "家庭月收入", "persons": "计入人数", "months": "渐退月数",
    "schedule": "各月比例", "reason": "理由", "document": "文号", "hearing": "听取意见记录", "decided_by": "决定人",
    "cause": "变化原因", "cause_member": "变化成员序号", "self_reported": "主动申报", "stable": "收入稳定",
    "property_over": "财产超标", "source": "来源", "detail": "说明", "kind": "种类", "reported_on": "得知日期",
    "member_no": "成员序号", "evidence": "证据指纹", "result": "结果", "visitor_1": "核查人员",
    "visitor_2": "核查人员", "note": "备注", "occasion": "场合", "text_version": "文本版本",
    "office_text_version": "机关承诺文本版本", "signed_by": "签署方式", "explained_by": "讲解人", "item": "项目代码",
    "act_end": "行为止日", "found_on": "发现日期", "conduct_seq": "事实序号", "state": "认定状态",
    "document_on": "文书日期", "reviewed_by": "复核人", "recommended_on": "建议日期", "verdict": "审核意见",
    "outcome": "处理", "reason_code": "原因", "number": "文号", "organ": "机关", "notice_seq": "文书序号",
    "copy_no": "补打份次", "file": "文件", "first_page": "起始页", "pages": "页数", "way": "送达方式",
    "receiver": "收件人", "witnesses": "见证人", "case_no": "案号", "step_no": "第几步", "procedure": "程序",
    "step": "步骤", "entry_seq": "所涉条目", "subject_seq": "所指条目",
}  # fmt: skip
"""Chinese names of the columns of an entry."""
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
    """Why, in one line: the code of the reason, the first question for 人工复核, else what changed."""
    code = tuple(ExitReason)[row.reason_code]
    questions = [one.text for one in g.named(g.QUESTIONS, row.ask)]
    said = [] if code is ExitReason.NONE else [f"{code.name} {code.value}"]
    if row.outcome == Outcome.ASK.number:
        said += questions[:1]
    if not said:
        said = [one.text for one in g.named(g.CONDITIONS, row.met & _CHANGED)]
        said += [text for bit, text in _NO_LONGER.items() if row.unmet & bit]
    return "；".join(said or questions[:1])


_CHANGED = g.CLEAR_CHANGE | g.STANDARD_ROSE | g.JOBS_REFUSED | g.MEMBER_LOST | g.CAUSE_ADMITTED
"""Conditions that are a reason where they are met."""
_NO_LONGER = {
    g.AT_OR_BELOW_LINE: "家庭人均收入超过当地低保标准", g.WITHIN_EDGE: "家庭人均收入超过低保边缘标准",
    g.PROPERTY_WITHIN: "家庭财产状况不符合规定", g.PERSONS_SAME: "计入人口与核定时不同",
    g.AMOUNT_AS_ENTITLED: "现发金额与应发金额不一致",
}  # fmt: skip
"""Conditions that are a reason where they are not met."""


def _sum(amount: int | None) -> str:
    return "" if amount is None else yuan(amount)


def _date(epoch_day: int | None) -> str:
    return "" if epoch_day is None else str(date_of(epoch_day))


@app.command()
def show(household: Household, by: By = "") -> None:
    """显示一户的户账：每一条何时发生、何时登记、由谁登记；姓名脱敏，查看记入操作日志。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        entries: list[Entry] = []
        for kind in ENTRIES:
            entries += work.session.exec(select(kind).where(kind.household_id == household_id)).all()
        people = {
            member.no: work.session.get(Person, member.person_id)
            for member in households.members(work, household_id, work.today).values()
        }
        work.audit("查看户账", f"household:{household_id}")
    for no, person in sorted(people.items()):
        say(f"第 {no} 号成员：{masked(person.name) if person else ''}")
    replaced = {entry.corrects for entry in entries}
    rows = [_told(entry, entry.seq in replaced) for entry in sorted(entries, key=lambda one: one.seq)]
    table(("序号", "类别", "发生", "登记", "经办", "内容"), rows, title=household)


def masked(name: str) -> str:
    """姓名脱敏: the first and the last character of a name, 王* and 张*三."""
    return name[:1] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def _told(entry: Entry, corrected: bool) -> tuple[object, ...]:
    """One line of the ledger."""
    said = {name: getattr(entry, name) for name in type(entry).model_fields}
    if isinstance(entry, Step):
        said["step"] = step_name(entry.procedure, entry.step)
    values = [
        _shown(name, value)
        for name, value in said.items()
        if name not in HIDDEN and value not in (None, "", ExitReason.NONE)
    ]
    marks = "〔已被更正〕" if corrected else f"〔作废第 {entry.corrects} 条〕" if entry.void else ""
    kind = (type(entry).__doc__ or "").split("(")[0].strip()
    return (
        entry.seq, kind, entry.happened_on, f"{entry.recorded_at:%Y-%m-%d %H:%M}", entry.recorded_by,
        marks + " ".join(values),
    )  # fmt: skip


def _shown(name: str, value: Any) -> str:
    """One value of an entry, in words."""
    if name == "urban":
        return "城镇" if value else "农村"
    label = NAMES.get(name, name)
    if name in ("amount", "income"):
        return f"{label}{yuan(value)}"
    if isinstance(value, bool):
        return f"{label}：{'是' if value else '否'}"
    return f"{label}：{value.value if isinstance(value, Term) else value}"


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
) -> None:
    """对处理建议提出审核意见；增发、减发、渐退、退出的同时立案。这是程序的开始，不减少也不停止任何人的救助。"""
    chosen = WORDS.get(verdict) or one_of(Verdict)(verdict)
    percents = tuple(int(part) for part in schedule.replace("，", ",").split(",") if part)
    with on_household(by, "审核意见", household) as (work, household_id):
        given = opinions.give(
            work, household_id, chosen, reason=reason, outcome=outcome, amount=amount, months=months,
            schedule=percents,
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
