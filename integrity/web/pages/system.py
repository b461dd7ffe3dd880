"""运行状况页 (state of the installation): what is well, and what the timetable did and will do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import reveals
from integrity.office_terms import JobState
from integrity.records.columns import SHANGHAI
from integrity.settings import settings
from integrity.web import health
from integrity.web.desk import Desk, looks
from scheduler.jobs import TIMETABLE
from scheduler.runner import Line, clock_problem, overview
from scheduler.runs import UNFINISHED

router = APIRouter()
Watching = Annotated[Desk, looks("查看运行状况")]
_LATE, _NAMED = timedelta(hours=2), 4
"""After how long a due time that was not seen to is told; how many jobs are named."""


@router.get("/system")
def show(desk: Watching) -> HTMLResponse:
    """运行状况、定时任务。"""
    checks = (*health.checks(desk.office, settings()), *_provider(desk))
    lines, clock = overview(desk.office, TIMETABLE), clock_problem(desk.office)
    wrong = [*_unwell(checks), *_failed(lines, desk.work.now), *_silent(lines, desk.work.now)]
    return desk.page(
        "system.html", checks=checks, lines=lines, reveals=reveals.to_look_at(desk.work),
        wrong=[clock, *wrong] if clock else wrong, last=_last(checks, lines),
    )  # fmt: skip


def _last(checks: tuple[health.Check, ...], lines: list[Line]) -> tuple[tuple[str, str], ...]:
    """When the last backup was made, and what came of it; what the timetable did last, and does next."""
    backup = next(one.said for one in checks if one.name == "备份")
    ended = max((one for one in lines if one.finished_at), key=lambda one: str(one.finished_at), default=None)
    following = min(lines, key=lambda one: one.next_at)
    done = f"{_at(ended.finished_at)} “{ended.name}”{ended.state.value}" if ended and ended.state else "还没有运行过"
    coming = f"{_at(following.next_at)} “{following.name}”"
    return ("最近一次备份", backup), ("最近办完的任务", done), ("下一项任务", coming)


def _at(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _unwell(checks: tuple[health.Check, ...]) -> list[str]:
    return [f"{one.name}：{one.said}" for one in checks if one.state != "正常"]


def _failed(lines: list[Line], now: datetime) -> list[str]:
    """What the timetable did not bring to an end, in words."""
    told = []
    for one in lines:
        due = "" if one.due_at is None else f"{_at(one.due_at)} 的“{one.name}”"
        if one.state is JobState.FAILED:
            told.append(f"{due}失败：{one.error}。改正原因以后，运行 chengxin run {one.code} 补办")
        elif one.due_at is not None and one.state in UNFINISHED and now - one.due_at > _LATE:
            told.append(f"{due}还没有办完，已经办了 {one.parts_done} 段")
    return told


def _silent(lines: list[Line], now: datetime) -> list[str]:
    """Due times that nobody has even entered: no process with the timetable runs."""
    known = {(one.code, one.due_at) for one in lines}
    due = [(job, job.when.latest(now)) for job in TIMETABLE]
    last = {one.code: max(at for code, at in known if code == one.code and at) for one in lines if one.due_at}
    missed = [job.name for job, at in due if now - at > _LATE and last.get(job.code, at - _LATE) < at]
    if not missed:
        return []
    named = "、".join(missed[:_NAMED]) + (f"等 {len(missed)} 项" if len(missed) > _NAMED else "")
    return [f"到了时间没有运行的任务：{named}。请查 chengxin serve 或者任务进程（python -m scheduler）是否在运行"]


def _provider(desk: Desk) -> tuple[health.Check, ...]:
    """统一身份认证, where it is on: how it went the last time that it was asked."""
    known = desk.request.app.state.oidc
    if known is None:
        return ()
    state, said = ("注意", f"上次不能使用：{known.trouble}") if known.trouble else ("正常", known.options.issuer)
    return (health.Check("统一身份认证", state, said),)


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
