"""核查的办理 (rechecks at the desk and at the door): who goes where, what is known of the family, what was found there.

Everything is a step of the procedure 定期核查; here is only put together what one form of an officer takes at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from integrity import cases
from integrity.case_files import Case, cases_in
from integrity.errors import ChengxinError, Refused
from integrity.household_views import Aid, Eyes, Resident, aid, residents
from integrity.households import home, standing
from integrity.letters import DONE
from integrity.recheck_steps import NOT_MET, Visit, open_case, send_pair, steps_of
from integrity.records.ledger import Household, Recheck, Step, Verification
from integrity.records.office import Officer, Recommendation
from integrity.records.places import HouseholdPlace
from integrity.rules.areas import code_range
from integrity.rules.facts import date_of
from integrity.sights import portions
from integrity.terms import Procedure, RecheckResult, Role
from integrity.work import Work

FOUND = (RecheckResult.UNCHANGED.value, RecheckResult.CHANGED.value)
"""Results that conclude a check."""
RESULTS = (*FOUND, *NOT_MET)
VISITING = (Role.ASSISTANT, Role.HANDLER, Role.REVIEWER)
"""Roles of those who go."""
_SENT = ("ASSIGNED", "VISITED")


class Sent(NamedTuple):
    """指派 (who is sent): the two, and how far they are."""

    visitors: tuple[str, str]
    stage: str
    case_no: int
    on: date


class Glance(NamedTuple):
    """入户前看的情况 (what the visitors should know at the door), in short."""

    aid: Aid
    residents: list[Resident]
    verified: Verification | None
    checked: Recheck | None


class Unmet(NamedTuple):
    """未能入户 (a visit that came to nothing): when, and why; somebody has to be sent again."""

    on: date
    why: str


class Going(NamedTuple):
    """入户人员 (who goes to a household, as a list tells it): the two who are sent, or the visit that failed; names.

    `left`: those who have left, or went to another office; somebody else has to be sent.
    """

    sent: Sent | None
    unmet: Unmet | None
    people: dict[str, str]
    left: frozenset[str]


def _open_cases(work: Work, households: Iterable[int]) -> Iterator[Case]:
    """The rechecks of these households to which somebody was sent, and which are not concluded."""
    for portion in portions(sorted(set(households))):
        query = select(Step.household_id).where(
            col(Step.household_id).in_(portion), Step.procedure == Procedure.RECHECK, Step.step == "ASSIGNED"
        ).distinct()  # fmt: skip
        yield from (case for case in cases_in(work, work.session.exec(query), Procedure.RECHECK) if not case.closed)


def sent(work: Work, households: Iterable[int]) -> dict[int, Sent]:
    """Who is sent to which of these households, whose recheck is not concluded."""
    found: dict[int, Sent] = {}
    for case in _open_cases(work, households):
        pair = case.last("ASSIGNED")
        if pair is not None and case.stage in _SENT:
            told = str(pair.data["visitor_1"]), str(pair.data["visitor_2"])
            found.setdefault(case.household_id, Sent(told, case.stage, case.no, pair.on))
    return found


def unmet(work: Work, households: Iterable[int]) -> dict[int, Unmet]:
    """To which of these households somebody went in vain, and nobody is sent since."""
    found: dict[int, Unmet] = {}
    for case in _open_cases(work, households):
        visit = case.last("UNREACHED")
        if visit is not None and case.stage == "UNREACHED":
            found[case.household_id] = Unmet(visit.on, str(visit.data.get("reason", "")))
    return found


def going(work: Work, households: Iterable[int]) -> dict[int, Going]:
    """Who goes to each of these households; nobody yet where neither is told."""
    wanted = set(households)
    pairs, vain = sent(work, wanted), unmet(work, wanted)
    people = called(work, {code for one in pairs.values() for code in one.visitors})
    left = _left(work, pairs)
    return {one: Going(pairs.get(one), vain.get(one), people, left.get(one, frozenset())) for one in wanted}


def _left(work: Work, pairs: dict[int, Sent]) -> dict[int, frozenset[str]]:
    """Of those sent to a household: who is not in office any more, or went to an office that the village is not of."""
    reach = {one.code: one.area for one in _in_office(work)} if pairs else {}
    found: dict[int, frozenset[str]] = {}
    for portion in portions(sorted(pairs)):
        query = select(HouseholdPlace).where(col(HouseholdPlace.household_id).in_(portion))
        for place in work.session.exec(query):
            found[place.household_id] = frozenset(
                code for code in pairs[place.household_id].visitors
                if code not in reach or not _covers(reach[code], {place.area})
            )  # fmt: skip
    return found


def due_on(row: Recommendation | None) -> date | None:
    """The day by which the last evaluation wants a check."""
    return None if row is None or row.due_on is None else date_of(row.due_on)


def called(work: Work, codes: Iterable[str]) -> dict[str, str]:
    """The names of officers by 工号; of one who is not known, the 工号."""
    wanted = set(codes)
    known = {one.code: one.name for one in work.session.exec(select(Officer).where(col(Officer.code).in_(wanted)))}
    return {code: known.get(code) or code for code in wanted}


def visitors_in(work: Work, area: str) -> list[Officer]:
    """Officers who may be sent somewhere in an area: theirs covers it, or lies in it."""
    low, high = code_range(area)
    found = [one for one in _in_office(work) if _covers(one.area, {area}) or low <= one.area < high]
    return sorted(found, key=lambda one: (one.area, one.code))


def visitors_for(work: Work, areas: Iterable[str]) -> list[Officer]:
    """Who may be sent: officers in office whose area covers all of these villages."""
    wanted = set(areas)
    return [one for one in _in_office(work) if _covers(one.area, wanted)]


def _in_office(work: Work) -> list[Officer]:
    query = select(Officer).where(col(Officer.role).in_(VISITING), Officer.since <= work.today)
    rows = work.session.exec(query.order_by(col(Officer.area).desc(), col(Officer.code)))
    return [one for one in rows if one.until is None or one.until >= work.today]


def _covers(area: str, wanted: set[str]) -> bool:
    low, high = code_range(area)
    return all(low <= one < high for one in wanted)


def send(work: Work, households: Iterable[int], pair: tuple[str, str]) -> int:
    """指派 (send two visitors) to each household, all or none; how many. Raises Refused, naming the household."""
    done = 0
    for household_id in households:
        area = home(work, household_id, work.today).area
        outside = set(pair) - {one.code for one in visitors_for(work, (area,))}
        if outside:
            raise Refused(f"{'、'.join(sorted(outside))} 不是管这一户所在村（居）的在岗核查人员，请另选")
        try:
            _send(work, household_id, pair)
        except ChengxinError as fault:
            number = work.session.get_one(Household, household_id).number
            raise Refused(f"户 {number}：{fault}；本次没有指派任何一户", getattr(fault, "obstacles", ())) from fault
        done += 1
    return done


def _send(work: Work, household_id: int, pair: tuple[str, str]) -> None:
    work.lock(household_id)
    send_pair(work, household_id, open_case(work, household_id), pair)


def enter(work: Work, household_id: int, visit: Visit) -> Case:
    """登记核查结果 (what the visit came to): visited, and concluded unless that is left to another; or not reached.

    By the two who are sent. Raises Refused where nobody is sent, and as `cases.take`.
    """
    work.lock(household_id)
    case = open_case(work, household_id)
    told = case.last("ASSIGNED") if case is not None else None
    if case is None or told is None or case.stage != "ASSIGNED":
        raise Refused("这一户现在没有被指派的入户人员，请由复核人员先指派（民发〔2021〕57号第16条）")
    pair = str(told.data["visitor_1"]), str(told.data["visitor_2"])
    for code, on, given, evidence in steps_of(visit, pair, work.today):
        case = cases.take(work, household_id, case.no, code, on=on, evidence=evidence, **given).case
    return case


def conclude(work: Work, household_id: int, result: str, reason: str) -> Case:
    """核查结论 (conclusion) after the visit; it makes a paper of today. Raises as `cases.take`."""
    case = open_case(work, household_id)
    if case is None:
        raise Refused("这一户没有在办的核查")
    return cases.take(work, household_id, case.no, "RESULT", result=result, reason=reason).case


def glance(view: Eyes) -> Glance:
    """What is known of a family now: aid, members, the last comparison, the last check."""
    work, household_id = view.work, view.household_id
    verified = [one for one in standing(work, Verification, household_id, work.today) if one.income is not None]
    checks = [one for one in standing(work, Recheck, household_id, work.today) if one.result in DONE]
    return Glance(
        aid(work, household_id, None), residents(view), verified[-1] if verified else None,
        checks[-1] if checks else None,
    )  # fmt: skip
