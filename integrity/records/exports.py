"""导出记录 (exports): every list with persons that left the house: asked for by whom, why, approved by whom, how large.

The file itself lies sealed outside the database and is gone after a day; what is kept here names no person.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from .columns import Moment


class Export(SQLModel, table=True):
    """导出 (export): what was asked for, with everything needed to make it again as of the same moment.

    Decided once, by somebody else, where it is long; made once.
    """

    __tablename__ = "export"
    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="ck_export_hands"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="ck_export_decided"),
        CheckConstraint("rows >= 0", name="ck_export_rows"),
        CheckConstraint("made_at IS NULL OR NOT long OR (decided_at IS NOT NULL AND approved)", name="ck_export_made"),
    )
    id: int | None = Field(default=None, primary_key=True)
    what: str = Field(max_length=20)
    area: str = Field(max_length=12, index=True)
    title: str = Field(max_length=160)
    wanted: str = Field(max_length=600, description="JSON of what was chosen; nothing about persons")
    reason: str = Field(max_length=200)
    rows: int
    long: bool = Field(description="more rows than one officer may take out alone")
    asked_at: datetime = Field(sa_type=Moment)
    asked_by: str = Field(max_length=40, index=True)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    decided_by: str | None = Field(default=None, max_length=40)
    approved: bool = False
    remark: str = Field(default="", max_length=200)
    made_at: datetime | None = Field(default=None, sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    key_id: str = Field(default="", max_length=20)
    sha256: str = Field(default="", max_length=64)
    name: str = Field(default="", max_length=120)


EXPORT_FORWARD = (
    "NEW.id = OLD.id AND NEW.what = OLD.what AND NEW.area = OLD.area AND NEW.title = OLD.title "
    "AND NEW.wanted = OLD.wanted AND NEW.reason = OLD.reason AND NEW.asked_at = OLD.asked_at "
    "AND NEW.asked_by = OLD.asked_by AND OLD.made_at IS NULL "
    "AND NEW.rows = OLD.rows AND NEW.long = OLD.long "
    "AND (OLD.decided_at IS NULL OR (NEW.decided_at = OLD.decided_at AND NEW.decided_by = OLD.decided_by "
    "AND NEW.approved = OLD.approved AND NEW.remark = OLD.remark))"
)
"""What was asked for never changes; it is decided once and made once."""
