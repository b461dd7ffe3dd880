"""不可信的文件 (files of strangers): bombs, nests and odd digits cost no memory, no crash, and are refused in words."""

from __future__ import annotations

import os
import resource
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain
from pathlib import Path

import pypdfium2
import pytest
from sqlmodel import select

from integrity import code_reading, pdf_reading, receipt_reading, seal_lists, seals
from integrity import papers as paperwork
from integrity.errors import Invalid, NotFound, Refused
from integrity.records.seals import SealKey
from integrity.rules import check_code
from integrity.rules.house_order import house_order
from integrity.vault import load_vault, public_key, signing_id
from reports.faults import PressStopped
from reports.press import Variant, render_letter
from tests.codes_office import Sealed, sealed
from tests.papers_office import papers
from tests.press_samples import DECISION

__all__ = ["papers", "sealed"]
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"


def pdf(*objects: bytes) -> bytes:
    """A PDF out of its objects."""
    made, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(objects) + 1, table, end)


def attaching(body: bytes, filtered: bytes = b"") -> bytes:
    """A page with a file attached."""
    names = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a) 4 0 R]>>>>>>"
    stream = b"<</Type/EmbeddedFile%s/Length %d>>stream\n%s\nendstream" % (filtered, len(body), body)
    spec = b"<</Type/Filespec/F(a)/UF(a)/EF<</F 5 0 R>>>>"
    return pdf(names, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE, spec, stream)


def zeros(megabytes: int) -> bytes:
    """Many zeros, deflated."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


def bombs() -> Iterator[bytes]:
    """A page of 25 square metres; attachments and a drawing that swell a thousandfold."""
    tree = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    yield pdf(*tree, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400 14400]>>")
    yield attaching(zeros(100), b"/Filter/FlateDecode")
    yield attaching(zeros(1500), b"/Filter/FlateDecode")
    body = zeros(1500)
    drawing = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(body), body)
    yield pdf(*tree, PAGE.replace(b"]>>", b"]/Contents 4 0 R>>"), drawing)


def test_a_bomb_is_refused_and_the_office_keeps_its_memory(tmp_path: Path) -> None:
    own, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    file = tmp_path / "送验.pdf"
    for bomb in bombs():
        file.write_bytes(bomb)
        with pytest.raises(Invalid, match=r"送验\.pdf"):
            code_reading.read(file)
        with pytest.raises(Invalid, match=r"送验\.pdf"):
            receipt_reading.read(bomb, "送验.pdf")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(others, 1_300_000), "kilobytes"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < 200_000


def test_a_scan_is_taken_apart_page_by_page(tmp_path: Path) -> None:
    letter = render_letter(DECISION).pdf
    pages = len(pypdfium2.PdfDocument(letter))
    assert pages > 1
    for page in range(1, pages + 1):
        alone = receipt_reading.page_alone(letter, page)
        whole, one = pypdfium2.PdfDocument(letter), pypdfium2.PdfDocument(alone)
        assert len(one) == 1
        assert one[0].get_textpage().get_text_range() == whole[page - 1].get_textpage().get_text_range()
    assert receipt_reading.page_alone(b"\x89PNG", 1) == b"\x89PNG"


def test_nested_data_is_no_letter_and_no_list() -> None:
    given = pdf_reading.asked("look", "送验.pdf", attaching(b"[" * 200_000))
    assert len(given["attached"]) == 1
    assert code_reading.sight(attaching(b"[" * 200_000), "送验.pdf").data == ()
    for nested in (b'{"text":' + b"[" * 100_000, b"[" * 100_000):
        with pytest.raises(Invalid, match="已损坏或者被改动"):
            seal_lists.read(nested)


def test_what_looks_like_digits_is_no_code(sealed: Sealed) -> None:
    for code in ("²" * 293, "٣" * 293, "9" * 293, "1" * 292, ""):
        with pytest.raises(Invalid):
            check_code.opened(code)
    with sealed.office.reading() as work, pytest.raises(NotFound, match="不能使用的字符"):
        paperwork.by_number(work, "试街告〔2026〕\udcff号")
    assert house_order("1²3号") == ((0, 1, ""), (1, 0, "²"), (0, 3, ""), (1, 0, "号"))


def test_a_new_key_never_takes_the_id_of_one_on_record(sealed: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, fresh = bytes(31) + b"\1", bytes(31) + b"\2"
    with sealed.office.work("sp01") as work:
        row = work.session.exec(select(SealKey)).one()
        work.session.add(SealKey(**{**row.model_dump(), "id": signing_id(taken), "until": row.since}))
    true = os.urandom
    seeds = iter([taken, taken, fresh])
    monkeypatch.setattr(os, "urandom", lambda size: next(seeds, None) or true(size))
    assert seals.rotate(sealed.office, sealed.keys, "sp01") == signing_id(fresh)


def test_a_key_file_with_the_id_of_another_key_signs_nothing(sealed: Sealed) -> None:
    stranger = bytes(31) + b"\3"
    office, name = sealed.office, signing_id(stranger)
    with office.work("sp01") as work:
        row = work.session.exec(select(SealKey)).one()
        other = public_key(bytes(31) + b"\4").hex()
        work.session.add(SealKey(**{**row.model_dump(), "id": name, "public_key": other}))
    office.vault = replace(load_vault(sealed.keys), signs=name, signing={name: stranger})
    with office.work("jb01") as work, pytest.raises(Refused, match="与登记的另一把密钥相同"):
        seals.seal(work, DECISION, "0" * 64)


def test_a_plain_code_that_is_too_long_stops_this_paper_in_words() -> None:
    with pytest.raises(PressStopped, match="机关名称太长"):
        render_letter(replace(DECISION, organ="某某街道办事处" * 30))


@pytest.mark.parametrize("large", [False, True])
def test_the_cover_of_a_reprint_says_that_it_is_one(large: bool) -> None:
    made = render_letter(replace(DECISION, copy=3), variant=Variant(large=large, cover=True)).pdf
    said = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(BytesIO(made))]
    assert said[0].startswith("明白纸")
    assert all("补打" in one and "第3份" in one for one in said if one.strip())
    assert len(list(chain(said))) > 2
