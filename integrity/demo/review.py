"""示范审核 (synthetic review): invented officers accept, change or refuse some of the open recommendations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time
from random import Random
from typing import Any

from integrity import cases, recommendations
from integrity.demo.places import staff
from integrity.errors import Refused
from integrity.records.columns import SHANGHAI
from integrity.records.office import Recommendation
from integrity.terms import Outcome, Procedure, Scheme, Verdict
from integrity.work import Office, Work

_SHARE = 0.8
_REASONS = {
    Verdict.ACCEPTED: ("经复核，事实清楚，同意建议", "入户核实无误，同意", "核对结果与家庭申报一致，同意"),
    Verdict.REFUSED: ("经走访，情况已有变化，暂不调整", "证据不足，补充核查后再议", "家庭刚性支出较大，暂予保留"),
    Verdict.CHANGED: ("经核实不作调整，继续给予", "与家庭沟通并核实，维持现状"),
}
_SCHEDULE = (100, 100, 80, 80, 60, 60)


def review_some(office: Office, on: date, seed: int, *, limit: int = 300) -> Counter[tuple[Outcome, Verdict]]:
    """Give an opinion on up to `limit` open recommendations on the day `on`; how many of each kind.

    Four of five are answered, evenly over the outcomes; the rest stays open, and so does what the rules refuse to be
    answered without more (whose act it was). Questions (人工复核) are answered by 继续.
    """
    moment = min(datetime.combine(on, time(15), SHANGHAI), office.clock())
    with office.reading(now=moment) as work:
        chosen = _evenly(recommendations.undecided(work), limit)
    given: Counter[tuple[Outcome, Verdict]] = Counter()
    for row in chosen:
        rng = Random(f"{seed}:{row.household_id}:{on}")
        if rng.random() < _SHARE:
            with suppress(Refused), office.work(staff(row.area).reviewer, now=moment) as work:
                given[tuple(Outcome)[row.outcome], _answer(work, row, rng)] += 1
    return given


def _evenly(rows: Iterable[Recommendation], limit: int) -> list[Recommendation]:
    """Up to `limit` rows, one of each outcome in turn."""
    by_outcome: dict[int, list[Recommendation]] = {}
    for row in rows:
        by_outcome.setdefault(row.outcome, []).append(row)
    chosen: list[Recommendation] = []
    depth = 0
    while len(chosen) < limit and any(len(group) > depth for group in by_outcome.values()):
        chosen += [group[depth] for _, group in sorted(by_outcome.items()) if len(group) > depth]
        depth += 1
    return chosen[:limit]


def _answer(work: Work, row: Recommendation, rng: Random) -> Verdict:
    """One opinion with its reason."""
    outcome = tuple(Outcome)[row.outcome]
    verdict = rng.choices((Verdict.ACCEPTED, Verdict.REFUSED, Verdict.CHANGED), (0.74, 0.16, 0.1))[0]
    if outcome is Outcome.ASK:
        verdict = Verdict.CHANGED
    reason = rng.choice(_REASONS[verdict])
    if verdict is not Verdict.ACCEPTED:
        instead = Outcome.KEEP if verdict is Verdict.CHANGED else None
        recommendations.decide(work, row.household_id, verdict, reason=reason, outcome=instead)
        return verdict
    months = row.months_max if outcome is Outcome.WITHDRAW else None
    given: dict[str, Any] = {
        "months": months, "schedule": _SCHEDULE[:months] if months else (), "reason": reason,
        "amount": row.amount_min if outcome in (Outcome.RAISE, Outcome.LOWER) else None,
    }  # fmt: skip
    if not outcome.adverse and outcome is not Outcome.RAISE:
        recommendations.decide(work, row.household_id, verdict, reason=reason)
        return verdict
    tekun = tuple(Scheme)[row.scheme] is Scheme.TEKUN and outcome is Outcome.EXIT
    procedure = Procedure.TEKUN if tekun else Procedure.DECISION
    cases.open_case(work, row.household_id, procedure, outcome=outcome.value, **given)
    return verdict
