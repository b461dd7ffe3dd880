"""可以导出的名单 (what can be taken out): registers, households behind a number, recheck lists; how each is made.

A new kind is one more entry of `KINDS`: its name, the matter it needs beside that of exporting, what it is asked, and
how it is made. Making is done twice where the list is long, as of the same moment, and gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal, NamedTuple

from integrity import audit_reading, audit_words, periodic, recheck_lists, registers
from integrity.books import Books
from integrity.dossiers import moment_of
from integrity.errors import Invalid, Refused
from integrity.periodic_numbers import chapters
from integrity.periods import Period, days, read_month, read_quarter
from integrity.records.columns import SHANGHAI
from integrity.rules.areas import level_of
from integrity.rules.stated import LARGEST
from integrity.terms import AreaLevel
from integrity.work import Work
from reports.tables import Column
from reports.workbooks import Page, book_xlsx

PDF, XLSX = "pdf", "xlsx"
MOST = 20_000
"""Rows of one export, approved or not."""


class Content(NamedTuple):
    """内容 (what was made): how many rows, under which name, the file."""

    rows: int
    name: str
    data: bytes


class Source(NamedTuple):
    """一种名单 (kind of list): official name, the matter beside that of taking it out, how it is described and made.

    `taking` and `approving` are the matters of who takes it out and of who approves a long one. `asked` tells in
    words what was chosen, before anybody gives a reason; `level` is that of the areas it is made for.
    """

    title: str
    matter: str
    asked: Callable[[Work, str, Mapping[str, str]], tuple[tuple[str, str], ...]]
    told: Callable[[Work, str, Mapping[str, str]], str]
    counted: Callable[[Work, str, Mapping[str, str]], int]
    made: Callable[[Work, str, Mapping[str, str], str], Content]
    level: AreaLevel | None = None
    taking: str = "导出名单"
    approving: str = "批准导出"


def moment(wanted: Mapping[str, str]) -> datetime:
    """The moment as of which a list tells: it was written down when the list was asked for."""
    return datetime.fromisoformat(wanted["as_of"])


def about(work: Work, source: Source, area: str, wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What was chosen, in words (所选内容). Raises Invalid."""
    return source.asked(work, area, {**wanted, "as_of": work.now.isoformat()})


def _day(wanted: Mapping[str, str], name: str) -> date:
    try:
        return date.fromisoformat(wanted.get(name, ""))
    except ValueError:
        raise Invalid("起止日期应写作 2026-09-21") from None


def _register(area: str, wanted: Mapping[str, str]) -> registers.Wanted:
    span = days(_day(wanted, "since"), _day(wanted, "until"))
    return registers.Wanted(registers.kind_of(wanted.get("kind", "")).title, area, span, wanted.get("unmask", ""))


def _register_asked(work: Work, area: str, wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    one = _register(area, wanted)
    return ("台账", one.kind), ("期间", one.period.name)


def _register_told(work: Work, area: str, wanted: Mapping[str, str]) -> str:
    one = _register(area, wanted)
    masked = "姓名不遮蔽" if one.unmask else "姓名遮蔽"
    return f"{one.kind}，{one.period.name}，{masked}，{wanted.get('form', XLSX).upper()}"


def _register_counted(work: Work, area: str, wanted: Mapping[str, str]) -> int:
    """Line by line, no further than is allowed at all."""
    one, after, rows = _register(area, wanted), (-1, -1), 0
    while rows <= MOST:
        leaf = registers.leaf(work, one, moment_of(work, moment(wanted)), after=after, most=400)
        rows += len(leaf.rows)
        if leaf.last is None:
            return rows
        after = leaf.last
    raise Refused(f"超过 {MOST} 行，不能一次导出，请缩小区划或者期间")


def _register_made(work: Work, area: str, wanted: Mapping[str, str], trace: str) -> Content:
    form = wanted.get("form", XLSX)
    rows = _register_counted(work, area, wanted)
    made = registers.make(
        work, _register(area, wanted), moment(wanted), pdf=form == PDF, xlsx=form == XLSX, trace=trace
    )  # fmt: skip
    data = made.paper.pdf if made.paper else made.workbook
    return Content(rows, f"{made.head.number}.{form}", data or b"")


def period_of(text: str) -> Period:
    """A month or a quarter by its code. Raises Invalid."""
    return read_quarter(text) if "q" in text.lower() else read_month(text)


def _behind(work: Work, area: str, wanted: Mapping[str, str]) -> list[periodic.Behind]:
    return periodic.behind(work, area, period_of(wanted.get("period", "")), wanted.get("number", ""), moment(wanted))


def _behind_asked(work: Work, area: str, wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    books = Books(work, area, period_of(wanted.get("period", "")), moment(wanted))
    asked = wanted.get("number", "")
    name = next((one.name for chapter in chapters(books) for one in chapter.numbers if one.code == asked), "")
    if not name:
        raise Invalid("没有这个指标")
    return ("指标", name), ("报告期", books.period.name)


def _behind_told(work: Work, area: str, wanted: Mapping[str, str]) -> str:
    (_, name), (_, period) = _behind_asked(work, area, wanted)
    return f"“{name}”的家庭，{period}"


def _behind_made(work: Work, area: str, wanted: Mapping[str, str], trace: str) -> Content:
    found, at = _behind(work, area, wanted), moment(wanted).astimezone(SHANGHAI)
    kind: Literal["money", "number"] = "money" if found and found[0].unit == "元" else "number"
    columns = (Column("户编号", 20), Column("村（居）代码", 16), Column("村（居）", 40), Column("数", 14, kind))
    known = {one.area: periodic.name_of(work, one.area, at.date()) for one in found}
    rows = [(one.household, one.area, known[one.area], one.value) for one in found]
    title = f"{periodic.name_of(work, area, at.date())}{_behind_told(work, area, wanted)}"
    page = Page("名单", title, columns, rows, f"截至时刻：{at:%Y-%m-%d %H:%M:%S}")
    data = book_xlsx(title, [page], mark=trace, made_on=work.today, trace=trace)
    return Content(len(rows), f"{wanted.get('period', '')}-{wanted.get('number', '')}.xlsx", data)


def _recheck_asked(work: Work, area: str, wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return (("范围", "现在到期的全部家庭"),)


def _recheck_told(work: Work, area: str, wanted: Mapping[str, str]) -> str:
    if level_of(area) is not AreaLevel.TOWNSHIP:
        raise Invalid("核查名单按乡镇（街道）导出，请选择一个乡镇（街道）")
    return "定期核查清单（含联系电话），可以填写后导入"


def _recheck_counted(work: Work, area: str, wanted: Mapping[str, str]) -> int:
    return len(recheck_lists.recheck_lines(work, area))


def _recheck_made(work: Work, area: str, wanted: Mapping[str, str], trace: str) -> Content:
    rows, data = recheck_lists.workbook(work, area, trace)
    return Content(rows, f"核查名单-{area[:9]}.xlsx", data)


def _log(wanted: Mapping[str, str]) -> audit_reading.Wanted:
    said = (wanted.get(name, "") for name in ("actor", "action", "household"))
    return audit_reading.Wanted(_day(wanted, "since"), _day(wanted, "until"), *said)


def _log_asked(work: Work, area: str, wanted: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    one = _log(wanted)
    chosen = (("工号", one.actor), ("操作", one.action), ("户编号", one.household))
    return (("起止", f"{one.since} 至 {one.until}"), *((name, said or "全部") for name, said in chosen))


def _log_told(work: Work, area: str, wanted: Mapping[str, str]) -> str:
    """Without the number of the household: whoever approves has no business with households."""
    one = _log(wanted)
    chosen = (one.actor and f"工号 {one.actor}", one.action, one.household and "一户")
    return "，".join(("操作日志", f"{one.since} 至 {one.until}", *(said for said in chosen if said)))


def _log_counted(work: Work, area: str, wanted: Mapping[str, str]) -> int:
    rows = audit_reading.count(work, _log(wanted), moment(wanted), MOST)
    if rows > MOST:
        raise Refused(f"超过 {MOST} 行，不能一次导出，请缩短起止日期，或者写明工号、操作")
    return rows


def _log_made(work: Work, area: str, wanted: Mapping[str, str], trace: str) -> Content:
    asked, at = _log(wanted), moment(wanted).astimezone(SHANGHAI)
    lines = audit_reading.whole(work, asked, at, MOST)
    columns = (Column("时间", 20), Column("工号", 14), Column("人员", 14), Column("操作", 22), Column("对象", 30),
               Column("说明", 60))  # fmt: skip
    worded = audit_words.Worded(work, lines)
    rows = [
        (f"{one.row.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", one.row.actor, worded.actor(one), one.row.action,
         worded.subject(one), worded.detail(one))
        for one in lines
    ]  # fmt: skip
    page = Page("操作日志", _log_told(work, area, wanted), columns, rows, f"截至时刻：{at:%Y-%m-%d %H:%M:%S}")
    data = book_xlsx("操作日志", [page], mark=trace, made_on=work.today, trace=trace)
    return Content(len(rows), f"操作日志-{asked.since}-{asked.until}.xlsx", data)


KINDS: dict[str, Source] = {
    "register": Source("台账", "制作台账报表", _register_asked, _register_told, _register_counted, _register_made),
    "behind": Source(
        "统计数字背后的家庭", "制作台账报表", _behind_asked, _behind_told,
        lambda work, area, wanted: len(_behind(work, area, wanted)), _behind_made,
    ),
    "recheck": Source(
        "核查名单", "登记核查结论", _recheck_asked, _recheck_told, _recheck_counted, _recheck_made, AreaLevel.TOWNSHIP
    ),
    "audit": Source(
        "操作日志", "查看操作日志", _log_asked, _log_told, _log_counted, _log_made,
        taking="导出操作日志", approving="批准导出操作日志",
    ),
}  # fmt: skip
"""Every kind of list that can be taken out."""
ASKED = ("kind", "since", "until", "form", "unmask", "period", "number", "actor", "action", "household")
"""What may be said of a list; whatever else is sent is not kept."""
LONGEST = min(100, LARGEST)
