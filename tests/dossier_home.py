"""一户的案卷材料 (a household for dossiers): a promise, a complaint, a contested finding, a gradual withdrawal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, make_url

from integrity import commitments, conduct, rechecks, recommendations
from integrity.terms import Cause, ConductKind, Event, Procedure, RecheckResult, SignedBy
from integrity.vault import load_vault
from integrity.work import Office, make_engine
from tests.case_office import heard
from tests.conftest import SetClock, _create, _named
from tests.credit_office import begin, hand_over, next_year, staffed, step
from tests.papers_office import evaluate, granted, papers, richer

__all__ = ["papers"]

_serial = count()

Family = Callable[..., int]
HE, SHE, CHILD = "试验乙", "试验丙", "试验丁"
INFORMER = "钱某"
PROOF = "c" * 64
BIRTHS = (date(1980, 5, 1), date(1982, 5, 1), date(2015, 6, 1))
WITHDRAWN, FOUND, OBJECTED = 1, 2, 3
"""Numbers of the cases."""


class Told(NamedTuple):
    """The story as it was written down once: a database to copy, its keys, its papers, its household, the moment."""

    database: str
    keys: Path
    papers: Path
    household: int
    now: datetime


@pytest.fixture(scope="session")
def told_once() -> dict[str, Told]:
    """What was written down, by engine."""
    return {}


@pytest.fixture
def rich(
    office: Office, family: Family, clock: SetClock, papers: Path, told_once: dict[str, Told],
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Office, int]]:  # fmt: skip
    """Everything that a file can hold, as of 2026-11-09: told once on each engine and copied for each test."""
    kind = office.engine.dialect.name
    if kind not in told_once:
        _, household = told(office, family, clock)
        office.dispose()
        told_once[kind] = _kept(office.engine, clock, household, papers, tmp_path_factory.mktemp("told"))
    office.dispose()
    source = told_once[kind]
    shutil.copy(source.keys, tmp_path / "keys.toml")
    shutil.copytree(source.papers, papers, dirs_exist_ok=True)
    clock.now = source.now
    url = _copied(source.database, tmp_path / "told.db")
    made = Office(make_engine(url), make_engine(url, read_only=True), load_vault(tmp_path / "keys.toml"), clock)
    yield made, source.household
    made.dispose()


def _kept(engine: Engine, clock: SetClock, household: int, papers: Path, folder: Path) -> Told:
    """Put the database, the keys and the papers where no test changes them."""
    shutil.copy(papers.parent.parent / "keys.toml", folder / "keys.toml")
    shutil.copytree(papers, folder / "papers")
    url = _copied(engine.url.render_as_string(hide_password=False), folder / "told.db")
    return Told(url, folder / "keys.toml", folder / "papers", household, clock.now)


def _copied(url: str, path: Path) -> str:
    """The URL of a copy of a database that nobody has open."""
    if url.startswith("sqlite"):
        shutil.copy(url.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"
    name = f"told{next(_serial)}"
    _create(url, name, str(make_url(url).database))
    return _named(url, name)


def told(office: Office, family: Family, clock: SetClock) -> tuple[Office, int]:
    """The household's story from January to November 2026."""
    staffed(office)
    next_year(office)
    (household,) = granted(office, family, births=BIRTHS)
    clock.on(date(2026, 7, 15))
    _promised(office, household)
    clock.on(date(2026, 8, 20))
    facts = _told_of(office, household)
    richer(office, household, Cause.EMPLOYMENT, on=date(2026, 8, 10), income=240_000)
    clock.on(date(2026, 9, 1))
    _evaluated(office, date(2026, 9, 1))
    _withdrawn(office, household)
    _found(office, household, facts[0], clock)
    clock.on(date(2026, 11, 9))
    return office, household


def _promised(office: Office, household: int) -> None:
    with office.work("jb01") as work:
        commitments.sign(
            work, household, member_no=1, on=date(2026, 7, 15), occasion="定期核查", signed_by=SignedBy.SIGNATURE,
            explained_by="jb01", text_version="2026-07", text_sha256="d" * 64, evidence=PROOF,
        )  # fmt: skip


def _told_of(office: Office, household: int) -> tuple[int, int]:
    """A complaint, a visit and a fact of each of the couple."""
    with office.work("jb01") as work:
        rechecks.report(
            work, household, Event.COMPLAINT, happened_on=date(2026, 8, 18), reported_on=date(2026, 8, 19), member_no=1,
            detail=f"邻居{INFORMER}说他在县城做工",
        )  # fmt: skip
        rechecks.complete(
            work, household, RecheckResult.CHANGED, on=date(2026, 8, 20), visitors=("jb01", "fh01"), note="与户主面谈"
        )
        first = conduct.record(
            work,
            household,
            member_no=1,
            kind=ConductKind.DEFAULT,
            item="F01",
            act_on=date(2026, 7, 10),
            found_on=date(2026, 8, 20),
            source="定期核查",
            detail="隐瞒在县城的务工收入",
            evidence=PROOF,
        )
        second = conduct.record(
            work, household, member_no=2, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 7, 20),
            found_on=date(2026, 8, 20), source=f"{INFORMER}举报后核实", detail="主动报告务农收入",
        )  # fmt: skip
    return first.seq, second.seq


def _evaluated(office: Office, on: date) -> None:
    due = evaluate(office, on)
    with office.work("系统任务", due=due) as work:
        recommendations.finish_evaluation(work)


def _withdrawn(office: Office, household: int) -> None:
    """Case 1: a withdrawal of three months from October."""
    plan = {"outcome": "渐退", "months": 3, "schedule": (100, 80, 60), "effective_on": date(2026, 10, 1)}
    begin(office, "fh01", household, Procedure.DECISION, reason=f"{SHE}就业后收入超过标准", **plan)
    heard(office, household, date(2026, 9, 1))
    step(office, "sp01", household, "DECIDE", reason="就业后收入超过标准", **plan)
    hand_over(office, household, "DECIDE", on=date(2026, 9, 1))


def _found(office: Office, household: int, fact: int, clock: SetClock) -> None:
    """Case 2: found a default of the first member. Case 3: objected to, looked into, upheld."""
    given = {"level": "一般", "basis": "任民决〔2026〕3号（停发决定书）", "reason": "收入隐瞒三个月"}
    given["basis_kind"] = "停发决定书"
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=fact, **given)
    step(office, "jb01", household, "告知", case=FOUND)
    hand_over(office, household, "NOTICE", on=date(2026, 9, 1), case=FOUND)
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "陈述申辩", case=FOUND, speaker="本人", capacity="本人", finished="是",
    evidence=PROOF, said="只漏报了一次")
    step(office, "fh01", household, "复核意见", case=FOUND, adopted="不采纳", reason="流水显示三个月")
    clock.on(date(2026, 9, 7))
    step(office, "sp01", household, "认定决定", case=FOUND, level="一般", reason="事实清楚")
    clock.on(date(2026, 9, 8))
    hand_over(office, household, "DECIDE", on=date(2026, 9, 8), case=FOUND)
    clock.on(date(2026, 9, 10))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    step(office, "fh02", household, "核实", case=OBJECTED, found="与流水一致", adopted="不成立")
    step(office, "sp02", household, "答复", case=OBJECTED, result="维持", reason="认定无误")
