"""核验资料 (verification list): what is needed to verify codes without us: public keys, papers that hold no more.

It is itself signed. Only who holds a paper's code finds that paper in it: it stands under a digest of the code's
signature, and by which paper it was replaced is written under a key out of the same signature. So the list tells nobody
who was served what, nor which numbers were withdrawn.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256, sha512

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlmodel import col, select

from integrity.errors import Invalid, Refused
from integrity.records.columns import SHANGHAI
from integrity.records.seals import PaperCode, PaperEnd, SealKey
from integrity.rules import check_code
from integrity.vault import public_key
from integrity.work import Work

KIND = "诚信救助核验资料"
PURPOSE = b"chengxin check list 1\0"
MARK_BYTES = 12
"""Of a digest: enough that no made-up code meets one of millions."""
_WORD = 512
_R = 32
"""The first half of a signature: the second can be written in more ways than one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """失效情况 (how a paper ended): on which day, replaced by which paper ("" withdrawn), and why."""

    on: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class ListedKey:
    """公钥 (public key): `until` is the last day of its use; `genuine` what counts of a lost key, None for others."""

    public: bytes
    since: str
    until: str
    lost_on: str
    genuine: frozenset[bytes] | None


@dataclass(frozen=True, slots=True)
class SealList:
    """核验资料 (verification list): as read, its own signature checked. `signer` is the fingerprint to compare."""

    made_at: str
    keys: Mapping[str, ListedKey]
    ended: Mapping[str, str]
    signer: str


def mark(signature: bytes) -> bytes:
    """Under what a paper stands in a list."""
    return sha512(b"chengxin mark 1\0" + signature[:_R]).digest()[:MARK_BYTES]


def _stream(signature: bytes) -> bytes:
    """Bytes that only the holder of a code can make."""
    seed = b"chengxin word 1\0" + signature[:_R]
    return b"".join(sha512(seed + bytes([n])).digest() for n in range(_WORD // 64))


def _covered(signature: bytes, plain: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(plain.ljust(_WORD), _stream(signature), strict=True))


def word(signature: bytes, ended: Ended) -> str:
    """How a paper ended, for who holds its code; all are equally long."""
    plain = json.dumps(asdict(ended), ensure_ascii=False).encode()
    return base64.b64encode(_covered(signature, plain)).decode()


def told(signature: bytes, covered: str) -> Ended:
    """What `word` has covered. Raises Invalid."""
    try:
        return Ended(**json.loads(_covered(signature, base64.b64decode(covered))))
    except (TypeError, ValueError):
        raise Invalid("核验资料中的失效记录已损坏") from None


def fingerprint(public: bytes) -> str:
    """公钥指纹 (fingerprint of a key), to be compared by eye: sixteen hexadecimal digits in groups."""
    digest = sha256(public).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def known(work: Work) -> SealList:
    """What a list made now would say."""
    keys = {
        one.id: ListedKey(
            bytes.fromhex(one.public_key), str(one.since), str(one.until or ""), str(one.lost_on or ""),
            _genuine(work, one.id) if one.lost_on else None,
        )
        for one in work.session.exec(select(SealKey).order_by(col(SealKey.id)))
    }  # fmt: skip
    ended = {}
    query = select(PaperEnd, PaperCode.code).join(PaperCode, col(PaperCode.number) == col(PaperEnd.number))
    for row, code in work.session.exec(query):
        _, _, signature = check_code.opened(code)
        ended[mark(signature).hex()] = word(signature, Ended(str(row.ended_on), row.by_number, row.reason))
    current = work.vault.signing.get(work.vault.signs)
    signer = fingerprint(public_key(current)) if current else ""
    return SealList(work.now.astimezone(SHANGHAI).isoformat(timespec="seconds"), keys, ended, signer)


def _genuine(work: Work, key: str) -> frozenset[bytes]:
    """The papers on record that a key signed."""
    codes = work.session.exec(select(PaperCode.code).where(PaperCode.key_id == key))
    return frozenset(mark(check_code.opened(code)[2]) for code in codes)


def published(work: Work) -> bytes:
    """`verification.json`, signed with the current key. Raises Refused before a first paper was signed."""
    seed = work.vault.signing.get(work.vault.signs)
    made = known(work)
    if seed is None or work.vault.signs not in made.keys:
        raise Refused("还没有签发过核验码，没有可以公布的核验资料")
    text = json.dumps(
        {
            "kind": KIND, "version": 1, "made_at": made.made_at,
            "keys": [_listed(name, one) for name, one in made.keys.items()],
            "ended": [{"mark": name, "word": made.ended[name]} for name in sorted(made.ended)],
        },
        ensure_ascii=False,
    )  # fmt: skip
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(PURPOSE + text.encode())
    whole = {"text": text, "key": work.vault.signs, "signature": signature.hex()}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _listed(name: str, key: ListedKey) -> dict[str, str | None]:
    genuine = None if key.genuine is None else base64.b64encode(b"".join(sorted(key.genuine))).decode()
    return {
        "id": name, "public": key.public.hex(), "since": key.since, "until": key.until, "lost_on": key.lost_on,
        "genuine": genuine,
    }  # fmt: skip


def read(content: bytes, *, signer: str = "") -> SealList:
    """A published list. Raises Invalid when altered, or not signed by the key whose fingerprint is `signer`."""
    try:
        whole = json.loads(content)
        text = json.loads(whole["text"])
        keys = {one["id"]: _key(one) for one in text["keys"]}
        own = keys[whole["key"]]
        Ed25519PublicKey.from_public_bytes(own.public).verify(
            bytes.fromhex(whole["signature"]), PURPOSE + whole["text"].encode()
        )
        if text["kind"] != KIND or own.until or own.lost_on:
            raise Invalid("核验资料不是用现用密钥签发的，不能使用")
        datetime.fromisoformat(text["made_at"])
        ended = {one["mark"]: str(one["word"]) for one in text["ended"]}
    except (AttributeError, InvalidSignature, KeyError, RecursionError, TypeError, ValueError):
        raise Invalid("核验资料已损坏或者被改动，请从本机关重新取得") from None
    mine = fingerprint(own.public)
    if signer and signer.replace(" ", "").lower() != mine.replace(" ", ""):
        raise Invalid(f"核验资料由指纹为 {mine} 的密钥签发，不是所要求的 {signer}")
    return SealList(text["made_at"], keys, ended, mine)


def _key(told_: dict[str, str]) -> ListedKey:
    """One key. Raises ValueError for days or bytes that are none."""
    for name in ("since", "until", "lost_on"):
        if told_[name]:
            date.fromisoformat(told_[name])
    public = bytes.fromhex(told_["public"])
    if told_["genuine"] is None:
        return ListedKey(public, told_["since"], told_["until"], told_["lost_on"], None)
    marks = base64.b64decode(told_["genuine"], validate=True)
    genuine = frozenset(marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES))
    return ListedKey(public, told_["since"], told_["until"], told_["lost_on"], genuine)
