"""案卷条目 (what a case is): the steps of one procedure in a household, read back with what each of them said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlmodel import col, select

from integrity.errors import Invalid, NotFound
from integrity.records.ledger import Step
from integrity.records.office import PaperData
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.procedure import Done, Table
from integrity.rules.procedure_tables import table
from integrity.rules.stated import LARGEST, check_text
from integrity.sights import portions
from integrity.terms import Procedure
from integrity.work import Work

_DATE = "@"
"""Before a day in the sealed text, so that it comes back as a day."""
_PURPOSE = "step"


@dataclass(frozen=True, slots=True)
class Case:
    """案件 (case): one procedure in one household, about one member or entry, with the steps taken so far."""

    household_id: int
    no: int
    procedure: Procedure
    member_no: int | None
    subject_seq: int | None
    history: tuple[Done, ...]

    @property
    def table(self) -> Table:
        """The steps of its procedure."""
        return table(self.procedure)

    @property
    def stage(self) -> str:
        """Code of the last step that moved it on."""
        return self.table.stage(self.history)

    @property
    def closed(self) -> bool:
        """Has it come to an end?"""
        return bool(self.history) and self.table.closed(self.history)

    def last(self, *codes: str) -> Done | None:
        """The last step of one of these codes."""
        return next((one for one in reversed(self.history) if one.code in codes), None)

    def said(self, name: str, *codes: str) -> Any:
        """What the last step (of these codes, or of any) that stated `name` stated; None when none did."""
        steps = (one for one in reversed(self.history) if not codes or one.code in codes)
        return next((one.data[name] for one in steps if one.data.get(name) not in (None, "", ())), None)


def text_of(case: Case, step_no: int) -> str:
    """The subject under which the papers of a step are issued, once and for all."""
    return f"case:{case.no}:{step_no}"


def cases_of(work: Work, household_id: int, procedure: Procedure | None = None) -> list[Case]:
    """Every case of a household, in the order in which they were opened."""
    query = select(Step).where(Step.household_id == household_id).order_by(col(Step.case_no), col(Step.step_no))
    if procedure is not None:
        query = query.where(Step.procedure == procedure)
    return [case_of(work, list(steps)) for _, steps in groupby(work.session.exec(query), key=lambda one: one.case_no)]


def cases_in(work: Work, households: Iterable[int], procedure: Procedure | None = None) -> list[Case]:
    """Every case of several households, in few queries; one that cannot be read is left out, its own page says why."""
    found: list[Case] = []
    for portion in portions(sorted(set(households))):
        query = select(Step).where(col(Step.household_id).in_(portion))
        if procedure is not None:
            query = query.where(Step.procedure == procedure)
        order = (col(Step.household_id), col(Step.case_no), col(Step.step_no))
        steps = list(work.session.exec(query.order_by(*order)))
        held = contents(work, steps)  # the session forgets what nobody holds
        for _, some in groupby(steps, key=lambda one: (one.household_id, one.case_no)):
            with suppress(NotFound, Invalid):
                found.append(_read(work, list(some)))
        del held
    return found


def read_case(work: Work, household_id: int, case_no: int) -> Case:
    """A case by its number in the household. Raises NotFound."""
    query = select(Step).where(Step.household_id == household_id, Step.case_no == case_no)
    steps = list(work.session.exec(query.order_by(col(Step.step_no)))) if 0 < case_no <= LARGEST else []
    if not steps:
        raise NotFound(f"该户没有第 {case_no} 号案件")
    return case_of(work, steps)


def case_of(work: Work, steps: Sequence[Step]) -> Case:
    """The case of these steps, in their order, with what each of them said. Raises NotFound, Invalid when altered."""
    held = contents(work, steps)  # the session forgets what nobody holds
    read = _read(work, steps)
    del held
    return read


def _read(work: Work, steps: Sequence[Step]) -> Case:
    return bare(steps, [unseal(work, one) for one in steps])


def bare(steps: Sequence[Step], said: Sequence[Mapping[str, Any]] = ()) -> Case:
    """The case of these steps, without what they said unless it is given."""
    history = tuple(
        Done(one.step_no, one.step, one.happened_on, one.recorded_by, data, one.entry_seq, one.evidence)
        for one, data in zip(steps, said or [{}] * len(steps), strict=True)
    )
    first = steps[0]
    return Case(first.household_id, first.case_no, first.procedure, first.member_no, first.subject_seq, history)


def contents(work: Work, steps: Sequence[Step]) -> list[PaperData]:
    """What these steps said, still sealed, in few queries: hold it while they are read."""
    digests = [one.data_sha256 for one in steps if one.data_sha256]
    found: list[PaperData] = []
    for portion in portions(digests):
        found += work.session.exec(select(PaperData).where(col(PaperData.sha256).in_(portion)))
    return found


def opened(case: Case, step: Step, given: Mapping[str, Any]) -> Case:
    """The case with one more step."""
    done = Done(step.step_no, step.step, step.happened_on, step.recorded_by, dict(given), step.entry_seq, step.evidence)
    return replace(case, history=(*case.history, done))


def seal(work: Work, case: Case, step_no: int, given: Mapping[str, Any]) -> str:
    """Keep what a step says, encrypted; the keyed digest that names it in the ledger. "" when it says nothing."""
    kept = {name: value for name, value in given.items() if value not in (None, "", ())}
    if not kept:
        return ""
    for name, value in kept.items():
        if isinstance(value, str):
            check_text(name, value)
            refuse_id_numbers(name, value)
    kept = {name: _escaped(value) for name, value in kept.items()}
    body = json.dumps([case.household_id, case.no, step_no, kept], ensure_ascii=False, sort_keys=True, default=_plain)
    digest = work.vault.blind(_PURPOSE, body)
    cipher = work.vault.seal_bytes(body.encode(), f"paper_data|{digest}")
    work.put(PaperData(sha256=digest, key_id=work.vault.current, cipher=cipher))
    return digest


def unseal(work: Work, step: Step) -> Mapping[str, Any]:
    """What a step said; empty when it said nothing or was lawfully destroyed. Raises NotFound, Invalid when altered."""
    if not step.data_sha256:
        return {}
    kept = work.session.get(PaperData, step.data_sha256)
    if kept is None:
        raise NotFound(f"没有找到第 {step.seq} 条步骤的内容")
    if not kept.cipher:
        return {}
    body = work.vault.open_bytes(kept.key_id, kept.cipher, f"paper_data|{step.data_sha256}").decode()
    if work.vault.blind(_PURPOSE, body) != step.data_sha256:
        raise Invalid(f"第 {step.seq} 条步骤的内容已被改动")
    data: dict[str, Any] = json.loads(body)[3]
    return {name: _value(value) for name, value in data.items()}


def _escaped(value: Any) -> Any:
    """A text that begins like a day is told apart from a day."""
    return _DATE + value if isinstance(value, str) and value.startswith(_DATE) else value


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return f"{_DATE}{value.isoformat()}"
    raise TypeError(f"{type(value)} cannot be kept in a step")


def _value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_DATE * 2):
        return value[1:]
    if isinstance(value, str) and value.startswith(_DATE):
        return date.fromisoformat(value[1:])
    return tuple(value) if isinstance(value, list) else value
