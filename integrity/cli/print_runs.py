"""打印批次 (print runs) at the command line: preview, make, print, count, hand over, and read the proofs back."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from integrity import evidence, notices, organs, print_choice, print_progress, print_receipts, print_runs
from integrity.cli.console import By, acting, actor, code, day, may, one_of, opened, say, table
from integrity.cli.papers import app
from integrity.cli.print_options import Cover, Large
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.permissions import require
from integrity.print_choice import Choice, LeftOut
from integrity.print_receipts import Told
from integrity.print_wishes import Asked
from integrity.receipt_reading import page_alone
from integrity.records.print_runs import PrintRun
from integrity.rules.areas import code_range
from integrity.settings import settings
from integrity.terms import PaperKind, ServiceWay
from integrity.work import Office, Work

Area = Annotated[str, typer.Option("--area", help="乡镇（街道）或者村（居）的代码；不写时为本人辖区", metavar="代码")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="只印这种文书，可写多次", metavar="种类")]
Numbers = Annotated[list[str] | None, typer.Option("--number", help="只印这份文书，可写多次", metavar="文号")]
Until = Annotated[date | None, typer.Option("--by-day", help="只印这一天以前制发的", parser=day, metavar="日期")]
Posted = Annotated[list[str] | None, typer.Option("--post", help="邮寄的村代码或者文号，可写多次", metavar="代码|文号")]
OnBack = Annotated[
    bool, typer.Option("--on-back", help="送达回证印在文书空着的背面；不利文书和有救济途径的，仍另用一张纸")
]
Run = Annotated[str, typer.Argument(help="打印批次的编号，如 PC2026-0001", metavar="批次")]
File = Annotated[int | None, typer.Option("--file", help="第几册；只有一册时不写", metavar="册")]
Day = Annotated[date, typer.Option("--on", help="日期，如 2026-09-21", parser=day, metavar="日期")]
_LISTED = 20
__all__ = ["app"]


def _choice(
    work: Work, area: str, kinds: list[str] | None, numbers: list[str] | None, *, by: date | None,
    posted: list[str] | None, on_back: bool, asked: Asked,
) -> Choice:  # fmt: skip
    read = one_of(PaperKind)
    try:
        chosen = tuple(read(one) for one in kinds or ())
    except typer.BadParameter as fault:
        raise Invalid(str(fault.message)) from None
    wanted = _area(work, area)
    require(work, print_runs.MATTER, wanted)
    marked = (code(one) if one.isdigit() else one for one in posted or ())
    return Choice(
        area=wanted, kinds=chosen, numbers=tuple(numbers or ()), by=by, posted=tuple(marked), on_back=on_back,
        asked=asked,
    )  # fmt: skip


def _area(work: Work, area: str) -> str:
    """The area that is meant: the officer's own, or one within it."""
    if not area:
        return organs.officer(work, work.actor, work.today).area
    require(work, print_runs.MATTER, code(area))
    return code(area)


@app.command("preview")
def preview(
    area: Area = "", kinds: Kinds = None, numbers: Numbers = None, until: Until = None, posted: Posted = None,
    on_back: OnBack = False, large: Large = None, cover: Cover = None, by: By = "",
) -> None:  # fmt: skip
    """预览打印批次：多少份、多少张纸、多少件邮寄，哪些不能印和原因。什么也不登记。"""
    with opened() as office, office.reading() as work:
        work.actor = actor(by)
        asked = Asked(large, cover)
        chosen = _choice(work, area, kinds, numbers, by=until, posted=posted, on_back=on_back, asked=asked)
        told = print_choice.preview(work, chosen)
    say(f"待打印 {told.papers} 份，用纸 {told.sheets} 张（不含封面和清单），邮寄 {told.posted} 件", style="bold")
    for kind, many in told.kinds.items():
        say(f"  {kind} {many} 份")
    _tell_left_out(told.left_out)


@app.command("make")
def make(
    area: Area = "", kinds: Kinds = None, numbers: Numbers = None, until: Until = None, posted: Posted = None,
    on_back: OnBack = False, large: Large = None, cover: Cover = None, by: By = "",
) -> None:  # fmt: skip
    """制作打印批次：默认辖区内已制发、还没有打印的全部文书；每册至多 200 份，按村、门牌、文号排列。"""
    who = actor(by)
    with opened() as office:
        with office.work(who) as work:
            asked = Asked(large, cover)
            chosen = _choice(work, area, kinds, numbers, by=until, posted=posted, on_back=on_back, asked=asked)
            made = print_runs.make(work, chosen)
            number, papers = made.run.number, made.run.papers
        say(f"打印批次 {number}：{papers} 份", style="bold")
        _tell_left_out(made.left_out)
        _write(office, number, who)
    say(f"打印后清点：chengxin print count {number} --sheets 张数")


def _write(office: Office, number: str, who: str) -> None:
    for file in print_runs.write(office, number, who):
        if file.sha256:
            say(f"  第{file.no}册　{file.sheets} 张 {file.pages} 页　{settings().papers / file.file}")
        else:
            say(f"  第{file.no}册没有能印的文书，已撤出", style="yellow")


def _tell_left_out(found: Iterable[LeftOut]) -> None:
    listed = list(found)
    if listed:
        say(f"不能打印 {len(listed)} 份：", style="yellow")
    for one in listed[:_LISTED]:
        say(f"  {one.number}：{one.why}", style="yellow")
    if len(listed) > _LISTED:
        say("  其余见操作日志", style="yellow")


@app.command("finish")
def finish(run: Run, by: By = "") -> None:
    """接着制作被中断的批次：补上还没有制成的各册。"""
    who = actor(by)
    with opened() as office:
        may(office, who, print_runs.MATTER)
        with office.reading() as look:
            look.actor = who
            number = _within(look, run).number
        _write(office, number, who)
    say("各册都已制成")


def _within(work: Work, number: str) -> PrintRun:
    """A run of the officer's own area."""
    run = print_runs.run_of(work, number)
    require(work, print_runs.MATTER, run.area)
    return run


@app.command("runs")
def list_runs(area: Area = "", by: By = "") -> None:
    """列出打印批次和各自的状态，新的在前；--area 只列一个乡镇（街道）、村（居）的。"""
    with opened() as office, office.reading() as work:
        work.actor = actor(by)
        low, high = code_range(_area(work, area))
        query = select(PrintRun).where(PrintRun.area >= low, PrintRun.area < high)
        rows = [
            (one.number, one.made_on, one.area, one.chosen, one.papers, _states(work, one), one.made_by)
            for one in work.session.exec(query.order_by(col(PrintRun.number).desc()).limit(_LISTED))
        ]
    table(("批次", "制作日期", "区划", "范围", "份数", "状态", "制作人"), rows)


def _states(work: Work, run: PrintRun) -> str:
    return "、".join(f"{one.value} {many}" for one, many in print_progress.states(work, run).items())


@app.command("show")
def show(run: Run, by: By = "") -> None:
    """一个批次的各册、各份文书的状态和记事。查看记入操作日志。"""
    with acting(by, print_runs.MATTER) as work:
        found = _within(work, run)
        say(f"打印批次 {found.number}　{found.chosen}　{_states(work, found)}", style="bold")
        for file in print_runs.files_of(work, found):
            what = f"{file.sheets} 张 {file.pages} 页　{settings().papers / file.file}" if file.sha256 else "还没有制成"
            say(f"  第{file.no}册　{what}")
        rows = [
            (one.no, print_runs.notice_of(work, one).number, one.file_no, one.first_page, one.sheets,
             "邮寄" if one.posted else "", print_progress.state_of(work, one).value)
            for one in print_runs.items_of(work, found)
        ]  # fmt: skip
        notes = [
            f"  {one.happened_on} {one.event.value} {one.recorded_by}"
            f"{f' 第{one.file_no}册' if one.file_no else ''}{f' 第{one.item_no}份' if one.item_no else ''} {one.told}"
            for one in print_progress.notes_of(work, found)
        ]
        work.audit("查看打印批次", found.number)
    table(("序号", "文号", "册", "起页", "张数", "方式", "状态"), rows)
    for line in notes:
        say(line)


def _file(work: Work, run: PrintRun, no: int | None) -> int:
    """The file that is meant. Raises Invalid when there are several and none is named."""
    files = print_runs.files_of(work, run)
    if no is None and len(files) > 1:
        raise Invalid(f"打印批次 {run.number} 有 {len(files)} 册，请用 --file 写明第几册")
    return no or 1


@app.command("start")
def start(run: Run, file: File = None, by: By = "") -> None:
    """开始打印一册：给出要送打印机的文件，状态变为打印中。"""
    with acting(by, print_runs.MATTER) as work:
        found = _within(work, run)
        no = _file(work, found, file)
        path = print_progress.start(work, found, no)
        row = print_runs.file_of(work, found, no)
    say(f"{path}　双面、长边翻转、实际大小；应出 {row.sheets} 张 {row.pages} 页")


@app.command("count")
def count(
    run: Run, file: File = None,
    sheets: Annotated[int | None, typer.Option(help="印出多少张纸（不算作废、重印的）", min=0, max=100_000)] = None,
    pages: Annotated[int | None, typer.Option(help="或者打印机报告的页数", min=0, max=200_000)] = None,
    by: By = "",
) -> None:  # fmt: skip
    """清点印出的张数。相符才登记为已打印；不符的不登记，并说明从哪几份查起，返回 1。"""
    with acting(by, print_runs.MATTER) as work:
        found = _within(work, run)
        told = print_progress.count(work, found, _file(work, found, file), sheets=sheets, pages=pages)
    for line in told.told:
        say(line, style="" if told.right else "yellow")
    if not told.right:
        raise typer.Exit(1)


@app.command("spoil")
def spoil(
    run: Run, no: Annotated[int, typer.Argument(help="清单上的序号", metavar="序号")],
    page: Annotated[int, typer.Option(help="坏纸上印的页码（如“— 2 —”写 2），或者它在本册的第几页", metavar="页")],
    reason: Annotated[str, typer.Option(help="原因，如卡纸、墨迹不清", metavar="文字")], by: By = "",
) -> None:  # fmt: skip
    """登记作废张：坏纸当场销毁，原样重印这一份。已经离开本机关的不能用，收回后补打。"""
    with acting(by, print_runs.MATTER) as work:
        path = print_progress.spoil(work, _within(work, run), no, page=page, reason=reason)
    say(f"已登记作废；请销毁坏纸，重印：{path}")


@app.command("handover")
def handover(
    run: Run, to: Annotated[str, typer.Option("--to", help="交给谁：送达人、村（居）、邮局", metavar="姓名")],
    on: Day,
    village: Annotated[str, typer.Option(help="只交这个村（居）的", metavar="代码")] = "",
    file: File = None,
    numbers: Annotated[list[str] | None, typer.Option(
        "--number", help="只交这份（文号，或者扫清单上的条码），可写多次", metavar="文号")] = None,
    scan: Annotated[bool, typer.Option("--scan", help="用扫码枪逐份扫清单、回证上的条码，只交扫过的")] = False,
    posted: Annotated[bool | None, typer.Option("--posted/--by-hand", help="只交邮寄的，或者只交当面送达的")] = None,
    by: By = "",
) -> None:  # fmt: skip
    """登记交接：清点过的文书交给送达人或者邮局。退回过的，写文号再次交接。"""
    typed = [*(numbers or ()), *(_scanned() if scan else ())]
    if scan and not typed:
        raise Invalid("没有扫到条码，没有登记交接")
    with acting(by, print_runs.MATTER) as work:
        wanted = dict.fromkeys(print_receipts.in_hand(work, one).number for one in typed)
        many = print_progress.hand_over(
            work, _within(work, run), to, on=on, village=code(village) if village else "", file_no=file,
            numbers=tuple(wanted), posted=posted,
        )  # fmt: skip
    say(f"已交接 {many} 份")


@app.command("returned")
def returned(
    number: Annotated[
        str, typer.Argument(help="退回的文书，或者它的条码；不写时列出等待另行送达的", metavar="文号")
    ] = "",
    on: Annotated[date | None, typer.Option("--on", help="退回日期", parser=day, metavar="日期")] = None,
    reason: Annotated[str, typer.Option(help="退回原因，如查无此人、拒收", metavar="文字")] = "",
    by: By = "",
) -> None:
    """登记退回的邮件和没有送到的文书；不写文号时，列出等待用其他方式送达的文书。"""
    with acting(by, print_receipts.MATTER) as work:
        if not number:
            low, high = code_range(organs.officer(work, work.actor, work.today).area)
            rows = [
                (notice.number, notice.kind.value, item.run, item.no, said.happened_on, said.told)
                for item, notice, said in print_progress.undelivered(work, low, high)
            ]
            table(("文号", "文书", "批次", "序号", "退回日期", "原因"), rows)
            return
        if on is None:
            raise Invalid("请用 --on 写明退回日期")
        notice = print_receipts.in_hand(work, number)
        require(work, print_receipts.MATTER, notice.area)
        item = print_progress.returned(work, notice, on=on, reason=reason)
    say(f"已登记退回：{notice.number}（打印批次 {item.run} 第{item.no}份），请用其他方式送达；再次送出的，先登记交接")


@app.command("proof")
def proof(number: Annotated[str, typer.Argument(help="已单独打印的文书", metavar="文号")], by: By = "") -> None:
    """印一份空白送达回证，供单独打印的文书送达时签收；批次里的文书已各有一份。"""
    with acting(by, print_runs.MATTER) as work:
        path = print_receipts.blank(work, notices.by_number(work, number))
    say(f"送达回证：{path}")


@app.command("cancel")
def cancel(
    run: Run, reason: Annotated[str, typer.Option(help="原因", metavar="文字")], file: File = None, by: By = ""
) -> None:
    """撤销还没有清点的批次或者一册：文书回到待印，已印出的纸应当销毁。"""
    with acting(by, print_runs.MATTER) as work:
        many = print_progress.cancel(work, _within(work, run), reason, file_no=file)
    say(f"已撤出 {many} 份；已经印出的纸请销毁")


@app.command("receive")
def receive(
    on: Annotated[date, typer.Option("--on", prompt="送达日期（回证上写明的）", help="回证上的送达日期", parser=day,
                                     metavar="日期")],
    receiver: Annotated[str, typer.Option(
        prompt="签收人（本人签收写“本人”）", help="签收人；“本人”为受送达人；没有登记的监护人，写姓名和关系")],
    source: Annotated[list[Path] | None, typer.Argument(
        help="扫描或者拍照的回证（JPEG、PNG、PDF）；不写时从键盘读扫码枪，一行一份", metavar="文件")] = None,
    way: Annotated[ServiceWay, typer.Option(help="送达方式", parser=one_of(ServiceWay))] = ServiceWay.DIRECT,
    witness: Annotated[list[str] | None, typer.Option("--witness", help="见证人，可写两次")] = None,
    detail: Annotated[str, typer.Option(help="拒收事由、委托单位等")] = "",
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="把扫描的各页存为该户的证据")] = True,
    by: By = "",
) -> None:  # fmt: skip
    """收回送达回证：扫码枪逐份扫，或者读扫描件；登记送达，救济期限从此起算。有一份不成即返回 1。"""
    who, bad = actor(by), 0
    told = Told(on=on, way=way, receiver=receiver, witnesses=tuple(witness or ()), detail=detail)
    with opened() as office:
        may(office, who, print_receipts.MATTER)
        for name, code_, file in _codes(office, source or []):
            bad += not _receive(office, who, (name, code_), told, file if keep else b"")
    if bad:
        say(f"没有登记的有 {bad} 份，见上", style="yellow")
        raise typer.Exit(1)


def _scanned() -> Iterator[str]:
    """What the scanner types, one by one."""
    if sys.stdin.isatty():
        say("请逐份扫描，扫完按 Ctrl-D 结束")
    for line in sys.stdin:
        yield from print_receipts.codes_in(line)


def _codes(office: Office, files: list[Path]) -> Iterator[tuple[str, str, bytes]]:
    """(where it comes from, code or why there is none, the file) of each proof."""
    if not files:
        yield from ((one, one, b"") for one in _scanned())
        return
    for path in files:
        try:
            content = path.read_bytes()
        except OSError:
            raise NotFound(f"没有找到文件 {path}") from None
        with office.reading() as look:
            pages = list(print_receipts.scanned(look, content, path.name))
        many = Counter(one.page for one in pages)
        for one in pages:
            where = f"{path.name} 第{one.page}页"
            alone = page_alone(content, one.page) if one.code and many[one.page] == 1 else b""
            yield where if one.code else f"{where}：{one.fault}", one.code, alone


def _receive(office: Office, who: str, scanned: tuple[str, str], told: Told, file: bytes) -> bool:
    """One proof, in a piece of work of its own: what goes wrong with it holds up no other."""
    where, typed = scanned
    if not typed:
        say(where, style="yellow")
        return False
    try:
        with office.work(who) as work:
            proof = _kept(work, typed, file) if file else told.evidence
            done = print_receipts.receive(work, typed, told.with_evidence(proof))
    except ChengxinError as fault:
        say(f"{where}：{fault}", style="yellow")
        return False
    for line in done.told:
        say(line)
    return True


def _kept(work: Work, typed: str, file: bytes) -> str:
    """The scan as evidence of the household; its digest."""
    notice = print_receipts.paper_of(work, typed)
    return evidence.keep(work, file, f"送达回证{notice.number}", notice.household_id).sha256
