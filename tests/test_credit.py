"""积分与等级 (score and level): what counts, until when, and what a score can never do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity import situations
from integrity.rules import credit
from integrity.rules import grounds as g
from integrity.rules.explanation import explain
from integrity.rules.facts import UNKNOWN, date_of, day
from integrity.rules.policy import PolicyErrors
from integrity.terms import Capacity, FindingState, NationalClass
from tests.situations import COUNTY, ON, finding, policy, situation

HEAD = '[pack]\nkind = "proposal"\nname = "试验目录"\nschema = 1\n[score]\nbase = 100\nlowest = 0\nhighest = 120\n'
LEVELS = "".join(f'[[level]]\nname = "{name}"\nat_least = {least}\npriority = {n}\n'
                 for n, (name, least) in enumerate((("D", 0), ("C", 70), ("B", 90), ("A", 105)), start=1))  # fmt: skip


def item(code: str, weight: str, since: str, until: str = "", months: int = 36, national: str = "SERIOUS") -> str:
    """The text of one version of an item; a positive weight is 守信."""
    default = weight.startswith("-")
    return (f'[[item]]\ncode = "{code}"\nname = "事项{code}"\nkind = "{"DEFAULT" if default else "TRUST"}"\n'
            f'weight = {weight}\nmonths = {months}\nsince = {since}\nsource = "试验"\ngrade = "D"\n'
            + (f"until = {until}\n" if until else "") + (f'class = "{national}"\n' if default else ""))  # fmt: skip


ITEMS = (
    item("S1", "-20", "2026-01-01"), item("M1", "-2.5", "2026-01-01", months=12, national="MINOR"),
    item("T1", "6", "2026-01-01", months=24), item("L1", "-30", "2026-01-01", "2026-04-30"),
    item("L1", "-10", "2026-05-01"), item("G1", "-10", "2026-01-01", "2026-04-30"),
    item("H1", "-10", "2026-01-01", "2026-04-30"), item("H1", "-30", "2026-05-01"),
    item("K1", "-10", "2026-01-01", "2026-04-30"), item("K1", "-10", "2026-05-01", months=12),
    item("J1", "-10", "2026-01-01", "2026-04-30", months=12), item("J1", "-10", "2026-05-01"),
)  # fmt: skip
CATALOGUE = {"trial.toml": HEAD + LEVELS + "".join(ITEMS)}
ONE_YEAR = ("credit.disclosure_max", "1", "2020-10-01", "山东省社会信用条例 第38条")
POLICY = policy(extra=CATALOGUE)
TERMS = credit.terms(POLICY, COUNTY, ("trial",), ON)


def score(*changes: dict[str, Any], terms: credit.Terms = TERMS, on: date = ON) -> credit.Score:
    return credit.score(tuple(finding(**one) for one in changes), terms, day(on))


def test_without_an_adopted_catalogue_there_is_no_score() -> None:
    none = credit.score((finding(),), credit.terms(POLICY, COUNTY, (), ON), day(ON))
    assert none == credit.Score(UNKNOWN, UNKNOWN, ())


def test_a_clean_household_has_the_base() -> None:
    assert score() == credit.Score(100_000, 1, ())


def test_each_effective_finding_counts_with_its_weight() -> None:
    found = score({}, {"item": "T1", "seq": 2}, {"item": "M1", "seq": 3, "document_on": day(date(2026, 8, 1))})
    assert (found.points, TERMS.levels[found.level]) == (83_500, "C")
    assert [one.seq for one in found.contributions] == [1, 2, 3]
    assert all(one.reasons == g.COUNTED for one in found.contributions)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"born": day(date(2011, 1, 1))}, g.OUT_MINOR),
        ({"born": day(date(2008, 3, 2))}, g.OUT_MINOR),
        ({"born": UNKNOWN}, g.OUT_MINOR),
        ({"capacity": Capacity.LIMITED.number}, g.OUT_CAPACITY),
        ({"capacity": UNKNOWN}, g.OUT_CAPACITY),
        ({"effective_on": UNKNOWN}, g.OUT_NOT_EFFECTIVE),
        ({"effective_on": day(ON) + 1}, g.OUT_NOT_EFFECTIVE),
        ({"state": FindingState.PROPOSED.number}, g.OUT_NOT_EFFECTIVE),
        ({"state": FindingState.CONTESTED.number}, g.OUT_CONTESTED),
        ({"state": FindingState.REVOKED.number}, g.OUT_UNDONE),
        ({"state": FindingState.WITHDRAWN.number}, g.OUT_UNDONE),
        ({"state": FindingState.REPAIRED.number}, g.OUT_REPAIRED),
        ({"item": "Z9"}, g.OUT_NO_ITEM),
        ({"act_on": day(date(2025, 12, 31))}, g.OUT_NO_ITEM),
        ({"item": "G1"}, g.OUT_NO_ITEM),
        ({"item": "M1"}, g.OUT_ENDED),
    ],
)
def test_what_does_not_count_says_why(change: dict[str, Any], reason: int) -> None:
    found = score(change)
    assert found.points == 100_000
    assert found.contributions[0].reasons == reason


def test_a_person_who_came_of_age_on_the_day_of_the_act_counts() -> None:
    assert score({"born": day(date(2008, 3, 1))}).points == 80_000


def test_an_item_counts_on_the_first_and_on_the_last_day_of_its_version() -> None:
    first, last = day(date(2026, 1, 1)), day(date(2026, 4, 30))
    assert score({"act_on": first, "act_end": first}).points == 80_000
    assert score({"item": "H1", "act_on": last, "act_end": last}).points == 90_000


def test_a_finding_counts_from_the_day_of_its_effect() -> None:
    assert score({"effective_on": day(ON)}).points == 80_000


def test_a_repair_takes_effect_on_its_day() -> None:
    repaired = {"state": FindingState.REPAIRED.number, "state_on": day(date(2026, 9, 8))}
    assert score(repaired).points == 80_000
    assert score(repaired, on=date(2026, 9, 8)).points == 100_000


def test_the_milder_catalogue_prevails_and_a_harsher_later_one_does_not() -> None:
    milder, harsher = score({"item": "L1"}), score({"item": "H1"})
    assert (milder.points, milder.contributions[0].reasons) == (90_000, g.COUNTED | g.MILDER)
    assert (harsher.points, harsher.contributions[0].reasons) == (90_000, g.COUNTED)


def test_of_two_versions_of_the_same_weight_the_shorter_one_is_milder() -> None:
    for code in ("K1", "J1"):
        one = score({"item": code}).contributions[0]
        assert date_of(one.end) == date(2027, 3, 1)
        assert bool(one.reasons & g.MILDER) is (code == "K1")


def test_the_paper_of_a_repair_does_not_lengthen_the_record() -> None:
    fact = (1, 5, None, 0, day(date(2026, 3, 1)), 1, "S1", day(date(2026, 3, 1)))
    decided = (1, 6, None, 0, day(date(2026, 5, 15)), 5, "EFFECTIVE", day(date(2026, 5, 10)), day(date(2026, 5, 15)))
    contested = (1, 7, None, 0, day(date(2026, 6, 1)), 5, "CONTESTED", day(date(2026, 6, 1)), None)
    repaired = (1, 8, None, 0, day(date(2026, 8, 1)), 5, "REPAIRED", day(date(2026, 8, 1)), day(date(2026, 8, 2)))
    nothing: list[Any] = []
    rows = situations.Rows(
        residence=nothing, member=nothing, assistance=nothing, verification=nothing, change=nothing, recheck=nothing,
        decision=nothing, conduct=[fact], finding=[decided, contested, repaired], about={},
    )  # fmt: skip
    (found,) = situations.findings(rows, day(ON))
    assert (found.document_on, found.effective_on) == (day(date(2026, 5, 10)), day(date(2026, 5, 15)))
    assert (found.state, found.state_on) == (FindingState.REPAIRED.number, day(date(2026, 8, 1)))
    (open_one,) = situations.findings(rows._replace(finding=[contested]), day(ON))
    assert (open_one.document_on, open_one.effective_on) == (UNKNOWN, UNKNOWN)


def test_the_end_is_the_least_of_item_class_and_ordinance() -> None:
    by_class = score({"item": "M1", "document_on": day(date(2026, 8, 1))}).contributions[0]
    assert date_of(by_class.end) == date(2026, 11, 1)
    limited = credit.terms(policy(ONE_YEAR, extra=CATALOGUE), COUNTY, ("trial",), ON)
    assert date_of(score({}, terms=limited).contributions[0].end) == date(2027, 3, 1)
    assert date_of(score({}).contributions[0].end) == date(2029, 3, 1)
    assert date_of(score({"item": "T1"}).contributions[0].end) == date(2028, 3, 1)


def test_without_a_known_document_the_act_alone_rules() -> None:
    one = score({"item": "L1", "document_on": UNKNOWN}).contributions[0]
    assert (one.weight, date_of(one.end), one.reasons) == (-30_000, date(2029, 3, 1), g.COUNTED)


def test_on_its_last_day_a_finding_no_longer_counts() -> None:
    assert score({}, on=date(2029, 2, 28)).points == 80_000
    assert score({}, on=date(2029, 3, 1)).points == 100_000


@pytest.mark.parametrize(
    ("national", "earliest", "end"),
    [
        (NationalClass.SERIOUS, date(2027, 5, 10), date(2029, 5, 10)),
        (NationalClass.GENERAL, date(2026, 8, 10), date(2027, 5, 10)),
        (NationalClass.MINOR, date(2026, 5, 10), date(2026, 8, 10)),
    ],
)
def test_the_national_clock_of_repair(national: NationalClass, earliest: date, end: date) -> None:
    window = credit.repair_window(national.number, day(date(2026, 5, 10)), TERMS)
    assert (date_of(window.earliest), date_of(window.end)) == (earliest, end)


def test_an_unmapped_record_has_no_repair_clock_and_is_not_exported() -> None:
    assert credit.repair_window(NationalClass.UNMAPPED.number, day(ON), TERMS) == credit.Window(UNKNOWN, UNKNOWN)
    assert credit.national_class(POLICY, COUNTY, "较重", ON) == NationalClass.UNMAPPED.number
    mapped = policy(("credit.level_map/较重", '"GENERAL"', "2024-01-01", ""))
    assert credit.national_class(mapped, COUNTY, "较重", ON) == NationalClass.GENERAL.number


def test_a_late_report_is_never_a_finding() -> None:
    started = day(date(2026, 6, 1))
    assert credit.late_report(started, started, TERMS) == 0
    assert credit.late_report(started, day(date(2026, 9, 1)), TERMS) == g.LATE_NOTE
    assert credit.late_report(started, day(date(2026, 9, 2)), TERMS) == g.LATE_EDUCATION
    unset = TERMS._replace(education_months=UNKNOWN)
    assert credit.late_report(started, day(ON), unset) == g.LATE_NOTE | g.LATE_ASK


def test_a_catalogue_that_touches_money_is_refused() -> None:
    hard = {"trial.toml": CATALOGUE["trial.toml"] + "stop = true\n"}
    with pytest.raises(PolicyErrors, match="红线第2条"):
        policy(extra=hard)


def test_the_explanation_lists_each_fact_with_weight_rule_version_and_end() -> None:
    told = explain(situation(), (finding(), finding(seq=2, item="Z9")), (), POLICY, COUNTY, adopted=("trial",), on=ON)
    assert (told.points, told.level) == ("80分", "C")
    line, out = told.lines
    assert (line.seq, line.acted, line.points, line.until) == (1, "2026年3月1日", "-20分", "2029年3月1日")
    assert line.source == "trial:S1@2026-01-01"
    assert out.counted is False
    assert "可以要求人工复核" in told.as_text()


@given(st.lists(st.sampled_from(("S1", "M1", "T1", "L1", "H1", "Z9")), max_size=12), st.integers(0, 2000))
def test_the_score_stays_in_bounds_and_ends_at_the_base(codes: list[str], later: int) -> None:
    findings = tuple(finding(seq=n, item=code) for n, code in enumerate(codes, start=1))
    found = credit.score(findings, TERMS, day(ON) + later)
    assert TERMS.lowest <= found.points <= TERMS.highest
    assert len(found.contributions) == len(codes)
    for one in found.contributions:
        assert bool(one.reasons & g.COUNTED) is not bool(one.reasons & ~(g.COUNTED | g.MILDER))
    assert credit.score(findings, TERMS, day(date(2031, 1, 1))).points == TERMS.base


@given(st.lists(st.sampled_from(("S1", "M1", "T1", "L1", "H1")), max_size=12), st.randoms())
def test_the_order_of_the_findings_does_not_matter(codes: list[str], random: Any) -> None:
    findings = [finding(seq=n, item=code) for n, code in enumerate(codes, start=1)]
    points = credit.score(tuple(findings), TERMS, day(ON)).points
    random.shuffle(findings)
    assert credit.score(tuple(findings), TERMS, day(ON)).points == points
