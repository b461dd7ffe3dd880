"""终端 (console): what every command needs: the office, who acts, how a day or a sum is written, tables."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, DecimalException
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import inspect

from integrity import catching_up, database, households
from integrity.errors import Refused
from integrity.permissions import require
from integrity.records.columns import SHANGHAI
from integrity.rules.areas import check
from integrity.rules.stated import MOST_FEN
from integrity.settings import Settings, settings
from integrity.terms import Term
from integrity.work import Office, Work, open_office, wall_clock

T = TypeVar("T", bound=Term)
OUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160)
ERR = Console(highlight=False, soft_wrap=True, stderr=True)


@contextmanager
def opened(*, checked: bool = True, chosen: Settings | None = None) -> Iterator[Office]:
    """The installation, closed at the end. Raises NotFound or Refused when `chengxin init` has not been run.

    `checked` refuses a database without its guards; only `verify` looks at one all the same. `chosen`: other settings
    than those of the surroundings.
    """
    office = open_office(chosen or settings())
    try:
        if not inspect(office.reading_engine).has_table("household"):
            raise Refused("数据库还没有建立，请先运行 chengxin init")
        database.check_revision(office.reading_engine)
        if checked:
            database.check_guards(office.reading_engine)
            with office.reading() as work:
                for line in catching_up.shortfall(work):
                    ERR.print(f"警告：{line}", style="yellow", markup=False)
        yield office
    finally:
        office.dispose()


@contextmanager
def acting(by: str, matter: str, area: str = "") -> Iterator[Work]:
    """One piece of work of an officer who may do `matter`; see `permissions`."""
    with opened() as office, office.work(actor(by)) as work:
        require(work, matter, area)
        yield work


def may(office: Office, who: str, matter: str) -> None:
    """Raise Forbidden unless `who` may do `matter`: for use cases that open their own pieces of work."""
    with office.reading() as work:
        work.actor = who
        require(work, matter)


@contextmanager
def on_household(by: str, matter: str, household: str) -> Iterator[tuple[Work, int]]:
    """One piece of work on a household of the officer's own area; the work and the household's id."""
    with acting(by, matter) as work:
        household_id = found(work, household)
        require(work, matter, households.home(work, household_id, work.today).area)
        yield work, household_id


def actor(by: str) -> str:
    """工号 from --by, else CHENGXIN_ACTOR. Raises Refused when neither is given."""
    chosen = by or settings().actor
    if not chosen:
        raise Refused("请用 --by 工号 说明由谁经办，或者设置环境变量 CHENGXIN_ACTOR")
    return chosen


def found(work: Work, household: str) -> int:
    """The id of a household named by its 户编号, or by `#id`. Raises NotFound."""
    if re.fullmatch(r"#[0-9]{1,10}", household):
        return int(household[1:])
    return households.by_number(work, household)


def day(text: str | date) -> date:
    """A day as typed: 2026-09-21, 2026/9/21, 20260921, 2026年9月21日 or 今天."""
    if isinstance(text, date):
        return text
    if text in ("今天", "today"):
        return wall_clock().date()
    numbers = re.fullmatch(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?", text.strip())
    try:
        return date(*(int(number) for number in numbers.groups())) if numbers else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是日期，应写作 2026-09-21") from None


def moment(text: str | date) -> date:
    """A day, or a moment in Shanghai as typed: 2026-09-07T10:00 or 2026-09-07 10:00."""
    if isinstance(text, date) or ":" not in text:
        return day(text)
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise typer.BadParameter(f"“{text}”不是时刻，应写作 2026-09-07T10:00") from None


def fen(text: str | int) -> int:
    """A sum in yuan as typed, in fen."""
    if isinstance(text, int):
        return text
    try:
        sum_ = Decimal(text.replace(",", "").removesuffix("元")) * 100
        if not 0 <= sum_ <= MOST_FEN:  # before it becomes a whole number: 1E999999999 would fill the memory
            raise typer.BadParameter(f"金额“{text[:40]}”应不小于零，不超过 {MOST_FEN // 100} 元")
    except DecimalException:
        raise typer.BadParameter(f"“{text[:40]}”不是金额，应写作 860.50") from None
    if sum_ != sum_.to_integral_value():
        raise typer.BadParameter(f"金额“{text}”至多两位小数")
    return int(sum_)


def code(text: str) -> str:
    """An area code as typed, filled up to 12 digits."""
    return check(text)


def one_of(kind: type[T]) -> Callable[[str], T]:
    """A reader for a term: its official word or its code."""

    def read(text: str) -> T:
        if isinstance(text, kind):
            return text
        try:
            return kind.named(text)
        except KeyError:
            known = "、".join(f"{one.value}({one.name})" for one in kind)
            raise typer.BadParameter(f"“{text}”不在可选范围内：{known}") from None

    read.__name__ = "TEXT"
    return read


By = Annotated[str, typer.Option("--by", help="经办人工号（默认取环境变量 CHENGXIN_ACTOR）", metavar="工号")]
On = Annotated[date | None, typer.Option("--on", help="日期，如 2026-09-21；默认今天", parser=day, metavar="日期")]
Household = Annotated[str, typer.Argument(help="户编号（或 #内部号）", metavar="户编号")]
Area = Annotated[str, typer.Option("--area", help="行政区划代码", parser=code, metavar="代码")]


def say(text: object = "", style: str = "") -> None:
    """Print a line as it is."""
    OUT.print(str(text), style=style or None, markup=False)


def table(heads: Iterable[str], rows: Iterable[Iterable[object]], title: str = "") -> None:
    """Print a table."""
    shown = Table(*heads, title=title or None, title_justify="left", header_style="bold")
    for column in shown.columns:
        column.overflow = "fold"  # nothing of a cell is left out
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    OUT.print(shown, soft_wrap=False)


@contextmanager
def progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar; what it gives is called with (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR, transient=True, disable=not ERR.is_terminal) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
