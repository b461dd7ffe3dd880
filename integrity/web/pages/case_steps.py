"""办理案件 (taking steps): open a case, take a step, change a time limit.

The forms are made from the tables of the procedures; what they ask for, and whether a step may be taken, is decided
there. A page only tells before what would be refused afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, NamedTuple
from urllib.parse import unquote

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import (
    case_basis,
    case_drafts,
    case_facts,
    case_openings,
    cases,
    docket,
    drafts,
    evidence,
    household_views,
    sessions,
)
from integrity.case_files import Case, read_case
from integrity.case_views import proof_name, said_last, story, to_be_proven, to_deliver
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.papers import called, unregistered
from integrity.rules.procedure import EXTEND, SUSPEND, Obstacle, Row, Running
from integrity.rules.procedure_words import step_name
from integrity.terms import Procedure, RecheckResult
from integrity.web import step_fields
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.guard import POLICY
from integrity.web.pages.evidence import ACCEPT, keep_all
from integrity.web.pages.household_frame import tabs_of
from integrity.web.shell import path
from integrity.web.veils import veil
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
Opening = Annotated[Desk, looks("办理程序")]
Taking = Annotated[Desk, acts("办理程序")]
MayShift = Annotated[Desk, looks("变更期限")]
Shifting = Annotated[Desk, acts("变更期限")]
UPLOAD = "upload"
_UPLOADED = Field(UPLOAD, "照片、扫描件", "files", False, accept=ACCEPT, proof=True)
Step = Callable[[Work, Form], cases.Taken]
"""A step that is taken as its form says."""


class At(NamedTuple):
    """所在的步骤 (where a form stands): the household, the case as it is, the step, its fields, its own address."""

    number: str
    case: Case
    row: Row
    fields: tuple[Field, ...]
    here: str
    keeping: str
    """Where evidence is sent that shall be chosen here."""
    query: str = ""

    @property
    def drafting(self) -> str:
        """Where the papers of the step are drafted."""
        return f"{self.here}/draft" + (f"?{self.query}" if self.query else "")

    @property
    def action(self) -> str:
        """To which address the form goes: its own."""
        return self.here + (f"?{self.query}" if self.query else "")


def named_row(case: Case, code: str) -> Row:
    """A step of a case by its code. Raises NotFound."""
    found = next((row for row in case.table.rows if row.code == code and row.by), None)
    if found is None:
        raise NotFound(f"“{case.procedure.value}”没有这一步")
    return found


def _at(desk: Desk, number: str, no: int, code: str) -> At:
    case = read_case(desk.work, desk.household(number), no)
    row = named_row(case, code)
    here = path("households", number, "cases", no, "steps", code)
    return At(number, case, row, _fields(desk, case, row), here, f"{here}/evidence")


def _fields(desk: Desk, case: Case, row: Row) -> tuple[Field, ...]:
    return (*step_fields.fields_of(desk.work, case, row), _UPLOADED)


def _about_to_open(desk: Desk, number: str, procedure: str, step: str) -> At:
    household_id = desk.household(number)
    rules = case_openings.procedure_of(procedure)
    row = next((one for one in case_openings.first_steps(rules) if one.code == step), None) if rules else None
    if rules is None or row is None:
        raise NotFound("没有这种程序，或者不能从这一步开始")
    case = case_openings.new_case(desk.work, household_id, rules.procedure)
    here = path("households", number, "cases", "new")
    query = f"procedure={procedure}&step={step}"
    return At(number, case, row, _fields(desk, case, row), here, f"{here}/evidence?{query}", query)


@router.get("/households/{number}/cases/new")
def choose(desk: Opening, number: str, procedure: str = "", step: str = "", entry: int = 0) -> Response:
    """立案：选择程序，或者填写第一步。"""
    if procedure:
        at = _about_to_open(desk, number, procedure, step)
        known = _known(desk, at) | step_fields.about_entry(desk.work, at.case.household_id, at.case.procedure, entry)
        return _drawn(desk, at, desk.form(at.fields, known, household_id=at.case.household_id))
    household_id = desk.household(number)
    found, mine = case_openings.openings(desk.work, household_id), desk.officer.role
    return desk.page(
        "case_choose.html", number=number, tabs=tabs_of(number, "cases"), mine=mine, head=head_of(desk, household_id),
        possible=[(any(mine in start.row.by for start in one.starts), one) for one in found if one.possible],
        others=[one for one in found if not one.possible],
        told=lambda starts: obstacles(lack for start in starts for lack in start.lacks),
        crumbs=household_trail(number, ("立案", "")),
    )  # fmt: skip


_NO_FORM = ("order", "when", "organ", "apart", "relative")
"""Obstacles that nothing on the form can take away."""


_RESTING = (*step_fields.DECIDING, "NOTICE")
"""Steps before which stands what they rest on."""


def _blocked(row: Row, lacks: Iterable[Obstacle]) -> bool:
    """Is there something that nothing on the form can take away?"""
    return any(one.code in _NO_FORM or not row.asks for one in lacks)


def head_of(desk: Desk, household_id: int) -> str:
    """The head of a household, as this officer may see the name."""
    return household_views.brief(household_views.eyes(desk.work, household_id, desk.officer.role)).head


def _known(desk: Desk, at: At) -> dict[str, object]:
    return step_fields.known(desk.work, at.case, at.row)


def household_trail(number: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The way to a page of a household's case."""
    home = path("households", number)
    return (("待办", "/"), (f"家庭 {number}", home), ("案件", f"{home}/cases"), *more)


def _drawn(desk: Desk, at: At, form: Form) -> Response:
    """The form of a step, with what the officer should know before he fills it in."""
    work, case, row = desk.work, at.case, at.row
    if form.obstacles:
        form.refused = f"“{row.name}”没有办成，原因 {len(obstacles(form.obstacles))} 条："
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    form.at_their_fields()
    lacks = case_openings.hindrances(work, case, row) if case.history else ()
    told = story(work, case)
    deliver = to_deliver(work, case, row) if row.serves else []
    trail = [(f"案件 {case.no}", path("households", at.number, "cases", case.no))] if case.history else []
    return desk.page(
        "case_step.html", at=at, number=at.number, kept_as=drafts.name_of(unquote(at.here), at.query),
        tabs=tabs_of(at.number, "cases"), case=case, row=row, form=form,
        lacks=obstacles(lacks), blocked=_blocked(row, lacks), deliver=deliver,
        story=told, last_said=said_last(case, told, row), veil=veil(desk, case.household_id),
        unprinted=any(not one.copies for one in deliver), head=head_of(desk, case.household_id),
        proofs=obstacles(case_openings.proof_wanted(work, case, row)),
        proven=to_be_proven(row),
        proved=sessions.proven(desk.held, work.now),
        basis=case_basis.before_deciding(work, case) if row.code in _RESTING and case.history else (),
        hints=step_fields.suggestions(work, case, row, desk.scope), mine=desk.officer.role in row.by,
        most=evidence.limit() // 2**20, crumbs=household_trail(at.number, *trail, (row.name, "")),
    )  # fmt: skip


@router.post("/households/{number}/cases/new")
def open_case(desk: Taking, number: str, procedure: str, step: str) -> Response:
    """立案：办理第一步。"""
    at = _about_to_open(desk, number, procedure, step)
    return _taken(desk, at, _opening(at))


@router.post("/households/{number}/cases/new/draft")
def draft_opening(desk: Taking, number: str, procedure: str, step: str) -> Response:
    """立案第一步的文书样稿。"""
    at = _about_to_open(desk, number, procedure, step)
    return _drafted(desk, at, _opening(at))


def _opening(at: At) -> Step:
    """The first step of a case, as its form has it."""

    def opened(work: Work, form: Form) -> cases.Taken:
        member, subject = form.given.get(step_fields.MEMBER), form.given.get(step_fields.SUBJECT)
        return cases.open_case(
            work, at.case.household_id, at.case.procedure, at.row.code, on=step_fields.day_of(form, at.row),
            member_no=int(member) if member else None, subject_seq=int(subject) if subject else None,
            evidence=form.given.get(step_fields.EVIDENCE, ""), **step_fields.given_of(form, at.row),
        )  # fmt: skip

    return opened


@router.get("/households/{number}/cases/{no}/steps/{code}")
def show_step(desk: Opening, number: str, no: int, code: str) -> Response:
    """一步的办理表单。"""
    at = _at(desk, number, no, code)
    return _drawn(desk, at, desk.form(at.fields, _known(desk, at), household_id=at.case.household_id))


@router.post("/households/{number}/cases/{no}/steps/{code}")
def take_step(desk: Taking, number: str, no: int, code: str) -> Response:
    """办理一步。"""
    at = _at(desk, number, no, code)
    return _taken(desk, at, _going_on(at))


@router.post("/households/{number}/cases/{no}/steps/{code}/draft")
def draft_step(desk: Taking, number: str, no: int, code: str) -> Response:
    """这一步的文书样稿：不编号、不登记，供办理前核对。"""
    at = _at(desk, number, no, code)
    return _drafted(desk, at, _going_on(at))


def _going_on(at: At) -> Step:
    """The next step of a case, as its form has it."""

    def taken(work: Work, form: Form) -> cases.Taken:
        return cases.take(
            work, at.case.household_id, at.case.no, at.row.code, on=step_fields.day_of(form, at.row),
            evidence=form.given.get(step_fields.EVIDENCE, ""), **step_fields.given_of(form, at.row),
        )  # fmt: skip

    return taken


def _drafted(desk: Desk, at: At, step: Step) -> Response:
    """The papers that the step would issue, as it is filled in; what stops the step is told on its form."""
    form = desk.read(at.fields)
    if form.proofs[UPLOAD]:
        form.errors[UPLOAD] = "选了的文件还没有上传：请先按“先上传并选用”，再看样稿"
    if form.errors:
        return desk.again(form, lambda shown: _drawn(desk, at, shown))
    try:
        desk.let_go()
        pdf = case_drafts.drafted(desk.office, desk.officer.code, lambda work: step(work, form))
    except ChengxinError as fault:
        return desk.again(form, lambda shown: _drawn(desk, at, shown), fault)
    desk.note("查看文书样稿", f"household:{at.case.household_id}", f"案件{at.case.no}“{at.row.name}”")
    return Response(pdf, media_type="application/pdf", headers={
        "content-disposition": "inline", "content-security-policy": POLICY.format("'self'"),
    })  # fmt: skip


def _taken(desk: Desk, at: At, step: Step) -> Response:
    """Take a step once, by whoever is proven where it decides; then on to the case."""
    form = desk.read(at.fields)
    if not form.errors and to_be_proven(at.row):
        desk.must_be_proven(form)

    about = (f"第 {at.case.no} 号案件" if at.case.history else "立案") + f"，{at.case.procedure.value}"
    chosen = "，".join(filter(None, (at.row.name, form.values.get("outcome", ""))))
    desk.doing = f"{about}：{chosen}"

    def act(work: Work) -> str:
        try:
            if rows := keep_all(work, at.case.household_id, form.proofs[UPLOAD]):
                form.given[step_fields.EVIDENCE] = rows[0].sha256
            done = step(work, form)
        except NotFound as fault:
            raise Refused(str(fault)) from fault
        desk.tell(work, _said(work, done))
        return path("households", at.number, "cases", done.case.no)

    return desk.submit(form, act, lambda shown: _drawn(desk, at, shown), household_id=at.case.household_id)


def _said(work: Work, done: cases.Taken) -> str:
    """What was done, and what comes next."""
    told = f"已办理“{step_name(done.case.table, done.step.step)}”"
    if done.papers:
        told += f"，制发{'、'.join(f'《{called(work, one)}》{one.number}' for one in done.papers)}，请打印后送达"
    if done.case.history[-1].code == "PENDING":
        told += f"。决定没有能够执行：{done.case.history[-1].data.get('reason')}；查明后办理“补办执行”"
    if done.step.procedure is Procedure.RECHECK and done.case.said("result") == RecheckResult.CHANGED.value:
        told += "。核查有变化：请接着登记变化或者核对结果，程序据此重新评估"
    doubt = unregistered(work, done.case.household_id, str(done.case.history[-1].data.get("basis", "")))
    return told + (f"。{doubt}" if doubt else "") + ("。本案已办结" if done.case.closed else "")


@router.post("/households/{number}/cases/new/evidence")
def keep_for_opening(desk: Taking, number: str, procedure: str, step: str) -> Response:
    """上传立案的证据，选用后回到表单。"""
    return _keep(desk, _about_to_open(desk, number, procedure, step))


@router.post("/households/{number}/cases/{no}/steps/{code}/evidence")
def keep_for_step(desk: Taking, number: str, no: int, code: str) -> Response:
    """上传一步的证据，选用后回到表单。"""
    return _keep(desk, _at(desk, number, no, code))


def _keep(desk: Desk, at: At) -> Response:
    """Keep what was sent, choose the first of it, and show the form again with all that was typed."""
    form = desk.read(at.fields)
    form.errors = {name: said for name, said in form.errors.items() if name == UPLOAD}
    if not form.proofs[UPLOAD]:
        form.errors.setdefault(UPLOAD, "请选择要上传的文件")

    def act(work: Work) -> str:
        rows = keep_all(work, at.case.household_id, form.proofs[UPLOAD])
        first = rows[0].sha256
        drafts.save(work, drafts.name_of(unquote(at.here), at.query), form.values | {step_fields.EVIDENCE: first})
        name = proof_name(work, at.case.household_id, first)
        many = f"已保存 {len(rows)} 份，" if len(rows) > 1 else "已保存，"
        desk.tell(work, f"{many}证据选用“{name}”；核对其他各项后办理")
        return at.action

    return desk.submit(form, act, lambda shown: _drawn(desk, at, shown))


_SHIFTS = {"suspend": SUSPEND, "extend": EXTEND}
_REASONS = (
    Field("reason", "理由", "area", max_length=400), Field("basis", "依据", max_length=120, hint="条文或者批准的文号"),
)  # fmt: skip
_SHIFT_FIELDS = {
    "suspend": (
        Field("since", "中止的起始日", "date"), Field("until", "中止的截止日", "date", hint="这些天不计算在期限内"),
        *_REASONS,
    ),
    "extend": (Field("length", "延长后的全部期限", hint="如 30日、10个工作日"), *_REASONS),
}  # fmt: skip


def _clock(desk: Desk, number: str, no: int, code: str, what: str) -> tuple[Case, Running]:
    """The clock of a case that is to be changed. Raises NotFound."""
    case = read_case(desk.work, desk.household(number), no)
    running = docket.open_clocks(case, case_facts.clocks(desk.work, case, desk.work.today))
    found = next((one for one in running if one.clock.code == code), None)
    if found is None or what not in _SHIFTS:
        raise NotFound("本案没有正在计算的这个期限")
    return case, found


def _clock_page(desk: Desk, number: str, found: tuple[Case, Running], what: str, form: Form) -> Response:
    case, clock = found
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    name = "中止期限" if what == "suspend" else "延长期限"
    here = path("households", number, "cases", case.no, "clocks", clock.clock.code, what)
    return desk.page(
        "case_clock.html", number=number, case=case, clock=clock, form=form, what=what, doing=name, here=here,
        crumbs=household_trail(number, (f"案件 {case.no}", path("households", number, "cases", case.no)), (name, "")),
    )  # fmt: skip


@router.get("/households/{number}/cases/{no}/clocks/{code}/{what}")
def show_shift(desk: MayShift, number: str, no: int, code: str, what: str) -> Response:
    """中止、延长一个期限的表单。"""
    found = _clock(desk, number, no, code, what)
    form = desk.form(_SHIFT_FIELDS[what], household_id=found[0].household_id)
    return _clock_page(desk, number, found, what, form)


@router.post("/households/{number}/cases/{no}/clocks/{code}/{what}")
def shift(desk: Shifting, number: str, no: int, code: str, what: str) -> Response:
    """中止、延长一个期限。"""
    case, clock = found = _clock(desk, number, no, code, what)
    form = desk.read(_SHIFT_FIELDS[what])

    def act(work: Work) -> str:
        given: dict[str, Any] = dict(form.given) | {"clock": clock.clock.code}
        cases.take(work, case.household_id, no, _SHIFTS[what], **given)
        desk.tell(work, f"已{'中止' if what == 'suspend' else '延长'}“{clock.clock.name}”")
        return path("households", number, "cases", no)

    show: Callable[[Form], Response] = lambda shown: _clock_page(desk, number, found, what, shown)  # noqa: E731
    return desk.submit(form, act, show, household_id=case.household_id)
