"""权限 (permissions): who may do what where? One table, 事项 × 岗位; the area is the officer's own and all below it.

Three pairs of hands stay apart: who writes down a fact (经办) does not decide on it (审批), and who watches (监督)
writes nothing. The rules of each act (四人眼, hearings) stand with the act itself and hold whatever this table says.
"""

from __future__ import annotations

from typing import Final

from sqlmodel import func, select

from integrity.errors import Forbidden
from integrity.records.office import Officer
from integrity.rules.areas import code_range
from integrity.terms import Role
from integrity.work import Work

_A, _H, _R, _P, _I = Role.ASSISTANT, Role.HANDLER, Role.REVIEWER, Role.APPROVER, Role.INSPECTOR

ALLOWED: Final[dict[str, tuple[Role, ...]]] = {
    "登记家庭": (_H,),
    "登记变化": (_A, _H),
    "登记核对结果": (_H,),
    "登记核查结论": (_H, _R),
    "登记承诺": (_A, _H),
    "办理程序": (_A, _H, _R, _P),
    "变更期限": (_R, _P),
    "登记回避": (_R, _P),
    "登记守信失信事实": (_H,),
    "认定守信失信": (_P,),
    "作出救助决定": (_P,),
    "审核意见": (_R, _P),
    "更正": (_H, _R),
    "导入": (_H, _R),
    "撤销导入": (_R, _P),
    "打印文书": (_H, _R, _P),
    "登记送达": (_A, _H),
    "公示": (_H, _R),
    "运行任务": (_H, _R, _P),
    "维护区划": (_R, _P),
    "维护放假安排": (_R, _P),
    "启用政策版本": (_P,),
    "采用积分目录": (_P,),
    "登记机关": (_P,),
    "登记人员": (_P,),
    "查看户账": (_A, _H, _R, _P, _I),
    "提供本人信息副本": (_H, _R, _P),
    "印制案卷": (_H, _R, _P, _I),
    "制作台账报表": (_H, _R, _P, _I),
    "台账不遮蔽姓名": (_R, _P),
    "鉴定档案": (_R, _P),
    "批准销毁": (_P,),
    "管理核验码": (_P,),
}
"""事项 → the roles that may do it."""

FIRST: Final = frozenset({"登记机关", "登记人员", "维护区划", "启用政策版本", "维护放假安排"})
"""What can be done while no officer is registered: somebody has to register the first one."""


def require(work: Work, matter: str, area: str = "") -> None:
    """Raise Forbidden unless the acting officer may do `matter` (in `area`, a 12-digit code); KeyError for no matter.

    An unknown 工号, one not in office today and one of another area are refused alike.
    """
    roles = ALLOWED[matter]
    if matter in FIRST and not work.session.exec(select(func.count()).select_from(Officer)).one():
        return
    officer = work.session.get(Officer, work.actor)
    if officer is None or officer.since > work.today or (officer.until is not None and officer.until < work.today):
        raise Forbidden(f"没有在岗的工号“{work.actor}”，不能办理“{matter}”")
    if officer.role not in roles:
        allowed = "、".join(role.value for role in roles)
        raise Forbidden(f"“{matter}”由{allowed}人员办理，{work.actor} 的岗位是{officer.role.value}")
    if area:
        low, high = code_range(officer.area)
        if not low <= area < high:
            raise Forbidden(f"工号 {work.actor} 的辖区是 {officer.area}，不能办理 {area} 的“{matter}”")
