"""增发与减发 (raising and lowering): what does a household at or below the line get from now on?

Only a clear change moves an amount (民发〔2021〕57号 31 para 2), a higher standard may raise it, and refusals of work
touch the refusing member's own share alone (同 34). Amounts that were not set as a difference are left to a person.
"""

from __future__ import annotations

from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, Situation
from integrity.rules.verdict import (
    ASK,
    KEEP,
    LOWER,
    PRESENT,
    RAISE,
    Parameters,
    Verdict,
    can_work,
    clear_change,
    verdict,
)
from integrity.terms import ExitReason, Presence

_X01, _X09 = ExitReason.X01.number, ExitReason.X09.number
_DEAD, _PRISON = Presence.DEAD.number, Presence.PRISON.number


def below(s: Situation, p: Parameters, persons: int) -> Verdict:
    """增发、减发或者继续 (income at or below the line): what becomes of the amount?"""
    given = _by_change(s, p, persons)
    for member in s.members:
        if member.refusals > 0 and member.presence == PRESENT:
            return _refused(s, p, persons, given)
    return given


def _by_change(s: Situation, p: Parameters, persons: int) -> Verdict:
    """What the change of income, of the family or of the standard gives, whoever refused work."""
    line, met = p.standard * persons, g.AT_OR_BELOW_LINE
    if s.amount == UNKNOWN:
        return verdict(s, p, ASK, met=met, ask=g.ASK_AMOUNT, new=(line - s.income, line - s.income))
    if s.income_then == UNKNOWN or s.persons_then == UNKNOWN:
        if s.income == line:
            basis = g.ASK_BASIS if s.amount else 0
            return verdict(s, p, ASK, met=met, ask=g.ASK_AT_LINE | basis)
        if line - s.income == s.amount:
            return verdict(s, p, KEEP, met=met | g.AMOUNT_AS_ENTITLED)
        return verdict(s, p, ASK, met=met, ask=g.ASK_BASIS, new=(line - s.income, line - s.income))
    clear = clear_change(s, p, persons)
    if clear == UNKNOWN:
        return verdict(s, p, ASK, met=met | g.PERSONS_SAME, ask=g.ASK_CLEAR_CHANGE,
                        new=(line - s.income, line - s.income))  # fmt: skip
    if clear and s.income == line:
        return verdict(s, p, ASK, met=met | g.CLEAR_CHANGE, ask=g.ASK_AT_LINE)
    return _changed(s, p, persons) if clear else _unchanged(s, p, persons)


def _standard_then(s: Situation, p: Parameters) -> int:
    """The standard when the standing amount was granted, as far as the rows tell; UNKNOWN."""
    if s.granted_on == UNKNOWN or p.standard_since <= s.granted_on:
        return p.standard
    return p.standard_before


def _unchanged(s: Situation, p: Parameters, persons: int) -> Verdict:
    """No clear change: the amount stays (57号 31 para 2), save that a higher standard raises it."""
    met, unmet = g.AT_OR_BELOW_LINE | g.PERSONS_SAME, g.CLEAR_CHANGE
    then = _standard_then(s, p)
    if then == p.standard:
        return verdict(s, p, KEEP, met=met, unmet=unmet)
    entitled = p.standard * persons - s.income_then
    if entitled <= s.amount:
        return verdict(s, p, KEEP, met=met, unmet=unmet)
    if then != UNKNOWN and then * persons - s.income_then != s.amount:
        return verdict(s, p, RAISE, met=met | g.STANDARD_ROSE, unmet=unmet, ask=g.ASK_TIERED)
    return verdict(s, p, RAISE, met=met | g.STANDARD_ROSE, unmet=unmet, new=(entitled, entitled))


def _changed(s: Situation, p: Parameters, persons: int) -> Verdict:
    """A clear change: the difference is computed anew; an amount that never was a difference is a person's matter."""
    met = g.AT_OR_BELOW_LINE | g.CLEAR_CHANGE
    unmet = 0
    if persons == s.persons_then:
        met |= g.PERSONS_SAME
    else:
        unmet |= g.PERSONS_SAME
    entitled, base, ask = p.standard * persons - s.income, s.amount, 0
    then = _standard_then(s, p)
    if then != UNKNOWN and then * s.persons_then - s.income_then != s.amount:
        base, ask = then * s.persons_then - s.income_then, g.ASK_TIERED
    new = (UNKNOWN, UNKNOWN) if ask else (entitled, entitled)
    if entitled == base:
        return verdict(s, p, KEEP, met=met | g.AMOUNT_AS_ENTITLED, unmet=unmet)
    unmet |= g.AMOUNT_AS_ENTITLED
    code, member = lost(s, persons)
    met |= g.MEMBER_LOST if code else 0
    if entitled > base:
        return verdict(s, p, RAISE, new=new, met=met, unmet=unmet, ask=ask)
    return verdict(s, p, LOWER, code=code, member=member, new=new, met=met, unmet=unmet, ask=ask)


def lost(s: Situation, persons: int) -> tuple[int, int]:
    """减少的成员 (who left the count last by death, disappearance or prison): (code, member no.) or (0, 0)."""
    if persons >= s.persons_then:
        return 0, 0
    latest, code, member = UNKNOWN - 1, 0, 0
    for m in s.members:
        if _DEAD <= m.presence <= _PRISON and m.presence_on > latest and m.no not in s.ended:
            latest, code, member = m.presence_on, _X01 + m.presence - _DEAD, m.no
    return code, member


def _refused(s: Situation, p: Parameters, persons: int, given: Verdict) -> Verdict:
    """连续拒绝就业 (57号 34): only the own share of a member who can work, of the amount that is `given` otherwise.

    A raise that is due is not lost: the share is taken from the raised amount, and the person is heard all the same.
    """
    least = 1 if p.refusals == UNKNOWN else p.refusals
    refusing = [m for m in s.members if m.refusals >= least and m.presence == PRESENT]
    if not refusing:
        return given
    able = [m.no for m in refusing if can_work(m, s.on)]
    unsure = g.ASK_REFUSALS if p.refusals == UNKNOWN or len(able) < len(refusing) else 0
    base = given.amount_new_min
    met, unmet, new = given.met | g.JOBS_REFUSED, given.unmet, (base, given.amount_new_max)
    if p.refusals == UNKNOWN or not able:
        met, no = given.met, refusing[0].no
        return verdict(s, p, ASK, code=_X09, member=no, met=met, unmet=unmet, new=new, ask=given.ask | unsure)
    if given.outcome == ASK or base == UNKNOWN:
        return verdict(s, p, ASK, code=_X09, member=able[0], met=met, unmet=unmet, new=new, ask=given.ask | unsure)
    lowest = base - base // persons * len(able)
    outcome = RAISE if given.outcome == RAISE and lowest >= s.amount else LOWER
    told = verdict(s, p, outcome, code=_X09, member=able[0], new=(lowest, base), met=met, unmet=unmet,
                   ask=given.ask | unsure)  # fmt: skip
    return told if outcome == LOWER or p.hear_before == 0 else told._replace(hearing=1)
