"""锁定的登录地址 (locked addresses): who is at home there still comes in; the 安全管理员 sees and releases them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from integrity import accounts, login_tries, logins
from integrity.errors import Forbidden, NotFound, Refused
from integrity.records.accounts import LoginTry, WebSession
from integrity.records.office import Audit
from integrity.work import Office
from tests.conftest import SetClock
from tests.test_account_pages import Seats, post, seats
from tests.test_sessions import BAD, HERE, MINUTE, RIGHT, THERE, code_now, held_by, into, staffed, with_telephone

__all__ = ["seats", "staffed"]
_LOCKED = r"从这个网络地址.*暂停登录.*解锁这个地址"


def lock(office: Office, address: str = HERE) -> None:
    for n in range(5):
        with pytest.raises(Refused, match=logins.WRONG):
            into(office, f"guess{n}", BAD, address)


def ends(office: Office) -> dict[str, datetime]:
    with office.reading() as work:
        return dict(login_tries.locked_addresses(work))


def test_a_locked_address_shuts_out_nobody_who_is_at_home_there(staffed: Office, clock: SetClock) -> None:
    into(staffed, "jb01")
    into(staffed, "fh01", RIGHT, THERE)
    lock(staffed)
    until = ends(staffed)[HERE]
    assert timedelta() < clock.now + login_tries.LOCKED - until < MINUTE
    assert into(staffed, "jb01").secret
    for stranger in ("fh01", "sp01", "nobody"):
        with pytest.raises(Refused, match=_LOCKED):
            into(staffed, stranger)
    clock.now += 10 * MINUTE
    for _ in range(5):
        with pytest.raises(Refused, match=logins.WRONG):
            into(staffed, "jb01", BAD)
    with pytest.raises(Refused, match=r"^登录失败次数过多"):
        into(staffed, "jb01")
    assert ends(staffed) == {HERE: until}, "his tries are counted for his account, and lock the address no longer"
    with staffed.reading() as work:
        said = work.session.exec(select(Audit.detail).where(Audit.action == "登录锁定")).all()
        home = work.vault.blind("login-address", HERE)
        kept = work.session.exec(select(LoginTry).where(LoginTry.subject == home)).all()
    assert [one[:2] for one in said] == ["地址", "账户"]
    assert len(kept) == 5


def test_at_home_is_who_came_all_the_way_in_within_thirty_days_with_this_very_account(
    staffed: Office, clock: SetClock
) -> None:
    with_telephone(staffed, clock)
    begun = clock.now
    into(staffed, "sp01", RIGHT, THERE)  # half way: the code is not given
    lock(staffed, THERE)
    with pytest.raises(Refused, match=_LOCKED):
        into(staffed, "sp01", RIGHT, THERE)
    clock.now = begun + login_tries.AT_HOME - 5 * MINUTE
    lock(staffed)
    half = held_by(staffed, into(staffed, "sp01").secret)
    assert logins.give_code(staffed, half, code_now(staffed, clock), address=HERE).secret
    with staffed.work("aq01") as work:
        accounts.close(work, "sp01", "调离")
    with pytest.raises(Refused, match=_LOCKED):
        into(staffed, "sp01")
    into(staffed, "jb01", RIGHT, THERE)
    clock.now += login_tries.AT_HOME
    lock(staffed, THERE)
    with pytest.raises(Refused, match=_LOCKED):
        into(staffed, "jb01", RIGHT, THERE)


def test_the_list_names_what_is_locked_now_and_only_that(staffed: Office, clock: SetClock) -> None:
    assert ends(staffed) == {}
    for _ in range(5):
        with pytest.raises(Refused):
            into(staffed, "jb01", BAD)
    assert ends(staffed) == {}, "an account is locked, no address"
    lock(staffed, "fe80::1")
    assert set(ends(staffed)) == {"fe80::1"}
    with staffed.work("jb01") as work, pytest.raises(Forbidden):
        accounts.locked_addresses(work)
    with staffed.work("aq01") as work, pytest.raises(NotFound):
        accounts.release(work, HERE)
    clock.now += login_tries.LOCKED
    assert ends(staffed) == {}


def test_the_security_administrator_releases_an_address_on_the_page(seats: Seats, office: Office) -> None:
    aq, xt = seats("aq01"), seats("xt01")
    assert "已锁定的登录地址" not in aq.get("/accounts").text
    where = "/accounts/addresses/fe80%3A%3A1"
    assert aq.get(where).status_code == 404
    lock(office, "fe80::1")
    shown = aq.get("/accounts").text
    assert "已锁定的登录地址" in shown
    assert f'href="{where}"' in shown
    assert "fe80::1" in aq.get(where).text
    other = xt.get("/accounts").text
    assert "已锁定的登录地址" not in other
    assert "fe80::1" not in other
    assert xt.get(where).status_code == 403
    assert post(aq, where).headers["location"] == "/accounts"
    after = aq.get("/accounts").text
    assert "已解锁登录地址 fe80::1" in after
    assert where not in after
    with office.reading() as work:
        acts = work.session.exec(select(Audit.actor, Audit.detail).where(Audit.action == "解锁地址")).all()
        assert work.session.exec(select(WebSession).where(WebSession.officer == "sp01")).all() == []
    assert acts == [("aq01", "fe80::1")]
    with pytest.raises(Refused, match=logins.WRONG):
        into(office, "sp01", BAD, "fe80::1")
