"""待办的内容 (what waits for somebody) in one household: read off its ledger, its recommendation and its print runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol

from ..rules.facts import date_of, day
from ..rules.procedure import Done
from ..rules.procedure_tables import table
from ..rules.procedure_waits import still_open, turns
from ..terms import Outcome, Presence, Procedure
from .columns import moment_of
from .places import CASE, DELIVER, FACT, OPINION, PRINT, PROMISE, RECEIPT, RECHECK, RESULT, RETURNED

Row = Sequence[Any]
Kinds = Mapping[str, list[Row]]
Waiting = tuple[str, int, int, int, str]
"""Kind, day by which the list is ordered, entry or case, first day on which it is told, level of government."""
_QUIET = frozenset({Outcome.NOTHING.number, Outcome.KEEP.number})
_GONE = frozenset({Presence.DEAD.name, Presence.LEFT.name})
_CHECKED = frozenset({"CONFIRMED", "UNCHANGED", "CHANGED"})
NEVER_SERVED = frozenset(
    {"F02", "F04", "F06", "F07", "F09", "F10", "F14", "F17", "F18", "F26", "F30", "F31", "F32", "F33"}
)
"""Papers that are not sent to a person: records, lists and sheets of the office."""


class Known(Protocol):
    """What is known of a block of households beside the entries."""

    @property
    def findings(self) -> Mapping[int, Row]: ...  # noqa: D102
    @property
    def items(self) -> Mapping[int, list[Row]]: ...  # noqa: D102
    @property
    def ended(self) -> frozenset[str]: ...  # noqa: D102


def waiting(found: Known, household: int, kinds: Kinds, granted_on: int | None) -> Iterator[Waiting]:
    """Everything that waits in one household; `granted_on` is the day of its running grant."""
    if granted_on is not None and not kinds["commitment"]:
        yield PROMISE, granted_on, 0, granted_on, ""
    yield from _found(found.findings.get(household), kinds, granted_on)
    yield from _facts(kinds)
    yield from _cases(kinds["step"], _lost(kinds))
    yield from _papers(found, household, kinds)


def _found(finding: Row | None, kinds: Kinds, granted_on: int | None) -> Iterator[Waiting]:
    """What the last evaluation found and nobody has seen to since."""
    if finding is None:
        return
    decided_at, on_day, outcome, due_on = finding
    if outcome not in _QUIET and not any(answers(row[5], row[7], on_day, decided_at) for row in kinds["decision"]):
        yield OPINION, on_day, 0, on_day, ""
    if due_on is None or granted_on is None:
        return
    checked = any(row[5] in _CHECKED and row[6] > decided_at for row in kinds["recheck"])
    stopped = any(row[5] == "STOP" and row[8] > decided_at for row in kinds["assistance"])
    if not checked and not stopped:
        yield RECHECK, due_on, 0, due_on, ""


def answers(recommended_on: int, recorded_at: int, on_day: int, decided_at: int) -> bool:
    """Is an opinion one on what was found: that day's, and given after it, unless what was found goes on since?

    Days are epoch days, moments microseconds.
    """
    found_that_day = day(moment_of(decided_at).date()) == on_day
    return recommended_on == on_day and (recorded_at >= decided_at or not found_that_day)


def _facts(kinds: Kinds) -> Iterator[Waiting]:
    """Facts on which nothing was decided yet."""
    decided = {row[5] for row in kinds["finding"] if row[6] != "PROPOSED"}
    for row in kinds["conduct"]:
        if row[1] not in decided:
            yield f"{FACT}.{row[6]}", row[5], row[1], row[5], ""


def _lost(kinds: Kinds) -> Mapping[int, bool]:
    """Opinion (entry) → must somebody be heard about it: would it take something, and is anybody left to hear?"""
    last = {row[5]: row[8] for row in kinds["member"]}
    anybody = not last or any(presence not in _GONE for presence in last.values())
    return {row[1]: Outcome[row[6]].adverse and anybody for row in kinds["decision"]}


def _cases(steps: Sequence[Row], lost: Mapping[int, bool]) -> Iterator[Waiting]:
    """What is to be done in the open cases, by whom; `lost` as `_lost` has it."""
    for no, taken in groupby(sorted(steps, key=lambda row: (row[5], row[6])), key=lambda row: row[5]):
        rows = list(taken)
        procedure = Procedure[rows[0][7]]
        rules = table(procedure)
        history = tuple(Done(row[6], row[8], date_of(row[4]), row[9], {}) for row in rows)
        if not still_open(rules, history):
            continue
        since = rows[-1][4]
        mine = turns(rules, history, heard=lost.get(rows[0][10]))
        for role, organs in groupby(sorted(mine), key=lambda turn: turn.role):
            levels = "".join(turn.organ for turn in organs)
            yield f"{CASE}.{role.name}.{procedure.name}", since, no, since, levels
        if procedure is Procedure.RECHECK and rules.stage(history) in ("ASSIGNED", "VISITED"):
            yield RESULT, since, no, since, ""


def _papers(found: Known, household: int, kinds: Kinds) -> Iterator[Waiting]:
    """Papers from the number to the proof of service."""
    printed = {row[5]: row[4] for row in kinds["printing"] if row[6] == 0}
    served = {row[5] for row in kinds["service"]}
    placed = {seq: state for seq, state in found.items.get(household, ())}
    for row in kinds["notice"]:
        seq, on, form, number = row[1], row[4], row[5], row[6]
        if form == "F30" or number in found.ended:
            continue
        if seq not in printed:
            if seq not in placed:
                yield PRINT, on, seq, on, ""
        elif form not in NEVER_SERVED and seq not in served:
            kind = {"HANDED": RECEIPT, "RETURNED": RETURNED}.get(placed.get(seq, ""), DELIVER)
            yield kind, printed[seq], seq, printed[seq], ""
