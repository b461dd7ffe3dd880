"""增发与减发 (raising and lowering): what does a household at or below the line get from now on?

Only a clear change moves an amount (民发〔2021〕57号 31 para 2), a higher standard may raise it, and refusals of work
touch the refusing member's own share alone (同 34). Amounts that were not set as a difference are left to a person.
"""

from __future__ import annotations

from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, Situation
from integrity.rules.verdict import ASK, KEEP, LOWER, PRESENT, RAISE, Parameters, Verdict, clear_change, verdict
from integrity.terms import ExitReason, Presence

_X01, _X09 = ExitReason.X01.number, ExitReason.X09.number
_DEAD, _PRISON = Presence.DEAD.number, Presence.PRISON.number


def below(s: Situation, p: Parameters, persons: int) -> Verdict:
    """增发、减发或者继续 (income at or below the line): what becomes of the amount?"""
    refused = _refused(s, p, persons)
    if refused is not None:
        return refused
    line, met = p.standard * persons, g.AT_OR_BELOW_LINE
    if s.amount == UNKNOWN:
        return verdict(s, p, ASK, met=met, ask=g.ASK_AMOUNT, new=(line - s.income, line - s.income))
    if s.income_then == UNKNOWN or s.persons_then == UNKNOWN:
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
    code, member = _lost(s, persons)
    met |= g.MEMBER_LOST if code else 0
    if entitled > base:
        return verdict(s, p, RAISE, new=new, met=met, unmet=unmet, ask=ask)
    return verdict(s, p, LOWER, code=code, member=member, new=new, met=met, unmet=unmet, ask=ask)


def _lost(s: Situation, persons: int) -> tuple[int, int]:
    """(code, member no.): who left the count last by death, disappearance or prison, when the family became smaller."""
    if persons >= s.persons_then:
        return 0, 0
    latest, code, member = UNKNOWN - 1, 0, 0
    for m in s.members:
        if _DEAD <= m.presence <= _PRISON and m.presence_on > latest:
            latest, code, member = m.presence_on, _X01 + m.presence - _DEAD, m.no
    return code, member


def _refused(s: Situation, p: Parameters, persons: int) -> Verdict | None:
    """连续拒绝就业 (57号 34): only the refusing member's own share may be reduced or stopped."""
    refusing = [m.no for m in s.members if m.refusals > 0 and m.presence == PRESENT]
    if not refusing:
        return None
    if p.refusals == UNKNOWN:
        return verdict(s, p, ASK, code=_X09, member=refusing[0], met=g.AT_OR_BELOW_LINE, ask=g.ASK_REFUSALS)
    refusing = [m.no for m in s.members if m.refusals >= p.refusals and m.presence == PRESENT]
    if not refusing:
        return None
    met = g.AT_OR_BELOW_LINE | g.JOBS_REFUSED
    if s.amount == UNKNOWN:
        return verdict(s, p, ASK, code=_X09, member=refusing[0], met=met, ask=g.ASK_AMOUNT)
    least = s.amount - s.amount // persons * len(refusing)
    return verdict(s, p, LOWER, code=_X09, member=refusing[0], new=(least, s.amount), met=met)
