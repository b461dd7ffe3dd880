"""登录会话 (sessions): who is logged in. The secret lies in a cookie, its SHA-256 here, so that each can be ended.

One session an account, half an hour idle, twelve hours at the longest. It holds for the role and the area with which it
began: whoever changes either ends it. One that `waits` for a code or a new password opens nothing.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from sqlalchemy import Update
from sqlmodel import col, select, update

from integrity import login_tries, one_time, passwords
from integrity.errors import NotFound, Refused
from integrity.organs import officer
from integrity.records.accounts import Account, WebSession
from integrity.records.office import Officer
from integrity.work import Office, Work

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PROVEN = timedelta(minutes=10)
HALF = timedelta(minutes=10)
"""How long one that still waits for something lasts."""
TOUCHED = timedelta(minutes=1)
COOKIE = "__Host-session"
WRONG = "密码或者动态码不正确"
WHY: Final = {
    "另行登录": "这个工号又登录了一次，一个工号只能在一处登录。不是您本人登录的，请马上告诉安全管理员",
    "重置密码": "安全管理员重置了密码，请用新的初始密码登录",
    "账户关闭": "账户已经关闭，有疑问的请问安全管理员",
    "修改密码": "密码已经修改，请用新密码登录",
    "人员调整": "您的辖区有变动，账户须由安全管理员重新核准，请领取新的初始密码登录",
    "登记离岗": "已经登记您离岗，有疑问的请问本单位的审批人员",
    "多次核验失败": "连续多次核验身份都没有通过",
    "退出登录": "",
}
"""What is told of an end (`ended_why`); nothing of the one that was wanted."""
_BYTES = 32
_MOST_TOLD = 500
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


class Held(NamedTuple):
    """会话持有人 (holder of a session): the officer who is logged in, and the session as it was read."""

    officer: Officer
    session: WebSession


class Over(NamedTuple):
    """登录已经结束 (a login that is over): since when, where that is known, and why, in words."""

    at: datetime | None
    why: str


def enter(work: Work, code: str, *, address: str, waits: str = "", by_provider: bool = False) -> str:
    """Open the one session of an officer's account, earlier ones end; the secret, told once. Raises NotFound.

    With `waits` it is half open: `holder` does not know it, `half_open` does. One that began `by_provider` is not
    proven: nobody knows how long ago the provider asked for anything.
    """
    account, person = account_of(work, code), officer(work, code, work.today)
    assert account.id is not None
    last = work.session.exec(
        select(WebSession).where(WebSession.officer == code).order_by(col(WebSession.opened_at).desc()).limit(1)
    ).first()
    end_all(work, code, "另行登录")
    secret = secrets.token_urlsafe(_BYTES)
    work.session.add(
        WebSession(
            sha256=digest(secret), account_id=account.id, officer=code, role=person.role, area=person.area,
            address=address[:60], opened_at=work.now, seen_at=work.now, waits=waits, by_provider=by_provider,
            proven_at=None if waits or by_provider else work.now, large_type=last is not None and last.large_type,
        )
    )  # fmt: skip
    work.session.flush()
    return secret


def account_of(work: Work, code: str) -> Account:
    """The account of an officer that is in force: approved and not closed. Raises NotFound."""
    found = work.session.exec(select(Account).where(Account.officer == code, col(Account.closed_at).is_(None))).first()
    if found is None or found.approved_at is None:
        raise NotFound(f"工号 {code} 没有可用的账户")
    return found


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def holder(work: Work, secret: str) -> Held | None:
    """Who is logged in with this secret.

    None when it is unknown, half open, idle, over, ended, or when the account is closed or the officer not in office
    or not in the role and area with which the session began.
    """
    return of_digest(work, digest(secret))


def half_open(work: Work, secret: str) -> Held | None:
    """Who has given a password and still has something to give (see `waits`); None for anything else."""
    held = _live(work, digest(secret))
    if held is None or not held.session.waits or work.now - held.session.opened_at >= HALF:
        return None
    return held


def _live(work: Work, kept: str) -> Held | None:
    row = work.session.get(WebSession, kept)
    if row is None or row.ended_at is not None:
        return None
    if work.now - row.seen_at >= IDLE or work.now - row.opened_at >= LONGEST:
        return None
    try:
        account, person = account_of(work, row.officer), officer(work, row.officer, work.today)
    except NotFound:
        return None
    if account.id != row.account_id or (person.role, person.area) != (row.role, row.area):
        return None
    return Held(person, row)


def due_for_touch(held: Held, now: datetime) -> bool:
    """Was the session last noted as used a minute ago or more?"""
    return now - held.session.seen_at >= TOUCHED


def touch(work: Work, held: Held) -> None:
    """Note that the session is in use; at most once a minute, see `due_for_touch`."""
    work.session.execute(_row(held).where(col(WebSession.seen_at) < work.now).values(seen_at=work.now))


def prove(office: Office, held: Held, password: str | None, code: str) -> None:
    """再次核验身份 (re-authentication) before an act that takes something from a person. Raises Refused.

    Call it before the piece of work of that act: a wrong password is counted in a piece of work of its own. After five
    of them the session ends: somebody else may sit there. None for the password says that the identity provider has
    just asked for it; a first password proves nothing.
    """
    person, address = held.officer.code, held.session.address
    try:
        tried = login_tries.begin(office, person, address, session=held.session.sha256)
    except Refused:
        with office.work(person) as work:
            end(work, held, "多次核验失败")
        raise
    with office.reading() as work:
        account = account_of(work, person)
        right = password is None or passwords.matches(password_of(account), password)
    with office.work(person) as work:
        account = work.session.get_one(Account, held.session.account_id, with_for_update=True)
        right = right and (account.totp_at is None or one_time.accept(work, account, code))
        if right:
            login_tries.take_back(work, tried)
            proved(work, held)
    if not right:
        login_tries.failed(office, tried)
        raise Refused(WRONG)


def password_of(account: Account) -> str:
    """What is kept of the officer's own password; "" for a first one, which somebody else has seen."""
    return account.password if account.once_until is None else ""


def proved(work: Work, held: Held, how: str = "") -> None:
    """核验身份: who sits there has proven himself; for the next minutes nothing asks again."""
    work.audit("核验身份", f"account:{held.session.account_id}", how)
    work.session.execute(_row(held).values(proven_at=work.now))


def of_digest(work: Work, kept: str) -> Held | None:
    """The session of which this is kept (`digest`), when it is whole and holds; None for anything else."""
    held = _live(work, kept)
    return held if held is not None and not held.session.waits else None


def proven(held: Held, now: datetime) -> bool:
    """Was the password given within the last minutes?"""
    return held.session.proven_at is not None and now - held.session.proven_at < PROVEN


def end(work: Work, whose: str | Held, why: str) -> None:
    """End a session, named by its secret or its holder; one that has ended stays as it is."""
    key = digest(whose) if isinstance(whose, str) else whose.session.sha256
    work.session.execute(_ended(work, why).where(col(WebSession.sha256) == key))


def end_all(work: Work, code: str, why: str) -> None:
    """End every session of an officer: role, area or password have changed, or the account was closed."""
    work.session.execute(_ended(work, why).where(col(WebSession.officer) == code))


def _ended(work: Work, why: str) -> Update:
    return update(WebSession).where(col(WebSession.ended_at).is_(None)).values(ended_at=work.now, ended_why=why[:40])


def _row(held: Held) -> Update:
    return update(WebSession).where(
        col(WebSession.sha256) == held.session.sha256, col(WebSession.ended_at).is_(None)
    )  # fmt: skip


def why_over(work: Work, secret: str) -> Over | None:
    """为什么退出 (why a login is over), for whoever comes back with its secret; None when there is nothing to say."""
    row = work.session.get(WebSession, digest(secret))
    if row is None:
        return None
    if row.ended_at is not None:
        why = WHY.get(row.ended_why, "")
        return Over(row.ended_at, why) if why else None
    return _run_out(row, work.now) or (None if _live(work, row.sha256) else Over(None, "岗位、辖区或者账户有变动"))


def _run_out(row: WebSession, now: datetime) -> Over | None:
    """The end to which a session came that nobody ended; None while it lasts."""
    ends = [
        (row.seen_at + IDLE, f"超过 {IDLE // _MINUTE} 分钟没有操作"),
        (row.opened_at + LONGEST, f"登录满了 {LONGEST // _HOUR} 小时"),
    ]
    if row.waits:
        ends.append((row.opened_at + HALF, f"登录没有在 {HALF // _MINUTE} 分钟内做完"))
    at, why = min(ends)
    return Over(at, why) if at <= now else None


def form_token(secret: str) -> str:
    """The token that every form of a session carries; nothing of the secret can be read from it."""
    return hmac.new(secret.encode("utf-8", "replace"), b"form", sha256).hexdigest()


def tell(work: Work, held: Held, text: str) -> None:
    """What the next page is to say: that something was done."""
    work.session.execute(_row(held).values(told=text[:_MOST_TOLD]))


def told(held: Held) -> str:
    """What there is to say; "" for nothing."""
    return held.session.told


def hear(work: Work, held: Held) -> None:
    """It was said."""
    work.session.execute(_row(held).values(told=""))


def set_large(work: Work, held: Held, large: bool) -> None:
    """大字 (large type) on or off; the next session of the officer begins with it."""
    work.session.execute(_row(held).values(large_type=large))
