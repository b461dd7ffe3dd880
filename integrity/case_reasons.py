"""原因是否成立 (do the grounds hold): what the ledger and the region say to the reason of a case, and what was quashed.

Read by the needs of `rules.procedure_reasons`; a name that is missing here hinders nothing there.
"""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from integrity.assistance import paid, running
from integrity.case_files import Case, cases_of, text_of
from integrity.households import members, standing
from integrity.recommendations import as_due
from integrity.records.ledger import Conduct, Finding, Notice, Verification
from integrity.rules import grounds as g
from integrity.rules.policy import Policy
from integrity.rules.procedure import Facts
from integrity.rules.procedure_needs import planned
from integrity.rules.procedure_reasons import OF_A_PERSON, REGIONAL, reason
from integrity.terms import AreaLevel, ConductKind, ExitReason, FindingState, Outcome, Presence, Procedure, Scheme
from integrity.work import Work

Known = dict[str, Any]
_ENDS = (Outcome.EXIT, Outcome.WITHDRAW)
_ENDED = (FindingState.REVOKED, FindingState.WITHDRAWN)
_FOR_WITHDRAWAL = g.CAUSE_ADMITTED | g.WITHIN_BAND | g.SELF_REPORTED | g.COOLED | g.FIRST_OR_REPEATABLE
"""Conditions under which the region gives a 渐退."""


def grounds(work: Work, case: Case, f: Facts, policy: Policy, area: str) -> Known:
    """原因: set in the region, in agreement with the last check, reaching the whole household, with its fact."""
    code, outcome = reason(f), planned(f)
    present = [one.no for one in members(work, case.household_id, f.on).values() if one.presence is Presence.PRESENT]
    found: Known = {"amount_now": paid(work, case.household_id, f.on)}
    if code in REGIONAL:
        found["ground_set"] = policy.find("exit.ground", area, f.on, code.name) is not None
    if code is ExitReason.X08:
        found |= {"fraud_fact": _fraud(work, case), "fraud_by_county": f.level is AreaLevel.COUNTY}
    if code in OF_A_PERSON and outcome is Outcome.EXIT:
        found["whole_leaves"] = len(present) <= 1 and (case.member_no is None or set(present) <= {case.member_no})
    if outcome is Outcome.WITHDRAW and not f.history:
        found["against_withdrawal"] = _against_withdrawal(work, case.household_id)
    return found | (_checked(work, case, f, code, outcome) if outcome in _ENDS else {})


def _against_withdrawal(work: Work, household_id: int) -> tuple[str, ...]:
    """渐退条件: those that the rules find not to hold, in words."""
    found = as_due(work, [household_id]).get(household_id)
    return () if found is None else tuple(one.text for one in g.named(g.CONDITIONS, found.unmet & _FOR_WITHDRAWAL))


def _checked(work: Work, case: Case, f: Facts, code: ExitReason | None, outcome: Outcome | None) -> Known:
    """收入、财产超过规定: what the last check says, by the rules that recommend."""
    results = standing(work, Verification, case.household_id, f.on)
    held = [one.property_over for one in results if one.property_over is not None]
    if code is ExitReason.X05:
        return {"verified": bool(held), "ground_agrees": not held or held[-1]}
    if code is not ExitReason.X04:
        return {}
    if not any(one.income is not None for one in results):
        return {"verified": outcome is not Outcome.EXIT}
    found, grant = as_due(work, [case.household_id]).get(case.household_id), running(work, case.household_id, f.on)
    line = g.WITHIN_EDGE if grant is not None and grant.scheme is Scheme.EDGE else g.AT_OR_BELOW_LINE
    return {"verified": True, "ground_agrees": found is None or not found.met & line}


def _fraud(work: Work, case: Case) -> bool:
    """骗取: is a default of the household, of the member where one is named, on record?"""
    facts = [
        one for one in standing(work, Conduct, case.household_id, work.today)
        if one.kind is ConductKind.DEFAULT and case.member_no in (None, one.member_no)
    ]  # fmt: skip
    return any(case.subject_seq in (None, one.seq) for one in facts)


def original_of(work: Work, case: Case) -> Case | None:
    """The case whose paper a 复议、诉讼 is about; None where it is no paper of a case."""
    notice = None if case.subject_seq is None else work.session.get(Notice, (case.household_id, case.subject_seq))
    if notice is None:
        return None
    others = (one for one in cases_of(work, case.household_id) if one.procedure is not Procedure.REMEDY)
    return next((one for one in others if any(notice.subject == text_of(one, step.no) for step in one.history)), None)


def about_finding(work: Work, case: Case) -> bool:
    """Is it a finding that was quashed? For those the region may say within how many days the platform is told."""
    other = original_of(work, case)
    return other is not None and other.procedure is Procedure.DEFAULT


def undone(work: Work, case: Case) -> bool:
    """原决定是否已经撤销: by its own step, or its finding revoked; a case that has no such step is for the officer."""
    other = original_of(work, case)
    if other is None or all(row.code != "REVOKED" for row in other.table.rows):
        return True
    query = select(Finding.state).where(
        Finding.household_id == case.household_id, Finding.conduct_seq == other.subject_seq
    )
    revoked = other.procedure is Procedure.DEFAULT and any(one in _ENDED for one in work.session.exec(query))
    return other.stage == "REVOKED" or revoked
