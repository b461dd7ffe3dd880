"""制字 (cutting the faces): TrueType faces of one metric, made out of the fetched fonts.

Why not use the fonts as they are: subsetting TrueType while printing costs half of what CFF costs, and faces with one
common ascent keep a rare character of a fallback face on the same baseline as its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont

ASCENT, DESCENT = 0.88, -0.12
"""Em fractions, those of the 仿宋 face; every face gets them."""


@dataclass(frozen=True, slots=True)
class Face:
    """字面 (face): `file` made out of `source`, named `family`; `repertoire` says which characters are kept.

    `no ascii`: everything but ASCII, the blank kept (the letters and digits of the 宋 face go better with 仿宋 and 楷:
    they are taken over from the source `latin`, so that a line of text and figures is of one face)
    `han`: symbols, punctuation and every Han character
    `gb2312`: GB 2312 and general punctuation (others fall back to the 宋 face)
    `as it is`: the outlines are TrueType already and are not touched
    """

    file: str
    source: str
    family: str
    weight: int
    repertoire: Literal["no ascii", "han", "gb2312", "as it is"]
    latin: str = ""


def gb2312() -> frozenset[int]:
    """GB 2312 字符集 (repertoire): 7,445 code points."""
    rows, cells = range(0xA1, 0xF8), range(0xA1, 0xFF)
    text = b"".join(bytes((row, cell)) for row in rows for cell in cells).decode("gb2312", "ignore")
    return frozenset(map(ord, text))


_COMMON = frozenset(
    point
    for first, last in ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x205E), (0x2460, 0x24FF), (0x2500, 0x266F),
                        (0x3000, 0x303F), (0xFF00, 0xFFEF))
    for point in range(first, last + 1)
)  # fmt: skip


def _kept(face: Face, point: int) -> bool:
    if face.repertoire == "gb2312":
        return point in _COMMON or point in _GB2312
    if face.repertoire == "han":
        return not (0x1100 <= point <= 0x11FF or 0x3130 <= point <= 0x318F or 0xA960 <= point <= 0xD7FF)  # Hangul
    return (point > 0x7E or point == 0x20) and not 0xE000 <= point <= 0xF8FF


_GB2312 = gb2312()


def _open(path: Path) -> TTFont:
    """One face: of a collection, the one drawn for mainland China (SC)."""
    if path.suffix != ".ttc":
        return TTFont(path, lazy=True)
    faces = TTCollection(str(path), lazy=True).fonts
    return next(face for face in faces if " SC" in str(face["name"].getDebugName(4)))


def _outlines(sources: Sequence[tuple[TTFont, dict[int, str]]]) -> FontBuilder:
    """TrueType outlines of the wanted glyphs of each source, each curve within one unit of the cubic original.

    All sources have as many units in an em as the first.
    """
    glyphs: dict[str, Any] = {}
    widths: dict[str, int] = {}
    characters: dict[int, str] = {}
    for number, (source, wanted) in enumerate(sources):
        drawn, metrics = source.getGlyphSet(), source["hmtx"].metrics
        mark = f"{number}." if number else ""
        for name in [*([] if number else [".notdef"]), *dict.fromkeys(wanted.values())]:
            pen = TTGlyphPen(None)
            drawn[name].draw(Cu2QuPen(pen, 1.0, reverse_direction=True))
            glyphs[mark + name], widths[mark + name] = pen.glyph(), metrics[name][0]
        characters |= {point: mark + name for point, name in wanted.items()}
    font = FontBuilder(sources[0][0]["head"].unitsPerEm, isTTF=True)
    font.setupGlyphOrder(list(glyphs))
    font.setupCharacterMap(characters)
    font.setupGlyf(glyphs)
    font.setupHorizontalMetrics({name: (widths[name], glyph.xMin if glyph.numberOfContours else 0)
                                 for name, glyph in glyphs.items()})  # fmt: skip
    return font


def _dressed(font: FontBuilder, face: Face, em: int) -> TTFont:
    """Names, weight and the common metrics; dates fixed, so that the same sources give the same bytes."""
    up, down = round(ASCENT * em), round(DESCENT * em)
    style = "Bold" if face.weight >= 700 else "Regular"
    name = f"{face.family} {style}"
    font.setupHorizontalHeader(ascent=up, descent=down)
    font.setupNameTable({"familyName": face.family, "styleName": style, "uniqueFontIdentifier": name, "fullName": name,
                         "psName": name.replace(" ", ""), "version": "Version 1.0"}, mac=False)  # fmt: skip
    font.setupOS2(sTypoAscender=up, sTypoDescender=down, usWinAscent=up, usWinDescent=-down, usWeightClass=face.weight,
                  fsSelection=0x20 if style == "Bold" else 0x40, fsType=0)  # fmt: skip
    font.setupPost(keepGlyphNames=False)
    font.updateHead(created=0, modified=0, macStyle=1 if style == "Bold" else 0)
    return font.font


def _levelled(font: TTFont, face: Face) -> TTFont:
    """A rare-character face keeps its outlines; only its height and its names change."""
    em = font["head"].unitsPerEm
    up, down = round(ASCENT * em), round(DESCENT * em)
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = up, down, 0
    font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = up, down, 0
    font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = up, -down
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = face.family
    for tag in {"GSUB", "GPOS", "DSIG", "BASE", "vmtx", "vhea"} & set(font.keys()):
        del font[tag]
    return font


def cut(face: Face, sources: Path, folder: Path) -> None:
    """制一副字 (cut one face): read `sources / face.source`, write `folder / face.file`."""
    source = _open(sources / face.source)
    if face.repertoire == "as it is":
        made = _levelled(source, face)
    else:
        taken = [(source, {point: name for point, name in source.getBestCmap().items() if _kept(face, point)})]
        if face.latin:
            other = _open(sources / face.latin)
            if other["head"].unitsPerEm != source["head"].unitsPerEm:
                raise ValueError(f"{face.latin}: another em than {face.source}")
            taken.append((other, {point: name for point, name in other.getBestCmap().items() if 0x21 <= point <= 0x7E}))
        made = _dressed(_outlines(taken), face, source["head"].unitsPerEm)
    made.recalcTimestamp = False
    fresh = folder / f"{face.file}.{os.getpid()}"
    made.save(fresh)
    fresh.replace(folder / face.file)  # whole or not at all, also when two set-ups run at once
