"""证据材料 (evidence): scans, photographs and texts, kept sealed outside the database, named by their SHA-256.

Each file has a key of its own, which lies sealed in the row that names it: destruction empties that key, and whatever
copy of the file is left somewhere opens no more. The file is on the disk before its row is committed, so that a death
in between leaves a file that nobody can read and `orphans` lists, never a row without its file. The file's name is a
keyed digest: it tells nobody what lies there, nor whose it is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from sqlalchemy import func, update
from sqlmodel import col, select

from integrity import kinship, organs
from integrity.errors import ChengxinError, Forbidden, Invalid, NotFound, Refused
from integrity.evidence_kinds import KINDS, Kind, kind_of
from integrity.files import settle, write_file
from integrity.permissions import may
from integrity.records.evidence import Evidence
from integrity.records.ledger import ENTRIES, Household
from integrity.records.office import Audit, Destruction
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.stated import EARLIEST, check_text, seen
from integrity.settings import settings
from integrity.vault import Vault
from integrity.work import Work

__all__ = [
    "Evidence", "Fetched", "empty", "faults", "fetch", "files_of", "keep", "known", "left_over", "limit", "listed",
    "name_of", "named", "orphans", "reseal", "standing",
]  # fmt: skip

KEPT, AGAIN, READ, LISTED = "保存证据", "补存证据", "查看证据", "查看证据目录"
ORIGINALS = "查看证据原件"
"""The matter of those who state a reason before an original is shown to them."""
LONGEST_NAME = 120
IN_STORE, NOT_IN_STORE, GONE = "已存", "未存", "已销毁"
_KEY = 32


@dataclass(frozen=True, slots=True)
class Fetched:
    """取出的材料 (piece of evidence as it was kept): its bytes are those of the digest."""

    name: str
    kind: Kind
    content: bytes


def limit() -> int:
    """How many bytes one piece of evidence may have."""
    return settings().evidence_mb * 2**20


def keep(work: Work, content: bytes, name: str, household_id: int, *, taken_on: date | None = None) -> Evidence:
    """保存证据 (keep a piece of evidence) of a household. The same bytes again give the same row, and mend the file.

    Raises Invalid for a kind, size, name or day that cannot be, Refused for a relative and after destruction.
    """
    kind, name = fit(content, name)
    digest = sha256(content).hexdigest()
    if taken_on is not None and not EARLIEST <= taken_on <= work.today:
        raise Invalid(f"形成日期 {taken_on} 不能晚于今天，也不能早于 {EARLIEST.year} 年")
    work.lock(household_id)  # nobody else keeps the same bytes meanwhile, and nobody destroys the household
    _may(work, household_id)
    row = known(work, household_id, digest)
    if row is None:
        return _enter(work, Evidence(
            household_id=household_id, sha256=digest, kind=kind.code, size=len(content), name=name, taken_on=taken_on,
            key_id=work.vault.current, file_key=b"", recorded_at=work.now, recorded_by=work.actor,
        ), content)  # fmt: skip
    if _fault(work, row, settings().evidence):
        _write(work, row, _file_key(work, row), content)
        work.audit(AGAIN, f"household:{household_id}", digest)
    return row


def fit(content: bytes, name: str) -> tuple[Kind, str]:
    """Of which kind a file is, and its name as it is kept. Raises Invalid for what cannot be kept."""
    if len(content) > limit():
        raise Invalid(f"文件过大：不超过 {settings().evidence_mb} MB，请降低扫描的分辨率或者分开保存")
    kind = kind_of(content)
    return kind, _name(name, kind)


def _may(work: Work, household_id: int) -> None:
    if work.session.get(Destruction, household_id) is not None:
        raise Refused("该户的资料已经依法销毁，不再保存证据（个人信息保护法第47条）")
    if work.actor in kinship.relatives(work, household_id):
        raise Refused("办理人与该户有近亲属关系，应当回避（民发〔2021〕57号第11条）")


def _name(name: str, kind: Kind) -> str:
    """The name without folders, checked; it is kept sealed."""
    plain = name.replace("\\", "/").rpartition("/")[2].strip()
    check_text("文件名", plain)
    refuse_id_numbers("文件名", plain)
    if len(plain) > LONGEST_NAME:
        raise Invalid(f"文件名不超过 {LONGEST_NAME} 字，现为 {len(plain)} 字")
    return plain if seen(plain) else f"证据{kind.suffix}"


def _enter(work: Work, row: Evidence, content: bytes) -> Evidence:
    """The file first, then the row with its key."""
    key = os.urandom(_KEY)
    _write(work, row, key, content)
    _seal(work, row, key, row.name)
    work.session.add(row)
    work.session.flush()
    work.audit(KEPT, f"household:{row.household_id}", row.sha256)
    return row


def _bound(row: Evidence, what: str) -> str:
    """The place that is bound into a ciphertext."""
    return f"evidence_file|{row.household_id}|{row.sha256}|{what}"


def _seal(work: Work, row: Evidence, key: bytes, name: str) -> None:
    row.key_id = work.vault.current
    row.file_key = work.vault.seal_bytes(key, _bound(row, "key"))
    row.name = work.vault.seal(name, _bound(row, "name"))


def _file_key(work: Work, row: Evidence) -> bytes:
    """The key of the file in clear. Raises Invalid."""
    try:
        return work.vault.open_bytes(row.key_id, row.file_key, _bound(row, "key"))
    except ValueError:  # cut off
        raise Invalid(f"证据 {row.sha256[:16]} 的密钥被改动，请从备份恢复数据库") from None


def _own(key: bytes) -> Vault:
    """A vault of the one file's key."""
    return Vault("file", {"file": key}, b"")


def _write(work: Work, row: Evidence, key: bytes, content: bytes) -> None:
    """Put the sealed file in its place; on the disk, with the folders that lead to it, when this returns."""
    path = settings().evidence / _file(work.vault, row)
    for folder in (path.parent.parent, path.parent):
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            settle(folder.parent)
    write_file(path, _own(key).seal_bytes(content, _bound(row, "file")))


def _file(vault: Vault, row: Evidence) -> str:
    """Where the file lies in the store."""
    name = vault.blind("evidence_file", f"{row.household_id}|{row.sha256}")
    return f"{name[:2]}/{name}"


def known(work: Work, household_id: int, digest: str) -> Evidence | None:
    """The row of a digest in a household, or None; what was destroyed has a row without a key."""
    query = select(Evidence).where(Evidence.household_id == household_id, Evidence.sha256 == digest.lower())
    return work.session.exec(query).first()


def fetch(work: Work, household_id: int, digest: str, reason: str = "") -> Fetched:
    """取出证据 (the bytes of a digest), checked against it; written down in the audit log. Raises NotFound, Invalid.

    Whoever only watches (监督) states a reason: an original hides no name and no number. Raises Forbidden without it.
    """
    if may(organs.officer(work, work.actor, work.today).role, ORIGINALS) and not seen(reason):
        raise Forbidden("监督岗位查看证据原件须写明理由：请在网页的“证据”里打开这一份")
    row = known(work, household_id, digest)
    if row is None:
        raise NotFound(f"该户没有保存指纹为 {digest[:64]} 的证据")
    if not row.file_key:
        raise NotFound("这份证据已依法销毁")
    content = _opened(work, row, settings().evidence)
    work.audit(READ, f"household:{household_id}", f"{row.sha256}：{reason}" if reason else row.sha256)
    return Fetched(name_of(work, row), KINDS[row.kind], content)


def listed(work: Work, household_id: int) -> list[Evidence]:
    """证据目录: what is kept of a household, in the order in which it was kept; the look is written down."""
    work.audit(LISTED, f"household:{household_id}")
    query = select(Evidence).where(Evidence.household_id == household_id)
    return list(work.session.exec(query.order_by(col(Evidence.id))))


def name_of(work: Work, row: Evidence) -> str:
    """The name of a kept file in clear, "" after destruction; one that was altered spoils no list."""
    try:
        return _plain_name(work, row)
    except Invalid:
        return "（名称不能读出）"


def _plain_name(work: Work, row: Evidence) -> str:
    try:
        return work.vault.open(row.key_id, row.name, _bound(row, "name"))
    except (Invalid, ValueError):
        raise Invalid(f"证据 {row.sha256[:16]} 的名称被改动，请从备份恢复数据库") from None


def _opened(work: Work, row: Evidence, store: Path) -> bytes:
    """The bytes in clear, checked. Raises Invalid, saying what is wrong and what to do."""
    remedy = "请从备份找回，或者用原件重新保存"
    try:
        sealed = (store / _file(work.vault, row)).read_bytes()
    except OSError:
        raise Invalid(f"证据 {row.sha256[:16]} 的文件缺失或者不能读取，{remedy}") from None
    try:
        content = _own(_file_key(work, row)).open_bytes("file", sealed, _bound(row, "file"))
    except (Invalid, ValueError):  # the second: cut off
        raise Invalid(f"证据 {row.sha256[:16]} 的文件或者它的密钥被改动，{remedy}") from None
    if len(content) != row.size or sha256(content).hexdigest() != row.sha256:
        raise Invalid(f"证据 {row.sha256[:16]} 的内容与指纹不符，{remedy}")
    return content


def _fault(work: Work, row: Evidence, store: Path) -> str:
    """What is wrong with one piece of evidence, or ""."""
    try:
        _opened(work, row, store)
        _plain_name(work, row)
    except ChengxinError as fault:
        return str(fault)
    return ""


def faults(work: Work, household_id: int | None = None, *, store: Path | None = None) -> Iterator[str]:
    """Everything wrong with what is kept: missing and altered files, rows taken away, files that outlived their end."""
    store = store or settings().evidence
    gone = set(work.session.exec(select(Destruction.household_id)))
    query = select(Evidence, Household.number).join(Household).order_by(col(Evidence.id))
    if household_id is not None:
        query = query.where(Evidence.household_id == household_id)
    found = set()
    for row, number in work.session.exec(query.execution_options(yield_per=200)):
        found.add((row.household_id, row.sha256))
        if row.file_key:
            wrong = _fault(work, row, store)
        elif row.household_id not in gone:
            wrong = f"证据 {row.sha256[:16]} 的密钥被清空，而该户没有依法销毁"
        else:
            left = (store / _file(work.vault, row)).exists()
            wrong = f"证据 {row.sha256[:16]} 已销毁而文件还在，请运行 chengxin destroy finish" if left else ""
        if wrong:
            yield f"证据材料：户 {number}：{wrong}"
    yield from _taken_away(work, household_id, found)


def _taken_away(work: Work, household_id: int | None, found: set[tuple[int, str]]) -> Iterator[str]:
    """What the audit log knows to have been kept, and of which no row is left."""
    query = select(Audit).where(Audit.action == KEPT).order_by(col(Audit.id))
    if household_id is not None:
        query = query.where(Audit.subject == f"household:{household_id}")
    for line in work.session.exec(query):
        where = int(line.subject.removeprefix("household:"))
        if (where, line.detail) not in found:
            yield f"证据材料：家庭 {where}：证据 {line.detail[:16]} 的登记被删除"


def orphans(work: Work, *, store: Path | None = None) -> Iterator[Path]:
    """Files of the store that no row names, left by a piece of work that did not end: without a key, unreadable."""
    store = store or settings().evidence
    mine = {_file(work.vault, row) for row in work.session.exec(select(Evidence))}
    for path in sorted(store.glob("*/*")):
        if path.is_file() and str(path.relative_to(store)) not in mine:
            yield path


def left_over(work: Work) -> Iterator[str]:
    """The same as sentences: no fault, but worth knowing."""
    for path in orphans(work):
        yield f"证据目录中的 {path.name[:16]} 没有登记（保存时中断留下，或者恢复前的文件），无法读出，可以删除：{path}"


def files_of(work: Work, household_id: int) -> list[str]:
    """The files of a household in the store, as destruction takes them away."""
    query = select(Evidence).where(Evidence.household_id == household_id, func.length(Evidence.file_key) > 0)
    return sorted(_file(work.vault, row) for row in work.session.exec(query))


def empty(work: Work, household_id: int) -> None:
    """Empty the keys and names of a household's evidence: the database lets it happen after its destruction only."""
    mine = (col(Evidence.household_id) == household_id, func.length(Evidence.file_key) > 0)
    work.session.execute(update(Evidence).where(*mine).values(file_key=b"", name=""))


def reseal(work: Work, row: Evidence) -> str:
    """Seal a file's key and name with the current key; the file itself stays. What is wrong with it, or ""."""
    try:
        key, name = _file_key(work, row), _plain_name(work, row)
    except ChengxinError as fault:
        return f"证据 {row.sha256[:12]}：{fault}"
    _seal(work, row, key, name)
    work.session.add(row)
    return ""


def named(work: Work, household_id: int) -> dict[str, list[int]]:
    """Every digest that an entry of the ledger names as its evidence, with the numbers of the entries."""
    found: dict[str, list[int]] = {}
    for kind in (one for one in ENTRIES if "evidence" in one.model_fields):
        query = select(kind).where(kind.household_id == household_id)
        for entry in work.session.exec(query):
            if digest := str(getattr(entry, "evidence", "")):
                found.setdefault(digest, []).append(entry.seq)
    return {digest: sorted(seqs) for digest, seqs in sorted(found.items(), key=lambda one: min(one[1]))}


def standing(work: Work, household_id: int, digest: str) -> str:
    """已存, 未存 or 已销毁: does the store hold what a digest names? Nothing is decrypted for it."""
    row = known(work, household_id, digest)
    if row is None:
        return NOT_IN_STORE
    if not row.file_key:
        return GONE
    with suppress(OSError):
        if (settings().evidence / _file(work.vault, row)).stat().st_size > row.size:
            return IN_STORE
    return "已登记，文件缺失"
