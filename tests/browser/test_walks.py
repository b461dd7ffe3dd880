"""办事的走法 (walks through the pages): as people go, from the home page, with the keyboard, a telephone, no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from integrity.demo.logins import PASSWORD
from tests.browser.walks import (
    APPROVER,
    CHROMIUM,
    HANDLER,
    PICTURE,
    REVIEWER,
    County,
    chromium,
    county,
)

__all__ = ["chromium", "county"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")
MOST_TABS = 120


class Keys:
    """键盘 (the keyboard): everything is done by keys, and counted; the mouse is never used."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def type(self, text: str) -> None:
        """Type a text into what has the focus."""
        self.page.keyboard.insert_text(text)
        self.count += len(text)

    def to(self, where: Any) -> None:
        """Go on by Tab until the focus is there."""
        for _ in range(MOST_TABS):
            if where.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not come to {where}")

    def find(self, text: str) -> None:
        """Look for a household from any page."""
        self.press("/")
        self.type(text)
        self.press("Enter")
        self.page.wait_for_url("**/households/*")

    def follow(self, name: str) -> None:
        """Skip to the text of the page and follow a link in it."""
        self.page.evaluate("document.activeElement.blur()")
        self.press("Tab", "Enter")  # 跳到正文
        self.to(self.page.get_by_role("link", name=name, exact=True).first)
        self.press("Enter")


@pytest.fixture
def on(county: County, chromium: Any) -> Iterator[Any]:
    """A page of an officer: `on(officer, width=…)`; anything on its console is a fault."""
    open_, said = [], []

    def opened(officer: str, **more: Any) -> Any:
        context = county.context(chromium, officer, **more)
        open_.append(context)
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.goto("/")
        return page

    yield opened
    for one in open_:
        one.close()
    assert not [one for one in said if "status of 4" not in one], said  # a form that is refused is told as 422


def waiting(page: Any, group: str, nth: int = 0) -> str:
    """From the home page to one of those who wait in a group; whose number it is."""
    page.goto("/")
    page.locator(".figures a", has_text=group).click()
    row = page.locator("tbody tr").nth(nth)
    number = re.search(r"SF\d+", row.inner_text())
    assert number is not None
    row.get_by_role("link").last.click()
    return number[0]


def test_a_commitment_by_keyboard_alone(on: Any, tmp_path: Any) -> None:
    (tmp_path / "承诺书.png").write_bytes(PICTURE)
    page = on(HANDLER)
    page.locator(".figures a", has_text="到期核查").click()
    head, number = page.locator("tbody tr").nth(2).locator("td").all_inner_texts()[:2]
    page.goto("/")
    keys = Keys(page)
    keys.find(number)
    keys.follow("诚信承诺")
    page.wait_for_url("**/commitments/new")
    keys.press("Control+s")  # member, occasion and who explains are filled in
    page.wait_for_url("**/commitments/new/scan*")
    assert page.evaluate("document.activeElement.textContent").startswith("打开承诺书打印")
    with page.context.expect_page() as printed:
        keys.press("F9")
    assert printed.value.url.endswith("/pdf") or "pdf" in printed.value.url
    printed.value.close()
    page.bring_to_front()
    keys.to(page.locator("#f-files"))
    page.locator("#f-files").set_input_files(tmp_path / "承诺书.png")  # the dialogue of the system is not ours
    keys.press("Control+s")
    page.wait_for_url(f"**/households/{number}")
    assert "已登记诚信承诺：第" in page.inner_text(".said")
    assert head in page.inner_text("h1")
    print(f"commitment: {keys.count} keys")
    assert keys.count <= 90


def test_a_fact_of_default_by_keyboard_alone(on: Any) -> None:
    page = on(HANDLER)
    keys = Keys(page)
    page.locator(".figures a", has_text="到期核查").click()
    number = page.locator("tbody tr").first.locator("td").nth(1).inner_text()
    keys.find(number)
    keys.follow("守信失信事实")
    page.wait_for_url("**/conduct/new")
    keys.follow("登记失信事实")
    page.wait_for_url("**/default/evidence")
    assert page.evaluate("document.activeElement.id") == "f-member"
    keys.press("ArrowDown", "Enter")
    keys.press(*"F09", "Enter")  # the letters find the item in the list
    assert page.locator("#f-item option:checked").inner_text().startswith("F09")
    keys.type("2026-10-20")
    keys.press("Enter", "Enter", "Enter")
    keys.type("入户")
    keys.press("Enter")
    keys.type("隐瞒10月的工资收入")
    keys.press("Control+s")
    page.wait_for_url(re.compile(r"/conduct/\d+$"))
    assert "已登记失信事实" in page.inner_text(".said")
    assert "没有认定" in page.inner_text("main")
    print(f"fact: {keys.count} keys")
    assert keys.count <= 110


@pytest.mark.parametrize("script", [True, False])
def test_a_recommendation_is_answered_from_the_home_page(on: Any, script: bool) -> None:
    page, passed = on(REVIEWER, java_script_enabled=script), 0
    number = waiting(page, "审核意见")
    assert number in page.inner_text("h1")
    while not page.get_by_role("radio", name="采纳“").count():  # 人工复核: nothing is recommended
        number = waiting(page, "审核意见", passed := passed + 1)
    page.get_by_role("button", name="登记审核意见").click()
    assert "处需要改正" in page.inner_text("#errors h2")
    page.locator("#errors a").first.click()
    assert page.evaluate("document.activeElement.type") == "radio", "the link goes to the field"
    page.get_by_role("radio", name="采纳“").first.check()
    page.get_by_label("理由").last.fill("收入经核实，养老金按月发放")
    page.get_by_role("button", name="登记审核意见").click()
    page.wait_for_url(f"**/households/{number}/cases/*")
    assert "已登记审核意见并立案" in page.inner_text(".said")


@pytest.mark.parametrize("script", [True, False])
def test_a_visit_is_told_on_a_telephone(on: Any, script: bool) -> None:
    page = on(REVIEWER, viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=script)
    page.locator(".menu-small summary").tap()
    page.locator(".menu-small a", has_text="核查名单").tap()
    page.wait_for_url("**/rechecks")
    page.locator("tbody tr", has_text="已指派").get_by_role("link").first.tap()
    page.wait_for_url("**/rechecks/results")
    number = re.search(r"SF\d+", page.inner_text("h1"))
    assert number is not None
    page.get_by_label("家中无人" if script else "无明显变化").check()
    if not script:
        page.get_by_label("见到的人").fill("户主")
        page.get_by_label("了解的情况").fill("收入没有变化")
        page.get_by_label("结论的理由").fill("收入没有变化")
    if script:
        page.context.set_offline(True)
        page.get_by_role("button", name="登记结果").tap()
        page.wait_for_selector("text=现在连接不上")
        assert page.get_by_label("家中无人").is_checked(), "nothing that was typed is lost"
        page.context.set_offline(False)
    page.get_by_role("button", name="登记结果").tap()
    page.wait_for_url(f"**/households/{number[0]}/cases/*")
    assert page.inner_text(".said").startswith("已登记")


def test_a_decision_asks_for_the_password_and_keeps_what_was_typed(on: Any, county: County) -> None:
    page = on(APPROVER)
    county.proven_no_more(APPROVER)
    page.get_by_role("link", name="查找家庭").first.click()
    page.locator("tbody tr", has_text="不在救助").first.get_by_role("link").click()
    page.get_by_role("link", name="补录原有的救助").click()
    page.get_by_label("最低生活保障", exact=True).check()
    page.locator("#f-decided_on").fill("2026-09-15")
    page.locator("#f-effective_on").fill("2026-10-01")
    page.locator("#f-amount").fill("500")
    page.get_by_role("button", name="补录").click()
    page.wait_for_url("**/login/prove*")
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/grants/new")
    assert page.locator("#f-amount").input_value() == "500", "nothing that was typed is lost"
    page.get_by_role("button", name="补录").click()
    page.wait_for_url(re.compile(r"/households/SF\d+(/aid)?$"))
    assert "500.00" in page.inner_text("main")


def test_a_draft_outlives_the_browser(on: Any) -> None:
    page = on(HANDLER)
    page.clock.install()
    page.goto("/households/new")
    page.get_by_label("户编号").fill("SF9000001")
    page.locator("#f-address").fill("试验村9号")
    with page.expect_response(re.compile("/drafts")) as kept:
        page.clock.fast_forward(10_100)
    assert kept.value.ok
    page.context.close(reason="the machine was switched off")
    again = on(HANDLER)
    again.goto("/households/new")
    assert "已取回" in again.inner_text("form.entry .note")
    assert again.get_by_label("户编号").input_value() == "SF9000001"
    assert again.locator("#f-address").input_value() == "试验村9号"
    again.get_by_role("button", name="不要草稿").click()
    assert again.get_by_label("户编号").input_value() == ""


def test_large_type_fits(on: Any) -> None:
    page = on(HANDLER)
    with page.expect_navigation():
        page.get_by_role("button", name="大字").click()
    for path in ("/", "/households/new", "/rechecks", "/search"):
        page.goto(path)
        assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 22
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 768})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width}"
    with page.expect_navigation():
        page.get_by_role("button", name="标准字").click()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") == 16


def test_after_logging_out_nothing_can_be_seen_by_going_back(chromium: Any, county: County) -> None:
    context = chromium.new_context(base_url=county.address)
    page = context.new_page()
    page.goto("/search")
    row = page.locator("tr", has_text="jd11000")
    row.get_by_role("button").click()
    page.wait_for_url("**/search")
    page.locator("tbody a").first.click()
    page.wait_for_url("**/households/*")
    head = page.inner_text("h1").partition("户")[0]
    assert "*" in head, "who only watches sees no whole name"
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login*")
    page.go_back()
    page.wait_for_url("**/login*")
    assert head not in page.content()
    assert page.inner_text("h1") == "登录"
    context.close()
