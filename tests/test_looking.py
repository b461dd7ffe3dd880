"""查阅 (a look): one page asks each table of a household once, and work that writes reads what stands there now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import event

from integrity import household_members
from integrity.households import entries, members
from integrity.records import row_security
from integrity.records.ledger import ENTRIES, Member
from integrity.rules.areas import code_range
from integrity.terms import Ability
from integrity.work import Office
from tests.conftest import VILLAGE
from tests.desk_office import Desks, desks, papers, recommended

__all__ = ["desks", "papers", "recommended"]
Family = Callable[..., int]
DAY = date(2026, 8, 1)
HERE, THERE = code_range(VILLAGE), code_range("370829001001")


@contextmanager
def asked(office: Office) -> Iterator[Counter[str]]:
    """Tables of the ledger → how many times a household's entries were asked for."""
    found: Counter[str] = Counter()
    names = {str(one.__tablename__) for one in ENTRIES}

    def note(_conn: Any, _cursor: Any, said: str, *_more: Any) -> None:
        table = re.search(r"FROM (\w+)\s+WHERE (\w+)\.household_id = [^ ]+ ORDER BY \w+\.seq$", " ".join(said.split()))
        if table and table[1] in names:
            found[table[1]] += 1

    for engine in {office.engine, office.reading_engine}:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in {office.engine, office.reading_engine}:
            event.remove(engine, "before_cursor_execute", note)


def states(office: Office, household: int, reads: int = 2) -> int:
    """How often members were asked for when somebody looks several times."""
    with asked(office) as told, office.reading() as work:
        for _ in range(reads):
            assert members(work, household, DAY)
    return told["member"]


def test_the_page_of_a_household_asks_each_table_once(desks: Desks, office: Office, recommended: str) -> None:
    browser = desks("fh01")
    browser.page(f"/households/{recommended}")
    with asked(office) as told:
        browser.page(f"/households/{recommended}")
    assert {"member", "residence", "assistance", "notice"} <= set(told)
    assert set(told.values()) == {1}, told


def test_a_look_at_several_keeps_one_in_mind(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        one, two = family(work), family(work)
    assert states(office, one) == 1
    with asked(office) as told, office.reading() as work:
        people = [members(work, household, DAY) for household in (one, two, one)]
    assert told["member"] == 3
    assert {row.household_id for row in people[1].values()} == {two}
    assert {row.household_id for row in (*people[0].values(), *people[2].values())} == {one}
    with office.reading() as work:
        found = entries(work, Member, one)
        found.clear()
        assert entries(work, Member, one), "what one caller does to his list is nothing to the next"


def test_work_that_writes_reads_what_stands_there_now(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work)
    with asked(office) as told, office.work("jb01") as work:
        before = members(work, household, work.today)[1]
        changed = Ability.ABLE if before.ability is not Ability.ABLE else Ability.UNABLE
        household_members.change(
            work, household, 1, household_members.State(ability=changed), since=work.today, report=False
        )
        assert members(work, household, work.today)[1].ability is changed
    assert told["member"] >= 2


def test_a_look_beyond_the_area_is_not_remembered_within_it(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work)
    with office.within(THERE).reading() as work:
        narrow = entries(work, Member, household)
        with row_security.everywhere(work.session):
            assert entries(work, Member, household), "seen by whoever may look everywhere"
        assert entries(work, Member, household) == narrow
    assert bool(narrow) is not row_security.second_line(office.engine)
    with office.within(HERE).reading() as work:
        assert entries(work, Member, household)
