"""试走 (a random walk through every procedure): lawful and unlawful requests of random officers on random households.

`Walk(office, clock, seed)` settles households, then `go(steps)` asks for one thing after the other through the real use
cases, on days that move forward. A request made unlawful on purpose must be refused with a reason and leave nothing
behind; so must one that happens to be. What was accepted is judged afterwards by `tests.walk_oracle`, by plain SQL.
Papers: rendering every one takes too long, so the walk enters the printing of most of them as the press would, with the
digest of their frozen content, and lets the press render one in `RENDERED`.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import event, text

from integrity import editions, printing
from integrity.cases import Taken
from integrity.errors import ChengxinError
from integrity.records.ledger import Notice, Printing
from integrity.terms import Procedure, Role
from integrity.work import Office, Work
from tests.conftest import SetClock
from tests.walk_town import CHANGED_ON, FIRST, LAST, Home, Staff, furnish, policy, settle

RENDERED = 400
"""One paper in so many is really rendered."""
PER_HOUSEHOLD = 45
"""Steps of the walk for each household."""
_CHINESE = re.compile("(?:[\u4e00-\u9fff].*){4}")
_ENGLISH = re.compile(r"Traceback|None of|KeyError|[a-z]+_[a-z]+\(")
_HEAD = text(
    "SELECT seq, hash, (SELECT sum(last) FROM number_series) AS numbers, (SELECT count(*) FROM posting) AS postings "
    "FROM ledger_head WHERE household_id = :household"
)


class Breach(AssertionError):
    """Something happened that the law or the design does not allow."""


class Request(NamedTuple):
    """请求 (request): who asks for what, and why it must be refused; "" where the rules are to say."""

    home: Home
    actor: str
    name: str
    act: Callable[[Work], Any]
    must: str = ""
    about: str = ""


def hasty(office: Office) -> Office:
    """The office without waiting for the disk at each commit: a walk asks what is written, not whether it lasts."""

    @event.listens_for(office.engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        if office.engine.dialect.name == "sqlite":
            connection.execute("PRAGMA synchronous=off")
        else:
            connection.execute("SET synchronous_commit TO off")
            connection.commit()

    return office


class Walk:
    """试走 (walk): one office, its households, and what was asked so far."""

    def __init__(self, office: Office, clock: SetClock, seed: int) -> None:
        self.office, self.clock, self.seed, self.rng = office, clock, seed, Random(seed)
        self.log: deque[str] = deque(maxlen=30)
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.whys: Counter[str] = Counter()
        self.done, self.papers, self.today = 0, 0, FIRST
        self.touched: set[tuple[int, int]] = set()
        self.posted: dict[tuple[int, int], str] = {}
        self.waiting: list[Notice] = []
        clock.on(FIRST)
        self.staff: list[Staff] = furnish(office)
        self.homes: list[Home] = []
        self.later = False

    def go(self, steps: int, *, until: int | None = None, choose: Callable[[Walk], Request | None]) -> None:
        """Take steps up to `until` of `steps`; `choose` picks what is asked for. Raises Breach."""
        self._settle(steps)
        days = (LAST - FIRST).days
        while self.done < (steps if until is None else until):
            self._on(FIRST + timedelta(days=days * self.done // steps))
            request = choose(self)
            if request is not None:
                self.done += 1
                self.ask(request)

    def _settle(self, steps: int) -> None:
        if self.homes:
            return
        for n in range(max(12, steps // PER_HOUSEHOLD)):
            since = date(2026, self.rng.randint(1, 6), self.rng.randint(1, 28))
            with self.office.work("h10") as work:
                self.homes.append(settle(work, self.rng, n + 1, since))

    def _on(self, day: date) -> None:
        if day <= self.today:
            return
        self.today = day
        self.clock.on(day)
        if day >= CHANGED_ON - timedelta(days=20) and not self.later:
            self.later = True
            with self.office.work("p10") as work:
                editions.register(work, policy(later=True))

    def ask(self, request: Request) -> None:
        """One request: taken or refused; refused, it has left nothing behind and said why."""
        before = self._head(request.home)
        line = f"{self.done} {self.today} 户{request.home.id} {request.actor} {request.name} {request.about}"
        try:
            with self.office.work(request.actor) as work:
                done = request.act(work)
        except ChengxinError as fault:
            self.log.append(f"{line} ✗ {fault}")
            self._was_refused(request, str(fault), before)
            return
        except Exception as fault:
            self.log.append(f"{line} ! {fault!r}")
            raise Breach(f"unforeseen {type(fault).__name__}: {fault}") from fault
        self.log.append(f"{line} ✓")
        self.accepted[request.name] += 1
        if request.must:
            told = [step.data for step in done.case.history] if isinstance(done, Taken) else done
            raise Breach(f"accepted although {request.must}: {told}")
        if isinstance(done, Taken):
            self._taken(request.home, done)
        papers, self.waiting = self.waiting, []
        self.print(request.home, papers)

    def _head(self, home: Home) -> tuple[Any, ...]:
        """The end of a ledger and of all series of numbers."""
        with self.office.reading_engine.connect() as connection:
            found = connection.execute(_HEAD, {"household": home.id}).one()
        return (found.seq, bytes(found.hash), found.numbers, found.postings)

    def _was_refused(self, request: Request, why: str, before: tuple[Any, ...]) -> None:
        self.refused[request.name] += 1
        self.whys[f"{request.name}: {re.sub('[0-9a-z〔〕-]+', '#', why)[:90]}"] += 1
        if not _CHINESE.search(why) or _ENGLISH.search(why):
            raise Breach(f"refused without a reason that a clerk understands: {why}")
        if self._head(request.home) != before:
            raise Breach(f"refused ({why}), and yet something was written")

    def _taken(self, home: Home, done: Taken) -> None:
        """What the walk remembers of a step; its papers are printed, mostly at once."""
        home.cases[done.case.no] = done.case
        self.touched.add((home.id, done.case.no))
        if not done.papers:
            return
        if self.rng.random() < 0.06:
            home.unprinted.add(done.papers[0].subject)
        else:
            self.print(home, list(done.papers))

    def print(self, home: Home, papers: list[Notice]) -> None:
        """打印: as the press enters it, and now and then by the press itself."""
        for notice in papers:
            self.papers += 1
            with self.office.work(self.clerk(home)) as work:
                if self.papers % RENDERED == 0:
                    printing.original(work, notice)
                else:
                    work.append(home.id, _printed(work, notice))

    def clerk(self, home: Home) -> str:
        """A handler of the place who is no relative."""
        mine = [one for one in self.staff if one.role is Role.HANDLER and one.covers(home.area)]
        return self.rng.choice([one.code for one in mine if one.code not in home.kin] or [mine[0].code])

    def open(self) -> dict[Procedure, Counter[str]]:
        """Cases by procedure and the step that they have come to."""
        found: dict[Procedure, Counter[str]] = {}
        for home in self.homes:
            for case in home.cases.values():
                found.setdefault(case.procedure, Counter())[case.stage] += 1
        return found


def _printed(work: Work, notice: Notice) -> Printing:
    return Printing(
        happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=0, pdf_sha256=notice.data_sha256,
        template_sha256="0" * 64, file=f"{work.today}/{notice.number}.pdf", first_page=1, pages=1,
    )  # fmt: skip
