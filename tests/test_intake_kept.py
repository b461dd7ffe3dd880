"""来件的保管 (keeping of what came in): what was altered is found, and what was taken over counts as compared."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text

from integrity import bookcheck, deadlines, intake_desk
from integrity.records.columns import SHANGHAI
from integrity.work import Office
from tests.papers_office import COUNTY, papers
from tests.test_intake import comparison, linked, number, send

__all__ = ["linked", "papers"]


def faults(office: Office) -> list[str]:
    with office.reading() as work:
        return [one for one in bookcheck.faults(work) if one.startswith("来件")]


def unguarded(office: Office, statement: str) -> None:
    """Whoever has the database and takes its guards away."""
    on = " ON intake" if office.engine.dialect.name == "postgresql" else ""
    with office.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER IF EXISTS guard_intake_update{on}"))
        connection.execute(text(statement))


def test_what_was_altered_behind_the_programs_back_is_found(office: Office, linked: list[int]) -> None:
    first, second, third = send(office, *(comparison(f"N-{n}", number(linked[0]), income=n) for n in range(3)))
    with office.work("jb01") as work:
        intake_desk.take(work, third, linked[0], 1, reason="属实")
    assert faults(office) == []
    unguarded(office, f"UPDATE intake SET cipher = (SELECT cipher FROM intake WHERE id = {second}) WHERE id = {first}")
    assert faults(office) == [f"来件 {first}：密文与所在位置不符或已被改动，无法解密"]
    unguarded(office, f"UPDATE intake SET cipher = '' WHERE id = {second}")
    assert f"来件 {second}：内容被清空，而该户没有依法销毁" in faults(office)
    unguarded(office, f"UPDATE intake SET entry_seq = 999 WHERE id = {third}")
    assert f"来件 {third}：所登记的条目不存在" in faults(office)
    unguarded(office, f"UPDATE intake SET request = '{'0' * 64}', entry_seq = (SELECT max(seq) FROM verification"
              f" WHERE household_id = {linked[0]}) WHERE id = {third}")  # fmt: skip
    assert f"来件 {third}：内容与收到时不符（被改动）" in faults(office)


def test_a_county_that_compares_over_the_interface_has_compared(office: Office, linked: list[int]) -> None:
    (first,) = send(office, comparison("O-1", number(linked[0])))
    since = date(2026, 8, 15)
    with office.work("jb01") as work:
        assert not deadlines._compared(work, COUNTY, since), "what only waits is no comparison"
        intake_desk.take(work, first, linked[0], 1, reason="属实")
    with office.reading() as work:
        assert deadlines._compared(work, COUNTY, since)
        assert not deadlines._compared(work, "370812000000", since)
        assert not intake_desk.compared(work, COUNTY, datetime(2026, 9, 2, tzinfo=SHANGHAI))
