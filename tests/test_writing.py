"""公文书写: document numbers, dates and amounts as they stand on paper."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.errors import Invalid
from integrity.rules.citations import bracketed, citation, explained
from integrity.rules.grounds import CONDITIONS
from integrity.rules.writing import (
    LARGEST_FEN,
    DocumentNumber,
    capitals,
    counted,
    document_number,
    paper_date,
    read_document_number,
    read_paper_date,
    yuan,
)

_VALUE = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNIT = {"拾": 10, "佰": 100, "仟": 1000}


def _fen_of(text: str) -> int:
    """Read capitals back, written here on its own so that the writer is checked by another hand."""
    total = group = digit = 0
    for character in text.rstrip("整"):
        if character in _VALUE:
            digit = _VALUE[character]
        elif character in _UNIT:
            group, digit = group + digit * _UNIT[character], 0
        elif character in "万亿":
            total, group, digit = total + (group + digit) * {"万": 10**6, "亿": 10**10}[character], 0, 0
        elif character == "元":
            total, group, digit = total + (group + digit) * 100, 0, 0
        else:
            total, digit = total + digit * {"角": 10, "分": 1}[character], 0
    return total


def test_c58_a_document_number_in_the_standard_form_is_read() -> None:
    assert read_document_number("济民停〔2026〕7号") == DocumentNumber("济民停", 2026, 7)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("济民停[2026]07号", ["六角括号", "虚位"]),
        ("济民停[2026]7号", ["六角括号"]),
        ("济民停（2026）7号", ["六角括号"]),
        ("济民停【2026】7号", ["六角括号"]),
        ("济民停〔2026〕07号", ["虚位"]),
        ("济民停〔2026〕0号", ["虚位"]),
        ("济民停〔2026〕第7号", ["第"]),
        ("济民停〔2026〕第07号", ["第", "虚位"]),
        ("第7号", ["第"]),
        ("济民停〔26〕7号", ["四位"]),
        ("济民停〔2026〕7", ["号"]),
        ("济民停 〔2026〕7号", ["空格"]),
        ("济民停〔2026〕７号", ["半角"]),
        ("〔2026〕7号", ["不规范"]),
        ("济民停〔2026〕-7号", ["不规范"]),
        ("", ["不规范"]),
    ],
)
def test_c58_other_forms_of_a_document_number_are_refused_with_every_reason(text: str, reasons: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        read_document_number(text)
    assert all(reason in str(refused.value) for reason in reasons)


@given(st.integers(1000, 9999), st.integers(1, 999_999))
def test_a_document_number_reads_back_as_it_was_made(year: int, n: int) -> None:
    assert read_document_number(document_number("济民停", year, n)) == ("济民停", year, n)


@pytest.mark.parametrize(
    ("prefix", "year", "n"), [("", 2026, 1), ("济民停", 2026, 0), ("济民停", 2026, -1), ("a", 2026, 1)]
)
def test_a_document_number_is_not_made_from_wrong_parts(prefix: str, year: int, n: int) -> None:
    with pytest.raises(Invalid, match="不规范"):
        document_number(prefix, year, n)


def test_c58_a_date_on_paper_has_no_leading_zeros() -> None:
    assert paper_date(date(2026, 9, 7)) == "2026年9月7日"
    assert read_paper_date("2026年9月7日") == date(2026, 9, 7)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026年09月07日", "虚位"),
        ("2026年9月07日", "虚位"),
        ("26年9月7日", "年份写全"),
        ("二〇二六年九月七日", "阿拉伯数字"),
        ("2026-09-07", "不规范"),
        ("2026年9月7日 ", "不规范"),
        ("２０２６年9月7日", "不规范"),
        ("2026年2月30日", "不存在"),
    ],
)
def test_c58_other_dates_are_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        read_paper_date(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_reads_back_as_it_was_written(on: date) -> None:
    assert read_paper_date(paper_date(on)) == on


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (0, "零元整"),
        (5, "伍分"),
        (50, "伍角整"),
        (55, "伍角伍分"),
        (100, "壹元整"),
        (105, "壹元零伍分"),
        (1000, "壹拾元整"),
        (100_000, "壹仟元整"),
        (1_000_000, "壹万元整"),
        (10_000_507, "壹拾万零伍元零柒分"),
        (10_000_000_000, "壹亿元整"),
        (10_000_500_000, "壹亿零伍仟元整"),
        (10_000_000_100, "壹亿零壹元整"),
        (100_100, "壹仟零壹元整"),
        (101_000, "壹仟零壹拾元整"),
        (100_010_000, "壹佰万零壹佰元整"),
        # The examples of 正确填写票据和结算凭证的基本规定 第5条.
        (140_950, "壹仟肆佰零玖元伍角整"),
        (600_714, "陆仟零柒元壹角肆分"),
        (168_032, "壹仟陆佰捌拾元叁角贰分"),
        (10_700_053, "壹拾万柒仟元伍角叁分"),
        (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
        (32_504, "叁佰贰拾伍元零肆分"),
    ],
)
def test_amounts_in_capitals(fen: int, text: str) -> None:
    assert capitals(fen) == text


@given(st.integers(0, LARGEST_FEN))
def test_capitals_say_the_amount_and_never_two_zeros(fen: int) -> None:
    text = capitals(fen)
    assert _fen_of(text) == fen
    assert "零零" not in text


@pytest.mark.parametrize("fen", [-1, LARGEST_FEN + 1, 1.0, True])
def test_amounts_that_cannot_be_written_are_refused(fen: int) -> None:
    with pytest.raises(Invalid, match="金额"):
        capitals(fen)


@pytest.mark.parametrize(
    ("fen", "plain", "grouped"),
    [
        (0, "0.00元", "0.00元"),
        (5, "0.05元", "0.05元"),
        (-5, "-0.05元", "-0.05元"),
        (123_400, "1234.00元", "1,234.00元"),
        (-123_456_789, "-1234567.89元", "-1,234,567.89元"),
    ],
)
def test_amounts_in_figures(fen: int, plain: str, grouped: str) -> None:
    assert yuan(fen) == plain
    assert yuan(fen, grouped=True) == grouped


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (10, "十"), (12, "十二"), (48, "四十八"), (100, "一百"), (105, "一百零五"), (110, "一百一十")],
)
def test_articles_are_counted_in_chinese(number: int, words: str) -> None:
    assert counted(number) == words


def test_only_what_can_be_an_article_is_counted() -> None:
    for number in (0, -1, 1000):
        with pytest.raises(ValueError, match="不在"):
            counted(number)


@pytest.mark.parametrize(
    ("law", "cited"),
    [
        ("社会救助法第18条", "《中华人民共和国社会救助法》第十八条"),
        (
            "最低生活保障审核确认办法（民发〔2021〕57号）第31条第2款",
            "《最低生活保障审核确认办法》（民发〔2021〕57号）第三十一条第二款",
        ),
        ("特困人员认定办法（民发〔2021〕43号）第24条第4项", "《特困人员认定办法》（民发〔2021〕43号）第二十四条第四项"),
        ("民发〔2021〕57号第7条", "《最低生活保障审核确认办法》（民发〔2021〕57号）第七条"),
        ("民发〔2021〕43号第24条第2、5项", "《特困人员认定办法》（民发〔2021〕43号）第二十四条第二、五项"),
        ("行政处罚法（2021年修订） 第36条", "《中华人民共和国行政处罚法》第三十六条"),
        ("山东省社会信用条例 第38条", "《山东省社会信用条例》第三十八条"),
        (
            "民政部等四部门 关于进一步做好最低生活保障等社会救助兜底保障工作的通知（2022-10-20） 一（三）",
            "《民政部等四部门关于进一步做好最低生活保障等社会救助兜底保障工作的通知》（2022年10月20日）第一部分第（三）项",
        ),
        ("中办发〔2020〕18号二（七）", "《关于改革完善社会救助制度的意见》（中办发〔2020〕18号）第二部分第（七）项"),
        ("济宁市2022年7月新闻发布会", "济宁市2022年7月新闻发布会"),
        ("当地渐退规定", "当地渐退规定"),
    ],
)
def test_a_law_is_cited_as_papers_do(law: str, cited: str) -> None:
    assert citation(law) == cited


def test_a_law_in_a_list_says_what_it_is_about_and_one_in_brackets_has_no_brackets_of_its_own() -> None:
    assert explained("社会救助法第18条") == "《中华人民共和国社会救助法》第十八条（最低生活保障的条件）"
    assert explained("社会救助法第18条、第99条") == "《中华人民共和国社会救助法》第十八条、第九十九条"
    assert explained("民发〔2021〕57号第34条（只减发其本人的）").endswith("第三十四条（只减发其本人的）")
    assert bracketed("社会救助法第40条；民发〔2021〕57号第9条") == (
        "《中华人民共和国社会救助法》第四十条；《最低生活保障审核确认办法》第九条"
    )


def test_every_ground_of_a_decision_says_what_its_article_is_about() -> None:
    laws = {law for one in CONDITIONS for text in (one.law, one.tekun) for law in text.split("；") if "第" in text}
    named = {law for law in laws if not law.startswith("当地") and re.search(r"第\d|（.）$", law)}
    assert len(named) > 15
    assert [law for law in sorted(named) if not explained(law).endswith("）")] == []
