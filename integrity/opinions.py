"""审核意见的去向 (what an opinion leads to): one that changes what a household gets opens its procedure at once.

不采纳、继续给予、人工复核 are written down and nothing follows. What raises, lowers, withdraws or ends assistance is
the first step of a case; nothing is decided by it. 社会救助法 47, 48; 民发〔2021〕43号 26.
"""

from __future__ import annotations

from typing import Any

from integrity import assistance, reassessment, recommendations
from integrity.cases import Case, Taken, open_case
from integrity.errors import NotFound, Refused
from integrity.records.ledger import Decision
from integrity.records.office import Recommendation
from integrity.rules.policy import NotInForce
from integrity.rules.procedure_reasons import OWN_ACTS
from integrity.terms import ExitReason, Outcome, Procedure, Scheme, Verdict
from integrity.work import Work


def give(
    work: Work, household_id: int, verdict: Verdict, *, reason: str, outcome: Outcome | None = None,
    amount: int | None = None, months: int | None = None, schedule: tuple[int, ...] = (), exception: str = "",
) -> Decision | Taken:  # fmt: skip
    """Answer the standing recommendation; the opinion, or the case that it opens. Raises Refused, NotFound.

    `exception`: why a 渐退 is given although the rules find that a condition of it does not hold.
    """
    work.lock(household_id)
    stands = recommendations.standing_of(work, household_id)
    terms: dict[str, Any] = {"amount": amount, "months": months, "schedule": schedule}
    if stands is not None and verdict is Verdict.ACCEPTED and tuple(Outcome)[stands.outcome] is Outcome.ASK:
        raise Refused(
            "处理建议是“人工复核”：程序不能确定，没有可以采纳的处理。请先查明原因（chengxin explain），"
            "补录缺少的核对结果、劳动能力等再评估；或者由人写明处理：chengxin review 户编号 change --outcome 处理 "
            "--reason 理由，维持不变的用 refuse"
        )
    _refuse_outgrown(work, household_id)
    chosen = None if stands is None else _chosen(stands, verdict, outcome, terms=any(terms.values()))
    if stands is None or chosen is None or not (chosen.adverse or chosen is Outcome.RAISE):
        return recommendations.decide(work, household_id, verdict, reason=reason, outcome=outcome, **terms)
    _refuse_twice(work, household_id)
    code = tuple(ExitReason)[stands.reason_code]
    given = {name: value for name, value in (terms | {"exception": exception}).items() if value not in (None, (), "")}
    if code is not ExitReason.NONE:
        given["reason_code"] = code.value
    return open_case(
        work, household_id, procedure_for(work, household_id, chosen), outcome=chosen.value, reason=reason,
        member_no=stands.member_no if code in OWN_ACTS else None, **given,
    )  # fmt: skip


def _refuse_outgrown(work: Work, household_id: int) -> None:
    """An opinion is about what the books say now. Raises Refused where they say something else since."""
    try:
        now = reassessment.outgrown(work, household_id)
    except NotInForce:
        return
    if now is not None:
        raise Refused(
            f"上次评估以后又有登记，按现在的登记，处理建议是“{now.value}”：请先重新评估"
            "（chengxin evaluate），再提出审核意见"
        )


def _refuse_twice(work: Work, household_id: int) -> None:
    """Until a decision is carried out the rules see the sum before it, and recommend the same again. Raises Refused."""
    coming = assistance.to_come(work, household_id, work.today)
    if coming is not None:
        raise Refused(
            f"这一户已经决定{coming.act.value}，自 {coming.effective_on} 起执行，执行以前的处理建议仍按原来的金额计算，"
            "不能按它再立案；决定有误的，在原案件中撤销"
        )


def _chosen(stands: Recommendation, verdict: Verdict, outcome: Outcome | None, *, terms: bool) -> Outcome | None:
    """What would be done; None where the opinion itself is refused or does nothing."""
    proposed = tuple(Outcome)[stands.outcome]
    if verdict is Verdict.ACCEPTED:
        return proposed
    changes = verdict is Verdict.CHANGED and (outcome is not proposed or terms)
    return outcome if changes else None


def procedure_for(work: Work, household_id: int, outcome: Outcome) -> Procedure:
    """特困 ends by a procedure of its own, with a public notice; everything else is 调整与终止."""
    grant = assistance.running(work, household_id, work.today)
    tekun = grant is not None and grant.scheme is Scheme.TEKUN and outcome is Outcome.EXIT
    return Procedure.TEKUN if tekun else Procedure.DECISION


def opinion_of(work: Work, case: Case) -> Decision:
    """The opinion with which a case of assistance began. Raises NotFound."""
    seq = case.history[0].entry if case.history else None
    found = None if seq is None else work.session.get(Decision, (case.household_id, seq))
    if found is None:
        raise NotFound("没有找到本案的审核意见")
    return found
