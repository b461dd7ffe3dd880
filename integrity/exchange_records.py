"""户账中的情况 (what the records know): read for many households at once, so that a check asks the database seldom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import nullcontext
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row
from sqlmodel import col, select

from integrity.editions import in_force
from integrity.errors import NotFound
from integrity.exchange_columns import Sheet
from integrity.exchange_rows import Unit
from integrity.records import row_security
from integrity.records.ledger import (
    Change,
    Commitment,
    Conduct,
    Entry,
    Household,
    Member,
    Residence,
    Verification,
)
from integrity.records.office import Area, ImportBatch, ImportRow, Person
from integrity.rules.areas import level_of
from integrity.rules.policy import Policy, load
from integrity.terms import AreaLevel, Capacity, Presence
from integrity.work import Work

_AT_ONCE = 500
Within = tuple[str, str] | None
"""An area as a half-open range of codes."""
AWAY = "（辖区以外的一户）"
"""Instead of the number of a household of another area."""
WRITTEN: dict[str, tuple[type[Entry], ...]] = {
    "roll": (Residence, Member), "commitments": (Commitment,), "conduct": (Conduct,),
    "comparison": (Verification, Change),
}  # fmt: skip
"""The kinds of entry with which an imported row begins."""


class State(NamedTuple):
    """成员状态 (state of a member) from a day on."""

    since: date
    capacity: Capacity
    presence: Presence


class Resident(NamedTuple):
    """在册成员 (member on record)."""

    no: int
    name: str
    blind: str
    """Blind index of the ID number."""
    born_on: date | None
    states: tuple[State, ...]

    def on(self, day: date) -> State | None:
        """The state on a day; None before the member was entered."""
        return next((state for state in reversed(self.states) if state.since <= day), None)


class Standing(NamedTuple):
    """在册家庭 (household on record). `since` is None when its entries were all taken back."""

    household_id: int
    since: date | None
    members: tuple[Resident, ...]

    def with_index(self, index: str) -> Resident | None:
        """The member with this blind index."""
        return next((member for member in self.members if member.blind == index), None)


class Facts(NamedTuple):
    """所需情况 (facts): what the units of one chunk are checked against and written with."""

    households: dict[str, Standing]
    elsewhere: dict[str, set[str]]
    imported: dict[str, int]
    villages: Villages
    policy: Policy
    taken: frozenset[str] = frozenset()
    """Numbers of the units that households elsewhere have: an officer of one area is told no more than that."""


class Villages(NamedTuple):
    """村（居）(villages) valid today."""

    codes: frozenset[str]
    named: dict[str, tuple[str, ...]]
    """Plain name, or 街道/村, → codes."""
    names: dict[str, str]
    within: Within = None
    """The codes of the area to which the officer is bound: what stands elsewhere is not there for him."""


def gather(work: Work, sheet: Sheet, units: list[Unit], villages: Villages, policy: Policy) -> Facts:
    """Read all that the units need."""
    lines = [line for unit in units for line in unit.lines]
    numbers = {unit.number for unit in units if unit.number}
    indexes = {work.vault.blind("id_number", line.person) for line in lines if line.person}
    others = _others(work, indexes, numbers, villages.within) if sheet.kind == "roll" else {}
    known, taken = _known(work, numbers, villages.within, roll=sheet.kind == "roll")
    return Facts(
        known,
        others,
        imported(work, sheet.kind, {line.digest for line in lines if line.digest}),
        villages,
        policy,
        taken,
    )


def _known(
    work: Work, numbers: set[str], within: Within, *, roll: bool
) -> tuple[dict[str, Standing], frozenset[str]]:  # fmt: skip
    """The households with these numbers that are there for the officer; and which numbers others elsewhere have."""
    if within is None:
        return households(work, numbers, with_members=not roll), frozenset()
    with row_security.everywhere(work.session) if roll else nullcontext():
        every = households(work, numbers, with_members=not roll)
        here = _numbers_within(work, every, within)
    gone = {number for number, one in every.items() if roll and one.since is None}  # taken back; it may come again
    known = {number: one for number, one in every.items() if number in here | gone}
    return known, frozenset(every.keys() - known.keys()) if roll else frozenset()


def _others(work: Work, indexes: set[str], numbers: set[str], within: Within) -> dict[str, set[str]]:
    """In which households these persons stand, in whatever area: nobody may stand in two. Those away have no number."""
    with row_security.everywhere(work.session):
        others = elsewhere(work, indexes)
        if within is None:
            return others
        every = {number for some in others.values() for number in some} - numbers
        here = _numbers_within(work, households(work, every, with_members=False), within) | numbers
    return {index: {one if one in here else AWAY for one in some} for index, some in others.items()}


def _numbers_within(work: Work, known: dict[str, Standing], within: tuple[str, str]) -> set[str]:
    """Which of these households live in the area today."""
    ids = {one.household_id: number for number, one in known.items()}
    last: dict[int, Row[Any]] = {}
    for some in _blocks(ids):
        rows = _standing(work, Residence, Residence.household_id, some, (Residence.area,))
        for row in sorted(rows, key=lambda row: (row.happened_on, row.seq)):
            if row.happened_on <= work.today:
                last[row.household_id] = row
    return {ids[one] for one, row in last.items() if within[0] <= row.area < within[1]}


def policy_in_use(work: Work) -> Policy:
    """The edition in force, or the shipped packs where none was registered yet."""
    try:
        return in_force(work)
    except NotFound:
        return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Policy:
    return load()


def villages(work: Work, within: Within = None) -> Villages:
    """All villages that are valid today (in an area), by code and by name."""
    rows = work.session.exec(
        select(Area.code, Area.name).where(
            Area.since <= work.today, (col(Area.until).is_(None)) | (col(Area.until) >= work.today)
        )
    ).all()
    townships = {code[:9]: name for code, name in rows if level_of(code) is AreaLevel.TOWNSHIP}
    codes = {code: name for code, name in rows if level_of(code) is AreaLevel.VILLAGE and _lies(code, within)}
    named: dict[str, tuple[str, ...]] = {}
    for code, name in codes.items():
        short, town = village_name(name), townships.get(code[:9], "")
        for key in {short, name, f"{town}/{short}", f"{town}/{name}", f"{town}{short}", f"{town}{name}"}:
            named[key] = (*named.get(key, ()), code)
    names = {code: townships.get(code[:9], "") + name for code, name in codes.items()}
    return Villages(frozenset(codes), named, names, within)


def _lies(code: str, within: Within) -> bool:
    return within is None or within[0] <= code < within[1]


def village_name(text: str) -> str:
    """A village's name without the words for its committee: 古槐社区居民委员会 is 古槐社区."""
    for ending, left in (("居民委员会", ""), ("居委会", ""), ("村民委员会", "村"), ("村委会", "村")):
        if text.endswith(ending) and len(text) > len(ending):
            short = text.removesuffix(ending) + left
            return short.removesuffix("村") if short.endswith("村村") else short
    return text


def households(work: Work, numbers: Collection[str], *, with_members: bool) -> dict[str, Standing]:
    """The households with these numbers."""
    found: dict[str, Standing] = {}
    for some in _blocks(numbers):
        ids = dict(
            work.session.exec(select(Household.id, Household.number).where(col(Household.number).in_(some))).all()
        )
        homes: dict[int, date] = {}
        for row in _standing(work, Residence, Residence.household_id, ids, ()):
            homes[row.household_id] = min(row.happened_on, homes.get(row.household_id, row.happened_on))
        people = _members(work, ids) if with_members else {}
        for household_id, number in ids.items():
            assert household_id is not None
            members = tuple(people.get(household_id, {}).values())
            found[number] = Standing(household_id, homes.get(household_id), members)
    return found


def _members(work: Work, ids: Collection[Any]) -> dict[int, dict[int, Resident]]:
    columns = (Member.no, Member.person_id, Member.born_on, Member.capacity, Member.presence)
    rows = _standing(work, Member, Member.household_id, ids, columns)
    persons: dict[int, tuple[str, str]] = {}
    for some in _blocks({row.person_id for row in rows}):
        query = select(Person.id, Person.name, Person.id_index).where(col(Person.id).in_(some))
        persons |= {int(row[0] or 0): (row[1], row[2]) for row in work.session.exec(query)}
    found: dict[int, dict[int, Resident]] = {}
    for row in sorted(rows, key=lambda row: (row.household_id, row.happened_on, row.seq)):
        mine = found.setdefault(row.household_id, {})
        before = mine[row.no].states if row.no in mine else ()
        name, index = persons[row.person_id]
        state = State(row.happened_on, row.capacity, row.presence)
        mine[row.no] = Resident(row.no, name, index, row.born_on, (*before, state))
    return found


def elsewhere(work: Work, indexes: Collection[str], *, but: int | None = None) -> dict[str, set[str]]:
    """Blind index → numbers of the households, `but` one, in which this person is a member who counts."""
    found: dict[str, set[str]] = {}
    for some in _blocks(indexes):
        query = select(Person.id, Person.id_index).where(col(Person.id_index).in_(some))
        persons = {int(one or 0): index for one, index in work.session.exec(query)}
        for block in _blocks(persons):
            for number, person_id in _counted(work, block, but):
                found.setdefault(persons[person_id], set()).add(number)
    return found


def _counted(work: Work, person_ids: list[int], but: int | None) -> Iterable[tuple[str, int]]:
    """(number of the household, person) where the last standing state of the member is 共同生活."""
    columns = (Member.no, Member.person_id, Member.presence)
    rows = _standing(work, Member, Member.person_id, person_ids, columns)
    last: dict[tuple[int, int], Row[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.happened_on, row.seq)):
        if row.household_id != but:
            last[row.household_id, row.no] = row
    if not last:
        return
    ids = {household for household, _ in last}
    numbers = dict(work.session.exec(select(Household.id, Household.number).where(col(Household.id).in_(ids))).all())
    for (household, _), row in last.items():
        if row.presence is Presence.PRESENT:
            yield numbers[household], row.person_id


def _standing(
    work: Work, kind: type[Entry], by: Any, values: Collection[Any], columns: tuple[Any, ...]
) -> list[Row[Any]]:
    """Rows of one kind that were not corrected, by household or person."""
    wanted: ColumnElement[bool] = col(by).in_(list(values))
    query = select(  # type: ignore[call-overload]
        kind.household_id, kind.seq, kind.corrects, kind.void, kind.happened_on, *columns
    ).where(wanted)
    rows = list(work.session.exec(query))
    replaced = {(row.household_id, row.corrects) for row in rows if row.corrects is not None}
    return [row for row in rows if not row.void and (row.household_id, row.seq) not in replaced]


def imported(work: Work, kind: str, digests: Collection[str]) -> dict[str, int]:
    """Digest → import, of rows that were imported and not taken back since."""
    found: dict[str, int] = {}
    for some in _blocks(digests):
        query = (
            select(ImportRow, ImportBatch.undone_at)
            .join(ImportBatch, col(ImportBatch.id) == ImportRow.import_id)
            .where(col(ImportRow.digest).in_(some), ImportBatch.kind == kind)
        )
        rows = work.session.exec(query).all()
        voided = taken_back(work, kind, {row.household_id for row, undone_at in rows if undone_at is not None})
        found |= {
            row.digest: row.import_id
            for row, undone_at in rows
            if undone_at is None or (row.household_id, row.first_seq) not in voided
        }
    return found


def taken_back(work: Work, kind: str, household_ids: Collection[int]) -> set[tuple[int, int]]:
    """(household, seq) of entries with which a row of this kind begins and which were voided."""
    found: set[tuple[int, int]] = set()
    for some in _blocks(household_ids):
        for table in WRITTEN[kind]:
            query = select(table.household_id, table.corrects).where(
                col(table.household_id).in_(some), col(table.void).is_(True)
            )
            found |= {(household, corrects or 0) for household, corrects in work.session.exec(query)}
    return found


def _blocks(values: Collection[Any]) -> Iterable[list[Any]]:
    """Values in lists of a length that every database takes in one statement."""
    every = sorted(values)
    return (every[n : n + _AT_ONCE] for n in range(0, len(every), _AT_ONCE))
