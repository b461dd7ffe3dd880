"""案件的全貌 (a case as its reader sees it): who did what and when, what was said, papers, clocks, what is next.

Only looked up, never decided: the obstacles are those of `case_desk`, the clocks those of `case_facts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from integrity import case_facts, evidence, seals
from integrity.case_desk import NextStep, next_steps
from integrity.case_files import Case
from integrity.case_openings import hindrances
from integrity.cases import papers_of
from integrity.delivery import kept_as, service_of
from integrity.docket import open_clocks
from integrity.papers import called
from integrity.print_places import item_of
from integrity.records.ledger import Notice, Printing, Service
from integrity.records.office import Officer
from integrity.records.print_runs import PrintItem
from integrity.records.seals import PaperEnd
from integrity.rules.procedure import Done, Obstacle, Row, Running
from integrity.rules.procedure_waits import WAYS_OUT, onward
from integrity.rules.procedure_words import Stated, stated, step_name
from integrity.terms import PrintState, Role, StepEffect
from integrity.work import Work

_OF_WHO = ("organ", "apart", "relative")
"""Obstacles that lie in the officer who looks."""
DECIDING = frozenset({
    StepEffect.GRANT, StepEffect.ACT, StepEffect.UNDO_ACT, StepEffect.RESUME, StepEffect.FIND, StepEffect.REVOKE,
    StepEffect.UPHOLD, StepEffect.REPAIR, StepEffect.DESTROY,
})  # fmt: skip
"""Effects by which somebody gets or loses something."""
_REFUSING = ("NOT_ACCEPTED", "TERMINATED", "REMIND")
"""Steps of a reviewer that refuse or press a person."""


def to_be_proven(row: Row) -> bool:
    """决定性的步骤 (a step that decides): whoever takes it types his password again.

    What only an approver may do, what gives or takes, what refuses; delivering a paper only tells what was decided.
    """
    decides = row.by == (Role.APPROVER,) or row.effect in DECIDING or row.code in _REFUSING
    return decides and not row.serves


class PaperState(NamedTuple):
    """文书的状态 (how far a paper has come)."""

    notice: Notice
    copies: tuple[Printing, ...]
    service: Service | None
    placed: PrintItem | None
    ended: PaperEnd | None
    kept_as: str = ""
    """How a printed paper stands that is sent to nobody: 已签, 不须送达; "" for one that is delivered."""
    called: str = ""

    @property
    def printed_on(self) -> date | None:
        """When the original was printed; None when it was not."""
        return self.copies[0].happened_on if self.copies else None

    @property
    def word(self) -> str:
        """The state in a word."""
        if self.ended is not None:
            return "已替换" if self.ended.by_number else "已撤回"
        if self.service is not None:
            return "已送达"
        if self.placed is not None and self.placed.state is PrintState.RETURNED:
            return "已退回"
        if self.copies:
            return self.kept_as or "已打印，待送达"
        return "待打印" if self.placed is None else f"在打印批次 {self.placed.run}"

    @property
    def colour(self) -> str:
        """The colour that goes with the word."""
        known = {"已送达": "green", "已签": "green", "已退回": "red", "已撤回": "grey", "已替换": "grey"}
        known |= {"不须送达": "grey"}
        return known.get(self.word, "orange" if self.copies else "blue")


def paper_state(work: Work, notice: Notice) -> PaperState:
    """How far a paper has come: printed, copies, in a run, delivered, ended."""
    query = select(Printing).where(
        Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq
    )  # fmt: skip
    copies = tuple(work.session.exec(query.order_by(col(Printing.copy_no))))
    return PaperState(
        notice, copies, service_of(work, notice), item_of(work, notice),
        work.session.get(PaperEnd, notice.number), kept_as(work, notice), called(work, notice),
    )  # fmt: skip


def sealed(work: Work, notice: Notice) -> bool:
    """Does the paper bear a signed check code?"""
    return bool(seals.code_of(work, notice.number))


class Taken(NamedTuple):
    """已办的一步 (a step that was taken), as it is told."""

    done: Done
    name: str
    officer: str
    said: tuple[Stated, ...]
    papers: tuple[PaperState, ...]
    proof: str
    """Name of the evidence; "" for none."""
    kept: bool
    """Can the evidence be looked at here?"""


def story(work: Work, case: Case) -> list[Taken]:
    """Every step of a case, in order."""
    return [_taken(work, case, one) for one in case.history]


def said_last(case: Case, told: Sequence[Taken], row: Row) -> Taken | None:
    """What was last written down of substance, and not by the first step: what a decision goes by.

    A review, say; of a revocation the decision that it revokes.
    """
    revokes, serving = row.code == "REVOKED", {one.code for one in case.table.rows if one.serves}
    of_substance = [
        one for one in told[1:] if one.said and one.done.code not in serving and (revokes or not one.papers)
    ]  # fmt: skip
    return of_substance[-1] if of_substance else None


def _taken(work: Work, case: Case, done: Done) -> Taken:
    return Taken(
        done, step_name(case.table, done.code), officer_name(work, done.by),
        tuple(_named(work, one) for one in stated(case.table, done.code, done.data)),
        tuple(paper_state(work, one) for one in papers_of(work, case, done.no)),
        proof_name(work, case.household_id, done.evidence) if done.evidence else "",
        bool(done.evidence) and evidence.standing(work, case.household_id, done.evidence) == evidence.IN_STORE,
    )  # fmt: skip


_OFFICERS = frozenset({"visitor_1", "visitor_2", "recorder", "presider"})
"""Fields in which an officer stands by 工号."""


def _named(work: Work, one: Stated) -> Stated:
    """A field as it is told: an officer by name and 工号, a reason without the word for its code."""
    if one.name == "reason_code":
        return one._replace(official="原因")
    return one._replace(text=officer_name(work, one.text)) if one.name in _OFFICERS else one


def officer_name(work: Work, code: str) -> str:
    """An officer as he is named on a page: name and 工号; a job by what it is."""
    found = work.session.get(Officer, code)
    return code if found is None else f"{found.name}（{code}）"


def proof_name(work: Work, household_id: int, digest: str) -> str:
    """The name of a piece of evidence; what is not kept is named by its digest."""
    row = evidence.known(work, household_id, digest)
    if row is None:
        return f"{digest[:16]}…（没有保存在本系统）"
    return evidence.name_of(work, row) or "（已依法销毁）"


def clocks(work: Work, case: Case) -> tuple[list[Running], list[Running]]:
    """(the clocks that run, those that were met), the nearest first."""
    every = {code: _heard_on(case, one) for code, one in case_facts.clocks(work, case, work.today).items()}
    running = sorted(open_clocks(case, every), key=lambda one: one.last_day or date.max)
    met = [one for one in every.values() if one not in running]
    return running, met


def _heard_on(case: Case, one: Running) -> Running:
    """听取意见的期限 runs on after a statement that was not finished: until it is over nothing is decided."""
    said_all = case.said("finished", "STATEMENT") == "是" or case.last("WAIVED", "SILENT", "DECIDE") is not None
    return one if one.clock.code != "hear" or one.over or said_all else replace(one, stopped_on=None)


class Offer(NamedTuple):
    """可以接着办的一步 (a step that may come next), as the officer who looks sees it."""

    row: Row
    who: str
    not_mine: str
    """Why it is not his to take; "" when it is."""
    lacks: tuple[Obstacle, ...]
    """What is missing beside that."""
    stuck: bool
    """Is something missing that nothing on the form of the step can mend?"""
    onward: bool
    """Does it move the case towards its regular end?"""
    again: bool
    """Was it taken before, so that this is one more?"""

    @property
    def out(self) -> bool:
        """Does it break the case off or take it back?"""
        return self.row.code in WAYS_OUT

    @property
    def name(self) -> str:
        """What it is called on the page."""
        return "补充陈述" if self.again and self.row.code == "STATEMENT" else self.row.name


def offers(work: Work, case: Case, officer: Officer, *, acts: bool = True) -> list[Offer]:
    """The steps that may come next: his own first, the one that leads on before others, the ways out last.

    `acts`: whether his role takes steps at all.
    """
    found = [_offer(work, case, one, officer, acts=acts) for one in next_steps(work, case)]
    return sorted(found, key=lambda one: (one.out, bool(one.not_mine), not one.onward))


def _unprinted(work: Work, case: Case, row: Row) -> list[Obstacle]:
    """A paper that is not on paper cannot be delivered."""
    waits = [one for one in to_deliver(work, case, row) if not one.copies]
    return [Obstacle("print", f"文书 {one.notice.number} 还没有打印，请先打印", "") for one in waits]


def _offer(work: Work, case: Case, one: NextStep, officer: Officer, *, acts: bool) -> Offer:
    row, waits = one.row, _unprinted(work, case, one.row)
    who = "、".join(role.value for role in row.by)
    mine = next((lack for lack in one.lacks if lack.code in _OF_WHO), None)
    not_mine = "" if mine is None else str(mine)
    if officer.role not in row.by or not acts:
        above = any(lack.code == "organ" for lack in one.lacks)
        not_mine = f"由{'县级民政部门的' if above else ''}{who}人员办理"
    lacks = (*(lack for lack in one.lacks if lack.code not in _OF_WHO), *waits)
    again = case.last(row.code) is not None
    if again and row.asks and not waits and not hindrances(work, case, row):
        lacks = ()  # what the step before said is no lack of the next one: its own form asks
    stuck = bool(waits) or (bool(lacks) and not row.asks and bool(hindrances(work, case, row)))
    leads = row.code in {each.code for each in onward(case.table, tuple(case.history))}
    return Offer(row, who, not_mine, lacks, stuck, leads, again)


def unprinted(work: Work, case: Case) -> list[PaperState]:
    """The papers of a case that wait to be printed."""
    every = [paper_state(work, notice) for done in case.history for notice in papers_of(work, case, done.no)]
    return [one for one in every if not one.copies and one.ended is None]


def to_deliver(work: Work, case: Case, row: Row) -> list[PaperState]:
    """The papers that a step of service would deliver (两书同达)."""
    codes = row.serves.split()
    step = next((one for one in reversed(case.history) if one.code in codes), None)
    return [] if step is None else [paper_state(work, one) for one in papers_of(work, case, step.no)]


def way_of(case: Case) -> list[tuple[str, str]]:
    """The steps of a procedure and how far the case has come: (name, 已办/办到这里/未办), side steps left out."""
    taken, stage = {one.code for one in case.history}, case.stage
    return [
        (row.name, "办到这里" if row.code == stage and not case.closed else "已办" if row.code in taken else "未办")
        for row in case.table.rows
        if not row.side and row.by and (row.code in taken or not row.ends or not case.closed)
    ]
