"""当事人 (the person whom a paper of a case is about): name, to whom it is addressed, what he is found to have done."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from integrity.case_files import Case
from integrity.case_known import conduct_of
from integrity.case_records import record_terms
from integrity.errors import NotFound, Refused
from integrity.letters_family import Desk, Family, Kin, family
from integrity.letters_texts import wording
from integrity.records.ledger import Conduct
from integrity.rules.policy import Policy
from integrity.rules.writing import paper_date
from integrity.terms import NationalClass
from integrity.work import Work


class Party(NamedTuple):
    """当事人 (party): one member, with the family in which he is, or was when he acted."""

    who: Family
    one: Kin
    addressee: str


def party(work: Work, case: Case, on: date) -> Party:
    """The member whom the case is about; the head where it names none. Raises NotFound, Refused."""
    fact, who = conduct_of(work, case), family(work, case.household_id, on)
    no = fact.member_no if fact is not None else case.member_no
    if no is None:
        return Party(who, who.head, who.addressee)
    one = next((one for one in who.members if one.no == no), None)
    if one is None and fact is not None:  # he has left since: as he was in the family on the day of the act
        one = next((one for one in family(work, case.household_id, fact.happened_on).members if one.no == no), None)
    if one is None:
        raise NotFound(f"该户没有第 {no} 号成员，不能制发给他的文书")
    return Party(who, one, _addressed(who, one))


def _addressed(who: Family, one: Kin) -> str:
    """主送: the person; the guardian of one who cannot act for himself."""
    if one.able:
        return one.name
    guardian = next((other.name for other in who.members if other.no == one.guardian_no and other.able), "")
    return f"{guardian}（{one.name}的监护人）" if guardian else f"{one.name}的监护人"


def found(work: Work, case: Case, name: str, text: str, desk: Desk) -> tuple[str, ...]:
    """认定的事实 by the fact that the case is about: who, when, what; empty where it rests on no such fact."""
    fact = conduct_of(work, case)
    if fact is None:
        return ()
    told = wording(text, desk.on)
    until = "" if fact.act_end == fact.happened_on else f"至{paper_date(fact.act_end)}"
    said = told.one("fact", name=name, when=paper_date(fact.happened_on) + until, item=_item(work, fact, desk))
    return (said, told.one("detail", detail=fact.detail)) if fact.detail else (said,)


def _item(work: Work, fact: Conduct, desk: Desk) -> str:
    """What the conduct is called: by the catalogue in use, else as it was written down. Raises Refused for a code."""
    item = record_terms(work, fact, NationalClass.UNMAPPED, desk.on).item
    name = item.name if item is not None else _titled(desk.policy, fact.item)
    if name.isascii():
        raise Refused(f"失信事实第 {fact.seq} 条只写了代码“{fact.item}”，请写明是什么行为")
    return name


def _titled(policy: Policy, code: str) -> str:
    """The plain name of a code in any catalogue: a name only, it brings nothing else into use."""
    every = (item for catalogue in policy.catalogues.values() for item in catalogue.items)
    return next((item.name for item in every if item.code == code), code)
