"""核查名单 (recheck lists): what the responsible reviewer of a township has to check, on paper and as a workbook.

Due days are worked out as of the list's day, in a few queries for the whole township. The priority comes from the level
of an adopted catalogue and serves the order of work only; it appears on no paper to a family (红线 2, 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from sqlmodel import col, select

from integrity import editions, organs
from integrity.errors import NotFound, Refused
from integrity.exchange_columns import RECHECK, CellKind
from integrity.files import write_file
from integrity.letters import DONE
from integrity.letters_family import organ_missing
from integrity.papers import by_hand
from integrity.persons import plain
from integrity.printing import place_name
from integrity.recheck_marks import mark_of, number_of, period_end
from integrity.recheck_steps import VISITORS, sent_of
from integrity.rechecks import list_due, possibly_due
from integrity.recommendations import Finding
from integrity.records.columns import SHANGHAI, micros
from integrity.records.ledger import Entry, Household, Member, Recheck, Residence
from integrity.records.office import Area, Officer, Organ, Person
from integrity.rules import grounds as g
from integrity.rules.areas import ancestors, code_range
from integrity.rules.facts import date_of, day
from integrity.rules.verdict import counted
from integrity.settings import settings
from integrity.situations import read_these
from integrity.terms import Presence, Relation, Role, Scheme
from integrity.work import Work
from reports.faults import PressStopped
from reports.fonts import missing_glyphs
from reports.lists import RecheckLine, RecheckList, ToFill, recheck_list_pdf, recheck_list_xlsx

E = TypeVar("E", bound=Entry)
_CHUNK = 900
"""Households in one query: below the number of variables that every SQLite admits."""
_PRIORITIES = ("", "最先", "先", "一般", "可后")
_NONE = "不分先后"
"""Where no catalogue is adopted there is no score and no priority."""


class Line(NamedTuple):
    """One household on the list: what the rules find for it and what is known of the family."""

    household_id: int
    found: Finding
    number: str
    head: str
    persons: int
    last: date | None
    address: str = ""
    phone: str = ""


def list_parts(work: Work) -> list[str]:
    """The townships in which a check may be due, by code."""
    ids = possibly_due(work, "", period_end(_today(work)))
    homes = _in_chunks(work, select(Residence.household_id, Residence.area), Residence.household_id, sorted(ids))
    return sorted({f"{area[:9]}000" for _, area in homes})


def make_list(work: Work, part: str) -> str:
    """Write the list of one township as PDF and XLSX, dated by the due day; a summary with what a person must do."""
    today = _today(work)
    try:
        lines = recheck_lines(work, part)
        roll, left_out = _roll(work, part, lines, today)
        if not roll.lines:
            return "没有到期的家庭" + by_hand(left_out)
        stem = settings().papers / str(today) / f"核查名单-{place_name(work, part, today)}{part[:9]}"
        write_file(stem.with_suffix(".pdf"), recheck_list_pdf(roll).pdf)
        write_file(stem.with_suffix(".xlsx"), _workbook(work, roll, lines))
    except (NotFound, Refused, PressStopped) as fault:
        work.audit("核查名单未生成", part, str(fault))
        return f"名单未生成，请人工处理：{fault}"
    for reason in left_out:
        work.audit("核查名单需人工处理", part, reason)
    summary = f"{len(roll.lines)} 户，其中逾期 {sum(line.due < today for line in roll.lines)} 户"
    return summary + by_hand(left_out)


def recheck_lines(work: Work, part: str) -> list[Line]:
    """The households of an area to be checked, by village: those overdue, then by priority and due day."""
    found = list_due(work, part[:9], period_end(_today(work)))
    ids = sorted(found, key=lambda one: _order(one, found[one], day(_today(work))))
    numbers = dict(_in_chunks(work, select(Household.id, Household.number), Household.id, ids))
    families, supported = _families(work, ids), _supported(work, found)
    checks, homes = _entries(work, Recheck, ids), _entries(work, Residence, ids)
    return [
        Line(one, found[one], numbers[one], head, supported.get(one, persons), _last_check(checks[one]),
             homes[one][-1].address if homes[one] else "", phone)
        for one in ids
        for head, persons, phone in [families[one]]
    ]  # fmt: skip


def _order(household_id: int, found: Finding, today: int) -> tuple[str, bool, int, int, int]:
    due = found.due_on or 0
    return found.area, due >= today, -(found.level or 0), due, household_id


def _today(work: Work) -> date:
    return work.due.astimezone(SHANGHAI).date()


def _in_chunks(work: Work, query: Any, column: Any, ids: Sequence[int]) -> Iterator[Any]:
    """The rows of a query for many ids."""
    rest = iter(ids)
    while chunk := list(islice(rest, _CHUNK)):
        yield from work.session.execute(query.where(col(column).in_(chunk))).all()


def _entries(work: Work, kind: type[E], ids: Sequence[int]) -> dict[int, list[E]]:
    """The standing entries of a kind, as known at the due moment, by household, in order of day and number."""
    today = _today(work)
    rows: dict[int, list[E]] = {household_id: [] for household_id in ids}
    query = select(kind).where(kind.recorded_at <= work.due)
    for (row,) in _in_chunks(work, query, kind.household_id, ids):
        rows[row.household_id].append(row)
    return {household_id: _stand(found, today) for household_id, found in rows.items()}


def _stand(rows: Iterable[E], on: date) -> list[E]:
    rows = list(rows)
    replaced = {row.corrects for row in rows if row.corrects is not None}
    kept = [row for row in rows if row.seq not in replaced and not row.void and row.happened_on <= on]
    return sorted(kept, key=lambda row: (row.happened_on, row.seq))


def _families(work: Work, ids: Sequence[int]) -> dict[int, tuple[str, int, str]]:
    """(name of the head, counted members, telephone of the head) by household."""
    present, heads = {}, {}
    for household_id, rows in _entries(work, Member, ids).items():
        now = {row.no: row for row in rows}.values()
        present[household_id] = [one for one in now if one.presence is Presence.PRESENT]
        first = present[household_id] or list(now)  # where all have died, the list names the late head
        if first:
            chosen = min(first, key=lambda one: (one.relation is not Relation.HEAD, one.no))
            heads[household_id] = chosen.person_id
    people = {one.id: one for (one,) in _in_chunks(work, select(Person), Person.id, list(heads.values()))}
    known = {household_id: people.get(heads.get(household_id)) for household_id in present}
    return {
        household_id: (one.name if one else "", len(present[household_id]), _phone(work, one) if one else "")
        for household_id, one in known.items()
    }


def _phone(work: Work, person: Person) -> str:
    """In full: whoever visits has to make an appointment."""
    return plain(work, person, "phone") if person.phone else ""


def _supported(work: Work, found: Mapping[int, Finding]) -> dict[int, int]:
    """供养人数 (supported persons) of the households on 特困供养: one whose own support has ended is not counted."""
    ids = [one for one, finding in found.items() if finding.scheme == Scheme.TEKUN.number]
    known = read_these(work.session.connection(), ids, known_until=micros(work.due), on=day(_today(work)))
    return {one.household_id: counted(one.situation) for one in known}


def _last_check(rows: Sequence[Recheck]) -> date | None:
    done = [row.happened_on for row in rows if row.result in DONE]
    return done[-1] if done else None


def _roll(
    work: Work, part: str, lines: Sequence[Line], today: date
) -> tuple[RecheckList, list[str]]:  # fmt: skip
    """The list, and the households that could not be put on it with the reason."""
    organ, reviewer = _signing(work, part, today), responsible(work, part, today)
    villages, priorities = _villages(work, part, today), _priorities(work, part, today)
    good, left_out = [], []
    for line in lines:
        village = villages.get(line.found.area, line.found.area)
        missing = missing_glyphs({"户主姓名": line.head, "村（居）": village, "住址": line.address})
        if missing:
            left_out.append(f"户 {line.number} 的{missing[0].field}有印不出的字（{missing[0].code_point}）")
        elif not line.head:
            left_out.append(f"户 {line.number} 没有登记户主姓名")
        else:
            good.append(_line(line, village, priorities))
    roll = RecheckList(
        organ=organ.name, number=number_of(part, today), period=f"{today} 至 {period_end(today)}",
        reviewer=reviewer.name, made_on=today, printed_by=work.actor, lines=tuple(good),
        choices=tuple(RECHECK.column("结果").shown),
    )  # fmt: skip
    return roll, left_out


def workbook(work: Work, part: str, trace: str) -> tuple[int, bytes]:
    """The list of a township, made anew for an officer who takes it out: how many households, and the workbook.

    Raises NotFound without an organ or a reviewer, Refused when nobody is to be checked.
    """
    lines = recheck_lines(work, part)
    roll, _ = _roll(work, part, lines, _today(work))
    if not roll.lines:
        raise Refused("没有到期的家庭，不需要核查名单")
    return len(roll.lines), _workbook(work, roll, lines, trace)


def _workbook(work: Work, roll: RecheckList, lines: Sequence[Line], trace: str = "") -> bytes:
    """The workbook to be filled in: who is sent already, and by what each row is known again."""
    pairs = sent_of(work, {line.household_id: line.number for line in lines})
    known = {
        VISITORS[0]: {number: pair[0] for number, pair in pairs.items()},
        VISITORS[1]: {number: pair[1] for number, pair in pairs.items()},
        "名单编号": {line.household: roll.number for line in roll.lines},
        "识别码": {line.household: mark_of(work.vault, roll.number, line.household) for line in roll.lines},
    }
    columns = {
        one.name: ToFill(
            title=one.name, width=one.width, kind="date" if one.kind is CellKind.DATE else "text", hint=one.hint,
            values=known.get(one.name, {}),
        )
        for one in RECHECK.columns
    }  # fmt: skip
    last = [columns.pop("名单编号"), columns.pop("识别码")]
    asked = [one for name, one in columns.items() if name not in ("户编号", "结果")]
    return recheck_list_xlsx(roll, asked, last, RECHECK.remarks, trace=trace)


def _signing(work: Work, township: str, on: date) -> Organ:
    """The organ at the head of the list. Raises NotFound with the command that mends it."""
    try:
        return organs.organ_of(work, township, on)
    except NotFound as fault:
        raise NotFound(organ_missing(township, fault)) from fault


def responsible(work: Work, township: str, on: date) -> Officer:
    """The reviewer who answers for a township: of the township itself, else of the nearest level above.

    Raises NotFound when none is in office.
    """
    for code in (township, *ancestors(township)):
        query = select(Officer).where(Officer.area == code, Officer.role == Role.REVIEWER, Officer.since <= on)
        for one in work.session.exec(query.order_by(col(Officer.code))):
            if one.until is None or one.until >= on:
                return one
    raise NotFound(
        f"没有登记 {township} 的复核人员，请运行 chengxin officer add 工号 --name 姓名 --role 复核 --area {township} "
        "--since 日期"
    )


def _villages(work: Work, township: str, on: date) -> dict[str, str]:
    low, high = code_range(township)
    query = select(Area).where(Area.code >= low, Area.code < high, Area.since <= on).order_by(col(Area.since))
    return {one.code: one.name for one in work.session.exec(query)}


def _priorities(work: Work, township: str, on: date) -> tuple[str, ...]:
    """The priority of each level of the adopted catalogue; () where none is adopted."""
    adopted = organs.adopted(work, township[:6] + "000000", on, micros(work.due))
    if not adopted:
        return ()
    levels = editions.in_force(work, micros(work.due)).catalogue(adopted[0]).levels
    return tuple(_PRIORITIES[level.priority] for level in levels)


def _line(line: Line, village: str, priorities: tuple[str, ...]) -> RecheckLine:
    found = line.found
    assert found.due_on is not None
    grounds = "；".join(one.text for one in g.named(g.DUE_GROUNDS, found.due_grounds))
    return RecheckLine(
        household=line.number, head=line.head, village=village, category=tuple(Scheme)[found.scheme].value,
        persons=line.persons, due=date_of(found.due_on), ground=grounds,
        priority=_NONE if found.level is None or not priorities else priorities[found.level], last=line.last,
        address=line.address, phone=line.phone,
    )  # fmt: skip
