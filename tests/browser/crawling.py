"""逐页走访 (going through the pages): whatever an officer can reach by links and filters from the home page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

import httpx2
from starlette.routing import compile_path

from integrity import sessions
from integrity.web.declared import Door, doors

CHOICES = 2
"""Choices of a filter that are tried."""
_LINKS = re.compile(r'<(?:a|iframe|img|section)\b[^>]*?(?:href|src|hx-get)="(/[^"]*)"')
_ACTIONS = re.compile(r'<form\b(?=[^>]*method="post")[^>]*action="([^"]*)"')
_FILTERS = re.compile(r'<form\b(?=[^>]*method="get")[^>]*action="([^"]*)".*?</form>', re.S)
_SELECTS = re.compile(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.S)
_HEADINGS = re.compile(r"<h1[ >]")
_TITLE = re.compile(r"<title>([^<]+) - 诚信救助</title>")


class Seen(NamedTuple):
    """看到的一页 (a page that was looked at)."""

    officer: str
    route: str
    address: str


@dataclass
class Crawl:
    """走访 (a walk through all links of some officers)."""

    app: Any
    address: str
    pages: list[Seen] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.doors = [(one, compile_path(one.path)[0]) for one in self.ways_to_look()]

    def ways_to_look(self) -> list[Door]:
        """The routes that show something to whoever is logged in; not the interface for programs."""
        return [one for one in doors(self.app) if one.verb == "GET" and one.matter and not one.path.startswith("/api/")]

    def route(self, address: str) -> str:
        """The route of an address; "" for none."""
        path = unquote(urlsplit(address).path)
        return next((one.path for one, pattern in self.doors if pattern.match(path)), "")

    def go(self, officer: str, secret: str, *more: str, most: int = 1) -> None:
        """Look at the home page, at `more`, and at all that they lead to: at `most` addresses of one shape."""
        shapes: dict[tuple[str, ...], int] = defaultdict(int)
        todo, known = ["/", *more], {"/", *more}
        told = {"cookie": f"{sessions.COOKIE}={secret}"}
        with httpx2.Client(base_url=self.address, headers=told, timeout=60) as client:
            while todo:
                address = todo.pop(0)
                route = self.route(address)
                shape = (route, *sorted(re.findall(r"[?&]([a-z_]+)=", address)))
                if not route:
                    self._strange(officer, address)
                    continue
                if shapes[shape] >= (1 if route.endswith(("pdf", "{form}", "{end}", "template")) else most):
                    continue
                shapes[shape] += 1
                self.reached.add(route)
                found = [one for one in self._look(client, officer, route, address) if one not in known]
                known.update(found)
                todo += found

    def _strange(self, officer: str, address: str) -> None:
        if not address.startswith(("/static/", "/login")):
            self.wrong.append(f"{officer} {address}: leads nowhere")

    def _look(self, client: httpx2.Client, officer: str, route: str, address: str) -> list[str]:
        answer = client.get(address)
        if answer.status_code == 303:
            return [answer.headers["location"]]
        if answer.status_code != 200:
            self.wrong.append(f"{officer} {address}: {answer.status_code} {_said(answer.text)}")
            return []
        kind, way = (answer.headers.get(one, "") for one in ("content-type", "content-disposition"))
        if not kind.startswith("text/html") or way.startswith("attachment"):
            return []
        if "<html" in answer.text:
            self.pages.append(Seen(officer, route, address))
            self._judge(officer, address, answer)
        shown = [one for one in map(_plain, _ACTIONS.findall(answer.text)) if self.route(one)]
        return [*map(_plain, _LINKS.findall(answer.text)), *_filtered(answer.text), *shown]

    def _judge(self, officer: str, address: str, answer: Any) -> None:
        """What every page has, and none may have."""
        text = answer.text
        faults = [] if len(_HEADINGS.findall(text)) == 1 else ["not one h1"]
        faults += [] if _TITLE.search(text) else ["no title of its own"]
        faults += ["names a red line by a number that is our own"] if "红线第" in text else []
        faults += [] if answer.headers.get("cache-control") == "no-store" else ["may be kept by the browser"]
        faults += [f"inline {one}" for one in re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src)", text)]
        self.wrong += [f"{officer} {address}: {one}" for one in faults]


def _plain(address: str) -> str:
    return unescape(address).partition("#")[0]


def _filtered(text: str) -> Iterator[str]:
    """Each filter of a page with each of its first choices."""
    for form in _FILTERS.finditer(text):
        for name, choices in _SELECTS.findall(form[0]):
            for value in [one for one in re.findall(r'<option value="([^"]*)"', choices) if one][:CHOICES]:
                yield f"{_plain(form[1])}?{urlencode({name: unescape(value)})}"


def _said(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())[:200]
