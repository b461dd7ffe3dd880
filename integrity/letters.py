"""文书内容 (letters): from the records to what a paper says, one function a form; nothing is printed here.

A paper speaks to the family in plain words and never mentions a score or a level. What is missing (a parameter, an
organ, a remedy) raises; nothing is filled in by a guess. Sources: 社会救助法 40、46–48、62、73、76; 民发〔2021〕57号.
"""

from __future__ import annotations

from datetime import date, timedelta

from integrity import assistance, organs
from integrity.calendars import workdays
from integrity.errors import NotFound, Refused
from integrity.households import acts, standing
from integrity.letters_family import Desk, Family, Kin, address, desk, family, where
from integrity.letters_grounds import found
from integrity.letters_texts import wording
from integrity.recommendations import Explained, Finding, explain
from integrity.records.ledger import Assistance, Decision, Recheck, Verification
from integrity.records.office import Recommendation
from integrity.rules import grounds as g
from integrity.rules import withdrawal
from integrity.rules.citations import citations, explained
from integrity.rules.facts import UNKNOWN, date_of
from integrity.rules.workdays import add_months
from integrity.rules.writing import paper_date, yuan
from integrity.terms import Act, Cause, ExitReason, Outcome, PaperKind, RecheckResult, Scheme, Verdict
from integrity.work import Work
from reports.forms import (
    Commitment,
    HearingNotice,
    Payment,
    Person,
    PolicyNotice,
    RecheckNotice,
    Ward,
    WithdrawalNotice,
)

DONE = (RecheckResult.CONFIRMED, RecheckResult.UNCHANGED, RecheckResult.CHANGED)
"""Results that complete a check."""


def recheck_notice(
    work: Work, household_id: int, recommendation: Finding | Recommendation, number: str, on: date
) -> RecheckNotice:
    """定期核查通知书 (F11): why the check is due, when and where to come. An overdue check gets the lead time anew."""
    who, office = _both(work, household_id, PaperKind.F11, on)
    text = wording("recheck", on)
    if recommendation.due_on is None:
        raise Refused("该户没有应核查日")
    due = date_of(recommendation.due_on)
    if due <= on:  # the office is late, not the family: it gets as much time as everybody else
        due = on + timedelta(days=int(office.value("recheck.lead_days")))
    end = _withdrawn_until(work, household_id, on)
    hurry = "" if end is None or end >= due else text.one("hurry", until=paper_date(end))
    over = text.one("withdrawal_over") if end is None else ""
    checks = [one for one in standing(work, Recheck, household_id, on) if one.result in DONE]
    because = [
        text.one("level") if one.bit == g.DUE_LEVEL else _because(one, recommendation.scheme, over=over)
        for one in g.named(g.DUE_GROUNDS, recommendation.due_grounds)
    ]
    return RecheckNotice(
        **office.head(), number=number, addressee=who.addressee, household=who.number,
        category=tuple(Scheme)[recommendation.scheme].value, cycle=text.one("duty") + "；".join(because),
        due=min(due, end or due), place=where(office.organ), bring=text.all("bring"),
        last=checks[-1].happened_on if checks else None,
        home_visit="；".join(filter(None, (hurry, text.one("home_visit")))),
    )  # fmt: skip


def _because(ground: g.Ground, scheme: int, *, over: str) -> str:
    """核查事由 with the law on which it rests, without a bracket in a bracket; `over` says that a 渐退 has ended."""
    said = over if over and ground.bit == g.DUE_WITHDRAWAL_END else ground.text
    cited = "、".join(citations(ground.law_for(scheme)))
    return f"{said}，见{cited}" if "《" in cited else f"{said}（{cited}）"


def _withdrawn_until(work: Work, household_id: int, on: date) -> date | None:
    """渐退截止日 of a 渐退 that is running or will begin; a check that it asks for may not come later."""
    try:
        act = running_withdrawal(work, household_id, on)
    except NotFound:
        return None
    return add_months(act.effective_on, act.months or 0) - timedelta(days=1)


def hearing_notice(
    work: Work, household_id: int, decision: Decision, number: str, on: date, *, within: str = "",
    since: date | None = None,
) -> HearingNotice:
    """拟调减（终止）救助听取意见告知书 (F13): facts, grounds and the plan behind an officer's opinion (法 48).

    `within` is the time that an officer gives where the region sets none (5个工作日); `since` the planned month.
    """
    who, office = _both(work, household_id, PaperKind.F13, on)
    text = wording("hearing", on)
    told = explain(work, household_id, decision.recommended_on)
    facts, grounds = found(work, decision, who, on)
    length, amount = within or hearing_time(office, on), assistance.paid(work, household_id, on)
    facts = (f"现在每月发放救助金{yuan(amount)}", *facts) if amount else facts
    return HearingNotice(
        **office.head(), number=number, addressee=who.addressee, household=who.number, category=who.category,
        facts=facts, grounds=grounds, planned=planned_from(_planned(told, decision, who, on), since, office),
        how=text.one("how"), place=_near(work, office, on), within=text.one("within", length=length),
        help=text.one("help"),
    )  # fmt: skip


def planned_from(plan: str, since: date | None, office: Desk, *keys: str) -> str:
    """拟作处理 with the month from which it is planned; a decision may not begin earlier.

    Where nobody has said which month, the paper says what the rules come to: the month after service, as a rule.
    """
    text = wording("hearing", office.on)
    if since is not None:
        return text.one("since", plan=plan, month=f"{since.year}年{since.month}月")
    rows = [office.policy.find(key, office.area, office.on) for key in (*keys, "adverse.effect_month")]
    ruled = next((row for row in rows if row is not None), None)
    slot = "since_open" if ruled is None else "since_same" if ruled.value == "same_month" else "since_next"
    return text.one(slot, plan=plan)


def _near(work: Work, office: Desk, on: date) -> str:
    """陈述申辩地点: where the household lives, also where the county signs; both are open to it."""
    near = organs.organ_of(work, office.area, on)
    if near.name == office.organ.name:
        return where(office.organ)
    return f"{where(near, f'电话{near.phone}')}；或者{where(office.organ)}"


def hearing_time(office: Desk, on: date) -> str:
    """听取意见期限 that the region sets, as a paper says it. Raises Unset where it sets none."""
    row = office.policy.row("adverse.hear_days", office.area, on)
    days = int(office.value("adverse.hear_days"))
    return f"{days}个工作日" if row.unit == "工作日" else f"{days}日"


def withdrawal_notice(
    work: Work, household_id: int, act: Assistance, number: str, on: date, *, heard: str = ""
) -> WithdrawalNotice:
    """渐退告知书 (F16): for how long assistance goes on, how much each month, and when it is checked again."""
    who, office = _both(work, household_id, PaperKind.F16, on)
    then = family(work, household_id, act.happened_on)
    text, head = wording("withdrawal", on), who.head
    months = act.months or 0
    cause = _last_income(work, household_id, act.happened_on)
    return WithdrawalNotice(
        **office.head(), number=number, addressee=who.addressee, household=who.number, category=act.scheme.value,
        remedies=office.remedy(), head=head.name, sex=head.sex, identity=head.identity,
        age=UNKNOWN if head.years is None else head.years, persons=len(then.members),
        address=address(work, who, on), household_phone=head.phone,
        change=_change(then, office, cause, act.effective_on), grounds=_withdrawal_grounds(office, cause.cause, on),
        months=months, since=act.effective_on, until=add_months(act.effective_on, months) - timedelta(days=1),
        scope=text.one("scope", persons=str(len(then.members))), exit=text.one("exit"), approved=act.happened_on,
        schedule=_schedule(work, act, then, office), ends=_ends(office, on),
        recheck=withdrawal_check(work, act), heard=heard,
    )  # fmt: skip


def withdrawal_check(work: Work, act: Assistance) -> date:
    """渐退期内的复核日: the first day of the last month on which the office is open."""
    return workdays(work).open_day(add_months(act.effective_on, max((act.months or 1) - 1, 0)))


def policy_notice(work: Work, household_id: int, number: str, on: date) -> PolicyNotice:
    """政策与诚信告知书 (F01): duties, consequences, rights, and the items of 个人信息保护法 17、30."""
    who, office = _both(work, household_id, PaperKind.F01, on)
    text = wording("policy", on)
    told = str(office.value("report_change.duty"))
    return PolicyNotice(
        **office.head(), number=number, addressee=who.addressee, scheme=text.one("scheme", category=who.category),
        duties=text.cited("duties", report_within=told), consequences=text.cited("consequences"),
        rights=text.cited("rights"), purpose=text.one("purpose"), manner=text.one("manner"), kinds=text.all("kinds"),
        keep=text.one("keep", archive_years=str(office.value("archive.approval"))),
        necessity=text.one("necessity"), exercise=text.one("exercise"),
    )  # fmt: skip


def commitment(work: Work, household_id: int, number: str, on: date) -> Commitment:
    """诚信承诺书 (F02): the grown members promise, the acting officer promises; the county takes complaints."""
    who, office = _both(work, household_id, PaperKind.F02, on)
    text = wording("commitment", on)
    bound = [one for one in who.members if one.able] or [who.head]
    clerk = organs.officer(work, work.actor, on)
    return Commitment(
        **office.head(), number=number, addressee=office.organ.name, household=who.number, category=who.category,
        persons=tuple(Person(name=one.name, relation=one.relation.value, identity=one.identity) for one in bound),
        report_within=str(office.value("report_change.duty")), consequences=text.cited("consequences"),
        clerk=clerk.name, time_limit=_time_limit(office), more=text.cited("more"),
        complaints=organs.county_organ(work, who.area, on).phone, guardian=_guardian(who, bound),
        wards=tuple(_ward(who, one) for one in who.members if not one.able and one not in bound),
    )  # fmt: skip


def _ward(who: Family, one: Kin) -> Ward:
    """A member for whom the guardian on record signs; for a guardian who lives elsewhere there is the pen."""
    guardian = "" if one.guardian_no is None else who.named(one.guardian_no)
    return Ward(name=one.name, relation=one.relation.value, identity=one.identity, guardian=guardian)


def _both(work: Work, household_id: int, kind: PaperKind, on: date) -> tuple[Family, Desk]:
    who = family(work, household_id, on)
    return who, desk(work, who.area, kind, on)


def _planned(told: Explained, decision: Decision, who: Family, on: date) -> str:
    """拟作处理: what the opinion proposes, in words. Raises Refused where a sum is not settled."""
    text = wording("hearing", on)
    if not decision.outcome.adverse:
        raise Refused(f"“{decision.outcome.value}”不需要听取意见")
    if decision.outcome is Outcome.EXIT:
        reason = decision.reason_code if decision.reason_code is not ExitReason.NONE else None
        if reason is None:
            raise Refused("审核意见没有写明终止的原因代码")
        return text.one("exit", category=who.category, reason=reason.value)
    if decision.outcome is Outcome.WITHDRAW:
        percents = _schedule_of(decision)
        each = "逐月按原金额的" + "、".join(f"{percent}%" for percent in percents) + "发放"
        return text.one("withdraw", months=str(len(percents)), schedule=each)
    finding = told.finding
    same = finding.outcome == Outcome.LOWER.number and finding.amount_min == finding.amount_max
    settled = finding.amount_min if same else None  # the sums of another outcome say nothing about this one
    new = settled if decision.amount is None else decision.amount
    if new is None or finding.amount_now is None:
        raise Refused("拟调整的金额没有确定，请在审核意见中写明调整后的月救助金额")
    plan = text.one("lower", old=yuan(finding.amount_now), new=yuan(new))
    if finding.member_no > 0:
        plan += "，" + text.one("lower_share", member=who.named(finding.member_no))
    return plan


def _schedule_of(decision: Decision) -> tuple[int, ...]:
    """The percent of each month. Raises Refused unless the opinion names every month (nothing is left open, 法 48)."""
    percents = tuple(int(percent) for percent in decision.schedule.split(",") if percent)
    if not percents or (decision.months is not None and decision.months != len(percents)):
        raise Refused("渐退须写明月数和各月比例")
    return percents


def _last_income(work: Work, household_id: int, on: date) -> Verification:
    """The last verification that told the income. Raises Refused without one."""
    found = [one for one in standing(work, Verification, household_id, on) if one.income is not None]
    if not found:
        raise Refused("没有渐退所依据的收入核对结果")
    return found[-1]


def _change(who: Family, office: Desk, result: Verification, on: date) -> str:
    """变化情况 of a 渐退: whose income changed and the figures against the standard of the day on which it starts."""
    text = wording("withdrawal", office.on)
    standard = int(office.policy.value("standard.dibao", office.area, on, "urban" if who.urban else "rural"))
    income, persons = result.income or 0, len(who.members)
    if not persons:
        raise Refused("渐退时家庭中没有计入的成员")
    whose = who.named(result.cause_member) if result.cause_member else "家庭"
    return text.one(
        "change", who=whose, cause=result.cause.value, income=yuan(income), persons=str(persons),
        each=yuan(income // persons), standard=yuan(standard),
    )  # fmt: skip


def _withdrawal_grounds(office: Desk, cause: Cause, on: date) -> tuple[str, ...]:
    """依据 of a 渐退: the law, the rule on employment where that is the cause, and the region's own row."""
    text = wording("withdrawal", on)
    found = [*text.all("grounds"), *(text.all("grounds_employment") if cause is Cause.EMPLOYMENT else ())]
    row = office.policy.find("jiantui.cause", office.area, on, cause.name)
    return tuple([*found, *map(explained, row.source.split("；"))] if row is not None else found)


def payments_of(work: Work, act: Assistance, office: Desk) -> tuple[Payment, ...]:
    """逐月发放 of a withdrawal as it was decided. Raises Refused where a figure is not settled."""
    return _schedule(work, act, family(work, act.household_id, act.happened_on), office)


def _schedule(work: Work, act: Assistance, who: Family, office: Desk) -> tuple[Payment, ...]:
    """逐月发放计划: the percents of the act on the amount that was paid before it, within the region's cap."""
    day, months = act.effective_on, act.months or 0
    p = withdrawal.parameters(office.policy, office.area, int(who.urban), day)
    capped = p.cap == 1 and p.standard != UNKNOWN
    percents = tuple(int(percent) for percent in act.schedule.split(",") if percent)
    paid = withdrawal.payments(
        months, _amount_before(work, act), percents, p.standard * len(who.members) if capped else UNKNOWN
    )
    if not paid:
        raise Refused("渐退期的原金额或者逐月发放比例没有确定")
    return tuple(
        Payment(month=add_months(day, k), fen=fen, note=f"原金额的{percents[k]}%" + ("，不超过标准" if capped else ""))
        for k, fen in enumerate(paid)
    )


def _amount_before(work: Work, act: Assistance) -> int:
    """The monthly amount in force before an act, fen; UNKNOWN when none was entered."""
    amount = UNKNOWN
    earlier = [one for one in acts(work, act.household_id, act.happened_on) if one.seq != act.seq]
    for one in sorted(earlier, key=lambda entry: (entry.effective_on, entry.seq)):
        if one.effective_on <= act.effective_on and (one.act is Act.GRANT or one.amount is not None):
            amount = UNKNOWN if one.amount is None else one.amount
    return amount


def _ends(office: Desk, on: date) -> tuple[str, ...]:
    """提前终止渐退的情形: what the region sets; where it sets nothing, that is what the paper says."""
    row = office.policy.find("jiantui.early_end", office.area, on)
    return wording("withdrawal", on).all("ends") if row is None else (str(row.value),)


def _time_limit(office: Desk) -> str:
    """办理时限 in working days: the township's own where it confirms, else that of the whole procedure."""
    if office.value("apply.who_confirms") != "township":
        return f"{office.value('apply.total')}个工作日"
    own = office.policy.find("apply.township_total", office.area, office.on)
    return f"{office.value('apply.total_delegated') if own is None else own.value}个工作日"


def _guardian(who: Family, bound: list[Kin]) -> str:
    """监护人 of a household whose head cannot sign; "" when a grown member signs."""
    head = who.head
    if head.able:
        return ""
    for one in bound:
        if one.no == head.guardian_no:
            return one.name
    if bound == [head]:
        return "" if head.guardian_no is None else who.named(head.guardian_no)
    return ""


def last_opinion(work: Work, household_id: int, on: date) -> Decision:
    """The opinion for which a hearing is due: the last one on the household, if it is adverse and nothing followed.

    Raises NotFound when there is none, when it was refused, or when an act of assistance has already followed it.
    """
    opinions = standing(work, Decision, household_id, on)
    last = opinions[-1] if opinions else None
    if last is None or last.verdict is Verdict.REFUSED or not last.outcome.adverse:
        raise NotFound("该户没有需要听取意见的审核意见")
    if any(one.seq > last.seq for one in acts(work, household_id, on) if one.act is not Act.AMEND):
        raise NotFound("该户在审核意见之后已经作出救助决定")
    return last


def running_withdrawal(work: Work, household_id: int, on: date) -> Assistance:
    """The 渐退 that is running or will begin. Raises NotFound when there is none."""
    for one in reversed(acts(work, household_id, on)):
        if one.act in (Act.STOP, Act.GRANT, Act.REVIVE):
            break
        if one.act is Act.WITHDRAW and add_months(one.effective_on, one.months or 0) > on:
            return one
    raise NotFound("该户没有正在进行的渐退")
