"""收回核查名单 (filled recheck lists): each row once, as the steps an officer would take, refused where he would be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlmodel import select
from typer.testing import CliRunner

from integrity import exchange, kinship, recheck_results
from integrity.__main__ import app
from integrity.errors import Forbidden, Invalid, Refused
from integrity.households import standing
from integrity.records.chain import breaks
from integrity.records.ledger import Recheck
from integrity.records.office import ImportBatch, Officer
from integrity.terms import RecheckResult, Role
from integrity.work import Office
from tests.case_office import EVIDENCE, more_officers
from tests.conftest import SetClock
from tests.papers_office import VILLAGE, Family, evaluate, furnish, granted, papers
from tests.recheck_office import (
    ABSENT,
    CHANGED,
    MADE,
    PAIR,
    SAME,
    TAKEN,
    VISIT,
    case,
    column,
    counts,
    errors,
    fill,
    made,
)

__all__ = ["papers"]
NUMBERS = ("JN000001", "JN000002", "JN000003")
ONE, TWO, THREE = NUMBERS


@dataclass
class Town:
    """A township with three households on a list, and where files go."""

    office: Office
    clock: SetClock
    households: dict[str, int]
    papers: Path
    list: Path
    folder: Path

    def sent(self) -> None:
        """The reviewer sends jb01 and jb02 to all, through the list."""
        path = fill(self.list, self.folder / "指派.xlsx", dict.fromkeys(NUMBERS, PAIR))
        report = recheck_results.assign_all(self.office, path, "fh01")
        assert (report.good, report.errors) == (3, [])

    def filled(self, name: str = "填好.xlsx", **rows: dict[str, object]) -> Path:
        return fill(self.list, self.folder / name, rows)


@pytest.fixture
def town(office: Office, family: Family, clock: SetClock, papers: Path, tmp_path: Path) -> Town:
    furnish(office)
    more_officers(office)
    made_out = granted(office, family, 3)
    clock.on(MADE)
    evaluate(office, date(2026, 9, 1))
    return Town(office, clock, dict(zip(NUMBERS, made_out, strict=True)), papers, made(office, papers), tmp_path)


def test_the_list_says_what_to_fill_in_and_who_is_sent(town: Town) -> None:
    page = openpyxl.load_workbook(town.list).worksheets[0]
    lists = {str(one.sqref): one.formula1 for one in page.data_validations.dataValidation if one.type == "list"}
    assert lists == {"K4:K6": '"无明显变化,有变化,家中无人,拒绝入户,其他原因未能入户"'}
    notes = openpyxl.load_workbook(town.list)["填写说明"]
    told = "".join(str(cell) for row in notes.iter_rows(values_only=True) for cell in row)
    assert "chengxin recheck import" in told
    assert "拒绝入户" in told
    assert set(column(town.list, "名单编号").values()) == {"370811001-20260902"}
    assert len(set(column(town.list, "识别码").values())) == 3
    assert set(column(town.list, "入户人员一").values()) == {None}
    town.sent()
    town.clock.on(date(2026, 9, 3))
    assert set(column(made(town.office, town.papers, date(2026, 9, 3)), "入户人员二").values()) == {"jb02"}


def test_each_row_becomes_the_steps_that_an_officer_would_take(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    path = town.filled(JN000001=SAME, JN000002={**CHANGED, "证据指纹": EVIDENCE}, JN000003=ABSENT)
    before = counts(town.office)
    dry = recheck_results.check(town.office, path, "jb01")
    assert (dry.good, dry.before, dry.left, dry.errors, dry.error_file) == (3, 0, 0, [], b"")
    assert counts(town.office) == before
    report = recheck_results.accept(town.office, path, "jb01")
    assert (report.good, report.errors, len(report.papers)) == (3, [], 2)
    assert str(report) == "共 3 行：已登记 3 行，以前已登记 0 行，有误 0 行，没有填写、留待以后 0 行"
    first, second, third = (case(town.office, town.households[number]) for number in NUMBERS)
    assert [(one.code, one.on, one.by) for one in first.history] == [
        ("DUE", MADE, "fh01"), ("ASSIGNED", MADE, "fh01"), ("VISITED", VISIT, "jb01"), ("RESULT", TAKEN, "jb01"),
    ]  # fmt: skip
    assert first.closed
    assert second.history[2].evidence == EVIDENCE
    assert second.said("result") == "有变化"
    assert (third.stage, third.said("reason", "UNREACHED")) == ("UNREACHED", "家中无人")
    with town.office.reading() as work:
        last = standing(work, Recheck, town.households[TWO], TAKEN)[-1]
    assert (last.result, last.visitor_1, last.visitor_2) == (RecheckResult.CHANGED, "jb01", "jb02")
    with town.office.reading_engine.connect() as connection:
        assert list(breaks(connection, town.office.vault.chain)) == []


def test_the_same_rows_are_taken_once_in_whatever_file_they_come(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    first = town.filled(JN000001=SAME)
    report = recheck_results.accept(town.office, first, "jb01")
    assert (report.good, report.before, report.left) == (1, 0, 2)
    taken = counts(town.office)
    again = recheck_results.accept(town.office, first, "jb01")
    assert (again.good, again.before, again.batch) == (0, 1, report.batch)
    assert counts(town.office) == taken
    more = recheck_results.accept(town.office, town.filled("再填.xlsx", JN000001=SAME, JN000002=ABSENT), "jb02")
    assert (more.good, more.before, more.left) == (1, 1, 1)
    with town.office.reading() as work:
        assert sorted(one.accepted for one in work.session.exec(select(ImportBatch))) == [1, 1]
    changed = recheck_results.accept(town.office, town.filled("改.xlsx", JN000001=CHANGED), "jb01")
    assert (changed.good, [one.column for one in changed.errors]) == (0, ["名单编号"])
    assert "已于 2026-09-07 核查完毕" in str(changed.errors[0])


def test_a_list_of_last_quarter_serves_no_later_check(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    recheck_results.accept(town.office, town.filled(JN000001=SAME), "jb01")
    town.clock.on(date(2026, 12, 10))
    late = {**SAME, "入户日期": date(2026, 12, 9)}
    early = {**SAME, "入户日期": date(2026, 9, 1)}
    report = recheck_results.check(
        town.office, town.filled("旧.xlsx", JN000001=late, JN000002=late, JN000003=early), "jb01"
    )
    found = errors(report.error_file, town.folder / "有误.xlsx")
    assert report.good == 0
    assert "核查完毕" in found[ONE]
    assert "晚于这份名单的核查期间（到 2026-10-31）" in found[TWO]
    assert "早于名单的制表日期 2026-09-02" in found[THREE]
    assert "不得倒签" in found[THREE]


def test_a_row_put_beside_another_household_or_list_is_not_taken(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    marks = column(town.list, "识别码")
    swapped = town.filled(
        JN000001={**SAME, "识别码": marks[TWO]}, JN000002={**SAME, "名单编号": "370811001-20260903"},
        JN000003={**SAME, "户编号": ONE, "识别码": marks[ONE]},
    )  # fmt: skip
    report = recheck_results.accept(town.office, swapped, "jb01")
    assert report.good == 0
    by_row: dict[int, list[str]] = {}
    for one in report.errors:
        by_row.setdefault(one.row, []).append(f"{one.column}：{one.reason}")
    assert [len(said) for said in by_row.values()] == [2, 1, 1]
    assert all("不对应" in by_row[row][0] for row in (4, 5))
    assert "同一户，只留一行" in by_row[6][0]
    assert counts(town.office)["rows"] == 0


def test_every_refusal_of_the_procedure_is_told_at_its_row_and_the_others_are_taken(town: Town) -> None:
    town.sent()
    with town.office.work("fh01") as work:
        kinship.declare(work, town.households[TWO], "jb01", "兄弟")
    town.clock.on(TAKEN)
    wrong = {**SAME, "入户日期": date(2026, 9, 1), "入户人员一": "jb77", "入户人员二": "jb02"}
    report = recheck_results.accept(town.office, town.filled(JN000001=wrong, JN000002=SAME, JN000003=SAME), "jb01")
    assert report.good == 1
    found = errors(report.error_file, town.folder / "有误.xlsx")
    assert set(found) == {ONE, TWO}
    for text in ("不得倒签", "入户不能早于指派", "入户那一天没有在岗的工号 jb77", "应当是被指派的两人"):
        assert text in found[ONE]
    assert "jb01 与该户有近亲属关系，应当回避" in found[TWO]
    colleague = recheck_results.accept(town.office, town.filled("同事.xlsx", JN000002=ABSENT), "jb02")
    assert ["入户人员一“jb01”：与该户有近亲属关系" in str(one) for one in colleague.errors] == [True]
    assert case(town.office, town.households[THREE]).closed
    assert case(town.office, town.households[ONE]).stage == "ASSIGNED"


def test_without_an_assignment_nothing_is_taken_and_it_is_said_who_must_act(town: Town) -> None:
    town.clock.on(TAKEN)
    report = recheck_results.accept(town.office, town.filled(JN000001=SAME), "jb01")
    assert [str(one) for one in report.errors] == [
        "户编号“JN000001”：没有在办的核查案件，请由复核人员先指派：chengxin recheck assign 文件 --by 工号"
    ]
    town.sent()
    late = recheck_results.accept(town.office, town.filled(JN000001=SAME), "jb01")
    assert (late.good, {one.column for one in late.errors}) == (0, {"入户日期"})
    with pytest.raises(Forbidden, match="导入"):
        recheck_results.check(town.office, town.filled(JN000001=SAME), "sp01")


def test_after_nobody_was_met_the_visit_waits_for_another_assignment(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    recheck_results.accept(town.office, town.filled(JN000001=ABSENT), "jb01")
    second = {**SAME, "入户日期": date(2026, 9, 8)}
    town.clock.on(date(2026, 9, 8))
    refused = recheck_results.accept(town.office, town.filled("二.xlsx", JN000001=second), "jb01")
    assert "现在办到“未能入户”" in str(refused.errors[0])
    path = fill(town.list, town.folder / "再派.xlsx", {ONE: PAIR})
    assert recheck_results.assign_all(town.office, path, "fh01").good == 1
    assert recheck_results.assign_all(town.office, path, "fh01").before == 1
    assert recheck_results.accept(town.office, town.filled("二.xlsx", JN000001=second), "jb01").good == 1


def test_what_is_missing_or_misspelt_is_told_cell_by_cell(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    rows = {
        ONE: {"结果": "不清楚", "入户日期": date(2026, 9, 30), "证据指纹": "abc", **PAIR},
        TWO: {"见到的人": "户主"},
        THREE: {"结果": "其他原因未能入户", "入户日期": VISIT, "入户人员一": "jb01", "入户人员二": "jb01"},
    }
    report = recheck_results.check(town.office, town.filled(**rows), "jb01")
    found = errors(report.error_file, town.folder / "有误.xlsx")
    for text in ("结果“不清楚”：不在可选范围", "入户日期“2026-09-30”：晚于今天", "不是64位指纹"):
        assert text in found[ONE]
    assert "没有选择结果" in found[TWO]
    assert "同一人" in found[THREE]
    assert "请写明未能入户的原因" in found[THREE]
    assert report.good == 0


def test_visitors_of_another_area_are_refused_and_the_assignment_is_the_reviewers(town: Town) -> None:
    with town.office.work("sp01") as work:
        work.put(Officer(code="jb09", name="试验", role=Role.HANDLER, area="370811002000", since=date(2020, 1, 1)))
    path = fill(
        town.list, town.folder / "指派.xlsx", {ONE: {**PAIR, "入户人员二": "jb09"}, TWO: {"入户人员一": "jb01"}}
    )
    report = recheck_results.check_assigned(town.office, path, "fh01")
    said = errors(report.error_file, town.folder / "有误.xlsx")
    assert (report.good, report.left) == (0, 1)
    assert f"辖区是 370811002000，该户在 {VILLAGE}" in said[ONE]
    assert "请填两名入户人员的工号" in said[TWO]
    mine = fill(town.list, town.folder / "自派.xlsx", {ONE: PAIR})
    refused = recheck_results.assign_all(town.office, mine, "jb01")
    assert "由复核、审批人员办理" in str(refused.errors[0])
    assert counts(town.office)["steps"] == 0


def test_an_import_of_results_is_not_undone_and_the_reason_is_said(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    report = recheck_results.accept(town.office, town.filled(JN000001=SAME), "jb01")
    with pytest.raises(Refused, match="核查结果的导入不能撤销"):
        exchange.undo(town.office, report.batch or 0, "fh01")
    assert case(town.office, town.households[ONE]).closed
    with town.office.reading() as work:
        (batch,) = work.session.exec(select(ImportBatch))
    assert (batch.state, batch.undone_at) == ("done", None)


def test_a_list_without_its_columns_and_a_hostile_one_are_refused_whole(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    book = openpyxl.load_workbook(town.filled(JN000001=SAME))
    book.worksheets[0]["K3"] = "核查结果"
    book.save(town.folder / "改名.xlsx")
    with pytest.raises(Invalid, match="缺少列：结果"):
        recheck_results.accept(town.office, town.folder / "改名.xlsx", "jb01")
    (town.folder / "坏.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 500)
    with pytest.raises(Invalid, match="已损坏"):
        recheck_results.check(town.office, town.folder / "坏.xlsx", "jb01")
    page = openpyxl.load_workbook(town.filled("公式.xlsx", JN000001={**SAME, "了解的情况": "=1/0"}))
    page.worksheets[0]["XFD9000"] = "远"
    page.save(town.folder / "远.xlsx")
    report = recheck_results.check(town.office, town.folder / "远.xlsx", "jb01")
    assert [one.column for one in report.errors] == ["了解的情况"]  # a formula without a computed value says nothing


def test_two_who_send_the_same_list_at_once_take_every_row_once(town: Town) -> None:
    town.sent()
    town.clock.on(TAKEN)
    path = town.filled(**dict.fromkeys(NUMBERS, SAME))
    with ThreadPoolExecutor(2) as both:
        reports = list(both.map(lambda who: recheck_results.accept(town.office, path, who), ("jb01", "jb02")))
    assert [one.errors for one in reports] == [[], []]
    assert sum(one.good for one in reports) == 3
    assert sum(one.before for one in reports) == 3
    assert counts(town.office) == {"steps": 12, "checks": 3, "conclusions": 3, "rows": 3}


def run(*words: str, code: int = 0) -> str:
    """One command; its output. The exit code must be as expected."""
    result = CliRunner().invoke(app, ["recheck", *words])
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


def test_by_commands_a_list_goes_out_comes_back_and_what_was_wrong_is_put_right(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrity.cli.console.open_office", lambda _: town.office)
    pairs = fill(town.list, town.folder / "指派.xlsx", dict.fromkeys((ONE, TWO), PAIR))
    assert "可登记 2 行" in run("assign", str(pairs), "--dry-run", "--by", "fh01")
    said = run("assign", str(pairs), "--by", "fh01")
    assert "已登记 2 行，以前已登记 0 行，有误 0 行，没有填写、留待以后 1 行" in said
    town.clock.on(TAKEN)
    path, wrong = town.filled(JN000001=SAME, JN000002={**SAME, "见到的人": None}), town.folder / "有误.xlsx"
    said = run("import", str(path), "--dry-run", "--errors", str(wrong), "--by", "jb01", code=2)
    assert "可登记 1 行" in said
    assert "第 5 行 见到的人：没有填写，入户的必填" in said
    assert "已登记 1 行" in run("import", str(path), "--by", "jb01", code=2)
    mended = fill(wrong, town.folder / "改好.xlsx", {TWO: {"见到的人": "户主之妻"}})
    said = run("import", str(mended), "--by", "jb01")
    assert "已登记 1 行，以前已登记 1 行，有误 0 行" in said
    assert "已制发核查结论 1 份" in said
    assert case(town.office, town.households[TWO]).said("met") == "户主之妻"
    assert "没有文件" in run("import", str(town.folder / "没有.xlsx"), "--by", "jb01", code=3)
    assert "定期核查清单" in CliRunner().invoke(app, ["import", "list"]).output
