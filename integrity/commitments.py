"""诚信承诺书 (commitments): who explained which text, who signed it and how, and the office's own promise beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from integrity.errors import NotFound, Refused
from integrity.households import correct, home, members, standing
from integrity.records.ledger import Assistance, Commitment, Member
from integrity.rules.facts import ADULT, age
from integrity.terms import Capacity, Presence, SignedBy
from integrity.work import Work

OUTSIDE: Final = 0
"""监护人不是本户成员 (a guardian who lives elsewhere, or an organ): who, stands on the signed sheet alone."""
OUTSIDE_SAID: Final = "不在本户的监护人"


def sign(
    work: Work, household_id: int, *, member_no: int, on: date, occasion: str, signed_by: SignedBy, explained_by: str,
    text_version: str, text_sha256: str, office_text_version: str = "", guardian_no: int | None = None,
    evidence: str = "",
) -> Commitment:  # fmt: skip
    """Write down a promise. A minor or a person without full capacity is signed for by the guardian.

    A guardian who is no member of the household is `OUTSIDE`, with the signed sheet that names him.
    A refusal to sign is written down too: the application goes on, the missing promise is listed once, and nothing
    follows from it (民发〔2021〕57号 第9、10条). Raises Refused or NotFound.
    """
    people = members(work, household_id, on)
    member = people.get(member_no)
    if member is None:
        raise NotFound(f"该户在 {on} 没有第 {member_no} 号成员")
    dependent = needs_guardian(member, on)
    if signed_by in (SignedBy.SIGNATURE, SignedBy.FINGERPRINT) and dependent:
        raise Refused("未成年人或者非完全民事行为能力人的承诺由监护人代签（民法典第20–23条）")
    if signed_by is SignedBy.GUARDIAN:
        _guarded(people, member, guardian_no, on, sheet=bool(evidence))
    if signed_by is not SignedBy.REFUSED and not explained_by:
        raise Refused("承诺前须有人讲解政策，请填写讲解人")
    return work.append(
        household_id,
        Commitment(
            happened_on=on, area=home(work, household_id, on).area, occasion=occasion, text_version=text_version,
            text_sha256=text_sha256, office_text_version=office_text_version, member_no=member_no, signed_by=signed_by,
            guardian_no=guardian_no, explained_by=explained_by, evidence=evidence,
        ),
    )  # fmt: skip


def needs_guardian(member: Member, on: date) -> bool:
    """由监护人代签的人 (for whom the guardian signs): a minor, or whoever is without full capacity, on a day."""
    return member.capacity is not Capacity.FULL or (member.born_on is not None and age(member.born_on, on) < ADULT)


def unsigned(work: Work, household_id: int) -> list[int]:
    """还没有登记承诺的成员 (who has promised nothing yet; 民发〔2021〕57号第9条): those who sign for themselves.

    A refusal is an answer too. Of a family that received assistance before these books were kept nothing is asked
    until one of them promises.
    """
    promised = {one.member_no for one in standing(work, Commitment, household_id, work.today)}
    if not promised and standing(work, Assistance, household_id, work.today):
        return []
    people = members(work, household_id, work.today)
    own = (no for no, one in people.items() if one.presence is Presence.PRESENT and not needs_guardian(one, work.today))
    return sorted(no for no in own if no not in promised)


def _guarded(people: Mapping[int, Member], member: Member, guardian_no: int | None, on: date, *, sheet: bool) -> None:
    """May this guardian sign for this member? `sheet`: the signed one is there. Raises Refused."""
    if guardian_no is None:
        raise Refused("监护人代签须写明监护人")
    if guardian_no == member.no:
        raise Refused("本人不能做自己的监护人；有完全民事行为能力的成年人由本人签名或者按手印")
    if not needs_guardian(member, on) and member.born_on is not None:
        raise Refused(
            f"第 {member.no} 号成员已成年，登记为完全民事行为能力，由本人签名或者按手印，他人不能代签（民法典第18条）；"
            "本人不能完全辨认自己行为的，先在“成员变化”中登记民事行为能力"
        )
    if guardian_no == OUTSIDE:
        if not sheet:
            raise Refused("监护人不在本户的，请附上签好的承诺书：监护人是谁、与被监护人是什么关系，以承诺书上写的为准")
        return
    guardian = people.get(guardian_no)
    if guardian is None or guardian.presence is Presence.DEAD:
        raise Refused(f"该户在 {on} 没有第 {guardian_no} 号成员，不能由其代签；请核对监护人")
    if needs_guardian(guardian, on):
        raise Refused(
            f"第 {guardian_no} 号成员未成年或者不是完全民事行为能力人，不能作监护人（民法典第27、28条）；请核对"
        )


def guardian_said(guardian_no: int | None, name: str) -> str:
    """代签的监护人 (who signed for another), in words: `name` for a member; "" for nobody."""
    return "" if guardian_no is None else OUTSIDE_SAID if guardian_no == OUTSIDE else name


def office_signed(work: Work, household_id: int, member_no: int, *, signed_on: date, version: str) -> Commitment:
    """经办人承诺 (the office's own promise): its text's version is put beside the promise that it answers.

    The entry of the promise stays; a completed one takes its place. Raises NotFound.
    """
    promised = [
        one for one in standing(work, Commitment, household_id, work.today)
        if one.member_no == member_no and one.happened_on == signed_on and one.signed_by is not SignedBy.REFUSED
    ]  # fmt: skip
    if not promised:
        raise NotFound(f"没有找到第 {member_no} 号成员在 {signed_on} 签署的承诺")
    last = promised[-1]
    kept = {name: getattr(last, name) for name in _PROMISE}
    right = Commitment(**kept | {"office_text_version": version})
    correct(work, household_id, last.seq, right, kind=Commitment, why="经办人已作出承诺，补记机关承诺文本的版本")
    return right


def attach(work: Work, household_id: int, seq: int, evidence: str) -> Commitment:
    """补附签好的承诺书 (the signed sheet, scanned later): its digest is put into the promise; the first entry stays.

    Raises NotFound for no such promise, Refused where a sheet is attached already or the entry was corrected.
    """
    found = {one.seq: one for one in standing(work, Commitment, household_id, work.today)}.get(seq)
    if found is None:
        raise NotFound(f"该户没有第 {seq} 条承诺，或者已经更正")
    if found.evidence:
        raise Refused("这份承诺已经附有扫描件；附错的，先更正这一条，再重新登记")
    kept = {name: getattr(found, name) for name in (*_PROMISE, "office_text_version")}
    right = Commitment(**kept | {"evidence": evidence})
    correct(work, household_id, seq, right, kind=Commitment, why="补附签好的承诺书")
    return right


_PROMISE = (
    "happened_on", "area", "occasion", "text_version", "text_sha256", "member_no", "signed_by", "guardian_no",
    "explained_by", "evidence",
)  # fmt: skip
"""What the promise said, carried over as it was."""
