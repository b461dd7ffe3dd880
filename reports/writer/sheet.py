"""版面 (the sheet): what stands where, before it becomes a PDF. Lengths in CSS pixels (96 an inch), y downwards.

Two makers (`compose`, fast; `traced`, out of the layout engine) and one reader (the PDF writer) share these records,
so that the two makers can be compared mark by mark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class CannotFollow(Exception):
    """超出直接成版范围 (outside the vocabulary of the compiled writer): the layout engine must set this paper."""


class Words(NamedTuple):
    """字段 (a stretch of text) in one face and size; `y` is the baseline, `spacing` follows each character.

    A stretch that goes on where the one before it ends is `joined` to it.
    """

    x: float
    y: float
    face: str
    size: float
    spacing: float
    text: str
    grey: float = 0.0
    joined: bool = False


class Bar(NamedTuple):
    """线条 (a filled rectangle): rules, table lines, places to sign. `grey` 0 is black."""

    x: float
    y: float
    width: float
    height: float
    grey: float = 0.0


class Ring(NamedTuple):
    """印章圈 (the seal place): a dashed circle of outer diameter `size`, line width `width`."""

    x: float
    y: float
    size: float
    width: float
    grey: float


class Image(NamedTuple):
    """图 (a picture): the asset named `source`, drawn square; `alt` is said by a reader for the blind."""

    x: float
    y: float
    size: float
    source: str
    alt: str


class Stroke(NamedTuple):
    """图形 (a shape of a chart): a line through `points`, `closed` or not, or a disc of `radius` about the only one.

    `fill` and `line` are greys, None where there is none; the line is `width` wide.
    """

    points: tuple[tuple[float, float], ...]
    radius: float
    closed: bool
    fill: float | None
    line: float | None
    width: float


class Piece(NamedTuple):
    """标记段 (tagged piece): content of one structure element. `row` counts the rows of a table, -1 outside.

    A cell reaches over `span` columns and `down` rows. A chart has `strokes` too, and says `alt` to the blind.
    """

    role: str
    words: tuple[Words, ...]
    row: int = -1
    span: int = 1
    down: int = 1
    strokes: tuple[Stroke, ...] = ()
    alt: str = ""


@dataclass(slots=True, eq=False)
class Leaf:
    """版块 (leaf): a paragraph, a table or a closing, at its own origin. Shared by all papers that say the same.

    `drawn` belongs to the PDF writer, which keeps there what it has made of the leaf.
    """

    role: str
    height: float
    pieces: tuple[Piece, ...] = ()
    bars: tuple[Bar, ...] = ()
    rings: tuple[Ring, ...] = ()
    images: tuple[Image, ...] = ()
    drawn: object = None

    def words(self) -> Iterator[Words]:
        """All text of the leaf."""
        for piece in self.pieces:
            yield from piece.words


class Placed(NamedTuple):
    """就位 (placed): a leaf and where its origin stands on the page."""

    leaf: Leaf
    x: float
    y: float


@dataclass(slots=True, eq=False)
class Cast:
    """页型 (cast): what many papers have alike on a page: all leaves but those at the places `own`, and the margin.

    `made` belongs to the PDF writer, which keeps there what it has made of them.
    """

    own: tuple[int, ...]
    margin: tuple[Words, ...]
    made: object = None


@dataclass(slots=True)
class Page:
    """页 (page): its leaves in reading order, and what belongs to no text (page number, mark of a copy).

    A page with a `cast` has, at other places than the cast's `own`, the same leaves as every page of that cast.
    """

    leaves: list[Placed]
    margin: tuple[Words, ...] = ()
    cast: Cast | None = None


@dataclass(slots=True)
class Sheets:
    """成版 (a paper, set): `width` and `height` of its pages and what a reader shows as title, author and day."""

    pages: list[Page]
    width: float
    height: float
    title: str
    author: str
    day: str
    images: dict[str, bytes] = field(default_factory=dict)


def moved(words: Words, x: float, y: float) -> Words:
    """The same words further right and down."""
    return Words(words.x + x, words.y + y, words.face, words.size, words.spacing, words.text, words.grey, words.joined)


def marks(page: Page) -> list[Words]:
    """逐段文字 (every stretch of text on a page, at its place on the page), for comparison."""
    found = [moved(words, placed.x, placed.y) for placed in page.leaves for words in placed.leaf.words() if words.text]
    return [*found, *page.margin]
