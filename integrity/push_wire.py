"""推送的通信 (the wire of notifications): one POST to an address that this installation allows, within bounds.

The host must be named in the settings. It is resolved once, and that address alone is connected to: a name that points
elsewhere a moment later leads nowhere. No redirect is followed, no proxy of the environment asked; what the other side
says beyond its status is not read further than a few bytes and kept nowhere.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from threading import Event, Timer
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from integrity.errors import Invalid, Refused

STEP: Final = 5.0
"""Seconds for one step of the connection."""
WHOLE: Final = 10.0
"""Seconds for a notification from beginning to end."""
READ: Final = 4096
"""Bytes of an answer that are read at most."""
_PORTS = {"https": 443, "http": 80}
_LONGEST = 300
_METADATA: Final = ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254")
"""Where a rented machine asks who it is; the others of the kind are link-local."""
Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]


class Unsent(Refused):
    """没有送到 (it did not arrive): why, in a few words of our own."""


class Destination(NamedTuple):
    """推送地址 (where a notification goes)."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def read(cls, url: str, allowed: str) -> Destination:
        """An address, when it is a plain one of an allowed host. Raises Invalid otherwise.

        `allowed`: hosts with commas between, each a name, an address or a network (10.1.0.0/16), with `:port` where it
        is not the usual one and with `http://` before it where it is asked without TLS.
        """
        with suppress(ValueError):
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
            plain = parts.hostname and port and "@" not in parts.netloc and "#" not in url and "\\" not in url
            if plain and len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url:
                found = cls(parts.scheme, parts.hostname or "", port, _path(parts.path, parts.query))
                if any(found.within(site) for site in _sites(allowed)):
                    return found
                raise Invalid(f"{found.host} 不在允许推送的主机之内，请系统管理员在设置 CHENGXIN_PUSH_HOSTS 中写明")
        raise Invalid("推送地址应为 https:// 开头的完整地址，不带用户名、空格和 # 号")

    @property
    def site(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    def within(self, site: tuple[str, str, int]) -> bool:
        """Is it at this site; or at an address of this network, where the host is written as an address?"""
        scheme, host, port = site
        if (self.scheme, self.port) != (scheme, port):
            return False
        if "/" not in host:
            return self.host == host
        with suppress(ValueError):
            return ip_address(self.host) in ip_network(host)
        return False


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _sites(allowed: str) -> set[tuple[str, str, int]]:
    """The sites that the settings name; what cannot be read allows nothing."""
    found = set()
    for one in filter(None, (each.strip() for each in allowed.split(","))):
        with suppress(ValueError):
            parts = urlsplit(one if "://" in one else f"https://{one}")
            bits = parts.path.removeprefix("/")
            if parts.scheme in _PORTS and parts.hostname and not (parts.query or parts.fragment or parts.username):
                host = str(ip_network(f"{parts.hostname}/{bits}")) if bits else parts.hostname
                found.add((parts.scheme, host, parts.port or _PORTS[parts.scheme]))
    return found


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


def _address(to: Destination, resolve: Resolve) -> str:
    """The address to connect to. Raises Unsent when the host has none, or one that nobody may be sent to."""
    try:
        found = [ip_address(one.partition("%")[0]) for one in resolve(to.host, to.port)]
    except (OSError, ValueError):
        raise Unsent("找不到主机") from None
    if not found:
        raise Unsent("找不到主机")
    if any(_forbidden(one, to.host) for one in found):
        raise Unsent("主机指向不允许的地址")
    return str(found[0])


def _forbidden(found: Address, host: str) -> bool:
    """Loopback, unless the settings name it as such; what is no machine's address, or only this link's."""
    plain = getattr(found, "ipv4_mapped", None) or found
    if plain.is_loopback:
        return host not in (str(found), "localhost")
    tunnels = isinstance(plain, IPv6Address) and (plain.sixtofour is not None or plain.teredo is not None)
    told = plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved
    return told or tunnels or str(plain) in _METADATA


def post(
    to: Destination, body: bytes, headers: Mapping[str, str], *, ca: Path | None = None, resolve: Resolve = resolved
) -> int:
    """Send; the status of the answer. Raises Unsent when there was none within the bounds."""
    address = _address(to, resolve)
    line: socket.socket | None = None
    late = Event()
    try:
        line = _wrapped(socket.create_connection((address, to.port), timeout=STEP), to, ca)
        timer = Timer(WHOLE, _cut, (line, late))
        timer.daemon = True
        timer.start()
        try:
            status = _posted(line, to, body, headers)
        finally:
            timer.cancel()
        if late.is_set():  # what was read is the beginning of an answer that was cut off
            raise TimeoutError
        return status
    except ssl.SSLCertVerificationError:
        raise Unsent("对方的证书不能核验") from None
    except TimeoutError:
        raise Unsent("没有及时答复") from None
    except (OSError, HTTPException, ValueError, AttributeError) as error:
        raise Unsent("没有及时答复" if late.is_set() else f"连接中断（{type(error).__name__}）") from None
    finally:
        if line is not None:
            line.close()


def _wrapped(line: socket.socket, to: Destination, ca: Path | None) -> socket.socket:
    """With TLS, which is agreed on only when the first word is sent: by then the timer runs."""
    if to.scheme == "http":
        return line
    try:
        trust = ssl.create_default_context(cafile=ca)
        return trust.wrap_socket(line, server_hostname=to.host, do_handshake_on_connect=False)
    except (OSError, ValueError):
        line.close()
        raise


def _posted(line: socket.socket, to: Destination, body: bytes, headers: Mapping[str, str]) -> int:
    """The question and the beginning of the answer, over a line that is open already."""
    connection = HTTPConnection(to.host, to.port, timeout=STEP)
    connection.sock = line
    usual = to.port == _PORTS[to.scheme]
    name = f"[{to.host}]" if ":" in to.host else to.host
    said = {
        "Host": name if usual else f"{name}:{to.port}", "Content-Type": "application/json", "Connection": "close",
        **headers,
    }  # fmt: skip
    try:
        if isinstance(line, ssl.SSLSocket):
            line.do_handshake()
        connection.request("POST", to.path, body, said)
        answer = connection.getresponse()
        answer.read(READ)
        return answer.status
    finally:
        connection.close()


def _cut(line: socket.socket, late: Event) -> None:
    """End it from outside, whoever is reading: past TLS, which would forget its keys under the reader's hands."""
    late.set()
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
