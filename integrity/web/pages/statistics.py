"""月报季报页 (the pages of statistics): the numbers of a month or quarter, place by place, down to the households."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import area_choice, periodic, statistics
from integrity.errors import Invalid, NotFound
from integrity.export_kinds import period_of
from integrity.periods import Period, month_of, quarter_of
from integrity.records.columns import SHANGHAI
from integrity.rules.workdays import add_months
from integrity.web.desk import Desk, looks
from integrity.web.pages.downloads import PDF, XLSX, download

router = APIRouter()
Looking = Annotated[Desk, looks("制作台账报表")]
PAGE = 50
_MONTHS, _QUARTERS = 24, 8
_FIRST_YEAR, _LAST_YEAR = 1950, 2200


class Asked(NamedTuple):
    """看什么 (what is looked at): area, period, moment; `link` is the address of the same with changes."""

    area: str
    period: Period
    on: datetime | None

    def link(self, to: str = "", **changed: str) -> str:
        """An address below /statistics for the same, or with something else in it."""
        said = {"area": self.area, "period": self.period.code}
        said |= {"as_of": self.on.isoformat()} if self.on else {}
        return f"/statistics{to}?{urlencode({name: one for name, one in (said | changed).items() if one})}"


def asked(desk: Desk, area: str, period: str, as_of: str) -> Asked:
    """What the address asks for. Raises NotFound for an area that is not the officer's, Invalid."""
    chosen = period_of(period) if period else month_of(add_months(desk.work.today.replace(day=1), -1))
    return Asked(own_area(desk, area), chosen, moment(as_of))


def own_area(desk: Desk, area: str) -> str:
    """The area that was asked for, the officer's own without one. Raises NotFound for one elsewhere."""
    wanted = area or desk.officer.area
    if area_choice.within(desk.officer.area, wanted) != wanted:
        raise NotFound("没有这个区划，或者不在您的辖区")
    return wanted


def moment(text: str) -> datetime | None:
    """A moment out of an address; None for none. Raises Invalid."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or found.tzinfo is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR):
        raise Invalid("截至时刻写得不对，请从页面上的链接进入")
    return found


def periods(today: date) -> list[tuple[str, str]]:
    """The months and quarters that can be chosen, the last first."""
    first = today.replace(day=1)
    months = [month_of(add_months(first, -n)) for n in range(_MONTHS)]
    quarters = [quarter_of(add_months(first, -3 * n)) for n in range(_QUARTERS)]
    return [(one.code, one.name) for one in (*months, *quarters)]


@router.get("/statistics")
def show(
    desk: Looking, area: str = "", period: str = "", as_of: str = "", chapter: int = 0, anew: bool = False
) -> HTMLResponse:  # fmt: skip
    """一个区划、一个月或者季度的统计：本级和下一级，每个数可以点开看是哪些家庭。"""
    one = asked(desk, area, period, as_of)
    found = _counted(desk, one, anew=anew)
    one = one._replace(on=found.moment)
    table = found.tables[min(max(chapter, 0), len(found.tables) - 1)]
    return desk.page(
        "statistics.html", one=one, found=found, table=table, chapter=found.tables.index(table), asked=one,
        choices=_areas(desk, one.area), periods=_with(periods(desk.work.today), one.period), up=_above(desk, one.area),
        place=periodic.name_of(desk.work, one.area, desk.work.today), moment=found.moment.astimezone(SHANGHAI),
        ended=found.moment.astimezone(SHANGHAI).date() > one.period.last,
    )  # fmt: skip


def _counted(desk: Desk, one: Asked, *, anew: bool = False) -> statistics.Counted:
    desk.work.session.rollback()  # a look holds up the writer
    return statistics.look(desk.office, desk.officer.code, one.area, one.period, one.on, anew=anew)


def _areas(desk: Desk, area: str) -> list[tuple[str, str]]:
    own = desk.officer.area
    names = [(own, periodic.name_of(desk.work, own, desk.work.today))]
    below = [pair for pair in area_choice.narrower(desk.work, own, area) if pair[0] != own]
    chosen = [(area, periodic.name_of(desk.work, area, desk.work.today))] if area != own else []
    return [*names, *(pair for pair in chosen if pair not in below), *below]


def _with(known: list[tuple[str, str]], period: Period) -> list[tuple[str, str]]:
    return known if any(code == period.code for code, _ in known) else [(period.code, period.name), *known]


def _above(desk: Desk, area: str) -> str:
    """The area above, where it is still the officer's."""
    if area == desk.officer.area:
        return ""
    for digits in (9, 6, 4):
        above = area[:digits].ljust(len(area), "0")
        if above != area and area_choice.within(desk.officer.area, above) == above:
            return above
    return ""


@router.get("/statistics/chart")
def chart(desk: Looking, area: str = "", period: str = "", as_of: str = "", number: int = 0) -> Response:
    """一幅图，SVG。"""
    found = _counted(desk, asked(desk, area, period, as_of))
    if not 0 <= number < len(found.charts):
        raise NotFound("没有这幅图")
    return Response(statistics.drawn(found.charts[number]), media_type="image/svg+xml")


@router.get("/statistics/behind")
def behind(
    desk: Looking, number: str, area: str = "", period: str = "", as_of: str = "", after: str = ""
) -> HTMLResponse:  # fmt: skip
    """一个数字背后的家庭。"""
    one = asked(desk, area, period, as_of)
    one = one._replace(on=one.on or desk.work.now)
    desk.work.session.rollback()  # a look holds up the writer
    found = statistics.behind(desk.office, desk.officer.code, (one.area, one.period), number, one.on)
    at = next((n + 1 for n, line in enumerate(found) if _key(line) == after), 0)
    rows = found[at : at + PAGE]
    more = one.link("/behind", number=number, after=_key(rows[-1])) if len(found) > at + PAGE else ""
    return desk.page(
        "statistics_behind.html", asked=one, number=number, rows=rows, whole=len(found), next=more,
        total=sum(line.value for line in found), unit=found[0].unit if found else "",
        names=area_choice.names(desk.work, {line.area for line in rows}), meaning=_meaning(desk, one, number),
        first=one.link("/behind", number=number) if at else "", start=at + 1,
        place=periodic.name_of(desk.work, one.area, desk.work.today),
    )  # fmt: skip


def _key(line: periodic.Behind) -> str:
    return f"{line.area}-{line.household}"


def _meaning(desk: Desk, one: Asked, number: str) -> tuple[str, str]:
    """Name and meaning of a number."""
    found = statistics.numbers(desk.work, one.area, one.period)
    return next(((each.name, each.meaning) for each in found if number in (each.code, each.name)), (number, ""))


@router.get("/statistics/report.{form}")
def report(form: str, desk: Looking, area: str = "", period: str = "", as_of: str = "") -> Response:
    """月报、季报文件：PDF、XLSX；只有数，没有家庭。"""
    if form not in ("pdf", "xlsx"):
        raise NotFound("报表有 PDF 和 XLSX 两种")
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()
    with desk.office.work(desk.officer.code) as work:
        made = periodic.make(work, one.area, one.period, one.on)
    data = made.paper.pdf if form == "pdf" else made.workbook
    return download(data, f"{made.record.number}.{form}", PDF if form == "pdf" else XLSX)
