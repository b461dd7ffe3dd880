"""登录页 (entry): log in step by step, prove oneself again, log out; one's own account.

Every form here carries a token like all others. Before anybody is known it belongs to a cookie that opens nothing: so a
page elsewhere cannot log a browser in either. After each step the cookie holds another secret.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from secrets import token_urlsafe
from typing import Annotated, Final, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from integrity import accounts, logins, oidc_links, one_time, passwords, sessions
from integrity.demo.logins import EXPLAINED, PASSWORD
from integrity.errors import Forbidden, Invalid, Refused
from integrity.logins import Entered, Waits
from integrity.settings import settings
from integrity.web import oidc_cookie
from integrity.web.api_access import Here
from integrity.web.desk import NotSignedIn, Seated, SentForm, local
from integrity.web.forms import Field, Form, Sent, fresh, read
from integrity.web.shell import rendered
from integrity.work import Office

router = APIRouter()
SEE_OTHER, REFUSED, MISTAKEN = 303, 409, 422
STEPS: Final = {Waits.CODE: "/login/code", Waits.PASSWORD: "/login/password", Waits.ENROL: "/login/enrol"}
NEXT = Field("next", "", "hidden", required=False, max_length=2000)
LOGIN = (
    Field("code", "工号", max_length=40, auto="username"),
    Field("password", "密码", "password", max_length=passwords.LONGEST, auto="current-password"),
    NEXT,
)  # fmt: skip
_CODE = Field("code", "动态码", max_length=20, auto="one-time-code")
CODE = (replace(_CODE, hint="手机验证器上的 6 位数字；手机不在身边的，填写一个恢复码"), NEXT)
FIRST_CODE = (replace(_CODE, hint="扫描以后，手机上显示的 6 位数字"), NEXT)
CHOOSE = (
    Field("new", "新密码", "password", max_length=passwords.LONGEST, auto="new-password"),
    Field("again", "再输入一次新密码", "password", max_length=passwords.LONGEST, auto="new-password"),
    NEXT,
)  # fmt: skip
PROVE = (LOGIN[1], _CODE, NEXT)
PROVE_BY_PASSWORD = (LOGIN[1], NEXT)
PROVE_BY_CODE = (_CODE, NEXT)
DIFFERENT = "两次输入的新密码不一样"


async def _typed(request: Request) -> AsyncIterator[Sent]:
    """What was sent, with the token of the cookie that came along. Raises Forbidden without it."""
    async with request.form(max_fields=10, max_files=0) as form:
        given = {name: (value,) for name, value in form.items() if isinstance(value, str)}
        wanted = sessions.form_token(secret_of(request))
        token = given.get("token", ("",))[0]
        if not secret_of(request) or not hmac.compare_digest(token.encode("utf-8", "replace"), wanted.encode()):
            raise Forbidden("登录页已经过期，或者浏览器没有保存 Cookie；请重新打开登录页再试")
        yield Sent(given)


Typed = Annotated[Sent, Depends(_typed, scope="function")]


def secret_of(request: Request) -> str:
    """The secret in the cookie; "" when there is none."""
    return request.cookies.get(sessions.COOKIE, "")


def give_cookie(answer: Response, secret: str) -> None:
    """Put a secret into the browser: only this site reads it, no script, no plain way to another machine."""
    answer.set_cookie(sessions.COOKIE, secret, path="/", secure=True, httponly=True, samesite="strict")


def address_of(request: Request) -> str:
    """From where a request comes."""
    return request.client.host if request.client else ""


def provider_name(request: Request) -> str:
    """How the identity provider (统一身份认证) is called here; "" where there is none."""
    return settings().oidc_name if request.app.state.oidc is not None else ""


def _half(request: Request, office: Here) -> Iterator[sessions.Held]:
    """Who has given his password and is to give more. Raises NotSignedIn."""
    with office.reading() as work:
        held = sessions.half_open(work, secret_of(request))
    if held is None:
        raise NotSignedIn
    yield held


Half = Annotated[sessions.Held, Depends(_half, scope="function")]


def _form(fields: tuple[Field, ...], secret: str, next_: str) -> Form:
    form = fresh(fields, {"next": local(next_)})
    form.token = sessions.form_token(secret)
    return form


def _read(fields: tuple[Field, ...], sent: Sent, request: Request) -> Form:
    form = read(fields, sent)
    form.values["next"] = local(form.values["next"])
    form.token = sessions.form_token(secret_of(request))
    return form


def _tried(form: Form, act: Callable[[], Response], show: Callable[[int], Response]) -> Response:
    """Do what a form asks; what is wrong is told on the form, in which no password stands."""
    if form.errors:
        return show(MISTAKEN)
    try:
        return act()
    except Invalid as fault:
        form.errors[form.fields[0].name] = str(fault)
        return show(MISTAKEN)
    except Refused as fault:
        form.refused = str(fault)
        return show(REFUSED)


def way_on(entered: Entered, to: str) -> str:
    """The page of what is still to be given, or the page that was wanted."""
    step = STEPS.get(entered.waits)
    return f"{step}?next={quote(to, safe='')}" if step else to


def _on(entered: Entered, to: str) -> Response:
    """On to what is still to be given, or to the page that was wanted; with the new secret."""
    answer = RedirectResponse(way_on(entered, to), SEE_OTHER)
    give_cookie(answer, entered.secret)
    return answer


@router.get("/login")
def show_login(request: Request, office: Here, next: str = "/") -> Response:
    """登录页。"""
    secret = secret_of(request)
    with office.reading() as work:
        if secret and sessions.holder(work, secret) is not None:
            return RedirectResponse(local(next), SEE_OTHER)
        over = sessions.why_over(work, secret)
    secret = secret or token_urlsafe()
    answer = _login_page(request, office, _form(LOGIN, secret, next), secret, over=over)
    give_cookie(answer, secret)
    return answer


@router.post("/login")
def log_in(request: Request, office: Here, sent: Typed) -> Response:
    """登录：工号和密码。"""
    form = _read(LOGIN, sent, request)

    def act() -> Response:
        typed = form.given
        entered = logins.log_in(office, typed["code"], typed["password"], address=address_of(request))
        return _on(entered, form.values["next"])

    return _tried(form, act, lambda status: _login_page(request, office, form, secret_of(request), status))


def _login_page(
    request: Request, office: Office, form: Form, secret: str, status: int = 200,
    *, over: sessions.Over | None = None,
) -> Response:  # fmt: skip
    provider = provider_name(request)
    with office.reading() as work:
        demo = accounts.demo_accounts(work)
        token = sessions.form_token(secret)
        return rendered(
            "login.html", status=status, form=form, demo=demo, explained=EXPLAINED, password=PASSWORD, token=token,
            provider=provider, over=over,
        )  # fmt: skip


@router.get("/login/code")
def show_code(held: Half, request: Request, next: str = "/") -> Response:
    """登录：动态码。"""
    return _step(held, Waits.CODE, _form(CODE, secret_of(request), next))


@router.post("/login/code")
def give_code(held: Half, request: Request, office: Here, sent: Typed) -> Response:
    """登录：动态码或者恢复码。"""
    form = _read(CODE, sent, request)

    def act() -> Response:
        entered = logins.give_code(office, held, form.given["code"], address=address_of(request))
        return _on(entered, form.values["next"])

    return _tried(form, act, lambda status: _step(held, Waits.CODE, form, status=status))


@router.get("/login/password")
def show_choice(held: Half, request: Request, next: str = "/") -> Response:
    """登录：设置新密码。"""
    return _step(held, Waits.PASSWORD, _form(CHOOSE, secret_of(request), next), rules=passwords.rules())


@router.post("/login/password")
def choose(held: Half, request: Request, office: Here, sent: Typed) -> Response:
    """登录：设置新密码。"""
    form = _read(CHOOSE, sent, request)
    _compare(form)

    def act() -> Response:
        entered = logins.choose_password(office, held, form.given["new"], address=address_of(request))
        return _on(entered, form.values["next"])

    rules = passwords.rules()
    return _tried(form, act, lambda status: _step(held, Waits.PASSWORD, form, status=status, rules=rules))


def _compare(form: Form) -> None:
    if not form.errors and form.given["new"] != form.given["again"]:
        form.errors["again"] = DIFFERENT


@router.get("/login/enrol")
def show_enrolment(held: Half, request: Request, office: Here, next: str = "/") -> Response:
    """登录：启用动态码。"""
    return _enrolment(office, held, _form(FIRST_CODE, secret_of(request), next))


@router.post("/login/enrol")
def enrol(held: Half, request: Request, office: Here, sent: Typed) -> Response:
    """登录：启用动态码，随后显示恢复码。"""
    form = _read(FIRST_CODE, sent, request)

    def act() -> Response:
        entered, codes = logins.enrol(office, held, form.given["code"], address=address_of(request))
        answer = rendered("login_codes.html", codes=codes, next=form.values["next"])
        give_cookie(answer, entered.secret)
        return answer

    return _tried(form, act, lambda status: _enrolment(office, held, form, status))


def _enrolment(office: Office, held: sessions.Held, form: Form, status: int = 200) -> Response:
    """The secret that waits for a first code: as a picture, and in letters for whoever cannot take it."""
    picture = letters = ""
    with office.reading() as work:
        account = sessions.account_of(work, held.officer.code)
        if account.totp_at is None and account.totp:
            picture, letters = one_time.picture(work, account), one_time.letters(work, account)
    return _step(held, Waits.ENROL, form, status=status, picture=picture, letters=letters)


def _step(held: sessions.Held, waits: Waits, form: Form, *, status: int = 200, **values: object) -> Response:
    """The page of a step; whoever is at another one is led there."""
    if held.session.waits != waits.value:
        to = STEPS[Waits(held.session.waits)]
        return RedirectResponse(f"{to}?next={quote(form.values['next'], safe='')}", SEE_OTHER)
    return rendered(f"login_{waits.value}.html", status=status, form=form, person=held.officer, **values)


class _Ways(NamedTuple):
    """怎样核验 (ways to prove oneself): the fields, whether there is a password, and the provider that may be asked.

    `asked`: the provider has just asked, and only the code of the telephone is wanted.
    """

    fields: tuple[Field, ...]
    password: bool
    provider: str
    asked: bool


def _ways(request: Request, office: Office, held: sessions.Held) -> _Ways:
    with office.reading() as work:
        account = sessions.account_of(work, held.officer.code)
        linked = oidc_links.current(work, account)
    code, asked = account.totp_at is not None, oidc_cookie.proved(request, office) == held.session.sha256
    fields = PROVE_BY_CODE if asked else PROVE if code else PROVE_BY_PASSWORD
    known = linked is not None and linked.approved_at is not None
    provider = provider_name(request) if known and not asked else ""
    return _Ways(fields, bool(sessions.password_of(account)), provider, asked)


@router.get("/login/prove")
def show_proof(seated: Seated, request: Request, next: str = "/") -> Response:
    """再次核验身份。"""
    office, held, secret = seated
    ways = _ways(request, office, held)
    return _proof(held, ways, _form(ways.fields, secret, next))


@router.post("/login/prove")
def prove(seated: Seated, request: Request, sent: SentForm) -> Response:
    """再次核验身份；十分钟内有效。"""
    office, held, _ = seated
    ways = _ways(request, office, held)
    form = _read(ways.fields, sent, request)

    def act() -> Response:
        password = None if ways.asked else form.given["password"]
        sessions.prove(office, held, password, form.given.get("code", ""))
        answer = RedirectResponse(form.values["next"], SEE_OTHER)
        if ways.asked:
            oidc_cookie.drop(answer)
        return answer

    return _tried(form, act, lambda status: _proof(held, ways, form, status))


def _proof(held: sessions.Held, ways: _Ways, form: Form, status: int = 200) -> Response:
    return rendered("login_prove.html", status=status, form=form, person=held.officer, ways=ways)


@router.post("/logout")
def log_out(seated: Seated, sent: SentForm) -> Response:
    """退出登录。"""
    office, _, secret = seated
    logins.log_out(office, secret)
    answer = RedirectResponse("/login", SEE_OTHER)
    answer.delete_cookie(sessions.COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer
