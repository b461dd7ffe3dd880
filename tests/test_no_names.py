"""日志里的姓名 (names beside the books): after a day of requests no log, no list and no draft names anybody.

Pages and interface, refusals, forms with faults, and what nobody foresaw: with a name, a number and a telephone in
every place where somebody may type one.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlmodel import select

from integrity import persons, sessions
from integrity.records.office import Person
from integrity.web.declared import SAFE, doors
from tests.area_requests import Asker
from tests.counties_open import World, opened

SEED, ASKED = 20261123, 250
NAMED = {"person", "household_name", "residence", "household_place", "conduct", "verification"}
"""Where a name stands as it is written: the register of persons and its index, and what the households of these tests
hold a name in on purpose (the address, the source of a fact). Nothing else may name anybody."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Two counties, three townships."""
    yield from opened(tmp_path_factory.mktemp("counties"), sqlite_template)


def names_and_numbers(world: World) -> tuple[set[str], set[str]]:
    """The names of all persons, and their numbers and telephones."""
    with world.office.reading() as work:
        people = list(work.session.exec(select(Person)))
        numbers = {persons.plain(work, row, column) for row in people for column in ("id_number", "phone")} - {""}
    return {row.name for row in people}, numbers


def a_day(world: World, monkeypatch: pytest.MonkeyPatch, words: dict[str, str]) -> int:
    """Requests of every kind; how many ended in what nobody foresaw."""
    asker = Asker(world.office, world.desks, world.marks, SEED, press=0)
    for _ in range(ASKED):
        asker.ask(asker.draw())
    browser, own = world.desks("jb1"), world.marks[0]
    headers = {"authorization": f"Bearer {asker._token('jb1')}"}
    client = browser.client
    for door in doors(client.app):  # type: ignore[arg-type]
        path = door.path.replace("{number}", own.number).replace("{no}", "1")
        if door.verb in SAFE and not door.path.startswith("/api/"):
            browser.get(path, **words)
        elif door.path.startswith("/api/"):
            client.request(door.verb, path, headers=headers | {"idempotency-key": words["name"].encode()}, json=words)  # type: ignore[dict-item]
        elif not door.path.startswith(("/login", "/logout", "/account")):
            form = words | {"token": sessions.form_token(browser.secret), "key": "k"}
            client.post(path, data=form, headers=browser.headers, follow_redirects=False)

    def failing(*_: object, **__: object) -> None:
        raise ValueError(f"{words['name']} {words['id_number']} {words['phone']}")

    with monkeypatch.context() as patch:
        patch.setattr("integrity.households.by_number", failing)
        broken = [
            browser.get(f"/households/{own.number}").status_code,
            client.get(f"/api/households/{own.number}/cases", headers=headers).status_code,
        ]
    return broken.count(500)


def test_a_day_of_requests_leaves_no_name_and_no_number_beside_the_books(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    names, numbers = names_and_numbers(world)
    words = {"name": min(names), "id_number": min(numbers, key=len), "phone": max(numbers, key=len), "q": min(names)}
    with caplog.at_level(logging.DEBUG):
        assert a_day(world, monkeypatch, words) == 2
    strangers = ("httpx", "httpcore", "asyncio")  # the browser of the test
    kept = {"printed": "".join(capfd.readouterr())}
    kept |= {
        f"line {n}": one.getMessage() for n, one in enumerate(caplog.records) if not one.name.startswith(strangers)
    }
    kept |= {path.name: path.read_text(encoding="utf-8") for path in (world.home / "log").glob("*")}
    assert any("ValueError" in text for text in kept.values()), "what nobody foresaw is written down"
    found = {place: word for place, said in kept.items() for word in names | numbers if word in said}
    assert not found, found
    tables = {table: written(world, table) for table in inspect(world.office.engine).get_table_names()}
    assert len(tables["audit"]) > ASKED
    naming = {table for table, said in tables.items() if any(name in said for name in names)}
    assert naming <= NAMED, naming
    for path in world.home.parent.glob("chengxin.db*"):
        content = path.read_bytes()
        assert not [one for one in numbers if one.encode() in content], path


def written(world: World, table: str) -> str:
    """Every word of a table."""
    with world.office.engine.connect() as connection:
        return "\n".join(str(tuple(row)) for row in connection.execute(text(f'SELECT * FROM "{table}"')))
