"""密钥更换 (rotation of keys): a new current key, all ciphertexts sealed again, the old key retired when unneeded.

The work goes in blocks, each one transaction, so that a killed rotation goes on where it stopped: what still carries an
old key id is what is left to do. A key leaves the key file only when no row, no file and no kept backup needs it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, text, update
from sqlmodel import col, select

from integrity import backups, dispatches, drafts, evidence, intake_kept, key_seal, one_time
from integrity.errors import ChengxinError, Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.persons import SEALED, context
from integrity.records.accounts import Account, Draft
from integrity.records.dispatches import Subscription
from integrity.records.evidence import Evidence
from integrity.records.intake import Intake
from integrity.records.office import Audit, PaperData, Person
from integrity.settings import settings
from integrity.vault import Vault, load_vault, written
from integrity.work import Office, Work

BLOCK = 500
"""Rows sealed again in one transaction."""
ROTATED = "更换密钥完成"
SEALED_FILE = "封装密钥文件"
Progress = Callable[[int, int], None]
_KEY_NAME = re.compile(r"k(\d+)")


@dataclass(frozen=True, slots=True)
class Rotation:
    """更换结果 (what a rotation did): the current key, how many were sealed again, and what could not be opened."""

    current: str
    sealed: int
    faults: tuple[str, ...]


def rotate(office: Office, path: Path, actor: str, progress: Progress = backups.silent) -> Rotation:
    """Put a new key in place and seal everything with it. A rotation that was broken off is finished, not begun anew.

    The program must not run elsewhere: it would go on with the keys that it has read. Raises NotFound, Invalid.
    """
    office.vault = load_vault(path)
    if not sum(left(office).values()):
        office.vault = _add_key(office.vault, path)
        with office.work(actor) as work:
            work.audit("更换密钥", office.vault.current, "新密钥已写入密钥文件")
    whole, sealed, faults = sum(left(office).values()), 0, list[str]()
    for step in (_persons, _papers, _evidence, _intake, _accounts, _subscriptions, _drafts):
        for done, wrong in step(office, actor):
            sealed += done
            faults += wrong
            progress(sealed, whole)
    if not faults:
        with office.work(actor) as work:
            work.audit(ROTATED, office.vault.current, f"重新加密 {sealed} 条")
    return Rotation(office.vault.current, sealed, tuple(faults))


def left(office: Office) -> dict[str, int]:
    """How many rows still need each key that is not the current one."""
    return {key: count for key, count in used(office).items() if key != office.vault.current}


def used(office: Office) -> dict[str, int]:
    """How many rows need each key. What was destroyed needs none."""
    with office.reading() as work:
        return _used(work)


def _used(work: Work) -> dict[str, int]:
    counts: dict[str, int] = {}
    for query in (
        select(Person.key_id, func.count()).where(col(Person.destroyed_on).is_(None)).group_by(Person.key_id),
        select(PaperData.key_id, func.count()).where(func.length(PaperData.cipher) > 0).group_by(PaperData.key_id),
        select(Evidence.key_id, func.count()).where(func.length(Evidence.file_key) > 0).group_by(Evidence.key_id),
        select(Intake.key_id, func.count()).where(func.length(Intake.cipher) > 0).group_by(Intake.key_id),
        select(Account.key_id, func.count()).where(Account.key_id != "").group_by(Account.key_id),
        select(Subscription.key_id, func.count())
        .where(col(Subscription.ended_at).is_(None))
        .group_by(Subscription.key_id),
        select(Draft.key_id, func.count()).group_by(Draft.key_id),
    ):
        for key, count in work.session.exec(query):
            counts[key] = counts.get(key, 0) + count
    return counts


def _add_key(vault: Vault, path: Path) -> Vault:
    """The key file with one more key, which is the current one from now on."""
    numbers = [int(found[1]) for name in vault.keys if (found := _KEY_NAME.fullmatch(name))]
    name = f"k{max(numbers, default=0) + 1}"
    _write(replace(vault, current=name, keys={**vault.keys, name: os.urandom(32)}), path)
    return load_vault(path)


def seal_again(office: Office, path: Path, actor: str, before: Path | None) -> bool:
    """封装密钥文件: write it anew under the secret that the settings name, or in clear where they name none.

    `before` is the file with the secret that sealed it until now; None where it was the one of the settings, or none.
    Is it sealed now? The keys stay the same. Raises NotFound, Invalid; nothing is written then.
    """
    secret = settings().key_secret_file
    content = key_seal.closed(key_seal.opened(path.read_bytes(), before or secret), secret)
    sealed = key_seal.is_closed(content)
    with office.work(actor) as work:
        work.audit(SEALED_FILE, work.vault.current, "由主密钥封装" if sealed else "不再封装")
    write_file(path, content)
    return sealed


def _write(vault: Vault, path: Path) -> None:
    """Put the key file in its place whole or not at all."""
    write_file(path, written(vault))


def _persons(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal the numbers of persons again, block by block."""
    last: int | None = 0
    while last is not None:
        with office.work(actor) as work:
            query = select(Person).where(
                col(Person.id) > last, Person.key_id != office.vault.current, col(Person.destroyed_on).is_(None)
            )
            rows = list(work.session.exec(query.order_by(col(Person.id)).limit(BLOCK).with_for_update()))
            wrong = [fault for row in rows if (fault := _reseal_person(work, row))]
            last = rows[-1].id if rows else None
        yield len(rows) - len(wrong), wrong


def _reseal_person(work: Work, person: Person) -> str:
    """Seal one person's numbers with the current key; what is wrong with him, or ""."""
    try:
        again = {
            name: work.vault.seal(
                work.vault.open(person.key_id, getattr(person, name), context(name, person.salt)),
                context(name, person.salt),
            )
            for name in SEALED
        }  # fmt: skip
    except ChengxinError as fault:
        return f"第 {person.id} 号人员：{fault}"
    work.connection_session.execute(
        update(Person).where(col(Person.id) == person.id).values(**again, key_id=work.vault.current)
    )
    return ""


def _papers(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal the contents of papers again, block by block."""
    last: str | None = ""
    while last is not None:
        with office.work(actor) as work:
            query = select(PaperData).where(
                col(PaperData.sha256) > last, PaperData.key_id != office.vault.current,
                func.length(PaperData.cipher) > 0,
            )  # fmt: skip
            rows = list(work.session.exec(query.order_by(col(PaperData.sha256)).limit(BLOCK).with_for_update()))
            wrong = [fault for row in rows if (fault := _reseal_paper(work, row))]
            last = rows[-1].sha256 if rows else None
        yield len(rows) - len(wrong), wrong


def _reseal_paper(work: Work, paper: PaperData) -> str:
    """Seal one paper's content with the current key; what is wrong with it, or ""."""
    bound = f"paper_data|{paper.sha256}"
    try:
        cipher = work.vault.seal_bytes(work.vault.open_bytes(paper.key_id, paper.cipher, bound), bound)
    except ChengxinError as fault:
        return f"文书内容 {paper.sha256[:12]}：{fault}"
    work.connection_session.execute(
        update(PaperData).where(col(PaperData.sha256) == paper.sha256).values(cipher=cipher, key_id=work.vault.current)
    )
    return ""


def _evidence(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal the keys of evidence files again, block by block; the files themselves stay as they are."""
    last: int | None = 0
    while last is not None:
        with office.work(actor) as work:
            query = select(Evidence).where(
                col(Evidence.id) > last, Evidence.key_id != office.vault.current, func.length(Evidence.file_key) > 0
            )
            rows = list(work.session.exec(query.order_by(col(Evidence.id)).limit(BLOCK).with_for_update()))
            wrong = [fault for row in rows if (fault := evidence.reseal(work, row))]
            last = rows[-1].id if rows else None
        yield len(rows) - len(wrong), wrong


def _intake(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal what other systems sent again, block by block."""
    last: int | None = 0
    while last is not None:
        with office.work(actor) as work:
            query = select(Intake).where(
                col(Intake.id) > last, Intake.key_id != office.vault.current, func.length(Intake.cipher) > 0
            )
            rows = list(work.session.exec(query.order_by(col(Intake.id)).limit(BLOCK).with_for_update()))
            wrong = [fault for row in rows if (fault := intake_kept.reseal(work, row))]
            last = rows[-1].id if rows else None
        yield len(rows) - len(wrong), wrong


def _subscriptions(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal the secrets of notifications again: there are a few, so all at once. Those that have ended sign nothing."""
    wrong, done = [], 0
    with office.work(actor) as work:
        query = select(Subscription).where(
            Subscription.key_id != office.vault.current, col(Subscription.ended_at).is_(None)
        )
        for row in work.session.exec(query.with_for_update()):
            try:
                dispatches.reseal(work, row)
                done += 1
            except ChengxinError as fault:
                wrong.append(f"第 {row.id} 项推送：{fault}")
    yield done, wrong


def _accounts(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal the secrets of one-time codes again: there are as many as officers, so all at once."""
    wrong, done = [], 0
    with office.work(actor) as work:
        stale = select(Account).where(Account.key_id != "", Account.key_id != office.vault.current)
        for account in work.session.exec(stale.order_by(col(Account.id)).with_for_update()):
            try:
                one_time.reseal(work, account)
                done += 1
            except ChengxinError as fault:
                wrong.append(f"工号 {account.officer} 的动态码密钥：{fault}")
    yield done, wrong


def _drafts(office: Office, actor: str) -> Iterator[tuple[int, list[str]]]:
    """Seal drafts again; one that cannot be opened is nobody's record and is dropped."""
    done = 0
    with office.work(actor) as work:
        for draft in work.session.exec(select(Draft).where(Draft.key_id != office.vault.current).with_for_update()):
            done += 1
            try:
                drafts.reseal(work, draft)
            except ChengxinError:
                work.session.delete(draft)
    yield done, []


def retire(office: Office, path: Path, key: str, actor: str, *, kept: Path | None = None) -> None:
    """Take an old key out of the key file, for good. Raises Refused while anything needs it, and NotFound.

    `kept` is the folder of the backups: one made before the rotation ended can only be read with the old key.
    """
    vault = office.vault = load_vault(path)
    if key not in vault.keys:
        raise NotFound(f"密钥文件中没有密钥 {key}；现有：{'、'.join(vault.keys)}")
    if key == vault.current:
        raise Refused(f"{key} 是现用密钥，不能停用；请先更换密钥（chengxin keys rotate）")
    old = [] if kept is None else needing(office, kept)
    if old:
        raise Refused(
            f"还有 {len(old)} 份备份是更换密钥之前做的，恢复它们要用 {key}：{'、'.join(one.name for one in old[:5])}；"
            "请先按备份的保存期限销毁这些备份"
        )
    with office.work(actor) as work:
        _alone(work)
        count = _used(work).get(key, 0)
        if count:
            raise Refused(f"还有 {count} 条记录要用密钥 {key} 才能打开，不能停用；请先办完更换（chengxin keys rotate）")
        work.audit("停用密钥", key)
        work.flush()
        _write(replace(vault, keys={name: value for name, value in vault.keys.items() if name != key}), path)
    office.vault = load_vault(path)


def _alone(work: Work) -> None:
    """Nobody else seals while a key is taken away. SQLite: the write lock is ours already."""
    connection = work.session.connection()
    if connection.dialect.name == "postgresql":
        tables = "person, paper_data, evidence_file, intake, subscription"
        connection.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))


def needing(office: Office, kept: Path) -> list[Path]:
    """The backups made before the last rotation ended, by name; each needs a key from before."""
    with office.reading() as work:
        query = select(Audit.at).where(Audit.action == ROTATED, Audit.subject == office.vault.current)
        ends = list(work.session.exec(query))
    if not ends:
        return []
    found = []
    for manifest in sorted(kept.glob(f"chengxin-*/{backups.MANIFEST}")):
        try:
            made = datetime.fromisoformat(backups.read(manifest.parent).made_at)
        except (Invalid, NotFound):  # a damaged backup can be read with no key
            continue
        if made <= max(ends):
            found.append(manifest.parent)
    return found
