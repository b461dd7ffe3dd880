"""叠印检查 (overprinting): no text may lie on other text, on the check code, or beside the paper.

Asked of what the compiled writer leaves to the engine, and of every form of a region's own.
"""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

from reports.writer.sheet import Page, Sheets, Words
from reports.writer.sorts import sort

ABOVE, BELOW = 0.7, 0.05
"""Shares of the size that a character surely covers above and below its baseline."""
SLACK = 1.0
"""Pixels by which two may touch."""


class _Area(NamedTuple):
    said: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Area) -> bool:
        """Do the two overlap?"""
        across = self.left < other.right - SLACK and other.left < self.right - SLACK
        return across and self.top < other.bottom - SLACK and other.top < self.bottom - SLACK


def _words(words: Words, x: float, y: float) -> _Area:
    face = sort(words.face)
    units = sum(face.width(face.glyphs[ord(one)]) for one in words.text)
    left, line = words.x + x, words.y + y
    right = left + units * words.size / face.em + words.spacing * len(words.text)
    return _Area(words.text, left, line - ABOVE * words.size, right, line + BELOW * words.size)


def _areas(page: Page) -> list[_Area]:
    found = []
    for placed in page.leaves:
        leaf, x, y = placed
        found += [_words(one, x, y) for one in leaf.words() if one.text.strip() and not one.grey]
        found += [
            _Area(one.alt, one.x + x, one.y + y, one.x + x + one.size, one.y + y + one.size) for one in leaf.images
        ]
    return found


def overprinted(sheets: Sheets) -> str:
    """叠印之处 (what lies on what), in words; "" when nothing does. The grey word in the seal place does not count."""
    for number, page in enumerate(sheets.pages, 1):
        areas = _areas(page)
        for one in areas:
            if min(one.left, one.top) < 0 or one.right > sheets.width or one.bottom > sheets.height:
                return f"第 {number} 页“{one.said[:12]}”印到纸外"
        for one, other in combinations(areas, 2):
            if one.meets(other):
                return f"第 {number} 页“{one.said[:12]}”与“{other.said[:12]}”叠印"
    return ""
