"""恢复后补登 (catching up after a restore): an older backup brings back no number, no key, no paper and no record."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from integrity import (
    assistance,
    backups,
    bookcheck,
    conduct,
    households,
    printing,
    restored,
    seal_lists,
    seals,
    verifying,
)
from integrity.errors import Conflict, Refused
from integrity.records.ledger import Assistance, Conduct, Finding
from integrity.records.office import Audit
from integrity.records.outside import NAME
from integrity.settings import Settings, settings
from integrity.terms import ConductKind, ExitReason, FindingState, Scheme
from integrity.work import Office, open_office
from tests.conftest import SetClock, carried_over
from tests.papers_office import VILLAGE, furnish, papers
from tests.print_office import house, made, paper, street
from tests.test_backups import find_programs, place

__all__ = ["papers", "street"]
Family = Callable[..., int]


def there(office: Office, tmp_path: Path, request: pytest.FixtureRequest, *, register: bool = True) -> Settings:
    """An empty place with the keys as they are now, and the register beside them."""
    chosen = place(office, tmp_path, request)
    if register:
        shutil.copy(tmp_path / NAME, chosen.keys.with_name(NAME))
    return chosen


def brought_back(chosen: Settings, backup: Path, clock: SetClock) -> tuple[Office, list[str]]:
    """The restored office, and what was told."""
    told: list[str] = []
    backups.restore(chosen, backup, tell=told.append, clock=clock)
    return open_office(chosen, clock=clock), told


@pytest.mark.parametrize("kept", ["register", "papers"])
def test_no_number_is_taken_twice_after_a_restore(
    street: tuple[Office, list[str]], tmp_path: Path, request: pytest.FixtureRequest, clock: SetClock,
    monkeypatch: pytest.MonkeyPatch, kept: str,
) -> None:  # fmt: skip
    office, _ = street
    find_programs(office, monkeypatch)
    backup = backups.make(office, tmp_path / "backups").folder
    run = made(office)
    with office.work("jb01") as work:
        late = paper(work, house(work, 9, VILLAGE, "试验社区3组1号", "钱试甲"))
        first = printing.original(work, late)
        receipts = seals.code_of(work, "试街回〔2026〕4号")
    assert (late.number, run, bool(receipts)) == ("试街告〔2026〕5号", "PC2026-0001", True)
    chosen = there(office, tmp_path, request, register=kept == "register")
    if kept == "papers":
        shutil.copytree(settings().papers, chosen.papers)
    again, told = brought_back(chosen, backup, clock)
    assert any(one.startswith("文号 试街告〔2026〕：备份只编到 4，5 号已在备份之后用过") for one in told), told
    assert any("试街回〔2026〕：备份只编到 0，1 至 4 号" in one for one in told), told
    assert any("2026 年的打印批次：备份只编到 0，1 号" in one for one in told), told
    assert any("没有找到库外登记簿" in one for one in told) is (kept == "papers")
    kept_bytes = first.read_bytes()
    with again.work("jb01") as work:
        other = paper(work, house(work, 10, VILLAGE, "试验社区3组2号", "孙试乙"))
        assert other.number == "试街告〔2026〕6号"
        assert printing.original(work, other) != first
    assert made(again) == "PC2026-0002"
    assert first.read_bytes() == kept_bytes
    with again.reading() as work:
        assert seals.code_of(work, "试街回〔2026〕4号") == ""
        assert seals.code_of(work, "试街回〔2026〕5号")
        assert list(bookcheck.faults(work)) == []
        assert [one.detail for one in work.session.exec(select(Audit).where(Audit.subject == "库外登记簿"))] == [
            one for one in told if "没有找到" not in one
        ]
    again.dispose()


def test_a_database_put_back_by_hand_takes_no_number_twice(
    street: tuple[Office, list[str]], tmp_path: Path
) -> None:  # fmt: skip
    office, _ = street
    if office.engine.dialect.name != "sqlite":
        pytest.skip("a file of SQLite")
    database = Path(str(office.engine.url.database))
    office.dispose()
    shutil.copy(database, tmp_path / "copy.db")
    with office.work("jb01") as work:
        first = printing.original(work, paper(work, house(work, 9, VILLAGE, "试验社区3组1号", "钱试甲")))
    whole = first.read_bytes()
    office.dispose()
    shutil.copy(tmp_path / "copy.db", database)
    with office.work("jb01") as work:
        other = paper(work, house(work, 10, VILLAGE, "试验社区3组2号", "孙试乙"))
        assert other.number == "试街告〔2026〕6号"
        printing.original(work, other)
    assert first.read_bytes() == whole


def test_lost_keys_and_ended_papers_stay_so(
    street: tuple[Office, list[str]], tmp_path: Path, request: pytest.FixtureRequest, clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    office, numbers = street
    find_programs(office, monkeypatch)
    backup = backups.make(office, tmp_path / "backups").folder
    old = office.vault.signs
    with office.work("jb01") as work:
        late = paper(work, house(work, 9, VILLAGE, "试验社区3组1号", "钱试甲")).number
    with office.work("sp01") as work:
        seals.end(work, numbers[0], reason="发错了钱试甲")
        seals.end(work, late, by_number=numbers[1], reason="发错了人")
        codes = [seals.code_of(work, one) for one in (numbers[0], numbers[1], late)]
    assert "钱试甲" not in (tmp_path / NAME).read_text(), "the register names nobody"
    new = seals.lose(office, tmp_path / "keys.toml", old, reason="电脑失窃", actor="sp01")
    chosen = there(office, tmp_path, request)
    again, told = brought_back(chosen, backup, clock)
    for line in (f"签名密钥 {old}：已于 2026-09-02 作废", f"签名密钥 {new}：已补登", f"文书 {numbers[0]}：已于",
                 f"文书 {late}：已于 2026-09-02 由 {numbers[1]} 替换"):  # fmt: skip
        assert any(one.startswith(line) for one in told), (line, told)
    with again.reading() as work:
        known = seal_lists.known(work)
        answers = [verifying.judge(one, known).answer for one in codes]
    assert answers == [verifying.ENDED, verifying.CODE_ONLY, verifying.ENDED]
    assert known.keys[old].genuine is not None
    with again.work("jb01") as work:
        paper(work, house(work, 11, VILLAGE, "试验社区3组3号", "李试丙"))
    again.dispose()
    shutil.rmtree(chosen.home / "papers", ignore_errors=True)
    lines = (chosen.keys.with_name(NAME)).read_bytes()
    assert lines.startswith((tmp_path / NAME).read_bytes()), "the register goes on where it was"


FOUND: dict[str, Any] = {
    "on": date(2025, 6, 1), "decided_by": "sp01", "reviewed_by": "fh01", "document": "任民失〔2025〕1号",
    "document_on": date(2025, 6, 1), "effective_on": date(2025, 6, 5),
}  # fmt: skip


def recorded(office: Office, family: Family) -> tuple[int, int, Assistance]:
    """A household on aid with a found default, of before the backup."""
    with office.work("jb01") as work:
        household = family(work, (date(1980, 5, 1),), since=date(2024, 1, 10))
        act = assistance.grant(
            work, household, Scheme.DIBAO, decided_on=work.today, effective_on=work.today, decided_by="sp01",
            amount=50_000,
        )  # fmt: skip
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.DEFAULT, item="D01", act_on=date(2025, 5, 1),
            found_on=date(2025, 5, 2), source="入户",
        )  # fmt: skip
    with office.work("lr01") as work:
        conduct.find(carried_over(work), household, fact.seq, FindingState.EFFECTIVE, **FOUND)
    return household, fact.seq, act


def test_a_repaired_finding_stays_repaired_and_a_corrected_ledger_waits_for_a_person(
    office: Office, family: Family, papers: Path, tmp_path: Path, request: pytest.FixtureRequest, clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    find_programs(office, monkeypatch)
    furnish(office)
    household, fact, _ = recorded(office, family)
    backup = backups.make(office, tmp_path / "backups").folder
    with office.work("sp01") as work:
        conduct.find(
            carried_over(work), household, fact, FindingState.REPAIRED, on=date(2026, 1, 5), decided_by="sp01",
            document="任民修〔2026〕1号", reason="试验甲已改正",
        )  # fmt: skip
        wrong = conduct.record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="T01", act_on=date(2025, 7, 1),
            found_on=date(2025, 7, 2), source="入户",
        )  # fmt: skip
        households.correct(work, household, wrong.seq, None, kind=Conduct, why="重复登记")
    assert "试验甲" not in (tmp_path / NAME).read_text()
    again, told = brought_back(there(office, tmp_path, request), backup, clock)
    assert any("的认定已修复（任民修〔2026〕1号），已补登，不再使用" in one for one in told), told
    assert any("备份之后有过更正或者恢复救助" in one for one in told), told
    with again.reading() as work:
        states = select(Finding.state).where(Finding.conduct_seq == fact).order_by(Finding.seq)
        assert list(work.session.exec(states)) == [FindingState.EFFECTIVE, FindingState.REPAIRED]
        assert list(bookcheck.faults(work)) == []
        assert set(restored.waiting(work)) == {household}
    with again.work("sp01") as work, pytest.raises(Refused, match="恢复的备份之后"):
        assistance.stop(
            work, household, ExitReason.X04, decided_on=work.today, effective_on=date(2026, 12, 1), decided_by="sp01",
            hearing="笔录", case_no=1,
        )  # fmt: skip
    with again.work("sp01") as work:
        restored.confirm(work, household, "已照纸质存档补登")
    with again.work("sp01") as work:
        restored.refuse_while_waiting(work, household)
        with pytest.raises(Conflict, match="没有恢复后待核对"):
            restored.confirm(work, household, "再来一次")
    again.dispose()
