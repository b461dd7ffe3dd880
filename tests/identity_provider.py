"""试验用的身份服务 (an identity provider for tests): real HTTP on this machine, real signatures.

It logs in whoever `person` says, asking only where `asks` is set, and gives each code out once. A test changes what
it says.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT, SECRET = "chengxin", "not-a-real-secret-7"


class IdentityProvider:
    """身份服务 (the provider): who is logged in, what its tokens say and how they are signed, what it was asked."""

    def __init__(self, address: str, now: Callable[[], float]) -> None:
        self.issuer, self.now = address, now
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.published: list[dict[str, Any]] = [self.key.as_dict(private=False)]
        self.person: dict[str, Any] = {"sub": "u-1001", "employee": "jb01"}
        self.said: dict[str, Any] = {}
        self.signed: Callable[[dict[str, Any]], str] = self.sign
        self.about: dict[str, Any] = {}
        self.asked: list[dict[str, str]] = []
        self.tokens: list[dict[str, str]] = []
        self.fetched: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.slow, self.answer, self.asks, self.moved = 0.0, "", False, ""

    def sign(self, claims: dict[str, Any], algorithm: str = "RS256", key: Any = None, kid: str | None = "k1") -> str:
        """An ID token."""
        header = {"alg": algorithm} | ({"kid": kid} if kid else {})
        return jwt.encode(header, claims, key or self.key, algorithms=[algorithm])

    def sign_with_public_key(self, claims: dict[str, Any]) -> str:
        """HS256 under the text of the public key: what a careless reader takes for RS256."""
        content = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(claims)}"
        mac = hmac.new(self.key.as_pem(private=False), content.encode(), sha256).digest()
        return f"{content}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    def unsigned(self, claims: dict[str, Any]) -> str:
        """A token with `alg` none."""
        return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."

    def described(self) -> dict[str, Any]:
        """The description of itself."""
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"], **self.about,
        }  # fmt: skip

    def authorize(self, query: dict[str, str]) -> str:
        """Log the person in: the address to which the browser goes back."""
        self.asked.append(query)
        code = f"code-{len(self.asked)}"
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"], "iss": self.issuer})

    def exchange(self, form: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        """An ID token for a code, once, to whoever asked for the code."""
        self.tokens.append(form)
        query = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        known = login == f"{CLIENT}:{SECRET}"
        if query is None or not known or query["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        if query["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        now = int(self.now())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": query["nonce"], "auth_time": now,
            **self.person, **self.said,
        }  # fmt: skip
        kept = {name: one for name, one in claims.items() if one is not None}
        return 200, {"id_token": self.signed(kept), "access_token": "unused", "token_type": "Bearer"}


def public(key: RSAKey | ECKey, **more: str) -> dict[str, Any]:
    """A key as it is published."""
    return {**key.as_dict(private=False), **more}


def _part(said: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


class _Desk(BaseHTTPRequestHandler):
    """The provider's addresses."""

    provider: IdentityProvider

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""

    def do_GET(self) -> None:
        """Description, keys, login."""
        parts, of = urlsplit(self.path), self.provider
        of.fetched.append(parts.path)
        time.sleep(of.slow)
        if parts.path == "/authorize" and of.asks:
            self._tell(
                200, f'<form action="/in?{escape(parts.query)}" method="post"><button>我是本人</button>'.encode()
            )
        elif parts.path == "/authorize":
            self.send_response(302)
            self.send_header("location", of.authorize(dict(parse_qsl(parts.query))))
            self.end_headers()
        elif of.moved and parts.path != of.moved:
            self.send_response(302)
            self.send_header("location", of.issuer + of.moved)
            self.end_headers()
        elif of.answer:
            self._tell(200, of.answer.encode())
        elif parts.path == "/keys":
            self._tell(200, json.dumps({"keys": of.published}).encode())
        elif parts.path.endswith("/.well-known/openid-configuration"):
            self._tell(200, json.dumps(of.described()).encode())
        else:
            self._tell(404, b"{}")

    def do_POST(self) -> None:
        """A code for a token; the button of the login page."""
        parts = urlsplit(self.path)
        if parts.path == "/in":
            self.send_response(302)
            self.send_header("location", self.provider.authorize(dict(parse_qsl(parts.query))))
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: some[0] for name, some in parse_qs(body).items()}
        login = b64decode(self.headers.get("authorization", "Basic ").removeprefix("Basic ")).decode()
        status, told = self.provider.exchange(form, login)
        self._tell(status, json.dumps(told).encode())

    def _tell(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8" if body[:1] == b"<" else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            return  # whoever asked did not wait


@contextmanager
def served(now: Callable[[], float], name: str = "127.0.0.1") -> Iterator[IdentityProvider]:
    """A provider that answers under this name as long as this lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Desk", (_Desk,), {}))
    provider = IdentityProvider(f"http://{name}:{server.server_address[1]}", now)
    server.RequestHandlerClass.provider = provider  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
