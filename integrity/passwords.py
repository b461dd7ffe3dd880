"""密码 (passwords): how they are kept (Argon2id), which are good enough, under two profiles that cannot both be met.

`djbh3` is what an assessment by grade (等级保护三级) asks for: composition, 90 days, none of the last five again.
`asvs` is what ASVS 5.0 asks for: length instead of composition, no rotation. Both refuse what is easily guessed.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pypinyin import Style, pinyin
from zxcvbn import zxcvbn

from integrity import breached
from integrity.errors import Invalid
from integrity.settings import settings

LONGEST = 128
_GUESSED = 72
"""How much of a password the estimate of guesses looks at: all that it takes."""
_SCORE = 3
"""Of 4: not found within 10^8 guesses."""
_ONCE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP = 4, 4
_BETWEEN = re.compile(r"[\W_]+")
_SHORT_WORD, _SHORT_HAN = 4, 2
_READINGS = 16
_WORDS = (
    "chengxin", "jiuzhu", "minzheng", "dibao", "tekun", "jining", "shandong", "rencheng", "诚信", "救助", "民政",
    "低保", "特困",
)  # fmt: skip
"""Words of this program and of the place, in no password."""
_USUAL = (
    "woaini", "woaini1314", "5201314", "1314520", "zhongguo", "beijing", "shequ", "jiedao", "shenpi", "shenhe",
    "jingban", "guanliyuan", "admin", "password", "mima", "qwer1234", "asdf1234", "1qaz2wsx", "a123456", "aa123456",
    "qq123456", "zxc123", "abc123", "88888888", "66666666", "147258369",
)  # fmt: skip
"""What people here begin with."""


class Profile(NamedTuple):
    """密码要求 (profile): the fewest characters and kinds of them, how long one lasts, how many do not come again."""

    name: str
    shortest: int
    kinds: int
    days: int | None
    earlier: int
    hasher: PasswordHasher


PROFILES: Final = {
    "djbh3": Profile("djbh3", 10, 3, 90, 5, PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)),
    "asvs": Profile("asvs", 15, 0, None, 0, PasswordHasher(time_cost=2, memory_cost=64 * 1024, parallelism=2)),
}


def profile() -> Profile:
    """The profile of this installation (CHENGXIN_PASSWORDS)."""
    return PROFILES[settings().passwords]


def hashed(password: str) -> str:
    """What is kept of a password."""
    return profile().hasher.hash(password)


def matches(kept: str, typed: str) -> bool:
    """Is this the password? As slow for no password at all ("") as for a wrong one."""
    try:
        return profile().hasher.verify(kept or _decoy(profile().name), typed[: LONGEST + 1]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """Was it kept with other parameters than those of today? Then it is hashed again at the next login."""
    return profile().hasher.check_needs_rehash(kept)


@lru_cache(maxsize=2)
def _decoy(name: str) -> str:
    return PROFILES[name].hasher.hash(secrets.token_urlsafe())


def worn_out(set_at: datetime | None, now: datetime) -> bool:
    """Has the password lasted as long as the profile allows?"""
    days = profile().days
    return days is not None and (set_at is None or now - set_at >= timedelta(days=days))


def once() -> str:
    """A first password (一次性密码) that is easily read out and never guessed."""
    while True:
        groups = ("".join(secrets.choice(_ONCE) for _ in range(_GROUP)) for _ in range(_GROUPS))
        made = "-".join(groups)
        if len(_kinds(made)) >= len("aA1-"):
            return made


def rules() -> tuple[str, ...]:
    """What a new password has to be, for the page on which it is chosen."""
    chosen = profile()
    lines = [f"不少于 {chosen.shortest} 个字符"]
    lines += [f"大写字母、小写字母、数字、符号中至少 {chosen.kinds} 种"] if chosen.kinds else []
    lines += [f"不能是最近 {chosen.earlier} 次用过的"] if chosen.earlier else []
    lines += [f"每 {chosen.days} 天更换一次"] if chosen.days else []
    return (*lines, "不能含有工号、姓名拼音、地名和本程序的名称，不能是常见的密码")


def check(password: str, words: Iterable[str], earlier: Iterable[str] = ()) -> None:
    """Raise Invalid for a password that is not good enough; `words` are the officer's own, `earlier` kept ones."""
    chosen = profile()
    if not chosen.shortest <= len(password) <= LONGEST:
        raise Invalid(f"新密码应有 {chosen.shortest} 至 {LONGEST} 个字符，现为 {len(password)} 个")
    if len(_kinds(password)) < chosen.kinds:
        raise Invalid(f"新密码应含有大写字母、小写字母、数字、符号中的至少 {chosen.kinds} 种")
    own = tuple(words)
    plain = _BETWEEN.sub("", password.casefold())
    bare = filter(None, (_BETWEEN.sub("", word) for word in own))
    if any(word in password.casefold() for word in own) or any(word in plain for word in bare):
        raise Invalid("新密码中不能含有工号、姓名或者其拼音、地名和本程序的名称")
    if zxcvbn(password[:_GUESSED], user_inputs=[*own, *_USUAL])["score"] < _SCORE:
        raise Invalid("这个密码太容易被猜到（常见密码、键盘顺序、重复的字符或者日期），请换一个")
    listed = settings().breached_passwords
    if listed is not None and breached.known(password, listed):
        raise Invalid("这个密码在别处泄露过，已经公开，请换一个")
    if any(matches(kept, password) for kept in earlier):
        raise Invalid(f"新密码不能是最近 {chosen.earlier} 次用过的" if chosen.earlier else "新密码不能与现用的密码相同")


def own_words(code: str, name: str, places: Iterable[str] = ()) -> tuple[str, ...]:
    """The words that an officer's password may not contain: 工号, name, its readings, the places, this program."""
    said = [code.casefold(), name, *_readings(name), *places, *_WORDS]
    said += [reading for place in places for reading in _readings(place)]
    return tuple(word for word in said if len(word) >= (_SHORT_WORD if word.isascii() else _SHORT_HAN))


def _readings(name: str) -> list[str]:
    """The name in pinyin, with every reading that its characters have."""
    letters = pinyin(name, style=Style.NORMAL, heteronym=True)
    return ["".join(one) for one, _ in zip(product(*letters), range(_READINGS), strict=False)]


def _kinds(password: str) -> set[str]:
    kinds = (("a", string.ascii_lowercase), ("A", string.ascii_uppercase), ("1", string.digits))
    return {next((kind for kind, of in kinds if one in of), "-") for one in password}


def kept_earlier(password: str, earlier: str) -> str:
    """The kept passwords of before, the last first, when `password` is about to be replaced."""
    known = [one for one in (password, *earlier.split("\n")) if one]
    return "\n".join(known[: max(profile().earlier, 1)])
