"""行政区划文件 (files of area codes): reads the list that an office imports, in its own format or the public one.

Own format: CSV or CSV.xz, UTF-8, header `code,name` and as wanted `since,until,successor`. Public format: the directory
or the .tgz of the package china-division (its dist/ with provinces, cities, areas, streets and villages), of which one
subtree is taken: "importing another prefecture is one command".
"""

from __future__ import annotations

import csv
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from integrity.errors import Invalid
from integrity.rules import areas
from integrity.rules.stated import unprintable
from integrity.terms import AreaLevel

SHIPPED: Path = Path(__file__).parent / "data" / "areas"
"""Area files that come with the program: one .csv.xz a prefecture."""

_COLUMNS = ("code", "name", "since", "until", "successor")
_PARTS = {
    "provinces.csv": AreaLevel.PROVINCE,
    "cities.csv": AreaLevel.CITY,
    "areas.csv": AreaLevel.COUNTY,
    "streets.csv": AreaLevel.TOWNSHIP,
    "villages.csv": AreaLevel.VILLAGE,
}
"""The lists of the public package and the level of what they list."""


@dataclass(frozen=True, slots=True)
class AreaRow:
    """行政区划 (area): 12-digit code, name, validity (both days included; None not known), the code that follows it."""

    code: str
    name: str
    since: date | None = None
    until: date | None = None
    successor: str = ""


def read_areas(path: Path) -> Iterator[AreaRow]:
    """行政区划 of a file in the own format, in the order of the file. Raises Invalid with file, row and reason."""
    try:
        with (
            lzma.open(path) if path.suffix == ".xz" else path.open("rb") as data,
            io.TextIOWrapper(data, encoding="utf-8-sig", newline="") as text,
        ):
            yield from _rows(text, path.name)
    except (UnicodeDecodeError, lzma.LZMAError, EOFError) as damage:
        raise Invalid(f"{path.name}：文件损坏或不是 UTF-8 编码（{damage}）") from damage


def open_source(path: Path, prefix: str = "") -> Iterator[AreaRow]:
    """行政区划 of any accepted source: own CSV/CSV.xz, or directory/.tgz of china-division with a subtree's prefix.

    `prefix` is an area code such as "370800"; the areas above it come first. Without prefix: everything in the file.
    Raises Invalid (nothing found, malformed row, unknown format).
    """
    rows = read_areas(path) if path.name.endswith((".csv", ".csv.xz")) else _public(path, prefix)
    found = False
    wanted = _wanted(prefix)
    try:
        for row in rows:
            if wanted(row.code):
                found = True
                yield row
    except (UnicodeDecodeError, csv.Error, tarfile.TarError, EOFError, zlib.error) as damage:
        raise Invalid(f"{path.name}：文件损坏或不是 UTF-8 编码（{damage}）") from damage
    if not found:
        raise Invalid(f"{path.name}：没有找到“{prefix}”的行政区划" if prefix else f"{path.name}：没有行政区划")


def write_areas(rows: Iterable[AreaRow], path: Path) -> int:
    """Write areas in the own format (.csv or .csv.xz), ordered by code; returns how many. Same rows, same bytes."""
    ordered = sorted(rows, key=lambda row: row.code)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((row.code, row.name, row.since or "", row.until or "", row.successor) for row in ordered)
    data = text.getvalue().encode()
    path.write_bytes(lzma.compress(data, preset=9 | lzma.PRESET_EXTREME) if path.suffix == ".xz" else data)
    return len(ordered)


def build_areas(source: Path, prefix: str, out: Path) -> int:
    """Build the area file of one subtree from the public package; returns how many areas. Raises Invalid."""
    return write_areas(open_source(source, prefix), out)


def _wanted(prefix: str) -> Callable[[str], bool]:
    if not prefix:
        return lambda code: True
    low, high = areas.code_range(prefix)
    above = frozenset(areas.ancestors(prefix))
    return lambda code: low <= code < high or code in above


def _rows(text: Iterable[str], name: str) -> Iterator[AreaRow]:
    reader = csv.DictReader(text, strict=True)
    missing = [column for column in _COLUMNS[:2] if column not in (reader.fieldnames or ())]
    if missing:
        raise Invalid(f"{name}：第1行缺少列：{'、'.join(missing)}")
    seen: set[str] = set()
    try:
        for fields in reader:
            row = _checked(fields, f"{name}：第{reader.line_num}行")
            if row.code in seen:
                raise Invalid(f"{name}：第{reader.line_num}行：代码{row.code}重复")
            seen.add(row.code)
            yield row
    except csv.Error as damage:
        raise Invalid(f"{name}：第{reader.line_num}行：不是有效的 CSV（{damage}）") from damage


def _checked(fields: Mapping[str | None, str | None], where: str) -> AreaRow:
    text = {column: (fields.get(column) or "").strip() for column in _COLUMNS}
    if None in fields:
        raise Invalid(f"{where}：列数多于表头")
    if not text["name"]:
        raise Invalid(f"{where}：名称为空")
    if point := unprintable(text["name"]):
        raise Invalid(f"{where}：名称中有看不见的或者不能印的字符（{point}），请删去")
    since, until = (_day(text[column], f"{where}：{column}") for column in ("since", "until"))
    if since and until and since > until:
        raise Invalid(f"{where}：启用日期{since}晚于停用日期{until}")
    return AreaRow(_code(text["code"], where), text["name"], since, until,
                   _code(text["successor"], where) if text["successor"] else "")  # fmt: skip


def _code(text: str, where: str) -> str:
    try:
        code = areas.check(text)
    except Invalid as reason:
        raise Invalid(f"{where}：{reason}") from reason
    if code == areas.NATION:
        raise Invalid(f"{where}：行政区划代码“{text}”不是数字代码")
    return code


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as reason:
        raise Invalid(f"{where}：日期“{text}”应写作2026-07-01") from reason


def _public(path: Path, prefix: str) -> Iterator[AreaRow]:
    wanted = _wanted(prefix)
    with _parts(path) as parts:
        for name, level in _PARTS.items():
            for number, fields in enumerate(csv.DictReader(parts(name)), start=2):
                code = (fields.get("code") or "").ljust(12, "0")
                if wanted(code):
                    row = _checked({"code": code, "name": fields.get("name")}, f"{name}：第{number}行")
                    if _belongs(row.code, level):
                        yield row


def _belongs(code: str, level: AreaLevel) -> bool:
    """False for rows that only group counties, and for an area listed again below (中山 as county, 金门 as village)."""
    return areas.level_of(code) is level and areas.is_government(code)


@contextmanager
def _parts(path: Path) -> Iterator[Callable[[str], Iterable[str]]]:
    """Opens the five lists of the public package, from its directory or its archive."""
    if path.is_dir():
        folder = path / "dist" if (path / "dist").is_dir() else path
        yield lambda name: _directory_part(folder / name)
    elif path.name.endswith((".tgz", ".tar.gz")):
        with tarfile.open(path, "r:gz") as archive:
            yield lambda name: _archive_part(archive, path, name)
    else:
        raise Invalid(f"{path.name}：应为 .csv、.csv.xz、china-division 的目录或 .tgz")


def _directory_part(path: Path) -> Iterable[str]:
    if not path.is_file():
        raise Invalid(f"{path.parent}：缺少{path.name}")
    with path.open(encoding="utf-8-sig", newline="") as text:
        yield from text


def _archive_part(archive: tarfile.TarFile, path: Path, name: str) -> Iterable[str]:
    try:
        member = archive.extractfile(f"package/dist/{name}")
    except KeyError:
        member = None
    if member is None:
        raise Invalid(f"{path.name}：缺少package/dist/{name}")
    with io.TextIOWrapper(member, encoding="utf-8-sig", newline="") as text:
        yield from text
