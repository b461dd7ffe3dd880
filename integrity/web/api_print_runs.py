"""打印批次的接口 (the API of print runs): preview, make, take a file, count, hand over, read the proofs back."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlmodel import col, select

from integrity import print_choice, print_progress, print_receipts, print_runs, receipt_desk
from integrity.errors import NotFound
from integrity.permissions import require
from integrity.print_choice import Choice, LeftOut
from integrity.print_receipts import Told
from integrity.print_wishes import Asked
from integrity.records.ledger import Notice
from integrity.records.print_runs import PrintRun
from integrity.rules.areas import code_range
from integrity.rules.stated import LARGEST
from integrity.terms import PaperKind, ServiceWay
from integrity.web.api import Paper, once, term
from integrity.web.api import router as cases
from integrity.web.api_access import BEARER, Key, Known, Printing, Serving, area_of, paper_within
from integrity.web.api_requests import Clean, Day, Flag, Name, Number, Proof, Sent, Short, Text, Whole
from integrity.work import Work

router = APIRouter(
    prefix="/api", route_class=Known, dependencies=[BEARER], tags=["打印批次"], responses=cases.responses
)
Run = Annotated[str, Path(description="打印批次的编号", max_length=20, examples=["PC2026-0001"]), Clean]
FileNo = Annotated[int, Path(description="第几册", ge=1, le=LARGEST)]
ItemNo = Annotated[int, Path(description="清单上的序号", ge=1, le=LARGEST)]
_PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": {}}, "description": "PDF 文件"}}


class Chosen(Sent):
    """打印范围 (what is to be printed)."""

    area: Short = Field(default="", description="区划代码，默认本人辖区")
    kinds: list[Short] = Field(default=[], max_length=40, description="文书种类，默认全部")
    numbers: list[Short] = Field(default=[], max_length=2000, description="文号，默认全部待印文书")
    by: Day | None = Field(default=None, description="这一天以前制发的")
    posted: list[Short] = Field(default=[], max_length=2000, description="邮寄的村代码或者文号")
    on_back: Flag = Field(default=False, description="送达回证印在文书空着的背面；不利文书和有救济途径的仍另用一张纸")
    large: Flag | None = Field(default=None, description="大字版；不写时照各户登记的阅读需要")
    cover: Flag | None = Field(default=None, description="附明白纸；不写时照各户登记的阅读需要")


class Out(BaseModel):
    """不能打印的文书 (a paper that stays out) and why."""

    number: str
    why: str


class Previewed(BaseModel):
    """预览 (preview)."""

    papers: int
    sheets: int = Field(description="用纸张数，不含封面和清单")
    posted: int
    kinds: dict[str, int]
    left_out: list[Out]


class FileView(BaseModel):
    """批次的一册 (file of a run)."""

    no: int
    file: str
    written: bool
    pages: int
    sheets: int
    sha256: str


class RunView(BaseModel):
    """打印批次 (run): files and how far its papers have come."""

    number: str
    area: str
    chosen: str
    papers: int
    made_on: Day
    made_by: str
    states: dict[str, int]
    files: list[FileView]


class MadeRun(RunView):
    """新批次 (run that was made), and what stays out of it."""

    left_out: list[Out] = []


class Count(Sent):
    """清点 (count): sheets or pages that came out."""

    sheets: Annotated[int, Field(ge=0, le=LARGEST), Whole] | None = None
    pages: Annotated[int, Field(ge=0, le=LARGEST), Whole] | None = None


class Counted(BaseModel):
    """清点结果 (result): only a right count enters the papers as printed."""

    right: bool
    told: list[str]


class Spoilt(Sent):
    """作废张 (spoiled sheet)."""

    page: Number = Field(description="坏纸上印的页码，或者它在本册的第几页")
    reason: Text


class HandOver(Sent):
    """交接 (hand-over)."""

    to: Name
    on: Day
    village: Short = ""
    file: Number | None = None
    numbers: list[Short] = Field(default=[], max_length=2000, description="文号，或者清单、回证上的条码")
    posted: Flag | None = None


class Many(BaseModel):
    """份数 (how many papers)."""

    papers: int


class Why(Sent):
    """原因 (reason)."""

    reason: Text
    file: Number | None = None


class CameBack(Sent):
    """退回 (returned mail)."""

    on: Day
    reason: Text


class Proved(Sent):
    """收回的回证 (proof that came back): the scanner's digits of the proof itself or a 文号, and what it says."""

    code: str = Field(max_length=900)
    on: Day
    way: Short = Field(examples=["直接送达"])
    receiver: Name = Field(description="签收人；“本人”为受送达人；没有登记监护人的，写监护人的姓名和关系")
    witnesses: list[Name] = Field(default=[], max_length=4)
    detail: Text = ""
    evidence: Proof = ""


class Entered(BaseModel):
    """已登记的送达 (service that was entered), and the periods that began."""

    number: str
    told: list[str]


def _choice(work: Work, body: Chosen) -> Choice:
    wanted = area_of(work, body.area)
    require(work, print_runs.MATTER, wanted)
    return Choice(
        area=wanted, kinds=tuple(term(PaperKind, one, "文书种类") for one in body.kinds), numbers=tuple(body.numbers),
        by=body.by, posted=tuple(body.posted), on_back=body.on_back,
        asked=Asked(body.large, body.cover),
    )  # fmt: skip


def _within(work: Work, number: str) -> PrintRun:
    """A run of the officer's own area. Raises NotFound alike for none and for one elsewhere."""
    run = print_runs.run_of(work, number)
    low, high = code_range(area_of(work))
    if not low <= run.area < high:
        raise NotFound(f"没有编号为 {number} 的打印批次，见 chengxin print runs")
    require(work, print_runs.MATTER, run.area)
    return run


def _view(work: Work, run: PrintRun) -> dict[str, object]:
    files = [
        FileView(no=one.no, file=one.file, written=bool(one.sha256), pages=one.pages, sheets=one.sheets,
                 sha256=one.sha256)
        for one in print_runs.files_of(work, run)
    ]  # fmt: skip
    states = {one.value: many for one, many in print_progress.states(work, run).items()}
    return {
        "number": run.number, "area": run.area, "chosen": run.chosen, "papers": run.papers, "made_on": run.made_on,
        "made_by": run.made_by, "states": states, "files": files,
    }  # fmt: skip


def _out(found: list[LeftOut]) -> list[Out]:
    return [Out(number=one.number, why=one.why) for one in found]


@router.post("/print-runs/preview", summary="预览打印批次")
def preview_run(body: Chosen, work: Printing) -> Previewed:
    """多少份、多少张纸、多少件邮寄，哪些不能印和原因；什么也不登记。"""
    told = print_choice.preview(work, _choice(work, body))
    return Previewed(
        papers=told.papers, sheets=told.sheets, posted=told.posted, kinds=told.kinds, left_out=_out(told.left_out)
    )


@router.post("/print-runs", summary="制作打印批次")
def make_run(body: Chosen, work: Printing, request: Request, key: Key) -> MadeRun:
    """待印的文书编入一个批次，每册至多 200 份。文件在取用时制成。"""
    chosen = _choice(work, body)
    left_out: list[LeftOut] = []

    def made() -> str:
        run, out = print_runs.make(work, chosen)
        left_out.extend(out)
        year, _, n = run.number.removeprefix("PC").partition("-")
        return f"print_run:{year}:{int(n)}"

    year, n = once(work, key, request, body, made)
    run = print_runs.run_of(work, f"PC{year}-{n:04}")
    return MadeRun(**_view(work, run), left_out=_out(left_out))  # type: ignore[arg-type]


@router.get("/print-runs", summary="打印批次一览")
def list_runs(work: Printing) -> list[RunView]:
    """本人辖区最近的打印批次。"""
    low, high = code_range(area_of(work))
    query = select(PrintRun).where(PrintRun.area >= low, PrintRun.area < high)
    found = work.session.exec(query.order_by(col(PrintRun.number).desc()).limit(50))
    return [RunView(**_view(work, one)) for one in found]  # type: ignore[arg-type]


@router.get("/print-runs/{number}", summary="一个打印批次")
def show_run(number: Run, work: Printing) -> RunView:
    """各册和各份文书到了哪一步。"""
    return RunView(**_view(work, _within(work, number)))  # type: ignore[arg-type]


@router.post("/print-runs/{number}/files/{no}/start", summary="取一册去打印", response_class=Response, responses=_PDF)
def start_file(number: Run, no: FileNo, work: Printing) -> Response:
    """要送打印机的文件（PDF），还没有的现在制成；状态变为打印中。"""
    path = print_progress.start(work, _within(work, number), no)
    return Response(path.read_bytes(), media_type="application/pdf")


@router.post("/print-runs/{number}/files/{no}/count", summary="清点")
def count_file(number: Run, no: FileNo, body: Count, work: Printing) -> Counted:
    """印出的张数或者页数；相符才登记为已打印，不符的说明从哪几份查起。"""
    told = print_progress.count(work, _within(work, number), no, sheets=body.sheets, pages=body.pages)
    return Counted(right=told.right, told=told.told)


@router.post("/print-runs/{number}/items/{no}/spoil", summary="登记作废张", response_class=Response, responses=_PDF)
def spoil_sheet(number: Run, no: ItemNo, body: Spoilt, work: Printing) -> Response:
    """坏纸当场销毁，给出重印这一份的文件（PDF）；已经离开本机关的收回后补打。"""
    path = print_progress.spoil(work, _within(work, number), no, page=body.page, reason=body.reason)
    return Response(path.read_bytes(), media_type="application/pdf")


@router.post("/print-runs/{number}/handover", summary="交接")
def hand_over(number: Run, body: HandOver, work: Printing) -> Many:
    """清点过的文书交给送达人或者邮局。"""
    run, scope = _within(work, number), code_range(area_of(work))
    wanted = dict.fromkeys(receipt_desk.within(work, one, scope).number for one in body.numbers)
    many = print_progress.hand_over(
        work, run, body.to, on=body.on, village=body.village, file_no=body.file,
        numbers=tuple(wanted), posted=body.posted,
    )  # fmt: skip
    return Many(papers=many)


@router.post("/print-runs/{number}/cancel", summary="撤销")
def cancel_run(number: Run, body: Why, work: Printing) -> Many:
    """还没有清点的文书回到待印；已经印出的纸应当销毁。"""
    return Many(papers=print_progress.cancel(work, _within(work, number), body.reason, file_no=body.file))


@router.post("/papers/{number}/returned", summary="登记退回")
def came_back(number: Paper, body: CameBack, work: Serving) -> RunView:
    """退回的邮件、没有送到的文书，等待用其他方式送达。"""
    notice = paper_within(work, number)
    item = print_progress.returned(work, notice, on=body.on, reason=body.reason)
    return RunView(**_view(work, print_runs.run_of(work, item.run)))  # type: ignore[arg-type]


@router.post("/receipts", summary="收回送达回证")
def receive(body: Proved, work: Serving, request: Request, key: Key) -> Entered:
    """回证上扫得的数字或者文号；登记送达，期限从此起算。扫过的、其他机关的、已撤回的、退回未再送的，不作登记。"""
    told = Told(
        on=body.on, way=term(ServiceWay, body.way, "送达方式"), receiver=body.receiver,
        witnesses=tuple(body.witnesses), detail=body.detail, evidence=body.evidence,
    )  # fmt: skip
    code = "".join(print_receipts.codes_in(body.code))

    def entered() -> str:
        receipt_desk.within(work, code, code_range(area_of(work)))
        done = print_receipts.receive(work, code, told)
        return f"receipt:{done.notice.household_id}:{done.notice.seq}"

    notice = work.session.get_one(Notice, tuple(once(work, key, request, body, entered)))
    return Entered(number=notice.number, told=print_receipts.periods(work, notice))
