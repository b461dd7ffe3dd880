"""对时 (clock synchronisation): does the kernel say that the machine's time is held against a source of time?"""

from __future__ import annotations

import ctypes
from typing import Final

_ROOM: Final = 512
"""Bytes for `struct timex`, which has about two hundred; all zero asks and changes nothing."""
_UNSYNCHRONISED: Final = 5
"""TIME_ERROR of adjtimex(2)."""


def synchronised() -> bool | None:
    """Whether it is (adjtimex(2)); None on a system that cannot say."""
    try:
        asked = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):
        return None
    state = int(asked(ctypes.create_string_buffer(_ROOM)))
    return None if state < 0 else state != _UNSYNCHRONISED
