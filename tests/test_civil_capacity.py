"""民事行为能力 (civil capacity): told by the age on the day (民法典 17–22)."""

from __future__ import annotations

from datetime import date

import pytest

from integrity.rules.civil_capacity import told
from integrity.terms import Capacity

BORN = date(2018, 3, 1)


@pytest.mark.parametrize(
    ("recorded", "on", "said"),
    [
        (Capacity.FULL, date(2026, 2, 28), Capacity.NONE), (Capacity.FULL, date(2026, 3, 1), Capacity.LIMITED),
        (Capacity.FULL, date(2036, 2, 29), Capacity.LIMITED), (Capacity.FULL, date(2036, 3, 1), Capacity.FULL),
        (Capacity.NONE, date(2030, 1, 1), Capacity.NONE), (Capacity.LIMITED, date(2025, 1, 1), Capacity.NONE),
        (Capacity.LIMITED, date(2040, 1, 1), Capacity.LIMITED), (Capacity.NONE, date(2040, 1, 1), Capacity.NONE),
    ],
)  # fmt: skip
def test_a_minor_is_told_by_his_age_and_an_adult_as_recorded(recorded: Capacity, on: date, said: Capacity) -> None:
    assert told(recorded, BORN, on) is said


def test_without_a_birth_what_was_recorded_stands() -> None:
    assert told(Capacity.FULL, None, date(2026, 1, 1)) is Capacity.FULL
