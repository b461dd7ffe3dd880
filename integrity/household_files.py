"""家庭的材料 (what is on file of a household): acts of assistance, checks, changes, papers, cases and their clocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

from sqlmodel import col, select

from integrity import case_facts
from integrity.case_files import Case, case_of
from integrity.delivery import SIGNED, kept_as
from integrity.docket import open_clocks, still_open
from integrity.errors import ChengxinError
from integrity.household_views import Eyes
from integrity.households import entries, kept
from integrity.papers import called
from integrity.records.ledger import (
    Assistance,
    Change,
    Entry,
    Notice,
    Printing,
    Recheck,
    Residence,
    Service,
    Step,
    Verification,
)
from integrity.records.seals import PaperCode, PaperEnd
from integrity.rules.procedure import Running
from integrity.rules.procedure_words import step_name
from integrity.sights import Sight, portions
from integrity.terms import Act, ExitReason, Procedure
from integrity.work import Work

E = TypeVar("E", bound=Entry)


def current(rows: list[E], on: date) -> list[E]:
    """Those that stand, the newest first."""
    return kept(rows, on)[::-1]


class AidAct(NamedTuple):
    """救助行为 (an act of assistance) in words."""

    seq: int
    act: str
    colour: str
    scheme: str
    effective_on: date
    decided_on: date
    amount: int | None
    terms: str
    reason: str
    document: str
    hearing: str
    decided_by: str
    case_no: int | None
    to_come: bool
    """It was decided but takes effect on a later day."""


_COLOURS = {Act.GRANT: "green", Act.RAISE: "green", Act.REVIVE: "green", Act.AMEND: "blue"}


def aid_acts(view: Eyes) -> list[AidAct]:
    """What was decided on assistance, the newest first; what was corrected is left out."""
    work = view.work
    return [_act(view, one) for one in current(entries(work, Assistance, view.household_id), work.today)]


def _act(view: Eyes, one: Assistance) -> AidAct:
    terms = [f"渐退 {one.months} 个月，各月 {one.schedule}%"] if one.months else []
    terms += [] if one.persons is None else [f"计入 {one.persons} 人"]
    reason = "" if one.reason is ExitReason.NONE else one.reason.value
    return AidAct(
        seq=one.seq, act=one.act.value, colour=_COLOURS.get(one.act, "orange"), scheme=one.scheme.value,
        effective_on=one.effective_on, decided_on=one.happened_on, amount=one.amount, terms="，".join(terms),
        reason=reason, document=one.document, hearing=one.hearing, decided_by=view.officer(one.decided_by),
        case_no=one.case_no, to_come=one.effective_on > view.work.today,
    )  # fmt: skip


class Checks(NamedTuple):
    """核对、变化、核查、迁居 (what was found out), each kind the newest first; with the sum of an income in 分."""

    verifications: list[Verification]
    changes: list[Change]
    rechecks: list[Recheck]
    homes: list[Residence]


def checks(view: Eyes) -> Checks:
    """What was found out about a household, as it stands."""
    work, household_id = view.work, view.household_id
    return Checks(
        verifications=current(entries(work, Verification, household_id), work.today),
        changes=current(entries(work, Change, household_id), work.today),
        rechecks=current(entries(work, Recheck, household_id), work.today),
        homes=current(entries(work, Residence, household_id), work.today),
    )  # fmt: skip


class PaperLine(NamedTuple):
    """文书 (a paper) in a line: made out, printed, served, and what its check code is worth."""

    seq: int
    number: str
    kind: str
    on: date
    case_no: int | None
    state: str
    colour: str
    printed_on: date | None
    copies: int
    served_on: date | None
    served: str
    code: str
    code_colour: str


def papers(view: Eyes) -> list[PaperLine]:
    """Every paper of a household, the newest first."""
    work, household_id = view.work, view.household_id
    notices = current(entries(work, Notice, household_id), date.max)
    printed: dict[int, list[Printing]] = {}
    for one in kept(entries(work, Printing, household_id), date.max):
        printed.setdefault(one.notice_seq, []).append(one)
    served = {one.notice_seq: one for one in kept(entries(work, Service, household_id), date.max)}
    codes = _codes(work, [one.number for one in notices])
    return [
        _paper(view, one, printed.get(one.seq, []), served.get(one.seq), codes.get(one.number, ("没有核验码", "grey")))
        for one in notices
    ]  # fmt: skip


def _paper(
    view: Eyes, notice: Notice, printed: list[Printing], service: Service | None, code: tuple[str, str]
) -> PaperLine:
    about = notice.subject.split(":")
    state, colour = ("待送达", "orange") if printed else ("待打印", "orange")
    if service:
        state, colour = "已送达", "green"
    elif code[1] == "red":
        state, colour = code[0], "grey"
    elif printed and (kept := kept_as(view.work, notice)):
        state, colour = kept, "green" if kept == SIGNED else "grey"
    how = "" if service is None else f"{service.way.value}，{view.outsider(service.receiver)}签收"
    return PaperLine(
        seq=notice.seq, number=notice.number, kind=called(view.work, notice), on=notice.happened_on,
        case_no=int(about[1]) if about[0] == "case" and len(about) == len(("case", "no", "step")) else None,
        state=state, colour=colour, printed_on=printed[0].happened_on if printed else None,
        copies=sum(one.copy_no > 0 for one in printed), served_on=service.happened_on if service else None,
        served=how, code=code[0], code_colour=code[1],
    )  # fmt: skip


def _codes(work: Work, numbers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """文号 → what whoever verifies the paper is told."""
    found: dict[str, tuple[str, str]] = {}
    for portion in portions(list(numbers)):
        known = select(PaperCode.number).where(col(PaperCode.number).in_(portion))
        found |= dict.fromkeys(work.session.exec(known), ("有效", "green"))
        for one in work.session.exec(select(PaperEnd).where(col(PaperEnd.number).in_(portion))):
            found[one.number] = (f"已由 {one.by_number} 替换" if one.by_number else "已撤回"), "red"
    return found


class CaseFile(NamedTuple):
    """案件 (a case) in a line: what it is about, how far it is, and which time limits run."""

    no: int
    procedure: Procedure
    about: str
    opened_on: date
    stage: str
    closed: bool
    waiting: bool
    """Something is still to be done, be it after its end."""
    clocks: tuple[Running, ...]
    fault: str


def cases(view: Eyes) -> list[CaseFile]:
    """Every case of a household, open ones first, then the newest first."""
    work, household_id = view.work, view.household_id
    query = select(Step).where(Step.household_id == household_id).order_by(col(Step.case_no), col(Step.step_no))
    each: dict[int, list[Step]] = {}
    for one in work.session.exec(query):
        each.setdefault(one.case_no, []).append(one)
    sight = Sight(work, [household_id])
    found = [_case(view, steps, sight) for steps in each.values()]
    return sorted(found, key=lambda one: (not one.waiting, -one.no))


def _case(view: Eyes, steps: list[Step], sight: Sight) -> CaseFile:
    """One case; one that cannot be read says so and hides no other."""
    first, waiting = steps[0], still_open(steps)
    about = view.name(first.member_no)
    about += f"{'，' if about else ''}户账第 {first.subject_seq} 条" if first.subject_seq else ""
    bare = CaseFile(
        first.case_no, first.procedure, about, first.happened_on, "不能读取", closed=False, waiting=waiting, clocks=(),
        fault="",
    )  # fmt: skip
    try:
        case = case_of(view.work, steps)
        clocks = open_clocks(case, case_facts.clocks(view.work, case, view.work.today, sight)) if waiting else []
    except ChengxinError as fault:
        return bare._replace(fault=str(fault))
    return bare._replace(stage=_stage(case), closed=case.closed, clocks=tuple(clocks))


def _stage(case: Case) -> str:
    return step_name(case.table, case.stage) if case.stage else ""
