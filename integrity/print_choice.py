"""挑选待印文书 (what to print): issued papers without an original, in the order of the messenger's way.

Whatever cannot be printed stays out with its reason; it never keeps the others back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlmodel import col, select

from integrity import areas, print_proofs, regional, seals
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.households import kept
from integrity.papers import content, inspect
from integrity.print_places import item_of, original_of
from integrity.print_wishes import UNASKED, Asked, chosen, need_of
from integrity.records.ledger import Member, Notice, Printing, Residence
from integrity.records.office import Person
from integrity.records.print_runs import PrintItem
from integrity.records.seals import PaperEnd
from integrity.rules.areas import code_range
from integrity.rules.house_order import house_order
from integrity.rules.policy import NotInForce
from integrity.rules.writing import read_document_number
from integrity.terms import PaperKind, Presence, PrintState, Relation
from integrity.work import Work
from reports.faults import MissingGlyphs, PressStopped
from reports.forms import Letter
from reports.press import NORMAL, Item, Variant, check_glyphs
from reports.regional import RegionalForm
from reports.run_files import pages_of, sheets_of

_CHUNK = 900
"""Households in one query: below the number of variables that every SQLite admits."""
FAULTS = (ChengxinError, PressStopped, NotInForce)
"""Why a paper cannot be made or printed; the others go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """打印范围 (choice): everything issued in an area and not yet printed, narrowed down by kind, number or day.

    `posted` names what goes by post: villages by code, papers by number. `on_back` puts proofs of service on the backs
    of papers where that may be (`print_proofs.may_share`); else each has a sheet of its own. `asked` is the form of
    every paper of this run; what it leaves open is as each household needs it.
    """

    area: str
    kinds: tuple[PaperKind, ...] = ()
    numbers: tuple[str, ...] = ()
    by: date | None = None
    posted: tuple[str, ...] = ()
    on_back: bool = False
    asked: Asked = UNASKED

    def in_words(self) -> str:
        """As a register says it."""
        said = ["、".join(kind.value for kind in self.kinds)[:200], f"{self.by}以前制发" if self.by else ""]
        said += [f"指定 {len(self.numbers)} 份"] if self.numbers else []
        return "；".join(one for one in said if one) or "全部待印文书"

    def by_post(self, notice: Notice) -> bool:
        """Does this paper go by post?"""
        return notice.number in self.posted or notice.area in self.posted


class Home(NamedTuple):
    """户的所在 (where a household lives) as a manifest tells it: the head, the village, the house.

    In full: whoever delivers the papers has to find the person, and the papers beside it name him as well.
    """

    head: str
    village: str
    house: str


class Ready(NamedTuple):
    """可印文书 (a paper that can be printed)."""

    notice: Notice
    letter: Letter
    regional: RegionalForm | None
    home: Home
    variant: Variant = NORMAL


class LeftOut(NamedTuple):
    """不能印的文书 (a paper that cannot be printed) and why."""

    number: str
    why: str


class Sorted(NamedTuple):
    """挑选结果 (what was found): papers in the order of printing, and those that stay out."""

    good: list[Ready]
    left_out: list[LeftOut]


class Preview(NamedTuple):
    """预览 (preview): papers, sheets of paper without cover and manifest, postage items, and what stays out."""

    papers: int
    sheets: int
    posted: int
    kinds: dict[str, int]
    left_out: list[LeftOut]


def sort_out(work: Work, choice: Choice) -> Sorted:
    """Everything chosen: what can be printed, by village, house and number, and what cannot. Raises Invalid."""
    found = list(waiting(work, choice))
    left_out = list(_not_waiting(work, choice, {one.number for one in found}))
    homes = homes_of(work, {one.household_id for one in found}, work.today, work.now)
    good = []
    for notice in found:
        try:
            letter, form = _printable(work, notice)
            check_glyphs([("清单上的户主、门牌", homes[notice.household_id].head + homes[notice.household_id].house)])
            if letter.plain() is not None:
                print_proofs.inspected(work, notice, letter)
            variant = chosen(need_of(work, notice.household_id), letter, choice.asked)
            good.append(Ready(notice, letter, form, homes[notice.household_id], variant))
        except FAULTS as fault:
            left_out.append(LeftOut(notice.number, str(fault)))
    return Sorted(sorted(good, key=_order), left_out)


def waiting(work: Work, choice: Choice) -> Iterator[Notice]:
    """Issued papers of the choice, never printed, not ended, in no run. A proof of service goes with its paper."""
    low, high = code_range(choice.area)
    printed = select(Printing.seq).where(
        Printing.household_id == Notice.household_id, Printing.notice_seq == Notice.seq
    )
    placed = select(PrintItem.no).where(
        PrintItem.household_id == Notice.household_id, PrintItem.notice_seq == Notice.seq,
        PrintItem.state != PrintState.DROPPED,
    )  # fmt: skip
    query = select(Notice).where(
        Notice.area >= low, Notice.area < high, Notice.kind != PaperKind.F30, ~printed.exists(), ~placed.exists(),
        ~select(PaperEnd.number).where(PaperEnd.number == Notice.number).exists(),
    )  # fmt: skip
    if choice.kinds:
        query = query.where(col(Notice.kind).in_(choice.kinds))
    if choice.by:
        query = query.where(Notice.happened_on <= choice.by)
    wanted = set(choice.numbers)
    return (one for one in work.session.exec(query) if not wanted or one.number in wanted)


def _not_waiting(work: Work, choice: Choice, found: Collection[str]) -> Iterator[LeftOut]:
    """Why a paper that was asked for by its number is not among those that wait."""
    low, high = code_range(choice.area)
    for number in dict.fromkeys(choice.numbers):
        if number in found:
            continue
        notice = work.session.exec(select(Notice).where(Notice.number == number)).first()
        if notice is None or not low <= notice.area < high:
            yield LeftOut(number, f"在 {choice.area} 没有文号为 {number} 的文书")
        elif (placed := item_of(work, notice)) is not None:
            yield LeftOut(number, f"已在打印批次 {placed.run} 中（第{placed.no}份，{placed.state.value}）")
        elif ended := _ended(work, notice):
            yield LeftOut(number, ended)
        elif notice.kind is PaperKind.F30:
            yield LeftOut(number, "送达回证随它的文书一并打印")
        else:
            yield LeftOut(number, "已经打印过，或者不在所选的种类、日期之内；再用纸张请补打")


def taken(work: Work, notice: Notice) -> str:
    """Why a paper does not wait any more, though it was chosen a moment ago; "" while it does."""
    if original_of(work, notice) is not None:
        return "刚才已由他人打印原件"
    placed = item_of(work, notice)
    return f"刚才已由他人编入批次 {placed.run}" if placed is not None else ""


def _ended(work: Work, notice: Notice) -> str:
    """Why a paper is not printed any more; "" while it has not ended."""
    ended = work.session.get(PaperEnd, notice.number)
    return f"已于 {ended.ended_on} {'被替换' if ended.by_number else '撤回'}，不再打印" if ended is not None else ""


def _printable(work: Work, notice: Notice) -> tuple[Letter, RegionalForm | None]:
    if ended := _ended(work, notice):
        raise Invalid(ended)
    letter = content(work, notice)
    inspect(letter)
    return letter, regional.in_force(notice.area, letter)


def _order(one: Ready) -> tuple[Any, ...]:
    number = read_document_number(one.notice.number)
    return one.notice.area, house_order(one.home.house), number.prefix, number.year, number.n


def homes_of(work: Work, ids: Collection[int], on: date, known: datetime) -> dict[int, Home]:
    """Heads and houses on a day, as known at a moment: the same for ever, since a ledger only grows."""
    places = {one: rows[-1] for one, rows in _entries(work, Residence, ids, on, known).items() if rows}
    heads = {one: _head(rows) for one, rows in _entries(work, Member, ids, on, known).items()}
    wanted = sorted({person for person in heads.values() if person})
    names = {one.id: one.name for chunk in _chunks(wanted) for one in _persons(work, chunk)}
    villages = {code: _village(work, code, on) for code in {one.area for one in places.values()}}
    return {
        one: Home(
            names.get(heads.get(one, 0)) or "未登记", villages[places[one].area],
            places[one].address.removeprefix(villages[places[one].area]),
        )
        for one in ids
    }  # fmt: skip


def _entries(work: Work, kind: type[Any], ids: Collection[int], on: date, known: datetime) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = {one: [] for one in ids}
    for chunk in _chunks(sorted(ids)):
        query = select(kind).where(kind.household_id.in_(chunk), kind.recorded_at <= known).order_by(kind.seq)
        for row in work.session.exec(query):
            rows[row.household_id].append(row)
    return {one: kept(found, on) for one, found in rows.items()}


def _head(rows: Sequence[Member]) -> int:
    """The person who stands for a household: its head, else the first who is present."""
    now = list({row.no: row for row in rows}.values())
    present = [one for one in now if one.presence is Presence.PRESENT] or now
    chosen = min(present, key=lambda one: (one.relation is not Relation.HEAD, one.no), default=None)
    return chosen.person_id if chosen else 0


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _persons(work: Work, ids: Sequence[int]) -> Sequence[Person]:
    return work.session.exec(select(Person).where(col(Person.id).in_(ids))).all()


def _village(work: Work, code: str, on: date) -> str:
    """The name of a village; its code where that is not known or cannot be printed."""
    try:
        return drawn(areas.area(work, code, on).name, code)
    except NotFound:
        return code


def drawn(name: str, code: str) -> str:
    """The name as a cover or a manifest tells it; the code where it holds what no paper shows."""
    try:
        check_glyphs([("", name)])
    except MissingGlyphs:
        return code
    return name


def preview(work: Work, choice: Choice) -> Preview:
    """打印前预览: what a run of this choice would hold. Writes nothing."""
    found = sort_out(work, choice)
    kinds: dict[str, int] = {}
    sheets = posted = 0
    left_out = list(found.left_out)
    for one in found.good:
        try:
            sheets += _sheets(work, one, choice)
        except FAULTS as fault:
            left_out.append(LeftOut(one.notice.number, str(fault)))
            continue
        kinds[one.notice.kind.value] = kinds.get(one.notice.kind.value, 0) + 1
        posted += choice.by_post(one.notice)
    return Preview(sum(kinds.values()), sheets, posted, kinds, left_out)


def _sheets(work: Work, one: Ready, choice: Choice) -> int:
    pages = pages_of(Item(one.letter, one.regional, seals.code_of(work, one.notice.number), one.variant))
    if one.letter.plain() is None:
        return sheets_of(pages, 0)
    made = print_proofs.inspected(work, one.notice, one.letter)
    back = choice.on_back and print_proofs.may_share(one.notice, one.letter)
    return sheets_of(pages, pages_of(Item(made, regional.in_force(one.notice.area, made))), back=back)
