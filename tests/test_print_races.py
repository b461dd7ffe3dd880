"""两人同时印制 (two at once): a paper has one original, whoever prints it, and nobody is left with a run that hangs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from integrity import papers as issued
from integrity import print_progress, print_runs, printing
from integrity.errors import Refused
from integrity.print_choice import Choice
from integrity.records.ledger import Printing
from integrity.terms import PrintState
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, papers
from tests.print_office import counted, items, made, street

__all__ = ["papers", "street"]
Street = tuple[Office, list[str]]


def originals(office: Office) -> list[tuple[int, int]]:
    with office.reading() as work:
        query = select(Printing.household_id, Printing.notice_seq).where(Printing.copy_no == 0)
        return sorted(work.session.exec(query))


def test_whoever_comes_second_leaves_out_what_the_first_took(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between choosing and locking another officer makes the same run; on SQLite he would have waited outside."""
    office, numbers = street
    if office.engine.dialect.name != "postgresql":
        pytest.skip("one writer at a time")
    lock = print_runs.lock

    def overtaken(work: object, ids: set[int]) -> None:
        monkeypatch.setattr(print_runs, "lock", lock)
        with office.work("fh01") as other:
            print_runs.make(other, Choice(area=TOWNSHIP))
        lock(work, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(print_runs, "lock", overtaken)
    with pytest.raises(Refused, match="刚才已由他人编入批次 PC2026-0001"), office.work("jb01") as work:
        print_runs.make(work, Choice(area=TOWNSHIP))
    with office.reading() as work:
        assert len(items(work, "PC2026-0001")) == len(numbers)


def test_an_original_from_the_desk_is_left_out_of_the_count(street: Street) -> None:
    """The run was laid out; then the same paper's original was entered from the desk by an earlier program."""
    office, numbers = street
    run = made(office)
    with office.work("jb01") as work:
        print_progress.start(work, print_runs.run_of(work, run), 1)
        sheets = print_runs.file_of(work, print_runs.run_of(work, run), 1).sheets
        notice = issued.by_number(work, numbers[0])
        work.append(notice.household_id, Printing(
            happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=0, pdf_sha256="a" * 64,
            template_sha256="b" * 64, file="甲.pdf", first_page=1, pages=1,
        ))  # fmt: skip
    with office.work("jb01") as work:
        done = print_progress.count(work, print_runs.run_of(work, run), 1, sheets=sheets)
    assert any(f"{numbers[0]}" in one and "只留一份原件" in one for one in done.told)
    with office.reading() as work:
        states = [one.state for one in items(work, run) if print_runs.notice_of(work, one).number == numbers[0]]
    assert states == [PrintState.DROPPED]
    assert len(originals(office)) == len(set(originals(office)))


def test_a_paper_in_a_run_is_not_printed_at_the_desk(street: Street, clock: SetClock) -> None:
    office, numbers = street
    run = made(office)
    with pytest.raises(Refused, match=f"打印批次 {run}"), office.work("jb01") as work:
        printing.original(work, issued.by_number(work, numbers[0]))
    clock.on(date(2026, 11, 20))
    counted(office, run)
    assert len(originals(office)) == len(set(originals(office)))


def test_one_officer_does_not_spoil_the_same_paper_for_ever(street: Street) -> None:
    office, _ = street
    run = made(office)
    counted(office, run)
    for who in ("jb01", "jb01"):
        with office.work(who) as work:
            print_progress.spoil(work, print_runs.run_of(work, run), 1, page=1, reason="卡纸")
    with pytest.raises(Refused, match="另一名工作人员"), office.work("jb01") as work:
        print_progress.spoil(work, print_runs.run_of(work, run), 1, page=1, reason="卡纸")
    with office.work("fh01") as work:
        assert print_progress.spoil(work, print_runs.run_of(work, run), 1, page=1, reason="卡纸").is_file()
