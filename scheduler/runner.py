"""运行 (runner): each job of the timetable once for each due time, whatever is killed, late or started twice.

`tick` may be called by any number of processes at any time. A run is done part by part; each part's effect and its mark
are one transaction, so that a run goes on where it stopped. A late run decides as of the moment at which it was due.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from integrity.errors import ChengxinError, Conflict, Invalid, Refused
from integrity.office_terms import JobState
from integrity.records.office import JobItem, JobRun
from integrity.rules.policy import NotInForce
from integrity.settings import ROOT
from integrity.work import Office, Work
from scheduler import runs
from scheduler.runs import ACTOR, Key
from scheduler.schedules import Schedule

LOG = logging.getLogger("scheduler")
BACKWARDS = timedelta(seconds=60)
"""A clock that went back by more than this is wrong: nothing runs until somebody has looked."""
_KEPT = timedelta(days=62)
"""How far back `overview` looks for failures."""
_HOUSES = tuple(ROOT / name for name in ("integrity", "scheduler", "reports"))
_NUMBERS = re.compile(r"(?<!\d)(?:\d{11}|\d{15,19}[\dXx]?)(?!\d)")
"""Telephone, identity and account numbers."""


WHOLE = ("all",)
"""The parts of a job that is not divided."""
_NAMED = 8
"""Parts that a summary names."""


def _whole(_work: Work) -> Sequence[str]:
    return WHOLE


@dataclass(frozen=True, slots=True)
class Job:
    """任务 (job): what is done when. `parts` gives the same names whenever it is asked for the same due time."""

    code: str
    name: str
    when: Schedule
    run: Callable[[Work, str], str]
    """Do one part; its summary line. Everything it writes is one transaction, `work.due` is the due moment."""
    parts: Callable[[Work], Sequence[str]] = _whole
    finish: Callable[[Work], str] | None = None
    """After the last part: the summary of the run; without it the parts' summaries."""
    after: tuple[str, ...] = ()
    """Codes of jobs whose earlier due times go first."""
    in_order: bool = True
    """A date before one that is done cannot be asked for any more."""
    grace: timedelta = timedelta(hours=1)
    """A due time entered later than this is marked 补跑."""

    @property
    def waits_for(self) -> tuple[str, ...]:
        """Codes of the jobs, this one among them, whose earlier due times go first."""
        return (self.code, *self.after)


@dataclass(frozen=True, slots=True)
class Line:
    """一行任务情况 (line of the overview): one run, or with `due_at` None a job that never ran."""

    code: str
    name: str
    due_at: datetime | None
    state: JobState | None
    catch_up: bool
    attempts: int
    finished_at: datetime | None
    summary: str
    error: str
    parts_done: int
    next_at: datetime


def never() -> bool:
    """Nobody asked the runner to stop."""
    return False


def enrol(office: Office, timetable: Sequence[Job], now: datetime) -> int:
    """Enter each due time between the last known one and `now`; how many. A job seen first gets its latest only."""
    with office.reading() as work:
        known = {job.code: _last_known(work, job) for job in timetable}
    keys = []
    for job in timetable:
        last = known[job.code]
        due = [job.when.latest(now)] if last is None else job.when.due_times(last, now)
        keys += [(Key(job.code, moment), now - moment > job.grace) for moment in due]
    if keys:
        with office.work(ACTOR) as work:
            runs.enter(work, keys)
    return len(keys)


def _last_known(work: Work, job: Job) -> datetime | None:
    """The last due time of the schedule itself, passing over moments that an officer asked for."""
    query = select(JobRun.due_at).where(JobRun.job == job.code).order_by(col(JobRun.due_at).desc())
    return next((moment for moment in work.session.exec(query) if job.when.includes(moment)), None)


def clock_problem(office: Office) -> str:
    """时钟倒退: what is wrong with the clock, in Chinese; "" when nothing is."""
    with office.reading() as work:
        newest = work.session.exec(
            select(func.max(JobRun.due_at), func.max(JobRun.started_at), func.max(JobRun.finished_at))
        ).one()
    now = office.clock()
    latest = max((moment for moment in newest if moment is not None), default=now)
    if now >= latest - BACKWARDS:
        return ""
    shown, before = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (now, latest))
    return f"系统时钟为{shown}，早于最近一次任务的时刻{before}，定时任务已暂停，请核对时钟"


def tick(office: Office, timetable: Sequence[Job], *, stopping: Callable[[], bool] = never) -> list[JobRun]:
    """Enter what has fallen due and run it, one after the other; the runs as they stand after this process had them."""
    problem = clock_problem(office)
    if problem:
        LOG.error(problem)
        return []
    enrol(office, timetable, office.clock())
    ended: list[JobRun] = []
    while not stopping():
        taken = _claim_next(office, timetable)
        if taken is None:
            break
        run = perform(office, *taken, stopping=stopping)
        if run is not None:
            ended.append(run)
    return ended


def run_now(
    office: Office, job: Job, on: date | None = None, *, actor: str = ACTOR, stopping: Callable[[], bool] = never
) -> JobRun:
    """Run a job for the due moment of a day, or as of this moment, after earlier ones that are open; the run.

    A failed run is tried again; one that is done is given back as it is. Raises Refused for a day to come, a day before
    one that is done (jobs in order) and while an earlier job is open; Conflict while another process has it.
    """
    key = Key(job.code, office.clock() if on is None else job.when.moment(on))
    _ask_for(office, job, key, actor)
    while not stopping():
        with office.reading() as work:
            run = runs.stored(work, key)
            open_keys = runs.waiting(work, (job.code,), key.due_at)
        if run is not None and run.state not in runs.UNFINISHED:
            return run
        taken = _claim(office, job, open_keys[0], at_once=True)
        if taken is None:
            break
        ended = perform(office, job, taken, stopping=stopping)
        if ended is not None and Key(ended.job, ended.due_at) == key:
            return ended
        if ended is None or ended.state is JobState.DUE:
            break
    raise Conflict(f"{job.name}：正在由另一进程运行，或须等待更早的任务完成，请查看任务一览")


def _ask_for(office: Office, job: Job, key: Key, actor: str) -> None:
    """Enter a due time that an officer asks for."""
    with office.work(actor) as work:
        if key.due_at > office.clock():
            raise Refused(f"{job.name}：{key.due_at:%Y-%m-%d %H:%M}尚未到")
        run = runs.stored(work, key)
        if run is None or run.state is JobState.FAILED:
            later = select(JobRun.due_at).where(
                JobRun.job == key.job, JobRun.due_at > key.due_at, JobRun.state == JobState.DONE
            )
            newer = work.session.exec(later.order_by(col(JobRun.due_at).desc())).first()
            if job.in_order and newer is not None:
                raise Refused(f"{job.name}：{newer:%Y-%m-%d}的一次已经完成，不能再办理更早的日期")
            runs.enter(work, [(key, office.clock() - key.due_at > job.grace)])
            runs.reopen(work, key)
            work.audit("手工运行任务", f"{key.job}@{key.due_at:%Y-%m-%d %H:%M}")


def _claim_next(office: Office, timetable: Sequence[Job]) -> tuple[Job, JobRun] | None:
    """The earliest due time that is free."""
    jobs = {job.code: job for job in timetable}
    with office.reading() as work:
        keys = runs.waiting(work, tuple(jobs), office.clock())
    for key in keys:
        run = _claim(office, jobs[key.job], key)
        if run is not None:
            return jobs[key.job], run
    return None


def _claim(office: Office, job: Job, key: Key, *, at_once: bool = False) -> JobRun | None:
    """Take a run for this process, under a name that is used for this one claim only."""
    owner = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
    return runs.claim(office, key, owner, job.waits_for, at_once=at_once)


def perform(office: Office, job: Job, run: JobRun, *, stopping: Callable[[], bool] = never) -> JobRun | None:
    """Do what is left of a run that is ours; as it stands afterwards, or None when another process has taken it."""
    key = Key(run.job, run.due_at)
    try:
        if run.attempts > runs.INTERRUPTIONS:
            return _failed(office, run, f"连续{runs.INTERRUPTIONS}次中断，没有完成任何一段", finally_=True)
        for part in _parts_left(office, job, run):
            if stopping():
                with office.work(ACTOR) as work:
                    runs.release(work, run)
                return None
            with office.work(ACTOR, due=run.due_at) as work:
                runs.hold(work, run)
                summary = job.run(work, part)
                work.flush()  # what it writes is written before the lease is renewed
                runs.mark(work, run, part, summary, office.clock())
        with office.work(ACTOR, due=run.due_at) as work:
            runs.hold(work, run)
            summary = job.finish(work) if job.finish else summed_up(runs.done_parts(work, key))
            work.flush()
            runs.finish(work, run, summary, office.clock())
    except Exception as error:  # whatever a job raises is written down, and the next job goes on
        LOG.warning("%s %s：%s", job.code, run.due_at, described(error))
        return _failed(office, run, described(error))
    with office.reading() as work:
        return runs.stored(work, key)


def _parts_left(office: Office, job: Job, run: JobRun) -> list[str]:
    """The parts that are not done yet. Raises Invalid when two have one name."""
    key = Key(run.job, run.due_at)
    with office.work(ACTOR, due=run.due_at) as work:
        runs.hold(work, run)
        parts = list(job.parts(work))
        done = {item.item for item in runs.done_parts(work, key)}
    if len(set(parts)) != len(parts):
        raise Invalid(f"{job.name}：分段名称重复")
    return [part for part in parts if part not in done]


def _failed(office: Office, run: JobRun, error: str, *, finally_: bool = False) -> JobRun | None:
    """Write the failure down; None when the run is no longer ours."""
    try:
        with office.work(ACTOR) as work:
            runs.fail(work, run, error, office.clock(), finally_=finally_)
    except Conflict:
        return None
    with office.reading() as work:
        return runs.stored(work, Key(run.job, run.due_at))


def added_up(summaries: Iterable[str], others: Iterable[str] = ()) -> str:
    """Parts that say "定期核查通知书 2 份；人工处理 1 件：…" added up: counts by name, and what waits for a person.

    Of `others` only what waits for a person is taken. Each reason is named once, the first few of them.
    """
    totals: dict[tuple[str, str], int] = {}
    many, reasons = 0, dict[str, None]()
    for text, counts in (*((one, True) for one in summaries), *((one, False) for one in others)):
        good, number, told = _apart(text)
        many += number
        reasons |= dict.fromkeys(told)
        for name, count, unit in _COUNTED.findall(good) if counts else ():
            totals[name, unit] = totals.get((name, unit), 0) + int(count)
    said = "，".join(f"{name} {count} {unit}".strip() for (name, unit), count in totals.items() if count)
    if many:
        first = "；".join(list(reasons)[:_NAMED]) + (f"等{many}件" if many > _NAMED else "")
        said = "；".join(one for one in (said, f"人工处理 {many} 件：{first}") if one)
    return said or "没有需要办理的事项"


def _apart(summary: str) -> tuple[str, int, list[str]]:
    """A part's summary taken apart: what was done, how many cases wait for a person, and why."""
    if summary.startswith(_NOT_MADE):
        return "", 1, [summary]
    good, mark, rest = summary.partition(_BY_HAND)
    found = _CASES.match(rest)
    if not mark or found is None:
        return summary, 0, []
    return good, int(found[1]), rest[found.end() :].removesuffix("等").split("；")


_COUNTED = re.compile(r"([^\s，；：、/\d]*) ?(\d+) (份|户|件)(?=[，；：]|$)")
_NOT_MADE, _BY_HAND = "名单未生成", "；人工处理"
_CASES = re.compile(r" (\d+) 件：")


def summed_up(items: Sequence[JobItem]) -> str:
    """The summary of a run whose job has none of its own: its only part's, or the first parts' by name."""
    if not items:
        return "没有需要办理的事项"
    if [item.item for item in items] == list(WHOLE):
        return items[0].summary
    said = "；".join(f"{item.item}：{item.summary}" for item in items[:_NAMED])
    return f"共{len(items)}段：{said}" + ("等" if len(items) > _NAMED else "")


def described(error: BaseException) -> str:
    """A failure in words that name no person: our own messages without numbers, of others the kind and the place."""
    if isinstance(error, ChengxinError | NotInForce):
        return _NUMBERS.sub("＊＊＊", str(error))
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if any(Path(frame.filename).is_relative_to(house) for house in _HOUSES)]
    place = (ours or frames)[-1:]
    return type(error).__name__ + "".join(f"（{Path(frame.filename).name} 第{frame.lineno}行）" for frame in place)


def overview(office: Office, timetable: Sequence[Job]) -> list[Line]:
    """任务一览: of each job what is open or failed, and what was done last; with the next time."""
    now = office.clock()
    lines = []
    with office.reading() as work:
        for job in timetable:
            shown: Sequence[JobRun | None] = _worth_showing(work, job, now) or [None]
            lines += [_line(work, job, run, now) for run in shown]
    return lines


def _worth_showing(work: Work, job: Job, now: datetime) -> list[JobRun]:
    """Open runs, failures of the last weeks, and the last one done; the earliest first."""
    mine = select(JobRun).where(JobRun.job == job.code).order_by(col(JobRun.due_at).desc())
    open_or_failed = mine.where(
        col(JobRun.state).in_(runs.UNFINISHED)
        | ((col(JobRun.state) == JobState.FAILED) & (col(JobRun.due_at) > now - _KEPT))
    )
    shown = list(work.session.exec(open_or_failed))
    shown += work.session.exec(mine.where(JobRun.state == JobState.DONE).limit(1))
    return sorted(shown, key=lambda run: run.due_at)


def _line(work: Work, job: Job, run: JobRun | None, now: datetime) -> Line:
    following = job.when.following(now)
    if run is None:
        return Line(job.code, job.name, None, None, False, 0, None, "", "", 0, following)
    done = len(runs.done_parts(work, Key(run.job, run.due_at)))
    return Line(
        job.code, job.name, run.due_at, run.state, run.catch_up, run.attempts, run.finished_at, run.summary, run.error,
        done, following,
    )  # fmt: skip
