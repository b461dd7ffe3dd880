"""伪造的文书 (forged papers): a PDF with a genuine code is called genuine only when all of it is what was issued."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter, Transformation

from integrity import code_reading, printing, seal_lists, verifying
from integrity import papers as paperwork
from integrity.verifying import Finding
from reports.press import Variant, render_letter
from tests.codes_office import Sealed, notice, sealed
from tests.papers_office import papers

__all__ = ["papers", "sealed"]


@pytest.fixture
def pdf(sealed: Sealed) -> bytes:
    """The first paper, saved by another program: other bytes, the same pages."""
    if sealed.office.engine.dialect.name == "postgresql":
        pytest.skip("a page does not hang on the kind of database")
    with sealed.office.reading() as work:
        made = printing.reproduce(work, notice(sealed.office, sealed.numbers[0])).pdf
    out = BytesIO()
    with pikepdf.open(BytesIO(made)) as opened:
        opened.save(out)
    assert out.getvalue() != made
    return out.getvalue()


def judged(sealed: Sealed, pdf: bytes) -> Finding:
    """The answer of the office on a PDF."""
    given = code_reading.sight(pdf, "送验.pdf")
    code = sealed.codes[0]
    assert code in given.codes
    with sealed.office.reading() as work:
        found = verifying.against_register(work, verifying.judge(code, seal_lists.known(work)), code)
        return verifying.against_page(work, found, given)


def drawn_on(pdf: bytes, stream: bytes) -> bytes:
    """The PDF with more drawn on its last page."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        page = opened.pages[-1]
        page.Resources["/Font"]["/FJ"] = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.contents_add(b"q", prepend=True)
        page.contents_add(b"Q " + stream)
        opened.save(out)
    return out.getvalue()


def overlaid(pdf: bytes, picture: Image.Image) -> bytes:
    """The PDF with a picture over its last page; its text layer stays whole."""
    raw = BytesIO()
    picture.save(raw, "PDF")
    writer = PdfWriter(clone_from=BytesIO(pdf))
    over = PdfReader(BytesIO(raw.getvalue())).pages[0]
    writer.pages[-1].merge_transformed_page(over, Transformation().translate(80, 400))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_the_paper_itself_is_genuine_whoever_saved_it(sealed: Sealed, pdf: bytes) -> None:
    found = judged(sealed, pdf)
    assert found.answer == verifying.GENUINE
    assert "与登记簿重新印出的逐行相同，图像相同" in found.notes[-1]


def test_a_picture_laid_over_the_page_is_seen(sealed: Sealed, pdf: bytes) -> None:
    forged = Image.new("RGB", (400, 60), "white")
    ImageDraw.Draw(forged).text((10, 20), "FORGED 9999.99", fill="black")
    found = judged(sealed, overlaid(pdf, forged))
    assert found.answer == verifying.FALSE
    assert "图像与登记簿重新印出的不符" in found.notes[-1]


def test_a_few_covered_characters_are_enough_not_to_be_called_genuine(sealed: Sealed, pdf: bytes) -> None:
    *_, last = pypdfium2.PdfDocument(pdf)
    text = last.get_textpage()
    at = next(n for n in range(text.count_chars()) if text.get_text_range(n, 1).isdigit())
    left, low, right, high = text.get_charbox(at)
    cover = b"1 g %.2f %.2f %.2f %.2f re f" % (left, low, right - left, high - low)
    assert judged(sealed, drawn_on(pdf, cover)).answer != verifying.GENUINE, "one digit is painted over"
    assert judged(sealed, drawn_on(pdf, b"1 g 5 5 1 1 re f")).answer == verifying.GENUINE, "white on white"


def test_text_that_nobody_sees_is_a_difference(sealed: Sealed, pdf: bytes) -> None:
    for stream in (
        b"BT /FJ 9 Tf 3 Tr 60 300 Td (pay 9999.99 elsewhere) Tj ET",
        b"BT /FJ 9 Tf 60 -300 Td (aside) Tj ET",
    ):
        found = judged(sealed, drawn_on(pdf, stream))
        assert found.answer == verifying.FALSE, stream
        assert "看不见的或者在纸面以外的文字" in found.notes[-1]


def test_an_altered_line_among_many_invisible_ones_is_found(sealed: Sealed, pdf: bytes) -> None:
    with sealed.office.reading() as work:
        letter = paperwork.content(work, notice(sealed.office, sealed.numbers[0]))
    altered = render_letter(replace(letter, phone="0000-6666666"), code=sealed.codes[0]).pdf
    junk = b" ".join(b"1 0 0 1 20 %d Tm (junk line %d) Tj" % (800 - 4 * n, n) for n in range(190))
    assert judged(sealed, drawn_on(altered, b"BT /FJ 1 Tf 3 Tr " + junk + b" ET")).answer == verifying.FALSE
    found = judged(sealed, drawn_on(altered, b"BT /FJ 1 Tf " + junk + b" ET"))
    assert found.answer == verifying.CODE_ONLY, "much else stands there: nothing is said of the content"
    assert judged(sealed, altered).answer == verifying.FALSE


def test_a_page_more_is_not_what_was_issued(sealed: Sealed, pdf: bytes) -> None:
    writer = PdfWriter(clone_from=BytesIO(pdf))
    writer.add_blank_page()
    out = BytesIO()
    writer.write(out)
    found = judged(sealed, out.getvalue())
    assert (found.answer, "页数不符" in found.notes[-1]) == (verifying.FALSE, True)


def test_a_note_stuck_on_the_page_is_not_called_genuine(sealed: Sealed, pdf: bytes) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as opened:
        opened.pages[-1]["/Annots"] = pikepdf.Array([pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=pikepdf.Array([100, 100, 300, 140]),
            Contents="9999.99", DA="/Helv 12 Tf",
        )])  # fmt: skip
        opened.save(out)
    assert judged(sealed, out.getvalue()).answer != verifying.GENUINE


def test_a_scan_proves_the_code_alone(sealed: Sealed, pdf: bytes) -> None:
    out = BytesIO()
    pages = [one.render(scale=150 / 72).to_pil() for one in pypdfium2.PdfDocument(pdf)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    found = judged(sealed, out.getvalue())
    assert found.answer == verifying.CODE_ONLY
    assert "扫描件" in found.notes[-1]


def test_the_file_of_the_print_is_known_by_its_bytes_and_another_variant_by_its_pages(
    sealed: Sealed, pdf: bytes
) -> None:
    assert pdf
    with sealed.office.reading() as work:
        paper = notice(sealed.office, sealed.numbers[0])
        letter = paperwork.content(work, paper)
        own = printing.original(work, paper)
    assert "逐字节相同" in judged(sealed, own.read_bytes()).notes[-1]
    large = render_letter(letter, variant=Variant(large=True), code=sealed.codes[0]).pdf
    assert judged(sealed, large).answer == verifying.GENUINE
