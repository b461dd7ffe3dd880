"""退出与渐退 (exit and gradual withdrawal): what is recommended, and what is left to a person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from integrity.rules import grounds as g
from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN, day
from integrity.rules.verdict import Parameters, Verdict
from integrity.terms import Ability, Cause, Event, ExitReason, Outcome, Presence, Scheme
from tests.situations import COUNTY, ON, member, pack, policy, situation

PLAIN = withdrawal.parameters(policy(), COUNTY, 1, ON)


def decide(p: Parameters = PLAIN, **changes: Any) -> Verdict:
    return withdrawal.decide(situation(**changes), p)


def local(*rows: tuple[str, str, str, str], on: date = ON) -> Parameters:
    return withdrawal.parameters(policy(*rows), COUNTY, 1, on)


def outcome(verdict: Verdict) -> tuple[Outcome, str]:
    return tuple(Outcome)[verdict.outcome], tuple(ExitReason)[verdict.code].name


def event(kind: Event, on: date = ON, member_no: int = 0) -> tuple[int, int, int, int]:
    return kind.number, day(on), day(on), member_no


def test_an_unchanged_household_keeps_its_assistance() -> None:
    verdict = decide()
    assert outcome(verdict) == (Outcome.KEEP, "NONE")
    assert (verdict.amount_new_min, verdict.ask, verdict.hearing) == (1140_00, 0, 0)


@pytest.mark.parametrize("changes", [{"scheme": Scheme.NONE.number}, {"stopped_on": day(ON)}])
def test_nothing_is_recommended_for_a_household_that_is_not_assisted(changes: dict[str, int]) -> None:
    assert outcome(decide(**changes)) == (Outcome.NOTHING, "NONE")
    assert outcome(decide(stopped_on=day(ON) + 1)) == (Outcome.KEEP, "NONE"), "a stop from tomorrow"


@pytest.mark.parametrize(
    ("presences", "expected", "hearing"),
    [
        ((Presence.DEAD,), (Outcome.EXIT, "X01"), 0),
        ((Presence.DEAD, Presence.MISSING), (Outcome.EXIT, "X02"), 1),
        ((Presence.PRISON,), (Outcome.EXIT, "X03"), 1),
        ((Presence.DEAD, Presence.LEFT), (Outcome.ASK, "NONE"), 0),
        ((), (Outcome.ASK, "NONE"), 0),
    ],
)
def test_a_household_without_counted_members_ends_or_asks(
    presences: tuple[Presence, ...], expected: tuple[Outcome, str], hearing: int
) -> None:
    people = tuple(member(n, presence=one.number) for n, one in enumerate(presences, start=1))
    verdict = decide(members=people)
    assert (outcome(verdict), verdict.hearing) == (expected, hearing)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Event.VOLUNTARY_EXIT, (Outcome.EXIT, "X15")),
        (Event.TRANSFERRED, (Outcome.EXIT, "X16")),
        (Event.REGISTER_MOVED, (Outcome.ASK, "X17")),
        (Event.DUPLICATE, (Outcome.ASK, "X21")),
        (Event.CHECK_REFUSED, (Outcome.ASK, "X07")),
        (Event.FRAUD_FOUND, (Outcome.ASK, "X08")),
        (Event.GAMBLING_DRUGS, (Outcome.ASK, "X11")),
        (Event.COMPLAINT, (Outcome.KEEP, "NONE")),
    ],
)
def test_what_was_declared_or_found(kind: Event, expected: tuple[Outcome, str]) -> None:
    assert outcome(decide(events=(event(kind),))) == expected


def test_one_member_who_moves_to_another_scheme_does_not_end_the_household() -> None:
    verdict = decide(events=(event(Event.TRANSFERRED, member_no=2),))
    assert outcome(verdict) == (Outcome.ASK, "X16")
    assert verdict.member == 2
    alone = decide(members=(member(1),), events=(event(Event.TRANSFERRED, member_no=1),))
    assert outcome(alone) == (Outcome.EXIT, "X16")


def test_conduct_ends_assistance_only_where_the_region_says_so_and_after_a_hearing() -> None:
    law = "浙江省社会救助条例 第51条"
    stops = local(("exit.ground/X07", '"stop"', "2022-01-01", law))
    refused = decide(stops, events=(event(Event.CHECK_REFUSED),))
    assert (outcome(refused), refused.hearing) == ((Outcome.EXIT, "X07"), 1)
    both = stops._replace(stops=tuple(1 for _ in ExitReason))
    assert outcome(decide(both, events=(event(Event.FRAUD_FOUND),))) == (Outcome.ASK, "X08"), "法73 可以决定"


def test_a_regional_ground_reaches_the_scheme_that_it_speaks_of_only() -> None:
    every = PLAIN._replace(stops=tuple(1 for _ in ExitReason))
    refused = {"events": (event(Event.CHECK_REFUSED),)}
    assert outcome(decide(every, **refused)) == (Outcome.EXIT, "X07")
    for scheme in (Scheme.TEKUN, Scheme.EDGE, Scheme.RIGID):
        verdict = decide(every, scheme=scheme.number, **refused)
        assert (outcome(verdict), verdict.ask) == ((Outcome.ASK, "X07"), g.ASK_GROUND)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ability": Ability.PARTLY.number}, Outcome.EXIT),
        ({"ability": Ability.UNABLE.number}, Outcome.ASK),
        ({"ability": UNKNOWN}, Outcome.ASK),
        ({"ability": Ability.ABLE.number, "born": day(date(2012, 1, 1))}, Outcome.ASK),
    ],
)
def test_work_for_the_community_is_asked_of_those_who_can_work(changes: dict[str, int], expected: Outcome) -> None:
    every = PLAIN._replace(stops=tuple(1 for _ in ExitReason))
    people = (member(1, **changes), member(2))
    verdict = decide(every, members=people, events=(event(Event.WORK_REFUSED, member_no=1),))
    assert outcome(verdict) == (expected, "X13")
    of_nobody = decide(every, members=people, events=(event(Event.WORK_REFUSED),))
    assert outcome(of_nobody)[0] is Outcome.ASK


@pytest.mark.parametrize("scheme", [Scheme.DIBAO, Scheme.TEKUN, Scheme.EDGE, Scheme.RIGID])
def test_a_reported_death_of_a_member_who_still_counts_is_settled_first(scheme: Scheme) -> None:
    for no in (2, 0):
        verdict = decide(scheme=scheme.number, events=(event(Event.DEATH, member_no=no),))
        assert (outcome(verdict), verdict.member, verdict.ask) == ((Outcome.ASK, "X01"), no, g.ASK_PERSONS)
    registered = (member(1), member(2, presence=Presence.DEAD.number), member(3))
    dead = (event(Event.DEATH, member_no=2),)
    settled = decide(scheme=scheme.number, members=registered, persons_then=2, events=dead)
    assert not settled.ask & g.ASK_PERSONS


@pytest.mark.parametrize(
    ("presence", "code"),
    [(Presence.DEAD, "X01"), (Presence.MISSING, "X02"), (Presence.PRISON, "X03"), (Presence.LEFT, "NONE")],
)
def test_support_of_several_persons_is_asked_when_one_no_longer_counts(presence: Presence, code: str) -> None:
    two = (member(1), member(2, presence=presence.number))
    verdict = decide(scheme=Scheme.TEKUN.number, members=two, persons_then=2, income=0)
    assert (outcome(verdict), verdict.ask) == ((Outcome.ASK, code), g.ASK_PERSONS)
    assert verdict.member == (0 if code == "NONE" else 2)


def test_property_above_the_limit_ends_after_a_hearing_and_unknown_property_only_asks() -> None:
    over = decide(property_over=1)
    assert (outcome(over), over.hearing) == ((Outcome.EXIT, "X05"), 1)
    unknown = decide(property_over=UNKNOWN, income_on=UNKNOWN)
    assert (outcome(unknown), unknown.ask) == ((Outcome.KEEP, "NONE"), g.ASK_PROPERTY)
    assert decide(property_over=UNKNOWN).ask == 0


@pytest.mark.parametrize(
    ("changes", "ask"),
    [
        ({"income": UNKNOWN}, g.ASK_INCOME),
        ({"urban": UNKNOWN}, g.ASK_URBAN),
        ({"amount": UNKNOWN}, g.ASK_AMOUNT),
        ({"income": 1800_00, "income_then": UNKNOWN}, g.ASK_BASIS),
        ({"income": 1800_00, "persons_then": UNKNOWN}, g.ASK_BASIS),
        ({"income": 1800_00}, g.ASK_CLEAR_CHANGE),
        ({"income": 2850_00, "cause": Cause.UNKNOWN.number}, g.ASK_CAUSE),
    ],
)
def test_what_is_not_known_is_asked_and_never_assumed(changes: dict[str, int], ask: int) -> None:
    verdict = decide(**changes)
    assert outcome(verdict)[0] is Outcome.ASK
    assert verdict.ask & ask


def test_a_standard_that_no_region_set_is_asked() -> None:
    p = withdrawal.parameters(policy(), "340000", 1, ON)
    verdict = decide(p)
    assert outcome(verdict)[0] is Outcome.ASK
    assert verdict.ask & g.ASK_STANDARD
    assert "standard.dibao/urban" in p.unset


def test_employment_gives_a_withdrawal_of_one_to_six_months() -> None:
    verdict = decide(income=2850_00, cause=Cause.EMPLOYMENT.number)
    assert outcome(verdict) == (Outcome.WITHDRAW, "NONE")
    assert (verdict.months_min, verdict.months_max) == (1, 6)
    assert verdict.ask & g.ASK_PAY_SCHEDULE
    assert (verdict.hearing, verdict.follow) == (1, g.FOLLOW_EDGE)


def test_a_pension_gives_no_withdrawal_unless_the_region_lists_it() -> None:
    change = {"income": 2850_00, "cause": Cause.PENSION.number}
    verdict = decide(**change)
    assert (outcome(verdict), verdict.hearing, verdict.months_max) == ((Outcome.EXIT, "X04"), 1, 0)
    listed = local(("jiantui.cause/PENSION", '"2-12"', "2022-01-01", ""))
    assert outcome(decide(listed, **change)) == (Outcome.WITHDRAW, "NONE")
    assert (decide(listed, **change).months_min, decide(listed, **change).months_max) == (2, 12)


def test_a_region_may_shorten_and_its_own_cause_row_may_lengthen() -> None:
    change = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number}
    assert decide(local(("jiantui.max", "4", "2022-01-01", "")), **change).months_max == 4
    assert decide(local(("jiantui.cause/EMPLOYMENT", "12", "2023-01-01", "")), **change).months_max == 12


def test_the_range_and_the_usual_length_of_the_nearest_region_count() -> None:
    change = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number}
    rows = ("jiantui.allowed", '"2-12"', "2022-01-01", ""), ("jiantui.default", "6", "2022-01-01", "")
    ranged = local(*rows)
    assert (decide(ranged, **change).months_min, decide(ranged, **change).months_max) == (2, 12)
    assert ranged.usual_months == 6
    assert decide(local(("jiantui.default", "9", "2022-01-01", "")), **change).months_max == 9
    city = pack("370800", "CITY", ("jiantui.allowed", '"1-12"', "2022-01-01", ""))
    nearer = policy(("jiantui.max", "4", "2022-01-01", ""), extra={"370800.toml": city})
    assert decide(withdrawal.parameters(nearer, COUNTY, 1, ON), **change).months_max == 4
    above = withdrawal.parameters(policy(extra={"370800.toml": city}), COUNTY, 1, ON)
    assert decide(above, **change).months_max == 12


def test_a_local_form_for_new_earnings_is_applied_by_a_person() -> None:
    change = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number}
    pension = {"income": 2850_00, "cause": Cause.PENSION.number}
    for row in (("jiantui.income_disregard", "3", "2022-01-01", ""), ("jiantui.lump_sum", '"2-6"', "2022-01-01", "")):
        verdict = decide(local(row), **change)
        assert outcome(verdict)[0] is Outcome.ASK
        assert verdict.ask & g.ASK_LENGTH
        assert outcome(decide(local(row), **pension)) == (Outcome.EXIT, "X04")
        assert row[0] not in local().unset, "a region without such a rule leaves no question"


def test_an_increase_that_is_said_to_be_no_change_is_asked() -> None:
    verdict = decide(income=2850_00, cause=Cause.NONE.number)
    assert (outcome(verdict)[0], verdict.ask) == (Outcome.ASK, g.ASK_CAUSE)
    smaller = {"income": 1800_00, "income_then": 1800_00, "cause": Cause.NONE.number, "members": (member(1), member(2))}
    assert outcome(decide(**smaller)) == (Outcome.EXIT, "X04"), "the family became smaller, the income is the same"


def test_before_the_national_limit_the_length_is_asked() -> None:
    early = local(on=date(2022, 6, 1))
    verdict = decide(early, on=day(date(2022, 6, 1)), income=2850_00, cause=Cause.EMPLOYMENT.number)
    assert outcome(verdict)[0] is Outcome.ASK
    assert verdict.ask & g.ASK_LENGTH


@pytest.mark.parametrize(
    ("row", "changes", "expected"),
    [
        (("jiantui.band", "1.05", "2022-01-01", ""), {}, Outcome.EXIT),
        (("jiantui.band", "1.5", "2022-01-01", ""), {}, Outcome.WITHDRAW),
        (("jiantui.condition.self_report", "true", "2022-01-01", ""), {"self_reported": 0}, Outcome.EXIT),
        (("jiantui.condition.self_report", "true", "2022-01-01", ""), {"self_reported": UNKNOWN}, Outcome.ASK),
        (("jiantui.condition.self_report", "true", "2022-01-01", ""), {"self_reported": 1}, Outcome.WITHDRAW),
        (("jiantui.repeat", '"forbid"', "2022-01-01", ""), {"withdrawals_before": 1}, Outcome.EXIT),
        (("jiantui.repeat", '"allow"', "2022-01-01", ""), {"withdrawals_before": 1}, Outcome.WITHDRAW),
        (("jiantui.max", "6", "2022-01-01", ""), {"withdrawals_before": 1}, Outcome.ASK),
    ],
)
def test_the_conditions_that_a_region_sets(
    row: tuple[str, str, str, str], changes: dict[str, int], expected: Outcome
) -> None:
    verdict = decide(local(row), income=2850_00, cause=Cause.EMPLOYMENT.number, **changes)
    assert outcome(verdict)[0] is expected


def test_a_second_withdrawal_waits_for_the_cooling_time() -> None:
    p = local(("jiantui.repeat", '"allow"', "2022-01-01", ""), ("jiantui.cooling_months", "12", "2022-01-01", ""))
    change = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number, "withdrawals_before": 1}
    assert outcome(decide(p, **change, last_withdrawal_end=day(date(2025, 9, 7))))[0] is Outcome.WITHDRAW
    assert outcome(decide(p, **change, last_withdrawal_end=day(date(2025, 9, 8))))[0] is Outcome.EXIT
    assert outcome(decide(p, **change, last_withdrawal_end=UNKNOWN))[0] is Outcome.ASK


def test_a_set_schedule_gives_the_sums_and_no_question() -> None:
    rows = ("jiantui.pay_schedule", "[100, 80, 60]", "2022-01-01", ""), ("jiantui.max", "3", "2022-01-01", "")
    change = {"income": 2850_00, "cause": Cause.EMPLOYMENT.number}
    verdict = decide(local(*rows), **change)
    assert (verdict.amount_new_min, verdict.amount_new_max, verdict.ask) == (684_00, 1140_00, 0)
    assert decide(local(*rows), **change, amount=UNKNOWN).ask == g.ASK_AMOUNT
    capped = local(*rows, ("jiantui.cap", '"standard_x_persons"', "2022-01-01", ""))
    assert decide(capped, **change, amount=3000_00).amount_new_max == 2640_00


def test_a_running_withdrawal_goes_on_ends_or_asks() -> None:
    running = {"withdrawal_on": day(date(2026, 6, 1)), "income": 2850_00, "cause": Cause.EMPLOYMENT.number}
    assert outcome(decide(**running, withdrawal_months=6)) == (Outcome.KEEP, "NONE")
    over = decide(**running, withdrawal_months=3)
    assert (outcome(over), over.hearing, over.follow) == ((Outcome.EXIT, "X18"), 1, g.FOLLOW_EDGE)
    for months in (3, 6):
        again = decide(**(running | {"income": 2000_00}), withdrawal_months=months)
        assert (outcome(again)[0], again.ask) == (Outcome.ASK, g.ASK_WITHDRAWAL)
    death = decide(**running, withdrawal_months=6, events=(event(Event.DEATH, member_no=2),))
    assert outcome(death)[0] is Outcome.ASK
    assert outcome(decide(**(running | {"income": UNKNOWN}), withdrawal_months=3))[0] is Outcome.ASK
