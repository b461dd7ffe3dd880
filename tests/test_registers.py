"""台账 (registers): every line once and in order, names masked, text stays text, paper and workbook alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import select

from integrity import rechecks, register_lines, registers
from integrity.books import Books
from integrity.demo import build
from integrity.errors import Forbidden, Invalid, Refused
from integrity.periods import days
from integrity.records.ledger import Commitment, Household
from integrity.records.office import Audit, Person
from integrity.register_names import Names
from integrity.registers import Wanted
from integrity.rules.facts import day
from integrity.rules.identity import mask_name
from integrity.terms import RecheckResult
from integrity.work import Office, Work
from reports import registers as on_paper
from reports.faults import PressStopped
from reports.press import Paper
from reports.registers import Field, Register, register_pdf, register_xlsx
from reports.workbooks import Page, book_xlsx
from tests.conftest import SetClock

COUNTY, APPROVER, HANDLER = "370811000000", "sp11000", "jb110001"
SPAN = days(date(2026, 7, 1), date(2026, 10, 31))
FIELDS = tuple(
    Field(name=name, share=20, kind=kind, meaning=f"{name}是什么")
    for name, kind in (("编号", "text"), ("日期", "date"), ("金额", "money"), ("说明", "text"))
)
HEAD = Register(
    title="试验台账", number="账SY-1", organ="任城区民政局", area="任城区", period="2026年10月", moment="2026-11-02",
    masking="姓名已遮蔽", printed_by="李敏（jb01）", made_on=date(2026, 11, 2), fields=FIELDS,
)  # fmt: skip


def filled(office: Office) -> None:
    """A demo county of 60 households."""
    build(office, households=60, seed=5, until=date(2026, 10, 31))


@pytest.fixture
def county(furnished_once: Callable[[Callable[[Office], object]], Office], clock: SetClock) -> Office:
    """The county on 2 November 2026."""
    made = furnished_once(filled)
    clock.on(date(2026, 11, 2))
    return made


def words(paper: Paper | None) -> list[str]:
    assert paper is not None
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(paper.pdf)).pages]


def table(workbook: bytes | None) -> list[tuple[Any, ...]]:
    """The head and the lines of the first sheet."""
    assert workbook is not None
    return list(openpyxl.load_workbook(BytesIO(workbook)).worksheets[0].iter_rows(min_row=4, values_only=True))


def made(office: Office, kind: str, by: str = APPROVER, **more: Any) -> registers.Made:
    with office.work(by) as work:
        return registers.make(work, Wanted(kind, COUNTY, SPAN, **more))


@pytest.mark.parametrize(("kind", "name"), [("承诺台账", "commitment"), ("守信失信", "finding"), ("HC", "recheck")])
def test_every_standing_entry_of_the_period_is_one_line(
    county: Office, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_lines, "AT_ONCE", 3)  # many portions
    lines = table(made(county, kind).workbook)[1:]
    query = (
        f"SELECT h.number, x.happened_on FROM {name} x JOIN household h ON h.id = x.household_id "
        f"WHERE x.happened_on BETWEEN {day(SPAN.first)} AND {day(SPAN.last)} AND NOT x.void AND NOT EXISTS "
        f"(SELECT 1 FROM {name} y WHERE y.household_id = x.household_id AND y.corrects = x.seq) "
        "ORDER BY x.household_id, x.seq"
    )
    with county.reading() as work:
        expected = [tuple(row) for row in work.session.execute(text(query))]
    assert len(expected) > 5
    assert [line[1] for line in lines] == [number for number, _ in expected]
    assert [line[0] for line in lines] == list(range(1, len(expected) + 1))
    days_told = [day(cell.date()) for line in lines for cell in line if hasattr(cell, "date")]
    assert set(days_told) >= {on for _, on in expected}


def test_names_are_masked_on_paper_and_in_the_workbook_unless_a_reviewer_says_why(county: Office) -> None:
    with county.reading() as work:
        names = {one.name for one in work.session.exec(select(Person))}
    covered = made(county, "承诺台账")
    told = {line[3] for line in table(covered.workbook)[1:]}
    assert told
    assert not told & names
    assert told <= {mask_name(name) for name in names}
    assert not any(name in page for name in names if len(name) > 2 for page in _without_staff(county, covered))
    with pytest.raises(Refused, match="用途"):
        made(county, "承诺台账", unmask="无")
    with pytest.raises(Forbidden, match="台账不遮蔽姓名"):
        made(county, "承诺台账", by=HANDLER, unmask="上级检查调阅")
    whole = made(county, "承诺台账", unmask="上级检查调阅")
    assert {line[3] for line in table(whole.workbook)[1:]} <= names
    assert "姓名未遮蔽，用途：上级检查调阅" in "".join(words(whole.paper))
    with county.reading() as work:
        logged = [one.detail for one in work.session.exec(select(Audit)) if one.action == "制作台账"]
    assert len(logged) == 2
    assert "上级检查调阅" in logged[1]


def _without_staff(office: Office, register: registers.Made) -> list[str]:
    """The pages without the officers' names, who may be called like anybody."""
    with office.reading() as work:
        staff = [row[0] for row in work.session.execute(text("SELECT name FROM officer"))]
    pages = words(register.paper)
    for name in sorted(staff, key=len, reverse=True):
        pages = [page.replace(name, "") for page in pages]
    return pages


def test_what_was_written_freely_names_no_member_and_no_informer(county: Office) -> None:
    with county.work("jb01") as work:
        household = work.session.exec(select(Household).order_by(Household.id)).first()  # type: ignore[arg-type]
        assert household is not None
        assert household.id is not None
        names = Names(Books(work, COUNTY, SPAN, work.now), whole=False)
        names.portion([household.id])
        (name,) = {one for one, _ in list(names._people[household.id].values())[:1]}
        for note in (f"{name}在家", "邻居举报后入户"):
            rechecks.complete(
                work, household.id, RecheckResult.UNCHANGED, on=date(2026, 10, 20), visitors=("a", "b"), note=note
            )
    notes = [line[8] for line in table(made(county, "定期核查").workbook)[1:] if line[1] == household.number]
    assert f"{mask_name(name)}在家" in notes
    assert any("不列出" in (note or "") for note in notes)
    assert not any("举报后" in (note or "") for note in notes)


def test_a_register_made_again_as_of_its_moment_is_the_same(county: Office, clock: SetClock) -> None:
    wanted = Wanted("承诺", COUNTY, SPAN)
    with county.work(APPROVER) as work:
        first = registers.make(work, wanted)
    with county.work("jb01") as work:
        last = work.session.exec(select(Commitment).order_by(Commitment.seq.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        kept = {name: getattr(last, name) for name in Commitment.model_fields if name not in ("corrects", "void")}
        work.append(last.household_id, Commitment(**kept | {"happened_on": date(2026, 10, 30)}))
    clock.now += timedelta(days=3)
    with county.work(APPROVER) as work:
        again, fresh = registers.make(work, wanted, first.moment), registers.make(work, wanted)
    assert (again.paper, again.workbook) == (first.paper, first.workbook)
    assert len(table(fresh.workbook)) == len(table(first.workbook)) + 1


@pytest.mark.parametrize("kind", [one.title for one in register_lines.KINDS])
def test_every_kind_can_be_made_and_says_what_its_columns_mean(county: Office, kind: str) -> None:
    register = made(county, kind)
    book = openpyxl.load_workbook(BytesIO(register.workbook or b""))
    heads = [cell.value for cell in book.worksheets[0][4]][1:]
    told = {row[0]: row[1] for row in book["栏目说明"].iter_rows(min_row=5, values_only=True)}
    assert list(told) == heads
    assert all(told.values())
    pages = words(register.paper)
    assert pages[0].startswith(f"{kind}济宁市任城区") or kind in pages[0]
    for n, page in enumerate(pages, 1):
        assert f"第{n}页共{len(pages)}页" in page
        assert register.head.number in page
    assert ("本期没有登记" in pages[-1]) or ("本台账到此为止" in pages[-1])


def test_there_is_no_such_register(county: Office) -> None:
    with pytest.raises(Invalid, match="承诺台账、守信失信台账"):
        made(county, "黑名单")
    with pytest.raises(Invalid, match="早于"):
        days(date(2026, 2, 1), date(2026, 1, 1))


def test_a_long_register_is_one_register_with_typed_cells_and_no_formula() -> None:
    rows = [(f"={n}+1", date(2026, 10, 1), 123_456 + n, "@SUM(1)-+=") for n in range(700)]
    book = openpyxl.load_workbook(BytesIO(register_xlsx(HEAD, iter(rows))))
    sheet = book.worksheets[0]
    assert [sheet.cell(5 + n, 2).value for n in range(700)] == [row[0] for row in rows]
    assert {sheet.cell(5, n).data_type for n in (2, 5)} == {"s"}
    assert sheet["C5"].value.date() == date(2026, 10, 1)
    assert (sheet["D5"].value, sheet["D5"].number_format) == (1234.56, "0.00")
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref) == ("A5", "$4:$4", "A4:E704")
    assert sheet["A2"].value == "李敏（jb01）　2026年11月2日制　账SY-1"
    with ZipFile(BytesIO(register_xlsx(HEAD, iter(rows)))) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    pages = words(register_pdf(HEAD, iter(rows)))
    assert all("编号日期金额说明" in page for page in pages)
    assert "".join(pages).count("=699+1") == 1
    assert "共700行，本台账到此为止" in pages[-1]
    assert "1,234.56" in pages[0]


def test_strange_characters_are_named_and_wrong_rows_refused() -> None:
    assert "〔U+E000〕" in words(register_pdf(HEAD, [("甲\ue000", None, None, "")]))[0]
    assert register_pdf(HEAD, []).pages == 1
    with pytest.raises(ValueError, match="应有5格"):
        register_xlsx(HEAD, [("1",)])
    with pytest.raises(ValueError, match="zip"):
        register_pdf(HEAD, [("1",)])
    assert openpyxl.load_workbook(
        BytesIO(book_xlsx("书", [Page("a/b:c*?", "题", (), [])], mark="m", made_on=date(2026, 1, 1)))
    ).sheetnames == ["abc"]
    assert replace(HEAD, note="注").about.endswith("注")


def test_too_long_for_paper_is_said_and_the_workbook_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_paper, "MOST", 20)
    rows = [("1", None, None, "")] * 21
    with pytest.raises(PressStopped, match="只做工作簿"):
        register_pdf(HEAD, rows)
    assert len(table(register_xlsx(HEAD, rows))) == 22


def test_walking_the_ledgers_takes_each_key_once(county: Office) -> None:
    with county.reading() as work:
        books = Books(work, COUNTY, SPAN, work.now)
        found = [(one.household_id, one.seq) for part in register_lines.walk(books, Commitment) for one in part]
        assert found == sorted(set(found))
        assert _counts_nothing(work)


def _counts_nothing(work: Work) -> bool:
    """Nothing of what was read stays in the session."""
    return not [one for one in work.session if isinstance(one, Commitment)]


def test_no_number_day_or_code_is_cut_in_two_on_paper() -> None:
    fields = (*FIELDS, *(replace(FIELDS[3], name=f"说明{n}") for n in range(8)))
    head = replace(HEAD, fields=tuple(replace(one, share=8 if one.name == "编号" else 20) for one in fields))
    row = ("370881101-0042", date(2026, 10, 1), 123_456_789_01, "李敏（jb1111111）", *["一段比较长的说明" * 4] * 8)
    (page,) = PdfReader(BytesIO(register_pdf(head, [row] * 3).pdf)).pages
    lines = page.extract_text()
    for whole_word in ("370881101-0042", "2026-10-01", "123,456,789.01", "jb1111111"):
        assert lines.count(whole_word) == 3, whole_word


def test_the_shares_of_a_withdrawal_are_told_apart() -> None:
    assert register_lines._shares("100,80,60") == "100%、80%、60%"
    assert register_lines._shares("") == ""
