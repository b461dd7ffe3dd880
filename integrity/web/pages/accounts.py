"""账户 (accounts): who can log in; opened here by one administrator, approved, reset, unlocked by another, closed.

A first password stands in one answer only: it is in no address, no flash message, no draft.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import accounts, areas, dispatches, exports, oidc_links, reveals
from integrity.errors import Refused
from integrity.permissions import may
from integrity.records.accounts import Account, AccountIdentity
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
PAGE, CLOSED, _LONGEST_ID = 50, "closed", 9
WHY = (Field("why", "关闭的理由", hint="如：调离、退休；关闭后不能恢复，可以另行开设"),)
STATE_IDENTITY = (
    Field("identity", "统一身份", max_length=oidc_links.LONGEST, hint="身份服务中本人的名称或者编号；不能是身份证号"),
)  # fmt: skip
WORDS = {
    "approve": "核准账户", "reset": "重置密码", "unlock": "解锁账户", "identity": "登记统一身份",
    "identity-approve": "核准统一身份", "identity-end": "解除统一身份", "close": "关闭账户",
}  # fmt: skip
OFF = "没有启用统一身份认证"
TELEPHONE = (Field("telephone", "连同动态码一并重置（手机遗失或者更换）", "tick", required=False),)


@router.get("/accounts")
def show_list(desk: Looking, after: str = "", state: str = "", before: str = "") -> Response:
    """账户一览：本辖区内没有关闭的账户，等待核准的在前；或者已关闭的。"""
    if state == CLOSED:
        return _closed(desk, before)
    lines = accounts.listed(desk.work, after[:40], PAGE + 1)
    waiting = accounts.waiting(desk.work) if not after else []
    return desk.page(
        "accounts.html", lines=lines[:PAGE], places=_places(desk, [one.officer for one in (*lines, *waiting)]),
        waiting=[_waits(desk, one) for one in waiting], pushes=_pushes(desk), approves=desk.may(accounts.APPROVING),
        locked=[] if after or not desk.may(accounts.UNLOCKING) else accounts.locked_addresses(desk.work),
        reveals=reveals.to_look_at(desk.work), exports=exports.to_decide(desk.work),
        first="/accounts" if after else "", opens=desk.may(accounts.OPENING),
        next=f"/accounts?after={path(lines[PAGE - 1].officer.code)[1:]}" if len(lines) > PAGE else "",
    )  # fmt: skip


def _closed(desk: Desk, before: str) -> Response:
    """已关闭的账户，后关闭的在前。"""
    past = int(before) if before.isascii() and before.isdecimal() and len(before) <= _LONGEST_ID else 0
    lines = accounts.closed(desk.work, past, PAGE + 1)
    here = f"/accounts?state={CLOSED}"
    return desk.page(
        "accounts_closed.html", lines=lines[:PAGE], places=_places(desk, [one.officer for one in lines]),
        first=here if past else "", opens=desk.may(accounts.OPENING),
        next=f"{here}&before={lines[PAGE - 1].account.id}" if len(lines) > PAGE else "",
    )  # fmt: skip


class Waits(NamedTuple):
    """等待核准 (what waits): the account, what of it, stated by whom, where this officer approves it or why not."""

    line: accounts.Line
    what: str
    stated: Account | AccountIdentity
    href: str
    why: str


def _waits(desk: Desk, line: accounts.Line) -> Waits:
    identity = oidc_links.current(desk.work, line.account)
    stated: Account | AccountIdentity
    if line.account.approved_at is None or identity is None:
        what, act, stated = "账户", "approve", line.account
    else:
        what, act, stated = "统一身份", "identity-approve", identity
    why = {name: why for name, _, _, why in _offers(desk, line)}.get(act, "由安全管理员核准")
    return Waits(line, what, stated, "" if why else path("accounts", line.officer.code, act), why)


def _pushes(desk: Desk) -> int:
    """How many notifications wait for the approval of this officer."""
    if not desk.may(dispatches.APPROVING):
        return 0
    return sum(one.state == "待核准" for one in dispatches.listed(desk.work))


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
    return _shown(desk, accounts.line_of(desk.work, code))


def _shown(desk: Desk, line: accounts.Line, status: int = 200) -> Response:
    place = _places(desk, [line.officer])[line.officer.area]
    return desk.page(
        "account_one.html", status=status, line=line, offers=_offers(desk, line), place=place,
        identity=oidc_links.current(desk.work, line.account), provider=_issuer(desk),
    )  # fmt: skip


def _places(desk: Desk, people: list[Officer]) -> dict[str, str]:
    """The names of the officers' areas, with what lies above a township."""
    return areas.named(desk.work, {one.area for one in people}, desk.work.today)


def _issuer(desk: Desk) -> str:
    """The identity provider of this installation; "" where there is none."""
    known = desk.request.app.state.oidc
    return known.options.issuer if known is not None else ""


@router.get("/accounts/{code}/{act}")
def show_act(code: str, act: str, desk: Looking) -> Response:
    """办理以前再看一遍。"""
    line = accounts.line_of(desk.work, code)
    offered = {name: (words, fields) for name, words, fields, _ in _offers(desk, line)}
    if act not in offered:
        return _shown(desk, line, 409)
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


@router.post("/accounts/{code}/identity")
def state_identity(code: str, desk: Open) -> Response:
    """登记统一身份，安全管理员核准以后才能用来登录。"""
    form = desk.read(STATE_IDENTITY)

    def act(work: Work) -> str:
        if not _issuer(desk):
            raise Refused(OFF)
        oidc_links.state(work, code, _issuer(desk), form.given["identity"])
        desk.tell(work, f"已登记 {code} 的统一身份，待安全管理员核准")
        return path("accounts", code)

    return desk.submit(form, act, _again(desk, code, "identity"))


@router.post("/accounts/{code}/identity-approve")
def approve_identity(code: str, desk: Approve) -> Response:
    """核准统一身份。"""

    def act(work: Work) -> str:
        oidc_links.approve(work, code)
        desk.tell(work, f"已核准 {code} 的统一身份，本人可以用它登录")
        return path("accounts", code)

    return desk.submit(desk.read(()), act, _again(desk, code, "identity-approve"))


@router.post("/accounts/{code}/identity-end")
def end_identity(code: str, desk: Close) -> Response:
    """解除统一身份，不能再用它登录。"""

    def act(work: Work) -> str:
        oidc_links.end(work, code)
        desk.tell(work, f"已解除 {code} 的统一身份")
        return path("accounts", code)

    return desk.submit(desk.read(()), act, _again(desk, code, "identity-end"), matter=_own_matter(desk))


def _own_matter(desk: Desk) -> str:
    """In which matter this administrator takes an account's doors away."""
    return accounts.UNLOCKING if desk.officer.role is Role.SECURITY_ADMIN else accounts.OPENING


@router.post("/accounts/{code}/close")
def close(code: str, desk: Close) -> Response:
    """关闭账户，立即生效。"""
    form = desk.read(WHY)

    def act(work: Work) -> str:
        accounts.close(work, code, form.given["why"])
        desk.tell(work, f"已关闭 {code} 的账户")
        return "/accounts"

    return desk.submit(form, act, _again(desk, code, "close"), matter=_own_matter(desk))


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
    danger = act in ("close", "identity-end")
    identity = oidc_links.current(desk.work, line.account)
    return desk.page(
        "account_act.html", line=line, form=form, words=words, action=action, danger=danger, identity=identity
    )  # fmt: skip


def _offers(desk: Desk, line: accounts.Line) -> list[tuple[str, str, tuple[Field, ...], str]]:
    """What this administrator can do with an account now: (act, words, fields, why not)."""
    role, mine = desk.officer.role, line.officer.code == desk.officer.code
    waits = line.account.approved_at is None
    opened_it = "您开设的账户须由另一人核准" if line.account.opened_by == desk.officer.code else ""
    takes = may(role, accounts.UNLOCKING) or may(role, accounts.OPENING)
    linked = oidc_links.current(desk.work, line.account)
    lines = (
        ("approve", (), may(role, accounts.APPROVING) and waits, opened_it),
        ("reset", TELEPHONE, may(role, accounts.UNLOCKING) and not waits and not line.account.demo, ""),
        ("unlock", (), may(role, accounts.UNLOCKING) and line.locked_until is not None, ""),
        *_identity_offers(desk, line, linked),
        ("identity-end", (), takes and linked is not None, ""),
        ("close", WHY, takes, ""),
    )
    own = "自己的账户须由别人办理" if mine else ""
    return [(name, WORDS[name], fields, own or why) for name, fields, offered, why in lines if offered]


def _identity_offers(
    desk: Desk, line: accounts.Line, linked: AccountIdentity | None
) -> tuple[tuple[str, tuple[Field, ...], bool, str], ...]:
    """To state an identity, and to approve the one that waits; nothing where there is no provider."""
    role, on = desk.officer.role, bool(_issuer(desk)) and not line.account.demo
    waits = linked is not None and linked.approved_at is None
    stated_it = "您登记的统一身份须由另一人核准" if linked and linked.opened_by == desk.officer.code else ""
    return (
        ("identity", STATE_IDENTITY, on and may(role, accounts.OPENING) and linked is None, ""),
        ("identity-approve", (), on and may(role, accounts.APPROVING) and waits, stated_it),
    )


def _officers(desk: Desk) -> tuple[Field, ...]:
    people = accounts.without(desk.work)
    places = _places(desk, people)
    choices = tuple((one.code, _named(one, places[one.area])) for one in people)
    return (Field("officer", "人员", "choice", choices=choices),)


def _named(one: Officer, place: str) -> str:
    return f"{one.code} {one.name}（{one.role.value}，{place}）"
