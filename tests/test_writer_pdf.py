"""成 PDF (the PDF writer): what it writes is read back with other programs; no text may get lost or change."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from PIL import Image as Pictures
from PIL import ImageChops, ImageFilter
from pypdf import PdfReader

from reports import engine, fonts, marks
from reports.setup import FACES
from reports.writer import compose, drawing, pdf
from reports.writer.objects import Objects
from reports.writer.program import Fount, fount, further
from reports.writer.sheet import Bar, Image, Leaf, Page, Piece, Placed, Ring, Sheets, Words
from reports.writer.sheet import marks as words_of
from reports.writer.sorts import sort
from tests import pdf_reading
from tests.press_samples import COMMITMENT, DECISION, LETTERS, WITHDRAWAL

IDENTIFIER = hashlib.sha256(b"data").hexdigest()
DATA = '{"户主": "欧阳䶮𬭎"}'.encode()
CODE = "CXJZ1|F15|清河民核〔2026〕7号"
FANG, SONG, RARE = "PressFang.ttf", "PressSong.ttf", "PressRareA.ttf"
PLAIN = {"data": "0" * 64, "version": "0" * 12, "mark": ""}


def composed(letter: object) -> Sheets:
    """A sample letter, set."""
    html = engine.fill(f"letters/{letter.template}", letter=letter, qr="asset:x", **PLAIN)  # type: ignore[attr-defined]
    return compose.compose(html, "letter.css", {"asset:x": marks.qr(CODE)})


def sheets(*leaves: Leaf, **images: bytes) -> Sheets:
    """A page of the given leaves, 100 pixels one below the other."""
    placed = [Placed(leaf, 100, 60 + 100 * number) for number, leaf in enumerate(leaves)]
    return Sheets([Page(placed)], 793.701, 1122.52, "文书 <一> & “二”", "清河县平安镇人民政府", "2026-09-07", images)


def paragraph(text: str, face: str = FANG, role: str = "P") -> Leaf:
    """One line."""
    return Leaf(role, 40, (Piece(role, (Words(0, 20, face, 20, 0.5, text),)),))


def written(paper: Sheets) -> bytes:
    """The paper as a PDF of its own."""
    return pdf.one(paper, DATA, "数据.json", IDENTIFIER)


def pieces(paper: Sheets) -> Iterator[tuple[str, str]]:
    """Role and text of what a paper says, in reading order."""
    for page in paper.pages:
        for placed in page.leaves:
            yield from (("Figure", "") for _ in placed.leaf.images)
            for piece in sorted(placed.leaf.pieces, key=lambda one: one.row):
                text = "".join(words.text for words in piece.words)
                if text or placed.leaf.role == "Table":
                    yield piece.role, text


def test_every_piece_of_every_letter_is_read_back_in_order_with_its_role() -> None:
    for letter in LETTERS:
        paper = composed(letter)
        book = pdf_reading.opened(written(paper))
        document = pdf_reading.tree(book)
        assert (document.role, [part.role for part in document.children]) == ("Document", ["Sect"])
        assert list(document.flat()) == list(pieces(paper)), letter.title
        feet = ["".join(words.text for words in page.margin) for page in paper.pages]
        assert [pdf_reading.tagged(page)[1] for page in book.pages] == feet


def test_another_reader_finds_the_same_characters_on_every_page() -> None:
    paper = composed(WITHDRAWAL)
    for page, read in zip(paper.pages, PdfReader(BytesIO(written(paper))).pages, strict=True):
        text = "".join(words.text for words in words_of(page))
        assert sorted("".join(read.extract_text().split())) == sorted("".join(text.split()))


def test_tables_have_rows_heads_and_wide_cells() -> None:
    document = pdf_reading.tree(pdf_reading.opened(written(composed(WITHDRAWAL))))
    table = [one for one in document.children[0].children if one.role == "Table"][-1]
    assert {row.role for row in table.children} == {"TR"}
    columns = table.children[0].children
    assert [cell.role for cell in columns] == ["TH"] * 4
    assert all(cell.entries["/Scope"] == "/Column" for cell in columns)
    (total,) = (cell for row in table.children for cell in row.children if cell.text == "合计")
    assert total.entries == {"/O": "/Table", "/ColSpan": "2", "/Scope": "/Row"}
    assert [cell.text for cell in table.children[-1].children][-1] == ""


def test_a_picture_is_told_to_the_blind_and_decoration_is_not() -> None:
    paper = composed(DECISION)
    document = pdf_reading.tree(pdf_reading.opened(written(paper)))
    (figure,) = (one for one in document.children[0].children if one.role == "Figure")
    assert figure.entries["/Alt"] == "核验码"


@pytest.mark.parametrize("face", [face.file for face in FACES])
def test_characters_that_share_a_glyph_are_told_apart(face: str) -> None:
    """For example 一 and ⼀, · and •, - and ‑: drawn alike, read back as written."""
    glyphs = sort(face).glyphs
    alike = [point for point in sorted(further(sort(face))) if point >= 0x20][:40]
    drawn_by = {glyph: point for point, glyph in sorted(glyphs.items(), reverse=True)}
    text = "".join(chr(point) + chr(drawn_by[glyphs[point]]) for point in alike) or chr(max(glyphs))
    document = pdf_reading.tree(pdf_reading.opened(written(sheets(paragraph(text, face)))))
    assert list(document.flat()) == [("P", text)]


def outlines(font: TTFont, glyph: str) -> object:
    """What a glyph draws, its parts included."""
    pen = DecomposingRecordingPen(font.getGlyphSet())
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value


def test_font_programs_are_sound_and_draw_what_the_faces_draw() -> None:
    texts = {FANG: "承诺人（签名）·", SONG: "2026 年—䶮", RARE: "㛃" + chr(max(sort(RARE).glyphs))}
    book = pdf_reading.opened(written(sheets(*(paragraph(text, face) for face, text in texts.items()))))
    for face, text in texts.items():
        checked(book.pages[0].Resources.Font[f"/{fount(face).resource.decode()}"], fonts.folder() / face, text)


def checked(font: pikepdf.Object, file: Path, text: str) -> None:
    """Is a font of a PDF sound, and does it draw the text as the face in the file does?"""
    inner = font.DescendantFonts[0]
    program, places = inner.FontDescriptor.FontFile2.read_bytes(), inner.CIDToGIDMap.read_bytes()
    words = struct.unpack(f">{len(program) // 4}I", program)
    assert sum(words) % 2**32 == 0xB1B0AFBA
    codes = {one: code for code, one in pdf_reading.characters(font).items()}
    assert sorted(codes) == sorted(set(text))
    with TTFont(BytesIO(program), checkChecksums=2) as embedded, TTFont(file) as whole:
        embedded.setGlyphOrder([f"g{number}" for number in range(embedded["maxp"].numGlyphs)])
        for character in text:
            glyph = f"g{int.from_bytes(places[2 * codes[character] :][:2], 'big')}"
            name = whole.getBestCmap()[ord(character)]
            assert outlines(embedded, glyph) == outlines(whole, name), character
            assert embedded["hmtx"][glyph] == whole["hmtx"][name]
            per_mille = whole["hmtx"][name][0] * 1000 / whole["head"].unitsPerEm
            assert width(inner, codes[character]) == pytest.approx(per_mille, abs=0.01)


def test_a_glyph_made_of_parts_brings_them_along(tmp_path: Path) -> None:
    line = TTGlyphPen(None)
    for x, y in ((0, 0), (0, 500), (90, 500)):
        (line.lineTo if (x, y) != (0, 0) else line.moveTo)((x, y))
    line.closePath()
    glyphs = {".notdef": TTGlyphPen(None).glyph(), "other": line.glyph(), "one": line.glyph()}
    pair = TTGlyphPen(glyphs)
    pair.addComponent("one", (1, 0, 0, 1, 0, 0))
    pair.addComponent("one", (0.5, 0, 0, 1, 400, 20))
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([*glyphs, "pair"])
    font.setupCharacterMap({ord("二"): "pair", ord("丨"): "other"})
    font.setupGlyf({**glyphs, "pair": pair.glyph()})
    font.setupHorizontalMetrics(dict.fromkeys([*glyphs, "pair"], (1000, 0)))
    font.setupHorizontalHeader(ascent=880, descent=-120)
    font.setupPost()
    font.save(tmp_path / "Parts.ttf")
    objects = Objects(6)
    entry = Fount(str(tmp_path / "Parts.ttf"), 0).embed("二", objects)
    root = objects.plain(b"<</Type/Catalog/Pages<</Type/Pages/Kids[]/Count 0>>/Fonts<<%s>>>>" % entry)
    book = pikepdf.Pdf.open(BytesIO(objects.finish(b"/Root %d 0 R" % root)))
    checked(book.Root.Fonts.F0, tmp_path / "Parts.ttf", "二")


def width(font: pikepdf.Object, code: int) -> float:
    """Width of a code as the font says."""
    said = list(font.W)
    for first, run in zip(said[::2], said[1::2], strict=True):
        if first <= code < first + len(run):
            return float(run[code - first])
    return float(font.DW)


def test_only_our_faces_are_used_and_each_once() -> None:
    book = pdf_reading.opened(written(composed(COMMITMENT)))
    names = [str(font.BaseFont) for font in book.pages[0].Resources.Font.values()]
    assert len(names) == len(set(names))
    assert {name[8:] for name in names} <= {face.file.removesuffix(".ttf") for face in FACES}
    assert all(len(name) == len("/ABCDEF+") + len(name[8:]) and name[7] == "+" for name in names)


def test_it_keeps_the_rules_of_the_archive_format() -> None:
    paper = composed(DECISION)
    raw = written(paper)
    book = pdf_reading.opened(raw)
    root = book.Root
    said = book.open_metadata()  # no `with`: that would write dates of now into the document information
    assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("3", "A")
    assert said["dc:title"] == str(book.docinfo["/Title"]) == paper.title
    assert said["dc:creator"] == [str(book.docinfo["/Author"])] == [paper.author]
    assert said["xmp:CreateDate"] == said["xmp:ModifyDate"] == "2026-09-07T00:00:00+08:00"
    assert said["pdf:Producer"] == str(book.docinfo["/Producer"])
    assert str(book.docinfo["/CreationDate"]) == str(book.docinfo["/ModDate"]) == "D:20260907000000+08'00'"
    assert "/Filter" not in root.Metadata
    assert str(root.Lang) == "zh-CN"
    assert root.MarkInfo.Marked is root.ViewerPreferences.DisplayDocTitle is True
    (intent,) = root.OutputIntents
    profile = intent.DestOutputProfile.read_bytes()
    assert (str(intent.S), int(intent.DestOutputProfile.N)) == ("/GTS_PDFA1", 1)
    assert (profile[12:20], profile[36:40], int.from_bytes(profile[:4], "big")) == (b"mntrGRAY", b"acsp", len(profile))
    (file,) = root.AF
    assert file.objgen == root.Names.EmbeddedFiles.Names[1].objgen
    assert (str(file.AFRelationship), str(file.EF.F.Subtype)) == ("/Data", "/application/json")
    assert str(file.UF) == "数据.json"
    assert file.EF.F.read_bytes() == DATA
    assert str(file.EF.F.Params.ModDate) == "D:20260907000000+08'00'"
    assert [bytes(one) for one in book.trailer.ID] == [bytes.fromhex(IDENTIFIER[:32])] * 2
    for page in book.pages:
        assert "/Resources" in page.obj
        assert {"/Group", "/AA", "/Annots"}.isdisjoint(page.keys())
    forbidden = re.compile(rb"/(JavaScript|JS|SMask|ExtGState|Launch|Encrypt|LZWDecode|XFA|OpenAction)\b")
    assert not [kept for kept in book.objects if forbidden.search(kept.unparse(resolved=True))]
    for kept in book.objects:
        if isinstance(kept, pikepdf.Dictionary) and kept.get("/Type") == "/Font" and "/CIDToGIDMap" in kept:
            assert {"/FontFile2", "/FontBBox", "/Flags"} <= set(kept.FontDescriptor.keys())


def pixels(raw: bytes, page: int, scale: float) -> Pictures.Image:
    """A page as a grey picture."""
    return pypdfium2.PdfDocument(raw)[page].render(scale=scale, grayscale=True).to_pil()


def astray(some: Pictures.Image, other: Pictures.Image) -> int:
    """Pixels of a page darker or lighter than anything next to them on the other page."""
    darker = ImageChops.subtract(other.filter(ImageFilter.MinFilter(5)), some)
    lighter = ImageChops.subtract(some, other.filter(ImageFilter.MaxFilter(5)))
    return sum(sum(one.histogram()[64:]) for one in (darker, lighter))


@pytest.mark.parametrize("letter", [DECISION, WITHDRAWAL], ids=lambda letter: letter.title)
def test_pages_look_as_the_layout_engine_draws_them(letter: object) -> None:
    """The engine rounds letter spacing, so a line's end may be off by a sixth of a point, less than a pixel."""
    html = engine.fill(f"letters/{letter.template}", letter=letter, qr="asset:x", **PLAIN)  # type: ignore[attr-defined]
    theirs = engine.write([engine.lay_out(html, "letter.css", {"asset:x": marks.qr(CODE)})], IDENTIFIER)
    ours = written(composed(letter))
    for page in range(len(PdfReader(BytesIO(theirs)).pages)):
        some, other = pixels(ours, page, 2), pixels(theirs, page, 2)
        assert some.size == other.size
        assert max(astray(some, other), astray(other, some)) < 0.0004 * some.width * some.height


def test_the_check_code_is_read_from_the_page_whichever_way_it_was_given() -> None:
    png = marks.qr(CODE)
    side, rows, dark = drawing.modules(png)
    whole = Pictures.frombytes("1", (side, side), rows)
    bare = whole.crop((1, 1, side - 1, side - 1))  # without the light modules around it
    packed = b"QR" + bytes([side - 2]) + bytes(255 - byte for byte in bare.tobytes())
    assert dark == 0
    images = [Leaf("Figure", 91, images=(Image(0, 0, 91, "code", "核验码"),)) for _ in range(2)]
    first, second = written(sheets(images[0], code=png)), written(sheets(images[1], code=packed))
    for raw in (first, second):
        (found,) = zxingcpp.read_barcodes(pixels(raw, 0, 3))
        assert found.text == CODE
    assert astray(pixels(first, 0, 4), pixels(second, 0, 4)) == 0


def test_rows_that_would_end_the_picture_are_written_as_digits() -> None:
    side = 24
    rows = b"\x00EI\n" + bytes(68)
    picture = drawing.picture(Image(0, 0, 24, "code", ""), b"QR" + bytes([side]) + rows)
    assert b"/F/AHx ID " + rows.hex().encode() in picture
    with pytest.raises(ValueError, match="side"):
        drawing.modules(b"QR\x18" + rows[:-1])


def test_text_after_a_grey_line_is_black_and_the_seal_place_is_dashed() -> None:
    grey = replace(paragraph("黑", SONG), bars=(Bar(0, 0, 100, 5, 0.5),))
    ring = Leaf("", 160, rings=(Ring(0, 0, 158.74, 0.945, 0.533),))
    picture = pixels(written(sheets(grey, ring)), 0, 4)
    assert picture.getpixel((int(150 * 0.75 * 4), int(62.5 * 0.75 * 4))) == pytest.approx(128, abs=2)
    assert min(picture.crop((300, 200, 400, 260)).get_flattened_data()) == 0
    edge = [picture.getpixel((round(3 * (100 + 79.37 + 78.9 * x)), round(3 * (160 + 79.37 + 78.9 * y))))
            for x, y in [(1, 0), (0.7071, 0.7071), (0, 1), (-0.7071, 0.7071)]]  # fmt: skip
    assert edge[1] == edge[3] == 255, "a gap at each 45°"
    assert 100 < min(picture.crop((300, 480, 1000, 960)).get_flattened_data()) < 180


def run_of(papers: list[Sheets]) -> tuple[bytes, list[pdf.Laid]]:
    """A run, each letter on a right-hand page."""
    run = pdf.Run("批量文书", IDENTIFIER)
    laid = []
    for number, paper in enumerate(papers):
        laid.append(run.add(paper, DATA, f"清河民核〔2026〕{number}号"))
        if len(paper.pages) % 2:
            run.blank()
    return run.write(), laid


def test_a_run_holds_the_same_pages_as_each_letter_alone() -> None:
    papers = [composed(letter) for letter in (*LETTERS, *LETTERS)]
    raw, laid = run_of(papers)
    book = pdf_reading.opened(raw)
    for paper, place in zip(papers, laid, strict=True):
        alone = pdf_reading.opened(written(paper))
        pages = book.pages[place.first_page - 1 : place.first_page - 1 + place.pages]
        assert [body(page) for page in pages] == [body(page) for page in alone.pages]
        assert hashlib.sha256(b"".join(body(page) for page in alone.pages)).hexdigest() == place.content_sha256
    assert [place.first_page % 2 for place in laid] == [1] * len(laid)
    document = pdf_reading.tree(book)
    assert [part.entries["/T"] for part in document.children] == [place.number for place in laid]
    assert [list(part.flat()) for part in document.children] == [list(pieces(paper)) for paper in papers]


def body(page: pikepdf.Page) -> bytes:
    """All operators of a page, as they are in its streams."""
    content = page.Contents
    return b"".join(one.read_bytes() for one in (content if isinstance(content, pikepdf.Array) else [content]))


def test_a_run_has_a_bookmark_and_a_line_for_each_letter_and_each_face_once() -> None:
    raw, laid = run_of([composed(DECISION), sheets(paragraph("䶮", SONG)), composed(COMMITMENT)])
    book = pdf_reading.opened(raw)
    with book.open_outline() as outline:
        for item, place in zip(outline.root, laid, strict=True):
            assert item.title == place.number
            assert item.destination[0].objgen == book.pages[place.first_page - 1].objgen
    listed = json.loads(book.Root.AF[0].EF.F.read_bytes())
    assert [one["number"] for one in listed["letters"]] == [place.number for place in laid]
    assert {one["data_sha256"] for one in listed["letters"]} == {hashlib.sha256(DATA).hexdigest()}
    assert len({page.Resources.objgen for page in book.pages}) == 1
    assert "/Contents" not in book.pages[laid[1].first_page].obj  # the page after a letter of one page


def test_an_empty_run_is_refused() -> None:
    with pytest.raises(ValueError, match="empty run"):
        pdf.Run("批量文书", IDENTIFIER).write()


SCRIPT = """
import hashlib
from tests.test_writer_pdf import composed, run_of, written
from tests.press_samples import DECISION, COMMITMENT
run, _ = run_of([composed(DECISION), composed(COMMITMENT)] * 4)
print(hashlib.sha256(written(composed(DECISION)) + run).hexdigest())
"""


def test_another_process_writes_the_same_bytes() -> None:
    found = {
        subprocess.run([sys.executable, "-c", SCRIPT], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                       capture_output=True, text=True, cwd=fonts.ROOT).stdout for seed in ("1", "7")
    }  # fmt: skip
    papers = [composed(DECISION), composed(COMMITMENT)] * 4
    here = hashlib.sha256(written(composed(DECISION)) + run_of(papers)[0]).hexdigest()
    assert found == {here + "\n"}


def test_a_table_of_more_cells_than_an_object_stream_holds() -> None:
    cells = tuple(Piece("TD", (Words(0, 20, SONG, 20, 0, f"{number}"),), row=number // 5) for number in range(3000))
    document = pdf_reading.tree(pdf_reading.opened(written(sheets(Leaf("Table", 900, cells)))))
    assert [text for _, text in document.flat()] == [str(number) for number in range(3000)]


def test_sizes_stay_small() -> None:
    papers = [composed(replace(DECISION, number=f"清河民核〔2026〕{number}号")) for number in range(200)]
    raw, _ = run_of(papers)
    alone = written(papers[0])
    assert len(alone) < 160_000
    assert len(raw) - len(alone) < 200 * 3_000
