"""情形 (situation): what is known of one household on one day, as integers; the input of every rule.

Days are epoch days (1970-01-01 = 0), money is fen, ratios are basis points, weights are milli-points. UNKNOWN stands
for "not known": a rule that meets it where it matters asks a person and never assumes. Members of an enum are given by
their place in its list (`Term.number`), so that the same functions can be compiled later.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

UNKNOWN = -1_000_000
"""Not known. Far from every real day and amount, so that a comparison by mistake shows at once."""

_EPOCH = date(1970, 1, 1)


def day(on: date) -> int:
    """The epoch day of a date."""
    return (on - _EPOCH).days


def date_of(epoch_day: int) -> date:
    """The date of an epoch day."""
    return _EPOCH + timedelta(days=epoch_day)


ADULT = 18
"""成年 (民法典 第17条), years."""


def age(born_on: date, on: date) -> int:
    """周岁 (full years of age) on a day."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


class Member(NamedTuple):
    """共同生活家庭成员 (member), as known on the day."""

    no: int
    """Number within the household, from 1."""
    born: int
    presence: int
    """Presence.number; only PRESENT members are counted."""
    presence_on: int
    """Since when the member has this presence."""
    capacity: int
    """Capacity.number."""
    ability: int
    """Ability.number."""
    schooling: int
    """1 in full-time school, 0 not, UNKNOWN."""
    refusals: int
    """Suitable jobs refused in a row without good reason, as it stands on the day."""


class Situation(NamedTuple):
    """情形 (situation) of one household on the day `on`, from the entries known by then."""

    on: int
    scheme: int
    """Scheme.number; NONE when nothing was granted."""
    urban: int
    """1 urban standard, 0 rural, UNKNOWN."""
    granted_on: int
    """Day from which the standing amount is paid: the grant's, or the last raise's or reduction's."""
    confirmed_on: int
    """Day of the decision that granted it (确认之日)."""
    stopped_on: int
    """Day from which it is stopped; UNKNOWN while it is running."""
    amount: int
    """Fen a month paid on the day (0 where the scheme pays nothing); UNKNOWN when not entered."""
    income: int
    """Income of the whole household, fen a month, last known; UNKNOWN."""
    income_then: int
    """The income on which the standing amount rests; UNKNOWN."""
    income_on: int
    """Day of the verification (核对) that gave `income`."""
    persons_then: int
    """Counted members when the standing amount was set; UNKNOWN."""
    cause: int
    """Cause.number of the last change of income."""
    cause_member: int
    """Number of the member whose income changed; 0 none, UNKNOWN."""
    self_reported: int
    """1 the family told the change itself, 0 found by the office, UNKNOWN."""
    stable: int
    """1 income changes little, 0 not stable, UNKNOWN."""
    property_over: int
    """1 property above the limit, 0 within, UNKNOWN."""
    withdrawal_on: int
    """First day of the running 渐退; UNKNOWN when none runs."""
    withdrawal_months: int
    withdrawal_amount: int
    """Fen a month paid before the running 渐退 began; the base of its schedule."""
    withdrawals_before: int
    """渐退 that this household had and finished or left before."""
    last_withdrawal_end: int
    """Day after the last finished 渐退; UNKNOWN when none."""
    checked_on: int
    """Day of the last completed check (定期核查 or confirmation); UNKNOWN."""
    label: str
    """分类 label of the region (A/B/C …) or ""."""
    members: tuple[Member, ...]
    events: tuple[tuple[int, int, int, int], ...]
    """Open events (Event.number, happened, reported, member no): known, and no completed check since the report."""
    ended: tuple[int, ...] = ()
    """Members whose own 特困供养 was ended while that of others goes on (民发〔2021〕43号 24)."""


class FindingFacts(NamedTuple):
    """认定 (finding) on one fact of trust or default."""

    seq: int
    """Sequence number in the household's ledger: the source."""
    member_no: int
    born: int
    capacity: int
    """Capacity.number of the member on the day of the act."""
    item: str
    """Code of the item in the catalogue."""
    act_on: int
    """First day of the act."""
    act_end: int
    """Last day of the act; the same as `act_on` for a single act."""
    document_on: int
    """Day of the decision document (认定文书)."""
    effective_on: int
    """Day from which it has effect (after service); UNKNOWN before."""
    state: int
    """FindingState.number."""
    state_on: int
    """Day from which the state holds: end of use for REPAIRED, WITHDRAWN and REVOKED."""


class Order(NamedTuple):
    """紧急延期令 (emergency order, 民发〔2021〕57号 第31条第3款): moves due dates in a range by months."""

    number: str
    signed_on: int
    due_from: int
    due_to: int
    months: int
