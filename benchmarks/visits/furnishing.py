"""What a roll of copies lacks to be worked with: villages, organs, what was adopted, officers with accounts.

Written as rows, once; the copies are made of the first county (see `pages`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from integrity import persons, sessions
from integrity.records.accounts import Account
from integrity.records.ledger import Household
from integrity.records.office import Adoption, Area, Officer, Organ, Person
from integrity.records.places import HouseholdPlace
from integrity.rules.areas import code_range
from integrity.rules.pinyin import readings
from integrity.terms import Role
from integrity.work import Office, Work

FIRST, SINCE = "370811", date(2023, 9, 1)
_TOWN = (Role.HANDLER, Role.ASSISTANT, Role.REVIEWER, Role.HANDLER, Role.APPROVER, Role.HANDLER, Role.INSPECTOR)
_COUNTY = (Role.HANDLER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR)
_CITY = (Role.REVIEWER, Role.INSPECTOR, Role.HANDLER)
_SAMPLE = 120


@dataclass
class Visitor:
    """An officer in a session, and what he looks for in his area."""

    code: str
    role: Role
    area: str
    secret: str
    numbers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    tails: list[str] = field(default_factory=list)
    villages: list[str] = field(default_factory=list)

    @property
    def reach(self) -> str:
        """How far he sees: township, county or city."""
        return "city" if self.area.endswith("0" * 8) else "county" if self.area.endswith("0" * 6) else "township"

    def asked(self, kind: str, chance: random.Random) -> str:
        """What he types into the box."""
        name = chance.choice(self.names)
        reading = chance.choice(readings(name))
        return {
            "name": name, "surname": name[0], "pinyin": reading.full, "initials": reading.initials,
            "last four": chance.choice(self.tails), "number": chance.choice(self.numbers),
            "village": chance.choice(self.villages),
        }[kind]  # fmt: skip


def furnish(office: Office) -> None:
    """Give every county its villages, organs and what it adopted; done once."""
    with office.reading() as work:
        counties = [str(one) for one in work.session.exec(text("SELECT DISTINCT county FROM waits")).scalars()]  # type: ignore[call-overload]
        known = set(work.session.exec(select(Area.code)))
    lacking = [one for one in counties if f"{one}000000" not in known]
    with office.work("benchmark") as work:
        for kind in (Area, Organ, Adoption):
            for row in _of_first(work, kind):
                for county in lacking:
                    work.session.add(_moved(kind, row, county))
        for city in {f"{one[:4]}00000000" for one in lacking} - known:
            work.session.add(Area(code=city, since=SINCE, until=None, name=f"第{city[2:4]}市", successor=""))


def _of_first(work: Work, kind: Any) -> list[Any]:
    column = kind.code if kind is Area else kind.area
    return list(work.session.exec(select(kind).where(column.like(f"{FIRST}%"))))


def _moved(kind: Any, row: Any, county: str) -> Any:
    column = "code" if kind is Area else "area"
    values = {one: getattr(row, one) for one in kind.model_fields if one != "id"}
    return kind(**values | {column: county + getattr(row, column)[6:]})


def seats(office: Office, people: int, chance: random.Random) -> Iterator[tuple[Role, str]]:
    """Role and area of each visitor: two thirds in townships, the others in counties and cities."""
    with office.reading() as work:
        areas = sorted(set(work.session.exec(select(Organ.area))))
    towns = [one for one in areas if not one.endswith("0" * 6)]
    for n in range(people):
        if n % 3:
            yield _TOWN[n % len(_TOWN)], chance.choice(towns)
        elif n % 2:
            yield _COUNTY[n % len(_COUNTY)], chance.choice(towns)[:6] + "000000"
        else:
            yield _CITY[n % len(_CITY)], chance.choice(towns)[:4] + "00000000"


def visitors(office: Office, people: int, seed: int = 2026) -> list[Visitor]:
    """Officers who are logged in, and whom they ask for."""
    chance, found = random.Random(seed), []
    with office.reading() as work:
        rows = work.session.exec(select(Person).where(col(Person.id) < 5000, Person.id_number != "").limit(300))
        tails = [persons.plain(work, one, "id_number")[-4:] for one in rows]
    for n, (role, area) in enumerate(seats(office, people, chance)):
        code = f"bm{n:03}{role.name[:3].lower()}{area[2:9]}"
        with office.work("benchmark") as work:
            _enrolled(work, code, role, area)
        with office.work(code) as work:
            one = Visitor(code, role, area, sessions.enter(work, code, address="127.0.0.1"), tails=tails)
        _acquaint(office, one)
        found.append(one)
    return found


def _enrolled(work: Work, code: str, role: Role, area: str) -> None:
    if work.session.get(Officer, code) is None:
        work.session.add(Officer(code=code, name="测速员", role=role, area=area, since=SINCE))
        work.session.flush()
        work.session.add(Account(
            officer=code, opened_at=work.now, opened_by="benchmark", approved_at=work.now, approved_by="benchmark too",
        ))  # fmt: skip
        work.session.flush()


def _acquaint(office: Office, one: Visitor) -> None:
    """Households of his area to look at, names to look for, villages."""
    low, high = code_range(one.area)
    with office.reading() as work:
        query = (
            select(Household.number, Person.name, HouseholdPlace.area)
            .join(HouseholdPlace, col(HouseholdPlace.household_id) == col(Household.id))
            .join(Person, col(Person.id) == col(HouseholdPlace.head_id))
            .where(HouseholdPlace.area >= low, HouseholdPlace.area < high, HouseholdPlace.scheme != "NONE")
            .limit(_SAMPLE)
        )
        rows = list(work.session.exec(query))
        codes = {row[2] for row in rows}
        villages = work.session.exec(select(Area.name).where(col(Area.code).in_(codes)))
        one.numbers, one.names, one.villages = [row[0] for row in rows], [row[1] for row in rows], list(villages)
