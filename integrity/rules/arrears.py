"""补发与多发 (arrears and overpayment): what was paid too little, or to one who had died, month by month. Fen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from integrity.rules.workdays import add_months


class Month(NamedTuple):
    """一个月的差额 (one month): the first day of the month and the difference in fen."""

    month: date
    fen: int


def _months(first: date, last: date) -> list[date]:
    """First days of the months from that of `first` to that of `last`."""
    at, found = first.replace(day=1), []
    while at <= last:
        found.append(at)
        at = add_months(at, 1)
    return found


def back_pay(old: int, paid: Callable[[int], int], since: date, until: date) -> tuple[Month, ...]:
    """补发 after a cancelled act: `old` a month from `since` to the month of `until`, less what `paid(k)` was.

    `k` counts the months from 0. The old grant lives again as if the act had never been ((2018)最高法行申7472号).
    """
    found = [Month(month, old - paid(k)) for k, month in enumerate(_months(since, until))]
    return tuple(one for one in found if one.fen > 0)


def paid_after_death(share: int, died_on: date, until: date) -> tuple[Month, ...]:
    """死亡次月以后多发: the dead member's share of each month after that of the death, up to the month of `until`.

    It is flagged for a person, never taken back by itself (2022通知 一（三）; 红线 3).
    """
    return tuple(Month(month, share) for month in _months(add_months(died_on.replace(day=1), 1), until))
