"""数字背后的家庭 (lists behind the statistics): village by village, a page at a time, whatever the size of the area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, islice
from typing import NamedTuple

from sqlmodel import col, func, select

from integrity import counting, periodic, statistics
from integrity.books import Books
from integrity.counting import Progress
from integrity.periodic import Behind
from integrity.periodic_numbers import Number
from integrity.records.counts import Counting
from integrity.records.places import HouseholdPlace
from integrity.statistics import Asked
from integrity.work import Office, Work

_LOOKED_THROUGH, _MOST = 5, 40
"""So many villages are looked through for one page, whatever their size; and so many at most where they are small."""
_SMALL = 400
"""Households that live in as many villages as are looked through."""
_VILLAGE = 12
_PAST = "~"
"""Behind the code of a village: past all its households."""


class Leaf(NamedTuple):
    """名单的一页 (page of a list) and from where the next one goes on; "" after the last.

    `unseen` is how much of these villages belongs to households that live elsewhere now: the officer does not see them.
    """

    number: Number
    one: Counting
    rows: list[Behind]
    total: int
    unseen: int
    next: str


def leaf(office: Office, actor: str, asked: Asked, code: str, after: str, *, size: int) -> Leaf | Progress:
    """Some of the households behind a number; the look is written down. Raises Forbidden, NotFound, Refused."""
    one = statistics.found(office, actor, asked)
    if isinstance(one, Progress):
        return one
    with statistics.reading(office, asked.area) as work:
        books = Books(work, asked.area, asked.period, one.moment)
        counted = statistics.within(counting.kept(work, one, asked.area), books).numbers
        number = periodic.listed(books, code, counted)
        sums = counted.get(number.code, Counter())
        villages = list(islice(_villages(work, one, number.code, sums, after), _MOST + 1))
    with office.reading() as work:
        most = _looked_through(work, [village for village, _ in villages[:_MOST]])
        rows, unseen, more = _leafed(replace(books, work=work), number, villages, after, size, most=most)
    with office.work(actor) as work:
        shown = f"本页 {len(rows)} 户，合计 {sums.total()}"
        work.audit("查看报表明细", asked.area, f"{asked.period.code} {number.name}：{shown}")
    return Leaf(number, one, rows, sums.total(), unseen, more)


def _villages(work: Work, one: Counting, code: str, sums: Counter[str], after: str) -> Iterator[tuple[str, int]]:
    """The villages that have anything of a number, with how much, from where a page begins."""
    for area in sorted(sums):
        if area < after[: len(area)]:
            continue
        below = Counter({area: sums[area]})
        if len(area) < _VILLAGE:
            below = counting.kept(work, one, area.ljust(_VILLAGE, "0")).numbers.get(code, Counter())
        for village in sorted(below):
            if f"{village}{_PAST}" > after:
                yield village, below[village]


def _looked_through(work: Work, villages: Sequence[str]) -> int:
    """How many of these villages, from the first, are looked through for one page."""
    query = select(HouseholdPlace.area, func.count()).where(col(HouseholdPlace.area).in_(villages))
    homes = dict(work.session.exec(query.group_by(HouseholdPlace.area)).all())
    every = accumulate(homes.get(one, 0) for one in villages)
    return max(_LOOKED_THROUGH, sum(1 for households in every if households <= _SMALL))


def _leafed(
    books: Books, number: Number, villages: Sequence[tuple[str, int]], after: str, size: int, *, most: int
) -> tuple[list[Behind], int, str]:
    """The rows of a page, how much of its villages is not seen, and where the next one begins."""
    rows: list[Behind] = []
    unseen, last = 0, ""
    for village, value in villages[:most]:
        lines = periodic.households_of(replace(books, area=village, kept={}), number)
        unseen += value - sum(line.value for line in lines)
        rows += [line for line in lines if key(line) > after]
        last = village
        if len(rows) > size:
            return rows[:size], unseen, key(rows[size - 1])
    more = f"{last}{_PAST}" if len(villages) > most else ""
    return rows, unseen, more


def key(line: Behind) -> str:
    """Where a line stands in the list."""
    return f"{line.area}-{line.household}"
