"""试走的机关 (the office of the walk): two counties, one whose province delegates and one whose province does not.

Officers of every role at both levels, some no longer or not yet in office; households of every kind, with children and
without, on assistance and not. All persons are invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import NamedTuple

from integrity import areas, assistance, calendars, editions, households, organs, persons, rechecks
from integrity.areas_file import AreaRow
from integrity.case_files import Case
from integrity.records.columns import SHANGHAI
from integrity.records.office import Officer
from integrity.rules.identity import make_id
from integrity.rules.policy import PACKS, Policy, load, load_texts
from integrity.terms import Ability, Capacity, Cause, Relation, Role, Scheme
from integrity.work import Office, Work
from tests.credit_office import NEXT_YEAR
from tests.papers_office import organ
from tests.policy_texts import pack, row

DELEGATED, OTHER = "370811000000", "310115000000"
TOWNSHIPS = ("370811001000", "370811002000", "310115101000")
PLACES = {
    "370800000000": "济宁市", DELEGATED: "任城区", TOWNSHIPS[0]: "试验街道", "370811001001": "试验社区",
    TOWNSHIPS[1]: "河东镇", "370811002001": "河东村", "310100000000": "市辖区", OTHER: "浦东新区",
    TOWNSHIPS[2]: "试验镇", "310115101001": "试验居委会",
}  # fmt: skip
FIRST, LAST = date(2026, 7, 6), date(2027, 12, 20)
CHANGED_ON = date(2027, 2, 1)
"""From this day on the delegated county gives seven working days to speak, not three."""
LEAVES, COMES = date(2027, 1, 15), date(2027, 3, 1)
"""The last day of one reviewer of each township, the first day of one approver of each county."""
STAFF = (
    ("a1", Role.ASSISTANT), ("h1", Role.HANDLER), ("h2", Role.HANDLER), ("r1", Role.REVIEWER), ("r2", Role.REVIEWER),
    ("p1", Role.APPROVER), ("p2", Role.APPROVER), ("i1", Role.INSPECTOR),
)  # fmt: skip


class Staff(NamedTuple):
    """工作人员 (officer): as the walk knows him, apart from what the database says."""

    code: str
    role: Role
    area: str
    since: date
    until: date | None

    def there(self, on: date) -> bool:
        """Is he in office on a day?"""
        return self.since <= on and (self.until is None or on <= self.until)

    def covers(self, area: str) -> bool:
        """Is a village in his area?"""
        return area.startswith(self.area.rstrip("0") if self.county else self.area[:9])

    @property
    def county(self) -> bool:
        """Does he work for the county?"""
        return self.area[6:] == "000000"


class Somebody(NamedTuple):
    """成员 (member) as the walk knows him."""

    no: int
    name: str
    born: date
    able: bool
    """Full capacity, but for his age."""

    def grown(self, on: date) -> bool:
        """May he be a subject of credit for what he does on a day?"""
        return self.able and (self.born.year + 18, self.born.month, self.born.day) <= (on.year, on.month, on.day)


@dataclass
class Fact:
    """事实 (fact) that a case may be about: whether it is a default, and whether its record has ended."""

    seq: int
    default: bool
    member_no: int
    item: str
    by: str
    ended: bool = False
    effective: bool = False


@dataclass
class Home:
    """家庭 (household) as the walk knows it: what it needs in order to ask for something that may be lawful."""

    id: int
    area: str
    people: list[Somebody]
    scheme: str
    amount: int
    cases: dict[int, Case] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    kin: list[str] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    unprinted: set[str] = field(default_factory=set)
    """Subjects of papers that were made out and not printed."""
    decided: list[tuple[int, int]] = field(default_factory=list)
    """Case and number in the ledger of each decision that was served."""
    withdrawals: list[int] = field(default_factory=list)

    @property
    def delegated(self) -> bool:
        """Does its province let the township decide?"""
        return self.area.startswith("37")

    def open(self) -> list[Case]:
        """The cases that are not closed."""
        return [one for one in self.cases.values() if not one.closed]


def policy(*, later: bool = False) -> Policy:
    """The shipped packs, the province's delegation, and the county's own lengths of time."""
    texts = dict(load(PACKS).sources)
    texts["370000.toml"] += "\n" + row(key='"adverse.who_decides"', value='"township"', unit="", since="2026-07-01")
    texts["370000.toml"] += "\n" + row(key='"penalty.large_fine"', value="5000", unit='"元"', since="2026-07-01")
    standard = row(key='"standard.dibao"', value="1600", unit='"元/人/月"', since="2026-07-01", variant='"rural"')
    texts["310000.toml"] += "\n" + standard
    for key, value in (("credit.export", "true"), ("credit.directory_entry", '"试验用目录条目"')):
        law = '"山东省社会信用条例第20条（试验用）"'
        texts["370000.toml"] += "\n" + row(key=f'"{key}"', value=value, unit="", since="2026-07-01", law=law)
    own = {
        "adverse.hear_days": ("3", '"工作日"'), "adverse.decide_within": ("10", '"工作日"'),
        "adverse.notice_within": ("5", '"工作日"'), "adverse.effect_month": ('"next_month"', ""),
        "conduct.hear_days": ("5", '"工作日"'), "conduct.decide_within": ("30", '"天"'),
        "penalty.hear_days": ("5", '"工作日"'), "refund.pay_within": ("30", '"天"'),
        "recheck.lead_days": ("30", '"天"'),
    }  # fmt: skip
    rows = [row(key=f'"{key}"', value=value, unit=unit, since="2026-07-01") for key, (value, unit) in own.items()]
    if later:
        rows.append(row(key='"adverse.hear_days"', value="7", unit='"工作日"', since=str(CHANGED_ON)))
    texts["walk.toml"] = pack("\n".join(rows))
    return load_texts(texts)


def furnish(office: Office) -> list[Staff]:
    """Policy, areas, organs, officers and the calendar of 2027, as of 2026-01-01; the officers."""
    staff = everybody()
    with office.work("系统任务", now=datetime(2026, 1, 1, 8, tzinfo=SHANGHAI)) as work:
        editions.register(work, policy())
        areas.load(work, [AreaRow(code, name, None, None, "") for code, name in PLACES.items()])
        for code, prefix in (
            (DELEGATED, "任民"),
            (OTHER, "浦民"),
            *zip(TOWNSHIPS, ("试街", "河镇", "浦试"), strict=True),
        ):
            organs.enter_organ(work, organ(code, f"{PLACES[code]}民政机关", prefix))
        organs.adopt(work, DELEGATED, "proposal", document="任民字〔2026〕1号（示范）", since=date(2026, 7, 1))
        calendars.load(work, NEXT_YEAR)
        for one in staff:
            known = Officer(code=one.code, name="试验", role=one.role, area=one.area, since=one.since, until=one.until)
            organs.enter_officer(work, known)
    return staff


def everybody() -> list[Staff]:
    """The officers of every organ; one of each township leaves, one of each county comes, while the walk goes on."""
    found = []
    for n, area in enumerate((DELEGATED, OTHER, *TOWNSHIPS)):
        for short, role in STAFF:
            found.append(
                Staff(f"{short}{n}", role, area, date(2020, 1, 1), LEAVES if n > 1 and short == "r2" else None)
            )
        found.append(Staff(f"r3{n}", Role.REVIEWER, area, date(2020, 1, 1), None))
        found.append(Staff(f"p3{n}", Role.APPROVER, area, date(2020, 1, 1) if n > 1 else COMES, None))
    return found


def settle(work: Work, rng: Random, serial: int, since: date) -> Home:
    """Register a household of one to four; most of the older ones are on assistance already."""
    area = rng.choice(("370811001001", "370811001001", "370811002001", "310115101001"))
    household = households.register(work, f"SZ{serial:06}", area=area, address="1号", urban=False, since=since)
    people = [_member(work, household, n, rng, serial, area, since) for n in range(1, rng.choice((1, 1, 2, 3, 4)) + 1)]
    found = Home(household, area, people, "", 0)
    if rng.random() < 0.8:
        _aided(work, found, rng, since)
    if rng.random() < 0.9:
        rechecks.verify(
            work, household, on=since, source="入户", income=20_000, cause=Cause.NONE, stable=rng.random() < 0.5,
            property_over=False,
        )  # fmt: skip
    return found


def _member(work: Work, household: int, n: int, rng: Random, serial: int, area: str, since: date) -> Somebody:
    """One member: the head is grown, of the others half are children, a few cannot act for themselves."""
    grown = n == 1 or rng.random() < 0.5
    born = date(rng.randint(1945, 2000), rng.randint(1, 12), 9) if grown else date(rng.randint(2008, 2024), 5, n)
    able = not grown or n == 1 or rng.random() < 0.85
    name = f"试验{'甲乙丙丁'[n - 1]}"
    number = make_id(area[:6], born, (serial * 4 + n) % 999 + 1)
    households.enter_member(
        work, household, persons.register(work, name, id_number=number), no=n, since=since, area=area,
        relation=Relation.HEAD if n == 1 else Relation.OTHER, ability=rng.choice(list(Ability)),
        capacity=Capacity.FULL if able else Capacity.NONE, guardian_no=None if grown and able else 1,
    )  # fmt: skip
    return Somebody(n, name, born, able)


def _aided(work: Work, home: Home, rng: Random, since: date) -> None:
    """A grant as the household had it when its ledger was opened."""
    tekun = len(home.people) == 1
    home.scheme, home.amount = ("特困人员救助供养", 120_000) if tekun else ("最低生活保障", 50_000 * len(home.people))
    assistance.grant(
        work, home.id, Scheme.TEKUN if tekun else Scheme.DIBAO, decided_on=since, effective_on=since.replace(day=1),
        decided_by="p10" if home.delegated else "p11", amount=home.amount, income=20_000, persons=len(home.people),
    )  # fmt: skip
