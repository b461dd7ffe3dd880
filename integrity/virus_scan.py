"""病毒检查 (virus scan): every file that arrives over the network is asked of the unit's own scanner (clamd) first.

The program brings no scanner of its own. Where the settings name one, nothing is taken that it has not called clean:
a scanner that does not answer is a reason to refuse, not to go on. Protocol: clamd(8), command INSTREAM.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from integrity.errors import Invalid, Refused

WAIT: Final = 60.0
"""Seconds for one step with the scanner."""
_CHUNK: Final = 1 << 16
_ANSWER: Final = 1024
"""Bytes of an answer that are read at most."""
_SAID: Final = 60
_TOO_LARGE = "size limit exceeded"
_CLEAN, _FOUND = "stream: OK", " FOUND"


def refuse_infected(scanner: str, name: str, content: bytes) -> None:
    """Ask whether a file is clean; "" for no scanner asks nothing.

    `scanner` is `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`. Raises Invalid for a file with something in it,
    and Refused where the scanner cannot say.
    """
    if not scanner:
        return
    try:
        with _connected(scanner) as line:
            said = _asked(line, content)
    except (OSError, ValueError) as fault:
        raise Refused(f"“{name}”没有收下：病毒检查现在不能用，请稍后再交；一直不行请告诉系统管理员") from fault
    if said == _CLEAN:
        return
    if said.endswith(_FOUND):
        found = "".join(one for one in said.removeprefix("stream: ").removesuffix(_FOUND) if one.isprintable())[:_SAID]
        raise Invalid(f"“{name}”没有收下：病毒检查发现问题（{found}）。请不要再打开这个文件，告诉系统管理员")
    why = "文件超过病毒检查的上限" if _TOO_LARGE in said else "病毒检查没有得出结果"
    raise Refused(f"“{name}”没有收下：{why}，请告诉系统管理员")


def answers(scanner: str) -> bool:
    """Does the scanner answer?"""
    try:
        with _connected(scanner) as line:
            line.sendall(b"zPING\0")
            return _reply(line) == "PONG"
    except (OSError, ValueError):
        return False


@contextmanager
def _connected(scanner: str) -> Iterator[socket.socket]:
    """A connection to the scanner. Raises OSError, and ValueError for a setting that names none."""
    kind, _, place = scanner.partition(":")
    if kind == "unix":
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(WAIT)
            line.connect(place)
            yield line
        return
    host, _, port = place.rpartition(":")
    if kind != "tcp" or not host:
        raise ValueError(scanner)
    with socket.create_connection((host.strip("[]"), int(port)), WAIT) as line:
        yield line


def _asked(line: socket.socket, content: bytes) -> str:
    """What the scanner says of a file; one that stops listening in the middle has said why."""
    try:
        line.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), _CHUNK):
            part = content[at : at + _CHUNK]
            line.sendall(struct.pack("!I", len(part)) + part)
        line.sendall(struct.pack("!I", 0))
    except (BrokenPipeError, ConnectionResetError):
        pass
    return _reply(line)


def _reply(line: socket.socket) -> str:
    """One answer, up to its closing zero."""
    said = b""
    while len(said) < _ANSWER and not said.endswith(b"\0"):
        part = line.recv(_ANSWER - len(said))
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
