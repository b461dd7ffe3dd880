"""排期 (schedules): on which days and at what time of day is a job due? Values only; the moment is an argument."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from integrity.errors import Invalid
from integrity.records.columns import SHANGHAI

_A_YEAR = timedelta(days=367)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """排期 (schedule): a time of day in Asia/Shanghai; which days it falls on is said by its kinds."""

    at: time

    def falls_on(self, on: date) -> bool:
        """Is the job due on this day?"""
        raise NotImplementedError

    def moment(self, on: date) -> datetime:
        """The due moment of a day, whether or not the schedule falls on it."""
        return datetime.combine(on, self.at, SHANGHAI)

    def due_times(self, after: datetime, until: datetime) -> list[datetime]:
        """Every due moment in (after, until], in order, in Asia/Shanghai."""
        first, last = after.astimezone(SHANGHAI).date(), until.astimezone(SHANGHAI).date()
        days = (first + n * _DAY for n in range((last - first).days + 1))
        moments = (self.moment(on) for on in days if self.falls_on(on))
        return [moment for moment in moments if after < moment <= until]

    def latest(self, until: datetime) -> datetime:
        """The last due moment up to `until`; every schedule has one within a year."""
        return self.due_times(until - _A_YEAR, until)[-1]

    def following(self, after: datetime) -> datetime:
        """The first due moment after `after`."""
        return self.due_times(after, after + _A_YEAR)[0]

    def includes(self, moment: datetime) -> bool:
        """Is the moment one of the schedule's own (and not one that an officer asked for)?"""
        return self.due_times(moment - timedelta(microseconds=1), moment) == [moment]


@dataclass(frozen=True, slots=True)
class Daily(Schedule):
    """每日 (daily)."""

    def falls_on(self, on: date) -> bool:
        """Every day."""
        return True


@dataclass(frozen=True, slots=True)
class Monthly(Schedule):
    """每月 (monthly) on a day of the month; a month without it takes its last day (as in 民法典 第202条)."""

    day: int

    def __post_init__(self) -> None:
        if not 1 <= self.day <= 31:
            raise Invalid(f"每月没有第{self.day}日")

    def falls_on(self, on: date) -> bool:
        """On its day, or on the last day of a shorter month."""
        return on.day == _within_month(on.year, on.month, self.day)


@dataclass(frozen=True, slots=True)
class Yearly(Schedule):
    """每年 (yearly) on one or more days, each (month, day); 29 February falls on the 28th in common years."""

    days: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not self.days or any(not (1 <= m <= 12 and 1 <= d <= monthrange(2024, m)[1]) for m, d in self.days):
            raise Invalid(f"每年没有这样的日期：{self.days}")

    def falls_on(self, on: date) -> bool:
        """On each of its days."""
        return any(on.month == m and on.day == _within_month(on.year, m, d) for m, d in self.days)


def _within_month(year: int, month: int, day: int) -> int:
    return min(day, monthrange(year, month)[1])
