"""安全要求对照 (rows of the security standards): every applicable row names a test, or says what is not done."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from integrity.cli.serving import _secured
from integrity.errors import Refused

ROOT = Path(__file__).resolve().parent.parent
ROWS = tomllib.loads((ROOT / "docs" / "security" / "asvs.toml").read_text(encoding="utf-8"))
LEVELS = (70, 183)
"""How many rows ASVS 5.0.0 has at level 1, and at level 2."""


@cache
def names_in(name: str) -> frozenset[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / "tests" / f"{name}.py").read_text(encoding="utf-8"))
    return frozenset(one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))


@pytest.mark.parametrize("standard", sorted(ROWS))
def test_every_row_is_tested_or_says_why_not(standard: str) -> None:
    missing = []
    for number, row in ROWS[standard].items():
        assert sum(kind in row for kind in ("tests", "none", "gap")) == 1, number
        assert "how" in row or "tests" not in row, number
        for one in row.get("tests", ()):
            name, _, test = one.partition("::")
            if not (ROOT / "tests" / f"{name}.py").is_file() or test not in names_in(name):
                missing.append((number, one))
    assert not missing


def test_no_row_of_the_first_two_levels_is_left_out() -> None:
    rows: dict[str, dict[str, Any]] = ROWS["asvs"]
    single = [row["level"] for row in rows.values() if "level" in row]
    whole = [row["count"] for row in rows.values() if "count" in row]
    assert tuple(single.count(level) + sum(one[level - 1] for one in whole) for level in (1, 2)) == LEVELS
    assert all(re.fullmatch(r"V\d+(\.\d+){0,2}", number) for number in rows)
    assert sum("tests" in row for row in rows.values()) > 120


def test_the_clauses_of_the_application_are_all_there() -> None:
    wanted = {
        "1": "abcd", "2": "abcdefg", "3": "abcd", "4": "de", "7": "ab", "8": "ab", "9": "abc", "10": "ab", "11": "ab",
    }  # fmt: skip
    clauses = {f"8.1.4.{number} {letter}" for number, letters in wanted.items() for letter in letters}
    assert set(ROWS["djbh"]) == clauses | {"8.1.4.5", "8.1.4.6"}


def test_another_address_is_served_only_with_a_certificate(tmp_path: Path) -> None:
    assert _secured("127.0.0.1", None, None) == {}
    with pytest.raises(Refused, match="须加密传输"):
        _secured("192.0.2.1", None, None)
    with pytest.raises(Refused, match="同时给出"):
        _secured("192.0.2.1", tmp_path / "a.pem", None)
