"""字模 (sorts): which face draws a character, how wide it is and which glyph it takes.

The faces are those made at set-up; for each stack of families the first face that has the character draws it, as the
layout engine does. Widths are in Pango units (1/1024 pixel), rounded as Pango rounds them.
"""

from __future__ import annotations

import mmap
import struct
from array import array
from functools import cache, cached_property
from pathlib import Path

from fontTools.ttLib import TTFont

from reports import fonts
from reports.setup import FACES
from reports.writer.sheet import CannotFollow

UNITS = 1024
"""Pango units in a pixel."""


class Sort:
    """字面 (a face): its characters, widths and outlines, read once and kept mapped."""

    def __init__(self, file: str) -> None:
        self.file = file
        path: Path = fonts.folder() / file
        font = TTFont(path, lazy=True)
        self.glyphs: dict[int, int] = {}
        names = font.getBestCmap()
        order = font.getReverseGlyphMap()
        self.glyphs = {point: order[name] for point, name in names.items()}
        self._places = {tag: (entry.offset, entry.length) for tag, entry in font.reader.tables.items()}
        font.close()
        with path.open("rb") as opened:
            self._bytes = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        head = self.table("head")  # ISO/IEC 14496-22, 5.2
        (self.em,) = struct.unpack_from(">H", head, 18)
        self.box: tuple[int, int, int, int] = struct.unpack_from(">4h", head, 36)
        self._long = struct.unpack_from(">h", head, 50) == (1,)
        (self.count,) = struct.unpack_from(">H", self.table("maxp"), 4)
        (self._metrics,) = struct.unpack_from(">H", self.table("hhea"), 34)

    def table(self, tag: str) -> bytes:
        """One table of the font file as it is; empty when there is none."""
        offset, length = self._places.get(tag, (0, 0))
        return self._bytes[offset : offset + length]

    @cached_property
    def _widths(self) -> array[int]:
        pairs = array("H", self.table("hmtx")[: 4 * self._metrics])
        pairs.byteswap()
        return pairs[::2]

    @cached_property
    def _starts(self) -> array[int]:
        starts = array("I" if self._long else "H", self.table("loca"))
        starts.byteswap()
        return starts

    def width(self, glyph: int) -> int:
        """Advance width in font units."""
        found: int = self._widths[min(glyph, self._metrics - 1)]
        return found

    def outline(self, glyph: int) -> bytes:
        """The glyph's entry of the `glyf` table; empty for a blank."""
        scale = 1 if self._long else 2
        first, last = self._starts[glyph] * scale, self._starts[glyph + 1] * scale
        offset, _ = self._places["glyf"]
        return self._bytes[offset + first : offset + last]


@cache
def sort(file: str) -> Sort:
    """One face by its file name."""
    return Sort(file)


class _Widths(dict[str, int]):
    """Character → width in Pango units, letter spacing included; filled as characters come."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting = setting

    def __missing__(self, character: str) -> int:
        setting = self._setting
        face = sort(setting.faces[character])
        scale = int(setting.size * UNITS)  # Pango keeps sizes in whole units, cut off
        width = (face.width(face.glyphs[ord(character)]) * scale * 2 + face.em) // (2 * face.em)
        found: int = width + setting.spacing_units
        self[character] = found
        return found


class _Faces(dict[str, str]):
    """Character → file of the face that draws it."""

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__()
        self._files = files

    def __missing__(self, character: str) -> str:
        point = ord(character)
        for file in self._files:
            if point in sort(file).glyphs:
                self[character] = file
                return file
        raise CannotFollow(f"没有字面能印出「{character}」（U+{point:04X}）")


@cache
def _faces(files: tuple[str, ...]) -> _Faces:
    return _Faces(files)


class Setting:
    """字样 (a setting): families in order, weight, size and letter spacing in pixels."""

    def __init__(self, families: tuple[str, ...], weight: int, size: float, spacing: float) -> None:
        self.size, self.spacing = size, spacing
        self.spacing_units = int(spacing * UNITS)  # cut off, as the engine hands it to Pango
        self.faces = _faces(tuple(_file(family, weight) for family in families))
        self.widths = _Widths(self)


def _file(family: str, weight: int) -> str:
    """The file of a family, in the wanted weight where it is made in several."""
    found = [face for face in FACES if face.family == family]
    if not found:
        raise CannotFollow(f"没有名为「{family}」的字面")
    return min(found, key=lambda face: abs(face.weight - weight)).file


@cache
def setting(families: tuple[str, ...], weight: int, size: float, spacing: float) -> Setting:
    """字样 (a setting), made once."""
    return Setting(families, weight, size, spacing)
