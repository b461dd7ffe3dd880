"""步骤的栏目 (fields of a step): the asks of its row as a form, with hints, order, choices and what is known already.

Nothing is asked for that the table does not ask for, but the day and the evidence; what was filled in goes back under
the names of the asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import col, or_, select

from integrity import conduct_lists, evidence
from integrity.case_acts import month_rule
from integrity.case_files import Case
from integrity.case_openings import ABOUT, About, entries_for, names_of, people_of, to_begin_with
from integrity.commitments import OUTSIDE, OUTSIDE_SAID
from integrity.households import home, standing
from integrity.policies_of import policy_for
from integrity.records.evidence import Evidence
from integrity.records.ledger import Conduct
from integrity.records.office import Officer, Posting, PostingLine
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import START, Ask, Row
from integrity.terms import NationalClass, Outcome, Procedure, Role
from integrity.web.forms import Field, Form, of_asks
from integrity.work import Work

_HINTS: Mapping[str, str] = {
    "within": "不填的按当地规定；当地没有规定的必须填写，如 5个工作日",
    "effective_on": "减少、停止救助不早于送达的次月", "exception": "有渐退条件不成立的，必须写明理由和依据；写入文书",
    "months": "只有渐退填写", "schedule": "只有渐退填写，逐月的百分比，如 100,80,60",
    "reason_code": "处理建议已有原因的可以不选", "level": "照当地采用的目录中这一项目的等级",
    "adopted": "采纳的，不能再作不利决定；登记错了的，补充登记一次陈述，再作复核意见",
    "reason": "写明事实和依据；会照写在文书上",
    "receiver": "受送达人自己签收的写“本人”；不是本人的写姓名和关系，如 张三（李四，配偶）；留置、公告写受送达人",
    "witnesses": "留置送达须有两名，用顿号分开",
    "detail": "留置写拒收事由，电子写同意的内容，公告写原因，委托写受托单位",
    "speaker": "写姓名", "finished": "陈述完毕的，须附本人签名的笔录",
    "time": "如 9时30分至10时", "manner": "如 当面、电话", "visitor_1": "工号", "visitor_2": "工号，须是另一人",
    "recorder": "工号，不能是询问人本人", "presider": "工号，不能是办案人员", "posting": "公示单的文号",
    "measures": "没有规定的不填", "whom": "几个人的用顿号分开", "proofs": "几份的用分号分开",
    "missing": "只写不能由核对取得的材料，用顿号分开", "basis": "文号", "applicant": "写姓名",
    "due_on": "不填的按规则计算", "ground": "不填的按规则写明",
}  # fmt: skip
"""What helps to fill in a field, by the name of the ask; kinds of fields have hints of their own."""
_OFFICERS = ("visitor_1", "visitor_2", "recorder", "presider")
_TOLD = (
    "outcome", "amount", "months", "schedule", "effective_on", "level", "measures", "pay_within", "pay_way", "computed",
)  # fmt: skip
"""What a decision repeats unless the officer says otherwise."""
_RADIOS = ("way",)
DECIDING = ("DECIDE", "APPROVE")
_OF_WITHDRAWAL = ("months", "schedule", "exception")
_TODAY_ONLY = "制发文书，日期为今天，不能倒签"
EVIDENCE, ON, MEMBER, SUBJECT = "evidence", "on", "member", "subject"


def fields_of(work: Work, case: Case, row: Row, *, officers: Iterable[Officer] = ()) -> tuple[Field, ...]:
    """The fields of a step: what the case is about (of a first step), the asks, the day, the evidence."""
    asked = _wanted(tuple(_tuned(work, case, row, one) for one in of_asks(row.asks)))
    about = ABOUT.get(case.procedure, About()) if START in row.after and not case.history else About()
    return (
        *_subjects(work, case, row, about),
        *asked,
        *_day(row, first=not case.history),
        evidence_field(work, case.household_id),
    )


def _wanted(asked: tuple[Field, ...]) -> tuple[Field, ...]:
    """Months and shares are asked only where a withdrawal can be decided."""
    choices = {code for one in asked if one.name == "outcome" for code, _ in one.choices}
    if not choices or Outcome.WITHDRAW.value in choices:
        return asked
    return tuple(one for one in asked if one.name not in _OF_WITHDRAWAL)


def _subjects(work: Work, case: Case, row: Row, about: About) -> tuple[Field, ...]:
    found: list[Field] = []
    if about.member is not None:
        must = about.member or (case.procedure is Procedure.CHANGE and row.code != "OTHER")
        choices = tuple((str(no), told) for no, told in people_of(work, case.household_id))
        hint = "" if must else "只涉及其中一人的选择；涉及全户的不选"
        found.append(Field(MEMBER, "哪一位成员", "choice", must, hint, choices))
    if about.entry:
        entries = tuple((str(seq), told) for seq, told in to_begin_with(work, case.household_id, case.procedure))
        found.append(Field(SUBJECT, about.entry, "choice", about.must, "", entries))
    return tuple(found)


def _day(row: Row, *, first: bool) -> tuple[Field, ...]:
    if row.papers:
        return ()
    hint = "不晚于今天" if first else "不晚于今天，不早于上一步"
    return (Field(ON, "送达日期" if row.serves else "办理日期", "date", True, hint),)


def evidence_field(work: Work, household_id: int) -> Field:
    """The field in which evidence is chosen: what is kept of the household, the last first."""
    query = select(Evidence).where(Evidence.household_id == household_id, Evidence.file_key != b"")
    rows = work.session.exec(query.order_by(col(Evidence.id).desc()).limit(100)).all()
    choices = tuple(
        (one.sha256, f"{evidence.name_of(work, one)}　{one.recorded_at:%Y-%m-%d %H:%M} 保存") for one in rows
    )
    hint = "没有保存过的，先在本页下方上传" if choices else "还没有保存过材料；在本页下方上传"
    return Field(EVIDENCE, "证据", "choice", False, hint, choices)


def with_hint(one: Field) -> Field:
    """A field with the hint that helps, and of the kind that fits on a page."""
    if one.name in _RADIOS:
        one = replace(one, kind="radio")
    elif one.kind == "area" and one.name in _LINES:
        one = replace(one, kind="text")
    if one.name == "adopted" and ("采纳", "采纳") not in one.choices:  # of what was checked, not of what was heard
        return one
    left_out = one.required and one.name in _WHEN_LEFT
    return one if left_out or one.name not in _HINTS else replace(one, hint=_HINTS[one.name])


def _tuned(work: Work, case: Case, row: Row, one: Field) -> Field:
    """A field with the choices that there are in this household."""
    if one.name == "guardian_no":
        outside = (OUTSIDE, f"{OUTSIDE_SAID}（须附上签好的承诺书）")
        people = _numbered((*people_of(work, case.household_id), outside))
        return replace(one, kind="choice", label="代签的监护人", choices=people)
    if one.name == "fact_seq":
        facts = _numbered(entries_for(work, case.household_id, case.procedure))
        return replace(one, kind="choice", label="失信事实", choices=facts)
    if one.name == "reason" and not row.papers:
        return one
    if one.name == "reason_code":
        one = replace(one, label="原因")
    if one.name == "outcome" and row.code in DECIDING:
        one = replace(one, label="决定", choices=_decisions(case, row, one))
    if one.name == "amount" and any(ask.name == "outcome" for ask in row.asks):
        return replace(one, label="调整后每月救助金额（元）", hint="写调整以后每月一共发多少，不写差额；增发、减发填写")
    if one.name == "effective_on" and row.code in DECIDING:
        return _month(work, case, row, one)
    if row.code == "NOTICE" and one.name in ("within", "within_reason"):
        return _time_to_be_heard(work, case, one)
    return with_hint(one)


def _decisions(case: Case, row: Row, one: Field) -> tuple[tuple[str, str], ...]:
    """What can be decided: without a hearing, only what takes nothing, and what the case is about."""
    said = case.said("outcome", "OPEN")
    if row.code != "APPROVE" or said is None:
        return one.choices
    return tuple(choice for choice in one.choices if choice[0] in (Outcome.RAISE.value, said))


def _month(work: Work, case: Case, row: Row, one: Field) -> Field:
    """自何时起执行: as the region has it; where it has nothing, whoever takes something away says from when."""
    rule = month_rule(work, case, work.today)
    if rule is None and row.code == "DECIDE" and case.said("effective_on") is None:
        return replace(one, required=True, hint="当地没有规定，必须写明；减少、停止救助不早于送达的次月")
    if rule is None:
        return replace(one, hint="当地没有规定：减少、停止救助的必须写明，不早于送达的次月")
    month = "当月" if rule.value == "same_month" else "次月"
    return replace(one, hint=f"不填的按当地规定，自送达的{month}起")


def _time_to_be_heard(work: Work, case: Case, one: Field) -> Field:
    """告知的期限: what the region says; where it says nothing, a length and why."""
    clock = next(clock for clock in case.table.clocks if clock.code == "hear")
    area = home(work, case.household_id, work.today).area[:9] + "000"
    rule = policy_for(work, area, work.today).find(clock.key, area, work.today)
    set_here = rule is not None and rule.value is not None
    if one.name == "within_reason":
        return replace(one, required=not set_here)
    if rule is None or not set_here:
        return replace(one, required=True, hint=f"当地没有规定{clock.name}，必须写明，如 5个工作日", kind="text")
    return replace(one, hint=f"当地规定的{clock.name}为 {rule.value}{rule.unit}；不填的照此办理", kind="text")


_WHEN_LEFT = ("due_on", "ground", "within")
"""Hints that tell what happens when a field stays empty."""
_LINES = frozenset({
    "speaker", "receiver", "applicant", "visitor_1", "visitor_2", "card_1", "card_2", "recorder", "presider", "time",
    "place", "manner", "within", "pay_within", "object_within", "posting", "basis", "number", "body", "court", "whom",
    "relation", "guardian", "village", "item", "how",
})  # fmt: skip
"""Asks that one line answers."""


def _numbered(found: Iterable[tuple[int, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(no), told) for no, told in found)


def suggestions(work: Work, case: Case, row: Row, scope: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    """What may be typed into a field, by its name: officers of the reader's own area, names, public notices."""
    found: dict[str, list[tuple[str, str]]] = {}
    names = [(name, "") for name in names_of(work, case.household_id).values() if name]
    asked = {ask.name for ask in row.asks}
    for name in asked & set(_OFFICERS):
        found[name] = officers_in(work, scope)
    for name in asked & {"speaker", "receiver", "applicant"}:
        found[name] = names
    if "posting" in asked:
        query = (
            select(Posting).join(PostingLine, col(PostingLine.posting_id) == col(Posting.id))
            .where(PostingLine.household_id == case.household_id).order_by(col(Posting.id).desc())
        )  # fmt: skip
        found["posting"] = [(one.number, one.kind.value) for one in work.session.exec(query)]
    return found


_AT_WORK = (Role.ASSISTANT, Role.HANDLER, Role.REVIEWER, Role.APPROVER)
"""Whose work cases are: no administrator, inspector or other system takes part in one."""


def officers_in(work: Work, scope: tuple[str, str]) -> list[tuple[str, str]]:
    """Who works on cases in an area today: code, name and role; the colleagues of the acting officer first."""
    acting = work.session.get(Officer, work.actor)
    query = select(Officer).where(
        Officer.area >= scope[0], Officer.area < scope[1], Officer.since <= work.today, col(Officer.role).in_(_AT_WORK),
        or_(col(Officer.until).is_(None), col(Officer.until) >= work.today),
    )  # fmt: skip
    if acting is not None:
        query = query.order_by(col(Officer.area) != acting.area)
    rows = work.session.exec(query.order_by(col(Officer.code)).limit(200))
    return [(one.code, f"{one.name} {one.role.value}") for one in rows]


def known(work: Work, case: Case, row: Row) -> dict[str, object]:
    """What stands in the form at first: today, and in a decision what the person was told before."""
    told: Mapping[str, Any] = case.history[0].data if case.history else {}
    values: dict[str, object] = {ON: work.today}
    if row.code in DECIDING:
        values |= {ask.name: typed(ask, told[ask.name]) for ask in row.asks if ask.name in _TOLD and told.get(ask.name)}
    if row.code == "DUE":
        values.pop("due_on", None)
    if case.member_no is not None:
        values[MEMBER] = case.member_no
    if case.subject_seq is not None:
        values[SUBJECT] = case.subject_seq
    return values


def about_entry(work: Work, household_id: int, procedure: Procedure, seq: int) -> dict[str, object]:
    """What is known of a case that begins with an entry of the ledger: the entry; of a fact its member and proof."""
    if seq not in dict(entries_for(work, household_id, procedure)):
        return {}
    facts = {one.seq: one for one in standing(work, Conduct, household_id, work.today)}
    fact = facts.get(seq)
    if fact is None:
        return {SUBJECT: seq}
    return {SUBJECT: seq, MEMBER: fact.member_no, EVIDENCE: fact.evidence} | _level(work, fact)


def _level(work: Work, fact: Conduct) -> dict[str, object]:
    """The level that the adopted catalogue gives the item of a fact; {} where it gives none."""
    try:
        listed = {one.code: one for one in conduct_lists.items(work, fact.area, fact.kind)}
    except NotInForce:
        return {}
    found = listed.get(fact.item)
    known = found is not None and found.national_class is not NationalClass.UNMAPPED
    return {"level": found.national_class.value} if found is not None and known else {}


def typed(ask: Ask, value: Any) -> str:
    """A value as it would be typed."""
    if ask.kind == "fen" and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}"
    if ask.kind == "percents":
        return ",".join(map(str, value))
    return str(value)


def given_of(form: Form, row: Row) -> dict[str, Any]:
    """What was filled in, under the names of the asks."""
    found = {ask.name: form.given[ask.name] for ask in row.asks if ask.name in form.given}
    for ask in row.asks:
        if ask.kind == "count" and isinstance(found.get(ask.name), str):
            found[ask.name] = int(found[ask.name])
    return found


def day_of(form: Form, row: Row) -> date | None:
    """The day of the step; None for today."""
    found = form.given.get(ON)
    return found if isinstance(found, date) and not row.papers else None
