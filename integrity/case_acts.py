"""决定的执行 (carrying out a decision): the act of assistance after service, its undoing with back pay, its stay.

Nothing is overwritten: an undone stop is a revival, an undone reduction a raise, and each names the case it comes from.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import select

from integrity import assistance, conduct, tekun_persons
from integrity.case_files import Case, cases_of, text_of
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.households import acts, correct, home, members, standing
from integrity.policies_of import policy_for
from integrity.records.ledger import Assistance, Finding, Notice, Verification
from integrity.rules.arrears import Month, back_pay, paid_after_death
from integrity.rules.payable import Paying, payable
from integrity.rules.policy import Row as Rule
from integrity.rules.procedure import Done, Facts, Obstacle, Row
from integrity.rules.workdays import add_months
from integrity.rules.writing import yuan
from integrity.terms import Act, ExitReason, FindingState, Outcome, Presence, Procedure, Scheme
from integrity.work import Work

Given = dict[str, Any]
_DECIDED = ("DECIDE", "APPROVE")


def area_of(work: Work, case: Case, on: date) -> str:
    """The village in which the household lives on a day."""
    return home(work, case.household_id, on).area


def _next_month(on: date) -> date:
    return add_months(on.replace(day=1), 1)


def pay_from(work: Work, case: Case, on: date) -> date:
    """从何时起发放: the month that the region names; the next one where it names none (民发〔2021〕57号 21)."""
    area = area_of(work, case, on)[:9] + "000"
    row = policy_for(work, area, on).find("apply.pay_from", area, on)
    return on.replace(day=1) if row is not None and row.value == "same_month" else _next_month(on)


def effect_month(work: Work, case: Case, decided: Done, served_on: date) -> date:
    """从何时起执行: what the decision says or the region names, and never before the month that follows service.

    Only where the region lets it, an act of the month of service itself. Raises Refused where nobody said from when.
    """
    rule, asked = month_rule(work, case, served_on), planned_month(case, decided)
    if asked is None and rule is None and Outcome.named(str(decided.data["outcome"])).adverse:
        missing = "当地没有规定调减、终止从何时起执行，请在决定中写明执行的月份"
        raise Refused(missing, (Obstacle("effective_on", missing, ""),))
    earliest = _earliest(rule, served_on)
    return max(asked, earliest) if isinstance(asked, date) else earliest


def _earliest(rule: Rule | None, served_on: date) -> date:
    """The first month in which something can be taken, when the decision is served on a day."""
    same = rule is not None and rule.value == "same_month"
    return served_on.replace(day=1) if same else _next_month(served_on)


def from_a_first(given: Given) -> None:
    """自何时起执行: assistance is paid by the month, so an act holds from the first of one. Raises Refused."""
    asked = given.get("effective_on")
    if isinstance(asked, date) and asked.day != 1:
        first = f"{asked.replace(day=1)} 或者 {_next_month(asked)}"
        missing = f"救助按月发放，从某月1日起执行：不能写 {asked}，请改填 {first}"
        raise Refused(missing, (Obstacle("effective_on", missing, ""),))


def not_too_early(work: Work, case: Case, on: date, given: Given) -> None:
    """自何时起执行: no month before the one that follows service, if the decision were served today.

    A month that was told before and has come nearer meanwhile moves on, in what is recorded as on paper. Raises Refused
    for one that the officer states now.
    """
    asked, outcome = given.get("effective_on"), str(given.get("outcome") or "")
    if not isinstance(asked, date) or not outcome or not Outcome.named(outcome).adverse:
        return
    earliest = _earliest(month_rule(work, case, on), on)
    if asked >= earliest:
        return
    if case.history and asked == case.said("effective_on", "OPEN"):
        given["effective_on"] = earliest
        return
    first = f"{earliest.year}年{earliest.month}月"
    missing = f"减少、停止救助从送达以后的月份起执行，今天作出的最早为{first}，不能写 {asked}，请改填"
    raise Refused(missing, (Obstacle("effective_on", missing, ""),))


def month_rule(work: Work, case: Case, on: date) -> Rule | None:
    """当地规定的执行月份: the region's row for this case; None where it has none and a person says from when."""
    area = area_of(work, case, on)[:9] + "000"
    policy = policy_for(work, area, on)
    fraud = case.said("reason_code") == ExitReason.X08.value
    tekun = case.procedure is Procedure.TEKUN
    keys = ("stop.effect_fraud",) * fraud + ("tekun.stop_effect",) * tekun + ("adverse.effect_month",)
    return next((row for key in keys if (row := policy.find(key, area, on)) is not None), None)


def planned_month(case: Case, decided: Done) -> date | None:
    """自何时起执行 as decided, or else as the person was told; None where nobody said."""
    told = case.history[0].data if case.history else {}
    asked = decided.data.get("effective_on") or told.get("effective_on")
    return asked if isinstance(asked, date) else None


def decision_of(case: Case) -> Done:
    """The step by which the case was decided. Raises Refused before."""
    decided = case.last(*_DECIDED)
    if decided is None:
        raise Refused("本案还没有决定")
    return decided


def act(work: Work, case: Case, row: Row, f: Facts, given: Given) -> str:
    """执行: the act of assistance that was decided; "" when it stands, else why it could not be entered.

    The proof of service is kept either way: what cannot be carried out waits for a person.
    """
    decided = decision_of(case)
    served_on = case.said("served_on", "SERVED")
    assert isinstance(served_on, date)
    try:
        since = given.get("effective_on") or effect_month(work, case, decided, served_on)
        _enter(work, case, decided, max(since, served_on.replace(day=1), planned_month(case, decided) or since))
    except ChengxinError as fault:
        work.audit("决定送达后未能执行", f"household:{case.household_id}", f"案件{case.no}：{fault}")
        return str(fault)
    return ""


def _enter(work: Work, case: Case, decided: Done, since: date, *, on: date | None = None) -> Assistance | None:
    """Enter what was decided, by its kind; `on` is the day when that is later than the decision."""
    outcome, data = Outcome.named(str(decided.data["outcome"])), decided.data
    told = case.said("reason_code")
    code = ExitReason.named(str(told)) if told else ExitReason.NONE
    heard = f"案件{case.no}听取意见" if case.last("STATEMENT", "SILENT", "WAIVED") else ""
    common: Given = {
        "decided_on": on or decided.on, "effective_on": since, "decided_by": decided.by, "case_no": case.no,
        "hearing": heard, "document": _document(work, case, decided),
    }  # fmt: skip
    if outcome is Outcome.EXIT:
        return assistance.stop(work, case.household_id, code, **common)
    if outcome is Outcome.WITHDRAW:
        months, schedule = int(data.get("months") or 0), tuple(data.get("schedule") or ())
        return assistance.withdraw(work, case.household_id, months=months, schedule=schedule, **common)
    if outcome in (Outcome.RAISE, Outcome.LOWER):
        kind = Act.RAISE if outcome is Outcome.RAISE else Act.LOWER
        if data.get("amount") is None:
            raise Refused("决定没有写明新的月救助金额")
        return assistance.adjust(
            work, case.household_id, kind, amount=int(data["amount"]), reason=code, **_basis(work, case, decided.on),
            **common,
        )  # fmt: skip
    return None


def _basis(work: Work, case: Case, on: date) -> Given:
    """核定时的收入和人数: what the new amount rests on, so that the next check compares with it.

    Where one member's own share is cut, the household's figures stay as they were.
    """
    if case.member_no is not None:
        return {}
    incomes = [one.income for one in standing(work, Verification, case.household_id, on) if one.income is not None]
    present = [one for one in members(work, case.household_id, on).values() if one.presence is Presence.PRESENT]
    grant = assistance.running(work, case.household_id, on)
    tekun = grant is not None and grant.scheme is Scheme.TEKUN
    persons = len(tekun_persons.supported(work, case.household_id, on)) if tekun else len(present)
    return {"income": incomes[-1] if incomes else None, "persons": persons}


def _document(work: Work, case: Case, decided: Done) -> str:
    query = select(Notice).where(Notice.household_id == case.household_id, Notice.subject == text_of(case, decided.no))
    found = sorted(work.session.exec(query), key=lambda one: one.seq)
    return found[0].number if found else ""


_TAKES = (Act.STOP, Act.LOWER, Act.WITHDRAW)


def _entered(work: Work, case: Case, on: date) -> list[Assistance]:
    """The acts that this case has entered and that stand, from the first that took something."""
    found = [one for one in acts(work, case.household_id, on) if one.case_no == case.no]
    first = next((n for n, one in enumerate(found) if one.act in _TAKES), len(found))
    return found[first:]


def undo(work: Work, case: Case, f: Facts, given: Given) -> int | None:
    """撤销: undo the act of this case from the month in which it began, and list what is to be paid back.

    None when nothing is carried out now: not yet, or no longer because of a stay; what is owed is
    listed either way. Adds `arrears` (text) and `arrears_total` (fen) to what the step says.
    """
    entered = _entered(work, case, f.on)
    if not entered:
        return None
    months = arrears(work, entered[0], f.on)
    given["arrears"] = "；".join(f"{one.month:%Y年%m月}补发{yuan(one.fen)}" for one in months)
    given["arrears_total"] = sum(one.fen for one in months)
    done = entered[-1]
    return _reverse(work, case, done, f, since=done.effective_on) if done.act in _TAKES else None


def arrears(work: Work, first: Assistance, until: date) -> tuple[Month, ...]:
    """补发: the amount before the first act of a case, less what was payable, month by month to that of `until`.

    A stay in between, or what was done after it, changes what was payable and nothing else.
    """
    every = [paying(one) for one in acts(work, first.household_id, until)]
    begun = first.effective_on.replace(day=1)
    return back_pay(_amount_before(work, first), lambda k: payable(every, add_months(begun, k)), begun, until)


def paying(one: Assistance) -> Paying:
    """An act as far as it pays."""
    return Paying(one.act, one.effective_on, one.amount, tuple(int(part) for part in one.schedule.split(",") if part))


def _amount_before(work: Work, done: Assistance) -> int:
    earlier = [
        one for one in acts(work, done.household_id, done.happened_on)
        if one.seq < done.seq and one.amount is not None
    ]  # fmt: skip
    return (earlier[-1].amount or 0) if earlier else 0


def _reverse(work: Work, case: Case, done: Assistance, f: Facts, *, since: date, stays: bool = False) -> int:
    """The act that takes the other one back; a 渐退 that only `stays` is kept and revived, else it is void."""
    by = {"decided_on": f.on, "decided_by": work.actor, "document": done.document, "case_no": case.no}
    if done.act is Act.STOP or (done.act is Act.WITHDRAW and stays):
        return assistance.revive(work, case.household_id, effective_on=since, **by).seq  # type: ignore[arg-type]
    if done.act is Act.LOWER:
        return assistance.adjust(
            work, case.household_id, Act.RAISE, amount=_amount_before(work, done), effective_on=since, **by  # type: ignore[arg-type]
        ).seq  # fmt: skip
    why = f"案件{case.no}的决定已撤销"
    return correct(work, case.household_id, done.seq, None, kind=Assistance, why=why, case_no=case.no).seq


def subject_case(work: Work, case: Case) -> tuple[Case, Notice]:
    """The case whose decision is under review or before the court, and its paper. Raises NotFound."""
    notice = None if case.subject_seq is None else work.session.get(Notice, (case.household_id, case.subject_seq))
    if notice is None:
        raise NotFound("请说明复议、诉讼针对的是哪一份决定（文书的条目号）")
    for other in cases_of(work, case.household_id):
        if any(notice.subject == text_of(other, step.no) for step in other.history):
            return other, notice
    raise NotFound(f"文书 {notice.number} 不是按程序制发的决定")


def stay(work: Work, case: Case, row: Row, f: Facts, given: Given) -> str:
    """停止执行: what the decision took is given again from this month on, until it is known who was right.

    Raises Refused where the decision has taken nothing: a stay that does nothing is not recorded.
    """
    other, _ = subject_case(work, case)
    if other.procedure is Procedure.DEFAULT:
        assert other.subject_seq is not None
        conduct.find(
            work, case.household_id, other.subject_seq, FindingState.CONTESTED, on=f.on, decided_by=work.actor,
            case_no=other.no,
        )  # fmt: skip
        return ""
    if other.procedure not in (Procedure.DECISION, Procedure.TEKUN):
        return ""
    entered = _entered(work, other, f.on)
    if not entered or entered[-1].act not in _TAKES:
        raise Refused("这份决定现在没有减少、停止救助，没有可以停止执行的内容；还没有执行的，请撤销决定或者暂不送达")
    done = entered[-1]
    _reverse(work, other, done, f, since=max(done.effective_on, f.on.replace(day=1)), stays=True)
    return ""


def quashed(work: Work, case: Case, row: Row, f: Facts, given: Given) -> str:
    """变更或者撤销: a finding that was quashed counts no longer from today; the case itself is revoked by a person."""
    other, _ = subject_case(work, case)
    steps = [one for one in standing(work, Finding, case.household_id, f.on) if one.conduct_seq == other.subject_seq]
    if other.procedure is Procedure.DEFAULT and steps and steps[-1].state is FindingState.EFFECTIVE:
        assert other.subject_seq is not None
        conduct.find(
            work, case.household_id, other.subject_seq, FindingState.CONTESTED, on=f.on, decided_by=work.actor,
            case_no=other.no,
        )  # fmt: skip
    return ""


def resume(work: Work, case: Case, row: Row, f: Facts, given: Given) -> str:
    """恢复执行, from the month that follows, and never before the month that was decided.

    The chain of hearing, decision and service stands as it was.
    """
    other, _ = subject_case(work, case)
    if other.procedure is Procedure.DEFAULT:
        _effective_again(work, other, f)
        return ""
    if other.procedure in (Procedure.DECISION, Procedure.TEKUN):
        entered = _entered(work, other, f.on)
        since = max([_next_month(f.on), *(one.effective_on for one in entered[:1])])
        _enter(work, other, decision_of(other), since, on=f.on)
    return ""


def _effective_again(work: Work, other: Case, f: Facts) -> None:
    steps = [one for one in standing(work, Finding, other.household_id, f.on) if one.conduct_seq == other.subject_seq]
    last = next(one for one in reversed(steps) if one.state is FindingState.EFFECTIVE)
    assert other.subject_seq is not None
    conduct.find(
        work, other.household_id, other.subject_seq, FindingState.EFFECTIVE, on=f.on, decided_by=last.decided_by,
        reviewed_by=last.reviewed_by, document=last.document, document_on=last.document_on,
        effective_on=last.effective_on, case_no=other.no,
    )  # fmt: skip


def overpaid(work: Work, case: Case, on: date, given: Given) -> None:
    """死亡次月以后多发: flagged on the case for a person, with each month; nothing is taken back by itself."""
    opened = case.history[0] if case.history else None
    if opened is None or opened.code != "DEATH":
        return
    died = opened.data.get("happened_on")
    grant = assistance.running(work, case.household_id, on)
    amount = assistance.paid(work, case.household_id, on)
    if not isinstance(died, date) or grant is None or amount is None:
        return
    present = [one for one in members(work, case.household_id, died).values() if one.presence is Presence.PRESENT]
    months = paid_after_death(amount // max(grant.persons or len(present), 1), died, on)
    given["overpaid"] = "；".join(f"{one.month:%Y年%m月}{yuan(one.fen)}" for one in months)
    given["overpaid_total"] = sum(one.fen for one in months)
