"""岗位权限页 (the page of permissions): the one table by which pages, interface and commands go."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import permissions_told
from integrity.web.desk import Desk, looks

router = APIRouter()


@router.get("/permissions")
def show(desk: Annotated[Desk, looks("使用本系统")]) -> HTMLResponse:
    """本人能办的事项，和全部岗位的权限表。"""
    return desk.page(
        "permissions.html", own=permissions_told.of(desk.officer.role), lines=permissions_told.lines(),
        roles=permissions_told.ROLES, crumbs=(("待办", "/"), ("岗位权限", "")),
    )  # fmt: skip
