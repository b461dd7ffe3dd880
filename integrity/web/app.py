"""网页应用 (the application): the overview page, health, explanations, papers; errors become answers here, once.

There is no login yet, so it is served on this machine only: `chengxin serve` refuses other addresses, and requests for
another host name (a page elsewhere that points its own name here) are refused as well. No script, nothing from outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrity import errors, households, recommendations
from integrity.errors import ChengxinError, NotFound
from integrity.mishaps import write_down
from integrity.rules.policy import NotInForce
from integrity.settings import ROOT, settings
from integrity.web import health
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
    (errors.ChengxinError, 422),
    (NotInForce, 422),
)
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
            await self.app(scope, receive, guarded)
        except Exception as error:
            write_down(error)
            if begun:
                raise
            await answer(scope["path"], 500, "程序没有预料到的情况，详情已写入日志")(scope, receive, guarded)


class Health(BaseModel):
    """运行状况 (health)."""

    healthy: bool
    version: str
    checks: dict[str, str] = Field(description="检查 → 状态：说明")


class Explanation(BaseModel):
    """处理建议说明 (explanation): no names and no identity numbers."""

    household: str
    on: date
    outcome: str
    summary: str
    hearing: bool = Field(description="作出决定前是否须听取意见")
    text: str
    known_until: str
    edition: str
    same: bool | None = Field(description="与当时任务保存的结果是否一致；当日没有评估则为空")


class Problem(BaseModel):
    """出错 (error): what went wrong, in Chinese."""

    message: str


def office_of(request: Request) -> Office:
    """The office that this application serves."""
    office: Office = request.app.state.office
    return office


def reading(request: Request) -> Iterator[Work]:
    """A look at the books."""
    with office_of(request).reading() as work:
        yield work


def audited(request: Request) -> Iterator[Work]:
    """A look that leaves a line in the audit log: committed before the answer goes out."""
    with office_of(request).work(READER) as work:
        yield work


Here = Annotated[Office, Depends(office_of)]
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


def explanation(number: str, work: Audited, on: date | None = None) -> Explanation:
    """某户某日的处理建议及理由；不含姓名和身份证号。查看会记入操作日志。"""
    household_id, asked = households.by_number(work, number), on or work.today
    told = recommendations.explain(work, household_id, asked)
    work.audit("查看处理建议说明", f"household:{household_id}", f"{asked}")
    return Explanation(
        household=number, on=asked, outcome=told.explanation.outcome.value, summary=told.explanation.summary,
        hearing=told.explanation.hearing, text=told.explanation.as_text(),
        known_until=told.known_until.isoformat(), edition=told.edition, same=told.same,
    )  # fmt: skip


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
    """接口一览，由 /openapi.json 生成。"""
    paths: dict[str, Any] = request.app.openapi()["paths"]
    told = [
        (verb.upper(), path, what.get("description", ""), what.get("parameters", []))
        for path, verbs in paths.items()
        for verb, what in verbs.items()
    ]
    return page("interfaces.html", told=told)


async def failed(request: Request, error: Exception) -> Response:
    """An error of ours as an answer."""
    return answer(request.url.path, next(code for kind, code in STATUS if isinstance(error, kind)), str(error))


def answer(path: str, status: int, message: str) -> Response:
    """What went wrong: JSON for programs, a page for people."""
    if path.startswith("/api/"):
        return JSONResponse(Problem(message=message).model_dump(), status_code=status)
    told = page("failed.html", message=message)
    told.status_code = status
    return told


def create_app(office: Office) -> FastAPI:
    """The application of one office."""
    app = FastAPI(title="诚信救助", version=health.program_version(), docs_url=None, redoc_url=None)
    app.state.office = office
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"], www_redirect=False)
    app.add_middleware(Guarded)
    for kind in (ChengxinError, NotInForce):
        app.add_exception_handler(kind, failed)
    faults: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (404, 409, 422)}
    app.add_api_route("/", home, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route("/docs", interfaces, response_class=HTMLResponse, include_in_schema=False)
    app.add_api_route("/style.css", style, include_in_schema=False)
    app.add_api_route("/health", show_health, response_model=Health, responses={503: {"model": Health}})
    app.add_api_route(
        "/api/households/{number}/explanation", explanation, response_model=Explanation, responses=faults
    )
    app.add_api_route("/papers/{day}/{name}", paper, response_class=FileResponse, responses={404: {"model": Problem}})
    return app
