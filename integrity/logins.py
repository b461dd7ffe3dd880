"""登录 (login): 工号 and password, then what else the account asks for: a code, a new password, a telephone.

Whatever is wrong with 工号 or password is answered in the same words and as slowly. A password is looked at outside any
piece of work, for it takes long; the try is counted before.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, NoReturn

from integrity import accounts, login_tries, one_time, organs, passwords, sessions
from integrity.errors import NotFound, Refused
from integrity.records.accounts import Account, WebSession
from integrity.records.office import Officer
from integrity.sessions import Held
from integrity.work import Office, Work

WRONG = "工号或者密码不正确"
_LONGEST_CODE = 40


class Waits(StrEnum):
    """还差什么 (what a login still waits for), in the order in which it is asked."""

    CODE = "code"
    PASSWORD = "password"
    ENROL = "enrol"
    NOTHING = ""


class Entered(NamedTuple):
    """登录结果 (how far a login came): the secret of the session, and what it waits for."""

    secret: str
    waits: Waits


def log_in(office: Office, code: str, password: str, *, address: str) -> Entered:
    """登录 with 工号 and password. Raises Refused, in the same words for whatever is wrong."""
    code = code.strip()[: _LONGEST_CODE + 1]
    tried = login_tries.begin(office, code, address)
    with office.reading() as work:
        account = _usable(work, code)
    kept = account.password if account else ""
    if not passwords.matches(kept, password):
        _refuse(office, tried)
    again = passwords.hashed(password) if passwords.outdated(kept) else ""
    with office.work(code) as work:
        account = _locked(work, code)
        if account.password != kept:
            raise Refused(WRONG)
        if again:
            account.password = again
        person = organs.officer(work, code, work.today)
        waits = _next(work, account, person, code_given=False)
        (login_tries.take_back if waits is Waits.CODE else login_tries.right)(work, tried)
        return _opened(work, account, person, waits, address)


def enter_known(office: Office, code: str, *, address: str, factors: bool, say: str) -> Entered:
    """登录 of whoever the identity provider knows (统一身份认证), by several `factors` or one. Raises Refused (`say`).

    No password is asked for, nor a new one; the code of the telephone is, as ever, unless there were several factors.
    """
    tried = login_tries.begin(office, code, address)
    with office.reading() as work:
        account = _usable(work, code)
    if account is None or account.demo:
        _refuse(office, tried, say)
    with office.work(code) as work:
        account, person = _locked(work, code), organs.officer(work, code, work.today)
        waits = Waits.NOTHING if factors else _other_than_password(account, person, code_given=False)
        login_tries.take_back(work, tried)
        return _opened(work, account, person, waits, address, by_provider=True)


def give_code(office: Office, held: Held, code: str, *, address: str) -> Entered:
    """动态码 (or a recovery code) after the password. A wrong one counts as a failed try. Raises Refused."""
    person = held.officer
    tried = login_tries.begin(office, person.code, address)
    with office.work(person.code) as work:
        account = _locked(work, person.code)
        entered = None
        if _stands(work, held, Waits.CODE) and one_time.accept(work, account, code):
            login_tries.right(work, tried)
            known = held.session.by_provider
            given = _other_than_password(account, person, code_given=True)
            waits = given if known else _next(work, account, person, code_given=True)
            entered = _opened(work, account, person, waits, address, by_provider=known)
    return entered or _refuse(office, tried, one_time.WRONG)


def choose_password(office: Office, held: Held, password: str, *, address: str) -> Entered:
    """The new password that a login waits for. Raises Invalid when it is not good enough."""
    with office.work(held.officer.code) as work:
        account = _locked(work, held.officer.code)
        if not _stands(work, held, Waits.PASSWORD):
            raise Refused("这次登录已经结束，请重新登录")
        _set(work, account, held.officer, password)
        waits = _next(work, account, held.officer, code_given=True)
        return _opened(work, account, held.officer, waits, address)


def enrol(office: Office, held: Held, code: str, *, address: str) -> tuple[Entered, list[str]]:
    """启用动态码 that a login waits for: the first code; with it come the recovery codes, told once. Raises Refused."""
    tried = login_tries.begin(office, held.officer.code, address)
    with office.work(held.officer.code) as work:
        account = _locked(work, held.officer.code)
        if not _stands(work, held, Waits.ENROL):
            raise Refused("这次登录已经结束，请重新登录")
        codes = one_time.confirm(work, account, code)
        login_tries.right(work, tried)
        known = held.session.by_provider
        return _opened(work, account, held.officer, Waits.NOTHING, address, by_provider=known), codes


def change_password(office: Office, held: Held, old: str, new: str, *, address: str) -> Entered:
    """修改密码 by whoever is logged in; every session ends and a new one begins. Raises Refused, Invalid."""
    code = held.officer.code
    tried = login_tries.begin(office, code, address)
    with office.reading() as work:
        account = sessions.account_of(work, code)
    if account.demo:
        raise Refused("示范账户的密码是公布的，不能修改")
    if not passwords.matches(account.password, old):
        _refuse(office, tried, "现用的密码不正确")
    with office.work(code) as work:
        account = _locked(work, code)
        login_tries.right(work, tried)
        _set(work, account, held.officer, new)
        return _opened(work, account, held.officer, Waits.NOTHING, address)


def start_telephone(office: Office, held: Held) -> None:
    """动态码 for whoever need not have it but wants it: a secret, which holds once a first code was given."""
    with office.work(held.officer.code) as work:
        account = _locked(work, held.officer.code)
        if account.demo:
            raise Refused("示范账户不启用动态码")
        one_time.begin(work, account)


def confirm_telephone(office: Office, held: Held, code: str) -> list[str]:
    """启用动态码 by whoever is logged in; the recovery codes, told once. Raises Refused."""
    with office.work(held.officer.code) as work:
        return one_time.confirm(work, _locked(work, held.officer.code), code)


def renew_codes(office: Office, held: Held, password: str, code: str) -> list[str]:
    """New recovery codes for whoever proves himself once more; told once. Raises Refused."""
    sessions.prove(office, held, password, code)
    with office.work(held.officer.code) as work:
        account = _locked(work, held.officer.code)
        if account.totp_at is None:
            raise Refused("还没有启用动态码，没有恢复码")
        return one_time.renew_codes(work, account)


def log_out(office: Office, secret: str) -> None:
    """退出登录: end the session of this secret."""
    with office.reading() as work:
        held = sessions.holder(work, secret) or sessions.half_open(work, secret)
    if held is not None:
        with office.work(held.officer.code) as work:
            sessions.end(work, held, "退出登录")
            work.audit("退出登录", f"account:{held.session.account_id}")


def _usable(work: Work, code: str) -> Account | None:
    """The account with which this officer can log in today; None alike for none, a closed one, nobody in office."""
    try:
        organs.officer(work, code, work.today)
        account = sessions.account_of(work, code)
    except NotFound:
        return None
    return None if account.demo and not accounts.is_demo(work) else account


def _locked(work: Work, code: str) -> Account:
    """The account in force, held for this work. Raises Refused when it ended meanwhile."""
    account = accounts.current(work, code)
    if account is None or account.approved_at is None:
        raise Refused(WRONG)
    return work.session.get_one(Account, account.id, with_for_update=True, populate_existing=True)


def _next(work: Work, account: Account, person: Officer, *, code_given: bool) -> Waits:
    """What is to be given next. Raises Refused when a first password was left lying too long."""
    if account.demo:
        return Waits.NOTHING
    other = _other_than_password(account, person, code_given=code_given)
    if other is Waits.CODE:
        return other
    if account.once_until is not None and account.once_until <= work.now:
        raise Refused("初始密码已过期，请安全管理员重置密码")
    if account.once_until is not None or passwords.worn_out(account.password_at, work.now):
        return Waits.PASSWORD
    return other


def _other_than_password(account: Account, person: Officer, *, code_given: bool) -> Waits:
    """What the telephone has still to do with it, once the password is settled."""
    if account.totp_at is not None:
        return Waits.NOTHING if code_given else Waits.CODE
    return Waits.ENROL if one_time.needed(person.role) else Waits.NOTHING


def _opened(
    work: Work, account: Account, person: Officer, waits: Waits, address: str, *, by_provider: bool = False
) -> Entered:  # fmt: skip
    """Open the session, whole or half; whoever is to enrol a telephone is given its secret."""
    if waits is Waits.ENROL:
        one_time.begin(work, account)
    secret = sessions.enter(work, person.code, address=address, waits=waits.value, by_provider=by_provider)
    if waits is Waits.NOTHING:
        work.audit("登录", f"account:{account.id}", f"{address}，统一身份认证" if by_provider else address)
    return Entered(secret, waits)


def _stands(work: Work, held: Held, waits: Waits) -> bool:
    """Does the login still wait for this? Nobody has ended it or gone on with it meanwhile."""
    now = work.session.get_one(WebSession, held.session.sha256, populate_existing=True)
    return now.ended_at is None and now.waits == waits.value


def _set(work: Work, account: Account, person: Officer, password: str) -> None:
    earlier = [account.password, *account.earlier.split("\n")][: max(passwords.profile().earlier, 1)]
    passwords.check(password, accounts.own_words(work, person), [one for one in earlier if one])
    account.earlier = passwords.kept_earlier(account.password, account.earlier)
    account.password, account.password_at, account.once_until = passwords.hashed(password), work.now, None
    work.session.add(account)
    work.session.flush()
    sessions.end_all(work, person.code, "修改密码")
    work.audit("修改密码", f"account:{account.id}")


def _refuse(office: Office, tried: login_tries.Try, said: str = WRONG) -> NoReturn:
    """Write down that it failed, and say so."""
    login_tries.failed(office, tried)
    raise Refused(said)
