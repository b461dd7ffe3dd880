"""登录页 (login): every step over the web, its cookie, its refusals, the account pages, the demo's accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyotp
import pytest
from httpx2 import Response
from sqlalchemy import text
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import accounts, one_time, organs, passwords, sessions
from integrity.demo.logins import PASSWORD, publish
from integrity.records.accounts import DEMO_BEGUN, Account
from integrity.records.office import Audit, Officer
from integrity.terms import Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock

COUNTY, TOWN = "370811000000", "370811001000"
RIGHT, NEW = "Kx7!wvq-Lm2", "Zt5?brn-Hq8"
SITE = "https://127.0.0.1"


@pytest.fixture
def staffed(office: Office) -> Office:
    """jb01 and sp01 with first passwords; jd01 whose account is in use."""
    kept = passwords.hashed(RIGHT)
    with office.work("初始设置") as work:
        for code, role in (("jb01", Role.HANDLER), ("sp01", Role.APPROVER), ("jd01", Role.INSPECTOR)):
            organs.enter_officer(work, Officer(code=code, name="试验员", role=role, area=TOWN, since=date(2025, 1, 1)))
            work.flush()
            work.session.add(
                Account(
                    officer=code, opened_at=work.now, opened_by="甲", approved_at=work.now, approved_by="乙",
                    password=kept, password_at=work.now,
                    once_until=None if code == "jd01" else work.now + accounts.ONCE,
                )
            )  # fmt: skip
    return office


@pytest.fixture
def browser(staffed: Office) -> Callable[[], TestClient]:
    """A new browser at the login page's site."""
    application = create_app(staffed)
    return lambda: TestClient(application, base_url=SITE, follow_redirects=False)


def token_in(page: Response) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', page.text)
    assert found, page.text[:2000]
    return found[1]


def post(client: TestClient, path: str, at: str = "", **values: str) -> Response:
    """Open a page and send the form on it, as a browser does."""
    token = token_in(client.get(at or path))
    return client.post(path, data={"token": token, **values})


def sign_in(client: TestClient, code: str, password: str = RIGHT, next_: str = "/account") -> Response:
    return post(client, "/login", f"/login?next={next_}", code=code, password=password, next=next_)


def code_of(office: Office, clock: SetClock, code: str) -> str:
    with office.reading() as work:
        account = accounts.current(work, code)
        assert account is not None
        return pyotp.TOTP(one_time.secret(work, account)).at(clock.now)


def test_login_goes_on_to_where_one_wanted_and_its_cookie_is_closed_to_others(
    browser: Callable[[], TestClient],
) -> None:
    client = browser()
    wanted = client.get("/account")
    assert (wanted.status_code, wanted.headers["location"]) == (303, "/login?next=%2Faccount")
    page = client.get("/login?next=/account")
    assert 'autocomplete="username"' in page.text
    assert 'autocomplete="current-password"' in page.text
    before = client.cookies[sessions.COOKIE]
    answer = sign_in(client, "jd01")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {one.strip().lower() for one in cookie.split(";")[1:]} == {
        "httponly", "path=/", "samesite=strict", "secure"
    }  # fmt: skip
    assert client.cookies[sessions.COOKIE] != before
    shown = client.get("/account")
    assert shown.status_code == 200
    assert "jd01" in shown.text
    assert client.get("/login?next=/account").headers["location"] == "/account"
    assert client.get("/logout").status_code == 405
    assert client.post("/logout", data={"token": "x"}).status_code == 403
    secret = client.cookies[sessions.COOKIE]
    out = client.post("/logout", data={"token": token_in(shown)})
    assert out.headers["location"] == "/login"
    client.cookies.set(sessions.COOKIE, secret, domain="127.0.0.1", path="/")
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("next_", ["https://x/", "//x/", "/\\x", "javascript:alert(1)", "", "x", "/\n/x"])
def test_login_leads_to_no_other_site(browser: Callable[[], TestClient], next_: str) -> None:
    client = browser()
    token = token_in(client.get("/login"))
    answer = client.post("/login", data={"token": token, "code": "jd01", "password": RIGHT, "next": next_})
    assert answer.headers["location"] == "/"


def test_a_login_form_of_another_site_or_browser_is_refused(browser: Callable[[], TestClient]) -> None:
    typed = {"code": "jd01", "password": RIGHT, "next": "/"}
    mine, other = browser(), browser()
    mine.get("/login")
    token = token_in(other.get("/login"))
    bare = browser()
    for client, given in ((mine, {}), (mine, {"token": token}), (mine, {"token": "字"}), (bare, {"token": token})):
        answer = client.post("/login", data={**typed, **given})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    sent = other.post("/login", data={**typed, "token": token}, headers={"origin": "https://example.invalid"})
    assert sent.status_code == 403


def test_whatever_is_wrong_is_told_in_the_same_words_and_nothing_typed_is_kept(
    browser: Callable[[], TestClient], staffed: Office
) -> None:
    told = set()
    for code, password in (("jd01", "Wrong-Pass-9"), ("nobody", RIGHT), ("jd01'--", RIGHT)):
        answer = sign_in(browser(), code, password)
        assert answer.status_code == 409
        assert password not in answer.text
        told.add(re.sub(r'value="[^"]*"', "", answer.text))
    assert len(told) == 1
    empty = sign_in(browser(), "", "")
    assert empty.status_code == 422
    assert 'href="#f-code"' in empty.text
    assert 'href="#f-password"' in empty.text
    for _ in range(2):
        sign_in(browser(), "nobody", RIGHT)
    locked = sign_in(browser(), "jd01")
    assert locked.status_code == 409
    assert "30 分钟后再试" in locked.text
    with staffed.reading() as work:
        lines = work.session.exec(select(Audit.action, Audit.subject, Audit.detail)).all()
    kept = " ".join(word for line in lines for word in line)
    assert ("登录失败", "officer:jd01") in {line[:2] for line in lines}
    assert not any(word in kept for word in (RIGHT, "Wrong-Pass-9", "nobody", "--"))


def test_the_first_login_of_an_approver_sets_a_password_and_a_telephone(
    browser: Callable[[], TestClient], staffed: Office, clock: SetClock
) -> None:
    client = browser()
    answer = sign_in(client, "sp01")
    assert answer.headers["location"] == "/login/password?next=%2Faccount"
    assert client.get("/account").status_code == 303, "half logged in opens nothing"
    assert client.get("/login/enrol").headers["location"].startswith("/login/password")
    assert 'autocomplete="username" value="sp01" hidden' in client.get("/login/password").text
    differ = post(client, "/login/password", new=NEW, again=RIGHT, next="/account")
    assert differ.status_code == 422
    assert "不一样" in differ.text
    weak = post(client, "/login/password", new="Password2026!", again="Password2026!", next="/account")
    assert weak.status_code == 422
    assert "猜到" in weak.text
    assert "Password2026!" not in weak.text
    answer = post(client, "/login/password", new=NEW, again=NEW, next="/account")
    assert answer.headers["location"] == "/login/enrol?next=%2Faccount"
    page = client.get("/login/enrol?next=/account")
    assert 'src="data:image/svg+xml' in page.text
    assert post(client, "/login/enrol", code="12345x").status_code == 409
    answer = post(client, "/login/enrol", code=code_of(staffed, clock, "sp01"), next="/account")
    codes = re.findall(r"<code>([a-z2-9-]{14})</code>", answer.text)
    assert len(set(codes)) == 10
    assert 'href="/account"' in answer.text
    assert "还有 10 个" in client.get("/account").text

    second = browser()
    assert sign_in(second, "sp01", NEW).headers["location"] == "/login/code?next=%2Faccount"
    assert second.get("/account").status_code == 303
    assert post(second, "/login/code", code="000000").status_code == 409
    clock.now += sessions.TOUCHED
    answer = post(second, "/login/code", code=code_of(staffed, clock, "sp01"), next="/account")
    assert answer.headers["location"] == "/account"
    assert client.get("/account").status_code == 303, "there is one session of an account"
    assert second.get("/account").status_code == 200


def over(client: TestClient) -> str:
    """What the login page says about the login before; "" when it says nothing."""
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Faccount")
    found = re.search(r'alert-warning" role="status">您的登录(.*?)。</p>', client.get("/login?next=/account").text)
    return found[1] if found else ""


def test_whoever_was_logged_out_reads_on_the_login_page_how_that_came(
    browser: Callable[[], TestClient], staffed: Office, clock: SetClock
) -> None:
    client, begun = browser(), clock.now
    assert over(client) == "", "nobody was logged in"
    sign_in(client, "jd01")
    clock.now += sessions.IDLE + timedelta(hours=1)
    said = f"{begun + sessions.IDLE:%Y-%m-%d %H:%M} 结束：超过 30 分钟没有操作"
    assert over(client) == f"已于 {said}"
    assert over(client) == f"已于 {said}", "also when the page is loaded again"
    wrong = post(client, "/login", "/login", code="jd01", password="Wrong-Pass-9")
    assert "结束：" not in wrong.text
    sign_in(client, "jd01")
    begun = clock.now
    while clock.now - begun < sessions.LONGEST:
        assert client.get("/account").status_code == 200
        clock.now += timedelta(minutes=20)
    assert over(client).endswith("结束：登录满了 12 小时")
    sign_in(client, "jd01")
    sign_in(browser(), "jd01")
    assert "结束：这个工号又登录了一次，一个工号只能在一处登录。不是您本人登录的" in over(client)
    sign_in(client, "sp01")
    clock.now += sessions.HALF
    assert over(client).endswith("结束：登录没有在 10 分钟内做完")
    for why, words in sessions.WHY.items():
        sign_in(client, "jd01")
        with staffed.work("jd01") as work:
            sessions.end_all(work, "jd01", why)
        assert over(client) == (f"已于 {clock.now:%Y-%m-%d %H:%M} 结束：{words}" if words else ""), why
    sign_in(client, "jd01")
    with staffed.work("jd01") as work:
        work.session.execute(text("UPDATE officer SET area = '370811000000' WHERE code = 'jd01'"))
    assert over(client) == "已经结束：岗位、辖区或者账户有变动"


def test_every_end_of_a_login_has_its_words() -> None:
    sources = Path(sessions.__file__).parent.rglob("*.py")
    ends = r'\bend(?:_all)?\(\s*work, [\w.]+, "([^"]+)"'
    named = {why for one in sources for why in re.findall(ends, one.read_text(encoding="utf-8"))}
    assert named == set(sessions.WHY)


def test_one_proves_oneself_again_and_keeps_ones_own_account(
    browser: Callable[[], TestClient], staffed: Office, clock: SetClock
) -> None:
    client = browser()
    sign_in(client, "jd01")
    assert post(client, "/login/prove", password="Wrong-Pass-9", next="/account").status_code == 409
    clock.now += sessions.PROVEN
    assert post(client, "/login/prove", password=RIGHT, next="//x").headers["location"] == "/"
    with staffed.reading() as work:
        held = sessions.holder(work, client.cookies[sessions.COOKIE])
        assert held is not None
        assert sessions.proven(held, clock.now)

    assert post(client, "/account/password", old="x", new=NEW, again=NEW).status_code == 409
    assert post(client, "/account/password", old=RIGHT, new=NEW, again=RIGHT).status_code == 422
    old = client.cookies[sessions.COOKIE]
    answer = post(client, "/account/password", old=RIGHT, new=NEW, again=NEW)
    assert answer.headers["location"] == "/account"
    assert client.cookies[sessions.COOKIE] != old
    assert "密码已修改" in client.get("/account").text

    assert client.get("/account/telephone").headers["location"] == "/account"
    assert post(client, "/account/telephone", "/account").headers["location"] == "/account/telephone"
    confirm = ("/account/telephone/confirm", "/account/telephone")
    assert post(client, *confirm, code="12345x").status_code == 409
    answer = post(client, *confirm, code=code_of(staffed, clock, "jd01"))
    codes = set(re.findall(r"<code>([a-z2-9-]{14})</code>", answer.text))
    clock.now += sessions.TOUCHED
    assert post(client, "/account/codes", password=NEW, code="12345x").status_code == 409
    answer = post(client, "/account/codes", password=NEW, code=code_of(staffed, clock, "jd01"))
    assert len(set(re.findall(r"<code>([a-z2-9-]{14})</code>", answer.text)) - codes) == 10
    proof = client.get("/login/prove")
    assert 'autocomplete="one-time-code"' in proof.text


def test_the_demo_shows_its_accounts_and_nothing_else_does(browser: Callable[[], TestClient], staffed: Office) -> None:
    assert "示范" not in browser().get("/login").text
    with staffed.work("示范") as work:
        work.audit(DEMO_BEGUN, COUNTY, "{}")
        for code, role, area in (
            ("jb111111", Role.HANDLER, TOWN), ("fh11111", Role.REVIEWER, TOWN), ("sp11111", Role.APPROVER, TOWN),
            ("jb110001", Role.HANDLER, COUNTY), ("fh11000", Role.REVIEWER, COUNTY),
            ("sp11000", Role.APPROVER, COUNTY), ("jd11000", Role.INSPECTOR, COUNTY),
        ):  # fmt: skip
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=area, since=date(2025, 1, 1)))
    publish(staffed, "示范", staffed.clock())
    client = browser()
    page = client.get("/login")
    assert "示范账户" in page.text
    assert PASSWORD in page.text
    assert page.text.count('name="code" value="') == 11
    assert "jd01" not in page.text
    assert sign_in(client, "sp11000", PASSWORD).headers["location"] == "/account"
    assert "不能修改" in client.get("/account").text
    assert post(client, "/account/password", old=PASSWORD, new=NEW, again=NEW).status_code == 409
