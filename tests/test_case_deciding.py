"""作出决定的页面 (the page of a decision): what it rests on stands in sight; what has to be said is asked at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from integrity import editions
from integrity.households import by_number
from integrity.rules.policy import load_texts
from integrity.rules.stated import mere_assent
from integrity.terms import Cause, Procedure
from integrity.work import Office
from tests.case_office import heard, opened
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers, recommended
from tests.papers_office import evaluate, granted, richer
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


@ON_SQLITE
def test_whoever_relies_on_what_nobody_has_read_is_told(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    with office.work("sp01") as work:
        sources = dict(editions.in_force(work).sources)
        for name, text in sources.items():
            sources[name] = re.sub('grade = "V[12]"', 'grade = "V3"', text)
        editions.register(work, load_texts(sources))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    reviewer = desks("fh01")
    opinion = reviewer.page("/households/JN000001/opinion").partition("没有核对过文件原文")[2].partition("</ul>")[0]
    assert ("转述的来源：" in opinion, opinion.count("<li>") >= 1) == (True, True)
    assert "转述的来源" in reviewer.page("/households/JN000001/why", on="2026-09-01")
    opened(office, "fh01", household, Procedure.DECISION, outcome="退出", reason=PLAN["reason"])
    heard(office, household, date(2026, 9, 1))
    basis = desks("sp01").page(case("JN000001", "steps", "DECIDE"))
    assert "<dt>没有核对过原文的规定</dt>" in basis.partition("作出决定所根据的情况")[2].partition("</section>")[0]


@ON_SQLITE
def test_what_was_read_is_not_called_unread(desks: Desks, recommended: str) -> None:
    assert "没有核对过" not in desks("fh01").page(f"/households/{recommended}/opinion")


@pytest.mark.parametrize("told", ["同意。", " 经研究，同意", "情况属实。", "同意以上意见！", "拟同意", "按规定办理"])
def test_agreeing_is_no_reason(told: str) -> None:
    assert mere_assent(told) == told.strip(" 。！")


@pytest.mark.parametrize(
    "told",
    ["收入超过标准", "已核实", "同意，收入超过标准", "本人不同意", "材料属实，收入未变", "按规定应当减发 120 元", ""],
)
def test_what_says_why_is_a_reason(told: str) -> None:
    assert mere_assent(told) == ""
