"""接口说明与接口 (the interface and its description): every operation, every role, what is sound and what is not.

`python -m benchmarks.interface` asks more than twenty thousand times; here some hundreds are asked.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.exceptions import HTTPException
from httpx2 import Request, Response
from pydantic import ValidationError

from integrity.errors import NotFound
from integrity.rules.stated import EARLIEST, LATEST, unfit
from integrity.web.api_access import household_within
from integrity.web.api_requests import DAYS, FIT, AskRight
from tests.api_office import ADDRESS, Caller
from tests.area_requests import fake
from tests.counties_open import World, opened
from tests.schema_requests import CALLERS, Asker
from tests.two_counties import FAR, HERE

SEED, EXAMPLES, MOST = 20261122, 3, 14
CASES = "/api/households/{number}/cases"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Two counties, three townships."""
    yield from opened(tmp_path_factory.mktemp("counties"), sqlite_template)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here asks a port: whatever is asked is asked of the application itself."""

    def connect(_: socket.socket, address: object) -> None:
        raise AssertionError(f"asked {address}")

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(scope="module")
def asker(world: World) -> Asker:
    """Who asks; a token for every role."""
    return Asker(world.office, world.desks.client.app, world.marks, SEED)  # type: ignore[arg-type]


def test_every_role_is_answered_as_the_description_says_and_learns_nothing_of_elsewhere(asker: Asker) -> None:
    wrong = {}
    for n, question in enumerate(asker.questions(EXAMPLES, MOST)):
        who = asker.caller(question)
        if found := asker.ask(question, who):
            wrong[f"{n} {who} {question.case.method} {question.case.operation.path}"] = found
    assert not wrong, wrong
    asked = {operation for operation, _, _ in asker.tally}
    assert {f"{one.method.upper()} {one.path}" for one in asker.operations} <= asked
    assert {who for _, who, _ in asker.tally} == set(CALLERS)
    statuses = [status for _, _, status in asker.tally.elements()]
    assert min(statuses.count(status) for status in (200, 401, 403, 404, 405, 409, 422)) > 10, asker.tally


def wrong_with(asker: Asker, path: str = CASES, verb: str = "GET") -> str:
    """What the questions about one operation find, asked by the handler."""
    held, asker.operations = asker.operations, [
        one for one in asker.operations if (one.path, one.method.upper()) == (path, verb)
    ]  # fmt: skip
    try:
        return "\n".join(text for one in asker.questions(6, 20) for text in asker.ask(one, "经办"))
    finally:
        asker.operations = held


def test_the_questions_find_what_is_wrong(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: Any) -> None:
        raise ValueError("甲")

    def undeclared(*_: Any) -> None:
        raise HTTPException(418, "甲")

    def telling(work: Any, number: str) -> int:
        if number.startswith("Q2") and "9" not in number:
            raise NotFound(f"户 {number} 在别处")
        return household_within(work, number)

    for name, planted, said in (
        ("cases.cases_of", failing, "nobody foresaw it"), ("cases.cases_of", undeclared, "418"),
        ("household_within", telling, "another text for one elsewhere than for none"),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(f"integrity.web.api.{name}", planted)
            assert said in wrong_with(asker), name
    assert wrong_with(asker) == ""


def test_the_patterns_of_the_description_are_what_is_taken() -> None:
    shown = re.compile(FIT)
    points = (chr(one) for one in range(0x110000) if not 0xD800 <= one < 0xE000)
    assert not [hex(ord(one)) for one in points if bool(shown.fullmatch(one)) == bool(unfit(one))]
    days = (EARLIEST - timedelta(1), EARLIEST, date(1999, 12, 31), date(2000, 2, 29), LATEST, LATEST + timedelta(1))
    assert [bool(re.match(DAYS, str(one))) for one in days] == [EARLIEST <= one <= LATEST for one in days]


def test_a_paper_of_elsewhere_is_none_also_beside_a_run_of_ones_own(asker: Asker, world: World) -> None:
    headers = {"authorization": f"Bearer {asker.tokens['经办']}"}
    own = next(one for one in world.marks if one.area.startswith(HERE[:9]))
    strange = next(one for one in world.marks if one.area.startswith(FAR[:9])).papers[0]
    told = []
    for number in (strange, fake(strange)):
        body = {"to": "", "on": "2026-09-01", "numbers": [number]}
        answer = asker.client.post(f"/api/print-runs/{own.more['run']}/handover", json=body, headers=headers)
        told.append((answer.status_code, answer.text.replace(number, "")))
    assert told[0] == told[1], told
    assert told[0][0] == 404


@pytest.mark.parametrize(
    ("path", "status", "sent"),
    [
        ("/households/Q1/cases", 200, {"json": {"x": 1}}), ("/households/Q1/cases", 200, {"json": [{"no": "1"}]}),
        ("/households/Q1/cases", 418, {"json": {}}), ("/households/Q1/cases", 404, {"json": {"told": "x"}}),
        ("/papers/x/pdf", 200, {"text": "x"}), ("/print-runs/PC1", 200, {"content": b""}),
    ],
)  # fmt: skip
def test_the_clients_of_all_tests_see_an_answer_that_is_not_as_described(
    path: str, status: int, sent: dict[str, Any]
) -> None:
    answer = Response(status, request=Request("GET", f"{ADDRESS}/api{path}"), **sent)
    with pytest.raises(AssertionError, match="get /api"):
        Caller(None, "")._checked(answer)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["1", True, 1.5, 0, -1, 2**31, float("inf"), None])
def test_nothing_stands_for_a_whole_number_but_one(given: Any) -> None:
    asked = {"kind": "查阅复制", "speaker": "本人", "said": "请提供"}
    assert AskRight(member_no=1, **asked).member_no == AskRight(member_no=1.0, **asked).member_no == 1  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        AskRight(member_no=given, **asked)


def test_a_way_that_an_address_does_not_know_is_told_with_those_that_it_knows(asker: Asker) -> None:
    headers = {"authorization": f"Bearer {asker.tokens['经办']}"}
    for verb, path, allowed in (
        ("PUT", "/api/procedures", "GET"), ("DELETE", "/api/postings", "GET, POST"), ("POST", "/health", "GET"),
        ("OPTIONS", "/api/postings", "GET, POST"), ("PATCH", "/api/print-runs/preview", "POST"),
        ("GET", "/api/papers/x/print", "POST"),
    ):  # fmt: skip
        answer = asker.client.request(verb, path, headers=headers)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed), path
        assert "不能" in answer.text, path
    assert asker.client.request("PUT", "/api/nothing", headers=headers).status_code == 404
    assert asker.client.request("PUT", "/api/procedures").status_code == 401
