"""结构标记 (structure tags): what each piece of a paper is, in reading order, for readers for the blind.

One section a letter; in it headings, paragraphs, pictures and tables with rows and cells. ISO 32000-1, 14.7 and 14.8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from reports.writer.objects import name, references

FIRST, PAGE, CONTENT, PARENT = range(4)
"""What a number in a template counts from: the leaf's first element, the page, the page's content, the section."""


class Kind(NamedTuple):
    """标记 (tag) of one piece: `filled` says whether it holds anything to be seen."""

    role: str
    filled: bool
    row: int = -1
    span: int = 1
    down: int = 1
    alt: str = ""


@dataclass(slots=True)
class Shape:
    """标记式样 (shape): the elements of a leaf, but for the numbers, which differ from paper to paper.

    `tops` are the elements that stand in the section itself, `owners` those that own the pieces of content, in order.
    `numbers` are those that the template wants: what each counts from, and by how much.
    """

    tops: list[int] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    count: int = 0
    template: bytes = b""
    numbers: list[tuple[int, int]] = field(default_factory=list)

    def _open(self, role: bytes, parent: tuple[int, int]) -> None:
        self.template += b"%s<</S/%s/P %%d 0 R" % (b"\n" if self.count else b"", role)
        self.numbers.append(parent)
        self.count += 1

    def group(self, role: bytes, parent: tuple[int, int], children: Sequence[int]) -> None:
        """An element that holds others."""
        self._open(role, parent)
        self.template += b"/K[%s]>>" % b" ".join([b"%d 0 R"] * len(children))
        self.numbers += [(FIRST, child) for child in children]

    def leaf(self, one: Kind, extra: bytes, parent: tuple[int, int]) -> None:
        """An element that holds content, or an empty cell."""
        if one.filled:
            self.owners.append(self.count)
        self._open(one.role.encode("ascii") + extra.replace(b"%", b"%%"), parent)
        if one.filled:
            self.template += b"/Pg %d 0 R/K %d"
            self.numbers += [(PAGE, 0), (CONTENT, len(self.owners) - 1)]
        self.template += b">>"


@lru_cache(maxsize=4096)
def shape(role: str, kinds: tuple[Kind, ...]) -> Shape:
    """标记式样 (shape) of all leaves of a role that hold such pieces."""
    return _table(kinds) if role == "Table" else _flat(kinds)


def _flat(kinds: tuple[Kind, ...]) -> Shape:
    made = Shape()
    for one in kinds:
        if one.filled:
            made.tops.append(made.count)
            made.leaf(one, b"/Alt" + name(one.alt) if one.role == "Figure" else b"", (PARENT, 0))
    return made


def _table(kinds: tuple[Kind, ...]) -> Shape:
    """A table: itself, its rows, then the cells in the order in which their content is numbered."""
    rows = sorted({one.row for one in kinds})
    place = {row: number + 1 for number, row in enumerate(rows)}
    cells: dict[int, list[int]] = {row: [] for row in rows}
    for number, one in enumerate(kinds):
        cells[one.row].append(len(rows) + 1 + number)
    made = Shape([0])
    made.group(b"Table", (PARENT, 0), range(1, len(rows) + 1))
    for row in rows:
        made.group(b"TR", (FIRST, 0), cells[row])
    plain = {one.row for one in kinds if one.role != "TH"}
    for one in kinds:
        made.leaf(one, _cell(one, one.row not in plain), (FIRST, place[one.row]))
    return made


def _cell(one: Kind, heads: bool) -> bytes:
    """Attributes of a cell: a head of a row stands left of its cells, a head of columns in a row of heads."""
    said = b"/ColSpan %d" % one.span if one.span > 1 else b""
    said += b"/RowSpan %d" % one.down if one.down > 1 else b""
    if one.role == "TH":
        said += b"/Scope/Column" if heads else b"/Scope/Row"
    return b"/A<</O/Table%s>>" % said if said else b""


def parents(pages: Sequence[tuple[int, Sequence[int]]]) -> bytes:
    """归属表 (a node of the parent tree) for some pages: the number of each page and the owners of its content."""
    entries = [b"%d[%s]" % (key, references(owners)) for key, owners in pages]
    return b"<</Limits[%d %d]/Nums[%s]>>" % (pages[0][0], pages[-1][0], b"".join(entries))


def section(title: str, parent: int, children: Sequence[int]) -> bytes:
    """一份文书 (the section of one letter)."""
    return b"<</S/Sect/P %d 0 R/T%s/K[%s]>>" % (parent, name(title), references(children))
