"""个人设置和草稿 (an officer's own things): large type, and what he has typed and not yet sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from integrity import drafts, sessions
from integrity.web.desk import SEE_OTHER, Desk, acts, local

router = APIRouter()
Mine = Annotated[Desk, acts("使用本系统")]
FormName = Annotated[str, Query(min_length=1, max_length=160)]


@router.post("/settings/type")
def set_type(desk: Mine) -> RedirectResponse:
    """大字或者标准字；下次登录仍然有效。"""
    with desk.office.work(desk.officer.code) as work:
        sessions.set_large(work, desk.held, desk.sent.one("large") == "yes")
    return RedirectResponse(local(desk.sent.one("next")), SEE_OTHER)


@router.post("/drafts")
def keep_draft(form: FormName, desk: Mine) -> Response:
    """自动保存草稿；只有本人看得到，提交后删除。"""
    with desk.office.work(desk.officer.code) as work:
        drafts.save(work, form, {name: values[0] for name, values in desk.sent.values.items() if values})
    return Response(status_code=204)


@router.post("/drafts/drop")
def drop_draft(form: FormName, desk: Mine) -> RedirectResponse:
    """不要草稿，重新填写。"""
    with desk.office.work(desk.officer.code) as work:
        drafts.drop(work, form)
    return RedirectResponse(local(desk.sent.one("next")), SEE_OTHER)
