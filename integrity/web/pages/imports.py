"""导入页 (the pages of imports): templates, a file that is checked first, what is wrong in it, the import, the undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from integrity import exchange, exchange_batches, exchange_undo, import_files, places
from integrity.case_views import officer_name
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.exchange_columns import SHEETS, TITLES, sheet_of
from integrity.permissions import require
from integrity.records.office import ImportBatch
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.stated import LARGEST
from integrity.web.desk import CONFLICT, SEE_OTHER, UNPROCESSABLE, Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.downloads import XLSX, download
from integrity.web.shell import path

router = APIRouter()
Looking = Annotated[Desk, looks("导入")]
Entering = Annotated[Desk, acts("导入")]
PAGE = 30
FILE = (Field("file", "要导入的文件", "file", accept=".xlsx,.csv", hint="XLSX 或 CSV，不超过 20 MB"),)
WAY = (Field("mode", "导入方式", "hidden"),)
"""`all` where the check found nothing wrong: what goes wrong since stops it; `good`: the households without errors."""
WHY = (Field("why", "撤销的理由", "area", max_length=200, hint="写明为什么撤销；记入操作日志，不要写身份证号"),)
PURPOSES = {
    "roll": "家庭和成员、救助类别和金额：启用时导入现有的低保、特困等名册",
    "commitments": "已经签署的诚信承诺书",
    "conduct": "守信、失信的事实；只是事实，认定另行办理",
    "comparison": "核对平台返回的收入、财产核对结果",
}


@router.get("/imports")
def show(desk: Looking, before: int = 0) -> HTMLResponse:
    """可以导入的种类，历次导入。"""
    kinds = [(kind, sheet.title, PURPOSES.get(kind, "")) for kind, sheet in SHEETS.items()]
    return _listed(desk, kinds, "/imports", before)


@router.get("/imports/undo")
def past(desk: Annotated[Desk, looks("撤销导入")], before: int = 0) -> HTMLResponse:
    """历次导入，供撤销。"""
    return _listed(desk, [], "/imports/undo", before)


def _name(desk: Desk, code: str | None) -> str:
    return officer_name(desk.work, code) if code else ""


def _listed(desk: Desk, kinds: list[tuple[str, str, str]], at: str, before: int) -> HTMLResponse:
    before = before if 0 < before <= LARGEST else 0
    rows = exchange_batches.listed(desk.work, desk.scope, before=before, limit=PAGE + 1)
    batches = [(one, TITLES[one.kind], _name(desk, one.recorded_by), _name(desk, one.undone_by)) for one in rows[:PAGE]]
    return desk.page(
        "imports.html", kinds=kinds, batches=batches, at=at, may_undo=desk.may("撤销导入"),
        next=f"{at}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else "", first=at if before else "",
    )  # fmt: skip


@router.get("/imports/{kind}/template")
def template(kind: str, desk: Looking) -> Response:
    """一种导入的 XLSX 模板，含填写说明。"""
    return download(exchange.template(kind), f"{sheet_of(kind).title}.xlsx", XLSX)


@router.get("/imports/{kind}/upload")
def choose(kind: str, desk: Looking) -> HTMLResponse:
    """选择要导入的文件。"""
    return _choose(desk, kind, desk.form(FILE))


@router.post("/imports/{kind}/upload")
def upload(kind: str, desk: Entering) -> Response:
    """检查文件，不导入；文件加密保存 2 小时，等候确认。"""
    sheet_of(kind)
    form = desk.read(FILE)

    def act() -> tuple[str, str]:
        file = next(one for one in form.files["file"] if one.filename)
        found = import_files.check(
            desk.office, kind, file.filename or "", file.file.read(), actor=desk.officer.code, within=desk.scope
        )
        return path("imports", "files", found.id), ""

    return _done(desk, form, act, lambda again: _choose(desk, kind, again))


def _choose(desk: Desk, kind: str, form: Form) -> HTMLResponse:
    return desk.page("import_upload.html", kind=kind, sheet=sheet_of(kind), form=form)


def _done(
    desk: Desk, form: Form, act: Callable[[], tuple[str, str]], show: Callable[[Form], Response], matter: str = "导入"
) -> Response:
    """Do what goes in many pieces of work, each of its own; `act` gives the path to go on to and what is said there."""
    if form.errors:
        shown = show(form)
        shown.status_code = UNPROCESSABLE
        return shown
    desk.work.session.rollback()  # a look holds up the writer
    with desk.office.work(desk.officer.code) as work:
        require(work, matter)
    try:
        to, said = act()
    except (Invalid, Refused, Conflict) as fault:
        form.refused, form.obstacles = str(fault), tuple(getattr(fault, "obstacles", ()))
        shown = show(form)
        shown.status_code = UNPROCESSABLE if isinstance(fault, Invalid) else CONFLICT
        return shown
    if said:
        with desk.office.work(desk.officer.code) as work:
            desk.tell(work, said[:400])
    return RedirectResponse(to, SEE_OTHER)


@router.get("/imports/files/{file_id}")
def checked(file_id: str, desk: Looking) -> HTMLResponse:
    """检查结果：好坏各多少行，每行错在哪里；确认导入。"""
    found = import_files.find(desk.office, desk.officer.code, file_id)
    return _checked(desk, found, desk.form(WAY, {"mode": "good" if found.bad else "all"}))


@router.post("/imports/files/{file_id}")
def accept(file_id: str, desk: Entering) -> Response:
    """确认导入：全部，或者没有错误的家庭。"""
    found = import_files.find(desk.office, desk.officer.code, file_id)
    form = desk.read(WAY)

    def act() -> tuple[str, str]:
        batch = import_files.accept(
            desk.office, desk.officer.code, file_id, form.given["mode"], within=desk.scope
        )  # fmt: skip
        return path("imports", batch.id), f"已导入，第 {batch.id} 批：{batch.rows} 行中导入 {batch.accepted} 行"

    return _done(desk, form, act, lambda again: _checked(desk, found, again))


def _checked(desk: Desk, found: import_files.Checked, form: Form) -> HTMLResponse:
    return desk.page("import_checked.html", found=found, sheet=sheet_of(found.kind), form=form)


@router.get("/imports/files/{file_id}/errors")
def errors(file_id: str, desk: Looking) -> Response:
    """原文件加“错误”列。"""
    name, data = import_files.marked(desk.office, desk.officer.code, file_id)
    return download(data, name, XLSX if name.endswith(".xlsx") else "text/csv")


@router.get("/imports/{batch_id}")
def batch_page(batch_id: int, desk: Looking, after: int = 0) -> HTMLResponse:
    """一次导入。"""
    return _batch(desk, batch_id, None, after if 0 < after <= LARGEST else 0)


@router.get("/imports/{batch_id}/undo")
def undoing(batch_id: int, desk: Annotated[Desk, looks("撤销导入")], after: int = 0) -> HTMLResponse:
    """撤销一次导入：先写明理由。"""
    return _batch(desk, batch_id, desk.form(WHY), after if 0 < after <= LARGEST else 0)


@router.post("/imports/{batch_id}/undo")
def undo(batch_id: int, desk: Annotated[Desk, acts("撤销导入")]) -> Response:
    """撤销一次导入：逐户作废导入的条目，不删除；已有后续办理的家庭保留。"""
    exchange_batches.of_area(desk.work, _number(batch_id), desk.scope)
    form = desk.read(WHY)

    def act() -> tuple[str, str]:
        refuse_id_numbers("理由", form.given["why"])
        done = exchange.undo(desk.office, batch_id, desk.officer.code, why=form.given["why"])
        kept = "；".join(f"{number}：{why}" for number, why in (*done.kept.items(), *done.failed.items()))
        said = f"已撤销 {done.undone} 户，保留 {len(done.kept)} 户，未成功 {len(done.failed)} 户"
        return path("imports", batch_id, "undo"), f"{said}。{kept}" if kept else said

    return _done(desk, form, act, lambda again: _batch(desk, batch_id, again), "撤销导入")


def _number(batch_id: int) -> int:
    if not 0 < batch_id <= LARGEST:
        raise NotFound(f"没有批次号为 {batch_id} 的导入")
    return batch_id


def _batch(desk: Desk, batch_id: int, form: Form | None, after: int = 0) -> HTMLResponse:
    batch = exchange_batches.of_area(desk.work, _number(batch_id), desk.scope)
    found = exchange_batches.households(desk.work, batch, after=after, limit=PAGE + 1)
    own = path("imports", batch_id, *(("undo",) if form else ()))
    desk.note("查看导入", f"import:{batch.id}")
    return desk.page(
        "import_batch.html", batch=batch, title=TITLES[batch.kind], form=form, may_undo=desk.may("撤销导入"),
        by=_name(desk, batch.recorded_by), back="/imports/undo" if form or not desk.may("导入") else "/imports",
        undone_by=_name(desk, batch.undone_by),
        households=[one for _, one in sorted(places.of(desk.work, found[:PAGE], desk.scope).items())],
        next=f"{own}?after={found[PAGE - 1]}" if len(found) > PAGE else "", first=own if after else "",
        **_foreseen(desk, batch, form),
    )  # fmt: skip


def _foreseen(desk: Desk, batch: ImportBatch, form: Form | None) -> dict[str, Any]:
    """What an undo would take back, on the page where its reason is written; or why there is none.

    Of one that was undone, on both pages, what is still there of it.
    """
    if form is None and not batch.undone_at:
        return {"foreseen": None, "never": ""}
    try:
        return {"foreseen": exchange_undo.foreseen(desk.work, batch), "never": ""}
    except Refused as why:
        return {"foreseen": None, "never": str(why)}
