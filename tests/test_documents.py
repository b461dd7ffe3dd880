"""文档 (documents): every command quoted exists, every file named is there, the twins agree, the first hour runs."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.settings import settings
from integrity.work import wall_clock
from scheduler.jobs import TIMETABLE

ROOT = Path(__file__).resolve().parent.parent
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
OPERATIONS, OPERATIONS_ZH = ROOT / "docs/operations.md", ROOT / "docs/operations.zh-CN.md"
GUIDE = ROOT / "docs/user-guide.zh-CN.md"
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "integrity").rglob("*.md")]
)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
HOSTS = {
    "127.0.0.1", "localhost", "example.invalid", "x", "keepachangelog.com", "semver.org", "www.apache.org",
    "www.w3.org", "schemas.openxmlformats.org",
}  # fmt: skip
"""Whom our texts may name: this machine, made-up hosts of tests, standards and licences."""
STRANGERS = re.compile(
    r"/work[/]|/root/|/home/[a-z]|\bpy[p]i\.|python[h]osted|np[m]js|deb\.[d]ebian\.org|\bmirrors?\."
    r"|\b(?:AI|LLM|GPT|ChatGPT|Claude|Anthropic|OpenAI|Copilot|Codex)\b"
)
"""Workplaces, registries and tools have no place in the repository."""
TEXTS = {".md", ".py", ".toml", ".html", ".css", ".sh", ".ini", ".lock", ".csv", ".svg", ".mako", ""}


def of(path: Path) -> str:
    """How a file is called in a test report."""
    return str(path.relative_to(ROOT))


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def kept() -> tuple[Path, ...]:
    """Every text file that the repository keeps or would keep; without git, what lies outside hidden folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    paths = [ROOT / name for name in found.stdout.decode().split("\0") if name]
    if found.returncode:
        tops = [one for one in ROOT.iterdir() if not one.name.startswith(".") and one.name != "var"]
        paths = [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top])]
        paths = [path for path in paths if "__pycache__" not in path.parts]
    return tuple(path for path in paths if path.is_file() and path.suffix in TEXTS)


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def quoted(path: Path) -> Iterator[list[str]]:
    """The `chengxin` commands in the shell blocks of a document, as words without the name."""
    for block in blocks(read(path), "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            while words and re.match(r"[A-Z_]+=", words[0]):
                words.pop(0)
            if words[:1] == ["chengxin"]:
                yield words[1:]


def mentioned(path: Path) -> Iterator[list[str]]:
    """The `chengxin …` commands between backticks in running text and tables."""
    prose = re.sub(r"^```.*?^```", "", read(path), flags=re.MULTILINE | re.DOTALL)
    for words in re.findall(r"`chengxin ([^`]+)`", prose):
        yield words.replace("…", "").split()


@cache
def tree() -> Any:
    """The commands of the program."""
    return get_command(app)


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    """The command that words name, and the words after it. Fails for a command that does not exist."""
    command = tree()
    rest = list(words)
    while hasattr(command, "commands") and rest:
        name = rest.pop(0)
        assert name in command.commands, f"there is no command {' '.join(words)}"
        command = command.commands[name]
    assert not hasattr(command, "commands"), f"{' '.join(words)} is a group, not a command"
    return command, rest


QUOTED = [
    pytest.param(words, id=f"{of(path)}: {' '.join(words)[:60]}") for path in DOCUMENTS for words in quoted(path)
]
MENTIONED = [
    pytest.param(words, id=f"{of(path)}: {' '.join(words)}") for path in DOCUMENTS for words in mentioned(path)
]


def test_the_documents_quote_commands_at_all() -> None:
    assert len(QUOTED) > 50
    assert len(MENTIONED) > 10


@pytest.mark.parametrize("words", QUOTED)
def test_a_quoted_command_is_understood_with_all_its_words(words: list[str]) -> None:
    command, rest = resolved(words)
    command.make_context(words[0], rest)  # reads every option, day, sum and term; raises for a wrong or missing one


@pytest.mark.parametrize("words", MENTIONED)
def test_a_command_in_running_text_exists_with_its_options(words: list[str]) -> None:
    command, rest = resolved(words)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    assert {word for word in rest if word.startswith("--")} <= {*known, "--help"}


def test_a_command_that_does_not_exist_is_found() -> None:
    with pytest.raises(AssertionError, match="no command"):
        resolved(["print", "F99"])
    with pytest.raises(Exception, match="--bogus"):
        resolved(["backup"])[0].make_context("backup", ["--bogus"])


@pytest.mark.parametrize("path", DOCUMENTS, ids=of)
def test_the_links_of_a_document_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", read(path)):
        if not re.match(r"https?://", target):
            assert (path.parent / target.split("#")[0]).exists(), f"{of(path)} links to {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=of)
def test_the_files_that_a_document_names_are_there(path: Path) -> None:
    folders = "integrity|scheduler|reports|templates|tests|benchmarks|docs|scripts|.ci"
    for name in re.findall(rf"`((?:{re.escape('.ci')}|{folders})/[\w./一-鿿-]*)`", read(path)):
        assert (ROOT / name).exists(), f"{of(path)} names {name}"


def rows(text: str) -> list[list[str]]:
    """The cells of every table row."""
    return [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("|")]


def commands_of(text: str) -> list[str]:
    """The lines of all blocks without their comments."""
    lines = (re.sub(r"\s*(?:^|\s)#.*", "", line) for block in blocks(text, r"\w*") for line in block.splitlines())
    return [line for line in lines if line]


TWINS = [pytest.param(ENGLISH, CHINESE, id="README"), pytest.param(OPERATIONS, OPERATIONS_ZH, id="operations")]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_the_twins_have_the_same_shape(one: Path, other: Path) -> None:
    here, there = read(one), read(other)
    depth = re.compile(r"^#+(?= )", re.MULTILINE)
    plain = [re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL) for text in (here, there)]
    assert depth.findall(plain[0]) == depth.findall(plain[1])
    assert [len(row) for row in rows(here)] == [len(row) for row in rows(there)]
    assert commands_of(here) == commands_of(there)
    assert sorted(re.findall(r"^- |^\d+\. ", here, re.MULTILINE)) == sorted(
        re.findall(r"^- |^\d+\. ", there, re.MULTILINE)
    )


def test_the_tables_of_where_name_the_same_files() -> None:
    tables = [[row[-1].strip() for row in rows(read(path)) if "`" in row[-1]] for path in (ENGLISH, CHINESE)]
    assert tables[0] == tables[1]
    for cell in tables[0]:
        name = cell.strip("` ")
        assert name.startswith(("python ", "make ")) or (ROOT / name).is_file(), name


@pytest.mark.parametrize("path", DECISIONS, ids=of)
def test_a_decision_has_its_four_parts(path: Path) -> None:
    text = read(path)
    assert text.startswith(f"# {path.name[:4]} ")
    parts = ["Context", "Decision", "Consequences", "Alternatives"]
    assert re.findall(r"^\*\*(\w+)\.\*\* ", text, re.MULTILINE) == parts


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04d}" for n in range(1, len(DECISIONS) + 1)]


def test_the_user_guide_tells_when_each_job_runs() -> None:
    told = read(GUIDE).replace(" ", "").replace("、", "")
    for job in TIMETABLE:
        assert f"{job.when.at.hour}:{job.when.at.minute:02d}" in told, job.name


@pytest.mark.parametrize("path", [path for path in kept() if path != Path(__file__).resolve()], ids=of)
def test_a_text_speaks_of_the_project_only(path: Path) -> None:
    text = read(path)
    found = STRANGERS.search(text)
    assert found is None, f"{of(path)}: {found[0]!r}"
    assert set(re.findall(r"https?://([\w.-]+)", text)) <= HOSTS


def test_pictures_are_small() -> None:
    pictures = list((ROOT / "docs" / "images").glob("*"))
    assert pictures
    assert all(picture.stat().st_size <= 250_000 for picture in pictures)


def test_the_first_hour_of_the_readme_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    settings.cache_clear()
    said = []
    for words in quoted(ENGLISH):
        this_year = [re.sub(r"(?<=听〔)2026(?=〕)", str(wall_clock().year), word) for word in words]
        result = CliRunner().invoke(app, this_year)
        assert result.exit_code == 0, f"{words}\n{result.output}\n{result.exception!r}"
        said.append(result.output)
    settings.cache_clear()
    text = "\n".join(said)
    for expected in ("减发 1", "共 4 行：可导入 4 行", "听取意见的期限到", "账册完好", "备份完成"):
        assert expected in re.sub(r"[│ ]+", " ", text), expected
