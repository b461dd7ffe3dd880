"""应发金额: what the acts in force pay, and whether a decision pays less in any month than was told."""

from __future__ import annotations

from datetime import date

import pytest

from integrity.rules.payable import Paying, Plan, heavier, payable
from integrity.terms import Act, Outcome

SEPTEMBER, OCTOBER, DECEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 12, 1)
GRANTED = Paying(Act.GRANT, date(2026, 1, 1), 120_000)
TODAY = date(2026, 8, 20)


@pytest.mark.parametrize(
    ("more", "paid"),
    [
        ((), (120_000, 120_000, 120_000)),
        ((Paying(Act.STOP, OCTOBER),), (120_000, 0, 0)),
        ((Paying(Act.STOP, SEPTEMBER), Paying(Act.REVIVE, OCTOBER), Paying(Act.STOP, DECEMBER)), (0, 120_000, 0)),
        ((Paying(Act.LOWER, SEPTEMBER, 90_000), Paying(Act.RAISE, OCTOBER, 120_000)), (90_000, 120_000, 120_000)),
        ((Paying(Act.WITHDRAW, SEPTEMBER, None, (100, 80)),), (120_000, 96_000, 0)),
        ((Paying(Act.WITHDRAW, SEPTEMBER, None, (50, 20)), Paying(Act.REVIVE, OCTOBER)), (60_000, 120_000, 120_000)),
    ],
)
def test_each_month_is_paid_by_the_acts_in_force(more: tuple[Paying, ...], paid: tuple[int, ...]) -> None:
    assert tuple(payable((GRANTED, *more), month) for month in (SEPTEMBER, OCTOBER, DECEMBER)) == paid


LOWER = Plan(Outcome.LOWER, DECEMBER, 90_000)
EXIT = Plan(Outcome.EXIT, DECEMBER)


@pytest.mark.parametrize(
    ("told", "now", "worse"),
    [
        (LOWER, Plan(Outcome.LOWER, DECEMBER, 90_000), False),
        (LOWER, Plan(Outcome.LOWER, DECEMBER, 89_999), True),
        (LOWER, Plan(Outcome.LOWER, SEPTEMBER, 90_000), True),
        (LOWER, Plan(Outcome.LOWER, None, 90_000), False),
        (LOWER, Plan(Outcome.WITHDRAW, DECEMBER, None, (10, 0)), True),
        (LOWER, Plan(Outcome.WITHDRAW, DECEMBER, None, (100, 100)), True),
        (EXIT, Plan(Outcome.WITHDRAW, DECEMBER, None, (10, 0)), False),
        (EXIT, Plan(Outcome.WITHDRAW, SEPTEMBER, None, (90,)), True),
        (EXIT, Plan(Outcome.LOWER, SEPTEMBER, 119_999), True),
        (EXIT, Plan(Outcome.KEEP), False),
        (Plan(Outcome.EXIT), Plan(Outcome.EXIT, SEPTEMBER), False),
        (Plan(Outcome.WITHDRAW, SEPTEMBER, None, (100, 80)), Plan(Outcome.WITHDRAW, SEPTEMBER, None, (100, 79)), True),
    ],
)
def test_a_decision_pays_in_no_month_less_than_was_told(told: Plan, now: Plan, worse: bool) -> None:
    assert heavier(120_000, told, now, TODAY) is worse
