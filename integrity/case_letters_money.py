"""罚款、退回和催告的文书 (papers about money): F19, F20, F34 of a fine, F21 of a refund (告知、决定), F22, F35 of both.

社会救助法 73、74; 行政处罚法 44、45、59、63–67、72; 行政强制法 35、53、54. Money is paid by the person, never set off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from integrity import organs
from integrity.calendars import workdays
from integrity.case_files import Case
from integrity.case_known import conduct_of
from integrity.case_papers import Draft, Given, Maker, heard, paper_at
from integrity.case_parties import Party, found, party
from integrity.case_words import officer
from integrity.errors import Refused
from integrity.letters_family import Desk, address, desk, where
from integrity.letters_texts import wording
from integrity.rules.areas import level_of
from integrity.rules.policy_keys import LAW_SINCE
from integrity.rules.procedure import Done, Facts
from integrity.rules.procedure_heard import DISOBEYED, FRAUD
from integrity.rules.workdays import Period, end_of
from integrity.rules.writing import paper_date
from integrity.terms import AreaLevel, PaperKind, Procedure
from integrity.work import Work
from reports.forms_fines import PenaltyHearing, Revocation
from reports.forms_sanctions import (
    LARGE,
    NOT_LARGE,
    ORDERED,
    PLANNED,
    Enforcer,
    Item,
    PenaltyDecision,
    PenaltyNotice,
    RefundOrder,
    Reminder,
)

_TEXTS = {Procedure.FINE: "penalty", Procedure.REFUND: "refund"}
_WHOLE = 10_000
"""One, in basis points."""


class Claim(NamedTuple):
    """一笔应缴的款项 (a claim): against whom, by which office, with which wording."""

    person: Party
    office: Desk
    text: str

    def head(self, number: str) -> dict[str, Any]:
        """The fields of every paper on this claim."""
        return {
            **self.office.head(), "number": number, "addressee": self.person.addressee, "person": self.person.one.name,
            "household": self.person.who.number,
        }  # fmt: skip

    def speak(self, given: Given) -> dict[str, Any]:
        """How, where, within what time and with what help the person can speak."""
        told = wording("hearing", self.office.on)
        return {
            "how": told.one("how"), "place": where(self.office.organ), "help": told.one("help"),
            "within": told.one("within", length=_worded(given["within"])),
        }  # fmt: skip


def _claim(work: Work, case: Case, kind: PaperKind, on: date) -> Claim:
    person = party(work, case, on)
    return Claim(person, desk(work, person.who.area, kind, on), _TEXTS[case.procedure])


def _worded(period: object) -> str:
    return str(Period.read(str(period)))


def _facts(work: Work, case: Case, claim: Claim, reason: str) -> tuple[str, ...]:
    told = found(work, case, claim.person.one.name, claim.text, claim.office)
    return (*told, wording(claim.text, claim.office.on).one("reason", reason=reason))


def _listed(told: object) -> tuple[str, ...]:
    return tuple(one.strip() for one in re.split("[；;]", str(told)) if one.strip())


def _fine_notice(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F19: what is planned, on what facts, proofs and grounds, with the right to speak and to a hearing."""
    opened, large = case.history[0].data, _large(f, given)

    def draft(number: str, on: date) -> PenaltyNotice:
        claim = _claim(work, case, PaperKind.F19, on)
        row = claim.office.policy.row("penalty.hearing_request", claim.office.area, on)
        length = _worded(f"{claim.office.value('penalty.hearing_request')}{row.unit}")
        within = wording("penalty", on).one("hearing_within", length=length)
        return PenaltyNotice(
            **claim.head(number), **claim.speak(given),
            facts=found(work, case, claim.person.one.name, "penalty", claim.office),
            grounds=_fine_grounds(work, case, on), evidence=_listed(opened["proofs"]),
            officers=enforcers(work, case.history[0]), reasons=(str(opened["reason"]),),
            gained=int(opened["gained"]), times=_times(f), fine=int(opened["amount"]), large=large,
            hearing_within=within if large == LARGE else "",
        )  # fmt: skip

    return [(PaperKind.F19, draft)]


def enforcers(work: Work, step: Done) -> tuple[Enforcer, ...]:
    """执法人员 of a step of inquiry, each with his certificate. Raises Refused when it does not name two."""
    named = [(step.data.get(f"visitor_{n}"), step.data.get(f"card_{n}")) for n in (1, 2)]
    if not all(code and card for code, card in named):
        raise Refused("立案时没有写明两名执法人员和执法证号，不能制发处罚文书，请撤案后重新立案（行政处罚法第42条）")
    return tuple(Enforcer(name=officer(work, str(code)), card=str(card)) for code, card in named)


def _large(f: Facts, given: Given) -> str:
    """是否属于较大数额罚款: by the province's figure, else as the officer states. Raises Refused where nobody says."""
    ruled, stated = f.known.get("large_ruled"), given.get("large")
    if ruled is None:
        if not stated:
            raise Refused("本省没有设定较大数额罚款的标准，请在“告知”中写明是否属于较大数额罚款（行政处罚法第63条）")
        return str(stated)
    told = LARGE if ruled else NOT_LARGE
    if stated and stated != told:
        raise Refused(f"按本省标准，这笔罚款{told}较大数额罚款，不能写成“{stated}”（行政处罚法第63条）")
    return told


def _times(f: Facts) -> int:
    """法定罚款倍数上限, the milder of the rules of the act's day and of today. Raises Refused where it is unset."""
    ratio = f.known.get("fine_ratio")
    if ratio is None or ratio % _WHOLE or not ratio:
        raise Refused("罚款倍数上限没有设定（或者不是整倍数），不能制发文书，请先确定适用的法律（社会救助法第73条）")
    return int(ratio) // _WHOLE


def _fine_grounds(work: Work, case: Case, on: date) -> tuple[str, ...]:
    """依据, with the rule on old acts where the act was before the law."""
    text, fact = wording("penalty", on), conduct_of(work, case)
    old = fact is not None and fact.happened_on < LAW_SINCE
    return (*text.all("grounds"), *(text.all("milder") if old else ()))


def _fine(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F20: the six items of 行政处罚法 59."""
    opened = case.history[0].data

    def draft(number: str, on: date) -> PenaltyDecision:
        claim, text = _claim(work, case, PaperKind.F20, on), wording("penalty", on)
        return PenaltyDecision(
            **claim.head(number), identity=claim.person.one.identity, address=address(work, claim.person.who, on),
            facts=_facts(work, case, claim, str(given["reason"])), grounds=_fine_grounds(work, case, on),
            evidence=_listed(opened["proofs"]), officers=enforcers(work, case.history[0]),
            notice_number=paper_at(work, case, "NOTICE").number,
            heard="；".join([heard(work, case), *_hearing(case, on)]), gained=int(opened["gained"]), times=_times(f),
            fine=int(given["amount"]), pay_way=_pay_way(given), pay_within=text.one("pay_within"),
            consequences=text.all("consequences"), remedies=claim.office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F20, draft)]


def _pay_way(given: Given) -> str:
    """缴纳方式: by which way, and where; on the spot only with its ground (行政处罚法 67、69)."""
    told = f"{given['pay_by']}：{given['pay_way']}"
    return f"{told}（{given['pay_ground']}）" if given.get("pay_ground") else told


def _hearing(case: Case, on: date) -> list[str]:
    """听证情况: asked for, held, with what it came to; or not asked for."""
    text, asked = wording("penalty", on), case.last("HEARING_ASKED")
    told = [] if asked is None else [text.one("hearing_asked", on=paper_date(asked.on))]
    told += [
        text.one("hearing_held", on=paper_date(one.on), told=str(one.data["said"]))
        for one in case.history if one.code == "HEARING_HELD"
    ]  # fmt: skip
    return told or [text.one("hearing_unasked")]


def _refund_notice(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F21 拟责令退回: the sum and how it was computed, before it is ordered."""
    opened = case.history[0].data

    def draft(number: str, on: date) -> RefundOrder:
        claim = _claim(work, case, PaperKind.F21, on)
        return RefundOrder(
            **claim.head(number), **claim.speak(given), **_sum(claim, opened, opened), stage=PLANNED,
            facts=_facts(work, case, claim, str(opened["reason"])), grounds=_order_grounds(case, on),
        )  # fmt: skip

    return [(PaperKind.F21, draft)]


def _order_grounds(case: Case, on: date) -> tuple[str, ...]:
    """依据 of an order to pay back: the one article on which it was opened; none for a fine."""
    if case.procedure is not Procedure.REFUND:
        return ()
    named = {FRAUD: "ground_73", DISOBEYED: "ground_74"}.get(str(case.history[0].data.get("ground")))
    return (wording("refund", on).one(named),) if named else wording("refund", on).all("grounds")


def _refund(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F21 责令退回: what was planned, or less, with how the person was heard and the remedies."""
    opened = case.history[0].data
    if given["amount"] != opened["amount"] and not given.get("computed"):
        raise Refused("决定的金额与告知的不同，请写明计算方法")

    def draft(number: str, on: date) -> RefundOrder:
        claim, text = _claim(work, case, PaperKind.F21, on), wording("refund", on)
        return RefundOrder(
            **claim.head(number), **_sum(claim, opened, given), stage=ORDERED, grounds=_order_grounds(case, on),
            facts=_facts(work, case, claim, str(given["reason"])), heard=heard(work, case),
            notice_number=paper_at(work, case, "NOTICE").number, consequences=text.all("consequences"),
            remedies=claim.office.remedy(),
        )  # fmt: skip

    return [(PaperKind.F21, draft)]


def _sum(claim: Claim, opened: Mapping[str, Any], stated: Mapping[str, Any]) -> dict[str, Any]:
    """应退金额, its computation, and how and until when it is to be paid. Raises Unset where nobody set the time."""
    office, amount = claim.office, int(stated["amount"])
    length = stated.get("pay_within") or opened.get("pay_within")
    if not length:
        value = office.value("refund.pay_within")
        length = f"{value}{office.policy.row('refund.pay_within', office.area, office.on).unit}"
    computed = str(stated.get("computed") or opened["computed"])
    return {
        "items": (Item(item=computed, fen=amount),), "amount": amount, "pay_way": str(opened["pay_way"]),
        "pay_within": wording("refund", office.on).one("pay_within", length=_worded(length)),
    }  # fmt: skip


def _remind(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F22: what is still owed, how and within what time to pay it, before the court is asked (行政强制法 54)."""
    decided, served_on = case.last("DECIDE"), case.said("served_on", "SERVED")
    if decided is None or not isinstance(served_on, date):
        raise Refused("决定还没有送达，不能催告（行政强制法第35条）")
    paid = int(f.known["paid"])

    def draft(number: str, on: date) -> Reminder:
        claim, text = _claim(work, case, PaperKind.F22, on), wording(_TEXTS[case.procedure], on)
        row = claim.office.policy.row("enforce.reminder_days", claim.office.area, on)
        length = _worded(f"{claim.office.value('enforce.reminder_days')}{row.unit}")
        speak = wording("hearing", on)
        return Reminder(
            **claim.head(number), decision=text.one("decision"), decision_number=paper_at(work, case, "DECIDE").number,
            decision_on=decided.on, served_on=served_on, owed=int(decided.data["amount"]), paid=paid,
            rest=int(f.known["owed"]), pay_way=str(case.said("pay_way")), how=speak.one("how"),
            pay_within=text.one("remind_within", length=length), place=where(claim.office.organ),
            grounds=(*text.all("remind_grounds"), *_order_grounds(case, on)),
            consequences=text.all("remind_consequences"), help=speak.one("help"),
        )  # fmt: skip

    return [(PaperKind.F22, draft)]


def _hearing_notice(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F34: when, where and before whom, how to ask for another presider, with whom the person may come."""
    asked = case.last("HEARING_ASKED")
    if asked is None:
        raise Refused("当事人没有要求听证，不能制发听证通知书（行政处罚法第64条）")
    asked_on = asked.on

    def draft(number: str, on: date) -> PenaltyHearing:
        claim, text = _claim(work, case, PaperKind.F34, on), wording("penalty_hearing", on)
        return PenaltyHearing(
            **claim.head(number), notice_number=paper_at(work, case, "NOTICE").number, asked_on=asked_on,
            fine=int(case.history[0].data["amount"]), held_on=given["held_on"], earliest=_earliest(work, claim),
            time=str(given["time"]), place=str(given["place"]), open=str(given["open"]),
            presider=_presider(work, str(given["presider"]), on),
            challenge=text.one("challenge", organ=claim.office.organ.name, phone=claim.office.organ.phone),
            agents=text.one("agents"), bring=text.all("bring"), absent=text.one("absent"), help=text.one("help"),
            grounds=text.all("grounds"),
        )  # fmt: skip

    return [(PaperKind.F34, draft)]


def _earliest(work: Work, claim: Claim) -> date:
    """The first day after the person's time to prepare, if the notice is served on the day on which it is made."""
    office = claim.office
    row = office.policy.row("penalty.hearing_notice", office.area, office.on)
    period = Period.read(f"{office.value('penalty.hearing_notice')}{row.unit}")
    return end_of(office.on, period, workdays(work)).end + timedelta(days=1)


def _presider(work: Work, code: str, on: date) -> str:
    """听证主持人: an officer of the county in office. Raises NotFound, Refused."""
    found = organs.officer(work, code, on)
    if level_of(found.area) not in (AreaLevel.COUNTY, AreaLevel.CITY):
        raise Refused(f"听证由县级指定的人员主持，{code} 不是县级工作人员（行政处罚法第64条；社会救助法第73条）")
    return officer(work, code)


def _revocation(work: Work, case: Case, f: Facts, given: Given) -> list[tuple[PaperKind, Draft]]:
    """F35: which decision is undone, on what and why; what came in is given back, how and by when."""
    decided = case.last("DECIDE")
    if decided is None:
        raise Refused("本案还没有决定，不能制发撤销决定通知书")
    decided_on, amount, paid = decided.on, int(decided.data["amount"]), int(f.known.get("paid") or 0)
    back = {"back_way": str(given["back_way"]), "back_by": given["back_by"]} if paid else {}

    def draft(number: str, on: date) -> Revocation:
        claim, text = _claim(work, case, PaperKind.F35, on), wording("revoked", on)
        return Revocation(
            **claim.head(number), decision=wording(claim.text, on).one("decision"),
            decision_number=paper_at(work, case, "DECIDE").number, decision_on=decided_on, amount=amount,
            basis=str(given["basis"]), reason=str(given["reason"]), paid=paid, back=paid, **back,
            effects=text.all("effects"), grounds=text.all("grounds"),
        )  # fmt: skip

    return [(PaperKind.F35, draft)]


MAKERS: Mapping[tuple[Procedure, str], Maker] = {
    (Procedure.FINE, "NOTICE"): _fine_notice,
    (Procedure.FINE, "DECIDE"): _fine,
    (Procedure.FINE, "HEARING_NOTICE"): _hearing_notice,
    (Procedure.FINE, "REMIND"): _remind,
    (Procedure.FINE, "REVOKED"): _revocation,
    (Procedure.REFUND, "NOTICE"): _refund_notice,
    (Procedure.REFUND, "DECIDE"): _refund,
    (Procedure.REFUND, "REMIND"): _remind,
    (Procedure.REFUND, "REVOKED"): _revocation,
}
