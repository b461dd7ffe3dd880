"""作出决定所根据的情况 (what a decision rests on), put before whoever decides: hearing, present sum, income, standard.

Only looked up; what cannot be told of a case is left out, and the step itself says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from integrity import assistance
from integrity.case_files import Case
from integrity.case_papers import heard
from integrity.errors import ChengxinError
from integrity.households import standing
from integrity.opinions import opinion_of
from integrity.policy_reading import unread
from integrity.recommendations import explain
from integrity.records.ledger import Verification
from integrity.rules import grounds as g
from integrity.rules.policy import NotInForce
from integrity.rules.writing import yuan
from integrity.work import Work

_SHOWN = ("line", "edge", "property")
"""Conditions whose figures an approver wants before him: income against the standard, property."""


def before_deciding(work: Work, case: Case) -> list[tuple[str, str]]:
    """作出决定前看的情况: how the person was heard, what is paid now, what was checked against which standard."""
    amount = assistance.paid(work, case.household_id, work.today)
    found = [("现在的月救助金额", "没有发放" if amount is None else yuan(amount)), *_income(work, case)]
    with suppress(ChengxinError, NotInForce):
        found += _compared(work, case)
    with suppress(ChengxinError):
        found.append(("听取意见", heard(work, case)))
    return found


def _income(work: Work, case: Case) -> Iterator[tuple[str, str]]:
    checks = [one for one in standing(work, Verification, case.household_id, work.today) if one.income is not None]
    for last in checks[-1:]:
        yield "家庭月收入", f"{yuan(last.income or 0)}（{last.happened_on} 核对，来源：{last.source}）"


def _compared(work: Work, case: Case) -> list[tuple[str, str]]:
    """与标准比较: income and property, with their figures, as told with the opinion; and what rests on no read text."""
    told = explain(work, case.household_id, opinion_of(work, case).recommended_on)
    pairs = zip(g.CONDITIONS, told.explanation.conditions, strict=True)
    compared = [
        ("与标准比较", f"{one.text}：{'是' if one.met else '否'}" + (f"，{one.figures}" if one.figures else ""))
        for ground, one in pairs
        if ground.code in _SHOWN and one.met is not None
    ]
    return compared + [("没有核对过原文的规定", one) for one in unread(work, told.edition, told.rows)]
