"""人员页 (the pages of officers): registering one, and telling that he is moved, leaves, or is called otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import area_choice, areas, officer_changes, organ_lists
from integrity.errors import Conflict
from integrity.officer_changes import Wanted
from integrity.records.office import Officer
from integrity.terms import Role
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks(officer_changes.MATTER)]
Acting = Annotated[Desk, acts(officer_changes.MATTER)]
NAME = Field("name", "姓名", max_length=60)
AREA = Field("area", "辖区", "choice", hint="乡镇人员选择乡镇（街道）")
PERSON = (
    Field("code", "工号", max_length=40, hint="字母和数字，登记以后不再改变"),
    NAME,
    Field("role", "岗位", "choice", choices=chosen_from(Role, [one for one in Role if one is not Role.SYSTEM])),
    AREA,
    Field("since", "自何日起", "date"),
)
UNTIL = Field(
    "until", "离岗日期", "date", required=False, wanted_when="在岗的不写",
    hint="最后在岗的一天；次日起不能登录，也不再列入入户人员",
)  # fmt: skip


def _placed(desk: Desk, form: Form) -> str:
    """The area that was chosen; of one that was not offered the form says whether it is the officer's at all."""
    sent, (low, high) = form.values.get("area", ""), desk.scope
    if "area" in form.errors and sent and not low <= sent < high:
        form.errors["area"] = "不在您的辖区，请从列出的各项中选择"
    return str(form.given.get("area", desk.officer.area))


@router.get("/organs/officers/new")
def new(desk: Looking) -> HTMLResponse:
    """登记人员。"""
    return _new(desk, desk.form(_person(desk), {"since": desk.work.today}))


@router.post("/organs/officers/new")
def enter(desk: Acting) -> Response:
    """登记一名人员；登录账户另由系统管理员开设。"""
    form = desk.read(_person(desk))
    area = _placed(desk, form)

    def act(work: Work) -> str:
        given = form.given
        row = Officer(
            code=given["code"], name=given["name"], role=Role[given["role"]], area=area, since=given["since"]
        )  # fmt: skip
        organ_lists.register_officer(work, row)
        desk.tell(work, f"已登记人员：{row.name}（{row.code}），{row.role.value}")
        return "/organs"

    return desk.submit(form, act, lambda again: _new(desk, again), area=area)


def _person(desk: Desk) -> tuple[Field, ...]:
    choices = tuple(area_choice.posts(desk.work, desk.officer.area))
    return tuple(replace(one, choices=choices) if one is AREA else one for one in PERSON)


def _new(desk: Desk, form: Form) -> HTMLResponse:
    note = "这里登记岗位和辖区。登录账户由系统管理员开设、安全管理员核准。"
    return desk.page("organ_form.html", form=form, heading="登记人员", note=note, action=desk.request.url.path)


@router.get("/organs/officers/{code}")
def show(code: str, desk: Looking) -> HTMLResponse:
    """调整人员：辖区、离岗日期、姓名。"""
    person = officer_changes.officer_here(desk.work, code)
    known = {"name": person.name, "area": person.area, "until": person.until}
    form = desk.form(_changeable(desk, person), known)
    form.seen = officer_changes.mark(person)
    return _shown(desk, person, form)


@router.post("/organs/officers/{code}")
def adjust(code: str, desk: Acting) -> Response:
    """调整人员。"""
    person = officer_changes.officer_here(desk.work, code)
    form = desk.read(_changeable(desk, person))
    area = _placed(desk, form)

    def act(work: Work) -> str:
        wanted = Wanted(form.given["name"], area, form.given.get("until"))
        now = officer_changes.mark(officer_changes.held(work, code))
        if form.seen != now:
            form.seen = now
            raise Conflict("在您填写期间，他人调整了这名人员。现在的登记列在上面，看过以后改好再提交")
        follows = officer_changes.adjust(work, code, wanted)
        desk.tell(work, "；".join((f"已调整人员：{wanted.name}（{code}）", *follows)))
        return "/organs"

    return desk.submit(form, act, lambda again: _shown(desk, person, again), area=area)


def _changeable(desk: Desk, person: Officer) -> tuple[Field, ...]:
    """Name, area (also the present one where it is not among those that are offered), last day."""
    choices = dict(area_choice.posts(desk.work, desk.officer.area))
    choices.setdefault(person.area, _place(desk, person))
    return NAME, replace(AREA, choices=tuple(sorted(choices.items()))), UNTIL


def _place(desk: Desk, person: Officer) -> str:
    return areas.named(desk.work, [person.area], desk.work.today)[person.area]


def _shown(desk: Desk, person: Officer, form: Form) -> HTMLResponse:
    return desk.page(
        "officer.html", form=form, person=person, place=_place(desk, person), own=person.code == desk.officer.code,
        action=path("organs", "officers", person.code),
    )  # fmt: skip
