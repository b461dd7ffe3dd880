"""分页 (pages): blocks one below the other, margins drawn together, pages broken where the style sheet allows it.

A break is taken at the last allowed place before the overflow, as the layout engine takes it: never inside a block that
must stay together, never after a heading, never leaving fewer lines than `orphans` or taking fewer than `widows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

from reports.writer.blocks import Text
from reports.writer.sheet import CannotFollow, Leaf, Piece, Placed, moved
from reports.writer.styles import Style
from reports.writer.tables import Table

NEAR = 0.02
"""Pixels; a page that is full to within this is left to the layout engine."""


@dataclass(slots=True)
class Paragraph:
    """段落 (paragraph, set): its lines; leaves are made for the lines that stand together on a page."""

    role: str
    style: Style
    text: Text
    leaves: dict[tuple[int, int], Leaf] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of lines."""
        return len(self.text.words)

    def height(self, first: int, last: int) -> float:
        """Height of lines `first` to `last`."""
        return self.text.tops[last] - self.text.tops[first]

    def leaf(self, first: int, last: int) -> Leaf:
        """版块 (leaf) of some of the lines."""
        found = self.leaves.get((first, last))
        if found is None:
            found = self.leaves[first, last] = leaf_of(self.role, self.text, first, last)
        return found

    def last_break(self, first: int, most: int) -> int:
        """The last place for a break that leaves at most `most` lines from `first` on; `first` when there is none."""
        if self.style.inside == "avoid":
            return first
        best = min(first + most, self.count - self.style.widows)
        return best if best - first >= self.style.orphans else first


@dataclass(slots=True)
class Rows:
    """表格块 (a table in the flow)."""

    table: Table

    @property
    def count(self) -> int:
        """Number of rows."""
        return self.table.count

    def height(self, first: int, last: int) -> float:
        """Height of rows `first` to `last`, repeated head and lines included."""
        return self.table.height(first, last)

    def leaf(self, first: int, last: int) -> Leaf:
        """版块 (leaf) of some of the rows."""
        return self.table.leaf(first, last)

    def last_break(self, first: int, most: int) -> int:
        """Between any two rows, but not right after the head."""
        best = min(first + most, self.count - 1)
        return best if best > max(first, self.table.head) else first


@dataclass(slots=True)
class Solid:
    """整块 (a block in one piece), of several leaves at their places in it."""

    tall: float
    parts: tuple[Placed, ...]

    @property
    def count(self) -> int:
        """One piece."""
        return 1

    def height(self, first: int, last: int) -> float:
        """Its height."""
        return self.tall if last > first else 0.0

    def last_break(self, first: int, most: int) -> int:
        """Nowhere."""
        return first


Block = Paragraph | Rows | Solid


class Item(NamedTuple):
    """流中块 (an item of the flow): `gap` above it where it does not begin a page, `many` lines, `tall` together.

    A break `before` it is 0 allowed, 1 to be avoided, 2 wanted; `whole` items are never cut.
    """

    block: Block
    x: float
    gap: float
    before: int
    whole: bool
    tall: float
    many: int


def leaf_of(role: str, text: Text, first: int, last: int) -> Leaf:
    """版块 (leaf) of lines `first` to `last` of a text, its origin at the first of them."""
    top = text.tops[first]
    words = tuple(chain.from_iterable(text.words[first:last]))
    bars = tuple(chain.from_iterable(text.bars[first:last]))
    if top:
        words = tuple([moved(one, 0.0, -top) for one in words])
        bars = tuple([one._replace(y=one.y - top) for one in bars])
    return Leaf(role, text.tops[last] - top, (Piece(role, words),), bars)


Part = tuple[Item, int, int, float]
"""Item, first line, line after the last, and how far down the page."""


def paged(items: Sequence[Item], height: float) -> list[list[Part]]:
    """分页 (break into pages) of the given height. Raises `CannotFollow` when no allowed place is left."""
    pages: list[list[Part]] = []
    start, line = 0, 0
    while start < len(items):
        index, cut, placed = _fill(items, (start, line), height, first=not pages)
        pages.append(placed)
        if (index, cut) == (start, line):
            raise CannotFollow("一页放不下")
        start, line = index, cut
    return pages


def leaves(parts: Sequence[Part], left: float, top: float) -> list[Placed]:
    """就位 (place) the parts of a page whose text begins at `left` and `top`."""
    made = []
    for item, first, last, y in parts:
        block = item.block
        if isinstance(block, Solid):
            made += [Placed(one.leaf, left + item.x + one.x, top + y + one.y) for one in block.parts]
        else:
            made.append(Placed(block.leaf(first, last), left + item.x, top + y))
    return made


def _fill(items: Sequence[Item], at: tuple[int, int], height: float, *, first: bool) -> tuple[int, int, list[Part]]:
    """One page: where the next begins (item, line), and what stands on this one."""
    start, line = at
    placed: list[Part] = []
    y, limit = 0.0, height * (1 + 1e-9)
    for index in range(start, len(items)):
        item = items[index]
        begin, tall = 0, item.tall
        if index > start:
            if item.before == 2:
                return index, 0, placed
            y += item.gap
        elif line:
            begin = line
            tall = item.block.height(line, item.many)
        elif first:
            y += item.gap
        if y + tall > limit:
            return _break(items, (start, line), (index, begin), (y, height), placed)
        placed.append((item, begin, item.many, y))
        y += tall
    if 0 < height - y < NEAR / 10:
        raise CannotFollow("恰好满页")
    return len(items), 0, placed


def _break(
    items: Sequence[Item], start: tuple[int, int], at: tuple[int, int], room: tuple[float, float],
    placed: list[Part],
) -> tuple[int, int, list[Part]]:  # fmt: skip
    """The last allowed place at or before the item that does not fit."""
    index, begin = at
    item, (y, height) = items[index], room
    fits = _fitting(item.block, begin, height - y)
    cut = item.block.last_break(begin, fits) if not item.whole else begin
    if cut > begin:
        placed.append((item, begin, cut, y))
        return index, cut, placed
    while index > start[0]:
        if not items[index].before:
            return index, 0, placed
        index -= 1
        placed.pop()
        earlier, first = items[index], start[1] if index == start[0] else 0
        cut = earlier.block.last_break(first, earlier.block.count - first) if not earlier.whole else first
        if cut > first:
            y = _top(items, start, index, fresh=not start[1] and start[0] == 0)
            placed.append((earlier, first, cut, y))
            return index, cut, placed
    return start[0], start[1], placed


def _top(items: Sequence[Item], start: tuple[int, int], index: int, *, fresh: bool) -> float:
    """Where an item begins on the page that begins at `start`."""
    y = 0.0
    for number in range(start[0], index + 1):
        if number > start[0] or fresh:
            y += items[number].gap
        if number < index:
            begin = start[1] if number == start[0] else 0
            y += items[number].block.height(begin, items[number].block.count)
    return y


def _fitting(block: Block, begin: int, room: float) -> int:
    """How many lines or rows fit."""
    most = 0
    while begin + most < block.count and block.height(begin, begin + most + 1) <= room * (1 + 1e-9):
        most += 1
    if isinstance(block, Rows) and begin + most < block.count:
        over = block.height(begin, begin + most + 1) - room
        if 0 < over <= block.table.border + NEAR:
            raise CannotFollow("表格恰好满页")
    return most
