"""工作日与期间: which day is worked, and when a period ends. The cases C02–C58 are those of the rulebook."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import Invalid
from integrity.rules.facts import UNKNOWN, day
from integrity.rules.workdays import (
    Period,
    Suspension,
    Term,
    Unit,
    Workdays,
    add_months,
    add_months_day,
    end_of,
    load_calendars,
)

CALENDARS = load_calendars()
WORKDAYS = Workdays(CALENDARS)
COVERED = {2024, 2025, 2026}
SHANGHAI = ZoneInfo("Asia/Shanghai")

near = st.dates(min_value=date(2023, 6, 1), max_value=date(2027, 6, 30))
lengths = st.integers(1, 90)
day_periods = st.builds(Period, lengths, st.sampled_from(["日", "工作日", "月"]))


def _d(text: str) -> date:
    return date.fromisoformat(text)


def _end(start: str, period: str, **options: Any) -> str:
    return end_of(_d(start), Period.read(period), WORKDAYS, **options).end.isoformat()


@st.composite
def _suspended(draw: st.DrawFn) -> tuple[date, list[Suspension]]:
    """A start and suspensions around it."""
    start = draw(near)
    begins = draw(st.lists(st.integers(-5, 60), max_size=3))
    since = [start + timedelta(days=n) for n in begins]
    return start, [Suspension(on, on + timedelta(days=draw(st.integers(0, 20)))) for on in since]


def test_working_days_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        WORKDAYS.calendars = ()  # type: ignore[misc]
    assert hash(WORKDAYS) == hash(Workdays(CALENDARS))


def test_a_festival_is_named_on_its_days_off_only() -> None:
    assert [WORKDAYS.festival(_d(on)) for on in ("2026-10-01", "2026-10-10", "2026-10-12")] == ["国庆节", "", ""]


# --- working days ----------------------------------------------------------------------------------------------------


@given(near, lengths)
def test_the_nth_working_day_is_worked_and_counts_back_to_n(start: date, n: int) -> None:
    end = WORKDAYS.add_workdays(start, n)
    assert WORKDAYS.is_workday(end)
    assert WORKDAYS.count(start, end) == n
    assert WORKDAYS.count(start, end - timedelta(days=1)) == n - 1


@given(near, lengths)
def test_working_days_forth_and_back_from_a_working_day_return_to_it(start: date, n: int) -> None:
    worked = WORKDAYS.roll(start)
    assert WORKDAYS.add_workdays(WORKDAYS.add_workdays(worked, n), -n) == worked


@given(near, near, near)
def test_counts_of_working_days_add_up(a: date, b: date, c: date) -> None:
    a, b, c = sorted((a, b, c))
    assert WORKDAYS.count(a, b) + WORKDAYS.count(b, c) == WORKDAYS.count(a, c)
    assert WORKDAYS.count(c, a) == 0


@given(near)
def test_rolling_and_the_next_working_day_skip_no_working_day(on: date) -> None:
    assert WORKDAYS.roll(on) == (on if WORKDAYS.is_workday(on) else WORKDAYS.next_workday(on))
    assert WORKDAYS.count(on, WORKDAYS.next_workday(on)) == 1


def test_an_uncovered_year_is_reckoned_monday_to_friday() -> None:
    assert not WORKDAYS.covers(2027)
    assert [WORKDAYS.is_workday(date(2027, 10, n)) for n in range(1, 8)] == [True, False, False, True, True, True, True]


@pytest.mark.parametrize(
    ("start", "n"), [("2026-01-05", 0), ("2026-01-05", 10**7), ("9999-12-30", 9), ("0001-01-02", -9)]
)
def test_no_working_days_or_days_beyond_the_calendar_are_refused(start: str, n: int) -> None:
    with pytest.raises(Invalid):
        WORKDAYS.add_workdays(_d(start), n)


# --- months ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-15", 12, "2027-01-15"),  # C06
        ("2026-01-15", 6, "2026-07-15"),  # C07
        ("2026-08-31", 3, "2026-11-30"),  # C17
        ("2026-05-10", 12, "2027-05-10"),  # C31, C32
        ("2026-05-10", 36, "2029-05-10"),  # C31
        ("2026-05-10", 3, "2026-08-10"),  # C32
        ("2026-03-01", 12, "2027-03-01"),  # C51
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2100-01-31", 1, "2100-02-28"),
        ("2000-01-31", 1, "2000-02-29"),
        ("2026-01-31", -2, "2025-11-30"),
        ("2026-01-31", 0, "2026-01-31"),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_last_of_the_month(start: str, months: int, end: str) -> None:
    assert add_months(_d(start), months) == _d(end)


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2300, 12, 31)), st.integers(-1200, 1200))
def test_months_on_epoch_days_agree_with_a_slow_reckoning_on_dates(on: date, months: int) -> None:
    first = on.replace(day=1)
    for _ in range(abs(months)):
        first = (
            (first + timedelta(days=31)).replace(day=1) if months > 0 else (first - timedelta(days=1)).replace(day=1)
        )
    last = ((first + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    expected = first.replace(day=min(on.day, last))
    assert add_months_day(day(on), months) == day(expected)
    assert add_months(on, months) == expected


@given(near, near, st.integers(1, 60))
def test_months_never_change_the_order_of_two_days(a: date, b: date, months: int) -> None:
    a, b = sorted((a, b))
    assert add_months(a, months) <= add_months(b, months)


def test_months_after_an_unknown_day_fail_loudly() -> None:
    with pytest.raises(ValueError, match="ordinal"):
        add_months_day(UNKNOWN, 6)


# --- periods ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2026-09-21", "3个工作日", "2026-09-24"),  # C02
        ("2026-09-21", "20个工作日", "2026-10-26"),  # C02
        ("2026-09-24", "3个工作日", "2026-09-30"),  # C04, C36
        ("2026-09-22", "7天", "2026-09-29"),  # C05
        ("2026-09-22", "7个工作日", "2026-10-09"),  # C05
        ("2026-08-31", "3个月", "2026-11-30"),  # C17
        ("2026-09-08", "7日", "2026-09-15"),  # C18
        ("2026-08-03", "60日", "2026-10-08"),  # C41
        ("2026-08-03", "6个月", "2027-02-03"),  # C41
        ("2026-09-07", "60日", "2026-11-06"),  # C44
        ("2026-02-06", "8日", "2026-02-14"),  # a Saturday that is worked is no rest day
        ("2026-01-01", "1日", "2026-01-04"),  # a Sunday that is worked ends the holiday
        ("2025-10-01", "1年", "2026-10-08"),
    ],
)
def test_periods_of_the_cases_end_on_their_day(start: str, period: str, end: str) -> None:
    assert _end(start, period) == end


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2026-05-10", "12个月", "2027-05-10"),
        ("2026-07-03", "3个月", "2026-10-03"),
        ("2026-09-24", "2日", "2026-09-26"),
    ],
)
def test_without_rolling_an_end_on_a_rest_day_stays(start: str, period: str, end: str) -> None:
    assert _end(start, period, roll=False) == end
    assert not end_of(_d(start), Period.read(period), WORKDAYS, roll=False).provisional


def test_c41_the_steps_tell_an_officer_how_the_end_was_found() -> None:
    assert end_of(date(2026, 8, 3), Period(60, "日"), WORKDAYS) == Term(
        date(2026, 10, 8),
        provisional=False,
        steps=(
            "自2026年8月3日起60日，当日不计入（民法典第201条）",
            "最后一日为2026年10月2日",
            "2026年10月2日为休息日（国庆节），顺延至2026年10月8日（民法典第203条）",
        ),
        rest_days=6,
    )


def test_c41_the_term_for_a_lawsuit_reaches_into_an_uncovered_year_and_is_provisional() -> None:
    term = end_of(date(2026, 8, 3), Period(6, "月"), WORKDAYS)
    assert (term.end, term.provisional) == (date(2027, 2, 3), True)
    assert term.steps[-1] == "2027年放假安排尚未录入，暂按周一至周五推算"


def test_c02_the_steps_name_the_festivals_and_the_worked_saturday() -> None:
    term = end_of(date(2026, 9, 21), Period(20, "工作日"), WORKDAYS)
    assert "休息日15天不计入（含中秋节、国庆节放假）" in term.steps
    assert "2026年10月10日为调休上班日，计入" in term.steps
    assert (term.rest_days, term.provisional) == (15, False)


def test_the_last_week_of_december_needs_the_notice_of_the_next_year() -> None:
    assert not end_of(date(2026, 12, 1), Period(23, "日"), WORKDAYS).provisional
    assert end_of(date(2026, 12, 1), Period(24, "日"), WORKDAYS).provisional
    assert not end_of(date(2025, 12, 1), Period(24, "日"), WORKDAYS).provisional


@given(near, day_periods)
def test_a_period_never_ends_on_a_rest_day_and_always_after_its_start(start: date, period: Period) -> None:
    end = end_of(start, period, WORKDAYS).end
    assert WORKDAYS.is_workday(end)
    assert end > start


@given(near, near, day_periods)
def test_a_later_start_never_ends_earlier(a: date, b: date, period: Period) -> None:
    a, b = sorted((a, b))
    assert end_of(a, period, WORKDAYS).end <= end_of(b, period, WORKDAYS).end


@given(near, lengths, st.sampled_from(["日", "工作日", "月"]))
def test_a_longer_period_never_ends_earlier(start: date, length: int, unit: Unit) -> None:
    shorter, longer = Period(length, unit), Period(length + 1, unit)
    assert end_of(start, shorter, WORKDAYS).end <= end_of(start, longer, WORKDAYS).end


@given(near, lengths)
def test_a_period_of_working_days_is_the_nth_working_day_and_names_its_rest_days(start: date, n: int) -> None:
    term = end_of(start, Period(n, "工作日"), WORKDAYS)
    assert term.end == WORKDAYS.add_workdays(start, n)
    assert term.rest_days == (term.end - start).days - n


@given(near, lengths)
def test_a_period_is_provisional_exactly_when_the_calendar_was_asked_about_an_uncovered_year(
    start: date, n: int
) -> None:
    def uncertain(since: date, until: date) -> bool:
        days = [since + timedelta(days=i) for i in range((until - since).days + 1)]
        needed = {on.year for on in days} | {on.year + 1 for on in days[-1:] if (on.month, on.day) >= (12, 25)}
        return not needed <= COVERED

    worked = end_of(start, Period(n, "工作日"), WORKDAYS)
    plain = end_of(start, Period(n, "日"), WORKDAYS)
    assert isinstance(worked.end, date)
    assert isinstance(plain.end, date)
    assert worked.provisional == uncertain(start + timedelta(days=1), worked.end)
    assert plain.provisional == uncertain(start + timedelta(days=n), plain.end)
    assert worked.provisional == ("暂按周一至周五推算" in worked.steps[-1])


# --- suspension ------------------------------------------------------------------------------------------------------


def test_the_clock_stands_still_on_the_days_of_a_suspension() -> None:
    stop = [Suspension(_d("2026-09-03"), _d("2026-09-07"))]
    assert _end("2026-09-01", "7个工作日", suspensions=stop) == "2026-09-15"
    assert _end("2026-09-01", "7日", suspensions=stop) == "2026-09-14"  # 13 September is a Sunday
    assert _end("2026-08-05", "1个月", suspensions=stop) == "2026-09-10"
    assert "其间中止5日，顺延至2026年9月13日" in end_of(_d("2026-09-01"), Period(7, "日"), WORKDAYS, stop).steps


def test_the_last_day_of_a_suspension_still_stands_still() -> None:
    stop = [Suspension(_d("2026-09-02"), _d("2026-09-02"))]
    assert _end("2026-09-01", "1个工作日", suspensions=stop) == "2026-09-03"
    assert _end("2026-09-05", "1日", suspensions=[Suspension(_d("2026-09-07"), _d("2026-09-08"))]) == "2026-09-09"


def test_a_worked_saturday_inside_a_suspension_or_on_the_first_day_is_not_said_to_count() -> None:
    stop = [Suspension(_d("2026-10-09"), _d("2026-10-11"))]
    steps = end_of(_d("2026-09-30"), Period(2, "工作日"), WORKDAYS, stop).steps
    assert not any("调休上班日" in step for step in steps)
    assert "其间中止3日，不计入" in steps
    assert not any("调休上班日" in step for step in end_of(_d("2026-10-10"), Period(2, "工作日"), WORKDAYS).steps)


@given(_suspended(), st.integers(1, 40))
def test_days_outside_suspensions_add_up_to_the_period(begun: tuple[date, list[Suspension]], n: int) -> None:
    start, stops = begun

    def running(until: date) -> list[date]:
        days = [start + timedelta(days=i) for i in range(1, (until - start).days + 1)]
        return [on for on in days if not any(stop.since <= on <= stop.until for stop in stops)]

    plain = end_of(start, Period(n, "日"), WORKDAYS, stops, roll=False).end
    assert len(running(plain)) == n
    assert plain in running(plain)
    worked = end_of(start, Period(n, "工作日"), WORKDAYS, stops).end
    assert sum(map(WORKDAYS.is_workday, running(worked))) == n
    rolled = end_of(start, Period(n, "日"), WORKDAYS, stops).end
    assert WORKDAYS.is_workday(rolled)
    assert rolled in running(rolled)


@given(_suspended(), day_periods)
def test_a_suspension_never_shortens_a_period(begun: tuple[date, list[Suspension]], period: Period) -> None:
    start, stops = begun
    assert end_of(start, period, WORKDAYS, stops).end >= end_of(start, period, WORKDAYS).end


@pytest.mark.parametrize("period", ["7日", "7个工作日", "1个月"])
def test_suspensions_that_never_end_or_end_before_they_begin_are_refused(period: str) -> None:
    with pytest.raises(Invalid, match="超出"):
        _end("2026-09-01", period, suspensions=[Suspension(_d("2026-09-03"), date.max)])
    with pytest.raises(Invalid, match="颠倒"):
        _end("2026-09-01", period, suspensions=[Suspension(_d("2026-09-03"), _d("2026-09-02"))])


# --- hours, and what is refused --------------------------------------------------------------------------------------


def test_hours_run_from_the_moment_and_over_rest_days() -> None:
    term = end_of(datetime(2026, 9, 30, 17, 5, tzinfo=SHANGHAI), Period(24, "小时"), WORKDAYS)
    assert term.end == datetime(2026, 10, 1, 17, 5, tzinfo=SHANGHAI)
    assert term.steps == ("自2026年9月30日17:05起24个小时（民法典第201条第2款）", "届满时刻为2026年10月1日17:05")


@pytest.mark.parametrize("start", ["1986-05-03 20:00", "1986-09-13 20:00", "1991-04-13 20:00", "2026-05-03 20:00"])
def test_hours_are_true_hours_even_over_a_change_of_summer_time(start: str) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)
    end = end_of(begun, Period(12, "小时"), WORKDAYS).end
    assert isinstance(end, datetime)
    assert end.astimezone(UTC) - begun.astimezone(UTC) == timedelta(hours=12)


@pytest.mark.parametrize(
    ("start", "period", "stops"),
    [
        (date(2026, 9, 1), Period(1, "小时"), []),
        (datetime(2026, 9, 1, 8), Period(1, "小时"), []),  # noqa: DTZ001 - a moment without zone is what is refused
        (datetime(2026, 9, 1, 8, tzinfo=UTC), Period(1, "小时"), [Suspension(date(2026, 9, 2), date(2026, 9, 3))]),
        (datetime(2026, 9, 1, 8, tzinfo=UTC), Period(1, "日"), []),
        (datetime(2026, 9, 1, 8, tzinfo=UTC), Period(1, "工作日"), []),
        (date.max, Period(1, "日"), []),
        (date.max, Period(1, "工作日"), []),
        (date.max, Period(1, "月"), []),
        (datetime.max.replace(tzinfo=UTC), Period(1, "小时"), []),
    ],
    ids=str,
)
def test_starts_that_do_not_fit_the_unit_or_the_calendar_are_refused(
    start: date, period: Period, stops: list[Suspension]
) -> None:
    with pytest.raises(Invalid):
        end_of(start, period, WORKDAYS, stops)


@pytest.mark.parametrize(
    ("length", "unit"), [(0, "日"), (-1, "月"), (1, "周"), (1.5, "日"), (True, "日"), (10**6, "日"), (101, "年")]
)
def test_a_period_without_a_sound_length_or_unit_is_refused(length: int, unit: Unit) -> None:
    with pytest.raises(Invalid, match="期间"):
        Period(length, unit)


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("7天", Period(7, "日")),
        ("7日", Period(7, "日")),
        ("7个工作日", Period(7, "工作日")),
        ("7工作日", Period(7, "工作日")),
        (" 6 个月 ", Period(6, "月")),
        ("24小时", Period(24, "小时")),
        ("1年", Period(1, "年")),
    ],
)
def test_written_periods_are_read(text: str, period: Period) -> None:
    assert Period.read(text) == period


@given(lengths, st.sampled_from(["日", "工作日", "月", "小时", "年"]))
def test_a_period_reads_back_as_it_is_written(length: int, unit: Unit) -> None:
    assert Period.read(str(Period(length, unit))) == Period(length, unit)


@pytest.mark.parametrize("text", ["", "七日", "7", "7周", "0日", "-7日", "7日内", "７日"])
def test_other_words_for_a_period_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="期间"):
        Period.read(text)
