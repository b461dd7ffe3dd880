"""核验码试验用机关 (an office for the tests of check codes): two papers issued, signed and printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlmodel import select

from integrity import notices, seals
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.settings import settings
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import evaluate, furnish, granted
from tests.test_notices import ISSUE


class Sealed(NamedTuple):
    """An office with two signed papers; the number and the code of each."""

    office: Office
    keys: Path
    numbers: tuple[str, ...]
    codes: tuple[str, ...]


def notice(office: Office, number: str) -> Notice:
    """The paper of a number."""
    with office.reading() as work:
        return notices.by_number(work, number)


@pytest.fixture
def sealed(
    office: Office, family: Callable[..., int], clock: SetClock, papers: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Sealed:  # fmt: skip
    """Two papers of the recheck, printed; the settings name this office, for commands."""
    furnish(office)
    granted(office, family, 2)
    clock.on(date(2026, 9, 2))
    evaluate(office, date(2026, 9, 1))
    due = datetime(2026, 9, 2, 2, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        notices.issue_part(work, ISSUE)
        for one in work.session.exec(select(Notice)).all():
            notices.original(work, one)
    monkeypatch.setenv("CHENGXIN_DATABASE", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    settings.cache_clear()
    with office.reading() as work:
        numbers = tuple(one.number for one in work.session.exec(select(Notice).order_by(Notice.number)))
        codes = tuple(seals.code_of(work, number) for number in numbers)
    return Sealed(office, tmp_path / "keys.toml", numbers, codes)


def tampered(code: str) -> list[str]:
    """The code with one digit changed, for every digit of it."""
    return [code[:at] + str((int(code[at]) + 1 + at % 9) % 10) + code[at + 1 :] for at in range(len(code))]
