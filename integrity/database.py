"""数据库 (database): bring it up to date, and ask whether all its guards stand."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from .errors import Refused
from .records import guards

_SCRIPTS = Path(__file__).resolve().parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate the database to `revision`; raises Refused when a guard is missing afterwards."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    _refuse_unguarded(engine)


def check_revision(engine: Engine) -> None:
    """Refuse a database that another version of the program made. Raises Refused with what to do."""
    scripts = _scripts()
    with engine.connect() as connection:
        stands = MigrationContext.configure(connection).get_current_revision()
    if stands == scripts.get_current_head():
        return
    if stands is None or stands in {one.revision for one in scripts.walk_revisions()}:
        raise Refused("数据库是旧版本，请先备份再运行 chengxin init")
    raise Refused(f"数据库是更新的版本（{stands}），请先升级程序")


def check_guards(engine: Engine) -> None:
    """Refuse to go on with an old database, and with one that would let a fact be changed."""
    check_revision(engine)
    _refuse_unguarded(engine)


@lru_cache(maxsize=1)
def _scripts() -> ScriptDirectory:
    """The migrations, read once: each command asks more than once."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def _refuse_unguarded(engine: Engine) -> None:
    with engine.connect() as connection:
        lost = guards.missing(connection)
    if lost:
        raise Refused("数据库缺少只追加保护，停止运行：" + "、".join(lost))
