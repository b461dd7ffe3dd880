"""建议的理由与前景 (why a recommendation, and what would alter it): looked at, supposed, never decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from integrity import editions, prospects, recommendations
from integrity.errors import ChengxinError, Invalid
from integrity.household_views import Eyes, today
from integrity.policy_reading import GRADES
from integrity.prospects_text import as_text, what_if_text
from integrity.recommendations import Explained
from integrity.rules import turning
from integrity.rules.policy import KEYS, NotInForce, Row
from integrity.rules.policy import shown as value_of
from integrity.rules.turning import Fact
from integrity.terms import Ability, Cause, Presence
from integrity.web.desk import UNPROCESSABLE, Desk, acts, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.household_fields import member_choices
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.web.pages.households import day_asked
from integrity.web.wording import on_page

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Supposing = Annotated[Desk, acts("查看户账")]
SAME = {
    True: ("与当时保存的结果一致", "green"), False: ("与当时保存的结果不一致，请核验账册", "red"),
    None: ("这一天没有评估任务，现按当日所知算出", "grey"),
}  # fmt: skip


@router.get("/households/{number}/why")
def show_why(number: str, desk: Looking, on: str = "") -> HTMLResponse:
    """处理建议逐条说明：条件、数额、参数及其来源、依据；可以看以前任何一天。"""
    one = frame(desk, number, "查看处理建议说明")
    asked, wrong = day_asked(on, desk.work.today)
    told: Explained | None = None
    if not wrong:
        try:
            told = recommendations.explain(desk.work, one.household_id, asked or desk.work.today)
        except (ChengxinError, NotInForce) as fault:
            wrong = str(fault)
    return desk.page(
        "household_why.html", told=told, wrong=wrong, on=on, rows=_rows(desk, told) if told else {},
        same=SAME[told.same] if told else None, **shown(one, "why", "建议的理由"),
    )  # fmt: skip


class Parameter(dict[str, str]):
    """参数 (a row of the policy in words): question, value, from when until when, source."""


def _rows(desk: Desk, told: Explained) -> dict[str, Parameter]:
    """The rows that the conditions rest on, by their ids, of the edition of that day."""
    policy = editions.by_edition(desk.work, told.edition)
    return {row: _row(policy.by_id(row)) for one in told.explanation.conditions for row in one.rows}


def _row(row: Row) -> Parameter:
    until = f"至 {row.until}" if row.until else "起"
    return Parameter(
        question=KEYS[row.key].question, value=value_of(row), span=f"{row.since} {until}", source=row.source,
        law=row.law, note=row.note, grade=GRADES.get(row.grade, ""),
    )  # fmt: skip


SUPPOSED = (
    Field("income", "假设的家庭月收入", "fen", required=False, hint="元；不写的不变"),
    Field("cause", "收入变化原因", "choice", required=False, choices=chosen_from(Cause)),
    Field("self_reported", "主动申报", "yes", required=False),
    Field("stable", "收入稳定", "yes", required=False),
    Field("property_over", "财产超过标准", "yes", required=False),
    Field("joined", "增加几名共同生活成员", "count", required=False),
    Field("member", "假设有变化的成员", "choice", required=False, hint="下列各项是这名成员的变化"),
    Field("presence", "该成员的共同生活状态", "choice", required=False, choices=chosen_from(Presence)),
    Field("ability", "该成员的劳动能力", "choice", required=False, choices=chosen_from(Ability)),
    Field("schooling", "该成员在校", "yes", required=False),
    Field("accepted", "该成员接受介绍的工作", "tick", required=False),
    Field("repaired", "假设修复的认定", "choice", required=False),
    Field("repaired_on", "修复的日期", "date", required=False, hint="不写为今天"),
)  # fmt: skip
_OF_HOUSEHOLD = {
    "income": turning.INCOME, "self_reported": turning.SELF_REPORTED, "stable": turning.STABLE,
    "property_over": turning.PROPERTY, "joined": turning.JOINED,
}  # fmt: skip


@router.get("/households/{number}/prospects")
def show_prospects(number: str, desk: Looking, member: str = "") -> HTMLResponse:
    """前景：怎样修复、何时到期、什么变化会改变建议；以及测算。可以只看一名成员的积分。"""
    one = frame(desk, number, "查看前景")
    no = int(member) if member in dict(member_choices(one.view)) else None
    return _prospects(desk, one, desk.form(_fields(one.view)), member=no)


@router.post("/households/{number}/prospects")
def suppose(number: str, desk: Supposing) -> HTMLResponse:
    """测算：某些事实如果不同，规则会怎么说；不写入任何登记。"""
    one = frame(desk, number, "测算")
    form = desk.read(_fields(one.view))
    told = ""
    if not form.errors:
        try:
            supposed = prospects.Supposed(tuple(_facts(form)), _repaired(form, desk.work.today))
            told = what_if_text(prospects.what_if(desk.office, one.household_id, supposed))
        except (ChengxinError, NotInForce) as fault:
            form.refused = on_page(str(fault))
    answer = _prospects(desk, one, form, told)
    answer.status_code = UNPROCESSABLE if form.errors or form.refused else answer.status_code
    return answer


def _prospects(
    desk: Desk, one: Frame, form: Form, supposed: str = "", *, member: int | None = None
) -> HTMLResponse:  # fmt: skip
    said, wrong = "", ""
    try:
        said = as_text(prospects.prospects(desk.work, one.household_id, member=member))
    except (ChengxinError, NotInForce) as fault:
        wrong = str(fault)
    return desk.page(
        "household_prospects.html", form=form, blocks=blocks(said), wrong=wrong, supposed=blocks(supposed),
        people=member_choices(one.view), member=str(member or ""),
        **shown(one, "prospects", "前景与测算"),
    )  # fmt: skip


def _fields(view: Eyes) -> tuple[Field, ...]:
    """The fields of a supposition, with the members of this household."""
    choices = {"member": member_choices(view), "repaired": _findings(view)}
    return tuple(
        replace(one, choices=choices[one.name]) if one.name in choices else one for one in SUPPOSED
    )  # fmt: skip


def _findings(view: Eyes) -> tuple[tuple[str, str], ...]:
    """The findings that are told in the reasons, by their numbers there."""
    try:
        lines = today(view.work, view.household_id).why.lines
    except (ChengxinError, NotInForce):
        return ()
    return tuple((str(one.seq), f"第 {one.seq} 号 {one.item}") for one in lines)


def _repaired(form: Form, on: date) -> tuple[tuple[int, date], ...]:
    given = form.given
    return ((int(given["repaired"]), given.get("repaired_on", on)),) if "repaired" in given else ()


def _facts(form: Form) -> list[Fact]:
    """What is supposed to be otherwise. Raises Invalid for a change of nobody, and for nobody's change."""
    given = form.given
    found = [Fact(about, int(given[name])) for name, about in _OF_HOUSEHOLD.items() if name in given]
    if "cause" in given:
        found.append(Fact(turning.CAUSE, Cause[given["cause"]].number))
    no = int(given.get("member", 0))
    of_member = [
        *([Fact(turning.PRESENCE, Presence[given["presence"]].number, no)] if "presence" in given else []),
        *([Fact(turning.ABILITY, Ability[given["ability"]].number, no)] if "ability" in given else []),
        *([Fact(turning.SCHOOLING, int(given["schooling"]), no)] if "schooling" in given else []),
        *([Fact(turning.REFUSALS, 0, no)] if given.get("accepted") else []),
    ]
    if bool(of_member) != bool(no):
        raise Invalid("成员的变化须选明是哪一名成员，并写明是什么变化")
    if not found and not of_member and "repaired" not in given:
        raise Invalid("请至少写明一项假设")
    return found + of_member


def blocks(text: str) -> list[tuple[str, str]]:
    """A text of the program as (part, line): heads, items and plain lines, told apart as it sets them."""
    return [(_part(line), line.strip("　 ")) for line in text.split("\n") if line.strip("　 ")]


def _part(line: str) -> str:
    if line[:2] in ("一、", "二、", "三、"):
        return "head"
    if line.startswith("（") and line[2:3] == "）":
        return "subhead"
    return "item" if line.startswith("　") else "line"
