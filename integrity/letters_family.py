"""受送达家庭 (the family that a paper is for): names, masked numbers, address, addressee; and the organ that signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from integrity import areas, editions, organs, persons
from integrity.assistance import running
from integrity.errors import NotFound, Refused
from integrity.households import home, members
from integrity.records.columns import micros
from integrity.records.ledger import Household, Member
from integrity.records.office import Organ, Person
from integrity.rules.facts import ADULT, age
from integrity.rules.identity import mask_id
from integrity.rules.policy import Policy
from integrity.terms import Capacity, PaperKind, Presence, Relation, Scheme
from integrity.work import Work
from reports.forms import Remedy

UNKNOWN_PHONE = "未登记"
_DECIDED = (PaperKind.F13, PaperKind.F15, PaperKind.F16, PaperKind.F29)
"""Papers on what the deciding organ plans or decided."""
_COUNTY = frozenset(PaperKind[f"F{n}"] for n in (19, 20, 21, 22, 23, 24, 25, 27, 33, 34, 35))
"""Papers that only the county signs (社会救助法 73; 国办发〔2020〕49号). The others come from the township."""


@dataclass(frozen=True, slots=True)
class Kin:
    """共同生活家庭成员 (member) as a paper names it: `identity` and `phone` are masked."""

    no: int
    name: str
    relation: Relation
    identity: str
    sex: str
    years: int | None
    phone: str
    able: bool
    """Full age and full capacity: may sign for itself."""
    guardian_no: int | None


@dataclass(frozen=True, slots=True)
class Family:
    """救助家庭 (family) on a day: the members who count, the head first."""

    household_id: int
    number: str
    area: str
    address: str
    urban: bool
    scheme: Scheme
    members: tuple[Kin, ...]
    gone: tuple[Kin, ...] = ()
    """Of a household in which nobody is left: those who died, the head first."""
    absent: tuple[tuple[int, str], ...] = ()
    """Number and name of who is not a member that counts any more: the dead, who left, who is in prison."""

    @property
    def concerned(self) -> tuple[Kin, ...]:
        """涉及人员 of a decision: the members; of a household that died out, the dead."""
        return self.members or self.gone

    @property
    def told(self) -> str:
        """主送 of a decision: the addressee; of a household that died out, the near relatives of the dead."""
        return f"{self.gone[0].name}的近亲属" if self.gone else self.addressee

    @property
    def head(self) -> Kin:
        """户主: the head, or the member who stands in for him. Raises Refused when nobody is left."""
        if not self.members:
            raise Refused("家庭中已没有共同生活的成员，没有可以送达的人")
        return self.members[0]

    @property
    def addressee(self) -> str:
        """主送: the head; the guardian of a head who cannot act for himself."""
        head = self.head
        if head.able:
            return head.name
        for one in self.members:
            if one.no == head.guardian_no and one.able:
                return f"{one.name}（{head.name}的监护人）"
        return f"{head.name}的监护人"

    @property
    def category(self) -> str:
        """救助类别 as a paper names it; before a grant there is none yet."""
        return "社会救助" if self.scheme is Scheme.NONE else self.scheme.value

    def named(self, no: int) -> str:
        """The name of a member by number, of one who died or left too; 第…号成员 where it was lawfully destroyed."""
        known = {one.no: one.name for one in self.members} | dict(self.absent)
        return known.get(no, f"第{no}号成员")


def family(work: Work, household_id: int, on: date) -> Family:
    """The family of a household on a day. Raises NotFound before it was registered."""
    place = home(work, household_id, on)
    household = work.session.get(Household, household_id)
    assert household is not None
    granted = running(work, household_id, on)
    known = members(work, household_id, on).values()
    left = any(one.presence not in (Presence.DEAD, Presence.LEFT) for one in known)
    dead = [] if left else [one for one in known if one.presence is Presence.DEAD]
    return Family(
        household_id, household.number, place.area, place.address, place.urban,
        granted.scheme if granted else Scheme.NONE,
        _in_order(work, [one for one in known if one.presence is Presence.PRESENT], on), _in_order(work, dead, on),
        tuple(_absent(work, (one for one in known if one.presence is not Presence.PRESENT))),
    )  # fmt: skip


def _absent(work: Work, those: Iterable[Member]) -> Iterator[tuple[int, str]]:
    for one in those:
        person = work.session.get(Person, one.person_id)
        if person is not None and person.destroyed_on is None:
            yield one.no, person.name


def _in_order(work: Work, found: list[Member], on: date) -> tuple[Kin, ...]:
    """The head first, then who can act for himself."""
    kin = [_kin(work, one, on) for one in found]
    return tuple(sorted(kin, key=lambda one: (one.relation is not Relation.HEAD, not one.able, one.no)))


def _kin(work: Work, member: Member, on: date) -> Kin:
    """One member with the personal data that a paper needs, numbers masked at once."""
    person = work.session.get(Person, member.person_id)
    if person is None or person.destroyed_on is not None:
        raise Refused(f"第{member.no}号成员的个人资料已依法销毁或者缺失")
    phone = persons.plain(work, person, "phone")
    years = None if member.born_on is None else age(member.born_on, on)
    return Kin(
        member.no, person.name, member.relation, mask_id(persons.plain(work, person, "id_number")), person.sex, years,
        f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else UNKNOWN_PHONE,
        member.capacity is Capacity.FULL and years is not None and years >= ADULT, member.guardian_no,
    )  # fmt: skip


def address(work: Work, who: Family, on: date) -> str:
    """住址 (address): whole, and nothing in it twice. Raises NotFound when an area is not loaded.

    The roll mostly says town and village already; then only what stands above them is put before it.
    """
    code, at = who.area, who.address
    county, town, village = (areas.area(work, one, on).name for one in (code[:6] + "000000", code[:9] + "000", code))
    if county in at:
        return at
    if town in at:
        return county + at
    village = places(village)
    return county + town + (at if at.startswith(village) else village + at)


def places(village: str) -> str:
    """村、社区的地名 (the name of the place): 北五村村委会 is who governs it, 北五村 is where one lives."""
    for ending in ("村民委员会", "村委会", "居民委员会", "居委会"):
        stem = village.removesuffix(ending)
        if stem not in ("", village):
            return stem if ending.startswith("居") or stem.endswith(("村", "社区")) else f"{stem}村"
    return village


def where(organ: Organ, *more: str) -> str:
    """办理地点 (where an office is): name and address, neither of them twice, then what is added; "" without one."""
    if not organ.address.strip() or organ.name in organ.address:  # an empty place stops the paper
        return "，".join((organ.address, *more)) if organ.address.strip() else ""
    said = "，".join((organ.address, *more))
    return f"{organ.name}，{said}" if "（" in said else f"{organ.name}（{said}）"


@dataclass(frozen=True, slots=True)
class Desk:
    """经办机关 (the desk that a paper comes from): the organ and the policy in force for the township on the day."""

    organ: Organ
    policy: Policy
    area: str
    """Township."""
    on: date

    def value(self, key: str, variant: str = "") -> Any:
        """A parameter in force. Raises Unset or NotInForce, which stop the paper."""
        return self.policy.value(key, self.area, self.on, variant)

    def head(self) -> dict[str, Any]:
        """The fields that every letter shares, but for number and addressee."""
        organ = self.organ
        return {
            "organ": organ.name, "on": self.on, "contact": organ.contact, "phone": organ.phone,
            "rules": self.policy.edition[:12],
        }  # fmt: skip

    def remedy(self) -> Remedy:
        """救济途径 with organ, court and periods (行政复议法 20; 行政诉讼法 46). Empty names stop the print."""
        return Remedy(
            organ=self.organ.review_organ, days=int(self.value("remedy.reconsideration")), court=self.organ.court,
            months=int(self.value("remedy.litigation")),
        )  # fmt: skip


def desk(work: Work, area: str, kind: PaperKind, on: date) -> Desk:
    """Who signs a kind of paper for an area on a day, under which policy. Raises NotFound without an organ."""
    township = area[:9] + "000"
    adopted = organs.adopted(work, area[:6] + "000000", on, micros(work.now))
    policy = editions.in_force(work).adopting(adopted)
    organ = organs.organ_of(work, township, on)
    if kind in _COUNTY or (kind is PaperKind.F08 and policy.value("apply.who_confirms", township, on) != "township"):
        organ = organs.county_organ(work, township, on)
    elif kind in _DECIDED:
        row = policy.find("adverse.who_decides", township, on)
        if row is None or row.value != "township":  # not delegated by the province: the county decides (法 44)
            organ = organs.county_organ(work, township, on)
    return Desk(organ, policy, township, on)


def organ_missing(area: str, fault: NotFound) -> str:
    """缺发文机关: that nobody can sign for an area, with the command that mends it."""
    return (
        f"{str(fault).split('，')[0]}，请运行 chengxin organ add --area {area} --name 名称 --prefix 代字 --since 日期 "
        "--address 地址 --phone 电话 --contact 联系人 --review-organ 复议机关 --court 法院"
    )
