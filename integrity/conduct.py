"""守信与失信 (conduct): facts, which have no effect by themselves, and findings, which a second person has reviewed."""

from __future__ import annotations

from datetime import date

from integrity import kinship
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import home, members, standing
from integrity.policies_of import policy_for
from integrity.records.ledger import Conduct, Finding
from integrity.restored import refuse_while_waiting
from integrity.rules.facts import ADULT, age
from integrity.rules.writing import read_document_number
from integrity.terms import Capacity, ConductKind, FindingState, Presence
from integrity.work import Work


def record(
    work: Work, household_id: int, *, member_no: int, kind: ConductKind, item: str, act_on: date, found_on: date,
    source: str, act_end: date | None = None, detail: str = "", evidence: str = "",
) -> Conduct:  # fmt: skip
    """Write down a fact of trust or default, with where it comes from. Raises what `check_member` does."""
    check_member(work, household_id, member_no, kind, act_on)
    return work.append(
        household_id,
        Conduct(
            happened_on=act_on, area=home(work, household_id, found_on).area, member_no=member_no, kind=kind, item=item,
            act_end=act_end or act_on, found_on=found_on, source=source, detail=detail, evidence=evidence,
        ),
    )  # fmt: skip


def check_member(work: Work, household_id: int, member_no: int, kind: ConductKind, act_on: date) -> None:
    """May a fact of this kind be written down of this member? Raises NotFound, when he was none on the day of the act.

    Raises Refused for a default of a minor or of a person without full capacity: they are never subjects of credit
    (山东省社会信用条例 第2条; 行政处罚法 第30条); the guardian is told instead.
    """
    member = members(work, household_id, act_on).get(member_no)
    if member is None:
        raise _not_yet(work, household_id, member_no, act_on)
    if kind is ConductKind.TRUST:
        return
    if members(work, household_id, work.today)[member_no].presence is Presence.DEAD:
        raise Refused("本人已死亡，不再作失信记录，也不得记到继承人名下")
    if member.born_on is None:
        raise Refused("出生日期不明，不能确定是否为完全民事行为能力人，请先补录")
    if age(member.born_on, act_on) < ADULT or member.capacity is not Capacity.FULL:
        raise Refused("未成年人和非完全民事行为能力人不作失信记录，请告知监护人（山东省社会信用条例第2条）")


def _not_yet(work: Work, household_id: int, member_no: int, act_on: date) -> NotFound:
    """No such member on the day of the act: since when he is one, and what to do; or that there is none at all."""
    now = members(work, household_id, work.today).get(member_no)
    if now is None:
        return NotFound(f"该户没有第 {member_no} 号成员")
    return NotFound(
        f"行为发生日期 {act_on} 早于第 {member_no} 号成员登记的日期：确是以前的，请先更正该成员自何日起共同生活；"
        "否则改正行为发生日期"
    )


def check_item(work: Work, household_id: int, kind: ConductKind, item: str) -> None:
    """Does the catalogue that the county adopted list this item, as trust or default? Raises Invalid, listing those.

    Where no catalogue is adopted any wording will do: it has no points.
    """
    policy = policy_for(work, home(work, household_id, work.today).area, work.today)
    listed = {one.code: one for name in policy.adopted for one in policy.catalogue(name).items}
    if not listed or (item in listed and listed[item].kind is kind):
        return
    wrong = f"{item}（{listed[item].name}）不是{kind.value}项目" if item in listed else f"采用的目录中没有“{item}”"
    known = "；".join(f"{one.code} {one.name}" for one in listed.values() if one.kind is kind)
    raise Invalid(f"{wrong}；{kind.value}项目有：{known}")


_NEXT = {
    None: {FindingState.PROPOSED, FindingState.EFFECTIVE, FindingState.WITHDRAWN},
    FindingState.PROPOSED: {FindingState.EFFECTIVE, FindingState.WITHDRAWN},
    FindingState.EFFECTIVE: {FindingState.CONTESTED, FindingState.REPAIRED, FindingState.REVOKED},
    FindingState.CONTESTED: {FindingState.EFFECTIVE, FindingState.REPAIRED, FindingState.REVOKED},
}
"""认定状态 → what may follow; what was withdrawn, revoked or repaired never comes back (红线 10)."""


def _follows(work: Work, household_id: int, conduct_seq: int, state: FindingState) -> None:
    """May this state follow the last one of the finding? Raises Refused."""
    steps = [one for one in standing(work, Finding, household_id, date.max) if one.conduct_seq == conduct_seq]
    last = steps[-1].state if steps else None
    if state not in _NEXT.get(last, set()):
        before = "尚未认定" if last is None else f"已是“{last.value}”"
        raise Refused(f"这项事实{before}，不能登记为“{state.value}”")
    fact = work.session.get_one(Conduct, (household_id, conduct_seq))
    if state is FindingState.EFFECTIVE and fact.kind is ConductKind.DEFAULT and work.import_id is None:
        refuse_while_waiting(work, household_id)


def _died(work: Work, household_id: int, fact: Conduct) -> bool:
    """Is the person of a default dead, as far as is known? What an import brings was decided before."""
    if fact.kind is not ConductKind.DEFAULT or work.import_id is not None:
        return False
    member = members(work, household_id, date.max).get(fact.member_no)
    return member is not None and member.presence is Presence.DEAD


def _stood(work: Work, household_id: int, conduct_seq: int, document: str) -> bool:
    """维持 (upheld): was it found in his lifetime by this very document? Then nothing new is found on the dead."""
    return any(
        one.state is FindingState.EFFECTIVE and one.document == document and one.conduct_seq == conduct_seq
        for one in standing(work, Finding, household_id, date.max)
    )


def find(
    work: Work, household_id: int, conduct_seq: int, state: FindingState, *, on: date, decided_by: str,
    reviewed_by: str = "", document: str = "", document_on: date | None = None, effective_on: date | None = None,
    reason: str = "", case_no: int | None = None,
) -> Finding:  # fmt: skip
    """Write down a finding on a fact, or a change of its state. Each is an entry of its own.

    An effective finding needs a document, a reviewer who is neither the recorder of the fact nor the one who decides,
    and the day from which it has effect. Raises NotFound, Refused.
    """
    work.lock(household_id)
    fact = work.session.get(Conduct, (household_id, conduct_seq))
    if fact is None:
        raise NotFound(f"该户没有第 {conduct_seq} 条守信失信事实")
    _follows(work, household_id, conduct_seq, state)
    anew = not _stood(work, household_id, conduct_seq, document)
    if state in (FindingState.PROPOSED, FindingState.EFFECTIVE) and anew and _died(work, household_id, fact):
        raise Refused("本人已死亡，不再作失信认定，也不得记到继承人名下；已经决定的请撤销（红线第5条）")
    if work.import_id is None and decided_by in kinship.relatives(work, household_id):
        raise Refused(
            f"{decided_by} 是该户备案的近亲属，他的决定不能生效，请撤销后由他人办理（民发〔2021〕57号第11条）"
        )
    if document:
        read_document_number(document)
    outside = case_no is None and work.import_id is None
    if outside and fact.kind is ConductKind.DEFAULT and state is not FindingState.PROPOSED:
        raise Refused("失信认定及其变更须按程序办理：事先告知、听取陈述、复核、决定、送达（国办发〔2020〕49号）")
    if state is FindingState.EFFECTIVE:
        if not document or document_on is None or effective_on is None:
            raise Refused("认定须有文书编号、文书日期和生效日期")
        if len({fact.recorded_by, reviewed_by, decided_by}) != 3 or not reviewed_by:
            raise Refused("记录、复核、决定须由三人分别办理")
    return work.append(
        household_id,
        Finding(
            happened_on=on, area=home(work, household_id, on).area, conduct_seq=conduct_seq, state=state,
            document=document, document_on=document_on, effective_on=effective_on, reviewed_by=reviewed_by,
            decided_by=decided_by, reason=reason, case_no=case_no,
        ),
    )  # fmt: skip
