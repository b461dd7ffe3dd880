"""文书内容 (letters): what a family reads comes from the records, in plain words, and never speaks of a score."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from integrity import assistance, conduct, letters, opinions, recommendations
from integrity.errors import NotFound, Refused, Unset
from integrity.households import change_member
from integrity.letters_family import desk
from integrity.letters_family import family as family_of
from integrity.letters_texts import TEXTS, wording
from integrity.papers import freeze, inspect, thaw, tidy
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Decision
from integrity.records.office import Recommendation
from integrity.regional import FORBIDDEN
from integrity.rules.grounds import CONDITIONS, DUE_WITHDRAWAL_END
from integrity.terms import (
    Capacity,
    Cause,
    ConductKind,
    ExitReason,
    FindingState,
    Outcome,
    PaperKind,
    Presence,
    Verdict,
)
from integrity.work import Office
from reports import forms
from reports.forms import fingerprint, texts
from tests import press_samples
from tests.conftest import SetClock, carried_over
from tests.papers_office import Family, accept, evaluate, furnish, granted, papers, richer

__all__ = ["papers"]
DAY = date(2026, 9, 2)


@pytest.fixture
def ready(office: Office, clock: SetClock, papers: Path) -> Office:
    clock.on(DAY)
    return furnish(office)


def standing(office: Office, household: int) -> Recommendation:
    with office.reading() as work:
        found: Recommendation = work.session.exec(
            recommendations.standing(work, work.now).where(Recommendation.household_id == household)
        ).one()
        return found


def test_a_recheck_notice_says_why_and_gives_a_late_check_the_lead_time_anew(ready: Office, family: Family) -> None:
    (household,) = granted(ready, family)
    evaluate(ready, date(2026, 9, 1))
    with ready.reading() as work:
        letter = letters.recheck_notice(work, household, standing(ready, household), "试街核〔2026〕1号", DAY)
    inspect(tidy(letter))
    assert "收入来源不固定" in letter.cycle
    assert "《中华人民共和国社会救助法》第四十六条" in letter.cycle
    assert letter.cycle.endswith("见《最低生活保障审核确认办法》（民发〔2021〕57号）第三十一条第二款")
    assert standing(ready, household).due_on == (date(2026, 7, 15) - date(1970, 1, 1)).days
    assert letter.due == date(2026, 10, 2)  # the due day has passed: 30 days of lead time from the paper's date
    assert letter.addressee == "试验乙"
    assert letter.organ == "任城区试验街道办事处"


def test_a_check_before_the_end_of_a_withdrawal_does_not_come_after_it(ready: Office, family: Family) -> None:
    """The 渐退 of a household runs until 30 September: an overdue check is not put off to October."""
    (household,) = granted(ready, family)
    with ready.work("sp01", now=datetime(2026, 6, 22, 9, tzinfo=SHANGHAI)) as work:
        assistance.withdraw(
            work, household, decided_on=date(2026, 6, 20), effective_on=date(2026, 7, 1), decided_by="sp01", months=3,
            schedule=(100, 80, 60),
        )  # fmt: skip
    evaluate(ready, date(2026, 9, 1))
    found = standing(ready, household)
    found.due_grounds |= DUE_WITHDRAWAL_END
    with ready.reading() as work:
        letter = letters.recheck_notice(work, household, found, "试街核〔2026〕1号", DAY)
        late = letters.recheck_notice(work, household, found, "试街核〔2026〕1号", date(2026, 10, 5))
    assert letter.due == date(2026, 9, 30)
    assert letter.home_visit.startswith("渐退期于2026年9月30日届满，时间较紧；来不及的，请尽快打电话约定时间；")
    assert "渐退期将满" in letter.cycle
    assert letter.place == "任城区试验街道办事处（试验路1号）"
    assert late.due == date(2026, 11, 4)
    assert late.home_visit.startswith("行动不便")
    assert "渐退期已经届满" in late.cycle
    assert "将满" not in late.cycle


def test_without_a_lead_time_a_late_recheck_is_left_to_a_person(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    clock.on(DAY)
    furnish(office, adopt=False)
    (household,) = granted(office, family)
    evaluate(office, date(2026, 9, 1))
    with office.reading() as work, pytest.raises(Unset, match=r"recheck\.lead_days"):
        letters.recheck_notice(work, household, standing(office, household), "试街核〔2026〕1号", DAY)


def test_a_hearing_notice_gives_facts_figures_grounds_and_the_plan(
    ready: Office, family: Family, clock: SetClock
) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    richer(ready, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    accept(ready, household)
    with ready.reading() as work:
        opinion = letters.last_opinion(work, household, DAY)
        letter = letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", DAY)
    inspect(letter)
    said = "\n".join(letter.facts)
    assert "家庭人均收入超过当地低保标准：家庭月收入2000.00元，2人" in said
    assert "每人每月700.00元" in said
    assert letter.facts[0] == "现在每月发放救助金1200.00元"
    assert letter.facts[1] == (
        "2026年8月10日的核对结果（来源：核对平台）：家庭月收入2000.00元，试验乙的收入发生变化，原因：养老金"
    )
    assert any("第四十八条" in one for one in letter.grounds)
    assert any(one.startswith("当地低保标准为每人每月700.00元，见济宁市") for one in letter.grounds)
    assert "《中华人民共和国社会救助法》第十八条（最低生活保障的条件）" in letter.grounds
    assert letter.grounds[-1].startswith("关于渐退期的规定："), "why none is given comes last, and is no ground to stop"
    assert letter.planned == (
        "拟终止您家庭的最低生活保障，原因：收入超过标准；从何时起执行由决定书写明，不早于决定书送达的次月"
    )
    assert letter.heading == "拟终止社会救助听取意见告知书"
    assert letter.within == "自收到本告知书之日起5个工作日内"
    assert letter.organ == "任城区民政局"


def test_a_changed_opinion_carries_its_reason_into_the_facts(ready: Office, family: Family, clock: SetClock) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    richer(ready, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    with ready.work("fh01") as work:
        recommendations.decide(
            work, household, Verdict.CHANGED, reason="养老金当月补发，并非每月收入", outcome=Outcome.LOWER
        )
    with ready.reading() as work:
        opinion = letters.last_opinion(work, household, DAY)
        with pytest.raises(Refused, match="金额没有确定"):
            letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", DAY)
    clock.on(date(2026, 9, 3))
    with ready.work("fh01") as work:
        recommendations.decide(
            work, household, Verdict.CHANGED, reason="养老金当月补发，并非每月收入",
            outcome=Outcome.LOWER, amount=100_000,
        )  # fmt: skip
    with ready.reading() as work:
        opinion = letters.last_opinion(work, household, date(2026, 9, 3))
        letter = letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", date(2026, 9, 3))
    assert letter.planned.startswith("拟将您家庭每月的救助金由1200.00元调整为1000.00元；")
    assert letter.heading == "拟减发社会救助金听取意见告知书"
    assert "审核意见：养老金当月补发，并非每月收入" in letter.facts


def test_a_withdrawal_that_a_person_gives_is_not_contradicted_by_its_own_facts(
    ready: Office, family: Family, clock: SetClock
) -> None:
    """The rules find no ground for a 渐退; a person gives one: the notice tells why, not what speaks against it."""
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    richer(ready, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    plan: dict[str, Any] = {"outcome": Outcome.WITHDRAW, "months": 2, "schedule": (100, 50), "reason": "孙女患病。"}
    for exception in ("", " "):
        with (
            ready.work("fh01") as work,
            pytest.raises(Refused, match=r"收入增加的原因属于.*仍给予渐退的请写明") as told,
        ):
            opinions.give(work, household, Verdict.CHANGED, **plan, exception=exception)
        assert [one.code for one in told.value.obstacles] == ["exception"]
    with ready.work("fh01") as work:
        opinions.give(work, household, Verdict.CHANGED, **plan, exception="县民政局会议纪要〔2026〕3号")
    with ready.reading() as work:
        opinion = letters.last_opinion(work, household, DAY)
        letter = letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", DAY)
    assert "审核意见：孙女患病；仍给予渐退的理由：县民政局会议纪要〔2026〕3号" in letter.facts
    assert not [one for one in letter.facts if "不属于可以给予渐退" in one]
    assert [one for one in letter.facts if "超过当地低保标准" in one], "what is true of the income stays"


def test_a_withdrawal_without_months_and_percents_is_not_put_to_the_family(
    ready: Office, family: Family, clock: SetClock
) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    richer(ready, household, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    for day, more, said in (
        (2, {"outcome": Outcome.WITHDRAW}, ""),
        (5, {"outcome": Outcome.WITHDRAW, "months": 2, "schedule": (100, 50)}, "拟给予2个月渐退期"),
    ):  # fmt: skip
        clock.on(date(2026, 9, day))
        with ready.work("fh01") as work:
            proposed = tuple(Outcome)[standing(ready, household).outcome]
            if proposed is Outcome.WITHDRAW:
                more = {name: value for name, value in more.items() if name != "outcome"}
            verdict = Verdict.ACCEPTED if proposed is Outcome.WITHDRAW else Verdict.CHANGED
            recommendations.decide(work, household, verdict, reason="收入经核实", **more)  # type: ignore[arg-type]
        with ready.reading() as work:
            opinion = letters.last_opinion(work, household, date(2026, 9, day))
            if said:
                letter = letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", date(2026, 9, day))
                assert letter.planned.startswith(said)
                assert "100%、50%" in letter.planned
                continue
            with pytest.raises(Refused, match="渐退须写明月数和各月比例"):
                letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", date(2026, 9, day))


def test_no_hearing_is_called_for_what_was_refused_or_has_been_decided(
    ready: Office, family: Family, clock: SetClock
) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    richer(ready, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    accept(ready, household)
    with ready.work("sp01") as work:
        assert letters.last_opinion(work, household, DAY).verdict is Verdict.ACCEPTED
        assistance.stop(
            carried_over(work), household, ExitReason.X04, decided_on=DAY, effective_on=date(2026, 10, 1),
            decided_by="sp01", hearing="笔录1号",
        )  # fmt: skip
    with ready.reading() as work, pytest.raises(NotFound, match="已经作出"):
        letters.last_opinion(work, household, DAY)


def test_a_withdrawal_notice_pays_by_the_schedule_and_names_its_recheck(
    ready: Office, family: Family, clock: SetClock
) -> None:
    (household,) = granted(ready, family)
    richer(ready, household, Cause.EMPLOYMENT, on=date(2026, 8, 10))
    with ready.work("sp01") as work:
        assistance.withdraw(
            carried_over(work), household, months=3, schedule=(100, 50, 25), decided_on=DAY,
            effective_on=date(2026, 11, 1), decided_by="sp01", hearing="笔录1号",
        )  # fmt: skip
    with ready.reading() as work:
        act = letters.running_withdrawal(work, household, DAY)
        letter = letters.withdrawal_notice(work, household, act, "任民渐〔2026〕1号", DAY)
    inspect(tidy(letter))
    assert [one.fen for one in letter.schedule] == [120_000, 60_000, 30_000]
    assert [one.month for one in letter.schedule] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    assert (letter.since, letter.until, letter.recheck) == (date(2026, 11, 1), date(2027, 1, 31), date(2027, 1, 4))
    assert "试验乙收入发生变化（就业）" in letter.change
    assert letter.remedies is not None
    assert (letter.remedies.days, letter.remedies.months) == (60, 6)
    assert letter.address == "任城区试验街道试验社区试验村 1 号"
    assert "*" in letter.identity
    assert letter.household_phone == "未登记"


def test_a_withdrawal_that_is_over_or_stopped_is_told_no_more(ready: Office, family: Family, clock: SetClock) -> None:
    (household,) = granted(ready, family)
    with ready.work("sp01") as work:
        assistance.withdraw(
            carried_over(work), household, months=1, schedule=(100,), decided_on=DAY, effective_on=date(2026, 10, 1),
            decided_by="sp01", hearing="笔录1号",
        )  # fmt: skip
        assert isinstance(letters.running_withdrawal(work, household, date(2026, 10, 31)), Assistance)
        with pytest.raises(NotFound):
            letters.running_withdrawal(work, household, date(2026, 11, 1))


def test_the_promise_binds_grown_members_and_names_the_clerk(ready: Office, family: Family) -> None:
    (household,) = granted(ready, family, births=(date(1980, 5, 1), date(2015, 5, 1)))
    with ready.work("jb01") as work:
        letter = letters.commitment(work, household, "试街诺〔2026〕1号", DAY)
        told = letters.policy_notice(work, household, "试街告〔2026〕1号", DAY)
    inspect(tidy(letter))
    inspect(tidy(told))
    assert [one.name for one in letter.persons] == ["试验乙"]
    assert letter.report_within == "及时"
    assert letter.time_limit == "20个工作日"
    assert "不少于3年" in told.keep
    assert any("2倍以下" in one for one in told.consequences)


def test_a_head_without_capacity_is_written_to_through_the_guardian(ready: Office, family: Family) -> None:
    (household,) = granted(ready, family)
    with ready.work("jb01") as work:
        change_member(work, household, 1, since=date(2026, 8, 1), capacity=Capacity.NONE, guardian_no=2)
        assert family_of(work, household, DAY).addressee == "试验丙（试验乙的监护人）"
        promise = letters.commitment(work, household, "试街诺〔2026〕1号", DAY)
    assert promise.guardian == "试验丙"
    assert [one.name for one in promise.persons] == ["试验丙"]


def test_a_family_without_anybody_left_cannot_be_written_to(ready: Office, family: Family) -> None:
    (household,) = granted(ready, family)
    evaluate(ready, date(2026, 9, 1))
    with ready.work("jb01") as work:
        for no in (1, 2):
            change_member(work, household, no, since=date(2026, 8, 1), presence=Presence.DEAD)
            assert family_of(work, household, DAY).named(no) == ("试验乙", "试验丙")[no - 1], "the dead have a name too"
    with ready.reading() as work, pytest.raises(Refused, match="没有可以送达的人"):
        letters.recheck_notice(work, household, standing(ready, household), "试街核〔2026〕1号", DAY)


def test_no_paper_speaks_of_a_score_even_where_one_changed_the_recheck(
    ready: Office, family: Family, clock: SetClock
) -> None:
    (household,) = granted(ready, family)
    clock.on(date(2026, 8, 20))
    with ready.work("jb01") as work:
        fact = conduct.record(
            work, household, member_no=1, kind=ConductKind.DEFAULT, item="F01", act_on=date(2026, 7, 20),
            found_on=date(2026, 7, 21), source="核对",
        )  # fmt: skip
        conduct.find(
            carried_over(work), household, fact.seq, FindingState.EFFECTIVE, on=date(2026, 8, 1), decided_by="sp01",
            reviewed_by="fh01", document="任民失〔2026〕1号", document_on=date(2026, 8, 1),
            effective_on=date(2026, 8, 5),
        )  # fmt: skip
    richer(ready, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(DAY)
    evaluate(ready, date(2026, 9, 1))
    accept(ready, household)
    with ready.work("jb01") as work:
        recommendation = work.session.exec(select(Recommendation)).one()
        assert recommendation.level is not None
        work.session.expunge(recommendation)
        recommendation.due_grounds |= 1 << 5  # as where the region shortens the cycle by the level
        opinion = work.session.exec(select(Decision)).one()
        made = (
            letters.recheck_notice(work, household, recommendation, "试街核〔2026〕1号", DAY),
            letters.hearing_notice(work, household, opinion, "任民听〔2026〕1号", DAY),
            letters.policy_notice(work, household, "试街告〔2026〕1号", DAY),
            letters.commitment(work, household, "试街诺〔2026〕1号", DAY),
        )
    for letter in made:
        said = "".join(words for _, words in texts(letter))
        assert not [word for word in (*FORBIDDEN, "等级") if word in said]


def test_the_law_hears_before_it_is_delegated_by_the_county(ready: Office) -> None:
    with ready.reading() as work:
        signs = {kind: desk(work, "370811001001", kind, DAY).organ.name for kind in PaperKind}
    assert signs[PaperKind.F13] == signs[PaperKind.F16] == "任城区民政局"
    assert signs[PaperKind.F01] == signs[PaperKind.F02] == signs[PaperKind.F11] == "任城区试验街道办事处"


def test_every_sentence_has_a_source_and_every_text_a_fingerprint() -> None:
    codes = {ground.code for ground in CONDITIONS}
    for path in TEXTS.glob("*.toml"):
        read = wording(path.stem, DAY)
        assert len(read.sha256) == 64
        assert all(one.text and one.source for slot in read.slots.values() for one in slot)
        raw = tomllib.loads(path.read_text("utf-8"))
        assert sum(len(slot) for slot in read.slots.values()) == len(raw["sentence"])
    assert {slot.split(".")[0] for slot in wording("facts", DAY).slots} <= codes


def test_a_text_is_not_used_before_its_day() -> None:
    with pytest.raises(Refused, match="2026-07-01"):
        wording("commitment", date(2026, 6, 30))
    with pytest.raises(NotFound, match="没有"):
        wording("commitment", DAY).one("没有的")


@pytest.mark.parametrize(
    "sample", [one for one in press_samples.LETTERS if one.form in PaperKind.__members__], ids=lambda one: one.form
)
def test_a_frozen_letter_thaws_as_it_was_and_its_digest_is_the_one_on_the_paper(sample: forms.Letter) -> None:
    digest, body = freeze(sample)
    assert thaw(body) == sample
    assert thaw(body, copy=2).copy == 2
    assert digest == fingerprint(sample)


def test_the_clock_of_a_paper_is_the_real_one_whatever_was_due(ready: Office, family: Family) -> None:
    from integrity import notices

    (household,) = granted(ready, family)
    evaluate(ready, date(2026, 9, 1))
    with ready.work("系统任务", due=datetime(2026, 9, 1, 2, tzinfo=SHANGHAI)) as work:
        wanted = notices.wanted_now(work, household, PaperKind.F11)
        issued = notices.issue(work, household, wanted.kind, wanted.subject, wanted.draft)
        assert notices.content(work, issued).on == DAY == issued.happened_on
