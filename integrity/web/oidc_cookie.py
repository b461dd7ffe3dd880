"""统一身份认证的 Cookie (cookie of a login at the provider): what this browser asked there, sealed; ten minutes.

It comes along when the provider sends the browser back, which the cookie of the session, being strict, does not. It
opens nothing by itself.
"""

from __future__ import annotations

import base64
import json
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from integrity.errors import Invalid
from integrity.oidc import Asked
from integrity.work import Office

COOKIE: Final = "__Host-oidc"
LASTS: Final = 600
_ASKED, _PROVED = "oidc|asked", "oidc|proved"


def keep_asked(answer: Response, office: Office, asked: Asked) -> None:
    """What was asked, until the browser comes back."""
    _keep(answer, office, _ASKED, asked)


def asked(request: Request, office: Office) -> Asked | None:
    """What this browser asked within the last minutes; None for nothing."""
    found = _read(request, office, _ASKED)
    if not isinstance(found, list) or len(found) != len(Asked._fields):
        return None
    was = Asked(*found)
    return was if 0 <= office.clock().timestamp() - was.at < LASTS else None


def keep_proved(answer: Response, office: Office, kept: str) -> None:
    """The provider has just asked whoever sits at the session of which this is kept; the code is still wanted."""
    _keep(answer, office, _PROVED, (kept, int(office.clock().timestamp())))


def proved(request: Request, office: Office) -> str:
    """The session for which the provider has just asked; "" for none."""
    found = _read(request, office, _PROVED)
    if not isinstance(found, list) or not 0 <= office.clock().timestamp() - found[1] < LASTS:
        return ""
    return str(found[0])


def drop(answer: Response) -> None:
    """It has served."""
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def _keep(answer: Response, office: Office, context: str, said: tuple[object, ...]) -> None:
    sealed = office.vault.seal_bytes(json.dumps(said).encode(), context)
    value = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
    answer.set_cookie(COOKIE, value, max_age=LASTS, path="/", secure=True, httponly=True, samesite="lax")


def _read(request: Request, office: Office, context: str) -> object:
    given = request.cookies.get(COOKIE, "")
    try:
        sealed = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        return json.loads(office.vault.open_bytes(office.vault.current, sealed, context))
    except (Invalid, ValueError):  # another one's, altered, or none
        return None
