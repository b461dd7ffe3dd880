"""文件落盘 (files on disk): a file stands in its place whole or not at all, whenever the process dies."""

from __future__ import annotations

import glob
import hashlib
import os
from pathlib import Path

from integrity.errors import Conflict


def _sweep(path: Path) -> None:
    """Take away what a process that died while writing this file has left beside it."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        pid = left.suffix[1:]
        if pid.isdigit() and int(pid) != os.getpid() and not _alive(int(pid)):
            left.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    """Is there a process of this number?"""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_once(path: Path, data: bytes) -> None:
    """`write_file` for what may be out of the house already: no file of other bytes is replaced. Raises Conflict."""
    if path.exists() and path.read_bytes() != data:
        raise Conflict(f"{path} 已有另一份文件，内容不同，没有覆盖；请先核对它是不是已经送出，另存到别处以后再试")
    write_file(path, data)


def write_file(path: Path, data: bytes) -> None:
    """Put a file in its place whole or not at all: temporary file, flush to disk, rename, flush of the directory."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    settle(path.parent)


def settle(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk, not only on their way."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece. Raises FileNotFoundError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
