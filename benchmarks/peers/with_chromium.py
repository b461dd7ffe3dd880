"""Chromium through playwright: our templates and style sheet, `page.pdf` on one page that is kept open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from reports import engine


def _launched(playwright: Playwright) -> Browser:
    """Playwright's own browser, else the system's."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    try:
        return playwright.chromium.launch(args=arguments)
    except Error:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        if found is None:
            raise ImportError("没有安装 Chromium") from None
        return playwright.chromium.launch(executable_path=found, args=arguments)


def styled(html: str) -> str:
    """A page with our style sheet in its head."""
    css = (engine.TEMPLATES / "style/letter.css").read_text("utf-8")
    return html.replace("</head>", f"<style>{css}.notice{{break-before:page}}</style></head>", 1)


@contextmanager
def printer() -> Iterator[Callable[[str], bytes]]:
    """One page to one PDF, in a browser that stays open. Untagged, which is faster and smaller."""
    with sync_playwright() as playwright:
        browser = _launched(playwright)
        page = browser.new_page()

        def print_one(html: str) -> bytes:
            page.set_content(html, wait_until="load")
            return page.pdf(prefer_css_page_size=True, print_background=True, tagged=False)

        yield print_one
        browser.close()
