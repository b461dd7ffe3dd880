"""没有权限的答复 (the answer to who may not): who does it, and the way back; the request is in the audit log."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from integrity import areas, sessions
from integrity.errors import NotFound
from integrity.permissions import RIGHTS, NoRight
from integrity.refusals import Attempt, Refusals
from integrity.web.api_access import office_of
from integrity.web.desk import here, local, page_name
from integrity.web.shell import menu, rendered

_CLAUSE = re.compile("[，；：]")


def write_down(request: Request, error: Exception) -> None:
    """Write what was refused to somebody who is known into the audit log; of programs, what they may not see or do."""
    officer = getattr(request.state, "officer", "")
    if officer and (_asked(request) or not request.url.path.startswith("/api/")):
        refusals: Refusals = request.app.state.refusals
        refusals.note(office_of(request), officer, _attempt(request, error))


def _attempt(request: Request, error: Exception) -> Attempt:
    """What was asked for, in words: the matter and what its page does; never the address as it was typed."""
    linked = request.url.path.startswith("/api/")
    verb = "接口调用" if linked else "打开" if request.method in ("GET", "HEAD") else "提交"
    matter, name = _asked(request), _CLAUSE.split(page_name(request))[0]
    words = f"{matter}，{verb}“{name}”" if matter else f"{verb}没有的网址"
    kind = request.url.path.removeprefix("/api").split("/")[1]
    number = str(request.path_params.get("number", ""))
    return Attempt(words, matter, kind, number, _otherwise(error))


def _otherwise(error: Exception) -> str:
    """Why, by the kind of the error alone."""
    if isinstance(error, NoRight):
        return "不是本岗位的事项，或者不在本辖区"
    return "没有找到" if isinstance(error, NotFound) else "不能这样办理"


def _asked(request: Request) -> str:
    """The matter of the way in that was asked."""
    route = str(getattr(request.scope.get("route"), "path", ""))
    doors = request.app.state.doors
    return next((one.matter for one in doors if (one.verb, one.path) == (request.method, route)), "")


def frame(request: Request) -> dict[str, Any]:
    """The menu and the name of whoever is signed in, around a page that says what went wrong; nothing for nobody."""
    secret = request.cookies.get(sessions.COOKIE, "")
    if not secret or request.url.path.startswith("/api/"):
        return {}
    with office_of(request).reading() as work:
        held = sessions.holder(work, secret)
        if held is None:
            return {}
        here_is = areas.named(work, [held.officer.area], work.today)[held.officer.area]
    return {
        "officer": held.officer, "menu": menu(held.officer, request.url.path), "token": sessions.form_token(secret),
        "large": held.session.large_type, "area_name": here_is,
    }  # fmt: skip


def told(request: Request, message: str, status: int) -> Response | None:
    """The page for whoever has not the right; None where the matter is nobody's in particular."""
    matter = _asked(request)
    if not matter:
        return None
    roles = RIGHTS[matter].roles
    who = "、".join(role.value if role.value.endswith("员") else f"{role.value}人员" for role in roles)
    return rendered(
        "forbidden.html", status=status, message=message.rstrip("。"), who=who, back=_back(request), **frame(request)
    )  # fmt: skip


def _back(request: Request) -> str:
    """From which page of this site the request came; "" for none, and for the page itself."""
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host", "") or not came.path:
        return ""
    to = local(came.path + (f"?{came.query}" if came.query else ""))
    return "" if to == here(request) else to
