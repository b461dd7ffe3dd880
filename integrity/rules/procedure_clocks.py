"""期限的计算 (clocks of a case): from which step each runs, how long, until when, on a day. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from integrity.errors import Invalid
from integrity.rules.procedure import EXTEND, SUSPEND, Clock, Done, Running, Table
from integrity.rules.workdays import Period, Suspension, Term, Workdays, end_of


def clocks(
    table: Table, history: tuple[Done, ...], lengths: Mapping[str, Period | str], calendar: Workdays, on: date
) -> dict[str, Running]:
    """The clocks of a case on a day, by code. `lengths` gives a period for each, or says why it is unset."""
    found = {}
    for clock in table.clocks:
        begun = _begun(clock, history)
        if begun is not None:
            length = lengths.get(clock.code, "没有设定期限")
            found[clock.code] = _running(clock, begun, history, length, calendar=calendar, on=on)
    return found


def _begun(clock: Clock, history: tuple[Done, ...]) -> Done | None:
    """The step that started the clock the last time."""
    return next((one for one in reversed(history) if one.code in clock.starts), None)


def _running(
    clock: Clock, begun: Done, history: tuple[Done, ...], length: Period | str, *, calendar: Workdays, on: date
) -> Running:  # fmt: skip
    later = [one for one in history if one.no > begun.no]
    stopped = next((one.on for one in (begun, *later) if one.code in clock.stops), None)
    since = begun.data.get(clock.dated_by) if clock.dated_by else begun.on
    if not isinstance(since, date):
        return Running(clock, begun.on, None, "没有起算日期", stopped, on)
    if not clock.key:  # the day itself was fixed by another rule
        return Running(clock, since, Term(since, False, (f"{clock.name}为{since}",)), "", stopped, on)
    try:
        term = _term(clock, begun, history, since, length, calendar=calendar)
    except Invalid as fault:  # one clock that cannot be read locks neither its case nor the others
        return Running(clock, since, None, str(fault), stopped, on)
    return Running(clock, since, term, "", stopped, on)


def _term(
    clock: Clock, begun: Done, history: tuple[Done, ...], since: date, length: Period | str, *, calendar: Workdays
) -> Term:  # fmt: skip
    """The computation of a clock. Raises Invalid, saying why, when it cannot be computed."""
    before = [one for one in history if one.no <= begun.no]  # what a later step says is about another time
    told = [one.data[clock.told_by] for one in before if clock.told_by and one.data.get(clock.told_by)]
    shifts = [one for one in history if one.no > begun.no and one.data.get("clock") == clock.code]
    told += [one.data["length"] for one in shifts if one.code == EXTEND]
    if told:
        length = Period.read(str(told[-1]))
    if isinstance(length, str):
        raise Invalid(length)
    still = [Suspension(one.data["since"], one.data["until"]) for one in shifts if one.code == SUSPEND]
    return end_of(since, length, calendar, still, roll=clock.rolls)
