"""阅读需要 (reading needs): in which form a household wants its papers; who asked, and when. The last row holds."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from .columns import Day, Moment
from .erasable import GONE


class PrintWish(SQLModel, table=True):
    """阅读需要 (reading need) of a household: large print, a cover in plain words. Never changed; a new row follows.

    What a person needs to read tells of his eyes and of his schooling: it goes with the household's personal data.
    """

    __tablename__ = "print_wish"
    id: int | None = Field(default=None, primary_key=True)
    household_id: int = Field(foreign_key="household.id", index=True)
    large: bool
    cover: bool
    asked_by: str = Field(max_length=20)
    asked_on: date = Field(sa_type=Day)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


WISH_EMPTIED = (
    "NEW.id = OLD.id AND NEW.household_id = OLD.household_id AND NEW.asked_on = OLD.asked_on "
    "AND NEW.recorded_at = OLD.recorded_at AND NEW.recorded_by = OLD.recorded_by "
    f"AND NOT NEW.large AND NOT NEW.cover AND NEW.asked_by = '{GONE}' "
    "AND EXISTS (SELECT 1 FROM destruction d WHERE d.household_id = OLD.household_id)"
)
"""Emptied with its household, and never changed otherwise."""
