"""印前检查 (pre-flight) of every kind of PDF the press makes, and of the check itself: what is broken must be seen."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from reports import engine, fonts, forms, lists, registers
from reports.dossier import dossier_pdf
from reports.faults import PressStopped
from reports.filled import Filled
from reports.lists import recheck_list_pdf
from reports.periodic import periodic_pdf
from reports.summary import summary_pdf
from reports.volumes import Volume
from tests import pdf_reading
from tests.preflight import every, faults
from tests.press_samples import roll
from tests.test_writer_pdf import astray, pixels
from tests.volume_samples import MAKERS, PERIODIC, REGISTER, ROWS, SUMMARY, digest
from tests.volume_samples import dossier as case_file


@pytest.mark.parametrize("name", MAKERS)
def test_every_kind_of_pdf_may_be_kept_in_an_archive(name: str) -> None:
    made, identifier = MAKERS[name]()
    assert faults(made, identifier) == []


def test_the_engines_own_pdf_would_not_pass() -> None:
    found = faults(
        engine.write([engine.lay_out("<html lang='zh-CN'><p>一</p></html>", "table.css")], "0" * 32), "0" * 64
    )
    said = "\n".join(found)
    assert all(part in said for part in ("catalogue: not marked", "metadata: ", "intent: ", "attachment: ", "tags: "))


def _twice(book: pikepdf.Pdf) -> None:
    book.Root.AF = Array([book.Root.AF[0], book.Root.AF[0]])


def _script(book: pikepdf.Pdf) -> None:
    book.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=pikepdf.String("1"))


def _link(book: pikepdf.Pdf) -> None:
    book.Root.Extra = book.make_indirect(Dictionary(S=Name.URI, URI=pikepdf.String("x:")))


def _unembedded(book: pikepdf.Pdf) -> None:
    del _face(book).DescendantFonts[0].FontDescriptor.FontFile2


def _strange(book: pikepdf.Pdf) -> None:
    _face(book).BaseFont = Name("/ABCDEF+Helvetica")


def _wordless(book: pikepdf.Pdf) -> None:
    said = _face(book).ToUnicode.read_bytes()
    _face(book).ToUnicode = book.make_stream(re.sub(rb"\n<[0-9a-f]{4}><[0-9a-f]+>", b"", said, count=1))


def _wide(book: pikepdf.Pdf) -> None:
    _face(book).DescendantFonts[0].W = Array([0, 65535, 77])


def _misowned(book: pikepdf.Pdf) -> None:
    numbers = book.Root.StructTreeRoot.ParentTree.Kids[0].Nums
    numbers[1] = Array(list(reversed(list(numbers[1]))))


def _coloured(book: pikepdf.Pdf) -> None:
    book.pages[0].contents_add(b"1 0 0 rg", prepend=True)


def _glass(book: pikepdf.Pdf) -> None:
    book.pages[0].obj.Group = Dictionary(S=Name.Transparency)


def _mute(book: pikepdf.Pdf) -> None:
    for kept in book.objects:
        if isinstance(kept, Dictionary) and kept.get("/S") == "/Figure":
            del kept.Alt


def _rag(book: pikepdf.Pdf) -> None:
    cells = [kept for kept in book.objects if isinstance(kept, Dictionary) and kept.get("/S") == "/TD"]
    cells[0].A = Dictionary(O=Name.Table, ColSpan=9)


def _entry(name: str) -> Callable[[pikepdf.Pdf], None]:
    def spoil(book: pikepdf.Pdf) -> None:
        del book.Root[name]

    return spoil


def _face(book: pikepdf.Pdf) -> Any:
    return next(iter(book.pages[0].Resources.Font.values()))


SPOILERS: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "attached twice": (_twice, "attachment: 2 associated"), "script": (_script, "objects: JavaScript"),
    "link": (_link, "objects: URI"), "not embedded": (_unembedded, "not embedded"),
    "strange face": (_strange, "not one of our faces"), "no character": (_wordless, "no character for"),
    "widths": (_wide, "width of"), "owners": (_misowned, "tags: AssertionError"), "colour": (_coloured, "operator rg"),
    "transparency": (_glass, "objects: Group"), "no words": (_mute, "a picture without words"),
    "ragged table": (_rag, "tags: rows of"), "not marked": (_entry("/MarkInfo"), "catalogue: not marked"),
    "language": (_entry("/Lang"), "catalogue: language"), "intent": (_entry("/OutputIntents"), "intent: "),
    "metadata": (_entry("/Metadata"), "metadata: "), "tree": (_entry("/StructTreeRoot"), "tags: "),
    "data": (_entry("/AF"), "attachment: its digest"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILERS)
def test_what_is_broken_is_seen(name: str) -> None:
    spoil, expected = SPOILERS[name]
    paper = summary_pdf(SUMMARY)
    book = pikepdf.Pdf.open(BytesIO(paper.pdf))
    spoil(book)
    out = BytesIO()
    book.save(out, deterministic_id=True)
    assert any(expected in fault for fault in faults(out.getvalue(), paper.data_sha256))


class _Cells(HTMLParser):
    """Text of every heading, paragraph, cell and label of a page of ours, in order, without white space."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ("h1", "h2", "th", "td", "p") or (tag == "span" and self._open != "p"):
            self.found.append("")
            self._open = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += re.sub(r"\s", "", data)


def _written_and_read(monkeypatch: pytest.MonkeyPatch, make: Callable[[], Any]) -> tuple[list[str], list[str]]:
    """The texts of the pages that were filled in, and those of the PDF, without heads repeated on a further page."""
    filled, fill, pieces = _Cells(), engine.fill, engine.pieces

    def heard(template: str, **values: object) -> str:
        html = fill(template, **values)
        if not template.endswith(".svg") and template != registers.NUMBERS:
            filled.feed(re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
        return html

    def heard_in_pieces(template: str, **values: object) -> Filled:
        page = pieces(template, **values)
        filled.feed(page.html)
        return page

    monkeypatch.setattr(engine, "fill", heard)
    monkeypatch.setattr(engine, "pieces", heard_in_pieces)
    document = pdf_reading.tree(pdf_reading.opened(make().pdf))
    return [one for one in filled.found if one], list(_read(document))


def _read(document: pdf_reading.Element) -> Iterator[str]:
    above: tuple[str, ...] = ()
    for block in (block for part in document.children for block in part.children):
        texts = [re.sub(r"\s", "", one.text) for one in every(block) if not one.children and one.role != "Figure"]
        head = tuple(re.sub(r"\s", "", cell.text) for cell in block.children[0].children) if block.children else ()
        repeated = bool(head) and head == above
        above = head if block.role == "Table" else () if block.role in ("H1", "H2") else above
        yield from (one for one in (texts[len(head) :] if repeated else texts) if one)


def test_a_list_says_in_the_pdf_what_it_says_in_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    written, read = _written_and_read(monkeypatch, lambda: recheck_list_pdf(roll(40)))
    assert read == written
    assert "欧阳䶮𬭎" in read


def test_so_do_a_summary_a_register_and_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    for make in (
        lambda: summary_pdf(SUMMARY),
        lambda: registers.register_pdf(REGISTER, ROWS),
        lambda: periodic_pdf(PERIODIC),
    ):
        written, read = _written_and_read(monkeypatch, make)
        assert read == written
        monkeypatch.undo()


def test_a_list_laid_out_in_pieces_says_everything_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ROWS", 9)
    document = pdf_reading.tree(pdf_reading.opened(recheck_list_pdf(roll(40)).pdf))
    assert len(document.children) == 1
    cells = [one.text for one in every(document) if one.role == "TD" and re.fullmatch(r"370881101-\d{4}", one.text)]
    assert sorted(cells) == [f"370881101-{serial:04d}" for serial in range(40)]


def test_a_chart_is_one_picture_with_its_words_and_heads_stand_over_columns() -> None:
    document = pdf_reading.tree(pdf_reading.opened(periodic_pdf(PERIODIC).pdf))
    figures = [one for one in every(document) if one.role == "Figure"]
    assert [one.entries["/Alt"] for one in figures] == ["按类别", "逐月"]
    assert all(text in figures[0].text for text in ("低保4户（80.0%）", "边缘0户（0.0%）"))
    assert "6月" in figures[1].text
    heads = [one for one in every(document) if one.role == "TH"]
    scopes = {one.text: one.entries["/Scope"] for one in heads}
    assert (scopes["在册户数（户）"], scopes["平安镇"]) == ("/Column", "/Row")


@pytest.mark.parametrize("name", ["汇总表", "月报", "台账", "核查清单"])
def test_pages_look_as_the_layout_engine_draws_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[Any] = []
    lay_out = engine.lay_out

    def kept(*arguments: Any) -> Any:
        laid.append(lay_out(*arguments))
        return laid[-1]

    monkeypatch.setattr(engine, "lay_out", kept)
    ours, _ = MAKERS[name]()
    numbered = [one for one in laid if "numbers" not in one.pages[0]._page_box.page_type.name]
    theirs = engine.write(numbered, "0" * 32)
    assert len(pypdfium2.PdfDocument(ours)) == sum(len(one.pages) for one in numbered)
    for page in range(len(pypdfium2.PdfDocument(theirs))):
        some, other = pixels(ours, page, 2), pixels(theirs, page, 2)
        foot = int(some.height * 0.93)  # the numbers of the pages are put under them later
        some, other = (one.crop((0, 0, one.width, foot)) for one in (some, other))
        assert max(astray(some, other), astray(other, some)) < 0.0004 * some.width * some.height


def test_a_dossier_has_a_section_and_a_bookmark_for_each_part_and_its_data_attached() -> None:
    whole = case_file()
    book = pdf_reading.opened(dossier_pdf(whole).pdf)
    titles = ["封面和卷内目录", *(f"{part.title} {part.number}".rstrip() for part in whole.parts)]
    assert [one.entries["/T"] for one in pdf_reading.tree(book).children] == titles
    with book.open_outline() as outline:
        assert [one.title for one in outline.root] == titles
    kind, said = json.loads(book.Root.AF[0].EF.F.read_bytes())
    assert (kind, said["number"], len(said["parts"])) == ("Dossier", whole.number, len(whole.parts))
    paper = said["parts"][3]["sheet"]
    assert (len(paper["form"]), paper["letter"]["number"]) == (64, whole.parts[3].number)
    assert forms.fingerprint(whole.parts[4].sheet.letter) == said["parts"][4]["sheet"]["data"]  # type: ignore[union-attr]


def test_another_process_makes_the_same_bytes() -> None:
    names = ["核查清单", "汇总表", "案卷", "台账", "月报", "打印批次"]
    script = f"from tests.volume_samples import digest; print(digest({names!r}))"
    found = {
        subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                       capture_output=True, text=True, cwd=fonts.ROOT).stdout for seed in ("1", "7")
    }  # fmt: skip
    assert found == {digest(names) + "\n"}


BEYOND = (
    '<rect width="9" fill="#f00"/>', "<g/>", '<text transform="x">一</text>', '<path d=""/>',
    '<polyline points="1,1 2,2"/>',
)  # fmt: skip


@pytest.mark.parametrize("inside", BEYOND)
def test_a_chart_beyond_the_vocabulary_is_not_printed(inside: str) -> None:
    html = (
        f'<html lang="zh-CN"><body><div><svg viewBox="0 0 9 9" width="9" height="9">{inside}</svg></div></body></html>'
    )
    with pytest.raises(PressStopped, match="图中"):
        Volume("table.css").add(html)


def test_a_volume_without_a_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no part"):
        Volume("table.css").paper(b"[]", "x.json", "0")
