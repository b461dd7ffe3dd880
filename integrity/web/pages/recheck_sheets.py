"""核查名单的进出 (recheck lists out and in): made for a township, taken out, and filled in brought back.

What comes back is tried first, row by row, and nothing is entered before the officer has seen what would become of it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from integrity import areas, recheck_files, recheck_results, sheets_kept, uploads
from integrity.area_choice import names
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.recheck_files import ENDS
from integrity.recheck_marks import edition_of
from integrity.recheck_results import Report
from integrity.rules.areas import level_of
from integrity.terms import AreaLevel
from integrity.web.desk import CONFLICT, SEE_OTHER, UNPROCESSABLE, Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.daily import with_form
from integrity.web.shell import path, query
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
MayPrint = Annotated[Desk, looks("打印文书")]
Printing = Annotated[Desk, acts("打印文书")]
MayTake = Annotated[Desk, looks("导入")]
Taking = Annotated[Desk, acts("导入")]
MEDIA = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
VERBS = {"results": "登记核查结果", "assign": "指派入户人员"}
_SHOWN = 200
"""Faults that a page tells; the workbook has them all."""
_TRAIL = (("待办", "/"), ("核查名单", "/rechecks"))


def towns(desk: Desk) -> tuple[tuple[str, str], ...]:
    """The townships of the officer's area; his own where it is one."""
    own = desk.officer.area
    if level_of(own) is AreaLevel.VILLAGE:
        return ()
    if level_of(own) is AreaLevel.TOWNSHIP:
        return tuple(names(desk.work, [own]).items())[:1]
    return tuple((one.code, one.name) for one in areas.children(desk.work, own, desk.work.today, AreaLevel.TOWNSHIP))


def _making(desk: Desk) -> tuple[Field, ...]:
    return (Field("town", "乡镇、街道", "choice", choices=towns(desk)),)


@router.get("/rechecks/lists")
def lists(desk: MayPrint) -> HTMLResponse:
    """制成的核查名单，取出打印或者填写；制作今天的。"""
    of_area = towns(desk)
    known = {"town": of_area[0][0]} if len(of_area) == 1 else {}
    return _lists(desk, desk.form(_making(desk), known))


def _lists(desk: Desk, form: Form) -> HTMLResponse:
    made = recheck_files.made(desk.scope)
    return desk.page(
        "recheck_lists.html", **with_form(form), made=made, towns=names(desk.work, {one.town for one in made}),
        workbook_of=workbook_of, may=desk.may,
        action=here(desk.request), crumbs=(*_TRAIL, ("名单文件", "")),
    )  # fmt: skip


@router.post("/rechecks/lists")
def make(desk: Printing) -> Response:
    """制作一个乡镇、街道今天的核查名单。"""
    form = desk.read(_making(desk))

    def act(work: Work) -> str:
        desk.tell(work, f"核查名单已制成：{on_page(recheck_files.make(work, form.given['town']))}")
        return path("rechecks", "lists")

    return desk.submit(form, act, lambda again: _lists(desk, again), area=form.given.get("town", ""))


@router.get("/rechecks/lists/{number}.{end}")
def fetch(desk: MayPrint, number: str, end: str) -> Response:
    """取出一份核查名单打印（PDF）；填写用的工作簿从“导出”出去。"""
    if end not in ENDS:
        raise NotFound(f"没有编号为 {number} 的核查名单")
    try:
        found = recheck_files.content(number, end, desk.scope)
        if end != ENDS[0]:
            return RedirectResponse(workbook_of(edition_of(number).area), SEE_OTHER)
    except Invalid as fault:
        raise NotFound(f"没有编号为 {number} 的核查名单") from fault
    desk.note("取出核查名单", f"list:{number}", end)
    return _download(found, f"核查名单-{number}.{end}")


def workbook_of(town: str) -> str:
    """Where the workbook of a township is taken out (导出): with a reason, an end, and its number in every row."""
    return path("exports", "new") + "?" + query(what="recheck", area=town)


def _download(content: bytes, name: str) -> Response:
    told = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=MEDIA[name.rpartition(".")[2]], headers=told)


_SENT = (
    Field("verb", "这份名单用来", "radio", choices=tuple(VERBS.items())),
    Field("files", "填好的核查名单", "files", accept=".xlsx", hint="本程序制作的 .xlsx，照原表填写；一次一份"),
)  # fmt: skip


@router.get("/rechecks/results")
def taking(desk: MayTake) -> HTMLResponse:
    """收回填好的核查名单：先检查，看过再登记。"""
    return _taking(desk, desk.form(_SENT, {"verb": "results"}))


def _taking(desk: Desk, form: Form, status: int = 200) -> HTMLResponse:
    return desk.page(
        "recheck_results.html", status=status, **with_form(form), action=here(desk.request),
        crumbs=(*_TRAIL, ("收回名单", "")),
    )  # fmt: skip


@router.post("/rechecks/results")
def try_out(desk: Taking) -> Response:
    """检查：每一行照样办一遍而不登记，列出有误的行。"""
    form = desk.read(_SENT)
    files = [one for one in desk.sent.files.get("files", ()) if one.filename]
    if len(files) > 1:
        form.errors["files"] = "一次收回一份名单"
    if form.errors:
        return _taking(desk, form, UNPROCESSABLE)
    name, content = sheets_kept.plain_name(files[0].filename or ""), files[0].file.read()
    try:
        token = _tried(desk, form.given["verb"], name, content)
    except ChengxinError as fault:
        form.refused, form.obstacles = str(fault), tuple(getattr(fault, "obstacles", ()))
        return _taking(desk, form, UNPROCESSABLE if isinstance(fault, Invalid) else CONFLICT)
    return RedirectResponse(path("rechecks", "results", token), SEE_OTHER)


def _tried(desk: Desk, verb: str, name: str, content: bytes) -> str:
    """Try the sheet; what became of it, and the sheet, kept for the officer's word. The token."""
    check = recheck_results.check if verb == "results" else recheck_results.check_assigned
    token = uploads.new()
    desk.work.session.rollback()  # each row is a piece of work of its own: nothing of ours may hold it up
    with uploads.readable(name, content) as sheet:
        report = check(desk.office, sheet, desk.officer.code)
    with desk.office.work(desk.officer.code) as work:
        sheets_kept.put(work, token, sheets_kept.SHEET, content)
        _keep(work, token, report, {"name": name, "verb": verb, "done": False})
    return token


def _keep(work: Work, token: str, report: Report, said: dict[str, Any]) -> None:
    """What became of the rows, and the sheet with the column 错误."""
    if report.error_file:
        sheets_kept.put(work, token, sheets_kept.MARKED, report.error_file)
    faults = [asdict(one) | {"reason": on_page(one.reason)} for one in report.errors]
    told = {"said": str(report), "good": report.good, "faults": faults, "papers": report.papers}
    sheets_kept.tell(work, token, said | told | {"marked": bool(report.error_file)})


_NOTHING: tuple[Field, ...] = ()


@router.get("/rechecks/results/{token}")
def tried(desk: MayTake, token: str) -> HTMLResponse:
    """检查的结果，或者登记的结果。"""
    return _result(desk, token, desk.form(_NOTHING))


def _result(desk: Desk, token: str, form: Form) -> HTMLResponse:
    said = sheets_kept.told(desk.work, token)
    return desk.page(
        "recheck_tried.html", **with_form(form), told=said, faults=said["faults"][:_SHOWN], verb=VERBS[said["verb"]],
        action=here(desk.request), marked=path("rechecks", "results", token, "marked") if said["marked"] else "",
        crumbs=(*_TRAIL, ("收回名单", "/rechecks/results"), ("检查结果", "")),
    )  # fmt: skip


@router.post("/rechecks/results/{token}")
def enter(desk: Taking, token: str) -> Response:
    """登记没有错误的各行；已经登记过的行不再登记。"""
    said, content = sheets_kept.told(desk.work, token), sheets_kept.get(desk.work, token, sheets_kept.SHEET)
    if said["done"]:
        return RedirectResponse(path("rechecks", "results", token), SEE_OTHER)
    run = recheck_results.accept if said["verb"] == "results" else recheck_results.assign_all
    form = desk.read(_NOTHING)
    desk.work.session.rollback()
    try:
        with uploads.readable(said["name"], content) as sheet:
            report = run(desk.office, sheet, desk.officer.code)
    except ChengxinError as fault:
        form.refused, form.obstacles = on_page(str(fault)), obstacles(getattr(fault, "obstacles", ()))
        shown = _result(desk, token, form)
        shown.status_code = CONFLICT
        return shown
    with desk.office.work(desk.officer.code) as work:
        _keep(work, token, report, said | {"done": True})
    return RedirectResponse(path("rechecks", "results", token), SEE_OTHER)


@router.get("/rechecks/results/{token}/marked")
def marked(desk: MayTake, token: str) -> Response:
    """带“错误”列的原表：改好以后再上传。"""
    name = str(sheets_kept.told(desk.work, token)["name"]).removesuffix(".xlsx")
    return _download(sheets_kept.get(desk.work, token, sheets_kept.MARKED), f"{name}-有误.xlsx")
