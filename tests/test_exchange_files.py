"""坏文件 (bad files): whatever is handed in, the office stays up and says in Chinese what is wrong and what to do."""

from __future__ import annotations

import csv
import io
import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrity import exchange, exchange_reading
from integrity.errors import Invalid
from integrity.exchange_columns import MARK, MAX_ROWS, sheet_of
from integrity.exchange_marks import mark_workbook
from integrity.exchange_reading import Table, marked_file, read_table
from integrity.exchange_sheets import Fault, contents, csv_rows, decoded, open_zip, table, workbook_grids
from tests.test_exchange import FAMILY, HEAD, workbook

SHEET = sheet_of("roll")
Maker = Callable[[Path], Path]


def good(path: Path) -> Path:
    return workbook(path / "good.xlsx", "roll", FAMILY)


def changed(path: Path, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> Path:
    """The good workbook with parts changed, left out (None) or added."""
    out = path / "changed.xlsx"
    with zipfile.ZipFile(good(path)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in (more or {}).items():
            new.writestr(name, data)
    return out


def same(_: str, data: bytes) -> bytes:
    return data


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(old, new, 1) if name == "xl/worksheets/sheet1.xml" else data

    return change


def bomb(path: Path) -> Path:
    return changed(path, same, {"xl/media/image1.png": b"\0" * (90 << 20)})


def lying_bomb(path: Path) -> Path:
    """The directory says 10 bytes; the data would be 200 MB."""
    out = path / "lying.xlsx"
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packed.compress(b" " * (200 << 20)) + packed.flush()
    name = b"xl/workbook.xml"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(data), 10, len(name), 0) + name
    central = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(data), 10, len(name),
                          0, 0, 0, 0, 0, 0) + name  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
    out.write_bytes(local + data + central + end)
    return out


def strings_bomb(path: Path) -> Path:
    """Few shared strings of great length, used in very many cells."""
    long = "长" * 30_000
    cell = b'<c t="s"><v>0</v></c>'
    rows = b"".join(b'<row r="%d">%s</row>' % (n, cell * 16) for n in range(2, 40_000))
    shared = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{long}</t></si></sst>'
    head = io.BytesIO(exchange.template("roll"))
    out = path / "strings.xlsx"
    with zipfile.ZipFile(head) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in SHEET.names)
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/sharedStrings.xml":
                data = shared.encode()
            if name == "xl/worksheets/sheet1.xml":
                first, _, rest = data.partition(b"<sheetData>")
                last = rest.partition(b"</sheetData>")[2]
                filler = bytes(str(time.perf_counter_ns()), "ascii") * 70_000  # keeps the ratio ordinary
                data = first + b"<sheetData><row>" + cells.encode() + b"</row>" + rows + b"</sheetData>" + last
                new.writestr("docProps/filler.bin", filler, zipfile.ZIP_STORED)
            new.writestr(name, data)
    return out


def encrypted(path: Path) -> Path:
    out = path / "locked.xlsx"
    out.write_bytes(OLE + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99)
    return out


def raw(name: str, data: bytes) -> Maker:
    def make(path: Path) -> Path:
        (path / name).write_bytes(data)
        return path / name

    return make


def renamed(name: str) -> Maker:
    return lambda path: good(path).rename(path / name)


def truncated(path: Path) -> Path:
    whole = good(path)
    whole.write_bytes(whole.read_bytes()[:-2000])
    return whole


DTD = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
ENTITY = in_sheet(b"<worksheet", DTD + b"<worksheet")
UTF16 = "<?xml version='1.0' encoding='utf-16'?><a/>".encode("utf-16")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
CORPUS: list[tuple[str, Maker, str]] = [
    ("压缩炸弹", bomb, "展开后过大"),
    ("谎报大小", lying_bomb, "已损坏|不是正常的|展开后过大"),
    ("字符串炸弹", strings_bomb, "占用内存过多|超过时间或内存限制"),
    ("外部实体", lambda path: changed(path, ENTITY), "外部定义（DTD）"),
    ("共享串实体", lambda path: changed(path, same, {"xl/x.xml": b" " * 9000 + DTD}), "外部定义（DTD）"),
    ("换编码", lambda path: changed(path, same, {"xl/x.xml": UTF16}), "内部编码异常"),
    ("部件过多", lambda path: changed(path, same, {f"x/{n}": b"" for n in range(1_100)}), "超过 1000 个"),
    ("宏", lambda path: changed(path, same, {"xl/vbaProject.bin": b"x"}), "带有宏"),
    ("缺部件", lambda path: changed(path, lambda n, d: None if n == "xl/workbook.xml" else d), "不是正常的 Excel"),
    ("表坏了", lambda path: changed(path, in_sheet(b"</row>", b"</raw>")), "已损坏"),
    ("截断", truncated, "不完整或已损坏"),
    ("加密", encrypted, "打开密码"),
    ("旧版改名", raw("a.xlsx", OLE), "旧版 Excel"),
    ("旧版", raw("a.xls", OLE), "旧版 Excel 文件（.xls）不能导入"),
    ("带宏扩展名", renamed("a.xlsm"), "带宏的工作簿（.xlsm）不能导入"),
    ("二进制", renamed("a.xlsb"), "二进制工作簿"),
    ("改名成 CSV", renamed("a.csv"), "扩展名是 .csv"),
    ("图片改名", raw("a.xlsx", b"\x89PNG\r\n\x1a\n" + b"x" * 99), "扩展名是 .xlsx，内容却不是"),
    ("无扩展名", renamed("名册"), "不认识的文件类型"),
    ("空文件", raw("a.csv", b" \n"), "文件是空的"),
    ("过大", raw("a.csv", b"x," * (11 << 20)), "超过 20 MB"),
    ("UTF-16", raw("a.csv", "户编号\t姓名".encode("utf-16")), "UTF-16"),
    ("乱码", raw("a.csv", b"\xff\xff\xff,\xff\x00"), "UTF-16 编码或不是文本"),
    ("编码不明", raw("a.csv", b"abc,\xff\xff\n"), "编码无法识别"),
    ("引号不成对", raw("a.csv", ",".join(SHEET.names).encode() + b'\n"a"b,c\n'), "引号不成对"),
    ("无表头", raw("a.csv", b"a,b\n1,2\n"), "没有找到“救助名册”的列名"),
    ("缺列", raw("a.csv", ",".join(n for n in SHEET.names if n != "身份证号").encode()), "缺少列：身份证号"),
    ("列名重复", raw("a.csv", ",".join((*SHEET.names, "姓名")).encode()), "列名重复：姓名"),
    ("列过多", raw("a.csv", ",".join((*SHEET.names, *map(str, range(50)))).encode()), "超过 64 列"),
    ("无数据", lambda path: workbook(path / "a.xlsx", "roll", []), "没有数据行"),
    ("没有文件", lambda path: path / "无.xlsx", "没有找到文件"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "reason"), [c[1:] for c in CORPUS], ids=[c[0] for c in CORPUS])
def test_a_bad_file_is_named_and_nobody_dies(tmp_path: Path, make: Maker, reason: str) -> None:
    path = make(tmp_path)
    begun = time.monotonic()
    with pytest.raises(Invalid) as told:
        read_table(SHEET, path)
    assert time.monotonic() - begun < 30
    assert any(part in str(told.value) for part in reason.split("|")), str(told.value)
    assert path.name in str(told.value)


def test_too_many_rows_are_refused_and_the_largest_allowed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = ["JN1", *[""] * (len(SHEET.names) - 1)]
    for rows in (MAX_ROWS, MAX_ROWS + 1):
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([SHEET.names, *[row] * rows])
        if rows == MAX_ROWS:
            assert len(read_table(SHEET, path).rows) == MAX_ROWS
        else:
            with pytest.raises(Invalid, match="超过 50000 行"):
                read_table(SHEET, path)


def test_a_cell_in_the_far_corner_does_no_harm(tmp_path: Path) -> None:
    corner = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    path = changed(tmp_path, in_sheet(b"</sheetData>", corner))
    begun = time.monotonic()
    found = read_table(SHEET, path)
    assert list(found.rows) == [2, 3, 4]
    assert marked_file(found, {3: "x"})
    assert time.monotonic() - begun < 20


def test_rows_beyond_the_extent_that_a_file_states_are_read(tmp_path: Path) -> None:
    path = changed(tmp_path, in_sheet(b'<dimension ref="A1:T4"', b'<dimension ref="A1:B2"'))
    assert b'"A1:B2"' in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    found = read_table(SHEET, path)
    assert [row[-2] for row in found.rows.values()] == ["A", None, None]


def test_formulas_are_read_as_the_values_last_computed(tmp_path: Path) -> None:
    formula = b'<c r="J2"><f>1/0*HYPERLINK("http://x")</f><v>345.5</v></c>'

    def change(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        start = data.index(b'<c r="J2"')
        return data[:start] + formula + data[data.index(b"</c>", start) + 4 :]

    found = read_table(SHEET, changed(tmp_path, change))
    assert found.rows[2][SHEET.names.index("家庭月收入")] == 345.5


def test_a_title_above_empty_rows_below_and_hidden_sheets_are_no_obstacle(tmp_path: Path) -> None:
    path = good(tmp_path)
    book = openpyxl.load_workbook(path)
    page = book.active
    page.insert_rows(1, 2)
    page["A1"] = "试验街道救助名册"
    page.cell(9, 1).value = "JN000009"
    book.create_sheet("旧表", 0).append(list(SHEET.names))
    book["旧表"].append(["JN000008"])
    book["旧表"].sheet_state = "hidden"
    book.save(path)
    found = read_table(SHEET, path)
    assert (found.head, list(found.rows)) == (3, [4, 5, 6, 9])


def test_a_file_that_changed_since_it_was_read_is_not_marked(tmp_path: Path) -> None:
    path = good(tmp_path)
    found = read_table(SHEET, path)
    workbook(path, "roll", [{**HEAD, "住址": "别处"}])
    with pytest.raises(Invalid, match="检查期间被改动"):
        marked_file(found, {2: "x"})


def test_an_error_text_is_never_a_formula(tmp_path: Path) -> None:
    path = good(tmp_path)
    texts = {2: "=1+1", 3: "<&>\"'\x07\U00020164"}
    marked = tmp_path / "m.xlsx"
    marked.write_bytes(marked_file(read_table(SHEET, path), texts))
    page = openpyxl.load_workbook(marked).active
    at = page.max_column
    assert page.cell(1, at).value == MARK
    assert (page.cell(2, at).value, page.cell(2, at).data_type) == ("=1+1", "s") or page.cell(2, at).data_type != "f"
    assert page.cell(3, at).value == "<&>\"'�\U00020164"
    with zipfile.ZipFile(marked) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_every_other_part_of_the_workbook_is_kept_byte_for_byte(tmp_path: Path) -> None:
    path = changed(tmp_path, same, {"xl/own.bin": bytes(range(256))})
    marked = zipfile.ZipFile(io.BytesIO(marked_file(read_table(SHEET, path), {2: "x"})))
    with zipfile.ZipFile(path) as before:
        assert marked.namelist() == before.namelist()
        kept = [name for name in before.namelist() if name not in ("xl/styles.xml", "xl/worksheets/sheet1.xml")]
        assert all(marked.read(name) == before.read(name) for name in kept)


def test_prefixed_rows_without_numbers_and_empty_rows_are_marked() -> None:
    """What other programs than Excel write."""
    page = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:dimension ref="A1:B2"/>'
        '<x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>户</x:t></x:is></x:c></x:row><x:row r="2" spans="1:2"/>'
        '<x:row r="3"><x:c r="A3"><x:v>1</x:v></x:c><x:c r="E3"><x:v>2</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("s.xml", page)
    with zipfile.ZipFile(archive) as source:
        marked = mark_workbook(source, "s.xml", head=1, at=2, texts={2: "甲", 3: "乙"})
    sheet = zipfile.ZipFile(io.BytesIO(marked)).read("s.xml").decode()
    assert [sheet.index(part) for part in (f">{MARK}<", ">甲<", "A3", ">乙<", "E3")] == sorted(
        sheet.index(part) for part in (f">{MARK}<", ">甲<", "A3", ">乙<", "E3")
    )
    assert 'ref="A1:C2"' in sheet
    assert "spans" not in sheet


def read_here(path: Path) -> None:
    """What the child does, without its limits."""
    data = contents(path)
    if path.suffix == ".csv":
        list(csv_rows(decoded(data)[0]))
        return
    grid, _ = table(SHEET, workbook_grids(data))
    list(grid.rows)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_csv_or_a_fault(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(data)
    with suppress(Fault):
        read_here(path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_damaged_archive_is_read_or_a_fault(tmp_path: Path, at: int, damage: bytes) -> None:
    path = tmp_path / "good.xlsx"
    if not path.exists():
        good(tmp_path)
    data = path.read_bytes()
    at %= len(data)
    with suppress(Fault):
        open_zip(data[:at] + damage + data[at + len(damage) :]).close()


def test_the_child_gets_no_settings_and_no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_KEY_FILE", "/secret")
    seen: dict[str, str] = {}
    real = subprocess.run

    def watching(command: list[str], **how: object) -> object:
        environment = how["env"]
        assert isinstance(environment, dict)
        seen.update(environment)
        return real(command, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(exchange_reading.subprocess, "run", watching)
    found = read_table(SHEET, good(tmp_path))
    assert isinstance(found, Table)
    assert not [name for name in seen if name.startswith("CHENGXIN")]
