"""PostgreSQL 的备份文件 (copies of a PostgreSQL database): `pg_dump` and `pg_restore`, on one snapshot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import Engine, text

from integrity import bookcheck
from integrity.errors import Refused


def dump(engine: Engine, file: Path) -> tuple[str, dict[str, int]]:
    """Dump the database; the digest of its heads and its row counts, of the very snapshot that was dumped.

    Raises Refused when pg_dump is not there, or older than the server, or fails.
    """
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        snapshot = str(connection.execute(text("SELECT pg_export_snapshot()")).scalar())
        _run(engine, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={file}")
        known = bookcheck.heads_digest(connection), bookcheck.counts(connection)
    _run(engine, "pg_restore", "--list", str(file), connect=False)
    return known


def load(engine: Engine, file: Path) -> None:
    """Load a dump into an empty database, whole or not at all. Raises Refused."""
    _run(engine, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", str(file))


def _run(engine: Engine, program: str, *arguments: str, connect: bool = True) -> None:
    """Run a PostgreSQL program; the password goes by the environment, never by the command line."""
    path = shutil.which(program)
    if path is None:
        raise Refused(f"没有找到 {program}，请安装与服务器同版本的 postgresql-client")
    url = engine.url.set(drivername="postgresql")
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
        url = url._replace(password=None)
    where = [f"--dbname={url.render_as_string(hide_password=False)}"] if connect else []
    done = subprocess.run(
        [path, *where, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["（没有说明）"])[-1]
        raise Refused(f"{program} 没有成功：{last}")
