"""救助案件的文书 (papers of adjustment, withdrawal and termination): F12, F13, F15, F16, F29. 社会救助法 47、48."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from integrity import assistance, case_acts, letters, letters_grounds
from integrity.case_files import Case
from integrity.case_letters_tekun import of_one
from integrity.case_papers import Draft, Given, Maker, heard
from integrity.case_words import officer
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import members, standing
from integrity.letters_family import Family, desk, family
from integrity.letters_texts import wording
from integrity.recommendations import as_due
from integrity.records.ledger import Assistance, Decision, Recheck, Verification
from integrity.rules.citations import citation, explained
from integrity.rules.facts import date_of
from integrity.rules.procedure import Done, Facts
from integrity.rules.writing import paper_date
from integrity.terms import Act, ExitReason, Outcome, PaperKind, Presence, Procedure
from integrity.work import Work
from reports.forms import DecisionNotice, WithdrawalNotice
from reports.forms_procedure import RecheckConclusion, TekunEnd, WithdrawalEnd

CHANGES = {Outcome.RAISE: "增发", Outcome.LOWER: "减发", Outcome.EXIT: "停发"}
_UNTOLD_LAW = "社会救助法第47条"
_CHECKED_LAW = (explained("社会救助法第46条"), explained("民发〔2021〕57号第31条"))


def _opinion(work: Work, case: Case) -> Decision:
    """The opinion with which the case began. Raises NotFound."""
    seq = case.history[0].entry if case.history else None
    found = None if seq is None else work.session.get(Decision, (case.household_id, seq))
    if found is None:
        raise NotFound("没有找到本案的审核意见")
    return found


def _hearing(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F13: what is planned, why, and within what time the person can speak."""
    draft = partial(
        letters.hearing_notice, work, case.household_id, _opinion(work, case), within=_worded(str(given["within"])),
        since=case.said("effective_on", "OPEN"),
    )
    return [(PaperKind.F13, of_one(work, case, draft))]


def _worded(period: str) -> str:
    """5工作日 and 5个工作日 read alike on paper."""
    return period if "个" in period or "工作日" not in period else period.replace("工作日", "个工作日")


def _decision(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F15 or F16, by what was decided."""
    outcome = Outcome.named(str(given["outcome"]))
    if outcome is Outcome.WITHDRAW:
        return [(PaperKind.F16, partial(_withdrawal, work, case, given))]
    return [(PaperKind.F15, partial(decision_notice, work, case, given))]


def _month(work: Work, case: Case, given: Given, on: date) -> date:
    """The month from which it is carried out, if it is served at once."""
    decided = Done(len(case.history) + 1, "DECIDE", on, work.actor, given)
    return case_acts.effect_month(work, case, decided, on)


def _withdrawal(work: Work, case: Case, given: Given, number: str, on: date) -> WithdrawalNotice:
    """渐退告知书 for the act that service will enter."""
    grant = assistance.running(work, case.household_id, on)
    months, schedule = given.get("months"), tuple(given.get("schedule") or ())
    if grant is None:
        raise Refused("该户没有正在享受的救助，不能渐退")
    if not months or len(schedule) != months:
        raise Refused("渐退须写明月数和每个月的发放比例，两者的个数应当相同")
    assistance.may_withdraw(work, case.household_id, int(months), on)
    planned = Assistance(
        household_id=case.household_id, seq=-1, happened_on=on, act=Act.WITHDRAW, scheme=grant.scheme,
        effective_on=_month(work, case, given, on), months=int(months), schedule=",".join(map(str, schedule)),
        decided_by=work.actor,
    )  # fmt: skip
    said = heard(work, case) if case.last("NOTICE_SERVED") else ""
    return letters.withdrawal_notice(work, case.household_id, planned, number, on, heard=said)


def decision_notice(work: Work, case: Case, given: Given, number: str, on: date) -> DecisionNotice:
    """增发、减发、停发决定书 (F15), with the reasons, how the person was heard, and the remedies."""
    outcome = Outcome.named(str(given["outcome"]))
    who = family(work, case.household_id, on)
    office = desk(work, who.area, PaperKind.F15, on)
    old = assistance.paid(work, case.household_id, on)
    new = 0 if outcome is Outcome.EXIT else given.get("amount")
    if new is None:
        raise Invalid("请填写新的月救助金额")
    facts, grounds = letters_grounds.found(work, _opinion(work, case), who, on)
    whose = [one.name for one in who.concerned if case.member_no in (None, one.no)]
    change = CHANGES[outcome] if old or new else "终止"
    return DecisionNotice(
        **office.head(), number=number, addressee=who.told, household=who.number, category=who.category,
        facts=(*facts, f"决定理由：{given['reason']}"), grounds=grounds, change=change,
        heard=_heard(work, case, who), persons=tuple(whose), old_fen=old or 0,
        new_fen=int(new), since=_month(work, case, given, on), remedies=office.remedy(),
    )  # fmt: skip


def _heard(work: Work, case: Case, who: Family) -> str:
    """听取意见情况; nobody is heard where nobody is left, and need not be where nobody loses."""
    if case.last("NOTICE_SERVED"):
        return heard(work, case)
    return "家中已没有可以听取意见的人" if who.gone else ""


def revoked_notice(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F15 on an undone decision: assistance is given again, and what is paid back."""

    def draft(number: str, on: date) -> DecisionNotice:
        who = family(work, case.household_id, on)
        office = desk(work, who.area, PaperKind.F15, on)
        now = assistance.paid(work, case.household_id, on) or 0
        arrears = str(given.get("arrears") or "")
        return DecisionNotice(
            **office.head(), number=number, addressee=who.addressee, household=who.number, category=who.category,
            facts=tuple(filter(None, (f"原决定已被撤销，依据：{given['basis']}", f"理由：{given['reason']}", arrears))),
            grounds=(explained(_UNTOLD_LAW),), change="恢复", persons=tuple(one.name for one in who.members), old_fen=0,
            new_fen=now, since=on, remedies=office.remedy(), heard="本决定恢复救助，无须听取意见",
        )  # fmt: skip

    return [(PaperKind.F15, draft)]


_TEKUN_LAW = ("民发〔2021〕43号第24条", "民发〔2021〕43号第26条")


def _ended_by(grounds: tuple[str, ...]) -> tuple[str, ...]:
    """终止供养的条款 that the facts have not named already: an article with its item is not cited again without."""
    return tuple(explained(one) for one in _TEKUN_LAW if not any(law.startswith(citation(one)) for law in grounds))


def _objections(case: Case) -> str:
    """公示结果 as it is on record: whether anybody objected, and what came of it."""
    settled = [one for one in case.history if one.code == "OBJECTION_SETTLED"]
    if not settled:
        return "公示期间没有收到异议"
    said = [f"{paper_date(one.on)}办结的异议：{one.data['result']}，理由：{one.data['reason']}" for one in settled]
    return "；".join([*said, "重新公示期间没有收到异议"])


def _tekun(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F29 终止特困供养决定书, after the public notice."""

    def draft(number: str, on: date) -> TekunEnd:
        who = family(work, case.household_id, on)
        office = desk(work, who.area, PaperKind.F29, on)
        facts, grounds = letters_grounds.found(work, _opinion(work, case), who, on)
        posted = f.known
        named = [one.name for one in who.concerned if case.member_no in (None, one.no)]
        return TekunEnd(
            **office.head(), number=number, addressee=who.told, stage="决定", person="、".join(named),
            cause=str(case.said("reason_code") or ExitReason.NONE.value), posted_since=posted["posted_since"],
            posted_until=posted["posted_until"], posted_at=posted["posted_at"],
            facts=(*facts, f"决定理由：{given['reason']}"),
            grounds=(*grounds, *_ended_by(grounds)),
            heard=_heard(work, case, who), posted=_objections(case), since=_month(work, case, given, on),
            follow="本机关将核查您是否符合最低生活保障、临时救助等其他救助的条件", remedies=office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F29, of_one(work, case, draft))]


def _conclusion(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F12 核查结论: what was found and what follows; a conclusion takes nothing from anybody."""

    def draft(number: str, on: date) -> RecheckConclusion:
        who = family(work, case.household_id, on)
        office = desk(work, who.area, PaperKind.F12, on)
        visited = case.last("VISITED")
        assert visited is not None
        pair = tuple(officer(work, str(visited.data[name])) for name in ("visitor_1", "visitor_2"))
        changed, grant = given["result"] == "有变化", assistance.running(work, case.household_id, on)
        old, new, compared = _incomes(work, case, grant, on, found_on=visited.on if changed else None)
        present = [one for one in members(work, case.household_id, on).values() if one.presence is Presence.PRESENT]
        amount = assistance.paid(work, case.household_id, on) or 0
        found = as_due(work, [case.household_id]).get(case.household_id)
        if found is None or found.due_on is None:
            raise Refused("不能确定下次核查日")
        least = found.amount_min
        after = least if changed and least is not None and least >= 0 else amount
        return RecheckConclusion(
            **office.head(), number=number, addressee=who.addressee, household=who.number, category=who.category,
            checked_on=visited.on, checked_by=pair, means=("入户调查", "信息核对"),
            old_persons=grant.persons if grant and grant.persons else len(present),
            new_persons=len(present), old_income=old, new_income=new if compared else None, old_fen=amount,
            new_fen=after if compared else None,
            facts=(str(visited.data["found"]), str(given["reason"])), grounds=_CHECKED_LAW,
            conclusion=str(given["result"]), next_due=date_of(found.due_on),
            follows="按调整程序办理，决定前听取您的意见" if changed else "",
        )  # fmt: skip

    return [(PaperKind.F12, draft)]


def _incomes(
    work: Work, case: Case, grant: Assistance | None, on: date, *, found_on: date | None
) -> tuple[int, int, bool]:  # fmt: skip
    """Income before and now, and whether it was compared since the last check; `found_on`: a change was found then.

    A comparison that went into an earlier check knows nothing of what is found now. Raises Refused without any.
    """
    checks = [one for one in standing(work, Verification, case.household_id, on) if one.income is not None]
    new = checks[-1].income if checks else None
    old = grant.income if grant is not None and grant.income is not None else new
    if old is None or new is None:
        raise Refused("没有家庭收入的核对结果，不能出具核查结论，请先登记核对结果")
    rows = standing(work, Recheck, case.household_id, on)
    before = [one.happened_on for one in rows if one.result in letters.DONE and found_on and one.happened_on < found_on]
    return old, new, checks[-1].happened_on > max(before, default=date.min)


def _withdrawal_end(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """渐退期满告知书 (F16): a word before the end, so that nobody is surprised by it."""

    def draft(number: str, on: date) -> WithdrawalEnd:
        who = family(work, case.household_id, on)
        office, text = desk(work, who.area, PaperKind.F16, on), wording("withdrawal", on)
        act = work.session.get(Assistance, (case.household_id, case.subject_seq))
        if act is None:
            raise NotFound("请说明是哪一次渐退（救助行为的条目号）")
        begun = case.history[0].data
        return WithdrawalEnd(
            **office.head(), number=number, addressee=who.addressee, household=who.number, category=who.category,
            since=begun["since"], until=begun["until"], recheck=begun["recheck_on"],
            last_fen=letters.payments_of(work, act, office)[-1].fen, next_steps=text.all("next_steps"),
            rights=text.all("after_rights"), grounds=text.all("grounds"),
        )  # fmt: skip

    return [(PaperKind.F16, draft)]


MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    (Procedure.DECISION, "NOTICE"): _hearing,
    (Procedure.DECISION, "DECIDE"): _decision,
    (Procedure.DECISION, "APPROVE"): _decision,
    (Procedure.DECISION, "REVOKED"): revoked_notice,
    (Procedure.TEKUN, "NOTICE"): _hearing,
    (Procedure.TEKUN, "DECIDE"): _tekun,
    (Procedure.TEKUN, "REVOKED"): revoked_notice,
    (Procedure.RECHECK, "RESULT"): _conclusion,
    (Procedure.WITHDRAWAL, "TOLD"): _withdrawal_end,
}
