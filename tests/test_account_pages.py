"""账户页 (pages of accounts): opened, approved, reset, unlocked and closed in the browser, each by whom it is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import accounts, logins, organs, sessions
from integrity.errors import Refused
from integrity.records.access import ApiRequest
from integrity.records.accounts import Account, Draft, WebSession
from integrity.records.office import Audit, Officer
from integrity.terms import Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock

COUNTY, TOWN, ELSEWHERE = "370811000000", "370811001000", "370828000000"
PEOPLE = (
    ("xt01", Role.SYSTEM_ADMIN, COUNTY), ("aq01", Role.SECURITY_ADMIN, COUNTY), ("sj01", Role.AUDIT_ADMIN, COUNTY),
    ("sp01", Role.APPROVER, TOWN), ("jb09", Role.HANDLER, ELSEWHERE), ("jb01", Role.HANDLER, TOWN),
)  # fmt: skip
SEATED = ("xt01", "aq01", "sj01", "sp01", "jb09")
Seats = Callable[[str], TestClient]


@pytest.fixture
def seats(office: Office) -> Seats:
    """The browser of an officer who has just logged in."""
    with office.work("初始设置") as work:
        for code, role, area in PEOPLE:
            organs.enter_officer(work, Officer(code=code, name="试验员", role=role, area=area, since=date(2025, 1, 1)))
        work.flush()
        for code in SEATED:
            work.session.add(
                Account(officer=code, opened_at=work.now, opened_by="甲", approved_at=work.now, approved_by="乙")
            )
    application = create_app(office)

    def seat(code: str) -> TestClient:
        with office.work(code) as work:
            secret = sessions.enter(work, code, address="10.0.0.7")
        client = TestClient(application, base_url="https://127.0.0.1", follow_redirects=False)
        client.cookies.set(sessions.COOKIE, secret, domain="127.0.0.1", path="/")
        return client

    return seat


def hidden(page: Response) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(token|key|seen)" value="([^"]*)">', page.text))


def post(client: TestClient, path: str, **values: str) -> Response:
    return client.post(path, data={**hidden(client.get(path)), **values})


def once_in(page: Response) -> str:
    found = re.search(r">([2-9A-Za-z]{4}(?:-[2-9A-Za-z]{4}){3})<", page.text)
    assert found, page.text
    return found[1]


def test_an_account_is_opened_by_one_and_approved_by_another(seats: Seats, office: Office) -> None:
    xt, aq = seats("xt01"), seats("aq01")
    page = xt.get("/accounts/open")
    assert 'value="jb01"' in page.text
    assert "jb09" not in page.text
    assert post(xt, "/accounts/open", officer="jb09").status_code == 422
    assert post(xt, "/accounts/open", officer="jb01").headers["location"] == "/accounts/jb01"
    listed, mine = aq.get("/accounts").text, xt.get("/accounts").text
    assert "等待您核准的 1 个" in listed
    assert listed.index("/accounts/jb01/approve") < listed.index("账户一览"), "what waits stands first"
    assert "/accounts/jb01/approve" not in mine
    assert "由安全管理员核准" in mine
    assert xt.get("/accounts/jb01/approve").status_code == 409
    assert xt.post("/accounts/jb01/approve", data=hidden(xt.get("/accounts/open"))).status_code == 403
    form = hidden(aq.get("/accounts/jb01/approve"))
    answer = aq.post("/accounts/jb01/approve", data=form)
    once = once_in(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert "没有等待您核准的账户" in aq.get("/accounts").text
    again = aq.post("/accounts/jb01/approve", data=form)
    assert again.status_code == 303
    assert logins.log_in(office, "jb01", once, address="10.0.0.9").waits is logins.Waits.PASSWORD
    other = once_in(post(aq, "/accounts/jb01/reset", telephone="yes"))
    with pytest.raises(Refused):
        logins.log_in(office, "jb01", once, address="10.0.0.9")
    with office.reading() as work:
        kept = [
            *work.session.exec(select(Audit.detail)), *work.session.exec(select(WebSession.told)),
            *work.session.exec(select(ApiRequest.result)), *work.session.exec(select(Account.password)),
        ]  # fmt: skip
        assert not any(once in one or other in one for one in kept)
        assert work.session.exec(select(Draft)).all() == []


def test_a_locked_account_is_unlocked_and_one_of_who_left_is_closed(seats: Seats, office: Office) -> None:
    aq = seats("aq01")
    assert aq.get("/accounts/sp01/unlock").status_code == 409
    for n in range(5):
        with pytest.raises(Refused):
            logins.log_in(office, "sp01", "x", address=f"10.0.1.{n}")
    assert "已锁定" in aq.get("/accounts").text
    assert post(aq, "/accounts/sp01/unlock").headers["location"] == "/accounts/sp01"
    assert "已解锁" in aq.get("/accounts/sp01").text
    secret = seats("sp01").cookies[sessions.COOKIE]
    assert post(aq, "/accounts/sp01/close", why="").status_code == 422
    assert post(aq, "/accounts/sp01/close", why="调离").headers["location"] == "/accounts"
    assert "sp01" not in re.sub("已关闭 sp01 的账户", "", aq.get("/accounts").text)
    with office.reading() as work:
        assert sessions.holder(work, secret) is None


def test_others_see_or_do_nothing_here_and_nobody_his_own(seats: Seats, clock: SetClock) -> None:
    xt, aq, sj = seats("xt01"), seats("aq01"), seats("sj01")
    for code in ("sp01", "jb09"):
        assert seats(code).get("/accounts").status_code == 403
    assert seats("sp01").get("/accounts/sp01").status_code == 403
    shown = sj.get("/accounts/sp01")
    assert shown.status_code == 200
    assert "关闭账户" not in shown.text
    assert sj.get("/accounts/sp01/close").status_code == 409
    assert sj.post("/accounts/sp01/close", data={**hidden(sj.get("/accounts")), "why": "x"}).status_code == 403
    here, nowhere = aq.get("/accounts/jb09"), aq.get("/accounts/zz99")
    assert (here.status_code, nowhere.status_code) == (404, 404)
    assert here.text.replace("jb09", "") == nowhere.text.replace("zz99", "")
    assert "须由别人办理" in aq.get("/accounts/aq01").text
    assert post(aq, "/accounts/aq01/reset").status_code == 403
    assert post(xt, "/accounts/xt01/close", why="不干了").status_code == 403
    assert post(xt, "/accounts/open", officer="jb01").status_code == 303
    clock.now += sessions.PROVEN
    for code, act, said in (("sp01", "reset", {}), ("sp01", "close", {"why": "调离"}), ("jb01", "approve", {})):
        answer = post(aq, f"/accounts/{code}/{act}", **said)
        assert answer.headers["location"] == f"/login/prove?next=%2Faccounts%2F{code}%2F{act}", act
    assert "等待您核准的 1 个" in aq.get("/accounts").text, "nothing was approved"


def test_a_long_list_is_read_page_by_page(seats: Seats, office: Office) -> None:
    with office.work("初始设置") as work:
        for n in range(60):
            code = f"p{n:02}"
            organs.enter_officer(
                work, Officer(code=code, name="试验员", role=Role.HANDLER, area=TOWN, since=date(2025, 1, 1))
            )
            work.flush()
            work.session.add(Account(officer=code, opened_at=work.now, opened_by="甲"))
    sj = seats("sj01")
    first = sj.get("/accounts")
    found = re.search(r'href="(/accounts\?after=[^"]+)" rel="next"', first.text)
    assert found
    second = sj.get(found[1])
    listed = [page.text.rpartition('aria-label="账户一览"')[2] for page in (first, second)]
    codes = [re.findall(r'href="/accounts/(\w+)"', page) for page in listed]
    with office.reading() as work:
        work.actor = "sj01"
        assert codes[0] + codes[1] == [one.officer.code for one in accounts.listed(work)]
    assert len(codes[0]) == 50


def test_closed_accounts_stand_in_a_list_of_their_own(seats: Seats, office: Office, clock: SetClock) -> None:
    aq, sj = seats("aq01"), seats("sj01")
    shown = aq.get("/accounts").text
    assert 'href="/accounts?state=closed">已关闭<' in shown
    assert "辖区内没有关闭过账户" in aq.get("/accounts?state=closed").text
    post(aq, "/accounts/sp01/close", why="调离")
    page = sj.get("/accounts?state=closed").text
    line = " ".join(page.partition("<tbody>")[2].partition("</tbody>")[0].split())
    assert "sp01" in line
    assert f"aq01，<time>{clock.now:%Y-%m-%d %H:%M}" in line
    assert "在岗，没有账户" in line
    assert "调离" not in page
    post(seats("xt01"), "/accounts/open", officer="sp01")
    assert 'href="/accounts/sp01">另有账户' in aq.get("/accounts?state=closed").text
    with office.work("初始设置") as work:
        for n in range(60):
            for area in (TOWN, ELSEWHERE):
                code = f"{area[:6]}p{n:02}"
                row = Officer(code=code, name="试验员", role=Role.HANDLER, area=area, since=date(2025, 1, 1))
                organs.enter_officer(work, row)
                work.flush()
                work.session.add(Account(
                    officer=code, opened_at=work.now, opened_by="甲", closed_at=work.now, closed_by="乙"
                ))  # fmt: skip
    first = sj.get("/accounts?state=closed").text
    found = re.search(r'href="(/accounts\?state=closed&amp;before=\d+)" rel="next"', first)
    assert found
    second = sj.get(found[1].replace("&amp;", "&")).text
    codes = [re.findall(r'class="num">(\w+)</td>', one.partition("<tbody>")[2]) for one in (first, second)]
    assert codes[0] + codes[1] == [f"{TOWN[:6]}p{n:02}" for n in reversed(range(60))] + ["sp01"]
    assert len(codes[0]) == 50
    for odd in ("x", "9" * 30, "²", "-1", ""):
        assert sj.get("/accounts", params={"state": "closed", "before": odd}).status_code == 200
    assert seats("jb09").get("/accounts?state=closed").status_code == 403
