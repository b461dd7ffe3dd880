"""特困供养逐人终止 (特困供养 ends person by person): whoever's support has ended is no longer counted as supported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from integrity import assistance, households, postings, recommendations, tekun_persons
from integrity.postings import Line
from integrity.recheck_lists import recheck_lines
from integrity.records.columns import SHANGHAI, micros
from integrity.records.office import Recommendation
from integrity.rules.facts import Situation, day
from integrity.rules.verdict import counted
from integrity.situations import read_these
from integrity.terms import Ability, Event, Outcome, PostingKind, Presence, Procedure, Scheme
from integrity.work import Office
from tests.case_office import EVIDENCE, hand_over, heard, more_officers, opened, step
from tests.conftest import SetClock
from tests.papers_office import TOWNSHIP, VILLAGE, evaluate, furnish, papers
from tests.situations import member
from tests.test_withdrawal import decide, event, outcome

__all__ = ["papers"]
SEPTEMBER = date(2026, 9, 1)
TWO = {"scheme": Scheme.TEKUN.number, "persons_then": 1, "income": 0, "amount": 1200_00, "ended": (2,)}
DEAD, GROWN = Presence.DEAD.number, {"born": day(date(2008, 9, 7)), "ability": Ability.ABLE.number}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"members": (member(1), member(2, presence=DEAD))}, (Outcome.KEEP, "NONE")),
        ({"members": (member(1), member(2, **GROWN))}, (Outcome.KEEP, "NONE")),
        (
            {"members": (member(1), member(2)), "events": (event(Event.ABILITY_REGAINED, member_no=2),)},
            (Outcome.KEEP, "NONE"),
        ),
        (
            {"members": (member(1), member(2)), "events": (event(Event.ABILITY_REGAINED, member_no=1),)},
            (Outcome.EXIT, "X14"),
        ),
        ({"members": (member(1), member(2)), "income": 880_00}, (Outcome.ASK, "NONE")),
        ({"members": (member(1, presence=DEAD), member(2))}, (Outcome.EXIT, "X01")),
        (
            {
                "members": (member(1), member(2, presence=DEAD), member(3, presence=Presence.PRISON.number)),
                "persons_then": 2,
            },
            (Outcome.ASK, "X03"),
        ),
    ],
)
def test_whoever_is_no_longer_supported_is_no_reason_any_more(
    changes: dict[str, object], expected: tuple[Outcome, str]
) -> None:
    assert outcome(decide(**(TWO | changes))) == expected
    still = decide(**(TWO | changes | {"ended": (), "persons_then": len(changes["members"])}))  # type: ignore[arg-type]
    if expected == (Outcome.KEEP, "NONE"):
        assert outcome(still) != expected


def known(office: Office, household: int, on: date) -> Situation:
    """What the rules are told of a household on a day."""
    with office.reading() as work:
        rows = read_these(
            work.session.connection(),
            [household],
            known_until=micros(datetime(2027, 1, 1, tzinfo=SHANGHAI)),
            on=day(on),
        )
        return next(iter(rows)).situation


@pytest.fixture
def ended(office: Office, family: Callable[..., int], clock: SetClock, papers: Path) -> tuple[Office, int]:
    """Two persons on 特困供养; the second gave hers up in September 2026, which has effect from October."""
    furnish(office)
    more_officers(office)
    clock.on(date(2026, 8, 1))
    with office.work("jb01") as work:
        household = family(work, (date(1950, 5, 1), date(1952, 5, 1)), since=date(2026, 1, 10))
        assistance.grant(
            work, household, Scheme.TEKUN, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=200_000, persons=2,
        )  # fmt: skip
    clock.on(SEPTEMBER)
    evaluate(office, SEPTEMBER)
    plan = {"outcome": "减发", "reason_code": "自愿退出", "amount": 100_000, "reason": "本人书面申请退出"}
    opened(office, "fh01", household, Procedure.TEKUN, member_no=2, evidence=EVIDENCE, **plan)
    heard(office, household, SEPTEMBER)
    clock.on(date(2026, 9, 8))
    with office.work("fh01") as work:
        posting = postings.post(
            work, PostingKind.TEKUN_END, VILLAGE, [Line(household, 1)], on=date(2026, 9, 8), place="村公示栏"
        )
    step(office, "fh01", household, "公示", posting=posting.number)
    clock.on(date(2026, 9, 16))
    step(office, "sp01", household, "决定终止", **plan)
    hand_over(office, household, "DECIDE", on=date(2026, 9, 16))
    return office, household


def test_the_situation_says_whose_support_has_ended_from_the_day_of_its_effect(ended: tuple[Office, int]) -> None:
    office, household = ended
    before, after = known(office, household, date(2026, 9, 30)), known(office, household, date(2026, 10, 1))
    assert (before.ended, before.persons_then, counted(before)) == ((), 2, 2)
    assert (after.ended, after.persons_then, counted(after)) == ((2,), 1, 1)
    with office.reading() as work:
        assert tekun_persons.supported(work, household, date(2026, 10, 1)) == {1}


def test_her_death_afterwards_asks_nobody_and_the_recheck_list_counts_one(
    ended: tuple[Office, int], clock: SetClock
) -> None:
    office, household = ended
    clock.on(date(2026, 11, 2))
    with office.work("jb01") as work:
        households.change_member(work, household, 2, since=date(2026, 11, 1), presence=Presence.DEAD)
    assert outcome_of(office, household, date(2026, 11, 2)) is Outcome.KEEP
    with office.work("系统任务", now=datetime(2027, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        lines = {line.household_id: line.persons for line in recheck_lines(work, TOWNSHIP)}
    assert lines[household] == 1


def outcome_of(office: Office, household: int, on: date) -> Outcome:
    """What is recommended after an evaluation on a day."""
    evaluate(office, on)
    with office.reading() as work:
        from_books = known(office, household, on)
        assert from_books.ended == (2,)
        stands = work.session.exec(
            recommendations.standing(work, work.now).where(Recommendation.household_id == household)
        ).one()
    return tuple(Outcome)[stands.outcome]


def test_support_that_was_given_back_is_counted_again(ended: tuple[Office, int], clock: SetClock) -> None:
    office, household = ended
    clock.on(date(2026, 10, 8))
    step(office, "sp01", household, "撤销决定", basis="（2026）试08行初1号", reason="判决撤销")
    after = known(office, household, date(2026, 12, 1))
    assert (after.ended, after.persons_then, counted(after), after.amount) == ((), 2, 2, 200_000)
