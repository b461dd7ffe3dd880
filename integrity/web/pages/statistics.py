"""月报季报页 (the pages of statistics): the numbers of a month or quarter, place by place, down to the households."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import col, select

from integrity import area_choice, counting, periodic, places, statistics, statistics_lists
from integrity.counting import Progress
from integrity.errors import Invalid, NotFound, Refused
from integrity.export_kinds import period_of
from integrity.periods import Period, month_of, quarter_of
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household
from integrity.rules.workdays import add_months
from integrity.web.desk import SEE_OTHER, Desk, looks
from integrity.web.pages.downloads import PDF, XLSX, download

router = APIRouter()
Looking = Annotated[Desk, looks("制作台账报表")]
PAGE = 50
_MONTHS, _QUARTERS = 24, 8
_FIRST_YEAR, _LAST_YEAR = 1950, 2200


class Asked(statistics.Asked):
    """看什么 (what is looked at); `link` is the address of the same with changes."""

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
) -> Response:  # fmt: skip
    """一个区划、一个月或者季度的统计：本级和下一级，每个数可以点开看是哪些家庭。"""
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()  # a look holds up the writer
    if anew:
        moment = statistics.anew(desk.office, desk.officer.code, one)
        return RedirectResponse(one._replace(on=moment).link(chapter=str(chapter)), SEE_OTHER)
    found = statistics.look(desk.office, desk.officer.code, one)
    if isinstance(found, Progress):
        return _waiting(desk, one, found)
    one = one._replace(on=found.moment)
    table = found.tables[min(max(chapter, 0), len(found.tables) - 1)]
    return desk.page(
        "statistics.html", found=found, table=table, chapter=found.tables.index(table), up=_above(desk, one.area),
        moment=found.moment.astimezone(SHANGHAI), ended=found.moment.astimezone(SHANGHAI).date() > one.period.last,
        **_choice(desk, one),
    )  # fmt: skip


def _waiting(desk: Desk, one: Asked, far: Progress) -> HTMLResponse:
    """正在统计: how far it is; what was counted last can be looked at meanwhile."""
    with statistics.reading(desk.office, one.area) as work:
        last = counting.newest(work, one.area, one.period)
    return desk.page(
        "statistics_counting.html", far=far, last=last and one._replace(on=last.moment).link(),
        last_moment=last and last.moment.astimezone(SHANGHAI), moment=far.moment.astimezone(SHANGHAI),
        **_choice(desk, one._replace(on=far.moment)),
    )  # fmt: skip


def _choice(desk: Desk, one: Asked) -> dict[str, Any]:
    """What every page of numbers has: where, when, and what else can be chosen."""
    return {
        "one": one, "choices": _areas(desk, one.area), "periods": _with(periods(desk.work.today), one.period),
        "place": periodic.name_of(desk.work, one.area, desk.work.today),
    }  # fmt: skip


@router.get("/statistics/progress")
def progress(desk: Looking, area: str = "", period: str = "", as_of: str = "") -> Response:
    """统计到哪里了：页面自己更新这一部分，统计完了就打开。"""
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()
    found = statistics.found(desk.office, desk.officer.code, one)
    if not isinstance(found, Progress):
        return Response(headers={"HX-Redirect": one.link()})
    return desk.page("_statistics_progress.html", one=one, far=found, moment=found.moment.astimezone(SHANGHAI))


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
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()
    found = statistics.look(desk.office, desk.officer.code, one)
    if isinstance(found, Progress):
        raise Refused("这些数字正在统计，统计完了再看图")
    if not 0 <= number < len(found.charts):
        raise NotFound("没有这幅图")
    return Response(statistics.drawn(found.charts[number]), media_type="image/svg+xml")


@router.get("/statistics/behind")
def behind(
    desk: Looking, number: str, area: str = "", period: str = "", as_of: str = "", after: str = ""
) -> HTMLResponse:  # fmt: skip
    """一个数字背后的家庭。"""
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()  # a look holds up the writer
    found = statistics_lists.leaf(desk.office, desk.officer.code, one, number, after, size=PAGE)
    if isinstance(found, Progress):
        return _waiting(desk, one, found)
    one = one._replace(on=found.one.moment)
    return desk.page(
        "statistics_behind.html", asked=one, number=found.number, rows=found.rows, total=found.total,
        unseen=found.unseen, next=found.next and one.link("/behind", number=number, after=found.next),
        names=area_choice.names(desk.work, {line.area for line in found.rows}),
        heads=_heads(desk, [line.household for line in found.rows]),
        first=one.link("/behind", number=number) if after else "",
        place=periodic.name_of(desk.work, one.area, desk.work.today),
    )  # fmt: skip


def _heads(desk: Desk, numbers: list[str]) -> dict[str, str]:
    """户主 of these households by 户编号; of those only that live in the officer's area now."""
    ids = desk.work.session.exec(select(Household.id).where(col(Household.number).in_(numbers))).all()
    found = places.of(desk.work, [one for one in ids if one is not None], desk.scope)
    return {one.number: one.head for one in found.values()}


@router.get("/statistics/report.{form}")
def report(form: str, desk: Looking, area: str = "", period: str = "", as_of: str = "") -> Response:
    """月报、季报文件：PDF、XLSX；只有数，没有家庭。"""
    if form not in ("pdf", "xlsx"):
        raise NotFound("报表有 PDF 和 XLSX 两种")
    one = asked(desk, area, period, as_of)
    desk.work.session.rollback()
    made = statistics.made(desk.office, desk.officer.code, one)
    data = made.paper.pdf if form == "pdf" else made.workbook
    return download(data, f"{made.record.number}.{form}", PDF if form == "pdf" else XLSX)
