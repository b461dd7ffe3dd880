"""示范县 (demo county): the same from the same seed, faithful to the rules, and nobody real."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from hashlib import sha256
from itertools import chain, pairwise
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from integrity import persons, recommendations
from integrity.areas_file import SHIPPED, read_areas
from integrity.demo import build, review_some, send_some
from integrity.demo.people import SHARES, draft
from integrity.demo.places import ONE_COUNTY, Map, furnish, staff
from integrity.errors import Refused
from integrity.office_terms import IntakeState
from integrity.records.chain import breaks
from integrity.records.columns import SHANGHAI, micros
from integrity.records.intake import Intake
from integrity.records.ledger import (
    ENTRIES,
    Assistance,
    Commitment,
    Conduct,
    Entry,
    Finding,
    Household,
    Member,
    Residence,
    Verification,
)
from integrity.records.office import Officer, Organ, Person
from integrity.rules.facts import ADULT, age, day
from integrity.rules.identity import check_bank_card, check_id, check_phone, normal_name
from integrity.rules.policy import load
from integrity.rules.writing import read_document_number
from integrity.situations import read
from integrity.terms import (
    Act,
    Capacity,
    ConductKind,
    ExitReason,
    FindingState,
    Outcome,
    Presence,
    Scheme,
    SignedBy,
    Verdict,
)
from integrity.vault import create_vault
from integrity.work import Office, make_engine
from tests.conftest import START, SetClock

UNTIL = date(2026, 10, 31)
MANY = 240
VARYING = ("household_id", "person_id", "person_digest", "hash", "import_id")
"""What differs between two databases with the same content: ids, salts and what is made from them."""


def an_office(directory: Path, template: Path) -> Office:
    """An empty office of our own on SQLite, in a directory of its own."""
    directory.mkdir(exist_ok=True)
    shutil.copy(template, directory / "demo.db")
    url = f"sqlite:///{directory}/demo.db"
    vault = create_vault(directory / "keys.toml")
    return Office(make_engine(url), make_engine(url, read_only=True), vault, SetClock(START))


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    """A demo county to look at."""
    office = an_office(tmp_path_factory.mktemp("county"), sqlite_template)
    build(office, households=MANY, seed=7, until=UNTIL)
    yield office
    office.dispose()


@pytest.fixture(scope="module")
def session(county: Office) -> Iterator[Session]:
    """A session that only reads it."""
    with Session(county.reading_engine) as reading:
        yield reading


def contents(office: Office, households: int = 10**9) -> str:
    """A digest of the ledgers of the first households and of their persons, without what must vary."""
    digest = sha256()
    with office.reading() as work:
        roll = work.session.exec(select(Household).order_by(col(Household.number)).limit(households)).all()
        numbers = {household.id: household.number for household in roll}
        known = {
            person.id: (person.name, person.sex, person.born_on, persons.plain(work, person, "id_number"))
            for person in work.session.exec(select(Person))
        }
        for kind in ENTRIES:
            rows = [
                (numbers[row.household_id], row.seq, *plain(row), known.get(getattr(row, "person_id", None)))
                for row in work.session.exec(select(kind))
                if row.household_id in numbers
            ]
            digest.update(repr(sorted(rows, key=lambda row: row[:2])).encode())
    return digest.hexdigest()


def plain(row: Entry) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in type(row).model_fields if name not in VARYING)


def test_the_same_seed_gives_the_same_content_on_every_database(
    office: Office, tmp_path: Path, sqlite_template: Path
) -> None:
    other = an_office(tmp_path / "other", sqlite_template)
    build(office, households=20, seed=3, until=UNTIL)
    build(other, households=20, seed=3, until=UNTIL)
    assert contents(office) == contents(other)
    other.dispose()


def test_a_household_is_the_same_in_a_larger_demo_and_another_with_another_seed(
    tmp_path: Path, sqlite_template: Path
) -> None:
    made = []
    for households, seed in ((6, 3), (14, 3), (6, 4)):
        office = an_office(tmp_path / f"{households}-{seed}", sqlite_template)
        build(office, households=households, seed=seed, until=UNTIL)
        made.append(contents(office, 6))
        office.dispose()
    assert made[0] == made[1] != made[2]


@pytest.mark.parametrize("at", [0, 6])
def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path, sqlite_template: Path, at: int) -> None:
    whole, broken = an_office(tmp_path / "whole", sqlite_template), an_office(tmp_path / "broken", sqlite_template)
    build(whole, households=9, seed=5, until=UNTIL)

    def interrupt(done: int, wanted: int) -> None:
        assert wanted == 9
        if done == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(broken, households=9, seed=5, until=UNTIL, progress=interrupt, chunk=3)
    again = build(broken, households=9, seed=5, until=UNTIL, chunk=3)
    assert (again.households, again.repeated) == (9, False)
    assert contents(broken) == contents(whole)
    whole.dispose()
    broken.dispose()


def test_the_same_demo_again_changes_nothing_and_another_is_refused(office: Office) -> None:
    first = build(office, households=5, seed=1, until=UNTIL)
    before = contents(office)
    again = build(office, households=5, seed=1, until=UNTIL)
    assert again.repeated
    assert "没有改动" in str(again)
    assert (again.households, again.persons, again.entries) == (first.households, first.persons, first.entries)
    with pytest.raises(Refused, match="空库"):
        build(office, households=5, seed=2, until=UNTIL)
    assert contents(office) == before


def test_a_database_with_other_households_is_left_alone(office: Office, family: Callable[..., int]) -> None:
    with office.work("jb01") as work:
        family(work)
    with pytest.raises(Refused, match="空库"):
        build(office, households=5, seed=1, until=UNTIL)
    with office.reading() as work:
        assert len(work.session.exec(select(Household)).all()) == 1


@pytest.mark.parametrize("until", [date(2027, 1, 1), date(2023, 1, 1)])
def test_a_future_end_or_a_history_before_the_standards_is_refused(
    tmp_path: Path, sqlite_template: Path, until: date
) -> None:
    office = an_office(tmp_path, sqlite_template)
    with pytest.raises(Refused):
        build(office, households=1, seed=1, until=until)
    office.dispose()


def test_shares_sizes_and_numbers_are_as_described() -> None:
    families = [draft(Random(f"1:{k}"), k, UNTIL) for k in range(4000)]
    counts = Counter((family.scheme, family.urban) for family in families)
    for scheme, urban, share in SHARES:
        assert counts[scheme, urban] / len(families) == pytest.approx(share, abs=0.02)
    assert sum(share for _, _, share in SHARES) == pytest.approx(1)
    mean = sum(len(family.figures) for family in families) / len(families)
    assert 1.8 < mean < 2.0


def test_no_two_members_share_an_id_number_however_large_the_demo() -> None:
    some = chain(range(1500), range(22_000, 23_500), range(45_000, 46_500), range(998_500, 1_000_000))
    numbers = [figure.id_number for k in some for figure in draft(Random(f"1:{k}"), k, UNTIL).figures]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert "不常见" not in "".join(check_id(number).warnings)


def test_every_number_and_name_is_well_formed_and_rare_characters_occur(county: Office) -> None:
    with county.reading() as work:
        everybody = list(work.session.exec(select(Person)))
        for person in everybody:
            known = check_id(persons.plain(work, person, "id_number"))
            assert (known.born, known.sex.value) == (person.born_on, person.sex)
            assert normal_name(person.name) == person.name
            phone, account = persons.plain(work, person, "phone"), persons.plain(work, person, "account")
            assert not phone or check_phone(phone).startswith("1380000")
            assert not account or check_bank_card(account).number.startswith("999999")
    names = "".join(figure.name for k in range(3000) for figure in draft(Random(f"1:{k}"), k, UNTIL).figures)
    assert {"䶮", "㛃", "𬭎", "·"} <= set(names)


def test_the_ledgers_are_whole(county: Office) -> None:
    assert broken_links(county) == []


def broken_links(office: Office) -> list[str]:
    with office.reading_engine.connect() as connection:
        return [str(found) for found in breaks(connection, office.vault.chain)]


def test_households_live_in_real_villages_of_one_county(session: Session) -> None:
    villages = {row.code for row in read_areas(SHIPPED / "370800.csv.xz") if not row.code.endswith("000")}
    homes = list(session.exec(select(Residence)))
    assert {home.area for home in homes} <= villages
    assert {home.area[:6] for home in homes} == {"370811"}
    assert {home.urban for home in homes} == {True, False}


def test_a_large_demo_spreads_over_the_city_and_every_organ_has_its_own_prefix(
    tmp_path: Path, sqlite_template: Path
) -> None:
    chart = Map(ONE_COUNTY + 1)
    codes = {chart.village(Random(k), k, k % 2 == 0).code for k in range(ONE_COUNTY, ONE_COUNTY + 400)}
    assert len({code[:6] for code in codes}) == 12
    assert {chart.village(Random(k), k, True).code[:6] for k in range(50)} == {"370811"}
    office = an_office(tmp_path / "city", sqlite_template)
    with office.work("示范") as work:
        furnish(work, chart, load(), 1, UNTIL)
    with office.reading() as work:
        organs = work.session.exec(select(Organ)).all()
        officers = {officer.code for officer in work.session.exec(select(Officer))}
    assert len(organs) == 12 + 158
    assert len({organ.prefix for organ in organs}) == len(organs)
    assert all(read_document_number(f"{organ.prefix}听〔2026〕1号") for organ in organs)
    for code in codes:
        who = staff(code)
        assert {*who.handlers, who.reviewer, who.approver} <= officers
    office.dispose()


def test_amounts_are_the_difference_to_the_standard_to_the_fen(session: Session) -> None:
    policy = load()
    urban = {home.household_id: home.urban for home in session.exec(select(Residence))}
    checked = 0
    for act in session.exec(select(Assistance)):
        if act.scheme is Scheme.DIBAO and act.act in (Act.GRANT, Act.RAISE, Act.LOWER, Act.AMEND):
            kind = "urban" if urban[act.household_id] else "rural"
            standard = policy.value("standard.dibao", "370811", act.happened_on, kind)
            entitled = standard * act.persons - act.income
            own_share = entitled - entitled // act.persons
            assert act.amount == (own_share if act.reason is ExitReason.X09 else entitled)
            checked += 1
        if act.act is Act.GRANT:
            assert act.persons == len(members_on(session, act.household_id, act.happened_on))
            assert act.effective_on.day == 1
            assert act.effective_on > act.happened_on
    assert checked > MANY / 2


def members_on(session: Session, household: int, on: date) -> list[Member]:
    """The counted members as entered by a day."""
    query = select(Member).where(Member.household_id == household, Member.happened_on <= on).order_by(col(Member.seq))
    last = {row.no: row for row in session.exec(query) if row.recorded_at.date() <= on}
    return [row for row in last.values() if row.presence is Presence.PRESENT]


def test_entries_become_known_near_their_event_in_order_and_never_after_the_end(county: Office) -> None:
    end = micros(datetime(2026, 11, 1, tzinfo=SHANGHAI))
    with county.reading_engine.connect() as connection:
        tables = [kind.__tablename__ for kind in ENTRIES]
        union = " UNION ALL ".join(f"SELECT household_id, seq, recorded_at FROM {table}" for table in tables)
        rows = connection.execute(text(f"{union} ORDER BY 1, 2")).all()
    assert all(recorded < end for _, _, recorded in rows)
    assert all(a[2] <= b[2] for a, b in pairwise(rows) if a[0] == b[0])
    with Session(county.reading_engine) as reading:
        for found in reading.exec(select(Verification).where(col(Verification.corrects).is_(None))):
            assert (found.recorded_at.date() - found.happened_on).days <= 7


def test_defaults_are_of_adults_with_full_capacity_and_found_by_three_persons(session: Session) -> None:
    facts = {(fact.household_id, fact.seq): fact for fact in session.exec(select(Conduct))}
    assert {fact.kind for fact in facts.values()} == {ConductKind.TRUST, ConductKind.DEFAULT}
    for fact in facts.values():
        states = select(Member).where(Member.household_id == fact.household_id, Member.no == fact.member_no)
        member = session.exec(states.order_by(col(Member.seq))).first()
        assert member is not None
        if fact.kind is ConductKind.DEFAULT:
            assert member.born_on is not None
            assert age(member.born_on, fact.happened_on) >= ADULT
            assert member.capacity is Capacity.FULL
    for finding in session.exec(select(Finding).where(Finding.state == FindingState.EFFECTIVE)):
        fact = facts[finding.household_id, finding.conduct_seq]
        assert len({fact.recorded_by, finding.reviewed_by, finding.decided_by}) == 3


def test_who_cannot_promise_has_a_guardian_who_signs(session: Session) -> None:
    members = {(row.household_id, row.no): row for row in session.exec(select(Member).order_by(col(Member.seq).desc()))}
    ways: Counter[SignedBy] = Counter()
    for promise in session.exec(select(Commitment)):
        member = members[promise.household_id, promise.member_no]
        ways[promise.signed_by] += 1
        assert member.born_on is not None
        full = member.capacity is Capacity.FULL and age(member.born_on, promise.happened_on) >= ADULT
        assert (promise.signed_by is SignedBy.GUARDIAN) is not full
    assert ways[SignedBy.REFUSED] < ways[SignedBy.FINGERPRINT] < ways[SignedBy.SIGNATURE]


def test_the_rules_agree_with_most_of_the_roll_and_something_is_open(county: Office) -> None:
    moment = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
    with county.reading(now=moment) as work:
        evaluation = recommendations.Evaluation(work, date(2026, 11, 1), micros(moment))
        known = read(
            work.session.connection(), 0, 10**9, known_until=micros(moment), on=day(date(2026, 11, 1))
        )
        outcomes = Counter(tuple(Outcome)[evaluation.find(one).outcome] for one in known)
    running = sum(outcomes.values()) - outcomes[Outcome.NOTHING]
    assert outcomes.total() == MANY
    assert outcomes[Outcome.NOTHING] > 0
    assert 0.85 < outcomes[Outcome.KEEP] / running < 1
    assert outcomes[Outcome.EXIT] > 0


def test_officers_answer_some_of_the_open_recommendations(office: Office, clock: SetClock) -> None:
    build(office, households=90, seed=11, until=UNTIL)
    due = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
    with office.work("系统任务", due=due) as work:
        parts = recommendations.evaluation_parts(work)
    for part in parts:
        with office.work("系统任务", due=due) as work:
            recommendations.evaluate_part(work, part)
    with office.reading() as work:
        opened = len(recommendations.undecided(work))
    given = review_some(office, date(2026, 11, 2), seed=1)
    with office.reading() as work:
        left = len(recommendations.undecided(work))
    assert 0 < sum(given.values()) == opened - left
    assert {verdict for _, verdict in given} <= set(Verdict)
    assert broken_links(office) == []
    sent = send_some(office, date(2026, 11, 2), seed=1)
    assert send_some(office, date(2026, 11, 2), seed=1) == sent == 12, "sent again it is the same dozen"
    with office.reading() as work:
        rows = work.session.exec(select(Intake)).all()
    assert Counter((row.household_id is None, row.state) for row in rows) == {
        (False, IntakeState.WAITING): 10, (True, IntakeState.WAITING): 2,
    }  # fmt: skip
