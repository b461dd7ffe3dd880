"""接口的身份与范围 (who asks the API, and how far he sees): tokens, roles, areas; no word on what lies elsewhere."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from typer.testing import CliRunner

from integrity import areas, households, tokens
from integrity.__main__ import app as commands
from integrity.areas_file import AreaRow
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.permissions import ALLOWED
from integrity.records.access import ApiToken
from integrity.records.office import Audit, Officer
from integrity.settings import settings
from integrity.terms import Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.api_office import PEOPLE, Api, api, papers, rich
from tests.conftest import SetClock
from tests.papers_office import COUNTY
from tests.test_api import DIRECT, PLAN, opened

__all__ = ["api", "papers", "rich"]

MEMBER = {"member_no": 1, "kind": "查阅复制", "speaker": "本人", "said": "请提供副本"}
LIST = {"kind": "审核结果公示", "area": "370811001001", "place": "村务公开栏"}
MATTERS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("查看户账", "get", "/households/{h}/cases", {}), ("查看户账", "get", "/households/{h}/cases/1", {}),
    ("查看户账", "get", "/households/{h}/cases/1/steps/告知/obstacles", {}),
    ("查看户账", "get", "/households/{h}/rights", {}), ("查看户账", "get", "/households/{h}/explanation", {}),
    ("查看户账", "get", "/households/{h}/prospects", {}), ("查看户账", "post", "/households/{h}/what-if", {}),
    ("查看户账", "get", "/papers/{p}", {}), ("查看文书版面", "get", "/papers/{p}/pdf", {}),
    ("打印文书", "post", "/papers/{p}/print", {}),
    ("登记送达", "post", "/papers/{p}/service", DIRECT | {"on": "2026-09-01"}),
    ("办理程序", "post", "/households/{h}/cases", {"procedure": "调整与终止", "values": PLAN}),
    ("办理程序", "post", "/households/{h}/cases/1/steps", {"step": "告知"}),
    ("办理程序", "post", "/households/{h}/rights", MEMBER),
    ("公示", "post", "/postings/{g}/objections", {"household": "{h}", "text": "不同意"}),
)  # fmt: skip
"""Matter, and a request about one household, paper or notice."""
OFFICERS = {"jb01": Role.HANDLER, "fh01": Role.REVIEWER, "sp01": Role.APPROVER} | {
    code: role for code, (role, _) in PEOPLE.items()
}


@pytest.fixture
def known(api: Api, rich: str) -> dict[str, str]:
    """A household with a case and a paper; what stands for each in an address."""
    opened(api, rich)
    (paper,) = api("jb01").step(rich, "告知").json()["papers"]
    return {"h": rich, "p": paper["number"], "g": "任民示〔2026〕1号"}


def asked(api: Api, officer: str, verb: str, path: str, body: dict[str, Any]) -> Any:
    """One request of an officer."""
    caller = api(officer)
    return caller.get(path) if verb == "get" else caller.post(path, body)


@pytest.mark.parametrize("officer", OFFICERS)
def test_role_and_area_decide_and_nobody_learns_what_lies_elsewhere(
    api: Api, known: dict[str, str], officer: str
) -> None:
    absent = {"h": "JN999999", "p": "任民听〔2026〕999号", "g": "任民示〔2026〕999号"}
    for matter, verb, path, body in MATTERS:
        there, nowhere = (_filled(path, body, names) for names in (known, absent))
        one = asked(api, officer, verb, *there)
        other = asked(api, officer, verb, *nowhere)
        if OFFICERS[officer] not in ALLOWED[matter]:
            assert (one.status_code, other.status_code) == (403, 403), (officer, path)
            assert one.json() == other.json()
        elif officer.endswith("09"):
            assert (one.status_code, other.status_code) == (404, 404), (officer, path)
            assert _without(one.text, known) == _without(other.text, absent)
        else:
            assert one.status_code in ((404,) if "{g}" in path else (200, 409)), (officer, path, one.text)
            assert other.status_code == 404, (officer, path)


def _filled(path: str, body: dict[str, Any], names: dict[str, str]) -> tuple[str, dict[str, Any]]:
    return path.format(**names), {key: one.format(**names) if one == "{h}" else one for key, one in body.items()}


def _without(said: str, names: dict[str, str]) -> str:
    for name in names.values():
        said = said.replace(name, "·")
    return said


@pytest.mark.parametrize("officer", OFFICERS)
def test_lists_and_notices_stay_within_the_area(api: Api, rich: str, officer: str) -> None:
    caller = api(officer)
    own = caller.get("/postings")
    assert (own.status_code, own.json()) == (200, {"hanging": [], "due_down": []})
    assert caller.get("/postings", area="330000000000").status_code == 403
    posted = caller.post("/postings", LIST | {"lines": [{"household": rich, "case_no": 1}]})
    allowed = OFFICERS[officer] in ALLOWED["公示"] and not officer.endswith("09")
    assert posted.status_code == (409 if allowed else 403), posted.text
    assert len(caller.get("/procedures").json()) == 18


def test_without_a_valid_token_every_route_answers_401(api: Api, known: dict[str, str], clock: SetClock) -> None:
    short, revoked = api.token("jb01", days=1), api.token("jb01")
    with api.office.work("jb01") as work:
        tokens.revoke(work, revoked.token.id or 0)
    gone = api.token("xz01").secret
    with api.office.engine.begin() as connection:
        connection.execute(text("UPDATE officer SET until = since WHERE code = 'xz01'"))
    clock.on(date(2026, 9, 3))
    application: Any = api.bare().app
    paths = application.openapi()["paths"]
    wrong = ["", "Bearer ", "Bearer cx_wrong", "Basic Zm9vOmJhcg==", "Bearer é", f"Bearer {short.secret}",
             f"Bearer {revoked.secret}", f"Bearer {gone}", short.secret]  # fmt: skip
    told = set()
    addresses = [(verb, path) for path, verbs in paths.items() for verb in verbs if path.startswith("/api/")]
    addresses += [("get", "/api/openapi.json"), ("get", "/api/nothing"), ("put", "/api/procedures"), ("post", "/api/")]
    assert len(addresses) > 18
    for verb, path in addresses:
        for header in wrong:
            for content in (b"{}", b"{"):
                headers = {"authorization": header.encode("latin-1")} if header else {}
                answer = api.bare().request(verb, path.format(number="x", no=1, code="y", procedure="z", digest="0",
                                                              kind="k", form="pdf", month="m", quarter="q",
                                                              reference="r"),
                                            content=content, headers=headers)  # fmt: skip
                assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), (path, header)
                told.add(answer.text)
    assert told == {'{"message":"请出示有效的接口凭据"}'}


def test_what_is_not_there_is_told_only_to_who_may_ask(api: Api) -> None:
    answer = api("jd01").get("/nothing")
    assert (answer.status_code, "没有这个接口" in answer.text) == (404, True)


def test_of_a_token_only_its_digest_is_kept_and_every_use_is_in_the_log(api: Api, rich: str, office: Office) -> None:
    issued = api.token("fh01")
    with office.reading() as work:
        kept = [str(one.model_dump()) for one in work.session.exec(select(ApiToken))]
    assert issued.secret not in "".join(kept)
    assert tokens.digest(issued.secret) in "".join(kept)
    api("fh01").get("/households/none/cases")
    api("fh01").get(f"/households/{rich}/cases")
    api("jd01").post(f"/households/{rich}/cases", {"procedure": "调整与终止"})
    with office.reading() as work:
        lines = [one for one in work.session.exec(select(Audit)) if one.action in ("接口调用", "查看案件")]
    assert [(one.actor, one.detail) for one in lines] == [
        ("fh01", "GET /api/households/{number}/cases"), ("fh01", "GET /api/households/{number}/cases"),
        ("fh01", "接口：案件一览"), ("jd01", "POST /api/households/{number}/cases"),
    ]  # fmt: skip
    assert all(re.fullmatch(r"token:\d+", one.subject) for one in lines if one.action == "接口调用")


def test_tokens_are_issued_and_revoked_by_who_registers_officers(api: Api, office: Office, clock: SetClock) -> None:
    for actor, code, fault in (
        ("fh01", "jb01", Forbidden), ("sp09", "jb01", Forbidden), ("sp01", "zz99", NotFound),
        ("sp01", "jb09", Forbidden),
    ):  # fmt: skip
        with pytest.raises(fault), office.work(actor) as work:
            tokens.issue(work, code)
    for days in (0, 367, -1):
        with pytest.raises(Invalid, match="有效期"), office.work("sp01") as work:
            tokens.issue(work, "jb01", days=days)
    with office.work("sp01") as work:
        work.put(Officer(code="xt", name="系统", role=Role.SYSTEM, area=COUNTY, since=date(2020, 1, 1)))
    with pytest.raises(Refused, match="系统任务"), office.work("sp01") as work:
        tokens.issue(work, "xt")
    made = api.token("jb01").token
    with pytest.raises(Forbidden), office.work("fh01") as work:
        tokens.revoke(work, made.id or 0)
    with office.work("sp01") as work:
        tokens.revoke(work, made.id or 0)
    with pytest.raises(Conflict, match="已作废"), office.work("sp01") as work:
        tokens.revoke(work, made.id or 0)
    with pytest.raises(NotFound), office.work("sp01") as work:
        tokens.revoke(work, 999)


def test_a_token_ends_at_its_hour(api: Api, office: Office, clock: SetClock) -> None:
    made = api.token("jb01", days=90)
    assert made.token.expires_at - made.token.issued_at == timedelta(days=90)
    for moment, found in ((made.token.expires_at - timedelta(seconds=1), True), (made.token.expires_at, False)):
        with office.reading(now=moment) as work:
            assert (tokens.holder(work, made.secret) is not None) is found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE api_token SET revoked_at = NULL", "UPDATE api_token SET expires_at = expires_at + 1",
        "UPDATE api_token SET officer = 'sp01', revoked_at = 1", "DELETE FROM api_token", "DELETE FROM api_request",
        "UPDATE api_request SET result = 'step:1:1:2'",
    ],
)  # fmt: skip
def test_no_statement_changes_a_token_or_what_was_answered(api: Api, rich: str, office: Office, statement: str) -> None:
    opened(api, rich)
    with pytest.raises(DBAPIError, match=r"不允许|只能追加"), office.engine.begin() as connection:
        connection.execute(text(statement))


BY_STATE = ("what-if", "print", "preview", "start", "count", "spoil", "handover", "cancel", "returned", "reading-needs",
            "integrity-state")  # fmt: skip
"""Requests that enter nothing, or that are refused when they come again, because the state says that it is done."""


def test_the_description_is_in_chinese_and_names_every_answer(api: Api) -> None:
    told = api("jd01").get("/openapi.json")
    assert api.bare().get("/openapi.json").status_code == 404
    routes = told.json()["paths"]
    assert len([path for path in routes if path.startswith("/api/")]) == 37
    for path, verbs in routes.items():
        for verb, what in verbs.items():
            if not path.startswith("/api/"):
                continue
            assert re.search("[一-鿿]", what["summary"] + what["description"]), path
            assert set(what["responses"]) == {"200", "401", "403", "404", "409", "413", "422", "500"}, path
            assert what["security"] == [{"token": []}], path
            named = {one["name"] for one in what.get("parameters", [])}
            assert named >= set(re.findall(r"{(\w+)}", path))
            assert ("Idempotency-Key" in named) == (verb == "post" and not path.endswith(BY_STATE)), path
    for schema in told.json()["components"]["schemas"].values():
        assert re.search("[一-鿿]", schema.get("description", schema.get("title", ""))), schema
    _references(told.json(), told.json()["components"]["schemas"])


def _references(part: Any, schemas: dict[str, Any]) -> None:
    """Every reference leads to a schema that is there."""
    if isinstance(part, dict):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/components/schemas/") in schemas
        for one in part.values():
            _references(one, schemas)
    elif isinstance(part, list):
        for one in part:
            _references(one, schemas)


def test_the_command_writes_a_token_once_and_into_a_file_of_its_own(
    api: Api, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrity.cli.console.open_office", lambda _: office)
    monkeypatch.setattr(Office, "dispose", lambda _: None)
    file = tmp_path / "token.txt"
    made = CliRunner().invoke(commands, ["token", "issue", "jb01", "--out", str(file), "--by", "sp01"])
    assert made.exit_code == 0, made.output
    secret = file.read_text().strip()
    assert secret.startswith("cx_")
    assert secret not in made.output
    assert file.stat().st_mode & 0o077 == 0
    headers = {"authorization": f"Bearer {secret}"}
    assert api.bare().get("/api/procedures", headers=headers).status_code == 200
    listed = CliRunner().invoke(commands, ["token", "list", "jb01"])
    assert "有效" in listed.output
    assert secret not in listed.output
    assert CliRunner().invoke(commands, ["token", "revoke", "1", "--by", "jb01"]).exit_code == 0
    assert api.bare().get("/api/procedures", headers=headers).status_code == 401
    assert "已作废" in CliRunner().invoke(commands, ["token", "list"]).output
    refused = CliRunner().invoke(commands, ["token", "issue", "jb01", "--by", "fh01"])
    assert refused.exit_code == 4
    assert not list(settings().home.glob("token-*"))


def test_a_household_that_moves_away_is_no_longer_seen(api: Api, rich: str, office: Office) -> None:
    with office.work("sp01") as work:
        areas.load(work, [AreaRow("370812001001", "邻县社区", None, None, "")])
    assert api("jb01").get(f"/households/{rich}/cases").status_code == 200
    _move(office, rich)
    assert api("jb01").get(f"/households/{rich}/cases").status_code == 404
    assert api("jb09").get(f"/households/{rich}/cases").status_code == 200


def _move(office: Office, number: str) -> None:
    with office.work("jb01") as work:
        households.settle(
            work, households.by_number(work, number), area="370812001001", address="新址 1 号", urban=False,
            since=work.today,
        )  # fmt: skip


def test_two_applications_know_the_same_tokens(api: Api, office: Office) -> None:
    assert create_app(office) is not api.bare().app
    assert api("jd01").get("/procedures/调整与终止").json()["steps"][0]["name"] == "提出意见"
    assert api("jd01").get("/procedures/没有").status_code == 422
