"""成员登记 (entering members): a newcomer with the next number, a change of one, the village that a name stands for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlmodel import func, select

from integrity import areas, households, organs, persons, rechecks
from integrity.errors import Invalid, NotFound
from integrity.exchange_records import elsewhere
from integrity.records.ledger import Member
from integrity.rules.areas import check, code_range, level_of
from integrity.rules.identity import check_id
from integrity.terms import Ability, AreaLevel, Capacity, Event, Presence, Relation
from integrity.work import Work

_ADDRESSES = ("new", ".", "..")
"""What cannot stand in the address of a household's page."""
_LISTED = 8
"""Villages of one name that are listed for choosing."""


class Newcomer(NamedTuple):
    """新成员 (a person who joins a household): who he is, and his state from the day on which he joins."""

    name: str
    id_number: str
    relation: Relation
    ability: Ability
    capacity: Capacity
    schooling: bool | None = None
    guardian_no: int | None = None
    phone: str = ""
    account: str = ""


class Home(NamedTuple):
    """住处 (where a new household lives)."""

    area: str
    address: str
    urban: bool
    label: str = ""


def found(work: Work, number: str, home: Home, head: Newcomer, *, since: date) -> int:
    """建档 (open a household) with its head; the household's id; "" has a number issued. Raises Conflict, Invalid."""
    if "/" in number or number in _ADDRESSES:
        raise Invalid(f"户编号不能含“/”，也不能是{'、'.join(_ADDRESSES)}：页面的地址里用不了")
    household_id = households.register(
        work, number, area=home.area, address=home.address, urban=home.urban, since=since, label=home.label
    )
    add(work, household_id, head, since=since)
    return household_id


def add(work: Work, household_id: int, one: Newcomer, *, since: date) -> Member:
    """Enter a member under the next number.

    Raises Invalid for an ID number that cannot be, for too early a day, and for who is a member already.
    """
    work.lock(household_id)
    try:
        area = households.home(work, household_id, since).area
    except NotFound:
        raise Invalid(f"该户在 {since} 还没有登记，成员的起始日期不能更早") from None
    _refuse_twice(work, one.id_number)
    last = work.session.exec(select(func.max(Member.no)).where(Member.household_id == household_id)).one()
    person = persons.register(work, one.name, id_number=one.id_number, phone=one.phone, account=one.account)
    return households.enter_member(
        work, household_id, person, no=(last or 0) + 1, since=since, relation=one.relation, area=area,
        ability=one.ability, capacity=one.capacity, schooling=one.schooling, guardian_no=one.guardian_no,
    )  # fmt: skip


def _refuse_twice(work: Work, id_number: str) -> None:
    """Refuse who lives in this or another household of the officer's own area; nothing is told of any elsewhere."""
    index = work.vault.blind("id_number", check_id(id_number).number)
    mine = homes_of(work, [index]).get(index, ())
    if mine:
        where = "、".join(mine[:_LISTED])
        raise Invalid(f"此人已是户 {where} 的共同生活家庭成员，请先在原户办理减员，或核对是否重复登记")


def homes_of(work: Work, indexes: Collection[str], *, but: int | None = None) -> dict[str, list[str]]:
    """Blind index of an ID number → the households of the officer's own area, `but` one, in which this person lives."""
    found = elsewhere(work, [one for one in indexes if one], but=but)
    if not found:
        return {}
    low, high = code_range(organs.officer(work, work.actor, work.today).area)
    homes = {one: _area_of(work, one) for one in set().union(*found.values())}
    own = {index: sorted(one for one in numbers if low <= homes[one] < high) for index, numbers in found.items()}
    return {index: numbers for index, numbers in own.items() if numbers}


def _area_of(work: Work, number: str) -> str:
    """Where a household lives today; "" where it lives nowhere yet."""
    try:
        return households.home(work, households.by_number(work, number), work.today).area
    except NotFound:
        return ""


class State(NamedTuple):
    """成员情况 (the state of a member): None stays as it was."""

    presence: Presence | None = None
    ability: Ability | None = None
    capacity: Capacity | None = None
    schooling: bool | None = None
    guardian_no: int | None = None


def change(work: Work, household_id: int, no: int, state: State, *, since: date, report: bool = True) -> Member:
    """Write how the state of a member changed. Raises Invalid when nothing did, NotFound for an unknown member.

    A death is reported as a change too (unless it was `report`ed already), so that the check follows in its time.
    """
    work.lock(household_id)
    last = households.members(work, household_id, since).get(no)
    if last is not None and all(new in (None, getattr(last, name)) for name, new in state._asdict().items()):
        raise Invalid("没有变化：各项与原来登记的相同")
    made = households.change_member(work, household_id, no, since=since, **state._asdict())
    if report and state.presence is Presence.DEAD and last is not None and last.presence is not Presence.DEAD:
        rechecks.report(work, household_id, Event.DEATH, happened_on=since, reported_on=work.today, member_no=no)
    return made


def village_of(work: Work, text: str, within: str = "") -> str:
    """The code of the village that a text names: its code, or its name `within` an area.

    Raises Invalid for none, for several (with their codes), and for one outside the area.
    """
    typed = text.strip()
    if typed.isascii() and typed.isdigit():
        return _by_code(work, typed, within)
    rows = areas.find(work, typed, within, work.today) if within else []
    exact = [one for one in rows if one.name == typed] or rows
    if len(exact) == 1:
        return exact[0].code
    if not exact:
        raise Invalid(f"没有找到“{typed}”：请填写村（居）的全名，或者 12 位区划代码")
    named = (areas.full_name(work, one.code, work.today, top=AreaLevel.TOWNSHIP) for one in exact[:_LISTED])
    listed = "；".join(f"{name} {one.code}" for name, one in zip(named, exact, strict=False))
    raise Invalid(f"有 {len(exact)} 个“{typed}”，请填写 12 位区划代码：{listed}")


def _by_code(work: Work, typed: str, within: str) -> str:
    try:
        code = areas.area(work, check(typed), work.today).code
    except NotFound as fault:
        raise Invalid(str(fault)) from None
    low, high = code_range(within) if within else ("", "")
    if level_of(code) is not AreaLevel.VILLAGE:
        raise Invalid(f"家庭应登记到村（居），{code} 不是村级代码")
    if within and not low <= code < high:
        raise Invalid(f"{code} 不在您的辖区")
    return code
