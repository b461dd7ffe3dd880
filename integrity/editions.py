"""政策版本 (editions): keep the whole text of every edition that was ever used, and read it again for a past day."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path

from sqlmodel import col, select

from integrity.errors import NotFound
from integrity.records.columns import moment_of
from integrity.records.office import PolicyEdition
from integrity.rules.policy import PACKS, Policy, load, load_texts, reexamine
from integrity.settings import Settings
from integrity.work import Work


def shipped(chosen: Settings) -> Policy:
    """The packs that come with the program and those of the office's own directory. Raises PolicyErrors."""
    own: tuple[Path, ...] = () if chosen.policies is None else (chosen.policies,)
    return load(PACKS, *own)


def register(work: Work, policy: Policy) -> bool:
    """Keep an edition, and put it in force from now on; True when it is new.

    The edition in force at a moment is the last one registered by then, so going back to an older text is a new row.
    """
    last = _last(work, None)
    if last is not None and last.edition == policy.edition:
        return False
    packed = zlib.compress(json.dumps(dict(policy.sources), ensure_ascii=False, sort_keys=True).encode(), 9)
    work.session.add(
        PolicyEdition(edition=policy.edition, registered_at=work.stamp(), registered_by=work.actor, sources=packed)
    )
    work.audit("启用政策版本", policy.edition[:12])
    return True


def in_force(work: Work, known_until: int | None = None) -> Policy:
    """The edition in force at a moment (µs), the first one for moments before any. Raises NotFound without one.

    The one of now meets the rules of now (PolicyErrors); one of a past moment is read as it was put in force.
    """
    row = _last(work, known_until)
    if row is None:
        raise NotFound("没有启用政策版本，请先运行 chengxin init")
    return _read(row.edition, row.sources, kept=known_until is not None)


def by_edition(work: Work, edition: str) -> Policy:
    """A kept edition by its id, as it was put in force. Raises NotFound when its text was altered."""
    row = work.session.exec(select(PolicyEdition).where(PolicyEdition.edition == edition)).first()
    if row is None:
        raise NotFound(f"没有政策版本 {edition}")
    return _read(row.edition, row.sources, kept=True)


def outgrown(row: PolicyEdition) -> list[str]:
    """What the rules of today would say to a kept edition: a word to whoever looks after the packs, no fault of it."""
    return [str(one) for one in reexamine(json.loads(zlib.decompress(row.sources)))]


def _last(work: Work, known_until: int | None) -> PolicyEdition | None:
    """One row: each holds the whole text of the packs."""
    at = col(PolicyEdition.registered_at)
    query = select(PolicyEdition).order_by(at.desc()).limit(1)
    if known_until is not None:
        query = query.where(at <= moment_of(known_until))
    first = select(PolicyEdition).order_by(at).limit(1)
    return work.session.exec(query).first() or work.session.exec(first).first()


@lru_cache(maxsize=8)
def _read(edition: str, sources: bytes, *, kept: bool) -> Policy:
    """An edition read once per process: its id is the digest of its text, so it can never go stale."""
    policy = load_texts(json.loads(zlib.decompress(sources)), kept=kept)
    if policy.edition != edition:
        raise NotFound(f"政策版本 {edition[:12]} 的文本已被改动")
    return policy
