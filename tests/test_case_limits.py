"""案件的边界 (limits of cases): what may be stated, how far a clock may be moved, what is opened only once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import func, select

from integrity import case_files, case_reminders, docket
from integrity.case_facts import clocks
from integrity.case_files import read_case
from integrity.cases import open_case, take
from integrity.errors import Invalid, NotFound, Refused
from integrity.records.ledger import Notice, Step
from integrity.rules.identity import make_id, refuse_id_numbers
from integrity.rules.stated import LONGEST, check_text, empty, seen
from integrity.terms import Procedure, Scheme
from integrity.work import Office
from tests.case_office import opened, step
from tests.conftest import SetClock
from tests.papers_office import COUNTY, furnish, granted, papers

__all__ = ["papers"]
TODAY = date(2026, 9, 1)
NUMBER = make_id("370811", date(1980, 5, 1), 12)
DEATH = {"happened_on": date(2026, 8, 20), "reported_on": date(2026, 8, 31)}
OTHER = {**DEATH, "what": "搬到另一个村居住"}


@pytest.fixture
def home(office: Office, family: Callable[..., int], papers: object, clock: SetClock) -> Office:
    """An office with two assisted households, as of 2026-09-01."""
    furnish(office)
    granted(office, family, 2)
    clock.on(TODAY)
    return office


@pytest.fixture
def new(home: Office, family: Callable[..., int]) -> int:
    """A household without assistance whose application was received."""
    with home.work("jb01") as work:
        household = family(work, (date(1980, 5, 1),), since=date(2026, 1, 10))
    given = {"applicant": "户主", "scheme": Scheme.DIBAO.value, "missing": "流水"}
    opened(home, "jb01", household, Procedure.APPLICATION, **given)
    return household


def counted(office: Office) -> tuple[int, int]:
    """Steps and papers in the books."""
    with office.reading() as work:
        return (
            work.session.exec(select(func.count()).select_from(Step)).one(),
            work.session.exec(select(func.count()).select_from(Notice)).one(),
        )


@pytest.mark.parametrize("within", ["随便", "1小时", "99999999999个工作日", "0日", "61个工作日", "10年", "-5日"])
def test_a_time_that_no_clock_can_be_reckoned_from_is_refused_before_a_number_is_taken(
    home: Office, new: int, within: str
) -> None:
    before = counted(home)
    with pytest.raises(Invalid, match="期"):
        step(home, "jb01", new, "MISSING", missing="流水", within=within)
    assert counted(home) == before
    step(home, "jb01", new, "MISSING", missing="流水", within="10个工作日")


def test_a_clock_that_cannot_be_read_says_why_and_locks_nothing(home: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier version let through: the case goes on, the list and the job name it."""
    opened(home, "jb01", 1, Procedure.CHANGE, "OTHER", member_no=1, **OTHER)
    with home.work("fh01") as work:
        case = read_case(work, 1, 1)
        data = {"clock": "event", "length": "随便", "reason": "旧数据", "basis": "旧数据"}
        digest = case_files.seal(work, case, 2, data)
        work.append(1, Step(
            happened_on=TODAY, area=COUNTY, case_no=1, step_no=2, procedure=Procedure.CHANGE, step="EXTEND",
            member_no=1, data_sha256=digest,
        ))  # fmt: skip
    with home.work("fh01") as work:
        running = clocks(work, read_case(work, 1, 1), work.today)["event"]
        assert running.last_day is None
        assert "随便" in running.why
        (one,) = docket.waiting(work, COUNTY)
        assert [one.nearest.last_day if one.nearest else TODAY] == [None]
        assert "不能计算" in case_reminders.remind(work)
    step(home, "jb01", 1, "CHECKED", found="已搬回")


def test_one_case_that_cannot_be_read_is_one_line_and_the_others_stay_listed(home: Office) -> None:
    opened(home, "jb01", 1, Procedure.CHANGE, "OTHER", member_no=1, **OTHER)
    opened(home, "jb01", 2, Procedure.CHANGE, "OTHER", member_no=1, **OTHER)
    with home.work("fh01") as work:
        work.append(1, Step(
            happened_on=TODAY, area=COUNTY, case_no=1, step_no=2, procedure=Procedure.CHANGE, step="CHECKED",
            member_no=1, data_sha256="f" * 64,
        ))  # fmt: skip
    with home.work("fh01") as work:
        bad, good = docket.waiting(work, COUNTY)
        assert (bad.case.household_id, good.case.household_id) == (1, 2)
        assert ("没有找到" in bad.fault, bad.due(work.today), good.fault) == (True, True, "")
        assert "无法读取、请人工查明 1 件" in case_reminders.remind(work)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("真" * (LONGEST + 1), "不超过4000字"), ("收到\x00", "U+0000"), ("收到\x1b[2J", "U+001B"),
        ("收到\x07", "U+0007"),
        ("收到\u202e", "U+202E"), ("收到\ue000", "U+E000"), ("收到\ud800", "U+D800"), ("收到\ufffe", "U+FFFE"),
    ],
    ids=["long", "nul", "escape", "bell", "turning", "private", "half", "none"],
)  # fmt: skip
def test_text_that_cannot_be_kept_or_printed_is_refused_below_every_way_in(home: Office, text: str, said: str) -> None:
    before = counted(home)
    with pytest.raises(Invalid, match=said.replace("+", r"\+")):
        opened(home, "jb01", 1, Procedure.CHANGE, "OTHER", member_no=1, **(OTHER | {"what": text}))
    with home.work("jb01") as work, pytest.raises(Invalid, match=said.replace("+", r"\+")):
        case_files.seal(work, case_files.Case(1, 1, Procedure.CHANGE, None, None, ()), 1, {"what": text})
    assert counted(home) == before


def test_what_nobody_can_see_states_nothing() -> None:
    assert all(map(empty, ("", " \n", "\u200b\u200b\u200b", "\u3164\u2800", "\u3000", None, ())))
    assert seen("理\u200b由") == "理由"
    assert not any(map(empty, ("理由", 0, False)))
    for text in ("𬱖家村", "㑇㘎㙍", "第一行\n第二行", "é", "“原话”——不同意……"):
        check_text("内容", text)


def test_a_reason_of_invisible_characters_is_no_reason(home: Office) -> None:
    opened(home, "jb01", 1, Procedure.COMMITMENT, "EXPLAINED", occasion="补签", member_no=1)
    with pytest.raises(Refused, match="请填写理由"):
        step(home, "jb01", 1, "REFUSED", reason="\u200b\u200b\u200b")
    with pytest.raises(Refused, match="请写明理由"):
        step(home, "jb01", 1, "REFUSED", reason="忙\u200b\u200b")


@pytest.mark.parametrize("wrong", [date(9999, 12, 31), date(1500, 1, 1)])
def test_days_with_which_nobody_can_reckon_are_refused(home: Office, wrong: date) -> None:
    with pytest.raises(Invalid, match="1900 年至 2100 年"):
        opened(home, "jb01", 1, Procedure.CHANGE, "OTHER", member_no=1, **(OTHER | {"reported_on": wrong}))


def test_an_old_number_of_fifteen_digits_is_an_id_number_too() -> None:
    old = "370811800501123"
    hidden = (
        f"原号{old}。",
        "370811８００５０１１２３",
        "3708118005\u200b01123",
        make_id("370811", date(1980, 5, 1), 12),
    )
    for text in hidden:
        with pytest.raises(Invalid, match="身份证号"):
            refuse_id_numbers("内容", text)
    for text in ("370811801301123", "007811800501123", f"{old}9", "电话13800000000", "2026090100012"):
        refuse_id_numbers("内容", text)


def shift(office: Office, household: int, code: str, clock: str = "total", **given: Any) -> None:
    """Suspend or extend a clock of the first household's case."""
    with office.work("fh01") as work:
        take(work, household, 1, code, clock=clock, reason="等待核对结果", basis="民发〔2021〕57号第22条", **given)


def test_a_clock_is_moved_within_bounds_and_computed_before_it_is_written(home: Office, new: int) -> None:
    step(home, "jb01", new, "ACCEPTED")
    before = counted(home)
    for since, until, said in (
        (date(1900, 1, 1), date(2100, 1, 1), "不能早于"), (TODAY, date(9999, 12, 31), "年之间的日期"),
        (TODAY, date(2100, 1, 1), "不超过一年"), (TODAY, date(2026, 8, 1), "早于起始"), (TODAY, None, "起止日期"),
        (date(2026, 8, 31), date(2026, 9, 9), "不能早于"),
    ):  # fmt: skip
        with pytest.raises((Refused, Invalid), match=said):
            shift(home, new, "SUSPEND", since=since, until=until)
    for length in ("20000个工作日", "30000日", "100年", "24小时", "随便", ""):
        with pytest.raises((Refused, Invalid), match=r"最长|不能超过一年|不能计算|无法识别"):
            shift(home, new, "EXTEND", length=length)
    assert counted(home) == before
    shift(home, new, "SUSPEND", since=TODAY, until=date(2026, 9, 30))
    with home.reading() as work:
        assert docket.waiting(work, COUNTY)


def test_the_same_thing_is_opened_once_until_it_has_ended(home: Office) -> None:
    told = {"occasion": "补签", "member_no": 1}
    opened(home, "jb01", 1, Procedure.COMMITMENT, "EXPLAINED", **told)
    before = counted(home)
    with pytest.raises(Refused, match="第 1 号案件（诚信承诺）还没有办结"):
        opened(home, "jb01", 1, Procedure.COMMITMENT, "EXPLAINED", **told)
    assert counted(home) == before
    opened(home, "jb01", 1, Procedure.COMMITMENT, "EXPLAINED", **(told | {"member_no": 2}))
    step(home, "jb01", 1, "REFUSED", reason="本人不愿签署")
    opened(home, "jb01", 1, Procedure.COMMITMENT, "EXPLAINED", **told)


def test_requests_about_different_rights_are_different_cases(home: Office) -> None:
    asked = {"capacity": "本人", "speaker": "本人", "said": "请提供", "member_no": 1, "evidence": "a" * 64}
    opened(home, "jb01", 1, Procedure.RIGHTS, kind="查阅复制", **asked)
    opened(home, "jb01", 1, Procedure.RIGHTS, kind="解释说明", **asked)
    with pytest.raises(Refused, match="第 2 号案件"):
        opened(home, "jb01", 1, Procedure.RIGHTS, kind="解释说明", **asked)


def test_a_case_number_beyond_every_number_is_not_found(home: Office) -> None:
    with home.reading() as work:
        for number in (10**20, -1, 0, 2**31):
            with pytest.raises(NotFound, match="号案件"):
                read_case(work, 1, number)


def test_the_docket_asks_the_database_as_often_for_many_cases_as_for_few(
    home: Office, family: Callable[..., int]
) -> None:
    for household in (1, 2):
        opened(home, "jb01", household, Procedure.CHANGE, "OTHER", member_no=1, **OTHER)
    few = asked(home, 2)
    with home.work("jb01") as work:
        for household in granted_more(home, family):
            open_case(work, household, Procedure.CHANGE, "OTHER", member_no=1, **OTHER)
    assert asked(home, 32) <= few + 1


def granted_more(office: Office, family: Callable[..., int]) -> list[int]:
    """Thirty further households."""
    with office.work("jb01") as work:
        return [family(work, (date(1980, 5, 1),), since=date(2026, 1, 10)) for _ in range(30)]


def asked(office: Office, cases: int) -> int:
    """How many queries the docket takes; it lists this many cases."""
    queries: list[str] = []
    with office.reading() as work:
        connection = work.session.connection()

        def note(*told: Any) -> None:
            queries.append(str(told[2]))

        event.listen(connection, "before_cursor_execute", note)
        assert len(docket.waiting(work, COUNTY)) == cases
        event.remove(connection, "before_cursor_execute", note)
    return len(queries)
