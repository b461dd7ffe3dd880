"""认定、处罚案件的试验 (walking credit and money cases in tests): an office, a fact, one step, one service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from integrity import calendars, conduct, printing
from integrity.case_files import read_case
from integrity.cases import Taken, open_case, papers_of, serve_paper, take
from integrity.errors import Refused
from integrity.records.office import Officer
from integrity.terms import ConductKind, Procedure, Role, ServiceWay
from integrity.work import Office
from tests.papers_office import COUNTY, TOWNSHIP, furnish, signer

Family = Callable[..., int]
PROOF = "b" * 64
OFFICERS = {"visitor_1": "jb01", "card_1": "试验080001", "visitor_2": "fh01", "card_2": "试验080002"}
"""The two who inquired into an act, with their certificates."""
NEXT_YEAR = """
year = 2027
notice = "试验用放假安排"
number = "试验〔2026〕1号"
signed_on = 2026-09-01
source = "试验"
grade = "V1"
on = []
off = [
    { name = "元旦", since = 2027-01-01, until = 2027-01-03 },
    { name = "春节", since = 2027-02-05, until = 2027-02-11 },
    { name = "清明节", since = 2027-04-03, until = 2027-04-05 },
    { name = "劳动节", since = 2027-05-01, until = 2027-05-05 },
    { name = "端午节", since = 2027-06-09, until = 2027-06-09 },
    { name = "中秋节", since = 2027-09-15, until = 2027-09-15 },
    { name = "国庆节", since = 2027-10-01, until = 2027-10-07 },
]
"""
"""An invented calendar: without one, no period that ends in 2027 is certain."""


def staffed(office: Office, *, adopt: bool = True) -> Office:
    """The office with a second approver and reviewer, and a reviewer of the township."""
    furnish(office, adopt=adopt)
    more = (("sp02", Role.APPROVER, COUNTY), ("fh02", Role.REVIEWER, COUNTY), ("zf01", Role.REVIEWER, TOWNSHIP))
    with office.work("sp01") as work:
        for code, role, area in more:
            work.put(Officer(code=code, name="试验", role=role, area=area, since=date(2020, 1, 1)))
    return office


def next_year(office: Office) -> None:
    """Load the invented calendar of 2027."""
    with office.work("sp01") as work:
        calendars.load(work, NEXT_YEAR)


def acted(
    office: Office, household: int, *, item: str = "F01", act_on: date = date(2026, 7, 10), until: date | None = None,
    found_on: date = date(2026, 8, 20), member_no: int = 1, detail: str = "隐瞒在县城的务工收入",
) -> int:  # fmt: skip
    """A fact of default, written down by the handler; its number in the ledger."""
    with office.work("jb01") as work:
        return conduct.record(
            work, household, member_no=member_no, kind=ConductKind.DEFAULT, item=item, act_on=act_on, act_end=until,
            found_on=found_on, source="定期核查", detail=detail,
        ).seq  # fmt: skip


def begin(office: Office, actor: str, household: int, procedure: Procedure, **given: Any) -> Taken:
    """Open a case."""
    with office.work(actor) as work:
        return open_case(work, household, procedure, **given)


def step(office: Office, actor: str, household: int, code: str, *, case: int = 1, **given: Any) -> Taken:
    """One step of a case by an officer, today."""
    with office.work(actor) as work:
        return take(work, household, case, code, **given)


def refused(office: Office, actor: str, household: int, code: str, match: str, *, case: int = 1, **given: Any) -> None:
    """The step is refused for this reason, and leaves nothing behind."""
    with office.reading() as work:
        before = read_case(work, household, case).history
    with pytest.raises(Refused, match=match):
        step(office, actor, household, code, case=case, **given)
    with office.reading() as work:
        assert read_case(work, household, case).history == before


def hand_over(office: Office, household: int, code: str, *, on: date, case: int = 1) -> Taken:
    """Print the papers of the last step of this code and deliver them together."""
    with office.work("jb01") as work:
        found = read_case(work, household, case)
        last = found.last(code)
        assert last is not None
        notices = papers_of(work, found, last.no)
        for notice in notices:
            assert printing.original(work, notice).stat().st_size > 1000
    with office.work("jb01") as work:
        who = signer(work, notices[0], "本人")
        taken = serve_paper(work, notices[0].number, ServiceWay.DIRECT, on=on, receiver=who)
    assert isinstance(taken, Taken)
    return taken
