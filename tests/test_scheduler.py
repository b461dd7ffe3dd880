"""定时任务 (scheduler): each job once for each due time, whatever is killed, late, failing or started twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from integrity.errors import Conflict, Invalid, Refused
from integrity.office_terms import JobState
from integrity.records.columns import SHANGHAI
from integrity.records.office import Audit, JobRun
from integrity.work import Office, Work
from scheduler import runs
from scheduler.runner import (
    Job,
    clock_problem,
    described,
    enrol,
    overview,
    perform,
    run_now,
    tick,
)
from scheduler.runs import LEASE, Key
from scheduler.schedules import Daily, Monthly, Schedule, Yearly
from tests.conftest import SetClock

SIX = Daily(time(6))
PARTS = ("甲", "乙", "丙")
SUMMARY = "共3段：甲：甲完成；乙：乙完成；丙：丙完成"


def at(*numbers: int) -> datetime:
    """A moment in Shanghai."""
    return datetime(*numbers, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


def effect(work: Work, part: str) -> str:
    """A part that leaves a trace: as of which moment it was done."""
    work.audit("试验", part, f"{work.due:%Y-%m-%d %H:%M}")
    return f"{part}完成"


def job(code: str = "trial", when: Schedule = SIX, **more: Any) -> Job:
    """A job of three parts."""
    more.setdefault("run", effect)
    more.setdefault("parts", lambda _work: PARTS)
    return Job(code, f"试验{code}", when, **more)


def effects(office: Office) -> list[tuple[str, str]]:
    """(due, part) of every effect, in the order in which they were committed."""
    with office.reading() as work:
        rows = work.session.exec(select(Audit).where(Audit.action == "试验").order_by(col(Audit.id)))
        return [(row.detail, row.subject) for row in rows]


def stored(office: Office) -> list[JobRun]:
    """Every run, by due time."""
    with office.reading() as work:
        return list(work.session.exec(select(JobRun).order_by(col(JobRun.due_at), col(JobRun.job))))


def due_days(office: Office) -> list[date]:
    return [run.due_at.date() for run in stored(office)]


# --- schedules -----------------------------------------------------------------------------------------------


def test_a_schedule_gives_the_moments_after_one_and_up_to_the_other() -> None:
    assert SIX.due_times(at(2026, 11, 1, 6), at(2026, 11, 3, 6)) == [at(2026, 11, 2, 6), at(2026, 11, 3, 6)]
    assert Monthly(time(1), 1).due_times(at(2026, 12, 31, 23), at(2027, 1, 1, 1)) == [at(2027, 1, 1, 1)]


def test_a_month_or_year_without_the_day_takes_its_last_day() -> None:
    assert Monthly(time(1), 31).due_times(at(2027, 2, 1), at(2027, 3, 1)) == [at(2027, 2, 28, 1)]
    leap_day = Yearly(time(1), ((2, 29),))
    assert leap_day.due_times(at(2027, 1, 1), at(2028, 12, 31)) == [at(2027, 2, 28, 1), at(2028, 2, 29, 1)]


@pytest.mark.parametrize(
    "wrong", [lambda: Monthly(time(1), 32), lambda: Yearly(time(1), ()), lambda: Yearly(time(1), ((4, 31),))]
)
def test_a_day_that_no_month_has_is_refused(wrong: Callable[[], Schedule]) -> None:
    with pytest.raises(Invalid, match="没有"):
        wrong()


moments = st.integers(0, 12 * 365 * 86400).map(lambda seconds: at(2020, 1, 1) + timedelta(seconds=seconds))
kinds = st.sampled_from([SIX, Monthly(time(1), 30), Yearly(time(8), ((11, 1), (2, 29)))])


@given(st.lists(moments, min_size=3, max_size=3).map(sorted), kinds)
def test_no_due_time_is_lost_or_doubled_however_time_is_cut(cut: list[datetime], when: Schedule) -> None:
    first, middle, last = cut
    whole = when.due_times(first, last)
    assert when.due_times(first, middle) + when.due_times(middle, last) == whole
    assert all(when.includes(moment) for moment in whole)
    assert when.latest(middle) <= middle < when.following(middle)


# --- enrolment, catch-up, clocks -------------------------------------------------------------------------------


def test_the_first_start_takes_only_the_latest_due_time(office: Office) -> None:
    ended = tick(office, (job(), job("monthly", Monthly(time(1), 1))))
    assert [(run.job, run.due_at, run.state) for run in ended] == [
        ("monthly", at(2026, 11, 1, 1), JobState.DONE), ("trial", at(2026, 11, 2, 6), JobState.DONE),
    ]  # fmt: skip
    assert tick(office, (job(),)) == []


def test_a_run_decides_as_of_the_moment_at_which_it_was_due(office: Office) -> None:
    tick(office, (job(),))
    assert effects(office) == [("2026-11-02 06:00", part) for part in PARTS]


def test_what_fell_due_while_the_machine_was_off_is_run_in_order_and_marked(office: Office, clock: SetClock) -> None:
    tick(office, (job(),))
    clock.now = at(2026, 11, 5, 6, 30)
    ended = tick(office, (job(),))
    assert [(run.due_at.day, run.catch_up) for run in ended] == [(3, True), (4, True), (5, False)]
    assert effects(office)[3:] == [(f"2026-11-0{day} 06:00", part) for day in (3, 4, 5) for part in PARTS]


@pytest.mark.parametrize(
    ("when", "since", "until"),
    [
        (SIX, at(2026, 11, 2, 5, 30), at(2026, 11, 2, 6, 30)),
        (Monthly(time(6), 31), at(2026, 11, 2, 9), at(2027, 12, 7, 9)),
        (SIX, at(2026, 12, 31, 23, 59), at(2027, 1, 1, 6)),
        (SIX, at(2028, 2, 28, 9), at(2028, 3, 1, 9)),
    ],
    ids=["+1 h", "+400 d", "31 Dec to 1 Jan", "29 Feb"],
)
def test_a_clock_that_jumps_forward_leaves_out_nothing_and_doubles_nothing(
    office: Office, clock: SetClock, when: Schedule, since: datetime, until: datetime
) -> None:
    single = job(when=when, parts=lambda _work: ("全部",))
    clock.now = since
    tick(office, (single,))
    first = stored(office)[-1].due_at
    clock.now = until
    tick(office, (single,))
    assert [run.due_at for run in stored(office)] == [first, *when.due_times(first, until)]
    assert [due for due, _ in effects(office)] == [f"{run.due_at:%Y-%m-%d %H:%M}" for run in stored(office)]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)])
def test_a_clock_that_went_back_pauses_everything_and_says_so(
    office: Office, clock: SetClock, back: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    timetable = (job(), job("quarterly", Daily(time(8, 59))))
    tick(office, timetable)
    before = effects(office)
    right, clock.now = clock.now, clock.now - back
    assert tick(office, timetable) == []
    assert "请核对时钟" in clock_problem(office)
    assert "请核对时钟" in caplog.text
    clock.now = right + timedelta(days=1)
    assert clock_problem(office) == ""
    tick(office, timetable)
    assert len(effects(office)) == 2 * len(before)


def test_a_clock_set_right_by_some_seconds_stops_nothing(office: Office, clock: SetClock) -> None:
    tick(office, (job(),))
    clock.now -= timedelta(seconds=40)
    assert clock_problem(office) == ""


# --- failures --------------------------------------------------------------------------------------------------


def failing(times: int, error: Exception, on_part: str = "乙") -> Callable[[Work, str], str]:
    """A run whose part fails the first `times` times, after it has written something."""
    left = [times]

    def run(work: Work, part: str) -> str:
        said = effect(work, part)
        if part == on_part and left[0]:
            left[0] -= 1
            raise error
        return said

    return run


def test_a_failure_is_rolled_back_written_down_and_tried_again_where_it_stopped(
    office: Office, clock: SetClock
) -> None:
    timetable = (job(run=failing(1, ValueError("张三 37081119600501001X"))),)
    (run,) = tick(office, timetable)
    assert (run.state, run.attempts) == (JobState.DUE, 1)
    assert "ValueError" in run.error
    assert "张三" not in run.error
    assert "3708" not in run.error
    assert effects(office) == [("2026-11-02 06:00", "甲")]
    assert tick(office, timetable) == []
    clock.now += timedelta(minutes=2)
    (run,) = tick(office, timetable)
    assert (run.state, run.error, run.summary) == (JobState.DONE, "", SUMMARY)
    assert [part for _, part in effects(office)] == list(PARTS)


def test_a_job_is_given_up_after_three_failures_while_the_next_job_and_the_next_day_go_on(
    office: Office, clock: SetClock
) -> None:
    timetable = (job("bad", run=failing(3, Refused("没有参数"))), job("good", Daily(time(6, 10))))
    for _ in range(4):
        tick(office, timetable)
        clock.now += timedelta(minutes=10)
    bad, good = stored(office)
    assert (bad.state, bad.error, bad.attempts) == (JobState.FAILED, "没有参数", 3)
    assert good.state is JobState.DONE
    clock.now += timedelta(days=1)
    assert [run.state for run in tick(office, timetable)] == [JobState.DONE] * 2
    assert [(line.state, line.error) for line in overview(office, timetable) if line.code == "bad"] == [
        (JobState.FAILED, "没有参数"), (JobState.DONE, ""),
    ]  # fmt: skip


def test_a_later_due_time_waits_for_the_earlier_one_of_its_job(office: Office, clock: SetClock) -> None:
    timetable = (job(run=failing(1, ValueError())),)
    tick(office, timetable)
    clock.now = at(2026, 11, 3, 5, 59, 30)
    with office.work("jb01") as work:  # still waiting for its second try
        work.session.exec(select(JobRun)).one().lease_until = at(2026, 11, 3, 6, 30)
    clock.now = at(2026, 11, 3, 6, 10)
    assert tick(office, timetable) == []
    clock.now = at(2026, 11, 3, 6, 31)
    assert [run.due_at.day for run in tick(office, timetable)] == [2, 3]


def test_a_job_waits_for_the_earlier_due_times_of_the_jobs_it_follows(office: Office, clock: SetClock) -> None:
    timetable = (job("first", run=failing(1, ValueError())), job("second", Daily(time(7)), after=("first",)))
    assert [run.job for run in tick(office, timetable)] == ["first"]
    with pytest.raises(Conflict, match="更早"):
        run_now(office, timetable[1], date(2026, 11, 2))
    clock.now += timedelta(minutes=2)
    assert [run.job for run in tick(office, timetable)] == ["first", "second"]


def test_a_run_that_kills_its_process_again_and_again_is_given_up(office: Office, clock: SetClock) -> None:
    trial = job()
    enrol(office, (trial,), clock())
    for n in range(runs.INTERRUPTIONS):
        assert runs.claim(office, Key("trial", at(2026, 11, 2, 6)), f"killed-{n}", ("trial",))
        clock.now += LEASE
    (run,) = tick(office, (trial,))
    assert (run.state, effects(office)) == (JobState.FAILED, [])
    assert "中断" in run.error


def test_parts_of_one_name_are_refused(office: Office) -> None:
    (run,) = tick(office, (job(parts=lambda _work: ("甲", "甲")),))
    assert "分段名称重复" in run.error


def test_a_job_with_nothing_to_do_says_so(office: Office) -> None:
    (run,) = tick(office, (job(parts=lambda _work: ()),))
    assert (run.state, run.summary) == (JobState.DONE, "没有需要办理的事项")


def test_what_is_written_down_of_a_failure_names_no_number() -> None:
    assert described(Refused("证件 37081119600501001X 电话 13800001234 区划 370811001001")) == (
        "证件 ＊＊＊ 电话 ＊＊＊ 区划 370811001001"
    )


# --- leases ----------------------------------------------------------------------------------------------------


def test_a_run_is_taken_over_only_after_its_lease_and_its_old_owner_changes_nothing(
    office: Office, clock: SetClock
) -> None:
    trial, key = job(), Key("trial", at(2026, 11, 2, 6))
    enrol(office, (trial,), clock())
    slow = runs.claim(office, key, "slow", ("trial",))
    assert slow is not None
    assert runs.claim(office, key, "other", ("trial",)) is None
    clock.now += LEASE
    other = runs.claim(office, key, "other", ("trial",))
    assert other is not None
    assert perform(office, trial, slow) is None
    assert effects(office) == []
    done = perform(office, trial, other)
    assert done is not None
    assert done.state is JobState.DONE
    assert len(effects(office)) == 3


def test_an_owner_that_loses_its_run_in_the_middle_stops_there(office: Office, clock: SetClock) -> None:
    trial, key = job(), Key("trial", at(2026, 11, 2, 6))
    enrol(office, (trial,), clock())
    slow = runs.claim(office, key, "slow", ("trial",))
    assert slow is not None

    def one_part(part: str) -> None:
        with office.work("系统任务", due=key.due_at) as work:
            runs.mark(work, slow, part, effect(work, part), clock())

    one_part("甲")
    clock.now += LEASE
    other = runs.claim(office, key, "other", ("trial",))
    assert other is not None
    with pytest.raises(Conflict, match="另一进程"):
        one_part("乙")
    perform(office, trial, other)
    assert Counter(part for _, part in effects(office)) == dict.fromkeys(PARTS, 1)


def test_a_process_that_is_told_to_stop_gives_the_run_back_after_its_part(office: Office) -> None:
    stopping = iter([False, False, True])
    assert tick(office, (job(),), stopping=lambda: next(stopping, True)) == []
    (run,) = stored(office)
    assert (run.state, run.owner, len(effects(office))) == (JobState.DUE, "", 1)
    assert [run.state for run in tick(office, (job(),))] == [JobState.DONE]
    assert len(effects(office)) == 3


def test_four_threads_run_each_part_once(office: Office) -> None:
    still = replace(office, clock=lambda: at(2026, 11, 8, 9))
    timetable = (job(), job("other", Daily(time(7))))
    with office.work("jb01") as work:
        runs.enter(work, [(Key("trial", at(2026, 11, 4, 6)), True), (Key("other", at(2026, 11, 4, 7)), True)])
    ended: list[JobRun] = []
    threads = [threading.Thread(target=lambda: ended.extend(tick(still, timetable))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while len(ended) < 10:  # what was waiting for an earlier one when the threads looked for the last time
        ended += tick(still, timetable)
    assert Counter((run.job, run.due_at.day) for run in ended) == {
        (code, day): 1 for code in ("trial", "other") for day in range(4, 9)
    }
    assert set(Counter(effects(office)).values()) == {1}
    assert len(effects(office)) == 30
