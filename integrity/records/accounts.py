"""账户 (accounts): who may log in, with what; sessions, failed tries, recovery codes, drafts; the mark of a demo."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from ..terms import Role
from .columns import Moment, coded


class Account(SQLModel, table=True):
    """账户 (account) of an officer: opened by one administrator, in force when another one has approved it.

    The password stands as its Argon2id hash only, the TOTP secret sealed. Closed once, it stays closed; the officer
    may be given another. `once_until` is set while the password is a first one that has to be changed.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> opened_by", name="ck_account_hands"),
        CheckConstraint("approved_by IS NULL OR approved_by <> officer", name="ck_account_own_approval"),
        CheckConstraint("opened_by <> officer", name="ck_account_own_opening"),
        CheckConstraint("approved_at IS NOT NULL OR password = ''", name="ck_account_password"),
        Index(
            "uq_account_open", "officer", unique=True, sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    officer: str = Field(max_length=40, foreign_key="officer.code", index=True)
    demo: bool = False
    opened_at: datetime = Field(sa_type=Moment)
    opened_by: str = Field(max_length=40)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str | None = Field(default=None, max_length=40)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_by: str = Field(default="", max_length=40)
    password: str = Field(default="", max_length=200)
    password_at: datetime | None = Field(default=None, sa_type=Moment)
    earlier: str = Field(default="", max_length=1200, description="hashes of the passwords before, the last first")
    once_until: datetime | None = Field(default=None, sa_type=Moment)
    key_id: str = Field(default="", max_length=20)
    totp: str = Field(default="", max_length=200, description="ciphertext of the secret")
    totp_at: datetime | None = Field(default=None, sa_type=Moment, description="when a first code was given")
    totp_step: int = Field(default=0, description="the last time step of which a code was taken")


class AccountIdentity(SQLModel, table=True):
    """统一身份 (identity) at the office's identity provider that opens an account: stated by one, approved by another.

    `identity` is what the provider calls the person by the claim of the settings, `subject` its own lasting name, held
    fast at the first login: whoever is given the same name there later opens nothing.
    """

    __tablename__ = "account_identity"
    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> opened_by", name="ck_account_identity_hands"),
        CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="ck_account_identity_approved"),
        CheckConstraint("subject = '' OR approved_at IS NOT NULL", name="ck_account_identity_subject"),
        Index(
            "uq_account_identity_name", "issuer", "identity", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_account_identity_account", "account_id", unique=True, sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip
    id: int | None = Field(default=None, primary_key=True)
    account_id: int = Field(foreign_key="account.id")
    issuer: str = Field(max_length=300)
    identity: str = Field(max_length=255)
    subject: str = Field(default="", max_length=255)
    opened_at: datetime = Field(sa_type=Moment)
    opened_by: str = Field(max_length=40)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str | None = Field(default=None, max_length=40)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: str = Field(default="", max_length=40)


class WebSession(SQLModel, table=True):
    """登录会话 (session) by the SHA-256 of its secret. `waits` names what is to be given before it opens anything.

    It holds for the role and the area that the officer had when it began.
    """

    __tablename__ = "web_session"
    __table_args__ = (CheckConstraint("length(sha256) = 64", name="ck_web_session_sha256"),)
    sha256: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True)
    officer: str = Field(max_length=40, index=True)
    role: Role = Field(sa_type=coded(Role))
    area: str = Field(max_length=12)
    address: str = Field(max_length=60)
    opened_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    proven_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_why: str = Field(default="", max_length=40)
    waits: str = Field(default="", max_length=12)
    told: str = Field(default="", max_length=500)
    large_type: bool = False
    by_provider: bool = Field(default=False, description="the identity provider said who it is, no password did")


class LoginTry(SQLModel, table=True):
    """失败的登录 (failed try): of an account or from an address, by a keyed digest of either; kept for a day."""

    __tablename__ = "login_try"
    __table_args__ = (Index("ix_login_try_subject", "subject", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    subject: str = Field(max_length=64)
    at: datetime = Field(sa_type=Moment)
    locked_until: datetime | None = Field(default=None, sa_type=Moment)


class RecoveryCode(SQLModel, table=True):
    """恢复码 (recovery code): stands in for a code of the telephone, each once; kept as a keyed digest."""

    __tablename__ = "recovery_code"
    digest: str = Field(primary_key=True, max_length=64)
    account_id: int = Field(foreign_key="account.id", index=True)
    made_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Draft(SQLModel, table=True):
    """草稿 (draft): what an officer typed into a form and has not sent; sealed, and gone when it is sent.

    `base` is the last entry of the household's ledger when the form was opened.
    """

    __tablename__ = "draft"
    officer: str = Field(primary_key=True, max_length=40)
    form: str = Field(primary_key=True, max_length=160)
    key_id: str = Field(max_length=20)
    cipher: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    base: int | None = None
    saved_at: datetime = Field(sa_type=Moment)


class DemoMark(SQLModel, table=True):
    """示范标记 (mark of a demo): this database holds invented people only, and its accounts are published."""

    __tablename__ = "demo_mark"
    __table_args__ = (CheckConstraint("id = 1", name="ck_demo_mark_one"),)
    id: int = Field(default=1, primary_key=True)
    marked_at: datetime = Field(sa_type=Moment)


ACCOUNT_FORWARD = (
    "NEW.id = OLD.id AND NEW.officer = OLD.officer AND NEW.demo = OLD.demo AND NEW.opened_at = OLD.opened_at "
    "AND NEW.opened_by = OLD.opened_by AND ("
    "(OLD.approved_at IS NULL AND (NEW.approved_at IS NULL) = (NEW.approved_by IS NULL)) "
    "OR (NEW.approved_at = OLD.approved_at AND NEW.approved_by = OLD.approved_by)) "
    "AND OLD.closed_at IS NULL"
)
"""Approved once, closed once; nothing of a closed account changes any more."""
SESSION_FORWARD = (
    "OLD.ended_at IS NULL AND NEW.sha256 = OLD.sha256 AND NEW.officer = OLD.officer "
    "AND NEW.account_id = OLD.account_id AND NEW.opened_at = OLD.opened_at AND NEW.seen_at >= OLD.seen_at "
    "AND NEW.waits = OLD.waits AND NEW.role = OLD.role AND NEW.area = OLD.area AND NEW.address = OLD.address "
    "AND NEW.by_provider = OLD.by_provider"
)
"""An ended session never opens again, and one that waits for something never opens by itself."""
IDENTITY_FORWARD = (
    "OLD.ended_at IS NULL AND NEW.id = OLD.id AND NEW.account_id = OLD.account_id AND NEW.issuer = OLD.issuer "
    "AND NEW.identity = OLD.identity AND NEW.opened_at = OLD.opened_at AND NEW.opened_by = OLD.opened_by "
    "AND (NEW.subject = OLD.subject OR OLD.subject = '') AND (OLD.approved_at IS NULL "
    "OR (NEW.approved_at = OLD.approved_at AND NEW.approved_by = OLD.approved_by))"
)
"""Approved once, held fast to one person once, ended once."""
CODE_FORWARD = (
    "OLD.used_at IS NULL AND NEW.used_at IS NOT NULL AND NEW.digest = OLD.digest "
    "AND NEW.account_id = OLD.account_id AND NEW.made_at = OLD.made_at"
)
"""Used once."""
DEMO_BEGUN = "开始建立示范县"
"""The action in the audit log with which a demo begins, in an empty database only."""
