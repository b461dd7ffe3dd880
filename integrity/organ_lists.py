"""机关、人员、区划的一览 (lists of organs, officers and areas): what an officer may see of them, some at a time."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, or_, select

from integrity import accounts, area_choice, areas, organs, sessions
from integrity.areas_file import AreaRow
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.permissions import require
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


def officer_within(work: Work, code: str) -> Officer:
    """An officer of the acting officer's area. Raises NotFound alike for none and for one of elsewhere."""
    low, high = code_range(organs.officer(work, work.actor, work.today).area)
    person = work.session.get(Officer, code)
    if person is None or not low <= person.area < high or person.role is Role.SYSTEM:
        raise NotFound(f"本辖区没有工号 {code}")
    return person


def adjust_officer(work: Work, code: str, *, area: str, until: date | None) -> Officer:
    """调整人员: another area from now on, or the last day in office. His sessions end; the account is approved anew.

    The role stays: another one is another 工号, by which what he did is told apart. Raises NotFound outside the acting
    officer's area, Refused for oneself, Invalid where nothing changes or the last day is before the first.
    """
    require(work, "登记人员")
    person, (low, high) = officer_within(work, code), code_range(organs.officer(work, work.actor, work.today).area)
    if code == work.actor:
        raise Refused("自己的岗位由别人调整")
    if not low <= check(area) < high:
        raise Invalid("新的辖区不在您的辖区内，请由上级登记")
    if (area, until) == (person.area, person.until):
        raise Invalid("没有变化：辖区和离岗日期与原来登记的相同")
    if until is not None and until < person.since:
        raise Invalid(f"离岗日期早于到岗日期 {person.since}")
    told = f"{code} 辖区 {person.area}→{area}，在岗至 {person.until or '—'}→{until or '—'}"
    moved = area != person.area
    person.area, person.until = area, until
    work.session.add(person)
    sessions.end_all(work, code, "辖区或者在岗日期有调整")
    if moved:
        accounts.state_anew(work, code)
    work.audit("调整人员", code, told)
    return person


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
