"""网络连接 (the wire): the pages as they are served, asked over real connections, with TLS and without good manners."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from http.cookies import SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
import uvicorn
from cryptography import x509
from sqlmodel import select

from integrity import sessions
from integrity.cli.serving import SERVED, _secured
from integrity.records.office import Audit
from integrity.web.app import create_app
from integrity.work import Office
from tests.test_push_wire import certificate

HOST = "127.0.0.1"
WAIT = 5.0
POST = "POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
LAST = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


class Served(NamedTuple):
    """Where the pages are served, and the certificate by which they are known."""

    port: int
    pem: Path
    office: Office

    def trust(self, newest: ssl.TLSVersion | None = None, ciphers: str = "") -> ssl.SSLContext:
        """How a browser asks: as usual, or as an old one does."""
        context = ssl.create_default_context(cafile=self.pem)
        if ciphers:
            context.set_ciphers(ciphers)
        if newest:
            context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
        return context

    def line(self, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
        """A connection under TLS."""
        bare = socket.create_connection((HOST, self.port), timeout=WAIT)
        return (context or self.trust()).wrap_socket(bare, server_hostname=HOST)

    def statuses(self, sent: str) -> list[int]:
        """The statuses of all answers to these bytes, until the connection is closed."""
        heard = b""
        with self.line() as line:
            line.sendall(sent.encode("latin-1"))
            while part := line.recv(65536):
                heard += part
        return [int(one) for one in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", heard)]


@pytest.fixture
def served(sqlite_url: str, office: Office, tmp_path: Path) -> Iterator[Served]:
    """The pages, served as by the command, under a certificate, at a free port."""
    pem = certificate(tmp_path, x509.IPAddress(ip_address(HOST)))
    server = uvicorn.Server(uvicorn.Config(create_app(office), **SERVED, **_secured(HOST, pem, pem)))
    with socket.create_server((HOST, 0)) as door:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield Served(door.getsockname()[1], pem, office)
        server.should_exit = True
        thread.join(20)
    assert not thread.is_alive()


pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_only_what_is_safe_today_is_spoken_and_nothing_in_clear(served: Served) -> None:
    with served.line() as line:
        assert line.version() in ("TLSv1.2", "TLSv1.3")
    with served.line(served.trust(ssl.TLSVersion.TLSv1_2)) as line:
        assert line.version() == "TLSv1.2"
        assert str(line.cipher()).startswith("('ECDHE-"), "what was recorded stays secret when the key is known later"
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old = served.trust(ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, OSError)):
        served.line(old)
    for ciphers in ("AES256-SHA:AES128-SHA", "NULL-SHA256:eNULL", "ECDHE-ECDSA-AES256-SHA", "aNULL"):
        weak = served.trust(ssl.TLSVersion.TLSv1_2, f"{ciphers}:@SECLEVEL=0")
        with pytest.raises((ssl.SSLError, OSError)):
            served.line(weak)
    with socket.create_connection((HOST, served.port), timeout=WAIT) as bare:
        bare.sendall(LAST.encode())
        assert not bare.recv(100).startswith(b"HTTP")


def test_where_a_request_ends_cannot_be_told_in_two_ways(served: Served) -> None:
    (health,) = served.statuses(LAST)
    chunked = "Transfer-Encoding: chunked\r\n"
    both = served.statuses(f"{POST}{chunked}Content-Length: 4\r\n\r\n5\r\nabcde\r\n0\r\n\r\n{LAST}")
    assert both in ([403], [403, health]), "the length counts for nothing"
    assert served.statuses(f"{POST}Content-Length: 5\r\n\r\nabcde{LAST}") == [403, health]
    for header in (
        "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5", "Content-Length: -1", "Content-Length: 0x5",
        "Content-Length: 5, 6", "Content-Length : 5", "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity", "Transfer-Encoding: identity", "Transfer-Encoding: chunked\r\n folded",
    ):  # fmt: skip
        (status,) = served.statuses(f"{POST}{header}\r\n\r\nabcde{LAST}")
        assert status in (400, 501), header
    (status,) = served.statuses(f"{POST}{chunked}\r\nzz\r\nabcde\r\n0\r\n\r\n{LAST}")
    assert status in (400, 403)


def test_no_header_says_from_where_or_how_one_came(served: Served) -> None:
    client = http.client.HTTPSConnection(HOST, served.port, context=served.trust(), timeout=WAIT)
    told = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-real-ip": "203.0.113.9",
            "x-forwarded-proto": "http", "x-forwarded-host": "example.invalid"}  # fmt: skip
    client.request("GET", "/login", headers=told)
    page = client.getresponse()
    shown = page.read().decode()
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    assert "server" not in page.headers
    assert "example.invalid" not in shown + str(page.headers)
    secret = SimpleCookie(page.headers["set-cookie"])[sessions.COOKIE].value
    form = urlencode({"code": "jb01", "password": "x", "next": "/", "token": sessions.form_token(secret)})
    sent = {"cookie": f"{sessions.COOKIE}={secret}", "content-type": "application/x-www-form-urlencoded"}
    client.request("POST", "/login", form, {**told, **sent})
    assert client.getresponse().status == 409
    client.close()
    with served.office.reading() as work:
        assert list(work.session.exec(select(Audit.detail).where(Audit.action == "登录失败"))) == [HOST]


def test_no_file_of_the_machine_is_shown(served: Served) -> None:
    for path in (
        "/.git/HEAD", "/.git/config", "/.svn/entries", "/.env", "/keys.toml", "/static/x/../../.git/HEAD",
        "/static/x/%2e%2e%2f%2e%2e%2fpyproject.toml", "/static/x/..%5c..%5cpyproject.toml", "//etc/passwd",
        "/static/x/%00", "/integrity/web/app.py", "/chengxin.db", "/backup.zip", "/static/", "/static",
    ):  # fmt: skip
        assert served.statuses(LAST.replace("/health", path)) == [404], path
