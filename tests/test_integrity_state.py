"""诚信状态 (integrity state): what a linked system is told equals the books; of whom nothing may be told nothing is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlmodel import select

from integrity import commitments, conduct, households, integrity_state, persons, rights
from integrity.case_files import read_case
from integrity.case_known import national_class
from integrity.case_records import record_terms
from integrity.errors import Forbidden, Invalid
from integrity.households import standing
from integrity.integrity_state import Record, State
from integrity.records.ledger import Conduct, Finding
from integrity.records.office import Audit, Officer
from integrity.rules.areas import code_range
from integrity.rules.identity import make_id
from integrity.terms import Capacity, ConductKind, FindingState, Presence, Procedure, Relation, Role, SignedBy
from integrity.work import Office
from tests.conftest import SetClock
from tests.credit_office import begin, hand_over, step
from tests.papers_office import COUNTY, VILLAGE, papers
from tests.test_case_letters_credit import Ready, found, ready, told

__all__ = ["papers", "ready"]
ELSEWHERE = "370812000000"
WHY = {"purpose": "办理教育救助审核", "basis": "任民字〔2026〕5号第三条"}


def linked(office: Office) -> None:
    """A linked system here, one in another county, one of the township."""
    with office.work("sp01") as work:
        for code, area in (("dj01", COUNTY), ("dj09", ELSEWHERE), ("dj02", "370811001000")):
            work.put(Officer(code=code, name="核对中心", role=Role.LINKED, area=area, since=date(2020, 1, 1)))


def asked(office: Office, by: str = "dj01", **wanted: str) -> State | None:
    """What a linked system is told, within its area."""
    area = {"dj01": COUNTY, "dj02": "370811001000"}.get(by, ELSEWHERE)
    with office.within(code_range(area)).work(by) as work:
        return integrity_state.ask(work, code_range(area), wanted, **WHY)


def records(office: Office, **wanted: str) -> tuple[Record, ...]:
    found = asked(office, **wanted)
    assert found is not None
    return found.records


def test_what_is_told_is_what_the_books_say_and_no_more(ready: Ready, clock: SetClock) -> None:
    office, household, fact_seq = ready
    linked(office)
    with office.work("jb01") as work:
        commitments.sign(
            work, household, member_no=1, on=date(2026, 9, 1), occasion="申请时", signed_by=SignedBy.SIGNATURE,
            explained_by="jb01", text_version="示范", text_sha256="a" * 64,
        )  # fmt: skip
        commitments.sign(
            work, household, member_no=2, on=date(2026, 9, 1), occasion="申请时", signed_by=SignedBy.REFUSED,
            explained_by="", text_version="示范", text_sha256="a" * 64,
        )  # fmt: skip
    told(ready)
    assert records(office, household="JN000001") == (), "what is only planned is not told"
    decided = found_later(ready, clock)
    (one,) = records(office, household="JN000001")
    with office.reading() as work:
        fact = work.session.get_one(Conduct, (household, fact_seq))
        last = standing(work, Finding, household, work.today)[-1]
        terms = record_terms(work, fact, national_class(work, read_case(work, household, 1), fact), last.document_on)
    assert (one.member_no, one.kind, one.level, one.document) == (1, ConductKind.DEFAULT, "一般", decided)
    assert (one.document_on, one.served_on, one.effective_on) == (
        date(2026, 9, 7), date(2026, 9, 8), date(2026, 9, 8),
    )  # fmt: skip
    assert one.expires_on == terms.until is not None
    assert (one.item, one.basis) == (terms.item.name if terms.item else "", "任民决〔2026〕3号（停发决定书）")
    assert "国办发〔2020〕49号" in one.law
    everything = asked(office, household="JN000001")
    assert everything is not None
    assert [(one.member_no, one.occasion) for one in everything.promises] == [(1, "申请时")]
    first, second = (asked(office, id_number=make_id("370811", date(1980 + 2 * n, 5, 1), 11 + n)) for n in (0, 1))
    assert first is not None
    assert second is not None
    assert (first.records, first.member_no) == (everything.records, 1)
    assert (second.records, second.promises, second.household) == ((), (), "JN000001")
    assert asked(office, "dj02", household="JN000001") == everything
    before = one.expires_on
    assert before is not None
    clock.on(before - timedelta(days=1))
    assert len(records(office, household="JN000001")) == 1
    clock.on(before)
    assert records(office, household="JN000001") == (), "not used from its last day on"


def found_later(ready: Ready, clock: SetClock) -> str:
    """Heard, decided, served; the number of the decision."""
    office, household, _ = ready
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "WAIVED", speaker="本人", capacity="本人", said="没有意见", evidence="b" * 64)
    step(office, "fh01", household, "复核意见", adopted="没有意见", reason="本人确认")
    clock.on(date(2026, 9, 7))
    decided = step(office, "sp01", household, "认定决定", level="一般", reason="事实清楚")
    assert records(office, household="JN000001") == (), "nothing before service"
    clock.on(date(2026, 9, 8))
    hand_over(office, household, "DECIDE", on=date(2026, 9, 8))
    return decided.papers[0].number


def test_what_is_contested_or_ended_is_not_told(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    linked(office)
    found(ready, clock)
    assert len(records(office, household="JN000001")) == 1
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    with office.reading() as work:
        assert standing(work, Finding, household, work.today)[-1].state is FindingState.CONTESTED
    assert records(office, household="JN000001") == ()


def test_nothing_is_given_out_of_minors_the_dead_and_those_elsewhere(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    linked(office)
    child = make_id("370811", date(2014, 5, 1), 901)
    with office.work("jb01") as work:
        person = persons.register(work, "试验童", id_number=child)
        households.enter_member(
            work, household, person, no=3, since=date(2026, 8, 1), relation=Relation.CHILD, area=VILLAGE,
            capacity=Capacity.NONE,
        )  # fmt: skip
        conduct.record(
            work, household, member_no=3, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 8, 2),
            found_on=date(2026, 8, 2), source="学校", detail="拾金不昧",
        )  # fmt: skip
    found(ready, clock)
    grown = make_id("370811", date(1980, 5, 1), 11)
    assert asked(office, id_number=child) is None
    assert asked(office, id_number=make_id("370811", date(1971, 1, 1), 777)) is None
    assert asked(office, id_number="370811") is None
    for wanted in ({"household": "JN000001"}, {"household": "JN999999"}, {"id_number": grown}):
        assert asked(office, "dj09", **wanted) is None
    with office.work("jb01") as work:
        households.change_member(work, household, 1, since=date(2026, 9, 8), presence=Presence.DEAD)
    assert asked(office, id_number=grown) is None
    assert records(office, household="JN000001") == (), "no record of the dead"


def test_every_question_says_why_and_the_person_can_read_it(ready: Ready) -> None:
    office, household, _ = ready
    linked(office)
    grown = make_id("370811", date(1980, 5, 1), 11)
    area = code_range(COUNTY)
    for why in ({"purpose": "核对", "basis": WHY["basis"]}, {"purpose": WHY["purpose"], "basis": "　　　　"},
                {"purpose": f"查 {grown}", "basis": WHY["basis"]}):  # fmt: skip
        with pytest.raises(Invalid), office.work("dj01") as work:
            integrity_state.ask(work, area, {"id_number": grown}, **why)
    for wanted in ({}, {"household": "JN000001", "id_number": grown}):
        with pytest.raises(Invalid, match="只写一项"):
            asked(office, **wanted)
    with pytest.raises(Forbidden), office.work("jb01") as work:
        integrity_state.ask(work, area, {"id_number": grown}, **WHY)
    asked(office, id_number=grown)
    asked(office, "dj09", id_number=grown)
    asked(office, "dj09", household="JN000001")
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.action == "查询诚信状态").order_by(Audit.id)).all()
        index = work.vault.blind("id_number", grown)
    assert [(one.actor, one.subject) for one in lines] == [
        ("dj01", f"household:{household}"), ("dj09", f"person_index:{index[:12]}"), ("dj09", ""),
    ]  # fmt: skip
    assert all(WHY["purpose"] in one.detail and WHY["basis"] in one.detail for one in lines)
    with office.work("jb01") as work:
        copy = rights.copy(work, household, 1, asked_by="本人").as_markdown()
    assert copy.count("查询诚信状态") == 2, "also who asked from elsewhere"
    assert "用途：办理教育救助审核" in copy
