"""来件 (intake): what other systems send waits for an officer, is taken over once, and tells its sender nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from integrity import bookcheck, dispatches, households, intake, intake_desk, keys, kinship, persons, retention, rights
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from integrity.intake_content import Item, opened
from integrity.intake_matching import BAD_NUMBER, GONE, LATER, SEVERAL, UNKNOWN
from integrity.office_terms import IntakeKind, IntakeState, PushKind
from integrity.records.dispatches import Dispatch
from integrity.records.intake import Intake
from integrity.records.ledger import Change, Verification
from integrity.records.office import Officer, Person
from integrity.rules.areas import code_range
from integrity.rules.identity import make_id
from integrity.terms import Cause, Event, Presence, Relation, Role
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import COUNTY, TOWNSHIP, furnish, granted, papers
from tests.test_destruction import destroy, left

__all__ = ["left", "papers"]
Family = Callable[..., int]
ELSEWHERE = "370812000000"
BORN = date(1980, 5, 1)
"""The first member of every household here."""
SCOPE, TOWN, FAR = code_range(COUNTY), code_range(TOWNSHIP), code_range(ELSEWHERE)


def number(household: int, no: int = 1, born: date = BORN) -> str:
    """The ID number of a member, as the fixture made it."""
    return make_id("370811", born, household * 10 + no)


def comparison(reference: str, id_number: str, **more: Any) -> Item:
    """A result of the check."""
    said = {"income": 123_456, "detail": "养老保险缴费基数有变化"} | more
    return Item(IntakeKind.COMPARISON, reference, id_number, said.pop("on", date(2026, 8, 1)), **said)


def change(reference: str, id_number: str, event: Event = Event.WARNING, **more: Any) -> Item:
    """A message of a change."""
    on = more.pop("on", date(2026, 8, 1))
    return Item(IntakeKind.CHANGE, reference, id_number, on, event=event, **({"detail": "名下新增车辆"} | more))


@pytest.fixture
def linked(office: Office, family: Family, clock: SetClock) -> list[int]:
    """Two households, a linked system of the county (dj01) and one of another county (dj09)."""
    furnish(office)
    found = granted(office, family, 2)
    clock.on(date(2026, 9, 1))
    with office.work("sp01") as work:
        for code, name, area, role in (
            ("dj01", "县核对中心", COUNTY, Role.LINKED), ("dj09", "邻县核对中心", ELSEWHERE, Role.LINKED),
            ("xz01", "试验", TOWNSHIP, Role.HANDLER), ("jb09", "试验", ELSEWHERE, Role.HANDLER),
        ):  # fmt: skip
            work.put(Officer(code=code, name=name, role=role, area=area, since=date(2020, 1, 1)))
    return found


def send(office: Office, *items: Item, by: str = "dj01") -> list[int]:
    """Send items as the linked system does, within its area; their ids."""
    area = COUNTY if by == "dj01" else ELSEWHERE
    with office.within(code_range(area)).work(by) as work:
        return [one.id or 0 for one in intake.receive(work, items)]


def row(office: Office, intake_id: int) -> Intake:
    with office.reading() as work:
        return work.session.get_one(Intake, intake_id)


def entries(office: Office, kind: Any, household: int) -> list[Any]:
    with office.reading() as work:
        return list(work.session.exec(select(kind).where(kind.household_id == household).order_by(kind.seq)))


def test_what_was_sent_makes_no_entry_until_an_officer_takes_it_over_once(office: Office, linked: list[int]) -> None:
    one, two = linked
    before = len(entries(office, Verification, one))
    first, second = send(
        office,
        comparison("A-1", number(one), cause=Cause.PENSION, stable=True),
        change("A-2", number(two, 2, date(1982, 5, 1))),
    )
    assert len(entries(office, Verification, one)) == before
    assert entries(office, Change, two) == []
    assert (row(office, second).household_id, row(office, second).member_no) == (two, 2)
    with office.within(TOWN).work("xz01") as work:
        intake_desk.take(work, first, one, 1, reason="与养老金发放记录一致")
    with office.within(SCOPE).work("fh01") as work:
        intake_desk.take(work, second, two, 2, reason="已电话核实")
    made, told = entries(office, Verification, one)[-1], entries(office, Change, two)[-1]
    assert (made.income, made.cause, made.cause_member, made.stable, made.self_reported) == (
        123_456, Cause.PENSION, 1, True, None,
    )  # fmt: skip
    assert (made.source, made.detail, made.happened_on) == ("县核对中心", "养老保险缴费基数有变化", date(2026, 8, 1))
    assert (told.kind, told.member_no, told.detail) == (Event.WARNING, 2, "县核对中心来件：名下新增车辆")
    assert (told.happened_on, told.reported_on, told.recorded_by) == (date(2026, 8, 1), date(2026, 9, 1), "fh01")
    kept = row(office, first)
    assert (kept.state, kept.handled_by, kept.entry_seq) == (IntakeState.TAKEN, "xz01", made.seq)
    for again in (lambda work: intake_desk.take(work, first, one, 1, reason="再办"),
                  lambda work: intake_desk.decline(work, first, reason="再办")):  # fmt: skip
        with pytest.raises(Conflict, match="已登记"), office.work("jb01") as work:
            again(work)
    assert len(entries(office, Verification, one)) == before + 1


def test_whom_the_books_do_not_know_here_is_received_alike_and_says_why_to_officers_only(
    office: Office, linked: list[int]
) -> None:
    one, two = linked
    with office.work("jb01") as work:
        households.change_member(work, one, 2, since=date(2026, 8, 1), presence=Presence.DEAD)
        person = work.session.exec(select(Person).where(Person.id_index != "").order_by(Person.id)).first()
        again = persons.register(work, "试验乙", id_number=number(two))
        households.enter_member(
            work, one, again, no=3, since=date(2026, 8, 1), relation=Relation.OTHER, area="370811001001"
        )
    assert person is not None
    wrong = number(one)[:-1] + ("1" if number(one)[-1] != "1" else "2")
    asked = (
        (number(one), date(2026, 9, 2), LATER), (wrong, date(2026, 8, 1), BAD_NUMBER),
        ("没有号码", date(2026, 8, 1), BAD_NUMBER),
        (number(one, 2, date(1982, 5, 1)), date(2026, 8, 1), GONE), (number(two), date(2026, 8, 1), SEVERAL),
        (make_id("370811", date(1971, 1, 1), 777), date(2026, 8, 1), UNKNOWN), (number(one), date(2026, 8, 1), ""),
    )  # fmt: skip
    made = send(office, *(comparison(f"B-{n}", id_number, on=on) for n, (id_number, on, _) in enumerate(asked)))
    assert [row(office, one).fault for one in made] == [fault for *_, fault in asked]
    assert [row(office, one).household_id for one in made] == [None] * 6 + [one]
    (elsewhere,) = send(office, comparison("B-0", number(one)), by="dj09")
    assert (row(office, elsewhere).fault, row(office, elsewhere).household_id) == (UNKNOWN, None)
    with office.within(FAR).reading() as work:
        work.actor = "jb09"
        assert [one.row.id for one in intake_desk.listed(work, FAR).rows] == [elsewhere]
    with office.within(TOWN).reading() as work:
        work.actor = "xz01"
        assert [one.row.id for one in intake_desk.listed(work, TOWN).rows] == [made[-1]]
        for hidden in (made[0], elsewhere, 999):
            with pytest.raises(NotFound):
                intake_desk.seen_by(work, hidden)
    with pytest.raises(Invalid, match="晚于收到的日期"), office.work("jb01") as work:
        intake_desk.take(work, made[0], one, 1, reason="属实")
    for actor in ("xz01", "jb09", "sp01", "dj01"):
        with pytest.raises((Forbidden, NotFound)), office.work(actor) as work:
            intake_desk.decline(work, made[1], reason="没有此人")
    with office.within(FAR).work("jb09") as work, pytest.raises((Forbidden, NotFound)):
        intake_desk.take(work, elsewhere, one, 1, reason="张冠李戴")


def test_a_page_of_the_list_goes_on_where_the_last_one_ended(office: Office, linked: list[int]) -> None:
    made = send(office, *(comparison(f"C-{n}", number(linked[n % 2])) for n in range(7)))
    with office.reading() as work:
        work.actor = "jb01"
        found, after = [], ""
        while True:
            page = intake_desk.listed(work, SCOPE, after=after, limit=3)
            found += [one.row.id for one in page.rows]
            after = page.next
            if not after:
                break
        assert found == made
        assert intake_desk.waiting(work, SCOPE) == 7
    for one in made[:3]:
        with office.work("jb01") as work:
            intake_desk.decline(work, one, reason="重复报送")
    with office.reading() as work:
        work.actor = "jb01"
        past = intake_desk.listed(work, SCOPE, state=IntakeState.DECLINED, limit=2)
        assert [one.row.id for one in past.rows] == made[2:0:-1]
        last = intake_desk.listed(work, SCOPE, state=IntakeState.DECLINED, limit=2, after=past.next)
        assert [one.row.id for one in last.rows] == made[:1]


def test_sent_again_it_is_the_same_item_and_other_content_is_refused(office: Office, linked: list[int]) -> None:
    item = comparison("D-1", number(linked[0]))
    (first,) = send(office, item)
    assert send(office, item) == [first]
    with pytest.raises(Conflict, match=r"第 2 项（编号 D-1）与以前用同一编号报送的内容不同"):
        send(office, comparison("D-2", number(linked[0])), replace(item, income=1))
    with pytest.raises(NotFound), office.work("dj01") as work:
        intake.sent(work, "D-2")  # all or nothing
    assert send(office, item, by="dj09") != [first], "numbers are each sender's own"
    with pytest.raises(Invalid) as told:
        send(
            office, comparison("E-1", ""), change("E-2", "x", Event.FRAUD_FOUND), comparison("E-3", "x", income=-1),
            Item(IntakeKind.COMPARISON, "E-4", "x", date(2026, 8, 1)), change("E-5", "x", detail=f"证号 {number(1)}"),
            change("E-5", "y"),
        )  # fmt: skip
    for said in (
        "第 1 项身份证号：没有填写",
        "第 2 项种类：应为",
        "第 3 项家庭月收入",
        "第 4 项核对结果：",
        "第 5 项说明：",
        "第 6 项编号：在这次报送中写了两次",
    ):
        assert said in str(told.value)
    assert number(1) not in str(told.value)
    with pytest.raises(Invalid, match="1 至 500 项"):
        send(office, *(comparison(f"F-{n}", "x") for n in range(501)))


def test_ten_at_once_make_one_and_one_of_ten_officers_takes_it(office: Office, linked: list[int]) -> None:
    items = [comparison(f"G-{n}", number(linked[n % 2])) for n in range(4)]

    def sending(n: int) -> list[int]:
        return send(office, *(items if n % 2 else items[::-1]))

    with ThreadPoolExecutor(10) as pool:
        found = {frozenset(one) for one in pool.map(sending, range(10))}
    assert len(found) == 1
    with office.reading() as work:
        assert len(work.session.exec(select(Intake)).all()) == 4
    before = len(entries(office, Verification, linked[0]))
    (first, *_) = sorted(min(found))

    def taking(n: int) -> str:
        try:
            with office.work("jb01" if n % 2 else "fh01") as work:
                one = row(office, first).household_id or 0
                intake_desk.take(work, first, one, 1, reason="属实")
        except Conflict:
            return "已登记"
        return "登记"

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(taking, range(10))) == ["已登记"] * 9 + ["登记"]
    assert len(entries(office, Verification, row(office, first).household_id or 0)) == before + 1


def test_the_sender_takes_back_what_waits_and_nobody_elses(office: Office, linked: list[int]) -> None:
    first, second = send(office, comparison("H-1", number(linked[0])), change("H-2", number(linked[0])))
    with pytest.raises(NotFound), office.within(FAR).work("dj09") as work:
        intake.recall(work, "H-1")
    with office.within(SCOPE).work("dj01") as work:
        assert intake.recall(work, "H-1").state is IntakeState.RECALLED
        assert intake.recall(work, "H-1").handled_by == "dj01"
    with pytest.raises(Conflict, match="来件方撤回"), office.work("jb01") as work:
        intake_desk.take(work, first, linked[0], 1, reason="属实")
    with office.work("jb01") as work:
        intake_desk.take(work, second, linked[0], None, reason="属实")
    with pytest.raises(Conflict, match="已登记，不能撤回"), office.within(SCOPE).work("dj01") as work:
        intake.recall(work, "H-2")
    for code in ("jb01", "sp01"):
        with pytest.raises(Forbidden), office.work(code) as work:
            intake.receive(work, [comparison("H-3", "x")])


def test_a_relative_does_not_deal_with_it(office: Office, linked: list[int]) -> None:
    (first,) = send(office, comparison("I-1", number(linked[0])))
    with office.work("sp01") as work:
        kinship.declare(work, linked[0], "jb01", "配偶")
    with pytest.raises(Refused, match="应当回避"), office.work("jb01") as work:
        intake_desk.take(work, first, linked[0], 1, reason="属实")


def test_the_content_lies_sealed_and_no_statement_changes_or_deletes_it(
    office: Office, linked: list[int], tmp_path: Path
) -> None:
    first, second = send(
        office, comparison("J-1", number(linked[0]), name="试验乙", income=987_654), change("J-2", number(linked[1]))
    )
    with office.engine.connect() as connection:
        stored = repr(connection.execute(text("SELECT * FROM intake")).all()).encode()
    for secret in (number(linked[0]), "试验乙", "987654", "养老保险", "名下新增车辆"):
        assert secret.encode() not in stored
        assert repr(secret.encode())[2:-1].encode() not in stored
    for statement in (
        "DELETE FROM intake", "UPDATE intake SET cipher = ''", "UPDATE intake SET sender = 'dj09'",
        "UPDATE intake SET happened_on = 1", "UPDATE intake SET household_id = 2, member_no = 2 WHERE id = 1",
        "UPDATE intake SET id_index = ''", "UPDATE intake SET reference = 'x' WHERE id = 1",
        "UPDATE intake SET fault = 'x'",
        "UPDATE intake SET state = 'DECLINED', handled_at = 1, handled_by = 'jb01', cipher = '' WHERE id = 1",
        "UPDATE intake SET state = 'DECLINED', handled_at = 1, handled_by = 'dj01' WHERE id = 1",
        "UPDATE intake SET state = 'TAKEN', handled_at = 1, handled_by = 'jb01' WHERE id = 1",
    ):  # fmt: skip
        with pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.execute(text(statement))
    with office.work("jb01") as work:
        intake_desk.decline(work, second, reason="车辆已过户")
    for statement in ("state = 'WAITING', handled_at = NULL, handled_by = NULL", "reason = 'x'", "handled_by = 'fh01'"):
        with pytest.raises(DBAPIError), office.engine.begin() as connection:
            connection.execute(text(f"UPDATE intake SET {statement} WHERE id = {second}"))
    keys.rotate(office, tmp_path / "keys.toml", "sp01")
    assert {row(office, one).key_id for one in (first, second)} == {"k2"}
    with office.reading() as work:
        told = opened(work.vault, row(office, first))
        assert told is not None
        assert (told.income, told.name, told.id_number) == (987_654, "试验乙", number(linked[0]))
    assert keys.left(office) == {}


def test_a_person_reads_what_was_sent_about_him_and_not_about_others(office: Office, linked: list[int]) -> None:
    first, *_ = send(
        office, comparison("K-1", number(linked[0])), change("K-2", number(linked[0])),
        change("K-3", number(linked[0], 2, date(1982, 5, 1)), detail="变更登记机关"),
        change("K-4", number(linked[0]), on=date(2026, 9, 9), detail="将来的事"),
    )  # fmt: skip
    with office.work("jb01") as work:
        intake_desk.decline(work, first, reason="数据过时")
    with office.work("jb01") as work:
        his = rights.copy(work, linked[0], 1, asked_by="本人").as_json()
        other = rights.copy(work, linked[0], 2, asked_by="本人").as_json()
    for said in ("县核对中心", "数据过时", "名下新增车辆", "将来的事", "养老保险缴费基数有变化", number(linked[0])):
        assert said in his
    assert "变更登记机关" not in his
    assert "变更登记机关" in other
    assert "养老保险缴费基数有变化" in other, "a check is about the whole household"
    assert "名下新增车辆" not in other
    assert number(linked[0]) not in other


def test_what_was_sent_goes_with_the_household_and_waits_for_an_officer_before(left: Office) -> None:
    """Of the destroyed household everything, of the others nothing; what nobody has dealt with holds it back."""
    his = make_id("370811", date(1970, 3, 4), 77)
    with left.work("sp01") as work:
        work.put(Officer(code="dj01", name="县核对中心", role=Role.LINKED, area=COUNTY, since=date(2020, 1, 1)))
    day = date(2032, 1, 4)
    matched, unmatched, other = send(
        left,
        comparison("L-1", his, on=day),
        change("L-2", his, on=date(2032, 2, 1)),
        comparison("L-3", number(2), on=day),
    )
    with left.reading() as work:
        held = retention.assess(work, 1, work.today).holds
    assert [one for one in held if "来件" in one] == [f"来件 {matched} 尚未处理", f"来件 {unmatched} 尚未处理"]
    for one in (matched, unmatched, other):
        with left.work("jb01") as work:
            intake_desk.decline(work, one, reason="已经退出救助")
    with pytest.raises(DBAPIError), left.engine.begin() as connection:
        connection.execute(text("UPDATE intake SET cipher = '', id_index = '', reason = ''"))
    destroy(left, 1)
    assert [
        (row(left, one).cipher, row(left, one).id_index, row(left, one).reason) for one in (matched, unmatched)
    ] == [(b"", "", "已销毁")] * 2
    assert row(left, other).reason == "已经退出救助"
    with left.reading() as work:
        work.actor = "jb01"
        assert opened(work.vault, row(left, matched)) is None
        assert opened(work.vault, row(left, other)) is not None
        assert list(bookcheck.faults(work)) == []


def test_a_sender_who_wants_it_is_told_that_it_was_dealt_with_and_of_no_household(
    office: Office, linked: list[int]
) -> None:
    with office.work("sp01") as work:
        for code, role in (("ga01", Role.SYSTEM_ADMIN), ("aq01", Role.SECURITY_ADMIN)):
            work.put(Officer(code=code, name="试验", role=role, area=COUNTY, since=date(2020, 1, 1)))
    with office.work("ga01") as work:
        opened_ = dispatches.register(work, "dj01", "https://example.invalid/in", [PushKind.INTAKE], "example.invalid")
    with office.work("aq01") as work:
        dispatches.approve(work, opened_.subscription.id or 0)
    first, second, third = send(office, *(comparison(f"M-{n}", number(linked[0])) for n in range(3)))
    with office.within(TOWN).work("xz01") as work:
        intake_desk.take(work, first, linked[0], 1, reason="属实")
    with office.within(SCOPE).work("jb01") as work:
        intake_desk.decline(work, second, reason="重复")
    with office.within(SCOPE).work("dj01") as work:
        intake.recall(work, "M-2")
    with pytest.raises(Conflict), office.work("jb01") as work:
        intake_desk.decline(work, third, reason="重复")
    with office.reading() as work:
        told = work.session.exec(select(Dispatch).order_by(Dispatch.id)).all()
    assert [(one.kind, one.subject, one.household_id) for one in told] == [
        (PushKind.INTAKE, "M-0", None), (PushKind.INTAKE, "M-1", None),
    ]  # fmt: skip
