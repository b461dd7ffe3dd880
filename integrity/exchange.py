"""导入 (import): roll, promises, conduct and comparison results, from an officer's own sheet into the ledgers.

`check` is a dry run over every row, `accept` writes, `undo` takes back. What was imported is known by keyed digests of
the rows, written in the same transaction as the entries: a repeated or resumed import adds nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from integrity import reassessment
from integrity.errors import Conflict, Invalid, Refused
from integrity.exchange_batches import DONE, batch_of
from integrity.exchange_checks import check_unit, is_imported
from integrity.exchange_columns import sheet_of
from integrity.exchange_entries import UnitRefused, enter
from integrity.exchange_reading import Table, marked_file, read_table
from integrity.exchange_records import Facts, Villages, Within, gather, policy_in_use, villages
from integrity.exchange_rows import Fault, Sheaf, Unit, read_rows
from integrity.exchange_template import template
from integrity.exchange_undo import Undone, undo
from integrity.records.ledger import Household
from integrity.records.office import ImportBatch
from integrity.rules.identity import mask_name
from integrity.rules.policy import Policy
from integrity.work import Office, Work

__all__ = ["Fault", "Report", "Undone", "accept", "check", "template", "undo"]

ALL, GOOD = "all", "good"
_CHUNK = 200
_SHOWN = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """检查结果 (result of a dry run), in rows of the sheet. `error_file` is empty when nothing is wrong."""

    rows: int
    good: int
    imported: int
    errors: tuple[Fault, ...]
    hints: tuple[Fault, ...]
    ignored: tuple[str, ...]
    """Columns that the program does not know and does not read."""
    error_file: bytes
    whose: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Row → 户编号 and masked name, of the rows with faults or hints."""
    batches: tuple[int, ...] = ()
    """The imports by which the rows that are imported already came in."""

    @property
    def bad(self) -> int:
        """How many rows are wrong themselves."""
        return len({fault.row for fault in self.errors})

    @property
    def held(self) -> int:
        """How many rows are right and wait for another row of their household."""
        return self.rows - self.good - self.imported - self.bad

    def __str__(self) -> str:
        said = f"共 {self.rows} 行：可导入 {self.good} 行，已导入过 {self.imported} 行，有误 {self.bad} 行"
        return said + (f"，因同户有误暂缓 {self.held} 行" if self.held else "")


def check(office: Office, kind: str, path: Path, actor: str, *, within: Within = None) -> Report:
    """Check every row of a file and write nothing but a line in the audit log.

    `within` are the codes of the area (from, below) whose households the officer may see and enter; None for all.

    Raises Invalid for a file that cannot be read, NotFound for an unknown kind.
    """
    table, sheaf = _read(office, kind, path)
    imported, good, batches = 0, 0, set[int]()
    with office.reading() as work:
        known, policy = villages(work, within), policy_in_use(work)
        for units in _chunks(sheaf):
            facts = _judge(work, sheaf, units, known, policy)
            again = [line for unit in units if is_imported(unit, facts) for line in unit.lines]
            imported += len(again)
            batches |= {facts.imported[line.digest] for line in again}
            good += sum(len(unit.lines) for unit in units if not unit.faults and not is_imported(unit, facts))
    with office.work(actor) as work:
        work.audit("检查导入文件", f"{kind}:{table.sha256[:12]}", f"{path.name}：{len(table.rows)} 行")
    errors = tuple(sorted((fault for unit in sheaf.units for fault in unit.faults), key=lambda one: one.row))
    marked = marked_file(table, _texts(sheaf)) if errors else b""
    return Report(
        len(table.rows), good, imported, errors, tuple(sheaf.hints), table.ignored, marked,
        whose=_whose(sheaf, {one.row for one in (*errors, *sheaf.hints)}), batches=tuple(sorted(batches)),
    )  # fmt: skip


def accept(
    office: Office, kind: str, path: Path, actor: str, mode: str = ALL, *, progress: Progress | None = None,
    within: Within = None,
) -> ImportBatch:  # fmt: skip
    """Import a file: `all` of it in one transaction or nothing, or the `good` rows in chunks of households.

    Stopped at any moment, it can be run again: what was imported is passed over. Raises Refused when a row is wrong in
    mode `all`, Conflict when somebody else changed the same records meanwhile, Invalid for an unreadable file.
    """
    if mode not in (ALL, GOOD):
        raise Invalid("导入方式只有 all（全部通过才导入）和 good（只导入无误的行）")
    table, sheaf = _read(office, kind, path)
    told = progress or (lambda done, rows: None)
    try:
        if mode == GOOD:
            return _accept_good(office, actor, table, sheaf, told, within=within)
        return _accept_all(office, actor, table, sheaf, told, within=within)
    except IntegrityError as clash:
        raise Conflict("导入期间相同的户编号或同一批数据被他人登记，本段未写入；请重新检查后再导入") from clash


def _read(office: Office, kind: str, path: Path) -> tuple[Table, Sheaf]:
    table = read_table(sheet_of(kind), path)
    with office.reading() as work:
        return table, read_rows(table, office.vault, work.today)


def _chunks(sheaf: Sheaf) -> Iterator[list[Unit]]:
    """Units in lists that are checked and written together."""
    return (sheaf.units[n : n + _CHUNK] for n in range(0, len(sheaf.units), _CHUNK))


def _judge(work: Work, sheaf: Sheaf, units: list[Unit], known: Villages, policy: Policy) -> Facts:
    """Check units against the records; what is found joins their faults."""
    facts = gather(work, sheaf.sheet, units, known, policy)
    for unit in units:
        said = set(unit.faults)
        unit.faults += [
            fault for fault in check_unit(sheaf.sheet, unit, facts, work.vault) if fault not in said
        ]
    return facts


def _whose(sheaf: Sheaf, rows: Collection[int]) -> dict[int, tuple[str, str]]:
    """Of whom these rows speak: 户编号, and the name as far as it may be shown in a list of faults."""
    lines = (line for unit in sheaf.units for line in unit.lines if line.row in rows)
    return {line.row: (line.household, mask_name(line["姓名"] or "")) for line in lines}


def _texts(sheaf: Sheaf) -> dict[int, str]:
    """What stands in the column 错误, by row."""
    texts: dict[int, str] = {}
    for unit in sheaf.units:
        for line in unit.lines:
            mine = [str(fault) for fault in unit.faults if fault.row == line.row]
            if mine:
                texts[line.row] = "；".join(mine)
            elif unit.faults:
                others = "、".join(str(row) for row in sorted({fault.row for fault in unit.faults})[:_SHOWN])
                texts[line.row] = f"（本行无误；同户第 {others} 行有误，整户暂不导入）"
    return texts


def _accept_all(
    office: Office, actor: str, table: Table, sheaf: Sheaf, progress: Progress, *, within: Within
) -> ImportBatch:
    """One transaction: all rows of the file, or none."""
    with office.reading() as work:  # most faults show here, before anybody is kept waiting by a lock
        known, policy = villages(work, within), policy_in_use(work)
        for units in _chunks(sheaf):
            _judge(work, sheaf, units, known, policy)
    _must_be_good(sheaf)
    done = 0
    with office.work(actor) as work:
        batch = _batch(work, table)
        known, policy = villages(work, within), policy_in_use(work)
        for units in _chunks(sheaf):
            facts = _judge(work, sheaf, units, known, policy)
            _must_be_good(sheaf)
            batch.accepted += _write(work, sheaf, units, facts)
            done += sum(len(unit.lines) for unit in units)
            progress(done, len(table.rows))
        batch.state = DONE
        _audit(work, batch)
    return batch


def _must_be_good(sheaf: Sheaf) -> None:
    faults = [fault for unit in sheaf.units for fault in unit.faults]
    if faults:
        some = "；".join(f"第 {fault.row} 行 {fault}" for fault in faults[:_SHOWN])
        rows = len({fault.row for fault in faults})
        raise Refused(f"有 {rows} 行有误，没有导入任何一行：{some}。请先检查并下载错误表")


def _accept_good(
    office: Office, actor: str, table: Table, sheaf: Sheaf, progress: Progress, *, within: Within
) -> ImportBatch:
    """A transaction for each chunk; its marks are written with it."""
    with office.work(actor) as work:
        batch_id = _batch(work, table).id
        known, policy = villages(work, within), policy_in_use(work)
    assert batch_id is not None
    done = 0
    for units in _chunks(sheaf):
        while not _chunk(office, actor, table, sheaf, units=units, known=known, policy=policy):
            pass  # a unit was refused and is left out; the others of the chunk are tried again
        done += sum(len(unit.lines) for unit in units)
        progress(done, len(table.rows))
    with office.work(actor) as work:
        batch = _batch(work, table)
        batch.state = DONE
        _audit(work, batch)
    return batch


def _chunk(
    office: Office, actor: str, table: Table, sheaf: Sheaf, *, units: list[Unit], known: Villages, policy: Policy
) -> bool:
    """Write the good units of a chunk in one transaction; False when one was refused and nothing was written."""
    try:
        with office.work(actor) as work:
            batch = _batch(work, table)
            facts = _judge(work, sheaf, units, known, policy)
            batch.accepted += _write(work, sheaf, [unit for unit in units if not unit.faults], facts)
    except UnitRefused as refused:
        refused.unit.faults.append(Fault(refused.unit.head.row, "", "", f"不能登记：{refused.reason}"))
        return False
    return True


def _write(work: Work, sheaf: Sheaf, units: list[Unit], facts: Facts) -> int:
    """Write the units that are not in the records yet, and evaluate whom no evaluation has seen; how many rows."""
    new = [unit for unit in units if not is_imported(unit, facts)]
    entered = enter(work, sheaf.sheet, new, facts)
    query = select(Household.id).where(col(Household.number).in_([unit.number for unit in new]))
    reassessment.begin(work, [one for one in work.session.exec(query) if one is not None])
    return entered


def _batch(work: Work, table: Table) -> ImportBatch:
    """The batch of this file; what is entered from now on carries its number."""
    batch = batch_of(work, table)
    work.import_id = batch.id
    return batch


def _audit(work: Work, batch: ImportBatch) -> None:
    work.audit("导入", f"import:{batch.id}", f"{batch.file_name}：共 {batch.rows} 行，导入 {batch.accepted} 行")
