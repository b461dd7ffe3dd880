"""登录失败与锁定 (failed tries and lockout): five in a quarter of an hour lock an account, or an address, for half one.

The fifth of one account locks that account and is not counted against its address: an office often shares one, and one
colleague's wrong password does not shut out the others. Nor does a locked address shut out an account that has logged
in from there within the last month: its own lock bounds what can be guessed at it.

Tries are counted in the database, so that a restart forgets none and every process counts the same. A try is counted
before the password is looked at and taken back when it was right: however many come at once, no more are looked at.
What was typed for the 工号 is counted whether such an account exists or not, by a keyed digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlmodel import col, delete, func, select

from integrity.errors import Refused
from integrity.records.accounts import Account, LoginTry, WebSession
from integrity.records.office import Audit, Officer
from integrity.work import Office, Work

MOST = 5
WITHIN = timedelta(minutes=15)
LOCKED = timedelta(minutes=30)
KEPT = timedelta(days=1)
AT_HOME = timedelta(days=30)
"""How long an address stays one's own after a login from it."""
FAILED = "登录失败"
ACTOR = "登录"
"""Who acts as long as nobody is known."""
_FROM, _LOCKED_FROM = "地址", ("从这个网络地址（同一单位的电脑可能共用一个）", "这个地址")
_ROUNDING = timedelta(minutes=1) - timedelta(microseconds=1)


class Try(NamedTuple):
    """一次尝试 (try): what was typed for the 工号, from where, and by which subjects and lines it is counted."""

    code: str
    address: str
    subjects: dict[str, str]
    lines: tuple[int | None, ...]


def begin(office: Office, code: str, address: str, *, session: str = "") -> Try:
    """Count a try as failed, before it is looked at. Raises Refused when the account or the address is locked.

    Within a `session` it is counted for that session only: what others type elsewhere does not disturb it. Where no
    工号 was given, the address alone is counted. While the address is locked, the try of an account that is at home
    there goes on, counted for that account alone.
    """
    with office.work(ACTOR) as work:
        subjects = ({"账户": _account(work, code)} if code else {}) | {_FROM: _address(work, address)}
        if session:
            subjects = {"会话": work.vault.blind("login-session", session)}
        _alone(work, subjects.values())
        if not session and _until(work, [subjects[_FROM]]) is not None and _at_home(work, code, address):
            del subjects[_FROM]
        _refuse_locked(work, subjects)
        work.session.execute(delete(LoginTry).where(col(LoginTry.at) < work.now - KEPT))
        return Try(code, address, subjects, tuple(_counted(work, subjects)))


def failed(office: Office, tried: Try) -> None:
    """It was wrong: write it down, and that it locked something. What nobody's 工号 is, is not kept."""
    with office.work(ACTOR) as work:
        known = work.session.get(Officer, tried.code)
        subject = f"officer:{known.code}" if known else ""
        work.audit(FAILED, subject, tried.address)
        for name, key in tried.subjects.items():
            if _until(work, [key]):
                work.audit("登录锁定", "" if name == _FROM else subject, f"{name}锁定，来自 {tried.address}")


def open_to(work: Work, address: str) -> None:
    """Raise Refused while an address is locked; nothing is counted."""
    _refuse_locked(work, {_FROM: _address(work, address)})


def take_back(work: Work, tried: Try) -> None:
    """It was right so far: it does not count, and nothing else is forgotten."""
    work.session.execute(delete(LoginTry).where(col(LoginTry.id).in_(tried.lines)))


def right(work: Work, tried: Try) -> None:
    """It was right: the account's tries are forgotten, those from the address stay."""
    take_back(work, tried)
    unlock(work, tried.code)


def _refuse_locked(work: Work, subjects: Mapping[str, str]) -> None:
    for name, subject in subjects.items():
        until = _until(work, [subject])
        if until is not None:
            minutes = (until - work.now + _ROUNDING) // timedelta(minutes=1)
            whose, what = _LOCKED_FROM if name == _FROM else ("", "")
            raise Refused(f"{whose}登录失败次数过多，已暂停登录。请 {minutes} 分钟后再试，或者请安全管理员解锁{what}")


def unlock(work: Work, code: str) -> None:
    """Forget the failed tries of an account."""
    work.session.execute(delete(LoginTry).where(col(LoginTry.subject) == _account(work, code)))


def unlock_address(work: Work, address: str) -> None:
    """Forget the failed tries from an address."""
    work.session.execute(delete(LoginTry).where(col(LoginTry.subject) == _address(work, address)))


def locked_addresses(work: Work) -> list[tuple[str, datetime]]:
    """已锁定的登录地址 (the addresses that are locked now), each with its end, the last locked first.

    Tries know an address by its digest only; the log names those from which something failed.
    """
    query = select(LoginTry.subject, func.max(LoginTry.locked_until)).where(col(LoginTry.locked_until) > work.now)
    locked = dict(work.session.exec(query.group_by(LoginTry.subject)).all())
    if not locked:
        return []
    named = select(Audit.detail).where(Audit.action == FAILED, col(Audit.at) > work.now - WITHIN - LOCKED).distinct()
    ends = ((one, locked.get(_address(work, one))) for one in work.session.exec(named))
    return sorted(((one, end) for one, end in ends if end), key=lambda pair: (pair[1], pair[0]), reverse=True)


def locked_until(work: Work, code: str) -> datetime | None:
    """Until when an account is locked; None when it is not."""
    return _until(work, [_account(work, code)])


def _account(work: Work, code: str) -> str:
    return work.vault.blind("login-account", code or "-")


def _address(work: Work, address: str) -> str:
    return work.vault.blind("login-address", address or "-")


def _at_home(work: Work, code: str, address: str) -> bool:
    """Has the account of this 工号 logged in, all the way, from this address within the last month?"""
    if not (code and address):
        return False
    query = (
        select(WebSession.sha256).join(Account, col(Account.id) == col(WebSession.account_id))
        .where(
            Account.officer == code, col(Account.closed_at).is_(None), WebSession.address == address[:60],
            WebSession.waits == "", col(WebSession.opened_at) > work.now - AT_HOME,
        )
    )  # fmt: skip
    return work.session.exec(query.limit(1)).first() is not None


def _until(work: Work, subjects: Iterable[str]) -> datetime | None:
    query = select(func.max(LoginTry.locked_until)).where(
        col(LoginTry.subject).in_(list(subjects)), col(LoginTry.locked_until) > work.now
    )
    return work.session.exec(query).one()


def _counted(work: Work, subjects: Mapping[str, str]) -> Iterator[int | None]:
    """The lines of one more failed try; an account that it locks keeps it from its address."""
    for name, subject in subjects.items():
        if name != _FROM or _until(work, [one for other, one in subjects.items() if other != _FROM]) is None:
            yield _count(work, subject)


def _count(work: Work, subject: str) -> int | None:
    """One more failed try; the fifth locks."""
    query = select(func.count()).where(LoginTry.subject == subject, col(LoginTry.at) > work.now - WITHIN)
    locks = work.session.exec(query).one() + 1 >= MOST
    row = LoginTry(subject=subject, at=work.now, locked_until=work.now + LOCKED if locks else None)
    work.session.add(row)
    work.session.flush()
    return row.id


def _alone(work: Work, subjects: Iterable[str]) -> None:
    """Tries of one account, and from one address, are counted one after the other. SQLite: the write lock is ours."""
    connection = work.session.connection()
    if connection.dialect.name == "postgresql":
        for subject in sorted(subjects):
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": int(subject[:15], 16)})
