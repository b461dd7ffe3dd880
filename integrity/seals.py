"""签发核验码 (sealing papers): the signature of each paper when it is issued, the keys for it, and what became of them.

A paper is signed once, with the key of that day, and the code is kept: a copy of later years bears the same. A key that
was replaced still vouches for what it signed; one that was lost vouches for nothing but the papers on record.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.permissions import require
from integrity.records import row_security
from integrity.records.office import Officer
from integrity.records.seals import PaperCode, PaperEnd, SealKey
from integrity.rules import check_code
from integrity.rules.areas import ancestors
from integrity.rules.check_code import Stated
from integrity.rules.identity import refuse_id_numbers
from integrity.settings import settings
from integrity.terms import Role
from integrity.vault import Vault, load_vault, public_key, signing_id, written
from integrity.work import Office, Work
from reports.forms import Letter

MATTER = "管理核验码"
PURPOSE = b"chengxin check code 1\0"
"""Signed before the body: a signature made for something else is none here."""

REASON = 60
"""Characters of the reason why a paper ended."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """签名密钥的使用 (use of a key): the key on record, how many papers it signed, and whether it signs now."""

    key: SealKey
    papers: int
    current: bool


def seal(work: Work, letter: Letter, digest: str) -> str:
    """Sign a paper that is being issued and keep its code, in the same work. Raises Refused without a key, Invalid."""
    seed = _current(work)
    stated = Stated(letter.number, letter.organ, letter.form, letter.on, digest[:32], work.vault.signs)
    signed = check_code.body(stated)
    code = check_code.digits(signed, Ed25519PrivateKey.from_private_bytes(seed).sign(PURPOSE + signed))
    work.put(PaperCode(number=letter.number, code=code, key_id=work.vault.signs))
    return code


def code_of(work: Work, number: str) -> str:
    """The code that every copy of a paper bears; "" for a paper of the time before codes were signed."""
    kept = work.session.get(PaperCode, number)
    return kept.code if kept else ""


def _current(work: Work) -> bytes:
    """The key that signs today, on record from its first use on. Raises Refused."""
    name = work.vault.signs
    if not name:
        raise Refused("还没有签发核验码的密钥，请由审批人员运行 chengxin code rotate")
    known = work.connection_session.get(SealKey, name)
    if known is None:
        _record(work, name, work.vault.signing[name])
    elif known.public_key != public_key(work.vault.signing[name]).hex():
        raise Refused(f"签名密钥的编号 {name} 与登记的另一把密钥相同，请由审批人员再运行一次 chengxin code rotate")
    elif known.until is not None and _followed(work, name):
        return _current(work)
    elif known.until is not None:
        raise Refused(f"签名密钥 {name} 已于 {known.until} 停止使用；密钥文件是旧的，请放回最新的密钥文件")
    return work.vault.signing[name]


def _followed(work: Work, old: str) -> bool:
    """Was the key replaced while this process went on with what it had read? Then the key file has the new one."""
    try:
        fresh = load_vault(settings().keys)
    except (Invalid, NotFound):
        return False
    if fresh.index != work.vault.index or fresh.signs in ("", old):
        return False
    work.vault = fresh
    return True


def _record(work: Work, name: str, seed: bytes) -> None:
    """Put the public half on record; somebody else may be doing the same."""
    connection = work.session.connection()
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": name, "public_key": public_key(seed).hex(), "since": work.today, "until": None, "lost_on": None,
        "reason": "", "recorded_at": work.now, "recorded_by": work.actor,
    }  # fmt: skip
    connection.execute(insert(SealKey).values(**row).on_conflict_do_nothing())
    work.tell_outside(key=name, public=row["public_key"], since=str(work.today))


def keys(work: Work) -> list[KeyUse]:
    """Every key on record, the oldest first."""
    counts = dict(work.session.exec(select(PaperCode.key_id, func.count()).group_by(PaperCode.key_id)).all())
    rows = work.session.exec(select(SealKey).order_by(col(SealKey.recorded_at), col(SealKey.id)))
    return [KeyUse(one, counts.get(one.id, 0), one.id == work.vault.signs) for one in rows]


def rotate(office: Office, path: Path, actor: str) -> str:
    """更换签名密钥: a new key signs from now on, the old one vouches for what it signed; the id of the new one."""
    with office.work(actor) as work:
        name = renew(work, path)
    office.vault = load_vault(path)
    return name


def renew(work: Work, path: Path) -> str:
    """Put a new signing key in the key file and on record; its id. Raises Forbidden.

    Processes that go on elsewhere find it in the file when they sign next.
    """
    _may_keep_keys(work)
    vault = load_vault(path)
    fresh = _with_new_key(vault, set(work.session.exec(select(SealKey.id))))
    if vault.signs:
        if work.session.get(SealKey, vault.signs) is None:
            _record(work, vault.signs, vault.signing[vault.signs])
        _end(work, vault.signs, until=work.today)
    _record(work, fresh.signs, fresh.signing[fresh.signs])
    work.audit("更换签名密钥", fresh.signs, f"原密钥 {vault.signs}" if vault.signs else "首个签名密钥")
    work.flush()
    write_file(path, written(fresh))
    return fresh.signs


def _may_keep_keys(work: Work) -> None:
    """The keys are those of the whole installation: an approver above the officer, where there is one, sees to them."""
    require(work, MATTER)
    area = work.session.get_one(Officer, work.actor).area
    above = select(Officer).where(Officer.role == Role.APPROVER, col(Officer.area).in_(ancestors(area)))
    with row_security.everywhere(work.session) as session:
        found = list(session.exec(above))
    for one in found:
        if one.since <= work.today and (one.until is None or one.until >= work.today):
            raise Forbidden(f"签名密钥由全部机关共用，由 {one.area} 的审批人员更换、作废")


def _with_new_key(vault: Vault, known: Container[str]) -> Vault:
    """A vault whose new key signs, under an id that no key on record ever had: codes name their key by it.

    The private half of the old one is not kept: nothing will be signed with it.
    """
    while True:
        seed = os.urandom(32)
        name = signing_id(seed)
        if name not in vault.signing and name not in known:
            return replace(vault, signs=name, signing={name: seed})


def lose(office: Office, path: Path, key: str, *, reason: str, actor: str) -> str:
    """签名密钥遗失: as `lost`, in a work of its own; the id of the key that signs from now on."""
    with office.work(actor) as work:
        name = lost(work, path, key, reason=reason)
    office.vault = load_vault(path)
    return name


def lost(work: Work, path: Path, key: str, *, reason: str) -> str:
    """签名密钥作废: nothing that it signed counts by the signature alone any more; papers on record stay genuine.

    The key that signs now is replaced in the same breath; the id of the one that signs from now on. Raises Forbidden,
    NotFound, Conflict.
    """
    refuse_id_numbers("理由", reason)
    _may_keep_keys(work)
    known = work.session.get(SealKey, key)
    if known is None:
        raise NotFound(f"没有编号为 {key} 的签名密钥，见 chengxin code keys")
    if known.lost_on is not None:
        raise Conflict(f"签名密钥 {key} 已于 {known.lost_on} 宣布作废")
    if load_vault(path).signs == key:
        renew(work, path)
    _end(work, key, lost_on=work.today, reason=reason)
    work.audit("签名密钥作废", key, reason)
    return load_vault(path).signs


def _end(work: Work, key: str, **values: object) -> None:
    work.flush()
    work.connection_session.execute(update(SealKey).where(col(SealKey.id) == key).values(**values))
    work.connection_session.expire_all()
    work.tell_outside(key=key, **{name: str(day) for name, day in values.items() if isinstance(day, date)})


def end(work: Work, number: str, *, by_number: str = "", reason: str, on: date | None = None) -> PaperEnd:
    """文书失效: whoever verifies this paper is told that it was withdrawn, or replaced and by which. Once, for good.

    Raises NotFound for a paper without a code, Conflict when it is ended, Refused.
    """
    require(work, MATTER)
    refuse_id_numbers("理由", reason)
    for one in (number, *([by_number] if by_number else [])):
        if work.session.get(PaperCode, one) is None:
            raise NotFound(f"没有文号为 {one}、带有签名核验码的文书")
    if not 0 < len(reason.strip()) <= REASON:
        raise Refused(f"请写明撤回或者替换的理由，不超过 {REASON} 字")
    if number == by_number:
        raise Refused("文书不能由它自己替换")
    day = on or work.today
    if day > work.today:
        raise Refused("失效日期不能晚于今天")
    if known := work.session.get(PaperEnd, number):
        raise Conflict(f"文书 {number} 已于 {known.ended_on} 登记失效")
    return _ended(work, number, by_number, reason, day)


def end_with_case(work: Work, numbers: Iterable[str], *, by_number: str, reason: str, on: date) -> list[PaperEnd]:
    """随案件失效: the papers that a step of a case revokes or replaces, by whoever may take that step.

    A paper without a code, and one that has ended before, are passed over; gives those that ended now.
    """
    by_number = by_number if by_number and code_of(work, by_number) else ""
    return [
        _ended(work, one, by_number, reason, on)
        for one in numbers
        if one != by_number and code_of(work, one) and work.session.get(PaperEnd, one) is None
    ]


def _ended(work: Work, number: str, by_number: str, reason: str, day: date) -> PaperEnd:
    row = PaperEnd(
        number=number, ended_on=day, by_number=by_number, reason=reason, recorded_at=work.now, recorded_by=work.actor
    )
    work.session.add(row)
    work.session.flush()
    work.tell_outside(paper=number, ended=str(day), by_number=by_number, code=code_of(work, number))
    work.audit("文书失效", number, f"{f'由 {by_number} 替换' if by_number else '撤回'}：{reason}")
    return row
