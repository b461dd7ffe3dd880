"""网页的样子 (the look of the pages): borrowed files proven, one demonstration page seen, typed into and checked."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import socket
import tarfile
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, FileSystemLoader
from starlette.testclient import TestClient

from integrity.rules.procedure import Obstacle
from integrity.terms import Role
from integrity.web import assets, fetch, shell
from integrity.web.forms import Field, Form, read
from integrity.web.forms import Sent as SentForm
from integrity.web.guard import Guarded

TABLER, HTMX, AXE = fetch.PIECES
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
             "--disable-sync", "--no-first-run"]  # fmt: skip
FIRST_PAGE = 150 * 1024
SERIOUS = ("serious", "critical")
FIELDS = (
    Field("head", "户主姓名", "text", max_length=50, hint="与身份证一致，生僻字可以复制进来"),
    Field("signed_on", "签订日期", "date", hint="如 2026-09-21"),
    Field("scheme", "救助种类", "choice", choices=(("DIBAO", "最低生活保障"), ("TEKUN", "特困人员救助供养"))),
    Field("amount", "月保障金额", "fen"),
    Field("way", "送达方式", "radio", choices=(("HAND", "直接送达"), ("POST", "邮寄送达"))),
    Field("heard", "是否听取意见", "yes"),
    Field("read_aloud", "已当面宣读承诺内容", "tick", required=False),
    Field("persons", "共同生活人数", "count"),
    Field("reason", "理由", "area", required=False, max_length=2000),
    Field("photo", "照片", "files", required=False, accept="image/*"),
)
ROWS = [
    SimpleNamespace(id=n, name=f"赵*{n}", matter="听取意见", days=n - 4, fen=86050 * n, state="办理中", colour="blue")
    for n in range(1, 9)
]


def packed(kind: str, source: fetch.Source, content: bytes, into: Path) -> None:
    """A package of a kind that carries a piece."""
    if kind == "pip":
        with zipfile.ZipFile(into / source.file, "w") as wheel:
            wheel.writestr(source.inside, content)
        return
    with tarfile.open(into / source.file, "w:gz") as tar:
        told = tarfile.TarInfo(source.inside)
        told.size = len(content)
        tar.addfile(told, io.BytesIO(content))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty asset folder, and a folder for packages beside it."""
    monkeypatch.setenv("CHENGXIN_ASSETS", str(tmp_path / "assets"))
    packages = tmp_path / "packages"
    packages.mkdir()
    return packages


@pytest.mark.parametrize("kind", ["pip", "npm"])
def test_pieces_come_out_of_a_folder_of_either_kind_of_package(kind: str, elsewhere: Path) -> None:
    kept = {piece.name: Path(fetch.fonts.ROOT / ".assets" / "web" / piece.name).read_bytes() for piece in fetch.PIECES}
    for piece in fetch.PIECES:
        packed(kind, next(one for one in piece.sources if one.client == kind), kept[piece.name], elsewhere)
    assert fetch.install(elsewhere)
    assert fetch.content(TABLER) == kept["tabler.css"]
    assert not fetch.content(AXE), "what only tests use is fetched for tests only"
    assert not fetch.install(elsewhere), "the second time there is nothing to do"
    assert fetch.install(elsewhere, tests=True)
    HTMX.path.write_bytes(kept["htmx.js"] + b"alert(1)")
    assert not fetch.content(HTMX), "what was altered is not used"
    assert fetch.install(elsewhere), "and is fetched again"


def test_a_piece_that_is_not_what_was_pinned_is_not_used(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = TABLER.sources
    packed("pip", first, b"body{background:url(//x)}", elsewhere)
    (elsewhere / second.file).write_bytes(b"not a package")
    assert fetch.main([str(elsewhere)]) == 1
    said = capsys.readouterr().err
    for word in ("没有装好", "Tabler 1.4.0", "与登记的指纹不符", "已损坏", "python -m integrity.web.fetch 文件夹"):
        assert word in said
    assert not TABLER.path.exists()
    for source in TABLER.sources:
        (elsewhere / source.file).unlink()
    with pytest.raises(fetch.FetchFailed, match=r"没有 django_jazzy_tabler.*没有 tabler-core"):
        fetch.install(elsewhere)


def test_an_asset_is_kept_for_a_year_under_an_address_that_names_its_content() -> None:
    application = FastAPI()
    application.include_router(assets.router)
    client = TestClient(application, raise_server_exceptions=False)
    for name in ("tabler.css", "htmx.js", "app.css", "app.js", "mark.svg"):
        found = assets.assets()[name]
        plain = client.get(assets.asset(name), headers={"accept-encoding": "identity"})
        small = client.get(assets.asset(name), headers={"accept-encoding": "gzip"})
        assert plain.content == small.content == found.content == gzip.decompress(found.packed)
        assert small.headers["content-encoding"] == "gzip"
        assert small.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (small.headers["content-type"], small.headers["vary"]) == (found.kind, "accept-encoding")
    assert assets.lacking() == ()
    for wrong in ("/static/0000000000000000/app.css", "/static/x/..%2Fassets.py", assets.asset("axe.js")):
        assert client.get(wrong).status_code >= 400


@pytest.mark.parametrize("name", ["app.css", "app.js", "tabler.css", "htmx.js"])
def test_an_asset_asks_for_nothing_from_elsewhere(name: str) -> None:
    text = assets.assets()[name].content.decode()
    assert "@import" not in text
    assert "@font-face" not in text
    assert "url(http" not in text.replace('"', "").replace("'", "")
    if name.startswith("app"):
        assert "//" not in text.replace("// ", "")
        assert "eval(" not in text
        assert "innerHTML" not in text


def demonstration(form: Form, *, large: bool = False) -> str:
    """The page that shows every part."""
    pages = shell.pages().overlay(
        loader=ChoiceLoader([FileSystemLoader(shell.PAGES), FileSystemLoader(Path(__file__).parent)])
    )
    officer = SimpleNamespace(name="李明", role=Role.HANDLER, area="370811001000")
    return pages.get_template("demonstration.html").render(
        officer=officer, area_name="试验镇", menu=MENU, token="t", flash="已登记承诺书", large=large, form=form,
        rows=ROWS, crumbs=[("待办", "/"), ("登记家庭", "")],
        reasons=(Obstacle("unheard", "还没有听取意见，不能决定", "《社会救助法》第五十条"),),
    )  # fmt: skip


MENU = [
    ("办理", [("待办", "/", False, "20"), ("登记家庭", "/households/new", True, None)]),
    ("数据", [("导入", "/imports", False, None), ("月报季报", "/statistics", False, None)]),
]


class Desk(SimpleNamespace):
    """What the browser sent to the demonstration."""

    taken: list[dict[str, str]]
    drafts: list[dict[str, str]]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """The demonstration page served under the policy of the application, and what was sent to it."""
    desk = Desk(taken=[], drafts=[], address="")
    application = FastAPI()
    application.include_router(assets.router)

    @application.get("/")
    def show(large: bool = False, drafted: str = "") -> HTMLResponse:
        form = Form(FIELDS, {}, "key", "token", draft=drafted)
        return HTMLResponse(demonstration(form, large=large))

    @application.post("/taken")
    async def take(request: Request) -> HTMLResponse:
        async with request.form() as form:
            sent = {name: value for name, value in form.items() if isinstance(value, str)}
        desk.taken.append(sent)
        time.sleep(0.2)  # long enough to press the button again
        return HTMLResponse(demonstration(read(FIELDS, SentForm({n: (v,) for n, v in sent.items()}))), status_code=422)

    @application.post("/drafts")
    @application.post("/drafts/drop")
    async def keep(request: Request) -> Response:
        async with request.form() as form:
            said = {name: str(value) for name, value in form.items()}
        told = {"header": request.headers.get("x-form-token", ""), "name": request.query_params["form"]}
        desk.drafts.append(said | told)
        return Response(status_code=204)

    guarded = Guarded(application, lambda path, status, message: Response(message, status))
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(guarded, log_level="error", lifespan="off"))
        running = threading.Thread(target=server.run, kwargs={"sockets": [place]})
        running.start()
        desk.address = f"http://127.0.0.1:{place.getsockname()[1]}"
        until = time.monotonic() + 10
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield desk
        server.should_exit = True
        running.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a network of its own."""
    if CHROMIUM is None:
        pytest.skip("no browser on this machine: make test installs one")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from playwright.sync_api import sync_playwright
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield one
        one.close()


@pytest.fixture
def page(browser: Any, desk: Desk) -> Iterator[Any]:
    """A tab in which nothing may be refused by the policy and no script may fail."""
    tab = browser.new_page(viewport={"width": 1366, "height": 768})
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text) if "status of 422" not in message.text else None)
    tab.on("pageerror", lambda error: said.append(str(error)))
    desk.taken.clear()
    desk.drafts.clear()
    yield tab
    tab.close()
    assert not said


def findings(page: Any) -> list[str]:
    """What axe-core finds that is serious, with the place."""
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in page.evaluate("axe.run()")["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(
    ("name", "width", "path", "wrong"),
    [
        ("desk", 1366, "/", False), ("zoomed", 683, "/", True), ("telephone", 360, "/", False),
        ("large", 1366, "/?large=true", True),
    ],
)  # fmt: skip
def test_the_page_is_readable_at_every_size(
    browser: Any, desk: Desk, name: str, width: int, path: str, wrong: bool
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 768}, bypass_csp=True)
    page = context.new_page()
    page.goto(desk.address + path)
    least = 16 * (1.25 if name == "large" else 1)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= least
    if wrong:
        page.locator(".entry [type=submit]").click()
        page.wait_for_selector("#errors")
    page.add_script_tag(content=fetch.content(AXE).decode())
    assert not findings(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width, "no sideways scrolling of the page"
    assert page.locator(".menu").is_visible() == (width > 900)
    assert page.locator(".menu-small").is_visible() == (width <= 900)
    shots = os.environ.get("CHENGXIN_SHOTS")
    if shots:
        page.screenshot(path=f"{shots}/{name}.png", full_page=True)
    context.close()


def test_the_first_page_is_small_and_comes_from_here(page: Any, desk: Desk) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(desk.address)
    assert all(url.startswith((desk.address, "data:")) for url in asked)
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map((one) => [one.name, one.transferSize])"
    )
    assert {name.rsplit("/", 1)[1] for name, _ in sizes} >= {"", "tabler.css", "htmx.js", "app.css", "app.js"}
    assert 60_000 < sum(size for _, size in sizes) <= FIRST_PAGE
    assert page.evaluate("[htmx.config.historyCacheSize, htmx.config.allowEval, htmx.version]") == [0, False, "2.0.10"]


def test_a_form_is_filled_in_by_keyboard_and_sent_once(page: Any, desk: Desk) -> None:
    page.goto(desk.address)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.focus("#f-head")
    page.keyboard.type("张三")
    visited = []
    for _ in range(8):
        page.keyboard.press("Enter" if len(visited) < 7 else "Tab")
        visited.append(page.evaluate("document.activeElement.id"))
    names = ["signed_on", "scheme", "amount", "way", "heard", "read_aloud", "persons", "reason"]
    assert visited == [f"f-{name}" for name in names]
    page.keyboard.press("Control+s")
    page.keyboard.press("Control+s")
    page.wait_for_selector("#errors")
    assert len(desk.taken) == 1
    assert {name: desk.taken[0][name] for name in ("head", "token", "key")} == {
        "head": "张三", "token": "token", "key": "key",
    }  # fmt: skip
    assert page.evaluate("document.activeElement.id") == "errors", "what is wrong is read out first"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-signed_on"
    assert page.locator("#f-head").input_value() == "张三", "nothing that was typed is lost"
    assert "f-signed_on-error" in page.get_attribute("#f-signed_on", "aria-describedby")


def test_what_was_typed_is_kept_every_ten_seconds_and_not_left_by_accident(page: Any, desk: Desk) -> None:
    page.clock.install()
    page.goto(desk.address)
    page.fill("#f-head", "李四")
    page.clock.run_for(9_000)
    assert not desk.drafts
    with page.expect_response(lambda answer: "/drafts?" in answer.url):
        page.clock.run_for(2_000)
    page.wait_for_function("document.querySelector('[data-kept]').textContent.startsWith('草稿已保存')")
    assert {name: desk.drafts[0][name] for name in ("head", "token", "header", "name")} == {
        "head": "李四", "token": "token", "header": "token", "name": "/households/new?area=3708",
    }  # fmt: skip
    page.clock.run_for(30_000)
    assert len(desk.drafts) == 1, "what did not change is not sent again"
    page.fill("#f-persons", "3")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("a.brand").click()
    assert asked == ["beforeunload"]


def test_the_page_works_without_scripts(browser: Any, desk: Desk) -> None:
    desk.taken.clear()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(desk.address)
    assert not page.locator("[data-copy]").is_visible(), "what needs a script is not shown"
    page.locator(".menu-small summary").click()
    assert page.locator(".menu-small a", has_text="月报季报").is_visible()
    page.fill("#f-head", "王五")
    page.locator(".entry [type=submit]").click()
    assert page.locator(".errors").is_visible()
    assert desk.taken[0]["head"] == "王五"
    page.locator(".errors a").first.click()
    assert page.url.endswith("#f-signed_on")
    desk.drafts.clear()
    page.goto(desk.address + "/?drafted=2026-11-22")
    with page.expect_response(lambda answer: "/drafts/drop?" in answer.url):
        page.get_by_role("button", name="不要草稿").click()
    assert desk.drafts == [{"token": "token", "next": "/taken", "header": "", "name": "/households/new?area=3708"}]
    context.close()
