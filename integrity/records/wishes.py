"""阅读需要 (reading needs): in which form a household wants its papers; who asked, and when. The last row holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from .columns import Day, Moment


class PrintWish(SQLModel, table=True):
    """阅读需要 (reading need) of a household: large print, a cover in plain words. Never changed; a new row follows."""

    __tablename__ = "print_wish"
    id: int | None = Field(default=None, primary_key=True)
    household_id: int = Field(foreign_key="household.id", index=True)
    large: bool
    cover: bool
    asked_by: str = Field(max_length=20)
    asked_on: date = Field(sa_type=Day)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)
