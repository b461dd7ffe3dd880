"""统计的计算 (counting): an area and a period counted beside other work, township by township, and kept.

What is kept is of one moment; the numbers of an area are the sums of its townships, so that they agree by themselves.
Each night everything is counted (`count_part`); what a person asks for besides is counted at once, in a thread of its
own, never twice at a time: whoever asks meanwhile waits for the same.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select

from integrity.books import TREND, Books
from integrity.dossiers import moment_of
from integrity.errors import ChengxinError
from integrity.mishaps import write_down
from integrity.periodic import Counts, begun, counts_of
from integrity.periods import Period, month_of, quarter_of, read_month, read_quarter
from integrity.records.columns import SHANGHAI
from integrity.records.counts import AreaSums, Counting
from integrity.records.ledger import Residence
from integrity.records.office import Posting
from integrity.rules.areas import NATION, code_range, level_of
from integrity.terms import AreaLevel
from integrity.work import Office, Work

ACTOR = "系统任务"
LEASE = timedelta(minutes=2)
"""A counting that has not moved on for so long belongs to nobody any more."""
_KEPT = timedelta(days=7)
"""For so long a counting is kept that is not the newest of everything."""
_ABOVE = (AreaLevel.NATION, AreaLevel.PROVINCE, AreaLevel.CITY)
_COUNTY_ENDS, _TOWNSHIP_ENDS = "000000", "000"
_BY_VILLAGE, _BY_TOWNSHIP = 12, 9


class Progress(NamedTuple):
    """进度 (progress) of a counting: as of which moment, how many townships are done, why it stopped."""

    counting: int
    moment: datetime
    townships: int
    counted: int
    fault: str
    done: bool


_going: dict[tuple[str, int], threading.Thread] = {}
_turn = threading.Lock()
"""One counting at a time: it wants a whole processor."""


def everywhere(office: Office) -> Office:
    """The office without an area: what happened here belongs to the numbers, wherever the household lives now."""
    return replace(office, scope=None)


def newest(work: Work, area: str, period: Period, on: datetime | None = None) -> Counting | None:
    """The last counting that is done and holds an area, or the one of a moment."""
    query = select(Counting).where(Counting.period == period.code, col(Counting.done_at).is_not(None))
    if on is not None:
        query = query.where(Counting.moment == on)
    every = work.session.exec(query.order_by(col(Counting.moment).desc(), col(Counting.id).desc()))
    return next((one for one in every if _holds(one.scope, area)), None)


def _holds(scope: str, area: str) -> bool:
    (first, last), (low, high) = code_range(scope), code_range(area)
    return first <= low and high <= last


def begin(
    office: Office, actor: str, area: str, period: Period, on: date | None = None, *, again: bool = False
) -> int:  # fmt: skip
    """Begin to count an area now, or as of a moment; the counting, which somebody else may have begun already.

    One that stopped by a fault is taken up `again` when somebody asks for it, or after a while.
    Raises Refused for a period that has not begun and for a moment to come.
    """
    scope = area if level_of(area) is not AreaLevel.VILLAGE else area[:9] + _TOWNSHIP_ENDS
    with everywhere(office).work(actor) as work:
        until = moment_of(work, on)
        begun(period, until)
        work.close_books(until)  # one at a time: whoever comes next sees what is entered here
        one = _under_way(work, scope, period, until if on else None)
        mine = one is None or one.alive_at <= work.now - LEASE or (again and bool(one.fault))
        if one is None:
            one = Counting(scope=scope, period=period.code, moment=until, asked_by=actor, alive_at=work.now)
            work.audit("统计", area, f"{period.code}，截至 {until.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}")
        if mine:
            one.alive_at, one.fault = work.now, ""
            work.session.add(one)
            work.session.flush()
        number = one.id or 0
    if mine:
        _start(everywhere(office), number)
    return number


def _under_way(work: Work, scope: str, period: Period, on: datetime | None) -> Counting | None:
    """What is being counted now and holds the area; of a moment that was asked for also what has stopped."""
    query = select(Counting).where(Counting.period == period.code)
    if on is None:
        query = query.where(col(Counting.done_at).is_(None), Counting.alive_at > work.now - LEASE)
        query = query.where(Counting.asked_by != ACTOR)  # the night goes its own way
        every = work.session.exec(query.order_by(col(Counting.moment).desc()))
        return next((one for one in every if _holds(one.scope, scope)), None)
    return work.session.exec(query.where(Counting.moment == on, Counting.scope == scope)).first()


def _start(office: Office, number: int) -> None:
    key = str(office.engine.url), number
    if key not in _going or not _going[key].is_alive():
        thread = threading.Thread(target=_fill, args=(office, number), daemon=True, name=f"counting-{number}")
        _going[key] = thread
        thread.start()


def _fill(office: Office, number: int) -> None:
    """Count what is left, one township after the other; what goes wrong is written down."""
    try:
        with _turn:
            for township in _left(office, number):
                _count_one(office, number, township)
            with office.work(ACTOR) as work:
                _finished(work, work.session.get_one(Counting, number))
    except Exception as error:
        said = str(error) if isinstance(error, ChengxinError) else "程序没有预料到的情况，详情已写入日志"
        write_down(error)
        with suppress(SQLAlchemyError), office.work(ACTOR) as work:  # the database itself may be what has gone
            one = work.session.get_one(Counting, number)
            one.fault, one.alive_at = said[:300], work.now
    finally:
        _going.pop((str(office.engine.url), number), None)


def wait(office: Office, number: int, seconds: float | None = None) -> None:
    """Wait a little for a counting of this process."""
    thread = _going.get((str(office.engine.url), number))
    if thread is not None:
        thread.join(seconds)


def rest(office: Office) -> None:
    """Wait until this process counts nothing more: before its connections are closed."""
    for url, number in list(_going):
        if url == str(office.engine.url):
            wait(office, number)


def _left(office: Office, number: int) -> list[str]:
    with office.work(ACTOR) as work:
        one = work.session.get_one(Counting, number)
        every = townships(work, one.scope, one.moment)
        one.townships = len(every)
        done = set(work.session.exec(select(AreaSums.area).where(AreaSums.counting_id == number)))
    return [code for code in every if code not in done]


def _count_one(office: Office, number: int, township: str) -> None:
    """One township: counted in a look, which holds nobody up, and written down."""
    with office.reading() as work:
        one = work.session.get_one(Counting, number)
        found = counts_of(Books(work, township, _period(one.period), one.moment))
    with office.work(ACTOR) as work:
        one = work.session.get_one(Counting, number)
        _keep(work, one, township, _BY_VILLAGE, found)
        one.alive_at = work.now


def _period(code: str) -> Period:
    return read_quarter(code) if "Q" in code else read_month(code)


def townships(work: Work, scope: str, until: datetime) -> list[str]:
    """Codes of the townships in which anything was entered by a moment; a list put up by a county counts as one."""
    low, high = code_range(scope)
    found: set[str] = set()
    for kind in (Residence, Posting):
        beginning = func.substr(kind.area, 1, 9)
        query = select(beginning).where(kind.area >= low, kind.area < high, kind.recorded_at <= until)
        found |= set(work.session.exec(query.distinct()))
    return sorted(code + _TOWNSHIP_ENDS for code in found)


def _finished(work: Work, one: Counting) -> None:
    """Sum the counties up, and say that everything is there."""
    if code_range(one.scope)[0].endswith(_COUNTY_ENDS):
        query = select(AreaSums.area).where(AreaSums.counting_id == one.id, AreaSums.digits == _BY_VILLAGE)
        for county in sorted({area[:6] for area in work.session.exec(query)}):
            _sum_up(work, one, county)
    one.done_at = one.alive_at = work.now
    work.session.add(one)


def _sum_up(work: Work, one: Counting, county: str) -> None:
    """A county by township, for the areas above it."""
    rows = _rows(work, one, code_range(county), _BY_VILLAGE)
    summed = _added(_shortened(_read(text), area[:_BY_TOWNSHIP]) for area, text in rows)
    _keep(work, one, county + _COUNTY_ENDS, _BY_TOWNSHIP, summed)


def _keep(work: Work, one: Counting, area: str, digits: int, counted: Counts) -> None:
    made = {
        "numbers": {code: dict(sums) for code, sums in counted.numbers.items() if sums},
        "paid": [dict(sums) for sums in counted.paid],
    }
    text = json.dumps(made, separators=(",", ":"))
    work.session.merge(AreaSums(counting_id=one.id or 0, area=area, digits=digits, numbers=text))


def _read(text: str) -> Counts:
    told = json.loads(text)
    return Counts(
        {code: Counter(sums) for code, sums in told["numbers"].items()}, [Counter(one) for one in told["paid"]]
    )


def _rows(work: Work, one: Counting, scope: tuple[str, str], digits: int) -> list[tuple[str, str]]:
    low, high = scope
    query = select(AreaSums.area, AreaSums.numbers).where(AreaSums.counting_id == one.id, AreaSums.digits == digits)
    return list(work.session.exec(query.where(AreaSums.area >= low, AreaSums.area < high)))


def _shortened(counted: Counts, code: str) -> Counts:
    """The sums of a township under its own code."""
    numbers = {number: Counter({code: sums.total()}) for number, sums in counted.numbers.items()}
    return Counts(numbers, [Counter({code: sums.total()}) for sums in counted.paid])


def _added(parts: Iterable[Counts]) -> Counts:
    whole = Counts({}, [Counter() for _ in range(TREND)])
    for part in parts:
        for code, sums in part.numbers.items():
            whole.numbers.setdefault(code, Counter()).update(sums)
        for month, sums in zip(whole.paid, part.paid, strict=True):
            month.update(sums)
    return whole


def kept(work: Work, one: Counting, area: str) -> Counts:
    """What was counted of an area: by village, above a county by township."""
    above = level_of(area) in _ABOVE
    scope = code_range(area if above else area[:9] + _TOWNSHIP_ENDS)
    return _added(_read(text) for _, text in _rows(work, one, scope, _BY_TOWNSHIP if above else _BY_VILLAGE))


def progress(work: Work, number: int) -> Progress:
    """How far a counting has come."""
    one = work.session.get_one(Counting, number)
    many = select(func.count()).where(AreaSums.counting_id == number, AreaSums.digits == _BY_VILLAGE)
    return Progress(
        number, one.moment, one.townships, work.session.exec(many).one(), one.fault, one.done_at is not None
    )


def current(on: date) -> list[Period]:
    """The month and the quarter of a day, and the ones before: what is counted each night."""
    month = month_of(on)
    quarter = quarter_of(on)
    return [month, month_of(month.month_before), quarter, quarter_of(quarter.month_before)]


def parts(work: Work) -> list[str]:
    """夜间统计的分段: each county in each period."""
    work.close_books(work.due)
    counties = sorted({code[:6] for code in townships(work, NATION, work.due)})
    return [f"{one.code} {county}" for one in current(_day(work)) for county in counties]


def _day(work: Work) -> date:
    return work.due.astimezone(SHANGHAI).date()


def count_part(work: Work, part: str) -> str:
    """One county in one period, township by township, as of the moment at which the job was due."""
    code, county = part.split(" ")
    one = _nightly(work, code)
    found = townships(work, county, work.due)
    for township in found:
        _keep(work, one, township, _BY_VILLAGE, counts_of(Books(work, township, _period(code), work.due)))
    work.session.flush()
    _sum_up(work, one, county)
    one.townships, one.alive_at = one.townships + len(found), work.now
    work.session.add(one)
    return f"乡镇 {len(found)} 个"


def _nightly(work: Work, code: str) -> Counting:
    query = select(Counting).where(
        Counting.scope == NATION, Counting.period == code, Counting.moment == work.due
    )  # fmt: skip
    one = work.session.exec(query).first()
    if one is None:
        one = Counting(scope=NATION, period=code, moment=work.due, asked_by=ACTOR, alive_at=work.now)
        work.session.add(one)
        work.session.flush()
    return one


def finish(work: Work) -> str:
    """Everything is counted: from now on it is shown; what was kept before goes."""
    periods = current(_day(work))
    every = [_nightly(work, one.code) for one in periods]
    for one in every:
        one.done_at = one.alive_at = work.now
        work.session.add(one)
    work.session.flush()
    gone = _drop_old(work)
    names = "、".join(one.name for one in periods)
    return f"{names}，{every[0].townships} 个乡镇（街道）；清理旧的统计 {gone} 次"


def _drop_old(work: Work) -> int:
    """Take away what is a week old, but for the newest of everything in each period."""
    newest_of = (
        select(func.max(Counting.moment))
        .where(Counting.scope == NATION, col(Counting.done_at).is_not(None))
        .group_by(col(Counting.period))
    )
    old = select(Counting.id).where(Counting.alive_at < work.now - _KEPT, col(Counting.moment).not_in(newest_of))
    ids = list(work.session.exec(old))
    work.session.execute(delete(AreaSums).where(col(AreaSums.counting_id).in_(ids)))
    work.session.execute(delete(Counting).where(col(Counting.id).in_(ids)))
    return len(ids)
