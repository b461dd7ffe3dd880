"""变化、核对、补录、更正 (what is reported of a household): changes, comparisons, old grants, mistakes put right."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import assistance, corrections, reassessment, rechecks, rights, timeline
from integrity.errors import Forbidden, NotFound
from integrity.permissions import RIGHTS
from integrity.rules.stated import LARGEST
from integrity.terms import Cause, Event, Scheme
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.evidence import ACCEPT, keep_all
from integrity.web.pages.household_fields import (
    WHY,
    Section,
    check_person,
    evidence_field,
    form_page,
    member_field,
    typed,
)
from integrity.web.pages.household_frame import Frame, frame
from integrity.work import Work

router = APIRouter()
_UPLOAD = Field(
    "files", "上传新的证据", "files", False, "照片、扫描件，可以几张；上传了的以它为证据", accept=ACCEPT, proof=True
)
DETAIL = Field("detail", "说明", "area", required=False, max_length=400, hint="不要写身份证号")


@router.get("/households/{number}/changes/new")
def new_change(number: str, desk: Annotated[Desk, looks("登记变化")]) -> HTMLResponse:
    """登记变化、预警、投诉举报或者本人声明。"""
    one = frame(desk, number)
    form = desk.form(_change_fields(desk, one), {"reported_on": desk.work.today}, household_id=one.household_id)
    return _change(desk, one, form)


@router.post("/households/{number}/changes/new")
def add_change(number: str, desk: Annotated[Desk, acts("登记变化")]) -> Response:
    """登记一项变化；由核查处理，不直接影响救助。"""
    one = frame(desk, number)
    form = desk.read(_change_fields(desk, one))

    def act(work: Work) -> str:
        given, kind = form.given, Event[form.given["kind"]]
        rows = keep_all(work, one.household_id, form.proofs["files"])
        rechecks.report(
            work, one.household_id, kind, happened_on=given["happened_on"], reported_on=given["reported_on"],
            member_no=int(given["member"]) if "member" in given else None, detail=given.get("detail", ""),
            evidence=rows[0].sha256 if rows else given.get("evidence", ""),
        )  # fmt: skip
        desk.tell(work, f"已登记变化：{kind.value}{reassessment.follow(work, one.household_id)}")
        return one.href()

    return desk.submit(form, typed(act), lambda again: _change(desk, one, again), household_id=one.household_id)


def _change_fields(desk: Desk, one: Frame) -> tuple[Field, ...]:
    return (
        Field("kind", "种类", "choice", choices=chosen_from(Event)),
        member_field(one.view, label="涉及的成员", hint="涉及全家的不选"),
        Field("happened_on", "发生日期", "date", hint="如 2026-09-21"),
        Field("reported_on", "得知日期", "date", hint="机关得知的那一天，期限从这天算起"), DETAIL,
        evidence_field(desk, one.household_id), _UPLOAD,
    )  # fmt: skip


def _change(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    names = tuple(field.name for field in form.fields)
    note = "只登记得知的情况；是否属实、怎样处理，由核查和案件办理。"
    return form_page(desk, form, one, "登记变化与预警", [("", note, names)])


VERIFIED = (
    Field("on", "核对日期", "date", hint="结果反映哪一天的情况"),
    Field("source", "来源", max_length=60, hint="如 核对平台、入户、本人申报"),
    Field("income", "家庭月收入", "fen", required=False, hint="全家一个月的收入，元；没有核对的不写"),
    Field("cause", "收入变化原因", "choice", required=False, choices=chosen_from(Cause), hint="不清楚的不选"),
)  # fmt: skip
FOUND = (
    Field("self_reported", "主动申报", "yes", required=False),
    Field("stable", "收入稳定", "yes", required=False),
    Field("property_over", "财产超过标准", "yes", required=False), DETAIL,
)  # fmt: skip


@router.get("/households/{number}/verifications/new")
def new_verification(number: str, desk: Annotated[Desk, looks("登记核对结果")]) -> HTMLResponse:
    """登记经济状况核对结果。"""
    one = frame(desk, number)
    known = {"on": desk.work.today}
    return _verification(desk, one, desk.form(_verified_fields(one), known, household_id=one.household_id))


@router.post("/households/{number}/verifications/new")
def add_verification(number: str, desk: Annotated[Desk, acts("登记核对结果")]) -> Response:
    """登记核对结果；没有填写的就是没有说，不作推测。"""
    one = frame(desk, number)
    form = desk.read(_verified_fields(one))

    def act(work: Work) -> str:
        given = form.given
        rechecks.verify(
            work, one.household_id, on=given["on"], source=given["source"], income=given.get("income"),
            cause=Cause[given.get("cause", Cause.UNKNOWN.name)],
            cause_member=int(given["member"]) if "member" in given else None,
            self_reported=given.get("self_reported"), stable=given.get("stable"),
            property_over=given.get("property_over"), detail=given.get("detail", ""),
        )  # fmt: skip
        desk.tell(work, f"已登记核对结果{reassessment.follow(work, one.household_id)}")
        return one.href("why")

    return desk.submit(form, typed(act), lambda again: _verification(desk, one, again), household_id=one.household_id)


def _verified_fields(one: Frame) -> tuple[Field, ...]:
    return (*VERIFIED, member_field(one.view, label="谁的收入有变化", living=True), *FOUND)


def _verification(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    names = tuple(field.name for field in form.fields)
    note = "没有核对的项目不要填写：没有填写就是“没有说”，程序不作推测，需要时请人确定。"
    return form_page(desk, form, one, "登记核对结果", [("", note, names)])


GRANT = (
    Field("scheme", "救助类别", "radio", choices=chosen_from(Scheme, tuple(Scheme)[1:])),
    Field("decided_on", "确认日期", "date"),
    Field("effective_on", "自何日起执行", "date", hint="一般是确认的次月第一天"),
    Field("amount", "月救助金额", "fen", required=False, hint="元；最低生活保障必须填写"),
    Field("income", "核定的家庭月收入", "fen", required=False),
    Field("persons", "计入人数", "count", required=False),
    Field("document", "确认文书的文号", required=False, max_length=60),
)  # fmt: skip


@router.get("/households/{number}/grants/new")
def new_grant(number: str, desk: Annotated[Desk, looks("作出救助决定")]) -> HTMLResponse:
    """补录原有的救助。"""
    one = frame(desk, number)
    return _grant(desk, one, desk.form(GRANT, household_id=one.household_id))


@router.post("/households/{number}/grants/new")
def add_grant(number: str, desk: Annotated[Desk, acts("作出救助决定")]) -> Response:
    """补录以前确认的救助；新的申请按“申请受理”程序办理。"""
    one = frame(desk, number)
    form = desk.read(GRANT)

    def act(work: Work) -> str:
        given, scheme = form.given, Scheme[form.given["scheme"]]
        assistance.grant(
            work, one.household_id, scheme, decided_on=given["decided_on"], effective_on=given["effective_on"],
            decided_by=work.actor, amount=given.get("amount"), income=given.get("income"),
            persons=given.get("persons"), document=given.get("document", ""),
        )  # fmt: skip
        desk.tell(work, f"已补录：确认给予{scheme.value}{reassessment.follow(work, one.household_id)}")
        return one.href("aid")

    return desk.submit(form, typed(act), lambda again: _grant(desk, one, again), household_id=one.household_id)


def _grant(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    note = "用于补录启用本系统以前已经确认的救助。新的申请请立案，按“申请受理”逐步办理。"
    names = tuple(field.name for field in GRANT)
    return form_page(desk, form, one, "补录原有的救助", [("", note, names)], button="补录")


@router.get("/households/{number}/entries/{seq}/void")
def voiding(number: str, seq: int, desk: Annotated[Desk, looks("查看户账")]) -> HTMLResponse:
    """更正：作废一条登记错误的条目。"""
    one = frame(desk, number)
    return _void(desk, one, seq, desk.form((WHY,), household_id=one.household_id))


@router.post("/households/{number}/entries/{seq}/void")
def void(number: str, seq: int, desk: Annotated[Desk, acts("查看户账")]) -> Response:
    """作废一条；原条目保留，正确的内容另行登记。事项由条目的种类决定。"""
    one = frame(desk, number)
    matter = corrections.matter_of(corrections.entry(desk.work, one.household_id, _seq(seq)))
    if not desk.may(matter):
        raise Forbidden(f"这一条由{_who(matter)}更正")
    form = desk.read((WHY,))

    def act(work: Work) -> str:
        corrections.void(work, one.household_id, seq, why=form.given["why"])
        desk.tell(work, f"已作废第 {seq} 条；原条目保留，正确的内容请另行登记")
        return one.href("record")

    return desk.submit(
        form, act, lambda again: _void(desk, one, seq, again), household_id=one.household_id, matter=matter
    )  # fmt: skip


def _seq(seq: int) -> int:
    if not 0 < seq <= LARGEST:
        raise NotFound(f"该户没有第 {seq} 条")
    return seq


def _who(matter: str) -> str:
    return "、".join(role.value for role in RIGHTS[matter].roles)


def _void(desk: Desk, one: Frame, seq: int, form: Form) -> HTMLResponse:
    wrong = corrections.entry(desk.work, one.household_id, _seq(seq))
    matter = corrections.matter_of(wrong)
    said = one.view.words(timeline.in_words(wrong))
    notes = (
        ("第几条", str(seq)), ("种类", timeline.kind_of(wrong)), ("发生", str(wrong.happened_on)),
        ("登记人", one.view.officer(wrong.recorded_by)), ("内容", said),
    )  # fmt: skip
    mine = desk.may(matter)
    intro = "" if mine else f"这一条由{_who(matter)}更正，您只能查看。"
    sections: list[Section] = [("", "原条目保留在户账中，注明已作废；作废以后请另行登记正确的内容。", ("why",))]
    return form_page(
        desk, form, one, "更正：作废一条", sections, button="作废这一条", intro=intro, notes=notes, danger=True,
        allowed=mine,
    )  # fmt: skip


PERSON = (
    Field("name", "姓名", required=False, max_length=50), Field("id_number", "身份证号", required=False, max_length=30),
    Field("phone", "联系电话", required=False, max_length=30),
    Field("account", "银行账号", required=False, max_length=40),
    Field("why", "核实的依据", "area", max_length=400, hint="如 核对了户口簿原件"),
)  # fmt: skip


@router.get("/households/{number}/members/{no}/correct")
def correcting(number: str, no: int, desk: Annotated[Desk, looks("更正")]) -> HTMLResponse:
    """更正、补充成员的个人资料。"""
    one = frame(desk, number)
    return _person(desk, one, no, desk.form(PERSON, household_id=one.household_id))


@router.post("/households/{number}/members/{no}/correct")
def correct(number: str, no: int, desk: Annotated[Desk, acts("更正")]) -> Response:
    """更正个人资料；没有写的不变，原来的一条保留。"""
    one = frame(desk, number)
    form = desk.read(PERSON)
    check_person(form)

    def act(work: Work) -> str:
        given = form.given
        made = rights.correct_person(
            work, one.household_id, no, why=given["why"], name=given.get("name"), id_number=given.get("id_number"),
            phone=given.get("phone"), account=given.get("account"),
        )  # fmt: skip
        desk.tell(work, f"已更正第 {no} 号成员的资料（第 {'、'.join(str(one.seq) for one in made)} 条）")
        return one.href()

    return desk.submit(form, typed(act), lambda again: _person(desk, one, no, again), household_id=one.household_id)


def _person(desk: Desk, one: Frame, no: int, form: Form) -> HTMLResponse:
    if no not in one.view.people:
        raise NotFound(f"该户没有第 {no} 号成员")
    names = tuple(field.name for field in PERSON)
    note = "只写要更正、补充的项目，没有写的不变。原来的资料保留到依法销毁。"
    return form_page(desk, form, one, "更正个人资料", [(one.view.name(no), note, names)], button="更正")
