"""哈希链 (hash chain): ties the entries of one household together, so that a change, a gap or a stranger shows.

`hash = BLAKE2b(key, hash of the entry before ‖ canonical text of this entry)`. The key lies outside the database, so
that nobody who has only the database can make an entry that fits. The first entry stands on the household's own digest.
The canonical text is JSON of the stored columns without the empty ones, so that a column added later leaves the old
hashes whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from heapq import merge
from typing import Any

from sqlalchemy import Connection, Row, select, type_coerce
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import NullType

from .columns import Day, Moment
from .erasable import blanked
from .ledger import ENTRIES, Entry, Household, LedgerHead
from .office import Destruction

_ANY = DefaultDialect()
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=repr).encode


@dataclass(frozen=True, slots=True)
class Break:
    """断点 (break): where a ledger is not what was written."""

    household_id: int
    seq: int
    table: str
    reason: str

    def __str__(self) -> str:
        return f"家庭 {self.household_id} 第 {self.seq} 条（{self.table}）：{self.reason}"


def genesis(key: bytes, household_id: int, number: str, opened_at: int, opened_by: str) -> bytes:
    """The hash on which a household's first entry stands; `opened_at` in microseconds."""
    return _digest(key, _encode([household_id, number, opened_at, opened_by]).encode())


def _digest(key: bytes, content: bytes) -> bytes:
    return blake2b(content, key=key, digest_size=32).digest()


def entry_hash(key: bytes, before: bytes, table: str, stored: dict[str, Any]) -> bytes:
    """The hash of an entry: `stored` maps column names to the values as the database holds them, without `hash`."""
    text = _encode([table, {name: value for name, value in stored.items() if value is not None}])
    return _digest(key, before + text.encode())


def stored_values(entry: Entry) -> dict[str, Any]:
    """The columns of an entry as the database stores them (days and moments as integers, terms by code)."""
    values: dict[str, Any] = {}
    for name, bind in _BINDS[type(entry)]:
        value = getattr(entry, name)
        values[name] = value if bind is None or value is None else bind(value)
    return values


def _binder(column: Any) -> Any:
    """How a column turns a Python value into what is stored; None for plain text and numbers."""
    kind = column.type
    if isinstance(kind, Day | Moment):
        return lambda value: kind.process_bind_param(value, _ANY)
    if getattr(kind, "enum_class", None) is not None:
        return lambda value: value.name
    return bool if kind.python_type is bool else None


_BINDS: dict[type[Entry], list[tuple[str, Any]]] = {
    kind: [(c.name, _binder(c)) for c in kind.__table__.columns if c.name != "hash"]  # type: ignore[attr-defined]
    for kind in ENTRIES
}


def breaks(connection: Connection, key: bytes, lowest: int = 0, highest: int | None = None) -> Iterator[Break]:
    """Every place where the ledgers of households `lowest` … `highest` are not what was written, in order.

    Reads each table once, in the order of household and number; memory does not grow with the roll. Whatever was put
    into a column is reported, not stumbled over.
    """
    with _any_text(connection):
        yield from _breaks(connection, key, lowest, highest)


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Let SQLite give back text that is not UTF-8, so that it shows as a break."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    before, raw.text_factory = raw.text_factory, lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        raw.text_factory = before


def _breaks(connection: Connection, key: bytes, lowest: int, highest: int | None) -> Iterator[Break]:
    """The same, table by table side by side."""
    heads = _stream(connection, LedgerHead, lowest, highest)
    seals = {row.household_id: row for row in _stream(connection, Destruction, lowest, highest)}
    entries = merge(*(_entries(connection, kind, lowest, highest) for kind in ENTRIES), key=lambda e: e[0])
    pending = next(entries, None)
    head = next(heads, None)
    for household in _stream(connection, Household, lowest, highest):
        rows = []
        while pending is not None and pending[0][0] < household.id:
            yield Break(pending[0][0], pending[0][1], pending[1], "家庭登记已被删除，条目失去归属")
            pending = next(entries, None)
        while pending is not None and pending[0][0] == household.id:
            rows.append(pending)
            pending = next(entries, None)
        while head is not None and head.household_id < household.id:
            yield Break(head.household_id, head.seq, "ledger_head", "账尾没有对应的家庭登记")
            head = next(heads, None)
        mine = head if head is not None and head.household_id == household.id else None
        if mine is not None:
            head = next(heads, None)
        seal = seals.pop(household.id, None)
        if seal is None:
            yield from _check(key, household, rows, mine)
        else:
            yield from _check_sealed(key, household, rows, mine, seal)
    while pending is not None:
        yield Break(pending[0][0], pending[0][1], pending[1], "家庭登记已被删除，条目失去归属")
        pending = next(entries, None)


def _check(
    key: bytes, household: Row[Any], rows: list[Any], head: Row[Any] | None, before: Any = None
) -> Iterator[Break]:  # fmt: skip
    """Follow one household's chain from its root, or from the last sealed entry `before`, to its head."""
    link = genesis(key, household.id, household.number, household.opened_at, household.opened_by)
    expected, known = 1, household.opened_at
    if before is not None:
        link, expected, known = before[3], before[0][1] + 1, before[2]["recorded_at"]
    for (household_id, seq), table, stored, found in rows:
        if seq > expected:
            missing = str(expected) if seq == expected + 1 else f"{expected}–{seq - 1}"
            yield Break(household_id, expected, table, f"第 {missing} 条缺失（被删除）")
        elif seq < expected:
            yield Break(household_id, seq, table, "同一序号出现两条（插入了不属于本账的条目）")
            continue
        if seq == expected and found != entry_hash(key, link, table, stored):
            yield Break(household_id, seq, table, "内容与哈希不符（被改动或插入）")
        elif str(stored["recorded_at"]).zfill(20) < str(known).zfill(20):  # whatever type was put there
            yield Break(household_id, seq, table, "登记时刻早于前一条（事后插入）")
        link, known = found, stored["recorded_at"]
        expected = seq + 1
    if head is None:
        yield Break(household.id, expected, "ledger_head", "账尾缺失")
    elif head.seq > expected - 1:
        yield Break(household.id, expected, "ledger_head", f"第 {expected}–{head.seq} 条缺失（账末被删除）")
    elif head.seq < expected - 1 or head.hash != link or (rows and head.recorded_at != known):
        yield Break(household.id, expected - 1, "ledger_head", "账尾与最后一条不符（末尾插入或改动）")


def _check_sealed(
    key: bytes, household: Row[Any], rows: list[Any], head: Row[Any] | None, seal: Row[Any]
) -> Iterator[Break]:  # fmt: skip
    """What the seal of a destruction vouches for, then the chain of what came after it."""
    told = [row for row in rows if row[0][1] <= seal.last_seq]
    root = genesis(key, household.id, household.number, household.opened_at, household.opened_by)
    if seal_of(key, root, told, dict(seal._mapping)) != bytes(seal.seal) or not told:
        yield Break(household.id, seal.last_seq, "destruction", "销毁后留下的条目与封签不符（被改动、插入或删除）")
    else:
        yield from _check(key, household, rows[len(told) :], head, told[-1])


def seal_of(key: bytes, root: bytes, rows: list[Any], told: dict[str, Any]) -> bytes:
    """封签 (seal) over what a destruction leaves of a ledger: its entries and hashes, who destroyed on which list.

    It stands for the hashes, which can no longer be computed from what is left; without the key nobody can make one.
    """
    stays = {name: value for name, value in told.items() if name != "seal"}
    kept = [[table, stored, found.hex()] for _, table, stored, found in rows]
    return _digest(key, b"destruction" + root + _encode([stays, kept]).encode())


def blanked_rows(connection: Connection, household_id: int) -> list[Any]:
    """The entries of one household as `seal_of` takes them, as they will be when their texts are taken out."""
    kinds = (_entries(connection, kind, household_id, household_id) for kind in ENTRIES)
    rows = merge(*kinds, key=lambda entry: entry[0])
    return [(key, table, blanked(table, stored), found) for key, table, stored, found in rows]


def _entries(connection: Connection, kind: type[Entry], lowest: int, highest: int | None) -> Iterator[Any]:
    """Rows of one table as ((household, seq), table, stored columns, hash), in order, as stored."""
    table = str(kind.__tablename__)
    for row in _stream(connection, kind, lowest, highest):
        stored = dict(row._mapping)
        found = stored.pop("hash")
        found = bytes(found) if isinstance(found, bytes | memoryview) else b""
        stored = {name: _plain(kind, name, value) for name, value in stored.items()}
        yield (row.household_id, row.seq), table, stored, found


def _plain(kind: type[Entry], name: str, value: Any) -> Any:
    """SQLite stores a boolean as 0 or 1, PostgreSQL as a boolean: one form for the hash."""
    return bool(value) if name in _BOOLS[kind] and value in (0, 1) and isinstance(value, int) else value


_BOOLS: dict[type[Entry], frozenset[str]] = {
    kind: frozenset(c.name for c in kind.__table__.columns if c.type.python_type is bool)  # type: ignore[attr-defined]
    for kind in ENTRIES
}


def _stream(connection: Connection, kind: Any, lowest: int, highest: int | None) -> Iterator[Row[Any]]:
    """The raw stored values of a table, ordered by its key, streamed."""
    table = kind.__table__
    key = list(table.primary_key.columns)
    raw = [column.label(column.name) if _binder(column) is None else _raw(column) for column in table.columns]
    query = select(*raw).where(key[0] >= lowest).order_by(*key)
    if highest is not None:
        query = query.where(key[0] <= highest)
    return iter(connection.execute(query.execution_options(stream_results=True, yield_per=2000)))


def _raw(column: Any) -> Any:
    """A column without its type's conversion: what the database holds."""
    return type_coerce(column, NullType()).label(column.name)
