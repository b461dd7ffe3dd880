"""核验页 (the pages of verification): a code, a photograph or a PDF is answered in words and by colour; what ended."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import evidence, places, seal_lists, verify_desk, verify_page, verifying
from integrity.rules.check_code import LENGTHS
from integrity.verifying import Finding
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.shell import crumbs
from integrity.web.wording import on_page

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Asking = Annotated[Desk, acts("查看户账")]
Publishing = Annotated[Desk, looks("管理核验码")]
NAME = "诚信救助核验.html"
COLOURS = {
    verifying.GENUINE: "green", verifying.CODE_ONLY: "orange", verifying.ENDED: "orange", verifying.FALSE: "red",
    verifying.UNDONE: "grey",
}  # fmt: skip
CODE = Field(
    "code", "二维码的数字", "area", False, max_length=2 * max(LENGTHS), hint="用扫码枪扫文书上的二维码，或者粘贴数字"
)
PRINTED = (
    Field("number", "纸面上的文号", required=False, hint="没有二维码时至少写文号"),
    Field("organ", "纸面上的机关", required=False),
    Field("on", "纸面上的成文日期", required=False),
    Field("digest", "二维码下面的核验码（16 位）", required=False),
)
FILE = Field("paper", "照片或者 PDF", "file", hint="拍清楚整个二维码，不要反光；送验原来的 PDF，可以逐页对照内容")
_NAMES = dict(zip(("number", "organ", "on", "digest"), verify_desk.TYPED, strict=True))


@router.get("/verify")
def show(desk: Looking, before: str = "") -> HTMLResponse:
    """核验一份文书；失效的文书。"""
    return _page(desk, desk.form((CODE, *PRINTED)), before=before)


def _page(desk: Desk, form: Form, found: list[Finding] | None = None, before: str = "") -> HTMLResponse:
    rows, next_ = verify_desk.ended(desk.work, desk.scope, before=before[:80])
    ids = [one.household_id for one in rows if one.household_id]
    return desk.page(
        "verify.html", form=form, file=desk.form((FILE,)), found=found, colours=COLOURS, rows=rows,
        fields=verifying.fields, by_eye=verifying.BY_EYE, eyed=(verifying.CODE_ONLY, verifying.ENDED),
        homes={key: one.number for key, one in places.of(desk.work, ids, desk.scope).items()},
        next=f"/verify?before={quote(next_)}" if next_ else "", first="/verify" if before else "",
        publisher=desk.may("管理核验码"), most=evidence.limit() // 2**20, crumbs=crumbs(("核验文书", "")),
    )  # fmt: skip


def _answered(desk: Desk, form: Form, found: list[Finding]) -> HTMLResponse:
    """The page with the answer; which paper was asked about is written down."""
    told = [Finding(one.answer, one.stated, tuple(on_page(note) for note in one.notes)) for one in found]
    for one in found:
        desk.note("核验文书", one.stated.number if one.stated else "", one.answer)
    return _page(desk, form, told)


@router.post("/verify")
def ask(desk: Asking) -> Response:
    """核验一串数字，或者按文号等核验；什么也不登记。"""
    form = desk.read((CODE, *PRINTED))
    if form.errors:
        return _page(desk, form)
    typed = {official: form.given.get(name, "") for name, official in _NAMES.items()}
    return _answered(desk, form, verify_desk.of_text(desk.work, form.given.get("code", ""), typed, desk.scope))


@router.get("/verify/upload")
def show_upload(desk: Looking) -> HTMLResponse:
    """上传照片或者 PDF 的表单在同一页上。"""
    return _page(desk, desk.form((CODE, *PRINTED)))


@router.post("/verify/upload")
def upload(desk: Asking) -> Response:
    """核验一张照片或者一个 PDF；文件不保存。"""
    form = desk.read((FILE,))
    blank = desk.form((CODE, *PRINTED))
    if form.errors:
        return _page(desk, blank, [verify_desk.undone("请选择照片或者 PDF")])
    (sent, *_) = (one for one in form.files["paper"] if one.filename)
    return _answered(desk, blank, verify_desk.of_file(desk.work, sent.file.read(), {}))


@router.get("/verify/page")
def offline(desk: Publishing) -> Response:
    """离线核验网页：一个文件，断网也能核验，可以发给其他单位。"""
    desk.must_be_proven()
    made = verify_page.page(seal_lists.published(desk.work))
    desk.note("制作核验网页", NAME, f"公钥指纹 {seal_lists.known(desk.work).signer}")
    return Response(made.html, media_type="text/html; charset=utf-8", headers={
        "content-disposition": "attachment; filename=verify.html",
    })  # fmt: skip
