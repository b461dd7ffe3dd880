"""户的现状索引 (index of where households stand): always what the ledgers say, whichever way they were written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import select

from integrity import assistance, households, persons, places
from integrity.records.ledger import Member, Residence
from integrity.records.places import HouseholdName, HouseholdPlace
from integrity.records.placing_rows import order_key
from integrity.records.placing_waits import NEVER_SERVED
from integrity.rules.house_order import house_order
from integrity.terms import Presence, Relation, Scheme
from integrity.work import Office
from reports.every import EVERY
from reports.forms import Letter
from tests.conftest import VILLAGE, SetClock

Family = Callable[..., int]
OTHER = "370811001002"
"""The next village."""


def place(office: Office, household: int) -> HouseholdPlace:
    with office.reading() as work:
        found = work.session.get(HouseholdPlace, household)
        assert found is not None
        return found


def names(office: Office, household: int, state: str = "N") -> set[str]:
    with office.reading() as work:
        query = select(HouseholdName.key).where(
            HouseholdName.household_id == household, HouseholdName.state == state
        )  # fmt: skip
        return {one for one in work.session.exec(query) if one[0] == "n"}


def right(office: Office) -> bool:
    """Does the index say what the ledgers say?"""
    with office.reading() as work:
        return not list(places.faults(work))


def test_a_move_a_correction_and_a_void_one_move_the_household(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        one = family(work)
    assert place(office, one).area == VILLAGE
    with office.work("jb01") as work:
        move = households.settle(work, one, area=OTHER, address="二组3号", urban=True, since=date(2025, 3, 1))
    assert (place(office, one).area, place(office, one).home_seq) == (OTHER, move.seq)
    with office.work("jb01") as work:  # entered later, but of an earlier day: where it lives now stays
        households.settle(work, one, area=VILLAGE, address="旧址", urban=True, since=date(2024, 6, 1))
    assert place(office, one).area == OTHER
    with office.work("jb01") as work:
        moved = Residence(happened_on=date(2025, 3, 1), area="370811001003", address="三组", urban=True)
        households.correct(work, one, move.seq, moved, kind=Residence, why="村代码错")
    assert place(office, one).area == "370811001003"
    with office.work("jb01") as work:
        households.correct(work, one, moved.seq, None, kind=Residence, why="没有搬")
    assert place(office, one).area == VILLAGE
    assert right(office)


def test_work_that_fails_leaves_no_trace(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        one = family(work)
    with pytest.raises(ZeroDivisionError):
        _moved_in_vain(office, one)
    assert place(office, one).area == VILLAGE
    assert right(office)


def _moved_in_vain(office: Office, household: int) -> None:
    with office.work("jb01") as work:
        households.settle(work, household, area=OTHER, address="二组", urban=True, since=date(2025, 3, 1))
        work.flush()
        raise ZeroDivisionError


def test_heads_former_names_and_members_who_left(office: Office, family: Family, clock: SetClock) -> None:
    with office.work("jb01") as work:
        one = family(work, births=(date(1960, 5, 1), date(1990, 1, 1)))
    first = place(office, one)
    assert (first.persons, names(office, one)) == (2, {"n试验乙", "n试验丙"})
    with office.work("jb01") as work:
        renamed = persons.register(work, "曾䶮")
        households.enter_member(
            work, one, renamed, no=1, since=date(2026, 1, 1), relation=Relation.HEAD, area=VILLAGE
        )  # fmt: skip
        households.change_member(work, one, 2, since=date(2026, 2, 1), presence=Presence.LEFT)
    now = place(office, one)
    assert (now.persons, now.head_id) == (1, renamed.id)
    assert [names(office, one, state) for state in "NFL"] == [{"n曾䶮"}, {"n试验乙"}, {"n试验丙"}]
    with office.work("jb01") as work:
        wrong = work.session.exec(select(Member).where(Member.household_id == one, Member.no == 1)).all()[-1]
        households.correct(work, one, wrong.seq, None, kind=Member, why="登记错了人")
    assert names(office, one) == {"n试验乙"}, "who was entered by mistake is no former name"
    assert right(office)


def test_an_act_of_a_later_day_is_not_yet(office: Office, family: Family, clock: SetClock) -> None:
    with office.work("sp01") as work:
        one = family(work)
        assistance.grant(
            work, one, Scheme.DIBAO, decided_on=date(2026, 10, 30), effective_on=date(2026, 12, 1), amount=50000,
            income=0, persons=1, decided_by="sp01",
        )  # fmt: skip
    assert (place(office, one).scheme, place(office, one).renew_on) == (Scheme.NONE, date(2026, 12, 1))
    clock.on(date(2026, 12, 1))
    with office.reading() as work:
        (listed,) = places.roll(work, (VILLAGE, OTHER)).rows
    assert listed.scheme is Scheme.DIBAO, "the day has come, though nobody wrote anything"
    with office.work("系统任务") as work:
        assert places.catch_up(work) == "更新 1 户，期限 0 件"
    assert (place(office, one).scheme, place(office, one).renew_on) == (Scheme.DIBAO, None)
    with office.work("系统任务") as work:
        assert places.catch_up(work) == "更新 0 户，期限 0 件"


def test_the_roll_is_in_the_order_of_houses_page_by_page(office: Office, family: Family) -> None:
    houses = ["10组1号", "2组9号", "二组10号", "2组9号", "1组", ""]
    with office.work("jb01") as work:
        ids = []
        for house in houses:
            ids.append(family(work))
            households.settle(
                work, ids[-1], area=VILLAGE, address=house or "无", urban=True, since=date(2025, 1, 1)
            )  # fmt: skip
    with office.reading() as work:
        seen, after = [], ""
        while True:
            page = places.roll(work, (VILLAGE, OTHER), after=after, limit=2)
            seen += [one.household_id for one in page.rows]
            after = page.next
            if not after:
                break
        assert seen == [ids[n] for n in (4, 1, 3, 2, 0, 5)]
        assert places.roll(work, ("", "")).rows == []
        assert places.roll(work, (OTHER, "370811001003")).rows == []


def test_the_order_of_houses_is_the_same_as_text() -> None:
    houses = [
        "2组9号",
        "二组10号",
        "10组1号",
        "村东",
        "村",
        "3号楼2单元101",
        "3号楼12单元101",
        "一百零五号",
        "",
        "A座",
        "１２号",
    ]
    assert sorted(houses, key=order_key) == sorted(houses, key=house_order)


def test_what_was_lost_or_altered_is_told_and_made_again(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        ids = [family(work) for _ in range(3)]
    assert right(office)
    with office.work("jb01") as work:
        run = work.session.connection().execute
        run(text("DELETE FROM household_place WHERE household_id = :one"), {"one": ids[0]})
        run(text("UPDATE household_place SET area = :area WHERE household_id = :one"), {"area": OTHER, "one": ids[1]})
        run(text("DELETE FROM waits"))
    with office.reading() as work:
        assert any("household_place" in one for one in places.faults(work))
        assert not list(places.faults(work, ids[2]))
    places.rebuild(office)
    assert right(office)
    assert places.rebuild(office) == "现状索引已核对，改正 0 行"


def test_which_papers_are_served_is_what_their_forms_say() -> None:
    assert {form.form for form in EVERY if form.plain is Letter.plain} == NEVER_SERVED
