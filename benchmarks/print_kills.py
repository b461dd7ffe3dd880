"""Kill -9 while a print run is made, laid out and counted: each paper printed once, each file whole, the same bytes.

    python benchmarks/print_kills.py [--papers 1000] [--kills 50] [--database sqlite|postgresql]

Two copies of one office with issued papers go through a run: make, lay out every file, count every file. One is left
alone; in the other the process is killed at random moments and started again. Then numbers, rows, ledger entries and
the bytes of every file are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, text
from sqlmodel import select
from trials.killing import Trial, arguments, files_of, try_out

from integrity import households, letters, papers, persons, print_progress, print_runs
from integrity.cli.offices import set_up
from integrity.print_choice import Choice
from integrity.records.columns import SHANGHAI
from integrity.records.office import Officer, Organ
from integrity.records.print_runs import PrintRun
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import PaperKind, PrintState, Relation, Role
from integrity.work import Office, open_office
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


def once(connection: Connection, home: Path, named: Mapping[str, str]) -> dict[str, str]:
    """Each paper was printed once, and nothing lies on the disk but the files of the run."""
    query = "SELECT count(*) FROM (SELECT 1 FROM printing GROUP BY household_id, notice_seq HAVING count(*) > 1) x"
    assert not connection.execute(text(query)).scalar(), "a number was printed twice"
    printed = connection.execute(text("SELECT count(*) FROM printing")).scalar()
    assert files_of(home) == sorted(named), files_of(home)
    return {"entries": str(printed), "files": str(len(named))}


def main() -> None:
    """Build, run both ways, compare."""
    parser = arguments(__doc__, kills=50)
    parser.add_argument("--papers", type=int, default=1000)
    parser.add_argument("--per-file", type=int, default=run_files.LARGEST)
    chosen = parser.parse_args()
    if chosen.child is not None:
        work_through(chosen.child)
        return
    trial = Trial(
        program=__file__, build=partial(build, chosen.papers), told=lambda _: int(chosen.per_file), compared=COMPARED,
        least=1.5, also=once,
    )  # fmt: skip
    print(f"{try_out(trial, chosen)} in a run of {chosen.papers} papers")


if __name__ == "__main__":
    main()
