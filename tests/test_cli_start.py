"""命令的启动 (how a command starts): the menu tells what the modules have, and nothing is loaded that is not needed."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from integrity import cli
from integrity.__main__ import app
from integrity.cli.menu import MENU, Line
from integrity.work import Office
from reports.late import Late

HEAVY = {"weasyprint", "fastapi", "uvicorn", "fontTools", "apscheduler"}
"""What takes long to load: for pages of paper and for pages in a browser."""
RUN = """
import json, sys
from integrity.__main__ import app
for words in json.loads(sys.argv[1]):
    try:
        app(words, prog_name="chengxin")
    except SystemExit as ended:
        print()
        print(json.dumps({"code": ended.code or 0, "loaded": sorted({one.split(".")[0] for one in sys.modules})}))
"""


@cache
def loaded(*commands: tuple[str, ...], code: int = 0) -> list[set[str]]:
    """The packages that a process of its own had loaded after each of some commands, which ended as they should.

    What one of them has not loaded after all those before it, it would not load alone.
    """
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(commands)], capture_output=True, text=True, check=False
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"code": ')]
    assert [one["code"] for one in said] == [code] * len(commands), done.stdout + done.stderr
    return [set(one["loaded"]) for one in said]


def test_the_list_of_commands_needs_neither_database_nor_press() -> None:
    for commands, code in (((("--help",),), 0), (((), ("nosuch",)), 2)):
        for after in loaded(*commands, code=code):
            assert not after & {*HEAVY, "sqlalchemy", "alembic", "reports.press"}, commands


ONE_OF_EACH = {line.module: line for line in reversed(MENU) if line.name != "serve"}


@pytest.mark.parametrize("line", ONE_OF_EACH.values(), ids=lambda line: line.name)
def test_the_help_of_a_command_needs_no_press_and_no_pages(line: Line) -> None:
    after = loaded(*((one.name, "--help") for one in ONE_OF_EACH.values()))
    assert not after[[*ONE_OF_EACH].index(line.module)] & HEAVY


def test_light_commands_load_neither_the_press_nor_the_pages(office: Office, monkeypatch: pytest.MonkeyPatch,
                                                             tmp_path: Path) -> None:  # fmt: skip
    if office.engine.dialect.name == "postgresql":
        pytest.skip("what is loaded besides the driver does not hang on the kind of database")
    monkeypatch.setenv("CHENGXIN_DATABASE", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    commands = (("todo",), ("code", "keys"), ("jobs", "--failed"), ("posting", "list"))
    for words, after in zip(commands, loaded(*commands), strict=True):
        assert not after & HEAVY, words


def test_the_press_loads_the_engine_when_a_page_is_set() -> None:
    told = subprocess.run(
        [sys.executable, "-c", (
            "import sys\nfrom reports import press\nfrom tests.press_samples import RECHECK\n"
            "print('weasyprint' in sys.modules)\npress.render_letter(RECHECK)\nprint('weasyprint' in sys.modules)"
        )], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.split() == ["False", "True"]


def test_a_module_loaded_late_is_the_module_itself() -> None:
    assert Late("integrity.cli.menu").MENU is MENU
    with pytest.raises(AttributeError, match="nothing"):
        assert Late("integrity.cli.menu").nothing


def test_the_menu_tells_every_command_and_what_it_is_for() -> None:
    made = get_command(app).commands  # type: ignore[attr-defined]
    for line in MENU:
        command = made[line.name]
        assert (command.name, command.help.split("\n\n")[0]) == (line.name, line.help)
        assert hasattr(command, "commands") == line.group
    with pytest.raises(KeyError):
        made["nosuch"]


def test_no_command_of_a_module_is_left_out_of_the_menu() -> None:
    """Each `typer.Typer` of a module is in the menu or below one that is."""
    told, below = {(one.module, one.of) for one in MENU}, set()
    for module in (one.name for one in pkgutil.iter_modules(cli.__path__)):
        found = vars(importlib.import_module(f"integrity.cli.{module}"))
        for one in (one for one in found.values() if isinstance(one, typer.Typer)):
            below |= {id(group.typer_instance) for group in one.registered_groups}
    shown = {id(getattr(importlib.import_module(f"integrity.cli.{module}"), of)) for module, of in told}
    for module in (one.name for one in pkgutil.iter_modules(cli.__path__)):
        for name, one in vars(importlib.import_module(f"integrity.cli.{module}")).items():
            if isinstance(one, typer.Typer):
                assert id(one) in shown | below, f"{module}.{name} is in no menu"
    for module, of in told:
        alone = {one.name for one in MENU if (one.module, one.of) == (module, of) and not one.group}
        if alone:
            here = getattr(importlib.import_module(f"integrity.cli.{module}"), of)
            assert {info.name or info.callback.__name__ for info in here.registered_commands} == alone
