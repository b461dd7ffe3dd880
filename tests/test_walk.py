"""试走 (a random walk through all procedures) keeps the law: on both databases, by a fixed seed and that of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from integrity.vault import create_vault, load_vault
from integrity.work import Office, make_engine
from tests.conftest import START, SetClock
from tests.papers_office import papers
from tests.walk import Breach, Request, Walk, hasty
from tests.walk_check import Judge, recomputed, shrunk, told, walked

__all__ = ["papers"]

STEPS, EVERY = 600, 300
SEEDS = (20260701, datetime.now(UTC).toordinal())
"""The fixed one, and that of the day, which a failure names."""


@pytest.fixture
def fresh(sqlite_url: str, tmp_path: Path) -> Callable[[int], Callable[[], Walk]]:
    """New offices on fresh copies of an empty SQLite database, for the same walk again."""
    empty = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()

    def of(seed: int) -> Callable[[], Walk]:
        def make() -> Walk:
            n = sum(1 for _ in tmp_path.glob("again-*.db"))
            path = tmp_path / f"again-{n}.db"
            path.write_bytes(empty)
            url, clock = f"sqlite:///{path}", SetClock(START)
            vault = create_vault(tmp_path / f"again-{n}.toml")
            office = Office(make_engine(url), make_engine(url, read_only=True), vault, clock)
            return Walk(hasty(office), clock, seed)

        return make

    return of


@pytest.mark.parametrize("seed", SEEDS, ids=("fixed", "today"))
def test_no_walk_takes_anything_from_anybody_without_its_procedure(
    office: Office, clock: SetClock, papers: Path, seed: int, fresh: Callable[[int], Callable[[], Walk]],
    tmp_path: Path, database_url: str,
) -> None:  # fmt: skip
    walk, judge = Walk(hasty(office), clock, seed), Judge()
    try:
        walked(walk, STEPS, every=EVERY, judge=judge)
    except Breach:
        try:
            _, walk, breach = shrunk(fresh(seed), STEPS, walk.done)
        except AssertionError as only_here:
            pytest.fail(f"{only_here}; {told(walk, breach)}")
        pytest.fail(told(walk, breach))
    assert sum(walk.accepted.values()) > STEPS // 3
    assert sum(walk.refused.values()) > STEPS // 4
    again = Office(
        make_engine(database_url), make_engine(database_url, read_only=True), load_vault(tmp_path / "keys.toml"), clock
    )
    assert judge.seen
    assert recomputed(again, judge.seen) == []
    again.dispose()


MEDDLED = (
    ("UPDATE step SET recorded_by = 'i10' WHERE step = 'REVIEW'", "by a INSPECTOR"),
    ("UPDATE step SET step = 'OTHER' WHERE step = 'REVIEW'", "decided unheard"),
    ("UPDATE officer SET role = 'HANDLER' WHERE role = 'APPROVER'", "by a HANDLER"),
    ("UPDATE officer SET since = 20900 WHERE code = 'h10'", "was not in office"),
    ("UPDATE officer SET area = '370811009000' WHERE code = 'h10'", "outside the area"),
    ("UPDATE service SET happened_on = happened_on + 40", "service of"),
    ("DELETE FROM printing", "service of"),
    ("UPDATE assistance SET effective_on = 20000 WHERE act IN ('STOP', 'LOWER', 'WITHDRAW')", "takes effect on"),
    ("UPDATE assistance SET case_no = NULL WHERE case_no IS NOT NULL", "without a case"),
    ("UPDATE assistance SET amount = amount + 7 WHERE act = 'GRANT'", "内容与哈希不符"),
    ("UPDATE notice SET number = replace(number, '〕', '〕99') WHERE kind = 'F15'", "papers, last"),
    ("UPDATE notice SET happened_on = happened_on - 30 WHERE kind = 'F13'", "is dated"),
    ("UPDATE number_series SET last = last + 1", "series"),
    ("UPDATE step SET data_sha256 = '00' WHERE step = 'OPEN'", "cannot be read"),
    ("UPDATE ledger_head SET seq = seq + 1", "has not every number"),
    ("INSERT INTO kinship (officer, household_id, relation, ended, recorded_at, recorded_by) "
     "SELECT 'h10', id, '兄弟', 0, 0, 'p10' FROM household", "by a relative"),
)  # fmt: skip
"""What is done to the books past their guards, and what the oracle says of it."""


def test_the_oracle_sees_what_was_meddled_with(fresh: Callable[[int], Callable[[], Walk]], papers: Path) -> None:
    walk = fresh(SEEDS[0])()
    walked(walk, 2 * STEPS, every=2 * STEPS, judge=Judge())
    walk.office.dispose()
    book = Path(str(walk.office.engine.url.database))
    whole = book.read_bytes()
    for statement, said in MEDDLED:
        book.write_bytes(whole)
        assert any(said in line for line in _found(walk, statement).splitlines()), statement


def _found(walk: Walk, statement: str) -> str:
    """What the oracle says once this was run with the guards taken away."""
    with walk.office.engine.connect() as connection:
        for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        assert connection.execute(text(statement)).rowcount > 0, statement
        connection.commit()
    with pytest.raises(Breach) as said:
        Judge().check(walk)
    walk.office.dispose()
    return str(said.value)


def test_a_failing_walk_is_cut_down_to_the_step_that_breaks_it(
    fresh: Callable[[int], Callable[[], Walk]], papers: Path
) -> None:
    make = fresh(SEEDS[0])

    def spoilt() -> Walk:
        """At the twenty-first step a number is lost behind everybody's back."""
        walk = make()
        ask = walk.ask

        def asked(request: Request) -> None:
            ask(request)
            if walk.done == 21:
                with walk.office.engine.connect() as connection:
                    connection.execute(text("UPDATE number_series SET last = last + 1"))
                    connection.commit()

        walk.ask = asked  # type: ignore[method-assign]
        return walk

    at, walk, breach = shrunk(spoilt, 60, 60)
    assert at == 21
    assert "series" in str(breach)
    assert told(walk, breach).count("\n") >= 20
