"""断行与两端对齐 (line breaking and justification): greedy, at the places where Pango itself would break.

Which places those are is asked of Pango once for each short stretch of text and remembered. Between two ideographs one
may always break, so a stretch reaches from one ideograph to the next and its answer holds in every paragraph.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate, groupby

from weasyprint.text.line_break import get_log_attrs

from reports.justify import LARGEST
from reports.writer.sheet import CannotFollow, Words
from reports.writer.sorts import UNITS, Setting

LANGUAGE = "zh-CN"
LONGEST = 120
"""Characters without an ideograph between them; longer stretches are left to the engine."""
NEAR = 2
"""Pango units (1/1024 pixel) by which a character may seem not to fit and yet fit; left to the engine."""
_NUMBER = re.compile(r"[0-9A-Za-z*]+")
HANGING = " \u3000"
"""A blank at which a line ends takes no room."""


def _plain(character: str) -> bool:
    """An ideograph of the basic block, between two of which a line may always break."""
    return "\u4e00" <= character <= "\u9fff"


_DIGITS = str.maketrans("123456789", "000000000")


@lru_cache(maxsize=65536)
def _allowed(stretch: str, place: int) -> bool:
    """Asked of a stretch with other digits and other ideographs at its ends, which break alike (UAX #14: NU, ID)."""
    first, last = stretch[0], stretch[-1]
    inside = stretch[1:-1].translate(_DIGITS)
    return _asked(f"{_like(first)}{inside}{_like(last)}" if len(stretch) > 1 else stretch, place)


def _like(end: str) -> str:
    return "一" if _plain(end) else end.translate(_DIGITS)


@lru_cache(maxsize=65536)
def _asked(stretch: str, place: int) -> bool:
    if any(unicodedata.category(one).startswith("M") for one in stretch):
        raise CannotFollow("有组合附加符号")
    attributes = get_log_attrs(stretch, LANGUAGE)  # held by name: an element does not keep its array alive
    return bool(attributes[place].is_line_break)


def may_break(text: str, place: int) -> bool:
    """可否断行 (may a line end before character `place`?)"""
    left = place - 1
    while left > 0 and not _plain(text[left]):
        left -= 1
    right, last = place, len(text) - 1
    while right < last and not _plain(text[right]):
        right += 1
    if right - left > LONGEST:
        raise CannotFollow("没有汉字的文字太长")
    return _allowed(text[left : right + 1], place - left)


class Measured:
    """量过的文字 (text, measured): `total[i]` units before character i; where the face changes."""

    __slots__ = ("cuts", "faces", "setting", "text", "total")

    def __init__(self, text: str, setting: Setting) -> None:
        self.text, self.setting = text, setting
        self.total = list(accumulate(map(setting.widths.__getitem__, text), initial=0))
        faces = list(map(setting.faces.__getitem__, text))
        if not faces or faces.count(faces[0]) == len(faces):  # nearly always
            self.cuts, self.faces = [0, len(faces)], faces[:1]
            return
        self.cuts, self.faces = [0], []
        for face, run in groupby(faces):
            self.faces.append(face)
            self.cuts.append(self.cuts[-1] + len(list(run)))

    def width(self, start: int, end: int) -> float:
        """Pixels from character `start` to `end`."""
        return (self.total[end] - self.total[start]) / UNITS

    def words(
        self, span: tuple[int, int], place: tuple[float, float], stretch: float, grey: float
    ) -> tuple[Words, ...]:
        """分字面 (one stretch for each face) of the characters of a line that begins at `place`, its baseline."""
        (start, end), (x, y), setting = span, place, self.setting
        if len(self.faces) == 1:
            text = self.text[start:end]
            return (Words(x, y, self.faces[0], setting.size, setting.spacing + stretch, text, grey),) if text else ()
        return tuple(self._by_face(span, place, stretch, grey))

    def _by_face(
        self, span: tuple[int, int], place: tuple[float, float], stretch: float, grey: float
    ) -> Iterator[Words]:
        (start, end), (x, y) = span, place
        text, total, cuts, setting = self.text, self.total, self.cuts, self.setting
        size, spacing, origin = setting.size, setting.spacing + stretch, total[start]
        at = bisect_right(cuts, start) - 1
        first = start
        while first < end:
            last = min(cuts[at + 1], end)
            left = x + (total[first] - origin) / UNITS + stretch * (first - start)
            yield Words(left, y, self.faces[at], size, spacing, text[first:last], grey, first > start)
            first = last
            at += 1


def broken(measured: Measured, first: float, room: float, *, anywhere: bool) -> list[tuple[int, int]]:
    """断行 (break): start and end of each line; the first line is `first` wide, the others `room`.

    Where nothing allows a break, a number may end a line `anywhere`; else `CannotFollow` is raised. Of other text the
    engine looks again, from the broken place on, where it may break.
    """
    if first <= 0 or room <= 0:
        raise CannotFollow("没有可以写字的宽度")
    text, total = measured.text, measured.total
    length, start, width, found = len(text), 0, int(first * UNITS), []
    while True:
        end = bisect_right(total, total[start] + width) - 1
        if end >= length:
            found.append((start, length))
            return found
        if total[end + 1] - total[start] - width <= NEAR:
            raise CannotFollow("恰好满行")
        place = end + 1 if text[end] in HANGING else end
        while place > start and not (place < length and may_break(text, place)):
            place -= 1
        if place == start:
            if not anywhere or not _NUMBER.fullmatch(text, start, end + 1):
                raise CannotFollow("一行放不下，又没有可以断开的地方")
            place = max(end, start + 1)
        found.append((start, place))
        start, width = place, int(room * UNITS)


def aligned(measured: Measured, span: tuple[int, int], place: tuple[float, float], align: str) -> tuple[float, float]:
    """对齐 (align): where a line begins and the spacing that justification adds, in `place`: indent and room.

    Raises `CannotFollow`.
    """
    (start, end), (begin, room) = span, place
    slack = room - begin - measured.width(start, end)
    if align in ("start", "left"):
        return begin, 0.0
    if align == "justify":
        if " " in measured.text[start:end]:
            raise CannotFollow("两端对齐的行中有空格")
        gap = (slack + measured.setting.spacing) / max(1, end - start - 1)  # no spacing follows the last character
        return begin, gap if 0.01 < gap <= LARGEST * measured.setting.size else 0.0
    if begin or " " in measured.text:
        raise CannotFollow("居中或者右对齐的段落不应缩进，也不应有空格")
    return (slack / 2 if align == "center" else slack), 0.0
