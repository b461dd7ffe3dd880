"""写入户账 (rows become entries): through the officer's own verbs, each row with a mark of where it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integrity import commitments, conduct, households, persons, rechecks
from integrity.errors import ChengxinError, Conflict, Refused
from integrity.exchange_checks import guardian_of, member_of, village_of
from integrity.exchange_columns import Sheet
from integrity.exchange_records import Facts, Resident, Standing
from integrity.exchange_rows import Line, Unit
from integrity.records.ledger import Assistance
from integrity.records.office import ImportRow
from integrity.terms import Act, Capacity, Cause, Event, Scheme
from integrity.work import Work

DECIDED_BY = "原确认机关（见名册）"
"""Who granted: the roll does not name the person, and the program does not invent one."""
_PAYING = (Scheme.DIBAO, Scheme.TEKUN)


@dataclass(frozen=True, slots=True)
class Written:
    """写入的行 (row that was written): where its entries stand."""

    line: Line
    household_id: int
    first_seq: int
    last_seq: int


class UnitRefused(Refused):
    """一户或一行不能登记"""

    def __init__(self, unit: Unit, reason: ChengxinError) -> None:
        super().__init__(f"第 {unit.head.row} 行不能登记：{reason}")
        self.unit, self.reason = unit, reason


def enter(work: Work, sheet: Sheet, units: list[Unit], facts: Facts) -> int:
    """Write units whose checks found no fault, and a mark for each row; how many rows. Raises UnitRefused, Conflict."""
    written: list[Written] = []
    for unit in units:
        try:
            written += _ENTER[sheet.kind](work, unit, facts)
        except Conflict:
            raise
        except ChengxinError as reason:
            raise UnitRefused(unit, reason) from reason
    assert work.import_id is not None
    for one in written:
        work.put(
            ImportRow(
                import_id=work.import_id, row=one.line.row, digest=one.line.digest, household_id=one.household_id,
                first_seq=one.first_seq, last_seq=one.last_seq,
            )
        )  # fmt: skip
    return len(written)


def _household(work: Work, unit: Unit, facts: Facts) -> list[Written]:
    """The household, its members and its grant."""
    head = unit.head
    since = head["申请日期"] or head["确认日期"]
    area, standing = village_of(head, facts), facts.households.get(unit.number)
    home = {
        "area": area, "address": head["住址"], "urban": head["城乡"], "since": since, "label": head["分类"] or "",
    }  # fmt: skip
    if standing is None:
        household_id, first = households.register(work, unit.number, checked=True, **home), 1
    else:  # its first entries were taken back; the number stays with the ledger for ever
        household_id = standing.household_id
        first = households.settle(work, household_id, **home).seq
    written = []
    for no, line in enumerate([head, *(line for line in unit.lines if line is not head)], start=1):
        person = persons.register(
            work, line["姓名"], id_number=line.person, phone=line["联系电话"] or "", account=line["银行账号"] or ""
        )
        entry = households.enter_member(
            work, household_id, person, no=no, since=max(since, line["身份证号"].born), relation=line["与户主关系"],
            area=area, ability=line["劳动能力"], capacity=line["民事行为能力"] or Capacity.FULL,
            schooling=line["是否在校"],
        )  # fmt: skip
        written.append(Written(line, household_id, first if line is head else entry.seq, entry.seq))
    _grant(work, unit, household_id, area)
    return written


def _grant(work: Work, unit: Unit, household_id: int, area: str) -> None:
    """The grant that the roll shows, on the day of its confirmation.

    Appended without `assistance.grant`: a household that was opened a moment ago has no running grant and its home is
    known, and asking the database for both, once a household, would hold the lock of a large roll for minutes.
    """
    head = unit.head
    scheme, amount = head["救助类别"], head["月救助金额"]
    grant = Assistance(
        happened_on=head["确认日期"], area=area, act=Act.GRANT, scheme=scheme, effective_on=head["起始月份"],
        amount=0 if amount is None and scheme not in _PAYING else amount, income=head["家庭月收入"],
        persons=len(unit.lines), decided_by=DECIDED_BY,
    )  # fmt: skip
    work.append(household_id, grant)


def _on_record(line: Line, facts: Facts, work: Work) -> tuple[Standing, Resident | None]:
    standing = facts.households[line.household]
    return standing, member_of(standing, line, work.vault)


def _commitment(work: Work, unit: Unit, facts: Facts) -> list[Written]:
    line = unit.head
    standing, member = _on_record(line, facts, work)
    assert member is not None
    guardian = guardian_of(standing, line)[0].no if line["监护人"] else None
    entry = commitments.sign(
        work, standing.household_id, member_no=member.no, on=line["签署日期"], occasion=line["场合"],
        signed_by=line["签署方式"], explained_by=line["讲解人"] or "", text_version=line["文本版本"],
        text_sha256="", guardian_no=guardian,
    )  # fmt: skip
    return [Written(line, standing.household_id, entry.seq, entry.seq)]


def _conduct(work: Work, unit: Unit, facts: Facts) -> list[Written]:
    line = unit.head
    standing, member = _on_record(line, facts, work)
    assert member is not None
    entry = conduct.record(
        work, standing.household_id, member_no=member.no, kind=line["性质"], item=line["项目代码"],
        act_on=line["行为日期"], act_end=line["行为止日"], found_on=line["发现日期"], source=line["来源"],
        detail=line["说明"] or "",
    )  # fmt: skip
    return [Written(line, standing.household_id, entry.seq, entry.seq)]


def _comparison(work: Work, unit: Unit, facts: Facts) -> list[Written]:
    """A result of the economic check, a warning of death, or both."""
    line = unit.head
    standing, member = _on_record(line, facts, work)
    seqs = []
    if any(line[name] is not None for name in ("家庭月收入", "收入是否稳定", "财产是否超标")):
        changed = member_of(standing, line, work.vault, "变化成员身份证号")
        result = rechecks.verify(
            work, standing.household_id, on=line["核对日期"], source=line["来源"], income=line["家庭月收入"],
            cause=line["收入变化原因"] or Cause.UNKNOWN, cause_member=changed.no if changed else None,
            self_reported=line["是否主动申报"], stable=line["收入是否稳定"], property_over=line["财产是否超标"],
            detail=line["说明"] or "",
        )  # fmt: skip
        seqs.append(result.seq)
    if line["死亡日期"] is not None and member is not None:
        told = "：".join(filter(None, (line["来源"], line["说明"])))
        warning = rechecks.report(
            work, standing.household_id, Event.DEATH, happened_on=line["死亡日期"], reported_on=line["核对日期"],
            member_no=member.no, detail=told[:400],
        )  # fmt: skip
        seqs.append(warning.seq)
    return [Written(line, standing.household_id, seqs[0], seqs[-1])]


_ENTER: dict[str, Callable[[Work, Unit, Facts], list[Written]]] = {
    "roll": _household, "commitments": _commitment, "conduct": _conduct, "comparison": _comparison,
}  # fmt: skip
