"""留住的照片 (photographs kept): of a form that was refused, for two hours: nobody takes them at the door twice."""

from __future__ import annotations

import json
from collections.abc import Mapping

from integrity import uploads
from integrity.uploads import Whose
from integrity.work import Work

Photo = tuple[str, bytes]
"""名称和内容 (a file as it was sent): its name, its bytes."""
_NAMES = "names"


def keep(work: Work, photos: Mapping[str, list[Photo]]) -> str:
    """Keep photographs by field, sealed for their officer; the one-time number under which they are found again."""
    token, whose = uploads.new(), _whose(work)
    for field, several in photos.items():
        for n, (_, content) in enumerate(several):
            uploads.put(whose, token, f"{field}{n}", content)
    names = {field: [name for name, _ in several] for field, several in photos.items()}
    uploads.put(whose, token, _NAMES, json.dumps(names).encode())
    return token


def photos(work: Work, token: str) -> dict[str, list[Photo]]:
    """The photographs that are kept under a number, by field. Raises NotFound for another's and for old ones."""
    whose = _whose(work)
    listed: dict[str, list[str]] = json.loads(uploads.get(whose, token, _NAMES))
    return {
        field: [(name, uploads.get(whose, token, f"{field}{n}")) for n, name in enumerate(names)]
        for field, names in listed.items()
    }


def _whose(work: Work) -> Whose:
    return Whose(work.vault, work.actor, work.now)
