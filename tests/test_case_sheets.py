"""案件记录表 (record sheets of cases): made out of the steps taken, once each, complete or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity import organs, printing, rechecks
from integrity.case_sheets import sheet
from integrity.cases import papers_of, read_case, serve_paper
from integrity.errors import Invalid, NotFound, Refused, Unset
from integrity.households import change_member
from integrity.papers import content
from integrity.records.ledger import Notice
from integrity.records.office import Officer
from integrity.terms import Cause, PaperKind, Presence, Procedure, ServiceWay
from integrity.work import Office
from tests.case_steps import EVIDENCE, PAIR, begin, entry, papers, printed, step
from tests.conftest import SetClock
from tests.papers_office import evaluate, furnish, granted, richer
from tests.test_case_letters_credit import Ready, found, ready

__all__ = ["entry", "papers", "ready"]

Family = Callable[..., int]
VISITED = {
    "met": "试验乙、试验丙（子女）",
    "assets": "房屋：自有砖瓦房3间；存款：无",
    "living": "有电视机一台；饮食正常",
}
SPOKEN = {"way": "当面陈述", "time": "9时至9时30分", "place": "社区办公室", "recorder": "sp01"}
CONTENT = {"speaker": "试验乙", "capacity": "本人", "said": "没有意见", "evidence": EVIDENCE}
LEFT = {"place": "试验社区试验村1号"}


def made(office: Office, household: int, kind: PaperKind, case: int = 1, **more: Any) -> Notice:
    """The sheet, by the handler."""
    with office.work("jb01") as work:
        return sheet(work, household, case, kind, **more)


def refused(office: Office, household: int, kind: PaperKind, case: int = 1, **more: Any) -> str:
    """What is said when a sheet cannot be made out."""
    with pytest.raises((Refused, Invalid, NotFound, Unset)) as said:
        made(office, household, kind, case, **more)
    return str(said.value)


@pytest.fixture
def lowered(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A household of two whose income rose: an amount of 800 yuan is planned, told and served on 2026-09-02."""
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10), income=60_000)
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    given = {"outcome": "减发", "amount": 80_000, "reason": "养老金使家庭月收入增加"}
    begin(office, "fh01", household, Procedure.DECISION, **given)
    clock.on(date(2026, 9, 2))
    step(office, "jb01", household, "告知")
    served(office, household, "NOTICE")
    return office, household


def numbered(office: Office, household: int, code: str, case: int = 1) -> str:
    """The number of the first paper that a step made, printed now."""
    with office.work("jb01") as work:
        known = read_case(work, household, case)
        last = known.last(code)
        assert last is not None
        notice = papers_of(work, known, last.no)[0]
        printing.original(work, notice)
    return notice.number


def served(office: Office, household: int, code: str, way: ServiceWay = ServiceWay.DIRECT, **more: Any) -> str:
    """The papers of a step, printed and delivered; the number of the first."""
    number = numbered(office, household, code)
    with office.work("jb01") as work:
        serve_paper(work, number, way, on=work.today, **({"receiver": "试验乙"} | more))
    return number


def seen(office: Office, household: int) -> None:
    """An application with a visit."""
    begin(office, "jb01", household, Procedure.APPLICATION, applicant="试验乙", scheme="最低生活保障")
    step(office, "jb01", household, "受理")
    step(office, "jb01", household, "入户调查", found="与申报一致", **PAIR)


def test_a_visit_is_written_down_with_who_went_and_what_the_books_know(entry: tuple[Office, int]) -> None:
    office, household = entry
    seen(office, household)
    assert "请先登记核对结果" in refused(office, household, PaperKind.F06, **VISITED)
    with office.work("jb01") as work:
        rechecks.verify(work, household, on=date(2026, 8, 30), source="核对平台", income=65_000)
    assert "在场人员" in refused(office, household, PaperKind.F06, **(VISITED | {"met": ""}))
    notice = made(office, household, PaperKind.F06, **VISITED)
    letter = printed(office, notice)
    assert [one.name for one in letter.visitors] == ["试验（jb01）", "周海（jb02）"]
    assert [(one.name, one.relation) for one in letter.met] == [("试验乙", "本人"), ("试验丙", "子女")]
    assert (letter.category, letter.income[0].fen, letter.finding) == ("最低生活保障", 65_000, "与申报一致")
    assert [one.kind for one in letter.assets] == ["房屋", "存款"]
    assert notice.subject == "case:1:3:F06"
    assert made(office, household, PaperKind.F06).number == notice.number  # once


def test_what_was_said_is_written_down_for_him_to_sign_without_its_review(lowered: tuple[Office, int]) -> None:
    office, household = lowered
    spoken = {"speaker": "试验乙", "capacity": "本人", "said": "只补发了一次；请重新核对", "handed": "存折复印件"}
    with pytest.raises(Refused, match="记录人不能是询问人"):
        step(office, "jb01", household, "陈述申辩", **spoken, recorder="jb01")
    step(office, "jb01", household, "陈述申辩", **spoken, time="9时至9时30分", recorder="sp01")
    step(office, "fh01", household, "复核意见", adopted="部分采纳", reason="其中一笔为补发")
    more = {"speaker": "试验乙的弟弟", "capacity": "近亲属", "said": "他身体不好"}
    step(office, "jb01", household, "陈述申辩", **more, evidence=EVIDENCE)
    said = refused(office, household, PaperKind.F14)
    for one in ("起止时间", "地点", "陈述方式", "记录人"):
        assert f"--set {one}=…" in said, "what is missing is told at once, in the words that may be typed"
    assert re.search("[a-z]{3}", said.replace("--set", "")) is None
    said = refused(office, household, PaperKind.F14, step_no=4, 时间="9时")
    assert "没有“时间”这一栏；可以补写：起止时间、地点" in said
    first = printed(office, made(office, household, PaperKind.F14, step_no=4, 地点="户主家中", 陈述方式="当面陈述"))
    assert first.statement == ("只补发了一次", "请重新核对")
    assert (first.outcome, first.review, first.reviewer) == ("", "", "")
    assert (first.time, first.place, first.way, first.capacity) == ("9时至9时30分", "户主家中", "当面陈述", "本人")
    assert (first.asker, first.recorder) == ("试验（jb01）", "试验（sp01）")
    assert (first.evidence, first.matter) == (("存折复印件",), "《拟减发社会救助金听取意见告知书》告知的事项")
    assert "不能都是 jb01" in refused(office, household, PaperKind.F14, **SPOKEN | {"recorder": "jb01"})
    second = printed(office, made(office, household, PaperKind.F14, **SPOKEN))
    assert (second.speaker, second.capacity, second.review) == ("试验乙的弟弟", "近亲属", "")
    assert second.about == first.about


@pytest.mark.parametrize(("area", "prefix"), [("370811000000", "任民述"), ("370811001000", "试街述")])
def test_who_heard_the_person_makes_the_record(lowered: tuple[Office, int], area: str, prefix: str) -> None:
    office, household = lowered
    with office.work("fh01") as work:
        work.session.get_one(Officer, "jb01").area = area
    step(office, "jb01", household, "陈述申辩", **CONTENT)
    letter = printed(office, made(office, household, PaperKind.F14, **SPOKEN))
    with office.reading() as work:
        assert letter.organ == organs.organ_of(work, area, letter.on).name
    assert letter.number == f"{prefix}〔2026〕1号"


def test_a_lowered_amount_is_listed_with_how_it_was_heard(lowered: tuple[Office, int], clock: SetClock) -> None:
    office, household = lowered
    assert "没有可以制作" in refused(office, household, PaperKind.F18)
    step(office, "jb01", household, "陈述申辩", **CONTENT | {"said": "希望少减一些", "finished": "是"})
    step(office, "fh01", household, "复核意见", adopted="不采纳", reason="按标准差额计算")
    given = {"outcome": "减发", "amount": 80_000, "reason": "收入增加", "effective_on": date(2026, 10, 1)}
    step(office, "sp01", household, "作出决定", **given)
    letter = printed(office, made(office, household, PaperKind.F18))
    (row,) = letter.rows
    assert (row.old_fen, row.new_fen, row.persons) == (120_000, 80_000, 2)
    assert "希望少减一些" in row.heard
    assert (letter.clerk, letter.since) == ("试验（jb01）", date(2026, 10, 1))


def test_a_receipt_is_blank_before_service_and_whole_afterwards(lowered: tuple[Office, int]) -> None:
    office, household = lowered
    number = numbered(office, household, "NOTICE")
    assert "送达地点" in refused(office, household, PaperKind.F30, paper=number)
    assert f"本案的文书：{number}《拟调减" in refused(office, household, PaperKind.F30, paper="任民听〔2026〕99号")
    letter = printed(office, made(office, household, PaperKind.F30, **LEFT))
    assert letter.paper_number == number, "without a number it is of the newest paper"
    assert (letter.way, letter.served_on, letter.receiver) == ("直接送达", date(2026, 9, 2), "试验乙")
    assert (letter.relation, letter.server) == ("本人", "试验（jb01）")
    assert "不能制作" in refused(office, household, PaperKind.F31, paper=number, places="公告栏")
    step(office, "jb01", household, "表示没有意见", **CONTENT)
    step(office, "fh01", household, "复核意见", adopted="没有意见", reason="本人没有意见")
    given = {"outcome": "减发", "amount": 80_000, "reason": "收入增加", "effective_on": date(2026, 10, 1)}
    taken = step(office, "sp01", household, "作出决定", **given)
    assert "还没有打印" in refused(office, household, PaperKind.F30, paper=taken.papers[0].number)
    number = numbered(office, household, "DECIDE")
    blank = made(office, household, PaperKind.F30, paper=number)
    assert printed(office, blank).served_on is None
    witnesses = ("王建国", "刘芳")
    with office.work("jb01") as work:
        serve_paper(
            work, number, ServiceWay.LEFT, on=work.today, receiver="试验乙", witnesses=witnesses, detail="拒绝签收"
        )
    done = made(office, household, PaperKind.F30, paper=number, **LEFT)
    letter = printed(office, done)
    assert done.number != blank.number
    assert (letter.refusal, letter.witnesses, letter.receiver) == ("拒绝签收", witnesses, "")
    assert "不是第 1 号案件" in refused(office, household, PaperKind.F30, paper=done.number)


def test_an_announcement_runs_thirty_days_and_says_no_more_of_the_paper_than_its_name(
    lowered: tuple[Office, int], clock: SetClock
) -> None:
    office, household = lowered
    step(office, "jb01", household, "表示没有意见", **CONTENT)
    step(office, "fh01", household, "复核意见", adopted="没有意见", reason="本人没有意见")
    given = {"outcome": "减发", "amount": 80_000, "reason": "收入增加", "effective_on": date(2026, 10, 1)}
    step(office, "sp01", household, "作出决定", **given)
    number = numbered(office, household, "DECIDE")
    assert "张贴、刊登处" in refused(office, household, PaperKind.F31, paper=number)
    letter = printed(office, made(office, household, PaperKind.F31, paper=number, places="社区公告栏、区政府网站"))
    assert (letter.paper_number, letter.days) == (number, 30)
    assert (letter.posted_on, letter.until) == (date(2026, 9, 2), date(2026, 10, 2))
    assert letter.places == ("社区公告栏", "区政府网站")
    assert letter.paper == "《减发社会救助金决定书》"
    assert letter.collect == "任城区试验街道办事处（试验路1号），工作日办公时间"


def test_a_member_who_died_is_taken_off_with_day_and_amount(
    office: Office, family: Family, clock: SetClock, papers: Path
) -> None:
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 9, 1))
    days = {"happened_on": date(2026, 8, 20), "reported_on": date(2026, 8, 31)}
    begin(office, "jb01", household, Procedure.CHANGE, step="DEATH", member_no=2, evidence=EVIDENCE, **days)
    with office.work("jb01") as work:
        change_member(work, household, 2, since=date(2026, 8, 20), presence=Presence.DEAD)
    step(office, "jb01", household, "核实", found="死亡证明属实")
    assert "没有可以制作" in refused(office, household, PaperKind.F17)
    step(office, "fh01", household, "办结", follow="已登记成员变化", reason="按剩余一人重新计算")
    assert "调整后月救助金" in refused(office, household, PaperKind.F17)
    assert "应写成元" in refused(office, household, PaperKind.F17, amount="约六百", since="2026-09-01")
    assert "这样的日期" in refused(office, household, PaperKind.F17, amount="600", since="九月")
    more = {"amount": "600.5", "since": "2026-09-01"}  # as typed; a program may give fen and a date
    letter = printed(office, made(office, household, PaperKind.F17, **more))
    (move,) = letter.moves
    assert (move.name, move.move, move.happened_on) == ("试验丙", "减员", date(2026, 8, 20))
    assert (letter.old_persons, letter.new_persons, letter.old_fen) == (2, 1, 120_000)
    assert (letter.new_fen, letter.since) == (60_050, date(2026, 9, 1))
    assert "*" in move.identity


def test_a_fact_of_default_is_recorded_with_what_the_person_says(ready: Ready, clock: SetClock) -> None:
    office, household, _ = ready
    given = {"level": "一般", "basis": "任民决〔2026〕3号（停发决定书）", "reason": "收入隐瞒三个月"}
    given["basis_kind"] = "停发决定书"
    begin(office, "jb01", household, Procedure.DEFAULT, subject_seq=ready[2], **given)
    asked = {"view": "称不知道需要报告", "asked_on": "2026-09-01"}
    assert "本人意见" in refused(office, household, PaperKind.F10, reviewed_by="fh01")
    assert "复核人" in refused(office, household, PaperKind.F10, **asked)
    letter = printed(office, made(office, household, PaperKind.F10, reviewed_by="fh01", **asked))
    assert (letter.addressee, letter.view) == ("试验乙", "称不知道需要报告")
    assert letter.ends_on == date(2027, 9, 1)


def test_an_application_for_repair_is_filled_in_from_the_two_letters(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    decided = found(ready, clock)
    clock.on(date(2026, 12, 8))
    given = {"corrected": "已补报收入；已退回多领的款项", "promise": "今后如实申报"}
    begin(office, "jb01", household, Procedure.REPAIR, subject_seq=fact, **given)
    letter = printed(office, made(office, household, PaperKind.F26, 2))
    assert (letter.decision, letter.decided_by) == (decided.papers[0].number, "任城区民政局")
    assert (letter.earliest, letter.ends_on) == (date(2026, 12, 7), date(2027, 9, 7))
    assert letter.done == ("已补报收入", "已退回多领的款项")
    assert letter.applicant.name == "试验乙"


def test_an_objection_is_put_down_in_the_words_of_the_person(ready: Ready, clock: SetClock) -> None:
    office, household, fact = ready
    decided = found(ready, clock)
    begin(office, "jb01", household, Procedure.OBJECTION, subject_seq=fact, said="七月的工资不是本人的")
    letter = printed(office, made(office, household, PaperKind.F28, 2, wanted="撤销认定", enclosed="工资单复印件"))
    assert (letter.variant, letter.objector, letter.addressee) == ("申请", "试验乙", "任城区民政局")
    assert decided.papers[0].number in letter.record
    assert (letter.wanted, letter.marked_on) == ("撤销认定", date(2026, 9, 8))


def test_what_is_no_record_sheet_is_not_made_out_on_demand(entry: tuple[Office, int]) -> None:
    office, household = entry
    seen(office, household)
    for kind in (PaperKind.F05, PaperKind.F07, PaperKind.F15):
        assert "不是案件的记录表" in refused(office, household, kind)
    assert "没有可以制作" in refused(office, household, PaperKind.F14)
    with office.reading() as work:
        assert content(work, papers_of(work, read_case(work, household, 1), 2)[0]).form == "F05"


def test_a_clock_that_went_back_is_told_before_anything_is_written(lowered: tuple[Office, int],
clock: SetClock) -> None:
    office, household = lowered
    step(office, "jb01", household, "陈述申辩", speaker="试验乙", capacity="本人", said="不同意")
    clock.on(date(2026, 9, 1))
    assert "电脑时间" in refused(office, household, PaperKind.F14, **SPOKEN)
    clock.on(date(2026, 9, 2))
    assert made(office, household, PaperKind.F14, **SPOKEN).number
