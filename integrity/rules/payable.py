"""应发金额 (what is payable): month by month, by the acts in force, or by what was planned or decided. Fen, pure.

Of a 渐退 each month is rounded half up to the fen; after its last month nothing is settled, which counts as nothing.
社会救助法 47、48; 民发〔2021〕57号 32、33.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from integrity.rules.workdays import add_months
from integrity.terms import Act, Outcome


class Paying(NamedTuple):
    """一项救助行为 (an act, as far as it pays): its kind, first month, amount and the percents of a 渐退."""

    act: Act
    since: date
    amount: int | None = None
    percents: tuple[int, ...] = ()


_WHOLE = 10_000
"""An amount on which every percent shows."""


class Plan(NamedTuple):
    """拟作处理或者决定 (what is planned or decided), in the same terms; None is not said."""

    outcome: Outcome
    since: date | None = None
    amount: int | None = None
    percents: tuple[int, ...] = ()


def payable(acts: Iterable[Paying], month: date) -> int:
    """应发 for the month that begins on `month`. Acts hold in the order of their effect, then as they are given."""
    amount, whole, runs = 0, 0, False
    begun: date | None = None
    percents: tuple[int, ...] = ()
    for one in sorted(acts, key=lambda each: each.since.replace(day=1)):
        if one.since.replace(day=1) > month:
            break
        if one.act is Act.WITHDRAW:
            whole, begun, percents = amount, one.since, one.percents
        elif one.act in (Act.STOP, Act.REVIVE, Act.GRANT):
            runs, begun = one.act is not Act.STOP, None
        if one.amount is not None:
            amount = one.amount
    if not runs:
        return 0
    return amount if begun is None else _share(whole, percents, _months_from(begun, month))


def heavier(old: int | None, told: Plan, now: Plan, on: date) -> bool:
    """Does the decision `now` pay less in any month than what was `told`? `old` is paid today, `on` is today.

    A first month that was told binds; a decision that names none begins when it was told. An amount that neither says
    is not compared. Two 渐退 are measured by their percents, whatever a small amount rounds to.
    """
    if told.outcome is Outcome.WITHDRAW is now.outcome:
        old = _WHOLE
    first = on.replace(day=1)
    begins = max(told.since or now.since or first, first)
    starts = max(now.since or begins, first)
    many = max(len(told.percents), len(now.percents)) + 1
    month, last = min(begins, starts).replace(day=1), add_months(max(begins, starts).replace(day=1), many)
    while month <= last:
        planned, chosen = _of(told, begins, old, month), _of(now, starts, old, month)
        if planned is not None and chosen is not None and chosen < planned:
            return True
        month = add_months(month, 1)
    return False


def _of(plan: Plan, since: date, old: int | None, month: date) -> int | None:
    """What a plan pays for a month; a 渐退 on an amount that is not known is measured by its percents."""
    before = _WHOLE if old is None and plan.outcome is Outcome.WITHDRAW else old
    if month < since.replace(day=1) or plan.outcome is Outcome.KEEP:
        return old
    if plan.outcome is Outcome.EXIT:
        return 0
    if plan.outcome is Outcome.WITHDRAW:
        return _share(before or 0, plan.percents, _months_from(since, month))
    return plan.amount


def _share(whole: int, percents: tuple[int, ...], k: int) -> int:
    return (whole * percents[k] + 50) // 100 if 0 <= k < len(percents) else 0


def _months_from(since: date, month: date) -> int:
    return (month.year - since.year) * 12 + month.month - since.month
