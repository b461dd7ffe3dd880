"""机关与区划页 (the pages of organs): who signs for which area, who works there; registering organs and areas."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import organ_lists, periodic
from integrity.areas_file import AreaRow
from integrity.errors import Invalid
from integrity.records.office import Organ
from integrity.rules.areas import check
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.statistics import own_area
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看政策参数")]
PAGE = 50
ORGAN = (
    Field("area", "区划代码", max_length=12, hint="12 位，在您的辖区内"),
    Field("name", "机关名称", max_length=80), Field("prefix", "机关代字", max_length=20, hint="文号中年份以前的部分"),
    Field("since", "自何日起", "date"),
    Field("address", "地址", required=False, max_length=120), Field("phone", "电话", required=False, max_length=40),
    Field("contact", "联系人", required=False, max_length=40),
    Field("review_organ", "行政复议机关", required=False, max_length=80),
    Field("court", "有管辖权的人民法院", required=False, max_length=80),
)  # fmt: skip
AREA = (
    Field("code", "区划代码", max_length=12, hint="12 位，在您的辖区内"),
    Field("name", "名称", max_length=60),
    Field("since", "启用日期", "date", required=False, hint="撤销一个区划时，写它原来的启用日期；不知道的不写"),
    Field("until", "撤销日期", "date", required=False, hint="撤销的最后一日；仍在使用的不写"),
    Field("successor", "后继代码", required=False, max_length=12, hint="撤销以后由哪个区划接续"),
)


@router.get("/organs")
def show(desk: Looking, area: str = "", after: str = "", officer: str = "") -> HTMLResponse:
    """机关、下级区划、人员；只有本辖区的。翻页以后只接着列那一种。"""
    where = own_area(desk, area)
    below = organ_lists.areas_below(desk.work, where, after=after, limit=PAGE + 1)
    people = organ_lists.officers_of(desk.work, where, after=officer, limit=PAGE + 1)
    return desk.page(
        "organs.html", area=where, place=periodic.name_of(desk.work, where, desk.work.today),
        organs=organ_lists.organs_of(desk.work, where), below=below[:PAGE], people=people[:PAGE],
        places={one.area: periodic.name_of(desk.work, one.area, desk.work.today) for one in people[:PAGE]},
        next_area=f"/organs?area={where}&after={below[PAGE - 1][0]}" if len(below) > PAGE else "",
        next_person=f"/organs?area={where}&officer={people[PAGE - 1].code}" if len(people) > PAGE else "",
        up=desk.officer.area if where != desk.officer.area else "", may=desk.may, first=f"/organs?area={where}",
        further="人员" if officer else "下级区划" if after else "",
    )  # fmt: skip


def _within(desk: Desk, form: Form, name: str) -> str:
    """A code that was typed, in the officer's area; what is wrong stands on the form."""
    try:
        code = check(form.given.get(name, ""))
    except Invalid as fault:
        form.errors.setdefault(name, str(fault))
        return desk.officer.area
    low, high = desk.scope
    if not low <= code < high:
        form.errors.setdefault(name, "不在您的辖区")
    return code


@router.get("/organs/new")
def new_organ(desk: Annotated[Desk, looks("登记机关")]) -> HTMLResponse:
    """登记发文机关。"""
    return _organ(desk, desk.form(ORGAN, {"area": desk.officer.area, "since": desk.work.today}))


@router.post("/organs/new")
def enter_organ(desk: Annotated[Desk, acts("登记机关")]) -> Response:
    """登记一个区划的发文机关；后登记的自其起日起接替。"""
    form = desk.read(ORGAN)
    area = _within(desk, form, "area")

    def act(work: Work) -> str:
        organ_lists.register_organ(work, Organ(**(form.given | {"area": area})))
        desk.tell(work, f"已登记机关：{form.given['name']}")
        return "/organs"

    return desk.submit(form, act, lambda again: _organ(desk, again), area=area)


def _organ(desk: Desk, form: Form) -> HTMLResponse:
    note = "发文机关的名称、代字、复议机关和法院印在每一份文书上，请照机关的正式名称填写。"
    return _form(desk, form, "登记机关", note)


@router.get("/organs/areas/new")
def new_area(desk: Annotated[Desk, looks("维护区划")]) -> HTMLResponse:
    """登记、撤销一个区划。"""
    return _area(desk, desk.form(AREA))


@router.post("/organs/areas/new")
def enter_area(desk: Annotated[Desk, acts("维护区划")]) -> Response:
    """登记一个新的区划，或者登记原有的撤销。"""
    form = desk.read(AREA)
    code = _within(desk, form, "code")

    def act(work: Work) -> str:
        given = form.given
        row = AreaRow(code, given["name"], given.get("since"), given.get("until"), given.get("successor", ""))
        organ_lists.register_area(work, row)
        desk.tell(work, f"已登记区划：{row.name}（{row.code}）")
        return "/organs"

    return desk.submit(form, act, lambda again: _area(desk, again))


def _area(desk: Desk, form: Form) -> HTMLResponse:
    note = "登记新的村（居）、乡镇（街道）；撤销的，照原来的代码、名称和启用日期填写，再写撤销日期和后继代码。"
    return _form(desk, form, "登记、撤销区划", note)


def _form(desk: Desk, form: Form, heading: str, note: str) -> HTMLResponse:
    return desk.page("organ_form.html", form=form, heading=heading, note=note, action=desk.request.url.path)
