"""月报、季报 (periodic reports): numbers against plain SQL, sums that add up, the same numbers later, the job."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import col, select

from integrity import periodic, recommendations
from integrity.books import Books
from integrity.demo import build
from integrity.errors import Forbidden, NotFound, Refused
from integrity.periodic_numbers import chapters
from integrity.periods import month_of, quarter_of
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Residence
from integrity.records.office import Area, Audit, Recommendation
from integrity.rules.facts import day
from integrity.terms import Act, Scheme
from integrity.work import Office, Work
from scheduler.jobs import MONTHLY_REPORT
from tests.conftest import SetClock
from tests.papers_office import papers

__all__ = ["papers"]
COUNTY, OCTOBER = "370811000000", month_of(date(2026, 10, 1))
FIRST, LAST = day(date(2026, 10, 1)), day(date(2026, 10, 31))
APPROVER = "sp11000"
STANDS = "NOT x.void AND NOT EXISTS (SELECT 1 FROM {0} y WHERE y.household_id = x.household_id AND y.corrects = x.seq)"


def filled(office: Office) -> None:
    """A demo county of 120 households with two evaluations."""
    build(office, households=120, seed=12, until=date(2026, 10, 31))
    for month in (9, 10):
        due = datetime(2026, month, 1, 1, tzinfo=SHANGHAI)
        with office.work("系统任务", due=due, now=due) as work:
            names = recommendations.evaluation_parts(work)
        for name in names:
            with office.work("系统任务", due=due, now=due) as work:
                recommendations.evaluate_part(work, name)
        with office.work("系统任务", due=due, now=due) as work:
            recommendations.finish_evaluation(work)


@pytest.fixture
def county(furnished_once: Callable[[Callable[[Office], object]], Office], clock: SetClock, papers: Path) -> Office:
    """The county on 2 November 2026."""
    made = furnished_once(filled)
    clock.on(date(2026, 11, 2))
    return made


def numbers(office: Office, area: str = COUNTY, until: datetime | None = None) -> dict[str, int]:
    with office.reading() as work:
        books = Books(work, area, OCTOBER, until or work.now)
        return {
            number.code: periodic.villages(books, number).total()
            for chapter in chapters(books) for number in chapter.numbers
        }  # fmt: skip


def one(work: Work, query: str) -> int:
    return int(work.session.execute(text(query)).scalar() or 0)


def flows(table: str, where: str, on: str = "happened_on") -> str:
    return (
        f"SELECT count(*) FROM {table} x WHERE {where} AND x.{on} BETWEEN {FIRST} AND {LAST} AND {STANDS.format(table)}"
    )


def test_flows_are_what_plain_sql_counts(county: Office) -> None:
    told = numbers(county)
    kinds = "(SELECT kind FROM conduct c WHERE c.household_id = x.household_id AND c.seq = x.conduct_seq)"
    queries = {
        "ACT_GRANT": flows("assistance", "act = 'GRANT'", "effective_on"),
        "ACT_RAISE": flows("assistance", "act = 'RAISE'", "effective_on"),
        "ACT_LOWER": flows("assistance", "act = 'LOWER'", "effective_on"),
        "ACT_STOP": flows("assistance", "act = 'STOP'", "effective_on"),
        "STOP_DEAD": flows("assistance", "act = 'STOP' AND reason = 'X01'", "effective_on"),
        "ACT_WITHDRAW": flows("assistance", "act = 'WITHDRAW'", "effective_on"),
        "NOT_SIGNED": flows("commitment", "signed_by = 'REFUSED'"),
        "CHECK_UNCHANGED": flows("recheck", "result = 'UNCHANGED'"),
        "CHECK_CHANGED": flows("recheck", "result = 'CHANGED'"),
        "CHECK_CONFIRMED": flows("recheck", "result = 'CONFIRMED'"),
        "DEFAULT_WITHDRAWN": flows("finding", f"state = 'WITHDRAWN' AND {kinds} = 'DEFAULT'"),
        "DEFAULT_CONTESTED": flows("finding", f"state = 'CONTESTED' AND {kinds} = 'DEFAULT'"),
    }
    with county.reading() as work:
        counted = {code: one(work, query) for code, query in queries.items()}
        signed = one(work, flows("commitment", "signed_by != 'REFUSED'"))
    assert {code: told[code] for code in queries} == counted
    assert told["SIGNED"] + told["RENEWED"] == signed > 0
    assert counted["CHECK_UNCHANGED"] > 5


def standing_acts(work: Work) -> dict[int, list[Assistance]]:
    """Every standing act, by household, in the order of effect; written without the books."""
    rows = list(work.session.exec(select(Assistance)))
    replaced = {(row.household_id, row.corrects) for row in rows}
    kept = [row for row in rows if not row.void and (row.household_id, row.seq) not in replaced]
    found: dict[int, list[Assistance]] = {}
    for row in sorted(kept, key=lambda act: (act.effective_on, act.seq)):
        found.setdefault(row.household_id, []).append(row)
    return found


def paid(acts: list[Assistance], month: date) -> int:
    """What a month pays, reckoned act by act."""
    amount, now, begun, shares = 0, False, None, []
    for act in acts:
        if act.effective_on > month.replace(day=28):
            break
        if act.act is Act.WITHDRAW:
            begun, shares = act.effective_on, [int(share) for share in act.schedule.split(",")]
        elif act.act in (Act.GRANT, Act.REVIVE, Act.STOP):
            now, begun = act.act is not Act.STOP, None
        amount = act.amount if act.amount is not None else amount
    if not now or begun is None:
        return amount if now else 0
    n = (month.year - begun.year) * 12 + month.month - begun.month
    return (amount * shares[n] + 50) // 100 if n < len(shares) else 0


def test_stocks_and_money_are_what_the_acts_say(county: Office) -> None:
    told = numbers(county)
    with county.reading() as work:
        acts = standing_acts(work)
    last, running = date(2026, 10, 31), dict.fromkeys(Scheme, 0)
    for mine in acts.values():
        turned = [act for act in mine if act.effective_on <= last and act.act in (Act.GRANT, Act.STOP, Act.REVIVE)]
        if turned and turned[-1].act is not Act.STOP:
            running[next(act.scheme for act in reversed(turned) if act.act is Act.GRANT)] += 1
    assert {one: told[f"ON_{one.name}"] for one in Scheme if one is not Scheme.NONE} == {
        one: count for one, count in running.items() if one is not Scheme.NONE
    }
    assert told["ON_NONE"] == sum(running.values()) > 80
    assert told["PAID_BEFORE"] == sum(paid(mine, date(2026, 9, 1)) for mine in acts.values()) > 0
    assert told["PAID_AFTER"] == sum(paid(mine, date(2026, 10, 1)) for mine in acts.values())
    assert told["PAID_BEFORE"] + told["PAID_MORE"] - told["PAID_LESS"] == told["PAID_AFTER"]


def test_the_checks_of_a_period_balance(county: Office) -> None:
    told = numbers(county)
    became = told["DUE_DONE"] + told["DUE_GONE"] + told["DUE_MOVED"] + told["DUE_OVER"]
    assert told["DUE"] == became > 0
    assert told["DUE_WAITS"] == 0, "the period is over"
    recommended = {"KEEP", "RAISE", "LOWER", "WITHDRAW", "EXIT", "ASK"}
    with county.reading() as work:
        latest = (
            "SELECT count(*) FROM recommendation r WHERE r.outcome != 0 AND r.decided_at = "
            "(SELECT max(decided_at) FROM recommendation s WHERE s.household_id = r.household_id)"
        )
        assert sum(told[f"OUT_{name}"] for name in recommended) == one(work, latest)


@pytest.mark.parametrize("today", [date(2026, 10, 2), date(2026, 10, 15), date(2026, 10, 31)])
def test_whose_day_has_not_come_is_not_overdue(county: Office, today: date) -> None:
    every, over, waits = (behind(county, today, one) for one in ("DUE", "DUE_OVER", "DUE_WAITS"))
    with county.reading() as work:
        found = work.session.exec(select(Recommendation).order_by(col(Recommendation.decided_at))).all()
    due_on = {row.household_id: row.due_on or 0 for row in found if row.on_day <= today}
    assert all(due_on[one] < day(today) for one in over)
    assert all(day(today) <= due_on[one] <= LAST for one in waits)
    assert over | waits <= every
    over_at_last, waits_at_last = (behind(county, date(2026, 11, 2), one) for one in ("DUE_OVER", "DUE_WAITS"))
    assert not waits_at_last, "the month is over"
    if today.day < 15:
        assert waits & over_at_last, "whose day came and went"


def behind(county: Office, today: date, code: str) -> set[int]:
    """The households behind a number of October as of the morning of a day."""
    until = datetime(today.year, today.month, today.day, 9, tzinfo=SHANGHAI)
    with county.reading() as work:
        books = Books(work, COUNTY, OCTOBER, until)
        return {one.household_id for one in periodic.listed(books, code).count(books)}


def test_the_parts_of_an_area_add_up_to_it(county: Office) -> None:
    with county.reading() as work:
        record = periodic.recorded(work, COUNTY, OCTOBER, work.now)
        townships = {code[:9] + "000" for code in work.session.exec(select(Residence.area))}
        names = {row.code: row.name for row in work.session.exec(select(Area))}
    for chapter in record.chapters:
        whole, *below = chapter.lines
        for place in range(len(chapter.figures)):
            assert sum(line.values[place] for line in below if line.depth == 1) == whole.values[place]
            assert sum(line.values[place] for line in below if line.depth == 2) == whole.values[place]
    summed: dict[str, int] = {}
    for township in townships:  # each told on its own
        for code, value in numbers(county, township).items():
            summed[code] = summed.get(code, 0) + value
    assert summed == numbers(county)
    town = next(line for line in record.chapters[0].lines if line.depth == 1 and line.values[0])
    code = next(code for code in townships if names[code] == town.name)
    assert town.values[0] == numbers(county, code)["ON_NONE"]


def test_a_report_made_again_as_of_its_moment_is_the_same(county: Office, clock: SetClock) -> None:
    with county.work(APPROVER) as work:
        first = periodic.make(work, COUNTY, OCTOBER)
    with county.work("补录") as work:
        here = work.session.exec(select(Residence).where(Residence.area >= COUNTY)).first()
        assert here is not None
        work.append(here.household_id, Residence(
            happened_on=date(2026, 10, 20), area="370811001001", address="后补", urban=True
        ))  # fmt: skip
        acts = [one for one in standing_acts(work).values() if one[-1].act is Act.GRANT and one[-1].amount]
        last = acts[0][-1]
        work.append(last.household_id, Assistance(
            happened_on=date(2026, 10, 9), area=last.area, act=Act.RAISE, scheme=last.scheme,
            effective_on=date(2026, 10, 1), amount=(last.amount or 0) + 777, decided_by="x",
        ))  # fmt: skip
    clock.on(date(2026, 12, 1))
    with county.work(APPROVER) as work:
        again = periodic.make(work, COUNTY, OCTOBER, first.moment)
        fresh = periodic.make(work, COUNTY, OCTOBER)
    assert again.record == first.record
    assert again.paper.pdf == first.paper.pdf
    assert again.workbook == first.workbook
    assert fresh.record.chapters != first.record.chapters
    assert numbers(county)["PAID_AFTER"] == numbers(county, until=first.moment)["PAID_AFTER"] + 777


def test_paper_and_workbook_tell_the_same(county: Office) -> None:
    with county.work(APPROVER) as work:
        made = periodic.make(work, COUNTY, OCTOBER)
        assert [line for line in work.session.exec(select(Audit)) if line.action == "制作月报"]
    pages = [page.extract_text() for page in PdfReader(BytesIO(made.paper.pdf)).pages]
    for n, page in enumerate(pages, 1):
        assert f"第{n}页 共{len(pages)}页" in page.replace("\u3000", " ")
        assert made.record.number in page
    book = openpyxl.load_workbook(BytesIO(made.workbook))
    sheet = book["救助资金"]
    heads = [cell.value for cell in sheet[4]]
    whole = dict(zip(heads, [cell.value for cell in sheet[5]], strict=True))
    money = numbers(county)["PAID_AFTER"]
    assert round(whole["期末一月应发（元）"] * 100) == money
    assert f"{money // 100:,}.{money % 100:02d}" in "".join(pages)
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.auto_filter.ref is not None) == ("A5", "$4:$4", True)
    assert made.record.number in sheet["A2"].value
    meanings = {row[1].value: row[3].value for row in book["指标说明"].iter_rows(min_row=5)}
    assert all(meanings[figure.name] for chapter in made.record.chapters for figure in chapter.figures)


def test_without_an_evaluation_nothing_is_said_to_be_0_and_no_empty_table_or_chart_is_printed(
    county: Office,
) -> None:
    with county.work(APPROVER) as work:
        made = periodic.make(work, COUNTY, month_of(date(2026, 8, 1)))  # the first evaluation is of 1 September
    printed = "".join(re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(made.paper.pdf)).pages)
    assert "到期末为止没有评估，不能计算：应核查、已核查、退出、改期、逾期、未到期。" in printed
    assert "应核查（户）" not in printed
    assert "本期均为0：" in printed
    assert "定期核查（户）到期末为止没有评估，不能计算。" in printed
    head = printed[: printed.index("近十二个月")]
    assert made.record.moment.replace(" ", "") not in head  # to the second; in full at the end
    assert made.record.moment.partition(".")[0].replace(" ", "") in head
    assert made.record.moment.replace(" ", "") in printed[-200:]
    sheet = openpyxl.load_workbook(BytesIO(made.workbook))["定期核查"]
    told = dict(zip([cell.value for cell in sheet[4]], [cell.value for cell in sheet[5]], strict=True))
    assert told["应核查（户）"] is None
    assert told["无明显变化（次）"] is not None


def test_the_households_behind_a_number_are_told_but_not_those_of_a_level(county: Office) -> None:
    told = numbers(county)
    with county.work(APPROVER) as work:
        behind = periodic.behind(work, COUNTY, OCTOBER, "逾期")
        assert len(behind) == told["DUE_OVER"]
        assert all(row.household.startswith("SF") and row.area.startswith("370811") for row in behind)
        assert sum(row.value for row in periodic.behind(work, COUNTY, OCTOBER, "PAID_AFTER")) == told["PAID_AFTER"]
        with pytest.raises(Refused, match="红线第6条"):
            periodic.behind(work, COUNTY, OCTOBER, "LEVEL_1")
        with pytest.raises(NotFound, match="没有指标"):
            periodic.behind(work, COUNTY, OCTOBER, "没有的")


def test_who_may_make_a_report_of_what(county: Office) -> None:
    with county.work("nobody") as work, pytest.raises(Forbidden):
        periodic.make(work, COUNTY, OCTOBER)
    with county.work(APPROVER) as work, pytest.raises(Forbidden, match="辖区"):
        periodic.make(work, "370812000000", OCTOBER)
    with county.work(APPROVER) as work, pytest.raises(Refused, match="还没有开始"):
        periodic.make(work, COUNTY, quarter_of(date(2027, 1, 1)))


def reports(papers: Path) -> Iterator[str]:
    yield from sorted(path.name for path in papers.rglob("月报-*"))


def test_the_job_makes_the_reports_on_the_first_working_day_only(county: Office, papers: Path, clock: SetClock) -> None:
    def due(on: date) -> datetime:
        return MONTHLY_REPORT.when.moment(on)

    for on in (date(2026, 11, 1), date(2026, 11, 3)):  # a Sunday; the second working day
        with county.work("系统任务", due=due(on), now=due(date(2026, 11, 3))) as work:
            assert list(MONTHLY_REPORT.parts(work)) == []
    with county.work("系统任务", due=due(date(2026, 11, 2))) as work:
        parts = list(MONTHLY_REPORT.parts(work))
        assert COUNTY in parts
        township = next(part for part in parts if part != COUNTY)
    for part in (COUNTY, township):
        with county.work("系统任务", due=due(date(2026, 11, 2))) as work:
            assert MONTHLY_REPORT.run(work, part) == "月报 1 份"
    names = list(reports(papers))
    assert len(names) == 4
    assert any(name.startswith("月报-2026-10-任城区") and name.endswith(".xlsx") for name in names)
