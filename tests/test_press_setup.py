"""字体安装与核验码 (font set-up and check codes): what is there is what was pinned; the printed code can be read."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from ctypes import util
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from reports import fonts, marks, press, setup
from reports.faces import ASCENT, DESCENT, gb2312
from reports.faults import FontsMissing, PressStopped
from tests.press_samples import RECHECK


def test_the_faces_in_place_are_those_that_were_made() -> None:
    assert setup.ready(fonts.folder())


def test_a_changed_face_is_noticed(tmp_path: Path) -> None:
    for name in ("manifest.json", "fonts.conf", *(face.file for face in setup.FACES)):
        (tmp_path / name).symlink_to(fonts.folder() / name)
    assert setup.ready(tmp_path)
    (tmp_path / "PressHei.ttf").unlink()
    (tmp_path / "PressHei.ttf").write_bytes(b"other")
    assert not setup.ready(tmp_path)


def test_every_face_has_the_same_height_so_that_rare_characters_keep_the_line() -> None:
    for face in setup.FACES:
        with TTFont(fonts.folder() / face.file, lazy=True) as font:
            em, head = font["head"].unitsPerEm, font["hhea"]
            assert (head.ascent, head.descent) == (round(ASCENT * em), round(DESCENT * em)), face.file


def test_every_face_but_those_for_rare_characters_draws_gb2312() -> None:
    han = {point for point in gb2312() if 0x4E00 <= point <= 0x9FFF}
    assert len(han) == 6763
    for face in setup.FACES[:6]:
        with TTFont(fonts.folder() / face.file, lazy=True) as font:
            assert han <= set(font.getBestCmap()), face.file


def test_all_of_gb18030_2022_has_a_face() -> None:
    blocks = ((0x4E00, 0x9FFC), (0x3400, 0x4DBF), (0x20000, 0x2A6DD), (0x2A700, 0x2B734), (0x2B740, 0x2B81D),
              (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0))  # fmt: skip
    lacking = [point for first, last in blocks for point in range(first, last + 1) if not fonts.printable(chr(point))]
    assert lacking == []


CONTROL = "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: a\nDescription: b\n"


def make_deb(folder: Path, content: bytes) -> setup.Package:
    """A package with one font file in it, pinned to another content."""
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: a\nDescription: b\n"
    )
    (tree / "sample.ttf").write_bytes(content)
    subprocess.run(["dpkg-deb", "--build", tree, folder / "sample_1_all.deb"], check=True, capture_output=True)
    return setup.Package("sample", "1", "", {"./sample.ttf": "0" * 64})


def test_a_font_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    package = make_deb(tmp_path, b"not the pinned font")
    with pytest.raises(setup.SetupFailed, match=r"sample\.ttf 与登记的指纹不符"):
        setup.unpack(tmp_path / "sample_1_all.deb", package, tmp_path)


def test_a_damaged_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "sample_1_all.deb").write_bytes(b"torn")
    with pytest.raises(setup.SetupFailed, match="已损坏"):
        setup.unpack(tmp_path / "sample_1_all.deb", setup.Package("sample", "1", "", {"./x": ""}), tmp_path)


def test_set_up_without_apt_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupFailed, match=r"python -m reports\.setup 文件夹"):
        setup.fetch(setup.PACKAGES[0], tmp_path)


def test_a_folder_without_the_packages_is_named(tmp_path: Path) -> None:
    with pytest.raises(setup.SetupFailed, match="texlive-lang-chinese"):
        setup.install(tmp_path / "fonts", tmp_path)


def test_without_fonts_the_press_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_ASSETS", str(tmp_path))
    fonts.manifest.cache_clear()
    try:
        with pytest.raises(FontsMissing, match=r"python -m reports\.setup"):
            fonts.manifest()
    finally:
        fonts.manifest.cache_clear()


def scan(image: Image.Image) -> list[str]:
    """Texts of all codes in a picture, read by zbar."""
    zbar = ctypes.CDLL(util.find_library("zbar") or "libzbar.so.0")
    for name in ("zbar_image_scanner_create", "zbar_image_create", "zbar_image_first_symbol", "zbar_symbol_next"):
        getattr(zbar, name).restype = ctypes.c_void_p
    zbar.zbar_symbol_get_data.restype = ctypes.c_char_p
    grey = image.convert("L")
    pixels = grey.tobytes()
    scanner, picture = ctypes.c_void_p(zbar.zbar_image_scanner_create()), ctypes.c_void_p(zbar.zbar_image_create())
    zbar.zbar_image_set_format(picture, ctypes.c_ulong(int.from_bytes(b"Y800", "little")))
    zbar.zbar_image_set_size(picture, grey.width, grey.height)
    zbar.zbar_image_set_data(picture, pixels, ctypes.c_ulong(len(pixels)), None)
    zbar.zbar_scan_image(scanner, picture)
    symbol, texts = zbar.zbar_image_first_symbol(picture), []
    while symbol:
        texts.append(zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode())
        symbol = zbar.zbar_symbol_next(ctypes.c_void_p(symbol))
    return texts


needs_reader = pytest.mark.skipif(
    shutil.which("pdftoppm") is None or util.find_library("zbar") is None, reason="needs poppler-utils and libzbar0"
)


@needs_reader
def test_the_code_on_each_paper_of_a_run_reads_as_that_paper_and_holds_no_personal_data(tmp_path: Path) -> None:
    letters = [replace(RECHECK, number=f"清河民核〔2026〕{serial}号") for serial in (1, 2)]
    run = press.render_run(letters)
    (tmp_path / "run.pdf").write_bytes(run.pdf)
    subprocess.run(["pdftoppm", "-r", "200", "-png", tmp_path / "run.pdf", tmp_path / "page"], check=True)
    seen = [text for page in sorted(tmp_path.glob("page*.png")) for text in scan(Image.open(page))]
    assert seen == [
        f"CXJZ1|F11|{letter.number}|2026-09-07|清河县平安镇人民政府|{item.data_sha256}"
        for letter, item in zip(letters, run.items, strict=True)
    ]
    assert not any(RECHECK.addressee in text for text in seen)


@needs_reader
def test_a_code_is_read_back_as_written() -> None:
    with Image.open(BytesIO(marks.qr("甲", "乙〔2026〕1号"))) as image:
        assert scan(image.resize((image.width * 2, image.height * 2))) == ["甲|乙〔2026〕1号"]
        assert image.mode == "1"


def test_a_code_that_would_not_print_legibly_is_refused() -> None:
    with pytest.raises(PressStopped, match="机关名称太长"):
        marks.qr("长" * 200)
