"""公示单的内容 (content of a public notice): who stands on it with what amount, how long it hangs, who signs it.

All that is printed comes from the ledger and the case; the officer adds what neither of them has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from integrity import areas, calendars, editions, organs
from integrity.assistance import paid, running
from integrity.case_files import Case, read_case
from integrity.errors import Refused
from integrity.households import acts, home, members
from integrity.letters_family import Desk, desk, places
from integrity.records.columns import micros
from integrity.records.ledger import Member
from integrity.records.office import Person, Posting
from integrity.rules import masking
from integrity.rules.areas import code_range
from integrity.rules.citations import explained
from integrity.rules.facts import ADULT, age
from integrity.rules.masking import Candidate
from integrity.rules.policy import Policy, Row
from integrity.rules.policy import shown as shown_row
from integrity.rules.workdays import Period, Term, add_months, end_of
from integrity.rules.writing import yuan
from integrity.terms import Act, Capacity, PaperKind, PostingKind, Presence, Procedure, Relation, Scheme
from integrity.work import Work
from reports.forms import Letter
from reports.forms_household import DRAFT, FINAL, Posted
from reports.forms_household import Posting as Sheet
from reports.forms_procedure import POSTED_CAUSE, POSTING, TekunEnd

LENGTHS = {
    PostingKind.REVIEW: "apply.publicity", PostingKind.TEKUN_REVIEW: "tekun.publicity",
    PostingKind.TEKUN_END: "tekun.stop_publicity", PostingKind.RESULT: "posting.confirmed_months",
}  # fmt: skip
"""The parameter that says how long each kind hangs."""
LONGEST_MONTHS = 12
_END_LAW = (explained("民发〔2021〕43号第24条"), explained("民发〔2021〕43号第26条"))
CASES = {
    PostingKind.REVIEW: Procedure.APPLICATION, PostingKind.TEKUN_REVIEW: Procedure.APPLICATION,
    PostingKind.TEKUN_END: Procedure.TEKUN,
}  # fmt: skip
"""The procedure in which a kind is a step; a published result is none."""
SIGNED_AS = {PostingKind.RESULT: PaperKind.F08, PostingKind.TEKUN_END: PaperKind.F29}
"""Kinds that come from whoever decides (57号 24, 43号 26), with the paper of that decision."""


class Line(NamedTuple):
    """公示的一户 (line): the household and its case; the amount only where neither ledger nor case has it.

    `guardian` is the name of a guardian who does not belong to a household of minors.
    """

    household_id: int
    case_no: int | None = None
    fen: int | None = None
    guardian: str = ""


class Hanging(NamedTuple):
    """张贴期 (how long a notice hangs): the period's end with its computation, and the row that it rests on."""

    term: Term
    row: Row
    computed: str


def signing(work: Work, kind: PostingKind, area: str, on: date) -> Desk:
    """Who signs a kind of public notice for a village on a day. Raises NotFound without an organ."""
    return desk(work, area, SIGNED_AS.get(kind, PaperKind.F07), on)


def hanging(work: Work, kind: PostingKind, own: Desk, months: int | None = None) -> Hanging:
    """From the day of posting to which day? `months` is a person's answer where the region does not say it.

    Raises Unset, NotInForce; Refused for more than a year, and for an adverse notice on an uncertain calendar.
    """
    row = own.policy.row(LENGTHS[kind], own.area, own.on)
    if months is not None and (row.is_set or kind is not PostingKind.RESULT):
        raise Refused(f"公示期由政策确定（{shown_row(row) if row.is_set else '未设定'}），不能另写月数")
    if months is None and not row.is_set:
        own.value(LENGTHS[kind])  # raises Unset with what has to be settled
    term = _term(work, kind, own.on, row, months)
    if term.end > add_months(own.on, LONGEST_MONTHS):
        raise Refused(f"公示、公布最长一年，不能到 {term.end}（个人信息保护法第6条、第19条；{masking.LIMITS}）")
    if kind is PostingKind.TEKUN_END and term.provisional:
        raise Refused(f"公示期不能确定，不能据此公示拟终止供养：{term.steps[-1]}（红线第14条；民法典第203条）")
    said = f"参数{row.id}" if months is None else "当地没有规定公布多久，月数由经办人员确定"
    return Hanging(term, row, "；".join((*term.steps, said)))


def _term(work: Work, kind: PostingKind, since: date, row: Row, months: int | None = None) -> Term:
    """What is decided on silence is never cut short by a rest day; a published name is not left hanging for one."""
    period = Period(months, "月") if months is not None else Period.read(shown_row(row))
    return end_of(since, period, calendars.workdays(work), roll=kind is not PostingKind.RESULT)


def computed_again(work: Work, posting: Posting) -> Term:
    """The period of a notice by the policy of its own day and the calendars known now."""
    known = micros(posting.recorded_at)
    county, township = posting.area[:6] + "000000", posting.area[:9] + "000"
    policy: Policy = editions.in_force(work, known).adopting(organs.adopted(work, county, posting.since, known))
    return _term(work, posting.kind, posting.since, policy.row(LENGTHS[posting.kind], township, posting.since))


def letter(
    work: Work, kind: PostingKind, own: Desk, area: str, rows: Sequence[Posted], *, number: str, until: date, place: str
) -> Letter:  # fmt: skip
    """The sheet of a notice under a number."""
    head = own.head() | {"number": number, "addressee": _readers(work, area, own.on)}
    if kind is not PostingKind.TEKUN_END:
        variant = FINAL if kind is PostingKind.RESULT else DRAFT
        return Sheet(**head, variant=variant, since=own.on, until=until, rows=tuple(rows))
    return TekunEnd(
        **head, stage=POSTING, person=rows[0].name, cause=POSTED_CAUSE, posted_since=own.on, posted_until=until,
        posted_at=place, grounds=_END_LAW,
        object_how=f"可以向{own.organ.name}书面或者口头提出，电话：{own.organ.phone}",
    )  # fmt: skip


def _readers(work: Work, area: str, on: date) -> str:
    """公示范围: those who live there, not the committee that governs it: 前屯村村民, 阳光社区居民."""
    place = areas.full_name(work, area[:9] + "000", on) + places(areas.area(work, area, on).name)
    return place + ("村民" if place.endswith("村") else "居民")


def row_of(work: Work, kind: PostingKind, area: str, line: Line, on: date, *, masked: bool) -> Posted:
    """What is put up of one household. Raises Refused, NotFound, Invalid with the reason why it cannot be."""
    low, high = code_range(area)
    if not low <= home(work, line.household_id, on).area < high:
        raise Refused("不住在这个村（社区）")
    people, persons = _people(work, line.household_id, on)
    people = _named_first(work, kind, line, people, on)
    name = masking.printed_name(masking.public_name(people, line.guardian), masked=masked)
    if kind is PostingKind.RESULT:
        return Posted(name=name, persons=persons, fen=_decided(work, line, on))
    case = _case(work, kind, line, everybody_gone=not persons)
    if kind is PostingKind.TEKUN_END:
        return Posted(name=name, persons=max(persons, 1), fen=0)
    return Posted(name=name, persons=persons, fen=_planned(case, line))


def _named_first(work: Work, kind: PostingKind, line: Line, people: list[Candidate], on: date) -> list[Candidate]:
    """拟终止供养的人: the one whom the case names, not the head; alive or not, in the household or not."""
    if kind is not PostingKind.TEKUN_END or line.case_no is None:
        return people
    no = read_case(work, line.household_id, line.case_no).member_no
    member = None if no is None else members(work, line.household_id, on).get(no)
    return people if member is None else [_candidate(work, member, on), *(one for one in people if one.no != no)]


def _people(work: Work, household_id: int, on: date) -> tuple[list[Candidate], int]:
    """Who might be named, the head first, and how many belong to the household; of one that died out, the dead."""
    states = list(members(work, household_id, on).values())
    present = [one for one in states if one.presence is Presence.PRESENT]
    named = present or [one for one in states if one.presence is Presence.DEAD]
    named.sort(key=lambda one: (one.relation is not Relation.HEAD, one.no))
    return [_candidate(work, one, on) for one in named], len(present)


def _candidate(work: Work, member: Member, on: date) -> Candidate:
    person = work.session.get(Person, member.person_id)
    if person is None or person.destroyed_on is not None:
        raise Refused(f"第{member.no}号成员的个人资料已依法销毁或者缺失")
    years = None if member.born_on is None else age(member.born_on, on)
    able = member.capacity is Capacity.FULL and years is not None and years >= ADULT
    return Candidate(member.no, person.name, years, able, member.guardian_no)


def _case(work: Work, kind: PostingKind, line: Line, *, everybody_gone: bool) -> Case:
    """The case of a line, at the point where this notice is its next step."""
    if line.case_no is None:
        raise Refused("请写明案件号：公示是办理程序中的一步")
    case = read_case(work, line.household_id, line.case_no)
    if case.procedure is not CASES[kind]:
        raise Refused(f"第 {case.no} 号案件是“{case.procedure.value}”，不办理{kind.value}")
    posted = case.table.row("POSTED")
    if case.closed or case.stage not in posted.after:
        raise Refused(f"第 {case.no} 号案件现在不能公示（{posted.law}）")
    if kind is PostingKind.TEKUN_END and not (everybody_gone or _heard(case)):
        raise Refused("没有听取意见和复核，不能公示拟终止供养（社会救助法第48条）")
    scheme = case.said("scheme", "RECEIVED")
    fitting = PostingKind.TEKUN_REVIEW if scheme == Scheme.TEKUN.value else PostingKind.REVIEW
    if kind is not PostingKind.TEKUN_END and kind is not fitting:
        raise Refused(f"申请的是“{scheme}”，应办理{fitting.value}")
    return case


def _heard(case: Case) -> bool:
    """Was the person heard, and what was said reviewed, before others read of it?"""
    heard = max((one.no for one in case.history if one.code in ("STATEMENT", "SILENT", "WAIVED")), default=0)
    reviewed = max((one.no for one in case.history if one.code == "REVIEW"), default=0)
    return 0 < heard < reviewed


def _planned(case: Case, line: Line) -> int:
    """拟保障金额: what the review proposed."""
    if case.said("opinion", "REVIEWED") == "拟不予确认":
        raise Refused("拟不予确认的不张榜，书面告知本人并说明理由（社会救助法第45条）")
    return _agreed(case.said("amount", "REVIEWED"), line.fen, "审核意见")


def _decided(work: Work, line: Line, on: date) -> int | None:
    """保障金额 of a household that has it, None where nothing is paid monthly.

    During 渐退 the officer says what is paid, at most the old amount.
    """
    grant = running(work, line.household_id, on)
    if grant is None:
        raise Refused("没有正在享受的救助，不能公布")
    if grant.scheme in (Scheme.EDGE, Scheme.RIGID):
        return None
    past = acts(work, line.household_id, on)
    granted = max(n for n, one in enumerate(past) if one.act is Act.GRANT)
    known = paid(work, line.household_id, on)
    if known is None or all(one.act is not Act.WITHDRAW for one in past[granted:]):
        return _agreed(known, line.fen, "户账")
    if line.fen is None or not 0 <= line.fen <= known:
        raise Refused(f"该户在渐退期，请写明实际发放的金额（不高于{yuan(known)}）")
    return line.fen


def _agreed(known: object, given: int | None, where: str) -> int:
    """The amount on record, or the given one where none is; both must be the same. Raises Refused."""
    if not isinstance(known, int):
        if given is None or given < 0:
            raise Refused(f"{where}中没有保障金额，请写明")
        return given
    if given is not None and given != known:
        raise Refused(f"写明的金额{yuan(given)}与{where}中的{yuan(known)}不一致")
    return known
