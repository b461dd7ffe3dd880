"""任务表与期限提醒 (timetable and deadlines): what runs when, and what it finds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import assistance, conduct, deadlines, editions, households, organs, rechecks
from integrity.office_terms import JobState
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Recheck
from integrity.records.office import Area, EvaluationRun, ImportBatch, JobRun
from integrity.rules.policy import load
from integrity.terms import Act, ConductKind, Event, ExitReason, FindingState, RecheckResult, Scheme
from integrity.work import Office, Work
from scheduler.jobs import TIMETABLE
from scheduler.runner import overview, run_now, tick
from tests.conftest import VILLAGE, SetClock, carried_over
from tests.papers_office import papers
from tests.situations import policy

__all__ = ["papers"]

Family = Callable[..., int]
COUNTY = "370811000000"
REMINDERS = ("deadlines", "endings", "comparison_intake", "standards_reminder")
JOBS = {job.code: job for job in TIMETABLE}


def at(*numbers: int) -> datetime:
    """A moment in Shanghai."""
    return datetime(*numbers, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


@pytest.fixture
def households_of_old(office: Office, clock: SetClock, family: Family, papers: Path) -> list[int]:
    """Three households on 低保 since February 2024, entered long ago, with the shipped policy in force."""
    clock.now = at(2026, 7, 5, 9)
    made = []
    with office.work("jb01") as work:
        editions.register(work, load())
        organs.adopt(work, COUNTY, "proposal", document="任民发〔2026〕9号", since=date(2026, 7, 1))
        work.put(Area(code=VILLAGE[:9] + "000", since=date(2020, 1, 1), name="试验街道"))
        for _ in range(3):
            household = family(work)
            assistance.grant(
                work, household, Scheme.DIBAO, decided_on=date(2026, 2, 1), effective_on=date(2026, 2, 1),
                decided_by="sp01", amount=50000, income=20000, persons=1,
            )  # fmt: skip
            made.append(household)
    return made


def told(office: Office, verb: Callable[[Work], str], due: datetime) -> str:
    """What a reminder says as of a moment."""
    with office.work("系统任务", due=due) as work:
        return verb(work)


# --- the timetable -----------------------------------------------------------------------------------------------


def test_every_job_has_its_own_code_and_follows_only_jobs_that_exist() -> None:
    assert len(JOBS) == len(TIMETABLE)
    assert {code for job in TIMETABLE for code in job.after} <= set(JOBS)
    assert all(job.code.isidentifier() and len(job.code) <= 40 and job.name for job in TIMETABLE)


@pytest.mark.parametrize(
    ("code", "since", "expected"),
    [
        ("roll_evaluation", at(2026, 11, 1, 1), at(2026, 12, 1, 1)),
        ("comparison_intake", at(2026, 11, 1, 3), at(2026, 12, 1, 3)),
        ("notices", at(2026, 11, 2, 2), at(2026, 12, 2, 2)),
        ("recheck_list", at(2026, 11, 2, 9), at(2026, 11, 3, 6)),
        ("deadlines", at(2026, 12, 31, 6, 10), at(2027, 1, 1, 6, 10)),
        ("endings", at(2028, 2, 28, 6, 20), at(2028, 2, 29, 6, 20)),
        ("standards_reminder", at(2026, 6, 1), at(2026, 11, 1, 8)),
        ("standards_reminder", at(2026, 11, 2), at(2027, 1, 5, 8)),
    ],
)
def test_the_timetable_rings_when_the_office_expects_it(code: str, since: datetime, expected: datetime) -> None:
    assert JOBS[code].when.following(since) == expected


def test_the_whole_timetable_runs_on_a_roll_and_tells_what_it_found(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2026, 11, 5, 9)
    ended = tick(office, TIMETABLE)
    assert {run.job: run.state for run in ended} == dict.fromkeys(JOBS, JobState.DONE), [run.error for run in ended]
    first = [run.job for run in ended if run.job in ("roll_evaluation", "notices", "recheck_list")]
    assert first == ["roll_evaluation", "notices", "recheck_list"]
    assert next(run.summary for run in ended if run.job == "roll_evaluation").startswith("3 户")
    assert all(line.state is JobState.DONE and line.summary for line in overview(office, TIMETABLE))


def test_an_evaluation_asked_for_by_hand_sees_what_was_entered_today(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    run = run_now(office, JOBS["roll_evaluation"], actor="jb01")
    assert (run.state, run.summary[:3]) == (JobState.DONE, "3 户")
    with office.reading() as work:
        assert work.session.exec(select(EvaluationRun.known_until)).one() == run.due_at


def test_a_late_run_says_the_same_as_a_punctual_one(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2027, 3, 5, 9)
    tick(office, TIMETABLE)
    with office.reading() as work:
        rows = work.session.exec(select(JobRun))
        punctual = [run for run in rows if run.job in REMINDERS]
    assert "核查逾期3件" in next(run.summary for run in punctual if run.job == "deadlines")
    with office.work("jb01") as work:
        rechecks.complete(
            work, households_of_old[0], RecheckResult.UNCHANGED, on=date(2027, 3, 5), visitors=("jb01", "jb02")
        )
        editions.register(work, policy())
    clock.now = at(2027, 4, 20, 9)
    for run in punctual:
        with office.work("系统任务", due=run.due_at) as work:
            assert JOBS[run.job].run(work, "all") == run.summary
    assert "核查逾期2件" in told(office, deadlines.remind, at(2027, 3, 6, 6))


# --- deadlines ---------------------------------------------------------------------------------------------------


def test_an_overdue_recheck_is_told_until_it_is_entered_or_assistance_is_stopped(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    checked, stopped, _ = households_of_old
    clock.now = at(2027, 3, 1, 9)
    run_now(office, JOBS["roll_evaluation"], date(2027, 3, 1))
    assert told(office, deadlines.remind, at(2027, 3, 2, 6)).startswith("核查逾期3件（试验街道3）")
    clock.now = at(2027, 3, 2, 9)
    with office.work("jb01") as work:
        done = rechecks.complete(
            work, checked, RecheckResult.UNCHANGED, on=date(2027, 3, 2), visitors=("jb01", "jb02")
        )
        assistance.stop(
            carried_over(work), stopped, ExitReason.X15, decided_on=date(2027, 3, 2), effective_on=date(2027, 4, 1),
            decided_by="sp01", hearing="F13-1",
        )  # fmt: skip
    clock.now = at(2027, 3, 4, 9)
    assert told(office, deadlines.remind, at(2027, 3, 3, 6)).startswith("核查逾期1件")
    assert told(office, deadlines.remind, at(2027, 3, 2, 6)).startswith("核查逾期3件")
    with office.work("jb01") as work:
        households.correct(work, checked, done.seq, None, kind=Recheck, why="录错户")
    assert told(office, deadlines.remind, at(2027, 3, 5, 6)).startswith("核查逾期2件")


def test_a_check_that_reached_nobody_leaves_the_recheck_overdue(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2027, 3, 1, 9)
    run_now(office, JOBS["roll_evaluation"], date(2027, 3, 1))
    with office.work("jb01") as work:
        rechecks.complete(
            work, households_of_old[0], RecheckResult.UNREACHED, on=date(2027, 3, 1), visitors=("jb01", "jb02")
        )
    assert told(office, deadlines.remind, at(2027, 3, 2, 6)).startswith("核查逾期3件")


def test_a_death_that_was_not_acted_on_in_time_is_told(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    with office.work("jb01") as work:
        rechecks.report(
            work, households_of_old[0], Event.DEATH, happened_on=date(2026, 7, 1), reported_on=date(2026, 7, 3),
            member_no=1,
        )  # fmt: skip
    clock.now = at(2026, 11, 2, 9)
    run_now(office, JOBS["roll_evaluation"], date(2026, 11, 1))
    assert "变化核查调整超期1件（试验街道1）" in told(office, deadlines.remind, at(2026, 11, 2, 6))


def withdrawn(office: Office, household: int) -> Assistance:
    """Two months of 渐退 from October to November."""
    with office.work("jb01") as work:
        return assistance.withdraw(
            carried_over(work), household, months=2, schedule=(100, 50), decided_on=date(2026, 9, 20),
            effective_on=date(2026, 10, 1), decided_by="sp01", hearing="F13-1",
        )  # fmt: skip


def test_a_withdrawal_is_announced_a_month_before_and_told_until_it_is_dealt_with(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    household = households_of_old[0]
    clock.now = at(2026, 9, 20, 9)
    withdrawn(office, household)
    clock.now = at(2027, 1, 10, 9)
    before, soon, over = (
        told(office, deadlines.endings, moment)
        for moment in (at(2026, 10, 31, 6), at(2026, 11, 1, 6), at(2026, 12, 1, 6))
    )
    assert before.startswith("渐退30日内到期0件；渐退已期满尚未办理0件")
    assert soon.startswith("渐退30日内到期1件（试验街道1）；渐退已期满尚未办理0件")
    assert over.startswith("渐退30日内到期0件；渐退已期满尚未办理1件（试验街道1）")
    with office.work("jb01") as work:
        stop = assistance.stop(
            carried_over(work), household, ExitReason.X18, decided_on=date(2026, 12, 1), effective_on=date(2026, 12, 1),
            decided_by="sp01", hearing="F13-1",
        )  # fmt: skip
    assert "尚未办理0件" in told(office, deadlines.endings, at(2027, 1, 11, 6))
    assert stop.act is Act.STOP
    with office.work("jb01") as work:
        households.correct(work, household, stop.seq, None, kind=Assistance, why="录错户")
    assert "尚未办理1件" in told(office, deadlines.endings, at(2027, 1, 11, 6))


def test_a_withdrawal_entered_by_mistake_is_not_told(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2026, 9, 20, 9)
    entry = withdrawn(office, households_of_old[0])
    with office.work("jb01") as work:
        households.correct(work, households_of_old[0], entry.seq, None, kind=Assistance, why="录错户")
    assert told(office, deadlines.endings, at(2026, 11, 5, 6)).startswith("渐退30日内到期0件")


def test_a_default_record_is_told_in_the_month_in_which_it_ends(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    household = households_of_old[0]
    clock.now = at(2026, 8, 25, 9)
    with office.work("jb01") as work:
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.DEFAULT, item="F09", act_on=date(2026, 7, 10),
            found_on=date(2026, 7, 12), source="入户调查",
        )  # fmt: skip
        conduct.find(
            carried_over(work), household, fact.seq, FindingState.EFFECTIVE, on=date(2026, 8, 20), decided_by="sp01",
            reviewed_by="fh01", document="任民失〔2026〕1号", document_on=date(2026, 8, 20),
            effective_on=date(2026, 8, 25),
        )  # fmt: skip
    clock.now = at(2027, 1, 10, 9)
    for month, count in ((10, 0), (11, 1), (12, 0)):
        assert f"失信记录本月到期{count}件" in told(office, deadlines.endings, at(2026, month, 25, 6))
    with office.reading() as work:
        work.due = at(2026, 11, 1, 6)
        assert [one.ends_on for one in deadlines.defaults_ending(work)] == [date(2026, 11, 20)]


def compared(office: Office, household: int, on: date) -> int:
    """Results of the comparison came in for one household."""
    with office.work("jb01") as work:
        batch = ImportBatch(
            kind="comparison", sha256="0" * 64, file_name="核对.xlsx", rows=1, accepted=1, state="done",
            recorded_at=work.now, recorded_by="jb01",
        )  # fmt: skip
        work.session.add(batch)
        work.session.flush()
        assert batch.id is not None
        work.import_id = batch.id
        rechecks.verify(work, household, on=on, source="核对平台", income=20000)
        return batch.id


def test_a_county_without_comparison_results_for_its_period_is_told(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2026, 10, 1, 9)
    with office.work("jb01") as work:
        editions.register(work, policy(("compare.frequency", "1", "2020-01-01", "")))
    missing = f"缺1项：{COUNTY}：近1个月没有导入核对结果"
    clock.now = at(2026, 10, 15, 9)
    batch = compared(office, households_of_old[0], date(2026, 10, 14))
    clock.now = at(2027, 1, 10, 9)
    assert told(office, deadlines.intake_check, at(2026, 10, 2, 3)) == missing
    assert told(office, deadlines.intake_check, at(2026, 11, 1, 3)) == "各县均已按频次接收核对结果"
    assert told(office, deadlines.intake_check, at(2026, 12, 1, 3)) == missing
    with office.work("jb01") as work:
        undone = work.session.get(ImportBatch, batch)
        assert undone is not None
        undone.undone_at = at(2026, 10, 20, 9)
    assert told(office, deadlines.intake_check, at(2026, 11, 1, 3)) == missing


def test_a_region_that_sets_no_frequency_of_comparison_is_asked_and_not_assumed(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now += timedelta(days=1)
    assert told(office, deadlines.intake_check, clock.now).endswith("没有设定数据比对频次")


def test_the_yearly_reminder_names_missing_calendars_and_standards_of_long_ago(
    office: Office, clock: SetClock, households_of_old: list[int]
) -> None:
    clock.now = at(2026, 11, 1, 8)
    said = told(office, deadlines.yearly, clock.now)
    assert said.startswith("2027年放假安排尚未载入")
    assert "城镇低保标准自2022-01-01起未调整" in said
    with office.work("jb01") as work:
        rows = (("standard.dibao/urban", "900", "2026-10-01", ""), ("standard.dibao/rural", "720", "2026-10-01", ""))
        editions.register(work, policy(*rows))
    assert told(office, deadlines.yearly, at(2026, 11, 2, 8)).endswith("各县2027年低保标准齐备")
    assert told(office, deadlines.yearly, at(2026, 1, 5, 8)).startswith("2026年放假安排已载入")


def test_a_county_without_any_standard_is_told(office: Office, clock: SetClock, family: Family) -> None:
    with office.work("jb01") as work:
        editions.register(work, policy())
        household = family(work)
        households.settle(
            work, household, area="371602001001", address="别处", urban=False, since=date(2026, 1, 1)
        )  # a county without a pack
    with office.reading() as work:
        gaps = deadlines.missing_standards(work, 2027)
    assert ("371602000000", "没有农村低保标准") in gaps


def test_an_empty_roll_is_not_called_well(office: Office) -> None:
    with office.work("jb01") as work:
        editions.register(work, policy())
    with office.reading() as work:
        assert deadlines.remind(work) == "尚无全员评估结果"
        assert deadlines.intake_check(work) == "名册中还没有家庭"
        assert deadlines.yearly(work).endswith("名册中还没有家庭")
