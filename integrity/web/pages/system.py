"""运行状况页 (state of the installation): what is well, and what the timetable did and will do."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity.settings import settings
from integrity.web import health
from integrity.web.desk import Desk, looks
from scheduler.jobs import TIMETABLE
from scheduler.runner import clock_problem, overview

router = APIRouter()
Watching = Annotated[Desk, looks("查看运行状况")]


@router.get("/system")
def show(desk: Watching) -> HTMLResponse:
    """运行状况、定时任务。"""
    return desk.page(
        "system.html", checks=health.checks(desk.office, settings()), clock=clock_problem(desk.office),
        lines=overview(desk.office, TIMETABLE),
    )  # fmt: skip


@router.get("/docs")
def interfaces(desk: Annotated[Desk, looks("使用本系统")]) -> HTMLResponse:
    """接口一览，由 /api/openapi.json 生成。"""
    paths: dict[str, Any] = desk.request.app.openapi()["paths"]
    told = [
        (verb.upper(), path, what.get("description", ""), what.get("parameters", []))
        for path, verbs in paths.items()
        for verb, what in verbs.items()
    ]
    return desk.page("interfaces.html", told=told, crumbs=(("待办", "/"), ("接口一览", "")))
