"""参数读取 (reading parameters): from dated rows of text and money to the integers that the rules calculate with.

Built once for an area, a kind of standard and a day, never per household. A value that is absent or unset becomes
UNKNOWN and its key is remembered, so that the question can be put to a person; nothing is filled in by a default.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from integrity.rules import areas
from integrity.rules.facts import UNKNOWN, day
from integrity.rules.policy import NotInForce, Policy, Row
from integrity.rules.policy_keys import LAW_SINCE
from integrity.rules.verdict import Parameters
from integrity.terms import Cause, ExitReason

_CHOICES = {"allow": 1, "forbid": 0, "standard_x_persons": 1, "none": UNKNOWN}


class Reading:
    """取值记录 (one reading of the policy): remembers which rows were used and which values were not set."""

    def __init__(self, policy: Policy, area: str, on: date) -> None:
        """Read for `area` (code of a pack or of an area within it) on the day `on`."""
        self.policy = policy
        self.area = area
        self.on = on
        self.used: dict[str, str] = {}
        self.missed: dict[str, None] = {}

    def row(self, key: str, variant: str = "") -> Row | None:
        """The set row in force, or None when there is none or it is unset; either way it is remembered."""
        name = f"{key}/{variant}" if variant else key
        try:
            row = self.policy.row(key, self.area, self.on, variant)
        except NotInForce:
            self.missed[name] = None
            return None
        self.used[name] = row.id
        if not row.is_set:
            self.missed[name] = None
            return None
        return row

    def number(self, key: str, variant: str = "") -> int:
        """The value as an integer (fen, basis points, months, 1/0); UNKNOWN when not set."""
        value = self.value(key, variant)
        if value is None:
            return UNKNOWN
        return _CHOICES[value] if isinstance(value, str) else int(value)

    def value(self, key: str, variant: str = "") -> Any:
        """The value in its stored type; None when not set."""
        row = self.row(key, variant)
        return None if row is None else row.value

    def named(self, key: str) -> tuple[tuple[str, int], ...]:
        """Every set variant of `key` with its value, e.g. the cycle of each label."""
        found = []
        for variant, row in sorted(self.policy.variants(key, self.area, self.on).items()):
            if row.value is not None:
                self.used[f"{key}/{variant}"] = row.id
                found.append((variant, int(row.value)))
        return tuple(found)

    def optional(self, key: str) -> Row | None:
        """The set row in force of a rule that a region may have or not: its absence is no question."""
        row = self.policy.find(key, self.area, self.on)
        if row is not None:
            self.used[key] = row.id
        return row

    def nearness(self, row: Row) -> int:
        """0 for a row of the area's own, more the farther its region; an adopted proposal comes last."""
        regions = areas.policy_regions(self.area)
        return regions.index(row.region) if row.region in regions else len(regions)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """(key/variant, row id) of the rows used."""
        return tuple(self.used.items())

    @property
    def unset(self) -> tuple[str, ...]:
        """The key/variant of each value that was asked for and is not set."""
        return tuple(self.missed)


def parameters(policy: Policy, area: str, urban: int, on: date) -> Parameters:
    """退出与渐退的参数 (parameters of `withdrawal.decide`) of `area`, urban 1 / rural 0 / UNKNOWN, on the day `on`."""
    read = Reading(policy, area, on)
    standard, since, before, urban = _standard(read, urban)
    usual, disregard = read.optional("jiantui.default"), read.optional("jiantui.income_disregard")
    return Parameters(
        urban=urban,
        standard=standard,
        standard_since=since,
        standard_before=before,
        edge_bp=read.number("lowincome.edge_multiplier"),
        clear_change_bp=read.number("recheck.clear_change"),
        hear_before=_hear_before(read),
        refusals=read.number("refuse_job.count"),
        rigid_months=read.number("gangxing.validity"),
        causes=_causes(read),
        schedule=tuple(read.value("jiantui.pay_schedule") or ()),
        cap=read.number("jiantui.cap"),
        band_bp=read.number("jiantui.band"),
        self_report=read.number("jiantui.condition.self_report"),
        cooling_months=read.number("jiantui.cooling_months"),
        repeat=read.number("jiantui.repeat"),
        usual_months=UNKNOWN if usual is None else int(usual.value or 0),
        disregard=UNKNOWN if disregard is None else int(disregard.value or 0),
        lump_sum=0 if read.optional("jiantui.lump_sum") is None else 1,
        stops=_stops(read),
        rows=read.rows,
        unset=read.unset,
    )


def _hear_before(read: Reading) -> int:
    """1 hear first, 0 notice only: before 2026-07-01 the rules asked for notice only; since then hearing is law."""
    if read.on >= LAW_SINCE:
        return read.number("adverse.hear_before")
    try:
        read.policy.row("adverse.hear_before", read.area, read.on)
    except NotInForce:
        return 0
    return read.number("adverse.hear_before")


def _standard(read: Reading, urban: int) -> tuple[int, int, int, int]:
    """(standard, in force since, the standard before it, urban): fen a person and month."""
    if urban == UNKNOWN:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    variant = "urban" if urban else "rural"
    row = read.row("standard.dibao", variant)
    if row is None or row.value is None:
        return UNKNOWN, UNKNOWN, UNKNOWN, urban
    former = read.policy.find("standard.dibao", read.area, row.since - timedelta(days=1), variant)
    before = UNKNOWN if former is None or former.value is None else int(former.value)
    return int(row.value), day(row.since), before, urban


def _causes(read: Reading) -> tuple[tuple[int, int], ...]:
    """渐退 months by Cause.number. Without an own row only employment has it, as long as the region allows."""
    longest = _longest(read)
    lengths = []
    for cause in Cause:
        if cause in (Cause.UNKNOWN, Cause.NONE):
            lengths.append((0, 0))
            continue
        try:
            read.policy.row("jiantui.cause", read.area, read.on, cause.name)
        except NotInForce:
            lengths.append(longest if cause is Cause.EMPLOYMENT else (0, 0))
        else:
            lengths.append(_length(read.row("jiantui.cause", cause.name), longest))
    return tuple(lengths)


def _longest(read: Reading) -> tuple[int, int]:
    """(least, most) months: jiantui.allowed of the nearest region, else 1..jiantui.max, whichever is nearer."""
    limit = read.row("jiantui.max")
    allowed, usual = read.optional("jiantui.allowed"), read.optional("jiantui.default")
    if allowed is not None and (limit is None or read.nearness(allowed) <= read.nearness(limit)):
        least, most = allowed.value or (0, 0)
        return max(least, 1), most
    if limit is None:
        return UNKNOWN, UNKNOWN
    most = int(limit.value or 0)
    if usual is not None and read.nearness(usual) < read.nearness(limit):
        most = max(most, int(usual.value or 0))
    return 1, most


def _length(row: Row | None, longest: tuple[int, int]) -> tuple[int, int]:
    """(least, most) months: the region's own row as it stands, the national one within what the nearest region says."""
    if row is not None and row.value is not None and row.region != "CN":
        least, most = row.value
        return max(least, 1) if most else 0, most
    return longest


def _stops(read: Reading) -> tuple[int, ...]:
    """By ExitReason.number: 1 where the region says that this conduct ends assistance."""
    grounds = read.policy.variants("exit.ground", read.area, read.on)
    stops = []
    for reason in ExitReason:
        row = grounds.get(reason.name)
        if row is not None and row.is_set:
            read.used[f"exit.ground/{reason.name}"] = row.id
        stops.append(1 if row is not None and row.value == "stop" else 0)
    return tuple(stops)
