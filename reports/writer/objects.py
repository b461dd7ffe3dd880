"""PDF 对象 (objects of a PDF): numbered, put into object streams, and listed at the end. ISO 32000-1, 7.5.

Most objects of a paper are short, so they are kept in compressed object streams; the list of all objects is written as
differences between neighbours, which are nearly always the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate, chain

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
TOGETHER = 200
"""Objects in one object stream; fewer than 256, so that the differences in the list stay the same."""
_SAME = bytes((2, 0, 0, 0, 0, 0, 0, 1))
"""A row of the list that differs from the one above by one place in the same object stream."""


def name(text: str) -> bytes:
    """文字串 (text string) of a PDF."""
    if text.isascii():
        return b"(%s)" % text.translate({40: r"\(", 41: r"\)", 92: r"\\"}).encode("ascii")
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode("ascii")


def reference(number: int) -> bytes:
    """引用 (reference) to an object."""
    return b"%d 0 R" % number


def references(numbers: Sequence[int]) -> bytes:
    """引用列 (references) to objects, one after the other."""
    return b"%d 0 R " * len(numbers) % tuple(numbers)


class Objects:
    """对象集 (the objects of one PDF). `level` is that of the compression."""

    def __init__(self, level: int) -> None:
        self.level = level
        self._parts: list[bytes] = [HEADER]
        self._size = len(HEADER)
        self._next = 1
        self._waiting: list[bytes] = []
        self._numbers: list[int] = []
        self._place = 0
        self._rows: list[tuple[int, int, int, int, int]] = [(0, 0, 0, 65535, 1)]

    def reserve(self, count: int = 1) -> int:
        """The first of `count` numbers, for objects that come later."""
        first, self._next = self._next, self._next + count
        return first

    def plain(self, body: bytes, number: int = 0) -> int:
        """An object that is no stream; its number."""
        number = number or self.reserve()
        self.plains((body,), number)
        return number

    def plains(self, bodies: Sequence[bytes], first: int) -> None:
        """Several objects, numbered from `first` on."""
        start = 0
        while start < len(bodies):
            if not self._waiting:
                self._place = self.reserve()
            some = bodies[start : start + TOGETHER - len(self._waiting)]
            number = first + start
            self._rows.append((number, 2, self._place, len(self._waiting), len(some)))
            self._numbers.extend(range(number, number + len(some)))
            self._waiting.extend(some)
            start += len(some)
            if len(self._waiting) == TOGETHER:
                self._pack()

    def stream(self, entries: bytes, data: bytes, number: int = 0) -> int:
        """A stream; its number."""
        number = number or self.reserve()
        self._rows.append((number, 1, self._size, 0, 1))
        made = b"%d 0 obj<<%s/Length %d>>stream\n%s\nendstream\nendobj\n" % (number, entries, len(data), data)
        self._parts.append(made)
        self._size += len(made)
        return number

    def deflated(self, entries: bytes, data: bytes) -> int:
        """A stream, compressed here; its number."""
        return self.stream(entries + b"/Filter/FlateDecode", zlib.compress(data, self.level))

    def _pack(self) -> None:
        """Write the waiting objects as one object stream. ISO 32000-1, 7.5.7."""
        if not self._waiting:
            return
        pairs = zip(self._numbers, accumulate(map(len, self._waiting), initial=0), strict=False)
        front = b"%d %d " * len(self._waiting) % tuple(chain.from_iterable(pairs))
        packed = zlib.compress(front + b"".join(self._waiting), self.level)
        entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(self._waiting), len(front))
        self.stream(entries, packed, self._place)
        self._numbers, self._waiting = [], []

    def finish(self, trailer: bytes) -> bytes:
        """成文件 (the whole PDF); `trailer` holds its entries Root, Info and ID."""
        self._pack()
        start, number = self._size, self.reserve()
        packed = zlib.compress(_listed([*self._rows, (number, 1, start, 0, 1)]), 6)
        entries = b"/Type/XRef/Size %d/W[1 4 2]/DecodeParms<</Predictor 12/Columns 7>>%s/Filter/FlateDecode"
        self.stream(entries % (number + 1, trailer), packed, number)
        return b"".join((*self._parts, b"startxref\n%d\n%%%%EOF\n" % start))


def _listed(rows: list[tuple[int, int, int, int, int]]) -> bytes:
    """The list of objects, each row less the one above it. ISO 32000-1, 7.5.8; RFC 2083, 6.4."""
    made: list[bytes] = []
    above = bytes(7)
    for _, kind, where, place, count in sorted(rows):
        row = b"%c%s%s" % (kind, where.to_bytes(4, "big"), place.to_bytes(2, "big"))
        made.append(b"\x02" + bytes([(one - other) & 255 for one, other in zip(row, above, strict=True)]))
        if count > 1:
            made.append(_SAME * (count - 1))
            row = row[:5] + (place + count - 1).to_bytes(2, "big")
        above = row
    return b"".join(made)
