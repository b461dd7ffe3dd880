"""恢复后待核对 (to be looked at after a restore): households whose ledger lacks what was put right after the backup.

A correction, or aid given back, that was entered after the backup is not in the restored ledger: what it took back
would count again. Until a person has looked, nothing may be taken from the household.
"""

from __future__ import annotations

from sqlmodel import col, select

from integrity.errors import Conflict, NotFound, Refused
from integrity.households import home
from integrity.records import placing
from integrity.records.office import Audit
from integrity.records.places import RESTORED
from integrity.rules.facts import day
from integrity.work import Work

WAITS, LOOKED_AT = "恢复后待核对", "恢复后已核对"


def put(work: Work, household_id: int, what: str) -> bool:
    """A household waits for a person, because of this line of the register; False when it was told before."""
    subject = f"household:{household_id}"
    told = select(Audit.id).where(Audit.action == WAITS, Audit.subject == subject, Audit.detail == what)
    if work.session.exec(told).first() is not None:
        return False
    work.audit(WAITS, subject, what)
    note(work, household_id)
    return True


def note(work: Work, household_id: int) -> int:
    """Put such a household among what waits for somebody; 0 where it stands there already."""
    try:
        area = home(work, household_id, work.today).area
    except NotFound:
        return 0
    row = (day(work.today), area, 0, day(work.today))
    return placing.put_right(work.session.connection(), household_id, RESTORED, [row])


def waiting(work: Work, household_id: int | None = None) -> dict[int, list[str]]:
    """What each household waits for, by its id; households that a person has looked at are not among them."""
    query = select(Audit.action, Audit.subject, Audit.detail).where(col(Audit.action).in_((WAITS, LOOKED_AT)))
    if household_id is not None:
        query = query.where(Audit.subject == f"household:{household_id}")
    found: dict[int, list[str]] = {}
    for action, subject, detail in work.session.exec(query.order_by(col(Audit.id))):
        one = int(subject.partition(":")[2])
        if action == WAITS:
            found.setdefault(one, []).append(detail)
        else:
            found.pop(one, None)
    return found


def refuse_while_waiting(work: Work, household_id: int) -> None:
    """Nothing is taken on the ground of a ledger that is known to lack something. Raises Refused."""
    lacking = waiting(work, household_id).get(household_id)
    if lacking:
        raise Refused(
            f"该户在恢复的备份之后有过更正或者恢复救助（{lacking[0]}），账册中缺少，不能据此作出不利的登记；"
            "请照纸质存档补登，再由复核或者审批人员确认：chengxin restored confirm 户编号"
        )


def confirm(work: Work, household_id: int, told: str) -> None:
    """核对: a person has compared the ledger with the papers and entered what was lacking. Raises Conflict, Refused."""
    if household_id not in waiting(work, household_id):
        raise Conflict("该户没有恢复后待核对的事项")
    if len(told.strip()) < 2:
        raise Refused("请写明核对结果：补登了什么，依据哪份文书")
    work.audit(LOOKED_AT, f"household:{household_id}", told.strip())
    placing.put_right(work.session.connection(), household_id, RESTORED, ())
