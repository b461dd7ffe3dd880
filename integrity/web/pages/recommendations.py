"""处理建议页 (the pages of recommendations): those that wait, one with its reasons, several that lose nothing.

An opinion takes nothing from anybody: it is put down, or it opens the procedure in which the person is heard first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import select

from integrity import assistance, opinion_lists, opinions, reassessment, recommendations
from integrity.area_choice import names
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.policy_reading import unread
from integrity.records.ledger import Decision
from integrity.records.office import Recommendation
from integrity.rules.policy import NotInForce
from integrity.rules.procedure_tables import TABLES
from integrity.standing_findings import answers, in_a_line, newest, outcome_of
from integrity.terms import Outcome, Procedure, Role, Verdict
from integrity.web.api_access import household_within
from integrity.web.desk import CONFLICT, Desk, acts, here, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.daily import Where, list_page, seat, where, with_form
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.web.shell import path
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
MayOpine = Annotated[Desk, looks("审核意见")]
Opining = Annotated[Desk, acts("审核意见")]
LOOKED = "查看处理建议"
TOGETHER = 20
"""Households on one page that is answered as a whole."""
OFFERED = (Outcome.RAISE, Outcome.LOWER, Outcome.WITHDRAW, Outcome.EXIT, Outcome.ASK, Outcome.KEEP)
COLOURS = {
    Outcome.RAISE: "green", Outcome.KEEP: "green", Outcome.LOWER: "orange", Outcome.WITHDRAW: "orange",
    Outcome.EXIT: "red", Outcome.ASK: "blue", Outcome.NOTHING: "grey",
}  # fmt: skip


EXCEPTION = TABLES[Procedure.DECISION].row("OPEN").asks[-1]
"""Why a 渐退 is given although a condition of it does not hold, as the procedure asks it."""
_OF_WITHDRAWAL = (("months", "渐退的，请填写渐退月数"), ("schedule", "渐退的，请填写各月发放比例，每月一个数"))


def _outcome(code: str) -> Outcome | None:
    return Outcome[code] if code in Outcome.__members__ else None


def _told(desk: Desk, rows: list[opinion_lists.Waiting]) -> list[dict[str, Any]]:
    """The lines of a list in words."""
    places = names(desk.work, {one.household.area for one in rows})
    return [
        {
            "house": one.household, "village": places[one.household.area], "on": one.row.on_day,
            "outcome": outcome_of(one.row), "why": in_a_line(one.row), "now": one.row.amount_now,
            "then": one.row.amount_min if _settled(one.row) else None,
        }
        for one in rows
    ]  # fmt: skip


def _settled(row: Recommendation) -> bool:
    """Is a new amount recommended, and is it settled?"""
    return outcome_of(row) in (Outcome.RAISE, Outcome.LOWER) and row.amount_min == row.amount_max


@router.get("/recommendations")
def waiting(desk: Looking, area: str = "", outcome: str = "", after: str = "") -> HTMLResponse:
    """等待审核意见的处理建议，按评估日先后；可以按乡镇、村（居）和处理筛选。"""
    chosen = _outcome(outcome)
    at = where(desk, "/recommendations", area, after, outcome=chosen.name if chosen else "")
    found = opinion_lists.waiting(desk.work, seat(desk, at), chosen, after=after)
    return list_page(
        desk, "recommendations.html", at, found.next, chosen=chosen, rows=_told(desk, found.rows), colours=COLOURS,
        codes=[(one.name, one.value) for one in OFFERED], together=opinion_lists.TOGETHER,
        opines=desk.may("审核意见"),
        crumbs=(("待办", "/"), ("处理建议", "")),
    )  # fmt: skip


BATCH = (Field("reason", "共同的理由", "area", max_length=400, hint="写入每一户各自的审核意见"),)


@router.get("/recommendations/batch")
def look_together(desk: MayOpine, outcome: str = "", area: str = "", after: str = "") -> Response:
    """成批提出意见：逐户看过再勾选；会减少救助的不能成批。"""
    chosen, at = _batch(desk, outcome, area, after)
    try:
        opinion_lists.refuse_together(chosen)
    except Refused as fault:
        return _not_together(desk, chosen, fault)
    return _together(desk, chosen, at, desk.form(BATCH))


def _batch(desk: Desk, outcome: str, area: str, after: str) -> tuple[Outcome, Where]:
    """Which outcome, of which area. Raises NotFound for no outcome."""
    chosen = _outcome(outcome)
    if chosen is None:
        raise NotFound("没有这种处理建议")
    return chosen, where(desk, "/recommendations/batch", area, after, outcome=chosen.name)


def _not_together(desk: Desk, chosen: Outcome, fault: Refused) -> Response:
    return desk.page(
        "recommendations_alone.html", status=CONFLICT, said=str(fault), found=obstacles(fault.obstacles),
        chosen=chosen, back=f"/recommendations?outcome={chosen.name}",
        crumbs=(("待办", "/"), ("处理建议", "/recommendations"), ("成批意见", "")),
    )  # fmt: skip


def _together(desk: Desk, chosen: Outcome, at: Where, form: Form) -> HTMLResponse:
    """The page to look through: whoever is shown here is noted as looked at."""
    found = opinion_lists.waiting(desk.work, seat(desk, at), chosen, after=at.after, limit=TOGETHER)
    for one in found.rows:
        desk.note(LOOKED, f"household:{one.household.household_id}", "成批")
    back = where(desk, "/recommendations", at.area, outcome=chosen.name).href()
    return list_page(
        desk,
        "recommendations_batch.html",
        at,
        found.next,
        rows=_told(desk, found.rows),
        chosen=chosen,
        form=form,
        picked=set(desk.sent.all("picked")),
        back=back,
        action=here(desk.request),
        crumbs=(("待办", "/"), ("处理建议", back), (f"成批采纳：{chosen.value}", "")),
    )


@router.post("/recommendations/batch")
def opine_together(desk: Opining, outcome: str = "", area: str = "", after: str = "") -> Response:
    """登记勾选的各户：每一户一条审核意见，全部登记或者都不登记。"""
    chosen, at = _batch(desk, outcome, area, after)
    form = desk.read(BATCH)
    form.values["picked"] = "\n".join(desk.sent.all("picked"))

    def act(work: Work) -> str:
        picked = [_picked(work, one) for one in desk.sent.all("picked")]
        done = opinion_lists.accept_all(work, picked, form.given["reason"])
        desk.tell(work, f"已登记 {done} 户的审核意见：采纳“{chosen.value}”")
        return where(desk, "/recommendations", at.area, outcome=chosen.name).href()

    return desk.submit(form, act, lambda again: _together(desk, chosen, at, again))


def _picked(work: Work, text: str) -> tuple[int, date]:
    """A line that was ticked: the household, within the officer's area, and the day of what was looked at."""
    number, _, on = text.rpartition("|")
    try:
        return household_within(work, number), date.fromisoformat(on)
    except ValueError:
        raise NotFound(f"没有户编号为 {number} 的家庭") from None


def _fields(stands: Recommendation) -> tuple[Field, ...]:
    proposed = outcome_of(stands)
    words = {
        Verdict.ACCEPTED: f"采纳“{proposed.value}”", Verdict.CHANGED: "变更：按下面写明的处理",
        Verdict.REFUSED: "维持现状" if proposed is Outcome.ASK else "不采纳：维持现状",
    }  # fmt: skip
    idle = {Outcome.ASK: Verdict.ACCEPTED, Outcome.KEEP: Verdict.REFUSED}.get(proposed)  # says nothing of its own
    offered = tuple((one.name, words[one]) for one in words if one is not idle)
    return (
        Field("verdict", "审核意见", "radio", choices=offered),
        Field("outcome", "变更后的处理", "choice", False, choices=chosen_from(Outcome, OFFERED[:4]),
              wanted_when="变更时填"),
        Field("amount", "变更后的月救助金额", "fen", False, "建议已有金额的可以不填", wanted_when="增发、减发时填"),
        Field("months", "渐退月数", "count", False, wanted_when="渐退时填"),
        Field("schedule", "渐退各月发放比例", "percents", False, "如 100,80,60，每月一个数",
              wanted_when="渐退时填"),
        Field("exception", EXCEPTION.official, "area", False, "写明理由和依据；写入文书",
              max_length=400, wanted_when="渐退条件有不成立的必填"),
        Field("reason", "理由", "area", max_length=400, hint="写明事实和依据；记入户账，变更的还写入告知书、决定书"),
    )  # fmt: skip


def _standing(desk: Desk, number: str) -> tuple[Frame, Recommendation | None]:
    one = frame(desk, number, LOOKED)
    return one, newest(desk.work, [one.household_id]).get(one.household_id)


@router.get("/households/{number}/opinion")
def look(desk: MayOpine, number: str) -> Response:
    """一户的处理建议：逐项理由，采纳、变更或者不采纳。"""
    one, stands = _standing(desk, number)
    form = desk.form(_fields(stands), household_id=one.household_id) if stands else None
    return _opinion(desk, one, stands, form)


def _opinion(desk: Desk, one: Frame, stands: Recommendation | None, form: Form | None) -> HTMLResponse:
    told, fault = None, ""
    if stands is not None:
        try:
            told = recommendations.explain(desk.work, one.household_id, stands.on_day)
        except (ChengxinError, NotInForce) as wrong:
            fault = str(wrong)
    return desk.page(
        "opinion.html", **with_form(form), stands=stands, told=told, fault=fault, action=here(desk.request),
        outcome=outcome_of(stands) if stands else None, colours=COLOURS, before=_before(desk.work, one, stands),
        only_opens=desk.officer.role is Role.APPROVER and stands is not None,
        outgrown=_outgrown(desk.work, one), anew=one.href("opinion", "anew"), again=desk.form(()),
        first=stands is None and assistance.running(desk.work, one.household_id, desk.work.today) is not None,
        plain=on_page, unread=unread(desk.work, told.edition, told.rows) if told else (),
        why=in_a_line(stands) if stands else "", settled=bool(stands and _settled(stands)),
        **shown(one, "?", "审核意见"),
    )  # fmt: skip


def _outgrown(work: Work, one: Frame) -> Outcome | None:
    """What would be recommended now, where that is not what stands."""
    try:
        return reassessment.outgrown(work, one.household_id)
    except NotInForce:
        return None


@router.post("/households/{number}/opinion/anew")
def anew(desk: Opining, number: str) -> Response:
    """逐户评估：上次评估以后又有登记的，按现在的登记重新得出处理建议。"""
    one = frame(desk, number)

    def act(work: Work) -> str:
        desk.tell(work, f"已按现在的登记重新评估{reassessment.follow(work, one.household_id)}")
        return one.href("opinion")

    form, stands = desk.read(()), _standing(desk, number)[1]
    return desk.submit(form, act, lambda again: _opinion(desk, one, stands, again), household_id=one.household_id)


def _before(work: Work, one: Frame, stands: Recommendation | None) -> list[Decision]:
    """Opinions that were given on this very recommendation already."""
    if stands is None:
        return []
    query = select(Decision).where(
        Decision.household_id == one.household_id, Decision.recommended_on == stands.on_day
    )  # fmt: skip
    return [given for given in work.session.exec(query) if answers(given, stands)]


@router.post("/households/{number}/opinion")
def opine(desk: Opining, number: str) -> Response:
    """登记审核意见；会改变救助的同时立案，逐步办理。"""
    one, stands = _standing(desk, number)
    if stands is None:
        raise NotFound("该户没有处理建议")
    form = desk.read(_fields(stands))
    for name, said in _left_out(form, stands):
        form.errors.setdefault(name, said)
    return desk.submit(
        form, lambda work: _opined(desk, work, one, form), lambda again: _opinion(desk, one, stands, again),
        household_id=one.household_id,
    )  # fmt: skip


def _left_out(form: Form, stands: Recommendation) -> Iterator[tuple[str, str]]:
    """What the chosen treatment needs and is not there, field by field."""
    given, verdict = form.given, form.given.get("verdict")
    changed = verdict == Verdict.CHANGED.name
    if changed and "outcome" not in given:
        yield "outcome", "变更的，请选择变更后的处理"
    if verdict is not None and not changed and "outcome" in given:
        yield "outcome", "采纳、不采纳的，“变更后的处理”不填；要变更的，审核意见请选“变更”"
    chosen = Outcome[given["outcome"]] if changed and "outcome" in given else None
    chosen = outcome_of(stands) if verdict == Verdict.ACCEPTED.name else chosen
    if chosen in (Outcome.RAISE, Outcome.LOWER) and "amount" not in given and not _settles(stands, chosen):
        yield "amount", f"{chosen.value}的，请填写月救助金额：处理建议没有确定的金额"
    if chosen is Outcome.WITHDRAW:
        yield from ((name, said) for name, said in _OF_WITHDRAWAL if name not in given)
        if "months" in given and len(given.get("schedule", ())) not in (0, given["months"]):
            yield "schedule", f"渐退 {given['months']} 个月，各月发放比例应当有 {given['months']} 个数"


def _settles(stands: Recommendation, chosen: Outcome) -> bool:
    """Does the recommendation itself say the new amount?"""
    return outcome_of(stands) is chosen and _settled(stands)


def _opined(desk: Desk, work: Work, one: Frame, form: Form) -> str:
    given, changed = form.given, form.given["verdict"] == Verdict.CHANGED.name
    terms = {name: given[name] for name in ("amount", "months", "schedule", "exception") if name in given}
    said = opinions.give(
        work, one.household_id, Verdict[given["verdict"]], reason=given["reason"],
        outcome=Outcome[given["outcome"]] if changed else None, **terms,
    )  # fmt: skip
    if isinstance(said, Decision):
        desk.tell(work, f"户 {one.number} 已登记审核意见：{said.verdict.value}，{said.outcome.value}")
        return "/recommendations"
    adverse = Outcome.named(str(said.case.said("outcome", "OPEN"))).adverse
    then = "下一步先告知当事人、听取意见" if adverse else "不减少救助，下一步由审批人员批准"
    desk.tell(work, f"已登记审核意见并立案；{then}")
    return path("households", one.number, "cases", said.case.no)
