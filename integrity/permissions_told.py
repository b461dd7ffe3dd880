"""权限表的说明 (the permission table, told): who may do what, where, in which state; for the page and for the document.

`docs/permissions.zh-CN.md` is what `page` gives.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from integrity.permissions import ADMINISTRATORS, BUSINESS, LINKED, RIGHTS
from integrity.terms import Role

ROLES: Final = (*BUSINESS, *ADMINISTRATORS, LINKED)
"""The columns."""
_HEAD = """# 权限表

由程序所用的权限表（`integrity/permissions.py`）生成；网页、接口、导出和命令行都按这一张表办理。网页上的“岗位权限”列出同样的内容。

- 有“是”的岗位可以办理；其余一律不能办理，网页答复 403。
- 辖区：本人的区划和以下各级区划。辖区以外的家庭、文书、名单，答复与不存在的相同。
- 状态：除岗位和辖区以外，办理时还须具备的条件。回避、四人眼、先后次序由各程序自己核对，写在办理程序表里。
- 再次核验：十分钟内输入过密码（启用动态码的，还有动态码）。
- 三员（系统管理员、安全管理员、审计管理员）不办理业务，也看不到户账。
- 对接系统（核对平台、低保系统等）没有账户，只凭接口凭据报送、查询；报送的内容由人处理后才登记。
- 网页、接口的每一个地址都对应其中一个事项；没有写明事项的地址，程序不启动。
"""


class Line(NamedTuple):
    """权限表的一行 (a line of the table): the matter, a tick for each of `ROLES`, how far, which state, prove again."""

    matter: str
    may: tuple[bool, ...]
    area: str
    state: str
    proven: bool


def lines() -> list[Line]:
    """The table, in its own order."""
    return [
        Line(matter, tuple(role in right.roles for role in ROLES), right.area, right.state, right.proven)
        for matter, right in RIGHTS.items()
    ]


def of(role: Role) -> list[str]:
    """The matters of a role."""
    return [matter for matter, right in RIGHTS.items() if role in right.roles]


def page() -> str:
    """The document."""
    heads = ("事项", *(role.value for role in ROLES), "辖区", "状态", "再次核验")
    rows = [heads, ("---",) * len(heads), *(_cells(one) for one in lines())]
    return _HEAD + "\n" + "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


def _cells(one: Line) -> tuple[str, ...]:
    return (
        one.matter, *("是" if may else "" for may in one.may), one.area, one.state, "须核验" if one.proven else ""
    )  # fmt: skip
