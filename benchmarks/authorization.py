"""Ten thousand requests of officers about what is not theirs: nothing may leak, not even in the time of an answer.

    python -m benchmarks.authorization [--requests 10000] [--seed 1]

Routes, officers, households and areas are drawn; each request about another area has a twin about what does not exist
(tests/area_requests.py). The times are those of a household elsewhere and of none, asked by turns.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from integrity.database import upgrade
from integrity.work import make_engine
from tests.area_requests import Asker, fake
from tests.counties_open import World, opened
from tests.two_counties import FAR

ROUNDS = 300


def ask(world: World, requests: int, seed: int) -> int:
    """Ask, and print what leaked; how many requests were wrong."""
    asker, wrong, begun = Asker(world.office, world.desks, world.marks, seed, press=0.01), 0, time.perf_counter()
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


def main() -> None:
    """Build the two counties and ask."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        engine = make_engine(f"sqlite:///{template}")
        upgrade(engine)
        engine.dispose()
        home = Path(folder) / "counties"
        home.mkdir()
        for world in opened(home, template):
            wrong = ask(world, given.requests, given.seed)
            time_both(world)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
