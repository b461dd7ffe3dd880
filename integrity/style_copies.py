"""留存的内置样式的备份 (kept editions in a backup): a paper is printed again in the templates of its original.

A kept file bears its SHA-256 in its name, so that each copy proves itself. Coming back, what is there already stays;
what was altered is moved aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from integrity.errors import Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.print_styles import NAME
from integrity.regional_copies import put_back

FOLDER = "styles"


def keep(styles: Path, scratch: Path) -> tuple[str, ...]:
    """Copy the kept files into a backup that is being made; their names. Raises Refused for an altered one."""
    found = []
    for path in sorted(styles.glob("*")):
        if not NAME.fullmatch(path.name) or path.is_symlink() or not path.is_file():
            continue
        content = path.read_bytes()
        if not _whole(path.name, content):
            raise Refused(f"留存的样式 {path} 已被改动，请从以前的备份找回；找不回的移到别处，再备份一次")
        write_file(scratch / FOLDER / path.name, content)
        found.append(path.name)
    return tuple(found)


def _whole(name: str, content: bytes) -> bool:
    return sha256(content).hexdigest() == name[:64]


def check(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    """The kept files of a backup by name. Raises NotFound for a missing one, Invalid for one that was altered."""
    return {name: _read(folder / FOLDER, name) for name in names}


def _read(folder: Path, name: str) -> bytes:
    if not NAME.fullmatch(name):
        raise Invalid(f"备份清单中留存样式的文件名“{name}”不是 SHA-256")
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"{folder.parent} 不是完整的备份：缺少 {FOLDER}/{name}") from None
    if not _whole(name, content):
        raise Invalid(f"备份中的样式 {folder / name} 与清单不符（被改动或损坏），不能用来恢复")
    return content


def bring_back(styles: Path, kept: dict[str, bytes]) -> None:
    """Put the kept files of a backup back where the office keeps them; nothing is written over."""
    for name, content in kept.items():
        put_back(styles / name, content)
