"""案件 (cases): a procedure under way in one household, step by step, each taken by a named person.

`take` is the only way to take a step: it asks the table of the procedure and the red lines, makes the papers, writes
the step, and lets its effect follow. What a step says is kept encrypted; the ledger holds only that it was taken.
Reading order: `case_files` (what a case is), `case_facts` (what is known for a step), `case_letters` (its papers),
`case_effects` (what it enters besides itself).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import func, select

from integrity import case_clocks, case_effects, case_facts, case_letters
from integrity.calendars import workdays
from integrity.case_files import Case, cases_of, opened, read_case, seal, text_of
from integrity.delivery import effective_on, serve
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import home
from integrity.letters_family import desk
from integrity.papers import by_number, issue
from integrity.permissions import require
from integrity.records.ledger import Notice, Service, Step
from integrity.rules import redlines
from integrity.rules.procedure import (
    EXTEND,
    START,
    SUSPEND,
    Done,
    Facts,
    Obstacle,
    Row,
    Running,
    Table,
    filled,
    obstacles,
    reasons,
)
from integrity.rules.procedure_tables import table
from integrity.rules.workdays import Period
from integrity.terms import Procedure, ServiceWay
from integrity.work import Work

__all__ = ["Case", "Taken", "cases_of", "obstacles_to", "open_case", "read_case", "row_of", "serve_paper", "take"]

MATTER = "办理程序"


class Taken(NamedTuple):
    """办理结果 (a step that was taken): its entry, the case as it stands now, and the papers that were made out."""

    step: Step
    case: Case
    papers: tuple[Notice, ...]


class Asked(NamedTuple):
    """一步的请求 (a step that is asked for): the case, the step, its day, what it states, its evidence."""

    case: Case
    row: Row
    on: date
    given: Mapping[str, Any]
    evidence: str


def open_case(
    work: Work, household_id: int, procedure: Procedure, step: str = "", *, member_no: int | None = None,
    subject_seq: int | None = None, on: date | None = None, evidence: str = "", **given: Any,
) -> Taken:  # fmt: skip
    """Open a case (立案) by its first step. `step` names it where a procedure may begin in several ways.

    `subject_seq` is the entry that the case is about: a fact, an act, a paper. Raises Refused, naming every obstacle
    with its article, Forbidden, NotFound, Invalid.
    """
    rules = table(procedure)
    first = [row for row in rules.rows if START in row.after]
    row = row_of(rules, step) if step else first[0]
    if not step and len(first) > 1:
        raise Invalid(f"“{procedure.value}”请写明从哪一步开始：{'、'.join(one.name for one in first)}")
    work.lock(household_id)
    last = work.session.exec(select(func.max(Step.case_no)).where(Step.household_id == household_id)).one() or 0
    case = Case(household_id, last + 1, procedure, member_no, subject_seq, ())
    return _take(work, Asked(case, row, on or work.today, filled(row.asks, given), evidence))


_TOLD_APART = {
    Procedure.APPLICATION: ("scheme",), Procedure.AUTHORITY: ("whom", "scope"), Procedure.CHANGE: ("what",),
    Procedure.REMEDY: ("kind", "number"), Procedure.RIGHTS: ("kind",), Procedure.TRANSFER: ("body",),
}  # fmt: skip
"""What makes two cases about the same member and entry two, by what the first step states."""


def _once(work: Work, asked: Asked) -> None:
    """Refuse a second open case of the same thing (重复立案), naming the first: it would be told and served twice."""
    mine, names = asked.case, _TOLD_APART.get(asked.case.procedure, ())
    for one in cases_of(work, mine.household_id, mine.procedure):
        first = one.history[0]
        same = (one.member_no, one.subject_seq, first.code) == (mine.member_no, mine.subject_seq, asked.row.code)
        ended = one.closed or (mine.procedure is Procedure.AUTHORITY and _lapsed(one, asked.on))
        if same and not ended and all(first.data.get(name) == asked.given.get(name) for name in names):
            text = f"第 {one.no} 号案件（{mine.procedure.value}）还没有办结，不能重复立案；请在该案件中接着办理"
            raise Refused(text, (Obstacle("twice", text, ""),))


def _lapsed(case: Case, on: date) -> bool:
    """Is the day over until which an authority holds?"""
    until = case.said("until")
    return isinstance(until, date) and until < on


def take(
    work: Work, household_id: int, case_no: int, step: str, *, on: date | None = None, evidence: str = "", **given: Any
) -> Taken:  # fmt: skip
    """Take one step of a case (办理一步), by its code or its official name. Raises as `open_case`."""
    work.lock(household_id)
    case = read_case(work, household_id, case_no)
    if step in (SUSPEND, EXTEND, "中止期限", "延长期限"):
        return _shift(work, case, SUSPEND if step in (SUSPEND, "中止期限") else EXTEND, on or work.today, given)
    row = row_of(case.table, step)
    stated = case_facts.as_told(case, row, filled(row.asks, given))
    return _take(work, Asked(case, row, on or work.today, stated, evidence))


def serve_paper(
    work: Work, number: str, way: ServiceWay, *, on: date, receiver: str, witnesses: tuple[str, ...] = (),
    detail: str = "", evidence: str = "",
) -> Taken | Service:  # fmt: skip
    """Deliver a paper by its 文号 (送达): where it belongs to a case, this takes the case's step. Raises as `take`."""
    notice = by_number(work, number)
    work.lock(notice.household_id)
    for case in cases_of(work, notice.household_id):
        step = next((one for one in case.history if notice.subject == text_of(case, one.no)), None)
        row = next((row for row in case.table.rows if step and step.code in row.serves.split()), None)
        if row is not None:
            given = {"way": way.value, "receiver": receiver, "witnesses": "、".join(witnesses), "detail": detail}
            return take(work, notice.household_id, case.no, row.code, on=on, evidence=evidence, **given)
    return serve(work, notice, way, on=on, receiver=receiver, witnesses=witnesses, detail=detail, evidence=evidence)


def obstacles_to(
    work: Work, case: Case, step: str, *, on: date | None = None, evidence: str = "", **given: Any
) -> tuple[Obstacle, ...]:  # fmt: skip
    """Why the acting officer could not take this step now; empty when he could. Writes nothing."""
    row = row_of(case.table, step)
    stated = case_facts.as_told(case, row, filled(row.asks, given))
    return _hindered(work, Asked(case, row, on or work.today, stated, evidence))[1]


def row_of(rules: Table, step: str) -> Row:
    """The step of a name, also without what stands in its brackets.

    Raises Refused by its red line for what is never a step (抵扣), Invalid for other names.
    """
    crossed = redlines.forbidden_request(step)
    if crossed is not None:
        raise Refused(str(crossed), (crossed,))
    return rules.row(next((row.code for row in rules.rows if row.name.split("（")[0] == step), step))


def _hindered(work: Work, asked: Asked) -> tuple[Facts, tuple[Obstacle, ...]]:
    facts = case_facts.facts(
        work, asked.case, asked.row, on=asked.on, given=asked.given, evidence=asked.evidence
    )  # fmt: skip
    rules = asked.case.table
    return facts, (*obstacles(rules, asked.row, facts), *redlines.at_step(rules, asked.row, facts))


def _take(work: Work, asked: Asked) -> Taken:
    """Ask the rules, make the papers, write the step, let its effect follow."""
    case, row = asked.case, asked.row
    place = home(work, case.household_id, asked.on)
    if not (row.job and case_facts.by_job(work)):
        require(work, MATTER, place.area)
    if asked.on > work.today:
        raise Refused(f"日期 {asked.on} 在今天之后，不能预先登记")
    if row.papers and asked.on != work.today:
        raise Refused(f"“{row.name}”要制发文书，日期只能是今天，不能倒签（红线第16条）")
    if not case.history:
        _once(work, asked)
    facts, found = _hindered(work, asked)
    if found:
        raise Refused("；".join(reasons(found)), found)
    given = dict(asked.given) | case_facts.derived(work, case, row, facts)
    made = case_effects.before(work, case, row, facts, given)
    papers = _papers(work, asked, facts, given)
    entry = made
    if row.serves:
        entry = _serve(work, asked, given)
    elif papers:
        entry = papers[0].seq
    step = _write(work, asked, given, entry)
    now = opened(case, step, given)
    pending = case_effects.after(work, now, row, facts, given)
    if pending:
        waiting = Asked(now, now.table.row("PENDING"), asked.on, {}, "")
        later = _write(work, waiting, {"reason": pending}, None)
        now = opened(now, later, {"reason": pending})
    case_clocks.note(work, now)
    return Taken(step, now, papers)


def _papers(work: Work, asked: Asked, facts: Facts, given: dict[str, Any]) -> tuple[Notice, ...]:
    """The papers of this step, numbered and frozen; each refuses to be made out when something is missing."""
    case = asked.case
    wanted = case_letters.drafts(work, case, asked.row, facts, given)
    subject = text_of(case, len(case.history) + 1)
    return tuple(issue(work, case.household_id, kind, subject, draft) for kind, draft in wanted)


def _serve(work: Work, asked: Asked, given: dict[str, Any]) -> int:
    """送达 of every paper of the step that this one serves, together (两书同达); the seq of the first proof."""
    case, codes = asked.case, asked.row.serves.split()
    step = next((one for one in reversed(case.history) if one.code in codes), None)
    notices = [] if step is None else papers_of(work, case, step.no)
    if not notices:
        raise Refused("这一步没有可以送达的文书")
    way = ServiceWay.named(str(given["way"]))
    witnesses = tuple(one for one in str(given.get("witnesses") or "").split("、") if one)
    proofs = [
        serve(
            work, notice, way, on=asked.on, receiver=str(given["receiver"]), witnesses=witnesses,
            detail=str(given.get("detail") or ""), evidence=asked.evidence,
        )
        for notice in notices
    ]  # fmt: skip
    notice = notices[0]
    served_on = effective_on(
        work, proofs[0], desk(work, notice.area, notice.kind, notice.happened_on), workdays(work)
    )  # fmt: skip
    if served_on > work.today:
        raise Refused(f"公告期到 {served_on} 届满，届满后再登记送达（民事诉讼法第95条）")
    given["served_on"] = served_on
    return proofs[0].seq


def papers_of(work: Work, case: Case, step_no: int) -> list[Notice]:
    """The papers that a step of a case has made, in the order of their numbers in the ledger."""
    query = select(Notice).where(Notice.household_id == case.household_id, Notice.subject == text_of(case, step_no))
    return sorted(work.session.exec(query), key=lambda one: one.seq)


def _write(work: Work, asked: Asked, given: Mapping[str, Any], entry: int | None) -> Step:
    """The step itself: what it says goes into a sealed document of its own."""
    case = asked.case
    step = Step(
        happened_on=asked.on, area=home(work, case.household_id, asked.on).area, case_no=case.no,
        step_no=len(case.history) + 1, procedure=case.procedure, step=asked.row.code, member_no=case.member_no,
        subject_seq=case.subject_seq, entry_seq=entry, evidence=asked.evidence,
        data_sha256=seal(work, case, len(case.history) + 1, given),
    )  # fmt: skip
    work.append(case.household_id, step)
    work.flush()  # the database's own guards look for this step when the effect comes
    return step


_SHIFTED = {SUSPEND: "中止期限", EXTEND: "延长期限"}


def _shift(work: Work, case: Case, code: str, on: date, given: Mapping[str, Any]) -> Taken:
    """中止、延长: a clock stands still or is made longer, by a reviewer or approver, with a reason and a ground."""
    require(work, "变更期限", home(work, case.household_id, on).area)
    clock = next((one for one in case.table.clocks if given.get("clock") in (one.code, one.name)), None)
    running = None if clock is None else case_facts.clocks(work, case, on).get(clock.code)
    if clock is None or running is None or running.stopped_on is not None:
        raise Refused("本案没有正在计算的这个期限")
    if len(str(given.get("reason") or "").strip()) < 2 or not str(given.get("basis") or "").strip():
        raise Refused(f"{_SHIFTED[code]}须写明理由和依据")
    case_facts.may_shift(clock, extended=code == EXTEND)
    if case_facts.is_relative(work, case.household_id, work.actor):
        raise Refused(f"{work.actor} 与该户有近亲属关系，应当回避（民发〔2021〕57号第11条）")
    if not case.history[-1].on <= on <= work.today:
        raise Refused(f"日期 {on} 应在上一步的 {case.history[-1].on} 与今天之间，不得倒签（红线第16条）")
    data = {**filled((), given), "clock": clock.code}
    if code == EXTEND:
        case_facts.may_extend(work, case, running, Period.read(str(given.get("length") or "")))
    else:
        _pause(running, data)
    _bounded(work, case, running, Done(len(case.history) + 1, code, on, work.actor, data))
    row = Row(code, _SHIFTED[code], (), (), clock.law)
    step = _write(work, Asked(case, row, on, data, ""), data, None)
    now = opened(case, step, data)
    case_clocks.note(work, now)
    return Taken(step, now, ())


_LONGEST_SHIFT = 366
"""Days by which one suspension or extension may move a last day: whoever needs more has to say so again."""


def _pause(running: Running, data: Mapping[str, Any]) -> None:
    """Refuse a suspension without its days, or with days that cannot be."""
    since, until = data.get("since"), data.get("until")
    if not (isinstance(since, date) and isinstance(until, date)):
        raise Refused("中止期限须写明起止日期")
    if until < since:
        raise Refused("中止的截止日期早于起始日期")
    if since < running.since:
        raise Refused(f"“{running.clock.name}”自 {running.since} 起算，中止不能早于这一天")
    if (until - since).days > _LONGEST_SHIFT:
        raise Refused(f"一次中止不超过一年，到期仍不能恢复的，再次办理中止（现为 {since} 至 {until}）")


def _bounded(work: Work, case: Case, running: Running, shift: Done) -> None:
    """Compute the changed clock before it is written: refuse what cannot be computed, or moves it by over a year."""
    after = replace(case, history=(*case.history, shift))
    now = case_facts.clocks(work, after, shift.on)[running.clock.code]
    if now.last_day is None and (shift.code == EXTEND or running.last_day is not None):
        raise Refused(f"变更后的“{running.clock.name}”不能计算：{now.why}")
    before = running.last_day or running.since
    if now.last_day is not None and (now.last_day - before).days > _LONGEST_SHIFT:
        raise Refused(f"“{running.clock.name}”由 {before} 变更到 {now.last_day}，一次变更不能超过一年")


def decided_notice(work: Work, case: Case) -> Notice:
    """The paper of the case's last decision. Raises NotFound before there is one."""
    step = next((one for one in reversed(case.history) if one.code in ("DECIDE", "APPROVE", "ANSWERED")), None)
    found = [] if step is None else papers_of(work, case, step.no)
    if not found:
        raise NotFound(f"案件 {case.no} 还没有决定文书")
    return found[0]
