"""印前检查 (pre-flight): is a PDF of ours what an archive may keep? ISO 19005-3:2012, level A.

`faults` names everything that is wrong instead of stopping at the first, so that its own tests can see what it sees.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont

from reports.setup import FACES
from tests import pdf_reading
from tests.pdf_reading import Element

OURS = {face.file.removesuffix(".ttf") for face in FACES}
ROLES = {"Document", "Sect", "H1", "H2", "H3", "P", "Figure", "Table", "TR", "TH", "TD"}
PAINT = {
    "q", "Q", "cm", "w", "d", "m", "l", "c", "h", "S", "f", "B", "n", "g", "G", "BT", "ET", "Tf", "Tc", "Td", "Tj",
    "BMC", "BDC", "EMC", "INLINE IMAGE",
}  # fmt: skip
"""Operators of a page: text, lines and pictures in grey, and nothing else."""
ACTIONS = re.compile(
    rb"/(JavaScript|JS|Launch|URI|GoToR|GoToE|SubmitForm|ImportData|Rendition|RichMedia|Movie|Sound|OpenAction|AA|XFA|"
    rb"AcroForm|Annots|SMask|ExtGState|Group|Encrypt|LZWDecode|OCProperties|PostScript|Ref)(?![A-Za-z0-9])"
)
"""What an archive may not keep, or what we never write."""

_STRINGS = re.compile(rb"\((?:\\.|[^()\\])*\)|<[0-9a-fA-F]*>")


def faults(raw: bytes, identifier: str = "") -> list[str]:
    """Everything that is wrong with a PDF; `identifier` is the digest of its data, when it has to be that."""
    try:
        book = pikepdf.Pdf.open(BytesIO(raw))
    except pikepdf.PdfError as fault:
        return [f"unreadable: {fault}"]
    checks = (_file, _catalogue, _metadata, _intent, _attachment, _objects, _pages, _fonts, _tags)
    found = [fault for check in checks for fault in _heard(check, book)]
    data = _data(book)
    if identifier and (data is None or hashlib.sha256(data).hexdigest() != identifier):
        found.append("attachment: its digest is another")
    key = [bytes(one) for one in book.trailer.ID] if "/ID" in book.trailer else []
    if len(key) != 2 or (identifier and key != [bytes.fromhex(identifier[:32])] * 2):
        found.append("file: the identifier is not that of the data")
    return found


def _heard(check: Any, book: pikepdf.Pdf) -> Iterator[str]:
    """The faults of one check; what it stumbles over is a fault too."""
    name = check.__name__[1:]
    try:
        yield from (f"{name}: {fault}" for fault in check(book))
    except (AssertionError, AttributeError, KeyError, IndexError, TypeError, ValueError) as fault:
        yield f"{name}: {type(fault).__name__} {fault}"


def _file(book: pikepdf.Pdf) -> Iterator[str]:
    yield from book.check_pdf_syntax()
    if book.is_encrypted:
        yield "encrypted"
    if book.pdf_version != "1.7":
        yield f"version {book.pdf_version}"


def _catalogue(book: pikepdf.Pdf) -> Iterator[str]:
    root = book.Root
    if str(root.get("/Lang")) != "zh-CN":
        yield "language"
    if root.get("/MarkInfo", {}).get("/Marked") is not True:
        yield "not marked"
    if root.get("/ViewerPreferences", {}).get("/DisplayDocTitle") is not True:
        yield "title not shown"


def _metadata(book: pikepdf.Pdf) -> Iterator[str]:
    if "/Filter" in book.Root.Metadata:
        yield "packed"
    said, info = book.open_metadata(), book.docinfo
    if (said["pdfaid:part"], said["pdfaid:conformance"]) != ("3", "A"):
        yield "not PDF/A-3a"
    if not str(info["/Title"]) or said["dc:title"] != str(info["/Title"]):
        yield "title"
    if said["dc:creator"] != [str(info["/Author"])]:
        yield "author"
    if str(info["/CreationDate"]) != str(info["/ModDate"]) or said["xmp:CreateDate"] != said["xmp:ModifyDate"]:
        yield "made and changed on different days"
    day = said["xmp:CreateDate"]
    if str(info["/CreationDate"]) != f"D:{day[:10].replace('-', '')}000000+08'00'" or "T00:00:00+08:00" not in day:
        yield "date"


def _intent(book: pikepdf.Pdf) -> Iterator[str]:
    (intent,) = book.Root.OutputIntents
    profile = intent.DestOutputProfile.read_bytes()
    if str(intent.S) != "/GTS_PDFA1" or int(intent.DestOutputProfile.N) != 1:
        yield "kind"
    if profile[16:20] != b"GRAY" or int.from_bytes(profile[:4], "big") != len(profile):
        yield "profile"


def _data(book: pikepdf.Pdf) -> bytes | None:
    """The one file that is attached."""
    files = list(book.Root.get("/AF", []))
    return files[0].EF.F.read_bytes() if len(files) == 1 else None


def _attachment(book: pikepdf.Pdf) -> Iterator[str]:
    files, names = list(book.Root.AF), list(book.Root.Names.EmbeddedFiles.Names)
    if [file.objgen for file in files] != [file.objgen for file in names[1::2]] or len(files) != 1:
        yield f"{len(files)} associated, {len(names) // 2} embedded"
    (file,) = files[:1]
    if str(file.AFRelationship) != "/Data" or str(file.EF.F.Subtype) != "/application/json":
        yield "kind"
    if str(file.UF) != str(file.F) or not str(file.UF).endswith(".json") or not str(file.Desc):
        yield "name"
    stream = file.EF.F
    if {str(stream.Params.ModDate), str(stream.Params.CreationDate)} != {str(book.docinfo["/CreationDate"])}:
        yield "date"
    if int(stream.Params.Size) != len(stream.read_bytes()):
        yield "size"
    json.loads(stream.read_bytes())


def _objects(book: pikepdf.Pdf) -> Iterator[str]:
    for kept in book.objects:
        said = (kept.stream_dict if isinstance(kept, pikepdf.Stream) else kept).unparse(resolved=True)
        yield from {found.decode() for found in ACTIONS.findall(_STRINGS.sub(b"", said))}
        if isinstance(kept, pikepdf.Stream) and str(kept.get("/Filter", "")) not in ("", "/FlateDecode"):
            yield f"filter {kept.Filter}"
        if isinstance(kept, pikepdf.Stream) and {"/F", "/FFilter"} & set(kept.keys()):
            yield "content outside the file"


def _pages(book: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(book.pages, 1):
        depth = 0
        for operands, operator in pikepdf.parse_content_stream(page):
            said = str(operator)
            if said not in PAINT:
                yield f"page {number}: operator {said}"
            if said == "INLINE IMAGE" and str(operands[0].obj.get("/ColorSpace", "/G")) not in ("/G", "/DeviceGray"):
                yield f"page {number}: colour of a picture"
            depth += {"q": 1, "Q": -1}.get(said, 0)
            if depth < 0:
                yield f"page {number}: Q without q"
        if depth:
            yield f"page {number}: q without Q"
        if set(page.Resources.keys()) != {"/Font"}:
            yield f"page {number}: resources {sorted(page.Resources.keys())}"


def _codes(book: pikepdf.Pdf) -> dict[tuple[int, int], tuple[pikepdf.Object, set[int]]]:
    """The fonts of all pages, each with the codes that are drawn in it."""
    used: dict[tuple[int, int], tuple[pikepdf.Object, set[int]]] = {}
    for page in book.pages:
        face: set[int] = set()
        for operands, operator in pikepdf.parse_content_stream(page):
            if str(operator) == "Tf":
                font = page.Resources.Font[str(operands[0])]
                face = used.setdefault(font.objgen, (font, set()))[1]
            elif str(operator) == "Tj":
                data = bytes(operands[0])
                face.update(data[at] << 8 | data[at + 1] for at in range(0, len(data), 2))
    return used


def _fonts(book: pikepdf.Pdf) -> Iterator[str]:
    used = _codes(book)
    names = [str(font.BaseFont) for font, _ in used.values()]
    if len(names) != len(set(names)):
        yield "a face embedded twice"
    for font, codes in used.values():
        yield from (f"{font.BaseFont}: {fault}" for fault in _font(font, codes))


def _font(font: pikepdf.Object, codes: set[int]) -> Iterator[str]:
    (below,) = font.DescendantFonts
    name = str(font.BaseFont)
    if not re.fullmatch(r"/[A-Z]{6}\+[\w-]+", name) or name[8:] not in OURS or str(below.BaseFont) != name:
        yield "not one of our faces"
    if (str(font.Subtype), str(below.Subtype), str(font.Encoding)) != ("/Type0", "/CIDFontType2", "/Identity-H"):
        yield "kind"
    if "/FontFile2" not in below.FontDescriptor:
        yield "not embedded"
        return
    if missing := codes - set(pdf_reading.characters(font)):
        yield f"no character for {sorted(missing)[:5]}"
    program = TTFont(BytesIO(below.FontDescriptor.FontFile2.read_bytes()))
    widths, glyphs = _widths(below), _glyphs(below, codes)
    order, em = program.getGlyphOrder(), int.from_bytes(program.reader["head"][18:20], "big")
    for code in sorted(codes):
        glyph = glyphs[code]
        if not 0 < glyph < len(order):
            yield f"no glyph for {code}"
        elif abs(widths.get(code, float(below.get("/DW", 1000))) - 1000 * program["hmtx"][order[glyph]][0] / em) > 1:
            yield f"width of {code}"


def _glyphs(below: pikepdf.Object, codes: set[int]) -> dict[int, int]:
    """Code → glyph of the embedded program."""
    table = below.CIDToGIDMap
    if not isinstance(table, pikepdf.Stream):
        return {code: code for code in codes}
    data = table.read_bytes()
    return {code: int.from_bytes(data[2 * code : 2 * code + 2], "big") for code in codes}


def _widths(below: pikepdf.Object) -> dict[int, float]:
    """Code → width as the font dictionary says it. ISO 32000-1, 9.7.4.3."""
    found: dict[int, float] = {}
    said = list(below.get("/W", []))
    while said:
        first = int(said.pop(0))
        if isinstance(said[0], pikepdf.Array):
            found |= {first + at: float(width) for at, width in enumerate(said.pop(0))}
        else:
            last, width = int(said.pop(0)), float(said.pop(0))
            found |= dict.fromkeys(range(first, last + 1), width)
    return found


def _tags(book: pikepdf.Pdf) -> Iterator[str]:
    document = pdf_reading.tree(book)
    if document.role != "Document" or {part.role for part in document.children} != {"Sect"}:
        yield "not a document of sections"
    for one in every(document):
        if one.role not in ROLES:
            yield f"role {one.role}"
        if one.role == "Figure" and not one.entries.get("/Alt"):
            yield "a picture without words"
        if one.role == "Table":
            yield from _table(one)


def every(element: Element) -> Iterator[Element]:
    """The element and all below it, in order."""
    yield element
    for child in element.children:
        yield from every(child)


def _table(table: Element) -> Iterator[str]:
    """Rows of cells, which together fill as many columns in each row."""
    if any(row.role != "TR" or {cell.role for cell in row.children} - {"TH", "TD"} for row in table.children):
        yield "a table of other things than rows and cells"
        return
    hanging: list[tuple[int, int]] = []  # rows still to fill, columns
    sizes = set()
    for row in table.children:
        spans = [(int(cell.entries.get("/RowSpan", 1)), int(cell.entries.get("/ColSpan", 1))) for cell in row.children]
        sizes.add(sum(across for _, across in [*hanging, *spans]))
        hanging = [(down - 1, across) for down, across in [*hanging, *spans] if down > 1]
    if len(sizes) != 1:
        yield f"rows of {sorted(sizes)} columns"
