"""办公术语 (terms of the office): closed lists of the office's own running and of its links to other systems."""

from __future__ import annotations

from integrity.terms import Term


class JobState(Term):
    """任务状态 (state of one run of a job)."""

    DUE = "待运行"
    RUNNING = "运行中"
    DONE = "完成"
    FAILED = "失败"


class IntakeKind(Term):
    """来件种类 (kind of what another system sends): a result of the economic check, or a message of a change."""

    COMPARISON = "核对结果"
    CHANGE = "变化信息"


class IntakeState(Term):
    """来件状态 (state of what was sent): nothing that was sent counts before an officer has taken it over."""

    WAITING = "待处理"
    TAKEN = "已登记"
    DECLINED = "不采用"
    RECALLED = "来件方撤回"


class DispatchState(Term):
    """推送状态 (state of a notification to another system)."""

    WAITING = "待推送"
    DELIVERED = "已送达"
    GIVEN_UP = "未能送达"


class PushKind(Term):
    """推送事项 (what another system is told of): that something changed, never what it is now."""

    STANDING = "诚信状态变动"
    AID = "救助变动"
    INTAKE = "来件已处理"
