"""救助行为 (assistance): grant, raise, lower, gradual withdrawal, stop, revive. None overwrites another."""

from __future__ import annotations

from datetime import date

from integrity import editions, kinship
from integrity.errors import Invalid, Refused
from integrity.households import acts, home, members
from integrity.records.ledger import Assistance
from integrity.restored import refuse_while_waiting
from integrity.rules import withdrawal
from integrity.rules.facts import UNKNOWN
from integrity.rules.writing import yuan
from integrity.terms import Act, ExitReason, Presence, Scheme
from integrity.work import Work

_LIVING = frozenset(Presence) - {Presence.DEAD, Presence.LEFT}
HEARING_SINCE = date(2026, 7, 1)
"""社会救助法 第48条、第78条: from this day on nobody's assistance is lowered or ended unheard."""
_LAST_UNHEARD = date(2026, 8, 1)
"""A decision of June 2026 took effect in July; one that takes effect later was not made under the old law."""


def grant(
    work: Work, household_id: int, scheme: Scheme, *, decided_on: date, effective_on: date, decided_by: str,
    amount: int | None = None, income: int | None = None, persons: int | None = None, document: str = "",
    case_no: int | None = None,
) -> Assistance:  # fmt: skip
    """Grant assistance (确认给予): `amount` and `income` in fen a month. Raises Refused while a grant is running."""
    if scheme is Scheme.NONE:
        raise Invalid("请说明救助类别")
    if scheme is Scheme.DIBAO and amount is None:
        raise Invalid("低保应填写月救助金额")
    work.lock(household_id)
    if running(work, household_id, decided_on) is not None:
        raise Refused("该户正在享受救助，不能重复确认")
    act = Assistance(
        happened_on=decided_on, act=Act.GRANT, scheme=scheme, effective_on=effective_on, amount=amount, income=income,
        persons=persons, document=document, decided_by=decided_by, case_no=case_no,
    )  # fmt: skip
    return _enter(work, household_id, act)


def adjust(
    work: Work, household_id: int, act: Act, *, amount: int, decided_on: date, effective_on: date, decided_by: str,
    income: int | None = None, persons: int | None = None, document: str = "", hearing: str = "",
    reason: ExitReason = ExitReason.NONE, case_no: int | None = None,
) -> Assistance:  # fmt: skip
    """Raise or lower the amount (增发、减发), or change what it rests on (变更). Lowering needs a hearing record."""
    if act not in (Act.RAISE, Act.LOWER, Act.AMEND):
        raise Invalid("只有增发、减发、变更可以调整金额")
    _must_run(work, household_id, decided_on)
    _moves(act, paid(work, household_id, decided_on), amount)
    entry = Assistance(
        happened_on=decided_on, act=act, scheme=_must_run(work, household_id, decided_on).scheme, amount=amount,
        effective_on=effective_on, income=income, persons=persons, document=document, hearing=hearing, reason=reason,
        decided_by=decided_by, case_no=case_no,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def withdraw(
    work: Work, household_id: int, *, months: int, schedule: tuple[int, ...], decided_on: date, effective_on: date,
    decided_by: str, document: str = "", hearing: str = "", case_no: int | None = None,
) -> Assistance:  # fmt: skip
    """Begin a gradual withdrawal (渐退) of `months`, with the percent paid in each month. Needs a hearing record."""
    _must_run(work, household_id, decided_on)
    may_withdraw(work, household_id, months, decided_on)
    if months <= 0 or len(schedule) != months or any(not 0 <= percent <= 100 for percent in schedule):
        raise Invalid("渐退须写明月数和每个月的发放比例（0–100）")
    entry = Assistance(
        happened_on=decided_on, act=Act.WITHDRAW, scheme=_must_run(work, household_id, decided_on).scheme,
        effective_on=effective_on, months=months, schedule=",".join(map(str, schedule)), document=document,
        hearing=hearing, decided_by=decided_by, case_no=case_no,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def stop(
    work: Work, household_id: int, reason: ExitReason, *, decided_on: date, effective_on: date, decided_by: str,
    document: str = "", hearing: str = "", case_no: int | None = None,
) -> Assistance:  # fmt: skip
    """Stop assistance (停发): the grant stays on record and can be revived.

    Needs a hearing record, save for X01 where nobody of the household is left to be heard.
    """
    if reason is ExitReason.NONE:
        raise Invalid("停发必须写明原因代码")
    entry = Assistance(
        happened_on=decided_on, act=Act.STOP, scheme=_must_run(work, household_id, decided_on).scheme,
        effective_on=effective_on, reason=reason, document=document, hearing=hearing, decided_by=decided_by,
        case_no=case_no,
    )  # fmt: skip
    return _enter(work, household_id, entry)


def revive(
    work: Work, household_id: int, *, decided_on: date, effective_on: date, decided_by: str, document: str,
    case_no: int | None = None,
) -> Assistance:  # fmt: skip
    """恢复: the old grant lives again from `effective_on`, after a stop or out of a 渐退 whose execution is stayed.

    Raises Refused when nothing is stopped or withdrawn.
    """
    work.lock(household_id)
    past = acts(work, household_id, decided_on)
    stands = running(work, household_id, decided_on) is not None and not _withdrawing(work, household_id, decided_on)
    if not past or stands:
        raise Refused("该户没有已停发的救助")
    entry = Assistance(
        happened_on=decided_on, act=Act.REVIVE, scheme=past[-1].scheme, effective_on=effective_on, document=document,
        decided_by=decided_by, case_no=case_no,
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


def _moves(act: Act, now: int | None, amount: int) -> None:
    """Does an amount go where the act says? A smaller one is a reduction, whatever it is called. Raises Refused."""
    if now is None:
        return
    if act is not Act.LOWER and amount < now:
        raise Refused("新的金额低于现在的金额，应当作为减发办理，先听取意见（社会救助法第48条）")
    if act is Act.LOWER and amount >= now:
        raise Refused(f"减发后的金额应当低于现在的{yuan(now)}")
    if act is Act.RAISE and amount == now:
        raise Refused(f"增发后的金额应当高于现在的{yuan(now)}")


def paid(work: Work, household_id: int, on: date) -> int | None:
    """The amount that stands on a day, fen a month; None where none was ever set."""
    sums = [act.amount for act in acts(work, household_id, on) if act.amount is not None]
    return sums[-1] if sums else None


def to_come(work: Work, household_id: int, on: date) -> Assistance | None:
    """已决定、尚未执行 (what was decided and is carried out from a later day on): the last such change, or None."""
    later = [one for one in acts(work, household_id, on) if one.effective_on > on and one.act is not Act.GRANT]
    return later[-1] if later else None


def _since_grant(work: Work, household_id: int, on: date) -> list[Assistance]:
    """The acts since the running grant began."""
    past = acts(work, household_id, on)
    first = max((n for n, act in enumerate(past) if act.act is Act.GRANT), default=0)
    return past[first:]


def _withdrawing(work: Work, household_id: int, on: date) -> bool:
    """Was a 渐退 given since the grant? One that was stayed and revived is none until it is carried out again."""
    given = stopped = False
    for one in _since_grant(work, household_id, on):
        given = one.act is Act.WITHDRAW or (given and (one.act is not Act.REVIVE or stopped))
        stopped = one.act is Act.STOP or (stopped and one.act is not Act.REVIVE)
    return given


def may_withdraw(work: Work, household_id: int, months: int, on: date) -> None:
    """Refuse a second 渐退 beside a running one, and one longer than any that the region's policy admits.

    Asked before anybody is told of it, and again before it is carried out (2022-10-20 通知 一（三）: six months).
    """
    if _withdrawing(work, household_id, on):
        raise Refused("该户的渐退期正在进行，不能再次给予渐退")
    township = home(work, household_id, on).area[:9] + "000"
    lengths = withdrawal.parameters(editions.in_force(work), township, UNKNOWN, on).causes
    longest = max((most for _, most in lengths), default=UNKNOWN)
    if longest > 0 and months > longest:
        raise Refused(f"当地政策规定的渐退期最长 {longest} 个月，不能给予 {months} 个月（民发〔2021〕57号第33条）")


def _must_run(work: Work, household_id: int, on: date) -> Assistance:
    """The running grant, its ledger locked until this work ends. Raises Refused."""
    work.lock(household_id)
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
    entered_then = work.import_id is not None or work.today < _LAST_UNHEARD
    lawful_then = entered_then and act.happened_on < HEARING_SINCE and act.effective_on < _LAST_UNHEARD
    if adverse and work.import_id is None:
        refuse_while_waiting(work, household_id)
    if adverse and not lawful_then and not act.hearing:
        raise Refused("没有听取意见的记录，不能作出调减、终止或渐退决定（社会救助法第48条）")
    if adverse and not lawful_then and act.case_no is None and work.import_id is None:
        raise Refused(
            "减发、渐退、停发须按程序办理：先提出意见，再告知、听取意见、决定、送达（社会救助法第47条、第48条）"
        )
    if adverse and act.effective_on < act.happened_on.replace(day=1):
        raise Refused("减发、渐退、停发不能追溯到决定之前的月份执行")
    if not act.decided_by:
        raise Refused("救助决定必须由具名的人作出")
    if work.import_id is None and act.decided_by in kinship.relatives(work, household_id):
        raise Refused(
            f"{act.decided_by} 是该户备案的近亲属，他的决定不能执行，请撤销后由他人办理（民发〔2021〕57号第11条）"
        )
    act.area = home(work, household_id, act.happened_on).area
    return work.append(household_id, act)
