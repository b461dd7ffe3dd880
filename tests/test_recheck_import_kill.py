"""断电式中断 (kill -9) of an import of results: whatever moment it dies at, begun anew every row is taken once."""

from __future__ import annotations

import random
import signal
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import recheck_results
from integrity.case_files import cases_of
from integrity.records.chain import breaks
from integrity.records.ledger import Notice, Step
from integrity.records.office import ImportBatch, ImportRow
from integrity.terms import PaperKind, Procedure
from integrity.work import Office
from tests import forks
from tests.case_office import more_officers
from tests.conftest import SetClock
from tests.papers_office import Family, evaluate, furnish, granted, papers
from tests.recheck_office import ABSENT, MADE, PAIR, SAME, TAKEN, counts, fill, made

__all__ = ["papers"]
_IMPORT = """
import sys
from datetime import datetime
from pathlib import Path
from integrity import recheck_results
from integrity.records.columns import SHANGHAI
from integrity.vault import load_vault
from integrity.work import Office, make_engine
url, keys, path = sys.argv[1:]
now = datetime(2026, 9, 7, 9, tzinfo=SHANGHAI)
office = Office(make_engine(url), make_engine(url, read_only=True), load_vault(Path(keys)), lambda: now)
def told(done, rows):
    print(done, flush=True)
report = recheck_results.accept(office, Path(path), "jb01", progress=told)
print(report.good, report.before, len(report.errors), flush=True)
"""
HOUSEHOLDS, KILLS = 24, 4


def halves(office: Office) -> list[int]:
    """Households with a visit and no conclusion, a conclusion without its paper, or steps without the mark of a row."""
    with office.reading() as work:
        marked = {one.household_id: one for one in work.session.exec(select(ImportRow))}
        told = {one.household_id for one in work.session.exec(select(Notice)) if one.kind is PaperKind.F12}
        found = []
        for household in set(work.session.exec(select(Step.household_id))):
            (case,) = cases_of(work, household, Procedure.RECHECK)
            whole = (case.stage == "ASSIGNED" and household not in marked) or (
                case.stage in ("RESULT", "UNREACHED") and household in marked
            )
            if not whole or (case.stage == "RESULT") != (household in told):
                found.append(household)
        return found


def ready(office: Office, family: Family, clock: SetClock, folder: Path, home: Path) -> Path:
    """A list of households to which two were sent, filled in: every third family was not met."""
    furnish(office)
    more_officers(office)
    granted(office, family, HOUSEHOLDS)
    clock.on(MADE)
    evaluate(office, date(2026, 9, 1))
    blank = made(office, home)
    numbers = [f"JN{n:06}" for n in range(1, HOUSEHOLDS + 1)]
    sent = recheck_results.assign_all(office, fill(blank, folder / "派.xlsx", dict.fromkeys(numbers, PAIR)), "fh01")
    assert sent.good == HOUSEHOLDS
    clock.on(TAKEN)
    rows = {number: ABSENT if n % 3 == 0 else SAME for n, number in enumerate(numbers)}
    return fill(blank, folder / "填好.xlsx", rows)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_killed_at_any_moment_and_run_again_every_row_is_taken_once(
    office: Office, database_url: str, family: Family, clock: SetClock, tmp_path: Path, papers: Path
) -> None:
    path = ready(office, family, clock, tmp_path, papers)
    office.dispose()
    command = [sys.executable, "-c", _IMPORT, database_url, str(tmp_path / "keys.toml"), str(path)]
    chance, killed, seen = random.Random(9), 0, 0
    for _ in range(KILLS):
        running = forks.begun(*command)
        assert running.stdout is not None
        for line in running.stdout:
            if int(line.split()[0]) >= seen + chance.randrange(1, 5):
                break
        time.sleep(chance.uniform(0, 0.06))
        running.send_signal(signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
        running.stdout.close()
        assert halves(office) == []
        taken = counts(office)["rows"]
        assert taken >= seen
        seen = taken
        office.dispose()
    assert killed == KILLS
    assert 0 < seen < HOUSEHOLDS
    last = forks.begun(*command)
    assert last.told()[-1] == f"{HOUSEHOLDS - seen} {seen} 0"
    assert halves(office) == []
    total = {"steps": 4 * 16 + 3 * 8, "conclusions": 16, "rows": HOUSEHOLDS}
    assert {name: count for name, count in counts(office).items() if name in total} == total
    with office.reading() as work:
        (batch,) = work.session.exec(select(ImportBatch))
    assert (batch.accepted, batch.state) == (HOUSEHOLDS, "done")
    with office.reading_engine.connect() as connection:
        assert list(breaks(connection, office.vault.chain)) == []
    office.dispose()
