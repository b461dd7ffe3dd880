"""打印批次 (print runs): which papers lie in which file on which pages, how far each has come, and what went wrong.

The ledger says what was printed and served; these tables say what the printer still has to do. They hold no personal
data: names and addresses on a manifest are read from the ledger as it stood when the run was made.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from ..terms import PrintEvent, PrintState
from .columns import Day, Moment, coded
from .erasable import GONE

OPEN = "state IN ('READY', 'PRINTING')"
"""Of a paper that still waits for the printer; said in the same letters wherever the index of these is to be used."""


class PrintRun(SQLModel, table=True):
    """打印批次 (print run): its number, for which area, on which choice, by whom and when. It never changes."""

    __tablename__ = "print_run"
    __table_args__ = (CheckConstraint("papers > 0", name="ck_print_run_papers"),)
    number: str = Field(primary_key=True, max_length=20)
    area: str = Field(max_length=12, index=True)
    chosen: str = Field(max_length=400, description="the choice, in words")
    apart: bool = Field(default=False, description="proofs of service on sheets of their own")
    papers: int
    made_on: date = Field(sa_type=Day, index=True)
    made_at: datetime = Field(sa_type=Moment)
    made_by: str = Field(max_length=40)


class PrintFile(SQLModel, table=True):
    """打印文件 (file of a run): written once, when `sha256` is set; the same rows give the same bytes again."""

    __tablename__ = "print_file"
    run: str = Field(primary_key=True, max_length=20, foreign_key="print_run.number")
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    file: str = Field(max_length=200, description="the file in the papers' directory")
    sha256: str = Field(default="", max_length=64)
    pages: int = Field(default=0, description="pages of the PDF, blank ones among them")
    sheets: int = Field(default=0, description="sheets of paper, printed on both sides")


class PrintItem(SQLModel, table=True):
    """批次中的文书 (paper of a run) with its proof of service, its pages in the file, and how far it has come."""

    __tablename__ = "print_item"
    __table_args__ = (
        ForeignKeyConstraint(["run", "file_no"], ["print_file.run", "print_file.no"], name="fk_print_item_file"),
        CheckConstraint("state <> 'SERVED'", name="ck_print_item_state"),
        Index(  # a paper waits in one run at a time, and is printed by one
            "uq_print_item_live", "household_id", "notice_seq", unique=True,
            sqlite_where=text("state <> 'DROPPED'"), postgresql_where=text("state <> 'DROPPED'"),
        ),
        Index(  # the few that wait for the printer, among all that were ever printed
            "ix_print_item_open", "run", sqlite_where=text(OPEN), postgresql_where=text(OPEN),
        ),
    )  # fmt: skip
    run: str = Field(primary_key=True, max_length=20, foreign_key="print_run.number")
    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    file_no: int
    household_id: int = Field(foreign_key="household.id", index=True)
    notice_seq: int
    receipt_seq: int | None = None
    posted: bool = False
    first_page: int = 0
    pages: int = 0
    receipt_page: int = 0
    receipt_pages: int = 0
    sheets: int = 0
    template_sha256: str = Field(default="", max_length=64)
    receipt_template: str = Field(default="", max_length=64)
    variant: str = Field(default="", max_length=20, description="large, cover; of the paper, not of its proof")
    edition: str = Field(default="", max_length=64)
    receipt_edition: str = Field(default="", max_length=64)
    content: str = Field(default="", max_length=64)
    receipt_content: str = Field(default="", max_length=64)
    state: PrintState = Field(default=PrintState.READY, sa_type=coded(PrintState))


class PrintNote(SQLModel, table=True):
    """批次记事 (note on a run): spoiled sheets, wrong counts, hand-over, returned mail; never changed."""

    __tablename__ = "print_note"
    id: int | None = Field(default=None, primary_key=True)
    run: str = Field(max_length=20, foreign_key="print_run.number", index=True)
    file_no: int | None = None
    item_no: int | None = None
    event: PrintEvent = Field(sa_type=coded(PrintEvent))
    happened_on: date = Field(sa_type=Day)
    page: int | None = Field(default=None, description="page of the file, or pages that were counted")
    told: str = Field(default="", max_length=400)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


FILE_FORWARD = (
    "NEW.run = OLD.run AND NEW.no = OLD.no AND NEW.file = OLD.file AND OLD.sha256 = '' AND length(NEW.sha256) = 64"
)
"""A file is written once."""
_SAME = ("run", "no", "file_no", "household_id", "notice_seq", "posted", "variant")
_WRITTEN = (
    "first_page", "pages", "receipt_page", "receipt_pages", "sheets", "template_sha256", "receipt_template",
    "edition", "receipt_edition", "content", "receipt_content",
)  # fmt: skip
_STEPS = {
    "READY": ("PRINTING", "PRINTED", "DROPPED"), "PRINTING": ("PRINTED", "DROPPED"), "PRINTED": ("HANDED", "RETURNED"),
    "HANDED": ("RETURNED",), "RETURNED": ("HANDED",),
}  # fmt: skip
_ITEM_ON = " AND ".join((
    *(f"NEW.{name} = OLD.{name}" for name in _SAME), "NEW.receipt_seq IS NOT DISTINCT FROM OLD.receipt_seq",
    "((NEW.state = OLD.state AND OLD.state IN ('READY', 'PRINTING') AND OLD.pages = 0 AND NEW.pages > 0) OR ("
    + " AND ".join(f"NEW.{name} = OLD.{name}" for name in _WRITTEN)
    + " AND (" + " OR ".join(
        f"(OLD.state = '{old}' AND NEW.state IN ({', '.join(repr(one) for one in new)}))"
        for old, new in _STEPS.items()
    ) + ")))",
))  # fmt: skip
_DESTROYED = "EXISTS (SELECT 1 FROM destruction d WHERE d.household_id = OLD.household_id)"
_ITEM_EMPTIED = " AND ".join((
    *(f"NEW.{name} = OLD.{name}" for name in (*_SAME[:-1], *_WRITTEN, "state")),
    "NEW.receipt_seq IS NOT DISTINCT FROM OLD.receipt_seq", "NEW.variant = ''", _DESTROYED,
))  # fmt: skip
ITEM_FORWARD = f"(({_ITEM_ON}) OR ({_ITEM_EMPTIED}))"
"""Its pages are set once; then it only goes on. What was printed never waits for the printer again.

In which variant a household got its papers is emptied with its personal data.
"""
NOTE_EMPTIED = " AND ".join((
    *(f"NEW.{name} = OLD.{name}" for name in ("id", "run", "event", "happened_on", "recorded_at", "recorded_by")),
    *(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in ("file_no", "item_no", "page")),
    f"NEW.told = '{GONE}'",
    "EXISTS (SELECT 1 FROM print_item i JOIN destruction d ON d.household_id = i.household_id "
    "WHERE i.run = OLD.run AND i.no = OLD.item_no)",
))  # fmt: skip
"""What was told of a paper goes with the personal data of its household."""
