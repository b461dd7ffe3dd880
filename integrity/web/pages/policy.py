"""政策参数页 (the pages of the policy): what holds where and when, out of which text; editions; adoptions."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import area_choice, areas, editions, organs, periodic, policy_reading
from integrity.case_views import officer_name
from integrity.errors import Invalid, NotFound
from integrity.rules.areas import check
from integrity.rules.policy import difference
from integrity.settings import settings
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form, Sent, read
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看政策参数")]
ON = (
    Field("area", "区划代码", max_length=12, hint="政策参数是公开的，可以查其他地方的"),
    Field("on", "哪一天", "date"),
)
TWO = (*ON[:1], Field("before", "从哪一天", "date"), Field("after", "到哪一天", "date"))


def _asked(desk: Desk, fields: tuple[Field, ...], said: dict[str, str]) -> Form:
    """What the address asks for; what is not said stands for the officer's area and today."""
    today = str(desk.work.today)
    known = {"area": desk.officer.area, "on": today, "after": today, "before": f"{desk.work.today.year}-01-01"}
    form = read(fields, Sent({one.name: (said.get(one.name) or known[one.name],) for one in fields}))
    try:
        form.given["area"] = check(form.values["area"])
        areas.area(desk.work, form.given["area"], desk.work.today)
    except (Invalid, NotFound) as fault:
        form.errors["area"] = str(fault)
    return form


@router.get("/policy")
def show(desk: Looking, area: str = "", on: str = "", section: str = "") -> HTMLResponse:
    """一个区划、一天生效的全部参数：值、起止、出处、谁启用；没有设定的写明由人确定。"""
    form = _asked(desk, ON, {"area": area, "on": on})
    lines, place = [], ""
    if not form.errors:
        lines = policy_reading.lines(desk.work, form.given["area"], form.given["on"])
        place = periodic.name_of(desk.work, form.given["area"], desk.work.today)
    counted = Counter(policy_reading.section_of(one.key) for one in lines if not one.is_set)
    names = [name for name, _ in policy_reading.SECTIONS]
    chosen = section if section in names else names[0]
    shown = [one for one in lines if policy_reading.section_of(one.key) == chosen]
    return desk.page(
        "policy.html", status=422 if form.errors else 200, form=form, lines=shown, place=place, whole=len(lines),
        grades=policy_reading.GRADES, unset=counted.total(), by=_names(desk, shown), section=chosen,
        sections=[(name, counted[name], _link(form, name)) for name in names],
        **_adopted(desk), may_adopt=desk.may("采用积分目录"),
    )  # fmt: skip


def _adopted(desk: Desk) -> dict[str, Any]:
    """The catalogues that were adopted here, and what the places and they are called."""
    found, today = policy_reading.adoptions(desk.work, desk.officer.area), desk.work.today
    return {
        "adoptions": found, "places": {one.area: periodic.name_of(desk.work, one.area, today) for one in found},
        "catalogues": {name: one.title for name, one in editions.in_force(desk.work).catalogues.items()},
    }  # fmt: skip


def _link(form: Form, section: str) -> str:
    said = {"area": form.values["area"], "on": form.values["on"], "section": section}
    return f"/policy?{urlencode(said)}"


def _names(desk: Desk, lines: list[policy_reading.Line]) -> dict[str, str]:
    return {code: officer_name(desk.work, code) for code in {one.by for one in lines if one.by}}


@router.get("/policy/compare")
def compare(desk: Looking, area: str = "", before: str = "", after: str = "") -> HTMLResponse:
    """一个区划的参数，两天之间有哪些不同。"""
    form = _asked(desk, TWO, {"area": area, "before": before, "after": after})
    changed, place = [], ""
    if not form.errors:
        given = form.given
        changed = policy_reading.compared(desk.work, given["area"], given["before"], given["after"])
        place = periodic.name_of(desk.work, given["area"], desk.work.today)
    return desk.page(
        "policy_compare.html", status=422 if form.errors else 200, form=form, changed=changed, place=place
    )  # fmt: skip


@router.get("/policy/editions")
def history(desk: Looking) -> HTMLResponse:
    """启用过的政策版本。"""
    rows = [(one, officer_name(desk.work, one.registered_by)) for one in policy_reading.history(desk.work)]
    return desk.page("policy_editions.html", rows=rows, may_renew=desk.may("启用政策版本"))


@router.get("/policy/editions/new")
def renewing(desk: Annotated[Desk, looks("启用政策版本")]) -> HTMLResponse:
    """启用新的政策版本：先看与现行版本的不同。"""
    return _renew(desk, desk.form(()))


@router.post("/policy/editions/new")
def renew(desk: Annotated[Desk, acts("启用政策版本")]) -> Response:
    """启用现在文件中的政策包，自此刻起生效；旧版本的全文保留。"""
    form = desk.read(())

    def act(work: Work) -> str:
        new = editions.register(work, editions.shipped(settings()))
        desk.tell(work, "已启用新的政策版本" if new else "与现行版本相同，没有改动")
        return "/policy/editions"

    return desk.submit(form, act, lambda again: _renew(desk, again))


def _renew(desk: Desk, form: Form) -> HTMLResponse:
    """What the packs on this machine would change; what is wrong with them."""
    lines: list[str] = []
    try:
        lines = difference(editions.in_force(desk.work), editions.shipped(settings()))
    except Invalid as fault:
        form.refused = form.refused or str(fault)
    return desk.page("policy_renew.html", form=form, lines=lines)


@router.get("/policy/editions/{edition}")
def edition(edition: str, desk: Looking) -> HTMLResponse:
    """一个版本与上一版本有哪些不同。"""
    one, lines = policy_reading.changes(desk.work, edition)
    return desk.page("policy_edition.html", one=one, lines=lines, by=officer_name(desk.work, one.registered_by))


@router.get("/policy/adopt")
def adopting(desk: Annotated[Desk, looks("采用积分目录")]) -> HTMLResponse:
    """以县级文件采用积分目录。"""
    return _adopt(desk, desk.form(_fields(desk), {"area": desk.officer.area, "since": desk.work.today}))


@router.post("/policy/adopt")
def adopt(desk: Annotated[Desk, acts("采用积分目录")]) -> Response:
    """登记采用文件；没有采用文件就不计分。"""
    form = desk.read(_fields(desk))
    until: date | None = form.given.get("until")
    if until is not None and "since" in form.given and until < form.given["since"]:
        form.errors["until"] = "止日早于起日"

    def act(work: Work) -> str:
        given = form.given
        organs.adopt(
            work, given["area"], given["proposal"], document=given["document"], since=given["since"], until=until
        )
        desk.tell(work, f"已登记：自 {given['since']} 起采用 {given['proposal']}（{given['document']}）")
        return "/policy"

    return desk.submit(form, act, lambda again: _adopt(desk, again), area=form.given.get("area", desk.officer.area))


def _fields(desk: Desk) -> tuple[Field, ...]:
    own = desk.officer.area
    here = (own, periodic.name_of(desk.work, own, desk.work.today))
    places = tuple(dict.fromkeys((here, *area_choice.narrower(desk.work, own, own))))
    known = tuple((name, f"{one.title}（{name}）") for name, one in editions.in_force(desk.work).catalogues.items())
    return (
        Field("area", "采用的地方", "choice", choices=places),
        Field("proposal", "积分目录", "choice", choices=known),
        Field("document", "采用文件的文号", max_length=80, hint="县级民政部门的文件，如 任民字〔2026〕1号"),
        Field("since", "自何日起", "date"), Field("until", "至何日止", "date", required=False, hint="不写为没有期限"),
    )  # fmt: skip


def _adopt(desk: Desk, form: Form) -> HTMLResponse:
    return desk.page("policy_adopt.html", form=form)
