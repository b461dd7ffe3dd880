"""推送 (notifications): which other systems are told that something changed; registered by one, approved by another.

The secret by which a receiver knows our word stands in one answer only. No household is named here: administrators keep
the wires, not what goes over them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import dispatches
from integrity.errors import Invalid
from integrity.office_terms import DispatchState, PushKind
from integrity.settings import settings
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks(dispatches.SEEING)]
Opening = Annotated[Desk, looks(dispatches.OPENING)]
Open = Annotated[Desk, acts(dispatches.OPENING)]
Approve = Annotated[Desk, acts(dispatches.APPROVING)]
End = Annotated[Desk, acts(dispatches.SEEING)]
WORDS = {"approve": "核准推送", "secret": "更换签名密钥", "again": "重新推送", "end": "停止推送"}
_SAID = {
    "approve": "核准以后，发生的事项开始推送到这个地址。",
    "secret": "新密钥只显示一次；原密钥七天内同时有效，请在这期间交给对方换上。",
    "again": "没有送达的逐件再推送，最多三天。",
    "end": "停止以后不再推送，不能恢复，可以另行登记。",
}
_DANGER = "end"


@router.get("/pushes")
def show_list(desk: Looking) -> Response:
    """推送登记一览。"""
    return desk.page(
        "pushes.html", lines=dispatches.listed(desk.work), opens=desk.may(dispatches.OPENING),
        allowed=settings().push_hosts, states=DispatchState,
    )  # fmt: skip


@router.get("/pushes/new")
def show_new(desk: Opening) -> Response:
    """登记推送。"""
    return _new(desk, desk.form(_fields(desk)))


@router.post("/pushes/new")
def register(desk: Open) -> Response:
    """登记推送，安全管理员核准以后开始；签名密钥只在这里显示一次。"""
    form = desk.read(_fields(desk))
    kinds = [one for one in PushKind if form.given.get(one.name.lower())]

    def act(work: Work) -> tuple[int, str]:
        try:
            made = dispatches.register(work, form.given["officer"], form.given["url"], kinds, settings().push_hosts)
        except Invalid as fault:
            form.errors["url" if kinds else "standing"] = str(fault)
            raise
        return made.subscription.id or 0, made.secret

    return _telling(desk, form, act, lambda again: _new(desk, again))


def _fields(desk: Desk) -> tuple[Field, ...]:
    systems = tuple((one.code, f"{one.code} {one.name}") for one in dispatches.systems(desk.work))
    return (
        Field("officer", "对接系统", "choice", choices=systems),
        Field("url", "推送地址", max_length=300, hint="以 https:// 开头；主机须在设置 CHENGXIN_PUSH_HOSTS 之内"),
        *(Field(one.name.lower(), one.value, "tick", required=False) for one in PushKind),
    )


def _new(desk: Desk, form: Form) -> Response:
    return desk.page("push_new.html", form=form, there=bool(form.fields[0].choices), kinds=PushKind)


@router.get("/pushes/{number}")
def show(number: int, desk: Looking) -> Response:
    """一项推送：到了哪里，还能办什么。"""
    return _shown(desk, number)


def _shown(desk: Desk, number: int, status: int = 200) -> Response:
    line = dispatches.line(desk.work, number)
    return desk.page(
        "push.html", status=status, line=line, offers=_offers(desk, line), newest=dispatches.newest(desk.work, number),
        states=DispatchState,
    )  # fmt: skip


def _offers(desk: Desk, line: dispatches.Line) -> list[tuple[str, str, str]]:
    """What this administrator can do with it now: (act, words, why not)."""
    one = line.subscription
    if one.ended_at is not None:
        return []
    opens, approves = desk.may(dispatches.OPENING), desk.may(dispatches.APPROVING)
    mine = "您登记的推送须由另一人核准" if one.opened_by == desk.officer.code else ""
    lost = line.counts.get(DispatchState.GIVEN_UP, 0)
    lines = (
        ("approve", approves and one.approved_at is None, mine), ("secret", opens, ""),
        ("again", opens and lost > 0, ""), ("end", opens or approves, ""),
    )  # fmt: skip
    return [(name, WORDS[name], why) for name, offered, why in lines if offered]


@router.get("/pushes/{number}/{act}")
def show_act(number: int, act: str, desk: Looking) -> Response:
    """办理以前再看一遍。"""
    line = dispatches.line(desk.work, number)
    if act not in [name for name, _, why in _offers(desk, line) if not why]:
        return _shown(desk, number, 409)
    return _confirmation(desk, number, act, desk.form(()))


def _confirmation(desk: Desk, number: int, act: str, form: Form) -> Response:
    return desk.page(
        "push_act.html", line=dispatches.line(desk.work, number), form=form, words=WORDS[act], said=_SAID[act],
        action=path("pushes", number, act), danger=act == _DANGER,
    )  # fmt: skip


@router.post("/pushes/{number}/approve")
def approve(number: int, desk: Approve) -> Response:
    """核准推送。"""

    def act(work: Work) -> str:
        dispatches.approve(work, number)
        desk.tell(work, "已核准，开始推送")
        return path("pushes", number)

    return desk.submit(desk.read(()), act, lambda form: _confirmation(desk, number, "approve", form))


@router.post("/pushes/{number}/secret")
def renew_secret(number: int, desk: Open) -> Response:
    """更换签名密钥；新密钥只在这里显示一次。"""

    def act(work: Work) -> tuple[int, str]:
        return number, dispatches.renew_secret(work, number)

    return _telling(desk, desk.read(()), act, lambda form: _confirmation(desk, number, "secret", form))


@router.post("/pushes/{number}/again")
def send_again(number: int, desk: Open) -> Response:
    """重新推送没有送达的。"""

    def act(work: Work) -> str:
        desk.tell(work, f"{dispatches.again(work, number)} 件将重新推送")
        return path("pushes", number)

    return desk.submit(desk.read(()), act, lambda form: _confirmation(desk, number, "again", form))


@router.post("/pushes/{number}/end")
def end(number: int, desk: End) -> Response:
    """停止推送，立即生效。"""

    def act(work: Work) -> str:
        dispatches.end(work, number)
        desk.tell(work, "已停止推送")
        return path("pushes", number)

    opens = dispatches.OPENING if desk.may(dispatches.OPENING) else dispatches.APPROVING
    return desk.submit(desk.read(()), act, lambda form: _confirmation(desk, number, "end", form), matter=opens)


def _telling(
    desk: Desk, form: Form, act: Callable[[Work], tuple[int, str]], again: Callable[[Form], Response]
) -> Response:  # fmt: skip
    """Do it and show the secret in the answer itself; the same form sent again shows none."""
    told: list[tuple[int, str]] = []

    def keep(work: Work) -> str:
        told.append(act(work))
        return path("pushes", told[0][0])

    answer = desk.submit(form, keep, again)
    if not told or answer.status_code >= 400:
        return answer
    number, secret = told[0]
    return desk.page("push_once.html", line=dispatches.line(desk.work, number), secret=secret)
