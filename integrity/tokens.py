"""接口凭据 (tokens): an officer's key for programs; told once, kept as its SHA-256 only, for a limited time.

A token gives no right of its own: whoever holds it may do what its officer may do on that day, and nothing else.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlmodel import col, select

from integrity import organs
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.permissions import require
from integrity.records.access import ApiToken
from integrity.records.office import Officer
from integrity.terms import Role
from integrity.work import Work

MATTER = "登记人员"
USUAL_DAYS, LONGEST_DAYS = 90, 366
_BYTES = 32
_MARK = "cx_"
"""Tells whoever finds a token in a wrong place what it is."""


class Issued(NamedTuple):
    """新发的凭据 (a token just issued), with the secret that nobody can read again."""

    token: ApiToken
    secret: str


class Holder(NamedTuple):
    """持有人 (holder): the officer for whom a request acts, by which token."""

    officer: Officer
    token: ApiToken


def issue(work: Work, code: str, *, days: int = USUAL_DAYS) -> Issued:
    """Issue a token (发放凭据) to an officer in office. Raises NotFound, Forbidden, Refused, Invalid."""
    officer = organs.officer(work, code, work.today)
    require(work, MATTER, officer.area)
    if officer.role is Role.SYSTEM:
        raise Refused("系统任务不是人员，不发放接口凭据")
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"凭据的有效期应为 1 至 {LONGEST_DAYS} 天，不能是 {days} 天")
    secret = _MARK + secrets.token_urlsafe(_BYTES)
    token = ApiToken(
        sha256=digest(secret), officer=code, issued_at=work.now, issued_by=work.actor,
        expires_at=work.now + timedelta(days=days),
    )  # fmt: skip
    work.session.add(token)
    work.session.flush()
    work.audit("发放接口凭据", f"token:{token.id}", f"工号 {code}，有效 {days} 天")
    return Issued(token, secret)


def digest(secret: str) -> str:
    """What is kept of a token."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def revoke(work: Work, token_id: int) -> ApiToken:
    """Revoke a token (作废凭据): its own officer may, and who registers officers there. Raises NotFound, Conflict."""
    token = work.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound(f"没有第 {token_id} 号接口凭据")
    if work.actor != token.officer:
        owner = work.session.get(Officer, token.officer)
        require(work, MATTER, owner.area if owner else "")
    if token.revoked_at is not None:
        raise Conflict(f"第 {token_id} 号接口凭据已作废")
    token.revoked_at, token.revoked_by = work.now, work.actor
    work.session.add(token)
    work.session.flush()
    work.audit("作废接口凭据", f"token:{token_id}", f"工号 {token.officer}")
    return token


def revoke_all(work: Work, code: str) -> int:
    """Revoke every token of an officer that is still good: who moved him has looked at his rights. How many?"""
    query = select(ApiToken).where(
        ApiToken.officer == code, col(ApiToken.revoked_at).is_(None), col(ApiToken.expires_at) > work.now
    )  # fmt: skip
    found = work.session.exec(query.order_by(col(ApiToken.id))).all()
    for token in found:
        revoke(work, token.id or 0)
    return len(found)


def issued(work: Work, code: str = "") -> list[ApiToken]:
    """Every token that was issued (to one officer), the last first; nothing in it opens anything."""
    query = select(ApiToken).order_by(col(ApiToken.id).desc())
    return list(work.session.exec(query.where(ApiToken.officer == code) if code else query))


def holder(work: Work, secret: str) -> Holder | None:
    """Whose token this is; None when it is unknown, over, revoked, or its officer is not in office today."""
    token = work.session.exec(select(ApiToken).where(ApiToken.sha256 == digest(secret))).first()
    if token is None or token.revoked_at is not None or token.expires_at <= work.now:
        return None
    try:
        return Holder(organs.officer(work, token.officer, work.today), token)
    except NotFound:
        return None
