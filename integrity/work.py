"""一次经办 (one piece of work): a session, an actor and a moment. THE commit, THE clock, THE engine.

Everything that writes runs inside `Office.work(actor)`: one transaction, committed at its end or not at all. Entries of
a household's ledger go through `Work.append`, which numbers them, ties them into the chain and stamps when they became
known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, insert, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, SQLModel, col, select

from .errors import Conflict, Invalid, NotFound, Refused
from .records import addresses, dispatches, looking, placing, row_security
from .records.chain import entry_hash, genesis, stored_values
from .records.columns import SHANGHAI, micros
from .records.endings import favours, without_numbers
from .records.ledger import ENTRIES, Entry, Finding, Household, LedgerHead
from .records.office import Audit, Closing, Person
from .records.outside import Outside, series_key
from .rules import household_numbers
from .rules.identity import refuse_id_numbers
from .settings import Settings
from .vault import Vault, load_vault

try:
    import pysqlite3.dbapi2 as sqlite_module
except ImportError:  # no wheel for this machine: the interpreter's own library
    sqlite_module = sqlite3

Clock = Callable[[], datetime]
E = TypeVar("E", bound=Entry)
TICK = timedelta(microseconds=1)
_TURNED_BACK = timedelta(hours=1)
"""How far a ledger may be ahead of the clock: work that waited for a lock, a clock set right. More is a wrong clock."""
_SAFE_WAL = (3, 51, 3)
_BUFFER = 2000
_BLOCK = 100
NEW = -1
_ORDER: tuple[type[SQLModel], ...] = (Household, Person, *ENTRIES)
"""What others point to is written before them, members before acts that look at them."""


def wall_clock() -> datetime:
    """The moment now, in Asia/Shanghai."""
    return datetime.now(SHANGHAI)


def sqlite_journal(module: ModuleType = sqlite_module) -> str:
    """The journal that is safe with this SQLite library: WAL from 3.51.3 on, before that the rollback journal."""
    return "wal" if module.sqlite_version_info >= _SAFE_WAL else "delete"


def make_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for `url`, with the settings under which no committed update is lost.

    SQLite: explicit BEGIN IMMEDIATE, full synchronisation, foreign keys, recursive triggers (so that INSERT OR REPLACE
    meets the guards). `read_only` engines begin without the write lock.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(addresses.proven(url), pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(url, module=sqlite_module, connect_args={"timeout": 30}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=30000", f"journal_mode={sqlite_journal()}", "synchronous=full", "foreign_keys=on",
            "recursive_triggers=on", "cache_size=-16000", "temp_store=memory",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@dataclass(slots=True)
class _Head:
    """A ledger's end as this work sees it, and as it was when the work began."""

    seq: int
    hash: bytes
    recorded_at: datetime
    stored_seq: int

    def row(self, household_id: int) -> dict[str, Any]:
        """The row of `ledger_head`."""
        return {"household_id": household_id, "seq": self.seq, "hash": self.hash, "recorded_at": self.recorded_at}


@dataclass(slots=True)
class Work:
    """一次经办 (one piece of work). `now` is when it is done, `due` the moment as of which a job decides."""

    connection_session: Session
    vault: Vault
    actor: str
    now: datetime
    due: datetime
    import_id: int | None = None
    by_clock: bool = True
    """Is `now` what the clock says, and not a moment that the caller names?"""
    outside: Outside | None = None
    """The register outside the database, where this installation keeps one."""
    _told: list[dict[str, Any]] = field(default_factory=list)
    _taken: dict[str, int] = field(default_factory=dict)
    _favours: list[Entry] = field(default_factory=list)
    _heads: dict[int, _Head] = field(default_factory=dict)
    _rows: dict[type[SQLModel], list[dict[str, Any]]] = field(default_factory=dict)
    _ids: dict[type[SQLModel], list[int]] = field(default_factory=dict)
    _last_ids: dict[type[SQLModel], int] = field(default_factory=dict)
    _buffered: int = 0
    _closed: datetime | None = None

    @property
    def today(self) -> date:
        """The day of `now` in Asia/Shanghai."""
        return self.now.astimezone(SHANGHAI).date()

    @property
    def session(self) -> Session:
        """The session, with all that was appended so far written to it."""
        self.flush()
        return self.connection_session

    def stamp(self) -> datetime:
        """When something entered now becomes known: after everything that the books were closed for."""
        if self._closed is None:
            self._closed = self.connection_session.exec(
                select(Closing.until).where(Closing.id == 1).with_for_update(read=True)
            ).one()
        return max(self.now, self._closed + TICK)

    def open_household(self, number: str, *, checked: bool = False) -> int:
        """Open the ledger of a new household; its id. Raises Conflict when the number is taken; "" has one issued.

        `checked` says that the caller has made sure of the number for a whole batch.
        """
        if number and not checked and (household_numbers.reserved(number) or self._taken_number(number)):
            raise Conflict(household_numbers.not_usable(number))
        refuse_id_numbers("户编号", number)
        at = self.stamp()
        household_id = self.new_id(Household)
        while not number and self._taken_number(household_numbers.issued(household_id)):
            household_id = self.new_id(Household)
        number = number or household_numbers.issued(household_id)
        self.put(Household(id=household_id, number=number, opened_at=at, opened_by=self.actor))
        root = genesis(self.vault.chain, household_id, number, micros(at), self.actor)
        self._heads[household_id] = _Head(0, root, at, NEW)
        return household_id

    def _taken_number(self, number: str) -> bool:
        with row_security.everywhere(self.session) as session:
            return session.exec(select(Household.id).where(Household.number == number)).first() is not None

    def new_id(self, kind: type[SQLModel]) -> int:
        """A fresh id of a table, taken in blocks so that bulk entry need not ask the database for each."""
        block = self._ids.setdefault(kind, [])
        if not block:
            connection = self.connection_session.connection()
            table = str(kind.__tablename__)
            if connection.dialect.name == "postgresql":
                query = text("SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)")
                block += reversed(connection.execute(query, {"t": table, "n": _BLOCK}).scalars().all())
            else:  # the write lock is ours: nobody else can take the next number
                last = self._last_ids.get(kind) or connection.execute(text(f"SELECT max(id) FROM {table}")).scalar()
                last = last or 0
                block += range(last + _BLOCK, last, -1)
                self._last_ids[kind] = last + _BLOCK
        return block.pop()

    def put(self, row: SQLModel) -> None:
        """Write a row that is no ledger entry, together with the entries."""
        self._rows.setdefault(type(row), []).append(_values(row))
        self._buffered += 1

    def append(self, household_id: int, entry: E) -> E:
        """Append one entry to a household's ledger and give it back with its number and hash."""
        head = self._head(household_id)
        entry.household_id = household_id
        entry.seq = head.seq + 1
        entry.recorded_at = max(self.stamp(), head.recorded_at)
        entry.recorded_by = self.actor
        entry.import_id = entry.import_id or self.import_id
        if len(entry.area) != 12:
            raise Invalid(f"区划代码应为 12 位：{entry.area!r}")
        without_numbers(entry)
        if entry.happened_on > entry.recorded_at.astimezone(SHANGHAI).date():
            raise Invalid(f"发生日期 {entry.happened_on} 晚于登记日期")
        stored = stored_values(entry)
        entry.hash = entry_hash(self.vault.chain, head.hash, str(type(entry).__tablename__), stored)
        self._rows.setdefault(type(entry), []).append(_values(entry))
        head.seq, head.hash, head.recorded_at = entry.seq, entry.hash, entry.recorded_at
        if favours(entry):
            self._favours.append(entry)
        self._buffered += 1
        if self._buffered >= _BUFFER:
            self.flush()
        return entry

    def lock(self, household_id: int) -> None:
        """Take a ledger for this work: whoever looks before he writes does this first. Raises NotFound."""
        self._head(household_id)

    def _head(self, household_id: int) -> _Head:
        """The head of a ledger, locked for this work."""
        head = self._heads.get(household_id)
        if head is None:
            query = select(LedgerHead).where(LedgerHead.household_id == household_id).with_for_update()
            stored = self.connection_session.exec(query, execution_options={"populate_existing": True}).first()
            if stored is None:
                raise NotFound(f"没有编号为 {household_id} 的家庭")
            if self.by_clock and stored.recorded_at - self.now > _TURNED_BACK:
                raise Refused(
                    f"电脑时间（{self.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}）早于最近一次登记的时刻"
                    f"（{stored.recorded_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}），请先校准时间"
                )
            head = self._heads[household_id] = _Head(stored.seq, stored.hash, stored.recorded_at, stored.seq)
        return head

    def flush(self) -> None:
        """Write what was appended, kind by kind, and move the heads forward."""
        if not self._buffered:
            return
        connection = self.connection_session.connection()
        rows, self._rows, self._buffered = self._rows, {}, 0
        placing.touched(self.connection_session, rows)
        dispatches.note_entries(self.connection_session, rows)
        for kind in (*_ORDER, *(kind for kind in rows if kind not in _ORDER)):
            if kind in rows:
                connection.execute(insert(kind), rows[kind])
            if kind is Household:
                self._write_new_heads(connection)
        self._move_heads(connection)

    def _write_new_heads(self, connection: Connection) -> None:
        """Insert the heads of ledgers that this work opened."""
        new = [(household, head) for household, head in self._heads.items() if head.stored_seq == NEW]
        if new:
            connection.execute(insert(LedgerHead), [head.row(household) for household, head in new])
        for _, head in new:
            head.stored_seq = head.seq

    def _move_heads(self, connection: Connection) -> None:
        """Move the heads of ledgers that grew; Conflict when somebody else moved one meanwhile."""
        moved = [(household, head) for household, head in self._heads.items() if head.seq != head.stored_seq]
        for household, head in moved:
            done = connection.execute(
                update(LedgerHead)
                .where(col(LedgerHead.household_id) == household, col(LedgerHead.seq) == head.stored_seq)
                .values(seq=head.seq, hash=head.hash, recorded_at=head.recorded_at)
            )
            if done.rowcount != 1:
                raise Conflict()
            head.stored_seq = head.seq
        if len(self._heads) > _BUFFER:
            self._heads.clear()

    def audit(self, action: str, subject: str = "", detail: str = "") -> None:
        """Write one line of the audit log."""
        self.connection_session.add(
            Audit(at=self.now, actor=self.actor, action=action, subject=subject[:120], detail=detail[:2000])
        )

    def highest_outside(self, series: str, year: int) -> int:
        """The highest number of a series that the register outside the database knows of."""
        return self.outside.highest(series, year) if self.outside else 0

    def took(self, series: str, year: int, n: int) -> None:
        """A number was taken: it goes into the register outside the database once this work is committed."""
        self._taken[series_key(series, year)] = n

    def tell_outside(self, **row: Any) -> None:
        """Something that no older backup may undo goes into the register before the commit; nothing about persons."""
        self._told.append(row)

    def write_outside(self) -> None:
        """Put on disk, outside the database, what this work ended. Before the commit: once too often does no harm."""
        if self.outside is not None:
            self.outside.append([*self._told, *map(self._favour, self._favours)])
        self._told, self._favours = [], []

    def write_numbers(self) -> None:
        """The same of the numbers it took. Called after the commit: work that fails gives its numbers back.

        What cannot be written then stays lacking, which each start says: the work itself is done.
        """
        if self.outside is not None and self._taken:
            with suppress(OSError, Invalid):
                self.outside.append([{"numbers": self._taken}])
        self._taken = {}

    def _favour(self, entry: Entry) -> dict[str, Any]:
        """A line on an entry that ended or took back an earlier one: which, never what it says in words."""
        household = self.connection_session.get_one(Household, entry.household_id)
        root = genesis(
            self.vault.chain, entry.household_id, household.number, micros(household.opened_at), household.opened_by
        )
        line: dict[str, Any] = {
            "household": entry.household_id, "root": root.hex()[:16], "table": str(type(entry).__tablename__),
            "seq": entry.seq, "hash": entry.hash.hex(), "on": str(entry.happened_on),
        }  # fmt: skip
        if isinstance(entry, Finding) and not entry.void:
            line |= {"state": entry.state.name, "fact": entry.conduct_seq, "by": entry.decided_by}
            line |= {"document": entry.document, "document_on": str(entry.document_on or "")}
        return line

    def close_books(self, until: datetime) -> None:
        """Close the books up to `until`: nothing can be entered as known before it any more."""
        if until > self.now:
            raise Refused("不能为将来的时刻结账")
        self.flush()
        closing = self.connection_session.exec(select(Closing).where(Closing.id == 1).with_for_update()).one()
        closing.until = max(closing.until, until)
        self.connection_session.flush()
        self._closed = None


def _values(entry: SQLModel) -> dict[str, Any]:
    """All columns of a row for the insert."""
    return {name: getattr(entry, name) for name in type(entry).model_fields}


@dataclass(slots=True)
class Office:
    """机关的程序环境 (one installation): database, keys and clock; `work` opens a piece of work."""

    engine: Engine
    reading_engine: Engine
    vault: Vault
    clock: Clock = wall_clock
    outside: Outside | None = None
    scope: tuple[str, str] | None = None
    """The area to which all work is narrowed, as a half-open range of codes; none for jobs and commands."""

    def within(self, scope: tuple[str, str]) -> Office:
        """The same office for one area: where the database can (`row_security`), it shows no other household."""
        return replace(self, scope=scope) if row_security.second_line(self.engine) else self

    @contextmanager
    def work(self, actor: str, *, due: datetime | None = None, now: datetime | None = None) -> Iterator[Work]:
        """One piece of work of `actor`: committed when the block ends well, rolled back when it raises."""
        if not actor:
            raise Refused("请说明由谁经办（工号）")
        moment = now or self.clock()
        with Session(self.engine, expire_on_commit=False) as session:
            row_security.follow(session, self.scope)
            work = Work(session, self.vault, actor, moment, due or moment, by_clock=now is None, outside=self.outside)
            try:
                yield work
                work.flush()
                session.flush()  # what can be refused is refused before anything is written outside
                row_security.widen(session)  # a household that moved away is written down where it lives now
                placing.renew_touched(session, self.vault, work.today)
                dispatches.tell_noted(session, work.now)
                work.write_outside()
                session.commit()
                work.write_numbers()
            except OperationalError as error:
                if "deadlock" in str(error.orig):
                    raise Conflict("与他人同时办理同一些家庭，本次没有写入，请再试一次") from error
                raise

    @contextmanager
    def reading(self, *, now: datetime | None = None) -> Iterator[Work]:
        """Look without writing: nothing is committed."""
        moment = now or self.clock()
        with Session(self.reading_engine, expire_on_commit=False) as session:
            row_security.follow(session, self.scope)
            looking.begin(session)
            yield Work(session, self.vault, "查阅", moment, moment, by_clock=now is None, outside=self.outside)

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.reading_engine.dispose()


def open_office(chosen: Settings, *, clock: Clock = wall_clock) -> Office:
    """The installation that the settings name. Raises NotFound when there is no key file yet."""
    url = chosen.database_url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    vault = load_vault(chosen.keys, chosen.key_secret_file)
    outside = Outside.beside(chosen.keys, vault.chain)
    return Office(make_engine(url), make_engine(url, read_only=True), vault, clock, outside)
