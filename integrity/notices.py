"""告知与通知 (notices): which papers are due, made out township by township, printed, and made on demand at the desk.

Reading order: `letters` (what a paper says), `papers` (number, content, ledger), `print_runs` (many papers), `printing`
(one paper), `delivery` (送达). The monthly job issues first and makes print runs then; a paper that cannot be made is
listed for a person with its reason, and the others go on.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col, select

from integrity import cases, letters
from integrity.case_files import text_of
from integrity.delivery import RemedyTerms, hearing_ends, remedy_ends, serve, service_of, unanswered
from integrity.errors import NotFound, Refused
from integrity.households import members, standing
from integrity.letters_family import desk, organ_missing
from integrity.papers import by_hand, by_number, content, issue, lock
from integrity.print_choice import Choice
from integrity.print_runs import job_step
from integrity.print_wishes import UNASKED, Asked
from integrity.printing import original, reprint, reproduce, verify_copy
from integrity.rechecks import list_due
from integrity.recommendations import Finding, as_due
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Change, Decision, Notice, Recheck, Residence
from integrity.rules.areas import code_range
from integrity.rules.facts import date_of
from integrity.terms import Act, Event, ExitReason, Outcome, PaperKind, Presence
from integrity.work import Work
from reports.forms import Letter
from reports.run_files import LARGEST

__all__ = [
    "RemedyTerms", "by_number", "content", "hearing_ends", "issue", "issue_part", "notice_parts", "original",
    "print_now", "remedy_ends", "reprint", "reproduce", "serve", "service_of", "unanswered", "verify_copy",
    "wanted_now",
]  # fmt: skip

ISSUE, PRINT = "issue", "print"


class Wanted(NamedTuple):
    """One paper that is due: for whom, which, about what, and how it is made out."""

    household_id: int
    kind: PaperKind
    subject: str
    draft: Callable[[str, date], Letter] | None
    case_no: int = 0
    """The case of which it is a step; 0 none. Its papers are made out by the step."""


def notice_parts(work: Work) -> list[str]:
    """The parts of the monthly job: issue for every township, then make a print run and lay out its files, one by one.

    Every township with a household registered by `work.due`; twice its households bounds the papers to print.
    """
    township = func.substr(Residence.area, 1, 9)
    rows = work.session.execute(
        select(township, func.count(func.distinct(Residence.household_id)))
        .where(Residence.recorded_at <= work.due)
        .group_by(township)
        .order_by(township)
    ).all()
    prints = [f"{PRINT} {code}000 {n}" for code, homes in rows for n in range(1, 3 + 2 * homes // LARGEST)]
    return [*(f"{ISSUE} {code}000" for code, _ in rows), *prints]


def issue_part(work: Work, part: str) -> str:
    """Do one part of the monthly job; its summary line, with what a person must see to."""
    step, township, *_ = part.split()
    return _issue(work, township) if step == ISSUE else job_step(work, Choice(area=township))


def _issue(work: Work, township: str) -> str:
    """Issue what is due in a township."""
    due = [*_rechecks(work, township), *_hearings(work, township), *_withdrawals(work, township)]
    unsigned = _unsigned(work, township, {one.kind for one in due})
    wanted = [one for one in due if one.kind not in unsigned]
    lock(work, {one.household_id for one in wanted})
    issued = _standing(work, {one.household_id for one in wanted})
    counts: dict[PaperKind, int] = {}
    faults = list(dict.fromkeys(unsigned.values()))
    for one in wanted:
        if (one.household_id, one.kind, one.subject) in issued:
            continue
        try:
            _make(work, one)
        except (Refused, NotFound) as fault:
            faults.append(str(fault))
        else:
            counts[one.kind] = counts.get(one.kind, 0) + 1
    for reason in faults:
        work.audit("文书生成需人工处理", township, reason)
    made = "，".join(f"{kind.value} {count} 份" for kind, count in counts.items()) or "没有新文书"
    return made + by_hand(faults)


def _make(work: Work, one: Wanted) -> Notice:
    """Issue a paper, as a step of its case where it belongs to one."""
    if one.case_no:
        return cases.take(work, one.household_id, one.case_no, "NOTICE").papers[0]
    assert one.draft is not None
    return issue(work, one.household_id, one.kind, one.subject, one.draft)


def _unsigned(work: Work, township: str, kinds: set[PaperKind]) -> dict[PaperKind, str]:
    """Kinds of papers that nobody can sign, with what to do: said once for the township, not once for each family."""
    missing = {}
    for kind in kinds:
        try:
            desk(work, township, kind, work.today)
        except NotFound as fault:
            missing[kind] = organ_missing(township, fault)
    return missing


def _standing(work: Work, households: set[int]) -> set[tuple[int, PaperKind, str]]:
    """Household, kind and subject of the papers that were issued already."""
    rows = work.session.exec(select(Notice).where(col(Notice.household_id).in_(households)))
    return {(row.household_id, row.kind, row.subject) for row in rows}


def _rechecks(work: Work, township: str) -> Iterator[Wanted]:
    """F11 for households whose check falls due by the end of the month, or that are on the list already."""
    today = _day(work)
    end = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    nobody_left = (Outcome.EXIT.number, ExitReason.X01.number)
    for household_id, found in sorted(list_due(work, township[:9], end).items()):
        if (found.outcome, found.reason_code) != nobody_left and not _another_way(work, household_id, today):
            yield _recheck(work, household_id, found)


def _another_way(work: Work, household_id: int, on: date) -> str:
    """Why a family gets no 定期核查通知书 although its check is due; "" when it gets one. It stays on the list."""
    now = members(work, household_id, on).values()
    deaths = [one for one in standing(work, Change, household_id, on) if one.kind is Event.DEATH]
    reported = {one.member_no for one in deaths}
    left = [one for one in now if one.presence is Presence.PRESENT and one.no not in reported]
    dead = [one for one in now if one.presence is Presence.DEAD and one.no not in reported]
    unnamed = sum(one.member_no is None for one in deaths) - len(dead)  # reports that name nobody and are still open
    if len(left) <= max(unnamed, 0):
        return "家庭成员已经死亡或者死亡待核实，没有可以通知的人，请核实后办理"
    try:
        opinion = letters.last_opinion(work, household_id, on)
    except NotFound:
        return ""
    checks = [one for one in standing(work, Recheck, household_id, on) if one.result in letters.DONE]
    if checks and checks[-1].happened_on > opinion.happened_on:
        return ""
    return f"已有“{opinion.outcome.value}”的审核意见尚未办结，应先送达听取意见告知书"


def _recheck(work: Work, household_id: int, found: Finding) -> Wanted:
    assert found.due_on is not None
    draft = partial(letters.recheck_notice, work, household_id, found)
    return Wanted(household_id, PaperKind.F11, f"recheck:{date_of(found.due_on)}", draft)


def _hearings(work: Work, township: str) -> Iterator[Wanted]:
    """F13 for households whose last opinion is adverse and not yet followed by an act. The dead cannot be heard."""
    low, high = code_range(township)
    query = select(Decision.household_id).where(
        Decision.area >= low, Decision.area < high, Decision.recorded_at <= work.due
    )
    for household_id in sorted(set(work.session.exec(query))):
        try:
            opinion = letters.last_opinion(work, household_id, _day(work))
        except NotFound:
            continue
        found = case_of(work, opinion)
        if (opinion.outcome, opinion.reason_code) != (Outcome.EXIT, ExitReason.X01) and (
            found is None or found.stage == "OPEN"
        ):
            yield _hearing(work, opinion)


def case_of(work: Work, opinion: Decision) -> cases.Case | None:
    """The case that an opinion has opened; None for an opinion from before there were cases."""
    found = cases.cases_of(work, opinion.household_id)
    return next((one for one in found if one.history[0].entry == opinion.seq), None)


def _hearing(work: Work, opinion: Decision) -> Wanted:
    found = case_of(work, opinion)
    if found is not None:
        told = found.last("NOTICE")
        subject = text_of(found, told.no if told else len(found.history) + 1)
        return Wanted(opinion.household_id, PaperKind.F13, subject, None, found.no)
    draft = partial(letters.hearing_notice, work, opinion.household_id, opinion)
    return Wanted(opinion.household_id, PaperKind.F13, f"opinion:{opinion.seq}", draft)


def _withdrawals(work: Work, township: str) -> Iterator[Wanted]:
    """F16 for every 渐退 that is running or will begin."""
    low, high = code_range(township)
    query = select(Assistance.household_id).where(
        Assistance.area >= low, Assistance.area < high, Assistance.act == Act.WITHDRAW,
        Assistance.recorded_at <= work.due,
    )  # fmt: skip
    for household_id in sorted(set(work.session.exec(query))):
        try:
            act = letters.running_withdrawal(work, household_id, _day(work))
        except NotFound:
            continue
        if act.case_no is None:  # the decision of a case is its own 渐退告知书
            yield _withdrawal(work, act)


def _withdrawal(work: Work, act: Assistance) -> Wanted:
    draft = partial(letters.withdrawal_notice, work, act.household_id, act)
    return Wanted(act.household_id, PaperKind.F16, f"withdrawal:{act.seq}", draft)


def _day(work: Work) -> date:
    """The day as of which a job decides."""
    return work.due.astimezone(SHANGHAI).date()


def print_now(work: Work, household_id: int, kind: PaperKind, asked: Asked = UNASKED) -> Path:
    """Issue and print one paper at the desk; the file. The original is printed once: asked again, its file comes back.

    F01 and F02 are made out anew each day; the others for what stands now. Raises NotFound, Refused.
    """
    one = wanted_now(work, household_id, kind)
    query = select(Notice).where(
        Notice.household_id == household_id, Notice.kind == kind, Notice.subject == one.subject
    )
    standing = work.session.exec(query).first()
    return original(work, standing or _make(work, one), asked)


def wanted_now(work: Work, household_id: int, kind: PaperKind) -> Wanted:
    """The paper of a kind that a household would get today. Raises NotFound when nothing calls for it."""
    if kind is PaperKind.F01:
        return Wanted(household_id, kind, f"policy:{work.today}", partial(letters.policy_notice, work, household_id))
    if kind is PaperKind.F02:
        draft = partial(letters.commitment, work, household_id)
        return Wanted(household_id, kind, f"commitment:{work.today}", draft)
    if kind is PaperKind.F13:
        return _hearing(work, letters.last_opinion(work, household_id, work.today))
    if kind is PaperKind.F16:
        return _withdrawal(work, letters.running_withdrawal(work, household_id, work.today))
    if kind is not PaperKind.F11:
        raise Refused(f"《{kind.value}》由办理程序的相应步骤制发：chengxin case")
    found = as_due(work, [household_id]).get(household_id)
    if found is None or found.due_on is None:
        raise NotFound("该户没有应核查日：不在救助，或者没有上次核查的日期")
    instead = _another_way(work, household_id, work.today)
    if instead:
        raise Refused(f"该户不发定期核查通知书：{instead}")
    return _recheck(work, household_id, found)
