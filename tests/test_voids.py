"""作废和更正 (voids and corrections): what a case stands on is changed by a step of law, never past it."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from integrity import households, rechecks
from integrity.errors import Refused
from integrity.households import acts, standing
from integrity.records.ledger import Assistance, Conduct, Decision, Entry, Finding, Printing, Recheck, Service, Step
from integrity.terms import Act, FindingState, RecheckResult
from integrity.work import Office
from tests.conftest import SetClock
from tests.credit_office import PROOF, hand_over, step
from tests.papers_office import papers
from tests.test_case_letters_credit import Ready, found, proposed, ready
from tests.test_cases_decision import rich, told
from tests.test_cli import run
from tests.test_cli_cases import HANDLER, REVIEWER, desk, opened_case

__all__ = ["desk", "papers", "ready", "rich"]


def entries(office: Office, household: int, kind: type[Entry]) -> list[Any]:
    """All entries of a kind, in their order."""
    with office.reading() as work:
        return sorted(work.session.exec(select(kind).where(kind.household_id == household)), key=lambda one: one.seq)


def void(office: Office, household: int, wrong: Entry, actor: str = "sp01") -> Entry:
    """Voided by an officer."""
    with office.work(actor) as work:
        return households.correct(work, household, wrong.seq, None, kind=type(wrong), why="录错")


def stays(office: Office, household: int, wrong: Entry, *said: str) -> None:
    """Neither voided nor corrected, with the reason and the lawful way; the ledger is as it was."""
    kind = type(wrong)
    before = len(entries(office, household, kind))
    right = kind(**{name: getattr(wrong, name) for name in kind.model_fields if name != "import_id"})
    for instead in (None, right):
        with pytest.raises(Refused) as refusal, office.work("sp01") as work:
            households.correct(work, household, wrong.seq, instead, kind=kind, why="录错")
        for words in ("第 1 号案件", "不能作废、更正", "红线第11条", *said):
            assert words in str(refusal.value)
    assert len(entries(office, household, kind)) == before


def test_a_finding_is_contested_or_revoked_and_never_voided(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    found(ready, clock)
    for one in entries(office, household, Finding):
        stays(office, household, one, "失信认定", "办理“异议”", "“撤销认定”", "第40条")
    assert [one.state for one in entries(office, household, Finding)][-1] is FindingState.EFFECTIVE


def test_every_step_and_every_proof_of_a_case_stays(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    found(ready, clock)
    steps, proofs, prints = (entries(office, household, kind) for kind in (Step, Service, Printing))
    assert (len(steps), len(proofs), len(prints)) == (7, 3, 3)  # both papers of the decision have a proof of their own
    for one in steps:
        stays(office, household, one, "另作一步")
    for one in proofs:
        stays(office, household, one, "送达证明", "重新制发文书并送达")
    for one in prints:
        stays(office, household, one, "补打")


def test_the_fact_of_a_case_stays_until_the_case_has_come_to_nothing(ready: Ready, clock: SetClock) -> None:
    office, household, seq = ready
    proposed(ready)
    (fact,) = entries(office, household, Conduct)
    assert fact.seq == seq
    stays(office, household, fact, "以这条事实立案", "不予认定")
    step(office, "sp01", household, "不予认定", reason="事实不成立")
    void(office, household, fact)
    with office.reading() as work:
        assert standing(work, Conduct, household, work.today) == []


def test_what_no_case_stands_on_is_still_put_right(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    found(ready, clock)
    with office.work("jb01") as work:
        other = rechecks.complete(work, household, RecheckResult.UNCHANGED, on=work.today, visitors=("jb01", "fh01"))
    void(office, household, other, "jb01")
    with office.reading() as work:
        assert standing(work, Recheck, household, work.today) == []


def decided(rich: tuple[Office, int], clock: SetClock) -> None:
    """A stop from November, decided and served on 2 September."""
    office, household = rich
    told(office, household, clock)
    step(office, "jb01", household, "陈述申辩", speaker="本人", capacity="本人", finished="是", said="不同意",
         evidence=PROOF)  # fmt: skip
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="已核实")
    step(office, "sp01", household, "作出决定", outcome="退出", reason="收入超过标准", effective_on=date(2026, 11, 1))
    hand_over(office, household, "DECIDE", on=date(2026, 9, 2))


def test_the_opinion_of_a_case_and_what_it_decided_stay_and_are_revoked_in_the_case(
    rich: tuple[Office, int], clock: SetClock
) -> None:
    office, household = rich
    decided(rich, clock)
    (opinion,) = entries(office, household, Decision)
    stays(office, household, opinion, "审核意见", "再提出新的意见")
    (stop,) = [one for one in entries(office, household, Assistance) if one.act is Act.STOP]
    stays(office, household, stop, "“撤销决定”", "“复议与诉讼”", "第48条")
    clock.on(date(2026, 12, 15))
    step(office, "sp02", household, "撤销决定", basis="（2026）试08行初1号", reason="判决撤销")
    with office.reading() as work:
        assert [one.act for one in acts(work, household, work.today)][-1] is Act.REVIVE


def test_the_command_says_why_and_which_way_is_lawful(desk: Path) -> None:
    opened_case()
    run("case", "step", "H1", "1", "告知", "--by", HANDLER)
    book = sqlite3.connect(desk / "chengxin.db")
    for table, officer, words in (("step", HANDLER, "另作一步"), ("decision", REVIEWER, "再提出新的意见")):
        found = [seq for (seq,) in book.execute(f"SELECT seq FROM {table} ORDER BY seq")]
        assert found
        for seq in found:
            said = run("record", "void", "H1", str(seq), "--reason", "录错", "--by", officer, code=2)
            assert "第 1 号案件（调整与终止）" in said
            assert words in said
    book.close()
    assert "账册完好" in run("verify", "--household", "H1")
