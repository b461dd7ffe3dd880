"""文书在何处 (where a paper is): original and copies in the ledger, place in a run, how it went out and came.

Looked up here by whoever prints, hands over or serves; nothing is written.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from integrity.records.ledger import Notice, Printing
from integrity.records.print_runs import PrintItem, PrintNote
from integrity.terms import PrintEvent, PrintState
from integrity.work import Work


def copy_of(work: Work, notice: Notice, copy: int) -> Printing | None:
    """The entry that a copy of a paper was printed, 0 for the original; None when there is none."""
    query = select(Printing).where(
        Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq, Printing.copy_no == copy
    )
    return work.session.exec(query).first()


def original_of(work: Work, notice: Notice) -> Printing | None:
    """原件 (the original): the entry that it was printed; None when it was not."""
    return copy_of(work, notice, 0)


def item_of(work: Work, notice: Notice) -> PrintItem | None:
    """Where a paper, or the paper of this proof of service, stands in a run; None when it stands in none."""
    query = select(PrintItem).where(
        PrintItem.household_id == notice.household_id, PrintItem.state != PrintState.DROPPED,
        (col(PrintItem.notice_seq) == notice.seq) | (col(PrintItem.receipt_seq) == notice.seq),
    )  # fmt: skip
    return work.session.exec(query).first()


def returns(work: Work, item: PrintItem) -> list[PrintNote]:
    """Each time that a paper came back, in order."""
    return notes_on(work, item, PrintEvent.RETURNED)


def handed_on(work: Work, item: PrintItem) -> date | None:
    """When a paper last went out; None when it never did."""
    notes = notes_on(work, item, PrintEvent.HANDED)
    return notes[-1].happened_on if notes else None


def notes_on(work: Work, item: PrintItem, event: PrintEvent) -> list[PrintNote]:
    """What was noted of one kind about one paper of a run, in order."""
    query = select(PrintNote).where(
        PrintNote.run == item.run, PrintNote.item_no == item.no, PrintNote.event == event
    )  # fmt: skip
    return list(work.session.exec(query.order_by(col(PrintNote.id))))
