"""批次办理 (what becomes of a print run): started, counted, spoiled, handed over, returned, served.

A paper counts as printed when the clerk has counted what came out of the printer, and not before: then, and for all
papers of the file at once, the ledger's entry of printing is made. A wrong count changes nothing but is written down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sqlmodel import col, select

from integrity import print_styles, seals
from integrity.delivery import service_of
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.files import write_once
from integrity.papers import lock
from integrity.print_choice import homes_of
from integrity.print_places import item_of, notes_on, original_of, returns
from integrity.print_runs import drop, ensure, file_of, items_of, line_of, note, notice_of, receipt_of
from integrity.records.ledger import Notice, Printing
from integrity.records.print_runs import PrintFile, PrintItem, PrintNote, PrintRun
from integrity.records.seals import PaperEnd
from integrity.rules.identity import refuse_id_numbers
from integrity.settings import settings
from integrity.terms import PrintEvent, PrintState
from integrity.work import Work
from reports import run_files
from reports.faults import PressStopped

MATTER = "打印文书"
_WAITING = (PrintState.READY, PrintState.PRINTING)
_AT_HAND = (PrintState.PRINTED, PrintState.RETURNED)
"""States in which a paper lies in the office and can be handed over."""
_NAMED = 8
LONGEST = 200


class Counted(NamedTuple):
    """清点结果 (result of a count): was it right, and what the clerk has to do now."""

    right: bool
    told: list[str]


def state_of(work: Work, item: PrintItem) -> PrintState:
    """How far a paper of a run has come. Service is told by the ledger, whoever entered it."""
    if item.state in (*_WAITING, PrintState.DROPPED):
        return item.state
    return PrintState.SERVED if service_of(work, notice_of(work, item)) else item.state


def states(work: Work, run: PrintRun) -> dict[PrintState, int]:
    """How many papers of a run stand where."""
    found = Counter(state_of(work, one) for one in items_of(work, run))
    return {one: found[one] for one in PrintState if found[one]}


def start(work: Work, run: PrintRun, no: int) -> Path:
    """开始打印: the file to be sent to the printer. Raises Conflict when it was counted already, or dropped."""
    row = ensure(work, run, no)
    waiting = _waiting(work, run, no)
    for item in waiting:
        item.state = PrintState.PRINTING
    note(work, run.number, PrintEvent.STARTED, file_no=no)
    work.audit("打印批次开始打印", run.number, f"第{no}册")
    return settings().papers / row.file


def _waiting(work: Work, run: PrintRun, no: int) -> list[PrintItem]:
    """The papers of a file that still wait for the printer. Raises Conflict when none does."""
    items = items_of(work, run, no)
    found = [one for one in items if one.state in _WAITING]
    if not found:
        gone = all(one.state is PrintState.DROPPED for one in items)
        what = "已经撤销" if gone else "已经清点确认，不能再打印；坏了的纸请登记作废张，送出的请补打"
        raise Conflict(f"打印批次 {run.number} 第 {no} 册{what}")
    return found


def count(work: Work, run: PrintRun, no: int, *, sheets: int | None = None, pages: int | None = None) -> Counted:
    """清点: what came out of the printer; when it is right, every paper of the file is entered as printed.

    Spoiled sheets and their reprints are not counted. Raises Invalid, Conflict, Refused.
    """
    if (sheets is None) == (pages is None):
        raise Invalid("请写明印出的张数，或者页数，写一样即可")
    file = _locked(work, run, no)
    waiting = _waiting(work, run, no)
    if not file.sha256:
        raise Refused(f"打印批次 {run.number} 第 {no} 册还没有制成文件")
    came = pages if pages is not None else 2 * (sheets or 0)
    if came != file.pages:
        return _miscounted(work, run, file, waiting, came)
    told = _enter_all(work, run, file, waiting)
    note(work, run.number, PrintEvent.PRINTED, file_no=no, page=came)
    work.audit("打印批次清点相符", run.number, f"第{no}册 {file.sheets} 张")
    return Counted(True, told)


def _locked(work: Work, run: PrintRun, no: int) -> PrintFile:
    """A file that nobody else counts at the same time."""
    file_of(work, run, no)
    query = select(PrintFile).where(PrintFile.run == run.number, PrintFile.no == no).with_for_update()
    return work.session.exec(query, execution_options={"populate_existing": True}).one()


def _miscounted(work: Work, run: PrintRun, file: PrintFile, waiting: Sequence[PrintItem], came: int) -> Counted:
    """A wrong count is written down; the papers stay where they are."""
    for item in waiting:
        item.state = PrintState.PRINTING
    note(work, run.number, PrintEvent.MISCOUNTED, f"应为 {file.pages} 页，清点 {came} 页", file_no=file.no, page=came)
    work.audit("打印批次页数不符", run.number, f"第{file.no}册 应为 {file.pages} 页，清点 {came} 页")
    return Counted(False, list(_advice(work, file, waiting, came)))


def _advice(work: Work, file: PrintFile, waiting: Sequence[PrintItem], came: int) -> list[str]:
    """Which papers to look at after a wrong count."""
    less, difference = came < file.pages, abs(file.pages - came)
    told = [
        f"应为 {file.pages} 页（{file.sheets} 张），清点 {came} 页，"
        f"{'少' if less else '多'} {difference} 页，没有登记打印，仍为打印中"
    ]
    stopped = [one for one in waiting if one.first_page <= came < one.first_page + 2 * one.sheets] if less else []
    if stopped:
        first = stopped[0]
        told.append(f"如果打印机中途停下：从{_named(work, first)}（第 {first.first_page} 页起）开始查")
    same = [one for one in waiting if 2 * one.sheets == difference]
    if same:
        listed = "；".join(_named(work, one) for one in same[:_NAMED]) + ("等" if len(same) > _NAMED else "")
        told.append(f"如果{'缺' if less else '多'}的是整份文书，它有 {difference // 2} 张：{listed}")
    if difference % 2:
        told.append("相差的是单数：双面打印每张两页，请查打印机是否设为双面，有没有单面的纸")
    told.append("请照清单逐份核对文号和张数；坏了的登记作废张补印，缺的照起页补印，然后重新清点")
    return told


def _named(work: Work, item: PrintItem) -> str:
    return f"清单第{item.no}份 {notice_of(work, item).number}"


def _enter_all(work: Work, run: PrintRun, file: PrintFile, waiting: Sequence[PrintItem]) -> list[str]:
    """The ledger's entries of printing; a paper that was withdrawn meanwhile is none."""
    lock(work, {one.household_id for one in waiting})
    told, entered = [], 0
    for item in waiting:
        notice = notice_of(work, item)
        if work.session.get(PaperEnd, notice.number) is not None:
            drop(work, item, "打印前已撤回或者被替换")
            told.append(f"{_named(work, item)} 已撤回或者被替换，请抽出销毁，不得送达")
            continue
        if original_of(work, notice) is not None:
            drop(work, item, "已另行打印原件")
            told.append(f"{_named(work, item)} 已另行打印原件，请抽出销毁，只留一份原件")
            continue
        _enter(
            work, notice, file, first_page=item.first_page, pages=item.pages, template_sha256=item.template_sha256,
            variant=item.variant, edition_sha256=item.edition or None, content_sha256=item.content or None,
        )  # fmt: skip
        proof = receipt_of(work, item)
        if proof is not None:
            _enter(
                work, proof, file, first_page=item.receipt_page, pages=item.receipt_pages,
                template_sha256=item.receipt_template, variant="", edition_sha256=item.receipt_edition or None,
                content_sha256=item.receipt_content or None,
            )  # fmt: skip
        item.state = PrintState.PRINTED
        entered += 1
    return [f"清点相符，{entered} 份文书已登记打印", *told]


def _enter(work: Work, notice: Notice, file: PrintFile, **how: Any) -> None:
    work.append(
        notice.household_id,
        Printing(
            happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=0, pdf_sha256=file.sha256,
            file=file.file, code_sha256=print_styles.mark(seals.code_of(work, notice.number)), **how,
        ),
    )  # fmt: skip


def item_no(work: Work, run: PrintRun, no: int) -> PrintItem:
    """One paper of a run by its number in the manifest. Raises NotFound."""
    found = work.session.get(PrintItem, (run.number, no))
    if found is None:
        raise NotFound(f"打印批次 {run.number} 的清单上没有第 {no} 份")
    return found


def _reason(text: str, what: str) -> str:
    """A reason that says something. Raises Invalid."""
    refuse_id_numbers(what, text)
    if not 2 <= len(text.strip()) <= LONGEST:
        raise Invalid(f"请写明{what}（2 至 {LONGEST} 字）")
    return text.strip()


def spoil(work: Work, run: PrintRun, no: int, *, page: int, reason: str) -> Path:
    """作废张: a sheet was spoiled in the office and destroyed; the file with exactly this paper, to be printed again.

    It is the original still: the spoiled sheet never left the office. Raises Refused when it did, Invalid.
    """
    item, why = item_no(work, run, no), _reason(reason, "作废原因")
    if state_of(work, item) not in (*_WAITING, PrintState.PRINTED) or not item.pages:
        raise Refused(
            f"{_named(work, item)} {state_of(work, item).value}，不能登记作废张；"
            "已经离开本机关的，收回后补打（注明“补打”）："
            f"chengxin print reprint {notice_of(work, item).number}"
        )
    _not_always_the_same(work, item)
    at = _page_of_file(work, item, page)
    home = homes_of(work, [item.household_id], run.made_on, run.made_at)[item.household_id]
    try:
        pdf = run_files.once_more(line_of(work, run, item, home))
    except PressStopped as fault:
        raise Refused(f"{_named(work, item)} 不能重新排印：{fault}") from fault
    path = settings().papers / _again(work, item, len(notes_on(work, item, PrintEvent.SPOILED)) + 1)
    write_once(path, pdf)
    told = f"{why}；作废纸张由 {work.actor} 当场销毁，原样重印"
    note(work, run.number, PrintEvent.SPOILED, told, file_no=item.file_no, item_no=no, page=at)
    work.audit("登记作废张", run.number, f"{_named(work, item)} 本册第 {at} 页：{why}")
    return path


def _not_always_the_same(work: Work, item: PrintItem) -> None:
    """An original comes out anew each time, so whoever spoiled it twice lets another one look. Raises Refused."""
    before = notes_on(work, item, PrintEvent.SPOILED)
    if len(before) >= ALONE and all(one.recorded_by == work.actor for one in before):
        raise Refused(
            f"{_named(work, item)} 已由 {work.actor} 登记作废 {len(before)} 次；"
            "再次作废重印，请另一名工作人员核对已经作废的纸张后登记"
        )


ALONE = 2
"""How often one officer may spoil the same paper."""


def _page_of_file(work: Work, item: PrintItem, page: int) -> int:
    """The page of the file: told as on the spoiled sheet (— 2 —), or as the manifest counts. Raises Invalid."""
    if 1 <= page <= item.pages:
        return item.first_page + page - 1
    last = item.first_page + 2 * item.sheets - 1
    if not item.first_page <= page <= last:
        raise Invalid(
            f"{_named(work, item)} 有 {item.pages} 页，在本册的第 {item.first_page} 至 {last} 页（连同送达回证），"
            f"没有第 {page} 页"
        )
    return page


def _again(work: Work, item: PrintItem, n: int) -> str:
    """The file with a paper that is printed for the n-th time because a sheet was spoiled."""
    stem = work.session.get_one(PrintFile, (item.run, item.file_no)).file.removesuffix(".pdf")
    return f"{stem}-作废重印第{item.no}份-{n}.pdf"


def files_with(work: Work, item: PrintItem) -> Iterator[str]:
    """Every file that a paper of a run was laid out in."""
    yield work.session.get_one(PrintFile, (item.run, item.file_no)).file
    for n in range(1, len(notes_on(work, item, PrintEvent.SPOILED)) + 1):
        yield _again(work, item, n)


def notes_of(work: Work, run: PrintRun) -> list[PrintNote]:
    """Everything that happened to a run, in order."""
    return list(work.session.exec(select(PrintNote).where(PrintNote.run == run.number).order_by(col(PrintNote.id))))


def hand_over(
    work: Work, run: PrintRun, to: str, *, on: date, village: str = "", file_no: int | None = None,
    numbers: Sequence[str] = (), posted: bool | None = None,
) -> int:  # fmt: skip
    """交接: printed papers go to whoever delivers them; how many. By village, file, number, or those to be posted.

    A paper that came back goes out again only by its number. Raises Invalid, Refused.
    """
    receiver = _reason(to, "交给谁")
    if not run.made_on <= on <= work.today:
        raise Invalid(f"交接日期 {on} 应在 {run.made_on} 与今天之间")
    chosen = []
    for item in items_of(work, run, file_no):
        notice = notice_of(work, item)
        if (village and notice.area != village) or (posted is not None and item.posted is not posted):
            continue
        if notice.number in numbers if numbers else item.state is PrintState.PRINTED:
            chosen.append((item, notice))
    missing = sorted(set(numbers) - {notice.number for _, notice in chosen})
    _refuse_handing(work, run, chosen, missing, f"{_matching(village, file_no, posted)}的文书")
    for item, notice in chosen:
        again = "（再次）" if item.state is PrintState.RETURNED else ""
        item.state = PrintState.HANDED
        note(work, run.number, PrintEvent.HANDED, f"{notice.number} 交给 {receiver}{again}",
             file_no=item.file_no, item_no=item.no, on=on)  # fmt: skip
    work.audit("文书交接", run.number, f"{len(chosen)} 份交给 {receiver}")
    return len(chosen)


def _refuse_handing(
    work: Work, run: PrintRun, chosen: Sequence[tuple[PrintItem, Notice]], missing: Sequence[str], what: str
) -> None:
    """Raise, saying why, unless everything chosen lies in the office."""
    if not chosen and not missing:
        states_now = "、".join(f"{state.value} {many} 份" for state, many in states(work, run).items())
        raise Refused(
            f"打印批次 {run.number} 没有等待交接{what}：{states_now}。待打印、打印中的，清点以后才能交接；"
            "退回的，写明文号再次交接"
        )
    wrong = [f"{notice.number}（{now.value}）" for item, notice in chosen
             if (now := state_of(work, item)) not in _AT_HAND]  # fmt: skip
    wrong += [f"{one}（不在本批次或者所写的范围）" for one in missing]
    if wrong:
        listed = "；".join(wrong[:_NAMED])
        raise Refused(f"打印批次 {run.number} 没有交接：清点以后才能交接，已送达的不再交接（{listed}）")


def _matching(village: str, file_no: int | None, posted: bool | None) -> str:
    """Which papers were asked for, in words."""
    said = [{None: "", True: "邮寄", False: "当面送达"}[posted], f"第{file_no}册" if file_no else "", village]
    return "、".join(one for one in said if one)


def returned(work: Work, notice: Notice, *, on: date, reason: str) -> PrintItem:
    """退回: a paper came back unserved; it waits for another way of service. Raises Refused, Invalid."""
    item, why = item_of(work, notice), _reason(reason, "退回原因")
    if item is None or item.notice_seq != notice.seq:
        raise Refused(f"文书 {notice.number} 不在任何打印批次中；没有送到的，按其他方式送达即可")
    now = state_of(work, item)
    if now not in (PrintState.PRINTED, PrintState.HANDED):
        raise Refused(f"文书 {notice.number} 的状态是{now.value}，不能登记退回")
    if not notice.happened_on <= on <= work.today:
        raise Invalid(f"退回日期 {on} 应在制发之日 {notice.happened_on} 与今天之间")
    item.state = PrintState.RETURNED
    note(work, item.run, PrintEvent.RETURNED, why, file_no=item.file_no, item_no=item.no, on=on)
    work.audit("文书退回", notice.number, why)
    return item


def undelivered(work: Work, low: str, high: str) -> list[tuple[PrintItem, Notice, PrintNote]]:
    """Papers of an area that came back and wait for another way of service, with the last reason."""
    query = select(PrintItem).where(PrintItem.state == PrintState.RETURNED).order_by(PrintItem.run, col(PrintItem.no))
    found = []
    for item in work.session.exec(query):
        notice = notice_of(work, item)
        if low <= notice.area < high and state_of(work, item) is PrintState.RETURNED:
            found.append((item, notice, returns(work, item)[-1]))
    return found


def cancel(work: Work, run: PrintRun, reason: str, *, file_no: int | None = None) -> int:
    """撤销: what was not counted yet leaves the run and waits for another one; how many. Raises Refused, Invalid.

    What came out of the printer all the same is destroyed, since the next run prints the original.
    """
    why = _reason(reason, "撤销原因")
    found = [one for one in items_of(work, run, file_no) if one.state in _WAITING]
    if not found:
        raise Refused(f"打印批次 {run.number} 没有等待打印的文书，不能撤销；已清点的文书已登记打印")
    for item in found:
        drop(work, item, why)
    work.audit("撤销打印批次", run.number, f"{len(found)} 份：{why}")
    return len(found)
