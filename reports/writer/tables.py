"""表格 (tables): fixed column widths, one border width, cells over several rows or columns; rows keep together.

Follows CSS 2.1, 17.5.2.1 (fixed layout) and 17.6.2 (collapsing borders) as the layout engine does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from reports.writer.blocks import EMPTY as NOTHING
from reports.writer.blocks import Text, plain_text, style_of, text_of
from reports.writer.markup import Element, fragment, text
from reports.writer.sheet import Bar, CannotFollow, Leaf, Piece, moved
from reports.writer.styles import Style, resolved


class Filling(NamedTuple):
    """格内 (content of a cell): its text, and the least height of the cell without its lines."""

    text: Text
    least: float


EMPTY = Filling(NOTHING, 0.0)


@dataclass(slots=True)
class Cell:
    """单元格 (cell): where it begins in the grid, how far it reaches, and its content, set."""

    element: Element
    style: Style
    column: int
    row: int
    columns: int
    down: int
    content: Filling = EMPTY


@dataclass(slots=True)
class Table:
    """表格 (table, set): row i begins at `tops[i]`, from the middle of the upper line; `head` rows are repeated."""

    style: Style
    border: float
    columns: list[float]
    cells: list[Cell]
    tops: list[float]
    head: int
    leaves: dict[tuple[int, int], Leaf] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.tops) - 1

    def height(self, first: int, last: int) -> float:
        """Height of rows `first` to `last` with the repeated head, lines included."""
        head = self.tops[self.head] if first else 0.0
        return head + self.tops[last] - self.tops[first] + self.border

    def leaf(self, first: int, last: int) -> Leaf:
        """版块 (leaf) of some of the rows, below the repeated head where they do not begin the table."""
        if (first, last) not in self.leaves:
            self.leaves[first, last] = _drawn(self, first, last)
        return self.leaves[first, last]


_TAGS = re.compile(r"(<[^>]*>)")
_HOLE = "\0"
"""Stands for the text of a cell in the source of a plan."""


class Place(NamedTuple):
    """格位 (place of a cell) in a plan: its room, and the number of its text, -1 when it holds more than a text."""

    element: Element
    style: Style
    column: int
    row: int
    columns: int
    down: int
    room: float
    text: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """表样 (plan of a table): all but the texts of its cells; `ending` are the cells that end with each row."""

    style: Style
    border: float
    columns: list[float]
    places: tuple[Place, ...]
    ending: tuple[tuple[int, ...], ...]
    head: int

    def filled(self, texts: Sequence[str]) -> Table:
        """排表格 (set a table) with the texts of its cells."""
        cells = [
            Cell(one.element, one.style, one.column, one.row, one.columns, one.down, _content(one, texts))
            for one in self.places
        ]
        tops = [0.0]
        for ending in self.ending:
            bottoms = [tops[cells[one].row] + cells[one].content.least + self.border for one in ending]
            tops.append(max([tops[-1], *bottoms]))
        return Table(self.style, self.border, self.columns, cells, tops, self.head)


def table(source: str, trail: str, before: str, room: float) -> Table:
    """排表格 (set a table) `room` pixels wide by its source. Raises `CannotFollow`, `Unlearnt`."""
    parts = _TAGS.split(source)
    texts = []
    for place in range(2, len(parts), 2):
        if parts[place - 1][:3] in ("<td", "<th") and parts[place - 1][3] in " >" and parts[place + 1][:2] == "</":
            texts.append(parts[place])
            parts[place] = _HOLE
    return _plan("".join(parts), trail, before, room).filled(texts)


@lru_cache(maxsize=512)
def _plan(source: str, trail: str, before: str, room: float) -> Plan:
    element = fragment(source, trail, before)
    style = style_of(element)
    if not style.fixed or not isinstance(style.width, tuple) or any(style.border) or any(style.padding):
        raise CannotFollow(f"表格宽度应固定（{element.trail}）")
    lines = list(_lines(element))
    cells = _grid([line for line, _ in lines])
    borders = {side for cell in cells for side in cell.style.border}
    if len(borders) != 1:
        raise CannotFollow("表格各格边框应相同")
    (border,) = borders
    columns = _columns(element, cells, style.width[0] * room - border)
    places, holes = [], 0
    for cell in cells:
        width = columns[cell.column] if cell.columns == 1 else sum(columns[cell.column : cell.column + cell.columns])
        hole = cell.element.children == [_HOLE]
        places.append(Place(cell.element, cell.style, cell.column, cell.row, cell.columns, cell.down, width - border,
                            holes if hole else -1))  # fmt: skip
        holes += hole
    head = sum(1 for _, inside in lines if inside == "thead")
    ending = [[at for at, cell in enumerate(cells) if cell.row + cell.down - 1 == line] for line in range(len(lines))]
    return Plan(style, border, columns, tuple(places), tuple(map(tuple, ending)), head)


def _lines(element: Element) -> Iterator[tuple[Element, str]]:
    """The rows, with the group in which each stands."""
    for child in element.elements():
        if child.tag == "tr":
            yield child, ""
        elif child.tag in ("thead", "tbody"):
            yield from ((one, child.tag) for one in child.elements())
        elif child.tag != "colgroup":
            raise CannotFollow(f"表格中的 {child.tag}")


def _grid(lines: list[Element]) -> list[Cell]:
    taken: set[tuple[int, int]] = set()
    cells = []
    for number, line in enumerate(lines):
        column = 0
        if style_of(line).inside != "avoid" or style_of(line).height is not None:
            raise CannotFollow("表格行应不拆开、不定高")
        for element in line.elements():
            while (number, column) in taken:
                column += 1
            wide = int(element.attributes.get("colspan", 1))
            down = min(int(element.attributes.get("rowspan", 1)), len(lines) - number)
            cells.append(Cell(element, style_of(element), column, number, wide, down))
            taken |= {(number + i, column + j) for i in range(down) for j in range(wide)}
            column += wide
    return cells


def _columns(element: Element, cells: list[Cell], width: float) -> list[float]:
    """Fixed layout: widths of `col`, then of the cells of the first row; what is left is shared."""
    group = next((one for one in element.elements() if one.tag == "colgroup"), None)
    stated = [style_of(one).width for one in group.elements()] if group else []
    count = max(len(stated), sum(cell.columns for cell in cells if cell.row == 0))
    found: list[float | None] = [None if one is None else resolved(one, width) for one in stated]
    found += [None] * (count - len(found))
    for cell in cells:
        if cell.row or cell.style.width is None:
            continue
        if cell.columns > 1:
            raise CannotFollow("首行合并格不应写宽度")
        if found[cell.column] is None:
            _, right, _, left = cell.style.padding
            found[cell.column] = resolved(cell.style.width, width) + left + right + cell.style.border[1]
    if any(cell.column + cell.columns > count for cell in cells):
        raise CannotFollow("表格各行格数不一")
    return _shared(found, width)


def _shared(found: list[float | None], width: float) -> list[float]:
    known = sum(one for one in found if one is not None)
    open_ = sum(1 for one in found if one is None)
    if open_ and width < known:
        raise CannotFollow("表格列宽超出")
    each = (width - known) / open_ if open_ else 0.0
    widths = [each if one is None else one for one in found]
    extra = width - sum(widths)
    return [one + extra / len(widths) for one in widths] if extra > 0 else widths


def _content(place: Place, texts: Sequence[str]) -> Filling:
    top, right, bottom, left = place.style.padding
    style, room = place.style, place.room - left - right
    if place.text < 0:
        made = text_of(place.element, style, room)
    else:
        raw = texts[place.text]
        made = plain_text(text(raw), style, room, style.indent) if raw else NOTHING
    return Filling(made, max(made.height, resolved(style.height, 0)) + top + bottom)


def _drawn(made: Table, first: int, last: int) -> Leaf:
    """The rows as text and lines, their origin at the outer corner of the table."""
    head = range(made.head) if first else range(0)
    shown = [*head, *range(first, last)]
    tops = [made.border / 2]
    for number in shown:
        tops.append(tops[-1] + made.tops[number + 1] - made.tops[number])
    place = {number: index for index, number in enumerate(shown)}
    lefts = [made.border / 2]
    for width in made.columns:
        lefts.append(lefts[-1] + width)
    pieces, bars, spans = [], [], []
    for cell in made.cells:
        if cell.row not in place:
            continue
        index = place[cell.row]
        bottom = min(index + cell.down, len(shown))
        spans.append((cell.column, index, cell.column + cell.columns, bottom))
        piece, more = _filled(cell, made.border, lefts[cell.column], (tops[index], tops[bottom], index))
        pieces.append(piece)
        bars += more
    grey = made.cells[0].style.grey
    return Leaf("Table", tops[-1] + made.border / 2, tuple(pieces),
                (*_ruled(tuple(spans), tuple(lefts), tuple(tops), (made.border, grey)), *bars))  # fmt: skip


def _filled(cell: Cell, border: float, left: float, edges: tuple[float, float, int]) -> tuple[Piece, list[Bar]]:
    style = cell.style
    above, below, index = edges
    content, y = cell.content, above + border / 2 + style.padding[0]
    if style.middle:
        y += (below - above - content.least - border) / 2
        if style.height is not None:
            y += max(0.0, resolved(style.height, 0) - content.text.height) / 2
    x = left + border / 2 + style.padding[3]
    words = [moved(one, x, y) for line in content.text.words for one in line]
    bars = [one._replace(x=one.x + x, y=one.y + y) for line in content.text.bars for one in line]
    role = "TH" if cell.element.tag == "th" else "TD"
    return Piece(role, tuple(words), index, cell.columns, cell.down), bars


@lru_cache(maxsize=4096)
def _ruled(
    spans: tuple[tuple[int, int, int, int], ...], lefts: tuple[float, ...], tops: tuple[float, ...],
    pen: tuple[float, float],
) -> tuple[Bar, ...]:  # fmt: skip
    """The lines of the grid, each as long as it goes, none through a cell."""
    return tuple(_lined(spans, lefts, tops, pen))


def _lined(
    spans: Sequence[tuple[int, int, int, int]], lefts: Sequence[float], tops: Sequence[float], pen: tuple[float, float]
) -> Iterator[Bar]:
    border, grey = pen
    across: set[tuple[int, int]] = set()
    down: set[tuple[int, int]] = set()
    for left, top, right, bottom in spans:
        across |= {(y, x) for y in (top, bottom) for x in range(left, right)}
        down |= {(x, y) for x in (left, right) for y in range(top, bottom)}
    for y, (x1, x2) in _runs(across):
        start, end = lefts[x1] - border / 2, lefts[x2] + border / 2
        yield Bar(start, tops[y] - border / 2, end - start, border, grey)
    for x, (y1, y2) in _runs(down):
        start, end = tops[y1] - border / 2, tops[y2] + border / 2
        yield Bar(lefts[x] - border / 2, start, border, end - start, grey)


def _runs(edges: set[tuple[int, int]]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Neighbouring edges of one line, joined."""
    begun: tuple[int, int] | None = None
    last = 0
    for line, place in sorted(edges):
        if begun is not None and (line, place) != (begun[0], last):
            yield begun[0], (begun[1], last)
            begun = None
        if begun is None:
            begun = (line, place)
        last = place + 1
    if begun is not None:
        yield begun[0], (begun[1], last)
