"""情形 (situations): fold a household's ledger, as it was known at a moment, into the integers that the rules take.

The same fold serves one household on a screen and a whole roll as a stream: rows are read as the database holds them
(days and moments as integers, terms by code) in blocks of households, so that memory does not grow with the roll.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from .rules.facts import UNKNOWN, FindingFacts, Member, Situation
from .terms import Ability, Act, Capacity, Cause, Event, ExitReason, FindingState, Presence, RecheckResult, Scheme, Term

_RawRow = Sequence[Any]
_AT_ONCE = 500
"""Households named in one query."""


def _numbers(term: type[Term]) -> dict[str, int]:
    return {member.name: number for number, member in enumerate(term)}


_ACT, _SCHEME, _PRESENCE = _numbers(Act), _numbers(Scheme), _numbers(Presence)
_CAPACITY, _ABILITY, _CAUSE = _numbers(Capacity), _numbers(Ability), _numbers(Cause)
_EVENT, _STATE = _numbers(Event), _numbers(FindingState)
_EFFECTIVE = _STATE["EFFECTIVE"]
_GRANT, _WITHDRAW, _STOP, _REVIVE = (_ACT[name] for name in ("GRANT", "WITHDRAW", "STOP", "REVIVE"))
_LOWER, _RAISE, _TEKUN = _ACT["LOWER"], _ACT["RAISE"], Scheme.TEKUN.name
_DONE = frozenset({RecheckResult.CONFIRMED.name, RecheckResult.UNCHANGED.name, RecheckResult.CHANGED.name})
_NO_CAUSE = _CAUSE["NONE"]
_X09 = ExitReason.X09.name
_REFUSED, _ACCEPTED = _EVENT["JOB_REFUSED"], _EVENT["JOB_ACCEPTED"]
_ENDED_BY_CHECK = frozenset(
    _EVENT[name]
    for name in ("REPORTED_CHANGE", "WARNING", "COMPLAINT", "SELFCARE_CHANGED", "ABILITY_REGAINED")
)
"""Events that a completed check answers; the others stand until a named person has decided on them."""
_DEATH = _EVENT["DEATH"]
"""死亡: neither ends it; an act must follow that adjusts or stops the assistance (2022年10月20日通知 一（三）)."""

COLUMNS = {
    "residence": "area, urban, label",
    "member": "no, born_on, presence, capacity, ability, schooling",
    "assistance": "act, scheme, effective_on, amount, income, persons, months, reason, case_no",
    "verification": "income, cause, cause_member, self_reported, stable, property_over",
    "change": "kind, reported_on, member_no",
    "recheck": "result",
    "decision": "recommended_on",
    "conduct": "member_no, item, act_end",
    "finding": "conduct_seq, state, document_on, effective_on",
}
"""What is read of each kind, after household, seq, corrects, void and happened_on."""
_ASSISTANCE = list(COLUMNS).index("assistance")


class Rows(NamedTuple):
    """What is known of one household, kind by kind, corrections applied, in the order of the ledger."""

    residence: list[_RawRow]
    member: list[_RawRow]
    assistance: list[_RawRow]
    verification: list[_RawRow]
    change: list[_RawRow]
    recheck: list[_RawRow]
    decision: list[_RawRow]
    conduct: list[_RawRow]
    finding: list[_RawRow]
    about: dict[int, tuple[str, int]]
    """Case → its procedure and the member whom it is about; of households on 特困供养 only."""


class Known(NamedTuple):
    """What is known of one household on a day."""

    household_id: int
    area: str
    situation: Situation
    findings: tuple[FindingFacts, ...]


def read(connection: Connection, lowest: int, highest: int, *, known_until: int, on: int) -> Iterator[Known]:
    """The situations of households `lowest` ≤ id < `highest` on the epoch day `on`, as known at `known_until` (µs)."""
    return _read(connection, f"household_id >= {lowest} AND household_id < {highest}", known_until, on)


def read_these(connection: Connection, ids: Collection[int], *, known_until: int, on: int) -> Iterator[Known]:
    """The situations of some households, otherwise as `read`."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _AT_ONCE):
        named = ", ".join(str(int(one)) for one in ordered[start : start + _AT_ONCE])
        yield from _read(connection, f"household_id IN ({named})", known_until, on)


def _read(connection: Connection, chosen: str, known_until: int, on: int) -> Iterator[Known]:
    """Fetch the chosen households kind by kind and fold each."""
    where = f"{chosen} AND recorded_at <= {known_until}"
    per_kind = [_fetch(connection, kind, where, on) for kind in COLUMNS]
    ids = sorted(set().union(*(rows.keys() for rows in per_kind)))
    nothing: list[_RawRow] = []
    about = _about(connection, per_kind[_ASSISTANCE], known_until)
    for household_id in ids:
        rows = Rows._make([*(kind.get(household_id, nothing) for kind in per_kind), about.get(household_id, {})])
        if rows.residence:
            yield Known(household_id, rows.residence[-1][5], situation(rows, on), findings(rows, on))


def _fetch(connection: Connection, kind: str, where: str, on: int) -> dict[int, list[_RawRow]]:
    """The standing rows of one kind by household: known by then, happened by then, not corrected."""
    query = (
        f"SELECT household_id, seq, corrects, void, happened_on, {COLUMNS[kind]} FROM {kind} WHERE {where} "
        "ORDER BY household_id, seq"
    )
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        rows = cursor.fetchall()
    finally:
        cursor.close()
    found = {household_id: list(mine) for household_id, mine in groupby(rows, _HOUSEHOLD)}
    # few households have corrections, days to come or late entries; only theirs are looked through one by one
    odd = {row[0] for row in rows if row[2] is not None or row[3] or row[4] > on}
    odd.update(one[0] for one, after in pairwise(rows) if one[4] > after[4] and one[0] == after[0])
    for household_id in odd:
        mine = _in_order(found.pop(household_id), on)
        if mine:
            found[household_id] = mine
    return found


def _about(
    connection: Connection, acts: dict[int, list[_RawRow]], known_until: int
) -> dict[int, dict[int, tuple[str, int]]]:
    """Whom the cases of households on 特困供养 are about: their support ends person by person."""
    ids = [one for one, rows in acts.items() if any(row[6] == _TEKUN for row in rows)]
    found: dict[int, dict[int, tuple[str, int]]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        named = ", ".join(str(int(one)) for one in ids[start : start + _AT_ONCE])
        query = text(
            f"SELECT household_id, case_no, procedure, member_no FROM step WHERE household_id IN ({named}) "
            f"AND step_no = 1 AND member_no IS NOT NULL AND recorded_at <= {known_until}"
        )
        for household_id, case_no, procedure, member_no in connection.execute(query):
            found.setdefault(household_id, {})[case_no] = (procedure, member_no)
    return found


_HOUSEHOLD = itemgetter(0)


def _in_order(rows: list[_RawRow], on: int) -> list[_RawRow]:
    """What stands by the day `on`, in the order in which it happened."""
    replaced = {row[2] for row in rows}
    standing = [row for row in rows if row[1] not in replaced and not row[3] and row[4] <= on]
    return sorted(standing, key=lambda row: (row[4], row[1]))


class _Aid(NamedTuple):
    """救助状态: the standing grant after all acts in effect."""

    scheme: int = _SCHEME["NONE"]
    granted_on: int = UNKNOWN
    confirmed_on: int = UNKNOWN
    stopped_on: int = UNKNOWN
    amount: int = UNKNOWN
    income: int = UNKNOWN
    persons: int = UNKNOWN
    withdrawal_on: int = UNKNOWN
    withdrawal_months: int = 0
    withdrawal_amount: int = 0
    withdrawals: int = 0
    last_end: int = UNKNOWN
    refusals_answered: int = UNKNOWN
    """Day of the last reduction for refused work: refusals up to it have had their effect."""
    ended: frozenset[int] = frozenset()
    """Members whose own 特困供养 has ended."""


_NO_AID = _Aid()


def _aid(rows: list[_RawRow], about: dict[int, tuple[str, int]], on: int) -> _Aid:
    """Apply the acts in the order of their effect; a stop leaves the grant standing, so that a revival finds it."""
    aid = _NO_AID
    if len(rows) > 1:
        rows = sorted(rows, key=lambda row: (row[7], row[1]))
    for row in rows:
        if row[7] > on:
            break
        aid = _apply(aid, row)
        if row[13] in about:
            aid = _of_one(aid, row, *about[row[13]])
    return aid


def _of_one(aid: _Aid, row: _RawRow, procedure: str, member: int) -> _Aid:
    """特困供养 of one person ended, or given back: the sum rests on one person fewer, or more (民发〔2021〕43号 24)."""
    known = aid.persons != UNKNOWN and row[10] is None
    if _ACT[row[5]] == _LOWER and procedure == _TEKUN and member not in aid.ended:
        return aid._replace(ended=aid.ended | {member}, persons=aid.persons - known)
    if _ACT[row[5]] == _RAISE and member in aid.ended:
        return aid._replace(ended=aid.ended - {member}, persons=aid.persons + known)
    return aid


def _apply(aid: _Aid, row: _RawRow) -> _Aid:
    """One act."""
    decided, act_name, scheme, effective, amount, income, persons, months, reason = row[4:13]
    act = _ACT[act_name]
    if act == _GRANT:
        return _Aid(
            _SCHEME[scheme], effective, decided, UNKNOWN, _known(amount), _known(income), _known(persons),
            UNKNOWN, 0, 0, aid.withdrawals, aid.last_end, decided,
        )  # fmt: skip
    if act == _STOP:
        ended = aid.withdrawal_on != UNKNOWN
        return aid._replace(
            stopped_on=effective,
            withdrawal_on=UNKNOWN,
            withdrawals=aid.withdrawals + ended,
            last_end=effective if ended else aid.last_end,
        )
    if act == _REVIVE:  # of a stop, or of a 渐退 whose execution is stayed (行政复议法 42)
        return aid._replace(stopped_on=UNKNOWN, withdrawal_on=UNKNOWN, withdrawal_months=0, withdrawal_amount=0)
    if act == _WITHDRAW:
        return aid._replace(
            withdrawal_on=effective, withdrawal_months=months or 0, withdrawal_amount=max(aid.amount, 0)
        )
    return aid._replace(
        granted_on=effective,
        refusals_answered=decided if reason == _X09 else aid.refusals_answered,
        amount=aid.amount if amount is None else amount,
        income=aid.income if income is None else income,
        persons=aid.persons if persons is None else persons,
    )


def _known(value: int | None) -> int:
    """NULL is UNKNOWN; a boolean becomes 0 or 1."""
    return UNKNOWN if value is None else int(value)


class _Money(NamedTuple):
    """收入与财产 as last known; what a later result does not say stays as it was."""

    income: int
    income_on: int
    cause: int
    cause_member: int
    self_reported: int
    stable: int = UNKNOWN
    property_over: int = UNKNOWN


def _money(rows: list[_RawRow], aid: _Aid) -> _Money:
    """The last known result of the verifications; without one, the income on which the grant rests."""
    known = stable = over = None
    for row in reversed(rows):
        if known is None and row[5] is not None:
            known = row
        if stable is None:
            stable = row[9]
        if over is None:
            over = row[10]
        if known is not None and stable is not None and over is not None:
            break
    if known is None:
        income_on = UNKNOWN if aid.income == UNKNOWN else aid.granted_on
        return _Money(aid.income, income_on, _NO_CAUSE, 0, UNKNOWN, _known(stable), _known(over))
    return _Money(
        known[5], known[4], _CAUSE[known[6]], _known(known[7]), _known(known[8]), _known(stable), _known(over)
    )


def _members(rows: list[_RawRow], refusals: dict[int, int]) -> tuple[Member, ...]:
    """The last state of each member; `presence_on` is where the present run of the same presence began."""
    last: dict[int, _RawRow] = {}
    since: dict[int, int] = {}
    for row in rows:
        no = row[5]
        if no not in last or last[no][7] != row[7]:
            since[no] = row[4]
        last[no] = row
    return tuple([
        Member(
            no, UNKNOWN if row[6] is None else row[6], _PRESENCE[row[7]], since[no], _CAPACITY[row[8]],
            _ABILITY[row[9]], UNKNOWN if row[10] is None else int(row[10]), refusals.get(no, 0),
        )
        for no, row in (sorted(last.items()) if len(last) > 1 else last.items())
    ])  # fmt: skip


def _events(
    rows: list[_RawRow], aid: _Aid, checked_on: int, decided_on: int, on: int
) -> tuple[tuple[tuple[int, int, int, int], ...], dict[int, int]]:
    """Events that nobody has dealt with yet, and the refusals of work that stand in a row, by member."""
    if not rows:
        return (), {}
    events = []
    refusals: dict[int, int] = {}
    adjusted_on = max(aid.granted_on, aid.stopped_on)
    for row in rows:
        kind, reported, member = _EVENT[row[5]], row[6], row[7] or 0
        if reported > on:
            continue
        if kind == _REFUSED and row[4] > aid.refusals_answered:
            refusals[member] = refusals.get(member, 0) + 1
        elif kind == _ACCEPTED:
            refusals[member] = 0
        elif kind == _DEATH:
            if reported >= adjusted_on:
                events.append((kind, row[4], reported, member))
        elif kind != _REFUSED and reported > (checked_on if kind in _ENDED_BY_CHECK else decided_on):
            events.append((kind, row[4], reported, member))
    return tuple(events), refusals


def situation(rows: Rows, on: int) -> Situation:
    """The situation of one household on the epoch day `on`."""
    aid = _aid(rows.assistance, rows.about, on)
    money = _money(rows.verification, aid)
    checked_on = UNKNOWN
    for row in rows.recheck:
        if row[5] in _DONE:
            checked_on = row[4]
    decided_on = max(rows.decision[-1][4] if rows.decision else UNKNOWN, aid.confirmed_on)
    events, refusals = _events(rows.change, aid, max(checked_on, aid.confirmed_on), decided_on, on)
    home = rows.residence[-1]
    return Situation(
        on, aid.scheme, int(home[6]), aid.granted_on, aid.confirmed_on, aid.stopped_on, aid.amount,
        money.income, aid.income, money.income_on, aid.persons, money.cause, money.cause_member, money.self_reported,
        money.stable, money.property_over, aid.withdrawal_on, aid.withdrawal_months, aid.withdrawal_amount,
        aid.withdrawals, aid.last_end, checked_on, home[7], _members(rows.member, refusals), events,
        tuple(sorted(aid.ended)),
    )  # fmt: skip


def findings(rows: Rows, on: int) -> tuple[FindingFacts, ...]:
    """The findings of one household with the state that each has on the epoch day `on`."""
    if not rows.finding:
        return ()
    facts = {row[1]: row for row in rows.conduct}
    states: dict[int, list[_RawRow]] = {}
    for row in rows.finding:
        states.setdefault(row[5], []).append(row)
    return tuple(
        _finding(facts[conduct], steps, rows.member) for conduct, steps in sorted(states.items()) if conduct in facts
    )


def _finding(fact: _RawRow, steps: list[_RawRow], members: list[_RawRow]) -> FindingFacts:
    """One finding: its fact, the document that made it effective, its last state, and the member at the time."""
    now = steps[-1]
    decided = [row for row in reversed(steps) if _STATE[row[6]] == _EFFECTIVE]
    document_on = next((row[7] for row in decided if row[7] is not None), UNKNOWN)
    effective_on = next((row[8] for row in decided if row[8] is not None), UNKNOWN)
    born, capacity = UNKNOWN, UNKNOWN
    for row in members:
        if row[5] == fact[5] and (row[4] <= fact[4] or capacity == UNKNOWN):
            born, capacity = _known(row[6]), _CAPACITY[row[8]]
    return FindingFacts(
        now[1], fact[5], born, capacity, fact[6], fact[4], fact[7], document_on, effective_on, _STATE[now[6]], now[4]
    )
