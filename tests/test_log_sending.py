"""操作日志外送 (sending the audit log away): every line, once or twice; who, what, which, when."""

from __future__ import annotations

import json
import re
import socket
import ssl
import struct
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

import pytest
from cryptography import x509
from sqlalchemy import insert
from sqlmodel import col, select

from integrity import log_sending
from integrity.errors import Invalid, Refused
from integrity.log_sending import Mark, Receiver, mark_of, send
from integrity.records.office import Audit
from integrity.settings import settings
from integrity.web import health
from integrity.work import Office
from scheduler.__main__ import send_log
from tests.conftest import SetClock
from tests.test_push_wire import certificate

_HEAD = re.compile(rb"(\d+) ")
_LINE = re.compile(r"<110>1 (\S+) - chengxin - audit - (\{.*\})")
TAKES, RESETS = "takes", "resets"


class LogServer:
    """A receiver of syslog: what came over each connection that it took to the end."""

    def __init__(self, pem: Path | None = None) -> None:
        """On a free port of this machine; with TLS where there is a certificate."""
        self.came: list[bytes] = []
        self.how = TAKES
        self._pem, self._ended = pem, Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def lines(self) -> list[dict[str, object]]:
        """Every line that came, in the order in which it came."""
        found = []
        for content in self.came:
            while content:
                head = _HEAD.match(content)
                assert head, content[:20]
                end = head.end() + int(head[1])
                line = _LINE.fullmatch(content[head.end() : end].decode())
                assert line
                found.append({"at": line[1]} | json.loads(line[2]))
                content = content[end:]
        return found

    def end(self) -> None:
        """Answer no more."""
        self._ended.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass
        self._thread.join()
        self._door.close()

    def _serve(self) -> None:
        while True:
            line, _ = self._door.accept()
            if self._ended.is_set():
                line.close()
                return
            try:
                self._take(line)
            except OSError:
                line.close()

    def _take(self, line: socket.socket) -> None:
        if self._pem is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._pem)
            line = context.wrap_socket(line, server_side=True)
        content = b""
        while part := line.recv(4096):
            content += part
            if self.how == RESETS:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                line.close()
                return
        self.came.append(content)
        line.close()


@pytest.fixture
def server() -> Iterator[LogServer]:
    """A receiver without TLS."""
    made = LogServer()
    yield made
    made.end()


def here(server: LogServer) -> Receiver:
    """The receiver as the settings name it."""
    return Receiver.read(f"tcp:127.0.0.1:{server.port}")


def acted(office: Office, *subjects: str, actor: str = "jb01") -> None:
    """Lines of the log."""
    with office.work(actor) as work:
        for subject in subjects:
            work.audit("查看家庭", subject, "所写的明细留在本处")


def numbers(server: LogServer) -> list[object]:
    return [one["id"] for one in server.lines()]


def test_every_line_goes_once_and_says_no_more_than_who_what_which_when(
    office: Office, server: LogServer, tmp_path: Path
) -> None:
    acted(office, "JN000001", "JN“000002”\n")
    sent = send(office, here(server), tmp_path)
    assert sent >= 2
    with office.reading() as work:
        rows = work.session.exec(select(Audit).order_by(col(Audit.id)))
        kept = [(one.id, one.actor, one.action, one.subject) for one in rows]
    told = [(one["id"], one["actor"], one["action"], one["subject"]) for one in server.lines()]
    assert told == kept
    assert all(set(one) == {"at", "id", "actor", "action", "subject"} for one in server.lines())
    assert str(server.lines()[-1]["at"]).endswith("+08:00")
    assert "明细".encode() not in b"".join(server.came)
    assert send(office, here(server), tmp_path) == 0
    acted(office, "JN000003")
    assert send(office, here(server), tmp_path) == 1
    assert server.lines()[-1]["subject"] == "JN000003"


def test_what_the_receiver_did_not_take_goes_again(office: Office, server: LogServer, tmp_path: Path) -> None:
    acted(office, *(f"JN{one:06}" for one in range(400)))
    server.how = RESETS
    with pytest.raises(Refused, match="没有送到"):
        send(office, here(server), tmp_path)
    assert Mark.read(mark_of(tmp_path)) == Mark()
    server.how = TAKES
    sent = send(office, here(server), tmp_path)
    assert len(numbers(server)) == sent >= 400


def test_many_lines_go_in_batches_and_in_order(
    office: Office, server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_sending, "MOST", 7)
    acted(office, *(f"JN{one:06}" for one in range(20)))
    while send(office, here(server), tmp_path):
        pass
    assert len(server.came) >= 3
    assert numbers(server) == sorted(set(numbers(server)), key=int)  # type: ignore[call-overload]
    assert [one["subject"] for one in server.lines()][-20:] == [f"JN{one:06}" for one in range(20)]


def test_a_line_that_is_committed_late_is_not_left_out(
    office: Office, server: LogServer, tmp_path: Path, clock: SetClock
) -> None:
    """On PostgreSQL numbers are given before the commit: a later one may be seen first."""
    acted(office, "JN000001")
    send(office, here(server), tmp_path)
    last = Mark.read(mark_of(tmp_path)).last

    def came(number: int) -> None:
        with office.work("jb01") as work:
            row = {"id": number, "at": work.now, "actor": "jb01", "action": "查看家庭", "subject": str(number)}
            work.session.execute(insert(Audit).values(detail="", **row))

    came(last + 3)
    assert send(office, here(server), tmp_path) == 1
    assert [number for number, _ in Mark.read(mark_of(tmp_path)).missing] == [last + 1, last + 2]
    came(last + 1)
    assert send(office, here(server), tmp_path) == 1
    assert numbers(server)[-2:] == [last + 3, last + 1]
    clock.on(clock().date() + timedelta(days=2))
    send(office, here(server), tmp_path)
    assert Mark.read(mark_of(tmp_path)).missing == ()


def test_after_books_were_put_back_the_lines_written_since_go(
    office: Office, server: LogServer, tmp_path: Path
) -> None:
    acted(office, "JN000001")
    send(office, here(server), tmp_path)
    mark = Mark.read(mark_of(tmp_path))
    ahead = Mark(mark.last + 50, mark.at)
    mark_of(tmp_path).write_bytes(ahead.written())
    acted(office, "JN000002")
    assert send(office, here(server), tmp_path) >= 1
    assert server.lines()[-1]["subject"] == "JN000002"


def test_a_mark_that_cannot_be_read_begins_anew(office: Office, server: LogServer, tmp_path: Path) -> None:
    acted(office, "JN000001")
    sent = send(office, here(server), tmp_path)
    mark_of(tmp_path).write_bytes(b"{")
    assert send(office, here(server), tmp_path) == sent


def test_one_process_sends_at_a_time(office: Office, server: LogServer, tmp_path: Path) -> None:
    acted(office, "JN000001")
    with log_sending._alone(tmp_path) as mine:
        assert mine
        assert send(office, here(server), tmp_path) == 0
    assert send(office, here(server), tmp_path) >= 1


def test_with_tls_only_a_receiver_that_proves_itself_is_told(office: Office, tmp_path: Path) -> None:
    pem = certificate(tmp_path, x509.IPAddress(ip_address("127.0.0.1")))
    server = LogServer(pem)
    try:
        acted(office, "JN000001")
        with pytest.raises(Refused, match="SSLCertVerificationError"):
            send(office, Receiver.read(f"tls:127.0.0.1:{server.port}"), tmp_path)
        assert server.came == []
        assert send(office, Receiver.read(f"tls:127.0.0.1:{server.port}", pem), tmp_path) >= 1
    finally:
        server.end()
    assert server.lines()[-1]["subject"] == "JN000001"


@pytest.mark.parametrize("named", ["tcp:10.1.2.3:514", "tcp:log.example.invalid:514", "tls:log", "log:514", "tls::1"])
def test_another_address_or_one_in_clear_is_refused(named: str) -> None:
    with pytest.raises(Invalid, match="CHENGXIN_LOG_TO"):
        Receiver.read(named)


def test_the_alarm_clock_sends_and_what_waits_too_long_is_told(
    office: Office, server: LogServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: SetClock,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def never() -> bool:
        return False

    chosen = settings()
    assert health._log_away(office, chosen) == ()
    monkeypatch.setattr(chosen, "home", tmp_path)
    monkeypatch.setattr(chosen, "log_to", f"tcp:127.0.0.1:{server.port}")
    acted(office, "JN000001")
    send_log(office, never)
    assert server.lines()[-1]["subject"] == "JN000001"
    server.how = RESETS
    acted(office, "JN000002")
    clock.on(clock().date() + timedelta(days=1))
    send_log(office, never)
    assert "操作日志外送：操作日志没有送到日志服务器" in caplog.text
    (told,) = health._log_away(office, chosen)
    assert (told.state, "1 条超过 15 分钟" in told.said) == ("注意", True)
    monkeypatch.setattr(chosen, "log_to", "tcp:10.1.2.3:514")
    assert [one.state for one in health._log_away(office, chosen)] == ["故障"]
