"""认定的事实和依据 (facts and grounds behind an opinion), as its hearing notice and its decision tell them.

Each article says what it is about. 社会救助法 47、48; what the condition rests on comes from `rules.grounds`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from integrity import editions
from integrity.households import members, standing
from integrity.letters_family import Family
from integrity.letters_texts import wording
from integrity.recommendations import Explained, explain
from integrity.records.ledger import Decision, Verification
from integrity.records.office import Person
from integrity.rules import grounds as g
from integrity.rules.citations import citations, explained
from integrity.rules.policy import Policy, shown
from integrity.rules.writing import paper_date, yuan
from integrity.terms import Cause, ExitReason, Outcome, Presence, Verdict
from integrity.work import Work

_FRAUD_LAW = "社会救助法第73条"
_MEMBER = re.compile(r"第(\d+)号成员")
_BY_INCOME = frozenset({"line", "edge", "change", "amount", "cause", "band"})
"""Codes of the conditions that are measured by the income."""
_ON_WITHDRAWAL = frozenset({"cause", "band", "told", "cooled", "repeat", "withdrawing"})
"""Codes of the conditions that say whether a 渐退 is given."""
_LABELS = {
    "standard.dibao": "当地低保标准为每人每月{0}元",
    "lowincome.edge_multiplier": "低保边缘家庭收入标准为低保标准的{0}倍",
    "jiantui.band": "渐退收入上限为低保标准的{0}倍", "refuse_job.count": "拒绝工作的规定次数为{0}次",
}  # fmt: skip
"""Parameters that a family is told, in words."""


def found(work: Work, decision: Decision, who: Family, on: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """认定的事实 and 依据 behind an opinion, as its hearing notice and its decision tell them."""
    told = explain(work, decision.household_id, decision.recommended_on)
    then = editions.by_edition(work, told.edition)
    facts = (*_died(work, decision, on), *_verified(work, told, decision, who, on), *_facts(told, decision, who, on))
    own = [explained(_FRAUD_LAW)] if decision.reason_code is ExitReason.X08 else []
    laws = _grounds(told, then, decision, on)
    return facts, tuple(dict.fromkeys([*wording("hearing", on).all("grounds"), *own, *laws]))


def _died(work: Work, decision: Decision, on: date) -> Iterator[str]:
    """死亡: who died and when, where that is why assistance ends or is cut."""
    if decision.reason_code is not ExitReason.X01:
        return
    for one in members(work, decision.household_id, on).values():
        person = work.session.get(Person, one.person_id)
        if one.presence is Presence.DEAD and person is not None and person.name:
            yield f"{person.name}于{paper_date(one.happened_on)}死亡"


def _verified(work: Work, told: Explained, decision: Decision, who: Family, on: date) -> Iterator[str]:
    """核对的事实: the results on which it turned, known when it was evaluated: of which day, from where, about whom."""
    text = wording("hearing", on)
    turned = {
        ground.code for ground, one in zip(g.CONDITIONS, told.explanation.conditions, strict=True)
        if one.met is not None
    }  # fmt: skip
    known = [
        one for one in standing(work, Verification, decision.household_id, decision.recommended_on)
        if one.recorded_at <= told.known_until
    ]  # fmt: skip
    incomes = [one for one in known if one.income is not None] if turned & _BY_INCOME else []
    for last in incomes[-1:]:
        said = text.one("income", on=paper_date(last.happened_on), source=last.source, income=yuan(last.income or 0))
        if last.cause not in (Cause.UNKNOWN, Cause.NONE):
            whose = who.named(last.cause_member) if last.cause_member else "家庭"
            said += "，" + text.one("cause", member=whose, cause=last.cause.value)
        yield said
    held = [one for one in known if one.property_over is not None] if "property" in turned else []
    for last in held[-1:]:
        slot = "property_over" if last.property_over else "property_within"
        yield text.one(slot, on=paper_date(last.happened_on), source=last.source)


def _facts(told: Explained, decision: Decision, who: Family, on: date) -> Iterator[str]:
    """认定的事实: the conditions on which the recommendation turned, in plain words, with their figures.

    Where a person decided otherwise, what the rules said against it is not told as what it rests on.
    """
    text = wording("facts", on)
    for ground, one in zip(g.CONDITIONS, told.explanation.conditions, strict=True):
        slot = f"{ground.code}.{'met' if one.met else 'unmet'}"
        if one.met is None or slot not in text.slots or _against(decision, ground.code, met=one.met):
            continue
        figures = _MEMBER.sub(lambda found: who.named(int(found[1])), one.figures)
        yield f"经核实，{text.one(slot)}" + (f"：{figures}" if figures else "")
    if decision.verdict is Verdict.CHANGED:
        yield f"审核意见：{decision.reason}"


def _against(decision: Decision, code: str, *, met: bool) -> bool:
    """Does a condition of 渐退 speak against what a person chose in place of the recommendation?"""
    if decision.verdict is not Verdict.CHANGED or code not in _ON_WITHDRAWAL - {"withdrawing"}:
        return False
    return met is not (decision.outcome is Outcome.WITHDRAW)


def _grounds(told: Explained, policy: Policy, decision: Decision, on: date) -> Iterator[str]:
    """依据: the articles of the conditions on which it turned, and the values in force that were used with them.

    What a 渐退 rests on comes last where none is given, and says so: it explains the decision and does not carry it.
    """
    text, told_as, later = wording("facts", on), wording("hearing", on), []
    withdrawn = decision.outcome is Outcome.WITHDRAW
    for ground, one in zip(g.CONDITIONS, told.explanation.conditions, strict=True):
        if one.met is None or f"{ground.code}.{'met' if one.met else 'unmet'}" not in text.slots:
            continue
        laws = [explained(law) for law in one.ground.split("；") if not law.startswith(("当地", "没有"))]
        for row in (policy.by_id(row_id) for row_id in one.rows):
            if row.key in _LABELS:
                said = _LABELS[row.key].format(shown(row).removesuffix(row.unit))
                laws.append(told_as.one("value", said=said, source="；".join(citations(row.source))))
        if withdrawn or ground.code not in _ON_WITHDRAWAL:
            yield from laws
        else:
            later += laws
    yield from (told_as.one("no_withdrawal", law=law) for law in dict.fromkeys(later))
