"""网页应用 (the application): pages and interfaces put together; errors become answers here, once.

Requests for another host name (a page elsewhere that points its own name here) are refused. Nothing comes from outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from integrity import errors
from integrity.errors import ChengxinError
from integrity.oidc import Provider
from integrity.oidc_options import options_of
from integrity.permissions import NoRight
from integrity.refusals import Refusals
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Obstacle
from integrity.settings import settings
from integrity.web import health, refused
from integrity.web.api_access import Here
from integrity.web.api_evidence import router as evidence_routes
from integrity.web.api_intake import router as intake_routes
from integrity.web.api_models import Problem
from integrity.web.api_papers import routes
from integrity.web.api_print_runs import router as print_run_routes
from integrity.web.api_reports import router as report_routes
from integrity.web.api_views import hindrances
from integrity.web.assets import router as assets_routes
from integrity.web.declared import doors, verbs_at
from integrity.web.desk import NotSignedIn, ProveFirst, here, login_path
from integrity.web.entry import router as entry_routes
from integrity.web.guard import Guarded
from integrity.web.oidc import router as oidc_routes
from integrity.web.pages import ROUTERS
from integrity.web.shell import rendered
from integrity.web.wording import on_page
from integrity.work import Office

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.Conflict, 409),
    (errors.Refused, 409),
    (errors.Unset, 409),
    (errors.ChengxinError, 422),
    (NotInForce, 409),
)
FAULTS = (
    ("missing", "没有填写"), ("extra", "没有这一项"), ("string_pattern", "格式不对"), ("string_too_long", "太长"),
    ("string", "应为文字"), ("int", "应为整数"), ("bool", "应为 true 或者 false"), ("date", "应为日期，如 2026-09-21"),
    ("greater", "太小"), ("less", "太大"), ("too_long", "太多"), ("list", "应为列表"), ("dict", "应为名称和内容"),
    ("model", "应为名称和内容"), ("json", "不是正确的 JSON"),
)  # fmt: skip
"""How a fault of the web framework is told, by the beginning of its name."""
_PLAIN = {400: "发来的内容不能读取，请返回上一页刷新后再试", 404: "没有这个页面", 405: "这个地址不能这样打开"}


class Health(BaseModel):
    """运行状况 (health)."""

    healthy: bool
    version: str
    checks: dict[str, str] = Field(description="检查 → 状态：说明")


def show_health(office: Here) -> JSONResponse:
    """运行状况；有故障时状态码为 503。"""
    found = health.checks(office, settings())
    well = health.healthy(found)
    said = Health(
        healthy=well, version=health.program_version(),
        checks={check.name: f"{check.state}：{check.said}" for check in found},
    )  # fmt: skip
    return JSONResponse(said.model_dump(), status_code=200 if well else 503)


async def failed(request: Request, error: Exception) -> Response:
    """An error of ours as an answer; a refusal with every reason, an unset parameter with what is to be settled."""
    status, said = next(code for kind, code in STATUS if isinstance(error, kind)), str(error)
    said = said if request.url.path.startswith("/api/") else on_page(said)
    if isinstance(error, errors.Forbidden | errors.NotFound):
        await run_in_threadpool(refused.write_down, request, error)
    if isinstance(error, NoRight) and not request.url.path.startswith("/api/"):
        told = await run_in_threadpool(refused.told, request, said, status)
        return told or answer(request.url.path, status, said)
    around = await run_in_threadpool(refused.frame, request)
    if isinstance(error, errors.Refused):
        found = error.obstacles or (Obstacle("refused", said, ""),)
        return answer(request.url.path, status, said, around=around, obstacles=hindrances(found))
    asks = [said] if isinstance(error, errors.Unset | NotInForce) else []
    return answer(request.url.path, status, said, around=around, asks=asks)


async def misread(request: Request, error: Exception) -> Response:
    """A request that is not what it should be: which fields, and why; never what they held."""
    assert isinstance(error, RequestValidationError)
    fields = [f"{_place(one['loc'])}：{_fault(one)}".encode(errors="replace").decode() for one in error.errors()]
    return answer(request.url.path, 422, "填写的内容有误：" + "；".join(fields), fields=fields)


def _place(parts: Sequence[object]) -> str:
    """Which field; an item of a list by its turn, as people count."""
    return ".".join(f"第{part + 1}项" if isinstance(part, int) else str(part) for part in parts[1:]) or "内容"


def _fault(one: dict[str, Any]) -> str:
    """One fault in Chinese; our own checks say it themselves."""
    kind = str(one["type"])
    if kind in ("day", "text"):
        return str(one["msg"])
    return next((said for begin, said in FAULTS if kind.startswith(begin)), "内容不合要求")


async def sign_in(request: Request, error: Exception) -> Response:
    """Nobody is signed in: the login page, and back; a piece of a page goes there as a whole."""
    to = login_path(request)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"hx-redirect": to})
    return RedirectResponse(to, 303)


async def prove(request: Request, error: Exception) -> Response:
    """The password first (再次核验身份); what was typed is kept as a draft by its page."""
    return RedirectResponse(f"/login/prove?next={quote(here(request), safe='')}", 303)


async def too_much(request: Request, error: Exception) -> Response:
    """What no column of the database holds."""
    return answer(request.url.path, 422, "填写的内容过长，或者数字过大")


async def refused_entry(request: Request, error: Exception) -> Response:
    """What the web framework itself answers; under /api in our own form."""
    assert isinstance(error, HTTPException)
    status, said = error.status_code, str(error.detail)
    if status == 405:
        return other_verb(request)
    if not request.url.path.startswith("/api/"):
        around = await run_in_threadpool(refused.frame, request)
        return answer(request.url.path, status, _PLAIN.get(status, said), around=around)
    if status == 400:  # the framework could not read it: nested too deeply, or no text at all
        status, said = 422, "发来的内容不能读取，应为正确的 JSON"
    told = answer(request.url.path, status, said)
    told.headers.update(error.headers or {})
    return told


def other_verb(request: Request) -> Response:
    """An address that is there, asked in a way in which it does not answer: which ways there are."""
    verbs = verbs_at(request.app.state.doors, request.url.path)
    said = f"这个接口不能用 {request.method} 方法调用，可以用：{'、'.join(verbs) or '没有'}"
    told = answer(request.url.path, 405, said if request.url.path.startswith("/api/") else _PLAIN[405])
    told.headers["allow"] = ", ".join(verbs)
    return told


def answer(
    path: str, status: int, message: str, *, around: Mapping[str, Any] = MappingProxyType({}), **more: Any
) -> Response:  # fmt: skip
    """What went wrong: JSON for programs, a page for people, with the menu `around` it of who is signed in."""
    message = message.encode(errors="replace").decode()  # what was sent may hold half a character
    if path.startswith("/api/"):
        said = Problem(message=message, **more).model_dump(exclude_defaults=True)
        return JSONResponse(said, status_code=status)
    found = more.get("obstacles", ())
    return rendered("failed.html", status=status, message=message, absent=status == 404, obstacles=found, **around)


def create_app(office: Office) -> FastAPI:
    """The application of one office."""
    app = FastAPI(
        title="诚信救助", version=health.program_version(), docs_url=None, redoc_url=None, openapi_url=None,
        description="社会救助诚信管理：办理接口。金额以分为单位，日期写作 2026-09-21；示例均为虚构。",
    )  # fmt: skip
    app.state.office = office
    known = options_of(settings())
    app.state.refusals = Refusals()
    app.state.oidc = Provider(known) if known else None
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings().allowed_hosts, www_redirect=False)
    app.add_middleware(Guarded, answer=answer)
    app.add_exception_handler(NotSignedIn, sign_in)
    app.add_exception_handler(ProveFirst, prove)
    for kind in (ChengxinError, NotInForce):
        app.add_exception_handler(kind, failed)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(HTTPException, refused_entry)
    app.add_exception_handler(DataError, too_much)
    app.add_api_route("/health", show_health, response_model=Health, responses={503: {"model": Health}})
    for one in (assets_routes, entry_routes, *((oidc_routes,) if known else ()), *ROUTERS):
        app.include_router(one, include_in_schema=False)
    app.include_router(evidence_routes)
    app.include_router(intake_routes)
    app.include_router(print_run_routes)
    app.include_router(report_routes)
    app.include_router(routes())  # ends with what answers every other path
    app.state.doors = doors(app)  # one that names no matter stops the start
    return app
