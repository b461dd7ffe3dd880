"""核验码登记 (check codes on record): the code of each paper, the keys that signed, and which papers hold no more.

Public keys only; the signing keys lie in the key file. A code holds no personal data.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from .columns import Day, Moment
from .erasable import GONE


class SealKey(SQLModel, table=True):
    """签名密钥 (signing key): its public half, from which day to which it signed; `lost_on` when it must not count."""

    __tablename__ = "seal_key"
    __table_args__ = (CheckConstraint("length(public_key) = 64", name="ck_seal_key_public_key"),)
    id: str = Field(primary_key=True, max_length=4)
    public_key: str = Field(max_length=64, description="hexadecimal")
    since: date = Field(sa_type=Day)
    until: date | None = Field(default=None, sa_type=Day)
    lost_on: date | None = Field(default=None, sa_type=Day)
    reason: str = Field(default="", max_length=200)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class PaperCode(SQLModel, table=True):
    """文书的核验码 (check code of a paper), signed once when it was issued: every copy bears the same."""

    __tablename__ = "paper_code"
    number: str = Field(primary_key=True, max_length=60)
    code: str = Field(max_length=800, description="the digits as printed")
    key_id: str = Field(max_length=4, foreign_key="seal_key.id", index=True)


class PaperEnd(SQLModel, table=True):
    """文书失效 (end of a paper): withdrawn, or replaced by the paper `by_number`, on a day."""

    __tablename__ = "paper_end"
    number: str = Field(primary_key=True, max_length=60, foreign_key="paper_code.number")
    ended_on: date = Field(sa_type=Day)
    by_number: str = Field(default="", max_length=60)
    reason: str = Field(max_length=60)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


END_EMPTIED = (
    "NEW.number = OLD.number AND NEW.ended_on = OLD.ended_on AND NEW.by_number = OLD.by_number "
    "AND NEW.recorded_at = OLD.recorded_at AND NEW.recorded_by = OLD.recorded_by "
    f"AND NEW.reason = '{GONE}' AND EXISTS (SELECT 1 FROM notice n JOIN destruction d "
    "ON d.household_id = n.household_id WHERE n.number = OLD.number)"
)
"""Why a paper ended is said by an officer in words of his own: they go with the personal data of its household."""
