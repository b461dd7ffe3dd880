"""一次查看 (one look): where households live, what each county's policy says, which days are worked, each read once.

For looking only: what is written while a look lasts is not seen by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from sqlmodel import col, select

from integrity import editions, organs
from integrity.calendars import workdays
from integrity.households import home, kept
from integrity.records.columns import micros
from integrity.records.ledger import Residence
from integrity.rules.policy import Policy
from integrity.rules.workdays import Workdays
from integrity.work import Work

T = TypeVar("T")
_AT_ONCE = 500
"""Keys in one query: every database takes so many."""


def portions(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """The keys in portions for one query each."""
    yield from (keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE))


class Sight:
    """一次查看 (one look over one or many cases). `households` are read in bulk; others when they are asked for."""

    def __init__(self, work: Work, households: Sequence[int] = ()) -> None:
        self.work = work
        self._homes: dict[int, list[Residence]] = {}
        self._editions: list[Policy] = []
        self._adopted: dict[tuple[str, date], tuple[str, ...]] = {}
        self._policies: dict[tuple[str, ...], Policy] = {}
        self._workdays: list[Workdays] = []
        for portion in portions(households):
            query = select(Residence).where(col(Residence.household_id).in_(portion)).order_by(col(Residence.seq))
            for row in work.session.exec(query):
                self._homes.setdefault(row.household_id, []).append(row)

    def home(self, household_id: int, on: date) -> Residence:
        """Where a household lives on a day. Raises NotFound before its first entry."""
        found = kept(self._homes.get(household_id, []), on)
        return found[-1] if found else home(self.work, household_id, on)

    def policy(self, area: str, on: date) -> Policy:
        """The policy for an area on a day, as `policies_of.policy_for`. Raises NotFound without an edition."""
        where = (area[:6] + "000000", on)
        if where not in self._adopted:
            self._adopted[where] = organs.adopted(self.work, *where, micros(self.work.now))
        names = self._adopted[where]
        if names not in self._policies:
            self._editions = self._editions or [editions.in_force(self.work)]
            self._policies[names] = self._editions[0].adopting(names)
        return self._policies[names]

    def workdays(self) -> Workdays:
        """The working days as known now."""
        self._workdays = self._workdays or [workdays(self.work)]
        return self._workdays[0]
