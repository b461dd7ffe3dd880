"""操作日志外送 (sending the audit log away): every line also to the unit's own log server, by syslog.

What is sent says who did what to which number, and when; what somebody wrote as detail stays here. A batch is one
connection: the mark moves when the receiver has taken all of it and hung up in order, so that a line may come twice
and is never left out. Lines that were not committed yet when later ones were sent are looked for again for a day.
Formats: RFC 5424 (message), RFC 6587/5425 (octet counting, TLS).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import func
from sqlmodel import col, or_, select

from integrity.errors import Invalid, Refused
from integrity.files import write_file
from integrity.records.addresses import local
from integrity.records.columns import SHANGHAI
from integrity.records.office import Audit
from integrity.work import Office, Work

WAIT: Final = 10.0
"""Seconds for one step with the receiver."""
MOST: Final = 500
"""Lines in one connection."""
SOUGHT: Final = timedelta(days=1)
"""How long a number that is missing in the row is looked for: no piece of work takes as long."""
LATE: Final = timedelta(minutes=15)
"""A line that waits longer is told on the page of the installation's state."""
_PART, _PARTS = 4096, 16
"""What a receiver may still say before it hangs up."""
_PRIORITY: Final = 13 * 8 + 6
"""Facility 13 (log audit), severity 6 (informational)."""


class Receiver(NamedTuple):
    """日志服务器 (where the log goes)."""

    tls: bool
    host: str
    port: int
    ca: Path | None = None

    @classmethod
    def read(cls, named: str, ca: Path | None = None) -> Receiver:
        """`tls:log.example.invalid:6514`, or `tcp:127.0.0.1:514` on this machine. Raises Invalid otherwise."""
        kind, _, place = named.partition(":")
        host, _, port = place.rpartition(":")
        if kind not in ("tls", "tcp") or not host or not port.isdigit():
            raise Invalid("CHENGXIN_LOG_TO 应写作 tls:主机名:端口，在本机的可以写 tcp:127.0.0.1:端口")
        if kind == "tcp" and not local(host):
            raise Invalid("CHENGXIN_LOG_TO：日志送往另一台计算机的须加密，请写作 tls:主机名:端口")
        return cls(kind == "tls", host.strip("[]"), int(port), ca)


@dataclass(frozen=True, slots=True)
class Mark:
    """送到哪里 (how far it was sent): the last line with its moment, and the numbers missing before it, since when."""

    last: int = 0
    at: str = ""
    missing: tuple[tuple[int, str], ...] = ()

    def written(self) -> bytes:
        """As it is kept."""
        return json.dumps({"last": self.last, "at": self.at, "missing": self.missing}).encode()

    @classmethod
    def read(cls, path: Path) -> Mark:
        """As it was kept; the beginning where nothing was, or nothing that can be read."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(path.read_bytes())
            return cls(int(kept["last"]), str(kept["at"]), tuple((int(n), str(since)) for n, since in kept["missing"]))
        return cls()


def mark_of(home: Path) -> Path:
    """Where the mark is kept."""
    return home / "log-sent.json"


def send(office: Office, to: Receiver, home: Path) -> int:
    """Send the next lines: how many went. Nobody else sends meanwhile. Raises Refused when the receiver took none."""
    with _alone(home) as mine:
        if not mine:
            return 0
        path = mark_of(home)
        with office.reading() as work:
            mark = _after_restoring(work, Mark.read(path))
            lines = _next(work, mark)
            moved = _moved(mark, lines, work.now)
        if lines:
            _deliver(to, b"".join(_framed(one) for one in lines))
        if moved != mark:
            write_file(path, moved.written())
        return len(lines)


def waiting(work: Work, home: Path) -> int:
    """How many lines have waited longer than they should, none older than the mark; counted to the next batch only."""
    mark = Mark.read(mark_of(home))
    late = select(Audit.id).where(col(Audit.id) > mark.last, Audit.at <= work.now - LATE)
    return len(work.session.exec(late.limit(MOST)).all())


@contextmanager
def _alone(home: Path) -> Iterator[bool]:
    """Whether this process is the one that sends."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / "log-sent.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def _after_restoring(work: Work, mark: Mark) -> Mark:
    """The mark, moved back where the books were put back to an earlier state and its line is another one now."""
    if not mark.last:
        return mark
    stands = work.session.get(Audit, mark.last)
    if stands is not None and stands.at.isoformat() == mark.at:
        return mark
    before = select(func.max(Audit.id)).where(Audit.at <= datetime.fromisoformat(mark.at))
    return Mark(work.session.exec(before).one() or 0, mark.at)


def _next(work: Work, mark: Mark) -> list[Audit]:
    numbers = [number for number, _ in mark.missing]
    query = select(Audit).where(or_(col(Audit.id) > mark.last, col(Audit.id).in_(numbers)))
    return list(work.session.exec(query.order_by(col(Audit.id)).limit(MOST)))


def _moved(mark: Mark, lines: list[Audit], now: datetime) -> Mark:
    """The mark after these lines."""
    came = [one.id or 0 for one in lines]
    oldest = (now - SOUGHT).isoformat()
    missing = {number: since for number, since in mark.missing if number not in came and since > oldest}
    last = max([mark.last, *came])
    missing |= dict.fromkeys(set(range(mark.last + 1, last)) - set(came), now.isoformat())
    at = next((one.at.isoformat() for one in lines if one.id == last), mark.at)
    return replace(mark, last=last, at=at, missing=tuple(sorted(missing.items())))


def _framed(one: Audit) -> bytes:
    """A line as a message of RFC 5424, with its length before it."""
    told = {"id": one.id, "actor": one.actor, "action": one.action, "subject": one.subject}
    at = one.at.astimezone(SHANGHAI).isoformat(timespec="microseconds")
    text = f"<{_PRIORITY}>1 {at} - chengxin - audit - {json.dumps(told, ensure_ascii=False)}".encode()
    return f"{len(text)} ".encode() + text


def _deliver(to: Receiver, content: bytes) -> None:
    """Send all of it, and wait until the receiver hangs up in order. Raises Refused."""
    try:
        with socket.create_connection((to.host, to.port), WAIT) as plain, _wrapped(plain, to) as line:
            line.sendall(content)
            if isinstance(line, ssl.SSLSocket):
                with suppress(ssl.SSLError):  # some receivers hang up without TLS's own good-bye
                    line = line.unwrap()
            socket.socket.shutdown(line, socket.SHUT_WR)
            if not any(not socket.socket.recv(line, _PART) for _ in range(_PARTS)):
                raise TimeoutError
    except (OSError, ValueError) as fault:
        raise Refused(f"操作日志没有送到日志服务器（{type(fault).__name__}），以后再送") from fault


def _wrapped(line: socket.socket, to: Receiver) -> socket.socket:
    return ssl.create_default_context(cafile=to.ca).wrap_socket(line, server_hostname=to.host) if to.tls else line
