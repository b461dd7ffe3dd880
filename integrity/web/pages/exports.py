"""导出页 (the pages of exports): a list with persons is asked for with a reason, approved, taken, gone after a day."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from integrity import export_kinds, exports, periodic
from integrity.case_views import officer_name
from integrity.errors import NotFound
from integrity.export_kinds import Source
from integrity.records.exports import Export
from integrity.rules.areas import level_of
from integrity.rules.stated import LARGEST
from integrity.terms import AreaLevel
from integrity.web.desk import Desk, acts, here, looks
from integrity.web.forms import Field, Form
from integrity.web.pages.downloads import PDF, XLSX, download
from integrity.web.pages.recheck_sheets import towns
from integrity.web.pages.statistics import own_area
from integrity.web.shell import path, query
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("导出名单")]
Asking = Annotated[Desk, acts("导出名单")]
Approving = Annotated[Desk, acts("批准导出")]
PAGE = 30
HOME = "/exports"
COLOURS = {
    exports.WAITING: "orange", exports.APPROVED: "blue", exports.REFUSED: "red", exports.READY: "green",
    exports.OVER: "grey",
}  # fmt: skip
REASON = Field(
    "reason", "导出的理由", "area", max_length=200, hint="为办什么事、交给谁；记入操作日志。不要写姓名和身份证号"
)  # fmt: skip
DECIDE = (
    Field("approved", "是否批准", "yes"),
    Field("remark", "意见", "area", required=False, max_length=200, hint="不批准的，必须写明理由"),
)


@router.get("/exports")
def show(desk: Looking, before: int = 0) -> HTMLResponse:
    """导出记录：自己的；批准人员还看本辖区待批的。"""
    village = level_of(desk.officer.area) is AreaLevel.VILLAGE
    return desk.page("exports.html", **records(desk, before, HOME), village=village, may=desk.may)


def records(desk: Desk, before: int, home: str) -> dict[str, Any]:
    """What a page of exports shows: those that the officer may see, leaf by leaf."""
    exports.sweep(desk.work)
    before = before if 0 < before <= LARGEST else 0
    rows = exports.listed(desk.work, before, PAGE + 1)
    return {
        "lines": [_line(desk, one) for one in rows[:PAGE]], "alone": exports.ALONE, "home": home,
        "next": f"{home}?before={rows[PAGE - 1].id}" if len(rows) > PAGE else "", "first": home if before else "",
    }  # fmt: skip


def _line(desk: Desk, one: Export) -> dict[str, Any]:
    state = exports.state_of(desk.work, one)
    return {
        "one": one, "state": state, "colour": COLOURS[state], "by": officer_name(desk.work, one.asked_by),
        "where": periodic.name_of(desk.work, one.area, desk.work.today), "mine": one.asked_by == desk.officer.code,
    }  # fmt: skip


def _fields(desk: Desk, what: str) -> tuple[Field, ...]:
    if what != "register":
        return (REASON,)
    form = Field("form", "文件", "radio", choices=(("xlsx", "工作簿（XLSX）"), ("pdf", "PDF")))
    if not desk.may("台账不遮蔽姓名"):
        return form, REASON
    names = Field("unmask", "姓名不遮蔽", "tick", required=False, hint="确需全名的才选；理由印在台账上")
    return form, names, REASON


def _wanted(desk: Desk, form: Form) -> exports.Wanted:
    said = {name: one[:100] for name, one in desk.request.query_params.items()}
    chosen = {name: one for name, one in said.items() if name in ("kind", "since", "until", "period", "number")}
    chosen |= {"form": form.values.get("form", ""), "unmask": "yes" if form.given.get("unmask") else ""}
    return exports.Wanted(
        said.get("what", ""), own_area(desk, said.get("area", "")), chosen, form.given.get("reason", "")
    )  # fmt: skip


@router.get("/exports/new")
def asking(desk: Looking, what: str) -> HTMLResponse:
    """导出什么、为什么。"""
    source, area = _source(desk, what), own_area(desk, desk.request.query_params.get("area", ""))
    if source.level not in (None, level_of(area)):
        return _choose_area(desk, what, source)
    return _asking(desk, desk.form(_fields(desk, what), {"form": "xlsx"}))


def _source(desk: Desk, what: str) -> Source:
    """A kind of list that this officer takes out. Raises NotFound."""
    source = exports.source_of(what)
    if not desk.may(source.taking):
        raise NotFound("没有这种可以导出的名单")
    return source


def _choose_area(desk: Desk, what: str, source: Source) -> HTMLResponse:
    """Of which area first: this list is not made for one as large (or as small) as the officer's."""
    ways = [(name, path("exports", "new") + "?" + query(what=what, area=code)) for code, name in towns(desk)]
    return desk.page("export_area.html", source=source, ways=ways)


@router.post("/exports/new")
def ask(desk: Asking, what: str) -> Response:
    """申请导出：一日内合计不超过 500 行的立即制作，超过的等另一人批准。"""
    _source(desk, what)
    form = desk.read(_fields(desk, what))
    area = own_area(desk, desk.request.query_params.get("area", ""))
    act = lambda work: asked(desk, work, _wanted(desk, form), HOME)  # noqa: E731
    return desk.submit(form, act, lambda again: _asking(desk, again), area=area)


def asked(desk: Desk, work: Work, wanted: exports.Wanted, home: str) -> str:
    """Ask for a list; the path of the export, which says what became of it."""
    one = exports.ask(work, wanted)
    together = "" if one.rows > exports.ALONE else "连同您 24 小时内已导出的"
    said = "文件已做好，24 小时内可以下载" if one.made_at else f"{together}超过 {exports.ALONE} 行，已交另一人批准"
    desk.tell(work, f"导出 {one.id}：{one.rows} 行，{said}")
    return f"{home}/{one.id}"


def _asking(desk: Desk, form: Form) -> HTMLResponse:
    return asking_page(desk, form, _wanted(desk, form), HOME)


def asking_page(desk: Desk, form: Form, wanted: exports.Wanted, home: str) -> HTMLResponse:
    """The form that asks for the reason, above it what was chosen."""
    source = exports.source_of(wanted.what)
    about = export_kinds.about(desk.work, source, wanted.area, wanted.chosen)
    return desk.page(
        "export_new.html", form=form, action=here(desk.request), source=source, alone=exports.ALONE, home=home,
        where=periodic.name_of(desk.work, wanted.area, desk.work.today), about=about,
    )  # fmt: skip


@router.get("/exports/{export_id}")
def one_page(export_id: int, desk: Looking) -> HTMLResponse:
    """一次导出：批准、制作、下载。"""
    return shown(desk, export_id, desk.form(DECIDE), HOME)


@router.post("/exports/{export_id}")
def decide(export_id: int, desk: Approving) -> Response:
    """批准或者不批准；不能批准自己的申请。"""
    return decided(desk, export_id, HOME)


@router.post("/exports/{export_id}/make")
def make(export_id: int, desk: Asking) -> Response:
    """制作已经批准的文件。"""
    return made(desk, export_id, HOME)


@router.post("/exports/{export_id}/file")
def take(export_id: int, desk: Asking) -> Response:
    """下载文件；每次下载都记入操作日志。"""
    return taken(desk, export_id)


def decided(desk: Desk, export_id: int, home: str) -> Response:
    """What another officer says to a long export."""
    one = exports.seen(desk.work, _number(export_id))
    form = desk.read(DECIDE)

    def act(work: Work) -> str:
        done = exports.decide(
            work, export_id, approved=form.given["approved"], remark=form.given.get("remark", "")
        )  # fmt: skip
        desk.tell(work, f"导出 {export_id}：{'已批准' if done.approved else '未批准'}")
        return f"{home}/{export_id}"

    return desk.submit(form, act, lambda again: shown(desk, export_id, again, home), area=one.area)


def made(desk: Desk, export_id: int, home: str) -> Response:
    """The file of an approved export, made by who asked."""
    exports.seen(desk.work, _number(export_id))
    form = desk.read(())

    def act(work: Work) -> str:
        exports.make(work, export_id)
        desk.tell(work, f"导出 {export_id}：文件已做好，24 小时内可以下载")
        return f"{home}/{export_id}"

    return desk.submit(form, act, lambda again: shown(desk, export_id, desk.form(DECIDE), home, again.refused))


def taken(desk: Desk, export_id: int) -> Response:
    """The file for who asked."""
    exports.seen(desk.work, _number(export_id))
    desk.work.session.rollback()  # a look holds up the writer
    with desk.office.work(desk.officer.code) as work:
        exports.sweep(work)
        name, data = exports.take(work, export_id)
    return download(data, name, PDF if name.endswith(".pdf") else XLSX)


def _number(export_id: int) -> int:
    if not 0 < export_id <= LARGEST:
        raise NotFound(f"没有编号为 {export_id} 的导出")
    return export_id


def shown(desk: Desk, export_id: int, form: Form, home: str, refused: str = "") -> HTMLResponse:
    """One export: what it is, how far it is, what this officer may do with it."""
    one = exports.seen(desk.work, _number(export_id))
    desk.note("查看导出", f"export:{one.id}")
    decided_by = officer_name(desk.work, one.decided_by) if one.decided_by else ""
    return desk.page(
        "export.html", form=form, refused=refused, empty_form=desk.form(()), decided_by=decided_by, home=home,
        may_decide=desk.may(exports.source_of(one.what).approving), **_line(desk, one),
    )  # fmt: skip
