"""待办 (work lists): what waits for whom, from the first paper to the last receipt; every count is of its list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity import calendars, commitments, households, notices, places, recommendations, restored, worklists
from integrity.printing import original
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Officer
from integrity.records.places import CLOCK, RESTORED, RESULT, Waits
from integrity.records.placing_waits import _cases
from integrity.rules.facts import day
from integrity.rules.procedure import Done
from integrity.rules.procedure_tables import TABLES
from integrity.rules.procedure_waits import still_open, turns
from integrity.settings import ROOT
from integrity.terms import PaperKind, Procedure, Role, Scheme, ServiceWay, SignedBy
from integrity.work import Office, Work
from integrity.worklists import Count, Desk
from scheduler.jobs import PLACES
from scheduler.runner import run_now
from tests.case_office import heard, more_officers, opened, step
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import furnish, granted, papers

__all__ = ["papers"]
Family = Callable[..., int]
Groups = Callable[[Work, Desk], list[worklists.Group]]
COUNTY, TOWN, ELSEWHERE = "370811000000", "370811001000", "370829001000"
DAY = date(2026, 9, 2)


@pytest.fixture
def town(office: Office, family: Family, papers: Path, clock: SetClock) -> Office:
    """Three households on 低保, evaluated on 1 September 2026, when their checks are overdue."""
    furnish(office)
    more_officers(office)
    granted(office, family, 3)
    clock.on(date(2026, 9, 1))
    due = datetime(2026, 9, 1, 1, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("系统任务", due=due) as work:
            recommendations.evaluate_part(work, part)
    clock.on(DAY)
    return office


def waiting(
    office: Office, role: Role, area: str = TOWN, of: Groups = worklists.groups
) -> dict[str, list[tuple[int, int]]]:
    """Group → (household, entry or case), where there is anything; each count is of its list, page by page."""
    found = {}
    with office.reading() as work:
        desk = Desk(role, area)
        groups = of(work, desk)
        counts = worklists.counts(work, desk, groups)
        for group in groups:
            rows, after = [], ""
            while True:
                page = worklists.rows(work, desk, group, after=after, limit=2)
                rows += [(one.household.household_id if one.household else 0, one.ref) for one in page.rows]
                after = page.next
                if not after:
                    break
            assert worklists.count(work, desk, group) == counts[group.code] == Count(len(rows)), group.code
            if rows:
                found[group.code] = rows
        assert not list(places.faults(work))
    return found


def test_what_waits_in_a_township_and_nothing_of_another(town: Office) -> None:
    everybody = [(1, 0), (2, 0), (3, 0)]
    handler = waiting(town, Role.HANDLER)
    assert handler == {"RECHECK_OVER": everybody, "PROMISE": everybody}
    assert waiting(town, Role.HANDLER, COUNTY) == handler, "the way to it differs, the list does not"
    assert waiting(town, Role.HANDLER, VILLAGE) == handler
    assert waiting(town, Role.HANDLER, ELSEWHERE) == waiting(town, Role.HANDLER, "") == {}
    assert waiting(town, Role.AUDIT_ADMIN) == {}
    with town.work("jb01") as work:
        households.settle(work, 2, area="370811002001", address="二号", urban=False, since=date(2026, 9, 1))
        commitments.sign(
            work, 1, member_no=1, on=DAY, occasion="申请", signed_by=SignedBy.REFUSED, explained_by="jb01",
            text_version="1", text_sha256="0" * 64,
        )  # fmt: skip
    assert waiting(town, Role.HANDLER) == {"RECHECK_OVER": [(1, 0), (3, 0)], "PROMISE": [(3, 0)]}
    assert waiting(town, Role.HANDLER, "370811002000") == {"RECHECK_OVER": [(2, 0)], "PROMISE": [(2, 0)]}


def test_a_case_goes_from_hand_to_hand(town: Office, clock: SetClock) -> None:
    opened(town, "fh01", 1, Procedure.RECHECK)
    reviewer = waiting(town, Role.REVIEWER)
    assert reviewer["CASE_RECHECK"] == [(1, 1)]
    assert "CASE_RECHECK" not in waiting(town, Role.HANDLER)
    step(town, "fh01", 1, "ASSIGNED", visitor_1="jb01", visitor_2="jb02")
    handler = waiting(town, Role.HANDLER)
    assert handler["CASE_RECHECK"] == handler["RESULT"] == [(1, 1)]
    once = waiting(town, Role.HANDLER, of=worklists.tiles)
    assert (1, 0) in once["RECHECK_OVER"]
    assert {"CASE_RECHECK", "RESULT"}.isdisjoint(once), "one recheck is one piece of work"
    with town.reading() as work:
        desk = Desk(Role.HANDLER, TOWN)
        again = [one._replace(beside=tuple(other for other in one.beside if other.kind == RESULT))
                 for one in worklists.tiles(work, desk)]  # fmt: skip
        counts = worklists.counts(work, desk, again)
    assert (counts["RESULT"], counts["CASE_RECHECK"]) == (Count(1), Count(0)), "before it is due: by its conclusion"
    step(town, "jb01", 1, "VISITED", visitor_1="jb01", visitor_2="jb02", met="户主", found="一致")
    step(town, "jb01", 1, "RESULT", result="无明显变化", reason="没有变化")
    done = waiting(town, Role.HANDLER)
    assert {"CASE_RECHECK", "RESULT"}.isdisjoint(done)
    assert done["RECHECK_OVER"] == [(2, 0), (3, 0)], "checked since the evaluation"
    assert [household for household, _ in done["PRINT"]] == [1], "the conclusion is a paper"


def test_a_case_that_the_county_opened_goes_on_waiting_there_and_not_for_whom_it_is_barred(
    town: Office, clock: SetClock
) -> None:
    plan = {"outcome": "减发", "amount": 60_000, "reason": "家庭人口减少", "reason_code": "自愿退出"}
    with town.work("sp01") as work:
        work.put(Officer(code="xf01", name="试验", role=Role.REVIEWER, area=TOWN, since=date(2020, 1, 1)))
    for household, actor in ((1, "fh01"), (2, "xf01"), (3, "sp01")):
        opened(town, actor, household, Procedure.DECISION, **plan)
    told = {area: waiting(town, Role.HANDLER, area)["CASE_DECISION"] for area in (COUNTY, TOWN)}
    assert told == {COUNTY: [(1, 1), (3, 1)], TOWN: [(1, 1), (2, 1), (3, 1)]}, "counts are asked in waiting()"
    for household in (1, 2, 3):
        heard(town, household, DAY)
    with town.reading() as work:
        for officer, mine in (("", [1, 2, 3]), ("sp01", [1, 2]), ("sp02", [1, 2, 3])):
            desk = Desk(Role.APPROVER, COUNTY, officer)
            group = next(one for one in worklists.groups(work, desk) if one.code == "CASE_DECISION")
            listed = [one.household.household_id for one in worklists.rows(work, desk, group).rows if one.household]
            assert (officer, listed) == (officer, mine)
            assert worklists.count(work, desk, group).number == len(mine)


def test_a_paper_waits_for_the_printer_the_messenger_and_the_clerk(town: Office) -> None:
    with town.work("jb01") as work:
        notice = notices._make(work, notices.wanted_now(work, 2, PaperKind.F01))
    assert waiting(town, Role.HANDLER)["PRINT"] == [(2, notice.seq)]
    with town.work("jb01") as work:
        original(work, work.session.get_one(Notice, (2, notice.seq)))
    told = waiting(town, Role.HANDLER)
    assert ("PRINT" in told, told["DELIVER"]) == (False, [(2, notice.seq)])
    with town.work("jb01") as work:
        one = work.session.get_one(Notice, (2, notice.seq))
        notices.serve(work, one, ServiceWay.DIRECT, on=DAY, receiver="本人")
    assert "DELIVER" not in waiting(town, Role.HANDLER)


def test_a_restored_ledger_waits_until_somebody_has_looked(town: Office) -> None:
    with town.work("系统任务") as work:
        restored.put(work, 3, "第 9 条更正")
    assert waiting(town, Role.REVIEWER)["RESTORED"] == [(3, 0)]
    with town.work("jb01") as work:
        households.settle(work, 3, area="370811001002", address="三号", urban=False, since=date(2026, 9, 1))
    assert waiting(town, Role.REVIEWER, "370811001002")["RESTORED"] == [(3, 0)], "it moves with the household"
    places.rebuild(town)
    assert waiting(town, Role.REVIEWER)["RESTORED"] == [(3, 0)]
    with town.work("fh01") as work:
        restored.confirm(work, 3, "已照纸质存档补登")
    assert RESTORED not in waiting(town, Role.REVIEWER)


def test_a_clock_is_told_in_time_and_when_it_is_over(town: Office, clock: SetClock) -> None:
    opened(town, "jb01", 1, Procedure.CHANGE, "DEATH", member_no=2, happened_on=DAY, reported_on=DAY)
    with town.reading() as work:
        row = work.session.exec(select(Waits).where(Waits.kind == CLOCK)).one()
    assert (row.household_id, row.ref, row.on_day - row.from_on) == (1, 1, timedelta(days=30))
    for on, code in (
        (row.from_on - timedelta(days=1), ""), (row.from_on, "CLOCK_SOON"), (row.on_day, "CLOCK_SOON"),
        (row.on_day + timedelta(days=1), "CLOCK_OVER"),
    ):  # fmt: skip
        clock.on(on)
        told = {group for group in waiting(town, Role.HANDLER) if group.startswith("CLOCK")}
        assert told == ({code} if code else set()), on
    places.rebuild(town)
    assert waiting(town, Role.HANDLER)["CLOCK_OVER"] == [(1, 1)]


def clock_of(office: Office, household: int) -> date:
    with office.reading() as work:
        return work.session.exec(select(Waits).where(Waits.kind == CLOCK, Waits.household_id == household)).one().on_day


def test_clocks_follow_the_calendar_and_the_days(town: Office, family: Family, clock: SetClock) -> None:
    with town.work("jb01") as work:
        new = family(work, (date(1980, 5, 1),), since=date(2026, 1, 10))
    given = {"applicant": "户主", "scheme": Scheme.DIBAO.value, "missing": "流水"}
    opened(town, "jb01", new, Procedure.APPLICATION, **given)
    step(town, "jb01", new, "ACCEPTED")
    first = clock_of(town, new)
    shipped = (ROOT / "integrity/data/calendars/2026.toml").read_text(encoding="utf-8")
    free = f'off = [\n    {{ name = "防汛", since = {DAY + timedelta(days=1)}, until = {DAY + timedelta(days=1)} }},'
    with town.work("jb01") as work:
        calendars.load(work, shipped.replace("off = [", free))
        assert places.after_calendar(work) == "期限提醒已重新计算，改正 2 件"  # the wrong row gone, the right one made
    later = clock_of(town, new)
    assert later > first
    clock.on(DAY + timedelta(days=1))
    assert "期限" not in run_now(town, PLACES, clock.now.date()).summary
    with town.work("jb01") as work:
        calendars.load(work, shipped)  # and nobody computes anything
    clock.on(DAY + timedelta(days=2))
    assert run_now(town, PLACES, clock.now.date()).summary == "期限 2 件"
    assert clock_of(town, new) == first
    with town.work("jb01") as work:  # as if the day on which it ends had been another one, and had passed
        work.session.execute(text("UPDATE waits SET on_day = on_day - 60 WHERE kind = 'CLOCK'"))
    clock.on(DAY + timedelta(days=3))
    with town.work("系统任务") as work:
        assert places.night_parts(work) == ["all"], "nothing was entered since"
    assert run_now(town, PLACES, clock.now.date()).summary == "期限 2 件"
    assert clock_of(town, new) == first


def test_every_open_stage_waits_for_somebody_and_once_for_each_role() -> None:
    stages = [(rules, row.code) for rules in TABLES.values() for row in rules.rows]
    for rules, code in stages:
        history = (Done(1, code, DAY, "jb01", {}),)
        if not still_open(rules, history):
            continue
        steps = [(1, 1, None, 0, day(DAY), 1, 1, rules.procedure.name, code, "jb01", 9)]
        for lost in ({}, {9: True}, {9: False}):
            kinds = [kind for kind, *_ in _cases(steps, lost) if kind.startswith("CASE.")]
            assert kinds, (rules.procedure, code)
            assert len(kinds) == len(set(kinds)), (rules.procedure, code)


@pytest.mark.parametrize(
    ("procedure", "stage", "lost", "roles"),
    [
        (Procedure.DECISION, "OPEN", True, {Role.HANDLER, Role.REVIEWER}),
        (Procedure.DECISION, "OPEN", False, {Role.APPROVER}),
        (Procedure.DECISION, "OPEN", None, {Role.HANDLER, Role.REVIEWER, Role.APPROVER}),
        (Procedure.DECISION, "REVIEW", True, {Role.APPROVER}),
        (Procedure.APPLICATION, "RECEIVED", None, {Role.HANDLER}),
        (Procedure.APPLICATION, "REVIEWED", None, {Role.HANDLER, Role.REVIEWER}),
        (Procedure.APPLICATION, "POSTED", None, {Role.APPROVER}),
        (Procedure.TEKUN, "OBJECTED", None, {Role.REVIEWER}),
    ],
)
def test_a_case_waits_for_whoever_takes_the_regular_step(
    procedure: Procedure, stage: str, lost: bool | None, roles: set[Role]
) -> None:  # fmt: skip
    history = (Done(1, stage, DAY, "jb01", {}),)
    assert {one.role for one in turns(TABLES[procedure], history, heard=lost)} == roles


def test_a_count_is_told_up_to_a_thousand() -> None:
    assert [str(Count(n)) for n in (0, 999, 1000)] == ["0", "999", "999+"]
