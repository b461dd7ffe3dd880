"""Tens of thousands of requests drawn from the interface's own description, every one by every role.

    python -m benchmarks.interface [--examples 12] [--most 1000000] [--seed 1] [--press 0.05] [--engine postgresql]

Of each operation all that the description calls for (bounds, missing and unknown fields, wrong kinds, methods) and
`--examples` sound and unsound ones by chance (tests/schema_requests.py); each is sent for every role, for nobody and
with a revoked token. Prints how often each operation answered each role with which status, and every failure.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from benchmarks.authorization import arguments, built
from tests.schema_requests import CALLERS, Asker

SHOWN = 300


def ask(asker: Asker, examples: int, most: int) -> int:
    """Ask every question for every caller, and print what is wrong; how many requests were."""
    wrong, begun = 0, time.perf_counter()
    for question in asker.questions(examples, most):
        for who in CALLERS:
            found = asker.ask(question, who)
            wrong += bool(found)
            for text in found:
                case = question.case
                sent = f"{case.path_parameters} {case.query} {case.headers} {case.body!r:.{SHOWN}}"
                print(f"  {who} {case.method} {case.operation.path}: {text}\n    {sent}")
    took = time.perf_counter() - begun
    print(f"{asker.tally.total()} requests, seed {asker.number}: {wrong} wrong; {took:.0f} s")
    return wrong


def table(asker: Asker) -> None:
    """How often each operation answered each role with which status."""
    for operation in sorted({one for one, _, _ in asker.tally}):
        print(operation)
        for who in CALLERS:
            held = {status: many for (one, by, status), many in asker.tally.items() if (one, by) == (operation, who)}
            print(f"  {who}：" + "、".join(f"{status}×{many}" for status, many in sorted(held.items())))
    statuses: Counter[int] = Counter()
    for (_, _, status), many in asker.tally.items():
        statuses[status] += many
    print(dict(sorted(statuses.items())))
    done = {operation for operation, _, status in asker.tally if status < 400}
    never = [one.label for one in asker.operations if f"{one.method.upper()} {one.path}" not in done]
    print(f"never answered with what was asked for: {never}")


def main() -> None:
    """Build the two counties and ask."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("examples", 12), ("most", 1_000_000)):
        asked.add_argument(f"--{name}", type=int, default=usual)
    asked.add_argument("--press", type=float, default=0.05)
    given = arguments(asked)
    for world in built(given.engine):
        asker = Asker(world.office, world.desks.client.app, world.marks, given.seed, given.press)  # type: ignore[arg-type]
        wrong = ask(asker, given.examples, given.most)
        table(asker)
    raise SystemExit(wrong > 0)


if __name__ == "__main__":
    main()
