"""打印与送达 (printing and service): each number once, each file whole, each period from its proven start."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import select

from integrity import assistance, delivery, notices
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.print_choice import Choice, sort_out
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice, Printing
from integrity.terms import Cause, PaperKind, ServiceWay
from integrity.work import Office
from reports import run_files
from tests.conftest import SetClock, carried_over
from tests.papers_office import TOWNSHIP, Family, accept, evaluate, furnish, granted, papers, richer
from tests.test_notices import ISSUE, PRINT, due_family, printed_run, rows

__all__ = ["due_family", "papers"]  # fixtures of this file too

KILLED = """
import os, signal
from datetime import datetime
from integrity import notices
from integrity.settings import settings
from integrity.work import open_office
due = datetime.fromisoformat("2026-09-02T02:00:00+08:00")
with open_office(settings()).work("系统任务", due=due, now=due) as work:
    print(notices.issue_part(work, "PART"), flush=True)
    work.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_process_killed_between_file_and_commit_leaves_nothing_that_counts(
    due_family: tuple[Office, int], papers: Path, tmp_path: Path
) -> None:
    office, _ = due_family
    due = datetime(2026, 9, 2, 2, tzinfo=SHANGHAI)
    for part in (ISSUE, PRINT):
        with office.work("系统任务", due=due) as work:
            notices.issue_part(work, part)
    place = {
        "CHENGXIN_DATABASE": office.engine.url.render_as_string(hide_password=False),
        "CHENGXIN_KEY_FILE": str(tmp_path / "keys.toml"),
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.replace("PART", PRINT)], env=os.environ | place, check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    (left,) = papers.rglob("*.pdf")
    bytes_left = left.read_bytes()
    assert [row[3] for row in rows(office, "print_file")] == [""]
    with office.work("系统任务", due=due) as work:
        assert notices.issue_part(work, PRINT).endswith("PC2026-0001-1.pdf 1 份")
    assert list(papers.rglob("*.pdf")) == [left]
    assert left.read_bytes() == bytes_left
    assert [row[3] for row in rows(office, "print_file")] == [sha256(bytes_left).hexdigest()]
    assert rows(office, "printing") == []


def test_a_file_that_was_printed_is_never_written_over(due_family: tuple[Office, int], family: Family) -> None:
    office, _ = due_family
    printed_run(office, date(2026, 9, 2))
    (more,) = granted(office, family)
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, more, PaperKind.F01)
        notices.issue(work, more, wanted.kind, wanted.subject, wanted.draft)
    printed_run(office, date(2026, 9, 2))
    with office.reading() as work:
        entries = list(work.session.exec(select(Printing)))
        assert len({one.file for one in entries}) == 2
        assert len(entries) == 6, "the new family has its own check due as well, and each paper its proof of service"
        assert sort_out(work, Choice(area=TOWNSHIP)).good == []


def test_the_job_lays_out_one_file_a_part(
    office: Office, family: Family, clock: SetClock, papers: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_files, "LARGEST", 2)
    furnish(office)
    granted(office, family, 3)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    with office.work("系统任务", due=datetime(2026, 9, 2, 2, tzinfo=SHANGHAI)) as work:
        notices.issue_part(work, ISSUE)
        said = [notices.issue_part(work, PRINT) for _ in range(4)]
    assert [re.sub(r".*(-\d\.pdf.*)", r"\1", one) for one in said] == [
        "打印批次 PC2026-0001：3 份待打印", "-1.pdf 2 份", "-2.pdf 1 份", "没有待印文书"
    ]  # fmt: skip
    for path in papers.rglob("*.pdf"):
        assert len(PdfReader(path).pages) % 2 == 0


def test_service_needs_its_proof(due_family: tuple[Office, int], clock: SetClock) -> None:
    office, household = due_family
    with office.work("jb01") as work:
        wanted = notices.wanted_now(work, household, PaperKind.F11)
        notice = notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
        with pytest.raises(Refused, match="还没有打印"):
            notices.serve(work, notice, ServiceWay.DIRECT, on=work.today, receiver="试验乙")
        notices.print_now(work, household, PaperKind.F11)
    with office.work("jb01") as work:
        day = work.today
        with pytest.raises(Refused, match="两名见证人"):
            notices.serve(work, notice, ServiceWay.LEFT, on=day, receiver="乙", witnesses=("甲", "甲"), detail="拒收")
        with pytest.raises(Refused, match="拒收事由"):
            notices.serve(work, notice, ServiceWay.LEFT, on=day, receiver="试验乙", witnesses=("甲", "乙"))
        with pytest.raises(Refused, match="同意"):
            notices.serve(work, notice, ServiceWay.ELECTRONIC, on=day, receiver="试验乙")
        with pytest.raises(Invalid, match="送达日期"):
            notices.serve(work, notice, ServiceWay.DIRECT, on=date(2026, 9, 1), receiver="试验乙")
        served = notices.serve(
            work, notice, ServiceWay.LEFT, on=day, receiver="试验乙", witnesses=("王一", "王二"), detail="不愿签收"
        )
        assert served.witnesses == "王一、王二"
        with pytest.raises(Conflict, match="已登记送达"):
            notices.serve(work, notice, ServiceWay.DIRECT, on=day, receiver="试验乙")
        with pytest.raises(Refused, match="救济途径"):
            notices.remedy_ends(work, served)


@pytest.mark.parametrize(
    ("way", "served_on", "reconsideration", "litigation"),
    [
        (ServiceWay.DIRECT, date(2026, 9, 3), date(2026, 11, 2), date(2027, 3, 3)),
        (ServiceWay.POST, date(2026, 9, 7), date(2026, 11, 6), date(2027, 3, 8)),
        (ServiceWay.ANNOUNCEMENT, date(2026, 9, 3), date(2026, 12, 2), date(2027, 4, 5)),
    ],
)
def test_remedies_run_from_the_day_that_the_way_of_service_gives(
    office: Office, family: Family, clock: SetClock, papers: Path, way: ServiceWay, served_on: date,
    reconsideration: date, litigation: date,
) -> None:  # fmt: skip
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 9, 2))
    richer(office, household, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    with office.work("sp01") as work:
        assistance.withdraw(
            carried_over(work), household, months=2, schedule=(100, 50), decided_on=date(2026, 9, 1),
            effective_on=date(2026, 10, 1), decided_by="sp01", hearing="听取意见笔录1号",
        )  # fmt: skip
        notices.print_now(work, household, PaperKind.F16)
        notice = work.session.exec(select(Notice)).one()
    clock.on(date(2026, 9, 10))
    with office.work("jb01") as work:
        served = notices.serve(work, notice, way, on=served_on, receiver="试验乙", detail="下落不明")
        terms = notices.remedy_ends(work, served)
    assert terms.reconsideration.end == reconsideration
    assert terms.litigation.end == litigation
    assert "行政复议：截至" in terms.as_text()


def test_silence_means_nothing_before_service_and_the_whole_period(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 9, 2))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 7))
    evaluate(office, date(2026, 9, 7))
    accept(office, household)
    with office.work("fh01") as work:
        notices.print_now(work, household, PaperKind.F13)
        notice = work.session.exec(select(Notice)).one()
        with pytest.raises(Refused, match="还没有送达"):
            notices.unanswered(work, notice, date(2026, 9, 30))
        notices.serve(work, notice, ServiceWay.DIRECT, on=work.today, receiver="试验乙")
        assert notices.hearing_ends(work, notice).end == date(2026, 9, 14)
        with pytest.raises(Refused, match="届满前"):
            notices.unanswered(work, notice, date(2026, 9, 14))
        assert "没有提出意见" in notices.unanswered(work, notice, date(2026, 9, 15))


def test_what_a_dead_process_left_beside_a_paper_is_taken_away(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left, living = tmp_path / f".甲.pdf.{dead.pid}", tmp_path / ".甲.pdf.1"
    left.write_bytes(b"half")
    living.write_bytes(b"another process is writing")
    write_file(tmp_path / "甲.pdf", b"whole")
    assert sorted(one.name for one in tmp_path.iterdir()) == [".甲.pdf.1", "甲.pdf"]


def test_a_hearing_is_a_transcript_or_a_notice_that_ran_out(due_family: tuple[Office, int]) -> None:
    office, household = due_family
    with office.reading() as work:
        on = work.today
        assert delivery.hearing_record(work, household, "听取意见笔录3号", on) == "听取意见笔录3号"
        assert delivery.hearing_record(work, household, "a" * 64, on) == "a" * 64
        assert delivery.hearing_record(work, household, "", on) == ""
        with pytest.raises(Refused, match="请写听取意见告知书的文号"):
            delivery.hearing_record(work, household, "已经听取", on)
        with pytest.raises(NotFound):
            delivery.hearing_record(work, household, "任民听〔2026〕99号", on)
