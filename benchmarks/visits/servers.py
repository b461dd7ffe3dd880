"""Servers of their own, as `chengxin serve` starts them: what they cost in processor time and in memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from integrity.settings import ROOT


@contextmanager
def serving(url: str, home: Path, count: int = 1) -> Iterator[list[tuple[int, psutil.Process]]]:
    """So many servers on one database: port and process of each."""
    with ExitStack() as stack:
        yield [stack.enter_context(_one(url, home)) for _ in range(count)]


@contextmanager
def _one(url: str, home: Path) -> Iterator[tuple[int, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "integrity", "serve", "--no-jobs", "--port", str(port)]
    environment = {
        **os.environ, "CHENGXIN_DATABASE": url, "CHENGXIN_HOME": str(home / "served"),
        "CHENGXIN_KEY_FILE": str(home / "home" / "keys.toml"),
    }  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(server, port)
        yield port, psutil.Process(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _wait(server: subprocess.Popen[bytes], port: int, seconds: int = 120) -> None:
    for _ in range(seconds * 5):
        if server.poll() is not None:
            raise SystemExit(f"the server ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the server does not answer")


def database_process(home: Path, url: str) -> list[psutil.Process]:
    """The process of the database, where it has one."""
    file = home / "pg" / "postmaster.pid"
    return [psutil.Process(int(file.read_text().split()[0]))] if url.startswith("postgresql") else []


def processor(processes: Sequence[psutil.Process]) -> float:
    """Seconds of processor time that these processes and what they started took."""
    taken = 0.0
    for one in processes:
        for each in (one, *one.children(recursive=True)):
            try:
                times = each.cpu_times()
            except psutil.NoSuchProcess:
                continue
            taken += times.user + times.system
        times = one.cpu_times()
        taken += times.children_user + times.children_system
    return taken


def memory(process: psutil.Process) -> int:
    """Bytes of memory that are the server's own."""
    return int(process.memory_full_info().uss)
