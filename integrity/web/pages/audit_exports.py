"""操作日志的导出 (taking out the audit log): by 审计管理员, with a reason; a long one approved by 安全管理员.

The pages and the rules are those of every export; only the hands are others.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import exports
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Form
from integrity.web.pages import exports as pages

router = APIRouter()
Looking = Annotated[Desk, looks("查看操作日志的导出")]
MayTake = Annotated[Desk, looks("导出操作日志")]
Taking = Annotated[Desk, acts("导出操作日志")]
Approving = Annotated[Desk, acts("批准导出操作日志")]
HOME = "/audit/exports"
_FIELDS = (pages.REASON,)


@router.get("/audit/exports")
def show(desk: Looking, before: int = 0) -> HTMLResponse:
    """操作日志的导出记录：自己的；安全管理员看本辖区待批的。"""
    return desk.page("audit_exports.html", **pages.records(desk, before, HOME), taker=desk.may("导出操作日志"))


@router.get("/audit/exports/new")
def asking(desk: MayTake) -> HTMLResponse:
    """导出哪些操作、为什么。"""
    return _asking(desk, desk.form(_FIELDS))


def _wanted(desk: Desk, form: Form) -> exports.Wanted:
    said = desk.request.query_params
    chosen = {name: said.get(name, "")[:100] for name in ("since", "until", "household", "actor", "action")}
    return exports.Wanted("audit", desk.officer.area, chosen, form.given.get("reason", ""))


def _asking(desk: Desk, form: Form) -> HTMLResponse:
    return pages.asking_page(desk, form, _wanted(desk, form), HOME)


@router.post("/audit/exports/new")
def ask(desk: Taking) -> Response:
    """申请导出操作日志：一日内合计不超过 500 行的立即制作，超过的等安全管理员批准。"""
    form = desk.read(_FIELDS)
    act = lambda work: pages.asked(desk, work, _wanted(desk, form), HOME)  # noqa: E731
    return desk.submit(form, act, lambda again: _asking(desk, again))


@router.get("/audit/exports/{export_id}")
def one_page(export_id: int, desk: Looking) -> HTMLResponse:
    """一次操作日志的导出：批准、制作、下载。"""
    return pages.shown(desk, export_id, desk.form(pages.DECIDE), HOME)


@router.post("/audit/exports/{export_id}")
def decide(export_id: int, desk: Approving) -> Response:
    """批准或者不批准导出操作日志；不能批准自己的申请。"""
    return pages.decided(desk, export_id, HOME)


@router.post("/audit/exports/{export_id}/make")
def make(export_id: int, desk: Taking) -> Response:
    """制作已经批准的操作日志文件。"""
    return pages.made(desk, export_id, HOME)


@router.post("/audit/exports/{export_id}/file")
def take(export_id: int, desk: Taking) -> Response:
    """下载操作日志文件；每次下载都记入操作日志。"""
    return pages.taken(desk, export_id)
