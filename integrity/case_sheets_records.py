"""案件记录表之二 (record sheets of facts, members, amounts, repair and objection): F10, F17, F18, F26, F28 申请.

Each says what the books say; none decides anything. 国办发〔2020〕49号; 社会救助法 46–48; 国家发展改革委令第36号.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from integrity import assistance, case_acts, organs
from integrity.case_files import Case
from integrity.case_letters_records import evidence_of, fact_of, item_name, objector, recorded
from integrity.case_papers import Draft, heard
from integrity.case_records import record_terms
from integrity.case_words import Added, asked, asked_day, asked_fen, items, officer, person, sentences
from integrity.errors import NotFound, Refused, Unset
from integrity.households import acts, members, standing
from integrity.letters_family import address, desk, family
from integrity.letters_texts import wording
from integrity.papers import by_number, content
from integrity.records.ledger import Conduct, Finding
from integrity.rules.procedure import Done
from integrity.terms import FindingState, NationalClass, Outcome, PaperKind, Presence
from integrity.work import Work
from reports.forms_credit import FindingDecision, RepairNotice
from reports.forms_procedure import LEAVES, AmountReduction, MemberAdjustment, MemberMove, Reduction
from reports.forms_records import OBJECTION, DefaultRecord, ObjectionPaper, RepairApplication

More = Added
Sheet = Callable[[Work, Case, Done, More], Draft]
_WORDS = {"STATEMENT": "", "WAIVED": "表示没有意见：", "SILENT": "没有提出意见"}


def _default(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F10: the fact and what the person said to it; no finding, and nothing follows from it."""

    def draft(number: str, on: date) -> DefaultRecord:
        fact, who = fact_of(work, case), family(work, case.household_id, on)
        office = desk(work, who.area, PaperKind.F10, on)
        view, asked_on = _view(case, more)
        review = case.last("REVIEW")
        reviewer = review.by if review else str(asked(more, "reviewed_by", "复核人（工号）"))
        return DefaultRecord(
            **office.head(), number=number, addressee=person(work, case.household_id, fact.member_no, on).name,
            household=who.number, item=item_name(office, fact, more), fact=fact.detail or str(step.data["reason"]),
            happened_on=fact.happened_on, found_on=fact.found_on, evidence=evidence_of(fact),
            found_by=officer(work, fact.recorded_by), reviewed_by=officer(work, reviewer) if reviewer else "",
            ends_on=_until(work, fact, step, more, on), view=view, asked_on=asked_on,
        )  # fmt: skip

    return draft


def _until(work: Work, fact: Conduct, step: Done, more: More, on: date) -> date:
    """记录截止日: as the officer says, or the end that a finding of this class would have. Raises Unset."""
    if more.get("ends_on"):
        return asked_day(more, "ends_on", "记录截止日")
    level = NationalClass.named(str(step.data["level"]))
    until = record_terms(work, fact, level, on).until
    if until is None:
        raise Unset("当地没有规定这一等级的记录何时终止，请填写记录截止日（--set 记录截止日=日期）")
    return until


def _view(case: Case, more: More) -> tuple[str, date]:
    """本人意见 and the day on which he was asked: as heard in the case, or as the officer adds it."""
    said = case.last(*_WORDS)
    if said is not None and not more.get("view"):
        return _WORDS[said.code] + str(said.data.get("said") or ""), said.on
    return str(asked(more, "view", "本人意见")), asked_day(more, "asked_on", "询问本人日期")


def _moves(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F17: who left the household, since when, and what the amount becomes."""

    def draft(number: str, on: date) -> MemberAdjustment:
        opened, checked = case.history[0], case.last("CHECKED")
        if opened.code not in ("DEATH", "PRISON", "MISSING_PERSON", "MOVED") or checked is None:
            raise Refused("这项变化没有增减保障对象，不制作增减员调整表")
        who, happened = family(work, case.household_id, on), opened.data["happened_on"]
        known = person(work, case.household_id, case.member_no, on)
        now, before = _present(work, case, on), _present(work, case, happened - timedelta(days=1))
        return MemberAdjustment(
            **desk(work, who.area, PaperKind.F17, on).head(), number=number, household=who.number,
            addressee=organs.county_organ(work, who.area, on).name, category=who.category, head=who.head.name,
            address=address(work, who, on), old_persons=before, new_persons=now,
            moves=(MemberMove(name=known.name, identity=known.identity, relation=known.relation, move=LEAVES,
                              reason=case.table.row(opened.code).name, happened_on=happened),),
            **_amounts(work, case, happened, on, more), grounds=wording("sheets", on).all("moved"),
            opinion=str(step.data["reason"]), clerk=officer(work, checked.by),
        )  # fmt: skip

    return draft


def _present(work: Work, case: Case, on: date) -> int:
    return sum(one.presence is Presence.PRESENT for one in members(work, case.household_id, on).values())


def _amounts(work: Work, case: Case, happened: date, on: date, more: More) -> dict[str, Any]:
    """The amount before the event and the new one: that of the act that followed, or what the officer proposes."""
    old = assistance.paid(work, case.household_id, happened)
    if old is None:
        raise Refused("该户在变化发生时没有月救助金额")
    later = [one for one in acts(work, case.household_id, on) if one.happened_on >= happened]
    if later:
        new = assistance.paid(work, case.household_id, max(on, later[-1].effective_on)) or 0
        return {"old_fen": old, "new_fen": new, "since": later[-1].effective_on}
    new = asked_fen(more, "amount", "调整后月救助金")
    return {"old_fen": old, "new_fen": new, "since": asked_day(more, "since", "执行月份")}


def _reduction(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F18: one household whose amount is lowered, why, and how it was heard."""

    def draft(number: str, on: date) -> AmountReduction:
        who, review, told = family(work, case.household_id, on), case.last("REVIEW"), case.last(*_WORDS)
        old, new = assistance.paid(work, case.household_id, step.on), step.data.get("amount")
        if step.data.get("outcome") not in (Outcome.LOWER.value, Outcome.LOWER.name) or review is None or told is None:
            raise Refused("本案没有听取意见后减少保障金的决定")
        if old is None or new is None:
            raise Refused("原月救助金或者新月救助金没有确定")
        done = [one for one in acts(work, case.household_id, on) if one.case_no == case.no]
        since = done[-1].effective_on if done else case_acts.effect_month(work, case, step, on)
        row = Reduction(
            household=who.number, head=who.head.name, identity=who.head.identity, old_fen=old, new_fen=int(new),
            persons=len(who.members), reason=str(step.data["reason"]), heard=heard(work, case),
        )  # fmt: skip
        return AmountReduction(
            **desk(work, who.area, PaperKind.F18, on).head(), number=number, category=who.category, since=since,
            addressee=organs.county_organ(work, who.area, on).name, rows=(row,),
            grounds=wording("sheets", on).all("reduced"), clerk=officer(work, told.by),
            reviewer=officer(work, review.by),
        )  # fmt: skip

    return draft


def _repair(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F26: filled in from the finding and the repair notice that was served with it."""

    def draft(number: str, on: date) -> RepairApplication:
        fact, who = fact_of(work, case), family(work, case.household_id, on)
        decision, notice, organ = _finding_papers(work, case, on)
        return RepairApplication(
            **desk(work, who.area, PaperKind.F26, on).head(), number=number,
            addressee=organs.county_organ(work, who.area, on).name,
            applicant=person(work, case.household_id, fact.member_no, on), decision=decision.number, decided_by=organ,
            decided_on=decision.on, fact="；".join(decision.facts), earliest=notice.earliest, ends_on=notice.until,
            conditions=notice.conditions, promises=sentences(step.data["promise"]),
            done=sentences(step.data["corrected"]), enclosed=items(more.get("enclosed")),
            guardian=str(more.get("guardian") or ""),
        )  # fmt: skip

    return draft


def _finding_papers(work: Work, case: Case, on: date) -> tuple[FindingDecision, RepairNotice, str]:
    """The decision (F24), the notice on repair (F25), and who signed. Raises NotFound when they are not here."""
    found = [
        one for one in standing(work, Finding, case.household_id, on)
        if one.conduct_seq == case.subject_seq and one.state is FindingState.EFFECTIVE
    ]  # fmt: skip
    if not found:
        raise NotFound("没有生效的失信认定")
    decision = content(work, by_number(work, found[-1].document))
    notice = content(work, by_number(work, decision.repair_number)) if isinstance(decision, FindingDecision) else None
    if not isinstance(decision, FindingDecision) or not isinstance(notice, RepairNotice):
        raise NotFound("认定决定书或者信用修复告知书不在本机关的文书中，请由本人填写申请书")
    return decision, notice, decision.organ


def _objection(work: Work, case: Case, step: Done, more: More) -> Draft:
    """F28 申请: what the person says is wrong, put down for him to read, correct and sign."""

    def draft(number: str, on: date) -> ObjectionPaper:
        who, name = family(work, case.household_id, on), objector(work, case, step, on)
        return ObjectionPaper(
            **desk(work, who.area, PaperKind.F28, on).head(), number=number, variant=OBJECTION, objector=name,
            addressee=organs.county_organ(work, who.area, on).name, record=recorded(work, case, on),
            wrong=sentences(step.data["said"]), filed_on=step.on, marked_on=step.on,
            wanted=str(more.get("wanted") or ""), enclosed=items(more.get("enclosed")),
        )  # fmt: skip

    return draft


SHEETS: Mapping[PaperKind, Sheet] = {
    PaperKind.F10: _default, PaperKind.F17: _moves, PaperKind.F18: _reduction, PaperKind.F26: _repair,
    PaperKind.F28: _objection,
}  # fmt: skip
"""Kind → what makes the sheet of a step."""
FIELDS: Mapping[PaperKind, Mapping[str, str]] = {
    PaperKind.F10: {"item": "行为项目", "reviewed_by": "复核人（工号）", "ends_on": "记录截止日", "view": "本人意见",
                    "asked_on": "询问本人日期"},
    PaperKind.F17: {"amount": "调整后月救助金", "since": "执行月份"},
    PaperKind.F26: {"enclosed": "附件", "guardian": "监护人"},
    PaperKind.F28: {"wanted": "请求", "enclosed": "附件"},
}  # fmt: skip
"""Kind → what an officer may add, by its official name."""
