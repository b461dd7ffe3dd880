"""退出与渐退 (exit and gradual withdrawal): may a household keep its assistance, and what should a person consider?

`decide` takes what is known of one household and the parameters in force, all integers, and returns a recommendation
with reason bits (see `grounds`). It never decides: a named person does, after a hearing (社会救助法 47、48).
The integrity score is no input of this module and must never become one (个人信息保护法 24; 社会救助法 73).
"""

from __future__ import annotations

from integrity.rules import grounds as g
from integrity.rules.amounts import below, lost
from integrity.rules.facts import UNKNOWN, Situation
from integrity.rules.parameters import parameters
from integrity.rules.verdict import (
    ASK,
    EXIT,
    KEEP,
    NOTHING,
    PRESENT,
    WITHDRAW,
    Parameters,
    Verdict,
    can_work,
    clear_change,
    counted,
    verdict,
)
from integrity.rules.workdays import add_months_day
from integrity.terms import Ability, Cause, Event, ExitReason, Presence, Scheme

__all__ = ["Parameters", "Verdict", "clear_change", "counted", "decide", "parameters", "payments"]

_NO_SCHEME, _DIBAO, _TEKUN, _EDGE, _RIGID = (
    s.number for s in (Scheme.NONE, Scheme.DIBAO, Scheme.TEKUN, Scheme.EDGE, Scheme.RIGID)
)
_DEAD, _PRISON = Presence.DEAD.number, Presence.PRISON.number
_UNKNOWN_CAUSE, _NO_CAUSE, _EMPLOYMENT = (c.number for c in (Cause.UNKNOWN, Cause.NONE, Cause.EMPLOYMENT))
_ABLE, _PARTLY = Ability.ABLE.number, Ability.PARTLY.number
_DEATH, _REGAINED = Event.DEATH.number, Event.ABILITY_REGAINED.number
_X = {reason.name: reason.number for reason in ExitReason}
_X01, _X04, _X05, _X08, _X13 = _X["X01"], _X["X04"], _X["X05"], _X["X08"], _X["X13"]
_X14, _X16, _X18, _X19, _X20 = _X["X14"], _X["X16"], _X["X18"], _X["X19"], _X["X20"]

_CODE_OF_CONDUCT = {
    Event.UNTRUE_REPORT.number: _X["X06"], Event.CHECK_REFUSED.number: _X["X07"], Event.FRAUD_FOUND.number: _X08,
    Event.UNEXPLAINED_SPENDING.number: _X["X10"], Event.GAMBLING_DRUGS.number: _X["X11"],
    Event.RIGHTS_WAIVED.number: _X["X12"], Event.WORK_REFUSED.number: _X["X13"],
}
_DECLARED = (
    (Event.VOLUNTARY_EXIT.number, EXIT, _X["X15"], g.VOLUNTARY, 0),
    (Event.TRANSFERRED.number, EXIT, _X16, g.TRANSFERRED, 0),
    (Event.REGISTER_MOVED.number, ASK, _X["X17"], g.REGISTER_MOVED, g.ASK_MOVED),
    (Event.DUPLICATE.number, ASK, _X["X21"], g.DUPLICATE, g.ASK_DUPLICATE),
)
_ADULT_MONTHS = 18 * 12


def decide(s: Situation, p: Parameters) -> Verdict:
    """处理建议 (recommendation) for one household. Raises nothing: what is not known comes back as question bits."""
    if s.scheme == _NO_SCHEME or (s.stopped_on != UNKNOWN and s.stopped_on <= s.on):
        return verdict(s, p, NOTHING, new=(0, 0), unmet=g.RUNNING)
    persons = counted(s)
    if persons == 0:
        return _nobody(s, p)
    if s.events:
        said = _declared(s, p, persons) or _death(s, p) or _conduct(s, p)
        if said is not None:
            return said
    if s.scheme == _TEKUN:
        return _tekun(s, p, persons)
    if s.scheme == _RIGID:
        return _rigid(s, p)
    if s.withdrawal_on != UNKNOWN:
        return _withdrawing(s, p, persons)
    return _by_income(s, p, persons)


def payments(months: int, amount: int, schedule: tuple[int, ...], cap: int = UNKNOWN) -> tuple[int, ...]:
    """渐退逐月金额 (payments of 渐退): month k pays schedule[k] percent of `amount` fen, at most `cap` fen.

    Rounded half up to the fen, once. () means: a person must set them (schedule shorter than `months`, or no amount).
    """
    if months <= 0 or amount == UNKNOWN or len(schedule) < months:
        return ()
    paid = tuple((amount * percent + 50) // 100 for percent in schedule[:months])
    return paid if cap == UNKNOWN else tuple(min(fen, cap) for fen in paid)


def _nobody(s: Situation, p: Parameters) -> Verdict:
    """No member counts any more: all dead (nobody to hear), missing or in prison, or a question."""
    presences = {member.presence for member in s.members if member.no not in s.ended}
    if presences == {_DEAD}:
        return verdict(s, p, EXIT, code=_X01, unmet=g.SOMEONE, met=g.MEMBER_LOST, nobody_left=True)
    if presences and max(presences) <= _PRISON:
        living = min(presences - {_DEAD})
        return verdict(s, p, EXIT, code=_X01 + living - _DEAD, unmet=g.SOMEONE, met=g.MEMBER_LOST)
    return verdict(s, p, ASK, unmet=g.SOMEONE, ask=g.ASK_PERSONS)


def _declared(s: Situation, p: Parameters, persons: int) -> Verdict | None:
    """What the family or the register said: 自愿退出, 转入其他救助, 户籍迁移, 重复登记."""
    for event, outcome, code, condition, ask in _DECLARED:
        for kind, _, _, member in s.events:
            if kind != event:
                continue
            if code == _X16 and persons > 1 and member > 0:  # one member moved; the household goes on
                return verdict(s, p, ASK, code=code, member=member, met=condition, ask=g.ASK_PERSONS)
            follow = _follow_tekun(s) if outcome == EXIT and code != _X16 else 0
            return verdict(s, p, outcome, code=code, met=condition, ask=ask, follow=follow)
    return None


def _death(s: Situation, p: Parameters) -> Verdict | None:
    """死亡待核实: a death was reported of a member who still counts; who it was must be settled before all else."""
    for kind, _, _, no in s.events:
        if kind != _DEATH:
            continue
        named = [m.presence for m in s.members if m.no == no]
        if PRESENT in named or (not named and all(m.presence != _DEAD for m in s.members)):
            return verdict(s, p, ASK, code=_X01, member=max(no, 0), met=g.SOMEONE, ask=g.ASK_PERSONS)
    return None


def _conduct(s: Situation, p: Parameters) -> Verdict | None:
    """Conduct that ends assistance only where the region says so; fraud is always for a person (法73 可以决定).

    The ordinances speak of 最低生活保障: for another scheme, or 公益劳动 of one who cannot work, a person decides.
    """
    open_question = None
    for kind, _, _, member in s.events:
        code = _CODE_OF_CONDUCT.get(kind, 0)
        if code == 0:
            continue
        if code != _X08 and code < len(p.stops) and p.stops[code] == 1 and _stoppable(s, code, member):
            return verdict(s, p, EXIT, code=code, member=max(member, 0), met=g.REGIONAL_GROUND)
        if open_question is None:
            open_question = verdict(s, p, ASK, code=code, member=max(member, 0), ask=g.ASK_GROUND)
    return open_question


def _stoppable(s: Situation, code: int, member: int) -> bool:
    """Does the regional ground reach this household, and this member?"""
    if s.scheme != _DIBAO:
        return False
    return code != _X13 or any(m.no == member and m.presence == PRESENT and can_work(m, s.on) for m in s.members)


def _tekun(s: Situation, p: Parameters, persons: int) -> Verdict:
    """特困 (民发〔2021〕43号 24): ability regained, property, a minor grown up; the amount is never recomputed."""
    follow = _follow_tekun(s)
    for kind, _, _, member in s.events:
        if kind == _REGAINED and member not in s.ended:
            return verdict(s, p, EXIT, code=_X14, member=max(member, 0), met=g.ABILITY_REGAINED, follow=follow)
    if s.property_over == 1:
        return verdict(s, p, EXIT, code=_X05, unmet=g.PROPERTY_WITHIN, follow=follow)
    if s.persons_then != UNKNOWN and persons < s.persons_then:  # 43号 24: it ends for that person, not for the others
        code, no = lost(s, persons)
        met = g.SOMEONE | (g.MEMBER_LOST if code else 0)
        return verdict(s, p, ASK, code=code, member=no, met=met, ask=g.ASK_PERSONS)
    grown = _grown_up(s, p, persons)
    if grown is not None:
        return grown
    met = g.SOMEONE | (g.PROPERTY_WITHIN if s.property_over == 0 else 0)
    if s.income != UNKNOWN and p.standard != UNKNOWN and s.income >= p.standard * persons:  # 43号 6: must be below
        return verdict(s, p, ASK, met=met, ask=g.ASK_ABOVE if s.income > p.standard * persons else g.ASK_AT_LINE)
    return verdict(s, p, KEEP, met=met)


def _grown_up(s: Situation, p: Parameters, persons: int) -> Verdict | None:
    """A member granted as a minor who is 18 now: in school keeps, able and out of school ends, unclear asks."""
    granted = s.confirmed_on if s.confirmed_on != UNKNOWN else s.granted_on
    for m in s.members:
        if m.presence != PRESENT or m.born == UNKNOWN or m.no in s.ended:
            continue
        adult_on = add_months_day(m.born, _ADULT_MONTHS)
        if not granted < adult_on <= s.on or granted == UNKNOWN:
            continue
        if m.schooling == 1:
            return verdict(s, p, KEEP, member=m.no, met=g.TURNED_18 | g.IN_SCHOOL)
        if m.schooling == 0 and m.ability in (_ABLE, _PARTLY) and persons == 1:
            return verdict(s, p, EXIT, code=_X20, member=m.no, met=g.TURNED_18, unmet=g.IN_SCHOOL,
                            follow=_follow_tekun(s))  # fmt: skip
        return verdict(s, p, ASK, code=_X20, member=m.no, met=g.TURNED_18, ask=g.ASK_SCHOOLING)
    return None


def _follow_tekun(s: Situation) -> int:
    """Schemes to be checked when 特困 ends (民发〔2021〕43号 27)."""
    return g.FOLLOW_DIBAO | g.FOLLOW_TEMPORARY if s.scheme == _TEKUN else 0


def _rigid(s: Situation, p: Parameters) -> Verdict:
    """刚性支出困难家庭: the status ends by itself; going on needs a new application (民发〔2024〕57号 10)."""
    ask = (g.ASK_BASE_DAY if s.confirmed_on == UNKNOWN else 0) | (g.ASK_VALIDITY if p.rigid_months == UNKNOWN else 0)
    if ask:
        return verdict(s, p, ASK, ask=ask)
    if add_months_day(s.confirmed_on, p.rigid_months) <= s.on:
        return verdict(s, p, EXIT, code=_X19, unmet=g.STATUS_VALID)
    return verdict(s, p, KEEP, met=g.STATUS_VALID)


def _withdrawing(s: Situation, p: Parameters, persons: int) -> Verdict:
    """A 渐退 is running or has run out; a change of the family or of eligibility meanwhile is a question."""
    if s.withdrawal_months == UNKNOWN:
        return verdict(s, p, ASK, ask=g.ASK_LENGTH)
    over = add_months_day(s.withdrawal_on, s.withdrawal_months) <= s.on
    met, unmet = (0, g.WITHDRAWAL_RUNNING) if over else (g.WITHDRAWAL_RUNNING, 0)
    lost = (s.persons_then != UNKNOWN and persons != s.persons_then) or any(e[0] == _DEATH for e in s.events)
    if lost or s.property_over == 1:
        return verdict(s, p, ASK, ask=g.ASK_WITHDRAWAL, met=met, unmet=unmet)
    missing = _missing(s, p)
    if missing:
        return verdict(s, p, ASK if over else KEEP, ask=missing, met=met, unmet=unmet)
    if s.income <= p.standard * persons:
        return verdict(s, p, ASK, ask=g.ASK_WITHDRAWAL, met=met, unmet=unmet)
    if not over:
        return verdict(s, p, KEEP, met=met, unmet=unmet)
    follow, ask = _follow_edge(s, p, persons)
    return verdict(s, p, EXIT, code=_X18, ask=ask, follow=follow, met=met, unmet=unmet)


def _missing(s: Situation, p: Parameters) -> int:
    """Question bits for what an income test needs and is not known."""
    ask = g.ASK_INCOME if s.income == UNKNOWN else 0
    if p.standard == UNKNOWN:
        ask |= g.ASK_URBAN if s.urban == UNKNOWN else g.ASK_STANDARD
    elif s.urban != p.urban:
        ask |= g.ASK_URBAN
    return ask


def _by_income(s: Situation, p: Parameters, persons: int) -> Verdict:
    """低保 and 低保边缘: property, then per-capita income against the line, as whole fen of the whole household."""
    missing = _missing(s, p) | (g.ASK_EDGE if s.scheme == _EDGE and p.edge_bp == UNKNOWN else 0)
    if missing:
        return verdict(s, p, ASK, met=g.SOMEONE, ask=missing)
    if s.property_over == 1:
        return verdict(s, p, EXIT, code=_X05, met=g.SOMEONE, unmet=g.PROPERTY_WITHIN)
    if s.scheme == _EDGE:
        given = _edge(s, p, persons)
    elif s.income > p.standard * persons:
        given = _above(s, p, persons)
    else:
        given = below(s, p, persons)
    if s.property_over == 0:
        return given._replace(met=given.met | g.SOMEONE | g.PROPERTY_WITHIN)
    never_checked = g.ASK_PROPERTY if s.income_on == UNKNOWN else 0
    return given._replace(met=given.met | g.SOMEONE, ask=given.ask | never_checked)


def _edge(s: Situation, p: Parameters, persons: int) -> Verdict:
    """低保边缘: nothing is paid; above the multiple it ends, at or below the 低保 standard 低保 is to be checked."""
    line = p.standard * persons
    income, limit = s.income * 10_000, line * p.edge_bp
    if income > limit:
        return verdict(s, p, EXIT, code=_X04, unmet=g.WITHIN_EDGE)
    if income == limit:
        return verdict(s, p, ASK, ask=g.ASK_AT_LINE)
    if s.income <= line:
        return verdict(s, p, KEEP, met=g.WITHIN_EDGE | g.AT_OR_BELOW_LINE, follow=g.FOLLOW_DIBAO)
    return verdict(s, p, KEEP, met=g.WITHIN_EDGE, unmet=g.AT_OR_BELOW_LINE)


def _follow_edge(s: Situation, p: Parameters, persons: int) -> tuple[int, int]:
    """(follow, ask): is 低保边缘 to be checked? The multiple may be unset."""
    if p.edge_bp == UNKNOWN:
        return 0, g.ASK_EDGE
    return (g.FOLLOW_EDGE if s.income * 10_000 < p.standard * persons * p.edge_bp else 0), 0


def _above(s: Situation, p: Parameters, persons: int) -> Verdict:
    """Income above the line: 渐退 where the cause admits it and every condition holds, else exit."""
    unmet = g.AT_OR_BELOW_LINE
    follow, ask = _follow_edge(s, p, persons)
    if s.income_then != UNKNOWN and clear_change(s, p, persons) == 0:  # e.g. granted on a single application (57号 8)
        return verdict(s, p, ASK, unmet=unmet | g.CLEAR_CHANGE, ask=ask | g.ASK_ABOVE, follow=follow)
    unexplained = s.cause == _NO_CAUSE and s.income != s.income_then
    if unexplained or s.cause == _UNKNOWN_CAUSE or s.cause == UNKNOWN:
        return verdict(s, p, ASK, unmet=unmet, ask=ask | g.ASK_CAUSE, follow=follow)
    if s.cause == _EMPLOYMENT and p.disregard > 0:  # earnings that do not count yet may leave the income below the line
        return verdict(s, p, ASK, unmet=unmet, ask=ask | g.ASK_LENGTH, follow=follow)
    least, most = p.causes[s.cause] if s.cause < len(p.causes) else (0, 0)
    if most == 0:
        return verdict(s, p, EXIT, code=_X04, unmet=unmet | g.CAUSE_ADMITTED, ask=ask, follow=follow)
    met, failed, asked = _conditions(s, p, persons)
    met |= g.CAUSE_ADMITTED
    if failed:
        return verdict(s, p, EXIT, code=_X04, met=met, unmet=unmet | failed, ask=ask, follow=follow)
    asked |= g.ASK_LENGTH if most == UNKNOWN or (p.lump_sum == 1 and s.cause == _EMPLOYMENT) else 0
    if asked:
        return verdict(s, p, ASK, met=met, unmet=unmet, ask=ask | asked, follow=follow)
    paid = payments(most, s.amount, p.schedule, p.standard * persons if p.cap == 1 else UNKNOWN)
    new = (min(paid), max(paid)) if paid else (UNKNOWN, UNKNOWN)
    ask |= 0 if len(p.schedule) >= most else g.ASK_PAY_SCHEDULE
    ask |= g.ASK_AMOUNT if s.amount == UNKNOWN else 0
    return verdict(s, p, WITHDRAW, months=(least, most), new=new, met=met, unmet=unmet, ask=ask, follow=follow)


def _conditions(s: Situation, p: Parameters, persons: int) -> tuple[int, int, int]:
    """(met, unmet, ask): the conditions that the region sets for 渐退. One that is not set is not checked."""
    met = unmet = ask = 0
    if p.band_bp != UNKNOWN:
        within = s.income * 10_000 <= p.standard * persons * p.band_bp
        met, unmet = (g.WITHIN_BAND, 0) if within else (0, g.WITHIN_BAND)
    if p.self_report == 1:
        if s.self_reported == UNKNOWN:
            ask |= g.ASK_SELF_REPORTED
        elif s.self_reported:
            met |= g.SELF_REPORTED
        else:
            unmet |= g.SELF_REPORTED
    if s.withdrawals_before == 0:
        return met | g.FIRST_OR_REPEATABLE, unmet, ask
    again, not_again, ask_again = _repeated(s, p)
    return met | again, unmet | not_again, ask | ask_again


def _repeated(s: Situation, p: Parameters) -> tuple[int, int, int]:
    """(met, unmet, ask) for a household that had a 渐退 before: may it have another, and is it long enough ago?"""
    if p.repeat == UNKNOWN or s.withdrawals_before == UNKNOWN:
        return 0, 0, g.ASK_REPEAT
    if p.repeat == 0:
        return 0, g.FIRST_OR_REPEATABLE, 0
    if p.cooling_months == UNKNOWN:
        return g.FIRST_OR_REPEATABLE, 0, 0
    if s.last_withdrawal_end == UNKNOWN:
        return g.FIRST_OR_REPEATABLE, 0, g.ASK_COOLING
    if add_months_day(s.last_withdrawal_end, p.cooling_months) <= s.on:
        return g.FIRST_OR_REPEATABLE | g.COOLED, 0, 0
    return g.FIRST_OR_REPEATABLE, g.COOLED, 0
