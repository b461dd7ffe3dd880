"""统计数 (counts that are kept): what was counted of an area and a period as of a moment, township by township.

Sums by village and nothing about a household. They are worked out of the ledgers: losing them loses nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import Moment


class Counting(SQLModel, table=True):
    """统计 (a counting): of everything within `scope`; there is one of a scope, a period and a moment.

    `alive_at` moves on with each township: a counting that stands still belongs to a program that is gone.
    """

    __tablename__ = "counting"
    __table_args__ = (
        UniqueConstraint("scope", "period", "moment", name="uq_counting"),
        Index("ix_counting_period", "period", "moment"),
    )
    id: int | None = Field(default=None, primary_key=True)
    scope: str = Field(max_length=12)
    period: str = Field(max_length=10)
    moment: datetime = Field(sa_type=Moment)
    asked_by: str = Field(max_length=40)
    alive_at: datetime = Field(sa_type=Moment)
    townships: int = Field(default=0, description="how many there are to count")
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    fault: str = Field(default="", max_length=300)


class AreaSums(SQLModel, table=True):
    """各地的数 (sums of an area): of a township by village, of a county by township (`digits` of those codes)."""

    __tablename__ = "area_sums"
    __table_args__ = ({"sqlite_with_rowid": False},)
    counting_id: int = Field(primary_key=True, foreign_key="counting.id", sa_column_kwargs={"autoincrement": False})
    digits: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    area: str = Field(primary_key=True, max_length=12)
    numbers: str = Field(sa_type=Text)
