"""查阅 (a look): what a look at one household has read already, so that a page asks each table once.

Only for sessions that write nothing, and only for the household that was asked for last: a job that looks at a whole
roll keeps no more than one in memory. Work that writes reads what stands there at that moment, each time.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

_READ = "ledger read"
_HOUSEHOLD = "household"


def begin(session: Session) -> None:
    """A session that looks and writes nothing begins."""
    session.info[_READ] = {}


def recalled(session: Session, household_id: int) -> dict[Any, list[Any]] | None:
    """Kind of entry → the entries of this household that were read; None where nothing may be recalled."""
    read: dict[Any, Any] | None = session.info.get(_READ)
    if read is None:
        return None
    if read.get(_HOUSEHOLD) != household_id:
        read.clear()
        read[_HOUSEHOLD] = household_id
    return read


def forget(session: Session) -> None:
    """What was read under another view of the database is not recalled."""
    if _READ in session.info:
        session.info[_READ].clear()
