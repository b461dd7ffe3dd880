"""办公的日子 (days on which an office is open): nobody is told to expect it on a festival, loaded notice or not."""

from __future__ import annotations

from datetime import date

import pytest

from integrity.rules.workdays import Workdays, load_calendars

LOADED = Workdays(load_calendars())
"""The years that come with the program, 2026 among them and 2030 not."""


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("2026-11-02", "2026-11-02"), ("2026-11-01", "2026-11-02"), ("2026-10-01", "2026-10-08"),
        ("2030-01-01", "2030-01-02"), ("2030-05-01", "2030-05-03"), ("2030-10-01", "2030-10-04"),
        ("2030-06-01", "2030-06-03"), ("2030-09-02", "2030-09-02"),
    ],
)  # fmt: skip
def test_the_first_day_that_is_open(asked: str, told: str) -> None:
    assert not LOADED.covers(2030)
    assert LOADED.open_day(date.fromisoformat(asked)) == date.fromisoformat(told)


def test_a_notice_that_is_loaded_is_followed_to_the_letter() -> None:
    """The Sunday before the holidays that the notice makes a working day is open."""
    made_up = [on for on in map(date.fromordinal, range(*_year(2026))) if LOADED.is_workday(on) and on.weekday() > 4]
    assert made_up
    assert [LOADED.open_day(on) for on in made_up] == made_up


def _year(year: int) -> tuple[int, int]:
    return date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
