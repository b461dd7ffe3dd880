"""守信失信事实页 (the pages of conduct): enter a fact, see one, and those on which nothing was decided yet.

A fact has no effect by itself; the way to a finding begins with a case.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from integrity import conduct, conduct_lists, evidence
from integrity.area_choice import names
from integrity.case_openings import first_steps
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import home, standing
from integrity.places import Scope
from integrity.records.ledger import Conduct
from integrity.rules.areas import code_range
from integrity.rules.policy import NotInForce
from integrity.rules.policy_rows import Item
from integrity.rules.procedure_tables import table
from integrity.terms import ConductKind, Procedure
from integrity.web.desk import SEE_OTHER, Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.daily import list_page, where, with_form
from integrity.web.pages.evidence import ACCEPT, keep_all
from integrity.web.pages.household_fields import evidence_field, typed
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
MayEnter = Annotated[Desk, looks("登记守信失信事实")]
Entering = Annotated[Desk, acts("登记守信失信事实")]
KINDS = {"trust": ConductKind.TRUST, "default": ConductKind.DEFAULT}
FINDING = {ConductKind.TRUST: Procedure.TRUST, ConductKind.DEFAULT: Procedure.DEFAULT}
_ITEM = 40
"""Length of what is kept as the item."""


@router.get("/conduct")
def pending(desk: Looking, area: str = "", kind: str = "", after: str = "") -> HTMLResponse:
    """待认定的守信失信事实，后发现的在前。"""
    chosen = KINDS.get(kind)
    at = where(desk, "/conduct", area, after, kind=kind if chosen else "")
    scope: Scope = code_range(at.area)
    found = conduct_lists.pending(desk.work, scope, chosen, after=after)
    return list_page(
        desk, "conduct_list.html", at, found.next, rows=found.rows, kind=kind if chosen else "",
        kinds=[(code, one.value) for code, one in KINDS.items()], items=_items(desk),
        villages=names(desk.work, {one.household.area for one in found.rows}),
        crumbs=(("待办", "/"), ("待认定的事实", "")),
    )  # fmt: skip


def _items(desk: Desk) -> dict[str, str]:
    """The names of the items of the catalogues of the officer's area, by code; {} where none is in force."""
    try:
        found = [one for kind in ConductKind for one in conduct_lists.items(desk.work, desk.officer.area, kind)]
    except NotInForce:
        return {}
    return {one.code: one.name for one in found}


@router.get("/households/{number}/conduct/new")
def choose(desk: MayEnter, number: str, kind: str = "") -> Response:
    """登记守信还是失信事实。"""
    one = frame(desk, number)
    if kind in KINDS:
        return RedirectResponse(one.href("conduct", kind, "evidence"), SEE_OTHER)
    return desk.page("conduct_choose.html", **shown(one, "?", "守信失信事实"))


def _kind(kind: str) -> ConductKind:
    if kind not in KINDS:
        raise NotFound("没有这一类事实")
    return KINDS[kind]


def _listed(one: Frame, kind: ConductKind) -> tuple[Item, ...]:
    """The items of the adopted catalogue; () where none is adopted or no edition is in force."""
    work = one.view.work
    try:
        return conduct_lists.items(work, home(work, one.household_id, work.today).area, kind)
    except NotInForce:
        return ()


def _fields(desk: Desk, one: Frame, kind: ConductKind) -> tuple[Field, ...]:
    people = tuple((str(each.no), each.name) for each in conduct_lists.people(one.view, kind) if not each.never)
    must_tell = kind is ConductKind.DEFAULT
    return (
        Field("member", "哪一位成员", "choice", choices=people),
        _item_field(one, kind),
        Field("act_on", "行为发生日期", "date"),
        Field("act_end", "行为结束日期", "date", False, "持续的行为填写；不填的就是发生的那一天"),
        Field("found_on", "发现日期", "date"),
        Field("source", "来源", max_length=60, hint="如 入户、核对平台、本人报告、投诉举报"),
        Field("detail", "事实经过", "area", must_tell, "写明时间、地点、做了什么；不写评价", max_length=400),
        evidence_field(desk, one.household_id),
        Field("files", "上传新的证据", "files", False, "照片、扫描件；上传了的以它为证据", accept=ACCEPT, proof=True),
    )  # fmt: skip


def _item_field(one: Frame, kind: ConductKind) -> Field:
    """Which item of the adopted catalogue it is; in words where none is adopted."""
    listed = tuple((each.code, f"{each.code} {each.name}") for each in _listed(one, kind))
    if not listed:
        return Field("item", "什么行为", max_length=_ITEM, hint="本地还没有采用积分目录：写明是什么行为，不计分")
    return Field("item", "目录中的项目", "choice", choices=listed, hint="各项的说明见本页下方采用的目录")


@router.get("/households/{number}/conduct/{kind}/evidence")
def enter(desk: MayEnter, number: str, kind: str) -> HTMLResponse:
    """登记一项事实的表单。"""
    one, what = frame(desk, number), _kind(kind)
    known = {"found_on": desk.work.today}
    return _page(desk, one, what, desk.form(_fields(desk, one, what), known, household_id=one.household_id))


def _page(desk: Desk, one: Frame, kind: ConductKind, form: Form) -> HTMLResponse:
    barred, listed = [each for each in conduct_lists.people(one.view, kind) if each.never], _listed(one, kind)
    return desk.page(
        "conduct_enter.html", **with_form(form), kind=kind, items=listed, barred=barred,
        action=here(desk.request), most=evidence.limit() // 2**20, **shown(one, "?", f"登记{kind.value}事实"),
    )  # fmt: skip


@router.post("/households/{number}/conduct/{kind}/evidence")
def write(desk: Entering, number: str, kind: str) -> Response:
    """登记事实；它本身不产生任何后果，须按程序认定。"""
    one, what = frame(desk, number), _kind(kind)
    form = desk.read(_fields(desk, one, what))
    _check(desk, one, what, form)

    def act(work: Work) -> str:
        given = form.given
        conduct.check_item(work, one.household_id, what, given["item"])
        rows = keep_all(work, one.household_id, form.proofs["files"])
        entry = conduct.record(
            work, one.household_id, member_no=int(given["member"]), kind=what, item=given["item"],
            act_on=given["act_on"], act_end=given.get("act_end"), found_on=given["found_on"], source=given["source"],
            detail=given.get("detail", ""), evidence=rows[0].sha256 if rows else given.get("evidence", ""),
        )  # fmt: skip
        desk.tell(work, f"已登记{what.value}事实（第 {entry.seq} 条）。事实本身不产生任何后果，须按程序认定")
        return one.href("conduct", entry.seq)

    return desk.submit(form, typed(act), lambda again: _page(desk, one, what, again), household_id=one.household_id)


def _check(desk: Desk, one: Frame, kind: ConductKind, form: Form) -> None:
    """What the catalogue does not list, who is no subject of it, and days in no order, are told at the field."""
    given = form.given
    if "item" in given:
        try:
            conduct.check_item(desk.work, one.household_id, kind, given["item"])
        except (Invalid, NotInForce) as fault:
            form.errors["item"] = str(fault)
    first: date | None = given.get("act_on")
    if first is not None and first > desk.work.today:
        form.errors["act_on"] = "行为发生日期不能晚于今天"
        return
    for name, label in (("act_end", "行为结束日期"), ("found_on", "发现日期")):
        if first is not None and name in given and given[name] < first:
            form.errors[name] = f"{label}不能早于行为发生日期"
    if given.get("found_on", desk.work.today) > desk.work.today:
        form.errors["found_on"] = "发现日期不能晚于今天"
    if first is not None and "member" in given:
        try:
            conduct.check_member(desk.work, one.household_id, int(given["member"]), kind, first)
        except NotFound as fault:
            form.errors["act_on"] = str(fault)
        except Refused as fault:
            form.errors["member"] = str(fault)


@router.get("/households/{number}/conduct/{seq:int}")
def show(desk: Looking, number: str, seq: int) -> HTMLResponse:
    """一项事实：内容、认定到哪一步、怎样认定。"""
    one = frame(desk, number, "查看守信失信事实")
    found = {each.seq: each for each in standing(desk.work, Conduct, one.household_id, desk.work.today)}.get(seq)
    if found is None:
        raise NotFound(f"该户没有第 {seq} 条守信失信事实，或者已经更正")
    title = f"{found.kind.value}事实"
    return desk.page("conduct_fact.html", fact=found, **_of(desk, one, found), **shown(one, "?", title))


def _of(desk: Desk, one: Frame, fact: Conduct) -> dict[str, Any]:
    procedure = FINDING[fact.kind]
    step = first_steps(table(procedure))[0].code
    listed = {item.code: item for item in _listed(one, fact.kind)}
    proof = evidence.known(desk.work, one.household_id, fact.evidence) if fact.evidence else None
    return {
        "state": conduct_lists.state_of(desk.work, one.household_id, fact.seq),
        "open_case": conduct_lists.case_about(desk.work, fact), "item": listed.get(fact.item),
        "procedure": procedure, "acts": desk.may("办理程序"), "proof": proof,
        "opening": one.href("cases", "new") + f"?procedure={procedure.name}&step={step}&entry={fact.seq}",
    }  # fmt: skip
