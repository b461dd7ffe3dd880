"""统一身份认证 (login by an identity provider): a real provider on this machine; what fits opens, nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx2 import Response
from joserfc.jwk import ECKey, RSAKey
from starlette.testclient import TestClient

from integrity import accounts, sessions
from integrity.settings import Settings, settings
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock
from tests.identity_provider import CLIENT, IdentityProvider, public
from tests.oidc_office import (
    BACK,
    PASSWORD,
    SITE,
    Browsers,
    Change,
    browsers,
    chosen,
    code_of,
    link,
    linked,
    log_in,
    logged,
    provider,
    sessions_of,
    staffed,
    token_in,
    walk,
)

__all__ = ["browsers", "chosen", "linked", "provider", "staffed"]


def test_a_known_identity_opens_its_account_and_every_bond_is_sent(
    browsers: Browsers, provider: IdentityProvider, linked: Office
) -> None:
    client = browsers()
    page = client.get("/login?next=/account")
    assert "用县统一身份登录" in page.text
    assert 'href="/login/oidc?next=%2Faccount"' in page.text
    out = client.get("/login/oidc?next=/account")
    cookie = out.headers["set-cookie"]
    assert cookie.startswith("__Host-oidc=")
    assert {"SameSite=lax", "HttpOnly", "Secure", "Path=/", "Max-Age=600"} <= set(cookie.split("; "))
    asked = {name: one[0] for name, one in parse_qs(urlsplit(out.headers["location"]).query).items()}
    assert asked["redirect_uri"] == BACK
    assert (asked["response_type"], asked["code_challenge_method"], asked["scope"]) == ("code", "S256", "openid")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) == 43
    assert not [one for one in ("state", "nonce") if asked[one] in cookie]
    before = client.cookies[sessions.COOKIE]
    answer = client.get(provider.authorize(asked).removeprefix(SITE))
    assert (answer.status_code, answer.headers["refresh"]) == (200, "0;url=/account")
    assert client.cookies[sessions.COOKIE] != before
    assert "__Host-oidc" not in client.cookies
    assert "jb01" in client.get("/account").text
    assert set(provider.tokens[0]) == {"grant_type", "code", "redirect_uri", "code_verifier"}
    (held,) = sessions_of(linked, "jb01")
    assert (held.by_provider, held.proven_at) == (True, None)
    assert ("登录", "jb01", "testclient，统一身份认证") in logged(linked)
    assert log_in(provider, browsers()).status_code == 200
    assert [one.ended_why for one in sessions_of(linked, "jb01") if one.ended_at] == ["另行登录"]


def claim(**said: Any) -> Change:
    return lambda provider: provider.said.update(said)


def signed(how: Callable[[IdentityProvider, dict[str, Any]], str]) -> Change:
    def change(provider: IdentityProvider) -> None:
        provider.signed = lambda claims: how(provider, claims)

    return change


def now_of(provider: IdentityProvider) -> int:
    return int(provider.now())


WRONG: dict[str, Change] = {
    "nonce": claim(nonce="x" * 43),
    "no nonce": claim(nonce=None),
    "issuer": claim(iss="http://127.0.0.1:1"),
    "issuer with a slash": lambda one: one.said.update(iss=one.issuer + "/"),
    "audience": claim(aud="another"),
    "no audience": claim(aud=None),
    "two audiences and no azp": claim(aud=[CLIENT, "another"]),
    "azp": claim(azp="another"),
    "expired": lambda one: one.said.update(exp=now_of(one) - 61),
    "no exp": claim(exp=None),
    "exp is a text": claim(exp="9999999999"),
    "issued before the question": lambda one: one.said.update(iat=now_of(one) - 3600),
    "not yet valid": lambda one: one.said.update(nbf=now_of(one) + 3600),
    "no subject": claim(sub=None),
    "no name": claim(employee=None),
    "name is a list": claim(employee=["jb01"]),
    "alg none": signed(lambda one, claims: one.unsigned(claims)),
    "HS256 with the public key": signed(lambda one, claims: one.sign_with_public_key(claims)),
    "RS512": signed(lambda one, claims: one.sign(claims, "RS512")),
    "another key": signed(lambda one, claims: one.sign(claims, key=RSAKey.generate_key(2048))),
    "a changed claim": signed(lambda one, claims: spliced(one.sign(claims), one.unsigned({**claims, "sub": "u-1"}))),
    "unknown kid": signed(lambda one, claims: one.sign(claims, kid="k9")),
    "too long": signed(lambda one, claims: one.sign({**claims, "more": "x" * 2**14})),
    "no token": signed(lambda one, claims: "x"),
}


def spliced(head: str, content: str) -> str:
    first, _, last = head.split(".")
    return f"{first}.{content.split('.')[1]}.{last}"


def test_whatever_does_not_fit_opens_nothing(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    for name, change in WRONG.items():
        clock.now += timedelta(hours=1)  # the fifth failure would lock the address
        provider.said, provider.signed = {}, provider.sign
        change(provider)
        client = browsers()
        answer = log_in(provider, client)
        assert answer.status_code == 409, name
        assert "没有登录" in answer.text, name
        assert client.get("/account").status_code == 303, name
    assert sessions_of(linked, "jb01") == []
    provider.said, provider.signed = {}, provider.sign
    clock.now += timedelta(hours=1)
    assert log_in(provider, browsers()).status_code == 200
    assert [line[0] for line in logged(linked)].count("登录失败") == len(WRONG)


def test_what_the_browser_did_not_ask_counts_for_nothing(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    mine, other = browsers(), browsers()
    pushed = mine.get("/login/oidc?next=/account", headers={"sec-fetch-site": "cross-site"})
    assert pushed.headers["location"] == "/login?next=%2Faccount"
    back = walk(provider, mine)
    for path, client in (
        (back, other),  # another browser's answer: no login of a stranger's account
        (back.replace("state=", "state=x"), mine), (back.replace("state=", "sta="), mine),
    ):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, "不是在这个浏览器里发起的" in answer.text) == (409, True)
    assert mine.get(back.partition("&iss=")[0] + "&iss=http%3A%2F%2Fx").status_code == 409
    assert mine.get(back).status_code == 409, "what failed is over"
    again = walk(provider, mine)
    kept = mine.cookies["__Host-oidc"]
    assert mine.get(again).status_code == 200
    mine.cookies.set("__Host-oidc", kept, domain="127.0.0.1", path="/")
    assert mine.get(again).status_code == 409, "a code is good once"
    late = browsers()
    back = walk(provider, late)
    clock.now += timedelta(minutes=11)
    assert "过期" in late.get(back).text
    declined = browsers()
    back = walk(provider, declined)
    state = parse_qs(urlsplit(back).query)["state"][0]
    answer = declined.get(f"/login/oidc/back?state={state}&error=access_denied")
    assert (answer.status_code, "本人取消" in answer.text) == (409, True)
    assert len(provider.tokens) == 2
    assert len(sessions_of(linked, "jb01")) == 1


def test_other_signatures_and_a_new_key_are_taken_with_one_look_at_the_keys(
    browsers: Browsers, provider: IdentityProvider
) -> None:
    assert log_in(provider, browsers()).status_code == 200
    second = ECKey.generate_key("P-256", {"kid": "k2"})
    provider.published = [
        {"kty": "oct", "k": "AAAA", "kid": "k0"}, {"kty": "RSA"}, "no key",  # type: ignore[list-item]
        public(provider.key), public(second, use="sig"),
    ]  # fmt: skip
    for algorithm, key, kid in (("ES256", second, "k2"), ("PS256", None, "k1"), ("RS256", None, "k1")):
        provider.signed = lambda claims, a=algorithm, k=key, n=kid: provider.sign(claims, a, k, n)  # type: ignore[misc]
        assert log_in(provider, browsers()).status_code == 200, algorithm
    assert provider.fetched.count("/keys") == 2
    assert provider.fetched.count("/.well-known/openid-configuration") == 1
    provider.signed = lambda claims: provider.sign(claims, kid="k9")
    assert log_in(provider, browsers()).status_code == 409
    assert provider.fetched.count("/keys") == 3


def test_a_second_factor_is_asked_here_unless_the_provider_is_trusted_with_it(
    browsers: Browsers, provider: IdentityProvider, linked: Office, chosen: Settings, clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    provider.person = {"sub": "u-2", "employee": "sp01", "amr": ["pwd", "mfa"]}
    client = browsers()
    assert log_in(provider, client).headers["refresh"] == "0;url=/login/enrol?next=%2Faccount"
    assert client.get("/account").status_code == 303
    token = token_in(client, "/login/enrol")
    enrolled = client.post("/login/enrol", data={"token": token, "code": code_of(linked, clock, "sp01")})
    assert "恢复码" in enrolled.text
    clock.now += timedelta(minutes=1)
    client = browsers()
    assert log_in(provider, client).headers["refresh"] == "0;url=/login/code?next=%2Faccount"
    data = {"token": token_in(client, "/login/code"), "code": code_of(linked, clock, "sp01"), "next": "/account"}
    assert client.post("/login/code", data=data).headers["location"] == "/account"
    assert sessions_of(linked, "sp01")[-1].by_provider
    monkeypatch.setenv("CHENGXIN_OIDC_TRUST_MFA", "true")
    monkeypatch.setenv("CHENGXIN_OIDC_MFA_ACR", "loa3, loa4")
    settings.cache_clear()
    trusting = create_app(linked)
    for said, to in (
        ({"amr": ["pwd", "mfa"]}, "/account"), ({"amr": ["pwd"]}, "/login/code?next=%2Faccount"),
        ({"amr": "mfa"}, "/login/code?next=%2Faccount"), ({"amr": None, "acr": "loa3"}, "/account"),
        ({"amr": None, "acr": "loa1"}, "/login/code?next=%2Faccount"),
    ):  # fmt: skip
        provider.said = said
        client = TestClient(trusting, base_url=SITE, follow_redirects=False)
        assert log_in(provider, client).headers["refresh"] == f"0;url={to}", said


def prove(client: TestClient, provider: IdentityProvider) -> Response:
    return log_in(provider, client, "/login/oidc/prove?next=/accounts/jb02/identity")


def test_an_act_asks_the_provider_again_and_its_word_must_be_fresh(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    link(linked, provider, "jb02")
    client = browsers()
    assert client.get("/login/oidc/prove").headers["location"].startswith("/login?next=")
    log_in(provider, client)
    page = client.get("/login/prove?next=/account")
    assert 'href="/login/oidc/prove?next=%2Faccount"' in page.text
    for change, status in (
        ({"auth_time": now_of(provider) - 3600}, 409), ({"auth_time": None}, 409), ({"employee": "jb02"}, 409),
        ({}, 200),
    ):  # fmt: skip
        provider.said = change
        assert prove(client, provider).status_code == status, change
        assert (sessions_of(linked, "jb01")[-1].proven_at is not None) == (status == 200), change
    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert "prompt" not in provider.asked[0]
    assert ("核验身份", "jb01", "统一身份认证") in logged(linked)


def test_whoever_has_a_telephone_gives_its_code_after_the_provider(
    browsers: Browsers, provider: IdentityProvider, linked: Office, clock: SetClock
) -> None:
    with linked.work("aq01") as work:
        accounts.reset(work, "sp01")
    provider.person = {"sub": "u-2", "employee": "sp01"}
    client = browsers()
    log_in(provider, client)
    token = token_in(client, "/login/enrol")
    client.post("/login/enrol", data={"token": token, "code": code_of(linked, clock, "sp01")})
    page = client.get("/login/prove?next=/account")
    assert 'type="password"' not in page.text, "a first password proves nothing"
    data = {"token": token_in(client, "/account"), "next": "/account", "password": PASSWORD}
    clock.now += timedelta(minutes=1)
    typed = client.post("/login/prove", data={**data, "code": code_of(linked, clock, "sp01")})
    assert typed.status_code == 409
    answer = log_in(provider, client, "/login/oidc/prove?next=/account")
    assert answer.headers["refresh"] == "0;url=/login/prove?next=%2Faccount"
    assert sessions_of(linked, "sp01")[-1].proven_at is None
    assert "身份服务已经核对" in client.get("/login/prove?next=/account").text
    clock.now += timedelta(minutes=1)
    assert client.post("/login/prove", data={**data, "code": "000000"}).status_code == 409
    done = client.post("/login/prove", data={**data, "code": code_of(linked, clock, "sp01")})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    assert sessions_of(linked, "sp01")[-1].proven_at is not None
