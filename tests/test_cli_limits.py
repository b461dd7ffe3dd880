"""命令的边界 (limits of the commands): numbers beyond every number end in one line, never in a crash."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.cli.console import fen
from integrity.cli.fields import read_fields
from integrity.errors import Invalid
from integrity.rules.procedure import Ask, Row
from integrity.settings import settings

HUGE = "9" * 20
ROW = Row("X", "试验", (), (), "", asks=(
    Ask("amount", "金额（元）", "fen"), Ask("months", "月数", "count"), Ask("schedule", "比例", "percents"),
))  # fmt: skip


@pytest.mark.parametrize("sum_", [HUGE, "1E999999999", "Infinity", "NaN", "-1", "1.005", "sNaN"])
def test_a_sum_beyond_every_sum_is_refused_before_it_is_a_number(sum_: str) -> None:
    with pytest.raises(typer.BadParameter):
        fen(sum_)
    with pytest.raises(Invalid, match="金额"):
        read_fields(ROW, [f"金额={sum_}"])
    assert fen("10000000000") == 10**12


def test_counts_and_percentages_beyond_every_number_are_refused() -> None:
    for typed in (f"月数={HUGE}", f"月数={'9' * 5000}", f"比例=100,{'9' * 5000}"):
        with pytest.raises(Invalid, match="应"):
            read_fields(ROW, [typed])
    assert read_fields(ROW, ["月数=12", "比例=100,80"]) == {"months": 12, "schedule": (100, 80)}


def test_a_case_or_household_of_such_a_number_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    run = CliRunner().invoke
    assert run(app, ["init"]).exit_code == 0
    added = run(app, [
        "officer", "add", "sp0", "--name", "试验", "--role", "审批", "--area", "370811", "--since", "2020-01-01",
    ])  # fmt: skip
    assert added.exit_code == 0, added.output
    for words in (["show", f"#{HUGE}"], ["show", "#1", HUGE], ["open", "#1", "申请受理", "--member", HUGE]):
        told = run(app, ["case", *words, "--by", "sp0"])
        assert told.exit_code in (2, 3), told.output
        assert "没有预料到" not in told.output
    settings.cache_clear()
