"""我的账户 (one's own account): the password, the telephone for one-time codes, recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from integrity import areas, logins, one_time, passwords, sessions
from integrity.errors import Invalid, NotFound, Refused
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.entry import CHOOSE, DIFFERENT, FIRST_CODE, LOGIN, give_cookie
from integrity.web.forms import Field, Form, fresh

router = APIRouter()
Looking = Annotated[Desk, looks("使用本系统")]
Acting = Annotated[Desk, acts("使用本系统")]
CHANGE = (
    Field("old", "现用的密码", "password", max_length=passwords.LONGEST, auto="current-password"), *CHOOSE[:2]
)  # fmt: skip
CODES = (LOGIN[1], Field("code", "动态码", max_length=20, auto="one-time-code"))


@router.get("/account")
def show(desk: Looking) -> Response:
    """我的账户。"""
    account = sessions.account_of(desk.work, desk.officer.code)
    return desk.page(
        "account.html", account=account, left=one_time.codes_left(desk.work, account), rules=passwords.rules(),
        needed=one_time.needed(desk.officer.role), start=_fresh(desk, ()), place=_place(desk),
    )  # fmt: skip


def _place(desk: Desk) -> str:
    """The officer's area by name; by code where no list of areas has it."""
    try:
        return areas.full_name(desk.work, desk.officer.area, desk.work.today)
    except NotFound:
        return desk.officer.area


@router.get("/account/password")
def show_password(desk: Looking) -> Response:
    """修改密码。"""
    return _page(desk, "account_password.html", _fresh(desk, CHANGE))


@router.post("/account/password")
def change_password(desk: Acting) -> Response:
    """修改密码；其他地方的登录随即结束。"""
    form = desk.read(CHANGE)
    if not form.errors and form.given["new"] != form.given["again"]:
        form.errors["again"] = DIFFERENT

    def act() -> Response:
        entered = logins.change_password(
            desk.office, desk.held, form.given["old"], form.given["new"], address=desk.held.session.address
        )
        with desk.office.reading() as work:
            held = sessions.holder(work, entered.secret)
        answer = _back(desk, held or desk.held, "密码已修改，其他地方的登录已结束")
        give_cookie(answer, entered.secret)
        return answer

    return _tried(desk, form, "new", act, "account_password.html")


@router.post("/account/telephone")
def start_telephone(desk: Acting) -> Response:
    """启用动态码：取得二维码。"""
    desk.work.session.rollback()
    logins.start_telephone(desk.office, desk.held)
    return RedirectResponse("/account/telephone", SEE_OTHER)


@router.get("/account/telephone")
def show_telephone(desk: Looking) -> Response:
    """启用动态码：扫描二维码，填写第一个动态码。"""
    account = sessions.account_of(desk.work, desk.officer.code)
    if account.totp_at is not None or not account.totp:
        return RedirectResponse("/account", SEE_OTHER)
    return _page(desk, "account_telephone.html", _fresh(desk, FIRST_CODE[:1]))


@router.post("/account/telephone/confirm")
def confirm_telephone(desk: Acting) -> Response:
    """启用动态码，随后显示恢复码。"""
    form = desk.read(FIRST_CODE[:1])

    def act() -> Response:
        codes = logins.confirm_telephone(desk.office, desk.held, form.given["code"])
        return desk.page("account_codes.html", codes=codes)

    return _tried(desk, form, "code", act, "account_telephone.html")


@router.get("/account/codes")
def show_codes(desk: Looking) -> Response:
    """重新生成恢复码。"""
    return _page(desk, "account_renew.html", _fresh(desk, CODES))


@router.post("/account/codes")
def renew_codes(desk: Acting) -> Response:
    """重新生成恢复码；以前的随即作废。"""
    form = desk.read(CODES)

    def act() -> Response:
        codes = logins.renew_codes(desk.office, desk.held, form.given["password"], form.given["code"])
        return desk.page("account_codes.html", codes=codes)

    return _tried(desk, form, "code", act, "account_renew.html")


def _fresh(desk: Desk, fields: tuple[Field, ...]) -> Form:
    """A form that is never kept as a draft."""
    form = fresh(fields)
    form.token = desk.token
    return form


def _page(desk: Desk, name: str, form: Form, status: int = 200) -> Response:
    account = sessions.account_of(desk.work, desk.officer.code)
    waits = bool(account.totp) and account.totp_at is None
    return desk.page(
        name, status=status, form=form, rules=passwords.rules(),
        picture=one_time.picture(desk.work, account) if waits else "",
        letters=one_time.letters(desk.work, account) if waits else "",
    )  # fmt: skip


def _tried(desk: Desk, form: Form, blamed: str, act: Callable[[], Response], name: str) -> Response:
    """Do what a form asks; what is wrong is told on the form, in which no password stands."""
    if not form.errors:
        desk.work.session.rollback()  # a look holds up the writer
        try:
            return act()
        except Invalid as fault:
            form.errors[blamed] = str(fault)
        except Refused as fault:
            form.refused = str(fault)
    return _page(desk, name, form, 422 if form.errors else 409)


def _back(desk: Desk, held: sessions.Held, said: str) -> Response:
    with desk.office.work(desk.officer.code) as work:
        sessions.tell(work, held, said)
    return RedirectResponse("/account", SEE_OTHER)
