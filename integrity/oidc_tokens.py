"""身份令牌的签名 (signature of an ID token): RS256, PS256 or ES256, by a key that the provider publishes; no other way.

A token that names a key which is not known has the keys fetched once more, and no more than once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from integrity.errors import Refused

ALGORITHMS: Final = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
"""How it may be signed → the kind of key."""
LONGEST: Final = 2**14
MOST_KEYS, FEWEST_BITS = 50, 2048
UNSIGNED: Final = "统一身份认证的签名不能通过检查，没有登录；请再试一次，或者用密码登录"


@dataclass(frozen=True, slots=True)
class Keys:
    """公钥 (public keys) of the provider that sign ID tokens, as it publishes them."""

    known: tuple[RSAKey | ECKey, ...] = ()

    @classmethod
    def of(cls, told: dict[str, Any]) -> Keys:
        """Those of a key set that sign in one of our ways; others are passed over."""
        listed = told.get("keys")
        each = [_key(one) for one in (listed if isinstance(listed, list) else [])[:MOST_KEYS]]
        return cls(tuple(one for one in each if one is not None))

    def find(self, algorithm: str, name: str | None) -> RSAKey | ECKey | None:
        """The key of this name that fits; without a name the only one that does."""
        kind = ALGORITHMS[algorithm]
        fitting = [one for one in self.known if one.key_type == kind and one.get("alg") in (None, algorithm)]
        if name is not None:
            fitting = [one for one in fitting if one.get("kid") == name]
        return fitting[0] if len(fitting) == 1 else None


def _key(told: object) -> RSAKey | ECKey | None:
    """One published key; None for one that does not sign, is short, or cannot be read."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return None
    try:
        if told.get("kty") == "EC" and told.get("crv") == "P-256":
            return ECKey.import_key({name: told[name] for name in ("kty", "crv", "x", "y")} | _labels(told))
        if told.get("kty") == "RSA" and len(str(told.get("n", ""))) * 6 >= FEWEST_BITS - 5:
            return RSAKey.import_key({name: told[name] for name in ("kty", "n", "e")} | _labels(told))
    except (JoseError, KeyError, TypeError, ValueError):
        return None
    return None


def _labels(told: dict[str, Any]) -> dict[str, str]:
    return {name: told[name] for name in ("kid", "alg") if isinstance(told.get(name), str)}


def claims_of(token: str, kept: Keys, fetch: Callable[[], Keys]) -> dict[str, Any]:
    """What a token says, once its signature is proven. Raises Refused."""
    if len(token) > LONGEST:
        raise Refused(UNSIGNED)
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        algorithm, name = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(name, str | None):
            raise Refused(UNSIGNED)
        key = kept.find(algorithm, name) or fetch().find(algorithm, name)
        if key is None:
            raise Refused(UNSIGNED)
        return dict(jwt.decode(token, key, algorithms=[algorithm]).claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise Refused(UNSIGNED) from None
