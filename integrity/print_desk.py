"""打印台 (the print desk): what waits to be printed, heap by heap; the runs of an area; a run laid out meanwhile.

A run is laid out file by file in a thread of this process: each file is a piece of work of its own, and a process that
dies in between leaves a run that is gone on with from the page of the run.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, func, select

from integrity import area_choice, areas, finding, places, print_runs
from integrity.errors import ChengxinError, NotFound
from integrity.mishaps import write_down
from integrity.places import Listed, Scope
from integrity.print_progress import state_of
from integrity.records.ledger import Notice, Service
from integrity.records.places import PRINT
from integrity.records.print_runs import OPEN, PrintItem, PrintRun
from integrity.rules.areas import code_range
from integrity.terms import PaperKind, PrintState
from integrity.work import Office, Work

FEW = 50
"""Papers of a run that is laid out while its maker waits."""
_TOWN = 9


class Heap(NamedTuple):
    """一处待印 (what waits in one place): its code and name, how many papers of which kinds."""

    area: str
    name: str
    kinds: list[tuple[PaperKind, int]]

    @property
    def papers(self) -> int:
        """How many papers."""
        return sum(many for _, many in self.kinds)


class Paper(NamedTuple):
    """待印文书 (a paper that waits): 文号, kind, day of issue, village, and the household as the roll has it."""

    number: str
    kind: PaperKind
    on: Any
    area: str
    household: Listed | None


class Papers(NamedTuple):
    """一页待印文书 (a page of papers that wait) and from where the next one goes on; "" after the last."""

    rows: list[Paper]
    next: str


class Placed(NamedTuple):
    """批次中的一份 (a paper of a run): item, paper, how far it has come, the household where it is the area's."""

    item: PrintItem
    notice: Notice
    state: PrintState
    household: Listed | None


def name_of(work: Work, code: str) -> str:
    """The name of an area today; its code where none is known."""
    try:
        return areas.area(work, code, work.today).name
    except NotFound:
        return code


def _from(scope: Scope) -> tuple[str, dict[str, str]]:
    """Where waiting papers are looked for: along the index of one township or county, where the area is of one."""
    where, told = "(w.area || '') >= :low AND (w.area || '') < :high", {"low": scope[0], "high": scope[1]}
    for level, width in (("town", 9), ("county", 6)):
        if finding.within(scope, width):
            where, told = f"{where} AND w.{level} = :within", told | {"within": scope[0][:width]}
            break
    return (
        "FROM waits AS w JOIN notice AS n ON n.household_id = w.household_id AND n.seq = w.ref WHERE w.kind = :kind "
        f"AND {where} AND n.area >= :low AND n.area < :high"
    ), told


def heaps(work: Work, area: str, *, by_town: bool = False) -> list[Heap]:
    """What waits in an area, village by village (or township by township), by code."""
    source, told = _from(code_range(area))
    query = f"SELECT n.area, n.kind, count(*) {source} GROUP BY n.area, n.kind"
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for code, kind, many in _asked(work, query, told):
        found[f"{code[:_TOWN]}000" if by_town else code][kind] += many
    names = area_choice.names(work, found)
    return [
        Heap(code, names[code], sorted(((PaperKind[kind], many) for kind, many in kinds.items()), key=_form))
        for code, kinds in sorted(found.items())
    ]


def _form(one: tuple[PaperKind, int]) -> str:
    return one[0].name


def _asked(work: Work, query: str, told: dict[str, Any]) -> Iterable[Any]:
    return work.session.connection().execute(text(query), {"kind": PRINT, **told})


def waiting(work: Work, area: str, *, kind: str = "", after: str = "", limit: int = 50) -> Papers:
    """The papers that wait in an area, by village and household, a page at a time."""
    source, within = _from(code_range(area))
    told: dict[str, Any] = {**within, "limit": limit + 1}
    query = f"SELECT w.area, w.household_id, w.ref {source}"
    if kind:
        query, told["form"] = f"{query} AND n.kind = :form", kind
    if cursor := _cursor(after):
        query += " AND (w.area, w.household_id, w.ref) > (:area0, :household0, :ref0)"
        told |= dict(zip(("area0", "household0", "ref0"), cursor, strict=True))
    found = list(_asked(work, f"{query} ORDER BY w.area, w.household_id, w.ref LIMIT :limit", told))
    listed = places.of(work, [row.household_id for row in found[:limit]], code_range(area))
    rows = [_paper(work, row, listed.get(row.household_id)) for row in found[:limit]]
    last = found[limit - 1] if len(found) > limit else None
    return Papers(rows, "" if last is None else f"{last.area}-{last.household_id}-{last.ref}")


def _paper(work: Work, row: Any, household: Listed | None) -> Paper:
    notice = work.session.get_one(Notice, (row.household_id, row.ref))
    return Paper(notice.number, notice.kind, notice.happened_on, row.area, household)


def _cursor(after: str) -> tuple[Any, ...]:
    parts = after.split("-")
    if len(parts) != len(("area", "household", "ref")) or not all(
        one.isascii() and one.isdecimal() and len(one) < 16 for one in parts
    ):
        return ()
    return parts[0], int(parts[1]), int(parts[2])


def run_within(work: Work, number: str, scope: Scope) -> PrintRun:
    """A run of one's own area. Raises NotFound alike for none and for one elsewhere."""
    run = work.session.get(PrintRun, number.strip().upper()) if number.isprintable() else None
    if run is None or not scope[0] <= run.area < scope[1]:
        raise NotFound(f"没有编号为 {number[:20]} 的打印批次")
    return run


def runs(work: Work, scope: Scope, *, before: str = "", limit: int = 20) -> list[PrintRun]:
    """The runs of an area, the newest first; one more than `limit` where there are more."""
    query = select(PrintRun).where(PrintRun.area >= scope[0], PrintRun.area < scope[1])
    if before:
        query = query.where(PrintRun.number < before)
    return list(work.session.exec(query.order_by(col(PrintRun.number).desc()).limit(limit + 1)))


def unfinished(work: Work, scope: Scope, *, before: str = "", limit: int = 20) -> list[PrintRun]:
    """没有打印完的批次 (runs with papers that nobody has counted yet), the newest first; one more than `limit`."""
    query = _unfinished(select(PrintRun), scope)
    if before:
        query = query.where(PrintRun.number < before)
    return list(work.session.exec(query.order_by(col(PrintRun.number).desc()).limit(limit + 1)))


def to_finish(work: Work, scope: Scope) -> int:
    """How many such runs there are in the area: of the query by which they are listed."""
    return int(work.session.exec(_unfinished(select(func.count()).select_from(PrintRun), scope)).one())


def _unfinished(query: Any, scope: Scope) -> Any:
    """Of the few papers that wait, not of all that were ever printed."""
    open_ = select(PrintItem.run).where(text(f"print_item.{OPEN}"))
    return query.where(PrintRun.area >= scope[0], PrintRun.area < scope[1], col(PrintRun.number).in_(open_.distinct()))


def progress(work: Work, numbers: Iterable[str]) -> dict[str, dict[PrintState, int]]:
    """How many papers of each run stand where; service is told by the ledger."""
    other = aliased(Service)
    undone = select(other.seq).where(other.household_id == Service.household_id, other.corrects == Service.seq)
    served = select(Service.seq).where(
        Service.household_id == PrintItem.household_id, Service.notice_seq == PrintItem.notice_seq,
        col(Service.void).is_(False), ~undone.exists(),
    )  # fmt: skip
    open_ = (PrintState.READY, PrintState.PRINTING, PrintState.DROPPED)
    done = and_(col(PrintItem.state).not_in(open_), served.exists())
    query = select(PrintItem.run, PrintItem.state, case((done, 1), else_=0), func.count())
    found: dict[str, Counter[PrintState]] = defaultdict(Counter)
    grouped = query.where(col(PrintItem.run).in_(list(numbers))).group_by(PrintItem.run, PrintItem.state, text("3"))
    for run, state, is_served, many in work.session.execute(grouped):
        found[run][PrintState.SERVED if is_served else state] += many
    return {run: {one: counted[one] for one in PrintState if counted[one]} for run, counted in found.items()}


def placed(
    work: Work, run: PrintRun, scope: Scope, *, file_no: int | None = None, after: int = 0, limit: int = 50
) -> tuple[list[Placed], int]:
    """The papers of a run, or of one of its files, in the order of printing: a page, and where the next begins."""
    query = select(PrintItem).where(PrintItem.run == run.number, PrintItem.no > after)
    if file_no is not None:
        query = query.where(PrintItem.file_no == file_no)
    found = list(work.session.exec(query.order_by(col(PrintItem.no)).limit(limit + 1)))
    listed = places.of(work, [one.household_id for one in found[:limit]], scope)
    rows = [
        Placed(one, print_runs.notice_of(work, one), state_of(work, one), listed.get(one.household_id))
        for one in found[:limit]
    ]
    return rows, found[limit - 1].no if len(found) > limit else 0


def villages(work: Work, run: PrintRun) -> list[tuple[str, str]]:
    """(code, name) of the villages to which a run has papers."""
    query = select(Notice.area).join(
        PrintItem, and_(PrintItem.household_id == Notice.household_id, PrintItem.notice_seq == Notice.seq)
    )
    found = sorted(set(work.session.exec(query.where(PrintItem.run == run.number).distinct())))
    return [(code, name_of(work, code)) for code in found]


TURN = threading.Lock()
"""One run is laid out at a time: the press wants a whole processor."""
_going: dict[tuple[str, str], threading.Thread] = {}
_stopped: dict[tuple[str, str], str] = {}


def _key(office: Office, number: str) -> tuple[str, str]:
    return str(office.engine.url), number


def begin(office: Office, number: str, actor: str) -> None:
    """制作 (lay out) every file of a run that is not there yet, beside other work; once, however often it is asked."""
    key = _key(office, number)
    if going(office, number):
        return
    _stopped.pop(key, None)
    thread = threading.Thread(target=_write, args=(office, number, actor), daemon=True, name=f"print-{number}")
    _going[key] = thread
    thread.start()


def _write(office: Office, number: str, actor: str) -> None:
    key = _key(office, number)
    try:
        with TURN:
            for _ in print_runs.write(office, number, actor):
                pass
    except ChengxinError as fault:
        _stopped[key] = str(fault)
    except Exception as error:
        write_down(error)
        _stopped[key] = "程序没有预料到的情况，详情已写入日志"
    finally:
        _going.pop(key, None)


def wait(office: Office, number: str, seconds: float) -> None:
    """Wait a little for a run that is being laid out."""
    thread = _going.get(_key(office, number))
    if thread is not None:
        thread.join(seconds)


def going(office: Office, number: str) -> bool:
    """Is a run being laid out by this process?"""
    thread = _going.get(_key(office, number))
    return thread is not None and thread.is_alive()


def stopped(office: Office, number: str) -> str:
    """Why laying a run out stopped; "" when it did not."""
    return _stopped.get(_key(office, number), "")
