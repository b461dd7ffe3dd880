"""命令的说明 (help and misuse): every page of help is Chinese, and a command that was typed wrongly says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.main import get_command
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.cli.usage import Misuse, filled, misuse

ENGLISH = re.compile(
    r"Usage|Option|Argument|Command|Show this|message and exit|\brequired\b|default:|env var|Error|Missing|No such"
    r"|Invalid|Try |Did you mean|Possible|Got unexpected|requires|Aborted|COMMAND|OPTIONS|ARGS|TEXT|INTEGER|PATH\b"
    r"|x>=|x<=|<(?:str|int|float|path|date|list|bool)"
)
"""Words of the command-line library."""


def paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group, as it is typed."""
    yield path
    for name, one in getattr(command, "commands", {}).items():
        yield from paths(one, (*path, name))


CHENGXIN: Any = get_command(app)  # made once: it takes longer than to ask it
EVERY = list(paths(CHENGXIN))


def ran(*words: str) -> tuple[int, str]:
    """Exit code, and everything that was printed."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out), pytest.raises(SystemExit) as ended:
        CHENGXIN.main(list(words), prog_name="chengxin")
    return int(ended.value.code or 0), out.getvalue()


def test_there_are_many_commands() -> None:
    assert len(EVERY) > 60
    assert ("dossier",) in EVERY
    assert ("case", "step") in EVERY


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_help_of_every_command_is_chinese(path: tuple[str, ...]) -> None:
    code, page = ran(*path, "--help")
    assert code == 0
    assert not ENGLISH.findall(page)
    assert page.startswith(f"用法：chengxin {' '.join(path)}".rstrip())
    assert re.search(r"\n选项：\n(?:.+\n)*? +--help +显示本说明\n", page)
    assert max(cell_len(line) for line in page.splitlines()[1:]) <= 80 or "|" in page  # a list of choices stays whole


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_argument_has_a_chinese_name(path: tuple[str, ...]) -> None:
    _, page = ran(*path, "--help")
    said = page.split("\n内容：")[1].split("\n选项：")[0] if "\n内容：" in page else ""
    assert not re.search(r"[{\[][a-z_]+[}\]]", page.splitlines()[0])
    assert not re.search(r"^  [a-z_]+(?: |$)", said, re.MULTILINE)


def test_the_second_column_stands_in_line() -> None:
    _, page = ran("dossier", "--help")
    options = page.split("选项：")[1].splitlines()
    starts = {cell_len(line[: found.end()]) for line in options if (found := re.match(r"  --\S+(?: \S+)? {2,}", line))}
    assert len(starts) == 1


def test_what_is_required_and_what_holds_by_default_are_said() -> None:
    pages = "".join(ran(*path, "--help")[1] for path in EVERY)
    assert "（必填）" in pages
    assert "（不小于1；必填）" in pages
    assert "（默认：" in pages


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dossier",), "没有写“户编号”"),
        (("case", "open", "JN1"), "没有写“程序”"),
        (("dossier", "JN1"), "没有写 --reason（用途"),
        (("dossier", "JN1", "--resaon", "x"), "没有 --resaon 这个选项；是不是 --on、--reason"),
        (("dossier", "JN1", "--zzz"), "没有 --zzz 这个选项"),
        (("dosier",), "没有“dosier”这个命令；是不是 dossier、officer"),
        (("qqqq",), "没有“qqqq”这个命令"),
        (("case", "opne"), "没有“opne”这个命令；是不是 open"),
        (("dossier", "JN1", "--reason", "x", "--case", "甲"), "--case：“甲”不是整数"),
        (("dossier", "JN1", "--reason"), "选项 --reason 后面没有写内容，请补上"),
        (("dossier", "JN1", "多", "--reason", "x"), "多写了“多”"),
        (("dossier", "JN1", "--reason", "x", "--on", "5x"), "--on：“5x”不是日期，应写作 2026-09-21"),
        (("--nosuch",), "没有 --nosuch 这个选项"),
        (("--help=1",), "选项 --help 后面不写内容"),
    ],
)
def test_a_command_typed_wrongly_says_what_to_do(words: tuple[str, ...], said: str) -> None:
    code, page = ran(*words)
    assert code == 2
    assert page.startswith("错误：")
    assert said in page
    assert not ENGLISH.findall(page)


def test_a_group_without_a_command_shows_its_help() -> None:
    code, page = ran("case")
    assert code == 2
    assert page.startswith("用法：chengxin case [选项] 命令 [内容]")
    assert not ENGLISH.findall(page)


def test_a_number_out_of_range_names_the_bound() -> None:
    small = typer.Typer()

    @small.command()
    def only(months: int = typer.Option(..., min=1, max=3)) -> None:
        """One command."""

    for number, said in (("0", "“0”小于最小值 1"), ("4", "“4”大于最大值 3")):
        result = CliRunner().invoke(small, ["--months", number], standalone_mode=False)
        assert isinstance(result.exception, typer.TyperException)
        told = misuse(result.exception)
        assert isinstance(told, Misuse)
        assert told.message == f"--months：{said}"
        assert misuse(told) is told


def test_lines_break_between_characters_and_no_stop_begins_one() -> None:
    lines = list(filled("一二三四，五六 CHENGXIN_ACTOR 七八", 10))
    assert list(filled("一二三四五，六", 10)) == ["一二三四", "五，六"]
    assert lines == ["一二三四，", "五六", "CHENGXIN_ACTOR", "七八"]
