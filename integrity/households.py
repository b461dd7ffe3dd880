"""救助家庭 (households): open a ledger, say where the family lives and who belongs to it, correct what was wrong."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from integrity.errors import Invalid, NotFound, Refused
from integrity.records import looking
from integrity.records.ledger import (
    Assistance,
    Conduct,
    Decision,
    Entry,
    Finding,
    Household,
    Member,
    Notice,
    Printing,
    Residence,
    Service,
    Step,
)
from integrity.records.office import Person
from integrity.rules.areas import check, level_of
from integrity.rules.stated import check_line, unprintable
from integrity.terms import Ability, Act, AreaLevel, Capacity, FindingState, Presence, Relation
from integrity.work import Work

E = TypeVar("E", bound=Entry)


def register(
    work: Work, number: str, *, area: str, address: str, urban: bool, since: date, label: str = "",
    checked: bool = False,
) -> int:  # fmt: skip
    """Open a household's ledger (建档) and write where it lives; its id. Raises Conflict when the number is taken."""
    _village(area)
    check_line("户编号", number)
    household_id = work.open_household(number, checked=checked)
    settle(work, household_id, area=area, address=address, urban=urban, since=since, label=label)
    return household_id


def settle(
    work: Work, household_id: int, *, area: str, address: str, urban: bool, since: date, label: str = ""
) -> Residence:
    """Where the household lives from `since` on (户情): a move is a new entry, the old one stays."""
    _village(area)
    check_line("住址", address)
    check_line("当地的分类", label)
    return work.append(household_id, Residence(happened_on=since, area=area, address=address, urban=urban, label=label))


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
    undoing: bool = False, case_no: int | None = None,
) -> Entry:  # fmt: skip
    """Correct an entry (更正): a new one of the same kind takes its place, or nothing does (`right` is None).

    The old entry stays in the ledger. Raises NotFound for an unknown entry, Refused when it was corrected already or
    when a case stands on it; `case_no` is the case whose own step takes back what it entered.
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
    if not undoing:  # an import that is undone takes the household itself back
        _bound(work, household_id, wrong, case_no)
    if right is None:
        if not undoing:
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


_ENDED = (FindingState.WITHDRAWN, FindingState.REVOKED, FindingState.REPAIRED)


def _bound(work: Work, household_id: int, wrong: Entry, case_no: int | None) -> None:
    """案件的条目 (what a case stands on) is no mistake of entry: it is changed by a step, never past the procedure."""
    if isinstance(wrong, Step):
        what = f"这是{_case_named(wrong.case_no, wrong)}的步骤"
        raise Refused(f"{what}，不能作废、更正；办理有误的，在该案件中另作一步，由后一步写明更正的内容（红线第11条）")
    if isinstance(wrong, Assistance | Finding) and wrong.case_no is not None and wrong.case_no != case_no:
        raise Refused(_decided(work, household_id, wrong, wrong.case_no))
    step = _relying(work, household_id, wrong)
    if step is not None:
        raise Refused(f"{_RELIED[type(wrong)].format(case=_case_named(step.case_no, step))}（红线第11条）")


def _case_named(no: int, step: Step | None) -> str:
    return f"第 {no} 号案件" + (f"（{step.procedure.value}）" if step is not None else "")


def _decided(work: Work, household_id: int, wrong: Assistance | Finding, case_no: int) -> str:
    """Why what a case decided is not voided, and how it is taken back by law."""
    first = select(Step).where(Step.household_id == household_id, Step.case_no == case_no, Step.step_no == 1)
    named = _case_named(case_no, work.session.exec(first).first())
    if isinstance(wrong, Finding):
        return (
            f"这条“{wrong.state.value}”是{named}办理的结果，不能作废、更正；本人有异议的，办理“异议”；认定有误的，"
            "在认定的案件中办理“撤销认定”或者“不予认定”（山东省社会信用条例第39条、第40条；红线第11条）"
        )
    return (
        f"这条“{wrong.act.value}”是{named}的决定，不能作废、更正；决定有误的，在该案件中办理“撤销决定”，恢复救助并补发；"
        "本人不服的，登记“复议与诉讼”；情况变化的，另行立案（社会救助法第48条；红线第11条）"
    )


_RELIED: dict[type[Entry], str] = {
    Service: "这份送达证明是{case}的依据，不能作废、更正；送达有误的，在该案件中撤回（撤销），重新制发文书并送达",
    Printing: "这是{case}中文书的打印记录，不能作废、更正；再用纸张请补打",
    Decision: "这条审核意见已经转入{case}，不能作废、更正；意见有误的，在该案件中办理“不予处理”，再提出新的意见",
    Conduct: "{case}以这条事实立案，不能作废、更正；事实有误的，在该案件中办理不予认定、撤案或者撤销认定，"
    "本人有异议的办理“异议”",
}  # fmt: skip
"""Kind of entry on which a case stands → why it stays, and the lawful way."""


def _relying(work: Work, household_id: int, wrong: Entry) -> Step | None:
    """A step that stands on this entry: it rests on its proof, or opened a case about it that is not undone."""
    steps = select(Step).where(Step.household_id == household_id).order_by(col(Step.seq))
    if isinstance(wrong, Service | Printing):
        notice = work.session.get(Notice, (household_id, wrong.notice_seq))
        about = [] if notice is None else notice.subject.split(":")
        if len(about) != 3 or about[0] != "case":
            return None
        return work.session.exec(steps.where(Step.case_no == int(about[1]))).first()
    if isinstance(wrong, Decision):
        return work.session.exec(steps.where(Step.entry_seq == wrong.seq)).first()
    if not isinstance(wrong, Conduct):
        return None
    found = [one for one in standing(work, Finding, household_id, date.max) if one.conduct_seq == wrong.seq]
    if found and found[-1].state in _ENDED:
        return None
    return work.session.exec(steps.where(Step.subject_seq == wrong.seq)).first()


def by_number(work: Work, number: str) -> int:
    """The id of a household by its 户编号. Raises NotFound."""
    if unprintable(number):
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
    return kept(entries(work, kind, household_id), on)


def entries(work: Work, kind: type[E], household_id: int) -> list[E]:
    """Every entry of one kind, the corrected ones too, in the order of the ledger; a mere look asks for each once."""
    read = looking.recalled(work.session, household_id)
    if read is not None and kind in read:
        return list(read[kind])
    found: list[E] = list(work.session.exec(_entries(kind), params={"household": household_id}))
    if read is not None:
        read[kind] = found
    return list(found)


@cache
def _entries(kind: type[Entry]) -> SelectOfScalar[Any]:
    """The question for all entries of one kind of a household, put together once: every step asks it many times."""
    return select(kind).where(kind.household_id == bindparam("household")).order_by(col(kind.seq))


def kept(rows: list[E], on: date) -> list[E]:
    """Of all entries of one kind of a household, those that stand on a day."""
    replaced = {row.corrects for row in rows if row.corrects is not None}
    found = [row for row in rows if row.seq not in replaced and not row.void and row.happened_on <= on]
    return sorted(found, key=lambda row: (row.happened_on, row.seq))
