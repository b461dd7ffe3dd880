"""待登记的表 (sheets that wait): a workbook that was sent, between its dry run and the officer's word; sealed.

Only the officer who sent it opens it again. It lies in the clear in memory alone, while the reading process reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe
from tempfile import TemporaryDirectory
from typing import Any

from integrity.errors import Invalid, NotFound
from integrity.files import write_file
from integrity.settings import settings
from integrity.work import Work

LIFE = timedelta(hours=2)
SHEET, MARKED, TOLD = "sheet", "marked", "told"
"""Parts of what is kept: the file as sent, the same with the column 错误, what became of it (JSON)."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_NAME = re.compile(r"[^\w.（）()《》、\- ]+")
_MEMORY = Path("/dev/shm")
_LONGEST = 80


def new() -> str:
    """A token under which a sheet is kept; nobody can guess it."""
    return token_urlsafe(16)


def put(work: Work, token: str, part: str, content: bytes) -> None:
    """Keep a part of a sheet, sealed for the acting officer; what is old of anybody's goes."""
    _drop_old(work.now)
    sealed = work.vault.seal_bytes(content, _context(work, token, part))
    head = f"{int(work.now.timestamp())} {work.vault.current}\n".encode()
    write_file(_file(token, part), head + sealed)


def get(work: Work, token: str, part: str) -> bytes:
    """A part as it was put by the acting officer. Raises NotFound for another's, for an old one, for none."""
    path = _file(token, part) if _TOKEN.fullmatch(token) else None
    if path is None or not path.is_file() or _old(path, work.now):
        raise NotFound("没有这份待登记的表，或者已经超过两小时；请重新上传")
    head, _, sealed = path.read_bytes().partition(b"\n")
    try:
        return work.vault.open_bytes(head.decode().partition(" ")[2], sealed, _context(work, token, part))
    except (Invalid, ValueError):
        raise NotFound("没有这份待登记的表，或者已经超过两小时；请重新上传") from None


def told(work: Work, token: str) -> dict[str, Any]:
    """What became of the sheet so far. Raises NotFound."""
    found: dict[str, Any] = json.loads(get(work, token, TOLD))
    return found


def tell(work: Work, token: str, said: dict[str, Any]) -> None:
    """Keep what became of it."""
    put(work, token, TOLD, json.dumps(said, ensure_ascii=False).encode())


@contextmanager
def opened(content: bytes, name: str) -> Iterator[Path]:
    """The sheet as a file for the reading process, in memory, under a name of which nothing can be made."""
    with TemporaryDirectory(prefix="chengxin-sheet-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        path = Path(folder) / plain_name(name)
        path.write_bytes(content)
        yield path


def plain_name(name: str) -> str:
    """The name of a workbook without folders and without characters that mean something to a computer."""
    last = _NAME.sub("", name.replace("\\", "/").rpartition("/")[2]).strip(". ")
    stem = last.rpartition(".")[0] or last or "名单"
    return f"{stem[:_LONGEST]}.xlsx"


def _file(token: str, part: str) -> Path:
    return settings().home / "sheets" / f"{token}.{part}"


def _context(work: Work, token: str, part: str) -> str:
    return f"sheet|{work.actor}|{token}|{part}"


def _old(path: Path, now: datetime) -> bool:
    with path.open("rb") as file:
        since = file.readline(_LONGEST).partition(b" ")[0]
    return not since.isdigit() or int(since) < (now - LIFE).timestamp()


def _drop_old(now: datetime) -> None:
    folder = settings().home / "sheets"
    for path in folder.glob("*.*") if folder.is_dir() else ():
        if _old(path, now):
            path.unlink(missing_ok=True)
