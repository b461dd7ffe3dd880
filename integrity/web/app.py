"""网页应用 (the application): the overview page, health, explanations, papers; errors become answers here, once.

There is no login yet, so it is served on this machine only: `chengxin serve` refuses other addresses, and requests for
another host name (a page elsewhere that points its own name here) are refused as well. No script, nothing from outside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrity import errors, evidence
from integrity.errors import ChengxinError, NotFound
from integrity.mishaps import write_down
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Obstacle
from integrity.settings import ROOT, settings
from integrity.web import health
from integrity.web.api_access import Here, office_of
from integrity.web.api_evidence import router as evidence_routes
from integrity.web.api_models import Problem
from integrity.web.api_papers import routes
from integrity.web.api_print_runs import router as print_run_routes
from integrity.web.api_reports import router as report_routes
from integrity.web.api_views import hindrances
from integrity.work import Office, Work
from scheduler.jobs import TIMETABLE
from scheduler.runner import clock_problem, overview

PAGES = ROOT / "templates" / "pages"
READER = "本机网页"
"""Who reads, in the audit log, as long as nobody logs in."""
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
LARGEST_BODY = 2**20
TOO_LARGE = "发来的内容过大，不超过 {} MB"
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


class Guarded:
    """外层 (outermost layer): the headers on every answer; what nobody foresaw is written down and told as such."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message["headers"] += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            await send(message)

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            await self.app(scope, _measured(scope, receive), guarded)
        except Exception as error:
            write_down(error)
            if begun:
                raise
            await answer(scope["path"], 500, "程序没有预料到的情况，详情已写入日志")(scope, receive, guarded)


def _measured(scope: Scope, receive: Receive) -> Receive:
    """What is received, refused as soon as it is too long: nobody fills the memory of the office."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    most, had = _most(scope), 0
    too_large = TOO_LARGE.format(most // 2**20)

    async def measured() -> Message:
        nonlocal had
        if told.isdigit() and (len(told) > len(str(most)) or int(told) > most):
            raise HTTPException(413, too_large)
        message = await receive()
        had += len(message.get("body", b""))
        if had > most:
            raise HTTPException(413, too_large)
        return message

    return measured


def _most(scope: Scope) -> int:
    """How much may be sent here: a file where evidence is kept, elsewhere words only."""
    path = scope["path"]
    uploads = scope["method"] == "POST" and path.startswith("/api/households/") and path.endswith("/evidence")
    return evidence.limit() if uploads else LARGEST_BODY


class Health(BaseModel):
    """运行状况 (health)."""

    healthy: bool
    version: str
    checks: dict[str, str] = Field(description="检查 → 状态：说明")


def reading(request: Request) -> Iterator[Work]:
    """A look at the books."""
    with office_of(request).reading() as work:
        yield work


def audited(request: Request) -> Iterator[Work]:
    """A look that leaves a line in the audit log: committed before the answer goes out."""
    with office_of(request).work(READER) as work:
        yield work


Reading = Annotated[Work, Depends(reading, scope="function")]
Audited = Annotated[Work, Depends(audited, scope="function")]


@lru_cache(maxsize=1)
def pages() -> Environment:
    """The templates: everything escaped, an undefined name is an error."""
    return Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def page(name: str, **values: object) -> HTMLResponse:
    """A filled-in page."""
    return HTMLResponse(pages().get_template(name).render(version=health.program_version(), **values))


def home(office: Here, work: Reading) -> HTMLResponse:
    """总览：运行状况、待办、任务、文书。"""
    return page(
        "home.html", now=work.now, checks=health.checks(office, settings()), waiting=health.waiting(work),
        clock=clock_problem(office), lines=overview(office, TIMETABLE),
        papers=health.recent_papers(settings().papers),
    )  # fmt: skip


def show_health(office: Here) -> JSONResponse:
    """运行状况；有故障时状态码为 503。"""
    found = health.checks(office, settings())
    well = health.healthy(found)
    said = Health(
        healthy=well, version=health.program_version(),
        checks={check.name: f"{check.state}：{check.said}" for check in found},
    )  # fmt: skip
    return JSONResponse(said.model_dump(), status_code=200 if well else 503)


def paper(day: str, name: str, work: Audited) -> FileResponse:
    """最近一次印制的文书或清单；只提供清单中列出的文件。查看会记入操作日志。"""
    if not any(day == one.day and name in one.names for one in health.recent_papers(settings().papers)):
        raise NotFound("没有这份文件")
    work.audit("下载文书文件", f"papers:{day}", name)
    return FileResponse(settings().papers / day / name, filename=name)


def style() -> FileResponse:
    """页面样式。"""
    return FileResponse(PAGES / "page.css", media_type="text/css")


def interfaces(request: Request) -> HTMLResponse:
    """接口一览，由 /api/openapi.json 生成。"""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    told = [
        (verb.upper(), path, what.get("description", ""), what.get("parameters", []))
        for path, verbs in paths.items()
        for verb, what in verbs.items()
    ]
    return page("interfaces.html", told=told)


async def failed(request: Request, error: Exception) -> Response:
    """An error of ours as an answer; a refusal with every reason, an unset parameter with what is to be settled."""
    status, said = next(code for kind, code in STATUS if isinstance(error, kind)), str(error)
    if isinstance(error, errors.Refused):
        found = error.obstacles or (Obstacle("refused", said, ""),)
        return answer(request.url.path, status, said, obstacles=hindrances(found))
    asks = [said] if isinstance(error, errors.Unset | NotInForce) else []
    return answer(request.url.path, status, said, asks=asks)


async def misread(request: Request, error: Exception) -> Response:
    """A request that is not what it should be: which fields, and why; never what they held."""
    assert isinstance(error, RequestValidationError)
    fields = [f"{_place(one['loc'])}：{_fault(one)}".encode(errors="replace").decode() for one in error.errors()]
    return answer(request.url.path, 422, "填写的内容有误：" + "；".join(fields), fields=fields)


def _place(parts: Sequence[object]) -> str:
    return ".".join(str(part) for part in parts[1:]) or "内容"


def _fault(one: dict[str, Any]) -> str:
    """One fault in Chinese; our own checks say it themselves."""
    kind = str(one["type"])
    if kind in ("day", "text"):
        return str(one["msg"])
    return next((said for begin, said in FAULTS if kind.startswith(begin)), "内容不合要求")


async def too_much(request: Request, error: Exception) -> Response:
    """What no column of the database holds."""
    return answer(request.url.path, 422, "填写的内容过长，或者数字过大")


async def refused_entry(request: Request, error: Exception) -> Response:
    """What the web framework itself answers; under /api in our own form."""
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith("/api/"):
        return await http_exception_handler(request, error)
    status, said = error.status_code, str(error.detail)
    if status == 400:  # the framework could not read it: nested too deeply, or no text at all
        status, said = 422, "发来的内容不能读取，应为正确的 JSON"
    told = answer(request.url.path, status, said)
    told.headers.update(error.headers or {})
    return told


def answer(path: str, status: int, message: str, **more: Any) -> Response:
    """What went wrong: JSON for programs, a page for people."""
    message = message.encode(errors="replace").decode()  # what was sent may hold half a character
    if path.startswith("/api/"):
        said = Problem(message=message, **more).model_dump(exclude_defaults=True)
        return JSONResponse(said, status_code=status)
    told = page("failed.html", message=message)
    told.status_code = status
    return told


def create_app(office: Office) -> FastAPI:
    """The application of one office."""
    app = FastAPI(
        title="诚信救助", version=health.program_version(), docs_url=None, redoc_url=None, openapi_url=None,
        description="社会救助诚信管理：办理接口。金额以分为单位，日期写作 2026-09-21；示例均为虚构。",
    )  # fmt: skip
    app.state.office = office
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)
    app.add_middleware(Guarded)
    for kind in (ChengxinError, NotInForce):
        app.add_exception_handler(kind, failed)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(HTTPException, refused_entry)
    app.add_exception_handler(DataError, too_much)
    app.add_api_route("/", home, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route("/docs", interfaces, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route("/style.css", style, include_in_schema=False)
    app.add_api_route("/health", show_health, response_model=Health, responses={503: {"model": Health}})
    faults: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (404, 422)}
    app.add_api_route("/papers/{day}/{name}", paper, response_class=FileResponse, responses=faults)
    app.include_router(evidence_routes)
    app.include_router(print_run_routes)
    app.include_router(report_routes)
    app.include_router(routes())  # ends with what answers every other path
    return app
