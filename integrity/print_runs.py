"""打印批次 (print runs): papers that wait are put into a run with a number, and the run into files of 200 papers.

Making a run takes the numbers of the proofs of service and sets the order, in one piece of work; each file is then laid
out from what the ledger said at that moment, put on disk whole, and written down. A process that dies in between leaves
a run that goes on at the file it was at, with the same bytes. What counts as printed is said in `print_progress`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from integrity import areas, organs, print_proofs, print_styles, regional, seals
from integrity.errors import Conflict, NotFound, Refused
from integrity.files import write_once
from integrity.organs import officer
from integrity.papers import by_hand, kept, lock, next_number
from integrity.print_choice import (
    FAULTS,
    Choice,
    Home,
    LeftOut,
    Ready,
    Sorted,
    drawn,
    homes_of,
    sort_out,
    taken,
)
from integrity.print_wishes import coded, variant_of
from integrity.printing import place_name
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.print_runs import PrintFile, PrintItem, PrintNote, PrintRun
from integrity.rules.areas import level_of
from integrity.rules.writing import read_document_number
from integrity.settings import settings
from integrity.terms import AreaLevel, PrintEvent, PrintState
from integrity.work import Office, Work
from reports import run_files
from reports.press import Item
from reports.run_files import Cover, Line, RunFile

MATTER = "打印文书"
_SERIES = "打印批次"
_TOLD = 400


class Made(NamedTuple):
    """新批次 (run that was made), and what stays out of it."""

    run: PrintRun
    left_out: list[LeftOut]


def make(work: Work, choice: Choice) -> Made:
    """Make a run of everything chosen. Raises Refused when nothing can be printed, with the reasons."""
    return _made(work, choice, sort_out(work, choice))


def _made(work: Work, choice: Choice, found: Sorted) -> Made:
    lock(work, {one.notice.household_id for one in found.good})
    placed: list[tuple[Ready, int | None]] = []
    for one in found.good:
        if why := taken(work, one.notice):  # by somebody else, before the ledgers were locked
            found.left_out.append(LeftOut(one.notice.number, why))
            continue
        try:
            placed.append((one, _receipt(work, one)))
        except FAULTS as fault:
            found.left_out.append(LeftOut(one.notice.number, str(fault)))
    for out in found.left_out:
        work.audit("文书打印需人工处理", choice.area, f"{out.number}：{out.why}")
    if not placed:
        reasons = "；".join(f"{out.number}：{out.why}" for out in found.left_out[:8])
        raise Refused("没有可以打印的文书" + (f"：{reasons}" if reasons else ""))
    run = _entered(work, choice, placed)
    work.audit("制作打印批次", run.number, f"{choice.area} {run.chosen}：{run.papers} 份")
    return Made(run, found.left_out)


def _receipt(work: Work, one: Ready) -> int | None:
    """The proof of service of a paper, issued once; None for a paper that is sent to nobody."""
    if one.letter.plain() is None:
        return None
    return print_proofs.issued(work, one.notice, one.letter).seq


def _entered(work: Work, choice: Choice, placed: Sequence[tuple[Ready, int | None]]) -> PrintRun:
    """The rows of a run, of its files and of its papers."""
    number = f"PC{work.today.year}-{read_document_number(next_number(work, _SERIES, work.today.year)).n:04}"
    run = PrintRun(
        number=number, area=choice.area, chosen=choice.in_words()[:_TOLD], apart=not choice.on_back, papers=len(placed),
        made_on=work.today, made_at=work.now, made_by=work.actor,
    )  # fmt: skip
    session = work.session
    session.add(run)
    session.flush()
    name = f"{work.today}/{place_name(work, choice.area, work.today)}{number}"
    for no in range(1, (len(placed) - 1) // run_files.LARGEST + 2):
        session.add(PrintFile(run=number, no=no, file=f"{name}-{no}.pdf"))
    session.flush()
    for at, (one, receipt_seq) in enumerate(placed):
        session.add(PrintItem(
            run=number, no=at + 1, file_no=at // run_files.LARGEST + 1, household_id=one.notice.household_id,
            notice_seq=one.notice.seq, receipt_seq=receipt_seq, posted=choice.by_post(one.notice),
            variant=coded(one.variant),
        ))  # fmt: skip
    session.flush()
    return run


def run_of(work: Work, number: str) -> PrintRun:
    """The run of a number. Raises NotFound."""
    found = work.session.get(PrintRun, number.strip().upper())
    if found is None:
        raise NotFound(f"没有编号为 {number} 的打印批次，见 chengxin print runs")
    return found


def files_of(work: Work, run: PrintRun) -> list[PrintFile]:
    """The files of a run, in order."""
    return list(work.session.exec(select(PrintFile).where(PrintFile.run == run.number).order_by(col(PrintFile.no))))


def file_of(work: Work, run: PrintRun, no: int) -> PrintFile:
    """One file of a run. Raises NotFound."""
    found = work.session.get(PrintFile, (run.number, no))
    if found is None:
        raise NotFound(f"打印批次 {run.number} 没有第 {no} 册")
    return found


def items_of(work: Work, run: PrintRun, file_no: int | None = None) -> list[PrintItem]:
    """The papers of a run, or of one of its files, in the order of printing."""
    query = select(PrintItem).where(PrintItem.run == run.number).order_by(col(PrintItem.no))
    if file_no is not None:
        query = query.where(PrintItem.file_no == file_no)
    return list(work.session.exec(query))


def notice_of(work: Work, item: PrintItem) -> Notice:
    """The paper of an item."""
    return work.session.get_one(Notice, (item.household_id, item.notice_seq))


def receipt_of(work: Work, item: PrintItem) -> Notice | None:
    """The proof of service of an item; None where it has none."""
    return None if item.receipt_seq is None else work.session.get_one(Notice, (item.household_id, item.receipt_seq))


def lay_out(work: Work, run: PrintRun, no: int) -> RunFile:
    """Lay out one file from the rows of the run: the same rows give the same bytes. Writes nothing.

    Papers that cannot be printed are named; without any other paper there are no bytes.
    """
    items = [one for one in items_of(work, run, no) if one.state is not PrintState.DROPPED or one.pages]
    homes = homes_of(work, {one.household_id for one in items}, run.made_on, run.made_at)
    lines, left_out = [], []
    for one in items:
        try:
            lines.append(line_of(work, run, one, homes[one.household_id]))
        except FAULTS as fault:
            left_out.append((one.no, str(fault)))
    if not lines:
        return RunFile(b"", 0, (), tuple(left_out))
    made = run_files.run_file(_cover(work, run, no), lines)
    return replace(made, left_out=(*left_out, *made.left_out))


def line_of(work: Work, run: PrintRun, item: PrintItem, home: Home) -> Line:
    """A paper with its proof of service, as the press wants it. Raises NotFound, Invalid."""
    notice, proof = notice_of(work, item), receipt_of(work, item)
    paper = _item(work, notice, item.template_sha256, item.edition, item.variant)
    return Line(
        item.no, home.head, home.village, home.house, item.posted, paper,
        _item(work, proof, item.receipt_template, item.receipt_edition) if proof else None,
        back=_back(run, item, print_proofs.may_share(notice, paper.letter)),
    )  # fmt: skip


def _back(run: PrintRun, item: PrintItem, may: bool) -> bool:
    """Does the proof stand on the back of the paper? As it was laid out once, else as the run was asked for."""
    return item.receipt_page % 2 == 0 if item.receipt_page else may and not run.apart


def _item(work: Work, notice: Notice, template: str = "", edition: str = "", variant: str = "") -> Item:
    """A paper as it is printed: in the form and the templates of its first printing where there was one."""
    letter, body = kept(work, notice)
    form = regional.kept(work, letter, template) if template else regional.in_force(notice.area, letter)
    item = Item(letter, form, seals.code_of(work, notice.number), variant_of(variant), frozen=body)
    return print_styles.set_as(item, edition)


def _cover(work: Work, run: PrintRun, no: int) -> Cover:
    made = run.made_at.astimezone(SHANGHAI)
    return Cover(
        run=run.number, no=no, files=len(files_of(work, run)), place=_place(work, run), organ=_organ(work, run),
        made_by=_maker(work, run), made_on=run.made_on,
        made_at=f"{made.year}年{made.month}月{made.day}日 {made:%H:%M}",
    )  # fmt: skip


def _place(work: Work, run: PrintRun) -> str:
    try:
        return drawn(areas.full_name(work, run.area, run.made_on, top=AreaLevel.COUNTY), run.area)
    except NotFound:
        return run.area


def _organ(work: Work, run: PrintRun) -> str:
    """Whose clerk prints; the author that the file names."""
    area = run.area if level_of(run.area) is not AreaLevel.VILLAGE else f"{run.area[:9]}000"
    try:
        return drawn(organs.organ_of(work, area, run.made_on).name, _place(work, run))
    except NotFound:
        return _place(work, run)


def _maker(work: Work, run: PrintRun) -> str:
    try:
        return drawn(f"{officer(work, run.made_by, run.made_on).name}（{run.made_by}）", run.made_by)
    except NotFound:
        return run.made_by


def store(work: Work, run: PrintRun, no: int, made: RunFile) -> PrintFile:
    """Put a file on disk and write down where each paper lies in it; papers that the press refused leave the run."""
    query = select(PrintFile).where(PrintFile.run == run.number, PrintFile.no == no).with_for_update()
    row = work.session.exec(query, execution_options={"populate_existing": True}).one()
    if row.sha256 and row.sha256 != made.sha256:
        raise Refused(f"打印批次 {run.number} 第 {no} 册已经制成，再排的版面与原来的不同，没有覆盖")
    if not row.sha256:
        _write_down(work, run, no, made)
    if made.pdf:
        write_once(settings().papers / row.file, made.pdf)
    if made.pdf and not row.sha256:
        row.sha256, row.pages, row.sheets = made.sha256, made.pages, made.sheets
    work.session.flush()
    return row


def _write_down(work: Work, run: PrintRun, no: int, made: RunFile) -> None:
    """Where each paper lies, and which leave the run."""
    places, out = {one.no: one for one in made.places}, dict(made.left_out)
    for item in items_of(work, run, no):
        at = places.get(item.no)
        if at is not None:
            used, proof = _used(work, item)  # before the first column is set: all are written together, once
            item.first_page, item.pages, item.sheets = at.first_page, at.pages, at.sheets
            item.receipt_page, item.receipt_pages = at.receipt_page, at.receipt_pages
            item.template_sha256, item.edition, item.content = *used, at.content
            item.receipt_template, item.receipt_edition, item.receipt_content = *proof, at.receipt_content
        elif item.no in out:
            drop(work, item, f"不能印制：{out[item.no]}")
            work.audit("文书打印需人工处理", run.area, f"{notice_of(work, item).number}：{out[item.no]}")


def _used(work: Work, item: PrintItem) -> tuple[tuple[str, str], tuple[str, str]]:
    """Form and templates in which an item and its proof of service are printed; both are kept."""
    proof = receipt_of(work, item)
    paper = _kept(work, _item(work, notice_of(work, item), variant=item.variant))
    return paper, _kept(work, _item(work, proof)) if proof else ("", "")


def _kept(work: Work, made: Item) -> tuple[str, str]:
    if made.regional:
        regional.keep(work, made.regional)
    print_styles.keep(made.edition)
    return made.version, made.edition.sha256


def drop(work: Work, item: PrintItem, why: str) -> None:
    """撤出: a paper leaves its run, and waits again for another one."""
    item.state = PrintState.DROPPED
    note(work, item.run, PrintEvent.DROPPED, why, file_no=item.file_no, item_no=item.no)


def note(
    work: Work, run: str, event: PrintEvent, told: str = "", *, file_no: int | None = None,
    item_no: int | None = None, page: int | None = None, on: date | None = None,
) -> None:  # fmt: skip
    """Write down what happened to a run, a file or a paper."""
    work.session.add(PrintNote(
        run=run, file_no=file_no, item_no=item_no, event=event, happened_on=on or work.today, page=page,
        told=told[:_TOLD], recorded_at=work.now, recorded_by=work.actor,
    ))  # fmt: skip
    work.session.flush()


def unwritten(work: Work, run: PrintRun) -> list[PrintFile]:
    """Files that are still to be laid out, papers in them that are to be printed."""
    return [
        one for one in files_of(work, run)
        if not one.sha256 and any(item.state is PrintState.READY for item in items_of(work, run, one.no))
    ]  # fmt: skip


def write(office: Office, number: str, actor: str) -> Iterator[PrintFile]:
    """Lay out every file that is not there yet, each in a piece of work of its own; gives them one by one.

    Others can work meanwhile: the pages are laid out before the piece of work begins. Raises Refused.
    """
    with office.reading() as look:
        waiting = [one.no for one in unwritten(look, run_of(look, number))]
    for no in waiting:
        with office.reading() as look:
            made = lay_out(look, run_of(look, number), no)
        with office.work(actor) as work:
            yield store(work, run_of(work, number), no, made)


def ensure(work: Work, run: PrintRun, no: int) -> PrintFile:
    """The file on disk, laid out now when it is not there (any more). Raises Conflict when all is dropped."""
    row = file_of(work, run, no)
    if row.sha256 and (settings().papers / row.file).is_file():
        return row
    if not any(one.state is not PrintState.DROPPED for one in items_of(work, run, no)):
        raise Conflict(f"打印批次 {run.number} 第 {no} 册已经撤销")
    return store(work, run, no, lay_out(work, run, no))


def job_step(work: Work, choice: Choice) -> str:
    """One part of a job: lay out the next file of a run that it made in a township, or make one of what is chosen."""
    laid = next_file(work, choice.area)
    if laid:
        return laid
    found = sort_out(work, choice)
    if not found.good:
        for out in found.left_out:
            work.audit("文书打印需人工处理", choice.area, f"{out.number}：{out.why}")
        return "没有待印文书" + by_hand([f"{out.number}：{out.why}" for out in found.left_out])
    run, out_of_it = _made(work, choice, found)
    return f"打印批次 {run.number}：{run.papers} 份待打印" + by_hand([f"{out.number}：{out.why}" for out in out_of_it])


def next_file(work: Work, township: str) -> str:
    """Lay out the next file of a run that this job made in a township; "" when there is none."""
    since = work.due.astimezone(SHANGHAI).date()
    query = select(PrintRun).where(
        PrintRun.area == township, PrintRun.made_by == work.actor, PrintRun.made_on >= since
    )  # fmt: skip
    for run in work.session.exec(query.order_by(col(PrintRun.number))):
        for row in unwritten(work, run):
            made = store(work, run, row.no, lay_out(work, run, row.no))
            return f"{made.file} {sum(one.file_no == row.no for one in items_of(work, run))} 份"
    return ""
