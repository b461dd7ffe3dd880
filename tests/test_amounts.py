"""增发与减发 (raising and lowering): what becomes of the amount of a household at or below the line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.rules import grounds as g
from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN, day
from integrity.rules.verdict import Parameters, Verdict
from integrity.terms import Ability, Cause, Event, ExitReason, Outcome, Presence
from tests.situations import COUNTY, ON, member, policy, situation

PLAIN = withdrawal.parameters(policy(), COUNTY, 1, ON)
FIVE = ("recheck.clear_change", "0.05", "2022-01-01", "")


def decide(p: Parameters = PLAIN, **changes: Any) -> Verdict:
    return withdrawal.decide(situation(**changes), p)


def local(*rows: tuple[str, str, str, str]) -> Parameters:
    return withdrawal.parameters(policy(*rows), COUNTY, 1, ON)


def outcome(verdict: Verdict) -> tuple[Outcome, str]:
    return tuple(Outcome)[verdict.outcome], tuple(ExitReason)[verdict.code].name


@pytest.mark.parametrize(("income", "expected"), [(524_99, Outcome.KEEP), (525_00, Outcome.LOWER)])
def test_a_change_below_the_threshold_moves_nothing(income: int, expected: Outcome) -> None:
    one = {"members": (member(1),), "persons_then": 1, "income_then": 500_00, "amount": 380_00}
    verdict = decide(local(FIVE), **one, income=income)
    assert outcome(verdict)[0] is expected
    assert (verdict.hearing == 1) is (expected is Outcome.LOWER)


def test_a_clear_change_raises_or_lowers_to_the_difference() -> None:
    p = local(FIVE)
    raised = decide(p, income=1200_00)
    assert (outcome(raised)[0], raised.amount_new_min, raised.hearing) == (Outcome.RAISE, 1440_00, 0)
    lowered = decide(p, income=1800_00)
    assert (outcome(lowered)[0], lowered.amount_new_max, lowered.hearing) == (Outcome.LOWER, 840_00, 1)


def test_an_amount_that_never_was_a_difference_is_left_to_a_person() -> None:
    verdict = decide(local(FIVE), income=1800_00, amount=900_00)
    assert outcome(verdict)[0] is Outcome.LOWER
    assert (verdict.amount_new_min, verdict.ask) == (UNKNOWN, g.ASK_TIERED)


def test_income_exactly_at_the_line_is_asked() -> None:
    assert decide(local(FIVE), income=2640_00).ask == g.ASK_AT_LINE


def test_income_barely_above_the_line_without_a_clear_change_is_asked() -> None:
    verdict = decide(local(FIVE), income=2641_00, income_then=2600_00, cause=Cause.PENSION.number)
    assert (outcome(verdict)[0], verdict.ask) == (Outcome.ASK, g.ASK_ABOVE)


def test_income_above_the_line_that_never_changed_is_asked_even_without_a_threshold() -> None:
    verdict = decide(income=2700_00, income_then=2700_00)
    assert (outcome(verdict)[0], verdict.ask) == (Outcome.ASK, g.ASK_ABOVE)


def test_a_higher_standard_alone_raises_the_amount() -> None:
    p = local(("standard.dibao/urban", "930", "2026-07-01", ""))
    old = p._replace(standard_before=880_00)
    verdict = withdrawal.decide(situation(), old)
    assert (outcome(verdict)[0], verdict.amount_new_min) == (Outcome.RAISE, 1290_00)
    assert verdict.met & g.STANDARD_ROSE
    already = withdrawal.decide(situation(amount=1290_00, granted_on=day(date(2026, 7, 1))), old)
    assert outcome(already)[0] is Outcome.KEEP


def test_the_former_standard_is_read_from_the_rows() -> None:
    two = '[[value]]\nkey = "standard.dibao"\nvariant = "urban"\nvalue = {}\nunit = "元/人/月"\nsince = {}\n' \
          'until = {}\nsource = "试验文件"\ngrade = "V1"\n'
    head = '[pack]\nregion = "370883"\nname = "试验县"\nlevel = "COUNTY"\nschema = 1\n'
    text = head + two.format("880", "2022-01-01", "2026-06-30") + two.format("930", "2026-07-01", "2027-06-30")
    p = withdrawal.parameters(policy(extra={"370883.toml": text}), "370883", 1, ON)
    assert (p.standard, p.standard_before, p.standard_since) == (930_00, 880_00, day(date(2026, 7, 1)))


def test_a_death_lowers_with_the_reason_at_the_members_level() -> None:
    people = (member(1), member(2), member(3, presence=Presence.DEAD.number, presence_on=day(date(2026, 8, 31))))
    verdict = decide(members=people, events=((Event.DEATH.number, day(ON), day(ON), 3),))
    assert outcome(verdict) == (Outcome.LOWER, "X01")
    assert (verdict.member, verdict.amount_new_min) == (3, 260_00)


def test_three_refusals_touch_the_own_share_only() -> None:
    people = (member(1, refusals=3, ability=Ability.ABLE.number), member(2), member(3), member(4))
    verdict = decide(members=people, persons_then=4, amount=1440_00, income=2080_00, income_then=2080_00)
    assert outcome(verdict) == (Outcome.LOWER, "X09")
    assert (verdict.member, verdict.amount_new_min, verdict.amount_new_max, verdict.hearing) == (1, 1080_00, 1440_00, 1)
    two = (people[0]._replace(refusals=2), *people[1:])
    assert outcome(decide(members=two, persons_then=4, income=1500_00))[0] is Outcome.KEEP


@pytest.mark.parametrize(
    "who",
    [
        {"ability": Ability.UNABLE.number},
        {"ability": UNKNOWN},
        {"ability": Ability.ABLE.number, "born": day(date(2010, 9, 8))},
        {"ability": Ability.ABLE.number, "born": UNKNOWN},
    ],
)
def test_refusals_of_one_who_need_not_work_never_lower(who: dict[str, int]) -> None:
    verdict = decide(members=(member(1, **({"refusals": 3} | who)), member(2), member(3)))
    assert (outcome(verdict), verdict.member) == ((Outcome.ASK, "X09"), 1)
    assert verdict.ask == g.ASK_REFUSALS


def test_a_raise_that_is_due_is_not_lost_by_refusals_and_the_person_is_heard() -> None:
    people = (member(1, refusals=3, ability=Ability.ABLE.number), member(2), member(3))
    verdict = decide(local(FIVE), members=people, income=750_00)
    assert outcome(verdict) == (Outcome.RAISE, "X09")
    assert (verdict.amount_new_min, verdict.amount_new_max, verdict.hearing) == (1260_00, 1890_00, 1)
    small = decide(local(FIVE), members=people, income=1300_00)
    assert outcome(small) == (Outcome.LOWER, "X09")
    assert (small.amount_new_min, small.amount_new_max, small.hearing) == (893_34, 1340_00, 1)
    less = decide(local(FIVE), members=people, income=1800_00)
    assert (outcome(less), less.amount_new_min, less.amount_new_max) == ((Outcome.LOWER, "X09"), 560_00, 840_00)
    unclear = decide(members=people, income=750_00)
    assert (outcome(unclear)[0], unclear.ask) == (Outcome.ASK, g.ASK_CLEAR_CHANGE)


def test_nothing_paid_and_income_at_the_line_is_asked_before_the_basis() -> None:
    at_line = {"income": 2640_00, "income_then": UNKNOWN}
    verdict = decide(**at_line, amount=0)
    assert (outcome(verdict)[0], verdict.ask) == (Outcome.ASK, g.ASK_AT_LINE)
    assert decide(**at_line).ask == g.ASK_AT_LINE | g.ASK_BASIS


def test_a_rise_that_is_paid_already_changes_nothing() -> None:
    p = PLAIN._replace(standard=930_00, standard_since=day(date(2026, 7, 1)), standard_before=880_00)
    assert outcome(withdrawal.decide(situation(amount=1290_00), p))[0] is Outcome.KEEP


def test_a_standard_of_the_day_of_the_grant_is_no_rise() -> None:
    same_day = PLAIN._replace(standard_since=day(date(2026, 1, 1)), standard_before=700_00)
    assert outcome(withdrawal.decide(situation(amount=1000_00), same_day))[0] is Outcome.KEEP


def test_a_rise_of_the_standard_over_an_amount_in_classes_leaves_the_sum_to_a_person() -> None:
    p = PLAIN._replace(standard=930_00, standard_since=day(date(2026, 7, 1)), standard_before=880_00)
    verdict = withdrawal.decide(situation(amount=900_00), p)
    assert (outcome(verdict)[0], verdict.amount_new_min, verdict.ask) == (Outcome.RAISE, UNKNOWN, g.ASK_TIERED)


def test_a_question_carries_the_difference_that_would_be_due() -> None:
    for changes in ({"amount": UNKNOWN}, {"persons_then": UNKNOWN, "income": 1600_00}, {"income": 1600_00}):
        verdict = decide(**changes)
        due = 2640_00 - changes.get("income", 1500_00)
        assert (outcome(verdict)[0], verdict.amount_new_min, verdict.amount_new_max) == (Outcome.ASK, due, due)
    unknown_basis = decide(persons_then=UNKNOWN)
    assert (outcome(unknown_basis)[0], unknown_basis.ask) == (Outcome.KEEP, 0), "the difference is paid already"


def test_of_several_who_left_the_last_one_gives_the_reason() -> None:
    first = member(2, presence=Presence.PRISON.number, presence_on=day(date(2026, 8, 31)))
    second = member(3, presence=Presence.DEAD.number, presence_on=day(date(2026, 8, 1)))
    for people in ((member(1), first, second), (member(1), second._replace(no=2), first._replace(no=3))):
        verdict = decide(members=people, income=500_00, income_then=1500_00)
        assert outcome(verdict) == (Outcome.LOWER, "X03")
        assert people[verdict.member - 1].presence == Presence.PRISON.number


def test_two_who_refuse_lose_two_shares_at_most_and_an_unset_count_is_asked() -> None:
    able = Ability.ABLE.number
    people = (member(1, refusals=3, ability=able), member(2, refusals=4, ability=able), member(3))
    both = decide(members=people)
    assert (both.amount_new_min, both.amount_new_max) == (380_00, 1140_00)
    assert decide(PLAIN._replace(refusals=UNKNOWN), members=people).ask == g.ASK_REFUSALS
    assert decide(PLAIN._replace(refusals=UNKNOWN)).ask == 0, "nobody refused"
    assert decide(members=people, amount=UNKNOWN).ask == g.ASK_AMOUNT
    gone = (people[0]._replace(presence=Presence.LEFT.number), member(2), member(3), member(4))
    assert outcome(decide(members=gone))[0] is Outcome.KEEP


@given(st.integers(0, 2639_00), st.integers(1, 800_00))
def test_less_income_never_gives_a_lower_amount(income: int, less: int) -> None:
    p = PLAIN._replace(clear_change_bp=0)
    one, other = (decide(p, income=value).amount_new_min for value in (income, max(0, income - less)))
    assert other >= one
