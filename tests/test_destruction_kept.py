"""销毁账外的登记 (destruction of what is kept beside the ledger): reading needs, notes on printed papers, ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from integrity import bookcheck, print_runs, print_wishes, printing, seals
from integrity.print_wishes import Asked
from integrity.records.erasable import GONE
from integrity.records.ledger import Notice, Printing
from integrity.records.office import Audit
from integrity.records.print_runs import PrintFile, PrintItem, PrintNote, PrintRun
from integrity.records.seals import PaperEnd
from integrity.records.wishes import PrintWish
from integrity.terms import PrintEvent
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import papers
from tests.test_destruction import NAME, destroy, left

__all__ = ["left", "papers"]
ON = date(2026, 7, 8)
EMPTYING = (
    f"UPDATE print_wish SET large = false, cover = false, asked_by = '{GONE}'",
    f"UPDATE print_note SET told = '{GONE}'",
    f"UPDATE paper_end SET reason = '{GONE}'",
    "UPDATE print_item SET variant = ''",
)


@pytest.fixture
def kept(left: Office, clock: SetClock) -> Office:
    """What the office wrote down beside the ledgers of the first and the third household."""
    with left.work("jb01") as work:
        for household in (1, 3):
            print_wishes.remember(work, household, Asked(large=True, cover=True), "监护人")
            notice = work.session.exec(select(Notice).where(Notice.household_id == household)).one()
            printing.reprint(work, notice, Asked(large=True))
            run = f"印2026-{household}"
            stamp: dict[str, Any] = {"made_on": ON, "made_at": work.now, "made_by": "jb01"}
            work.put(PrintRun(number=run, area="370811001000", chosen="试验街道", papers=1, **stamp))
            work.put(PrintFile(run=run, no=1, file=f"{run}.pdf"))
            work.flush()
            item = {"household_id": household, "notice_seq": notice.seq, "variant": "large+cover"}
            work.put(PrintItem(run=run, no=1, file_no=1, **item))
            for told, no in ((f"{NAME}拒收", 1), ("应为 2 页，清点 1 页", None)):
                print_runs.note(work, run, PrintEvent.RETURNED, told, item_no=no)
    with left.work("sp01") as work:
        for notice in work.session.exec(select(Notice).where(col(Notice.household_id).in_((1, 3)))).all():
            seals.end(work, notice.number, reason=f"{NAME}的住址写错")
    clock.on(date(2037, 1, 7))  # five years after the copy of 2032
    return left


def of(office: Office, household: int) -> list[Any]:
    """Needs, notes, variants and reasons that are kept of a household."""
    with office.reading() as work:
        wish = work.session.exec(select(PrintWish).where(PrintWish.household_id == household)).one()
        run = f"印2026-{household}"
        notes = work.session.exec(select(PrintNote.told).where(PrintNote.run == run).order_by(col(PrintNote.id)))
        item = work.session.exec(select(PrintItem.variant).where(PrintItem.run == run)).one()
        ends = select(PaperEnd.reason).join(Notice, col(Notice.number) == col(PaperEnd.number))
        end = work.session.exec(ends.where(Notice.household_id == household)).one()
        copies = work.session.exec(select(Printing.variant).where(Printing.household_id == household))
        return [(wish.large, wish.cover, wish.asked_by), list(notes), item, end, list(copies)]


def test_nothing_of_it_outlives_the_household_and_others_keep_theirs(kept: Office) -> None:
    before = [(True, True, "监护人"), [f"{NAME}拒收", "应为 2 页，清点 1 页"], "large+cover", f"{NAME}的住址写错"]
    assert of(kept, 1)[:4] == before
    assert "large+cover" in of(kept, 1)[4]
    destroy(kept, 1)
    gone = of(kept, 1)
    assert gone[:4] == [(False, False, GONE), [GONE, "应为 2 页，清点 1 页"], "", GONE]
    assert set(gone[4]) <= {"", None, GONE}
    assert of(kept, 3)[:4] == before
    with kept.reading() as work:
        assert list(bookcheck.faults(work)) == []
        logged = work.session.exec(select(Audit.detail).where(Audit.action == "登记阅读需要")).all()
    assert not [one for one in logged if "大字" in one]


@pytest.mark.parametrize("statement", EMPTYING)
def test_the_database_empties_them_after_a_destruction_only(kept: Office, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"只能追加|不允许这样修改"), kept.engine.begin() as connection:
        connection.execute(text(statement))
    destroy(kept, 1)
    for other in (statement, statement.replace(GONE, "别的话"), statement.replace("= false", "= true")):
        with pytest.raises(DBAPIError, match=r"只能追加|不允许这样修改"), kept.engine.begin() as connection:
            connection.execute(text(other))
    assert of(kept, 3)[0] == (True, True, "监护人")
