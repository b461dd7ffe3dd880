"""统一身份认证 (OpenID Connect): the office's own identity provider says who logs in.

Authorization code with PKCE. What the browser brings back counts only together with what was asked in that browser;
who it is stands in the ID token alone, signed by a key of the provider. No other token is kept or used.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from threading import BoundedSemaphore
from time import monotonic
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from integrity.errors import Refused
from integrity.oidc_links import LONGEST, Identity
from integrity.oidc_options import Options
from integrity.oidc_tokens import Keys, claims_of
from integrity.oidc_wire import Answer, Unreachable, ask, place

SKEW: Final = 60
"""Seconds by which the clocks may differ."""
KEPT: Final = 3600
"""Seconds for which the provider's description of itself is kept."""
LINES, PATIENCE, PAUSE = 8, 2.0, 10.0
"""Questions at a time, seconds to wait for one's turn, and for which a provider that is down is left alone."""
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LONGEST_CODE = 4096
UNFIT: Final = "统一身份认证的答复不能通过检查，没有登录；请再试一次，或者用密码登录"


class Asked(NamedTuple):
    """已发起的登录 (what was asked): kept sealed in the browser that asked until it comes back.

    `session` is what is kept of the session that is to be proven again; "" for a login.
    """

    state: str
    nonce: str
    verifier: str
    next: str
    at: int
    session: str = ""


class Brought(NamedTuple):
    """带回的内容 (what the browser brought back from the provider)."""

    code: str
    issuer: str = ""


@dataclass
class Provider:
    """身份服务 (identity provider) of the settings; its description and keys are fetched when they are first needed."""

    options: Options
    _told: dict[str, Any] = field(default_factory=dict)
    _until: float = 0.0
    _keys: Keys = field(default_factory=Keys)
    _lines: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(LINES))
    _down_until: float = 0.0
    trouble: str = ""
    """Why the provider could not be asked the last time, for whoever runs the program; "" when it could."""

    def begin(self, now: datetime, to: str, session: str = "") -> tuple[Asked, str]:
        """Begin a login, or a proof of this session: what to keep, where to send the browser. Raises Unreachable."""
        told = self._described()
        state, nonce, verifier = (secrets.token_urlsafe() for _ in range(3))
        asked = Asked(state, nonce, verifier, to, int(now.timestamp()), session)
        challenge = urlsafe_b64encode(sha256(asked.verifier.encode()).digest()).decode().rstrip("=")
        wanted = {
            "response_type": "code", "client_id": self.options.client_id, "redirect_uri": self.options.redirect,
            "scope": self.options.scope, "state": asked.state, "nonce": asked.nonce, "code_challenge": challenge,
            "code_challenge_method": "S256", **({"prompt": "login", "max_age": "0"} if session else {}),
        }  # fmt: skip
        address = str(told["authorization_endpoint"])
        return asked, f"{address}{'&' if '?' in address else '?'}{urlencode(wanted)}"

    def identify(self, asked: Asked, brought: Brought, now: datetime) -> Identity:
        """Who it is. Raises Unreachable, and Refused for whatever does not fit."""
        told, options = self._described(), self.options
        required = told.get("authorization_response_iss_parameter_supported") is True
        if (brought.issuer or required) and brought.issuer != options.issuer:
            raise Refused(UNFIT)
        claims = claims_of(self._exchanged(told, asked, brought.code), self._keys, lambda: self._fetched(told))
        if not _fits(claims, asked, options, int(now.timestamp())):
            raise Refused(UNFIT)
        return self._identity(claims)

    def _identity(self, claims: dict[str, Any]) -> Identity:
        options = self.options
        subject, name = claims.get("sub"), claims.get(options.claim)
        name = str(name) if isinstance(name, int) and not isinstance(name, bool) else name
        if not _named(subject) or not _named(name):
            raise Refused(UNFIT)
        ways = claims.get("amr")
        several = isinstance(ways, list) and "mfa" in ways
        factors = options.trust and (several or claims.get("acr") in options.levels)
        return Identity(options.issuer, str(subject), str(name), factors)

    def _exchanged(self, told: dict[str, Any], asked: Asked, code: str) -> str:
        """The ID token for a code, which the provider gives out once."""
        if not 0 < len(code) <= _LONGEST_CODE:
            raise Refused(UNFIT)
        options = self.options
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": options.redirect,
            "code_verifier": asked.verifier,
        }  # fmt: skip
        ways = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_form = not options.secret or "client_secret_basic" not in ways
        if by_form:
            form |= {"client_id": options.client_id} | ({"client_secret": options.secret} if options.secret else {})
        login = None if by_form else (options.client_id, options.secret)
        answer = self._ask(str(told["token_endpoint"]), form, login)
        token = answer.content.get("id_token")
        if answer.status != 200 or not isinstance(token, str):
            raise Refused(UNFIT)
        return token

    def _described(self) -> dict[str, Any]:
        """What the provider says of itself. Raises Unreachable, also where it names itself or its places otherwise."""
        if self._told and monotonic() < self._until:
            return self._told
        options = self.options
        answer = self._ask(f"{options.issuer.rstrip('/')}/.well-known/openid-configuration")
        told, places = answer.content, [place(str(answer.content.get(one, ""))) for one in ENDPOINTS]
        if answer.status != 200 or told.get("issuer") != options.issuer:
            raise self._lost("发现文件不在，或者其中的 issuer 与设置不同")
        if not set(places) <= options.places:
            raise self._lost("发现文件中的地址不在 CHENGXIN_OIDC_ISSUER 和 CHENGXIN_OIDC_HOSTS 的主机上")
        if "S256" not in told.get("code_challenge_methods_supported", ["S256"]):
            raise self._lost("身份服务不支持 PKCE（S256）")
        self._told, self._until = told, monotonic() + KEPT
        return told

    def _fetched(self, told: dict[str, Any]) -> Keys:
        self._keys = Keys.of(self._ask(str(told["jwks_uri"])).content)
        return self._keys

    def _ask(self, url: str, form: dict[str, str] | None = None, login: tuple[str, str] | None = None) -> Answer:
        """Ask, a few at a time: a slow provider does not hold up the pages. Raises Unreachable."""
        if monotonic() < self._down_until or not self._lines.acquire(timeout=PATIENCE):
            raise Unreachable
        try:
            answer = ask(url, ca=self.options.ca, form=form, login=login)
        except Unreachable as lost:
            raise self._lost(lost.why) from None
        finally:
            self._lines.release()
        if answer.status >= 500:
            raise self._lost(f"身份服务答复 {answer.status}")
        self.trouble = ""
        return answer

    def _lost(self, why: str) -> Unreachable:
        self.trouble, self._down_until = why, monotonic() + PAUSE
        return Unreachable()


def _named(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable()


def _fits(claims: dict[str, Any], asked: Asked, options: Options, now: int) -> bool:
    """Is it said by this provider, to this program, in answer to this question, now?"""
    nonce, to = claims.get("nonce"), claims.get("aud")
    several = to if isinstance(to, list) else [to]
    authorized = claims.get("azp", options.client_id if len(several) == 1 else None)
    times = (claims.get("exp"), claims.get("iat"), claims.get("nbf", now), claims.get("auth_time", asked.at))
    numbers = [one for one in times if isinstance(one, int | float) and not isinstance(one, bool)]
    if len(numbers) < len(times):
        return False
    until, issued, since, typed = numbers
    return (
        claims.get("iss") == options.issuer and options.client_id in several and authorized == options.client_id
        and isinstance(nonce, str) and hmac.compare_digest(nonce.encode("utf-8", "replace"), asked.nonce.encode())
        and until > now - SKEW and asked.at - SKEW <= issued <= now + SKEW and since <= now + SKEW
        and (not asked.session or ("auth_time" in claims and asked.at - SKEW <= typed <= now + SKEW))
    )  # fmt: skip
