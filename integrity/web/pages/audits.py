"""操作日志页 (the page of the audit log): who did or looked at what, the last first; looking is itself written down."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel import select

from integrity import audit_reading, reveals
from integrity.audit_actions import ACTIONS
from integrity.audit_words import Worded
from integrity.errors import Invalid, Refused
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household
from integrity.records.office import Officer
from integrity.rules.stated import LARGEST
from integrity.terms import Role
from integrity.web.desk import Desk, looks
from integrity.web.forms import Field, Form, Sent, read
from integrity.web.shell import query

router = APIRouter()
Looking = Annotated[Desk, looks("查看操作日志")]
DAYS = 30
_CURSOR = 200
FIELDS = (
    Field("since", "起", "date"), Field("until", "止", "date"),
    Field("household", "户编号", required=False, max_length=40, hint="这一户和它的文书、成员"),
    Field("actor", "工号", required=False, max_length=40, hint="完整的工号"),
    Field("action", "操作", required=False, max_length=60),
)  # fmt: skip


@router.get("/audit")
def show(
    desk: Looking, since: str = "", until: str = "", household: str = "", actor: str = "", action: str = "",
    before: str = "",
) -> HTMLResponse:  # fmt: skip
    """操作日志，后发生的在前；监督只看本辖区家庭的。"""
    today = desk.work.today
    said = {
        "since": since or str(today - timedelta(days=DAYS)), "until": until or str(today), "household": household,
        "actor": actor, "action": action,
    }  # fmt: skip
    form = read(FIELDS, Sent({name: (one,) for name, one in said.items()}))
    start = _opened(desk, before)
    found = _found(desk, form, start)
    lines = found.lines if found else []
    sealed = _sealed(desk, found.before) if found and found.before else ""
    asked = {name: one for name, one in form.values.items() if one}
    return desk.page(
        "audit.html", status=422 if form.errors else 200, form=form, lines=lines, worded=Worded(desk.work, lines),
        groups=_offered(action), reveals=reveals.to_look_at(desk.work),
        next=f"/audit?{query(**asked, before=sealed)}" if sealed else "",
        first=f"/audit?{query(**asked)}" if start else "",
        export=f"/audit/exports/new?{query(**asked)}" if lines and desk.may("导出操作日志") else "",
        whole=desk.officer.role is Role.AUDIT_ADMIN,
        searched=found.searched_to.astimezone(SHANGHAI) if found and found.searched_to else None,
    )  # fmt: skip


def _offered(action: str) -> dict[str, tuple[str, ...]]:
    """Acts to choose from, by group; one that is asked for by its name and stands in no group comes first."""
    known = not action or any(action in names for names in ACTIONS.values())
    return ACTIONS if known else {"其他": (action,), **ACTIONS}


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


def _found(desk: Desk, form: Form, before: int) -> audit_reading.Found | None:
    """What is found; what is wrong stands on the form."""
    if form.errors:
        return None
    given = form.given
    chosen = (given.get(name, "") for name in ("actor", "action", "household"))
    wanted = audit_reading.Wanted(given["since"], given["until"], *chosen)
    try:
        found = audit_reading.read(desk.work, wanted, before)
    except Refused as fault:
        form.errors["since"] = str(fault)
        return None
    desk.note("查看操作日志", f"{wanted.since}至{wanted.until}", _about(desk, wanted))
    return found


def _about(desk: Desk, wanted: audit_reading.Wanted) -> str:
    """What was asked for, in words that the books know: what somebody typed may be anything, a person's name too."""
    acts = {one for names in ACTIONS.values() for one in names}
    found = desk.work.session.exec(select(Household.id).where(Household.number == wanted.household)).first()
    asked = (
        (wanted.actor, desk.work.session.get(Officer, wanted.actor) is not None, "没有登记的工号"),
        (wanted.action, wanted.action in acts, "没有这种操作"),
        (wanted.household and f"户 {wanted.household}", found is not None, "没有登记的户编号"),
    )
    return " ".join(said if known else other for said, known, other in asked if said)
