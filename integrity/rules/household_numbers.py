"""户编号 (household numbers): the office's own, or issued by the program; what is said of one that cannot be used.

The same is said of a number that a household of another area has and of one that only the program issues: what is
refused tells nobody that a household exists elsewhere.
"""

from __future__ import annotations

import re

_ISSUED = re.compile(r"H\d{8}")


def issued(household_id: int) -> str:
    """程序编的户编号 (number issued by the program)."""
    return f"H{household_id:08d}"


def reserved(number: str) -> bool:
    """Is it a number that only the program issues?"""
    return _ISSUED.fullmatch(number) is not None


def not_usable(number: str) -> str:
    """不能使用 (what is said of a number that is taken, in whatever area, or reserved)."""
    return f"户编号 {number} 不能使用：请先查找这一户是否已经建档，再核对编号；没有编号的，可以不填，由程序编号"
