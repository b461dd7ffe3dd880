"""打印 (printing): one issued paper to a PDF file, the original once, every further copy marked 补打.

A file is in its place before the ledger says that it was printed. When the process dies in between, the next print has
the same bytes and name, because a paper's bytes depend on its frozen content only. Runs of papers: `print_runs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from integrity import areas, print_styles, regional, seals
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.files import write_once
from integrity.papers import kept
from integrity.print_places import copy_of, item_of, original_of
from integrity.print_wishes import UNASKED, Asked, chosen, need_of, variant_of
from integrity.records.ledger import Notice, Printing
from integrity.rules.stated import unprintable
from integrity.settings import settings
from integrity.work import Work
from reports import editions
from reports.faults import PressStopped
from reports.press import NORMAL, Item, Paper, Variant, drafts, render

_RUNNING = re.compile(r"〕\d+号$")


def place_name(work: Work, code: str, on: date) -> str:
    """The name of an area for a file name; "" when it is not loaded or not fit for one."""
    try:
        name = areas.area(work, code, on).name
    except NotFound:
        return ""
    return "" if "/" in name or name.startswith(".") or unprintable(name) else name


def original(work: Work, notice: Notice, asked: Asked = UNASKED) -> Path:
    """The file with the original, printed now when there is none yet. Raises Refused; NotFound when it is gone."""
    work.lock(notice.household_id)  # before looking: a run may be taking this paper in at the same moment
    entry = original_of(work, notice)
    if entry is None:
        _not_in_run(work, notice)
        return _print_single(work, notice, 0, asked)
    used = variant_of(entry.variant)
    if (asked.large, asked.cover) not in _alike(used):
        raise Refused(f"文书 {notice.number} 已经打印过（{used.name}），不再打印原件；要别的版式，请补打")
    path = settings().papers / entry.file
    if not path.is_file():
        raise NotFound(f"文书 {notice.number} 已经打印过，文件 {entry.file} 已不在，请补打")
    return path


def _alike(used: Variant) -> set[tuple[bool | None, bool | None]]:
    """What may be asked of a paper that was printed in this variant."""
    return {(large, cover) for large in (None, used.large) for cover in (None, used.cover)}


def _not_in_run(work: Work, notice: Notice) -> None:
    """A paper that waits in a run is printed there: no second original must be made. Raises Refused."""
    placed = item_of(work, notice)
    if placed is not None:
        raise Refused(
            f"文书 {notice.number} 在打印批次 {placed.run} 第 {placed.file_no} 册等待打印，请打印该册并清点；"
            f"要单独打印的，先撤销：chengxin print cancel {placed.run} --file {placed.file_no}"
        )


def reprint(work: Work, notice: Notice, asked: Asked = UNASKED) -> Path:
    """补打: a further copy, marked as such with its number. Raises Refused before the original was printed."""
    last = work.session.exec(select(func.max(Printing.copy_no)).where(*_of(notice))).one()
    if last is None:
        raise Refused(f"文书 {notice.number} 还没有打印原件，不能补打")
    work.audit("补打文书", notice.number, f"第 {last + 1} 份")
    return _print_single(work, notice, last + 1, asked)


def reproduce(work: Work, notice: Notice, copy: int = 0) -> Paper:
    """The paper of a copy once more: the bytes that were printed, or the page as it lies in its run.

    From its frozen content, in the templates and the variant of that print. Raises Refused when something else would
    come out (it says which press printed it and which is here); NotFound, Invalid when a kept form is gone or altered.
    A paper that was never printed comes as it would be printed now.
    """
    entry = copy_of(work, notice, copy)
    item = _printed(work, notice, entry) if entry else _fresh(work, notice, copy, UNASKED)
    paper = _rendered(notice, item)
    if entry:
        print_styles.compare(work, notice, entry, item, paper)
    return paper


def to_draft(work: Work, notice: Notice) -> Item:
    """样稿的内容 (what a draft is set from): a paper that this piece of work takes back, under the number 0."""
    return as_draft(_fresh(work, notice, 0, UNASKED))


def as_draft(item: Item) -> Item:
    """The same under the number 0, without a code that could be verified."""
    letter = replace(item.letter, number=_RUNNING.sub("〕0号", item.letter.number))
    return replace(item, letter=letter, code="", variant=NORMAL, frozen=b"")


def drafted(items: Sequence[Item]) -> bytes:
    """样稿 (drafts) as one file; set without the books, which others write meanwhile. Raises Refused."""
    try:
        return drafts(items)
    except PressStopped as fault:
        raise Refused(f"不能印出样稿：{fault}") from fault


def every_variant(work: Work, notice: Notice, copy: int = 0) -> Iterator[Paper]:
    """The paper of a copy as it was printed, then in each variant that it could have. Raises as `reproduce`."""
    entry = copy_of(work, notice, copy)
    item = _printed(work, notice, entry) if entry else _fresh(work, notice, copy, UNASKED)
    yield _rendered(notice, item)
    for cover in (False, True) if item.letter.plain() else (False,):
        for large in (False, True):
            if (variant := Variant(large=large, cover=cover)) != item.variant:
                yield _rendered(notice, replace(item, variant=variant, kept=None))


def other_press(work: Work, notice: Notice, copy: int = 0) -> str:
    """另一版程序 (another press): in words, when a copy was printed by another press than the one here; "" otherwise.

    Raises NotFound, Invalid when the kept form is gone or altered.
    """
    entry = copy_of(work, notice, copy)
    if entry is None or entry.edition_sha256 is None:
        return ""
    return editions.differing(_printed(work, notice, entry).edition.press, editions.press())


def _printed(work: Work, notice: Notice, entry: Printing) -> Item:
    """What was printed: content, form, check code, variant, templates. Raises Refused, NotFound, Invalid."""
    (letter, body), code = kept(work, notice, copy=entry.copy_no), seals.code_of(work, notice.number)
    print_styles.same_code(notice, entry, code)
    try:
        form = regional.kept(work, letter, entry.template_sha256)
    except PressStopped as fault:
        raise Refused(f"文书 {notice.number} 不能印制：{fault}") from fault
    item = Item(letter, form, code, variant_of(entry.variant), frozen=body)
    return print_styles.set_as(item, entry.edition_sha256)


def _fresh(work: Work, notice: Notice, copy: int, asked: Asked) -> Item:
    """What is printed now: in the form and the templates of the original where there is one, as the household needs."""
    first, need = original_of(work, notice), need_of(work, notice.household_id)
    if first is not None:
        like = _printed(work, notice, first)
        letter = replace(like.letter, copy=copy)
        variant = chosen(need or like.variant, letter, asked)
        item = replace(like, letter=letter, variant=variant, kept=None)
        return print_styles.set_like(item, first.edition_sha256) if variant == like.variant else item
    letter, body = kept(work, notice, copy=copy)
    try:
        form = regional.in_force(notice.area, letter)
    except PressStopped as fault:
        raise Refused(f"文书 {notice.number} 不能印制：{fault}") from fault
    return Item(letter, form, seals.code_of(work, notice.number), chosen(need, letter, asked), frozen=body)


def _rendered(notice: Notice, item: Item) -> Paper:
    try:
        return render(item)
    except PressStopped as fault:
        raise Refused(f"文书 {notice.number} 不能印制：{fault}") from fault


def verify_copy(work: Work, notice: Notice, pdf: bytes) -> Printing | None:
    """The printing entry whose paper has exactly these bytes; None when this file is not ours or was altered.

    A paper of a run may come as the file of its run, or as printed again by itself.
    """
    entries = work.session.exec(_copies(notice).order_by(col(Printing.copy_no))).all()
    digest = sha256(pdf).hexdigest()
    for entry in entries:
        if entry.pdf_sha256 == digest:
            return entry
    for entry in entries:
        try:
            if reproduce(work, notice, entry.copy_no).sha256 == digest:
                return entry
        except ChengxinError:  # what cannot be printed again can be told by its bytes only
            continue
    return None


def _print_single(work: Work, notice: Notice, copy: int, asked: Asked) -> Path:
    item = _fresh(work, notice, copy, asked)
    paper = _rendered(notice, item)
    if item.regional:
        regional.keep(work, item.regional)
    print_styles.keep(item.edition)
    file = f"{work.today}/{notice.number}{f'-补打{copy}' if copy else ''}.pdf"
    write_once(settings().papers / file, paper.pdf)
    work.append(
        notice.household_id,
        Printing(
            happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=copy, pdf_sha256=paper.sha256,
            template_sha256=paper.template_sha256, file=file, first_page=1, pages=paper.pages,
            **print_styles.detail(item, paper.content_sha256),
        ),
    )  # fmt: skip
    return settings().papers / file


def _of(notice: Notice) -> tuple[bool, bool]:
    return Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq


def _copies(notice: Notice) -> SelectOfScalar[Printing]:
    return select(Printing).where(*_of(notice))
