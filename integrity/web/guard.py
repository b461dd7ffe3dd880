"""外层 (the outermost layer): headers on every answer, limits on what is sent, no post from another site's page.

What nobody foresaw is written down and told as such; no answer shows the inside of the program.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from integrity import evidence
from integrity.mishaps import write_down

LARGEST_BODY = 2**20
TOO_LARGE = "发来的内容过大，不超过 {} MB"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {}"
)
HEADERS = {
    "content-security-policy": POLICY.format("'none'"),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
}
ONLY_TLS = "max-age=31536000"
"""HSTS: a browser that was here over TLS comes by nothing else for a year (程序自己加密传输时才发)."""
_SAFE = ("GET", "HEAD", "OPTIONS")
UPLOADS = ("/evidence", "/scan", "/upload", "/results")
"""Ends of the paths to which files are sent."""
Answer = Callable[[str, int, str], Response]


class Guarded:
    """外层 (outermost layer): `answer` words what went wrong, for a path, a status and a message."""

    def __init__(self, app: ASGIApp, answer: Answer) -> None:
        self.app, self.answer = app, answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                _add_headers(message, secured=scope.get("scheme") == "https")
            await send(message)

        if _from_elsewhere(scope):
            told = self.answer(scope["path"], 403, "这一请求来自其他网站的页面，没有办理")
            await told(scope, receive, guarded)
            return
        try:
            await self.app(scope, _measured(scope, receive), guarded)
        except Exception as error:
            write_down(error)
            if begun:
                raise
            told = self.answer(scope["path"], 500, "程序没有预料到的情况，详情已写入日志")
            await told(scope, receive, guarded)


def _add_headers(message: Message, *, secured: bool) -> None:
    """The headers, but for those that the answer has of its own."""
    own = {name.lower() for name, _ in message["headers"]}
    every = HEADERS | ({"strict-transport-security": ONLY_TLS} if secured else {})
    ours = [(name.encode(), value.encode()) for name, value in every.items()]
    message["headers"] += [(name, value) for name, value in ours if name not in own]


def _from_elsewhere(scope: Scope) -> bool:
    """Does another site's page make this browser write here? Programs send neither header; `/api` has no cookie."""
    if scope["method"] in _SAFE:
        return False
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if headers.get(b"sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get(b"origin", "")
    return bool(origin) and origin != "null" and urlsplit(origin).netloc != headers.get(b"host", "")


def _measured(scope: Scope, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """What is received, refused as soon as it is too long: nobody fills the memory of the office."""
    told = dict(scope["headers"]).get(b"content-length", b"0")
    most, had = _most(scope), 0
    too_large = TOO_LARGE.format(most // 2**20)

    async def measured() -> Message:
        nonlocal had
        if told.isdigit() and (len(told) > len(str(most)) or int(told) > most):
            raise HTTPException(413, too_large)
        message = await receive()
        had += len(message.get("body", b""))
        if had > most:
            raise HTTPException(413, too_large)
        return message

    return measured


def _most(scope: Scope) -> int:
    """How much may be sent here: a file where files are kept, elsewhere words only."""
    if scope["method"] != "POST" or not scope["path"].endswith(UPLOADS):
        return LARGEST_BODY
    if scope["path"].startswith("/api/"):
        return evidence.limit()  # the body is the file itself
    return evidence.limit() + LARGEST_BODY
