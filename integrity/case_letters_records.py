"""守信、异议、个人信息权利、移送的文书 (papers of trust, objection, rights and transfer): F09, F28, F33.

A trust record promises nothing; an answer says what was found and by what law; a transfer says facts, no verdict.
2022通知五（五）; 山东省社会信用条例 39; 个人信息保护法 24、45–50; 社会救助法 77; 行政处罚法 27、57.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from integrity import organs
from integrity.case_files import Case
from integrity.case_known import conduct_of
from integrity.case_papers import Draft, Given, Maker
from integrity.case_words import items, officer, person, sentences, whole_person
from integrity.errors import Invalid, NotFound, Refused, Unset
from integrity.households import members, standing
from integrity.letters_family import Desk, desk, family
from integrity.letters_texts import wording
from integrity.records.ledger import Conduct, Finding
from integrity.rules.citations import explained
from integrity.rules.policy_rows import Item
from integrity.rules.procedure import Done, Facts
from integrity.rules.procedure_basis import SELF
from integrity.rules.workdays import add_months
from integrity.rules.writing import paper_date
from integrity.terms import AreaLevel, ConductKind, FindingState, PaperKind, Presence, Procedure
from integrity.work import Work
from reports.forms_records import (
    ANSWER,
    DONE,
    NOT_DONE,
    PARTLY,
    PERSONAL,
    UNFOUNDED,
    UPHELD,
    Enclosed,
    ObjectionPaper,
    TransferLetter,
    TrustRecord,
)

Papers = list[tuple[PaperKind, Draft]]
_RESULTS = {"成立": UPHELD, "部分成立": PARTLY, "不成立": UNFOUNDED}
_MEASURES = {"成立": ("更正", "撤销"), "部分成立": ("更正", "撤销"), "不成立": ("维持",)}
"""What an objection can lead to, by what was found about it."""
_ENCLOSED = re.compile(r"(?P<title>.+?)[（(，,]?(?P<pages>\d+)页[，,]?(?P<original>原件|复印件)?[）)]?")


def fact_of(work: Work, case: Case) -> Conduct:
    """The fact that a case is about. Raises NotFound."""
    fact = conduct_of(work, case)
    if fact is None:
        raise NotFound("请说明是哪一条守信、失信事实（条目号）")
    return fact


def catalogued(office: Desk, fact: Conduct) -> Item | None:
    """The item of a fact in the catalogue that the region has adopted; None where it adopted none."""
    found = [office.policy.catalogue(name).item(fact.item, fact.happened_on) for name in office.policy.adopted]
    return next((one for one in found if one is not None), None)


def item_name(office: Desk, fact: Conduct, given: Mapping[str, object]) -> str:
    """对应事项 in words. Raises Unset where neither the region nor the officer says it."""
    item = catalogued(office, fact)
    name = given.get("item") or (item.name if item else None)
    if not name:
        raise Unset(f"当地没有采用含“{fact.item}”的目录，请填写对应事项")
    return str(name)


def last_day(office: Desk, fact: Conduct, given: Mapping[str, object]) -> date:
    """记录截止日: as the officer says, or as long as the adopted catalogue lets it count. Raises Unset."""
    said, item = given.get("ends_on"), catalogued(office, fact)
    if isinstance(said, date):
        return said
    if item is None:
        raise Unset("当地没有规定这类记录保留多久，请填写记录截止日")
    return add_months(fact.act_end, item.months) - timedelta(days=1)


def evidence_of(fact: Conduct) -> tuple[str, ...]:
    """证据目录: where the fact comes from, and the digest of the file that proves it."""
    return (fact.source, *((f"电子材料，指纹{fact.evidence[:16]}",) if fact.evidence else ()))


def _trust(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F09: the fact, who found it, who reviewed it, and until when it is kept."""

    def draft(number: str, on: date) -> TrustRecord:
        fact, who = fact_of(work, case), family(work, case.household_id, on)
        office, review = desk(work, who.area, PaperKind.F09, on), case.last("REVIEW")
        if fact.kind is not ConductKind.TRUST:
            raise Refused("这一条是失信事实，不能记入守信行为记录表")
        if review is None or review.data["adopted"] != "属实":
            raise Refused("复核结论不是“属实”，不能认定")
        return TrustRecord(
            **office.head(), number=number, addressee=person(work, case.household_id, fact.member_no, on).name,
            household=who.number, item=item_name(office, fact, given), happened_on=fact.happened_on,
            fact=fact.detail or str(case.history[0].data["reason"]), found_on=fact.found_on,
            evidence=evidence_of(fact), found_by=officer(work, fact.recorded_by), reviewed_by=officer(work, review.by),
            ends_on=last_day(office, fact, given), view=str(given.get("view") or ""),
        )  # fmt: skip

    return [(PaperKind.F09, draft)]


def recorded(work: Work, case: Case, on: date) -> str:
    """异议所指记录: the decision or sheet on which a record rests, in words without a verdict. Raises NotFound."""
    fact = fact_of(work, case)
    found = [
        one for one in standing(work, Finding, case.household_id, on)
        if one.conduct_seq == fact.seq and one.state is FindingState.EFFECTIVE
    ]  # fmt: skip
    if not found or found[-1].document_on is None:
        raise NotFound("没有找到这项认定的文书")
    slot = "record" if fact.kind is ConductKind.DEFAULT else "record_trust"
    return wording("objection", on).one(
        slot, decided_on=paper_date(found[-1].document_on), document=found[-1].document,
        happened_on=paper_date(fact.happened_on),
    )  # fmt: skip


def objector(work: Work, case: Case, filed: Done, on: date) -> str:
    """异议申请人: as the officer put it down, or the person himself."""
    told = filed.data.get("speaker")
    own = person(work, case.household_id, fact_of(work, case).member_no, on).name
    return own if told in (None, "", SELF) else str(told)


def answered_to(work: Work, case: Case, filed: Done, on: date) -> str:
    """主送: who objected; after the person's death his near relatives, by name where they brought it."""
    no, name = fact_of(work, case).member_no, objector(work, case, filed, on)
    if not _dead(work, case, no, on):
        return name
    kin = f"{person(work, case.household_id, no, on).name}的近亲属"
    brought = _dead(work, case, no, filed.on) and filed.data.get("speaker")
    return f"{name}（{kin}）" if brought else kin


def _dead(work: Work, case: Case, no: int, on: date) -> bool:
    member = members(work, case.household_id, on).get(no)
    return member is not None and member.presence is Presence.DEAD


def county_desk(work: Work, office: Desk) -> Desk:
    """The same desk with the county's organ: what only the county decides, only the county signs."""
    return replace(office, organ=organs.county_organ(work, office.area, office.on))


def _answered(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F28 答复: what was found, what is done about it, and where something stays, by what law and with what remedy."""
    filed, checked = case.last("FILED"), case.last("CHECKED")
    if filed is None or checked is None:
        raise Refused("异议还没有核实，不能答复")
    found, result = str(checked.data["adopted"]), str(given["result"])
    if result not in _MEASURES[found]:
        raise Refused(f"核实结论是“{found}”，处理应为{'或者'.join(_MEASURES[found])}，不能是“{result}”")

    def draft(number: str, on: date) -> ObjectionPaper:
        who, text = family(work, case.household_id, on), wording("objection", on)
        office = county_desk(work, desk(work, who.area, PaperKind.F28, on))
        region = office.policy.find("credit.objection", office.area, on)
        own = tuple(map(explained, region.source.split("；"))) if region is not None and region.is_set else ()
        name = objector(work, case, filed, on)
        return ObjectionPaper(
            **office.head(), number=number, addressee=answered_to(work, case, filed, on), variant=ANSWER, objector=name,
            record=recorded(work, case, on), wrong=sentences(filed.data["said"]), filed_on=filed.on, marked_on=filed.on,
            decided_on=on, result=_RESULTS[found], reasons=(str(checked.data["found"]), str(given["reason"])),
            grounds=(*text.all("grounds"), *own), remedies=None if found == "成立" else office.remedy(),
            measure="" if result == "维持" else text.one(f"measure.{result}"),
        )  # fmt: skip

    return [(PaperKind.F28, draft)]


def _personal(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F28 个人信息请求答复: what was done, or why it is not done and where to turn to."""
    asked, declined = case.history[0], bool(given.get("reason"))

    def draft(number: str, on: date) -> ObjectionPaper:
        who, text = family(work, case.household_id, on), wording("rights", on)
        office = desk(work, who.area, PaperKind.F28, on)
        office = county_desk(work, office) if f.level is AreaLevel.COUNTY else office
        kind, name = str(asked.data["kind"]), _asker(work, case, on)
        return ObjectionPaper(
            **office.head(), number=number, addressee=name, variant=PERSONAL, objector=name, record=kind,
            wrong=sentences(asked.data["said"]), filed_on=asked.on, decided_on=on,
            result=NOT_DONE if declined else DONE, measure="" if declined else str(given["result"]),
            reasons=(f"{given['ground']}：{given['reason']}",) if declined else (),
            grounds=(*text.all(f"grounds.{kind}"), *(text.all("declined") if declined else ())),
            remedies=office.remedy() if declined else None,
        )  # fmt: skip

    return [(PaperKind.F28, draft)]


def _asker(work: Work, case: Case, on: date) -> str:
    """提出人: the member himself by the name on record, or who asks for him or after his death."""
    told = case.history[0].data
    own = told["capacity"] == SELF
    return person(work, case.household_id, case.member_no, on).name if own else str(told["speaker"])


def _transfer(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F33: whom it concerns, the facts, the papers with their pages, and who approved it."""
    prepared = case.history[0]

    def draft(number: str, on: date) -> TransferLetter:
        who, text = family(work, case.household_id, on), wording("transfer", on)
        suspect = whole_person(work, case.household_id, case.member_no, on)
        office = desk(work, who.area, PaperKind.F33, on)
        approver = organs.officer(work, work.actor, on)
        return TransferLetter(
            **office.head(), number=number, addressee=str(prepared.data["body"]), matter=text.one("matter"),
            persons=(suspect,), facts=sentences(prepared.data["facts"]),
            grounds=text.all("grounds"), request=text.one("request"), approved_on=on,
            approved_by=f"{office.organ.name}{approver.name}",
            enclosed=tuple(_enclosed(one) for one in items(prepared.data["enclosed"])),
        )  # fmt: skip

    return [(PaperKind.F33, draft)]


def _enclosed(text: str) -> Enclosed:
    """询问笔录6页复印件: name, pages, and whether it is the original. Raises Invalid without pages."""
    found = _ENCLOSED.fullmatch(text)
    if found is None:
        raise Invalid(f"移送材料“{text}”没有写明页数，请写成“询问笔录6页复印件”，各件用顿号或者分号分开")
    return Enclosed(title=found["title"], pages=int(found["pages"]), original=found["original"] or "")


MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    (Procedure.TRUST, "DECIDE"): _trust,
    (Procedure.OBJECTION, "ANSWERED"): _answered,
    (Procedure.RIGHTS, "ANSWERED"): _personal,
    (Procedure.RIGHTS, "DECLINED"): _personal,
    (Procedure.TRANSFER, "APPROVED"): _transfer,
}
"""Procedure and step → what makes its papers."""
