"""试走的检查 (checks of a walk): the oracle on the books as they stand, clocks and scores as the program shows them.

`Judge.check` is asked now and then and at the end; `recomputed` asks the same clocks again of the database opened anew.
`shrunk` finds the shortest beginning of a walk with which the same is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from integrity import case_facts, situations
from integrity.case_files import read_case
from integrity.policies_of import policy_for
from integrity.rules import grounds as g
from integrity.rules.credit import score, terms
from integrity.rules.facts import day
from integrity.work import Office
from tests.walk import Breach, Walk
from tests.walk_book import Book, Row
from tests.walk_moves import choose
from tests.walk_oracle import acts, findings, money
from tests.walk_rest import amounts, ended, hands, numbers, record_end, remedies, whole

_SCORED = 150
"""Households whose scores are looked at in one check."""
_EVER = 2**62
_TOLD = 400


class Seen(NamedTuple):
    """期限快照 (clocks as they were shown): of a case of so many steps, on a day."""

    household: int
    case: int
    steps: int
    on: str
    clocks: dict[str, list[str]]


class Judge:
    """验算 (the oracle over a whole walk): what it has read and seen so far."""

    def __init__(self) -> None:
        self.said: dict[str, Row] = {}
        self.grants: dict[int, Row] = {}
        self.seen: list[Seen] = []
        self.checks = 0

    def check(self, walk: Walk) -> None:
        """Everything, now. Raises Breach with what was found."""
        touched, walk.touched = sorted(walk.touched), set()
        fresh = list(shown(walk.office, touched))
        self.seen += fresh
        with walk.office.reading_engine.connect() as connection:
            book = Book(connection, walk.office.vault, self.said)
            found = list(whole(book, connection, walk.office.vault))
            if not book.broken:  # what cannot be read cannot be judged
                found += [
                    *acts(book), *findings(book), *money(book), *hands(book), *numbers(book), *ended(book),
                    *amounts(book, self.grants), *remedies(book, fresh), *scores(walk, book, connection),
                ]  # fmt: skip
        self.checks += 1
        if found:
            raise Breach(f"{len(found)} found after {walk.done} steps:\n" + "\n".join(found[:_TOLD]))


def shown(office: Office, cases: Iterable[tuple[int, int]], on: date | None = None) -> Iterator[Seen]:
    """The clocks of cases as the program computes them on a day."""
    with office.reading() as work:
        for household, no in cases:
            case = read_case(work, household, no)
            yield _seen(Seen(household, no, len(case.history), str(on or work.today), {}), office)


def _seen(asked: Seen, office: Office) -> Seen:
    """The clocks of a case as it was after so many steps, with what the database says now."""
    with office.reading() as work:
        case = read_case(work, asked.household, asked.case)
        case = replace(case, history=case.history[: asked.steps])
        found = case_facts.clocks(work, case, date.fromisoformat(asked.on))
    clocks = {
        code: [str(one.since), str(one.last_day), str(one.firm), str(one.stopped_on), str(one.over), one.why]
        for code, one in found.items()
    }
    return asked._replace(clocks=clocks)


def recomputed(office: Office, seen: Iterable[Seen]) -> list[str]:
    """The clocks that are no longer what they were, asked of a database that was opened anew."""
    again = ((one, _seen(one, office).clocks) for one in seen)
    return [
        f"户{one.household} 案{one.case} on {one.on}: {one.clocks}, now {now}"
        for one, now in again
        if one.clocks != now
    ]


def scores(walk: Walk, book: Book, connection: Connection) -> Iterator[str]:
    """What counts in a score is in force today, and nothing else."""
    states: dict[tuple[int, int], list[Row]] = {}
    facts = {(row["household_id"], row["seq"]): row["conduct_seq"] for row in book.rows["finding"]}
    for row in book.rows["finding"]:
        states.setdefault((row["household_id"], row["conduct_seq"]), []).append(row)
    homes = sorted({household for household, _ in states})[-_SCORED:]
    on = walk.today
    with walk.office.reading() as work:
        for one in situations.read_these(connection, homes, known_until=_EVER, on=day(on)):
            policy = policy_for(work, one.area[:9] + "000", on)
            limits = terms(policy, one.area[:9] + "000", policy.adopted, on)
            for part in score(one.findings, limits, day(on)).contributions:
                fact = facts[one.household_id, part.seq]
                mine = states[one.household_id, fact]
                end, state = record_end(book, one.household_id, fact, mine), mine[-1]["state"]
                if part.reasons & g.COUNTED and (state != "EFFECTIVE" or (end is not None and on >= end)):
                    yield f"户{one.household_id} 第{part.seq}条 counts on {on}: {state}, ended {end}"


def walked(walk: Walk, steps: int, *, until: int | None = None, every: int, judge: Judge) -> None:
    """Go, and let the oracle look every so many steps and at the end. Raises Breach."""
    end = steps if until is None else until
    while walk.done < end:
        walk.go(steps, until=min(end, walk.done + every), choose=choose)
        judge.check(walk)


def shrunk(make: Callable[[], Walk], steps: int, failed_at: int) -> tuple[int, Walk, Breach]:
    """The shortest beginning with which the oracle finds something, by halving; the walk, and what is found.

    `make` gives a new office each time; the same seed takes the same steps.
    """
    low, high = 0, failed_at
    best: tuple[int, Walk, Breach] | None = None
    while best is None or high - low > 1:
        middle = high if best is None else (low + high) // 2
        walk = make()
        try:
            walked(walk, steps, until=middle, every=middle, judge=Judge())
        except Breach as breach:
            high, best = walk.done, (walk.done, walk, breach)
        else:
            if best is None:
                raise AssertionError(f"not found again in {failed_at} steps") from None
            low = middle
    return best


def told(walk: Walk, breach: Breach) -> str:
    """What went wrong, with the seed and the last steps before it."""
    lines = "\n".join(walk.log)
    return f"seed {walk.seed}, step {walk.done}: {breach}\nthe last steps:\n{lines}"
