"""打印批次的中断 (kills of a print run): files whole or absent, each paper printed once, the same bytes afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from integrity import print_progress, print_runs
from integrity.settings import settings
from integrity.work import Office
from reports import run_files
from tests.papers_office import TOWNSHIP, papers
from tests.print_office import items, printings, runs, street

__all__ = ["papers", "street"]

CHILD = """
import os, signal
from datetime import datetime
from integrity import print_progress, print_runs
from integrity.print_choice import Choice
from integrity.records.print_runs import PrintRun
from integrity.settings import settings
from integrity.work import open_office
from reports import run_files
from sqlmodel import select

def die(*_given, **_more):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(made):
    def both(*given, **more):
        made(*given, **more)
        die()
    return both

run_files.LARGEST = 2
now = datetime.fromisoformat("2026-09-02T10:00:00+08:00")
office = open_office(settings(), clock=lambda: now)
where = "WHERE"
if where == "making":
    print_runs._entered = then_die(print_runs._entered)
if where == "before the file":
    print_runs.write_once = die
if where == "after the file":
    print_runs.write_once = then_die(print_runs.write_once)
if where == "counting":
    print_progress._enter_all = then_die(print_progress._enter_all)
with office.work("jb01") as work:
    run = work.session.exec(select(PrintRun)).first() or print_runs.make(work, Choice(area="TOWNSHIP")).run
for _ in print_runs.write(office, run.number, "jb01"):
    pass
for no in (1, 2):
    with office.work("jb01") as work:
        if any(one.state.name == "READY" for one in print_runs.items_of(work, run, no)):
            print_progress.count(work, run, no, sheets=print_runs.file_of(work, run, no).sheets)
"""


def child(office: Office, keys: Path, where: str) -> int:
    """Go through a run in a process that dies there; how it ended."""
    place = {
        "CHENGXIN_DATABASE": office.engine.url.render_as_string(hide_password=False), "CHENGXIN_KEY_FILE": str(keys)
    }  # fmt: skip
    code = CHILD.replace("WHERE", where).replace("TOWNSHIP", TOWNSHIP)
    ran = subprocess.run([sys.executable, "-c", code], env=os.environ | place, check=False, capture_output=True)
    assert ran.returncode in (0, -signal.SIGKILL), ran.stderr.decode()
    return ran.returncode


def test_a_run_that_is_killed_anywhere_goes_on_and_prints_each_paper_once(
    street: tuple[Office, list[str]], tmp_path: Path, papers: Path
) -> None:
    office, _ = street
    keys = tmp_path / "keys.toml"
    assert child(office, keys, "making") == -signal.SIGKILL
    assert runs(office) == []
    assert child(office, keys, "before the file") == -signal.SIGKILL
    assert list(papers.rglob("*.pdf")) == []
    assert child(office, keys, "after the file") == -signal.SIGKILL
    (left,) = papers.rglob("*.pdf")
    before = left.read_bytes()
    assert child(office, keys, "counting") == -signal.SIGKILL
    assert printings(office) == [], "not one paper of the file that was being counted"
    assert left.read_bytes() == before
    assert child(office, keys, "nowhere") == 0
    assert len(printings(office)) == 8
    with office.reading() as work:
        (run,) = runs(office)
        assert run.number == "PC2026-0001"
        proofs = [print_runs.receipt_of(work, one) for one in items(work, run.number)]
        assert [one.number for one in proofs if one] == [f"试街回〔2026〕{n}号" for n in (1, 2, 3, 4)]
        files = print_runs.files_of(work, run)
        assert {one.value: many for one, many in print_progress.states(work, run).items()} == {"已打印": 4}
    for file in files:
        content = (settings().papers / file.file).read_bytes()
        assert sha256(content).hexdigest() == file.sha256
    assert sorted(one for one in papers.rglob("*") if one.is_file()) == sorted(papers / one.file for one in files)


@pytest.mark.parametrize("per_file", [1, 3])
def test_the_bytes_do_not_depend_on_when_a_file_is_laid_out(
    street: tuple[Office, list[str]], monkeypatch: pytest.MonkeyPatch, per_file: int
) -> None:
    office, _ = street
    monkeypatch.setattr(run_files, "LARGEST", per_file)
    with office.work("jb01") as work:
        number = print_runs.make(work, print_runs.Choice(area=TOWNSHIP)).run.number
    with office.reading() as work:
        run = print_runs.run_of(work, number)
        early = print_runs.lay_out(work, run, 1).pdf
    list(print_runs.write(office, number, "jb01"))
    with office.reading() as work:
        assert print_runs.lay_out(work, run, 1).pdf == early
