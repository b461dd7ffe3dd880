"""查看完整号码的次数 (full numbers seen): whoever sees very many in a day is shown to 安全管理员 and 审计管理员.

Counted from the audit log, which nobody can alter; how many are many is a setting. Nothing is stopped by it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlmodel import col, func, select

from integrity.records.columns import SHANGHAI
from integrity.records.office import Audit, Officer
from integrity.rules.areas import code_range
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import Work

ACTION = "查看完整号码"
DAYS = 7
"""How many days back are looked at."""
_WATCHING = (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


class Many(NamedTuple):
    """一天查看过多 (many in a day): who, on which day, how many, beyond how many it is told; where the log shows it."""

    on: date
    officer: str
    name: str
    number: int
    most: int
    log: str


def to_look_at(work: Work) -> list[Many]:
    """Who saw more full numbers on one of the last days than the setting names, the latest day first.

    Asked by 安全管理员 for the officers of his area, by 审计管理员 for all; nobody else is told anything.
    """
    asking, most = work.session.get(Officer, work.actor), settings().reveals_a_day
    if asking is None or asking.role not in _WATCHING:
        return []
    many = _counted(work, most)
    query = select(Officer).where(col(Officer.code).in_({code for _, code in many}))
    people = {one.code: one for one in work.session.exec(query)}
    audits, (low, high) = asking.role is Role.AUDIT_ADMIN, code_range(asking.area)
    return [
        Many(on, code, people[code].name, number, most, _log(code, on) if audits else "")
        for (on, code), number in sorted(many.items(), reverse=True)
        if code in people and (audits or low <= people[code].area < high)
    ]


def _counted(work: Work, most: int) -> dict[tuple[date, str], int]:
    """Who saw more than so many, day by day."""
    found: dict[tuple[date, str], int] = {}
    for on in (work.today - timedelta(days=back) for back in range(DAYS)):
        begin, end = (datetime.combine(day, time(), SHANGHAI) for day in (on, on + timedelta(days=1)))
        query = select(Audit.actor, func.count()).where(Audit.at >= begin, Audit.at < end, Audit.action == ACTION)
        rows = work.session.exec(query.group_by(Audit.actor).having(func.count() > most))
        found |= {(on, actor): number for actor, number in rows}
    return found


def _log(code: str, on: date) -> str:
    return "/audit?" + urlencode({"since": on, "until": on, "actor": code, "action": ACTION})
