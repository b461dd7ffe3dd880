"""恢复途径 (restoration): what is promised is what the score says on the promised day, and no act is invented."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrity.rules import credit, restoration
from integrity.rules.facts import UNKNOWN, FindingFacts, Member, date_of, day
from integrity.rules.parameters import Reading
from integrity.rules.policy import load
from integrity.rules.restoration import ENDS_FIRST, GIVES_UP, NO_DOCUMENT, NO_MINIMUM, NOBODY, TAKES_TIME, Rights
from integrity.rules.workdays import Workdays, add_months, load_calendars
from integrity.terms import Ability, Capacity, FindingState, Presence
from tests.situations import COUNTY, ON, finding, member, policy
from tests.test_credit import HEAD, LEVELS, item

NAMES = {
    "W1": "积极就业", "P1": "主动退出", "Q1": "主动退回多领的救助金", "Y1": "一个核查周期内守信", "Z1": "连续三年守信",
}  # fmt: skip
ITEMS = "".join((
    item("S1", "-20", "2026-01-01"), item("G1", "-12.5", "2026-01-01", months=12, national="GENERAL"),
    item("H1", "-10", "2026-01-01", months=3, national="GENERAL"),
    item("M1", "-2.5", "2026-01-01", months=3, national="MINOR"), item("T1", "6", "2026-01-01", months=24),
    item("U1", "3", "2026-01-01", "2026-12-31", months=6), item("O1", "9", "2026-01-01", "2026-09-06"),
    item("W1", "4", "2026-01-01"), *(item(code, "5", "2026-01-01") for code in ("P1", "Q1", "Y1", "Z1")),
))  # fmt: skip
for _code, _name in NAMES.items():
    ITEMS = ITEMS.replace(f'"事项{_code}"', f'"{_name}"')
POLICY = policy(
    ("credit.disclosure_max", "5", "2020-10-01", "山东省社会信用条例 第38条"),
    ("credit.disclosure_max", "1", "2027-06-01", "山东省社会信用条例 第38条"),
    extra={"trial.toml": HEAD + LEVELS + ITEMS},
)
LATER = date(2027, 6, 1)


def terms(on: date, adopted: tuple[str, ...] = ("trial",)) -> credit.Terms:
    return credit.terms(POLICY, COUNTY, adopted, on)


ONE = ((day(ON), terms(ON)),)
TWO = (*ONE, (day(LATER), terms(LATER)))
WORKDAYS = Workdays(load_calendars())
RIGHTS = Rights(objection=3, reconsideration=60, litigation=6)
ADULT = member(1, ability=Ability.ABLE.number)
DAYS = st.integers(day(date(2026, 1, 1)), day(date(2026, 9, 30)))


@st.composite
def findings(draw: st.DrawFn) -> tuple[FindingFacts, ...]:
    """Up to five findings of a household of two adults and a minor, in any state."""
    made = []
    for seq in range(1, 1 + draw(st.integers(0, 5))):
        acted, lasted, told, served = draw(DAYS), *(draw(st.integers(0, 90)) for _ in range(3))
        effective = acted + lasted + told + served
        made.append(finding(
            seq=seq, member_no=draw(st.integers(1, 3)),
            item=draw(st.sampled_from(("S1", "G1", "H1", "M1", "T1", "U1"))),
            act_on=acted, act_end=acted + lasted, document_on=acted + lasted + told, effective_on=effective,
            born=draw(st.sampled_from((day(date(1980, 1, 1)), day(date(2012, 1, 1))))),
            state=draw(st.sampled_from([one.number for one in FindingState])),
            state_on=effective + draw(st.integers(0, 30)),
        ))  # fmt: skip
    return tuple(made)


PERIODS = st.sampled_from((ONE, TWO))
MEMBERS = (ADULT, member(2), member(3, born=day(date(2012, 1, 1))))


def outlook(
    found: tuple[FindingFacts, ...], periods: restoration.Periods = ONE, members: tuple[Member, ...] = (ADULT,),
    **changes: Any,
) -> restoration.Outlook:  # fmt: skip
    known: dict[str, Any] = {"rights": RIGHTS, "workdays": WORKDAYS} | changes
    return restoration.outlook(found, members, periods, day(ON), **known)


def score(found: tuple[FindingFacts, ...], periods: restoration.Periods, on: int) -> credit.Score:
    """The score on a day under the policy of that day, asked of the rules alone."""
    return credit.score(found, terms(LATER if len(periods) > 1 and on >= day(LATER) else ON), on)


def replayed(found: tuple[FindingFacts, ...], acts: tuple[restoration.Act, ...], on: int) -> tuple[FindingFacts, ...]:
    """What the ledger would hold if the acts were done on the day: written out here, not by the code under test."""
    ledger = {one.seq: one for one in found}
    for act in acts:
        if act.fact.seq in ledger:
            ledger[act.fact.seq] = ledger[act.fact.seq]._replace(state=act.state.number, state_on=on)
        else:
            doer = next(one for one in MEMBERS if one.no == act.fact.member_no)
            ledger[act.fact.seq] = FindingFacts(
                act.fact.seq, doer.no, doer.born, doer.capacity, act.item.code, on, on, on, on,
                FindingState.EFFECTIVE.number, on,
            )  # fmt: skip
    return tuple(ledger.values())


@given(findings(), PERIODS, st.integers(0, 2200))
def test_the_course_of_the_score_is_the_score_of_each_day(
    found: tuple[FindingFacts, ...], periods: restoration.Periods, after: int
) -> None:
    steps = restoration.timeline(found, periods, day(ON))
    assert steps[0].on == day(ON)
    for last, step in zip((None, *steps), steps, strict=False):
        now = score(found, periods, step.on)
        assert (step.points, step.level) == (now.points, now.level)
        if last is not None:
            before = score(found, periods, step.on - 1)
            assert (last.points, last.level) == (before.points, before.level)
            assert step.ended or step.begun
    then = score(found, periods, day(ON) + after)
    standing = [step for step in steps if step.on <= day(ON) + after][-1]
    assert (standing.points, standing.level) == (then.points, then.level)


@settings(deadline=None)
@given(findings(), PERIODS)
def test_each_act_gives_the_promised_score_on_the_promised_day(
    found: tuple[FindingFacts, ...], periods: restoration.Periods
) -> None:
    for act in outlook(found, periods, MEMBERS).acts:
        then = score(replayed(found, (act,), act.since), periods, act.since)
        assert (act.points, act.level) == (then.points, then.level)
        assert day(ON) <= act.since <= act.until
        assert then.points >= score(found, periods, act.since).points


@settings(deadline=None)
@given(findings(), PERIODS)
def test_a_repair_is_named_from_the_first_lawful_day_and_no_sooner(
    found: tuple[FindingFacts, ...], periods: restoration.Periods
) -> None:
    least = {"S1": 12, "G1": 3, "H1": 3, "M1": 0}
    named = {act.fact.seq: act for act in outlook(found, periods).acts if act.state is FindingState.REPAIRED}
    for one in found:
        if one.item not in least:
            assert one.seq not in named
            continue
        earliest = day(add_months(date_of(one.document_on), least[one.item]))
        first = max(day(ON), one.effective_on, earliest)
        counted = {c.seq for c in score(found, periods, first).contributions if c.reasons & 1}
        if one.state == FindingState.EFFECTIVE.number:
            assert (one.seq in named) == (one.seq in counted)
        if one.seq in named:
            assert named[one.seq].since == first


@settings(deadline=None, max_examples=60)
@given(findings(), PERIODS)
def test_the_ways_reach_the_level_on_their_day_and_with_no_act_less(
    found: tuple[FindingFacts, ...], periods: restoration.Periods
) -> None:
    told = outlook(found, periods, MEMBERS[:2])
    usable = [act for act in told.acts if act.state is not FindingState.CONTESTED]
    target = score(found, periods, day(ON)).level - 1
    sizes = [len(way.choices[0].acts) for way in told.ways]
    assert sizes == sorted(set(sizes), reverse=True)
    for way in told.ways:
        for choice in way.choices:
            then = score(replayed(found, choice.acts, way.on), periods, way.on)
            assert (choice.points, choice.level) == (then.points, then.level)
            assert then.level <= target
        fewer = len(way.choices[0].acts) - 1
        possible = [act for act in usable if act.since <= way.on <= act.until]
        for chosen in combinations(possible, max(fewer, 0)):
            assert fewer < 0 or score(replayed(found, chosen, way.on), periods, way.on).level > target
    end = told.ways[0].on if told.ways else day(ON) + 1500
    for on in {*range(day(ON), end, 29), *({end - 1} if end > day(ON) else ())} if target >= 0 else ():
        possible = [act for act in usable if act.since <= on <= act.until]
        assert score(replayed(found, tuple(possible), on), periods, on).level > target


def test_a_serious_default_is_restored_by_repair_or_by_time() -> None:
    told = outlook((finding(),))
    assert [(date_of(one.on), one.points) for one in told.steps] == [(ON, 80_000), (date(2029, 3, 1), 100_000)]
    repair = next(act for act in told.acts if act.state is FindingState.REPAIRED)
    assert (date_of(repair.since), repair.points) == (date(2027, 5, 10), 100_000)
    assert told.steps[-1].ended == (1,)
    assert told.steps[-1].on == repair.until + 1
    assert told.ways[0].on == day(ON)
    assert [len(way.choices[0].acts) for way in told.ways] == [2, 1, 0]


def kinds(told: restoration.Outlook) -> dict[str, int]:
    """The earliest day of each new finding of trust, by item."""
    return {act.item.code: act.since for act in told.acts if act.state is FindingState.EFFECTIVE}


def test_only_items_in_force_that_cost_nothing_are_named() -> None:
    told = outlook(())
    assert kinds(told) == dict.fromkeys(("T1", "U1", "W1"), day(ON))
    why = {one.code: reason for one, reason in told.left_out}
    assert why == {"P1": GIVES_UP, "Q1": GIVES_UP, "Y1": TAKES_TIME, "Z1": TAKES_TIME}


def test_an_item_of_a_whole_cycle_is_dated_where_the_cycle_is_known() -> None:
    assert kinds(outlook((), cycle_end=day(date(2027, 1, 15))))["Y1"] == day(date(2027, 1, 15))
    assert kinds(outlook((), cycle_end=day(date(2026, 1, 15))))["Y1"] == day(ON)


def test_work_is_asked_of_nobody_who_cannot_work() -> None:
    told = outlook((), members=(member(2),))
    assert "W1" not in kinds(told)
    assert NOBODY in {why for one, why in told.left_out if one.code == "W1"}


@pytest.mark.parametrize("change", [
    {"born": day(date(2008, 9, 8))}, {"born": UNKNOWN}, {"capacity": Capacity.LIMITED.number},
    {"presence": Presence.DEAD.number}, {"presence": Presence.LEFT.number},
])  # fmt: skip
def test_who_is_no_subject_of_credit_is_named_for_nothing(change: dict[str, int]) -> None:
    told = outlook((), members=(member(1, **change),))
    assert told.acts == ()
    assert ("T1", NOBODY) in [(one.code, why) for one, why in told.left_out]


def test_the_same_item_is_named_again_only_when_it_has_ended() -> None:
    told = kinds(outlook((finding(item="T1"),)))
    assert date_of(told["T1"]) == date(2028, 3, 1)
    assert date_of(kinds(outlook((finding(item="T1", member_no=2),)))["T1"]) == ON


def test_a_default_without_a_lawful_day_says_why() -> None:
    told = outlook((finding(seq=4, item="H1", act_on=day(date(2026, 6, 20)), act_end=day(date(2026, 6, 20)),
                            document_on=day(date(2026, 6, 25))),))  # fmt: skip
    assert told.hindered == ((4, ENDS_FIRST),)
    assert outlook((finding(document_on=UNKNOWN),)).hindered == ((1, NO_DOCUMENT),)
    unset = ((day(ON), terms(ON)._replace(repair_min=(UNKNOWN,) * 4)),)
    assert outlook((finding(),), unset).hindered == ((1, NO_MINIMUM),)
    assert not [act for act in outlook((finding(),), unset).acts if act.state is FindingState.REPAIRED]


def objections(told: restoration.Outlook) -> list[restoration.Act]:
    return [act for act in told.acts if act.state is FindingState.CONTESTED]


def test_an_objection_is_open_while_the_record_is_in_use() -> None:
    (act,) = objections(outlook((finding(),)))
    assert (date_of(act.since), date_of(act.until), act.points) == (ON, date(2029, 2, 28), 100_000)


def test_without_a_rule_on_objections_it_is_open_as_long_as_a_remedy() -> None:
    until_litigation = RIGHTS._replace(objection=UNKNOWN)
    (act,) = objections(outlook((finding(),), rights=until_litigation))
    assert date_of(act.until) == date(2026, 11, 16)  # 15 November 2026 is a Sunday
    assert objections(outlook((finding(),), rights=until_litigation._replace(litigation=UNKNOWN))) == []
    assert objections(outlook((finding(),), rights=Rights())) == []


def test_the_remedies_end_on_working_days() -> None:
    ends = dict(restoration.remedies(day(date(2026, 8, 7)), RIGHTS, WORKDAYS))
    assert ends["行政复议"].end == date(2026, 10, 8)  # the sixtieth day lies in the holidays of October
    assert ends["行政诉讼"].end == date(2027, 2, 8)
    assert restoration.remedies(UNKNOWN, RIGHTS, WORKDAYS) == ()


def test_an_objection_is_never_part_of_a_way() -> None:
    for way in outlook((finding(),)).ways:
        assert all(act.state is not FindingState.CONTESTED for choice in way.choices for act in choice.acts)


def test_without_a_catalogue_there_is_nothing_to_restore() -> None:
    told = outlook((finding(),), ((day(ON), terms(ON, ())),))
    assert told == restoration.Outlook((restoration.Step(day(ON), UNKNOWN, UNKNOWN, (), ()),), (), (), (), ())


def test_a_catalogue_adopted_later_begins_on_its_day() -> None:
    told = outlook((finding(),), ((day(ON), terms(ON, ())), (day(LATER), terms(LATER))))
    assert [(date_of(one.on), one.points) for one in told.steps][:2] == [(ON, UNKNOWN), (LATER, 100_000)]


def test_the_rights_are_read_and_what_is_unset_is_named() -> None:
    told = restoration.rights(Reading(load(), COUNTY, ON))
    assert (told.objection, told.feedback, told.reconsideration, told.litigation) == (3, 10, 60, 6)
    assert "履行义务" in told.conditions
    elsewhere = restoration.rights(Reading(load(), "410100", ON))
    assert elsewhere.objection == UNKNOWN
    assert "credit.objection" in elsewhere.unset
