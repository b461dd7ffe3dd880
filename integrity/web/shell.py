"""页面外壳 (the shell of every page): templates, the menu by role, and what all pages show alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from integrity.permissions import may
from integrity.records.office import Officer
from integrity.rules.identity import mask_name
from integrity.settings import ROOT
from integrity.terms import Role
from integrity.web.assets import asset
from integrity.web.health import program_version
from integrity.web.wording import on_page

PAGES = ROOT / "templates" / "pages"
_FEN = 100
_HOUSEHOLDS = "/households/"
Item = tuple[str, str, bool, str | None]
"""What the shell shows of an entry of the menu: name, address, whether it is this page, and a count."""


class Entry(NamedTuple):
    """菜单项 (entry of the menu): who may do the matter sees it."""

    name: str
    href: str
    matter: str


MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("办理", (
        Entry("待办", "/", "查看户账"),
        Entry("查找家庭", "/search", "查看户账"),
        Entry("登记家庭", "/households/new", "登记家庭"),
        Entry("处理建议", "/recommendations", "查看户账"),
        Entry("核查名单", "/rechecks", "查看户账"),
        Entry("来件", "/intake", "处理来件"),
        Entry("待认定的事实", "/conduct", "查看户账"),
        Entry("案件", "/cases", "查看户账"),
    )),
    ("文书", (
        Entry("打印", "/print", "打印文书"),
        Entry("送达回收", "/receipts", "登记送达"),
        Entry("核验文书", "/verify", "查看户账"),
        Entry("公示", "/postings", "查看户账"),
    )),
    ("数据", (
        Entry("导入", "/imports", "导入"),
        Entry("历次导入", "/imports/undo", "撤销导入"),
        Entry("月报季报", "/statistics", "制作台账报表"),
        Entry("台账", "/registers", "制作台账报表"),
        Entry("导出", "/exports", "导出名单"),
    )),
    ("制度", (
        Entry("办理程序", "/procedures", "查看政策参数"),
        Entry("政策参数", "/policy", "查看政策参数"),
        Entry("放假安排", "/calendar", "查看政策参数"),
        Entry("岗位权限", "/permissions", "使用本系统"),
    )),
    ("管理", (
        Entry("账户", "/accounts", "查看账户"),
        Entry("机关与区划", "/organs", "查看政策参数"),
        Entry("操作日志", "/audit", "查看操作日志"),
        Entry("日志导出", "/audit/exports", "批准导出操作日志"),
        Entry("推送", "/pushes", "查看推送"),
        Entry("核验码", "/codes", "管理核验码"),
        Entry("运行状况", "/system", "查看运行状况"),
    )),
)  # fmt: skip
"""In the order in which they are shown."""


@lru_cache(maxsize=1)
def pages() -> Environment:
    """The templates: everything escaped, an undefined name is an error."""
    made = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.update(asset=asset, version=program_version(), path=path, query=query)
    made.filters.update(yuan=yuan, day=day, moment=moment, mask_name=mask_name, on_page=on_page)
    return made


def rendered(name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A filled-in page."""
    return HTMLResponse(pages().get_template(name).render(**values), status_code=status)


def menu(officer: Officer, current: str) -> list[tuple[str, list[Item]]]:
    """The menu of an officer: (group, [(name, href, is this the page, count)])."""
    found: list[tuple[str, list[Item]]] = []
    whole = [one for _, entries in MENU for one in entries if may(officer.role, one.matter)]
    theirs = [one.href for one in whole if _within(one.href, current)]
    here = current if current in theirs else max(theirs, key=len, default="")
    for group, entries in MENU:
        mine = [one for one in entries if one in whole]
        lines: list[Item] = [(_named(one, officer), one.href, one.href == here, None) for one in mine]
        if lines:
            found.append((group, lines))
    return found


def _named(entry: Entry, officer: Officer) -> str:
    """Nothing waits for whoever only watches: his first page is called so."""
    return "首页" if entry.href == "/" and officer.role is Role.INSPECTOR else entry.name


def _within(href: str, current: str) -> bool:
    """Does a page stand below an entry of the menu? A household's below the search by which it is found."""
    below = (href + "/", _HOUSEHOLDS) if href == "/search" else (href + "/",)
    return current == href or (href != "/" and current.startswith(below))


def path(*parts: object) -> str:
    """A path of this site from its parts, each quoted: `path("households", number, "cases", 3)`."""
    return "/" + "/".join(quote(str(one), safe="") for one in parts)


def query(**values: object) -> str:
    """What stands behind the question mark of an address."""
    return urlencode({name: str(value) for name, value in values.items()})


def yuan(fen: int | None) -> str:
    """A sum in 分 as yuan: 1,234.50; "" for none."""
    return "" if fen is None else f"{fen // _FEN:,}.{fen % _FEN:02d}"


def day(on: date | None) -> str:
    """A day as 2026-09-21; "" for none."""
    return "" if on is None else f"{on:%Y-%m-%d}"


def moment(at: Any) -> str:
    """A moment as 2026-09-21 09:05, in Asia/Shanghai; "" for none."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


def crumbs(*trail: tuple[str, str]) -> Iterable[tuple[str, str]]:
    """The way to this page: (name, href) from the home page down; the last has no href."""
    return (("待办", "/"), *trail)
