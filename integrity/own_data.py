"""本人信息副本 (copy of one's own data): all that the books hold about one person, in words, other people masked.

A person may see and copy what is kept about him (个人信息保护法 45); of a dead one the near relatives (49). What other
members of the household said or did is theirs and left out; who complained is never told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import col, or_, select

from integrity import areas, intake_kept, own_kept, persons
from integrity.case_files import unseal
from integrity.dossier_sight import OWN, WITHHELD, Sight
from integrity.errors import ChengxinError, NotFound
from integrity.households import home, members
from integrity.papers import content
from integrity.print_wishes import variant_of
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import (
    ENTRIES,
    Conduct,
    Entry,
    Finding,
    Household,
    Member,
    Notice,
    Printing,
    Residence,
    Service,
    Step,
)  # fmt: skip
from integrity.records.office import Audit, Person, Recommendation
from integrity.rules.identity import mask_name
from integrity.rules.procedure_tables import table
from integrity.rules.procedure_words import shown, step_name
from integrity.rules.writing import yuan
from integrity.terms import Outcome, Scheme, Term
from integrity.work import Work

__all__ = ["WITHHELD", "OwnData", "Section", "gather", "region"]

_LABELS = {
    "happened_on": "发生日期", "recorded_at": "登记时间", "recorded_by": "登记人", "address": "住址", "urban": "城镇",
    "label": "分类", "no": "成员序号", "born_on": "出生日期", "relation": "与户主关系", "presence": "共同生活状态",
    "capacity": "民事行为能力", "ability": "劳动能力", "schooling": "在校", "act": "行为", "scheme": "救助类别",
    "effective_on": "执行日期", "amount": "月救助金额", "income": "家庭月收入", "persons": "计入人数",
    "months": "渐退月数", "schedule": "各月比例", "reason": "理由", "document": "文号", "hearing": "听取意见记录",
    "decided_by": "决定人", "cause": "变化原因", "self_reported": "主动申报", "stable": "收入稳定",
    "property_over": "财产超标", "source": "来源", "detail": "说明", "kind": "种类", "reported_on": "得知日期",
    "result": "结果", "visitor_1": "核查人员", "visitor_2": "核查人员", "note": "备注", "occasion": "场合",
    "text_version": "文本版本", "signed_by": "签署方式", "explained_by": "讲解人", "item": "项目代码",
    "act_end": "行为止日", "found_on": "发现日期", "conduct_seq": "事实序号", "state": "认定状态",
    "document_on": "文书日期", "reviewed_by": "复核人", "recommended_on": "建议日期", "verdict": "审核意见",
    "outcome": "处理", "reason_code": "原因", "number": "文号", "organ": "机关", "notice_seq": "文书序号",
    "copy_no": "补打份次", "file": "文件", "way": "送达方式", "receiver": "收件人", "witnesses": "见证人",
    "case_no": "案件序号", "step_no": "步骤序号", "procedure": "程序", "step": "步骤",
}  # fmt: skip
"""What a column is called to the person; columns without a name here are digests and keys."""


@dataclass(frozen=True, slots=True)
class Section:
    """副本的一部分 (one part of a copy): a heading and its lines, each a set of named values."""

    title: str
    lines: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class OwnData:
    """本人信息副本 (copy of one's own data)."""

    household: str
    member_no: int
    made_at: datetime
    asked_by: str
    sections: tuple[Section, ...]

    def as_json(self) -> str:
        """For a machine to read."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)

    def as_markdown(self) -> str:
        """For people to read."""
        lines = ["# 本人信息副本", ""]
        lines.append(f"户编号 {self.household}，第 {self.member_no} 号成员。申请人：{self.asked_by}。")
        lines.append(f"制作时间：{self.made_at:%Y-%m-%d %H:%M}。他人的个人信息已遮蔽或者略去。")
        for section in self.sections:
            lines += ["", f"## {section.title}", ""]
            for one in section.lines:
                lines.append("- " + "；".join(f"{name}：{_flat(value)}" for name, value in one.items()))
            lines += [] if section.lines else ["没有记录。"]
        return "\n".join(lines) + "\n"


def _flat(value: str) -> str:
    return re.sub(r"\s+", " ", value).replace("|", "\\|")


def gather(work: Work, household_id: int, member_no: int, *, asked_by: str) -> OwnData:
    """Everything that the books hold about a member, as of now. Raises NotFound when there is no such member.

    This only reads; `rights.copy` is the act, with its line in the audit log.
    """
    household = work.session.get(Household, household_id)
    mine = [one for one in _entries(work, Member, household_id) if one.no == member_no]
    if household is None or not mine:
        raise NotFound(f"该户没有第 {member_no} 号成员")
    people = _versions(work, {one.person_id for one in mine})
    if not people:
        raise NotFound("此人的资料已依法销毁")
    sight = _sight(work, household_id, member_no, people)
    sections = (
        Section("本人资料", tuple(_person(work, one) for one in people)),
        Section("家庭", _family(work, household_id, member_no)),
        *_ledger(work, household_id, member_no, sight),
        Section("文书内容", tuple(_papers(work, household_id, sight))),
        Section("处理建议（程序计算，由人决定）", tuple(_recommended(work, household_id))),
        Section("阅读需要", tuple(own_kept.wishes(work, household_id, sight))),
        Section("证据材料", tuple(_evidence(work, household_id, member_no, sight))),
        Section("其他系统的来件", tuple(_sent(work, household_id, member_no, people, sight))),
        Section("印制和交付", tuple(own_kept.printed(work, household_id, sight))),
        Section("查阅和使用记录", tuple(_reads(work, household_id, people, sight))),
    )
    return OwnData(household.number, member_no, work.now.astimezone(SHANGHAI), asked_by, sections)


def _entries(work: Work, kind: Any, household_id: int) -> list[Any]:
    return list(work.session.exec(select(kind).where(kind.household_id == household_id).order_by(kind.seq)))


def _versions(work: Work, ids: set[int]) -> list[Person]:
    """Every row on the person: those of this household, and those of the same ID number elsewhere."""
    known = list(work.session.exec(select(Person).where(col(Person.id).in_(ids), col(Person.destroyed_on).is_(None))))
    marks = {one.id_index for one in known} - {""}
    query = select(Person).where(or_(col(Person.id).in_(ids), col(Person.id_index).in_(marks)))
    return list(work.session.exec(query.where(col(Person.destroyed_on).is_(None)).order_by(col(Person.id))))


def _person(work: Work, person: Person) -> dict[str, str]:
    """What the register of persons holds, numbers in full: it is his own."""
    elsewhere = work.session.exec(
        select(Household.number).join(Member, col(Member.household_id) == col(Household.id))
        .where(Member.person_id == person.id).distinct()
    ).all()  # fmt: skip
    said = {
        "姓名": person.name, "性别": person.sex, "出生日期": str(person.born_on or ""),
        "身份证号": persons.plain(work, person, "id_number"), "电话": persons.plain(work, person, "phone"),
        "银行账号": persons.plain(work, person, "account"), "登记于户": "、".join(sorted(elsewhere)),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def _sight(work: Work, household_id: int, member_no: int, people: list[Person]) -> Sight:
    """What this person may see of the books as they stand, his own number in full."""
    numbers = {one.id: persons.plain(work, one, "id_number") for one in people if one.id is not None}
    return Sight(work, household_id, OWN, work.now, member_no, numbers=numbers)


def _family(work: Work, household_id: int, member_no: int) -> tuple[dict[str, str], ...]:
    """Who else lives there: relation and masked name, no more."""
    found = []
    for no, member in sorted(members(work, household_id, work.today).items()):
        person = work.session.get(Person, member.person_id)
        name = person.name if person else ""
        told = name if no == member_no else mask_name(name)
        found.append({"成员序号": str(no), "姓名": told, "与户主关系": member.relation.value})
    return tuple(found)


def _ledger(work: Work, household_id: int, member_no: int, sight: Sight) -> Iterator[Section]:
    """The household's entries, kind by kind, without those that are another member's."""
    facts = {one.seq for one in _entries(work, Conduct, household_id) if one.member_no == member_no}
    left_out = 0
    for kind in ENTRIES:
        lines = []
        for entry in _entries(work, kind, household_id):
            if _concerns(entry, member_no, facts):
                lines.append(_line(work, entry, sight))
            else:
                left_out += 1
        title = (kind.__doc__ or "").split("(")[0].strip()
        yield Section(title, tuple(lines))
    yield Section("略去的条目", ({"只涉及其他成员的条目": f"{left_out} 条，不属于本人信息"},) if left_out else ())


def _evidence(work: Work, household_id: int, member_no: int, sight: Sight) -> Iterator[dict[str, str]]:
    """The files that are kept, without those that only the entries of other members name."""
    facts = {one.seq for one in _entries(work, Conduct, household_id) if one.member_no == member_no}
    every = {entry.seq: entry for kind in ENTRIES for entry in _entries(work, kind, household_id)}
    mine = {seq for seq, entry in every.items() if _concerns(entry, member_no, facts)}
    return own_kept.kept(work, household_id, every, mine, sight)


def _sent(
    work: Work, household_id: int, member_no: int, people: list[Person], sight: Sight
) -> Iterator[dict[str, str]]:  # fmt: skip
    """What other systems sent about him, taken over or not."""
    return intake_kept.about(work, household_id, member_no, {one.id_index for one in people} - {""}, sight)


def _concerns(entry: Entry, member_no: int, facts: set[int]) -> bool:
    """Is it about this member, or about the household as such?"""
    if isinstance(entry, Member):
        return entry.no == member_no
    if isinstance(entry, Finding):
        return entry.conduct_seq in facts
    return getattr(entry, "member_no", None) in (None, member_no)


def _line(work: Work, entry: Entry, sight: Sight) -> dict[str, str]:
    """One entry in words."""
    said = {"序号": str(entry.seq)}
    for name, label in _LABELS.items():
        value = getattr(entry, name, None)
        if value not in (None, ""):
            word = _word(name, value, sight)
            said[label] = f"{said[label]}、{word}" if label in said else word
    if isinstance(entry, Residence):
        said["村（居）"] = _village(work, entry)
    if isinstance(entry, Service) and entry.witnesses:
        said["见证人"] = "、".join(mask_name(one) for one in entry.witnesses.split("、"))
    if sight.informed(entry):
        said |= {label: WITHHELD for label in ("来源", "说明") if label in said}
    if isinstance(entry, Step) and entry.data_sha256:
        said["内容"] = _stated(work, entry, sight)
    if isinstance(entry, Step):
        said["步骤"] = step_name(table(entry.procedure), entry.step)
    if isinstance(entry, Printing):
        said["版式"] = variant_of(entry.variant).name
    if entry.void or entry.corrects:
        said["更正"] = f"{'作废' if entry.void else '更正'}第 {entry.corrects} 条"
    return said


def _village(work: Work, entry: Residence) -> str:
    try:
        return areas.full_name(work, entry.area, entry.happened_on)
    except NotFound:
        return entry.area


def _word(name: str, value: Any, sight: Sight) -> str:
    """A stored value as people read it."""
    if name in ("amount", "income"):
        return yuan(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return value.value if isinstance(value, Term) else sight.words(str(value))


def _stated(work: Work, step: Step, sight: Sight) -> str:
    """What was stated in a step of a case."""
    said = unseal(work, step)
    return sight.words(shown(table(step.procedure), step.step, said)) if said else "已依法销毁"


def _papers(work: Work, household_id: int, sight: Sight) -> Iterator[dict[str, str]]:
    """What each paper to the household said."""
    printed = {one.notice_seq for one in _entries(work, Printing, household_id)}
    for notice in _entries(work, Notice, household_id):
        said = {"文号": notice.number, "文书": notice.kind.value, "已打印": "是" if notice.seq in printed else "否"}
        try:
            for official, text in _said(content(work, notice)):
                said[official] = f"{said[official]}、{sight.words(text)}" if official in said else sight.words(text)
        except ChengxinError as fault:
            said["内容"] = str(fault)
        yield said


def _said(record: Any) -> Iterator[tuple[str, str]]:
    """The fields of a paper that say something, with their official names."""
    for one in fields(record):
        value, official = getattr(record, one.name), one.metadata["official"]
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from ((f"{official}·{name}", text) for name, text in _said(item))
            elif isinstance(item, str | date | int) and item != "" and one.name != "copy":
                yield official, yuan(item) if "金额" in official and isinstance(item, int) else str(item)


def _recommended(work: Work, household_id: int) -> Iterator[dict[str, str]]:
    """What the program recommended, each time that it changed; the score only orders the office's own checks."""
    query = select(Recommendation).where(Recommendation.household_id == household_id)
    for one in work.session.exec(query.order_by(col(Recommendation.decided_at))):
        said = {
            "日期": str(one.on_day), "救助类别": tuple(Scheme)[one.scheme].value,
            "处理建议": tuple(Outcome)[one.outcome].value,
        }  # fmt: skip
        if one.points is not None:
            said["积分（只用于安排核查先后）"] = f"{one.points / 1000:g}"
        yield said


def _reads(work: Work, household_id: int, people: list[Person], sight: Sight) -> Iterator[dict[str, str]]:
    """Who read or used the data, when and why."""
    numbers = [one.number for one in _entries(work, Notice, household_id)]
    subjects = [
        f"household:{household_id}", *numbers, *(f"person:{one.id}" for one in people),
        *(f"person_index:{one.id_index[:12]}" for one in people if one.id_index),
    ]  # fmt: skip
    query = select(Audit).where(col(Audit.subject).in_(subjects)).order_by(col(Audit.id))
    for line in work.session.exec(query):
        yield {
            "时间": f"{line.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            "何人": sight.officer(line.actor), "何事": line.action,
            "事由": sight.words(line.detail) or "未写明",
        }  # fmt: skip


def region(work: Work, household_id: int) -> str:
    """The area of a household today, for the permission to act on it."""
    return home(work, household_id, work.today).area
