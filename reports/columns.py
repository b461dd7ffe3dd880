"""列宽 (widths of columns): by their shares, but no number, day or code is cut in two where there is room for it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.writer.lines import Measured
from reports.writer.sorts import setting

EDGES, WIDEST = 2.6, 0.2
"""The edges of a cell (mm), and the share of the whole beyond which no column is widened."""
_FACES = ("Press Song", "Press Rare A", "Press Rare B", "Press Rare C")
_WORD = re.compile(r"[（〔“]?[!-~]+[）〕”、，。；]?")
"""What is not to be cut: figures, Latin letters, the marks between them and those that cling to them."""


def fitted(shares: Sequence[int], rows: Sequence[Sequence[str]], room: float, size: float) -> list[float]:
    """列宽 (widths in mm) of columns that share `room`, in type of `size` points.

    What a column needs beyond its share is taken from those that have more than they need.
    """
    plain = [room * share / sum(shares) for share in shares]
    needs = [min(_need(place, rows, size), WIDEST * room) for place in range(len(shares))]
    spare = [max(width - need, 0.0) for width, need in zip(plain, needs, strict=True)]
    lack = [max(need - width, 0.0) for width, need in zip(plain, needs, strict=True)]
    moved = min(sum(spare), sum(lack))
    if not moved:
        return plain
    give, take = moved / sum(spare), moved / sum(lack)
    return [width - give * more + take * less for width, more, less in zip(plain, spare, lack, strict=True)]


def _need(place: int, rows: Sequence[Sequence[str]], size: float) -> float:
    words = {word for row in rows for word in _WORD.findall(row[place])}
    return max((_long(word, size) for word in words), default=0.0) + EDGES


def _long(word: str, size: float) -> float:
    """How long a word is on paper, in mm."""
    measured = Measured(word, setting(_FACES, 400, size / 0.75, 0.0))
    return measured.width(0, len(word)) * 25.4 / 96
