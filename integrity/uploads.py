"""暂存的上传 (uploads): a file between its check and the officer's word: sealed, his alone, gone after two hours.

What an officer sends is never plain on a disk: the child process that reads it gets it out of memory.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from integrity.errors import Invalid, NotFound
from integrity.files import write_file
from integrity.settings import settings
from integrity.vault import Vault

LIVES = timedelta(hours=2)
_TOKEN = re.compile(r"[0-9a-f]{32}")
_HEAD = 80


class Whose(NamedTuple):
    """谁的上传 (whose upload): the officer who sent it, with the keys and the moment of his work."""

    vault: Vault
    actor: str
    now: datetime


def new() -> str:
    """A name under which an upload is kept; nobody can guess it."""
    return secrets.token_hex(16)


def put(whose: Whose, token: str, part: str, content: bytes) -> None:
    """Keep a part of an upload, sealed for its officer; what is old of anybody's goes."""
    sweep(whose.now)
    sealed = whose.vault.seal_bytes(content, _context(whose, token, part))
    head = f"{int(whose.now.timestamp())} {whose.vault.current}\n".encode()
    write_file(_place(token, part), head + sealed)


def get(whose: Whose, token: str, part: str) -> bytes:
    """A part as its officer put it. Raises NotFound alike for another's, for an old one, for none."""
    path = _place(token, part) if _TOKEN.fullmatch(token) else None
    if path is None or not path.is_file() or _old(path, whose.now):
        raise _gone()
    head, _, sealed = path.read_bytes().partition(b"\n")
    try:
        return whose.vault.open_bytes(head.decode().partition(" ")[2], sealed, _context(whose, token, part))
    except (Invalid, ValueError):
        raise _gone() from None


def drop(token: str) -> None:
    """Take an upload away: it was done with."""
    for path in _folder().glob(f"{token}.*") if _TOKEN.fullmatch(token) else ():
        path.unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Take away every upload whose time is over; how many parts."""
    gone = 0
    for path in sorted(_folder().glob("*.*")) if _folder().is_dir() else ():
        if _old(path, now):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


@contextmanager
def readable(name: str, content: bytes) -> Iterator[Path]:
    """A path under which the child process reads the file out of this process's memory, under its own name."""
    with TemporaryDirectory(prefix="chengxin-") as folder:
        handle = os.memfd_create("upload", os.MFD_CLOEXEC)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
            path = Path(folder) / name
            path.symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
            yield path
        finally:
            os.close(handle)


def _gone() -> NotFound:
    return NotFound("没有这个文件：已经办理，或者保存超过 2 小时；请重新上传")


def _folder() -> Path:
    return settings().home / "uploads"


def _place(token: str, part: str) -> Path:
    return _folder() / f"{token}.{part}"


def _context(whose: Whose, token: str, part: str) -> str:
    return f"upload|{whose.actor}|{token}|{part}"


def _old(path: Path, now: datetime) -> bool:
    """Was it put two hours ago or more? One that goes meanwhile is."""
    try:
        with path.open("rb") as file:
            since = file.readline(_HEAD).partition(b" ")[0]
    except FileNotFoundError:
        return True
    return not since.isdigit() or int(since) <= (now - LIVES).timestamp()
