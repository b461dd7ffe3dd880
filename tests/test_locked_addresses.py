"""锁定的网络地址 (locked addresses): shown to whoever keeps the accounts, and released on a page."""

from __future__ import annotations

import re

import pytest

from integrity import logins
from integrity.errors import Refused
from integrity.work import Office
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]


def test_a_locked_address_is_released_by_who_keeps_the_accounts(desks: Desks, office: Office) -> None:
    assert "锁定的网络地址" not in desks("aq01").page("/accounts")
    for code in ("jb01", "fh01", "sp01", "jb02", "fh02"):
        with pytest.raises(Refused):
            logins.log_in(office, code, "x", address="10.0.3.4")
    with pytest.raises(Refused, match="从这个网络地址"):
        logins.log_in(office, "xz01", "x", address="10.0.3.4")
    page = desks("aq01").page("/accounts")
    assert re.search(r"10\.0\.3\.4（锁定到 \d\d:\d\d）", page)
    assert "锁定的网络地址" not in desks("ga01").page("/accounts"), "who opens accounts releases nothing"
    assert desks("ga01").client.post("/accounts/addresses", headers=desks("ga01").headers).status_code == 403
    assert desks("aq01").post_form("/accounts", action="/accounts/addresses").status_code == 422, "none is chosen"
    desks("aq01").done("/accounts", {"address": "10.0.3.4"}, action="/accounts/addresses")
    after = desks("aq01").page("/accounts")
    assert "10.0.3.4（" not in after
    with pytest.raises(Refused, match="工号或者密码"):
        logins.log_in(office, "xz01", "x", address="10.0.3.4")
