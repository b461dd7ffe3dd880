"""辖区政策 (policy of an area): the edition in force with what the county has adopted."""

from __future__ import annotations

from datetime import date

from integrity import editions, organs
from integrity.records.columns import micros
from integrity.rules.policy import Policy
from integrity.work import Work


def policy_for(work: Work, area: str, on: date) -> Policy:
    """The policy for an area on a day, with what its county has adopted. Raises NotFound without an edition."""
    adopted = organs.adopted(work, area[:6] + "000000", on, micros(work.now))
    return editions.in_force(work).adopting(adopted)
