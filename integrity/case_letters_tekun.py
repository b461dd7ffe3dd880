"""终止特困供养的文书 (papers of the end of 特困供养): for the person whose support ends, also where others go on.

They are made as for a household; where the case names a person they are addressed to that person, and where others of
the household go on being supported they say so. 民发〔2021〕43号 24–27; 社会救助法 48.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from integrity.case_files import Case
from integrity.case_papers import Draft
from integrity.errors import NotFound
from integrity.households import members
from integrity.letters_family import family
from integrity.letters_texts import wording
from integrity.records.ledger import Member
from integrity.records.office import Person
from integrity.rules.writing import yuan
from integrity.terms import Outcome, Presence, Procedure
from integrity.work import Work
from reports.forms import HearingNotice, Letter
from reports.forms_procedure import TekunEnd


def of_one(work: Work, case: Case, draft: Draft) -> Draft:
    """The paper for the person whom a case of 特困供养终止 names; as it is where it names nobody."""
    if case.procedure is not Procedure.TEKUN or case.member_no is None:
        return draft

    def told(number: str, on: date) -> Letter:
        letter = draft(number, on)
        member, name = _named(work, case, on)
        letter = replace(letter, addressee=_addressee(work, case, member, name, on))
        if isinstance(letter, TekunEnd):
            return replace(letter, person=name, follow=f"{_going_on(case, on)}{letter.follow}")
        assert isinstance(letter, HearingNotice)
        return replace(letter, planned=_planned(case, letter, name, on))

    return told


def _named(work: Work, case: Case, on: date) -> tuple[Member, str]:
    """The member whose support ends, living in the household or not, and the name. Raises NotFound."""
    member = members(work, case.household_id, on).get(case.member_no or 0)
    person = None if member is None else work.session.get(Person, member.person_id)
    if member is None or person is None:
        raise NotFound(f"该户在 {on} 没有第 {case.member_no} 号成员")
    return member, person.name


def _addressee(work: Work, case: Case, member: Member, name: str, on: date) -> str:
    """主送: the person, the guardian of one who cannot act for himself, the near relatives of the dead or missing."""
    if member.presence in (Presence.DEAD, Presence.MISSING):
        return f"{name}的近亲属"
    who = family(work, case.household_id, on)
    mine = [one for one in who.members if one.no == member.no]
    rest = [one for one in who.members if one.no != member.no]
    return replace(who, members=(*mine, *rest)).addressee if mine else name


def _others(case: Case) -> int | None:
    """What goes on for the others each month; None where there are none."""
    one_of_several = case.said("outcome", "OPEN") in (Outcome.LOWER.value, Outcome.LOWER.name)
    amount = case.said("amount", "DECIDE", "OPEN")
    return amount if one_of_several and isinstance(amount, int) else None


def _going_on(case: Case, on: date) -> str:
    amount = _others(case)
    return "" if amount is None else wording("hearing", on).one("others_go_on", amount=yuan(amount)) + "。"


def _planned(case: Case, letter: HearingNotice, name: str, on: date) -> str:
    """拟作处理 of the one person's end, with the month that was planned."""
    amount = _others(case)
    if amount is None:
        return letter.planned
    text, since = wording("hearing", on), case.said("effective_on", "OPEN")
    plan = text.one("exit_one", member=name, reason=str(case.said("reason_code")))
    plan = f"{plan}；{text.one('others_go_on', amount=yuan(amount))}"
    if isinstance(since, date):
        return text.one("since", plan=plan, month=f"{since.year}年{since.month}月")
    return text.one("since_next", plan=plan)
