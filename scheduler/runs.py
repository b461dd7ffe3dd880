"""任务运行记录 (runs of jobs): the conditional updates by which any number of processes run each due time once.

A process owns a run by a lease that it renews with each part. The lease alone would not be enough (a process may sleep
past it), so each part's transaction begins by asking for the row again as its owner: whoever lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, insert, literal, or_, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from integrity.errors import Conflict
from integrity.office_terms import JobState
from integrity.records.columns import Moment
from integrity.records.office import JobItem, JobRun
from integrity.terms import Role
from integrity.work import Office, Work

ACTOR = Role.SYSTEM.value
"""Who acts when nobody asked: 系统任务."""
LEASE = timedelta(seconds=20)
"""A run whose process says nothing for this long may be taken over; with a tick every ten seconds within 30 s."""
TRIES = 3
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5))
"""How long to wait after the first and the second failure of the same part."""
INTERRUPTIONS = 10
"""A run taken up so often without finishing a single part is given up: that part kills its process."""
UNFINISHED = (JobState.DUE, JobState.RUNNING)
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Key(NamedTuple):
    """One due time of one job."""

    job: str
    due_at: datetime


def locked(work: Work) -> Connection:
    """The connection of a work, its transaction begun: on SQLite the write lock is ours from here on."""
    return work.session.connection()


def _is(key: Key) -> ColumnElement[bool]:
    return and_(col(JobRun.job) == key.job, col(JobRun.due_at) == key.due_at)


def enter(work: Work, keys: Iterable[tuple[Key, bool]]) -> None:
    """Enter due times (key, 补跑?) that are not there yet, the earliest first."""
    connection = locked(work)
    made = _INSERT[connection.dialect.name](JobRun).on_conflict_do_nothing()
    for key, catch_up in sorted(keys):
        row = JobRun(job=key.job, due_at=key.due_at, catch_up=catch_up)
        connection.execute(made.values(**{name: getattr(row, name) for name in JobRun.model_fields}))


def waiting(work: Work, jobs: Collection[str], until: datetime) -> list[Key]:
    """Due times of these jobs that are not finished, the earliest first."""
    query = (
        select(JobRun.job, JobRun.due_at)
        .where(col(JobRun.job).in_(jobs), col(JobRun.state).in_(UNFINISHED), col(JobRun.due_at) <= until)
        .order_by(col(JobRun.due_at), col(JobRun.job))
    )
    return [Key(*row) for row in work.session.exec(query)]


def claim(office: Office, key: Key, owner: str, waits_for: Collection[str], *, at_once: bool = False) -> JobRun | None:
    """Take a run that is due, or whose owner's lease ended, while nothing in `waits_for` is open before it; else None.

    `at_once` passes over the wait after a failure.
    """
    with office.work(ACTOR) as work:
        connection = locked(work)
        now = office.clock()
        free = or_(col(JobRun.lease_until).is_(None), col(JobRun.lease_until) <= now)
        if at_once:
            free = or_(free, col(JobRun.state) == JobState.DUE)
        earlier = aliased(JobRun)
        blocked = (
            select(earlier.job)
            .where(col(earlier.job).in_(waits_for), col(earlier.due_at) < key.due_at)
            .where(col(earlier.state).in_(UNFINISHED))
            .exists()
        )
        mine = (  # a row in the middle of somebody's part is passed over instead of waited for
            select(JobRun.job, JobRun.due_at)
            .where(_is(key), col(JobRun.state).in_(UNFINISHED), free, ~blocked)
            .with_for_update(skip_locked=True)
        )
        taken = connection.execute(
            update(JobRun)
            .where(tuple_(col(JobRun.job), col(JobRun.due_at)).in_(mine))
            .values(
                state=JobState.RUNNING, owner=owner, lease_until=now + LEASE, attempts=col(JobRun.attempts) + 1,
                started_at=func.coalesce(col(JobRun.started_at), literal(now, Moment)),
            )
            .returning(col(JobRun.job))
        ).first()  # fmt: skip
        return None if taken is None else stored(work, key)


def stored(work: Work, key: Key) -> JobRun | None:
    """The run as it stands."""
    query = select(JobRun).where(_is(key))
    return work.session.exec(query, execution_options={"populate_existing": True}).first()


def done_parts(work: Work, key: Key) -> list[JobItem]:
    """The parts that are done, in the order of their doing."""
    query = select(JobItem).where(JobItem.job == key.job, JobItem.due_at == key.due_at)
    return list(work.session.exec(query.order_by(col(JobItem.done_at), col(JobItem.item))))


def hold(work: Work, run: JobRun) -> None:
    """Make sure that the run is still ours, and keep it so until this transaction ends. Raises Conflict."""
    _move(work, run, state=JobState.RUNNING)


def mark(work: Work, run: JobRun, part: str, summary: str, now: datetime) -> None:
    """One part is done: its mark goes into the transaction of its effect, and the lease is renewed."""
    values = {"job": run.job, "due_at": run.due_at, "item": part, "done_at": now, "summary": summary[:2000]}
    locked(work).execute(insert(JobItem).values(**values))
    _move(work, run, lease_until=now + LEASE, attempts=1)


def finish(work: Work, run: JobRun, summary: str, now: datetime) -> None:
    """The run is done."""
    _move(work, run, state=JobState.DONE, finished_at=now, summary=summary[:2000], error="", owner="", lease_until=None)


def release(work: Work, run: JobRun) -> None:
    """Give a run back between two parts, because this process stops."""
    _move(work, run, state=JobState.DUE, owner="", lease_until=None, attempts=0)


def fail(work: Work, run: JobRun, error: str, now: datetime, *, finally_: bool = False) -> None:
    """Write a failure down: tried again after a while, or given up after TRIES. Raises Conflict when not ours."""
    hold(work, run)
    standing = stored(work, Key(run.job, run.due_at))
    attempts = TRIES if finally_ or standing is None else standing.attempts
    if attempts >= TRIES:
        _move(work, run, state=JobState.FAILED, error=error[:2000], owner="", lease_until=None, finished_at=now)
    else:
        again = now + BACK_OFF[attempts - 1]
        _move(work, run, state=JobState.DUE, error=error[:2000], owner="", lease_until=again)
    work.audit("任务失败", f"{run.job}@{run.due_at:%Y-%m-%d %H:%M}", error)


def reopen(work: Work, key: Key) -> None:
    """Let a failed run be tried again."""
    locked(work).execute(
        update(JobRun)
        .where(_is(key), col(JobRun.state) == JobState.FAILED)
        .values(state=JobState.DUE, attempts=0, finished_at=None, lease_until=None)
    )


def _move(work: Work, run: JobRun, **values: Any) -> None:
    """Change a run that is ours."""
    done = locked(work).execute(
        update(JobRun)
        .where(_is(Key(run.job, run.due_at)), col(JobRun.owner) == run.owner, col(JobRun.state) == JobState.RUNNING)
        .values(**values)
    )
    if done.rowcount != 1:
        raise Conflict("任务已由另一进程接管，本进程停止")
