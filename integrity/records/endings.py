"""登记前的核对 (looks at an entry before it is put down): does it end something, does its free text hold a number?"""

from __future__ import annotations

from ..rules.identity import refuse_id_numbers
from ..terms import Act, FindingState
from .ledger import Assistance, Entry, Finding
from .titles import NAMES

_ENDED = (FindingState.WITHDRAWN, FindingState.REVOKED, FindingState.REPAIRED)
_ID_LENGTH = 15  # the old numbers have fifteen digits


def favours(entry: Entry) -> bool:
    """Does an entry end a finding, give aid back, or take an earlier entry back? None of it may be forgotten."""
    return (
        entry.corrects is not None
        or (isinstance(entry, Finding) and entry.state in _ENDED)
        or (isinstance(entry, Assistance) and entry.act is Act.REVIVE)
    )


def without_numbers(entry: Entry) -> None:
    """Free text is stored as it is: an ID number in it would lie open. Raises Invalid."""
    for name, value in entry.__dict__.items():
        if isinstance(value, str) and len(value) >= _ID_LENGTH:
            refuse_id_numbers(NAMES.get(name, name), value)
