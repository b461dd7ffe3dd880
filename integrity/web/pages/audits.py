"""操作日志页 (the page of the audit log): who did or looked at what, the last first; looking is itself written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import audit_reading
from integrity.case_views import officer_name
from integrity.errors import Refused
from integrity.records.columns import SHANGHAI
from integrity.rules.stated import LARGEST
from integrity.terms import Role
from integrity.web.desk import Desk, looks
from integrity.web.forms import Field, Form, Sent, read

router = APIRouter()
Looking = Annotated[Desk, looks("查看操作日志")]
DAYS = 30
ABOUT = {"export": "导出", "import": "导入批次", "account": "账户", "token": "接口凭据", "household": "户（内部编号）"}
"""What the log names by a code → how it reads."""
FIELDS = (
    Field("since", "起", "date"), Field("until", "止", "date"),
    Field("actor", "工号", required=False, max_length=40, hint="完整的工号；不写为全部"),
    Field("action", "操作", required=False, max_length=60, hint="完整的操作名称，如 查看家庭；不写为全部"),
)  # fmt: skip


@router.get("/audit")
def show(
    desk: Looking, since: str = "", until: str = "", actor: str = "", action: str = "", before: int = 0
) -> HTMLResponse:  # fmt: skip
    """操作日志，后发生的在前；监督只看本辖区家庭的。"""
    today = desk.work.today
    said = {
        "since": since or str(today - timedelta(days=DAYS)), "until": until or str(today), "actor": actor,
        "action": action,
    }  # fmt: skip
    form = read(FIELDS, Sent({name: (one,) for name, one in said.items()}))
    found = _found(desk, form, before if 0 < before <= LARGEST else 0)
    lines = found.lines if found else []
    names = {code: officer_name(desk.work, code) for code in {one.row.actor for one in lines}}
    more = f"/audit?{urlencode(form.values | {'before': str(found.before)})}" if found and found.before else ""
    return desk.page(
        "audit.html", about=_about, status=422 if form.errors else 200, form=form, lines=lines, names=names, next=more,
        first=f"/audit?{urlencode(form.values)}" if before else "", whole=desk.officer.role is Role.AUDIT_ADMIN,
        searched=found.searched_to.astimezone(SHANGHAI) if found and found.searched_to else None,
    )  # fmt: skip


def _about(line: audit_reading.Line) -> str:
    """What a line is about, in words."""
    kind, _, rest = line.row.subject.partition(":")
    if line.household:
        return f"户 {line.household}"
    return f"{ABOUT[kind]} {rest}" if kind in ABOUT and rest else line.row.subject


def _found(desk: Desk, form: Form, before: int) -> audit_reading.Found | None:
    """What is found; what is wrong stands on the form."""
    if form.errors:
        return None
    given = form.given
    wanted = audit_reading.Wanted(
        given["since"], given["until"], given.get("actor", ""), given.get("action", "")
    )  # fmt: skip
    try:
        found = audit_reading.read(desk.work, wanted, before)
    except Refused as fault:
        form.errors["since"] = str(fault)
        return None
    about = " ".join(one for one in (wanted.actor, wanted.action) if one)
    desk.note("查看操作日志", f"{wanted.since}至{wanted.until}", about)
    return found
