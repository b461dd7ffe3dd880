"""第三方部件的更新期限 (age of the components): the day is the lock's own, and an office hears when it is over."""

from __future__ import annotations

import re
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from integrity import components
from integrity.settings import settings
from integrity.web import health
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]
ROOT = Path(__file__).parent.parent


def test_the_lock_is_the_one_that_was_updated_on_the_day_that_is_told() -> None:
    last = components.age()
    assert sha256((ROOT / "requirements.lock").read_bytes()).hexdigest() == last.lock_sha256, (
        "a new lock: write its day and its fingerprint into integrity/data/components.toml"
    )
    (told,) = re.findall(r"超过 (\d+) 天没有更新", (ROOT / "docs/security/updates.zh-CN.md").read_text("utf-8"))
    assert int(told) == last.within_days


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_parts_that_are_older_than_the_documented_time_are_told_to_the_office(
    desks: Desks, office: Office, clock: SetClock
) -> None:
    last = components.age()
    for days, state, words in ((0, "正常", "以前应当再更新一次"), (1, "注意", "已经过了 1 天：请装上新的版本")):
        clock.on(last.until + timedelta(days=days))
        (check,) = [one for one in health.checks(office, settings()) if one.name == "第三方部件"]
        assert (check.state, words in check.said) == (state, True), check
        shown = desks("ga01").page("/system")
        assert ("第三方部件" in shown, words in shown) == (True, True)


DAY = "updated = 2026-11-23"


@pytest.mark.parametrize("text", ['updated = "2026-11-23"', DAY, f"{DAY}\nwithin_days = true"])
def test_a_file_that_says_something_else_is_not_read(tmp_path: Path, text: str) -> None:
    (listed := tmp_path / "components.toml").write_text(text, encoding="utf-8")
    with pytest.raises((KeyError, TypeError)):
        components.age(listed)


def test_the_time_counts_from_the_day_of_the_update() -> None:
    assert components.Age(date(2026, 11, 23), 92, "").until == date(2027, 2, 23)
