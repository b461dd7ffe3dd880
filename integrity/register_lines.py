"""台账的栏目和各行 (columns and lines of the registers): what each kind of register holds, and what its columns mean.

A new kind is one more entry of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select

from integrity.books import Books
from integrity.commitments import guardian_said
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import (
    Assistance,
    Commitment,
    Conduct,
    Entry,
    Finding,
    Notice,
    Printing,
    Recheck,
    Service,
)
from integrity.records.office import Posting, PostingLine, PostingNote
from integrity.register_names import Names
from integrity.terms import Act, ExitReason, PostingEvent
from reports.registers import Field
from reports.tables import Cell

AT_ONCE = 400
"""Lines that are read in one query."""
LAST = "last line"
"""Where the books keep the key of the last line that was read."""
Row = tuple[Cell, ...]
_INSIDE = "内部使用，不得公开、张贴或者对外提供（山东省社会信用条例第20条；红线第6条）"


class Kind(NamedTuple):
    """台账的种类 (kind of register)."""

    code: str
    title: str
    fields: tuple[Field, ...]
    lines: Callable[[Books, Names], Iterator[Row]]
    note: str = ""


def _fields(*told: tuple[str, int, str, str]) -> tuple[Field, ...]:
    return tuple(Field(name=name, share=share, kind=kind, meaning=meaning) for name, share, kind, meaning in told)


def walk(books: Books, kind: type[Entry], *conditions: Any) -> Iterator[Sequence[Any]]:
    """The standing entries of a kind in the area and the period, portion by portion, each after the last one's key."""
    one: Any = kind
    last = books.after
    while True:
        after = or_(one.household_id > last[0], and_(one.household_id == last[0], one.seq > last[1]))
        mine = books.among(kind), books.here(one.area), books.within(one.happened_on)
        query = select(kind).where(*mine, books.known(kind), after, *conditions)
        found = books.work.session.exec(query.order_by(one.household_id, one.seq).limit(books.most or AT_ONCE)).all()
        if not found:
            return
        last = books.kept[LAST] = (found[-1].household_id, found[-1].seq)
        yield found
        if books.most:
            return
        for entry in found:  # read and forgotten
            books.work.session.expunge(entry)


def _of(kind: type[Entry], line: Callable[[Any, Names], Row], *conditions: Any) -> Callable[..., Iterator[Row]]:
    """The lines of a register whose every line is one entry."""

    def lines(books: Books, names: Names) -> Iterator[Row]:
        for portion in walk(books, kind, *conditions):
            names.portion([one.household_id for one in portion])
            for one in portion:
                yield names.number(one.household_id), names.place(one.area), *line(one, names)

    return lines


_HOUSEHOLD = (("户编号", 24, "text", "该户的编号"), ("村（居）", 34, "text", "登记时所在的乡镇（街道）和村（居）"))
_ENTERED = ("登记", 30, "text", "登记的日期和经办人")


def _entered(one: Entry, names: Names) -> str:
    return f"{one.recorded_at.astimezone(SHANGHAI):%Y-%m-%d} {names.officer(one.recorded_by)}"


def _promise(one: Commitment, names: Names) -> Row:
    guardian = names.member(one.household_id, one.guardian_no)
    return (
        names.member(one.household_id, one.member_no), names.relation(one.household_id, one.member_no),
        one.happened_on, one.occasion, one.signed_by.value, guardian_said(one.guardian_no, guardian),
        names.officer(one.explained_by) if one.explained_by else "", one.text_version, one.office_text_version,
        "有" if one.evidence else "", _entered(one, names),
    )  # fmt: skip


def _check(one: Recheck, names: Names) -> Row:
    return (
        names.head(one.household_id), one.happened_on, one.result.value, names.officer(one.visitor_1),
        names.officer(one.visitor_2), names.text(one.household_id, one.note), _entered(one, names),
    )  # fmt: skip


def _shares(schedule: str) -> str:
    """渐退各月的比例 (shares), each with its sign: 100,80 might be read as one number."""
    return "、".join(f"{share.strip()}%" for share in schedule.split(",") if share.strip())


def _act(one: Assistance, names: Names) -> Row:
    reason = "" if one.reason is ExitReason.NONE else f"{one.reason.name} {one.reason.value}"
    return (
        names.head(one.household_id), one.act.value, one.scheme.value, one.happened_on, one.effective_on, one.amount,
        one.months, _shares(one.schedule), reason, one.document, "有" if one.hearing else "",
        names.officer(one.decided_by),
    )  # fmt: skip


def _findings(books: Books, names: Names) -> Iterator[Row]:
    """守信失信: each state of each finding, with the fact that it is about."""
    for portion in walk(books, Finding):
        ids = [one.household_id for one in portion]
        names.portion(ids)
        query = select(Conduct).where(col(Conduct.household_id).in_(sorted(set(ids))))
        facts = {(one.household_id, one.seq): one for one in books.work.session.exec(query)}
        for one in portion:
            fact = facts[one.household_id, one.conduct_seq]
            yield (
                names.number(one.household_id), names.place(one.area), names.member(one.household_id, fact.member_no),
                fact.kind.value, fact.item, fact.happened_on, fact.act_end, one.state.value, one.happened_on,
                one.document, one.document_on, one.effective_on, names.officer(one.decided_by),
                names.officer(one.reviewed_by) if one.reviewed_by else "",
            )  # fmt: skip


def _papers(books: Books, ids: Sequence[int]) -> dict[tuple[int, int], Notice]:
    query = select(Notice).where(col(Notice.household_id).in_(sorted(set(ids))))
    return {(one.household_id, one.seq): one for one in books.work.session.exec(query)}


def _services(books: Books, names: Names) -> Iterator[Row]:
    """送达: each proof of service, with its paper."""
    for portion in walk(books, Service):
        names.portion([one.household_id for one in portion])
        papers = _papers(books, [one.household_id for one in portion])
        for one in portion:
            paper = papers[one.household_id, one.notice_seq]
            yield (
                names.number(one.household_id), names.place(one.area), paper.kind.value, paper.number,
                paper.happened_on, one.way.value, one.happened_on, names.several(one.receiver),
                names.several(one.witnesses), "有" if one.evidence else "", _entered(one, names),
            )  # fmt: skip


def _printings(books: Books, names: Names) -> Iterator[Row]:
    """打印: each copy of each paper."""
    for portion in walk(books, Printing):
        names.portion([one.household_id for one in portion])
        papers = _papers(books, [one.household_id for one in portion])
        for one in portion:
            paper = papers[one.household_id, one.notice_seq]
            copy = f"补打第{one.copy_no}份" if one.copy_no else "原件"
            yield (
                names.number(one.household_id), names.place(one.area), paper.kind.value, paper.number, one.happened_on,
                copy, one.pages, one.file, one.first_page, one.pdf_sha256[:16], _entered(one, names),
            )  # fmt: skip


def _postings(books: Books, names: Names) -> Iterator[Row]:
    """公示: each public notice that was put up, with what became of it; nobody is named."""
    last = max(books.after[0], 0)
    while True:
        query = select(Posting).where(
            books.here(col(Posting.area)), books.within(col(Posting.since)), col(Posting.id) > last,
            Posting.recorded_at <= books.until,
        )  # fmt: skip
        found = books.work.session.exec(query.order_by(col(Posting.id)).limit(books.most or AT_ONCE)).all()
        if not found:
            return
        last = found[-1].id or last
        books.kept[LAST] = (last, 0)
        yield from _posted(books, names, found)
        if books.most:
            return


def _posted(books: Books, names: Names, found: Sequence[Posting]) -> Iterator[Row]:
    ids = [one.id for one in found]
    line: Any = PostingLine
    lines = columns(line.posting_id, func.count()).where(line.posting_id.in_(ids)).group_by(line.posting_id)
    households = {posting: many for posting, many in books.rows(lines)}
    query = select(PostingNote).where(col(PostingNote.posting_id).in_(ids), PostingNote.recorded_at <= books.until)
    notes = books.work.session.exec(query.order_by(col(PostingNote.id))).all()
    for one in found:
        mine = [note for note in notes if note.posting_id == one.id]
        down = next((note.happened_on for note in mine if note.event is PostingEvent.TAKEN_DOWN), None)
        proof = any(note.event is PostingEvent.POSTED and note.evidence for note in mine)
        yield (
            one.number, one.kind.value, names.place(one.area), one.since, one.until, one.place,
            households.get(one.id or 0, 0), sum(note.event is PostingEvent.OBJECTED for note in mine), down,
            "有" if proof else "", names.officer(one.recorded_by),
        )  # fmt: skip


_ADJUSTED = (Act.RAISE, Act.LOWER, Act.WITHDRAW, Act.STOP, Act.REVIVE)
KINDS: tuple[Kind, ...] = (
    Kind("CN", "承诺台账", _fields(
        *_HOUSEHOLD, ("承诺人", 18, "text", "签署承诺的成员"), ("与户主关系", 16, "text", "登记的关系"),
        ("签署日期", 22, "date", "签署或者拒绝签署的日期"), ("场合", 20, "text", "申请、定期核查等"),
        ("签署方式", 20, "text", "签名、捺印、监护人代签、拒绝签署"), ("监护人", 18, "text", "代签的监护人"),
        ("讲解人", 26, "text", "讲解政策的人"), ("承诺书版本", 20, "text", "承诺书文本的版本"),
        ("机关承诺版本", 20, "text", "机关承诺文本的版本；空着表示机关还没有承诺"),
        ("证据", 10, "text", "有没有登记证据的指纹"),
        _ENTERED,
    ), _of(Commitment, _promise)),
    Kind("RD", "守信失信台账", _fields(
        *_HOUSEHOLD, ("当事人", 18, "text", "行为人"), ("性质", 12, "text", "守信或者失信"),
        ("项目", 18, "text", "目录中的代码，没有目录的写行为名称"), ("行为起", 22, "date", "行为开始的日期"),
        ("行为止", 22, "date", "行为结束的日期"), ("状态", 18, "text", "拟认定、生效、异议中、不予认定、撤销、已修复"),
        ("状态日期", 22, "date", "进入这一状态的日期；一件认定每变动一次列一行"),
        ("文号", 34, "text", "认定文书的文号"),
        ("文书日期", 22, "date", "认定文书的日期"), ("生效日期", 22, "date", "送达后生效的日期"),
        ("决定人", 26, "text", "作出决定的人"), ("复核人", 26, "text", "复核的人"),
    ), _findings, _INSIDE),
    Kind("HC", "定期核查台账", _fields(
        *_HOUSEHOLD, ("户主", 18, "text", "户主，户主不在的为代表"), ("核查日期", 22, "date", "入户或者确认的日期"),
        ("结论", 22, "text", "首次确认、无明显变化、有变化、未能核查"), ("核查人一", 26, "text", "两名核查人员"),
        ("核查人二", 26, "text", "两名核查人员"), ("备注", 60, "text", "登记的备注；成员姓名遮蔽，涉及举报人的不列出"),
        _ENTERED,
    ), _of(Recheck, _check)),
    Kind("TZ", "调整停发渐退台账", _fields(
        *_HOUSEHOLD, ("户主", 18, "text", "户主，户主不在的为代表"),
        ("决定", 14, "text", "增发、减发、渐退、停发、恢复"),
        ("救助类别", 28, "text", "该户的救助类别"), ("决定日期", 22, "date", "作出决定的日期"),
        ("执行日期", 22, "date", "从哪一日起执行"), ("月金额（元）", 20, "money", "决定后的月救助金额；没有写明的空着"),
        ("渐退月数", 12, "number", "渐退的月数"), ("各月比例", 42, "text", "渐退各月发放的百分比，按月的先后"),
        ("原因", 30, "text", "原因代码和名称"), ("文号", 34, "text", "决定书文号"),
        ("听取意见", 12, "text", "有没有听取意见的记录"), ("决定人", 26, "text", "作出决定的人"),
    ), _of(Assistance, _act, col(Assistance.act).in_(_ADJUSTED))),
    Kind("SD", "送达台账", _fields(
        *_HOUSEHOLD, ("文书", 40, "text", "文书种类"), ("文号", 34, "text", "文书文号"),
        ("制发日期", 22, "date", "文书的成文日期"), ("送达方式", 20, "text", "直接、留置、邮寄、委托、电子、公告"),
        ("送达日期", 22, "date", "送达的日期"), ("签收人", 20, "text", "签收的人"),
        ("见证人", 26, "text", "留置送达的见证人"),
        ("回证", 10, "text", "有没有登记回证等证据"), _ENTERED,
    ), _services),
    Kind("GS", "公示台账", _fields(
        ("文号", 34, "text", "公示单的文号"), ("种类", 34, "text", "公示或者公布的种类"),
        ("村（居）", 34, "text", "张贴的村（居）"),
        ("起", 22, "date", "张贴的日期"), ("止", 22, "date", "期限的最后一日"),
        ("地点", 40, "text", "张贴的地点"), ("户数", 12, "number", "单上的户数"),
        ("异议", 12, "number", "收到异议的件数"),
        ("撤下", 22, "date", "登记撤下的日期"), ("张贴证明", 14, "text", "有没有登记张贴照片等证据"),
        ("经办人", 26, "text", "制作的人"),
    ), _postings),
    Kind("DY", "打印台账", _fields(
        *_HOUSEHOLD, ("文书", 40, "text", "文书种类"), ("文号", 34, "text", "文书文号"),
        ("打印日期", 22, "date", "打印的日期"),
        ("份次", 16, "text", "原件，或者第几份补打"), ("页数", 10, "number", "这一份的页数"),
        ("文件", 50, "text", "打印文件（在 papers 目录中）"), ("起始页", 12, "number", "在文件中从第几页开始"),
        ("文件指纹", 26, "text", "打印文件 SHA-256 的前16位"), _ENTERED,
    ), _printings),
)  # fmt: skip
"""Every kind of register."""
