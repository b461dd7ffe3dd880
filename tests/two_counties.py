"""两县试验 (two counties): two counties, three townships, every role in each, and households whose every word is known.

Whatever stands about a household anywhere has a word of its own (`Marks`): found on a page of somebody else's area, it
has leaked. `build` makes the same town by town, so that what one town sees can be compared with and without the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlmodel import select

from integrity import (
    areas,
    assistance,
    conduct,
    evidence,
    exports,
    households,
    kinship,
    organs,
    papers,
    persons,
    postings,
    print_runs,
    printing,
    rechecks,
)
from integrity.areas_file import AreaRow
from integrity.case_files import read_case
from integrity.cases import open_case, papers_of, take
from integrity.print_choice import Choice
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Officer
from integrity.rules.identity import make_id
from integrity.terms import (
    Ability,
    Capacity,
    Cause,
    ConductKind,
    Event,
    PostingKind,
    Procedure,
    Relation,
    Role,
    Scheme,
)
from integrity.work import Office, Work
from tests.conftest import SetClock
from tests.papers_office import evaluate, furnish, organ
from tests.print_office import paper

HERE, BESIDE, FAR = "370811001000", "370811002000", "370812001000"
"""A township, another one of its county, and one of the next county."""
COUNTIES = {"370811000000": "任城区", "370812000000": "兖州区"}
TOWNS = {HERE: "试验街道", BESIDE: "二十里铺街道", FAR: "新兖镇"}
PREFIX = {HERE: "试街", BESIDE: "铺街", FAR: "兖新", "370812000000": "兖民"}
ROLES = {
    "xl": Role.ASSISTANT, "jb": Role.HANDLER, "fh": Role.REVIEWER, "sp": Role.APPROVER, "jd": Role.INSPECTOR,
    "ga": Role.SYSTEM_ADMIN, "aq": Role.SECURITY_ADMIN, "sj": Role.AUDIT_ADMIN,
    "dj": Role.LINKED,
}  # fmt: skip
PLACES = {"1": HERE, "2": BESIDE, "3": FAR, "a": "370811000000", "b": "370812000000"}
"""The last letter of a code, and the area: `jb1` is the handler of HERE, `spb` the approver of the second county."""
OFFICERS = {f"{head}{tail}": (role, area) for head, role in ROLES.items() for tail, area in PLACES.items()}
_SURNAMES = {HERE: "殳", BESIDE: "夔", FAR: "阚"}
_GIVEN = ("霁", "骁", "翊")
AUTUMN = date(2026, 9, 1)
REGISTER = {"kind": "公示台账", "since": "2026-01-01", "until": "2026-09-01"}


@dataclass
class Marks:
    """一户的全部标记 (marks of a household): where it lives, and every word that is its own."""

    area: str
    number: str
    id: int
    words: set[str] = field(default_factory=set)
    papers: list[str] = field(default_factory=list)
    digest: str = ""
    more: dict[str, str] = field(default_factory=dict)


def officers(office: Office) -> None:
    """Areas, organs and officers of every role, everywhere."""
    furnish(office)
    with office.work("sp01", now=datetime(2026, 1, 2, 8, tzinfo=SHANGHAI)) as work:
        for code, name in {**COUNTIES, **TOWNS}.items():
            if code not in ("370811000000", HERE):
                areas.load(work, [AreaRow(code, name, None, None, "")])
                organs.enter_organ(work, organ(code, f"{name}办公室", PREFIX.get(code, "铺街")))
        for town in TOWNS:
            rows = [AreaRow(f"{town[:9]}00{n}", f"{TOWNS[town]}第{n}村", None, None, "") for n in (1, 2)]
            areas.load(work, [one for one in rows if town != HERE])
        organs.adopt(work, "370812000000", "proposal", document="兖民字〔2026〕1号（示范）", since=date(2026, 7, 1))
        for code, (role, area) in OFFICERS.items():
            work.put(Officer(code=code, name=f"办{code}", role=role, area=area, since=date(2020, 1, 1)))


def _register(work: Work, town: str, n: int) -> Marks:
    """One household with all that is entered about it in January."""
    village, name = f"{town[:9]}00{1 + n % 2}", f"{_SURNAMES[town]}{_GIVEN[n]}"
    number, address = f"Q{town[5:9]}{n:03}", f"{name}巷{n + 1}号"
    made = households.register(work, number, area=village, address=address, urban=True, since=date(2026, 1, 10))
    for no, born in enumerate((date(1980, 5, 1 + n), date(2012, 5, 1 + n)), start=1):
        own = name + "之"[: no - 1]
        id_number = make_id(town[:6], born, int(town[8]) * 100 + n * 10 + no)
        person = persons.register(work, own, id_number=id_number, phone=f"1380{town[5:9]}{n}{no}7")
        households.enter_member(
            work, made, person, no=no, since=date(2026, 1, 10), area=village, ability=Ability.ABLE,
            relation=Relation.HEAD if no == 1 else Relation.CHILD, capacity=Capacity.FULL,
        )  # fmt: skip
    assistance.grant(
        work, made, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
        decided_by=f"sp{_tail(town)}", amount=120_000, income=20_000, persons=2,
    )  # fmt: skip
    rechecks.verify(
        work, made, on=date(2026, 1, 12), source=f"入户{name}", income=20_000, cause=Cause.NONE, stable=False,
        property_over=False,
    )  # fmt: skip
    rechecks.report(work, made, Event.REPORTED_CHANGE, happened_on=date(2026, 1, 18), reported_on=date(2026, 1, 19))
    return Marks(village, number, made, {name, name[0], number, f"household:{made}"})


def _tail(town: str) -> str:
    return next(tail for tail, area in PLACES.items() if area == town)


def _summer(work: Work, one: Marks) -> None:
    """Richer, a fact of default, a scan."""
    name = next(word for word in one.words if word[0] in _SURNAMES.values() and word[1:])
    rechecks.verify(
        work, one.id, on=date(2026, 8, 10), source=f"核对{name}", income=200_000, cause=Cause.PENSION, cause_member=1,
        self_reported=True,
    )  # fmt: skip
    conduct.record(
        work, one.id, member_no=1, kind=ConductKind.DEFAULT, item="1", act_on=date(2026, 7, 20),
        found_on=date(2026, 8, 10), source=f"定期核查{name}", detail=f"隐瞒收入{name}",
    )  # fmt: skip
    kept = evidence.keep(work, f"谈话记录 {name}".encode(), f"{name}.txt", one.id, taken_on=date(2026, 8, 10))
    one.digest = kept.sha256
    one.words |= {kept.sha256, kept.sha256[:12]}


def _autumn(office: Office, town: str, found: list[Marks]) -> None:
    """Cases, papers and a print run of a township, after the evaluation."""
    tail = _tail(town)
    with office.work(f"fh{tail}") as work:
        open_case(
            work, found[0].id, Procedure.named("调整与终止"), outcome="退出", reason=f"养老金{found[0].number}",
            effective_on=date(2026, 11, 1),
        )  # fmt: skip
    with office.work(f"jb{tail}") as work:
        take(work, found[0].id, 1, "NOTICE")
        case = read_case(work, found[0].id, 1)
        last = case.last("NOTICE")
        assert last is not None
        for notice in papers_of(work, case, last.no):
            printing.original(work, notice)
        for one in found[1:]:
            paper(work, one.id)
    with office.work(f"sp{tail}") as work:
        kinship.declare(work, found[1].id, f"fh{tail}", "三代以内旁系血亲")
    with office.work(f"jb{tail}") as work:
        run = print_runs.make(work, Choice(area=town)).run.number
        listed = [postings.Line(found[2].id)]
        posted = postings.post(
            work, PostingKind.RESULT, found[2].area, listed, on=work.today, place=f"{TOWNS[town]}公开栏", months=12
        )  # fmt: skip
        wanted = exports.Wanted("register", town, REGISTER, f"{TOWNS[town]}核对名单")
        asked = exports.ask(work, wanted).id
    with office.reading() as work:
        for one in found:
            one.papers = list(work.session.exec(select(Notice.number).where(Notice.household_id == one.id)))
            one.words |= {*one.papers, posted.number, run}
            one.more = {"posting": posted.number, "run": run, "export": str(asked)}


def build(office: Office, clock: SetClock, towns: Iterable[str] = TOWNS, each: int = 3) -> list[Marks]:
    """Every household of these townships, each township the same whatever the others are."""
    officers(office)
    found: dict[str, list[Marks]] = {}
    for town in towns:
        with office.work(f"jb{_tail(town)}", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
            found[town] = [_register(work, town, n) for n in range(each)]
    for town, some in found.items():
        with office.work(f"jb{_tail(town)}", now=datetime(2026, 8, 20, 9, tzinfo=SHANGHAI)) as work:
            for one in some:
                _summer(work, one)
    clock.on(AUTUMN)
    evaluate(office, AUTUMN)
    for town, some in found.items():
        clock.now += timedelta(minutes=1)
        _autumn(office, town, some)
    return [one for some in found.values() for one in some]


def paper_of(work: Work, number: str) -> Notice:
    """A paper by its 文号, whoever asks."""
    return papers.by_number(work, number)
