"""登录地址 (login addresses): those that too many failed tries have locked are released here, one by one.

Its ways stand before those of the accounts: the address of such a page looks like one of theirs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import accounts
from integrity.errors import NotFound
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Form
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks(accounts.UNLOCKING)]
Unlock = Annotated[Desk, acts(accounts.UNLOCKING)]


@router.get("/accounts/addresses/{address}")
def show(address: str, desk: Looking) -> Response:
    """解锁登录地址以前再看一遍。"""
    return _page(desk, address, _locked(desk, address), desk.form(()))


@router.post("/accounts/addresses/{address}")
def release(address: str, desk: Unlock) -> Response:
    """解锁登录地址。"""
    until = dict(accounts.locked_addresses(desk.work)).get(address)

    def act(work: Work) -> str:
        accounts.release(work, address)
        desk.tell(work, f"已解锁登录地址 {address}")
        return "/accounts"

    return desk.submit(desk.read(()), act, lambda form: _page(desk, address, until, form))


def _locked(desk: Desk, address: str) -> datetime:
    until = dict(accounts.locked_addresses(desk.work)).get(address)
    if until is None:
        raise NotFound("这个登录地址现在没有锁定，不用解锁")
    return until


def _page(desk: Desk, address: str, until: datetime | None, form: Form) -> Response:
    return desk.page(
        "account_address.html", form=form, address=address, until=until, action=path("accounts", "addresses", address)
    )  # fmt: skip
