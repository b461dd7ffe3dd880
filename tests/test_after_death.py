"""本人去世后的异议和修复 (objection and repair after the person's death): every lawful answer, on both databases.

An objection that does not hold leaves the finding as it was made in his lifetime; nothing new is found on the dead
(红线 5), and the answer goes to his near relatives.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from integrity import households, printing
from integrity.errors import Refused
from integrity.households import standing
from integrity.papers import content
from integrity.records.ledger import Finding
from integrity.terms import FindingState, Presence, Procedure
from integrity.work import Office
from reports.forms_credit import RepairDecision
from reports.forms_records import ObjectionPaper
from tests.conftest import SetClock
from tests.credit_office import PROOF, Family, acted, begin, hand_over, refused, staffed, step
from tests.papers_office import papers
from tests.test_case_letters_credit import Ready, applied, found, ready, states

__all__ = ["papers", "ready"]

ANSWERS = {"维持": "不成立", "更正": "部分成立", "撤销": "成立"}
KIN = {"said": "金额算错", "speaker": "试验丙", "evidence": PROOF}


def died(ready: Ready, on: date, *others: int) -> None:
    """The person of the finding has died; `others` with him."""
    office, household, _ = ready
    with office.work("jb01") as work:
        for no in (1, *others):
            households.change_member(work, household, no, since=on, presence=Presence.DEAD)


def answered(ready: Ready, result: str) -> ObjectionPaper:
    """Checked and answered."""
    office, household, _ = ready
    step(office, "fh02", household, "核实", case=2, found="与流水核对", adopted=ANSWERS[result])
    taken = step(office, "sp02", household, "答复", case=2, result=result, reason="已经核对")
    assert hand_over(office, household, "ANSWERED", on=date(2026, 9, 10), case=2).case.closed
    with office.reading() as work:
        letter = content(work, taken.papers[0])
    assert isinstance(letter, ObjectionPaper)
    return letter


@pytest.mark.parametrize("result", list(ANSWERS))
@pytest.mark.parametrize("others", [(), (2,)], ids=("one left", "nobody left"))
def test_an_objection_brought_by_the_near_relatives_is_answered_to_them(
    ready: Ready, clock: SetClock, result: str, others: tuple[int, ...]
) -> None:
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2026, 9, 10))
    died(ready, date(2026, 9, 9), *others)
    for missing in ({"speaker": ""}, {"speaker": "本人"}, {"speaker": "试验乙"}, {"evidence": ""}):
        with pytest.raises(Refused, match="异议由其近亲属提出"):
            begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, **(KIN | missing))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, **KIN)
    letter = answered(ready, result)
    assert (letter.addressee, letter.objector) == ("试验丙（试验乙的近亲属）", "试验丙")
    assert states(ready)[-1] is (FindingState.EFFECTIVE if result == "维持" else FindingState.REVOKED)


@pytest.mark.parametrize("result", list(ANSWERS))
def test_an_objection_of_his_own_is_answered_to_his_relatives_when_he_has_died_meanwhile(
    ready: Ready, clock: SetClock, result: str
) -> None:
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2026, 9, 9))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    clock.on(date(2026, 9, 10))
    died(ready, date(2026, 9, 10))
    letter = answered(ready, result)
    assert (letter.addressee, letter.objector) == ("试验乙的近亲属", "试验乙")
    assert states(ready)[-1] is (FindingState.EFFECTIVE if result == "维持" else FindingState.REVOKED)


def test_what_is_upheld_after_death_is_the_finding_of_his_lifetime(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2026, 9, 10))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    died(ready, date(2026, 9, 10))
    answered(ready, "维持")
    with office.reading() as work:
        steps = [one for one in standing(work, Finding, household, work.today) if one.conduct_seq == fact]
    first, again = (one for one in steps if one.state is FindingState.EFFECTIVE)
    same = ("document", "document_on", "effective_on")
    assert [getattr(first, one) for one in same] == [getattr(again, one) for one in same]
    assert (again.decided_by, again.reviewed_by) == ("sp02", "fh02")


@pytest.mark.parametrize("more", [{"document": "任民信〔2026〕9号"}, {"effective_on": date(2026, 9, 10)}])
def test_nothing_new_is_found_on_the_dead_by_sql_either(ready: Ready, clock: SetClock, more: dict[str, Any]) -> None:
    """Another document, or another day, is another finding."""
    office, household, fact = ready
    found(ready, clock)
    clock.on(date(2026, 9, 10))
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="金额算错")
    step(office, "fh02", household, "核实", case=2, found="属实", adopted="不成立")
    died(ready, date(2026, 9, 10))
    with office.reading() as work:
        stood = next(one for one in standing(work, Finding, household, work.today) if one.document)
        known = {name: getattr(stood, name) for name in Finding.model_fields if name != "import_id"} | more
    with pytest.raises(DBAPIError, match="红线第5条"), office.work("sp02") as work:
        work.append(household, Finding(**(known | {"case_no": 2})))


def test_a_fact_that_was_never_found_is_not_found_after_death(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    staffed(office)
    clock.on(date(2026, 9, 1))
    with office.work("jb01") as work:
        household = family(work, (date(1980, 5, 1),))
    fact = acted(office, household)
    died((office, household, fact), date(2026, 9, 1))
    with pytest.raises(Refused, match="已经死亡"):
        begin(
            office, "jb01", household, Procedure.DEFAULT, subject_seq=fact, level="一般", basis_kind="停发决定书",
            basis="任民决〔2026〕3号", reason="收入隐瞒三个月",
        )  # fmt: skip


def test_a_repair_decided_after_death_is_told_to_the_relatives(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    applied(ready, clock)
    died(ready, date(2026, 12, 7))
    refused(office, "sp01", household, "办结", "还在使用，应当核实并作出修复决定", case=2)
    decided = step(office, "sp01", household, "修复决定", case=2, granted="准予修复", reason="已纠正")
    with office.reading() as work:
        letter = content(work, decided.papers[0])
    assert isinstance(letter, RepairDecision)
    assert (letter.addressee, letter.person) == ("试验乙的近亲属", "试验乙")
    with office.work("jb01") as work:
        printing.original(work, decided.papers[0])
    for receiver in ("本人", "试验乙的近亲属", "近亲属"):
        with pytest.raises(Refused, match="请写签收人的姓名和关系"):
            step(office, "jb01", household, "送达决定", case=2, way="直接送达", receiver=receiver)
    assert hand_over(office, household, "DECIDE", on=date(2026, 12, 7), case=2).case.closed
