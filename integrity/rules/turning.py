"""转折点 (turning points): which change of fact, or which day, turns what is recommended for a household into another?

Found by running `withdrawal.decide` on changed facts, never by a second formula: where it is looked is a guess, what is
answered is what the rules say there. It says what would hold if the facts were so; it asks nobody to make them so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Any, NamedTuple

from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN, Member, Situation
from integrity.rules.verdict import EXIT, KEEP, LOWER, PRESENT, WITHDRAW
from integrity.rules.withdrawal import Parameters, Verdict, decide
from integrity.terms import Ability, Capacity, ExitReason, Presence

ADVERSE = (LOWER, WITHDRAW, EXIT)
INCOME, CAUSE, SELF_REPORTED, STABLE, PROPERTY = "income", "cause", "self_reported", "stable", "property_over"
PRESENCE, ABILITY, SCHOOLING, REFUSALS, JOINED, EVENT = (
    "presence", "ability", "schooling", "refusals", "joined", "event",
)  # fmt: skip
_DEAD, _LEFT = Presence.DEAD.number, Presence.LEFT.number
_X20 = ExitReason.X20.number
_MOST_FACTS = 6
"""Facts besides the income that are combined with one another."""


class Fact(NamedTuple):
    """假设的一项变化 (one supposed fact): what it is about, its new value, and the member whom it concerns."""

    about: str
    """A field of `Situation` or of `Member`, `joined` (that many more persons) or `event` (this one falls away)."""
    value: int
    member: int = 0


class Stretch(NamedTuple):
    """收入区间 (stretch of income), fen a month from..to, over which the outcome is the same."""

    low: int
    high: int
    outcome: int
    code: int


class Turn(NamedTuple):
    """转折 (turn): with these facts changed the verdict is this one.

    Where the income is among the facts, the same outcome holds from `low` fen up to the income named, and with one fen
    more it does not.
    """

    facts: tuple[Fact, ...]
    verdict: Verdict
    low: int = UNKNOWN
    beyond: int = UNKNOWN
    """Outcome.number with one fen more."""


class Stage(NamedTuple):
    """一段时间的情形和参数 (what holds from the epoch day `since` on)."""

    since: int
    situation: Situation
    parameters: Parameters


def suppose(s: Situation, facts: Iterable[Fact]) -> Situation:
    """The situation with some facts changed as of its own day. Raises KeyError for a member who is not there."""
    for fact in facts:
        s = _supposed(s, fact)
    return s


def _supposed(s: Situation, fact: Fact) -> Situation:
    about, value, no = fact
    if about == INCOME:
        return s._replace(income=value, income_on=s.on)
    if about == EVENT:
        return s._replace(events=tuple(one for one in s.events if (one[0], one[3]) != (value, no)))
    if about == JOINED:
        last = max((m.no for m in s.members), default=0)
        new = [_newcomer(last + n, s.on) for n in range(1, value + 1)]
        return s._replace(members=(*s.members, *new))
    if about not in Member._fields:
        other: dict[str, Any] = {about: value}
        return s._replace(**other)
    if all(m.no != no for m in s.members):
        raise KeyError(no)
    return s._replace(members=tuple(_changed(m, about, value, s.on) if m.no == no else m for m in s.members))


def _changed(m: Member, about: str, value: int, on: int) -> Member:
    if about == PRESENCE and value != m.presence:
        m = m._replace(presence_on=on)
    return m._replace(**{about: value})


def _newcomer(no: int, on: int) -> Member:
    """A person of whom nothing is known but that he lives there."""
    return Member(no, UNKNOWN, PRESENT, on, Capacity.FULL.number, Ability.UNABLE.number, UNKNOWN, 0)


def stretches(s: Situation, p: Parameters) -> tuple[Stretch, ...]:
    """收入区间 (stretches of income) from nought up, each with the outcome that the rules give over the whole of it.

    The rules are asked at every figure on which they can hang, beside it on both sides, and by halving in between.
    """
    if s.income == UNKNOWN:
        return ()
    asked: dict[int, tuple[int, int]] = {}

    def outcome(income: int) -> tuple[int, int]:
        if income not in asked:
            verdict = decide(s._replace(income=income), p)
            asked[income] = (verdict.outcome, verdict.code)
        return asked[income]

    figures = _figures(s, p)
    begins = [figures[0]]
    for low, high in pairwise(figures):
        while outcome(low) != outcome(high):
            low = _last_same(low, high, outcome) + 1
            begins.append(low)
    ends = [*(begin - 1 for begin in begins[1:]), figures[-1]]
    return tuple(Stretch(low, high, *outcome(low)) for low, high in zip(begins, ends, strict=True))


def _last_same(low: int, high: int, outcome: Callable[[int], tuple[int, int]]) -> int:
    """The last income from `low` on with the outcome of `low`, where that of `high` is another."""
    first = outcome(low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if outcome(middle) == first else (low, middle)
    return low


def _figures(s: Situation, p: Parameters) -> list[int]:
    """Incomes at which the rules may turn, each with its neighbours; where to look, not what to answer."""
    persons, figures = withdrawal.counted(s), {0, s.income, s.income_then}
    for standard in (p.standard, p.standard_before):
        if standard == UNKNOWN:
            continue
        line = standard * persons
        figures |= {line, line - s.amount}
        figures |= {line * bp // 10_000 for bp in (p.edge_bp, p.band_bp) if bp != UNKNOWN}
        if s.persons_then != UNKNOWN and p.standard != UNKNOWN:
            figures.add(p.standard * persons - standard * s.persons_then + s.income_then)
    around = {figure + by for figure in figures for by in (-1, 0, 1)}
    most = 2 * max(0, *(figure for figure in around))
    return sorted({0, most, *(one for one in around if 0 <= one <= most)})


def facts_to_better(s: Situation) -> tuple[Fact, ...]:
    """可能的有利变化 (facts that could be otherwise, to the family's good), besides the income."""
    found = [Fact(PROPERTY, 0)] if s.property_over == 1 else []
    found += [Fact(EVENT, kind, member) for kind, member in dict.fromkeys((e[0], e[3]) for e in s.events)]
    for m in s.members:
        if m.refusals > 0 and m.presence == PRESENT:
            found.append(Fact(REFUSALS, 0, m.no))
        if _DEAD < m.presence <= _LEFT:
            found.append(Fact(PRESENCE, PRESENT, m.no))
    return tuple(found)


def to_keep(s: Situation, p: Parameters) -> tuple[Turn, ...]:
    """转为继续给予 (turns to 继续): the fewest facts that would have to be otherwise; () for another outcome.

    The income is tried with each set of other facts; its figure is the one nearest to the income as it is.
    """
    verdict = decide(s, p)
    if verdict.outcome not in ADVERSE:
        return ()
    others = list(facts_to_better(s))[:_MOST_FACTS]
    if verdict.code == _X20:
        others.append(Fact(SCHOOLING, 1, verdict.member))
    for size in range(1, len(others) + 2):
        found = [turn for chosen in combinations(others, size) for turn in _kept(s, p, chosen)]
        found += [turn for chosen in combinations(others, size - 1) for turn in _kept_by_income(s, p, chosen)]
        if found:
            return tuple(found)
    return ()


def _kept(s: Situation, p: Parameters, facts: tuple[Fact, ...]) -> Iterator[Turn]:
    verdict = decide(suppose(s, facts), p)
    if verdict.outcome == KEEP:
        yield Turn(facts, verdict)


def _kept_by_income(s: Situation, p: Parameters, facts: tuple[Fact, ...]) -> Iterator[Turn]:
    """The highest stretch below the present income over which the outcome is 继续."""
    supposed = suppose(s, facts)
    below = [one for one in stretches(supposed, p) if one.outcome == KEEP and one.high < s.income]
    if below:
        yield _at(supposed, p, facts, below[-1])


def _at(s: Situation, p: Parameters, facts: tuple[Fact, ...], stretch: Stretch) -> Turn:
    income, more = Fact(INCOME, stretch.high), Fact(INCOME, stretch.high + 1)
    beyond = decide(suppose(s, (more,)), p).outcome
    return Turn((*facts, income), decide(suppose(s, (income,)), p), stretch.low, beyond)


def to_another(s: Situation, p: Parameters) -> tuple[Turn, ...]:
    """转为另一建议 (single facts that turn the outcome into another one), both ways: for a household in 渐退."""
    now = decide(s, p)
    present = [m.no for m in s.members if m.presence == PRESENT]
    facts = [Fact(PROPERTY, 1)] if s.property_over != 1 else []
    facts += [*facts_to_better(s), Fact(JOINED, 1), *(Fact(PRESENCE, _LEFT, no) for no in present)]
    found = []
    for fact in facts:
        verdict = decide(suppose(s, (fact,)), p)
        if (verdict.outcome, verdict.code) != (now.outcome, now.code):
            found.append(Turn((fact,), verdict))
    by_income = next_by_income(s, p)
    return tuple(found) if by_income is None else (*found, by_income)


def next_by_income(s: Situation, p: Parameters) -> Turn | None:
    """收入的下一个转折 (next turn below the present income): the nearest stretch with another outcome; None without."""
    now = decide(s, p)
    below = [one for one in stretches(s, p) if one.high < s.income and one[2:] != (now.outcome, now.code)]
    return _at(s, p, (), below[-1]) if below else None


def course(stages: Sequence[Stage], until: int) -> tuple[tuple[int, Verdict], ...]:
    """建议的自然变化 (course of the recommendation), day by day up to `until`: each day on which it becomes another.

    The first is the first day of the first stage. Stages ascend; within one only the day changes.
    """
    found: list[tuple[int, Verdict]] = []
    for n, (since, s, p) in enumerate(stages):
        end = stages[n + 1].since if n + 1 < len(stages) else until + 1
        for on in range(since, min(end, until + 1)):
            verdict = decide(s._replace(on=on), p)
            last = found[-1][1] if found else None
            if last is None or (last.outcome, last.code) != (verdict.outcome, verdict.code):
                found.append((on, verdict))
    return tuple(found)
