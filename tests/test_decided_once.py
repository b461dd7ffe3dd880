"""已决定、尚未执行 (decided, not carried out yet): it is told, nobody decides the same again, numbers are looked up."""

from __future__ import annotations

from datetime import date

import pytest

from integrity import assistance, opinions
from integrity.cases import papers_of, read_case
from integrity.errors import Refused
from integrity.household_views import aid
from integrity.papers import unregistered
from integrity.terms import Act, Outcome, Verdict
from integrity.work import Office
from tests.case_steps import papers, step
from tests.conftest import SetClock
from tests.papers_office import evaluate
from tests.test_case_sheets import CONTENT, lowered, served

__all__ = ["lowered", "papers"]
FIRST = date(2026, 10, 1)


@pytest.fixture
def decided(lowered: tuple[Office, int]) -> tuple[Office, int]:
    """A household whose sum is lowered from the next month on."""
    office, household = lowered
    step(office, "jb01", household, "陈述申辩", **CONTENT | {"finished": "是"})
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="按标准差额计算")
    step(office, "sp01", household, "作出决定", outcome="减发", amount=80_000, reason="收入增加", effective_on=FIRST)
    served(office, household, "DECIDE")
    return office, household


def test_what_is_decided_is_told_and_not_decided_again(decided: tuple[Office, int], clock: SetClock) -> None:
    office, household = decided
    with office.reading() as work:
        coming = aid(work, household, None).coming
        assert coming is not None
        assert (coming.act, coming.effective_on, coming.amount) == (Act.LOWER, FIRST, 80_000)
    again = {"outcome": Outcome.LOWER, "amount": 70_000, "reason": "养老金使家庭月收入增加"}
    with office.work("fh01") as work, pytest.raises(Refused, match="已经决定减发，自 2026-10-01 起执行"):
        opinions.give(work, household, Verdict.CHANGED, **again)
    clock.on(FIRST)
    with office.reading() as work:
        assert aid(work, household, None).coming is None
        assert assistance.paid(work, household, FIRST) == 80_000
    evaluate(office, FIRST)
    with office.work("fh01") as work:
        opinions.give(work, household, Verdict.CHANGED, **again)


def test_a_number_of_our_own_that_no_paper_bears_is_doubted(decided: tuple[Office, int]) -> None:
    office, household = decided
    with office.reading() as work:
        case = read_case(work, household, 1)
        own = papers_of(work, case, case.last("DECIDE").no)[0].number
        assert unregistered(work, household, own) == ""
        assert unregistered(work, household, own.replace("〔", "[").replace("〕", "]")) == ""
        wrong = own.replace("1号", "99号")
        assert unregistered(work, household, wrong) == f"“{wrong}”像本机关的文号，这一户的文书里没有它，请核对原件"
        assert unregistered(work, household, "（2026）某08行初8号") == "", "a court's"
        assert unregistered(work, household, "") == ""
