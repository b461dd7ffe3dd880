"""一册的办理 (what is done with a file of a run): printed, counted, spoiled sheets; the run handed over, cancelled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from integrity import print_desk, print_places, print_progress, print_receipts, print_runs
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.print_desk import name_of
from integrity.print_places import item_of
from integrity.receipt_desk import within
from integrity.records.ledger import Household
from integrity.records.print_runs import PrintFile, PrintItem, PrintRun
from integrity.rules.check_code import LENGTHS
from integrity.settings import settings
from integrity.terms import PrintEvent, PrintState
from integrity.web.desk import CONFLICT, SEE_OTHER, Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.print_runs import COLOURS, desk_form, inline, run_at
from integrity.web.shell import crumbs, path
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("打印文书")]
Printing = Annotated[Desk, acts("打印文书")]
COUNT = (
    Field("sheets", "清点的张数", "count", False, hint="打印机出了多少张纸，连封面和清单；坏了又重印的只算一次"),
    Field("pages", "或者打印机报告的页数", "count", False, hint="写一样即可"),
)
SPOIL = (
    Field("page", "坏纸的页码", "count", hint="纸上印的页码（如“— 2 —”写 2）；送达回证没有页码，写在本册的第几页"),
    Field("reason", "原因", max_length=print_progress.LONGEST, hint="如 卡纸、墨迹不清；坏纸当场销毁"),
)
PROOF = (
    Field("code", "文书的文号或者条码", max_length=max(LENGTHS) + 100, hint="单独打印的文书；批次里的已各有一份回证"),
)
_MOST_CODES = 20_000


@router.get("/print/proof")
def show_proof(desk: Looking) -> HTMLResponse:
    """单印送达回证的表单。"""
    return _proof_page(desk, desk.form(PROOF))


def _proof_page(desk: Desk, form: Form) -> HTMLResponse:
    return desk_form(
        desk, form, heading="单印送达回证", button="制作回证", cancel="/print", here="/print/proof",
        lead=("印一份空白的送达回证，供单独打印的文书送达时签收。",),
        crumbs=crumbs(("打印", "/print"), ("单印送达回证", "")),
    )  # fmt: skip


@router.post("/print/proof")
def make_proof(desk: Printing) -> Response:
    """单印送达回证，到它的页面打开版面。"""
    form = desk.read(PROOF)

    def act(work: Work) -> str:
        typed = next(iter(print_receipts.codes_in(form.given["code"])), "")
        try:
            notice = within(work, typed, desk.scope)
        except NotFound as fault:
            raise Refused(str(fault)) from fault
        made = print_receipts.blank(work, notice)
        household = work.session.get_one(Household, notice.household_id)
        desk.tell(work, f"已制作文书 {notice.number} 的送达回证，请打开版面打印")
        return path("households", household.number, "papers", made.stem)

    return desk.submit(form, act, lambda shown: _proof_page(desk, shown))


def _file(desk: Desk, number: str, no: int) -> tuple[PrintRun, PrintFile]:
    run = run_at(desk, number)
    return run, print_runs.file_of(desk.work, run, no)


def _trail(run: PrintRun, *more: str) -> list[tuple[str, str]]:
    return list(crumbs(("打印", "/print"), (run.number, path("print", run.number)), *((one, "") for one in more)))


@router.get("/print/{number}/files/{no}")
def show_file(desk: Looking, number: str, no: int) -> HTMLResponse:
    """一册：开始打印，打开文件，清点。"""
    run, _ = _file(desk, number, no)
    return _file_page(desk, run, no, desk.form(COUNT))


def _file_page(desk: Desk, run: PrintRun, no: int, form: Form) -> HTMLResponse:
    work, file = desk.work, print_runs.file_of(desk.work, run, no)
    items = print_runs.items_of(work, run, no)
    states = {one.state for one in items}
    first, last = (items[0].no, items[-1].no) if items else (0, 0)
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    return desk.page(
        "print_file.html", run=run, file=file, form=form, here=path("print", run.number, "files", no), colours=COLOURS,
        papers=len(items), first=first, last=last, printing=PrintState.PRINTING in states,
        ready=PrintState.READY in states, dropped=states == {PrintState.DROPPED},
        there=(settings().papers / file.file).is_file(), crumbs=_trail(run, f"第 {no} 册"),
    )  # fmt: skip


@router.post("/print/{number}/files/{no}")
def count(desk: Printing, number: str, no: int) -> Response:
    """清点：张数相符才登记为已打印；不符的记下来，说明从哪几份查起。"""
    run, _ = _file(desk, number, no)
    form = desk.read(COUNT)
    miscounted: list[str] = []

    def act(work: Work) -> str:
        told = print_progress.count(
            work, print_runs.run_of(work, run.number), no, sheets=form.given.get("sheets"),
            pages=form.given.get("pages"),
        )  # fmt: skip
        if told.right:
            desk.tell(work, "；".join(told.told))
        else:
            miscounted.extend(told.told)
        return path("print", run.number) if told.right else path("print", run.number, "files", no)

    answer = desk.submit(form, act, lambda shown: _file_page(desk, run, no, shown), area=run.area)
    if not miscounted:
        return answer
    again = desk.form(COUNT, form.values)  # another showing: the wrong count was written down, a right one is to come
    again.refused = "；".join(miscounted)
    shown = _file_page(desk, run, no, again)
    shown.status_code = CONFLICT
    return shown


@router.get("/print/{number}/files/{no}/start")
def back_to_file(desk: Looking, number: str, no: int) -> RedirectResponse:
    """开始打印没有自己的页面。"""
    run, _ = _file(desk, number, no)
    return RedirectResponse(path("print", run.number, "files", no), SEE_OTHER)


@router.post("/print/{number}/files/{no}/start")
def start(desk: Printing, number: str, no: int) -> Response:
    """开始打印：状态变为打印中，可以打开文件。"""
    run, _ = _file(desk, number, no)

    def act(work: Work) -> str:
        print_progress.start(work, print_runs.run_of(work, run.number), no)
        desk.tell(work, f"第 {no} 册可以打印了：打开文件，双面、长边翻转、实际大小；印完清点")
        return path("print", run.number, "files", no)

    form = desk.read(())

    def again(shown: Form) -> Response:
        blank = desk.form(COUNT)
        blank.refused, blank.obstacles = shown.refused, shown.obstacles
        return _file_page(desk, run, no, blank)

    return desk.submit(form, act, again, area=run.area)


def _item(desk: Desk, number: str, no: int) -> tuple[PrintRun, PrintItem]:
    run = run_at(desk, number)
    return run, print_progress.item_no(desk.work, run, no)


@router.get("/print/{number}/papers/{no}/spoil")
def show_spoil(desk: Looking, number: str, no: int) -> HTMLResponse:
    """登记作废张的表单。"""
    run, item = _item(desk, number, no)
    return _spoil_page(desk, run, item, desk.form(SPOIL))


def _spoil_page(desk: Desk, run: PrintRun, item: PrintItem, form: Form) -> HTMLResponse:
    notice = print_runs.notice_of(desk.work, item)
    return desk_form(
        desk, form, heading=f"登记作废张：第 {item.no} 份", button="登记作废并重印", cancel=path("print", run.number),
        here=path("print", run.number, "papers", item.no, "spoil"), crumbs=_trail(run, "登记作废张"),
        lead=(
            f"{notice.number}《{notice.kind.value}》，在第 {item.file_no} 册，有 {item.pages} 页，"
            f"从本册第 {item.first_page} 页起。",
            "只用于还没有离开本机关的坏纸：当场销毁，原样重印，仍是原件。已经送出的，收回后补打。",
        ),
    )  # fmt: skip


@router.post("/print/{number}/papers/{no}/spoil")
def spoil(desk: Printing, number: str, no: int) -> Response:
    """登记作废张，制成重印的文件。"""
    run, item = _item(desk, number, no)
    form = desk.read(SPOIL)

    def act(work: Work) -> str:
        own = print_runs.run_of(work, run.number)
        print_progress.spoil(work, own, no, page=form.given["page"], reason=form.given["reason"])
        at = print_places.notes_on(work, item, PrintEvent.SPOILED)[-1].page
        desk.tell(work, f"已登记第 {no} 份的作废张（本册第 {at} 页），请销毁坏纸，打印重印的文件")
        return path("print", run.number, "papers", no, "again")

    return desk.submit(form, act, lambda shown: _spoil_page(desk, run, item, shown), area=run.area)


@router.get("/print/{number}/papers/{no}/again")
def show_again(desk: Looking, number: str, no: int) -> HTMLResponse:
    """重印的文件。"""
    run, item = _item(desk, number, no)
    _last_reprint(desk.work, item)
    return desk.page(
        "print_again.html", run=run, item=item, notice=print_runs.notice_of(desk.work, item),
        here=path("print", run.number, "papers", no, "again"), crumbs=_trail(run, f"第 {no} 份重印"),
    )  # fmt: skip


@router.get("/print/{number}/papers/{no}/again/pdf")
def again_pdf(desk: Looking, number: str, no: int) -> Response:
    """重印的文件（PDF），只有这一份文书。"""
    run, item = _item(desk, number, no)
    file = settings().papers / _last_reprint(desk.work, item)
    if not file.is_file():
        raise Conflict("重印的文件已不在，请再登记一次作废张")
    desk.note("取用打印文件", run.number, f"重印第{no}份")
    return FileResponse(file, media_type="application/pdf", headers=inline())


def _last_reprint(work: Work, item: PrintItem) -> str:
    found = list(print_progress.files_with(work, item))[1:]
    if not found or print_progress.state_of(work, item) is PrintState.DROPPED:
        raise NotFound("这一份没有登记过作废张")
    return found[-1]


def _hand_fields(work: Work, run: PrintRun) -> tuple[Field, ...]:
    files = tuple((str(one.no), f"第 {one.no} 册") for one in print_runs.files_of(work, run))
    return (
        Field("to", "交给谁", max_length=print_progress.LONGEST, hint="送达人、村（居）或者邮局"),
        Field("on", "交接日期", "date"),
        Field("codes", "逐份扫描", "area", False, max_length=_MOST_CODES,
              hint="用扫码枪扫清单、文书或者回证上的条码，或者写文号，一行一个；扫了的只交这些，不扫的按下面的范围交"),
        Field("village", "村（居）", "choice", False, choices=tuple(print_desk.villages(work, run))),
        Field("file", "册", "choice", False, choices=files),
        Field("way", "送出方式", "radio", False, choices=(("", "全部"), ("hand", "当面送达的"), ("post", "邮寄的"))),
    )  # fmt: skip


@router.get("/print/{number}/handover")
def show_handover(desk: Looking, number: str) -> HTMLResponse:
    """交接的表单。"""
    run = run_at(desk, number)
    return _hand_page(desk, run, desk.form(_hand_fields(desk.work, run), {"on": desk.work.today}))


def _hand_page(desk: Desk, run: PrintRun, form: Form) -> HTMLResponse:
    states = print_desk.progress(desk.work, [run.number]).get(run.number, {})
    said = "、".join(f"{state.value} {many} 份" for state, many in states.items())
    return desk_form(
        desk, form, heading="登记交接", button="登记交接", cancel=path("print", run.number),
        here=path("print", run.number, "handover"), crumbs=_trail(run, "登记交接"),
        lead=(f"{name_of(desk.work, run.area)}的打印批次 {run.number}：{said}。",
              "清点过的文书交给送达人或者邮局。退回以后再次送出的，扫它的条码或者写文号。"),
    )  # fmt: skip


@router.post("/print/{number}/handover")
def hand_over(desk: Printing, number: str) -> Response:
    """登记交接。"""
    run = run_at(desk, number)
    form = desk.read(_hand_fields(desk.work, run))

    def act(work: Work) -> str:
        own, codes = print_runs.run_of(work, run.number), print_receipts.codes_in(form.given.get("codes", ""))
        way = form.given.get("way", "")
        many = print_progress.hand_over(
            work, own, form.given["to"], on=form.given["on"], village=form.given.get("village", ""),
            file_no=int(form.given["file"]) if "file" in form.given else None,
            numbers=_numbers(work, own, codes), posted=None if not way else way == "post",
        )  # fmt: skip
        desk.tell(work, f"已交接 {many} 份")
        return path("print", run.number)

    return desk.submit(form, act, lambda shown: _hand_page(desk, run, shown), area=run.area)


def _numbers(work: Work, run: PrintRun, codes: list[str]) -> tuple[str, ...]:
    """The papers of these codes. Raises Refused, naming every code that is of no paper of this run."""
    found, wrong = [], []
    for code in codes:
        try:
            notice = print_receipts.in_hand(work, code)
        except (NotFound, Invalid, Conflict):
            wrong.append(code)
            continue
        placed = item_of(work, notice)
        if placed is None or placed.run != run.number:
            wrong.append(code)
        found.append(notice.number)
    if wrong:
        raise Refused(f"没有登记交接，这些不是本批次的文书：{'、'.join(one[:40] for one in wrong[:8])}")
    return tuple(dict.fromkeys(found))


def _cancel_fields(work: Work, run: PrintRun) -> tuple[Field, ...]:
    files = tuple((str(one.no), f"第 {one.no} 册") for one in print_runs.files_of(work, run))
    return (
        Field("reason", "撤销的原因", max_length=print_progress.LONGEST),
        Field("file", "只撤销这一册", "choice", False, choices=files, hint="不选的，撤销全部还没有清点的"),
    )


@router.get("/print/{number}/cancel")
def show_cancel(desk: Looking, number: str) -> HTMLResponse:
    """撤销的表单。"""
    run = run_at(desk, number)
    return _cancel_page(desk, run, desk.form(_cancel_fields(desk.work, run)))


def _cancel_page(desk: Desk, run: PrintRun, form: Form) -> HTMLResponse:
    return desk_form(
        desk,
        form,
        heading="撤销打印批次",
        button="撤销",
        danger=True,
        cancel=path("print", run.number),
        here=path("print", run.number, "cancel"),
        crumbs=_trail(run, "撤销"),
        lead=("还没有清点的文书撤出本批次，回到待印；已经印出的纸应当销毁。清点过的已登记打印，不能撤销。",),
    )


@router.post("/print/{number}/cancel")
def cancel(desk: Printing, number: str) -> Response:
    """撤销还没有清点的。"""
    run = run_at(desk, number)
    form = desk.read(_cancel_fields(desk.work, run))

    def act(work: Work) -> str:
        no = int(form.given["file"]) if "file" in form.given else None
        many = print_progress.cancel(work, print_runs.run_of(work, run.number), form.given["reason"], file_no=no)
        desk.tell(work, f"已撤出 {many} 份；已经印出的纸请销毁")
        return path("print", run.number)

    return desk.submit(form, act, lambda shown: _cancel_page(desk, run, shown), area=run.area)
