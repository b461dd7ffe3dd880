"""来件 (intake): what another system sent, as it was sent, until an officer has taken it over or not.

The content is sealed. Nothing of a row ever changes but its state, once; the lawful destruction of the household
empties the content.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from ..office_terms import IntakeKind, IntakeState
from .columns import Day, Moment, coded
from .erasable import GONE
from .refusal_cases import Refusal


class Intake(SQLModel, table=True):
    """来件一项 (one item that was sent): by whom, under which number of his own, about whom, and what became of it.

    `area` is the sender's. `household_id` is where the person was found in that area, and after the take-over where the
    entry was made; none where nobody was found, and `fault` says why.
    """

    __tablename__ = "intake"
    __table_args__ = (
        UniqueConstraint("sender", "reference", name="uq_intake_reference"),
        CheckConstraint("length(request) = 64", name="ck_intake_request"),
        CheckConstraint("(handled_at IS NULL) = (state = 'WAITING')", name="ck_intake_handled"),
        CheckConstraint("(handled_by IS NULL) = (state = 'WAITING')", name="ck_intake_hand"),
        CheckConstraint("(entry_seq IS NOT NULL) = (state = 'TAKEN')", name="ck_intake_entry"),
        CheckConstraint("entry_seq IS NULL OR household_id IS NOT NULL", name="ck_intake_household"),
        CheckConstraint("state <> 'RECALLED' OR handled_by = sender", name="ck_intake_recalled"),
        CheckConstraint("state NOT IN ('TAKEN', 'DECLINED') OR handled_by <> sender", name="ck_intake_person"),
        Index("ix_intake_state", "state", "id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    sender: str = Field(max_length=40, description="工号 of the linked system")
    reference: str = Field(max_length=60, description="the sender's own number of this item")
    kind: IntakeKind = Field(sa_type=coded(IntakeKind))
    request: str = Field(max_length=64, description="keyed digest of the content: sent again, it is known again")
    happened_on: date = Field(sa_type=Day)
    received_at: datetime = Field(sa_type=Moment)
    area: str = Field(max_length=12)
    household_id: int | None = Field(default=None, foreign_key="household.id", index=True)
    member_no: int | None = None
    id_index: str = Field(default="", max_length=64, index=True, description="blind index of the person's ID number")
    fault: str = Field(default="", max_length=60, description="why it was not matched; nothing about a person")
    key_id: str = Field(max_length=20)
    cipher: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="ciphertext of what was sent")
    state: IntakeState = Field(default=IntakeState.WAITING, sa_type=coded(IntakeState))
    handled_at: datetime | None = Field(default=None, sa_type=Moment)
    handled_by: str | None = Field(default=None, max_length=40)
    reason: str = Field(default="", max_length=400)
    entry_seq: int | None = Field(default=None, description="the entry in the household's ledger that it became")


def _same(*columns: str) -> str:
    return " AND ".join(f"NEW.{one} IS NOT DISTINCT FROM OLD.{one}" for one in columns)


_SENT = _same(
    "id", "sender", "reference", "kind", "request", "happened_on", "received_at", "area", "fault",
)  # fmt: skip
_HANDLED = _same("state", "handled_at", "handled_by", "entry_seq", "household_id", "member_no")
_MATCHED = _same("household_id", "member_no")
_NOBODY = (
    "OLD.household_id IS NULL AND OLD.state <> 'WAITING' "
    "AND NOT EXISTS (SELECT 1 FROM person p WHERE p.id_index = OLD.id_index AND p.id_index <> '')"
)
_GONE = f"EXISTS (SELECT 1 FROM destruction d WHERE d.household_id = OLD.household_id) OR ({_NOBODY})"
INTAKE_FORWARD = (
    f"{_SENT} AND ("
    f"(OLD.state = 'WAITING' AND NEW.state <> 'WAITING' AND {_same('key_id', 'cipher', 'id_index')}"
    f" AND (NEW.state = 'TAKEN' OR ({_MATCHED})))"
    f" OR ({_HANDLED} AND {_same('reason', 'id_index')} AND length(OLD.cipher) > 0 AND length(NEW.cipher) > 0"
    " AND NEW.key_id <> OLD.key_id)"
    f" OR ({_HANDLED} AND NEW.key_id = OLD.key_id AND length(OLD.cipher) > 0 AND length(NEW.cipher) = 0"
    f" AND NEW.id_index = '' AND NEW.reason IN ('', '{GONE}') AND ({_GONE})))"
)
"""Its state moves once; a key changes; its content is emptied with the household's, or with the person nobody keeps."""

ON_INTAKE: tuple[Refusal, ...] = (
    Refusal(
        "guard_intake_waiting", "intake", frozenset(), "NEW.state <> 'WAITING'", "来件须由人处理，不能直接登记为已处理",
    ),
)  # fmt: skip
"""Nothing comes in as dealt with."""
