"""数据库迁移 (migrations): run by Alembic, in a connection it is given or on the settings' database."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from integrity.records import (
    access,
    accounts,
    counts,
    dispatches,
    evidence,
    exports,
    intake,
    ledger,
    office,
    print_runs,
    seals,
    wishes,
)
from integrity.settings import settings
from integrity.work import make_engine

TABLES = (ledger, office, access, accounts, counts, dispatches, evidence, exports, intake, seals, print_runs, wishes)


def run() -> None:
    """Bring the database to the wanted revision in one transaction."""
    given = context.config.attributes.get("connection")
    if given is not None:
        context.configure(connection=given, target_metadata=SQLModel.metadata)
        context.run_migrations()
        return
    url = context.get_x_argument(as_dictionary=True).get("url") or settings().database_url
    engine = make_engine(url)
    with engine.begin() as connection:
        context.configure(connection=connection, target_metadata=SQLModel.metadata)
        context.run_migrations()
    engine.dispose()


run()
