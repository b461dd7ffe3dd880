"""核查周期 (recheck cycle): when the next check is due, why, and what moves the day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity import situations
from integrity.rules import grounds as g
from integrity.rules import recheck
from integrity.rules.explanation import explain
from integrity.rules.facts import UNKNOWN, Order, date_of, day
from integrity.rules.workdays import add_months_day
from integrity.terms import Ability, Event, Presence, Scheme
from tests.situations import COUNTY, ON, member, policy, situation

PLAIN = recheck.parameters(policy(), COUNTY, ON)
LEAD = ("recheck.lead_days", "30", "2022-01-01", "")
FLOOD = Order("济任政〔2026〕12号", day(date(2026, 6, 28)), day(date(2026, 7, 1)), day(date(2026, 7, 31)), 3)


def due(p: recheck.Parameters = PLAIN, orders: tuple[Order, ...] = (), level: str = "", **changes: Any) -> recheck.Due:
    return recheck.due(situation(**changes), p, orders, level)


def on(found: recheck.Due) -> date:
    return date_of(found.due_on)


def event(kind: Event, happened: date, reported: date) -> tuple[int, int, int, int]:
    return kind.number, day(happened), day(reported), 2


ABLE = (member(1, ability=Ability.ABLE.number), member(2), member(3))


@pytest.mark.parametrize(
    ("changes", "expected", "ground", "ask"),
    [
        ({}, date(2027, 1, 15), g.DUE_STABLE, 0),
        ({"stable": 0}, date(2026, 7, 15), g.DUE_UNSTABLE, 0),
        ({"members": ABLE}, date(2026, 7, 15), g.DUE_ABLE, 0),
        ({"members": (member(1, ability=Ability.PARTLY.number),)}, date(2026, 7, 15), g.DUE_ABLE, 0),
        ({"members": (*ABLE[1:], ABLE[0]._replace(presence=Presence.DEAD.number))}, date(2027, 1, 15), g.DUE_STABLE, 0),
        ({"stable": UNKNOWN}, date(2026, 7, 15), g.DUE_UNSETTLED, g.ASK_STABLE),
        ({"members": (member(1), member(2, ability=Ability.PARTLY.number, born=day(date(2010, 9, 8))))},
         date(2027, 1, 15), g.DUE_STABLE, 0),
        ({"members": (member(1), member(2, ability=Ability.PARTLY.number, born=day(date(2010, 9, 7))))},
         date(2026, 7, 15), g.DUE_ABLE, 0),
        ({"members": (member(1, ability=Ability.ABLE.number, born=UNKNOWN),)}, date(2026, 7, 15), g.DUE_ABLE, 0),
        ({"members": (member(1, ability=UNKNOWN),)}, date(2026, 7, 15), g.DUE_ABLE, g.ASK_STABLE),
        ({"members": (member(1), member(2, ability=UNKNOWN, born=day(date(2015, 1, 1))))}, date(2027, 1, 15),
         g.DUE_STABLE, 0),
        ({"scheme": Scheme.TEKUN.number, "stable": 0}, date(2027, 1, 15), g.DUE_TEKUN, 0),
    ],
)  # fmt: skip
def test_the_shortest_cycle_that_applies_counts(changes: dict[str, Any], expected: date, ground: int, ask: int) -> None:
    found = due(**changes)
    assert (on(found), found.grounds, found.ask & ~g.ASK_LEAD) == (expected, ground, ask)


def test_without_a_check_the_confirmation_is_the_base_and_without_both_a_person_is_asked() -> None:
    assert on(due(checked_on=UNKNOWN)) == date(2026, 12, 20)
    found = due(checked_on=UNKNOWN, confirmed_on=UNKNOWN)
    assert (found.due_on, found.ask & g.ASK_BASE_DAY) == (UNKNOWN, g.ASK_BASE_DAY)


def test_the_last_day_of_a_short_month_is_the_corresponding_day() -> None:
    assert on(due(stable=0, checked_on=day(date(2025, 8, 31)))) == date(2026, 2, 28)


@pytest.mark.parametrize("changes", [{"scheme": Scheme.NONE.number}, {"stopped_on": day(ON)}])
def test_nothing_is_due_where_nothing_is_paid(changes: dict[str, int]) -> None:
    assert due(**changes).due_on == UNKNOWN


def test_the_list_takes_a_household_before_the_day_only_where_a_lead_time_is_set() -> None:
    assert (due().listed_on, due().ask & g.ASK_LEAD) == (UNKNOWN, g.ASK_LEAD)
    led = due(recheck.parameters(policy(LEAD), COUNTY, ON))
    assert (date_of(led.listed_on), led.ask) == (date(2026, 12, 16), 0)


def test_a_label_of_the_region_and_a_level_only_shorten() -> None:
    rows = (("recheck.cycle.label/A", "12", "2022-01-01", ""), ("recheck.cycle.label/C", "3", "2022-01-01", ""),
            ("credit.recheck_cycle/D", "3", "2022-01-01", ""),
            ("credit.recheck_cycle/A", "12", "2022-01-01", ""))  # fmt: skip
    p = recheck.parameters(policy(*rows), COUNTY, ON)
    assert (on(due(p, label="C")), due(p, label="C").grounds) == (date(2026, 4, 15), g.DUE_LABEL)
    assert on(due(p, label="A", stable=0)) == date(2026, 7, 15)
    assert (on(due(p, level="D")), due(p, level="D").grounds) == (date(2026, 4, 15), g.DUE_LEVEL)
    assert on(due(p, level="A", stable=0)) == date(2026, 7, 15)
    assert on(due(level="D")) == date(2027, 1, 15), "without a row of the region a level changes no date"


def test_a_report_pulls_the_check_to_the_day_of_the_report() -> None:
    reports = (event(Event.COMPLAINT, date(2026, 9, 3), date(2026, 9, 4)),
               event(Event.WARNING, date(2026, 8, 1), date(2026, 9, 1)))  # fmt: skip
    found = due(events=reports)
    assert (on(found), date_of(found.listed_on), found.pulled_by) == (date(2026, 9, 1), date(2026, 9, 1), 1)
    assert (found.must_finish_on, found.ask & g.ASK_FINISH) == (UNKNOWN, g.ASK_FINISH)
    within = recheck.parameters(policy(("recheck.event_within", "20", "2022-01-01", "")), COUNTY, ON)
    assert date_of(due(within, events=reports).must_finish_on) == date(2026, 9, 21)


def test_what_a_check_has_found_waits_for_a_decision_and_not_for_another_check() -> None:
    before, since = date(2026, 1, 10), date(2026, 1, 16)
    fraud = due(events=(event(Event.FRAUD_FOUND, before, before),))
    assert (on(fraud), fraud.pulled_by, fraud.grounds) == (date(2027, 1, 15), -1, g.DUE_STABLE)
    assert (fraud.must_finish_on, fraud.ask & g.ASK_FINISH) == (UNKNOWN, 0)
    both = due(events=(event(Event.FRAUD_FOUND, before, before), event(Event.GAMBLING_DRUGS, since, since)))
    assert (on(both), both.pulled_by) == (since, 1)
    death = due(events=(event(Event.DEATH, before, before),))
    assert on(death) == date(2027, 1, 15), "the check was made"
    assert death.grounds & g.DUE_DEATH
    assert date_of(death.must_finish_on) == date(2026, 4, 10), "the act is still due"


def test_a_report_after_the_due_day_does_not_put_it_off() -> None:
    late = due(stable=0, events=(event(Event.COMPLAINT, ON, ON),))
    assert (on(late), late.pulled_by) == (date(2026, 7, 15), -1)
    assert late.grounds & g.DUE_EVENT


def test_a_death_is_listed_at_once_and_finished_within_three_months() -> None:
    found = due(events=(event(Event.DEATH, date(2026, 8, 31), date(2026, 9, 2)),))
    assert (on(found), date_of(found.listed_on)) == (date(2026, 9, 2), date(2026, 9, 2))
    assert date_of(found.must_finish_on) == date(2026, 11, 30)
    assert found.grounds & g.DUE_DEATH


def test_a_change_of_selfcare_has_its_own_clock_in_working_days() -> None:
    within = recheck.parameters(policy(("recheck.event_within", "20", "2022-01-01", "")), COUNTY, ON)
    found = due(within, scheme=Scheme.TEKUN.number, events=(event(Event.SELFCARE_CHANGED, ON, ON),))
    assert (on(found), found.must_finish_on, found.ask & g.ASK_FINISH) == (ON, UNKNOWN, g.ASK_FINISH)
    assert found.grounds & g.DUE_SELFCARE
    in_months = within._replace(event_within=1, event_unit="月")
    assert date_of(due(in_months, events=(event(Event.WARNING, ON, ON),)).must_finish_on) == date(2026, 10, 7)
    in_workdays = within._replace(event_unit="工作日")
    warned = due(in_workdays, events=(event(Event.WARNING, ON, ON),))
    assert (warned.must_finish_on, warned.ask & g.ASK_FINISH) == (UNKNOWN, g.ASK_FINISH)
    assert not due(in_months, events=(event(Event.WARNING, ON, ON),)).ask & g.ASK_FINISH


def test_a_label_that_the_region_does_not_know_is_asked() -> None:
    p = recheck.parameters(policy(("recheck.cycle.label/A", "12", "2022-01-01", "")), COUNTY, ON)
    assert due(p, label="甲").ask & g.ASK_CYCLE
    assert due(label="A").ask & g.ASK_CYCLE, "no label has a cycle here"
    assert not (due(p, label="A").ask | due(p, label="").ask) & g.ASK_CYCLE


def test_orders_follow_one_another_in_whatever_order_they_are_listed_each_once() -> None:
    second = Order("济任政〔2026〕20号", day(date(2026, 6, 1)), day(date(2026, 10, 1)), day(date(2026, 10, 31)), 2)
    for orders in ((FLOOD, second), (second, FLOOD)):
        moved = due(orders=orders, stable=0)
        assert (on(moved), orders[moved.order]) == (date(2026, 12, 15), second)
    wide = FLOOD._replace(due_to=day(date(2027, 12, 31)))
    assert on(due(orders=(wide,), stable=0)) == date(2026, 10, 15)


def _seen(changes: list[tuple[Any, ...]], acts: list[tuple[Any, ...]], checks: list[tuple[Any, ...]]) -> int:
    """How many events are open, from rows as the ledger holds them."""
    home = (1, 1, None, 0, day(date(2020, 1, 1)), "370811001001", 1, "")
    told, paid_from = day(date(2025, 1, 1)), day(date(2025, 2, 1))
    grant = (1, 2, None, 0, told, "GRANT", "DIBAO", paid_from, 1000_00, 0, 2, None, None, None)
    nothing: list[Any] = []
    rows = situations.Rows(
        residence=[home], member=nothing, assistance=[grant, *acts], verification=nothing, change=changes,
        recheck=checks, decision=nothing, conduct=nothing, finding=nothing, about={},
    )  # fmt: skip
    return len(situations.situation(rows, day(ON)).events)


@pytest.mark.parametrize("act", ["RAISE", "LOWER", "AMEND"])
def test_a_reported_death_stays_open_after_a_check_until_the_assistance_was_adjusted(act: str) -> None:
    died, told = day(date(2026, 6, 1)), day(date(2026, 6, 5))
    death, complaint = (1, 3, None, 0, died, "DEATH", told, 2), (1, 4, None, 0, died, "COMPLAINT", told, 0)
    check = (1, 5, None, 0, told + 5, "CHANGED")

    def adjusted(effective: int) -> tuple[Any, ...]:
        return (1, 6, None, 0, told - 9, act, None, effective, 500_00, None, 1, None, None, None)

    assert _seen([death, complaint], [], [check]) == 1
    assert _seen([death], [adjusted(told - 1)], [check]) == 1, "an act before the report answers nothing"
    assert _seen([death], [adjusted(told + 26)], []) == 0
    assert _seen([death], [adjusted(day(ON) + 1)], [check]) == 1, "not yet in effect"


def test_a_withdrawal_of_unknown_length_pulls_nothing() -> None:
    assert on(due(withdrawal_on=day(date(2026, 6, 1)), withdrawal_months=UNKNOWN)) == date(2027, 1, 15)


def test_a_check_is_placed_before_a_withdrawal_ends() -> None:
    running = {"withdrawal_on": day(date(2026, 6, 1)), "withdrawal_months": 6}
    found = due(**running)
    assert (on(found), found.grounds & g.DUE_WITHDRAWAL_END) == (date(2026, 11, 1), g.DUE_WITHDRAWAL_END)
    assert on(due(**running, checked_on=day(date(2026, 11, 1)))) == date(2027, 11, 1)
    assert on(due(**running, checked_on=day(date(2026, 10, 31)))) == date(2026, 11, 1)


def test_the_end_of_a_rigid_spending_status_is_due() -> None:
    found = due(scheme=Scheme.RIGID.number, confirmed_on=day(date(2026, 3, 1)), checked_on=day(date(2026, 8, 1)))
    assert (on(found), found.grounds & g.DUE_STATUS_END) == (date(2027, 3, 1), g.DUE_STATUS_END)


def test_only_a_signed_order_over_its_range_moves_the_day() -> None:
    half_year = {"stable": 0}
    moved = due(orders=(FLOOD,), **half_year)
    assert (on(moved), moved.order, moved.grounds & g.DUE_ORDER) == (date(2026, 10, 15), 0, g.DUE_ORDER)
    assert on(due(orders=(FLOOD._replace(signed_on=day(ON) + 1),), **half_year)) == date(2026, 7, 15)
    assert on(due(orders=(FLOOD,))) == date(2027, 1, 15)
    for edge in (date(2026, 1, 1), date(2026, 1, 31)):
        assert due(orders=(FLOOD,), stable=0, checked_on=day(edge)).order == 0
    assert on(due(PLAIN._replace(extendable=UNKNOWN), (FLOOD,), **half_year)) == date(2026, 7, 15)
    death = due(orders=(FLOOD,), events=(event(Event.DEATH, date(2026, 7, 1), date(2026, 7, 2)),), **half_year)
    assert on(death) == date(2026, 7, 2), "an order moves the cycle, not the check after a death"


def test_the_explanation_names_the_order_and_the_computation() -> None:
    told = explain(situation(stable=0), (), (FLOOD,), policy(LEAD), COUNTY, adopted=(), on=ON)
    assert "2026年1月15日加6个月为2026年7月15日" in told.due
    assert "依济任政〔2026〕12号（2026年6月28日）延长3个月" in told.due
    assert "2026年9月15日列入名单" in told.due


@given(
    base=st.integers(day(date(2020, 1, 1)), day(date(2026, 9, 7))), stable=st.sampled_from((0, 1, UNKNOWN)),
    scheme=st.sampled_from((Scheme.DIBAO, Scheme.TEKUN, Scheme.EDGE, Scheme.RIGID)),
    reported=st.lists(st.integers(day(date(2026, 1, 1)), day(ON)), max_size=3), kind=st.sampled_from(tuple(Event)),
)  # fmt: skip
def test_no_check_is_later_than_a_year_after_the_last_and_no_report_makes_it_later(
    base: int, stable: int, scheme: Scheme, reported: list[int], kind: Event
) -> None:
    quiet = due(checked_on=base, stable=stable, scheme=scheme.number)
    events = tuple((kind.number, told, told, 1) for told in reported)
    found = due(checked_on=base, stable=stable, scheme=scheme.number, events=events)
    assert base < quiet.due_on <= add_months_day(base, 12)
    assert found.due_on == min([quiet.due_on, *(told for told in reported if told > base)])
    assert found.grounds & ~sum(one.bit for one in g.DUE_GROUNDS) == 0
