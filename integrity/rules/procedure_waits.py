"""谁来办下一步 (whom a case waits for): is there anything left to do in it, and by which role, at which level?

By the codes of its steps alone; whether a step can be taken today is for `procedure.obstacles` to say.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from integrity.rules import procedure_needs as n
from integrity.rules.procedure import Done, Row, Table
from integrity.terms import Procedure, Role

WAYS_OUT: Final = frozenset({"DROP", "REVOKED", "EDUCATE", "NO_PENALTY"})
"""Steps by which a case is broken off or taken back: always open to somebody, so that it waits for nobody's."""
INSTEAD: Final = frozenset(
    {"NOT_ACCEPTED", "NOT_CONFIRMED", "OBJECTION_SETTLED", "EARLY", "RECORD_ENDED", "INSTALMENTS"}
)
"""Steps that are taken where something came in between: they wait for nobody while the regular way leads on."""
ANY, COUNTY, DECIDING, CONFIRMING = "T", "C", "D", "A"
"""At which level: any, the county only, the organ that may decide, the organ that may confirm an application."""


class Turn(NamedTuple):
    """轮到谁 (whose turn it is): a role at a level of government."""

    role: Role
    organ: str


def still_open(rules: Table, history: tuple[Done, ...]) -> bool:
    """Is there anything left to do in a case, by the codes of its steps alone?"""
    if not rules.closed(history):
        return True
    return _not_carried_out(rules, history) or _owes(rules, history) or _keeps(rules, history)


def turns(rules: Table, history: tuple[Done, ...], *, heard: bool | None = None) -> frozenset[Turn]:
    """Whose turn it is in an open case; `heard` as `onward` has it."""
    ways = onward(rules, history, heard=heard)
    return frozenset(Turn(role, _organ(rules, row)) for row in ways for role in row.by)


def onward(rules: Table, history: tuple[Done, ...], *, heard: bool | None = None) -> list[Row]:
    """The steps by which a case goes on; back to an earlier one only where none leads on.

    `heard`: must somebody be heard, because something would be taken from him? None where that is not known.
    """
    stage = rules.stage(history)
    codes = [one.code for one in rules.rows]
    open_ones = [one for one in rules.rows if stage in one.after and _belongs(one, heard)]
    if rules.closed(history):
        return [one for one in open_ones if one.by and one.code not in WAYS_OUT]
    ways = [one for one in open_ones if not one.side and one.code not in WAYS_OUT]
    further = [one for one in ways if stage not in codes or codes.index(one.code) > codes.index(stage)]
    regular = [one for one in further if one.code not in INSTEAD]
    return regular or further or ways or open_ones


def _belongs(row: Row, heard: bool | None) -> bool:
    """Is it a step of a case in which somebody must be heard, or must not?"""
    return not (row.when is n.to_be_heard and heard is False) and not (row.when is n.nobody_loses and heard is True)


def _organ(rules: Table, row: Row) -> str:
    if row.organ == "deciding":
        return CONFIRMING if rules.procedure is Procedure.APPLICATION else DECIDING
    return COUNTY if row.organ == "county" else ANY


def _not_carried_out(rules: Table, history: tuple[Done, ...]) -> bool:
    """Served, but what was decided could not be entered, and nobody has seen to it yet."""
    codes = [one.code for one in history]
    return "PENDING" in codes and "EXECUTED" not in codes and rules.stage(history) != "REVOKED"


def _keeps(rules: Table, history: tuple[Done, ...]) -> bool:
    """The order to pay was revoked, and what came in was not given back yet."""
    return rules.stage(history) == "REVOKED" and any(one.code == "PAID" for one in history)


def _owes(rules: Table, history: tuple[Done, ...]) -> bool:
    """Did the end of the case begin a time limit of the office that is not met?"""
    stage, codes = rules.stage(history), {one.code for one in history}
    begun = [one for one in rules.clocks if one.of == "机关" and stage in one.starts]
    return any(not codes & set(one.stops) for one in begun)
