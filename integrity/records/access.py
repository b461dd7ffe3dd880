"""接口凭据 (access by programs): the tokens of officers, and the requests that were answered, each once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from .columns import Moment


class ApiToken(SQLModel, table=True):
    """接口凭据 (token): by its SHA-256 only, of one officer, until a moment; it can be revoked once, nothing else."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="ck_api_token_sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(max_length=64, unique=True)
    officer: str = Field(max_length=40, index=True)
    issued_at: datetime = Field(sa_type=Moment)
    issued_by: str = Field(max_length=40)
    expires_at: datetime = Field(sa_type=Moment)
    revoked_at: datetime | None = Field(default=None, sa_type=Moment)
    revoked_by: str = Field(default="", max_length=40)


class ApiRequest(SQLModel, table=True):
    """已答复的请求 (request that was answered): the officer's key for it, a keyed digest of what was asked, its result.

    `result` names the entry that was made and holds nothing else; it is written in the same work as that entry.
    """

    __tablename__ = "api_request"
    officer: str = Field(primary_key=True, max_length=40)
    key_sha256: str = Field(primary_key=True, max_length=64)
    request: str = Field(max_length=64)
    result: str = Field(default="", max_length=500)
    recorded_at: datetime = Field(sa_type=Moment)
