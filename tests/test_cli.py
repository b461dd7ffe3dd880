"""命令行 (command line): an office set up, run and looked after by commands alone; errors in Chinese."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from integrity.__main__ import app
from integrity.cli import console
from integrity.permissions import ADMINISTRATORS, ALLOWED, BUSINESS
from integrity.records.ledger import ENTRIES
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import Role
from integrity.timeline import HIDDEN, NAMES
from integrity.work import wall_clock
from tests.conftest import SetUp

BOSS, HANDLER, CLERK = "sp0", "jb0", "xl0"
VILLAGE = "370811001001"


def run(*words: str, code: int = 0) -> str:
    """One command; its output. The exit code must be as expected."""
    result: Result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where nothing is set up yet."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture
def township(home: Path, set_up_once: SetUp) -> Path:
    """An office with three officers, one household on assistance."""
    set_up_once(home, _township)
    return home


def _township() -> None:
    run("init")
    for officer, role in ((BOSS, "审批"), (HANDLER, "HANDLER"), (CLERK, "协理员")):
        by = () if officer == BOSS else ("--by", BOSS)
        where = ("--area", "370811", "--since", "2020-01-01")
        run("officer", "add", officer, "--name", "试验", "--role", role, *where, *by)
    run("record", "household", "H1", "--area", VILLAGE, "--on", "2026-01-10", "--address", "1号", "--by", HANDLER)
    born = wall_clock().date().replace(year=1960, month=5, day=1)
    run("record", "member", "H1", "--no", "1", "--name", "欧阳试验", "--id", make_id("370811", born, 11),
        "--on", "2026-01-10", "--by", HANDLER)  # fmt: skip
    run("record", "grant", "H1", "低保", "--on", "2026-01-15", "--effective", "2026-02-01", "--amount", "500",
        "--by", BOSS, code=2)  # fmt: skip
    run("record", "grant", "H1", "最低生活保障", "--on", "2026-01-15", "--effective", "2026-02-01",
        "--amount", "500.00", "--income", "200", "--persons", "1", "--by", BOSS)  # fmt: skip


def test_setting_up_twice_is_setting_up_once(home: Path) -> None:
    assert "请运行 chengxin init" in run("jobs", code=3)
    assert "新增 5099 条" in run("init")
    keys = (home / "keys.toml").read_bytes()
    assert "新增 0 条" in run("init")
    assert (home / "keys.toml").read_bytes() == keys


def test_a_key_file_that_is_damaged_is_refused(home: Path) -> None:
    run("init")
    keys = home / "keys.toml"
    whole = keys.read_text()
    for wrong, said in (
        (whole.replace('"k1"', '"k2"', 1), "现用密钥 k2 不在其中"), (whole[:-4] + '"\n', "应为 32 字节"),
        ("keys = 1", "已损坏"),
    ):  # fmt: skip
        keys.write_text(wrong)
        assert said in run("verify", code=2)
    keys.unlink()
    assert "把封存的密钥文件放回此处" in run("verify", code=3)


def test_a_lost_key_file_is_never_replaced_when_persons_are_on_record(township: Path) -> None:
    (township / "keys.toml").unlink()
    assert "请先找回密钥文件" in run("init", code=2)
    assert not (township / "keys.toml").exists()


def test_the_demo_county_runs_the_jobs_and_is_built_once(home: Path) -> None:
    first = run("demo", "--households", "20")
    assert "示范县：20户" in first
    assert "全员评估 20" in first
    assert "roll_evaluation" not in first
    again = run("demo", "--households", "20")
    assert "已有同样的示范数据" in again
    assert "示范数据只能写入空库" in run("demo", "--households", "21", code=2)
    listed = run("jobs")
    assert "全员评估" in listed
    assert "完成" in listed
    assert "账册完好" in run("verify")
    on = sqlite3.connect(home / "chengxin.db").execute("SELECT max(on_day) FROM evaluation_run").fetchone()[0]
    day = str(console.day("1970-01-01").fromordinal(719163 + on))
    told = run("explain", "SF0000001", "--on", day)
    assert "处理建议：" in told
    assert "与当时保存的结果一致" in told
    assert "这一天没有评估任务" in run("explain", "#1")


def test_a_township_can_work_from_the_command_line(township: Path) -> None:
    run("record", "verification", "H1", "--on", "2026-10-10", "--source", "入户", "--income", "2000", "--cause", "就业",
        "--member", "1", "--self-reported", "--by", HANDLER)  # fmt: skip
    run("record", "event", "H1", "家庭报告变化", "--on", "2026-10-01", "--reported", "2026-10-09", "--by", CLERK)
    run("record", "recheck", "H1", "有变化", "--on", "2026-10-12", "--visitors", "jb0", "xl0", "--by", HANDLER)
    run("record", "commitment", "H1", "本人签名", "--member", "1", "--on", "2026-10-12", "--explained-by", CLERK,
        "--occasion", "定期核查", "--by", CLERK)  # fmt: skip
    village, name = sqlite3.connect(township / "chengxin.db").execute(
        "SELECT code, name FROM area WHERE code LIKE '370811%' AND code NOT LIKE '%000' ORDER BY code"
    ).fetchone()  # fmt: skip
    run("record", "move", "H1", "--area", village, "--on", "2026-10-12", "--address", "2号", "--by", HANDLER)
    said = run("evaluate", "--by", HANDLER)
    assert "1 户" in said
    assert "全员评估 20" in said
    listed = run("todo")
    assert "H1" in listed
    assert "收入增加的原因属于可以给予渐退期的情形；家庭人均收入超过当地低保标准" in listed
    assert name in listed
    assert village not in listed
    said = run("review", "H1", "accept", "--reason", "工资流水与核对结果一致", "--by", BOSS)
    assert "已登记审核意见：采纳" in said
    assert "听取当事人意见" in said
    ledger = run("show", "H1", "--by", HANDLER)
    assert "欧阳*验" in ledger
    assert "欧阳试验" not in ledger
    assert "须先听取意见" in run("record", "void", "--help") + run("record", "stop", "--help")
    assert "已更正" not in run("record", "void", "H1", "4", "--reason", "录错", "--by", HANDLER)
    assert "已经更正过" in run("record", "void", "H1", "4", "--reason", "录错", "--by", HANDLER, code=2)
    assert "账册完好" in run("verify", "--household", "H1")


def test_a_decision_is_voided_by_those_who_decide_and_a_grant_by_nobody(township: Path) -> None:
    run("record", "adjust", "H1", "增发", "--on", "2026-09-01", "--effective", "2026-10-01", "--amount", "600",
        "--by", BOSS)  # fmt: skip
    assert "由审批人员办理" in run("record", "void", "H1", "4", "--reason", "录错", "--by", HANDLER, code=4)
    assert "先听取意见" in run("record", "void", "H1", "4", "--reason", "录错", "--by", BOSS, code=2)
    said = run("record", "void", "H1", "3", "--reason", "录错", "--by", BOSS, code=2)
    assert "chengxin case open" in said
    assert "没有第 99 条" in run("record", "void", "H1", "99", "--reason", "录错", "--by", BOSS, code=3)


def test_a_move_keeps_the_standard_and_the_label_unless_told_otherwise(township: Path) -> None:
    run("record", "household", "H2", "--area", VILLAGE, "--on", "2026-01-10", "--address", "2号", "--urban",
        "--label", "A类", "--by", HANDLER)  # fmt: skip
    where = ("--area", VILLAGE, "--address", "3号", "--by", HANDLER)
    run("record", "move", "H2", "--on", "2026-02-01", *where)
    run("record", "move", "H2", "--on", "2026-03-01", "--rural", "--label", "B类", *where)
    rows = sqlite3.connect(township / "chengxin.db").execute(
        "SELECT urban, label FROM residence WHERE address != '1号' ORDER BY seq"
    )
    assert rows.fetchall() == [(1, "A类"), (1, "A类"), (0, "B类")]


def test_a_ledger_is_shown_in_chinese_words_and_yuan(township: Path) -> None:
    shown = run("show", "H1", "--by", HANDLER)
    for words in ("月救助金额500.00元", "家庭月收入200.00元", "农村", "行为：确认给予", "劳动能力：无劳动能力"):
        assert words in shown
    assert "=" not in shown
    columns = {name for kind in ENTRIES for name in kind.model_fields}
    assert columns - HIDDEN - {"urban"} == set(NAMES)


def test_an_emergency_order_is_entered_by_who_decides(township: Path) -> None:
    words = ("organ", "order", "任民延〔2026〕1号", "--area", "370811", "--signed-on", "2026-09-01",
             "--signed-by", "某局长", "--due-from", "2026-09-01", "--due-to", "2026-10-31",
             "--months", "2")  # fmt: skip
    assert "由审批人员办理" in run(*words, "--by", HANDLER, code=4)
    assert "延长 2 个月" in run(*words, "--by", BOSS)
    assert "已登记" in run(*words, "--by", BOSS, code=5)
    backwards = [("2026-08-31" if word == "2026-10-31" else word) for word in words]
    assert "止日不能早于起日" in run(*backwards, "--by", BOSS, code=2)
    rows = sqlite3.connect(township / "chengxin.db").execute("SELECT number, months, recorded_by FROM emergency_order")
    assert rows.fetchall() == [("任民延〔2026〕1号", 2, BOSS)]


def test_a_calendar_with_doubts_is_loaded_only_when_it_was_looked_at(township: Path, tmp_path: Path) -> None:
    file = tmp_path / "2027.json"
    days = [{"name": "元旦", "date": f"2027-01-0{n}", "isOffDay": True} for n in (1, 2, 3)]
    papers = ["国办发明电〔2026〕9号"]
    file.write_text(json.dumps({"year": 2027, "papers": papers, "days": days}), encoding="utf-8")
    said = run("calendar", "import", str(file), "--by", BOSS, code=2)
    assert "13天" in said
    assert "--confirm" in said
    assert "尚未录入" in run("calendar", "show", "2027", code=3)
    assert "已录入 2027 年" in run("calendar", "import", str(file), "--confirm", "--by", BOSS)


def test_what_a_command_writes_is_readable_by_the_owner_only(tmp_path: Path) -> None:
    home = tmp_path / "own"
    surroundings = os.environ | {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": ""}
    subprocess.run([sys.executable, "-m", "integrity", "init"], check=True, env=surroundings, capture_output=True)
    written = [home, *home.rglob("*")]
    assert len(written) >= 3
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_the_last_print_run_is_listed(township: Path) -> None:
    assert "还没有制作过打印批次" in run("print", "run")
    run("organ", "add", "--area", "370811", "--name", "任城区民政局", "--prefix", "任民", "--since", "2020-01-01",
        "--address", "某路1号", "--phone", "0537-1", "--contact", "某人", "--by", BOSS)  # fmt: skip
    run("policy", "adopt", "--area", "370811", "--document", "任民字〔2026〕1号", "--since", "2026-07-01", "--by", BOSS)
    said = run("evaluate", "--by", HANDLER) + run("run", "notices", "--by", HANDLER)
    assert "文书生成 20" in said
    assert "打印批次 PC" in run("print", "run")
    assert "1 份 待打印 1" in run("print", "run").replace("　", " ")
    assert "-1.pdf" in run("print", "run")


def test_who_may_not_is_refused_and_nothing_is_written(township: Path) -> None:
    before = sqlite3.connect(township / "chengxin.db").execute("SELECT seq FROM ledger_head").fetchall()
    act = ("record", "stop", "H1", "X15", "--on", "2026-10-01", "--effective", "2026-11-01", "--hearing", "笔录1号")
    assert "“作出救助决定”由审批人员办理" in run(*act, "--by", HANDLER, code=4)
    assert "没有在岗的工号" in run(*act, "--by", "nobody", code=4)
    assert "说明由谁经办" in run(*act, code=2)
    assert "“运行任务”由经办、复核、审批人员办理" in run("evaluate", "--by", CLERK, code=4)
    assert "没有在岗的工号" in run("show", "H1", "--by", "nobody", code=4)
    run("officer", "add", "sp9", "--name", "试验", "--role", "审批", "--area", "370812", "--since", "2020-01-01",
        "--by", BOSS, code=4)  # fmt: skip
    assert "chengxin case open" in run(*act, "--by", BOSS, code=2)
    assert sqlite3.connect(township / "chengxin.db").execute("SELECT seq FROM ledger_head").fetchall() == before


def test_an_officer_of_one_township_cannot_act_for_another(township: Path) -> None:
    run("officer", "add", "jb9", "--name", "试验", "--role", "经办", "--area", "370811111", "--since", "2020-01-01",
        "--by", BOSS)  # fmt: skip
    said = run("record", "event", "H1", "投诉举报", "--on", "2026-10-01", "--by", "jb9", code=4)
    assert "辖区是 370811111000" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("explain", "NONE"), 3, "没有户编号为 NONE 的家庭"),
        (("explain", "H1", "--on", "2030-01-01"), 2, "只能说明今天以前"),
        (("explain", "H1", "--on", "2026-02-30"), 2, "不是日期"),
        (("policy", "show", "no.such.key"), 3, "没有参数"),
        (("areas", "show", "37x"), 2, "数字以外"),
        (("areas", "find", "没有这个村"), 3, "没有名为"),
        (("calendar", "show", "2031"), 3, "尚未录入"),
        (("calendar", "term", "2026-09-21", "3", "星期"), 2, "无法识别"),
        (("run", "nothing", "--by", BOSS), 3, "没有任务"),
        (("import", "roll", "absent.xlsx", "--by", HANDLER), 3, "没有文件"),
        (("restore", "absent"), 3, "不是完整的备份"),
        (("serve", "--host", "0.0.0.0"), 2, "须加密传输"),
        (("record", "household", "H1", "--area", VILLAGE, "--on", "2026-01-10", "--address", "1号", "--by", HANDLER),
         5, "户编号 H1 不能使用"),
        (("print", "F01", "H1", "--by", HANDLER), 2, "请先登记机关名称"),
    ],
)  # fmt: skip
def test_an_error_is_one_line_with_its_code(township: Path, words: tuple[str, ...], code: int, said: str) -> None:
    output = run(*words, code=code)
    assert said in output
    assert "Traceback" not in output


def test_what_nobody_foresaw_goes_to_a_log_without_personal_data(
    township: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "".join(("欧", "阳试验 ", "37081119600501", "0117"))  # not as it stands in this file, which the log quotes

    def broken(*_: object) -> int:
        raise RuntimeError(secret)

    monkeypatch.setattr("integrity.cli.rolls.found", broken)  # a fault that no command has of itself
    said = run("explain", "H1", code=1)
    log = (township / "log" / "chengxin.log").read_text()
    assert str(township / "log" / "chengxin.log") in said
    assert "RuntimeError" in log
    assert "in broken" in log
    for part in secret.split():
        assert part not in log + said


def test_a_port_that_is_taken_is_said_before_anything_starts(township: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "请用 --port 换一个" in run("serve", "--port", str(taken.getsockname()[1]), code=2)


def test_tampering_is_named_by_verify(township: Path) -> None:
    database = sqlite3.connect(township / "chengxin.db")
    database.execute("DROP TRIGGER guard_assistance_update")
    database.execute("UPDATE assistance SET amount = 90000")
    database.execute("DROP TRIGGER guard_person_update")
    database.execute("UPDATE person SET name = '别人'")
    database.commit()
    database.close()
    said = run("verify", code=1)
    assert "内容与哈希不符" in said
    assert "assistance" in said
    assert "第 1 号与登记时不符" in said
    assert "护栏缺失或被改动" in said
    assert "guard_assistance_update" in said
    assert "只追加保护" in run("jobs", code=2)


def test_a_replaced_person_is_found_although_the_row_fits_itself(township: Path) -> None:
    database = sqlite3.connect(township / "chengxin.db")
    database.execute("DROP TRIGGER guard_person_update")
    database.execute("UPDATE person SET digest = 'x', destroyed_on = NULL")
    database.commit()
    database.close()
    assert "人员已被替换" in run("verify", code=1)


def test_a_backup_comes_back_by_command(township: Path) -> None:
    assert "还没有备份" in run("drill", code=3)
    said = run("backup")
    heads = run("verify").split("账尾指纹：")[1].strip()
    assert f"账尾指纹：{heads}" in said
    (kept,) = (township / "backups").iterdir()
    assert json.loads((kept / "manifest.json").read_text())["tables"]["household"] == 1
    assert "可以恢复" in run("drill")
    assert "不会覆盖" in run("restore", str(kept), code=2)
    run("record", "event", "H1", "投诉举报", "--on", "2026-10-01", "--by", CLERK)
    assert "原数据库已移到" in run("restore", str(kept), "--force")
    assert "投诉举报" not in run("show", "H1", "--by", HANDLER)
    damaged = kept / "chengxin.db"
    damaged.write_bytes(damaged.read_bytes()[:-10])
    assert "与清单不符" in run("restore", str(kept), "--force", code=2)
    assert "与清单不符" in run("drill", code=2)


def test_an_import_is_checked_done_and_taken_back(township: Path, tmp_path: Path) -> None:
    run("import", "template", "comparison", str(tmp_path / "t.xlsx"))
    assert (tmp_path / "t.xlsx").read_bytes().startswith(b"PK")
    sheet = tmp_path / "核对.csv"
    sheet.write_text("户编号,核对日期,家庭月收入,来源\nH1,2026-09-01,300.00,核对平台\n没有,2026-09-01,1,核对平台\n")
    errors = tmp_path / "错误.csv"
    said = run("import", "comparison", str(sheet), "--dry-run", "--errors", str(errors), "--by", HANDLER, code=2)
    assert "可导入 1 行" in said
    assert "错误" in errors.read_text(encoding="utf-8-sig")
    assert "没有导入任何一行" in run("import", "comparison", str(sheet), "--by", HANDLER, code=2)
    assert "已导入 1 行" in run("import", "comparison", str(sheet), "--mode", "good", "--by", HANDLER)
    assert "核对.csv" in run("import", "list")
    assert "已撤销 1 户" in run("import", "undo", "1", "--by", BOSS)


def test_policy_areas_and_calendar_can_be_asked(township: Path, tmp_path: Path) -> None:
    assert "880.00元" in run("policy", "show", "standard.dibao", "--area", "370811", "--on", "2026-09-01")
    assert "没有错误" in run("policy", "check")
    assert "没有差别" in run("policy", "diff")
    assert "没有改动" in run("policy", "register", "--by", BOSS)
    run("policy", "adopt", "--area", "370811", "--document", "任民字〔2026〕1号", "--since", "2026-07-01", "--by", BOSS)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "x.toml").write_text("[pack]\nkind = 1\n")
    assert "x.toml" in run("policy", "check", str(tmp_path / "own"), code=2)
    assert "任城区" in run("areas", "show", "370811")
    assert "2026" in run("calendar", "show", "2026")
    told = run("calendar", "term", "2026-09-30", "3", "工作日")
    assert "国庆节" in told
    assert "民法典第201条" in told
    assert "届满：2026-09-08 10:00" in run("calendar", "term", "2026-09-07T10:00", "24", "小时")
    assert "不是时刻" in run("calendar", "term", "2026-09-07T25:00", "24", "小时", code=2)


def test_the_table_of_permissions_keeps_hands_apart() -> None:
    assert not [matter for matter, roles in ALLOWED.items() if Role.SYSTEM in roles]
    watched = [matter for matter, roles in ALLOWED.items() if Role.INSPECTOR in roles]
    assert watched == [
        "查看户账", "查看证据原件", "印制案卷", "制作台账报表", "查看政策参数", "查看运行状况", "查看操作日志",
        "使用本系统",
    ]  # fmt: skip
    for matter, roles in ALLOWED.items():
        kept_apart = set(roles) & set(ADMINISTRATORS) and set(roles) & set(BUSINESS)
        assert not kept_apart or matter in watched, matter
    facts = {"登记家庭", "登记变化", "登记核对结果", "登记守信失信事实", "登记承诺"}
    for matter in facts:
        assert Role.APPROVER not in ALLOWED[matter], "who decides writes down no facts"
    for matter in ("认定守信失信", "作出救助决定"):
        assert ALLOWED[matter] == (Role.APPROVER,)
