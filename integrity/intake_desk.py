"""来件处理 (the officers' desk for what came in): the list of an area, one item beside the books, taken over or not.

Only here does anything that was sent become an entry, by an officer, with his reason; he may put right whom it is
about, never what it says. What was matched belongs to the area of the household, the rest to who covers the sender's.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, func, or_, update
from sqlmodel import col, select

from integrity import dispatches, organs, rechecks
from integrity.errors import Conflict, Invalid, NotFound, Refused
from integrity.households import home, members
from integrity.intake_content import Item, opened
from integrity.intake_matching import matches
from integrity.office_terms import IntakeKind, IntakeState, PushKind
from integrity.permissions import require
from integrity.places import Listed, Scope, of
from integrity.records.columns import SHANGHAI
from integrity.records.intake import Intake
from integrity.records.ledger import Change, Verification
from integrity.records.office import Officer
from integrity.records.places import HouseholdPlace
from integrity.rules.areas import code_range
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.stated import LARGEST, check_text, seen
from integrity.terms import Cause
from integrity.work import Work

MATTER: Final = "处理来件"
TAKEN, DECLINED = "登记来件", "不采用来件"
MOST: Final = 1000
_REASON, _LONGEST_REASON, _DETAIL = 2, 400, 400


class Line(NamedTuple):
    """来件名单的一行 (a line of the list): the item, its household where there is one, who sent it, days waiting."""

    row: Intake
    household: Listed | None
    sender: str
    days: int


class Page(NamedTuple):
    """一页来件 (a page of the list) and from where the next one goes on; "" after the last."""

    rows: list[Line]
    next: str


def _within(scope: Scope) -> Any:
    """Whose it is: of the household's area now; of the sender's area where nobody was found."""
    low, high = scope
    placed = and_(col(HouseholdPlace.area) >= low, col(HouseholdPlace.area) < high)
    return or_(placed, and_(col(Intake.household_id).is_(None), col(Intake.area) >= low, col(Intake.area) < high))


def _query(scope: Scope, state: IntakeState, kind: IntakeKind | None = None) -> Any:
    joined = col(HouseholdPlace.household_id) == col(Intake.household_id)
    query = select(Intake).join(HouseholdPlace, joined, isouter=True).where(_within(scope), Intake.state == state)
    return query if kind is None else query.where(Intake.kind == kind)


def listed(
    work: Work, scope: Scope, *, state: IntakeState = IntakeState.WAITING, kind: IntakeKind | None = None,
    after: str = "", limit: int = 50,
) -> Page:  # fmt: skip
    """The items of an area in a state: what waits by age, the oldest first; what was dealt with the newest first."""
    query, ages = _query(scope, state, kind), state is IntakeState.WAITING
    if after.isascii() and after.isdecimal() and int(after[:12]) <= LARGEST:
        query = query.where(col(Intake.id) > int(after[:12]) if ages else col(Intake.id) < int(after[:12]))
    order = col(Intake.id) if ages else col(Intake.id).desc()
    found = list(work.session.exec(query.order_by(order).limit(limit + 1)))
    return Page(_lines(work, found[:limit], scope), str(found[limit - 1].id) if len(found) > limit else "")


def waiting(work: Work, scope: Scope) -> int:
    """How many items wait in an area, up to a thousand: of the query by which the list is made."""
    query = _query(scope, IntakeState.WAITING).with_only_columns(col(Intake.id))
    return len(work.session.exec(query.limit(MOST)).all())


def waiting_of(work: Work, household_id: int) -> list[str]:
    """What waits about a household, each in a word."""
    mine = (Intake.household_id == household_id, Intake.state == IntakeState.WAITING)
    rows = work.session.exec(select(Intake).where(*mine).order_by(col(Intake.id)).limit(MOST))
    return [f"来件 {one.id}（{one.kind.value}）" for one in rows]


def compared(work: Work, county: str, since: datetime) -> bool:
    """Was a result of the check that another system sent for a household of the county taken over from then on?"""
    entry = (col(Verification.household_id) == Intake.household_id) & (col(Verification.seq) == Intake.entry_seq)
    query = select(Intake.id).join(Verification, entry).where(
        Intake.state == IntakeState.TAKEN, func.substr(Verification.area, 1, 6) == county[:6],
        col(Intake.handled_at) >= since, col(Intake.handled_at) <= work.due,
    )  # fmt: skip
    return work.session.exec(query.limit(1)).first() is not None


def _lines(work: Work, found: list[Intake], scope: Scope) -> list[Line]:
    homes = of(work, [one.household_id for one in found if one.household_id is not None], scope)
    names = {one: sender_name(work, one) for one in {row.sender for row in found}}
    return [
        Line(one, homes.get(one.household_id or 0), names[one.sender], (work.today - received_on(one)).days)
        for one in found
    ]  # fmt: skip


def received_on(row: Intake) -> date:
    """The day on which the office learned of it."""
    return row.received_at.astimezone(SHANGHAI).date()


def sender_name(work: Work, code: str) -> str:
    """What the linked system is called."""
    officer = work.session.get(Officer, code)
    return officer.name if officer is not None else code


def seen_by(work: Work, intake_id: int) -> Line:
    """An item in the acting officer's area. Raises NotFound, alike for none and for one elsewhere."""
    scope = code_range(organs.officer(work, work.actor, work.today).area)
    joined = col(HouseholdPlace.household_id) == col(Intake.household_id)
    query = select(Intake).join(HouseholdPlace, joined, isouter=True).where(_within(scope), Intake.id == intake_id)
    found = work.session.exec(query).first() if 0 < intake_id <= LARGEST else None
    if found is None:
        raise NotFound(f"没有编号为 {intake_id} 的来件")
    return _lines(work, [found], scope)[0]


def suggested(work: Work, row: Intake, item: Item) -> tuple[int | None, int | None]:
    """Whom it is about, as far as is known: as it was matched, else as it would be in this officer's area now."""
    if row.household_id is not None or row.state is not IntakeState.WAITING:
        return row.household_id, row.member_no
    scope = code_range(organs.officer(work, work.actor, work.today).area)
    (found,) = matches(work, [(item.id_number, item.happened_on)], scope)
    return found.household_id, found.member_no


def take(
    work: Work, intake_id: int, household_id: int, member_no: int | None, *, reason: str
) -> Verification | Change:  # fmt: skip
    """登记 (take it over): it becomes a result of the check, or a change known since the day it came in, once.

    Raises Forbidden, NotFound, Conflict when it was dealt with, Refused for a relative, Invalid for what cannot stand.
    """
    require(work, MATTER, home(work, household_id, work.today).area)
    work.lock(household_id)
    row, said = _locked(work, intake_id), _reason(reason)
    if rechecks.relatives(work, household_id, (work.actor,)):
        raise Refused("您是这一户备案的近亲属，应当回避，请由他人处理（民发〔2021〕57号第11条）")
    if member_no is not None and member_no not in members(work, household_id, work.today):
        raise NotFound(f"该户没有第 {member_no} 号成员")
    item = opened(work.vault, row)
    if item is None:
        raise Refused("这一件的内容已依法销毁，不能登记")
    if item.happened_on > received_on(row):
        raise Invalid("发生日期晚于收到的日期，不能登记；请写明理由，不采用，由来件方重新报送")
    entry = _entered(work, row, item, household_id, member_no)
    moved = {"household_id": household_id, "member_no": member_no, "entry_seq": entry.seq}
    _move(work, row, IntakeState.TAKEN, said, **moved)
    work.audit(TAKEN, f"household:{household_id}", f"来件 {row.id}（{row.kind.value}），第 {entry.seq} 条")
    return entry


def _entered(
    work: Work, row: Intake, item: Item, household_id: int, member_no: int | None
) -> Verification | Change:  # fmt: skip
    """The entry that it becomes, in the words in which it was sent."""
    source = sender_name(work, row.sender)
    if item.event is None:
        says = item.cause not in (Cause.UNKNOWN, Cause.NONE)
        return rechecks.verify(
            work, household_id, on=item.happened_on, source=source, income=item.income, cause=item.cause,
            cause_member=member_no if says else None, stable=item.stable, property_over=item.property_over,
            detail=item.detail,
        )  # fmt: skip
    return rechecks.report(
        work, household_id, item.event, happened_on=item.happened_on, reported_on=received_on(row),
        member_no=member_no, detail=f"{source}来件：{item.detail}".rstrip("：")[:_DETAIL],
    )  # fmt: skip


def decline(work: Work, intake_id: int, *, reason: str) -> Intake:
    """不采用 (decline), with the reason; the sender learns the state only. Raises NotFound, Conflict, Invalid."""
    line, said = seen_by(work, intake_id), _reason(reason)
    require(work, MATTER, line.household.area if line.household else line.row.area)
    row = _locked(work, intake_id)
    _move(work, row, IntakeState.DECLINED, said)
    about = f"intake:{row.id}" if row.household_id is None else f"household:{row.household_id}"
    work.audit(DECLINED, about, f"来件 {row.id}（{row.kind.value}）")
    return work.session.get_one(Intake, intake_id, populate_existing=True)


def _reason(text: str) -> str:
    """The officer's reason. Raises Invalid without one, and for one that holds an ID number."""
    if len(seen(text)) < _REASON or len(text.strip()) > _LONGEST_REASON:
        raise Invalid(f"请写明采用或者不采用的理由，{_REASON} 至 {_LONGEST_REASON} 字")
    check_text("理由", text)
    refuse_id_numbers("理由", text)
    return text.strip()


def _locked(work: Work, intake_id: int) -> Intake:
    """An item in the officer's area that waits, for this work alone. Raises NotFound, Conflict."""
    seen_by(work, intake_id)
    query = select(Intake).where(Intake.id == intake_id).with_for_update()
    row = work.session.exec(query, execution_options={"populate_existing": True}).one()
    if row.state is not IntakeState.WAITING:
        raise Conflict(f"这一件{row.state.value}，不能再处理")
    return row


def _move(work: Work, row: Intake, state: IntakeState, reason: str, **more: int | None) -> None:
    """Deal with it for good; the sender is told that it was, not how, and of no household."""
    values = {"state": state, "handled_at": work.now, "handled_by": work.actor, "reason": reason, **more}
    work.session.execute(update(Intake).where(col(Intake.id) == row.id).values(**values))
    dispatches.tell(work, PushKind.INTAKE, row.area, to=row.sender, subject=row.reference)
