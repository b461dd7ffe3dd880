"""办理时的情况 (what is known when a step is asked for): the officer, the person, the clocks, what each need reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import select

from integrity import case_known, case_reasons, organs
from integrity.calendars import workdays
from integrity.case_files import Case
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import home, members
from integrity.policies_of import policy_for
from integrity.recommendations import as_due
from integrity.records.ledger import Conduct
from integrity.records.office import Kinship
from integrity.rules import grounds as g
from integrity.rules.areas import level_of
from integrity.rules.facts import date_of
from integrity.rules.policy import NotInForce, Policy
from integrity.rules.policy import Row as PolicyRow
from integrity.rules.procedure import Clock, Facts, Row, Running, Subject
from integrity.rules.procedure_clocks import clocks as running
from integrity.rules.workdays import Period, end_of
from integrity.sights import Sight
from integrity.terms import AreaLevel, Presence, Procedure, Role, Scheme
from integrity.work import Work

_COUNTY = (AreaLevel.COUNTY, AreaLevel.CITY)
"""A city without counties is the county of its townships."""
_ABOUT_CONDUCT = (
    Procedure.DEFAULT, Procedure.TRUST, Procedure.REPAIR, Procedure.OBJECTION, Procedure.FINE, Procedure.EXPORT,
    Procedure.REFUND,
)  # fmt: skip


def by_job(work: Work) -> bool:
    """Is a job at work, and no person?"""
    return work.actor == Role.SYSTEM.value


def township_of(work: Work, case: Case, on: date) -> str:
    """The township in which the household lives on a day."""
    return home(work, case.household_id, on).area[:9] + "000"


def facts(
    work: Work, case: Case, row: Row, *, on: date, given: Mapping[str, Any], evidence: str = ""
) -> Facts:  # fmt: skip
    """Everything that the rules are told about a step that is asked for. Raises NotFound for an unknown officer."""
    area = township_of(work, case, on)
    policy = policy_for(work, area, on)
    if by_job(work):
        role, level = Role.SYSTEM, AreaLevel.TOWNSHIP
    else:
        officer = organs.officer(work, work.actor, work.today)
        role = officer.role
        level = AreaLevel.COUNTY if level_of(officer.area) in _COUNTY else AreaLevel.TOWNSHIP
    found = Facts(
        on=on, actor=work.actor, role=role, level=level, history=case.history, given=given, evidence=evidence,
        person=person(work, case, on), delegated=_delegated(policy, case.procedure, area, on),
        relative=is_relative(work, case.household_id, work.actor), clocks=clocks(work, case, on),
    )  # fmt: skip
    known = case_known.known(work, case, row, found, case_known.Place(policy, area))
    return Facts(**{name: getattr(found, name) for name in Facts.__slots__} | {"known": known})


def _delegated(policy: Policy, procedure: Procedure, area: str, on: date) -> bool:
    """Does the province let the township decide in this procedure? (社会救助法 44、47)"""
    key = "apply.who_confirms" if procedure is Procedure.APPLICATION else "adverse.who_decides"
    row = policy.find(key, area, on)
    return row is not None and row.value == "township"


def is_relative(work: Work, household_id: int, officer: str) -> bool:
    """Is an officer on record as a relative of this household? (近亲属备案)"""
    query = select(Kinship).where(Kinship.household_id == household_id, Kinship.officer == officer)
    rows = sorted(work.session.exec(query), key=lambda one: one.id or 0)
    return bool(rows) and not rows[-1].ended


def person(work: Work, case: Case, on: date) -> Subject | None:
    """The member whom the case is about: capacity as of the act, alive as of the day. None for a whole household."""
    no, act_on = case.member_no, on
    if case.procedure in _ABOUT_CONDUCT and case.subject_seq is not None:
        fact = work.session.get(Conduct, (case.household_id, case.subject_seq))
        if fact is not None:
            no, act_on = fact.member_no, fact.happened_on
    if no is None:
        return None
    then = members(work, case.household_id, act_on).get(no)
    now = members(work, case.household_id, on).get(no)
    if then is None:
        raise Refused(f"该户在 {act_on} 没有第 {no} 号成员")
    return Subject(no, then.born_on, then.capacity, now is not None and now.presence is not Presence.DEAD)


def clocks(work: Work, case: Case, on: date, sight: Sight | None = None) -> dict[str, Running]:
    """The clocks of a case on a day, computed from what is stored and from the parameters in force when each began.

    `sight` is shared by a look over many cases.
    """
    if not case.history:
        return {}
    seen = sight or Sight(work)
    taken = {one.code for one in case.history}
    mine = case.table._replace(clocks=tuple(one for one in case.table.clocks if _key(case, one) is not None))
    begun = [clock for clock in mine.clocks if taken.intersection(clock.starts)]
    lengths = {clock.code: _readable(work, case, clock, seen) for clock in begun}
    return running(mine, case.history, lengths, seen.workdays(), on)


def _readable(work: Work, case: Case, clock: Clock, sight: Sight) -> Period | str:
    try:
        return length(work, case, clock, sight=sight)
    except (Invalid, NotFound, NotInForce) as fault:  # nobody sees the other clocks when one raises
        return str(fault)


_OWN_KEYS: Mapping[str, Mapping[str, str]] = {
    Scheme.DIBAO.value: {"opinion": ""}, Scheme.EDGE.value: {"opinion": ""},
    Scheme.TEKUN.value: {
        "investigate": "", "total": "", "refusal": "tekun.refusal_notice", "confirm": "tekun.county_confirm",
    },
    Scheme.RIGID.value: {"opinion": "", "investigate": "", "total": "gangxing.total", "refusal": "", "confirm": ""},
    "行政诉讼": {"reply": "remedy.reply_litigation"},
}  # fmt: skip
"""What was asked for, clock → the parameter of its own that the rules of that scheme or way set; "" they set none."""


def _key(case: Case, clock: Clock) -> str | None:
    """The parameter that says how long a clock of this case runs; None where this kind of case has no such clock."""
    opened = case.history[0].data if case.history else {}
    own = _OWN_KEYS.get(str(opened.get("scheme") or opened.get("kind") or ""), {}).get(clock.code)
    return clock.key if own is None else own or None


def length(
    work: Work, case: Case, clock: Clock, on: date | None = None, sight: Sight | None = None
) -> Period | str:  # fmt: skip
    """How long a clock of this case runs by the region's parameters, or why that is not known."""
    if not clock.key:
        return ""
    if case.procedure is Procedure.REMEDY and clock.code == "carry" and not case_reasons.about_finding(work, case):
        return "法律没有规定天数，应当及时执行，办完为止"
    _, row = _limit(work, case, clock, clock.variant, on=on, sight=sight)
    if row is None:
        return "当地没有规定期限，请确定"
    return Period.read(f"{row.value}{row.unit}")


def _limit(
    work: Work, case: Case, clock: Clock, variant: str, *, on: date | None = None, sight: Sight | None = None
) -> tuple[str, PolicyRow | None]:  # fmt: skip
    """The parameter of a clock, by the policy of the day on which it began, and its key."""
    begun = next((one for one in reversed(case.history) if one.code in clock.starts), None)
    day = on or (begun.on if begun else work.today)
    seen = sight or Sight(work)
    area = seen.home(case.household_id, day).area[:9] + "000"
    policy = seen.policy(area, day)
    key = _key(case, clock) or clock.key
    if key == "apply.total_delegated" and not _delegated(policy, case.procedure, area, day):
        key = "apply.total"
    return key, policy.find(key, area, day, variant)


_SPECIAL = {"total": "special", "answer": "assisted"}
"""Clocks for which the rules set a longer period of their own: it bounds every extension."""


def may_shift(clock: Clock, *, extended: bool) -> None:
    """Refuse to touch the person's own time, but to give him longer for what he wants to say.

    行政复议法 20、行政诉讼法 46: how long he has is for the law to say, not for the office.
    """
    if clock.of == "当事人" and not (extended and clock.code == "hear"):
        raise Refused(f"“{clock.name}”是当事人的期限，机关不能中止、延长（{clock.law}；红线第14条）")
    if extended and not clock.extendable and clock.of == "机关":
        raise Refused(f"“{clock.name}”不能延长（{clock.law}）")


def may_extend(work: Work, case: Case, now: Running, to: Period) -> None:
    """Refuse an extension that is none, or that goes beyond the longest period that the rules set (57号 22)."""
    clock = now.clock
    if clock.of == "当事人" and (now.last_day is None or last_of(work, now.since, to) <= now.last_day):
        raise Refused(f"“{clock.name}”截至{now.last_day}，延长后应当更晚")
    variant, usual = _SPECIAL.get(clock.code), length(work, case, clock)
    if isinstance(usual, Period) and usual.unit == to.unit and to.length <= usual.length:
        raise Refused(f"“{clock.name}”本来就有{usual}，延长后应当更长")
    row = _limit(work, case, clock, variant)[1] if variant else None
    if row is None:
        return
    longest = Period.read(f"{row.value}{row.unit}")
    if longest.unit != to.unit or to.length > longest.length:
        raise Refused(f"“{clock.name}”最长为{longest}，不能延长为{to}（{row.source}）")


_TOLD = (
    "outcome", "amount", "months", "schedule", "effective_on", "level", "measures", "pay_within", "pay_way",
)  # fmt: skip
"""Fields of a decision that the person was told before."""


def as_told(case: Case, row: Row, given: Mapping[str, Any]) -> dict[str, Any]:
    """决定的内容: where the officer states nothing else, what the person was told; another kind has its own terms."""
    told = case.history[0].data if case.history else {}
    if row.code not in ("DECIDE", "APPROVE"):
        return dict(given)
    same = given.get("outcome") in (None, "", told.get("outcome"))
    names = {ask.name for ask in row.asks} & set(_TOLD if same else ("effective_on",))
    empty = (None, "", ())
    return {name: told[name] for name in names if told.get(name) not in empty and given.get(name) in empty} | {
        name: value for name, value in given.items() if value not in empty
    }


def last_of(work: Work, since: date, period: Period) -> date:
    """The last day of a period in days that begins on a day."""
    end = end_of(since, period, workdays(work)).end
    return end.date() if isinstance(end, datetime) else end


def _not_shorter(work: Work, found: Facts, told: Period, least: Period, name: str) -> None:
    """A time that is told to a person is never below what the region sets (红线 14). Raises Refused."""
    same = told.unit == least.unit
    if (told.length < least.length) if same else last_of(work, found.on, told) < last_of(work, found.on, least):
        raise Refused(f"{name}不得短于当地规定的{least}，不能写成{told}（红线第14条）")


def derived(work: Work, case: Case, row: Row, found: Facts) -> dict[str, Any]:
    """What the program adds to a step: the length of time that a notice gives, where the officer gave none.

    Of a recheck, when it is due and why. Raises Refused when the region sets none: then a person says how long.
    """
    if case.procedure is Procedure.RECHECK and row.code == "DUE":
        return _due(work, case, found)
    if row.code == "REVOKED" and found.known.get("paid"):
        return {"give_back": found.known["paid"]}
    if case.procedure is Procedure.REFUND and found.given.get("pay_within"):
        _pay_within(work, case, found)
    if row.code != "NOTICE":
        return {}
    clock = next(one for one in case.table.clocks if one.code == "hear")
    period = length(work, case, clock, found.on)
    if found.given.get("within"):
        if isinstance(period, Period):
            _not_shorter(work, found, Period.read(str(found.given["within"])), period, clock.name)
        return {}
    if isinstance(period, str):
        raise Refused(f"{clock.name}：{period}；在“告知”这一步填写期限，如 5个工作日")
    return {"within": str(period)}


def _pay_within(work: Work, case: Case, found: Facts) -> None:
    area = township_of(work, case, found.on)
    row = policy_for(work, area, found.on).find("refund.pay_within", area, found.on)
    if row is not None and row.value is not None:
        least = Period.read(f"{row.value}{row.unit}")
        _not_shorter(work, found, Period.read(str(found.given["pay_within"])), least, "退回期限")


def _due(work: Work, case: Case, found: Facts) -> dict[str, Any]:
    """应核查日 and its grounds by the rules, where the officer did not give them. Raises Refused when there is none."""
    if found.given.get("due_on") and found.given.get("ground"):
        return {}
    due = as_due(work, [case.household_id]).get(case.household_id)
    if due is None or due.due_on is None:
        raise Refused("该户没有应核查日：不在救助，或者没有上次核查的日期；确需核查的请填写应核查日和原因")
    because = "；".join(one.text for one in g.named(g.DUE_GROUNDS, due.due_grounds))
    return {"due_on": date_of(due.due_on), "ground": because} | {
        name: found.given[name] for name in ("due_on", "ground") if found.given.get(name)
    }
