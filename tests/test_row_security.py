"""行级安全 (row-level security): on PostgreSQL a page that forgets its area still shows no household of another one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel, select

from integrity import households
from integrity.errors import Conflict
from integrity.records import row_security
from integrity.records.ledger import Household, Member
from integrity.records.office import Person
from integrity.records.places import HouseholdPlace
from integrity.rules.areas import code_range
from integrity.work import Office, make_engine
from tests.area_requests import Asker
from tests.conftest import _create, _drop, _named
from tests.counties_open import World, opened
from tests.two_counties import BESIDE, HERE

SEED, ASKED = 7, 150


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, postgres: str, postgres_template: str) -> Iterator[World]:
    """Two counties on PostgreSQL."""
    _create(postgres, "two_counties", postgres_template)
    yield from opened(tmp_path_factory.mktemp("counties"), Path(), url=_named(postgres, "two_counties"))
    _drop(postgres, "two_counties")


def here(world: World) -> Office:
    """The office as the township HERE sees it."""
    return world.office.within(code_range(HERE))


def test_every_table_with_households_shows_one_area_and_without_an_area_nothing(world: World) -> None:
    mine = [one.id for one in world.marks if one.area.startswith(HERE[:9])]
    seen = 0
    with world.office.engine.connect() as connection:
        assert row_security.stands(connection)
        named = {name for name, one in SQLModel.metadata.tables.items() if "household_id" in one.columns}
        assert named <= set(row_security.conditions()), "a new table with households has its policy"
        whole = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in named}
        connection.exec_driver_sql(f"SET LOCAL ROLE {row_security.WINDOW}")
        for name in row_security.conditions():
            assert connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() == 0, name
        row_security.narrow(connection, *code_range(HERE))
        for name in named:
            rows = connection.execute(text(f"SELECT household_id FROM {name}")).scalars().all()
            assert set(rows) <= {*mine, None}, name
            assert len(rows) <= whole[name]
            seen += len(rows)
    assert seen > 60


def test_a_query_that_forgets_its_area_finds_nothing_outside(world: World) -> None:
    with here(world).reading() as work:
        numbers = set(work.session.exec(select(Household.number)))
        names = {one[0] for one in work.session.exec(select(Person.name))}
        work.session.rollback()  # the next transaction of the session is narrowed too
        homes = set(work.session.exec(select(HouseholdPlace.area)))
    assert numbers == {one.number for one in world.marks if one.area.startswith(HERE[:9])}
    assert names == {"殳"}
    assert {one[:9] for one in homes} == {HERE[:9]}


def test_what_is_written_for_an_area_is_seen_at_once_and_taken_numbers_are_known_everywhere(world: World) -> None:
    far = next(one for one in world.marks if not one.area.startswith(HERE[:9]))
    with here(world).work("jb1") as work:
        made = households.register(
            work, "XH000001", area=f"{HERE[:9]}001", address="新巷1号", urban=True, since=date(2026, 8, 1)
        )  # fmt: skip
        assert households.by_number(work, "XH000001") == made
        with pytest.raises(Conflict, match="不能使用") as taken:
            work.open_household(far.number)
        with pytest.raises(Conflict) as reserved:
            work.open_household("H99999999")
        assert str(taken.value).replace(far.number, "H99999999") == str(reserved.value), "nothing is told of elsewhere"
        work.lock(made)
    with here(world).reading() as work:
        assert households.by_number(work, "XH000001") == made
    with world.office.within(code_range(BESIDE)).reading() as work:
        assert work.session.get(Household, made) is None


def test_the_window_changes_no_structure_and_passes_no_guard(world: World) -> None:
    for statement in ("DROP POLICY within_area ON household", "TRUNCATE household", "ALTER TABLE person ADD x int"):
        with here(world).reading() as work, pytest.raises(ProgrammingError):
            work.session.execute(text(statement))
    with here(world).reading() as work, pytest.raises(Exception, match="只能追加"):
        work.session.execute(text("UPDATE member SET no = 9"))
    with here(world).reading() as work:
        query = select(Member.household_id).where(Member.household_id == world.marks[-1].id)
        assert work.session.exec(query).first() is None


def test_on_sqlite_and_without_the_role_the_office_stays_as_it_is(world: World, tmp_path: Path) -> None:
    bare = make_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with bare.connect() as connection:
        assert not row_security.stands(connection)
        assert not row_security.renew(connection)
    bare.dispose()
    with world.office.engine.connect() as connection:  # a table lost its policy: the line counts as off
        connection.execute(text("DROP POLICY within_area ON waits"))
        assert not row_security.stands(connection)
        assert row_security.renew(connection)
        assert row_security.stands(connection)
        connection.rollback()


def test_pages_and_interface_work_behind_the_second_line_and_leak_nothing(world: World) -> None:
    asker = Asker(world.office, world.desks, world.marks, SEED)
    wrong = {}
    for _ in range(ASKED):
        asked = asker.draw()
        if found := asker.ask(asked):
            wrong[f"{asked.officer} {asked.door.verb} {asked.path} {asked.params}"] = found
    assert not wrong, wrong
    assert asker.tally["GET 200"] > 20
