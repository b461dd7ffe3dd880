"""送达回收页 (pages of what comes back): proofs of service by bar code or scan, papers that came back unserved."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import drafts, evidence, print_desk, receipt_desk
from integrity.delivery import HIMSELF
from integrity.print_receipts import Told, codes_in
from integrity.receipt_desk import Line
from integrity.records.columns import SHANGHAI
from integrity.rules.check_code import LENGTHS
from integrity.terms import ServiceWay
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.evidence import ACCEPT
from integrity.web.pages.print_runs import desk_form
from integrity.web.shell import crumbs
from integrity.web.wording import obstacles, on_page
from integrity.work import Work
from integrity.worklists import Desk as Post

router = APIRouter()
Looking = Annotated[Desk, looks("登记送达")]
Serving = Annotated[Desk, acts("登记送达")]
_MEMORY = "receipts told"
"""Under which name is kept what the officer tells of one proof after the other, and what was not entered."""
_KEPT_LINES = 30
HOW = (
    Field("on", "送达日期", "date", hint="回证上写明的日期"),
    Field("way", "送达方式", "choice", choices=chosen_from(ServiceWay)),
    Field("receiver", "签收人", max_length=60, hint="受送达人自己签收的写“本人”；没有登记的监护人，写姓名和关系"),
    Field("witnesses", "见证人", required=False, hint="留置送达写两名，用顿号分开"),
    Field("detail", "说明", required=False, max_length=400, hint="留置写拒收事由，委托写受托单位"),
)
CODE = Field(
    "code", "回证上的条码或者文号", max_length=max(LENGTHS) + 100,
    hint="扫码枪扫一份，登记一份；扫不出的，照回证下方的 16 位数字输入，或者写文号",
)  # fmt: skip
SCANS = Field("scans", "扫描件、照片", "files", accept=ACCEPT, hint="PDF 或者照片，可以一次选几个；每页存为该户的证据")
RETURNED = (
    Field("code", "文书的条码或者文号", max_length=max(LENGTHS) + 100),
    Field("on", "退回日期", "date"),
    Field("reason", "退回原因", max_length=200, hint="如 查无此人、拒收、地址不详"),
)


def _memory(desk: Desk) -> dict[str, Any]:
    """What was told today, and the lines that were not entered; nothing of another day."""
    kept = drafts.find(desk.work, _MEMORY)
    if kept is None or kept.saved_at.astimezone(SHANGHAI).date() != desk.work.today:
        return {"told": {}, "lines": []}
    read: dict[str, Any] = json.loads(kept.values["kept"])
    return read


def _remember(work: Work, told: dict[str, str], lines: list[Line]) -> None:
    bad = list(dict.fromkeys((one.where, one.told) for one in lines if not one.well))
    whole = {"told": told, "lines": bad[:_KEPT_LINES]}
    drafts.save(work, _MEMORY, {"kept": json.dumps(whole, ensure_ascii=False)})


def _failed(desk: Desk) -> list[Line]:
    return [Line(where, tuple(told), False) for where, told in _memory(desk)["lines"]]


def _told(form: Form) -> Told:
    given = form.given
    return Told(
        on=given["on"], way=ServiceWay[given["way"]], receiver=given["receiver"], detail=given.get("detail", ""),
        witnesses=tuple(one.strip() for one in given.get("witnesses", "").split("、") if one.strip()),
    )  # fmt: skip


def _how(form: Form) -> dict[str, str]:
    return {one.name: form.values.get(one.name, "") for one in HOW}


def _known(desk: Desk) -> dict[str, str]:
    usual = {"way": ServiceWay.DIRECT.name, "receiver": HIMSELF}
    return usual | {name: text for name, text in _memory(desk)["told"].items() if text}


@router.get("/receipts")
def show(desk: Looking) -> HTMLResponse:
    """逐份扫描回证；今天登记的、没有登记的。"""
    return _page(desk, desk.form((*HOW, CODE), _known(desk)), _failed(desk))


def _page(desk: Desk, form: Form, failed: list[Line]) -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    done = receipt_desk.entered_today(desk.work, desk.scope)
    if done:
        desk.note("查看今天登记的送达", desk.officer.code, f"{len(done)} 份")
    back, _ = receipt_desk.came_back(desk.work, _post(desk), limit=1)
    return desk.page(
        "receipts.html", form=form, done=done, failed=failed, returned=bool(back), ready="on" in _memory(desk)["told"],
        crumbs=crumbs(("送达回收", "")),
    )  # fmt: skip


def _post(desk: Desk) -> Post:
    return Post(desk.officer.role, desk.officer.area)


@router.post("/receipts")
def receive(desk: Serving) -> Response:
    """登记一份：送达日期、期限从此起算；不成的留在“没有登记”里。"""
    form = desk.read((*HOW, CODE))
    typed = next(iter(codes_in(form.given.get("code", ""))), "")

    def act(work: Work) -> str:
        done = receipt_desk.receive(work, typed, _told(form), desk.scope)
        _remember(work, _how(form), [one for one in _failed(desk) if one.where not in (typed, done.notice.number)])
        desk.tell(work, "已登记：" + "；".join(done.told))
        return "/receipts"

    def again(shown: Form) -> Response:
        lines = _failed(desk)
        if shown.refused:
            lines.insert(0, Line(typed, (shown.refused,), False))
            desk.work.session.rollback()
            with desk.office.work(desk.officer.code) as work:
                _remember(work, _how(shown), lines)
            shown.values["code"] = ""
        return _page(desk, shown, lines)

    return desk.submit(form, act, again)


@router.post("/receipts/clear")
def clear(desk: Serving) -> Response:
    """“没有登记”的已经另行处理，不再列出。"""

    def act(work: Work) -> str:
        _remember(work, _memory(desk)["told"], [])
        return "/receipts"

    return desk.submit(desk.read(()), act, lambda shown: show(desk))


@router.get("/receipts/scan")
def show_scan(desk: Looking) -> HTMLResponse:
    """上传回证的扫描件、照片。"""
    return _scan_page(desk, desk.form((*HOW, SCANS), _known(desk)))


def _scan_page(desk: Desk, form: Form) -> HTMLResponse:
    return desk_form(
        desk, form, heading="上传扫描的回证", button="读取并登记", cancel="/receipts", here="/receipts/scan",
        upload=evidence.limit() // 2**20, crumbs=crumbs(("送达回收", "/receipts"), ("上传扫描件", "")),
        lead=("一批里的送达日期、方式、签收人要相同；不同的分开上传。读出条码的登记送达，读不出的列出来，逐份处理。",),
    )  # fmt: skip


@router.post("/receipts/scan")
def scan(desk: Serving) -> Response:
    """读取几个文件，每份回证各自登记；一份不成，不妨碍别的。"""
    form = desk.read((*HOW, SCANS))
    begun: list[str] = []

    def act(work: Work) -> str:
        begun.append("")
        return "/receipts"

    answer = desk.submit(form, act, lambda shown: _scan_page(desk, shown))
    if answer.status_code != SEE_OTHER or not begun:
        return answer
    lines = _read(desk, form)
    well = sum(one.well for one in lines)
    with desk.office.work(desk.officer.code) as work:
        _remember(work, _how(form), [one for one in lines if not one.well] + _failed(desk))
        bad = f"，没有登记 {len(lines) - well} 份，见下" if well < len(lines) else ""
        desk.tell(work, f"读出并登记 {well} 份{bad}")
    return answer


def _read(desk: Desk, form: Form) -> list[Line]:
    """Each proof of each file in a piece of work of its own."""
    told, found = _told(form), []
    for one in form.files.get("scans", ()):
        if one.filename:
            name = one.filename.replace("\\", "/").rpartition("/")[2][:60]
            sent = (name, one.file.read())
            found += receipt_desk.receive_scan(desk.office, desk.officer.code, sent, told, desk.scope)
    return found


@router.get("/receipts/returned")
def show_returned(desk: Looking, after: str = "") -> HTMLResponse:
    """退回的文书：等待另行送达的，登记新退回的。"""
    return _returned_page(desk, desk.form(RETURNED, {"on": desk.work.today}), after)


def _returned_page(desk: Desk, form: Form, after: str = "") -> HTMLResponse:
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    rows, next_ = receipt_desk.came_back(desk.work, _post(desk), after=after)
    names = {one.household.area: print_desk.name_of(desk.work, one.household.area) for one in rows}
    return desk.page(
        "receipts_returned.html", form=form, rows=rows, names=names, first="/receipts/returned" if after else "",
        next=f"/receipts/returned?after={next_}" if next_ else "", printer=desk.may("打印文书"),
        crumbs=crumbs(("送达回收", "/receipts"), ("退回", "")),
    )  # fmt: skip


@router.post("/receipts/returned")
def returned(desk: Serving) -> Response:
    """登记退回。"""
    form = desk.read(RETURNED)

    def act(work: Work) -> str:
        typed = next(iter(codes_in(form.given["code"])), "")
        item = receipt_desk.returned(work, typed, desk.scope, on=form.given["on"], reason=form.given["reason"])
        desk.tell(work, f"已登记退回（打印批次 {item.run} 第 {item.no} 份），请另行送达")
        return "/receipts/returned"

    return desk.submit(form, act, lambda shown: _returned_page(desk, shown))
