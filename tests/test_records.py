"""记录 (records): nothing is lost, changed or slipped in, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from integrity import assistance, conduct, households, rechecks
from integrity.errors import Invalid, Refused
from integrity.records import guards
from integrity.records.chain import breaks, entry_hash, stored_values
from integrity.records.ledger import (
    ENTRIES,
    Commitment,
    Decision,
    Entry,
    LedgerHead,
    Notice,
    Printing,
    Residence,
    Service,
    Step,
    Verification,
)
from integrity.records.office import Person
from integrity.terms import (
    Cause,
    ConductKind,
    Event,
    FindingState,
    Outcome,
    PaperKind,
    Procedure,
    RecheckResult,
    Scheme,
    ServiceWay,
    SignedBy,
    Verdict,
)
from integrity.work import Office, sqlite_journal, sqlite_module
from tests.conftest import VILLAGE

Family = Callable[..., int]
DAY = date(2024, 2, 1)


def papers_and_promises() -> tuple[Entry, ...]:
    """One entry of each kind that the verbs in `filled` do not write."""
    at = {"happened_on": date(2025, 4, 3), "area": VILLAGE}
    return (
        Commitment(
            **at, occasion="申请", text_version="2026-1", text_sha256="0" * 64, member_no=1,
            signed_by=SignedBy.FINGERPRINT, explained_by="jb01",
        ),
        Decision(
            **at, recommended_on=date(2025, 4, 1), verdict=Verdict.ACCEPTED, outcome=Outcome.KEEP, reason="属实",
            decided_by="fh01",
        ),
        Notice(
            happened_on=date(2026, 11, 2), area=VILLAGE, kind=PaperKind.F11, number="任民核〔2026〕1号",
            subject="试验", organ="试验机关", data_sha256="1" * 64,
        ),
        Printing(
            **at, notice_seq=1, copy_no=0, pdf_sha256="2" * 64, template_sha256="3" * 64, file="x.pdf", first_page=1,
            pages=1,
        ),
        Service(**at, notice_seq=1, way=ServiceWay.DIRECT, receiver="试验甲"),
        Step(
            **at, case_no=1, step_no=1, procedure=Procedure.DEFAULT, step="FACT", member_no=1, subject_seq=1,
            entry_seq=1,
            evidence="4" * 64, data_sha256="5" * 64,
        ),
    )  # fmt: skip


def filled(office: Office, family: Family) -> int:
    """A household with one entry of most kinds."""
    with office.work("jb01") as work:
        household = family(work, (date(1960, 5, 1), date(1990, 5, 1)))
        assistance.grant(
            work, household, Scheme.DIBAO, decided_on=DAY, effective_on=DAY, decided_by="sp01", amount=50000,
            income=20000, persons=2,
        )  # fmt: skip
        rechecks.verify(work, household, on=date(2025, 1, 5), source="核对平台", income=30000, cause=Cause.FARMING)
        rechecks.report(
            work, household, Event.COMPLAINT, happened_on=date(2025, 2, 1), reported_on=date(2025, 2, 3)
        )
        rechecks.complete(
            work, household, RecheckResult.UNCHANGED, on=date(2025, 3, 1), visitors=("jb01", "jb02")
        )
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="T01", act_on=date(2025, 4, 1),
            found_on=date(2025, 4, 2), source="家庭报告",
        )  # fmt: skip
        for entry in papers_and_promises():
            work.append(household, entry)
        conduct.find(
            work, household, fact.seq, FindingState.EFFECTIVE, on=date(2025, 4, 20), decided_by="sp01",
            reviewed_by="fh01", document="任民守〔2025〕1号", document_on=date(2025, 4, 20),
            effective_on=date(2025, 4, 25),
        )  # fmt: skip
    return household


def found_breaks(office: Office) -> list[str]:
    with office.reading_engine.connect() as connection:
        return [str(found) for found in breaks(connection, office.vault.chain)]


def test_a_ledger_that_nobody_touched_is_whole(office: Office, family: Family) -> None:
    filled(office, family)
    assert found_breaks(office) == []


@pytest.mark.parametrize("table", guards.APPEND_ONLY)
def test_the_database_refuses_update_and_delete_of_facts(office: Office, family: Family, table: str) -> None:
    filled(office, family)
    with office.engine.connect() as connection:
        columns = connection.execute(text(f"SELECT * FROM {table} LIMIT 1")).keys()
    first = next(iter(columns))
    for statement in (f"UPDATE {table} SET {first} = {first}", f"DELETE FROM {table}"):
        with office.engine.begin() as connection:
            count = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
        if not count:
            continue
        with pytest.raises(DBAPIError, match="只能追加"), office.engine.begin() as connection:
            connection.execute(text(statement))


def test_replace_and_truncate_do_not_go_round_the_guards(office: Office, family: Family) -> None:
    household = filled(office, family)
    statement = (
        f"INSERT OR REPLACE INTO residence SELECT * FROM residence WHERE household_id = {household}"
        if office.engine.dialect.name == "sqlite"
        else "TRUNCATE residence"
    )
    with pytest.raises(DBAPIError, match="只能追加"), office.engine.begin() as connection:
        connection.execute(text(statement))


def test_heads_and_series_only_move_forward(office: Office, family: Family) -> None:
    filled(office, family)
    with pytest.raises(DBAPIError, match="不允许"), office.engine.begin() as connection:
        connection.execute(text("UPDATE ledger_head SET seq = seq - 1"))


def without_guards(office: Office, statement: str) -> None:
    """What somebody with all rights over the database could do."""
    if office.engine.dialect.name == "sqlite":
        connection = sqlite_module.connect(office.engine.url.database, isolation_level=None)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints=on")
        connection.execute(statement)
        connection.close()
        return
    with office.engine.begin() as session:
        session.execute(text("SET session_replication_role = replica"))
        checks = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid != 0"
        for table, name in session.execute(text(checks)).all():
            session.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        session.execute(text(statement))


def stored_columns() -> list[tuple[str, str]]:
    return [
        (str(kind.__tablename__), column.name)
        for kind in ENTRIES
        for column in kind.__table__.columns  # type: ignore[attr-defined]
        if column.name not in ("household_id", "import_id")
    ]


def test_an_alteration_of_any_column_is_found_and_named(office: Office, family: Family) -> None:
    household = filled(office, family)
    tried, altered = 0, set[str]()
    for table, column in stored_columns():
        with office.engine.connect() as connection:
            query = text(f'SELECT seq, "{column}" FROM {table} WHERE household_id = {household}')
            row = connection.execute(query).first()
        if row is None or row[1] is None:
            continue
        changed = changed_value(office, row[1], column)
        where = f"WHERE household_id = {household} AND seq = {row[0]}"
        without_guards(office, f'UPDATE {table} SET "{column}" = {changed} {where}')
        named = found_breaks(office)
        assert named, f"{table}.{column}"
        assert table in named[0] or "ledger_head" in named[-1] or column == "seq", (table, column, named)
        back = f"'{row[1]}'" if isinstance(row[1], str) else literal(office, row[1])
        if column == "seq":
            where = f"WHERE household_id = {household} AND seq = {row[0] + 900}"
        without_guards(office, f'UPDATE {table} SET "{column}" = {back} {where}')
        assert found_breaks(office) == []
        tried += 1
        altered.add(table)
    assert tried > 60
    assert altered == {str(kind.__tablename__) for kind in ENTRIES}


def changed_value(office: Office, value: object, column: str) -> str:
    if isinstance(value, bytes | memoryview):
        return literal(office, bytes(32))
    if isinstance(value, bool):
        return str(not value).lower()
    if column == "void":
        return str(1 - int(str(value)))
    if isinstance(value, int):
        return str(value + 900)
    kept = str(value)
    return f"'{kept[:-1]}~'" if kept else "'~'"


def literal(office: Office, value: object) -> str:
    if isinstance(value, bytes | memoryview):
        text_ = bytes(value).hex()
        return f"X'{text_}'" if office.engine.dialect.name == "sqlite" else f"'\\x{text_}'"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_removed_entry_is_named(office: Office, family: Family) -> None:
    household = filled(office, family)
    without_guards(office, f"DELETE FROM change WHERE household_id = {household}")
    assert any("缺失" in named for named in found_breaks(office))


def test_a_removed_last_entry_is_named(office: Office, family: Family) -> None:
    household = filled(office, family)
    without_guards(office, f"DELETE FROM finding WHERE household_id = {household}")
    assert any("账末被删除" in named for named in found_breaks(office))


def test_an_entry_that_was_slipped_in_is_named(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.engine.connect() as connection:
        last = connection.execute(text("SELECT max(seq) FROM ledger_head")).scalar()
    columns = ", ".join(c.name for c in Verification.__table__.columns)  # type: ignore[attr-defined]
    picked = columns.replace("seq", f"{int(str(last)) + 1}", 1)
    where = f"WHERE household_id = {household}"
    without_guards(office, f"INSERT INTO verification ({columns}) SELECT {picked} FROM verification {where}")
    assert any("插入" in named or "改动" in named for named in found_breaks(office))


def test_a_lost_guard_is_noticed(office: Office) -> None:
    drop = "DROP TRIGGER guard_member_update"
    with office.engine.begin() as connection:
        connection.execute(text(drop + (" ON member" if connection.dialect.name != "sqlite" else "")))
    with office.engine.connect() as connection:
        assert guards.missing(connection) == ["guard_member_update"]


def test_what_is_entered_after_closing_is_known_after_closing(office: Office, family: Family) -> None:
    with office.work("系统") as work:
        closed = work.now
        work.close_books(closed)
    with office.work("jb01", now=closed - timedelta(days=3)) as work:
        household = family(work)
        entry = households.settle(
            work, household, area=VILLAGE, address="新址", urban=True, since=date(2024, 5, 1)
        )
    assert entry.recorded_at > closed
    with office.work("系统") as work, pytest.raises(Refused, match="将来"):
        work.close_books(work.now + timedelta(hours=1))


def test_four_writers_at_once_lose_nothing(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work)
        before = work.session.get(LedgerHead, household)
        assert before is None or before.seq == 2
    failures: list[BaseException] = []

    def write(actor: str) -> None:
        try:
            for _ in range(25):
                with office.work(actor) as work:
                    rechecks.verify(work, household, on=date(2025, 1, 5), source=actor, income=100)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(f"jb{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with office.reading() as work:
        rows = households.standing(work, Verification, household, date(2026, 1, 1))
        assert len(rows) == 100
        assert sorted(row.seq for row in rows) == list(range(3, 103))
    assert found_breaks(office) == []


def test_a_failed_work_leaves_no_trace(office: Office, family: Family) -> None:
    def half() -> None:
        with office.work("jb01") as work:
            household = family(work)
            rechecks.verify(work, household, on=date(2025, 1, 5), source="x", income=-1)

    with pytest.raises(Invalid):
        half()
    with office.reading() as work:
        assert list(work.session.exec(select(Person))) == []
        assert list(work.session.exec(select(Residence))) == []


def test_an_old_sqlite_library_gets_the_rollback_journal() -> None:
    class Old:
        sqlite_version_info = (3, 40, 1)

    class New:
        sqlite_version_info = (3, 51, 3)

    assert sqlite_journal(Old) == "delete"  # type: ignore[arg-type]
    assert sqlite_journal(New) == "wal"  # type: ignore[arg-type]


def test_a_hollow_guard_is_noticed(office: Office) -> None:
    with office.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER guard_member_update"))
            connection.execute(text("CREATE TRIGGER guard_member_update BEFORE UPDATE ON member BEGIN SELECT 1; END"))
        else:
            body = "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
            connection.execute(text(f"CREATE OR REPLACE FUNCTION guard_member_update() RETURNS trigger {body}"))
    with office.engine.connect() as connection:
        assert guards.missing(connection) == ["guard_member_update"]


def test_replace_is_refused_on_a_plain_connection_too(sqlite_url: str) -> None:
    connection = sqlite_module.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("INSERT INTO audit (at, actor, action, subject, detail) VALUES (1, 'a', 'b', '', '')")
    with pytest.raises(sqlite_module.DatabaseError, match="不能覆盖"):
        connection.execute("INSERT OR REPLACE INTO audit SELECT 1, 2, actor, action, subject, detail FROM audit")
    connection.close()


def test_an_entry_with_a_hash_made_without_the_key_is_named(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.engine.connect() as connection:
        head = connection.execute(text(f"SELECT seq, hash FROM ledger_head WHERE household_id = {household}")).one()
    forged = Verification(
        household_id=household, seq=head.seq + 1, happened_on=DAY, recorded_at=office.clock(), recorded_by="jb01",
        area=VILLAGE, income=1, source="伪造",
    )  # fmt: skip
    forged.hash = entry_hash(b"guess", bytes(head.hash), "verification", stored_values(forged))
    with office.engine.begin() as connection:  # every guard lets it pass
        values = {name: getattr(forged, name) for name in Verification.model_fields}
        connection.execute(insert(Verification), [values])
        moved = update(LedgerHead).where(col(LedgerHead.household_id) == household)
        connection.execute(moved.values(seq=forged.seq, hash=forged.hash, recorded_at=forged.recorded_at))
    assert [named for named in found_breaks(office) if f"第 {forged.seq} 条" in named]
