"""网页 (the pages): served on this machine, with the timetable beside them."""

from __future__ import annotations

import signal
import socket
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import uvicorn

from integrity.cli.console import opened, say
from integrity.errors import Refused
from integrity.records import row_security
from integrity.settings import settings
from integrity.web.app import create_app
from scheduler.__main__ import start

app = typer.Typer()
SERVED: Final[dict[str, Any]] = {"log_level": "warning", "server_header": False, "proxy_headers": False}
"""How the pages are served: no forwarded header is believed, the server does not say what it is."""


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="端口（默认 8000）")] = None,
    host: Annotated[str, typer.Option(help="本机地址；其他地址须同时给出证书")] = "",
    certificate: Annotated[Path | None, typer.Option("--tls-cert", help="证书（PEM），供局域网内使用")] = None,
    key: Annotated[Path | None, typer.Option("--tls-key", help="证书的私钥（PEM）")] = None,
    timetable: Annotated[bool, typer.Option("--jobs/--no-jobs", help="是否同时运行定时任务")] = True,
) -> None:
    """提供网页，并运行定时任务；Ctrl-C 结束。"""
    where, number = host or settings().host, settings().port if port is None else port
    secured = _secured(where, certificate, key)
    _must_be_free(where, number)
    with opened() as office:
        stop = start(office) if timetable else None
        say(f"诚信救助：http{'s' if secured else ''}://{where}:{number}/　（Ctrl-C 结束）")
        if office.engine.dialect.name == "postgresql" and not row_security.second_line(office.engine):
            say("数据库的行级安全没有开：辖区只由程序把关。开启办法见运行维护手册“行级安全”")
        # uvicorn passes a signal on when it has closed down; SIGTERM too must then come back here, not end the process
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            uvicorn.run(create_app(office), host=where, port=number, **SERVED, **secured)
        except KeyboardInterrupt:
            pass  # uvicorn has closed down in order and passes the signal on
        finally:
            if stop is not None:
                say("正在结束当前任务段……")
                stop()
    say("已停止")


def _secured(host: str, certificate: Path | None, key: Path | None) -> dict[str, Any]:
    """What makes the connection secret. Raises Refused for another address than this machine's own without it."""
    if certificate is None or key is None:
        if certificate or key:
            raise Refused("证书和私钥须同时给出（--tls-cert 和 --tls-key）")
        if host != "localhost" and not _is_loopback(host):
            raise Refused(f"在 {host} 提供网页须加密传输：请用 --tls-cert 和 --tls-key 给出证书和私钥")
        return {}
    for one in (certificate, key):
        if not one.is_file():
            raise Refused(f"没有找到 {one}")
    if host != "localhost" and not _is_loopback(host) and not settings().hosts:
        raise Refused("请用环境变量 CHENGXIN_HOSTS 写明网页的主机名（证书上的名称），否则其他电脑打不开")
    return {"ssl_certfile": str(certificate), "ssl_keyfile": str(key)}


def _must_be_free(host: str, port: int) -> None:
    """Refuse a port that is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise Refused(f"端口 {port} 不能使用（{taken.strerror}），请用 --port 换一个") from None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
