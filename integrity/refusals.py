"""拒绝访问 (refused requests) in the audit log: who asked for what is not his, in which matter, about whom, and why.

Of the address only what it names, and only where that is on file here: a household, its paper, a posting, a print run.
Beyond a number a minute only every doubling is written down, with the number so far: whoever asks without end fills no
disk, and is seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

from sqlmodel import select

from integrity.permissions import may
from integrity.records.ledger import Household, Notice
from integrity.records.office import Officer, Posting
from integrity.records.places import HouseholdPlace
from integrity.records.print_runs import PrintRun
from integrity.rules.areas import code_range
from integrity.rules.stated import unprintable
from integrity.work import Office, Work

MOST: Final = 20
"""Lines of one officer in one minute that are written one by one."""
WITHIN: Final = timedelta(minutes=1)
ACTION: Final = "拒绝访问"


class Attempt(NamedTuple):
    """被拒绝的请求 (what was refused): in words, its matter, what its address names, and why where no more is known."""

    words: str
    matter: str = ""
    kind: str = ""
    """The first part of the address: households, papers, postings, print; print-runs of the interface."""
    number: str = ""
    otherwise: str = "没有找到"


class About(NamedTuple):
    """对象 (what an address names): how the log names it, and where it is; nothing for what is not here."""

    subject: str = ""
    area: str = ""


@dataclass
class Refusals:
    """被拒绝的请求 (refused requests) of a running program: how many an officer had within the minute."""

    _counts: dict[tuple[str, str], tuple[datetime, int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def note(self, office: Office, officer: str, attempt: Attempt) -> None:
        """Write down a refused request of an officer, unless there are very many.

        What it was about stands in the log whether it is the officer's to see or not: whoever watches over it is told.
        """
        many = self.many(officer, office.clock(), ACTION)
        if many is None:
            return
        with office.work(officer) as work:
            about = _about(work, attempt)
            why = _why(work, officer, attempt, about.area)
            work.audit(ACTION, about.subject, f"{attempt.words}：{why}{many}")

    def many(self, officer: str, now: datetime, action: str) -> str | None:
        """What a line of an officer adds when there are many within the minute; None when it is not written."""
        number = self._number(officer, action, now)
        if number > MOST and not _doubled(number):
            return None
        return f"；一分钟内第 {number} 次，其间的不逐条记录" if number > MOST else ""

    def _number(self, officer: str, action: str, now: datetime) -> int:
        with self._lock:
            begun, number = self._counts.get((officer, action), (now, 0))
            if not timedelta() <= now - begun < WITHIN:
                begun, number = now, 0
            self._counts[officer, action] = (begun, number + 1)
            return number + 1


def _about(work: Work, attempt: Attempt) -> About:
    """What the address names; looked up alike for what is here and for what is not, which takes as long."""
    kind, number = attempt.kind, "" if unprintable(attempt.number) else attempt.number
    if kind == "postings":
        posting = work.session.exec(select(Posting).where(Posting.number == number)).first()
        return About(posting.number, posting.area) if posting else About()
    if kind in ("print", "print-runs"):
        run = work.session.get(PrintRun, number)
        return About(run.number, run.area) if run else About()
    if kind not in ("households", "papers"):
        return About()
    of_paper = select(Notice.household_id).where(Notice.number == number)
    query = of_paper if kind == "papers" else select(Household.id).where(Household.number == number)
    found = work.session.exec(query).first() or 0
    place = work.session.get(HouseholdPlace, found)
    return About(f"household:{found}", place.area if place else "") if found else About()


def _why(work: Work, code: str, attempt: Attempt, area: str) -> str:
    """Why it was refused: not of his role, not in his area, or otherwise."""
    officer = work.session.get(Officer, code)
    if officer is None or (attempt.matter and not may(officer.role, attempt.matter)):
        return "不是本岗位的事项"
    low, high = code_range(officer.area)
    return "不在本辖区" if area and not low <= area < high else attempt.otherwise


def _doubled(number: int) -> bool:
    """Is it the limit, twice, four times, eight times it?"""
    times, rest = divmod(number, MOST)
    return rest == 0 and times & (times - 1) == 0
