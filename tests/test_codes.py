"""核验码图形 (modules and pictures of codes): the same as segno draws, and read by somebody else's decoder."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image

from reports import codes, fonts, marks, press
from tests.press_samples import RECHECK

SAMPLE = 50


def drawn(seed: int, version: int = codes.FAST) -> str:
    """Random digits that fill a version."""
    return "".join(random.Random(seed).choices("0123456789", k=codes.DIGITS[version]))


def read(image: Image.Image) -> list[str]:
    """Texts of all codes in a picture, read by zxing-cpp."""
    return [one.text for one in zxingcpp.read_barcodes(image.convert("L"))]


def test_looked_up_modules_are_those_of_segno() -> None:
    extremes = ["0" * codes.DIGITS[codes.FAST], "9" * codes.DIGITS[codes.FAST]]
    for digits in (*extremes, *(drawn(seed) for seed in range(200))):
        made = codes.modules(digits)
        theirs = segno.make_qr(digits, error="m", version=7, mask=codes.MASK, mode="numeric", boost_error=False).matrix
        rows = [made.rows[at : at + made.stride] for at in range(0, len(made.rows), made.stride)]
        mine = [[row[x // 8] >> (7 - x % 8) & 1 for x in range(made.side)] for row in rows]
        assert mine == [list(row) for row in theirs]


@pytest.mark.parametrize("version", codes.DIGITS)
def test_every_length_fills_its_version_and_can_be_read(version: int) -> None:
    digits = drawn(version, version)
    assert codes.modules(digits).side == codes.side(version)
    with Image.open(BytesIO(marks.picture(digits))) as image:
        assert image.mode == "1"
        assert read(image) == [digits]
        out = BytesIO()
        code = segno.make_qr(digits, error="m", version=version, mask=codes.MASK, mode="numeric", boost_error=False)
        code.save(out, kind="png", scale=marks.SCALE, border=marks.BORDER)
        assert image.convert("L").tobytes() == Image.open(out).convert("L").tobytes()


@pytest.mark.parametrize("text", ["", "1" * 292, "1" * 292 + "x", "1" * 292 + "１"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="293, 513 or 796"):
        codes.modules(text)


def test_a_torn_table_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = codes.prepare()
    monkeypatch.setenv("CHENGXIN_ASSETS", str(tmp_path))
    torn = tmp_path / whole.name
    shutil.copy(whole, torn)
    torn.write_bytes(torn.read_bytes()[:-1] + b"\xff")
    assert codes.prepare() == torn
    assert torn.read_bytes() == whole.read_bytes()
    assert fonts.assets() == tmp_path.resolve()


def test_codes_on_printed_pages_are_read_at_100_dots_an_inch() -> None:
    letters = [replace(RECHECK, number=f"清河民核〔2026〕{n}号") for n in range(1, SAMPLE + 1)]
    given = [drawn(n) for n in range(SAMPLE)]
    run = press.render_run(letters, codes=given)
    seen = [text for page in pypdfium2.PdfDocument(run.pdf) for text in read(page.render(scale=100 / 72).to_pil())]
    assert seen == given


def test_a_paper_without_a_sealed_code_bears_a_plain_one() -> None:
    *_, page = pypdfium2.PdfDocument(press.render_letter(RECHECK).pdf)
    (text,) = read(page.render(scale=4).to_pil())
    assert text.startswith(f"CXJZ1|F11|{RECHECK.number}|")
