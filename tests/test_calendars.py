"""放假调休: the calendars of the program, and what an imported one must be."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest

from integrity.errors import Invalid
from integrity.rules.calendars import CalendarYear, DaysOff, calendar_from_json, calendar_from_toml
from integrity.rules.workdays import PACKAGE_CALENDARS, Workdays, load_calendars

CALENDARS = load_calendars()
WORKDAYS = Workdays(CALENDARS)
COVERED = {2024, 2025, 2026}


def _d(text: str) -> date:
    return date.fromisoformat(text)


def test_every_day_of_2024_to_2026_agrees_with_chinese_calendar() -> None:
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]
    assert [on for on in days if WORKDAYS.is_workday(on) != chinese_calendar.is_workday(on)] == []
    assert days[-1] == date(2026, 12, 31)


def test_the_calendars_of_the_program_stand_up_to_their_own_doubts() -> None:
    assert {calendar.year: calendar.doubts() for calendar in CALENDARS} == dict.fromkeys(COVERED, ())


def test_each_calendar_names_its_notice_with_number_and_date() -> None:
    found = {c.year: (c.number, c.signed_on, c.grade) for c in CALENDARS}
    assert found == {
        2024: ("国办发明电〔2023〕7号", date(2023, 10, 25), "V2"),
        2025: ("国办发明电〔2024〕12号", date(2024, 11, 12), "V2"),
        2026: ("国办发明电〔2025〕7号", date(2025, 11, 4), "V2"),
    }
    assert all(str(c.year) in c.notice and c.source for c in CALENDARS)


def _as_json(calendar: CalendarYear, **changed: object) -> str:
    rows = [
        {"name": name or "调休", "date": str(on), "isOffDay": bool(name)} for on, name in calendar.exceptions().items()
    ]
    return json.dumps({"year": calendar.year, "papers": ["https://example.invalid/notice"], "days": rows} | changed)


@pytest.mark.parametrize("calendar", CALENDARS, ids=lambda calendar: str(calendar.year))
def test_a_calendar_imported_from_json_gives_the_same_days(calendar: CalendarYear) -> None:
    imported = calendar_from_json(_as_json(calendar), number=calendar.number, signed_on=calendar.signed_on)
    assert imported.exceptions() == calendar.exceptions()
    assert (imported.year, imported.notice, imported.number) == (calendar.year, calendar.notice, calendar.number)
    assert imported.source == "https://example.invalid/notice"


@pytest.mark.parametrize(
    "changed",
    [
        {"papers": []},
        {"days": []},
        {"days": [{"name": "元旦", "date": "2026-01-01"}]},
        {"days": [{"name": "元旦", "date": "1月1日", "isOffDay": True}]},
    ],
    ids=["no paper", "no days", "not said whether off", "not a date"],
)
def test_a_year_that_is_not_announced_or_incomplete_is_not_imported(changed: dict[str, object]) -> None:
    with pytest.raises(Invalid, match="放假安排"):
        calendar_from_json(_as_json(CALENDARS[-1], **changed))


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"year": "x"}', "year = 2026"])
def test_what_is_no_calendar_is_refused_by_both_readers(text: str) -> None:
    with pytest.raises(Invalid):
        calendar_from_json(text)
    with pytest.raises(Invalid):
        calendar_from_toml(text)


def test_a_toml_calendar_with_a_moment_or_an_unknown_key_is_refused() -> None:
    text = (PACKAGE_CALENDARS / "2026.toml").read_text(encoding="utf-8")
    with pytest.raises(Invalid, match="不是日期"):
        calendar_from_toml(text.replace("on = [2026-01-04", "on = [2026-01-04T00:00:00"))
    with pytest.raises(Invalid, match="无法读取"):
        calendar_from_toml("colour = 1\n" + text)


def _year(off: list[tuple[str, str]], on: list[str]) -> CalendarYear:
    return CalendarYear(2027, tuple(DaysOff("元旦", _d(a), _d(b)) for a, b in off), tuple(map(_d, on)), "通知")


@pytest.mark.parametrize(
    ("off", "on", "reason"),
    [
        ([], [], "尚未公布"),
        ([("2027-01-03", "2027-01-01")], [], "颠倒"),
        ([("2027-01-01", "2027-01-03")], ["2027-01-04"], "不是周六或周日"),
        ([("2027-01-01", "2027-01-03")], ["2027-01-03"], "重复"),
        ([("2027-01-01", "2027-01-03"), ("2027-01-03", "2027-01-03")], [], "重复"),
        ([("2028-01-01", "2028-01-03")], [], "不属于该年度"),
        ([("2026-11-30", "2026-11-30")], [], "不属于该年度"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(off: list[tuple[str, str]], on: list[str], reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        _year(off, on)


def test_a_notice_may_reach_into_december_of_the_year_before() -> None:
    extended = Workdays((*CALENDARS, _year([("2026-12-31", "2027-01-02")], ["2026-12-26"])))
    assert not extended.is_workday(date(2026, 12, 31))
    assert extended.is_workday(date(2026, 12, 26))


def test_an_imported_calendar_with_too_few_days_off_raises_doubts() -> None:
    doubts = _year([("2027-01-01", "2027-01-03")], []).doubts()
    assert "13天" in doubts[0]
    assert [text[:10] for text in doubts[1:]] == ["2027-10-01"]  # 1 May and 2, 3 October 2027 fall on a weekend


def test_two_calendars_of_one_year_or_in_contradiction_are_refused() -> None:
    with pytest.raises(Invalid, match="重复"):
        Workdays((CALENDARS[0], CALENDARS[0]))
    with pytest.raises(Invalid, match="矛盾"):
        Workdays(
            (_year([("2026-12-26", "2027-01-01")], []), CalendarYear(2026, CALENDARS[2].off, (_d("2026-12-26"),), ""))
        )


def test_a_calendar_file_named_for_another_year_is_refused(tmp_path: Path) -> None:
    text = (PACKAGE_CALENDARS / "2026.toml").read_text(encoding="utf-8")
    (tmp_path / "2027.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"2027\.toml"):
        load_calendars(tmp_path)
