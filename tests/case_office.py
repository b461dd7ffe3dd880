"""案件试验 (cases in tests): steps taken, papers printed and handed over, on the office of `papers_office`."""

from __future__ import annotations

from datetime import date
from typing import Any

from integrity import printing
from integrity.case_files import read_case
from integrity.cases import Taken, open_case, papers_of, serve_paper, take
from integrity.records.office import Officer
from integrity.terms import Procedure, Role, ServiceWay
from integrity.work import Office
from tests.papers_office import COUNTY, signer

EVIDENCE = "a" * 64


def more_officers(office: Office) -> None:
    """A second handler, reviewer and approver of the county."""
    with office.work("sp01") as work:
        for code, role in (("jb02", Role.HANDLER), ("fh02", Role.REVIEWER), ("sp02", Role.APPROVER)):
            work.put(Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1)))


def opened(office: Office, actor: str, household: int, procedure: Procedure, step: str = "", **given: Any) -> Taken:
    """Open a case."""
    with office.work(actor) as work:
        return open_case(work, household, procedure, step, **given)


def step(office: Office, actor: str, household: int, code: str, case: int = 1, **given: Any) -> Taken:
    """One step of a case by an officer, today."""
    with office.work(actor) as work:
        return take(work, household, case, code, **given)


def hand_over(
    office: Office, household: int, code: str, *, on: date, case: int = 1, way: ServiceWay = ServiceWay.DIRECT,
    **more: Any,
) -> Taken:  # fmt: skip
    """Print the papers of a step and deliver them."""
    with office.work("jb01") as work:
        found = read_case(work, household, case)
        last = found.last(code)
        assert last is not None
        notices = papers_of(work, found, last.no)
        for notice in notices:
            printing.original(work, notice)
    with office.work("jb01") as work:
        taken = serve_paper(work, notices[0].number, way, on=on, receiver=signer(work, notices[0], "户主"), **more)
    assert isinstance(taken, Taken)
    return taken


def heard(office: Office, household: int, on: date, case: int = 1, told_by: str = "jb01") -> None:
    """Told, served, heard and reviewed on one day."""
    step(office, told_by, household, "NOTICE", case)
    hand_over(office, household, "NOTICE", on=on, case=case)
    signed = {"capacity": "本人", "finished": "是", "evidence": EVIDENCE}
    step(office, "jb01", household, "STATEMENT", case, speaker="本人", said="不同意", **signed)
    step(office, "fh02", household, "REVIEW", case, adopted="不采纳", reason="已核实")
