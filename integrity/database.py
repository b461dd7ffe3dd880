"""数据库 (database): bring it up to date, and ask whether all its guards stand."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from .errors import Refused
from .records import guards

_SCRIPTS = Path(__file__).resolve().parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate the database to `revision`; raises Refused when a guard is missing afterwards."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    check_guards(engine)


def check_guards(engine: Engine) -> None:
    """Refuse to go on when the database would let a fact be changed."""
    with engine.connect() as connection:
        lost = guards.missing(connection)
    if lost:
        raise Refused("数据库缺少只追加保护，停止运行：" + "、".join(lost))
