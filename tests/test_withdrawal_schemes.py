"""各类救助的继续与退出 (continuation and exit, scheme by scheme)."""

from __future__ import annotations

import inspect
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.rules import grounds as g
from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN, Situation, day
from integrity.rules.verdict import Parameters
from integrity.terms import Ability, Cause, Event, Outcome, Presence, Scheme
from tests.situations import ON, member, situation
from tests.test_withdrawal import PLAIN, decide, event, local, outcome


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (Outcome.KEEP, "NONE")),
        ({"property_over": 1}, (Outcome.EXIT, "X05")),
        ({"events": (event(Event.ABILITY_REGAINED, member_no=1),)}, (Outcome.EXIT, "X14")),
        ({"events": (event(Event.VOLUNTARY_EXIT),)}, (Outcome.EXIT, "X15")),
        ({"income": 900_00}, (Outcome.ASK, "NONE")),
        ({"income": 880_00}, (Outcome.ASK, "NONE")),
        ({"events": (event(Event.DUPLICATE),)}, (Outcome.ASK, "X21")),
        ({"income": 879_99}, (Outcome.KEEP, "NONE")),
        ({"members": (member(1, presence=Presence.PRISON.number),)}, (Outcome.EXIT, "X03")),
    ],
)
def test_support_of_extremely_poor_persons_ends_only_on_the_listed_grounds(
    changes: dict[str, Any], expected: tuple[Outcome, str]
) -> None:
    one = {"scheme": Scheme.TEKUN.number, "members": (member(1),), "persons_then": 1, "income": 0, "amount": 1200_00}
    verdict = decide(**(one | changes))
    assert outcome(verdict) == expected
    assert bool(verdict.ask) is (expected[0] is Outcome.ASK)
    unchecked = decide(**(one | {"property_over": UNKNOWN}))
    assert not unchecked.met & g.PROPERTY_WITHIN
    ends = expected[0] is Outcome.EXIT and expected[1] != "X03"
    assert verdict.follow == (g.FOLLOW_DIBAO | g.FOLLOW_TEMPORARY if ends else 0)


@pytest.mark.parametrize(
    ("schooling", "ability", "born", "expected"),
    [
        (1, Ability.ABLE, date(2008, 9, 7), Outcome.KEEP),
        (0, Ability.ABLE, date(2008, 9, 7), Outcome.EXIT),
        (0, Ability.ABLE, date(2008, 9, 8), Outcome.KEEP),
        (0, Ability.UNABLE, date(2008, 9, 7), Outcome.ASK),
        (UNKNOWN, Ability.ABLE, date(2008, 9, 7), Outcome.ASK),
    ],
)
def test_a_supported_minor_who_grows_up(schooling: int, ability: Ability, born: date, expected: Outcome) -> None:
    child = member(1, born=day(born), schooling=schooling, ability=ability.number)
    verdict = decide(scheme=Scheme.TEKUN.number, members=(child,), persons_then=1, income=0)
    assert outcome(verdict)[0] is expected


def test_a_grown_member_who_left_or_whose_birth_is_unknown_changes_nothing() -> None:
    grown = {"born": day(date(2008, 9, 7)), "schooling": 0, "ability": Ability.ABLE.number}
    adult = member(1, **grown)
    since = {"scheme": Scheme.TEKUN.number, "persons_then": 1, "income": 0, "confirmed_on": day(ON)}
    assert outcome(decide(**since, members=(adult,)))[0] is Outcome.KEEP, "was 18 when it was granted"
    for second in (member(2, **grown, presence=Presence.LEFT.number), member(2, **(grown | {"born": UNKNOWN}))):
        verdict = decide(scheme=Scheme.TEKUN.number, members=(member(1), second), persons_then=1, income=0)
        assert outcome(verdict)[0] is Outcome.KEEP


def test_a_rigid_spending_status_ends_by_itself() -> None:
    rigid = {"scheme": Scheme.RIGID.number, "confirmed_on": day(date(2026, 3, 1))}
    assert outcome(decide(**rigid, on=day(date(2027, 2, 28))))[0] is Outcome.KEEP
    assert outcome(decide(**rigid, on=day(date(2027, 3, 1)))) == (Outcome.EXIT, "X19")
    assert outcome(decide(scheme=Scheme.RIGID.number, confirmed_on=UNKNOWN))[0] is Outcome.ASK


@pytest.mark.parametrize(
    ("income", "expected", "follow"),
    [
        (3961_00, Outcome.EXIT, 0),
        (3960_00, Outcome.ASK, 0),
        (3959_00, Outcome.KEEP, 0),
        (2640_00, Outcome.KEEP, g.FOLLOW_DIBAO),
    ],
)
def test_the_edge_of_low_income(income: int, expected: Outcome, follow: int) -> None:
    verdict = decide(scheme=Scheme.EDGE.number, amount=0, income=income)
    assert (outcome(verdict)[0], verdict.follow) == (expected, follow)


def test_an_unset_edge_is_asked_where_it_matters() -> None:
    unset = PLAIN._replace(edge_bp=UNKNOWN)
    edge = decide(unset, scheme=Scheme.EDGE.number, amount=0)
    assert (outcome(edge)[0], edge.ask) == (Outcome.ASK, g.ASK_EDGE)
    assert decide(unset).ask == 0
    ending = decide(unset, income=2850_00, cause=Cause.PENSION.number)
    assert (outcome(ending), ending.ask) == ((Outcome.EXIT, "X04"), g.ASK_EDGE)


def test_a_hearing_comes_first_since_the_law_is_in_force() -> None:
    adverse = {"income": 2850_00, "cause": Cause.PENSION.number}
    before = local(on=date(2026, 6, 30))
    assert decide(before, on=day(date(2026, 6, 30)), **adverse).hearing == 0
    assert decide(local(on=date(2026, 7, 1)), on=day(date(2026, 7, 1)), **adverse).hearing == 1
    lost = decide(PLAIN._replace(hear_before=UNKNOWN), **adverse)
    assert (lost.hearing, lost.ask & g.ASK_HEARING) == (1, g.ASK_HEARING)


def test_the_payments_of_a_withdrawal() -> None:
    schedule = (100, 100, 80, 80, 60, 60)
    assert withdrawal.payments(6, 1000_00, schedule) == (1000_00, 1000_00, 800_00, 800_00, 600_00, 600_00)
    assert withdrawal.payments(6, 1000_00, schedule[:5]) == ()
    assert withdrawal.payments(2, 1000_00, schedule, 900_00) == (900_00, 900_00)
    assert withdrawal.payments(1, UNKNOWN, schedule) == ()
    assert withdrawal.payments(1, 3, (50,)) == (2,), "half a fen is rounded up"


@given(
    income=st.one_of(st.just(UNKNOWN), st.integers(0, 5000_00)),
    then=st.one_of(st.just(UNKNOWN), st.integers(0, 5000_00)),
    amount=st.one_of(st.just(UNKNOWN), st.integers(0, 3000_00)),
    scheme=st.sampled_from(tuple(Scheme)), cause=st.sampled_from(tuple(Cause)),
    presences=st.lists(st.sampled_from(tuple(Presence)), max_size=4),
    events=st.lists(st.sampled_from(tuple(Event)), max_size=3),
    over=st.sampled_from((0, 1, UNKNOWN)), threshold=st.sampled_from((UNKNOWN, 0, 500)),
)  # fmt: skip
def test_no_situation_breaks_the_rule_and_every_bit_has_a_text(
    income: int, then: int, amount: int, scheme: Scheme, cause: Cause, presences: list[Presence], events: list[Event],
    over: int, threshold: int,
) -> None:  # fmt: skip
    s = situation(
        income=income, income_then=then, amount=amount, scheme=scheme.number, cause=cause.number, property_over=over,
        members=tuple(member(n, presence=one.number) for n, one in enumerate(presences, start=1)),
        events=tuple(event(one) for one in events),
    )  # fmt: skip
    verdict = withdrawal.decide(s, PLAIN._replace(clear_change_bp=threshold))
    assert verdict.met & verdict.unmet == 0
    assert (verdict.met | verdict.unmet) & ~sum(one.bit for one in g.CONDITIONS) == 0
    assert verdict.ask & ~sum(one.bit for one in g.QUESTIONS) == 0
    assert verdict.outcome != Outcome.ASK.number or verdict.ask
    assert verdict.outcome != Outcome.EXIT.number or verdict.code
    if tuple(Outcome)[verdict.outcome].adverse and Presence.PRESENT in presences:
        assert verdict.hearing == 1
    if scheme is Scheme.DIBAO and not events and verdict.amount_new_min != UNKNOWN:
        assert verdict.amount_new_min >= 0


def test_the_tables_bind_every_bit_once() -> None:
    for table in (g.CONDITIONS, g.QUESTIONS, g.FOLLOW_UP, g.DUE_GROUNDS, g.SCORE_REASONS, g.LATE_NOTES):
        bits = [one.bit for one in table]
        assert bits == [1 << n for n in range(len(bits))]
        assert max(bits) < 1 << 31, "stored as a 32-bit integer"
        assert all(one.text and one.law for one in table)
        assert len({one.code for one in table}) == len(table)


def test_the_score_is_no_input_of_the_decision() -> None:
    assert list(inspect.signature(withdrawal.decide).parameters) == ["s", "p"]
    words = {*Situation._fields, *Parameters._fields}
    assert not {word for word in words if "score" in word or "level" in word or "points" in word}
