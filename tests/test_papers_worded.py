"""真实文书的用语 (wording of real papers): every kind that the test offices can make out, read as it is printed.

Samples are written well; what a clerk hands out comes from the makers. Each walk makes its papers through procedures,
and every paper that it left in the ledger, and every public notice, is read against the same rules.
"""

from __future__ import annotations

import html
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from integrity import letters, postings, recommendations
from integrity.households import settle
from integrity.letters_family import address, places, where
from integrity.letters_family import family as family_of
from integrity.papers import content, issue
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Posting, Recommendation
from integrity.terms import PaperKind
from integrity.work import Office, Work
from reports import engine, forms
from reports.forms import Letter
from tests import press_samples as samples
from tests import test_case_letters_money as money
from tests import test_case_letters_refund as refund
from tests import test_case_sheets as sheets
from tests import test_cases_aid as aid
from tests import test_postings as notices
from tests.case_steps import entry
from tests.case_table import walked
from tests.case_walk import Walk, furnish
from tests.conftest import SetClock
from tests.credit_office import acted, staffed
from tests.papers_office import Family, evaluate, granted, organ, papers
from tests.test_case_files import go
from tests.test_case_sheets import lowered, ready
from tests.test_cases_aid import house
from tests.test_postings import town

__all__ = ["entry", "house", "lowered", "papers", "ready", "town"]

_PLACE = "区|县|镇|乡|街道|村|社区|委会|办事处|民政局|人民政府"
_DAY = r"(\d{4})年(\d{1,2})月(\d{1,2})日"
WRONG: Mapping[str, re.Pattern[str]] = {
    "条号用阿拉伯数字": re.compile(r"第\d+[、\d]*[条款项]"),
    "法名没有书名号": re.compile(r"[^》）、至或者项]第[零一二三四五六七八九十百]+条"),
    "法名不是全称": re.compile(r"《(?:社会救助|行政处罚|行政强制|行政复议|行政诉讼|个人信息保护|民事诉讼)法》"),
    "文号没有名称": re.compile(r"(?<!（)(?:民发|国办发|中办发)〔\d{4}〕\d+号"),
    "地名重复": re.compile(rf"([\u4e00-\u9fff]{{2,}}?(?:{_PLACE}))[（，]?\1"),
    "住址写村委会": re.compile(r"(?:村|居)(?:民委员)?委?会[\u4e00-\u9fff\d]*\d+号"),
    "像没填的空": re.compile(r"规定(?:工作日|月数|天数|日数|次数)|None|nan|\{|\}"),
    "括号里套括号": re.compile(r"（[^（）]*（"),
    "日期写法": re.compile(r"\d{4}-\d{1,2}-\d{1,2}"),
    "标点重复": re.compile(r"[。；，：、][。；，：、]|（）|《》"),
    "期限用汉字数字": re.compile(r"[二两三四五六七八九十百]+(?:个?(?:工作日|月|小时)|日|天|周岁|倍)"),
    "百分数用汉字": re.compile(r"百分之"),
    "标题用斜括": re.compile(r"拟调减（终止）|调整（停发）"),
}  # fmt: skip
"""What no paper may say, by the name of the fault."""
_TYPED = re.compile("事实|理由|听取意见情况|陈述和申辩内容|项目|异议事项|请求|本人意见|事项$|情况|处理措施|移送材料")
_TO_COME = re.compile(rf"(?:定于|将于|请于|请在|将在){_DAY}")


def said(letter: Letter) -> str:
    """The words of a paper as it is printed, without blanks."""
    values = {"letter": letter, "qr": "asset:qr", "data": "0" * 64, "version": "0" * 64, "mark": ""}
    page = engine.pieces(f"letters/{letter.template}", **values).html
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2])))


def faults(letter: Letter, typed: re.Pattern[str] = _TYPED) -> Iterator[str]:
    """What is wrong with the wording of a paper."""
    words = said(letter)
    for official, text in forms.texts(letter):  # what people said or wrote down is theirs
        if typed.search(official) and len(text) > 4:
            words = words.replace(re.sub(r"\s+", "", text).rstrip("。"), "某事")
    for name, pattern in WRONG.items():
        for found in pattern.finditer(words):
            yield f"{letter.form} {name}：…{words[max(0, found.start() - 20) : found.end() + 12]}…"
    for found in _TO_COME.finditer(words):
        if date(*map(int, found.groups())) < letter.on:
            yield f"{letter.form} 过去的日子写成将来：{found[0]}"
    if bool(letter.remedies) != bool(re.search(r"[一二三四五六七八九十]、救济途径", words)):
        yield f"{letter.form} 救济途径与标题不符"


def made(work: Work) -> Iterator[tuple[PaperKind, Letter]]:
    """Every paper and public notice of an office."""
    for notice in work.session.exec(select(Notice)):
        yield notice.kind, content(work, notice)
    for posting in work.session.exec(select(Posting)):
        if not postings.ended(work, posting, work.today):
            kind = PaperKind.F29 if "终止" in posting.kind.value else PaperKind.F07
            yield kind, postings.sheet(work, posting)


def read(office: Office) -> set[PaperKind]:
    """Every paper of an office stands every rule; their kinds."""
    with office.reading() as work:
        found = list(made(work))
    wrong = [fault for _, letter in found for fault in faults(letter)]
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    return {kind for kind, _ in found}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database: what a paper says does not depend on it."""
    return sqlite_url


@pytest.fixture
def acting(office: Office, family: Family, clock: SetClock, papers: Path) -> money.Ready:
    """A household on 低保 whose head hid income; it lives where the roll repeats the town, under a committee's name."""
    staffed(office)
    (household,) = granted(office, family)
    with office.work("jb01", now=datetime(2026, 1, 20, 10, tzinfo=SHANGHAI)) as work:
        settle(
            work, household, area="370811001002", address="试验街道河西村223号", urban=False, since=date(2026, 1, 20)
        )
    clock.on(date(2026, 8, 3))
    return office, household, acted(office, household, act_on=date(2026, 3, 10), found_on=date(2026, 8, 1))


def rechecked(office: Office, family: Family, clock: SetClock, papers: Path) -> None:
    """A check that is overdue, and one on a 渐退 that ends within the month, each with its notice."""
    staffed(office)
    (household,) = granted(office, family)
    evaluate(office, date(2026, 9, 1))
    clock.on(date(2026, 9, 2))
    with office.work("jb01") as work:
        query = recommendations.standing(work, work.now).where(Recommendation.household_id == household)
        found = work.session.exec(query).one()
        issue(work, household, PaperKind.F11, "试验", partial(letters.recheck_notice, work, household, found))


def fined(acting: money.Ready, clock: SetClock) -> None:
    """A fine that is told, spoken to and decided."""
    money.decided(acting, clock)


def refunded(acting: money.Ready, clock: SetClock) -> None:
    """An order to pay back that is undone."""
    refund.test_money_of_a_revoked_order_is_given_back(acting, clock)


WALKS: tuple[tuple[Callable[..., None], str], ...] = (
    (rechecked, "F11"), (fined, "F19 F20"), (refunded, "F21 F35"),
    (sheets.test_a_visit_is_written_down_with_who_went_and_what_the_books_know, "F06"),
    (sheets.test_what_was_said_is_written_down_for_him_to_sign_without_its_review, "F13 F14"),
    (sheets.test_a_lowered_amount_is_listed_with_how_it_was_heard, "F15 F18"),
    (sheets.test_a_receipt_is_blank_before_service_and_whole_afterwards, "F30"),
    (sheets.test_an_announcement_runs_thirty_days_and_says_no_more_of_the_paper_than_its_name, "F31"),
    (sheets.test_a_member_who_died_is_taken_off_with_day_and_amount, "F17"),
    (sheets.test_a_fact_of_default_is_recorded_with_what_the_person_says, "F10"),
    (sheets.test_an_application_for_repair_is_filled_in_from_the_two_letters, "F24 F25 F26"),
    (sheets.test_an_objection_is_put_down_in_the_words_of_the_person, "F28"),
    (aid.test_a_withdrawal_is_decided_paid_month_by_month_and_told_before_it_ends, "F16"),
    (notices.test_the_village_sees_name_number_and_amount_and_no_more, "F07"),
    (notices.test_a_tekun_person_is_heard_before_others_read_of_it, "F29"),
)  # fmt: skip
"""A way to papers, and the forms that it makes."""
CASES: Mapping[str, str] = {
    "C54": "F01 F05", "N132": "F02 F03", "C56": "F04", "N118": "F08", "C55c": "F08", "N125": "F08", "N153": "F09",
    "N183": "F12", "N185": "F13 F16", "N162": "F19 F34", "N167": "F22", "N143": "F23 F24 F25", "N146": "F27",
    "N145": "F28", "C18c": "F29", "N191": "F33",
}  # fmt: skip
"""The worked cases that make the other forms."""


@pytest.mark.parametrize(("walk", "kinds"), WALKS, ids=[walk.__name__ for walk, _ in WALKS])
def test_a_real_paper_is_worded_as_an_official_paper(
    walk: Callable[..., None], kinds: str, request: pytest.FixtureRequest
) -> None:
    given = {name: request.getfixturevalue(name) for name in inspect.signature(walk).parameters}
    walk(**given)
    assert {PaperKind[one] for one in kinds.split()} <= read(request.getfixturevalue("office"))


@pytest.mark.parametrize("case", walked(), ids=lambda case: f"{case['id']} {case['title']}")
def test_the_papers_of_a_worked_case_are_worded_as_official_papers(
    case: Mapping[str, Any], office: Office, clock: SetClock, papers: Path
) -> None:
    walk = Walk(office, clock, case)
    furnish(walk)
    for step in case["step"]:
        go(walk, step)
    assert {PaperKind[one] for one in CASES.get(case["id"], "").split()} <= read(office)


def test_every_kind_of_paper_is_read_here() -> None:
    named = {one for kinds in (*CASES.values(), *(kinds for _, kinds in WALKS)) for one in kinds.split()}
    assert {one.name for one in PaperKind} - named == {"F32"}, "the cover of a file is no paper of a case"
    assert set(CASES) <= {case["id"] for case in walked()}


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("依据社会救助法第46条", "条号用阿拉伯数字"), ("依据社会救助法第四十六条", "法名没有书名号"),
        ("《社会救助法》第四十六条", "法名不是全称"), ("民发〔2021〕57号第七条", "文号没有名称"),
        ("任城区喻屯镇任城区喻屯镇223号", "地名重复"), ("喻屯镇北五村村委会喻屯镇北五村223号", "住址写村委会"),
        ("任城区民政局（任城区民政局）", "地名重复"), ("规定工作日内重新评估", "像没填的空"),
        ("（《办法》（民发））", "括号里套括号"), ("（2022-10-20）", "日期写法"),
        ("自收到之日起十五日内", "期限用汉字数字"),
        ("本机关定于2026年9月1日复核", "过去的日子写成将来"),
    ],
)  # fmt: skip
def test_what_a_clerk_found_on_paper_would_be_seen(words: str, fault: str) -> None:
    letter = replace(samples.DECISION, heard=words, on=date(2026, 9, 7))
    assert [one for one in faults(letter, typed=re.compile("$^")) if f" {fault}" in one]
    assert list(faults(samples.DECISION)) == []


def test_an_address_is_whole_and_names_nothing_twice(acting: money.Ready) -> None:
    office, household, _ = acting
    with office.reading() as work:
        who = family_of(work, household, work.today)
        for kept in ("河西村223号", "223号", "试验街道河西村223号", "任城区试验街道河西村223号"):
            assert address(work, replace(who, address=kept), work.today) == "任城区试验街道河西村223号"
    names = ("北五村村委会", "北五村民委员会", "阳光社区居民委员会", "廿里铺居委会", "试验社区")
    assert [places(one) for one in names] == ["北五村", "北五村", "阳光社区", "廿里铺", "试验社区"]


def test_an_office_is_named_once_with_its_address() -> None:
    plain, whole = organ("370811000000", "任城区民政局", "任民"), "任城区民政局办事大厅"
    assert where(plain) == "任城区民政局（试验路200号）"
    assert where(plain, "电话0537-2345678") == "任城区民政局（试验路200号，电话0537-2345678）"
    assert where(organ("370811000000", "任城区民政局", "任民", address=whole)) == whole
    named = organ("370811000000", "任城区民政局", "任民", address="试验路200号（南门）")
    assert where(named) == "任城区民政局，试验路200号（南门）"
