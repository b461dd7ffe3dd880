"""放假安排的录入 (loading calendars): years that come with the program, and those that an office loads by notice."""

from __future__ import annotations

from functools import lru_cache

from sqlmodel import col, select

from integrity.records.office import CalendarYear
from integrity.rules.workdays import CalendarYear as Calendar
from integrity.rules.workdays import Workdays, calendar_from_json, calendar_from_toml, load_calendars
from integrity.work import Work


def read(text: str) -> Calendar:
    """The calendar in a text: our TOML, or the JSON of holiday-cn. Raises Invalid."""
    return calendar_from_json(text) if text.lstrip().startswith("{") else calendar_from_toml(text)


def load(work: Work, text: str) -> Calendar:
    """Load a year's calendar; a later load of the same year takes the place of the earlier one. Raises Invalid."""
    calendar = read(text)
    work.session.add(
        CalendarYear(year=calendar.year, loaded_at=work.stamp(), loaded_by=work.actor, text=text)
    )
    work.audit("录入放假安排", str(calendar.year), f"{calendar.notice}{calendar.number}")
    return calendar


def workdays(work: Work) -> Workdays:
    """The working days as known at `work.due`: of each year the last calendar loaded by then, else the shipped one."""
    query = select(CalendarYear).where(CalendarYear.loaded_at <= work.due).order_by(col(CalendarYear.loaded_at))
    return _workdays(tuple({row.year: row.text for row in work.session.exec(query)}.values()))


@lru_cache(maxsize=4)
def _workdays(texts: tuple[str, ...]) -> Workdays:
    years = {calendar.year: calendar for calendar in (*load_calendars(), *map(read, texts))}
    return Workdays(tuple(years[year] for year in sorted(years)))
