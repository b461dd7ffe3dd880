"""操作日志页 (the page of the audit log): who did or looked at what, the last first; looking is itself written down."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import areas, audit_reading, reveals
from integrity.case_views import officer_name
from integrity.errors import Invalid, Refused
from integrity.records.columns import SHANGHAI
from integrity.rules.stated import LARGEST
from integrity.terms import Role
from integrity.web.desk import Desk, looks
from integrity.web.forms import Field, Form, Sent, read

router = APIRouter()
Looking = Annotated[Desk, looks("查看操作日志")]
DAYS = 30
_AREA = re.compile(r"(?<!\d)\d{12}(?!\d)")
_CURSOR = 200
ABOUT = {
    "export": "导出", "import": "导入批次", "account": "账户", "token": "接口凭据", "household": "户（内部编号）",
    "officer": "人员", "person": "人员（内部编号）", "intake": "来件",
}  # fmt: skip
"""What the log names by a code → how it reads."""
FIELDS = (
    Field("since", "起", "date"), Field("until", "止", "date"),
    Field("actor", "工号", required=False, max_length=40, hint="完整的工号；不写为全部"),
    Field("action", "操作", required=False, max_length=60, hint="完整的操作名称，如 查看家庭；不写为全部"),
)  # fmt: skip


@router.get("/audit")
def show(
    desk: Looking, since: str = "", until: str = "", actor: str = "", action: str = "", before: str = ""
) -> HTMLResponse:  # fmt: skip
    """操作日志，后发生的在前；监督只看本辖区家庭的。"""
    today = desk.work.today
    said = {
        "since": since or str(today - timedelta(days=DAYS)), "until": until or str(today), "actor": actor,
        "action": action,
    }  # fmt: skip
    form = read(FIELDS, Sent({name: (one,) for name, one in said.items()}))
    start = _opened(desk, before)
    found = _found(desk, form, start)
    lines = found.lines if found else []
    names = {code: officer_name(desk.work, code) for code in {one.row.actor for one in lines}}
    sealed = _sealed(desk, found.before) if found and found.before else ""
    more = f"/audit?{urlencode(form.values | {'before': sealed})}" if sealed else ""
    return desk.page(
        "audit.html", status=422 if form.errors else 200, form=form, lines=lines, names=names, about=_about,
        named=_naming(desk, lines), reveals=reveals.to_look_at(desk.work), next=more,
        first=f"/audit?{urlencode(form.values)}" if start else "", whole=desk.officer.role is Role.AUDIT_ADMIN,
        searched=found.searched_to.astimezone(SHANGHAI) if found and found.searched_to else None,
    )  # fmt: skip


def _sealed(desk: Desk, before: int) -> str:
    """Where a list goes on, for this officer only: the number of a line would tell how busy other areas are."""
    sealed = desk.office.vault.seal_bytes(str(before).encode(), _context(desk))
    return base64.urlsafe_b64encode(sealed).decode()


def _opened(desk: Desk, sealed: str) -> int:
    """Where a list goes on; 0, the beginning, for whatever was not made for this officer."""
    vault = desk.office.vault
    try:
        kept = base64.urlsafe_b64decode(sealed[:_CURSOR])
        found = int(vault.open_bytes(vault.current, kept, _context(desk))) if kept else 0
    except (Invalid, ValueError):
        return 0
    return found if 0 < found <= LARGEST else 0


def _context(desk: Desk) -> str:
    return f"audit|before|{desk.officer.code}"


def _naming(desk: Desk, lines: list[audit_reading.Line]) -> Callable[[str], str]:
    """What puts the names of areas in the place of their codes."""
    codes = {code for one in lines for code in _AREA.findall(f"{one.row.subject} {one.row.detail}")}
    names = areas.named(desk.work, codes, desk.work.today)
    return lambda text: _AREA.sub(lambda found: names[found[0]], text)


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
