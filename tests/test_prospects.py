"""前景与测算 (prospects): what is promised comes true in the ledger, and a supposition leaves no trace in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from integrity import assistance, conduct, editions, organs, recommendations
from integrity.errors import Invalid, NotFound, Refused, Unset
from integrity.evaluation import Finding
from integrity.prospects import Supposed, prospects, what_if
from integrity.prospects_text import FACTS_ONLY, ORDER_ONLY, as_text, what_if_text
from integrity.rechecks import complete, verify
from integrity.records.columns import SHANGHAI
from integrity.records.office import ImportBatch, Officer
from integrity.rules import turning
from integrity.rules.facts import UNKNOWN, date_of, day
from integrity.rules.policy import PACKS, load
from integrity.rules.turning import Fact
from integrity.terms import Cause, ConductKind, ExitReason, FindingState, Outcome, Presence, RecheckResult, Role, Scheme
from integrity.work import Office, Work
from tests.conftest import SetClock

Family = Callable[..., int]
STANDARD, INCOME = 70_000, 20_000
COUNTY = "370811000000"


@pytest.fixture
def ready(office: Office) -> Office:
    """An office with the shipped policy, a catalogue adopted for five years, and three officers."""
    with office.work("系统任务", now=datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)) as work:
        editions.register(work, load(PACKS))
        organs.adopt(
            work,
            COUNTY,
            "proposal",
            document="任民字〔2026〕1号（示范）",
            since=date(2026, 7, 1),
            until=date(2031, 6, 30),
        )
        for code, role in (("jb01", Role.HANDLER), ("fh01", Role.REVIEWER), ("sp01", Role.APPROVER)):
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1)))
    return office


@pytest.fixture
def household(ready: Office, family: Family) -> int:
    """A couple on 低保 since February 2026; number 1 has a default of August 2026 (F06, general, -8 points)."""
    with ready.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        made = family(work, (date(1970, 5, 1), date(1972, 5, 1)), since=date(2026, 1, 10))
        assistance.grant(
            work, made, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=2 * STANDARD - INCOME, income=INCOME, persons=2,
        )  # fmt: skip
        verify(
            work, made, on=date(2026, 1, 12), source="入户", income=INCOME, cause=Cause.NONE, stable=True,
            property_over=False,
        )  # fmt: skip
    with elsewhere(ready, datetime(2026, 9, 5, 9, tzinfo=SHANGHAI)) as work:
        work.actor = "jb01"
        fact = conduct.record(
            work, made, member_no=1, kind=ConductKind.DEFAULT, item="F06", act_on=date(2026, 8, 3),
            found_on=date(2026, 8, 4), source="入户",
        )  # fmt: skip
        found(work, made, fact.seq, FindingState.EFFECTIVE, date(2026, 9, 4))
    return made


@contextmanager
def elsewhere(office: Office, now: datetime | None = None) -> Iterator[Work]:
    """Work on what was decided in another office and comes in with a file: the procedure was gone through there."""
    with office.work("sp01", now=now) as work:
        batch = ImportBatch(
            kind="history", sha256=f"{next(_serial):064}", file_name="历史.xlsx", rows=1, recorded_at=work.now,
            recorded_by="sp01",
        )  # fmt: skip
        work.session.add(batch)
        work.session.flush()
        work.import_id = batch.id
        yield work


_serial = count()


def found(work: Work, household: int, fact: int, state: FindingState, on: date) -> None:
    """A finding, or a change of its state, decided on a day and in effect the day after."""
    effective = state is FindingState.EFFECTIVE
    conduct.find(
        work, household, fact, state, on=on, decided_by="sp01", reviewed_by="fh01",
        document="任民认〔2026〕1号" if effective else "", document_on=on if effective else None,
        effective_on=date(on.year, on.month, on.day + 1) if effective else None,
    )  # fmt: skip


def everything(office: Office) -> dict[str, list[str]]:
    """Every row of every table."""
    with office.reading_engine.connect() as connection:
        tables = sorted(inspect(connection).get_table_names())
        return {one: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{one}"')))) for one in tables}


def files(office: Office) -> dict[str, bytes]:
    """The bytes of an SQLite database and of its write-ahead log."""
    name = office.engine.url.database or ""
    if office.engine.dialect.name != "sqlite":
        return {}
    return {one: Path(one).read_bytes() for one in (name, f"{name}-wal") if Path(one).exists()}


def finding_of(office: Office, household: int) -> Finding:
    """What the rules say now, of what is entered now."""
    with office.reading() as work:
        return recommendations.as_due(work, [household])[household]


EARNS = (
    Fact(turning.INCOME, 200_000), Fact(turning.CAUSE, Cause.EMPLOYMENT.number), Fact(turning.SELF_REPORTED, 1),
)  # fmt: skip


def test_a_supposition_is_written_nowhere(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 12, 10))
    before, bytes_before = everything(ready), files(ready)
    assert len(before["finding"]) == 1
    members = (Fact(turning.PRESENCE, Presence.LEFT.number, 2), Fact(turning.JOINED, 1))
    told = what_if(ready, household, Supposed((*EARNS, *members), ((_seq(ready, household), date(2026, 12, 4)),)))
    with ready.reading() as work:
        as_text(prospects(work, household))
    assert (told.as_known.outcome, told.as_known.points) == (Outcome.KEEP.number, 92_000)
    assert (told.supposed.outcome, told.supposed.points) == (Outcome.WITHDRAW.number, 100_000)
    assert everything(ready) == before
    assert files(ready) == bytes_before


def _seq(office: Office, household: int) -> int:
    """The number of the finding, as an explanation shows it."""
    with office.reading() as work:
        return prospects(work, household).known.findings[0].seq


def test_what_is_supposed_is_what_comes_of_it_when_it_is_entered(
    ready: Office, household: int, clock: SetClock
) -> None:
    clock.on(date(2026, 12, 10))
    repaired = ((_seq(ready, household), date(2026, 12, 10)),)
    told = what_if(ready, household, Supposed(EARNS, repaired))
    with elsewhere(ready) as work:
        verify(work, household, on=date(2026, 12, 10), source="入户", income=200_000, cause=Cause.EMPLOYMENT,
               cause_member=1, self_reported=True)  # fmt: skip
        found(work, household, told_fact(ready, household), FindingState.REPAIRED, date(2026, 12, 10))
    assert finding_of(ready, household) == told.supposed
    assert "渐退" in told.explanation.summary
    assert "已修复" in what_if_text(told)


def told_fact(office: Office, household: int) -> int:
    """The number of the fact on which the finding rests."""
    with office.reading() as work:
        return int(work.session.execute(text(f"SELECT seq FROM conduct WHERE household_id = {household}")).scalar_one())


def test_with_nothing_supposed_it_is_the_explanation(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 12, 10))
    told = what_if(ready, household, Supposed())
    with ready.reading() as work:
        explained = recommendations.explain(work, household, date(2026, 12, 10))
    assert told.supposed == told.as_known == explained.finding
    assert told.explanation.as_text() == explained.explanation.as_text()


def test_the_promised_repair_comes_true_on_its_day(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        told = prospects(work, household).outlook
    repair = next(act for act in told.acts if act.state is FindingState.REPAIRED)
    assert date_of(repair.since) == date(2026, 12, 4)
    clock.on(date_of(repair.since))
    assert finding_of(ready, household).points == 92_000
    with elsewhere(ready) as work:
        found(work, household, told_fact(ready, household), FindingState.REPAIRED, date_of(repair.since))
    assert finding_of(ready, household).points == repair.points == 100_000


def test_the_record_ends_by_itself_on_the_day_that_is_told(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        steps = prospects(work, household).outlook.steps
    assert [(date_of(one.on), one.points) for one in steps] == [
        (date(2026, 11, 2), 92_000), (date(2027, 9, 4), 100_000), (date(2031, 7, 1), UNKNOWN)
    ]  # fmt: skip
    for step in steps[1:]:
        clock.on(date_of(step.on - 1))
        assert finding_of(ready, household).points not in (step.points, None)
        clock.on(date_of(step.on))
        assert finding_of(ready, household).points == (None if step.points == UNKNOWN else step.points)


def test_an_objection_takes_the_record_out_while_it_is_dealt_with(
    ready: Office, household: int, clock: SetClock
) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        told = prospects(work, household)
    objection = next(act for act in told.outlook.acts if act.state is FindingState.CONTESTED)
    said = as_text(told)
    assert "行政复议至2026年11月4日" in said
    assert "行政诉讼至2027年3月5日" in said
    with elsewhere(ready) as work:
        found(work, household, told_fact(ready, household), FindingState.CONTESTED, date(2026, 11, 2))
    assert finding_of(ready, household).points == objection.points == 100_000
    with ready.reading() as work:
        assert "正在处理异议，暂不计入" in as_text(prospects(work, household))


def test_one_person_has_a_score_of_his_own(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        both, other = prospects(work, household), prospects(work, household, member=2)
        assert other.outlook.steps[0].points == 100_000
        assert {act.fact.member_no for act in other.outlook.acts} == {2}
        assert {act.fact.member_no for act in both.outlook.acts} == {1, 2}
        with pytest.raises(NotFound, match="第 3 号成员"):
            prospects(work, household, member=3)


def test_a_withdrawal_and_what_would_change_it(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with elsewhere(ready) as work:
        verify(work, household, on=date(2026, 10, 20), source="核对平台", income=200_000, cause=Cause.EMPLOYMENT)
        complete(work, household, RecheckResult.CHANGED, on=date(2026, 10, 21), visitors=("jb01", "fh01"))
        assistance.withdraw(
            work, household, months=3, schedule=(100, 80, 50), decided_on=date(2026, 11, 2),
            effective_on=date(2026, 12, 1), decided_by="sp01", hearing="笔录1号", document="任民定〔2026〕2号",
        )  # fmt: skip
    clock.on(date(2026, 12, 10))
    with ready.reading() as work:
        told = prospects(work, household)
    assert told.withdrawing
    days = [(date_of(on), verdict.outcome) for on, verdict in told.course]
    assert days == [(date(2026, 12, 10), Outcome.KEEP.number), (date(2027, 3, 1), Outcome.EXIT.number)]
    line = next(one for one in told.others if one.facts[0].about == turning.INCOME)
    assert (line.facts[0].value, line.verdict.outcome) == (2 * STANDARD, Outcome.ASK.number)
    said = as_text(told)
    assert "渐退期：2026年12月1日至2027年2月28日，2027年3月1日期满" in said
    assert "下次核查：2027年2月1日" in said
    assert "家庭月收入不超过1400.00元（2人，人均约700.00元）：人工复核；多一分即为“继续给予”" in said
    clock.on(date(2027, 3, 1))
    assert finding_of(ready, household).outcome == Outcome.EXIT.number
    assert what_if(ready, household, Supposed(line.facts)).supposed.outcome == Outcome.ASK.number


def test_an_act_that_takes_effect_later_is_in_the_course(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with elsewhere(ready) as work:
        assistance.stop(
            work, household, ExitReason.X15, decided_on=date(2026, 11, 2), effective_on=date(2027, 1, 1),
            decided_by="sp01", hearing="笔录1号", document="任民定〔2026〕2号",
        )  # fmt: skip
    with ready.reading() as work:
        told = prospects(work, household)
    assert [(date_of(on), v.outcome) for on, v in told.course][-1] == (date(2027, 1, 1), Outcome.NOTHING.number)
    assert told.stops_on == date(2027, 1, 1)
    said = as_text(told).partition("二、处理建议")[2]
    assert "已决定自2027年1月1日起停止救助" in said
    assert ("下次核查" in said, "继续给予" in said) == (False, False), "nothing is recommended of what was decided"


def test_the_figure_that_keeps_is_the_last_one_in_the_ledger_too(
    ready: Office, household: int, clock: SetClock
) -> None:
    clock.on(date(2026, 11, 2))
    with ready.work("jb01") as work:
        verify(work, household, on=date(2026, 11, 2), source="核对平台", income=200_000, cause=Cause.PENSION)
    assert finding_of(ready, household).outcome == Outcome.EXIT.number
    with ready.reading() as work:
        told = prospects(work, household)
    figure = told.keeps[0].facts[-1].value
    assert 0 < figure < 200_000
    for income, outcome in ((figure + 1, Outcome.LOWER), (figure, Outcome.KEEP)):
        with ready.work("jb01") as work:
            verify(work, household, on=date(2026, 11, 2), source="更正", income=income, cause=Cause.PENSION)
        assert finding_of(ready, household).outcome == outcome.number


def test_every_text_says_what_points_are_for_and_asks_for_no_money(
    ready: Office, household: int, clock: SetClock
) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        said = as_text(prospects(work, household))
    whatever = what_if_text(what_if(ready, household, Supposed(EARNS)))
    for one in (said, whatever):
        assert ORDER_ONLY in one
        assert FACTS_ONLY in one
        assert str(UNKNOWN) not in one
    named = [line for line in said.splitlines() if "守信 S" in line]
    assert named
    assert not any("退出" in line for line in named)
    assert "没有列入：不再符合条件时主动退出" in said


@pytest.mark.parametrize(("supposed", "error", "said"), [
    (Supposed((Fact(turning.INCOME, -1),)), Invalid, "不能小于零"),
    (Supposed((Fact(turning.REFUSALS, 0, 7),)), NotFound, "第 7 号成员"),
    (Supposed(repaired=((999, date(2026, 12, 4)),)), NotFound, "第 999 号认定"),
])  # fmt: skip
def test_what_cannot_be_supposed_is_refused(
    ready: Office, household: int, clock: SetClock, supposed: Supposed, error: type[Exception], said: str
) -> None:
    clock.on(date(2026, 11, 2))
    with pytest.raises(error, match=said):
        what_if(ready, household, supposed)
    with pytest.raises(NotFound, match="尚未登记"):
        what_if(ready, household + 1000, supposed)


def test_a_repair_before_its_time_is_not_reckoned(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    seq = _seq(ready, household)
    with pytest.raises(Refused, match="最早 2026-12-04"):
        what_if(ready, household, Supposed(repaired=((seq, date(2026, 12, 3)),)), date(2026, 12, 10))
    told = what_if(ready, household, Supposed(repaired=((seq, date(2026, 12, 4)),)), date(2026, 12, 10))
    assert (told.as_known.points, told.supposed.points) == (92_000, 100_000)
    with elsewhere(ready) as work:
        work.actor = "jb01"
        fact = conduct.record(
            work, household, member_no=2, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 11, 1),
            found_on=date(2026, 11, 1), source="家庭报告",
        )  # fmt: skip
        found(work, household, fact.seq, FindingState.EFFECTIVE, date(2026, 11, 1))
    with pytest.raises(Unset, match="不适用信用修复"):
        what_if(ready, household, Supposed(repaired=((fact.seq + 1, date(2026, 12, 3)),)))


def test_nothing_before_the_household_was_known(ready: Office, household: int, clock: SetClock) -> None:
    clock.on(date(2026, 11, 2))
    with ready.reading() as work:
        with pytest.raises(NotFound, match="尚未登记"):
            prospects(work, household, date(2026, 1, 5))
        early = prospects(work, household, date(2026, 3, 1))
    assert early.outlook.steps[0].points == UNKNOWN
    assert [date_of(step.on) for step in early.outlook.steps] == [date(2026, 3, 1), date(2026, 7, 1), date(2031, 7, 1)]
    assert "没有采用积分目录，不计分" in as_text(early)
    assert early.known.situation.on == day(date(2026, 3, 1))
