"""待认定的事实 (facts that wait for a finding), and what may be entered as one: items of the catalogue, members."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlmodel import col, select

from integrity import households, places, rights
from integrity.case_files import cases_of
from integrity.finding import within
from integrity.household_views import Eyes
from integrity.places import Listed, Scope
from integrity.policies_of import policy_for
from integrity.records.ledger import Conduct, Finding
from integrity.records.places import FACT
from integrity.rules.policy_rows import Item
from integrity.terms import ConductKind, FindingState, Procedure
from integrity.work import Work


class Pending(NamedTuple):
    """待认定的事实 (a fact nothing was decided on)."""

    household: Listed
    seq: int
    kind: ConductKind
    item: str
    member_no: int
    act_on: date
    found_on: date


class Facts(NamedTuple):
    """一页事实 (a page of facts) and from where the next one goes on; "" after the last."""

    rows: list[Pending]
    next: str


class Member(NamedTuple):
    """成员 (a member) and why no default may be recorded of him; "" where it may."""

    no: int
    name: str
    never: str


def items(work: Work, area: str, kind: ConductKind) -> tuple[Item, ...]:
    """The items of a kind that the catalogue lists which the county adopted, as of today; () where none is adopted."""
    policy = policy_for(work, area, work.today)
    every = [one for name in policy.adopted for one in policy.catalogue(name).items if one.kind is kind]
    now = [one for one in every if one.since <= work.today and (one.until is None or one.until >= work.today)]
    return tuple(sorted(now, key=lambda one: one.code))


def people(view: Eyes, kind: ConductKind) -> list[Member]:
    """The members, and for a default why it may not be recorded of some (山东省社会信用条例 第2条)."""
    found = households.members(view.work, view.household_id, view.work.today)
    never = {no: rights.credit_subject(one, view.work.today) for no, one in found.items()}
    default = kind is ConductKind.DEFAULT
    return [Member(no, view.name(no), never[no] if default else "") for no in sorted(found)]


def state_of(work: Work, household_id: int, seq: int) -> FindingState | None:
    """The state of a fact's finding today; None before anything was decided."""
    steps = [one for one in households.standing(work, Finding, household_id, date.max) if one.conduct_seq == seq]
    return steps[-1].state if steps else None


def case_about(work: Work, fact: Conduct) -> int | None:
    """The open case by which this fact is being found; None where there is none."""
    wanted = Procedure.TRUST if fact.kind is ConductKind.TRUST else Procedure.DEFAULT
    found = [one for one in cases_of(work, fact.household_id, wanted) if one.subject_seq == fact.seq]
    return next((one.no for one in found if not one.closed), None)


def pending(work: Work, scope: Scope, kind: ConductKind | None = None, *, after: str = "", limit: int = 50) -> Facts:
    """Facts of the households of an area on which nothing was decided, the newest first; a page at a time."""
    kinds = (kind,) if kind is not None else tuple(ConductKind)
    found = [row for one in kinds for row in _waiting(work, scope, one, after, limit + 1)]
    rows = sorted(found, reverse=True)[: limit + 1]
    ids = [household_id for _, _, household_id, _ in rows[:limit]]
    listed, facts = places.of(work, ids, scope), _facts(work, ids)
    shown = [_told(facts[one, seq], listed[one]) for _, _, one, seq in rows[:limit] if one in listed]
    return Facts(shown, "-".join(map(str, rows[limit - 1])) if len(rows) > limit else "")


def _waiting(work: Work, scope: Scope, kind: ConductKind, after: str, limit: int) -> list[tuple[Any, ...]]:
    """(day, village, household, entry) of the facts of a kind that wait, off the index of what waits."""
    told: dict[str, object] = {"kind": f"{FACT}.{kind.name}", "low": scope[0], "high": scope[1], "limit": limit}
    where = ["kind = :kind", "(area || '') >= :low", "(area || '') < :high"]
    for level, width in (("town", 9), ("county", 6)):
        if within(scope, width):
            where.append(f"{level} = :within")
            told["within"] = scope[0][:width]
            break
    if place := _cursor(after):
        where.append("(on_day, area, household_id, ref) < (:day, :area, :household, :seq)")
        told |= place
    query = (
        f"SELECT on_day, area, household_id, ref FROM waits WHERE {' AND '.join(where)} "
        "ORDER BY on_day DESC, area DESC, household_id DESC, ref DESC LIMIT :limit"
    )
    return [tuple(row) for row in work.session.connection().execute(text(query), told)]


def _cursor(after: str) -> dict[str, object]:
    """Where a page begins; {} for the first, and for what is no such place."""
    parts = after.split("-")
    if len(parts) != 4 or not all(one.isascii() and one.isdecimal() and len(one) < 16 for one in parts):
        return {}
    return {"day": int(parts[0]), "area": parts[1], "household": int(parts[2]), "seq": int(parts[3])}


def _facts(work: Work, households: list[int]) -> dict[tuple[int, int], Conduct]:
    query = select(Conduct).where(col(Conduct.household_id).in_(households))
    return {(one.household_id, one.seq): one for one in work.session.exec(query)}


def _told(fact: Conduct, household: Listed) -> Pending:
    return Pending(
        household, fact.seq, fact.kind, fact.item, fact.member_no, fact.happened_on, fact.found_on,
    )  # fmt: skip
