"""统一身份的账户和设置 (identities, locks, settings of a provider): who may state one, what stops the start."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import accounts, oidc, oidc_links, oidc_wire, sessions
from integrity.errors import Conflict, Forbidden, Invalid, Refused
from integrity.oidc_options import options_of
from integrity.records.accounts import AccountIdentity
from integrity.records.office import Officer
from integrity.settings import Settings, settings
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock
from tests.identity_provider import IdentityProvider
from tests.oidc_office import (
    BACK,
    PASSWORD,
    SITE,
    Browsers,
    browsers,
    chosen,
    linked,
    log_in,
    logged,
    provider,
    staffed,
    token_in,
)

__all__ = ["browsers", "chosen", "linked", "provider", "staffed"]


def test_only_an_approved_identity_of_an_open_account_of_who_is_in_office_opens_it(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    def tried() -> int:
        clock.now += timedelta(hours=1)
        return log_in(provider, browsers()).status_code

    provider.person = {"sub": "u-7", "employee": "jb02"}
    assert tried() == 409, "nobody has stated it"
    with linked.work("xt01") as work:
        oidc_links.state(work, "jb02", provider.issuer, "jb02")
    assert tried() == 409, "nobody has approved it"
    with linked.work("aq01") as work:
        oidc_links.approve(work, "jb02")
    assert tried() == 200
    provider.person = {"sub": "u-8", "employee": "jb02"}
    assert tried() == 409, "another person under the same name"
    provider.person = {"sub": "u-7", "employee": "jb02"}
    assert tried() == 200
    with linked.work("aq01") as work:
        oidc_links.end(work, "jb02")
    assert tried() == 409, "ended"
    provider.person = {"sub": "u-1001", "employee": "jb01"}
    with linked.work("test") as work:
        person = work.session.get_one(Officer, "jb01")
        person.until = work.today - timedelta(days=1)
        work.session.add(person)
    assert tried() == 409, "no longer in office"
    with linked.work("test") as work:
        person = work.session.get_one(Officer, "jb01")
        person.until = None
        work.session.add(person)
    assert tried() == 200
    with linked.work("aq01") as work:
        accounts.close(work, "jb01", "调离")
    assert tried() == 409, "closed"
    with linked.reading() as work:
        assert all(one.ended_at for one in work.session.exec(select(AccountIdentity)) if one.identity != "sp01")
    failures = [line for line in logged(linked) if line[0] == "登录失败"]
    assert len(failures) == 6


def test_a_lock_holds_whatever_way_one_comes(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    provider.said = {"nonce": "x"}
    for _ in range(5):
        assert log_in(provider, browsers()).status_code == 409
    provider.said = {}
    answer = browsers().get("/login/oidc")
    assert (answer.status_code, "暂停登录" in answer.text) == (409, True)
    clock.now += timedelta(minutes=31)
    assert log_in(provider, browsers()).status_code == 200


def test_a_provider_that_is_down_slow_or_strange_stops_no_login_by_password(
    browsers: Browsers, provider: IdentityProvider, linked: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "PAUSE", 0.0)
    monkeypatch.setattr(oidc_wire, "WHOLE", 0.3)
    strange: tuple[dict[str, Any], ...] = (
        {"issuer": "http://127.0.0.1:1"}, {"issuer": provider.issuer + "/"},
        {"token_endpoint": "http://example.invalid/token"}, {"jwks_uri": "https://example.invalid/keys"},
        {"jwks_uri": f"{provider.issuer}@another.example/"}, {"token_endpoint": provider.issuer.replace("http", "ftp")},
        {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": 7},
        {"code_challenge_methods_supported": ["plain"]},
    )  # fmt: skip
    for about in strange:
        provider.about = about
        answer = browsers().get("/login/oidc")
        assert (answer.status_code, "暂时不能使用" in answer.text) == (503, True), about
    assert provider.fetched == ["/.well-known/openid-configuration"] * len(strange)
    provider.about = {}
    for answer_text in ("[]", "no json", "[" * 100_000, '{"issuer": "' + "x" * 2**18 + '"}'):
        provider.answer = answer_text
        assert browsers().get("/login/oidc").status_code == 503, answer_text[:20]
    provider.answer, provider.moved = "", "/moved"
    assert browsers().get("/login/oidc").status_code == 503
    assert "/moved" not in provider.fetched
    provider.moved, provider.slow = "", 1.0
    assert browsers().get("/login/oidc").status_code == 503
    provider.slow = 0.0
    client = browsers()
    data = {"token": token_in(client, "/login"), "code": "jb01", "password": PASSWORD, "next": "/account"}
    assert client.post("/login", data=data).headers["location"] == "/account"
    assert log_in(provider, browsers()).status_code == 200


def test_a_provider_that_was_not_there_is_left_alone_for_a_while(
    linked: Office, chosen: Settings, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = options_of(chosen)
    assert options is not None
    there = oidc.Provider(options._replace(issuer="http://127.0.0.1:9", places=frozenset({("http", "127.0.0.1", 9)})))
    with pytest.raises(oidc_wire.Unreachable, match="请用密码登录"):
        there.begin(clock.now, "/")
    assert "127.0.0.1" in there.trouble
    asked: list[str] = []
    monkeypatch.setattr(oidc, "ask", lambda url, **_: asked.append(url))
    with pytest.raises(oidc_wire.Unreachable):
        there.begin(clock.now, "/")
    assert asked == []


def test_an_identity_is_stated_by_one_and_approved_by_another(staffed: Office, provider: IdentityProvider) -> None:
    def state(actor: str, code: str, name: str) -> None:
        with staffed.work(actor) as work:
            oidc_links.state(work, code, provider.issuer, name)

    for actor, code, name, fault in (
        ("aq01", "jb01", "jb01", Forbidden), ("jb02", "jb01", "jb01", Forbidden), ("xt01", "xt01", "xt01", Forbidden),
        ("xt01", "jb01", "  ", Invalid), ("xt01", "jb01", "x" * 256, Invalid),
        ("xt01", "jb01", "370811197501010011", Invalid),
    ):  # fmt: skip
        with pytest.raises(fault):
            state(actor, code, name)
    state("xt01", "jb01", "zhang")
    with pytest.raises(Conflict, match="先解除"):
        state("xt01", "jb01", "other")
    with pytest.raises(Conflict, match="另一个账户"):
        state("xt01", "jb02", "zhang")
    with pytest.raises(Forbidden), staffed.work("xt01") as work:
        oidc_links.approve(work, "jb01")
    with staffed.work("aq01") as work:
        oidc_links.approve(work, "jb01")
    with pytest.raises(Conflict), staffed.work("aq01") as work:
        oidc_links.approve(work, "jb01")
    who = oidc_links.Identity(provider.issuer, "u-1", "zhang", factors=False)
    with staffed.work("test") as work:
        oidc_links.hold_fast(work, who, "jb01")
        assert oidc_links.officer_of(work, who) == "jb01"
    for change in ("subject = 'a'", "identity = 'b'", "approved_by = 'c'", "approved_at = NULL", "issuer = 'd'"):
        with pytest.raises(DBAPIError), staffed.work("test") as work:
            work.session.connection().exec_driver_sql(f"UPDATE account_identity SET {change}")
    with pytest.raises(DBAPIError), staffed.work("test") as work:
        work.session.connection().exec_driver_sql("DELETE FROM account_identity")


def test_pages_of_an_account_offer_what_each_may_do(linked: Office, chosen: Settings) -> None:
    application = create_app(linked)

    def seat(code: str) -> TestClient:
        with linked.work(code) as work:
            secret = sessions.enter(work, code, address="10.0.0.7")
        client = TestClient(application, base_url=SITE, follow_redirects=False)
        client.cookies.set(sessions.COOKIE, secret, domain="127.0.0.1", path="/")
        return client

    def send(client: TestClient, act: str, **typed: str) -> Response:
        page = client.get(f"/accounts/jb02/{act}")
        hidden = dict(re.findall(r'<input type="hidden" name="(token|key|seen)" value="([^"]*)">', page.text))
        return client.post(f"/accounts/jb02/{act}", data={**hidden, **typed})

    system, security = seat("xt01"), seat("aq01")
    assert "登记统一身份" in system.get("/accounts/jb02").text
    assert send(system, "identity", identity="").status_code == 422
    assert send(system, "identity", identity="li.jb02").status_code == 303
    assert "核准统一身份" not in system.get("/accounts/jb02").text
    assert "li.jb02" in security.get("/accounts/jb02/identity-approve").text
    assert send(security, "identity-approve").status_code == 303
    assert "还没有核准" not in security.get("/accounts/jb02").text
    assert send(security, "identity-end").status_code == 303
    assert "没有登记" in system.get("/accounts/jb02").text
    assert [one[0] for one in logged(linked)][-6:].count("解除统一身份") == 1


def test_without_a_provider_there_is_nothing_of_it(staffed: Office) -> None:
    assert settings().oidc_issuer == ""
    client = TestClient(create_app(staffed), base_url=SITE, follow_redirects=False)
    assert "统一身份" not in client.get("/login").text
    for path in ("/login/oidc", "/login/oidc/back", "/login/oidc/prove"):
        assert client.get(path).status_code == 404


def test_settings_that_would_open_a_door_stop_the_start(chosen: Settings, tmp_path: Path) -> None:
    def checked(**changed: Any) -> object:
        return options_of(chosen.model_copy(update=changed))

    read_by_all = tmp_path / "open"
    read_by_all.write_text("x", encoding="utf-8")
    read_by_all.chmod(0o644)
    for changed, said in (
        ({"oidc_issuer": "http://example.invalid"}, "https"), ({"oidc_issuer": "https://example.invalid?x"}, "问号"),
        ({"oidc_issuer": "https://x:x@example.invalid"}, "https"), ({"oidc_client_id": ""}, "CLIENT_ID"),
        ({"oidc_redirect": "http://example.invalid/login/oidc/back"}, "REDIRECT"),
        ({"oidc_redirect": f"{SITE}/login"}, "REDIRECT"), ({"oidc_redirect": f"{BACK}?x=1"}, "REDIRECT"),
        ({"oidc_client_secret_file": read_by_all}, "chmod 600"), ({"oidc_scope": "profile"}, "openid"),
        ({"oidc_client_secret_file": tmp_path / "none"}, "没有找到"), ({"oidc_hosts": "a.example/x"}, "不是主机名"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=said):
            checked(**changed)
    with pytest.raises(Refused):
        oidc_wire.ask("http://example.invalid/")
    assert ("https", "keys.example", 8443) in options_of(  # type: ignore[union-attr]
        chosen.model_copy(update={"oidc_hosts": "keys.example:8443"})
    ).places
