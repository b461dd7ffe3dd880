"""账册核验 (check of the books): is each ledger what was written, do all guards stand, is every person unaltered?"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, text
from sqlalchemy import select as plain_select
from sqlmodel import SQLModel, col, or_, select

from integrity import editions, evidence, intake_kept, persons
from integrity.errors import ChengxinError
from integrity.papers import content
from integrity.records import guards
from integrity.records.chain import breaks
from integrity.records.ledger import Household, LedgerHead, Member, Notice
from integrity.records.office import Destruction, PaperData, Person, PolicyEdition
from integrity.work import Work


def faults(work: Work, household_id: int | None = None, *, store: Path | None = None) -> Iterator[str]:
    """Everything that is wrong, one sentence each, naming the place; nothing when all is well.

    With `household_id` only that household's. `store` is where its evidence lies, if not where the settings say. Memory
    does not grow with the roll.
    """
    connection = work.session.connection()
    if household_id is None:
        yield from file_faults(connection)
    yield from (f"护栏缺失或被改动：{name}" for name in guards.missing(connection))
    lowest = household_id or 0
    for one in breaks(connection, work.vault.chain, lowest, household_id):
        yield f"断点：{_called(work, one.household_id)}第 {one.seq} 条（{one.table}）：{one.reason}"
    yield from _persons(work, household_id)
    yield from _contents(work, household_id)
    yield from evidence.faults(work, household_id, store=store)
    yield from intake_kept.faults(work, household_id)


def file_faults(connection: Connection) -> Iterator[str]:
    """What SQLite itself finds wrong with its file and its references; other databases look after theirs."""
    if connection.dialect.name != "sqlite":
        return
    said = connection.execute(text("PRAGMA integrity_check(20)")).scalars().all()
    yield from (f"数据库文件损坏：{one}" for one in said if one != "ok")
    lost = connection.execute(text("PRAGMA foreign_key_check")).fetchmany(20)
    yield from (f"数据库引用缺失：{row[0]} → {row[2]}" for row in lost)


def _persons(work: Work, household_id: int | None) -> Iterator[str]:
    """Persons who are not what the ledger was told, by content or by digest."""
    mine = select(Member.person_id).where(Member.household_id == household_id)
    chosen = select(Person).where(col(Person.id).in_(mine)) if household_id else select(Person)
    for person in work.session.exec(chosen.order_by(col(Person.id)).execution_options(yield_per=1000)):
        try:
            wrong = persons.altered(work, person)
        except ChengxinError as error:
            yield f"人员资料：第 {person.id} 号：{error}"
            continue
        if wrong:
            yield f"人员资料：第 {person.id} 号与登记时不符（被改动）"
        work.session.expunge(person)
    told = (
        select(Member.household_id, Member.seq, Member.person_id)
        .join(Person, col(Person.id) == col(Member.person_id), isouter=True)
        .where(or_(col(Person.id).is_(None), Person.digest != Member.person_digest))
    )
    if household_id:
        told = told.where(Member.household_id == household_id)
    for household, seq, person_id in work.session.exec(told):
        yield f"人员资料：{_called(work, household)}第 {seq} 条登记的第 {person_id} 号人员已被替换或删除"


def _called(work: Work, household_id: int) -> str:
    """A household as officers know it."""
    household = work.session.get(Household, household_id)
    return f"家庭 {household_id} " if household is None else f"户 {household.number} "


def _contents(work: Work, household_id: int | None) -> Iterator[str]:
    """Papers whose frozen content is gone or altered, and policy editions whose text is."""
    query = select(Notice) if household_id is None else select(Notice).where(Notice.household_id == household_id)
    gone = set(work.session.exec(select(Destruction.household_id)))
    for notice in work.session.exec(query.execution_options(yield_per=500)):
        kept = work.session.get(PaperData, notice.data_sha256)
        if notice.household_id in gone and kept is not None and not kept.cipher:
            continue  # taken away by the lawful destruction
        try:
            content(work, notice)
        except (ChengxinError, ValueError) as error:
            yield f"文书内容：{notice.number}：{error}"
    if household_id is None:
        for row in work.session.exec(select(PolicyEdition)):
            try:
                editions.by_edition(work, row.edition)
            except (ChengxinError, ValueError, zlib.error) as error:
                yield f"政策版本：{row.edition[:12]}：{error}"


def notes(work: Work) -> Iterator[str]:
    """What is no fault, but should be known: policy editions that the rules of today would refuse, orphaned files."""
    for row in work.session.exec(select(PolicyEdition).order_by(col(PolicyEdition.registered_at))):
        with suppress(ChengxinError, ValueError, zlib.error):  # an altered one is among the faults
            editions.by_edition(work, row.edition)
            name = row.edition[:12]
            yield from (f"政策版本 {name} 启用时有效，按现在的审查规则：{one}" for one in editions.outgrown(row))
    yield from evidence.left_over(work)


def heads_digest(connection: Connection) -> str:
    """One digest over the ends of all ledgers: equal when, and only when, every ledger is the same."""
    digest = sha256()
    table: Any = LedgerHead.__table__  # type: ignore[attr-defined]
    rows = connection.execution_options(yield_per=5000).execute(
        table.select().with_only_columns(table.c.household_id, table.c.seq, table.c.hash).order_by(table.c.household_id)
    )
    for household_id, seq, head in rows:
        digest.update(f"{household_id}|{seq}|{bytes(head).hex()}\n".encode())
    return digest.hexdigest()


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table holds, by name."""
    count = plain_select(func.count()).select_from
    tables = sorted(SQLModel.metadata.tables.items())
    return {
        name: int(connection.execute(count(table)).scalar() or 0)
        for name, table in tables
    }
