"""申请、承诺、授权的文书 (papers of application, promise and consent): F01, F02, F03, F04, F05, F08.

Acceptance looks at the application and at nothing else: no record, no level and no unsigned promise has a place here.
民发〔2021〕57号 9–10、16、21、29; 社会救助法 37、40、41、44、45、62、70.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from integrity import case_acts, case_letters_records, letters, organs
from integrity.case_files import Case
from integrity.case_papers import Draft, Given, Maker
from integrity.case_words import items, period, post
from integrity.errors import Invalid, NotFound, Refused
from integrity.letters_family import Desk, Family, Kin, desk, family, where
from integrity.letters_texts import Wording, wording
from integrity.rules.procedure import Facts
from integrity.rules.procedure_basis import REFUSED as REFUSED_ENTRY
from integrity.rules.writing import paper_date
from integrity.terms import PaperKind, Procedure, Relation, Scheme
from integrity.work import Work
from reports.forms_household import (
    ACCEPTED,
    CONFIRMED,
    ENDED,
    OWN,
    REFUSED,
    REJECTED,
    SUPPLEMENT,
    THIRD,
    AcceptanceNotice,
    Authority,
    Authorizing,
    ConfirmationNotice,
    OfficePromise,
)

Papers = list[tuple[PaperKind, Draft]]


@dataclass(frozen=True, slots=True)
class _Application:
    """申请 (application): who asked for which scheme on which day, and who answers."""

    who: Family
    office: Desk
    text: Wording
    scheme: Scheme
    applied_on: date

    def head(self, number: str) -> dict[str, Any]:
        """What its papers share."""
        return self.office.head() | {
            "number": number, "addressee": self.who.addressee, "category": self.scheme.value,
            "applied_on": self.applied_on,
        }  # fmt: skip


def _application(work: Work, case: Case, kind: PaperKind, on: date) -> _Application:
    received = case.last("RECEIVED")
    if received is None:
        raise NotFound("本案没有收到申请的记录")
    who = family(work, case.household_id, on)
    scheme = Scheme.named(str(received.data["scheme"]))
    return _Application(who, desk(work, who.area, kind, on), wording("application", on), scheme, received.on)


def _missing(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F05 补正: everything that is missing, once, and nothing that the check supplies."""

    def draft(number: str, on: date) -> AcceptanceNotice:
        asked = _application(work, case, PaperKind.F05, on)
        return AcceptanceNotice(
            **asked.head(number), variant=SUPPLEMENT, missing=items(given["missing"]), known=asked.text.all("known"),
            within=asked.text.one("within", length=period(given["within"])),
            how=asked.text.one("how", place=where(asked.office.organ)),
        )  # fmt: skip

    return [(PaperKind.F05, draft)]


def _accepted(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F05 受理: from today the office's time runs."""

    def draft(number: str, on: date) -> AcceptanceNotice:
        asked = _application(work, case, PaperKind.F05, on)
        return AcceptanceNotice(
            **asked.head(number), variant=ACCEPTED, accepted_on=on, time_limit=_time_limit(asked.office, asked.scheme),
            known=asked.text.all("known"),
        )  # fmt: skip

    return [(PaperKind.F05, draft)]


def _time_limit(office: Desk, scheme: Scheme = Scheme.DIBAO) -> str:
    """办理时限 of the whole procedure, with the longer one of special cases where there is one. Raises Unset."""
    text = wording("application", office.on)
    if scheme is Scheme.TEKUN:  # two periods, of the township and of the county; no total
        spans = {"opinion": office.value("tekun.investigate"), "confirm": office.value("tekun.county_confirm")}
        return text.one("time_limit.TEKUN", **{name: str(value) for name, value in spans.items()})
    key = "apply.total_delegated" if office.value("apply.who_confirms") == "township" else "apply.total"
    key = "gangxing.total" if scheme is Scheme.RIGID else key
    said = text.one("time_limit", total=str(office.value(key)))
    special = office.policy.find(key, office.area, office.on, "special")
    return said if special is None else f"{said}；{text.one('time_limit_special', special=str(special.value))}"


def _not_accepted(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F05 不予受理: the reason in words, its article, and the remedies."""

    def draft(number: str, on: date) -> AcceptanceNotice:
        asked, ground = _application(work, case, PaperKind.F05, on), str(given["ground"])
        return AcceptanceNotice(
            **asked.head(number), variant=REJECTED, reasons=(f"{ground}：{given['reason']}",),
            grounds=asked.text.all(f"not_accepted.{ground}"), remedies=asked.office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F05, draft)]


def _terminated(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F08 终止审核: each refused visit with its day, and the remedies."""

    def draft(number: str, on: date) -> ConfirmationNotice:
        asked = _application(work, case, PaperKind.F08, on)
        refused = tuple(
            asked.text.one("entry_refused", on=paper_date(one.on), reason=str(one.data["reason"]))
            for one in case.history if one.code == "ENTRY_REFUSED" and one.data["ground"] == REFUSED_ENTRY
        )  # fmt: skip
        return ConfirmationNotice(
            **asked.head(number), variant=ENDED, household=asked.who.number,
            grounds=asked.text.all(f"terminated.{asked.scheme.name}"),
            reasons=(*refused, f"终止的理由：{given['reason']}"), remedies=asked.office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F08, draft)]


def _confirmed(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F08 确认: for whom, how much, from which month, what the family has to do, and the remedies against an amount."""

    def draft(number: str, on: date) -> ConfirmationNotice:
        asked = _application(work, case, PaperKind.F08, on)
        fen, slot = given.get("amount"), f"entitlement.{asked.scheme.name}"
        told = str(asked.office.value("report_change.duty"))
        return ConfirmationNotice(
            **asked.head(number), variant=CONFIRMED, household=asked.who.number, fen=fen,
            persons=tuple(one.name for one in asked.who.members), since=case_acts.pay_from(work, case, on),
            entitlement=asked.text.one(slot) if fen is None and slot in asked.text.slots else "",
            duties=wording("policy", on).cited("duties", report_within=told),
            grounds=asked.text.all(f"confirmed.{asked.scheme.name}"),
            remedies=None if fen is None else asked.office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F08, draft)]


def _not_confirmed(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F08 不予确认: the reason in words, the articles, and the remedies."""

    def draft(number: str, on: date) -> ConfirmationNotice:
        asked = _application(work, case, PaperKind.F08, on)
        return ConfirmationNotice(
            **asked.head(number), variant=REFUSED, household=asked.who.number, remedies=asked.office.remedy(),
            reasons=(f"{given['ground']}：{given['reason']}",),
            grounds=(*asked.text.all("not_confirmed"), *asked.text.all(f"not_confirmed.{asked.scheme.name}")),
        )  # fmt: skip

    return [(PaperKind.F08, draft)]


def _explained(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F01 before anybody signs anything."""
    return [(PaperKind.F01, partial(letters.policy_notice, work, case.household_id))]


def _signed(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F02, which both sides sign."""
    return [(PaperKind.F02, partial(letters.commitment, work, case.household_id))]


def _office_signed(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F03: what the acting officer promises, and where to complain about him."""

    def draft(number: str, on: date) -> OfficePromise:
        who = family(work, case.household_id, on)
        office, text = desk(work, who.area, PaperKind.F03, on), wording("promise_office", on)
        clerk, county = organs.officer(work, work.actor, on), organs.county_organ(work, who.area, on)
        return OfficePromise(
            **office.head(), number=number, addressee=who.addressee, household=who.number, category=who.category,
            clerk=clerk.name, post=post(work, clerk, on), manners=text.all("manners"),
            procedure=text.all("procedure"), time_limit=_time_limit(office), complaints=county.phone,
            complaint_ways=text.one("complaint_ways", place=where(county)),
        )  # fmt: skip

    return [(PaperKind.F03, draft)]


def _authority(work: Work, case: Case, f: Facts, given: Given) -> Papers:
    """F04: the household's sheet, or the sheet of one third person alone; never both on one."""

    def draft(number: str, on: date) -> Authority:
        who = family(work, case.household_id, on)
        office, text = desk(work, who.area, PaperKind.F04, on), wording("authority", on)
        third = given["third"] == "是"
        slot = "third" if third else "own"
        if given["until"] <= on:
            raise Invalid(f"授权截止日 {given['until']} 应在今天之后")
        named = items(given["whom"])
        return Authority(
            **office.head(), number=number, addressee=organs.county_organ(work, who.area, on).name,
            household=who.number, category=who.category, applicant=who.head.name, sheet=THIRD if third else OWN,
            persons=(_third(who, named, given),) if third else tuple(_own(who, name) for name in named),
            purpose=text.one(f"purpose.{slot}", category=who.category), scope=items(given["scope"]),
            asked=text.all("asked"), since=on, until=given["until"], until_event=text.one(f"until_event.{slot}"),
        )  # fmt: skip

    return [(PaperKind.F04, draft)]


def _own(who: Family, name: str) -> Authorizing:
    """A member of the household; for one who cannot sign, the guardian on record."""
    found = [one for one in who.members if one.name == name]
    if not found:
        raise Refused(f"“{name}”不是共同生活的家庭成员；第三人须本人同意，单独出具授权书（社会救助法第41条）")
    one = found[0]
    return Authorizing(name=name, relation=_relation(one), identity=one.identity, guardian=_guardian(who, one))


def _relation(one: Kin) -> str:
    return "本人" if one.relation is Relation.HEAD else one.relation.value


def _guardian(who: Family, one: Kin) -> str:
    """The guardian's name; "" leaves the place for the pen, also for a guardian who lives elsewhere."""
    return "" if one.able or one.guardian_no is None else who.named(one.guardian_no)


def _third(who: Family, named: tuple[str, ...], given: Given) -> Authorizing:
    """One who is bound to maintain the family without living in it; he writes his own number on the paper."""
    if len(named) != 1:
        raise Refused("第三人分别单独出具授权书，一张只能有一人（社会救助法第41条）")
    if any(one.name == named[0] for one in who.members):
        raise Refused(f"“{named[0]}”是共同生活的家庭成员，不是第三人")
    if not given.get("relation"):
        raise Invalid("请填写第三人与申请人的关系")
    return Authorizing(name=named[0], relation=str(given["relation"]))


MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    (Procedure.APPLICATION, "MISSING"): _missing,
    (Procedure.APPLICATION, "ACCEPTED"): _accepted,
    (Procedure.APPLICATION, "NOT_ACCEPTED"): _not_accepted,
    (Procedure.APPLICATION, "TERMINATED"): _terminated,
    (Procedure.APPLICATION, "CONFIRMED"): _confirmed,
    (Procedure.APPLICATION, "NOT_CONFIRMED"): _not_confirmed,
    (Procedure.COMMITMENT, "EXPLAINED"): _explained,
    (Procedure.COMMITMENT, "SIGNED"): _signed,
    (Procedure.COMMITMENT, "OFFICE_SIGNED"): _office_signed,
    (Procedure.AUTHORITY, "PREPARED"): _authority,
    **case_letters_records.MAKERS,
}
"""Procedure and step → what makes its papers."""
