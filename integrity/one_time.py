"""动态码与恢复码 (one-time codes): six digits of a telephone by the clock (RFC 6238), each taken once; recovery codes.

The secret is sealed like personal data; recovery codes are kept as keyed digests. Nothing here needs a network.
"""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
import segno
from sqlmodel import col, select, update

from integrity.errors import Refused
from integrity.records.accounts import Account, RecoveryCode
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import Work

STEP = 30
AROUND = 1
"""A clock may be one step ahead or behind."""
DIGITS = 6
RECOVERY = 10
NEEDED: frozenset[Role] = frozenset({Role.APPROVER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""Who decides, and who keeps the accounts: a password alone does not do, whatever the settings say."""
WRONG = "动态码不正确，或者已经用过；请等下一个动态码再试"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4
ISSUER = "诚信救助"


def needed(role: Role) -> bool:
    """必须用动态码 (is a code asked of this role?): of some always, of everybody where the settings say so."""
    return role in NEEDED or settings().second_factor == "all"


def begin(work: Work, account: Account) -> None:
    """Give the account a secret that holds once a first code has been given. Raises Refused when one holds already."""
    if account.totp_at is not None:
        raise Refused("这个账户已启用动态码；手机遗失的，请安全管理员重置")
    account.totp = work.vault.seal(pyotp.random_base32(), _context(account))
    account.key_id = work.vault.current
    work.session.add(account)
    work.session.flush()


def secret(work: Work, account: Account) -> str:
    """The secret, to be typed into a telephone that takes no picture; "" when there is none."""
    return work.vault.open(account.key_id, account.totp, _context(account))


def letters(work: Work, account: Account) -> str:
    """The secret in groups of four, for whoever types it."""
    plain = secret(work, account)
    return " ".join(plain[n : n + _GROUP] for n in range(0, len(plain), _GROUP))


def picture(work: Work, account: Account) -> str:
    """二维码 (QR code) of the secret, as a data: address of an SVG picture."""
    named = pyotp.TOTP(secret(work, account)).provisioning_uri(name=account.officer, issuer_name=ISSUER)
    return segno.make(named, error="m", micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def confirm(work: Work, account: Account, code: str) -> list[str]:
    """启用动态码: the first code was given; the recovery codes, told once. Raises Refused."""
    if account.totp_at is not None or not account.totp:
        raise Refused("没有等待启用的动态码，请从头再来")
    if not _take_step(work, account, code):
        raise Refused(WRONG)
    account.totp_at = work.now
    work.session.add(account)
    work.audit("启用动态码", f"account:{account.id}")
    return renew_codes(work, account)


def accept(work: Work, account: Account, code: str) -> bool:
    """Take a code of the telephone, or a recovery code; each is taken once."""
    plain = "".join(code.split()).replace("-", "").lower()
    if len(plain) == DIGITS and plain.isascii() and plain.isdigit():
        return _take_step(work, account, plain)
    done = work.session.execute(
        update(RecoveryCode)
        .where(col(RecoveryCode.digest) == _digest(work, account, plain), col(RecoveryCode.used_at).is_(None))
        .values(used_at=work.now)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        return False
    work.audit("使用恢复码", f"account:{account.id}", f"还剩 {codes_left(work, account)} 个")
    return True


def renew_codes(work: Work, account: Account) -> list[str]:
    """New recovery codes in place of all earlier ones; told once."""
    drop_codes(work, account)
    made = ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY)]
    assert account.id is not None
    for one in made:
        digest = _digest(work, account, one.replace("-", ""))
        work.session.add(RecoveryCode(digest=digest, account_id=account.id, made_at=work.now))
    work.session.flush()
    work.audit("生成恢复码", f"account:{account.id}")
    return made


def codes_left(work: Work, account: Account) -> int:
    """How many recovery codes can still be used."""
    unused = (RecoveryCode.account_id == account.id, col(RecoveryCode.used_at).is_(None))
    return len(work.session.exec(select(RecoveryCode.digest).where(*unused)).all())


def forget(work: Work, account: Account) -> None:
    """Take the secret and the recovery codes away: the telephone is lost, or the account closed."""
    account.totp, account.key_id, account.totp_at, account.totp_step = "", "", None, 0
    work.session.add(account)
    drop_codes(work, account)


def drop_codes(work: Work, account: Account) -> None:
    """No recovery code of before can be used any more."""
    work.session.execute(
        update(RecoveryCode)
        .where(col(RecoveryCode.account_id) == account.id, col(RecoveryCode.used_at).is_(None))
        .values(used_at=work.now)
    )


def reseal(work: Work, account: Account) -> None:
    """Seal the secret again with the current key."""
    account.totp = work.vault.seal(secret(work, account), _context(account))
    account.key_id = work.vault.current
    work.session.add(account)


def step_of(now: datetime) -> int:
    """The number of the time step of a moment."""
    return int(now.timestamp()) // STEP


def _take_step(work: Work, account: Account, code: str) -> bool:
    """Take the code of this step or of one beside it, if its step is later than the last one taken."""
    if not account.totp:
        return False
    source, now = pyotp.TOTP(secret(work, account)), step_of(work.now)
    given = "".join(code.split())
    fitting = [
        step
        for step in range(now - AROUND, now + AROUND + 1)
        if step > account.totp_step and secrets.compare_digest(source.generate_otp(step).encode(), given.encode())
    ]
    if not fitting:
        return False
    account.totp_step = max(fitting)
    work.session.add(account)
    work.session.flush()
    return True


def _digest(work: Work, account: Account, plain: str) -> str:
    return work.vault.blind("recovery", f"{account.id}|{plain}")


def _group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP))


def _context(account: Account) -> str:
    return f"account|totp|{account.id}"
