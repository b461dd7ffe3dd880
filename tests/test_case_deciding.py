"""作出决定的页面 (the page of a decision): what it rests on stands in sight; what has to be said is asked at once."""

from __future__ import annotations

from datetime import date

import pytest

from integrity.households import by_number
from integrity.rules.stated import mere_assent
from integrity.terms import Procedure
from integrity.work import Office
from tests.case_office import heard, opened
from tests.desk_office import Desks, desks, papers, recommended
from tests.test_case_pages import ON_SQLITE, PLAN, case

__all__ = ["desks", "papers", "recommended"]


@ON_SQLITE
def test_whoever_decides_sees_what_it_rests_on_and_says_from_when(
    desks: Desks, recommended: str, office: Office
) -> None:
    with office.reading() as work:
        household = by_number(work, recommended)
    opened(office, "fh01", household, Procedure.DECISION, outcome="退出", reason=PLAN["reason"])
    heard(office, household, date(2026, 9, 1))
    approver, step = desks("sp01"), case(recommended, "steps", "DECIDE")
    page = approver.page(step)
    basis = page.partition("作出决定所根据的情况")[2].partition("</section>")[0]
    for said in ("1200.00元", "2000.00元", "核对平台", "与标准比较", "任民听〔2026〕1号告知书于2026年9月1日送达"):
        assert said in basis, said
    assert "拟作处理" not in page.partition('<form id="step"')[2]
    assert "当地没有规定，必须写明；减少、停止救助不早于送达的次月" in page
    left_out = approver.post_form(step, {"reason": "收入超过标准，不符合条件"})
    assert left_out.status_code == 422, "before any password is asked for"
    assert 'href="#f-effective_on"' in left_out.text
    assert "由县级民政部门在" in approver.page(case(recommended)), "who sets the time that cannot be computed"


@pytest.mark.parametrize("told", ["同意。", " 经研究，同意", "情况属实。", "同意以上意见！", "拟同意", "按规定办理"])
def test_agreeing_is_no_reason(told: str) -> None:
    assert mere_assent(told) == told.strip(" 。！")


@pytest.mark.parametrize(
    "told",
    ["收入超过标准", "已核实", "同意，收入超过标准", "本人不同意", "材料属实，收入未变", "按规定应当减发 120 元", ""],
)
def test_what_says_why_is_a_reason(told: str) -> None:
    assert mere_assent(told) == ""
