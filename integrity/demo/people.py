"""家庭与成员 (families): who belongs to a synthetic household, with numbers that are well formed and nobody's.

Shares of schemes, sizes, ages and abilities are this demo's own approximation of published proportions (roughly: rural
低保 two thirds of all, urban 低保 and 特困 an eighth each, 低保边缘 a tenth, 刚性支出 a hundredth), not statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from integrity.demo.names import full_name, surname
from integrity.records.office import Person
from integrity.rules.facts import ADULT, age
from integrity.rules.identity import make_id
from integrity.terms import Ability, Capacity, Presence, Relation, Scheme, Sex

SHARES: tuple[tuple[Scheme, bool, float], ...] = (
    (Scheme.DIBAO, True, 0.13), (Scheme.DIBAO, False, 0.65), (Scheme.TEKUN, False, 0.11), (Scheme.TEKUN, True, 0.01),
    (Scheme.EDGE, False, 0.07), (Scheme.EDGE, True, 0.02), (Scheme.RIGID, False, 0.007), (Scheme.RIGID, True, 0.003),
)  # fmt: skip
"""(scheme, urban, share of households): the demo's own approximation."""

PLACES = (
    "370811", "370802", "370812", "370826", "370827", "370828", "370829", "370830", "370831", "370832", "370881",
    "370882", "370883", "370402", "370403", "370404", "370405", "370406", "370481", "370902", "370911", "370921",
    "370923", "370982", "370983", "371302", "371311", "371312", "371321", "371322", "371323", "371324", "371325",
    "371326", "371327", "371328", "371329", "371702", "371721", "371722", "371723", "371724", "371725", "371726",
    "371728",
)  # fmt: skip
"""Places of first registration in invented ID numbers."""

_MOST = 8
_SEQUENCES, _YEAR_DAYS, _STRIDE = 499, 365, 104729
_RANGE = _SEQUENCES * _YEAR_DAYS
_BLOCK = _RANGE // _MOST
_SHIFT = (0, 0, 1, 0, 0, 0, 2, 0)
_WORKING = range(16, 60)

R = Relation
_Shape = tuple[tuple[Relation, int, int], ...]
_SHAPES: dict[int, tuple[_Shape, ...]] = {
    1: (((R.HEAD, 45, 86),), ((R.HEAD, 30, 62),)),
    2: (
        ((R.HEAD, 58, 84), (R.SPOUSE, 56, 82)), ((R.HEAD, 34, 55), (R.CHILD, 4, 22)),
        ((R.HEAD, 40, 58), (R.PARENT, 66, 88)),
    ),
    3: (
        ((R.HEAD, 36, 58), (R.SPOUSE, 34, 56), (R.CHILD, 3, 24)),
        ((R.HEAD, 32, 46), (R.CHILD, 3, 16), (R.CHILD, 5, 19)),
        ((R.HEAD, 60, 75), (R.SPOUSE, 58, 74), (R.GRANDCHILD, 3, 16)),
    ),
    4: (
        ((R.HEAD, 34, 50), (R.SPOUSE, 32, 48), (R.CHILD, 2, 18), (R.CHILD, 4, 22)),
        ((R.HEAD, 38, 54), (R.SPOUSE, 36, 52), (R.CHILD, 6, 22), (R.PARENT, 64, 86)),
    ),
    5: (((R.HEAD, 38, 52), (R.SPOUSE, 36, 50), (R.CHILD, 2, 14), (R.CHILD, 8, 22), (R.PARENT, 64, 86)),),
}  # fmt: skip
"""Relations and ages (from, to) by size of the household."""
_SIZES = {
    Scheme.DIBAO: (0.45, 0.29, 0.15, 0.08, 0.03), Scheme.TEKUN: (0.97, 0.03, 0.0, 0.0, 0.0),
    Scheme.EDGE: (0.25, 0.32, 0.24, 0.14, 0.05), Scheme.RIGID: (0.2, 0.3, 0.27, 0.17, 0.06),
}  # fmt: skip


@dataclass(slots=True)
class Figure:
    """成员 (member) as the demo invents him: the person and his present state."""

    no: int
    relation: Relation
    name: str
    sex: Sex
    born: date
    id_number: str
    phone: str = ""
    account: str = ""
    ability: Ability = Ability.UNABLE
    capacity: Capacity = Capacity.FULL
    presence: Presence = Presence.PRESENT
    schooling: bool | None = None
    guardian_no: int | None = None
    person: Person | None = None

    def grown(self, on: date) -> bool:
        """Is he an adult of full capacity who lives in the household on a day?"""
        adult = self.capacity is Capacity.FULL and age(self.born, on) >= ADULT
        return adult and self.presence is Presence.PRESENT


@dataclass(slots=True)
class Family:
    """救助家庭 (household) as the demo invents it."""

    k: int
    scheme: Scheme
    urban: bool
    confirmed: date
    family_name: str
    figures: list[Figure] = field(default_factory=list)

    @property
    def persons(self) -> int:
        """计入人口 (counted members)."""
        return sum(figure.presence is Presence.PRESENT for figure in self.figures)

    def grown(self, on: date) -> list[Figure]:
        """The adults of full capacity."""
        return [figure for figure in self.figures if figure.grown(on)]


def draft(rng: Random, k: int, until: date) -> Family:
    """The k-th household of a demo that ends on `until`: scheme, day of confirmation, members."""
    scheme, urban, _ = rng.choices(SHARES, [share for _, _, share in SHARES])[0]
    family = Family(k, scheme, urban, _confirmed(rng, scheme, until), surname(rng))
    size = rng.choices(range(1, 6), _SIZES[scheme])[0]
    shape = rng.choice(_SHAPES[size])
    if scheme is Scheme.TEKUN:
        shape = tuple((relation, *_tekun_ages(rng)) for relation in (R.HEAD, R.SIBLING)[:size])
    for relation, least, most in shape:
        add(rng, family, relation, rng.randint(least, most), family.confirmed)
    _guard(family)
    return family


def _tekun_ages(rng: Random) -> tuple[int, int]:
    """Old people for the most part, some disabled adults, a few children."""
    return rng.choices(((60, 88), (35, 59), (13, 17)), (0.84, 0.13, 0.03))[0]


def _confirmed(rng: Random, scheme: Scheme, until: date) -> date:
    """Day of the confirmation: most of the roll is older than two years; 刚性支出 lasts a year only."""
    if scheme is Scheme.RIGID:
        return until - timedelta(days=rng.randint(20, 420))
    return until - timedelta(days=rng.randint(980, 1060) if rng.random() < 0.6 else rng.randint(25, 980))


def add(rng: Random, family: Family, relation: Relation, years: int, on: date) -> Figure:
    """Add a member who is `years` old on a day, with abilities that go with his age."""
    no = len(family.figures) + 1
    place, order, ordinal = _unused(family.k, no)
    born = date(on.year - 1 - years, 1, 1) + timedelta(days=ordinal)
    sex = rng.choice((Sex.MALE, Sex.FEMALE))
    head = family.figures[0] if family.figures else None
    if relation is R.SPOUSE and head is not None:
        sex = Sex.MALE if head.sex is Sex.FEMALE else Sex.FEMALE
    name = surname(rng) if relation is R.SPOUSE else family.family_name
    figure = Figure(
        no, relation, _own_name(rng, family, name, sex, born.year), sex, born,
        make_id(place, born, 2 * order + (1 if sex is Sex.MALE else 2)),
        phone=f"1380000{rng.randrange(10_000):04d}" if age(born, on) >= 14 else "",
        account=f"999999{family.k:08d}{no:02d}{rng.randrange(1000):03d}" if relation is R.HEAD else "",
    )  # fmt: skip
    _enable(rng, figure, family.scheme, age(born, on))
    family.figures.append(figure)
    return figure


def _own_name(rng: Random, family: Family, family_name: str, sex: Sex, year: int) -> str:
    """A name that nobody else of the family has."""
    taken = {figure.name for figure in family.figures}
    name = full_name(rng, family_name, sex, year)
    while name in taken:
        name = full_name(rng, family_name, sex, year)
    return name


def _unused(k: int, no: int) -> tuple[str, int, int]:
    """(place, sequence 0–498, day of the year 0–364) that no other member of any household of the demo has.

    Within a block of households the product with the stride permutes (sequence, day); blocks differ in the place.
    """
    block, place_in = divmod(k, _BLOCK)
    mixed = (place_in * _MOST + no) * _STRIDE % _RANGE
    return PLACES[(block + _SHIFT[no % _MOST]) % len(PLACES)], mixed % _SEQUENCES, mixed // _SEQUENCES


def _enable(rng: Random, figure: Figure, scheme: Scheme, years: int) -> None:
    """Ability, capacity and schooling. 特困 adults cannot work; most others of working age can, at least partly."""
    if 6 <= years < 18 or (18 <= years < 23 and rng.random() < 0.7):
        figure.schooling = True
    if years in _WORKING and scheme is not Scheme.TEKUN and not figure.schooling:
        weights = (0.3, 0.3, 0.4) if scheme is Scheme.DIBAO else (0.6, 0.2, 0.2)
        figure.ability = rng.choices(tuple(Ability), weights)[0]
    if years >= ADULT and figure.ability is Ability.UNABLE and not figure.schooling:
        figure.capacity = rng.choices((Capacity.FULL, Capacity.LIMITED, Capacity.NONE), (0.89, 0.08, 0.03))[0]


def _guard(family: Family) -> None:
    """Name the first adult of full capacity as guardian of those who need one."""
    grown = family.grown(family.confirmed)
    for figure in family.figures:
        if grown and not figure.grown(family.confirmed):
            figure.guardian_no = grown[0].no
