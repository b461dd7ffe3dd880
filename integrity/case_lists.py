"""案件清单 (lists of cases): of a work list, with what they are about, how far they came, the nearest clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from integrity import area_choice, case_facts, worklists
from integrity.case_files import Case, cases_in
from integrity.docket import open_clocks
from integrity.errors import ChengxinError
from integrity.places import Listed
from integrity.records import places
from integrity.rules.procedure import Running
from integrity.sights import Sight
from integrity.work import Work
from integrity.worklists import Desk, Group, Task

CLOCKS = ("CLOCK_OVER", "CLOCK_SOON")


class CaseLine(NamedTuple):
    """清单的一行 (a case of a list): household and village, the case, the clock that ends first."""

    household: Listed
    village: str
    case: Case
    nearest: Running | None
    fault: str = ""
    """Why it cannot be computed; the case waits for somebody all the same."""


def case_groups(work: Work, desk: Desk, *, everywhere: bool = False) -> list[Group]:
    """The work lists of a desk that are of cases: time limits, and what waits for it, by procedure.

    `everywhere`: what waits for its role at any level of government in the area, not only what it takes itself.
    """
    every = worklists.groups(work, desk)
    found = [one for one in every if one.code in CLOCKS or one.kind.startswith(f"{places.CASE}.")]
    return [one._replace(organs=()) for one in found] if everywhere else found


def lines(work: Work, tasks: Iterable[Task]) -> list[CaseLine]:
    """The cases of a page of a list, in its order."""
    wanted = [(one.household, one.ref) for one in tasks if one.household is not None]
    ids = [household.household_id for household, _ in wanted]
    sight, cases = Sight(work, ids), {(one.household_id, one.no): one for one in cases_in(work, ids)}
    villages = area_choice.names(work, {household.area for household, _ in wanted})
    return [
        _line(sight, household, villages[household.area], cases[household.household_id, no])
        for household, no in wanted
        if (household.household_id, no) in cases
    ]


def _line(sight: Sight, household: Listed, village: str, case: Case) -> CaseLine:
    work = sight.work
    try:
        running = open_clocks(case, case_facts.clocks(work, case, work.today, sight))
    except (ChengxinError, ArithmeticError, LookupError, TypeError, ValueError) as fault:  # one bad case, one line
        why = str(fault) if isinstance(fault, ChengxinError) else "期限无法计算"
        return CaseLine(household, village, case, None, why)
    return CaseLine(household, village, case, min(running, key=lambda one: one.last_day or date.max, default=None))
