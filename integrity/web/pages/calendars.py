"""放假安排页 (the pages of calendars): which years are loaded, by which notice; the end of a period, step by step."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import calendars, places
from integrity.errors import Invalid, NotFound, Refused
from integrity.records.columns import SHANGHAI
from integrity.rules.workdays import Period, Term, end_of
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form, Sent, read
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看政策参数")]
UNITS = ("工作日", "日", "月", "年", "小时")
TERM = (
    Field("start", "起算日", "date", hint="收到、送达之日；当日不计入"),
    Field("clock", "起算时刻", required=False, max_length=5, hint="只有按小时计算的才写，如 10:30"),
    Field("length", "长度", "count"),
    Field("unit", "单位", "choice", choices=tuple((one, one) for one in UNITS)),
)
FILE = (
    Field("file", "放假安排文件", "file", accept=".toml,.json", hint="TOML，或者 holiday-cn 的 JSON；一年一个文件"),
    Field("confirm", "有疑点的，已与国务院办公厅通知原文核对无误", "tick", required=False),
)
LARGEST_FILE = 100_000
GRADES = {"V1": "已核对原文", "V2": "已核对转载", "V3": "见于其他软件", "M": "凭记忆，待核对"}


@router.get("/calendar")
def show(
    desk: Looking, start: str = "", clock: str = "", length: str = "", unit: str = ""
) -> HTMLResponse:  # fmt: skip
    """已录入的年份，还没有录入的年份；期限计算。"""
    known = calendars.workdays(desk.work)
    this = desk.work.today.year
    missing = [year for year in (this - 1, this, this + 1) if not known.covers(year)]
    asked = bool(start or length)
    said = {"start": start or str(desk.work.today), "clock": clock, "length": length, "unit": unit or UNITS[0]}
    form = read(TERM, Sent({name: (one,) for name, one in said.items()}))
    term = _term(desk, form) if asked else None
    if not asked:
        form.errors.clear()
    return desk.page(
        "calendar.html", status=422 if form.errors else 200, years=sorted(known.calendars, key=lambda one: -one.year),
        missing=missing, form=form, term=term, grades=GRADES, end=_told(term),
        may_load=desk.may("维护放假安排"),
    )  # fmt: skip


def _told(term: Term | None) -> str:
    if term is None:
        return ""
    return f"{term.end:%Y-%m-%d %H:%M}" if isinstance(term.end, datetime) else f"{term.end:%Y-%m-%d}"


def _term(desk: Desk, form: Form) -> Term | None:
    """The end of the period that was asked for; what is wrong stands on the form."""
    if form.errors:
        return None
    start = form.given["start"]
    try:
        period = Period.read(f"{form.given['length']}{form.given['unit']}")
        if period.unit == "小时":
            start = datetime.combine(start, time.fromisoformat(form.given.get("clock", "")), SHANGHAI)
        return end_of(start, period, calendars.workdays(desk.work))
    except ValueError:
        form.errors["clock"] = "按小时计算的，请写起算时刻，如 10:30"
    except Invalid as fault:
        form.errors["length"] = str(fault)
    return None


@router.get("/calendar/upload")
def choosing(desk: Annotated[Desk, looks("维护放假安排")]) -> HTMLResponse:
    """录入一年的放假安排。"""
    return _load(desk, desk.form(FILE))


@router.post("/calendar/upload")
def load(desk: Annotated[Desk, acts("维护放假安排")]) -> Response:
    """录入一年的放假安排；有疑点的，与通知原文核对以后才录入。"""
    form = desk.read(FILE)
    text = _text(form) if not form.errors else ""

    def act(work: Work) -> str:
        doubts = calendars.read(text).doubts()
        if doubts and not form.given.get("confirm"):
            raise Refused("放假安排有疑点，没有录入：" + "；".join(str(one) for one in doubts))
        calendar = calendars.load(work, text)
        desk.tell(work, f"已录入 {calendar.year} 年放假安排：{calendar.notice}；{places.after_calendar(work)}")
        return path("calendar", calendar.year)

    return desk.submit(form, act, lambda again: _load(desk, again))


def _text(form: Form) -> str:
    """The text of the file that was sent; what is wrong stands on the form."""
    data = next(one for one in form.files["file"] if one.filename).file.read(LARGEST_FILE + 1)
    try:
        if len(data) <= LARGEST_FILE:
            return data.decode("utf-8-sig")
        form.errors["file"] = "文件过大，放假安排的文件只有几千字"
    except UnicodeDecodeError:
        form.errors["file"] = "文件应为 UTF-8 编码的文本（TOML 或者 JSON）"
    return ""


def _load(desk: Desk, form: Form) -> HTMLResponse:
    return desk.page("calendar_upload.html", form=form)


@router.get("/calendar/{year}")
def year_page(year: int, desk: Looking) -> HTMLResponse:
    """一年的放假和调休上班。"""
    found = next((one for one in calendars.workdays(desk.work).calendars if one.year == year), None)
    if found is None:
        raise NotFound(f"{year} 年放假安排尚未录入，期限暂按周一至周五推算")
    return desk.page("calendar_year.html", one=found, grade=GRADES.get(found.grade, found.grade))
