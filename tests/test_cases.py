"""案例 (worked cases): every case of tests/cases/*.toml that asks one question is put to the rules as they are.

Nobody needs to write code to add one: a case names its `question` (a key of QUESTIONS below), its `input` in the
vocabulary of the tables below, and what it expects. A word that is not known fails, so that a slip cannot pass.
A text list in `expect` asks that each text is found in some line of the answer; [] asks that there is no line.
Cases that go through procedures, step by step, are walked by `test_case_files`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest

from integrity.errors import Invalid
from integrity.rules import credit, recheck, withdrawal
from integrity.rules import grounds as g
from integrity.rules.explanation import explain
from integrity.rules.facts import UNKNOWN, FindingFacts, Member, Order, Situation, date_of, day
from integrity.rules.identity import check_id, normal_name
from integrity.rules.policy import Policy, PolicyErrors, load, load_texts, shown
from integrity.rules.workdays import Period, Workdays, end_of, load_calendars
from integrity.rules.writing import read_document_number, read_paper_date
from integrity.terms import (
    Ability,
    Capacity,
    Cause,
    Event,
    ExitReason,
    FindingState,
    NationalClass,
    Outcome,
    Presence,
    Scheme,
)
from tests.case_table import all_cases, asked

NUMBERED = frozenset(
    f"C{n:02d}" for n in (1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 14, 17, 18, 19, 20, 21, 22, 24, 25, 27, 28, 29, 31, 32, 34,
                          36, 38, 39, 40, 41, 44, 45, 47, 50, 51, 52, 53, 54, 55, 56, 58, 59)
)  # fmt: skip
"""The numbered cases of the scheme: each is executed, here or by `test_case_files`."""

Case = Mapping[str, Any]
Answer = Mapping[str, Any]


def _fen(amount: Any) -> int:
    return round(float(amount) * 100)


def _yuan(fen: int) -> Any:
    return "未知" if fen == UNKNOWN else fen / 100


def _date(epoch_day: int) -> Any:
    return "未知" if epoch_day == UNKNOWN else date_of(epoch_day)


def _flag(value: bool) -> int:
    return 1 if value else 0


def _number(kind: Any) -> Callable[[str], int]:
    return lambda word: int(kind.named(word).number)


MEMBER: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "出生日期": ("born", day), "状态": ("presence", _number(Presence)), "状态日期": ("presence_on", day),
    "行为能力": ("capacity", _number(Capacity)), "劳动能力": ("ability", _number(Ability)),
    "在校": ("schooling", _flag), "连续拒绝就业": ("refusals", int),
}  # fmt: skip
HOUSEHOLD: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "救助类别": ("scheme", _number(Scheme)), "标准": ("urban", lambda word: {"城市": 1, "农村": 0}[word]),
    "起始日期": ("granted_on", day), "确认日期": ("confirmed_on", day), "停止日期": ("stopped_on", day),
    "月保障金": ("amount", _fen), "家庭月收入": ("income", _fen), "核定时收入": ("income_then", _fen),
    "核定时人口": ("persons_then", int), "核对日期": ("income_on", day), "收入变化原因": ("cause", _number(Cause)),
    "收入变化成员": ("cause_member", int), "主动申报": ("self_reported", _flag), "收入稳定": ("stable", _flag),
    "财产超标": ("property_over", _flag), "渐退起始": ("withdrawal_on", day), "渐退月数": ("withdrawal_months", int),
    "渐退前金额": ("withdrawal_amount", _fen), "已渐退次数": ("withdrawals_before", int),
    "上次渐退期满": ("last_withdrawal_end", day), "上次核查": ("checked_on", day), "分类": ("label", str),
}  # fmt: skip
FINDING: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "序号": ("seq", int), "成员": ("member_no", int), "出生日期": ("born", day),
    "行为能力": ("capacity", _number(Capacity)), "事项": ("item", str), "行为日期": ("act_on", day),
    "行为终止": ("act_end", day), "文书日期": ("document_on", day), "生效日期": ("effective_on", day),
    "状态": ("state", _number(FindingState)), "状态日期": ("state_on", day),
}  # fmt: skip


def _read(vocabulary: Mapping[str, tuple[str, Callable[[Any], Any]]], words: Case) -> dict[str, Any]:
    """Fields of a record from official words. Raises KeyError for a word that is not in the vocabulary."""
    return {vocabulary[word][0]: vocabulary[word][1](value) for word, value in words.items()}


def _member(no: int, words: Case) -> Member:
    known = {word: value for word, value in words.items() if word != "姓名"}
    fields = {"no": no, "born": UNKNOWN, "presence": Presence.PRESENT.number, "presence_on": UNKNOWN,
              "capacity": Capacity.FULL.number, "ability": UNKNOWN, "schooling": UNKNOWN, "refusals": 0}  # fmt: skip
    return Member(**(fields | _read(MEMBER, known)))


def _situation(case: Case) -> Situation:
    """The household of a case; whatever the case does not say is not known."""
    words = dict(case["input"])
    people = tuple(_member(n, one) for n, one in enumerate(words.pop("成员", []), start=1))
    events = tuple(
        (Event.named(one["事项"]).number, day(one["发生"]), day(one["报告"]), int(one.get("成员", 0)))
        for one in words.pop("变化", [])
    )
    for apart in ("认定", "延期令", "等级"):
        words.pop(apart, None)
    fields = dict.fromkeys(Situation._fields, UNKNOWN) | {
        "on": day(case["on"]), "scheme": Scheme.NONE.number, "cause": Cause.UNKNOWN.number, "cause_member": 0,
        "withdrawals_before": 0, "label": "", "members": people, "events": events, "ended": (),
    }  # fmt: skip
    return Situation(**(fields | _read(HOUSEHOLD, words)))


def _findings(case: Case) -> tuple[FindingFacts, ...]:
    found = []
    for n, words in enumerate(case["input"].get("认定", []), start=1):
        fields = _read(FINDING, words)
        fields.setdefault("act_end", fields["act_on"])
        fields.setdefault("state_on", fields.get("effective_on", UNKNOWN))
        ordinary = dict.fromkeys(FindingFacts._fields, UNKNOWN) | {"seq": n, "member_no": 1}
        ordinary["state"] = FindingState.EFFECTIVE.number
        found.append(FindingFacts(**(ordinary | fields)))
    return tuple(found)


def _orders(case: Case) -> tuple[Order, ...]:
    return tuple(
        Order(one["文号"], day(one["签发"]), day(one["自"]), day(one["至"]), one["月数"])
        for one in case["input"].get("延期令", [])
    )


@cache
def _shipped() -> Policy:
    return load()


@cache
def _with_local(text: str) -> Policy:
    return load_texts(dict(_shipped().sources) | {"案例.toml": text})


def _policy(case: Case) -> Policy:
    policy = _with_local(case["policy"]) if "policy" in case else _shipped()
    return policy.adopting(case.get("adopted", ()))


@cache
def _workdays() -> Workdays:
    return Workdays(load_calendars())


def _texts(table: tuple[g.Ground, ...], bits: int) -> tuple[str, ...]:
    return tuple(one.text for one in g.named(table, bits))


def recommended(case: Case) -> Answer:
    """处理建议: the recommendation for a household."""
    s = _situation(case)
    v = withdrawal.decide(s, withdrawal.parameters(_policy(case), case["area"], s.urban, case["on"]))
    return {
        "处理建议": tuple(Outcome)[v.outcome].value, "代码": tuple(ExitReason)[v.code].name,
        "渐退月数": [v.months_min, v.months_max], "新金额": [_yuan(v.amount_new_min), _yuan(v.amount_new_max)],
        "涉及成员": v.member, "听取意见": v.hearing == 1, "符合": _texts(g.CONDITIONS, v.met),
        "不符合": _texts(g.CONDITIONS, v.unmet), "需人工确定": _texts(g.QUESTIONS, v.ask),
        "同时": _texts(g.FOLLOW_UP, v.follow),
    }  # fmt: skip


def due(case: Case) -> Answer:
    """核查日期: when the next check is due and why."""
    p = recheck.parameters(_policy(case), case["area"], case["on"])
    orders = _orders(case)
    found = recheck.due(_situation(case), p, orders, case["input"].get("等级", ""))
    return {
        "应核查日": _date(found.due_on), "列入名单": _date(found.listed_on), "周期": found.cycle_months,
        "须办结日": _date(found.must_finish_on), "事由": _texts(g.DUE_GROUNDS, found.grounds),
        "延期令": orders[found.order].number if found.order >= 0 else "无",
        "需人工确定": _texts(g.QUESTIONS, found.ask),
    }  # fmt: skip


def paid(case: Case) -> Answer:
    """渐退发放: what is paid month by month."""
    words = case["input"]
    schedule = tuple(_policy(case).value("jiantui.pay_schedule", case["area"], case["on"]))
    fen = withdrawal.payments(words["渐退月数"], _fen(words["月保障金"]), schedule)
    return {"逐月": [one / 100 for one in fen], "合计": sum(fen) / 100}


def scored(case: Case) -> Answer:
    """积分: points, level, which findings count, and why others do not."""
    terms = credit.terms(_policy(case), case["area"], case.get("adopted", ()), case["on"])
    found = credit.score(_findings(case), terms, day(case["on"]))
    if found.points == UNKNOWN:
        return {"积分": "不计分", "等级": "无"}
    counted = [one.seq for one in found.contributions if one.reasons & g.COUNTED]
    return {
        "积分": found.points / 1000, "等级": terms.levels[found.level], "计入": counted,
        "不计": tuple(f"第{one.seq}号{text}" for one in found.contributions if one.seq not in counted
                    for text in _texts(g.SCORE_REASONS, one.reasons)),
        "有效至": [_date(one.end) for one in found.contributions],
    }  # fmt: skip


def repairable(case: Case) -> Answer:
    """修复期限: from when a repair may be applied for and when the record ends by itself."""
    words = case["input"]
    terms = credit.terms(_policy(case), case["area"], (), case["on"])
    window = credit.repair_window(NationalClass.named(words["国家分级"]).number, day(words["文书日期"]), terms)
    return {"可申请修复": _date(window.earliest), "自动期满": _date(window.end)}


def reported_late(case: Case) -> Answer:
    """迟报: what follows from telling a change late."""
    terms = credit.terms(_policy(case), case["area"], (), case["on"])
    bits = credit.late_report(day(case["input"]["发生"]), day(case["input"]["报告"]), terms)
    return {"处理": _texts(g.LATE_NOTES, bits)}


def mapped(case: Case) -> Answer:
    """等级对应: the national class of a local level; 未对应 means that nothing is exported."""
    number = credit.national_class(_policy(case), case["area"], case["input"]["本地等级"], case["on"])
    return {"国家分级": tuple(NationalClass)[number].value}


def ended(case: Case) -> Answer:
    """期限: the last day of a period, given in words or by the parameter that sets it."""
    words = case["input"]
    if "参数" in words:
        key, _, variant = words["参数"].partition("/")
        row = _policy(case).row(key, case["area"], case["on"], variant)
        period = Period.read(f"{row.value}{row.unit}")
    else:
        period = Period.read(words["期间"])
    term = end_of(words["起算"], period, _workdays(), roll=words.get("顺延", True))
    return {"最后一日": term.end, "暂定": term.provisional}


def identified(case: Case) -> Answer:
    """证件号码: is an identity number right?"""
    try:
        number = check_id(case["input"]["号码"])
    except Invalid:
        return {"有效": False}
    return {"有效": True, "出生日期": number.born, "性别": number.sex.value}


def written(case: Case) -> Answer:
    """写法: is a document number or a date on paper written as it must be?"""
    words = case["input"]
    try:
        read_document_number(words["文号"]) if "文号" in words else read_paper_date(words["成文日期"])
    except Invalid:
        return {"规范": False}
    return {"规范": True}


def name_kept(case: Case) -> Answer:
    """姓名: how a name is stored."""
    return {"存为": normal_name(case["input"]["姓名"])}


def policy_refused(case: Case) -> Answer:
    """政策审查: the problems for which a local pack is refused."""
    try:
        _with_local(case["policy"])
    except PolicyErrors as refused:
        return {"不予采用": tuple(str(problem) for problem in refused.problems)}
    return {"不予采用": ()}


def valued(case: Case) -> Answer:
    """政策参数: the value in force, as a person reads it, and where it stands."""
    key, _, variant = case["input"]["参数"].partition("/")
    row = _policy(case).row(key, case["area"], case["on"], variant)
    return {"参数值": shown(row), "出处": (row.source,)}


def explained(case: Case) -> Answer:
    """说明: the text that an officer reads out."""
    told = explain(_situation(case), _findings(case), _orders(case), _policy(case), case["area"],
                   adopted=case.get("adopted", ()), on=case["on"])  # fmt: skip
    return {"说明": tuple(told.as_text().split("\n"))}


QUESTIONS: Mapping[str, Callable[[Case], Answer]] = {
    "处理建议": recommended, "核查日期": due, "渐退发放": paid, "积分": scored, "修复期限": repairable,
    "迟报": reported_late, "等级对应": mapped, "期限": ended, "证件号码": identified, "写法": written,
    "姓名": name_kept, "政策审查": policy_refused, "政策参数": valued, "说明": explained,
}  # fmt: skip


def _agrees(expected: Any, actual: Any) -> bool:
    """Texts are looked for in the lines of the answer; everything else must be equal."""
    if isinstance(actual, tuple) and isinstance(expected, list) and expected:
        return all(any(text in line for line in actual) for text in expected)
    return bool(list(actual) == expected if isinstance(actual, tuple) else actual == expected)


@pytest.mark.parametrize("case", asked(), ids=lambda case: f"{case['id']} {case['title']}")
def test_the_rules_answer_as_the_case_requires(case: Case) -> None:
    answer = QUESTIONS[case["question"]](case)
    assert case["expect"], "a case that expects nothing cannot fail"
    for word, expected in case["expect"].items():
        assert word in answer, f"{word}: not in the answer to {case['question']}"
        assert _agrees(expected, answer[word]), f"{word}: expected {expected}, answered {answer[word]}"


def test_every_numbered_case_is_executed() -> None:
    assert {case["id"][:3] for case in all_cases() if case["id"].startswith("C")} == NUMBERED


def test_case_numbers_are_unique_and_each_names_its_ground() -> None:
    cases = all_cases()
    assert len({case["id"] for case in cases}) == len(cases)
    assert all(case["ground"] and case["title"] and ("question" in case) != ("step" in case) for case in cases)


@pytest.mark.parametrize("expected", [["没有这句话"], []])
def test_a_case_that_expects_something_else_fails(expected: list[str]) -> None:
    assert not _agrees(expected, ("只作记录",))


def test_a_word_outside_the_vocabulary_fails() -> None:
    with pytest.raises(KeyError, match="家庭收人"):
        recommended({"on": date(2026, 9, 7), "area": "370811", "input": {"家庭收人": 1}})
