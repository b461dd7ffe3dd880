"""处理建议的形状 (shape of a recommendation): the parameters it needs and the verdict it gives."""

from __future__ import annotations

from typing import NamedTuple

from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, Member, Situation
from integrity.rules.workdays import add_months_day
from integrity.terms import Ability, Outcome, Presence

NOTHING, KEEP, RAISE, LOWER, WITHDRAW, EXIT, ASK = (outcome.number for outcome in Outcome)
"""Outcome numbers, looked up once."""
PRESENT = Presence.PRESENT.number
_ABLE, _PARTLY = Ability.ABLE.number, Ability.PARTLY.number
WORKING_AGE_MONTHS = 16 * 12
"""最低就业年龄 (劳动法 第15条), months."""


class Parameters(NamedTuple):
    """退出与渐退的参数 (parameters) of one area, one standard (urban or rural) and one day; UNKNOWN where unset."""

    urban: int
    """1 urban, 0 rural, UNKNOWN: the standard that `standard` is."""
    standard: int = UNKNOWN
    """低保标准, fen a person and month."""
    standard_since: int = UNKNOWN
    standard_before: int = UNKNOWN
    """The standard in force before `standard_since`."""
    edge_bp: int = UNKNOWN
    """低保边缘标准 as basis points of the standard."""
    clear_change_bp: int = UNKNOWN
    """明显变化 as basis points of the former income."""
    hear_before: int = UNKNOWN
    """1 a hearing is due before an adverse decision, 0 notice only."""
    refusals: int = UNKNOWN
    """Refused jobs in a row that count (民发〔2021〕57号 34)."""
    rigid_months: int = UNKNOWN
    causes: tuple[tuple[int, int], ...] = ()
    """渐退 months (least, most) by Cause.number; (0, 0) not admitted, (UNKNOWN, UNKNOWN) length unset."""
    schedule: tuple[int, ...] = ()
    """Percent of the old amount paid in each month of 渐退; () unset."""
    cap: int = UNKNOWN
    """1 the monthly payment is capped at standard × persons; UNKNOWN no cap is set."""
    band_bp: int = UNKNOWN
    """Upper limit of per-capita income for 渐退, basis points of the standard."""
    self_report: int = UNKNOWN
    """1 渐退 only for a change that the family told itself."""
    cooling_months: int = UNKNOWN
    repeat: int = UNKNOWN
    """1 a second 渐退 is allowed, 0 forbidden."""
    usual_months: int = UNKNOWN
    """渐退 months that the region usually gives."""
    disregard: int = UNKNOWN
    """Months for which the region does not count new earnings; UNKNOWN where it has no such rule."""
    lump_sum: int = 0
    """1 the region pays a lump sum in place of, or besides, a monthly 渐退."""
    stops: tuple[int, ...] = ()
    """By ExitReason.number: 1 the region says that this conduct ends assistance; else 0."""
    rows: tuple[tuple[str, str], ...] = ()
    """(key/variant, row id) of every row that was used."""
    unset: tuple[str, ...] = ()
    """key/variant of every value that was asked for and is not set."""


class Verdict(NamedTuple):
    """处理建议 (recommendation): what a named person is asked to consider for one household."""

    outcome: int
    """Outcome.number."""
    code: int
    """ExitReason.number; 0 none. With LOWER it is the reason at the member's level."""
    months_min: int
    months_max: int
    """渐退 months from..to; 0 where none."""
    amount_now: int
    amount_new_min: int
    amount_new_max: int
    """Fen a month after the change, from..to; UNKNOWN where a person must set it."""
    member: int
    """Number of the member whom it concerns personally; 0 the household."""
    met: int
    unmet: int
    """Condition bits that were found true, and that were checked and are false."""
    ask: int
    """Question bits: what is missing or unset. A clear outcome may carry some."""
    follow: int
    """Follow-up bits: schemes to be checked as well."""
    hearing: int
    """1 when the person must be heard first (社会救助法 48)."""


def counted(s: Situation) -> int:
    """计入人口 (counted persons): the members PRESENT (民发〔2021〕57号 7), of 特困供养 those whose support goes on."""
    persons = 0
    for member in s.members:
        if member.presence == PRESENT and member.no not in s.ended:
            persons += 1
    return persons


def can_work(member: Member, on: int) -> bool:
    """能够就业 (able to work): known to be 有/部分劳动能力 and known to be sixteen or older on the epoch day `on`."""
    if member.ability != _ABLE and member.ability != _PARTLY:
        return False
    return member.born != UNKNOWN and add_months_day(member.born, WORKING_AGE_MONTHS) <= on


def clear_change(s: Situation, p: Parameters, persons: int) -> int:
    """明显变化 (clear change, 民发〔2021〕57号 31 para 2): 1 yes, 0 no, UNKNOWN when no threshold is set."""
    if persons != s.persons_then:
        return 1
    changed = abs(s.income - s.income_then)
    if changed == 0:
        return 0
    if p.clear_change_bp == UNKNOWN:
        return UNKNOWN
    return 0 if changed * 10_000 < p.clear_change_bp * s.income_then else 1


def verdict(
    s: Situation, p: Parameters, outcome: int, *, code: int = 0, months: tuple[int, int] = (0, 0),
    new: tuple[int, int] = (UNKNOWN, UNKNOWN), member: int = 0, met: int = 0, unmet: int = 0, ask: int = 0,
    follow: int = 0, nobody_left: bool = False,
) -> Verdict:  # fmt: skip
    """合成处理建议 (put a verdict together): the hearing follows from the outcome, save where nobody is left to hear.

    `months`: 渐退 from..to; `new`: fen a month from..to; the other keywords are the fields of `Verdict`.
    """
    if outcome == EXIT:
        new = (0, 0)
    elif outcome == KEEP:
        new = (s.amount, s.amount)
    hearing = 0
    if not nobody_left and outcome in (EXIT, LOWER, WITHDRAW):
        hearing = 0 if p.hear_before == 0 else 1
        ask |= g.ASK_HEARING if p.hear_before == UNKNOWN else 0
    if outcome != NOTHING:
        met |= g.RUNNING
    return Verdict(
        outcome, code, months[0], months[1], s.amount, new[0], new[1], member, met, unmet, ask, follow, hearing
    )
