"""待办案件 (cases that wait for somebody): what is still open in an area, with the clock that ends first.

Closed cases that still owe something (a decision that could not be carried out, a report to the platform) are open.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlmodel import col, select

from integrity import case_facts
from integrity.case_files import Case, read_case
from integrity.households import home
from integrity.records.ledger import Household, Residence, Step
from integrity.rules.areas import code_range
from integrity.rules.procedure import Done, Running, Table
from integrity.rules.procedure_tables import table
from integrity.work import Work


class Waiting(NamedTuple):
    """待办 (a case that waits): the household's number and village, the case, and the clock that ends first."""

    number: str
    area: str
    case: Case
    nearest: Running | None

    def due(self, on: date) -> bool:
        """Is its nearest clock overdue, over, or about to end?"""
        last = self.nearest.last_day if self.nearest else None
        return last is not None and last - timedelta(days=self.nearest.clock.remind_days if self.nearest else 0) <= on


def waiting(work: Work, area: str) -> list[Waiting]:
    """The open cases of an area, overdue ones first, then by day; an empty or unknown area has none. Raises Invalid."""
    low, high = code_range(area)
    if not low:
        return []
    here = select(Residence.household_id).where(Residence.area >= low, Residence.area < high)
    query = select(Step).where(col(Step.household_id).in_(here))
    steps = work.session.exec(query.order_by(col(Step.household_id), col(Step.case_no), col(Step.step_no)))
    found = []
    for (household_id, case_no), taken in groupby(steps.all(), key=lambda one: (one.household_id, one.case_no)):
        if still_open(list(taken)) and low <= (village := home(work, household_id, work.today).area) < high:
            found.append(_waiting(work, read_case(work, household_id, case_no), village))
    return sorted(found, key=_order)


def _waiting(work: Work, case: Case, village: str) -> Waiting:
    household = work.session.get(Household, case.household_id)
    assert household is not None
    clocks = open_clocks(case, case_facts.clocks(work, case, work.today))
    return Waiting(household.number, village, case, min(clocks, key=_urgency, default=None))


def _urgency(clock: Running) -> tuple[bool, bool, date]:
    """Overdue first; a person's own time that is over comes after what still runs."""
    return not clock.overdue, clock.last_day is None or clock.over, clock.last_day or date.max


def _order(one: Waiting) -> tuple[bool, date, str, int]:
    late = one.nearest is not None and one.nearest.overdue
    last = one.nearest.last_day if one.nearest else None
    return not late, last or date.max, one.number, one.case.no


def open_clocks(case: Case, clocks: dict[str, Running]) -> list[Running]:
    """The clocks that still run; once a case has ended, only those that its ending began."""
    stage = case.stage if case.closed else ""
    return [one for one in clocks.values() if one.stopped_on is None and (not stage or stage in one.clock.starts)]


def still_open(steps: list[Step]) -> bool:
    """Is there anything left to do in a case, by the codes of its steps alone?"""
    rules = table(steps[0].procedure)
    history = tuple(Done(one.step_no, one.step, one.happened_on, one.recorded_by, {}) for one in steps)
    if not rules.closed(history):
        return True
    return _not_carried_out(rules, history) or _owes(rules, history)


def _not_carried_out(rules: Table, history: tuple[Done, ...]) -> bool:
    """Served, but what was decided could not be entered, and nobody has seen to it yet."""
    codes = [one.code for one in history]
    return "PENDING" in codes and "EXECUTED" not in codes and rules.stage(history) != "REVOKED"


def _owes(rules: Table, history: tuple[Done, ...]) -> bool:
    """Did the end of the case begin a time limit of the office that is not met?"""
    stage, codes = rules.stage(history), {one.code for one in history}
    begun = [one for one in rules.clocks if one.of == "机关" and stage in one.starts]
    return any(not codes & set(one.stops) for one in begun)
