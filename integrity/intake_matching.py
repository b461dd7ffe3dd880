"""来件对应 (matching): which member of a household in an area bears the ID number that was sent, if exactly one does.

Somebody who is known in another area only is told in the very words of somebody whom nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlmodel import col, select

from integrity.errors import Invalid
from integrity.households import members
from integrity.places import Scope
from integrity.records.ledger import Member
from integrity.records.office import Person
from integrity.records.places import HouseholdPlace
from integrity.rules.identity import check_id
from integrity.sights import portions
from integrity.terms import Presence
from integrity.work import Work

BAD_NUMBER: Final = "身份证号不合编码规则"
UNKNOWN: Final = "辖区内没有登记这个身份证号的人"
SEVERAL: Final = "登记在两户以上"
GONE: Final = "登记为已经死亡或者不再共同生活"
LATER: Final = "发生日期晚于收到的日期"
_ENDED = (Presence.DEAD, Presence.LEFT)


class Match(NamedTuple):
    """对应结果 (match): household and member, or why there is none; the blind index of a number that is well formed."""

    household_id: int | None
    member_no: int | None
    id_index: str
    fault: str


def matches(work: Work, asked: Sequence[tuple[str, date]], scope: Scope) -> list[Match]:
    """The match of each (ID number as it was sent, day of what happened), among the households of an area today."""
    indexes = [_index(work, number) for number, _ in asked]
    found = _members(work, sorted(set(indexes) - {""}), scope)
    days = [on for _, on in asked]
    return [_match(index, found.get(index, []), later=on > work.today) for index, on in zip(indexes, days, strict=True)]


def _index(work: Work, number: str) -> str:
    """The blind index of an ID number; "" for what cannot be one."""
    try:
        return work.vault.blind("id_number", check_id(number).number)
    except Invalid:
        return ""


class _Known(NamedTuple):
    household_id: int
    no: int
    ended: bool


def _match(index: str, found: list[_Known], *, later: bool) -> Match:
    here = [one for one in found if not one.ended]
    fault = BAD_NUMBER if not index else LATER if later else UNKNOWN if not found else GONE if not here else ""
    fault = fault or (SEVERAL if len(here) > 1 else "")
    return Match(None, None, index, fault) if fault else Match(here[0].household_id, here[0].no, index, "")


def _members(work: Work, indexes: Sequence[str], scope: Scope) -> dict[str, list[_Known]]:
    """Blind index → the members of households in the area whose number it is today."""
    entered: set[tuple[str, int, int]] = set()
    for portion in portions(indexes):
        query = select(Person.id_index, Member.household_id, Member.no).join(
            Member, col(Member.person_id) == col(Person.id)
        )
        entered |= set(work.session.exec(query.where(col(Person.id_index).in_(portion)).distinct()))
    found: dict[str, list[_Known]] = {}
    here = _here(work, {household for _, household, _ in entered}, scope)
    for index, household, no in sorted(entered):
        now = members(work, household, work.today).get(no) if household in here else None
        if now is not None and work.session.get_one(Person, now.person_id).id_index == index:
            found.setdefault(index, []).append(_Known(household, no, now.presence in _ENDED))
    return found


def _here(work: Work, households: Iterable[int], scope: Scope) -> set[int]:
    """Those of the households that live in the area now."""
    found: set[int] = set()
    for portion in portions(sorted(households)):
        query = select(HouseholdPlace.household_id).where(
            col(HouseholdPlace.household_id).in_(portion), HouseholdPlace.area >= scope[0],
            HouseholdPlace.area < scope[1],
        )  # fmt: skip
        found |= set(work.session.exec(query))
    return found
