"""证据材料 (evidence): which sealed file stands for which digest in which household, and the key that opens it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import Day, Moment


class Evidence(SQLModel, table=True):
    """证据材料 (piece of evidence): known by the SHA-256 of its bytes, in a file under a key of its own.

    That key is sealed here. The lawful destruction of the household's data empties the key and the name, once and for
    all, and no copy of the file can be opened any more.
    """

    __tablename__ = "evidence_file"
    __table_args__ = (
        UniqueConstraint("household_id", "sha256", name="uq_evidence_file"),
        CheckConstraint("length(sha256) = 64", name="ck_evidence_file_sha256"),
        CheckConstraint("size > 0", name="ck_evidence_file_size"),
    )
    id: int | None = Field(default=None, primary_key=True)
    household_id: int = Field(foreign_key="household.id", index=True)
    sha256: str = Field(max_length=64)
    kind: str = Field(max_length=8)
    size: int
    name: str = Field(max_length=800, description="ciphertext: names of files name people")
    taken_on: date | None = Field(default=None, sa_type=Day)
    key_id: str = Field(max_length=20)
    file_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="ciphertext of the file's key")
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)
