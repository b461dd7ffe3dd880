"""待登记的名单 (sheets that wait): a filled recheck list that was sent, and what became of its rows so far."""

from __future__ import annotations

import json
import re
from typing import Any

from integrity import uploads
from integrity.uploads import Whose
from integrity.work import Work

SHEET, MARKED, _TOLD = "sheet", "marked", "told"
"""Parts of what is kept: the file as sent, the same with the column 错误, what became of it (JSON)."""
_NAME = re.compile(r"[^\w.（）()《》、\- ]+")
_LONGEST = 80


def put(work: Work, token: str, part: str, content: bytes) -> None:
    """Keep a part of a sheet for the acting officer."""
    uploads.put(_whose(work), token, part, content)


def get(work: Work, token: str, part: str) -> bytes:
    """A part as the acting officer put it. Raises NotFound."""
    return uploads.get(_whose(work), token, part)


def told(work: Work, token: str) -> dict[str, Any]:
    """What became of the sheet so far. Raises NotFound."""
    found: dict[str, Any] = json.loads(get(work, token, _TOLD))
    return found


def tell(work: Work, token: str, said: dict[str, Any]) -> None:
    """Keep what became of it."""
    put(work, token, _TOLD, json.dumps(said, ensure_ascii=False).encode())


def plain_name(name: str) -> str:
    """The name of a workbook without folders and without characters that mean something to a computer."""
    last = _NAME.sub("", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem = last.rpartition(".")[0] or last or "名单"
    return f"{stem[:_LONGEST]}.xlsx"


def _whose(work: Work) -> Whose:
    return Whose(work.vault, work.actor, work.now)
