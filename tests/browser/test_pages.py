"""网页在浏览器中 (the pages in a browser): served as in an office, seen on a desk and on a telephone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.settings import ROOT, settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run"]  # fmt: skip
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A demo county of 20 households, and a list newer than any that its jobs have made."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CHENGXIN_HOME", str(home))
        settings.cache_clear()
        done = CliRunner().invoke(app, ["demo", "--households", "20"])
        assert done.exit_code == 0, done.output
        made = home / "papers" / "2099-01-01"
        made.mkdir(parents=True)
        (made / "核查名单-试验镇.pdf").write_bytes(b"%PDF-1.7 for the list of files only")
        yield home
    settings.cache_clear()


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    """`chengxin serve` in a process of its own, on a free port."""
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


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium, without a network of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from playwright.sync_api import sync_playwright
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield one
        one.close()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("path", ["/", "/docs", "/papers/2099-01-01/none.pdf"])
def test_a_page_is_readable_and_nothing_is_blocked(
    browser: object, address: str, path: str, width: int, height: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})  # type: ignore[attr-defined]
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + path)
    assert all(url.startswith((address, "data:")) for url in asked), "nothing may come from outside"
    refused = [text for text in said if "404" not in text]  # the browser notes the answer to a page that is not there
    assert not refused
    assert page.locator("h1").count() == 1
    assert page.evaluate("getComputedStyle(document.querySelector('header')).backgroundColor") == "rgb(0, 70, 184)"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "no sideways scrolling of the page"
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 16
    shots = os.environ.get("CHENGXIN_SHOTS")
    if shots:
        page.screenshot(path=f"{shots}/{path.strip('/').replace('/', '-') or 'home'}-{width}.png", full_page=True)
    page.close()


def test_the_overview_shows_jobs_papers_and_health(browser: object, address: str) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(address + "/")
    text = page.inner_text("main")
    for word in ("户已评估", "全员评估", "只追加保护齐全", "核查名单-试验镇.pdf", "完成"):
        assert word in text
    link = page.locator("a", has_text="核查名单").get_attribute("href")
    with urlopen(address + link, timeout=10) as answer:
        assert answer.read().startswith(b"%PDF")
    page.close()
