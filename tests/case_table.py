"""案例一览 (table of the worked cases): reads every case file, and writes the page on which all cases stand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "cases.zh-CN.md"
Case = Mapping[str, Any]
_HEAD = """# 案例一览

每个案例写在 `tests/cases/` 的一个文件里，用公务用语写明家庭、步骤和应有的结果；测试逐个执行，结果不符就不通过。
C 开头的是基本案例，N 开头的是其他地区、其他日期、其他办理次序的案例。
“问规则”的案例只问一条规则；“走程序”的案例由具名的工作人员逐步办理，在两种数据库上各走一遍。
本页由 `tests/case_table.py` 生成，测试核对两者一致；政策文件由政策包给出的地方，依据一栏写明的是政策包所引的文件。

| 编号 | 案例 | 依据 | 执行 |
|---|---|---|---|
"""


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of every file, each with the file in which it stands, in the order of its number."""
    found = [
        {"file": path.name} | case
        for path in sorted(CASES.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]
    return tuple(sorted(found, key=lambda case: (case["id"][0], int(case["id"][1:].rstrip("abcdefgh")), case["id"])))


def asked() -> list[Case]:
    """Cases that put one question to the rules."""
    return [case for case in all_cases() if "question" in case]


def walked() -> list[Case]:
    """Cases that go through procedures, step by step."""
    return [case for case in all_cases() if "step" in case]


def page() -> str:
    """The page, as it must stand in the documents."""
    return _HEAD + "".join(
        f"| {case['id']} | {case['title']} | {case['ground']} | {_where(case)} |\n" for case in all_cases()
    )


def _where(case: Case) -> str:
    if "question" in case:
        return f"问规则：{case['question']}（`tests/cases/{case['file']}`）"
    walk = dict.fromkeys(one["程序"] for one in case["step"] if "程序" in one)
    return f"走程序：{'、'.join(walk) or '登记'}（`tests/cases/{case['file']}`）"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
