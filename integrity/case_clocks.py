"""案件的期限入待办 (clocks of open cases among what waits): the clock that ends first, noted when a step is taken.

A clock rests on the parameters and the calendar besides the steps, so that it is computed here and not read off the
ledger; `places` computes it again every day.
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from integrity import case_facts
from integrity.case_files import Case, cases_of
from integrity.docket import open_clocks
from integrity.errors import ChengxinError
from integrity.records import placing
from integrity.records.ledger import Step
from integrity.records.places import CLOCK
from integrity.rules.facts import day
from integrity.rules.procedure_waits import still_open
from integrity.sights import Sight
from integrity.work import Work

Row = tuple[int, str, int, int]
"""Last day, village, case, first day on which to remind of it."""


def note(work: Work, case: Case) -> None:
    """The clock of a case as it stands after a step."""
    rows = _rows(Sight(work), case)
    placing.put_right(work.session.connection(), case.household_id, CLOCK, rows, ref=case.no)


def renew(work: Work, household_id: int) -> int:
    """The clocks of all cases of a household; how many rows were wrong."""
    first = select(Step.seq).where(col(Step.household_id) == household_id).limit(1)
    cases = cases_of(work, household_id) if work.session.exec(first).first() else []
    sight = Sight(work)
    rows = [row for case in cases for row in _rows(sight, case)]
    return placing.put_right(work.session.connection(), household_id, CLOCK, rows)


def _rows(sight: Sight, case: Case) -> list[Row]:
    """The clock of the office or of a person that ends first; none for one that cannot be computed."""
    work = sight.work
    if not still_open(case.table, case.history):
        return []
    try:
        running = open_clocks(case, case_facts.clocks(work, case, work.today, sight))
    except (ChengxinError, ArithmeticError, LookupError, TypeError, ValueError):
        return []  # the list of cases names it, and why
    ends = [(one.last_day, one.clock.remind_days) for one in running if one.last_day is not None and not one.over]
    late = [(one.last_day, one.clock.remind_days) for one in running if one.last_day is not None and one.overdue]
    nearest = min(late or ends, default=None)
    if nearest is None:
        return []
    last, remind = nearest
    area = sight.home(case.household_id, work.today).area
    return [(day(last), area, case.no, day(last - timedelta(days=remind)))]
