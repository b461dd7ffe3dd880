"""草稿 (drafts): what an officer has typed and not yet sent, kept encrypted on the server, under the form's own path.

A draft is nobody's record: it is seen by its own officer only, is dropped when the form is sent, and grows old.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlmodel import col, delete

from integrity.errors import Invalid
from integrity.records.accounts import Draft
from integrity.work import Work

OLD = timedelta(days=14)
LARGEST = 60_000
"""Characters of one draft."""
_NOT_KEPT = frozenset({"token", "key", "seen"})


class Kept(NamedTuple):
    """草稿 (draft) as it was kept."""

    values: Mapping[str, str]
    saved_at: datetime


def name_of(path: str, query: str = "") -> str:
    """Under which name the draft of a form is kept: its path, by a digest where it is long."""
    whole = f"{path}?{query}" if query else path
    return whole if len(whole) <= 160 else sha256(whole.encode("utf-8", "replace")).hexdigest()


def _context(officer: str, name: str) -> str:
    return f"draft|{officer}|{name}"


def save(work: Work, name: str, values: Mapping[str, str], base: int | None = None) -> datetime:
    """Keep what was typed so far (自动保存草稿). Raises Invalid when it is too long."""
    text = json.dumps({key: value for key, value in values.items() if key not in _NOT_KEPT}, ensure_ascii=False)
    if len(text) > LARGEST or len(name) > 160:
        raise Invalid("草稿过长，没有保存；请分次填写")
    cipher = work.vault.seal_bytes(text.encode(), _context(work.actor, name))
    kept = work.session.get(Draft, (work.actor, name))
    if kept is None:
        kept = Draft(officer=work.actor, form=name, key_id="", cipher=b"", saved_at=work.now)
    kept.key_id, kept.cipher, kept.base, kept.saved_at = work.vault.current, cipher, base, work.now
    work.session.add(kept)
    work.session.flush()
    return work.now


def find(work: Work, name: str) -> Kept | None:
    """The acting officer's draft of a form, unless it is old."""
    kept = work.session.get(Draft, (work.actor, name))
    if kept is None or kept.saved_at < work.now - OLD:
        return None
    text = work.vault.open_bytes(kept.key_id, kept.cipher, _context(work.actor, name))
    return Kept(json.loads(text), kept.saved_at)


def drop(work: Work, name: str) -> None:
    """Drop a draft: the form was sent, or the officer does not want it any more."""
    work.session.execute(delete(Draft).where(col(Draft.officer) == work.actor, col(Draft.form) == name))


def drop_old(work: Work) -> int:
    """Drop every draft that nobody has touched for a while; how many."""
    done = work.session.execute(delete(Draft).where(col(Draft.saved_at) < work.now - OLD))
    return int(done.rowcount)  # type: ignore[attr-defined]


def reseal(work: Work, kept: Draft) -> None:
    """Seal a draft again with the current key. Raises Invalid when it cannot be opened."""
    bound = _context(kept.officer, kept.form)
    kept.cipher = work.vault.seal_bytes(work.vault.open_bytes(kept.key_id, kept.cipher, bound), bound)
    kept.key_id = work.vault.current
    work.session.add(kept)
