"""账面 (the books): what stood in the ledgers of an area in a period, as it was known at one moment.

Every query is bound to that moment: an entry, a correction or an evaluation that came later is not seen, so that a
report made again gives the same numbers. The books are closed up to the moment before anything is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, and_, exists, func
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from integrity.periods import Period
from integrity.records.columns import SHANGHAI, Moment, micros
from integrity.records.ledger import Assistance, Commitment, Entry, Residence
from integrity.records.office import Recommendation
from integrity.rules.areas import code_range, level_of
from integrity.rules.facts import UNKNOWN, Situation, day
from integrity.rules.payable import Paying, payable
from integrity.rules.verdict import counted
from integrity.rules.workdays import add_months
from integrity.sights import portions
from integrity.situations import read_these
from integrity.standing_findings import seen_by
from integrity.terms import AreaLevel, Outcome, Scheme, SignedBy
from integrity.work import Work

T = TypeVar("T")
TREND = 12
"""Months of which the payments are told one after the other."""


class Home(NamedTuple):
    """一户的期末情况 (a household on the last day): village, scheme in force, what it was and is to be paid (fen)."""

    area: str
    household_id: int
    scheme: Scheme
    persons: int
    committed: bool
    """Has any member signed a promise that stands?"""
    unset: bool
    """On aid with money, and no amount in any decision."""
    paid: tuple[int, ...]
    """The last `TREND` months, the last of the period at the end."""
    before: int
    """The month before the period."""


class Found(NamedTuple):
    """一次评估结果 (a finding that stood for a time): whose, where, what, and when the next took its place."""

    household_id: int
    area: str
    scheme: int
    outcome: int
    level: int | None
    due_on: int | None
    on_day: date
    decided_at: datetime
    next_at: datetime | None


@dataclass(frozen=True)
class Books:
    """账面 (the books) of an area and a period as known at `until`; each part is read once and when it is asked for."""

    work: Work
    area: str
    period: Period
    until: datetime
    kept: dict[str, Any] = field(default_factory=dict, compare=False)
    """What several numbers are counted from, found once."""
    after: tuple[int, int] = (-1, -1)
    """Of a list: the key behind which it goes on."""
    most: int = 0
    """Of a list: how many lines are read at all; 0 for every line. The last one's key is then in `kept`."""

    @cached_property
    def bounds(self) -> tuple[str, str]:
        """The codes of the area, from and below."""
        return code_range(self.area)

    @property
    def begins_at(self) -> datetime:
        """The beginning of the period."""
        return _midnight(self.period.first)

    @property
    def ends_at(self) -> datetime:
        """The end of the period, or the moment of the report where that is earlier."""
        return min(_midnight(self.period.last + timedelta(days=1)), self.until)

    def known(self, kind: Any) -> ColumnElement[bool]:
        """Does an entry stand, as known: neither void nor corrected by then?"""
        corrected = aliased(kind)
        again = exists().where(
            corrected.household_id == kind.household_id, corrected.corrects == kind.seq,
            corrected.recorded_at <= self.until,
        )  # fmt: skip
        return and_(kind.recorded_at <= self.until, ~kind.void, ~again)

    def here(self, column: Any) -> ColumnElement[bool]:
        """Does a code lie in the area?"""
        low, high = self.bounds
        return and_(column >= low, column < high)

    def lies(self, code: str) -> bool:
        """Does a village lie in the area?"""
        low, high = self.bounds
        return low <= code < high

    def within(self, column: Any) -> ColumnElement[bool]:
        """Does a day lie in the period?"""
        return and_(column >= self.period.first, column <= self.period.last)

    def lived(self, kind: Any) -> ColumnElement[bool]:
        """Is an entry of a household that ever lived in the area? By that it is found: there are many households."""
        found: ColumnElement[bool] = kind.household_id.in_(self._here_once())
        return found

    def among(self, kind: Any) -> ColumnElement[bool]:
        """The same for a list in the order of households that is read a page at a time.

        The few of a township are looked up; of a larger area the list begins where its first household stands.
        """
        if level_of(self.area) in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE):
            return self.lived(kind)
        first = select(func.min(Residence.household_id)).where(self.here(Residence.area)).scalar_subquery()
        found: ColumnElement[bool] = kind.household_id >= first
        return found

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What several numbers are counted from, read once."""
        if name not in self.kept:
            self.kept[name] = read()
        found: T = self.kept[name]
        return found

    def entries(self, kind: type[Entry], *more: Any, on: Any = None) -> Any:
        """A query for (area, household, more…) of the standing entries of a kind that fall in the period.

        `on` is the day that counts; without it the day on which it happened.
        """
        one: Any = kind
        day_of = one.happened_on if on is None else on
        return columns(one.area, one.household_id, *more).where(
            self.lived(kind), self.known(kind), self.here(one.area), self.within(day_of)
        )

    def rows(self, query: Any) -> Iterator[Any]:
        """The rows of a query, a few hundred at a time."""
        yield from self.work.session.execute(query, execution_options={"yield_per": 500})

    @cached_property
    def households(self) -> list[int]:
        """Households that lived in the area at any time, as known."""
        return sorted(self.work.session.execute(self._here_once().distinct()).scalars())

    def _here_once(self) -> Any:
        return select(Residence.household_id).where(self.here(Residence.area), Residence.recorded_at <= self.until)

    @cached_property
    def homes(self) -> list[Home]:
        """Every household that lives in the area on the last day of the period."""
        return [one for one in self.wherever if self.lies(one.area)]

    @cached_property
    def wherever(self) -> list[Home]:
        """Every household that lived in the area at any time, where it lives on the last day of the period."""
        return list(self._homes())

    @cached_property
    def months(self) -> tuple[date, ...]:
        """The last `TREND` months, that of the end of the period last."""
        return tuple(add_months(self.period.last_month, -n) for n in reversed(range(TREND)))

    def _homes(self) -> Iterator[Home]:
        last = day(self.period.last)
        connection = self.work.session.connection()
        for portion in portions(self.households):
            acts, signed = self._acts(portion), self._signed(portion)
            for known in read_these(connection, portion, known_until=micros(self.until), on=last):
                found = acts.get(known.household_id, [])
                yield self._home(known.area, known.household_id, known.situation, found, signed)

    def _home(self, area: str, household_id: int, s: Situation, acts: list[Paying], signed: set[int]) -> Home:
        scheme = tuple(Scheme)[s.scheme] if s.stopped_on == UNKNOWN else Scheme.NONE
        return Home(
            area, household_id, scheme, counted(s),
            household_id in signed, scheme in (Scheme.DIBAO, Scheme.TEKUN) and s.amount == UNKNOWN,
            tuple(payable(acts, month) for month in self.months) if acts else (0,) * TREND,
            payable(acts, self.period.month_before) if acts else 0,
        )  # fmt: skip

    def _acts(self, portion: Sequence[int]) -> dict[int, list[Paying]]:
        """The acts of assistance decided by the last day, by household, in the order of their effect."""
        one: Any = Assistance
        query = columns(one.household_id, one.act, one.effective_on, one.amount, one.schedule).where(
            one.household_id.in_(portion), self.known(Assistance), one.happened_on <= self.period.last
        )
        found: dict[int, list[Paying]] = {}
        for household_id, act, since, amount, schedule in self.rows(query.order_by(one.effective_on, one.seq)):
            percents = tuple(int(part) for part in schedule.split(",") if part)
            found.setdefault(household_id, []).append(Paying(act, since, amount, percents))
        return found

    def _signed(self, portion: Sequence[int]) -> set[int]:
        """Households in which a member has signed a promise by the last day."""
        query = select(Commitment.household_id).where(
            col(Commitment.household_id).in_(portion), self.known(Commitment),
            Commitment.signed_by != SignedBy.REFUSED, Commitment.happened_on <= self.period.last,
        )  # fmt: skip
        return set(self.work.session.exec(query.distinct()))

    def findings(self, *conditions: Any) -> Iterator[Found]:
        """What evaluations found by the end of the period, with the moment at which the next took its place.

        Of every household that ever lived here, wherever it lived then. Evaluations of the roll that were not finished
        by the moment of the report are not seen, nor those of one household that came later. `conditions` are made of
        the columns of what is found.
        """
        following = func.lead(Recommendation.decided_at, type_=Moment).over(
            partition_by=col(Recommendation.household_id), order_by=col(Recommendation.decided_at)
        )
        one: Any = Recommendation
        every: Any = columns(
            one.household_id, one.area, one.scheme, one.outcome, one.level, one.due_on, one.on_day, one.decided_at,
            following.label("next_at"),
        ).where(one.decided_at <= self.ends_at, seen_by(self.until))  # fmt: skip
        chosen = every.where(col(Recommendation.household_id).in_(self._here_once())).subquery()
        query = select(chosen).order_by(chosen.c.household_id, chosen.c.decided_at)
        for condition in conditions:
            query = query.where(condition(chosen.c))
        for row in self.rows(query):
            yield Found(*row)

    @cached_property
    def standing(self) -> list[Found]:
        """What the last evaluation of the period found for each household on aid."""
        last = self.findings(lambda c: c.next_at.is_(None), lambda c: c.outcome != Outcome.NOTHING.number)
        return [one for one in last if self.lies(one.area)]


def _midnight(on: date) -> datetime:
    return datetime.combine(on, time(), SHANGHAI)
