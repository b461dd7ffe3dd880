"""个人信息权利 (rights of persons): copy, correction, explanation, review by a human being, each an act with its trace.

The request, its clock and the answer are steps of the procedure 个人信息权利; here stands what is done when one is
granted. Nobody loses anything by asking. 个人信息保护法 24、44–50.
"""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from integrity import households, persons, recommendations
from integrity.errors import Invalid, NotFound, Refused
from integrity.households import acts, members, standing
from integrity.own_data import OwnData, gather
from integrity.records.ledger import Conduct, Decision, Finding, Member
from integrity.records.office import Person
from integrity.rules.facts import ADULT, age
from integrity.terms import Capacity, Outcome, Presence, Verdict
from integrity.work import Work

CHILD = 14
"""不满十四周岁 (个人信息保护法 28、31): sensitive data, handled with the consent of a parent or guardian."""


def copy(work: Work, household_id: int, member_no: int, *, asked_by: str, reason: str = "") -> OwnData:
    """查阅、复制 (copy of one's own data), with a line in the audit log. Raises Refused without a name of who asks.

    A child's or incapable person's copy goes to the guardian, a dead one's to near relatives; who asks is put down.
    """
    if not asked_by.strip():
        raise Refused("请填写申请人（本人、监护人、受托人或者死者的近亲属）及其身份的核对情况")
    made = gather(work, household_id, member_no, asked_by=asked_by.strip())
    work.audit("提供本人信息副本", f"household:{household_id}", f"第{member_no}号成员；申请人：{asked_by}；{reason}")
    return made


def under_14(born_on: date | None, on: date) -> bool | None:
    """Is he a child below 14 on a day? None when the day of birth is not known: a person has to find out."""
    return None if born_on is None else age(born_on, on) < CHILD


def credit_subject(member: Member, on: date) -> str:
    """Why a member can be no subject of a default record on a day, or "": minors, incapable persons, the dead.

    What a dead person did passes on no record to his heirs (红线 5).
    """
    if member.presence is Presence.DEAD:
        return "本人已死亡，不再作失信记录，也不得记到继承人名下"
    if member.born_on is None:
        return "出生日期不明，不能确定是否为完全民事行为能力人"
    if age(member.born_on, on) < ADULT or member.capacity is not Capacity.FULL:
        return "未成年人和非完全民事行为能力人不作失信记录"
    return ""


def correct_person(
    work: Work, household_id: int, member_no: int, *, why: str, name: str | None = None, id_number: str | None = None,
    sex: str | None = None, born_on: date | None = None, phone: str | None = None, account: str | None = None,
) -> list[Member]:  # fmt: skip
    """更正、补充 (correction) of a person's own data, after they were verified; what is None stays as it was.

    A new row of the person takes the old one's place in every entry of this member; the old one stays until it is
    lawfully destroyed. Gives back the correcting entries. Raises Refused, NotFound, Invalid.
    """
    if len(why.strip()) < 2:
        raise Refused("更正、补充须写明核实的依据")
    work.lock(household_id)
    mine = [one for one in standing(work, Member, household_id, work.today) if one.no == member_no]
    if not mine:
        raise NotFound(f"该户没有第 {member_no} 号成员")
    old = work.session.get(Person, mine[-1].person_id)
    if old is None or old.destroyed_on is not None:
        raise NotFound("没有找到此人，或资料已依法销毁")
    new = _again(
        work, old, name=name, id_number=id_number, sex=sex, born_on=born_on, phone=phone, account=account
    )  # fmt: skip
    if new.digest == persons.digest(new.salt, old.name, old.sex, old.born_on, *_numbers(work, old)):
        raise Invalid("更正后的内容与原来相同")
    return [_point(work, household_id, entry, new, why) for entry in mine if entry.person_id == old.id]


def _numbers(work: Work, person: Person) -> list[str]:
    return [persons.plain(work, person, column) for column in persons.SEALED]


def _again(work: Work, old: Person, **changed: object) -> Person:
    """The person once more with what was changed."""
    id_number, phone, account = _numbers(work, old)
    known: dict[str, object] = {
        "name": old.name, "id_number": id_number, "sex": old.sex, "born_on": old.born_on, "phone": phone,
        "account": account,
    }  # fmt: skip
    told = known | {key: value for key, value in changed.items() if value is not None}
    return persons.register(work, str(told.pop("name")), **told)  # type: ignore[arg-type]


def _point(work: Work, household_id: int, wrong: Member, new: Person, why: str) -> Member:
    """The entry of a member corrected to point to the new row of the person."""
    assert new.id is not None
    right = Member(**{name: getattr(wrong, name) for name in Member.model_fields if name != "import_id"})
    right.person_id, right.person_digest, right.born_on = new.id, new.digest, new.born_on
    made = households.correct(work, household_id, wrong.seq, right, kind=Member, why=why)
    assert isinstance(made, Member)
    return made


def explain(work: Work, household_id: int, member_no: int, on: date, *, asked_by: str) -> str:
    """解释说明 (explanation): how the recommendation of a day came about and by which rules; audited.

    Raises NotFound for an unknown member.
    """
    if members(work, household_id, on).get(member_no) is None:
        raise NotFound(f"该户在 {on} 没有第 {member_no} 号成员")
    told = recommendations.explain(work, household_id, on)
    work.audit("解释说明", f"household:{household_id}", f"第{member_no}号成员；申请人：{asked_by}；{on}")
    return (
        f"{told.explanation.as_text()}\n\n"
        "以上由程序按公布的政策参数逐项计算，只是给工作人员的建议；是否给予、调整、终止救助由具名的工作人员决定，"
        "您可以说明情况，也可以要求由另一名工作人员重新审查（个人信息保护法第24条、第48条）。"
    )


def review(
    work: Work, household_id: int, verdict: Verdict, *, reason: str, outcome: Outcome | None = None,
    amount: int | None = None, months: int | None = None, schedule: tuple[int, ...] = (),
) -> Decision:  # fmt: skip
    """人工复核 (review by a human being) of the standing recommendation, by somebody who had no hand in it before.

    An opinion (审核意见) on what stands now; nothing is taken from anybody by it. Raises Refused, NotFound.
    """
    if work.actor in _hands(work, household_id):
        raise Refused("人工复核须由没有参与原来处理的人员办理（个人信息保护法第24条）")
    made = recommendations.decide(
        work, household_id, verdict, reason=reason, outcome=outcome, amount=amount, months=months, schedule=schedule
    )
    work.audit("人工复核", f"household:{household_id}", f"第 {made.seq} 条")
    return made


def _hands(work: Work, household_id: int) -> set[str]:
    """Who gave the last opinion, took the last act, or had a hand in a finding that stands."""
    found = set[str]()
    opinions = standing(work, Decision, household_id, work.today)
    taken = acts(work, household_id, work.today)
    for last in (opinions[-1:], taken[-1:], standing(work, Finding, household_id, work.today)):
        for entry in last:
            found |= {entry.recorded_by, entry.decided_by, getattr(entry, "reviewed_by", "")}
    facts = work.session.exec(
        select(Conduct.recorded_by).where(Conduct.household_id == household_id).order_by(col(Conduct.seq))
    )
    return (found | set(facts)) - {""}
