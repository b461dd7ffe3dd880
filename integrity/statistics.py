"""统计 (statistics): the numbers of a month or a quarter to look at, place by place, and the way to what is behind.

They are the numbers of the reports (`periodic`), as of one moment. Nobody waits for them: what was counted last is
shown with its moment, what is not there is counted beside other work (`counting`), and whoever looks is told so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import NamedTuple

from integrity import counting, periodic
from integrity.books import Books
from integrity.counting import Progress
from integrity.errors import Refused
from integrity.periodic import Counts
from integrity.periodic_numbers import Chapter, Number, chapters
from integrity.periods import Period
from integrity.permissions import require
from integrity.records.counts import Counting
from integrity.rules.areas import check
from integrity.work import Office, Work
from reports.periodic import Chart, chart_svg

WAIT = 0.3
"""Seconds for which somebody who looks waits for what is counted: a township is often done by then."""
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


class Asked(NamedTuple):
    """看什么 (what is looked at): an area, a period, and the moment that is asked for, or the last there is."""

    area: str
    period: Period
    on: datetime | None = None


def look(office: Office, actor: str, asked: Asked) -> Counted | Progress:
    """The numbers of an area and a period: those kept, or how far the counting is that was begun for them.

    Raises Forbidden, Refused for a period that has not begun.
    """
    one = found(office, actor, asked)
    if isinstance(one, Progress):
        return one
    with reading(office, asked.area) as work:
        return shown(work, asked, one)


def anew(office: Office, actor: str, asked: Asked) -> datetime:
    """按现在重新统计: begin to count as of now, or join who has begun; the moment. Raises as `look`."""
    _allowed(office, actor, asked)
    number = counting.begin(office, actor, asked.area, asked.period, again=True)
    counting.wait(office, number, WAIT)
    with counting.everywhere(office).reading() as work:
        return counting.progress(work, number).moment


def made(office: Office, actor: str, asked: Asked) -> periodic.Made:
    """The report on paper and as a workbook, of the very numbers that are shown. Raises Refused without them."""
    one = found(office, actor, asked)
    if isinstance(one, Progress):
        raise Refused("这些数字正在统计，统计完了再下载报表")
    with reading(office, asked.area) as work:
        work.actor = actor
        books = Books(work, asked.area, asked.period, one.moment)
        counts = within(counting.kept(work, one, asked.area), books)
        record = periodic.recorded(work, asked.area, asked.period, one.moment, counts)
    with office.work(actor) as work:
        return periodic.made_of(work, asked.period, record, one.moment)


def found(office: Office, actor: str, asked: Asked) -> Counting | Progress:
    """The counting that holds what is asked for; where there is none, how far the one is that was begun. As `look`."""
    _allowed(office, actor, asked)
    with reading(office, asked.area) as work:
        one = counting.newest(work, asked.area, asked.period, asked.on)
    if one is not None:
        return one
    number = counting.begin(office, actor, asked.area, asked.period, asked.on)
    counting.wait(office, number, WAIT)
    with counting.everywhere(office).reading() as work:
        far = counting.progress(work, number)
        return work.session.get_one(Counting, number) if far.done else far


def _allowed(office: Office, actor: str, asked: Asked) -> None:
    with office.reading() as work:
        work.actor = actor
        require(work, periodic.MATTER, check(asked.area))


def reading(office: Office, area: str) -> AbstractContextManager[Work]:
    """A look at what is kept of an area: that of a village is in its township's."""
    return (office if area.endswith("000") else counting.everywhere(office)).reading()


def within(counted: Counts, books: Books) -> Counts:
    """What lies in the area of the books."""
    numbers = {code: _lying(sums, books) for code, sums in counted.numbers.items()}
    return Counts(numbers, [_lying(sums, books) for sums in counted.paid])


def _lying(sums: Counter[str], books: Books) -> Counter[str]:
    return Counter({code: value for code, value in sums.items() if books.lies(code)})


def shown(work: Work, asked: Asked, one: Counting) -> Counted:
    """The tables and charts of an area, out of what is kept of it."""
    books = Books(work, asked.area, asked.period, one.moment)
    counted = within(counting.kept(work, one, asked.area), books)
    told = chapters(books, counted.numbers)
    sums = periodic.sums_of(told, counted)
    places = [place for place in periodic.places_of(books, sums) if place.depth <= 1]
    tables = tuple(_table(books, chapter, places, sums) for chapter in told)
    charts = periodic.charts_of(books, told, sums, counted.paid)
    return Counted(asked.area, asked.period, one.moment, tables, tuple(charts))


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
