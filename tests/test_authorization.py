"""权限 (authorization): every way in names its matter, and nobody learns what lies outside his area.

`python -m benchmarks.authorization` asks ten thousand times; here some hundreds are asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from httpx2 import Response
from sqlmodel import select

from integrity import mishaps, permissions_told, persons, sessions
from integrity.permissions import RIGHTS
from integrity.records.office import Person
from integrity.web import app as web
from integrity.web.app import create_app
from integrity.web.declared import OPEN, SAFE, Undeclared, doors
from integrity.web.guard import HEADERS
from tests.area_requests import Asker, plain
from tests.counties_open import World, opened
from tests.two_counties import HERE, OFFICERS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "permissions.zh-CN.md"
SEED, ASKED = 20261101, 500


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Two counties, three townships."""
    yield from opened(tmp_path_factory.mktemp("counties"), sqlite_template)


def test_what_happens_elsewhere_changes_nothing_here(
    world: World, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    """No count, list, choice or order of one township tells whether the others exist."""
    asker = Asker(world.office, world.desks, world.marks, SEED)
    own = [one for one in world.marks if one.area.startswith(HERE[:9])]
    alone = opened(tmp_path_factory.mktemp("counties"), sqlite_template, (HERE,))
    single = next(alone)
    compared = 0
    try:
        for door in asker.doors:
            if door.verb != "GET" or door.path.startswith("/api/") or RIGHTS[door.matter].area == "全部":
                continue
            if door.path == "/verify/page" or door.path.startswith("/codes"):
                continue  # made for everybody: the keys of this office and the papers that ended
            officers = [
                one for one in ("xl1", "jb1", "fh1", "sp1", "jd1") if OFFICERS[one][0] in RIGHTS[door.matter].roles
            ]
            for officer in officers[:2]:
                path, _ = asker.path(door.path, own[compared % len(own)])
                one, two = (_settled(each, officer, path) for each in (single, world))
                if one.content.startswith((b"%PDF", b"PK")):
                    continue
                lines = zip_longest(plain(one, []).splitlines(), plain(two, []).splitlines())
                differs = next((f"{a}\n{b}" for a, b in lines if a != b), "")
                assert not differs, f"{officer} {path}: {differs[:1000]}"
                compared += one.status_code == 200
    finally:
        alone.close()
    assert compared > 60


def _settled(world: World, officer: str, path: str) -> Response:
    """A look at what is there when nothing is being counted any more."""
    answer = world.get(officer, path)
    for _ in range(300):
        if "正在统计" not in answer.text[:2000]:
            return answer
        time.sleep(0.1)
        answer = world.get(officer, path)
    raise AssertionError(f"{path} is still counted")


def test_every_way_in_names_its_matter_or_the_program_does_not_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = doors(world.desks.client.app)  # type: ignore[arg-type]
    assert len(found) > 200
    assert {one.path for one in found if not one.matter} == set(OPEN), "the list of open ways is as short as can be"
    assert {one.matter for one in found} - {""} <= set(RIGHTS)
    forgotten = APIRouter()
    forgotten.add_api_route("/forgotten", lambda: "open to all")
    monkeypatch.setattr(web, "ROUTERS", (*web.ROUTERS, forgotten))
    with pytest.raises(Undeclared, match="GET /forgotten"):
        create_app(world.office)


def test_the_document_is_the_table_by_which_the_program_goes(world: World) -> None:
    told = PAGE.read_text(encoding="utf-8")
    command = "python -c 'from integrity.permissions_told import page; print(page(), end=\"\")'"
    assert told == permissions_told.page(), f"run: {command} > docs/permissions.zh-CN.md"
    for officer in ("jb1", "ga1"):
        shown = world.desks(officer).page("/permissions")
        assert all(f">{matter}</th>" in shown for matter in RIGHTS)
        own = "、".join(permissions_told.of(OFFICERS[officer][0]))
        assert own in shown


def test_whoever_may_not_is_refused_before_anything_is_looked_at(world: World) -> None:
    """Every way in, once, by a role that has not its matter: 403 in the same words whatever is asked about."""
    for door in doors(world.desks.client.app):  # type: ignore[arg-type]
        others = [one for one, (role, _) in OFFICERS.items() if door.matter and role not in RIGHTS[door.matter].roles]
        if not others or door.path.startswith("/api/"):
            continue
        browser = world.desks(sorted(others)[0])
        path = door.path.replace("{no}", "1").replace("{seq:int}", "1")
        data = {"token": sessions.form_token(browser.secret)}
        sent: dict[str, Any] = {} if door.verb in SAFE else {"data": data}
        answer = browser.client.request(door.verb, path, headers=browser.headers, follow_redirects=False, **sent)
        assert answer.status_code == 403, (door, answer.status_code)


def test_no_form_is_taken_without_its_token_or_from_another_site(world: World) -> None:
    for door in doors(world.desks.client.app):  # type: ignore[arg-type]
        if door.verb in SAFE or door.path.startswith("/api/"):
            continue
        path = door.path.replace("{number}", world.marks[0].number).replace("{no}", "1")
        for officer in ("jb1", "spa", "aq1"):
            browser = world.desks(officer)
            bare = browser.client.post(path, headers=browser.headers, data={"number": "1"}, follow_redirects=False)
            assert bare.status_code in ((403,) if not door.path.startswith("/login/") else (303, 403)), door
            if bare.status_code == 303:
                assert bare.headers["location"].startswith("/login"), door
        token = {"token": sessions.form_token(browser.secret)}
        for origin in ({"origin": "https://example.invalid"}, {"sec-fetch-site": "cross-site"}):
            headers = browser.headers | origin
            strange = browser.client.post(path, headers=headers, data=token, follow_redirects=False)
            assert strange.status_code == 403, (door, origin)


def test_the_browser_is_told_what_it_may_do(world: World) -> None:
    browser, one = world.desks("jb1"), world.marks[0]
    paths = (
        "/",
        f"/households/{one.number}",
        "/households/none",
        f"/households/{one.number}/evidence/{one.digest}",
        "/x",
    )
    for path in paths:
        answer = browser.get(path)
        own = {name for name in HEADERS if answer.headers.get(name) != HEADERS[name]}
        assert own <= ({"content-security-policy"} if one.digest in path else set()), path
        assert "frame-ancestors" in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "charset=utf-8" in answer.headers["content-type"]
    assert "attachment" in answer.headers.get("content-disposition", "attachment")
    assert 'action="/logout"' in browser.page("/")
    assert browser.client.request("TRACE", "/", headers=browser.headers).status_code == 405
    leaving = world.desks.sign_in("jb01")  # nobody else here uses this one
    out = leaving.client.post(
        "/logout", headers=leaving.headers, data={"token": sessions.form_token(leaving.secret)}, follow_redirects=False
    )  # fmt: skip
    assert "storage" in out.headers["clear-site-data"]
    assert leaving.get("/").headers["location"].startswith("/login")


def test_nobody_learns_what_lies_outside_his_area(world: World) -> None:
    asker = Asker(world.office, world.desks, world.marks, SEED)
    wrong = {}
    for n in range(ASKED):
        asked = asker.draw()
        if found := asker.ask(asked):
            wrong[f"{n} {asked.officer} {asked.door.verb} {asked.path} {asked.params}"] = found
    assert not wrong, wrong
    assert min(asker.tally.get(one, 0) for one in ("GET 200", "GET 403", "GET 404", "POST 403", "POST 404")) > 10, (
        asker.tally
    )


def test_what_nobody_types_is_no_surprise(world: World) -> None:
    """Places in a list, days and marks of a form that are none: told in words, and never a fault of the program."""
    browser, own = world.desks("jb1"), world.marks[0].number
    for path in ("postings", "work/POSTING", "work/RESULT", "work/INTAKE", "print", "search", "rechecks"):
        for after in ("9999999-1", "999999999999999-1", "999999999999999-9-9-9", "²", "٣-٣", "9" * 5000):
            assert browser.get(f"/{path}", after=after, before=after, page=after).status_code < 500, (path, after)
    form = f"/households/{own}/verifications/new"
    for day in ("9" * 20 + "-1-1", "²-1-1", "2026-²-1", "9" * 5000, "99999999999-9-9", "0-0-0"):
        answer = browser.post_form(form, {"on": day})
        assert (answer.status_code, "应为日期" in answer.text) == (422, True), day
    for seen in ("²", "9" * 5000, "-1", "٣", "x", ""):
        answer = browser.post_form(form, {"seen": seen, "on": "2026-08-30", "source": "入户"})
        assert answer.status_code in (303, 409, 422), seen


def test_no_log_names_anybody(
    world: World, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """What the program writes beside its books: no name, ID number, telephone, household, also when it fails."""
    browser, one = world.desks("jb1"), world.marks[0]
    name = next(word for word in one.words if word[0] == "殳" and word[1:])
    with world.office.reading() as work:
        people = list(work.session.exec(select(Person)))
        secrets = {persons.plain(work, row, column) for row in people for column in ("id_number", "phone")} - {""}
    secrets |= {row.name for row in people} | {mark.number for mark in world.marks}
    with caplog.at_level(logging.DEBUG):
        for path in ("/search", f"/households/{one.number}", f"/households/{one.number}/papers", f"/households/{name}"):
            browser.get(path, q=name)
        token = {"token": sessions.form_token(browser.secret), "name": name, "id_number": min(secrets), "key": "log"}
        for path in ("/households/new", f"/households/{one.number}/changes/new", "/verify", "/search"):
            browser.client.post(path, data=token, headers=browser.headers)
        mishaps.write_down(ValueError(f"{name} {min(secrets)}"))
    printed = "".join(capfd.readouterr())
    strangers = ("httpx", "httpcore", "asyncio")  # the browser of the test
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(strangers)]
    logs = [path.read_text(encoding="utf-8") for path in (world.home / "log").glob("*")]
    assert logs, "what nobody foresaw is written down"
    for text in (printed, *ours, *logs):
        assert not [secret for secret in secrets if secret in text]
