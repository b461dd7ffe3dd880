"""红线在库中 (red lines in the database): rows put in by plain SQL, on both engines, by whoever has the password."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import count
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Boolean, Enum, LargeBinary, String, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from integrity.records import accounts, guards, refusals
from integrity.records.columns import SHANGHAI, micros
from integrity.rules.facts import day
from integrity.work import Office
from tests.conftest import VILLAGE

Family = Callable[..., int]
NOW = micros(datetime(2026, 11, 2, 10, tzinfo=SHANGHAI))
TODAY, BEFORE = day(date(2026, 11, 2)), day(date(2026, 10, 12))
PEOPLE = (date(1980, 5, 1), date(1982, 5, 1), date(2012, 5, 1))
_seqs = count(1000)


class Put(NamedTuple):
    """一行 (row): the table and what is said of it; the rest is filled in."""

    table: str
    values: Mapping[str, Any]


def row(table: str, **values: Any) -> Put:
    return Put(table, values)


def _filler(column: Any) -> Any:
    """Something that the column takes."""
    if column.nullable:
        return None
    if isinstance(column.type, Enum):
        return column.type.enums[0]
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, LargeBinary):
        return b"\0" * 32
    return "x" if isinstance(column.type, String) else 1


FIXED = {
    "area": VILLAGE, "recorded_at": NOW, "happened_on": TODAY, "recorded_by": "jb01", "corrects": None,
    "data_sha256": "0" * 64, "reason": "NONE", "reviewed_by": "fh01", "decided_by": "sp01",
    "visitor_2": "y", "approved_by": "y", "act_end": TODAY, "found_on": TODAY, "reported_on": TODAY, "since": TODAY,
    "until": TODAY,
}  # fmt: skip


def sql(office: Office, household: int, put: Put) -> None:
    """Put one row in by plain SQL."""
    columns = SQLModel.metadata.tables[put.table].columns
    given = FIXED | {"household_id": household, "seq": next(_seqs), "id": next(_seqs)} | put.values
    values = {one.name: given.get(one.name, _filler(one)) for one in columns}
    names = ", ".join(values)
    with office.engine.begin() as connection:
        statement = f"INSERT INTO {put.table} ({names}) VALUES ({', '.join(':' + name for name in values)})"
        connection.execute(text(statement), values)


def step(case: int, procedure: str, code: str, no: int = 1, **more: Any) -> Put:
    return row("step", case_no=case, procedure=procedure, step=code, step_no=no, **more)


def finding(conduct: int, state: str, **more: Any) -> Put:
    return row(
        "finding", conduct_seq=conduct, state=state, effective_on=TODAY, reviewed_by="fh01",
        **({"decided_by": "sp01"} | more),
    )  # fmt: skip


def act(code: str, **more: Any) -> Put:
    return row("assistance", act=code, **({"amount": 50_000, "effective_on": TODAY, "decided_by": "sp01"} | more))


KIN = row("kinship", officer="qs01")
GRANT = act("GRANT")
CHAIN = (
    step(7, "DECISION", "OPEN", 1, recorded_by="fh01"), step(7, "DECISION", "NOTICE_SERVED", 2, happened_on=BEFORE),
    step(7, "DECISION", "STATEMENT", 3, recorded_by="jb02"), step(7, "DECISION", "REVIEW", 4, recorded_by="fh02"),
    step(7, "DECISION", "DECIDE", 5, recorded_by="sp01"), step(7, "DECISION", "SERVED", 6),
)  # fmt: skip
HEARD = {"hearing": "试街听〔2026〕1号", "case_no": 7}
NOTICE = {"number": "任民核〔2026〕7号", "organ": "任城区民政局"}
Try = tuple[tuple[Put, ...], Put, Put]
CROSSED: Mapping[str, Try] = {
    "guard_assistance_named": ((), act("GRANT", decided_by="系统任务"), GRANT),
    "guard_assistance_procedure": ((step(5, "REFUND", "DECIDE"),), act("GRANT", case_no=5), act("GRANT", case_no=7)),
    "guard_assistance_setoff": ((GRANT,), act("AMEND", amount=40_000), act("AMEND", amount=50_000)),
    "guard_assistance_regrant": ((GRANT,), act("GRANT", amount=1), act("RAISE", amount=50_001)),
    "guard_assistance_corrected": (
        (act("GRANT", seq=70),), act("GRANT", amount=1, seq=71, corrects=70),
        act("GRANT", amount=50_001, seq=71, corrects=70),
    ),
    "guard_assistance_others": (
        (GRANT, *CHAIN), act("STOP", reason="X09", **HEARD), act("STOP", reason="X04", **HEARD),
    ),
    "guard_assistance_kin": ((KIN,), act("GRANT", decided_by="qs01"), GRANT),
    "guard_decision_named": ((), row("decision", decided_by=" ", reason="属实"), row("decision", reason="属实")),
    "guard_conduct_grown": (
        (), row("conduct", kind="DEFAULT", member_no=3), row("conduct", kind="DEFAULT", member_no=1),
    ),
    "guard_finding_alive": (
        (row("conduct", seq=50, kind="DEFAULT", member_no=1), row("conduct", seq=51, kind="DEFAULT", member_no=2),
         row("member", seq=60, no=1, presence="DEAD", capacity="FULL")),
        finding(50, "PROPOSED"), finding(51, "PROPOSED"),
    ),
    "guard_finding_ended": (
        (row("conduct", seq=50, kind="TRUST"), row("conduct", seq=51, kind="TRUST"), finding(50, "REPAIRED")),
        finding(50, "EFFECTIVE"), finding(51, "EFFECTIVE"),
    ),
    "guard_finding_kin": (
        (KIN, row("conduct", seq=50, kind="TRUST")),
        finding(50, "PROPOSED", decided_by="qs01"), finding(50, "PROPOSED"),
    ),
    "guard_step_export": (
        (row("conduct", seq=50, kind="TRUST"), row("conduct", seq=51, kind="TRUST"),
         finding(50, "EFFECTIVE", document="1"), finding(50, "CONTESTED", document="1"),
         finding(51, "EFFECTIVE", document="1")),
        step(5, "EXPORT", "PREPARED", subject_seq=50), step(5, "EXPORT", "PREPARED", subject_seq=51),
    ),
    "guard_step_consent": (
        (step(5, "AUTHORITY", "PREPARED"), step(6, "AUTHORITY", "SIGNED")),
        step(5, "AUTHORITY", "QUERIED", 2), step(6, "AUTHORITY", "QUERIED", 2),
    ),
    "guard_step_silent": (
        (step(5, "DECISION", "NOTICE_SERVED"), step(6, "DECISION", "NOTICE_SERVED", happened_on=BEFORE)),
        step(5, "DECISION", "SILENT", 2), step(6, "DECISION", "SILENT", 2),
    ),
    "guard_step_apart": (
        (step(5, "APPLICATION", "RECEIVED", recorded_by="jb01"),),
        step(5, "APPLICATION", "CONFIRMED", 2, recorded_by="jb01"),
        step(5, "APPLICATION", "CONFIRMED", 2, recorded_by="sp01"),
    ),
    "guard_step_kin": (
        (KIN, row("kinship", officer="qs02"), row("kinship", officer="qs02", ended=True)),
        step(5, "CHANGE", "DEATH", recorded_by="qs01"), step(5, "CHANGE", "DEATH", recorded_by="qs02"),
    ),
    "guard_notice_complete": ((), row("notice", **(NOTICE | {"number": " "})), row("notice", **NOTICE)),
    "guard_notice_back": ((), row("notice", **NOTICE, happened_on=TODAY - 1), row("notice", **NOTICE)),
    "guard_posting_kind": ((), row("posting", kind="DEFAULT_LIST"), row("posting", kind="REVIEW")),
    "guard_posting_computed": ((), row("posting", computed=" "), row("posting")),
    "guard_posting_line_credit": (
        (step(5, "DEFAULT", "DECIDE"), step(6, "APPLICATION", "REVIEWED"), row("posting", id=1)),
        row("posting_line", posting_id=1, case_no=5), row("posting_line", posting_id=1, case_no=6),
    ),
}  # fmt: skip
"""Each refusal: what stands already, the row that crosses the line, and the like of it that does not."""


def test_every_refusal_of_the_red_lines_is_tried() -> None:
    assert set(CROSSED) == {one.name for one in refusals.RED_LINES}


@pytest.mark.parametrize("name", CROSSED)
def test_a_row_that_crosses_a_red_line_is_refused_by_the_database(office: Office, family: Family, name: str) -> None:
    before, crossing, lawful = CROSSED[name]
    refusal = next(one for one in refusals.RED_LINES if one.name == name)
    assert "红线第" in refusal.message
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    for put in before:
        sql(office, household, put)
    with pytest.raises(DBAPIError, match=re.escape(refusal.message)):
        sql(office, household, crossing)
    sql(office, household, lawful)


def test_a_person_without_full_capacity_gets_no_default_by_sql(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    sql(office, household, row("member", no=1, capacity="LIMITED", presence="PRESENT", happened_on=BEFORE))
    with pytest.raises(DBAPIError, match="红线第5条"):
        sql(office, household, row("conduct", kind="DEFAULT", member_no=1))
    sql(office, household, row("conduct", kind="DEFAULT", member_no=1, happened_on=BEFORE - 1))  # when he had it


def test_an_export_is_not_sent_before_it_was_approved(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    for put in (row("conduct", seq=50, kind="TRUST"), finding(50, "EFFECTIVE", document="1"),
                step(5, "EXPORT", "PREPARED", subject_seq=50)):  # fmt: skip
        sql(office, household, put)
    with pytest.raises(DBAPIError, match="红线第8条"):
        sql(office, household, step(5, "EXPORT", "SENT", 3, subject_seq=50, recorded_by="sp01"))
    sql(office, household, step(5, "EXPORT", "APPROVED", 2, subject_seq=50, recorded_by="sp01"))
    sql(office, household, step(5, "EXPORT", "SENT", 3, subject_seq=50, recorded_by="sp01"))


NEEDED: Mapping[str, tuple[Put, ...]] = {
    "posting_line": (row("posting", id=1),), "posting_note": (row("posting", id=1),),
    "import_row": (row("import_batch", id=1),), "print_note": (row("print_run"),), "finding": (row("conduct", seq=1),),
}  # fmt: skip


KEY = row("seal_key", id="k1", public_key="0" * 64)
OWNERS: Mapping[str, Any] = {"posting_id": 1, "import_id": 1, "conduct_seq": 1, "key_id": "k1"}
NEEDED = {
    **NEEDED, "demo_mark": (row("audit", action=accounts.DEMO_BEGUN),), "paper_code": (KEY,),
    "paper_end": (KEY, row("paper_code", key_id="k1")),
}  # fmt: skip


@pytest.mark.parametrize("table", guards.APPEND_ONLY)
def test_what_was_entered_is_neither_changed_nor_taken_away(office: Office, family: Family, table: str) -> None:
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    if table != "household":
        for put in NEEDED.get(table, ()):
            sql(office, household, put)
        owner = {"id": 1} if table == "demo_mark" else OWNERS if table in NEEDED else {}
        sql(office, household, row(table, **owner))
    name = next(iter(SQLModel.metadata.tables[table].columns)).name
    for statement in (f"UPDATE {table} SET {name} = {name}", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="只能追加"), office.engine.begin() as connection:
            connection.execute(text(statement))
