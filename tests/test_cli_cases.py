"""案件的命令 (commands of cases): a case from the opinion to service by commands alone; refusals say what to do."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from integrity import docket
from integrity.__main__ import app
from integrity.case_files import read_case
from integrity.cli.console import opened
from integrity.cli.fields import read_fields
from integrity.errors import Invalid
from integrity.rules.identity import make_id
from integrity.rules.procedure import Ask, Row
from integrity.rules.procedure_tables import TABLES, table
from integrity.rules.procedure_words import WORKED_OUT, shown
from integrity.settings import settings
from integrity.terms import Procedure, Role
from integrity.work import wall_clock
from tests.conftest import SetUp

BOSS, REVIEWER, HANDLER, HELPER, WATCHER = "sp0", "fh0", "jb0", "xl0", "jd0"
TOWNSHIP, VILLAGE = "370811001000", "370811001001"
TODAY = wall_clock().date()


def run(*words: str, code: int = 0) -> str:
    """One command; its output on one line each. The exit code must be as expected."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_up_once: SetUp) -> Any:
    """An office with organs, five officers and a household on assistance whose income rose."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    set_up_once(tmp_path / "home", _desk)
    yield tmp_path / "home"
    settings.cache_clear()


def _desk() -> None:
    run("init")
    for officer, role in (
        (BOSS, Role.APPROVER), (REVIEWER, Role.REVIEWER), (HANDLER, Role.HANDLER), (HELPER, Role.ASSISTANT),
        (WATCHER, Role.INSPECTOR),
    ):  # fmt: skip
        by = () if officer == BOSS else ("--by", BOSS)
        run("officer", "add", officer, "--name", "试验", "--role", role.value, "--area", "370811", "--since",
            "2020-01-01", *by)  # fmt: skip
    for area, name, prefix in (("370811", "任城区民政局", "任民"), (TOWNSHIP, "试验街道办事处", "试街")):
        run("organ", "add", "--area", area, "--name", name, "--prefix", prefix, "--since", "2020-01-01", "--address",
            "某路1号", "--phone", "0537-1", "--contact", "某人", "--review-organ", "任城区人民政府", "--court",
            "任城区人民法院", "--by", BOSS)  # fmt: skip
    run("policy", "adopt", "proposal", "--area", "370811", "--document", "任民字〔2026〕9号", "--since", "2026-07-01",
        "--by", BOSS)  # fmt: skip
    _household("H1")
    run("record", "verification", "H1", "--on", str(TODAY), "--source", "核对平台", "--income", "2000", "--cause",
        "养老金", "--member", "1", "--self-reported", "--by", HANDLER)  # fmt: skip


def _household(number: str) -> None:
    run("record", "household", number, "--area", VILLAGE, "--on", "2026-01-10", "--address", "1号", "--by", HANDLER)
    run("record", "member", number, "--no", "1", "--name", "欧阳试验", "--id",
        make_id("370811", date(1960, 5, 1), int(number[1:])), "--on", "2026-01-10", "--by", HANDLER)  # fmt: skip
    run("record", "grant", number, "最低生活保障", "--on", "2026-01-15", "--effective", "2026-02-01", "--amount",
        "500.00", "--income", "200", "--persons", "1", "--by", BOSS)  # fmt: skip


def step(*words: str, by: str, code: int = 0) -> str:
    """One step of the first case of H1."""
    return run("case", "step", "H1", "1", *words, "--by", by, code=code)


def serve(number: str) -> str:
    return run("print", "serve", number, "直接送达", "--on", "今天", "--receiver", "户主", "--by", HELPER)


def opened_case(*more: str) -> str:
    """The reviewer proposes to end."""
    given = ("--set", "拟作处理=退出", "--set", "原因代码=X04", "--set", "理由=养老金使收入超过标准")
    return run("case", "open", "H1", "调整与终止", *given, *more, "--by", REVIEWER)


def test_a_stop_is_walked_by_commands_from_the_opinion_to_service(desk: Path) -> None:
    run("evaluate", "--by", HANDLER)
    said = run("review", "H1", "accept", "--reason", "养老金使收入超过标准", "--by", REVIEWER)
    assert "已登记审核意见：采纳，退出" in said
    assert "chengxin case step H1 1 告知" in said
    number = f"任民听〔{TODAY.year}〕1号"
    assert f"{number}.pdf" in step("告知", by=HANDLER)
    shown_now = run("case", "show", "H1", "1", "--by", HANDLER)
    assert f"{number}　已打印，尚未送达" in shown_now
    told = serve(number)
    assert "听取意见的期限到" in told
    assert "已办理“送达告知书”" in told
    signed = desk / "笔录.jpg"
    signed.write_bytes(b"signed")
    proof = run("evidence", str(signed)).split("　")[0]
    assert proof == hashlib.sha256(b"signed").hexdigest()
    spoken = (
        "--set",
        "陈述人=本人",
        "--set",
        "陈述人身份=本人",
        "--set",
        "said=只补发了一次",
        "--set",
        "是否陈述完毕=是",
    )
    step("陈述申辩", *spoken, "--evidence", proof, by=HANDLER)
    step("复核意见", "--set", "是否采纳当事人的意见=不采纳", "--set", "理由=银行流水按月发放", by=REVIEWER)
    made = step(
        "作出决定", "--set", "拟作处理=EXIT", "--set", "自何时起执行=2027-03-01", "--set", "理由=收入超过标准", by=BOSS
    )
    assert f"任民决〔{TODAY.year}〕1号" in made
    ended = serve(f"任民决〔{TODAY.year}〕1号")
    assert "已办结" in ended
    assert "申请行政复议期限到" in ended
    shown_now = run("case", "show", "H1", "1", "--by", HANDLER)
    for words in ("陈述内容：只补发了一次", "户主签收", "拟作处理：退出", "已办结", "撤销决定（审批"):
        assert words in shown_now
    assert "行为：停发" in run("show", "H1", "--by", HANDLER)
    assert "共 0 件" in run("case", "list", "--by", HANDLER)
    assert "账册完好" in run("verify", "--household", "H1")


def test_a_refusal_names_every_reason_with_its_article(desk: Path) -> None:
    opened_case()
    said = run("case", "why", "H1", "1", "作出决定", "--by", HANDLER, code=2)
    for words in ("应在“复核意见”之后办理", "由审批人员办理", "请填写理由", "没有听取意见的记录（社会救助法第48条）"):
        assert words in said
    assert "现在可以办理“告知”" in run("case", "why", "H1", "1", "告知", "--by", HANDLER)
    assert "不能办理“抵扣”" in step("抵扣", by=HANDLER, code=2)
    assert "各步骤为：提出意见、告知" in step("没有这步", by=HANDLER, code=2)
    shown_now = run("case", "show", "H1", "1", "--by", WATCHER)
    assert "办到“提出意见”" in shown_now, "asking why has taken the step"
    assert "办理程序”由协理员、经办、复核、审批人员办理" in step("告知", by=WATCHER, code=4)


def test_what_the_step_itself_would_refuse_is_told_without_taking_it(desk: Path) -> None:
    """An obstacle that only shows when the paper is made out: the organ's phone is not on record."""
    _household("H2")
    sqlite = sqlite3.connect(desk / "chengxin.db")
    sqlite.execute("UPDATE organ SET phone = ''")
    sqlite.commit()
    opened_case()
    said = run("case", "why", "H1", "1", "告知", "--by", HANDLER, code=2)
    assert "不能制发" in said
    assert sqlite.execute("SELECT count(*) FROM step").fetchone() == (1,)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stop", "H1", "X04"), "chengxin case open H1 调整与终止 --set 拟作处理=退出 --set 原因代码=X04"),
        (
            ("withdraw", "H1", "--schedule", "100,80", "--hearing", "笔录1号"),
            "--set 渐退月数=2 --set 渐退各月发放比例=100,80",
        ),
        (("adjust", "H1", "减发", "--amount", "300"), "--set 拟作处理=减发 --set 金额=300.00"),
    ],
)
def test_direct_entry_of_what_takes_something_is_refused_with_the_command_to_use(
    desk: Path, words: tuple[str, ...], said: str
) -> None:
    days = ("--on", str(TODAY), "--effective", str(TODAY + timedelta(days=40)))
    assert said in run("record", *words, *days, "--by", BOSS, code=2)
    before = sqlite3.connect(desk / "chengxin.db").execute("SELECT count(*) FROM assistance").fetchone()
    assert before == (1,)


@pytest.mark.parametrize(
    ("kind", "state", "procedure"),
    [
        ("失信", "生效", "失信认定"),
        ("守信", "生效", "守信认定"),
        ("失信", "异议中", "异议"),
        ("失信", "已修复", "信用修复"),
    ],
)
def test_a_finding_is_refused_with_its_procedure(desk: Path, kind: str, state: str, procedure: str) -> None:
    item = "S01" if kind == "守信" else "F01"
    run("record", "conduct", "H1", kind, "--member", "1", "--item", item, "--on", "2026-10-15", "--source", "入户",
        "--by", HANDLER)  # fmt: skip
    said = run("record", "finding", "H1", state, "--fact", "5", "--on", str(TODAY), "--by", BOSS, code=2)
    assert f"chengxin case open H1 {procedure} --subject 5" in said


def test_an_opinion_that_changes_nothing_opens_no_case(desk: Path) -> None:
    run("evaluate", "--by", HANDLER)
    said = run("review", "H1", "refuse", "--reason", "只补发了一次", "--by", REVIEWER)
    assert "已登记审核意见：不采纳，继续给予" in said
    assert "案件" not in said
    assert "该户没有案件" in run("case", "show", "H1", "--by", HANDLER)


def test_a_relative_takes_no_step_until_it_is_ended_by_somebody_else(desk: Path) -> None:
    assert "由复核、审批人员办理" in run("case", "kin", "H1", HANDLER, "--relation", "兄弟", "--by", HANDLER, code=4)
    assert "没有登记过工号" in run("case", "kin", "H1", "zz9", "--relation", "兄弟", "--by", BOSS, code=3)
    assert f"{HANDLER}　兄弟" in run("case", "kin", "H1", HANDLER, "--relation", "兄弟", "--by", BOSS)
    assert "已经备案" in run("case", "kin", "H1", HANDLER, "--relation", "兄弟", "--by", BOSS, code=5)
    opened_case()
    assert "应当回避" in step("告知", by=HANDLER, code=2)
    run("case", "kin", "H1", BOSS, "--relation", "叔侄", "--by", REVIEWER)
    assert "不能解除本人的回避" in run("case", "kin", "H1", BOSS, "--end", "--reason", "有误", "--by", BOSS, code=2)
    assert "理由" in run("case", "kin", "H1", HANDLER, "--end", "--by", BOSS, code=2)
    run("case", "kin", "H1", HANDLER, "--end", "--reason", "登记有误", "--by", BOSS)
    step("告知", by=HANDLER)


def test_the_list_knows_its_area_and_nothing_is_never_everything(desk: Path) -> None:
    run("officer", "add", "jb9", "--name", "试验", "--role", "经办", "--area", "370811002", "--since", "2020-01-01",
        "--by", BOSS)  # fmt: skip
    opened_case()
    assert "H1" in run("case", "list", "--by", HANDLER)
    assert "共 1 件" in run("case", "list", "--area", TOWNSHIP, "--by", HANDLER)
    for area in ("370811002", ""):
        assert "共 0 件" in run("case", "list", "--area", area, "--by", BOSS)
    assert "共 0 件" in run("case", "list", "--by", "jb9")
    assert "辖区是" in run("case", "list", "--area", TOWNSHIP, "--by", "jb9", code=4)
    assert "共 0 件" in run("case", "list", "--due", "--by", BOSS)
    with opened() as office, office.reading() as work:
        assert docket.waiting(work, "") == []
        assert [one.case.no for one in docket.waiting(work, "CN")] == [1]


def test_a_time_limit_is_changed_by_who_may_and_the_case_goes_on(desk: Path) -> None:
    opened_case()
    step("告知", by=HANDLER)
    serve(f"任民听〔{TODAY.year}〕1号")
    step("陈述申辩", "--set", "陈述人=本人", "--set", "陈述人身份=本人", "--set", "陈述内容=不同意", by=HANDLER)
    change = ("case", "extend", "H1", "1", "--length", "30日", "--reason", "另需核实", "--basis", "任民字〔2026〕2号")
    assert "由复核、审批人员办理" in run(*change, "--clock", "听取意见后作出决定", "--by", HANDLER, code=4)
    assert "没有正在计算的这个期限" in run(*change, "--clock", "听取意见期限", "--by", BOSS, code=2)
    assert "听取意见后作出决定到" in run(*change, "--clock", "听取意见后作出决定", "--by", BOSS)
    still = (
        "--since",
        str(TODAY),
        "--until",
        str(TODAY + timedelta(days=3)),
        "--reason",
        "核对平台停用",
        "--basis",
        "通知",
    )
    run("case", "suspend", "H1", "1", "--clock", "decide", *still, "--by", REVIEWER)
    shown_now = run("case", "show", "H1", "1", "--by", HANDLER)
    assert "延长期限" in shown_now
    assert "期限：听取意见后作出决定；延长为：30日" in shown_now
    run("officer", "add", "fh9", "--name", "试验", "--role", "复核", "--area", "370811", "--since", "2020-01-01",
        "--by", BOSS)  # fmt: skip
    answered = "是否采纳当事人的意见=采纳"
    assert "已办理“复核意见”" in step("复核意见", "--set", answered, "--set", "理由=已核实", by="fh9")


def test_a_paper_that_belongs_to_no_step_is_refused_and_a_case_prints_its_own(desk: Path) -> None:
    opened_case()
    assert "本案没有文书" in run("case", "print", "H1", "1", "--by", HANDLER)
    assert "由案件的步骤制发" in run("print", "F20", "H1", "--by", HANDLER, code=2)
    first = run("print", "F13", "H1", "--by", HANDLER)
    assert f"任民听〔{TODAY.year}〕1号.pdf" in first
    assert first == run("print", "F13", "H1", "--by", HANDLER), "the original is made once"
    assert f"任民听〔{TODAY.year}〕1号.pdf" in run("case", "print", "H1", "1", "--by", HANDLER)
    with opened() as office, office.reading() as work:
        assert read_case(work, 1, 1).stage == "NOTICE"


def test_the_procedures_are_told(desk: Path) -> None:
    assert "特困供养终止" in run("procedure")
    told = run("procedure", "行政处罚")
    assert "要求听证\n" in told
    assert re.search("[A-Z]{3}", told) is None, "a code name"
    assert "行政处罚法第64条" in told
    assert run("procedure", "--page").startswith("# 办理程序")


ROW = Row(
    "X", "试办", ("",), (Role.HANDLER,), "无",
    asks=(
        Ask("amount", "金额（元）", "fen"), Ask("on_day", "起日", "date"), Ask("months", "月数", "count"),
        Ask("schedule", "比例", "percents"), Ask("agreed", "是否同意", "yes"), Ask("reason", "理由"),
        Ask("outcome", "处理", "choice", ("退出", "减发")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("金额=1,860.50元", "amount", 186_050), ("金额（元）=0", "amount", 0),
        ("起日=2026年11月1日", "on_day", date(2026, 11, 1)),
        ("月数=3", "months", 3), ("比例=100，80%、60", "schedule", (100, 80, 60)), ("agreed=否", "agreed", False),
        ("理由=甲=乙", "reason", "甲=乙"), ("处理=EXIT", "outcome", "退出"), ("处理=减发", "outcome", "减发"),
    ],
)  # fmt: skip
def test_a_field_is_read_by_its_kind(typed: str, name: str, value: object) -> None:
    assert read_fields(ROW, [typed]) == {name: value}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["金额=1.005"], "至多两位小数"), (["金额=-3"], "不小于零"), (["起日=2026-02-30"], "不是日期"),
        (["月数=三"], "应为数字"),
        (["比例=100,180"], "不超过 100"), (["处理=KEEP"], "应为退出、减发之一"), (["理由="], "没有写"),
        (["agreed=也许"], "是或者否"),
        (["理由甲"], "应写作 字段=值"), (["原因=甲"], "没有“原因”这一项；“试办”可以填写：金额（元）；起日"),
        (["理由=甲", "reason=乙"], "写了两次"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_named(typed: list[str], said: str) -> None:
    with pytest.raises(Invalid, match=re.escape(said)):
        read_fields(ROW, typed)


def test_what_a_step_said_is_shown_in_words() -> None:
    data = {
        "within": "5个工作日",
        "served_on": date(2026, 11, 2),
        "amount": 86_050,
        "schedule": (100, 80),
        "clock": "hear",
    }
    told = shown(table(Procedure.DECISION), "DECIDE", data)
    assert (
        told == "金额：860.50元；渐退各月发放比例：100%、80%；送达之日：2026-11-02；期限：5个工作日；期限：听取意见期限"
    )
    assert {ask.name for one in TABLES.values() for row in one.rows for ask in row.asks}.isdisjoint(
        {"clock", "served_on"}
    )
    assert all(WORKED_OUT.values())
