"""报告期 (reporting periods): a month or a quarter, its days, its name, and when it is over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from integrity.errors import Invalid
from integrity.rules.workdays import add_months

_DAY = timedelta(days=1)
_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])", re.ASCII)
_QUARTERS = "一二三四"


@dataclass(frozen=True, slots=True)
class Period:
    """报告期 (period): its first and last day, its name, and what its report is called."""

    first: date
    last: date
    name: str
    report: str

    @property
    def code(self) -> str:
        """The period in a number or a file name: 2026-10, 2026Q4."""
        if self.report == "季报":
            return f"{self.first.year}Q{(self.first.month + 2) // 3}"
        return f"{self.first:%Y-%m}" if self.report else f"{self.first:%Y%m%d}-{self.last:%Y%m%d}"

    @property
    def month_before(self) -> date:
        """The first day of the month before the period."""
        return add_months(self.first.replace(day=1), -1)

    @property
    def last_month(self) -> date:
        """The first day of the last month of the period."""
        return self.last.replace(day=1)


def month_of(on: date) -> Period:
    """月 (the month) of a day."""
    first = on.replace(day=1)
    return Period(first, add_months(first, 1) - _DAY, f"{first.year}年{first.month}月", "月报")


def quarter_of(on: date) -> Period:
    """季度 (the quarter) of a day."""
    n = (on.month - 1) // 3
    first = date(on.year, 3 * n + 1, 1)
    return Period(first, add_months(first, 3) - _DAY, f"{on.year}年第{_QUARTERS[n]}季度", "季报")


def days(first: date, last: date) -> Period:
    """起止日期 (any days from a first to a last), for a register. Raises Invalid."""
    if last < first:
        raise Invalid(f"截止日期 {last} 早于起始日期 {first}")
    return Period(first, last, f"{first}至{last}", "")


def read_month(text: str) -> Period:
    """A month as it is typed: 2026-10. Raises Invalid."""
    found = _MONTH.fullmatch(text.strip())
    if found is None or not 1 <= int(found[2]) <= 12 or not 1950 <= int(found[1]) <= 2200:
        raise Invalid(f"月份“{text}”应写成 2026-10")
    return month_of(date(int(found[1]), int(found[2]), 1))


def read_quarter(text: str) -> Period:
    """A quarter as it is typed: 2026Q3. Raises Invalid."""
    found = _QUARTER.fullmatch(text.strip())
    if found is None or not 1950 <= int(found[1]) <= 2200:
        raise Invalid(f"季度“{text}”应写成 2026Q3（第三季度）")
    return quarter_of(date(int(found[1]), 3 * int(found[2]) - 2, 1))
