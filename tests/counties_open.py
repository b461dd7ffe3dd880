"""两县试验的机关 (the office of two counties, opened): on a clock that stands still, with every officer's browser."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from integrity.records.outside import Outside
from integrity.settings import settings
from integrity.vault import create_vault
from integrity.web.app import create_app
from integrity.work import Office, make_engine
from tests.conftest import START, SetClock
from tests.desk_office import ADDRESS, Desks
from tests.two_counties import AUTUMN, TOWNS, Marks, build


class Still(SetClock):
    """A clock that stands still: what is shown of two offices can be compared."""

    def __call__(self) -> datetime:
        return self.now


class World(NamedTuple):
    """An office with its households and its officers' browsers."""

    office: Office
    marks: list[Marks]
    desks: Desks
    home: Path

    def get(self, officer: str, path: str) -> Response:
        """A look, with this office's own files."""
        os.environ["CHENGXIN_HOME"] = str(self.home)
        settings.cache_clear()
        return self.desks(officer).get(path)


def opened(folder: Path, template: Path, towns: Iterable[str] = TOWNS, url: str = "") -> Iterator[World]:
    """An office of these townships, on a copy of a migrated SQLite database or on a database of one's own."""
    if not url:
        (folder / "chengxin.db").write_bytes(template.read_bytes())
        url = f"sqlite:///{folder / 'chengxin.db'}"
    clock = Still(START)
    vault = create_vault(folder / "keys.toml")
    office = Office(
        make_engine(url),
        make_engine(url, read_only=True),
        vault,
        clock,
        Outside.beside(folder / "keys.toml", vault.chain),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHENGXIN_HOME", str(folder / "home"))
        settings.cache_clear()
        marks = build(office, clock, towns)
        clock.on(AUTUMN)
        clock.now += timedelta(hours=1)
        with TestClient(create_app(office), base_url=ADDRESS, raise_server_exceptions=False) as client:
            yield World(office, marks, Desks(office, client), folder / "home")
    settings.cache_clear()
    office.dispose()
