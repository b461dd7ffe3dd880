"""证据页 (the pages of evidence): what is kept of a household, new scans and photographs, one of them to look at."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import col, select

from integrity import evidence
from integrity.case_views import officer_name
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.evidence_kinds import KINDS, kind_of
from integrity.photos_kept import Photo
from integrity.records.evidence import Evidence
from integrity.web.desk import UNPROCESSABLE, Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.household_copies import refused, writing
from integrity.web.pages.household_frame import frame, shown
from integrity.web.shell import path
from integrity.web.veils import veil
from integrity.web.wording import on_page
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Keeping = Annotated[Desk, acts("办理程序")]
Inspecting = Annotated[Desk, acts(evidence.ORIGINALS)]
WHY = Field("reason", "理由", "area", max_length=200, hint="为监督检查什么事；记入操作日志，本人可以查阅")
ACCEPT = "image/*,application/pdf,text/plain,.tif,.tiff"
PAGE = 40
INLINE = frozenset({"pdf", "jpeg", "png", "webp"})
"""Kinds that a browser shows itself; every other kind is only ever saved to a file."""
FIELDS = (
    Field("files", "照片、扫描件", "files", accept=ACCEPT, hint="PDF、照片、纯文本；可以一次选几张", proof=True),
    Field("name", "名称", max_length=evidence.LONGEST_NAME, required=False, hint="如 陈述申辩笔录；不填的用文件名"),
    Field("taken_on", "形成日期", "date", False, "拍摄、签名的日期"),
)


@router.get("/households/{number}/evidence")
def show(desk: Looking, number: str, before: int = 0) -> HTMLResponse:
    """证据目录，后存的在前；上传新的。"""
    household_id = desk.household(number, evidence.LISTED)
    form = desk.form(FIELDS) if desk.may("办理程序") else None
    return _listed(desk, number, household_id, form, before)


def _listed(desk: Desk, number: str, household_id: int, form: Form | None, before: int = 0) -> HTMLResponse:
    work, query = desk.work, select(Evidence).where(Evidence.household_id == household_id)
    if before:
        query = query.where(col(Evidence.id) < before)
    rows = list(work.session.exec(query.order_by(col(Evidence.id).desc()).limit(PAGE + 1)))
    named = evidence.named(work, household_id)
    here = path("households", number, "evidence")
    known = {one.sha256 for one in work.session.exec(select(Evidence).where(Evidence.household_id == household_id))}
    if form is not None:
        form.refused = on_page(form.refused)
    return desk.page(
        "evidence.html", number=number, here=here, form=form, most=evidence.limit() // 2**20,
        lines=[_line(work, one, named) for one in rows[:PAGE]], veil=veil(desk, household_id),
        next=f"{here}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else "", first=here if before else "",
        elsewhere=[(digest, seqs) for digest, seqs in named.items() if digest not in known],
        **shown(frame(desk, number), "evidence", "证据"),
    )  # fmt: skip


def _line(work: Work, row: Evidence, named: dict[str, list[int]]) -> dict[str, Any]:
    state = evidence.standing(work, row.household_id, row.sha256)
    return {
        "sha256": row.sha256, "name": evidence.name_of(work, row) or "（已销毁）", "kind": KINDS[row.kind].official,
        "size": _size(row.size), "taken_on": row.taken_on, "kept_at": row.recorded_at, "state": state,
        "kept_by": officer_name(work, row.recorded_by), "there": state == evidence.IN_STORE,
        "entries": named.get(row.sha256, []), "inline": row.kind in INLINE,
    }  # fmt: skip


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(size // 1024, 1)} KB"


@router.post("/households/{number}/evidence")
def keep(desk: Keeping, number: str) -> Response:
    """保存证据：几个文件一次保存，加密存放；同一份文件只存一次。"""
    household_id = desk.household(number)
    form = desk.read(FIELDS)

    def act(work: Work) -> str:
        named = form.given.get("name", "")
        rows = keep_all(work, household_id, form.proofs["files"], named, form.given.get("taken_on"))
        desk.tell(work, f"已保存 {len(rows)} 份证据")
        return path("households", number, "evidence")

    return desk.submit(form, act, lambda again: _listed(desk, number, household_id, again))


def keep_all(
    work: Work, household_id: int, files: list[Photo], named: str = "", taken_on: Any = None, *, signed: bool = False
) -> list[Evidence]:  # fmt: skip
    """Keep each file that was sent, in one piece of work: all of them or none. Several of one name are numbered.

    Of a signed paper only a photograph or a scan is kept: a text bears no signature. Raises Invalid.
    """
    kept = []
    for name, content in files if signed else ():
        if kind_of(content) is KINDS["text"]:
            raise Invalid(f"“{name}”是纯文本，上面没有签名：签好的文书请附照片或者扫描件（PDF、JPEG、PNG、WEBP、TIFF）")
    for n, (name, content) in enumerate(files, start=1):
        wanted = named and (f"{named} {n}" if len(files) > 1 else named)
        kept.append(evidence.keep(work, content, wanted or name, household_id, taken_on=taken_on))
    return kept


@router.get("/households/{number}/evidence/{digest}")
def fetch(desk: Looking, number: str, digest: str, view: bool = False) -> Response:
    """取出一份证据，已经核对指纹；照片和 PDF 可以直接看，其他的下载。"""
    household_id = desk.household(number)
    row = _kept(desk, household_id, digest)
    if desk.may(evidence.ORIGINALS):
        return _asking(desk, number, row, desk.form((WHY,)))
    desk.work.session.rollback()  # a look holds up the writer where the journal is a rollback one
    with desk.office.work(desk.officer.code) as work:
        found = evidence.fetch(work, household_id, row.sha256)
    return _given(found, view)


@router.post("/households/{number}/evidence/{digest}")
def fetch_with_reason(desk: Inspecting, number: str, digest: str, view: bool = False) -> Response:
    """监督岗位写明理由以后查看证据原件；理由记入操作日志。"""
    household_id = desk.household(number)
    row, form = _kept(desk, household_id, digest), desk.read((WHY,))
    if form.errors:
        return _asking(desk, number, row, form, status=UNPROCESSABLE)
    try:
        with writing(desk, household_id) as work:
            found = evidence.fetch(work, household_id, row.sha256, form.given["reason"])
    except ChengxinError as fault:
        return _asking(desk, number, row, form, status=refused(form, fault))
    return _given(found, view)


def _kept(desk: Desk, household_id: int, digest: str) -> Evidence:
    row = evidence.known(desk.work, household_id, digest)
    if row is None:
        raise NotFound("没有保存这份证据")
    return row


def _asking(desk: Desk, number: str, row: Evidence, form: Form, *, status: int = 200) -> HTMLResponse:
    """The question for the reason, before an original is shown."""
    return desk.page(
        "evidence_reason.html", status=status, form=form, action=here(desk.request), row=_line(desk.work, row, {}),
        back=path("households", number, "evidence"), veil=veil(desk, row.household_id),
        **shown(frame(desk, number), "evidence", "查看证据原件"),
    )  # fmt: skip


def _given(found: evidence.Fetched, view: bool) -> Response:
    """The file: shown by the browser where it can be, saved otherwise."""
    how = "inline" if view and found.kind.code in INLINE else "attachment"
    named = {"content-disposition": f"{how}; filename*=UTF-8''{quote(found.name, safe='')}"}
    return Response(found.content, media_type=found.kind.media, headers=named)
