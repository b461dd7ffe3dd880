"""Kill -9 during the monthly job: the result must be that of an undisturbed run.

    python benchmarks/kills.py [--households 600] [--kills 100] [--database sqlite|postgresql]

Two copies of one demo county run the evaluation, the recheck lists and the notices. One is left alone; in the other the
process is killed at random moments and started again, with a clock that is 30 s later each time, so that the lease of
the dead process has ended. Then both are compared: recommendations, notices with their numbers, printings, marks of
parts, and every PDF on disk.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection
from trials.killing import Trial, arguments, files_of, try_out

from integrity import demo, recommendations
from integrity.cli.offices import set_up
from integrity.records.columns import SHANGHAI
from integrity.settings import settings
from integrity.work import open_office
from scheduler.jobs import NOTICES, RECHECK_LIST, ROLL_EVALUATION
from scheduler.runner import run_now

NOW = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
JOBS = ((ROLL_EVALUATION, 1), (RECHECK_LIST, 2), (NOTICES, 2))
COMPARED = {
    "recommendation": "SELECT * FROM recommendation ORDER BY household_id, decided_at",
    "notice": "SELECT household_id, kind, number, subject, organ FROM notice ORDER BY household_id, kind, subject",
    "print_item": "SELECT run, no, household_id, first_page, pages, receipt_page, state FROM print_item ORDER BY 1, 2",
    "print_file": "SELECT run, no, file, pages FROM print_file ORDER BY 1, 2",
    "printing": "SELECT household_id, notice_seq, copy_no, pages FROM printing ORDER BY 1, 2, 3",
    "number_series": "SELECT * FROM number_series ORDER BY prefix, year",
    "job_item": "SELECT job, due_at, item FROM job_item ORDER BY job, due_at, item",
    "job_run": "SELECT job, due_at, state FROM job_run ORDER BY job, due_at",
}


def work_through(shift: int) -> None:
    """The child: run the three jobs to their end, on a clock that begins `shift` seconds after NOW."""
    started = time.monotonic()
    recommendations.PART = 20

    def clock() -> datetime:
        return NOW + timedelta(seconds=shift + time.monotonic() - started)

    office = open_office(settings(), clock=clock)
    for job, day in JOBS:
        run_now(office, job, NOW.date().replace(day=day))
    office.dispose()


def build(households: int) -> None:
    """The demo county, and the opinions that the notices rest on."""
    settings.cache_clear()
    set_up()
    office = open_office(settings(), clock=lambda: NOW - timedelta(days=1))
    demo.build(office, households=households, seed=2026, until=NOW.date() - timedelta(days=2))
    office.dispose()


def papers(_: Connection, home: Path, named: Mapping[str, str]) -> dict[str, str]:
    """The papers on disk, none of them half."""
    files = files_of(home)
    assert not [name for name in files if "tmp" in name], "a half file was left"
    return {"files": sha256(repr(files).encode()).hexdigest()[:16], "papers": str(len(named))}


def main() -> None:
    """Build, run both ways, compare."""
    parser = arguments(__doc__, kills=100)
    parser.add_argument("--households", type=int, default=600)
    chosen = parser.parse_args()
    if chosen.child is not None:
        work_through(chosen.child)
        return
    trial = Trial(
        program=__file__, build=partial(build, chosen.households), told=lambda start: 30 * start, compared=COMPARED,
        least=0.8, also=papers,
    )  # fmt: skip
    print(try_out(trial, chosen))


if __name__ == "__main__":
    main()
