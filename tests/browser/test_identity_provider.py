"""统一身份认证在浏览器中 (login by an identity provider in a browser): another site, strict cookies, no script."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import uvicorn

from integrity.settings import Settings, settings
from integrity.web.app import create_app
from integrity.work import Office
from tests.browser.walks import ARGUMENTS, CHROMIUM, chromium
from tests.conftest import SetClock
from tests.identity_provider import IdentityProvider, served
from tests.oidc_office import PASSWORD, chosen, linked, staffed

__all__ = ["ARGUMENTS", "chosen", "chromium", "linked", "staffed"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")


@pytest.fixture
def provider(clock: SetClock) -> Iterator[IdentityProvider]:
    """The provider under another name than the program: another site for the browser."""
    with served(lambda: clock.now.timestamp(), "localhost") as one:
        one.asks = True
        yield one


@pytest.fixture
def address(linked: Office, chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The program, served on a port of its own."""
    line = socket.create_server(("127.0.0.1", 0))
    at = f"http://127.0.0.1:{line.getsockname()[1]}"
    monkeypatch.setenv("CHENGXIN_OIDC_REDIRECT", f"{at}/login/oidc/back")
    settings.cache_clear()
    server = uvicorn.Server(uvicorn.Config(create_app(linked), log_level="critical", lifespan="off"))
    thread = Thread(target=server.run, kwargs={"sockets": [line]}, daemon=True)
    thread.start()
    yield at
    server.should_exit = True
    thread.join()
    line.close()


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_way_out_and_back_ends_where_one_wanted_to_go(
    chromium: Any, address: str, provider: IdentityProvider, script: bool
) -> None:
    context = chromium.new_context(java_script_enabled=script)
    page, wrong = context.new_page(), []
    page.on("console", lambda said: wrong.append(said.text))
    page.goto(f"{address}/account")
    page.get_by_role("link", name="用县统一身份登录").click()
    page.get_by_role("button", name="我是本人").click()
    page.wait_for_url(f"{address}/account")
    assert "jb01" in page.inner_text("main")
    assert {one["name"]: one["sameSite"] for one in context.cookies(address)} == {"__Host-session": "Strict"}
    page.goto(f"{address}/login/prove?next=/account/password")
    page.get_by_role("link", name="用县统一身份核验").click()
    page.get_by_role("button", name="我是本人").click()
    page.wait_for_url(f"{address}/account/password")
    assert [one.get("prompt", "") for one in provider.asked] == ["", "login"]
    page.goto(f"{address}/")
    page.get_by_role("button", name="退出").click()
    provider.person = {"sub": "u-9", "employee": "nobody"}
    page.goto(f"{address}/login")
    page.get_by_role("link", name="用县统一身份登录").click()
    page.get_by_role("button", name="我是本人").click()
    page.get_by_role("link", name="返回登录页").click()
    page.get_by_label("工号").fill("jb01")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{address}/")
    assert not [one for one in wrong if "Security Policy" in one or "rror" in one.replace("409 (Conflict)", "")], wrong
    context.close()
