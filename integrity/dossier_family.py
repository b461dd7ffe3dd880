"""案卷·家庭和承诺 (dossier: family): who lives there, where and since when, and which promises were signed.

Numbers are masked, save those that were revealed for this dossier with a reason.
"""

from __future__ import annotations

from datetime import date

from integrity import areas, persons
from integrity.commitments import guardian_said
from integrity.dossier_sight import DESTROYED, Sight
from integrity.errors import ChengxinError
from integrity.households import members, standing
from integrity.letters_family import Desk
from integrity.records.ledger import Commitment, Member, Residence
from integrity.records.office import Person
from integrity.rules.civil_capacity import told
from integrity.rules.identity import mask_id, mask_name
from integrity.terms import Sex
from reports.dossier import Block, Grid, Part


def part(sight: Sight, desk: Desk) -> Part:
    """家庭和住址: the household as it was known."""
    return Part(
        title="家庭和住址", author=desk.organ.name, on=sight.last(Member, Residence),
        blocks=(_members(sight), _states(sight), _homes(sight)),
    )  # fmt: skip


def commitments(sight: Sight, desk: Desk) -> Part:
    """诚信承诺: what was promised, in which text."""
    return Part(title="诚信承诺", author=desk.organ.name, on=sight.last(Commitment), blocks=(_commitments(sight),))


def name_of(sight: Sight, no: int | None) -> str:
    """A member's name by number, as this reader may see it; "" for none."""
    if no is None:
        return ""
    rows = sight.people.get(no)
    name = rows[-1].name if rows else ""
    if not name:
        return f"第{no}号成员（{DESTROYED}）" if rows else f"第{no}号成员"
    return mask_name(name) if sight.hides(no) else name


def _members(sight: Sight) -> Grid:
    """Who belongs to the family; of the others a person's own copy tells relation and masked name."""
    rows = []
    for no, member in sorted(members(sight.work, sight.household_id, sight.on).items()):
        person = sight.people[no][-1]
        mine = sight.member_no in (None, no)
        own = (_identity(sight, person), _sex(person), _day(member.born_on), _state(member, sight.on))
        rows.append((str(no), name_of(sight, no), member.relation.value, *(own if mine else ("",) * 4)))
    return Grid(
        title="共同生活家庭成员", heads=("序号", "姓名", "与户主关系", "身份证号", "性别", "出生日期", "状态"),
        widths=(6, 13, 11, 26, 7, 15, 34), rows=tuple(rows),
    )  # fmt: skip


def _identity(sight: Sight, person: Person) -> str:
    if person.destroyed_on is not None:
        return DESTROYED
    whole = (sight.numbers or {}).get(person.id or 0)
    return whole or mask_id(persons.plain(sight.work, person, "id_number")) or "未登记"


def _sex(person: Person) -> str:
    return Sex[person.sex].value if person.sex in Sex.__members__ else person.sex


def _day(on: date | None) -> str:
    return "" if on is None else on.isoformat()


def _state(member: Member, on: date) -> str:
    """Presence, capacity and ability to work, as they are told on a day."""
    said = [member.presence.value, told(member.capacity, member.born_on, on).value, member.ability.value]
    said += [] if member.schooling is None else ["在校就读" if member.schooling else "不在校"]
    said += [f"监护人：第{member.guardian_no}号成员"] if member.guardian_no else []
    return "，".join(said)


def _states(sight: Sight) -> Grid:
    """Every change of a member's state, in order."""
    rows = tuple(
        (str(one.seq), one.happened_on.isoformat(), name_of(sight, one.no), one.relation.value,
         _state(one, one.happened_on))
        for one in sight.of(Member)
    )
    return Grid(
        title="成员登记和变动",
        heads=("条目", "自何时起", "姓名", "与户主关系", "状态"),
        widths=(7, 14, 14, 12, 53),
        rows=rows,
    )


def _homes(sight: Sight) -> Grid:
    rows = []
    for one in standing(sight.work, Residence, sight.household_id, sight.on):
        kind = "城镇" if one.urban else "农村"
        rows.append((str(one.seq), one.happened_on.isoformat(), _place(sight, one) + one.address, kind, one.label))
    return Grid(
        title="住址", heads=("条目", "自何时起", "住址", "标准", "分类"), widths=(7, 14, 53, 10, 16), rows=tuple(rows)
    )


def _place(sight: Sight, one: Residence) -> str:
    try:
        return areas.full_name(sight.work, one.area, one.happened_on)
    except ChengxinError:
        return f"{one.area} "


def _by(sight: Sight, one: Commitment) -> str:
    """How it was signed, and by which guardian."""
    guardian = guardian_said(one.guardian_no, name_of(sight, one.guardian_no) if one.guardian_no else "")
    return f"{one.signed_by.value}：{guardian}" if guardian else one.signed_by.value


def _commitments(sight: Sight) -> Block:
    """Which text, explained by whom, signed how; the office's own promise beside it."""
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), one.occasion, f"{one.text_version}（{one.text_sha256[:12]}）",
            name_of(sight, one.member_no), _by(sight, one),
            sight.officer(one.explained_by), one.office_text_version, one.evidence[:16],
        )
        for one in sight.of(Commitment)
    )  # fmt: skip
    return Grid(
        heads=("条目", "签署日期", "场合", "文本版本", "承诺人", "签署方式", "讲解人", "经办人承诺", "证据指纹"),
        widths=(6, 12, 11, 15, 10, 12, 12, 11, 11), rows=rows,
    )  # fmt: skip
