"""说明 (explanation): what a person is told is what the rules calculated, and one household takes microseconds."""

from __future__ import annotations

import timeit
from dataclasses import replace
from datetime import date

import pytest

from integrity.rules import credit, recheck, withdrawal
from integrity.rules.explanation import explain
from integrity.rules.facts import UNKNOWN, day
from integrity.rules.policy import load
from integrity.terms import Cause, Event, Outcome, Scheme
from tests.situations import COUNTY, ON, finding, policy, situation

POLICY = policy()
PARAMETERS = withdrawal.parameters(POLICY, COUNTY, 1, ON)


def test_one_household_is_decided_in_microseconds() -> None:
    p, cycle = withdrawal.parameters(POLICY, COUNTY, 1, ON), recheck.parameters(POLICY, COUNTY, ON)
    terms = credit.terms(load().adopting(["proposal"]), COUNTY, ["proposal"], ON)
    s, findings = situation(income=2850_00, cause=Cause.EMPLOYMENT.number), (finding(item="F01"),)

    def once() -> None:
        withdrawal.decide(s, p)
        recheck.due(s, cycle)
        credit.score(findings, terms, s.on)

    assert min(timeit.repeat(once, number=200, repeat=5)) / 200 < 100e-6


def test_an_explanation_says_what_the_rules_decided() -> None:
    s = situation(income=2850_00, cause=Cause.EMPLOYMENT.number)
    told = explain(s, (), (), POLICY, COUNTY, adopted=(), on=ON)
    text = told.as_text()
    assert told.outcome is Outcome.WITHDRAW
    assert "渐退期1至6个月" in text
    assert "家庭月收入2850.00元，3人，人均约950.00元，标准每人每月880.00元，合计2640.00元" in text
    assert "370811:standard.dibao/urban@2022-01-01" in text
    assert any("jiantui.pay_schedule" in question for question in told.questions)
    assert "人工复核" in text
    assert replace(told, questions=()).as_text() != text


def test_a_smaller_family_is_told_as_the_change_though_its_income_is_the_same() -> None:
    s = situation(income=1500_00, income_then=1500_00, persons_then=4)
    known = explain(s, (), (), POLICY, COUNTY, adopted=(), on=ON).conditions
    (told,) = (one for one in known if one.met and "明显变化" in one.text)
    assert told.figures == "核定时4人，现计入3人，人口有变动；核定时收入1500.00元，现收入1500.00元"


def test_a_fact_that_never_counted_has_no_time_in_which_it_counts() -> None:
    known = explain(situation(), (finding(item="F99"),), (), load(), COUNTY, adopted=("proposal",), on=ON)
    (line,) = known.lines
    assert (line.counted, line.valid, line.source) == (False, "没有计入期间", "行为时的目录中没有")
    assert "没有计入期间，不计：行为时目录中没有这一项" in known.as_text()


@pytest.mark.parametrize("kind", tuple(Event))
@pytest.mark.parametrize("scheme", tuple(Scheme))
def test_every_situation_can_be_explained(kind: Event, scheme: Scheme) -> None:
    for changes in ({}, {"income": UNKNOWN}, {"withdrawal_on": day(date(2026, 6, 1)), "withdrawal_months": 3}):
        s = situation(scheme=scheme.number, events=((kind.number, day(ON), day(ON), 1),), **changes)
        told = explain(s, (), (), POLICY, COUNTY, adopted=(), on=ON)
        assert told.outcome.number == withdrawal.decide(s, PARAMETERS).outcome
        assert str(UNKNOWN) not in told.as_text()


def test_each_scheme_is_told_its_own_articles() -> None:
    told = (Event.COMPLAINT.number, day(ON), day(ON), 0), (Event.VOLUNTARY_EXIT.number, day(ON), day(ON), 0)
    for events in ((), told[:1], told):
        for scheme, foreign in ((Scheme.DIBAO, "特困人员认定办法"), (Scheme.TEKUN, "民发〔2021〕57号")):
            text = explain(situation(scheme=scheme.number, income=500_00, events=events), (), (), POLICY, COUNTY,
                           adopted=(), on=ON).as_text()  # fmt: skip
            assert foreign not in text
    assert "特困人员认定办法" in explain(
        situation(scheme=Scheme.TEKUN.number, income=0), (), (), POLICY, COUNTY, adopted=(), on=ON
    ).as_text()


def test_a_cycle_that_rests_on_nothing_known_says_so() -> None:
    told = explain(situation(stable=UNKNOWN), (), (), POLICY, COUNTY, adopted=(), on=ON)
    assert any("尚未确定收入是否稳定，先按半年核查" in ground for ground in told.due_grounds)
    assert "收入来源不固定" not in told.as_text()


def test_the_usual_length_of_the_region_is_told() -> None:
    rows = ("jiantui.allowed", '"1-12"', "2022-01-01", ""), ("jiantui.default", "6", "2022-01-01", "")
    s = situation(income=2850_00, cause=Cause.EMPLOYMENT.number)
    assert "渐退期1至12个月（当地一般为6个月）" in explain(s, (), (), policy(*rows), COUNTY, adopted=(), on=ON).summary


def test_one_case_is_explained_in_milliseconds() -> None:
    s = situation(income=2850_00, cause=Cause.EMPLOYMENT.number)
    taken = timeit.repeat(lambda: explain(s, (), (), POLICY, COUNTY, adopted=(), on=ON), number=5, repeat=5)
    assert min(taken) / 5 < 25e-3


def test_a_value_and_its_row_are_told_only_where_they_were_used() -> None:
    told = explain(situation(), (), (), POLICY, COUNTY, adopted=(), on=ON)
    for one in told.conditions:
        assert one.met is not None or not (one.figures or one.rows)
    line = next(one for one in told.conditions if "不超过当地低保标准" in one.text)
    assert (line.met, line.rows) == (True, ("370811:standard.dibao/urban@2022-01-01",))
