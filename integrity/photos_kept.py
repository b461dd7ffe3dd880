"""留住的照片 (photographs kept): of a form that was refused, for two hours: nobody takes them at the door twice."""

from __future__ import annotations

import json

from integrity import uploads
from integrity.errors import NotFound
from integrity.uploads import Whose
from integrity.work import Work

Photo = tuple[str, bytes]
"""名称和内容 (a file as it was sent): its name, its bytes."""
_NAMES = "names"


def keep(work: Work, photos: list[Photo]) -> str:
    """Keep photographs, sealed for their officer; the one-time number under which they are found again."""
    token, whose = uploads.new(), _whose(work)
    for n, (_, content) in enumerate(photos):
        uploads.put(whose, token, f"p{n}", content)
    uploads.put(whose, token, _NAMES, json.dumps([name for name, _ in photos]).encode())
    return token


def names(work: Work, token: str) -> list[str]:
    """What is kept under a number, by name; [] alike for another's, for what is over, for none."""
    try:
        return list(map(str, json.loads(uploads.get(_whose(work), token, _NAMES))))
    except NotFound:
        return []


def photos(work: Work, token: str) -> list[Photo]:
    """The photographs that are kept under a number, none under "". Raises NotFound where they are gone."""
    if not token:
        return []
    whose = _whose(work)
    listed = json.loads(uploads.get(whose, token, _NAMES))
    return [(str(name), uploads.get(whose, token, f"p{n}")) for n, name in enumerate(listed)]


def _whose(work: Work) -> Whose:
    return Whose(work.vault, work.actor, work.now)
