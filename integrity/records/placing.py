"""现状索引的写入 (writing the index of where households stand now): out of the ledgers, some at a time.

`touched` notes which households a session wrote about, `renew_touched` brings their rows up to date at the end of the
work; what is the same already is not written again. `differing` tells what stands there and should not, and the other
way about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, event, text
from sqlmodel import Session, SQLModel

from ..rules.facts import day
from ..terms import Scheme
from ..vault import Vault
from .ledger import Entry
from .places import KEPT
from .placing_rows import Found, aid, read, rows_of
from .print_runs import PrintItem
from .seals import PaperEnd

_TOUCHED, _ENDED = "touched", "ended_papers"
_BLOCK = 500
_COLUMNS = {
    "household_place": ("household_id", "area", "order_key", "home_seq", "head_id", "persons", "scheme", "renew_on"),
    "household_name": ("key", "area", "household_id", "person_id", "town", "state"),
    "waits": ("kind", "on_day", "area", "household_id", "ref", "town", "county", "from_on", "organ"),
}
_KEYS = {
    "household_place": ("household_id",), "household_name": ("key", "area", "household_id", "person_id"),
    "waits": ("kind", "on_day", "area", "household_id", "ref"),
}  # fmt: skip


class Differing(NamedTuple):
    """不符之处 (rows that differ) of one table: what stands and should not, what should and does not."""

    table: str
    gone: frozenset[tuple[Any, ...]]
    new: frozenset[tuple[Any, ...]]


def touched(session: Session, rows: Mapping[type[SQLModel], Sequence[Mapping[str, Any]]]) -> None:
    """Note the households whose ledgers these new rows belong to."""
    for kind, some in rows.items():
        if issubclass(kind, Entry):
            touch(session, (row["household_id"] for row in some))


def touch(session: Session, households: Iterable[int]) -> None:
    """Note households about which something was written past their ledgers."""
    session.info.setdefault(_TOUCHED, set()).update(households)


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: Any) -> None:
    """What happens to a printed paper is no entry, and yet something waits for somebody because of it."""
    for one in (*session.new, *session.dirty):
        if isinstance(one, PrintItem):
            touch(session, (one.household_id,))
        elif isinstance(one, PaperEnd):
            session.info.setdefault(_ENDED, set()).add(one.number)


def renew_touched(session: Session, vault: Vault, on: date) -> None:
    """Bring the rows up to date of every household that this session wrote about."""
    ended = session.info.pop(_ENDED, set())
    ids = session.info.pop(_TOUCHED, set())
    if not ids and not ended:
        return
    connection = session.connection()
    for number in ended:
        query = text("SELECT household_id FROM notice WHERE number = :number")
        ids |= set(connection.execute(query, {"number": number}).scalars())
    renew(connection, vault, ids, on)


def renew(connection: Connection, vault: Vault, households: Iterable[int], on: date) -> int:
    """Bring the rows of these households up to date as of a day; how many rows were wrong."""
    wrong = 0
    for block in blocks(sorted(households)):
        for one in differing(connection, vault, block, on):
            _write(connection, one)
            wrong += len(one.gone) + len(one.new)
    return wrong


def differing(connection: Connection, vault: Vault, block: Sequence[int], on: date) -> list[Differing]:
    """What is wrong with the rows of a block of households."""
    listed = ", ".join(map(str, block))
    found = read(connection, block)
    wanted: dict[str, set[tuple[Any, ...]]] = {name: set() for name in _COLUMNS}
    for household in block:
        for table, row in rows_of(found, household, vault, day(on)):
            wanted[table].add(row)
    stands = _standing(connection, listed)
    _kept(stands["waits"], wanted["waits"], found, block)
    return [
        Differing(table, frozenset(stands[table] - wanted[table]), frozenset(wanted[table] - stands[table]))
        for table in _COLUMNS
        if stands[table] != wanted[table]
    ]


def _standing(connection: Connection, listed: str) -> dict[str, set[tuple[Any, ...]]]:
    """The rows as they are."""
    return {table: _rows(connection, table, f"household_id IN ({listed})") for table in _COLUMNS}


def _rows(connection: Connection, table: str, where: str) -> set[tuple[Any, ...]]:
    columns = ", ".join(_COLUMNS[table])
    if table == "household_name":  # read off the index alone: the rows lie apart, name by name
        columns = columns.replace("town", "substr(area, 1, 9)")
    return {tuple(row) for row in connection.exec_driver_sql(f"SELECT {columns} FROM {table} WHERE {where}")}


def _kept(stands: set[tuple[Any, ...]], wanted: set[tuple[Any, ...]], found: Found, block: Sequence[int]) -> None:
    """A clock or a restored ledger goes on waiting, in the village where the household lives now."""
    homes = {household: found.area(household) for household in block}
    cases = {(row[3], row[4]) for row in wanted if row[0].startswith("CASE.")}
    for row in stands:
        kind, on_day, _, household, ref, _, _, from_on, organ = row
        area = homes.get(household)
        if kind in KEPT and area and (kind != "CLOCK" or (household, ref) in cases):
            wanted.add((kind, on_day, area, household, ref, area[:9], area[:6], from_on, organ))


def _write(connection: Connection, one: Differing) -> None:
    columns, keys = _COLUMNS[one.table], _KEYS[one.table]
    if one.gone:
        where = " AND ".join(f"{name} = :{name}" for name in keys)
        at = [columns.index(name) for name in keys]
        gone = [dict(zip(keys, (row[n] for n in at), strict=True)) for row in sorted(one.gone, key=repr)]
        connection.execute(text(f"DELETE FROM {one.table} WHERE {where}"), gone)
    if one.new:
        marks = ", ".join(f":{name}" for name in columns)
        new = [dict(zip(columns, row, strict=True)) for row in sorted(one.new, key=repr)]
        connection.execute(text(f"INSERT INTO {one.table} ({', '.join(columns)}) VALUES ({marks})"), new)


def put_right(
    connection: Connection, household: int, kind: str, rows: Iterable[tuple[int, str, int, int]], *,
    ref: int | None = None,
) -> int:  # fmt: skip
    """Rows that are not read off the ledger: (day, village, entry or case, first day to tell of it); how many differed.

    With `ref` only the one of that entry or case.
    """
    wanted = {(kind, on, area, household, one, area[:9], area[:6], told, "") for on, area, one, told in rows}
    mine = f"household_id = {household:d} AND kind = '{kind}'" + ("" if ref is None else f" AND ref = {ref:d}")
    stands = _rows(connection, "waits", mine)
    one = Differing("waits", frozenset(stands - wanted), frozenset(wanted - stands))
    _write(connection, one)
    return len(one.gone) + len(one.new)


def schemes(connection: Connection, households: Sequence[int], today: int) -> dict[int, Scheme]:
    """The schemes of some households on a day, read off their ledgers."""
    acts = read(connection, households).entries["assistance"]
    return {one: Scheme[aid(acts.get(one, ()), today)[0]] for one in households}


def blocks(ids: Iterable[int]) -> Iterator[list[int]]:
    """Households in portions that one query can name."""
    rest = iter(ids)
    while block := list(islice(rest, _BLOCK)):
        yield block
