"""登记 (records): a household and its members, what happened to it, what was promised, found and decided."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from integrity import (
    assistance,
    commitments,
    conduct,
    corrections,
    households,
    opinions,
    persons,
    reassessment,
    rechecks,
)
from integrity.cli.console import (
    Area,
    By,
    Household,
    acting,
    day,
    fen,
    found,
    on_household,
    one_of,
    opened,
    say,
)
from integrity.delivery import hearing_record
from integrity.errors import Invalid, Refused
from integrity.letters_texts import wording
from integrity.records.ledger import Conduct, Entry
from integrity.rules.writing import yuan
from integrity.terms import (
    Ability,
    Act,
    Capacity,
    Cause,
    ConductKind,
    Event,
    ExitReason,
    FindingState,
    Outcome,
    Presence,
    Procedure,
    RecheckResult,
    Relation,
    Scheme,
    SignedBy,
)

app = typer.Typer(help="登记：家庭、成员、变化、核对、核查、承诺、守信失信、救助决定、更正", no_args_is_help=True)
Day = Annotated[date, typer.Option("--on", help="发生日期", parser=day, metavar="日期")]
Member = Annotated[int, typer.Option("--member", help="成员序号")]
Detail = Annotated[str, typer.Option("--detail", help="说明")]
Source = Annotated[str, typer.Option("--source", help="来源，如 入户、核对平台")]
Evidence = Annotated[str, typer.Option("--evidence", help="证据的指纹，见 chengxin evidence", metavar="指纹")]
Amount = Annotated[int | None, typer.Option("--amount", help="月救助金额（元）", parser=fen, metavar="元")]
Income = Annotated[int | None, typer.Option("--income", help="家庭月收入（元）", parser=fen, metavar="元")]
Persons = Annotated[int | None, typer.Option("--persons", help="计入人数")]
Effective = Annotated[date, typer.Option("--effective", help="自何日起执行", parser=day, metavar="日期")]
Document = Annotated[str, typer.Option("--document", help="决定文书的文号")]
Hearing = Annotated[str, typer.Option("--hearing", help="听取意见的记录（文书编号或证据）")]


def _done(entry: Entry, what: str) -> None:
    say(f"已登记{what}：第 {entry.seq} 条")


def _by_case(on: date, what: str, household: str, procedure: Procedure, first: str = "") -> None:
    """From the day of the law on, what takes something from a person goes step by step. Raises Refused with the way."""
    if on >= assistance.HEARING_SINCE:
        law = _LAWS.get(procedure, "国办发〔2020〕49号")
        raise Refused(
            f"{assistance.HEARING_SINCE} 起，{what}须按“{procedure.value}”程序逐步办理，不能直接登记（{law}）。"
            f"请用：chengxin case open {household} {procedure.value} {first}".rstrip()
            + "，以后各步用 chengxin case step；还差什么用 chengxin case show 查看"
        )


_LAWS = {
    Procedure.DECISION: "社会救助法第47条、第48条", Procedure.TRUST: "2022通知五（五）",
    Procedure.TEKUN: "民发〔2021〕43号第26条；社会救助法第48条",
}  # fmt: skip
_FINDINGS = {
    FindingState.CONTESTED: Procedure.OBJECTION, FindingState.REPAIRED: Procedure.REPAIR,
}  # fmt: skip
"""The procedure by which a finding gets into a state; the others are steps of the finding's own."""


@app.command("household")
def add_household(
    number: Annotated[str, typer.Argument(help="户编号", metavar="户编号")], area: Area, since: Day,
    address: Annotated[str, typer.Option(help="住址")], by: By = "",
    urban: Annotated[bool, typer.Option("--urban/--rural", help="按城镇还是农村标准")] = False,
    label: Annotated[str, typer.Option(help="当地的分类，如 A类")] = "",
) -> None:  # fmt: skip
    """建档：登记一户及其住址。"""
    with acting(by, "登记家庭", area) as work:
        households.register(work, number, area=area, address=address, urban=urban, since=since, label=label)
    say(f"已建档：{number}")


@app.command("member")
def add_member(
    household: Household, since: Day,
    no: Annotated[int, typer.Option("--no", help="成员序号，户主为 1")],
    name: Annotated[str, typer.Option(help="姓名")],
    id_number: Annotated[str, typer.Option("--id", help="身份证号", prompt="身份证号", hide_input=True)],
    relation: Annotated[Relation, typer.Option(help="与户主关系", parser=one_of(Relation))] = Relation.HEAD,
    ability: Annotated[Ability, typer.Option(help="劳动能力", parser=one_of(Ability))] = Ability.UNABLE,
    capacity: Annotated[Capacity, typer.Option(help="民事行为能力", parser=one_of(Capacity))] = Capacity.FULL,
    guardian: Annotated[int | None, typer.Option(help="监护人的成员序号")] = None,
    schooling: Annotated[bool | None, typer.Option("--schooling/--no-schooling", help="是否在校")] = None,
    phone: Annotated[str, typer.Option(help="联系电话")] = "", by: By = "",
) -> None:  # fmt: skip
    """登记一名共同生活家庭成员；不写 --id 时提示输入，不留在命令历史中。"""
    with on_household(by, "登记家庭", household) as (work, household_id):
        area = households.home(work, household_id, since).area
        person = persons.register(work, name, id_number=id_number, phone=phone)
        entry = households.enter_member(
            work, household_id, person, no=no, since=since, relation=relation, area=area, ability=ability,
            capacity=capacity, schooling=schooling, guardian_no=guardian,
        )  # fmt: skip
    _done(entry, "成员")


@app.command("change")
def change_member(
    household: Household, since: Day, member: Member,
    presence: Annotated[Presence | None, typer.Option(help="共同生活状态", parser=one_of(Presence))] = None,
    ability: Annotated[Ability | None, typer.Option(help="劳动能力", parser=one_of(Ability))] = None,
    capacity: Annotated[Capacity | None, typer.Option(help="民事行为能力", parser=one_of(Capacity))] = None,
    schooling: Annotated[bool | None, typer.Option("--schooling/--no-schooling", help="是否在校")] = None,
    by: By = "",
) -> None:  # fmt: skip
    """登记成员情况的变化：死亡、离开、能力变化等。"""
    with on_household(by, "登记家庭", household) as (work, household_id):
        entry = households.change_member(
            work, household_id, member, since=since, presence=presence, ability=ability, capacity=capacity,
            schooling=schooling,
        )  # fmt: skip
    _done(entry, "成员变化")


@app.command("move")
def move(
    household: Household, area: Area, since: Day, address: Annotated[str, typer.Option(help="新住址")], by: By = "",
    urban: Annotated[bool | None, typer.Option("--urban/--rural", help="按城镇还是农村标准（默认不变）")] = None,
    label: Annotated[str | None, typer.Option(help="当地的分类，如 A类（默认不变）")] = None,
) -> None:  # fmt: skip
    """登记迁居；标准和分类没有写的，照旧。"""
    with on_household(by, "登记家庭", household) as (work, household_id):
        old = households.home(work, household_id, since)
        entry = households.settle(
            work, household_id, area=area, address=address, urban=old.urban if urban is None else urban, since=since,
            label=old.label if label is None else label,
        )  # fmt: skip
    _done(entry, "迁居")


@app.command("event")
def event(
    household: Household,
    kind: Annotated[Event, typer.Argument(help="变化与预警，如 死亡、家庭报告变化", parser=one_of(Event))],
    on: Day,
    reported: Annotated[date | None, typer.Option(help="得知日期（默认今天）", parser=day, metavar="日期")] = None,
    member: Annotated[int | None, typer.Option(help="成员序号")] = None,
    detail: Detail = "", evidence: Evidence = "", by: By = "",
) -> None:  # fmt: skip
    """登记变化、预警、投诉举报或者本人声明。"""
    with on_household(by, "登记变化", household) as (work, household_id):
        entry = rechecks.report(
            work, household_id, kind, happened_on=on, reported_on=reported or work.today, member_no=member,
            detail=detail, evidence=evidence,
        )  # fmt: skip
    _done(entry, kind.value)


@app.command("verification")
def verification(
    household: Household, on: Day, source: Source, income: Income = None,
    cause: Annotated[Cause, typer.Option(help="收入变化原因", parser=one_of(Cause))] = Cause.UNKNOWN,
    member: Annotated[int | None, typer.Option(help="收入变化的成员序号")] = None,
    self_reported: Annotated[bool | None, typer.Option("--self-reported/--not-reported", help="是否主动申报")] = None,
    stable: Annotated[bool | None, typer.Option("--stable/--unstable", help="收入是否稳定")] = None,
    property_over: Annotated[bool | None, typer.Option("--property-over/--property-within", help="财产超标")] = None,
    detail: Detail = "", by: By = "",
) -> None:  # fmt: skip
    """登记经济状况核对结果。没有写的项目就是“没有说”，不作推测。"""
    with on_household(by, "登记核对结果", household) as (work, household_id):
        entry = rechecks.verify(
            work, household_id, on=on, source=source, income=income, cause=cause, cause_member=member,
            self_reported=self_reported, stable=stable, property_over=property_over, detail=detail,
        )  # fmt: skip
    _done(entry, "核对结果")


@app.command("recheck")
def recheck(
    household: Household,
    result: Annotated[RecheckResult, typer.Argument(help="核查结果", parser=one_of(RecheckResult))],
    on: Day,
    visitors: Annotated[tuple[str, str], typer.Option("--visitors", help="两名核查人员", metavar="甲 乙")],
    note: Annotated[str, typer.Option(help="备注")] = "", by: By = "",
) -> None:  # fmt: skip
    """登记核查结论；须两名以上人员进行。"""
    with on_household(by, "登记核查结论", household) as (work, household_id):
        entry = rechecks.complete(work, household_id, result, on=on, visitors=visitors, note=note)
    _done(entry, "核查结论")


@app.command("conduct")
def add_conduct(
    household: Household, member: Member,
    kind: Annotated[ConductKind, typer.Argument(help="守信或失信", parser=one_of(ConductKind))],
    item: Annotated[str, typer.Option(help="目录中的项目代码")], on: Day, source: Source,
    found_on: Annotated[date | None, typer.Option("--found", help="发现日期（默认今天）", parser=day)] = None,
    until: Annotated[date | None, typer.Option("--until", help="行为止日", parser=day)] = None,
    detail: Detail = "", evidence: Evidence = "", by: By = "",
) -> None:  # fmt: skip
    """登记守信或失信事实；事实本身不产生任何后果，须经认定。"""
    with on_household(by, "登记守信失信事实", household) as (work, household_id):
        conduct.check_item(work, household_id, kind, item)
        entry = conduct.record(
            work, household_id, member_no=member, kind=kind, item=item, act_on=on, act_end=until,
            found_on=found_on or work.today, source=source, detail=detail, evidence=evidence,
        )  # fmt: skip
    _done(entry, f"{kind.value}事实")


@app.command("finding")
def finding(
    household: Household, fact: Annotated[int, typer.Option("--fact", help="事实的条目序号")],
    state: Annotated[FindingState, typer.Argument(help="认定状态", parser=one_of(FindingState))], on: Day,
    reviewed_by: Annotated[str, typer.Option("--reviewer", help="复核人工号")] = "", document: Document = "",
    document_on: Annotated[date | None, typer.Option("--document-on", help="文书日期", parser=day)] = None,
    effective: Annotated[date | None, typer.Option("--effective", help="生效日期", parser=day)] = None,
    reason: Annotated[str, typer.Option(help="理由")] = "", by: By = "",
) -> None:  # fmt: skip
    """补录 2026-07-01 以前的认定和状态的改变（异议、撤销、修复）；以后的用 chengxin case 逐步办理。"""
    with on_household(by, "认定守信失信", household) as (work, household_id):
        found_fact = work.session.get(Conduct, (household_id, fact))
        own = Procedure.TRUST if found_fact and found_fact.kind is ConductKind.TRUST else Procedure.DEFAULT
        _by_case(on, f"认定（{state.value}）", household, _FINDINGS.get(state, own), f"--subject {fact}")
        entry = conduct.find(
            work, household_id, fact, state, on=on, decided_by=work.actor, reviewed_by=reviewed_by,
            document=document, document_on=document_on, effective_on=effective, reason=reason,
        )  # fmt: skip
    _done(entry, f"认定（{state.value}）")


@app.command("grant")
def grant(
    household: Household, scheme: Annotated[Scheme, typer.Argument(help="救助类别", parser=one_of(Scheme))],
    on: Day, effective: Effective, amount: Amount = None, income: Income = None, persons_: Persons = None,
    document: Document = "", by: By = "",
) -> None:  # fmt: skip
    """确认给予救助。"""
    with on_household(by, "作出救助决定", household) as (work, household_id):
        entry = assistance.grant(
            work, household_id, scheme, decided_on=on, effective_on=effective, decided_by=work.actor, amount=amount,
            income=income, persons=persons_, document=document,
        )  # fmt: skip
        reassessment.begin(work, (household_id,))
    _done(entry, f"确认给予{scheme.value}")


def _plan(outcome: Outcome, terms: str = "") -> str:
    """The fields with which a case of assistance is opened."""
    return f"--set 拟作处理={outcome.value} {terms}--set 理由=…"


@app.command("adjust")
def adjust(
    household: Household, act: Annotated[Act, typer.Argument(help="增发、减发或变更", parser=one_of(Act))],
    on: Day, effective: Effective, amount: Annotated[int, typer.Option(help="月救助金额（元）", parser=fen)],
    income: Income = None, persons_: Persons = None, document: Document = "", hearing: Hearing = "", by: By = "",
) -> None:  # fmt: skip
    """调整金额；减发须先听取意见，2026-07-01 起用 chengxin case 逐步办理。"""
    with on_household(by, "作出救助决定", household) as (work, household_id):
        if act is Act.LOWER:
            _by_case(
                on, "减发", household, Procedure.DECISION, _plan(Outcome.LOWER, f"--set 金额={yuan(amount)[:-1]} ")
            )
        entry = assistance.adjust(
            work, household_id, act, amount=amount, decided_on=on, effective_on=effective, decided_by=work.actor,
            income=income, persons=persons_, document=document, hearing=hearing_record(work, household_id, hearing, on),
        )  # fmt: skip
    _done(entry, act.value)


@app.command("withdraw")
def withdraw(
    household: Household, on: Day, effective: Effective,
    schedule: Annotated[str, typer.Option(help="各月发放比例，如 100,80,50")], hearing: Hearing,
    document: Document = "", by: By = "",
) -> None:  # fmt: skip
    """开始渐退；须先听取意见，2026-07-01 起用 chengxin case 逐步办理。"""
    try:
        percents = tuple(int(part) for part in schedule.replace("，", ",").split(","))
    except ValueError:
        raise Invalid(f"发放比例“{schedule}”应写作 100,80,50") from None
    terms = f"--set 渐退月数={len(percents)} --set 渐退各月发放比例={','.join(map(str, percents))} "
    with on_household(by, "作出救助决定", household) as (work, household_id):
        _by_case(on, "渐退", household, Procedure.DECISION, _plan(Outcome.WITHDRAW, terms))
        entry = assistance.withdraw(
            work, household_id, months=len(percents), schedule=percents, decided_on=on, effective_on=effective,
            decided_by=work.actor, document=document, hearing=hearing_record(work, household_id, hearing, on),
        )  # fmt: skip
    _done(entry, "渐退")


@app.command("stop")
def stop(
    household: Household, reason: Annotated[ExitReason, typer.Argument(help="原因代码", parser=one_of(ExitReason))],
    on: Day, effective: Effective, hearing: Hearing = "", document: Document = "", by: By = "",
) -> None:  # fmt: skip
    """停发；除全户死亡（X01）外须先听取意见，2026-07-01 起用 chengxin case 逐步办理。"""
    with on_household(by, "作出救助决定", household) as (work, household_id):
        if reason is not ExitReason.X01:
            kind = opinions.procedure_for(work, household_id, Outcome.EXIT)
            _by_case(on, "停发", household, kind, _plan(Outcome.EXIT, f"--set 原因代码={reason.name} "))
        entry = assistance.stop(
            work, household_id, reason, decided_on=on, effective_on=effective, decided_by=work.actor,
            document=document, hearing=hearing_record(work, household_id, hearing, on),
        )  # fmt: skip
    _done(entry, "停发")


@app.command("revive")
def revive(household: Household, on: Day, effective: Effective, document: Document, by: By = "") -> None:
    """恢复已停发的救助。"""
    with on_household(by, "作出救助决定", household) as (work, household_id):
        entry = assistance.revive(
            work, household_id, decided_on=on, effective_on=effective, decided_by=work.actor, document=document
        )
    _done(entry, "恢复")


@app.command("void")
def void(
    household: Household, seq: Annotated[int, typer.Argument(help="条目序号，见 chengxin show", metavar="序号")],
    why: Annotated[str, typer.Option("--reason", help="理由")], by: By = "",
) -> None:  # fmt: skip
    """更正：作废一条登记错误的条目（原条目保留）；正确的内容另行登记。"""
    with opened() as office, office.reading() as work:
        matter = corrections.matter_of(corrections.entry(work, found(work, household), seq))
    with on_household(by, matter, household) as (work, household_id):
        entry = corrections.void(work, household_id, seq, why=why)
    _done(entry, f"更正（作废第 {seq} 条）")


@app.command("commitment")
def commitment(
    household: Household, member: Member,
    signed: Annotated[SignedBy, typer.Argument(help="签署方式", parser=one_of(SignedBy))], on: Day,
    explained_by: Annotated[str, typer.Option("--explained-by", help="讲解人")],
    occasion: Annotated[str, typer.Option(help="场合，如 申请、定期核查")],
    guardian: Annotated[int | None, typer.Option(help="监护人的成员序号")] = None,
    evidence: Evidence = "", by: By = "",
) -> None:  # fmt: skip
    """登记诚信承诺书（程序提供的文本）的签署；拒绝签署也如实登记，不影响申请。"""
    text = wording("commitment", on)
    with on_household(by, "登记承诺", household) as (work, household_id):
        entry = commitments.sign(
            work, household_id, member_no=member, on=on, occasion=occasion, signed_by=signed,
            explained_by=explained_by, text_version=text.version, text_sha256=text.sha256, guardian_no=guardian,
            evidence=evidence,
        )  # fmt: skip
    _done(entry, "承诺")
