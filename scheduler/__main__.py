"""定时任务进程 (the process): the alarm clock rings every few seconds, the runner does the work.

APScheduler keeps nothing and decides nothing here: which due time is to be run stands in the database, so that any
number of processes may run beside each other. `chengxin serve` calls `start` in its own process; `python -m scheduler`
is a process of its own.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

from integrity import dispatching, log_sending
from integrity.database import check_guards
from integrity.errors import ChengxinError
from integrity.records.columns import SHANGHAI
from integrity.settings import settings
from integrity.work import Office, open_office, wall_clock
from scheduler.jobs import TIMETABLE
from scheduler.runner import LOG, Job, described, tick

EVERY_SECONDS = 10
"""How often the alarm clock rings; with the lease it bounds how long a killed run waits."""


def start(
    office: Office, timetable: Sequence[Job] = TIMETABLE, *, every_seconds: float = EVERY_SECONDS
) -> Callable[[], None]:
    """Run the timetable in a thread of this process; what it gives back stops it after the part that is being done."""
    stopping = Event()

    def ring() -> None:
        try:
            tick(office, timetable, stopping=stopping.is_set)
        except Exception as error:  # a database that is away now may be back at the next ring
            LOG.error("定时任务：%s", described(error))

    alarm = BackgroundScheduler(timezone=SHANGHAI)
    for rung in (ring, partial(push, office, stopping.is_set), partial(send_log, office, stopping.is_set)):
        alarm.add_job(
            rung, "interval", seconds=every_seconds, next_run_time=wall_clock(), coalesce=True,
            misfire_grace_time=None, max_instances=1,
        )  # fmt: skip
    alarm.start()

    def stop() -> None:
        stopping.set()
        alarm.shutdown(wait=True)

    return stop


def push(office: Office, stopping: Callable[[], bool]) -> None:
    """推送: tell other systems what changed since; what does not arrive is tried again."""
    chosen = settings()
    try:
        dispatching.send_due(office, dispatching.Post(chosen.push_hosts, chosen.push_ca_file), stopping=stopping)
    except Exception as error:  # as above
        LOG.error("推送：%s", described(error))


def send_log(office: Office, stopping: Callable[[], bool]) -> None:
    """操作日志外送: what the log has more, to the unit's log server, where it has one."""
    chosen = settings()
    if not chosen.log_to:
        return
    try:
        to = log_sending.Receiver.read(chosen.log_to, chosen.log_ca_file)
        while not stopping() and log_sending.send(office, to, chosen.home) == log_sending.MOST:
            pass
    except Exception as error:  # as above
        LOG.error("操作日志外送：%s", described(error))


def main() -> None:
    """Run until the process is told to end (SIGTERM, Ctrl-C). What it writes only its owner can read."""
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        office = open_office(settings())
        check_guards(office.engine)
    except ChengxinError as problem:
        raise SystemExit(str(problem)) from None
    ended = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    stop = start(office)
    LOG.info("定时任务已启动，共%d项", len(TIMETABLE))
    ended.wait()
    stop()
    office.dispose()


if __name__ == "__main__":
    main()
