"""审核意见 (opinions): what is put to a family is complete, and an opinion counts as what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from integrity import opinions, recommendations
from integrity.case_files import cases_of, read_case
from integrity.cases import open_case
from integrity.errors import Refused
from integrity.recommendations import standing_of
from integrity.records.ledger import Decision
from integrity.records.office import Recommendation
from integrity.terms import Cause, Outcome, Procedure, Verdict
from integrity.web.step_fields import fields_of
from integrity.work import Office
from tests.case_office import more_officers
from tests.conftest import SetClock
from tests.papers_office import evaluate, furnish, granted, papers, richer

__all__ = ["papers"]
DAY = date(2026, 9, 1)
EXCEPTION = "县民政局会议纪要〔2026〕3号"


@pytest.fixture
def earning(office: Office, family: Callable[..., int], papers: object, clock: SetClock) -> Office:
    """An office with one assisted household that has found work."""
    furnish(office)
    more_officers(office)
    granted(office, family, 1)
    clock.on(date(2026, 8, 20))
    richer(office, 1, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    clock.on(DAY)
    return office


@pytest.mark.parametrize(
    ("months", "schedule", "told"),
    [
        (3, (100, 80), "写了 3 个月、2 个比例"), (2, (100, 80, 60), "写了 2 个月、3 个比例"),
        (3, (), "写了 3 个月、0 个比例"),
        (None, (100, 80), "写了 0 个月、2 个比例"),
    ],
)  # fmt: skip
def test_an_opinion_of_one_s_own_names_the_share_of_every_month(
    earning: Office, months: int | None, schedule: tuple[int, ...], told: str
) -> None:
    plan = {"months": months, "schedule": schedule}
    with earning.work("fh01") as work, pytest.raises(Refused, match=told):
        open_case(
            work, 1, Procedure.DECISION, outcome="渐退", reason="已就业", exception=EXCEPTION,
            **{name: value for name, value in plan.items() if value},
        )  # fmt: skip
    with earning.reading() as work:
        assert list(cases_of(work, 1)) == []


def test_months_that_the_recommendation_leaves_open_are_an_acceptance(earning: Office) -> None:
    evaluate(earning, DAY)
    with earning.work("fh01") as work:
        stands = standing_of(work, 1)
        assert stands is not None
        assert tuple(Outcome)[stands.outcome] is Outcome.WITHDRAW
        opinions.give(work, 1, Verdict.ACCEPTED, reason="收入经核实", months=2, schedule=(100, 50), exception=EXCEPTION)
    with earning.reading() as work:
        given = work.session.exec(select(Decision)).one()
    assert (given.verdict, given.outcome, given.months) == (Verdict.ACCEPTED, Outcome.WITHDRAW, 2)


@pytest.mark.parametrize(
    ("outcome", "amount", "months", "agrees"),
    [
        (Outcome.RAISE, None, None, True), (Outcome.RAISE, 18_593, None, True), (Outcome.RAISE, 18_594, None, False),
        (Outcome.RAISE, 18_592, None, False), (Outcome.LOWER, 18_593, None, False), (Outcome.EXIT, None, None, False),
    ],
)  # fmt: skip
def test_the_very_sum_that_was_recommended_is_no_change(
    outcome: Outcome, amount: int | None, months: int | None, agrees: bool
) -> None:
    stands = Recommendation(outcome=Outcome.RAISE.number, amount_min=18_593, amount_max=18_593)
    assert recommendations.agrees(stands, outcome, amount, months) is agrees


def test_what_the_recommendation_leaves_open_may_be_filled_in() -> None:
    stands = Recommendation(outcome=Outcome.WITHDRAW.number, months_min=1, months_max=6)
    told = [recommendations.agrees(stands, Outcome.WITHDRAW, None, months) for months in (None, 1, 6, 7)]
    assert told == [True, True, True, False]
    assert recommendations.agrees(Recommendation(outcome=Outcome.LOWER.number), Outcome.LOWER, 1)


def test_what_is_approved_without_a_hearing_offers_nothing_that_takes(earning: Office) -> None:
    with earning.work("fh01") as work:
        open_case(work, 1, Procedure.DECISION, outcome="增发", amount=130_000, reason="收入减少")
    with earning.reading() as work:
        case = read_case(work, 1, 1)
        fields = {one.name: one for one in fields_of(work, case, case.table.row("APPROVE"))}
    assert [code for code, _ in fields["outcome"].choices] == ["增发"]
    assert fields["amount"].label == "调整后每月救助金额（元）"
    assert "不写差额" in fields["amount"].hint
    assert not {"months", "schedule"} & set(fields), "only a withdrawal is asked for its months"
