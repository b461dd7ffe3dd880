"""不可信的上传 (uploads of strangers): every way to send a file answers in words, soon, and the process lives on."""

from __future__ import annotations

import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pytest

from integrity import sessions
from integrity.exchange_columns import sheet_of
from integrity.exchange_reading import read_table
from tests.counties_open import World, opened
from tests.test_exchange import FAMILY, workbook
from tests.test_hostile_files import PAGE, attaching, pdf, zeros

CORNER_S = 2
ANSWER_S, GROWTH_KB, CHILD_KB = 10, 300_000, 1_300_000
SHEET, PAPER = "workbook", "paper"
TREE = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
DOORS = {
    "/imports/roll/upload": ("file", SHEET), "/rechecks/results": ("files", SHEET),
    "/households/{number}/evidence": ("files", ""), "/receipts/scan": ("scans", PAPER),
    "/verify/upload": ("paper", PAPER),
}  # fmt: skip
"""Where files are sent: the field, and for which kind of file the content is read at all."""
FORM = {"verb": "check", "on": "2026-09-01", "way": "DIRECT", "receiver": "本人", "name": "", "taken_on": ""}


class Bad(NamedTuple):
    """坏文件 (bad file): its name, its bytes, for which kind of door."""

    name: str
    data: bytes
    kind: str


def _zip(parts: dict[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, data in parts.items():
            folder.writestr(name, data)
    return made.getvalue()


def _bomb(parts: dict[str, bytes], sheet: str, megabytes: int = 600) -> bytes:
    """The workbook with a sheet that swells a thousandfold, packed without ever being whole."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folder:
        for name, data in parts.items():
            with folder.open(name, "w", force_zip64=True) as part:
                part.write(data)
                for _ in range(megabytes if name == sheet else 0):
                    part.write(bytes(1 << 20))
    return made.getvalue()


def _png(width: int, height: int) -> bytes:
    """The head of a picture of this size, and no more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def _pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(count))
    return pdf(TREE[0], b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *([PAGE] * count))


def corpus(folder: Path) -> Iterator[Bad]:
    """One of each kind that was ever seen to do harm."""
    good = workbook(folder / "good.xlsx", "roll", FAMILY).read_bytes()
    with zipfile.ZipFile(BytesIO(good)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    corner = parts[sheet].replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    entity += parts[sheet].partition(b"?>")[2]
    office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    yield Bad("炸弹.xlsx", _bomb(parts, sheet), SHEET)
    yield Bad("远角.xlsx", _zip(parts | {sheet: corner}), SHEET)
    yield Bad("实体.xlsx", _zip(parts | {sheet: entity}), SHEET)
    yield Bad("宏.xlsm", _zip(parts | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 100}), SHEET)
    yield Bad("加密.xlsx", office + bytes(500) + "EncryptedPackage".encode("utf-16-le"), SHEET)
    yield Bad("截断.xlsx", good[: len(good) // 2], SHEET)
    yield Bad("旧版.xls", office + bytes(4096), SHEET)
    yield Bad("上.csv", b'"' * 300_000, SHEET)
    yield Bad("大图.png", _png(60_000, 60_000), PAPER)
    script = TREE[0].replace(b"Catalog", b"Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
    yield Bad("脚本.pdf", pdf(script, TREE[1], PAGE), PAPER)
    yield Bad("附件.pdf", attaching(zeros(100), b"/Filter/FlateDecode"), PAPER)
    yield Bad("万页.pdf", _pages(10_000), PAPER)
    yield Bad("程序.exe", b"MZ" + bytes(2000), "")
    yield Bad("十兆零.bin", bytes(10 << 20), "")
    yield Bad("../../../etc/cron.d/x.txt", "正文".encode(), "")
    yield Bad("甲\x00乙\r\nset-cookie: a=b\x1b[2J.txt", "正文二".encode(), "")
    yield Bad("空.pdf", b"", "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Two counties on SQLite."""
    yield from opened(tmp_path_factory.mktemp("counties"), sqlite_template)


def test_every_bad_file_is_answered_soon_in_words_and_the_office_lives(world: World, tmp_path: Path) -> None:
    browser, number = world.desks("jb1"), world.marks[0].number
    files = list(corpus(tmp_path))
    own, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    kept = {path for path in world.home.rglob("*") if path.is_file()}
    wrong, asked = [], 0
    for bad in files:
        for door, (name, kind) in DOORS.items():
            if bad.kind and kind and bad.kind != kind:
                continue
            begun = time.monotonic()
            answer = browser.client.post(
                door.format(number=number), headers=browser.headers, follow_redirects=False,
                data=FORM | {"token": sessions.form_token(browser.secret), "key": f"u{asked}"},
                files=[(name, (bad.name, bad.data, "application/octet-stream"))],
            )  # fmt: skip
            took, asked = time.monotonic() - begun, asked + 1
            if answer.status_code not in (200, 303, 409, 413, 422) or took > ANSWER_S or "Traceback" in answer.text:
                wrong.append((bad.name, door, answer.status_code, round(took, 1)))
            assert "root:" not in answer.text, "the entity was fetched"
            assert "set-cookie" not in answer.headers
    assert not wrong
    assert asked > 40
    assert browser.get("/").status_code == 200
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own < GROWTH_KB, "kilobytes"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(others, CHILD_KB), "kilobytes"
    new = {path for path in world.home.rglob("*") if path.is_file()} - kept
    assert all(b"etc" not in str(path).encode() and "甲" not in path.name for path in new), "names of our own"
    assert not any("正文".encode() in path.read_bytes() for path in new), "what is kept is sealed"


def test_a_cell_in_the_far_corner_costs_nothing(tmp_path: Path) -> None:
    bad = next(one for one in corpus(tmp_path) if one.name == "远角.xlsx")
    (tmp_path / bad.name).write_bytes(bad.data)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    table = read_table(sheet_of("roll"), tmp_path / bad.name)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(table.rows) == len(FAMILY)
    assert after.ru_utime - before.ru_utime < CORNER_S, "seconds of the child's own, whoever else works meanwhile"


def test_too_much_is_refused_before_it_is_read(world: World) -> None:
    browser = world.desks("jb1")
    data = {"token": sessions.form_token(browser.secret), "key": "big"}
    for door, (name, _) in DOORS.items():
        answer = browser.client.post(
            door.format(number=world.marks[0].number), headers=browser.headers, data=data, follow_redirects=False,
            files={name: ("x.pdf", b"%PDF-" + bytes(25 << 20), "application/pdf")},
        )  # fmt: skip
        assert answer.status_code == 413, door
    many = [(f"f{n}", ("x.txt", b"x", "text/plain")) for n in range(60)]
    answer = browser.client.post("/receipts/scan", headers=browser.headers, data=data, files=many)
    assert answer.status_code in (400, 413, 422), "no more than forty files"
