"""来件 (intake): what other systems send is taken in, sealed, and waits; nothing of it counts before an officer acts.

The answer says that it was received and no more: who is known, and where, is not told to the sender. The same item sent
again, be it under another key of the request, is the same item; other content under its number is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col, select

from integrity import organs
from integrity.errors import Conflict, Invalid, NotFound
from integrity.intake_content import Item, digest, faults, sealed
from integrity.intake_matching import Match, matches
from integrity.office_terms import IntakeState
from integrity.permissions import require
from integrity.records import row_security
from integrity.records.intake import Intake
from integrity.rules.areas import code_range
from integrity.sights import portions
from integrity.work import Work

MATTER: Final = "报送来件"
MOST: Final = 500
"""Items in one request."""
_TOLD = 20
"""Faults that are told at once."""
_INSERT: Final = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class _Numbered(NamedTuple):
    """An item with its place in the request."""

    no: int
    item: Item

    def __str__(self) -> str:
        return f"第 {self.no} 项"


def receive(work: Work, items: Sequence[Item]) -> list[Intake]:
    """Take in what the acting system sends: all of it or nothing, each item once; the rows in the order of the items.

    Raises Forbidden, Invalid naming every wrong item and field, Conflict for a number that stands for other content.
    """
    require(work, MATTER)
    numbered = [_Numbered(no, one) for no, one in enumerate(items, start=1)]
    _check(numbered)
    area = organs.officer(work, work.actor, work.today).area
    found = matches(work, [(one.id_number, one.happened_on) for one in items], code_range(area))
    rows = [_row(work, item, match, area) for item, match in zip(items, found, strict=True)]
    kept = _kept(work, rows)
    _refuse_others(numbered, rows, kept)
    new = sum(one.received_at == work.now for one in kept.values())
    work.audit("收到来件", f"intake:{work.actor}", f"{len(items)} 项，其中新收到 {new} 项")
    return [kept[one.reference] for one in items]


def _check(items: Sequence[_Numbered]) -> None:
    """Raise Invalid for no item, too many, one number twice, and for every item that says nothing that can be used."""
    if not 1 <= len(items) <= MOST:
        raise Invalid(f"一次报送 1 至 {MOST} 项，现为 {len(items)} 项")
    times = Counter(one.item.reference for one in items)
    found = [f"{one}编号：在这次报送中写了两次" for one in items if times[one.item.reference] > 1]
    found += [f"{one}{fault}" for one in items for fault in faults(one.item)]
    if found:
        more = f"；另有 {len(found) - _TOLD} 处" if len(found) > _TOLD else ""
        raise Invalid("没有收下，请改正后全部重新报送：" + "；".join(found[:_TOLD]) + more)


def _row(work: Work, item: Item, match: Match, area: str) -> Intake:
    return Intake(
        sender=work.actor, reference=item.reference, kind=item.kind, request=digest(work.vault, item),
        happened_on=item.happened_on, received_at=work.now, area=area, household_id=match.household_id,
        member_no=match.member_no, id_index=match.id_index, fault=match.fault, key_id=work.vault.current,
        cipher=sealed(work.vault, work.actor, item),
    )  # fmt: skip


def _kept(work: Work, rows: Sequence[Intake]) -> dict[str, Intake]:
    """Write what is new, and read it all back by its number: of several equal requests at once one writes."""
    table = SQLModel.metadata.tables["intake"]
    values = [one.model_dump(exclude={"id"}) for one in sorted(rows, key=lambda one: one.reference)]
    with row_security.everywhere(work.session) as session:  # a household may have moved away since it was first sent
        connection = session.connection()
        statement: Any = _INSERT[connection.dialect.name](table)
        new: Insert = statement.on_conflict_do_nothing(index_elements=["sender", "reference"])
        connection.execute(new, values)
    return {one.reference: one for one in all_sent(work, [one.reference for one in rows])}


def _refuse_others(items: Sequence[_Numbered], rows: Sequence[Intake], kept: dict[str, Intake]) -> None:
    """Raise Conflict where a number was used before for something else."""
    other = [
        f"{one}（编号 {row.reference}）" for one, row in zip(items, rows, strict=True)
        if kept[row.reference].request != row.request
    ]  # fmt: skip
    if other:
        raise Conflict(f"{'、'.join(other[:_TOLD])}与以前用同一编号报送的内容不同，没有收下；请换一个编号")


def sent(work: Work, reference: str) -> Intake:
    """An item that the acting system sent. Raises NotFound, alike for none and for another sender's."""
    require(work, MATTER)
    with row_security.everywhere(work.session) as session:
        query = select(Intake).where(Intake.sender == work.actor, Intake.reference == reference)
        found = session.exec(query, execution_options={"populate_existing": True}).first()
    if found is None:
        raise NotFound("没有用这个编号报送的来件")
    return found


def all_sent(work: Work, references: Sequence[str]) -> list[Intake]:
    """Items that the acting system sent, in the order in which it names them."""
    require(work, MATTER)
    found: dict[str, Intake] = {}
    with row_security.everywhere(work.session) as session:
        for portion in portions(references):
            query = select(Intake).where(Intake.sender == work.actor, col(Intake.reference).in_(portion))
            found |= {one.reference: one for one in session.exec(query)}
    return [found[one] for one in references]


def recall(work: Work, reference: str) -> Intake:
    """Take back what was sent while nobody has dealt with it (撤回). Raises NotFound, Conflict; twice is as once."""
    found = sent(work, reference)
    if found.state is IntakeState.RECALLED:
        return found
    waiting = (col(Intake.id) == found.id, col(Intake.state) == IntakeState.WAITING)
    values = {"state": IntakeState.RECALLED, "handled_at": work.now, "handled_by": work.actor}
    with row_security.everywhere(work.session) as session:
        done = session.execute(update(Intake).where(*waiting).values(**values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(f"这一件{sent(work, reference).state.value}，不能撤回")
    work.audit("来件方撤回", f"intake:{found.id}")
    return sent(work, reference)
