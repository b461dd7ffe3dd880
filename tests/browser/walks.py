"""示范县和浏览器 (a demo county served to a browser): built once, stocked by its officers on the pages."""

from __future__ import annotations

import fcntl
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from integrity import sessions
from integrity.__main__ import app
from integrity.demo import sent
from integrity.office_terms import PushKind
from integrity.records.places import HouseholdPlace
from integrity.settings import ROOT, settings
from integrity.web.app import create_app
from integrity.work import Office, open_office
from tests.desk_office import Browser
from tests.test_exchange import FAMILY, workbook

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run"]  # fmt: skip
HANDLER, REVIEWER, APPROVER, INSPECTOR = "jb110001", "fh11000", "sp11000", "jd11000"
ASSISTANT, TOWN_HANDLER = "xl11111", "jb111111"
SYSTEM, SECURITY, AUDITOR = "xt11000", "aq11000", "sj11000"
EVERYBODY = (HANDLER, REVIEWER, APPROVER, INSPECTOR, ASSISTANT, SYSTEM, SECURITY, AUDITOR)
"""One of each role; the assistant is of a township, the others of the county."""
COUNTY, TOWN = "370811000000", "370811111000"
HOUSEHOLDS = 150
PUSHED = "tuisong.example.invalid"
"""Where the linked system of the demo is told that something changed; nothing is sent while the jobs rest."""
_DRAWN = io.BytesIO()
Image.new("RGB", (60, 40), "white").save(_DRAWN, "PNG")
PICTURE = _DRAWN.getvalue()
"""What stands for a scanned sheet."""


@dataclass
class County:
    """示范县 (the demo county): where it is served, who is logged in."""

    home: Path
    office: Office
    address: str = ""
    found: dict[str, list[str]] = field(default_factory=dict)
    """Pages at which an officer has something to do."""
    secrets: dict[str, str] = field(default_factory=dict)

    def secret(self, officer: str) -> str:
        """The session of an officer, opened the first time."""
        if officer not in self.secrets:
            with self.office.work(officer) as work:
                self.secrets[officer] = sessions.enter(work, officer, address="127.0.0.1")
        return self.secrets[officer]

    def context(self, chromium: Any, officer: str, **more: Any) -> Any:
        """A browser of its own in which the officer is logged in."""
        wide: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}
        context = chromium.new_context(base_url=self.address, **(wide | more))
        context.set_default_timeout(40_000)
        cookie = {"name": sessions.COOKIE, "value": self.secret(officer), "secure": True, "httpOnly": True}
        context.add_cookies([{**cookie, "domain": "127.0.0.1", "path": "/", "sameSite": "Strict"}])
        return context

    def proven_no_more(self, officer: str) -> None:
        """The password was typed a quarter of an hour ago."""
        with self.office.work(officer) as work:
            held = sessions.holder(work, self.secret(officer))
            assert held is not None
            session = work.session.merge(held.session)
            session.proven_at = work.now - timedelta(minutes=15)
            work.session.add(session)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A demo county of 150 households, stocked, and served by `chengxin serve` in a process of its own."""
    stocked, home = _stocked(tmp_path_factory), tmp_path_factory.mktemp("county") / "home"
    shutil.copytree(stocked / "home", home)
    with _opened(home) as office:
        made = County(home, office, found=json.loads((stocked / "found.json").read_text("utf-8")))
        with serving(home) as made.address:
            yield made


def _stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The county as each module finds it, and what is to be found in it: made by the process that comes first."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "stocked"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            _make(place.with_suffix(".new"))
            place.with_suffix(".new").rename(place)
    return place


def _make(place: Path) -> None:
    home = place / "home"
    shutil.rmtree(place, ignore_errors=True)  # of a process that did not come to its end
    home.mkdir(parents=True)
    with _opened(home, ["demo", "--households", str(HOUSEHOLDS)]) as office:
        made = County(home, office)
        stock(made)
    (place / "found.json").write_text(json.dumps(made.found), "utf-8")


@contextmanager
def _opened(home: Path, first: Sequence[str] = ()) -> Iterator[Office]:
    """The office of a home, after a command that sets it up."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CHENGXIN_HOME", str(home))
        patched.setenv("CHENGXIN_PUSH_HOSTS", PUSHED)
        settings.cache_clear()
        if first:
            done = CliRunner().invoke(app, list(first))
            assert done.exit_code == 0, done.output
        office = open_office(settings())
        try:
            yield office
        finally:
            office.dispose()
    settings.cache_clear()


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """`chengxin serve` in a process of its own, on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "integrity", "serve", "--port", str(port), "--no-jobs"]
    environment = {**os.environ, "CHENGXIN_HOME": str(home)}
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(2)
        assert server.wait(20) == 0, "Ctrl-C must end the server in order"


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def stock(county: County) -> None:
    """What a county at work has and a demo has not: evidence, sheets that were checked, an export, a notice posted."""
    with TestClient(create_app(county.office), base_url="http://127.0.0.1:8000") as client:
        handler, reviewer = (Browser(client, county.secret(one)) for one in (HANDLER, REVIEWER))
        waiting = [re.findall(r'href="/households/(SF[^"/]+)', handler.page(one)) for one in ("/", "/rechecks")]
        first, (number, other, third, *_) = waiting[0][0], dict.fromkeys(waiting[1])
        handler.done(f"/households/{first}/evidence", files={"files": ("现场.png", PICTURE, "image/png")})
        handler.done(f"/exports/new?what=recheck&area={TOWN}", {"reason": "入户核查用"})
        roll = workbook(county.home / "名册.xlsx", "roll", FAMILY).read_bytes()
        sheet = {"file": ("名册.xlsx", roll, "application/octet-stream")}
        checked = handler.done("/imports/roll/upload", files=sheet)
        county.found[HANDLER] = [checked, f"/households/{first}/evidence", f"/households/{number}/rechecks/results"]
        county.found[HANDLER] += [f"/households/{third}/rechecks/new", "/registers?kind=CN&since=2024-01-01"]
        county.found[HANDLER].append(_told(handler, first, number))
        county.found[REVIEWER] = [_visits(reviewer, number, other)]
        _posted(county, handler)
        told = {"officer": sent.SENDER, "url": f"https://{PUSHED}/", PushKind.STANDING.name.lower(): "yes"}
        Browser(client, county.secret(SYSTEM)).post_form("/pushes/new", told)
        auditor = Browser(client, county.secret(AUDITOR))
        asked = re.findall(r'href="(/audit/exports/new[^"]*)"', auditor.page(f"/audit?actor={HANDLER}"))
        auditor.done(unescape(asked[0]), {"reason": "年度安全检查"})
        run = re.findall(r'href="(/print/PC[^"/]+)"', handler.page("/print"))[0]
        handler.done(f"{run}/files/1", action=f"{run}/files/1/start")


def _posted(county: County, handler: Browser) -> None:
    """The aid of one household hangs on the board of its village."""
    with county.office.reading() as work:
        villages = work.session.exec(select(HouseholdPlace.area).order_by(HouseholdPlace.area)).all()
    for one in dict.fromkeys(villages):
        new = f"/postings/new?kind=RESULT&area={one}"
        if line := re.search(r'name="line" value="([^"]+)"', handler.page(new)):
            made = handler.post_form(new, {"line": line[1], "months": "3"})
            if made.status_code == 303:
                return


def _told(handler: Browser, printed: str, waits: str) -> str:
    """Two households are told of the policy: the paper of one waits, that of the other is printed; its address."""
    for number in (waits, printed):
        case = handler.done(
            f"/households/{number}/cases/new?procedure=COMMITMENT&step=EXPLAINED", {"member": "1", "occasion": "补签"}
        )
        paper = unescape(re.findall(rf'href="(/households/{number}/papers/[^"/]+)"', handler.page(case))[-1])
    handler.done(f"{paper}/print")
    return paper


def _visits(reviewer: Browser, *numbers: str) -> str:
    """Two officers are sent to some households; a list of rechecks was printed and came back."""
    for number in numbers:
        new = f"/households/{number}/rechecks/new"
        pair = re.findall(r'<option value="(jb1[0-9]+)"', reviewer.page(new))[:2]
        reviewer.done(new, dict(zip(("visitor_1", "visitor_2"), pair, strict=True)))
    reviewer.done("/rechecks/lists", {"town": TOWN})
    export = reviewer.done(f"/exports/new?what=recheck&area={TOWN}", {"reason": "入户核查时填写"})
    filled = reviewer.post_form(export, action=f"{export}/file").content
    return reviewer.done("/rechecks/results", files={"files": ("名单.xlsx", filled, "application/octet-stream")})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Chromium, without a network of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from playwright.sync_api import sync_playwright
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield one
        one.close()
