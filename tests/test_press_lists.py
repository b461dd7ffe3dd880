"""核查清单与工作簿 (lists and workbooks): every household once, text stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from reports import lists
from reports.faults import Incomplete, MissingGlyphs
from reports.lists import by_village, recheck_list_pdf, recheck_list_xlsx
from reports.summary import Bar, Summary, bars_svg, summary_pdf
from reports.tables import Column, Table, table_xlsx
from tests.press_samples import roll


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def sheet(book: bytes) -> Any:
    return load_workbook(BytesIO(book)).active


def test_every_household_stands_on_the_list_once_under_its_village() -> None:
    paper = recheck_list_pdf(roll(40))
    text = "".join(pages(paper.pdf))
    for line in roll(40).lines:
        assert text.count(line.household) == 1
    assert text.index("河西村") < text.index("河东村") < text.index("平安社区")
    assert "合计：40户、120人。各村（居）：河西村14户，河东村13户，平安社区13户。本清单到此为止。" in text


def test_head_number_and_page_stand_on_every_page() -> None:
    for number, page in enumerate(pages(recheck_list_pdf(roll(40)).pdf), 1):
        assert "核查人签名" in page
        assert "清单编号：核单2026-09-03" in page
        assert f"第{number}页" in page


def test_who_visits_finds_the_house_the_telephone_what_is_overdue_and_room_for_two_names() -> None:
    late = replace(roll(2).lines[0], due=date(2026, 8, 20), address="平安镇河西村2组18号", phone="13900000000")
    (text,) = pages(recheck_list_pdf(replace(roll(2), lines=(late, roll(2).lines[1]))).pdf)
    assert "平安镇河西村2组18号13900000000" in text
    assert text.count("逾期") == 2  # at the line and in the sum
    assert "其中逾期1户" in text
    assert "核查人签名（一）" in text
    assert "核查人签名（二）" in text
    assert "第1页共1页" in text


def test_a_long_list_laid_out_in_pieces_is_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "ROWS", 9)
    text = pages(recheck_list_pdf(roll(40)).pdf)
    assert [f"第{number}页" in page for number, page in enumerate(text, 1)] == [True] * len(text)
    serials = [int(found) for page in text for found in re.findall(r"(\d+)370881101-\d{4}", page)]
    assert serials == list(range(1, 41))
    assert "河西村（续）" in "".join(text)
    assert "".join(text).count("本清单到此为止") == 1


def test_the_same_list_gives_the_same_bytes() -> None:
    assert recheck_list_pdf(roll(9)) == recheck_list_pdf(roll(9))
    assert recheck_list_xlsx(roll(9)) == recheck_list_xlsx(roll(9))


def test_an_incomplete_line_stops_the_list_and_is_named() -> None:
    whole = roll(3)
    broken = replace(whole, lines=(*whole.lines, replace(whole.lines[0], ground="")))
    for make in (recheck_list_pdf, recheck_list_xlsx):
        with pytest.raises(Incomplete, match="核查对象·核查事由"):
            make(broken)
    with pytest.raises(Incomplete, match="核查对象"):
        recheck_list_pdf(replace(whole, lines=()))


def test_a_missing_glyph_names_the_household() -> None:
    whole = roll(3)
    broken = replace(whole, lines=(replace(whole.lines[0], head="王\ue000"),))
    with pytest.raises(MissingGlyphs, match=r"户编号370881101-0000的户主姓名中的.*U\+E000"):
        recheck_list_pdf(broken)


@given(st.lists(st.sampled_from("甲乙丙"), min_size=1, max_size=30))
def test_grouping_keeps_every_line_and_the_order_within_a_village(villages: list[str]) -> None:
    lines = [replace(roll(1).lines[0], village=name, household=str(place)) for place, name in enumerate(villages)]
    grouped = by_village(lines)
    assert sorted(grouped, key=lambda line: int(line.household)) == lines
    for name in set(villages):
        members = [line for line in grouped if line.village == name]
        assert members == [line for line in lines if line.village == name]
        start = grouped.index(members[0])
        assert grouped[start : start + len(members)] == members


def test_the_workbook_holds_the_same_lines_with_typed_cells() -> None:
    page = sheet(recheck_list_xlsx(roll(4)))
    rows = list(page.iter_rows(min_row=3, values_only=True))
    assert rows[0][:4] == ("序号", "户编号", "户主", "村（居）")
    assert [row[1] for row in rows[1:]] == [line.household for line in by_village(roll(4).lines)]
    assert rows[1][7].date() == date(2026, 9, 30)
    assert page.freeze_panes == "A4"
    assert page.print_title_rows == "$3:$3"
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    (choice,) = page.data_validations.dataValidation
    assert choice.formula1 == '"继续,减发,渐退,退出"'
    assert str(choice.sqref) == "K4:K7"


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="=+-@\t'\"0123456789()A王", min_size=1, max_size=20))
def test_text_is_never_a_formula_a_number_or_a_link(text: str) -> None:
    book = table_xlsx(Table("表", (Column("甲"),), ((text,), (f"={text}",), ("http://127.0.0.1/",))))
    with ZipFile(BytesIO(book)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page
    assert "hyperlink" not in page
    assert [cell.data_type for cell in sheet(book)["A"][3:6]] == ["s"] * 3 or text.strip() == ""
    assert sheet(book)["A5"].value == f"={text}"


def test_a_long_identity_number_keeps_its_last_digit() -> None:
    page = sheet(table_xlsx(Table("表", (Column("身份证号", 20),), (("37088119900101001X",), ("370881199001010017",)))))
    assert [page["A4"].value, page["A5"].value] == ["37088119900101001X", "370881199001010017"]
    assert page["A5"].number_format == "@"


def test_a_table_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(ValueError, match="第1行有1格，应有2格"):
        table_xlsx(Table("表", (Column("甲"), Column("乙")), (("1",),)))
    with pytest.raises(ValueError, match="「甲」的选项"):
        table_xlsx(Table("表", (Column("甲", choices=("长" * 300,)),), (("1",),)))
    with pytest.raises(ValueError, match="「甲」的选项"):
        table_xlsx(Table("表", (Column("甲", choices=("一,二",)),), (("1",),)))


SUMMARY = Summary(
    title="定期核查结果汇总表",
    organ="清河县平安镇人民政府",
    number="汇2026-09",
    period="2026年9月",
    made_on=date(2026, 9, 30),
    printed_by="李敏",
    bars=(Bar(label="继续", count=30), Bar(label="渐退", count=10), Bar(label="<退出>", count=0)),
)


def test_the_summary_shows_every_figure_in_chart_and_table() -> None:
    (text,) = pages(summary_pdf(SUMMARY).pdf)
    assert "30户（75.0%）" in text
    assert "0户（0.0%）" in text
    assert text.count("<退出>") == 2
    assert "合计40" in text


def test_a_chart_of_nothing_is_still_a_chart() -> None:
    assert bars_svg([Bar(label="退出", count=0)], "图").count("<rect") == 1
    with pytest.raises(Incomplete, match="分项"):
        summary_pdf(replace(SUMMARY, bars=()))
    with pytest.raises(Incomplete, match="分项·户数"):
        summary_pdf(replace(SUMMARY, bars=(Bar(label="退出", count=-1),)))
