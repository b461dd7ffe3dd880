"""A visitor at work: what he opens, in what proportion, and how long each answer took, errors kept apart."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from integrity.permissions import may
from integrity.sessions import COOKIE, form_token

from .furnishing import Visitor

SEARCHES = ("name", "surname", "pinyin", "initials", "last four", "number", "village")
OF_HOUSEHOLD = {"timeline": "record", "why": "why", "aid": "aid", "papers": "papers", "cases of one": "cases"}
LISTS = {
    "recommendations": "/recommendations", "rechecks": "/rechecks", "conduct": "/conduct", "cases": "/cases",
    "print": "/print", "postings": "/postings", "roll": "/search", "statistics": "/statistics",
}  # fmt: skip
_RIGHTS = {"print": "打印文书", "statistics": "制作台账报表"}
"""Lists that are not everybody's."""
WEIGHTS = {
    "home": 14, "tasks": 10, "search": 20, "household": 16, "of household": 16, "list": 14, "change": 4, "draft": 6,
}  # fmt: skip
_FOLLOWED = 0.3
"""How often somebody turns to the next page of a list."""


@dataclass
class Answers:
    """What came back: seconds and bytes by page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    largest: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, seconds: float, size: int) -> None:
        """An answer that was right."""
        with self.lock:
            self.seconds[page].append(seconds)
            self.largest[page] = max(self.largest[page], size)

    @property
    def number(self) -> int:
        """How many requests were answered."""
        return sum(map(len, self.seconds.values())) + len(self.errors)


class Walk:
    """One visitor's browser: a connection that stays open, a cookie, a token."""

    def __init__(self, visitor: Visitor, port: int, answers: Answers, seed: int) -> None:
        self.visitor, self.port, self.answers = visitor, port, answers
        self.chance = random.Random(seed)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.token = form_token(visitor.secret)
        self.tasks: list[str] = []

    def asked(self, page: str, path: str, form: dict[str, str] | None = None, *, wanted: int = 200) -> tuple[str, str]:
        """One request: its text, and where it leads to; an answer with another status is an error."""
        headers = {"cookie": f"{COOKIE}={self.visitor.secret}", "accept-encoding": "gzip"}
        body = None
        if form is not None:
            body = urlencode({"token": self.token} | form)
            headers["content-type"] = "application/x-www-form-urlencoded"
        started = time.perf_counter()
        status, to, content = self._sent("GET" if form is None else "POST", path, body, headers)
        seconds = time.perf_counter() - started
        if status in (wanted, 303):
            self.answers.note(page, seconds, len(content))
        else:
            with self.answers.lock:
                self.answers.errors.append(f"{status} {page} {path.split('?')[0]} {self.visitor.code}")
        return content.decode("utf-8", "replace"), to

    def _sent(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, str, bytes]:
        for again in (True, False):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                return answer.status, answer.headers.get("location", ""), answer.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.connection.close()  # the server closes what was quiet for some seconds
                if not again or method == "POST":
                    break
        return 0, "", b""

    def step(self) -> None:
        """One thing that an officer does."""
        what = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        {
            "home": self.home, "tasks": self.task, "search": self.search, "household": self.household,
            "of household": self.part, "list": self.listed, "change": self.change, "draft": self.draft,
        }[what]()  # fmt: skip

    def home(self) -> None:
        """待办."""
        shown, _ = self.asked("home", "/")
        self.tasks = re.findall(r'href="(/tasks/[^"?]+)"', shown) or self.tasks

    def task(self) -> None:
        """One of the groups that wait."""
        if not self.tasks:
            self.home()
        if self.tasks:
            self._turned("tasks", self.chance.choice(self.tasks))

    def _turned(self, page: str, path: str) -> None:
        """A list, and sometimes its next page."""
        shown, _ = self.asked(page, path)
        following = re.search(r'href="([^"]*[?;]after=[^"]+)"', shown)
        if following and self.chance.random() < _FOLLOWED:
            self.asked(f"{page}, next", following[1].replace("&amp;", "&"))

    def search(self) -> None:
        """The box: what was typed does not go into the address."""
        kind = self.chance.choice(SEARCHES)
        _, to = self.asked("search asked", "/search", {"q": self.visitor.asked(kind, self.chance)}, wanted=303)
        if to:
            _, to = self.asked(f"search: {kind}", to)
        if to:
            self.asked("household", to)

    def _number(self) -> str:
        return quote(self.chance.choice(self.visitor.numbers), safe="")

    def household(self) -> None:
        """A household."""
        self.asked("household", f"/households/{self._number()}")

    def part(self) -> None:
        """Another part of a household's page."""
        name = self.chance.choice(list(OF_HOUSEHOLD))
        self.asked(name, f"/households/{self._number()}/{OF_HOUSEHOLD[name]}")

    def listed(self) -> None:
        """A list of the menu."""
        name = self.chance.choice(list(LISTS))
        if name in _RIGHTS and not may(self.visitor.role, _RIGHTS[name]):
            name = "recommendations"
        self._turned(name, LISTS[name])

    def change(self) -> None:
        """Register a change: the form, then the form sent."""
        if not may(self.visitor.role, "登记变化"):
            self.household()
            return
        path = f"/households/{self._number()}/changes/new"
        shown, _ = self.asked("form", path)
        hidden = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', shown))
        form = {"kind": "REPORTED_CHANGE", "happened_on": "2026-11-02", "reported_on": "2026-11-03", "detail": "测速"}
        _, to = self.asked("change entered", path, {**hidden, **form}, wanted=303)
        if to:
            self.asked("household", to)

    def draft(self) -> None:
        """What the page keeps by itself while somebody types."""
        path = quote(f"/households/{self._number()}/changes/new", safe="")
        self.asked("draft kept", f"/drafts?form={path}", {"detail": "正在填写" * 20}, wanted=204)


def walk_all(
    visitors: list[Visitor], ports: list[int], *, seconds: float, think: tuple[float, float], most: int = 0
) -> Answers:
    """Everybody at once for so long, or until so many requests were answered."""
    answers, until = Answers(), time.monotonic() + seconds

    def worked(n: int) -> None:
        walk = Walk(visitors[n], ports[n % len(ports)], answers, 1000 + n)
        time.sleep(walk.chance.uniform(0, think[1]))
        while time.monotonic() < until and not (most and answers.number >= most):
            walk.step()
            time.sleep(walk.chance.uniform(*think))

    threads = [threading.Thread(target=worked, args=(n,)) for n in range(len(visitors))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return answers
