"""案件页 (the pages of cases): what waits in the area, one case with its story, the procedures to read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import case_facts, case_lists, case_openings, case_sheets, case_views, worklists
from integrity.case_files import Case, read_case
from integrity.errors import NotFound
from integrity.rules.procedure import Obstacle
from integrity.rules.procedure_tables import TABLES
from integrity.rules.procedure_words import CLOCK_HEADS, STEP_HEADS, asked, clock_cells, needs, step_cells, step_name
from integrity.terms import PaperKind, Role
from integrity.web.desk import Desk, looks
from integrity.web.pages.case_steps import head_of, household_trail
from integrity.web.pages.household_frame import tabs_of
from integrity.web.shell import path
from integrity.web.veils import veil
from integrity.web.wording import on_page

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Reading = Annotated[Desk, looks("查看政策参数")]


PAGE = 25
ROLES = (Role.ASSISTANT, Role.HANDLER, Role.REVIEWER, Role.APPROVER)
"""For whom a case can wait."""


@router.get("/cases")
def waiting(desk: Looking, role: str = "", list: str = "", after: str = "") -> HTMLResponse:
    """在办案件：轮到本岗位办理的；全辖区等各岗位办理的；期限已过、将到的。"""
    own = desk.officer.role if desk.officer.role in ROLES else None
    looked = next((one for one in ROLES if one.name == role), None if own else Role.HANDLER)
    post = worklists.Desk(looked or own or Role.HANDLER, desk.officer.area, "" if looked else desk.officer.code)
    groups = case_lists.case_groups(desk.work, post, everywhere=looked is not None)
    counts = worklists.counts(desk.work, post, groups)
    chosen = next((one for one in groups if one.code == list), None)
    chosen = chosen or next((one for one in groups if counts[one.code].number), groups[0])
    tasks = worklists.rows(desk.work, post, chosen, after=after, limit=PAGE)
    desk.note("查看待办案件", desk.officer.area, chosen.name)
    here = f"/cases?role={looked.name if looked else ''}&list={chosen.code}"
    return desk.page(
        "cases.html", roles=ROLES, own=own, looked=looked, groups=groups, counts=counts, chosen=chosen,
        lines=case_lists.lines(desk.work, tasks.rows), masks=desk.officer.role is Role.INSPECTOR, stage=stage_of,
        next=f"{here}&after={tasks.next}" if tasks.next else "", first=here if after else "",
        crumbs=(("待办", "/"), ("案件", "")),
    )  # fmt: skip


def stage_of(case: Case) -> str:
    """The official name of the step to which a case has come."""
    return step_name(case.table, case.stage)


@router.get("/households/{number}/cases/{no}")
def show(desk: Looking, number: str, no: int) -> HTMLResponse:
    """一件案件：接着办什么、期限、经过、文书。"""
    household_id = desk.household(number, "查看案件")
    work, case = desk.work, read_case(desk.work, household_id, no)
    running, met = case_views.clocks(work, case)
    entries = dict(case_openings.entries_for(work, household_id, case.procedure))
    people = dict(case_openings.people_of(work, household_id))
    offers = case_views.offers(work, case, desk.officer, acts=desk.may("办理程序"))
    return desk.page(
        "case.html", number=number, head=head_of(desk, household_id), case=case, stage=stage_of(case),
        tabs=tabs_of(number, "cases"),
        story=case_views.story(work, case), running=running, met=met,
        offers=[one._replace(lacks=_plain(one)) for one in offers],
        waiting=case_views.unprinted(work, case), printer=desk.may("打印文书"),
        way=case_views.way_of(case), shifting=desk.may("变更期限"),
        related=case_facts.is_relative(work, household_id, desk.officer.code), veil=veil(desk, household_id),
        member=people.get(case.member_no or 0, ""), subject=_subject(case, entries),
        sheets=_sheets(case) if desk.may("打印文书") else {}, crumbs=(*household_trail(number), (f"案件 {no}", "")),
    )  # fmt: skip


def _plain(one: case_views.Offer) -> tuple[Obstacle, ...]:
    return tuple(lack._replace(text=on_page(lack.text)) for lack in one.lacks)


def _subject(case: Case, entries: dict[int, str]) -> str:
    if case.subject_seq is None:
        return ""
    return entries.get(case.subject_seq, f"户账第 {case.subject_seq} 条")


def _sheets(case: Case) -> dict[int, tuple[PaperKind, ...]]:
    """The record sheets that can be made out for each step; its other papers are made out at the desk or by a job."""
    rows = {row.code: tuple(one for one in row.sheets if one in case_sheets.SHEETS) for row in case.table.rows}
    return {one.no: rows[one.code] for one in case.history if rows.get(one.code)}


@router.get("/procedures")
def procedures(desk: Reading) -> HTMLResponse:
    """办理程序一览。"""
    rows = [(rules, case_openings.PURPOSES[procedure]) for procedure, rules in TABLES.items()]
    return desk.page("procedures.html", rows=rows, crumbs=(("待办", "/"), ("办理程序", "")))


@router.get("/procedures/{code}")
def procedure(desk: Reading, code: str) -> HTMLResponse:
    """一种程序：每一步由谁、在什么之后、须有什么，各项期限。"""
    rules = case_openings.procedure_of(code)
    if rules is None:
        raise NotFound("没有这种程序")
    steps = []
    for row in rules.rows:
        cells = dict(zip(STEP_HEADS, step_cells(rules, row), strict=True))
        conditions = [{"text": on_page(one.missing), "law": one.law} for one in needs(rules, row)]
        steps.append({
            "code": row.code, "name": cells["步骤"], "cells": cells, "conditions": conditions,
            "asks": [asked(one) for one in row.asks],
        })  # fmt: skip
    cells_of = ([cell.replace("`", "") for cell in clock_cells(rules, one)] for one in rules.clocks)
    clocks = [[*zip(CLOCK_HEADS, cells, strict=True)] for cells in cells_of]
    return desk.page(
        "procedure.html", rules=rules, purpose=case_openings.PURPOSES[rules.procedure], steps=steps, clocks=clocks,
        heads=CLOCK_HEADS, crumbs=(("待办", "/"), ("办理程序", path("procedures")), (rules.procedure.value, "")),
    )  # fmt: skip
