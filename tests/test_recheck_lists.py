"""核查名单 (recheck lists): the right households, in the order of work, on paper and in a workbook."""

from __future__ import annotations

import re
import time
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from sqlmodel import select

from integrity import conduct, households, persons, recheck_lists, rechecks
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance
from integrity.records.office import Audit, Officer
from integrity.terms import Act, ConductKind, Event, FindingState, RecheckResult, Relation, Role, Scheme
from integrity.work import Office
from tests.conftest import SetClock, carried_over
from tests.papers_office import TOWNSHIP, VILLAGE, Family, evaluate, furnish, granted, papers

__all__ = ["papers"]
DUE = datetime(2026, 5, 2, 6, tzinfo=SHANGHAI)


@pytest.fixture
def ready(office: Office, clock: SetClock, papers: Path) -> Office:
    clock.on(date(2026, 5, 2))
    return furnish(office)


def make(office: Office, due: datetime = DUE) -> str:
    with office.work("系统任务", due=due) as work:
        assert recheck_lists.list_parts(work) == [TOWNSHIP]
        return recheck_lists.make_list(work, TOWNSHIP)


def listed(papers: Path, day: str) -> list[tuple[object, ...]]:
    (path,) = (papers / day).glob("*.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [tuple(cell for cell in row) for row in sheet.iter_rows(values_only=True)]
    head = next(n for n, row in enumerate(rows) if "户编号" in row)
    return [row for row in rows[head + 1 :] if row[1]]


def test_a_list_is_made_for_the_reviewer_when_the_day_comes_near(
    ready: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    first, _ = granted(ready, family, 2)
    evaluate(ready, date(2026, 5, 1))
    with ready.work("系统任务", due=DUE) as work:  # due on 15 July: neither in two months nor within the lead time
        assert recheck_lists.list_parts(work) == []
    clock.on(date(2026, 6, 1))
    with ready.work("jb01") as work:
        rechecks.complete(work, first, RecheckResult.UNCHANGED, on=date(2026, 6, 1), visitors=("jb01", "jb02"))
    clock.on(date(2026, 6, 2))
    evaluate(ready, date(2026, 6, 2))
    assert make(ready, datetime(2026, 6, 2, 6, tzinfo=SHANGHAI)) == "1 户，其中逾期 0 户"
    (row,) = listed(papers, "2026-06-02")
    assert row[1] == "JN000002"
    assert row[2] == "试验乙"
    assert row[3] == "试验社区"
    assert row[5] == 2
    assert "收入来源不固定" in str(row[8])
    (pdf,) = (papers / "2026-06-02").glob("核查名单-*.pdf")
    assert "试验街道370811001" in pdf.name
    words = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.read_bytes())).pages))
    assert "定期核查清单" in words
    assert "JN000002" in words


def test_a_report_pulls_a_household_on_the_list_at_once(ready: Office, family: Family, papers: Path) -> None:
    household, _ = granted(ready, family, 2)
    with ready.work("jb01", now=datetime(2026, 4, 26, 9, tzinfo=SHANGHAI)) as work:
        rechecks.report(
            work, household, Event.WARNING, happened_on=date(2026, 4, 20), reported_on=date(2026, 4, 25)
        )
    evaluate(ready, date(2026, 5, 2))
    assert make(ready) == "1 户，其中逾期 1 户"
    (row,) = listed(papers, "2026-05-02")
    assert row[1] == "JN000001"
    assert "预警" in str(row[8])


def test_priority_comes_from_the_adopted_catalogue_and_orders_the_work(
    ready: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    steady, untrue = granted(ready, family, 2)
    clock.on(date(2026, 8, 20))
    with ready.work("jb01") as work:
        for item in ("F04", "F01", "F05"):
            fact = conduct.record(
                work, untrue, member_no=1, kind=ConductKind.DEFAULT, item=item, act_on=date(2026, 7, 20),
                found_on=date(2026, 7, 21), source="核对",
            )  # fmt: skip
            conduct.find(
                carried_over(work), untrue, fact.seq, FindingState.EFFECTIVE, on=date(2026, 8, 1), decided_by="sp01",
                reviewed_by="fh01", document="任民失〔2026〕1号", document_on=date(2026, 8, 1),
                effective_on=date(2026, 8, 5),
            )  # fmt: skip
    clock.on(date(2026, 9, 2))
    evaluate(ready, date(2026, 9, 1))
    make(ready, datetime(2026, 9, 2, 6, tzinfo=SHANGHAI))
    rows = listed(papers, "2026-09-02")
    assert [(row[1], row[9]) for row in rows] == [("JN000002", "最先"), ("JN000001", "一般")]
    assert steady < untrue


def test_without_a_catalogue_there_is_no_priority(
    office: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    furnish(office, adopt=False)
    granted(office, family)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    make(office, datetime(2026, 9, 2, 6, tzinfo=SHANGHAI))
    assert [row[9] for row in listed(papers, "2026-09-02")] == ["不分先后"]


def test_the_nearest_reviewer_answers_and_without_one_no_list_is_made_silently(
    ready: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    granted(ready, family)
    clock.on(date(2026, 9, 2))
    evaluate(ready, date(2026, 9, 1))
    with ready.work("系统任务") as work:
        assert recheck_lists.responsible(work, TOWNSHIP, work.today).code == "fh01"
        work.put(Officer(code="fh09", name="近处", role=Role.REVIEWER, area=TOWNSHIP, since=date(2026, 9, 1)))
    with ready.work("系统任务") as work:
        assert recheck_lists.responsible(work, TOWNSHIP, work.today).code == "fh09"
        for one in work.session.exec(select(Officer).where(Officer.role == Role.REVIEWER)):
            one.until = date(2026, 9, 1)
    said = make(ready, datetime(2026, 9, 2, 6, tzinfo=SHANGHAI))
    assert said.startswith("名单未生成")
    assert f"chengxin officer add 工号 --name 姓名 --role 复核 --area {TOWNSHIP}" in said
    with ready.reading() as work:
        assert [one for one in work.session.exec(select(Audit)) if one.action == "核查名单未生成"]
    assert not papers.exists()


def test_a_name_that_cannot_be_printed_is_left_to_a_person_and_the_others_go_on(
    ready: Office, family: Family, papers: Path, clock: SetClock
) -> None:
    odd, _ = granted(ready, family, 2)
    with ready.work("jb01") as work:
        person = persons.register(work, "试验\ufe0f甲", sex="男", born_on=date(1980, 5, 1))
        households.enter_member(
            work, odd, person, no=1, since=date(2026, 2, 1), relation=Relation.HEAD, area=VILLAGE
        )
    clock.on(date(2026, 9, 2))
    evaluate(ready, date(2026, 9, 1))
    said = make(ready, datetime(2026, 9, 2, 6, tzinfo=SHANGHAI))
    assert said.startswith("1 户")
    assert "JN000001" in said
    assert "U+FE0F" in said
    assert [row[1] for row in listed(papers, "2026-09-02")] == ["JN000002"]


def test_the_lines_of_a_thousand_households_take_few_queries(
    ready: Office, clock: SetClock
) -> None:
    with ready.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        for n in range(1000):
            since = date(2026, 1, 10)
            household = households.register(
                work, f"Q{n}", area=VILLAGE, address="试验路", urban=False, since=since, checked=True
            )
            person = persons.register(work, "试验甲", sex="男", born_on=date(1980, 5, 1))
            households.enter_member(
                work, household, person, no=1, since=since, relation=Relation.HEAD, area=VILLAGE
            )
            work.append(
                household,
                Assistance(
                    happened_on=since, area=VILLAGE, act=Act.GRANT, scheme=Scheme.DIBAO, amount=50_000, income=20_000,
                    persons=1, effective_on=date(2026, 2, 1), decided_by="sp01",
                ),
            )  # fmt: skip
    clock.on(date(2026, 9, 2))
    evaluate(ready, date(2026, 9, 1))
    began = time.perf_counter()
    with ready.work("系统任务", due=datetime(2026, 9, 2, 6, tzinfo=SHANGHAI)) as work:
        lines = recheck_lists.recheck_lines(work, TOWNSHIP)
    assert len(lines) == 1000
    assert time.perf_counter() - began < 5
