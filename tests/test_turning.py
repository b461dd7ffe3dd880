"""转折点 (turning points): every figure is checked against the rules, asked fen by fen and day by day."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.rules import turning
from integrity.rules.facts import UNKNOWN, Situation, day
from integrity.rules.turning import Fact, Stage
from integrity.rules.withdrawal import Parameters, decide
from integrity.rules.workdays import add_months_day
from integrity.terms import Ability, Cause, Event, Outcome, Presence, Scheme
from tests.situations import ON, member, situation

KEEP, LOWER, WITHDRAW, EXIT, ASK = (
    one.number for one in (Outcome.KEEP, Outcome.LOWER, Outcome.WITHDRAW, Outcome.EXIT, Outcome.ASK)
)
SMALL = Parameters(
    urban=1, standard=880, standard_since=day(date(2022, 1, 1)), standard_before=800, edge_bp=15_000,
    clear_change_bp=500, hear_before=1, refusals=3, rigid_months=12,
    causes=((0, 0), (0, 0), (1, 6), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)), repeat=1,
)  # fmt: skip
"""Eight yuan eighty a person: small enough to ask the rules at every fen."""
ABLE = member(1, ability=Ability.ABLE.number)


def small(**changes: Any) -> Situation:
    """Three adults on 8.80 yuan each, granted on an income of 15 yuan."""
    ordinary: dict[str, Any] = {
        "amount": 1140, "income": 1500, "income_then": 1500, "members": (ABLE, member(2), member(3)),
    }  # fmt: skip
    return situation(**ordinary | changes)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Situation, Parameters]:
    """Households of every kind on small sums, under parameters of every kind."""
    persons = draw(st.integers(1, 3))
    presences = [Presence.PRESENT.number, Presence.PRESENT.number, Presence.PRISON.number, Presence.LEFT.number]
    s = small(
        income=draw(st.integers(0, 4500)), amount=draw(st.integers(0, 1700)),
        income_then=draw(st.one_of(st.integers(0, 2500), st.just(UNKNOWN))), persons_then=persons,
        cause=draw(st.sampled_from((Cause.EMPLOYMENT, Cause.PENSION, Cause.UNKNOWN))).number,
        scheme=draw(st.sampled_from((Scheme.DIBAO, Scheme.DIBAO, Scheme.EDGE))).number,
        property_over=draw(st.sampled_from((0, 0, 1, UNKNOWN))),
        self_reported=draw(st.sampled_from((0, 1, UNKNOWN))),
        granted_on=draw(st.sampled_from((day(date(2026, 1, 1)), day(date(2021, 6, 1))))),
        withdrawals_before=draw(st.integers(0, 1)),
        members=tuple(
            member(no, ability=ABLE.ability, refusals=draw(st.sampled_from((0, 0, 3))),
                   presence=draw(st.sampled_from(presences)))
            for no in range(1, persons + 1)
        ),
    )  # fmt: skip
    p = SMALL._replace(
        clear_change_bp=draw(st.sampled_from((500, 1000, 0, UNKNOWN))),
        band_bp=draw(st.sampled_from((UNKNOWN, 12_000))), self_report=draw(st.sampled_from((UNKNOWN, 1))),
        edge_bp=draw(st.sampled_from((15_000, UNKNOWN))), repeat=draw(st.sampled_from((0, 1, UNKNOWN))),
    )  # fmt: skip
    return s, p


@settings(deadline=None, max_examples=80)
@given(situations())
def test_the_stretches_of_income_are_what_the_rules_say_at_every_fen(given_: tuple[Situation, Parameters]) -> None:
    s, p = given_
    told = turning.stretches(s, p)
    assert told[0].low == 0
    assert all(one.high + 1 == after.low for one, after in pairwise(told))
    for one in told:
        for income in range(one.low, min(one.high, 9000) + 1):
            verdict = decide(s._replace(income=income), p)
            assert (verdict.outcome, verdict.code) == (one.outcome, one.code), income


@settings(deadline=None, max_examples=80)
@given(situations())
def test_one_fen_more_and_it_is_not_kept_and_no_figure_lies_nearer(given_: tuple[Situation, Parameters]) -> None:
    s, p = given_
    adverse = decide(s, p).outcome in turning.ADVERSE
    for turn in turning.to_keep(s, p):
        assert adverse
        assert turn.verdict.outcome == KEEP
        assert decide(turning.suppose(s, turn.facts), p).outcome == KEEP
        income = next((one.value for one in turn.facts if one.about == turning.INCOME), None)
        if income is None:
            continue
        supposed = turning.suppose(s, [one for one in turn.facts if one.about != turning.INCOME])
        assert turn.beyond == decide(supposed._replace(income=income + 1), p).outcome != KEEP
        for nearer in range(income + 1, s.income):
            assert decide(supposed._replace(income=nearer), p).outcome != KEEP
        for same in range(turn.low, income + 1):
            assert decide(supposed._replace(income=same), p).outcome == KEEP


@settings(deadline=None, max_examples=80)
@given(situations())
def test_no_fewer_facts_would_do(given_: tuple[Situation, Parameters]) -> None:
    s, p = given_
    told = turning.to_keep(s, p)
    if decide(s, p).outcome not in turning.ADVERSE:
        assert told == ()
        return
    facts = turning.facts_to_better(s)
    fewest = len(told[0].facts) if told else len(facts) + 2
    for size in range(fewest):
        for chosen in combinations(facts, size):
            supposed = turning.suppose(s, chosen)
            assert decide(supposed, p).outcome != KEEP
            if size + 1 < fewest:
                kept = [fen for fen in range(s.income) if decide(supposed._replace(income=fen), p).outcome == KEEP]
                assert kept == []


def test_a_household_over_the_line_is_told_the_figure() -> None:
    (turn,) = turning.to_keep(small(income=3000, cause=Cause.PENSION.number), SMALL)
    assert (turn.low, turn.facts, turn.beyond) == (1426, (Fact(turning.INCOME, 1574),), LOWER)


def test_of_two_stretches_that_keep_the_nearer_one_is_named() -> None:
    """Granted under 8.00 a person: kept at what it was, and at the one figure at which the difference is the same."""
    s = small(income=2000, amount=1200, granted_on=day(date(2021, 6, 1)), cause=Cause.EMPLOYMENT.number)
    kept = [(one.low, one.high) for one in turning.stretches(s, SMALL) if one.outcome == KEEP]
    assert kept == [(1426, 1574), (1740, 1740)]
    (turn,) = turning.to_keep(s, SMALL)
    assert (turn.low, turn.facts, turn.beyond) == (1740, (Fact(turning.INCOME, 1740),), LOWER)


def test_property_and_income_are_both_named_where_both_stand_in_the_way() -> None:
    s = small(income=3000, cause=Cause.PENSION.number, property_over=1)
    (turn,) = turning.to_keep(s, SMALL)
    assert turn.facts == (Fact(turning.PROPERTY, 0), Fact(turning.INCOME, 1574))


def test_an_accepted_job_keeps_the_own_share() -> None:
    s = small(members=(ABLE._replace(refusals=3), member(2), member(3)))
    assert decide(s, SMALL).outcome == LOWER
    (turn,) = turning.to_keep(s, SMALL)
    assert turn.facts == (Fact(turning.REFUSALS, 0, 1),)


def test_a_statement_that_is_taken_back_keeps_the_assistance() -> None:
    s = small(events=((Event.VOLUNTARY_EXIT.number, day(ON), day(ON), 0),))
    assert [one.facts for one in turning.to_keep(s, SMALL)] == [(Fact(turning.EVENT, Event.VOLUNTARY_EXIT.number),)]


def test_a_member_who_comes_back_counts_again() -> None:
    away = member(3, presence=Presence.PRISON.number)
    s = small(members=(ABLE, member(2), away))
    assert decide(s, SMALL).outcome == LOWER
    assert (Fact(turning.PRESENCE, Presence.PRESENT.number, 3),) in [one.facts for one in turning.to_keep(s, SMALL)]
    gone = small(members=(ABLE, member(2), member(3, presence=Presence.DEAD.number)))
    assert all(fact.about == turning.INCOME for one in turning.to_keep(gone, SMALL) for fact in one.facts)


def test_a_grown_up_still_at_school_keeps() -> None:
    young = member(1, born=day(date(2008, 9, 1)), ability=ABLE.ability, schooling=0)
    s = small(scheme=Scheme.TEKUN.number, members=(young,), persons_then=1, income=0)
    assert decide(s, SMALL).outcome == EXIT
    assert [one.facts for one in turning.to_keep(s, SMALL)] == [(Fact(turning.SCHOOLING, 1, 1),)]


WITHDRAWING = {"withdrawal_on": day(date(2026, 8, 1)), "withdrawal_months": 3, "withdrawal_amount": 1140,
               "income": 3000}  # fmt: skip


def test_in_withdrawal_the_line_a_member_and_the_property_make_it_a_question() -> None:
    told = {one.facts[0]: one for one in turning.to_another(small(**WITHDRAWING), SMALL)}
    assert {one.verdict.outcome for one in told.values()} == {ASK}
    assert {fact.about for fact in told} == {turning.PROPERTY, turning.JOINED, turning.PRESENCE, turning.INCOME}
    by_income = told[Fact(turning.INCOME, 3 * 880)]
    assert (by_income.low, by_income.beyond) == (0, KEEP)


def test_the_course_of_a_withdrawal_ends_on_its_day() -> None:
    s = small(**WITHDRAWING)
    told = turning.course([Stage(s.on, s, SMALL)], add_months_day(s.on, 36))
    assert [(on, verdict.outcome) for on, verdict in told] == [(s.on, KEEP), (day(date(2026, 11, 1)), EXIT)]


def test_the_course_follows_a_new_standard_from_its_day() -> None:
    s, later = small(**WITHDRAWING), day(date(2026, 10, 1))
    raised = SMALL._replace(standard=1000, standard_since=later, standard_before=880)
    stages = [Stage(s.on, s, SMALL), Stage(later, s, raised)]
    told = turning.course(stages, add_months_day(s.on, 36))
    assert [(on, verdict.outcome) for on, verdict in told] == [(s.on, KEEP), (later, ASK)]
    assert turning.course(stages, later - 1) == told[:1]


def test_on_the_first_day_of_a_stage_only_its_own_facts_hold() -> None:
    s, end = small(**WITHDRAWING), day(date(2026, 11, 1))
    raised = SMALL._replace(standard=1000, standard_since=end, standard_before=880)
    told = turning.course([Stage(s.on, s, SMALL), Stage(end, s, raised)], add_months_day(s.on, 36))
    assert [(on, verdict.outcome) for on, verdict in told] == [(s.on, KEEP), (end, ASK)]


def test_without_a_known_income_there_is_no_figure() -> None:
    assert turning.stretches(small(income=UNKNOWN), SMALL) == ()
    assert turning.next_by_income(small(income=UNKNOWN), SMALL) is None


@pytest.mark.parametrize("about", [turning.CAUSE, turning.PROPERTY, turning.STABLE, turning.SELF_REPORTED])
def test_a_supposed_fact_changes_one_field(about: str) -> None:
    assert turning.suppose(small(), (Fact(about, 2),)) == small(**{about: 2})


def test_a_supposed_income_is_known_from_the_day() -> None:
    assert turning.suppose(small(), (Fact(turning.INCOME, 7),)) == small(income=7, income_on=day(ON))


def test_supposed_changes_of_members() -> None:
    s = turning.suppose(small(), (
        Fact(turning.PRESENCE, Presence.LEFT.number, 2), Fact(turning.ABILITY, ABLE.ability, 3),
        Fact(turning.JOINED, 2),
    ))  # fmt: skip
    assert [one.presence for one in s.members] == [0, Presence.LEFT.number, 0, 0, 0]
    assert (s.members[1].presence_on, s.members[2].ability) == (day(ON), ABLE.ability)
    assert [one.no for one in s.members] == [1, 2, 3, 4, 5]
    with pytest.raises(KeyError):
        turning.suppose(small(), (Fact(turning.REFUSALS, 0, 9),))
