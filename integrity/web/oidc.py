"""统一身份认证登录 (login at the identity provider): out by a link, back by an address that fits what was asked here.

Only where the settings name a provider; otherwise none of these addresses is there. The way out is a link and no form:
`form-action 'self'` would hold up a form that leads to another site. The way back ends in a page that leads on, not in
a redirect: a browser that comes from elsewhere does not yet send the strict cookie of the new session.
"""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from integrity import oidc_logins
from integrity.errors import Refused
from integrity.oidc import Asked, Brought, Provider
from integrity.oidc_links import Identity
from integrity.oidc_options import BACK
from integrity.oidc_wire import Unreachable
from integrity.web import oidc_cookie
from integrity.web.api_access import Here
from integrity.web.desk import SEE_OTHER, Seated, local
from integrity.web.entry import REFUSED, address_of, give_cookie, way_on
from integrity.web.shell import rendered
from integrity.work import Office

router = APIRouter()
UNAVAILABLE = 503
EXPIRED = "这次登录已经过期，或者不是在这个浏览器里发起的；请重新登录"
DECLINED = "统一身份认证没有完成登录（本人取消，或者没有使用本系统的权限）"
_LONGEST_NEXT = 800
"""More would not fit into a cookie."""
Text = Annotated[str, Query(max_length=4096)]


def _provider(request: Request) -> Provider:
    provider: Provider = request.app.state.oidc
    return provider


@router.get("/login/oidc")
def go_out(request: Request, office: Here, next: str = "/") -> Response:
    """统一身份认证：去身份服务登录；别的网站的页面不能替人按这个按钮。"""
    if request.headers.get("sec-fetch-site", "none") == "cross-site":
        return RedirectResponse(f"/login?next={quote(local(next), safe='')}", SEE_OTHER)
    return _sent_out(request, office, local(next))


@router.get("/login/oidc/prove")
def go_and_prove(seated: Seated, request: Request, next: str = "/") -> Response:
    """统一身份认证：去身份服务再次核验身份，须已登录。"""
    office, held, _ = seated
    return _sent_out(request, office, local(next), held.session.sha256)


def _sent_out(request: Request, office: Office, to: str, session: str = "") -> Response:
    to = to if len(to) <= _LONGEST_NEXT and to.isascii() else "/"
    try:
        oidc_logins.open_to(office, address_of(request))
        asked, address = _provider(request).begin(office.clock(), to, session)
    except Refused as fault:
        return _not_done(fault, to, proving=bool(session))
    answer = RedirectResponse(address, SEE_OTHER)
    oidc_cookie.keep_asked(answer, office, asked)
    return answer


@router.get(BACK)
def come_back(
    request: Request, office: Here, state: Text = "", code: Text = "", error: Text = "", iss: Text = ""
) -> Response:  # fmt: skip
    """统一身份认证：从身份服务回来。"""
    asked = oidc_cookie.asked(request, office)
    if asked is None or not hmac.compare_digest(state.encode("utf-8", "replace"), asked.state.encode()):
        return _not_done(Refused(EXPIRED), "/")
    try:
        if error or not code:
            raise Refused(DECLINED)
        who = _identified(request, office, asked, Brought(code, iss))
        done = _proved if asked.session else _entered
        return done(request, office, asked, who)
    except Refused as fault:
        answer = _not_done(fault, asked.next, proving=bool(asked.session))
        oidc_cookie.drop(answer)
        return answer


def _identified(request: Request, office: Office, asked: Asked, brought: Brought) -> Identity:
    """Who it is; an answer that does not do is counted and written down."""
    address = address_of(request)
    oidc_logins.open_to(office, address)
    try:
        return _provider(request).identify(asked, brought, office.clock())
    except Unreachable:
        raise
    except Refused as fault:
        oidc_logins.failed(office, address, str(fault))


def _entered(request: Request, office: Office, asked: Asked, who: Identity) -> Response:
    entered = oidc_logins.log_in(office, who, address=address_of(request))
    answer = _leading_on(way_on(entered, asked.next))
    give_cookie(answer, entered.secret)
    oidc_cookie.drop(answer)
    return answer


def _proved(request: Request, office: Office, asked: Asked, who: Identity) -> Response:
    if oidc_logins.prove(office, asked.session, who, address=address_of(request)):
        answer = _leading_on(asked.next)
        oidc_cookie.drop(answer)
        return answer
    answer = _leading_on(f"/login/prove?next={quote(asked.next, safe='')}")
    oidc_cookie.keep_proved(answer, office, asked.session)
    return answer


def _leading_on(to: str) -> Response:
    """A page of this site that opens the next one by itself."""
    answer = rendered("login_on.html", to=to)
    answer.headers["refresh"] = f"0;url={to}"
    return answer


def _not_done(fault: Refused, to: str, *, proving: bool = False) -> Response:
    """What went wrong; the password is still there."""
    status = UNAVAILABLE if isinstance(fault, Unreachable) else REFUSED
    back = f"/login/prove?next={quote(to, safe='')}" if proving else f"/login?next={quote(to, safe='')}"
    return rendered("login_oidc.html", status=status, message=str(fault), back=back, proving=proving)
