"""诚信状态 (integrity state), read only: which findings are in force today, and who has promised; nothing else.

For a linked system that says for what it asks and on what ground. No opinion, no proceedings that go on, no income, no
score. Of minors, of whoever lacks full capacity or whose age is not known, and of the dead and those who left, nothing
is given out. A record is not used from its last day on, nor after its repair or revocation (红线 5、7、10).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import select

from integrity import papers
from integrity.case_files import Case, read_case
from integrity.case_records import RecordTerms, record_terms
from integrity.delivery import service_of
from integrity.errors import Conflict, Invalid, NotFound
from integrity.households import by_number, home, members, standing
from integrity.intake_matching import SEVERAL, matches
from integrity.permissions import require
from integrity.places import Scope
from integrity.records.ledger import Commitment, Conduct, Finding, Household, Member
from integrity.records.office import Destruction
from integrity.rights import credit_subject
from integrity.rules.facts import ADULT, age
from integrity.rules.identity import refuse_id_numbers
from integrity.rules.policy import NotInForce
from integrity.rules.stated import check_text, seen
from integrity.terms import ConductKind, FindingState, NationalClass, Presence, SignedBy
from integrity.work import Work

MATTER: Final = "查询诚信状态"
NOT_FOUND: Final = "没有可以提供的诚信状态"
"""One answer for nobody, for somebody elsewhere, and for somebody of whom nothing is given out."""
CAUTION: Final = (
    "诚信状态不得单独作为拒绝受理、不予救助、减少或者停止救助的理由；是否给予、调整、终止救助，由有权机关依法调查、"
    "听取意见后决定（社会救助法第48条、第70条）。只供所写明的用途使用，不得公开，不得另作他用。"
)
SHORTEST, LONGEST = 4, 200


class Record(NamedTuple):
    """一项记录 (a finding in force): of which member, what was found by which document, until when it is used."""

    member_no: int
    kind: ConductKind
    item: str
    level: str
    measures: str
    document: str
    document_on: date
    served_on: date | None
    effective_on: date
    expires_on: date | None
    """First day on which it is not used any more; None where nothing limits it."""
    basis: str
    """The document of another organ on which the finding rests."""
    law: str


class Promise(NamedTuple):
    """一份承诺 (a promise that was signed): by which member, when, on which occasion."""

    member_no: int
    signed_on: date
    occasion: str


class State(NamedTuple):
    """诚信状态 (integrity state) of a household, or of one of its members, as of today."""

    household: str
    member_no: int | None
    as_of: date
    records: tuple[Record, ...]
    promises: tuple[Promise, ...]


def ask(work: Work, scope: Scope, wanted: Mapping[str, str], *, purpose: str, basis: str) -> State | None:
    """The state of the household or the person that is asked for, within the area; None where there is none to give.

    Every question is a line of the audit log, which the person can read, also where nothing was found. Raises Invalid
    for a question without purpose and ground, Conflict for somebody in several households.
    """
    require(work, MATTER)
    for name, text in (("用途", purpose), ("依据", basis)):
        _stated(name, text)
    household, id_number = wanted.get("household", ""), wanted.get("id_number", "")
    if bool(household) == bool(id_number):
        raise Invalid("户编号、身份证号，写一项，只写一项")
    told = f"用途：{purpose}；依据：{basis}"
    if household:
        household_id, member_no, mark = _household(work, household, scope), None, ""
    else:
        household_id, member_no, mark = _person(work, id_number, scope)
    subject = f"household:{household_id}" if household_id else mark
    work.audit(MATTER, subject, told if household_id else f"没有可以提供的；{told}")
    return None if household_id is None else state(work, household_id, member_no)


def _stated(name: str, text: str) -> None:
    if len(seen(text)) < SHORTEST or len(text) > LONGEST:
        raise Invalid(f"请写明{name}，{SHORTEST} 至 {LONGEST} 字")
    check_text(name, text)
    refuse_id_numbers(name, text)


def _household(work: Work, number: str, scope: Scope) -> int | None:
    with suppress(NotFound):
        found = by_number(work, number)
        here = scope[0] <= home(work, found, work.today).area < scope[1]
        return found if here and work.session.get(Destruction, found) is None else None
    return None


def _person(work: Work, id_number: str, scope: Scope) -> tuple[int | None, int | None, str]:
    """Household and member of an ID number, and under what the question stands in the log where there is none."""
    (found,) = matches(work, [(id_number, work.today)], scope)
    if found.fault == SEVERAL:
        raise Conflict("这个身份证号登记在两户以上，请按户编号查询")
    mark = f"person_index:{found.id_index[:12]}" if found.id_index else ""
    if found.household_id is None or found.member_no is None:
        return None, None, mark
    if not _given(members(work, found.household_id, work.today)[found.member_no], work.today):
        return None, None, mark
    return found.household_id, found.member_no, mark


def _given(member: Member | None, on: date) -> bool:
    """Is anything given out of a member? Not of minors, incapable persons, the dead, and those who left."""
    return member is not None and member.presence is not Presence.LEFT and not credit_subject(member, on)


def state(work: Work, household_id: int, member_no: int | None = None) -> State:
    """What is in force today, of all members or of one."""
    people = members(work, household_id, work.today)
    whose = {no for no, one in people.items() if _given(one, work.today) and member_no in (None, no)}
    number = work.session.exec(select(Household.number).where(Household.id == household_id)).one()
    return State(
        number, member_no, work.today, tuple(_records(work, household_id, whose, people)),
        tuple(_promises(work, household_id, whose)),
    )  # fmt: skip


def _records(work: Work, household_id: int, whose: set[int], people: Mapping[int, Member]) -> list[Record]:
    facts = {one.seq: one for one in standing(work, Conduct, household_id, work.today) if one.member_no in whose}
    last = {one.conduct_seq: one for one in standing(work, Finding, household_id, work.today)}
    found = [
        _record(work, fact, last[seq]) for seq, fact in facts.items()
        if seq in last and _grown(people[fact.member_no], fact)
    ]  # fmt: skip
    return [one for one in found if one is not None]


def _grown(member: Member, fact: Conduct) -> bool:
    """Was he of age when he acted?"""
    return member.born_on is not None and age(member.born_on, fact.happened_on) >= ADULT


def _record(work: Work, fact: Conduct, finding: Finding) -> Record | None:
    """A finding as it is given out; None when it is not in force today."""
    on, effective = work.today, finding.effective_on
    if finding.state is not FindingState.EFFECTIVE or effective is None or effective > on:
        return None
    if finding.document_on is None:
        return None
    case = _case(work, fact.household_id, finding)
    level = _level(case)
    kept = _terms(work, fact, level, finding.document_on)
    expires = _expires(fact, case, kept)
    if expires is not None and expires <= on:
        return None
    item = kept.item.name if kept and kept.item else _said(case, "item") or fact.item
    level = kept.level if kept else level
    return Record(
        fact.member_no, fact.kind, item, "" if level is NationalClass.UNMAPPED else level.value,
        _said(case, "measures"), finding.document, finding.document_on, _served(work, finding.document), effective,
        expires, _said(case, "basis", "FACT"), "" if case is None else case.table.row("DECIDE").law,
    )  # fmt: skip


def _case(work: Work, household_id: int, finding: Finding) -> Case | None:
    """The case that decided: of an upheld finding the one of its first decision; none for what was carried over."""
    same = [
        one for one in standing(work, Finding, household_id, work.today)
        if one.conduct_seq == finding.conduct_seq and one.state is FindingState.EFFECTIVE and one.case_no is not None
    ]  # fmt: skip
    return read_case(work, household_id, same[0].case_no or 0) if same else None


def _said(case: Case | None, name: str, step: str = "DECIDE") -> str:
    return str(case.said(name, step) or "") if case is not None else ""


def _level(case: Case | None) -> NationalClass:
    said = _said(case, "level")
    return NationalClass.named(said) if said else NationalClass.UNMAPPED


def _terms(work: Work, fact: Conduct, level: NationalClass, document_on: date) -> RecordTerms | None:
    """How long it is kept by the rules of its day; None where none are in force."""
    try:
        return record_terms(work, fact, level, document_on)
    except (NotFound, NotInForce):
        return None


def _expires(fact: Conduct, case: Case | None, kept: RecordTerms | None) -> date | None:
    """From which day on it is not used: of a finding of trust the day after the one that its record names."""
    said: Any = case.said("ends_on", "DECIDE") if case is not None and fact.kind is ConductKind.TRUST else None
    return said + timedelta(days=1) if isinstance(said, date) else kept.until if kept else None


def _served(work: Work, document: str) -> date | None:
    """On which day the document was served, where it is one of this office."""
    with suppress(NotFound):
        service = service_of(work, papers.by_number(work, document))
        return service.happened_on if service is not None else None
    return None


def _promises(work: Work, household_id: int, whose: set[int]) -> list[Promise]:
    """The promises that were signed, the last first; who refused is not told."""
    signed = [
        one for one in standing(work, Commitment, household_id, work.today)
        if one.member_no in whose and one.signed_by is not SignedBy.REFUSED
    ]  # fmt: skip
    return [Promise(one.member_no, one.happened_on, one.occasion) for one in reversed(signed)]
