"""分身 (forks): processes of tests that begin where Python and its packages are loaded, and are real in all else.

A process of the program spends most of a second on loading packages. Here one process loads them once and forks for
each that a test starts: it has its own number, its own memory, files and limits, and can be killed like any other.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
READING = ("openpyxl", "pypdfium2", "integrity.code_pictures", "integrity.exchange_marks")
"""What those load that open a stranger's file."""
OFFICE = ("integrity.evidence", "integrity.exchange", "integrity.papers", "integrity.recheck_results")
"""What those load that work on a database."""
_MOST = 1 << 17


class Fork:
    """A process that runs a command like that of `subprocess`: Python with `-m module` or `-c code`, and arguments."""

    def __init__(
        self, command: Sequence[str], *, given: int, out: int, err: int, env: Mapping[str, str] | None = None
    ) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        asked = {"command": list(command), "env": dict(os.environ if env is None else env), "cwd": str(Path.cwd())}
        with theirs:
            places = [given, out, err, theirs.fileno()]
            message = json.dumps(asked).encode()
            assert len(message) < _MOST
            socket.send_fds(_desk(READING if "-m" in command else OFFICE), [message], places)
        self.pid = int(self._said())
        self.returncode: int | None = None
        self.stdout: IO[str] | None = None

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, as `subprocess` tells it. Raises TimeoutError."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            self.returncode = int(self._said())
            self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Tell it something, or kill it; one that has ended by itself is told nothing, as with `subprocess`."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def told(self) -> list[str]:
        """All lines that it says until it ends, as it should."""
        assert self.stdout is not None
        with self.stdout as lines:
            told = lines.read().splitlines()
        assert self.wait() == 0, told
        return told

    def _said(self) -> str:
        said = self._line.recv(64).decode()
        assert said, "the process that forks is gone"
        return said


def begun(*command: str) -> Fork:
    """A process whose output is read while it runs."""
    read, write = os.pipe()
    with open(os.devnull, "rb") as nothing:
        made = Fork(command, given=nothing.fileno(), out=write, err=sys.__stderr__.fileno())  # type: ignore[union-attr]
    os.close(write)
    made.stdout = open(read, encoding="utf-8")  # noqa: SIM115
    return made


def run(
    command: Sequence[str], *, input: bytes = b"", env: Mapping[str, str] | None = None,
    timeout: float | None = None, **_how: object,
) -> subprocess.CompletedProcess[bytes]:  # fmt: skip
    """What `subprocess.run` would give for a command of Python whose output is captured."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(input)
        given.seek(0)
        made = Fork(command, given=given.fileno(), out=out.fileno(), err=err.fileno(), env=env)
        try:
            code = made.wait(timeout)
        except TimeoutError:
            made.send_signal(signal.SIGKILL)
            made.wait()
            raise subprocess.TimeoutExpired(list(command), timeout or 0) from None
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(command), code, out.read(), err.read())


_answers: dict[bytes, subprocess.CompletedProcess[bytes]] = {}


def asked_once(command: Sequence[str], *, input: bytes, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """`run` for a command that knows nothing but its input: the same question has the same answer."""
    question = sha256(repr(list(command)).encode() + input).digest()
    if question not in _answers:
        answer = run(command, input=input, **how)
        if answer.returncode:
            return answer
        _answers[question] = answer
    return _answers[question]


@cache
def _desk(loaded: tuple[str, ...]) -> socket.socket:
    """Where a process is asked for; the one that forks ends when we do."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN")}
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-P", __file__, str(theirs.fileno()), *loaded], pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL, env=env | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    atexit.register(_end, ours, server)
    return ours


def _end(desk: socket.socket, server: subprocess.Popen[bytes]) -> None:
    desk.close()
    server.wait(10)


def _serve(desk: socket.socket) -> list[str]:
    """Fork for each request; in the process that was asked for, its command. None is asked for any more: []."""
    while True:
        message, places, _, _ = socket.recv_fds(desk, _MOST, 4)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG if message else 0)[0]:
                pass
        if not message:
            return []
        if os.fork() == 0:
            desk.close()
            return _watched(message, places)
        for place in places:
            os.close(place)


def _watched(message: bytes, places: list[int]) -> list[str]:
    """Fork once more, and tell how the process ended; in that process, its command."""
    pid = os.fork()
    if pid == 0:
        return _placed(json.loads(message), places)
    for place in places[:3]:
        os.close(place)
    with socket.socket(fileno=places[3]) as line, suppress(BrokenPipeError):
        line.sendall(str(pid).encode())
        _, status = os.waitpid(pid, 0)
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _placed(asked: dict[str, object], places: list[int]) -> list[str]:
    """Take the files, the surroundings and the place that were given; the command."""
    for at, place in enumerate(places[:3]):
        os.dup2(place, at)
    for place in places:
        os.close(place)
    os.environ.clear()
    os.environ.update(asked["env"])  # type: ignore[call-overload]
    os.chdir(str(asked["cwd"]))
    return list(asked["command"])  # type: ignore[call-overload]


def _ran(command: list[str]) -> int:
    """Run `python -m module …` or `python -c code …` here, as the main program; with which code it ends."""
    at = next(n for n, word in enumerate(command) if word in ("-m", "-c"))
    way, what, *words = command[at:]
    sys.argv = [way, *words]
    try:
        if way == "-m":
            runpy.run_module(what, run_name="__main__", alter_sys=True)
        else:
            exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    for _name in sys.argv[2:]:
        importlib.import_module(_name)
    _command = _serve(socket.socket(fileno=int(sys.argv[1])))
    _code = _ran(_command) if _command else 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_code)  # to take down all that was loaded would cost more than the work
