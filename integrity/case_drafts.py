"""文书样稿 (drafts of papers): what a step would issue, to be read before it is taken; the step itself is taken back.

The step is taken in earnest, with every question that the rules ask, and nothing of it is kept: no number, no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from integrity import printing
from integrity.cases import Taken
from integrity.errors import Refused
from integrity.work import Office, Work
from reports.press import Item


class _TakenBack(Exception):
    """It was tried only."""


def drafted(office: Office, actor: str, step: Callable[[Work], Taken]) -> bytes:
    """The papers of a step as one PDF. Raises whatever stops the step; Refused where it issues no paper."""
    items = tried(office, actor, lambda work: [printing.to_draft(work, one) for one in step(work).papers])
    if not items:
        raise Refused("这一步不制发文书，没有样稿")
    return printing.drafted(items)


def tried(office: Office, actor: str, made: Callable[[Work], Iterable[Item]]) -> list[Item]:
    """What a piece of work would print; the work itself is taken back. Raises whatever stops it."""
    items: list[Item] = []
    with suppress(_TakenBack), office.work(actor) as work:
        items += made(work)
        raise _TakenBack
    return items
