"""建档和成员 (a household and its members): opened, a member added, one changed, a move; each on a page of its own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import household_members, households
from integrity.errors import Invalid, NotFound
from integrity.household_members import Home, State
from integrity.records.ledger import Household, Residence
from integrity.rules.stated import LARGEST
from integrity.terms import Ability, Capacity, Presence, Relation
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.household_fields import (
    ADDRESS,
    LABEL,
    SINCE,
    URBAN,
    Section,
    check_person,
    form_page,
    member_choices,
    one_of,
    person_fields,
    person_of,
    place_field,
    renamed,
    typed,
)
from integrity.web.pages.household_frame import Frame, frame
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("登记家庭")]
Acting = Annotated[Desk, acts("登记家庭")]
NUMBER = Field(
    "number", "户编号", required=False, max_length=40,
    hint="本机关的编号，建档后不能更改；不得用身份证号。没有编号的不填，由程序编号",
)  # fmt: skip
_PERSON = ("name", "id_number", "relation", "ability", "capacity", "schooling", "phone", "account")
_HOME = ("number", "place", "address", "urban", "label", "since")


@router.get("/households/new")
def new(desk: Looking) -> HTMLResponse:
    """登记家庭（建档）：住址和户主。"""
    return _new(desk, desk.form(_new_fields(desk), {"relation": Relation.HEAD, "since": desk.work.today}))


@router.post("/households/new")
def found(desk: Acting) -> Response:
    """建档：登记住址和户主，接着逐个登记其他成员。"""
    form = desk.read(_new_fields(desk))
    warned, area = check_person(form), _place(desk, form, desk.officer.area)

    def act(work: Work) -> str:
        given = form.given
        home = Home(area, given["address"], given["urban"] == "yes", given.get("label", ""))
        made = household_members.found(work, given.get("number", ""), home, person_of(form), since=given["since"])
        number = work.session.get_one(Household, made).number
        said = f"已建档，户编号 {number}。请接着登记其他共同生活的成员，没有其他成员的不用再填"
        desk.tell(work, "；".join((said, *warned)))
        return path("households", number, "members", "new")

    return desk.submit(form, typed(act), lambda again: _new(desk, again), area=area)


def _new_fields(desk: Desk) -> tuple[Field, ...]:
    since = renamed(SINCE, "登记日期", "自何日起登记在册，一般是申请日")
    return (NUMBER, place_field(desk), ADDRESS, URBAN, LABEL, since, *person_fields())


def _place(desk: Desk, form: Form, within: str) -> str:
    """The code of the village that was chosen or typed; a fault stands beside the field."""
    if "place" not in form.given:
        return ""
    try:
        return household_members.village_of(desk.work, form.given["place"], within)
    except Invalid as fault:
        form.errors["place"] = str(fault)
        return ""


def _new(desk: Desk, form: Form) -> HTMLResponse:
    sections: list[Section] = [
        ("住址", "家庭登记到村（居）。", _HOME),
        ("户主", "身份证号保存时加密；其他成员在下一页逐个登记。", _PERSON),
    ]
    return form_page(desk, form, None, "登记家庭", sections, button="建档，接着登记成员")


@router.get("/households/{number}/members/new")
def new_member(number: str, desk: Looking) -> HTMLResponse:
    """增加一名共同生活的家庭成员。"""
    one = frame(desk, number)
    first = households.standing(desk.work, Residence, one.household_id, desk.work.today)[0]
    known = {"since": first.happened_on}
    return _member(desk, one, desk.form(_member_fields(one), known, household_id=one.household_id))


@router.post("/households/{number}/members/new")
def add_member(number: str, desk: Acting) -> Response:
    """登记一名成员；成员序号由程序依次编排。"""
    one = frame(desk, number)
    form = desk.read(_member_fields(one))
    warned = check_person(form)

    def act(work: Work) -> str:
        made = household_members.add(work, one.household_id, person_of(form), since=form.given["since"])
        desk.tell(work, "；".join((f"已登记第 {made.no} 号成员", *warned)))
        return one.href("members", "new") if form.given.get("more") else one.href()

    return desk.submit(form, typed(act), lambda again: _member(desk, one, again), household_id=one.household_id)


def _member_fields(one: Frame) -> tuple[Field, ...]:
    since = renamed(SINCE, "自何日起共同生活", "新生儿写出生日期")
    return (*person_fields(one.view), since, Field("more", "登记后接着登记下一名成员", "tick", required=False))


def _member(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    sections: list[Section] = [
        ("个人资料", "身份证号保存时加密。", _PERSON), ("在本户的情况", "", ("guardian", "since", "more")),
    ]  # fmt: skip
    return form_page(desk, form, one, "增加成员", sections)


STATE = (
    Field("presence", "共同生活状态", "choice", choices=chosen_from(Presence)),
    Field("ability", "劳动能力", "choice", choices=chosen_from(Ability)),
    Field("capacity", "民事行为能力", "choice", choices=chosen_from(Capacity)),
    Field("schooling", "是否在校", "yes", required=False),
)  # fmt: skip
REPORT = Field(
    "report", "成员死亡的，同时登记“死亡”变化", "tick", required=False, hint="列入核查，按期增发、减发或者停发"
)
_STATE = ("since", "presence", "report", "ability", "capacity", "schooling", "guardian")


@router.get("/households/{number}/members/{no}/change")
def changed(number: str, no: int, desk: Looking) -> HTMLResponse:
    """登记成员情况的变化：死亡、离开、能力变化等。"""
    one = frame(desk, number)
    now = households.members(desk.work, one.household_id, desk.work.today).get(_known(one, no))
    known = {} if now is None else {
        "presence": now.presence, "ability": now.ability, "capacity": now.capacity, "schooling": now.schooling,
        "guardian": now.guardian_no, "report": "yes",
    }  # fmt: skip
    return _change(desk, one, no, desk.form(_change_fields(one), known, household_id=one.household_id))


@router.post("/households/{number}/members/{no}/change")
def change(number: str, no: int, desk: Acting) -> Response:
    """登记变化；没有改的各项照旧。"""
    one = frame(desk, number)
    form = desk.read(_change_fields(one))
    _known(one, no)

    def act(work: Work) -> str:
        given = form.given
        state = State(
            one_of(Presence, form, "presence"), one_of(Ability, form, "ability"), one_of(Capacity, form, "capacity"),
            given.get("schooling"), int(given["guardian"]) if "guardian" in given else None,
        )  # fmt: skip
        made = household_members.change(
            work, one.household_id, no, state, since=given["since"], report=bool(given.get("report"))
        )
        desk.tell(work, f"已登记第 {made.no} 号成员的变化")
        return one.href()

    return desk.submit(form, typed(act), lambda again: _change(desk, one, no, again), household_id=one.household_id)


def _known(one: Frame, no: int) -> int:
    """The number of a member of this household. Raises NotFound."""
    if not 0 < no <= LARGEST or no not in one.view.people:
        raise NotFound(f"该户没有第 {no} 号成员")
    return no


def _change_fields(one: Frame) -> tuple[Field, ...]:
    guardian = Field("guardian", "监护人", "choice", required=False, choices=member_choices(one.view))
    return (renamed(SINCE, "变化的日期"), *STATE, REPORT, guardian)


def _change(desk: Desk, one: Frame, no: int, form: Form) -> HTMLResponse:
    sections: list[Section] = [(one.view.name(no), "各项已填现在的情况，只改有变化的。", _STATE)]
    return form_page(desk, form, one, "成员变化", sections, button="登记变化")


@router.get("/households/{number}/move")
def move(number: str, desk: Looking) -> HTMLResponse:
    """登记迁居。"""
    one = frame(desk, number)
    known = {"urban": one.brief.urban, "label": one.brief.label}
    return _move(desk, one, desk.form(_move_fields(), known, household_id=one.household_id))


@router.post("/households/{number}/move")
def moved(number: str, desk: Acting) -> Response:
    """登记迁居；原来的住址保留在户账中。"""
    one = frame(desk, number)
    form = desk.read(_move_fields())
    area = _new_place(desk, form)

    def act(work: Work) -> str:
        given = form.given
        households.settle(
            work, one.household_id, area=area, address=given["address"], urban=given["urban"] == "yes",
            since=given["since"], label=given.get("label", ""),
        )  # fmt: skip
        low, high = desk.scope
        desk.tell(work, "已登记迁居" if low <= area < high else f"已登记迁居，{one.number} 已不在您的辖区")
        return one.href() if low <= area < high else "/"

    return desk.submit(form, typed(act), lambda again: _move(desk, one, again), household_id=one.household_id)


def _new_place(desk: Desk, form: Form) -> str:
    """A village of the officer's own area by name or code, or any by its code."""
    text = form.given.get("place", "")
    return _place(desk, form, "" if text.isascii() and text.isdigit() else desk.officer.area)


def _move_fields() -> tuple[Field, ...]:
    place = Field("place", "新的村（居）", max_length=60, hint="村（居）的全名；迁到辖区以外的填写 12 位区划代码")
    return (renamed(SINCE, "迁居日期"), place, renamed(ADDRESS, "新住址"), URBAN, LABEL)


def _move(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    note = f"现住：{one.brief.village}，{one.brief.address}。"
    return form_page(desk, form, one, "迁居", [("", note, ("since", "place", "address", "urban", "label"))])
