"""案例的应有结果 (what a case file expects): each word looks at the ledger, the papers or the clocks, and compares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from integrity import assistance, postings
from integrity.case_facts import clocks
from integrity.households import acts, members, standing
from integrity.papers import content
from integrity.policies_of import policy_for
from integrity.recommendations import as_due
from integrity.records.ledger import Commitment, Conduct, Finding
from integrity.rules import credit
from integrity.rules.facts import UNKNOWN, FindingFacts, date_of, day
from integrity.rules.policy import Policy
from integrity.terms import Act, ConductKind, FindingState, Outcome
from integrity.work import Work
from reports import forms
from tests.case_walk import Walk, facts, papers, procedures

Check = Callable[[Walk, Work, Any], Any]
"""Gives what there is, to be compared with what is expected."""


def _stage(walk: Walk, work: Work, expected: Any) -> str:
    case = walk.case(work)
    return case.table.row(case.stage).name


def _closed(walk: Walk, work: Work, expected: Any) -> bool:
    return walk.case(work).closed


def _course(walk: Walk, work: Work, expected: Any) -> list[str]:
    case = walk.case(work)
    return [case.table.row(one.code).name for one in case.history]


def _kinds(walk: Walk, work: Work, expected: Any) -> list[str]:
    assert walk.taken is not None
    return [one.kind.value for one in walk.taken.papers]


def _texts(walk: Walk, work: Work) -> str:
    """All that the papers of the last step say."""
    assert walk.taken is not None
    assert walk.taken.papers, "这一步没有文书"
    said = [text for one in walk.taken.papers for _, text in forms.texts(content(work, one))]
    return "；".join(said)


def _says(walk: Walk, work: Work, expected: list[str]) -> list[str]:
    said = _texts(walk, work)
    return [one for one in expected if one in said]


def _silent_on(walk: Walk, work: Work, expected: list[str]) -> list[str]:
    said = _texts(walk, work)
    return [one for one in expected if one not in said]


def _clocks(walk: Walk, work: Work, expected: Mapping[str, Any]) -> dict[str, Any]:
    """The last day of each named clock; （暂定） where it is not certain, 不能计算 where nothing sets it."""
    found = {one.clock.name: one for one in clocks(work, walk.case(work), work.today).values()}
    told: dict[str, Any] = {}
    for name in expected:
        one = found.get(name)
        last = None if one is None else one.last_day
        if one is None or last is None:
            told[name] = "没有开始" if one is None else "不能计算"
        else:
            told[name] = last if one.firm else f"{last}（暂定）"
    return told


def _overdue(walk: Walk, work: Work, expected: Any) -> list[str]:
    return sorted(one.clock.name for one in clocks(work, walk.case(work), work.today).values() if one.overdue)


def _state(walk: Walk, work: Work, expected: Any) -> str:
    """The state of the finding on the case's fact, or on the last fact."""
    case = walk.case(work) if walk.case_no else None
    seqs = [one.seq for one in facts(walk, work)]
    about = case.subject_seq if case is not None and case.subject_seq in seqs else seqs[-1]
    steps = [one for one in standing(work, Finding, walk.household, work.today) if one.conduct_seq == about]
    return steps[-1].state.value if steps else "没有认定"


def _said(name: str, yuan: bool = False) -> Check:
    def look(walk: Walk, work: Work, expected: Any) -> Any:
        found = walk.case(work).said(name)
        return found / 100 if yuan and found is not None else found

    return look


def _lists(name: str) -> Check:
    """Texts that must stand in what a step states."""

    def look(walk: Walk, work: Work, expected: list[str]) -> list[str]:
        found = str(walk.case(work).said(name) or "")
        return [one for one in expected if one in found]

    return look


def month_amount(work: Work, household: int, month: date) -> float:
    """What is paid for a month, act by act in the order in which they were decided; from the ledger alone."""
    amount = schedule_from = None
    percents: list[int] = []
    last = 0
    for one in acts(work, household, work.today):
        if one.effective_on > month:
            continue
        schedule_from, percents = None, []
        if one.act is Act.STOP:
            amount = 0
        elif one.act is Act.WITHDRAW:
            schedule_from, percents = one.effective_on, [int(part) for part in one.schedule.split(",")]
        elif one.act is Act.REVIVE:
            amount = last
        else:
            amount = last = one.amount or 0
    if schedule_from is None:
        return (amount or 0) / 100
    k = (month.year - schedule_from.year) * 12 + month.month - schedule_from.month
    return last * percents[k] / 10_000 if k < len(percents) else 0


def _amounts(walk: Walk, work: Work, expected: Mapping[str, Any]) -> dict[str, float]:
    return {
        month: month_amount(work, walk.household, date.fromisoformat(f"{month}-01")) for month in expected
    }  # fmt: skip


def _receives(walk: Walk, work: Work, expected: Any) -> str:
    found = assistance.running(work, walk.household, work.today)
    return found.scheme.value if found else "不在救助"


def _granted(walk: Walk, work: Work, expected: Any) -> list[date]:
    return [one.effective_on for one in acts(work, walk.household, work.today) if one.act is Act.GRANT]


def _acts(walk: Walk, work: Work, expected: Any) -> list[str]:
    return [f"{one.act.value}" for one in acts(work, walk.household, work.today)]


def _facts(walk: Walk, work: Work, expected: Any) -> int:
    return len([one for one in standing(work, Conduct, walk.household, work.today) if one.kind is ConductKind.DEFAULT])


def _promises(walk: Walk, work: Work, expected: Any) -> list[str]:
    return [one.signed_by.value for one in standing(work, Commitment, walk.household, work.today)]


def _score(walk: Walk, work: Work, expected: Any) -> Any:
    """积分 of the household by what its findings are today."""
    policy: Policy = policy_for(work, walk.village[:9] + "000", work.today)
    limits = credit.terms(policy, walk.village[:9] + "000", policy.adopted, work.today)
    found = credit.score(tuple(_counted(walk, work)), limits, day(work.today))
    return "不计分" if found.points == UNKNOWN else found.points / 1000


def _counted(walk: Walk, work: Work) -> list[FindingFacts]:
    people, made = members(work, walk.household, work.today), []
    for fact in facts(walk, work):
        steps = [one for one in standing(work, Finding, walk.household, work.today) if one.conduct_seq == fact.seq]
        paper = next((one for one in reversed(steps) if one.document_on is not None), None)
        if not steps:
            continue
        person = people[fact.member_no]
        made.append(FindingFacts(
            seq=fact.seq, member_no=fact.member_no, born=day(person.born_on) if person.born_on else UNKNOWN,
            capacity=person.capacity.number, item=fact.item, act_on=day(fact.happened_on), act_end=day(fact.act_end),
            document_on=day(paper.document_on) if paper and paper.document_on else UNKNOWN,
            effective_on=day(paper.effective_on) if paper and paper.effective_on else UNKNOWN,
            state=steps[-1].state.number, state_on=day(steps[-1].happened_on),
        ))  # fmt: skip
    return made


def _due(walk: Walk, work: Work, expected: Any) -> Any:
    found = as_due(work, [walk.household])[walk.household]
    return date_of(found.due_on) if found.due_on is not None else "未知"


def _advised(walk: Walk, work: Work, expected: Any) -> str:
    return tuple(Outcome)[as_due(work, [walk.household])[walk.household].outcome].value


def _answer(walk: Walk, work: Work, expected: list[str]) -> list[str]:
    return [one for one in expected if one in walk.answer]


def _unsaid(walk: Walk, work: Work, expected: list[str]) -> list[str]:
    return [one for one in expected if one not in walk.answer]


def _until(walk: Walk, work: Work, expected: Any) -> date:
    return postings.by_number(work, walk.posting).until


def _numbers(walk: Walk, work: Work, expected: Any) -> list[str]:
    return [one.number for one in papers(walk, work)]


def _effective(walk: Walk, work: Work, expected: Any) -> date | None:
    """From when the last act of assistance is carried out."""
    return acts(work, walk.household, work.today)[-1].effective_on


def _findings(walk: Walk, work: Work, expected: Any) -> list[str]:
    return [one.state.value for one in standing(work, Finding, walk.household, work.today)]


def _in_force(walk: Walk, work: Work, expected: Any) -> int:
    last = {one.conduct_seq: one.state for one in standing(work, Finding, walk.household, work.today)}
    return sum(one is FindingState.EFFECTIVE for one in last.values())


CHECKS: Mapping[str, Check] = {
    "办到": _stage, "办理经过": _course, "办结": _closed, "文书": _kinds, "文书写明": _says, "文书不写": _silent_on,
    "期限": _clocks, "逾期": _overdue, "认定": _state, "补发": _lists("arrears"),
    "补发合计": _said("arrears_total", yuan=True), "多发": _lists("overpaid"),
    "多发合计": _said("overpaid_total", yuan=True), "告知的期限": _said("within"), "送达之日": _said("served_on"),
    "月救助金额": _amounts, "正在享受": _receives, "确认给予": _granted, "救助行为": _acts, "执行日期": _effective,
    "失信事实": _facts, "承诺": _promises, "积分": _score, "应核查日": _due, "处理建议": _advised, "写明": _answer,
    "不写": _unsaid, "公示截止": _until, "文号": _numbers, "认定经过": _findings, "生效的认定": _in_force,
    "办理过的程序": lambda walk, work, expected: procedures(walk, work), "未执行的原因": _lists("reason"),
}  # fmt: skip
"""Word → what there is. Every word that is not here fails."""


def check(walk: Walk, expected: Mapping[str, Any]) -> None:
    """Compare everything that is expected with what there is."""
    assert expected, "没有写明应有的结果"
    with walk.office.reading() as work:
        for word, value in expected.items():
            found = CHECKS[word](walk, work, value)
            assert found == value, f"{word}：应为 {value}，实为 {found}"
