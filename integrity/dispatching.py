"""推送的发出 (sending notifications): each until it has arrived, in order, by one sender at a time for each address.

At least once: who is killed between sending and writing it down sends it again, with the same number. What is sent
says that something about a household changed; whoever is told asks what it is, with his own rights.
"""

from __future__ import annotations

import hmac
import json
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import func, or_, update
from sqlmodel import col, select

from integrity import dispatches
from integrity.errors import ChengxinError, Invalid
from integrity.office_terms import DispatchState
from integrity.push_wire import Destination, Resolve, Unsent, post, resolved
from integrity.records.columns import SHANGHAI
from integrity.records.dispatches import Dispatch, Subscription
from integrity.records.ledger import Household
from integrity.terms import Role
from integrity.work import Office, Work

LOG = logging.getLogger("dispatching")
ACTOR: Final = Role.SYSTEM.value
LEASE: Final = timedelta(seconds=60)
"""Longer than one notification can take; whoever was killed is followed after it."""
FIRST, LONGEST = timedelta(seconds=20), timedelta(hours=6)
"""How long after a first failure it is tried again, and the longest pause: each is twice the one before."""
MOST: Final = 50
"""Sent to one address before the next one has its turn."""
SIGNATURE, DELIVERY = "X-Chengxin-Signature", "X-Chengxin-Delivery"


@dataclass(frozen=True, slots=True)
class Post:
    """投递设置 (how it is sent): allowed hosts, further certificates, how names are resolved."""

    allowed: str
    ca: Path | None = None
    resolve: Resolve = resolved


def never() -> bool:
    """Nobody asked the sender to stop."""
    return False


def send_due(office: Office, way: Post, *, stopping: Callable[[], bool] = never) -> int:
    """Send what is due, to each address in its order; how many arrived. One sender at a time for each address."""
    with office.reading() as work:
        active = select(Subscription.id).where(
            col(Subscription.approved_at).is_not(None), col(Subscription.ended_at).is_(None)
        )
        numbers = [number for number in work.session.exec(active) if number and _due(work, number, office.clock())]
    return sum(_sent_to(office, number, way, stopping) for number in sorted(numbers))


def _due(work: Work, number: int, at: datetime) -> bool:
    """Does something wait for this address, and may it be sent now?"""
    first = _first(work, number)
    return first is not None and first.next_at <= at


def _first(work: Work, number: int) -> Dispatch | None:
    query = select(Dispatch).where(Dispatch.subscription_id == number, Dispatch.state == DispatchState.WAITING)
    return work.session.exec(query.order_by(col(Dispatch.id)).limit(1)).first()


def _sent_to(office: Office, number: int, way: Post, stopping: Callable[[], bool]) -> int:
    """Send to one address, unless somebody else does; how many arrived."""
    arrived, held = 0, _lease(office, number, None)
    try:
        for _ in range(MOST):
            if held is None or stopping():
                break
            done = _one(office, number, way)
            if done is None:
                break
            arrived += done
            held = _lease(office, number, held)
    except ChengxinError as fault:
        LOG.error("推送：第 %d 项不能推送（%s）", number, type(fault).__name__)
    if held is not None:
        _let_go(office, number, held)
    return arrived


def _lease(office: Office, number: int, held: datetime | None) -> datetime | None:
    """Until when it is mine to send to this address: taken when nobody has it, or kept; None when another has it."""
    with office.work(ACTOR) as work:
        until, mine = col(Subscription.leased_until), work.now + LEASE
        free = or_(until.is_(None), until <= work.now) if held is None else until == held
        query = update(Subscription).where(col(Subscription.id) == number, col(Subscription.ended_at).is_(None), free)
        done = work.session.execute(query.values(leased_until=mine))
        return mine if done.rowcount else None  # type: ignore[attr-defined]


def _let_go(office: Office, number: int, held: datetime) -> None:
    """Let go of it, unless another has it by now."""
    with office.work(ACTOR) as work:
        mine = update(Subscription).where(col(Subscription.id) == number, col(Subscription.leased_until) == held)
        work.session.execute(mine.where(col(Subscription.ended_at).is_(None)).values(leased_until=None))


def _one(office: Office, number: int, way: Post) -> bool | None:
    """Send the first that waits: did it arrive? None when there is nothing to send now."""
    with office.reading() as work:
        waits = _first(work, number)
        told = work.session.get(Subscription, number)
        if waits is None or told is None or waits.next_at > office.clock():
            return None
        body = _body(work, waits)
        headers = {DELIVERY: waits.uid, SIGNATURE: _signature(work, told, body)}
    try:
        status = post(Destination.read(told.url, way.allowed), body, headers, ca=way.ca, resolve=way.resolve)
        said, arrived = str(status), 200 <= status < 300
    except Invalid:
        said, arrived = "地址不在允许的主机之内", False
    except Unsent as fault:
        said, arrived = str(fault), False
    return _noted(office, waits, said, arrived)


def _body(work: Work, one: Dispatch) -> bytes:
    """What is told: a number, that something happened, when, and to which household; nothing else."""
    household = work.session.get(Household, one.household_id) if one.household_id else None
    told = {
        "id": one.uid, "kind": one.kind.value, "household": household.number if household else None,
        "reference": one.subject or None, "occurred_at": one.happened_at.astimezone(SHANGHAI).isoformat(),
        "sequence": one.id,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).encode()


def _signature(work: Work, told: Subscription, body: bytes) -> str:
    """By the present secret, and for a while by the one before it too."""
    bound, at = dispatches.context(told.officer), int(work.now.timestamp())
    sealed = [told.secret]
    if told.before and told.before_until is not None and work.now < told.before_until:
        sealed.append(told.before)
    plain = [work.vault.open(told.key_id, one, bound) for one in sealed]
    return ",".join((f"t={at}", *(f"v1={signed(secret, at, body)}" for secret in plain)))


def signed(secret: str, at: int, body: bytes) -> str:
    """HMAC-SHA256 of the moment (seconds since 1970) and the body, in hexadecimal digits: what a receiver compares."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, sha256).hexdigest()


def _noted(office: Office, sent: Dispatch, said: str, arrived: bool) -> bool | None:
    """Write down how it went; None when this address has to wait."""
    with office.work(ACTOR) as work:
        one = work.session.get(Dispatch, sent.id, with_for_update=True)
        if one is None or one.state is not DispatchState.WAITING:
            return None  # the subscription was ended meanwhile
        one.attempts, one.answer = one.attempts + 1, said
        if arrived:
            one.state, one.ended_at = DispatchState.DELIVERED, work.now
        elif work.now >= one.give_up_at:
            one.state, one.ended_at = DispatchState.GIVEN_UP, work.now
        else:
            one.next_at = work.now + pause(one.attempts)
        work.session.add(one)
        return arrived if one.state is not DispatchState.WAITING else None


def pause(attempts: int) -> timedelta:
    """How long to wait after so many failures: twice as long each time, with a little chance in it."""
    usual: timedelta = min(FIRST * 2 ** min(attempts - 1, 20), LONGEST)
    return usual * random.uniform(0.8, 1.2)


def overdue(work: Work, at: datetime) -> tuple[int, int]:
    """How many could not be delivered, and how many have waited for more than an hour, where it is still sent to."""
    active = select(Subscription.id).where(col(Subscription.ended_at).is_(None))
    number = select(func.count()).select_from(Dispatch).where(col(Dispatch.subscription_id).in_(active))
    given_up = number.where(col(Dispatch.state) == DispatchState.GIVEN_UP)
    late = number.where(
        col(Dispatch.state) == DispatchState.WAITING, col(Dispatch.happened_at) < at - timedelta(hours=1)
    )
    return work.session.exec(given_up).one(), work.session.exec(late).one()
