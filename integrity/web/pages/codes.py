"""核验码页 (pages of check codes): a paper that holds no more; the keys that sign, replaced and declared void.

Keys of encryption are not here: they are changed at the command line, with the program stopped.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import seal_lists, seals, verify_page
from integrity.case_views import officer_name
from integrity.errors import Conflict, NotFound, Refused
from integrity.settings import settings
from integrity.vault import load_vault
from integrity.web.api_access import office_of
from integrity.web.desk import SEE_OTHER, Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.downloads import download
from integrity.web.pages.papers import At, paper_at, paper_trail
from integrity.web.pages.print_runs import desk_form
from integrity.web.shell import crumbs, path
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks(seals.MATTER)]
Keeping = Annotated[Desk, acts(seals.MATTER)]
WITHDRAW = (
    Field("reason", "理由", max_length=seals.REASON, hint="核验这份文书的人会看到；不要写姓名和身份证号"),
    Field("by_number", "替换它的文书", required=False, max_length=60, hint="另一份文书的文号；不填的，为撤回"),
    Field("on", "失效日期", "date", hint="不晚于今天"),
    Field("sure", "确认这份文书自该日失效，不能取消", "tick", False),
)
REVOKE = (
    Field("reason", "理由", max_length=200, hint="怎样遗失、泄露的，何时发现；不要写姓名和身份证号"),
    Field("sure", "确认作废这把密钥，不能取消", "tick", False),
)
RENEW = (Field("sure", "确认更换签名密钥，不能换回", "tick", False),)
_LIST, _PAGE = "verification.json", "verify.html"


def _confirmed(desk: Desk, fields: tuple[Field, ...]) -> Form:
    """What was sent; an error beside the tick that was not set."""
    form = desk.read(fields)
    if not form.given.get("sure"):
        form.errors["sure"] = f"请勾选“{form.field('sure').label}”"
    return form


@router.get("/households/{number}/papers/{paper}/withdraw")
def show_withdraw(desk: Looking, number: str, paper: str) -> HTMLResponse:
    """撤回、替换一份文书的表单。"""
    at = paper_at(desk, number, paper)
    return _withdraw_page(desk, at, desk.form(WITHDRAW, {"on": desk.work.today}, household_id=at.household_id))


def _withdraw_page(desk: Desk, at: At, form: Form) -> HTMLResponse:
    return desk_form(
        desk, form, heading=f"撤回、替换：{at.notice.number}", button="登记失效", danger=True, cancel=at.href(),
        here=at.href("withdraw"), crumbs=paper_trail(at, ("撤回、替换", "")),
        lead=(f"《{at.notice.kind.value}》，{at.notice.happened_on} 制发。",
              "登记以后，核验它的人会看到已经失效；没有送达的不再送达。"
              "只登记文书失效，不改变已经作出的决定；决定有错的，走“更正与撤销”程序。"),
    )  # fmt: skip


@router.post("/households/{number}/papers/{paper}/withdraw")
def withdraw(desk: Keeping, number: str, paper: str) -> Response:
    """登记一份文书已撤回或者被替换；不能取消。"""
    at = paper_at(desk, number, paper)
    form = _confirmed(desk, WITHDRAW)

    def act(work: Work) -> str:
        by_number = form.given.get("by_number", "")
        try:
            ended = seals.end(
                work, at.notice.number, by_number=by_number, reason=form.given["reason"], on=form.given["on"]
            )
        except NotFound as fault:
            raise Refused(str(fault)) from fault
        desk.tell(work, f"已登记：{ended.number} 自 {ended.ended_on} 失效。请重新公布核验资料和核验网页")
        return at.href()

    show_again = lambda shown: _withdraw_page(desk, at, shown)  # noqa: E731
    return desk.submit(form, act, show_again, household_id=at.household_id, area=at.notice.area)


@router.get("/codes")
def show(desk: Looking) -> HTMLResponse:
    """签名密钥：何时起用、停用、作废；更换、作废；公布核验资料。"""
    lines = [_line(desk, one) for one in seals.keys(desk.work)]
    return desk.page("codes.html", lines=lines, crumbs=crumbs(("核验码", "")))


def _line(desk: Desk, one: seals.KeyUse) -> dict[str, Any]:
    key = one.key
    state, colour = ("现用", "green") if one.current else ("停用", "grey")
    if key.lost_on is not None:
        state, colour = "作废", "red"
    return {
        "key": key, "state": state, "colour": colour,
        "by": officer_name(desk.work, key.recorded_by),
        "fingerprint": seal_lists.fingerprint(bytes.fromhex(key.public_key)),
    }  # fmt: skip


@router.get("/codes/renew")
def show_renew(desk: Looking) -> HTMLResponse:
    """更换签名密钥以前的确认。"""
    return _renew_page(desk, desk.form(RENEW))


def _renew_page(desk: Desk, form: Form) -> HTMLResponse:
    return desk_form(
        desk, form, heading="更换签名密钥", button="更换", danger=True, cancel="/codes", here="/codes/renew",
        crumbs=crumbs(("核验码", "/codes"), ("更换签名密钥", "")),
        lead=("以后制发的文书由新的密钥签名；原密钥签发过的文书仍然有效。怀疑泄露的，不要更换，作废那把密钥。",
              "更换以后，请立即另存密钥文件，并重新公布核验资料和核验网页。"),
    )  # fmt: skip


@router.post("/codes/renew")
def renew(desk: Keeping) -> Response:
    """更换签名密钥。"""

    def act(work: Work) -> str:
        desk.tell(work, f"现用签名密钥 {seals.renew(work, settings().keys)}；{_AFTER}")
        return path("codes")

    return _taken_up(desk, desk.submit(_confirmed(desk, RENEW), act, lambda shown: _renew_page(desk, shown)))


_AFTER = "请立即另存密钥文件，并重新公布核验资料和核验网页"


def _taken_up(desk: Desk, answer: Response) -> Response:
    """新密钥启用: this process signs with the new key; others find it in the key file when they sign next."""
    if answer.status_code == SEE_OTHER:
        office_of(desk.request).vault = load_vault(settings().keys)
    return answer


@router.get("/codes/{key}/revoke")
def show_revoke(desk: Looking, key: str) -> HTMLResponse:
    """作废一把签名密钥的表单。"""
    return _revoke_page(desk, _key(desk, key), desk.form(REVOKE))


def _key(desk: Desk, key: str) -> seals.KeyUse:
    found = next((one for one in seals.keys(desk.work) if one.key.id == key), None)
    if found is None:
        raise NotFound("没有这把签名密钥")
    if found.key.lost_on is not None:
        raise Conflict(f"签名密钥 {key} 已于 {found.key.lost_on} 作废")
    return found


def _revoke_page(desk: Desk, one: seals.KeyUse, form: Form) -> HTMLResponse:
    return desk_form(
        desk, form, heading=f"作废签名密钥 {one.key.id}", button="作废", danger=True, cancel="/codes",
        here=here(desk.request), crumbs=crumbs(("核验码", "/codes"), (f"作废 {one.key.id}", "")),
        lead=("作废以后，登记在册、由它签发的文书仍能核验，别的签名一律不认。"
              + ("它是现用的密钥，作废的同时换上新的。" if one.current else ""),
              "只在密钥文件或者它的备份遗失、泄露时作废。"),
    )  # fmt: skip


@router.post("/codes/{key}/revoke")
def revoke(desk: Keeping, key: str) -> Response:
    """作废一把签名密钥；现用的同时更换。"""
    one, form = _key(desk, key), _confirmed(desk, REVOKE)

    def act(work: Work) -> str:
        name = seals.lost(work, settings().keys, key, reason=form.given["reason"])
        desk.tell(work, f"签名密钥 {key} 已作废，现用 {name}；{_AFTER}")
        return path("codes")

    return _taken_up(desk, desk.submit(form, act, lambda shown: _revoke_page(desk, one, shown)))


@router.get("/codes/{name}")
def publish(desk: Looking, name: str) -> Response:
    """核验资料、离线核验网页：由现用密钥签名，可以发给其他单位。"""
    if name not in (_LIST, _PAGE):
        raise NotFound("没有这个文件")
    listed = seal_lists.published(desk.work)
    signer = f"公钥指纹 {seal_lists.read(listed).signer}"
    desk.note("公布核验资料" if name == _LIST else "制作核验网页", name, signer)
    if name == _LIST:
        return download(listed, name, "application/json")
    return download(verify_page.page(listed).html, "核验.html", "text/html")
