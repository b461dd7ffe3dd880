"""时间线 (timeline): what a household's ledger says, entry by entry, in words: when it happened, when it was known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import select

from integrity.households import entries
from integrity.records.ledger import ENTRIES, Entry, Step
from integrity.records.titles import NAMES
from integrity.rules.procedure_tables import table
from integrity.rules.procedure_words import step_name
from integrity.rules.writing import yuan
from integrity.terms import ExitReason, Term
from integrity.work import Work

HIDDEN = {
    "household_id", "seq", "happened_on", "recorded_at", "recorded_by", "area", "corrects", "void", "import_id", "hash",
    "person_id", "person_digest", "text_sha256", "data_sha256", "pdf_sha256", "template_sha256",
    "edition_sha256", "content_sha256", "code_sha256", "subject",
}  # fmt: skip
"""Columns of an entry that `show` leaves out: keys, digests, and what the other columns of its table say."""


class Line(NamedTuple):
    """时间线的一行 (line of the timeline): one entry in words; `mark` says that it was corrected or takes one back."""

    seq: int
    kind: str
    on: date
    known_at: datetime
    by: str
    words: str
    mark: str
    entry: Entry


def entries_of(work: Work, household_id: int, *, after: int = 0) -> list[Entry]:
    """Every entry of a household in the order of entry; only those after a number, where one is named."""
    found: list[Entry] = []
    for kind in ENTRIES:
        if after:
            found += work.session.exec(select(kind).where(kind.household_id == household_id, kind.seq > after))
        else:
            found += entries(work, kind, household_id)
    return sorted(found, key=lambda one: one.seq)


def lines(work: Work, household_id: int, *, after: int = 0) -> list[Line]:
    """The same in words."""
    found = entries_of(work, household_id, after=after)
    replaced = {entry.corrects for entry in found}
    return [_line(entry, entry.seq in replaced) for entry in found]


def entered_since(work: Work, household_id: int, seq: int) -> list[Line]:
    """What was entered after an entry: what an officer has not seen who began to write before it."""
    return lines(work, household_id, after=seq)


def kind_of(entry: Entry) -> str:
    """The official name of a kind of entry."""
    return (type(entry).__doc__ or "").split("(")[0].strip()


def _line(entry: Entry, corrected: bool) -> Line:
    mark = "〔已被更正〕" if corrected else f"〔作废第 {entry.corrects} 条〕" if entry.void else ""
    return Line(
        entry.seq, kind_of(entry), entry.happened_on, entry.recorded_at, entry.recorded_by, in_words(entry), mark, entry
    )  # fmt: skip


def in_words(entry: Entry) -> str:
    """All that an entry says, column by column."""
    return " ".join(_said(entry))


def _said(entry: Entry) -> Iterable[str]:
    """The columns of an entry that say something, in words."""
    said = {name: getattr(entry, name) for name in type(entry).model_fields}
    if isinstance(entry, Step):
        said["step"] = step_name(table(entry.procedure), entry.step)
    for name, value in said.items():
        if name not in HIDDEN and value not in (None, "", ExitReason.NONE):
            yield _shown(name, value)


def _shown(name: str, value: Any) -> str:
    """One value of an entry, in words."""
    if name == "urban":
        return "城镇" if value else "农村"
    label = NAMES.get(name, name)
    if name in ("amount", "income"):
        return f"{label}{yuan(value)}"
    if isinstance(value, bool):
        return f"{label}：{'是' if value else '否'}"
    return f"{label}：{value.value if isinstance(value, Term) else value}"
