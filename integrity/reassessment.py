"""逐户评估 (evaluation of one household): what is entered between two evaluations of the roll counts at once.

A comparison, a change or a check may turn a recommendation; whoever states an opinion must not state it about what the
books say no longer. It recommends like the evaluation of the roll, by the same rules, and decides nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import select

from integrity.evaluation import Finding, found_at
from integrity.recommendations import standing_of
from integrity.records import placing
from integrity.records.ledger import Decision, LedgerHead
from integrity.records.office import Recommendation
from integrity.rules.policy import NotInForce
from integrity.standing_findings import answers, outcome_of
from integrity.terms import Outcome
from integrity.work import TICK, Work

EVALUATED = "逐户评估"
_QUIET = (Outcome.KEEP, Outcome.NOTHING)
"""What asks for nobody's opinion."""
_ESSENCE = (
    "scheme", "outcome", "reason_code", "member_no", "months_min", "months_max", "amount_now", "amount_min",
    "amount_max", "ask",
)  # fmt: skip
"""What an opinion is about; the other columns are dates and conditions that go with it."""


def _latest(work: Work, household_id: int) -> datetime:
    """The moment by which everything is known that stands in a ledger, this work's own entries among it."""
    return max(_written(work, household_id), work.stamp())


def _written(work: Work, household_id: int) -> datetime:
    """When something was written into a ledger last."""
    return work.session.exec(select(LedgerHead.recorded_at).where(LedgerHead.household_id == household_id)).one()


def _found(work: Work, household_id: int) -> Finding | None:
    """What the rules say with all that is written down by now; None for a household that is on no roll."""
    return found_at(work, [household_id], _latest(work, household_id)).get(household_id)


def _as_before(stands: Recommendation, found: Finding) -> bool:
    return all(getattr(stands, one) == getattr(found, one) for one in _ESSENCE)


def _answered(work: Work, stands: Recommendation) -> bool:
    """Has somebody given an opinion on what stands?"""
    query = select(Decision).where(
        Decision.household_id == stands.household_id, Decision.recommended_on == stands.on_day
    )  # fmt: skip
    return any(answers(one, stands) for one in work.session.exec(query))


def outgrown(work: Work, household_id: int) -> Outcome | None:
    """What would be recommended now, where that is something else than what stands; None where it still holds.

    Raises NotInForce where no policy is in force to tell.
    """
    stands, found = standing_of(work, household_id), _found(work, household_id)
    if stands is None or found is None or _as_before(stands, found):
        return None
    return tuple(Outcome)[found.outcome]


def reassess(work: Work, household_id: int) -> Recommendation | None:
    """Write down what is recommended now, where it differs in anything from what stands; None where it does not.

    What still waits for an opinion is written down after every entry: its reasons have the newest figures.
    What an opinion was given on goes on as what was found that day where only dates and figures differ: the opinion
    stands. Nothing is written for a household that no evaluation of the roll has seen. Raises NotInForce.
    """
    work.lock(household_id)
    stands, found = standing_of(work, household_id), _found(work, household_id)
    if stands is None or found is None:
        return None
    answered = _answered(work, stands)
    if all(getattr(stands, one) == value for one, value in found._asdict().items()):
        waits = not answered and outcome_of(stands) not in _QUIET
        if not waits or _written(work, household_id) <= stands.decided_at:
            return None
    goes_on = answered and _as_before(stands, found)
    if goes_on and stands.on_day == work.today:  # the dates follow with what comes next
        return None
    moment = max(_latest(work, household_id), stands.decided_at + TICK)
    on_day = stands.on_day if goes_on else work.today
    row = Recommendation(household_id=household_id, decided_at=moment, on_day=on_day, **found._asdict())
    work.session.add(row)
    placing.touch(work.connection_session, (household_id,))
    work.audit(EVALUATED, f"household:{household_id}", outcome_of(row).value)
    return row


def follow(work: Work, household_id: int) -> str:
    """After an entry: evaluate the household, and say what that changes for whom; "" where nothing can be told."""
    before = standing_of(work, household_id)
    try:
        after = reassess(work, household_id)
    except NotInForce:
        return ""
    if before is None:
        return ""
    if after is None or outcome_of(after) is outcome_of(before):
        return f"。处理建议没有变化：{outcome_of(before).value}"
    turned = f"。处理建议由“{outcome_of(before).value}”变为“{outcome_of(after).value}”"
    return turned + ("" if outcome_of(after) in _QUIET else "，已转复核人员提出审核意见")
