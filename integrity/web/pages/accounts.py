"""账户 (accounts): who can log in; opened here by one administrator, approved, reset, unlocked by another, closed.

A first password stands in one answer only: it is in no address, no flash message, no draft.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import accounts
from integrity.permissions import may
from integrity.records.office import Officer
from integrity.terms import Role
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks(accounts.SEEING)]
Opening = Annotated[Desk, looks(accounts.OPENING)]
Open = Annotated[Desk, acts(accounts.OPENING)]
Approve = Annotated[Desk, acts(accounts.APPROVING)]
Unlock = Annotated[Desk, acts(accounts.UNLOCKING)]
Close = Annotated[Desk, acts(accounts.SEEING)]
PAGE = 50
WHY = (Field("why", "关闭的理由", hint="如：调离、退休；关闭后不能恢复，可以另行开设"),)
WORDS = {"approve": "核准账户", "reset": "重置密码", "unlock": "解锁账户", "close": "关闭账户"}
TELEPHONE = (Field("telephone", "连同动态码一并重置（手机遗失或者更换）", "tick", required=False),)


@router.get("/accounts")
def show_list(desk: Looking, after: str = "") -> Response:
    """账户一览：本辖区内没有关闭的账户。"""
    lines = accounts.listed(desk.work, after[:40], PAGE + 1)
    return desk.page(
        "accounts.html", lines=lines[:PAGE], first="/accounts" if after else "", opens=desk.may(accounts.OPENING),
        next=f"/accounts?after={path(lines[PAGE - 1].officer.code)[1:]}" if len(lines) > PAGE else "",
    )  # fmt: skip


@router.get("/accounts/open")
def show_open(desk: Opening) -> Response:
    """开设账户。"""
    fields = _officers(desk)
    return desk.page("account_open.html", form=desk.form(fields), there=bool(fields[0].choices))


@router.post("/accounts/open")
def open_account(desk: Open) -> Response:
    """开设账户，安全管理员核准以后才能使用。"""
    form = desk.read(_officers(desk))

    def act(work: Work) -> str:
        account = accounts.open_account(work, form.given["officer"])
        desk.tell(work, f"已开设 {account.officer} 的账户，待安全管理员核准")
        return path("accounts", account.officer)

    return desk.submit(form, act, lambda form: desk.page("account_open.html", form=form, there=True))


@router.get("/accounts/{code}")
def show(code: str, desk: Looking) -> Response:
    """一个账户：怎样了，还能办什么。"""
    line = accounts.line_of(desk.work, code)
    return desk.page("account_one.html", line=line, offers=_offers(desk, line))


@router.get("/accounts/{code}/{act}")
def show_act(code: str, act: str, desk: Looking) -> Response:
    """办理以前再看一遍。"""
    line = accounts.line_of(desk.work, code)
    offered = {name: (words, fields) for name, words, fields, _ in _offers(desk, line)}
    if act not in offered:
        return desk.page("account_one.html", status=409, line=line, offers=_offers(desk, line))
    words, fields = offered[act]
    return _confirmation(desk, line, act, desk.form(fields), words)


@router.post("/accounts/{code}/approve")
def approve(code: str, desk: Approve) -> Response:
    """核准账户；初始密码只在这里显示一次。"""
    return _telling(desk, code, "approve", desk.read(()), lambda work, _: accounts.approve(work, code))


@router.post("/accounts/{code}/reset")
def reset(code: str, desk: Unlock) -> Response:
    """重置密码；初始密码只在这里显示一次。"""

    def act(work: Work, form: Form) -> str:
        return accounts.reset(work, code, telephone=form.given.get("telephone", False))

    return _telling(desk, code, "reset", desk.read(TELEPHONE), act)


@router.post("/accounts/{code}/unlock")
def unlock(code: str, desk: Unlock) -> Response:
    """解锁账户。"""

    def act(work: Work) -> str:
        accounts.unlock(work, code)
        desk.tell(work, f"已解锁 {code} 的账户")
        return path("accounts", code)

    return desk.submit(desk.read(()), act, _again(desk, code, "unlock"))


@router.post("/accounts/{code}/close")
def close(code: str, desk: Close) -> Response:
    """关闭账户，立即生效。"""
    form = desk.read(WHY)

    def act(work: Work) -> str:
        accounts.close(work, code, form.given["why"])
        desk.tell(work, f"已关闭 {code} 的账户")
        return "/accounts"

    matter = accounts.UNLOCKING if desk.officer.role is Role.SECURITY_ADMIN else accounts.OPENING
    return desk.submit(form, act, _again(desk, code, "close"), matter=matter)


def _telling(desk: Desk, code: str, name: str, form: Form, act: Callable[[Work, Form], str]) -> Response:
    """Do it and show the first password in the answer itself; the same form sent again shows no password."""
    told: list[str] = []

    def keep(work: Work) -> str:
        told.append(act(work, form))
        return path("accounts", code)

    answer = desk.submit(form, keep, _again(desk, code, name))
    if not told or answer.status_code >= 400:
        return answer
    line = accounts.line_of(desk.work, code)
    return desk.page("account_once.html", line=line, password=told[0], days=accounts.ONCE.days)


def _again(desk: Desk, code: str, act: str) -> Callable[[Form], Response]:
    """The page of an act, with what is wrong."""

    def show_again(form: Form) -> Response:
        return _confirmation(desk, accounts.line_of(desk.work, code), act, form, WORDS[act])

    return show_again


def _confirmation(desk: Desk, line: accounts.Line, act: str, form: Form, words: str) -> Response:
    action = path("accounts", line.officer.code, act)
    return desk.page("account_act.html", line=line, form=form, words=words, action=action, danger=act == "close")


def _offers(desk: Desk, line: accounts.Line) -> list[tuple[str, str, tuple[Field, ...], str]]:
    """What this administrator can do with an account now: (act, words, fields, why not)."""
    role, mine = desk.officer.role, line.officer.code == desk.officer.code
    waits = line.account.approved_at is None
    opened_it = "您开设的账户须由另一人核准" if line.account.opened_by == desk.officer.code else ""
    lines = (
        ("approve", (), may(role, accounts.APPROVING) and waits, opened_it),
        ("reset", TELEPHONE, may(role, accounts.UNLOCKING) and not waits and not line.account.demo, ""),
        ("unlock", (), may(role, accounts.UNLOCKING) and line.locked_until is not None, ""),
        ("close", WHY, may(role, accounts.UNLOCKING) or may(role, accounts.OPENING), ""),
    )
    own = "自己的账户须由别人办理" if mine else ""
    return [(name, WORDS[name], fields, own or why) for name, fields, offered, why in lines if offered]


def _officers(desk: Desk) -> tuple[Field, ...]:
    choices = tuple((one.code, _named(one)) for one in accounts.without(desk.work))
    return (Field("officer", "人员", "choice", choices=choices),)


def _named(one: Officer) -> str:
    return f"{one.code} {one.name}（{one.role.value}，{one.area}）"
