"""打印页 (the pages of printing): what waits in the area, a run with its files, printed, counted, handed over."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from integrity import paper_files, print_choice, print_desk, print_progress, print_receipts, print_runs
from integrity.case_views import officer_name
from integrity.errors import Conflict, Invalid, NotFound
from integrity.permissions import require
from integrity.print_choice import Choice
from integrity.print_wishes import Asked
from integrity.receipt_desk import within
from integrity.records.ledger import Household
from integrity.records.print_runs import PrintFile, PrintRun
from integrity.rules.areas import check, code_range, level_of
from integrity.settings import settings
from integrity.terms import AreaLevel, PaperKind, PrintEvent, PrintState
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.forms import Field, Form
from integrity.web.guard import POLICY
from integrity.web.pages.recheck_sheets import workbook_of
from integrity.web.shell import crumbs, path
from integrity.web.wording import obstacles, on_page
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("打印文书")]
Printing = Annotated[Desk, acts("打印文书")]
PAGE = 20
WAIT = 8.0
"""Seconds for which the maker of a small run waits."""
_NOTES, _TOLD = 30, 4
_WORKBOOK = ".xlsx"
_YES_NO = (("", "照各户登记的阅读需要"), ("yes", "要"), ("no", "不要"))
_OPEN = (PrintState.READY, PrintState.PRINTING)
COLOURS = {
    PrintState.READY: "blue", PrintState.PRINTING: "orange", PrintState.PRINTED: "green", PrintState.HANDED: "green",
    PrintState.SERVED: "green", PrintState.RETURNED: "red", PrintState.DROPPED: "grey",
}  # fmt: skip
NEW = (
    Field("by", "制发日期不晚于", "date", False, hint="不填的不限"),
    Field("numbers", "只印这些文号", "area", False, hint="一行一个；不填的全部打印", max_length=20_000),
    Field("proofs", "送达回证", "radio", choices=(("apart", "另用一张纸"), ("back", "印在文书空着的背面")),
          hint="不利文书和有救济途径的，总是另用一张纸"),
    Field("large", "大字版", "radio", False, choices=_YES_NO),
    Field("cover", "附明白纸", "radio", False, choices=_YES_NO, hint="用平实的话说明文书的一页"),
    Field("all_posted", "全部邮寄", "tick", False),
    Field("posted", "只邮寄这些", "area", False, hint="一行一个文号或者村代码；其余的当面送达", max_length=20_000),
)  # fmt: skip


class FileLine(NamedTuple):
    """批次的一册 (a file of a run) as its page tells it."""

    file: PrintFile
    papers: int
    state: str
    colour: str


def desk_form(desk: Desk, form: Form, **values: Any) -> HTMLResponse:
    """A page with one form: heading, what is to be known, the fields."""
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    given = {"lead": (), "button": values["heading"], "danger": False, "cancel": "", "upload": 0} | values
    return desk.page("desk_form.html", form=form, **given)


def run_at(desk: Desk, number: str) -> PrintRun:
    """A run of the officer's area, noted."""
    run = print_desk.run_within(desk.work, number, desk.scope)
    desk.note("查看打印批次", run.number)
    return run


def wanted_area(desk: Desk, wanted: str) -> str:
    """The officer's area, or the one within it that was chosen. Raises NotFound alike for every other."""
    try:
        low, high = code_range(check(wanted)) if wanted else desk.scope
    except Invalid:
        low, high = "", ""
    if not low or not desk.scope[0] <= low <= high <= desk.scope[1]:
        raise NotFound("没有这个区划")
    return wanted or desk.officer.area


@router.get("/print")
def show(desk: Looking, before: str = "") -> HTMLResponse:
    """没有打印完的批次，还没有编入批次的文书（按村），全部批次，最近的名单文件。"""
    work, own = desk.work, desk.officer.area
    by_town = level_of(own) not in (AreaLevel.TOWNSHIP, AreaLevel.VILLAGE)
    found, open_ = print_desk.runs(work, desk.scope, before=before[:20]), print_desk.unfinished(work, desk.scope)
    return desk.page(
        "print.html", heaps=print_desk.heaps(work, own, by_town=by_town), by_town=by_town, colours=COLOURS,
        lines=_lines_of(work, found[:PAGE]), open_lines=_lines_of(work, open_[:PAGE]),
        unfinished=print_desk.to_finish(work, desk.scope), more=len(open_) > PAGE,
        next=f"/print?before={found[PAGE - 1].number}" if len(found) > PAGE else "", first="/print" if before else "",
        files=paper_files.recent(work, own, desk.scope), crumbs=crumbs(("打印", "")),
    )  # fmt: skip


@router.get("/print/open")
def show_open(desk: Looking, before: str = "") -> HTMLResponse:
    """没有打印完的批次。"""
    found = print_desk.unfinished(desk.work, desk.scope, before=before[:20])
    return desk.page(
        "print_open.html", lines=_lines_of(desk.work, found[:PAGE]), colours=COLOURS,
        unfinished=print_desk.to_finish(desk.work, desk.scope), first="/print/open" if before else "",
        next=f"/print/open?before={found[PAGE - 1].number}" if len(found) > PAGE else "",
        crumbs=crumbs(("打印", "/print"), ("没有打印完的批次", "")),
    )  # fmt: skip


def _lines_of(work: Work, runs: list[PrintRun]) -> list[tuple[PrintRun, str, dict[PrintState, int]]]:
    """Each run with the name of its area, and how many of its papers stand where."""
    states = print_desk.progress(work, [one.number for one in runs])
    return [(one, print_desk.name_of(work, one.area), states.get(one.number, {})) for one in runs]


@router.get("/print/find")
def find_paper(desk: Looking, code: str = "") -> RedirectResponse:
    """按文号或者条码找一份文书，去打印或者补打。"""
    typed = next(iter(print_receipts.codes_in(code[:900])), "")
    try:
        notice = within(desk.work, typed, desk.scope) if typed else None
    except (Invalid, Conflict, NotFound):
        notice = None
    if notice is None:
        raise NotFound("本辖区没有这个文号或者条码的文书")
    household = desk.work.session.get_one(Household, notice.household_id)
    return RedirectResponse(path("households", household.number, "papers", notice.number), SEE_OTHER)


@router.get("/print/new")
def show_new(desk: Looking, area: str = "", kind: str = "", after: str = "", preview: int = 0) -> HTMLResponse:
    """待印文书的清单，编成一个批次。"""
    return _new_page(desk, desk.form(NEW, {"proofs": "apart"}), (area, kind), after=after, preview=bool(preview))


def _new_page(desk: Desk, form: Form, at: tuple[str, str], *, after: str = "", preview: bool = False) -> HTMLResponse:
    area, kind = wanted_area(desk, at[0]), at[1] if at[1] in PaperKind.__members__ else ""
    work, here = desk.work, f"/print/new?area={area}" + (f"&kind={kind}" if kind else "")
    heaps = print_desk.heaps(work, area)
    kinds: dict[PaperKind, int] = {}
    for one, many in (pair for heap in heaps for pair in heap.kinds):
        kinds[one] = kinds.get(one, 0) + many
    found = print_desk.waiting(work, area, kind=kind, after=after)
    papers = sum(many for one, many in kinds.items() if kind in ("", one.name))
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    return desk.page(
        "print_new.html", form=form, area=area, place=print_desk.name_of(work, area), heaps=heaps, kinds=kinds,
        kind=kind, papers=papers, rows=found.rows, here=here, first=here if after else "", few=print_desk.FEW,
        next=f"{here}&after={found.next}" if found.next else "", villages={one.area: one.name for one in heaps},
        told=print_choice.preview(work, _choice(area, kind)) if preview and papers <= print_desk.FEW else None,
        crumbs=crumbs(("打印", "/print"), ("编成批次", "")),
    )  # fmt: skip


def _choice(area: str, kind: str, **more: Any) -> Choice:
    return Choice(area=area, kinds=(PaperKind[kind],) if kind else (), **more)


def _lines(form: Form, name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in form.given.get(name, "").splitlines() if one.strip())


def _wanted(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.given.get(name, ""))


@router.post("/print/new")
def make(desk: Printing, area: str = "", kind: str = "") -> Response:
    """编成打印批次，随即制作各册。"""
    wanted, form = wanted_area(desk, area), desk.read(NEW)
    kind = kind if kind in PaperKind.__members__ else ""

    def act(work: Work) -> str:
        require(work, print_runs.MATTER, wanted)
        everywhere = tuple(one.area for one in print_desk.heaps(work, wanted)) if form.given["all_posted"] else ()
        made = print_runs.make(work, _choice(
            wanted, kind, numbers=_lines(form, "numbers"), by=form.given.get("by"),
            posted=(*_lines(form, "posted"), *everywhere), on_back=form.given["proofs"] == "back",
            asked=Asked(_wanted(form, "large"), _wanted(form, "cover")),
        ))  # fmt: skip
        desk.tell(work, _told(made))
        return path("print", made.run.number)

    answer = desk.submit(form, act, lambda shown: _new_page(desk, shown, (area, kind)))
    if answer.status_code == SEE_OTHER:
        _lay_out(desk, answer.headers["location"].rpartition("/")[2])
    return answer


def _told(made: print_runs.Made) -> str:
    said = f"已编成打印批次 {made.run.number}，{made.run.papers} 份"
    if made.left_out:
        named = "；".join(f"{one.number}：{on_page(one.why)}" for one in made.left_out[:_TOLD])
        said += f"。不能打印 {len(made.left_out)} 份，留待处理：{named}" + ("等" if made.left_out[_TOLD:] else "")
    return said


def _lay_out(desk: Desk, number: str) -> None:
    """Begin to lay out a run; a small one is waited for."""
    with desk.office.reading() as work:
        papers = print_runs.run_of(work, number).papers
    print_desk.begin(desk.office, number, desk.officer.code)
    if papers <= print_desk.FEW:
        print_desk.wait(desk.office, number, WAIT)


@router.get("/print/files/{day}/{name}")
def fetch(desk: Looking, day: str, name: str) -> Response:
    """取本辖区的一个文件；打印批次的文件在批次页上取。"""
    found, owned = paper_files.find(desk.work, day, name, desk.officer.area, desk.scope)
    if owned.run:
        return RedirectResponse(path("print", owned.run, "files", owned.no), SEE_OTHER)
    if found.suffix == _WORKBOOK:  # a list with persons leaves with a reason and a trace
        return RedirectResponse(workbook_of(owned.area), SEE_OTHER)
    desk.note("取用文书文件", f"{day}/{name}"[:120])
    return FileResponse(found, media_type=paper_files.SHOWN[found.suffix], filename=name)


@router.get("/print/{number}")
def show_run(desk: Looking, number: str, after: int = 0) -> HTMLResponse:
    """一个批次：各册、各份文书到了哪一步，经过。"""
    run, work = run_at(desk, number), desk.work
    rows, next_ = print_desk.placed(work, run, desk.scope, after=after)
    here, notes = path("print", run.number), print_progress.notes_of(work, run)
    return desk.page(
        "print_run.html", here=here, place=print_desk.name_of(work, run.area), rows=rows, colours=COLOURS,
        maker=officer_name(work, run.made_by), villages=dict(print_desk.villages(work, run)),
        story=[_story(work, one) for one in reversed(notes[-_NOTES:])],
        spoiled=sum(one.event is PrintEvent.SPOILED for one in notes),
        next=f"{here}?after={next_}" if next_ else "", first=here if after else "",
        crumbs=crumbs(("打印", "/print"), (run.number, "")), **_files(desk, run),
    )  # fmt: skip


@router.get("/print/{number}/files")
def show_files(desk: Looking, number: str) -> HTMLResponse:
    """各册的状态：制作中的，页面自己更新这一部分。"""
    run = print_desk.run_within(desk.work, number, desk.scope)
    return desk.page("_print_files.html", here=path("print", run.number), colours=COLOURS, **_files(desk, run))


def _files(desk: Desk, run: PrintRun) -> dict[str, Any]:
    """How far the files of a run have come."""
    work, office = desk.work, desk.office
    states = print_desk.progress(work, [run.number]).get(run.number, {})
    files = [_file_line(work, run, one) for one in print_runs.files_of(work, run)]
    return {
        "run": run, "states": states, "files": files, "going": print_desk.going(office, run.number),
        "stopped": on_page(print_desk.stopped(office, run.number)),
        "unwritten": any(one.state == "待制作" for one in files),
    }  # fmt: skip


def _file_line(work: Work, run: PrintRun, file: PrintFile) -> FileLine:
    items = print_runs.items_of(work, run, file.no)
    found = {one.state for one in items}
    if not file.sha256 and PrintState.READY in found:
        return FileLine(file, len(items), "待制作", "grey")
    order = (PrintState.PRINTING, PrintState.READY, PrintState.DROPPED if found == {PrintState.DROPPED} else None)
    state = next((one for one in order if one in found), None) or PrintState.PRINTED
    return FileLine(file, len(items), state.value, COLOURS[state])


def _story(work: Work, one: Any) -> tuple[str, str, str, str]:
    where = "".join((f"第 {one.file_no} 册" if one.file_no else "", f"第 {one.item_no} 份" if one.item_no else ""))
    where += f"，本册第 {one.page} 页" if one.event is PrintEvent.SPOILED else ""
    return f"{one.happened_on}", f"{one.event.value} {where}".strip(), officer_name(work, one.recorded_by), one.told


@router.get("/print/{number}/lay-out")
def back_to_run(desk: Looking, number: str) -> RedirectResponse:
    """制作没有自己的页面。"""
    return RedirectResponse(path("print", print_desk.run_within(desk.work, number, desk.scope).number), SEE_OTHER)


@router.post("/print/{number}/lay-out")
def lay_out(desk: Printing, number: str) -> Response:
    """接着制作：补上还没有制成的各册。"""
    run = run_at(desk, number)

    def act(work: Work) -> str:
        work.audit("接着制作打印批次", run.number)
        return path("print", run.number)

    answer = desk.submit(desk.read(()), act, lambda shown: show_run(desk, number))
    if answer.status_code == SEE_OTHER:
        _lay_out(desk, run.number)
    return answer


@router.get("/print/{number}/files/{no}/pdf")
def file_pdf(desk: Looking, number: str, no: int) -> Response:
    """一册的文件：点了“开始打印”、还没有清点的才能取。"""
    run = run_at(desk, number)
    row = print_runs.file_of(desk.work, run, no)
    if all(one.state is not PrintState.PRINTING for one in print_runs.items_of(desk.work, run, no)):
        raise Conflict("这一册没有在打印：没有开始的请先点“开始打印”，清点过的不再打印，坏了的纸登记作废张")
    file = settings().papers / row.file
    if not file.is_file():
        raise Conflict("文件已不在，请再点一次“开始打印”，重新制成同样的文件")
    desk.note("取用打印文件", run.number, f"第{no}册")
    return FileResponse(file, media_type="application/pdf", headers=inline())


def inline() -> dict[str, str]:
    """What lets a page of ours show a PDF within it."""
    return {"content-disposition": "inline", "content-security-policy": POLICY.format("'self'")}
