"""保管期限 (retention): until when must the records of a household be kept, and what holds their destruction back?

Each class has its own time, from the policy of the township; an unset one is asked, never assumed. The longest counts.
个人信息保护法 19、47; 政务数据共享条例 29; 关于加强最低生活保障档案管理的通知.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from integrity import editions, intake_kept
from integrity.assistance import running
from integrity.delivery import remedy_ends, service_of
from integrity.errors import ChengxinError, NotFound, Refused
from integrity.households import acts, home, standing
from integrity.papers import content
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import ENTRIES, Assistance, Conduct, Finding, Household, Notice, Step
from integrity.records.office import Audit, Destruction
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Done
from integrity.rules.procedure_tables import table
from integrity.rules.workdays import add_months
from integrity.terms import Act, ConductKind, FindingState
from integrity.work import Work

HELD, RELEASED = "暂停销毁", "解除暂停销毁"
DESTROYED = "依法销毁"
_STANDS = (FindingState.PROPOSED, FindingState.EFFECTIVE, FindingState.CONTESTED)


class KeepTime(NamedTuple):
    """一类资料的保管期限 (keep time of one class): the last day, or None with the question that a person answers."""

    name: str
    until: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """一户的保管情况 (how long a household's records are kept)."""

    household_id: int
    number: str
    area: str
    left_on: date | None
    """When assistance ended; None while it runs, or when there was never any."""
    times: tuple[KeepTime, ...]
    holds: tuple[str, ...]
    """Why they may not be destroyed although the time is over."""

    @property
    def questions(self) -> tuple[str, ...]:
        """What a person has to settle first."""
        return tuple(one.why for one in self.times if one.until is None)

    @property
    def until(self) -> date | None:
        """The last day on which they must be kept; None when it is not known."""
        days = [one.until for one in self.times]
        return None if not days or None in days else max(one for one in days if one is not None)

    def due(self, on: date) -> bool:
        """May they be destroyed on a day?"""
        return self.until is not None and self.until < on and not self.holds


def due(work: Work, on: date) -> list[Keeping]:
    """到期应销毁的家庭 (households whose keep time is over and which nothing holds back), by area and number.

    Where a keep time is unset, or it is not known when the household left, it is not listed.
    """
    return [one for one in _past(work, on) if one.due(on)]


def waiting(work: Work, on: date) -> list[Keeping]:
    """需人工确定的家庭 (households that left, but for which a person must settle something first)."""
    return [one for one in _past(work, on) if one.questions or (one.holds and one.until is not None and one.until < on)]


def _past(work: Work, on: date) -> list[Keeping]:
    """Every household that is out of assistance and was not destroyed yet."""
    gone = destroyed(work)
    query = select(Assistance.household_id).where(Assistance.act == Act.STOP, Assistance.effective_on < on).distinct()
    held = _held(work)
    found = [assess(work, one, on, held.get(one)) for one in work.session.exec(query).all() if one not in gone]
    return sorted((one for one in found if one.left_on is not None), key=lambda one: (one.area, one.number))


def assess(work: Work, household_id: int, on: date, held: str | None = None) -> Keeping:
    """Until when the records of one household must be kept, class by class, as of a day. Raises NotFound."""
    household = work.session.get(Household, household_id)
    if household is None:
        raise NotFound(f"没有编号为 {household_id} 的家庭")
    area = home(work, household_id, on).area
    left_on = _left_on(work, household_id, on)
    times = () if left_on is None else tuple(_times(work, household_id, left_on, area[:9] + "000", on))
    held = held if held is not None else _held(work).get(household_id, "")
    holds = [f"已暂停销毁：{held}"] if held else []
    return Keeping(household_id, household.number, area, left_on, times, (*holds, *_open(work, household_id, on)))


def _left_on(work: Work, household_id: int, on: date) -> date | None:
    """The day from which the last assistance was stopped."""
    if running(work, household_id, on) is not None:
        return None
    stops = [one.effective_on for one in acts(work, household_id, on) if one.act is Act.STOP]
    return stops[-1] if stops and stops[-1] <= on else None


def _times(work: Work, household_id: int, left_on: date, township: str, on: date) -> Iterator[KeepTime]:
    """The keep time of each class of records that the household has."""
    last = max(left_on, last_entry(work, household_id))
    yield _time(work, "审批类档案（家庭退出后）", "archive.approval", left_on, township=township, on=on)
    yield _time(work, "日常管理类档案（最后一次登记后）", "archive.daily", last, township=township, on=on)
    undone = {
        one.conduct_seq
        for one in standing(work, Finding, household_id, on)
        if one.state in (FindingState.WITHDRAWN, FindingState.REVOKED)
    }
    facts = [one for one in standing(work, Conduct, household_id, on) if one.seq not in undone]
    ends = [one.act_end for one in facts if one.kind is ConductKind.DEFAULT]
    if ends:
        yield _time(work, "失信信息（行为终止后）", "credit.disclosure_max", max(ends), township=township, on=on)


def _time(work: Work, name: str, key: str, start: date, *, township: str, on: date) -> KeepTime:
    """One keep time in years; the question where it is not set."""
    try:
        row = editions.in_force(work).row(key, township, on)
        years = int(editions.in_force(work).value(key, township, on))
    except (ChengxinError, NotInForce) as missing:
        return KeepTime(name, None, str(missing))
    return KeepTime(name, add_months(start, 12 * years), f"自{start}起{years}年（{row.source}）")


def last_entry(work: Work, household_id: int) -> date:
    """The day on which something was last entered into a household's ledger."""
    found = [
        row
        for kind in ENTRIES
        for row in work.session.exec(select(kind.recorded_at).where(kind.household_id == household_id))
    ]
    return max(found).astimezone(SHANGHAI).date()


def _open(work: Work, household_id: int, on: date) -> Iterator[str]:
    """What is not finished yet: cases, findings contested or proposed, remedies that still run."""
    cases: dict[int, list[Step]] = {}
    for step in standing(work, Step, household_id, on):
        cases.setdefault(step.case_no, []).append(step)
    for case_no, steps in cases.items():
        rules = table(steps[0].procedure)
        history = tuple(Done(one.step_no, one.step, one.happened_on, one.recorded_by, {}) for one in steps)
        if not rules.closed(tuple(sorted(history, key=lambda one: one.no))):
            yield f"第 {case_no} 号案件（{steps[0].procedure.value}）尚未办结"
    last = {one.conduct_seq: one for one in standing(work, Finding, household_id, on)}
    for seq, finding in last.items():
        if finding.state in _STANDS and finding.state is not FindingState.EFFECTIVE:
            yield f"第 {seq} 条事实的认定{finding.state.value}，尚未办结"
    yield from intake_kept.held(work, household_id)
    for notice in standing(work, Notice, household_id, on):
        said = _remedy(work, notice, on)
        if said:
            yield said


def _remedy(work: Work, notice: Notice, on: date) -> str:
    """Why a paper's remedies still stand open, or ""."""
    try:
        if content(work, notice).remedies is None:
            return ""
        service = service_of(work, notice)
        if service is None:
            return f"文书 {notice.number} 载有救济途径而没有登记送达，复议、诉讼期限没有开始"
        ends = remedy_ends(work, service)
    except (ChengxinError, NotInForce) as missing:
        return f"文书 {notice.number} 的救济期限不能确定：{missing}"
    last = max(str(ends.reconsideration.end)[:10], str(ends.litigation.end)[:10])
    if ends.reconsideration.provisional or ends.litigation.provisional:
        return f"文书 {notice.number} 的救济期限只是暂定"
    return f"文书 {notice.number} 的救济期限到 {last} 届满" if last >= str(on) else ""


def hold(work: Work, household_id: int, why: str) -> None:
    """暂停销毁 (legal hold): a court, an inspection or an audit still needs the records. Raises Refused."""
    if len(why.strip()) < 2:
        raise Refused("暂停销毁须写明原因（案号、检查或审计通知等）")
    work.lock(household_id)
    work.audit(HELD, f"household:{household_id}", why.strip())


def release(work: Work, household_id: int, why: str) -> None:
    """解除暂停销毁 (end of a legal hold). Raises Refused when none stands."""
    if household_id not in _held(work):
        raise Refused("该户没有暂停销毁")
    if len(why.strip()) < 2:
        raise Refused("解除暂停销毁须写明原因")
    work.audit(RELEASED, f"household:{household_id}", why.strip())


def _held(work: Work) -> dict[int, str]:
    """Households whose destruction is held back by a named person, with the reason."""
    found = {}
    for household_id, line in marks(work, HELD, RELEASED):
        if line.action == HELD:
            found[household_id] = line.detail
        else:
            found.pop(household_id, None)
    return found


def destroyed(work: Work) -> set[int]:
    """Households whose personal data were lawfully destroyed."""
    return set(work.session.exec(select(Destruction.household_id)))


def marks(work: Work, *actions: str) -> Iterator[tuple[int, Audit]]:
    """Lines of the audit log on households, in order: what was done is told by the log alone, which nobody can edit."""
    query = select(Audit).where(col(Audit.action).in_(actions)).order_by(col(Audit.id))
    for line in work.session.exec(query).all():
        yield int(line.subject.removeprefix("household:")), line
