"""调整与终止 (adjustment and termination): walked from the opinion to the remedy, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from integrity.assistance import paid, running
from integrity.case_facts import clocks
from integrity.case_files import read_case
from integrity.cases import Taken, open_case
from integrity.errors import Forbidden, Refused
from integrity.households import acts
from integrity.papers import content
from integrity.records.ledger import Assistance
from integrity.records.office import Kinship
from integrity.terms import Act, Cause, ExitReason, PaperKind, Procedure
from integrity.work import Office
from tests.case_office import EVIDENCE, hand_over, more_officers, step
from tests.conftest import SetClock
from tests.papers_office import evaluate, furnish, granted, papers, richer

__all__ = ["papers"]

Family = Callable[..., int]


@pytest.fixture
def rich(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A household above the line by a pension, evaluated on 2026-09-01: the program recommends to end."""
    furnish(office)
    more_officers(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    return office, household


def proposed(office: Office, household: int, **more: Any) -> Taken:
    """The reviewer proposes to end."""
    given = {"outcome": "退出", "reason": "养老金使收入超过标准", "effective_on": date(2026, 11, 1)} | more
    with office.work("fh01") as work:
        return open_case(work, household, Procedure.DECISION, **given)


def told(office: Office, household: int, clock: SetClock) -> None:
    """Opinion, notice, service on 2 September 2026."""
    proposed(office, household)
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 9, 2))


def test_a_stop_goes_from_the_opinion_through_hearing_decision_and_service(
    rich: tuple[Office, int], clock: SetClock
) -> None:
    office, household = rich
    told(office, household, clock)
    clock.on(date(2026, 9, 4))
    step(
        office,
        "jb01",
        household,
        "陈述申辩",
        speaker="本人",
        capacity="本人",
        finished="是",
        said="养老金只补发了一次",
        evidence=EVIDENCE,
    )
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="银行流水显示按月发放")
    decided = step(
        office, "sp01", household, "作出决定", outcome="退出", reason="收入超过标准", effective_on=date(2026, 11, 1)
    )
    assert [one.kind for one in decided.papers] == [PaperKind.F15]
    with office.reading() as work:
        letter = content(work, decided.papers[0])
        assert running(work, household, date(2026, 12, 1)) is not None  # nothing has happened before service
    assert letter.remedies is not None
    assert "养老金只补发了一次" in letter.heard
    assert letter.new_fen == 0
    clock.on(date(2026, 9, 8))
    served = hand_over(office, household, "DECIDE", on=date(2026, 9, 8))
    assert served.case.closed
    with office.reading() as work:
        (stop,) = [one for one in acts(work, household, date(2026, 12, 1)) if one.act is Act.STOP]
        found = clocks(work, served.case, work.today)
    assert (stop.effective_on, stop.case_no, stop.decided_by) == (date(2026, 11, 1), 1, "sp01")
    assert stop.reason is ExitReason.X04
    assert found["reconsider"].last_day == date(2026, 11, 9)  # the sixtieth day, 7 November, is a Saturday
    assert found["litigate"].last_day == date(2027, 3, 8)


def test_silence_counts_only_after_service_and_the_whole_period(rich: tuple[Office, int], clock: SetClock) -> None:
    office, household = rich
    told(office, household, clock)
    clock.on(date(2026, 9, 9))  # five working days after the second end on the ninth
    with pytest.raises(Refused, match="红线第17条"):
        step(office, "jb01", household, "逾期没有提出")
    clock.on(date(2026, 9, 10))
    assert step(office, "jb01", household, "SILENT").case.stage == "SILENT"


@pytest.mark.parametrize(
    ("code", "law"),
    [("作出决定", "第47条"), ("送达决定", "第48条"), ("陈述申辩", "第48条"), ("复核意见", "第45条"), ("批准", "没有")],
)
def test_no_step_can_be_skipped(rich: tuple[Office, int], code: str, law: str) -> None:
    office, household = rich
    proposed(office, household)
    with pytest.raises(Exception, match=law):
        step(office, "sp01", household, code, outcome="退出", reason="收入超过标准")
    with office.reading() as work:
        assert read_case(work, household, 1).stage == "OPEN"


def test_the_same_person_neither_proposes_and_decides_nor_hears_and_reviews(
    rich: tuple[Office, int], clock: SetClock
) -> None:
    office, household = rich
    with office.work("sp01") as work:
        open_case(work, household, Procedure.DECISION, outcome="退出", reason="收入超过标准")
    step(office, "jb01", household, "告知")
    clock.on(date(2026, 9, 2))
    hand_over(office, household, "NOTICE", on=date(2026, 9, 2))
    step(
        office,
        "fh01",
        household,
        "陈述申辩",
        speaker="本人",
        capacity="本人",
        finished="是",
        evidence=EVIDENCE,
        said="不同意",
    )
    with pytest.raises(Refused, match="办理过“陈述申辩”"):
        step(office, "fh01", household, "复核意见", adopted="不采纳", reason="已核实")
    step(office, "fh02", household, "复核意见", adopted="不采纳", reason="已核实")
    with pytest.raises(Refused, match="办理过“提出意见”"):
        step(office, "sp01", household, "作出决定", outcome="退出", reason="收入超过标准")


@pytest.mark.parametrize("heavier", [{"outcome": "退出"}, {"outcome": "减发", "amount": 99_999}])
def test_the_decision_is_never_heavier_than_what_was_told(
    rich: tuple[Office, int], clock: SetClock, heavier: dict[str, Any]
) -> None:
    office, household = rich
    proposed(office, household, outcome="减发", amount=100_000)
    step(office, "jb01", household, "告知")
    hand_over(office, household, "NOTICE", on=date(2026, 9, 1))
    step(
        office,
        "jb01",
        household,
        "陈述申辩",
        speaker="本人",
        capacity="本人",
        finished="是",
        evidence=EVIDENCE,
        said="不同意",
    )
    step(office, "fh01", household, "复核意见", adopted="部分采纳", reason="已核实")
    with pytest.raises(Refused, match="不得重于"):
        step(office, "sp01", household, "作出决定", reason="已核实", effective_on=date(2026, 11, 1), **heavier)
    lighter = step(
        office, "sp01", household, "作出决定", reason="已核实", effective_on=date(2026, 11, 1), outcome="减发",
        amount=110_000,
    )  # fmt: skip
    hand_over(office, household, "DECIDE", on=date(2026, 9, 1))
    with office.reading() as work:
        assert content(work, lighter.papers[0]).new_fen == 110_000  # type: ignore[attr-defined]
        assert paid(work, household, date(2026, 12, 1)) == 110_000


def test_the_law_refuses_by_sql_too(rich: tuple[Office, int], clock: SetClock) -> None:
    office, household = rich
    with pytest.raises(DBAPIError, match="第48条"), office.work("sp01") as work:
        work.append(
            household,
            Assistance(
                happened_on=work.today, area="370811001001", act=Act.STOP, scheme=running_scheme(work, household),
                effective_on=date(2026, 10, 1), reason=ExitReason.X04, hearing="笔录", decided_by="sp01", case_no=1,
            ),
        )  # fmt: skip


def running_scheme(work: Any, household: int) -> Any:
    """The scheme of the running grant."""
    found = running(work, household, work.today)
    assert found is not None
    return found.scheme


def test_relatives_and_strangers_take_no_step(rich: tuple[Office, int]) -> None:
    office, household = rich
    with office.work("sp01") as work:
        work.put(
            Kinship(
                id=work.new_id(Kinship), officer="fh01", household_id=household, relation="兄弟", recorded_at=work.now,
                recorded_by="sp01",
            )
        )  # fmt: skip
    with pytest.raises(Refused, match="回避"):
        proposed(office, household)
    with pytest.raises(Forbidden), office.work("zz99") as work:
        open_case(work, household, Procedure.DECISION, outcome="退出", reason="收入超过标准")


def test_a_cancelled_stop_revives_the_grant_with_back_pay(rich: tuple[Office, int], clock: SetClock) -> None:
    office, household = rich
    told(office, household, clock)
    step(
        office,
        "jb01",
        household,
        "陈述申辩",
        speaker="本人",
        capacity="本人",
        finished="是",
        evidence=EVIDENCE,
        said="不同意",
    )
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="已核实")
    step(office, "sp01", household, "作出决定", outcome="退出", reason="收入超过标准", effective_on=date(2026, 11, 1))
    hand_over(office, household, "DECIDE", on=date(2026, 9, 2))
    clock.on(date(2026, 12, 15))
    undone = step(office, "sp02", household, "撤销决定", basis="（2026）试08行初1号", reason="判决撤销")
    assert undone.case.said("arrears_total") == 2 * 120_000
    assert "2026年11月" in str(undone.case.said("arrears"))
    with office.reading() as work:
        assert running(work, household, date(2026, 12, 15)) is not None
        assert paid(work, household, date(2026, 12, 15)) == 120_000
