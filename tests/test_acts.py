"""办理 (acts and facts): what officers enter, what is refused to them, and what a correction leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import assistance, conduct, households, persons, rechecks
from integrity.errors import Conflict, Invalid, Refused
from integrity.records.ledger import Assistance, Conduct, Member, Residence, Verification
from integrity.records.office import Audit
from integrity.terms import (
    Act,
    ConductKind,
    Event,
    ExitReason,
    FindingState,
    Presence,
    Relation,
    Scheme,
)
from integrity.work import Office
from tests.conftest import VILLAGE, carried_over
from tests.test_records import DAY, filled, found_breaks

Family = Callable[..., int]


def test_a_correction_leaves_the_old_entry_and_takes_its_place(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        wrong = households.standing(work, Verification, household, work.today)[-1]
        right = Verification(happened_on=wrong.happened_on, area=VILLAGE, income=25000, source="核对平台")
        households.correct(work, household, wrong.seq, right, kind=Verification, why="录入时多打一位")
    with office.reading() as work:
        now = households.standing(work, Verification, household, work.today)
        assert [(row.income, row.corrects) for row in now] == [(25000, wrong.seq)]
        assert work.session.get(Verification, (household, wrong.seq)) is not None
    with office.work("jb01") as work, pytest.raises(Refused, match="已经更正过"):
        households.correct(work, household, wrong.seq, None, kind=Verification, why="再改")
    assert found_breaks(office) == []


def test_a_stop_leaves_the_grant_and_a_revival_brings_it_back(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        assistance.stop(
            carried_over(work), household, ExitReason.X04, decided_on=date(2026, 6, 30), effective_on=date(2026, 7, 1),
            decided_by="sp01",
        )  # fmt: skip
    with office.work("jb01") as work:
        assert assistance.running(work, household, work.today) is None
        assistance.revive(
            work, household, decided_on=date(2026, 9, 1), effective_on=date(2026, 7, 1), decided_by="sp01",
            document="（2026）鲁行终1号",
        )  # fmt: skip
        running = assistance.running(work, household, work.today)
        assert running is not None
        assert running.amount == 50000
        assert [act.act for act in households.acts(work, household, work.today)] == [Act.GRANT, Act.STOP, Act.REVIVE]


def test_nobody_is_lowered_or_ended_unheard_by_function_or_by_sql(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work, pytest.raises(Refused, match="第48条"):
        assistance.stop(
            carried_over(work), household, ExitReason.X04, decided_on=date(2026, 8, 3), effective_on=date(2026, 9, 1),
            decided_by="sp01",
        )  # fmt: skip
    with pytest.raises(DBAPIError, match="ck_assistance_hearing"), office.work("jb01") as work:
        carried_over(work).append(
            household,
            Assistance(
                happened_on=date(2026, 8, 3), area=VILLAGE, act=Act.STOP, scheme=Scheme.DIBAO, reason=ExitReason.X04,
                effective_on=date(2026, 9, 1), decided_by="sp01",
            ),
        )  # fmt: skip


def test_what_was_not_decided_in_a_case_is_entered_by_nobody(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work, pytest.raises(Refused, match="须按程序办理"):
        assistance.stop(
            work, household, ExitReason.X04, decided_on=date(2026, 8, 3), effective_on=date(2026, 9, 1),
            decided_by="sp01", hearing="听取意见笔录3号",
        )  # fmt: skip


def test_a_finding_takes_three_persons(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.DEFAULT, item="D01", act_on=date(2025, 5, 1),
            found_on=date(2025, 5, 2), source="入户",
        )  # fmt: skip
        found: dict[str, Any] = {
            "on": date(2025, 6, 1), "decided_by": "sp01", "reviewed_by": "jb01", "document": "任民失〔2025〕1号",
            "document_on": date(2025, 6, 1), "effective_on": date(2025, 6, 5),
        }  # fmt: skip
        with pytest.raises(Refused, match="须按程序办理"):
            conduct.find(work, household, fact.seq, FindingState.EFFECTIVE, **found)
        with pytest.raises(Refused, match="三人"):
            conduct.find(carried_over(work), household, fact.seq, FindingState.EFFECTIVE, **found)


def test_a_minor_gets_no_default_record(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work, (date(1980, 5, 1), date(2011, 5, 1)))
        with pytest.raises(Refused, match="未成年人"):
            conduct.record(
                work, household, member_no=2, kind=ConductKind.DEFAULT, item="D01", act_on=date(2026, 5, 1),
                found_on=date(2026, 5, 2), source="入户",
            )  # fmt: skip


def everything(office: Office) -> str:
    """All that the database keeps, with its write-ahead log."""
    if office.engine.dialect.name == "sqlite":
        stem = Path(str(office.engine.url.database))
        return "".join(path.read_bytes().decode("utf-8", "replace") for path in stem.parent.glob(f"{stem.name}*"))
    with office.engine.connect() as connection:
        tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars()
        return "".join(str(connection.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables)


def test_personal_numbers_are_nowhere_in_plain_text(office: Office, family: Family) -> None:
    with office.work("jb01") as work:
        household = family(work)
        person = persons.register(
            work, "试验庚", id_number="11010519491231002X", phone="13800001234", account="6222020000000000017"
        )
        households.enter_member(
            work, household, person, no=9, since=date(2024, 3, 1), relation=Relation.PARENT, area=VILLAGE
        )
    dump = everything(office)
    assert "试验庚" in dump
    for secret in ("11010519491231002X", "13800001234", "6222020000000000017"):
        assert secret not in dump
    with office.work("jb01") as work:
        found = persons.find(work, "11010519491231002x")
        assert [row.name for row in found] == ["试验庚"]
        assert found[0].id is not None
        assert persons.reveal(work, found[0].id, "phone", "电话通知入户") == "13800001234"
        assert not persons.altered(work, found[0])
        with pytest.raises(Refused, match="理由"):
            persons.reveal(work, found[0].id, "phone", " ")
    with office.reading() as work:
        actions = [line.action for line in work.session.exec(select(Audit))]
        assert actions == ["查询身份证号", "查看完整号码"]


def test_a_person_may_be_erased_but_not_changed(office: Office, family: Family) -> None:
    filled(office, family)
    with pytest.raises(DBAPIError, match="不允许"), office.engine.begin() as connection:
        connection.execute(text("UPDATE person SET name = '别人'"))
    erase = (
        "UPDATE person SET name = '', id_number = '', id_index = '', phone = '', account = '', salt = '', sex = '', "
        "born_on = NULL, destroyed_on = 20700"
    )
    with office.engine.begin() as connection:
        connection.execute(text(erase))
    assert found_breaks(office) == []


def test_a_household_number_is_given_once(office: Office) -> None:
    with office.work("jb01") as work:
        households.register(work, "A1", area=VILLAGE, address="x", urban=True, since=DAY)
        with pytest.raises(Conflict, match="A1"):
            households.register(work, "A1", area=VILLAGE, address="x", urban=True, since=DAY)


def test_a_member_leaves_and_stays_on_record(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        households.change_member(work, household, 2, since=date(2026, 3, 1), presence=Presence.PRISON)
        assert households.members(work, household, date(2026, 2, 1))[2].presence is Presence.PRESENT
        assert households.members(work, household, date(2026, 3, 1))[2].presence is Presence.PRISON
        assert len(households.standing(work, Member, household, date(2026, 3, 1))) == 3


def test_the_living_are_not_stopped_as_dead(office: Office, family: Family) -> None:
    household = filled(office, family)
    on = {"decided_on": date(2026, 8, 3), "effective_on": date(2026, 9, 1), "decided_by": "sp01"}
    with office.work("jb01") as work:
        households.change_member(work, household, 1, since=date(2026, 7, 5), presence=Presence.DEAD)
        with pytest.raises(Refused, match="未登记死亡"):
            assistance.stop(carried_over(work), household, ExitReason.X01, **on)
    dead = Assistance(
        happened_on=date(2026, 8, 3), area=VILLAGE, act=Act.STOP, scheme=Scheme.DIBAO, reason=ExitReason.X01,
        effective_on=date(2026, 9, 1), decided_by="sp01",
    )  # fmt: skip
    with pytest.raises(DBAPIError, match="未听取意见"), office.work("jb01") as work:
        work.append(household, dead)
    with office.work("jb01") as work:
        households.change_member(work, household, 2, since=date(2026, 7, 6), presence=Presence.DEAD)
        assistance.stop(carried_over(work), household, ExitReason.X01, **on)
        assert assistance.running(work, household, work.today) is None


def test_less_money_is_a_reduction_whatever_it_is_called(office: Office, family: Family) -> None:
    household = filled(office, family)
    on = {"decided_on": date(2026, 8, 3), "effective_on": date(2026, 9, 1), "decided_by": "sp01"}
    with office.work("jb01") as work:
        for act in (Act.AMEND, Act.RAISE):
            with pytest.raises(Refused, match="减发办理"):
                assistance.adjust(carried_over(work), household, act, amount=1, **on)
        with pytest.raises(Refused, match="应当低于"):
            assistance.adjust(carried_over(work), household, Act.LOWER, amount=999_999, hearing="笔录", **on)
        with pytest.raises(Refused, match="追溯"):
            assistance.stop(
                carried_over(work), household, ExitReason.X04, decided_on=date(2026, 8, 3),
                effective_on=date(2026, 1, 1), decided_by="sp01", hearing="笔录",
            )  # fmt: skip


def test_an_old_date_does_not_spare_the_hearing(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work, pytest.raises(Refused, match="第48条"):
        assistance.stop(
            carried_over(work), household, ExitReason.X04, decided_on=date(2026, 6, 30), effective_on=date(2026, 12, 1),
            decided_by="sp01",
        )  # fmt: skip


def test_what_was_repaired_does_not_come_back(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        fact = next(one for one in households.standing(work, Conduct, household, work.today))
        conduct.find(work, household, fact.seq, FindingState.REPAIRED, on=date(2026, 1, 5), decided_by="sp01")
        with pytest.raises(Refused, match="已是"):
            conduct.find(
                work, household, fact.seq, FindingState.EFFECTIVE, on=date(2026, 2, 5), decided_by="sp01",
                reviewed_by="fh01", document="任民失〔2026〕1号", document_on=date(2026, 2, 5),
                effective_on=date(2026, 2, 5),
            )  # fmt: skip


def test_two_corrections_of_one_entry_cannot_both_stand(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        wrong = households.standing(work, Verification, household, work.today)[-1]
    done: list[str] = []

    def mend(actor: str) -> None:
        try:
            with office.work(actor) as work:
                right = Verification(happened_on=wrong.happened_on, area=VILLAGE, income=1, source=actor)
                households.correct(work, household, wrong.seq, right, kind=Verification, why="更正")
            done.append(actor)
        except Refused:
            pass

    threads = [threading.Thread(target=mend, args=(f"jb{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1


def test_free_text_holds_no_id_number(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work:
        with pytest.raises(Invalid, match="身份证号"):
            rechecks.report(
                work, household, Event.WARNING, happened_on=DAY, reported_on=DAY, detail="本人 11010519491231002X 来访"
            )
        with pytest.raises(Invalid, match="户编号"):
            households.register(work, "11010519491231002X", area=VILLAGE, address="x", urban=True, since=DAY)


def test_the_only_residence_and_a_notice_cannot_be_taken_away(office: Office, family: Family) -> None:
    household = filled(office, family)
    with office.work("jb01") as work, pytest.raises(Refused, match="唯一的住址"):
        households.correct(work, household, 1, None, kind=Residence, why="录错")
