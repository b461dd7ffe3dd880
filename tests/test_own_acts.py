"""一人的行为 (one person's act): what the law leaves to each for himself costs that person's share, whoever asks how.

Tried by the use case, by commands and by the API; with the end of one person's 特困供养 and the office's own promise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import assistance, households, tekun_persons
from integrity.errors import Refused
from integrity.letters_texts import wording
from integrity.records.ledger import Commitment
from integrity.rules.procedure import Facts, Subject
from integrity.rules.procedure_needs import OWN_SHARE, SAME_REASON, WITHIN_STATED
from integrity.rules.redline_steps import ONE_NAMED
from integrity.terms import AreaLevel, Capacity, Presence, Procedure, Role, Scheme
from integrity.work import Office
from tests.api_office import Api, api, papers, rich
from tests.case_office import EVIDENCE, heard, more_officers
from tests.conftest import SetClock
from tests.credit_office import acted, begin, staffed, step
from tests.papers_office import furnish, granted
from tests.test_cli_cases import HANDLER, REVIEWER, TODAY, desk, run

__all__ = ["api", "desk", "papers", "rich"]

Family = Callable[..., int]
ON = date(2026, 9, 1)
FRAUD = {"reason_code": "骗取救助", "reason": "骗取救助"}


@pytest.fixture
def cheated(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A household of two on 1,200 yuan; the first member is on record with a fact of default."""
    staffed(office)
    (household,) = granted(office, family)
    clock.on(ON)
    acted(office, household)
    return office, household


@pytest.mark.parametrize(
    "plan",
    [
        {"outcome": "退出"}, {"outcome": "减发", "amount": 60_000},
        {"outcome": "渐退", "months": 2, "schedule": (50, 0)},
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ["骗取救助", "连续三次拒绝就业", "不参加公益劳动"])
def test_without_a_name_nothing_is_taken_for_one_persons_act(
    cheated: tuple[Office, int], plan: dict[str, Any], code: str
) -> None:
    office, household = cheated
    with pytest.raises(Refused, match="请写明是哪一位成员"):
        begin(office, "fh01", household, Procedure.DECISION, **plan, reason_code=code, reason="本人的行为")
    with office.reading() as work:
        assert assistance.paid(work, household, ON) == 120_000


@pytest.mark.parametrize(
    "plan",
    [
        {"outcome": "退出"}, {"outcome": "减发", "amount": 59_999},
        {"outcome": "渐退", "months": 2, "schedule": (50, 0)},
    ],
)  # fmt: skip
def test_with_a_name_the_others_keep_their_share(cheated: tuple[Office, int], plan: dict[str, Any]) -> None:
    office, household = cheated
    with pytest.raises(Refused, match="只能减少本人的份额"):
        begin(office, "fh01", household, Procedure.DECISION, member_no=1, **plan, **FRAUD)
    with pytest.raises(Refused, match="没有登记骗取救助的失信事实"):
        begin(office, "fh01", household, Procedure.DECISION, member_no=2, outcome="减发", amount=60_000, **FRAUD)


def test_the_reason_is_not_exchanged_after_the_hearing(cheated: tuple[Office, int]) -> None:
    office, household = cheated
    plan = {"outcome": "减发", "amount": 60_000, "effective_on": date(2026, 10, 1)}
    begin(office, "fh01", household, Procedure.DECISION, **plan, reason_code="恢复劳动能力或义务人恢复履行能力",
          reason="已经就业")  # fmt: skip
    heard(office, household, ON)
    with pytest.raises(Refused, match="原因代码以提出意见时告知的为准") as refused:
        step(office, "sp01", household, "DECIDE", **plan, **FRAUD)
    assert "请写明是哪一位成员" in str(refused.value)
    step(office, "sp01", household, "DECIDE", **plan, reason="已经就业")


def _facts(person: bool = False, history: tuple[Any, ...] = (), known: Any = None, **given: Any) -> Facts:
    return Facts(
        ON, "fh01", Role.REVIEWER, AreaLevel.COUNTY, history, given, known=known or {},
        person=Subject(1, None, Capacity.FULL) if person else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"outcome": "减发", "reason": "该户骗领低保金"}, False),
        ({"outcome": "减发", "reason": "没有骗取，收入增加"}, True),
        ({"outcome": "退出", "reason_code": "X08"}, False), ({"outcome": "增发", "reason": "骗取一事查无实据"}, True),
        ({"outcome": "退出", "reason_code": "收入超过标准", "reason": "曾骗取，查清后收入超过标准"}, True),
    ],
)  # fmt: skip
def test_fraud_in_words_is_fraud_and_a_household_that_no_longer_qualifies_ends_for_that(
    given: dict[str, Any], holds: bool
) -> None:
    assert ONE_NAMED.holds(_facts(**given)) is holds
    assert ONE_NAMED.holds(_facts(person=True, **given))


def test_a_gradual_withdrawal_is_never_one_persons_share() -> None:
    assert not OWN_SHARE.holds(_facts(known={"floor": 1}, outcome="渐退"))
    assert OWN_SHARE.holds(_facts(known={"floor": 0}, outcome="渐退"))
    assert SAME_REASON.holds(_facts())


@pytest.mark.parametrize(
    ("known", "given", "holds"),
    [
        ({"hear_set": True}, {}, True), ({"hear_set": False}, {}, False),
        ({"hear_set": False}, {"within": "5日"}, False), ({"hear_set": False}, {"within_reason": "参照邻县"}, False),
        ({"hear_set": False}, {"within": "5日", "within_reason": "略"}, False),
        ({"hear_set": False}, {"within": "5日", "within_reason": "\u200b\u200b"}, False),
        ({"hear_set": False}, {"within": "5日", "within_reason": "参照邻县"}, True),
    ],
)  # fmt: skip
def test_who_sets_the_time_where_the_region_sets_none_says_why(
    known: dict[str, bool], given: dict[str, str], holds: bool
) -> None:
    assert WITHIN_STATED.holds(_facts(known=known, **given)) is holds


def test_the_api_does_not_end_a_family_for_one_persons_act(api: Api, rich: str, office: Office) -> None:
    answer = api("fh01").open(rich, "调整与终止", outcome="退出", **FRAUD)
    assert answer.status_code == 409
    assert "R4" in {one["code"] for one in answer.json()["obstacles"]}
    body = {"procedure": "调整与终止", "member_no": 1, "values": {"outcome": "退出", **FRAUD}}
    named = api("fh01").post(f"/households/{rich}/cases", body)
    assert named.status_code == 409
    assert "只能减少本人的份额" in named.text
    with office.reading() as work:
        assert assistance.paid(work, households.by_number(work, rich), ON) == 120_000


def test_commands_do_not_end_a_family_for_one_persons_act(desk: Path) -> None:
    plan = ("--set", "拟作处理=退出", "--set", "原因代码=X08", "--set", "理由=骗取救助", "--by", REVIEWER)
    run("record", "conduct", "H1", "失信", "--member", "1", "--item", "F01", "--on", str(TODAY), "--source", "入户",
        "--detail", "隐瞒收入", "--by", HANDLER)  # fmt: skip
    said = run("case", "open", "H1", "调整与终止", *plan, code=2)
    assert "请写明是哪一位成员" in said
    assert "--member" in said
    assert "共 0 件" in run("case", "list", "--by", HANDLER)
    assert "提出意见" in run("case", "open", "H1", "调整与终止", "--member", "1", *plan)  # his share is all there is


@pytest.fixture
def pair(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """Two on 特困供养 with 2,000.01 yuan between them."""
    furnish(office)
    more_officers(office)
    clock.on(date(2026, 8, 1))
    with office.work("jb01") as work:
        household = family(work, (date(1950, 5, 1), date(1952, 5, 1)), since=date(2026, 1, 10))
        assistance.grant(
            work, household, Scheme.TEKUN, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=200_001,
        )  # fmt: skip
    clock.on(ON)
    return office, household


def test_whoever_is_left_keeps_what_is_his(pair: tuple[Office, int]) -> None:
    office, household = pair
    with office.reading() as work:
        assert tekun_persons.supported(work, household, ON) == {1, 2}
        assert tekun_persons.without_one(work, household, ON) == 100_000
        assert tekun_persons.ended(work, household, ON) == frozenset()
    plan = {"outcome": "减发", "reason_code": "自愿退出", "reason": "本人申请退出", "evidence": EVIDENCE}
    with pytest.raises(Refused, match="其他成员的份额不受影响"):
        begin(office, "fh01", household, Procedure.TEKUN, member_no=2, amount=99_999, **plan)
    with office.work("jb01") as work:
        households.change_member(work, household, 1, since=ON, presence=Presence.LEFT)
    with pytest.raises(Refused, match="选“退出”"):
        begin(office, "fh01", household, Procedure.TEKUN, member_no=2, amount=100_000, **plan)
    gone = begin(office, "fh01", household, Procedure.TEKUN, member_no=1, amount=100_000, **plan)
    assert gone.case.member_no == 1


def test_the_offices_promise_stands_beside_the_one_that_it_answers(pair: tuple[Office, int]) -> None:
    office, household = pair
    begin(office, "jb01", household, Procedure.COMMITMENT, member_no=1, occasion="补签")
    step(office, "jb01", household, "SIGNED", signed_by="本人签名")
    with office.reading() as work:
        (before,) = households.standing(work, Commitment, household, ON)
    assert before.office_text_version == ""
    taken = step(office, "jb01", household, "OFFICE_SIGNED")
    with office.reading() as work:
        (after,) = households.standing(work, Commitment, household, ON)
    assert after.office_text_version == wording("promise_office", ON).version
    assert (after.corrects, after.text_sha256, after.signed_by) == (before.seq, before.text_sha256, before.signed_by)
    assert taken.case.closed
