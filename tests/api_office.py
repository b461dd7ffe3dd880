"""接口试验 (the API in tests): an officer's own client with a token; every answer is held against what is declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from integrity import organs, tokens
from integrity.records.office import Officer
from integrity.terms import Cause, Role
from integrity.vault import Vault
from integrity.web.app import create_app
from integrity.work import Office, make_engine
from tests.conftest import SetClock
from tests.papers_office import COUNTY, TOWNSHIP, evaluate, furnish, granted, papers, richer

__all__ = ["Api", "Caller", "api", "papers", "rich"]

ADDRESS = "http://127.0.0.1:8000"
ELSEWHERE = "370812001000"
PEOPLE = {
    "xl01": (Role.ASSISTANT, TOWNSHIP), "xz01": (Role.HANDLER, TOWNSHIP), "fh02": (Role.REVIEWER, TOWNSHIP),
    "sp02": (Role.APPROVER, COUNTY), "jd01": (Role.INSPECTOR, COUNTY), "xl09": (Role.ASSISTANT, ELSEWHERE),
    "jb09": (Role.HANDLER, ELSEWHERE), "fh09": (Role.REVIEWER, ELSEWHERE), "sp09": (Role.APPROVER, ELSEWHERE),
    "jd09": (Role.INSPECTOR, ELSEWHERE),
}  # fmt: skip
"""Further officers: every role, here and in a township of another county."""
serial = count(1)


class Caller:
    """One officer at the API."""

    def __init__(self, client: TestClient, token: str) -> None:
        self.client = client
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, **params: Any) -> Response:
        """A look."""
        return self._checked(self.client.get(f"/api{quote(path)}", params=params, headers=self.headers))

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Response:
        """Something done, under a key of its own unless one is given."""
        headers = self.headers | {"idempotency-key": key or f"k{next(serial)}"}
        return self._checked(self.client.post(f"/api{quote(path)}", json=body or {}, headers=headers))

    def step(self, number: str, step: str, *, case: int = 1, evidence: str = "", **values: Any) -> Response:
        """One step of a case, today."""
        body = {"step": step, "values": values, "evidence": evidence}
        return self.post(f"/households/{number}/cases/{case}/steps", body)

    def open(self, number: str, procedure: str, step: str = "", *, evidence: str = "", **values: Any) -> Response:
        """The first step of a case, today."""
        body = {"procedure": procedure, "step": step, "values": values, "evidence": evidence}
        return self.post(f"/households/{number}/cases", body)

    def _checked(self, answer: Response) -> Response:
        """Only what the interface declares: statuses, kinds of content, the shape of every answer."""
        verb, path = answer.request.method.lower(), answer.request.url.path
        routes = [route for route, ways in _declared()["paths"].items() if verb in ways and _fits(route, path)]
        if routes:
            _as_declared(min(routes, key=lambda one: one.count("{")), verb, answer)
        if answer.status_code >= 400:
            assert set(answer.json()) <= {"message", "obstacles", "asks", "fields"}, answer.text
        return answer


@lru_cache(maxsize=1)
def _declared() -> dict[str, Any]:
    """What the interface declares: the same in every office, and slow to write down."""
    bare = make_engine("sqlite://")
    keys = Vault("", {}, b"")
    return dict(create_app(Office(bare, bare, keys)).openapi())


@cache
def _shape(route: str, verb: str, status: str) -> jsonschema_rs.Validator:
    """The shape of the JSON of an answer."""
    declared = _declared()
    schema = declared["paths"][route][verb]["responses"][status]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for(schema | {"components": declared["components"]}, validate_formats=True)


def _as_declared(route: str, verb: str, answer: Response) -> None:
    said = f"{verb} {route}: {answer.status_code} {answer.text[:2000]}"
    responses, status = _declared()["paths"][route][verb]["responses"], str(answer.status_code)
    assert status in responses, said
    kinds = responses[status].get("content", {})
    kind = answer.headers.get("content-type", "").partition(";")[0]
    assert kind in kinds if kinds else not answer.content, said
    if kind == "application/json":
        wrong = [str(one) for one in _shape(route, verb, status).iter_errors(answer.json())]
        assert not wrong, f"{said}\n{wrong}"


def _fits(route: str, path: str) -> bool:
    parts, given = route.split("/"), path.split("/")
    if len(parts) != len(given):
        return False
    return all(one in (two, "{" + one[1:-1] + "}") for one, two in zip(parts, given, strict=True))


class Api:
    """The API of one office: `api("jb01")` is that officer's client."""

    def __init__(self, office: Office, client: TestClient) -> None:
        self.office, self.client = office, client
        self.callers: dict[str, Caller] = {}

    def __call__(self, officer: str) -> Caller:
        """The client of an officer, with a token issued the first time."""
        if officer not in self.callers:
            self.callers[officer] = Caller(self.client, self.token(officer).secret)
        return self.callers[officer]

    def token(self, officer: str, *, days: int = 366) -> tokens.Issued:
        """A new token of an officer, issued by an approver of his own area."""
        issuer = "sp09" if officer.endswith("09") else "sp01"
        with self.office.work(issuer) as work:
            return tokens.issue(work, officer, days=days)

    def bare(self) -> TestClient:
        """A client without any token."""
        return self.client


@pytest.fixture
def api(office: Office, papers: Path) -> Iterator[Api]:
    """The API of a furnished office with officers of every role, here and elsewhere."""
    furnish(office)
    with office.work("sp01") as work:
        for code, (role, area) in PEOPLE.items():
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=area, since=date(2020, 1, 1)))
    with TestClient(create_app(office), base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield Api(office, client)


@pytest.fixture
def rich(api: Api, office: Office, family: Callable[..., int], clock: SetClock) -> str:
    """户编号 of a household above the line by a pension, evaluated on 2026-09-01: the program recommends to end."""
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    return "JN000001"
