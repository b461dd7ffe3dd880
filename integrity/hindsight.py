"""当时所知 (what was known then): look into the books as they stood at a moment, with the functions of every day.

Entries, log lines, editions, adoptions and evaluations that came later are left out of every query of the session, so
that whatever asks it (`households`, `case_files`, `delivery`, `recommendations`) answers as it would have then.
What lawful destruction has emptied since stays empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, with_loader_criteria
from sqlmodel import col

from integrity.records.ledger import ENTRIES
from integrity.records.office import Adoption, Audit, CalendarYear, EvaluationRun, PolicyEdition, Recommendation
from integrity.standing_findings import seen_by
from integrity.work import Work


@contextmanager
def as_known(work: Work, until: datetime) -> Iterator[Work]:
    """A piece of work in the same transaction that knows what was known at `until`; it is there to read only.

    A log line of that very moment is left out: it tells of the look itself.
    """
    limits = _limits(until)

    def limit(state: ORMExecuteState) -> None:
        if state.is_select:
            state.statement = state.statement.options(*limits)

    session = work.session
    session.flush()
    session.expunge_all()  # what was read before may have come later
    event.listen(session, "do_orm_execute", limit)
    try:
        yield Work(session, work.vault, work.actor, until, until)
    finally:
        event.remove(session, "do_orm_execute", limit)
        session.expunge_all()


def _limits(until: datetime) -> list[Any]:
    """For each kind of row that can come later: only what was there."""
    later: list[tuple[Any, Any]] = [
        *((kind, col(kind.recorded_at) <= until) for kind in ENTRIES),
        (Audit, col(Audit.at) < until),
        (PolicyEdition, col(PolicyEdition.registered_at) <= until),
        (Adoption, col(Adoption.recorded_at) <= until),
        (CalendarYear, col(CalendarYear.loaded_at) <= until),
        (EvaluationRun, col(EvaluationRun.finished_at) <= until),
        (Recommendation, seen_by(until)),
    ]
    return [with_loader_criteria(kind, condition, include_aliases=True) for kind, condition in later]
