"""公示命令 (commands of public notices): from a list to a sheet on the board, and off it again."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from integrity import assistance, households, persons
from integrity.__main__ import app
from integrity.records.columns import SHANGHAI
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import Capacity, Relation, Scheme
from integrity.work import open_office, wall_clock
from tests.papers_office import VILLAGE, furnish, papers

__all__ = ["papers"]

POST = ("posting", "post", "--area", VILLAGE, "--place", "村务公开栏", "--by", "jb01")


def run(*words: str, code: int = 0) -> str:
    """One command; its output. The exit code must be as expected."""
    result: Result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def board(papers: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two households on 低保 in one village; the folder of printed notices."""
    monkeypatch.delenv("CHENGXIN_ACTOR", raising=False)
    run("init")
    office = furnish(open_office(settings()))
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        for n, name in ((1, "欧阳试验"), (2, "诸葛试验")):
            household = households.register(
                work, f"H{n}", area=VILLAGE, address="1号", urban=False, since=date(2026, 1, 10)
            )
            person = persons.register(work, name, id_number=make_id("370811", date(1960, 5, 1), n))
            households.enter_member(
                work, household, person, no=1, since=date(2026, 1, 10), area=VILLAGE, relation=Relation.HEAD,
                capacity=Capacity.FULL,
            )  # fmt: skip
            assistance.grant(
                work, household, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
                decided_by="sp01", amount=50_000,
            )  # fmt: skip
    office.dispose()
    return papers / "公示"


def test_a_list_goes_up_and_comes_down(board: Path) -> None:
    said = run(*POST, "--kind", "确认结果公布", "--months", "3", "--line", "H1", "--line", "H2,,500")
    number = f"试街示〔{wall_clock().year}〕1号"
    assert f"{number}：确认结果公布，2 户" in said
    assert "月数由经办人员确定" in said
    assert (board / f"{number}.pdf").read_bytes().startswith(b"%PDF")
    listed = run("posting", "list", "--area", "370811")
    assert number in listed
    assert "张贴中" in listed
    assert "欧阳" not in listed
    assert "已登记对" in run("posting", "object", number, "H1", "--text", "家中有车", "--by", "fh01")
    assert "打印" in run("posting", "print", number, "--by", "jb01")
    today = str(wall_clock().date())
    run("posting", "proof", number, "--on", today, "--evidence", "0" * 64, "--by", "jb01")
    assert "提前撤下请写明理由" in run("posting", "down", number, "--by", "jb01", code=2)
    assert "已登记撤下" in run("posting", "down", number, "--reason", "重新核实", "--by", "jb01")
    assert not list(board.glob("*.pdf"))
    assert "不再显示和打印" in run("posting", "print", number, "--by", "jb01", code=2)
    assert "没有张贴中的公示" in run("posting", "list")


def test_a_list_of_defaulters_is_refused_with_its_article(board: Path) -> None:
    said = run(*POST, "--kind", "失信名单", "--line", "H1", code=2)
    assert "红线第6条；山东省社会信用条例第20条" in said
    assert not board.exists()


@pytest.mark.parametrize(("encoding", "head"), [("utf-8-sig", "户编号,保障金额"), ("gb18030", " 户编号 ,保障金额")])
def test_a_list_is_read_from_a_file(board: Path, tmp_path: Path, encoding: str, head: str) -> None:
    file = tmp_path / "名单.csv"
    file.write_text(f"{head}\nH1,500.00\nH2,\n", encoding=encoding)
    assert "2 户" in run(*POST, "--kind", "确认结果公布", "--months", "1", "--file", str(file))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("户编号,身份证号\nH1,1\n", "“身份证号”不得公示"), ("户编号,病情\nH1,\n", "“病情”不得公示"),
        ("户编号\nH1,肺病\n", "“没有列名的内容”不得公示"), ("户编号,姓名\nH1,某\n", "取自户账"),
        ("户编号,案件号\nH1,甲\n", "应为数字"), ("户编号\nH9\n", "没有户编号为 H9 的家庭"),
        ("户编号,保障金额\nH1,499\n", "户 H1：写明的金额499.00元与户账中的500.00元不一致"),
    ],
)  # fmt: skip
def test_what_a_list_may_not_hold(board: Path, tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "名单.csv"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, [*POST, "--kind", "确认结果公布", "--months", "1", "--file", str(file)])
    assert said in result.output
    assert result.exit_code in (2, 3)
    assert not board.exists()


def test_only_those_who_prepare_cases_put_lists_up(board: Path) -> None:
    words = [*POST[:-1], "sp01", "--kind", "确认结果公布", "--months", "1", "--line", "H1"]
    assert "“公示”由经办、复核人员办理" in run(*words, code=4)
    assert "没有文件" in run(*POST, "--kind", "确认结果公布", "--file", "nowhere.csv", code=3)
    assert "“肺病”不得公示" in run(*POST, "--kind", "确认结果公布", "--line", "H1,,,,肺病", code=2)
    assert "没有文号为" in run("posting", "down", "任民示〔2026〕9号", "--by", "jb01", code=3)


def test_no_identity_number_gets_in_by_a_free_text(board: Path) -> None:
    hidden = make_id("370811", date(1960, 5, 1), 1)
    words = [*POST, "--kind", "确认结果公布", "--months", "1", "--line", "H1"]
    words[words.index("村务公开栏")] = f"公开栏{hidden}"
    assert "张贴地点" in run(*words, code=2)
    number = run(*POST, "--kind", "确认结果公布", "--months", "1", "--line", "H1").split("：")[0]
    assert "说明" in run("posting", "object", number, "H1", "--text", f"他是{hidden}", "--by", "jb01", code=2)
    for words in (["object", number, "H1", "--text", "有车"], ["down", number, "--reason", "有误"]):
        assert "今天" in run("posting", *words, "--on", "2099-01-01", "--by", "jb01", code=2)


def test_a_sheet_without_a_telephone_for_objections_takes_no_number(board: Path) -> None:
    today = str(wall_clock().date())
    organ = ("--area", "370811001000", "--name", "任城区试验街道办事处", "--prefix", "试街", "--since", today)
    run("organ", "add", *organ, "--contact", "李敏", "--by", "sp01")
    words = [*POST, "--kind", "确认结果公布", "--months", "1", "--line", "H1"]
    said = run(*words, code=2)
    assert "《确认结果公布》不能制作" in said
    assert "异议电话" in said
    assert "没有张贴中的公示" in run("posting", "list")
