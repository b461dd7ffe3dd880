"""推送的命令 (commands of notifications): list, send now, send again; by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from integrity import dispatches, dispatching
from integrity.__main__ import app
from integrity.office_terms import PushKind
from integrity.records.dispatches import PATIENCE
from integrity.records.office import Officer
from integrity.settings import settings
from integrity.terms import Role
from integrity.work import open_office

COUNTY, NOWHERE = "370811000000", "localhost:9"


def run(*words: str, code: int = 0) -> str:
    """One command; its output. The exit code must be as expected."""
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An office with one notification that has been given up: nobody listens at its address."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CHENGXIN_PUSH_HOSTS", NOWHERE)
    settings.cache_clear()
    run("init")
    office = open_office(settings())
    with office.work("init") as work:
        for code, role in (("dj01", Role.LINKED), ("xt01", Role.SYSTEM_ADMIN), ("aq01", Role.SECURITY_ADMIN)):
            work.session.add(Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1)))
    with office.work("xt01") as work:
        dispatches.register(work, "dj01", f"https://{NOWHERE}/heard", (PushKind.INTAKE,), NOWHERE)
    with office.work("aq01") as work:
        dispatches.approve(work, 1)
    past = office.clock() - PATIENCE - timedelta(hours=1)
    with office.work("jb01", now=past) as work:
        dispatches.tell(work, PushKind.INTAKE, COUNTY, to="dj01", subject="HD-1")
    assert dispatching.send_due(office, dispatching.Post(NOWHERE)) == 0
    office.dispose()
    yield
    settings.cache_clear()


def test_what_was_given_up_is_listed_and_sent_again(lost: None) -> None:
    line = next(one for one in run("push", "list", "--by", "aq01").splitlines() if "dj01" in one)
    assert [one for one in line.replace("│", " ").split() if one.isdigit()] == ["1", "0", "0", "1"]
    assert "由系统管理员办理" in run("push", "again", "1", "--by", "aq01", code=4)
    assert "1 件将重新推送" in run("push", "again", "1", "--by", "xt01")
    assert "没有第 99" in run("push", "again", "9" * 20, "--by", "xt01", code=3)
    assert "已送达 0 件" in run("push", "send")
