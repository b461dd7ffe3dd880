"""来件和诚信状态的接口 (the interface of linked systems): send, ask what became of it, take it back; ask for a state.

The token is that of a linked system (对接系统), and it opens nothing else. Whether a person is known is never told by
what comes in, only by a question for the state, which says for what it is asked and is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse

from integrity import intake, integrity_state, organs
from integrity.intake_content import Item
from integrity.office_terms import IntakeKind
from integrity.records.intake import Intake
from integrity.rules.areas import code_range
from integrity.terms import Cause, Event
from integrity.web.api import once, term
from integrity.web.api import router as cases
from integrity.web.api_access import BEARER, Key, Known, acting
from integrity.web.api_intake_models import (
    AskState,
    IntakeStanding,
    IntegrityState,
    Recall,
    Received,
    ReceivedItem,
    RecordInForce,
    SendChanges,
    SendComparisons,
    SentChange,
    SentComparison,
    SignedPromise,
)
from integrity.web.api_models import Problem
from integrity.work import Work

router = APIRouter(
    prefix="/api", route_class=Known, dependencies=[BEARER], tags=["对接系统"], responses=cases.responses
)
Sending = Annotated[Work, acting(intake.MATTER)]
Asking = Annotated[Work, acting(integrity_state.MATTER)]
Reference = Annotated[str, Path(description="来件方的编号", pattern=r"^[0-9A-Za-z._:-]{1,60}$")]


@router.post("/intake/comparisons", summary="报送核对结果")
def send_comparisons(body: SendComparisons, work: Sending, request: Request, key: Key) -> Received:
    """报送经济状况核对结果：全部收下，或者一项也不收。只作线索，由人处理后才登记；答复不说明有没有这个人。"""
    items = [_comparison(one) for one in body.items]
    once(work, key, request, body, lambda: f"intake:{len(intake.receive(work, items))}")
    return _received(work, [one.reference for one in items])


def _comparison(one: SentComparison) -> Item:
    return Item(
        IntakeKind.COMPARISON, one.reference, one.id_number, one.on, name=one.name, income=one.income,
        cause=term(Cause, one.cause, f"编号 {one.reference} 的收入变化原因") if one.cause else Cause.UNKNOWN,
        stable=one.stable, property_over=one.property_over, detail=one.detail,
    )  # fmt: skip


@router.post("/intake/changes", summary="报送变化信息")
def send_changes(body: SendChanges, work: Sending, request: Request, key: Key) -> Received:
    """报送变化信息：全部收下，或者一项也不收。只作线索，由人处理后才登记；答复不说明有没有这个人。"""
    items = [_change(one) for one in body.items]
    once(work, key, request, body, lambda: f"intake:{len(intake.receive(work, items))}")
    return _received(work, [one.reference for one in items])


def _change(one: SentChange) -> Item:
    event = term(Event, one.kind, f"编号 {one.reference} 的种类")
    return Item(
        IntakeKind.CHANGE, one.reference, one.id_number, one.happened_on, name=one.name, event=event, detail=one.detail
    )  # fmt: skip


def _received(work: Work, references: Sequence[str]) -> Received:
    """The same words whatever was sent about whomever, and whenever it is asked again."""
    rows = intake.all_sent(work, references)
    return Received(items=[ReceivedItem(reference=one.reference, received_at=one.received_at) for one in rows])


def _standing(row: Intake) -> IntakeStanding:
    return IntakeStanding(
        reference=row.reference, kind=row.kind.value, received_at=row.received_at, state=row.state.value
    )  # fmt: skip


@router.get("/intake/{reference}", summary="来件的状态")
def show_intake(reference: Reference, work: Sending) -> IntakeStanding:
    """自己报送的一件现在的状态；只说明状态，不说明理由和处理的内容。"""
    return _standing(intake.sent(work, reference))


@router.post("/intake/{reference}/recall", summary="撤回来件")
def recall_intake(
    reference: Reference, body: Recall, work: Sending, request: Request, key: Key
) -> IntakeStanding:  # fmt: skip
    """撤回自己报送、还没有处理的一件；已经处理的不能撤回。"""
    once(work, key, request, body, lambda: f"intake:{intake.recall(work, reference).id}")
    return _standing(intake.sent(work, reference))


@router.post("/integrity-state", summary="查询诚信状态")
def ask_state(body: AskState, work: Asking) -> IntegrityState:
    """一户或者一人现在生效的守信、失信认定和签署的承诺；只读。每次查询记入操作日志，当事人可以查阅。"""
    scope = code_range(organs.officer(work, work.actor, work.today).area)
    wanted = {"household": body.household.strip(), "id_number": body.id_number.strip()}
    found = integrity_state.ask(work, scope, wanted, purpose=body.purpose, basis=body.basis)
    if found is None:  # answered, not raised: that it was asked stays in the log
        told = Problem(message=integrity_state.NOT_FOUND).model_dump(exclude_defaults=True)
        return JSONResponse(told, status_code=404)  # type: ignore[return-value]
    return IntegrityState(
        household=found.household, member_no=found.member_no, as_of=found.as_of, caution=integrity_state.CAUTION,
        records=[RecordInForce(**one._asdict() | {"kind": one.kind.value}) for one in found.records],
        promises=[SignedPromise(**one._asdict()) for one in found.promises],
    )  # fmt: skip
