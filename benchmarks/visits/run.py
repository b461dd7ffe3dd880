"""One run: officers of every role at their pages, with time to think and without; what it took; the peer beside it."""

from __future__ import annotations

import random
import statistics
from pathlib import Path

import psutil

from integrity.database import upgrade
from integrity.vault import load_vault
from integrity.work import Office, make_engine

from . import furnishing, peer, servers, walks

THINK = (0.5, 2.0)
WARM = 60
"""Requests before the clock runs: each server has read its templates and rules."""


def office_of(url: str, home: Path) -> Office:
    """The same roll, from here; as the program of today wants it."""
    engine = make_engine(url)
    upgrade(engine)
    return Office(engine, make_engine(url, read_only=True), load_vault(home / "home" / "keys.toml"))


def serve_measure(url: str, home: Path, *, people: int, seconds: float, count: int, rounds: int) -> None:
    """Serve, visit, tell; then the lists as a peer pages them."""
    office = office_of(url, home)
    furnishing.furnish(office)
    with servers.serving(url, home, count) as served:
        for name, think in ((f"think {THINK[0]} to {THINK[1]} s", THINK), ("without a pause", (0.0, 0.0))):
            visitors = furnishing.visitors(office, people)
            walks.walk_all(visitors, [port for port, _ in served], seconds=30, think=(0.0, 0.1), most=WARM)
            taken = _Taken(served, servers.database_process(home, url))
            answers = walks.walk_all(visitors, [port for port, _ in served], seconds=seconds, think=think)
            print(f" {people} users, {count} server(s), {name}, {seconds:.0f} s", flush=True)
            told(answers)
            taken.told(answers.number, seconds)
    peer.compare(office, furnishing.visitors(office, 20), rounds, random.Random(7))
    office.dispose()


def grown(url: str, home: Path, requests: int, people: int) -> None:
    """Memory of one server after a thousand requests and after so many."""
    office = office_of(url, home)
    with servers.serving(url, home) as ((port, process),):
        visitors = furnishing.visitors(office, people)
        sizes = []
        for most in (1000, requests // 2, requests // 2):
            answers = walks.walk_all(visitors, [port], seconds=3600, think=(0.0, 0.0), most=most)
            sizes.append(servers.memory(process))
            print(
                f"  after {answers.number} more: {sizes[-1] / 2**20:.1f} MB, {len(answers.errors)} errors", flush=True
            )
    print(f"  growth after the first thousand: {sizes[-1] / sizes[0] - 1:+.1%}, in the second half: "
          f"{sizes[-1] / sizes[1] - 1:+.1%}")  # fmt: skip
    office.dispose()


class _Taken:
    """Processor time of servers and database from here on."""

    def __init__(self, served: list[tuple[int, psutil.Process]], database: list[psutil.Process]) -> None:
        self.servers, self.database = [one for _, one in served], database
        self.before = servers.processor(self.servers), servers.processor(database)

    def told(self, requests: int, seconds: float) -> None:
        """What a request cost."""
        own = servers.processor(self.servers) - self.before[0]
        other = servers.processor(self.database) - self.before[1]
        sizes = ", ".join(f"{servers.memory(one) / 2**20:.0f} MB" for one in self.servers)
        print(
            f"  {requests / seconds:.1f} requests/s; processor time a request: server {own / requests * 1000:.1f} ms, "
            f"database {other / requests * 1000:.1f} ms; memory {sizes}; machine load {psutil.getloadavg()[0]:.1f}",
            flush=True,
        )


def told(answers: walks.Answers) -> None:
    """p50, p95 and the longest of each page, the slowest first."""
    lines = []
    for page, seconds in answers.seconds.items():
        cut = statistics.quantiles(seconds, n=100, method="inclusive") if len(seconds) > 1 else seconds * 99
        lines.append((cut[94], cut[49], max(seconds), len(seconds), page))
    answered = [one for many in answers.seconds.values() for one in many]
    every = statistics.quantiles(answered, n=100, method="inclusive")
    for p95, p50, longest, number, page in sorted(lines, reverse=True):
        print(f"  {page:<22} {number:5} times  p50 {p50 * 1000:7.1f} ms   p95 {p95 * 1000:7.1f} ms   "
              f"max {longest * 1000:7.1f} ms   up to {answers.largest[page] / 1024:.0f} KB")  # fmt: skip
    print(f"  all: p50 {every[49] * 1000:.1f} ms, p95 {every[94] * 1000:.1f} ms, "
          f"{answers.number} requests, {len(answers.errors)} errors", flush=True)  # fmt: skip
    for one in sorted(set(answers.errors))[:10]:
        print("  ERROR", one)
