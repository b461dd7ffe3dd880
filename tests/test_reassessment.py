"""逐户评估 (evaluation of one household): what is entered between two evaluations turns its recommendation at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select

from integrity import hindsight, households, opinions, reassessment, rechecks, recommendations
from integrity.books import Books
from integrity.errors import Invalid, Refused
from integrity.periods import month_of
from integrity.recommendations import explain, standing_of
from integrity.records.columns import SHANGHAI
from integrity.records.office import Recommendation
from integrity.rules.facts import day
from integrity.standing_findings import outcome_of
from integrity.terms import Cause, Outcome, Presence, RecheckResult, Verdict
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import VILLAGE, evaluate, granted

__all__ = ["desks", "papers"]
ONE = "JN000001"
CHECKED = {"on": "2026-09-02", "source": "核对平台", "income": "3000", "cause": "PENSION", "member": "1"}


@pytest.fixture
def kept(desks: Desks, office: Office, family: Callable[..., int], clock: SetClock) -> int:
    """A household that goes on as it is by the evaluation of 2026-09-01; the next day."""
    births = date(1980, 5, 1), date(1982, 5, 1), date(2015, 5, 1)
    (household,) = granted(office, family, 1, births=births)
    clock.on(date(2026, 9, 1))
    with office.work("系统任务", due=evaluate(office, date(2026, 9, 1))) as work:
        recommendations.finish_evaluation(work)
    clock.on(date(2026, 9, 2))
    return household


def test_a_comparison_turns_the_recommendation_and_waits_for_whoever_reviews(
    kept: int, desks: Desks, office: Office, clock: SetClock
) -> None:
    assert ONE not in desks("fh01").page("/recommendations")
    why = desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED)
    assert "处理建议由“继续给予”变为“退出”，已转复核人员提出审核意见" in desks("jb01").page(why)
    assert f"/households/{ONE}/opinion" in desks("fh01").page("/recommendations")
    page = desks("fh01").page(f"/households/{ONE}/opinion")
    assert "上次评估以后又有登记" not in page
    assert "2026年9月2日" in page or "2026-09-02" in page
    with office.reading() as work:
        stands = standing_of(work, kept)
        assert stands is not None
        assert (outcome_of(stands), stands.on_day) == (Outcome.EXIT, date(2026, 9, 2))
        told = explain(work, kept, stands.on_day)
        assert all(getattr(stands, name) == value for name, value in told.finding._asdict().items())
    desks("fh01").done(f"/households/{ONE}/opinion", {"verdict": "REFUSED", "reason": "养老金为补发，不是每月的收入"})
    desks("fh01").page("/recommendations")
    assert ONE not in desks("fh01").page("/recommendations")
    clock.on(date(2026, 9, 3))
    same = desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED | {"on": "2026-09-03"})
    assert "处理建议没有变化：退出" in desks("jb01").page(same)
    assert ONE not in desks("fh01").page("/recommendations"), "the opinion stands on what has not turned"
    clock.on(date(2026, 9, 4))
    with office.work("jb01") as work:
        rechecks.complete(work, kept, RecheckResult.CHANGED, on=date(2026, 9, 4), visitors=("jb01", "xz01"))
        assert reassessment.follow(work, kept) == "。处理建议没有变化：退出"
        stands = standing_of(work, kept)
        assert stands is not None
        assert stands.on_day == date(2026, 9, 2)
        assert stands.due_on == day(date(2027, 3, 4)), "the next check counts from this one"
    assert ONE not in desks("fh01").page("/recommendations"), "a check alone asks for no other opinion"
    with office.reading() as work:
        assert kept not in {one.household_id for one in recommendations.undecided(work)}


def test_on_the_day_of_the_roll_the_reasons_are_those_of_what_was_found_later(
    kept: int, desks: Desks, office: Office, clock: SetClock
) -> None:
    clock.on(date(2026, 10, 1))
    with office.work("系统任务", due=evaluate(office, date(2026, 10, 1))) as work:
        recommendations.finish_evaluation(work)
    desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED | {"on": "2026-10-01"})
    for income in ("9000", "9100"):
        desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED | {"on": "2026-10-01", "income": income})
        assert f"家庭月收入{income}.00元" in desks("fh01").page(f"/households/{ONE}/opinion"), "the newest figures"
    with office.work("jb01") as work:
        rechecks.verify(work, kept, on=date(2026, 10, 1), source="核对平台", income=100, cause=Cause.NONE)
    with office.reading() as work:
        stands = standing_of(work, kept)
        assert stands is not None
        told = explain(work, kept, date(2026, 10, 1))
        assert told.same, "as it was known at the moment of what was found last, and not what came after it"
        assert told.known_until == stands.decided_at


def test_an_opinion_is_not_given_on_what_the_books_no_longer_say(kept: int, desks: Desks, office: Office) -> None:
    with office.work("jb01") as work:  # by the command line, or in an import
        rechecks.verify(work, kept, on=date(2026, 9, 2), source="核对平台", income=300_000, cause=Cause.PENSION)
    look = f"/households/{ONE}/opinion"
    shown = desks("fh01").get(look)
    assert "按现在的登记，处理建议是" in shown.text
    late = desks("fh01").send(shown, {"verdict": "ACCEPTED", "reason": "收入没有变化"}, to=look)
    assert (late.status_code, "请先重新评估" in late.text, "chengxin" in late.text) == (409, True, False)
    with office.work("fh01") as work, pytest.raises(Refused, match="chengxin evaluate"):
        opinions.give(work, kept, Verdict.ACCEPTED, reason="收入没有变化")
    assert desks("fh01").send(shown, to=f"{look}/anew").headers["location"] == look
    fresh = desks("fh01").page(look)
    assert "上次评估以后又有登记" not in fresh
    assert "采纳“退出”" in fresh
    assert desks("fh01").done(look, {"verdict": "ACCEPTED", "reason": "收入经核实"}).endswith("/cases/1")


def test_what_was_found_between_two_evaluations_counts_and_is_not_stored_twice(
    kept: int, desks: Desks, office: Office, clock: SetClock
) -> None:
    september = month_of(date(2026, 9, 1))
    before = datetime(2026, 9, 2, 8, tzinfo=SHANGHAI)
    desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED)
    clock.on(date(2026, 10, 1))
    evaluate(office, date(2026, 10, 1))
    with office.reading() as work:
        rows = work.session.exec(select(Recommendation).where(Recommendation.household_id == kept)).all()
        assert [outcome_of(one) for one in rows] == [Outcome.KEEP, Outcome.EXIT], "October found the same"
        (standing,) = Books(work, VILLAGE, september, clock()).standing
        assert standing.outcome == Outcome.EXIT.number
        (early,) = Books(work, VILLAGE, september, before).standing
        assert early.outcome == Outcome.KEEP.number, "as it was known then"
        with hindsight.as_known(work, before) as then:
            assert len(then.session.exec(select(Recommendation)).all()) == 1
    with office.work("fh01") as work:
        assert reassessment.outgrown(work, kept) is None
        assert reassessment.reassess(work, kept) is None


def test_an_income_is_that_of_somebody_who_lives_and_may_work(kept: int, desks: Desks, office: Office) -> None:
    new = f"/households/{ONE}/verifications/new"
    child = desks("jb01").post_form(new, CHECKED | {"cause": "EMPLOYMENT", "member": "3"})
    assert (child.status_code, "未满 16 周岁" in child.text) == (422, True)
    with office.work("jb01") as work:
        households.change_member(work, kept, 2, since=date(2026, 9, 1), presence=Presence.DEAD)
    with pytest.raises(AssertionError, match="member offers"):
        desks("jb01").post_form(new, CHECKED | {"member": "2"})
    with office.work("jb01") as work, pytest.raises(Invalid, match="已经死亡"):
        rechecks.verify(work, kept, on=date(2026, 9, 2), source="核对平台", cause=Cause.PENSION, cause_member=2)


def test_a_clock_that_was_set_back_hides_no_recommendation(
    kept: int, desks: Desks, office: Office, clock: SetClock
) -> None:
    desks("jb01").done(f"/households/{ONE}/verifications/new", CHECKED)
    clock.now -= timedelta(minutes=20)
    with office.work("fh01") as work:
        stands = standing_of(work, kept)
        assert stands is not None
        assert (outcome_of(stands), stands.decided_at > work.now) == (Outcome.EXIT, True)
        assert reassessment.reassess(work, kept) is None, "nothing new, and nothing is written twice"
    desks("fh01").done(f"/households/{ONE}/opinion", {"verdict": "REFUSED", "reason": "养老金为补发，不是每月的收入"})
    with office.reading(now=datetime(2026, 9, 2, 8, tzinfo=SHANGHAI)) as work:
        then = standing_of(work, kept)
        assert then is not None
        assert outcome_of(then) is Outcome.KEEP, "at a moment that is named, what stood then"
