"""现状索引的内容 (what stands in the index) for one household, read off its ledger as it is now.

Rows are taken as the database holds them: days as integers, terms by code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection

from ..errors import Invalid
from ..rules.house_order import house_order
from ..rules.pinyin import plain, readings
from ..vault import Vault
from .places import FORMER, LEFT, NOW
from .placing_waits import waiting

Row = Sequence[Any]
_ENTRY = "household_id, seq, corrects, void, happened_on"
_READ = {
    "residence": "area, address",
    "member": "no, person_id, relation, presence",
    "assistance": "act, scheme, effective_on, recorded_at",
    "commitment": "signed_by",
    "conduct": "found_on, kind",
    "finding": "conduct_seq, state",
    "recheck": "result, recorded_at",
    "decision": "recommended_on, outcome, recorded_at",
    "notice": "kind, number",
    "printing": "notice_seq, copy_no",
    "service": "notice_seq",
    "step": "case_no, step_no, procedure, step, recorded_by, entry_seq",
}
"""Columns of each kind after those that every entry has."""
_ALWAYS = ("residence", "member", "assistance")
_LONGEST = 999_999_999
TAIL = "id_tail"
"""Purpose of the blind index of the last four characters of an ID number."""


class Found(NamedTuple):
    """What was read of a block of households."""

    entries: Mapping[str, Mapping[int, list[Row]]]
    """Kind → household → the entries that stand, by day and number."""
    persons: Mapping[int, Row]
    """id → id, name, salt, key_id, id_number."""
    villages: Mapping[str, str]
    findings: Mapping[int, Row]
    """Household → decided_at, on_day, outcome, due_on of the recommendation that stands."""
    items: Mapping[int, list[Row]]
    """Household → notice, state of its papers in print runs."""
    ended: frozenset[str]
    """Numbers of papers that were withdrawn or replaced."""

    def area(self, household: int) -> str | None:
        """The village where a household lives."""
        homes = self.entries["residence"].get(household)
        return None if not homes else homes[-1][5]


def read(connection: Connection, block: Sequence[int]) -> Found:
    """What the index needs of a block of households, in few queries."""
    listed = ", ".join(map(str, block)) or "0"
    entries = {
        kind: _standing(_all(connection, f"SELECT {_ENTRY}, {columns} FROM {kind} WHERE household_id IN ({listed})"))
        for kind, columns in _READ.items()
    }
    persons = {row[6] for rows in entries["member"].values() for row in rows}
    areas = {row[5] for rows in entries["residence"].values() for row in rows}
    numbers = [row[6] for rows in entries["notice"].values() for row in rows]
    return Found(
        entries, _persons(connection, persons), _villages(connection, areas), _findings(connection, listed),
        _items(connection, listed), _ended(connection, numbers),
    )  # fmt: skip


def _all(connection: Connection, query: str) -> list[Row]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(query)
        return list(cursor.fetchall())
    finally:
        cursor.close()


def _standing(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Corrected entries left out, the others by day and number."""
    every = list(rows)
    replaced = {(row[0], row[2]) for row in every if row[2] is not None}
    found: dict[int, list[Row]] = defaultdict(list)
    for row in every:
        if not row[3] and (row[0], row[1]) not in replaced:
            found[row[0]].append(row)
    for some in found.values():
        some.sort(key=lambda row: (row[4], row[1]))
    return found


def _persons(connection: Connection, ids: Iterable[int]) -> dict[int, Row]:
    listed = ", ".join(map(str, sorted(ids))) or "0"
    query = f"SELECT id, name, salt, key_id, id_number FROM person WHERE id IN ({listed})"
    return {row[0]: row for row in _all(connection, query)}


def _villages(connection: Connection, codes: Iterable[str]) -> dict[str, str]:
    listed = ", ".join(f"'{code}'" for code in sorted(codes)) or "''"
    query = f"SELECT code, name FROM area WHERE code IN ({listed}) ORDER BY since"
    return {row[0]: row[1] for row in _all(connection, query)}


def _findings(connection: Connection, listed: str) -> dict[int, Row]:
    query = (
        "SELECT household_id, decided_at, on_day, outcome, due_on FROM recommendation "
        f"WHERE household_id IN ({listed}) ORDER BY household_id, decided_at"
    )
    return {row[0]: row[1:] for row in _all(connection, query)}


def _items(connection: Connection, listed: str) -> dict[int, list[Row]]:
    query = (
        "SELECT household_id, notice_seq, state FROM print_item "
        f"WHERE household_id IN ({listed}) AND state <> 'DROPPED'"
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for row in _all(connection, query):
        found[row[0]].append(row[1:])
    return found


def _ended(connection: Connection, numbers: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for start in range(0, len(numbers), 500):
        listed = ", ".join("'" + one.replace("'", "''").replace("%", "%%") + "'" for one in numbers[start:][:500])
        found |= {row[0] for row in _all(connection, f"SELECT number FROM paper_end WHERE number IN ({listed})")}
    return frozenset(found)


def rows_of(found: Found, household: int, vault: Vault, today: int) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """(table, row) of all that stands in the index for one household; nothing before it has a home."""
    kinds = {kind: rows.get(household, []) for kind, rows in found.entries.items()}
    if not kinds["residence"]:
        return
    home = kinds["residence"][-1]
    area = home[5]
    now = {row[5]: row for row in kinds["member"]}
    scheme, since, renew_on = aid(kinds["assistance"], today)
    key = order_key(home[6].removeprefix(found.villages.get(area, "")))
    present = sum(row[8] == "PRESENT" for row in now.values())
    yield "household_place", (household, area, key, home[1], _head(now.values()), present, scheme, renew_on)
    for row in set(_names(found, kinds["member"], now, vault)):
        yield "household_name", (row[0], area, household, row[1], area[:9], row[2])
    for kind, on, ref, told, organ in set(waiting(found, household, kinds, since)):
        yield "waits", (kind, on, area, household, ref, area[:9], area[:6], told, organ)


def _head(now: Iterable[Row]) -> int | None:
    """The person who stands for a household: its head, else the first who is present."""
    members = list(now)
    present = [row for row in members if row[8] == "PRESENT"] or members
    chosen = min(present, key=lambda row: (row[7] != "HEAD", row[5]), default=None)
    return None if chosen is None else chosen[6]


def aid(acts: Iterable[Row], today: int) -> tuple[str, int | None, int | None]:
    """(scheme today, day of its grant, first day on which an act that was decided takes effect)."""
    scheme, granted, since = "NONE", "NONE", None
    renew_on = None
    for row in sorted(acts, key=lambda row: (row[7], row[1])):
        act, of, effective = row[5:8]
        if effective > today:
            renew_on = effective
            break
        if act == "GRANT":
            scheme, granted, since = of, of, effective
        elif act == "STOP":
            scheme = "NONE"
        elif act == "REVIVE":
            scheme = granted
    return scheme, since if scheme != "NONE" else None, renew_on


def order_key(house: str) -> str:
    """门牌顺序 (order of houses) as text: the same order, character by character."""
    parts = (f"0{min(n, _LONGEST):09}" if not kind else f"1{said} " for kind, n, said in house_order(house))
    return "".join(parts)[:300]


def _names(
    found: Found, members: Iterable[Row], now: Mapping[int, Row], vault: Vault
) -> Iterator[tuple[str, int, str]]:  # fmt: skip
    """(key, person, whose name it is) of everybody who belongs or belonged to the household."""
    for no, rows in groupby(sorted(members, key=lambda row: row[5]), key=lambda row: row[5]):
        for person in {row[6] for row in rows}:
            known = found.persons.get(person)
            if known is None or not known[1]:
                continue  # emptied by the lawful destruction
            last = now[no]
            state = FORMER if last[6] != person else NOW if last[8] == "PRESENT" else LEFT
            for key in (*name_keys(known[1]), *_tail(known, vault)):
                yield key, person, state


@lru_cache(maxsize=65536)
def name_keys(name: str) -> tuple[str, ...]:
    """What a name is found by: itself, its readings, their initials."""
    ways = readings(name)
    keys = [f"n{plain(name)}", *(f"p{one.full}" for one in ways), *(f"i{one.initials}" for one in ways)]
    return tuple(dict.fromkeys(key[:80] for key in keys))


def _tail(person: Row, vault: Vault) -> Iterator[str]:
    """The blind index of the last four characters of the ID number, where there is one and its key is at hand."""
    _, _, salt, key_id, sealed = person
    with suppress(Invalid):  # without its key, or altered: that is for the check of the books to say
        if sealed:
            yield tail_key(vault, vault.open(key_id, sealed, f"person|id_number|{salt}")[-4:])


def tail_key(vault: Vault, tail: str) -> str:
    """The key under which the last four characters of an ID number are found."""
    return f"t{vault.blind(TAIL, tail)[:24]}"
