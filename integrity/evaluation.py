"""评估 (evaluation): what the rules say of every household of a block on one day, stored where it differs from before.

One edition, one day, one moment up to which entries are known; parameters are read once for a township. It recommends
and never decides.
"""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

from integrity import editions, organs
from integrity.records import placing
from integrity.records.columns import SHANGHAI, micros
from integrity.rules import credit, recheck, withdrawal
from integrity.rules.facts import UNKNOWN, Order, day
from integrity.rules.policy import Policy
from integrity.situations import Known, read, read_these
from integrity.terms import Outcome, Scheme
from integrity.work import Work


class Finding(NamedTuple):
    """What the rules found for one household: the columns of `recommendation` from `area` on."""

    area: str
    scheme: int
    outcome: int
    reason_code: int
    member_no: int
    months_min: int | None
    months_max: int | None
    amount_now: int | None
    amount_min: int | None
    amount_max: int | None
    met: int
    unmet: int
    ask: int
    follow: int
    hearing: int
    points: int | None
    level: int | None
    due_on: int | None
    listed_on: int | None
    finish_on: int | None
    due_grounds: int
    due_ask: int


class Rules(NamedTuple):
    """The parameters of one township and one kind of standard on one day."""

    money: withdrawal.Parameters
    cycle: recheck.Parameters
    score: credit.Terms
    orders: tuple[Order, ...]


class Evaluation:
    """评估 (evaluation) of one day under one edition: what a household's situation leads to."""

    def __init__(self, work: Work, on: date, known_until: int, policy: Policy | None = None) -> None:
        """Read what holds for all: the edition, the orders and the adoptions known at the moment `known_until` (µs)."""
        self.work = work
        self.on = on
        self.known_until = known_until
        self.policy = policy or editions.in_force(work, known_until)
        self._orders = organs.orders(work, known_until)
        self._rules: dict[tuple[str, int], Rules] = {}
        self._adopted: dict[str, tuple[str, ...]] = {}

    def adopted(self, area: str) -> tuple[str, ...]:
        """The catalogues that the county of an area has adopted."""
        county = area[:6] + "000000"
        if county not in self._adopted:
            self._adopted[county] = organs.adopted(self.work, county, self.on, self.known_until)
        return self._adopted[county]

    def orders(self, area: str) -> tuple[Order, ...]:
        """The emergency orders that hold for an area."""
        return organs.covering(self._orders, area)

    def find(self, known: Known) -> Finding:
        """Apply the rules to one household."""
        area, s = known.area, known.situation
        rules = self.rules_of(known)
        score = credit.score(known.findings, rules.score, s.on)
        level = rules.score.levels[score.level] if rules.cycle.levels and score.level != UNKNOWN else ""
        v = withdrawal.decide(s, rules.money)
        d = recheck.due(s, rules.cycle, rules.orders, level)
        return Finding(
            area, s.scheme, v.outcome, v.code, v.member, _null(v.months_min), _null(v.months_max), _null(v.amount_now),
            _null(v.amount_new_min), _null(v.amount_new_max), v.met, v.unmet, v.ask, v.follow, v.hearing,
            _null(score.points), _null(score.level), _null(d.due_on), _null(d.listed_on), _null(d.must_finish_on),
            d.grounds, d.ask,
        )  # fmt: skip

    def rules_of(self, known: Known) -> Rules:
        """The parameters that hold for a household, read once for its township."""
        key = (known.area[:9], known.situation.urban)
        return self._rules.get(key) or self._read_rules(key, known.area)

    def _read_rules(self, key: tuple[str, int], area: str) -> Rules:
        """The parameters of a township, read once."""
        township = area[:9] + "000"
        read_once = _parameters(self.policy, self.adopted(area), township, key[1], self.on)
        rules = self._rules[key] = Rules(*read_once, self.orders(township))
        return rules


@lru_cache(maxsize=4096)
def _parameters(
    policy: Policy, adopted: tuple[str, ...], township: str, urban: int, on: date
) -> tuple[withdrawal.Parameters, recheck.Parameters, credit.Terms]:
    """The parameters of a township under one edition; kept from part to part, because an edition never changes."""
    view = _view(policy, adopted)
    return (
        withdrawal.parameters(view, township, urban, on),
        recheck.parameters(view, township, on),
        credit.terms(view, township, adopted, on),
    )


@lru_cache(maxsize=16)
def _view(policy: Policy, adopted: tuple[str, ...]) -> Policy:
    """The edition as counties see it that adopted these catalogues; made once, because it is indexed once."""
    return policy.adopting(adopted)


def _null(value: int) -> int | None:
    return None if value == UNKNOWN else value


def day_of(moment: datetime) -> date:
    """The day of a moment in Asia/Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def evaluate(connection: Connection, evaluation: Evaluation, low: int, high: int) -> tuple[int, int]:
    """Evaluate households `low` ≤ id < `high`; (households, rows stored). Unchanged findings are not written again."""
    last = _last_findings(connection, low, high, evaluation.known_until)
    epoch_day = day(evaluation.on)
    seen: set[int] = set()
    changed: list[tuple[Any, ...]] = []
    with _collector_off():
        for known in read(connection, low, high, known_until=evaluation.known_until, on=epoch_day):
            seen.add(known.household_id)
            found = evaluation.find(known)
            if last.get(known.household_id) != found:
                changed.append((known.household_id, evaluation.known_until, epoch_day, *found))
        for household_id in last.keys() - seen:  # taken back since, e.g. by undoing an import
            found = _gone(last[household_id])
            if last[household_id] != found:
                changed.append((household_id, evaluation.known_until, epoch_day, *found))
        _store(connection, changed)
    placing.touch(evaluation.work.connection_session, (row[0] for row in changed))
    return len(seen), len(changed)


def _gone(before: tuple[Any, ...]) -> Finding:
    """What stands for a household whose entries were all taken back: nothing is recommended."""
    return Finding(
        before[0], Scheme.NONE.number, Outcome.NOTHING.number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None, None, None,
        None, None, 0, 0,
    )  # fmt: skip


@contextmanager
def _collector_off() -> Iterator[None]:
    """Tuples of numbers form no circles; looking through them for some again and again takes half of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_COLUMNS = ("household_id", "decided_at", "on_day", *Finding._fields)


def _last_findings(connection: Connection, low: int, high: int, before: int) -> dict[int, tuple[Any, ...]]:
    """The last stored finding of each household of a block."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(
            f"SELECT household_id, {', '.join(Finding._fields)} FROM recommendation WHERE household_id >= {low} "
            f"AND household_id < {high} AND decided_at < {before} ORDER BY household_id, decided_at"
        )
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}
    finally:
        cursor.close()


def _store(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write findings in bulk: COPY on PostgreSQL, one prepared statement on SQLite."""
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f"COPY recommendation ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(_COLUMNS))
            cursor.executemany(f"INSERT INTO recommendation ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
    finally:
        cursor.close()


def as_due(work: Work, ids: Collection[int]) -> dict[int, Finding]:
    """What the rules say of some households at `work.due`, with all that is known then; nothing is stored.

    For lists and letters between two evaluations: a check made or a death reported since the last one counts at once.
    """
    return found_at(work, ids, work.due)


def found_at(work: Work, ids: Collection[int], moment: datetime) -> dict[int, Finding]:
    """What the rules say of some households at a moment, with all that was known by then; nothing is stored."""
    evaluation = Evaluation(work, day_of(moment), micros(moment))
    rows = read_these(work.session.connection(), ids, known_until=evaluation.known_until, on=day(evaluation.on))
    return {known.household_id: evaluation.find(known) for known in rows}
