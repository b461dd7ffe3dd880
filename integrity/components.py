"""第三方部件的更新期限 (age of the components): the day of the last update of the locked versions; is it too long ago?

The day and the fingerprint of the lock stand in a file that comes with the program: an office without a network is told
by its own program, every day, that its parts are older than the documented time (docs/security/updates.zh-CN.md).
"""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

LISTED = Path(__file__).parent / "data" / "components.toml"


class Age(NamedTuple):
    """更新的期限 (age): the day of the last update, for how many days it is good, the SHA-256 of its lock."""

    updated: date
    within_days: int
    lock_sha256: str

    @property
    def until(self) -> date:
        """The last day within the time."""
        return self.updated + timedelta(days=self.within_days)


def age(listed: Path = LISTED) -> Age:
    """What the file says. Raises KeyError, TypeError, ValueError for one that says something else."""
    said = tomllib.loads(listed.read_text("utf-8"))
    if type(said["updated"]) is not date or type(said["within_days"]) is not int:
        raise TypeError("updated is a day, within_days a number")
    return Age(said["updated"], said["within_days"], str(said["lock_sha256"]))
