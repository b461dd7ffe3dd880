"""网页在浏览器中 (the pages in a browser): every page of the program, as in an office, on a desk and on a telephone."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

from integrity.web.app import create_app
from integrity.web.assets import asset
from integrity.web.fetch import PIECES, content
from tests.browser.crawling import Crawl, Seen
from tests.browser.walks import (
    ARGUMENTS,
    AUDITOR,
    CHROMIUM,
    EVERYBODY,
    HANDLER,
    REVIEWER,
    SYSTEM,
    County,
    chromium,
    county,
)

__all__ = ["ARGUMENTS", "CHROMIUM", "chromium", "county"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")
AXE = next(one for one in PIECES if one.name == "axe.js")
AXED = """axe.run(document, {resultTypes: ["violations"], iframes: false, runOnly: {type: "tag",
  values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}).then(all => all.violations)"""
KEYS = """() => {
  const wrong = [], seen = one => one.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
  const named = one => one.outerHTML.slice(0, 120);
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (one.tabIndex > 0) wrong.push(`has its own order: ${named(one)}`);
    if (one.type === "hidden" || one.disabled || one.tabIndex < 0 || !seen(one)) continue;
    one.focus();
    if (document.activeElement !== one) { wrong.push(`not to be reached by keys: ${named(one)}`); continue; }
    const style = getComputedStyle(one), line = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    if (!line && style.boxShadow === "none") wrong.push(`does not show that it is chosen: ${named(one)}`);
  }
  for (const one of document.forms)
    if (![...one.elements].some(each => each.type === "submit")) wrong.push(`no button: ${named(one)}`);
  return wrong;
}"""
"""Whatever can be used is reached by keys and shows it; each form has a button, for whoever has no script."""
WIDTHS = (1366, 683, 390)
"""A desk, the same at 200 %, a telephone."""
LETTERS, LIGHT = 16, 150_000
UNSEEN = {
    "/account/password": "示范账户不能修改密码", "/account/telephone": "示范账户不启用动态码", "/account/codes": "同上",
    "/print/{number}/lay-out": "册都已经制成", "/print/{number}/papers/{no}/again": "还没有打印过的文书",
    "/print/{number}/papers/{no}/again/pdf": "同上", "/print/{number}/files": "局部更新，册都已经制成",
    "/recommendations/batch": "没有可以成批的建议", "/print/find": "填写文号以后", "/imports/{batch_id}": "没有导入过",
    "/imports/{batch_id}/undo": "同上", "/households/{number}/rechecks/conclusion": "入户以后",
    "/accounts/addresses/{address}": "没有锁定的地址", "/rechecks/results/{token}/marked": "没有填错的行",
    "/statistics/progress": "一百五十户的数字当时就有",
}  # fmt: skip
"""Pages to which nothing in the demo county leads, and why; each is gone through by the tests of its own kind."""


@pytest.fixture(scope="module")
def crawl(county: County) -> Crawl:
    """All that every role can reach from its home page."""
    made = Crawl(create_app(county.office), county.address)
    for officer in EVERYBODY:
        most = 2 if officer in (HANDLER, REVIEWER) else 1
        made.go(officer, county.secret(officer), *county.found.get(officer, ()), most=most)
    return made


def test_no_link_leads_into_a_wall_and_every_page_is_reached(crawl: Crawl) -> None:
    assert not crawl.wrong, "\n".join(crawl.wrong)
    missing = {one.path for one in crawl.ways_to_look()} - crawl.reached - set(UNSEEN)
    assert not missing, f"pages to which no link leads: {sorted(missing)}"
    assert len(crawl.pages) > 300, "or the walk went nowhere"


class Looker:
    """An officer's browser, which looks at one page after the other, and all that is wrong with them."""

    def __init__(self, context: Any, ours: str) -> None:
        context.route(_SHEET, lambda asked: asked.fulfill(content_type="text/html", body=_EMPTY))
        context.route(_AXE_PATH, lambda asked: asked.fulfill(content_type="text/javascript", body=content(AXE)))
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.on("console", lambda said: self.wrong.append(f"console: {said.text}"))
        self.page.on("pageerror", lambda said: self.wrong.append(f"error: {said}"))
        self.page.on("request", lambda one: self._asked(one.url, ours))

    def _asked(self, url: str, ours: str) -> None:
        """Nothing may come from outside."""
        if not url.startswith((ours, "data:")):
            self.wrong.append(f"asks {url}")

    def faults(self, seen: Seen) -> list[str]:
        """What is wrong at each width, and what axe-core finds."""
        self.wrong = []
        self.page.goto(seen.address)
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 844 if width < 400 else 768})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            self.wrong += [f"{wide} px wide on a screen of {width}"] if wide > width else []
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 768})
        size = self.page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
        self.wrong += [f"letters of {size} px"] if size < LETTERS else []
        self.page.keyboard.press("Tab")
        self.wrong += self.page.evaluate(KEYS)
        self.wrong += self._axe()
        _shoot(self.page, seen)
        return [f"{seen.officer} {seen.address}: {one}" for one in self.wrong]

    def _axe(self) -> list[str]:
        """Faults of access that axe-core calls serious or critical, contrast among them."""
        self.page.add_script_tag(url=_AXE_PATH)
        found = self.page.evaluate(AXED)
        return [
            f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:2]]}"
            for one in found if one["impact"] in ("serious", "critical")
        ]  # fmt: skip


_SHEET, _EMPTY = re.compile(r"/pdf(\?|$)"), "<!doctype html><title>.</title>"
"""A paper shown within a page: the viewer of the browser is none of ours, and slow."""
_AXE_PATH = "/static/axe.js"
"""Where the browser finds axe-core: as a file, so that it is made ready once and not for each page."""


def _shoot(page: Any, seen: Seen) -> None:
    if shots := os.environ.get("CHENGXIN_SHOTS"):
        page.screenshot(path=f"{shots}/{seen.route.strip('/').replace('/', '-') or 'home'}.png", full_page=True)


@pytest.mark.skipif(not content(AXE), reason="set-up could not fetch axe-core")
def test_every_page_is_whole_at_every_width_and_open_to_everybody(chromium: Any, county: County, crawl: Crawl) -> None:
    every = list({one.route: one for one in reversed(crawl.pages)}.values())
    assert len(every) > 75, "as many pages as the program has"
    contexts = {who: county.context(chromium, who, reduced_motion="reduce") for who in {one.officer for one in every}}
    lookers = {who: Looker(context, county.address) for who, context in contexts.items()}
    wrong = [fault for one in every for fault in lookers[one.officer].faults(one)]
    for one in contexts.values():
        one.close()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("officer", [HANDLER, REVIEWER, SYSTEM, AUDITOR])
def test_a_first_visit_is_light(chromium: Any, county: County, officer: str) -> None:
    context = county.context(chromium, officer)
    page = context.new_page()
    sizes: list[int] = []
    page.on("requestfinished", lambda one: sizes.append(one.sizes()["responseBodySize"]))
    page.goto("/", wait_until="networkidle")
    assert len(sizes) >= 5, "the page, its styles, its scripts, its mark"
    assert sum(sizes) <= LIGHT
    assert asset("app.css") in page.content()
    context.close()


def test_a_page_that_is_not_there_and_one_that_is_not_mine(chromium: Any, county: County) -> None:
    context = county.context(chromium, SYSTEM)
    page = context.new_page()
    for path, status, title in (("/nothing", 404, "没有找到"), ("/cases", 403, "没有权限")):
        assert page.goto(path).status == status
        assert page.locator("h1").inner_text() == title
        assert page.locator("main a").count() >= 1, "a way on"
    context.close()
