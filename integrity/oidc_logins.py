"""用统一身份登录 (login by the identity provider): an identity opens the account for which it is approved.

Locks, sessions and lines of the log are those of a login by password. Nothing can be guessed here, so a failure counts
for the address only.
"""

from __future__ import annotations

from typing import NoReturn

from integrity import login_tries, logins, oidc_links, sessions
from integrity.errors import Refused
from integrity.logins import Entered
from integrity.oidc_links import Identity
from integrity.work import Office

UNKNOWN = (
    "统一身份认证已确认您的身份，但是没有可用的账户与它对应；请系统管理员登记、安全管理员核准，或者用密码登录"
)  # fmt: skip
ANOTHER = "统一身份认证确认的不是正在使用的这个账户，没有核验"
ENDED = "登录已经结束，请重新登录"


def open_to(office: Office, address: str) -> None:
    """Raise Refused while an address is locked: the provider is not asked either."""
    with office.reading() as work:
        login_tries.open_to(work, address)


def failed(office: Office, address: str, said: str) -> NoReturn:
    """The provider's answer does not do: count and write it down, and say so. Raises Refused."""
    tried = login_tries.begin(office, "", address)
    login_tries.failed(office, tried)
    raise Refused(said)


def log_in(office: Office, who: Identity, *, address: str) -> Entered:
    """登录 with an identity of the provider. Raises Refused, in the same words for every reason but a lock."""
    with office.reading() as work:
        code = oidc_links.officer_of(work, who)
    if not code:
        failed(office, address, UNKNOWN)
    with office.work(code) as work:
        oidc_links.hold_fast(work, who, code)
        mine = oidc_links.officer_of(work, who) == code
    if not mine:  # somebody else of the same name came first
        failed(office, address, UNKNOWN)
    return logins.enter_known(office, code, address=address, factors=who.factors, say=UNKNOWN)


def prove(office: Office, kept: str, who: Identity, *, address: str) -> bool:
    """再次核验身份 by the provider, for the session of which this is `kept`. Is it done, or is the code still wanted?

    Raises Refused for another person, and when the session has ended.
    """
    with office.reading() as work:
        held, code = sessions.of_digest(work, kept), oidc_links.officer_of(work, who)
    if held is None:
        raise Refused(ENDED)
    if code != held.officer.code:
        failed(office, address, ANOTHER)
    with office.work(code) as work:
        if sessions.account_of(work, code).totp_at is not None and not who.factors:
            return False
        sessions.proved(work, held, "统一身份认证")
        return True
