"""账户 (accounts): opened by the 系统管理员, in force once the 安全管理员 has approved; reset, unlocked, closed.

Nobody opens, approves or resets his own. The three administrators are three people; the first three come from the
command line, on a machine that has no account yet. A first password is told once and holds for three days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import and_, col, or_, select, update

from integrity import areas, login_tries, one_time, organs, passwords, sessions
from integrity.errors import Conflict, Forbidden, NotFound, Refused
from integrity.permissions import ADMINISTRATORS, require
from integrity.records.accounts import Account, AccountIdentity, DemoMark
from integrity.records.office import Officer
from integrity.rules.areas import ancestors, code_range
from integrity.terms import Role
from integrity.work import Work

OPENING, APPROVING, UNLOCKING, SEEING = "开设账户", "核准账户", "解锁账户", "查看账户"
"""Matters of the permission table."""
ONCE = timedelta(days=3)
"""How long a first password holds."""
_FIRST, _FIRST_APPROVAL = "初始设置", "初始设置（核准）"


class Line(NamedTuple):
    """账户一览的一行 (line of the list): the officer, the account, until when it is locked, and how it stands."""

    officer: Officer
    account: Account
    locked_until: datetime | None
    state: str


def open_account(work: Work, code: str) -> Account:
    """开设账户: open one for an officer in office; it does nothing until it is approved. Raises Conflict, Forbidden."""
    person = _mine_to(work, OPENING, code)
    if current(work, code) is not None:
        raise Conflict(f"工号 {code} 已有账户")
    return _open(work, person)


def _open(work: Work, person: Officer) -> Account:
    account = Account(officer=person.code, opened_at=work.now, opened_by=work.actor)
    work.session.add(account)
    work.session.flush()
    work.audit("开设账户", _subject(account), f"{person.code} {person.role.value} {person.area}")
    return account


def approve(work: Work, code: str) -> str:
    """核准账户: put it in force; the first password, told once. Raises Refused for whoever opened it, Conflict."""
    _mine_to(work, APPROVING, code)
    account = _standing(work, code)
    if account.approved_at is not None:
        raise Conflict(f"工号 {code} 的账户已经核准")
    if account.opened_by == work.actor:
        raise Refused("开设账户和核准账户须由两个人办理")
    account.approved_at, account.approved_by = work.now, work.actor
    work.audit("核准账户", _subject(account), code)
    return _give_once(work, account)


def reset(work: Work, code: str, *, telephone: bool = False) -> str:
    """重置密码: a new first password, told once; with `telephone` the one-time codes begin anew as well."""
    _mine_to(work, UNLOCKING, code)
    account = _standing(work, code)
    if account.approved_at is None:
        raise Conflict(f"工号 {code} 的账户还没有核准")
    if account.demo:
        raise Refused("示范账户的密码是公布的，不重置")
    if telephone:
        one_time.forget(work, account)
    login_tries.unlock(work, code)
    sessions.end_all(work, code, "重置密码")
    work.audit("重置密码", _subject(account), f"{code}{'，连同动态码' if telephone else ''}")
    return _give_once(work, account)


def unlock(work: Work, code: str) -> None:
    """解锁账户: forget the failed tries. Raises Conflict when it is not locked."""
    _mine_to(work, UNLOCKING, code)
    account = _standing(work, code)
    if login_tries.locked_until(work, code) is None:
        raise Conflict(f"工号 {code} 的账户没有锁定")
    login_tries.unlock(work, code)
    work.audit("解锁账户", _subject(account), code)


def unlock_address(work: Work, address: str) -> None:
    """解锁地址: forget the failed tries from an address."""
    require(work, UNLOCKING)
    login_tries.unlock_address(work, address)
    work.audit("解锁地址", "", address)


def locked_addresses(work: Work) -> list[tuple[str, datetime]]:
    """已锁定的登录地址 (addresses that are locked) until when, for whoever unlocks. Raises Forbidden."""
    require(work, UNLOCKING)
    return login_tries.locked_addresses(work)


def release(work: Work, address: str) -> None:
    """解锁地址 of the list. Raises NotFound when it is not locked (any more)."""
    if address not in dict(locked_addresses(work)):
        raise NotFound("这个登录地址现在没有锁定，不用解锁")
    unlock_address(work, address)


def close(work: Work, code: str, why: str) -> None:
    """关闭账户, for good: by the 系统管理员 or the 安全管理员; sessions, password and codes end. Raises Refused."""
    acting = work.session.get(Officer, work.actor)
    _mine_to(work, UNLOCKING if acting is not None and acting.role is Role.SECURITY_ADMIN else OPENING, code)
    account = _standing(work, code)
    if len(why.strip()) < 2:
        raise Refused("请写明关闭账户的理由")
    sessions.end_all(work, code, "账户关闭")
    _shut(work, account)
    work.audit("关闭账户", _subject(account), f"{code}：{why.strip()}")


def approve_again(work: Work, person: Officer) -> bool:
    """重新核准: an account in use ends, and one that waits for its approval takes its place. Is there an account?

    For whoever may move an officer: he opens no door, for nothing of the account that ended opens the new one.
    """
    account = current(work, person.code)
    if account is None or account.approved_at is None:
        return account is not None
    account = _standing(work, person.code)
    _shut(work, account)
    work.audit("关闭账户", _subject(account), f"{person.code}：人员调整，重新核准")
    _open(work, person)
    return True


def _shut(work: Work, account: Account) -> None:
    """Whatever opened the account opens it no more."""
    one_time.forget(work, account)
    login_tries.unlock(work, account.officer)
    end_identities(work, account)
    account.password, account.earlier, account.once_until = "", "", None
    account.closed_at, account.closed_by = work.now, work.actor
    work.session.add(account)
    work.session.flush()


def end_identities(work: Work, account: Account) -> None:
    """No identity at the provider (统一身份) opens this account any more."""
    work.session.execute(
        update(AccountIdentity)
        .where(col(AccountIdentity.account_id) == account.id, col(AccountIdentity.ended_at).is_(None))
        .values(ended_at=work.now, ended_by=work.actor)
    )


def standing(work: Work, matter: str, code: str) -> Account:
    """The account of an officer on which the acting administrator works, held for this work.

    Raises NotFound, and Forbidden where it is his own or no matter of his.
    """
    _mine_to(work, matter, code)
    return _standing(work, code)


def first(work: Work, area: str, people: Mapping[Role, tuple[str, str]]) -> dict[str, str]:
    """首批账户: the three administrators (role → 工号, name) of an area; their first passwords by 工号, told once.

    Only while there is no account at all. Officers that are registered already must have that very role.
    """
    if work.session.exec(select(Account.id).limit(1)).first() is not None:
        raise Refused("已经有账户，不能再办理首批账户；请由系统管理员开设、安全管理员核准")
    codes = [code for code, _ in people.values()]
    if set(people) != set(ADMINISTRATORS) or len(set(codes)) != len(ADMINISTRATORS):
        raise Refused("系统管理员、安全管理员、审计管理员须是三个不同的人")
    given = {}
    for role, (code, name) in people.items():
        _enrol(work, Officer(code=code, name=name, role=role, area=area, since=work.today))
        account = Account(
            officer=code, opened_at=work.now, opened_by=_FIRST, approved_at=work.now, approved_by=_FIRST_APPROVAL
        )
        work.session.add(account)
        work.session.flush()
        work.audit("开设首批账户", _subject(account), f"{code} {role.value}")
        given[code] = _give_once(work, account)
    return given


def current(work: Work, code: str) -> Account | None:
    """The account of an officer that is not closed, approved or not; None when there is none."""
    return work.session.exec(select(Account).where(Account.officer == code, col(Account.closed_at).is_(None))).first()


def listed(work: Work, after: str = "", limit: int | None = None) -> list[Line]:
    """账户一览: the accounts that are not closed within the acting administrator's area, by 工号, from `after` on.

    Raises Forbidden.
    """
    require(work, SEEING)
    low, high = _range(work)
    query = select(Officer, Account).where(
        Account.officer == Officer.code, col(Account.closed_at).is_(None), Officer.area >= low, Officer.area < high,
        Officer.code > after,
    )  # fmt: skip
    found = work.session.exec(query.order_by(col(Officer.code)).limit(limit)).all()
    return [_line(work, person, account) for person, account in found]


class Closed(NamedTuple):
    """已关闭的账户 (line of the closed ones): the officer as he is today, the account, has he another?"""

    officer: Officer
    account: Account
    other: bool


def closed(work: Work, before: int = 0, limit: int = 50) -> list[Closed]:
    """已关闭的账户 within the acting administrator's area, the last closed first, from after the one `before` on.

    Raises Forbidden.
    """
    require(work, SEEING)
    low, high = _range(work)
    query = select(Officer, Account).where(
        Account.officer == Officer.code, col(Account.closed_at).is_not(None), Officer.area >= low, Officer.area < high
    )  # fmt: skip
    last = work.session.get(Account, before) if before else None
    if last is not None and last.closed_at is not None:
        same = and_(col(Account.closed_at) == last.closed_at, col(Account.id) < before)
        query = query.where(or_(col(Account.closed_at) < last.closed_at, same))
    query = query.order_by(col(Account.closed_at).desc(), col(Account.id).desc())
    found = work.session.exec(query.limit(limit)).all()
    codes = [person.code for person, _ in found]
    having = select(Account.officer).where(col(Account.officer).in_(codes), col(Account.closed_at).is_(None))
    others = set(work.session.exec(having))
    return [Closed(person, account, person.code in others) for person, account in found]


def waiting(work: Work, limit: int = 50) -> list[Line]:
    """等待核准的账户: those of the area that are not in force, or whose 统一身份 is not, first opened first."""
    require(work, SEEING)
    low, high = _range(work)
    stated = select(AccountIdentity.account_id).where(
        col(AccountIdentity.ended_at).is_(None), col(AccountIdentity.approved_at).is_(None)
    )
    query = select(Officer, Account).where(
        Account.officer == Officer.code, col(Account.closed_at).is_(None), Officer.area >= low, Officer.area < high,
        or_(col(Account.approved_at).is_(None), col(Account.id).in_(stated)),
    )  # fmt: skip
    found = work.session.exec(query.order_by(col(Account.opened_at), col(Officer.code)).limit(limit)).all()
    return [_line(work, person, account) for person, account in found]


def line_of(work: Work, code: str) -> Line:
    """The account of an officer, as `listed` tells it. Raises NotFound alike for none and for one elsewhere."""
    require(work, SEEING)
    person, account, (low, high) = work.session.get(Officer, code), current(work, code), _range(work)
    if person is None or account is None or not low <= person.area < high:
        raise NotFound(f"辖区内没有工号 {code} 的账户")
    return _line(work, person, account)


def without(work: Work) -> list[Officer]:
    """The officers in office within the acting administrator's area who have no account, by 工号. Raises Forbidden."""
    require(work, SEEING)
    low, high = _range(work)
    having = select(Account.officer).where(col(Account.closed_at).is_(None))
    query = select(Officer).where(
        Officer.area >= low, Officer.area < high, col(Officer.role).not_in((Role.SYSTEM, Role.LINKED)),
        Officer.since <= work.today,
        or_(col(Officer.until).is_(None), col(Officer.until) >= work.today), col(Officer.code).not_in(having),
        Officer.code != work.actor,
    )  # fmt: skip
    return list(work.session.exec(query.order_by(col(Officer.code))))


def _range(work: Work) -> tuple[str, str]:
    return code_range(organs.officer(work, work.actor, work.today).area)


def _line(work: Work, person: Officer, account: Account) -> Line:
    locked = login_tries.locked_until(work, person.code)
    ended = person.until is not None and person.until < work.today
    states = (
        (account.approved_at is None, "待核准"), (ended, "已离岗"), (locked is not None, "已锁定"),
        (account.once_until is not None, "待首次登录"),
    )  # fmt: skip
    return Line(person, account, locked, next((word for holds, word in states if holds), "可用"))


def own_words(work: Work, person: Officer) -> tuple[str, ...]:
    """What an officer's password may not contain: 工号, name, the names of his area and of those above it."""
    places = []
    for code in (person.area, *ancestors(person.area)):
        try:
            places.append(areas.area(work, code, work.today).name)
        except NotFound:
            continue
    short = [name[:-1] for name in places if name[-1:] in "省市区县乡镇"]
    return passwords.own_words(person.code, person.name, short)


def is_demo(work: Work) -> bool:
    """Is this a demo (示范), whose accounts are published?"""
    return work.session.get(DemoMark, 1) is not None


def demo_accounts(work: Work) -> list[Officer]:
    """The officers whose accounts are published, in the order of the roles and the areas; none without the mark."""
    if not is_demo(work):
        return []
    query = select(Officer).where(
        Officer.code == Account.officer, col(Account.demo), col(Account.closed_at).is_(None),
        or_(col(Officer.until).is_(None), col(Officer.until) >= work.today),
    )  # fmt: skip
    return sorted(work.session.exec(query), key=lambda one: (one.role.number, one.area, one.code))


def _mine_to(work: Work, matter: str, code: str) -> Officer:
    """The officer whose account it is; of the administrator's area, and not himself. Raises NotFound, Forbidden.

    One of another area is answered in the words of one who does not exist.
    """
    require(work, matter)
    person, (low, high) = work.session.get(Officer, code), _range(work)
    if person is None or not low <= person.area < high:
        raise NotFound(f"辖区内没有登记工号 {code}，请先登记人员")
    if matter == OPENING and current(work, code) is None:
        organs.officer(work, code, work.today)
    if person.role in (Role.SYSTEM, Role.LINKED):
        raise Refused(f"{person.role.value}不是人员，没有账户")
    if person.code == work.actor:
        raise Forbidden("自己的账户须由别人办理")
    return person


def _standing(work: Work, code: str) -> Account:
    query = select(Account).where(Account.officer == code, col(Account.closed_at).is_(None)).with_for_update()
    found = work.session.exec(query).first()
    if found is None:
        raise NotFound(f"工号 {code} 没有账户")
    return found


def _give_once(work: Work, account: Account) -> str:
    """Set a first password, which has to be changed at the first login."""
    told = passwords.once()
    account.earlier = passwords.kept_earlier(account.password, account.earlier)
    account.password, account.password_at = passwords.hashed(told), work.now
    account.once_until = work.now + ONCE
    work.session.add(account)
    work.session.flush()
    return told


def _enrol(work: Work, person: Officer) -> None:
    """Register an officer; one who is registered must be in office in that role."""
    if work.session.get(Officer, person.code) is None:
        organs.enter_officer(work, person)
        work.audit("登记人员", person.code, person.role.value)
        return
    if organs.officer(work, person.code, work.today).role is not person.role:
        raise Refused(f"工号 {person.code} 已登记为其他岗位，一人只有一个岗位")


def _subject(account: Account) -> str:
    return f"account:{account.id}"
