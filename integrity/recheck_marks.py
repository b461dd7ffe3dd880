"""名单编号与识别码 (edition and marks): by what a recheck list is known again, row by row, when it comes back.

A mark is a keyed digest of the edition and the household: nobody can make one for another list or another household,
and nothing has to be kept of what was printed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import NamedTuple

from integrity.errors import Invalid
from integrity.vault import Vault

_DIGITS = 20
_NUMBER = re.compile(r"(\d{9})-(\d{4})(\d{2})(\d{2})")


class Edition(NamedTuple):
    """一份名单 (edition of a list): its township, its day, and the last day of its period."""

    number: str
    area: str
    made_on: date
    until: date


def period_end(on: date) -> date:
    """The last day of the month after a day's: until then reaches what a list of that day asks for."""
    year, month = on.year + on.month // 12, on.month % 12 + 1
    return date(year, month, monthrange(year, month)[1])


def number_of(township: str, on: date) -> str:
    """名单编号 (number of the list) of a township and a day."""
    return f"{township[:9]}-{on:%Y%m%d}"


def edition_of(number: str) -> Edition:
    """The edition that a number names. Raises Invalid."""
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise Invalid("不是名单编号，应照原名单，如 370811001-20260902")
    try:
        on = date(*(int(part) for part in found.groups()[1:]))
    except ValueError:
        raise Invalid("名单编号中的日期不存在，应照原名单") from None
    return Edition(number, f"{found[1]}000", on, period_end(on))


def mark_of(vault: Vault, number: str, household: str) -> str:
    """识别码 (mark) of a household on an edition; a letter first, so that no spreadsheet takes it for a figure."""
    return "H" + vault.blind("recheck_list", f"{number}|{household}")[:_DIGITS].upper()
