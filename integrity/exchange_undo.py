"""撤销导入 (undo of an import): every imported entry is voided by a correction; nothing is deleted.

What later entries rest on is kept, household by household, and the reason is said. Stopped at any moment, it can be
run again. It can be run again too once later entries are gone, and takes back what was kept; else it adds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import col, select

from integrity.errors import ChengxinError, NotFound, Refused
from integrity.households import correct
from integrity.records.ledger import (
    ENTRIES,
    Assistance,
    Decision,
    Entry,
    Finding,
    Household,
    Notice,
    Recheck,
)
from integrity.records.office import ImportBatch, ImportRow
from integrity.work import Office, Work

UNDOING, UNDONE, PARTLY = "undoing", "undone", "partly"
_CHUNK = 50
LOOKED_AT = 300
"""Households that are looked through while somebody waits for the page."""
_NAMES = {
    "residence": "户情", "member": "成员", "assistance": "救助行为", "verification": "核对", "change": "变化与预警",
    "recheck": "核查", "commitment": "承诺", "conduct": "守信失信事实", "finding": "认定", "decision": "审核意见",
    "notice": "文书", "printing": "打印", "service": "送达",
}  # fmt: skip
_RESTING: dict[str, tuple[type[Entry], ...]] = {
    "roll": ENTRIES, "commitments": (), "conduct": (Finding,),
    "comparison": (Assistance, Recheck, Decision, Notice),
}  # fmt: skip
"""Kinds of later entries that may rest on what was imported."""
_FOR_EVER = {
    "recheck": "核查结果的导入不能撤销：每一行已经是案件的步骤，核查结论已经编号制发"
    "（民发〔2021〕57号第31条；红线第16条）。结果有误的，重新立案核查，作出新的结论，原来的记录保留",
}  # fmt: skip
"""Kinds whose rows became steps of a procedure, by which papers went out: why they are not taken back."""


@dataclass(slots=True)
class Undone:
    """撤销结果 (result of an undo): how many households' entries were taken back, which were kept and why."""

    undone: int = 0
    kept: dict[str, str] = field(default_factory=dict)
    """户编号 → why it was kept."""
    failed: dict[str, str] = field(default_factory=dict)


class Foreseen(NamedTuple):
    """将要撤销的 (what an undo would do): households of the import, how many of them it takes back, with how many
    entries, which are kept and why; `going` is None where there are too many to look through while somebody waits.
    """

    households: int
    going: int | None
    entries: int
    kept: dict[str, str]


def undo(
    office: Office, import_id: int, actor: str, *, progress: Callable[[int, int], None] | None = None, why: str = ""
) -> Undone:
    """Take back an import; `why` goes into the audit log.

    Raises NotFound for an unknown one, Refused for one whose rows are steps of cases.
    """
    with office.work(actor) as work:
        batch = _batch(work, import_id)
        if batch.kind in _FOR_EVER:
            raise Refused(_FOR_EVER[batch.kind])
        batch.state = UNDOING  # the database lets entries that grant something go while this is so
        ids = _household_ids(work, import_id)
    result = Undone()
    for done in range(0, len(ids), _CHUNK):
        _take_back(office, actor, batch, ids[done : done + _CHUNK], result)
        if progress is not None:
            progress(min(done + _CHUNK, len(ids)), len(ids))
    if not result.failed:
        with office.work(actor) as work:
            _close(work, _batch(work, import_id), result, why)
    return result


def _close(work: Work, batch: ImportBatch, result: Undone, why: str) -> None:
    """It is undone, or partly; one more undo that took back nothing is none."""
    batch.state = PARTLY if result.kept else UNDONE
    if result.undone or batch.undone_at is None:
        batch.undone_at, batch.undone_by = work.stamp(), work.actor
        said = f"撤销 {result.undone} 户，保留 {len(result.kept)} 户" + (f"；理由：{why}" if why else "")
        work.audit("撤销导入", f"import:{batch.id}", said)


def foreseen(work: Work, batch: ImportBatch) -> Foreseen:
    """将要撤销的 (what an undo would take back), looked at and not written; beyond some households only how many.

    Raises Refused where the import cannot be taken back.
    """
    if batch.kind in _FOR_EVER:
        raise Refused(_FOR_EVER[batch.kind])
    ids = _household_ids(work, batch.id or 0)
    if len(ids) > LOOKED_AT:
        return Foreseen(len(ids), None, 0, {})
    going = entries = 0
    kept: dict[str, str] = {}
    for done in range(0, len(ids), _CHUNK):
        ledgers = _ledgers(work, ids[done : done + _CHUNK])
        for household_id in ids[done : done + _CHUNK]:
            mine, later = _mine(batch, ledgers.get(household_id, {}))
            if later:
                kept[_number_of(work, household_id)] = f"导入后又有{'、'.join(later)}"
            elif mine:
                going, entries = going + 1, entries + len(mine)
    return Foreseen(len(ids), going, entries, kept)


def _batch(work: Work, import_id: int) -> ImportBatch:
    query = select(ImportBatch).where(ImportBatch.id == import_id).with_for_update()
    batch = work.session.exec(query).first()
    if batch is None:
        raise NotFound(f"没有批次号为 {import_id} 的导入")
    return batch


def _household_ids(work: Work, import_id: int) -> list[int]:
    query = select(ImportRow.household_id).where(ImportRow.import_id == import_id).distinct()
    return sorted(work.session.exec(query))


def _take_back(office: Office, actor: str, batch: ImportBatch, ids: list[int], result: Undone) -> None:
    """Some households in one transaction; where it fails, each for itself, so that one does not hold up the rest."""
    part = Undone()
    try:
        with office.work(actor) as work:
            ledgers = _ledgers(work, ids)
            for household_id in ids:
                _household(work, batch, household_id, ledgers.get(household_id, {}), part)
    except ChengxinError as reason:
        if len(ids) > 1:
            for household_id in ids:
                _take_back(office, actor, batch, [household_id], result)
            return
        part = Undone(failed={_number(office, ids[0]): str(reason)})
    result.undone += part.undone
    result.kept |= part.kept
    result.failed |= part.failed


def _number(office: Office, household_id: int) -> str:
    with office.reading() as work:
        return _number_of(work, household_id)


def _number_of(work: Work, household_id: int) -> str:
    return work.session.exec(select(Household.number).where(Household.id == household_id)).one()


def _ledgers(work: Work, ids: list[int]) -> dict[int, dict[int, Entry]]:
    """All entries of the households, by number."""
    found: dict[int, dict[int, Entry]] = {}
    for kind in ENTRIES:
        for row in work.session.exec(select(kind).where(col(kind.household_id).in_(ids))):
            found.setdefault(row.household_id, {})[row.seq] = row
    return found


def _household(work: Work, batch: ImportBatch, household_id: int, ledger: dict[int, Entry], part: Undone) -> None:
    """One household: void what this import entered, or say why it is kept."""
    mine, later = _mine(batch, ledger)
    if later:
        part.kept[_number_of(work, household_id)] = f"导入后又有{'、'.join(later)}，保留"
    elif mine:
        for entry in reversed(mine):
            why = f"撤销导入批次 {batch.id}"
            correct(work, household_id, entry.seq, None, kind=type(entry), why=why, undoing=True)
        part.undone += 1


def _mine(batch: ImportBatch, ledger: dict[int, Entry]) -> tuple[list[Entry], list[str]]:
    """What this import entered and still stands, and what rests on it, in words."""
    replaced = {entry.corrects for entry in ledger.values()}
    standing = [ledger[seq] for seq in sorted(ledger) if not ledger[seq].void and seq not in replaced]
    mine = [entry for entry in standing if entry.import_id == batch.id and entry.corrects is None]
    return mine, list(_resting(batch, ledger, standing, {entry.seq for entry in mine}))


def _resting(
    batch: ImportBatch, ledger: dict[int, Entry], standing: list[Entry], mine: set[int]
) -> Iterator[str]:
    """What stands after this import and rests on it, in words."""
    counts: dict[str, int] = {}
    for entry in standing:
        if entry.corrects is not None and _root(ledger, entry).import_id == batch.id:
            name = "更正"
        elif mine and entry.seq > min(mine) and entry.seq not in mine and _rests(batch.kind, entry, mine):
            name = _NAMES[str(type(entry).__tablename__)]
        else:
            continue
        counts[name] = counts.get(name, 0) + 1
    yield from (f"{name} {count} 条" for name, count in counts.items())


def _rests(kind: str, entry: Entry, mine: set[int]) -> bool:
    """May this later entry rest on what was imported?"""
    if kind == "conduct" and isinstance(entry, Finding):
        return entry.conduct_seq in mine
    return isinstance(entry, _RESTING[kind])


def _root(ledger: dict[int, Entry], entry: Entry) -> Entry:
    """The entry that was entered first, before all corrections."""
    while entry.corrects is not None:
        entry = ledger[entry.corrects]
    return entry
