"""期末数和资金 (stocks and money): who was on aid on the last day, what is paid, what the evaluation found, who is due.

Each function gives the facts of one number as (village, household, how much): their sum is the number, they themselves
are what stands behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select as columns

from integrity.books import Books, Found, Home
from integrity.letters import DONE
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Recheck
from integrity.rules.facts import day
from integrity.sights import portions
from integrity.terms import Outcome, Scheme


class Fact(NamedTuple):
    """一项事实 (one fact behind a number): where, whose, and how much it counts."""

    area: str
    household_id: int
    value: int = 1


Count = Callable[[Books], Iterator[Fact]]
"""How a number is counted: facts out of the books."""


def of_homes(value: Callable[[Home], int]) -> Count:
    """A number over the households that live here on the last day; 0 of a household is no fact."""

    def count(books: Books) -> Iterator[Fact]:
        for one in books.homes:
            amount = value(one)
            if amount:
                yield Fact(one.area, one.household_id, amount)

    return count


def on_aid(scheme: Scheme) -> Count:
    """Households on aid under a scheme; NONE stands for all of them."""
    return of_homes(lambda one: _aided(one, scheme))


def persons(scheme: Scheme) -> Count:
    """Their members who count."""
    return of_homes(lambda one: one.persons * _aided(one, scheme))


def _aided(home: Home, scheme: Scheme) -> int:
    return int(home.scheme is scheme if scheme is not Scheme.NONE else home.scheme is not Scheme.NONE)


PAID_BEFORE = of_homes(lambda one: one.before)
PAID_AFTER = of_homes(lambda one: one.paid[-1])
PAID_MORE = of_homes(lambda one: max(one.paid[-1] - one.before, 0))
PAID_LESS = of_homes(lambda one: max(one.before - one.paid[-1], 0))
UNSET = of_homes(lambda one: int(one.unset))
LACKING = of_homes(lambda one: int(one.scheme is not Scheme.NONE and not one.committed))


def outcome(chosen: Outcome) -> Count:
    """Households for which the last evaluation recommends this."""
    return _of_standing(lambda one: one.outcome == chosen.number)


def level(number: int | None) -> Count:
    """Households of a level by the last evaluation; None of those that have none."""
    return _of_standing(lambda one: one.level == number)


def _of_standing(fits: Callable[[Found], bool]) -> Count:
    def count(books: Books) -> Iterator[Fact]:
        return (Fact(one.area, one.household_id) for one in books.standing if fits(one))

    return count


class Due(NamedTuple):
    """应核查的一户 (a household due in the period) and what became of it: 已核查, 退出, 改期, 逾期 or 未到期."""

    area: str
    household_id: int
    became: str


CHECKED, GONE, MOVED, OVERDUE, WAITS = "已核查", "退出", "改期", "逾期", "未到期"


def due(became: str = "") -> Count:
    """Households due in the period: all, or those of which this became."""

    def count(books: Books) -> Iterator[Fact]:
        return (Fact(one.area, one.household_id) for one in dues(books) if became in ("", one.became))

    return count


def dues(books: Books) -> list[Due]:
    """应核查家庭: each once, with what became of it; read once for a report."""
    return books.once("dues", lambda: list(_dues(books)))


def _dues(books: Books) -> Iterator[Due]:
    """A finding counts while it stood in the period, unless a check had answered it before the period began.

    A household that moved is told where it lives now, whatever the area of the report: the parts add up to the whole.
    """
    last = day(books.period.last)
    begins = books.begins_at
    found: dict[int, list[Found]] = {}
    for one in books.findings(lambda c: c.due_on <= last, lambda c: c.outcome != Outcome.NOTHING.number):
        if one.next_at is None or one.next_at > begins:
            found.setdefault(one.household_id, []).append(one)
    checks = _checks(books, sorted(found))
    homes = {home.household_id: home for home in books.wherever if home.scheme is not Scheme.NONE}
    for household_id, rows in sorted(found.items()):
        mine = checks.get(household_id, [])
        open_rows = [one for one in rows if not any(_answers(check, one, books.period.first) for check in mine)]
        home = homes.get(household_id)
        area = home.area if home else open_rows[-1].area if open_rows else ""
        if open_rows and books.lies(area):
            yield Due(area, household_id, _became(books, open_rows[-1], mine, home))


def _answers(check: tuple[date, Any], found: Found, before: date) -> bool:
    """Was it checked since it was found due, and before the period?"""
    on, known_at = check
    return on < before and known_at > found.decided_at


def _became(books: Books, found: Found, checks: list[tuple[date, Any]], home: Home | None) -> str:
    if any(on >= books.period.first for on, _ in checks):
        return CHECKED
    if home is None:
        return GONE
    if found.next_at is not None:
        return MOVED
    assert found.due_on is not None, "or it would not be due"
    return OVERDUE if found.due_on < day(books.until.astimezone(SHANGHAI).date()) else WAITS


def _checks(books: Books, ids: list[int]) -> dict[int, list[tuple[date, Any]]]:
    """Completed checks by the end of the period: (day, moment of entry) by household."""
    found: dict[int, list[tuple[date, Any]]] = {}
    for portion in portions(ids):
        one: Any = Recheck
        query = columns(one.household_id, one.happened_on, one.recorded_at).where(
            one.household_id.in_(portion), books.known(Recheck), one.result.in_(DONE),
            one.happened_on <= books.period.last,
        )  # fmt: skip
        for household_id, on, known_at in books.rows(query):
            found.setdefault(household_id, []).append((on, known_at))
    return found
