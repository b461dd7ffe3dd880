"""核查名单试验 (recheck lists in tests): a list as the job makes it, filled in as an officer would."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from sqlmodel import select

from integrity import recheck_lists
from integrity.case_files import Case, cases_of
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice, Recheck, Step
from integrity.records.office import ImportRow
from integrity.terms import PaperKind, Procedure
from integrity.work import Office
from tests.papers_office import TOWNSHIP

MADE, VISIT, TAKEN = date(2026, 9, 2), date(2026, 9, 5), date(2026, 9, 7)
PAIR = {"入户人员一": "jb01", "入户人员二": "jb02"}
SAME = {
    "结果": "无明显变化", "入户日期": VISIT, **PAIR, "见到的人": "户主", "了解的情况": "与上次情况一致",
    "结论的理由": "收入、财产没有变化",
}  # fmt: skip
CHANGED = {**SAME, "结果": "有变化", "了解的情况": "一人外出务工", "结论的理由": "家庭收入增加"}
ABSENT = {"结果": "家中无人", "入户日期": VISIT, **PAIR}
Cells = dict[str, Any]


def made(office: Office, papers: Path, on: date = MADE) -> Path:
    """The workbook that the job makes on a day."""
    with office.work("系统任务", due=datetime(on.year, on.month, on.day, 6, tzinfo=SHANGHAI)) as work:
        recheck_lists.make_list(work, TOWNSHIP)
    (path,) = (papers / str(on)).glob("*.xlsx")
    return path


def fill(path: Path, to: Path, rows: dict[str, Cells]) -> Path:
    """The list with these cells filled in, by 户编号; everything else as it was."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    names = {page.cell(3, at).value: at for at in range(1, page.max_column + 1)}
    for row in range(4, page.max_row + 1):
        for name, value in rows.get(str(page.cell(row, names["户编号"]).value), {}).items():
            page.cell(row, names[name]).value = value
    book.save(to)
    return to


def column(path: Path, name: str) -> dict[str, Any]:
    """户编号 → what stands in a column."""
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True))
    at = rows[0].index(name)
    return {str(row[1]): row[at] for row in rows[1:] if row[1]}


def errors(data: bytes, to: Path) -> dict[str, str]:
    """户编号 → the text of the column 错误 in a marked workbook, where there is one."""
    to.write_bytes(data)
    return {number: text for number, text in column(to, "错误").items() if text}


def case(office: Office, household: int) -> Case:
    """The last recheck of a household."""
    with office.reading() as work:
        return cases_of(work, household, Procedure.RECHECK)[-1]


def counts(office: Office) -> dict[str, int]:
    """How many steps, checks, conclusions and taken rows there are."""
    with office.reading() as work:
        kinds = [one.kind for one in work.session.exec(select(Notice))]
        return {
            "steps": len(work.session.exec(select(Step)).all()),
            "checks": len(work.session.exec(select(Recheck)).all()),
            "conclusions": kinds.count(PaperKind.F12),
            "rows": len(work.session.exec(select(ImportRow)).all()),
        }
