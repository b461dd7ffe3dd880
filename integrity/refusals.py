"""拒绝访问 (refused requests) in the audit log: who asked for what is not his, in which matter, at which address.

Of the address only the household that it names. Beyond a number a minute only every doubling is written down, with
the number so far: whoever asks without end fills no disk, and is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from sqlmodel import select

from integrity.records.ledger import Household
from integrity.work import Office, Work

MOST: Final = 20
"""Lines of one officer in one minute that are written one by one."""
WITHIN: Final = timedelta(minutes=1)
ACTION: Final = "拒绝访问"


@dataclass
class Refusals:
    """被拒绝的请求 (refused requests) of a running program: how many an officer had within the minute."""

    _counts: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, office: Office, officer: str, asked: str, *, household: str = "") -> None:
        """Write down a refused request of an officer, unless there are very many; `household` is a 户编号.

        The household stands in the log whether it is the officer's to see or not: whoever watches over it is told.
        """
        number = self._number(officer, office.clock())
        if number > MOST and not _doubled(number):
            return
        many = f"；一分钟内第 {number} 次，其间的不逐条记录" if number > MOST else ""
        with office.work(officer) as work:
            work.audit(ACTION, _subject(work, household), f"{asked}{many}")

    def _number(self, officer: str, now: datetime) -> int:
        with self._lock:
            begun, number = self._counts.get(officer, (now, 0))
            if not timedelta() <= now - begun < WITHIN:
                begun, number = now, 0
            self._counts[officer] = (begun, number + 1)
            return number + 1


def _subject(work: Work, household: str) -> str:
    """How the log names a household; "" for none."""
    found = work.session.exec(select(Household.id).where(Household.number == household)).first()
    return f"household:{found}" if found else ""


def _doubled(number: int) -> bool:
    """Is it the limit, twice, four times, eight times it?"""
    times, rest = divmod(number, MOST)
    return rest == 0 and times & (times - 1) == 0
