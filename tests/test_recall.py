"""通知书撤回 (recalled notices): a check that was made is announced to nobody, wherever its notice waits."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from integrity import notices, print_progress, print_runs, rechecks
from integrity.papers import by_number, issue
from integrity.print_choice import Choice
from integrity.print_places import original_of
from integrity.records.seals import PaperEnd
from integrity.terms import PaperKind, RecheckResult
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import VILLAGE
from tests.test_pages_daily import THREE, TWO, three

__all__ = ["desks", "papers", "three"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_notice_that_waits_in_a_run_is_taken_out_of_the_stack(
    three: list[int], desks: Desks, office: Office, clock: SetClock
) -> None:
    asked = {}
    with office.work("jb01", due=office.clock()) as work:
        for household in three[1:]:
            wanted = notices.wanted_now(work, household, PaperKind.F11)
            asked[household] = issue(work, household, wanted.kind, wanted.subject, wanted.draft).number
        run = print_runs.make(work, Choice(area=VILLAGE)).run.number
    list(print_runs.write(office, run, "jb01"))
    clock.on(date(2026, 9, 3))
    with office.work("jb01") as work:
        pair = ("xz01", "xl01")
        rechecks.complete(work, three[1], RecheckResult.UNCHANGED, on=work.today, visitors=pair)
    with office.work("jb01") as work:
        (file,) = print_runs.files_of(work, print_runs.run_of(work, run))
        print_progress.start(work, print_runs.run_of(work, run), file.no)
        counted = print_progress.count(work, print_runs.run_of(work, run), file.no, sheets=file.sheets)
        assert counted.right
        assert any(f"{asked[three[1]]} 已撤回或者被替换，请抽出销毁" in one for one in counted.told), counted.told
        gone, kept = (by_number(work, asked[one]) for one in three[1:])
        assert (original_of(work, gone) is None, original_of(work, kept) is None) == (True, False)
        ended = work.session.exec(select(PaperEnd)).all()
        assert {one.reason for one in ended} == {"核查已经完成，通知书没有发出"}
        assert len(ended) == 2, "the notice and its proof of service"
    for number, waits in ((TWO, False), (THREE, True)):
        page = desks("jb01").page(f"/households/{number}/papers")
        assert ("已撤回" in page, "待送达" in page) == (not waits, waits), number
