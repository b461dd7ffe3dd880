"""护栏 (guards): triggers by which the database itself refuses to change or delete what is a fact or an act.

Both engines. `statements` is what the first migration runs; `missing` is what is asked at every start and after each
migration, because a table that was rebuilt loses its triggers without a word.
"""

from __future__ import annotations

from sqlalchemy import Connection, PrimaryKeyConstraint, UniqueConstraint, text
from sqlmodel import SQLModel

from . import office
from .ledger import ENTRIES

TABLES = (ENTRIES, office)
"""Both modules of tables are loaded: the guards look their keys up."""
APPEND_ONLY: tuple[str, ...] = (
    *(str(kind.__tablename__) for kind in ENTRIES),
    "household", "recommendation", "adoption", "emergency_order", "policy_edition", "calendar_year", "evidence",
    "import_row", "audit",
)  # fmt: skip
"""Tables where nothing is updated and nothing is deleted."""

FORWARD_ONLY: tuple[tuple[str, str], ...] = (
    ("ledger_head", "NEW.seq > OLD.seq AND NEW.recorded_at >= OLD.recorded_at AND NEW.household_id = OLD.household_id"),
    ("number_series", "NEW.last > OLD.last AND NEW.prefix = OLD.prefix AND NEW.year = OLD.year"),
    ("closing", "NEW.until >= OLD.until AND NEW.id = OLD.id"),
    ("paper_data", "NEW.sha256 = OLD.sha256 AND NEW.key_id <> OLD.key_id"),
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
)
"""Tables that may only move as the condition says: a number grows, a key changes, a person is erased."""


HEARD = "guard_assistance_heard"
_UNHEARD = (
    "NEW.act = 'STOP' AND NEW.reason = 'X01' AND NEW.hearing = '' AND NEW.happened_on >= 20635 AND NOT NEW.void "
    "AND EXISTS (SELECT 1 FROM member m WHERE m.household_id = NEW.household_id AND m.presence = 'PRESENT' "
    "AND NOT m.void AND NOT EXISTS (SELECT 1 FROM member n WHERE n.household_id = m.household_id "
    "AND (n.corrects = m.seq OR (n.no = m.no AND n.seq > m.seq AND NOT n.void))))"
)
"""Stopped as dead without a hearing, although the last that is known of a member is that he lives there."""


def statements(dialect: str) -> list[str]:
    """The DDL of every guard for `dialect` (sqlite or postgresql)."""
    made: list[str] = []
    for table in APPEND_ONLY:
        made += _refusal(dialect, table, "UPDATE", f"{table}：只能追加，不能修改（请用更正条目）")
    for table in (*APPEND_ONLY, *(name for name, _ in FORWARD_ONLY)):
        made += _refusal(dialect, table, "DELETE", f"{table}：只能追加，不能删除")
    for table, allowed in FORWARD_ONLY:
        made += _forward(dialect, table, allowed)
    if dialect == "sqlite":
        made += [statement for table in APPEND_ONLY for statement in _replacing(table)]
    return made + _heard(dialect)


def _heard(dialect: str) -> list[str]:
    """Nobody who lives is stopped unheard as dead (社会救助法 第48条)."""
    message = "仍有共同生活的成员，未听取意见不能停发（社会救助法第48条）"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {HEARD} BEFORE INSERT ON assistance WHEN {_UNHEARD} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    return [
        f"CREATE FUNCTION {HEARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_UNHEARD} THEN "
        f"RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
        f"CREATE TRIGGER {HEARD} BEFORE INSERT ON assistance FOR EACH ROW EXECUTE FUNCTION {HEARD}()",
    ]


def _refusal(dialect: str, table: str, act: str, message: str) -> list[str]:
    """One refusal of an act on a table."""
    name = f"guard_{table}_{act.lower()}"
    if dialect == "sqlite":
        return [f"CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END"]
    made = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$",
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if act == "DELETE":
        made.append(f"CREATE TRIGGER {name}_all BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {name}()")
    return made


def _forward(dialect: str, table: str, allowed: str) -> list[str]:
    """An update that is only let through when `allowed` holds."""
    name = f"guard_{table}_update"
    message = f"{table}：不允许这样修改"
    if dialect == "sqlite":
        condition = allowed.replace("IS NOT DISTINCT FROM", "IS")
        return [
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN NOT ({condition}) "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({allowed}) THEN "
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
