"""统计 (statistics): what is kept adds up to what is counted anew, nobody waits, nothing is counted twice at once."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from integrity import counting, periodic, statistics, statistics_lists
from integrity.books import Books
from integrity.counting import Progress
from integrity.office_terms import JobState
from integrity.periodic import Counts
from integrity.periods import Period, month_of, quarter_of
from integrity.records.columns import SHANGHAI
from integrity.records.counts import AreaSums, Counting
from integrity.records.ledger import Residence
from integrity.records.office import Audit
from integrity.statistics import Asked, Counted
from integrity.work import Office, Work
from scheduler.jobs import COUNTING, TIMETABLE
from scheduler.runner import run_now
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import COUNTY, granted
from tests.test_periodic import APPROVER, filled

__all__ = ["desks", "papers"]

OCTOBER, NIGHT = month_of(date(2026, 10, 1)), datetime(2026, 11, 2, 0, 40, tzinfo=SHANGHAI)
TOWN, VILLAGE_THERE = "370811001000", "370811001001"
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def with_moves(office: Office) -> None:
    """The demo county; households that were due to be checked move: to another township, and to another county."""
    filled(office)
    moved_on = datetime(2026, 10, 20, 9, tzinfo=SHANGHAI)
    with office.work("补录", now=moved_on) as work:
        books = Books(work, COUNTY, OCTOBER, moved_on)
        over = [one for code in ("DUE_OVER", "DUE_WAITS") for one in periodic.listed(books, code).count(books)]
        away = sorted(one.household_id for one in over if not one.area.startswith(TOWN[:9]))
        for household, area in zip(away, (VILLAGE_THERE, "370812001001", VILLAGE_THERE), strict=False):
            work.append(household, Residence(happened_on=date(2026, 10, 15), area=area, address="迁居", urban=True))


@pytest.fixture
def county(furnished_once: Callable[[Callable[[Office], object]], Office], clock: SetClock, papers: Path) -> Office:
    """The county on the morning of 2 November 2026."""
    made = furnished_once(with_moves)
    clock.on(date(2026, 11, 2))
    return made


@pytest.fixture(autouse=True)
def at_rest(office: Office) -> Iterator[None]:
    """Nothing goes on counting in a database that is taken away."""
    yield
    counting.rest(office)


def plain(counted: Counts) -> tuple[dict[str, dict[str, int]], list[dict[str, int]]]:
    """Counts without what is 0."""
    return {code: dict(+sums) for code, sums in counted.numbers.items() if +sums}, [dict(+one) for one in counted.paid]


def afresh(office: Office, area: str, period: Period = OCTOBER, until: datetime = NIGHT) -> Counts:
    """An area counted in one go, without what is kept."""
    with office.reading() as work:
        return periodic.counts_of(Books(work, area, period, until))


def kept(office: Office, area: str, period: Period = OCTOBER) -> Counts:
    with office.reading() as work:
        one = counting.newest(work, area, period)
        assert one is not None
        counted = counting.kept(work, one, area)
        return statistics.within(counted, Books(work, area, period, one.moment))


def by_township(counted: Counts) -> Counts:
    """What stands by village, by township."""

    def short(sums: Counter[str]) -> Counter[str]:
        found: Counter[str] = Counter()
        for code, value in sums.items():
            found[code[:9]] += value
        return found

    return Counts({code: short(sums) for code, sums in counted.numbers.items()}, [short(one) for one in counted.paid])


def test_the_night_counts_every_area_and_what_is_kept_is_what_a_count_in_one_go_finds(
    county: Office, clock: SetClock
) -> None:
    run = run_now(county, COUNTING, date(2026, 11, 2))
    assert run.state is JobState.DONE
    assert "2026年11月、2026年10月、2026年第四季度、2026年第三季度" in run.summary
    for area in (COUNTY, TOWN, VILLAGE_THERE, "370812000000"):
        whole = afresh(county, area)
        assert plain(kept(county, area)) == plain(whole), area
    for above in ("370800000000", "370000000000"):
        assert plain(kept(county, above)) == plain(by_township(afresh(county, above))), above
    quarter = quarter_of(date(2026, 9, 1))
    assert plain(kept(county, COUNTY, quarter)) == plain(afresh(county, COUNTY, quarter))
    told = kept(county, COUNTY).numbers
    assert told["DUE"].total() > told["DUE_OVER"].total() > 0
    moved = {code: sums for code, sums in kept(county, "370812000000").numbers.items() if code.startswith("DUE")}
    assert moved["DUE_OVER"] == Counter({"370812001001": 1}), "whoever moved away overdue is overdue where he lives now"
    with county.reading() as work:
        assert len(list(work.session.exec(select(Counting)))) == 4


def test_the_report_tells_the_very_numbers_of_the_page(county: Office) -> None:
    run_now(county, COUNTING, date(2026, 11, 2))
    asked = Asked(COUNTY, OCTOBER)
    shown = statistics.look(county, APPROVER, asked)
    assert isinstance(shown, Counted)
    assert shown.moment == NIGHT
    report = statistics.made(county, APPROVER, asked)
    with county.work(APPROVER) as work:
        again = periodic.make(work, COUNTY, OCTOBER, NIGHT)  # counted in one go, as the command and the interface do
    assert report.record == again.record
    assert report.workbook == again.workbook
    for table, chapter in zip(shown.tables, report.record.chapters, strict=True):
        lines = [line.values for line in chapter.lines if line.depth <= 1]
        assert [line.values for line in table.lines] == lines, table.title


@ONE
def test_a_list_is_turned_page_by_page_and_misses_nobody(county: Office) -> None:
    run_now(county, COUNTING, date(2026, 11, 2))
    counted = kept(county, COUNTY).numbers
    for code in ("ON_NONE", "PAID_AFTER", "DUE", "SIGNED", "CHECK_UNCHANGED"):
        for area in (COUNTY, "370800000000"):
            with county.work("系统任务") as work:
                books = Books(work, area, OCTOBER, NIGHT)
                whole = periodic.households_of(books, periodic.listed(books, code))
            found, after = [], ""
            with county.work("系统任务") as work:
                work.session.execute(text("UPDATE officer SET area = '370800000000' WHERE code = 'sp11000'"))
            while True:
                page = statistics_lists.leaf(county, APPROVER, Asked(area, OCTOBER), code, after, size=7)
                assert not isinstance(page, Progress)
                assert len(page.rows) <= 7
                assert page.unseen == 0
                assert page.total == sum(line.value for line in whole)
                found += page.rows
                after = page.next
                if not after:
                    break
            assert found == whole, (code, area)
    assert counted["ON_NONE"].total() > 80


def test_what_is_asked_for_twice_is_counted_once_and_goes_on_where_it_stopped(county: Office, clock: SetClock) -> None:
    asked = Asked(TOWN, OCTOBER)
    with counting._turn:  # something else is being counted
        waiting = [statistics.look(county, APPROVER, one) for one in (asked, asked, Asked(VILLAGE_THERE, OCTOBER))]
        assert all(isinstance(one, Progress) and not one.done for one in waiting)
        assert len({one.counting for one in waiting}) == 1
        assert len([one for one in threading.enumerate() if one.name.startswith("counting-")]) == 1
    counting.rest(county)
    shown = statistics.look(county, APPROVER, asked)
    assert isinstance(shown, Counted)
    with county.work("系统任务") as work:  # a program that stopped in the middle of a county
        one = Counting(scope=COUNTY, period=OCTOBER.code, moment=NIGHT, asked_by=APPROVER, alive_at=work.now)
        work.session.add(one)
        work.session.flush()
        counting._keep(work, one, TOWN, 12, Counts({"ON_NONE": Counter({VILLAGE_THERE: 7})}, [Counter()] * 12))
        work.audit("试验")
    at = Asked(COUNTY, OCTOBER, NIGHT)
    far = statistics.look(county, APPROVER, at)
    assert isinstance(far, Progress), "somebody is at it"
    clock.now += counting.LEASE + timedelta(seconds=1)
    statistics.look(county, APPROVER, at)
    counting.rest(county)
    shown = statistics.look(county, APPROVER, at)
    assert isinstance(shown, Counted)
    town = next(line for line in shown.tables[0].lines if line.code == TOWN)
    assert town.values[0] == 7, "what was counted already is not counted again"
    with county.reading() as work:
        lines = [one for one in work.session.exec(select(Audit)) if one.action == "统计"]
    assert len(lines) == 1


@ONE
def test_a_count_that_fails_says_so_and_is_taken_up_again(county: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_books: Books) -> Counts:
        raise ZeroDivisionError

    asked = Asked(TOWN, OCTOBER)
    with monkeypatch.context() as patched:
        patched.setattr(counting, "counts_of", broken)
        statistics.look(county, APPROVER, asked)
        counting.rest(county)
    with county.reading() as work:
        one = work.session.exec(select(Counting)).one()
        assert "没有预料到" in counting.progress(work, one.id or 0).fault
    stopped = statistics.look(county, APPROVER, asked)
    assert isinstance(stopped, Progress)
    assert stopped.fault, "nobody asks for it again by looking"
    assert statistics.anew(county, APPROVER, asked) == stopped.moment
    counting.rest(county)
    assert isinstance(statistics.look(county, APPROVER, asked), Counted)


@ONE
def test_a_night_that_is_not_over_is_neither_shown_nor_joined(county: Office) -> None:
    with county.work("系统任务", due=NIGHT) as work:
        first, *_ = counting.parts(work)
        assert counting.count_part(work, first).startswith("乡镇 ")
    seen = statistics.look(county, APPROVER, Asked(TOWN, month_of(date(2026, 11, 1))))
    counting.rest(county)
    with county.reading() as work:
        night, mine = work.session.exec(select(Counting).order_by(col(Counting.id)))
        assert (night.scope, night.done_at, mine.scope) == ("CN", None, TOWN)
        assert mine.done_at is not None
    assert seen.moment == mine.moment
    assert run_now(county, COUNTING, date(2026, 11, 2)).state is JobState.DONE, "it goes on where it stopped"
    assert plain(kept(county, COUNTY)) == plain(afresh(county, COUNTY))


@ONE
def test_what_is_old_goes_and_the_newest_of_each_period_stays(county: Office, clock: SetClock) -> None:
    run_now(county, COUNTING, date(2026, 11, 2))
    statistics.look(county, APPROVER, Asked(TOWN, month_of(date(2026, 6, 1))))
    counting.rest(county)
    clock.on(date(2026, 11, 11))
    run_now(county, COUNTING, date(2026, 11, 11))
    with county.reading() as work:
        every = list(work.session.exec(select(Counting).order_by(col(Counting.id))))
        assert {one.period for one in every} == {"2026-11", "2026-10", "2026Q4", "2026Q3"}
        assert len(every) == 4
        assert set(work.session.exec(select(AreaSums.counting_id))) == {one.id for one in every}
    assert COUNTING in TIMETABLE


@ONE
def test_the_page_says_that_it_counts_and_opens_when_it_is_done(
    desks: Desks, office: Office, family: Callable[[Work], int], clock: SetClock
) -> None:
    granted(office, family, 3)
    clock.on(date(2026, 11, 2))
    desk = desks("jb01")
    with counting._turn:
        page = desk.page("/statistics", period="2026-10")
        assert "正在统计截至" in page
        assert 'hx-trigger="every 3s"' in page
        at = re.search(r'href="(/statistics\?[^"]*as_of=[^"]*)">刷新这一页', page)
        assert at is not None
        where = at[1].replace("&amp;", "&")
        assert "正在统计" in desk.page(where.replace("/statistics?", "/statistics/progress?"))
        assert "正在统计" in desk.get("/statistics/report.pdf", period="2026-10").text
        assert "正在统计" in desk.page("/statistics/behind", period="2026-10", number="ON_DIBAO")
    counting.rest(office)
    ended = desk.get(where.replace("/statistics?", "/statistics/progress?"))
    assert ended.headers["hx-redirect"].startswith("/statistics?")
    assert "以前的登记统计" in desk.page(where)
    fresh = desk.get("/statistics", period="2026-10", anew="yes")
    assert fresh.status_code == 303
    counting.rest(office)
    assert "按现在重新统计" in desk.page(fresh.headers["location"])
