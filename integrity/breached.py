"""泄露的密码 (breached passwords): is a password in a list of those that leaked elsewhere? Asked offline, of a file.

The file is what breach collections publish: one SHA-1 in hexadecimal a line, sorted, with or without `:count` after it.
It may have a thousand million lines: it is searched where it lies, never read as a whole.
"""

from __future__ import annotations

import mmap
from hashlib import sha1
from pathlib import Path
from typing import Final

from integrity.errors import Refused

_DIGEST: Final = 40
_HEX = frozenset(b"0123456789ABCDEF")


def known(password: str, listed: Path) -> bool:
    """Does the password stand in the list? Raises Refused where the list cannot be read or is no such list."""
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    try:
        with listed.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            return _found(lines, wanted)
    except (OSError, ValueError) as fault:
        raise Refused(
            "泄露密码清单读不出来，不能设置新密码，请系统管理员检查设置 CHENGXIN_BREACHED_PASSWORDS"
        ) from fault


def _found(lines: mmap.mmap, wanted: bytes) -> bool:
    """Search by halves: the line that begins at or before the middle decides. Raises ValueError for another file."""
    low, high = 0, len(lines)
    while low < high:
        begin = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = lines.find(b"\n", begin)
        end = high if end < 0 else end
        digest = lines[begin : begin + _DIGEST].upper()
        if len(digest) < _DIGEST or not _HEX.issuperset(digest):
            raise ValueError(begin)
        if digest == wanted:
            return True
        low, high = (end + 1, high) if digest < wanted else (low, begin)
    return False
