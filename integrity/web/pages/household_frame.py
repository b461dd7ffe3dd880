"""一户各页的框架 (frame of every page about a household): who it is, the parts of its page, what can be done."""

from __future__ import annotations

from typing import Any, NamedTuple

from integrity.household_views import Brief, Eyes, brief, eyes
from integrity.permissions import RIGHTS
from integrity.web.desk import Desk
from integrity.web.shell import crumbs, path

PARTS = (
    ("", "概况"), ("aid", "救助与变动"), ("record", "诚信档案"), ("papers", "文书"), ("cases", "案件"),
    ("dates", "到期与提醒"), ("why", "建议的理由"), ("prospects", "前景与测算"),
)  # fmt: skip
"""Each part of a household's page: the end of its address, its name."""


class Doing(NamedTuple):
    """可以办的事 (something that can be done for a household): where, by which matter, and by whom."""

    name: str
    href: str
    mine: bool
    who: str


DOINGS = (
    ("登记", (
        ("增加成员", "members/new", "登记家庭"), ("迁居", "move", "登记家庭"),
        ("变化与预警", "changes/new", "登记变化"), ("核对结果", "verifications/new", "登记核对结果"),
        ("核查结论", "rechecks/new", "登记核查结论"),
        ("诚信承诺", "commitments/new", "登记承诺"), ("守信失信事实", "conduct/new", "登记守信失信事实"),
        ("补录原有的救助", "grants/new", "作出救助决定"),
    )),
    ("办理", (
        ("立案", "cases/new", "办理程序"), ("审核意见", "opinion", "审核意见"), ("近亲属备案", "kin", "登记回避"),
        ("当场制发文书", "papers/new", "打印文书"),
    )),
    ("材料", (
        ("证据", "evidence", "查看户账"), ("印制案卷", "dossier", "印制案卷"),
        ("本人信息副本", "copy", "提供本人信息副本"), ("查看完整号码", "reveal", "查看完整号码"),
    )),
)  # fmt: skip
"""What can be done, in the order in which it is shown; what is not the officer's is shown with whose it is."""


class Frame(NamedTuple):
    """一户的页面 (a page about a household): whom it is about, as this officer may see it."""

    number: str
    household_id: int
    view: Eyes
    brief: Brief

    def href(self, *parts: object) -> str:
        """An address below the household's own."""
        return path("households", self.number, *parts)


def frame(desk: Desk, number: str, action: str = "查看家庭") -> Frame:
    """The household of a number in the officer's area, noted. Raises NotFound alike for none and for one elsewhere."""
    household_id = desk.household(number, action)
    view = eyes(desk.work, household_id, desk.officer.role)
    return Frame(number, household_id, view, brief(view))


def shown(one: Frame, part: str, title: str) -> dict[str, Any]:
    """What every page about a household is given: its head, its parts, the way to it."""
    way = [("查找家庭", "/search"), (f"{one.brief.head}户 {one.number}", one.href())]
    return {
        "house": one, "tabs": tabs_of(one.number, part), "heading": title,
        "crumbs": list(crumbs(*way, *([(title, "")] if title else []))),
    }  # fmt: skip


def tabs_of(number: str, part: str) -> list[tuple[str, str, bool]]:
    """The parts of a household's page as links: name, address, whether it is the one that is shown."""
    return [(name, path("households", number, *filter(None, (end,))), end == part) for end, name in PARTS]


def doings(desk: Desk, one: Frame) -> list[tuple[str, list[Doing]]]:
    """What can be done, group by group, and whether this officer may."""
    return [
        (group, [Doing(name, one.href(*end.split("/")), desk.may(matter), _who(matter)) for name, end, matter in lines])
        for group, lines in DOINGS
    ]


def _who(matter: str) -> str:
    return "、".join(role.value for role in RIGHTS[matter].roles)
