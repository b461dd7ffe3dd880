"""与身份服务的通信 (the wire to the identity provider): one question, one answer in JSON, within bounds.

No redirect is followed, no proxy of the environment asked, nothing larger or slower than the bounds waited for.
"""

from __future__ import annotations

import json
import socket
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from threading import Timer
from typing import Any, NamedTuple
from urllib.parse import quote_plus, urlencode, urlsplit

from integrity.errors import Refused

LARGEST = 2**18
"""Bytes of one answer."""
STEP, WHOLE = 5.0, 10.0
"""Seconds for one step of the connection, and for a question from beginning to end."""
LOCAL = ("127.0.0.1", "::1", "localhost")
"""Where a provider need not be asked through TLS: this machine."""
_PORTS = {"https": 443, "http": 80}


class Unreachable(Refused):
    """统一身份认证暂时不能使用，请用密码登录，并告诉系统管理员"""

    why = ""
    """For whoever runs the program, on no page of others."""

    @classmethod
    def because(cls, why: str) -> Unreachable:
        """The same words for everybody, with the reason."""
        made = cls()
        made.why = why
        return made


class Answer(NamedTuple):
    """答复 (answer): status and content."""

    status: int
    content: dict[str, Any]


def place(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; ("", "", 0) for one that is no plain address of a site."""
    with suppress(ValueError):
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        plain = parts.scheme in _PORTS and parts.hostname and "@" not in parts.netloc and not parts.fragment
        if plain and url.isascii() and url.isprintable() and " " not in url:
            return parts.scheme, parts.hostname or "", port
    return "", "", 0


def ask(
    url: str, *, ca: Path | None = None, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None
) -> Answer:  # fmt: skip
    """Ask the provider: by POST where there is a form, with name and secret where there is a login.

    Raises Unreachable for whatever is no answer in JSON within the bounds.
    """
    parts = urlsplit(url)
    headers = {"accept": "application/json", "connection": "close"}
    if form is not None:
        headers["content-type"] = "application/x-www-form-urlencoded"
    if login is not None:
        name, secret = (quote_plus(one) for one in login)
        headers["authorization"] = "Basic " + b64encode(f"{name}:{secret}".encode()).decode()
    to = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _connection(url, ca)
        return _asked(connection, to, urlencode(form).encode() if form is not None else None, headers)
    except (OSError, HTTPException, ValueError, RecursionError) as error:
        raise Unreachable.because(f"{place(url)[1]}：{type(error).__name__} {error}"[:300]) from None


def _connection(url: str, ca: Path | None) -> HTTPConnection:
    scheme, host, port = place(url)
    if scheme == "https":
        trust = ssl.create_default_context(cafile=ca)
        return HTTPSConnection(host, port, timeout=STEP, context=trust)
    if host not in LOCAL:
        raise ValueError("only this machine is asked without TLS")
    return HTTPConnection(host, port, timeout=STEP)


def _asked(connection: HTTPConnection, to: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """Send and receive; a timer cuts the line when the whole takes too long, however busy it looks."""
    connection.connect()
    line: socket.socket = connection.sock
    timer = Timer(WHOLE, _cut, (line,))
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET" if body is None else "POST", to, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, _content(answer))
    finally:
        timer.cancel()
        connection.close()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _content(answer: HTTPResponse) -> dict[str, Any]:
    body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ValueError("too large")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
