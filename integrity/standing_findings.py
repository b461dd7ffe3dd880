"""当前的处理建议 (what stands recommended) for a page of households, and each told in a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select

from integrity.records import placing_waits
from integrity.records.columns import micros
from integrity.records.ledger import Decision
from integrity.records.office import EvaluationRun, Recommendation
from integrity.rules import grounds as g
from integrity.rules.facts import day
from integrity.sights import portions
from integrity.terms import ExitReason, Outcome
from integrity.work import Work

_CHANGED = g.CLEAR_CHANGE | g.STANDARD_ROSE | g.JOBS_REFUSED | g.MEMBER_LOST | g.CAUSE_ADMITTED
"""Conditions that are a reason where they are met."""
_NO_LONGER = {
    g.AT_OR_BELOW_LINE: "家庭人均收入超过当地低保标准", g.WITHIN_EDGE: "家庭人均收入超过低保边缘标准",
    g.PROPERTY_WITHIN: "家庭财产状况不符合规定", g.PERSONS_SAME: "计入人口与核定时不同",
    g.AMOUNT_AS_ENTITLED: "现发金额与应发金额不一致",
}  # fmt: skip
"""Conditions that are a reason where they are not met."""
_QUIET = (Outcome.NOTHING.number, Outcome.KEEP.number)


def outcome_of(row: Recommendation) -> Outcome:
    """The outcome of a stored recommendation."""
    return tuple(Outcome)[row.outcome]


def answers(opinion: Decision, row: Recommendation) -> bool:
    """Is this an opinion on what stands?"""
    given = day(opinion.recommended_on), micros(opinion.recorded_at)
    return placing_waits.answers(*given, day(row.on_day), micros(row.decided_at))


def seen_by(until: datetime) -> Any:
    """What evaluations had found by a moment: those of the roll that were finished, and those of one household."""
    run, at = EvaluationRun.__table__.c, col(Recommendation.decided_at)  # type: ignore[attr-defined]
    rolls = columns(run.known_until)
    return or_(at.in_(rolls.where(run.finished_at <= until)), and_(at.not_in(rolls), at <= until))


def newest(work: Work, households: Sequence[int]) -> dict[int, Recommendation]:
    """The recommendation that stands for each of these households, by id."""
    found: dict[int, Recommendation] = {}
    for portion in portions(sorted(households)):
        last = (
            select(Recommendation.household_id, func.max(Recommendation.decided_at).label("at"))
            .where(col(Recommendation.household_id).in_(portion)).group_by(col(Recommendation.household_id)).subquery()
        )  # fmt: skip
        same = (col(Recommendation.household_id) == last.c.household_id) & (
            col(Recommendation.decided_at) == last.c.at
        )  # fmt: skip
        found |= {row.household_id: row for row in work.session.exec(select(Recommendation).join(last, same))}
    return found


def in_a_line(row: Recommendation) -> str:
    """Why, in one line: the reason of an end, the first question of 人工复核, else what decided; "" for 继续."""
    code, questions = tuple(ExitReason)[row.reason_code], [one.text for one in g.named(g.QUESTIONS, row.ask)]
    if row.outcome == Outcome.ASK.number and questions:
        return questions[0]
    if code is not ExitReason.NONE:
        return code.value
    if row.outcome in _QUIET:
        return ""
    met = [one.text for one in g.named(g.CONDITIONS, row.met & _CHANGED)]
    return "；".join(met + [text for bit, text in _NO_LONGER.items() if row.unmet & bit])


def due_because(row: Recommendation) -> str:
    """核查事由 (why a check falls due), in words."""
    return "；".join(one.text for one in g.named(g.DUE_GROUNDS, row.due_grounds))
