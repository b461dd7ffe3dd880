"""可销毁的内容 (what lawful destruction takes out of an entry): free text and days of birth, column by column.

What is left of an entry (what was done, when, how much) names nobody. The entry keeps its hash; the seal of the
destruction vouches for what is left.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

GONE = "已销毁"
"""What stands in the place of a text; an empty text stays empty, and what was never said stays unsaid."""
ERASABLE = MappingProxyType({
    "residence": ("address",), "member": ("born_on",), "verification": ("source", "detail"), "change": ("detail",),
    "recheck": ("note",), "conduct": ("source", "detail"), "finding": ("reason",), "decision": ("reason",),
    "service": ("receiver", "witnesses", "detail"), "printing": ("variant",),
})  # fmt: skip
"""Table → columns."""
DAYS = frozenset({"born_on"})


def blank(column: str, value: Any) -> Any:
    """What a column holds after the destruction."""
    return None if column in DAYS else GONE if value else value


def blanked(table: str, stored: dict[str, Any]) -> dict[str, Any]:
    """The columns of an entry after the destruction, as the database stores them."""
    return stored | {column: blank(column, stored[column]) for column in ERASABLE.get(table, ())}


def as_sql(column: str) -> str:
    """The same as a condition on NEW and OLD."""
    if column in DAYS:
        return f"NEW.{column} IS NULL"
    old = f"OLD.{column}"
    return f"NEW.{column} IS NOT DISTINCT FROM CASE WHEN {old} = '' OR {old} IS NULL THEN {old} ELSE '{GONE}' END"
