"""案件期限提醒 (reminders of cases): what is overdue, what ends soon, and what cannot be computed."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import select

from integrity.docket import Waiting, waiting
from integrity.records.ledger import Step
from integrity.work import Work

_NAMED = 8
"""Cases that the summary names; the others are counted."""


def remind(work: Work) -> str:
    """One line: open cases, those overdue, those that end soon, those whose time cannot be computed; overdue named."""
    found = [one for county in _counties(work) for one in waiting(work, county)]
    if not found:
        return "没有在办案件"
    late = [one for one in found if one.nearest is not None and one.nearest.overdue]
    soon = [one for one in found if one not in late and one.due(work.today)]
    unset = [one for one in found if one.nearest is not None and one.nearest.last_day is None]
    said = [f"在办案件 {len(found)} 件", f"逾期 {len(late)} 件", f"即将到期 {len(soon)} 件"]
    if unset:
        said.append(f"期限不能计算、请人工确定 {len(unset)} 件")
    bad = [one for one in found if one.fault]
    if bad:
        said.append(f"无法读取、请人工查明 {len(bad)} 件")
    return "，".join(said) + _listed("逾期", late) + _listed("无法读取", bad)


def _listed(what: str, cases: list[Waiting]) -> str:
    named = "；".join(_named(one) for one in cases[:_NAMED])
    return f"。{what}：{named}{'等' if len(cases) > _NAMED else ''}" if cases else ""


def _counties(work: Work) -> list[str]:
    """Counties in which a case was ever opened."""
    codes = work.session.exec(select(func.substr(Step.area, 1, 6)).distinct())
    return sorted(f"{code}000000" for code in codes)


def _named(one: Waiting) -> str:
    clock = one.nearest
    why = f"{clock.clock.name}截至{clock.last_day}" if clock is not None else one.fault
    return f"户{one.number}第{one.case.no}号案件（{one.case.procedure.value}）{why}"
