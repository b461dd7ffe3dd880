"""处理建议 (recommendations): what the job found is what `explain` finds again, whatever is entered later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity import assistance, conduct, editions, households, organs, rechecks, recommendations
from integrity.errors import NotFound, Refused
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Verification
from integrity.records.office import EmergencyOrder, EvaluationRun, Officer, Recommendation
from integrity.rules.policy import PACKS, load, load_texts
from integrity.terms import Cause, ConductKind, ExitReason, FindingState, Outcome, Role, Scheme, Verdict
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock, carried_over

Family = Callable[..., int]
STANDARD = 70_000


@pytest.fixture
def ready(office: Office) -> Office:
    """An office with the shipped policy and three officers."""
    with office.work("系统任务", now=datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)) as work:
        editions.register(work, load(PACKS))
        organs.adopt(work, "370811000000", "proposal", document="任民字〔2026〕1号（示范）", since=date(2026, 7, 1))
        for code, role in (("jb01", Role.HANDLER), ("fh01", Role.REVIEWER), ("sp01", Role.APPROVER)):
            organs.enter_officer(
                work, Officer(code=code, name="试验", role=role, area="370811000000", since=date(2020, 1, 1))
            )
    return office


def granted(office: Office, family: Family, incomes: tuple[int, ...] = (20000,)) -> list[int]:
    """Households of two, on 低保 since 2026, recorded as it happened."""
    made = []
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        for income in incomes:
            household = family(work, (date(1950, 5, 1), date(1952, 5, 1)), since=date(2026, 1, 10))
            assistance.grant(
                work, household, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
                decided_by="sp01", amount=2 * STANDARD - income, income=income, persons=2,
            )  # fmt: skip
            rechecks.verify(
                work, household, on=date(2026, 1, 12), source="入户", income=income, cause=Cause.NONE, stable=True,
                property_over=False,
            )  # fmt: skip
            made.append(household)
    return made


def evaluate(office: Office, on: date) -> dict[Outcome, int]:
    """The monthly evaluation of a day, part by part, as the job runs it."""
    due = datetime(on.year, on.month, on.day, 1, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("系统任务", due=due) as work:
            recommendations.evaluate_part(work, part)
    with office.work("系统任务", due=due) as work:
        recommendations.finish_evaluation(work)
        return recommendations.summary(work, due)


def stored(office: Office) -> list[tuple[object, ...]]:
    with office.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM recommendation ORDER BY household_id, decided_at"))
        return [tuple(row) for row in rows]


def test_a_job_found_raises_the_income_and_gradual_withdrawal_is_recommended(
    ready: Office, family: Family, clock: SetClock
) -> None:
    keeps, works = granted(ready, family, (20000, 30000))
    clock.on(date(2026, 10, 20))
    with ready.work("jb01") as work:
        rechecks.verify(
            work, works, on=date(2026, 10, 10), source="入户", income=200_000, cause=Cause.EMPLOYMENT, cause_member=1,
            self_reported=True,
        )  # fmt: skip
    clock.on(date(2026, 11, 2))
    counts = evaluate(ready, date(2026, 11, 1))
    assert counts[Outcome.KEEP] == 1
    assert counts[Outcome.WITHDRAW] == 1
    with ready.reading() as work:
        told = recommendations.explain(work, works, date(2026, 11, 1))
        assert told.same is True
        assert "渐退" in told.explanation.as_text()
        assert told.finding.months_max == 6
        assert told.finding.hearing == 1
        assert recommendations.explain(work, keeps, date(2026, 11, 1)).same is True
        assert [row.household_id for row in recommendations.undecided(work)] == [works]


def test_what_is_entered_later_changes_no_past_explanation(ready: Office, family: Family, clock: SetClock) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 10, 2))
    evaluate(ready, date(2026, 10, 1))
    with ready.reading() as work:
        before = recommendations.explain(work, household, date(2026, 10, 1))
    clock.on(date(2026, 10, 20))
    with ready.work("jb01") as work:
        rechecks.verify(work, household, on=date(2026, 9, 1), source="核对平台", income=500_000, cause=Cause.PENSION)
        wrong = households.standing(work, Verification, household, work.today)[0]
        households.correct(work, household, wrong.seq, None, kind=Verification, why="录错户")
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="T01", act_on=date(2026, 7, 20),
            found_on=date(2026, 7, 21), source="家庭报告",
        )  # fmt: skip
        conduct.find(
            carried_over(work), household, fact.seq, FindingState.EFFECTIVE, on=date(2026, 8, 1), decided_by="sp01",
            reviewed_by="fh01",
            document="任民守〔2026〕1号", document_on=date(2026, 8, 1), effective_on=date(2026, 8, 5),
        )  # fmt: skip
        organs.order(
            work,
            EmergencyOrder(
                number="任民〔2026〕9号", area="370811000000", signed_on=date(2026, 9, 1), signed_by="试验",
                due_from=date(2026, 1, 1), due_to=date(2027, 12, 31), months=3,
            ),
        )  # fmt: skip
        changed = dict(load(PACKS).sources)
        changed["proposal.toml"] = changed["proposal.toml"].replace("weight = ", "weight = 1", 1)
        changed["370800.toml"] = changed["370800.toml"].replace("value = 700", "value = 650")
        assert editions.register(work, load_texts(changed))
    with ready.reading() as work:
        after = recommendations.explain(work, household, date(2026, 10, 1))
        assert after.same is True
        assert after.finding == before.finding
        assert after.explanation.as_text() == before.explanation.as_text()
    clock.on(date(2026, 11, 2))
    assert evaluate(ready, date(2026, 11, 1))[Outcome.EXIT] == 1
    with ready.reading() as work:
        now = recommendations.explain(work, household, date(2026, 11, 1))
        assert now.same is True
        assert now.finding != before.finding
        assert recommendations.explain(work, household, date(2026, 10, 1)).finding == before.finding


def test_an_unchanged_finding_is_not_written_again(ready: Office, family: Family, clock: SetClock) -> None:
    granted(ready, family, (20000, 30000, 40000))
    clock.on(date(2026, 10, 2))
    evaluate(ready, date(2026, 10, 1))
    first = stored(ready)
    clock.on(date(2026, 11, 2))
    evaluate(ready, date(2026, 11, 1))
    assert stored(ready) == first
    with ready.reading() as work:
        assert recommendations.explain(work, 1, date(2026, 11, 1)).same is True


def test_a_late_run_decides_as_of_the_moment_it_was_due(ready: Office, family: Family, clock: SetClock) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 10, 5))
    with ready.work("jb01") as work:
        rechecks.verify(work, household, on=date(2026, 9, 20), source="核对平台", income=500_000, cause=Cause.PENSION)
    assert evaluate(ready, date(2026, 10, 1))[Outcome.KEEP] == 1
    with ready.reading() as work:
        run = work.session.exec(select(EvaluationRun)).one()
        assert run.known_until == datetime(2026, 10, 1, 1, tzinfo=SHANGHAI)


def test_an_evaluation_ahead_of_its_time_is_refused(ready: Office, clock: SetClock) -> None:
    clock.on(date(2026, 10, 2))
    with pytest.raises(Refused, match="将来"):
        evaluate(ready, date(2026, 11, 1))


def test_a_missing_standard_asks_a_person_and_never_counts_as_zero(ready: Office, clock: SetClock) -> None:
    clock.on(date(2026, 10, 2))
    village = "350102001001"
    with ready.work("jb01", now=datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)) as work:
        household = households.register(
            work, "FZ1", area=village, address="试验路 1 号", urban=True, since=date(2026, 1, 5)
        )
        assistance.grant(
            work, household, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=1000, income=100, persons=1,
        )  # fmt: skip
    assert evaluate(ready, date(2026, 10, 1))[Outcome.ASK] == 1
    with ready.reading() as work:
        told = recommendations.explain(work, household, date(2026, 10, 1))
        assert told.finding.points is None
        assert told.explanation.questions


def test_an_opinion_takes_a_reviewer_and_a_reason(ready: Office, family: Family, clock: SetClock) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 10, 1))
    with ready.work("jb01") as work:
        rechecks.verify(work, household, on=date(2026, 9, 20), source="核对平台", income=500_000, cause=Cause.PENSION)
    clock.on(date(2026, 11, 2))
    evaluate(ready, date(2026, 11, 1))
    with ready.work("jb01") as work, pytest.raises(Refused, match="复核或审批"):
        recommendations.decide(work, household, Verdict.ACCEPTED, reason="养老金经核实")
    with ready.work("fh01") as work:
        with pytest.raises(Refused, match="理由"):
            recommendations.decide(work, household, Verdict.ACCEPTED, reason="")
        opinion = recommendations.decide(work, household, Verdict.ACCEPTED, reason="养老金经核实")
        assert opinion.outcome is Outcome.EXIT
        assert opinion.reason_code is ExitReason.X04
    with ready.reading() as work:
        assert recommendations.undecided(work) == []


def test_a_household_that_was_not_there_cannot_be_explained(ready: Office, family: Family) -> None:
    (household,) = granted(ready, family)
    with ready.reading() as work, pytest.raises(NotFound):
        recommendations.explain(work, household, date(2025, 1, 1))


def test_a_part_done_twice_stores_once(ready: Office, family: Family, clock: SetClock) -> None:
    granted(ready, family, tuple(range(10000, 60000, 5000)))
    clock.on(date(2026, 11, 2))
    evaluate(ready, date(2026, 11, 1))
    first = stored(ready)
    due = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
    refusal = ready.engine.dialect.loaded_dbapi.IntegrityError
    said = "不能覆盖" if ready.engine.dialect.name == "sqlite" else "unique"
    with pytest.raises(refusal, match=said), ready.work("系统任务", due=due) as work:
        recommendations.evaluate_part(work, "0-5000")
    assert stored(ready) == first
    assert VILLAGE in {row[3] for row in first}
    with ready.reading() as work:
        assert len(list(work.session.exec(select(Recommendation)))) == 10
