"""统计 (statistics): the numbers of a month or a quarter to look at, place by place, and the way to what is behind.

They are the numbers of the reports (`periodic`), counted as of one moment. Counting a county takes seconds, looking at
it again must not: what was counted is kept for a while in the memory of the process, sums by village and nothing more.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from integrity import periodic
from integrity.books import Books
from integrity.dossiers import moment_of
from integrity.errors import Refused
from integrity.periodic_numbers import Chapter, Number, chapters
from integrity.periods import Period
from integrity.permissions import require
from integrity.records.columns import SHANGHAI, micros
from integrity.rules.areas import check, code_range
from integrity.work import Office, Work
from reports.periodic import Chart, chart_svg

FRESH, FRESH_OVER = timedelta(minutes=10), timedelta(hours=12)
"""For so long a look shows the same moment again: of a period that goes on, and of one that is over."""
_MOST, _MOST_LISTS = 48, 8
_CODE = 12


class Column(NamedTuple):
    """指标 (number) as it heads a column; `absent` says why it cannot be told."""

    number: Number
    absent: str


class Line(NamedTuple):
    """地区的一行 (line of a place): `depth` 0 is the area itself, 1 its parts."""

    code: str
    name: str
    depth: int
    values: tuple[int, ...]


class Table(NamedTuple):
    """一章 (a chapter): columns, and the lines of the area and of its parts."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


class Counted(NamedTuple):
    """统计结果 (what was counted) for an area and a period, as of a moment."""

    area: str
    period: Period
    moment: datetime
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...]


class Sums(NamedTuple):
    """各村的数 (sums by village) of an area, a period and a moment: those of its parts are in them."""

    area: str
    period: Period
    moment: datetime
    numbers: dict[str, Counter[str]]
    paid: list[Counter[str]]


_Key = tuple[str, str, int]
_kept: WeakKeyDictionary[Engine, OrderedDict[_Key, Sums]] = WeakKeyDictionary()
_lists: WeakKeyDictionary[Engine, OrderedDict[_Key, list[periodic.Behind]]] = WeakKeyDictionary()
_lock, _counting = Lock(), Lock()


def look(
    office: Office, actor: str, area: str, period: Period, on: date | None = None, *, anew: bool = False
) -> Counted:
    """The numbers of an area and a period: those kept, where they are fresh, or of the moment that was asked for.

    Raises Forbidden, Refused for a period that has not begun.
    """
    with office.reading() as work:
        work.actor = actor
        require(work, periodic.MATTER, check(area))
        now = work.now
    kept = None if anew else _find(office, area, period, on, now)
    if kept is None:
        with _counting:  # of several who ask at once, one counts
            kept = None if anew else _find(office, area, period, on, now)
            kept = kept or _count(office, actor, area, period, on)
    with office.reading() as work:
        return shown(work, area, kept)


def _count(office: Office, actor: str, area: str, period: Period, on: date | None) -> Sums:
    """Count now, and keep it for those who look later."""
    with office.work(actor) as work:
        until = moment_of(work, on)
        if until.astimezone(SHANGHAI).date() < period.first:
            raise Refused(f"{period.name}还没有开始，没有可以统计的数字")
        work.close_books(until)
        work.audit("统计", area, f"{period.code}，截至 {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
    with office.reading() as work:
        counted = count(work, area, period, until)
    with _lock:
        mine = _kept.setdefault(office.engine, OrderedDict())
        mine[area, period.code, micros(until)] = counted
        while len(mine) > _MOST:
            mine.popitem(last=False)
    return counted


def _find(office: Office, area: str, period: Period, on: date | None, now: datetime) -> Sums | None:
    """What is kept of the area or of one above it: of the moment asked for, or the last that is still fresh."""
    low, high = code_range(area)
    with _lock:
        kept = list((_kept.get(office.engine) or OrderedDict[_Key, Sums]()).values())
    known = [one for one in kept if one.period == period and _holds(one.area, low, high)]
    if on is not None:
        return next((one for one in known if one.moment == on), None)
    over = now.astimezone(SHANGHAI).date() > period.last
    fresh = [one for one in known if now - (FRESH_OVER if over else FRESH) <= one.moment <= now]
    return max(fresh, key=lambda one: one.moment, default=None)


def _holds(area: str, low: str, high: str) -> bool:
    first, last = code_range(area)
    return first <= low and high <= last


def behind(
    office: Office, actor: str, asked: tuple[str, Period], number: str, on: date | None = None
) -> list[periodic.Behind]:  # fmt: skip
    """The households behind a number of an area and a period; kept as `look` keeps its sums, each look written down.

    Raises as `periodic.behind`.
    """
    area, period = asked
    key = (area, f"{period.code} {number}", micros(on) if isinstance(on, datetime) else 0)
    with _lock:
        kept = (_lists.get(office.engine) or OrderedDict[_Key, list[periodic.Behind]]()).get(key)
    if kept is not None:
        with office.work(actor) as work:
            require(work, periodic.MATTER, check(area))
            work.audit("查看报表明细", area, f"{period.code} {number}：{len(kept)} 户")
        return kept
    with office.work(actor) as work:
        found = periodic.behind(work, area, period, number, on)
    if isinstance(on, datetime):
        with _lock:
            mine = _lists.setdefault(office.engine, OrderedDict())
            mine[key] = found
            while len(mine) > _MOST_LISTS:
                mine.popitem(last=False)
    return found


def count(work: Work, area: str, period: Period, until: datetime) -> Sums:
    """Count every number, village by village."""
    books = Books(work, area, period, until)
    every = [number for chapter in chapters(books) for number in chapter.numbers]
    found = {number.code: periodic.villages(books, number) for number in every}
    return Sums(area, period, until, found, periodic.paid_of(books))


def shown(work: Work, area: str, counted: Sums) -> Counted:
    """The tables and charts of an area, out of its own sums or those of an area above it."""
    books = Books(work, area, counted.period, counted.moment)
    told = chapters(books)
    sums = {code: _within(counter, books) for code, counter in counted.numbers.items()}
    places = [one for one in periodic.places_of(books, sums) if one.depth <= 1]
    tables = tuple(_table(books, chapter, places, sums) for chapter in told)
    charts = periodic.charts_of(books, told, sums, [_within(one, books) for one in counted.paid])
    return Counted(area, counted.period, counted.moment, tables, tuple(charts))


def _within(counter: Counter[str], books: Books) -> Counter[str]:
    return Counter({code: value for code, value in counter.items() if books.lies(code)})


def _table(
    books: Books, chapter: Chapter, places: Sequence[periodic.Place], sums: dict[str, Counter[str]]
) -> Table:  # fmt: skip
    parts = [periodic.summed(sums[number.code]) for number in chapter.numbers]
    columns = tuple(Column(one, periodic.why_absent(books, one.code)) for one in chapter.numbers)
    lines = (
        Line(
            one.digits.ljust(_CODE, "0") if one.depth else books.area, one.name, one.depth,
            tuple(part[one.digits] for part in parts),
        )
        for one in places
    )  # fmt: skip
    return Table(chapter.title, columns, tuple(lines))


def drawn(chart: Chart) -> str:
    """A chart as SVG text. Raises Refused where there is nothing to draw."""
    if chart.nothing:
        raise Refused(chart.nothing)
    return chart_svg(chart)


def numbers(work: Work, area: str, period: Period) -> list[Number]:
    """Every number there is for an area, without counting any."""
    return [number for chapter in chapters(Books(work, area, period, work.now)) for number in chapter.numbers]
