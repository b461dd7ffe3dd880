"""逐月发放 (payments month by month): what each month was to be paid by the acts of assistance that stand. Fen.

As decided, not as transferred: whether the bank carried it out is not in these books.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from integrity.records.ledger import Assistance
from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN
from integrity.rules.workdays import add_months
from integrity.rules.writing import yuan
from integrity.terms import Act


class MonthPaid(NamedTuple):
    """一个月的发放 (one month): its first day, fen (None where nobody has set a sum), how found, the act's entry."""

    month: date
    fen: int | None
    how: str
    seq: int


@dataclass(frozen=True, slots=True)
class _Standing:
    """What stands after the acts so far."""

    amount: int | None = None
    running: bool = False
    seq: int = 0
    since: date | None = None
    """First month of a gradual withdrawal."""
    schedule: tuple[int, ...] = ()
    whole: int | None = None
    """The amount of which the shares are taken: that of the day on which the withdrawal began."""


def monthly(acts: Iterable[Assistance], until: date) -> tuple[MonthPaid, ...]:
    """逐月发放 from the first grant to the month of `until`, and on to the last month that the acts speak of.

    An act holds from the month of its effect. A month after a stop is told once, with nothing paid.
    """
    ordered = sorted(acts, key=lambda one: (one.effective_on, one.seq))
    if not ordered:
        return ()
    month, last = _first(ordered[0].effective_on), max(_first(until), *(_spoken(one) for one in ordered))
    found: list[MonthPaid] = []
    stands = _Standing()
    while month <= last:
        before = stands
        while ordered and _first(ordered[0].effective_on) <= month:
            stands = _applied(stands, ordered.pop(0))
        if stands.running or before.running or before.seq != stands.seq:
            found.append(_month(month, stands))
        month = add_months(month, 1)
    return tuple(found)


def of_month(acts: Iterable[Assistance], on: date) -> MonthPaid | None:
    """本月应发: what the month of a day is to be paid; None where nothing is given in it."""
    return next((one for one in monthly(acts, on) if one.month == _first(on) and one.fen != 0), None)


def _first(on: date) -> date:
    return on.replace(day=1)


def _spoken(act: Assistance) -> date:
    """The last month of which an act says something."""
    return add_months(_first(act.effective_on), max((act.months or 1) - 1, 0))


def _applied(stands: _Standing, act: Assistance) -> _Standing:
    """One act, in the order of effect; a stop leaves the amount standing, so that a revival finds it."""
    if act.act is Act.STOP:
        return replace(stands, running=False, seq=act.seq, since=None, schedule=())
    if act.act is Act.REVIVE:
        return replace(stands, running=True, seq=act.seq, since=None, schedule=())
    if act.act is Act.WITHDRAW:
        percents = tuple(int(one) for one in act.schedule.split(",") if one)
        return replace(
            stands, seq=act.seq, since=_first(act.effective_on), schedule=percents, whole=stands.amount
        )  # fmt: skip
    if act.act is Act.GRANT:
        return _Standing(act.amount, True, act.seq)
    return replace(stands, amount=stands.amount if act.amount is None else act.amount, seq=act.seq)


def _month(month: date, stands: _Standing) -> MonthPaid:
    if not stands.running:
        return MonthPaid(month, 0, "停发", stands.seq)
    amount = stands.amount if stands.since is None else stands.whole
    if amount is None:
        return MonthPaid(month, None, "决定没有写明金额", stands.seq)
    if stands.since is None:
        return MonthPaid(month, amount, "按月全额", stands.seq)
    k = (month.year - stands.since.year) * 12 + month.month - stands.since.month
    paid = withdrawal.payments(len(stands.schedule), amount, stands.schedule, UNKNOWN)
    if k >= len(paid):
        return MonthPaid(month, None, "渐退期已满，没有登记停发或者恢复", stands.seq)
    return MonthPaid(month, paid[k], f"渐退第{k + 1}个月：{yuan(amount)}的{stands.schedule[k]}%", stands.seq)
