"""撤销导入 (undo of an import): every entry is voided, nothing is deleted, what others rest on is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from integrity import conduct, exchange, exchange_undo, households, rechecks
from integrity.errors import Refused
from integrity.records.ledger import Assistance, Conduct, Entry, Member, Residence, Verification
from integrity.records.office import Audit, ImportBatch
from integrity.terms import FindingState
from integrity.work import Office, Work
from tests.conftest import VILLAGE
from tests.test_exchange import (
    DEED,
    FAMILY,
    RESULT,
    SECOND,
    SIGNED,
    enrolled,
    everything,
    placed,
    sheet,
    whole,
)

__all__ = ["placed"]


def test_an_undo_voids_every_entry_and_the_file_can_be_imported_again(placed: Office, tmp_path: Path) -> None:
    first = enrolled(placed, tmp_path, [*FAMILY, SECOND])
    assert first.id is not None
    before = everything(placed)
    undone = exchange.undo(placed, first.id, "sp01")
    assert (undone.undone, undone.kept, undone.failed) == (2, {}, {})
    after = everything(placed)
    assert after == {
        **before, "residence": 4, "member": 8, "assistance": 4,
    }  # fmt: skip
    with placed.reading() as work:
        for kind in (Residence, Member, Assistance):
            assert households.standing(work, kind, households.by_number(work, "JN000001"), work.today) == []
    assert exchange.undo(placed, first.id, "sp01") == exchange.Undone()
    assert everything(placed) == after
    second = enrolled(placed, tmp_path, [*FAMILY, SECOND])
    assert (second.attempt, second.accepted) == (2, 4)
    with placed.reading() as work:
        household = households.by_number(work, "JN000001")
        assert len(households.members(work, household, work.today)) == 3
        assert len(households.acts(work, household, work.today)) == 1
    assert whole(placed)


def test_an_undo_keeps_what_later_entries_rest_on_and_says_why(placed: Office, tmp_path: Path) -> None:
    batch = enrolled(placed, tmp_path, [*FAMILY, SECOND])
    assert batch.id is not None
    with placed.work("jb01") as work:
        rechecks.verify(work, households.by_number(work, "JN000001"), on=date(2026, 5, 1), source="核对平台", income=1)
    undone = exchange.undo(placed, batch.id, "sp01")
    assert (undone.undone, undone.kept) == (1, {"JN000001": "导入后又有核对 1 条，保留"})
    # what was kept is still imported: the same file brings back the other household only
    again = exchange.accept(placed, "roll", sheet(tmp_path, [*FAMILY, SECOND]), "jb01")
    assert (again.attempt, again.accepted) == (2, 1)
    assert whole(placed)


def test_an_undo_keeps_a_fact_that_was_found_upon_and_what_was_corrected(placed: Office, tmp_path: Path) -> None:
    enrolled(placed, tmp_path)
    deeds = exchange.accept(placed, "conduct", sheet(tmp_path, [DEED], "conduct"), "jb01")
    results = exchange.accept(placed, "comparison", sheet(tmp_path, [RESULT], "comparison"), "jb01")
    with placed.work("jb02") as work:
        household = households.by_number(work, "JN000001")
        fact = work.session.exec(select(Conduct)).one()
        conduct.find(work, household, fact.seq, FindingState.PROPOSED, on=date(2026, 10, 1), decided_by="sp01")
        wrong = work.session.exec(select(Verification)).one()
        right = Verification(happened_on=wrong.happened_on, area=VILLAGE, income=31000, source="核对平台")
        households.correct(work, household, wrong.seq, right, kind=Verification, why="录入有误")
    assert exchange.undo(placed, deeds.id or 0, "sp01").kept == {"JN000001": "导入后又有认定 1 条，保留"}
    assert exchange.undo(placed, results.id or 0, "sp01").kept == {"JN000001": "导入后又有更正 1 条，保留"}


def test_undone_imports_of_other_sheets_do_not_keep_the_roll(placed: Office, tmp_path: Path) -> None:
    roll = enrolled(placed, tmp_path)
    signed = exchange.accept(placed, "commitments", sheet(tmp_path, [SIGNED], "commitments"), "jb01")
    assert exchange.undo(placed, signed.id or 0, "sp01").undone == 1
    again = exchange.accept(placed, "commitments", sheet(tmp_path, [SIGNED], "commitments"), "jb01")
    assert (again.attempt, again.accepted) == (2, 1)
    assert exchange.undo(placed, roll.id or 0, "sp01").kept == {"JN000001": "导入后又有承诺 1 条，保留"}


def test_what_was_kept_is_taken_back_once_nothing_rests_on_it(placed: Office, tmp_path: Path) -> None:
    roll = enrolled(placed, tmp_path, [*FAMILY, SECOND]).id or 0
    signed = exchange.accept(placed, "commitments", sheet(tmp_path, [SIGNED], "commitments"), "jb01")
    assert (exchange.undo(placed, roll, "sp01").undone, state(placed, roll)) == (1, "partly")
    first = told(placed, roll)
    assert exchange.undo(placed, roll, "sp02").kept == {"JN000001": "导入后又有承诺 1 条，保留"}
    assert told(placed, roll) == first, "an undo that takes back nothing is no undo"
    with placed.reading() as work:
        batch = work.session.get_one(ImportBatch, roll)
        assert exchange_undo.foreseen(work, batch)[:3] == (2, 0, 0)
    assert exchange.undo(placed, signed.id or 0, "sp01").undone == 1
    with placed.reading() as work:
        batch = work.session.get_one(ImportBatch, roll)
        assert exchange_undo.foreseen(work, batch)[:2] == (2, 1)
    rest = exchange.undo(placed, roll, "sp02", why="名册有误")
    assert (rest.undone, rest.kept, state(placed, roll)) == (1, {}, "undone")
    assert told(placed, roll)[-1] == "撤销 1 户，保留 0 户；理由：名册有误"
    with placed.reading() as work:
        for number in ("JN000001", "JN000002"):
            assert households.standing(work, Member, households.by_number(work, number), work.today) == []
    assert exchange.undo(placed, roll, "sp01") == exchange.Undone()
    assert whole(placed)


def state(office: Office, batch: int) -> str:
    with office.reading() as work:
        return work.session.get_one(ImportBatch, batch).state


def told(office: Office, batch: int) -> list[str]:
    """What the log says of the undoing of an import."""
    query = select(Audit).where(Audit.action == "撤销导入", Audit.subject == f"import:{batch}").order_by(col(Audit.id))
    with office.reading() as work:
        return [one.detail for one in work.session.exec(query)]


def test_what_cannot_be_undone_is_listed_and_the_rest_goes_on(
    placed: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No verb refuses today; what one may refuse tomorrow must not stop the others."""
    batch = enrolled(placed, tmp_path, [*FAMILY, SECOND])
    real = exchange_undo.correct

    def stricter(work: Work, household_id: int, wrong_seq: int, right: None, **told: Any) -> Entry:
        if household_id == 1 and wrong_seq == 2:
            raise Refused("今后的规定")
        return real(work, household_id, wrong_seq, right, **told)

    monkeypatch.setattr(exchange_undo, "correct", stricter)
    undone = exchange.undo(placed, batch.id or 0, "sp01")
    assert (undone.undone, undone.failed) == (1, {"JN000001": "今后的规定"})
    with pytest.raises(Refused, match="正在撤销"):
        enrolled(placed, tmp_path, [*FAMILY, SECOND])
    monkeypatch.setattr(exchange_undo, "correct", real)
    assert exchange.undo(placed, batch.id or 0, "sp01").undone == 1
    assert enrolled(placed, tmp_path, [*FAMILY, SECOND]).accepted == 4
    assert whole(placed)
