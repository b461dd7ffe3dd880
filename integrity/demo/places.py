"""示范县的村居与人员 (places and staff): real villages of one county, invented organs and officers, what it adopted.

The first 60,000 households live in 任城区 (370811), further ones in all counties of 济宁市, however
large the demo is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from integrity import areas, editions, organs
from integrity.areas_file import SHIPPED, AreaRow, read_areas
from integrity.demo.names import full_name, surname
from integrity.records.columns import SHANGHAI
from integrity.records.office import EmergencyOrder, Officer, Organ
from integrity.rules.areas import level_of
from integrity.rules.policy import Policy
from integrity.terms import AreaLevel, Role, Sex
from integrity.work import Work

COUNTY = "370811000000"
CITY = "370800000000"
ONE_COUNTY = 60_000
"""From this household on the demo spreads over the whole city."""
HISTORY_DAYS = 1140
"""How long before its end the demo begins: three years and the time of an application."""
_CATALOGUE_SINCE = date(2026, 7, 1)
_COMMITTEES = ("村委会", "居委会", "社区居民委员会", "居民委员会", "村民委员会")


@dataclass(frozen=True, slots=True)
class Staff:
    """一个乡镇的人员 (staff of a township), by 工号."""

    handlers: tuple[str, str]
    reviewer: str
    approver: str


@dataclass(frozen=True, slots=True)
class Village:
    """村（居）: code, name, and the name with the township before it."""

    code: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class County:
    """县 (county): its villages, urban and rural."""

    code: str
    urban: tuple[Village, ...]
    rural: tuple[Village, ...]


class Map:
    """示范地图 (map of the demo): the counties that a demo of a size needs, from the shipped list of areas."""

    def __init__(self, households: int) -> None:
        """Read the list; one county up to 60,000 households, else all of the city."""
        rows = list(read_areas(SHIPPED / "370800.csv.xz"))
        codes = sorted(row.code for row in rows if level_of(row.code) is AreaLevel.COUNTY)
        wanted = [COUNTY] if households <= ONE_COUNTY else codes
        self.names = {row.code: row.name for row in rows}
        self.rows = [row for row in rows if row.code[4:] == "0" * 8 or row.code[:6] + "000000" in wanted]
        self.counties = {code: self._county(code) for code in wanted}

    def _county(self, code: str) -> County:
        villages = [row for row in self.rows if row.code[:6] == code[:6] and row.code[9:] != "000"]
        urban: list[Village] = []
        rural: list[Village] = []
        for row in villages:
            (urban if row.code[9:] < "200" else rural).append(self._village(row))
        return County(code, tuple(urban), tuple(rural))

    def _village(self, row: AreaRow) -> Village:
        name = row.name
        for ending in _COMMITTEES:
            name = name.removesuffix(ending)
        return Village(row.code, row.name, self.names[row.code[:9] + "000"] + name)

    def village(self, rng: Random, k: int, urban: bool) -> Village:
        """A village for the k-th household."""
        code = COUNTY if k < ONE_COUNTY else rng.choice(list(self.counties))
        county = self.counties[code]
        return rng.choice(county.urban if urban else county.rural)

    def neighbour(self, rng: Random, code: str) -> Village:
        """Another village of the same county and kind, to move to."""
        county = self.counties[code[:6] + "000000"]
        return rng.choice(county.urban if code[9:] < "200" else county.rural)

    @property
    def townships(self) -> list[str]:
        """The codes of the townships."""
        return [row.code for row in self.rows if level_of(row.code) is AreaLevel.TOWNSHIP]


def address(rng: Random, village: Village, urban: bool) -> str:
    """住址 (an invented address in a real village)."""
    if urban:
        flat = rng.randint(1, 6) * 100 + rng.randint(1, 2)
        return f"{village.place}{rng.randint(1, 30)}号楼{rng.randint(1, 4)}单元{flat}室"
    return f"{village.place}{rng.randint(1, 260)}号"


@lru_cache(maxsize=8192)
def staff(area: str) -> Staff:
    """The staff of the township of an area."""
    stem = area[4:9]
    return Staff((f"jb{stem}1", f"jb{stem}2"), f"fh{stem}", f"sp{stem}")


def furnish(work: Work, chart: Map, policy: Policy, seed: int, until: date) -> None:
    """Load areas, policy, organs, officers, the adoption and one past emergency order, as of the days of each."""
    work.now = at(until - timedelta(days=HISTORY_DAYS))
    areas.load(work, chart.rows)
    editions.register(work, policy)
    rng = Random(f"{seed}:staff")
    for county in chart.counties:
        _furnish_county(work, chart, county, rng)
    for township in chart.townships:
        _furnish_township(work, chart, township, rng)
    for county in chart.counties:
        _adopt(work, chart, county, until)
        _order(work, chart, county, until)


def at(on: date) -> datetime:
    """Nine o'clock of a day."""
    return datetime.combine(on, time(9), SHANGHAI)


def _short(chart: Map, code: str) -> str:
    """The name of an area without its kind: 任城, 李营; 镇 and 乡 stay, for a street may bear the same name."""
    name = chart.names[code]
    for ending in ("高新技术产业开发区", "街道", "区", "县", "市"):
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name.removesuffix("管理委员会")


def _organ(work: Work, area: str, name: str, prefix: str, county_name: str) -> None:
    """Every prefix carries 示, so that no paper of the demo can pass for a real one; no telephone begins with 0."""
    place = county_name if county_name.startswith("济宁") else f"济宁市{county_name}"
    government = "济宁市" if county_name.endswith("开发区") else place
    organ = Organ(
        area=area, since=work.today, name=name, prefix=prefix, address=f"示范路{int(area[6:9]) or 1}号",
        phone=f"0537-00{area[4:9]}", contact="示范联系人", review_organ=f"{government}人民政府",
        court=f"{place}人民法院",
    )  # fmt: skip
    organs.enter_organ(work, organ)


def _furnish_county(work: Work, chart: Map, county: str, rng: Random) -> None:
    name = chart.names[county]
    _organ(work, county, f"{name}民政局", f"{_short(chart, county)[0]}民示", name)
    stem = county[4:9]
    for code, role in ((f"jb{stem}1", Role.HANDLER), (f"fh{stem}", Role.REVIEWER), (f"sp{stem}", Role.APPROVER),
                       (f"jd{stem}", Role.INSPECTOR)):  # fmt: skip
        _officer(work, code, role, county, rng)


def _furnish_township(work: Work, chart: Map, township: str, rng: Random) -> None:
    county, name = township[:6] + "000000", chart.names[township]
    kind = "人民政府" if name.endswith(("镇", "乡")) else "办事处" if name.endswith("街道") else ""
    prefix = f"{_short(chart, county)[0]}{_short(chart, township)}示"
    _organ(work, township, chart.names[county] + name + kind, prefix, chart.names[county])
    who = staff(township)
    for code, role in ((who.handlers[0], Role.HANDLER), (who.handlers[1], Role.HANDLER),
                       (who.reviewer, Role.REVIEWER), (who.approver, Role.APPROVER)):  # fmt: skip
        _officer(work, code, role, township, rng)


def _officer(work: Work, code: str, role: Role, area: str, rng: Random) -> None:
    name = full_name(rng, surname(rng), rng.choice((Sex.MALE, Sex.FEMALE)), rng.randint(1966, 1998))
    organs.enter_officer(work, Officer(code=code, name=name, role=role, area=area, since=work.today))


def _adopt(work: Work, chart: Map, county: str, until: date) -> None:
    """The county takes the proposed catalogue into use by an invented document (示范)."""
    since = min(_CATALOGUE_SINCE, until)
    work.now = at(since - timedelta(days=8))
    document = f"{_short(chart, county)[0]}民示字〔{since.year}〕1号（示范文件）"
    organs.adopt(work, county, "proposal", document=document, since=since)


def _order(work: Work, chart: Map, county: str, until: date) -> None:
    """One past emergency order: rechecks that fell due within five weeks were put off by two months."""
    signed = until - timedelta(days=640)
    work.now = at(signed)
    row = EmergencyOrder(
        number=f"{_short(chart, county)[0]}民示延〔{signed.year}〕1号", area=county, signed_on=signed,
        signed_by="示范签发人", due_from=signed, due_to=signed + timedelta(days=35), months=2,
        recorded_at=work.now, recorded_by=work.actor,
    )  # fmt: skip
    organs.order(work, row)
