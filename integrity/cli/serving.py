"""网页 (the pages): served on this machine, with the timetable beside them."""

from __future__ import annotations

import signal
import socket
from contextlib import closing
from ipaddress import ip_address
from typing import Annotated

import typer
import uvicorn

from integrity.cli.console import opened, say
from integrity.errors import Refused
from integrity.settings import settings
from integrity.web.app import create_app
from scheduler.__main__ import start

app = typer.Typer()


@app.command()
def serve(
    port: Annotated[int | None, typer.Option(help="端口（默认 8000）")] = None,
    host: Annotated[str, typer.Option(help="只能是本机地址")] = "",
    timetable: Annotated[bool, typer.Option("--jobs/--no-jobs", help="是否同时运行定时任务")] = True,
) -> None:
    """在本机提供网页，并运行定时任务；Ctrl-C 结束。"""
    where, number = host or settings().host, settings().port if port is None else port
    _must_be_free(where, number)
    with opened() as office:
        stop = start(office) if timetable else None
        say(f"诚信救助：http://{where}:{number}/　（Ctrl-C 结束）")
        # uvicorn passes a signal on when it has closed down; SIGTERM too must then come back here, not end the process
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            uvicorn.run(create_app(office), host=where, port=number, log_level="warning", server_header=False)
        except KeyboardInterrupt:
            pass  # uvicorn has closed down in order and passes the signal on
        finally:
            if stop is not None:
                say("正在结束当前任务段……")
                stop()
    say("已停止")


def _must_be_free(host: str, port: int) -> None:
    """Refuse an address other than this machine's own (the pages have no login yet), and a port that is taken."""
    if host != "localhost" and not _is_loopback(host):
        raise Refused(f"网页还没有登录功能，只能在本机（127.0.0.1）提供，不能在 {host} 提供")
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
