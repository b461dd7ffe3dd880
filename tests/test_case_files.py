"""案例文件 (case files): every case that goes through procedures is walked on both databases, step by step.

A step is refused with the words and the article that the case names, and then leaves nothing behind; or it is taken,
and what is true afterwards is what the case says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from integrity.settings import settings
from integrity.work import Office
from tests.case_acts import ACTS, EVALUATE, act
from tests.case_checks import check
from tests.case_table import PAGE, all_cases, page, walked
from tests.case_walk import FAULTS, Walk, begin, furnish, proceed, written
from tests.conftest import SetClock
from tests.papers_office import papers

__all__ = ["papers"]


def go(walk: Walk, step: Mapping[str, Any]) -> None:
    """One step of a case file, and what must follow."""
    begin(walk, step)
    do = act if step["步骤"] in (*ACTS, EVALUATE) else proceed
    if "不予办理" not in step:
        do(walk, step)
        if "办理" in step:
            check(walk, step["办理"])
        return
    before = written(walk)
    with pytest.raises(FAULTS) as refused:
        do(walk, step)
    said = str(refused.value)
    assert step["不予办理"], "请写明不予办理的理由"
    assert [one for one in step["不予办理"] if one not in said] == [], said
    assert written(walk) == before, "不予办理的步骤留下了记录"


@pytest.mark.parametrize("case", walked(), ids=lambda case: f"{case['id']} {case['title']}")
def test_the_office_does_what_the_case_requires(
    case: Mapping[str, Any], office: Office, clock: SetClock, papers: object
) -> None:
    assert settings().papers
    walk = Walk(office, clock, case)
    furnish(walk)
    for n, step in enumerate(case["step"], start=1):
        try:
            go(walk, step)
        except BaseException as fault:
            fault.add_note(f"{case['id']} 第 {n} 步：{step.get('日期', '')} {step['步骤']}")
            raise
    if "expect" in case:
        check(walk, case["expect"])


@pytest.mark.parametrize("case", walked(), ids=lambda case: case["id"])
def test_a_case_could_fail(case: Mapping[str, Any]) -> None:
    assert "expect" in case or any("办理" in step or "不予办理" in step for step in case["step"])
    assert case["ground"]
    assert case["title"]


def short(**changed: Any) -> dict[str, Any]:
    """A case of one step, with what is changed in the step."""
    step = {"日期": date(2026, 8, 3), "岗位": "复核", "程序": "调整与终止", "步骤": "提出意见", "填写": {
        "拟作处理": "减发", "金额": 900, "原因代码": "收入超过标准", "理由": "家庭收入增加"}} | changed  # fmt: skip
    family = {"救助类别": "最低生活保障", "月救助金额": 1200}
    return {"id": "T1", "title": "试验", "ground": "试验", "area": "370811", "household": family, "step": [step]}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"办理": {"办到": "告知"}}, "办到：应为 告知，实为 提出意见"),
        ({"办理": {"月救助金额": {"2026-12": 900}}}, "应为"),
        ({"办理": {}}, "没有写明应有的结果"),
        ({"办理": {"办到了": "告知"}}, "办到了"),
        ({"不予办理": ["第48条"]}, "DID NOT RAISE"),
        ({"填写": {"拟作处里": "减发"}}, "拟作处里"),
        ({"岗位": "经办", "不予办理": ["第99条"]}, "第99条"),
        ({"附记": "无"}, "附记"),
    ],
)
def test_a_case_that_expects_something_else_fails(
    changed: dict[str, Any], said: str, office: Office, clock: SetClock, papers: object
) -> None:
    case = short(**changed)
    walk = Walk(office, clock, case)
    furnish(walk)
    with pytest.raises((AssertionError, KeyError, pytest.fail.Exception), match=said):
        go(walk, case["step"][0])


def test_the_page_of_cases_is_what_the_files_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_there_are_as_many_cases_again() -> None:
    basic = {case["id"][:3] for case in all_cases() if case["id"].startswith("C")}
    more = {case["id"] for case in walked() if case["id"].startswith("N")}
    assert len(basic) == 42
    assert len(more) >= 45
