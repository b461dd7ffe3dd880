"""定时任务的中断 (kills of the scheduler): every due time once, whatever dies when."""

from __future__ import annotations

import multiprocessing
import random
import threading
import time as real_time
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from integrity.errors import Conflict, Refused
from integrity.office_terms import JobState
from integrity.records.office import Audit, JobItem
from integrity.vault import load_vault
from integrity.work import Office, Work, make_engine, wall_clock
from scheduler import runs
from scheduler.__main__ import start
from scheduler.runner import (
    Job,
    added_up,
    enrol,
    overview,
    run_now,
    tick,
)
from scheduler.runs import Key
from scheduler.schedules import Monthly, Yearly
from tests.conftest import SetClock
from tests.test_scheduler import PARTS, SIX, SUMMARY, at, effect, effects, failing, job, stored

SPEED = 100
"""Seconds of the workers' clock in one real second: a lease ends in 0.2 s."""
DAYS = 3
MANY = tuple(f"段{n:02}" for n in range(12))


def slow_effect(work: Work, part: str) -> str:
    """A part that takes some milliseconds, so that a kill meets it in the middle."""
    said = effect(work, part)
    real_time.sleep(0.01)
    work.connection_session.flush()
    real_time.sleep(0.01)
    return said


KILLED = Job("killed", "试验", SIX, slow_effect, parts=lambda _work: MANY, finish=lambda work: f"{work.due:%d}日完成")


def worker(url: str, keys: str, began: float, until: datetime) -> None:
    """What a killed process was doing: tick until everything is done."""

    def clock() -> datetime:
        return until + timedelta(seconds=(real_time.time() - began) * SPEED)

    office = Office(make_engine(url), make_engine(url, read_only=True), load_vault(Path(keys)), clock)
    while any(run.state in runs.UNFINISHED for run in stored(office)):
        tick(office, (KILLED,))
        real_time.sleep(0.02)
    office.dispose()


def content(office: Office) -> tuple[list[Any], list[Any]]:
    """All that a run leaves, but for the moments at which it was done."""
    with office.reading() as work:
        items = work.session.exec(select(JobItem).order_by(col(JobItem.due_at), col(JobItem.item)))
        marks = [(item.job, item.due_at, item.item, item.summary) for item in items]
    return sorted(effects(office)), marks + [(run.job, run.due_at, run.state, run.summary) for run in stored(office)]


@pytest.fixture
def processes() -> Any:
    """Processes that begin with nothing of ours open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def test_processes_that_are_killed_at_any_moment_leave_what_an_undisturbed_run_leaves(
    office: Office, database_url: str, tmp_path: Path, processes: Any
) -> None:
    until, keys, chance = at(2026, 11, 10, 9), str(tmp_path / "keys.toml"), random.Random(7)
    with office.work("jb01") as work:
        runs.enter(work, [(Key("killed", at(2026, 11, day, 6)), True) for day in range(11 - DAYS, 11)])
    office.dispose()
    began = real_time.time()

    def begin() -> Any:
        process = processes.Process(target=worker, args=(database_url, keys, began, until))
        process.start()
        return process

    alive, kills = [begin() for _ in range(3)], 0
    give_up = real_time.monotonic() + 60
    while any(process.is_alive() for process in alive):
        assert real_time.monotonic() < give_up, "the runs never ended"
        real_time.sleep(chance.uniform(0.01, 0.12))
        owners = [run.owner for run in stored(office) if run.state is JobState.RUNNING]
        working = [one for one in alive if one.is_alive() and any(f":{one.pid}:" in owner for owner in owners)]
        if working and kills < 8:
            victim = working[0]
            alive[alive.index(victim)] = begin()
            victim.kill()
            victim.join()
            kills += 1
    assert [process.exitcode for process in alive] == [0, 0, 0]
    assert kills >= 4, "too few kills met a process at work"
    expected = sorted((f"2026-11-{day:02} 06:00", part) for day in range(11 - DAYS, 11) for part in MANY)
    found, marks = content(office)
    assert found == expected
    assert [mark[2] for mark in marks[-DAYS:]] == [JobState.DONE] * DAYS
    assert [mark[3] for mark in marks[-DAYS:]] == [f"{day:02}日完成" for day in range(11 - DAYS, 11)]
    assert len(marks) == DAYS * len(MANY) + DAYS
    order = [due for due, _ in effects(office)]
    assert order == sorted(order), "a later due time overtook an earlier one"


# --- by hand, overview, alarm clock --------------------------------------------------------------------------------


def test_a_day_can_be_run_by_hand_once(office: Office) -> None:
    run = run_now(office, job(), date(2026, 10, 1), actor="jb01")
    assert (run.due_at, run.state, run.catch_up) == (at(2026, 10, 1, 6), JobState.DONE, True)
    again = run_now(office, job(), date(2026, 10, 1), actor="jb01")
    assert (again.finished_at, len(effects(office))) == (run.finished_at, 3)
    with office.reading() as work:
        asked = work.session.exec(select(Audit).where(Audit.action == "手工运行任务")).one()
    assert (asked.actor, asked.subject) == ("jb01", "trial@2026-10-01 06:00")


def test_a_run_as_of_this_moment_does_not_stand_in_for_a_due_time(office: Office, clock: SetClock) -> None:
    tick(office, (job(in_order=False),))
    clock.now = at(2026, 11, 3, 7)
    asked = run_now(office, job(in_order=False))
    assert asked.due_at > at(2026, 11, 3, 7)
    assert [run.due_at for run in tick(office, (job(in_order=False),))] == [at(2026, 11, 3, 6)]


def test_a_day_to_come_cannot_be_run(office: Office) -> None:
    with pytest.raises(Refused, match="尚未到"):
        run_now(office, job(), date(2026, 11, 3))
    assert stored(office) == []


def test_a_day_before_one_that_is_done_is_refused_where_the_order_matters(office: Office) -> None:
    tick(office, (job(),))
    with pytest.raises(Refused, match="不能再办理更早的日期"):
        run_now(office, job(), date(2026, 11, 1))
    assert run_now(office, job(in_order=False), date(2026, 11, 1)).state is JobState.DONE


def test_a_failed_run_can_be_tried_again_by_hand_at_once(office: Office, clock: SetClock) -> None:
    trial = job(run=failing(3, ValueError()))
    for _ in range(3):
        tick(office, (trial,))
        clock.now += timedelta(minutes=6)
    assert [run.state for run in stored(office)] == [JobState.FAILED]
    assert run_now(office, trial, date(2026, 11, 2)).state is JobState.DONE
    assert [part for _, part in effects(office)] == list(PARTS)


def test_a_run_by_hand_does_the_earlier_ones_first(office: Office, clock: SetClock) -> None:
    enrol(office, (job(),), clock())
    clock.now += timedelta(days=2)
    enrol(office, (job(),), clock())
    run_now(office, job(), date(2026, 11, 4))
    assert [due[8:10] for due, part in effects(office) if part == "甲"] == ["02", "03", "04"]


def test_a_run_by_hand_says_when_somebody_else_has_it(office: Office, clock: SetClock) -> None:
    enrol(office, (job(),), clock())
    assert runs.claim(office, Key("trial", at(2026, 11, 2, 6)), "other", ("trial",))
    with pytest.raises(Conflict, match="另一进程"):
        run_now(office, job(), date(2026, 11, 2))


def test_the_overview_says_what_ran_and_when_each_job_is_due_next(office: Office) -> None:
    timetable = (job(), job("yearly", Yearly(time(8), ((11, 1), (1, 5)))), job("never", Monthly(time(2), 2)))
    tick(office, timetable[:2])
    lines = overview(office, timetable)
    assert [(line.code, line.state, line.parts_done, line.next_at) for line in lines] == [
        ("trial", JobState.DONE, 3, at(2026, 11, 3, 6)), ("yearly", JobState.DONE, 3, at(2027, 1, 5, 8)),
        ("never", None, 0, at(2026, 12, 2, 2)),
    ]  # fmt: skip
    assert lines[0].summary == SUMMARY


def test_the_alarm_clock_rings_until_it_is_stopped_and_outlives_a_failure(office: Office) -> None:
    rung = threading.Event()
    readings = iter([OSError("database away")])

    def clock() -> datetime:
        for error in readings:
            raise error
        return wall_clock()

    def ring(work: Work, part: str) -> str:
        rung.set()
        return effect(work, part)

    stop = start(replace(office, clock=clock), (job(run=ring, parts=lambda _work: ("全部",)),), every_seconds=0.05)
    assert rung.wait(10)
    stop()
    assert len(effects(office)) == 1


# --- totals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summaries", "others", "said"),
    [
        (["14 户，其中逾期 3 户", "8 户，其中逾期 1 户"], [], "22 户，其中逾期 4 户"),
        (["渐退告知书 12 份", "没有新文书"], [], "渐退告知书 12 份"),
        ([], [], "没有需要办理的事项"),
        (["1 户，其中逾期 0 户；人工处理 2 件：户 A；户 B", "2 户，其中逾期 0 户；人工处理 1 件：户 A"], [],
         "3 户；人工处理 3 件：户 A；户 B"),
        (["名单未生成，请人工处理：没有机关", "名单未生成，请人工处理：没有人员"], [],
         "人工处理 2 件：名单未生成，请人工处理：没有机关；名单未生成，请人工处理：没有人员"),
        (["告知书 2 份"], ["2026-09-02/某街道-F11-1.pdf 2 份；人工处理 1 件：任民听〔2026〕1号：印不出"],
         "告知书 2 份；人工处理 1 件：任民听〔2026〕1号：印不出"),
        ([f"没有新文书；人工处理 1 件：户 {n}" for n in range(12)], [],
         "人工处理 12 件：" + "；".join(f"户 {n}" for n in range(8)) + "等12件"),
    ],
)  # fmt: skip
def test_totals_keep_every_digit_and_what_waits_for_a_person(
    summaries: list[str], others: list[str], said: str
) -> None:
    assert added_up(summaries, others) == said
