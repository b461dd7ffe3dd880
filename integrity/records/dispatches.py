"""推送 (notifications to other systems): who is told of what, and each notification until it has arrived.

A notification is written in the transaction of what it tells of (`tell_noted`), and sent afterwards
(`integrity.dispatching`). It says that something about a household changed, never what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, Session, SQLModel, col, select

from ..office_terms import DispatchState, PushKind
from ..rules.areas import code_range
from ..terms import FindingState
from .columns import Moment, coded
from .ledger import Assistance, Finding
from .office import Officer

PATIENCE: Final = timedelta(days=3)
"""For how long it is tried to send a notification."""
_NOTED = "noted"
_COUNTS: Final = frozenset({
    FindingState.EFFECTIVE, FindingState.CONTESTED, FindingState.REVOKED, FindingState.REPAIRED,
})  # fmt: skip
"""States of a finding after which another answer may hold; what was only proposed is nobody's business."""


class Subscription(SQLModel, table=True):
    """推送登记 (subscription): a linked system, its address, what it is told of; opened by one, approved by another."""

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> opened_by", name="ck_subscription_hands"),
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="ck_subscription_approved"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ck_subscription_ended"),
    )
    id: int | None = Field(default=None, primary_key=True)
    officer: str = Field(max_length=40, index=True, description="工号 of the linked system")
    url: str = Field(max_length=300)
    kinds: str = Field(max_length=80, description="names of PushKind, with commas between")
    key_id: str = Field(max_length=20)
    secret: str = Field(max_length=300, description="ciphertext of the secret that signs")
    before: str = Field(default="", max_length=300, description="ciphertext of the secret before it")
    before_until: datetime | None = Field(default=None, sa_type=Moment)
    opened_at: datetime = Field(sa_type=Moment)
    opened_by: str = Field(max_length=40)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str | None = Field(default=None, max_length=40)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: str | None = Field(default=None, max_length=40)
    leased_until: datetime | None = Field(default=None, sa_type=Moment, description="somebody is sending until then")


class Dispatch(SQLModel, table=True):
    """推送一件 (one notification): its own number, what happened to which household, and how far it has come."""

    __tablename__ = "dispatch"
    __table_args__ = (Index("ix_dispatch_waiting", "subscription_id", "state", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(max_length=36, unique=True)
    subscription_id: int = Field(foreign_key="subscription.id")
    kind: PushKind = Field(sa_type=coded(PushKind))
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    subject: str = Field(default="", max_length=60, description="the sender's own number of a 来件")
    happened_at: datetime = Field(sa_type=Moment)
    state: DispatchState = Field(default=DispatchState.WAITING, sa_type=coded(DispatchState))
    attempts: int = 0
    next_at: datetime = Field(sa_type=Moment)
    give_up_at: datetime = Field(sa_type=Moment)
    answer: str = Field(default="", max_length=60, description="status of the last answer, or why there was none")
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


def _same(*columns: str) -> str:
    return " AND ".join(f"NEW.{one} IS NOT DISTINCT FROM OLD.{one}" for one in columns)


SUBSCRIPTION_FORWARD: Final = (
    f"{_same('id', 'officer', 'url', 'kinds', 'opened_at', 'opened_by')} AND OLD.ended_at IS NULL "
    f"AND (OLD.approved_at IS NULL OR ({_same('approved_at', 'approved_by')}))"
)
"""Approved once, ended once; the secret and its key change; address and kinds never do."""
DISPATCH_FORWARD: Final = (
    f"{_same('id', 'uid', 'subscription_id', 'kind', 'household_id', 'subject', 'happened_at')} "
    "AND OLD.state <> 'DELIVERED' AND NEW.attempts >= OLD.attempts"
)
"""What is told stays as it is; what has arrived has arrived."""


class Noted(NamedTuple):
    """记下的事项 (what is to be told): to one linked system, or to all that may know ("")."""

    kind: PushKind
    area: str
    household_id: int | None = None
    to: str = ""
    subject: str = ""


def note(session: Session, one: Noted) -> None:
    """Note what is to be told when the work is done."""
    session.info.setdefault(_NOTED, {})[one] = None


def note_entries(session: Session, rows: Mapping[type[SQLModel], Sequence[Mapping[str, Any]]]) -> None:
    """Note what new entries of ledgers change for other systems; what came in with a whole roll is told to nobody."""
    for kind, said in ((Finding, PushKind.STANDING), (Assistance, PushKind.AID)):
        for row in rows.get(kind, ()):
            if row["import_id"] is None and (kind is Assistance or row["state"] in _COUNTS):
                note(session, Noted(said, row["area"], row["household_id"]))


def tell_noted(session: Session, at: datetime) -> None:
    """Write down what was noted, for each linked system that is to be told of it."""
    noted: Iterable[Noted] = session.info.pop(_NOTED, {})
    if not noted:
        return
    for told, area in _receivers(session, at):
        low, high = code_range(area)
        for one in noted:
            mine = one.to == told.officer if one.to else low <= one.area < high
            if mine and one.kind.name in told.kinds.split(","):
                assert told.id is not None
                session.add(Dispatch(
                    uid=str(uuid4()), subscription_id=told.id, kind=one.kind, household_id=one.household_id,
                    subject=one.subject, happened_at=at, next_at=at, give_up_at=at + PATIENCE,
                ))  # fmt: skip
    session.flush()


def _receivers(session: Session, at: datetime) -> list[tuple[Subscription, str]]:
    """Approved subscriptions of linked systems that are connected today, with their areas."""
    query = (
        select(Subscription, Officer)
        .join(Officer, col(Officer.code) == col(Subscription.officer))
        .where(col(Subscription.approved_at).is_not(None), col(Subscription.ended_at).is_(None))
    )
    on = at.date()
    rows = session.exec(query.order_by(col(Subscription.id)))
    return [(one, who.area) for one, who in rows if who.since <= on and (who.until is None or who.until >= on)]
