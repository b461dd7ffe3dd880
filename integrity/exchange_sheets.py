"""读表 (reading a sheet): the child process that opens a stranger's file under limits of memory, time and size.

`python -m integrity.exchange_sheets read KIND FILE` writes JSON lines: a head, one line a row, an end.
`… mark FILE` takes the errors as JSON from its input and gives back the officer's own file with the column 错误.
What is wrong with a file is said in one line `{"fault": …}`, so that whoever started this process need not touch the
file and cannot die.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

import openpyxl

from integrity.exchange_columns import HEAD_WITHIN, MARK, MARKED, MAX_COLUMNS, MAX_ROWS, Sheet, plain_name, readable
from integrity.exchange_marks import mark_csv, mark_workbook

try:
    import resource
except ImportError:  # no such limits on this system; sizes and times are still capped
    resource = None  # type: ignore[assignment]

MEMORY = 1 << 30
SECONDS = 20
MAX_FILE = 20 << 20
_ENTRIES = 1_000
_INFLATED = 100 << 20
_RATIO = 100
_LONGEST = 1_000
_OUTPUT = 100 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = {
    ".xls": "旧版 Excel 文件（.xls）", ".xlsm": "带宏的工作簿（.xlsm）", ".xlsb": "二进制工作簿（.xlsb）",
    ".et": "WPS 表格文件（.et）", ".ods": "ODS 表格文件", ".xltx": "Excel 模板文件（.xltx）",
    ".xltm": "带宏的模板文件（.xltm）", ".pdf": "PDF 文件", ".doc": "Word 文件", ".docx": "Word 文件",
}  # fmt: skip
_SAVE = "，请用表格软件另存为 .xlsx 或 CSV（UTF-8）后再导入"
CRAMPED = "文件展开后占用内存过多，请删去不用的工作表、图片和空白行，或分成几个文件"


class Fault(Exception):
    """文件问题 (fault of the whole file): what is wrong and what to do, in Chinese."""


class Grid(NamedTuple):
    """表格 (grid): one sheet's rows as (row number, cells), and where it stands in its file."""

    part: str
    rows: Iterator[tuple[int, tuple[Any, ...]]]


def limit() -> None:
    """Take the limits upon this process; it does so itself, because a threaded parent cannot do it safely."""
    if resource is None:
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, _INFLATED),
        (resource.RLIMIT_CORE, 0),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))


def contents(path: Path) -> bytes:
    """The bytes of a file whose name and beginning are acceptable. Raises Fault."""
    suffix = path.suffix.lower()
    if suffix in _REFUSED:
        raise Fault(f"{_REFUSED[suffix]}不能导入{_SAVE}")
    if suffix not in (".xlsx", ".csv"):
        raise Fault(f"不认识的文件类型“{suffix or '无扩展名'}”，只接受 .xlsx 和 .csv")
    if path.stat().st_size > MAX_FILE:
        raise Fault("文件超过 20 MB，请分成几个文件")
    data = path.read_bytes()
    if not data.strip():
        raise Fault("文件是空的")
    if data.startswith(_OLE):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        raise Fault("文件设有打开密码，请取消密码后再导入" if locked else f"这是旧版 Excel 文件（.xls）{_SAVE}")
    if (suffix == ".xlsx") != data.startswith(b"PK\x03\x04"):
        said = "扩展名是 .xlsx，内容却不是" if suffix == ".xlsx" else "扩展名是 .csv，内容却是压缩文件"
        raise Fault(f"{said}，文件可能损坏或被改过名{_SAVE}")
    return data


def open_zip(data: bytes) -> ZipFile:
    """The workbook as an archive that may be inflated: few entries, small, no macros, no DTD. Raises Fault."""
    try:
        archive = ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        _sizes(parts, len(data))
        for part in parts:
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                _plain_xml(archive.read(part))
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error) as damage:
        raise Fault("文件不完整或已损坏，打不开；请重新导出或另存一份") from damage
    return archive


def _sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename for part in parts]
    inflated = sum(part.file_size for part in parts)
    if len(parts) > _ENTRIES:
        raise Fault(f"文件内含 {len(parts)} 个部件，超过 {_ENTRIES} 个，不是正常的表格{_SAVE}")
    if inflated > _INFLATED or inflated > packed * _RATIO:
        raise Fault("文件展开后过大（超过 100 MB 或压缩比异常），请删去多余的工作表和空白行，或分成几个文件")
    if any(part.flag_bits & 1 for part in parts):
        raise Fault("文件设有密码，请取消密码后再导入")
    if any("vbaproject" in name.lower() for name in names):
        raise Fault(f"文件带有宏，不能导入{_SAVE}")
    if "xl/workbook.xml" not in names or len(set(names)) != len(names):
        raise Fault(f"不是正常的 Excel 工作簿{_SAVE}")


def _plain_xml(data: bytes) -> None:
    """Refuse what could smuggle in entities: a DTD, or an encoding in which one would not be seen."""
    head = data[:200].lower()
    declared = head.split(b"encoding=", 1)[1][1:6] if b"encoding=" in head else b"utf-8"
    if b"\0" in head or head[:2] in (b"\xff\xfe", b"\xfe\xff") or declared not in (b"utf-8", b"us-as"):
        raise Fault(f"文件内部编码异常，不能导入{_SAVE}")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Fault(f"文件内含有外部定义（DTD），出于安全不能导入{_SAVE}")


def workbook_grids(data: bytes) -> Iterator[Grid]:
    """The visible sheets of a workbook, in order; formulas as the values last computed. Raises Fault."""
    open_zip(data).close()
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what a file says of its own extent may be wrong, and rows would be lost
            rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
            yield Grid(sheet._worksheet_path, _filled(rows))


def _filled(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows with something in them, by number; a million empty ones above a cell in the far corner cost nothing."""
    return ((number, cells) for number, cells in enumerate(rows, start=1) if cells.count(None) < len(cells))


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a CSV file and its encoding: UTF-8 with or without BOM, or GB18030. Raises Fault."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data:
        raise Fault("文件是 UTF-16 编码或不是文本，请另存为“CSV UTF-8”后再导入")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Fault("文件编码无法识别，请另存为“CSV UTF-8”后再导入")


def csv_grid(data: bytes) -> Grid:
    """The rows of a CSV file. Raises Fault."""
    text, _ = decoded(data)
    return Grid("", ((n, tuple(_unquoted(cell) for cell in cells)) for n, cells in enumerate(csv_rows(text), start=1)))


def csv_rows(text: str) -> Iterator[list[str]]:
    """The records of a CSV text, whichever of comma, tab and semicolon separates them. Raises Fault."""
    first = text[: text.find("\n")]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",\t;", key=first.count), strict=True)
    try:
        yield from reader
    except csv.Error as damage:
        raise Fault(f"第 {reader.line_num} 行附近引号不成对，不是有效的 CSV{_SAVE}") from damage


def _unquoted(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from computing it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


class _Head(NamedTuple):
    row: int
    places: dict[str, int]
    ignored: list[str]
    mark_at: int
    has_mark: bool


def _find_head(sheet: Sheet, number: int, cells: tuple[Any, ...]) -> _Head | None:
    """The line of column names, when this row is it: it names the household number and half of what is required."""
    names = [plain_name(cell) if cell is not None else "" for cell in cells]
    required = [column.name for column in sheet.columns if column.required]
    if "户编号" not in names or sum(name in names for name in required) * 2 < len(required):
        return None
    twice = sorted({name for name in names if name in sheet.names and names.count(name) > 1})
    if twice:
        raise Fault(f"第 {number} 行的列名重复：{'、'.join(twice)}，请删去多余的列")
    missing = [name for name in (*required, *sheet.present) if name not in names]
    if missing:
        raise Fault(f"缺少列：{'、'.join(missing)}，请使用模板，不要改动列名")
    if len(names) > MAX_COLUMNS and names[MAX_COLUMNS]:
        raise Fault(f"超过 {MAX_COLUMNS} 列，请使用模板")
    used = max(n for n, name in enumerate(names) if name)
    places = {name: names.index(name) for name in sheet.names if name in names}
    ignored = [name for name in names if name and name not in places and name != MARK]
    at = names.index(MARK) if MARK in names else used + 1
    return _Head(number, places, ignored, at, MARK in names)


def table(sheet: Sheet, grids: Iterable[Grid]) -> tuple[Grid, _Head]:
    """The first sheet that has the column names, read up to them. Raises Fault."""
    for grid in grids:
        for number, cells in grid.rows:
            head = _find_head(sheet, number, cells)
            if head is not None:
                return grid, head
            if number >= HEAD_WITHIN:
                break
    raise Fault(f"没有找到“{sheet.title}”的列名（前 {HEAD_WITHIN} 行内），请使用“{sheet.title}”模板")


def rows_of(sheet: Sheet, grid: Grid, head: _Head) -> Iterator[tuple[int, list[Any]]]:
    """The filled rows below the head as (row number, cells in the order of the table of columns), then (0, [where the
    column of errors may stand]). Raises Fault.
    """
    order = [head.places.get(name) for name in sheet.names]
    found, mark_at = 0, head.mark_at
    for number, cells in grid.rows:
        while not head.has_mark and mark_at < len(cells) and cells[mark_at] not in (None, ""):
            mark_at += 1  # something stands there that has no name; it is not ours to remove
        picked = [None if at is None or at >= len(cells) else _cell(cells[at]) for at in order]
        if all(cell is None for cell in picked):
            continue
        found += 1
        if found > MAX_ROWS:
            raise Fault(f"超过 {MAX_ROWS} 行，请分成几个文件（同一户不要分开）")
        yield number, picked
    yield 0, [mark_at]


def _cell(value: Any) -> Any:
    """A cell as JSON can carry it: text, figure, `{"day": …}` or nothing."""
    if isinstance(value, str):
        return value[: _LONGEST + 1] if value.strip() else None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime | date):
        return {"day": value.isoformat()[:10]}
    return value if value is None or isinstance(value, int | float) else str(value)


def read(kind: str, path: Path) -> Iterator[dict[str, Any] | list[Any]]:
    """The lines that `read` writes. Raises Fault."""
    sheet, data = readable(kind), contents(path)
    grids = [csv_grid(data)] if path.suffix.lower() == ".csv" else workbook_grids(data)
    grid, head = table(sheet, grids)
    yield {
        "sha256": sha256(data).hexdigest(), "part": grid.part, "head": head.row, "ignored": head.ignored,
    }  # fmt: skip
    rows = 0
    for number, cells in rows_of(sheet, grid, head):
        if number:
            rows += 1
            yield [number, cells]
        elif rows:
            yield {"end": rows, "mark": cells[0]}
    if not rows:
        raise Fault("表中没有数据行")


def mark(path: Path, asked: dict[str, Any]) -> bytes:
    """The officer's own file with the errors beside its rows; never written to a disk here, for it holds ID numbers."""
    data, texts = contents(path), {int(row): text for row, text in asked["texts"].items()}
    if sha256(data).hexdigest() != asked["sha256"]:
        raise Fault("文件在检查期间被改动，请重新检查")
    if path.suffix.lower() == ".csv":
        text, encoding = decoded(data)
        return mark_csv(list(csv_rows(text)), encoding, asked["head"], asked["mark"], texts)
    with open_zip(data) as archive:
        return mark_workbook(archive, asked["part"], head=asked["head"], at=asked["mark"], texts=texts)


def main(arguments: list[str]) -> None:
    """Read or mark, and say a fault in one line."""
    limit()
    warnings.simplefilter("ignore")
    written = 0
    try:
        if arguments[0] == "mark":
            made = mark(Path(arguments[1]), json.load(sys.stdin))
            sys.stdout.buffer.write(MARKED + made)
            return
        for line in read(arguments[1], Path(arguments[2])):
            text = json.dumps(line, ensure_ascii=True)
            written += len(text)
            if written > _OUTPUT:
                raise Fault(CRAMPED)
            sys.stdout.write(text + "\n")
    except Fault as fault:
        _say(str(fault))
    except MemoryError:
        _say(CRAMPED)
    except Exception as damage:  # whatever a damaged file makes the readers raise
        sys.stderr.write(f"{type(damage).__name__}: {damage}\n")
        _say("文件已损坏或格式异常，读不出来；请重新导出或另存一份")


def _say(fault: str) -> None:
    sys.stdout.write(json.dumps({"fault": fault}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
