"""近亲属备案 (kinship on record): which officer may not handle which household. 民发〔2021〕57号 11; 行政处罚法 42.

From the moment that it is on record the officer takes no step there; nothing is deleted when it ends.
"""

from __future__ import annotations

from sqlmodel import col, select

from integrity.errors import Conflict, NotFound, Refused
from integrity.records.office import Kinship, Officer
from integrity.rules.identity import refuse_id_numbers
from integrity.work import Work

MATTER = "登记回避"


def declare(work: Work, household_id: int, officer: str, relation: str) -> Kinship:
    """Put on record that an officer is a relative of a household. Raises NotFound, Refused, Conflict when it stands."""
    work.lock(household_id)
    if work.session.get(Officer, officer) is None:
        raise NotFound(f"没有登记过工号 {officer}")
    if not relation.strip():
        raise Refused("请写明是什么亲属关系")
    refuse_id_numbers("亲属关系", relation)
    last = _last(work, household_id, officer)
    if last is not None and not last.ended:
        raise Conflict(f"工号 {officer} 与该户的亲属关系（{last.relation}）已经备案")
    return _put(work, household_id, officer, relation.strip(), ended=False)


def end(work: Work, household_id: int, officer: str, why: str) -> Kinship:
    """End it, with a reason (entered by mistake, a divorce). Raises NotFound when none stands, Refused."""
    work.lock(household_id)
    last = _last(work, household_id, officer)
    if last is None or last.ended:
        raise NotFound(f"工号 {officer} 与该户没有亲属关系的备案")
    if len(why.strip()) < 2:
        raise Refused("请写明解除备案的理由")
    if officer == work.actor:
        raise Refused("本人不能解除本人的回避，请由其他人员办理（民发〔2021〕57号第11条）")
    work.audit("解除近亲属备案", f"household:{household_id}", f"{officer}：{why.strip()}")
    return _put(work, household_id, officer, last.relation, ended=True)


def relatives(work: Work, household_id: int) -> dict[str, str]:
    """The officers who are on record as relatives of a household today: 工号 → relation."""
    query = select(Kinship).where(Kinship.household_id == household_id).order_by(col(Kinship.id))
    last = {one.officer: one for one in work.session.exec(query)}
    return {code: one.relation for code, one in last.items() if not one.ended}


def _last(work: Work, household_id: int, officer: str) -> Kinship | None:
    query = select(Kinship).where(Kinship.household_id == household_id, Kinship.officer == officer)
    return work.session.exec(query.order_by(col(Kinship.id).desc())).first()


def _put(work: Work, household_id: int, officer: str, relation: str, *, ended: bool) -> Kinship:
    row = Kinship(
        id=work.new_id(Kinship), officer=officer, household_id=household_id, relation=relation, ended=ended,
        recorded_at=work.now, recorded_by=work.actor,
    )  # fmt: skip
    work.put(row)
    return row
