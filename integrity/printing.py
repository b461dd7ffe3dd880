"""打印 (printing): issued papers to PDF files, each original once, every further copy marked 补打.

A file is in its place before the ledger says that it was printed. When the process dies in between, the next run writes
the same bytes under the same name, because a paper's bytes depend on its frozen content only.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from integrity import areas, regional
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.papers import by_hand, content, inspect, write_file
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice, Printing
from integrity.rules.areas import code_range
from integrity.rules.writing import read_document_number
from integrity.settings import settings
from integrity.terms import PaperKind
from integrity.work import Work
from reports.faults import PressStopped
from reports.forms import Letter
from reports.press import PART, Paper, Place, render_letter, render_run, version_of
from reports.regional import RegionalForm

Made = tuple[Notice, Letter, RegionalForm | None]
"""A paper ready for the press, with the region's own form of it where there is one."""


def unprinted(work: Work, township: str) -> list[Notice]:
    """Issued papers of a township that have no original yet, by kind and number."""
    low, high = code_range(township)
    printed = select(Printing.notice_seq).where(
        Printing.household_id == Notice.household_id, Printing.notice_seq == Notice.seq
    )
    query = select(Notice).where(Notice.area >= low, Notice.area < high, ~printed.exists())
    return sorted(work.session.exec(query), key=_order)


def _order(notice: Notice) -> tuple[str, str, int, int]:
    number = read_document_number(notice.number)
    return notice.kind.name, number.prefix, number.year, number.n


def print_run(work: Work, township: str, *, most: int = PART) -> str:
    """Print what waits in a township, at most `most` papers, one kind a file; a summary with what a person must do."""
    day = work.due.astimezone(SHANGHAI).date()
    done, faults = [], []
    for kind, waiting in groupby(islice(unprinted(work, township), most), key=lambda one: one.kind):
        good: list[Made] = []
        for notice in waiting:
            try:
                letter = content(work, notice)
                inspect(letter)
                good.append((notice, letter, regional.in_force(notice.area, letter)))
            except (ChengxinError, PressStopped) as fault:
                faults.append(f"{notice.number}：{fault}")
        for start in range(0, len(good), PART):
            file, many = _print_file(work, township, day, kind, good[start : start + PART])
            done.append(f"{file} {many} 份")
    for reason in faults:
        work.audit("文书打印需人工处理", township, reason)
    return ("，".join(done) or "没有待印文书") + by_hand(faults)


def _print_file(work: Work, township: str, day: date, kind: PaperKind, letters: list[Made]) -> tuple[str, int]:
    """One file of at most `PART` papers, and a printing entry for each."""
    run = render_run([letter for _, letter, _ in letters], [template for _, _, template in letters])
    for used in {one.sha256: one for _, _, one in letters if one}.values():
        regional.keep(work, used)
    file = _free_name(work, township, day, kind)
    write_file(settings().papers / file, run.pdf)
    digest = sha256(run.pdf).hexdigest()
    for (notice, letter, template), place in zip(letters, run.items, strict=True):
        _enter(work, notice, version_of(letter, template), place, pdf_sha256=digest, file=file)
    return file, len(letters)


def _free_name(work: Work, township: str, day: date, kind: PaperKind) -> str:
    """The first file name of the day that no printing entry carries; a file that none carries is written over."""
    code = f"{place_name(work, township, day)}{township[:9]}-{kind.name}"
    taken = set(work.session.exec(select(Printing.file).where(col(Printing.file).startswith(f"{day}/"))))
    n = 1
    while f"{day}/{code}-{n}.pdf" in taken:
        n += 1
    return f"{day}/{code}-{n}.pdf"


def place_name(work: Work, code: str, on: date) -> str:
    """The name of an area for a file name; "" when it is not loaded or not fit for one."""
    try:
        name = areas.area(work, code, on).name
    except NotFound:
        return ""
    return "" if "/" in name or name.startswith(".") else name


def _enter(
    work: Work, notice: Notice, template: str, place: Place, *, pdf_sha256: str, file: str, copy: int = 0
) -> Printing:
    """The ledger's entry of one printing."""
    return work.append(
        notice.household_id,
        Printing(
            happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=copy, pdf_sha256=pdf_sha256,
            template_sha256=template, file=file, first_page=place.first_page, pages=place.pages,
        ),
    )  # fmt: skip


def original(work: Work, notice: Notice) -> Path:
    """The file with the original, printed now when there is none yet. Raises Refused; NotFound when it is gone."""
    entry = work.session.exec(_copies(notice).where(Printing.copy_no == 0)).first()
    if entry is None:
        return _print_single(work, notice, 0)
    path = settings().papers / entry.file
    if not path.is_file():
        raise NotFound(f"文书 {notice.number} 已经打印过，文件 {entry.file} 已不在，请补打")
    return path


def reprint(work: Work, notice: Notice) -> Path:
    """补打: a further copy, marked as such with its number. Raises Refused before the original was printed."""
    last = work.session.exec(select(func.max(Printing.copy_no)).where(*_of(notice))).one()
    if last is None:
        raise Refused(f"文书 {notice.number} 还没有打印原件，不能补打")
    work.audit("补打文书", notice.number, f"第 {last + 1} 份")
    return _print_single(work, notice, last + 1)


def reproduce(work: Work, notice: Notice, copy: int = 0) -> Paper:
    """The paper of a copy once more, from its frozen content and in the form in which the original was printed.

    The same data and templates give the same bytes. Raises Refused; NotFound, Invalid when that form is gone.
    """
    return _rendered(notice, *_ready(work, notice, copy))


def _ready(work: Work, notice: Notice, copy: int) -> tuple[Letter, RegionalForm | None]:
    letter = content(work, notice, copy=copy)
    first = work.session.exec(_copies(notice).where(Printing.copy_no == 0)).first()
    try:
        if first is not None:
            return letter, regional.kept(work, letter, first.template_sha256)
        return letter, regional.in_force(notice.area, letter)
    except PressStopped as fault:
        raise Refused(f"文书 {notice.number} 不能印制：{fault}") from fault


def _rendered(notice: Notice, letter: Letter, template: RegionalForm | None) -> Paper:
    try:
        return render_letter(letter, template)
    except PressStopped as fault:
        raise Refused(f"文书 {notice.number} 不能印制：{fault}") from fault


def verify_copy(work: Work, notice: Notice, pdf: bytes) -> Printing | None:
    """The printing entry whose file has exactly these bytes; None when this file is not ours or was altered."""
    return work.session.exec(_copies(notice).where(Printing.pdf_sha256 == sha256(pdf).hexdigest())).first()


def _print_single(work: Work, notice: Notice, copy: int) -> Path:
    letter, template = _ready(work, notice, copy)
    paper = _rendered(notice, letter, template)
    if template:
        regional.keep(work, template)
    file = f"{work.today}/{notice.number}{f'-补打{copy}' if copy else ''}.pdf"
    write_file(settings().papers / file, paper.pdf)
    place = Place(notice.number, 0, 1, paper.pages, paper.data_sha256)
    _enter(work, notice, paper.template_sha256, place, pdf_sha256=paper.sha256, file=file, copy=copy)
    return settings().papers / file


def _of(notice: Notice) -> tuple[bool, bool]:
    return Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq


def _copies(notice: Notice) -> SelectOfScalar[Printing]:
    return select(Printing).where(*_of(notice))
