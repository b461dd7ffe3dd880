"""户的现状索引 (index of where households stand now): where each lives, by what it is found, what waits for somebody.

Worked out of the ledgers and written in the same transaction as the entries (`placing`); no rule reads it, and losing
it loses nothing: it can be made again at any time. It holds no name: names to be found are of `household_name`, which
is emptied with the person.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Index, String
from sqlmodel import Field, SQLModel

from ..terms import Scheme
from .columns import Day, coded

PROMISE, RECHECK, RESULT, OPINION, CASE, CLOCK = "PROMISE", "RECHECK", "RESULT", "OPINION", "CASE", "CLOCK"
FACT = "FACT"
"""A fact on which nothing was decided: `FACT.TRUST`, `FACT.DEFAULT`."""
PRINT, DELIVER, RECEIPT, RETURNED, RESTORED = "PRINT", "DELIVER", "RECEIPT", "RETURNED", "RESTORED"
"""Kinds of what waits; of a case `CASE.岗位.程序`, so that the lists of a role are one stretch of the index."""
KEPT = (CLOCK, RESTORED)
"""Kinds that are not read off the ledger: a clock needs the parameters, what a restore lacks is in the log."""
NOW, FORMER, LEFT = "N", "F", "L"
"""Whose name it is: of a member, of a member who bears another one now, of one who does not belong any more."""


def exact(length: int) -> Any:
    """Text that both databases put in the order of its characters, so that a beginning is one stretch of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class HouseholdPlace(SQLModel, table=True):
    """户的现状 (place of a household): village, turn among the houses, head, scheme, as of its last day.

    `renew_on` is the day on which an act that was decided takes effect: from then on the row is out of date.
    """

    __tablename__ = "household_place"
    __table_args__ = (
        Index("ix_household_place_area", "area", "order_key", "household_id"),
        Index("ix_household_place_renew", "renew_on"),
    )
    household_id: int = Field(primary_key=True, foreign_key="household.id", sa_column_kwargs={"autoincrement": False})
    area: str = Field(sa_type=exact(12))
    order_key: str = Field(sa_type=exact(300))
    home_seq: int
    head_id: int | None = None
    persons: int = 0
    scheme: Scheme = Field(default=Scheme.NONE, sa_type=coded(Scheme))
    renew_on: date | None = Field(default=None, sa_type=Day)


class HouseholdName(SQLModel, table=True):
    """查找用的姓名 (name to find a household by): n姓名, p拼音, i首字母, t身份证号后四位的盲索引."""

    __tablename__ = "household_name"
    __table_args__ = (
        Index("ix_household_name_town", "town", "key", "area", "household_id", "person_id"),
        Index("ix_household_name_household", "household_id", "key", "area", "person_id", "state"),
        {"sqlite_with_rowid": False},
    )
    key: str = Field(primary_key=True, sa_type=exact(80))
    area: str = Field(primary_key=True, sa_type=exact(12))
    household_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    person_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    town: str = Field(sa_type=exact(9))
    state: str = Field(default=NOW, max_length=1)


class Waits(SQLModel, table=True):
    """待办 (something that waits): what, since or until which day, in which village, of which household and entry."""

    __tablename__ = "waits"
    __table_args__ = (
        Index("ix_waits_town", "town", "kind", "on_day", "area", "household_id", "ref"),
        Index("ix_waits_county", "county", "kind", "on_day", "area", "household_id", "ref"),
        Index("ix_waits_household", "household_id"),
        {"sqlite_with_rowid": False},
    )
    kind: str = Field(primary_key=True, sa_type=exact(40))
    on_day: date = Field(primary_key=True, sa_type=Day)
    area: str = Field(primary_key=True, sa_type=exact(12))
    household_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    ref: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    town: str = Field(sa_type=exact(9))
    county: str = Field(sa_type=exact(6))
    from_on: date = Field(sa_type=Day)
    organ: str = Field(default="", max_length=4, description="levels of government, a letter each")
