"""权限 (permissions): who may do what, where, and in which state? One table, read by pages, API, exports and commands.

Three pairs of hands stay apart: who writes down a fact (经办) does not decide on it (审批), and who watches (监督)
writes nothing. The three administrators (三员) keep accounts, rights and logs, and have no business matters. The rules
of each act (四人眼, hearings, which step after which) stand with the act itself and hold whatever this table says.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sqlmodel import col, select

from integrity.errors import Forbidden
from integrity.records.office import Officer
from integrity.rules.areas import code_range
from integrity.terms import Role
from integrity.work import Work

Reach = Literal["辖区", "全部"]


class NoRight(Forbidden):
    """这件事不由您的岗位办理，或者不在您的辖区"""


class Right(NamedTuple):
    """权限 (a line of the table): the roles, how far they reach, the state that must hold, and whether to prove again.

    `area` 辖区: the officer's own area and all below it. `proven`: whoever acts has typed his password within the last
    minutes (再次核验身份). `state` tells in words what the act itself checks.
    """

    roles: tuple[Role, ...]
    state: str = ""
    proven: bool = False
    area: Reach = "辖区"


_A, _H, _R, _P, _I = Role.ASSISTANT, Role.HANDLER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR
_SYS, _SEC, _AUD = Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN
LINKED: Final = Role.LINKED
"""对接系统 (another system): a token and no account; what it sends counts only when an officer has taken it over."""
ADMINISTRATORS: Final = (_SYS, _SEC, _AUD)
"""三员 (the three administrators)."""
BUSINESS: Final = (_A, _H, _R, _P, _I)
"""业务岗位 (the roles of the scheme itself)."""

RIGHTS: Final[dict[str, Right]] = {
    "登记家庭": Right((_H,)),
    "登记变化": Right((_A, _H)),
    "登记核对结果": Right((_H,)),
    "登记核查结论": Right((_H, _R), "两名不同的入户人员"),
    "登记承诺": Right((_A, _H)),
    "办理程序": Right((_A, _H, _R, _P), "按各程序的步骤表：顺序、岗位、机关层级、四人眼、应有的条件"),
    "变更期限": Right((_R, _P), "案件未办结，写明理由和依据"),
    "登记回避": Right((_R, _P)),
    "登记守信失信事实": Right((_H,)),
    "认定守信失信": Right((_P,), "登记人、复核人以外的人", proven=True),
    "作出救助决定": Right((_P,), "已听取意见，写明理由", proven=True),
    "审核意见": Right((_R, _P), "建议仍然有效，写明理由"),
    "报送来件": Right((LINKED,), "只作线索，由人处理后才登记"),
    "查询诚信状态": Right((LINKED,), "写明用途和依据"),
    "处理来件": Right((_H, _R), "写明采用或者不采用的理由"),
    "登记推送": Right((_SYS,), proven=True),
    "核准推送": Right((_SEC,), "不是登记人本人", proven=True),
    "查看推送": Right(ADMINISTRATORS),
    "更正": Right((_H, _R), "原条目未更正过，没有案件以它为据"),
    "导入": Right((_H, _R)),
    "撤销导入": Right((_R, _P), "导入后没有他人的登记"),
    "打印文书": Right((_H, _R, _P)),
    "登记送达": Right((_A, _H), "文书已经打印"),
    "公示": Right((_H, _R)),
    "运行任务": Right((_H, _R, _P)),
    "维护区划": Right((_R, _P), area="全部"),
    "维护放假安排": Right((_R, _P), area="全部"),
    "启用政策版本": Right((_P,), "审查没有错误", proven=True, area="全部"),
    "采用积分目录": Right((_P,), "有县级文件的文号", proven=True),
    "登记机关": Right((_P,)),
    "登记人员": Right((_P,)),
    "查看户账": Right(BUSINESS),
    "查看文书版面": Right((_A, _H, _R, _P)),
    "查看完整号码": Right((_H, _R, _P), "写明理由"),
    "查看证据原件": Right((_I,), "写明理由；经办、复核、审批为办理随户账查看"),
    "提供本人信息副本": Right((_H, _R, _P)),
    "印制案卷": Right((_H, _R, _P, _I)),
    "制作台账报表": Right((_H, _R, _P, _I)),
    "导出名单": Right((_H, _R, _P), "写明理由；24 小时内合计超过 500 行的由另一人批准"),
    "批准导出": Right((_R, _P), "不是申请人本人"),
    "台账不遮蔽姓名": Right((_R, _P)),
    "鉴定档案": Right((_R, _P)),
    "批准销毁": Right((_P,), "不是鉴定人本人", proven=True),
    "管理核验码": Right((_P,), proven=True),
    "查看政策参数": Right((*BUSINESS, *ADMINISTRATORS), area="全部"),
    "查看运行状况": Right((_P, _I, *ADMINISTRATORS), area="全部"),
    "查看操作日志": Right((_AUD, _I), "审计管理员看全部，监督看本辖区"),
    "导出操作日志": Right((_AUD,), "写明理由；24 小时内合计超过 500 行的由另一人批准"),
    "批准导出操作日志": Right((_SEC,), "不是申请人本人"),
    "查看操作日志的导出": Right((_SEC, _AUD), "自己申请的；安全管理员看本辖区的"),
    "开设账户": Right((_SYS,), proven=True),
    "核准账户": Right((_SEC,), "不是开设人本人", proven=True),
    "解锁账户": Right((_SEC,), proven=True),
    "使用本系统": Right((*BUSINESS, *ADMINISTRATORS), "已登录", area="全部"),
    "查看账户": Right(ADMINISTRATORS, area="全部"),
}
"""事项 (matter) → who may do it, in which state, how far."""

ALLOWED: Final[dict[str, tuple[Role, ...]]] = {matter: right.roles for matter, right in RIGHTS.items()}
"""事项 → the roles that may do it."""

FIRST: Final = frozenset({"登记机关", "登记人员", "维护区划", "启用政策版本", "维护放假安排"})
"""What can be done while no officer of the scheme is registered: somebody has to register the first one."""


def may(role: Role, matter: str) -> bool:
    """Is it a matter of this role? KeyError for no matter. What a page offers; `require` is what holds."""
    return role in RIGHTS[matter].roles


def require(work: Work, matter: str, area: str = "") -> None:
    """Raise Forbidden unless the acting officer may do `matter` (in `area`, a 12-digit code); KeyError for no matter.

    An unknown 工号, one not in office today and one of another area are refused alike.
    """
    roles = ALLOWED[matter]
    if matter in FIRST and not _begun(work):
        return
    officer = work.session.get(Officer, work.actor)
    if officer is None or officer.since > work.today or (officer.until is not None and officer.until < work.today):
        raise NoRight(f"没有在岗的工号“{work.actor}”，不能办理“{matter}”")
    if officer.role not in roles:
        allowed = "、".join(role.value for role in roles)
        people = allowed if allowed.endswith("员") else f"{allowed}人员"
        raise NoRight(f"“{matter}”由{people}办理，{work.actor} 的岗位是{officer.role.value}")
    if area:
        low, high = code_range(officer.area)
        if not low <= area < high:
            raise NoRight(f"工号 {work.actor} 的辖区是 {officer.area}，不能办理 {area} 的“{matter}”")


def _begun(work: Work) -> bool:
    """Is there an officer of the scheme? The three administrators may be there before."""
    query = select(Officer.code).where(col(Officer.role).not_in(ADMINISTRATORS)).limit(1)
    return work.session.exec(query).first() is not None
