"""待办案件 (cases that wait for somebody): what is still open in an area, with the clock that ends first.

Closed cases that still owe something (a decision that could not be carried out, a report to the platform) are open.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from sqlmodel import col, select

from integrity import case_facts
from integrity.case_files import Case, bare, contents, unseal
from integrity.errors import ChengxinError
from integrity.records.ledger import Household, Residence, Step
from integrity.rules import procedure_waits
from integrity.rules.areas import code_range
from integrity.rules.procedure import Done, Running
from integrity.rules.procedure_tables import table
from integrity.sights import Sight, portions
from integrity.work import Work


class Waiting(NamedTuple):
    """待办 (a case that waits): the household's number and village, the case, and the clock that ends first."""

    number: str
    area: str
    case: Case
    nearest: Running | None
    fault: str = ""
    """Why the case cannot be read; the others wait for somebody all the same."""

    def due(self, on: date) -> bool:
        """Is its nearest clock overdue, over, or about to end? A case that cannot be read is always due."""
        last = self.nearest.last_day if self.nearest else None
        near = last is not None and last - timedelta(days=self.nearest.clock.remind_days if self.nearest else 0) <= on
        return bool(self.fault) or near


def waiting(work: Work, area: str) -> list[Waiting]:
    """The open cases of an area, overdue ones first, then by day; an empty or unknown area has none. Raises Invalid."""
    low, high = code_range(area)
    if not low:
        return []
    here = select(Residence.household_id).where(Residence.area >= low, Residence.area < high)
    query = select(Step).where(col(Step.household_id).in_(here))
    steps = work.session.exec(query.order_by(col(Step.household_id), col(Step.case_no), col(Step.step_no)))
    each = [list(taken) for _, taken in groupby(steps.all(), key=lambda one: (one.household_id, one.case_no))]
    open_ones = [one for one in each if still_open(one)]
    households = list(dict.fromkeys(one[0].household_id for one in open_ones))
    sight, numbers = Sight(work, households), _numbers(work, households)
    found = []
    for some in portions(open_ones):
        held = contents(work, [step for one in some for step in one])
        for one in some:
            village = sight.home(one[0].household_id, work.today).area
            if low <= village < high:
                found.append(_waiting(sight, one, numbers[one[0].household_id], village))
        del held  # until here: the session forgets what nobody holds
    return sorted(found, key=_order)


def _numbers(work: Work, households: list[int]) -> dict[int, str]:
    """户编号 of each household."""
    found: dict[int, str] = {}
    for portion in portions(households):
        query = select(Household.id, Household.number).where(col(Household.id).in_(portion))
        found |= {number: name for number, name in work.session.exec(query) if number is not None}
    return found


def _waiting(sight: Sight, steps: list[Step], number: str, village: str) -> Waiting:
    work = sight.work
    try:
        said = [unseal(work, one) for one in steps]
        case = bare(steps, said)
        clocks = open_clocks(case, case_facts.clocks(work, case, work.today, sight))
    except (ChengxinError, ArithmeticError, LookupError, TypeError, ValueError) as fault:  # one bad case, one line
        why = str(fault) if isinstance(fault, ChengxinError) else "内容或者期限无法读取"
        return Waiting(number, village, bare(steps), None, why)
    return Waiting(number, village, case, min(clocks, key=_urgency, default=None))


def _urgency(clock: Running) -> tuple[bool, bool, date]:
    """Overdue first; a person's own time that is over comes after what still runs."""
    return not clock.overdue, clock.last_day is None or clock.over, clock.last_day or date.max


def _order(one: Waiting) -> tuple[bool, date, str, int]:
    late = bool(one.fault) or (one.nearest is not None and one.nearest.overdue)
    last = one.nearest.last_day if one.nearest else None
    return not late, last or date.max, one.number, one.case.no


def open_clocks(case: Case, clocks: dict[str, Running]) -> list[Running]:
    """The clocks that still run; once a case has ended, only those that its ending began."""
    stage = case.stage if case.closed else ""
    return [one for one in clocks.values() if one.stopped_on is None and (not stage or stage in one.clock.starts)]


def still_open(steps: list[Step]) -> bool:
    """Is there anything left to do in a case, by the codes of its steps alone?"""
    history = tuple(Done(one.step_no, one.step, one.happened_on, one.recorded_by, {}) for one in steps)
    return procedure_waits.still_open(table(steps[0].procedure), history)
