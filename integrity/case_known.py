"""账上已知的情况 (what the ledger and the policy say) for the needs of each procedure, by the names that they read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import col, select

from integrity import case_reasons, kinship, organs, postings, tekun_persons
from integrity.assistance import paid, running
from integrity.calendars import workdays
from integrity.case_files import Case, cases_of
from integrity.case_records import record_terms
from integrity.errors import NotFound
from integrity.households import acts, members, standing
from integrity.records.ledger import Conduct, Finding, Notice, Step
from integrity.records.office import Kinship, Person, Posting, PostingLine
from integrity.rules.policy import Policy
from integrity.rules.procedure import Facts, Row
from integrity.rules.procedure_reasons import reason
from integrity.rules.workdays import Period, add_months, end_of
from integrity.terms import ConductKind, FindingState, NationalClass, Outcome, Presence, Procedure, Relation, Scheme
from integrity.work import Work

ECONOMIC = (
    "收入", "存款", "余额", "账户", "证券", "股票", "保险", "房产", "不动产", "车辆", "纳税", "疾病", "病历", "残疾",
    "宗教", "信仰", "基因", "指纹", "血型",
)  # fmt: skip
"""Words for what is never collected as credit information (山东省社会信用条例 第42条)."""
_INCENTIVES = {
    "快速办理": "incentive.fast_track", "材料后补": "incentive.papers_later", "减少核查次数": "incentive.fewer_checks",
    "延缓退出": "incentive.delayed_exit", "走访慰问": "incentive.services",
}  # fmt: skip
_LIVING = frozenset(Presence) - {Presence.DEAD, Presence.LEFT}
Known = dict[str, Any]


class Place(NamedTuple):
    """辖区与政策 (where and under which rules): the township and the policy in force there."""

    policy: Policy
    area: str


def known(work: Work, case: Case, row: Row, f: Facts, place: Place) -> Known:
    """The values that the needs of this procedure read, and nothing else."""
    looks, asks = _LOOKS.get(case.procedure, ()), {ask.name for ask in row.asks}
    found: Known = _visitors(work, case, f) if "visitor_1" in asks else {}
    if row.code == "NOTICE":
        found |= _hearing_time(case, f, place)
    if "speaker" in asks:
        found["own_names"] = _own_names(work, case, f)
    for look in looks:
        found |= look(work, case, f, place)
    return found


def _hearing_time(case: Case, f: Facts, at: Place) -> Known:
    """听取意见期限: does the region say how long? Else whoever tells the person says how long, and why."""
    clock = next(one for one in case.table.clocks if one.code == "hear")
    row = at.policy.find(clock.key, at.area, f.on)
    return {"hear_set": row is not None and row.value is not None, "hear_name": clock.name}


def _visitors(work: Work, case: Case, f: Facts) -> Known:
    """入户人员: who of them is a relative, who is not in office."""
    named = [str(f.given[name]) for name in ("visitor_1", "visitor_2") if f.given.get(name)]
    query = select(Kinship).where(Kinship.household_id == case.household_id, col(Kinship.officer).in_(named))
    state = {one.officer: one.ended for one in sorted(work.session.exec(query), key=lambda one: one.id or 0)}
    return {
        "visitor_kin": any(not ended for ended in state.values()),
        "visitors_unknown": [code for code in named if not _in_office(work, code, f.on)],
    }


def _own_names(work: Work, case: Case, f: Facts) -> tuple[str, ...]:
    """本人的姓名: of the member whom the case is about; of every living member where it names none; 户主 too."""
    people = members(work, case.household_id, f.on)
    if f.person is not None:
        mine = [people[f.person.no]] if f.person.no in people else []
    else:
        mine = [one for one in people.values() if one.presence in _LIVING]
    known = [work.session.get(Person, one.person_id) for one in mine]
    names = [one.name for one in known if one is not None and one.name]
    if any(one.relation is Relation.HEAD for one in mine):
        names.append(Relation.HEAD.value)  # an officer may well write 户主 for the one who is
    return tuple(names)


def _in_office(work: Work, code: str, on: date) -> bool:
    try:
        organs.officer(work, code, on)
    except NotFound:
        return False
    return True


def _aid(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """救助: the scheme, whether anybody is left to be heard, and what must go on being paid to the others."""
    grant = running(work, case.household_id, f.on)
    people = members(work, case.household_id, f.on).values()
    present = [one for one in people if one.presence is Presence.PRESENT]
    found: Known = {
        "tekun": grant is not None and grant.scheme is Scheme.TEKUN,
        "nobody_left": bool(people) and not any(one.presence in _LIVING for one in people),
    }
    if case.member_no is not None and grant is not None:
        amount = paid(work, case.household_id, f.on)
        persons = grant.persons or len(present)
        if amount is not None and persons > 0:
            found["floor"] = amount * (persons - 1) // persons
    return found | tekun_persons.known(work, case, reason(f), f.on)


def _reason(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """原因: whether it is set here, agrees with the last check, reaches everybody, and rests on a fact."""
    return case_reasons.grounds(work, case, f, at.policy, at.area)


def _original(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """原案件: whether what was quashed has been revoked there."""
    return {"original_undone": case_reasons.undone(work, case)}


def _posting(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """公示: whether the last public notice for this case has run its whole period, and whether anybody objected."""
    query = (
        select(Posting)
        .join(PostingLine, col(PostingLine.posting_id) == col(Posting.id))
        .where(PostingLine.household_id == case.household_id, PostingLine.case_no == case.no)
    )
    found = sorted(work.session.exec(query), key=lambda one: (one.since, one.id or 0))
    if not found:
        return {}
    last, tally = found[-1], postings.over_without_objection(work, case.household_id, case.no, f.on)
    return {
        "posting_over": tally.over and tally.firm, "posting_objected": tally.objected, "posting": last.number,
        "posted_since": last.since, "posted_until": last.until, "posted_at": last.place,
    }  # fmt: skip


def _fact(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """守信失信事实: its day and who wrote it down."""
    fact = conduct_of(work, case)
    if fact is None:
        return {}
    return {
        "act_on": fact.happened_on, "recorded_by": fact.recorded_by, "default_fact": fact.kind is ConductKind.DEFAULT,
    }  # fmt: skip


def _level(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """认定等级: the class of the fact's item where the county has adopted a catalogue."""
    fact = conduct_of(work, case)
    item = None if fact is None else record_terms(work, fact, NationalClass.UNMAPPED, f.on).item
    return {"level_listed": None if item is None else item.national_class}


def conduct_of(work: Work, case: Case) -> Conduct | None:
    """The fact that a case is about, if it is about one."""
    if case.subject_seq is None:
        return None
    return work.session.get(Conduct, (case.household_id, case.subject_seq))


def _record(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """失信记录: in force, ended, and from when it may be repaired; who dealt with it before."""
    fact = conduct_of(work, case)
    if fact is None:
        return {"effective": False, "ended": False}
    steps = [one for one in standing(work, Finding, case.household_id, f.on) if one.conduct_seq == fact.seq]
    state = steps[-1].state if steps else None
    document = next((one for one in reversed(steps) if one.document_on is not None), None)
    level = national_class(work, case, fact)
    found: Known = {
        "effective": state in (FindingState.EFFECTIVE, FindingState.CONTESTED),
        "contested": state is FindingState.CONTESTED or _challenged(work, case, fact.seq),
        "ended": state in (FindingState.REPAIRED, FindingState.REVOKED, FindingState.WITHDRAWN),
        "national_class": None if level is NationalClass.UNMAPPED else level,
        "handled_by": _handlers(work, case.household_id, fact.seq),
    }
    if document is not None and document.document_on is not None:
        window = record_terms(work, fact, level, document.document_on)
        found["repair_from"] = window.earliest
        found["ended"] = found["ended"] or (window.until is not None and f.on >= window.until)
    return found


def _challenged(work: Work, case: Case, conduct_seq: int) -> bool:
    """Is a reconsideration or a lawsuit against the finding's papers under way?"""
    found = [one for one in cases_of(work, case.household_id, Procedure.DEFAULT) if one.subject_seq == conduct_seq]
    return any(_remedies(work, one, None)["remedy_open"] for one in found)


def national_class(work: Work, case: Case, fact: Conduct) -> NationalClass:
    """国家分级 of a finding, as the decision on it says; UNMAPPED where no case here decided it."""
    for one in reversed(cases_of(work, case.household_id, Procedure.DEFAULT)):
        level = one.said("level", "DECIDE") if one.subject_seq == fact.seq else None
        if level is not None:
            return NationalClass.named(str(level))
    return NationalClass.UNMAPPED


def _handlers(work: Work, household_id: int, conduct_seq: int) -> tuple[str, ...]:
    """Everybody who took a step in deciding on a fact."""
    query = select(Step.recorded_by).where(
        Step.household_id == household_id, Step.subject_seq == conduct_seq, Step.procedure == Procedure.DEFAULT
    )
    return tuple(sorted(set(work.session.exec(query))))


def _handled(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """谁办过: whoever took a step of the case that made the entry which the request is about."""
    if case.subject_seq is None or (f.history and f.history[0].data.get("kind") != "人工复核"):
        return {}
    mine = [
        one for one in cases_of(work, case.household_id)
        if one.no != case.no and any(step.entry == case.subject_seq for step in one.history)
    ]  # fmt: skip
    return {"handled_by": tuple({step.by for one in mine for step in one.history})}


def _asker(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """提出人: is the name given that of the member whose data are asked for?"""
    member = None if case.member_no is None else members(work, case.household_id, f.on).get(case.member_no)
    known = None if member is None else work.session.get(Person, member.person_id)
    return {"asker_is_member": known is not None and f.given.get("speaker") in ("本人", known.name)}


def _money(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """应退、应缴: what is still owed, and until when the court may be asked."""
    decided = case.last("DECIDE")
    amount = int(decided.data.get("amount") or 0) if decided else 0
    came = sum(int(one.data.get("amount") or 0) for one in case.history if one.code == "PAID")
    ends = [one.last_day for name, one in f.clocks.items() if name in ("reconsider", "litigate")]
    months = _number(at, "enforce.court_months", f.on)
    last, plan = max((one for one in ends if one is not None), default=None), case.said("plan_until", "INSTALMENTS")
    if last is not None and plan is not None and case.procedure is Procedure.FINE:
        last = max(last, plan)  # for fines the law counts from the end of what was agreed to (行政处罚法 72)
    row = at.policy.find("remedy.after_reconsideration", at.area, f.on)
    found = _remedies(work, case, None if row is None or row.value is None else Period.read(f"{row.value}{row.unit}"))
    if last is not None and found["remedy_until"] is not None:
        last = max(last, found["remedy_until"])
    until = None if last is None or months is None else add_months(last, months)
    return found | {
        "owed": max(amount - came, 0), "paid": came, "plan_until": plan,
        "court_until": until if case.procedure is Procedure.REFUND else None,
        "court_open": until is not None and f.on <= until,
    }  # fmt: skip


def _remedies(work: Work, case: Case, length: Period | None) -> Known:
    """复议、诉讼: is one under way, and until when may be sued after a reconsideration? (行政诉讼法 45)"""
    about, found = f"case:{case.no}:", []
    for one in cases_of(work, case.household_id, Procedure.REMEDY):
        notice = None if one.subject_seq is None else work.session.get(Notice, (case.household_id, one.subject_seq))
        if notice is not None and notice.subject.startswith(about):
            found.append(one)
    ended = [
        one.said("received_on") or one.history[-1].on for one in found
        if one.closed and one.history[0].data.get("kind") == "行政复议" and one.stage != "ENDED"
    ]  # fmt: skip
    until = None
    if ended and length is not None:  # from the day of receipt, to the next working day (民法典 203)
        end = end_of(max(ended), length, workdays(work)).end
        until = end.date() if isinstance(end, datetime) else end
    return {"remedy_open": any(not one.closed for one in found), "remedy_until": until}


def _order(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """责令退回的依据: was a decision that takes something from this household served, and does it still stand?"""
    others = [one for kind in (Procedure.DECISION, Procedure.TEKUN) for one in cases_of(work, case.household_id, kind)]
    return {
        "order_served": any(
            one.stage != "REVOKED" and one.last("SERVED") is not None
            and Outcome.named(str(one.said("outcome", "DECIDE", "APPROVE"))).adverse
            for one in others
        )
    }  # fmt: skip


def _fine(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """罚款: the ceiling by the milder rule, whether it was found out in time, whether it is large or a second one."""
    fact = conduct_of(work, case)
    if fact is None:
        return {}
    opened = f.history[0].data if f.history else f.given
    gained, amount = opened.get("gained"), int(opened.get("amount") or 0)
    ratios = [_number(at, "fraud.fine_multiplier_max", on) for on in (fact.happened_on, f.on)]
    ratio = None if None in ratios else min(one for one in ratios if one is not None)
    years = _number(at, "penalty.limitation", f.on)
    limit = _number(at, "penalty.large_fine", f.on)
    ruled, said = None if limit is None else amount >= limit, f.given.get("large") or case.said("large", "NOTICE")
    return {
        "fine_ratio": ratio, "fine_max": int(gained) * ratio // 10_000 if gained and ratio is not None else None,
        "in_limitation": years is not None and fact.found_on <= add_months(fact.act_end, 12 * years),
        "large_ruled": ruled, "large_fine": said != "不属于" if ruled is None else ruled,  # unsaid: the longer time
        "fined_before": _fined(work, case, fact),
    }  # fmt: skip


def _fined(work: Work, case: Case, fact: Conduct) -> bool:
    """一事不再罚: is a fine for the same act under way, or decided and not revoked? (行政处罚法 29)"""
    others = [
        one for one in cases_of(work, case.household_id, Procedure.FINE)
        if one.no != case.no and one.subject_seq == fact.seq
    ]  # fmt: skip
    return any(one.stage not in ("DROP", "NO_PENALTY", "REVOKED") for one in others)


def _number(at: Place, key: str, on: date) -> int | None:
    """A parameter that is a number, or None where it is unset."""
    row = at.policy.find(key, at.area, on)
    return None if row is None or row.value is None else int(row.value)


def _export(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """报送: whether the region admits it, under which entry of the directory, and with which words."""
    allowed = at.policy.find("credit.export", at.area, f.on)
    entry = at.policy.find("credit.directory_entry", at.area, f.on)
    content = str(f.given.get("content") or "")
    return {
        "export_allowed": allowed is not None and bool(allowed.value),
        "directory_entry": None if entry is None else entry.value,
        "economic_words": [word for word in ECONOMIC if word in content],
    }


def _incentive(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """激励: the region's row for what is to be given."""
    key = _INCENTIVES.get(str(f.given.get("kind")))
    row = None if key is None else at.policy.find(key, at.area, f.on)
    return {"incentive": row is not None and bool(row.value)}


def _running(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """正在享受: is assistance being paid to this household, so that none can be granted a second time?"""
    return {
        "running": running(work, case.household_id, f.on) is not None,
        "kin_on_record": bool(kinship.relatives(work, case.household_id)),
    }


_STATES: dict[str, frozenset[Presence]] = {
    "DEATH": frozenset({Presence.DEAD}), "PRISON": frozenset(Presence) - {Presence.PRESENT},
    "MISSING_PERSON": frozenset(Presence) - {Presence.PRESENT}, "MOVED": frozenset(Presence) - {Presence.PRESENT},
}  # fmt: skip
"""What opened a case of change → the states in which the member may then be."""


def _followed(work: Work, case: Case, f: Facts, at: Place) -> Known:
    """变化的后续: what was decided or entered since this case was opened, and the member's state in the books."""
    if not f.history:
        return {}
    opened = f.history[0]
    later = [
        one for one in cases_of(work, case.household_id)
        if one.no > case.no and one.procedure in (Procedure.DECISION, Procedure.TEKUN) and one.stage != "DROP"
    ]  # fmt: skip
    entered = [one for one in acts(work, case.household_id, f.on) if one.happened_on >= opened.on]
    member = None if case.member_no is None else members(work, case.household_id, f.on).get(case.member_no)
    states = _STATES.get(opened.code, frozenset(Presence))
    return {
        "followed": bool(later or entered),
        "member_changed": case.member_no is None or (member is not None and member.presence in states),
    }  # fmt: skip


Look = Callable[[Work, Case, Facts, Place], Known]
_LOOKS: dict[Procedure, tuple[Look, ...]] = {
    Procedure.DECISION: (_aid, _reason),
    Procedure.APPLICATION: (_posting, _running), Procedure.CHANGE: (_followed,),
    Procedure.TEKUN: (_aid, _reason, _posting),
    Procedure.REMEDY: (_original,),
    Procedure.DEFAULT: (_fact, _level),
    Procedure.TRUST: (_fact, _incentive),
    Procedure.REPAIR: (_fact, _record),
    Procedure.OBJECTION: (_fact, _record),
    Procedure.REFUND: (_fact, _order, _money),
    Procedure.FINE: (_fact, _fine, _money),
    Procedure.RIGHTS: (_handled, _asker),
    Procedure.EXPORT: (_record, _export),
}
