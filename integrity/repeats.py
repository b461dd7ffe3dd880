"""重复的请求 (repeated requests): the same request sent again makes nothing twice and is answered as the first time.

The key is claimed before anything is looked at: of several equal requests at once one goes on, and the others wait for
it. What failed has left no claim behind and can be sent again under the same key.
"""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import text, update
from sqlmodel import col

from integrity.errors import Conflict, Invalid
from integrity.records.access import ApiRequest
from integrity.records.columns import micros
from integrity.work import Work

LONGEST = 200
_PURPOSE = "api_request"


def claim(work: Work, key: str, request: str) -> str:
    """Take a key of the acting officer for this request; the result that it had before, or "" when it is new.

    Raises Invalid for no key, Conflict when the key stands for another request.
    """
    if not key.strip() or len(key) > LONGEST:
        raise Invalid(f"请在请求头 Idempotency-Key 中写明这次请求的编号（1 至 {LONGEST} 个字符，每次办理各不相同）")
    asked = work.vault.blind(_PURPOSE, request)
    row = {"officer": work.actor, "key": _digest(key), "request": asked, "at": micros(work.now)}
    statement = text(
        "INSERT INTO api_request (officer, key_sha256, request, result, recorded_at) "
        "VALUES (:officer, :key, :request, '', :at) ON CONFLICT (officer, key_sha256) DO NOTHING RETURNING key_sha256"
    )
    if work.session.execute(statement, row).first() is not None:
        return ""
    known = work.session.get_one(ApiRequest, (work.actor, _digest(key)))
    if known.request != asked:
        raise Conflict("这个 Idempotency-Key 已用于另一项请求，请换一个编号")
    return known.result


def settle(work: Work, key: str, result: str) -> None:
    """Write down what the claimed request has made."""
    mine = (col(ApiRequest.officer) == work.actor, col(ApiRequest.key_sha256) == _digest(key))
    work.session.execute(update(ApiRequest).where(*mine).values(result=result))


def _digest(key: str) -> str:
    return sha256(key.encode("utf-8", "replace")).hexdigest()
