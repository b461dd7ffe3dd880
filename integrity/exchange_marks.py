"""错误列 (the column of errors): put into the officer's own file without touching anything else in it.

A workbook is not read and written again, which would lose what the library does not know: the cells of the one column
are put into the text of the one sheet, and every other part is copied as it is. Runs in the child process only.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl.utils import get_column_letter

from integrity.exchange_columns import MARK

_ROW = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(/?)>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_SPANS = re.compile(rb'\s+spans="[^"]*"')
_DIMENSION = re.compile(rb'(<(?:\w+:)?dimension ref=")([A-Z]+\d+)(?::[A-Z]+(\d+))?"')
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_WIDTH = 60
_COMPUTED = ("=", "+", "-", "@", "\t", "\r")


def mark_csv(rows: list[list[str]], encoding: str, head: int, at: int, texts: Mapping[int, str]) -> bytes:
    """The CSV file with the column at position `at` (0-based); in the encoding in which it came."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for number, cells in enumerate(rows, start=1):
        if number >= head and (cells or number in texts):
            cells = cells[:at] + [""] * (at - len(cells)) + [MARK if number == head else texts.get(number, "")]
        writer.writerow([_inert(cell) for cell in cells])
    return out.getvalue().encode(encoding)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return "'" + cell if cell.startswith(_COMPUTED) else cell


def mark_workbook(
    archive: ZipFile, part: str, *, head: int, at: int, texts: Mapping[int, str]
) -> bytes:
    """The workbook of `archive` with the column at `at` (0-based) of the sheet `part` filled in.

    Raises ValueError when the sheet does not come out well-formed.
    """
    styles, style = _red(archive.read("xl/styles.xml") if "xl/styles.xml" in archive.namelist() else b"")
    sheet = b"".join(_marked(archive.read(part), {head: MARK, **texts}, at, style))
    try:
        expat.ParserCreate().Parse(sheet, True)
    except expat.ExpatError as damage:
        raise ValueError(f"sheet not well-formed: {damage}") from damage
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as written:
        for info in archive.infolist():
            replaced = {part: sheet, "xl/styles.xml": styles}.get(info.filename)
            written.writestr(info.filename, archive.read(info) if replaced is None else replaced)
    return out.getvalue()


def _marked(sheet: bytes, texts: Mapping[int, str], at: int, style: int) -> Iterator[bytes]:
    """The sheet's text in pieces, with one more cell in each named row."""
    letter = get_column_letter(at + 1).encode()
    old = re.compile(rb'<(?:\w+:)?c r="' + letter + rb'\d+"[^>]*?(?:/>|>.*?</(?:\w+:)?c>)', re.DOTALL)
    first = _ROW.search(sheet)
    yield _wider(sheet[: first.start() if first else len(sheet)], letter, at)
    begun, number = (first.start() if first else len(sheet)), 0
    for row in _ROW.finditer(sheet, begun):
        prefix, attributes, empty = row.groups()
        named = _NUMBER.search(attributes)
        number = int(named[1]) if named else number + 1
        yield sheet[begun : row.start()]
        end = row.end() if empty else sheet.index(b"</" + prefix + b"row>", row.end())
        body, begun = sheet[row.end() : end], end
        if number in texts:
            cell = _cell(prefix, letter, number, texts[number], style)
            tag = b"<" + prefix + b"row" + _SPANS.sub(b"", attributes)
            yield tag + b">" + _placed(old.sub(b"", body), cell, at)
            yield b"</" + prefix + b"row>" if empty else b""
        else:
            yield row[0] + old.sub(b"", body)
    yield sheet[begun:]


def _placed(body: bytes, cell: bytes, at: int) -> bytes:
    """The cells of a row with one more, before those that stand to its right."""
    for other in re.finditer(rb'<(?:\w+:)?c r="([A-Z]+)\d+"', body):
        if _index(other[1]) > at:
            return body[: other.start()] + cell + body[other.start() :]
    return body + cell


def _index(letters: bytes) -> int:
    """The 0-based place of a column's letters."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


def _cell(prefix: bytes, letter: bytes, row: int, text: str, style: int) -> bytes:
    """An inline text: never a formula."""
    p = prefix.decode()
    shown = escape(_UNWRITABLE.sub("�", text))
    styled = f' s="{style}"' if style else ""
    return (
        f'<{p}c r="{letter.decode()}{row}" t="inlineStr"{styled}>'
        f'<{p}is><{p}t xml:space="preserve">{shown}</{p}t></{p}is></{p}c>'
    ).encode()


def _wider(beginning: bytes, letter: bytes, at: int) -> bytes:
    """The part before the rows, with the sheet's extent and the width of the new column."""

    def extent(found: re.Match[bytes]) -> bytes:
        corner, last = found[2], found[3] or re.sub(rb"[A-Z]", b"", found[2])
        return found[1] + corner + b":" + letter + last + b'"'

    if b"<cols>" in beginning:
        width = f'<col min="{at + 1}" max="{at + 1}" width="{_WIDTH}" customWidth="1"/>'.encode()
        taken = any(
            int(low) <= at + 1 <= int(high) for low, high in re.findall(rb'<col min="(\d+)" max="(\d+)"', beginning)
        )
        beginning = beginning if taken else beginning.replace(b"</cols>", width + b"</cols>")
    narrower = _DIMENSION.search(beginning)
    reach = re.search(rb':([A-Z]+)\d+"', narrower[0]) if narrower else None
    if reach and _index(reach[1]) >= at:
        return beginning
    return _DIMENSION.sub(extent, beginning, count=1)


def _red(styles: bytes) -> tuple[bytes, int]:
    """The styles with one more, red and wrapped, and its number; 0 when the styles are not of the usual form."""
    fonts = re.search(rb'<fonts count="(\d+)"[^>]*>.*?</fonts>', styles, re.DOTALL)
    formats = re.search(rb'<cellXfs count="(\d+)"[^>]*>.*?</cellXfs>', styles, re.DOTALL)
    if fonts is None or formats is None:
        return styles, 0
    font, style = int(fonts[1]), int(formats[1])
    red = b'<font><sz val="10"/><color rgb="FFC00000"/></font></fonts>'
    wrapped = (
        f'<xf numFmtId="49" fontId="{font}" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
        '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    ).encode()
    for found, added, end in ((formats, wrapped, b"</cellXfs>"), (fonts, red, b"</fonts>")):
        grown = found[0].replace(b'count="' + found[1], b'count="' + str(int(found[1]) + 1).encode(), 1)
        styles = styles.replace(found[0], grown.replace(end, added), 1)
    return styles, style
