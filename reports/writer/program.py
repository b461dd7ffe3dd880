"""字库 (font programs): the faces of a PDF, each with the glyphs that its text needs and no others.

The program is put together out of the glyphs as they stand in the file of the face. Each glyph is deflated once in the
life of the process, up to a byte boundary, so that the compressed program of a paper is their concatenation (RFC 1950,
RFC 1951). A code of the text is the number of the glyph in our face, the same in every PDF. A glyph that draws several
characters gets one more code for each further one, past the last glyph, so that the text read back is the text printed.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from reports.faces import ASCENT, DESCENT
from reports.setup import FACES
from reports.writer.objects import Objects
from reports.writer.sorts import Sort, sort

_MASK = 0xFFFFFFFF
_TAIL = b"\x03\x00"
"""Empty last block of a deflate stream. RFC 1951, 3.2.6."""
_ESCAPES = {ord("("): rb"\(", ord(")"): rb"\)", ord("\\"): rb"\\", ord("\r"): rb"\r"}
_RADICALS = range(0x2E80, 0x2FE0)
_PARTS = b"head hhea hmtx loca maxp cvt fpgm prep glyf".split()
_CMAP = (
    b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)"
    b"/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def 1 begincodespacerange<0000><ffff>"
    b"endcodespacerange\n"
)


def block(data: bytes, level: int = 9) -> bytes:
    """压缩段 (deflated block), ending at a byte boundary, that may stand beside others in one stream."""
    made = zlib.compressobj(level, zlib.DEFLATED, -15)
    return made.compress(data) + made.flush(zlib.Z_SYNC_FLUSH)


def joined(blocks: Iterable[bytes], data: bytes) -> bytes:
    """合成一流 (one zlib stream) out of deflated blocks that together hold `data`."""
    return b"".join((b"\x78\x9c", *blocks, _TAIL, zlib.adler32(data).to_bytes(4, "big")))


def _sum(data: bytes) -> int:
    """Checksum of a table: its 32-bit words added. ISO/IEC 14496-22, 4.3."""
    words = array("I", data + bytes(-len(data) % 4))
    words.byteswap()
    return sum(words) & _MASK


@dataclass(frozen=True, slots=True)
class Glyph:
    """字形 (glyph) as it goes into a program: outline filled up to 4 bytes, its metric, its parts if it has any."""

    outline: bytes
    deflated: bytes
    total: int
    metric: bytes
    parts: tuple[tuple[int, int], ...]


class Code(NamedTuple):
    """字码 (code of a character in the text): `shown` says to a reader which character it is."""

    code: int
    glyph: int
    width: float
    shown: bytes


class _Known(dict[str, Code]):
    """Character → its code in one face."""

    def __init__(self, face: Sort) -> None:
        super().__init__()
        self._face = face
        self._further = further(face)

    def __missing__(self, character: str) -> Code:
        point, face = ord(character), self._face
        glyph = face.glyphs[point]
        code = self._further.get(point, glyph)
        shown = b"<%04x><%s>" % (code, character.encode("utf-16-be").hex().encode())
        self[character] = made = Code(code, glyph, face.width(glyph) * 1000 / face.em, shown)
        return made


class _Codes(dict[str, bytes]):
    """Character → its code as it stands in a string of a page."""

    def __init__(self, known: _Known) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, character: str) -> bytes:
        pair = self._known[character].code.to_bytes(2, "big")
        self[character] = found = b"".join(_ESCAPES.get(byte) or bytes((byte,)) for byte in pair)
        return found


def further(face: Sort) -> dict[int, int]:
    """又码 (further codes): code points that share a glyph with another one, which keeps the glyph's own number.

    Numbered past the last glyph; the radicals, which nobody writes, are last to keep a number.
    """
    taken: set[int] = set()
    found: dict[int, int] = {}
    for point, glyph in sorted(face.glyphs.items(), key=lambda pair: (pair[0] in _RADICALS, pair[0])):
        if glyph in taken:
            found[point] = face.count + len(found)
        taken.add(glyph)
    return found


class Fount:
    """字库 (fount): one of our faces as PDFs use it."""

    def __init__(self, file: str, number: int) -> None:
        self.sort = sort(file)
        self.name = Path(file).stem.encode("ascii")
        self.resource = b"F%d" % number
        self._known = _Known(self.sort)
        self.codes = _Codes(self._known)
        self._glyphs: dict[int, Glyph] = {}
        self._metrics = self.sort.table("hmtx")
        (self._long,) = struct.unpack_from(">H", self.sort.table("hhea"), 34)
        self._tables = {tag: self.sort.table(tag.decode().ljust(4)) for tag in (b"cvt", b"fpgm", b"prep")}

    def _metric(self, glyph: int) -> bytes:
        if glyph < self._long:
            return self._metrics[4 * glyph : 4 * glyph + 4]
        place = 4 * self._long + 2 * (glyph - self._long)
        return self._metrics[4 * self._long - 4 : 4 * self._long - 2] + self._metrics[place : place + 2]

    def _glyph(self, number: int) -> Glyph:
        if number in self._glyphs:
            return self._glyphs[number]
        outline = self.sort.outline(number)
        outline += bytes(-len(outline) % 4)
        parts = tuple(_components(outline))
        deflated = b"" if parts or not outline else block(outline)
        self._glyphs[number] = made = Glyph(outline, deflated, _sum(outline), self._metric(number), parts)
        return made

    def embed(self, text: Iterable[str], objects: Objects) -> bytes:
        """嵌入 (embed) what `text` needs; the entry of the font in a page's resources."""
        codes = sorted(map(self._known.__getitem__, text))
        order = self._order(codes)
        place = {glyph: number for number, glyph in enumerate(order)}
        digest = hashlib.sha256(b"".join(one.shown for one in codes)).digest()
        name = bytes(65 + byte % 26 for byte in digest[:6]) + b"+" + self.name
        deflated, size = self._program(order, place)
        program = objects.stream(b"/Filter/FlateDecode/Length1 %d" % size, deflated)
        places = objects.stream(b"/Filter/FlateDecode", _places(codes, place))
        meanings = objects.deflated(b"", _meanings(codes))
        descriptor = objects.plain(self._descriptor(name, program))
        inner = objects.plain(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
            b"/Supplement 0>>/FontDescriptor %d 0 R/DW 1000/W[%s]/CIDToGIDMap %d 0 R>>"
            % (name, descriptor, _widths(codes), places)
        )
        outer = objects.plain(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
            % (name, inner, meanings)
        )
        return b"/%s %d 0 R" % (self.resource, outer)

    def _descriptor(self, name: bytes, program: int) -> bytes:
        box = b" ".join(b"%d" % round(edge * 1000 / self.sort.em) for edge in self.sort.box)
        return (
            b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d"
            b"/StemV 80/FontFile2 %d 0 R>>" % (name, box, ASCENT * 1000, DESCENT * 1000, ASCENT * 1000, program)
        )

    def _order(self, codes: Sequence[Code]) -> list[int]:
        """The glyphs of the program: `.notdef`, those of the text, and the parts of which they are made."""
        order = [0, *dict.fromkeys(one.glyph for one in codes if one.glyph)]
        taken = set(order)
        for glyph in order:  # grows meanwhile: parts may have parts
            if parts := self._glyph(glyph).parts:
                fresh = dict.fromkeys(part for _, part in parts if part not in taken)
                taken.update(fresh)
                order.extend(fresh)
        return order

    def _program(self, order: Sequence[int], place: dict[int, int]) -> tuple[bytes, int]:
        """The font program, compressed, and its size. ISO/IEC 14496-22, 4 and 5; ISO 32000-1, 9.9."""
        glyphs = [_placed(one, place) if one.parts else one for one in map(self._glyphs.__getitem__, order)]
        outlines = b"".join([glyph.outline for glyph in glyphs])
        starts = array("I", accumulate([len(glyph.outline) for glyph in glyphs], initial=0))
        starts.byteswap()
        tables = {
            b"head": self._head(), b"hhea": self.sort.table("hhea")[:34] + len(order).to_bytes(2, "big"),
            b"hmtx": b"".join([glyph.metric for glyph in glyphs]), b"loca": starts.tobytes(),
            b"maxp": self.sort.table("maxp")[:4] + len(order).to_bytes(2, "big") + self.sort.table("maxp")[6:],
            **self._tables,
        }  # fmt: skip
        front = _bound({tag: tables[tag] for tag in _PARTS[:-1] if tables[tag]}, len(outlines), glyphs)
        return joined((block(front, 3), *[glyph.deflated for glyph in glyphs]), front + outlines), len(front + outlines)

    def _head(self) -> bytes:
        """`head` with long offsets and no checksum yet."""
        head = self.sort.table("head")
        return head[:8] + bytes(4) + head[12:50] + b"\x00\x01" + head[52:]


def _components(outline: bytes) -> Iterable[tuple[int, int]]:
    """Where a composite glyph names its parts, and which they are. ISO/IEC 14496-22, 5.3.3."""
    if outline[:1] < b"\x80":
        return
    place, more = 10, True
    while more:
        flags, part = struct.unpack_from(">HH", outline, place)
        yield place + 2, part
        place += 4 + (4 if flags & 1 else 2) + (2 if flags & 8 else 4 if flags & 0x40 else 8 if flags & 0x80 else 0)
        more = bool(flags & 0x20)


def _placed(glyph: Glyph, place: dict[int, int]) -> Glyph:
    """A composite glyph with the new numbers of its parts."""
    outline = bytearray(glyph.outline)
    for where, part in glyph.parts:
        outline[where : where + 2] = place[part].to_bytes(2, "big")
    done = bytes(outline)
    return Glyph(done, block(done), _sum(done), glyph.metric, ())


def _bound(tables: dict[bytes, bytes], outlines: int, glyphs: Sequence[Glyph]) -> bytes:
    """Directory and all tables but the outlines, which follow. Checksums as the standard wants them."""
    count = len(tables) + 1
    power = 1 << count.bit_length() - 1
    offset = 12 + 16 * count
    entries, parts, whole = [], [], 0
    for tag, table in tables.items():
        total = _sum(table)
        entries.append((tag.ljust(4), total, offset, len(table)))
        parts.append(table + bytes(-len(table) % 4))
        offset, whole = offset + len(parts[-1]), whole + total
    total = sum([glyph.total for glyph in glyphs]) & _MASK
    entries.append((b"glyf", total, offset, outlines))
    entries.sort()
    directory = struct.pack(">IHHHH", 0x10000, count, 16 * power, power.bit_length() - 1, 16 * (count - power))
    directory += b"".join([struct.pack(">4sIII", *entry) for entry in entries])
    adjusted = (0xB1B0AFBA - whole - total - _sum(directory)) & _MASK
    parts[0] = parts[0][:8] + adjusted.to_bytes(4, "big") + parts[0][12:]
    return b"".join((directory, *parts))


def _places(codes: Sequence[Code], place: dict[int, int]) -> bytes:
    """Which glyph of the program each code means, compressed: nearly all of it is empty. ISO 32000-1, 9.7.4.2."""
    found = array("H", bytes(2 * codes[-1].code + 2))
    for one in codes:
        found[one.code] = place[one.glyph]
    found.byteswap()
    packed = zlib.compressobj(1, zlib.DEFLATED, 15, 8, zlib.Z_RLE)
    return packed.compress(found.tobytes()) + packed.flush()


def _widths(codes: Sequence[Code]) -> bytes:
    """Widths other than the common one, neighbours together. ISO 32000-1, 9.7.4.3."""
    runs: list[tuple[int, list[bytes]]] = []
    for one in codes:
        if one.width == 1000:
            continue
        if runs and one.code == runs[-1][0] + len(runs[-1][1]):
            runs[-1][1].append(b"%g" % one.width)
        else:
            runs.append((one.code, [b"%g" % one.width]))
    return b"".join(b"%d[%s]" % (first, b" ".join(widths)) for first, widths in runs)


def _meanings(codes: Sequence[Code]) -> bytes:
    """Which character each code stands for. ISO 32000-1, 9.10.3."""
    parts = [_CMAP]
    for start in range(0, len(codes), 100):
        some = [one.shown for one in codes[start : start + 100]]
        parts.append(b"%d beginbfchar\n%s\nendbfchar\n" % (len(some), b"\n".join(some)))
    parts.append(b"endcmap CMapName currentdict/CMap defineresource pop end end")
    return b"".join(parts)


@cache
def fount(file: str) -> Fount:
    """字库 (fount) of a face, by its file name."""
    return Fount(file, [face.file for face in FACES].index(file))
