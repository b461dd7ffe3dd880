"""案件记录表 (record sheets of a case): what was seen, heard and delivered, made out on demand from the steps taken.

A sheet belongs to one step (or one paper) and is issued once: asked again, the same comes back. What the books do not
hold the officer adds (`more`); what nobody says stops the sheet, naming the field. 民发〔2021〕57号 16; 社会救助法 48;
民事诉讼法 87–95.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from integrity import case_sheets_records, print_proofs
from integrity.calendars import workdays
from integrity.case_files import Case, read_case, text_of
from integrity.case_letters_records import county_desk
from integrity.case_papers import Draft, paper_at
from integrity.case_papers import speaker as speaker_of
from integrity.case_words import Added, asked, items, officer, person, post, sentences
from integrity.cases import papers_of
from integrity.delivery import service_of
from integrity.errors import NotFound, Refused
from integrity.households import home, members, standing
from integrity.letters_family import Desk, address, desk, family, where
from integrity.letters_texts import wording
from integrity.papers import content, issue
from integrity.permissions import require
from integrity.print_places import original_of
from integrity.records.ledger import Member, Notice, Service, Verification
from integrity.records.office import Officer
from integrity.rules.areas import level_of
from integrity.rules.procedure import Done
from integrity.rules.workdays import Period, end_of
from integrity.rules.writing import paper_date
from integrity.terms import AreaLevel, PaperKind, Presence, ServiceWay
from integrity.work import Work
from reports import forms_records
from reports.forms import Letter
from reports.forms_household import HOME, IncomeFound, MemberSeen, PersonMet, PropertyFound, Visitor, VisitSheet
from reports.forms_procedure import StatementRecord
from reports.forms_records import Announcement

MATTER = "打印文书"
_UNNAMED = frozenset(PaperKind[f"F{n:02}"] for n in (9, 10, 23, 24, 25, 26, 27, 28))
"""Papers whose very name would publish a record of a person (个人信息保护法 6): announced by their number only."""
More = Added
Sheet = Callable[[Work, Case, Done, More], Draft]


def sheet(
    work: Work, household_id: int, case_no: int, kind: PaperKind, *, step_no: int | None = None, paper: str = "",
    **more: Any,
) -> Notice:  # fmt: skip
    """Issue a record sheet of a case: of its last step with such a sheet, or of step `step_no`.

    A proof of service (F30) and an announcement (F31) are of one printed `paper` of the case. Raises Refused, naming
    what is missing, NotFound, Invalid, Forbidden.
    """
    require(work, MATTER, home(work, household_id, work.today).area)
    work.lock(household_id)
    case = read_case(work, household_id, case_no)
    maker = SHEETS.get(kind)
    if maker is None and kind not in (PaperKind.F30, PaperKind.F31):
        raise Refused(f"《{kind.value}》不是案件的记录表，随办理的步骤制发，或者按公示、归档办理")
    added = Added(more, FIELDS.get(kind, {}))
    if maker is None:
        return _of_paper(work, case, kind, paper, added)
    step = _step(case, kind, step_no)
    draft = _whole(maker(work, case, step, added), added)
    return issue(work, household_id, kind, f"{text_of(case, step.no)}:{kind.name}", draft)


def _whole(draft: Draft, added: More) -> Draft:
    """The draft, refused with everything that is missing at once."""

    def made(number: str, on: date) -> Letter:
        letter = draft(number, on)
        added.checked()
        return letter

    return made


_WITHOUT_ROW = {PaperKind.F18: ("DECIDE",)}
"""Sheets that no row names: they go with the decision of their case."""


def _step(case: Case, kind: PaperKind, step_no: int | None) -> Done:
    """The step that a sheet is of. Raises NotFound."""
    codes = {row.code for row in case.table.rows if kind in row.sheets} | set(_WITHOUT_ROW.get(kind, ()))
    found = [one for one in case.history if one.code in codes and step_no in (None, one.no)]
    if not found:
        raise NotFound(f"第 {case.no} 号案件（{case.procedure.value}）没有可以制作《{kind.value}》的步骤")
    return found[-1]


_SAID = {"time": "time", "place": "place", "way": "manner", "capacity": "capacity", "recorder": "recorder"}
"""What a statement says of how it was made: field of the sheet → ask of the step."""


def stated(work: Work, household_id: int, case_no: int, kind: PaperKind, step_no: int | None = None) -> dict[str, str]:
    """What a step says already of what may be added to its sheet. Raises NotFound where the case has no such step."""
    case = read_case(work, household_id, case_no)
    if kind not in SHEETS:
        return {}
    said = _step(case, kind, step_no).data
    if kind is not PaperKind.F14:
        return {}
    return {name: str(said[ask]) for name, ask in _SAID.items() if said.get(ask)}


def _visit(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F06: who went, whom they met, what they saw; the income is that of the last verification."""

    def draft(number: str, on: date) -> VisitSheet:
        who = family(work, case.household_id, on)
        present = [one for one in members(work, case.household_id, on).values() if one.presence is Presence.PRESENT]
        return VisitSheet(
            **desk(work, who.area, PaperKind.F06, on).head(), number=number, addressee=who.head.name,
            household=who.number, category=str(case.said("scheme", "RECEIVED") or who.category),
            address=address(work, who, on), way=HOME, visited_on=step.on, finding=str(step.data["found"]),
            visitors=tuple(_visitor(work, str(step.data[name]), on) for name in ("visitor_1", "visitor_2")),
            met=_met(step.data.get("met") or asked(more, "met", "在场人员")),
            members=tuple(_seen(work, case, one, on) for one in present), income=(_income(work, case, on),),
            assets=tuple(_asset(one) for one in sentences(asked(more, "assets", "家庭财产"))),
            living=sentences(asked(more, "living", "实际生活情况")), spending=sentences(more.get("spending")),
            remarks=str(more.get("remarks") or ""),
        )  # fmt: skip

    return draft


def _visitor(work: Work, code: str, on: date) -> Visitor:
    found = work.session.get(Officer, code)
    if found is None:
        raise NotFound(f"没有工号 {code}")
    return Visitor(name=f"{found.name}（{code}）", office=post(work, found, on))


def _met(text: object) -> tuple[PersonMet, ...]:
    """试验乙（本人）、试验丙（子女）: without brackets it is the applicant himself."""
    found = []
    for one in items(text):
        name, _, relation = one.rstrip("）)").replace("(", "（").partition("（")
        found.append(PersonMet(name=name, relation=relation or "本人"))
    return tuple(found)


def _seen(work: Work, case: Case, member: Member, on: date) -> MemberSeen:
    known = person(work, case.household_id, member.no, on)
    ability = member.ability.value if member.ability else "劳动能力未登记"
    schooling = {True: "在校就读", False: "不在校", None: "就学情况未登记"}[member.schooling]
    return MemberSeen(
        name=known.name, relation=known.relation, identity=known.identity, condition=f"{ability}，{schooling}"
    )


def _income(work: Work, case: Case, on: date) -> IncomeFound:
    found = [one for one in standing(work, Verification, case.household_id, on) if one.income is not None]
    if not found or found[-1].income is None:
        raise Refused("没有家庭收入的核对结果，请先登记核对结果")
    last = found[-1]
    return IncomeFound(
        kind="家庭月收入合计", fen=last.income or 0, basis=f"{last.source}，{paper_date(last.happened_on)}"
    )


def _asset(text: str) -> PropertyFound:
    """房屋：自有三间 — what and in which state."""
    kind, _, detail = text.replace(":", "：").partition("：")
    return PropertyFound(kind=kind, detail=detail)


def _statement(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F14: what the person said. He signs it on the day: what others make of it stands in the decision, not here."""

    def draft(number: str, on: date) -> StatementRecord:
        who, told = family(work, case.household_id, on), paper_at(work, case, "NOTICE")
        office = _heard_at(work, desk(work, who.area, PaperKind.F14, on), step)
        speaker = speaker_of(work, case, step)
        own = "本人或者家庭成员" if speaker in [one.name for one in who.members] else ""
        recorder = _told(step, more, "recorder", "记录人（工号）")
        if recorder == step.by:
            raise Refused(f"询问人和记录人不能都是 {recorder}，请写明另一位记录人的工号（--set 记录人=工号）")
        return StatementRecord(
            **office.head(), number=number, addressee=who.addressee, household=who.number,
            about=told.number, matter=f"《{content(work, told).heading}》告知的事项", held_on=step.on,
            time=_told(step, more, "time", "起止时间"), place=_told(step, more, "place", "地点"),
            way=_told(step, more, "way", "陈述方式", said="manner"), speaker=speaker,
            capacity=_told(step, more, "capacity", "陈述人身份", default=own),
            asker=_askers(work, step), recorder=officer(work, recorder) if recorder else "",
            statement=sentences(step.data["said"]), evidence=items(step.data.get("handed")),
            refused=str(more.get("refused") or ""),
        )  # fmt: skip

    return draft


def _heard_at(work: Work, office: Desk, step: Done) -> Desk:
    """听取意见的机关 (who heard the person): the county's, where the officer who took the step works there."""
    asker = work.session.get_one(Officer, step.by)
    return county_desk(work, office) if level_of(asker.area) is AreaLevel.COUNTY else office


def _askers(work: Work, step: Done) -> str:
    """询问人: whoever wrote it down; for a fine the two officers with their certificates (行政处罚法 42)."""
    if "card_1" not in step.data:
        return officer(work, step.by)
    named = ((officer(work, str(step.data[f"visitor_{n}"])), step.data[f"card_{n}"]) for n in (1, 2))
    return "、".join(f"{name}，执法证号{card}" for name, card in named)


def _told(step: Done, more: More, name: str, official: str, *, said: str = "", default: str = "") -> str:
    """What the officer adds now, else what the step stated, else the default; asked for where there is none."""
    return str(more.get(name) or step.data.get(said or name) or default or asked(more, name, official))


def _of_paper(work: Work, case: Case, kind: PaperKind, paper: str, more: More) -> Notice:
    """F30 or F31 of one printed paper of the case; the newest where none is named."""
    notice = _named(work, case, paper)
    if original_of(work, notice) is None:
        raise Refused(
            f"文书 {notice.number} 还没有打印，不能制作《{kind.value}》；先打印文书（chengxin case print），"
            "打印后、送达前可以印空白的送达回证，带去签收"
        )
    service = service_of(work, notice)
    announced = service is not None and service.way is ServiceWay.ANNOUNCEMENT
    if service is not None and announced is not (kind is PaperKind.F31):
        raise Refused(f"文书 {notice.number} 的送达方式是{service.way.value}，不能制作《{kind.value}》")
    subject = f"{notice.subject}:{kind.name}:{notice.kind.name}{':done' if service else ''}"
    make = _announcement if kind is PaperKind.F31 else _receipt
    return issue(work, case.household_id, kind, subject, _whole(make(work, notice, service, more), more))


def _named(work: Work, case: Case, paper: str) -> Notice:
    """The paper of the case with this number; without a number that of the last step with one. Raises Refused."""
    made = [found for one in case.history if (found := papers_of(work, case, one.no))]
    if not made:
        raise Refused(f"第 {case.no} 号案件还没有制发文书")
    chosen = [one for step in made for one in step if one.number == paper] if paper else made[-1]
    if len(chosen) == 1:
        return chosen[0]
    listed = "；".join(f"{one.number}《{one.kind.value}》" for step in made for one in step)
    wrong = f"文书 {paper} 不是第 {case.no} 号案件制发的文书" if paper else "请写明是哪一份文书"
    raise Refused(f"{wrong}（--paper 文号）；本案的文书：{listed}")


def _receipt(work: Work, notice: Notice, service: Service | None, more: More) -> Draft:
    """F30: blank for the pen before service; afterwards what the books say of it."""

    def draft(number: str, on: date) -> Letter:
        letter = content(work, notice)
        told: dict[str, Any] = {} if service is None else _served(work, service, letter.addressee, more)
        return print_proofs.receipt(work, notice, letter, number, **told)

    return draft


def _served(work: Work, service: Service, addressee: str, more: More) -> dict[str, Any]:
    """How it was delivered; the place, and who a receiver of another name is, the officer adds."""
    told = {
        "way": service.way.value, "served_on": service.happened_on, "place": str(asked(more, "place", "送达地点")),
        "server": officer(work, service.recorded_by), "witnesses": items(service.witnesses),
    }  # fmt: skip
    if service.way is ServiceWay.LEFT:
        return told | {"refusal": service.detail}
    relation = "本人" if service.receiver == addressee else str(asked(more, "relation", "与受送达人关系"))
    return told | {"receiver": service.receiver, "relation": relation, "note": service.detail}


def _announcement(work: Work, notice: Notice, service: Service | None, more: More) -> Draft:
    """F31: that a paper of this name waits, from the day on which it is announced; not a word of what is in it."""

    def draft(number: str, on: date) -> Announcement:
        office = desk(work, notice.area, PaperKind.F31, on)
        since = service.happened_on if service else on
        days = max(int(office.value("service.announcement")), forms_records.LEAST_DAYS)
        until = end_of(since, Period(days, "日"), workdays(work), roll=False).end
        text, letter = wording("sheets", on), content(work, notice)
        place = text.one("collect", place=where(office.organ))
        return Announcement(
            **office.head(), number=number, addressee=letter.addressee, paper_number=notice.number,
            paper=text.one("unnamed") if notice.kind in _UNNAMED else f"《{letter.heading}》",
            posted_on=since, days=days, until=until.date() if isinstance(until, datetime) else until,
            places=items(asked(more, "places", "张贴、刊登处")), collect=str(more.get("collect") or place),
        )  # fmt: skip

    return draft


SHEETS: Mapping[PaperKind, Sheet] = {
    PaperKind.F06: _visit, PaperKind.F14: _statement, **case_sheets_records.SHEETS,
}  # fmt: skip
"""Kind → what makes the sheet of a step."""
FIELDS: Mapping[PaperKind, Mapping[str, str]] = {
    PaperKind.F06: {"met": "在场人员", "assets": "家庭财产", "living": "实际生活情况", "spending": "家庭支出",
                    "remarks": "备注"},
    PaperKind.F14: {"time": "起止时间", "place": "地点", "way": "陈述方式", "capacity": "陈述人身份",
                    "recorder": "记录人", "refused": "拒绝签名的情况"},
    PaperKind.F30: {"place": "送达地点", "relation": "与受送达人关系"},
    PaperKind.F31: {"places": "张贴、刊登处", "collect": "领取地点和时间"},
    **case_sheets_records.FIELDS,
}  # fmt: skip
"""Kind → what an officer may add, by its official name."""
