"""打印批次 (print runs): what is chosen, in which order, on which pages, and what counts as printed."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
import zxingcpp
from pypdfium2 import PdfDocument
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import print_progress, print_runs, printing, seals
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.print_choice import Choice, preview
from integrity.records.ledger import Notice
from integrity.records.print_runs import PrintNote
from integrity.rules.house_order import house_order
from integrity.settings import settings
from integrity.terms import PaperKind, PrintEvent, PrintState
from integrity.work import Office
from reports import run_files
from reports.barcodes import digits_of
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, papers
from tests.print_office import WEST, counted, items, made, order_of, paper, printings, runs, street, words

__all__ = ["papers", "street"]
Street = tuple[Office, list[str]]


def test_houses_come_in_the_order_of_the_way() -> None:
    way = [
        f"试验社区{one}" for one in
        ("1组", "一组2号", "2组9号", "二组10号", "2组11号", "十组１号", "二十三组1号", "一百零五组1号")
    ]  # fmt: skip
    assert sorted(reversed(way), key=house_order) == way
    assert house_order("三里屯路5号") < house_order("三里屯路12号")


def test_a_run_holds_everything_that_waits_by_village_house_and_number(street: Street) -> None:
    office, (ten, two_ten, two_nine, west) = street
    number = made(office)
    assert number == "PC2026-0001"
    assert order_of(office, number) == [two_nine, two_ten, ten, west]
    with office.reading() as work:
        run = print_runs.run_of(work, "pc2026-0001")
        assert (run.area, run.papers, run.made_by, run.chosen) == (TOWNSHIP, 4, "jb01", "全部待印文书")
        assert print_progress.states(work, run) == {PrintState.READY: 4}
        proofs = [print_runs.receipt_of(work, one) for one in items(work, number)]
        assert [one.number for one in proofs if one] == [f"试街回〔2026〕{n}号" for n in (1, 2, 3, 4)]
    assert printings(office) == [], "nothing is printed before somebody has counted it"


@pytest.mark.parametrize("on_back", [False, True])
def test_every_paper_begins_on_the_right_and_has_its_proof_behind_it(street: Street, on_back: bool) -> None:
    office, _ = street
    number = made(office, posted=(WEST,), on_back=on_back)
    with office.reading() as work:
        run = print_runs.run_of(work, number)
        (file,) = print_runs.files_of(work, run)
        rows = items(work, number)
        named = [(print_runs.notice_of(work, one), print_runs.receipt_of(work, one)) for one in rows]
    content = (settings().papers / file.file).read_bytes()
    assert sha256(content).hexdigest() == file.sha256
    pages = words(content)
    assert (len(pages), file.pages, file.sheets) == (file.pages, 2 * file.sheets, file.sheets)
    assert all(f in pages[0] for f in ("PC2026-0001第1册", "4份", "任城区试验街道", f"{file.sheets}张", "1件", "jb01"))
    for row, (notice, proof) in zip(rows, named, strict=True):
        assert proof is not None
        assert row.first_page % 2 == 1
        assert notice.number in pages[row.first_page - 1]
        assert proof.number in pages[row.receipt_page - 1]
        free = on_back and row.pages % 2 == 1
        assert row.receipt_page == row.first_page + row.pages + (row.pages % 2 and not free)
        assert (row.receipt_page % 2 == 0) is free, "on a sheet of its own, on the back where that was asked for"
        assert notice.number in pages[1], "it is on the manifest"
    assert "赵试乙" in pages[1], "whoever delivers has to find him"


def test_bar_codes_on_manifest_and_proof_are_read_by_another_program_at_300_dpi(street: Street) -> None:
    office, _ = street
    number = made(office)
    with office.reading() as work:
        run = print_runs.run_of(work, number)
        (file,) = print_runs.files_of(work, run)
        rows = items(work, number)
        expected = {digits_of(print_runs.notice_of(work, one).data_sha256) for one in rows}
        proof = print_runs.receipt_of(work, rows[0])
    with PdfDocument(settings().papers / file.file) as pdf:

        def read(page: int) -> set[str]:
            picture = pdf[page].render(scale=300 / 72, grayscale=True).to_pil().convert("L")
            formats = zxingcpp.BarcodeFormat.Code128
            return {one.text for one in zxingcpp.read_barcodes(picture, formats=formats)}

        assert read(1) == expected
        assert proof is not None
        assert read(rows[0].receipt_page - 1) == {digits_of(proof.data_sha256)}


def test_the_same_run_gives_the_same_bytes_and_a_lost_file_comes_back(street: Street) -> None:
    office, _ = street
    number = made(office)
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        (file,) = print_runs.files_of(work, run)
        path = settings().papers / file.file
        before = path.read_bytes()
        path.unlink()
        assert print_progress.start(work, run, 1) == path
    assert path.read_bytes() == before


def test_files_hold_two_hundred_papers_at_most(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    office, _ = street
    assert run_files.LARGEST == 200
    monkeypatch.setattr(run_files, "LARGEST", 3)
    number = made(office)
    with office.reading() as work:
        files = print_runs.files_of(work, print_runs.run_of(work, number))
        assert [len(print_runs.items_of(work, print_runs.run_of(work, number), one.no)) for one in files] == [3, 1]
        assert "第2册（共2册）" in words((settings().papers / files[1].file).read_bytes())[0]


def test_the_preview_counts_what_the_run_will_hold_and_says_what_stays_out(street: Street, clock: SetClock) -> None:
    office, numbers = street
    with office.work("sp01") as work:
        seals.end(work, numbers[0], reason="金额有误")
    with office.work("jb01") as work:
        told = preview(work, Choice(area=TOWNSHIP, posted=(WEST, numbers[1])))
        elsewhere = preview(work, Choice(area=WEST, numbers=(numbers[0], "试街告〔2026〕99号")))
        by_name = preview(work, Choice(area=TOWNSHIP, numbers=(numbers[0],)))
    assert (told.papers, told.posted, told.kinds) == (3, 2, {PaperKind.F01.value: 3})
    assert not told.left_out, "what was withdrawn waits for no printer"
    assert [(one.number, "撤回" in one.why) for one in by_name.left_out] == [(numbers[0], True)]
    assert elsewhere.papers == 0
    assert all("没有文号为" in one.why for one in elsewhere.left_out)
    number = made(office)
    with office.reading() as work:
        assert sum(one.sheets for one in items(work, number)) == told.sheets
        assert len(items(work, number)) == 3
        again = preview(work, Choice(area=TOWNSHIP, numbers=(numbers[1],)))
        assert again.papers == 0
        assert "已在打印批次 PC2026-0001 中" in again.left_out[0].why


@pytest.mark.parametrize(
    ("choice", "many"),
    [({"kinds": (PaperKind.F02,)}, 1), ({"by": date(2026, 9, 1)}, 0), ({"by": date(2026, 9, 2)}, 5)],
)
def test_a_run_can_be_narrowed_down(street: Street, choice: dict[str, object], many: int) -> None:
    office, _ = street
    with office.work("jb01") as work:
        paper(work, work.session.exec(select(Notice)).all()[0].household_id, PaperKind.F02)
        assert preview(work, Choice(area=TOWNSHIP, **choice)).papers == many  # type: ignore[arg-type]
        if not many:
            with pytest.raises(Refused, match="没有可以打印的文书"):
                print_runs.make(work, Choice(area=TOWNSHIP, **choice))  # type: ignore[arg-type]


def test_a_paper_that_nobody_serves_has_no_proof_of_service(street: Street) -> None:
    office, _ = street
    with office.work("jb01") as work:
        paper(work, work.session.exec(select(Notice)).all()[0].household_id, PaperKind.F02)
    number = made(office, kinds=(PaperKind.F02,))
    with office.reading() as work:
        (one,) = items(work, number)
        assert (one.receipt_seq, one.receipt_page, one.receipt_pages) == (None, 0, 0)


def test_papers_count_as_printed_when_the_count_is_right(street: Street) -> None:
    office, numbers = street
    number = made(office)
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        (file,) = print_runs.files_of(work, run)
        print_progress.start(work, run, 1)
        assert print_progress.states(work, run) == {PrintState.PRINTING: 4}
        wrong = print_progress.count(work, run, 1, pages=file.pages - 4)
    assert not wrong.right
    assert "少 4 页" in wrong.told[0]
    assert any(numbers[3] in one for one in wrong.told), "the last paper is where the printer stopped"
    assert printings(office) == []
    with office.work("jb01") as work:
        right = print_progress.count(work, run, 1, sheets=file.sheets)
        assert right.right
        assert print_progress.states(work, run) == {PrintState.PRINTED: 4}
        events = [one.event for one in print_progress.notes_of(work, run)]
        assert events == [PrintEvent.STARTED, PrintEvent.MISCOUNTED, PrintEvent.PRINTED]
    entries = printings(office)
    assert len(entries) == 8, "four papers and four proofs of service"
    assert {one.pdf_sha256 for one in entries} == {file.sha256}
    with office.work("jb01") as work:
        with pytest.raises(Conflict, match="已经清点确认"):
            print_progress.count(work, run, 1, sheets=file.sheets)
        with pytest.raises(Invalid, match="写一样即可"):
            print_progress.count(work, run, 1)
        notice = work.session.exec(select(Notice).where(Notice.number == numbers[0])).one()
        assert printing.original(work, notice) == settings().papers / file.file


def test_a_paper_that_was_withdrawn_while_it_was_printed_is_not_entered(street: Street) -> None:
    office, numbers = street
    number = made(office)
    with office.work("sp01") as work:
        seals.end(work, numbers[2], reason="金额有误")
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        told = print_progress.count(work, run, 1, sheets=print_runs.file_of(work, run, 1).sheets).told
        assert any(numbers[2] in one and "抽出销毁" in one for one in told)
        assert print_progress.states(work, run) == {PrintState.PRINTED: 3, PrintState.DROPPED: 1}
    assert len(printings(office)) == 6


def test_a_paper_in_a_run_is_not_printed_beside_it(street: Street) -> None:
    office, numbers = street
    number = made(office)
    with office.work("jb01") as work:
        notice = work.session.exec(select(Notice).where(Notice.number == numbers[0])).one()
        with pytest.raises(Refused, match=f"打印批次 {number} 第 1 册等待打印"):
            printing.original(work, notice)
        run = print_runs.run_of(work, number)
        assert print_progress.cancel(work, run, "改为单独打印") == 4
        with pytest.raises(Conflict, match="已经撤销"):
            print_progress.start(work, run, 1)
        with pytest.raises(Refused, match="不能撤销"):
            print_progress.cancel(work, run, "再撤一次")
        assert printing.original(work, notice).is_file()
        again = print_runs.make(work, Choice(area=TOWNSHIP)).run
        assert (again.number, again.papers) == ("PC2026-0002", 3)
        with pytest.raises(NotFound, match="没有第 3 册"):
            print_runs.file_of(work, again, 3)


def test_a_spoiled_sheet_is_logged_and_printed_again_as_the_original(street: Street, clock: SetClock) -> None:
    office, _ = street
    number = made(office)
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        (first, *_) = items(work, number)
        with pytest.raises(Invalid, match="没有第 99 页"):
            print_progress.spoil(work, run, 1, page=99, reason="卡纸")
        path = print_progress.spoil(work, run, 1, page=2, reason="卡纸")
    whole = words((settings().papers / _file(office, number)).read_bytes())
    own = whole[first.first_page - 1 : first.first_page - 1 + 2 * first.sheets]
    assert words(path.read_bytes()) == own, "page for page the same paper"
    assert not any("补打" in page for page in own)
    counted(office, number)
    with office.work("jb01") as work:
        assert print_progress.spoil(work, run, 1, page=2, reason="墨迹不清").name.endswith("-2.pdf")
        assert len(printings(office)) == 8, "the original is entered once"
        print_progress.hand_over(work, run, "试验社区 王一", on=work.today, village=VILLAGE)
        with pytest.raises(Refused, match="补打"):
            print_progress.spoil(work, run, 1, page=2, reason="淋湿")
        notes = [one for one in work.session.exec(select(PrintNote)) if one.event is PrintEvent.SPOILED]
        assert [(one.item_no, one.page) for one in notes] == [(1, first.first_page + 1)] * 2
        assert "当场销毁" in notes[0].told
        with pytest.raises(Invalid, match="身份证"):
            print_progress.spoil(work, run, 4, page=1, reason="11010519491231002X 的")


def _file(office: Office, number: str) -> str:
    with office.reading() as work:
        return print_runs.file_of(work, print_runs.run_of(work, number), 1).file


def test_printed_papers_are_handed_over_and_come_back(street: Street, clock: SetClock) -> None:
    office, numbers = street
    number = made(office, posted=(WEST,))
    with office.work("jb01") as work:
        run = print_runs.run_of(work, number)
        with pytest.raises(Refused, match="清点以后才能交接"):
            print_progress.hand_over(work, run, "邮局", on=work.today)
    counted(office, number)
    clock.on(date(2026, 9, 9))
    with office.work("jb01") as work:
        assert print_progress.hand_over(work, run, "邮局", on=work.today, posted=True) == 1
        notice = work.session.exec(select(Notice).where(Notice.number == numbers[3])).one()
        with pytest.raises(Invalid, match="退回原因"):
            print_progress.returned(work, notice, on=work.today, reason="")
        print_progress.returned(work, notice, on=work.today, reason="查无此人")
        assert print_progress.states(work, run) == {PrintState.PRINTED: 3, PrintState.RETURNED: 1}
        (waits,) = print_progress.undelivered(work, TOWNSHIP, "370811002000")
        assert (waits[1].number, waits[2].told) == (numbers[3], "查无此人")
        assert print_progress.hand_over(work, run, "试验社区 王一", on=work.today) == 3, "what came back stays"
        assert print_progress.hand_over(work, run, "河西村 李二", on=work.today, numbers=(numbers[3],)) == 1
        with pytest.raises(Refused, match=r"已交接"):
            print_progress.hand_over(work, run, "河西村 李二", on=work.today, numbers=(numbers[3],))
        with pytest.raises(Refused, match="不在本批次"):
            print_progress.hand_over(work, run, "河西村 李二", on=work.today, numbers=("试街告〔2026〕77号",))
        assert print_progress.states(work, run) == {PrintState.HANDED: 4}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE print_item SET state = 'READY' WHERE no = 1",
        "UPDATE print_item SET first_page = 99 WHERE no = 1",
        "DELETE FROM print_item WHERE no = 1",
        "UPDATE print_file SET sha256 = '" + "0" * 64 + "'",
        "UPDATE print_run SET papers = 1",
        "DELETE FROM print_note",
        "INSERT INTO print_item SELECT run, 9, file_no, household_id, notice_seq, receipt_seq, posted, 0, 0, 0, 0, 0, "
        "'', '', 'READY' FROM print_item WHERE no = 1",
    ],
)
def test_the_database_keeps_what_was_printed(street: Street, statement: str) -> None:
    office, _ = street
    counted(office, made(office))
    with pytest.raises(DBAPIError), office.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_paper_that_the_press_refuses_leaves_the_run_and_the_others_are_printed(
    street: Street, monkeypatch: pytest.MonkeyPatch, papers: Path
) -> None:
    office, numbers = street
    with office.work("jb01") as work:
        run = print_runs.make(work, Choice(area=TOWNSHIP)).run
        spoilt = work.session.exec(select(Notice).where(Notice.number == numbers[1])).one()
    with office.engine.begin() as connection:  # what lawful destruction does to a content
        connection.execute(text("UPDATE paper_data SET cipher = :no WHERE sha256 = :it"),
                           {"no": b"", "it": spoilt.data_sha256})  # fmt: skip
    assert len(list(print_runs.write(office, run.number, "jb01"))) == 1
    with office.reading() as work:
        assert print_progress.states(work, run) == {PrintState.READY: 3, PrintState.DROPPED: 1}
        (why,) = [one.told for one in print_progress.notes_of(work, run)]
        assert "销毁" in why
    assert len(runs(office)) == 1
