"""辖区内的范围 (part of an area): which townships and villages a list may be narrowed down to, by their names."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from integrity import areas
from integrity.records.office import Area
from integrity.rules.areas import code_range, level_of, parent_of
from integrity.terms import AreaLevel
from integrity.work import Work

_BELOW = {
    AreaLevel.PROVINCE: AreaLevel.CITY, AreaLevel.CITY: AreaLevel.COUNTY, AreaLevel.COUNTY: AreaLevel.TOWNSHIP,
    AreaLevel.TOWNSHIP: AreaLevel.VILLAGE,
}  # fmt: skip
_CODE = 12
_POSTS = {
    AreaLevel.PROVINCE: (AreaLevel.CITY, AreaLevel.COUNTY), AreaLevel.CITY: (AreaLevel.COUNTY, AreaLevel.TOWNSHIP),
    AreaLevel.COUNTY: (AreaLevel.TOWNSHIP,), AreaLevel.TOWNSHIP: (AreaLevel.VILLAGE,),
}  # fmt: skip
"""On which levels below his own somebody may place officers, so that the choice stays one."""


def within(area: str, wanted: str) -> str:
    """The area that was asked for where it lies within an officer's own, else his own: nothing is told of others."""
    if not (wanted.isascii() and wanted.isdecimal() and len(wanted) == _CODE):
        return area
    (low, high), (first, last) = code_range(area), code_range(wanted)
    return wanted if low <= first and last <= high else area


def narrower(work: Work, area: str, chosen: str) -> list[tuple[str, str]]:
    """What a list of `chosen` can be narrowed down to: the areas next below it; those beside it where it is a village.

    Only areas within the officer's own `area`.
    """
    level = level_of(chosen)
    above = f"{chosen[:9]}000" if level is AreaLevel.VILLAGE else chosen
    if level is AreaLevel.VILLAGE and within(area, above) != above:
        return []
    below = AreaLevel.VILLAGE if level is AreaLevel.VILLAGE else _BELOW[level]
    return [(one.code, one.name) for one in areas.children(work, above, work.today, below)]


def posts(work: Work, area: str) -> list[tuple[str, str]]:
    """任职的辖区 (where an officer of `area` may place officers): it and what lies below, by code, with names."""
    found = {area: areas.named(work, [area], work.today)[area]}
    above: dict[str, str] = {}
    for level in _POSTS.get(level_of(area), ()):
        below = {one.code: one.name for one in areas.children(work, area, work.today, level)}
        found |= {code: above.get(parent_of(code), "") + name for code, name in below.items()}
        above = below
    return sorted(found.items())


def names(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """Code → name, with the township in front of a village; the code where no name is loaded."""
    wanted = {one for code in codes for one in (code, f"{code[:9]}000")}
    query = select(Area.code, Area.name).where(col(Area.code).in_(wanted), Area.since <= work.today)
    known = {code: name for code, name in work.session.exec(query.order_by(col(Area.since)))}
    return {code: _name(code, known) for code in wanted}


def _name(code: str, known: dict[str, str]) -> str:
    above = f"{code[:9]}000"
    own = known.get(code, code)
    return own if code == above or above not in known else known[above] + own
