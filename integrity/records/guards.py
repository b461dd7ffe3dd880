"""护栏 (guards): triggers by which the database itself refuses to change or delete what is a fact or an act.

Both engines. `statements` is what the first migration runs; `missing` is what is asked at every start and after each
migration, because a table that was rebuilt loses its triggers without a word.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, PrimaryKeyConstraint, UniqueConstraint, inspect, text
from sqlmodel import SQLModel

from . import access, accounts, dispatches, evidence, exports, intake, office, print_runs, seals, wishes
from .erasable import ERASABLE, as_sql
from .ledger import ENTRIES
from .refusal_cases import ON_CASES, Refusal
from .refusals import RED_LINES

TABLES = (ENTRIES, office, access, accounts, dispatches, evidence, exports, intake, seals, print_runs, wishes)
"""Every module of tables is loaded: the guards look their keys up."""
APPEND_ONLY: tuple[str, ...] = (
    *(str(kind.__tablename__) for kind in ENTRIES),
    "household", "recommendation", "adoption", "emergency_order", "policy_edition", "calendar_year",
    "import_row", "audit", "kinship", "posting", "posting_line", "posting_note",
    "destruction", "paper_code", "paper_end", "print_run", "print_note", "print_wish", "demo_mark",
)  # fmt: skip
"""Tables where nothing is updated and nothing is deleted."""
EMPTIED = {
    "print_wish": wishes.WISH_EMPTIED, "print_note": print_runs.NOTE_EMPTIED, "paper_end": seals.END_EMPTIED,
}  # fmt: skip
"""Of these, the one change that the lawful destruction of a household's data makes, by table."""

FORWARD_ONLY: tuple[tuple[str, str], ...] = (
    (
        "ledger_head",
        "NEW.seq > OLD.seq AND NEW.seq - OLD.seq <= 10000 AND NEW.recorded_at >= OLD.recorded_at "
        "AND NEW.household_id = OLD.household_id",
    ),
    ("number_series", "NEW.last > OLD.last AND NEW.prefix = OLD.prefix AND NEW.year = OLD.year"),
    ("closing", "NEW.until >= OLD.until AND NEW.until < 4102416000000000 AND NEW.id = OLD.id"),
    (  # a key changes, or the content is destroyed once and for all
        "paper_data",
        "NEW.sha256 = OLD.sha256 AND length(OLD.cipher) > 0 AND (NEW.key_id <> OLD.key_id OR length(NEW.cipher) = 0)",
    ),
    (  # a key changes, or it is emptied by the destruction of its household, once and for all
        "evidence_file",
        "NEW.id = OLD.id AND NEW.household_id = OLD.household_id AND NEW.sha256 = OLD.sha256 AND NEW.kind = OLD.kind "
        "AND NEW.size = OLD.size AND NEW.taken_on IS NOT DISTINCT FROM OLD.taken_on "
        "AND NEW.recorded_at = OLD.recorded_at AND NEW.recorded_by = OLD.recorded_by AND length(OLD.file_key) > 0 "
        "AND ((NEW.key_id <> OLD.key_id AND length(NEW.file_key) > 0) OR (NEW.key_id = OLD.key_id AND NEW.name = '' "
        "AND length(NEW.file_key) = 0 "
        "AND EXISTS (SELECT 1 FROM destruction d WHERE d.household_id = OLD.household_id)))",
    ),
    (
        "evaluation_run",
        "NEW.known_until = OLD.known_until AND NEW.on_day = OLD.on_day AND NEW.edition = OLD.edition "
        "AND OLD.finished_at IS NULL",
    ),
    (
        "person",
        "NEW.id = OLD.id AND NEW.digest = OLD.digest AND OLD.destroyed_on IS NULL AND ("
        "(NEW.destroyed_on IS NOT NULL AND NEW.name = '' AND NEW.id_number = '' AND NEW.id_index = ''"
        " AND NEW.phone = '' AND NEW.account = '' AND NEW.salt = '' AND NEW.born_on IS NULL)"
        " OR (NEW.destroyed_on IS NULL AND NEW.name = OLD.name AND NEW.salt = OLD.salt"
        " AND NEW.born_on IS NOT DISTINCT FROM OLD.born_on AND NEW.key_id <> OLD.key_id))",
    ),
    (
        "api_token",
        "OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL AND NEW.id = OLD.id AND NEW.sha256 = OLD.sha256 "
        "AND NEW.officer = OLD.officer AND NEW.issued_at = OLD.issued_at AND NEW.expires_at = OLD.expires_at",
    ),
    (  # a key ends once, and is declared lost once; it never signs again
        "seal_key",
        "NEW.id = OLD.id AND NEW.public_key = OLD.public_key AND NEW.since = OLD.since AND OLD.lost_on IS NULL "
        "AND NEW.recorded_at = OLD.recorded_at AND NEW.recorded_by = OLD.recorded_by AND NEW.until IS NOT NULL "
        "AND ((OLD.until IS NULL AND NEW.until >= OLD.since) OR (NEW.until = OLD.until AND NEW.lost_on IS NOT NULL))",
    ),
    ("account", accounts.ACCOUNT_FORWARD),
    ("account_identity", accounts.IDENTITY_FORWARD),
    ("web_session", accounts.SESSION_FORWARD),
    ("recovery_code", accounts.CODE_FORWARD),
    ("export", exports.EXPORT_FORWARD),
    ("intake", intake.INTAKE_FORWARD),
    ("subscription", dispatches.SUBSCRIPTION_FORWARD),
    ("dispatch", dispatches.DISPATCH_FORWARD),
    ("print_file", print_runs.FILE_FORWARD),
    ("print_item", print_runs.ITEM_FORWARD),
    (
        "api_request",
        "OLD.result = '' AND NEW.result <> '' AND NEW.officer = OLD.officer AND NEW.key_sha256 = OLD.key_sha256 "
        "AND NEW.request = OLD.request",
    ),
)
"""Tables that may only move as the condition says: a number grows, a key changes, a person is erased.

A ledger grows by at most 10 000 entries at a time (a piece of work writes 2 000); the books are closed before 2100:
the database has no clock but the wall's, which is not the office's.
"""


ON_DEMO: tuple[Refusal, ...] = (
    Refusal(
        "guard_demo_mark_begun", "demo_mark", frozenset({"audit"}),
        f"NOT EXISTS (SELECT 1 FROM audit a WHERE a.action = '{accounts.DEMO_BEGUN}')",
        "只有建立示范县时才能作示范标记",
    ),
    Refusal(
        "guard_account_demo", "account", frozenset({"demo_mark"}),
        "NEW.demo AND NOT EXISTS (SELECT 1 FROM demo_mark)", "没有示范标记的数据库不能有示范账户",
    ),
)  # fmt: skip
_SEES_ALL = "SECURITY DEFINER SET search_path FROM CURRENT"
"""PostgreSQL: a guard looks at all rows, also where who writes sees those of one area only (`row_security`)."""
REFUSALS: tuple[Refusal, ...] = (*ON_CASES, *RED_LINES)
"""What no statement can put into the database, whoever writes it; each belongs to a red line."""


def statements(dialect: str, tables: Collection[str] | None = None) -> list[str]:
    """The DDL of every guard for `dialect` (sqlite or postgresql), of those that stand on `tables` only (None: all)."""

    def there(*names: str) -> bool:
        return tables is None or all(name in tables for name in names)

    made: list[str] = []
    kept = [table for table in APPEND_ONLY if there(table)]
    moved = [(table, allowed) for table, allowed in FORWARD_ONLY if there(table)]
    for table in kept:
        message = f"{table}：只能追加，不能修改（请用更正条目）"
        if table in ERASABLE and there("destruction"):
            made += _forward(dialect, table, _erased(table), message)
        elif table in EMPTIED and there("destruction"):
            made += _forward(dialect, table, EMPTIED[table], message)
        else:
            made += _refusal(dialect, table, "UPDATE", message)
    for table in (*kept, *(name for name, _ in moved)):
        made += _refusal(dialect, table, "DELETE", f"{table}：只能追加，不能删除")
    for table, allowed in moved:
        made += _forward(dialect, table, allowed)
    if dialect == "sqlite":
        made += [statement for table in kept for statement in _replacing(table)]
    for one in (*REFUSALS, *ON_DEMO, *intake.ON_INTAKE):
        if there(one.table, *one.looks):
            made += _insert(dialect, one)
    return made


def renew(connection: Connection) -> None:
    """Take all guards away and put them up again as they are now: what a migration does when it is done."""
    dialect = connection.dialect.name
    for name, table in _standing(connection):
        connection.execute(text(f"DROP TRIGGER {name}" + (f" ON {table}" if dialect == "postgresql" else "")))
    if dialect == "postgresql":
        query = "SELECT proname FROM pg_proc WHERE substr(CAST(proname AS text), 1, 6) = 'guard_'"
        for name in connection.execute(text(query)).scalars().all():
            connection.execute(text(f"DROP FUNCTION {name}()"))
    for statement in statements(dialect, inspect(connection).get_table_names()):
        connection.execute(text(statement.replace(":", "\\:")))


def _standing(connection: Connection) -> list[tuple[str, str]]:
    """Name and table of every guard that stands now."""
    query = (
        "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
        if connection.dialect.name == "sqlite"
        else "SELECT tgname, CAST(CAST(tgrelid AS regclass) AS text) FROM pg_trigger "
        "WHERE NOT tgisinternal AND substr(CAST(tgname AS text), 1, 6) = 'guard_'"
    )
    return [(str(name), str(table)) for name, table in connection.execute(text(query))]


def _insert(dialect: str, one: Refusal) -> list[str]:
    """One refusal of rows that are put in."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {one.name} BEFORE INSERT ON {one.table} WHEN {one.when} "
            f"BEGIN SELECT RAISE(ABORT, '{one.message}'); END"
        ]
    return [
        f"CREATE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql {_SEES_ALL} AS $$ BEGIN IF {one.when} THEN "
        f"RAISE EXCEPTION '{one.message}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {one.name} BEFORE INSERT ON {one.table} FOR EACH ROW EXECUTE FUNCTION {one.name}()",
    ]


def _refusal(dialect: str, table: str, act: str, message: str) -> list[str]:
    """One refusal of an act on a table."""
    name = f"guard_{table}_{act.lower()}"
    if dialect == "sqlite":
        return [f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"]
    made = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_SEES_ALL} AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if act == "DELETE":
        made.append(f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()")
    return made


def _erased(table: str) -> str:
    """Texts taken out of an entry of a household whose destruction stands on record; nothing else may change."""
    stays = [one.name for one in SQLModel.metadata.tables[table].columns if one.name not in ERASABLE[table]]
    return " AND ".join((
        "EXISTS (SELECT 1 FROM destruction d WHERE d.household_id = OLD.household_id AND OLD.seq <= d.last_seq)",
        *(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in stays),
        *(as_sql(column) for column in ERASABLE[table]),
    ))  # fmt: skip


def _forward(dialect: str, table: str, allowed: str, message: str = "") -> list[str]:
    """An update that is only let through when `allowed` holds."""
    name = f"guard_{table}_update"
    message = message or f"{table}：不允许这样修改"
    if dialect == "sqlite":
        condition = allowed.replace("IS NOT DISTINCT FROM", "IS")
        return [
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN NOT ({condition}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {_SEES_ALL} AS $$ BEGIN IF NOT ({allowed}) THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _replacing(table: str) -> list[str]:
    """SQLite only: INSERT OR REPLACE takes a row away unasked, unless the key is looked up first."""
    keys = SQLModel.metadata.tables[table]
    unique = [one.columns for one in keys.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    same = [" AND ".join(f"{column.name} = NEW.{column.name}" for column in columns) for columns in unique]
    taken = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {one})" for one in sorted(same))
    return [
        f"CREATE TRIGGER guard_{table}_replace BEFORE INSERT ON {table} WHEN {taken} "
        f"BEGIN SELECT RAISE(ABORT, '{table}：只能追加，不能覆盖已有的条目'); END"
    ]


def definitions(dialect: str) -> dict[str, str]:
    """What must stand, by name: on SQLite the text of each trigger, on PostgreSQL the body of its function."""
    made = statements(dialect)
    if dialect == "sqlite":
        return {text_.split()[2]: text_ for text_ in made}
    bodies = {text_.split()[2].removesuffix("()"): text_.split("$$")[1] for text_ in made if "$$" in text_}
    triggers = [text_.split() for text_ in made if text_.startswith("CREATE TRIGGER")]
    return {words[2]: bodies[words[-1].removesuffix("()")] for words in triggers}


def missing(connection: Connection) -> list[str]:
    """Guards that do not stand in this database as they were made, by name; empty when all is well."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        )
    standing = {str(name): str(body) for name, body in connection.execute(text(query))}
    wanted = definitions(connection.dialect.name)
    return sorted(name for name, body in wanted.items() if standing.get(name) != body)
