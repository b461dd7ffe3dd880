"""家庭页 (the page of a household): what it is, who belongs to it, what happened, what is on file, what falls due."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import household_dates, household_files, household_views, households, story
from integrity.dossier_payments import of_month
from integrity.web.desk import Desk, looks
from integrity.web.forms import read_day
from integrity.web.pages.household_frame import Frame, doings, frame, shown

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
SOME, LINES = 6, 50
"""Lines of the story on the first page, and on a page of its own."""


@router.get("/households/{number}")
def show(number: str, desk: Looking) -> HTMLResponse:
    """一户的概况：现状、提醒、成员、可以办的事、最近的经过。"""
    one = frame(desk, number)
    head = household_views.head(one.view)
    papers = household_files.papers(one.view)
    cases = household_files.cases(one.view) if head.open_cases else []
    return desk.page(
        "household.html", head=head, residents=household_views.residents(one.view), doings=doings(desk, one),
        reminders=household_dates.reminders(one.view, head, papers, cases), last=story.story(one.view)[:SOME],
        month=of_month(households.acts(desk.work, one.household_id, desk.work.today), desk.work.today),
        **shown(one, "", ""),
    )  # fmt: skip


@router.get("/households/{number}/aid")
def show_aid(number: str, desk: Looking) -> HTMLResponse:
    """救助与变动：救助行为、核对、变化、核查、住址。"""
    one = frame(desk, number)
    return desk.page(
        "household_aid.html", acts=household_files.aid_acts(one.view), checks=household_files.checks(one.view),
        **shown(one, "aid", "救助与变动"),
    )  # fmt: skip


@router.get("/households/{number}/record")
def show_record(
    number: str, desk: Looking, kind: str = "", at: str = "", known: str = "", after: str = ""
) -> HTMLResponse:
    """诚信档案：事实和认定，以及全部经过；可以看过去某一天，按当时所知或者按现在所知。"""
    one = frame(desk, number)
    on, wrong = day_asked(at, desk.work.today)
    when = story.When(on, then=known == "then" and on is not None)
    told, following = story.after(story.story(one.view, when, kind if kind in story.GROUPS else ""), after, LINES)
    now = _dates(desk, one) if on is None and not after else {"dates": [], "head": None}
    return desk.page(
        "household_record.html", told=told, following=following, facts=story.facts(one.view, when), when=when,
        groups=story.GROUPS, kind=kind, at=at, after=after, wrong=wrong, **now,
        **shown(one, "record", "诚信档案"),
    )  # fmt: skip


def day_asked(text: str, today: date) -> tuple[date | None, str]:
    """A past day as it was typed, and what is wrong with it; nothing typed is no day."""
    if not text.strip():
        return None, ""
    try:
        on = read_day("日期", text)
    except ValueError as fault:
        return None, str(fault)
    return (on, "") if on <= today else (None, "只能看今天和以前的日期")


@router.get("/households/{number}/papers")
def show_papers(number: str, desk: Looking) -> HTMLResponse:
    """文书：文号、打印、送达、核验码。"""
    one = frame(desk, number)
    return desk.page(
        "household_papers.html", papers=household_files.papers(one.view), **shown(one, "papers", "文书")
    )  # fmt: skip


@router.get("/households/{number}/cases")
def show_cases(number: str, desk: Looking) -> HTMLResponse:
    """案件和正在计算的期限。"""
    one = frame(desk, number)
    return desk.page("household_cases.html", cases=household_files.cases(one.view), **shown(one, "cases", "案件"))


@router.get("/households/{number}/dates")
def show_dates(number: str, desk: Looking) -> HTMLResponse:
    """到期与提醒：每个日期怎样算出。"""
    one = frame(desk, number)
    return desk.page("household_dates.html", **_dates(desk, one), **shown(one, "dates", "到期与提醒"))


def _dates(desk: Desk, one: Frame) -> dict[str, Any]:
    """What falls due and what has to be seen to, as of now."""
    head = household_views.head(one.view)
    cases, papers = household_files.cases(one.view), household_files.papers(one.view)
    return {
        "dates": household_dates.dates(desk.work, one.household_id, head, cases),
        "reminders": household_dates.reminders(one.view, head, papers, cases), "head": head,
    }  # fmt: skip
