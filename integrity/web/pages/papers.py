"""文书页 (the pages of papers): what a paper says, how far it has come, its printed page; print, deliver."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import col, select

from integrity import case_sheets, case_views, cases, delivery, print_wishes, printing, seals
from integrity.case_desk import at_desk
from integrity.case_files import Case, cases_of, text_of
from integrity.case_openings import names_of
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.papers import content
from integrity.permissions import require
from integrity.print_wishes import Asked
from integrity.records.ledger import Notice
from integrity.rules.procedure import Row
from integrity.rules.procedure_parts import SERVICE
from integrity.terms import PaperKind, ServiceWay
from integrity.web import api_views, step_fields
from integrity.web.api_access import paper_within
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.forms import Field, Form, Kind, of_asks
from integrity.web.guard import POLICY
from integrity.web.pages.case_steps import household_trail
from integrity.web.pages.household_frame import tabs_of
from integrity.web.shell import path
from integrity.web.veils import veil
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Seeing = Annotated[Desk, looks("查看文书版面")]
MayPrint = Annotated[Desk, looks("打印文书")]
Printing = Annotated[Desk, acts("打印文书")]
MayServe = Annotated[Desk, looks("登记送达")]
Serving = Annotated[Desk, acts("登记送达")]
WIDE = (PaperKind.F33,)
"""Papers that bear the whole number of a person's certificate."""
SHEET = "查看文书版面"
"""A printed sheet names everybody in full: whoever only watches reads its contents with the names covered."""
_YES_NO = (("", "照本户登记的阅读需要"), ("yes", "要"), ("no", "不要"))


class At(NamedTuple):
    """所在的文书 (where a page stands): the household, the paper, the case to which it belongs."""

    number: str
    household_id: int
    notice: Notice
    case: Case | None

    def href(self, *parts: object) -> str:
        """An address below the paper's own."""
        return path("households", self.number, "papers", self.notice.number, *parts)


def paper_at(desk: Desk, number: str, paper: str, action: str = "查看文书") -> At:
    """The paper of this household. Raises NotFound alike for none, for one elsewhere and for another household's."""
    household_id = desk.household(number, action)
    notice = paper_within(desk.work, paper)
    if notice.household_id != household_id:
        raise NotFound(f"没有文号为 {paper} 的文书")
    desk.note(action, notice.number)
    mine = (one for one in cases_of(desk.work, household_id) if notice.subject.startswith(f"case:{one.no}:"))
    return At(number, household_id, notice, next(mine, None))


def paper_trail(at: At, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The way to a page of a paper (页面路径)."""
    case = [] if at.case is None else [(f"案件 {at.case.no}", path("households", at.number, "cases", at.case.no))]
    return (*household_trail(at.number)[:-1], *case, (at.notice.number, at.href() if more else ""), *more)


AT_DESK = tuple(PaperKind[code] for code in ("F01", "F02", "F11", "F13", "F16"))
"""Papers that are made out for whoever comes to the desk, or printed for his open case."""
_MAKE = (Field("kind", "文书", "radio", choices=tuple((one.name, one.value) for one in AT_DESK)),)


@router.get("/households/{number}/papers/new")
def show_make(desk: MayPrint, number: str) -> Response:
    """当场制发一份文书。"""
    household_id = desk.household(number)
    return _make_page(desk, number, desk.form(_MAKE, household_id=household_id))


def _make_page(desk: Desk, number: str, form: Form) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    return desk.page(
        "paper_make.html", number=number, form=form, here=path("households", number, "papers", "new"),
        tabs=tabs_of(number, "papers"), crumbs=(*household_trail(number)[:-1], ("制发文书", "")),
    )  # fmt: skip


@router.post("/households/{number}/papers/new")
def make(desk: Printing, number: str) -> Response:
    """当场制发并打印一份文书；办理中的案件已经制发的，就是那一份。"""
    household_id = desk.household(number)
    form = desk.read(_MAKE)

    def act(work: Work) -> str:
        kind = PaperKind[form.given["kind"]]
        try:
            at_desk(work, household_id, kind)
        except NotFound as fault:
            raise Refused(str(fault)) from fault
        query = select(Notice).where(Notice.household_id == household_id, Notice.kind == kind)
        made = work.session.exec(query.order_by(col(Notice.seq).desc()).limit(1)).one()
        desk.tell(work, f"《{kind.value}》{made.number} 已生成，请打开版面，用打印机打印")
        return path("households", number, "papers", made.number)

    show_again = lambda shown: _make_page(desk, number, shown)  # noqa: E731
    return desk.submit(form, act, show_again, household_id=household_id)


@router.get("/households/{number}/papers/{paper}")
def show(desk: Looking, number: str, paper: str) -> HTMLResponse:
    """一份文书：内容、状态、版面、打印和送达。"""
    at, work = paper_at(desk, number, paper), desk.work
    state = case_views.paper_state(work, at.notice)
    try:
        said, gone = api_views.paper_view(work, at.notice).model_dump()["said"], ""
        heading = content(work, at.notice).heading
    except NotFound as fault:
        said, gone, heading = [], str(fault), at.notice.kind.value
    return desk.page(
        "paper.html", at=at, number=number, notice=at.notice, state=state, said=said, gone=gone, heading=heading,
        case=at.case, veil=veil(desk, at.household_id), sealed=case_views.sealed(work, at.notice),
        printer=desk.may("打印文书"), server=desk.may("登记送达"), wish=print_wishes.need_of(work, at.household_id),
        page=not gone and desk.may("打印文书" if at.notice.kind in WIDE else SHEET), remedies=_remedies(work, state),
        withdrawer=desk.may(seals.MATTER) and state.ended is None,
        receipt=at.case is not None and bool(state.copies), crumbs=paper_trail(at),
        officer_name=lambda code: case_views.officer_name(work, code),
    )  # fmt: skip


def _remedies(work: Work, state: case_views.PaperState) -> delivery.RemedyTerms | None:
    """The last days for reconsideration and lawsuit; None for a paper without them, or that was not delivered."""
    try:
        return None if state.service is None else delivery.remedy_ends(work, state.service)
    except ChengxinError:
        return None


@router.get("/households/{number}/papers/{paper}/pdf")
def page_of(desk: Seeing, number: str, paper: str, copy: int = 0) -> Response:
    """文书的版面（PDF），与印出的逐字节相同；还没有打印的，就是将要印出的样子。"""
    at = paper_at(desk, number, paper, "查看文书版面")
    if at.notice.kind in WIDE:
        require(desk.work, "打印文书", at.notice.area)
    made = printing.reproduce(desk.work, at.notice, copy)
    return Response(made.pdf, media_type="application/pdf", headers={
        "content-disposition": "inline", "content-security-policy": POLICY.format("'self'"),
    })  # fmt: skip


def _print_fields(*, again: bool) -> tuple[Field, ...]:
    wishes = (
        Field("large", "大字版", "radio", False, choices=_YES_NO),
        Field("cover", "附明白纸", "radio", False, choices=_YES_NO, hint="用平实的话说明文书的一页"),
    )
    return (Field("reason", "补打的理由", max_length=200), *wishes) if again else wishes


def _print_page(desk: Desk, at: At, form: Form) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    state = case_views.paper_state(desk.work, at.notice)
    name = "补打" if state.copies else "打印原件"
    return desk.page(
        "paper_print.html", at=at, notice=at.notice, state=state, form=form, doing=name, here=at.href("print"),
        wish=print_wishes.need_of(desk.work, at.household_id), crumbs=paper_trail(at, (name, "")),
    )  # fmt: skip


def _again(desk: Desk, at: At) -> bool:
    return bool(case_views.paper_state(desk.work, at.notice).copies)


@router.get("/households/{number}/papers/{paper}/print")
def show_print(desk: MayPrint, number: str, paper: str) -> Response:
    """打印原件，或者补打：选择版式。"""
    at = paper_at(desk, number, paper)
    fields = _print_fields(again=_again(desk, at))
    return _print_page(desk, at, desk.form(fields, household_id=at.household_id))


@router.post("/households/{number}/papers/{paper}/print")
def print_paper(desk: Printing, number: str, paper: str) -> Response:
    """打印原件只有一次，再印的是补打，印有份次。"""
    at = paper_at(desk, number, paper)
    again = _again(desk, at)
    form = desk.read(_print_fields(again=again))
    asked = Asked(*(_wanted(form, name) for name in ("large", "cover")))

    def act(work: Work) -> str:
        if again:
            printing.reprint(work, at.notice, asked)
            work.audit("补打理由", at.notice.number, form.given["reason"])
        else:
            printing.original(work, at.notice, asked)
        desk.tell(work, f"{'补打件' if again else '原件'}已生成并登记：请打开版面，用打印机印出，再交送达")
        return at.href()

    return desk.submit(form, act, lambda shown: _print_page(desk, at, shown), household_id=at.household_id)


def _wanted(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.given.get(name, ""))


def _serving_step(at: At) -> Row | None:
    """The step of the paper's case by which it is delivered, while the case stands there; None for other papers."""
    case = at.case
    if case is None:
        return None
    made = next((one for one in case.history if at.notice.subject == text_of(case, one.no)), None)
    rows = [row for row in case.table.rows if made is not None and made.code in row.serves.split()]
    return rows[0] if rows else None


def _service_fields(work: Work, at: At) -> tuple[Field, ...]:
    tuned = tuple(step_fields.with_hint(one) for one in of_asks(SERVICE))
    return (
        *tuned, Field(step_fields.ON, "送达日期", "date", hint="不早于打印之日，不晚于今天"),
        step_fields.evidence_field(work, at.household_id),
    )  # fmt: skip


@router.get("/households/{number}/papers/{paper}/service")
def show_service(desk: MayServe, number: str, paper: str) -> Response:
    """送达登记的表单；属于案件的，到案件的送达一步。"""
    at = paper_at(desk, number, paper)
    row = _serving_step(at)
    if row is not None and at.case is not None:
        return RedirectResponse(path("households", number, "cases", at.case.no, "steps", row.code), SEE_OTHER)
    if delivery.kept_as(desk.work, at.notice):
        raise Refused(f"《{at.notice.kind.value}》由本机关存档，不须送达")
    fields = _service_fields(desk.work, at)
    form = desk.form(fields, {step_fields.ON: desk.work.today}, household_id=at.household_id)
    return _service_page(desk, at, form)


def _service_page(desk: Desk, at: At, form: Form) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    names = [(name, "") for name in names_of(desk.work, at.household_id).values() if name]
    return desk.page(
        "paper_service.html", at=at, number=at.number, notice=at.notice, form=form, here=at.href("service"),
        state=case_views.paper_state(desk.work, at.notice), hints={"receiver": names},
        crumbs=paper_trail(at, ("登记送达", "")),
    )  # fmt: skip


@router.post("/households/{number}/papers/{paper}/service")
def serve(desk: Serving, number: str, paper: str) -> Response:
    """登记送达；属于案件的，同时办理案件的送达步骤。"""
    at = paper_at(desk, number, paper)
    form = desk.read(_service_fields(desk.work, at))

    def act(work: Work) -> str:
        given = form.given
        cases.serve_paper(
            work, at.notice.number, ServiceWay.named(given["way"]), on=given[step_fields.ON],
            receiver=given["receiver"], detail=given.get("detail", ""), evidence=given.get(step_fields.EVIDENCE, ""),
            witnesses=tuple(one for one in given.get("witnesses", "").split("、") if one),
        )  # fmt: skip
        desk.tell(work, f"已登记送达：{at.notice.number}")
        return at.href()

    return desk.submit(form, act, lambda shown: _service_page(desk, at, shown), household_id=at.household_id)


_NEEDS = (
    Field("large", "大字版", "yes"), Field("cover", "附明白纸", "yes"),
    Field("asked_by", "由谁提出", "radio", choices=tuple((one, one) for one in print_wishes.ASKERS)),
)  # fmt: skip


@router.get("/households/{number}/reading-needs")
def show_needs(desk: MayPrint, number: str) -> Response:
    """本户的阅读需要：大字版、明白纸。"""
    household_id = desk.household(number)
    need = print_wishes.need_of(desk.work, household_id)
    known = {"large": need.large, "cover": need.cover} if need else {}
    return _needs_page(desk, number, household_id, desk.form(_NEEDS, known, household_id=household_id))


def _needs_page(desk: Desk, number: str, household_id: int, form: Form) -> HTMLResponse:
    return desk.page(
        "paper_needs.html", number=number, form=form, here=path("households", number, "reading-needs"),
        wish=print_wishes.wish_of(desk.work, household_id), crumbs=(*household_trail(number)[:-1], ("阅读需要", "")),
    )  # fmt: skip


@router.post("/households/{number}/reading-needs")
def enter_needs(desk: Printing, number: str) -> Response:
    """登记阅读需要：以后本户的文书都照此印。"""
    household_id = desk.household(number)
    form = desk.read(_NEEDS)

    def act(work: Work) -> str:
        asked = Asked(form.given["large"], form.given["cover"])
        print_wishes.remember(work, household_id, asked, form.given["asked_by"])
        desk.tell(work, "已登记阅读需要")
        return path("households", number, "reading-needs")

    show_again = lambda shown: _needs_page(desk, number, household_id, shown)  # noqa: E731
    return desk.submit(form, act, show_again, household_id=household_id)


def _kind(code: str) -> PaperKind:
    """A kind of record sheet by its form number. Raises NotFound."""
    known = (*case_sheets.SHEETS, PaperKind.F30, PaperKind.F31)
    if code not in {one.name for one in known}:
        raise NotFound("没有这种记录表")
    return PaperKind[code]


_DAYS = ("asked_on", "ends_on")
_LONG = ("assets", "living", "spending", "remarks", "refused", "collect", "view", "enclosed", "wanted")
"""Fields of record sheets that several lines answer."""
_PEOPLE = ("recorder", "reviewed_by")
_SHEET_HINTS = {
    "time": "如 9时30分至10时", "place": "如 街道办事处一楼", "way": "如 当面、电话", "capacity": "如 本人、委托代理人",
    "refused": "拒绝签名的，写明经过；签名的不填",
}  # fmt: skip


def _sheet_fields(desk: Desk, kind: PaperKind) -> tuple[Field, ...]:
    return tuple(_sheet_field(desk, kind, name, told) for name, told in case_sheets.FIELDS.get(kind, {}).items())


def _sheet_field(desk: Desk, kind: PaperKind, name: str, told: str) -> Field:
    if name in _PEOPLE:
        people = tuple((code, f"{who}（{code}）") for code, who in step_fields.officers_in(desk.work, desk.scope))
        return Field(name, told.removesuffix("（工号）"), "choice", kind is PaperKind.F14, choices=people)
    read: Kind = "date" if name in _DAYS else "area" if name in _LONG else "text"
    must = kind is PaperKind.F14 and name not in _LONG
    return Field(name, told, read, must, _SHEET_HINTS.get(name, ""), max_length=400, wanted_when="表上要写的才填")


def _sheet_page(desk: Desk, number: str, no: int, kind: PaperKind, form: Form) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    case = path("households", number, "cases", no)
    return desk.page(
        "paper_sheet.html", number=number, no=no, kind=kind, form=form, case=case,
        here=path("households", number, "cases", no, "sheets", kind.name)
        + (f"?{desk.request.url.query}" if desk.request.url.query else ""),
        crumbs=(*household_trail(number)[:-1], (f"案件 {no}", case), (kind.value, "")),
    )  # fmt: skip


@router.get("/households/{number}/cases/{no}/sheets/{code}")
def show_sheet(desk: MayPrint, number: str, no: int, code: str, step: int = 0) -> Response:
    """制作记录表：补写表上要写而户账没有的。"""
    household_id, kind = desk.household(number), _kind(code)
    known = case_sheets.stated(desk.work, household_id, no, kind, step or None)
    return _sheet_page(desk, number, no, kind, desk.form(_sheet_fields(desk, kind), known, household_id=household_id))


@router.post("/households/{number}/cases/{no}/sheets/{code}")
def make_sheet(desk: Printing, number: str, no: int, code: str, step: int = 0, paper: str = "") -> Response:
    """制作记录表，编号后打印。"""
    household_id, kind = desk.household(number), _kind(code)
    form = desk.read(_sheet_fields(desk, kind))

    def act(work: Work) -> str:
        given: dict[str, Any] = {name: str(value) for name, value in form.given.items()}
        try:
            made = case_sheets.sheet(work, household_id, no, kind, step_no=step or None, paper=paper, **given)
        except NotFound as fault:
            raise Refused(str(fault)) from fault
        desk.tell(work, f"已制作《{kind.value}》{made.number}，请打印")
        return path("households", number, "papers", made.number)

    show_again = lambda shown: _sheet_page(desk, number, no, kind, shown)  # noqa: E731
    return desk.submit(form, act, show_again, household_id=household_id)
