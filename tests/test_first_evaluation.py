"""首次评估 (first evaluation): whoever comes onto the roll stands on the lists at once, not next month."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity import assistance, exchange, recommendations
from integrity.recommendations import explain, standing_of
from integrity.records.ledger import Household
from integrity.records.office import Recommendation
from integrity.standing_findings import outcome_of
from integrity.terms import Outcome, Scheme
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import evaluate
from tests.test_exchange import FAMILY, csv_file, placed
from tests.test_twice import entered

__all__ = ["desks", "papers", "placed"]
OVERDUE, TODAY = "JN000001", date(2026, 9, 2)


@pytest.fixture
def imported(desks: Desks, office: Office, clock: SetClock, tmp_path: Path) -> int:
    """A household on 低保 since 2024 that an import brought in today, and whose check was due long ago."""
    clock.on(TODAY)
    batch = exchange.accept(office, "roll", csv_file(tmp_path / "名册.csv", FAMILY, "utf-8"), "jb01")
    assert batch.accepted == len(FAMILY)
    with office.reading() as work:
        return work.session.exec(select(Household.id).where(Household.number == OVERDUE)).one() or 0


def stored(office: Office) -> list[Recommendation]:
    with office.reading() as work:
        return list(work.session.exec(select(Recommendation)))


def test_whom_an_import_brings_stands_on_the_lists_at_once(
    imported: int, desks: Desks, office: Office, clock: SetClock
) -> None:
    (row,) = stored(office)
    assert (row.household_id, row.on_day) == (imported, TODAY)
    assert OVERDUE in desks("jb01").page("/rechecks")
    with office.reading() as work:
        told = explain(work, imported, TODAY)
        assert all(getattr(row, name) == value for name, value in told.finding._asdict().items())
    page = desks("fh01").page(f"/households/{OVERDUE}/opinion")
    assert "还没有评估过" not in page
    clock.on(date(2026, 10, 1))
    with office.work("系统任务", due=evaluate(office, date(2026, 10, 1))) as work:
        recommendations.finish_evaluation(work)
    with office.reading() as work:
        after = standing_of(work, imported)
    assert after is not None
    assert outcome_of(after) is outcome_of(row), "the evaluation of the roll goes on from there"


def test_whom_an_undone_import_brought_is_gone_from_the_lists(imported: int, desks: Desks, office: Office) -> None:
    assert exchange.undo(office, 1, "jb01").undone == 1
    for page in ("/rechecks", "/recommendations", "/"):
        assert OVERDUE not in desks("jb01").page(page) + desks("fh01").page(page)


def test_an_import_without_a_policy_brings_its_households_all_the_same(placed: Office, tmp_path: Path) -> None:
    """Before the policy is put in force nothing can be evaluated; the roll is taken all the same."""
    assert exchange.accept(placed, "roll", csv_file(tmp_path / "名册.csv", FAMILY, "utf-8"), "jb01").accepted == 3
    assert stored(placed) == []


def test_assistance_that_is_carried_over_by_hand_is_evaluated(desks: Desks, office: Office, clock: SetClock) -> None:
    clock.on(TODAY)
    entered(office, "EH000001", VILLAGE)
    given = {"scheme": "DIBAO", "decided_on": "2026-02-10", "effective_on": "2026-03-01", "amount": "500"}
    to = desks("sp01").done("/households/EH000001/grants/new", given)
    (row,) = stored(office)
    assert f"已评估，处理建议：{outcome_of(row).value}" in desks("sp01").page(to)


def test_whom_nobody_evaluated_is_evaluated_on_demand(desks: Desks, office: Office, clock: SetClock) -> None:
    clock.on(TODAY)
    household = entered(office, "EH000001", VILLAGE)
    look = "/households/EH000001/opinion"
    assert "没有正在享受的救助，不作评估" in desks("fh01").page(look)
    assert "按现在的登记评估" not in desks("fh01").page(look)
    with office.work("sp01") as work:
        assistance.grant(
            work, household, Scheme.DIBAO, decided_on=date(2026, 2, 10), effective_on=date(2026, 3, 1),
            decided_by="sp01", amount=50_000, persons=1,
        )  # fmt: skip
    assert stored(office) == []
    desks("fh01").done(look, action=f"{look}/anew")
    (row,) = stored(office)
    assert outcome_of(row) is not Outcome.NOTHING
    assert "还没有评估过" not in desks("fh01").page(look)
