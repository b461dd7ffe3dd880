"""与户账核对 (checks against the records): does what a row says fit what is on record?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from integrity.exchange_columns import Sheet
from integrity.exchange_records import Facts, Resident, Standing
from integrity.exchange_rows import Fault, Line, Unit, fault_at
from integrity.rules.facts import ADULT, age
from integrity.rules.household_numbers import not_usable, reserved
from integrity.rules.identity import mask_name
from integrity.rules.policy_rows import in_force
from integrity.terms import Capacity, ConductKind, Presence, SignedBy
from integrity.vault import Vault

_SHOWN = 3


def check_unit(sheet: Sheet, unit: Unit, facts: Facts, vault: Vault) -> list[Fault]:
    """What in this unit does not fit the records; nothing for a unit that is imported already."""
    if is_imported(unit, facts):
        return []
    return _CHECKS[sheet.kind](sheet, unit, facts, vault)


def is_imported(unit: Unit, facts: Facts) -> bool:
    """已导入: is every row of this unit in the records already?"""
    return bool(unit.lines) and all(line.digest in facts.imported for line in unit.lines)


def village_of(head: Line, facts: Facts) -> str:
    """The village code of a household's head row, by code or by name; "" when it is not one village."""
    code = head["村级区划代码"]
    if code is not None:
        return str(code) if code in facts.villages.codes else ""
    codes = facts.villages.named.get(head["村（居）名称"] or "", ())
    return codes[0] if len(codes) == 1 else ""


def _roll(sheet: Sheet, unit: Unit, facts: Facts, vault: Vault) -> list[Fault]:
    """A household of the roll: its number, its village, and whether its members stand in another household."""
    head, found = unit.head, []
    standing = facts.households.get(unit.number)
    bound = facts.villages.within is not None
    if unit.number in facts.taken or (bound and standing is None and reserved(unit.number)):
        found.append(fault_at(sheet, head, "户编号", not_usable(unit.number)))
    elif standing is not None and standing.since is not None:
        reason = f"户 {unit.number} 已登记，内容与此行不同；变更请在户情中办理，不能重复导入"
        found.append(fault_at(sheet, head, "户编号", reason))
    if head.is_head:
        found += _village(sheet, head, facts)
    for line in unit.lines:
        others = facts.elsewhere.get(vault.blind("id_number", line.person), set()) - {unit.number}
        if line.person and others:
            where = "、".join(sorted(others)[:_SHOWN])
            reason = f"此人已是户 {where} 的共同生活家庭成员，请先在原户办理减员，或核对是否重复登记"
            found.append(fault_at(sheet, line, "身份证号", reason))
    return found


def _village(sheet: Sheet, head: Line, facts: Facts) -> list[Fault]:
    code, name, known = head["村级区划代码"], head["村（居）名称"], facts.villages
    if not known.codes:
        return [Fault(head.row, "", "", "还没有导入行政区划，请先导入再导名册")]
    named = known.named.get(name, ()) if name else ()
    if code is not None:
        if code not in known.codes:
            return [fault_at(sheet, head, "村级区划代码", "没有这个村（居）代码、已撤销，或者不在您的辖区，请核对")]
        if named and code not in named:
            return [fault_at(sheet, head, "村（居）名称", f"与代码不符，该代码是“{known.names[code]}”")]
        return []
    if name and not named:
        return [fault_at(sheet, head, "村（居）名称", "没有找到这个村（居），请填写12位村级区划代码")]
    if len(named) > 1:
        some = "、".join(f"{known.names[one]}（{one}）" for one in named[:_SHOWN])
        return [fault_at(sheet, head, "村（居）名称", f"有 {len(named)} 个同名村（居）：{some}，请填写代码")]
    return []


def _household(sheet: Sheet, line: Line, facts: Facts, day_name: str) -> tuple[Standing | None, list[Fault]]:
    """The household on record, and whether it stood there on the day of the row."""
    standing = facts.households.get(line.household)
    if not line.household:
        return None, []
    if standing is None or standing.since is None:
        return None, [fault_at(sheet, line, "户编号", f"没有登记户 {line.household}，请先导入名册或核对编号")]
    on = line[day_name]
    if on is not None and on < standing.since:
        reason = f"早于户 {line.household} 的登记日期 {standing.since}，请核对"
        return standing, [fault_at(sheet, line, day_name, reason)]
    return standing, []


def member_of(standing: Standing, line: Line, vault: Vault, name: str = "身份证号") -> Resident | None:
    """The member whose ID number stands in a column of the row."""
    number = getattr(line[name], "number", "")
    return standing.with_index(vault.blind("id_number", number)) if number else None


def _member(
    sheet: Sheet, line: Line, standing: Standing, vault: Vault, on: date | None
) -> tuple[Resident | None, list[Fault]]:
    """The member whom the row is about, alive and on record on the day."""
    if not line.person:
        return None, []
    member = member_of(standing, line, vault)
    if member is None:
        return None, [fault_at(sheet, line, "身份证号", f"不是户 {line.household} 的成员，请核对户编号和身份证号")]
    if line["姓名"] is not None and line["姓名"] != member.name:
        return member, [fault_at(sheet, line, "姓名", f"与名册不符，名册上是“{mask_name(member.name)}”")]
    if on is not None and (state := member.on(on)) is None:
        return member, [fault_at(sheet, line, "身份证号", f"此人 {member.states[0].since} 才登记为成员，请核对日期")]
    if on is not None and state is not None and state.presence is Presence.DEAD:
        return member, [fault_at(sheet, line, "身份证号", f"此人已登记为死亡（{state.since}），请核对")]
    return member, []


def guardian_of(standing: Standing, line: Line) -> list[Resident]:
    """Members who may be the named guardian: of full age and capacity on the day, and not the signer himself."""
    on, signer = line["签署日期"], line["姓名"]
    return [
        member
        for member in standing.members
        if member.name == line["监护人"] != signer and member.born_on and not _dependent(member, on)
    ]


def _dependent(member: Resident, on: date) -> bool:
    """未成年人或者非完全民事行为能力人."""
    state = member.on(on)
    minor = member.born_on is not None and age(member.born_on, on) < ADULT
    return minor or (state is not None and state.capacity is not Capacity.FULL)


def _commitment(sheet: Sheet, unit: Unit, facts: Facts, vault: Vault) -> list[Fault]:
    line, on = unit.head, unit.head["签署日期"]
    standing, found = _household(sheet, line, facts, "签署日期")
    if standing is None or on is None:
        return found
    member, more = _member(sheet, line, standing, vault, on)
    found += more
    by = line["签署方式"]
    if member is not None and by in (SignedBy.SIGNATURE, SignedBy.FINGERPRINT) and _dependent(member, on):
        found.append(fault_at(sheet, line, "签署方式", "未成年人或者非完全民事行为能力人的承诺由监护人代签"))
    if member is not None and by is SignedBy.GUARDIAN and member.born_on and not _dependent(member, on):
        found.append(fault_at(sheet, line, "签署方式", "已成年并有完全民事行为能力的，由本人签，他人不能代签"))
    if line["监护人"] is not None and len(guardian_of(standing, line)) != 1:
        found.append(fault_at(sheet, line, "监护人", "应是该户另一名成年成员，请核对姓名"))
    return found


def _conduct(sheet: Sheet, unit: Unit, facts: Facts, vault: Vault) -> list[Fault]:
    line, on = unit.head, unit.head["行为日期"]
    found = _item(sheet, line, facts)
    standing, more = _household(sheet, line, facts, "发现日期")
    found += more
    if standing is None or on is None:
        return found
    member, more = _member(sheet, line, standing, vault, on)
    found += more
    if member is not None and line["性质"] is ConductKind.DEFAULT:
        if member.born_on is None:
            found.append(fault_at(sheet, line, "身份证号", "出生日期不明，不能确定是否为完全民事行为能力人，请先补录"))
        elif _dependent(member, on):
            reason = "未成年人和非完全民事行为能力人不作失信记录，请删去此行，告知监护人"
            found.append(fault_at(sheet, line, "身份证号", reason))
    return found


def _item(sheet: Sheet, line: Line, facts: Facts) -> list[Fault]:
    """Is the item in a catalogue, in force on the day of the act, and of this kind?"""
    code, kind, on = line["项目代码"], line["性质"], line["行为日期"]
    items = [item for catalogue in facts.policy.catalogues.values() for item in catalogue.items]
    if code is None or kind is None or on is None:
        return []
    allowed = sorted({f"{item.code} {item.name}" for item in items if item.kind is kind and in_force(item, on)})
    mine = [item for item in items if item.code == code]
    if not mine:
        return [fault_at(sheet, line, "项目代码", f"积分目录中没有这个代码，{kind.value}可用：{'、'.join(allowed)}")]
    if not any(item.kind is kind for item in mine):
        return [fault_at(sheet, line, "项目代码", f"这是{mine[0].kind.value}项目，与性质“{kind.value}”不符")]
    if not any(in_force(item, on) for item in mine if item.kind is kind):
        return [fault_at(sheet, line, "项目代码", f"这个项目在行为日期 {on} 没有施行")]
    return []


def _comparison(sheet: Sheet, unit: Unit, facts: Facts, vault: Vault) -> list[Fault]:
    line = unit.head
    standing, found = _household(sheet, line, facts, "核对日期")
    if standing is None:
        return found
    found += _member(sheet, line, standing, vault, line["死亡日期"] or line["核对日期"])[1]
    if line["变化成员身份证号"] is not None and member_of(standing, line, vault, "变化成员身份证号") is None:
        found.append(fault_at(sheet, line, "变化成员身份证号", f"不是户 {line.household} 的成员，请核对"))
    return found


_CHECKS: dict[str, Callable[[Sheet, Unit, Facts, Vault], list[Fault]]] = {
    "roll": _roll, "commitments": _commitment, "conduct": _conduct, "comparison": _comparison,
}  # fmt: skip
