"""户账文字的销毁 (texts taken out of a ledger): only with a destruction, for good, under a seal."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from integrity import bookcheck, conduct, households, persons, rechecks
from integrity.errors import Refused
from integrity.records.ledger import Conduct
from integrity.rules.identity import make_id
from integrity.terms import ConductKind, Event, Presence, Relation
from integrity.work import Office, sqlite_module
from tests.papers_office import papers
from tests.test_destruction import LATER, broken, destroy, left

__all__ = ["left", "papers"]


def test_texts_go_only_with_a_destruction_and_never_come_back(left: Office) -> None:
    erase = "UPDATE service SET receiver = '已销毁' WHERE household_id = 1"
    with pytest.raises(DBAPIError, match="只能追加"), left.engine.begin() as connection:
        connection.execute(text(erase))
    destroy(left, 1)
    for change in (
        "UPDATE service SET receiver = '别人' WHERE household_id = 1",
        "UPDATE service SET way = 'POST' WHERE household_id = 1",
        "UPDATE member SET born_on = 100 WHERE household_id = 1",
        "UPDATE assistance SET amount = 1 WHERE household_id = 1",
        "UPDATE service SET receiver = '已销毁' WHERE household_id = 2",
        "UPDATE destruction SET last_seq = 0",
        "DELETE FROM destruction",
    ):
        with pytest.raises(DBAPIError, match="只能追加"), left.engine.begin() as connection:
            connection.execute(text(change))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE assistance SET amount = 1 WHERE household_id = 1",
        "UPDATE member SET no = 9 WHERE household_id = 1 AND no = 3",
        "UPDATE service SET receiver = '别人' WHERE household_id = 1",
        "DELETE FROM change WHERE household_id = 1",
        "UPDATE destruction SET approved_by = 'jb01'",
        "UPDATE destruction SET last_seq = 2",
        "DELETE FROM destruction",
        "UPDATE assistance SET recorded_by = 'x' WHERE household_id = 1",
        "DELETE FROM ledger_head WHERE household_id = 1",
    ],
)  # fmt: skip
def test_the_seal_shows_an_alteration_of_what_is_left(left: Office, change: str) -> None:
    if left.engine.dialect.name == "postgresql":
        pytest.skip("the check reads both alike")
    destroy(left, 1)
    assert broken(left) == []
    connection = sqlite_module.connect(left.engine.url.database, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints=on")
    connection.execute(change)
    connection.close()
    found = broken(left)
    assert found
    assert all("家庭 1 " in one for one in found)


def test_what_is_entered_after_a_destruction_is_chained_to_it(left: Office) -> None:
    destroy(left, 1)
    with left.work("jb01") as work:
        rechecks.report(work, 1, Event.COMPLAINT, happened_on=LATER, reported_on=LATER, detail="信访复查")
    assert broken(left) == []
    with left.reading() as work:
        assert list(bookcheck.faults(work)) == []


def test_no_statement_records_a_default_on_who_can_be_no_subject(left: Office) -> None:
    with left.work("jb01") as work:
        households.change_member(work, 3, 2, since=date(2026, 7, 31), presence=Presence.DEAD)
        child = persons.register(work, "亓官幼", id_number=make_id("370811", date(2015, 3, 4), 99))
        households.enter_member(
            work, 3, child, no=5, since=date(2026, 7, 1), relation=Relation.CHILD, area="370811001001"
        )
        with pytest.raises(Refused, match="继承人"):
            conduct.record(
                work, 3, member_no=2, kind=ConductKind.DEFAULT, item="D01", act_on=date(2026, 7, 1),
                found_on=date(2026, 7, 2), source="入户",
            )  # fmt: skip
    fact = Conduct(
        happened_on=date(2026, 7, 5), area="370811001001", member_no=5, kind=ConductKind.DEFAULT, item="D01",
        act_end=date(2026, 7, 5), found_on=date(2026, 7, 6), source="入户",
    )  # fmt: skip
    with pytest.raises(DBAPIError), left.work("jb01") as work:
        work.append(3, fact)
    with left.work("jb01") as work:
        conduct.record(
            work, 3, member_no=1, kind=ConductKind.DEFAULT, item="D01", act_on=date(2026, 7, 5),
            found_on=date(2026, 7, 6), source="入户",
        )  # fmt: skip
