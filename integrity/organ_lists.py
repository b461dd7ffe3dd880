"""机关、人员、区划的一览 (lists of organs, officers and areas): what an officer may see of them, some at a time."""

from __future__ import annotations

from sqlmodel import col, or_, select

from integrity import area_choice, areas, organs
from integrity.areas_file import AreaRow
from integrity.errors import Conflict, Invalid, Refused
from integrity.records.office import Officer, Organ
from integrity.rules.areas import ancestors, check, code_range, level_of, parent_of
from integrity.terms import AreaLevel, Role
from integrity.work import Work

Codes = list[tuple[str, str]]


def organs_of(work: Work, area: str) -> list[Organ]:
    """The organs that sign in an area: its own, those above it, and those below it, each as of today."""
    low, high = code_range(area)
    above = or_(col(Organ.area).in_(ancestors(area)), (col(Organ.area) >= low) & (col(Organ.area) < high))
    query = select(Organ).where(above, Organ.since <= work.today).order_by(col(Organ.area), col(Organ.since))
    return list({one.area: one for one in work.session.exec(query)}.values())


def officers_of(work: Work, area: str, *, after: str = "", limit: int = 50) -> list[Officer]:
    """The officers of an area and below, by 工号."""
    low, high = code_range(area)
    query = select(Officer).where(Officer.area >= low, Officer.area < high, Officer.code > after)
    return list(work.session.exec(query.order_by(col(Officer.code)).limit(limit)))


def areas_below(work: Work, area: str, *, after: str = "", limit: int = 50) -> Codes:
    """Code and name of the areas next below one, valid today, by code."""
    if level_of(area) is AreaLevel.VILLAGE:
        return []
    return [one for one in area_choice.narrower(work, area, area) if one[0] > after][:limit]


def register_officer(work: Work, officer: Officer) -> Officer:
    """Write down an officer. Raises Conflict where the 工号 is taken, Refused for no role of a person, Invalid."""
    if officer.role is Role.SYSTEM:
        raise Refused("“系统任务”不是人员岗位")
    if work.session.get(Officer, officer.code) is not None:
        raise Conflict(f"工号 {officer.code} 已登记，请换一个工号")
    organs.enter_officer(work, officer)
    work.audit("登记人员", officer.code, officer.role.value)
    return officer


def register_organ(work: Work, organ: Organ) -> Organ:
    """Write down who signs for an area from a day on. Raises Conflict for a second one of the same day, Invalid."""
    if work.session.get(Organ, (check(organ.area), organ.since)) is not None:
        raise Conflict(f"{organ.area} 自 {organ.since} 起的机关已经登记；要改，请写新的起始日期")
    return organs.enter_organ(work, organ)


def register_area(work: Work, row: AreaRow) -> None:
    """Add one area, or end one and name what follows it. Raises Invalid where nothing is above it."""
    areas.area(work, parent_of(check(row.code)), work.today)
    if row.since is not None and row.until is not None and row.until < row.since:
        raise Invalid("撤销日期早于启用日期")
    if row.successor:
        check(row.successor)
    areas.load(work, [row])
