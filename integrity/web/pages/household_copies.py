"""完整号码、案卷、本人信息副本 (what is given in full): each with a reason, each written down before it is given.

Nothing of it is kept for a second look: the answer to the form is the only one, and asking again is written down again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import dossiers, household_views, households, persons, rights
from integrity.dossier_sight import INSPECTION, OWN, READERS
from integrity.errors import ChengxinError
from integrity.own_data import OwnData
from integrity.permissions import require
from integrity.rules.policy import NotInForce
from integrity.terms import Role
from integrity.web.desk import CONFLICT, UNPROCESSABLE, Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.household_fields import member_choices
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.web.wording import on_page
from integrity.work import Work

router = APIRouter()
NUMBERS = {"id_number": "身份证号", "phone": "联系电话", "account": "银行账号"}


@contextmanager
def writing(desk: Desk, household_id: int) -> Iterator[Work]:
    """A piece of work whose answer is given at once: in the matter of this request, in the household's own area."""
    desk.work.session.rollback()  # a look holds up the writer
    with desk.office.work(desk.officer.code) as work:
        require(work, desk.matter, households.home(work, household_id, work.today).area)
        yield work


def refused(form: Form, fault: Exception) -> int:
    """Tell on the form why it was not done; the status of the answer."""
    form.refused = on_page(str(fault))
    return CONFLICT


@router.get("/households/{number}/reveal")
def reveal_form(
    number: str, desk: Annotated[Desk, looks("查看完整号码")], member: int | None = None, column: str = ""
) -> HTMLResponse:  # fmt: skip
    """查看完整号码：先写明理由。"""
    one = frame(desk, number)
    known = {"member": member, "column": column if column in NUMBERS else "id_number"}
    return _reveal(desk, one, desk.form(_reveal_fields(one), known))


@router.post("/households/{number}/reveal")
def reveal(number: str, desk: Annotated[Desk, acts("查看完整号码")], member: int | None = None) -> HTMLResponse:
    """完整号码只在这一页显示一次；理由记入操作日志。"""
    one = frame(desk, number)
    form = desk.read(_reveal_fields(one))
    if form.errors:
        return _reveal(desk, one, form, status=UNPROCESSABLE)
    given = form.given
    try:
        with writing(desk, one.household_id) as work:
            person = one.view.people[int(given["member"])][-1]
            told = persons.reveal(work, person.id or 0, given["column"], given["reason"])
    except ChengxinError as fault:
        return _reveal(desk, one, form, status=refused(form, fault))
    what = f"{one.view.name(int(given['member']))}，{NUMBERS[given['column']]}"
    dial = told if given["column"] == "phone" else ""
    return _reveal(desk, one, desk.form(_reveal_fields(one)), told=told or "没有登记", what=what, dial=dial)


def _reveal_fields(one: Frame) -> tuple[Field, ...]:
    return (
        Field("member", "成员", "choice", choices=member_choices(one.view)),
        Field("column", "查看哪一项", "radio", choices=tuple(NUMBERS.items())),
        Field("reason", "理由", "area", max_length=200, hint="为办理什么事需要完整号码；记入操作日志，本人可以查阅"),
    )  # fmt: skip


def _reveal(
    desk: Desk, one: Frame, form: Form, *, told: str = "", what: str = "", dial: str = "", status: int = 200
) -> HTMLResponse:  # fmt: skip
    return desk.page(
        "household_reveal.html", status=status, form=form, action=here(desk.request), told=told, what=what,
        dial=dial, **shown(one, "reveal", "查看完整号码"),
    )  # fmt: skip


def _dossier_fields(desk: Desk, one: Frame) -> tuple[Field, ...]:
    """What is asked for; whoever may not see full numbers is not offered a dossier that has them."""
    cases = tuple((str(no), f"第 {no} 号案件（{kind.value}）") for no, kind in household_views.cases_of(one.view))
    full = desk.may("查看完整号码")
    readers = tuple((name, read.name) for name, read in READERS.items() if full or read is INSPECTION)
    numbers = (
        Field("member", "供本人的，是哪一位成员", "choice", required=False, choices=member_choices(one.view)),
        Field("unmask", "提供完整身份证号的理由", required=False, max_length=200, hint="只有供人民法院的可以提供"),
    )  # fmt: skip
    return (
        Field("reader", "供谁使用", "radio", choices=readers),
        Field("reason", "用途", "area", max_length=200, hint="如调卷函的文号、本人申请的核对情况；至少两字；印在封面"),
        Field("case", "只印一个案件", "choice", required=False, hint="不选为全户", choices=cases),
        *(numbers if full else ()),
        Field("on", "截至哪一天", "date", required=False, hint="不写为现在"),
    )  # fmt: skip


@router.get("/households/{number}/dossier")
def dossier_form(number: str, desk: Annotated[Desk, looks("印制案卷")]) -> HTMLResponse:
    """印制案卷：供谁使用、用途。"""
    one = frame(desk, number)
    fields = _dossier_fields(desk, one)
    only = fields[0].choices[0][0] if len(fields[0].choices) == 1 else ""
    return _dossier(desk, one, desk.form(fields, {"reader": only}))


@router.post("/households/{number}/dossier")
def dossier(number: str, desk: Annotated[Desk, acts("印制案卷")]) -> Response:
    """一户或者一个案件的全部材料印成一个 PDF；记入操作日志。"""
    one = frame(desk, number)
    form = desk.read(_dossier_fields(desk, one))
    if form.errors:
        return _dossier(desk, one, form, UNPROCESSABLE)
    given = form.given
    wanted = dossiers.Wanted(
        dossiers.reader_of(given["reader"]), given["reason"], _number(given, "case"), _number(given, "member"),
        given.get("unmask", ""),
    )  # fmt: skip
    try:
        with writing(desk, one.household_id) as work:
            made = dossiers.print_out(work, one.household_id, wanted, given.get("on"))
    except (ChengxinError, NotInForce) as fault:
        return _dossier(desk, one, form, refused(form, fault))
    return download(made.paper.pdf, f"{made.number.replace('/', '_')}.pdf", "application/pdf")


def _number(given: dict[str, Any], name: str) -> int | None:
    return int(given[name]) if name in given else None


def download(content: bytes, name: str, kind: str) -> Response:
    """A file that is saved, never opened in the page; its name is the household's number, nobody's own."""
    told = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=kind, headers={"content-disposition": told})


def _dossier(desk: Desk, one: Frame, form: Form, status: int = 200) -> HTMLResponse:
    note = "供本人的案卷遮盖其他成员，供其他单位的不含积分和投诉举报人。文件内有个人信息，交付后请删除本机的文件。"
    if desk.officer.role is Role.INSPECTOR:
        note = "监督岗位印制的案卷，姓名和号码都遮蔽；需要完整案卷的，请检查机关向办理机关调取。用后请删除本机文件。"
    return desk.page(
        "household_download.html", status=status, form=form, action=here(desk.request), note=note,
        button="印制并下载", own=OWN.name, **shown(one, "dossier", "印制案卷"),
    )  # fmt: skip


FORMATS = (("md", "文字（可以打印）"), ("json", "机器可读（可携带）"))


def _copy_fields(one: Frame) -> tuple[Field, ...]:
    return (
        Field("member", "谁的信息", "choice", choices=member_choices(one.view)),
        Field("asked_by", "申请人", max_length=100, hint="本人、监护人、受托人或者死者的近亲属，及其身份的核对情况"),
        Field("reason", "用途", required=False, max_length=200),
        Field("format", "文件格式", "radio", choices=FORMATS),
    )  # fmt: skip


@router.get("/households/{number}/copy")
def copy_form(number: str, desk: Annotated[Desk, looks("提供本人信息副本")]) -> HTMLResponse:
    """本人信息副本：先核对申请人的身份。"""
    one = frame(desk, number)
    return _copy(desk, one, desk.form(_copy_fields(one), {"format": "md"}))


@router.post("/households/{number}/copy")
def copy(number: str, desk: Annotated[Desk, acts("提供本人信息副本")]) -> Response:
    """本人信息副本：户账、文书、认定、送达、查阅记录；他人的信息遮盖。记入操作日志。"""
    one = frame(desk, number)
    form = desk.read(_copy_fields(one))
    if form.errors:
        return _copy(desk, one, form, UNPROCESSABLE)
    given = form.given
    try:
        with writing(desk, one.household_id) as work:
            made = rights.copy(
                work, one.household_id, int(given["member"]), asked_by=given["asked_by"],
                reason=given.get("reason", ""),
            )  # fmt: skip
    except (ChengxinError, NotInForce) as fault:
        return _copy(desk, one, form, refused(form, fault))
    return _saved(made, one, given["member"], given["format"])


def _saved(made: OwnData, one: Frame, member: str, kind: str) -> Response:
    text, media = (made.as_json(), "application/json") if kind == "json" else (made.as_markdown(), "text/markdown")
    return download(text.encode(), f"{one.number}-{member}-本人信息副本.{kind}", f"{media}; charset=utf-8")


def _copy(desk: Desk, one: Frame, form: Form, status: int = 200) -> HTMLResponse:
    note = "副本含本人的完整身份证号，请当面交给申请人，不要留存；其他成员的信息遮盖，投诉举报人的信息不提供。"
    return desk.page(
        "household_download.html", status=status, form=form, action=here(desk.request), note=note,
        button="制作并下载", own="", **shown(one, "copy", "本人信息副本"),
    )  # fmt: skip
