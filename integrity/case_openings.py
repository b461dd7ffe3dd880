"""立案的选择 (what may be begun): each procedure in plain words, what it is about, what keeps it from being begun.

Nothing is decided here: whether a case may be opened, `cases.open_case` asks the tables and the red lines again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from sqlmodel import col, func, select

from integrity import conduct_lists
from integrity.assistance import running
from integrity.case_files import Case
from integrity.cases import obstacles_to
from integrity.delivery import service_of
from integrity.errors import ChengxinError, Refused
from integrity.households import acts, home, members, standing
from integrity.papers import called
from integrity.records.ledger import Conduct, Finding, Notice, Step
from integrity.records.office import Person
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import START, Obstacle, Row, Table
from integrity.rules.procedure_tables import TABLES, table
from integrity.rules.writing import yuan
from integrity.terms import Act, ConductKind, FindingState, PaperKind, Presence, Procedure, Scheme
from integrity.work import Work

PURPOSES: Mapping[Procedure, str] = {
    Procedure.APPLICATION: "家庭申请低保、特困供养等救助，从收到申请办到确认或者不予确认。",
    Procedure.COMMITMENT: "向成员讲清政策和诚信要求，签署诚信承诺书；拒签也在这里登记，不影响受理。",
    Procedure.AUTHORITY: "取得查询收入、财产的书面授权，登记每一次查询；本人可以撤回。",
    Procedure.RECHECK: "到期核查：列入、指派、入户、写出结论。",
    Procedure.DECISION: "增加、减少、渐退或者停止救助。会减少救助的，先告知、听取意见，再由另一人决定。",
    Procedure.WITHDRAWAL: "渐退期内的复核、期满前告知和办结；一般在渐退决定执行时自动立案。",
    Procedure.TEKUN: "终止特困供养：听取意见并公示以后决定。",
    Procedure.DEFAULT: "把已登记的失信事实认定为失信记录。先告知、听取意见；认定不影响申请救助。",
    Procedure.TRUST: "把已登记的守信事实认定为守信记录，可以给予激励。",
    Procedure.REPAIR: "本人纠正以后申请修复失信记录。",
    Procedure.OBJECTION: "本人对守信、失信记录有异议，核实后答复；办理期间记录标注异议。",
    Procedure.REFUND: "责令退回骗取或者多领的救助金。不得从以后的救助金中抵扣。",
    Procedure.FINE: "对骗取救助的行为给予罚款；须由执法人员办理，先告知，可以要求听证。",
    Procedure.REMEDY: "当事人对决定申请行政复议或者提起诉讼；登记结果并在原案件中执行。",
    Procedure.CHANGE: "死亡、服刑、失踪、迁出、成年等变化的核实和处理。",
    Procedure.RIGHTS: "本人要求查阅复制、更正补充、解释说明、人工复核或者删除个人信息。",
    Procedure.EXPORT: "向信用平台报送记录；当地允许报送的才办理。",
    Procedure.TRANSFER: "涉嫌犯罪或者应由其他机关处理的，移送有关机关。",
}
"""Procedure → what it is for, in plain words."""


class About(NamedTuple):
    """案件所针对的 (what a case is about): whether a member, whether an entry of the ledger, and what that entry is."""

    member: bool | None = None
    """True: must be named; False: may be; None: never."""
    entry: str = ""
    """What the entry is called; "" for none."""
    must: bool = True
    """Must the entry be named?"""
    none: str = ""
    """What is said when there is no such entry."""


_FACT = "还没有登记过这样的事实，请先登记守信失信事实"
_NO_RECORD = (
    "该户没有生效的守信、失信认定，没有可以提出异议的；正在认定的，在认定的案件里登记陈述、申辩；"
    "对金额、停发等决定不服的，按“复议与诉讼”办理"
)
_NO_DEFAULT = "该户没有生效的失信认定"
ABOUT: Mapping[Procedure, About] = {
    Procedure.COMMITMENT: About(True), Procedure.DECISION: About(False), Procedure.TEKUN: About(False),
    Procedure.CHANGE: About(False), Procedure.TRANSFER: About(True),
    Procedure.WITHDRAWAL: About(None, "渐退的决定", True, "该户没有渐退的决定"),
    Procedure.DEFAULT: About(None, "失信事实", True, _FACT), Procedure.TRUST: About(None, "守信事实", True, _FACT),
    Procedure.REPAIR: About(None, "失信事实", True, _NO_DEFAULT), Procedure.FINE: About(None, "失信事实", True, _FACT),
    Procedure.OBJECTION: About(None, "守信、失信事实", True, _NO_RECORD),
    Procedure.EXPORT: About(None, "失信事实", True, _NO_DEFAULT),
    Procedure.REFUND: About(False, "失信事实", False),
    Procedure.REMEDY: About(None, "不服的文书", True, "该户没有在本系统制发并已经送达的决定文书"),
    Procedure.RIGHTS: About(True, "所指的登记（户账条目）", False),
}  # fmt: skip
"""Procedure → what its cases are about; where it is not named here, the whole household."""
_REMEDIABLE = frozenset({PaperKind[f"F{n:02}"] for n in (5, 8, 15, 16, 20, 21, 22, 24, 27, 28, 29, 35)})
"""Papers against which a person may go to a higher organ or to the court."""
_ANY_EVIDENCE = "0" * 64
"""Stands for evidence that will be given with the form."""
_LEFT_TO_FORM = ("asks", "role")
_OF_RECORDS = (Procedure.REPAIR, Procedure.OBJECTION, Procedure.EXPORT)
_TRIED = 4
"""Of how many members or entries is asked whether a case about them could be opened."""


class Start(NamedTuple):
    """可以开始的一步 (a step with which a procedure begins), and what keeps anybody from taking it now."""

    row: Row
    lacks: tuple[Obstacle, ...]


class Opening(NamedTuple):
    """可以立的案 (a procedure as it could be begun for a household)."""

    table: Table
    purpose: str
    starts: tuple[Start, ...]

    @property
    def possible(self) -> bool:
        """Could it be begun now, by somebody?"""
        return any(not one.lacks for one in self.starts)


def first_steps(rules: Table) -> tuple[Row, ...]:
    """The steps with which a procedure may begin."""
    return tuple(row for row in rules.rows if START in row.after)


def openings(work: Work, household_id: int) -> list[Opening]:
    """Every procedure, with what keeps it from being begun for this household now. Writes nothing."""
    return [
        Opening(rules, PURPOSES[procedure], tuple(_start(work, household_id, rules, row) for row in first_steps(rules)))
        for procedure, rules in TABLES.items()
    ]


def _start(work: Work, household_id: int, rules: Table, row: Row) -> Start:
    """The step with the fewest obstacles among those whom or which the case could be about."""
    about = ABOUT.get(rules.procedure, About())
    idle = _idle(work, household_id, rules.procedure)
    if idle:
        return Start(row, (Obstacle("scheme", idle, rules.law),))
    entries = [seq for seq, _ in to_begin_with(work, household_id, rules.procedure)] if about.entry else []
    if about.entry and about.must and not entries:
        return Start(row, (Obstacle("subject", about.none, ""),))
    people: list[int | None] = [*(members(work, household_id, work.today) if about.member else ())][:_TRIED]
    seqs: list[int | None] = [*(entries if about.must else ())][:_TRIED]
    tries = [(no, seq) for seq in seqs or [None] for no in people or [None]]
    found = [hindrances(work, new_case(work, household_id, rules.procedure, no, seq), row) for no, seq in tries]
    return Start(row, min(found, key=len))


def _idle(work: Work, household_id: int, procedure: Procedure) -> str:
    """Why there is nothing for this procedure to change; "" when there is something."""
    if procedure not in (Procedure.DECISION, Procedure.TEKUN):
        return ""
    grant = running(work, household_id, work.today)
    if grant is None:
        return "该户现在没有享受救助"
    tekun = procedure is Procedure.TEKUN and grant.scheme is not Scheme.TEKUN
    return "该户没有享受特困人员救助供养；停止其他救助用“调整与终止”" if tekun else ""


def new_case(
    work: Work, household_id: int, procedure: Procedure, member_no: int | None = None, subject_seq: int | None = None
) -> Case:  # fmt: skip
    """A case that was not opened yet, as the rules look at it."""
    last = work.session.exec(select(func.max(Step.case_no)).where(Step.household_id == household_id)).one() or 0
    return Case(household_id, last + 1, procedure, member_no, subject_seq, ())


def hindrances(work: Work, case: Case, row: Row) -> tuple[Obstacle, ...]:
    """What keeps this step back beside what its form asks for and who asks; evidence is taken as given."""
    before = {ask.name: said for ask in row.asks if (said := case.said(ask.name)) is not None}
    try:
        found = obstacles_to(work, case, row.code, evidence=_ANY_EVIDENCE, **before)
    except Refused as fault:
        found = fault.obstacles or (Obstacle("refused", str(fault), ""),)
    except (ChengxinError, NotInForce) as fault:
        found = (Obstacle("refused", str(fault), ""),)
    told = {str(one): one for one in found if one.code not in _LEFT_TO_FORM}
    return tuple(told.values())


def proof_wanted(work: Work, case: Case, row: Row) -> tuple[Obstacle, ...]:
    """What is said against this step as long as no evidence is given."""
    before = {ask.name: said for ask in row.asks if (said := case.said(ask.name)) is not None}
    try:
        found = obstacles_to(work, case, row.code, **before)
    except (ChengxinError, NotInForce):
        return ()
    left = {str(one) for one in hindrances(work, case, row)}
    return tuple(one for one in found if str(one) not in left and one.code not in _LEFT_TO_FORM)


def entries_for(work: Work, household_id: int, procedure: Procedure) -> list[tuple[int, str]]:
    """The entries that a case of this procedure can be about: (number, what it says), the last first."""
    look = _ENTRIES.get(procedure)
    return [] if look is None else sorted(look(work, household_id), reverse=True)


def to_begin_with(work: Work, household_id: int, procedure: Procedure) -> list[tuple[int, str]]:
    """Those of them with which a new case can begin: of records, the facts whose finding is in force."""
    every = entries_for(work, household_id, procedure)
    if procedure not in _OF_RECORDS:
        return every
    last = {one.conduct_seq: one.state for one in standing(work, Finding, household_id, work.today)}
    return [one for one in every if last.get(one[0]) in (FindingState.EFFECTIVE, FindingState.CONTESTED)]


def _facts(*kinds: ConductKind) -> Callable[[Work, int], Iterator[tuple[int, str]]]:
    def found(work: Work, household_id: int) -> Iterator[tuple[int, str]]:
        names = names_of(work, household_id)
        called = {kind: _items(work, household_id, kind) for kind in kinds}
        for one in standing(work, Conduct, household_id, date.max):
            if one.kind in kinds:
                who = names.get(one.member_no, f"第 {one.member_no} 号成员")
                item = called[one.kind].get(one.item, one.item)
                yield one.seq, f"第 {one.seq} 条　{one.kind.value}　{who}　{item}　{one.happened_on}"

    return found


def _items(work: Work, household_id: int, kind: ConductKind) -> dict[str, str]:
    """The items of the adopted catalogue in words, by code; none where no edition is in force."""
    try:
        listed = conduct_lists.items(work, home(work, household_id, work.today).area, kind)
    except NotInForce:
        return {}
    return {one.code: f"{one.code} {one.name}" for one in listed}


def _papers(work: Work, household_id: int) -> Iterator[tuple[int, str]]:
    query = select(Notice).where(Notice.household_id == household_id, col(Notice.kind).in_(_REMEDIABLE))
    for one in work.session.exec(query.order_by(col(Notice.seq))):
        if service_of(work, one) is not None:
            yield one.seq, f"{one.number}　《{called(work, one)}》　{one.happened_on}"


def _withdrawals(work: Work, household_id: int) -> Iterator[tuple[int, str]]:
    for one in acts(work, household_id, work.today):
        if one.act is Act.WITHDRAW:
            yield one.seq, f"第 {one.seq} 条　{one.act.value}　自 {one.effective_on} 起 {one.months} 个月"


def _anything(work: Work, household_id: int) -> Iterator[tuple[int, str]]:
    """What a person may ask to be looked at again: what the ledger says of the assistance and of conduct."""
    yield from _facts(*ConductKind)(work, household_id)
    for one in acts(work, household_id, work.today):
        sum_told = "" if one.amount is None else f"　{yuan(one.amount)}"
        yield one.seq, f"第 {one.seq} 条　{one.act.value}　自 {one.effective_on} 起{sum_told}"


_ENTRIES: Mapping[Procedure, Callable[[Work, int], Iterator[tuple[int, str]]]] = {
    Procedure.WITHDRAWAL: _withdrawals, Procedure.REMEDY: _papers, Procedure.RIGHTS: _anything,
    Procedure.TRUST: _facts(ConductKind.TRUST), Procedure.OBJECTION: _facts(*ConductKind),
    **dict.fromkeys(
        (Procedure.DEFAULT, Procedure.REPAIR, Procedure.FINE, Procedure.EXPORT, Procedure.REFUND, Procedure.COMMITMENT),
        _facts(ConductKind.DEFAULT),
    ),
}  # fmt: skip


def names_of(work: Work, household_id: int) -> dict[int, str]:
    """The name of each member by number, also of those who left; "" after destruction."""
    found = members(work, household_id, work.today)
    people = {one.no: work.session.get(Person, one.person_id) for one in found.values()}
    return {no: one.name for no, one in people.items() if one is not None}


def people_of(work: Work, household_id: int) -> list[tuple[int, str]]:
    """The members of a household: (number, name and relation), whoever no longer lives there marked so."""
    names = names_of(work, household_id)
    return [
        (one.no, f"{one.no} 号　{names.get(one.no, '')}（{one.relation.value}"
                 f"{'' if one.presence is Presence.PRESENT else '，' + one.presence.value}）")
        for one in sorted(members(work, household_id, work.today).values(), key=lambda each: each.no)
    ]  # fmt: skip


def procedure_of(code: str) -> Table | None:
    """The table of a procedure by its code; None for no procedure."""
    return table(Procedure[code]) if code in Procedure.__members__ else None
