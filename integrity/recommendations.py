"""处理建议 (recommendations): evaluate the roll, say why, and take down what a named person decides about it.

An evaluation closes the books at its due moment and reads the roll in blocks of households. It recommends and never
decides. What it found is stored when it differs from the time before, and can be computed again, bit for bit, for ever.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from integrity import editions, organs
from integrity.errors import NotFound, Refused
from integrity.evaluation import Evaluation, Finding, Rules, as_due, day_of, evaluate
from integrity.households import home
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Decision, Household
from integrity.records.office import EvaluationRun, Recommendation
from integrity.rules.explanation import Explanation
from integrity.rules.explanation import explain as explained
from integrity.rules.facts import day
from integrity.situations import read
from integrity.standing_findings import answers
from integrity.terms import ExitReason, Outcome, Role, Verdict
from integrity.work import Work

__all__ = [
    "CLOSE", "PART", "Evaluation", "Explained", "Finding", "Rules", "as_due", "day_of", "decide", "evaluate",
    "evaluate_part", "evaluation_parts", "explain", "finish_evaluation", "standing", "summary", "undecided",
]  # fmt: skip

PART = 1000
"""Households in one part of an evaluation: the unit of commit, retry and memory."""
CLOSE = "结账"


def evaluation_parts(work: Work) -> list[str]:
    """The parts of the evaluation due at `work.due`: noting the edition, then blocks of households.

    The books are closed first: whoever was still writing is waited for, so that no household is left out of the blocks.
    Raises Refused when an evaluation of a later moment has begun.
    """
    later = select(EvaluationRun.known_until).where(EvaluationRun.known_until > work.due)
    if work.session.exec(later).first() is not None:
        raise Refused("已经为更晚的时刻做过评估，不能再评估更早的日期")
    work.close_books(work.due)
    query = select(func.max(Household.id)).where(Household.opened_at <= work.due)
    highest = work.session.exec(query).one() or 0
    return [CLOSE, *(f"{low}-{low + PART}" for low in range(0, highest + 1, PART))]


def evaluate_part(work: Work, part: str) -> str:
    """Do one part: note the edition under which is evaluated, or evaluate one block of households."""
    if part == CLOSE:
        policy = editions.in_force(work, micros(work.due))
        work.session.add(EvaluationRun(known_until=work.due, on_day=day_of(work.due), edition=policy.edition))
        return f"政策版本 {policy.edition[:12]}"
    low, high = (int(bound) for bound in part.split("-"))
    run = work.session.get(EvaluationRun, work.due)
    if run is None:
        raise Refused("评估前没有结账")
    evaluation = Evaluation(work, run.on_day, micros(work.due), editions.by_edition(work, run.edition))
    seen, stored = evaluate(work.session.connection(), evaluation, low, high)
    return f"{seen} 户，其中 {stored} 户与上次不同"


def finish_evaluation(work: Work) -> str:
    """Note that the evaluation is complete; a summary of what stands now."""
    run = work.session.get(EvaluationRun, work.due)
    if run is None:
        raise Refused("评估没有开始")
    run.finished_at = work.now
    counts = summary(work, work.due)
    total = sum(counts.values())
    return f"{total} 户：" + "，".join(f"{outcome} {count}" for outcome, count in counts.items() if count)


def standing(work: Work, until: datetime, area: str = "") -> Any:
    """A query for the recommendation that stands for each household at a moment."""
    newest = (
        select(Recommendation.household_id, func.max(Recommendation.decided_at).label("decided_at"))
        .where(Recommendation.decided_at <= until)
        .group_by(col(Recommendation.household_id))
        .subquery()
    )
    return (
        select(Recommendation)
        .join(
            newest,
            (col(Recommendation.household_id) == newest.c.household_id)
            & (col(Recommendation.decided_at) == newest.c.decided_at),
        )
        .where(col(Recommendation.area).startswith(area) if area else True)
    )


def standing_of(work: Work, household_id: int) -> Recommendation | None:
    """The recommendation that stands for one household now; one row by its key.

    The last one, though its moment may lie ahead of a clock that was set back; of a moment that the caller names, the
    one that stood then.
    """
    mine = select(Recommendation).where(Recommendation.household_id == household_id)
    if not work.by_clock:
        mine = mine.where(Recommendation.decided_at <= work.now)
    return work.session.exec(mine.order_by(col(Recommendation.decided_at).desc()).limit(1)).first()


def summary(work: Work, until: datetime) -> dict[Outcome, int]:
    """How many households stand under each outcome."""
    chosen = standing(work, until).subquery()
    rows = work.session.execute(select(chosen.c.outcome, func.count()).group_by(chosen.c.outcome)).all()
    counted = dict(tuple(row) for row in rows)
    return {outcome: counted.get(outcome.number, 0) for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Explained:
    """说明 (what `explain` answers): the reasons, the finding computed now, and the one that the job stored then."""

    explanation: Explanation
    finding: Finding
    known_until: datetime
    stored: Recommendation | None
    edition: str

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows of the policy on which the conditions that were looked at rest."""
        return tuple(row for one in self.explanation.conditions if one.met is not None for row in one.rows)

    @property
    def same(self) -> bool | None:
        """Is what is computed now what was stored then? None when no evaluation had run by that day."""
        if self.stored is None:
            return None
        return self.finding == tuple(getattr(self.stored, name) for name in Finding._fields)


def explain(work: Work, household_id: int, on: date) -> Explained:
    """Why this recommendation for a household on a day: computed again from what was known then.

    On a day of an evaluation, of the roll or of this household, what was known at the moment of the last one; on other
    days, at the end of the day. Raises NotFound when the household was not on the roll by then.
    """
    if on > work.today:
        raise Refused("只能说明今天以前的处理建议")
    own = _found_alone(work, household_id, on)
    run = work.session.exec(
        select(EvaluationRun)
        .where(EvaluationRun.on_day == on, col(EvaluationRun.finished_at).is_not(None))
        .order_by(col(EvaluationRun.known_until).desc())
    ).first()
    until = run.known_until if run else min(_end_of(on), work.now)
    if own is not None and (run is None or own > run.known_until):
        run, until = None, own
    policy = editions.by_edition(work, run.edition) if run else None
    evaluation = Evaluation(work, on, micros(until), policy)
    connection = work.session.connection()
    known = next(read(connection, household_id, household_id + 1, known_until=micros(until), on=day(on)), None)
    if known is None and run:  # registered on that day after the evaluation: told as of the end of the day
        run, until = None, min(_end_of(on), work.now)
        evaluation = Evaluation(work, on, micros(until))
        known = next(read(connection, household_id, household_id + 1, known_until=micros(until), on=day(on)), None)
    if known is None:
        raise NotFound(f"该户在 {on} 尚未登记")
    query = select(Recommendation).where(
        Recommendation.household_id == household_id, Recommendation.decided_at <= until
    )
    stored = work.session.exec(query.order_by(col(Recommendation.decided_at).desc())).first()
    text = explained(
        known.situation, known.findings, evaluation.orders(known.area), evaluation.policy, known.area[:9] + "000",
        adopted=evaluation.adopted(known.area), on=on,
    )  # fmt: skip
    same_moment = run is not None or until == own
    return Explained(text, evaluation.find(known), until, stored if same_moment else None, evaluation.policy.edition)


def _found_alone(work: Work, household_id: int, on: date) -> datetime | None:
    """The moment of the last evaluation of this one household on a day; None where there was none."""
    rolls = select(EvaluationRun.known_until)
    query = select(func.max(Recommendation.decided_at)).where(
        Recommendation.household_id == household_id, Recommendation.on_day == on,
        Recommendation.decided_at <= _end_of(on), col(Recommendation.decided_at).not_in(rolls),
    )  # fmt: skip
    return work.session.exec(query).one()


def _end_of(on: date) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1)


def decide(
    work: Work, household_id: int, verdict: Verdict, *, reason: str, outcome: Outcome | None = None,
    reason_code: ExitReason | None = None, amount: int | None = None, months: int | None = None,
    schedule: tuple[int, ...] = (),
) -> Decision:  # fmt: skip
    """What the acting officer says to the standing recommendation (审核意见): accept, change or refuse, with a reason.

    This is the opinion with which the procedure begins; it takes nothing from anybody. Raises Refused, NotFound.
    """
    officer = organs.officer(work, work.actor, work.today)
    if officer.role not in (Role.REVIEWER, Role.APPROVER):
        raise Refused("只有复核或审批人员可以对处理建议提出审核意见")
    if len(reason.strip()) < 2:
        raise Refused("审核意见必须说明理由")
    work.lock(household_id)
    stands = standing_of(work, household_id)
    if stands is None:
        raise NotFound("该户没有处理建议")
    proposed = tuple(Outcome)[stands.outcome]
    terms = amount is not None or months is not None or bool(schedule)
    if verdict is Verdict.CHANGED and (outcome is None or (outcome is proposed and not terms)):
        raise Refused("变更建议须写明变更后的处理，或者不同的金额、月数、发放比例")
    chosen = {Verdict.ACCEPTED: proposed, Verdict.REFUSED: Outcome.KEEP}.get(verdict, outcome)
    assert chosen is not None
    fits(chosen, amount, months, schedule)
    return work.append(
        household_id,
        Decision(
            happened_on=work.today, area=home(work, household_id, work.today).area, recommended_on=stands.on_day,
            verdict=verdict, outcome=chosen, reason_code=reason_code or tuple(ExitReason)[stands.reason_code],
            amount=amount, months=months, schedule=",".join(map(str, schedule)), reason=reason,
            decided_by=work.actor,
        ),
    )  # fmt: skip


def agrees(stands: Recommendation, outcome: Outcome, amount: int | None = None, months: int | None = None) -> bool:
    """采纳 (does it say the same as was recommended?): its outcome, and a sum and months within what it leaves open."""

    def within(said: int | None, least: int | None, most: int | None) -> bool:
        return said is None or ((least is None or said >= least) and (most is None or said <= most))

    return (
        tuple(Outcome)[stands.outcome] is outcome
        and within(amount, stands.amount_min, stands.amount_max)
        and within(months, stands.months_min, stands.months_max)
    )  # fmt: skip


def fits(outcome: Outcome, amount: int | None, months: int | None, schedule: tuple[int, ...]) -> None:
    """Do amount, months and schedule belong to this outcome, and to each other? Raises Refused."""
    if outcome is Outcome.WITHDRAW:
        if amount is not None:
            raise Refused("渐退写明月数和各月比例，不写金额")
        if (months is None) != (not schedule) or (months is not None and len(schedule) != months):
            told = f"写了 {months or 0} 个月、{len(schedule)} 个比例"
            raise Refused(f"渐退须写明月数和每个月的发放比例，两者的个数应当相同（{told}）")
    elif months is not None or schedule:
        raise Refused("只有渐退才写月数和发放比例")
    elif amount is not None and outcome not in (Outcome.RAISE, Outcome.LOWER):
        raise Refused("只有增发、减发才写金额")


def undecided(work: Work, area: str = "") -> list[Recommendation]:
    """Standing recommendations that somebody must look at: not 继续, and no opinion was given since."""
    rows = work.session.exec(
        standing(work, work.now, area)
        .where(col(Recommendation.outcome).not_in([Outcome.NOTHING.number, Outcome.KEEP.number]))
        .order_by(col(Recommendation.area), col(Recommendation.household_id))
    ).all()
    given: dict[int, list[Decision]] = defaultdict(list)
    for decision in work.session.exec(select(Decision)):
        given[decision.household_id].append(decision)
    return [row for row in rows if not any(answers(one, row) for one in given[row.household_id])]
