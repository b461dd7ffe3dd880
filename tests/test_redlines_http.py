"""红线经接口 (red lines over HTTP): what the use cases refuse, a program with a token is refused as well, by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from integrity import tokens
from integrity.cases import open_case, read_case
from integrity.errors import NotFound
from integrity.terms import Procedure
from integrity.web.app import create_app
from integrity.work import Office
from tests.papers_office import papers
from tests.test_redlines_office import OPENING, PLAN, aided

__all__ = ["aided", "papers"]

CASES = "/api/households/JN000001/cases"


@pytest.fixture
def client(aided: tuple[Office, int]) -> Iterator[TestClient]:
    """A program that acts for the reviewer and for the handler, each with a token of his own."""
    made = TestClient(create_app(aided[0]), base_url="http://127.0.0.1:8000", raise_server_exceptions=False)
    with made as client:
        yield client


def bearer(office: Office, officer: str) -> dict[str, str]:
    with office.work("sp01") as work:
        secret = tokens.issue(work, officer).secret
    return {"authorization": f"Bearer {secret}", "idempotency-key": f"redline-{officer}-1"}


def written(value: Any) -> Any:
    """A value as it is sent."""
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("name", [name for name, one in OPENING.items() if one[1] != "系统任务"])
def test_no_case_is_opened_across_a_red_line_over_http(
    client: TestClient, aided: tuple[Office, int], name: str
) -> None:
    office, household = aided
    no, officer, procedure, given = OPENING[name]
    values = {key: written(one) for key, one in given.items() if key != "step"}
    body = {"procedure": procedure.value, "step": given.get("step", ""), "values": values}
    answer = client.post(CASES, json=body, headers=bearer(office, officer))
    assert answer.status_code == 409
    assert f"红线第{no}条" in answer.text
    with office.reading() as work, pytest.raises(NotFound):
        read_case(work, household, 1)


STEPS: Mapping[str, tuple[int, str, Mapping[str, Any]]] = {
    "抵扣": (3, "扣减", {}),
    "视为同意": (17, "视为同意", {}),
    "没有送达就算逾期": (17, "逾期没有提出", {}),
    "通报批评": (9, "通报批评", {}),
}
"""Steps of an open case of adjustment that cross a line: number, step, what it states."""


@pytest.mark.parametrize("name", STEPS)
def test_no_step_crosses_a_red_line_over_http(client: TestClient, aided: tuple[Office, int], name: str) -> None:
    office, household = aided
    with office.work("fh01") as work:
        open_case(work, household, Procedure.DECISION, **PLAN)
    no, step, values = STEPS[name]
    answer = client.post(f"{CASES}/1/steps", json={"step": step, "values": values}, headers=bearer(office, "jb01"))
    assert answer.status_code == 409
    assert f"红线第{no}条" in answer.text


def test_no_list_of_defaulters_is_posted_over_http(client: TestClient, aided: tuple[Office, int]) -> None:
    body = {"kind": "失信名单", "area": "370811001001", "place": "村务公开栏", "lines": []}
    answer = client.post("/api/postings", json=body, headers=bearer(aided[0], "jb01"))
    assert answer.status_code == 409
    assert "红线第6条" in answer.text


def test_nothing_is_written_without_a_name(client: TestClient, aided: tuple[Office, int]) -> None:
    paths: dict[str, dict[str, Any]] = create_app(aided[0]).openapi()["paths"]
    writing = [(verb, path) for path, verbs in paths.items() for verb in verbs if verb != "get"]
    assert writing
    for verb, path in writing:
        assert client.request(verb, path, json={}).status_code == 401, path
    assert client.post("/api/households/JN000001/explanation", json={}).status_code in (401, 405)
