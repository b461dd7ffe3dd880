"""调整人员 (changes of officers): another area from today on, a last day in office, a corrected name; the 工号 stays.

Who is moved has no door until the 安全管理员 has looked at him again: his sessions end, his tokens are revoked, his
account waits for its approval. The same for whoever comes back. The role is not changed: the rights of what he did, who
may decide after him (四人眼), and whether a telephone is needed all hang on it; another role is another 工号.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import NamedTuple

from sqlmodel import col, select

from integrity import accounts, areas, organs, sessions, tokens
from integrity.errors import Forbidden, Invalid, NotFound, Refused
from integrity.permissions import ADMINISTRATORS, require
from integrity.records.accounts import Account
from integrity.records.office import Officer
from integrity.rules.areas import code_range
from integrity.rules.stated import check_line
from integrity.terms import Role
from integrity.work import Work

MATTER = "登记人员"
OPEN_END = "未定"


class Wanted(NamedTuple):
    """调整以后 (what shall stand of an officer): name, area, and the last day in office, None while he stays."""

    name: str
    area: str
    until: date | None


def officer_here(work: Work, code: str) -> Officer:
    """An officer of the acting officer's area. Raises NotFound alike for none and for one elsewhere."""
    low, high = code_range(organs.officer(work, work.actor, work.today).area)
    person = work.session.get(Officer, code)
    if person is None or not low <= person.area < high:
        raise NotFound("辖区内没有登记这个工号的人员")
    return person


def held(work: Work, code: str) -> Officer:
    """The same, held for this work: nobody else changes him meanwhile."""
    return work.session.get_one(
        Officer, officer_here(work, code).code, with_for_update=True, populate_existing=True
    )  # fmt: skip


def mark(person: Officer) -> str:
    """What a form carries of how an officer stood when it was shown."""
    return sha256(f"{person.name}\n{person.area}\n{person.until}".encode()).hexdigest()


def adjust(work: Work, code: str, wanted: Wanted) -> list[str]:
    """调整人员: write down what changed; what follows of it, in words.

    Raises NotFound, Forbidden, Refused, and Invalid, also where nothing changes.
    """
    person = held(work, code)
    require(work, MATTER, person.area)
    require(work, MATTER, wanted.area)
    changes = _changes(person, wanted)
    _refuse(work, person, wanted)
    moved, was_gone = wanted.area != person.area, _over(person.until, work.today)
    person.name, person.area, person.until = wanted.name, wanted.area, wanted.until
    work.session.add(person)
    work.session.flush()
    work.audit("调整人员", code, "；".join(changes))
    return _follow(work, person, moved=moved, back=was_gone and not _over(person.until, work.today))


def _changes(person: Officer, wanted: Wanted) -> list[str]:
    """Before → after, for the log: codes and days; of the name only that it is another. Raises Invalid for nothing."""
    before, after = (one.until or OPEN_END for one in (person, wanted))
    found = (
        (person.area != wanted.area, f"辖区 {person.area} → {wanted.area}"),
        (before != after, f"离岗日期 {before} → {after}"),
        (person.name != wanted.name, "姓名已更正"),
    )
    changes = [said for holds, said in found if holds]
    if not changes:
        raise Invalid("没有改动任何一项，不用提交")
    return changes


def _refuse(work: Work, person: Officer, wanted: Wanted) -> None:
    check_line("姓名", wanted.name)
    if person.code == work.actor:
        raise Forbidden("自己的登记须由别人调整")
    if person.role is Role.SYSTEM:
        raise Refused("“系统任务”不是人员，不能调整")
    if wanted.until is not None and wanted.until < person.since:
        raise Invalid(f"离岗日期早于到岗日期 {person.since}")
    if wanted.area != person.area:
        if person.role is Role.LINKED:
            raise Refused("对接系统的辖区不能改：先登记离岗，再用新的工号登记，重新发放凭据、登记推送")
        areas.area(work, wanted.area, work.today)
    leaves = wanted.until is not None and wanted.until != person.until
    if person.role in ADMINISTRATORS and (leaves or wanted.area != person.area):
        _keep_one(work, person, wanted.area)


def _keep_one(work: Work, person: Officer, area: str) -> None:
    """Nobody takes the last of the 三员 away: there would be no way back on any page. Raises Refused."""
    account = accounts.current(work, person.code)
    if account is None or account.approved_at is None:
        return
    query = select(Officer).where(
        Officer.code == Account.officer, col(Account.closed_at).is_(None), col(Account.approved_at).is_not(None),
        Officer.role == person.role, Officer.code != person.code, Officer.since <= work.today,
        col(Officer.until).is_(None),
    )  # fmt: skip
    reach = [code_range(one.area) for one in work.session.exec(query)]
    if not any(all(low <= code < high for code in (person.area, area)) for low, high in reach):
        who = person.role.value
        raise Refused(f"这里只有 {person.code} 一名可用的{who}；请先登记接任的{who}，开设并核准账户，再来调整")


def _follow(work: Work, person: Officer, *, moved: bool, back: bool) -> list[str]:
    """What a change does to the doors of an officer, as it is told."""
    said = []
    if moved:
        sessions.end_all(work, person.code, "人员调整")
    elif person.until is not None and person.until <= work.today:
        sessions.end_all(work, person.code, "登记离岗")
    if (moved or back) and tokens.revoke_all(work, person.code):
        said.append("接口凭据已经作废")
    if (moved or back) and accounts.approve_again(work, person):
        said.append("账户须由安全管理员重新核准，本人领取新的初始密码")
    return said


def _over(until: date | None, today: date) -> bool:
    return until is not None and until < today
