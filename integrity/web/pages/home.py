"""待办和查找 (home, work lists, search): what waits for this officer; each number is the length of its list."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlmodel import col, select

from integrity import drafts, exports, finding, places, print_desk, recheck_desk, worklists
from integrity.areas import named
from integrity.errors import NotFound
from integrity.records import places as kinds
from integrity.records.ledger import Notice
from integrity.rules.identity import mask_name
from integrity.terms import Role
from integrity.web.desk import SEE_OTHER, Desk, acts, looks
from integrity.web.shell import path, query
from integrity.worklists import Group, Task

router = APIRouter()
Looking = Annotated[Desk, looks("查看户账")]
Asking = Annotated[Desk, acts("查看户账")]
Anybody = Annotated[Desk, looks("使用本系统")]
PAGE = 25
_FIRST = {Role.SYSTEM_ADMIN: "/accounts", Role.SECURITY_ADMIN: "/accounts", Role.AUDIT_ADMIN: "/audit"}
"""Where an administrator's day begins."""
_URGENT = ("RESTORED", "CLOCK_OVER", "RECHECK_OVER")
_COLOURS = {"RESTORED": "red", "CLOCK_OVER": "red", "RECHECK_OVER": "red", "CLOCK_SOON": "orange", "RETURNED": "orange"}
_WAYS = {
    kinds.RECHECK: ("rechecks", "new"), kinds.RESULT: ("rechecks", "new"), kinds.PROMISE: ("commitments", "new"),
    kinds.OPINION: ("opinion",), kinds.PRINT: ("papers",), kinds.DELIVER: ("papers",), kinds.RETURNED: ("papers",),
    kinds.RECEIPT: ("papers",),
}  # fmt: skip
"""Kind of what waits → the page of the household where it is done."""


class Look(NamedTuple):
    """可以看的 (something to look at), for whoever only watches: its name, address, matter, and what is seen there."""

    name: str
    href: str
    matter: str
    what: str


LOOKING = (
    Look("查找家庭", "/search", "查看户账", "按姓名、拼音、户编号、文号查；看户账、案件、文书的经过"),
    Look("处理建议", "/recommendations", "查看户账", "程序对每户提出的建议和逐项理由"),
    Look("核查名单", "/rechecks", "查看户账", "哪些家庭到期、逾期，由谁入户，结论是什么"),
    Look("案件", "/cases", "查看户账", "在办和办结的案件，每一步由谁、何时、依据什么办理"),
    Look("待认定的事实", "/conduct", "查看户账", "守信、失信的事实和认定"),
    Look("公示", "/postings", "查看户账", "正在公示和已经撤下的名单"),
    Look("核验文书", "/verify", "查看户账", "文书是不是本机关制发、有没有改动"),
    Look("月报季报", "/statistics", "制作台账报表", "本级和下一级的数字和图，每个数可以点开看是哪些家庭"),
    Look("台账", "/registers", "制作台账报表", "按条例建立的各种台账"),
    Look("操作日志", "/audit", "查看操作日志", "谁在何时看过、办过什么；本人的查看也在其中"),
    Look("运行状况", "/system", "查看运行状况", "备份、定时任务、账册核对是否正常"),
)
"""What a 监督 looks at, in the order of the menu."""
_VISITED = (kinds.RECHECK, kinds.RESULT)
_PAPERS = (kinds.PRINT, kinds.DELIVER, kinds.RETURNED, kinds.RECEIPT)


def way_to(group: Group, task: Task, papers: Mapping[tuple[int, int], str] = MappingProxyType({})) -> str:
    """The page on which a thing that waits is done; `papers` has the number of a paper by its household and entry."""
    if group.code == "INTAKE":
        return path("intake", task.ref)
    if task.household is None:
        return path("postings", task.posting)
    home = ("households", task.household.number)
    if paper := papers.get((task.household.household_id, task.ref)):
        return path(*home, "papers", paper)
    if group.code == "CASE_RECHECK":
        return path(*home, "rechecks", "new")  # which leads on to the form of its stage, at the door or after
    if group.kind.startswith((kinds.CASE, kinds.CLOCK)):
        return path(*home, "cases", task.ref)
    return path(*home, *_WAYS.get(group.kind, ()))


def _ways(desk: Desk, group: Group | None, tasks: list[Task]) -> Callable[[Group, Task], str]:
    """The way to each thing that waits: of papers, to the paper itself."""
    if group is None or group.kind not in _PAPERS:
        return way_to
    wanted = {(one.household.household_id, one.ref) for one in tasks if one.household is not None}
    query = select(Notice.household_id, Notice.seq, Notice.number).where(
        col(Notice.household_id).in_({household for household, _ in wanted}),
        col(Notice.seq).in_({seq for _, seq in wanted}),
    )
    return partial(
        way_to, papers={(household, seq): number for household, seq, number in desk.work.session.exec(query)}
    )


def _going(desk: Desk, group: Group | None, tasks: list[Task]) -> dict[int, recheck_desk.Going]:
    """Who goes where, on the lists of rechecks."""
    if group is None or group.kind not in _VISITED:
        return {}
    return recheck_desk.going(desk.work, {one.household.household_id for one in tasks if one.household})


def _villages(desk: Desk, tasks: list[Task]) -> dict[str, str]:
    return named(desk.work, {one.household.area for one in tasks if one.household}, desk.work.today)


@router.get("/")
def home(desk: Anybody) -> Response:
    """待办：本岗位、本辖区今天要办的事。"""
    if desk.officer.role in _FIRST:
        return RedirectResponse(_FIRST[desk.officer.role], SEE_OTHER)
    if desk.officer.role is Role.INSPECTOR:
        return desk.page("home_looking.html", acts=[one for one in LOOKING if desk.may(one.matter)])
    post = worklists.Desk(desk.officer.role, desk.officer.area, desk.officer.code)
    groups = worklists.tiles(desk.work, post)
    counts = worklists.counts(desk.work, post, groups)
    counted = [(one, counts[one.code]) for one in groups]
    waiting = [(one, count) for one, count in counted if count.number]
    first = next((one for one, _ in waiting), None)
    tasks = worklists.rows(desk.work, post, first, limit=8).rows if first else []
    if tasks:
        desk.note("查看待办", desk.officer.area, first.name if first else "")
    return desk.page(
        "home.html", exports=exports.to_decide(desk.work), first=first, tasks=tasks,
        limits=[one for one in waiting if one[0].kind == kinds.CLOCK], nothing_waits=not waiting,
        waiting=[one for one in waiting if one[0].kind != kinds.CLOCK],
        runs=print_desk.to_finish(desk.work, desk.scope) if desk.may("打印文书") else 0,
        way_to=_ways(desk, first, tasks), colours=_COLOURS, urgent=_URGENT,
        villages=_villages(desk, tasks), going=_going(desk, first, tasks),
        nothing=[one.name for one, some in counted if not (some.number or one.beside or one.code.startswith("CASE_"))],
    )  # fmt: skip


@router.get("/tasks/{code}")
def work_list(code: str, desk: Looking, after: Annotated[str, Query(max_length=80)] = "") -> Response:
    """一组待办的名单，逐页翻看。"""
    post = worklists.Desk(desk.officer.role, desk.officer.area, desk.officer.code)
    groups = worklists.tiles(desk.work, post)
    group = next((one for one in groups if one.code == code), None)
    if group is None:
        raise NotFound("没有这一组待办，或者不由您的岗位办理")
    tasks = worklists.rows(desk.work, post, group, after=after, limit=PAGE)
    here = path("tasks", code)
    if tasks.rows:
        desk.note("查看待办", desk.officer.area, group.name)
    return desk.page(
        "tasks.html", group=group, tasks=tasks.rows, way_to=_ways(desk, group, tasks.rows),
        count=worklists.count(desk.work, post, group), villages=_villages(desk, tasks.rows),
        going=_going(desk, group, tasks.rows),
        next=f"{here}?after={tasks.next}" if tasks.next else "", first=here if after else "",
        crumbs=(("待办", "/"), (group.name, "")),
    )  # fmt: skip


@router.post("/search")
def ask(desk: Asking) -> RedirectResponse:
    """查找：写下来的姓名、号码不进入网址，也不留在浏览器的历史记录里。"""
    asked = desk.sent.one("q")[: finding.LONGEST]
    if not asked:
        return RedirectResponse("/search", SEE_OTHER)
    name = path("search") + "?" + query(s=secrets.token_urlsafe(9))
    with desk.office.work(desk.officer.code) as work:
        drafts.save(work, name, {"q": asked})
    return RedirectResponse(name, SEE_OTHER)


@router.get("/search")
def search(
    desk: Looking, q: Annotated[str, Query(max_length=finding.LONGEST)] = "",
    s: Annotated[str, Query(max_length=20)] = "", after: Annotated[str, Query(max_length=200)] = "",
) -> Response:  # fmt: skip
    """查找：姓名、拼音、首字母、身份证号或者后四位、村、户编号、案件、文号、核验码；只在本辖区内查。

    `s` names what was asked, `q` is what a link of a page asks: a village, which is nobody's name.
    """
    here = path("search") + ("?" + query(s=s) if s else "?" + query(q=q) if q else "")
    asked = q.strip() if not s else _asked(desk, here)
    found = finding.find(desk.work, asked, scope=desk.scope, after=after, limit=PAGE)
    if asked:
        desk.note("查找", desk.officer.area, f"按{found.kind or '内容'}，本页 {len(found.rows)} 户")
    homes = finding.by_household(found.rows)
    if len(homes) == 1 and not found.next and not found.areas and not after:
        return _straight(desk, homes[0])
    roll = places.roll(desk.work, desk.scope, after=after, limit=PAGE) if not asked else None
    rows = [one.household for one in homes] if roll is None else roll.rows
    more = found.next if roll is None else roll.next
    joint = "&" if "?" in here else "?"
    return desk.page(
        "search.html", found=found, homes=homes, asked=asked, roll=roll, found_by=asked, one_way=_one, meant=_meant,
        villages=named(desk.work, {one.area for one in rows}, desk.work.today),
        next=f"{here}{joint}{query(after=more)}" if more else "", first=here if after else "",
        crumbs=(("待办", "/"), ("查找家庭", "")),
    )  # fmt: skip


def _asked(desk: Desk, name: str) -> str:
    """What was asked under this address; "" when it is too long ago or was asked by somebody else."""
    kept = drafts.find(desk.work, name)
    return kept.values.get("q", "") if kept else ""


def _one(home: finding.Home) -> str:
    """The page that a find leads to."""
    way, hit = ("households", home.household.number), home.hits[0]
    if hit.case_no is not None:
        return path(*way, "cases", hit.case_no)
    return path(*way, "papers", hit.paper) if hit.paper else path(*way)


def _meant(home: finding.Home) -> list[tuple[str, str]]:
    """Whom of the household was found, and what is to be said of them; nobody where it is the head, as named now."""
    told = dict.fromkeys((one.person, one.said) for one in home.hits if one.person)
    return [one for one in told if one != (home.household.head, "")]


def _straight(desk: Desk, home: finding.Home) -> RedirectResponse:
    """To the only household, which says who of it was found, if it was not its head."""
    masks = desk.officer.role is Role.INSPECTOR
    told = [f"{mask_name(name) if masks else name}{f'（{said}）' if said else ''}" for name, said in _meant(home)]
    if told:
        with desk.office.work(desk.officer.code) as work:
            desk.tell(work, f"按查找的内容，找到的是这一户的{'、'.join(told)}")
    return RedirectResponse(_one(home), SEE_OTHER)
