"""行级安全 (row-level security): the second line behind every query of a page or an interface; PostgreSQL only.

A piece of work for one area runs as the role `WINDOW`, which cannot log in: the database shows it the households that
live in the area now, and what belongs to them; without an area it sees none. Jobs and commands run as the owner. What
was entered in the same transaction is seen too: a new household has its place only when the work is done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event, inspect, text
from sqlmodel import Session, SQLModel

from . import (
    access,
    accounts,
    counts,
    dispatches,
    evidence,
    exports,
    intake,
    looking,
    office,
    places,
    print_runs,
    seals,
    wishes,
)
from .ledger import ENTRIES

TABLES = (
    ENTRIES, office, access, accounts, counts, dispatches, evidence, exports, intake, places, print_runs, seals, wishes,
)  # fmt: skip
"""Every module of tables is loaded: each table with households in it has a policy."""
WINDOW, POLICY, _NARROWED = "chengxin_window", "within_area", "narrowed"
_AREA = "({0} || '') >= current_setting('chengxin.low', true) AND ({0} || '') < current_setting('chengxin.high', true)"
"""Asked of each row: an index on the area would be chosen for it, where the query itself has a much better one."""
_OWN = "{0}.xmin = CAST(pg_current_xact_id_if_assigned() AS xid)"
"""Written by this very transaction. Of a row that is changed the new one is looked at before it has its xmin."""
_PLACED = (
    "EXISTS (SELECT 1 FROM household_place p WHERE p.household_id = {0}) "
    f"OR EXISTS (SELECT 1 FROM household h WHERE h.id = {{0}} AND {_OWN.format('h')})"
)
_ENTERED = f"EXISTS (SELECT 1 FROM household_place p WHERE p.household_id = {{0}}.household_id) OR {_OWN}"
"""Of a row that is never changed: its own xmin says as much as its household's, and costs far less."""
_FOR_GOOD = (*(str(kind.__tablename__) for kind in ENTRIES), "recommendation", "kinship", "destruction")
_BY_AREA = ("household_place", "household_name", "waits", "posting", "print_run", "export", "area_sums")
_OTHERS = {
    "household": "EXISTS (SELECT 1 FROM household_place p WHERE p.household_id = household.id) OR "
    + _OWN.format("household"),
    "person": "EXISTS (SELECT 1 FROM member m WHERE m.person_id = person.id) OR " + _OWN.format("person"),
    "intake": f"CASE WHEN intake.household_id IS NULL THEN {_AREA.format('intake.area')} "
    f"ELSE {_PLACED.format('intake.household_id')} END",
    "import_row": f"household_id IS NULL OR {_PLACED.format('import_row.household_id')}",
    "posting_line": "EXISTS (SELECT 1 FROM posting p WHERE p.id = posting_line.posting_id)",
    "posting_note": "EXISTS (SELECT 1 FROM posting p WHERE p.id = posting_note.posting_id)",
    "print_file": "EXISTS (SELECT 1 FROM print_run r WHERE r.number = print_file.run)",
    "print_note": "EXISTS (SELECT 1 FROM print_run r WHERE r.number = print_note.run)",
}
"""Tables whose rows belong to an area in another way than by a household of their own."""


def conditions() -> dict[str, str]:
    """Table → which of its rows the window sees; the policies of the tables that a condition names hold in it too."""
    made = {name: _AREA.format("area") for name in _BY_AREA} | _OTHERS
    made |= {name: _ENTERED.format(name) for name in _FOR_GOOD}
    for name, table in SQLModel.metadata.tables.items():
        if "household_id" in table.columns and name not in made:
            made[name] = _PLACED.format(f"{name}.household_id")
    return dict(sorted(made.items()))


def renew(connection: Connection) -> bool:
    """Put role, grants and policies up as they are now: what a migration does when it is done. Is the line on?

    Not on SQLite; and not where the owner may not create roles: the program says so at its start.
    """
    if connection.dialect.name != "postgresql" or not _role(connection):
        return False
    for statement in _grants():
        connection.execute(text(statement))
    for statement in _policies(inspect(connection).get_table_names()):
        connection.execute(text(statement))
    return True


def _role(connection: Connection) -> bool:
    """Is there the role, or can it be made, and may this user take it on?"""
    there = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": WINDOW}).first()
    may = connection.execute(
        text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    ).scalar()
    if there is None and may:
        connection.execute(text(
            f"DO $$ BEGIN CREATE ROLE {WINDOW} NOLOGIN NOBYPASSRLS; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        ))  # fmt: skip
        connection.execute(text(f"GRANT {WINDOW} TO CURRENT_USER"))
        return True
    return there is not None and _member(connection)


def _member(connection: Connection) -> bool:
    query = text("SELECT pg_has_role(current_user, :name, 'MEMBER')")
    return bool(connection.execute(query, {"name": WINDOW}).scalar())


def _grants() -> list[str]:
    return [
        f"GRANT USAGE ON SCHEMA public TO {WINDOW}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {WINDOW}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {WINDOW}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WINDOW}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WINDOW}",
    ]


def _policies(tables: Collection[str]) -> list[str]:
    made = []
    for name, condition in conditions().items():
        if name in tables:
            made += [
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
                f"DROP POLICY IF EXISTS {POLICY} ON {name}",
                f"CREATE POLICY {POLICY} ON {name} FOR ALL TO {WINDOW} USING ({condition}) WITH CHECK (true)",
            ]
    return made


def stands(connection: Connection) -> bool:
    """Is the second line on in this database, on every table?"""
    if connection.dialect.name != "postgresql":
        return False
    there = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": WINDOW}).first()
    if there is None or not _member(connection):
        return False
    query = text(
        "SELECT c.relname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid "
        "WHERE p.polname = :name AND c.relrowsecurity"
    )
    return set(conditions()) <= set(connection.execute(query, {"name": POLICY}).scalars())


_lines: WeakKeyDictionary[Engine, bool] = WeakKeyDictionary()


def second_line(engine: Engine) -> bool:
    """Does this database narrow what it shows? Asked once of each."""
    if engine not in _lines:
        if engine.dialect.name != "postgresql":
            return False
        with engine.connect() as connection:
            _lines[engine] = stands(connection)
    return _lines[engine]


def narrow(connection: Connection, low: str, high: str) -> None:
    """For the rest of this transaction: the households of an area, and no others."""
    query = text("SELECT set_config('chengxin.low', :low, true), set_config('chengxin.high', :high, true)")
    connection.execute(query, {"low": low, "high": high})
    connection.exec_driver_sql(f"SET LOCAL ROLE {WINDOW}")


def follow(session: Session, scope: tuple[str, str] | None) -> None:
    """Narrow every transaction of a session to an area, from its first statement on; None leaves it as it is."""
    if scope is None:
        return
    session.info[_NARROWED] = True

    @event.listens_for(session, "after_begin")
    def _begun(_session: Session, _transaction: object, connection: Connection) -> None:
        narrow(connection, *scope)


def widen(session: Session) -> None:
    """Back to the owner, for the rest of this transaction."""
    looking.forget(session)
    if session.info.get(_NARROWED):
        session.connection().exec_driver_sql("SET LOCAL ROLE NONE")


@contextmanager
def everywhere(session: Session) -> Iterator[Session]:
    """Look beyond the area: only where a rule is about all areas alike, as that no number is given twice."""
    widen(session)
    yield session
    looking.forget(session)
    if session.info.get(_NARROWED):
        session.connection().exec_driver_sql(f"SET LOCAL ROLE {WINDOW}")
