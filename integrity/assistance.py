"""救助行为 (assistance): grant, raise, lower, gradual withdrawal, stop, revive. None overwrites another."""

from __future__ import annotations

from datetime import date

from integrity.errors import Invalid, Refused
from integrity.households import acts, home, members
from integrity.records.ledger import Assistance
from integrity.terms import Act, ExitReason, Presence, Scheme
from integrity.work import Work

_LIVING = frozenset(Presence) - {Presence.DEAD, Presence.LEFT}
HEARING_SINCE = date(2026, 7, 1)
"""社会救助法 第48条、第78条: from this day on nobody's assistance is lowered or ended unheard."""


def grant(
    work: Work, household_id: int, scheme: Scheme, *, decided_on: date, effective_on: date, decided_by: str,
    amount: int | None = None, income: int | None = None, persons: int | None = None, document: str = "",
) -> Assistance:  # fmt: skip
    """Grant assistance (确认给予): `amount` and `income` in fen a month. Raises Refused while a grant is running."""
    if scheme is Scheme.NONE:
        raise Invalid("请说明救助类别")
    if scheme is Scheme.DIBAO and amount is None:
        raise Invalid("低保应填写月救助金额")
    if running(work, household_id, decided_on) is not None:
        raise Refused("该户正在享受救助，不能重复确认")
    act = Assistance(
        happened_on=decided_on, act=Act.GRANT, scheme=scheme, effective_on=effective_on, amount=amount, income=income,
        persons=persons, document=document, decided_by=decided_by,
    )  # fmt: skip
    return _enter(work, household_id, act)


def adjust(
    work: Work, household_id: int, act: Act, *, amount: int, decided_on: date, effective_on: date, decided_by: str,
    income: int | None = None, persons: int | None = None, document: str = "", hearing: str = "",
    reason: ExitReason = ExitReason.NONE,
) -> Assistance:  # fmt: skip
    """Raise or lower the amount (增发、减发), or change what it rests on (变更). Lowering needs a hearing record."""
    if act not in (Act.RAISE, Act.LOWER, Act.AMEND):
        raise Invalid("只有增发、减发、变更可以调整金额")
    entry = Assistance(
        happened_on=decided_on, act=act, scheme=_must_run(work, household_id, decided_on).scheme, amount=amount,
        effective_on=effective_on, income=income, persons=persons, document=document, hearing=hearing, reason=reason,
        decided_by=decided_by,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def withdraw(
    work: Work, household_id: int, *, months: int, schedule: tuple[int, ...], decided_on: date, effective_on: date,
    decided_by: str, document: str = "", hearing: str = "",
) -> Assistance:  # fmt: skip
    """Begin a gradual withdrawal (渐退) of `months`, with the percent paid in each month. Needs a hearing record."""
    if months <= 0 or len(schedule) != months or any(not 0 <= percent <= 100 for percent in schedule):
        raise Invalid("渐退须写明月数和每个月的发放比例（0–100）")
    entry = Assistance(
        happened_on=decided_on, act=Act.WITHDRAW, scheme=_must_run(work, household_id, decided_on).scheme,
        effective_on=effective_on, months=months, schedule=",".join(map(str, schedule)), document=document,
        hearing=hearing, decided_by=decided_by,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def stop(
    work: Work, household_id: int, reason: ExitReason, *, decided_on: date, effective_on: date, decided_by: str,
    document: str = "", hearing: str = "",
) -> Assistance:  # fmt: skip
    """Stop assistance (停发): the grant stays on record and can be revived.

    Needs a hearing record, save for X01 where nobody of the household is left to be heard.
    """
    if reason is ExitReason.NONE:
        raise Invalid("停发必须写明原因代码")
    entry = Assistance(
        happened_on=decided_on, act=Act.STOP, scheme=_must_run(work, household_id, decided_on).scheme,
        effective_on=effective_on, reason=reason, document=document, hearing=hearing, decided_by=decided_by,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def revive(
    work: Work, household_id: int, *, decided_on: date, effective_on: date, decided_by: str, document: str
) -> Assistance:
    """Undo a stop (恢复): the old grant lives again from `effective_on`. Raises Refused when nothing is stopped."""
    past = acts(work, household_id, decided_on)
    if not past or running(work, household_id, decided_on) is not None:
        raise Refused("该户没有已停发的救助")
    entry = Assistance(
        happened_on=decided_on, act=Act.REVIVE, scheme=past[-1].scheme, effective_on=effective_on, document=document,
        decided_by=decided_by,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def running(work: Work, household_id: int, on: date) -> Assistance | None:
    """The act that grants what is running on a day, or None."""
    granted: Assistance | None = None
    stopped = False
    for act in acts(work, household_id, on):
        if act.act is Act.GRANT:
            granted, stopped = act, False
        elif act.act in (Act.STOP, Act.REVIVE):
            stopped = act.act is Act.STOP
    return None if stopped else granted


def _must_run(work: Work, household_id: int, on: date) -> Assistance:
    standing = running(work, household_id, on)
    if standing is None:
        raise Refused("该户没有正在享受的救助")
    return standing


def _enter(work: Work, household_id: int, act: Assistance) -> Assistance:
    """Write one act, once the hearing that the law asks for is on record."""
    adverse = act.act in (Act.LOWER, Act.WITHDRAW, Act.STOP)
    if act.act is Act.STOP and act.reason is ExitReason.X01:
        living = [one for one in members(work, household_id, act.happened_on).values() if one.presence in _LIVING]
        if living and not act.hearing:
            raise Refused("该户仍有成员未登记死亡，不能按全户死亡停发；请先登记死亡，或者听取意见（社会救助法第48条）")
        adverse = bool(living)
    if adverse and act.happened_on >= HEARING_SINCE and not act.hearing:
        raise Refused("没有听取意见的记录，不能作出调减、终止或渐退决定（社会救助法第48条）")
    if not act.decided_by:
        raise Refused("救助决定必须由具名的人作出")
    act.area = home(work, household_id, act.happened_on).area
    return work.append(household_id, act)
