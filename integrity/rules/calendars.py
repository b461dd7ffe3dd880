"""放假调休 (the yearly calendar of rest days): what the State Council's notice says, read from TOML or JSON text.

Which days are worked cannot be computed: the General Office of the State Council announces it a year at a time, under
全国年节及纪念日放假办法 第7条. A year without its notice is therefore not in any file, and is never guessed here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from integrity.errors import Invalid

_SATURDAY = 5


class DaysOff(NamedTuple):
    """放假 (days off): a closed range of days under the name of its festival; weekends inside it are listed too."""

    name: str
    since: date
    until: date

    def days(self) -> Iterator[date]:
        """Every day of the range."""
        for n in range((self.until - self.since).days + 1):
            yield self.since + timedelta(days=n)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """年度放假安排 (calendar of one year): the days off and the make-up working days of one notice.

    A notice may reach into December of the year before (the New Year weekend), so those days are allowed.
    Raises Invalid when the days contradict each other or lie outside the year.
    """

    year: int
    off: tuple[DaysOff, ...]
    on: tuple[date, ...]
    """Saturdays and Sundays that are worked (调休上班)."""
    notice: str
    """Title of the notice."""
    number: str = ""
    """Its document number; empty when not known."""
    signed_on: date | None = None
    source: str = ""
    grade: str = "M"
    """How sure the source is: V1 original read, V2 reprint read, V3 seen in other software, M from memory."""

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise Invalid(f"{self.year}年放假安排有误：{problem}")

    def _problems(self) -> Iterator[str]:
        if not self.off:
            yield "没有放假日期，可能尚未公布"
        for days in self.off:
            if days.until < days.since:
                yield f"{days.name}的起止日期颠倒"
        for on in self.on:
            if on.weekday() < _SATURDAY:
                yield f"{on}不是周六或周日，不能是调休上班日"
        listed = sorted([*self._days_off(), *self.on])
        for on in listed:
            if on.year != self.year and (on.year, on.month) != (self.year - 1, 12):
                yield f"{on}不属于该年度"
        for earlier, later in pairwise(listed):
            if earlier == later:
                yield f"{earlier}重复"

    def _days_off(self) -> Iterator[date]:
        for days in self.off:
            yield from days.days()

    def exceptions(self) -> dict[date, str]:
        """Each listed day → the name of its festival, or "" for a make-up working day."""
        named = {on: days.name for days in self.off for on in days.days()}
        return named | dict.fromkeys(self.on, "")

    def doubts(self) -> tuple[str, ...]:
        """What a person should look at before using an imported calendar; empty when nothing stands out.

        The weekdays off less the weekends worked must be the days that the law gives: 13 a year since 2025, 11 from
        2008 (全国年节及纪念日放假办法 第2、6条). A special notice may differ, so this warns and does not refuse.
        """
        lawful = 13 if self.year >= 2025 else 11
        given = sum(on.weekday() < _SATURDAY for on in self._days_off()) - len(self.on)
        found = []
        if given != lawful:
            found.append(f"放假工作日减去调休上班日为{given}天，法定应为{lawful}天，请核对通知原文")
        off = set(self._days_off())
        fixed = [date(self.year, month, day) for month, day in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))]
        found += [f"{on}是法定节日，但未列为放假" for on in fixed if on.weekday() < _SATURDAY and on not in off]
        return tuple(found)


def calendar_from_toml(text: str) -> CalendarYear:
    """Read one year from our own TOML (see integrity/data/calendars). Raises Invalid."""
    try:
        table = tomllib.loads(text)
        off = tuple(DaysOff(row["name"], _day(row["since"]), _day(row["until"])) for row in table.pop("off"))
        on = tuple(_day(value) for value in table.pop("on"))
        return CalendarYear(off=off, on=on, **table)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(f"放假安排文件无法读取：{error}") from error


def calendar_from_json(
    text: str, *, notice: str = "", number: str = "", signed_on: date | None = None, grade: str = "V3"
) -> CalendarYear:
    """Read one year of the data of holiday-cn: {"year", "papers", "days": [{"name", "date", "isOffDay"}]}.

    That project also keeps files for years that are not announced yet: they name no paper and are refused, because an
    empty file would make every festival a working day. Raises Invalid.
    """
    try:
        table: dict[str, Any] = json.loads(text)
        year, papers, rows = int(table["year"]), list(table["papers"]), table["days"]
        off = tuple(DaysOff(r["name"], d := date.fromisoformat(r["date"]), d) for r in rows if r["isOffDay"] is True)
        on = tuple(date.fromisoformat(r["date"]) for r in rows if r["isOffDay"] is False)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"放假安排文件无法读取：{error}") from error
    if not papers or len(off) + len(on) != len(rows):
        raise Invalid(f"{year}年放假安排尚未公布或不完整，不能导入")
    title = notice or f"国务院办公厅关于{year}年部分节假日安排的通知"
    return CalendarYear(year, off, on, title, number, signed_on, "；".join(map(str, papers)), grade)


def _day(value: object) -> date:
    """A TOML local date; a date-time (which is also a `date`) or a text is refused."""
    if type(value) is not date:
        raise ValueError(f"{value!r} 不是日期")
    return value
