"""程序的全部走法 (every way through a procedure): the steps that the rules themselves admit, searched to the end.

The search takes steps by `obstacles` and the red lines, with everything outside the case as favourable as it can be:
full powers, other hands for every step, every time limit over, all evidence there. What it cannot reach nobody can.
A state is the stage, those of the steps taken that some condition looks for, whether the last statement was reviewed,
and how much of the chain that is asked for has been gone through in order.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from integrity.rules import redlines
from integrity.rules.procedure import START, Ask, Clock, Done, Facts, Row, Running, Subject, Table, obstacles
from integrity.rules.procedure_needs import HEARING_STEPS
from integrity.rules.workdays import Term
from integrity.terms import AreaLevel, Capacity, Outcome, Procedure, Role

ON = date(2026, 11, 2)
CHAIN: tuple[tuple[str, ...], ...] = (
    ("NOTICE",), ("NOTICE_SERVED",), HEARING_STEPS, ("REVIEW",), ("DECIDE",), ("SERVED",),
)  # fmt: skip
"""告知、送达、听取、复核、决定、送达: what must have been gone through before anything is taken from a person."""


class Favourable(dict[str, Any]):
    """What is known outside the case, all of it in favour of going on: whatever is not named here is so."""

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a name; yes for a name that nobody has thought of."""
        return super().get(key, True if default is None else default)


KNOWN = Favourable(
    nobody_left=False, tekun=False, someone_loses=False, visitor_kin=False, visitors_unknown=(), posting_objected=False,
    ended=False, economic_words=(), contested=False, handled_by=(), floor=None, recorded_by=None, fine_max=10**9,
    owed=1_000, repair_from=date(2020, 1, 1), posting="写明posting", level_listed=None,
    plan_until=None, remedy_until=None, remedy_open=False, court_until=None, paid=100,
    fined_before=False, large_fine=False, amount_now=None,
    running=False, own_names=("写明speaker",),
)  # fmt: skip
"""Nobody of the household is dead, nothing hinders: what is left is what the case itself must have gone through."""


class State(NamedTuple):
    """How far a case has come, as far as any rule can tell."""

    stage: str
    taken: frozenset[tuple[str, int]]
    """The steps taken that some condition looks for, with 2 for more than once where it counts them."""
    reviewed: bool
    chain: int


class Move(NamedTuple):
    """A step that can be taken, from where, and what lies behind it."""

    before: State
    row: Row
    history: tuple[Done, ...]


def moves(table: Table, known: Mapping[str, Any] = KNOWN, **opening: Any) -> Iterator[Move]:
    """Every step that the rules admit in any state that can be reached."""
    start = State(START, frozenset(), False, 0)
    seen, waiting = {start}, deque([(start, ())])
    while waiting:
        state, history = waiting.popleft()
        for row in table.rows:
            done = _taken(table, row, history, known, opening)
            if done is None:
                continue
            yield Move(state, row, history)
            after = _after(table, state, (*history, done))
            if after not in seen:
                seen.add(after)
                waiting.append((after, (*history, done)))


def _taken(
    table: Table, row: Row, history: tuple[Done, ...], known: Mapping[str, Any], opening: Mapping[str, Any]
) -> Done | None:  # fmt: skip
    """The step, if somebody could take it."""
    no = len(history) + 1
    given = {ask.name: value_of(ask) for ask in row.asks} | {k: v for k, v in opening.items() if _asks(row, k)}
    if row.code == "SUBMITTED":
        given["received_on"] = ON + timedelta(days=no)
    special = {"SETTLED": {"owed": 0}, "RECORD_ENDED": {"ended": True}}.get(row.code, {})
    facts = Facts(
        on=ON + timedelta(days=no), actor=f"officer{no}", role=row.by[0] if row.by else Role.APPROVER,
        level=AreaLevel.COUNTY,
        history=history, given=given, evidence="a" * 64, person=Subject(1, date(1980, 1, 1), Capacity.FULL),
        delegated=True, clocks={one.code: over(one) for one in table.clocks}, known=Favourable({**known, **special}),
    )  # fmt: skip
    found = [*obstacles(table, row, facts), *redlines.at_step(table, row, facts)]
    if [one for one in found if one.code != "role" or row.by]:
        return None
    data = given | ({"served_on": ON} if row.serves else {})
    return Done(no, row.code, facts.on, facts.actor, data, no)


def _asks(row: Row, name: str) -> bool:
    return any(ask.name == name for ask in row.asks)


def over(clock: Clock) -> Running:
    """A time limit that was certain and is over."""
    return Running(clock, date(2026, 1, 1), Term(date(2026, 2, 1), False, ()), "", None, ON)


_CHOSEN: dict[str, Any] = {"adopted": lambda known: "不采纳" if "不采纳" in known else known[0]}
"""The choice that lets a case go on, where that is not the first."""


def value_of(ask: Ask) -> Any:
    """Something that may be stated in a field."""
    if ask.name == "held_on":
        return ON
    if ask.name in ("card_1", "card_2"):
        return f"试验10000{ask.name[-1]}"
    if ask.name == "basis":
        return "任民决〔2026〕3号"
    said: dict[str, Any] = {
        "date": date(2027, 1, 1), "fen": 100, "count": 1, "yes": True, "percents": (100,),
        "choice": _CHOSEN.get(ask.name, lambda known: known[0])(ask.choices) if ask.choices else "",
        "text": f"写明{ask.name}",
    }  # fmt: skip
    return said[ask.kind]


def _after(table: Table, state: State, history: tuple[Done, ...]) -> State:
    code = history[-1].code
    reviewed = code == "REVIEW" or (state.reviewed and code not in HEARING_STEPS)
    further = state.chain < len(CHAIN) and code in CHAIN[state.chain]
    counted = asked_for(table)
    codes = Counter(one.code for one in history if one.code in counted)
    taken = frozenset((one, min(n, counted[one])) for one, n in codes.items())
    return State(table.stage(history), taken, reviewed, state.chain + further)


@cache
def asked_for(table: Table) -> dict[str, int]:
    """The steps that some condition looks for in the history, and whether it counts them (2) or only looks (1)."""
    needs = [need for row in table.rows for need in row.needs]
    needs += [check.need for line in redlines.RED_LINES for check in line.checks if check.need]
    found: dict[str, int] = dict.fromkeys(HEARING_STEPS, 1)
    for read in (redlines.reads(need.holds) for need in needs):
        for row in table.rows:
            if row.code in read:
                found[row.code] = max(found.get(row.code, 1), 2 if "sum" in read else 1)
    return found


def openings(procedure: Procedure) -> Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """With what each procedure that takes something may begin: what is known, and what is proposed."""
    if procedure is Procedure.TEKUN:
        known = Favourable({**KNOWN, "tekun": True})
        ends = (Outcome.EXIT, Outcome.LOWER)  # all of it, or that of one of several
        return [(known, {"outcome": one.value, "reason_code": "收入超过标准"}) for one in ends]
    if procedure is Procedure.DECISION:
        worse = [one for one in Outcome if one.adverse]
        raised = [
            (
                Favourable({**KNOWN, "someone_loses": True}),
                {"outcome": Outcome.RAISE.value, "reason_code": "收入超过标准"},
            )
        ]
        return [(KNOWN, {"outcome": one.value, "reason_code": "收入超过标准"}) for one in worse] + raised
    return [(Favourable({**KNOWN, "default_fact": procedure is not Procedure.TRUST}), {})]
