"""导出 (exports): lists with persons leave the house here: with a reason, a trace, an end; long ones by two hands.

Up to `ALONE` rows within a day an officer takes out himself, in one list or in several; more only when another officer
(批准导出) has approved it. The file is
sealed under the data directory and gone after a day; who asked, why, and every taking is kept for ever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sqlmodel import and_, col, func, or_, select

from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.export_kinds import ASKED, KINDS, LONGEST, MOST, Content, Source
from integrity.files import write_file
from integrity.permissions import may, require
from integrity.records.columns import SHANGHAI
from integrity.records.exports import Export
from integrity.records.office import Officer
from integrity.rules.areas import check, code_range
from integrity.rules.identity import refuse_id_numbers
from integrity.settings import settings
from integrity.work import Work

_MOST_SHOWN = 1000
ALONE = 500
"""Rows that one officer may take out within `DAY`, all his lists together."""
DAY = timedelta(hours=24)
LIVES = timedelta(hours=24)
_REASON = 4
_SETTLED = timedelta(hours=1)
WAITING, APPROVED, REFUSED, READY, OVER = "待批准", "已批准，待制作", "未批准", "可以下载", "已到期"


class Wanted(NamedTuple):
    """要导出什么 (what is asked for): the kind of list, the area, what was chosen, and why."""

    what: str
    area: str
    chosen: Mapping[str, str]
    reason: str


def source_of(what: str) -> Source:
    """A kind of list. Raises NotFound."""
    if what not in KINDS:
        raise NotFound("没有这种可以导出的名单")
    return KINDS[what]


def state_of(work: Work, one: Export) -> str:
    """Where an export stands, in words."""
    if one.made_at is not None:
        return READY if one.expires_at is not None and work.now < one.expires_at else OVER
    if not one.long:
        return OVER
    if one.decided_at is None:
        return WAITING
    return APPROVED if one.approved else REFUSED


def ask(work: Work, wanted: Wanted) -> Export:
    """Ask for a list: a short one is made at once, a long one waits for another officer.

    Raises Forbidden, Refused without a reason or without a row, Invalid.
    """
    source, area = source_of(wanted.what), check(wanted.area)
    _may(work, source, area)
    _reasoned(wanted.reason)
    sweep(work)
    work.close_books(work.now)
    chosen = {name: wanted.chosen[name][:LONGEST] for name in ASKED if wanted.chosen.get(name)}
    if "unmask" in chosen:
        chosen["unmask"] = wanted.reason.strip()[:LONGEST]
    chosen["as_of"] = work.now.isoformat()
    title = source.told(work, area, chosen)
    if "unmask" in chosen:
        require(work, "台账不遮蔽姓名", area)
    rows = source.counted(work, area, chosen)
    if not rows:
        raise Refused("没有可以导出的行，请换一个区划或者期间")
    if rows > MOST:
        raise Refused(f"有 {rows} 行，超过 {MOST} 行，不能一次导出，请缩小区划或者期间")
    one = Export(
        what=wanted.what, area=area, title=title, wanted=json.dumps(chosen, ensure_ascii=False), rows=rows,
        reason=wanted.reason.strip(), long=rows + taken_alone(work) > ALONE, asked_at=work.now, asked_by=work.actor,
    )  # fmt: skip
    work.session.add(one)
    work.session.flush()
    work.audit("申请导出", f"export:{one.id}", f"{area} {title}，{rows} 行；理由：{one.reason}")
    if not one.long:
        _make(work, one)
    return one


def taken_alone(work: Work) -> int:
    """一日内自行导出的行数 (rows the acting officer has taken out alone within a day): small lists add up.

    The officer's own line is held, so that two requests at once do not both count what was there before.
    """
    work.session.exec(select(Officer.code).where(Officer.code == work.actor).with_for_update()).one()
    query = select(func.coalesce(func.sum(Export.rows), 0)).where(
        Export.asked_by == work.actor, col(Export.long).is_(False), Export.asked_at > work.now - DAY
    )
    return int(work.session.exec(query).one())


def _may(work: Work, source: Source, area: str) -> None:
    require(work, source.taking, area)
    require(work, source.matter, area)


def _reasoned(reason: str) -> None:
    if len(reason.strip()) < _REASON:
        raise Invalid(f"请写明导出的理由，不少于 {_REASON} 个字")
    refuse_id_numbers("理由", reason)


def decide(work: Work, export_id: int, *, approved: bool, remark: str = "") -> Export:
    """Approve a long export, or not: by another officer than who asked. Raises Forbidden, Conflict, NotFound."""
    one = _one(work, export_id)
    require(work, source_of(one.what).approving, one.area)
    if one.asked_by == work.actor:
        raise Forbidden("自己申请的导出由另一人批准")
    if state_of(work, one) != WAITING:
        raise Conflict(f"这次导出{state_of(work, one)}，不能再批")
    if not approved and len(remark.strip()) < _REASON:
        raise Invalid("不批准的，请写明理由")
    refuse_id_numbers("意见", remark)
    one.decided_at, one.decided_by, one.approved, one.remark = work.now, work.actor, approved, remark.strip()
    work.session.add(one)
    work.audit("批准导出" if approved else "不批准导出", f"export:{one.id}", f"{one.rows} 行；{one.remark}")
    return one


def make(work: Work, export_id: int) -> Export:
    """Make the file of an approved export: by who asked. Raises Forbidden, Conflict, NotFound."""
    one = _own(work, export_id)
    if state_of(work, one) != APPROVED:
        raise Conflict(f"这次导出{state_of(work, one)}，不能制作")
    _may(work, source_of(one.what), one.area)
    _make(work, one)
    return one


def _make(work: Work, one: Export) -> None:
    made: Content = source_of(one.what).made(work, one.area, json.loads(one.wanted), trace_of(work, one))
    if made.rows > one.rows:
        raise Conflict(f"名单现有 {made.rows} 行，多于申请的 {one.rows} 行，请重新申请")
    digest = sha256(made.data).hexdigest()
    write_file(_place(one), work.vault.seal_bytes(made.data, _context(one, digest)))
    one.made_at, one.expires_at = work.now, work.now + LIVES
    one.key_id, one.sha256, one.name = work.vault.current, digest, made.name[-120:]
    work.session.add(one)
    work.audit("制作导出文件", f"export:{one.id}", f"{made.rows} 行；文件指纹 {digest[:16]}")


def trace_of(work: Work, one: Export) -> str:
    """导出标记 (trace) on every page and beside every row: export, name, 工号, time."""
    officer = work.session.get_one(Officer, one.asked_by)
    return f"导出{one.id:06d}　{officer.name}（{officer.code}）　{work.now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def take(work: Work, export_id: int) -> tuple[str, bytes]:
    """Name and content of the file, for who asked; every taking is written down. Raises NotFound, Refused when over."""
    one = _own(work, export_id)
    require(work, source_of(one.what).taking, one.area)
    if state_of(work, one) != READY:
        raise Refused(f"这次导出{state_of(work, one)}，没有可以下载的文件；需要的请重新申请")
    try:
        data = work.vault.open_bytes(one.key_id, _place(one).read_bytes(), _context(one, one.sha256))
    except FileNotFoundError:
        raise NotFound("导出的文件已不在，请重新申请") from None
    if sha256(data).hexdigest() != one.sha256:
        raise Refused("导出的文件已被改动，不能下载，请重新申请")
    work.audit("下载导出文件", f"export:{one.id}", f"{one.rows} 行；{one.title}")
    return f"导出{one.id:06d}-{one.name}", data


def seen(work: Work, export_id: int) -> Export:
    """An export that the acting officer may see: his own, or one in his area that he might approve. Raises NotFound."""
    one, officer = _one(work, export_id), work.session.get_one(Officer, work.actor)
    low, high = code_range(officer.area)
    if one.asked_by != work.actor and not (one.what in _approved_by(officer) and low <= one.area < high):
        raise NotFound(f"没有编号为 {export_id} 的导出")
    return one


def listed(work: Work, before: int = 0, limit: int = 30) -> list[Export]:
    """Exports that the acting officer may see, the last first."""
    officer = work.session.get_one(Officer, work.actor)
    low, high = code_range(officer.area)
    mine = col(Export.asked_by) == work.actor
    here = and_(col(Export.area) >= low, col(Export.area) < high, col(Export.what).in_(_approved_by(officer)))
    query = select(Export).where(or_(mine, here))
    if before:
        query = query.where(col(Export.id) < before)
    return list(work.session.exec(query.order_by(col(Export.id).desc()).limit(limit)))


def to_decide(work: Work) -> int:
    """How many long exports of his area wait for the acting officer; none of his own."""
    officer = work.session.get_one(Officer, work.actor)
    kinds = _approved_by(officer)
    if not kinds:
        return 0
    low, high = code_range(officer.area)
    query = select(Export.id).where(
        Export.area >= low, Export.area < high, col(Export.long), col(Export.decided_at).is_(None),
        Export.asked_by != work.actor, col(Export.what).in_(kinds),
    )  # fmt: skip
    return len(work.session.exec(query.limit(_MOST_SHOWN)).all())


def _approved_by(officer: Officer) -> list[str]:
    """Kinds of list that an officer of this role may approve."""
    return [what for what, source in KINDS.items() if may(officer.role, source.approving)]


def sweep(work: Work) -> int:
    """Take away every file whose time is over, and such as no export knows; how many."""
    folder, gone = settings().home / "exports", 0
    for path in sorted(folder.glob("*.bin")) if folder.is_dir() else ():
        one = work.session.get(Export, int(path.stem)) if path.stem.isdecimal() else None
        made = one is not None and one.made_at is not None
        if (made and one is not None and state_of(work, one) != READY) or (not made and _left(work, path)):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _left(work: Work, path: Path) -> bool:
    """Was a file left behind by work that came to nothing? A new one may belong to work that is going on."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, SHANGHAI) < work.now - _SETTLED
    except FileNotFoundError:
        return False


def _one(work: Work, export_id: int) -> Export:
    one = work.session.get(Export, export_id)
    if one is None:
        raise NotFound(f"没有编号为 {export_id} 的导出")
    return one


def _own(work: Work, export_id: int) -> Export:
    """One that the acting officer asked for. Raises NotFound."""
    one = _one(work, export_id)
    if one.asked_by != work.actor:
        raise NotFound(f"没有编号为 {export_id} 的导出")
    return one


def _place(one: Export) -> Path:
    return settings().home / "exports" / f"{one.id}.bin"


def _context(one: Export, digest: str) -> str:
    return f"export|{one.id}|{digest}"
