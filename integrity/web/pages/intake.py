"""来件页 (the pages of what other systems sent): the list, one item beside the books, taken over or not.

What was sent is never altered here. The officer chooses whom it is about and says why; the entry is his.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import household_files, intake_desk, reassessment
from integrity.area_choice import names
from integrity.errors import NotFound
from integrity.household_views import residents
from integrity.intake_content import Item, in_words, opened
from integrity.intake_desk import Line
from integrity.office_terms import IntakeKind, IntakeState
from integrity.permissions import require
from integrity.records.ledger import Household
from integrity.rules.areas import code_range
from integrity.web.desk import UNPROCESSABLE, Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.daily import list_page, where, with_form
from integrity.web.pages.household_fields import member_field, typed
from integrity.web.pages.household_frame import Frame, frame
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("处理来件")]
Handling = Annotated[Desk, acts("处理来件")]
Revealing = Annotated[Desk, acts("查看完整号码")]
COLOURS = {
    IntakeState.WAITING: "orange", IntakeState.TAKEN: "green", IntakeState.DECLINED: "grey",
    IntakeState.RECALLED: "grey",
}  # fmt: skip
TAKING = Field("reason", "采用的理由", "area", max_length=400, hint="怎样核实的；记入操作日志")
DECLINING = (
    Field("declined", "不采用的理由", "area", max_length=400, hint="来件方只知道没有采用；当事人可以看到理由"),
)  # fmt: skip
REVEALING = (Field("why", "查看完整号码的理由", max_length=200, hint="记入操作日志，本人可以查阅"),)
PAGE = 25


@router.get("/intake")
def listing(desk: Looking, area: str = "", state: str = "", kind: str = "", after: str = "") -> HTMLResponse:
    """来件：待处理的先来的在前，处理过的后来的在前。"""
    chosen = IntakeState[state] if state in IntakeState.__members__ else IntakeState.WAITING
    only = IntakeKind[kind] if kind in IntakeKind.__members__ else None
    asked = {"state": chosen.name if chosen is not IntakeState.WAITING else "", "kind": only.name if only else ""}
    at = where(desk, "/intake", area, after, **asked)
    found = intake_desk.listed(
        desk.work, code_range(at.area), state=chosen, kind=only, after=after[:12], limit=PAGE
    )  # fmt: skip
    if found.rows:
        desk.note("查看来件", desk.officer.area, f"{chosen.value}，本页 {len(found.rows)} 件")
    return list_page(
        desk, "intake_list.html", at, found.next, rows=found.rows, state=chosen, kind=asked["kind"], colours=COLOURS,
        states=chosen_from(IntakeState), kinds=chosen_from(IntakeKind), crumbs=(("待办", "/"), ("来件", "")),
        villages=names(desk.work, {one.household.area for one in found.rows if one.household}),
    )  # fmt: skip


@router.get("/intake/{intake_id}")
def show(desk: Looking, intake_id: int, household: str = "") -> HTMLResponse:
    """一件来件：报送了什么，户账现在怎样记，采用还是不采用。"""
    line, one = _about(desk, intake_id, household)
    return _page(desk, line, one, _taking(desk, line, one) if one else None, desk.form(DECLINING))


def _about(desk: Desk, intake_id: int, number: str) -> tuple[Line, Frame | None]:
    """The item, and the household that was chosen for it, else the one that is suggested."""
    line = intake_desk.seen_by(desk.work, intake_id)
    desk.note("查看来件", f"household:{line.household.household_id}" if line.household else f"intake:{line.row.id}")
    if number:
        return line, frame(desk, number)
    item = opened(desk.work.vault, line.row)
    found = intake_desk.suggested(desk.work, line.row, item)[0] if item else None
    if found is None:
        return line, None
    return line, frame(desk, desk.work.session.get_one(Household, found).number)


def _fields(one: Frame) -> tuple[Field, ...]:
    return member_field(one.view, label="涉及的成员", hint="涉及全家的不选"), TAKING


def _taking(desk: Desk, line: Line, one: Frame) -> Form:
    item = opened(desk.work.vault, line.row)
    household, member = intake_desk.suggested(desk.work, line.row, item) if item else (None, None)
    known = {"member": member} if household == one.household_id else {}
    return desk.form(_fields(one), known, household_id=one.household_id)


def _page(
    desk: Desk, line: Line, one: Frame | None, taking: Form | None, declining: Form, *, told: str = "",
    revealing: Form | None = None,
) -> HTMLResponse:  # fmt: skip
    item, row = opened(desk.work.vault, line.row), line.row
    return desk.page(
        "intake.html", **with_form(taking), line=line, row=row, colour=COLOURS[row.state], house=one, told=told,
        said=in_words(item) if item else (("内容", "已依法销毁"),), books=_books(one), declining=declining,
        taking=taking, revealing=revealing or desk.form(REVEALING), by=_handler(desk, row.handled_by),
        open=row.state is IntakeState.WAITING, may_take=_takeable(line, item),
        action=path("intake", row.id, "take") + (f"?household={one.number}" if one else ""),
        crumbs=(("待办", "/"), ("来件", "/intake"), (f"来件 {row.id}", "")),
    )  # fmt: skip


def _takeable(line: Line, item: Item | None) -> bool:
    return item is not None and item.happened_on <= intake_desk.received_on(line.row)


def _handler(desk: Desk, code: str | None) -> str:
    return f"{intake_desk.sender_name(desk.work, code)}（{code}）" if code else ""


def _books(one: Frame | None) -> dict[str, Any]:
    """What the books say now of the household: members, the last check, the last changes."""
    if one is None:
        return {}
    found = household_files.checks(one.view)
    last = next(iter(found.verifications), None)
    return {"members": residents(one.view), "check": last, "changes": found.changes[:3]}


@router.post("/intake/{intake_id}/take")
def take(desk: Handling, intake_id: int, household: str = "") -> Response:
    """登记：按报送的内容记入所选的户，由您署名。"""
    line, one = _about(desk, intake_id, household)
    if one is None:
        raise NotFound("请先选择家庭")
    form = desk.read(_fields(one))

    def act(work: Work) -> str:
        member = int(form.given["member"]) if "member" in form.given else None
        entry = intake_desk.take(work, intake_id, one.household_id, member, reason=form.given["reason"])
        turned = reassessment.follow(work, one.household_id)
        desk.tell(work, f"来件 {intake_id} 已登记为第 {entry.seq} 条{turned}")
        return one.href("aid")

    def again(shown: Form) -> Response:
        return _page(desk, line, one, shown, desk.form(DECLINING))

    return desk.submit(form, typed(act), again, household_id=one.household_id)


@router.post("/intake/{intake_id}/decline")
def decline(desk: Handling, intake_id: int, household: str = "") -> Response:
    """不采用：写明理由；来件方只知道没有采用。"""
    line, one = _about(desk, intake_id, household)
    form = desk.read(DECLINING)

    def act(work: Work) -> str:
        intake_desk.decline(work, intake_id, reason=form.given["declined"])
        desk.tell(work, f"来件 {intake_id} 不采用，已记录理由")
        return "/intake"

    def again(shown: Form) -> Response:
        return _page(desk, line, one, _taking(desk, line, one) if one else None, shown)

    return desk.submit(form, act, again)


@router.post("/intake/{intake_id}/reveal")
def reveal(desk: Revealing, intake_id: int) -> Response:
    """来件中的完整身份证号：写明理由，只在这一页显示一次。"""
    line, one = _about(desk, intake_id, "")
    form, item = desk.read(REVEALING), opened(desk.work.vault, line.row)
    told = ""
    if not form.errors and item is not None:
        told, form = item.id_number, desk.form(REVEALING)
        desk.work.session.rollback()  # a look holds up the writer
        with desk.office.work(desk.officer.code) as work:
            require(work, "查看完整号码")
            work.audit("查看完整号码", f"intake:{intake_id}", f"来件中的身份证号：{desk.sent.one('why')}")
    taking = _taking(desk, line, one) if one else None
    shown = _page(desk, line, one, taking, desk.form(DECLINING), told=told, revealing=form)
    shown.status_code = UNPROCESSABLE if form.errors else shown.status_code
    return shown
