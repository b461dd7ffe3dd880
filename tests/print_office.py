"""打印批次试验用机关 (an office for the tests of print runs): issued papers of several houses, a run, its pages."""

from __future__ import annotations

import re
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import select

from integrity import households, letters, notices, persons, print_progress, print_runs
from integrity.print_choice import Choice
from integrity.records.ledger import Notice, Printing
from integrity.records.print_runs import PrintItem, PrintRun
from integrity.rules.identity import make_id
from integrity.terms import PaperKind, Relation
from integrity.work import Office, Work
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, furnish, papers

WEST = "370811001002"
STREET = ("试验社区10组1号", "试验社区2组10号", "试验社区二组9号")
"""Addresses, in the order in which they are registered."""
ON = date(2026, 9, 2)
__all__ = ["papers"]


def house(work: Work, n: int, area: str, address: str, name: str) -> int:
    """A household of one person at an address."""
    made = households.register(work, f"FZ{n:06}", area=area, address=address, urban=True, since=date(2026, 1, 1))
    one = persons.register(work, name, id_number=make_id(area[:6], date(1970, 1, 1 + n % 28), 100 + n))
    households.enter_member(work, made, one, no=1, since=date(2026, 1, 1), relation=Relation.HEAD, area=area)
    return made


def issued(office: Office, places: tuple[tuple[str, str], ...], *, kind: PaperKind = PaperKind.F01) -> list[str]:
    """Households at these places, each with one issued paper; the numbers in the order of registration."""
    numbers = []
    with office.work("jb01") as work:
        for n, (area, address) in enumerate(places, start=1):
            made = house(work, n, area, address, f"赵试{'甲乙丙丁戊己庚辛'[n % 8]}")
            numbers.append(paper(work, made, kind).number)
    return numbers


def paper(work: Work, household: int, kind: PaperKind = PaperKind.F01) -> Notice:
    """A paper issued to a household."""
    make = letters.policy_notice if kind is PaperKind.F01 else letters.commitment
    return notices.issue(work, household, kind, f"{kind.name}:{work.today}", partial(make, work, household))


@pytest.fixture
def street(office: Office, clock: SetClock, papers: Path) -> tuple[Office, list[str]]:
    """Three houses of one village and one of another, with a paper each, on 2026-09-02."""
    furnish(office)
    clock.on(ON)
    numbers = issued(office, (*((VILLAGE, one) for one in STREET), (WEST, "河西村1组1号")))
    return office, numbers


def made(office: Office, **choice: object) -> str:
    """A run of the township with its files; its number."""
    with office.work("jb01") as work:
        run = print_runs.make(work, Choice(area=TOWNSHIP, **choice)).run  # type: ignore[arg-type]
    list(print_runs.write(office, run.number, "jb01"))
    return run.number


def counted(office: Office, number: str) -> None:
    """Every file of a run was printed and counted."""
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        for file in print_runs.files_of(work, run):
            print_progress.start(work, run, file.no)
            assert print_progress.count(work, run, file.no, sheets=file.sheets).right


def order_of(office: Office, number: str) -> list[str]:
    """Numbers of the papers of a run, in the order of printing."""
    with office.reading() as work:
        return [print_runs.notice_of(work, one).number for one in items(work, number)]


def items(work: Work, number: str) -> list[PrintItem]:
    """The papers of a run."""
    return print_runs.items_of(work, print_runs.run_of(work, number))


def printings(office: Office) -> list[Printing]:
    """Every entry of printing."""
    with office.reading() as work:
        return list(work.session.exec(select(Printing)))


def runs(office: Office) -> list[PrintRun]:
    """Every run."""
    with office.reading() as work:
        return list(work.session.exec(select(PrintRun)))


def words(pdf: bytes) -> list[str]:
    """The text of each page, without blanks."""
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]
