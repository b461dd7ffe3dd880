"""The peer: the lists paged as other back-offices page them, by OFFSET with a COUNT, written with the ORM alone."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable

from sqlalchemy import func
from sqlmodel import Session, col, select

from integrity import places
from integrity.records.ledger import Household
from integrity.records.office import Person
from integrity.records.places import HouseholdPlace, Waits
from integrity.rules.areas import code_range
from integrity.work import Office, Work

from .furnishing import Visitor

PAGE = 25
Scope = tuple[str, str]


def roll_by_offset(session: Session, scope: Scope, page: int) -> int:
    """A page of the roll and how many households there are, as a paginator asks for them."""
    query = (
        select(HouseholdPlace, Household, Person)
        .join(Household, col(Household.id) == col(HouseholdPlace.household_id))
        .join(Person, col(Person.id) == col(HouseholdPlace.head_id), isouter=True)
        .where(HouseholdPlace.area >= scope[0], HouseholdPlace.area < scope[1])
    )
    every = session.exec(select(func.count()).select_from(query.subquery())).one()
    order = (col(HouseholdPlace.area), col(HouseholdPlace.order_key), col(HouseholdPlace.household_id))
    list(session.exec(query.order_by(*order).offset(page * PAGE).limit(PAGE)))
    return int(every)


def waiting_by_offset(session: Session, scope: Scope, page: int) -> int:
    """The same of the rechecks that fall due."""
    query = (
        select(Waits, Household)
        .join(Household, col(Household.id) == col(Waits.household_id))
        .where(Waits.kind == "RECHECK", Waits.area >= scope[0], Waits.area < scope[1])
    )
    every = session.exec(select(func.count()).select_from(query.subquery())).one()
    order = (col(Waits.on_day), col(Waits.area), col(Waits.household_id))
    list(session.exec(query.order_by(*order).offset(page * PAGE).limit(PAGE)))
    return int(every)


def _ours(work: Work, scope: Scope, after: str) -> str:
    return places.roll(work, scope, after=after, limit=PAGE).next


def compare(office: Office, visitors: list[Visitor], rounds: int, chance: random.Random) -> None:
    """The same list of the same areas, both ways: first pages, and pages from the middle for the peer."""
    reaches = {reach: [one for one in visitors if one.reach == reach] for reach in ("township", "county", "city")}
    for reach, some in reaches.items():
        ours, theirs, deep, due = [], [], [], []
        for _ in range(rounds):
            scope = code_range(chance.choice(some).area)
            with office.reading() as work:
                after = ""
                ours.append(_timed(lambda: _ours(work, scope, "")))  # noqa: B023
                after = _ours(work, scope, "")
                ours.append(_timed(lambda: _ours(work, scope, after)))  # noqa: B023
                every = roll_by_offset(work.session, scope, 0)
                theirs.append(_timed(lambda: roll_by_offset(work.session, scope, 0)))  # noqa: B023
                deep.append(_timed(lambda: roll_by_offset(work.session, scope, every // PAGE // 2)))  # noqa: B023
                due.append(_timed(lambda: waiting_by_offset(work.session, scope, 0)))  # noqa: B023
        mine = statistics.median(ours)
        print(
            f"  peer, {reach:<9} roll by key {mine * 1000:7.1f} ms   by OFFSET and COUNT, first page "
            f"{statistics.median(theirs) * 1000:8.1f} ms ({statistics.median(theirs) / mine:.0f} times), a middle one "
            f"{statistics.median(deep) * 1000:8.1f} ms ({statistics.median(deep) / mine:.0f} times), "
            f"rechecks {statistics.median(due) * 1000:8.1f} ms",
            flush=True,
        )


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
