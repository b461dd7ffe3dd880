"""机关与人员 (organs and officers): who signs for an area, who works where, what a county adopted, what was ordered."""

from __future__ import annotations

from datetime import date

from sqlmodel import col, select

from integrity.errors import Conflict, Invalid, NotFound
from integrity.records.columns import micros
from integrity.records.office import Adoption, EmergencyOrder, Officer, Organ
from integrity.rules.areas import ancestors, check, code_range, level_of
from integrity.rules.facts import Order, day
from integrity.rules.stated import check_line
from integrity.terms import AreaLevel, Role
from integrity.work import Work


def enter_organ(work: Work, organ: Organ) -> Organ:
    """Write down who signs for an area from a day on. A later row replaces an earlier one for the days after it."""
    check(organ.area)
    if not organ.name or not organ.prefix:
        raise Invalid("机关名称和机关代字不能为空")
    for official, text in (
        ("机关名称", organ.name), ("机关代字", organ.prefix), ("机关地址", organ.address), ("联系人", organ.contact),
        ("联系电话", organ.phone), ("复议机关", organ.review_organ), ("法院", organ.court),
    ):  # fmt: skip
        check_line(official, text)
    work.put(organ)
    work.audit("登记机关", organ.area, organ.name)
    return organ


def organ_of(work: Work, area: str, on: date) -> Organ:
    """The organ that signs for an area: its own or the nearest above it. Raises NotFound, naming the area."""
    for code in (area, *ancestors(area)):
        query = select(Organ).where(Organ.area == code, Organ.since <= on).order_by(col(Organ.since).desc())
        found = work.session.exec(query).first()
        if found is not None:
            return found
    raise NotFound(f"没有登记 {area} 的发文机关，请先登记机关名称、代字、电话和复议机关")


def county_organ(work: Work, area: str, on: date) -> Organ:
    """The organ of the county (县级民政部门) of an area."""
    for code in (area, *ancestors(area)):
        if level_of(code) in (AreaLevel.COUNTY, AreaLevel.CITY):
            return organ_of(work, code, on)
    raise NotFound(f"{area} 上面没有县级机关")


def enter_officer(work: Work, officer: Officer) -> Officer:
    """Write down an officer (工号, name, role, area)."""
    check(officer.area)
    check_line("工号", officer.code)
    check_line("姓名", officer.name)
    work.put(officer)
    return officer


def officer(work: Work, code: str, on: date) -> Officer:
    """An officer who is in office on a day. Raises NotFound."""
    found = work.session.get(Officer, code)
    if found is None or found.since > on or (found.until is not None and found.until < on):
        raise NotFound(f"没有在岗的工号 {code}")
    return found


def officers(work: Work, area: str, role: Role, on: date) -> list[Officer]:
    """The officers of a role in an area on a day, by 工号."""
    low, high = code_range(area)
    query = select(Officer).where(Officer.role == role, Officer.area >= low, Officer.area < high, Officer.since <= on)
    found = work.session.exec(query.order_by(col(Officer.code)))
    return [one for one in found if one.until is None or one.until >= on]


def adopt(work: Work, area: str, proposal: str, *, document: str, since: date, until: date | None = None) -> Adoption:
    """Take a proposed catalogue into use for a county, by a document (采用). Without a document there is no score."""
    if not document.strip():
        raise Invalid("采用积分目录须有县级文件的文号")
    row = Adoption(
        area=check(area), proposal=proposal, document=document, since=since, until=until, recorded_at=work.stamp(),
        recorded_by=work.actor,
    )  # fmt: skip
    work.session.add(row)
    work.audit("采用积分目录", area, f"{proposal} {document}")
    return row


def adopted(work: Work, area: str, on: date, known_until: int) -> tuple[str, ...]:
    """The catalogues in use for an area on a day, as known at a moment (µs); of the nearest level that adopted one."""
    for code in (area, *ancestors(area)):
        rows = [
            row
            for row in work.session.exec(select(Adoption).where(Adoption.area == code).order_by(col(Adoption.id)))
            if micros(row.recorded_at) <= known_until and row.since <= on
        ]
        if rows:
            last = rows[-1]
            return () if last.until is not None and last.until < on else (last.proposal,)
    return ()


def order(work: Work, row: EmergencyOrder) -> EmergencyOrder:
    """Write down a signed emergency order (紧急延期令), the only thing that pushes recheck dates back."""
    if work.session.get(EmergencyOrder, row.number) is not None:
        raise Conflict(f"延期令 {row.number} 已登记")
    if row.signed_on > work.today or not row.signed_by.strip():
        raise Invalid("延期令须已签发，并写明签发人")
    if level_of(row.area) is AreaLevel.VILLAGE:
        raise Invalid("延期令按乡镇（街道）或者更大的区域下达，不能只对一个村（居）")
    row.recorded_at, row.recorded_by = work.stamp(), work.actor
    work.session.add(row)
    work.audit("登记延期令", row.number, f"{row.due_from}至{row.due_to}延{row.months}个月")
    return row


def orders(work: Work, known_until: int) -> list[tuple[str, Order]]:
    """All orders known at a moment (µs) with the area that each holds for, in the order of signing."""
    rows = work.session.exec(select(EmergencyOrder).order_by(col(EmergencyOrder.signed_on), col(EmergencyOrder.number)))
    return [
        (row.area, Order(row.number, day(row.signed_on), day(row.due_from), day(row.due_to), row.months))
        for row in rows
        if micros(row.recorded_at) <= known_until
    ]


def covering(known: list[tuple[str, Order]], area: str) -> tuple[Order, ...]:
    """Those of the orders that hold for an area."""
    found = []
    for code, one in known:
        low, high = code_range(code)
        if low <= area < high:
            found.append(one)
    return tuple(found)
