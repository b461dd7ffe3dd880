"""The press beside other programs that set the same notice: CPU time and bytes a notice, everything in one run.

    python benchmarks/press.py [--form F16] [--rounds 3] [--only run,typst10] [--keep FOLDER]

The notice is a real paper of the press: 渐退告知书 (F16, 850 characters, two tables, three pages) or, with
`--form F15`, 减发决定书 (730 characters, no table, two pages), with check code, seal place and page numbers; each has
other people, places, amounts and facts. First every way prints three notices and their words are compared. Then the
ways take turns, round by round, each in a process of its own on one core; the ratio is the median over the rounds. In
the time of ours is all that the press does: completeness, glyphs, fingerprint, template, check code, setting, PDF with
tags and attachment; the peers are given the finished picture of the check code, and tags are left out where that is
faster. The time of a browser is that of all its processes; its memory is not counted.
The peers are optional: `pip install --require-hashes -r benchmarks/peers/requirements.lock`, Chromium from the system,
the fonts as packaged are fetched once into the asset folder; what is missing is said and left out.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
from peers.notices import FORMS, words
from peers.ways import WAYS, Given, Way, given

from reports import fonts, setup

PART = 250
"""Notices made at a time."""
TICK = os.sysconf("SC_CLK_TCK")
GOALS = (
    ("a run of 1,000, against one HTML → one PDF", "run", "packaged", 300.0),
    ("the same as whole processes, imports included", "whole", "packaged", 100.0),
    ("a run, against WeasyPrint merged at its best", "run", "merged+merged10", 80.0),
    ("a run, against typst merged", "run", "typst2+typst10", 8.0),
    ("a run, against reportlab merged", "run", "reportlab10", 15.0),
    ("one PDF each, against one HTML → one PDF", "each", "packaged", 60.0),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way, once: CPU milliseconds and bytes a notice, the peak memory in MB, wall seconds."""

    ms: float
    size: float
    peak: int
    wall: float
    whole: float = 0.0
    """CPU milliseconds a notice of the whole process, from its first instruction to its last."""


def cpu() -> float:
    """CPU seconds of this process and of all that descend from it."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            said = (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(entry.name)] = int(said[1])
        ticks[int(entry.name)] = sum(map(int, said[11:15]))
    mine, all_ticks = {os.getpid()}, 0
    for process in sorted(parents):  # a child has mostly a higher number than its parent; twice round is enough
        if parents[process] in mine:
            mine.add(process)
            all_ticks += ticks[process]
    return time.process_time() + all_ticks / TICK


class Stock:
    """Notices, made a few at a time as they are asked for; `seconds` is what making them took."""

    def __init__(self, way: Way, form: str) -> None:
        self._way, self._form = way, form
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Given]:
        for first in range(0, self._way.count, PART):
            started = time.process_time()
            some = given(self._form, first, min(PART, self._way.count - first), ready=not self._way.ours)
            self.seconds += time.process_time() - started
            yield from some


def printed(way: Way, some: list[Given], packaged: Path) -> list[bytes]:
    """PDFs of a few notices, nothing measured."""
    with way.open(packaged) as printer:
        return printer(some)


def measure(way: Way, form: str, packaged: Path, *, waiting: bool) -> Measured:
    """One way in this process. Three other notices are printed first, so that everything is loaded."""
    with way.open(packaged) as printer:
        printer(given(form, 90_000, 3, ready=not way.ours))
        stock = Stock(way, form)
        gc.collect()
        if waiting:
            print("ready", flush=True)
            sys.stdin.readline()
        started, wall = cpu(), time.perf_counter()
        pdfs = printer(stock)
        seconds, wall = cpu() - started - stock.seconds, time.perf_counter() - wall
    status = Path("/proc/self/status").read_text("ascii")  # ru_maxrss would count what the parent held
    peak = next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    return Measured(seconds / way.count * 1000, sum(map(len, pdfs)) / way.count, peak, wall)


def worker(name: str, form: str, packaged: Path, *, core: int | None, waiting: bool) -> subprocess.Popen[str]:
    """A process that measures one way."""
    command = [sys.executable, __file__, "--worker", name, "--form", form, "--packaged", str(packaged)]
    command += ["--core", str(core)] if core is not None else []
    command += ["--waiting"] if waiting else []
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def alone(name: str, form: str, packaged: Path) -> Measured:
    """One way in a process of its own, on one core."""
    process = worker(name, form, packaged, core=min(os.sched_getaffinity(0)), waiting=False)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{WAYS[name].said}: the process failed")
    whole = (used.ru_utime + used.ru_stime) / WAYS[name].count * 1000
    return Measured(**{**json.loads(said.splitlines()[-1]), "whole": whole})


def two_at_once(form: str, packaged: Path) -> float:
    """How many times as fast two processes print as one does, by the clock, on two cores."""
    cores = sorted(os.sched_getaffinity(0))[:2]

    def rates(where: list[int]) -> float:
        running = [worker("run", form, packaged, core=core, waiting=True) for core in where]
        for one in running:
            assert one.stdout is not None
            one.stdout.readline()
        for one in running:
            assert one.stdin is not None
            one.stdin.write("\n")
            one.stdin.flush()
        return sum(1 / json.loads(one.communicate()[0].splitlines()[-1])["wall"] for one in running)

    return rates(cores) / rates(cores[:1]) if len(cores) == 2 else 0.0


def plain(text: str) -> str:
    """Text without blanks, as it stands between page numbers."""
    return re.sub(r"—\d+—", "", re.sub(r"[\s\u3000\x02\ufffe]+", "", text))


def lacking(pdfs: list[bytes], some: list[Given]) -> list[str]:
    """Words of the notices that cannot be read out of the PDFs."""
    read = []
    for pdf in pdfs:
        document = pypdfium2.PdfDocument(pdf)
        read.append("".join(document[place].get_textpage().get_text_bounded() for place in range(len(document))))
    all_read = plain("".join(read))
    wanted = [text for one in some for text in words(one.letter, one.version).all()]
    return [text for text in wanted if plain(text) not in all_read]


def same_words(name: str, form: str, packaged: Path, keep: Path | None) -> None:
    """Print three notices one way, keep the PDFs if wanted, and compare the words. For a worker."""
    some = given(form, 0, 3, ready=True)
    pdfs = printed(WAYS[name], some, packaged)
    for place, pdf in enumerate(pdfs if keep else ()):
        assert keep is not None
        (keep / f"{form}-{name}-{place + 1}.pdf").write_bytes(pdf)
    if lost := lacking(pdfs, some):
        raise SystemExit(f"{WAYS[name].said}: these words are missing: {lost}")


def usable(names: list[str], form: str, packaged: Path, keep: Path | None) -> list[str]:
    """The ways that are installed here and print the same words; says which are not installed."""
    found = []
    for name in names:
        command = [sys.executable, __file__, "--worker", name, "--form", form, "--packaged", str(packaged), "--check"]
        done = subprocess.run([*command, *(["--keep", str(keep)] if keep else [])], capture_output=True, text=True)
        if done.returncode == 0:
            found.append(name)
        elif done.returncode == 3 or (name == "packaged" and not any(packaged.glob("*.ttc"))):
            print(f"  missing: {WAYS[name].said}: {done.stderr.strip().splitlines()[-1]}")
        else:
            raise SystemExit(done.stderr)
    return found


def fetch_packaged(folder: Path) -> None:
    """The fonts of which our faces are made, as they are packaged; left out where they cannot be fetched."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [(package, name) for package in setup.PACKAGES for name in package.files]
    if all((folder / Path(name).name).is_file() for _, name in wanted):
        return
    try:
        with tempfile.TemporaryDirectory() as scratch:
            for package in setup.PACKAGES:
                setup.unpack(setup.fetch(package, Path(scratch)), package, folder)
    except (setup.SetupFailed, OSError, subprocess.SubprocessError) as failure:
        print(f"  missing: the fonts as packaged: {failure}")


def table(found: dict[str, list[Measured]]) -> None:
    """Print what was measured; the ratio is to a run of 1,000 for merged ways, to one PDF each for the others."""
    print(f"  {'':<52}{'CPU ms':>9}{'bytes':>10}{'MB':>7}{'run is':>9}{'each is':>9}")
    for name, all_measured in found.items():
        middle = sorted(all_measured, key=lambda one: one.ms)[len(all_measured) // 2]
        ratios = "".join(f"{ratio(found, ours, name):>8,.1f}×" for ours in ("run", "each") if ours in found)
        print(f"  {WAYS[name].said:<52}{middle.ms:>9.3f}{middle.size:>10,.0f}{middle.peak:>7,}{ratios}")


def cost(one: Measured, name: str) -> float:
    """CPU milliseconds a notice: of the whole process or of the printing alone."""
    return one.whole if name == "whole" else one.ms


def ratio(found: dict[str, list[Measured]], ours: str, theirs: str) -> float:
    """How many times as fast ours is: the median over the rounds in which both were measured."""
    mine = found["run" if ours == "whole" else ours]
    return statistics.median(other.ms / cost(one, ours) for one, other in zip(mine, found[theirs], strict=False))


def goals(found: dict[str, list[Measured]], twice: float) -> None:
    """Print every goal, and whether it was met."""
    lines: list[tuple[str, str, bool]] = []
    for said, ours, others, least in GOALS:
        there = [name for name in others.split("+") if name in found]
        if "run" in found and "each" in found and there:
            best = min(ratio(found, ours, name) for name in there)
            lines.append((f"{said} ≥ {least:.0f} ×", f"{best:.1f} ×", best >= least))
    for name in ("run", "run10", "single"):
        if name in found:
            size = found[name][0].size
            lines.append((f"{WAYS[name].said}: bytes a notice ≤ 3,000", f"{size:,.0f}", size <= 3000))
    if "run10" in found:
        peak = found["run10"][0].peak
        lines.append((f"{WAYS['run10'].said}: memory < 300 MB", f"{peak} MB", peak < 300))
    if twice:
        lines.append(("two processes ≥ 1.9 × one", f"{twice:.2f} ×", twice >= 1.9))
    print("  goals")
    for said, seen, met in lines:
        print(f"    {'met    ' if met else 'NOT MET'} {said}: {seen}")


def main() -> None:
    """Read the arguments; check the words, measure in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--form", choices=sorted(FORMS), default="F16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="names of ways, with commas between: " + " ".join(WAYS))
    parser.add_argument("--keep", type=Path, help="a folder for what the check of words printed")
    parser.add_argument("--packaged", type=Path, default=fonts.assets() / "packaged", help=argparse.SUPPRESS)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--waiting", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--core", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        work(chosen)
        return
    fetch_packaged(chosen.packaged)
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
    names = usable(chosen.only.split(",") if chosen.only else list(WAYS), chosen.form, chosen.packaged, chosen.keep)
    print(f"{chosen.form}: the same words by {len(names)} ways; CPU milliseconds and bytes a notice", flush=True)
    found: dict[str, list[Measured]] = {name: [] for name in names}
    for turn in range(chosen.rounds):
        for name in names:
            if turn == 0 or not WAYS[name].slow:
                found[name].append(alone(name, chosen.form, chosen.packaged))
                print(
                    f"  round {turn + 1}: {WAYS[name].said}: {found[name][-1].ms:.3f} ms", file=sys.stderr, flush=True
                )
    table(found)
    goals(found, two_at_once(chosen.form, chosen.packaged) if "run" in found else 0.0)


def work(chosen: argparse.Namespace) -> None:
    """A worker: check or measure one way. rc 3 when it is not installed."""
    if chosen.core is not None:
        os.sched_setaffinity(0, {chosen.core})
    try:
        if chosen.check:
            same_words(chosen.worker, chosen.form, chosen.packaged, chosen.keep)
            return
        seen = measure(WAYS[chosen.worker], chosen.form, chosen.packaged, waiting=chosen.waiting)
    except ImportError as missing:
        print(missing, file=sys.stderr)
        raise SystemExit(3) from None
    print(json.dumps({"ms": seen.ms, "size": seen.size, "peak": seen.peak, "wall": seen.wall}))


if __name__ == "__main__":
    main()
