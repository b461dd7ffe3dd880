"""恢复途径 (restoration): how does a score run on by itself, and which lawful acts bring it back, from which day?

Every figure is what `credit.score` says of changed facts; nothing is added up here a second time. The score orders the
office's own checks and nothing else: no act that gives up assistance or money is ever named as a way to points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from typing import NamedTuple

from integrity.rules import credit
from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, FindingFacts, Member, date_of, day
from integrity.rules.parameters import Reading
from integrity.rules.policy import Item
from integrity.rules.verdict import can_work
from integrity.rules.workdays import Period, Term, Workdays, add_months_day, end_of
from integrity.terms import Capacity, ConductKind, FindingState, Presence

_EFFECTIVE, _CONTESTED = FindingState.EFFECTIVE.number, FindingState.CONTESTED.number
_REPAIRED = FindingState.REPAIRED.number
_FULL, _PRESENT = Capacity.FULL.number, Presence.PRESENT.number
_ADULT_MONTHS = 18 * 12
_LAST = 2_932_896
"""9999-12-31 as an epoch day."""
_TRIED = 5000
"""Sets of acts of one size that are looked through for those that suffice."""
GIVES_UP, TAKES_TIME, NOBODY, ENDS_FIRST, NO_MINIMUM, NO_DOCUMENT = range(6)
"""Why an item is not named as a way, and why a default cannot be repaired."""
_GIVING = ("退", "弃", "捐", "缴", "款", "钱", "赔")
"""Words of items that cost assistance or money: rather one item too few than points for money (红线 2、18)."""
_LASTING = ("周期", "期内", "期间", "年内", "月内", "一年", "连续", "累计", "长期", "坚持")
"""Words of items that are fulfilled only after some time, which the catalogue does not give as a figure."""
_CYCLE = "核查周期"
_WORKING = ("就业", "劳动", "务工", "创业")
"""Words of items that only a person who can work can bring about."""

Periods = tuple[tuple[int, credit.Terms], ...]
"""Terms of the score by the epoch day from which they hold, ascending; the first holds on the day that is asked."""


class Rights(NamedTuple):
    """修复、异议、复议、诉讼的规定 (what the policy says of them); UNKNOWN or "" where unset."""

    conditions: str = ""
    feedback: int = UNKNOWN
    """Working days within which an application for repair is answered."""
    objection: int = UNKNOWN
    """Working days within which an objection is dealt with."""
    reconsideration: int = UNKNOWN
    """Days within which 行政复议 may be applied for."""
    litigation: int = UNKNOWN
    """Months within which an action may be brought."""
    rows: tuple[tuple[str, str], ...] = ()
    unset: tuple[str, ...] = ()


class Step(NamedTuple):
    """积分的一段 (one stretch of the course): from the day `on` the score is this, with nothing done."""

    on: int
    points: int
    level: int
    ended: tuple[int, ...]
    """Sequence numbers of the findings that no longer count from this day on."""
    begun: tuple[int, ...]


class Act(NamedTuple):
    """可以依法办理的事 (a lawful act): repair, objection, or a new finding of trust, alone on its earliest day."""

    fact: FindingFacts
    """The finding as it stands when the act takes effect on the day `since`; a new one has a negative `seq`."""
    item: Item
    since: int
    until: int
    """Last day on which it can still be done and is of use."""
    points: int
    """Score on `since` when nothing else is done."""
    level: int

    @property
    def state(self) -> FindingState:
        """已修复 for a repair, 异议中 for an objection, 生效 for a new finding of trust."""
        return tuple(FindingState)[self.fact.state]

    def on(self, epoch_day: int) -> FindingFacts:
        """The finding as it stands when the act takes effect on another day."""
        if self.fact.state != _EFFECTIVE:
            return self.fact._replace(state_on=epoch_day)
        return _trust(self.fact, epoch_day)


class Choice(NamedTuple):
    """一组事项 (a set of acts), all in effect by one day, with the score and level on that day."""

    acts: tuple[Act, ...]
    points: int
    level: int


class Way(NamedTuple):
    """达到上一等级的办法 (how the next level is reached) from the day `on`; no acts: by itself."""

    on: int
    choices: tuple[Choice, ...]
    """Sets of the fewest acts that suffice."""


class Outlook(NamedTuple):
    """积分前景 (outlook) of a household or of one person."""

    steps: tuple[Step, ...]
    acts: tuple[Act, ...]
    ways: tuple[Way, ...]
    hindered: tuple[tuple[int, int], ...]
    """(sequence number, why) of each default that cannot be repaired."""
    left_out: tuple[tuple[Item, int], ...]
    """(item of trust, why) of each that is not named as a way."""


def rights(read: Reading) -> Rights:
    """修复、异议、复议、诉讼的规定 (rights) of the area and day of a reading."""
    return Rights(
        conditions=str(read.value("repair.conditions") or ""), feedback=read.number("repair.feedback"),
        objection=read.number("credit.objection"), reconsideration=read.number("remedy.reconsideration"),
        litigation=read.number("remedy.litigation"), rows=read.rows, unset=read.unset,
    )  # fmt: skip


def remedies(known_on: int, r: Rights, workdays: Workdays) -> tuple[tuple[str, Term], ...]:
    """行政复议和诉讼的期限 (time for remedies) against a decision known on an epoch day: name and last day."""
    if known_on == UNKNOWN:
        return ()
    periods = (("行政复议", r.reconsideration, "日"), ("行政诉讼", r.litigation, "月"))
    return tuple(
        (name, end_of(date_of(known_on), Period.read(f"{length}{unit}"), workdays))
        for name, length, unit in periods if length != UNKNOWN
    )  # fmt: skip


def terms_on(periods: Periods, on: int) -> credit.Terms:
    """The terms of the score that hold on an epoch day."""
    return next((terms for since, terms in reversed(periods) if since <= on), periods[0][1])


def done(findings: tuple[FindingFacts, ...], facts: Sequence[FindingFacts]) -> tuple[FindingFacts, ...]:
    """The findings after some acts: each takes the place of the one with its number, or is added."""
    changed = {fact.seq: fact for fact in facts}
    kept = tuple(changed.pop(finding.seq, finding) for finding in findings)
    return (*kept, *changed.values())


def timeline(findings: tuple[FindingFacts, ...], periods: Periods, on: int) -> tuple[Step, ...]:
    """积分的自然变化 (course of the score) from the day `on` with nothing done, a step for each change."""
    steps: list[Step] = []
    before: frozenset[int] = frozenset()
    for at in (on, *_days(findings, periods, on)):
        scored = credit.score(findings, terms_on(periods, at), at)
        counted = frozenset(one.seq for one in scored.contributions if one.reasons & g.COUNTED)
        last = steps[-1] if steps else None
        if last is None or counted != before or (last.points, last.level) != (scored.points, scored.level):
            ended, begun = (tuple(sorted(before - counted)), tuple(sorted(counted - before))) if last else ((), ())
            steps.append(Step(at, scored.points, scored.level, ended, begun))
        before = counted
    return tuple(steps)


def outlook(
    findings: tuple[FindingFacts, ...], members: tuple[Member, ...], periods: Periods, on: int, *, rights: Rights,
    workdays: Workdays, cycle_end: int = UNKNOWN,
) -> Outlook:  # fmt: skip
    """积分前景 (outlook) of the persons `members` with their `findings` on the epoch day `on`.

    `cycle_end`: last day of the running recheck cycle, for items that are fulfilled only by a whole one.
    """
    repairs = [_repair(findings, n, periods, on) for n in range(len(findings))]
    objections = [_objection(findings, n, periods, on, rights=rights, workdays=workdays) for n in range(len(findings))]
    trust, left_out = _trusts(findings, members, periods, on, cycle_end)
    acts = (*(one for one in (*repairs, *objections) if isinstance(one, Act)), *trust)
    hindered = tuple((findings[n].seq, one) for n, one in enumerate(repairs) if isinstance(one, int))
    return Outlook(timeline(findings, periods, on), acts, ways(findings, acts, periods, on), hindered, left_out)


def ways(findings: tuple[FindingFacts, ...], acts: Sequence[Act], periods: Periods, on: int) -> tuple[Way, ...]:
    """达到上一等级的办法 (ways to the next level): the earliest day, then each day on which fewer acts suffice.

    Objections are left out: they are for findings that are wrong, and what comes of them cannot be reckoned with.
    """
    now = terms_on(periods, on)
    target = credit.score(findings, now, on).level - 1
    if target < 0:
        return ()
    usable = [act for act in acts if act.state is not FindingState.CONTESTED]
    found: list[Way] = []
    fewest = len(usable) + 1
    for at in sorted({on, *_days(findings, periods, on), *(act.since for act in usable)}):
        if terms_on(periods, at).at_least != now.at_least:
            continue  # other levels, or none
        choices = _choices(findings, [act for act in usable if act.since <= at <= act.until], periods, at, target)
        if choices and len(choices[0].acts) < fewest:
            fewest = len(choices[0].acts)
            found.append(Way(at, choices))
        if fewest == 0:
            break
    return tuple(found)


def _choices(
    findings: tuple[FindingFacts, ...], acts: list[Act], periods: Periods, at: int, target: int
) -> tuple[Choice, ...]:
    """The smallest sets of acts that reach the level `target` on the day `at`, three at most."""
    terms = terms_on(periods, at)
    nothing = _sum(findings, terms, at)
    gains = [_sum(done(findings, (act.on(at),)), terms, at) - nothing for act in acts]
    found = []
    for chosen in _smallest(gains, terms.at_least[target] - nothing):
        scored = credit.score(done(findings, [acts[n].on(at) for n in chosen]), terms, at)
        if scored.level <= target:
            found.append(Choice(tuple(acts[n] for n in chosen), scored.points, scored.level))
    return tuple(found)


def _smallest(gains: list[int], need: int, most: int = 3) -> list[tuple[int, ...]]:
    """The places of the fewest gains that give `need` together; up to `most` such sets, the largest gains first."""
    order = sorted((n for n, gain in enumerate(gains) if gain > 0), key=lambda n: (-gains[n], n))
    size, reached = 0, 0
    while reached < need and size < len(order):
        reached += gains[order[size]]
        size += 1
    if reached < need:
        return []
    tried = islice(combinations(order, size), _TRIED)
    return list(islice((one for one in tried if sum(gains[n] for n in one) >= need), most))


def _sum(findings: tuple[FindingFacts, ...], terms: credit.Terms, at: int) -> int:
    """The contributions that count, before the score is kept within its bounds."""
    contributions = credit.score(findings, terms, at).contributions
    return terms.base + sum(one.weight for one in contributions if one.reasons & g.COUNTED)


def _days(findings: tuple[FindingFacts, ...], periods: Periods, on: int) -> list[int]:
    """The days after `on` on which the score may change by itself."""
    days = {since for since, _ in periods}
    for finding in findings:
        days |= {finding.effective_on, finding.state_on}
    for _, terms in periods:
        days |= {one.end for one in credit.score(findings, terms, on).contributions}
    return sorted(one for one in days if one > on)


def _spans(periods: Periods, on: int) -> Iterator[tuple[int, int, credit.Terms]]:
    """(first day from `on` on, last day, terms) of each period."""
    for n, (since, terms) in enumerate(periods):
        last = periods[n + 1][0] - 1 if n + 1 < len(periods) else _LAST
        if last >= on and terms.adopted:
            yield max(since, on), last, terms


def _default(findings: tuple[FindingFacts, ...], n: int, terms: credit.Terms, on: int) -> credit.Contribution | None:
    """The contribution of a finding, when it is a default that counts on the day."""
    one = credit.score(findings, terms, on).contributions[n]
    counts = one.reasons & g.COUNTED and terms.items[one.item].kind is ConductKind.DEFAULT
    return one if counts else None


def _repair(findings: tuple[FindingFacts, ...], n: int, periods: Periods, on: int) -> Act | int | None:
    """信用修复 (repair) of a default from the end of its minimum on; why not, where it counts but has no such day."""
    finding, why = findings[n], None
    for first, last, terms in _spans(periods, on):
        begins = max(first, finding.effective_on)
        one = _default(findings, n, terms, begins) if begins <= last else None
        if one is None:
            continue
        item = terms.items[one.item]
        if finding.document_on == UNKNOWN:
            return NO_DOCUMENT
        earliest = credit.repair_window(item.national_class.number, finding.document_on, terms).earliest
        if earliest == UNKNOWN:
            return NO_MINIMUM
        since, why = max(begins, earliest), ENDS_FIRST
        if since <= last and since < one.end:
            fact = finding._replace(state=_REPAIRED, state_on=since)
            return _act(findings, fact, item, (since, one.end - 1), terms)
    return why


def _objection(
    findings: tuple[FindingFacts, ...], n: int, periods: Periods, on: int, *, rights: Rights, workdays: Workdays
) -> Act | None:
    """异议 (objection) to a default: while it is in use, or where no rule on objections is set, while a remedy runs."""
    finding = findings[n]
    for first, last, terms in _spans(periods, on):
        since = max(first, finding.effective_on)
        one = _default(findings, n, terms, since) if since <= last else None
        if one is None:
            continue
        until = one.end - 1
        if rights.objection == UNKNOWN:
            open_until = [term.end for _, term in remedies(finding.effective_on, rights, workdays)]
            until = min(until, max((day(end) for end in open_until), default=UNKNOWN))
        if since <= until:
            fact = finding._replace(state=_CONTESTED, state_on=since)
            return _act(findings, fact, terms.items[one.item], (since, until), terms)
    return None


def _act(
    findings: tuple[FindingFacts, ...], fact: FindingFacts, item: Item, days: tuple[int, int], terms: credit.Terms
) -> Act:
    scored = credit.score(done(findings, (fact,)), terms, days[0])
    return Act(fact, item, *days, scored.points, scored.level)


def _trust(fact: FindingFacts, on: int) -> FindingFacts:
    return fact._replace(act_on=on, act_end=on, document_on=on, effective_on=on, state_on=on)


def _trusts(
    findings: tuple[FindingFacts, ...], members: tuple[Member, ...], periods: Periods, on: int, cycle_end: int
) -> tuple[tuple[Act, ...], tuple[tuple[Item, int], ...]]:
    """守信行为 (new findings of trust) by each person, of the items in force today; and what is left out, why."""
    terms, today = terms_on(periods, on), date_of(on)
    found: list[Act] = []
    left_out: list[tuple[Item, int]] = []
    for item in terms.items:
        if item.kind is not ConductKind.TRUST or not item.since <= today <= (item.until or today):
            continue
        since, why = _time_of(item, on, cycle_end)
        if since == UNKNOWN:
            left_out.append((item, why))
            continue
        acts = [_by_member(findings, member, item, since, periods) for member in members]
        mine = [act for act in acts if act is not None]
        found += [act._replace(fact=act.fact._replace(seq=-1 - len(found) - n)) for n, act in enumerate(mine)]
        left_out += [] if mine else [(item, NOBODY)]
    return tuple(found), tuple(left_out)


def _time_of(item: Item, on: int, cycle_end: int) -> tuple[int, int]:
    """(earliest day of an item of trust, 0), or (UNKNOWN, why it is not named)."""
    if any(word in item.name for word in _GIVING):
        return UNKNOWN, GIVES_UP
    if _CYCLE in item.name and cycle_end != UNKNOWN:
        return max(on, cycle_end), 0
    return (UNKNOWN, TAKES_TIME) if any(word in item.name for word in _LASTING) else (on, 0)


def _by_member(
    findings: tuple[FindingFacts, ...], member: Member, item: Item, since: int, periods: Periods
) -> Act | None:
    """One item by one adult of full capacity who can bring it about, not while the same item counts for him already."""
    if member.presence != _PRESENT or member.capacity != _FULL or member.born == UNKNOWN:
        return None
    unable = any(word in item.name for word in _WORKING) and not can_work(member, since)
    if unable or add_months_day(member.born, _ADULT_MONTHS) > since:
        return None
    scored = credit.score(findings, terms_on(periods, since), since)
    for one, finding in zip(scored.contributions, findings, strict=True):
        if (finding.member_no, finding.item) == (member.no, item.code) and one.reasons & g.COUNTED:
            since = max(since, one.end)
    terms = terms_on(periods, since)
    fact = FindingFacts(0, member.no, member.born, _FULL, item.code, 0, 0, 0, 0, _EFFECTIVE, 0)
    new = done(findings, (_trust(fact, since),))
    scored = credit.score(new, terms, since)
    if not terms.adopted or not scored.contributions[-1].reasons & g.COUNTED:
        return None
    until = _LAST if item.until is None else day(item.until)
    return Act(new[-1], item, since, until, scored.points, scored.level)
