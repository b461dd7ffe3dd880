"""诚信承诺书 (commitments): who explained which text, who signed it and how, and the office's own promise beside it."""

from __future__ import annotations

from datetime import date

from integrity.errors import NotFound, Refused
from integrity.households import correct, home, members, standing
from integrity.records.ledger import Commitment
from integrity.rules.facts import ADULT, age
from integrity.terms import Capacity, SignedBy
from integrity.work import Work


def sign(
    work: Work, household_id: int, *, member_no: int, on: date, occasion: str, signed_by: SignedBy, explained_by: str,
    text_version: str, text_sha256: str, office_text_version: str = "", guardian_no: int | None = None,
    evidence: str = "",
) -> Commitment:  # fmt: skip
    """Write down a promise. A minor or a person without full capacity is signed for by the guardian.

    A refusal to sign is written down too: the application goes on, the missing promise is listed once, and nothing
    follows from it (民发〔2021〕57号 第9、10条). Raises Refused or NotFound.
    """
    member = members(work, household_id, on).get(member_no)
    if member is None:
        raise NotFound(f"该户在 {on} 没有第 {member_no} 号成员")
    dependent = member.capacity is not Capacity.FULL or (member.born_on is not None and age(member.born_on, on) < ADULT)
    if signed_by in (SignedBy.SIGNATURE, SignedBy.FINGERPRINT) and dependent:
        raise Refused("未成年人或者非完全民事行为能力人的承诺由监护人代签（民法典第20–23条）")
    if signed_by is SignedBy.GUARDIAN and guardian_no is None:
        raise Refused("监护人代签须写明监护人")
    if signed_by is SignedBy.GUARDIAN and guardian_no == member_no:
        raise Refused("本人不能做自己的监护人；有完全民事行为能力的成年人由本人签名或者按手印")
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
