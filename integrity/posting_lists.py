"""公示一览 (lists of public notices): what hangs in an area, what must come down, what is over; who can be put up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, NamedTuple

from sqlmodel import and_, col, func, or_, select

from integrity import evidence, places, posting_sheets, postings
from integrity.errors import ChengxinError
from integrity.places import Listed, Scope
from integrity.records.office import Posting, PostingLine, PostingNote
from integrity.records.places import CASE, HouseholdPlace, Waits
from integrity.rules.areas import code_range
from integrity.rules.facts import date_of, day
from integrity.rules.policy import NotInForce
from integrity.settings import settings
from integrity.terms import PostingEvent, PostingKind, Scheme
from integrity.work import Work
from reports.forms_household import Posted

State = Literal["hanging", "due", "past"]
_FOLDER = "公示"
"""Where `postings.print_sheet` puts the files of the sheets."""
_MOST = 500


class Row(NamedTuple):
    """公示一件 (a public notice in a list): how many households stand on it, and whether anybody objected."""

    posting: Posting
    households: int
    objected: bool


class Candidate(NamedTuple):
    """可公示的户 (a household that might be put up): as it would stand there, or why it cannot."""

    household: Listed
    case_no: int | None
    posted: Posted | None
    fault: str = ""

    @property
    def key(self) -> str:
        """What a form sends for it."""
        return f"{self.household.number}/{self.case_no or ''}"

    @property
    def lacking(self) -> bool:
        """Can it be put up once the officer adds what neither ledger nor case has?"""
        return "请写明" in self.fault


def on_aid(work: Work, township: str) -> dict[str, int]:
    """How many households of each village of a township are on aid; villages without any are left out."""
    low, high = code_range(township)
    query = select(HouseholdPlace.area, func.count()).where(
        HouseholdPlace.area >= low, HouseholdPlace.area < high, HouseholdPlace.scheme != Scheme.NONE
    )  # fmt: skip
    return {area: many for area, many in work.session.exec(query.group_by(HouseholdPlace.area))}


def listed(
    work: Work, scope: Scope, state: State, *, after: str = "", limit: int = 20
) -> tuple[list[Row], str]:  # fmt: skip
    """The public notices of an area in a state, the most pressing first (those over: the last first), by pages."""
    low, high = scope
    down = select(PostingNote.id).where(
        PostingNote.posting_id == Posting.id, PostingNote.event == PostingEvent.TAKEN_DOWN
    )
    query = select(Posting).where(Posting.area >= low, Posting.area < high)
    today, cursor = work.today, _cursor(after)
    if state == "past":
        query = query.where(down.exists())
        query = query.where(col(Posting.id) < cursor[1]) if cursor else query
        query = query.order_by(col(Posting.id).desc())
    else:
        in_time = Posting.until >= today if state == "hanging" else Posting.until < today
        query = query.where(in_time, ~down.exists())
        query = query.where(_beyond(*cursor)) if cursor else query
        query = query.order_by(col(Posting.until), col(Posting.id))
    found = list(work.session.exec(query.limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    return _rows(work, found[:limit]), f"{day(last.until)}-{last.id}" if last else ""


def _beyond(until: date, last: int) -> Any:
    return or_(col(Posting.until) > until, and_(col(Posting.until) == until, col(Posting.id) > last))


def _cursor(after: str) -> tuple[date, int] | None:
    parts = after.split("-")
    if len(parts) != len(("until", "id")) or not all(one.isascii() and one.isdecimal() for one in parts):
        return None
    if len(parts[0]) > len("999999") or len(parts[1]) > len("9999999"):
        return None
    return date_of(int(parts[0])), int(parts[1])


def _rows(work: Work, found: Sequence[Posting]) -> list[Row]:
    ids = [one.id for one in found]
    counted = select(PostingLine.posting_id, func.count()).where(col(PostingLine.posting_id).in_(ids))
    many = dict(work.session.exec(counted.group_by(col(PostingLine.posting_id))).all())
    objections = select(PostingNote.posting_id).where(
        col(PostingNote.posting_id).in_(ids), PostingNote.event == PostingEvent.OBJECTED
    )
    objected = set(work.session.exec(objections))
    return [Row(one, many.get(one.id or 0, 0), one.id in objected) for one in found]


def lines_of(work: Work, posting: Posting) -> list[PostingLine]:
    """The households of a notice, in the order in which they stand there."""
    query = select(PostingLine).where(PostingLine.posting_id == posting.id)
    return list(work.session.exec(query.order_by(col(PostingLine.line_no))))


def notes_of(work: Work, posting: Posting) -> list[PostingNote]:
    """What happened to a notice, in order."""
    query = select(PostingNote).where(PostingNote.posting_id == posting.id)
    return list(work.session.exec(query.order_by(col(PostingNote.id))))


def printed(posting: Posting) -> Path | None:
    """The file of the sheet, once it was printed and while it hangs."""
    path = settings().papers / _FOLDER / f"{posting.number}.pdf"
    return path if path.is_file() else None


def candidates(work: Work, kind: PostingKind, area: str) -> list[Candidate]:
    """The households of a village that might be put up now, in the order of its houses."""
    found = _supported(work, area) if kind is PostingKind.RESULT else _in_cases(work, kind, area)
    listed_ = places.of(work, sorted({one for one, _ in found}), code_range(area))
    return [_candidate(work, kind, area, listed_[one], case_no) for one, case_no in found if one in listed_]


def _supported(work: Work, area: str) -> list[tuple[int, int | None]]:
    query = select(HouseholdPlace.household_id).where(
        HouseholdPlace.area == area, HouseholdPlace.scheme != Scheme.NONE
    ).order_by(col(HouseholdPlace.order_key), col(HouseholdPlace.household_id)).limit(_MOST)  # fmt: skip
    return [(one, None) for one in work.session.exec(query)]


def _in_cases(work: Work, kind: PostingKind, area: str) -> list[tuple[int, int | None]]:
    """Cases of the procedure in which this notice is a step."""
    procedure = posting_sheets.CASES[kind].name
    query = select(Waits.household_id, Waits.ref).where(
        Waits.town == area[:9], Waits.area == area, col(Waits.kind).like(f"{CASE}.%.{procedure}")
    ).distinct().order_by(col(Waits.household_id), col(Waits.ref)).limit(_MOST)  # fmt: skip
    return [(household, no) for household, no in work.session.exec(query)]


def _candidate(work: Work, kind: PostingKind, area: str, household: Listed, case_no: int | None) -> Candidate:
    line = postings.Line(household.household_id, case_no)
    try:
        row = posting_sheets.row_of(work, kind, area, line, work.today, masked=False)
    except (ChengxinError, NotInForce) as fault:
        return Candidate(household, case_no, None, str(fault))
    return Candidate(household, case_no, row)


def keep_proof(work: Work, posting: Posting, content: bytes, name: str, household_id: int | None = None) -> str:
    """Keep a photograph of a notice as evidence; its digest.

    It goes to the household that is named, else to each whose case the notice is a step of, else to the first on it.
    """
    lines = lines_of(work, posting)
    wanted = [one.household_id for one in lines if one.case_no is not None] or [lines[0].household_id]
    kept = [evidence.keep(work, content, name, one) for one in ([household_id] if household_id else wanted)]
    return kept[0].sha256
