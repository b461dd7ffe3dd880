"""接口的视图 (views): cases, steps, papers and notices of the ledger as the API tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from sqlmodel import select

from integrity import case_facts, cases, delivery, papers, print_places
from integrity.case_files import Case
from integrity.records.ledger import Household, Notice, Service, Step
from integrity.records.office import Posting
from integrity.rules.identity import mask_id
from integrity.rules.procedure import EXTEND, SUSPEND, Ask, Clock, Done, Obstacle, Row, Running, Table
from integrity.terms import Role
from integrity.web.api_models import (
    AskRule,
    CaseLine,
    CaseView,
    ClockRule,
    DoneStep,
    Hindrance,
    NeedRule,
    NextStep,
    PaperName,
    PaperView,
    PostingName,
    ProcedureRule,
    RunningClock,
    Said,
    Served,
    StepRule,
    TakenStep,
)
from integrity.web.api_values import SHIFT
from integrity.work import Work

_NUMBER = re.compile(r"(?<!\d)(?:\d{17}[\dXx]|\d{15})(?!\d)")
"""An identity number in full, as some papers carry it: here it is always masked."""
_SHIFTED = {SUSPEND: "中止期限", EXTEND: "延长期限"}


def hindrances(found: tuple[Obstacle, ...]) -> list[Hindrance]:
    """Obstacles, each once."""
    return [Hindrance(code=one.code, text=one.text, law=one.law) for one in dict.fromkeys(found)]


def ask_rule(ask: Ask) -> AskRule:
    """One thing that a step asks for."""
    return AskRule(
        name=ask.name, official=ask.official, kind=ask.kind, choices=list(ask.choices), optional=ask.optional
    )


def procedure_rule(table: Table) -> ProcedureRule:
    """A procedure as its table has it."""
    return ProcedureRule(
        code=table.procedure.name, name=table.procedure.value, law=table.law,
        steps=[_step_rule(row) for row in table.rows], clocks=[_clock_rule(one) for one in table.clocks],
    )  # fmt: skip


def _step_rule(row: Row) -> StepRule:
    return StepRule(
        code=row.code, name=row.name, after=list(row.after), by=[role.value for role in row.by], organ=row.organ,
        apart=list(row.apart), needs=[NeedRule(code=one.code, missing=one.missing, law=one.law) for one in row.needs],
        asks=[ask_rule(one) for one in row.asks], papers=[one.value for one in row.papers],
        sheets=[one.value for one in row.sheets], serves=row.serves.split(),
        effect=row.effect.value if row.effect else "", ends=row.ends, side=row.side, only=row.only, law=row.law,
    )  # fmt: skip


def _clock_rule(clock: Clock) -> ClockRule:
    return ClockRule(
        code=clock.code, name=clock.name, starts=list(clock.starts), stops=list(clock.stops), of=clock.of,
        key=clock.key, law=clock.law,
    )  # fmt: skip


def number_of(work: Work, household_id: int) -> str:
    """户编号 of a household."""
    return work.session.get_one(Household, household_id).number


def _name_of(table: Table, code: str) -> str:
    return _SHIFTED.get(code) or table.row(code).name


def case_line(work: Work, case: Case) -> CaseLine:
    """A case in one line, with the nearest last day of the office's own time."""
    running = () if case.closed else tuple(case_facts.clocks(work, case, work.today).values())
    due = [one.last_day for one in running if one.clock.of == "机关" and one.stopped_on is None and one.last_day]
    return CaseLine(
        no=case.no, procedure=case.procedure.value, stage=_name_of(case.table, case.stage), closed=case.closed,
        opened_on=case.history[0].on, due=min(due, default=None),
    )  # fmt: skip


def case_view(work: Work, case: Case, role: Role) -> CaseView:
    """A case with its steps, clocks and what may come next."""
    line = case_line(work, case)
    return CaseView(
        **line.model_dump(), household=number_of(work, case.household_id), member_no=case.member_no,
        subject_seq=case.subject_seq, steps=[_done(work, case, one) for one in case.history],
        clocks=[_clock(one) for one in case_facts.clocks(work, case, work.today).values()],
        next=[_next(row, role) for row in _following(work, case)],
    )  # fmt: skip


def _done(work: Work, case: Case, done: Done) -> DoneStep:
    asks = SHIFT if done.code in _SHIFTED else case.table.row(done.code).asks
    official = {ask.name: ask.official for ask in asks}
    names = [*(one for one in official if one in done.data), *(one for one in done.data if one not in official)]
    said = [Said(name=name, official=official.get(name, name), value=done.data[name]) for name in names]
    return DoneStep(
        no=done.no, code=done.code, name=_name_of(case.table, done.code), on=done.on, by=done.by, said=said,
        entry=done.entry, evidence=done.evidence, papers=_papers(work, case, done.no),
    )  # fmt: skip


def _papers(work: Work, case: Case, step_no: int) -> list[PaperName]:
    return [PaperName(number=one.number, kind=one.kind.value) for one in cases.papers_of(work, case, step_no)]


def _clock(one: Running) -> RunningClock:
    return RunningClock(
        code=one.clock.code, name=one.clock.name, of=one.clock.of, since=one.since, last_day=one.last_day,
        firm=one.firm, over=one.over, overdue=one.overdue, stopped_on=one.stopped_on, text=one.as_text(),
    )  # fmt: skip


def _following(work: Work, case: Case) -> Iterator[Row]:
    """The steps that may come next in this case, whoever takes them."""
    for row in case.table.rows:
        if case.stage in row.after and row.by:
            known = case_facts.facts(work, case, row, on=work.today, given={})
            if row.when is None or row.when(known):
                yield row


def _next(row: Row, role: Role) -> NextStep:
    return NextStep(
        code=row.code, name=row.name, by=[one.value for one in row.by], mine=role in row.by,
        asks=[ask_rule(one) for one in row.asks],
    )  # fmt: skip


def taken_step(work: Work, household_id: int, case_no: int, step_no: int) -> TakenStep:
    """A step by its place in the ledger: entries never change, so that it is always told in the same words."""
    case = cases.read_case(work, household_id, case_no)
    query = select(Step).where(Step.household_id == household_id, Step.case_no == case_no)
    rows = {one.step_no: one for one in work.session.exec(query)}
    step, after = rows[step_no], rows.get(step_no + 1)
    return TakenStep(
        household=number_of(work, household_id), case_no=case_no, procedure=step.procedure.value, step_no=step_no,
        code=step.step, name=_name_of(case.table, step.step), on=step.happened_on, by=step.recorded_by,
        recorded_at=step.recorded_at, entry=step.entry_seq, papers=_papers(work, case, step_no),
        pending=after is not None and after.step == "PENDING",
    )  # fmt: skip


def served(work: Work, household_id: int, seq: int, taken: TakenStep | None) -> Served:
    """A receipt (送达回证) by its place in the ledger, with the step of the case that it was."""
    entry = work.session.get_one(Service, (household_id, seq))
    notice = work.session.get_one(Notice, (household_id, entry.notice_seq))
    return Served(paper=notice.number, entry=seq, on=entry.happened_on, taken=taken)


def is_printed(work: Work, notice: Notice) -> bool:
    """Was the original printed?"""
    return print_places.original_of(work, notice) is not None


def paper_view(work: Work, notice: Notice) -> PaperView:
    """A paper as it says it itself, field by field under their official names."""
    receipt = delivery.service_of(work, notice)
    return PaperView(
        number=notice.number, kind=notice.kind.value, household=number_of(work, notice.household_id),
        organ=notice.organ, on=notice.happened_on, printed=is_printed(work, notice),
        served_on=receipt.happened_on if receipt else None, said=_said(papers.content(work, notice)),
    )  # fmt: skip


def _said(record: Any) -> list[Said]:
    return [
        Said(name=one.name, official=str(one.metadata["official"]), value=plain(getattr(record, one.name)))
        for one in fields(record)
        if getattr(record, one.name) not in (None, "", ())
    ]


def plain(value: Any) -> Any:
    """A value of a paper as JSON has it."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if is_dataclass(value):
        return [one.model_dump() for one in _said(value)]
    if isinstance(value, str):
        return _NUMBER.sub(lambda found: mask_id(found[0]), value)
    return value.isoformat() if isinstance(value, date) else value


def posting_name(posting: Posting) -> PostingName:
    """A public notice without its list."""
    return PostingName(
        number=posting.number, kind=posting.kind.value, area=posting.area, place=posting.place, since=posting.since,
        until=posting.until, computed=posting.computed,
    )  # fmt: skip
