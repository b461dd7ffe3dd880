"""文书试验用机关 (an office for the tests of papers): policy, areas, organs, officers, a directory of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import pytest

from integrity import areas, assistance, editions, organs, rechecks, recommendations
from integrity.areas_file import AreaRow
from integrity.papers import content
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Officer, Organ
from integrity.rules.policy import PACKS, Policy, load
from integrity.settings import settings
from integrity.terms import Cause, Role, Scheme, Verdict
from integrity.work import Office, Work

Family = Callable[..., int]
TOWNSHIP, COUNTY, VILLAGE = "370811001000", "370811000000", "370811001001"
STANDARD = 70_000
NAMES = {
    "370800000000": "济宁市", COUNTY: "任城区", TOWNSHIP: "试验街道", VILLAGE: "试验社区",
    "370811001002": "河西村村委会",
}  # fmt: skip


def organ(area: str, name: str, prefix: str, **changed: str) -> Organ:
    """A complete organ."""
    known = {
        "address": f"试验路{int(area[6:9]) or 200}号", "phone": "0537-2345678", "contact": "李敏",
        "review_organ": "任城区人民政府", "court": "任城区人民法院",
    }  # fmt: skip
    return Organ(area=area, since=date(2020, 1, 1), name=name, prefix=prefix, **(known | changed))


@lru_cache(maxsize=1)
def shipped() -> Policy:
    """The packs that are shipped, read once: what is read cannot be changed."""
    return load(PACKS)


def furnish(office: Office, *, adopt: bool = True, township: dict[str, str] | None = None) -> Office:
    """The office with policy, areas, organs and officers, as of 2026-01-01."""
    with office.work("系统任务", now=datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)) as work:
        editions.register(work, shipped())
        areas.load(work, [AreaRow(code, name, None, None, "") for code, name in NAMES.items()])
        organs.enter_organ(work, organ(COUNTY, "任城区民政局", "任民"))
        organs.enter_organ(work, organ(TOWNSHIP, "任城区试验街道办事处", "试街", **(township or {})))
        if adopt:
            organs.adopt(work, COUNTY, "proposal", document="任民字〔2026〕1号（示范）", since=date(2026, 7, 1))
        for code, role in (("jb01", Role.HANDLER), ("fh01", Role.REVIEWER), ("sp01", Role.APPROVER)):
            organs.enter_officer(
                work, Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1))
            )
    return office


@pytest.fixture
def papers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The papers directory of the test."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield settings().papers
    settings.cache_clear()


def granted(
    office: Office, family: Family, count: int = 1, *, births: tuple[date, ...] = (date(1980, 5, 1), date(1982, 5, 1))
) -> list[int]:
    """Households on 低保 since February 2026, last checked on 2026-01-12 (income not stable: due half a year later)."""
    made = []
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        for _ in range(count):
            household = family(work, births, since=date(2026, 1, 10))
            assistance.grant(
                work, household, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
                decided_by="sp01", amount=len(births) * STANDARD - 20_000, income=20_000, persons=len(births),
            )  # fmt: skip
            rechecks.verify(
                work, household, on=date(2026, 1, 12), source="入户", income=20_000, cause=Cause.NONE, stable=False,
                property_over=False,
            )  # fmt: skip
            made.append(household)
    return made


def richer(office: Office, household: int, cause: Cause, *, on: date, income: int = 200_000) -> None:
    """A verification that puts a household above the line."""
    with office.work("jb01") as work:
        rechecks.verify(
            work, household, on=on, source="核对平台", income=income, cause=cause, cause_member=1, self_reported=True
        )


def evaluate(office: Office, on: date) -> datetime:
    """The evaluation of a day; its due moment."""
    due = datetime(on.year, on.month, on.day, 1, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("系统任务", due=due) as work:
            recommendations.evaluate_part(work, part)
    return due


def accept(office: Office, household: int, **more: object) -> None:
    """The reviewer accepts the standing recommendation."""
    with office.work("fh01") as work:
        recommendations.decide(work, household, Verdict.ACCEPTED, reason="收入经核实", **more)  # type: ignore[arg-type]


def signer(work: Work, notice: Notice, usual: str) -> str:
    """Who signs for a paper: the usual word, but somebody by name where the paper is for whom nobody named."""
    addressee = content(work, notice).addressee
    return f"试验丙（{addressee}）" if usual and addressee.endswith(("的监护人", "的近亲属")) else usual
