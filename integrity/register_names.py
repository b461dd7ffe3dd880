"""台账上的名称 (names on registers): numbers of households, names of members masked, places, officers; in bulk.

What somebody wrote freely is covered too: names of the household's members, ID numbers, and who informed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import col, select

from integrity.books import Books
from integrity.records.ledger import Household, Member
from integrity.records.office import Area, Officer, Person
from integrity.rules.identity import mask_id, mask_name
from integrity.terms import Presence, Relation

GONE = "（已依法销毁）"
WITHHELD = "（涉及投诉举报人，不列出）"
_NUMBER = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15})(?![0-9A-Za-z])")
_INFORMED = re.compile("举报|投诉|检举")
_COMMA = "、"
_NOBODY = frozenset(("本人", "户主", "监护人"))


class Names:
    """名称 (names) for the lines of one portion of households after the other; `whole` leaves names as they are."""

    def __init__(self, books: Books, *, whole: bool) -> None:
        self._books = books
        self._whole = whole
        self._numbers: dict[int, str] = {}
        self._people: dict[int, dict[int, tuple[str, Relation]]] = {}
        self._heads: dict[int, int] = {}
        self._places: dict[str, str] = {}
        self._officers: dict[str, str] = {}

    def portion(self, ids: Sequence[int]) -> None:
        """Read what the next lines need; what was read for those before is forgotten."""
        wanted = sorted(set(ids))
        query = columns(col(Household.id), col(Household.number)).where(col(Household.id).in_(wanted))
        self._numbers = {one: number for one, number in self._books.rows(query)}
        self._people, self._heads = {}, {}
        member: Any = Member
        person: Any = Person
        states = columns(member.household_id, member.no, member.relation, member.presence, person.name)
        chosen = states.join(Person, person.id == member.person_id).where(
            member.household_id.in_(wanted), self._books.known(Member)
        )
        present: dict[int, dict[int, bool]] = {}
        for row in self._books.rows(chosen.order_by(member.happened_on, member.seq)):
            self._people.setdefault(row.household_id, {})[row.no] = (row.name, row.relation)
            present.setdefault(row.household_id, {})[row.no] = row.presence is Presence.PRESENT
        for household_id, states_of in present.items():
            people = self._people[household_id]
            self._heads[household_id] = min(
                states_of, key=lambda no: (not states_of[no], people[no][1] is not Relation.HEAD, no)
            )

    def number(self, household_id: int) -> str:
        """户编号."""
        return self._numbers.get(household_id, "")

    def member(self, household_id: int, no: int | None) -> str:
        """A member's name as it is shown; "" for none."""
        if no is None:
            return ""
        name, _ = self._people.get(household_id, {}).get(no, ("", Relation.OTHER))
        return self.shown(name) if name else GONE

    def relation(self, household_id: int, no: int) -> str:
        """与户主关系 of a member."""
        found = self._people.get(household_id, {}).get(no)
        return found[1].value if found else ""

    def head(self, household_id: int) -> str:
        """户主: the head, or who stands in for him."""
        return self.member(household_id, self._heads.get(household_id))

    def shown(self, name: str) -> str:
        """A name, masked unless names are given in full."""
        return name if self._whole else mask_name(name)

    def several(self, names: str) -> str:
        """Several names in one text, as an entry holds them; words that stand for a person are left."""
        return _COMMA.join(one if one in _NOBODY else self.shown(one) for one in names.split(_COMMA) if one)

    def text(self, household_id: int, text: str) -> str:
        """What was written freely: names of members masked, ID numbers masked, withheld where it tells of informers."""
        if _INFORMED.search(text):
            return WITHHELD
        shown = _NUMBER.sub(lambda found: mask_id(found[0]), text)
        if self._whole:
            return shown
        for name in sorted({name for name, _ in self._people.get(household_id, {}).values() if name}, key=len):
            shown = shown.replace(name, mask_name(name))
        return shown

    def place(self, code: str) -> str:
        """The village with its township."""
        if code not in self._places:
            self._places[code] = "".join(self._named((code[:9] + "000", code))) or code
        return self._places[code]

    def _named(self, codes: Iterable[str]) -> Iterable[str]:
        for code in codes:
            query = select(Area.name).where(Area.code == code, Area.since <= self._books.period.last)
            yield self._books.work.session.exec(query.order_by(col(Area.since).desc())).first() or ""

    def officer(self, code: str) -> str:
        """Name and 工号 of who did something."""
        if code not in self._officers:
            found = self._books.work.session.get(Officer, code)
            self._officers[code] = f"{found.name}（{code}）" if found else code
        return self._officers[code]
