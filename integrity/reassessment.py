"""逐户评估 (evaluation of one household): what is entered between two evaluations of the roll counts at once.

A comparison, a change or a check may turn a recommendation; whoever states an opinion must not state it about what the
books say no longer. It recommends like the evaluation of the roll, by the same rules, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlmodel import col, func, select

from integrity.errors import NotFound
from integrity.evaluation import Finding, found_at
from integrity.recommendations import standing_of
from integrity.records import placing
from integrity.records.ledger import Decision, LedgerHead
from integrity.records.office import Recommendation
from integrity.rules.policy import NotInForce
from integrity.sights import portions
from integrity.standing_findings import answers, newest, outcome_of
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
    stands. A household that no evaluation has seen is evaluated when it has assistance. Raises NotInForce.
    """
    work.lock(household_id)
    stands, found = standing_of(work, household_id), _found(work, household_id)
    if found is None or (stands is None and tuple(Outcome)[found.outcome] is Outcome.NOTHING):
        return None
    if stands is None:
        return _stored(work, household_id, found, _latest(work, household_id), work.today)
    answered = _answered(work, stands)
    if all(getattr(stands, one) == value for one, value in found._asdict().items()):
        waits = not answered and outcome_of(stands) not in _QUIET
        if not waits or _written(work, household_id) <= stands.decided_at:
            return None
    goes_on = answered and _as_before(stands, found)
    if goes_on and stands.on_day == work.today:  # the dates follow with what comes next
        return None
    moment = max(_latest(work, household_id), stands.decided_at + TICK)
    return _stored(work, household_id, found, moment, stands.on_day if goes_on else work.today)


def _stored(work: Work, household_id: int, found: Finding, moment: datetime, on_day: date) -> Recommendation:
    row = Recommendation(household_id=household_id, decided_at=moment, on_day=on_day, **found._asdict())
    work.session.add(row)
    placing.touch(work.connection_session, (household_id,))
    work.audit(EVALUATED, f"household:{household_id}", outcome_of(row).value)
    return row


def begin(work: Work, households: Collection[int]) -> int:
    """首次评估: evaluate those with assistance whom no evaluation has seen, so that they stand on the lists; how many.

    For many at once, as an import enters them. Where no policy is in force the evaluation of the roll sees to them.
    """
    ids = sorted(set(households) - set(newest(work, list(households))))
    if not ids:
        return 0
    written = [
        work.session.exec(select(func.max(LedgerHead.recorded_at)).where(col(LedgerHead.household_id).in_(some))).one()
        for some in portions(ids)
    ]  # fmt: skip
    moment = max([work.stamp(), *(one for one in written if one is not None)])
    try:
        found = found_at(work, ids, moment)
    except (NotInForce, NotFound):
        return 0
    rows = [
        Recommendation(household_id=household, decided_at=moment, on_day=work.today, **one._asdict())
        for household, one in found.items() if tuple(Outcome)[one.outcome] is not Outcome.NOTHING
    ]  # fmt: skip
    work.session.add_all(rows)
    placing.touch(work.connection_session, [one.household_id for one in rows])
    if rows:
        work.audit(EVALUATED, "", f"新登记的救助 {len(rows)} 户")
    return len(rows)


def follow(work: Work, household_id: int) -> str:
    """After an entry: evaluate the household, and say what that changes for whom; "" where nothing can be told."""
    before = standing_of(work, household_id)
    try:
        after = reassess(work, household_id)
    except NotInForce:
        return ""
    if before is None:
        return "" if after is None else f"。已评估，处理建议：{outcome_of(after).value}{_passed_on(after)}"
    if after is None or outcome_of(after) is outcome_of(before):
        return f"。处理建议没有变化：{outcome_of(before).value}"
    return f"。处理建议由“{outcome_of(before).value}”变为“{outcome_of(after).value}”{_passed_on(after)}"


def _passed_on(row: Recommendation) -> str:
    return "" if outcome_of(row) in _QUIET else "，已转复核人员提出审核意见"
