"""核查页 (the pages of rechecks): who is due, who goes, and what one household's visit came to.

The lists on paper and what comes back on them: `recheck_sheets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from integrity import reassessment, recheck_desk, rechecks, worklists
from integrity.area_choice import names
from integrity.places import Listed
from integrity.recheck_desk import Sent
from integrity.recheck_marks import period_end
from integrity.recheck_steps import LATER, NOT_MET, Visit, open_case
from integrity.records.office import Officer
from integrity.records.places import RECHECK, RESULT
from integrity.rules.procedure_tables import table
from integrity.standing_findings import due_because, newest
from integrity.terms import Procedure, RecheckResult
from integrity.web.api_access import household_within
from integrity.web.desk import SEE_OTHER, Desk, acts, here, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.daily import Where, list_page, seat, where, with_form
from integrity.web.pages.evidence import ACCEPT, keep_all
from integrity.web.pages.household_fields import typed
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Stepping = Annotated[Desk, looks("办理程序")]
Acting = Annotated[Desk, acts("办理程序")]
MayWrite = Annotated[Desk, looks("登记核查结论")]
Writing = Annotated[Desk, acts("登记核查结论")]
SHOWN = (("", "到期和逾期"), ("over", "逾期的"), ("sent", "已指派、待录结果"), ("mine", "派给我的"))
_EVER = timedelta(days=36_500)
_PAGE, _LOOKS = 50, 5
"""Lines of a page, and how many pages are looked through for those sent to one officer."""


@router.get("/rechecks")
def due(desk: Looking, area: str = "", show: str = "", person: str = "", after: str = "") -> HTMLResponse:
    """核查名单：到期和逾期的家庭，谁去核查；可以按乡镇、村（居）和人筛选。"""
    at = _where(desk, area, show, person, after)
    return _list(desk, at, desk.form(_pair(_going(desk, at))) if _sends(desk) else None)


def _where(desk: Desk, area: str, show: str, person: str, after: str) -> Where:
    """Which part of the list is asked for; `mine` is what is sent to the officer himself."""
    chosen = show if show in dict(SHOWN) else ""
    code = desk.officer.code if chosen == "mine" else person
    return where(desk, "/rechecks", area, after, show=chosen, person=code)


def _sends(desk: Desk) -> bool:
    """May this officer send visitors?"""
    return desk.officer.role in table(Procedure.RECHECK).row("ASSIGNED").by


def _going(desk: Desk, at: Where) -> list[Officer]:
    return recheck_desk.visitors_in(desk.work, at.area)


def _pair(people: list[Officer]) -> tuple[Field, ...]:
    choices = tuple((one.code, f"{one.name}（{one.code}，{one.role.value}）") for one in people)
    return (
        Field("visitor_1", "入户人员一", "choice", choices=choices),
        Field("visitor_2", "入户人员二", "choice", hint="须是另一人；近亲属回避", choices=choices),
    )  # fmt: skip


def _list(desk: Desk, at: Where, form: Form | None) -> HTMLResponse:
    show, person = at.asked["show"], at.asked["person"]
    rows, following = _sent_to(desk, at, person) if person else _lines(desk, at, show, at.after)
    people = [(one.code, f"{one.name}（{one.code}）") for one in _going(desk, at)]
    return list_page(
        desk, "rechecks.html", at, following, rows=rows, show=show, kinds=[one for one in SHOWN if one[0]],
        picked=set(desk.sent.all("picked")), action=here(desk.request), until=period_end(desk.work.today),
        visits=desk.may("办理程序"), prints=desk.may("打印文书"), takes=desk.may("导入"), people=people, person=person,
        crumbs=(("待办", "/"), ("核查名单", "")), **with_form(form),
    )  # fmt: skip


def _group(today: date, show: str) -> worklists.Group:
    """What is asked of the work lists."""
    if show == "sent":
        return worklists.Group(RESULT, "", "", RESULT, today - _EVER, today)
    until = today - timedelta(days=1) if show == "over" else period_end(today)
    return worklists.Group(RECHECK, "", "", RECHECK, today - _EVER, until)


def _lines(desk: Desk, at: Where, show: str, after: str) -> tuple[list[dict[str, Any]], str]:
    group = _group(desk.work.today, show)
    found = worklists.rows(desk.work, seat(desk, at), group, after=after, limit=_PAGE)
    return _told(desk, [one.household for one in found.rows if one.household is not None]), found.next


def _sent_to(desk: Desk, at: Where, person: str) -> tuple[list[dict[str, Any]], str]:
    """Those to which one officer is sent, of a few pages of those who are sent to anybody."""
    rows: list[dict[str, Any]] = []
    after = at.after
    for _ in range(_LOOKS):
        some, after = _lines(desk, at, "sent", after)
        rows += [one for one in some if one["going"].sent and person in one["going"].sent.visitors]
        if not after or len(rows) >= _PAGE:
            break
    return rows, after


def _told(desk: Desk, houses: list[Listed]) -> list[dict[str, Any]]:
    """The lines in words: why due, by when, who goes."""
    ids = [one.household_id for one in houses]
    stands, going = newest(desk.work, ids), recheck_desk.going(desk.work, ids)
    places = names(desk.work, {one.area for one in houses})
    return [
        {
            "house": one, "village": places[one.area], "going": going[one.household_id],
            "due": recheck_desk.due_on(stands.get(one.household_id)),
            "why": due_because(stands[one.household_id]) if one.household_id in stands else "",
        }
        for one in houses
    ]  # fmt: skip


@router.post("/rechecks")
def send(desk: Acting, area: str = "", show: str = "", person: str = "", after: str = "") -> Response:
    """指派：勾选的各户派同样的两名入户人员，全部指派或者都不指派。"""
    at = _where(desk, area, show, person, after)
    form = desk.read(_pair(_going(desk, at)))
    picked = desk.sent.all("picked")
    form.values["picked"] = "\n".join(picked)
    if not picked:
        form.errors["picked"] = "没有勾选任何一户"

    def act(work: Work) -> str:
        households = [household_within(work, number) for number in picked]
        done = recheck_desk.send(work, households, (form.given["visitor_1"], form.given["visitor_2"]))
        desk.tell(work, f"已指派 {done} 户")
        return at.href(person="")

    return desk.submit(form, typed(act), lambda again: _list(desk, at, again))


@router.get("/households/{number}/rechecks/new")
def begin(desk: Stepping, number: str) -> Response:
    """一户的核查：还没有指派的先指派，已指派的登记入户结果，已入户的写结论。"""
    one = frame(desk, number)
    on = _stage(desk, one)
    if on is not None:
        end = "results" if on.stage == "ASSIGNED" else "conclusion"
        return RedirectResponse(one.href("rechecks", end), SEE_OTHER)
    people = recheck_desk.visitors_for(desk.work, (one.brief.area,))
    form = desk.form(_pair(people), household_id=one.household_id) if _sends(desk) else None
    return _start(desk, one, form)


def _stage(desk: Desk, one: Frame) -> Sent | None:
    return recheck_desk.sent(desk.work, [one.household_id]).get(one.household_id)


def _start(desk: Desk, one: Frame, form: Form | None) -> HTMLResponse:
    row = newest(desk.work, [one.household_id]).get(one.household_id)
    return desk.page(
        "recheck_start.html", action=here(desk.request), due=recheck_desk.due_on(row), **with_form(form),
        why=due_because(row) if row else "", writes=desk.may("登记核查结论"),
        unmet=recheck_desk.unmet(desk.work, [one.household_id]).get(one.household_id), **shown(one, "?", "核查"),
    )  # fmt: skip


@router.post("/households/{number}/rechecks/new")
def assign(desk: Acting, number: str) -> Response:
    """指派两名入户人员；没有立案的同时立案。"""
    one = frame(desk, number)
    form = desk.read(_pair(recheck_desk.visitors_for(desk.work, (one.brief.area,))))

    def act(work: Work) -> str:
        recheck_desk.send(work, [one.household_id], (form.given["visitor_1"], form.given["visitor_2"]))
        desk.tell(work, "已指派两名入户人员，入户以后在这里登记结果")
        return one.href("rechecks", "results")

    return desk.submit(form, typed(act), lambda again: _start(desk, one, again), household_id=one.household_id)


_WHY = Field("reason", "结论的理由", "area", False, max_length=400, wanted_when="写结论的必填")


def _visit_fields(desk: Desk) -> tuple[Field, ...]:
    """What is asked at the door; whoever draws no conclusions leaves that to another."""
    concludes = desk.officer.role in table(Procedure.RECHECK).row("RESULT").by
    found = [(one, one) for one in recheck_desk.FOUND] if concludes else []
    later = (LATER, "已入户，结论以后写" if concludes else "已入户（结论由经办、复核人员写）")
    return (
        Field("result", "结果", "radio", choices=(*found, later, *((one, one) for one in NOT_MET))),
        Field("on", "入户日期", "date"),
        Field("met", "见到的人", required=False, max_length=60, hint="如 户主、户主的儿子", wanted_when="已入户的必填"),
        Field("found", "了解的情况", "area", False, "收入、财产、人口等有什么变化；没有入户的写原因", max_length=400,
              wanted_when="已入户的必填"),
        *((_WHY,) if concludes else ()),
        Field("files", "照片", "files", False, "入户照片、签名的入户表；手机可以直接拍", accept=ACCEPT, proof=True),
    )  # fmt: skip


@router.get("/households/{number}/rechecks/results")
def visiting(desk: Stepping, number: str) -> Response:
    """入户结果：在门口用手机填写。"""
    one = frame(desk, number, "查看核查情况")
    on = _stage(desk, one)
    if on is None or on.stage != "ASSIGNED":
        return RedirectResponse(one.href("rechecks", "new"), SEE_OTHER)
    form = desk.form(_visit_fields(desk), {"on": desk.work.today}, household_id=one.household_id)
    return _visit(desk, one, on, form)


def _visit(desk: Desk, one: Frame, on: Sent | None, form: Form) -> HTMLResponse:
    return desk.page(
        "recheck_visit.html", **with_form(form), on=on, action=here(desk.request), glance=recheck_desk.glance(one.view),
        **shown(one, "?", "入户核查"),
    )  # fmt: skip


@router.post("/households/{number}/rechecks/results")
def visited(desk: Acting, number: str) -> Response:
    """登记入户结果：入户和结论，或者未能入户。"""
    one = frame(desk, number)
    form = desk.read(_visit_fields(desk))
    form.errors |= {name: said for name, said in _missing(form) if name not in form.errors}

    def act(work: Work) -> str:
        given = form.given
        rows = keep_all(work, one.household_id, form.proofs["files"], "入户核查", given["on"])
        case = recheck_desk.enter(work, one.household_id, Visit(
            given["result"], given["on"], given.get("met", ""), given.get("found", ""), given.get("reason", ""),
            rows[0].sha256 if rows else "",
        ))  # fmt: skip
        turned = reassessment.follow(work, one.household_id) if given["result"] in recheck_desk.FOUND else ""
        desk.tell(work, _AFTER.get(given["result"], _WRITTEN) + turned)
        return one.href("cases", case.no)

    on = _stage(desk, one)
    return desk.submit(
        form, typed(act), lambda again: _visit(desk, one, on, again), household_id=one.household_id
    )  # fmt: skip


_WRITTEN = "已登记核查结论，核查结论书已制发，请打印后送达"
_AFTER = {
    RecheckResult.CHANGED.value: f"{_WRITTEN}。核查有变化：请接着登记变化或者核对结果",
    LATER: "已登记入户，核查结论待经办、复核人员写",
    **dict.fromkeys(NOT_MET, "已登记未能入户，由复核人员另行指派，不因此减少救助"),
}  # fmt: skip


def _missing(form: Form) -> Iterator[tuple[str, str]]:
    """What a result needs beside itself."""
    given, result = form.given, form.given.get("result")
    if result is None:
        return
    if result not in NOT_MET:
        yield from ((name, f"请填写{label}") for name, label in _MET if name not in given)
    if result in recheck_desk.FOUND and "reason" not in given:
        yield "reason", "请填写结论的理由"
    if result == NOT_MET[-1] and "found" not in given:
        yield "found", "请在“了解的情况”中写明未能入户的原因"
    if result not in recheck_desk.FOUND and "reason" in given:
        yield "reason", "没有写结论，理由不填；请核对结果"


_MET = (("met", "见到的人"), ("found", "了解的情况"))
_CONCLUDING = (
    Field("result", "结论", "radio", choices=tuple((one, one) for one in recheck_desk.FOUND)),
    Field("reason", "结论的理由", "area", max_length=400),
)  # fmt: skip


@router.get("/households/{number}/rechecks/conclusion")
def concluding(desk: MayWrite, number: str) -> Response:
    """已经入户的，写核查结论。"""
    one = frame(desk, number, "查看核查情况")
    on = _stage(desk, one)
    if on is None or on.stage != "VISITED":
        return RedirectResponse(one.href("rechecks", "new"), SEE_OTHER)
    return _conclusion(desk, one, desk.form(_CONCLUDING, household_id=one.household_id))


def _conclusion(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    case = open_case(desk.work, one.household_id)
    return desk.page(
        "recheck_conclusion.html", **with_form(form), action=here(desk.request), case=case,
        went=case.last("VISITED") if case is not None else None, **shown(one, "?", "核查结论"),
    )  # fmt: skip


@router.post("/households/{number}/rechecks/conclusion")
def concluded(desk: Writing, number: str) -> Response:
    """登记核查结论，制发核查结论书。"""
    one = frame(desk, number)
    form = desk.read(_CONCLUDING)

    def act(work: Work) -> str:
        case = recheck_desk.conclude(work, one.household_id, form.given["result"], form.given["reason"])
        desk.tell(work, _AFTER.get(form.given["result"], _WRITTEN))
        return one.href("cases", case.no)

    return desk.submit(form, typed(act), lambda again: _conclusion(desk, one, again), household_id=one.household_id)


_DONE = (
    Field("result", "核查结果", "radio", choices=chosen_from(RecheckResult)), Field("on", "核查日期", "date"),
    Field("visitor_1", "核查人员一", max_length=40, hint="工号或者姓名"),
    Field("visitor_2", "核查人员二", max_length=40, hint="须是另一人"),
    Field("note", "备注", "area", False, max_length=200),
)  # fmt: skip


@router.get("/households/{number}/rechecks/past")
def past(desk: MayWrite, number: str) -> HTMLResponse:
    """补录以前完成、没有按指派办理的核查。"""
    one = frame(desk, number)
    return _past(desk, one, desk.form(_DONE, household_id=one.household_id))


def _past(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    return desk.page("recheck_past.html", **with_form(form), action=here(desk.request), **shown(one, "?", "补录核查"))


@router.post("/households/{number}/rechecks/past")
def enter_past(desk: Writing, number: str) -> Response:
    """补录核查结论；须两名以上人员进行。"""
    one = frame(desk, number)
    form = desk.read(_DONE)

    def act(work: Work) -> str:
        given = form.given
        pair = given["visitor_1"], given["visitor_2"]
        done = rechecks.complete(
            work, one.household_id, RecheckResult[given["result"]], on=given["on"], visitors=pair,
            note=given.get("note", ""),
        )  # fmt: skip
        desk.tell(work, f"已补录核查：{done.result.value}{reassessment.follow(work, one.household_id)}")
        return one.href()

    return desk.submit(form, typed(act), lambda again: _past(desk, one, again), household_id=one.household_id)
