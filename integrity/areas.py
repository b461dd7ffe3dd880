"""行政区划 (areas): load a list, name a code on a day, find a place by name, follow what became of a code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from integrity.areas_file import AreaRow
from integrity.errors import NotFound
from integrity.records.office import Area
from integrity.rules.areas import ancestors, code_range, level_of
from integrity.rules.stated import check_line
from integrity.terms import AreaLevel
from integrity.work import Work

SHIPPED = Path(__file__).resolve().parent / "data" / "areas"
BEGINNING = date(1949, 10, 1)
"""Stands for a beginning of validity that the source does not know."""
_ZEROS = {
    AreaLevel.PROVINCE: 10, AreaLevel.CITY: 8, AreaLevel.COUNTY: 6, AreaLevel.TOWNSHIP: 3, AreaLevel.VILLAGE: 0,
}  # fmt: skip
"""How many zeros the codes of a level end with, at least: the villages of a city are not fetched for its counties."""


def load(work: Work, rows: Iterable[AreaRow]) -> tuple[int, int]:
    """Load areas; (added, changed). A row that is there already is left alone, an end or a successor is added."""
    standing = {(area.code, area.since): area for area in work.session.exec(select(Area))}
    added = changed = 0
    for row in rows:
        check_line(f"行政区划 {row.code} 的名称", row.name)
        since = row.since or BEGINNING
        area = standing.get((row.code, since))
        if area is None:
            work.put(Area(code=row.code, since=since, until=row.until, name=row.name, successor=row.successor))
            added += 1
        elif (area.until, area.name, area.successor) != (row.until, row.name, row.successor):
            area.until, area.name, area.successor = row.until, row.name, row.successor
            changed += 1
    work.audit("导入行政区划", detail=f"新增 {added}，更新 {changed}")
    return added, changed


def area(work: Work, code: str, on: date) -> Area:
    """The area of a code on a day. Raises NotFound when it was not valid then."""
    found = work.session.exec(_valid(on).where(Area.code == code).order_by(col(Area.since).desc())).first()
    if found is None:
        raise NotFound(f"行政区划代码 {code} 在 {on} 没有登记或已撤销")
    return found


def full_name(work: Work, code: str, on: date, *, top: AreaLevel = AreaLevel.CITY) -> str:
    """The name of an area behind the names above it, from the level `top` down (济宁市任城区李营街道……)."""
    levels = list(AreaLevel)
    chain = [one for one in reversed([code, *ancestors(code)]) if levels.index(level_of(one)) >= levels.index(top)]
    return "".join(area(work, one, on).name for one in chain)


def named(work: Work, codes: Collection[str], on: date) -> dict[str, str]:
    """The names of many areas on a day, villages with their township before them; the code where there is no name."""
    wanted = {*codes, *(code[:9] + "000" for code in codes)}
    rows = work.session.exec(_valid(on).where(col(Area.code).in_(wanted)))
    known = {one.code: one.name for one in rows}
    return {code: _with_town(code, known) for code in codes}


def _with_town(code: str, known: dict[str, str]) -> str:
    town = known.get(code[:9] + "000", "") if code[9:] != "000" else ""
    return f"{town}{known[code]}" if code in known else code


def children(work: Work, code: str, on: date, level: AreaLevel) -> list[Area]:
    """The areas of a level below `code` that are valid on a day, by code."""
    low, high = code_range(code)
    query = _valid(on).where(Area.code >= low, Area.code < high, col(Area.code).endswith("0" * _ZEROS[level]))
    return [one for one in work.session.exec(query.order_by(col(Area.code))) if level_of(one.code) is level]


def find(work: Work, name: str, within: str, on: date) -> list[Area]:
    """The villages of this name (or its beginning without 村委会, 居委会) below `within`, valid on the day."""
    low, high = code_range(within)
    query = _valid(on).where(Area.code >= low, Area.code < high, col(Area.name).startswith(name, autoescape=True))
    return [one for one in work.session.exec(query.order_by(col(Area.code))) if not one.code.endswith("000")]


def current(work: Work, code: str, on: date) -> str:
    """The code that stands for `code` on a day: itself, or the last of its successors. Raises NotFound."""
    seen: set[str] = set()
    while code not in seen:
        seen.add(code)
        last = work.session.exec(select(Area).where(Area.code == code).order_by(col(Area.since).desc())).first()
        if last is None:
            raise NotFound(f"没有登记过行政区划代码 {code}")
        if last.until is None or last.until >= on or not last.successor:
            return code
        code = last.successor
    raise NotFound(f"行政区划代码 {code} 的后继互相指向，请更正")


def _valid(on: date) -> SelectOfScalar[Area]:
    """Areas that are valid on a day."""
    return select(Area).where(Area.since <= on, or_(col(Area.until).is_(None), col(Area.until) >= on))
