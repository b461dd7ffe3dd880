"""情形 (situations): the fold of a ledger, as it was known at a moment, into what the rules take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from integrity import assistance, editions, households, rechecks, situations
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Verification
from integrity.rules.facts import UNKNOWN, Situation, day
from integrity.rules.policy import PACKS, load
from integrity.terms import Act, Capacity, Cause, Event, ExitReason, Presence, RecheckResult, Scheme
from integrity.work import Office, Work
from tests.conftest import VILLAGE, SetClock, carried_over

Family = Callable[..., int]
GRANTED = date(2024, 2, 1)


@pytest.fixture
def started(office: Office, family: Family, clock: SetClock) -> tuple[Office, int]:
    """A household of two on 低保 since February 2024."""
    clock.on(date(2024, 2, 1))
    with office.work("jb01") as work:
        editions.register(work, load(PACKS))
        household = family(work, (date(1950, 5, 1), date(2009, 5, 1)), since=date(2024, 1, 5))
        assistance.grant(
            work,
            household,
            Scheme.DIBAO,
            decided_on=date(2024, 1, 20),
            effective_on=GRANTED,
            decided_by="sp01",
            amount=100_000,
            income=40_000,
            persons=2,
        )
    return office, household


def seen(office: Office, household: int, on: date, known: datetime | None = None) -> Situation:
    with office.reading() as work:
        until = micros(known or work.now)
        found = situations.read(work.session.connection(), household, household + 1, known_until=until, on=day(on))
        return next(found).situation


def later(office: Office, clock: SetClock, on: date, act: Callable[[Work], object]) -> None:
    clock.on(on)
    with office.work("jb01") as work:
        act(work)


def test_a_grant_is_not_running_before_its_month(started: tuple[Office, int]) -> None:
    office, household = started
    assert seen(office, household, date(2024, 1, 25)).scheme == Scheme.NONE.number
    s = seen(office, household, GRANTED)
    assert (s.scheme, s.amount, s.income, s.persons_then) == (Scheme.DIBAO.number, 100_000, 40_000, 2)
    assert (s.granted_on, s.confirmed_on, s.stopped_on) == (day(GRANTED), day(date(2024, 1, 20)), UNKNOWN)
    assert s.cause == Cause.NONE.number


def test_what_a_result_does_not_say_stays_as_it_was(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    on = date(2025, 3, 1)
    later(
        office,
        clock,
        on,
        lambda work: rechecks.verify(
            work, household, on=on, source="核对", income=50_000, cause=Cause.FARMING, stable=False, self_reported=True
        ),
    )
    later(
        office,
        clock,
        date(2025, 6, 1),
        lambda work: rechecks.verify(work, household, on=date(2025, 6, 1), source="比对", property_over=True),
    )
    s = seen(office, household, date(2025, 7, 1))
    assert (s.income, s.income_on, s.cause) == (50_000, day(on), Cause.FARMING.number)
    assert (s.stable, s.property_over, s.self_reported) == (0, 1, 1)
    assert seen(office, household, date(2025, 2, 1)).income == 40_000


def test_what_was_not_known_then_is_not_seen_then(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 9, 1),
        lambda work: rechecks.verify(
            work, household, on=date(2025, 1, 5), source="核对", income=99_000, cause=Cause.PENSION
        ),
    )
    on = date(2025, 3, 1)
    assert seen(office, household, on).income == 99_000
    assert seen(office, household, on, datetime(2025, 3, 1, 1, tzinfo=SHANGHAI)).income == 40_000


def test_a_correction_counts_from_when_it_was_known(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 3, 1),
        lambda work: rechecks.verify(
            work, household, on=date(2025, 3, 1), source="核对", income=500_000, cause=Cause.PENSION
        ),
    )

    def mend(work: Work) -> None:
        wrong = households.standing(work, Verification, household, work.today)[-1]
        right = Verification(
            happened_on=wrong.happened_on, area=VILLAGE, income=50_000, source="核对", cause=Cause.PENSION
        )
        households.correct(work, household, wrong.seq, right, kind=Verification, why="多录一个零")

    later(office, clock, date(2025, 4, 1), mend)
    on = date(2025, 5, 1)
    assert seen(office, household, on).income == 50_000
    assert seen(office, household, on, datetime(2025, 3, 15, tzinfo=SHANGHAI)).income == 500_000


def test_a_stop_ends_and_a_revival_restores(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 3, 1),
        lambda work: assistance.stop(
            carried_over(work),
            household,
            ExitReason.X04,
            decided_on=date(2025, 3, 1),
            effective_on=date(2025, 4, 1),
            decided_by="sp01",
        ),
    )
    assert seen(office, household, date(2025, 3, 20)).stopped_on == UNKNOWN
    assert seen(office, household, date(2025, 4, 1)).stopped_on == day(date(2025, 4, 1))
    later(
        office,
        clock,
        date(2025, 8, 1),
        lambda work: assistance.revive(
            carried_over(work),
            household,
            decided_on=date(2025, 8, 1),
            effective_on=date(2025, 8, 1),
            decided_by="sp01",
            document="判决",
        ),
    )
    assert seen(office, household, date(2025, 8, 1)).stopped_on == UNKNOWN
    assert seen(office, household, date(2025, 8, 1)).amount == 100_000


def test_a_withdrawal_runs_and_its_end_is_remembered(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 3, 1),
        lambda work: assistance.withdraw(
            carried_over(work),
            household,
            months=3,
            schedule=(100, 80, 60),
            decided_on=date(2025, 3, 1),
            effective_on=date(2025, 4, 1),
            decided_by="sp01",
        ),
    )
    s = seen(office, household, date(2025, 5, 1))
    assert (s.withdrawal_on, s.withdrawal_months, s.withdrawal_amount) == (day(date(2025, 4, 1)), 3, 100_000)
    later(
        office,
        clock,
        date(2025, 6, 28),
        lambda work: assistance.stop(
            carried_over(work),
            household,
            ExitReason.X18,
            decided_on=date(2025, 6, 28),
            effective_on=date(2025, 7, 1),
            decided_by="sp01",
        ),
    )
    s = seen(office, household, date(2025, 7, 1))
    assert (s.withdrawal_on, s.withdrawals_before, s.last_withdrawal_end) == (UNKNOWN, 1, day(date(2025, 7, 1)))
    later(
        office,
        clock,
        date(2025, 9, 1),
        lambda work: assistance.grant(
            work,
            household,
            Scheme.DIBAO,
            decided_on=date(2025, 8, 20),
            effective_on=date(2025, 9, 1),
            decided_by="sp01",
            amount=90_000,
            income=50_000,
            persons=2,
        ),
    )
    s = seen(office, household, date(2025, 9, 1))
    assert (s.withdrawals_before, s.amount, s.stopped_on) == (1, 90_000, UNKNOWN)


def test_an_event_stands_until_a_check_or_a_new_grant(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    on = date(2025, 3, 1)

    def tell(work: Work) -> None:
        rechecks.report(work, household, Event.COMPLAINT, happened_on=on, reported_on=on)
        rechecks.report(work, household, Event.VOLUNTARY_EXIT, happened_on=on, reported_on=on)

    later(office, clock, on, tell)
    kinds = {event[0] for event in seen(office, household, on).events}
    assert kinds == {Event.COMPLAINT.number, Event.VOLUNTARY_EXIT.number}
    later(
        office,
        clock,
        date(2025, 4, 1),
        lambda work: rechecks.complete(
            work, household, RecheckResult.UNREACHED, on=date(2025, 4, 1), visitors=("a", "b")
        ),
    )
    assert len(seen(office, household, date(2025, 4, 1)).events) == 2
    later(
        office,
        clock,
        date(2025, 5, 1),
        lambda work: rechecks.complete(
            work, household, RecheckResult.UNCHANGED, on=date(2025, 5, 1), visitors=("a", "b")
        ),
    )
    s = seen(office, household, date(2025, 5, 1))
    assert [event[0] for event in s.events] == [Event.VOLUNTARY_EXIT.number]
    assert s.checked_on == day(date(2025, 5, 1))


def test_refusals_count_in_a_row_and_by_person(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    days = [date(2025, month, 1) for month in range(1, 6)]
    kinds = (Event.JOB_REFUSED, Event.JOB_ACCEPTED, Event.JOB_REFUSED, Event.JOB_REFUSED, Event.JOB_REFUSED)
    for on, kind in zip(days, kinds, strict=True):
        later(
            office,
            clock,
            on,
            lambda work, on=on, kind=kind: rechecks.report(  # type: ignore[misc]
                work, household, kind, happened_on=on, reported_on=on, member_no=1
            ),
        )
    refusals = [[m.refusals for m in seen(office, household, on).members] for on in days]
    assert refusals == [[1, 0], [0, 0], [1, 0], [2, 0], [3, 0]]
    assert seen(office, household, days[-1]).events == ()


def test_a_member_keeps_the_day_on_which_he_left(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 3, 1),
        lambda work: households.change_member(work, household, 2, since=date(2025, 3, 1), presence=Presence.PRISON),
    )
    later(
        office,
        clock,
        date(2025, 6, 1),
        lambda work: households.change_member(work, household, 2, since=date(2025, 6, 1), capacity=Capacity.LIMITED),
    )
    member = seen(office, household, date(2025, 7, 1)).members[1]
    assert (member.presence, member.presence_on) == (Presence.PRISON.number, day(date(2025, 3, 1)))
    assert member.capacity == Capacity.LIMITED.number


def test_a_raise_moves_what_the_amount_rests_on(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    later(
        office,
        clock,
        date(2025, 3, 1),
        lambda work: assistance.adjust(
            carried_over(work),
            household,
            Act.RAISE,
            amount=120_000,
            income=20_000,
            decided_on=date(2025, 3, 1),
            effective_on=date(2025, 4, 1),
            decided_by="sp01",
        ),
    )
    assert seen(office, household, date(2025, 3, 15)).amount == 100_000
    s = seen(office, household, date(2025, 4, 1))
    assert (s.amount, s.income_then, s.persons_then) == (120_000, 20_000, 2)


def test_a_reduction_for_refused_work_starts_the_count_anew(started: tuple[Office, int], clock: SetClock) -> None:
    office, household = started
    for on in (date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)):
        later(
            office,
            clock,
            on,
            lambda work, on=on: rechecks.report(  # type: ignore[misc]
                work, household, Event.JOB_REFUSED, happened_on=on, reported_on=on, member_no=1
            ),
        )
    assert seen(office, household, date(2025, 3, 1)).members[0].refusals == 3
    later(
        office,
        clock,
        date(2025, 4, 1),
        lambda work: assistance.adjust(
            carried_over(work),
            household,
            Act.LOWER,
            amount=50_000,
            decided_on=date(2025, 4, 1),
            effective_on=date(2025, 5, 1),
            decided_by="sp01",
            reason=ExitReason.X09,
        ),
    )
    s = seen(office, household, date(2025, 5, 1))
    assert (s.members[0].refusals, s.amount, s.granted_on) == (0, 50_000, day(date(2025, 5, 1)))
