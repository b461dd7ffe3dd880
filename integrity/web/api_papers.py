"""文书、公示、权利与前景的接口 (the API beside the cases): papers, public notices, rights of persons, prospects."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response

from integrity import cases, households, postings, print_wishes, printing, recommendations
from integrity.errors import Invalid, NotFound, Refused
from integrity.permissions import require
from integrity.posting_sheets import Line
from integrity.print_wishes import UNASKED, Asked
from integrity.prospects import Supposed, prospects, what_if
from integrity.prospects_text import as_text, what_if_text
from integrity.records.ledger import Service
from integrity.records.office import Posting, PostingNote
from integrity.rules import masking, turning
from integrity.rules.areas import code_range
from integrity.rules.stated import LARGEST
from integrity.rules.turning import Fact
from integrity.terms import Ability, Cause, Outcome, PaperKind, Presence, Procedure, ServiceWay
from integrity.web import api_views as views
from integrity.web.api import Household, On, Paper, of_step, once, router, term
from integrity.web.api_access import (
    Here,
    Key,
    Layout,
    Printing,
    Publishing,
    Reading,
    Serving,
    Taking,
    area_of,
    household_within,
    paper_within,
    posting_within,
)
from integrity.web.api_models import (
    CaseLine,
    Explanation,
    Noted,
    PaperView,
    PostingList,
    PostingName,
    ReadingNeeds,
    Served,
    TakenStep,
    Told,
)
from integrity.web.api_requests import (
    AskRight,
    Needs,
    Objection,
    PostedHousehold,
    PostList,
    PrintAs,
    ServePaper,
    Suppose,
    SupposedMember,
)
from integrity.web.declared import verbs_at
from integrity.web.veils import veiled
from integrity.work import Work

_FIELDS = {"household": "户编号", "case_no": "案件号", "amount": "保障金额", "guardian": "监护人"}


@router.get("/papers/{number}", summary="文书的内容")
def show_paper(number: Paper, work: Reading) -> PaperView:
    """文书上写的内容，逐项列出；证件号码遮蔽。查看会记入操作日志。"""
    notice = paper_within(work, number)
    work.audit("查看文书", notice.number, "接口")
    return veiled(work, notice.household_id, views.paper_view(work, notice))


@router.get(
    "/papers/{number}/pdf", summary="文书的版面", response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "PDF 文件"}},
)  # fmt: skip
def show_pdf(number: Paper, work: Layout) -> Response:
    """已经打印的文书的版面（PDF），与原件内容、样式相同。查看会记入操作日志。"""
    notice = paper_within(work, number)
    if notice.kind is PaperKind.F33:  # it bears the whole number of a person's certificate
        require(work, "打印文书", notice.area)
    if not views.is_printed(work, notice):
        raise Refused(f"文书 {notice.number} 还没有打印，请先打印原件")
    work.audit("查看文书", notice.number, "接口：PDF")
    return Response(printing.reproduce(work, notice).pdf, media_type="application/pdf")


@router.post("/papers/{number}/print", summary="打印原件")
def print_paper(number: Paper, work: Printing, body: PrintAs | None = None) -> PaperView:
    """打印原件，登记打印记录；已经打印过的不再打印。送达以前必须打印。版式不写时照本户登记的阅读需要。"""
    notice = paper_within(work, number)
    require(work, "打印文书", notice.area)
    if not views.is_printed(work, notice):
        printing.original(work, notice, Asked(body.large, body.cover) if body else UNASKED)
        work.audit("打印文书", notice.number, "接口")
    return views.paper_view(work, notice)


@router.get("/households/{number}/reading-needs", summary="阅读需要")
def show_needs(number: Household, work: Reading) -> ReadingNeeds:
    """本户的文书要不要大字版、附不附明白纸，由谁、何时提出。"""
    return _needs(work, household_within(work, number))


@router.post("/households/{number}/reading-needs", summary="登记阅读需要")
def enter_needs(number: Household, body: Needs, work: Printing) -> ReadingNeeds:
    """以后本户的文书都照此印；没有写的保持原样。"""
    household_id = household_within(work, number)
    require(work, "打印文书", households.home(work, household_id, work.today).area)
    print_wishes.remember(work, household_id, Asked(body.large, body.cover), body.asked_by)
    return _needs(work, household_id)


def _needs(work: Work, household_id: int) -> ReadingNeeds:
    wish = print_wishes.wish_of(work, household_id)
    if wish is None:
        return ReadingNeeds(large=False, cover=False)
    return ReadingNeeds(
        large=wish.large, cover=wish.cover, asked_by=wish.asked_by, asked_on=wish.asked_on,
        recorded_by=wish.recorded_by,
    )  # fmt: skip


@router.post("/papers/{number}/service", summary="送达")
def serve_paper(
    number: Paper, body: ServePaper, work: Serving, request: Request, key: Key
) -> Served:  # fmt: skip
    """登记送达；文书属于案件的，同时办理案件的送达步骤（两书同达）。"""
    notice = paper_within(work, number)
    require(work, "登记送达", notice.area)
    way = term(ServiceWay, body.way, "送达方式")

    def delivered() -> str:
        made = cases.serve_paper(
            work, number, way, on=body.on, receiver=body.receiver, witnesses=tuple(body.witnesses),
            detail=body.detail, evidence=body.evidence,
        )  # fmt: skip
        if isinstance(made, Service):
            return f"service:{notice.household_id}:{made.seq}"
        return of_step(made)

    household_id, *numbers = once(work, key, request, body, delivered)
    if len(numbers) == 1:
        return views.served(work, household_id, numbers[0], None)
    taken = views.taken_step(work, household_id, *numbers)
    return views.served(work, household_id, taken.entry or 0, taken)


@router.get("/postings", summary="现在的公示")
def list_postings(
    work: Reading,
    area: Annotated[str, Query(description="区划代码，默认本人辖区", pattern=r"^(\d{12})?$")] = "",
) -> PostingList:
    """现在应当张贴的公示和应当撤下的公示；不显示名单。"""
    wanted = area_of(work, area)
    low, high = code_range(wanted)
    due = [one for one in postings.due_down(work, work.today) if low <= one.area < high]
    return PostingList(
        hanging=[views.posting_name(one) for one in postings.standing(work, work.today, wanted)],
        due_down=[views.posting_name(one) for one in due],
    )


@router.post("/postings", summary="张贴公示")
def post_list(body: PostList, work: Publishing, request: Request, key: Key) -> PostingName:
    """制作公示单：姓名、人数取自户账，期限由程序计算；失信名单、超出规定的内容一律不予公示。"""
    kind = masking.kind_of(body.kind)
    require(work, postings.MATTER, body.area)
    lines = [_line(work, one) for one in body.lines]

    def posted() -> str:
        made = postings.post(
            work, kind, body.area, lines, on=work.today, place=body.place, masked=body.masked, months=body.months,
            evidence=body.evidence,
        )  # fmt: skip
        return f"posting:{made.id}"

    (made,) = once(work, key, request, body, posted)
    return views.posting_name(work.session.get_one(Posting, made))


def _line(work: Work, one: PostedHousehold) -> Line:
    """A line as it was sent; what may not be made public is refused by its name."""
    masking.refuse_columns(_FIELDS.get(name, name) for name in one.model_extra or ())
    return Line(household_within(work, one.household), one.case_no, one.amount, one.guardian)


@router.post("/postings/{number}/objections", summary="公示异议")
def object_to_posting(
    number: Paper, body: Objection, work: Publishing, request: Request, key: Key
) -> Noted:  # fmt: skip
    """登记公示期内收到的异议；办结以前不能确认或者终止。"""
    posting = posting_within(work, number)
    household_id = household_within(work, body.household)

    def objected() -> str:
        made = postings.object_to(work, posting, household_id, body.text, on=body.on, evidence=body.evidence)
        return f"note:{made.id}"

    (made,) = once(work, key, request, body, objected)
    note = work.session.get_one(PostingNote, made)
    return Noted(posting=posting.number, event=note.event.value, on=note.happened_on, entry=made)


@router.get("/households/{number}/rights", summary="个人信息权利请求")
def list_rights(number: Household, work: Reading) -> list[CaseLine]:
    """某户成员提出的查阅复制、更正补充、解释说明、人工复核、删除请求及其答复期限。"""
    household_id = household_within(work, number)
    work.audit("查看案件", f"household:{household_id}", "接口：个人信息权利")
    return [views.case_line(work, one) for one in cases.cases_of(work, household_id, Procedure.RIGHTS)]


@router.post("/households/{number}/rights", summary="提出个人信息权利请求")
def ask_right(
    number: Household, body: AskRight, work: Taking, request: Request, key: Key
) -> TakenStep:  # fmt: skip
    """登记成员的请求；以后的办理、答复、送达是这件案件的步骤。提出请求不影响救助。"""
    household_id = household_within(work, number)
    given = {"kind": body.kind, "capacity": body.capacity, "speaker": body.speaker, "said": body.said}

    def asked() -> str:
        return of_step(cases.open_case(
            work, household_id, Procedure.RIGHTS, "ASKED", member_no=body.member_no, subject_seq=body.subject_seq,
            on=body.on, evidence=body.evidence, **given,
        ))  # fmt: skip

    return views.taken_step(work, *once(work, key, request, body, asked))


@router.get("/households/{number}/explanation", summary="处理建议说明")
def explanation(number: Household, work: Reading, on: On = None) -> Explanation:
    """某户某日的处理建议及理由；不含姓名和身份证号。查看会记入操作日志。"""
    household_id, asked = household_within(work, number), on or work.today
    told = recommendations.explain(work, household_id, asked)
    work.audit("查看处理建议说明", f"household:{household_id}", f"{asked}")
    return Explanation(
        household=number, on=asked, outcome=told.explanation.outcome.value, summary=told.explanation.summary,
        hearing=told.explanation.hearing, text=told.explanation.as_text(),
        known_until=told.known_until.isoformat(), edition=told.edition, same=told.same,
    )  # fmt: skip


@router.get("/households/{number}/prospects", summary="前景")
def show_prospects(
    number: Household, work: Reading, on: On = None,
    member: Annotated[int | None, Query(description="只看这名成员的积分（成员序号）", ge=1, le=LARGEST)] = None,
) -> Told:  # fmt: skip
    """怎样修复、何时到期、什么变化会改变处理建议。只作说明，不作决定；查看会记入操作日志。"""
    household_id, asked = household_within(work, number), on or work.today
    told = prospects(work, household_id, asked, member=member)
    work.audit("查看前景", f"household:{household_id}", f"{asked}")
    outcome = tuple(Outcome)[told.verdict.outcome].value
    return Told(household=number, on=asked, outcome=outcome, as_known=outcome, text=as_text(told))


@router.post("/households/{number}/what-if", summary="测算")
def suppose(number: Household, body: Suppose, work: Reading, here: Here) -> Told:
    """某些事实如果不同，规则会怎么说。不写入任何登记，不作为办理依据；查看会记入操作日志。"""
    household_id, asked = household_within(work, number), body.on or work.today
    told = what_if(here, household_id, _supposed(body, asked), asked)
    work.audit("测算", f"household:{household_id}", f"{asked}")
    supposed, known = (tuple(Outcome)[one.outcome].value for one in (told.supposed, told.as_known))
    return Told(household=number, on=asked, outcome=supposed, as_known=known, text=what_if_text(told))


def _supposed(body: Suppose, asked: date) -> Supposed:
    cause = None if body.cause is None else term(Cause, body.cause, "收入变化原因").number
    named = (
        (turning.INCOME, body.income), (turning.SELF_REPORTED, body.self_reported), (turning.STABLE, body.stable),
        (turning.PROPERTY, body.property_over), (turning.CAUSE, cause), (turning.JOINED, body.joined or None),
    )  # fmt: skip
    facts = [Fact(about, int(value)) for about, value in named if value is not None]
    facts += [fact for one in body.members for fact in _of_member(one)]
    return Supposed(tuple(facts), tuple((one.finding, one.on or asked) for one in body.repaired))


def _of_member(one: SupposedMember) -> list[Fact]:
    """The suppositions about one member. Raises Invalid for a member about whom nothing is supposed."""
    named = (
        (turning.PRESENCE, None if one.presence is None else term(Presence, one.presence, "共同生活状态").number),
        (turning.ABILITY, None if one.ability is None else term(Ability, one.ability, "劳动能力").number),
        (turning.SCHOOLING, one.schooling), (turning.REFUSALS, 0 if one.job_accepted else None),
    )  # fmt: skip
    facts = [Fact(about, int(value), one.no) for about, value in named if value is not None]
    if not facts:
        raise Invalid(f"请写明第 {one.no} 号成员的什么变化")
    return facts


@router.api_route("/{rest:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
def nothing(rest: str, request: Request) -> None:
    """没有这个接口，或者不能用这种方法调用。"""
    if verbs_at(request.app.state.doors, request.url.path):
        raise HTTPException(405)
    raise NotFound("没有这个接口，或者不能用这种方法调用；全部接口见 /api/openapi.json")


def routes() -> APIRouter:
    """Every route of the API: those of the cases, and those of this file."""
    return router
