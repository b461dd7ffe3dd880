"""民事行为能力 (civil capacity) as it is told on a day: of minors by their age, of adults as it was recorded."""

from __future__ import annotations

from datetime import date
from typing import Final

from integrity.rules.facts import ADULT, age
from integrity.terms import Capacity

LIMITED_FROM: Final = 8
"""不满八周岁的未成年人为无民事行为能力人 (民法典 20)."""


def told(recorded: Capacity, born_on: date | None, on: date) -> Capacity:
    """What is told of a person on a day (民法典 17–22). What was recorded stands where the birth is not known.

    A minor of sixteen who lives on his own labour (18 条 2 款) is not told apart: a person decides that.
    """
    if born_on is None:
        return recorded
    years = age(born_on, on)
    if years < LIMITED_FROM:
        return Capacity.NONE
    return Capacity.LIMITED if years < ADULT and recorded is Capacity.FULL else recorded
