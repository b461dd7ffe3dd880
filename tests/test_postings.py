"""公示 (public notices): what may stand on a list, how long it hangs, and that nothing is seen of it afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from integrity import assistance, calendars, editions, households, persons, postings
from integrity.case_files import Case, seal
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unset
from integrity.postings import Line, Tally
from integrity.records.ledger import Step
from integrity.records.office import Audit, PaperData, Posting, PostingNote
from integrity.rules.policy import PACKS, load
from integrity.terms import Capacity, PostingEvent, PostingKind, Presence, Procedure, Relation, Scheme
from integrity.work import Office, Work
from scheduler.jobs import TIMETABLE
from scheduler.runner import run_now
from tests.conftest import SetClock, carried_over
from tests.papers_office import COUNTY, TOWNSHIP, VILLAGE, furnish, papers
from tests.policy_texts import pack, row

__all__ = ["papers"]

Family = Callable[..., int]
DAY = date(2026, 9, 22)
GROWN, CHILD = date(1970, 5, 1), date(2015, 5, 1)
BOARD = "村务公开栏"
CALENDAR_2027 = """
year = 2027
notice = "国务院办公厅关于2027年部分节假日安排的通知"
number = "国办发明电〔2026〕99号"
signed_on = 2026-11-20
source = "试验用"
grade = "V3"
on = []
off = [
    { name = "元旦", since = 2027-01-01, until = 2027-01-03 },
]
"""


@pytest.fixture
def town(office: Office, clock: SetClock, papers: Path) -> Office:
    """A furnished office on 22 September 2026."""
    clock.on(DAY)
    return furnish(office)


def steps(work: Work, household: int, procedure: Procedure, *taken: tuple[str, dict[str, Any]]) -> int:
    """A case of a household that has come as far as these steps, each by other hands; its number."""
    case, own = Case(household, 1, procedure, None, None, ()), work.actor
    for n, (code, data) in enumerate(taken, start=1):
        work.actor = f"jb1{n}"
        work.append(household, Step(
            happened_on=work.today, area=VILLAGE, case_no=1, step_no=n, procedure=procedure, step=code,
            data_sha256=seal(work, case, n, data),
        ))  # fmt: skip
    work.actor = own
    return 1


def applied(work: Work, household: int, scheme: Scheme = Scheme.DIBAO, **review: Any) -> Line:
    """An application that was reviewed."""
    told = {"opinion": "拟予确认", "amount": 52_000, "reason": "收入低于标准"} | review
    return Line(household, steps(
        work, household, Procedure.APPLICATION, ("RECEIVED", {"scheme": scheme.value, "applicant": "试验甲"}),
        ("ACCEPTED", {}), ("VISITED", {"found": "如实"}), ("REVIEWED", told),
    ))  # fmt: skip


def leaving(work: Work, household: int, *more: tuple[str, dict[str, Any]]) -> Line:
    """A 特困 person who leaves of his own will, and says that he has nothing to add."""
    taken = more or (("OPEN", {"outcome": "退出", "reason": "患病已愈，自愿退出"}), ("WAIVED", {}), ("REVIEW", {}))
    return Line(household, steps(work, household, Procedure.TEKUN, *taken))


def given(work: Work, household: int, on: date = date(2026, 9, 1)) -> Line:
    """A household with 低保 of 610 yuan."""
    assistance.grant(work, household, Scheme.DIBAO, decided_on=on, effective_on=on, decided_by="sp01", amount=61_000)
    return Line(household)


def up(work: Work, line: Line, kind: PostingKind = PostingKind.REVIEW, **more: Any) -> Posting:
    """One household on the board."""
    return postings.post(work, kind, VILLAGE, [line], on=work.today, place=BOARD, **more)


def regional(town: Office, folder: Path, body: str) -> None:
    """The county's own policy, put in force."""
    folder.mkdir()
    (folder / "370811.toml").write_text(pack(body), encoding="utf-8")
    with town.work("sp01") as work:
        editions.register(work, load(PACKS, folder))


def printed(path: Path) -> str:
    """The words on a printed sheet, without white space."""
    return "".join(re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(path.read_bytes())).pages)


def test_seven_days_are_days_and_seven_working_days_are_others(town: Office, family: Family, tmp_path: Path) -> None:
    """C05."""
    with town.work("jb01") as work:
        first = up(work, applied(work, family(work, (GROWN,))))
    regional(town, tmp_path / "own", row(key='"apply.publicity"', value="7", unit='"工作日"'))
    with town.work("jb01") as work:
        second = up(work, applied(work, family(work, (GROWN,))))
    assert (first.since, first.until) == (DAY, date(2026, 9, 29))
    assert "当日不计入" in first.computed
    assert "CN:apply.publicity@2021-07-01" in first.computed
    assert second.until == date(2026, 10, 9)
    assert "国庆" in second.computed
    assert "370811:apply.publicity" in second.computed


def test_an_end_of_tekun_hangs_seven_days_and_then_may_be_decided(
    town: Office, clock: SetClock, family: Family
) -> None:
    """C18; the board tells neither why nor anything else about the person."""
    clock.on(date(2026, 9, 8))
    with town.work("fh01") as work:
        household = family(work, (GROWN,))
        posting = up(work, leaving(work, household), PostingKind.TEKUN_END)
        shown = printed(postings.print_sheet(work, posting))
        last = [postings.over_without_objection(work, household, 1, date(2026, 9, day)) for day in (8, 15, 16)]
    assert posting.until == date(2026, 9, 15)
    assert last == [Tally(False, True, False), Tally(False, True, False), Tally(True, True, False)]
    assert "任城区民政局" in shown
    assert "试验乙" in shown
    assert BOARD in shown
    assert not re.search("自愿|患病|元", shown)


def test_a_tekun_person_is_heard_before_others_read_of_it(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        unheard = leaving(work, family(work, (GROWN,)), ("OPEN", {"outcome": "退出"}))
        with pytest.raises(Refused, match=r"没有听取意见和复核.*第48条"):
            up(work, unheard, PostingKind.TEKUN_END)
        early = leaving(work, family(work, (GROWN,)), ("OPEN", {"outcome": "退出"}), ("NOTICE", {}), ("STATEMENT", {}))
        with pytest.raises(Refused, match="现在不能公示"):
            up(work, early, PostingKind.TEKUN_END)
        gone = family(work, (GROWN,))
        households.change_member(work, gone, 1, since=date(2026, 9, 1), presence=Presence.DEAD)
        posting = up(work, leaving(work, gone, ("OPEN", {"outcome": "退出"})), PostingKind.TEKUN_END)
        assert "试验乙" in str(postings.sheet(work, posting))


def test_the_village_sees_name_number_and_amount_and_no_more(town: Office, clock: SetClock) -> None:
    """C39; a published name does not stay a day longer because the last one is a Saturday."""
    with town.work("jb01") as work:
        household = households.register(work, "JN9", area=VILLAGE, address="病房路 9 号", urban=True, since=DAY)
        number = "370811197005014217"
        person = persons.register(
            work, "欧阳试验", id_number="", born_on=GROWN, phone="13800001234", account="6222020200112233445"
        )  # fmt: skip
        households.enter_member(
            work, household, person, no=1, since=DAY, area=VILLAGE, relation=Relation.HEAD, capacity=Capacity.LIMITED
        )
        clock.now += timedelta(days=1)
    with town.work("jb01") as work:
        assistance.grant(
            work, household, Scheme.DIBAO, decided_on=DAY, effective_on=date(2026, 10, 1), decided_by="sp01",
            amount=61_050,
        )  # fmt: skip
        shown = printed(postings.print_sheet(work, up(work, Line(household), PostingKind.RESULT, months=4)))
        hidden = work.session.exec(select(PaperData)).all()
    for word in ("确认结果公布单", "欧阳试验", "1人", "610.50元", "济宁市任城区试验街道试验社区", "2027年1月23日"):
        assert word in shown, word
    for word in (number, "13800001234", "6222020200112233445", "病房路", "JN9", "积分", "限制民事", "张贴"):
        assert word not in shown, word
    assert hidden
    assert all("欧阳".encode() not in one.cipher for one in hidden)


def test_a_minor_is_never_named(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        alone = applied(work, family(work, (CHILD,)))
        with pytest.raises(Refused, match=r"户 JN000001：该户只有未成年人.*未成年人保护法第4条"):
            up(work, alone)
        by_guardian = postings.sheet(work, up(work, alone._replace(guardian="王 五")))
        with_mother = postings.sheet(work, up(work, applied(work, family(work, (CHILD, GROWN)))))
        with pytest.raises(Refused, match="户主已经成年"):
            up(work, applied(work, family(work, (GROWN,)))._replace(guardian="王五"))
        with pytest.raises(Refused, match="姓名含有不能使用的字符"):
            up(work, applied(work, family(work, (CHILD,)))._replace(guardian="王五（肺病）"))
    assert [one.rows[0].name for one in (by_guardian, with_mother)] == ["王五", "试验丙"]  # type: ignore[attr-defined]
    assert with_mother.rows[0].persons == 2  # type: ignore[attr-defined]


def test_a_region_may_ask_for_masked_names(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        shown = printed(postings.print_sheet(work, up(work, applied(work, family(work, (GROWN,))), masked=True)))
    assert "试*乙" in shown
    assert "试验乙" not in shown


def test_after_the_last_day_nothing_shows_it(town: Office, clock: SetClock, family: Family, papers: Path) -> None:
    with town.work("jb01") as work:
        posting = up(work, applied(work, family(work, (GROWN,))))
        file = postings.print_sheet(work, posting)
        same = file.read_bytes()
    clock.on(posting.until)
    with town.work("jb01") as work:
        assert postings.print_sheet(work, posting).read_bytes() == same
        assert postings.standing(work, work.today, VILLAGE) == [posting]
        assert postings.standing(work, work.today, "370811001002") == []
        assert not postings.due_down(work, work.today)
    clock.on(posting.until + timedelta(days=1))
    with town.work("jb01") as work:
        for look in (postings.sheet, postings.print_sheet):
            with pytest.raises(Refused, match="期限到 2026-09-29，现已撤下，不再显示和打印"):
                look(work, posting)
        assert postings.standing(work, work.today) == []
        assert postings.due_down(work, work.today) == [posting]
    job = next(one for one in TIMETABLE if one.code == "postings")
    assert run_now(town, job).summary.startswith("应撤下公示1件")
    assert not file.exists()
    with town.work("jb01") as work:
        assert postings.remind(work) == f"应撤下公示1件：{posting.number}（试验社区，{BOARD}）"
        postings.taken_down(work, posting)
        assert postings.remind(work) == "没有应撤下的公示"
        with pytest.raises(Conflict, match="已登记撤下"):
            postings.taken_down(work, posting)
        said = "".join(f"{one.subject}{one.detail}" for one in work.session.exec(select(Audit)))
    assert "试验乙" not in said


def test_an_objection_is_kept_sealed_and_holds_the_case(town: Office, clock: SetClock, family: Family) -> None:
    with town.work("jb01") as work:
        mine, other = applied(work, family(work, (GROWN,))), applied(work, family(work, (GROWN,)))
        posting = postings.post(work, PostingKind.REVIEW, VILLAGE, [mine, other], on=DAY, place=BOARD)
        with pytest.raises(NotFound, match="没有这一户"):
            postings.object_to(work, posting, 999, "收入没有如实申报")
    clock.on(date(2026, 9, 30))
    with town.work("jb01") as work:
        note = postings.object_to(work, posting, mine.household_id, "邻居反映有车", on=date(2026, 9, 29))
        with pytest.raises(Refused, match=r"2026-09-30 不在公示期内.*第36条"):
            postings.object_to(work, posting, mine.household_id, "邻居反映有车")
        before, on, free = (
            postings.over_without_objection(work, one.household_id, 1, date(2026, 9, day))
            for one, day in ((mine, 28), (mine, 30), (other, 30))
        )
        kept = work.session.get(PaperData, note.data_sha256)
    assert kept is not None
    assert "有车".encode() not in kept.cipher
    assert (before, on, free) == (Tally(False, True, False), Tally(True, True, True), Tally(True, True, False))


def test_a_new_notice_takes_the_place_of_one_that_was_taken_down(town: Office, clock: SetClock, family: Family) -> None:
    with town.work("jb01") as work:
        line = applied(work, family(work, (GROWN,)))
        first = up(work, line)
        with pytest.raises(Refused, match=f"正在公示（{first.number}，到 2026-09-29），重新公示请先登记撤下"):
            up(work, line)
        with pytest.raises(Refused, match="提前撤下请写明理由"):
            postings.taken_down(work, first)
        postings.taken_down(work, first, reason="有异议，重新调查")
        assert postings.standing(work, work.today, COUNTY) == []
    clock.on(date(2026, 9, 30))
    with town.work("jb01") as work:
        assert postings.over_without_objection(work, line.household_id, 1, work.today) == Tally(False, True, False)
        second = up(work, line)
        assert (first.number, second.number) == ("试街示〔2026〕1号", "试街示〔2026〕2号")
        assert postings.over_without_objection(work, line.household_id, 1, date(2026, 10, 9)).over
        assert postings.over_without_objection(work, line.household_id, 2, date(2026, 10, 9)) == Tally(
            False, False, False
        )


def test_a_sheet_hung_late_does_not_count(town: Office, clock: SetClock, family: Family) -> None:
    with town.work("jb01") as work:
        line = applied(work, family(work, (GROWN,)))
        posting = up(work, line, evidence="0" * 64)
    clock.on(date(2026, 9, 24))
    with town.work("jb01") as work:
        postings.hung(work, posting, on=DAY, evidence="1" * 64)
        assert postings.over_without_objection(work, line.household_id, 1, date(2026, 9, 30)).over
        postings.hung(work, posting, on=date(2026, 9, 24), evidence="2" * 64)
        assert not postings.over_without_objection(work, line.household_id, 1, date(2026, 9, 30)).over


def test_on_an_uncertain_calendar_nothing_adverse_is_put_up(town: Office, clock: SetClock, family: Family) -> None:
    clock.on(date(2026, 12, 25))
    with town.work("jb01") as work:
        leaver, applicant = leaving(work, family(work, (GROWN,))), applied(work, family(work, (GROWN,)))
        with pytest.raises(Refused, match=r"2027年放假安排尚未录入.*红线第14条"):
            up(work, leaver, PostingKind.TEKUN_END)
        posting = up(work, applicant)
        assert posting.until == date(2027, 1, 1)
        assert "2027年放假安排尚未录入" in posting.computed
        late = date(2027, 1, 12)
        assert postings.over_without_objection(work, applicant.household_id, 1, late) == Tally(True, False, False)
        calendars.load(work, CALENDAR_2027)
        known = postings.over_without_objection(work, applicant.household_id, 1, late)
        assert known == Tally(False, True, False), "1 January is a rest day: it came down three days too early"
        assert up(work, leaver, PostingKind.TEKUN_END).until == date(2027, 1, 4)


def test_how_long_a_result_hangs_is_asked_where_no_text_says_it(town: Office, family: Family, tmp_path: Path) -> None:
    with town.work("jb01") as work:
        line = given(work, family(work, (GROWN,)))
        with pytest.raises(Unset, match=r"posting\.confirmed_months没有设定，请人工确定"):
            up(work, line, PostingKind.RESULT)
        with pytest.raises(Refused, match=r"最长一年.*个人信息保护法第6条、第19条"):
            up(work, line, PostingKind.RESULT, months=13)
        with pytest.raises(Refused, match="公示期由政策确定（7天）"):
            up(work, applied(work, family(work, (GROWN,))), months=1)
    regional(town, tmp_path / "own", row(key='"posting.confirmed_months"', value="6", unit='"月"'))
    with town.work("jb01") as work:
        with pytest.raises(Refused, match="不能另写月数"):
            up(work, line, PostingKind.RESULT, months=3)
        posting = up(work, line, PostingKind.RESULT)
        assert posting.until == date(2027, 3, 22)
        with pytest.raises(Refused, match="正在公示"):
            up(work, line, PostingKind.RESULT)


def test_a_result_shows_what_is_paid_to_whom_it_is_paid(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        plain = Line(family(work, (GROWN,)))
        with pytest.raises(Refused, match="没有正在享受的救助"):
            up(work, plain._replace(fen=1), PostingKind.RESULT, months=1)
        line = given(work, family(work, (GROWN,)), on=date(2026, 6, 1))
        assistance.withdraw(  # decided before hearings and cases were law
            carried_over(work), line.household_id, months=3, schedule=(100, 80, 50), decided_on=date(2026, 6, 15),
            effective_on=date(2026, 7, 1), decided_by="sp01",
        )  # fmt: skip
        for fen in (None, -1, 61_001):
            with pytest.raises(Refused, match=r"在渐退期，请写明实际发放的金额（不高于610\.00元）"):
                up(work, line._replace(fen=fen), PostingKind.RESULT, months=1)
        assert up(work, line._replace(fen=30_500), PostingKind.RESULT, months=1).until == date(2026, 10, 22)


def test_a_list_names_every_household_that_cannot_stand_on_it(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        good, refused, other = (applied(work, family(work, (GROWN,))) for _ in range(3))
        plain, closed, tekun = (family(work, (GROWN,)) for _ in range(3))
        lines = [
            good, refused._replace(fen=1), other._replace(case_no=7), Line(plain), leaving(work, closed),
            applied(work, tekun, Scheme.TEKUN), applied(work, family(work, (GROWN,)), opinion="拟不予确认"),
        ]  # fmt: skip
        with pytest.raises(Refused) as told:
            postings.post(work, PostingKind.REVIEW, VILLAGE, lines, on=DAY, place=BOARD)
        assert work.session.exec(select(Posting)).all() == []
    for said in (
        "户 JN000002：写明的金额0.01元与审核意见中的520.00元不一致", "户 JN000003：该户没有第 7 号案件",
        "户 JN000004：请写明案件号", "户 JN000005：第 1 号案件是“特困供养终止”，不办理审核结果公示",
        "户 JN000006：申请的是“特困人员救助供养”，应办理特困人员认定公示", "户 JN000007：拟不予确认的不张榜",
    ):  # fmt: skip
        assert said in str(told.value), said
    assert "JN000001" not in str(told.value)


def test_who_where_when_and_what_kind_are_looked_at_first(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        line = applied(work, family(work, (GROWN,)))
        for changed, error, reason in (
            ({"area": TOWNSHIP}, Refused, "在申请家庭所在的村、社区进行"),
            ({"area": "370811001002"}, Refused, r"不住在这个村（社区）"),
            ({"on": DAY - timedelta(days=1)}, Refused, "红线第16条"),
            ({"on": DAY + timedelta(days=1)}, Refused, "红线第16条"),
            ({"lines": []}, Invalid, "没有家庭"),
            ({"lines": [line, line]}, Invalid, "出现两次"),
            ({"lines": [line, Line(9)], "kind": PostingKind.TEKUN_END}, Refused, "一人一张"),
            ({"place": " "}, Invalid, "张贴的地点"),
        ):  # fmt: skip
            asked = {"kind": PostingKind.REVIEW, "area": VILLAGE, "lines": [line], "on": DAY, "place": BOARD} | changed
            with pytest.raises(error, match=reason):
                postings.post(work, **asked)  # type: ignore[arg-type]
    for who in ("sp01", "nobody"):
        with town.work(who) as work, pytest.raises(Forbidden):
            up(work, line)


def test_what_was_put_up_cannot_be_changed(town: Office, family: Family) -> None:
    with town.work("jb01") as work:
        posting = up(work, applied(work, family(work, (GROWN,))))
    for table, column in (("posting", "until"), ("posting_line", "line_no"), ("posting_note", "evidence")):
        with pytest.raises(Exception, match="只能追加"), town.work("sp01") as work:
            work.session.connection().exec_driver_sql(f"UPDATE {table} SET {column} = {column}")
    with town.work("jb01") as work:
        notes = work.session.exec(select(PostingNote).where(PostingNote.posting_id == posting.id)).all()
        assert [one.event for one in notes] == [PostingEvent.POSTED]
        assert postings.by_number(work, posting.number) == posting
        false = "f" * 64
        cipher = work.vault.seal_bytes(b"[]", f"paper_data|{false}")
        work.put(PaperData(sha256=false, key_id=work.vault.current, cipher=cipher))
        with pytest.raises(Invalid, match="内容已被改动"):
            postings.sheet(work, Posting(**(posting.model_dump() | {"data_sha256": false})))
        with pytest.raises(Refused, match="已依法销毁或者缺失"):
            postings.sheet(work, Posting(**(posting.model_dump() | {"data_sha256": "e" * 64})))
