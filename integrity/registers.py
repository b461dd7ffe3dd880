"""台账 (registers): every promise, finding, check, act, service, public notice and print of an area, line by line.

Lines come in the order of the households' ledgers and are read a few hundred at a time; nothing is counted beforehand.
Names are masked unless a named reviewer says why not; numbers of persons are on no register. Each kind says in
`register_lines` what its columns are and what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from integrity import organs
from integrity.books import Books
from integrity.dossiers import moment_of
from integrity.errors import Invalid, Refused
from integrity.files import write_file
from integrity.periodic import MATTER, name_of, officer_name
from integrity.periods import Period
from integrity.permissions import require
from integrity.records.columns import SHANGHAI
from integrity.register_lines import KINDS, LAST, Kind
from integrity.register_names import Names
from integrity.rules.areas import check, significant
from integrity.work import Work
from reports import registers as press
from reports.faults import PressStopped
from reports.press import Paper
from reports.tables import Cell

UNMASKED = "台账不遮蔽姓名"
_REASON = 4
"""A reason is at least so many characters."""


class Wanted(NamedTuple):
    """要什么台账 (which register is asked for): of what, where, when; `unmask` is the reason for names in full."""

    kind: str
    area: str
    period: Period
    unmask: str = ""


class Made(NamedTuple):
    """做成的台账 (a register that was made): head, moment that it tells of, paper and workbook, if asked for."""

    head: press.Register
    moment: datetime
    paper: Paper | None
    workbook: bytes | None


def kind_of(text: str) -> Kind:
    """The kind of a register by its name, with or without 台账. Raises Invalid."""
    found = next((one for one in KINDS if text.strip() in (one.title, one.title.removesuffix("台账"), one.code)), None)
    if found is None:
        raise Invalid(f"没有“{text}”；可以做的有：{'、'.join(one.title for one in KINDS)}")
    return found


def make(
    work: Work, wanted: Wanted, on: date | None = None, *, pdf: bool = True, xlsx: bool = True, trace: str = ""
) -> Made:  # fmt: skip
    """Make a register and write down that it was made, by whom and why. Raises Forbidden, Refused, Invalid, NotFound.

    `on` is the day or moment as of which it tells; made again as of that moment it has the same lines. `trace` says
    by which export it leaves the house.
    """
    require(work, MATTER, check(wanted.area))
    _may_name(work, wanted)
    kind, until = kind_of(wanted.kind), moment_of(work, on)
    work.close_books(until)
    books = Books(work, wanted.area, wanted.period, until)
    head = _head(books, kind, wanted, trace)
    try:
        paper = press.register_pdf(head, _rows(books, kind, wanted)) if pdf else None
    except PressStopped as fault:
        raise Refused(f"{kind.title}不能印制：{fault}") from fault
    workbook = press.register_xlsx(head, _rows(books, kind, wanted)) if xlsx else None
    said = [f"截至{head.moment}", head.period, "PDF" if pdf else "", "XLSX" if xlsx else "", head.masking]
    said += [f"{paper.pages} 页，文件指纹 {paper.sha256[:16]}"] if paper else []
    work.audit("制作台账", f"{kind.title} {wanted.area}", "；".join(one for one in said if one))
    return Made(head, until, paper, workbook)


class Leaf(NamedTuple):
    """台账的一页 (page of a register): its columns, some lines with names masked, and the key of the last line."""

    kind: Kind
    moment: datetime
    rows: list[tuple[Cell, ...]]
    last: tuple[int, int] | None
    """None where there is nothing behind it."""


def leaf(work: Work, wanted: Wanted, until: datetime, *, after: tuple[int, int] = (-1, -1), most: int = 50) -> Leaf:
    """Some lines of a register, to look at; nothing is made. Raises Forbidden, Invalid."""
    require(work, MATTER, check(wanted.area))
    kind = kind_of(wanted.kind)
    books = Books(work, wanted.area, wanted.period, until, after=after, most=most)
    rows = list(kind.lines(books, Names(books, whole=False)))
    return Leaf(kind, until, rows, books.kept.get(LAST) if len(rows) == most else None)


def _may_name(work: Work, wanted: Wanted) -> None:
    """Names in full: by whom, and why? Raises Forbidden, Refused."""
    if wanted.unmask:
        require(work, UNMASKED, wanted.area)
        if len(wanted.unmask.strip()) < _REASON:
            raise Refused(f"台账上写全姓名，须写明用途（不少于{_REASON}个字），用途记入操作日志")


def _rows(books: Books, kind: Kind, wanted: Wanted) -> Iterator[tuple[Cell, ...]]:
    return kind.lines(books, Names(books, whole=bool(wanted.unmask)))


def _head(books: Books, kind: Kind, wanted: Wanted, trace: str = "") -> press.Register:
    work, at = books.work, books.until.astimezone(SHANGHAI)
    masking = f"姓名未遮蔽，用途：{wanted.unmask.strip()}" if wanted.unmask else "姓名已遮蔽，没有证件号码"
    return press.Register(
        title=kind.title, number=f"账{kind.code}-{significant(wanted.area) or '000000'}-{at:%Y%m%d%H%M%S}",
        organ=organs.organ_of(work, wanted.area, at.date()).name, area=name_of(work, wanted.area, at.date()),
        period=wanted.period.name, moment=f"{at:%Y-%m-%d %H:%M:%S.%f}", masking=masking,
        printed_by=officer_name(work), made_on=at.date(), fields=kind.fields, note=kind.note,
        trace=trace,
    )  # fmt: skip


def write(made: Made, folder: Path) -> list[Path]:
    """Put what was made into a folder; where it lies."""
    written = []
    for content, kind in ((made.paper.pdf if made.paper else None, "pdf"), (made.workbook, "xlsx")):
        if content is not None:
            written.append(folder / f"{made.head.number}.{kind}")
            write_file(written[-1], content)
    return written
