"""画版 (drawing): leaves as operators of a page, made once for each leaf and then only put in their places.

Lengths of the sheets become points (72 an inch), y upwards, from the leaf's own origin. What a reader for the blind
skips (lines, the seal place, the margin) is an artifact; every piece of text and every picture bears a number that the
structure tree names. ISO 32000-1, 9.4 and 14.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import inf, pi

from PIL import Image as Pictures

from reports.writer.program import fount
from reports.writer.sheet import Bar, Image, Leaf, Piece, Ring, Stroke, Words
from reports.writer.tags import Kind, Shape, shape

ARC = 0.5522847498
"""Control points of a quarter circle, as a share of its radius."""
DASH = 3
"""Length of a dash as the engine draws it, in line widths."""


def length(pixels: float) -> float:
    """长度 (length) in points, to a thousandth."""
    return round(pixels * 750) / 1000


def shade(grey: float) -> float:
    """灰度 (shade) to a thousandth, 0 being black."""
    return round(grey, 3)


_Written = tuple[bytes, tuple[int, int], bytes]
"""Text: what is said before it, where it begins (thousandths of a point), and the rest."""


class Drawn:
    """已画版块 (a leaf, drawn): `texts` are the characters it needs of each face, `shape` its tags."""

    __slots__ = ("_placed", "_template", "shape", "texts")

    def __init__(self, template: bytes, shape: Shape, texts: tuple[tuple[str, str], ...]) -> None:
        self._template, self.shape, self.texts = template, shape, texts
        self._placed: dict[tuple[float, float, int], bytes] = {}

    def at(self, x: float, y: float, first: int) -> bytes:
        """The operators with the leaf's origin at (x, y) of the page; its content is numbered from `first` on."""
        made = self._placed.get((x, y, first))
        if made is None:
            made = self._placed[x, y, first] = self.once(x, y, first)
        return made

    def once(self, x: float, y: float, first: int) -> bytes:
        """The same for a leaf that no other paper is expected to have."""
        numbers = range(first, first + len(self.shape.owners))
        return self._template % (round(x * 750) / 1000, round(y * 750) / 1000, *numbers)


class _Paragraph(Drawn):
    """已画段落 (a paragraph, drawn): nothing but black text in one piece, written from the corner of the page.

    Its face, size and spacing still hold behind it, so whatever stands on a page says its own.
    """

    __slots__ = ("_front", "_opening", "_rest", "_start")

    def __init__(self, role: str, written: _Written, texts: tuple[tuple[str, str], ...]) -> None:
        super().__init__(b"", _single(role), texts)
        self._opening, (self._front, self._start, self._rest) = _OPENED[role], written

    def once(self, x: float, y: float, first: int) -> bytes:
        """The operators, which need no coordinates of their own."""
        left, top = self._start
        return b"%sBT\n%s%g %g Td%sET\nEMC\n" % (
            self._opening % first, self._front, (round(x * 750) + left) / 1000, (round(y * 750) + top) / 1000,
            self._rest,
        )  # fmt: skip


@lru_cache(maxsize=64)
def _single(role: str) -> Shape:
    return shape(role, (Kind(role, True),))


def drawn(leaf: Leaf, images: dict[str, bytes]) -> Drawn:
    """画一版块 (draw a leaf), or take what it was drawn as."""
    found = leaf.drawn
    if isinstance(found, Drawn):
        return found
    if len(leaf.pieces) == 1 and leaf.pieces[0].row < 0 and not (leaf.bars or leaf.rings or leaf.images):
        piece = leaf.pieces[0]
        black = not piece.strokes and not piece.alt and not any([one.grey for one in piece.words])
        if black and (written := _Pen().write(piece.words)):
            leaf.drawn = made = _Paragraph(piece.role, written, _texts(leaf.pieces))
            return made
    return _whole(leaf, images)


def _whole(leaf: Leaf, images: dict[str, bytes]) -> Drawn:
    """A leaf of several pieces, or with lines or pictures, in coordinates of its own."""
    pen = _Pen()
    contents = [picture(image, images[image.source]) for image in leaf.images]
    contents += [b"".join([*map(shape_of, piece.strokes), pen.text(piece.words)]) for piece in leaf.pieces]
    kinds = tuple([
        *[Kind("Figure", True, alt=image.alt) for image in leaf.images],
        *[Kind(piece.role, filled, piece.row, piece.span, piece.down, piece.alt) for piece, filled
          in zip(leaf.pieces, map(bool, contents[len(leaf.images) :]), strict=True)],
    ])  # fmt: skip
    parts = [b"q 1 0 0 1 %g %g cm\n", _decoration(leaf)]
    for kind, content in zip(kinds, contents, strict=True):
        if content:
            parts.append(_OPENED[kind.role] + content.replace(b"%", b"%%") + b"EMC\n")
    made = Drawn(b"".join((*parts, b"Q\n")), shape(leaf.role, kinds), _texts(leaf.pieces))
    if not leaf.images:  # the name of a picture says nothing about the picture, which is another in each paper
        leaf.drawn = made
    return made


class _Opened(dict[str, bytes]):
    """Role → operator that opens content of it, but for the number."""

    def __missing__(self, role: str) -> bytes:
        self[role] = made = b"/%s<</MCID %%d>>BDC\n" % role.encode("ascii")
        return made


_OPENED = _Opened()


def _decoration(leaf: Leaf) -> bytes:
    """What is no content: lines and the seal place."""
    if not leaf.bars and not leaf.rings:
        return b""
    return b"/Artifact BMC\n%sEMC\n" % b"".join([_bars(leaf.bars), *map(ring, leaf.rings)])


def _texts(pieces: Sequence[Piece]) -> tuple[tuple[str, str], ...]:
    return tuple([(one.face, one.text) for piece in pieces for one in piece.words])


class _Pen:
    """Writes text one stretch after the other and says again only what changes."""

    def __init__(self) -> None:
        self._face = ""
        self._size = self._grey = 0.0
        self._spacing = inf  # that of the paragraph before still holds

    def text(self, words: Sequence[Words]) -> bytes:
        """Stretches of text; nothing when there is none."""
        written = self.write(words)
        if written is None:
            return b""
        front, (x, y), rest = written
        return b"BT\n%s%g %g Td%sET\n" % (front, x / 1000, y / 1000, rest)

    def write(self, words: Sequence[Words]) -> _Written | None:
        """The same, to be begun elsewhere."""
        front, start = b"", (0, 0)
        parts: list[bytes] = []
        left = top = 0
        for one in words:
            if not one.text:
                continue
            state, face = self._state(one), fount(one.face)
            codes = b"".join(map(face.codes.__getitem__, one.text))
            if parts and one.joined:  # the widths in the file are those it was set with, so the place is the same
                parts.append(b"%s(%s)Tj\n" % (state, codes))
                continue
            x, y = round(one.x * 750), round(-one.y * 750)
            if parts:
                parts.append(b"%s%g %g Td(%s)Tj\n" % (state, (x - left) / 1000, (y - top) / 1000, codes))
            else:
                front, start = state, (x, y)
                parts.append(b"(%s)Tj\n" % codes)
            left, top = x, y
        return (front, start, b"".join(parts)) if parts else None

    def _state(self, one: Words) -> bytes:
        """What is to be said before a stretch: face and size, shade, spacing."""
        said = b""
        if self._face != one.face or self._size != one.size:
            self._face, self._size = one.face, one.size
            said = b"/%s %g Tf " % (fount(one.face).resource, length(one.size))
        if self._grey != one.grey:
            self._grey = one.grey
            said += b"%g g " % shade(one.grey)
        if self._spacing != one.spacing:
            self._spacing = one.spacing
            said += b"%g Tc " % length(one.spacing)
        return said


@lru_cache(maxsize=512)
def _bars(bars: tuple[Bar, ...]) -> bytes:
    """Lines, as strokes: a filled rectangle so thin would be drawn a whole pixel wide or two on a screen."""
    parts: list[bytes] = []
    grey = pen = 0.0
    for one in bars:
        flat = one.width >= one.height
        thick, reach = (one.height, one.width) if flat else (one.width, one.height)
        if one.grey != grey:
            grey = one.grey
            parts.append(b"%g G " % shade(grey))
        if thick != pen:
            pen = thick
            parts.append(b"%g w " % length(pen))
        x, y = length(one.x + (0 if flat else thick / 2)), length(-one.y - (thick / 2 if flat else 0))
        end = (length(one.x + reach), y) if flat else (x, length(-one.y - reach))
        parts.append(b"%g %g m %g %g l S\n" % (x, y, *end))
    return b"".join(parts)


@lru_cache(maxsize=64)
def ring(one: Ring) -> bytes:
    """印章圈 (a dashed circle): the engine's dashes, a gap in the middle of each quarter's edge (45°)."""
    radius = (one.size - one.width) / 2
    quarter = pi * one.size / 4
    count = round(quarter / (DASH * one.width))
    dash = pi * radius / 2 / (count + count % 2)
    pen = b"q %g G %g w [%g]%g d 1 0 0 1 %g %g cm .70711 .70711 -.70711 .70711 0 0 cm\n" % (
        shade(one.grey), length(one.width), length(dash), length(1.5 * dash),
        length(one.x + one.size / 2), length(-one.y - one.size / 2),
    )  # fmt: skip
    return pen + _circle(length(radius)) + b"S Q\n"


def shape_of(one: Stroke) -> bytes:
    """图形 (a shape of a chart), filled and drawn around as it says."""
    paint = {(True, True): b"B", (True, False): b"f", (False, True): b"S"}.get(
        (one.fill is not None, one.line is not None), b"n"
    )
    (x, y), *others = [(length(across), length(-down)) for across, down in one.points]
    pen = b"q %g g %g G %g w " % (shade(one.fill or 0.0), shade(one.line or 0.0), length(one.width))
    if one.radius:
        return pen + b"1 0 0 1 %g %g cm\n%sh %s Q\n" % (x, y, _circle(length(one.radius)), paint)
    path = b"%g %g m %s" % (x, y, b"".join([b"%g %g l " % point for point in others]))
    return b"%s\n%s%s%s Q\n" % (pen, path, b"h " if one.closed else b"", paint)


def _circle(radius: float) -> bytes:
    near = radius * ARC
    path = b"%g 0 m " % radius
    x, y = 1, 0
    for _ in range(4):
        onward = -y, x  # a quarter turn
        points = (
            x * radius + onward[0] * near, y * radius + onward[1] * near,
            onward[0] * radius + x * near, onward[1] * radius + y * near,
            onward[0] * radius, onward[1] * radius,
        )  # fmt: skip
        path += b"%.3f %.3f %.3f %.3f %.3f %.3f c " % points
        x, y = onward
    return path


QUIET = 1
"""Light modules that a code keeps around itself within its picture; the paper is light beyond them."""


def picture(image: Image, source: bytes) -> bytes:
    """图 (a picture) of square modules, one bit each, within the page's own operators. ISO 32000-1, 8.9.7."""
    side, rows, dark = modules(source)
    border = image.size * QUIET / (side + 2 * QUIET) if source.startswith(b"QR") else 0.0
    size = length(image.size - 2 * border)
    coded, data = b"", rows
    if b"EI" in rows:  # which would end the picture for a reader who does not count
        coded, data = b"/F/AHx", rows.hex().encode("ascii") + b">"
    return b"q %g 0 0 %g %g %g cm\nBI/W %d/H %d/BPC 1/CS/G/D[%d %d]%s ID %s\nEI Q\n" % (
        size, size, length(image.x + border), length(border - image.y - image.size), side, side, dark, 1 - dark,
        coded, data,
    )  # fmt: skip


def modules(source: bytes) -> tuple[int, bytes, int]:
    """码元 (modules) of a picture: how many on a side with the quiet zone, packed rows, and 1 where a set bit is dark.

    Either `QR`, one byte for the side and the rows, without the quiet zone; or a square PNG in black and white with it.
    """
    if source.startswith(b"QR"):
        side = source[2]
        if len(source) != 3 + side * ((side + 7) // 8):
            raise ValueError("rows of a check code do not match its side")
        return side, source[3:], 1
    with Pictures.open(BytesIO(source)) as opened:
        bits = opened.convert("1")
    if bits.width != bits.height:
        raise ValueError("a check code is square")
    scale = _scale(bits)
    small = bits.resize((bits.width // scale, bits.height // scale), Pictures.Resampling.NEAREST)
    return small.width, small.tobytes(), 0


def _scale(bits: Pictures.Image) -> int:
    """Pixels of the picture in one of its modules: the largest number that loses nothing."""
    for scale in range(min(bits.width // 21, 16), 1, -1):
        if bits.width % scale == 0:
            side = bits.width // scale
            small = bits.resize((side, side), Pictures.Resampling.NEAREST)
            if small.resize(bits.size, Pictures.Resampling.NEAREST).tobytes() == bits.tobytes():
                return scale
    return 1


@dataclass(frozen=True, slots=True)
class Margin:
    """页边 (what stands in the margin of a page): operators and the characters of each face."""

    content: bytes
    texts: tuple[tuple[str, str], ...]


@lru_cache(maxsize=4096)
def margin(words: tuple[Words, ...], height: float) -> Margin:
    """画页边 (draw the margin) of a page of the given height."""
    text = _Pen().text(words)
    if not text:
        return Margin(b"", ())
    content = b"/Artifact<</Type/Pagination>>BDC\nq 1 0 0 1 0 %g cm\n%sQ\nEMC\n" % (length(height), text)
    return Margin(content, _texts((Piece("", words),)))
