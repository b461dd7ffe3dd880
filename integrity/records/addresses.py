"""数据库的地址 (address of the database): another machine is spoken to only encrypted, and only once it is proven."""

from __future__ import annotations

from ipaddress import ip_address

from sqlalchemy.engine import URL, make_url

from integrity.errors import Refused

PROVEN = "verify-full"


def on_this_machine(url: URL) -> bool:
    """Does it stay on this machine: a file, a socket, a loopback address?"""
    if url.query.get("service"):
        return False  # a file elsewhere says where it goes
    hosts = [url.host or "", *(one for name in ("host", "hostaddr") for one in _listed(url, name))]
    return all(local(part) for host in hosts for part in host.split(","))


def _listed(url: URL, name: str) -> tuple[str, ...]:
    value = url.query.get(name, ())
    return (value,) if isinstance(value, str) else value


def local(host: str) -> bool:
    """Is this host the machine itself?"""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def proven(url: str) -> str:
    """The address, when what goes there cannot be read or answered by others. Raises Refused otherwise."""
    parts = make_url(url)
    if on_this_machine(parts) or parts.query.get("sslmode") == PROVEN:
        return url
    raise Refused(
        f"数据库在另一台计算机上，没有连接：名单和号码要经过网络。请在数据库地址的末尾写明 sslmode={PROVEN}，"
        "并用 sslrootcert 给出签发数据库证书的证书文件"
    )
