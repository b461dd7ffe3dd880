"""失信记录的期限 (how long a record is kept) and the two numbers that name each other, on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from integrity.case_records import record_terms
from integrity.papers import coming_number, content, next_number
from integrity.policies_of import policy_for
from integrity.records.ledger import Conduct
from integrity.rules.credit import score, terms
from integrity.rules.facts import UNKNOWN, FindingFacts, day
from integrity.terms import Capacity, FindingState, NationalClass, PaperKind, Procedure
from integrity.work import Office
from reports.forms_credit import FindingNotice
from tests.conftest import SetClock
from tests.credit_office import Family, acted, begin, refused, staffed, step
from tests.papers_office import TOWNSHIP, papers

__all__ = ["papers"]

FACT: dict[str, Any] = {
    "level": "一般", "basis_kind": "停发决定书", "basis": "任民决〔2026〕3号（停发决定书）", "reason": "收入隐瞒三个月",
}  # fmt: skip
Ready = tuple[Office, int]


@pytest.fixture
def ready(office: Office, family: Family, clock: SetClock) -> Ready:
    """A household of one adult on 2026-09-01."""
    staffed(office)
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work)
    return office, household


@pytest.mark.parametrize(
    ("act", "level", "item", "until"),
    [
        (date(2026, 7, 10), "一般", "F01", date(2027, 9, 1)),  # class maximum and item agree: twelve months
        (date(2026, 7, 10), "轻微", "F09", date(2026, 12, 1)),
        (date(2026, 7, 10), "严重", "F04", date(2029, 9, 1)),
        (date(2024, 2, 5), "严重", "伪造收入证明", date(2029, 2, 5)),  # five years after the act, by the ordinance
        (date(2026, 6, 30), "一般", "F01", date(2027, 9, 1)),  # before the catalogue: the class alone
    ],
)
def test_a_record_ends_at_the_least_of_its_limits(ready: Ready, act: date, level: str, item: str, until: date) -> None:
    office, household = ready
    fact = acted(office, household, act_on=act, item=item)
    with office.reading() as work:
        found = work.session.get(Conduct, (household, fact))
        assert found is not None
        window = record_terms(work, found, NationalClass.named(level), date(2026, 9, 1))
        policy = policy_for(work, TOWNSHIP, date(2026, 9, 1))
    assert window.until == until
    limits = terms(policy, TOWNSHIP, policy.adopted, date(2026, 9, 1))
    counted = FindingFacts(
        fact, 1, day(date(1980, 5, 1)), Capacity.FULL.number, item, day(act), day(act), day(date(2026, 9, 1)),
        day(date(2026, 9, 1)), FindingState.EFFECTIVE.number, day(date(2026, 9, 1)),
    )  # fmt: skip
    (one,) = score((counted,), limits, day(date(2026, 9, 1))).contributions
    assert one.end in (day(until), UNKNOWN)  # what counts towards the office's list ends on the same day
    assert (one.end == UNKNOWN) == (window.item is None)


def test_without_an_adopted_catalogue_the_class_alone_limits_the_record(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    staffed(office, adopt=False)
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work)
    begin(
        office, "jb01", household, Procedure.DEFAULT, subject_seq=acted(office, household), **(FACT | {"level": "严重"})
    )
    refused(office, "jb01", household, "告知", "听取意见期限")
    taken = step(office, "jb01", household, "告知", within="5工作日", within_reason="参照邻县")
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, FindingNotice)
    assert (letter.until, letter.grade) == (date(2029, 9, 1), "严重")
    assert "5个工作日内" in letter.within
    assert not any("目录" in one for one in letter.grounds)
    unnamed = acted(office, household, item="Q7")
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=unnamed, **FACT)
    refused(office, "jb01", household, "告知", "只写了代码", case=2, within="5工作日", within_reason="参照邻县")


def test_nobody_else_takes_the_number_that_a_paper_has_named(ready: Ready) -> None:
    office, household = ready
    others: list[str] = []

    def other() -> None:
        with office.work("sp02") as work:
            others.append(next_number(work, "任民修告", 2026))

    waiting = Thread(target=other)
    with office.work("sp01") as work:
        held = coming_number(work, household, PaperKind.F25)
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert others == []
        assert next_number(work, "任民修告", 2026) == held == "任民修告〔2026〕1号"
    waiting.join(30)
    assert others == ["任民修告〔2026〕2号"]
