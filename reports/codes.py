"""核验码图形 (modules of a check code): digits to a QR symbol of fixed version, level and mask, by table look-up.

With these fixed, every module is an affine function over GF(2) of the bits of the digits: the symbol is the exclusive
or of one picture for each group of three digits. The pictures are asked from segno once and kept in the asset folder.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import segno

from reports import fonts

DIGITS = {7: 293, 10: 513, 13: 796}
"""QR version → how many digits it holds at level M in numeric mode; only these lengths are printed."""
FAST = 7
"""The version with a table: that of nearly every paper. Its modules are 0.49 mm wide on a code of 24 mm."""
MASK = 3
_SHORT, _LONG = 3, 10
"""Digits in a group of the numeric mode, and its bits."""
_HALF = 5
"""Bits that one look-up takes: a table for all ten would fill 29 MB."""


@dataclass(frozen=True, slots=True)
class Modules:
    """码图 (modules): `side` of them a row, each row in whole bytes, the leftmost in the highest bit, 1 is dark."""

    side: int
    rows: bytes

    @property
    def stride(self) -> int:
        """Bytes of a row."""
        return (self.side + 7) // 8


def side(version: int) -> int:
    """边长 (side) of a version in modules."""
    return 17 + 4 * version


def modules(digits: str) -> Modules:
    """码图 (modules) of digits that fill a version exactly. `ValueError` for other lengths and other characters."""
    version = next((one for one, length in DIGITS.items() if length == len(digits)), None)
    if version is None or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a check code is 293, 513 or 796 digits")
    width = side(version)
    size = width * ((width + 7) // 8)
    picture = _looked_up(digits) if version == FAST else asked(digits, version)
    return Modules(width, picture.to_bytes(size, "big"))


def asked(digits: str, version: int) -> int:
    """The picture of digits as segno draws it: rows one after the other, as one number."""
    code = segno.make_qr(digits, error="m", version=version, mask=MASK, mode="numeric", boost_error=False)
    width = side(version)
    padding = "0" * (-width % 8)
    return int("".join("".join("1" if dark else "0" for dark in row) + padding for row in code.matrix), 2)


def _looked_up(digits: str) -> int:
    picture, tables = _table()
    at = 0
    for high, low in tables:
        value = int(digits[at : at + _SHORT])
        picture ^= high[value >> _HALF] ^ low[value & 31]
        at += _SHORT
    return picture


def _groups(length: int) -> list[tuple[int, int]]:
    """(digits, bits) of each group; two digits left over take seven bits, one takes four."""
    whole, rest = divmod(length, _SHORT)
    return [(_SHORT, _LONG)] * whole + ([(rest, 3 * rest + 1)] if rest else [])


@lru_cache(maxsize=1)
def _table() -> tuple[int, list[tuple[list[int], list[int]]]]:
    """The picture of zeros, and for every group what its high and its low bits change."""
    size = side(FAST) * ((side(FAST) + 7) // 8)
    kept = prepare().read_bytes()[32:]
    zero, *changes = (int.from_bytes(kept[at : at + size], "big") for at in range(0, len(kept), size))
    tables, at = [], 0
    for _, bits in _groups(DIGITS[FAST]):
        mine = changes[at : at + bits]
        at += bits
        tables.append((_sums(mine[_HALF:]), _sums(mine[:_HALF])))
    return zero, tables


def _sums(changes: list[int]) -> list[int]:
    """What every choice of these bits changes, by the number that they make."""
    sums = [0]
    for change in changes:
        sums += [one ^ change for one in sums]
    return sums


def prepare() -> Path:
    """备表 (make the table) unless it is there and whole: once a machine, about four seconds."""
    path = fonts.assets() / f"codes-{segno.__version__}-{FAST}-{MASK}.bin"
    with suppress(FileNotFoundError):
        kept = path.read_bytes()
        if hashlib.sha256(kept[32:]).digest() == kept[:32]:
            return path
    made = _made()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(hashlib.sha256(made).digest() + made)
    fresh.replace(path)
    return path


def _made() -> bytes:
    """Ask segno for the zeros and for each bit alone; what each changes, one after the other."""
    length, width = DIGITS[FAST], side(FAST)
    size = width * ((width + 7) // 8)
    zero, at, pictures = asked("0" * length, FAST), 0, []
    for count, bits in _groups(length):
        for bit in range(bits):
            digits = "0" * at + f"{1 << bit:0{count}}" + "0" * (length - at - count)
            pictures.append(asked(digits, FAST) ^ zero)
        at += count
    return b"".join(one.to_bytes(size, "big") for one in (zero, *pictures))
