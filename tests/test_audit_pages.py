"""操作日志页的试验 (the audit log in tests): found by household and by act, in words, and taken out by two hands."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlmodel import col, select

from integrity import audit_reading, exports
from integrity.audit_actions import ACTIONS
from integrity.audit_words import JOBS
from integrity.errors import Forbidden
from integrity.records.accounts import Account
from integrity.records.office import Audit
from integrity.settings import ROOT
from integrity.work import Office
from scheduler.jobs import TIMETABLE
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORMULA = "=cmd|' /C calc'!A0"


def body(page: str) -> str:
    """The lines of a page without its form."""
    return page.partition("<tbody>")[2]


def test_the_log_is_looked_through_by_household_and_by_act_and_says_it_in_words(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    clock.on(date(2026, 3, 2))
    with office.work("jb01") as work:
        first, second = family(work), family(work)
    for one in ("JN000001", "JN000002"):
        desks("jb01").page(f"/households/{one}")
    with office.work("jb01") as work:
        work.audit("查看完整号码", "person:1", "id_number：核对")
        work.audit("登记公示异议", "试街公〔2026〕1号", f"household:{second}")
        work.audit("手工运行任务", "roll_evaluation@2026-03-01 01:00")
        work.audit("检查导入文件", "households:0123456789ab", "名单.xlsx：3 行")
        work.audit("依法销毁", "", '{"number": "JN9", "persons": [4, 5], "list_number": "销1"}')
        work.audit("拒绝访问", "", "查看户账：GET /households/{number}（404）")
        work.audit("采用积分目录", "370811000000", "proposal 任民字〔2026〕1号")
        number, approver = work.session.exec(select(Account.id, Account.officer)).first() or (0, "")
        work.audit("核准账户", f"account:{number}")
    page = desks("sj01").page("/audit", household="JN000001")
    mine = body(page)
    assert "户 JN000001" in mine
    assert "身份证号：核对" in mine, "his members are his"
    assert "JN000002" not in mine
    assert mine.count("<tr>") == len(re.findall("户 JN000001|人员（内部编号）", mine))
    assert 'value="查看家庭" selected' in desks("sj01").page("/audit", action="查看家庭", household="JN000002")
    both = body(desks("sj01").page("/audit", action="查看家庭", household="JN000002"))
    assert (both.count("户 JN000002"), both.count("<tr>")) == (1, 1)
    every = body(desks("sj01").page("/audit"))
    for said in (
        "户编号：JN9；人员（内部编号）：4、5；清单号：销1", "查看户账：打开 /households/", "全员评估 2026-03-01",
        "任城区", f"户（内部编号）{second}", f"账户 {approver}", "导入文件 0123456789ab", "建议稿 任民字",
    ):  # fmt: skip
        assert said in every, said
    raws = ("household:", "person:", "id_number", "proposal", "roll_evaluation", "households:", "370811000000")
    for raw in (*raws, f"账户 {number}<"):
        assert raw not in every, raw
    assert first != second
    desks("sj01").page("/audit", household="买买提·吐尔逊", actor="买买提", action="买买提·吐尔逊")
    desks("sj01").page("/audit", household="JN000001", actor="jb01")
    with office.reading() as work:
        looked = select(Audit.detail).where(Audit.action == "查看操作日志").order_by(col(Audit.id))
        asked = work.session.exec(looked).all()
    assert asked[-1] == "jb01 户 JN000001"
    assert asked[-2] == "没有登记的工号 没有这种操作 没有登记的户编号", "what was typed may be a person's name"
    here = body(desks("jd01").page("/audit", household="JN000001"))
    assert "户 JN000001" in here
    assert "人员（内部编号）" not in here, "whoever watches sees the households of his area and nothing else"
    texts = [desks("jd09").page("/audit", household=one).replace(one, "") for one in ("JN000001", "JN999999")]
    assert body(texts[0]) == body(texts[1]) == ""
    assert "导出这些操作" not in desks("jd01").page("/audit")


@ON_ONE
def test_the_log_goes_out_with_a_reason_and_a_trace_and_a_long_one_by_two_hands(
    desks: Desks, office: Office, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.on(date(2026, 3, 2))
    with office.work("jb01") as work:
        for n in range(5):
            work.audit("试验", f"t:{n}", FORMULA)
    sj, aq = desks("sj01"), desks("aq01")
    asked = re.search(r'href="(/audit/exports/new[^"]*)"', sj.page("/audit", action="试验", actor="jb01"))
    assert asked
    new = asked[1].replace("&amp;", "&")
    assert "试验" in sj.page(new)
    assert "不少于 4 个字" in sj.post_form(new, {"reason": "查"}).text
    one = sj.done(new, {"reason": "年度安全检查"})
    assert "可以下载" in sj.page(one)
    loaded = openpyxl.load_workbook(io.BytesIO(sj.post_form(one, action=f"{one}/file").content))
    sheet: Any = loaded.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert [row[1:6] for row in rows] == [["jb01", "试验", "试验", f"t:{n}", FORMULA] for n in range(4, -1, -1)]
    assert {cell.data_type for row in sheet.iter_rows(min_row=5) for cell in row} <= {"s", "n"}, "no formula"
    assert all("导出000001" in str(row[6]) and "sj01" in str(row[6]) for row in rows)
    monkeypatch.setattr(exports, "ALONE", 4)
    two = sj.done(new, {"reason": "年度安全检查"})
    assert "等候安全管理员批准" in sj.page(two)
    assert two in aq.page("/audit/exports")
    assert "/audit/exports" in aq.page("/accounts"), "in the menu of who approves"
    assert "有 1 份操作日志的导出等待您批准" in aq.page("/accounts"), "on the first page of who approves"
    for other in ("fh01", "sp01", "jd01", "ga01"):
        assert desks(other).get(two).status_code == 403
        assert desks(other).get(two.removeprefix("/audit")).status_code in (403, 404)
    assert desks("fh01").get("/exports/new?what=audit&since=2026-03-01&until=2026-03-02").status_code == 404
    assert "操作日志" not in desks("fh01").page("/exports").partition("<tbody>")[2]
    assert aq.get("/audit").status_code == 403
    assert aq.get("/audit/exports/new").status_code == 403
    assert "已批准" in aq.page(aq.done(two, {"approved": "yes"}))
    with office.work("jb01") as work:
        work.audit("试验", "later")
    made = sj.done(two, action=f"{two}/make")
    later = openpyxl.load_workbook(io.BytesIO(sj.post_form(made, action=f"{made}/file").content)).worksheets[0]
    assert later.max_row == 4 + 5, "as of the moment when it was asked for"
    assert "下载导出文件" in body(sj.page("/audit", actor="sj01"))
    with office.reading() as work:
        work.actor = "jd01"
        with pytest.raises(Forbidden):
            audit_reading.count(work, audit_reading.Wanted(work.today, work.today), work.now, 10)


def test_every_act_that_is_written_down_can_be_chosen() -> None:
    offered = {one for names in ACTIONS.values() for one in names}
    written = {name for path in sorted((ROOT / "integrity").rglob("*.py")) for name in acts_of(path)}
    assert len(written) > 120
    assert written - offered == set()
    assert sum(map(len, ACTIONS.values())) == len(offered), "none twice"
    assert {job.code: job.name for job in TIMETABLE} == JOBS


def acts_of(path: Path) -> Iterator[str]:
    """Names of acts in the log that a module writes: as they stand, or by a name of the module."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if node.func.attr != "audit" and ast.unparse(node.func) != "desk.note":
            continue
        first = node.args[0]
        for one in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            if isinstance(one, ast.Constant):
                yield str(one.value)
            elif isinstance(one, ast.Name):
                module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
                yield from [getattr(module, one.id)] if hasattr(module, one.id) else ()
