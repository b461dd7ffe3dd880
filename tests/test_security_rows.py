"""安全要求对照 (rows of the security standards): every applicable row names a test, or says what is not done."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from integrity.cli.serving import _secured
from integrity.errors import Refused
from integrity.records import row_security

ROOT = Path(__file__).resolve().parent.parent
SECURITY = ROOT / "docs" / "security"
ROWS = tomllib.loads((SECURITY / "asvs.toml").read_text(encoding="utf-8"))
_TIMES = re.compile(r"^\| (\S+)（[^）]*） \| (\d+) \| (\d+) \|$", re.M)
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


def test_every_grade_of_fault_has_its_time() -> None:
    said = (SECURITY / "updates.zh-CN.md").read_text(encoding="utf-8")
    days = {grade: (int(mended), int(put_in)) for grade, mended, put_in in _TIMES.findall(said)}
    assert list(days) == ["严重", "高", "中", "低"]
    assert all(mended < put_in for mended, put_in in days.values())
    assert sorted(days.values()) == list(days.values()), "the graver, the sooner"


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


def told(heading: str) -> str:
    """A part of the inventory."""
    return (
        (SECURITY / "inventory.zh-CN.md")
        .read_text(encoding="utf-8")
        .partition(f"## {heading}\n")[2]
        .partition("\n## ")[0]
    )


def sources() -> dict[str, str]:
    """The modules of the program, and what stands in them."""
    found = (one for top in ("integrity", "reports", "scheduler") for one in (ROOT / top).rglob("*.py"))
    return {one.relative_to(ROOT).as_posix(): one.read_text(encoding="utf-8") for one in found}


def test_the_inventory_names_every_module_with_a_cipher_and_every_log() -> None:
    more = re.compile(
        r"^(?:import|from) (?:hmac|ssl|pyotp|cryptography|argon2|joserfc)|blake2|sha512|sha1\b|md5", re.MULTILINE
    )
    ciphers, logs = told("算法和密钥"), told("日志")
    using = {name for name, text in sources().items() if more.search(text) and "/migrations/" not in name}
    assert len(using) > 12
    assert {name for name in using if f"`{name}`" not in ciphers} == set()
    assert not re.search(r"\bmd5\b|\bRC4\b|\bDES\b|\bECB\b", "".join(sources()[name] for name in using))
    written = {one for text in sources().values() for one in re.findall(r'"([a-z_.-]+\.(?:log|jsonl))"', text)}
    speakers = {one for text in sources().values() for one in re.findall(r'LOG = logging\.getLogger\("(\w+)"\)', text)}
    assert written == {"chengxin.log", "outside.log", "destroyed.jsonl"}
    assert {one for one in written | speakers if one not in logs} == set()


def test_every_table_has_one_class_and_those_of_persons_are_sealed_or_kept_to_an_area() -> None:
    classes = {
        line[2]: set(re.findall(r"`(\w+)`", line))
        for line in told("数据分级").splitlines()
        if re.match(r"\| [甲乙丙丁戊] ", line)
    }
    tables = SQLModel.metadata.tables
    assert set().union(*classes.values()) == set(tables)
    assert sum(map(len, classes.values())) == len(tables), "each once"
    sealed = {name for name, one in tables.items() if "key_id" in one.columns} - {"paper_code"}
    assert sealed <= classes["甲"] | classes["乙"], "of a code it is the key that signs"
    assert set(row_security.conditions()) <= classes["乙"] | classes["丙"]
    assert not {name for name in classes["丁"] | classes["戊"] if "household_id" in tables[name].columns}


def test_the_pages_need_no_plugin_and_their_script_takes_over_no_foreign_names() -> None:
    pages = {one.name: one.read_text(encoding="utf-8") for one in (ROOT / "templates" / "pages").rglob("*.html")}
    assert len(pages) > 100
    old = re.compile(r"<(?:applet|embed|object|bgsound|marquee)\b|\bon[a-z]+=|javascript:", re.IGNORECASE)
    assert {name for name, text in pages.items() if old.search(text)} == set()
    script = (ROOT / "integrity" / "web" / "static" / "app.js").read_text(encoding="utf-8")
    code = re.sub(r"//.*|/\*.*?\*/", "", script)
    merging = r"__proto__|\.prototype\b(?!\))|\bObject\.|JSON\.|\beval|\bFunction\b|innerHTML|\w\[[^\]\"']+\]\s*=[^=]"
    assert re.findall(merging, code) == []


def test_another_address_is_served_only_with_a_certificate(tmp_path: Path) -> None:
    assert _secured("127.0.0.1", None, None) == {}
    with pytest.raises(Refused, match="须加密传输"):
        _secured("192.0.2.1", None, None)
    with pytest.raises(Refused, match="同时给出"):
        _secured("192.0.2.1", tmp_path / "a.pem", None)
