"""失信认定和修复的文书 (papers of findings and repair): F23; F24 with F25 (两书同达); F27.

国办发〔2020〕49号; 国家发展改革委令第36号. The day on which a record ends is computed in `case_records` alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import col, select

from integrity.case_files import Case, text_of
from integrity.case_known import conduct_of, national_class
from integrity.case_papers import Draft, Given, Maker, heard, paper_at
from integrity.case_parties import Party, found, party
from integrity.case_records import RecordTerms, record_terms
from integrity.errors import NotFound, Refused
from integrity.households import members, standing
from integrity.letters_family import Desk, desk, where
from integrity.letters_texts import wording
from integrity.papers import coming_number
from integrity.records.ledger import Finding, Notice
from integrity.records.office import Adoption
from integrity.rules.citations import citations
from integrity.rules.procedure import Facts
from integrity.rules.workdays import Period
from integrity.rules.writing import paper_date
from integrity.terms import FindingState, NationalClass, PaperKind, Presence, Procedure
from integrity.work import Work
from reports.forms_credit import GRANTED, NOTHING_LEFT, FindingDecision, FindingNotice, RepairDecision, RepairNotice

_OTHER_ROADS = re.compile(r"停|减|退回|罚|惩戒|名单|公开|公示|曝光|报送")
"""Measures that a finding does not bring by itself: each has a procedure of its own, or none."""


class Record(NamedTuple):
    """本案的失信记录 (the record of this case): the person, the office that signs, the terms of the record."""

    person: Party
    office: Desk
    terms: RecordTerms

    @property
    def until(self) -> date:
        """The day on which it ends. Raises Refused where nothing says so (红线 10)."""
        if self.terms.until is None:
            raise Refused("当地没有规定这一等级记录的终止期限，不能认定，请先设定 repair.max（红线第10条）")
        return self.terms.until

    @property
    def earliest(self) -> date:
        """The day from which repair may be applied for. Raises Refused."""
        if self.terms.earliest is None:
            raise Refused("当地没有规定最早可以申请修复的时间，不能制发修复告知书，请先设定 repair.min")
        return self.terms.earliest

    def head(self, number: str) -> dict[str, Any]:
        """The fields of every paper of this record."""
        return {
            **self.office.head(),
            "number": number,
            "addressee": self.person.addressee,
            "person": self.person.one.name,
        }


def _record(work: Work, case: Case, kind: PaperKind, level: str, on: date) -> Record:
    fact = conduct_of(work, case)
    if fact is None:
        raise NotFound("请说明认定的是哪一条失信事实（条目号）")
    person = party(work, case, on)
    terms = record_terms(work, fact, NationalClass.named(level), on)
    return Record(person, desk(work, person.who.area, kind, on), terms)


def _notice(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F23: what is to be found, on which document, with what effect and until when, before anything is recorded."""
    told = case.history[0].data

    def draft(number: str, on: date) -> FindingNotice:
        record = _record(work, case, PaperKind.F23, str(told["level"]), on)
        text, speak = wording("finding", on), wording("hearing", on)
        return FindingNotice(
            **record.head(number), household=record.person.who.number, grounds=_grounds(work, record),
            facts=_facts(work, case, record, str(told["reason"])), documents=(_basis(told),),
            grade=record.terms.level.value,
            effects=(*_effects(record, _named(told)), text.one("unaffected")), until=record.until,
            how=speak.one("how"), place=where(record.office.organ), help=speak.one("help"),
            within=speak.one("within", length=str(Period.read(str(given["within"])))),
        )  # fmt: skip

    return [(PaperKind.F23, draft)]


def _basis(told: Mapping[str, Any]) -> str:
    """所依据的文书: its number and of what kind it is."""
    kind, number = str(told["basis_kind"]), str(told["basis"])
    return number if kind in number else f"{number}（{kind}）"


def _decision(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F24 and F25, each naming the other: the number of the second is held for it before the first is made out."""

    def decided(number: str, on: date) -> FindingDecision:
        record = _record(work, case, PaperKind.F24, str(given["level"]), on)
        text = wording("finding", on)
        return FindingDecision(
            **record.head(number), household=record.person.who.number, grounds=_grounds(work, record),
            facts=_facts(work, case, record, str(given["reason"])), documents=(_basis(case.history[0].data),),
            grade=record.terms.level.value, heard=heard(work, case), until=record.until,
            effects=(*_effects(record, _lighter(case, given)), text.one("unaffected")), use=text.one("use"),
            object_how=text.one("object_how"), object_within=_objection(record.office, given),
            notice_number=paper_at(work, case, "NOTICE").number, remedies=record.office.remedy(),
            repair_number=coming_number(work, case.household_id, PaperKind.F25),
        )  # fmt: skip

    def repairable(number: str, on: date) -> RepairNotice:
        record = _record(work, case, PaperKind.F25, str(given["level"]), on)
        text, finding = wording("repair", on), _just_made(work, case, PaperKind.F24)
        return RepairNotice(
            **record.head(number), finding_number=finding.number, finding_on=finding.happened_on,
            grade=record.terms.level.value, earliest=record.earliest, until=record.until,
            conditions=_conditions(record.office), how=text.one("how"), place=where(record.office.organ),
            bring=text.all("bring"), effect=text.one("effect"), grounds=text.all("grounds"),
            reply_within=text.one("reply_within", length=_length(record.office, "repair.feedback")),
        )  # fmt: skip

    return [(PaperKind.F24, decided), (PaperKind.F25, repairable)]


def _just_made(work: Work, case: Case, kind: PaperKind) -> Notice:
    """The paper that the step being taken has made before this one."""
    subject = text_of(case, len(case.history) + 1)
    query = select(Notice).where(
        Notice.household_id == case.household_id, Notice.subject == subject, Notice.kind == kind
    )
    return work.session.exec(query).one()


def _facts(work: Work, case: Case, record: Record, reason: str) -> tuple[str, ...]:
    told = found(work, case, record.person.one.name, "finding", record.office)
    return (*told, wording("finding", record.office.on).one("reason", reason=reason))


def _grounds(work: Work, record: Record) -> tuple[str, ...]:
    """依据: the national texts, the document by which the county adopted its catalogue, the province's ordinance."""
    office, text = record.office, wording("finding", record.office.on)
    told = list(text.all("grounds"))
    if record.terms.item is not None:
        query = select(Adoption).where(
            Adoption.area == office.area[:6] + "000000", Adoption.since <= office.on,
            col(Adoption.proposal).in_(office.policy.adopted),
        )  # fmt: skip
        rows = sorted(work.session.exec(query), key=lambda one: one.id or 0)
        told += [text.one("adopted", document=one.document) for one in rows[-1:]]
    ordinance = office.policy.find("credit.disclosure_max", office.area, office.on)
    if ordinance is not None:
        told.append(text.one("ordinance", source="；".join(citations(ordinance.source))))
    return tuple(told)


def _named(told: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one.strip() for one in str(told.get("measures") or "").split("、") if one.strip())


def _lighter(case: Case, given: Given) -> tuple[str, ...]:
    """Measures of the decision: those that were told, or some of them; "无" none. Raises Refused for one more."""
    told, chosen = _named(case.history[0].data), _named(given)
    if not chosen:
        return told
    if chosen == ("无",):
        return ()
    more = [one for one in chosen if one not in told]
    if more:
        raise Refused(f"决定的措施“{more[0]}”没有事先告知（行政处罚法第45条（参照））")
    return chosen


def _effects(record: Record, measures: tuple[str, ...]) -> tuple[str, ...]:
    """采取的措施: the record itself, and what the region's own rule names. Raises Refused for one that it does not."""
    office = record.office
    row = office.policy.find("credit.measures", office.area, office.on)
    for one in measures:
        if row is None or one not in str(row.value):
            raise Refused(f"当地没有规定“{one}”这项措施，不得自行增加（行政处罚法第16条；红线第9条）")
        if _OTHER_ROADS.search(one):
            raise Refused(f"“{one}”须按它自己的程序办理，不能作为失信认定的措施（社会救助法第48条、第73条）")
    cited = [f"{one}，依据：{'；'.join(citations(row.source))}" for one in measures if row is not None]
    return (wording("finding", office.on).one("effects"), *cited)


def _length(office: Desk, key: str) -> str:
    """A period of the region as a paper says it. Raises Unset."""
    value = office.value(key)
    return str(Period.read(f"{value}{office.policy.row(key, office.area, office.on).unit}"))


def _objection(office: Desk, given: Given) -> str:
    """异议提出和答复的期限: the ordinance's, else what the officer states. Raises Refused where nobody says."""
    stated = given.get("object_within")
    if stated is None and office.policy.find("credit.objection", office.area, office.on) is None:
        raise Refused("当地没有规定异议的答复期限，请填写“异议答复期限”，如 3个工作日")
    length = str(Period.read(str(stated))) if stated is not None else _length(office, "credit.objection")
    return wording("finding", office.on).one("object_within", length=length)


def _conditions(office: Desk) -> tuple[str, ...]:
    """修复条件 as the rule in force names them."""
    return tuple(one for one in str(office.value("repair.conditions")).split("；") if one)


def _repair(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F27 准予或者不予修复, on the finding that still stands."""
    applied, checked = case.last("APPLIED"), case.last("REVIEW")
    if applied is None or checked is None:
        raise Refused("没有修复申请或者核实的记录，不能作出决定")

    def draft(number: str, on: date) -> RepairDecision:
        finding = _standing(work, case, on)
        assert finding.document_on is not None
        person, text, granted = party(work, case, on), wording("repair", on), given["granted"] == GRANTED
        office = desk(work, person.who.area, PaperKind.F27, on)
        facts = (
            text.one("corrected", told=str(applied.data["corrected"])),
            text.one("promise", told=str(applied.data["promise"])),
            text.one("checked", result=str(checked.data["adopted"]), reason=str(checked.data["reason"])),
            *((text.one("decided", reason=str(given["reason"])),) if granted else ()),
        )  # fmt: skip
        return RepairDecision(
            **office.head(), number=number, addressee=_answered_to(work, case, person, on), person=person.one.name,
            finding_number=finding.document, finding_on=finding.document_on, applied_on=applied.on, facts=facts,
            grounds=text.all("grounds"), outcome=str(given["granted"]), since=on if granted else None,
            reason="" if granted else str(given["reason"]), again="" if granted else text.one("again"),
            effect=text.one("granted") if granted else _stays(work, case, finding.document_on, on),
            remedies=office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F27, draft)]


def _record_ended(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F27 办结: the record ended before anything was decided; the applicant is told that nothing is left to repair."""
    applied = case.last("APPLIED")
    if applied is None:
        raise Refused("没有修复申请的记录，不能办结")

    def draft(number: str, on: date) -> RepairDecision:
        finding, text = _standing(work, case, on), wording("repair", on)
        assert finding.document_on is not None
        person = party(work, case, on)
        office = desk(work, person.who.area, PaperKind.F27, on)
        return RepairDecision(
            **office.head(), number=number, addressee=_answered_to(work, case, person, on), person=person.one.name,
            finding_number=finding.document, finding_on=finding.document_on, applied_on=applied.on,
            facts=(
                text.one("corrected", told=str(applied.data["corrected"])),
                text.one("promise", told=str(applied.data["promise"])),
            ),
            grounds=text.all("grounds"), outcome=NOTHING_LEFT, reason=_why_ended(work, case, finding.document_on, on),
            effect=text.one("ended"), remedies=office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F27, draft)]


def _why_ended(work: Work, case: Case, document_on: date, on: date) -> str:
    """By what the record ended: a decision that took it back, or its own last day. Raises Refused while it is used."""
    fact, text = conduct_of(work, case), wording("repair", on)
    assert fact is not None
    last = [one for one in standing(work, Finding, case.household_id, on) if one.conduct_seq == fact.seq][-1]
    if last.state not in (FindingState.EFFECTIVE, FindingState.CONTESTED):
        return text.one("ended_before", on=paper_date(last.happened_on), state=last.state.value)
    until = record_terms(work, fact, national_class(work, case, fact), document_on).until
    if until is None or on < until:
        raise Refused("这条记录还在使用，应当核实并作出修复决定（国家发展改革委令第36号）")
    return text.one("ended_by_itself", until=paper_date(until))


def _answered_to(work: Work, case: Case, person: Party, on: date) -> str:
    """主送 of the answer to an application: the person; after his death his near relatives."""
    member = members(work, case.household_id, on).get(person.one.no)
    dead = member is not None and member.presence is Presence.DEAD
    return f"{person.one.name}的近亲属" if dead else person.addressee


def _standing(work: Work, case: Case, on: date) -> Finding:
    """The finding whose repair is asked for, as its document says. Raises NotFound."""
    steps = [one for one in standing(work, Finding, case.household_id, on) if one.conduct_seq == case.subject_seq]
    last = next((one for one in reversed(steps) if one.state is FindingState.EFFECTIVE), None)
    if last is None or last.document_on is None:
        raise NotFound("没有找到申请修复的认定文书")
    return last


def _stays(work: Work, case: Case, document_on: date, on: date) -> str:
    """What a refusal leaves as it was: until when the record is in use."""
    fact, text = conduct_of(work, case), wording("repair", on)
    assert fact is not None
    until = record_terms(work, fact, national_class(work, case, fact), document_on).until
    return text.one("denied_open") if until is None else text.one("denied", until=paper_date(until))


MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    (Procedure.DEFAULT, "NOTICE"): _notice,
    (Procedure.DEFAULT, "DECIDE"): _decision,
    (Procedure.REPAIR, "DECIDE"): _repair,
    (Procedure.REPAIR, "RECORD_ENDED"): _record_ended,
}
