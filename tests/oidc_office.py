"""统一身份认证试验 (an office with an identity provider): officers, accounts, identities, browsers, the walk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pyotp
import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import accounts, oidc_links, one_time, organs, passwords
from integrity.records.accounts import Account, WebSession
from integrity.records.office import Audit, Officer
from integrity.settings import Settings, settings
from integrity.terms import Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock
from tests.identity_provider import CLIENT, SECRET, IdentityProvider, served

COUNTY, TOWN = "370811000000", "370811001000"
SITE = "https://127.0.0.1"
BACK = f"{SITE}/login/oidc/back"
PASSWORD = "Kx7!wvq-Lm2"
PEOPLE = (
    ("jb01", Role.HANDLER, TOWN), ("jb02", Role.HANDLER, TOWN), ("sp01", Role.APPROVER, TOWN),
    ("xt01", Role.SYSTEM_ADMIN, COUNTY), ("aq01", Role.SECURITY_ADMIN, COUNTY),
)  # fmt: skip
Change = Callable[[IdentityProvider], None]


@pytest.fixture
def provider(clock: SetClock) -> Iterator[IdentityProvider]:
    """The provider; its clock is the office's."""
    with served(lambda: clock.now.timestamp()) as one:
        yield one


@pytest.fixture
def chosen(provider: IdentityProvider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of an office that uses the provider."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    for name, value in {
        "ISSUER": provider.issuer, "CLIENT_ID": CLIENT, "CLIENT_SECRET_FILE": str(secret), "REDIRECT": BACK,
        "CODE_CLAIM": "employee", "NAME": "县统一身份",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CHENGXIN_OIDC_{name}", value)
    settings.cache_clear()
    yield settings()
    settings.cache_clear()


@pytest.fixture
def staffed(office: Office) -> Office:
    """Officers with accounts; jb01 and sp01 have approved identities of the same name."""
    kept = passwords.hashed(PASSWORD)
    with office.work("初始设置") as work:
        for code, role, area in PEOPLE:
            organs.enter_officer(work, Officer(code=code, name="试验员", role=role, area=area, since=date(2025, 1, 1)))
            work.flush()
            work.session.add(
                Account(
                    officer=code, opened_at=work.now, opened_by="甲", approved_at=work.now, approved_by="乙",
                    password=kept, password_at=work.now,
                )
            )  # fmt: skip
    return office


@pytest.fixture
def linked(staffed: Office, provider: IdentityProvider) -> Office:
    """jb01 and sp01 with approved identities."""
    for code in ("jb01", "sp01"):
        link(staffed, provider, code)
    return staffed


def link(office: Office, provider: IdentityProvider, code: str, name: str = "") -> None:
    with office.work("xt01") as work:
        oidc_links.state(work, code, provider.issuer, name or code)
    with office.work("aq01") as work:
        oidc_links.approve(work, code)


Browsers = Callable[[], TestClient]


@pytest.fixture
def browsers(linked: Office, chosen: Settings) -> Browsers:
    """New browsers at the login page's site."""
    application = create_app(linked)
    return lambda: TestClient(application, base_url=SITE, follow_redirects=False)


def walk(provider: IdentityProvider, client: TestClient, path: str = "/login/oidc?next=/account") -> str:
    """Out to the provider; the address to which it sends the browser back."""
    out = client.get(path)
    assert out.status_code == 303, out.text
    to = urlsplit(out.headers["location"])
    assert f"{to.scheme}://{to.netloc}" == provider.issuer
    return provider.authorize(dict(parse_qsl(to.query))).removeprefix(SITE)


def log_in(provider: IdentityProvider, client: TestClient, path: str = "/login/oidc?next=/account") -> Response:
    return client.get(walk(provider, client, path))


def sessions_of(office: Office, code: str) -> list[WebSession]:
    with office.reading() as work:
        return list(work.session.exec(select(WebSession).where(WebSession.officer == code)))


def logged(office: Office) -> list[tuple[str, str, str]]:
    with office.reading() as work:
        return [(one.action, one.actor, one.detail) for one in work.session.exec(select(Audit).order_by(Audit.id))]  # type: ignore[arg-type]


def token_in(client: TestClient, path: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(path).text)
    assert found
    return found[1]


def code_of(office: Office, clock: SetClock, code: str) -> str:
    with office.reading() as work:
        account = accounts.current(work, code)
        assert account is not None
        return pyotp.TOTP(one_time.secret(work, account)).at(clock.now)
