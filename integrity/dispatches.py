"""推送的登记 (subscriptions): which other system is told that something changed, at which address, by whose leave.

One administrator registers it, another approves it, either ends it. The secret by which the receiver knows our word is
told once; for a while after it was renewed both hold. What is told and how it is sent: `dispatching`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, update
from sqlmodel import col, select

from integrity import organs
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.office_terms import DispatchState, PushKind
from integrity.permissions import require
from integrity.push_wire import Destination
from integrity.records import dispatches, row_security
from integrity.records.dispatches import Dispatch, Noted, Subscription
from integrity.records.office import Officer
from integrity.rules.areas import code_range
from integrity.rules.stated import LARGEST
from integrity.terms import Role
from integrity.work import Work

OPENING, APPROVING, SEEING = "登记推送", "核准推送", "查看推送"
BOTH_HOLD: Final = timedelta(days=7)
"""How long the secret before the present one is still used beside it."""
_BYTES = 32
_MARK = "cxs_"
"""Tells whoever finds a secret in a wrong place what it is."""


class Opened(NamedTuple):
    """新登记 (a subscription just registered), with the secret that nobody can read again."""

    subscription: Subscription
    secret: str


class Line(NamedTuple):
    """推送登记一行 (a subscription as it is listed): whose, where it goes, how many of each state."""

    subscription: Subscription
    system: Officer
    kinds: tuple[PushKind, ...]
    counts: dict[DispatchState, int]

    @property
    def state(self) -> str:
        """In a word."""
        one = self.subscription
        return "已停止" if one.ended_at else "推送中" if one.approved_at else "待核准"


def tell(work: Work, kind: PushKind, area: str, *, household_id: int | None = None, to: str = "",
         subject: str = "") -> None:  # fmt: skip
    """Tell other systems when this work is done: one of them (`to`, its 工号), or all that may know of this area."""
    dispatches.note(work.session, Noted(kind, area, household_id, to, subject))


def register(work: Work, officer: str, url: str, kinds: Collection[PushKind], allowed: str) -> Opened:
    """Register an address of a linked system. `allowed`: the hosts that the installation allows, as in the settings.

    Raises NotFound, Refused (no linked system, registered already), Invalid (address, nothing to tell of), Forbidden.
    """
    system = organs.officer(work, officer, work.today)
    require(work, OPENING, system.area)
    if system.role is not Role.LINKED:
        raise Refused(f"{officer} 的岗位是{system.role.value}，只向对接系统推送")
    if not kinds:
        raise Invalid("请选择推送哪些事项")
    Destination.read(url, allowed)
    if any(one.url == url for one in _of(work, officer)):
        raise Conflict("这个系统的这个地址已经登记")
    secret = _MARK + secrets.token_urlsafe(_BYTES)
    one = Subscription(
        officer=officer, url=url, kinds=",".join(kind.name for kind in PushKind if kind in kinds),
        key_id=work.vault.current, secret=work.vault.seal(secret, context(officer)), opened_at=work.now,
        opened_by=work.actor,
    )  # fmt: skip
    work.session.add(one)
    work.session.flush()
    work.audit("登记推送", f"subscription:{one.id}", f"{officer}：{'、'.join(kind.value for kind in kinds)}")
    return Opened(one, secret)


def context(officer: str) -> str:
    """What binds a sealed secret to its system."""
    return f"subscription|{officer}"


def _of(work: Work, officer: str) -> list[Subscription]:
    query = select(Subscription).where(Subscription.officer == officer, col(Subscription.ended_at).is_(None))
    return list(work.session.exec(query))


def approve(work: Work, number: int) -> Subscription:
    """核准: from now on what happens is told. Raises NotFound, Forbidden for who registered it, Conflict."""
    one = _mine(work, number, APPROVING)
    if one.opened_by == work.actor:
        raise Forbidden("您登记的推送须由另一人核准")
    if one.approved_at is not None:
        raise Conflict("这项推送已经核准")
    one.approved_at, one.approved_by = work.now, work.actor
    work.session.add(one)
    work.audit("核准推送", f"subscription:{number}", one.officer)
    return one


def end(work: Work, number: int) -> Subscription:
    """停止: nothing more is sent there; what still waits is given up. Raises NotFound, Forbidden."""
    one = _mine(work, number, _matter(work))
    one.ended_at, one.ended_by = work.now, work.actor
    work.session.add(one)
    work.session.flush()
    waiting = (Dispatch.subscription_id == number, Dispatch.state == DispatchState.WAITING)
    with row_security.everywhere(work.session) as session:
        session.execute(
            update(Dispatch).where(*waiting)  # type: ignore[arg-type]
            .values(state=DispatchState.GIVEN_UP, answer="推送已停止", ended_at=work.now)
        )  # fmt: skip
    work.audit("停止推送", f"subscription:{number}", one.officer)
    return one


def _matter(work: Work) -> str:
    """Either of the two administrators ends a subscription."""
    acting = work.session.get(Officer, work.actor)
    return APPROVING if acting is not None and acting.role is Role.SECURITY_ADMIN else OPENING


def renew_secret(work: Work, number: int) -> str:
    """更换签名密钥: the new secret, told once; the one before is used beside it for `BOTH_HOLD`."""
    one = _mine(work, number, OPENING)
    known = work.vault.open(one.key_id, one.secret, context(one.officer))
    secret = _MARK + secrets.token_urlsafe(_BYTES)
    one.secret, one.before = (work.vault.seal(text, context(one.officer)) for text in (secret, known))
    one.key_id, one.before_until = work.vault.current, work.now + BOTH_HOLD
    work.session.add(one)
    work.audit("更换推送签名密钥", f"subscription:{number}", one.officer)
    return secret


def reseal(work: Work, one: Subscription) -> None:
    """Seal the secrets again with the current key. Raises Invalid when they cannot be opened."""
    bound = context(one.officer)
    one.secret, one.before = (
        work.vault.seal(work.vault.open(one.key_id, sealed, bound), bound) for sealed in (one.secret, one.before)
    )
    one.key_id = work.vault.current
    work.session.add(one)


def again(work: Work, number: int) -> int:
    """重新推送 what was given up; how many. Raises NotFound, Forbidden, Refused when there is nothing."""
    _mine(work, number, OPENING)
    lost = (Dispatch.subscription_id == number, Dispatch.state == DispatchState.GIVEN_UP)
    until = work.now + dispatches.PATIENCE
    with row_security.everywhere(work.session) as session:
        done = session.execute(
            update(Dispatch).where(*lost)  # type: ignore[arg-type]
            .values(state=DispatchState.WAITING, ended_at=None, next_at=work.now, give_up_at=until)
        ).rowcount  # type: ignore[attr-defined]  # fmt: skip
    if not done:
        raise Refused("没有未能送达的推送")
    work.audit("重新推送", f"subscription:{number}", f"{done} 件")
    return int(done)


def _mine(work: Work, number: int, matter: str) -> Subscription:
    """A subscription that has not ended, of a system within the acting administrator's area, to be changed."""
    require(work, matter)
    one = _seen(work, number)
    if one.ended_at is not None:
        raise Conflict("这项推送已经停止")
    return one


def _seen(work: Work, number: int) -> Subscription:
    one = work.session.get(Subscription, number, with_for_update=True) if 0 < number <= LARGEST else None
    system = work.session.get(Officer, one.officer) if one else None
    low, high = _reach(work)
    if one is None or system is None or not low <= system.area < high:
        raise NotFound(f"没有第 {number} 项推送")
    return one


def _reach(work: Work) -> tuple[str, str]:
    return code_range(organs.officer(work, work.actor, work.today).area)


def listed(work: Work) -> list[Line]:
    """The subscriptions of systems within the acting administrator's area, the last first. Raises Forbidden."""
    require(work, SEEING)
    low, high = _reach(work)
    query = (
        select(Subscription, Officer)
        .join(Officer, col(Officer.code) == col(Subscription.officer))
        .where(Officer.area >= low, Officer.area < high)
    )
    rows = list(work.session.exec(query.order_by(col(Subscription.id).desc())))
    counts = _counts(work, [one.id or 0 for one, _ in rows])
    return [Line(one, system, kinds_of(one), counts.get(one.id or 0, {})) for one, system in rows]


def line(work: Work, number: int) -> Line:
    """One subscription. Raises NotFound, Forbidden."""
    found = next((one for one in listed(work) if one.subscription.id == number), None)
    if found is None:
        raise NotFound(f"没有第 {number} 项推送")
    return found


def kinds_of(one: Subscription) -> tuple[PushKind, ...]:
    """What a subscription is told of."""
    return tuple(PushKind[name] for name in one.kinds.split(","))


def _counts(work: Work, numbers: Collection[int]) -> dict[int, dict[DispatchState, int]]:
    query = (
        select(Dispatch.subscription_id, Dispatch.state, func.count())
        .where(col(Dispatch.subscription_id).in_(numbers))
        .group_by(col(Dispatch.subscription_id), col(Dispatch.state))
    )
    found: dict[int, dict[DispatchState, int]] = {}
    with row_security.everywhere(work.session) as session:
        for number, state, count in session.execute(query):
            found.setdefault(number, {})[DispatchState(state)] = count
    return found


def newest(work: Work, number: int, limit: int = 20) -> list[Dispatch]:
    """The last notifications of a subscription; what is shown of them names no household."""
    query = select(Dispatch).where(Dispatch.subscription_id == number).order_by(col(Dispatch.id).desc())
    with row_security.everywhere(work.session) as session:
        return list(session.exec(query.limit(limit)))


def systems(work: Work) -> list[Officer]:
    """The linked systems within the acting administrator's area that are connected today, by 工号."""
    require(work, SEEING)
    low, high = _reach(work)
    query = select(Officer).where(
        Officer.role == Role.LINKED, Officer.area >= low, Officer.area < high, Officer.since <= work.today
    )
    return [
        one for one in work.session.exec(query.order_by(col(Officer.code)))
        if one.until is None or one.until >= work.today
    ]  # fmt: skip
