"""销毁 (destruction): personal data past their keep time are taken away for good; the chains of the ledgers stay whole.

鉴定 by one person, 批准 by another, each an act of his own; then `destroy` empties the database in one transaction, and
`finish` what lies outside it: printed papers, evidence files, free pages and the write-ahead log, and the register by
which no backup brings anything back. `finish` can be repeated until it has done all. 个人信息保护法 19、47.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import case, exists, func, null, or_, update
from sqlmodel import SQLModel, col, select

from integrity import evidence, intake_kept
from integrity.destruction_register import Destroyed, append, beside, made, read
from integrity.errors import Conflict, NotFound, Refused
from integrity.print_progress import files_with
from integrity.records import placing
from integrity.records.chain import blanked_rows, genesis, seal_of
from integrity.records.columns import micros
from integrity.records.erasable import DAYS, ERASABLE, GONE
from integrity.records.ledger import ENTRIES, Household, Member, Notice, Printing, Residence
from integrity.records.office import Destruction, PaperData, Person, Posting, PostingLine, PostingNote
from integrity.records.print_runs import PrintItem, PrintNote
from integrity.records.seals import PaperEnd
from integrity.records.wishes import PrintWish
from integrity.retention import DESTROYED, assess, destroyed, due, last_entry, marks, waiting
from integrity.settings import Settings
from integrity.vault import Vault
from integrity.work import Office, Work, make_engine

__all__ = [
    "DESTROYED", "appraise", "approve", "destroy", "destroyed", "due", "finish", "replay", "scrub", "waiting",
]  # fmt: skip

APPRAISED, APPROVED = "销毁鉴定", "批准销毁"
_ITEM = "销毁清单"
_EMPTIED = (
    "person", "paper_data", "evidence_file", "intake", "print_wish", "print_item", "print_note", "paper_end",
    "household_place", "household_name",
)  # fmt: skip
"""Tables that destruction empties besides the ledger."""
_CHUNK = 12
"""Digests in one line of the audit log, below its length."""


def appraise(work: Work, household_id: int, *, list_number: str) -> None:
    """鉴定 (appraisal): the acting officer has looked and puts the household on a destruction list. Raises Refused."""
    _ready(work, household_id, list_number)
    work.audit(APPRAISED, f"household:{household_id}", list_number)


def approve(work: Work, household_id: int, *, list_number: str) -> None:
    """批准 (approval) of a household on a list, by another person than the one who appraised it. Raises Refused."""
    _ready(work, household_id, list_number)
    by = _who(work, household_id, APPRAISED, list_number)
    if by is None:
        raise Refused(f"该户没有列入销毁清册 {list_number}，请先由鉴定人鉴定")
    if by == work.actor:
        raise Refused("鉴定和批准须由两人分别办理")
    work.audit(APPROVED, f"household:{household_id}", list_number)


def destroy(
    work: Work, household_id: int, *, list_number: str, appraised_by: str, approved_by: str
) -> Destroyed:  # fmt: skip
    """Destroy a household's personal data in the database; what was destroyed is told by digests only.

    Persons are emptied, and the contents of papers, steps and public notices; files go with `finish`. Raises Refused
    unless both acts stand on record, by two persons, the keep time is over and nothing holds back.
    """
    household = _ready(work, household_id, list_number)
    if appraised_by == approved_by:
        raise Refused("鉴定和批准须由两人分别办理")
    for act, by in ((APPRAISED, appraised_by), (APPROVED, approved_by)):
        if _who(work, household_id, act, list_number) != by:
            raise Refused(f"销毁清册 {list_number} 中没有 {by} 对该户的“{act}”记录")
    row = Destroyed(
        root=_root(work.vault, household), household_id=household_id, number=household.number, on=str(work.today),
        list_number=list_number, appraised_by=appraised_by, approved_by=approved_by, **_found(work, household_id),
    )  # fmt: skip
    _empty(work, row)
    return row


def _ready(work: Work, household_id: int, list_number: str) -> Household:
    """The household, locked, if it may be destroyed today. Raises NotFound, Refused."""
    if not list_number.strip():
        raise Refused("请填写销毁清册编号")
    household = work.session.get(Household, household_id)
    if household is None:
        raise NotFound(f"没有编号为 {household_id} 的家庭")
    work.lock(household_id)
    if household_id in destroyed(work):
        raise Refused(f"户 {household.number} 已经依法销毁")
    kept = assess(work, household_id, work.today)
    if kept.left_on is None:
        raise Refused(f"户 {household.number} 还在救助中，或者没有退出的记录，不能销毁")
    if kept.questions:
        raise Refused(f"户 {household.number} 的保管期限没有设定：{'；'.join(kept.questions)}")
    if kept.holds:
        raise Refused(f"户 {household.number} 不能销毁：{'；'.join(kept.holds)}")
    if not kept.due(work.today):
        raise Refused(f"户 {household.number} 的资料要保管到 {kept.until}（个人信息保护法第19条、第47条）")
    return household


def _who(work: Work, household_id: int, act: str, list_number: str) -> str | None:
    """Who appraised or approved a household on a list, or None."""
    found = [line.actor for one, line in marks(work, act) if one == household_id and line.detail == list_number]
    return found[-1] if found else None


def _root(vault: Vault, household: Household) -> str:
    assert household.id is not None
    return genesis(
        vault.chain, household.id, household.number, micros(household.opened_at), household.opened_by
    ).hex()  # fmt: skip


def _found(work: Work, household_id: int) -> dict[str, Any]:
    """What there is to destroy."""
    return {
        "persons": tuple(_own_persons(work, household_id)), "papers": tuple(_own_contents(work, household_id)),
        "evidence": tuple(evidence.files_of(work, household_id)),
        "files": tuple(_printed(work, household_id)),
    }  # fmt: skip


def _own_persons(work: Work, household_id: int) -> list[int]:
    """The persons of a household that no household still needs which was not destroyed."""
    gone = {household_id, *destroyed(work)}
    mine = select(Member.person_id).where(Member.household_id == household_id)
    uses = work.session.exec(
        select(Member.person_id, Member.household_id).where(col(Member.person_id).in_(mine)).distinct()
    ).all()
    needed = {person for person, household in uses if household not in gone}
    return sorted({person for person, _ in uses} - needed)


def _own_contents(work: Work, household_id: int) -> list[str]:
    """Digests of the frozen contents that speak of this household: papers, steps, and public notices that name it."""
    found = set(_own_digests(work, household_id, "data_sha256", PaperData.sha256))
    posted = select(PostingLine.posting_id).where(PostingLine.household_id == household_id)
    found |= set(work.session.exec(select(Posting.data_sha256).where(col(Posting.id).in_(posted))))
    notes = select(PostingNote.data_sha256).where(PostingNote.household_id == household_id)
    found |= set(work.session.exec(notes))
    return sorted(found - {""})


def _own_digests(work: Work, household_id: int, name: str, key: Any) -> list[str]:
    """Digests in a column of a household's entries that are kept, and that no entry of a living household names."""
    kinds = [kind for kind in ENTRIES if name in kind.model_fields]
    mine = {
        digest
        for kind in kinds
        for digest in work.session.exec(select(getattr(kind, name)).where(kind.household_id == household_id))
    }
    kept = set(work.session.exec(select(key).where(key.in_(mine)))) if mine else set()
    gone = {household_id, *destroyed(work)}
    for kind in kinds if kept else ():
        uses = select(getattr(kind, name), kind.household_id).where(getattr(kind, name).in_(kept))
        kept -= {digest for digest, household in work.session.exec(uses) if household not in gone}
    return sorted(kept)


def _printed(work: Work, household_id: int) -> Iterator[str]:
    """Files with a paper of this household. Those of a batch go as a whole: the other papers can be printed again."""
    printed = select(Printing.file).where(Printing.household_id == household_id)
    placed = select(PrintItem).where(PrintItem.household_id == household_id)
    found = set(work.session.exec(printed))
    for one in work.session.exec(placed):
        found |= set(files_with(work, one))
    yield from sorted(found)


def _empty(work: Work, row: Destroyed) -> None:
    """Empty persons, contents and the texts of entries; what is empty already stays as it is."""
    _write_down(work, row)
    _seal(work, row)
    session = work.connection_session
    for table, columns in ERASABLE.items():
        kind = SQLModel.metadata.tables[table]
        values: dict[str, Any] = {
            name: case((or_(kind.c[name] == "", kind.c[name].is_(None)), kind.c[name]), else_=GONE)
            for name in columns
            if name not in DAYS
        }
        values |= {name: null() for name in columns if name in DAYS}
        session.execute(update(kind).where(kind.c.household_id == row.household_id).values(values))
    marks = intake_kept.marks_of(work, row.persons)
    session.execute(
        update(Person)
        .where(col(Person.id).in_(row.persons), col(Person.destroyed_on).is_(None))
        .values(
            name="", sex="", born_on=None, salt="", id_number="", id_index="", phone="", account="",
            destroyed_on=work.today,
        )
    )  # fmt: skip
    session.execute(
        update(PaperData)
        .where(col(PaperData.sha256).in_(row.papers), func.length(PaperData.cipher) > 0)
        .values(cipher=b"")
    )
    evidence.empty(work, row.household_id)
    intake_kept.empty(work, row.household_id, marks)
    _empty_paperwork(work, row.household_id)
    placing.touch(session, (row.household_id,))


def _empty_paperwork(work: Work, household_id: int) -> None:
    """Empty what was kept beside the ledger: reading needs, what happened to printed papers, why papers ended."""
    session = work.connection_session
    wishes = update(PrintWish).where(col(PrintWish.household_id) == household_id)
    session.execute(wishes.values(large=False, cover=False, asked_by=GONE))
    mine = col(PrintItem.household_id) == household_id
    session.execute(update(PrintItem).where(mine, col(PrintItem.variant) != "").values(variant=""))
    papers = exists().where(mine, col(PrintItem.run) == PrintNote.run, col(PrintItem.no) == PrintNote.item_no)
    session.execute(update(PrintNote).where(papers, col(PrintNote.told) != "").values(told=GONE))
    numbers = select(Notice.number).where(Notice.household_id == household_id)
    session.execute(update(PaperEnd).where(col(PaperEnd.number).in_(numbers)).values(reason=GONE))


def _seal(work: Work, row: Destroyed) -> None:
    """Put the seal over what is left of the ledger; from here on the database lets the texts go."""
    connection = work.session.connection()
    rows = blanked_rows(connection, row.household_id)
    told = {
        "household_id": row.household_id, "list_number": row.list_number, "appraised_by": row.appraised_by,
        "approved_by": row.approved_by, "destroyed_at": work.now, "destroyed_by": work.actor,
        "last_seq": rows[-1][0][1],
    }  # fmt: skip
    seal = seal_of(work.vault.chain, bytes.fromhex(row.root), rows, told | {"destroyed_at": micros(work.now)})
    work.session.add(Destruction(**told, seal=seal))
    work.session.flush()


def _write_down(work: Work, row: Destroyed) -> None:
    """The act in the audit log, which outlives it: first the items, by digest, then the act."""
    subject = f"household:{row.household_id}"
    told = asdict(row)
    for name in ("persons", "papers", "evidence", "files"):
        values = told.pop(name)
        for start in range(0, len(values), _CHUNK):
            work.audit(_ITEM, subject, json.dumps({name: values[start : start + _CHUNK]}, ensure_ascii=False))
    work.audit(DESTROYED, subject, json.dumps(told, ensure_ascii=False))


def recorded(work: Work) -> list[Destroyed]:
    """Everything that was destroyed, as the audit log tells it."""
    items: dict[int, dict[str, tuple[Any, ...]]] = {}
    found = []
    for household_id, line in marks(work, _ITEM, DESTROYED):
        mine = items.setdefault(household_id, {"persons": (), "papers": (), "evidence": (), "files": ()})
        told = json.loads(line.detail)
        if line.action == _ITEM:
            for name, values in told.items():
                mine[name] = (*mine[name], *values)
        else:
            found.append(made(told | items.pop(household_id)))
    return found


def finish(office: Office, chosen: Settings) -> list[str]:
    """Do outside the database what its destructions ask for; what is still to be done by a person, one line each.

    Register, files, free pages and write-ahead log. Safe to repeat; to be repeated after a crash.
    """
    with office.reading() as work:
        rows = recorded(work)
        lists = [one for row in rows for one in _lists(work, row.household_id)]
    append(beside(chosen.keys), office.vault.chain, rows)
    for row in rows:
        for file in row.files:
            _remove(chosen.papers, file)
        for file in row.evidence:
            _remove(chosen.evidence, file)
    for pattern, last in lists:
        for path in chosen.papers.glob(pattern):
            if path.parent.name <= last:
                path.unlink(missing_ok=True)
    scrub(office)
    older = _old(chosen, rows)
    return [f"备份 {one.name} 做于销毁之前，其中仍有已销毁的资料，请按备份的保存期限销毁" for one in older]


def _lists(work: Work, household_id: int) -> Iterator[tuple[str, str]]:
    """Recheck lists on which the household may stand: pattern, and the last day on which it can be listed."""
    last = str(last_entry(work, household_id))
    areas = work.session.exec(select(Residence.area).where(Residence.household_id == household_id))
    for code in sorted({area[:9] for area in areas}):
        yield f"*/核查名单-*{code}.*", last


def _remove(folder: Path, name: str) -> None:
    """Take a file of a folder away, and nothing that lies outside of it."""
    path = (folder / name).resolve()
    if name and path.is_relative_to(folder.resolve()):
        path.unlink(missing_ok=True)


def _old(chosen: Settings, rows: list[Destroyed]) -> list[Path]:
    """Backups that were made on or before the day of the last destruction."""
    if not rows:
        return []
    last = max(row.on for row in rows).replace("-", "")
    made = sorted(path.parent for path in chosen.backups.glob("chengxin-*/manifest.json"))
    return [path for path in made if path.name.split("-")[1] <= last]


def scrub(office: Office) -> None:
    """Leave nothing of what was emptied in free pages or in the write-ahead log. Raises Conflict when others work.

    SQLite: the file is written anew and the log folded in and cut to nothing. PostgreSQL: each emptied table is.
    """
    if office.engine.dialect.name == "postgresql":
        with office.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM (FULL) {', '.join((*_EMPTIED, *ERASABLE))}")
        return
    sqlite = office.engine.dialect.loaded_dbapi
    connection = sqlite.connect(str(office.engine.url.database), timeout=30, isolation_level=None)
    try:
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite.OperationalError as locked:
        raise Conflict(f"数据库正在使用，不能清除残留；请停止服务后运行 chengxin destroy finish（{locked}）") from None
    finally:
        connection.close()
    if busy:
        raise Conflict("数据库正在使用，预写日志没有清空；请停止服务后运行 chengxin destroy finish")


def replay(url: str, vault: Vault, keys: Path) -> int:
    """Destroy again, in a database restored from a backup, what the register says; how many households.

    A household of another root only has the same id: it is left alone. Raises Invalid for an altered register.
    """
    rows = read(beside(keys), vault.chain)
    if not rows:
        return 0
    office = Office(make_engine(url), make_engine(url, read_only=True), vault)
    try:
        with office.work("恢复备份") as work:
            done = [row for row in rows if _again(work, row)]
        if done:
            scrub(office)
    finally:
        office.dispose()
    return len(done)


def _again(work: Work, row: Destroyed) -> bool:
    """Destroy one household of the register once more; False when it is not there, or was destroyed already."""
    household = work.session.get(Household, row.household_id)
    if household is None or _root(work.vault, household) != row.root or row.household_id in destroyed(work):
        return False
    _empty(work, replace(row, **_found(work, row.household_id)))
    return True
