"""待办 (work lists): what waits for whom, from the first paper to the last receipt; every count is of its list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import commitments, households, notices, places, recommendations, restored, worklists
from integrity.printing import original
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.places import CLOCK, RESTORED, Waits
from integrity.records.placing_waits import _cases
from integrity.rules.facts import day
from integrity.rules.procedure import Done
from integrity.rules.procedure_tables import TABLES
from integrity.rules.procedure_waits import still_open
from integrity.terms import PaperKind, Procedure, Role, ServiceWay, SignedBy
from integrity.work import Office
from integrity.worklists import Count, Desk
from tests.case_office import more_officers, opened, step
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import furnish, granted, papers

__all__ = ["papers"]
Family = Callable[..., int]
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


def waiting(office: Office, role: Role, area: str = TOWN) -> dict[str, list[tuple[int, int]]]:
    """Group → (household, entry or case), where there is anything; each count is of its list, page by page."""
    found = {}
    with office.reading() as work:
        desk = Desk(role, area)
        groups = worklists.groups(work, desk)
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
    step(town, "jb01", 1, "VISITED", visitor_1="jb01", visitor_2="jb02", met="户主", found="一致")
    step(town, "jb01", 1, "RESULT", result="无明显变化", reason="没有变化")
    done = waiting(town, Role.HANDLER)
    assert {"CASE_RECHECK", "RESULT"}.isdisjoint(done)
    assert done["RECHECK_OVER"] == [(2, 0), (3, 0)], "checked since the evaluation"
    assert [household for household, _ in done["PRINT"]] == [1], "the conclusion is a paper"


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


def test_every_open_stage_waits_for_somebody_and_once_for_each_role() -> None:
    stages = [(rules, row.code) for rules in TABLES.values() for row in rules.rows]
    for rules, code in stages:
        history = (Done(1, code, DAY, "jb01", {}),)
        if not still_open(rules, history):
            continue
        steps = [(1, 1, None, 0, day(DAY), 1, 1, rules.procedure.name, code, "jb01")]
        kinds = [kind for kind, *_ in _cases(steps) if kind.startswith("CASE.")]
        assert kinds, (rules.procedure, code)
        assert len(kinds) == len(set(kinds)), (rules.procedure, code)


def test_a_count_is_told_up_to_a_thousand() -> None:
    assert [str(Count(n)) for n in (0, 999, 1000)] == ["0", "999", "999+"]
