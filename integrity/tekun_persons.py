"""特困供养人员 (persons on 特困供养): who of a household is still supported, and what belongs to the others.

The books keep one sum for the household. Where no paper says more, each of the others has an equal share of it.
民发〔2021〕43号 4, 24, 26.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from integrity.assistance import paid, running
from integrity.case_files import Case, cases_of
from integrity.households import acts, members
from integrity.rules.procedure_tekun import PERSONAL
from integrity.terms import Act, ExitReason, Presence, Procedure, Scheme
from integrity.work import Work


def ended(work: Work, household_id: int, on: date) -> frozenset[int]:
    """已终止供养的成员: those whose own support was ended since the grant, and was not given back."""
    about = {
        one.no: one.member_no for kind in (Procedure.TEKUN, Procedure.DECISION)
        for one in cases_of(work, household_id, kind)
    }  # fmt: skip
    ends = {one.no for one in cases_of(work, household_id, Procedure.TEKUN)}
    gone: set[int] = set()
    for act in acts(work, household_id, on):
        member = None if act.case_no is None else about.get(act.case_no)
        if act.act is Act.GRANT:
            gone = set()
        elif member is not None and act.act is Act.LOWER and act.case_no in ends:
            gone.add(member)
        elif member is not None and act.act is Act.RAISE:
            gone.discard(member)
    return frozenset(gone)


def supported(work: Work, household_id: int, on: date) -> frozenset[int]:
    """供养人员: the members who live in the household and whose support goes on."""
    people = members(work, household_id, on).values()
    return frozenset(one.no for one in people if one.presence is Presence.PRESENT) - ended(work, household_id, on)


def without_one(work: Work, household_id: int, on: date, member_no: int | None = None) -> int | None:
    """What must be left when one person's support is taken away: the equal shares of the others; all, if his is gone.

    None where no sum is on record.
    """
    grant, amount = running(work, household_id, on), paid(work, household_id, on)
    if grant is None or amount is None:
        return None
    gone, named = ended(work, household_id, on), frozenset(() if member_no is None else (member_no,))
    if named & gone:
        return amount
    count = grant.persons - len(gone) if grant.persons else len(supported(work, household_id, on) | named)
    return amount * (count - 1) // count if count > 0 else 0


def known(work: Work, case: Case, code: ExitReason | None, on: date) -> dict[str, Any]:
    """What the needs of `procedure_tekun` read: who else is supported, what may not be taken from them."""
    grant = running(work, case.household_id, on)
    if grant is None or grant.scheme is not Scheme.TEKUN:
        return {}
    gone, floor = ended(work, case.household_id, on), without_one(work, case.household_id, on, case.member_no)
    people = members(work, case.household_id, on).values()
    present = {one.no for one in people if one.presence is Presence.PRESENT}
    if case.member_no is None:
        of_all = code not in (*PERSONAL, None) and not gone
        return {"one_tekun": of_all or len(present) <= 1, "others_go_on": False, "without_one": floor}
    others = present - gone - {case.member_no}
    return {
        "one_tekun": not others, "others_go_on": bool(others) and case.member_no not in gone,
        "without_one": floor, "floor": floor,
    }  # fmt: skip
