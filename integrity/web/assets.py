"""网页资料 (assets of the pages): style sheets and scripts, served under addresses that name their content.

What an address names never changes, so a browser keeps it for a year and asks again only for what a new version of the
program brings. Nothing comes from elsewhere, nothing stands inline: the policy in `guard` says so to the browser.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from integrity.errors import NotFound
from integrity.web import fetch

OWN = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
NAMED = 16
"""Characters of the SHA-256 that stand in an address."""
FOREVER = "public, max-age=31536000, immutable"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """资料 (asset): its content as it is and compressed, and the address it is served under."""

    content: bytes
    packed: bytes
    kind: str
    address: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """Every asset that is there, by its name; read and compressed once."""
    found = {path.name: path.read_bytes() for path in sorted(OWN.iterdir()) if path.suffix in KINDS}
    found |= {piece.name: fetch.content(piece) for piece in fetch.PIECES if not piece.tests_only}
    return {name: _made(name, content) for name, content in found.items() if content}


def _made(name: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:NAMED]
    packed = gzip.compress(content, 9, mtime=0)
    return Asset(content, packed, KINDS[Path(name).suffix], f"/static/{digest}/{name}")


def asset(name: str) -> str:
    """The address of an asset, for templates. One that set-up did not fetch has an address where nothing is."""
    found = assets().get(name)
    return found.address if found else f"/static/{'0' * NAMED}/{name}"


def lacking() -> tuple[str, ...]:
    """缺少的部件 (what set-up did not fetch, or what was altered): pages then work, but look plain."""
    return tuple(one.origin for one in fetch.PIECES if not one.tests_only and one.name not in assets())


@router.get("/static/{digest}/{name}")
def give(request: Request, digest: str, name: str) -> Response:
    """样式和脚本；地址由内容决定，可长期缓存。"""
    found = assets().get(name)
    if found is None or found.address != f"/static/{digest}/{name}":
        raise NotFound("没有这份网页资料")
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(found.content, media_type=found.kind, headers=headers)
