"""自何时起执行 (from which month): nothing is taken earlier than the month after service, on paper as in the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from integrity.assistance import paid
from integrity.case_files import read_case
from integrity.cases import open_case, papers_of, take
from integrity.errors import Refused
from integrity.household_views import eyes, head
from integrity.papers import content
from integrity.rules.writing import yuan
from integrity.terms import Cause, Procedure, Role
from integrity.work import Office
from tests.case_office import heard, more_officers, opened, step
from tests.conftest import SetClock
from tests.papers_office import furnish, granted, papers, richer

__all__ = ["papers"]
PLAN: dict[str, Any] = {"outcome": "退出", "reason": "收入超过标准", "reason_code": "自愿退出"}


@pytest.fixture
def home(office: Office, family: Callable[..., int], papers: object, clock: SetClock) -> Office:
    """An office with one assisted household, as of 2026-09-01."""
    furnish(office)
    more_officers(office)
    granted(office, family, 1)
    clock.on(date(2026, 9, 1))
    return office


def test_no_month_is_told_that_the_law_does_not_let(home: Office, clock: SetClock) -> None:
    for early in (date(2026, 9, 1), date(2026, 9, 30), date(2025, 1, 1)):
        with home.work("fh01") as work, pytest.raises(Refused, match="今天作出的最早为2026年10月") as told:
            open_case(work, 1, Procedure.DECISION, **PLAN, effective_on=early)
        assert [one.code for one in told.value.obstacles] == ["effective_on"]
    opened(home, "fh01", 1, Procedure.DECISION, **PLAN, effective_on=date(2026, 10, 1))
    heard(home, 1, date(2026, 9, 1))
    with home.reading() as work:
        case = read_case(work, 1, 1)
        (notice,) = papers_of(work, case, 2)
        told = content(work, notice).facts  # type: ignore[attr-defined]
        assert told[0] == f"现在每月发放救助金{yuan(paid(work, 1, work.today) or 0)}", "what there is to lose"
    clock.on(date(2026, 10, 20))
    with home.work("sp01") as work, pytest.raises(Refused, match="最早为2026年11月"):
        take(work, 1, 1, "DECIDE", outcome="退出", reason="已核实", effective_on=date(2026, 10, 31))
    step(home, "sp01", 1, "DECIDE", outcome="退出", reason="已核实")
    with home.reading() as work:
        case = read_case(work, 1, 1)
        (paper,) = papers_of(work, case, case.history[-1].no)
        said = content(work, paper)
    assert case.said("effective_on", "DECIDE") == date(2026, 11, 1), "what was told has come nearer and moves on"
    assert said.since == case.said("effective_on", "DECIDE"), "the paper says what the books say"  # type: ignore[attr-defined]


def test_an_act_holds_from_the_first_of_a_month(home: Office) -> None:
    for asked, first in ((date(2026, 10, 15), "2026-10-01 或者 2026-11-01"), (date(2026, 12, 31), "2026-12-01 或者")):
        with home.work("fh01") as work, pytest.raises(Refused, match=f"不能写 {asked}，请改填 {first}") as told:
            open_case(work, 1, Procedure.DECISION, **PLAN, effective_on=asked)
        assert [one.code for one in told.value.obstacles] == ["effective_on"]
    opened(home, "fh01", 1, Procedure.DECISION, **PLAN, effective_on=date(2026, 10, 1))
    heard(home, 1, date(2026, 9, 1))
    with home.work("sp01") as work, pytest.raises(Refused, match="救助按月发放，从某月1日起执行"):
        take(work, 1, 1, "DECIDE", outcome="退出", reason="已核实", effective_on=date(2026, 12, 15))


def test_whoever_speaks_for_himself_is_named(home: Office) -> None:
    opened(home, "fh01", 1, Procedure.DECISION, **PLAN, effective_on=date(2026, 10, 1))
    heard(home, 1, date(2026, 9, 1))
    step(home, "sp01", 1, "DECIDE", outcome="退出", reason="已核实")
    with home.reading() as work:
        case = read_case(work, 1, 1)
        (paper,) = papers_of(work, case, case.history[-1].no)
        said, name = content(work, paper).heard, eyes(work, 1, Role.HANDLER).called(1)  # type: ignore[attr-defined]
    assert f"{name}于2026年9月1日陈述" in said
    assert "本人于" not in said


def test_a_change_that_a_recheck_found_is_remembered_until_somebody_enters_it(home: Office, clock: SetClock) -> None:
    opened(home, "fh01", 1, Procedure.RECHECK)
    step(home, "fh01", 1, "ASSIGNED", visitor_1="jb01", visitor_2="jb02")
    step(home, "jb01", 1, "VISITED", visitor_1="jb01", visitor_2="jb02", met="户主", found="外出务工")
    step(home, "jb01", 1, "RESULT", result="有变化", reason="每月有工资")
    with home.reading() as work:
        assert head(eyes(work, 1, Role.HANDLER)).changed == date(2026, 9, 1)
    richer(home, 1, Cause.EMPLOYMENT, on=date(2026, 9, 1))
    with home.reading() as work:
        assert head(eyes(work, 1, Role.HANDLER)).changed is None
