"""导入 (import): every fault named, nothing twice, nothing half, everything can be taken back, on either database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import openpyxl
import pytest
from sqlmodel import select

from integrity import areas, commitments, exchange, households, persons
from integrity.areas_file import AreaRow
from integrity.errors import NotFound, Refused
from integrity.exchange_columns import MARK, SHEETS, sheet_of
from integrity.exchange_entries import DECIDED_BY
from integrity.exchange_records import village_name
from integrity.records.chain import breaks
from integrity.records.ledger import ENTRIES, Change, Commitment, Conduct, Household, Residence, Verification
from integrity.records.office import ImportBatch, ImportRow, Person
from integrity.rules.identity import make_id
from integrity.terms import Cause, Event, Relation, Scheme, SignedBy
from integrity.work import Office, Work
from tests.conftest import VILLAGE

Row = dict[str, Any]
TWIN = ("370811001002", "370811002001")
OLD, WIFE, CHILD = (
    make_id("370811", date(1960, 5, 1), 11), make_id("370811", date(1962, 3, 4), 22),
    make_id("370811", date(2015, 9, 1), 31),
)  # fmt: skip
OTHER = make_id("370811", date(1955, 1, 20), 41)
HEAD: Row = {
    "户编号": "JN000001", "村级区划代码": VILLAGE, "住址": "试验村 1 号", "城乡": "农村", "救助类别": "最低生活保障",
    "确认日期": "2024-01-10", "起始月份": "2024-02", "月救助金额": "512.50", "家庭月收入": "200", "姓名": "试验甲",
    "身份证号": OLD, "与户主关系": "户主", "劳动能力": "无劳动能力", "联系电话": "13800138000",
    "银行账号": "6222020200112230", "分类": "A",
}  # fmt: skip
PARTNER: Row = {"户编号": "JN000001", "姓名": "试验乙", "身份证号": WIFE, "与户主关系": "配偶", "劳动能力": "无"}
PUPIL: Row = {
    "户编号": "JN000001", "姓名": "试验丙", "身份证号": CHILD, "与户主关系": "子女", "劳动能力": "无", "是否在校": "是",
}  # fmt: skip
SECOND: Row = {
    **HEAD, "户编号": "JN000002", "姓名": "试验丁", "身份证号": OTHER, "救助类别": "低保边缘", "月救助金额": None,
}  # fmt: skip
FAMILY = [HEAD, PARTNER, PUPIL]
SIGNED: Row = {
    "户编号": "JN000001", "姓名": "试验甲", "身份证号": OLD, "签署日期": "2024-03-01", "场合": "申请",
    "签署方式": "本人签名", "讲解人": "试验员", "文本版本": "2024-01",
}  # fmt: skip
DEED: Row = {
    "户编号": "JN000001", "姓名": "试验甲", "身份证号": OLD, "性质": "守信", "项目代码": "S01",
    "行为日期": "2026-09-01", "发现日期": "2026-09-02", "来源": "家庭报告",
}  # fmt: skip
RESULT: Row = {"户编号": "JN000001", "核对日期": "2026-10-01", "家庭月收入": "300", "收入变化原因": "就业",
               "变化成员身份证号": WIFE, "是否主动申报": "是", "来源": "核对平台"}  # fmt: skip


@pytest.fixture
def placed(office: Office) -> Office:
    """An office that knows its villages, two of one name."""
    rows = [
        AreaRow("370811001000", "试验街道", None, None, ""), AreaRow("370811002000", "邻近街道", None, None, ""),
        AreaRow(VILLAGE, "试验社区居民委员会", None, None, ""), AreaRow(TWIN[0], "同名村村委会", None, None, ""),
        AreaRow(TWIN[1], "同名村民委员会", None, None, ""),
        AreaRow("370811001009", "已撤村村委会", None, date(2020, 1, 1), ""),
    ]  # fmt: skip
    with office.work("gl01") as work:
        areas.load(work, rows)
    return office


def workbook(path: Path, kind: str, rows: Iterable[Row], *, extra: str = "") -> Path:
    """A sheet as an officer would send it."""
    book = openpyxl.Workbook()
    page = book.active
    names = [*sheet_of(kind).names, *([extra] if extra else [])]
    page.append(names)
    for row in rows:
        page.append([row.get(name) for name in names])
    book.save(path)
    return path


def sheet(tmp_path: Path, rows: Iterable[Row], kind: str = "roll") -> Path:
    """The same rows are the same file: a workbook written a second later has other bytes."""
    rows = list(rows)
    path = tmp_path / f"{kind}-{crc32(repr(rows).encode())}.xlsx"
    return path if path.exists() else workbook(path, kind, rows)


def said(office: Office, tmp_path: Path, rows: list[Row], kind: str = "roll") -> list[tuple[int, str, str]]:
    """(row, column, reason) of every fault of a sheet."""
    report = exchange.check(office, kind, sheet(tmp_path, rows, kind), "jb01")
    return [(fault.row, fault.column, fault.reason) for fault in report.errors]


def counted(work: Work) -> dict[str, int]:
    """How many rows stand in each table that an import writes."""
    tables = (*ENTRIES, Household, Person, ImportRow, ImportBatch)
    return {str(table.__tablename__): len(work.session.exec(select(table)).all()) for table in tables}


def everything(office: Office) -> dict[str, int]:
    with office.reading() as work:
        return counted(work)


def whole(office: Office) -> bool:
    with office.reading_engine.connect() as connection:
        return list(breaks(connection, office.vault.chain)) == []


def enrolled(office: Office, tmp_path: Path, rows: list[Row] | None = None) -> ImportBatch:
    return exchange.accept(office, "roll", sheet(tmp_path, rows or FAMILY), "jb01")


def test_a_roll_becomes_households_members_and_grants(placed: Office, tmp_path: Path) -> None:
    batch = enrolled(placed, tmp_path, [*FAMILY, SECOND])
    assert (batch.rows, batch.accepted, batch.state) == (4, 4, "done")
    with placed.reading() as work:
        household = households.by_number(work, "JN000001")
        home = households.home(work, household, date(2024, 1, 10))
        assert (home.area, home.address, home.urban, home.label) == (VILLAGE, "试验村 1 号", False, "A")
        members = households.members(work, household, date(2024, 1, 10))
        assert [(m.relation, m.schooling) for m in members.values()] == [
            (Relation.HEAD, None), (Relation.SPOUSE, None), (Relation.CHILD, True),
        ]  # fmt: skip
        grant = households.acts(work, household, date(2024, 1, 10))[0]
        assert (grant.scheme, grant.amount, grant.income, grant.persons) == (Scheme.DIBAO, 51250, 20000, 3)
        assert (grant.happened_on, grant.effective_on) == (date(2024, 1, 10), date(2024, 2, 1))
        assert (grant.recorded_by, grant.decided_by, grant.import_id) == ("jb01", DECIDED_BY, batch.id)
        person = work.session.get(Person, members[1].person_id)
        assert person is not None
        assert [persons.plain(work, person, name) for name in persons.SEALED] == [
            OLD, "13800138000", "6222020200112230",
        ]  # fmt: skip
        second = households.acts(work, households.by_number(work, "JN000002"), work.today)[0]
        assert (second.scheme, second.amount) == (Scheme.EDGE, 0)
    assert whole(placed)


def test_a_village_is_found_by_its_name(placed: Office, tmp_path: Path) -> None:
    rows = [
        {**HEAD, "村级区划代码": None, "村（居）名称": "试验社区"},
        {**SECOND, "村级区划代码": None, "村（居）名称": "邻近街道/同名村"},
    ]
    enrolled(placed, tmp_path, rows)
    with placed.reading() as work:
        homes = [households.home(work, households.by_number(work, n), work.today) for n in ("JN000001", "JN000002")]
        assert [home.area for home in homes] == [VILLAGE, TWIN[1]]


@pytest.mark.parametrize(("full", "short"), [
    ("古槐社区居民委员会", "古槐社区"), ("李营村村民委员会", "李营村"), ("李营村民委员会", "李营村"),
    ("李营村委会", "李营村"), ("居委会", "居委会"), ("李营", "李营"),
])  # fmt: skip
def test_a_village_is_called_by_its_short_name(full: str, short: str) -> None:
    assert village_name(full) == short


def test_without_areas_the_roll_waits(office: Office, tmp_path: Path) -> None:
    assert "还没有导入行政区划" in said(office, tmp_path, [HEAD])[0][2]


def test_rare_characters_are_kept(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path, [{**HEAD, "姓名": "试\U00020164𫖯", "住址": "𠮷村〇号"}])
    with placed.reading() as work:
        assert work.session.exec(select(Person)).one().name == "试\U00020164𫖯"
        assert work.session.exec(select(Residence)).one().address == "𠮷村〇号"


def test_somebody_of_another_household_is_refused_until_he_left_it(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    moved = {**SECOND, "身份证号": WIFE, "姓名": "试验乙"}
    assert "此人已是户 JN000001" in said(placed, tmp_path, [moved])[0][2]
    with placed.work("jb01") as work:
        household = households.by_number(work, "JN000001")
        households.change_member(work, household, 2, since=date(2026, 1, 1), presence=households.Presence.LEFT)
    assert said(placed, tmp_path, [moved]) == []


def test_a_standing_household_is_not_entered_again(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    found = said(placed, tmp_path, [{**HEAD, "住址": "新址"}])
    assert found[0][:2] == (2, "户编号")
    assert "户 JN000001 已登记" in found[0][2]


def test_a_repeated_import_adds_nothing_in_the_same_or_another_file(placed: Office, tmp_path: Path) -> None:
    first = enrolled(placed, tmp_path)
    before = everything(placed)
    assert enrolled(placed, tmp_path).id == first.id
    assert everything(placed) == before
    turned = [{**row, "户编号": " JN000001", "银行账号": row.get("银行账号")} for row in FAMILY[::-1]]
    repeated = workbook(tmp_path / "另一个.xlsx", "roll", turned)
    report = exchange.check(placed, "roll", repeated, "jb01")
    assert (report.imported, report.good, report.errors) == (3, 0, ())
    other = exchange.accept(placed, "roll", repeated, "jb01")
    assert (other.id != first.id, other.accepted) == (True, 0)
    assert everything(placed) == {**before, "import_batch": 2}


def test_all_or_nothing(placed: Office, tmp_path: Path) -> None:
    before = everything(placed)
    with pytest.raises(Refused, match="有 1 行有误，没有导入任何一行"):
        enrolled(placed, tmp_path, [*FAMILY, {**SECOND, "住址": None}])
    assert everything(placed) == before


def test_good_households_go_in_and_a_bad_member_holds_back_the_whole_household(placed: Office, tmp_path: Path) -> None:
    path = sheet(tmp_path, [*FAMILY[:2], {**PUPIL, "是否在校": "也许"}, SECOND])
    report = exchange.check(placed, "roll", path, "jb01")
    assert (report.rows, report.good, str(report)) == (
        4, 1, "共 4 行：可导入 1 行，已导入过 0 行，有误 1 行，因同户有误暂缓 2 行",
    )  # fmt: skip
    batch = exchange.accept(placed, "roll", path, "jb01", "good")
    assert (batch.rows, batch.accepted) == (4, 1)
    with placed.reading() as work:
        assert [one.number for one in work.session.exec(select(Household))] == ["JN000002"]
    # corrected, the rest of the same sheet goes in
    rest = exchange.accept(placed, "roll", sheet(tmp_path, [*FAMILY, SECOND]), "jb01", "good")
    assert rest.accepted == 3


def test_the_error_file_is_the_own_workbook_with_one_more_column(placed: Office, tmp_path: Path) -> None:
    path = sheet(tmp_path, [HEAD, {**PARTNER, "劳动能力": "一般"}, SECOND])
    book = openpyxl.load_workbook(path)
    book.active.title = "我的名册"
    book.active["A1"].comment = openpyxl.comments.Comment("自己的批注", "试验员")
    book.active["C3"].font = openpyxl.styles.Font(color="FF00FF00")
    book.active.column_dimensions["C"].width = 33
    book.create_sheet("备忘")["A1"] = "不要动我"
    book.save(path)
    report = exchange.check(placed, "roll", path, "jb01")
    out = tmp_path / "out.xlsx"
    out.write_bytes(report.error_file)
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(out)
    assert after.sheetnames == ["我的名册", "备忘"]
    assert after["备忘"]["A1"].value == "不要动我"
    page, own = after["我的名册"], before["我的名册"]
    width = own.max_column
    for row in own.iter_rows():
        for cell in row:
            assert page[cell.coordinate].value == cell.value
    assert page["A1"].comment.text.endswith("自己的批注")
    assert (page["C3"].font.color.rgb, page.column_dimensions["C"].width) == ("FF00FF00", 33)
    assert [page.cell(n, width + 1).value for n in range(1, 5)] == [
        MARK, "（本行无误；同户第 3 行有误，整户暂不导入）",
        "劳动能力“一般”：不在可选范围，只能填：有劳动能力、部分丧失劳动能力、无劳动能力", None,
    ]  # fmt: skip


def test_the_corrected_error_file_is_taken_and_its_old_marks_are_replaced(placed: Office, tmp_path: Path) -> None:
    path = sheet(tmp_path, [{**HEAD, "城乡": "城郊", "住址": None}])
    for wrong, right in ((5, "农村"), (4, "试验村 1 号")):
        report = exchange.check(placed, "roll", path, "jb01")
        assert report.errors
        path.write_bytes(report.error_file)
        book = openpyxl.load_workbook(path)
        page = book.active
        assert [cell.value for cell in page[1]].count(MARK) == 1
        assert page.cell(2, page.max_column).value == "；".join(map(str, report.errors))
        page.cell(2, wrong).value = right
        book.save(path)
    assert exchange.accept(placed, "roll", path, "jb01").accepted == 1


def test_values_under_no_name_are_left_alone(placed: Office, tmp_path: Path) -> None:
    path = sheet(tmp_path, [{**HEAD, "城乡": "城郊"}])
    book = openpyxl.load_workbook(path)
    width = book.active.max_column
    book.active.cell(2, width + 1).value = "随手记"
    book.save(path)
    path.write_bytes(exchange.check(placed, "roll", path, "jb01").error_file)
    page = openpyxl.load_workbook(path).active
    assert page.cell(2, width + 1).value == "随手记"
    assert page.cell(1, width + 2).value == MARK


def csv_file(path: Path, rows: list[Row], encoding: str, kind: str = "roll") -> Path:
    names = sheet_of(kind).names
    text = io.StringIO(newline="")
    csv.writer(text).writerows([names, *([row.get(name, "") or "" for name in names] for row in rows)])
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def test_hints_are_told_and_unknown_columns_named(placed: Office, tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "roll", [{**HEAD, "身份证号": "370811600501001"}], extra="备注")
    report = exchange.check(placed, "roll", path, "jb01")
    assert (report.good, report.ignored) == (1, ("备注",))
    assert "15位旧号码已换算" in report.hints[0].reason


def test_templates_come_back_filled_without_a_fault(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    rows = {"roll": [SECOND], "commitments": [SIGNED], "conduct": [DEED], "comparison": [RESULT]}
    assert set(rows) == set(SHEETS)
    for kind, filled in rows.items():
        path = tmp_path / f"{kind}-filled.xlsx"
        path.write_bytes(exchange.template(kind))
        book = openpyxl.load_workbook(path)
        page = book[sheet_of(kind).title]
        assert (page.freeze_panes, book.sheetnames[1]) == ("B2", "填写说明")
        lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
        assert len(lists) == sum(bool(column.choices) for column in sheet_of(kind).columns)
        for at, name in enumerate(sheet_of(kind).names, start=1):
            for n, row in enumerate(filled, start=2):
                page.cell(n, at).value = row.get(name)
        book.save(path)
        assert exchange.check(placed, kind, path, "jb01").errors == ()


def test_promises_conduct_and_results_reach_the_ledger(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    guardian = {**SIGNED, "姓名": "试验丙", "身份证号": CHILD, "签署方式": "监护人代签", "监护人": "试验甲"}
    exchange.accept(placed, "commitments", sheet(tmp_path, [SIGNED, guardian], "commitments"), "jb01")
    exchange.accept(placed, "conduct", sheet(tmp_path, [DEED], "conduct"), "jb01")
    died = {
        "户编号": "JN000001", "身份证号": WIFE, "核对日期": "2026-10-02", "死亡日期": "2026-09-20", "来源": "殡葬信息",
    }  # fmt: skip
    exchange.accept(placed, "comparison", sheet(tmp_path, [RESULT, died], "comparison"), "jb01")
    with placed.reading() as work:
        promises = work.session.exec(select(Commitment).order_by(Commitment.seq)).all()  # type: ignore[arg-type]
        assert [(p.member_no, p.signed_by, p.guardian_no) for p in promises] == [
            (1, SignedBy.SIGNATURE, None), (3, SignedBy.GUARDIAN, 1),
        ]  # fmt: skip
        deed = work.session.exec(select(Conduct)).one()
        assert (deed.member_no, deed.item) == (1, "S01")
        assert (deed.act_end, deed.found_on) == (date(2026, 9, 1), date(2026, 9, 2))
        result = work.session.exec(select(Verification)).one()
        assert (result.income, result.cause, result.cause_member, result.self_reported, result.stable) == (
            30000, Cause.EMPLOYMENT, 2, True, None,
        )  # fmt: skip
        warning = work.session.exec(select(Change)).one()
        assert (warning.kind, warning.member_no, warning.happened_on, warning.reported_on) == (
            Event.DEATH, 2, date(2026, 9, 20), date(2026, 10, 2),
        )  # fmt: skip
    assert whole(placed)


def test_unknown_kinds_and_imports_are_named(placed: Office, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="roll（救助名册）"):
        exchange.check(placed, "rolls", sheet(tmp_path, FAMILY), "jb01")
    with pytest.raises(NotFound, match="批次号"):
        exchange.undo(placed, 77, "jb01")


def test_a_household_entered_meanwhile_is_not_entered_twice(
    placed: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the writing somebody enters the household by hand."""
    path = sheet(tmp_path, [SECOND, HEAD])
    seen: Iterator[int] = iter(range(9))

    def meanwhile(done: int, rows: int) -> None:
        if next(seen) == 0:
            with placed.work("jb09") as work:
                households.register(
                    work, "JN000001", area=VILLAGE, address="别处", urban=False, since=date(2024, 1, 1)
                )  # fmt: skip

    monkeypatch.setattr(exchange, "_CHUNK", 1)
    batch = exchange.accept(placed, "roll", path, "jb01", "good", progress=meanwhile)
    assert batch.accepted == 1
    with placed.reading() as work:
        assert households.home(work, households.by_number(work, "JN000001"), work.today).address == "别处"


def test_a_unit_that_a_verb_refuses_is_left_out_and_the_others_go_in(
    placed: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The checks know all that the verbs ask today; what a verb may ask tomorrow must not stop the others."""
    enrolled(placed, tmp_path)
    other = {**SIGNED, "姓名": "试验乙", "身份证号": WIFE}
    real = commitments.sign

    def stricter(work: Work, household_id: int, **told: Any) -> Commitment:
        if told["member_no"] == 1:
            raise Refused("今后的规定")
        return real(work, household_id, **told)

    monkeypatch.setattr(commitments, "sign", stricter)
    path = sheet(tmp_path, [SIGNED, other], "commitments")
    assert exchange.accept(placed, "commitments", path, "jb01", "good").accepted == 1
    with placed.reading() as work:
        assert [promise.member_no for promise in work.session.exec(select(Commitment))] == [2]
    third = {**SIGNED, "签署日期": "2024-03-02"}
    with pytest.raises(Refused, match="第 2 行不能登记：今后的规定"):
        exchange.accept(placed, "commitments", sheet(tmp_path, [third], "commitments"), "jb01")
