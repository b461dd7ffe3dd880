"""统一身份的登记 (identities of accounts): which name at the identity provider opens which account.

Stated by the 系统管理员, in force once the 安全管理员 has approved it, ended by either; nobody's own. At the first
login the provider's lasting name of the person (`sub`) is held fast: another person under the same name opens nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from integrity import accounts
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.records.accounts import Account, AccountIdentity
from integrity.records.office import Officer
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.stated import seen, unfit
from integrity.terms import Role
from integrity.work import Work

LONGEST = 255


class Identity(NamedTuple):
    """已确认的身份 (identity) as the provider states it: issuer, its lasting name, the name that accounts state.

    `factors`: more than a password was asked for, and the settings trust the provider in this.
    """

    issuer: str
    subject: str
    name: str
    factors: bool


def current(work: Work, account: Account) -> AccountIdentity | None:
    """The identity of an account that has not ended, approved or not."""
    query = select(AccountIdentity).where(
        AccountIdentity.account_id == account.id, col(AccountIdentity.ended_at).is_(None)
    )
    return work.session.exec(query).first()


def state(work: Work, code: str, issuer: str, name: str) -> None:
    """登记统一身份: state under which name the provider knows an officer. Raises Conflict, Invalid, Refused."""
    account, plain = accounts.standing(work, accounts.OPENING, code), name.strip()
    if not 0 < len(plain) <= LONGEST or not seen(plain) or unfit(plain):
        raise Invalid(f"统一身份应为 1 至 {LONGEST} 个可见的字符")
    refuse_id_numbers("统一身份", plain)
    if account.demo:
        raise Refused("示范账户不登记统一身份")
    if current(work, account) is not None:
        raise Conflict(f"工号 {code} 已登记统一身份，更换的先解除原来的")
    assert account.id is not None
    try:
        work.session.add(
            AccountIdentity(
                account_id=account.id, issuer=issuer, identity=plain, opened_at=work.now, opened_by=work.actor
            )
        )  # fmt: skip
        work.session.flush()
    except IntegrityError:
        raise Conflict("这个统一身份已登记给另一个账户") from None
    work.audit("登记统一身份", f"account:{account.id}", f"{code}：{plain}")


def approve(work: Work, code: str) -> None:
    """核准统一身份. Raises Refused for whoever stated it, Conflict, NotFound."""
    account = accounts.standing(work, accounts.APPROVING, code)
    found = _standing(work, account, code)
    if found.approved_at is not None:
        raise Conflict(f"工号 {code} 的统一身份已经核准")
    if found.opened_by == work.actor:
        raise Refused("登记统一身份和核准统一身份须由两个人办理")
    found.approved_at, found.approved_by = work.now, work.actor
    work.session.add(found)
    work.session.flush()
    work.audit("核准统一身份", f"account:{account.id}", f"{code}：{found.identity}")


def end(work: Work, code: str) -> None:
    """解除统一身份: it opens nothing any more. Sessions that stand go on until they end. Raises NotFound."""
    acting = work.session.get(Officer, work.actor)
    security = acting is not None and acting.role is Role.SECURITY_ADMIN
    account = accounts.standing(work, accounts.UNLOCKING if security else accounts.OPENING, code)
    found = _standing(work, account, code)
    accounts.end_identities(work, account)
    work.audit("解除统一身份", f"account:{account.id}", f"{code}：{found.identity}")


def officer_of(work: Work, who: Identity) -> str:
    """The 工号 whose account an identity opens; "" for none, not approved, closed, or held fast to somebody else."""
    query = select(Account.officer).where(
        col(Account.id) == AccountIdentity.account_id, col(Account.closed_at).is_(None), *_open(who),
        col(AccountIdentity.subject).in_(("", who.subject)),
    )  # fmt: skip
    return work.session.exec(query).first() or ""


def hold_fast(work: Work, who: Identity, code: str) -> None:
    """Hold the identity of an officer fast to the provider's lasting name of this person, at the first login."""
    done = work.session.execute(
        update(AccountIdentity).where(*_open(who), col(AccountIdentity.subject) == "").values(subject=who.subject)
    )
    if done.rowcount:  # type: ignore[attr-defined]
        work.audit(
            "统一身份首次登录", f"account:{account.id}" if (account := accounts.current(work, code)) else "", code
        )


def _open(who: Identity) -> tuple[ColumnElement[bool], ...]:
    """The row of an identity that is in force."""
    return (
        col(AccountIdentity.issuer) == who.issuer, col(AccountIdentity.identity) == who.name,
        col(AccountIdentity.approved_at).is_not(None), col(AccountIdentity.ended_at).is_(None),
    )  # fmt: skip


def _standing(work: Work, account: Account, code: str) -> AccountIdentity:
    found = current(work, account)
    if found is None:
        raise NotFound(f"工号 {code} 没有登记统一身份")
    return found
