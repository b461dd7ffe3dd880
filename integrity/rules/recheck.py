"""核查周期 (recheck cycle): when is the next 定期核查 of a household due, why, and by when must it be finished?

Plain month arithmetic without a roll to a working day: the day is a duty of the office, not a period of the person.
An integrity level may shorten the cycle where the region says so, and never does anything else here.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from integrity.rules import grounds as g
from integrity.rules.facts import UNKNOWN, Order, Situation
from integrity.rules.parameters import Reading
from integrity.rules.policy import Policy
from integrity.rules.verdict import WORKING_AGE_MONTHS
from integrity.rules.workdays import add_months_day
from integrity.terms import Ability, Event, Presence, Scheme

_NO_SCHEME, _TEKUN, _RIGID = Scheme.NONE.number, Scheme.TEKUN.number, Scheme.RIGID.number
_PRESENT = Presence.PRESENT.number
_UNABLE = Ability.UNABLE.number
_DEATH, _SELFCARE = Event.DEATH.number, Event.SELFCARE_CHANGED.number


class Parameters(NamedTuple):
    """核查周期的参数 (parameters) of one area and day, months and days; UNKNOWN where unset."""

    stable: int = UNKNOWN
    unstable_or_able: int = UNKNOWN
    tekun: int = UNKNOWN
    labels: tuple[tuple[str, int], ...] = ()
    """(label of the region, months)."""
    levels: tuple[tuple[str, int], ...] = ()
    """(integrity level, months): may only shorten."""
    lead_days: int = UNKNOWN
    death_months: int = UNKNOWN
    rigid_months: int = UNKNOWN
    event_within: int = UNKNOWN
    event_unit: str = ""
    """Unit of `event_within`: 天, 月 or 工作日 (working days need a calendar: see `workdays.end_of`)."""
    extendable: int = UNKNOWN
    """1 when an emergency order may move due dates (民发〔2021〕57号 31 para 3)."""
    rows: tuple[tuple[str, str], ...] = ()
    """(key/variant, row id) of every row that was used."""
    unset: tuple[str, ...] = ()
    """key/variant of every value that was asked for and is not set."""


class Due(NamedTuple):
    """应核查日 (when the next check is due). Days are epoch days; UNKNOWN where nothing is due or it is not known."""

    due_on: int
    listed_on: int
    """First day on the reviewer's list; UNKNOWN when the lead time is unset and nothing pulled the date forward."""
    grounds: int
    """Due-ground bits."""
    cycle_months: int
    base_day: int
    """The last completed check, else the confirmation."""
    pulled_by: int
    """Index in `Situation.events` of the event that pulled the date forward; -1 none."""
    order: int
    """Index of the emergency order that moved the date last; -1 none."""
    must_finish_on: int
    """Last day for checking and adjusting; UNKNOWN when no rule sets one."""
    ask: int
    """Question bits."""


_NOT_DUE = Due(UNKNOWN, UNKNOWN, 0, 0, UNKNOWN, -1, -1, UNKNOWN, 0)


def parameters(policy: Policy, area: str, on: date) -> Parameters:
    """核查周期的参数 (parameters of `due`) of `area` on the day `on`."""
    read = Reading(policy, area, on)
    within = read.row("recheck.event_within")
    return Parameters(
        stable=read.number("recheck.cycle.stable"),
        unstable_or_able=read.number("recheck.cycle.unstable_or_able"),
        tekun=read.number("recheck.cycle.tekun"),
        labels=read.named("recheck.cycle.label"),
        levels=read.named("credit.recheck_cycle"),
        lead_days=read.number("recheck.lead_days"),
        death_months=read.number("death.check_and_adjust"),
        rigid_months=read.number("gangxing.validity"),
        event_within=read.number("recheck.event_within"),
        event_unit="" if within is None else within.unit,
        extendable=read.number("recheck.extend_emergency"),
        rows=read.rows,
        unset=read.unset,
    )


def due(s: Situation, p: Parameters, orders: tuple[Order, ...] = (), level: str = "") -> Due:
    """应核查日 (the next check) of one household; `level`: its integrity level, where a cycle hangs on it."""
    if s.scheme == _NO_SCHEME or (s.stopped_on != UNKNOWN and s.stopped_on <= s.on):
        return _NOT_DUE
    months, grounds, ask = _cycle(s, p, level)
    base = s.checked_on if s.checked_on != UNKNOWN else s.confirmed_on
    ask |= (g.ASK_BASE_DAY if base == UNKNOWN else 0) | (g.ASK_CYCLE if months == UNKNOWN else 0)
    on, order = UNKNOWN, -1
    if base != UNKNOWN and months != UNKNOWN:
        on = add_months_day(base, months)
        if orders and p.extendable == 1:
            on, order = _extended(s, on, orders)
            grounds |= g.DUE_ORDER if order >= 0 else 0
    for end, ground in ((_withdrawal_check(s), g.DUE_WITHDRAWAL_END), (_status_end(s, p), g.DUE_STATUS_END)):
        if end != UNKNOWN and (on == UNKNOWN or end <= on):
            on, grounds = end, grounds | ground
    ask |= g.ASK_LEAD if p.lead_days == UNKNOWN else 0
    listed = on - p.lead_days if on != UNKNOWN and p.lead_days != UNKNOWN else UNKNOWN
    if not s.events:
        return Due(on, listed, grounds, months, base, -1, order, UNKNOWN, ask)
    pulled, reported, event_grounds = _pulled(s)
    finish, asked = _must_finish(s, p)
    if reported != UNKNOWN and (on == UNKNOWN or reported < on):
        on, grounds = reported, grounds | event_grounds
        listed = reported if listed == UNKNOWN else min(listed, reported)
    else:
        pulled = -1
    return Due(on, listed, grounds | event_grounds, months, base, pulled, order, finish, ask | asked)


def _cycle(s: Situation, p: Parameters, level: str) -> tuple[int, int, int]:
    """(months, ground bits, question bits): the shortest of the cycles that apply."""
    if s.scheme == _TEKUN:
        months, grounds, ask = p.tekun, g.DUE_TEKUN, 0
    else:
        months, grounds, ask = _by_income_and_ability(s, p)
    if s.label and all(variant != s.label for variant, _ in p.labels):
        ask |= g.ASK_CYCLE
    for name, table, ground in ((s.label, p.labels, g.DUE_LABEL), (level, p.levels, g.DUE_LEVEL)):
        if not name or not table:
            continue
        for variant, shorter in table:
            if variant == name and (months == UNKNOWN or shorter < months):
                months, grounds = shorter, ground
    return months, grounds, ask


def _by_income_and_ability(s: Situation, p: Parameters) -> tuple[int, int, int]:
    """Twelve months when stable, six when income is not fixed or a member can work (57号 31); unclear asks, as six."""
    able, unclear = _able(s)
    grounds = (g.DUE_ABLE if able else 0) | (g.DUE_UNSTABLE if s.stable == 0 else 0)
    if grounds:
        return p.unstable_or_able, grounds, 0
    if s.stable == 1 and not unclear:
        return p.stable, g.DUE_STABLE, 0
    return p.unstable_or_able, g.DUE_UNSETTLED if s.stable == UNKNOWN else g.DUE_ABLE, g.ASK_STABLE


def _able(s: Situation) -> tuple[bool, bool]:
    """(can a counted member of 16 or more work, even partly? is it unknown of one?). An unknown age counts as 16."""
    unclear = False
    for member in s.members:
        if member.presence != _PRESENT or member.ability == _UNABLE:
            continue
        if member.born != UNKNOWN and add_months_day(member.born, WORKING_AGE_MONTHS) > s.on:
            continue
        if member.ability != UNKNOWN:
            return True, unclear
        unclear = True
    return False, unclear


def _extended(s: Situation, on: int, orders: tuple[Order, ...]) -> tuple[int, int]:
    """(due day, index of the last order applied): each signed order whose range holds the day moves it, once.

    The moved day may fall under another order, so they are gone through until none applies, in whatever order listed.
    """
    applied = -1
    left = [(index, order) for index, order in enumerate(orders) if order.signed_on <= s.on]
    while True:
        found = next((one for one in left if one[1].due_from <= on <= one[1].due_to), None)
        if found is None:
            return on, applied
        left.remove(found)
        on, applied = add_months_day(on, found[1].months), found[0]


def _withdrawal_check(s: Situation) -> int:
    """First day of the last month of a running 渐退, unless a check was made since; UNKNOWN when none runs."""
    if s.withdrawal_on == UNKNOWN or s.withdrawal_months == UNKNOWN:
        return UNKNOWN
    last_month = add_months_day(s.withdrawal_on, s.withdrawal_months - 1)
    return UNKNOWN if s.checked_on != UNKNOWN and s.checked_on >= last_month else last_month


def _status_end(s: Situation, p: Parameters) -> int:
    """The day on which a 刚性支出 status ends by itself; UNKNOWN for every other scheme."""
    if s.scheme != _RIGID or s.confirmed_on == UNKNOWN or p.rigid_months == UNKNOWN:
        return UNKNOWN
    return add_months_day(s.confirmed_on, p.rigid_months)


def _unchecked(s: Situation, reported: int) -> bool:
    """No check was made since the report; what a check has found waits for a decision, not for another check."""
    return s.checked_on == UNKNOWN or reported > s.checked_on


def _pulled(s: Situation) -> tuple[int, int, int]:
    """(index, day reported, ground bits) of the unchecked event that was reported first; -1 and UNKNOWN for none.

    A death stays a ground after the check: the act that follows it has to be finished in time.
    """
    first, reported, grounds = -1, UNKNOWN, 0
    for index, (kind, _, told, _) in enumerate(s.events):
        open_ = _unchecked(s, told)
        grounds |= _ground(kind) if open_ or kind == _DEATH else 0
        if open_ and (reported == UNKNOWN or told < reported):
            first, reported = index, told
    return first, reported, grounds


def _ground(kind: int) -> int:
    """The due ground of one kind of event."""
    if kind == _DEATH:
        return g.DUE_DEATH
    return g.DUE_SELFCARE if kind == _SELFCARE else g.DUE_EVENT


def _must_finish(s: Situation, p: Parameters) -> tuple[int, int]:
    """(last day, question bits): three months from a death (2022通知 一(三)), else what the region sets.

    Working days need a calendar, which is not at hand here: they come back as a question.
    """
    finish, ask = UNKNOWN, 0
    for kind, happened, reported, _ in s.events:
        last = UNKNOWN
        if kind == _DEATH and p.death_months != UNKNOWN and happened != UNKNOWN:
            last = add_months_day(happened, p.death_months)
        elif kind != _DEATH and not _unchecked(s, reported):
            continue
        elif kind == _SELFCARE or p.event_within == UNKNOWN or p.event_unit not in ("天", "月"):
            ask |= g.ASK_FINISH
        else:
            last = reported + p.event_within if p.event_unit == "天" else add_months_day(reported, p.event_within)
        if last != UNKNOWN and (finish == UNKNOWN or last < finish):
            finish = last
    return finish, ask
