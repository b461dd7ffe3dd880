"""救助家庭 (households): open a ledger, say where the family lives and who belongs to it, correct what was wrong."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from sqlmodel import col, select

from integrity.errors import Invalid, NotFound, Refused
from integrity.records.ledger import Assistance, Entry, Household, Member, Notice, Residence, Step
from integrity.records.office import Person
from integrity.rules.areas import check, level_of
from integrity.terms import Ability, Act, AreaLevel, Capacity, Presence, Relation
from integrity.work import Work

E = TypeVar("E", bound=Entry)


def register(
    work: Work, number: str, *, area: str, address: str, urban: bool, since: date, label: str = "",
    checked: bool = False,
) -> int:  # fmt: skip
    """Open a household's ledger (建档) and write where it lives; its id. Raises Conflict when the number is taken."""
    _village(area)
    household_id = work.open_household(number, checked=checked)
    settle(work, household_id, area=area, address=address, urban=urban, since=since, label=label)
    return household_id


def settle(
    work: Work, household_id: int, *, area: str, address: str, urban: bool, since: date, label: str = ""
) -> Residence:
    """Where the household lives from `since` on (户情): a move is a new entry, the old one stays."""
    _village(area)
    return work.append(
        household_id, Residence(happened_on=since, area=area, address=address, urban=urban, label=label)
    )


def _village(area: str) -> None:
    if level_of(area) is not AreaLevel.VILLAGE:
        raise Invalid(f"家庭应登记到村（居），{area} 不是村级代码")
    check(area)


def enter_member(
    work: Work, household_id: int, person: Person, *, no: int, since: date, relation: Relation, area: str,
    ability: Ability = Ability.UNABLE, capacity: Capacity = Capacity.FULL, presence: Presence = Presence.PRESENT,
    schooling: bool | None = None, guardian_no: int | None = None,
) -> Member:  # fmt: skip
    """Write the state of one member from `since` on: a new member, or a change of an old one (增减员)."""
    assert person.id is not None
    return work.append(
        household_id,
        Member(
            happened_on=since, area=area, no=no, person_id=person.id, person_digest=person.digest,
            born_on=person.born_on, relation=relation, presence=presence, capacity=capacity, ability=ability,
            schooling=schooling, guardian_no=guardian_no,
        ),
    )  # fmt: skip


def change_member(
    work: Work, household_id: int, no: int, *, since: date, presence: Presence | None = None,
    ability: Ability | None = None, capacity: Capacity | None = None, schooling: bool | None = None,
    guardian_no: int | None = None,
) -> Member:  # fmt: skip
    """A member's state changed on `since`; what is not named stays as it was. Raises NotFound for an unknown member."""
    work.lock(household_id)
    last = members(work, household_id, since).get(no)
    if last is None:
        raise NotFound(f"该户在 {since} 没有第 {no} 号成员")
    return work.append(
        household_id,
        Member(
            happened_on=since, area=last.area, no=no, person_id=last.person_id, person_digest=last.person_digest,
            born_on=last.born_on, relation=last.relation, presence=presence or last.presence,
            capacity=capacity or last.capacity, ability=ability or last.ability,
            schooling=last.schooling if schooling is None else schooling,
            guardian_no=guardian_no or last.guardian_no,
        ),
    )  # fmt: skip


def correct(
    work: Work, household_id: int, wrong_seq: int, right: Entry | None, *, kind: type[Entry], why: str,
    undoing: bool = False,
) -> Entry:  # fmt: skip
    """Correct an entry (更正): a new one of the same kind takes its place, or nothing does (`right` is None).

    The old entry stays in the ledger. Raises NotFound for an unknown entry, Refused when it was corrected already.
    """
    if not why.strip():
        raise Refused("更正必须说明理由")
    work.lock(household_id)
    wrong = work.session.get(kind, (household_id, wrong_seq))
    if wrong is None:
        raise NotFound(f"该户没有第 {wrong_seq} 条“{kind.__tablename__}”条目")
    again = select(kind).where(kind.household_id == household_id, kind.corrects == wrong_seq)
    if work.session.exec(again).first() is not None:
        raise Refused(f"第 {wrong_seq} 条已经更正过，请更正最新的一条")
    if right is None:
        if not undoing:  # an import that is undone takes the household itself back
            _stays(work, household_id, wrong)
        right = kind(**{name: getattr(wrong, name) for name in kind.model_fields if name != "import_id"})
        right.void = True
    elif type(right) is not kind:
        raise Invalid("更正条目必须与原条目同类")
    right.corrects = wrong_seq
    work.audit("更正", f"household:{household_id}", f"第 {wrong_seq} 条：{why}")
    return work.append(household_id, right)


def _stays(work: Work, household_id: int, wrong: Entry) -> None:
    """Refuse to take away what a household cannot be without, or what others name for good."""
    if isinstance(wrong, Residence) and len(standing(work, Residence, household_id, date.max)) == 1:
        raise Refused("这是该户唯一的住址登记，不能作废；请更正为正确的住址")
    if isinstance(wrong, Notice):
        raise Refused("文书的编号已经用掉，不能作废；请另行出具更正文书")
    if isinstance(wrong, Assistance) and wrong.act not in (Act.LOWER, Act.WITHDRAW, Act.STOP):
        raise Refused(f"“{wrong.act.value}”作废会减少救助，应按减发、停发办理，先听取意见（社会救助法第48条）")
    if isinstance(wrong, Step):
        raise Refused("案件的步骤不能作废；请在案件中另作一步")


def by_number(work: Work, number: str) -> int:
    """The id of a household by its 户编号. Raises NotFound."""
    if "\0" in number:
        raise NotFound("户编号里有不能使用的字符")
    found = work.session.exec(select(Household.id).where(Household.number == number)).first()
    if found is None:
        raise NotFound(f"没有户编号为 {number} 的家庭")
    return found


def home(work: Work, household_id: int, on: date) -> Residence:
    """Where the household lives on a day. Raises NotFound before its first entry."""
    found = standing(work, Residence, household_id, on)
    if not found:
        raise NotFound("这一天该户尚未登记")
    return found[-1]


def members(work: Work, household_id: int, on: date) -> dict[int, Member]:
    """The state of each member on a day, by number."""
    return {member.no: member for member in standing(work, Member, household_id, on)}


def acts(work: Work, household_id: int, on: date) -> list[Assistance]:
    """The acts of assistance decided by a day."""
    return standing(work, Assistance, household_id, on)


def standing(work: Work, kind: type[E], household_id: int, on: date) -> list[E]:
    """The entries of one kind that stand (not corrected) and happened by `on`, in order of day and number."""
    query = select(kind).where(kind.household_id == household_id).order_by(col(kind.seq))
    return kept(list(work.session.exec(query)), on)


def kept(rows: list[E], on: date) -> list[E]:
    """Of all entries of one kind of a household, those that stand on a day."""
    replaced = {row.corrects for row in rows if row.corrects is not None}
    found = [row for row in rows if row.seq not in replaced and not row.void and row.happened_on <= on]
    return sorted(found, key=lambda row: (row.happened_on, row.seq))
