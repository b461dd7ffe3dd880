"""验算用的日历 (a calendar for checking): working days and ends of periods, found anew from the lists of rest days.

Small and slow on purpose, and nothing of `integrity.rules.workdays` is used: what the program computes is compared
with this. 民法典 201–203.
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from tests.credit_office import NEXT_YEAR

_DAY = timedelta(days=1)
_SHIPPED = Path(__file__).parent.parent / "integrity" / "data" / "calendars"


@cache
def _listed() -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    """Rest days, worked weekends, and the years that are known."""
    off, on, years = set(), set(), set()
    for text in (*(path.read_text(encoding="utf-8") for path in _SHIPPED.glob("*.toml")), NEXT_YEAR):
        known = tomllib.loads(text)
        years.add(known["year"])
        on |= set(known["on"])
        for one in known["off"]:
            day = one["since"]
            while day <= one["until"]:
                off.add(day)
                day += _DAY
    return frozenset(off), frozenset(on), frozenset(years)


def worked(day: date) -> bool:
    """Is a day worked?"""
    off, on, _ = _listed()
    return day in on or (day.weekday() < 5 and day not in off)


def known(day: date) -> bool:
    """Is the year of a day known?"""
    return day.year in _listed()[2]


def _months(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("no such month")


def last_day(since: date, length: int, unit: str, still: list[tuple[date, date]] | None = None) -> date:
    """The last day of a period that begins with an event on `since`; it stands still within `still`."""
    stopped = still or []
    if unit == "工作日":
        return _counted(since, length, stopped, days_off=True)
    if unit in ("日", "天"):
        day = _counted(since, length, stopped, days_off=False)
    else:
        day = _months(since, length * (12 if unit == "年" else 1))
        day = _put_off(since, day, stopped)
    while not worked(day) or _within(day, stopped):
        day += _DAY
    return day


def _within(day: date, still: list[tuple[date, date]]) -> bool:
    return any(since <= day <= until for since, until in still)


def _counted(since: date, length: int, still: list[tuple[date, date]], *, days_off: bool) -> date:
    day = since
    while length:
        day += _DAY
        if not _within(day, still) and (worked(day) or not days_off):
            length -= 1
    return day


def _put_off(since: date, day: date, still: list[tuple[date, date]]) -> date:
    """As many days later as the period stood still before its end."""
    left = sum(_within(since + _DAY * n, still) for n in range(1, (day - since).days + 1))
    while left:
        day += _DAY
        if not _within(day, still):
            left -= 1
    return day
