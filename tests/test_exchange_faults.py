"""行错误 (faults of rows): each is named, with its row, its column and what to do; all of them at once."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import exchange, households
from integrity.exchange_columns import MARK
from integrity.records.ledger import Residence
from integrity.work import Office
from tests.test_exchange import (
    CHILD,
    DEED,
    HEAD,
    OLD,
    OTHER,
    PARTNER,
    RESULT,
    SECOND,
    SIGNED,
    Row,
    csv_file,
    enrolled,
    placed,
    said,
    sheet,
)

__all__ = ["placed"]


ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Faults that show in the rows themselves are tried on one database: nothing of them depends on it."""
FAULTS: list[tuple[str, Row, str, str]] = [
    ("必填", {"住址": None}, "住址", "没有填写"),
    ("校验码", {"身份证号": OLD[:-1] + ("1" if OLD[-1] != "1" else "2")}, "身份证号", "校验码不符"),
    ("证件日期", {"身份证号": "370811196013010017"}, "身份证号", "校验码不符|出生日期不存在"),
    ("数字证件", {"身份证号": 370811196005010000}, "身份证号", "被存成数字，后几位已丢失"),
    ("科学计数", {"身份证号": "3.70811E+17"}, "身份证号", "被存成数字，后几位已丢失"),
    ("不存在的日子", {"确认日期": "2024-02-30"}, "确认日期", "这一天不存在"),
    ("将来", {"确认日期": "2027-01-01"}, "确认日期", "晚于今天"),
    ("出生以前", {"确认日期": "1959-01-01", "起始月份": "1959-01"}, "确认日期", "早于户主出生日期"),
    ("不是日期", {"确认日期": "去年"}, "确认日期", "不是日期"),
    ("申请晚于确认", {"申请日期": "2024-01-11"}, "申请日期", "晚于确认日期"),
    ("月份", {"起始月份": "2024-13"}, "起始月份", "这个月份不存在"),
    ("起始过远", {"起始月份": "2026-02"}, "起始月份", "相差一年以上"),
    ("负数", {"月救助金额": -1}, "月救助金额", "不能为负数"),
    ("三位小数", {"家庭月收入": "1.005"}, "家庭月收入", "最多两位小数"),
    ("不是金额", {"家庭月收入": "约二百"}, "家庭月收入", "不是金额"),
    ("低保无金额", {"月救助金额": None}, "月救助金额", "低保应填写"),
    ("边缘有金额", {"救助类别": "低保边缘"}, "月救助金额", "不发放"),
    ("选项", {"城乡": "城郊"}, "城乡", "只能填：城镇、农村"),
    ("类别", {"救助类别": "不在救助"}, "救助类别", "只能填"),
    ("没有的村", {"村级区划代码": "370811001777"}, "村级区划代码", "没有这个村"),
    ("已撤的村", {"村级区划代码": "370811001009"}, "村级区划代码", "已撤销"),
    ("乡级代码", {"村级区划代码": "370811001000"}, "村级区划代码", "应为12位村级代码"),
    ("名与码不符", {"村（居）名称": "邻近街道/同名村"}, "村（居）名称", "与代码不符，该代码是“试验街道试验社区"),
    ("没有的村名", {"村级区划代码": None, "村（居）名称": "乌有村"}, "村（居）名称", "没有找到"),
    ("同名村", {"村级区划代码": None, "村（居）名称": "同名村"}, "村（居）名称", "有 2 个同名"),
    ("无村", {"村级区划代码": None}, "村级区划代码", "至少填一个"),
    ("自造字", {"姓名": "张\ue000"}, "姓名", "自造字（U+E000）"),
    ("地址自造字", {"住址": "\ue001村"}, "住址", "自造字"),
    ("过长", {"住址": "村" * 201}, "住址", "最多 200 个字"),
    ("电话", {"联系电话": "123"}, "联系电话", "应为11位手机号"),
    ("账号数字", {"银行账号": 6222020200112230}, "银行账号", "被存成数字"),
    ("公式错误", {"分类": "#REF!"}, "分类", "公式出错"),
    ("没有户主", {"与户主关系": "子女"}, "户编号", "没有户主"),
]  # fmt: skip


@ON_ONE
@pytest.mark.parametrize(("wrong", "column", "reason"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_each_fault_of_a_roll_is_named(
    placed: Office, tmp_path: Path, wrong: Row, column: str, reason: str
) -> None:
    found = said(placed, tmp_path, [{**HEAD, **wrong}])
    assert any(row == 2 and name == column and any(part in text for part in reason.split("|"))
               for row, name, text in found), found  # fmt: skip


def test_all_faults_of_a_row_are_told_at_once_and_numbers_are_masked(placed: Office, tmp_path: Path) -> None:
    wrong = OLD[:-1] + ("1" if OLD[-1] != "1" else "2")
    row = {**HEAD, "身份证号": wrong, "城乡": "?", "确认日期": "2024-02-30", "住址": ""}
    report = exchange.check(placed, "roll", sheet(tmp_path, [row]), "jb01")
    assert {fault.column for fault in report.errors} == {"身份证号", "城乡", "确认日期", "住址"}
    masked = next(fault.value for fault in report.errors if fault.column == "身份证号")
    assert masked.startswith("370811********")
    assert OLD[:-1] not in "".join(map(str, report.errors))


@ON_ONE
@pytest.mark.parametrize("written", ["2024-1-10", "2024年1月10日", "2024/1/10", "2024.01.10", "20240110", 45301,
                                     20240110, date(2024, 1, 10), "２０２４-０１-１０"])  # fmt: skip
def test_dates_are_read_however_they_are_written(placed: Office, tmp_path: Path, written: object) -> None:
    enrolled(placed, tmp_path, [{**HEAD, "确认日期": written}])
    with placed.reading() as work:
        acts = households.acts(work, households.by_number(work, "JN000001"), work.today)
        assert acts[0].happened_on == date(2024, 1, 10)


def test_one_number_twice_in_a_file_is_named_in_both_rows(placed: Office, tmp_path: Path) -> None:
    found = said(placed, tmp_path, [HEAD, {**SECOND, "身份证号": OLD.lower()}])
    assert found == [(2, "身份证号", "与第 3 行重复"), (3, "身份证号", "与第 2 行重复")]


def test_two_heads_and_contradicting_rows_are_named(placed: Office, tmp_path: Path) -> None:
    assert [row for row, _, reason in said(placed, tmp_path, [HEAD, {**PARTNER, "与户主关系": "户主"}])
            if "只能有一名户主" in reason] == [2, 3]  # fmt: skip
    found = said(placed, tmp_path, [HEAD, {**PARTNER, "住址": "别处"}])
    assert found == [(3, "住址", "与户主那一行（第 2 行）不一致，请改成一样或空着")]


OTHERS: list[tuple[str, str, Row, str, str]] = [
    ("commitments", "未登记的户", {"户编号": "JN999999"}, "户编号", "没有登记户 JN999999"),
    ("commitments", "不是成员", {"身份证号": OTHER}, "身份证号", "不是户 JN000001 的成员"),
    ("commitments", "姓名不符", {"姓名": "试验己"}, "姓名", "与名册不符，名册上是“试*甲”"),
    ("commitments", "登记以前", {"签署日期": "2023-12-31"}, "签署日期", "早于户 JN000001 的登记日期 2024-01-10"),
    ("commitments", "未成年人签名", {"姓名": "试验丙", "身份证号": CHILD}, "签署方式", "由监护人代签"),
    ("commitments", "成年人代签", {"签署方式": "监护人代签", "监护人": PARTNER["姓名"]}, "签署方式", "由本人签"),
    ("commitments", "无监护人", {"签署方式": "监护人代签"}, "监护人", "须写明监护人"),
    ("commitments", "外人监护", {"签署方式": "监护人代签", "监护人": "路人甲"}, "监护人", "另一名成年成员"),
    ("commitments", "无讲解人", {"讲解人": None}, "讲解人", "请填写讲解人"),
    ("conduct", "未成年人失信", {"姓名": "试验丙", "身份证号": CHILD, "性质": "失信", "项目代码": "F01"}, "身份证号",
     "不作失信记录"),
    ("conduct", "没有的项目", {"项目代码": "Z99"}, "项目代码", "积分目录中没有这个代码，守信可用：S01"),
    ("conduct", "性质不符", {"项目代码": "F01"}, "项目代码", "与性质“守信”不符"),
    ("conduct", "发现在前", {"发现日期": "2026-08-31"}, "发现日期", "早于行为日期"),
    ("conduct", "止日在前", {"行为止日": "2026-08-31"}, "行为止日", "早于行为日期"),
    ("comparison", "空结果", {"家庭月收入": None}, "家庭月收入", "没有任何结果"),
    ("comparison", "死亡无人", {"死亡日期": "2026-09-01"}, "身份证号", "须写明是谁"),
    ("comparison", "死亡在后", {"死亡日期": "2026-10-02", "身份证号": OLD}, "死亡日期", "晚于核对日期"),
    ("comparison", "变化成员", {"变化成员身份证号": OTHER}, "变化成员身份证号", "不是户 JN000001 的成员"),
]  # fmt: skip
RIGHT = {"commitments": SIGNED, "conduct": DEED, "comparison": RESULT}


@ON_ONE
@pytest.mark.parametrize(
    ("kind", "wrong", "column", "reason"), [(o[0], *o[2:]) for o in OTHERS], ids=[o[1] for o in OTHERS]
)
def test_each_fault_of_the_other_sheets_is_named(
    placed: Office, tmp_path: Path, *, kind: str, wrong: Row, column: str, reason: str
) -> None:
    enrolled(placed, tmp_path)
    found = said(placed, tmp_path, [{**RIGHT[kind], **wrong}], kind)
    assert [(row, name) for row, name, text in found if reason in text] == [(2, column)], found
    assert said(placed, tmp_path, [RIGHT[kind]], kind) == []


def test_the_same_row_twice_in_a_file_is_a_slip(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    assert said(placed, tmp_path, [DEED, DEED], "conduct") == [(3, "", "与第 2 行完全相同，请删去一行")]


@ON_ONE
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_taken_in_each_encoding_and_marked_in_it(placed: Office, tmp_path: Path, encoding: str) -> None:
    odd = "一组,“甲”\n\"1\"号"
    path = csv_file(tmp_path / "名册.csv", [{**HEAD, "住址": odd}, {**SECOND, "城乡": "?", "住址": "=1+1"}], encoding)
    report = exchange.check(placed, "roll", path, "jb01")
    assert [(fault.row, fault.column) for fault in report.errors] == [(3, "城乡")]
    text = report.error_file.decode("gb18030" if encoding == "gb18030" else "utf-8-sig")
    marked = list(csv.reader(io.StringIO(text)))
    assert marked[0][-1] == MARK
    assert marked[1][-1] == ""
    assert marked[2][-1].startswith("城乡“?”")
    assert marked[1][3].replace("\r\n", "\n") == odd
    assert marked[2][3] == "'=1+1"
    path.write_bytes(report.error_file)
    assert exchange.accept(placed, "roll", path, "jb01", "good").accepted == 1
    with placed.reading() as work:
        assert work.session.exec(select(Residence)).one().address == "一组,“甲” \"1\"号"


