"""工作日与期间 (working days and periods): which day is worked, and on which day does a period end?

Civil Code (民法典) 201: the day of the event is not counted, hours run from the moment; 202: a month ends on the
corresponding day, or on the last day of the month; 203: a last day that is a rest day moves to the next working day.
Note 行政复议法 第88条: in that law periods of three, five, seven and ten days are *working* days; say so in the period.
A year whose notice is not loaded is reckoned Monday to Friday, and every answer that leans on it is provisional.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from integrity.errors import Invalid
from integrity.rules.calendars import CalendarYear, calendar_from_json, calendar_from_toml
from integrity.rules.writing import paper_date

__all__ = [
    "PACKAGE_CALENDARS",
    "CalendarYear",
    "Period",
    "Suspension",
    "Term",
    "Unit",
    "Workdays",
    "add_months",
    "add_months_day",
    "calendar_from_json",
    "calendar_from_toml",
    "end_of",
    "load_calendars",
]

Unit = Literal["日", "工作日", "月", "小时", "年"]

PACKAGE_CALENDARS = Path(__file__).parent.parent / "data" / "calendars"
"""The folder of the calendars that come with the program, one TOML a year."""

_FIXED = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}
"""Month and day of the festivals that are on the same day in every year (全国年节及纪念日放假办法 第2条)."""
_EPOCH = date(1970, 1, 1).toordinal()
_LONGEST_DAYS = {"日": 36_600, "工作日": 36_600, "月": 1_200, "年": 100, "小时": 24 * 36_600}
_WRITTEN = re.compile(r"([0-9]+)\s*个?\s*(日|天|工作日|月|小时|年)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """期间 (period): a length and its unit. Raises Invalid unless it is positive and at most about 100 years."""

    length: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in get_args(Unit):
            raise Invalid(f"期间单位“{self.unit}”不明，应为{'、'.join(get_args(Unit))}之一")
        if type(self.length) is not int or not 0 < self.length <= _LONGEST_DAYS[self.unit]:
            raise Invalid(f"期间长度{self.length!r}不在允许范围内（1至{_LONGEST_DAYS[self.unit]}{self.unit}）")

    def __str__(self) -> str:
        return f"{self.length}{'' if self.unit in ('日', '年') else '个'}{self.unit}"

    @classmethod
    def read(cls, text: str) -> Period:
        """Read a written period: 7天, 7个工作日, 60日, 6个月, 24小时, 1年. Raises Invalid."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise Invalid(f"期间“{text}”无法识别，应写成“7日”“7个工作日”“6个月”“24小时”“1年”")
        unit = "日" if found[2] == "天" else found[2]
        return cls(int(found[1]), next(known for known in get_args(Unit) if known == unit))


class Suspension(NamedTuple):
    """中止 (suspension): a closed range of days on which the clock stands still."""

    since: date
    until: date


@dataclass(frozen=True, slots=True)
class Term:
    """期限 (term): the end of a period, and how it was found."""

    end: date | datetime
    """Last day of the period; the moment, for hours."""
    provisional: bool
    """It leans on a year whose notice is not loaded: no automatic adverse step may rest on it."""
    steps: tuple[str, ...]
    """The computation in Chinese, one sentence a step, for the file and the officer."""
    rest_days: int = 0
    """Rest days that moved the end: those passed over (工作日), or by which the last day was put off."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """工作日历 (calendar of working days), immutable, built from the calendars of any number of years.

    Raises Invalid when a year is given twice or two notices contradict each other about a day.
    """

    calendars: tuple[CalendarYear, ...] = ()
    _listed: dict[int, str] = field(init=False, repr=False, compare=False)
    """Ordinal of each listed day → festival, or "" where it is worked."""
    _years: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        years = [calendar.year for calendar in self.calendars]
        if len(set(years)) != len(years):
            raise Invalid(f"同一年度的放假安排重复：{'、'.join(map(str, sorted(years)))}")
        listed: dict[int, str] = {}
        for calendar in self.calendars:
            for on, name in calendar.exceptions().items():
                if bool(listed.setdefault(on.toordinal(), name)) != bool(name):
                    raise Invalid(f"{on}在两份放假安排中互相矛盾")
        object.__setattr__(self, "_listed", listed)
        object.__setattr__(self, "_years", frozenset(years))

    def covers(self, year: int) -> bool:
        """Is the notice of this year loaded?"""
        return year in self._years

    def is_workday(self, on: date) -> bool:
        """Is the day worked? In an uncovered year: Monday to Friday."""
        return self._worked(on.toordinal())

    def festival(self, on: date) -> str:
        """Name of the festival for which the notice gives the day off; "" for every other day."""
        return self._listed.get(on.toordinal(), "")

    def next_workday(self, on: date) -> date:
        """The first working day after `on`."""
        return self.add_workdays(on, 1)

    def roll(self, on: date) -> date:
        """顺延 (民法典 第203条): `on` itself when it is worked, else the next working day."""
        return on if self.is_workday(on) else self.next_workday(on)

    def open_day(self, on: date) -> date:
        """The first day from `on` on that is worked; in a year whose notice is not loaded, no fixed festival either."""
        while not self.is_workday(on) or (not self.covers(on.year) and (on.month, on.day) in _FIXED):
            on += timedelta(days=1)
        return on

    def add_workdays(self, start: date, n: int) -> date:
        """The n-th working day after `start` (before it when n is negative). Raises Invalid when n is 0 or huge."""
        if not 0 < abs(n) <= _LONGEST_DAYS["工作日"]:
            raise Invalid(f"工作日数{n}不在允许范围内")
        step, left, at = (1 if n > 0 else -1), abs(n), start.toordinal()
        while left:
            at += step
            left -= self._worked(at)
        return _date(at)

    def count(self, since: date, until: date) -> int:
        """Working days after `since` up to and including `until`; 0 when `until` is not after `since`."""
        return sum(map(self._worked, range(since.toordinal() + 1, until.toordinal() + 1)))

    def doubt(self, since: date, until: date) -> str:
        """Why the working days from `since` to `until` are provisional, naming the years; "" when they are not.

        The New Year weekend of the next notice may reach back into the last week of December (2018-12-29 was worked
        by the notice for 2019), so from 25 December on the next year's notice is needed too.
        """
        last = until.year + (until.month == 12 and until.day >= 25)
        years = [str(year) for year in range(since.year, last + 1) if not self.covers(year)]
        return f"{'、'.join(years)}年放假安排尚未录入，暂按周一至周五推算" if years else ""

    def _worked(self, ordinal: int) -> bool:
        name = self._listed.get(ordinal)
        # Ordinal 1 is a Monday: remainders 1–5 are Monday to Friday, 6 Saturday, 0 Sunday.
        return 1 <= ordinal % 7 <= 5 if name is None else not name


def load_calendars(folder: Path = PACKAGE_CALENDARS) -> tuple[CalendarYear, ...]:
    """Every calendar (YYYY.toml) of a folder, by year. Raises Invalid for a bad file or one named for another year."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        calendar = calendar_from_toml(path.read_text(encoding="utf-8"))
        if path.stem != str(calendar.year):
            raise Invalid(f"文件{path.name}的年度是{calendar.year}")
        found.append(calendar)
    return tuple(found)


def add_months(on: date, months: int) -> date:
    """The corresponding day `months` later (earlier when negative), else the last day of that month (民法典 第202条).

    Plain arithmetic: never moved for a rest day, so that no end that favours a person is lengthened or shortened.
    """
    return _EPOCH_DATE + timedelta(days=add_months_day((on - _EPOCH_DATE).days, months))


def add_months_day(epoch_day: int, months: int) -> int:
    """`add_months` on epoch days (1970-01-01 = 0), for the integer rules. Raises ValueError outside the years 1–9999.

    UNKNOWN is such a day: it fails loudly here.
    """
    on = date.fromordinal(epoch_day + _EPOCH)
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    day = on.day
    if day > 28:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        day = min(day, (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month])
    return date(year, month + 1, day).toordinal() - _EPOCH


def end_of(
    start: date, period: Period, workdays: Workdays, suspensions: Sequence[Suspension] = (), *, roll: bool = True
) -> Term:
    """期间届满 (end of a period) that begins with an event on `start` (for hours: at that moment, with time zone).

    `roll=False` leaves a last day on a rest day where it is: for records that end, whose end must not be put off.
    Raises Invalid for hours without a moment, days with one, hours with suspensions, and suspensions that end before
    they begin.
    """
    if period.unit == "小时":
        return _end_of_hours(start, period, suspensions)
    if isinstance(start, datetime):
        raise Invalid("按日、月、年计算的期间从日期起算，不能给时刻")
    still = _Stops.of(suspensions)
    opening = f"自{paper_date(start)}起{period}，当日不计入（民法典第201条）"
    if period.unit == "工作日":
        return _end_of_workdays(start, period, workdays, still, opening)
    months = {"月": 1, "年": 12}.get(period.unit)
    try:
        nominal = add_months(start, period.length * months) if months else start + timedelta(days=period.length)
    except (OverflowError, ValueError) as error:
        raise _too_late() from error
    steps = [opening, f"最后一日为{paper_date(nominal)}{_month_note(start, nominal) if months else ''}"]
    last = still.put_off(start, nominal)
    if last != nominal:
        steps.append(f"其间中止{(last - nominal).days}日，顺延至{paper_date(last)}")
    return _rolled(last, workdays, still, steps) if roll else Term(last, False, tuple(steps))


def _end_of_hours(start: date, period: Period, suspensions: Sequence[Suspension]) -> Term:
    if not isinstance(start, datetime) or start.tzinfo is None:
        raise Invalid("按小时计算的期间要从带时区的时刻起算")
    if suspensions:
        raise Invalid("按小时计算的期间不能按日中止")
    try:
        # Through UTC: adding hours to a local time would be an hour wrong over a change of summer time (1986–1991).
        end = (start.astimezone(UTC) + timedelta(hours=period.length)).astimezone(start.tzinfo)
    except OverflowError as error:
        raise _too_late() from error
    return Term(end, False, (f"自{_moment(start)}起{period}（民法典第201条第2款）", f"届满时刻为{_moment(end)}"))


def _end_of_workdays(start: date, period: Period, workdays: Workdays, still: _Stops, opening: str) -> Term:
    """Count working days outside the suspensions; the rest days that are passed over are named."""
    at, left = start, period.length
    rested: list[date] = []
    while left:
        at = still.leap(_date(at.toordinal() + 1))
        if workdays.is_workday(at):
            left -= 1
        else:
            rested.append(at)
    steps = [opening]
    if rested:
        names = "、".join(dict.fromkeys(filter(None, map(workdays.festival, rested))))
        steps.append(f"休息日{len(rested)}天不计入" + (f"（含{names}放假）" if names else ""))
    made_up = [on for c in workdays.calendars for on in c.on if start < on <= at and not still.at(on)]
    if made_up:
        steps.append("、".join(map(paper_date, sorted(made_up))) + "为调休上班日，计入")
    stopped = (at - start).days - period.length - len(rested)
    if stopped:
        steps.append(f"其间中止{stopped}日，不计入")
    doubt = workdays.doubt(start + timedelta(days=1), at)
    steps += [f"最后一日为{paper_date(at)}", *([doubt] if doubt else [])]
    return Term(at, bool(doubt), tuple(steps), len(rested))


def _rolled(last: date, workdays: Workdays, still: _Stops, steps: list[str]) -> Term:
    """民法典 第203条: put the last day off while it is a rest day (or while the clock stands still)."""
    end, rested = last, 0
    while not workdays.is_workday(end):
        rested += 1
        end = still.leap(_date(end.toordinal() + 1))
    if rested:
        why = workdays.festival(last) or "周末"
        steps.append(f"{paper_date(last)}为休息日（{why}），顺延至{paper_date(end)}（民法典第203条）")
    doubt = workdays.doubt(last, end)
    return Term(end, bool(doubt), (*steps, *([doubt] if doubt else [])), rested)


class _Stops:
    """Suspensions, sorted and merged, as ordinals."""

    __slots__ = ("_since", "_until")

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._since = [since for since, _ in ranges]
        self._until = [until for _, until in ranges]

    @classmethod
    def of(cls, suspensions: Iterable[Suspension]) -> _Stops:
        """Merge what overlaps or touches. Raises Invalid for a range that ends before it begins."""
        merged: list[tuple[int, int]] = []
        for since, until in sorted((s.since.toordinal(), s.until.toordinal()) for s in suspensions):
            if until < since:
                raise Invalid("中止的起止日期颠倒")
            if merged and since <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(until, merged[-1][1]))
            else:
                merged.append((since, until))
        return cls(merged)

    def ranges(self) -> Iterator[tuple[int, int]]:
        """Each closed range, in order."""
        return zip(self._since, self._until, strict=True)

    def leap(self, on: date) -> date:
        """`on`, or the first day after the suspension in which it lies."""
        place = bisect_right(self._since, on.toordinal()) - 1
        if place < 0 or self._until[place] < on.toordinal():
            return on
        return _date(self._until[place] + 1)

    def at(self, on: date) -> bool:
        """Does the clock stand still on this day?"""
        return self.leap(on) != on

    def put_off(self, start: date, last: date) -> date:
        """The last day when every suspended day after `start` is given back."""
        end, first = last.toordinal(), start.toordinal() + 1
        for since, until in self.ranges():
            if since > end:
                break
            end += max(0, until - max(since, first) + 1)
        return _date(end)


_EPOCH_DATE = date.fromordinal(_EPOCH)


def _date(ordinal: int) -> date:
    if not 1 <= ordinal <= date.max.toordinal():
        raise _too_late()
    return date.fromordinal(ordinal)


def _too_late() -> Invalid:
    return Invalid("期间的终点超出日历范围，请核对起算日和中止日期")


def _month_note(start: date, nominal: date) -> str:
    if nominal.day == start.day:
        return "（对应日，民法典第202条）"
    return "（当月没有对应日，以月末日为准，民法典第202条）"


def _moment(at: datetime) -> str:
    return f"{paper_date(at)}{at:%H:%M}"
