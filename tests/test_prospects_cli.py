"""前景与测算的命令 (prospects on the command line): what is shown, to whom, and what is noted of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.prospects_text import ORDER_ONLY
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.work import wall_clock

VILLAGE = "370811001001"


def run(*words: str, code: int = 0) -> str:
    """One command; its output. The exit code must be as expected."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def township(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An office with two officers, the catalogue adopted, one household of one person on assistance."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    run("init")
    for officer, role, area in (("sp0", "审批", "370800"), ("jb0", "经办", "370811"), ("jb9", "经办", "370812")):
        by = () if officer == "sp0" else ("--by", "sp0")
        run("officer", "add", officer, "--name", "试验", "--role", role, "--area", area, "--since", "2020-01-01", *by)
    run(
        "policy", "adopt", "--area", "370811", "--document", "任民字〔2026〕1号", "--since", "2026-07-01", "--by", "sp0"
    )
    run("record", "household", "H1", "--area", VILLAGE, "--on", "2026-01-10", "--address", "1号", "--by", "jb0")
    born = wall_clock().date().replace(year=1960, month=5, day=1)
    run("record", "member", "H1", "--no", "1", "--name", "欧阳试验", "--id", make_id("370811", born, 11),
        "--on", "2026-01-10", "--by", "jb0")  # fmt: skip
    run("record", "grant", "H1", "最低生活保障", "--on", "2026-01-15", "--effective", "2026-02-01", "--amount", "500",
        "--income", "200", "--persons", "1", "--by", "sp0")  # fmt: skip
    yield tmp_path / "home"
    settings.cache_clear()


def rows(home: Path) -> dict[str, int]:
    """How many rows each table holds."""
    connection = sqlite3.connect(home / "chengxin.db")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counted = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    connection.close()
    return counted


def test_looking_is_noted_and_nothing_else(township: Path) -> None:
    before = rows(township)
    said = run("prospects", "H1", "--by", "jb0")
    assert ORDER_ONLY in said
    assert "守信 S01主动申报家庭变化（第1号成员）" in said
    assert "现在：100分，B级" in run("prospects", "H1", "--member", "1", "--by", "jb0")
    told = run("what-if", "H1", "--income", "3000", "--cause", "养老金", "--by", "jb0")
    assert "现为“继续给予”，假设后为“退出”" in told
    after = rows(township)
    assert after.pop("audit") - before.pop("audit") == 3
    assert after == before


def test_a_member_may_be_supposed_to_be_gone(township: Path) -> None:
    told = run("what-if", "H1", "--member", "1", "--presence", "死亡", "--by", "jb0")
    assert "假设后为“退出”" in told
    assert "X01" in told


def test_only_who_may_see_the_ledger_is_told(township: Path) -> None:
    assert "辖区" in run("prospects", "H1", "--by", "jb9", code=4)
    assert "100分" not in run("what-if", "H1", "--income", "3000", "--by", "nobody", code=4)
    assert "请用 --by 工号" in run("prospects", "H1", code=2)


def test_what_is_written_wrongly_is_explained(township: Path) -> None:
    assert "用 --member 写明" in run("what-if", "H1", "--job-accepted", "--by", "jb0", code=2)
    assert "用 --member 写明" in run("what-if", "H1", "--member", "1", "--by", "jb0", code=2)
    assert "应写作 6" in run("what-if", "H1", "--repaired", "甲", "--by", "jb0", code=2)
    assert "没有第 6 号认定" in run("what-if", "H1", "--repaired", "6=2027-01-01", "--by", "jb0", code=3)
    assert "没有第 5 号成员" in run("prospects", "H1", "--member", "5", "--by", "jb0", code=3)
