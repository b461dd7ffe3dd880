"""公示页 (the pages of public notices): what hangs, what must come down, a new one of whoever may be put up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from integrity import areas, case_drafts, evidence, places, posting_lists, postings, printing
from integrity.case_views import officer_name
from integrity.errors import ChengxinError, Invalid, NotFound, Refused, Unset
from integrity.permissions import require
from integrity.posting_lists import State
from integrity.postings import Line
from integrity.print_desk import name_of
from integrity.records.office import Posting
from integrity.rules.areas import level_of
from integrity.rules.identity import mask_name
from integrity.terms import AreaLevel, PostingEvent, PostingKind, Role
from integrity.web.api_access import household_within, posting_within
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.forms import Field, Form, read_fen
from integrity.web.pages.evidence import ACCEPT
from integrity.web.pages.print_runs import desk_form, inline, wanted_area
from integrity.web.shell import crumbs, path
from integrity.web.wording import obstacles, on_page
from integrity.work import Work
from reports.press import Item

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
MayPublish = Annotated[Desk, looks("公示")]
Publishing = Annotated[Desk, acts("公示")]
STATES: dict[State, str] = {"hanging": "正在公示", "due": "应当撤下", "past": "已经撤下"}
PHOTO = Field("photo", "照片", "file", accept=ACCEPT, hint="拍清整张公示单和张贴的地方；存为证据", proof=True)
MONTHS = Field(
    "months", "公布几个月", "count", False, "当地有规定的不填；不超过 12 个月", wanted_when="当地没有规定的必填"
)
NEW = (
    Field("place", "张贴的地点", hint="如 村务公开栏"),
    Field("masked", "当地规定隐去姓名中的部分字", "tick", False),
)


class Proof(NamedTuple):
    """要登记的事 (what is entered about a notice): its name on the page, and what has to be known."""

    name: str
    lead: str
    fields: tuple[Field, ...]


PROOFS = {
    "hung": Proof("登记张贴", "张贴当天拍照。晚于起始日张贴的，不作为公示期满，要重新公示。", (
        Field("on", "张贴日期", "date"), PHOTO,
    )),
    "down": Proof("登记撤下", "期满当天不算，第二天撤下。提前撤下的写明理由，不作为公示期满。", (
        Field("on", "撤下日期", "date"), Field("reason", "提前撤下的理由", required=False, max_length=200),
        Field("photo", "照片", "file", False, accept=ACCEPT, hint="撤下以后的公开栏；存为证据", proof=True),
    )),
    "objection": Proof("登记异议", "公示期内收到的才在这里登记，期外的按投诉举报办理。办结以前不能确认或者终止。", (
        Field("household", "对哪一户", "choice"),
        Field("text", "异议的内容", "area", max_length=2000, hint="加密保存；不写身份证号码"),
        Field("on", "收到日期", "date"),
        Field("photo", "书面异议的扫描件", "file", False, accept=ACCEPT, proof=True),
    )),
}  # fmt: skip
"""The ends of their addresses."""


def _at(desk: Desk, number: str) -> Posting:
    """A notice of the officer's area, noted."""
    found = posting_within(desk.work, number)
    desk.note("查看公示", found.number)
    return found


@router.get("/postings")
def show(desk: Looking, state: str = "hanging", after: str = "") -> HTMLResponse:
    """正在公示的、应当撤下的、已经撤下的。"""
    chosen: State = next((one for one in STATES if one == state), "hanging")
    rows, next_ = posting_lists.listed(desk.work, desk.scope, chosen, after=after)
    due, _ = posting_lists.listed(desk.work, desk.scope, "due", limit=1)
    here = f"/postings?state={chosen}"
    return desk.page(
        "postings.html", rows=rows, state=chosen, states=STATES, due=bool(due), publisher=desk.may("公示"),
        villages={one.posting.area: name_of(desk.work, one.posting.area) for one in rows},
        next=f"{here}&after={next_}" if next_ else "", first=here if after else "", crumbs=crumbs(("公示", "")),
    )  # fmt: skip


def _new_fields(kind: PostingKind) -> tuple[Field, ...]:
    return (*NEW, MONTHS) if kind is PostingKind.RESULT else NEW


@router.get("/postings/new")
def show_new(desk: MayPublish, kind: str = "", area: str = "") -> HTMLResponse:
    """先选种类和村（居），再选要公示的户。"""
    wanted = wanted_area(desk, area)
    if kind in PostingKind.__members__ and level_of(wanted) is AreaLevel.VILLAGE:
        chosen = PostingKind[kind]
        return _new_page(desk, chosen, wanted, desk.form(_new_fields(chosen), {"place": "村务公开栏"}))
    level = AreaLevel.TOWNSHIP if _wide(wanted) else AreaLevel.VILLAGE
    below = areas.children(desk.work, wanted, desk.work.today, level)
    aided = posting_lists.on_aid(desk.work, wanted) if level is AreaLevel.VILLAGE else {}
    return desk.page(
        "posting_choose.html", kinds=PostingKind, kind=kind, area=wanted, place=name_of(desk.work, wanted),
        below=[(one.code, one.name, aided.get(one.code, 0) if aided else None) for one in below], level=level,
        crumbs=crumbs(("公示", "/postings"), ("新的公示", "")),
    )  # fmt: skip


def _wide(area: str) -> bool:
    return level_of(area) not in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)


def _new_page(desk: Desk, kind: PostingKind, area: str, form: Form) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    found = posting_lists.candidates(desk.work, kind, area)
    desk.note("查看可以公示的户", area, f"{kind.value}，{len(found)} 户")
    return desk.page(
        "posting_new.html", form=form, kind=kind, area=area, place=name_of(desk.work, area), rows=found,
        here=f"/postings/new?kind={kind.name}&area={area}", ticked=form.values.get("lines", "").split("、"),
        plain=on_page, typed=desk.sent.one, crumbs=crumbs(("公示", "/postings"), ("新的公示", "")),
    )  # fmt: skip


@router.post("/postings/new")
def post(desk: Publishing, kind: str = "", area: str = "") -> Response:
    """制作公示单：姓名、人数、金额取自户账和案件，期限由程序计算。"""
    wanted = wanted_area(desk, area)
    chosen = _kind(kind)
    form = _sent(desk, chosen)

    def act(work: Work) -> str:
        made = _made(desk, work, chosen, wanted, form)
        postings.print_sheet(work, made)
        desk.tell(work, f"已制作公示单 {made.number}，到 {made.until} 止；请打印、盖章、今天张贴并拍照登记")
        return path("postings", made.number)

    return desk.submit(form, act, lambda shown: _new_page(desk, chosen, wanted, shown))


def _kind(name: str) -> PostingKind:
    if name not in PostingKind.__members__:
        raise NotFound("没有这种公示")
    return PostingKind[name]


def _sent(desk: Desk, kind: PostingKind) -> Form:
    """The form of a new notice as it was sent."""
    form = desk.read(_new_fields(kind))
    ticked = desk.sent.all("line")
    form.values["lines"] = "、".join(ticked)
    if not ticked:
        form.errors["lines"] = "请选择要公示的户"
    return form


def _made(desk: Desk, work: Work, kind: PostingKind, area: str, form: Form) -> Posting:
    """The notice of what was ticked. Raises whatever stops it, told at the field where one is missing."""
    require(work, postings.MATTER, area)
    lines = [_line(desk, work, one) for one in desk.sent.all("line")]
    try:
        return postings.post(
            work, kind, area, lines, on=work.today, place=form.given["place"], masked=form.given["masked"],
            months=form.given.get("months"),
        )  # fmt: skip
    except NotFound as missing:  # no organ that signs
        raise Refused(str(missing)) from missing
    except Unset as asked:
        if kind is not PostingKind.RESULT or "months" in form.given:
            raise
        form.errors["months"] = "请填写公布几个月：当地没有规定公布多久，由您确定"
        raise Invalid("没有制作公示单") from asked


@router.post("/postings/new/draft")
def draft(desk: Publishing, kind: str = "", area: str = "") -> Response:
    """公示单的样稿：不编号、不登记，供制作前核对。"""
    wanted, chosen = wanted_area(desk, area), _kind(kind)
    form = _sent(desk, chosen)
    show_again = lambda shown: _new_page(desk, chosen, wanted, shown)  # noqa: E731
    if form.errors:
        return desk.again(form, show_again)

    def made(work: Work) -> list[Item]:
        return [postings.to_draft(work, _made(desk, work, chosen, wanted, form))]

    try:
        desk.let_go()
        pdf = printing.drafted(case_drafts.tried(desk.office, desk.officer.code, made))
    except ChengxinError as fault:
        return desk.again(form, show_again, fault)
    desk.note("查看文书样稿", wanted, f"{chosen.value}，{len(desk.sent.all('line'))} 户")
    return Response(pdf, media_type="application/pdf", headers=inline())


def _line(desk: Desk, work: Work, ticked: str) -> Line:
    """A household that was ticked, with what the officer added. Raises Invalid."""
    number, _, case_no = ticked.partition("/")
    fen, guardian = desk.sent.one(f"fen-{number}"), desk.sent.one(f"guardian-{number}")
    try:
        household_id = household_within(work, number)
        amount = read_fen(f"户 {number} 的金额", fen) if fen else None
    except (ValueError, NotFound) as fault:
        raise Invalid(str(fault)) from fault
    return Line(household_id, int(case_no) if case_no.isdecimal() and len(case_no) < 9 else None, amount, guardian)


@router.get("/postings/{number}")
def show_one(desk: Looking, number: str) -> HTMLResponse:
    """一件公示：名单、期限怎样计算、经过、要办的事。"""
    posting, work = _at(desk, number), desk.work
    try:
        sheet, gone = postings.sheet(work, posting), ""
    except ChengxinError as fault:
        sheet, gone = None, on_page(str(fault))
    ended = postings.ended(work, posting, work.today)
    notes = posting_lists.notes_of(work, posting)
    down = [one for one in notes if one.event is PostingEvent.TAKEN_DOWN]
    proven = any(one.event is PostingEvent.POSTED and one.evidence for one in notes)
    return desk.page(
        "posting.html", posting=posting, place=areas_name(work, posting), rows=_sheet_rows(desk, sheet), gone=gone,
        early=any(one.happened_on <= posting.until for one in down), ended=ended, down=down, proven=proven,
        left=(posting.until - work.today).days,
        story=[_story(desk, one, posting.until) for one in notes],
        publisher=desk.may("公示"), here=path("postings", posting.number), proofs=PROOFS, states=STATES,
        there=not ended and posting_lists.printed(posting) is not None,
        crumbs=crumbs(("公示", "/postings"), (posting.number, "")),
    )  # fmt: skip


def areas_name(work: Work, posting: Posting) -> str:
    """Where a notice hangs, from the county down."""
    try:
        return areas.full_name(work, posting.area, posting.since, top=AreaLevel.COUNTY)
    except NotFound:
        return posting.area


def _sheet_rows(desk: Desk, sheet: Any) -> list[tuple[str, int | None, int | None]]:
    """Name, persons, amount as they stand there; whoever only watches sees the names in part."""
    if sheet is None:
        return []
    veil: Callable[[str], str] = mask_name if desk.officer.role is Role.INSPECTOR else str
    found = [(one.name, one.persons, one.fen) for one in getattr(sheet, "rows", ())]
    return [(veil(name), many, fen) for name, many, fen in found] or [(veil(sheet.person), None, None)]


def _story(desk: Desk, one: Any, until: date) -> tuple[str, str, str, str]:
    listed = places.of(desk.work, [one.household_id] if one.household_id else [], desk.scope)
    number = next((row.number for row in listed.values()), "")
    proof = f"证据 {one.evidence[:16]}…" if one.evidence else ""
    early = "提前撤下，不作为公示期满" if one.event is PostingEvent.TAKEN_DOWN and one.happened_on <= until else ""
    why = postings.said_with(desk.work, one) if early and desk.may("公示") else ""
    parts = (f"家庭 {number}" if number else "", early, f"理由：{why}" if why else "", proof)
    said = "；".join(part for part in parts if part)
    made = one.event is PostingEvent.POSTED and not one.evidence
    what = "制作公示单" if made else "张贴，有照片" if one.event is PostingEvent.POSTED else one.event.value
    return f"{one.happened_on}", what, officer_name(desk.work, one.recorded_by), said


@router.get("/postings/{number}/pdf")
def pdf(desk: MayPublish, number: str) -> Response:
    """公示单（PDF），张贴中的才能取。"""
    posting = _at(desk, number)
    postings.sheet(desk.work, posting)  # nothing of it is seen once it is down
    file = posting_lists.printed(posting)
    if file is None:
        raise NotFound("公示单的文件不在，请在公示页上点“打印公示单”")
    return FileResponse(file, media_type="application/pdf", headers=inline())


@router.get("/postings/{number}/print")
def back(desk: MayPublish, number: str) -> RedirectResponse:
    """打印没有自己的页面。"""
    return RedirectResponse(path("postings", _at(desk, number).number), SEE_OTHER)


@router.post("/postings/{number}/print")
def print_again(desk: Publishing, number: str) -> Response:
    """打印公示单；期满或者撤下以后不能打印。"""
    posting = _at(desk, number)

    def act(work: Work) -> str:
        postings.print_sheet(work, posting)
        desk.tell(work, "公示单已经备好，请打开文件打印")
        return path("postings", posting.number)

    def refused(form: Form) -> Response:
        raise Refused(form.refused)

    return desk.submit(desk.read(()), act, refused, area=posting.area)


def _proof_page(desk: Desk, posting: Posting, what: str, form: Form) -> HTMLResponse:
    proof = PROOFS[what]
    here = path("postings", posting.number)
    return desk_form(
        desk, form, heading=proof.name, here=f"{here}/{what}/evidence", cancel=here, upload=evidence.limit() // 2**20,
        lead=(f"{posting.number}《{posting.kind.value}》，{areas_name(desk.work, posting)}，{posting.place}，"
              f"{posting.since} 至 {posting.until}。", proof.lead),
        crumbs=crumbs(("公示", "/postings"), (posting.number, here), (proof.name, "")),
    )  # fmt: skip


def _proof_fields(desk: Desk, posting: Posting, what: str) -> tuple[Field, ...]:
    if what not in PROOFS:
        raise NotFound("没有这个页面")
    ids = [one.household_id for one in posting_lists.lines_of(desk.work, posting)]
    listed = places.of(desk.work, ids, desk.scope)
    chosen = tuple((one.number, f"{one.number}　{one.head}户") for one in listed.values())
    fields = PROOFS[what].fields
    return tuple(
        Field(one.name, one.label, one.kind, choices=chosen) if one.name == "household" else one for one in fields
    )


@router.get("/postings/{number}/{what}/evidence")
def show_proof(desk: MayPublish, number: str, what: str) -> HTMLResponse:
    """登记张贴、撤下、异议的表单。"""
    posting = _at(desk, number)
    fields = _proof_fields(desk, posting, what)
    return _proof_page(desk, posting, what, desk.form(fields, {"on": desk.work.today}))


@router.post("/postings/{number}/{what}/evidence")
def enter_proof(desk: Publishing, number: str, what: str) -> Response:
    """登记张贴、撤下、异议，照片存为证据。"""
    posting = _at(desk, number)
    form = desk.read(_proof_fields(desk, posting, what))

    def act(work: Work) -> str:
        given = form.given
        household = household_within(work, given["household"]) if "household" in given else None
        digest = _photo(work, posting, form, f"{PROOFS[what].name}{posting.number}", household)
        if household is not None:
            postings.object_to(work, posting, household, given["text"], on=given["on"], evidence=digest)
        elif what == "hung":
            postings.hung(work, posting, on=given["on"], evidence=digest)
        else:
            postings.taken_down(work, posting, on=given["on"], evidence=digest, reason=given.get("reason", ""))
        desk.tell(work, f"已{PROOFS[what].name}：{posting.number}")
        return path("postings", posting.number)

    return desk.submit(form, act, lambda shown: _proof_page(desk, posting, what, shown), area=posting.area)


def _photo(work: Work, posting: Posting, form: Form, name: str, household: int | None) -> str:
    """What was photographed, as evidence; "" for nothing."""
    for _, content in form.proofs["photo"]:
        return posting_lists.keep_proof(work, posting, content, name, household)
    return ""
