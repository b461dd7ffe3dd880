"""回证登记台 (the desk where proofs of service come back): within one's own area, one by one, with what each has set.

A proof of another area's paper is answered in the very words of one that is not ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import NamedTuple

from sqlmodel import col, select

from integrity import evidence, households, print_progress, print_receipts, worklists
from integrity.errors import ChengxinError, Forbidden, NotFound, Refused
from integrity.papers import by_number
from integrity.places import Listed, Scope
from integrity.print_places import item_of, returns
from integrity.print_receipts import Received, Scanned, Told
from integrity.receipt_reading import page_alone, read
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Notice
from integrity.records.office import Audit
from integrity.records.places import RETURNED
from integrity.records.print_runs import PrintItem, PrintNote
from integrity.work import Office, Work
from reports.barcodes import DIGITS

ENTERED = "送达回证收回"
"""The audit line of a proof that came back."""


class Line(NamedTuple):
    """登记的结果 (what became of a proof): where it was read, what was set or why not."""

    where: str
    told: tuple[str, ...]
    well: bool


class Back(NamedTuple):
    """退回的文书 (a paper that came back): household, paper, its place in a run, the last reason."""

    household: Listed
    notice: Notice
    item: PrintItem | None
    said: PrintNote | None


def within(work: Work, code: str, scope: Scope) -> Notice:
    """The paper of any code of ours, or 文号, in one's own area. Raises NotFound, Invalid, Conflict."""
    notice = print_receipts.in_hand(work, code)
    if not _lives_in(work, notice.household_id, scope):
        raise _foreign(code)
    return notice


def _foreign(code: str) -> NotFound:
    if code.isdigit():
        return NotFound(f"条码 {code[:DIGITS]} 不是本机关登记的文书，可能是其他机关的送达回证；没有登记，请转交该机关")
    return NotFound(f"本机关没有文号为 {code} 的文书，可能是其他机关的；没有登记")


def _lives_in(work: Work, household_id: int, scope: Scope) -> bool:
    try:
        return scope[0] <= households.home(work, household_id, work.today).area < scope[1]
    except NotFound:
        return False


def receive(work: Work, code: str, told: Told, scope: Scope, scan: bytes = b"") -> Received:
    """Enter the service that a proof tells of; its scan is kept as the household's evidence. Raises Refused, Invalid.

    What is not ours is refused, too: nothing has changed then.
    """
    try:
        notice = within(work, code, scope)
        if scan:
            print_receipts.paper_of(work, code)  # a code that proves nothing is no evidence either
            kept = evidence.keep(work, scan, f"送达回证{notice.number}", notice.household_id)
            told = told.with_evidence(kept.sha256)
        return print_receipts.receive(work, code, told)
    except (NotFound, Forbidden) as fault:
        raise Refused(str(fault)) from fault


def pages(work: Work, content: bytes, name: str, scope: Scope) -> Iterator[Scanned]:
    """The proofs on the pages of a scan, each once; pages without one are named. Raises Invalid."""
    seen: set[str] = set()
    for page, codes in read(content, name):
        found, fault = [], "没有读到条码，请用扫码枪扫，或者输入下方的 16 位数字"
        for code in codes:
            try:
                paper = within(work, code, scope)
                print_receipts.paper_of(work, code)
            except ChengxinError as error:
                fault = str(error)
                continue
            found.append((paper.number, code))
        yield from (Scanned(page, code) for number, code in dict(found).items() if number not in seen)
        seen |= {number for number, _ in found}
        if not found:
            yield Scanned(page, "", fault)


def receive_scan(office: Office, actor: str, scan: tuple[str, bytes], told: Told, scope: Scope) -> list[Line]:
    """Every proof on a scan, each in a piece of work of its own: what goes wrong with one holds up no other."""
    name, content = scan
    try:
        with office.reading() as look:
            found = list(pages(look, content, name, scope))
    except ChengxinError as fault:
        return [Line(name, (str(fault),), False)]
    many = [one.page for one in found]

    def entered(one: Scanned) -> Line:
        where = f"{name} 第 {one.page} 页"
        if not one.code:
            return Line(where, (one.fault,), False)
        alone = page_alone(content, one.page) if many.count(one.page) == 1 else b""
        try:
            with office.work(actor) as work:
                return Line(where, tuple(receive(work, one.code, told, scope, alone).told), True)
        except ChengxinError as fault:
            return Line(where, (str(fault),), False)

    return [entered(one) for one in found]


def entered_today(work: Work, scope: Scope, *, limit: int = 20) -> list[Received]:
    """The proofs that the acting officer entered today, the last first, with the periods that began."""
    since = datetime.combine(work.today, time(), SHANGHAI)
    query = select(Audit.subject).where(
        Audit.at >= since, Audit.actor == work.actor, Audit.action == ENTERED
    ).order_by(col(Audit.id).desc()).limit(limit)  # fmt: skip
    found = [by_number(work, number) for number in dict.fromkeys(work.session.exec(query))]
    return [
        Received(one, print_receipts.periods(work, one)) for one in found if _lives_in(work, one.household_id, scope)
    ]


def came_back(work: Work, desk: worklists.Desk, *, after: str = "", limit: int = 20) -> tuple[list[Back], str]:
    """Papers that came back and wait for another way of service, a page at a time."""
    group = next((one for one in worklists.groups(work, desk) if one.code == RETURNED), None)
    if group is None:
        return [], ""
    found = worklists.rows(work, desk, group, after=after, limit=limit)
    return [_back(work, one.household, one.ref) for one in found.rows if one.household is not None], found.next


def _back(work: Work, household: Listed, seq: int) -> Back:
    notice = work.session.get_one(Notice, (household.household_id, seq))
    item = item_of(work, notice)
    notes = returns(work, item) if item else []
    return Back(household, notice, item, notes[-1] if notes else None)


def returned(work: Work, code: str, scope: Scope, **told: object) -> PrintItem:
    """退回: a paper came back unserved. Raises Refused, Invalid."""
    try:
        notice = within(work, code, scope)
    except NotFound as fault:
        raise Refused(str(fault)) from fault
    return print_progress.returned(work, notice, **told)  # type: ignore[arg-type]
