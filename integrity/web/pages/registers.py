"""台账页 (the pages of registers): every line of a kind, an area and a span, page by page; names are masked."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import area_choice, periodic, registers
from integrity.errors import Invalid, NotFound
from integrity.periods import days
from integrity.records.columns import SHANGHAI
from integrity.register_lines import KINDS
from integrity.rules.stated import LARGEST
from integrity.web.desk import Desk, looks
from integrity.web.forms import Field, Form, Sent, read
from integrity.web.pages.downloads import PDF, download
from integrity.web.pages.statistics import moment, own_area
from reports.registers import shown

router = APIRouter()
Looking = Annotated[Desk, looks("制作台账报表")]
PAGE = 50
_HOUSEHOLD = "户编号"
_WIDE = 30
"""Share of the width from which a column holds longer text."""


def _fields(desk: Desk, area: str) -> tuple[Field, ...]:
    own = desk.officer.area
    places = [(own, periodic.name_of(desk.work, own, desk.work.today))]
    if area != own:
        places.append((area, periodic.name_of(desk.work, area, desk.work.today)))
    places += [pair for pair in area_choice.narrower(desk.work, own, area) if pair not in places]
    return (
        Field("kind", "台账", "choice", choices=tuple((one.code, one.title) for one in KINDS)),
        Field("area", "区划", "choice", choices=tuple(dict.fromkeys(places))),
        Field("since", "起", "date"), Field("until", "止", "date"),
    )  # fmt: skip


@router.get("/registers")
def show(
    desk: Looking, kind: str = "", area: str = "", since: str = "", until: str = "", as_of: str = "", after: str = ""
) -> HTMLResponse:
    """选择台账、区划、期间，逐页查看。"""
    where, today = own_area(desk, area), desk.work.today
    said = {
        "kind": kind, "area": where, "since": since or str(today.replace(day=1)), "until": until or str(today),
    }  # fmt: skip
    form = read(_fields(desk, where), Sent({name: (one,) for name, one in said.items()}))
    if not kind:
        form.errors.clear()
        return desk.page("registers.html", form=form, leaf=None)
    if form.errors:
        return desk.page("registers.html", status=422, form=form, leaf=None)
    return _leaf(desk, form, as_of, after)


def _leaf(desk: Desk, form: Form, as_of: str, after: str) -> HTMLResponse:
    wanted, at = _wanted(form), moment(as_of) or desk.work.now
    if at > desk.work.now:
        raise Invalid("截至时刻不能在将来")
    leaf = registers.leaf(desk.work, wanted, at, after=_key(after), most=PAGE)
    desk.note("查看台账", f"{leaf.kind.title} {wanted.area}", wanted.period.name)
    pinned = form.values | {"as_of": at.isoformat()}
    last = f"{leaf.last[0]}-{leaf.last[1]}" if leaf.last else ""
    return desk.page(
        "registers.html", form=form, leaf=leaf, rows=[_row(leaf.kind.fields, one) for one in leaf.rows],
        next=f"/registers?{urlencode(pinned | {'after': last})}" if last else "", moment=at.astimezone(SHANGHAI),
        first=f"/registers?{urlencode(pinned)}" if after else "", pdf=f"/registers/pdf?{urlencode(pinned)}",
        export=f"/exports/new?{urlencode(form.values | {'what': 'register', 'kind': leaf.kind.title})}",
    )  # fmt: skip


def _wanted(form: Form) -> registers.Wanted:
    given = form.given
    return registers.Wanted(given["kind"], given["area"], days(given["since"], given["until"]))


def _key(after: str) -> tuple[int, int]:
    household, _, seq = after.partition("-")
    if not after:
        return -1, -1
    if not all(one.isascii() and one.isdecimal() and len(one) < len(str(LARGEST)) for one in (household, seq)):
        raise NotFound("没有这一页，请从第一页看起")
    return int(household), int(seq)


def _row(fields: Any, cells: tuple[Any, ...]) -> list[tuple[str, str, bool]]:
    """Each cell as (text, class, is it a household's number?)."""
    return [
        (shown(cell, field.kind), _class(field), field.name == _HOUSEHOLD)
        for field, cell in zip(fields, cells, strict=True)
    ]


def _class(field: Any) -> str:
    """How wide and on which side a column stands."""
    if field.kind in ("number", "money"):
        return "right num"
    return "num" if field.kind == "date" or field.name == _HOUSEHOLD else "wide" if field.share >= _WIDE else "fair"


@router.get("/registers/pdf")
def pdf(desk: Looking, kind: str, since: date, until: date, area: str = "", as_of: str = "") -> Response:
    """台账的 PDF，姓名遮蔽；记入操作日志。"""
    wanted = registers.Wanted(kind, own_area(desk, area), days(since, until))
    desk.work.session.rollback()  # a look holds up the writer
    with desk.office.work(desk.officer.code) as work:
        made = registers.make(work, wanted, moment(as_of), xlsx=False)
    assert made.paper is not None
    return download(made.paper.pdf, f"{made.head.number}.pdf", PDF)
