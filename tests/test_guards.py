"""护栏与程序 (guards and cases): half a case, a borrowed one, an old date, a correction take nothing from anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import assistance, bookcheck, database, editions, households
from integrity.database import check_guards, check_revision, upgrade
from integrity.errors import Refused
from integrity.records import guards
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Assistance
from integrity.records.office import PolicyEdition
from integrity.rules.facts import day
from integrity.rules.policy import PACKS, PolicyErrors, load, load_texts
from integrity.terms import ExitReason
from integrity.work import Office, make_engine
from tests.test_records import filled
from tests.test_redlines_sql import (
    CHAIN,
    GRANT,
    HEARD,
    NOTICE,
    PEOPLE,
    TODAY,
    Put,
    act,
    finding,
    row,
    sql,
    step,
)

Family = Callable[..., int]
STOP = act("STOP", reason="X04", **HEARD)
JUNE, JULY = day(date(2026, 6, 30)), day(date(2026, 7, 1))
THEN = micros(datetime(2026, 7, 1, 9, tzinfo=SHANGHAI))
MINE = row("import_batch", id=40, kind="history")
FACT = row("conduct", seq=50, kind="DEFAULT", member_no=1)
FOUND = tuple(one._replace(values={**one.values, "procedure": "DEFAULT"}) for one in CHAIN)


def without(*codes: str) -> tuple[Put, ...]:
    return tuple(one for one in CHAIN if one.values["step"] not in codes)


def changed(code: str, **more: object) -> tuple[Put, ...]:
    return tuple(
        one._replace(values={**one.values, **more}) if one.values["step"] == code else one for one in CHAIN
    )  # fmt: skip


CROSSED: dict[str, tuple[tuple[Put, ...], Put, str]] = {
    "an import that never was": ((GRANT,), act("STOP", reason="X04", hearing="x", import_id=999), "第47条"),
    "another kind of import": (
        (GRANT, row("import_batch", id=41, kind="roll")), act("STOP", reason="X04", hearing="x", import_id=41),
        "第47条",
    ),
    "the system, by an import": ((MINE,), act("GRANT", decided_by="系统任务", import_id=40), "红线第1条"),
    "not told": ((GRANT, *without("NOTICE_SERVED")), STOP, "第47条"),
    "not heard": ((GRANT, *without("STATEMENT")), STOP, "第47条"),
    "not served": ((GRANT, *without("SERVED")), STOP, "第47条"),
    "heard after the decision": ((GRANT, *changed("STATEMENT", step_no=9)), STOP, "第47条"),
    "decided by another": ((GRANT, *CHAIN), act("STOP", reason="X04", **HEARD, decided_by="nobody99"), "第47条"),
    "another procedure": (
        (GRANT, *(one._replace(values={**one.values, "procedure": "REMEDY"}) for one in CHAIN)), STOP, "第47条",
    ),
    "a case twice": ((GRANT, *CHAIN, act("LOWER", amount=40_000, **HEARD)), STOP, "只执行一次"),
    "a step voided": (
        (step(7, "DECISION", "WAIVED", 1, seq=30),), step(7, "DECISION", "WAIVED", 2, seq=31, corrects=30, void=True),
        "不能作废",
    ),
    "an old date": (
        (GRANT,), act("STOP", reason="X04", hearing="", happened_on=JUNE, effective_on=JULY), "第47条|hearing",
    ),
    "an old date of entry too": (
        (GRANT,), act("STOP", reason="X04", hearing="", happened_on=JUNE, effective_on=JULY, recorded_at=THEN),
        "第47条",
    ),
    "an amount left out": ((GRANT,), act("AMEND", amount=None), "红线第3条"),
    "a grant voided": ((act("GRANT", seq=70),), act("GRANT", seq=71, corrects=70, void=True), "红线第3条"),
    "a raise voided": ((act("RAISE", seq=70),), act("RAISE", seq=71, corrects=70, void=True), "红线第3条"),
    "an amendment corrected": (
        (GRANT, act("AMEND", seq=70)), act("AMEND", amount=1, seq=71, corrects=70), "红线第3条",
    ),
    "a correction of nothing": ((GRANT,), act("AMEND", amount=1, seq=71, corrects=70), "红线第3条"),
    "a stop corrected to begin earlier": (
        (GRANT, *CHAIN, act("STOP", reason="X04", **HEARD, seq=70)),
        act("STOP", reason="X04", **HEARD, seq=71, corrects=70, effective_on=TODAY - 40), "只执行一次",
    ),
    "a finding of an old date": ((FACT,), finding(50, "EFFECTIVE", happened_on=20000), "事先告知"),
    "a finding only answered": (
        (FACT, step(3, "OBJECTION", "ANSWERED", recorded_by="sp01")), finding(50, "EFFECTIVE", case_no=3), "事先告知",
    ),
    "an objection to what was never found": (
        (FACT, step(3, "OBJECTION", "FILED", 1, recorded_by="a"), step(3, "OBJECTION", "CHECKED", 2, recorded_by="b"),
         step(3, "OBJECTION", "ANSWERED", 3, recorded_by="sp01")), finding(50, "EFFECTIVE", case_no=3), "事先告知",
    ),
    "a finding on nothing": ((), finding(777, "EFFECTIVE"), "没有所认定"),
    "the conduct of nobody": ((), row("conduct", kind="DEFAULT", member_no=99), "红线第5条"),
    "a code that is none": ((), step(6, "DECISION", "op en"), "步骤代码"),
}  # fmt: skip


@pytest.mark.parametrize("name", CROSSED)
def test_what_takes_something_needs_its_whole_case(office: Office, family: Family, name: str) -> None:
    before, crossing, message = CROSSED[name]
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    for put in before:
        sql(office, household, put)
    with pytest.raises(DBAPIError, match=message):
        sql(office, household, crossing)


RESUMED = (row("notice", **NOTICE, seq=80, subject="case:7:5"), step(8, "REMEDY", "RESUMED", seq=9000, subject_seq=80))
HELD: dict[str, tuple[Put, ...]] = {
    "a whole case": (GRANT, *CHAIN, STOP),
    "resumed after a stay": (GRANT, *CHAIN, act("STOP", reason="X04", **HEARD, seq=70), act("REVIVE", amount=None),
                             *RESUMED, act("STOP", reason="X04", **HEARD, seq=9001)),
    "a stop taken back": (GRANT, *CHAIN, act("STOP", reason="X04", **HEARD, seq=70),
                          act("STOP", reason="X04", **HEARD, seq=71, corrects=70, void=True)),
    "a stop put right": (GRANT, *CHAIN, act("STOP", reason="X04", **HEARD, seq=70),
                         act("STOP", reason="X04", **HEARD, seq=71, corrects=70, document="1", effective_on=TODAY + 9)),
    "carried over": (MINE, GRANT, act("STOP", reason="X04", hearing="x", import_id=40)),
    "granted anew": (GRANT, *CHAIN, STOP, act("GRANT", amount=40_000)),
    "an import undone": (row("import_batch", id=42, kind="roll", state="undoing"), act("GRANT", seq=70, import_id=42),
                         act("GRANT", seq=71, corrects=70, void=True)),
    "found": (FACT, *FOUND, finding(50, "EFFECTIVE", case_no=7)),
    "found, objected to and upheld": (
        FACT, *FOUND, finding(50, "EFFECTIVE", case_no=7), step(3, "OBJECTION", "FILED", 1, recorded_by="a"),
        step(3, "OBJECTION", "CHECKED", 2, recorded_by="b"), step(3, "OBJECTION", "ANSWERED", 3, recorded_by="sp02"),
        finding(50, "EFFECTIVE", case_no=3, decided_by="sp02")),
}  # fmt: skip


@pytest.mark.parametrize("name", HELD)
def test_what_went_its_way_is_entered(office: Office, family: Family, name: str) -> None:
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    for put in HELD[name]:
        sql(office, household, put)


def test_a_stay_of_another_case_does_not_resume_this_one(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    notice = RESUMED[0]._replace(values={**RESUMED[0].values, "subject": "case:77:5"})
    for put in (GRANT, *CHAIN, act("STOP", reason="X04", **HEARD, seq=70), notice, RESUMED[1]):
        sql(office, household, put)
    with pytest.raises(DBAPIError, match="只执行一次"):
        sql(office, household, act("STOP", reason="X04", **HEARD, seq=9001))


def test_a_code_with_a_nul_is_refused(office: Office, family: Family) -> None:
    if office.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no NUL in any text")
    with office.work("jb01") as work:
        household = family(work, PEOPLE)
    with pytest.raises(DBAPIError, match="步骤代码"):
        sql(office, household, step(6, "DECISION", "OP\0EN"))


@pytest.mark.parametrize("change", ["ledger_head SET seq = seq + 1000000", "closing SET until = 253402300799000000"])
def test_ends_and_closings_do_not_leap(office: Office, family: Family, change: str) -> None:
    filled(office, family)
    with pytest.raises(DBAPIError, match="不允许"), office.engine.begin() as connection:
        connection.execute(text(f"UPDATE {change}"))


def test_an_old_date_entered_today_is_refused_by_function_and_a_grant_is_not_voided(
    office: Office, family: Family
) -> None:
    household = filled(office, family)
    with office.work("jb01") as work, pytest.raises(Refused, match="第48条"):
        assistance.stop(
            work, household, ExitReason.X04, decided_on=date(2026, 6, 30), effective_on=date(2026, 7, 1),
            decided_by="sp01",
        )  # fmt: skip
    with office.work("jb01") as work:
        grant = households.acts(work, household, work.today)[0]
        with pytest.raises(Refused, match="第48条"):
            households.correct(work, household, grant.seq, None, kind=Assistance, why="录错户")


def test_a_database_of_an_older_program_is_told_to_migrate(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade(engine)
    check_guards(engine)
    for revision, message in (("0004", "先备份再运行 chengxin init"), ("9999", "先升级程序")):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        with pytest.raises(Refused, match=message):
            check_revision(engine)
        with pytest.raises(Refused, match=message):
            check_guards(engine)
    engine.dispose()


def older(engine: Engine, revision: str) -> None:
    """Bring a database to a revision, without the question whether the guards of now stand."""
    config = database._config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_last_migration_brings_the_guards_of_now(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    older(engine, "0004")
    with engine.begin() as connection:  # as 0004 left it
        connection.execute(text("DROP TRIGGER guard_assistance_once"))
    upgrade(engine)
    with engine.connect() as connection:
        assert guards.missing(connection) == []
    engine.dispose()


def test_an_edition_that_new_rules_would_refuse_is_read_and_noted(office: Office) -> None:
    texts = dict(load(PACKS).sources)
    texts["CN.toml"] = texts["CN.toml"] + OUTGROWN
    with pytest.raises(PolicyErrors):
        load_texts(texts)
    policy = load_texts(texts, kept=True)
    with office.work("系统任务") as work:
        assert editions.register(work, policy)
    with office.reading() as work:
        row_ = work.session.exec(select(PolicyEdition)).one()
        assert editions.by_edition(work, policy.edition).edition == policy.edition
        assert editions.in_force(work, micros(work.now)).edition == policy.edition
        assert list(bookcheck.faults(work)) == []
        assert [note for note in bookcheck.notes(work) if row_.edition[:12] in note]
        with pytest.raises(PolicyErrors):
            editions.in_force(work)


OUTGROWN = """
[[value]]
key = "law.primary"
value = "社会救助法"
since = 2026-07-01
source = "社会救助法（2026-04-30通过） 第78条"
grade = "V1"
"""
"""Set a second time from the same day: its form is right, the examination of packs refuses it."""
