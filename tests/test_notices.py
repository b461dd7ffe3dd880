"""文书 (papers): numbered once, printed once, never with something missing, and the same bytes for ever."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import select

from integrity import assistance, notices, persons, print_progress, print_runs, recheck_lists, rechecks, recommendations
from integrity.errors import Refused
from integrity.households import change_member, enter_member
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice, Printing
from integrity.records.office import Audit, Organ, PaperData
from integrity.records.print_runs import PrintRun
from integrity.terms import Cause, Event, Outcome, PaperKind, PrintState, Relation, Verdict
from integrity.work import Office, Work
from tests.conftest import SetClock, carried_over
from tests.papers_office import TOWNSHIP, VILLAGE, Family, accept, evaluate, furnish, granted, papers, richer

__all__ = ["papers"]
ISSUE, PRINT = f"issue {TOWNSHIP}", f"print {TOWNSHIP} 1"


def run(office: Office, on: date) -> dict[str, str]:
    """The monthly job of a day, part by part; the summaries."""
    due = datetime(on.year, on.month, on.day, 2, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        parts = notices.notice_parts(work)
    said = {}
    for part in parts:
        with office.work("系统任务", due=due) as work:
            said[part] = notices.issue_part(work, part)
    return said


def printed_run(office: Office, on: date) -> dict[str, str]:
    """The monthly job of a day, and a clerk who prints every file and counts what came out."""
    said = run(office, on)
    with office.work("jb01") as work:
        for made in work.session.exec(select(PrintRun)).all():
            for file in print_runs.files_of(work, made):
                if any(one.state is PrintState.READY for one in print_runs.items_of(work, made, file.no)):
                    assert print_progress.count(work, made, file.no, sheets=file.sheets).right
    return said


def words(pdf: bytes) -> str:
    """What a reader finds in a PDF, without line breaks."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def rows(office: Office, table: str) -> list[tuple[object, ...]]:
    with office.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))]


def fail_after(office: Office, act: Callable[[Work], object], due: datetime | None = None) -> None:
    """Do something and die before its commit."""
    with office.work("系统任务", due=due) as work:
        act(work)
        raise RuntimeError("断电")


@pytest.fixture
def due_family(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """An office and one household whose recheck is overdue, evaluated on 2026-09-01, on 2026-09-02."""
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    return office, household


def test_the_job_issues_and_prints_every_paper_that_is_due(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    checked, leaves, tapers = granted(office, family, 3)
    clock.on(date(2026, 8, 20))
    richer(office, leaves, Cause.PENSION, on=date(2026, 8, 10))
    with office.work("sp01") as work:
        assistance.withdraw(
            carried_over(work), tapers, months=3, schedule=(100, 50, 50), decided_on=date(2026, 8, 18),
            effective_on=date(2026, 9, 1), decided_by="sp01", hearing="听取意见笔录1号",
        )  # fmt: skip
    richer(office, tapers, Cause.EMPLOYMENT, on=date(2026, 8, 15))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    accept(office, leaves)
    clock.on(date(2026, 9, 2))
    assert rows(office, "printing") == []
    said = printed_run(office, date(2026, 9, 2))
    assert list(said)[:2] == [ISSUE, PRINT]
    assert said[PRINT] == "打印批次 PC2026-0001：4 份待打印"
    assert "人工处理" not in said[ISSUE]
    with office.reading() as work:
        issued = {(one.household_id, one.kind): one for one in work.session.exec(select(Notice))}
        printed = list(work.session.exec(select(Printing)))
    assert {kind for _, kind in issued} == {PaperKind.F11, PaperKind.F13, PaperKind.F16, PaperKind.F30}
    assert issued[leaves, PaperKind.F13].number == "任民听〔2026〕1号"
    assert issued[tapers, PaperKind.F16].number == "任民渐〔2026〕1号"
    assert issued[checked, PaperKind.F11].number.startswith("试街核〔2026〕")
    assert issued[checked, PaperKind.F11].organ == "任城区试验街道办事处"
    assert len(printed) == len(rows(office, "notice")) == 8, "four papers, each with its proof of service"
    assert all((papers / one.file).is_file() for one in printed)
    before = rows(office, "notice"), rows(office, "printing"), rows(office, "number_series")
    again = run(office, date(2026, 9, 2))
    assert again[ISSUE] == "没有新文书"
    assert again[PRINT] == "没有待印文书"
    assert (rows(office, "notice"), rows(office, "printing"), rows(office, "number_series")) == before


def test_numbers_are_consecutive_and_unique_under_four_threads(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    households = granted(office, family, 12)
    clock.on(date(2026, 9, 2))
    failed: list[BaseException] = []

    def issue(mine: list[int]) -> None:
        try:
            for household in mine:
                with office.work("jb01", now=datetime(2026, 9, 2, 10, tzinfo=SHANGHAI)) as work:
                    wanted = notices.wanted_now(work, household, PaperKind.F01)
                    notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
        except BaseException as error:
            failed.append(error)

    # each household is wanted by two threads: the second finds the standing paper and takes no number
    threads = [threading.Thread(target=issue, args=(households[n % 2 :: 2],)) for n in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    with office.reading() as work:
        numbers = sorted(int(re.findall(r"〕(\d+)号", one.number)[0]) for one in work.session.exec(select(Notice)))
    assert numbers == list(range(1, 13))


def test_a_work_that_fails_gives_its_number_back(due_family: tuple[Office, int]) -> None:
    office, household = due_family
    with pytest.raises(RuntimeError, match="断电"):
        fail_after(office, lambda work: notices.print_now(work, household, PaperKind.F01))
    with office.work("jb01") as work:
        notices.print_now(work, household, PaperKind.F01)
    with office.reading() as work:
        assert [one.number for one in work.session.exec(select(Notice))] == ["试街告〔2026〕1号"]


@pytest.mark.parametrize(
    ("missing", "named"),
    [({"phone": ""}, "联系电话"), ({"address": ""}, "办理地点"), ({"contact": ""}, "联系人")],
)
def test_what_is_missing_is_named_and_takes_no_number(
    office: Office, family: Family, clock: SetClock, papers: Path, missing: dict[str, str], named: str
) -> None:
    furnish(office, township=missing)
    granted(office, family)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    said = run(office, date(2026, 9, 2))[ISSUE]
    assert "人工处理 1 件" in said
    assert named in said
    assert "JN000001" in said
    assert rows(office, "number_series") == []
    with office.reading() as work:
        assert [one for one in work.session.exec(select(Audit)) if named in one.detail]


def test_one_household_that_cannot_be_written_to_does_not_stop_the_others(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    odd, fine = granted(office, family, 2)
    with office.work("jb01", now=datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)) as work:
        person = persons.register(work, "试验\ufe0f甲", id_number="", sex="男", born_on=date(1980, 5, 1))
        enter_member(work, odd, person, no=1, since=date(2026, 1, 11), relation=Relation.HEAD, area=VILLAGE)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    said = run(office, date(2026, 9, 2))[ISSUE]
    assert "定期核查通知书 1 份" in said
    assert "U+FE0F" in said
    with office.reading() as work:
        assert {one.household_id for one in work.session.exec(select(Notice))} == {fine}


def test_an_unset_hearing_period_stops_the_hearing_notice_and_is_named(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office, adopt=False)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    accept(office, household)
    with office.work("fh01") as work, pytest.raises(Refused, match=r"JN000001.*adverse\.hear_days"):
        notices.print_now(work, household, PaperKind.F13)
    assert rows(office, "notice") == []
    assert rows(office, "number_series") == []


def test_a_withdrawal_paper_without_a_court_is_refused(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    from tests.papers_office import COUNTY, organ

    furnish(office)
    (household,) = granted(office, family)
    with office.work("系统任务") as work:
        late = organ(COUNTY, "任城区民政局", "任民", court="")
        late.since = date(2026, 3, 1)
        work.put(late)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    with office.work("sp01") as work:
        assistance.withdraw(
            carried_over(work), household, months=2, schedule=(100, 50), decided_on=date(2026, 8, 18),
            effective_on=date(2026, 9, 1), decided_by="sp01", hearing="听取意见笔录1号",
        )  # fmt: skip
        with pytest.raises(Refused, match="管辖法院"):
            notices.print_now(work, household, PaperKind.F16)


def test_a_changed_opinion_has_a_hearing_notice_of_its_own_and_the_first_stays(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    accept(office, household)
    with office.work("fh01") as work:
        first = notices.print_now(work, household, PaperKind.F13)
    with office.work("fh01") as work:
        recommendations.decide(
            work, household, Verdict.CHANGED, reason="部分为一次性补发", outcome=Outcome.LOWER, amount=100_000
        )
    with office.work("fh01") as work:
        second = notices.print_now(work, household, PaperKind.F13)
        assert notices.print_now(work, household, PaperKind.F13) == second
    assert "拟终止" in words(first.read_bytes())
    assert "由1200.00元调整为1000.00元" in words(second.read_bytes())
    with office.reading() as work:
        assert [one.kind for one in work.session.exec(select(Notice))] == [PaperKind.F13] * 2


def test_a_family_that_is_heard_or_whose_only_member_died_gets_no_recheck_notice(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    heard, plain = granted(office, family, 2)
    alone, dead_of_two = granted(office, family, births=(date(1940, 5, 1),))[0], granted(office, family)[0]
    clock.on(date(2026, 8, 20))
    richer(office, heard, Cause.PENSION, on=date(2026, 8, 10))
    with office.work("jb01") as work:
        for household, no in ((alone, 1), (dead_of_two, 2)):
            rechecks.report(
                work, household, Event.DEATH, happened_on=date(2026, 8, 1), reported_on=date(2026, 8, 15),
                member_no=no,
            )  # fmt: skip
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    accept(office, heard)
    clock.on(date(2026, 9, 2))
    run(office, date(2026, 9, 2))
    with office.work("jb01") as work:
        issued = {(one.household_id, one.kind) for one in work.session.exec(select(Notice))}
        assert {one for one in issued if one[1] is not PaperKind.F30} == {
            (heard, PaperKind.F13), (plain, PaperKind.F11), (dead_of_two, PaperKind.F11),
        }  # fmt: skip
        for household, why in ((alone, "死亡"), (heard, "听取意见告知书")):
            with pytest.raises(Refused, match=why):
                notices.print_now(work, household, PaperKind.F11)
        work.due = datetime(2026, 9, 2, 6, tzinfo=SHANGHAI)
        on_list = {line.household_id for line in recheck_lists.recheck_lines(work, TOWNSHIP)}
    assert {alone, heard} <= on_list


def test_a_missing_organ_is_named_once_with_the_command_that_mends_it(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    granted(office, family, 3)
    with office.work("系统任务") as work:
        for one in work.session.exec(select(Organ)):
            one.since = date(2027, 1, 1)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    said = run(office, date(2026, 9, 2))[ISSUE]
    assert "人工处理 1 件" in said
    assert f"chengxin organ add --area {TOWNSHIP}" in said


def test_an_officers_reason_that_speaks_of_the_score_is_not_printed(due_family: tuple[Office, int]) -> None:
    office, household = due_family

    def with_score(number: str, on: date) -> object:
        from dataclasses import replace

        from integrity.letters import policy_notice

        return replace(policy_notice(work, household, number, on), purpose="按诚信积分确定待遇")

    with office.work("jb01") as work, pytest.raises(Refused, match="积分"):
        notices.issue(work, household, PaperKind.F01, "试验", with_score)  # type: ignore[arg-type]


def test_a_paper_says_for_ever_what_it_said(due_family: tuple[Office, int], clock: SetClock) -> None:
    office, household = due_family
    with office.work("jb01") as work:
        path = notices.print_now(work, household, PaperKind.F11)
    first = path.read_bytes()
    clock.on(date(2026, 10, 9))
    with office.work("jb01") as work:
        change_member(work, household, 2, since=date(2026, 10, 1), schooling=True)
    with office.work("jb01") as work:
        notice = work.session.exec(select(Notice)).one()
        assert notices.reproduce(work, notice).pdf == first
        found = notices.verify_copy(work, notice, first)
        assert found is not None
        assert found.copy_no == 0
        assert notices.verify_copy(work, notice, first + b"\n") is None
        kept = work.session.get(PaperData, notice.data_sha256)
        assert kept is not None
        assert "试验".encode() not in kept.cipher


def test_a_reprint_is_marked_and_the_same_whenever_it_is_made_again(due_family: tuple[Office, int]) -> None:
    office, household = due_family
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, household, PaperKind.F11)
        notice = notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
        with pytest.raises(Refused, match="还没有打印"):
            notices.reprint(work, notice)
    with office.work("jb01") as work:
        original = notices.print_now(work, household, PaperKind.F11)
        copies = [notices.reprint(work, notice) for _ in range(2)]
    assert "补打" not in words(original.read_bytes())
    assert "补打第2份" in words(copies[1].read_bytes())
    with office.reading() as work:
        assert notices.reproduce(work, notice, 2).pdf == copies[1].read_bytes()
        assert [one.copy_no for one in work.session.exec(select(Printing))] == [0, 1, 2]
    with office.work("jb01") as work:
        assert notices.print_now(work, household, PaperKind.F11) == original
        original.unlink()
        with pytest.raises(Exception, match="请补打"):
            notices.print_now(work, household, PaperKind.F11)


def test_a_run_killed_before_its_commit_writes_the_same_file_again(
    due_family: tuple[Office, int], papers: Path
) -> None:
    office, _ = due_family
    due = datetime(2026, 9, 2, 2, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        notices.issue_part(work, ISSUE)
    with pytest.raises(RuntimeError, match="断电"):
        fail_after(office, lambda work: notices.issue_part(work, PRINT), due)
    assert rows(office, "print_run") == []
    with office.work("系统任务", due=due) as work:
        assert "1 份待打印" in notices.issue_part(work, PRINT)
    with pytest.raises(RuntimeError, match="断电"):
        fail_after(office, lambda work: notices.issue_part(work, PRINT), due)
    assert [row[3] for row in rows(office, "print_file")] == [""]
    (left,) = papers.rglob("*.pdf")
    bytes_left = left.read_bytes()
    with office.work("系统任务", due=due) as work:
        notices.issue_part(work, PRINT)
    assert [path for path in papers.rglob("*") if path.is_file()] == [left]
    assert left.read_bytes() == bytes_left
    assert [row[3] for row in rows(office, "print_file")] == [sha256(bytes_left).hexdigest()]
    assert rows(office, "printing") == []
    assert left.stat().st_mode & 0o077 == 0
