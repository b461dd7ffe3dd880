"""收表 (taking in a sheet): hand a file to the child process and take its rows, whatever happens to the child."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrity.errors import Invalid
from integrity.exchange_columns import MARKED, Sheet

_ROOT = Path(__file__).resolve().parent.parent
_WAIT = 60.0
_LIMITED = "文件内容异常，读取时超过时间或内存限制；请删去不用的工作表、图片和空白行，或分成几个文件"


@dataclass(frozen=True, slots=True)
class Table:
    """读出的表 (table that was read): its rows by number, as raw cells in the order of the sheet's columns."""

    path: Path
    sheet: Sheet
    sha256: str
    part: str
    head: int
    mark: int
    ignored: tuple[str, ...]
    rows: dict[int, list[Any]]


def read_table(sheet: Sheet, path: Path) -> Table:
    """Read a file in a process of its own. Raises Invalid with what is wrong with the file and what to do."""
    if not path.is_file():
        raise Invalid(f"没有找到文件 {path.name}")
    lines = _child(path, ["read", sheet.kind, str(path)], "").decode().splitlines()
    first, last = (_line(line, path) for line in (lines[0], lines[-1]))
    rows = {number: cells for number, cells in map(json.loads, lines[1:-1])}
    return Table(
        path, sheet, first["sha256"], first["part"], first["head"], last["mark"], tuple(first["ignored"]), rows
    )


def marked_file(table: Table, texts: Mapping[int, str]) -> bytes:
    """The file that was read, with the column 错误 (row number → text). Raises Invalid."""
    asked = {"sha256": table.sha256, "part": table.part, "head": table.head, "mark": table.mark, "texts": texts}
    answer = _child(table.path, ["mark", str(table.path)], json.dumps(asked))
    if not answer.startswith(MARKED):
        _line(answer.decode(), table.path)
        raise Invalid(f"{table.path.name}：{_LIMITED}")
    return answer.removeprefix(MARKED)


def _child(path: Path, arguments: list[str], given: str) -> bytes:
    """What the child says. It gets no settings, no keys and no more time than it may need."""
    surroundings = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    surroundings |= {"PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "integrity.exchange_sheets", *arguments]
    try:
        done = subprocess.run(
            command, input=given.encode(), capture_output=True, timeout=_WAIT, env=surroundings, check=False
        )
    except subprocess.TimeoutExpired:
        raise Invalid(f"{path.name}：{_LIMITED}") from None
    if done.returncode != 0 or not done.stdout.strip():
        raise Invalid(f"{path.name}：{_LIMITED}")
    return done.stdout


def _line(line: str, path: Path) -> Any:
    """One line of the child. Raises Invalid for a fault."""
    said = json.loads(line)
    if isinstance(said, dict) and "fault" in said:
        raise Invalid(f"{path.name}：{said['fault']}")
    return said
