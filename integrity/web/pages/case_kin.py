"""近亲属备案页 (relatives on record): a relative takes no step for the household (民发〔2021〕57号 11)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from integrity import kinship
from integrity.errors import Invalid, NotFound
from integrity.web.desk import Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.case_steps import household_trail
from integrity.web.pages.household_frame import tabs_of
from integrity.web.shell import path
from integrity.work import Work

router = APIRouter()
MayDeclare = Annotated[Desk, looks("登记回避")]
Declaring = Annotated[Desk, acts("登记回避")]
_FIELDS = (
    Field("officer", "工号", hint="有近亲属关系的工作人员"),
    Field("relation", "亲属关系", max_length=40, required=False, hint="如 兄弟；解除备案的不填"),
    Field("end", "解除备案", "tick", False),
    Field("reason", "解除的理由", max_length=200, required=False),
)


@router.get("/households/{number}/kin")
def show_kin(desk: MayDeclare, number: str) -> Response:
    """近亲属备案。"""
    household_id = desk.household(number)
    return _page(desk, number, household_id, desk.form(_FIELDS, household_id=household_id))


def _page(desk: Desk, number: str, household_id: int, form: Form) -> Response:
    return desk.page(
        "case_kin.html", number=number, tabs=tabs_of(number, "?"), form=form, here=path("households", number, "kin"),
        standing=sorted(kinship.relatives(desk.work, household_id).items()),
        crumbs=household_trail(number, ("近亲属备案", "")),
    )  # fmt: skip


@router.post("/households/{number}/kin")
def declare_kin(desk: Declaring, number: str) -> Response:
    """登记、解除近亲属备案：备案以后，该工作人员不能办理这一户。"""
    household_id = desk.household(number)
    form = desk.read(_FIELDS)

    def act(work: Work) -> str:
        officer = form.given["officer"]
        try:
            if form.given.get("end"):
                kinship.end(work, household_id, officer, form.given.get("reason", ""))
            else:
                kinship.declare(work, household_id, officer, form.given.get("relation", ""))
        except NotFound as fault:
            raise Invalid(str(fault)) from fault
        desk.tell(work, f"已{'解除' if form.given.get('end') else '登记'}工号 {officer} 的近亲属备案")
        return path("households", number, "kin")

    return desk.submit(
        form, act, lambda shown: _page(desk, number, household_id, shown), household_id=household_id
    )  # fmt: skip
