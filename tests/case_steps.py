"""案件试走 (walking cases in tests): a family, its officers, and the steps, papers and refusals of its cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import printing
from integrity.case_files import read_case
from integrity.cases import Taken, open_case, serve_paper, take
from integrity.errors import Invalid, NotFound, Refused, Unset
from integrity.households import change_member
from integrity.papers import content
from integrity.records.ledger import Notice
from integrity.records.office import Officer
from integrity.terms import Capacity, PaperKind, Procedure, Role, ServiceWay
from integrity.work import Office
from reports import forms
from tests.conftest import SetClock
from tests.papers_office import COUNTY, furnish, papers, signer
from tests.test_press import whole

__all__ = ["papers"]

Family = Callable[..., int]
EVIDENCE = "b" * 64
BIRTHS = (date(1980, 5, 1), date(2015, 5, 1))
PAIR = {"visitor_1": "jb01", "visitor_2": "jb02"}
_UNSPOKEN = ("文书类别", "授权人类别", "结果", "通知类别", "调查方式", "送达回证编号", "主送", "补打份数")
"""Words that choose what is printed, and fields of a sheet that is sent to nobody."""


@pytest.fixture
def entry(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A mother and her child on 2026-09-01, not yet on assistance."""
    furnish(office)
    with office.work("sp01") as work:
        work.put(Officer(code="jb02", name="周海", role=Role.HANDLER, area=COUNTY, since=date(2020, 1, 1)))
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work, BIRTHS, since=date(2026, 8, 1))
        change_member(work, household, 2, since=date(2026, 8, 1), capacity=Capacity.NONE, guardian_no=1)
    return office, household


def begin(office: Office, actor: str, household: int, procedure: Procedure, **given: Any) -> Taken:
    """Open a case."""
    with office.work(actor) as work:
        return open_case(work, household, procedure, **given)


def step(office: Office, actor: str, household: int, code: str, case: int = 1, **given: Any) -> Taken:
    """One step of a case, today."""
    with office.work(actor) as work:
        return take(work, household, case, code, **given)


def refused(office: Office, actor: str, household: int, code: str, case: int = 1, **given: Any) -> str:
    """What is said when the step is refused; nothing of it is written."""
    with office.reading() as work:
        before = len(read_case(work, household, case).history)
    with pytest.raises((Refused, Invalid, NotFound, Unset)) as said:
        step(office, actor, household, code, case, **given)
    with office.reading() as work:
        assert len(read_case(work, household, case).history) == before
    return str(said.value)


def letter_of(office: Office, taken: Taken, kind: PaperKind) -> Any:
    """The only paper of a step, as `printed` gives it."""
    (notice,) = taken.papers
    assert notice.kind is kind
    return printed(office, notice)


def printed(office: Office, notice: Notice) -> Any:
    """What a paper says; it prints whole, and each of its texts stands on it."""
    with office.work("jb01") as work:
        path = printing.original(work, notice)
        letter = content(work, notice)
    page = whole(path.read_bytes())
    for field, text in forms.texts(letter):
        assert field in _UNSPOKEN or re.sub(r"\s+", "", text).rstrip("。") in page, field
    assert letter.form in page
    return letter


def hand_over(office: Office, taken: Taken, **more: Any) -> Taken:
    """Deliver the printed papers of a step."""
    with office.work("jb01") as work:
        served = serve_paper(
            work, taken.papers[0].number, ServiceWay.DIRECT, on=work.today,
            receiver=signer(work, taken.papers[0], "户主"), **more,
        )  # fmt: skip
    assert isinstance(served, Taken)
    return served
