"""导入批次 (batches): the one batch under which the rows of a file are written, whoever sends it and however often."""

from __future__ import annotations

import zlib

from sqlalchemy import text
from sqlmodel import col, select

from integrity.errors import NotFound, Refused
from integrity.exchange_reading import Table
from integrity.exchange_undo import UNDOING
from integrity.records.office import ImportBatch, ImportRow, Officer
from integrity.work import Work

LOADING, DONE = "loading", "done"


def batch_of(work: Work, table: Table) -> ImportBatch:
    """The batch of this file, opened when there is none that stands; whoever holds it imports alone. Raises Refused."""
    if work.session.connection().dialect.name == "postgresql":  # on SQLite the write lock does the same
        lock = zlib.crc32(f"import {table.sheet.kind}".encode())
        work.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    query = select(ImportBatch).where(
        ImportBatch.kind == table.sheet.kind, ImportBatch.sha256 == table.sha256
    ).order_by(col(ImportBatch.attempt).desc())  # fmt: skip
    last = work.session.exec(query).first()
    if last is not None and last.state == UNDOING:
        raise Refused(f"这个文件的导入（批次 {last.id}）正在撤销，请先完成撤销")
    if last is None or last.undone_at is not None:
        last = ImportBatch(
            kind=table.sheet.kind, sha256=table.sha256, attempt=1 if last is None else last.attempt + 1,
            file_name=table.path.name[-200:], rows=len(table.rows), state=LOADING, recorded_at=work.stamp(),
            recorded_by=work.actor,
        )  # fmt: skip
        work.session.add(last)
        work.session.flush()
    return last


def listed(work: Work, within: tuple[str, str], *, before: int = 0, limit: int = 30) -> list[ImportBatch]:
    """Imports by officers of an area (from, below), the last first."""
    low, high = within
    query = select(ImportBatch).join(Officer, col(Officer.code) == ImportBatch.recorded_by)
    query = query.where(Officer.area >= low, Officer.area < high)
    if before:
        query = query.where(col(ImportBatch.id) < before)
    return list(work.session.exec(query.order_by(col(ImportBatch.id).desc()).limit(limit)))


def households(work: Work, batch: ImportBatch, *, after: int = 0, limit: int = 50) -> list[int]:
    """The ids of the households of an import, from after one on; those too that are there no longer."""
    query = select(ImportRow.household_id).where(ImportRow.import_id == batch.id, ImportRow.household_id > after)
    return list(work.session.exec(query.distinct().order_by(col(ImportRow.household_id)).limit(limit)))


def of_area(work: Work, import_id: int, within: tuple[str, str]) -> ImportBatch:
    """An import by an officer of an area. Raises NotFound alike for none and for one of elsewhere."""
    batch = work.session.get(ImportBatch, import_id)
    officer = work.session.get(Officer, batch.recorded_by) if batch else None
    if batch is None or officer is None or not within[0] <= officer.area < within[1]:
        raise NotFound(f"没有批次号为 {import_id} 的导入")
    return batch
