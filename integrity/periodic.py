"""月报、季报 (periodic reports): the numbers of a period by township and village, on paper and as a workbook.

A report tells what was known at one moment; made again as of that moment it gives the same numbers, whatever has been
entered since. What is counted, and what it means, stands in `periodic_numbers`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, func, select

from integrity import areas, calendars, organs
from integrity.books import TREND, Books
from integrity.dossiers import moment_of
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.files import write_file
from integrity.periodic_numbers import Chapter, Number, chapters, every_number
from integrity.periods import Period, month_of
from integrity.permissions import require
from integrity.printing import place_name
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household, Residence
from integrity.records.office import EvaluationRun, Officer
from integrity.rules.areas import check, level_of, significant
from integrity.rules.workdays import add_months
from integrity.settings import settings
from integrity.sights import portions
from integrity.terms import AreaLevel
from integrity.work import Work
from reports import periodic as press
from reports.faults import PressStopped
from reports.press import Paper

MATTER = "制作台账报表"
_LEVELS = (
    AreaLevel.NATION,
    AreaLevel.PROVINCE,
    AreaLevel.CITY,
    AreaLevel.COUNTY,
    AreaLevel.TOWNSHIP,
    AreaLevel.VILLAGE,
)
_DIGITS = {AreaLevel.PROVINCE: 2, AreaLevel.CITY: 4, AreaLevel.COUNTY: 6, AreaLevel.TOWNSHIP: 9, AreaLevel.VILLAGE: 12}
_CHARTED = (("救助对象", "ON_", 1), ("处理建议", "OUT_", 0), ("定期核查", "DUE_", 0))
"""Chapters whose numbers of this beginning are drawn as bars, without the first so many."""


_EVALUATED = ("DUE", "OUT_", "LEVEL_")
"""Codes of the numbers that are read off evaluations."""


class Counts(NamedTuple):
    """各村的数 (counts by village): each number by its code, and what was to be paid in each of the last months."""

    numbers: dict[str, Counter[str]]
    paid: list[Counter[str]]


class Made(NamedTuple):
    """做成的报表 (a report that was made): the record, the moment that it tells of, paper and workbook."""

    record: press.Periodic
    moment: datetime
    paper: Paper
    workbook: bytes


class Behind(NamedTuple):
    """数字背后的一户 (a household behind a number): its number, its village, how much it counts, money in fen."""

    household: str
    area: str
    value: int
    unit: str


def make(work: Work, area: str, period: Period, on: date | None = None) -> Made:
    """Make a report of an area and a period, and write down that it was made.

    `on` is the day or moment as of which it tells; without it now. Raises Forbidden, Refused, NotFound.
    """
    require(work, MATTER, check(area))
    until = moment_of(work, on)
    work.close_books(until)
    return made_of(work, period, recorded(work, area, period, until), until)


def begun(period: Period, until: datetime) -> None:
    """Raises Refused for a period that had not begun at a moment."""
    if until.astimezone(SHANGHAI).date() < period.first:
        raise Refused(f"{period.name}还没有开始，没有可以统计的数字")


def made_of(work: Work, period: Period, record: press.Periodic, until: datetime) -> Made:
    """A record on paper and as a workbook; that it was made is written down. Raises Refused."""
    try:
        made = Made(record, until, press.periodic_pdf(record), press.periodic_xlsx(record))
    except PressStopped as fault:
        raise Refused(f"{record.title}不能制作：{fault}") from fault
    said = (
        f"截至{record.moment}；PDF {made.paper.pages} 页 {made.paper.sha256[:16]}；数据 {made.paper.data_sha256[:16]}"
    )
    work.audit(f"制作{period.report}", record.number, said)
    return made


def counts_of(books: Books) -> Counts:
    """Every number counted, village by village."""
    return Counts({number.code: villages(books, number) for number in every_number(books)}, paid_of(books))


def sums_of(told: Sequence[Chapter], counted: Counts) -> dict[str, Counter[str]]:
    """What was counted of the numbers of some chapters."""
    codes = (number.code for chapter in told for number in chapter.numbers)
    return {code: counted.numbers.get(code, Counter()) for code in codes}


def recorded(
    work: Work, area: str, period: Period, until: datetime, counted: Counts | None = None
) -> press.Periodic:  # fmt: skip
    """The report as a record, ready for the press, of what was counted or is counted now. Raises NotFound, Refused."""
    begun(period, until)
    books = Books(work, area, period, until)
    own = until.astimezone(SHANGHAI)
    signed = organs.organ_of(work, area, own.date())
    found = counted or counts_of(books)
    told = chapters(books, found.numbers)
    sums = sums_of(told, found)
    places = places_of(books, sums)
    return press.Periodic(
        title=f"社会救助诚信管理{period.name}{period.report}",
        number=f"报{significant(area) or '000000'}-{period.code}-{own:%Y%m%d%H%M%S}", organ=signed.name,
        area=name_of(work, area, own.date()), period=f"{period.name}（{period.first}至{period.last}）",
        moment=f"{own:%Y-%m-%d %H:%M:%S.%f}", printed_by=officer_name(work), made_on=own.date(),
        chapters=tuple(_chapter(books, one, places, sums) for one in told),
        charts=tuple(charts_of(books, told, sums, found.paid)),
        note="" if own.date() > period.last else f"报告期到{period.last}才结束，本报表只到截至时刻",
    )  # fmt: skip


def villages(books: Books, number: Number) -> Counter[str]:
    """A number, village by village."""
    found: Counter[str] = Counter()
    for fact in number.count(books):
        found[fact.area] += fact.value
    return found


def behind(work: Work, area: str, period: Period, code: str, on: date | None = None) -> list[Behind]:
    """下钻 (drill down): the households behind a number, by village. Raises NotFound, Refused for one of a level."""
    require(work, MATTER, check(area))
    until = moment_of(work, on)
    work.close_books(until)
    books = Books(work, area, period, until)
    number = listed(books, code)
    found = households_of(books, number)
    work.audit("查看报表明细", area, f"{period.code} {number.name}：{len(found)} 户")
    return found


def listed(books: Books, code: str, counted: Mapping[str, Counter[str]] | None = None) -> Number:
    """A number by its code or name whose households may be listed. Raises NotFound, Refused for one of a level."""
    every = {number.code: number for chapter in chapters(books, counted) for number in chapter.numbers}
    number = every.get(code) or next((one for one in every.values() if one.name == code), None)
    if number is None:
        raise NotFound(f"没有指标“{code}”；可以写：{'、'.join(one.code for one in every.values())}")
    if not number.named:
        raise Refused("按等级列出家庭的名单不提供（红线第6条）")
    return number


def households_of(books: Books, number: Number) -> list[Behind]:
    """The households behind a number, by village; those that the officer sees."""
    sums: Counter[tuple[str, int]] = Counter()
    for fact in number.count(books):
        sums[fact.area, fact.household_id] += fact.value
    numbers = _numbers(books.work, {household_id for _, household_id in sums})
    found = (Behind(numbers.get(one, ""), place, value, number.unit) for (place, one), value in sums.items())
    return sorted(found, key=lambda one: (one.area, one.household))


def _numbers(work: Work, ids: set[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for portion in portions(sorted(ids)):
        query = select(Household.id, Household.number).where(col(Household.id).in_(portion))
        found |= {int(one or 0): number for one, number in work.session.exec(query)}
    return found


class Place(NamedTuple):
    """A line of the tables: its name, how deep it stands, and the digits that its villages begin with."""

    name: str
    depth: int
    digits: str


def places_of(books: Books, sums: Mapping[str, Counter[str]]) -> list[Place]:
    """The area, its parts and theirs: those that are valid on the last day, and those that have numbers."""
    codes = {code for counted in sums.values() for code in counted}
    level = _LEVELS.index(level_of(books.area))
    below = _LEVELS[level + 1 : level + 3]
    names = _names(books, below)
    found = {code[: _DIGITS[one]] for code in codes for one in below} | set(names)
    lines = [Place(name_of(books.work, books.area, books.period.last), 0, significant(books.area))]
    for digits in sorted(found, key=lambda one: one.ljust(12, "0") + str(len(one))):
        depth = 1 + [_DIGITS[one] for one in below].index(len(digits))
        lines.append(Place(names.get(digits, digits), depth, digits))
    return lines


def _names(books: Books, below: Sequence[AreaLevel]) -> dict[str, str]:
    return {
        one.code[: _DIGITS[level]]: one.name
        for level in below
        for one in areas.children(books.work, books.area, books.period.last, level)
    }


def why_absent(books: Books, code: str) -> str:
    """Why a number cannot be told: what an evaluation finds is unknown, not 0, where there has been none."""
    if not code.startswith(_EVALUATED):
        return ""
    if "evaluated" not in books.kept:
        done = col(EvaluationRun.known_until) <= books.ends_at, col(EvaluationRun.finished_at) <= books.until
        books.kept["evaluated"] = books.work.session.exec(select(EvaluationRun).where(*done).limit(1)).first()
    return "" if books.kept["evaluated"] else "到期末为止没有评估"


def _chapter(
    books: Books, chapter: Chapter, places: Sequence[Place], sums: Mapping[str, Counter[str]]
) -> press.Chapter:
    """A table: of each place the sum of its villages."""
    parts = [summed(sums[number.code]) for number in chapter.numbers]
    return press.Chapter(
        title=chapter.title,
        figures=tuple(
            press.Figure(name=one.name, unit=one.unit, meaning=one.meaning, absent=why_absent(books, one.code))
            for one in chapter.numbers
        ),
        lines=tuple(
            press.Line(name=place.name, depth=place.depth, values=tuple(part[place.digits] for part in parts))
            for place in places
        ),
    )  # fmt: skip


def summed(counted: Counter[str]) -> Counter[str]:
    """The sums by every beginning of the codes."""
    found: Counter[str] = Counter()
    for code, value in counted.items():
        for beginning in {code[:width] for width in (0, 2, 4, 6, 9, 12)}:  # a township's own code is no village
            found[beginning] += value
    return found


def paid_of(books: Books) -> list[Counter[str]]:
    """What was to be paid in each of the last months, village by village."""
    found: list[Counter[str]] = [Counter() for _ in range(TREND)]
    for home in books.homes:
        for n, fen in enumerate(home.paid):
            found[n][home.area] += fen
    return found


def charts_of(
    books: Books, told: Sequence[Chapter], sums: Mapping[str, Counter[str]], paid: Sequence[Counter[str]]
) -> Iterator[press.Chart]:
    """What is drawn: bars of three chapters, and the payments of twelve months as a line."""
    for title, beginning, skipped in _CHARTED:
        chapter = next(one for one in told if one.title == title)
        chosen = [one for one in chapter.numbers if one.code.startswith(beginning)][skipped:]
        marks = tuple((one.name, sums[one.code].total()) for one in chosen)
        yield press.Chart(title=title, unit=chosen[0].unit, marks=marks, absent=why_absent(books, chosen[0].code))
    months = [add_months(books.period.last_month, n + 1 - TREND) for n in range(TREND)]
    marks = tuple((f"{month:%Y-%m}", fen.total()) for month, fen in zip(months, paid, strict=True))
    yield press.Chart(title="近十二个月应发救助金（期末在本地的家庭）", unit="元", marks=marks, line=True)


def name_of(work: Work, area: str, on: date) -> str:
    """The name of an area with those above it, or its code."""
    try:
        return areas.full_name(work, area, on)
    except NotFound:
        return area


def officer_name(work: Work) -> str:
    """Name and 工号 of who makes it."""
    found = work.session.get(Officer, work.actor)
    return f"{found.name}（{found.code}）" if found else work.actor


def parts(work: Work) -> list[str]:
    """月报的分段: on the first working day of a month the townships and counties on the roll; else none."""
    if not _first_workday(work):
        return []
    query = select(func.substr(Residence.area, 1, 9)).where(Residence.recorded_at <= work.due).distinct()
    townships = {f"{code}000" for code in work.session.exec(query)}
    return sorted(townships | {code[:6] + "000000" for code in townships})


def _first_workday(work: Work) -> bool:
    on = work.due.astimezone(SHANGHAI).date()
    known = calendars.workdays(work)
    return known.is_workday(on) and not any(known.is_workday(on.replace(day=n)) for n in range(1, on.day))


def make_monthly(work: Work, part: str) -> str:
    """The report of the month before, of one township or county, into the papers' directory; a summary."""
    today = work.due.astimezone(SHANGHAI).date()
    period = month_of(add_months(today.replace(day=1), -1))
    try:
        until = _moment(work)
        made = made_of(work, period, recorded(work, part, period, until), until)
    except ChengxinError as fault:
        work.audit("月报未生成", part, str(fault))
        return f"名单未生成，请人工处理：{part} 的月报：{fault}"
    folder = settings().papers / str(today)
    stem = f"{period.report}-{period.code}-{place_name(work, part, today)}{significant(part)}"
    write_file(folder / f"{stem}.pdf", made.paper.pdf)
    write_file(folder / f"{stem}.xlsx", made.workbook)
    return "月报 1 份"


def _moment(work: Work) -> datetime:
    """The due moment; where the evaluation before it was finished later, that moment: it is the same for all parts."""
    query = select(func.max(EvaluationRun.finished_at)).where(col(EvaluationRun.known_until) <= work.due)
    return max(work.due, work.session.exec(query).one() or work.due)


def write(made: Made, folder: Path) -> tuple[Path, Path]:
    """Put paper and workbook into a folder; where they lie."""
    pdf, xlsx = (folder / f"{made.record.number}.{kind}" for kind in ("pdf", "xlsx"))
    write_file(pdf, made.paper.pdf)
    write_file(xlsx, made.workbook)
    return pdf, xlsx
